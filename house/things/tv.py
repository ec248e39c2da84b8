#!/usr/bin/env python3
"""A television: video in segments every few seconds, and telemetry of tens of kilobytes whenever it likes.

tv.py RECEIVER CA SEED
"""

import random
import sys
import threading
import time

from wire import Line, live

receiver, ca, seed = sys.argv[1:]
chance = random.Random(int(seed))


def watch():
    line = Line(receiver.replace("ads.", "video.", 1), ca)
    while True:
        line.trade(900, chance.randint(100_000, 400_000))
        time.sleep(chance.uniform(3, 5))


def tell():
    while True:
        line = Line(receiver, ca)
        for _ in range(chance.randint(1, 4)):
            line.trade(chance.randint(8_000, 60_000), 400)
            time.sleep(chance.uniform(0.1, 1.5))
        line.close()
        time.sleep(chance.expovariate(1 / 15))


threading.Thread(target=live, args=(watch,), daemon=True).start()
live(tell)
