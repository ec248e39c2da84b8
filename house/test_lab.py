#!/usr/bin/env python3
"""lab.py finds what it is for: sound that was missed, made up, or measured wrong."""

import contextlib
import csv
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True

import lab  # noqa: E402

SECOND = lab.SECOND
COLUMNS = ("trial", "condition", "sound_start_ns", "device", "seconds", "seconds_low", "seconds_high", "unknown")
HALL, KITCHEN = "Raspberry Pi Trading Ltd 10:00:04", "Amazon Technologies Inc. 10:00:01"


def stream(at, seconds, device="hall"):
    return {"kind": "stream", "device": device, "begin_ns": int(at * SECOND), "seconds": seconds}


def row(trial, at, seconds, device=HALL, unknown=""):
    value = "" if seconds is None else seconds
    ends = ("", "") if seconds is None else (seconds - 0.2, seconds + 0.2)
    return (trial, "command", int(at * SECOND), device, value, *ends, unknown)


def judged(rows, log):
    """What it prints, and its status."""
    with tempfile.TemporaryDirectory() as folder:
        trials, truth = Path(folder) / "trials.csv", Path(folder) / "truth.jsonl"
        with trials.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        truth.write_text("".join(json.dumps(it) + "\n" for it in log), encoding="utf-8")
        out = io.StringIO()
        arguments = ["lab.py", "--trials", str(trials), "--truth", str(truth)]
        with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(out):
            return lab.main(), out.getvalue()


class Lab(unittest.TestCase):
    def test_readings_that_are_right_pass(self):
        rows = [row(0, 100, 7.0), row(1, 130, 0.0), row(0, 100, 0.0, KITCHEN), row(1, 130, 3.0, KITCHEN)]
        status, said = judged(rows, [stream(100.2, 4.0), stream(108, 3.1), stream(131, 3.0, "kitchen")])
        self.assertEqual(status, 0, said)
        self.assertIn("4 of 4 readings known, 4 intervals hold", said)

    def test_what_was_missed_made_up_or_measured_wrong_is_told(self):
        log = [stream(100.2, 4.0)]
        for rows in ([row(0, 100, 0.0)], [row(0, 100, 4.0), row(1, 130, 2.0)], [row(0, 100, 6.0)]):
            status, said = judged(rows, log)
            self.assertEqual(status, 1, said)
            self.assertIn("WRONG", said)

    def test_most_has_to_be_known(self):
        status, said = judged([row(0, 100, 4.0), row(1, 130, None, unknown="device away")], [stream(100.2, 4.0)])
        self.assertEqual(status, 1)
        self.assertIn("1 of 2 readings are not known", said)

    def test_a_stranger_is_no_device_of_the_house(self):
        status, said = judged([row(0, 100, 1.0, "Nobody 00:00:99")], [])
        self.assertEqual(status, 1)
        self.assertIn("lives in no room", said)


if __name__ == "__main__":
    unittest.main()
