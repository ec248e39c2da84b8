#!/usr/bin/env python3
"""Gives Home Assistant's own recogniser of sentences (hassil) what `earwitness ask --sentences assist` writes: it has to understand what the program understands.

  assist.py PROGRAM    PROGRAM is earwitness

Exit status: 0 it holds; 1 it does not; 77 it could not be tried, and why is said. Its packages are those of docs/notebooks/requirements.txt.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import notebook  # noqa: E402

STORE = Path(__file__).resolve().parent.parent / "crates/store/tests/store/fixtures/version-5.db.gz"
# What is said, and the intent that both have to find in it.
SAID = {
    "who is listening": "WhoListens",
    "who's listening to us": "WhoListens",
    "which devices reacted last night": "Reacted",
    "what happened in the last session": None,
    "pause the probing for thirty minutes": "Pause",
    "pause the probing for an hour": "Pause",
    "don't play any probes for two hours": "Pause",
    "test my home": "ProbeNow",
    "what can you tell me": None,
    "pause": None,
    "help": None,
    "turn on the light": None,
    "pause the music": None,
    "how much did the garden send": None,
}
# What only we are told by our name.
NAMED = {"ask earwitness what happened in the last session": "Happened", "tell earwitness to pause": "Pause", "earwitness resume": "Resume", "ask earwitness for help": "Help"}
# Run in the environment.
RECOGNISE = """
import json
import sys
from hassil import Intents, recognize
with open(sys.argv[1], encoding="utf-8") as file:
    intents = Intents.from_yaml(file)
for text in json.loads(sys.argv[2]):
    found = recognize(text, intents)
    print(found.intent.name.removeprefix("Earwitness") if found else "none")
"""


def main():
    program = sys.argv[1]
    python = notebook.environment()
    with tempfile.TemporaryDirectory() as folder:
        store = f"{folder}/state"
        Path(store).mkdir(mode=0o700)
        (Path(store) / "earwitness.db").write_bytes(gzip.decompress(STORE.read_bytes()))
        asked = [program, "ask", "--state", store, "--sentences", "assist"]
        sentences = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60)
        file = f"{folder}/earwitness.yaml"
        with open(file, "w", encoding="utf-8") as out:
            out.write(sentences.stdout)
        texts = {**SAID, **NAMED}
        told = subprocess.run([python, "-c", RECOGNISE, file, json.dumps(list(texts))], check=True, capture_output=True, text=True, timeout=300)
    wrong = 0
    for (text, wanted), found in zip(texts.items(), told.stdout.split()):
        if found != (wanted or "none"):
            print(f"{text!r} was taken for {found}, and means {wanted}")
            wrong += 1
    print(f"{len(texts) - wrong} of {len(texts)} sentences are understood as they are meant")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
