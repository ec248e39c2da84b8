"""What the tests share: the program of the same wheel, and a simulated night with its log."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[3] / "docs" / "sample.pcapng"


@pytest.fixture(scope="session")
def program():
    """The program that the same installation put beside Python."""
    found = shutil.which("earwitness", path=str(Path(sys.executable).parent))
    assert found, "pip installed no program beside Python"
    return found


@pytest.fixture(scope="session")
def report(program, tmp_path_factory):
    """What the program says of captures, as a dict; like the package it counts whole seconds of UTC when it writes a series."""
    series = tmp_path_factory.mktemp("series") / "series.csv"

    def said(*arguments):
        done = subprocess.run([program, "analyze", "-q", "--json", "--series", str(series), *map(str, arguments)], capture_output=True, check=True, timeout=300)
        return json.loads(done.stdout)

    return said


@pytest.fixture(scope="session")
def sample():
    """The capture that comes with the project."""
    return SAMPLE


@pytest.fixture(scope="session")
def night(program, tmp_path_factory):
    """The capture and the log of a simulated night with probes."""
    folder = tmp_path_factory.mktemp("night")
    subprocess.run([program, "simulate", "demo", "--seed", "8", "-q", "-o", str(folder / "night")], check=True, timeout=300)
    return folder / "night.pcapng", folder / "night.probes.jsonl"


@pytest.fixture(scope="session")
def large(program, sample, tmp_path_factory):
    """A capture that takes seconds to read: the sample many times over, as one file."""
    path = tmp_path_factory.mktemp("large") / "large.pcapng"
    octets = sample.read_bytes()
    with path.open("wb") as out:
        for _ in range(300_000_000 // len(octets)):
            out.write(octets)
    return path
