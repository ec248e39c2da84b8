#!/usr/bin/env python3
"""Probes the house with tools that are not ours: paplay for the mouth, tcpdump for the eyes, and a lot drawn here.

  house run --full -- ./rehearse.py --rounds 8 --earwitness PATH

Runs inside of the gateway. Writes `capture.pcap`, `probes.csv` and the report into HOUSE_DIR. With it, what `earwitness
analyze` says can be held against the cloud's log without trusting a line of `earwitness probe`.
"""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from onset import Recording

# A comma's pause after the wake word: without it hardly an engine wakes.
PAUSE = 0.35
COMMANDS = ("what time is it", "tell me about the weather tomorrow, in the morning and in the afternoon")
VOICES = (("espeak-ng", "en-gb", "175"), ("flite", "slt", ""), ("espeak-ng", "en-us", "150"), ("flite", "rms", ""))


def say(voice, text, file):
    """Renders a text at 48 kHz mono."""
    program, name, pace = voice
    raw = file.with_suffix(".raw.wav")
    command = (
        ["espeak-ng", "-v", name, "-s", pace, "-w", raw, text]
        if program == "espeak-ng"
        else ["flite", "-voice", name, "-t", text, "-o", raw]
    )
    subprocess.run(command, check=True, timeout=30, stdout=subprocess.DEVNULL)
    trim = ["silence", "1", "0.01", "0.5%", "reverse", "silence", "1", "0.01", "0.5%", "reverse"]
    subprocess.run(["sox", "-V1", raw, "-r", "48000", "-c", "1", "-b", "16", file, "norm", "-3", *trim], check=True, timeout=30)


def utterances(home, word):
    """Wake word, pause, command, in several voices; padded with silence, because a sink may swallow the first moments."""
    home.mkdir(exist_ok=True)
    made = []
    for number, voice in enumerate(VOICES):
        for command, text in enumerate(COMMANDS):
            name = f"{word}-{voice[1]}-{command}"
            first, second, whole = (home / f"{name}.{part}.wav" for part in ("1", "2", "whole"))
            say(voice, word, first)
            say(voice, text, second)
            padded = home / f"{name}.wait.wav"
            subprocess.run(["sox", first, padded, "pad", "0.3", str(PAUSE)], check=True, timeout=30)
            subprocess.run(["sox", padded, second, whole, "pad", "0", "0.3"], check=True, timeout=30)
            seconds = (whole.stat().st_size - 44) / 96_000 - 0.6
            made.append((name, whole, seconds))
    return made


def draw(seed, round_number, what, among):
    """A draw by lot that anyone can check: SHA-256 of seed, round and purpose."""
    digest = hashlib.sha256(f"{seed}/{round_number}/{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % among


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--rounds", type=int, default=8)
    parse.add_argument("--slots", type=int, default=8)
    parse.add_argument("--slot", type=float, default=8.0, help="seconds")
    parse.add_argument("--guard", type=float, default=2.0, help="seconds")
    parse.add_argument("--seed", type=int, default=7)
    parse.add_argument("--word", default="alexa")
    parse.add_argument("--earwitness", required=True)
    arguments = parse.parse_args()
    home = Path(os.environ["HOUSE_DIR"])
    sounds = utterances(home / "sounds", arguments.word)
    capture = home / "capture.pcap"
    eyes = subprocess.Popen(
        [
            "tcpdump",
            "-i",
            os.environ["HOUSE_BRIDGE"],
            "-n",
            "-s",
            "0",
            "-U",
            "-B",
            "16384",
            "--time-stamp-precision=nano",
            "-w",
            capture,
        ],
        stderr=open(home / "logs" / "tcpdump.log", "wb"),
    )
    rows = []
    try:
        time.sleep(5)
        for number in range(arguments.rounds):
            chosen = draw(arguments.seed, number, "slot", arguments.slots)
            sound = sounds[draw(arguments.seed, number, "sound", len(sounds))]
            begin = time.time() + 1
            for slot in range(arguments.slots):
                start = begin + slot * (arguments.slot + arguments.guard)
                time.sleep(max(0.0, start - time.time()))
                row = [number, slot, "sham", f"{start:.9f}", arguments.slot, "", "", "", "", "", ""]
                if slot == chosen:
                    row = [
                        number,
                        slot,
                        "probe",
                        f"{start:.9f}",
                        arguments.slot,
                        time.time_ns(),
                        f"{sound[2]:.2f}",
                        sound[0],
                        "speech",
                        "yes",
                        "",
                    ]
                    subprocess.run(["paplay", "-d", "room", "--latency-msec=50", sound[1]], check=True, timeout=30)
                rows.append(row)
            time.sleep(max(0.0, begin + arguments.slots * (arguments.slot + arguments.guard) - time.time()))
        time.sleep(5)
    finally:
        eyes.send_signal(signal.SIGINT)
        eyes.wait(timeout=20)
    # When each probe really sounded, by the ear.
    recording = Recording(home)
    for row in rows:
        if row[2] == "probe":
            onset = recording.onset(row[5] + 300_000_000)
            row[5], row[9] = (f"{onset / 1e9:.9f}", "yes") if onset else (row[3], "no")
    probes = home / "probes.csv"
    head = "round,slot,kind,start,slot_seconds,onset,seconds,stimulus,sound,heard,void"
    probes.write_text("\n".join([f"# seed {arguments.seed}", head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    print((home / "logs" / "tcpdump.log").read_text().strip(), flush=True)
    return subprocess.run(
        [arguments.earwitness, "analyze", capture, "--probes", probes, "--json", "-o", os.environ["HOUSE_REPORT"]], check=False
    ).returncode


sys.exit(main())
