#!/usr/bin/env python3
"""Tests the house by the button of the page, and holds what the page shows against the cloud's log.

  house/house run --full --noise -- house/page.py --earwitness PROGRAM [--out FOLDER]

Runs in the gateway, for about half an hour. `earwitness run` watches the house; a browser of a few lines comes in by the first link, follows the page, and presses *Test my home*. When the test
is over, the report of its session is left for the house to compare. Of each stream that the cloud got it says whether the light was on for its device, and how long after its first octet.

Notices go to a program, as a household's would, which writes them down: a device that the page then calls proven has to have been told.

Prints what it saw, and ends with 1 where no verdict came, where a proof was not told or something was told as proven that the page does not show so, or where the light missed more than one
stream of two seconds and more in ten.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from parts.roster import DEVICES  # noqa: E402

SECOND = 1_000_000_000
# A light may be on so long after a stream ended.
LINGERS = 3 * SECOND
# Shorter streams are over before anything can be said.
LEAST = 2.0


class Browser:
    """What a browser does, as far as it is needed here."""

    def __init__(self, link):
        parts = urllib.parse.urlsplit(link)
        self.host, self.cookie = parts.netloc, None
        answer = self.ask("GET", f"/?{parts.query}")
        self.cookie = answer.getheader("set-cookie").split(";")[0]

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        headers = {"Origin": f"http://{self.host}"} | ({"Cookie": self.cookie} if self.cookie else {})
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def get(self, path):
        return self.ask("GET", path).read().decode()

    def press(self, page, path, **fields):
        """Sends a form of a page."""
        fields["csrf"] = re.search(r'name="csrf" value="([^"]+)"', self.get(page)).group(1)
        answer = self.ask("POST", path, urllib.parse.urlencode(fields))
        if answer.status != 303:
            raise RuntimeError(f"{path}: {answer.status} {answer.read().decode()}")

    def follow(self, each):
        """Hands over what the page is told, with the time, for ever."""
        while True:
            try:
                for line in self.ask("GET", "/live"):
                    if line.startswith(b"data: "):
                        each(time.time_ns(), json.loads(line[6:]))
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(1)


def told(program, state, word):
    done = subprocess.run([program, "tell", word, "--state", state], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else ""


def waited(what, seconds, holds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = holds()
        if found:
            return found
        time.sleep(0.5)
    raise RuntimeError(f"waited in vain until {what}")


def lights(status_log, streams):
    """For each stream whether the light of its device was on, and after how many seconds."""
    macs = {it.name: it.mac for it in DEVICES}
    found = []
    for it in streams:
        lit = [at for at, sending in status_log if macs.get(it["device"]) in sending and it["begin_ns"] <= at <= it["end_ns"] + LINGERS]
        found.append((it, (min(lit) - it["begin_ns"]) / SECOND if lit else None))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--earwitness", required=True)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    program = str(Path(arguments.earwitness).resolve())
    out = arguments.out or Path(tempfile.mkdtemp())
    out.mkdir(parents=True, exist_ok=True)
    state = out / "state"
    config = out / "page.toml"
    notices = out / "notices.jsonl"
    tell = out / "tell"
    tell.write_text(f"#!/bin/sh\ncat >> '{notices}'\necho >> '{notices}'\n")
    tell.chmod(0o755)
    config.write_text(f'[web]\nlisten = "127.0.0.1:0"\n[probing]\nquiet = []\n[notify]\ncommand = "{tell}"\n')
    with (out / "said.log").open("wb") as said:
        command = [program, "run", "-c", config, "-i", os.environ["HOUSE_BRIDGE"], "--state", state]
        process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
    seen, proven, started = [], set(), time.time_ns()
    try:
        link = waited("a page is served", 60, lambda: told(program, state, "link"))
        browser = Browser(link)
        waited("the store was read", 60, lambda: browser.ask("GET", "/").status == 200)
        first = json.loads(told(program, state, "status"))["session"]

        def each(at, _):
            status = json.loads(told(program, state, "status") or "{}")
            seen.append((at, {it["device"] for it in status.get("today", []) if it["sending"]}))

        threading.Thread(target=browser.follow, args=(each,), daemon=True).start()
        print("The page says before the test:", re.search(r"<p[^>]*[^>]*>(It plays[^<]*)", browser.get("/test")).group(1), flush=True)
        browser.press("/test", "/test", anyway="yes")
        begun, last = time.monotonic(), ""

        def over():
            nonlocal last
            try:
                status = json.loads(told(program, state, "status") or "{}")
            except json.JSONDecodeError:
                return False
            progress = status.get("progress")
            if progress and progress["summary"] != last:
                last = progress["summary"]
                print(f"{(time.monotonic() - begun) / 60:5.1f} min  {last}", flush=True)
            return progress is None and status.get("session") not in (None, first)

        waited("the test begins", 60, lambda: json.loads(told(program, state, "status") or "{}").get("progress"))
        waited("the test is over", 3_600, over)
        print(f"The test took {(time.monotonic() - begun) / 60:.1f} min", flush=True)
        time.sleep(25)
        home = browser.get("/")
        heading = re.search(r"<h1>(.*?)</h1>", home, re.S).group(1)
        print("The page says:", re.sub(r"<[^>]+>", "", heading), flush=True)
        for name, verdict in re.findall(r"<bdi>([^<]*)</bdi> <span class=\"sending\">[^<]*</span></strong><span class=\"verdict [a-z]*\">([^<]*)", home):
            print(f"  {name}: {verdict}", flush=True)
        (out / "home.html").write_text(home)
        sessions = re.findall(r'href="/session/(\d+)"', browser.get("/sessions"))
        report = subprocess.run([program, "report", state, "--session", sessions[0], "--json"], capture_output=True, check=True, timeout=300)
        Path(os.environ.get("HOUSE_REPORT", out / "report.json")).write_bytes(report.stdout)
        proven = {it["mac"] for it in json.loads(report.stdout)["devices"] if it.get("verdict") == "streams what it hears"}
    finally:
        process.terminate()
        process.wait(timeout=60)
    told_of = set()
    for line in notices.read_text().splitlines() if notices.exists() else []:
        if line:
            notice = json.loads(line)
            print(f"Told after {(notice['at_ns'] - started) / SECOND / 60:.1f} min: {notice['title']}: {notice['text']}", flush=True)
            if notice["what"] == "proven" and notice["sends"]:
                told_of.add(notice["device"])
    with open(os.environ["HOUSE_TRUTH"], encoding="utf-8") as log:
        streams = [it for it in map(json.loads, log) if it["kind"] == "stream" and it["seconds"] >= LEAST]
    streams = [it for it in streams if seen and it["begin_ns"] > seen[0][0]]
    found = lights(seen, streams)
    after = sorted(seconds for _, seconds in found if seconds is not None)
    if after:
        print(f"The light was on for {len(after)} of {len(found)} streams of {LEAST:g} s and more, after {statistics.median(after):.2f} s in the median, {after[-1]:.2f} s at most")
    print(f"{len(proven)} devices are proven to send what they hear; {len(told_of)} were told as proven")
    sys.exit(0 if len(after) * 10 >= len(found) * 9 and proven == told_of else 1)


if __name__ == "__main__":
    main()
