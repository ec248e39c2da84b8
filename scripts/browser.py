#!/usr/bin/env python3
"""Looks at the pages of earwitness in Chromium, as a household does, and says of each claim whether it holds.

  browser.py page LINK [--pictures DIR] [--waits [--whole]]    LINK is what `earwitness run` prints: it lets one browser in, and no password is set yet
  browser.py report FILE... [--picture PNG]            pages that `--html` wrote; the first screen of the last one at 1280 px is the README's picture

With --waits somebody at standard input is told when a device should send (`now: a device sends`) and when to test the home (`now: a test begins`).
What it needs: playwright and axe-playwright-python (scripts/browser.txt), and a Chromium of the system.
Exit status: 0 all claims hold; 1 one does not; 77 nothing could be tried, and why is said.
"""

import argparse
import os
import re
import shutil
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.dont_write_bytecode = True
NOT_TRIED = 77
try:
    import axe_playwright_python
    from playwright.sync_api import Error, sync_playwright
except ImportError as error:
    print(f"not tried: {error}; pip install -r scripts/browser.txt")
    sys.exit(NOT_TRIED)

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SIZES = {"desktop": (1280, 800), "telephone": (390, 844)}
THEMES = ["light", "dark"]
PASSWORD = "a password of ten or more"
# No page is longer than so many screens.
SCREENS = 20
# A report of more octets is looked at as it is folded only: axe-core takes a minute for a hundred screens.
UNFOLDED = 400_000
# Milliseconds until a page that is open has changed.
SOON = 30_000
# Until a test of a simulated home is over.
VERDICT = 240_000

# How long a page is, and what of it is too wide.
MEASURE = """() => {
  const root = document.documentElement;
  const hidden = [...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > innerWidth + 1)
    .filter(it => { for (let up = it.parentElement; up; up = up.parentElement) if (getComputedStyle(up).overflowX !== 'visible') return false; return true; });
  return { screens: root.scrollHeight / innerHeight, wide: root.scrollWidth > innerWidth, what: hidden.slice(0, 3).map(it => it.tagName + '.' + it.className) };
}"""
# What has the focus, and by what it can be seen.
FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const style = getComputedStyle(it);
  const box = it.getBoundingClientRect();
  window.reached = window.reached || new Set();
  window.reached.add(it);
  return { name: it.tagName.toLowerCase() + ' ' + (it.textContent || it.name || '').trim().slice(0, 40), path: it.getAttribute('href') || '',
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, on_screen: box.right > 0 && box.bottom > 0 && box.top < innerHeight };
}"""
LEFT_OUT = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')]
  .filter(it => it.checkVisibility() && !window.reached.has(it)).map(it => it.outerHTML.slice(0, 80))"""
# Where the last of these ends, pixels from the top of the page.
BOTTOM = "all => Math.max(...all.map(it => it.getBoundingClientRect().bottom + scrollY))"


class Claims:
    """What was claimed, and whether it holds."""

    def __init__(self):
        self.failed = 0

    def say(self, holds, claim, seen=""):
        """Prints a claim."""
        self.failed += not holds
        print(f"{'ok    ' if holds else 'FAILED'} {claim}{': ' if seen else ''}{seen}", flush=True)


class Watched:
    """A browser's context, with what went wrong in it and whom it asked."""

    def __init__(self, browser, host, **options):
        self.troubles, self.others, self.host, self.pardoned = [], set(), host, False
        self.context = browser.new_context(bypass_csp=True, **options)
        self.context.on("console", self.said)
        self.context.on("weberror", lambda it: self.troubles.append(str(it.error)))
        self.context.on("request", self.asked)
        self.context.on("requestfailed", self.missed)

    def said(self, message):
        """The page with the password is answered with 401, which Chromium tells as an error."""
        if message.type in ("error", "warning") and not (self.pardoned and ("401" in message.text or "503" in message.text)):
            self.troubles.append(message.text)

    def asked(self, request):
        """Notes a request to somebody else."""
        to = urlsplit(request.url)
        if to.scheme not in ("data", "blob", "file") and to.netloc != self.host:
            self.others.add(request.url)

    def missed(self, request):
        """An answer that lasts is cut off when its page is left, as is a page that was being loaded again."""
        # A page that is left or loaded again gives up what it was still loading.
        left = request.failure == "net::ERR_ABORTED"
        if urlsplit(request.url).path != "/live" and not left:
            self.troubles.append(f"{request.url}: {request.failure}")

    def verdict(self, claims, where):
        """No error and no other host, up to now."""
        claims.say(not self.troubles, f"no console error and no failed request, {where}", "; ".join(self.troubles[:4]))
        claims.say(not self.others, f"no request to another host, {where}", "; ".join(sorted(self.others)[:4]))
        self.troubles, self.others = [], set()


def faults(page):
    """What axe-core finds: its serious and critical ones, each with one place."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] }).then(it => it.violations)")
    grave = [it for it in found if it["impact"] in ("serious", "critical")]

    def words(it):
        node = it["nodes"][0]
        why = " ".join(node.get("failureSummary", "").split())
        return f"{it['id']} ({len(it['nodes'])}) {node['target'][0]} {why[:180]}"

    return [words(it) for it in grave]


def looked(claims, page, name, where):
    """The claims that hold of every page. One that is loaded again meanwhile, since there is something new, is looked at again."""
    for attempt in range(3):
        try:
            seen = page.evaluate(MEASURE)
            problems = faults(page)
            break
        except Error:
            if attempt == 2:
                raise
            page.wait_for_load_state()
    claims.say(not problems, f"{name}, {where}: axe-core finds nothing serious", "; ".join(problems))
    fits = seen["screens"] <= SCREENS and not seen["wide"]
    claims.say(fits, f"{name}, {where}: at most {SCREENS} screens and no wider than one", f"{seen['screens']:.1f} screens {' '.join(seen['what'])}".rstrip())


def path_of(page, selector):
    """Where the first such link leads."""
    link = page.locator(selector).first
    return link.get_attribute("href") if link.count() else None


def come_in(claims, page, watched, origin, link):
    """The link, the password, out and in again."""
    page.goto(link)
    claims.say(urlsplit(page.url).path == "/password", "the first link leads to the choice of a password", page.url.split("?")[0])
    page.get_by_label("The new password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    claims.say(page.get_by_role("heading", name="The password is set").count() == 1, "a password is set")
    # Right after the first start there is nothing to be read yet, which is answered with 503.
    watched.pardoned = True
    until = time.monotonic() + 30
    while page.goto(f"{origin}/health").status == 503 and time.monotonic() < until:
        page.wait_for_timeout(1_000)
    page.get_by_role("button", name="Let this browser out").click()
    page.goto(origin)
    claims.say(page.get_by_role("heading", name="This page needs the password").count() == 1, "who left is asked for the password")
    looked(claims, page, "the password", "desktop, light")
    watched.pardoned = False
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Enter").click()
    claims.say(page.get_by_role("navigation", name="Pages").count() == 1, "the password lets in", urlsplit(page.url).path)
    watched.verdict(claims, "on the way in")


def all_paths(claims, page, origin):
    """Every page, by its name."""
    # What is seen first is written down within a minute.
    until = time.monotonic() + 90
    while time.monotonic() < until:
        page.goto(origin)
        if page.locator("ul.devices .sent-to", has_text="of sound").count():
            break
        page.wait_for_timeout(1_000)
    paths = {"home": "/", "device": "", "sighting": "", "test": "/test", "sessions": "/sessions", "session": "", "experiments": "/experiments", "experiment": "", "health": "/health", "password": "/password"}
    devices = [it.get_attribute("href") for it in page.locator("ul.devices a").all()]
    for path in devices:
        page.goto(origin + path)
        sighting = path_of(page, "a[href*='/sighting/']")
        if sighting or not paths["device"]:
            paths["device"] = path
        if sighting:
            paths["sighting"] = sighting
            break
    page.goto(f"{origin}/sessions")
    paths["session"] = path_of(page, "a[href^='/session/']") or ""
    page.goto(f"{origin}/experiments")
    paths["experiment"] = path_of(page, "a[href^='/experiment/']") or ""
    missing = [name for name, path in paths.items() if not path]
    claims.say(not missing, "there is a page of each kind", " ".join(missing))
    return {name: path for name, path in paths.items() if path}


def every_page(claims, page, watched, origin, paths, looks):
    """All of them, in these sizes and themes."""
    slowest = 0
    for size, theme in looks:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        for name, path in paths.items():
            begun = time.monotonic()
            page.goto(origin + path)
            slowest = max(slowest, time.monotonic() - begun)
            looked(claims, page, name, f"{size}, {theme}")
    watched.verdict(claims, f"on all pages ({' and '.join(', '.join(it) for it in looks)}; the slowest was loaded in {slowest * 1000:.0f} ms)")


def take_pictures(page, origin, paths, folder):
    """Those of the guide."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path, size, theme in [
        ("page-home-390", paths["home"], "telephone", "light"),
        ("page-home-dark", paths["home"], "desktop", "dark"),
        ("page-device", paths["device"], "desktop", "light"),
        ("page-test", paths["test"], "telephone", "light"),
    ]:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        page.goto(origin + path)
        page.screenshot(path=folder / f"{name}.png")


def first_screen(claims, page, origin):
    """What a household sees without scrolling."""
    width, height = SIZES["telephone"]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(origin)
    for what, selector in [("the answer", "h1"), ("who sends now", "#now"), ("the devices", "ul.devices:first-of-type a")]:
        bottom = page.locator(selector).evaluate_all(BOTTOM)
        claims.say(bottom <= height, f"{what} stands on the first screen of {width} x {height}", f"until {bottom:.0f} px")
    bottom = page.get_by_role("link", name="Test my home").evaluate_all(BOTTOM)
    claims.say(bottom <= height, f"the way to a test stands on the first screen of {width} x {height}", f"until {bottom:.0f} px")


def keyboard(claims, page, origin):
    """By Tab alone, and what a screen reader is told."""
    for path in ["/", "/test", "/health"]:
        page.goto(origin + path)
        stops = []
        for _ in range(200):
            page.keyboard.press("Tab")
            at = page.evaluate(FOCUSED)
            if at is None:
                break
            if not at["on_screen"]:
                # It is being scrolled to.
                page.wait_for_timeout(500)
                at = page.evaluate(FOCUSED)
            stops.append(at)
        unseen = [it["name"] for it in stops if not (it["outlined"] and it["on_screen"])]
        claims.say(stops and not unseen, f"{path}: what has the focus is outlined and on the screen", f"{len(stops)} stops {unseen[:3] or ''}".rstrip())
        left_out = page.evaluate(LEFT_OUT)
        claims.say(not left_out, f"{path}: Tab reaches every link, button and field", " ".join(left_out[:3]))
        if path == "/":
            before = next((number for number, it in enumerate(stops, 1) if it["path"].startswith("/device/")), 99)
            claims.say(before <= 6, "the first device is few stops away", f"{before} stops")
    page.goto(origin)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    claims.say((page.evaluate(FOCUSED) or {"path": ""})["path"].startswith("/device/"), "the skip link leads to the first device")
    page.keyboard.press("Enter")
    page.wait_for_url("**/device/*")
    told = page.locator("body").aria_snapshot()
    page.goto(origin)
    told_home = page.locator("body").aria_snapshot()
    for what, text in [("home", told_home), ("device", told)]:
        lacks = [it for it in ["navigation \"Pages\"", "main", "heading", "[level=1]", "status"] if it not in text]
        claims.say(not lacks, f"{what}: a screen reader is told of parts, headings and state", " ".join(lacks))


def without_script(claims, browser, host, cookies, origin, paths):
    """What needs no script."""
    watched = Watched(browser, host, java_script_enabled=False, viewport={"width": 390, "height": 844})
    watched.context.add_cookies(cookies)
    page = watched.context.new_page()
    page.goto(origin)
    claims.say(page.locator("ul.devices a").count() > 0 and page.get_by_role("button", name="Pause", exact=True).count() == 1, "home works without JavaScript")
    page.get_by_role("button", name="Pause for an hour").click()
    claims.say(page.get_by_role("button", name="Play again").count() == 1, "a form works without JavaScript")
    page.get_by_role("button", name="Play again").click()
    page.goto(origin + paths["device"])
    claims.say(page.get_by_role("button", name="Name it").count() == 1, "a device works without JavaScript")
    page.goto(f"{origin}/test")
    claims.say(page.get_by_role("button", name="Begin the test").count() == 1, "the form of a test works without JavaScript")
    watched.verdict(claims, "without JavaScript")
    watched.context.close()


def lamp(claims, page, watched, origin):
    """While a device uploads, the page that is open says so."""
    page.goto(origin)
    page.wait_for_timeout(1_000)
    print("now: a device sends", flush=True)
    begun = time.monotonic()
    lit = page.locator("ul.devices .lamp:not([hidden])")
    lit.first.wait_for(state="visible", timeout=SOON)
    after = time.monotonic() - begun
    told = page.locator("ul.devices a").filter(has=page.locator(".lamp:not([hidden])")).first.aria_snapshot()
    claims.say(True, "a lamp lights in the open page while a device sends", f"{after:.1f} s after it was told to")
    claims.say("sending now" in told, "a screen reader is told as well", told.splitlines()[0][:80])
    problems = faults(page)
    claims.say(not problems, "axe-core finds nothing serious in a lit page", "; ".join(problems))
    lit.first.wait_for(state="hidden", timeout=SOON)
    claims.say(True, "and goes out afterwards", f"{time.monotonic() - begun:.1f} s after it was told to")
    watched.verdict(claims, "while a device sends")


def test_my_home(claims, page, watched, origin, whole, meanwhile):
    """From the click to the verdict; something else is looked at meanwhile. Where it is not the whole, the test is ended once a reaction is proven."""
    page.goto(origin)
    page.get_by_role("link", name="Test my home").click()
    begun = time.monotonic()
    print("now: a test begins", flush=True)
    page.get_by_role("button", name="Begin the test").click()
    page.locator("#test-summary").first.wait_for(timeout=SOON)
    claims.say(True, "a test begins by a click, and its progress is shown", f"{time.monotonic() - begun:.1f} s")
    meanwhile()
    page.goto(origin)
    page.locator("#test-devices li", has_text="reacts to sound").first.wait_for(timeout=VERDICT)
    seen = f"proven after {time.monotonic() - begun:.0f} s"
    if not whole:
        page.get_by_role("button", name="End the test").click()
        page.goto(origin)
    # The page is loaded again by itself when the test is over.
    page.get_by_role("link", name="Test my home").wait_for(timeout=VERDICT)
    took = time.monotonic() - begun
    page.locator(".verdict.streams, .verdict.reacts").first.wait_for(timeout=2 * SOON)
    answer = page.get_by_role("heading", level=1).inner_text()
    claims.say("react" in answer or "sends what it hears" in answer, "the verdict leads the page when the test is over", f"{answer!r} {took:.0f} s after the click ({seen})")
    looked(claims, page, "home with a verdict", "telephone")
    verdicts = page.locator("ul.devices .verdict").all_inner_texts()
    claims.say(len(verdicts) >= 2, "each device has its verdict", "; ".join(verdicts))
    session = path_of(page, ".week a[href^='/session/']")
    page.goto(origin + (session or "/sessions"))
    claims.say(session is not None and page.get_by_role("link", name="The whole report as one page").count() == 1, "the session is there with its report", session or "")
    looked(claims, page, "session with verdicts", "telephone")
    watched.verdict(claims, "during a test")


def pages(claims, browser, arguments):
    """The page of a home that is watched."""
    origin = re.match(r"https?://[^/]+", arguments.link).group()
    host = urlsplit(origin).netloc
    watched = Watched(browser, host, viewport={"width": 1280, "height": 800}, ignore_https_errors=True, reduced_motion="reduce")
    page = watched.context.new_page()
    come_in(claims, page, watched, origin, arguments.link)
    paths = all_paths(claims, page, origin)
    every_page(claims, page, watched, origin, paths, [("telephone", "light"), ("desktop", "dark")])
    if arguments.pictures:
        take_pictures(page, origin, paths, arguments.pictures)
    keyboard(claims, page, origin)
    first_screen(claims, page, origin)
    without_script(claims, browser, host, watched.context.cookies(), origin, paths)
    rest = [("telephone", "dark"), ("desktop", "light")]
    if arguments.waits:
        lamp(claims, page, watched, origin)
        test_my_home(claims, page, watched, origin, arguments.whole, lambda: every_page(claims, page, watched, origin, paths, rest))
    else:
        every_page(claims, page, watched, origin, paths, rest)
    watched.verdict(claims, "at the end")


def take_picture(browser, file, picture):
    """The first screen of a report."""
    width, height = SIZES["desktop"]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.goto(file.resolve().as_uri())
    page.screenshot(path=picture)
    page.close()


def reports(claims, browser, arguments):
    """Pages that were written to files."""
    if arguments.picture:
        take_picture(browser, arguments.files[-1], arguments.picture)
    for file in arguments.files:
        watched = Watched(browser, "")
        page = watched.context.new_page()
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                page.goto(file.resolve().as_uri())
                looked(claims, page, file.name, f"{size}, {theme}")
                # A line holds a device and its receivers: at least six of them, or all.
                lines = page.locator("header > .verdicts li").evaluate_all("all => all.map(it => it.getBoundingClientRect().bottom)")
                seen = sum(it <= height for it in lines)
                claims.say(lines and seen >= min(6, len(lines)), f"{file.name}, {size}, {theme}: devices and receivers stand on the first screen", f"{seen} of {len(lines)}")
                if file.stat().st_size > UNFOLDED:
                    continue
                page.evaluate("() => document.querySelectorAll('details').forEach(it => it.open = true)")
                problems = faults(page)
                screens = page.evaluate(MEASURE)["screens"]
                claims.say(not problems, f"{file.name}, {size}, {theme}: nor where all is unfolded", "; ".join(problems) or f"{screens:.1f} screens")
        watched.verdict(claims, f"in {file.name}")
        watched.context.close()


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    page = commands.add_parser("page")
    page.add_argument("link")
    page.add_argument("--pictures", type=Path)
    page.add_argument("--waits", action="store_true")
    page.add_argument("--whole", action="store_true", help="wait until a test of the home is over by itself")
    page.set_defaults(look=pages)
    report = commands.add_parser("report")
    report.add_argument("files", type=Path, nargs="+")
    report.add_argument("--picture", type=Path)
    report.set_defaults(look=reports)
    arguments = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if chromium is None:
        print("not tried: there is no Chromium; apt-get install chromium")
        return NOT_TRIED
    claims = Claims()
    begun = time.monotonic()
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        try:
            arguments.look(claims, browser, arguments)
        except Error as error:
            shown = [f"{page.url.split('?')[0]}: {page.locator('body').inner_text()[:300]}" for it in browser.contexts for page in it.pages]
            claims.say(False, "the browser does what it is told", f"{error}\n{shown}")
        browser.close()
    print(f"{claims.failed} claims failed; {time.monotonic() - begun:.0f} s")
    return 1 if claims.failed else 0


if __name__ == "__main__":
    sys.exit(main())
