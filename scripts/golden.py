#!/usr/bin/env python3
"""Golden values for the tests in crates/core/tests/golden: the burst rule of LeakyPick (ACSAC 2020, section 4.1.1), the
statistics of a line, its t-test (section 4.1.2), and the dose, written apart from the program, with numpy and scipy.

    scripts/golden.py            writes the files (needs cargo for the simulated captures)
    scripts/golden.py --check    compares with what is there instead
    scripts/golden.py --only NAME    only one of them: burst, line, ttest, dose
    scripts/golden.py --null     prints the null distribution of the unevenness (a minute)

Needs numpy and scipy: pip install numpy scipy
"""

import argparse
import hashlib
import ipaddress
import itertools
import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import numpy as np
import scipy
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "crates/core/tests/golden"
SECOND = 1_000_000_000

# --- capture files ------------------------------------------------------------------------------------------------------


def packets(data):
    """(nanoseconds, link type, length on the wire, captured octets) of a pcap or pcapng file, in the order of the file."""
    return pcapng(data) if data[:4] == b"\x0a\x0d\x0d\x0a" else pcap(data)


def pcap(data):
    orders = {0xA1B2C3D4: 1_000, 0xA1B23C4D: 1}
    for order in "<>":
        (magic,) = struct.unpack_from(order + "I", data)
        if magic in orders:
            break
    else:
        raise ValueError("not a capture file")
    unit = orders[magic]
    (link,) = struct.unpack_from(order + "I", data, 20)
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, kept, wire = struct.unpack_from(order + "IIII", data, at)
        if at + 16 + kept > len(data):
            break
        yield seconds * SECOND + fraction * unit, link & 0xFFFF, wire, data[at + 16 : at + 16 + kept]
        at += 16 + kept


def pcapng(data):
    at, order, interfaces = 0, "<", []
    while at + 12 <= len(data):
        kind, length = struct.unpack_from(order + "II", data, at)
        if kind == 0x0A0D0D0A:
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            (length,) = struct.unpack_from(order + "I", data, at + 4)
            interfaces = []
        if length < 12 or length % 4 or at + length > len(data):
            break
        body = data[at + 8 : at + length - 4]
        if kind == 1:
            link, _, snap = struct.unpack_from(order + "HHI", body)
            resolution, offset = 1_000_000, 0
            for code, value in options(body[8:], order):
                if code == 9:
                    resolution = 2 ** (value[0] & 127) if value[0] & 128 else 10 ** value[0]
                elif code == 14:
                    (offset,) = struct.unpack(order + "q", value)
            interfaces.append((link, resolution, offset, snap))
        elif kind == 6:
            number, high, low, kept, wire = struct.unpack_from(order + "IIIII", body)
            link, resolution, offset, _ = interfaces[number]
            nanos = offset * SECOND + (high << 32 | low) * SECOND // resolution
            yield nanos, link, wire, body[20 : 20 + kept]
        elif kind == 2:
            number, _, high, low, kept, wire = struct.unpack_from(order + "HHIIII", body)
            link, resolution, offset, _ = interfaces[number]
            yield offset * SECOND + (high << 32 | low) * SECOND // resolution, link, wire, body[20 : 20 + kept]
        at += length


def options(data, order):
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from(order + "HH", data, at)
        if code == 0:
            return
        yield code, data[at + 4 : at + 4 + length]
        at += 4 + (length + 3) // 4 * 4


# --- what a frame carries -----------------------------------------------------------------------------------------------


def payload(frame, wire):
    """(source MAC, destination address or None, octets above the transport header) of an Ethernet frame."""
    source, at = frame[6:12], 12
    (kind,) = struct.unpack_from("!H", frame, at)
    while kind in (0x8100, 0x88A8):
        at += 4
        (kind,) = struct.unpack_from("!H", frame, at)
    at += 2
    packet, link = frame[at:], at
    if kind == 0x0800 and len(packet) >= 4:
        header = (packet[0] & 15) * 4
        (total,) = struct.unpack_from("!H", packet, 2)
        length = total or wire - link
        above = max(length - header, 0)
        if len(packet) < 20:
            return source, None, above
        address = ipaddress.IPv4Address(packet[16:20])
        (fragment,) = struct.unpack_from("!H", packet, 6)
        if fragment & 0x1FFF:
            return source, address, above
        return source, address, transport(packet[9], packet[header:], above)
    if kind == 0x86DD and len(packet) >= 40:
        (above,) = struct.unpack_from("!H", packet, 4)
        above = above or wire - link - 40
        address = ipaddress.IPv6Address(packet[24:40])
        following, inner = packet[6], packet[40:]
        while following in (0, 43, 44, 51, 60) and len(inner) >= 8:
            length = {44: 8, 51: inner[1] * 4 + 8}.get(following, inner[1] * 8 + 8)
            last = following == 44 and struct.unpack_from("!H", inner, 2)[0] & 0xFFF8
            following, inner, above = inner[0], inner[length:], above - length
            if last:
                return source, address, max(above, 0)
        return source, address, transport(following, inner, above)
    return source, None, 0


def transport(protocol, octets, above):
    if protocol == 6 and len(octets) >= 13:
        return max(above - (octets[12] >> 4) * 4, 0)
    if protocol == 17 and len(octets) >= 6:
        return max(struct.unpack_from("!H", octets, 4)[0] - 8, 0)
    return max(above, 0)


HOME = [
    ipaddress.ip_network(text)
    for text in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
    + ("::/128", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8", "224.0.0.0/4", "255.255.255.255/32")
]


def is_internet(address):
    return address is not None and not any(address in network for network in HOME if network.version == address.version)


# --- the burst rule -----------------------------------------------------------------------------------------------------


class Sent:
    """What the devices of a capture sent: times and payload octets by source MAC, in order of time."""

    def __init__(self, data):
        frames = sorted(packets(data), key=lambda packet: packet[0])
        self.origin, self.until, devices = frames[0][0], frames[-1][0], {}
        for at, link, wire, frame in frames:
            if link != 1 or len(frame) < 14:
                raise ValueError("this reader knows Ethernet only")
            source, address, octets = payload(frame, wire)
            if not source[0] & 1 and any(source):
                devices.setdefault(source.hex(":"), []).append((at - self.origin, octets, is_internet(address)))
        self.devices = {mac: np.array(rows, dtype=np.int64) for mac, rows in sorted(devices.items())}

    def windows(self, mac, width, internet):
        """Payload octets in each window of the capture."""
        rows = self.devices[mac]
        if internet:
            rows = rows[rows[:, 2] == 1]
        count = (self.until - self.origin) // width + 1
        return np.bincount(rows[:, 0] // width, weights=rows[:, 1], minlength=count)

    def detections(self, mac, width, internet, kbits, least):
        """Maximal runs of at least `least` loud windows: begin, end (nanoseconds after the origin), windows, octets, mean, peak."""
        sums = self.windows(mac, width, internet)
        seconds = width / SECOND
        loud = sums * 8 / seconds > kbits * 1000
        edges = np.flatnonzero(np.diff(np.concatenate(([0], loud.astype(np.int8), [0]))))
        found = []
        for begin, end in edges.reshape(-1, 2):
            if end - begin >= least:
                run = sums[begin:end]
                row = (int(begin) * width, int(end) * width, int(end - begin), int(run.sum()))
                found.append((*row, float((run / seconds).mean()), float((run / seconds).max())))
        return found


CAPTURES = [("household", 5, 150), ("sample", 1, 120), ("speaker-quic", 3, 120), ("camera-clips", 4, 120)]


def simulate(scenario, seed, seconds):
    with tempfile.TemporaryDirectory() as place:
        capture = pathlib.Path(place, "capture.pcapng")
        command = ["cargo", "run", "--quiet", "-p", "earwitness-sim", "--example", "home", "--"]
        command += ["--scenario", scenario, "--seed", str(seed), "--seconds", str(seconds), str(capture), f"{place}/truth.json"]
        subprocess.run(command, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
        return capture.read_bytes()


def burst():
    captures = []
    for scenario, seed, seconds in CAPTURES:
        data = simulate(scenario, seed, seconds)
        sent, sweeps = Sent(data), []
        for width in (SECOND // 2, SECOND, 2 * SECOND):
            for internet in (False, True):
                for kbits in (6.0, 23.0, 64.0):
                    devices = {}
                    for mac in sent.devices:
                        every = sent.detections(mac, width, internet, kbits, 1)
                        by_least = [sent.detections(mac, width, internet, kbits, least) for least in range(1, 6)]
                        if every:
                            # Which of the runs are detections, for n = 1 to 5.
                            devices[mac] = {"runs": every, "by_n": [[every.index(run) for run in found] for found in by_least]}
                    sweeps.append({"window_ns": width, "internet_only": internet, "kbits": kbits, "devices": devices})
        captures.append(
            {
                "scenario": scenario,
                "seed": seed,
                "seconds": seconds,
                "sha256": hashlib.sha256(data).hexdigest(),
                "origin_ns": sent.origin,
                "senders": list(sent.devices),
                "sweeps": sweeps,
            }
        )
    return {"captures": captures}


# --- the line -----------------------------------------------------------------------------------------------------------


def line(x, y, tolerance, beats):
    """The line that most points lie on, by trying every pair of points; then least squares through those within the tolerance,
    until they no longer change."""
    first, second = np.triu_indices(len(x), 1)
    slopes = (y[second] - y[first]) / (x[second] - x[first])
    slopes = np.unique(slopes[(slopes >= beats[0]) & (slopes <= beats[1])])
    best = (0, 0.0, 0.0)
    for slope in slopes:
        over = np.sort(y - slope * x)
        counts = np.searchsorted(over, over + 2 * tolerance, side="right") - np.arange(len(over))
        densest = int(np.argmax(counts))
        if counts[densest] > best[0]:
            best = (int(counts[densest]), slope, over[densest] + tolerance)
    _, slope, start = best
    near = np.abs(y - start - slope * x) <= tolerance
    for _ in range(100):
        fit = stats.linregress(x[near], y[near])
        again = np.abs(y - fit.intercept - fit.slope * x) <= tolerance
        if (again == near).all():
            break
        near = again
    else:
        raise ValueError("the points on time do not settle")
    at = np.flatnonzero(near)
    residuals = y[near] - (fit.intercept + fit.slope * x[near])
    span = y[at[-1]] - y[at[0]]
    # scipy takes the standard error from 1 - r^2, which is all rounding where the points lie almost on the line; the same from the residuals
    # keeps its digits.
    error = math.sqrt((residuals**2).sum() / (near.sum() - 2) / ((x[near] - x[near].mean()) ** 2).sum())
    if not math.isclose(error, fit.stderr, rel_tol=1e-4):
        raise ValueError("the standard error is not that of scipy")
    margin = np.abs(np.abs(y - fit.intercept - fit.slope * x) - tolerance).min()
    if margin < 1e-3 * tolerance:
        raise ValueError("a point lies too near to the tolerance to be told on time or late by all")
    return {
        "start": float(fit.intercept),
        "beat": float(fit.slope),
        "beat_error": error,
        "on_time": int(near.sum()),
        "first": int(at[0]),
        "last": int(at[-1]),
        "unevenness": float((residuals**2).sum() / span**2),
    }


def point_sets():
    """Deterministic points: name, positions, times in nanoseconds, tolerance in nanoseconds. Nothing in them is drawn: the jitter is a
    Weyl sequence, as even as chance and the same everywhere."""
    weyl = lambda n, step: np.floor(np.arange(1, n + 1) * step % 1 * 1e6) / 1e6
    golden, silver = (math.sqrt(5) - 1) / 2, math.sqrt(2) - 1
    k = np.arange(90.0)
    yield "clean", k, 5e6 + 20e6 * k + np.floor(1e4 * weyl(90, golden)), 30e6
    for beat in (10e6, 32e6, 64e6, 100e6):
        yield f"jittered {beat / 1e6:.0f} ms", k, 7e6 + beat * k + np.floor(8e6 * weyl(90, golden)), 30e6
    yield "long", np.arange(400.0), 20e6 * np.arange(400.0) + np.floor(12e6 * weyl(400, silver)), 30e6
    yield "drifting", k, 20.004e6 * k + np.floor(3e6 * weyl(90, silver)), 10e6
    y = 20e6 * k + np.floor(5e6 * weyl(90, golden))
    for begin, end in ((20, 35), (50, 72)):
        y[begin:end] = y[end] + np.arange(end - begin) * 2e4
    yield "stalled", k, np.maximum.accumulate(y), 30e6
    y = 20e6 * np.arange(160.0) + np.floor(4e6 * weyl(160, golden))
    y[:60] = y[60] - 1e5 * (60 - np.arange(60.0))
    yield "backlog", np.arange(160.0), y, 30e6
    octets = np.cumsum(np.floor(60 + 180 * weyl(120, silver)))
    yield "octets", octets, np.floor(octets / 4_000 * 1e9 + 6e6 * weyl(120, golden)), 30e6


def lines():
    sets = []
    for name, x, y, tolerance in point_sets():
        beats = (5e6, 130e6) if name != "octets" else (1e4, 1e7)
        values = line(x, y, tolerance, beats)
        sets.append({"name": name, "positions": x.tolist(), "times": y.tolist(), "tolerance": tolerance, "beats": beats, "line": values})
    return {"sets": sets}


# --- statistical probing ------------------------------------------------------------------------------------------------


def auto_edges(values):
    """numpy.histogram_bin_edges(values, bins="auto") as it was in numpy 1.11 to 2.2; 2.3 gives other bins."""
    if len(values) == 0:
        return np.linspace(0.0, 1.0, 2)
    first, last = values.min(), values.max()
    if first == last:
        return np.linspace(first - 0.5, last + 0.5, 2)
    high, low = np.percentile(values, [75, 25])
    freedman_diaconis = 2.0 * (high - low) * values.size ** (-1.0 / 3.0)
    sturges = (last - first) / (np.log2(values.size) + 1.0)
    width = min(freedman_diaconis, sturges) if freedman_diaconis else sturges
    edges = np.linspace(first, last, math.ceil((last - first) / width) + 1)
    if np.lib.NumpyVersion(np.__version__) < "2.3.0" and not np.array_equal(edges, np.histogram_bin_edges(values, bins="auto")):
        raise ValueError("not the bins of this numpy")
    return edges


def compared(features, rule, equal_variances):
    """Number of bins, probe values outside, t and p (None where not defined); several features: the counts of each behind those before."""
    before, after, values = np.array([], dtype=int), np.array([], dtype=int), 0
    for idle, probe in features:
        edges = auto_edges(np.concatenate([idle, probe]) if rule == "pooled" else idle)
        before = np.concatenate([before, np.histogram(idle, bins=edges)[0]])
        after = np.concatenate([after, np.histogram(np.clip(probe, edges[0], edges[-1]) if rule == "clip" else probe, bins=edges)[0]])
        values += len(probe)
    row = {"edges": rule, "variance": "student" if equal_variances else "welch", "bins": len(before), "left_out": int(values - after.sum())}
    if len(before) < 2 or (np.ptp(before) == 0 and np.ptp(after) == 0):
        return {**row, "t": None, "p": None}
    test = stats.ttest_ind(before, after, equal_var=equal_variances)
    return {**row, "t": float(test.statistic), "p": float(test.pvalue)}


def frame_sets():
    """Name, then idle and probe frames: nanoseconds and length. The draws of Python's own generator are the same everywhere."""
    draw = random.Random(20)
    at = lambda gaps: list(itertools.accumulate(int(gap * SECOND) for gap in gaps))
    poisson = lambda n, rate: at(draw.expovariate(rate) for _ in range(n))
    lengths = lambda n, choices: [draw.choice(choices) for _ in range(n)]
    usual = [54, 66, 66, 66, 90, 123, 217, 583, 1514]
    yield "quiet, then loud", (poisson(60, 1), lengths(60, usual)), (poisson(300, 5), lengths(300, usual))
    yield "the same twice", (poisson(200, 4), lengths(200, usual)), (poisson(200, 4), lengths(200, usual))
    yield "other lengths", (poisson(150, 3), lengths(150, [66, 90])), (poisson(150, 3), lengths(150, [54, 66, 90, 118, 1514]))
    yield "any length", (poisson(256, 4), lengths(256, range(54, 1515))), (poisson(220, 4), lengths(220, range(54, 1515)))
    yield "one length", (poisson(40, 1), [66] * 40), (poisson(90, 2), lengths(90, usual))
    yield "one frame", ([SECOND], [66]), (poisson(20, 1), lengths(20, usual))
    yield "two frames", ([SECOND, 3 * SECOND], [66, 70]), (poisson(20, 1), lengths(20, usual))
    yield "nothing, then loud", ([], []), (poisson(50, 1), lengths(50, usual))
    yield "loud, then nothing", (poisson(50, 1), lengths(50, usual)), ([], [])
    beat = [0.02 + draw.random() * 1e-3 for _ in range(300)]
    yield "a beat with a pause", (at([*beat, 0.4, 0.02]), [118] * 302), (at([0.02] * 200), [118] * 200)
    yield "a beat with a long pause", (at([*beat, 9.0, 0.02]), lengths(302, [*[118] * 9, 1514])), (at([0.02] * 400), lengths(400, [*[118] * 5, 66]))
    bursts = [gap for _ in range(30) for gap in (draw.paretovariate(1.1) * 0.5, *[draw.random() * 0.003 for _ in range(9)])]
    yield "bursts", (at(bursts), lengths(300, usual)), (at(bursts[:120]), lengths(120, usual))


def tails():
    """t, degrees of freedom and two-sided p from 1e-12 to 1."""
    found = []
    for freedom in (2, 3, 5.5, 10, 31.25, 100, 358, 1000.5, 2500, 5000, 5152, 20_000, 2_000_000):
        for p in (0.999999, 0.99, 0.9, 0.6, 0.43, 0.42, 0.2, 0.08, 0.05, 0.01, 1e-3, 1e-5, 1e-8, 1e-10, 1e-12):
            t = round(float(stats.t.isf(p / 2, freedom)), 9)
            found.append([t, freedom, float(2 * stats.t.sf(t, freedom))])
    return found


def ttest():
    sets = []
    for name, *pair in frame_sets():
        row = {"name": name}
        for which, (times, lengths) in zip(("idle", "probe"), pair):
            row[which] = [list(frame) for frame in zip(times, lengths)]
        pairs = {}
        for feature in ("length", "inter_arrival"):
            idle, probe = pairs[feature] = tuple(np.diff(np.array(times, dtype=np.int64)) / 1e9 if feature != "length" else np.array(lengths, dtype=float) for times, lengths in pair)
            edges = auto_edges(idle)
            row[feature] = {
                "last_edges": edges[-9:].tolist(),
                "counts": np.histogram(probe, bins=edges)[0].tolist() if len(edges) < 500 else None,
                "tests": [compared([pairs[feature]], rule, equal) for rule in ("idle", "clip", "pooled") for equal in (True, False)],
            }
        row["both"] = {"tests": [compared(pairs.values(), rule, equal) for rule in ("idle", "clip", "pooled") for equal in (True, False)]}
        sets.append(row)
    return {"tails": tails(), "sets": sets}


# --- dose ---------------------------------------------------------------------------------------------------------------


def kendall(x, y):
    return int(np.sign(np.subtract.outer(x, x) * np.sign(np.subtract.outer(y, y))).sum()) // 2


def share_as_far(x, y, score):
    """Over all orders of y, the share whose S lies as far from 0."""
    far = [abs(kendall(x, np.array(order))) >= abs(score) for order in itertools.permutations(y)]
    return sum(far) / len(far)


def kept_slopes(x, slopes, level):
    """Ends of the slopes that are not rejected, tried between each two slopes of pairs, with nothing left over twice."""
    edges = [-math.inf, *slopes, math.inf]
    rank = np.arange(len(x))
    p = {score: share_as_far(x, rank, score) for score in {abs(len(slopes) - 2 * i) for i in range(len(slopes) + 1)}}
    kept = [i for i in range(len(slopes) + 1) if p[abs(len(slopes) - 2 * i)] > 1 - level]
    # Where S is never small enough, the median alone.
    return (edges[kept[0]], edges[kept[-1] + 1]) if kept else (slopes[len(slopes) // 2],) * 2


def dose():
    draw = random.Random(21)
    grid = lambda value: round(value * 64) / 64
    sets = []
    for name, n, slope, noise, ties in (
        ("four points", 4, 4000, 300, False),
        ("five points", 5, 4000, 500, True),
        ("six points", 6, 0, 900, False),
        ("seven points", 7, 4000, 2500, False),
        ("seven points with ties", 7, 1000, 1500, True),
        ("nine points", 9, 500, 1800, False),
        ("twenty points", 20, 300, 1800, False),
        ("twenty points with ties", 20, 300, 1800, True),
        ("sixty points", 60, -80, 1500, False),
    ):
        x = [float(draw.randrange(1, 5)) if ties else grid(draw.uniform(0.5, 12)) + i / 1024 for i in range(n)]
        y = [math.floor(1500 + slope * at + noise * draw.gauss(0, 1)) + (0 if ties else i / 1024) for i, at in enumerate(x)]
        x, y = np.array(x), np.array(y)
        fit = stats.theilslopes(y, x, alpha=0.95, method="joint")
        row = {"name": name, "points": list(map(list, zip(x.tolist(), y.tolist()))), "slope": float(fit.slope), "intercept": float(fit.intercept)}
        row["normal_interval"] = [float(fit.low_slope), float(fit.high_slope)]
        if n <= 7:
            row["exact_p"] = share_as_far(x, y, kendall(x, y))
            slopes = sorted((y[j] - y[i]) / (x[j] - x[i]) for i in range(n) for j in range(i) if x[i] != x[j])
            ends = kept_slopes(x, slopes, 0.9)
            row["exact_interval_90"] = [None if math.isinf(end) else float(end) for end in ends]
        elif not ties:
            row["kendall_p"] = float(stats.kendalltau(x, y, method="exact").pvalue)
        sets.append(row)
    return {"sets": sets}


# --- how uneven chance is -----------------------------------------------------------------------------------------------


def null(samples=4_000_000):
    """Quantiles of the unevenness of n moments that lie anywhere in a stretch."""
    draw = np.random.default_rng(1)
    for n in (16, 32, 64, 128):
        x = np.arange(n) - (n - 1) / 2
        found = []
        for _ in range(samples // 20_000):
            y = np.sort(draw.random((20_000, n)), axis=1)
            span = y[:, -1] - y[:, 0]
            centred = y - y.mean(axis=1, keepdims=True)
            slope = centred @ x / (x @ x)
            found.append(((centred - slope[:, None] * x) ** 2).sum(axis=1) / span**2)
        values = np.concatenate(found)
        below = [f"{(values <= limit).mean():.2e}" for limit in (0.006, 0.003, 0.0015)]
        quantiles = " ".join(f"{value:.5f}" for value in np.quantile(values, [1e-4, 1e-3, 1e-2, 0.5]))
        print(f"n = {n}: 1e-4, 1e-3, 1e-2, median: {quantiles}; share at most 0.006, 0.003, 0.0015: {' '.join(below)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    parser.add_argument("--null", action="store_true", help="print the null distribution of the unevenness")
    parser.add_argument("--only", metavar="NAME", choices=("burst", "line", "ttest", "dose"), help="no other file than this one")
    arguments = parser.parse_args()
    if arguments.null:
        return null()
    header = {"by": "scripts/golden.py", "numpy": np.__version__, "scipy": scipy.__version__}
    GOLDEN.mkdir(exist_ok=True)
    stale = []
    for name, compute in (("burst", burst), ("line", lines), ("ttest", ttest), ("dose", dose)):
        if arguments.only and name != arguments.only:
            continue
        values = compute()
        path = GOLDEN / f"{name}.json"
        if arguments.check:
            # Other versions of numpy may differ in the last bit.
            if not alike(json.loads(path.read_text()), json.loads(json.dumps(values))):
                stale.append(path.name)
        else:
            path.write_text(text({**header, **values}))
    if stale:
        sys.exit(f"not what is computed now: {', '.join(stale)}")


def text(value):
    """JSON with a line for each sweep and set."""
    lists = {key: entry for key, entry in value.items() if isinstance(entry, list)}
    head = [f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in value.items() if key not in lists]
    for key, entries in lists.items():
        rows = []
        for entry in entries:
            if not isinstance(entry, dict):
                rows.append(" " + json.dumps(entry))
                continue
            inner = [f"  {json.dumps(k)}: " + (("[\n   " + ",\n   ".join(map(json.dumps, v)) + "]") if k == "sweeps" else json.dumps(v)) for k, v in entry.items()]
            rows.append(" {\n" + ",\n".join(inner) + "\n }")
        head.append(f"{json.dumps(key)}: [\n" + ",\n".join(rows) + "\n]")
    return "{\n" + ",\n".join(head) + "\n}\n"


def alike(kept, now):
    if isinstance(now, dict):
        return all(key in kept and alike(kept[key], entry) for key, entry in now.items())
    if isinstance(now, list):
        return len(kept) == len(now) and all(map(alike, kept, now))
    if isinstance(now, float):
        return math.isclose(kept, now, rel_tol=1e-12, abs_tol=1e-9)
    return kept == now


if __name__ == "__main__":
    main()
