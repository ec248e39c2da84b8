"""What the room's recording and the program's own record say of a talk with it. No sound is made here and nothing is run."""

import math
import statistics

# Milliseconds of a frame, and how loud one of speech is at least: full scale is 32,768, the noise of the room below 20, speech above 500.
FRAME_MS = 10
LOUD = 100
# Nobody but the program sounds after a person has spoken, once this time is over, s: the end of a word is quiet.
LINGER = 0.15
# A pause that ends an answer, s; sentences of one are closer.
PAUSE = 0.8
# A spoken text is the one that was expected where their courses of loudness correlate by this much: the same text reaches 0.95 and more, another one 0.6 at most.
SAME = 0.8
# Frames by which a text may begin earlier or later than what was heard of it.
SHIFT = 40
SECOND = 1_000_000_000


def levels(samples, rate):
    """Loudness (root mean square) of each frame."""
    count = len(samples) * 1000 // (rate * FRAME_MS)
    ends = [number * rate * FRAME_MS // 1000 for number in range(count + 1)]
    pieces = (samples[begun:ended] for begun, ended in zip(ends, ends[1:], strict=False))
    return [math.sqrt(sum(it * it for it in piece) / len(piece)) for piece in pieces]


def stretches(all_levels):
    """From when to when it was loud, s, pauses of a sentence and between two included."""
    found = []
    for number, level in enumerate(all_levels):
        at = number * FRAME_MS / 1000
        if level < LOUD:
            continue
        if found and at - found[-1][1] < PAUSE:
            found[-1][1] = at + FRAME_MS / 1000
        else:
            found.append([at, at + FRAME_MS / 1000])
    return [tuple(it) for it in found]


def spoken(all_levels):
    """From when to when a recording of speech is loud, s."""
    loud = [number for number, level in enumerate(all_levels) if level >= LOUD]
    return (loud[0] * FRAME_MS / 1000, (loud[-1] + 1) * FRAME_MS / 1000) if loud else (0.0, 0.0)


def likeness(heard, expected):
    """How much the courses of two sounds' loudness are alike: their best correlation, up to 1."""

    def course(all_levels):
        loudest = max(all_levels, default=0) or 1
        return [20 * math.log10(max(it / loudest, 1e-2)) for it in all_levels]

    first, second = course(heard), course(expected)
    best = -1.0
    for shift in range(-SHIFT, SHIFT + 1):
        one, other = (first[shift:], second) if shift >= 0 else (first, second[-shift:])
        count = min(len(one), len(other))
        if count < len(second) * 0.7 or len(set(one[:count])) < 2:
            continue
        best = max(best, statistics.correlation(one[:count], other[:count]))
    return best


def first_change(states, wanted, since):
    """When a state was first as it is wanted, of those `(ns, state)` that were asked for from a moment on; `None` if it never was."""
    return next((at for at, state in states if at >= since and wanted(state)), None)


def overlaps(one, other):
    """Whether two times `(from, until)` have a moment in common."""
    return one[0] < other[1] and other[0] < one[1]


def rounds_judged(rounds, answers, persons):
    """What is wrong with the rounds `(number, from, until, void)`: each in which an answer sounded has no scores, and each in which no person spoke has."""
    wrong = []
    for number, begun, ended, void in rounds:
        touched = any(overlaps((begun, ended), it) for it in answers)
        spoke = any(overlaps((begun, ended), it) for it in persons)
        if touched and void != "interrupted":
            wrong.append(f"round {number} is {void or 'scored'}, though an answer sounded in it")
        if not touched and not spoke and void:
            wrong.append(f"round {number} is {void}, though nobody spoke in it")
    return wrong


def probes_judged(probes, sounds, talking, after=6.0):
    """What is wrong with probes `(round, from, until)` that nobody spoke beside: after one of them something sounded, or the program said that somebody talks with it."""
    wrong = []
    for number, begun, ended in probes:
        window = (ended + LINGER * SECOND, ended + after * SECOND)
        if any(overlaps(window, it) and it[0] > ended for it in sounds):
            wrong.append(f"something answered the probe of round {number}")
        if any(begun <= at <= window[1] for at in talking):
            wrong.append(f"somebody was thought to talk at the probe of round {number}")
    return wrong
