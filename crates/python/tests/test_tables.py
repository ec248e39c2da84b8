"""Tables as Arrow, in every library that labs use, against the report of the program."""

import datetime

import duckdb
import pandas
import polars
import pyarrow
import pytest

import earwitness as ew

LISTS = {"sightings": "internet", "continuous": "continuous", "local_sightings": "local"}


def moment(nanos):
    """Nanoseconds as the tables have moments: microseconds of UTC, cut off."""
    return datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(microseconds=nanos // 1000)


@pytest.fixture(scope="module")
def found(night):
    """The night, analysed."""
    return ew.scan(night[0]).analyze()


@pytest.fixture(scope="module")
def said(night, report):
    """The same by the program."""
    return report(night[0])


def expected_sightings(said):
    """The rows that the report of the program holds, those cells that both have."""
    rows = []
    for device in said["devices"]:
        for key, word in LISTS.items():
            for it in device[key]:
                flow = it["flow"]
                rows.append(
                    {
                        "device": device["mac"] or device["addresses"][0],
                        "list": word,
                        "kind": it["kind"],
                        "start": moment(it["start_ns"]),
                        "audio_seconds": it["audio_seconds"],
                        "audio_seconds_low": it["audio_seconds_low"],
                        "audio_seconds_high": it["audio_seconds_high"],
                        "octets_total": it["octets_total"],
                        "octets_audio": it["octets_audio"],
                        "source_port": flow["source_port"],
                    }
                )
    return rows


def same(rows, expected):
    """Whether rows hold the expected cells, in their order; numbers of the report are rounded."""
    assert len(rows) == len(expected)
    assert expected, "there is something to compare"
    for row, wanted in zip(rows, expected):
        for key, value in wanted.items():
            if isinstance(value, float):
                assert row[key] == pytest.approx(value, rel=1e-3, abs=1e-3), (key, row)
            else:
                assert row[key] == value, (key, row)


def test_polars_pandas_duckdb_and_pyarrow_hold_what_the_program_says(found, said):
    expected = expected_sightings(said)
    table = pyarrow.table(found.sightings)
    same(table.to_pylist(), expected)
    same(polars.DataFrame(found.sightings).to_dicts(), expected)
    pandas_rows = table.to_pandas().astype(object).where(lambda it: it.notna(), None).to_dict("records")
    same(pandas_rows, expected)
    names = list(expected[0])
    said_by_duckdb = duckdb.from_arrow(table).project(", ".join(f'"{name}"' for name in names)).fetchall()
    same([dict(zip(names, row)) for row in said_by_duckdb], expected)


def test_devices_are_those_of_the_report(found, said):
    rows = pyarrow.table(found.devices).to_pylist()
    assert [row["device"] for row in rows] == [it["mac"] or it["addresses"][0] for it in said["devices"]]
    for row, it in zip(rows, said["devices"]):
        assert row["name"] == it["name"]
        assert row["role"] == it["role"]
        assert row["vendor"] == it["vendor"]
        assert row["sent_octets"] == it["upstream"]["payload_octets"]
        assert row["received_octets"] == it["downstream"]["payload_octets"]
        assert row["first"] == moment(it["first_ns"])


def test_the_series_hold_every_octet_once(found, night, program, tmp_path):
    import subprocess

    import pyarrow.parquet

    subprocess.run([program, "analyze", "-q", str(night[0]), "--series", str(tmp_path / "s.parquet")], check=True, timeout=300, stdout=subprocess.DEVNULL)
    written = pyarrow.parquet.read_table(tmp_path / "s.parquet").to_pylist()
    mine = pyarrow.table(found.series).to_pylist()
    assert len(mine) == len(written)
    for row, theirs in zip(mine, written):
        for name in ("device", "sent_frames", "sent_octets", "received_frames", "received_octets"):
            assert row[name] == theirs[name]


def test_columns_say_their_units_and_arrow_carries_them(found):
    for table in (found.sightings, found.series, found.devices):
        schema = pyarrow.schema(table)
        assert [it["name"] for it in table.columns] == schema.names
        for about in table.columns:
            assert about["meaning"]
            field = schema.field(about["name"])
            assert field.metadata[b"meaning"].decode() == about["meaning"]
            assert field.nullable == bool(about["empty"])
            if field.type == pyarrow.timestamp("us", "UTC"):
                assert "UTC" in about["unit"] or "1970" in about["unit"]


def test_a_table_outlives_what_it_came_from(sample):
    table = ew.scan(sample).analyze().sightings
    frame = polars.DataFrame(table)
    del table
    import gc

    gc.collect()
    assert frame.height == 4
    assert frame["audio_seconds"].sum() > 0
    # A stream that nobody takes is released with its capsule.
    for _ in range(1_000):
        ew.scan(sample)


def test_a_table_can_be_taken_many_times_and_by_many_threads(found):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda _: polars.DataFrame(found.series).height, range(64)))
    assert set(rows) == {len(found.series)}
    for _ in range(200):
        found.sightings.__arrow_c_stream__()
        found.sightings.__arrow_c_schema__()


def test_pandas_takes_a_table_without_pyarrow_named(found):
    frame = pandas.DataFrame(pyarrow.table(found.series).to_pandas())
    assert frame["sent_octets"].sum() == polars.DataFrame(found.series)["sent_octets"].sum()
