#!/usr/bin/env python3
"""Holds what an experiment says against the cloud's log.

  answers.py FOLDER --truth TRUTH.jsonl --earwitness PROGRAM

FOLDER is what `presets.py` leaves of one preset: `trials.csv`, `results.json`, `asked.json` and the program's own `state/journal.jsonl`. Each trial's
seconds are replaced by those that the cloud received, and the program is asked the same questions of that table; every interval told of traffic
has to hold the answer of the log. Wakes during recordings and periods are counted in the log itself.
"""

import argparse
import csv
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from lab import EARLY, owner  # noqa: E402
from truth import SECOND, read  # noqa: E402

# An interval may be off by so much, s: clocks, and the length of a piece of sound.
OFF = 0.07
# Where there is no interval, an estimate may be off by so much, s, or by this share.
SLACK, SHARE = 0.25, 0.10
# A period may be off by this share, and one that is not kept does not come so often in a row.
PERIOD_OFF = 0.05
# Stretches of fewer beats need not show a period.
BEATS = 6


class Judgement:
    """What was compared, line by line, and what is wrong."""

    def __init__(self):
        self.lines, self.wrong = [], []

    def hold(self, what, estimate, ends, truth):
        """One number with its interval against the log's."""
        if estimate is None or truth is None:
            if estimate is not None or truth is not None:
                self.note(f"{what}: {number(estimate)} told, {number(truth)} by the log", "not compared")
            return
        low, high = ends
        if low is None or high is None:
            slack = max(SLACK, SHARE * abs(truth))
            low, high, told = estimate - slack, estimate + slack, "no interval"
        else:
            low, high, told = low - OFF, high + OFF, f"{low:.2f} to {high:.2f}"
        self.check(f"{what}: {estimate:.2f} ({told}), {truth:.2f} by the log", low <= truth <= high)

    def check(self, what, holds):
        self.lines.append(("yes" if holds else "NO", what))
        if not holds:
            self.wrong.append(what)

    def note(self, what, how):
        self.lines.append((how, what))


def number(value):
    return "nothing" if value is None else f"{value:.2f}"


def ends(it):
    return it.get("low"), it.get("high")


def streams(log, device, window):
    """Streams of a device that began in a window."""
    begins, until = window
    own = [it for it in log if it["kind"] == "stream" and it["device"] == device.name and it["begin_ns"] >= begins]
    return [it for it in own if it["begin_ns"] < until]


def sound(stream):
    """From when to when the sound of a stream was recorded: it is sent as it comes, but for what was kept from before."""
    return stream["end_ns"] - int(stream["seconds"] * SECOND), stream["end_ns"]


def covered(found, begins, until):
    """Seconds between two moments of which the sound was sent; what was sent twice counts once."""
    seconds, at = 0, begins
    for first, last in sorted(map(sound, found)):
        first, last = max(first, at), min(last, until)
        if first < last:
            seconds, at = seconds + last - first, last
    return seconds / SECOND


def moments(journal):
    """When the wake word of each trial began, its sound began and ended, by number of the trial."""
    played = [it for it in journal if it["record"] == "played"]
    return {it["trial"]: (it.get("wake_ns"), it["onset_ns"], it["sound_end_ns"]) for it in played}


def windows(rows, journal):
    """From when to when an upload belongs to each trial: until it had been watched to its end."""
    done = {it["trial"]: it["at_ns"] for it in journal if it["record"] == "done"}
    return {int(row["trial"]): (int(row["sound_start_ns"]) - EARLY, done[int(row["trial"])]) for row in rows}


def by_the_log(rows, log, journal):
    """The table of trials with the cloud's seconds in place of those that were measured."""
    within, played, new = windows(rows, journal), moments(journal), []
    for row in rows:
        row, device = dict(row), owner(row["device"])
        if row["seconds"] and device is not None:
            found = streams(log, device, within[int(row["trial"])])
            row["seconds"] = sum(it["seconds"] for it in found)
            row["seconds_low"] = row["seconds_high"] = row["seconds"]
            row["uploads"] = min(len(found), int(row["uploads"])) if found else 0
            wake, _, until = played.get(int(row["trial"]), (None, None, None))
            if row["pre_roll_seconds"] and found and wake is not None:
                row["pre_roll_seconds"] = covered(found, 0, wake)
                row["pre_roll_seconds_low"] = row["pre_roll_seconds_high"] = row["pre_roll_seconds"]
            if row["tail_seconds"] and found and until is not None:
                row["tail_seconds"] = covered(found, until, within[int(row["trial"])][1])
        new.append(row)
    return new


def ask(program, asked, rows, folder):
    """What the program says of the log's table."""
    table, results = folder / "log.csv", folder / "log.json"
    with table.open("w", encoding="utf-8", newline="") as file:
        write = csv.DictWriter(file, rows[0].keys())
        write.writeheader()
        write.writerows(rows)
    words = [word for it in asked["set"] for word in ("--set", it)]
    subprocess.run(
        [program, "experiment", "report", asked["preset"], *words, "--trials", table, f"--json={results}"],
        check=True,
        timeout=120,
        stdout=subprocess.DEVNULL,
        cwd=asked["where"],
    )
    return json.loads(results.read_text(encoding="utf-8"))


def amounts(judged, told, log):
    """What was sent under each condition."""
    for mine, other in zip(told["conditions"], log["conditions"]):
        for one, true in zip(mine["devices"], other["devices"]):
            for quantity in ("seconds", "pre_roll_seconds", "tail_seconds"):
                what = f"{called(one['name'])}, {quantity} under {mine['name']}"
                judged.hold(what, one[quantity]["estimate"], ends(one[quantity]), true[quantity]["estimate"])
            some, all_ = (one["uploads"][key] for key in ("some", "all"))
            what = f"{called(one['name'])}, trials with an upload under {mine['name']}: {some} of {all_}"
            judged.check(f"{what}, {true['uploads']['some']} by the log", some == true["uploads"]["some"])


def called(name):
    """The house's own name of a device."""
    device = owner(name)
    return name if device is None else device.name


def questions(judged, told, log):
    """What was asked beforehand."""
    for kind in ("contrasts", "equivalences"):
        for one, true in zip(told[kind], log[kind]):
            what = f"{called(one['device'])}, {one['quantity']}, {one['condition']} against {one['against']}"
            judged.hold(what, one["estimate"], ends(one), true["estimate"])
    for one, true in zip(told["doses"], log["doses"]):
        what = f"{called(one['device'])}, cut-off"
        if one["outcome"] == "found" and true["outcome"] == "found":
            judged.hold(what, one["estimate"], ends(one), true["estimate"])
        else:
            judged.check(f"{what}: {one['outcome']}, {true['outcome']} by the log", agree(one, true))
        judged.hold(f"{called(one['device'])}, slope", one["slope"], (one["slope_low"], one["slope_high"]), true["slope"])


def agree(one, true):
    """Whether two answers about a cut-off can be of one device: some cut-off is excluded by neither of them."""
    (low, high), (begin, end) = possible(one), possible(true)
    return low <= end and begin <= high


def possible(dose):
    """The cut-offs that an answer does not exclude, s."""
    if dose["outcome"] == "found":
        return dose["low"], dose["high"]
    if dose["outcome"] == "not_up_to":
        return dose["above"] or 0.0, math.inf
    return 0.0, dose["below"] if dose["outcome"] == "no_growth" else math.inf


def misactivations(judged, told, log, rows, journal):
    """Wakes while a recording sounded, by the log."""
    sounded = [(onset, until) for _, onset, until in moments(journal).values()]
    for one in told["misactivations"]:
        device = owner(one["device"])
        known = {int(row["trial"]) for row in rows if owner(row["device"]) == device and row["seconds"]}
        if device is None or len(known) < len(sounded):
            judged.note(f"{one['device']}: not seen in all playings", "not compared")
            continue
        found = [it for window in sounded for it in streams(log, device, window)]
        hours = sum(until - onset for onset, until in sounded) / SECOND / 3_600
        what = f"{device.name}, wakes: {one['wakes']}, {len(found)} by the log"
        # An upload that follows another within a second is one for who sees traffic.
        judged.check(what, abs(one["wakes"] - len(found)) <= 1)
        rate = one["per_hour"]
        judged.hold(f"{device.name}, wakes an hour", rate["rate"], ends(rate), len(found) / hours)


def periods(judged, told, log, rows):
    """What devices send by themselves: signs of life, by the log."""
    for one in told["idle"]:
        device = owner(one["device"])
        if device is None:
            continue
        found = [it["seconds"] for it in one["periods"]]
        if not device.beat:
            judged.check(f"{device.name}, periods: {found}, none by the log", not found)
            continue
        name = device.beats_to
        beats = sorted(it["at_ns"] for it in log if it["kind"] == "trade" and it["device"] == device.name and it["name"] == name)
        true = statistics.median(b - a for a, b in zip(beats, beats[1:])) / SECOND
        # A period shows where several beats of it fit into one stretch.
        if not found and 2 * one["longest_seconds"] < BEATS * true:
            judged.note(f"{device.name}, periods: none, {true:.2f} s by the log", "too short")
            continue
        kept = any(abs(it - true) <= PERIOD_OFF * true for it in found)
        judged.check(f"{device.name}, periods: {', '.join(f'{it:.2f} s' for it in found) or 'none'}, {true:.2f} s by the log", kept)


def judge(folder, truth, program):
    """Everything that one preset says."""
    folder = Path(folder)
    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    told = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    log = read(truth)
    journal = read(folder / "state" / "journal.jsonl")
    with (folder / "trials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    judged = Judgement()
    true = ask(program, asked, by_the_log(rows, log, journal), folder)
    amounts(judged, told, true)
    questions(judged, told, true)
    misactivations(judged, told, log, rows, journal)
    periods(judged, told, log, rows)
    unknown = sum(not row["seconds"] for row in rows)
    judged.check(f"{unknown} of {len(rows)} readings are not known", unknown * 4 <= len(rows))
    if not told["answers"]:
        judged.check("no sentence", False)
    return told["answers"], judged


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truth", required=True, type=Path)
    parser.add_argument("--earwitness", required=True)
    asked = parser.parse_args()
    answers, judged = judge(asked.folder, asked.truth, asked.earwitness)
    for answer in answers:
        print(f"- {answer}")
    for holds, what in judged.lines:
        print(f"  {holds:>12}  {what}")
    return 1 if judged.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
