"""Naming the captures of a place, and looking at frames."""

import os
import struct
import warnings

import pytest

import earwitness as ew


def test_a_folder_a_pattern_and_a_list_name_files(tmp_path):
    (tmp_path / "later").mkdir()
    for name in ("b.pcap", "a.pcap", "later/c.pcap.zst", ".hidden.pcap"):
        (tmp_path / name).touch()
    below = [os.path.relpath(it, tmp_path) for it in ew.scan(tmp_path)]
    assert below == ["a.pcap", "b.pcap", "later/c.pcap.zst"]
    assert ew.scan(f"{tmp_path}/**/*.pcap*") == ew.scan(str(tmp_path))
    assert list(ew.scan([tmp_path / "b.pcap", tmp_path / "a.pcap"])) == [str(tmp_path / "b.pcap"), str(tmp_path / "a.pcap")]


def test_order_and_rotation_make_no_difference(tmp_path, sample):
    octets = list(ew.frames(sample, nanoseconds=True))
    pieces = [octets[i : i + len(octets) // 7 + 1] for i in range(0, len(octets), len(octets) // 7 + 1)]
    for number, piece in enumerate(pieces):
        # The names are in the wrong order.
        (tmp_path / f"{9 - number}.pcap").write_bytes(pcap(piece))
    whole = ew.scan(sample).analyze().to_dict()["devices"]
    assert ew.scan(tmp_path).analyze().to_dict()["devices"] == whole


def test_what_holds_no_capture_says_so(tmp_path):
    for what in (tmp_path, f"{tmp_path}/*.pcap", []):
        with pytest.raises(ew.EarwitnessError):
            ew.scan(what)
    # A name is taken as it is: whether it is there is found out when it is read.
    assert len(ew.scan(tmp_path / "later.pcap")) == 1


def test_brackets_in_a_name_are_part_of_it(tmp_path, sample):
    path = tmp_path / "home[7].pcapng"
    path.write_bytes(sample.read_bytes())
    assert len(ew.scan(path).analyze().sightings) == 4


def test_a_scan_opens_nothing(tmp_path):
    path = tmp_path / "forbidden.pcap"
    path.touch(mode=0)
    assert ew.scan(path).octets == 0


def pcap(frames):
    """A classic capture with nanoseconds."""
    octets = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
    for nanos, frame in frames:
        octets += struct.pack("<IIII", nanos // 10**9, nanos % 10**9, len(frame), len(frame)) + frame
    return octets


def test_frames_are_those_of_the_file(tmp_path):
    wanted = [(1_700_000_000_123_456_789 + i, bytes([i % 256]) * (14 + i % 1400)) for i in range(3_000)]
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(wanted))
    assert list(ew.frames(path, nanoseconds=True)) == wanted
    floats = list(ew.frames(path))
    assert [frame for _, frame in floats] == [frame for _, frame in wanted]
    assert all(abs(at - nanos / 1e9) < 1e-6 for (at, _), (nanos, _) in zip(floats, wanted))


def test_frames_are_those_that_dpkt_and_the_program_see(sample, report):
    assert sum(1 for _ in ew.frames(sample)) == report(sample)["capture"]["frames"]


def test_frames_of_a_cut_file_end_with_a_warning(tmp_path):
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap([(10**18, b"x" * 60)] * 10)[:-7])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(list(ew.frames(path))) == 9
    assert any("cut.pcap" in str(it.message) for it in caught)


def test_an_iterator_may_be_left_and_shared(large):
    for _ in range(50):
        next(ew.frames(large))
    from concurrent.futures import ThreadPoolExecutor

    shared = ew.frames(large)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: len([next(shared) for _ in range(2_000)]), range(8)))
    assert sum(taken) == 16_000
    with pytest.raises(ew.EarwitnessError, match="check the name"):
        ew.frames("missing.pcap")
