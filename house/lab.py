#!/usr/bin/env python3
"""Holds the trials of an experiment against the cloud's log.   lab.py --trials TRIALS.csv --truth TRUTH.jsonl [--results RESULTS.json]

Fails where they disagree: sound that the cloud received in a trial and that was not found, sound that was found and that no cloud
received, seconds of a device in all trials that are off by more than a tenth, or more than a quarter of the readings that are not known.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from parts.roster import DEVICES  # noqa: E402
from truth import SECOND, read  # noqa: E402

# A stream may begin so much before the sound: clocks and onsets.
EARLY = SECOND // 2
# A trial ends so long before the sound of the next one.
PAUSE = SECOND
# Seconds of a device may be off by this share of what its cloud received in all trials: single ones by more, where the machine held the device up.
MOST_OFF = 0.10
# What is shorter is no upload, s.
LEAST = 0.5


def owner(name):
    """The device of the house that a report calls so: its name ends with the last octets of its address."""
    return next((it for it in DEVICES if name.lower().endswith(it.mac[-8:])), None)


def windows(rows):
    """From when to when an upload belongs to a trial."""
    starts = sorted({int(row["sound_start_ns"]) for row in rows})
    ends = [start - PAUSE for start in starts[1:]] + [None]
    return {start: (start - EARLY, end) for start, end in zip(starts, ends)}


def received(log, device, window):
    """Seconds of sound that its cloud received in streams that began in the window."""
    begins, ends = window
    own = [it for it in log if it["kind"] == "stream" and it["device"] == device.name and it["begin_ns"] >= begins]
    return sum(it["seconds"] for it in own if ends is None or it["begin_ns"] < ends)


def complaint(told, truth):
    """What is wrong with a reading, if anything."""
    if truth > LEAST and told == 0:
        return f"the cloud received {truth:.1f} s, and nothing was found"
    if truth == 0 and told > 0:
        return f"{told:.1f} s were found, and no cloud received any"
    return None


def totals(readings):
    """What is wrong with all readings of each device together: `readings` are pairs of what was found and received, by device."""
    for name, pairs in readings.items():
        known = [it for it in pairs if it is not None]
        told, truth = (sum(it[side] for it in known) for side in (0, 1))
        if abs(told - truth) > MOST_OFF * truth:
            yield f"{name}: {told:.1f} s were found in all; its cloud received {truth:.1f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", required=True, type=Path)
    parser.add_argument("--truth", required=True, type=Path)
    parser.add_argument("--results", type=Path)
    asked = parser.parse_args()
    with asked.trials.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    log, wrong, readings, known, held = read(asked.truth), [], {}, 0, 0
    within = windows(rows)
    for row in rows:
        device = owner(row["device"])
        if device is None:
            wrong.append(f"{row['device']} lives in no room")
            continue
        truth = received(log, device, within[int(row["sound_start_ns"])])
        place = f"trial {int(row['trial']) + 1:>3} {row['condition']:<24} {device.name:<8}"
        if not row["seconds"]:
            print(f"{place} {truth:7.2f} s received; not known: {row['unknown']}")
            readings.setdefault(device.name, []).append(None)
            continue
        told, low, high = (float(row[column]) for column in ("seconds", "seconds_low", "seconds_high"))
        readings.setdefault(device.name, []).append((told, truth))
        known += 1
        held += low - 0.01 <= truth <= high + 0.01
        print(f"{place} {truth:7.2f} s received, {told:7.2f} s found ({low:.2f} to {high:.2f})")
        why = complaint(told, truth)
        if why:
            wrong.append(f"{place}: {why}")
    print(f"{known} of {len(rows)} readings known, {held} intervals hold what the cloud received")
    if asked.results:
        for answer in json.loads(asked.results.read_text(encoding="utf-8"))["answers"]:
            print(f"- {answer}")
    wrong.extend(totals(readings))
    if known * 4 < len(rows) * 3 or not rows:
        wrong.append(f"{len(rows) - known} of {len(rows)} readings are not known")
    for line in wrong:
        print(f"WRONG {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
