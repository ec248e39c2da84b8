#!/usr/bin/env python3
"""Golden values for the intervals of `earwitness compare`, from scipy: crates/compare/tests/golden/intervals.json.

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

FILE = pathlib.Path(__file__).resolve().parent.parent / "crates/compare/tests/golden/intervals.json"
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


def design(parts, alone):
    """Design effect of a ratio over configurations (Kish 1965), at least 1, and the number of them."""
    sums = {}
    for name, some, of in parts:
        row = sums.setdefault(name, np.zeros(2))
        row += (some, of)
    x, n = np.array(list(sums.values())).T
    c = len(x)
    variance = c / (c - 1) * ((x - x.sum() / n.sum() * n) ** 2).sum() / n.sum() ** 2
    return max(variance / alone, 1.0), c


def clustered_share(parts):
    """Korn and Graubard (1998), "Confidence intervals for proportions with small expected number of positive counts estimated from survey data"."""
    some, of = sum(it[1] for it in parts), sum(it[2] for it in parts)
    if 0 < some < of:
        effect, c = design(parts, some / of * (1 - some / of) / (of - 1))
        n = of / effect * (stats.t.ppf(0.975, of - 1) / stats.t.ppf(0.975, c - 1)) ** 2
    else:
        n = len({it[0] for it in parts})
    n = min(max(n, 1.0), of)
    x = some / of * n
    low = 0.0 if some == 0 else stats.beta.ppf(0.025, x, n - x + 1)
    high = 1.0 if some == of else stats.beta.ppf(0.975, x + 1, n - x)
    return {"parts": parts, "effective": float(n), "low": float(low), "high": float(high)}


def clustered_rate(parts):
    """Garwood's interval of as many events as are independent."""
    events, time = sum(it[1] for it in parts), sum(it[2] for it in parts)
    effect, c = design(parts, events / time**2)
    part = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, c - 1)) ** 2 / effect
    low, high = stats.gamma.ppf(0.025, events * part), stats.gamma.ppf(0.975, events * part + 1)
    return {"parts": parts, "low": float(low / time / part), "high": float(high / time / part)}


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
    nights = lambda homes, chances, of: [(f"home {home}", sum(draw.random() < chances[home] for _ in range(of)), of) for home in range(homes) for _ in range(3)]
    clustered = [nights(5, [0.2, 0.9, 0.5, 0.7, 1.0], 30), nights(20, [0.6] * 20, 15), nights(2, [0.1, 0.5], 40), nights(4, [0.0] * 4, 9), nights(6, [1.0] * 6, 9)]
    alarms = [[(f"home {home}", draw.choice([0, 0, 1, 7 * home]), draw.uniform(0.1, 0.6)) for home in range(6) for _ in range(3)]]
    alarms.append([(f"home {home}", draw.randrange(4), 1.0) for home in range(12) for _ in range(3)])
    values = {
        "shares": [share(*it) for it in shares],
        "rates": [rate(*it) for it in rates],
        "areas": [area(*it) for it in areas],
        "medians": [median(it) for it in medians],
        "clustered_shares": [clustered_share(it) for it in clustered],
        "clustered_rates": [clustered_rate(it) for it in alarms],
    }
    if "--check" in sys.argv[1:]:
        same = json.loads(FILE.read_text()) == json.loads(json.dumps(values))
        print("the same" if same else f"{FILE.name} differs")
        sys.exit(not same)
    FILE.write_text(json.dumps(values, indent=1) + "\n")


main()
