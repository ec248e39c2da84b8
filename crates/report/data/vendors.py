#!/usr/bin/env python3
"""Makes vendors.txt: who makes the device that a MAC address belongs to.

    python3 crates/report/data/vendors.py DIRECTORY

DIRECTORY holds the IEEE's public listings as CSV: oui.csv (MA-L), mam.csv or oui28.csv (MA-M), oui36.csv (MA-S) and
iab.csv, as the IEEE Registration Authority publishes them at https://standards-oui.ieee.org/ and as Debian's package
ieee-data installs them in /usr/share/ieee-data. The IEEE asserts no copyright in the listings.

One line for each block of addresses, sorted: its first 6, 7 or 9 hexadecimal digits, a space, the name. Blocks whose
holder is hidden ("Private") or that are handed on in parts by the IEEE itself are left out.
"""

import csv
import pathlib
import sys

LISTINGS = [["oui.csv"], ["mam.csv", "oui28.csv"], ["oui36.csv"], ["iab.csv"]]
NOBODY = {"", "Private", "IEEE Registration Authority"}


def main():
    directory = pathlib.Path(sys.argv[1])
    vendors = {}
    for names in LISTINGS:
        found = [directory / name for name in names if (directory / name).exists()]
        if not found:
            sys.exit(f"{directory} has no {' or '.join(names)}: give a directory with the IEEE's listings")
        with open(found[0], encoding="utf-8", newline="") as listing:
            for row in csv.DictReader(listing):
                name = " ".join("".join(c if c.isprintable() else " " for c in row["Organization Name"]).split())
                # A few blocks were assigned twice: the first holder stands, so that a rerun gives the same file.
                if name not in NOBODY:
                    vendors.setdefault(row["Assignment"].upper(), name)
    lines = (f"{block} {name}\n" for block, name in sorted(vendors.items()))
    pathlib.Path(__file__).with_name("vendors.txt").write_text("".join(lines), encoding="utf-8")
    print(f"{len(vendors)} blocks")


main()
