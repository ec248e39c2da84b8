"""The notebook that a lab writes, line by line, on what `earwitness simulate` writes."""

import polars as pl

import earwitness as ew


def test_every_line_of_a_notebook_of_a_place(night, program, tmp_path):
    import subprocess

    capture, probes = night
    place = tmp_path / "captures" / "home-07" / "2026-03-01"
    place.mkdir(parents=True)
    (place / "night.pcapng").symlink_to(capture)
    home = ew.scan(str(tmp_path / "captures/home-07/2026-03-*/*.pcapng"))
    found = home.analyze(threads=2, max_seconds=60)
    sent = pl.DataFrame(found.series).group_by("device").agg(pl.col("sent_octets").sum())
    assert sent["sent_octets"].sum() > 0
    log = ew.ProbeLog.read(probes)
    assert log.check_lots() == []
    verdicts = found.judge(log, alpha=0.01)
    assert verdicts.to_dict()["probing"]["answer"]
    rows = found.write_dataset(tmp_path / "lake", home="home-07", probes=log)["rows"]
    assert all(rows[name] > 0 for name in ("sightings", "series", "rounds", "verdicts"))
    assert pl.read_parquet(tmp_path / "lake/series/**/*.parquet").height == len(found.series)
    ew.bundle(tmp_path / "evidence.zip", found, verdicts, log)
    subprocess.run([program, "evidence", "verify", str(tmp_path / "evidence.zip")], check=True, timeout=300)
    assert sum(1 for _ in ew.frames(capture)) == found.to_dict()["capture"]["frames"]
