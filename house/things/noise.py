#!/usr/bin/env python3
"""The noise of a quiet room, until it is ended: engines hear less in a room without any sample but 0.

  noise.py

Some seconds of it again and again, at about 70 dB below full scale.
"""

import array
import random
import subprocess

RATE = 16_000
SECONDS = 7
# Standard deviation of a sample; full scale is 32,768.
LOUD = 10

chance = random.Random(1)
piece = array.array("h", (round(chance.gauss(0, LOUD)) for _ in range(RATE * SECONDS))).tobytes()
command = ["paplay", "-d", "room", "--raw", f"--rate={RATE}", "--channels=1", "--format=s16le", "--latency-msec=200"]
with subprocess.Popen(command, stdin=subprocess.PIPE) as loudspeaker:
    while loudspeaker.poll() is None:
        loudspeaker.stdin.write(piece)
