"""The Spark job on executors in processes of their own, with half a gigabyte each: scripts/python_test.py --spark VERSION."""

import collections
import glob
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import earwitness as ew
import earwitness.spark

SAMPLE = Path(__file__).resolve().parents[3] / "docs" / "sample.pcapng"


@pytest.fixture(scope="session")
def spark():
    """Two executors with a core and a gigabyte each."""
    built = SparkSession.builder.master("local-cluster[2,1,1024]").appName("earwitness")
    here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false", "spark.executor.memory": "512m"}
    for key, value in here.items():
        built = built.config(key, value)
    session = built.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture
def captures(tmp_path):
    """Three places; one has a file that is none, and another has nothing that can be read."""
    folder = tmp_path / "captures"
    for home in ("home-01", "home-02"):
        (folder / home).mkdir(parents=True)
        shutil.copy(SAMPLE, folder / home / "night.pcapng")
    (folder / "home-02" / "torn.pcapng").write_bytes(b"this was a capture once" * 100)
    (folder / "home-03").mkdir()
    (folder / "home-03" / "noise.pcap").write_bytes(os.urandom(1_000))
    return folder


def rows(spark, lake, table):
    """The rows of a table, without the order in which they lie."""
    return collections.Counter(map(str, spark.read.parquet(f"{lake}/{table}").collect()))


def test_places_are_one_task_each_and_a_broken_file_costs_its_own_rows(spark, captures, tmp_path):
    lake = tmp_path / "lake"
    report = {row.place: row for row in earwitness.spark.analyze(spark, earwitness.spark.places(captures), lake).collect()}
    assert sorted(report) == ["home-01", "home-02", "home-03"]
    assert report["home-01"].error is None and report["home-01"].troubles == []
    assert report["home-02"].error is None and any("torn.pcapng" in it for it in report["home-02"].troubles)
    assert "noise.pcap" in report["home-03"].error
    assert report["home-01"].rows == report["home-02"].rows - 1, "the torn file is a row of captures, and costs nothing else"

    # What one process writes is the same, row for row.
    alone = tmp_path / "alone"
    for home in ("home-01", "home-02"):
        ew.scan(captures / home).write_dataset(alone, home=home)
    for table in ("series", "sightings"):
        assert rows(spark, lake, table) == rows(spark, alone, table)
        assert sum(rows(spark, lake, table).values()) > 0
    assert spark.read.parquet(f"{lake}/sightings").where("list = 'internet'").count() == 8


def test_a_job_that_is_repeated_does_only_what_is_missing(spark, captures, tmp_path):
    lake = tmp_path / "lake"
    places = earwitness.spark.places(captures)
    earwitness.spark.analyze(spark, {"home-01": places["home-01"]}, lake)
    again = {row.place: row for row in earwitness.spark.analyze(spark, places, lake).collect()}
    assert again["home-01"].was_there and not again["home-02"].was_there
    before = rows(spark, lake, "series")
    earwitness.spark.analyze(spark, places, lake)
    assert rows(spark, lake, "series") == before


def executors(application):
    """The processes of the executors of an application."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                said = file.read()
            if b"CoarseGrainedExecutorBackend" in said and application.encode() in said:
                found.append(int(path.split("/")[2]))
        except OSError:
            pass
    return found


def test_an_executor_that_dies_costs_nothing(spark, tmp_path):
    folder, lake = tmp_path / "captures", tmp_path / "lake"
    octets = SAMPLE.read_bytes()
    for number in range(4):
        (folder / f"home-{number}").mkdir(parents=True)
        # The same night many times over, so that there is time to die.
        (folder / f"home-{number}" / "night.pcapng").write_bytes(octets * 100)
    mine = set(executors(spark.sparkContext.applicationId))
    assert mine, "executors are processes of their own"

    def kill():
        time.sleep(1.0)
        os.kill(min(mine), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    report = earwitness.spark.analyze(spark, earwitness.spark.places(folder), lake).collect()
    killer.join()
    assert [row.error for row in report] == [None] * 4
    counted = spark.read.parquet(f"{lake}/series").groupBy("home").count().collect()
    assert len({row["count"] for row in counted}) == 1 and len(counted) == 4, "no home is missing or doubled"


def test_it_runs_by_spark_submit(captures, tmp_path):
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    conf = ["--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1", "--conf", "spark.ui.enabled=false"]
    asked = [str(program), "--master", "local[2]", *conf, earwitness.spark.__file__, str(captures), str(tmp_path / "lake")]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, f"one place cannot be read\n{done.stderr[-2000:]}"
    assert "2 of 3 places are in" in done.stdout
