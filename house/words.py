#!/usr/bin/env python3
"""Searches for words that wake a device of the house, and holds each that is named against the log of the device's cloud.

  house/house run --full --without hall,doorbell,plug,laptop -- house/words.py --earwitness PROGRAM [--out FOLDER] [--plays N] [--levels DB,DB] [--replay] [DEVICE...]

Runs in the gateway, one device after another (bedroom and kitchen unless some are named), each with three hundred plays in about an hour. A play of a word is confirmed where the device's
stream began in its slot, by the cloud's log. Ends with 1 where a word is named that the log does not know as waking. With --replay the words that were named are then played once more by
`words replay`; it ends with 1 as well where one is told to wake that by the log did not, or to wake less that by the log woke as often as before.
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
    """Each play of a word as `(text, voice, level in dB, whether the log knows a stream that began in its slot)`."""
    rounds = {it["number"]: it for it in journal if it["record"] == "round"}
    for played in (it for it in journal if it["record"] == "played"):
        it = rounds[played["number"]]
        length = it["slot_seconds"] * SECOND
        for place, slot in enumerate(it["slots"]):
            begins = played["from_ns"] + place * length
            woke = any(begins <= at < begins + length for at in streams)
            yield slot.get("text", WAKE_WORD if slot["sounds"] == "wake_word" else ""), slot.get("voice", ""), slot.get("level_db", 0.0), woke


def at_levels(word, all_plays):
    """What is told of the word at each level, and what the log says; nothing where all plays had one level."""
    said = []
    for level in word.get("levels", []):
        known = [woke for text, _, db, woke in all_plays if text == word["text"] and db == level["level_db"]]
        said.append(f"{level['level_db']:+.0f} dB: told {level['woke']}/{level['plays']}, by the log {sum(known)}/{len(known)}")
    return "; ".join(said)


def judge(told, all_plays):
    """What the log says of the words that are named; the number of those that it denies."""
    woke = {}
    for text, voice, _, is_known in all_plays:
        woke.setdefault(text, []).append(voice if is_known else None)
    denied = 0
    for word in (it for it in told["words"] if it["wakes"]):
        played = woke.get(word["text"], [])
        times, voices = sum(it is not None for it in played), len({it for it in played if it is not None})
        denied += voices < 2
        print(
            f"{'yes' if voices >= 2 else 'NO':>12}  {word['text']:<20} {word['phonemes']:<28} named; by the log it woke in {times} of "
            f"{len(played)} plays, in {voices} voices; {word.get('seconds') or 0:.1f} s; {at_levels(word, all_plays)}"
        )
    for text in ("", WAKE_WORD):
        played = woke.get(text, [])
        print(f"              {text or 'nothing':<20} by the log a stream began in {sum(it is not None for it in played)} of {len(played)} slots")
    return denied


def judge_replay(told, all_plays):
    """What the log says of the words that were played again; the number of those of which it says something else."""
    denied = 0
    for word in told["words"]:
        log = [(voice, woke) for text, voice, _, woke in all_plays if text == word["text"]]
        times, voices = sum(woke for _, woke in log), len({voice for voice, woke in log if woke})
        before = word["before"]
        wrong = {
            "still_wakes": voices < 2,
            "wakes_less": times * before["plays"] >= before["woke"] * len(log),
            "open": False,
        }[word["now"]]
        denied += wrong
        print(
            f"{'NO' if wrong else 'yes':>12}  {word['text']:<20} {word['now']:<12} woke before in {before['woke']} of {before['plays']} plays; "
            f"by the log now in {times} of {len(log)}, in {voices} voices; {at_levels(word, all_plays)}"
        )
    return denied


def ask(words, state, results, device):
    """Runs `earwitness words` with these words of a command; what it told, and each play."""
    command = [*words, "-c", HERE / "words.toml", "-i", os.environ["HOUSE_BRIDGE"], "--state", state, "--device", device.mac, f"--json={results}"]
    subprocess.run(command, check=True, timeout=PATIENCE, cwd=HERE.parent)
    truth = list(lines(Path(os.environ["HOUSE_TRUTH"])))
    streams = [it["begin_ns"] for it in truth if it["kind"] == "stream" and it["device"] == device.name]
    return json.loads(results.read_text()), list(plays(list(lines(state / "words.jsonl")), streams))


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--earwitness", required=True)
    parse.add_argument("--out", default=os.environ.get("HOUSE_DIR", ".") + "/words")
    parse.add_argument("--plays", type=int, default=300)
    parse.add_argument("--levels")
    parse.add_argument("--replay", action="store_true")
    parse.add_argument("devices", nargs="*", default=["bedroom", "kitchen"])
    arguments = parse.parse_args()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    levels = ["--levels", arguments.levels] if arguments.levels else []
    denied = 0
    for device in sorted((it for it in DEVICES if it.name in arguments.devices), key=lambda it: arguments.devices.index(it.name)):
        print(f"== {device.name}: {device.wake}, {WAKE_WORD}", flush=True)
        words = [arguments.earwitness, "words"]
        found = out / f"{device.name}.json"
        search = [*words, "search", WAKE_WORD, "--plays", str(arguments.plays), *levels]
        told, all_plays = ask(search, out / f"{device.name}-state", found, device)
        denied += judge(told, all_plays)
        print(f"{device.name}: {told['found']} words named after {told['plays']} plays ({told['ended']})", flush=True)
        if arguments.replay and told["found"]:
            told, all_plays = ask([*words, "replay", found], out / f"{device.name}-replay", out / f"{device.name}-again.json", device)
            denied += judge_replay(told, all_plays)
            print(f"{device.name}: {told['found']} words still wake it after {told['plays']} plays ({told['ended']})", flush=True)
    return 1 if denied else 0


if __name__ == "__main__":
    sys.exit(main())
