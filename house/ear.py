#!/usr/bin/env python3
"""Records what sounds in the room, with the time of every piece: the independent witness of when a sound began.   ear.py FOLDER

`ear.s16` holds 16 kHz samples, `ear.times` a line a piece: samples so far, and when they had arrived, nanoseconds since 1970.
It is also the quick reader that a null sink needs (see `parts/room.py`).
"""

import os
import subprocess
import sys
import time
from pathlib import Path

RATE = 16_000
# After so many seconds nothing more is written; reading goes on.
LONGEST = 12 * 3600

home = Path(sys.argv[1])
parec = subprocess.Popen(
    ["parec", "-d", "room.monitor", f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw", "--latency-msec=10"],
    stdout=subprocess.PIPE,
)
octets = 0
with open(home / "ear.s16", "wb", buffering=0) as sound, open(home / "ear.times", "w", buffering=1) as times:
    while piece := os.read(parec.stdout.fileno(), 65_536):
        now = time.time_ns()
        octets += len(piece)
        if octets < LONGEST * RATE * 2:
            sound.write(piece)
            times.write(f"{octets // 2} {now}\n")
