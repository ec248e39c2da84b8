#!/usr/bin/env python3
"""Holds a report of `earwitness --json` against the cloud's log.   compare.py --report REPORT.json --truth TRUTH.jsonl

Fails where they disagree: another verdict than the log's, a woken satellite that was not convicted within 12 rounds, a
false conviction, or seconds of sound that are off by more than a tenth.
"""

import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from truth import ALWAYS, MOST_ROUNDS, REACTS, SECOND, STREAMS, judge, read  # noqa: E402

# Largest difference of the seconds of sound, as a share of what the cloud received.
MOST_OFF = 0.10


def span(report):
    """What was watched."""
    times = [(it["first_ns"], it["last_ns"]) for it in report["devices"]]
    return min(first for first, _ in times), max(last for _, last in times)


def sightings(device):
    """Uploads of sound, to the internet; those without an end are apart."""
    return [it for it in device["sightings"] if it["kind"] == "audio" and it["audio_seconds"] is not None]


def complaints(it, device, off):
    """Where a device's report and its cloud disagree."""
    verdict, evidence = device.get("verdict"), device.get("evidence") or {}
    if verdict not in it.accepted:
        yield f"is called '{verdict}'; the cloud's log: {it.says}"
    rounds = evidence.get("proven_after")
    if it.must_be_proven and (rounds is None or rounds > MOST_ROUNDS):
        yield f"was not convicted within {MOST_ROUNDS} rounds ({rounds})"
    if off is not None and abs(off) > MOST_OFF:
        yield f"sent {it.seconds:.1f} s of sound; the report is off by {off:+.0%}"
    if not it.streams and it.kind != "camera" and verdict in (STREAMS, REACTS, ALWAYS):
        yield "is accused, and its cloud received no sound"


def rows(truths, report):
    """A row for each device, and what is wrong with it."""
    devices = {it["mac"]: it for it in report["devices"]}
    for it in truths:
        device = devices.get(it.mac)
        if device is None:
            yield (it.name, it.says, "absent", "", "", "", ""), ["is missing in the report"], []
            continue
        seen = sightings(device)
        told = sum(one["audio_seconds"] for one in seen)
        off = (told - it.seconds) / it.seconds if it.seconds else None
        evidence = device.get("evidence") or {}
        verdict = device.get("verdict", "none") + (f" ({device['reason']})" if device.get("reason") else "")
        row = (
            it.name,
            it.says,
            verdict,
            f"{evidence.get('proven_after') or '-'}/{evidence.get('rounds', '-')}",
            f"{it.seconds:.1f}" if it.streams else "-",
            f"{told:.1f}" if it.kind != "camera" else "-",
            f"{off:+.1%}" if off is not None else "-",
        )
        yield row, list(complaints(it, device, off)), list(streams(it, seen)) if it.kind != "camera" else []


def streams(it, seen):
    """Stream by stream: what arrived, and what was seen of it."""
    left = list(seen)
    for one in it.streams:
        over = [
            other
            for other in left
            if other["start_ns"] < one["end_ns"] + SECOND // 2 and other["end_ns"] > one["begin_ns"] - SECOND // 2
        ]
        left = [other for other in left if other not in over]
        told = sum(other["audio_seconds"] for other in over)
        high = sum(other["audio_seconds_high"] or 0 for other in over)
        pre = sum(other["pre_roll_seconds"] or 0 for other in over)
        end = max((other["end_ns"] for other in over), default=None)
        late = f"{(end - one['end_ns']) / 1e6:+.0f} ms" if end else "not seen"
        yield (
            f"{it.name} {one['begin_ns'] / SECOND:.1f}: cloud {one['seconds']:.2f} s "
            f"(first piece {one['first_chunk_seconds']:.2f}), "
            f"report {told:.2f} s (high {high:.2f}, pre-roll {pre:.2f}) in {len(over)}, end {late}; {one['ended']}"
        )
    for other in left:
        yield f"{it.name} {other['start_ns'] / SECOND:.1f}: report {other['audio_seconds']:.2f} s, and nothing arrived"


def table(lines):
    """Columns under each other."""
    wide = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(size) for cell, size in zip(line, wide)).rstrip())


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--report", required=True)
    parse.add_argument("--truth", required=True)
    parse.add_argument("--streams", action="store_true", help="stream by stream, too")
    arguments = parse.parse_args()
    report = json.loads(Path(arguments.report).read_text())
    if not report.get("probing"):
        print("compare: the report has no probes", file=sys.stderr)
        return 2
    found = list(rows(judge(read(arguments.truth), report["probing"]["trials"], span(report)), report))
    table(
        [
            ("device", "the cloud's log", "verdict", "proven/rounds", "s by cloud", "s by program", "off"),
            *(row for row, _, _ in found),
        ]
    )
    print(f"{report['probing']['rounds']} rounds, {report['probing']['void']} void")
    for row, _, details in found:
        for line in details if arguments.streams else []:
            print(f"  {line}")
    wrong = [f"{row[0]} {text}" for row, texts, _ in found for text in texts]
    for text in wrong:
        print(f"DISAGREE: {text}")
    print("the report and the cloud disagree" if wrong else "the report says what the cloud's log says", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
