#!/usr/bin/env python3
"""Makes a dataset of two simulated homes and puts every question of docs/guide/dataset.md to it in duckdb: each has to be understood, and what can be computed otherwise has to agree.

  dataset.py PROGRAM [--keep DIR]    PROGRAM is earwitness; DIR gets the captures and the dataset

Exit status: 0 it holds; 1 it does not; 77 it could not be tried, and why is said. Its packages are those of docs/notebooks/requirements.txt.
"""

import json
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import notebook  # noqa: E402

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide" / "dataset.md"
# Run in the environment that has duckdb.
ASK = """
import json, re, sys
import duckdb
guide, reports = open(sys.argv[1]).read(), json.load(open(sys.argv[2]))
blocks = re.findall(r"```sql\\n(.*?)```", guide, flags=re.S)
assert len(blocks) > 6, len(blocks)
db = duckdb.connect()
db.execute(blocks[0])
# What Suricata would have said of one of the flows.
db.execute("create table eve as select community_id, 'tls' as event_type, 'tls' as app_proto from sightings order by community_id limit 1")
answers = [db.execute(it).fetchall() for it in blocks[1:]]
for question, rows in zip(blocks[1:], answers):
    assert rows, "no row answers: " + question
    print(len(rows), "rows:", " ".join(question.split())[:100])
for home, report in reports.items():
    lists = [s for d in report["devices"] for key in ("sightings", "continuous", "local_sightings") for s in d[key]]
    count, seconds = db.execute("select count(*), sum(audio_seconds) from sightings where home = ?", [home]).fetchone()
    assert count == len(lists) > 0, (home, count, len(lists))
    assert abs(seconds - sum(s["audio_seconds"] or 0 for s in lists)) < 0.01, (home, seconds)
    frames = db.execute("select sum(frames) from captures where home = ?", [home]).fetchone()[0]
    assert frames == report["capture"]["frames"], (home, frames)
    sent = sum(d["upstream"]["payload_octets"] for d in report["devices"] if d["role"] != "gateway")
    counted = db.execute("select sum(sent_octets) from series where home = ?", [home]).fetchone()[0]
    assert counted >= sent, (home, counted, sent)
whole = db.execute("select count(*) from series where epoch_us(time) % 1000000 <> 0").fetchone()[0]
assert whole == 0, f"{whole} times are no whole seconds"
verdicts = {row[0]: row[1] for row in db.execute("select device, verdict from verdicts where home = 'home_b'").fetchall()}
assert verdicts == {d["mac"]: d["verdict"] for d in reports["home_b"]["devices"] if d.get("verdict")}, verdicts
# Holm's method keeps the error rate of a study: homes in which nothing reacts, three sessions each, with p-values as bad as they may be.
seed = 7
db.execute("set threads to 1")
db.execute(f"select setseed({seed / 10})")
db.execute('''create table verdicts_of as select study, 'home-' || home as home, share, random() as p
  from range(2000) studies(study), range(50) homes(home), (values (0.8), (0.1), (0.0333)) sessions(share)''')
holm = blocks[-1].replace("from verdicts where", "from verdicts_of where study = ? and")
wrong = sum(any(row[3] for row in db.execute(holm, [study]).fetchall()) for study in range(2000))
print(f"of 2000 studies of 50 homes in which nothing reacts {wrong} call one proven (seed {seed}); at most 0.05 of them may, by chance 121")
assert wrong <= 121, wrong
db.execute("create or replace table verdicts_of as select study, home, share, case when home = 'home-3' then 1e-5 else p end as p from verdicts_of where study < 50")
found = sum(("home-3" in [row[0] for row in db.execute(holm, [study]).fetchall() if row[3]]) for study in range(50))
assert found == 50, found
print(len(answers), "questions were answered, and rows agree with the reports")
"""


def run(program, folder):
    """Makes the homes, the dataset and the reports, and asks."""
    python = notebook.environment()
    (folder / "home_a").mkdir(parents=True, exist_ok=True)
    (folder / "home_b").mkdir(exist_ok=True)

    def earwitness(*asked, **more):
        return subprocess.run([program, *asked], cwd=folder, check=True, timeout=600, **more)

    earwitness("simulate", "demo", "--seed", "8", "-q", "-o", "home_b/night")
    captures = [it for it in (folder / "home_b").iterdir() if it.suffix == ".pcapng"]
    logs = [it for it in (folder / "home_b").iterdir() if it.name.endswith(".probes.jsonl")]
    assert len(captures) == 1 and len(logs) == 1, list((folder / "home_b").iterdir())
    log = logs[0].rename(folder / "night.probes.jsonl")
    for it in (folder / "home_b").iterdir():
        if it != captures[0]:
            it.unlink()
    sample = Path(__file__).resolve().parent.parent / "docs" / "sample.pcapng"
    (folder / "home_a" / "sample.pcapng").write_bytes(sample.read_bytes())
    earwitness("analyze", "-q", "--place", "home_a", "--dataset", "lake")
    # The home that was probed has settings of its own, its log.
    earwitness("analyze", "-q", "--place", "home_b", "--dataset", "lake", "--probes", str(log), "--replace")
    reports = {}
    for home, more in [("home_a", []), ("home_b", ["--probes", str(log)])]:
        files = sorted(str(it) for it in (folder / home).iterdir())
        done = earwitness("analyze", "-q", "--json", *files, *more, stdout=subprocess.PIPE)
        reports[home] = json.loads(done.stdout)
    (folder / "reports.json").write_text(json.dumps(reports))
    return subprocess.run([python, "-c", ASK, str(GUIDE), "reports.json"], cwd=folder, check=False, timeout=300).returncode


if __name__ == "__main__":
    sys.exit(notebook.main(__doc__, run))
