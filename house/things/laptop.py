#!/usr/bin/env python3
"""A laptop: pages with what belongs to them, and now and then a file that goes up.   laptop.py RECEIVER CA SEED"""

import random
import sys
import time

from wire import Line, live

receiver, ca, seed = sys.argv[1:]
chance = random.Random(int(seed))


def page():
    line = Line(receiver, ca)
    for _ in range(chance.randint(3, 15)):
        line.trade(chance.randint(400, 2_500), chance.randint(1_000, 80_000))
        time.sleep(chance.expovariate(8))
    line.close()


def talk():
    while True:
        page()
        if chance.random() < 0.15:
            line = Line(receiver.replace("www.", "files.", 1), ca)
            line.trade(chance.randint(100_000, 1_500_000), 500)
            line.close()
        time.sleep(chance.expovariate(1 / 12))


live(talk)
