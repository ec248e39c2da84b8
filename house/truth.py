#!/usr/bin/env python3
"""What the cloud's log proves: who sent sound because of sound, how many seconds, and probe by probe.

A device is convicted by the log when its cloud received streams of sound that began in at least three quarters of the
probes that counted; with fewer than twelve, it may still be undecided. One whose cloud received no sound must not be
accused. Between the two, where an engine woke now and then, a verdict may be open, but not wrong.

A camera sends always; the log says how many octets arrived in the seconds of a probe and in silence.

  truth.py TRUTH.jsonl [--report REPORT.json]
"""

import argparse
import json
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True

from parts.roster import DEVICES  # noqa: E402

SECOND = 1_000_000_000
# A stream may begin a little before the moment from which a probe counts as heard.
EARLY = SECOND // 2
# Within so many rounds a device that is woken must be convicted.
MOST_ROUNDS = 12
# A camera's octets move with sound when a second with sound has so many times those of a silent one.
MOVED = 1.5

STREAMS, REACTS, SILENT, ALWAYS = "streams what it hears", "reacts to sound", "no reaction found", "streams all the time"
UNDECIDED = "undecided"


@dataclass
class Truth:
    """What is known of one device."""

    name: str
    mac: str
    kind: str
    streams: list = field(default_factory=list)
    seconds: float = 0.0
    # For each probe: number of the round, whether it counted, seconds that arrived.
    probes: list = field(default_factory=list)
    stray: int = 0
    says: str = ""
    accepted: tuple = ()
    must_be_proven: bool = False


def read(path):
    """Lines of the log; a last one that is not whole is left out."""
    lines = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    return lines


def windows(trials):
    """When each probe sounded and until when an answer to it begins: `(number, counted, from, until, seconds)`."""
    return [
        (
            it["number"],
            it["void"] is None,
            it["onset_ns"] - EARLY,
            it["onset_ns"] + int(it["slot_seconds"] * SECOND),
            it["seconds"],
        )
        for it in trials
    ]


def judge(log, trials, span=None):
    """What the log proves of each device; `span` is the time that was watched, nanoseconds."""
    probes = windows(trials)
    found = []
    for device in DEVICES:
        own = [it for it in log if it["device"] == device.name]
        if not own:
            continue
        it = Truth(device.name, device.mac, device.kind)
        it.streams = [one for one in own if one["kind"] == "stream" and (span is None or span[0] <= one["begin_ns"] <= span[1])]
        it.seconds = sum(one["seconds"] for one in it.streams)
        if device.kind == "camera":
            camera(it, own, probes)
        else:
            listener(it, probes)
        found.append(it)
    return found


def listener(it, probes):
    """A device that opens its mouth when it hears something, or never."""
    taken = set()
    for number, counted, start, until, _ in probes:
        inside = [at for at, one in enumerate(it.streams) if start <= one["begin_ns"] <= until]
        taken.update(inside)
        it.probes.append((number, counted, sum(it.streams[at]["seconds"] for at in inside)))
    it.stray = len(it.streams) - len(taken)
    rounds = [seconds for _, counted, seconds in it.probes if counted]
    hits = sum(seconds > 0 for seconds in rounds)
    if not it.streams:
        it.says, it.accepted = "sent no sound", (SILENT, UNDECIDED)
    elif hits >= 3 and hits * 4 >= len(rounds) * 3:
        it.must_be_proven = len(rounds) >= MOST_ROUNDS
        it.says, it.accepted = f"sent sound in {hits} of {len(rounds)}", (STREAMS,) if it.must_be_proven else (STREAMS, UNDECIDED)
    else:
        it.says, it.accepted = f"sent sound in {hits} of {len(rounds)}", (
            STREAMS,
            UNDECIDED,
            *([] if hits * 3 > len(rounds) else [SILENT]),
        )


def camera(it, own, probes):
    """A device that sends for ever: do its octets move with sound?"""
    seconds = [one for one in own if one["kind"] == "rtp"]

    def heard(one):
        # The second after the sound began until the sound ends: the log has whole seconds.
        return any(
            start + EARLY <= one["at_ns"] <= start + EARLY + int(long * SECOND) - SECOND for _, _, start, _, long in probes
        )

    def near(one):
        return any(start - SECOND <= one["at_ns"] <= start + EARLY + int((long + 2) * SECOND) for _, _, start, _, long in probes)

    loud = [one["octets"] for one in seconds if heard(one)]
    hush = [one["octets"] for one in seconds if not near(one)]
    if not loud or not hush:
        it.says, it.accepted = "sends always", (ALWAYS, UNDECIDED)
        return
    a, b = statistics.median(hush), statistics.median(loud)
    it.says = f"sends always: {a:.0f} octets/s in silence, {b:.0f} with sound"
    it.accepted = (STREAMS, REACTS, ALWAYS, UNDECIDED) if b >= MOVED * a else (ALWAYS, UNDECIDED)


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("truth")
    parse.add_argument("--report")
    arguments = parse.parse_args()
    trials = json.loads(Path(arguments.report).read_text())["probing"]["trials"] if arguments.report else []
    for it in judge(read(arguments.truth), trials):
        print(
            f"{it.name}: {it.says}; {it.seconds:.2f} s of sound "
            f"in {len(it.streams)} streams, {it.stray} of them outside of probes"
        )
        for one in it.streams:
            print(
                f"  {one['begin_ns'] / SECOND:.3f} + {one['seconds']:.2f} s, "
                f"first piece {one['first_chunk_seconds']:.2f} s, {one['ended']}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
