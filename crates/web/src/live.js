"use strict";
// Keeps a page up to date: lamps, what was sent today, how a test goes. Without it the page shows how it stood when it was loaded.
(() => {
  const main = document.getElementById("main");
  const shown = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  let tests = null;
  const source = new EventSource("/live");
  source.addEventListener("now", (event) => {
    const now = JSON.parse(event.data);
    if (now.words === undefined) return;
    const typing = document.activeElement instanceof HTMLInputElement;
    const another = main.dataset.stamp && Number(main.dataset.stamp) !== now.stamp;
    const begunOrOver = tests !== null && tests !== (now.test !== null);
    if ((another || begunOrOver) && !typing) return location.reload();
    tests = now.test !== null;
    shown(document.getElementById("now"), now.words);
    for (const device of now.devices) {
      for (const line of document.querySelectorAll(`[data-device="${device.id}"]`)) {
        const lamp = line.querySelector(".lamp");
        if (lamp) lamp.hidden = !device.sending;
        const word = line.querySelector(".sending");
        shown(word, device.sending ? "sending now" : "");
        shown(line.querySelector(".today"), device.today);
      }
    }
    if (now.test) {
      shown(document.getElementById("test-summary"), now.test.summary);
      const list = document.getElementById("test-devices");
      if (list) list.replaceChildren(...now.test.devices.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    }
  });
  // The session ended, or the program was started again: the page says what to do.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  });
})();
