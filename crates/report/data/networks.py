#!/usr/bin/env python3
"""Writes networks.bin, the table of networks that the program carries, from two packages of the npm registry:

    npm pack @ip-location-db/asn @ip-location-db/asn-country
    for file in *.tgz; do mkdir ${file%.tgz}; tar xzf $file -C ${file%.tgz}; done
    python3 networks.py DIR_OF_ASN/package DIR_OF_ASN_COUNTRY/package networks.bin

The data are licensed under CC BY 4.0: addresses of systems by Route Views (routeviews.org) and DB-IP (db-ip.com), countries by the Number Resource
Organization (nro.net). See networks.md for what must be said where they are passed on. Needs zstd.

A country is that in which the larger part of a system's addresses is registered: whose law the holder stands under, not where a computer is.

Layout: the date (10 octets), then lists of blocks: of systems, of IPv4 ranges in units of 256 addresses, of IPv6 ranges in units of 2^80 (a /48). A list is
the number of its blocks (4 octets), then for each block its first place or unit (8 octets), its length before and after compression (4 octets each).
Then the blocks themselves, each a frame of zstd; so that an address takes the memory of a few blocks instead of the whole table. (All little-endian.)
A block has columns, each with its length (4 octets) before it:
  of systems: their numbers, ascending, as differences; their countries (two letters each, "  " where unknown); their names, one a line;
  of ranges: gap to the range before or to the block's first unit, length less 1, place of the system.
All numbers are LEB128. Ranges that do not fit the units are left out.
"""
import collections
import csv
import json
import subprocess
import sys

# Entries of a block: larger ones compress better, smaller ones take less memory.
BLOCK = 1 << 11


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [(int(row[0]), int(row[1]), *row[2:]) for row in csv.reader(file)]


def number(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def units(rows, unit):
    """Ranges in units, of one system each, in order, without overlaps."""
    out = []
    for first, last, system, *_ in sorted(rows):
        if first % unit or (last + 1) % unit:
            continue
        first, last = first // unit, last // unit
        if out and first <= out[-1][1]:
            continue
        if out and out[-1][1] + 1 == first and out[-1][2] == system:
            out[-1][1] = last
        else:
            out.append([first, last, system])
    return out


def countries(ranges, registered):
    """For each system, addresses by the country in which they are registered."""
    counts, place = collections.defaultdict(collections.Counter), 0
    for first, last, system in ranges:
        while place and registered[place][0] > first:
            place -= 1
        while place < len(registered) and registered[place][1] < first:
            place += 1
        at = place
        while at < len(registered) and registered[at][0] <= last:
            counts[system][registered[at][2]] += min(last, registered[at][1]) - max(first, registered[at][0]) + 1
            at += 1
    return counts


def in_blocks(entries, first, columns):
    """First place or unit, length and compressed octets of each block."""
    out = []
    for at in range(0, len(entries), BLOCK):
        octets = b"".join(len(column).to_bytes(4, "little") + column for column in columns(entries[at : at + BLOCK]))
        packed = subprocess.run(["zstd", "--ultra", "-22", "--no-check", "-c"], input=octets, capture_output=True, check=True).stdout
        out.append((first(at), len(octets), packed))
    return out


def of_systems(part):
    numbers = [0, *(system for system, *_ in part)]
    yield b"".join(number(b - a) for a, b in zip(numbers, numbers[1:]))
    yield "".join(code for _, code, _ in part).encode()
    yield "\n".join(name for *_, name in part).encode()


def of_ranges(part):
    ends = [part[0][0], *(last + 1 for _, last, _ in part)]
    yield b"".join(number(first - end) for (first, *_), end in zip(part, ends))
    yield b"".join(number(last - first) for first, last, _ in part)
    yield b"".join(number(place) for *_, place in part)


def main(asn, country, out):
    version = json.load(open(f"{asn}/package.json"))["version"].split(".")[2]
    v4, v6 = rows(f"{asn}/asn-ipv4-num.csv"), rows(f"{asn}/asn-ipv6-num.csv")
    names = {int(system): name for *_, system, name in v4 + v6}
    tables = [units([(a, b, int(s)) for a, b, s, _ in table], unit) for table, unit in ((v4, 1 << 8), (v6, 1 << 80))]
    registered = [units(rows(f"{country}/asn-country-ipv{n}-num.csv"), unit) for n, unit in ((4, 1 << 8), (6, 1 << 80))]
    where4, where6 = (countries(*pair) for pair in zip(tables, registered))
    systems = sorted({system for table in tables for *_, system in table})
    places = {system: place for place, system in enumerate(systems)}
    codes = []
    for system in systems:
        most = (where4.get(system) or where6.get(system) or collections.Counter({"  ": 1})).most_common(1)[0][0]
        codes.append(most if len(most) == 2 else "  ")
    lines = [" ".join(names[system].split()) for system in systems]
    blocks = [in_blocks(list(zip(systems, codes, lines)), lambda at: at, of_systems)]
    for table in tables:
        ranges = [(first, last, places[system]) for first, last, system in table]
        blocks.append(in_blocks(ranges, lambda at, ranges=ranges: ranges[at][0], of_ranges))
    whole = f"{version[:4]}-{version[4:6]}-{version[6:8]}".encode()
    for of_kind in blocks:
        whole += len(of_kind).to_bytes(4, "little")
        for first, length, packed in of_kind:
            whole += first.to_bytes(8, "little") + length.to_bytes(4, "little") + len(packed).to_bytes(4, "little")
    whole += b"".join(packed for of_kind in blocks for *_, packed in of_kind)
    with open(out, "wb") as file:
        file.write(whole)
    print(f"{len(systems)} systems, {[len(table) for table in tables]} ranges, {[len(it) for it in blocks]} blocks, {len(whole)} octets")


if __name__ == "__main__":
    main(*sys.argv[1:])
