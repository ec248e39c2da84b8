#!/usr/bin/env python3
"""heard.py finds what voice.py is for: another answer than was due, one too early, one to a probe, a setting that changed before the yes."""

import math
import sys
import unittest

sys.dont_write_bytecode = True

import heard  # noqa: E402

SECOND = heard.SECOND


def course(*parts):
    """Loudness of frames: `(level, seconds)` one after the other."""
    return [level for level, seconds in parts for _ in range(round(seconds * 1000 / heard.FRAME_MS))]


def words(seed, seconds=3.0):
    """The loudness of a text: no two seeds alike."""
    count = round(seconds * 1000 / heard.FRAME_MS)
    return [2_000 * abs(math.sin(it / 7 + seed) * math.sin(it * (0.03 + seed / 50))) + 1 for it in range(count)]


class Sounds(unittest.TestCase):
    def test_loudness_is_the_root_of_the_mean_square_of_ten_milliseconds_at_any_rate(self):
        for rate in (16_000, 22_050):
            found = heard.levels([1_000, -1_000] * rate, rate)
            self.assertEqual((len(found), round(found[-1])), (200, 1_000))

    def test_sentences_of_an_answer_are_one_sound_and_noise_is_none(self):
        room = course((10, 1), (2_000, 1), (10, 0.5), (2_000, 1), (10, 2), (2_000, 1))
        self.assertEqual([(round(a, 2), round(b, 2)) for a, b in heard.stretches(room)], [(1.0, 3.5), (5.5, 6.5)])
        self.assertEqual(heard.spoken(course((0, 0.2), (2_000, 1), (0, 0.4))), (0.2, 1.2))
        self.assertEqual(heard.spoken(course((10, 1))), (0.0, 0.0))

    def test_a_text_is_told_from_another_whatever_its_loudness_and_its_beginning(self):
        quieter = [it / 4 for it in words(1)]
        self.assertGreater(heard.likeness(quieter, words(1)), heard.SAME)
        self.assertGreater(heard.likeness(course((0, 0.1)) + words(1), words(1)), heard.SAME)
        self.assertLess(heard.likeness(words(2), words(1)), heard.SAME)
        self.assertLess(heard.likeness(words(1, 1.0), words(1)), heard.SAME, "only its beginning")


class Judged(unittest.TestCase):
    def test_a_setting_is_changed_when_a_status_says_so_first(self):
        states = [(1, "free"), (2, "paused"), (3, "free"), (4, "paused")]
        self.assertEqual(heard.first_change(states, lambda it: it == "paused", 3), 4)
        self.assertIsNone(heard.first_change(states, lambda it: it == "away", 0))

    def test_rounds_with_an_answer_have_no_scores_and_those_that_nobody_spoke_in_have(self):
        rounds = [(0, 0, 10, ""), (1, 20, 30, "interrupted"), (2, 40, 50, "other sound")]
        self.assertEqual(heard.rounds_judged(rounds, [(25, 27)], [(22, 24), (41, 42)]), [])
        self.assertIn("round 0 is scored", heard.rounds_judged(rounds, [(5, 6), (25, 27)], [(41, 42)])[0])
        self.assertIn("round 2 is other sound", heard.rounds_judged(rounds, [(25, 27)], [])[0])

    def test_a_probe_that_says_the_phrase_is_answered_by_nobody(self):
        probes = [(3, 10 * SECOND, 12 * SECOND)]
        own = (10 * SECOND, 12 * SECOND)
        self.assertEqual(heard.probes_judged(probes, [own, (30 * SECOND, 31 * SECOND)], [40 * SECOND]), [])
        self.assertIn("answered the probe of round 3", heard.probes_judged(probes, [own, (13 * SECOND, 14 * SECOND)], [])[0])
        self.assertIn("thought to talk", heard.probes_judged(probes, [own], [13 * SECOND])[0])


if __name__ == "__main__":
    unittest.main()
