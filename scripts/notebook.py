#!/usr/bin/env python3
"""Runs docs/notebooks/experiment.ipynb on files of a simulated experiment that this makes: every number that the notebook computes again has to be the program's.

  notebook.py PROGRAM [--keep DIR]    PROGRAM is earwitness; DIR gets the files and the notebook with its figures

What the notebook needs is put into an environment of its own outside the checkout, exactly the archives of docs/notebooks/requirements.txt (Python 3.11 on x86-64),
once. Exit status: 0 it holds; 1 it does not; 77 it could not be tried, and why is said.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
NOTEBOOKS = Path(__file__).resolve().parent.parent / "docs" / "notebooks"
NOT_TRIED = 77
# What pip says where it reaches nobody.
NO_NETWORK = ("NewConnectionError", "NameResolutionError", "Temporary failure in name resolution", "Network is unreachable", "ConnectTimeoutError", "ProxyError")
# Enough for the figures and every assertion, in seconds of a debug build.
SMALL = ["--set", "nights=3", "--set", "repeats=3"]
MADE = [
    ("prefix", ["--trials", "prefix.csv", "--json=prefix.json"]),
    ("prefix", ["--trials", "prefix.parquet", "--json=again.json"]),
    ("postfix-immediate", ["--trials", "postfix-immediate.parquet", "--json=postfix-immediate.json"]),
]
# Run in the environment: the kernel is the environment's own Python, whatever kernels the user has, and talks through sockets in a folder.
EXECUTE = """
import sys
import tempfile
import nbformat
from nbclient import NotebookClient
from jupyter_client.manager import AsyncKernelManager
notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
with tempfile.TemporaryDirectory() as sockets:
    manager = AsyncKernelManager(transport="ipc", ip=sockets + "/kernel")
    manager.kernel_spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    NotebookClient(notebook, km=manager, timeout=300, resources={"metadata": {"path": sys.argv[2]}}).execute()
nbformat.write(notebook, sys.argv[2] + "/executed.ipynb")
"""

# Tables as pandas writes them: whole numbers with an empty cell become others, and empty words stay empty.
WRITE = """
import pandas as pd
trials = pd.read_parquet("prefix.parquet")
trials.to_parquet("pandas.parquet")
trials.to_csv("pandas.csv", index=False)
"""


def not_tried(why):
    """Ends, and says why."""
    print(f"not tried: {why}")
    sys.exit(NOT_TRIED)


def environment():
    """The interpreter of the environment, which is made where it is missing or was made from other versions."""
    if sys.version_info[:2] != (3, 11) or platform.machine() != "x86_64":
        not_tried("the archives that are written down are for Python 3.11 on x86-64")
    requirements = NOTEBOOKS / "requirements.txt"
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = base / "earwitness-notebook"
    python = home / "bin" / "python"
    stamp = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    made = home / "made-from"
    if made.exists() and made.read_text() == stamp:
        return python
    print(f"making {home}", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=300)
    wanted = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(requirements)]
    asked = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted]
    found = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=1200)
    if found.returncode != 0:
        print(found.stdout + found.stderr)
        if any(it in found.stderr for it in NO_NETWORK):
            not_tried("the package index cannot be reached")
        sys.exit(1)
    made.write_text(stamp)
    return python


def run(program, folder):
    """Makes the files and runs the notebook beside them."""
    python = environment()
    for preset, files in MADE:
        subprocess.run([program, "experiment", "run", preset, "--simulate", "--seed", "7", *SMALL, *files], cwd=folder, check=True, timeout=600)
    subprocess.run([python, "-c", WRITE], cwd=folder, check=True, timeout=120)
    for table in ["prefix.csv", "prefix.parquet", "pandas.csv", "pandas.parquet"]:
        asked = [program, "experiment", "report", "prefix", "--trials", table, "--seed", "7", "--json=report.json"]
        subprocess.run(asked, cwd=folder, check=True, timeout=120)
        assert (folder / "report.json").read_bytes() == (folder / "prefix.json").read_bytes(), f"{table} tells something else"
    assert (folder / "prefix.json").read_bytes() == (folder / "again.json").read_bytes(), "one seed, one result"
    surroundings = dict(os.environ, EARWITNESS_DATA=str(folder), PYTHONDONTWRITEBYTECODE="1", IPYTHONDIR=str(folder / "ipython"))
    asked = [python, "-c", EXECUTE, str(NOTEBOOKS / "experiment.ipynb"), str(folder)]
    if subprocess.run(asked, env=surroundings, check=False, timeout=600).returncode != 0:
        print("the notebook does not hold: see above")
        return 1
    cells = json.loads((folder / "executed.ipynb").read_text())["cells"]
    code = [it for it in cells if it["cell_type"] == "code"]
    figures = sum("image/png" in output.get("data", {}) for it in code for output in it["outputs"])
    if figures != 3 or not all(it["execution_count"] for it in code):
        print(f"{figures} figures of 3, {len(code)} cells")
        return 1
    print(f"{len(code)} cells ran, {figures} figures were drawn, and all numbers agree")
    return 0


def main(about, run):
    """Reads the command line, and runs what is told about with the program and a folder for its files."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        return run(program, arguments.keep.resolve())
    with tempfile.TemporaryDirectory() as folder:
        return run(program, Path(folder))


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
