#!/usr/bin/env python3
"""When sounds began in the room, by the house's own recording.   onset.py --dir DIR REPORT.json

Says for each probe of a report how far its onset lies from the moment at which the recording leaves silence. Fails when
one is off by more than --most milliseconds, or was not to be heard at all though the report counts it.
"""

import argparse
import array
import bisect
import json
import statistics
import sys
from pathlib import Path

RATE = 16_000
# Full scale is 32,768; the room's silence is exactly zero, and a voice begins with a breath.
AUDIBLE = 4
# A sound begins where it was silent for so long before, seconds.
HUSH = 0.1


class Recording:
    """What was heard, addressable by time."""

    def __init__(self, home):
        home = Path(home)
        self.sound = open(home / "ear.s16", "rb")
        pairs = [line.split() for line in (home / "ear.times").read_text().splitlines()]
        pieces = [(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2]
        if not pieces:
            raise ValueError(f"{home}/ear.times is empty: the room has no ear")
        self.ends = [it[0] for it in pieces]
        # When sample 0 would have been, by each piece; one that waited says too late, so the earliest around it is right.
        self.zeros = [time - samples * 1_000_000_000 // RATE for samples, time in pieces]
        self.times = [it[1] for it in pieces]

    def zero(self, index):
        """The time of sample 0, by the pieces around one (15 s)."""
        first = bisect.bisect_left(self.ends, self.ends[index] - 15 * RATE)
        last = bisect.bisect_right(self.ends, self.ends[index] + 15 * RATE)
        return min(self.zeros[first:last])

    def at(self, time):
        """Number of the sample at a time, and the time of sample 0."""
        index = min(bisect.bisect_left(self.times, time), len(self.times) - 1)
        zero = self.zero(index)
        return (time - zero) * RATE // 1_000_000_000, zero

    def samples(self, first, count):
        self.sound.seek(max(0, first) * 2)
        found = array.array("h")
        found.frombytes(self.sound.read(count * 2) if count > 0 else b"")
        return found

    def onset(self, around, before=1.0, after=2.0):
        """When a sound began, nearest to a time; `None` if none did."""
        middle, zero = self.at(around)
        first = max(0, middle - int((before + HUSH) * RATE))
        samples = self.samples(first, int((before + after + HUSH) * RATE))
        quiet, found = 0, []
        for number, it in enumerate(samples):
            if abs(it) < AUDIBLE:
                quiet += 1
            else:
                if quiet >= HUSH * RATE:
                    found.append(zero + (first + number) * 1_000_000_000 // RATE)
                quiet = 0
        return min(found, key=lambda it: abs(it - around), default=None)


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--dir", required=True, help="the house's files")
    parse.add_argument("--most", type=float, default=20.0, help="milliseconds")
    parse.add_argument("report")
    arguments = parse.parse_args()
    recording = Recording(arguments.dir)
    errors, unheard = [], 0
    for trial in json.loads(Path(arguments.report).read_text())["probing"]["trials"]:
        if trial["void"]:
            continue
        real = recording.onset(trial["onset_ns"])
        if real is None:
            unheard += 1
            print(f"round {trial['number']}: nothing began to sound near its onset")
            continue
        errors.append((trial["onset_ns"] - real) / 1e6)
    if not errors:
        print("onset: no probe to look at")
        return 1
    worst = max(errors, key=abs)
    print(
        f"onset: {len(errors)} probes, median {statistics.median(errors):+.1f} ms, worst {worst:+.1f} ms "
            f"from the room's recording; {unheard} not heard"
    )
    return 1 if unheard or abs(worst) > arguments.most else 0


if __name__ == "__main__":
    sys.exit(main())
