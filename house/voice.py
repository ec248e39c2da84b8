#!/usr/bin/env python3
"""Talks with the program in the house's room, and holds what it does against what the room heard.

  house/house run --small --noise -- house/voice.py --earwitness PROGRAM [--out FOLDER]

Runs in the gateway, in about six minutes. `earwitness run` probes the house and listens to its own wake phrase; a person, who is said by flite, asks a question and gives orders, and
says yes and no. The room's recording (`ear.py`) says whether and when an answer sounded, and whether it is the sentence that was due; `earwitness tell status` says when a setting
changed; the store says what became of the rounds. Each probe says the phrase and a question too, and must not be answered.

Prints a line a step, and ends with 1 where one failed.
"""

import argparse
import csv
import datetime
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import wave
from array import array
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import heard  # noqa: E402
from onset import RATE, Recording  # noqa: E402

SECOND = heard.SECOND
CONFIG = HERE / "voice.toml"
PHRASE = "hey brown bear"
# The person. The program itself speaks with espeak-ng, as USUAL in crates/sound/src/speak/sounds/synthesis.rs.
PERSON = "slt"
PROGRAM_VOICE = ("en", "160")
# The pause between two sentences of an answer, s: BREATH in crates/sound/src/speak/sounds/mod.rs.
BREATH = 0.25
PAUSED, TALKS = "paused by a person", "somebody talks with it"
# An answer begins within this time, s, also on a busy machine. A person says again what was not answered.
PATIENCE, TRIES = 15, 3
# Silence is no: the program waits for seven seconds (PATIENCE in crates/voice/src/dialogue.rs).
FORGETS = 9


class Failed(Exception):
    """A step did not go as it must."""


class Room:
    """What sounds in the room, and a person in it."""

    def __init__(self, home):
        self.home = home
        self.folder = tempfile.TemporaryDirectory()
        # What was rendered; when the person spoke, nanoseconds.
        self.texts, self.spoke = {}, []

    def levels(self, begun, until=None):
        """Loudness of each frame from a moment on."""
        recording = Recording(self.home)
        first, _ = recording.at(begun)
        last = recording.ends[-1] if until is None else recording.at(until)[0]
        return heard.levels(recording.samples(first, last - first), RATE)

    def sounds(self, begun, until=None):
        """From when to when it was loud since a moment, nanoseconds."""
        found = heard.stretches(self.levels(begun, until))
        return [(begun + round(one * SECOND), begun + round(other * SECOND)) for one, other in found]

    def rendered(self, text):
        """A text as the person says it, and how long it is to be heard, s."""
        if text not in self.texts:
            file, louder = (Path(self.folder.name) / f"{name}{len(self.texts)}.wav" for name in ("said", "played"))
            subprocess.run(["flite", "-voice", PERSON, "-t", text, "-o", file], check=True, timeout=30)
            subprocess.run(["sox", file, "-r", str(RATE), louder, "gain", "-n", "-12"], check=True, timeout=30)
            first, last = heard.spoken(course_of(louder))
            self.texts[text] = louder, last - first
        return self.texts[text]

    def says(self, text):
        """Says a text; returns when its end sounded, nanoseconds."""
        file, length = self.rendered(text)
        begun = time.time_ns()
        subprocess.run(["paplay", "-d", "room", file], check=True, timeout=60)
        time.sleep(0.3)
        sounds = self.sounds(begun)
        if not sounds:
            raise Failed(f"{text!r} did not sound in the room")
        self.spoke.append((sounds[0][0], sounds[0][0] + round(length * SECOND)))
        return self.spoke[-1][1]

    def answer(self, ended):
        """From when to when something sounded after the person had spoken, waiting for its end; `None` where nothing did in time."""
        begun = ended + round(heard.LINGER * SECOND)
        while True:
            time.sleep(0.2)
            now = time.time_ns()
            sounds = self.sounds(begun)
            if sounds and now - sounds[0][1] > (heard.PAUSE + 0.2) * SECOND:
                return sounds[0]
            if not sounds and now - ended > PATIENCE * SECOND:
                return None


class Program:
    """`earwitness run`, and what it says of itself."""

    def __init__(self, program, out):
        self.program, self.out, self.state = program, out, out / "state"
        with (out / "said.jsonl").open("wb") as said, (out / "complaints.log").open("wb") as complaints:
            command = [program, "run", "-c", CONFIG, "-i", os.environ["HOUSE_BRIDGE"], "--state", self.state, "--json", "-vv"]
            self.process = subprocess.Popen(command, stdout=said, stderr=complaints, start_new_session=True)
        # Each status with when it was asked for and answered, nanoseconds.
        self.states, self.over = [], threading.Event()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()

    def command(self, *words):
        """What a command of the program prints; nothing where it fails."""
        done = subprocess.run([self.program, *words], capture_output=True, text=True, check=False, timeout=60)
        return done.stdout if done.returncode == 0 else ""

    def tell(self, word):
        return self.command("tell", word, "--state", self.state)

    def watch(self):
        while not self.over.wait(0.25):
            answer = self.tell("status")
            if answer:
                it = json.loads(answer)
                self.states.append((it["at_ns"], it))

    def status(self):
        answer = self.tell("status")
        if not answer:
            raise Failed("the program does not say how it stands")
        return json.loads(answer)

    def events(self, about):
        """What it reported of a kind."""
        lines = (self.out / "said.jsonl").read_text(encoding="utf-8").splitlines()
        return [it for it in (json.loads(line) for line in lines if line.endswith("}")) if it["event"] == about]

    def played(self):
        """Probes as `(round, from, until)`, nanoseconds."""
        return [(it["round"], it["onset_ns"], it["onset_ns"] + it["length_ns"]) for it in self.events("played")]

    def scored(self):
        """The rounds that were scored while it ran."""
        return {it["round"] for it in self.events("scored")}

    def rounds(self):
        """Rounds of the store as `(number, from, until, void)`."""
        table = csv.DictReader(io.StringIO(self.command("export", "rounds", self.state)))
        found = []
        for it in table:
            moment = datetime.datetime.fromisoformat(it["start"]).timestamp() * SECOND
            found.append((int(it["round"]), moment, moment + int(it["slots"]) * float(it["slot_seconds"]) * SECOND, it["void"]))
        return found

    def end(self):
        self.over.set()
        self.watcher.join(60)
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)


def course_of(file):
    """Loudness of a recording's frames."""
    with wave.open(str(file)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
        return heard.levels(samples, sound.getframerate())


def expected(text, folder):
    """Loudness of a text's frames as the program says it."""
    course, (voice, pace) = [], PROGRAM_VOICE
    for number, sentence in enumerate(it for it in text.replace(". ", ". \n").split("\n") if it):
        file = Path(folder) / f"expected{number}.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", pace, "-w", file, sentence], check=True, timeout=30)
        levels = course_of(file)
        first, last = (round(it * 1000 / heard.FRAME_MS) for it in heard.spoken(levels))
        course += [0.0] * round(BREATH * 1000 / heard.FRAME_MS if number else 0) + levels[first:last]
    return course


class Talk:
    """The steps, one line each."""

    def __init__(self, room, program):
        self.room, self.program = room, program
        self.answers, self.wrong = [], 0

    def tell(self, holds, what):
        self.wrong += not holds
        print(f"{'yes' if holds else 'NO':>5}  {what}", flush=True)

    def until(self, what, holds, patience):
        end = time.monotonic() + patience
        while not holds():
            if self.program.process.poll() is not None:
                raise Failed(f"the program ended by itself: {(self.program.out / 'complaints.log').read_text(errors='replace')[-500:]}")
            if time.monotonic() > end:
                raise Failed(f"not within {patience} s: {what}")
            time.sleep(0.5)

    def ask(self, text, due, name):
        """Says a text, and again where nothing answers; `due` is the answer that has to sound, or gives it. Returns when the person had spoken, and when the answer was over."""
        for attempt in range(1, TRIES + 1):
            ended = self.room.says(text)
            answer = self.room.answer(ended)
            if answer is None:
                print(f"       {name}: nobody answered {text!r}, attempt {attempt}", flush=True)
                continue
            self.answers.append(answer)
            words = due() if callable(due) else due
            like = heard.likeness(self.room.levels(*answer), expected(words, self.room.folder.name))
            after, length = ((one - other) / SECOND for one, other in ((answer[0], ended), (answer[1], answer[0])))
            if like >= heard.SAME or attempt == TRIES:
                self.tell(like >= heard.SAME, f"{name}: answered {after:.2f} s after its end, for {length:.1f} s, like {words!r} by {like:.2f}")
                return ended, answer[1]
            print(f"       {name}: another answer than {words!r} ({like:.2f}) after {after:.2f} s, attempt {attempt}", flush=True)
            # Nothing is confirmed by what is said next.
            time.sleep(FORGETS)
            self.answers += self.room.sounds(answer[1] + round(heard.LINGER * SECOND))
        raise Failed(f"{name}: no answer in {TRIES} attempts")

    def order(self, text, asked_back, says, due, changed, name):
        """Gives an order that is asked back and answered; `changed` says of a status whether the order was carried out."""
        begun = time.time_ns()
        # The program waits for it no longer than for any other.
        self.room.rendered(says)
        self.ask(text, asked_back, f"{name}, asked back")
        time.sleep(0.3)
        before = self.program.status()
        said, _ = self.ask(says, due, f"{name}, {says!r}")
        time.sleep(1)
        at = heard.first_change(self.program.states, changed, begun)
        if says == "no":
            self.tell(at is None and not changed(self.program.status()), f"{name}, no: nothing was changed")
        else:
            in_order = at is not None and at >= said and not changed(before)
            when = "never" if at is None else f"{(at - said) / SECOND:.2f} s after the end of the yes"
            self.tell(in_order, f"{name}, yes: not done when it was asked back, seen done {when}")

    def steps(self):
        program, state = self.program, self.program.state
        self.until("the program says how it stands", lambda: program.tell("status") != "", 60)
        self.until("a probe sounds", lambda: program.played(), 180)

        def in_round():
            """Whether a round in which the probe has sounded goes on for as long as it takes to ask and to be answered."""
            number, _, ended = program.played()[-1]
            whole = next((it for it in program.rounds() if it[0] == number), None)
            now = time.time_ns()
            return whole is not None and now > ended + 1.5 * SECOND and now + 9 * SECOND < whole[2]

        self.until("a round goes on after its probe", in_round, 400)
        self.ask(f"{PHRASE}, who is listening", lambda: program.command("ask", "who is listening", "--state", state).strip(), "a question in a round")

        def paused(it):
            return PAUSED in it["held"]

        unchanged = "Nothing was changed."
        hour = "Shall I play nothing for 1 hour? Say yes or no."
        self.order(f"{PHRASE}, pause for an hour", hour, "no", unchanged, paused, "pause for an hour")
        seven = "Shall I play nothing until 7 in the evening? Say yes or no."
        quiet = "Nothing is played until 19:00. Watching goes on."

        def until_seven(it):
            until = it["paused_until_ns"]
            return paused(it) and until is not None and datetime.datetime.fromtimestamp(until / SECOND).strftime("%H:%M") == "19:00"

        self.order(f"{PHRASE}, be quiet until seven in the evening", seven, "yes", quiet, until_seven, "be quiet until seven")
        again = "Shall I end the pause, so that sounds may be played again? Say yes or no."
        self.order(f"{PHRASE}, resume probing", again, "no", unchanged, lambda it: not paused(it), "resume")
        self.ask(PHRASE, "Yes?", "the phrase alone")

        # What follows says in how many seconds a round may begin.
        over = "The pause is over. The home is watched. Probes are allowed."
        self.order("you can play again", again, "yes", over, lambda it: not paused(it), "resume after the phrase alone")
        alone = len(program.played())
        since = time.time_ns()
        self.until("two probes sound while nobody speaks", lambda: len(program.played()) >= alone + 2, 300)
        # What a probe caused is waited for before its round is scored.
        number = program.played()[alone][0]
        self.until("a round that nobody spoke in is scored", lambda: number in program.scored(), 400)
        self.judge(alone, since)

    def judge(self, alone, since):
        """Probes that nobody spoke beside, and, when the program has ended, its rounds."""
        probes = self.program.played()[alone:]
        talking = [at for at, it in self.program.states if TALKS in it["held"] and at > since]
        wrong = heard.probes_judged(probes, self.room.sounds(since), talking)
        self.tell(not wrong, f"{len(probes)} probes that say the phrase and a question were answered by nobody{''.join('; ' + it for it in wrong)}")
        scored = self.program.scored()
        self.tell(self.program.end() == 0, "the program ended in good order")
        # The end leaves rounds without scores that were not scored before.
        rounds = [it for it in self.program.rounds() if it[0] in scored]
        broken = [it for it in rounds if any(heard.overlaps(it[1:3], answer) for answer in self.answers)]
        wrong = heard.rounds_judged(rounds, self.answers, self.room.spoke)
        self.tell(bool(broken) and not wrong, f"{len(rounds)} rounds were settled, {len(broken)} of them without scores since an answer sounded in them{''.join('; ' + it for it in wrong)}")


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--earwitness", required=True, type=Path)
    parse.add_argument("--out", type=Path, help="where the program keeps its store (default: voice in the house's files)")
    asked = parse.parse_args()
    home = Path(os.environ["HOUSE_DIR"])
    out = (asked.out or home / "voice").resolve()
    out.mkdir(parents=True, exist_ok=True)
    talk = Talk(Room(home), Program(asked.earwitness.resolve(), out))
    begun = time.monotonic()
    try:
        talk.steps()
    except (Failed, subprocess.SubprocessError) as why:
        talk.tell(False, str(why))
    finally:
        talk.program.end()
    print(f"talking: {'as it must be' if not talk.wrong else f'{talk.wrong} WRONG'}, in {time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    return 1 if talk.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
