#!/usr/bin/env python3
"""Searches for words that wake a device of the house, and holds each that is named against the log of the device's cloud.

  house/house run --full --without hall,doorbell,plug,laptop -- house/words.py --earwitness PROGRAM [--out FOLDER] [--plays N] [DEVICE...]

Runs in the gateway, one device after another (bedroom and kitchen unless some are named), each with three hundred plays in about an hour. A play of a word is confirmed where the device's
stream began in its slot, by the cloud's log. Ends with 1 where a word is named that the log does not know as waking.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from parts.roster import DEVICES  # noqa: E402

SECOND = 1_000_000_000
WAKE_WORD = "alexa"
# The longest that the search with one device may take, s.
PATIENCE = 2 * 3_600


def lines(path):
    """The objects of a file, one a line; a last line that is not whole yet is left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def plays(journal, streams):
    """Each play of a word as `(text, voice, whether the log knows a stream that began in its slot)`."""
    rounds = {it["number"]: it for it in journal if it["record"] == "round"}
    for played in (it for it in journal if it["record"] == "played"):
        it = rounds[played["number"]]
        length = it["slot_seconds"] * SECOND
        for place, slot in enumerate(it["slots"]):
            begins = played["from_ns"] + place * length
            woke = any(begins <= at < begins + length for at in streams)
            yield slot.get("text", WAKE_WORD if slot["sounds"] == "wake_word" else ""), slot.get("voice", ""), woke


def judge(told, all_plays):
    """What the log says of the words that are named; the number of those that it denies."""
    woke = {}
    for text, voice, is_known in all_plays:
        woke.setdefault(text, []).append(voice if is_known else None)
    denied = 0
    for word in (it for it in told["words"] if it["wakes"]):
        played = woke.get(word["text"], [])
        times, voices = sum(it is not None for it in played), len({it for it in played if it is not None})
        denied += voices < 2
        print(
            f"{'yes' if voices >= 2 else 'NO':>12}  {word['text']:<20} {word['phonemes']:<28} named; by the log it woke in {times} of "
            f"{len(played)} plays, in {voices} voices; {word.get('seconds') or 0:.1f} s"
        )
    for text in ("", WAKE_WORD):
        played = woke.get(text, [])
        print(f"              {text or 'nothing':<20} by the log a stream began in {sum(it is not None for it in played)} of {len(played)} slots")
    return denied


def search(program, device, out, count):
    state = out / f"{device.name}-state"
    results = out / f"{device.name}.json"
    command = [program, "words", "search", WAKE_WORD, "-c", HERE / "words.toml", "-i", os.environ["HOUSE_BRIDGE"], "--state", state]
    command += ["--device", device.mac, "--plays", str(count), f"--json={results}"]
    subprocess.run(command, check=True, timeout=PATIENCE, cwd=HERE.parent)
    truth = list(lines(Path(os.environ["HOUSE_TRUTH"])))
    streams = [it["begin_ns"] for it in truth if it["kind"] == "stream" and it["device"] == device.name]
    return json.loads(results.read_text()), list(plays(list(lines(state / "words.jsonl")), streams))


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--earwitness", required=True)
    parse.add_argument("--out", default=os.environ.get("HOUSE_DIR", ".") + "/words")
    parse.add_argument("--plays", type=int, default=300)
    parse.add_argument("devices", nargs="*", default=["bedroom", "kitchen"])
    arguments = parse.parse_args()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    denied = 0
    for device in sorted((it for it in DEVICES if it.name in arguments.devices), key=lambda it: arguments.devices.index(it.name)):
        print(f"== {device.name}: {device.wake}, {WAKE_WORD}", flush=True)
        told, all_plays = search(arguments.earwitness, device, out, arguments.plays)
        denied += judge(told, all_plays)
        print(f"{device.name}: {told['found']} words named after {told['plays']} plays ({told['ended']})", flush=True)
    return 1 if denied else 0


if __name__ == "__main__":
    sys.exit(main())
