#!/usr/bin/env python3
"""Golden values for crates/core/tests/lottery/golden.rs: bets, limits and lists of the lottery detector, written apart from the
program from the formulas in docs/design/detection.md: rank by rank, product by product, by search where the program solves.

    scripts/golden_lottery.py            writes crates/core/tests/golden/lottery.json
    scripts/golden_lottery.py --check    compares with what is there instead

Needs numpy: pip install numpy
"""

import json
import pathlib
import sys

import numpy as np

PATH = pathlib.Path(__file__).resolve().parent.parent / "crates/core/tests/golden/lottery.json"

FIRST = [(0.97, 0.50), (0.75, 0.10), (0.5, 0.18), (0.3, 0.07), (0.12, 0.03)]
TILTED = [(1.5, 0.02), (4.0, 0.04), (8.0, 0.06)]
ALIKE, LEARNING, WAITING, ANSWERED = 0.76, 0.04, 0.06, [(0.1, 0.08), (0.3, 0.06)]
ANEW, ASLEEP = 0.01, 0.5
PRIOR = [1.0, 0.4, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1]


def mean_over_ties(per_rank, above, level):
    """slots * f(rank), averaged over the ranks that are shared."""
    slots = len(per_rank)
    return slots * np.mean(per_rank[above : above + level + 1])


def first(chance, slots):
    density = np.full(slots, (1 - chance) / slots)
    density[0] += chance
    return density


def tilted(fall, slots):
    edges = np.exp(-fall * np.arange(slots + 1) / slots)
    return (edges[:-1] - edges[1:]) / (1 - np.exp(-fall))


def overlaps(above, level, slots):
    """Share of the ranks held that lies in each eighth: by counting cells of 1 / (8 * slots)."""
    cells = np.zeros(8 * slots)
    cells[8 * above : 8 * (above + level + 1)] = 1
    return cells.reshape(8, slots).sum(axis=1) / cells.sum()


def log_e(rounds):
    """After each round (stimulus, above, level, slots)."""
    ways = len(FIRST) + len(TILTED)
    stakes = np.array([part for _, part in FIRST + TILTED])
    alike, learned, seen, apart, found = np.ones(ways), 1.0, np.array(PRIOR), {}, []
    laid = np.append((1 - ASLEEP) * stakes, ASLEEP)
    waiting = laid
    for stimulus, above, level, slots in rounds:
        if level + 1 < slots:
            densities = [first(p, slots) for p, _ in FIRST] + [tilted(c, slots) for c, _ in TILTED]
            pay = np.array([mean_over_ties(density, above, level) for density in densities])
            alike = alike * pay
            held = overlaps(above, level, slots)
            learned *= 8 * np.dot(held, seen / seen.sum())
            seen = seen + held
            waiting = waiting * np.append(pay, 1.0)
            waiting = (1 - ANEW) * waiting + ANEW * waiting.sum() * laid
            apart[stimulus] = apart.get(stimulus, np.ones(ways)) * pay
        total = ALIKE * np.dot(stakes, alike) + LEARNING * learned + WAITING * waiting.sum()
        for answered, part in ANSWERED:
            total += part * np.prod([1 - answered + answered * np.dot(stakes, one) for one in apart.values()])
        found.append(float(np.log(total)))
    return found


def bound(tops, slots, confidence):
    """The smallest claim whose stake ever grew enough, on a grid refined three times; `tops`: 1 the drawn slot, -1 a sham, 0 nobody."""
    bets = [(0.0, 0.4), (0.1, 0.15), (0.25, 0.15), (0.5, 0.15), (0.75, 0.15)]
    low, high = 0.0, 1.0
    for _ in range(4):
        p = np.linspace(low, high, 2_001)
        theta = p * (0.95 - 0.05 / (slots - 1))
        each, ever = np.ones((len(bets), len(p))), np.zeros(len(p), bool)
        for top in tops:
            x = {1: 1.0, -1: -1 / (slots - 1), 0: 0.0}[top]
            for number, (g, _) in enumerate(bets):
                each[number] *= 1 - (1 - g) / (1 - theta) * (x - theta)
            ever |= np.dot([part for _, part in bets], each) >= 1 / (1 - confidence)
        if not ever.any():
            return 1.0
        at = int(np.argmax(ever))
        low, high = p[max(at - 1, 0)], p[at]
    return float(high)


def listed(e, alpha):
    e = np.array(e)
    ranked = np.sort(e)[::-1]
    sizes = [k for k in range(1, len(e) + 1) if ranked[k - 1] >= len(e) / (alpha * k)]
    return [bool(x) for x in (e >= ranked[max(sizes) - 1])] if sizes else [False] * len(e)


def limit(rounds, share):
    """By trying: the smallest whole number of octets that is enough."""
    octets = 1
    while True:
        first = [own + octets > max(shams[:i] + shams[i + 1 :]) for shams in rounds for i, own in enumerate(shams)]
        if np.mean(first) >= share - 1e-12:
            return octets
        octets += 1


def sequences(random):
    """Places of rounds: always first, never, ties, several numbers of slots and stimuli."""
    yield "always first", [(0, 0, 0, 8)] * 8
    yield "first, and else level", [(0, 0, 0, 8) if t % 2 else (0, 0, 7, 8) for t in range(12)]
    yield "level with some", [(0, 1, 6, 8)] * 5 + [(0, 0, 3, 8)] * 5
    yield "one stimulus of three", [(t % 3, 0 if t % 3 == 1 else 5, 0, 8) for t in range(24)]
    yield "always last", [(0, 7, 0, 8)] * 30
    for slots in (2, 3, 4, 12, 64):
        rounds = []
        for _ in range(30):
            above = int(random.integers(0, slots))
            level = int(random.integers(0, slots - above))
            rounds.append((int(random.integers(0, 5)), above, level, slots))
        yield f"any, {slots} slots", rounds
    yield "from the hundredth round on", [(0, (5 * t) % 8, 0, 8) for t in range(100)] + [(0, 0, 0, 8)] * 20
    mixed = [(int(random.integers(0, 3)), int(random.integers(0, 2)), 0, int(random.integers(2, 17))) for _ in range(40)]
    yield "near the top, any number of slots", mixed


def values():
    random = np.random.default_rng(20_240_501)
    tops = [("none of 20", [0] * 20), ("none of 60", [0] * 60), ("one of 20", [0] * 9 + [1] + [0] * 10)]
    tops += [("one hit", [1]), ("one miss", [0]), ("no round", []), ("a hit first", [1] + [0] * 40), ("a sham each time", [-1] * 20)]

    def drawn(chance, slots):
        """A device that sends something in each slot, and reacts so often."""
        return [1 if random.random() < chance + (1 - chance) / slots else -1 for _ in range(80)]

    tops = [(name, each, 8) for name, each in tops]
    tops += [(f"drawn, {chance}, {slots} slots", drawn(chance, slots), slots) for chance in (0.0, 0.05, 0.4, 0.8) for slots in (2, 4, 8)]
    lists = [[1.0, 900.0, 250.0, 3.0], [1.0, 1.0], [200.0], [90.0], [100.0], [1e3, 1e3, 1e3, 0.5], [401.0, 199.0, 134.0, 0.0]]
    lists += [[float(x) for x in np.exp(random.normal(4, 3, 12))] for _ in range(6)]
    shams = [[[0.0] * 7] * 3, [[5.0, 0.0, 90.0]], [[float(x) for x in random.integers(0, 400, 7)] for _ in range(12)]]
    return {
        "by": "scripts/golden_lottery.py",
        "rounds": [{"name": name, "rounds": rounds, "log_e": log_e(rounds)} for name, rounds in sequences(random)],
        "bounds": [
            {"name": name, "tops": each, "slots": slots, "confidence": confidence, "bound": bound(each, slots, confidence)}
            for name, each, slots in tops
            for confidence in (0.95, 0.99)
        ],
        "lists": [{"e": e, "alpha": alpha, "listed": listed(e, alpha)} for e in lists for alpha in (0.01, 0.1)],
        "limits": [{"shams": rounds, "share": share, "octets": limit(rounds, share)} for rounds in shams for share in (0.5, 0.95, 1.0)],
    }


def alike(kept, now):
    if isinstance(now, dict):
        return kept.keys() == now.keys() and all(alike(kept[key], entry) for key, entry in now.items())
    if isinstance(now, list):
        return len(kept) == len(now) and all(map(alike, kept, now))
    if isinstance(now, float):
        return abs(kept - now) <= 1e-12 * max(1.0, abs(now))
    return kept == now


def main():
    now = json.loads(json.dumps(values()))
    if "--check" in sys.argv[1:]:
        if not alike(json.loads(PATH.read_text()), now):
            sys.exit(f"not what is computed now: {PATH.name}")
        return
    rows = [f"{json.dumps(key)}: " + ("[\n " + ",\n ".join(map(json.dumps, entry)) + "\n]" if isinstance(entry, list) else json.dumps(entry)) for key, entry in now.items()]
    PATH.write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
