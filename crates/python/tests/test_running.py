"""How an analysis runs: beside other threads, interruptible, in other processes, and without ever ending the interpreter."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import earwitness as ew
from earwitness import _earwitness


def alone(code, *arguments, timeout=120):
    """Runs code in an interpreter of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_other_threads_go_on_while_it_reads(large):
    ticks, stop = [], threading.Event()

    def count():
        while not stop.wait(0.005):
            ticks.append(time.monotonic())

    counter = threading.Thread(target=count)
    counter.start()
    try:
        begun = time.monotonic()
        ew.scan(large).analyze(threads=1, progress=False)
        ended = time.monotonic()
    finally:
        stop.set()
        counter.join()
    inside = [at for at in ticks if begun <= at <= ended]
    longest = max(later - earlier for earlier, later in zip(inside, inside[1:]))
    assert len(inside) > 10, "long enough to see it"
    assert longest < (ended - begun) / 4, f"the interpreter was held for {longest:.2f} of {ended - begun:.2f} s"


def test_ctrl_c_ends_it_within_a_second_and_leaves_nothing_running(large):
    code = """
        import os, signal, sys, threading, time
        import earwitness as ew

        def interrupt():
            time.sleep(0.5)
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        sent = []
        threading.Thread(target=interrupt).start()
        try:
            while True:
                ew.scan(sys.argv[1:] * 50).analyze(progress=False)
        except KeyboardInterrupt:
            print(time.monotonic() - sent[0], len(os.listdir("/proc/self/task")))
    """
    with alone(code, large) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    seconds, threads = out.split()
    assert float(seconds) < 1.0
    assert int(threads) == 1


def test_a_pipe_that_nobody_writes_to_any_more_can_be_left(tmp_path):
    path = tmp_path / "pipe.pcap"
    os.mkfifo(path)
    code = """
        import os, signal, struct, sys, threading, time
        import earwitness as ew
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        begun = time.monotonic()
        # Somebody has the other end, and is silent after the first frame.
        end = os.open(sys.argv[1], os.O_RDWR)
        os.write(end, struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1) + struct.pack("<IIII", 1700000000, 0, 60, 60) + bytes(60))
        try:
            {}
        except KeyboardInterrupt:
            print(time.monotonic() - begun)
    """
    for call in ("ew.scan(sys.argv[1]).analyze()", "next(ew.frames(sys.argv[1]))"):
        with alone(code.format(call), path) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert float(out) < 2.0, call


def test_progress_is_told_and_may_end_it(large, sample):
    told = []
    ew.scan(large).analyze(progress=lambda octets, total: told.append((octets, total)))
    assert told == sorted(told), "it never goes back"
    assert told[-1][1] == large.stat().st_size

    def enough(octets, total):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        ew.scan(large).analyze(progress=enough)
    ew.scan(sample).analyze(progress=True)


def test_many_analyses_at_once_find_the_same(sample):
    from concurrent.futures import ThreadPoolExecutor

    once = ew.scan(sample).analyze(threads=1).to_dict()
    with ThreadPoolExecutor(6) as pool:
        for found in pool.map(lambda threads: ew.scan(sample).analyze(threads=threads).to_dict(), [1, 2, 3, 4] * 6):
            assert found == once


def sightings(names):
    """Runs in another process."""
    return len(ew.scan(names).analyze().sightings)


@pytest.mark.parametrize("way", ["spawn", "fork", "forkserver"])
def test_other_processes_may_analyse_too(sample, way):
    ew.scan(sample).analyze()
    with multiprocessing.get_context(way).Pool(2) as pool:
        assert pool.map_async(sightings, [[str(sample)]] * 4).get(60) == [4, 4, 4, 4]


def test_what_can_be_pickled_and_what_says_why_not(sample, night):
    scan = ew.scan(sample)
    assert pickle.loads(pickle.dumps(scan)) == scan
    found = scan.analyze()
    with pytest.raises(TypeError, match="hand names of captures"):
        pickle.dumps(found)
    for it in (found.sightings, ew.ProbeLog.read(night[1])):
        with pytest.raises(TypeError, match="cannot pickle"):
            pickle.dumps(it)


def test_a_panic_is_an_exception():
    if not hasattr(_earwitness, "fault"):
        pytest.skip("this wheel was built without the function that panics")
    with pytest.raises(ew.EarwitnessError, match="a fault in earwitness itself: asked for"):
        _earwitness.fault()


@pytest.mark.parametrize(
    ("name", "octets", "words"),
    [
        ("missing.pcap", None, "no capture could be opened"),
        ("empty.pcap", b"", "nothing could be read"),
        ("text.pcap", b"these are words and no capture at all, many of them", "nothing could be read"),
    ],
)
def test_what_cannot_be_read_is_an_exception_with_the_words_of_the_program(tmp_path, name, octets, words):
    path = tmp_path / name
    if octets is not None:
        path.write_bytes(octets)
    with pytest.raises(ew.EarwitnessError, match=words) as raised:
        ew.scan(str(path)).analyze()
    assert name in str(raised.value)


def test_a_damaged_capture_is_read_up_to_the_damage(tmp_path, sample):
    octets = sample.read_bytes()
    path = tmp_path / "cut.pcapng"
    path.write_bytes(octets[: len(octets) * 9 // 10 + 3])
    found = ew.scan(path).analyze()
    assert any("cut.pcapng" in it for it in found.troubles)
    assert len(found.series) > 0


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"max_seconds": 0}, {"max_seconds": float("inf")}, {"max_devices": 0}, {"gateways": ["router"]}, {"local": ["home"]}])
def test_wrong_settings_are_value_errors(sample, wrong):
    with pytest.raises(ValueError):
        ew.scan(sample).analyze(**wrong)


def test_a_script_that_is_no_terminal_is_told_nothing(sample):
    with alone("import earwitness as ew, sys; ew.scan(sys.argv[1]).analyze()", sample) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_signals_reach_handlers_of_the_user(large):
    code = """
        import os, signal, sys, threading
        import earwitness as ew
        class Stop(Exception): pass
        def handler(*_): raise Stop
        signal.signal(signal.SIGUSR1, handler)
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
        try:
            while True:
                ew.scan(sys.argv[1]).analyze()
        except Stop:
            print("stopped")
    """
    with alone(code, large) as process:
        out, err = process.communicate(timeout=60)
    assert out == "stopped\n", err


def test_the_program_is_beside_python(program):
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.split()[-1] == ew.__version__
    assert signal.SIGINT
