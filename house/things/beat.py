#!/usr/bin/env python3
"""A sign of life: one connection that stays, a few octets each so many seconds. All that a plug says, and what a satellite tells of itself
beside its voice service.   beat.py RECEIVER CA SECONDS
"""

import sys
import time

from wire import Line, live

receiver, ca, seconds = sys.argv[1:]


def talk():
    line = Line(receiver, ca)
    line.trade(300, 200)
    due = time.monotonic()
    while True:
        due += float(seconds)
        time.sleep(max(0.0, due - time.monotonic()))
        line.trade(12, 12)


live(talk)
