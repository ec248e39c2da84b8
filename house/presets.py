#!/usr/bin/env python3
"""Runs presets of the laboratory in the house, shortened, and holds what they say against the cloud's log.

  house/house run --small -- house/presets.py --earwitness PROGRAM [--out FOLDER] [PRESET...]

Runs in the gateway, all nine one after another unless some are named, in about forty minutes. Each leaves a folder with its trials, its results and
what `answers.py` needs. Where a preset asks a person to switch a microphone, the person is played here.
"""

import argparse
import json
import os
import pty
import re
import subprocess
import sys
import time
import wave
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import answers  # noqa: E402

# Signs of life come every ten and twelve seconds: within a margin there is one of each.
SHORT = ("margin_seconds=15", "before_seconds=2", "after_seconds=12", "pause_seconds=1,3")
# A voice of espeak-ng in which the kitchen's engine takes "Alexa" for its word nearly always.
SPOKEN = (*SHORT, "nights=1", "voice=en-gb-scotland")
PRESETS = {
    "baseline": ("margin_seconds=15", "silence_seconds=240"),
    "music": (*SHORT, "nights=6", "apart_hours=0", "music_seconds=30"),
    "prefix": (*SPOKEN, "repeats=6"),
    "postfix": (*SPOKEN, "repeats=4"),
    "postfix-immediate": (*SPOKEN, "repeats=3", "postfix_s=0,2,4,6"),
    "gap": (*SPOKEN, "repeats=4", "gap_s=0.2,0.5,1.2"),
    "media": (*SHORT, "nights=2", "apart_hours=0", "recording=show.wav", "subtitles=show.srt"),
    "setting": (*SPOKEN, "repeats=4", "times=2", "setting=the microphones"),
    "idle-profile": ("margin_seconds=15", "nights=1", "silence_seconds=240"),
}
# What the television says, and when, s. The hall wakes at any speech, the kitchen at one word.
SHOW = (
    (2, "Good evening. Here is the weather."),
    (14, "Alexa, where is New York City."),
    (28, "Rain is expected in the north."),
    (40, "Tell it to Alexa, she said."),
)
SHOW_SECONDS = 50
VOICE = "en-gb-scotland"
# The longest that a preset may take, s.
PATIENCE = 1_200


def show(folder):
    """A recording of a broadcast, and its subtitles."""
    rate, whole, lines = None, None, []
    for number, (at, text) in enumerate(SHOW, 1):
        piece = folder / "piece.wav"
        subprocess.run(["espeak-ng", "-v", VOICE, "-s", "160", "-w", piece, text], check=True, timeout=30)
        with wave.open(str(piece)) as sound:
            rate = sound.getframerate()
            samples = sound.readframes(sound.getnframes())
        whole = whole or bytearray(SHOW_SECONDS * rate * 2)
        whole[at * rate * 2 : at * rate * 2 + len(samples)] = samples
        until = at + len(samples) / 2 / rate
        lines.append(f"{number}\n{stamp(at)} --> {stamp(until)}\n{text}\n")
    with wave.open(str(folder / "show.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(whole)
    (folder / "show.srt").write_text("\n".join(lines), encoding="utf-8")


def stamp(seconds):
    """A time as subtitles have it."""
    whole, rest = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{rest:03}"


def microphones(on):
    """Switches the satellites' microphones, as their own button would: they go on listening, and hear silence."""
    asked = subprocess.run(["pactl", "-f", "json", "list", "source-outputs"], capture_output=True, check=True, timeout=20)
    for it in json.loads(asked.stdout):
        pid = it["properties"].get("application.process.id", "")
        where = subprocess.run(["ip", "netns", "identify", pid], capture_output=True, text=True, check=False, timeout=20)
        if re.search(r"-(kitchen|hall)$", where.stdout.strip()):
            subprocess.run(["pactl", "set-source-output-mute", str(it["index"]), "0" if on else "1"], check=True, timeout=20)


def person(said, terminal):
    """Does what is asked at the end of what was said, if anything is, and confirms; returns what is left to be read."""
    if b"Press Enter when that is done:" not in said:
        return said
    asked = re.findall(rb"Switch .* (on|off), then confirm", said)
    microphones(asked[-1] == b"on")
    os.write(terminal, b"\n")
    return b""


def carry_out(program, preset, folder):
    """Runs a preset with a person before the terminal; returns its status."""
    mine, theirs = pty.openpty()
    words = [word for it in PRESETS[preset] for word in ("--set", it)]
    command = [program, "experiment", "run", preset, "-c", HERE / "ci.toml", "-i", os.environ["HOUSE_BRIDGE"]]
    command += ["--state", folder / "state", f"--json={folder / 'results.json'}", "--trials", folder / "trials.csv", *words]
    with (folder / "said.log").open("wb") as log:
        run = subprocess.Popen(command, stdin=theirs, stdout=log, stderr=theirs, cwd=folder, start_new_session=True)
        os.close(theirs)
        os.set_blocking(mine, False)
        said, until = b"", time.monotonic() + PATIENCE
        while run.poll() is None and time.monotonic() < until:
            try:
                piece = os.read(mine, 4096)
            except OSError:
                piece = b""
            log.write(piece)
            log.flush()
            said = person((said + piece)[-4096:], mine)
            time.sleep(0 if piece else 0.1)
        if run.poll() is None:
            run.terminate()
        status = run.wait(60)
    os.close(mine)
    microphones(True)
    return status


def one(program, preset, out):
    """Runs a preset and judges it; returns lines of the table and whether all of it holds."""
    folder = out / preset
    folder.mkdir(parents=True, exist_ok=True)
    if preset == "media":
        show(folder)
    asked = {"preset": preset, "set": PRESETS[preset], "where": str(folder)}
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    print(f"== {preset} {' '.join(PRESETS[preset])}", flush=True)
    begun = time.monotonic()
    status = carry_out(program, preset, folder)
    took = time.monotonic() - begun
    if status != 0:
        print((folder / "said.log").read_text(encoding="utf-8", errors="replace")[-2_000:])
        print(f"WRONG {preset} ended with {status} after {took:.0f} s", flush=True)
        return False
    said, judged = answers.judge(folder, os.environ["HOUSE_TRUTH"], program)
    for line in said:
        print(f"- {line}")
    for holds, what in judged.lines:
        print(f"  {holds:>12}  {what}")
    print(f"{preset}: {'confirmed' if not judged.wrong else 'WRONG'} in {took:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    return not judged.wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", choices=[[], *PRESETS], metavar="PRESET")
    parser.add_argument("--earwitness", required=True, type=Path)
    parser.add_argument("--out", type=Path, help="where folders of presets go (default: presets in the house's files)")
    asked = parser.parse_args()
    out = (asked.out or Path(os.environ["HOUSE_DIR"]) / "presets").resolve()
    program = asked.earwitness.resolve()
    wrong = [it for it in asked.presets or PRESETS if not one(program, it, out)]
    print(f"wrong: {', '.join(wrong)}" if wrong else "the cloud's log confirms all of them", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
