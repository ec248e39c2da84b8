#!/usr/bin/env python3
"""Makes crates/sound/data/utterances: wake words and harmless questions, said by several voices.

    apt-get install flite festival festvox-us-slt-hts sox libsox-fmt-base
    scripts/utterances.py crates/sound/data/utterances

Each voice becomes one Ogg Vorbis file; table.tsv says where in it what is said. scripts/utterance_check.py plays every
utterance to wake-word engines; the voices and speeds below are those that woke most of them (docs/design/sound.md).
"""

import array
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import wave

RATE = 16000
# Silence between two utterances, seconds.
GAP = 0.1
# Samples below this part of the highest are silence at the ends of an utterance.
FLOOR = 0.004
# Highest sample of each utterance.
PEAK = 0.7

# Name: program, voice, and by how much the vocal tract is shortened (above 1: a smaller person).
VOICES = {
    "awb": ("flite", "awb", 1.0),
    "hts": ("festival", "cmu_us_slt_arctic_hts", 1.0),
    "rms": ("flite", "rms", 1.0),
    "rms-tall": ("flite", "rms", 0.94),
    "slt": ("flite", "slt", 1.0),
    "slt-small": ("flite", "slt", 1.06),
}
# Name: how much longer everything takes.
SPEEDS = {"fast": 0.95, "plain": 1.1, "slow": 1.25}
# Speeds of wake words, and of questions.
WAKE_SPEEDS = ("plain", "slow")
QUESTION_SPEED = "plain"

WAKE = [
    "alexa", "echo", "computer", "amazon", "hey google", "ok google", "hey siri", "hey jarvis", "jarvis", "okay nabu",
    "hey mycroft", "hi bixby", "hey cortana",
]
# As the voices are given it, where that differs from the text.
SPELLED = {"ok google": "okay google", "okay nabu": "okay naboo", "hey mycroft": "hey my croft"}
QUESTIONS = [
    "what time is it", "what is the weather like today", "tell me a joke", "what day is it", "how far is the moon",
    "what is two plus two", "how tall is the highest mountain", "what does a cat say", "who wrote hamlet",
    "how many days has a year", "what is the capital of france", "when does the sun go down",
]

def say(voice, speed, text):
    """The samples of a text, 16 bits at RATE, without silence at the ends."""
    program, name, tract = VOICES[voice]
    # A smaller vocal tract is a faster tape, which the pace makes up for.
    stretch = SPEEDS[speed] * tract
    with tempfile.TemporaryDirectory() as folder:
        raw, out = pathlib.Path(folder) / "raw.wav", pathlib.Path(folder) / "out.wav"
        if program == "flite":
            subprocess.run(["flite", "-voice", name, "--setf", f"duration_stretch={stretch}", "-t", text, "-o", raw], check=True)
        else:
            commands = f"(voice_{name})", f"(Parameter.set 'Duration_Stretch {stretch})"
            arguments = [part for command in commands for part in ("-eval", command)]
            subprocess.run(["text2wave", *arguments, "-o", raw], input=text.encode(), check=True)
        subprocess.run(["sox", "-R", raw, "-b", "16", "-c", "1", out, "speed", str(tract), "rate", "-v", str(RATE)], check=True)
        with wave.open(str(out)) as file:
            samples = array.array("h", file.readframes(file.getnframes()))
    most = max(abs(sample) for sample in samples)
    loud = [at for at, sample in enumerate(samples) if abs(sample) > most * FLOOR]
    return array.array("h", (round(sample * PEAK * 32767 / most) for sample in samples[loud[0] : loud[-1] + 1]))

def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("*.ogg"), *folder.glob("*.tsv")]:
        old.unlink()
    lines = ["# voice\tspeed\tkind\tfirst sample\tsamples\ttext"]
    for voice in sorted(VOICES):
        tape = array.array("h", [0] * round(GAP * RATE))
        takes = [("wake", speed, text) for text in WAKE for speed in WAKE_SPEEDS]
        takes += [("question", QUESTION_SPEED, text) for text in QUESTIONS]
        for kind, speed, text in takes:
            samples = say(voice, speed, SPELLED.get(text, text))
            lines.append(f"{voice}\t{speed}\t{kind}\t{len(tape)}\t{len(samples)}\t{text}")
            tape.extend(samples)
            tape.extend([0] * round(GAP * RATE))
        with tempfile.TemporaryDirectory() as temporary:
            path = pathlib.Path(temporary) / "tape.wav"
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(tape.tobytes())
            subprocess.run(["sox", "-R", path, "-C", "4", folder / f"{voice}.ogg"], check=True)
    (folder / "table.tsv").write_text("\n".join(lines) + "\n")
    files = sorted([*folder.glob("*.ogg"), folder / "table.tsv"])
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums))
    print(f"{len(lines) - 1} utterances, {sum(file.stat().st_size for file in files)} octets")

if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
