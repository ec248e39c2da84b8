#!/usr/bin/env python3
"""Installs a wheel of the Python package as its users do and runs its tests, the notebook docs/notebooks/place.ipynb, and a Spark job.

  python_test.py WHEEL [--spark VERSION ...] [-- PYTEST_ARGUMENTS]

The libraries that the tests use are those of scripts/notebook.py, in the same environment outside the checkout (Python 3.11 on x86-64); the wheel is put into an
environment of its own that sees them. It is also imported and run by every other Python from 3.9 on that this machine has. `--spark` installs a pyspark into an
environment of its own, in the user's cache, and runs the job with executors in processes of their own (Java 17 is needed).

Exit status: 0 it holds; 1 it does not; 77 it could not be tried, and why is said.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from notebook import EXECUTE, not_tried, environment  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "crates" / "python" / "tests"
PLACE = ROOT / "docs" / "notebooks" / "place.ipynb"
# The stable ABI promises all of them.
OTHERS = ("3.9", "3.10", "3.12", "3.13", "3.14")
TRY = """
import earwitness as ew, sys
found = ew.scan(sys.argv[1]).analyze()
assert len(found.sightings) == 4 and len(found.series) > 0 and found.to_dict()["version"] >= 2
assert sum(1 for _ in ew.frames(sys.argv[1])) == found.to_dict()["capture"]["frames"]
try:
    ew.scan("missing.pcap").analyze()
except ew.EarwitnessError:
    print("Python", sys.version.split()[0], "runs it")
"""


def venv(python, folder, wheel, sees=None):
    """An environment with the wheel, that sees the libraries of another one."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True, timeout=300)
    inside = folder / "bin" / "python"
    subprocess.run([inside, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps", str(wheel)], check=True, timeout=300)
    if sees:
        site = next((folder / "lib").glob("python*/site-packages"))
        theirs = next((sees / "lib").glob("python*/site-packages"))
        (site / "seen.pth").write_text(f"{theirs}\n")
    return inside


def others(wheel, scratch):
    """Tries the wheel with every other Python that is here."""
    tried = 0
    for version in OTHERS:
        python = shutil.which(f"python{version}")
        probed = python and subprocess.run([python, "-c", "import ensurepip"], capture_output=True, check=False)
        if not probed or probed.returncode != 0:
            continue
        inside = venv(python, scratch / version, wheel)
        subprocess.run([inside, "-c", TRY, str(ROOT / "docs" / "sample.pcapng")], check=True, timeout=120)
        tried += 1
    if not tried:
        print("no other Python is here: the wheel was tried with this one only")


def notebook(python, scratch):
    """Runs the notebook of a place on a simulated night."""
    program = python.parent / "earwitness"
    (scratch / "home-07").mkdir(parents=True)
    subprocess.run([program, "simulate", "demo", "--seed", "8", "-q", "-o", str(scratch / "night")], check=True, timeout=300)
    (scratch / "night.pcapng").rename(scratch / "home-07" / "night.pcapng")
    surroundings = dict(os.environ, EARWITNESS_DATA=str(scratch), PYTHONDONTWRITEBYTECODE="1", IPYTHONDIR=str(scratch / "ipython"))
    subprocess.run([python, "-c", EXECUTE, str(PLACE), str(scratch)], env=surroundings, check=True, timeout=600)
    print("the notebook of a place holds")


def spark(version, wheel, scratch):
    """Runs the Spark job with a version of pyspark, on executors in processes of their own."""
    if not shutil.which("java"):
        print("no Java is here: Spark was not tried")
        return
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / f"earwitness-spark-{version}"
    if not (base / "complete").exists():
        shutil.rmtree(base, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(base)], check=True, timeout=300)
        wanted = [f"pyspark=={version}", "pytest==9.2.0"]
        subprocess.run([base / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted], check=True, timeout=1200)
        (base / "complete").touch()
    inside = venv(sys.executable, scratch / f"spark-{version}", wheel, base)
    surroundings = dict(os.environ, PYSPARK_PYTHON=str(inside), PYSPARK_DRIVER_PYTHON=str(inside), PYTHONDONTWRITEBYTECODE="1")
    asked = [inside, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(TESTS), str(TESTS / "spark_jobs.py")]
    subprocess.run(asked, env=surroundings, check=True, timeout=900)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--spark", action="append", default=[], metavar="VERSION")
    parser.add_argument("pytest", nargs="*")
    arguments = parser.parse_args()
    if sys.version_info < (3, 9):
        not_tried("Python 3.9 or later is needed")
    libraries = environment().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        try:
            python = venv(sys.executable, scratch / "venv", arguments.wheel.resolve(), libraries)
            asked = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(TESTS), str(TESTS), *arguments.pytest]
            subprocess.run(asked, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"), check=True, timeout=1200)
            others(arguments.wheel.resolve(), scratch)
            notebook(python, scratch / "notebook")
            for version in arguments.spark:
                spark(version, arguments.wheel.resolve(), scratch)
        except subprocess.CalledProcessError as failed:
            print(f"it does not hold: {failed.cmd[0]} ended with {failed.returncode}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
