#!/usr/bin/env python3
"""Golden values for the intervals of `earwitness compare`, from scipy: crates/app/tests/golden/intervals.json.

    scripts/golden_compare.py            writes the file
    scripts/golden_compare.py --check    compares with what is there instead

Needs numpy and scipy: pip install numpy scipy
"""

import json
import pathlib
import random
import sys

import numpy as np
from scipy import optimize, stats

FILE = pathlib.Path(__file__).resolve().parent.parent / "crates/app/tests/golden/intervals.json"
Z = stats.norm.ppf(0.975)


def share(some, of):
    ends = stats.binomtest(some, of).proportion_ci(0.95, method="exact")
    return {"some": some, "of": of, "low": float(ends.low), "high": float(ends.high)}


def rate(events, time):
    low = 0.0 if events == 0 else stats.chi2.ppf(0.025, 2 * events) / 2
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    return {"events": events, "time": time, "low": float(low / time), "high": float(high / time)}


def area(yes, no):
    """Newcombe (2006), "Confidence intervals for an effect size measure based on the Mann-Whitney statistic", part 2, method 5."""
    value = float(stats.mannwhitneyu(yes, no).statistic) / (len(yes) * len(no))
    others = (len(yes) + len(no)) / 2 - 1

    def spread(t):
        return Z * np.sqrt(t * (1 - t) * (1 + others * ((1 - t) / (2 - t) + t / (1 + t))) / (len(yes) * len(no)))

    tiny = 1e-12
    low = 0.0 if value == 0 else optimize.brentq(lambda t: value - t - spread(t), tiny, value - tiny, xtol=1e-15)
    high = 1.0 if value == 1 else optimize.brentq(lambda t: t - value - spread(t), value + tiny, 1 - tiny, xtol=1e-15)
    return {"yes": yes, "no": no, "value": value, "low": low, "high": high}


def median(counts):
    """Order statistics whose chance to cover the median is at least 95 %; places from 0, null where there are none."""
    cut = int(stats.binom.ppf(0.025, len(counts), 0.5))
    if cut > 0 and stats.binom.cdf(cut, len(counts), 0.5) <= 0.025:
        cut += 1
    ordered = sorted(counts)
    ends = [ordered[cut - 1], ordered[len(counts) - cut]] if cut > 0 else [0, None]
    return {"counts": counts, "value": ordered[(len(counts) - 1) // 2], "low": ends[0], "high": ends[1]}


def main():
    draw = random.Random(7)
    shares = [(0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (311, 316), (315, 316), (1, 20_000), (250, 20_000)]
    rates = [(0, 1.0), (1, 2.5), (7, 0.02), (338, 3.3), (5_000, 52.0)]
    areas = [([3.0, 4.0, 5.0], [1.0, 2.0]), ([1.0, 1.0, 2.0], [1.0, 0.0, 0.0, 3.0]), ([0.0], [1.0])]
    for sizes in [(5, 9), (20, 31)]:
        areas.append(tuple([round(draw.gauss(shift, 1), 1) for _ in range(size)] for size, shift in zip(sizes, (1.0, 0.0))))
    medians = [[draw.randint(1, 30) for _ in range(size)] for size in (1, 5, 6, 12, 27, 100)]
    values = {
        "shares": [share(*it) for it in shares],
        "rates": [rate(*it) for it in rates],
        "areas": [area(*it) for it in areas],
        "medians": [median(it) for it in medians],
    }
    if "--check" in sys.argv[1:]:
        same = json.loads(FILE.read_text()) == json.loads(json.dumps(values))
        print("the same" if same else f"{FILE.name} differs")
        sys.exit(not same)
    FILE.write_text(json.dumps(values, indent=1) + "\n")


main()
