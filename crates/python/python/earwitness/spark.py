"""Many places on a Spark cluster: one task a place. Names of files are passed and never their octets; each task reads its files where it runs,
from a folder that all executors see, and writes rows into one dataset there.

    spark-submit FILE FOLDER DATASET        FILE is what `python -c 'import earwitness.spark; print(earwitness.spark.__file__)'` prints

or, in a job of your own:

    import earwitness.spark
    report = earwitness.spark.analyze(spark, earwitness.spark.places("/data/captures"), "/data/lake")
    report.where("error is not null").show(truncate=False)

A place that is in the dataset already, made from the same files, costs a look at it, so that a job that was broken off goes on where it was. A file that is
broken costs its own rows and is named in `troubles`; a place of which nothing can be read has an `error`, and the others are done.
"""

import argparse
import os
import sys
from pathlib import Path

# What a task returns, in this order.
SCHEMA = "place string, captures long, octets long, rows long, was_there boolean, seconds double, troubles array<string>, error string"


def places(folder):
    """The places below a folder, one a sub-folder: a dict of names and captures."""
    # By its name: spark-submit runs this file outside its package.
    from earwitness import scan

    folder = Path(folder)
    found = {}
    for it in sorted(folder.iterdir()):
        if it.is_dir() and not it.name.startswith((".", "_")):
            found[it.name.removeprefix("home=")] = list(scan(it))
    if not found:
        raise FileNotFoundError(f"no place lies in {folder}; it holds a folder for each, with its captures in it")
    return found


def _octets(captures):
    """Octets of files; those that are not there count nothing."""
    total = 0
    for name in captures:
        try:
            total += os.path.getsize(name)
        except OSError:
            pass
    return total


def _task(dataset, settings):
    """What an executor does with a place. A function of names only, so that it can be sent to it."""

    def analyze_place(place):
        import time

        import earwitness

        name, captures = place
        begun = time.perf_counter()
        rows, was_there, troubles, error = 0, False, [], None
        try:
            written = earwitness.Scan(captures).write_dataset(dataset, home=name, **settings)
            rows, was_there, troubles = sum(written["rows"].values()), written["was_there"], written["troubles"]
        except earwitness.EarwitnessError as refused:
            error = str(refused)
        return name, len(captures), _octets(captures), rows, was_there, time.perf_counter() - begun, troubles, error

    return analyze_place


def analyze(spark, places, dataset, **settings):
    """Analyses places into a dataset, one task each, the largest first, and returns a DataFrame with a row for each (`SCHEMA`).

    `places` is a dict of names and lists of captures, as `places()` returns it. `dataset` is a folder that all executors see under the same name.
    `settings` are those of `Scan.write_dataset` (`max_seconds`, `gateways`, ...), for all places alike.
    """
    dataset = os.path.abspath(os.fspath(dataset))
    rows = [(str(name), [os.path.abspath(os.fspath(it)) for it in captures]) for name, captures in places.items()]
    if not rows:
        raise ValueError("there is no place to analyse")
    rows.sort(key=lambda row: (-_octets(row[1]), row[0]))
    done = spark.sparkContext.parallelize(rows, len(rows)).map(_task(dataset, settings)).collect()
    return spark.createDataFrame(sorted(done), SCHEMA)


def main(arguments=None):
    """The job of `spark-submit`."""
    parser = argparse.ArgumentParser(prog="earwitness.spark", description="Analyses the captures of many places into a dataset, one task a place.")
    parser.add_argument("folder", help="holds a folder for each place; all executors see it")
    parser.add_argument("dataset", help="where the tables are written; all executors see it")
    parser.add_argument("--max-seconds", type=float, help="live sound that goes on for longer is listed as continuous")
    parser.add_argument("--replace", action="store_true", help="replace homes that were made from other files or with other settings")
    asked = parser.parse_args(arguments)
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("earwitness").getOrCreate()
    try:
        report = analyze(spark, places(asked.folder), asked.dataset, max_seconds=asked.max_seconds, replace=asked.replace).collect()
    finally:
        spark.stop()
    failed = 0
    for row in report:
        state = row.error or ("was there" if row.was_there else f"{row.rows} rows in {row.seconds:.1f} s")
        print(f"{row.place}: {row.captures} captures, {row.octets / 1e6:,.0f} MB: {state}")
        for trouble in row.troubles:
            print(f"  {trouble}")
        failed += row.error is not None
    print(f"{len(report) - failed} of {len(report)} places are in {asked.dataset}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
