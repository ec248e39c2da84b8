#!/usr/bin/env python3
"""Runs the program over captures of other projects, whole and damaged, and says where it breaks its word.

    scripts/corpus.py [--program FILE] [--derive N] [--reports] [--seed N] DIR...

Every file below the DIRs that looks like a capture, by its first octets or by its name, is analyzed in a process of its own.
With --derive, N damaged copies of each follow: cut short, four octets overwritten, packed with gzip or zstd (whole and cut),
two captures in a row. With --reports, the whole ones are analyzed again with every report that there is.

What must hold of each: exit status 0 or 2 and no panic; at most 1 s per MB (of unpacked octets), 2 s for small ones; at most 64 MB of memory;
valid JSON; and as many frames as capinfos counts, or a line that says what was wrong. Prints a table and every breach; exits with
status 1 when there was one. Where to find such captures: the source packages of tcpdump, libpcap, wireshark, ndpi and others
(`apt-get source tcpdump`, unpacked), the test data of pcap libraries.
"""

import argparse
import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

MAGICS = (
    b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\xcd\x34", b"\x34\xcd\xb2\xa1",
    b"\x0a\x0d\x0d\x0a",
)  # fmt: skip
NAMES = re.compile(r"\.(pcap|cap|pcapng|ntar|dmp|trace|snoop|erf|netmon)(\.(gz|zst|lz4|xz))?$", re.IGNORECASE)
LARGEST_TO_DAMAGE = 4 << 20
MEMORY = 64 << 10  # KiB
BATCH = 200


def looks_like_a_capture(path):
    try:
        with open(path, "rb") as file:
            first = file.read(4)
            if first[:2] == b"\x1f\x8b":
                with gzip.open(path) as inside:
                    first = inside.read(4)
    except (OSError, EOFError, zlib.error):
        first = b""
    return first in MAGICS or bool(NAMES.search(path))


def captures(folders):
    for folder in folders:
        if os.path.isfile(folder):
            yield folder
        for root, below, names in os.walk(folder):
            below.sort()
            for name in sorted(names):
                path = os.path.join(root, name)
                if os.path.isfile(path) and not os.path.islink(path) and looks_like_a_capture(path):
                    yield path


def unpacked_size(path):
    size = os.path.getsize(path)
    if open(path, "rb").read(2) == b"\x1f\x8b":
        with gzip.open(path) as inside:
            try:
                size = max(size, sum(map(len, iter(lambda: inside.read(1 << 20), b""))))
            except (OSError, EOFError, ValueError, zlib.error):
                size *= 4
    elif path.endswith(".zst"):
        size *= 4
    return size


class Run:
    """One run of the program: how it ended, what it said, what it cost."""

    def __init__(self, program, path, more=()):
        patience = max(2.0, unpacked_size(path) / 1e6)
        self.hung = False
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            child = subprocess.Popen([program, "analyze", "--json", "--quiet", *more, path], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            # Twice the time is waited before it is ended: the machine may be busy. What counts is the time of the processor.
            signal.signal(signal.SIGALRM, lambda *_: child.kill())
            signal.setitimer(signal.ITIMER_REAL, 4 * patience)
            _, status, usage = os.wait4(child.pid, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - begin
            self.status = child.returncode
            self.hung = self.seconds > 4 * patience or usage.ru_utime + usage.ru_stime > patience
            # Includes what this script held when it started the program, about 20 MB: small figures are the script's own.
            self.memory = usage.ru_maxrss
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read(), err.read().decode(errors="replace")

    def breach(self):
        if "panicked" in self.err or self.status not in (0, 2):
            return f"panic (status {self.status}): {self.err.strip()[-300:]}"
        if self.hung:
            return f"hang: {self.seconds:.1f} s"
        if self.memory > MEMORY:
            return f"memory: {self.memory >> 10} MB"
        if self.status == 2:
            return None if self.err.strip() else "silence: status 2 and not a word"
        try:
            self.report = json.loads(self.out)
        except ValueError as error:
            return f"json: {error}"
        return None


def counted_by_capinfos(paths):
    """Packets of each file as capinfos counts them; what it cannot read counts 0, what it reads in part counts that part."""
    counts = dict.fromkeys(paths, 0)
    run = subprocess.run(["capinfos", "-T", "-r", "-m", "-Q", "-c", "-M", *paths], capture_output=True, text=True, errors="replace", check=False)
    for line in run.stdout.splitlines():
        name, _, count = line.rpartition(",")
        name = name.strip('"')
        if name in counts and count.strip('"').isdigit():
            counts[name] = int(count.strip('"'))
    for count, name in re.findall(r'after reading (\d+) packets from "(.*?)"', run.stderr):
        if name in counts:
            counts[name] = max(counts[name], int(count))
    return counts


def derived(path, others, many, chance, folder):
    """Damaged copies of a capture, written to `folder`."""
    octets = open(path, "rb").read()
    if not octets:
        return
    packed = octets[:2] == b"\x1f\x8b"
    kinds = ["cut", "cut", "cut", "header", "header", "header", "gz", "zst", "gz-cut", "zst-cut", "two"]
    for number in range(many):
        kind = chance.choice(["cut", "header", "two"] if packed else kinds)
        name = os.path.join(folder, f"{number}-{kind}-{os.path.basename(path)}")
        if kind == "cut":
            made = octets[: chance.randrange(len(octets))]
        elif kind == "header":
            made = bytearray(octets)
            # Mostly the headers of the file and of its first packets; otherwise anywhere.
            end = len(made) if chance.random() < 0.3 else min(len(made), 200)
            for _ in range(chance.choice((1, 1, 3))):
                place = 4 * chance.randrange(max(end // 4, 1))
                value = chance.choice((0, 1, 13, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, chance.getrandbits(32), chance.getrandbits(8)))
                made[place : place + 4] = value.to_bytes(4, chance.choice(("little", "big")))
        elif kind == "two":
            made = octets + open(chance.choice(others), "rb").read(LARGEST_TO_DAMAGE)
        else:
            if kind.startswith("gz"):
                made = gzip.compress(octets, 1)
            else:
                made = subprocess.run(["zstd", "-q", "-c"], input=octets, stdout=subprocess.PIPE, check=True).stdout
                name += ".zst"
            if kind.endswith("cut"):
                made = made[: chance.randrange(len(made))]
        with open(name, "wb") as file:
            file.write(made)
        yield name


class Campaign:
    def __init__(self, program, reports):
        self.program, self.reports = program, reports
        self.sums = dict.fromkeys(("files", "read", "said", "unread", "frames", "fewer, said", "more", "slowest", "largest"), 0)
        self.breaches = []

    def over(self, paths, show):
        for start in range(0, len(paths), BATCH):
            batch = paths[start : start + BATCH]
            expected = counted_by_capinfos(batch)
            for path in batch:
                self.one(path, show(path), expected[path])

    def one(self, path, shown, expected):
        sums, run = self.sums, Run(self.program, path)
        sums["files"] += 1
        sums["slowest"] = max(sums["slowest"], round(run.seconds, 2))
        sums["largest"] = max(sums["largest"], run.memory >> 10)
        breach = run.breach()
        if breach is None and run.status == 0:
            facts = run.report["capture"]
            said = bool(facts["troubles"])
            sums["said" if said else "read"] += 1
            sums["frames"] += facts["frames"]
            sums["more"] += facts["frames"] > expected
            if facts["frames"] < expected:
                if said:
                    sums["fewer, said"] += 1
                    print(f"  fewer, said: {shown}: {facts['frames']} of {expected}: {facts['troubles'][-1][-200:]}")
                else:
                    breach = f"fewer: {facts['frames']} of {expected} frames, in silence"
        elif breach is None:
            sums["unread"] += 1
            if expected:
                sums["fewer, said"] += 1
                print(f"  fewer, said: {shown}: 0 of {expected}: {run.err.strip()[-200:]}")
        if breach is None and self.reports and run.status == 0:
            breach = self.with_reports(path)
        if breach:
            self.breaches.append((shown, breach))
            print(f"  BREACH {shown}: {breach}")

    def with_reports(self, path):
        with tempfile.TemporaryDirectory() as folder:
            html, series, annotated = (os.path.join(folder, name) for name in ("r.html", "s.parquet", "a.pcapng"))
            run = Run(self.program, path, [f"--html={html}", f"--series={series}", f"--annotate={annotated}"])
            breach = run.breach()
            if breach is None and run.status == 0:
                if not open(html, encoding="utf-8").read().rstrip().endswith("</html>"):
                    breach = "the page is not complete"
                elif open(series, "rb").read()[-4:] != b"PAR1":
                    breach = "the series are not complete"
            return breach and f"with all reports: {breach}"

    def table(self, title):
        print(f"{title}: " + ", ".join(f"{value} {name}" if name not in ("slowest", "largest") else
            f"{name} {value} {'s' if name == 'slowest' else 'MB'}" for name, value in self.sums.items())
            + f", {len(self.breaches)} breaches", flush=True)  # fmt: skip
        for kind in ("panic", "hang", "memory", "json", "fewer"):
            found = [breach for _, breach in self.breaches if kind in breach.split(":")[0] or f": {kind}" in breach]
            print(f"  {kind}: {len(found)}")


def main():
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("folders", metavar="DIR", nargs="+")
    told.add_argument("--program", default="target/release/earwitness")
    told.add_argument("--derive", type=int, default=0, metavar="N")
    told.add_argument("--reports", action="store_true")
    told.add_argument("--seed", type=int, default=1)
    told = told.parse_args()
    for needed in (told.program, "capinfos", "zstd"):
        if not shutil.which(needed):
            sys.exit(f"{needed} is not there; build the program (cargo build --release) and install tshark and zstd")
    paths = list(captures(told.folders))
    if not paths:
        sys.exit("no captures found")
    whole = Campaign(told.program, told.reports)
    whole.over(paths, lambda path: path)
    whole.table("whole")
    breaches = whole.breaches
    if told.derive:
        chance, damaged = random.Random(told.seed), Campaign(told.program, False)
        small = [path for path in paths if 0 < os.path.getsize(path) <= LARGEST_TO_DAMAGE]
        kept = tempfile.mkdtemp(prefix="corpus-breaches-")
        for start in range(0, len(small), 50):
            with tempfile.TemporaryDirectory() as folder:
                made = []
                for number, path in enumerate(small[start : start + 50]):
                    inner = os.path.join(folder, str(number))
                    os.mkdir(inner)
                    made += derived(path, small, told.derive, chance, inner)
                before = len(damaged.breaches)
                damaged.over(made, lambda path, folder=folder: os.path.relpath(path, folder))
                for shown, _ in damaged.breaches[before:]:
                    shutil.copy(os.path.join(folder, shown), os.path.join(kept, f"{start}-{shown.replace('/', '-')}"))
        damaged.table("damaged")
        breaches = breaches + damaged.breaches
        if not os.listdir(kept):
            os.rmdir(kept)
        else:
            print(f"the damaged files that led to a breach are kept in {kept}")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
