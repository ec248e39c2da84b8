#!/usr/bin/env python3
"""Golden values for the statistics of the lab, from scipy: crates/lab/tests/golden/results.json.

    scripts/golden_lab.py            writes the file
    scripts/golden_lab.py --check    compares with what is there instead

Needs numpy and scipy: pip install numpy scipy
"""

import itertools
import json
import pathlib
import random
import sys

import numpy as np
from scipy import optimize, stats

FILE = pathlib.Path(__file__).resolve().parent.parent / "crates/lab/tests/golden/results.json"


def night_means():
    """Values of some nights; the interval is that of scipy's t-distribution over their means."""
    draw = random.Random(1)
    cases = []
    for nights in (2, 3, 7):
        values = [[round(draw.gauss(4, 1), 3) for _ in range(draw.randint(1, 6))] for _ in range(nights)]
        means = [float(np.mean(night)) for night in values]
        ends = stats.ttest_1samp(means, 0).confidence_interval(0.95)
        flat = [value for night in values for value in night]
        cases.append({"values": values, "estimate": float(np.mean(means)), "low": max(0.0, float(ends.low)), "high": float(ends.high),
                      "spread": float(np.std(flat, ddof=1)), "quartiles": [float(q) for q in np.percentile(flat, [25, 50, 75])]})
    return cases


def nights():
    """One difference a night (one pair each): scipy's paired t-test, and both one-sided tests against a margin of 0.4."""
    draw = random.Random(2)
    cases = []
    for count in (2, 5, 30):
        pairs = [[round(draw.gauss(4.2, 0.5), 3), round(draw.gauss(4, 0.5), 3)] for _ in range(count)]
        first, second = np.array(pairs).T
        test = stats.ttest_rel(first, second)
        ends, inner = test.confidence_interval(0.95), test.confidence_interval(0.9)
        cases.append({"pairs": pairs, "estimate": float(np.mean(first - second)), "low": float(ends.low), "high": float(ends.high), "p": float(test.pvalue),
                      "no_more": float(stats.ttest_1samp(first - second, 0.4, alternative="less").pvalue),
                      "no_less": float(stats.ttest_1samp(first - second, -0.4, alternative="greater").pvalue),
                      "inner_low": float(inner.low), "inner_high": float(inner.high)})
    return cases


def apart():
    """Nights that have one condition each, one trial a night: scipy's Welch test."""
    draw = random.Random(3)
    first = [round(draw.gauss(4.5, 0.3), 3) for _ in range(4)]
    second = [round(draw.gauss(4, 0.9), 3) for _ in range(7)]
    test = stats.ttest_ind(first, second, equal_var=False)
    ends = test.confidence_interval(0.95)
    return [{"first": first, "second": second, "low": float(ends.low), "high": float(ends.high), "p": float(test.pvalue)}]


def permutations():
    """Pairs of one night: scipy's permutation test, which tries all; the interval by looking for the shifts that it does not reject."""
    draw = random.Random(4)
    cases = []
    for count in (6, 8, 11):
        pairs = [[round(draw.gauss(4.4, 0.5), 3), round(draw.gauss(4, 0.5), 3)] for _ in range(count)]
        first, second = np.array(pairs).T

        def p(shift, alternative):
            mean = lambda x, y, axis: np.mean(x - y, axis=axis)
            return stats.permutation_test((first - shift, second), mean, permutation_type="samples", n_resamples=np.inf,
                                          alternative=alternative, vectorized=True).pvalue

        def end(alternative, low, high):
            for _ in range(40):
                middle = (low + high) / 2
                if p(middle, alternative) > 0.025:
                    high = middle
                else:
                    low = middle
            return float(high)

        estimate = float(np.mean(first - second))
        cases.append({"pairs": pairs, "p": float(min(1.0, 2 * min(p(0, "less"), p(0, "greater")))),
                      "low": end("greater", estimate - 5, estimate), "high": end("less", estimate + 5, estimate)})
    return cases


def blocks():
    """Blocks of unequal sizes: all assignments, one by one."""
    draw = random.Random(5)
    sizes = [(1, 2), (2, 2), (3, 1), (2, 3), (1, 1)]
    values = [[[round(draw.expovariate(0.2) + 1, 3) for _ in range(a)], [round(draw.expovariate(0.25), 3) for _ in range(b)]] for a, b in sizes]

    def choices(first, second):
        every = first + second
        for some in itertools.combinations(range(len(every)), len(first)):
            yield np.mean([every[i] for i in some]) - np.mean([every[i] for i in range(len(every)) if i not in some])

    found = np.array([np.mean(parts) for parts in itertools.product(*(list(choices(*block)) for block in values))])
    seen = np.mean([np.mean(first) - np.mean(second) for first, second in values])
    p = min(1.0, 2 * min(np.mean(found >= seen - 1e-12), np.mean(found <= seen + 1e-12)))
    return [{"blocks": values, "estimate": float(seen), "p": float(p), "assignments": len(found)}]


def shares():
    return [{"some": some, "of": of, "low": float(ends.low), "high": float(ends.high)} for some, of in ((0, 12), (3, 40), (39, 40), (40, 40))
            for ends in [stats.binomtest(some, of).proportion_ci(0.95, method="exact")]]


def components():
    """Every sound as often in every night: mean squares of the analysis of variance without interaction."""
    draw = np.random.default_rng(6)
    nights, sounds, times = 4, 5, 3
    values = np.round(20 + draw.normal(0, 0.5, (nights, 1, 1)) + draw.normal(0, 0.8, (1, sounds, 1)) + draw.normal(0, 0.4, (nights, sounds, times)), 3)
    mean = values.mean()
    of_nights, of_sounds = values.mean((1, 2), keepdims=True), values.mean((0, 2), keepdims=True)
    night = sounds * times * ((of_nights - mean) ** 2).sum() / (nights - 1)
    sound = nights * times * ((of_sounds - mean) ** 2).sum() / (sounds - 1)
    rest = ((values - of_nights - of_sounds + mean) ** 2).sum() / (values.size - nights - sounds + 1)
    return [{"values": values.tolist(), "repeats": float(rest**0.5), "sounds": float(((sound - rest) / (nights * times)) ** 0.5),
             "nights": float(((night - rest) / (sounds * times)) ** 0.5)}]


def hinges():
    """The least sum of squares of y = s + min(x, c) over c, by scipy's bounded search from many beginnings."""
    draw = np.random.default_rng(7)
    cases = []
    for cutoff in (1.3, 2.0, 3.6):
        x = np.repeat(np.arange(0, 6.5, 0.5), 3)
        y = np.round(2.5 + np.minimum(x, cutoff) + draw.normal(0, 0.3, len(x)), 3)

        def left(c):
            rest = y - np.minimum(x, c)
            return float(((rest - rest.mean()) ** 2).sum())

        best = min((optimize.minimize_scalar(left, bounds=(low, low + 0.5), method="bounded", options={"xatol": 1e-10}) for low in np.arange(0, 6, 0.5)),
                   key=lambda it: it.fun)
        most = best.fun * (1 + stats.f.ppf(0.95, 1, len(x) - 2) / (len(x) - 2))
        ends = [float(optimize.brentq(lambda c: left(c) - most, best.x, best.x + way)) for way in (-1.2, 1.2)]
        cases.append({"x": x.tolist(), "y": y.tolist(), "estimate": float(best.x), "low": ends[0], "high": ends[1]})
    return cases


def powers():
    """Power of t-tests from scipy's noncentral t-distribution."""
    cases = []
    for away, freedom in ((1.0, 4), (3.2, 9), (4.0, 1), (3.3, 200)):
        point = stats.t.ppf(0.975, freedom)
        cases.append({"away": away, "freedom": freedom, "power": float(stats.nct.sf(point, freedom, away) + stats.nct.cdf(-point, freedom, away))})
    return cases


def main():
    golden = {"night_means": night_means(), "nights": nights(), "apart": apart(), "permutations": permutations(), "blocks": blocks(), "shares": shares(),
              "components": components(), "hinges": hinges(), "powers": powers()}
    text = json.dumps(golden, indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        same = FILE.read_text() == text
        print("same" if same else f"{FILE} differs")
        sys.exit(0 if same else 1)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text)


if __name__ == "__main__":
    main()
