#!/usr/bin/env python3
"""Writes the tables of docs/comparison.md from what `earwitness compare` reports.

    scripts/comparison.py                runs the program three times and writes the file
        --program PATH                   the program; default: target/release/earwitness
        --generated DIR                  captures of an independent generator with their labels (docs/guide/compare.md)
        --recorded LABELS                labels beside captures that were recorded
    scripts/comparison.py --only NAME    one section anew: homes, generated, recorded

A section without its material stays as it is. What stands between the tables is kept: only tables below a line `<!-- table NAME -->`, and the
sentence below `<!-- material -->`, are written.
"""

import argparse
import json
import pathlib
import re
import subprocess

FILE = pathlib.Path(__file__).resolve().parent.parent / "docs/comparison.md"


def share(it):
    return f"{it['value']:.3f} ({it['low']:.2f} to {it['high']:.2f})" if "value" in it else "-"


def counted(it):
    return f"{it['some']}/{it['all']} ({it['low']:.2f} to {it['high']:.2f})" if "value" in it else "-"


def number(it):
    told = lambda value: f"{value:.0f}" if value >= 10 or value <= 0 else f"{value:.2f}"
    return "-" if it is None else f"{told(it['value'])} ({told(it['low'])} to {told(it['high'])})"


def percent(it, sign):
    return "-" if it is None else f"{100 * it:{sign}.1f} %"


def median(it):
    told = lambda count: "never" if count is None else str(count)
    return "-" if it is None else f"{told(it['value'])} ({told(it['low'])} to {told(it['high'])})"


def grouped(rows):
    found = {}
    for row in rows:
        found.setdefault(row["detector"], []).append(row)
    return found.items()


def tables(report):
    """Name of each table, with its columns and rows."""
    matched = report["matched"]
    yield "uploads", ["detector", "found", "recall", "precision", "false alarms", "a device week"], [
        [it["detector"], f"{it['recall']['some']}/{it['recall']['all']}", share(it["recall"]), share(it["precision"]), str(it["false_alarms"]), number(it["false_alarms_per_week"])]
        for it in report["events"]
    ]
    rows = []
    for name, points in grouped(matched["uploads"]):
        threshold = f"{points[0]['threshold']:.3g} {points[0]['unit']}" if points[0]["threshold"] is not None else "-"
        rows.append([name, *[share(it["found"]["recall"]) if it["found"] else "-" for it in points], threshold])
    yield "uploads-matched", ["detector", "at 1", "at 10", "at 100", "threshold at 1"], rows
    yield "seconds", ["kind", "found", "recall", "median error", "without sign", "interval holds"], [
        [it["kind"], f"{it['found']['some']}/{it['found']['all']}", share(it["found"]), percent(it["error"], "+"), percent(it["absolute_error"], ""), share(it["held"])]
        for it in report["seconds"]
    ]
    yield "devices", ["detector", "recall", "precision", "accused falsely", "AUC", "probes to verdict"], [
        [it["detector"], counted(it["recall"]), counted(it["precision"]), counted(it["false_alarms"]), "-" if it["auc"] is None else f"{it['auc']['value']:.2f} ({it['auc']['low']:.2f} to {it['auc']['high']:.2f})", median(it["rounds"])]
        for it in report["sessions"]
    ]
    yield "devices-matched", ["detector", "none", "1 %", "5 %", "10 %", "20 %"], [[name, *[share(it["recall"]) for it in points]] for name, points in grouped(matched["devices"])]
    yield "probes", ["k", "lottery: proven", "falsely", "ttest, k of each sound", "falsely"], [
        [str(it["k"]), *[counted(it[key]) if it[key] else "-" for key in ("lottery", "lottery_false", "ttest", "ttest_false")]]
        for it in report["sweeps"]["probes"]
        if it["k"] in (1, 2, 3, 4, 5, 8, 10, 12, 16, 20, 30, 40)
    ]
    for windows in report["windows"]:
        rows = [[it["detector"], f"{it['accuracy']['some']}/{it['accuracy']['all']}", share(it["accuracy"]), share(it["recall"]), share(it["false_alarms"])] for it in windows["rows"]]
        rows.append(["published (LeakyPick)", "-", f"{windows['published_accuracy']:.2f}", "-", "-"])
        yield f"windows-{windows['seconds']:.0f}", ["detector", "right", "accuracy", "recall", "false alarms"], rows
    yield "forests", ["forest", "tested on part", "depth", "leaf", "features", "AUC held out"], [
        [it["detector"], str(it["part"]), str(it["depth"]), str(it["leaf"]), str(it["features"]), "-" if it["auc"] is None else f"{it['auc']:.3f}"] for it in report["forests"]
    ]


def material(report):
    it = report["material"]
    return f"{it['recordings']:,} recordings of {it['configurations']:,} configurations, {it['devices']:,} devices ({it['device_hours']:,.0f} device hours outside uploads), {it['uploads']:,} uploads with sound."


def filled(section, report):
    """The section with its tables written anew."""
    made = {name: "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows]) for name, header, rows in tables(report) if rows}
    section = re.sub(r"(<!-- table ([\w-]+) -->\n)(?:\|.*\n)*", lambda it: it[1] + (made[it[2]] + "\n" if it[2] in made else ""), section)
    return re.sub(r"(<!-- material -->\n).*\n", lambda it: it[1] + material(report) + "\n", section)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/earwitness")
    parser.add_argument("--generated", metavar="DIR")
    parser.add_argument("--recorded", metavar="LABELS")
    parser.add_argument("--only", choices=("homes", "generated", "recorded"))
    arguments = parser.parse_args()
    given = {"homes": [], "generated": arguments.generated and ["--captures", arguments.generated], "recorded": arguments.recorded and ["--labels", arguments.recorded]}
    text = FILE.read_text()
    for name, inputs in given.items():
        if inputs is None or arguments.only not in (None, name):
            continue
        report = json.loads(subprocess.run([arguments.program, "compare", "--quiet", "--json", *inputs], check=True, stdout=subprocess.PIPE).stdout)
        begin, end = text.index(f"<!-- section {name} -->"), text.index(f"<!-- end {name} -->")
        text = text[:begin] + filled(text[begin:end], report) + text[end:]
    FILE.write_text(text)


if __name__ == "__main__":
    main()
