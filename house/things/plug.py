#!/usr/bin/env python3
"""A plug: one connection that stays, a few octets each twenty seconds.   plug.py RECEIVER CA SEED"""

import sys
import time

from wire import Line, live

receiver, ca, _ = sys.argv[1:]


def talk():
    line = Line(receiver, ca)
    line.trade(300, 200)
    while True:
        time.sleep(20)
        line.trade(12, 12)


live(talk)
