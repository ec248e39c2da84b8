#!/usr/bin/env python3
"""What the comparison accepts, and what it does not.   python3 house/test_compare.py"""

import sys
import unittest

sys.dont_write_bytecode = True

from compare import rows  # noqa: E402
from truth import ALWAYS, REACTS, SECOND, SILENT, STREAMS, UNDECIDED, judge  # noqa: E402

KITCHEN, TV, DOORBELL = "fc:65:de:10:00:01", "8c:79:f5:10:00:07", "2c:aa:8e:10:00:05"
TRIALS = [{"number": n, "void": None, "onset_ns": n * 100 * SECOND, "slot_seconds": 8.0, "seconds": 3.0} for n in range(1, 13)]


def stream(device, begin, seconds):
    return {
        "kind": "stream",
        "device": device,
        "begin_ns": int(begin * SECOND),
        "end_ns": int((begin + seconds) * SECOND),
        "seconds": seconds,
        "first_chunk_seconds": 0.064,
        "ended": "speech ended",
    }


def woken(rounds):
    """A kitchen whose cloud received three seconds in each of so many rounds, and a television that only connects."""
    return [stream("kitchen", 100 * n + 1, 3.0) for n in range(1, rounds + 1)] + [
        {"kind": "connection", "device": "tv", "at_ns": 0, "open": True}
    ]


def report(kitchen, tv, seconds=36.0, proven=4):
    sighting = {
        "kind": "audio",
        "audio_seconds": seconds,
        "audio_seconds_high": seconds,
        "pre_roll_seconds": 0.0,
        "start_ns": 0,
        "end_ns": 1,
    }
    evidence = {"rounds": 12, "proven_after": proven}
    return {
        "devices": [
            {"mac": KITCHEN, "verdict": kitchen, "evidence": evidence, "sightings": [sighting]},
            {"mac": TV, "verdict": tv, "evidence": {"rounds": 12, "proven_after": None}, "sightings": []},
        ]
    }


def wrong(log, told):
    return [text for _, texts, _ in rows(judge(log, TRIALS), told) for text in texts]


class Compared(unittest.TestCase):
    def test_a_report_that_says_what_the_log_says_is_accepted(self):
        self.assertEqual(wrong(woken(12), report(STREAMS, SILENT)), [])
        self.assertEqual(wrong(woken(12), report(STREAMS, UNDECIDED)), [])

    def test_a_woken_satellite_that_is_not_convicted_is_told(self):
        for verdict in (SILENT, UNDECIDED, REACTS, ALWAYS):
            self.assertTrue(wrong(woken(12), report(verdict, SILENT)), verdict)
        self.assertIn("within 12 rounds", "".join(wrong(woken(12), report(STREAMS, SILENT, proven=13))))

    def test_an_accused_talker_is_told(self):
        for verdict in (STREAMS, REACTS, ALWAYS):
            self.assertTrue(wrong(woken(12), report(STREAMS, verdict)), verdict)

    def test_seconds_may_be_off_by_a_tenth_and_no_more(self):
        self.assertEqual(wrong(woken(12), report(STREAMS, SILENT, seconds=39.5)), [])
        self.assertTrue(wrong(woken(12), report(STREAMS, SILENT, seconds=39.7)))
        self.assertTrue(wrong(woken(12), report(STREAMS, SILENT, seconds=32.2)))

    def test_who_was_woken_twice_need_not_be_convicted_but_must_not_be_called_anything_else(self):
        few = report(UNDECIDED, SILENT, seconds=6.0, proven=None)
        self.assertEqual(wrong(woken(2), few), [])
        self.assertTrue(wrong(woken(2), report(REACTS, SILENT, seconds=6.0)))

    def test_a_stream_outside_of_probes_is_stray(self):
        kitchen, _ = judge(woken(12) + [stream("kitchen", 150, 3.0)], TRIALS)
        self.assertEqual(kitchen.stray, 1)

    def test_a_camera_whose_octets_do_not_move_may_not_be_said_to_react(self):
        def told(loud):
            return [
                {
                    "kind": "rtp",
                    "device": "doorbell",
                    "at_ns": second * SECOND,
                    "packets": 50,
                    "octets": loud if second % 100 in (1, 2) else 700,
                }
                for second in range(90, 1300)
            ]

        self.assertNotIn(STREAMS, judge(told(720), TRIALS)[0].accepted)
        self.assertIn(STREAMS, judge(told(4_000), TRIALS)[0].accepted)


if __name__ == "__main__":
    unittest.main()
