#!/usr/bin/env python3
"""answers.py finds what it is for: intervals, wakes and periods that the cloud's log contradicts."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import answers  # noqa: E402

SECOND = answers.SECOND
HALL, KITCHEN, TV = "Raspberry Pi Trading Ltd 10:00:04", "Amazon Technologies Inc. 10:00:01", "Samsung 10:00:07"


def stream(ends, seconds, device="hall"):
    """A stream whose sound ends then, the first two seconds of it kept from before."""
    begins = int((ends - seconds + 2) * SECOND)
    return {"kind": "stream", "device": device, "begin_ns": begins, "end_ns": int(ends * SECOND), "seconds": seconds}


def journal(*trials):
    """Trials as `(number, onset, wake, end, watched until)`."""
    for number, onset, wake, end, until in trials:
        moments = {"onset_ns": onset, "wake_ns": wake, "sound_end_ns": end}
        yield {"record": "played", "trial": number, **{key: int(at * SECOND) for key, at in moments.items()}}
        yield {"record": "done", "trial": number, "at_ns": int(until * SECOND)}


def row(trial, at, device=HALL, **more):
    known = {"seconds": "6.9", "seconds_low": "6.5", "seconds_high": "7.2", "uploads": "1", "pre_roll_seconds": "", "tail_seconds": ""}
    return {"trial": str(trial), "sound_start_ns": str(int(at * SECOND)), "device": device, **known, **more}


class Answers(unittest.TestCase):
    def test_two_answers_about_a_cut_off_agree_where_one_value_is_excluded_by_neither(self):
        found = {"outcome": "found", "low": 1.0, "high": 2.5}
        none = {"outcome": "not_up_to", "level": 6.0}
        flat = {"outcome": "no_growth"}
        for one, other, right in (
            (found, {**none, "above": 2.0}, True),
            (found, {**none, "above": None}, True),
            (found, {**none, "above": 3.9}, False),
            (found, {**flat, "below": 1.5}, True),
            (found, {**flat, "below": 0.5}, False),
            ({**none, "above": 3.0}, {**flat, "below": 2.0}, False),
            ({**none, "above": 3.0}, {"outcome": "unknown"}, True),
            (found, {**found, "low": 2.6, "high": 3.0}, False),
        ):
            self.assertEqual(answers.agree(one, other), right, (one, other))
            self.assertEqual(answers.agree(other, one), right, (other, one))

    def test_an_interval_holds_the_log_or_is_wrong(self):
        judged = answers.Judgement()
        judged.hold("a", 6.9, (6.5, 7.2), 7.06)
        judged.hold("b", 6.9, (None, None), 7.06)
        judged.hold("c", None, (None, None), 7.06)
        self.assertEqual(judged.wrong, [])
        judged.hold("d", 6.9, (6.87, 6.91), 7.06)
        judged.hold("e", 6.0, (None, None), 7.06)
        self.assertEqual([it[0] for it in judged.wrong], ["d", "e"])

    def test_the_log_takes_the_place_of_what_was_measured(self):
        log = [stream(105, 7), stream(110, 7), stream(140, 3, "kitchen")]
        said = list(journal((0, 100, 102, 104, 120), (1, 130, 130, 132, 150)))
        rows = [row(0, 100, pre_roll_seconds="1.7", tail_seconds="5"), row(1, 130), row(1, 130, KITCHEN), row(0, 100, KITCHEN, seconds="")]
        new = answers.by_the_log(rows, log, said)
        self.assertEqual([it["seconds"] for it in new], [14, 0, 3, ""])
        # From 98 s to 102 s; the second stream begins with what the first had sent already.
        self.assertEqual((new[0]["pre_roll_seconds"], new[0]["tail_seconds"]), (4, 6))

    def test_wakes_are_counted_in_the_log(self):
        told = {"misactivations": [{"device": HALL, "wakes": 2, "per_hour": {"rate": 240.0, "low": 29.0, "high": 867.0}}]}
        said = list(journal((0, 100, 100, 130, 140)))
        for log, wrong in (([stream(110, 7), stream(125, 7)], 0), ([stream(at, 7) for at in (107, 112, 118, 124, 129)], 1)):
            judged = answers.Judgement()
            answers.misactivations(judged, told, log, [row(0, 100)], said)
            self.assertEqual(len(judged.wrong), wrong, judged.lines)

    def test_periods_are_those_of_the_log(self):
        def beats(device):
            return [{"kind": "trade", "device": device, "name": f"status.{device}.example", "at_ns": at * 12 * SECOND} for at in range(9)]

        cases = ((HALL, [12.01], 90, 0), (HALL, [], 90, 1), (HALL, [], 20, 0), (HALL, [10.0], 20, 1), (TV, [], 90, 0), (TV, [4.0], 90, 1))
        for device, periods, longest, wrong in cases:
            judged = answers.Judgement()
            told = {"idle": [{"device": device, "periods": [{"seconds": it} for it in periods], "longest_seconds": longest}]}
            answers.periods(judged, told, beats("hall"), [])
            self.assertEqual(len(judged.wrong), wrong, judged.lines)


if __name__ == "__main__":
    unittest.main()
