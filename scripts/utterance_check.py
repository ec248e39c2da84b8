#!/usr/bin/env python3
"""Plays every shipped wake word to wake-word engines and counts which of them wake.

    python3 -m venv engines
    engines/bin/pip install 'numpy<2' pvporcupine==1.9.5 pymicro-wakeword==2.5.0 openwakeword==0.4.0 onnxruntime
    engines/bin/python scripts/utterance_check.py crates/sound/data/utterances

Each take is the wake word, half a second of silence and a question of the same voice, at -23 dBFS or so, with a little noise. An
engine is asked four times, with the word a few milliseconds later each time, because engines look at frames.
"""

import collections
import pathlib
import subprocess
import sys

import numpy as np

RATE = 16000
SHIFTS = (0, 137, 261, 403)


def voices(folder):
    """Of each voice: its samples, and the rows of the table."""
    rows = collections.defaultdict(list)
    for line in (folder / "table.tsv").read_text().splitlines():
        if not line.startswith("#"):
            voice, speed, kind, first, samples, text = line.split("\t")
            rows[voice].append((speed, kind, int(first), int(samples), text))
    for voice, table in rows.items():
        raw = subprocess.run(
            ["sox", folder / f"{voice}.ogg", "-t", "raw", "-e", "signed", "-b", "16", "-r", str(RATE), "-"], check=True, capture_output=True
        )
        yield voice, np.frombuffer(raw.stdout, np.int16).astype(np.float64), table


def level(samples):
    """At -23 dBFS."""
    return samples * (32768 * 10 ** (-23 / 20) / np.sqrt(np.mean(samples**2)))


def engines():
    """Of each engine: its words, and a function from a word to one from samples to whether it wakes."""
    import pvporcupine

    def porcupine(word):
        engine = pvporcupine.create(keywords=[word], sensitivities=[0.7])

        def wakes(samples):
            size = engine.frame_length
            frames = [samples[at : at + size] for at in range(0, len(samples) - size, size)]
            return max(engine.process(frame) for frame in frames) >= 0

        return wakes

    yield "porcupine", pvporcupine.KEYWORDS & {"alexa", "computer", "jarvis", "hey google", "ok google", "hey siri"}, porcupine

    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

    models = {"alexa": Model.ALEXA, "hey jarvis": Model.HEY_JARVIS, "hey mycroft": Model.HEY_MYCROFT, "okay nabu": Model.OKAY_NABU}

    def micro(word):
        def wakes(samples):
            engine, features = MicroWakeWord.from_builtin(models[word]), MicroWakeWordFeatures()
            return any(engine.process_streaming(feature) for feature in features.process_streaming(samples.tobytes()))

        return wakes

    yield "microWakeWord", set(models), micro

    import openwakeword
    from openwakeword.model import Model as OpenModel

    paths = {path.stem.rsplit("_v", 1)[0].replace("_", " "): path for path in pathlib.Path(openwakeword.__file__).parent.glob("resources/models/*.onnx")}

    def open_wake_word(word):
        engine = OpenModel(wakeword_model_paths=[str(paths[word])])

        def wakes(samples):
            engine.reset()
            scores = [max(engine.predict(samples[at : at + 1280]).values()) for at in range(0, len(samples) - 1280, 1280)]
            return max(scores) >= 0.5

        return wakes

    yield "openWakeWord", {"alexa", "hey jarvis", "hey mycroft"} & set(paths), open_wake_word


def main(folder):
    noise = np.random.default_rng(1)
    takes = collections.defaultdict(list)
    for voice, samples, table in voices(folder):
        question = next(row for row in table if row[1] == "question")
        for speed, kind, first, count, text in table:
            if kind == "wake":
                word = level(samples[first : first + count])
                rest = level(samples[question[2] : question[2] + question[3]])
                takes[text].append((voice, speed, np.concatenate([word, np.zeros(RATE // 2), rest])))
    names = sorted({(voice, speed) for take in takes.values() for voice, speed, _ in take})
    print("| wake word | engine | " + " | ".join(f"{voice} {speed}" for voice, speed in names) + " | of all |")
    print("| --- | --- |" + " ---: |" * (len(names) + 1))
    total = collections.Counter()
    for engine, words, make in engines():
        for word in sorted(words & set(takes)):
            wakes, hits = make(word), {}
            for voice, speed, samples in takes[word]:
                count = 0
                for shift in SHIFTS:
                    whole = np.concatenate([np.zeros(RATE + shift), samples, np.zeros(RATE)])
                    whole = whole + noise.normal(0, 8, len(whole))
                    count += bool(wakes(np.clip(whole, -32768, 32767).astype(np.int16)))
                hits[voice, speed] = count
                total[voice, speed] += count
            of_all = f"{sum(hits.values())}/{len(hits) * len(SHIFTS)}"
            print(f"| {word} | {engine} | " + " | ".join(str(hits.get(name, "-")) for name in names) + f" | {of_all} |", flush=True)
    print("| all | | " + " | ".join(str(total[name]) for name in names) + f" | {sum(total.values())} |")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
