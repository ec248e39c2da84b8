"""Logs of probes and verdicts, against the report of the program."""

import pytest

import earwitness as ew


@pytest.mark.parametrize("given_before", [True, False])
def test_a_verdict_is_the_report_of_the_program(night, report, given_before):
    capture, path = night
    log = ew.ProbeLog.read(path)
    found = ew.scan(capture).analyze(probes=log if given_before else None)
    verdicts = found.judge(log, alpha=0.01)
    assert verdicts.to_dict() == report(capture, "--probes", path, "--alpha", "0.01")


def test_a_report_without_probes_is_the_report_of_the_program(sample, night, report):
    assert ew.scan(sample).analyze().to_dict() == report(sample)
    two = ew.scan([sample, night[0]]).analyze(max_seconds=30)
    assert two.to_dict() == report(sample, night[0], "--max-seconds", "30")


def test_settings_that_change_the_verdict_are_the_programs(night, report):
    capture, path = night
    log = ew.ProbeLog.read(path, offset="250ms")
    speaker = next(it["mac"] for it in report(capture, "--probes", path)["devices"] if it.get("verdict") == "streams what it hears")
    verdicts = ew.scan(capture).analyze().judge(log, alpha=0.05, controls=[speaker])
    assert verdicts.to_dict() == report(capture, "--probes", path, "--alpha", "0.05", "--control", speaker, "--probe-offset", "0.25s")


def test_a_log_of_another_night_is_refused_with_the_words_of_the_program(sample, night):
    log = ew.ProbeLog.read(night[1])
    with pytest.raises(ew.EarwitnessError, match="no probe lies inside the capture"):
        ew.scan(sample).analyze().judge(log)


@pytest.mark.parametrize(
    ("lines", "words"),
    [("", "holds no slot"), ("start,slot\nyesterday,1\n", ":2:"), ("{\"a\": 1}\n", "broken.log")],
)
def test_a_broken_log_says_where(tmp_path, lines, words):
    path = tmp_path / "broken.log"
    path.write_text(lines)
    with pytest.raises(ew.EarwitnessError, match=words):
        ew.ProbeLog.read(path)


def test_wrong_arguments_are_value_errors(night):
    log = ew.ProbeLog.read(night[1])
    found = ew.scan(night[0]).analyze()
    for alpha in (0.0, 1.0, float("nan"), -1):
        with pytest.raises(ValueError, match="alpha"):
            found.judge(log, alpha=alpha)
    with pytest.raises(ValueError, match="neither a MAC nor an IP"):
        found.judge(log, controls=["speaker"])
    with pytest.raises(ew.EarwitnessError, match="no such device was seen"):
        found.judge(log, controls=["02:00:00:99:99:99"])
    with pytest.raises(ValueError, match="no time zone"):
        ew.ProbeLog.read(night[1], time_zone="Nowhere/City")


def test_rounds_and_verdicts_are_tables(night, report):
    import pyarrow

    capture, path = night
    verdicts = ew.scan(capture).analyze().judge(ew.ProbeLog.read(path))
    said = report(capture, "--probes", path)
    rounds = pyarrow.table(verdicts.rounds).to_pylist()
    assert [it["round"] for it in rounds] == [it["number"] for it in said["probing"]["trials"]]
    by_device = {it["device"]: it for it in pyarrow.table(verdicts.table).to_pylist()}
    for device in said["devices"]:
        if "verdict" in device:
            assert by_device[device["mac"]]["verdict"] == device["verdict"]


def test_lots_are_drawn_again_from_the_seed(night, tmp_path):
    import json

    capture, path = night
    header, *slots = path.read_text().splitlines()
    header = json.loads(header)
    rounds = {json.loads(slot)["round"] for slot in slots}
    assert ew.ProbeLog.read(path).check_lots() == []

    changed = tmp_path / "changed.probes.jsonl"
    changed.write_text("\n".join([json.dumps({**header, "seed": header["seed"] + 1}), *slots]) + "\n")
    log = ew.ProbeLog.read(changed)
    wrong = log.check_lots()
    assert wrong and set(map(str, wrong)) <= set(map(str, rounds))
    with pytest.raises(ew.EarwitnessError, match="not what the seed"):
        ew.scan(capture).analyze().judge(log)

    header.pop("seed")
    changed.write_text("\n".join([json.dumps(header), *slots]) + "\n")
    assert ew.ProbeLog.read(changed).check_lots() is None
