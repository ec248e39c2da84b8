#!/usr/bin/env python3
"""Many places into a dataset, by the program, by its wheel and by Spark, on the same files: gigabytes a second, whether it stays so, and the memory it takes.

  bench_places.py PROGRAM --folder DIR [--gigabytes N] [--jobs N] [--python PYTHON] [--spark PYTHON]

DIR gets eight simulated nights (2.2 GB) and places of one night each, which are further names of the same files: as many as make N gigabytes. Nothing but what is read
and written counts, so let nothing else run, and choose a DIR on a disk whose pages stay in memory, if it is not the disk that is to be measured.

  PROGRAM           `analyze --place ... --dataset ...`, all of it: seconds of each tenth of the places in the order in which they were finished, and memory every half second
  --python PYTHON   one that has the wheel: `Scan.write_dataset` place by place, beside the program place by place, in turn; of both the median
  --spark PYTHON    one that has the wheel and pyspark: `earwitness.spark` on two executors, from the first task to the last, beside the program with two processes, five times
                    each: the first job of a session and the median of later ones. The tables have to agree row for row

Exit status: 0, whatever the figures are; 1 when something failed or tables differ.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

NIGHTS = 8
# In the environment of the wheel: places on the command line, a folder before them.
WHEEL = """
import sys, time, earwitness as ew
lake, *places = sys.argv[1:]
begun = time.perf_counter()
for place in places:
    ew.scan(place).write_dataset(lake, home=place.rsplit("/", 1)[1])
print(time.perf_counter() - begun)
"""
SPARK = """
import shutil, statistics, sys, time
import earwitness.spark
from pyspark.sql import SparkSession
folder, lake, warm = sys.argv[1:]
spark = SparkSession.builder.master("local-cluster[2,1,2048]").appName("bench").config("spark.driver.host", "127.0.0.1").config(
    "spark.driver.bindAddress", "127.0.0.1").config("spark.ui.enabled", "false").config("spark.executor.memory", "1g").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
# Executors and their Pythons are there, and have the package.
spark.sparkContext.parallelize(range(8), 8).map(lambda it: __import__("earwitness").__name__).collect()
# The first job also starts what later ones find started: Java compiles, and each executor starts its Pythons.
took = []
for again in range(5):
    shutil.rmtree(lake, ignore_errors=True)
    begun = time.perf_counter()
    earwitness.spark.analyze(spark, earwitness.spark.places(folder), lake)
    took.append(time.perf_counter() - begun)
differ = 0
for table in ("series", "sightings", "captures"):
    ours, theirs = (spark.read.parquet(f"{it}/{table}") for it in (lake, warm))
    differ += ours.exceptAll(theirs).count() + theirs.exceptAll(ours).count()
    print(table, ours.count(), "rows", file=sys.stderr)
spark.stop()
print(took[0], statistics.median(took[1:]), differ)
"""


def nights(program, folder):
    """Simulated nights, made once."""
    made = []
    for seed in range(1, NIGHTS + 1):
        night = folder / "nights" / f"night-{seed}.pcapng"
        if not night.exists():
            night.parent.mkdir(exist_ok=True)
            subprocess.run([program, "simulate", "demo", "--seed", str(seed), "-q", "-o", str(night.with_suffix(""))], check=True)
        made.append(night)
    return made


def laid_out(made, folder, octets):
    """Places of a night each, up to so many octets."""
    shutil.rmtree(folder, ignore_errors=True)
    places, total = [], 0
    while total < octets:
        night = made[len(places) % len(made)]
        place = folder / f"home-{len(places):05}"
        place.mkdir(parents=True)
        os.link(night, place / night.name)
        places.append(place)
        total += night.stat().st_size
    return places, total


def watched(command):
    """Runs a command; seconds, and its resident memory in kilobytes as time went on."""
    seen, begun = [], time.perf_counter()
    process = subprocess.Popen(command)
    done = threading.Event()

    def look():
        while not done.wait(0.5):
            try:
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            except OSError:
                return
            seen.extend(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    thread = threading.Thread(target=look)
    thread.start()
    status = process.wait()
    took = time.perf_counter() - begun
    done.set()
    thread.join()
    if status != 0:
        sys.exit(f"{command[0]} ended with {status}")
    return took, seen


def fresh(folder):
    """A folder in which nothing lies."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def all_of_it(program, places, total, lake, jobs):
    """Whether the last tenth takes as long as the first."""
    begun = time.time()
    took, memory = watched([program, "analyze", "-q", "--place", *map(str, places), "--dataset", str(lake), "--jobs", str(jobs)])
    finished = sorted(it.stat().st_mtime - begun for it in (lake / "_earwitness").glob("*.json"))
    assert len(finished) == len(places), (len(finished), len(places))
    print(f"{total / 1e9:.1f} GB, {len(places)} places, {jobs} at once: {took:.0f} s, {total / 1e9 / took:.2f} GB/s")
    ends = [finished[len(finished) * tenth // 10 - 1] for tenth in range(1, 11)]
    tenths = [end - start for start, end in zip([0.0, *ends], ends)]
    # A tenth may have a place more than another.
    sizes = [len(finished) * (tenth + 1) // 10 - len(finished) * tenth // 10 for tenth in range(10)]
    each = [took / size for took, size in zip(tenths, sizes)]
    print("seconds a place, tenth by tenth: " + " ".join(f"{it:.3f}" for it in each) + f"; the last by the first {each[-1] / each[0]:.3f}")
    part = max(1, len(memory) // 10)
    print(f"memory: {max(memory[:part]) / 1000:.1f} MB at most in the first tenth of the time, {max(memory[-part:]) / 1000:.1f} MB in the last, {max(memory) / 1000:.1f} MB in all")


def wheel(program, python, places, folder, rounds=7):
    """The wheel beside the program, in turn."""
    octets = sum(it.stat().st_size for place in places for it in place.iterdir())
    speeds = {"program": [], "wheel": []}
    for _ in range(rounds):
        lake, begun = fresh(folder / "by-program"), time.perf_counter()
        for place in places:
            subprocess.run([program, "analyze", "-q", "--place", str(place), "--dataset", str(lake)], check=True)
        speeds["program"].append(octets / 1e9 / (time.perf_counter() - begun))
        said = subprocess.run([python, "-c", WHEEL, str(fresh(folder / "by-wheel")), *map(str, places)], check=True, stdout=subprocess.PIPE, text=True)
        speeds["wheel"].append(octets / 1e9 / float(said.stdout))
    middle = {name: statistics.median(all_of) for name, all_of in speeds.items()}
    print(f"{octets / 1e9:.1f} GB, place by place: program {middle['program']:.2f} GB/s, wheel {middle['wheel']:.2f} GB/s: {middle['wheel'] / middle['program']:.2f} of it")


def spark(program, python, places, folder):
    """Two executors beside two processes."""
    octets = sum(it.stat().st_size for place in places for it in place.iterdir())
    each = []
    for _ in range(5):
        lake, begun = fresh(folder / "by-processes"), time.perf_counter()
        line = f"exec {program} analyze -q --place \"$0\" --dataset {lake}"
        subprocess.run(["xargs", "-P", "2", "-n", "1", "sh", "-c", line], input="\n".join(map(str, places)), text=True, check=True)
        each.append(time.perf_counter() - begun)
    processes = statistics.median(each)
    surroundings = dict(os.environ, PYSPARK_PYTHON=python, PYSPARK_DRIVER_PYTHON=python)
    command = [python, "-c", SPARK, str(places[0].parent), str(fresh(folder / "by-spark")), str(lake)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=surroundings).stdout.split()
    first, later, differ = float(said[-3]), float(said[-2]), int(said[-1])
    speed = [octets / 1e9 / it for it in (processes, first, later)]
    print(f"{octets / 1e9:.1f} GB: two processes {speed[0]:.2f} GB/s; Spark's first job {speed[1]:.2f} GB/s, {processes / first:.2f} of it, its later ones {speed[2]:.2f} GB/s, {processes / later:.2f} of it; rows that differ: {differ}")
    return differ == 0


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--gigabytes", type=float, default=100.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--python")
    parser.add_argument("--spark")
    asked = parser.parse_args()
    if 0 < asked.gigabytes < 3:
        parser.error("tenths of the places need at least 3 gigabytes; 0 leaves them out")
    asked.folder.mkdir(parents=True, exist_ok=True)
    made = nights(asked.program, asked.folder)
    if asked.gigabytes > 0:
        places, total = laid_out(made, asked.folder / "places", asked.gigabytes * 1e9)
        all_of_it(asked.program, places, total, fresh(asked.folder / "lake"), asked.jobs)
    few, _ = laid_out(made, asked.folder / "few", 2e9)
    if asked.python:
        wheel(asked.program, asked.python, few, asked.folder)
    holds = not asked.spark or spark(asked.program, asked.spark, few, asked.folder)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
