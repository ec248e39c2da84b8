#!/usr/bin/env python3
"""Prints the notices of the libraries that are linked into earwitness: their licences ask that whoever passes the program on passes these on as well.

  third_party.py [--python] [TARGET]    as it is built for TARGET (default: this machine), with the loudspeaker behind ALSA; with --python, of the Python package and
                                        of the program in it
"""

import json
import re
import subprocess
import sys
from pathlib import Path

NOTICE = re.compile(r"(licen[cs]e|copying|notice|unlicense)", re.IGNORECASE)
# Left out: which terms apply is said, and this one is long and the same for all; where it is offered beside another, that other's notice is there.
APACHE = "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"


def linked(metadata: dict, root: str) -> set[str]:
    """The packages that end up in the program: no tools of the build, no procedural macros, nothing for tests."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    macros = {p["id"] for p in metadata["packages"] if any("proc-macro" in t["kind"] for t in p["targets"])}
    found, to_visit = set(), [p["id"] for p in metadata["packages"] if p["name"] == root]
    while to_visit:
        package = to_visit.pop()
        if package in found or package in macros:
            continue
        found.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                to_visit.append(dependency["pkg"])
    return found


def packages_of(root: str, target: str, *options: str) -> dict:
    """What is linked into one of our packages, by its id."""
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={target}", *options]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    ids = linked(metadata, root)
    return {p["id"]: p for p in metadata["packages"] if p["id"] in ids and p["source"]}


def main() -> None:
    words = sys.argv[1:]
    python = "--python" in words
    target = next((word for word in words if word != "--python"), "")
    if not target:
        said = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
        target = re.search(r"^host: (.*)$", said, re.MULTILINE)[1]
    packages = packages_of("earwitness", target, *([] if python else ["--features=earwitness/alsa"]))
    if python:
        packages |= packages_of("earwitness-python", target, "--manifest-path=crates/python/Cargo.toml")
    texts: dict[str, list[str]] = {}
    for package in sorted(packages.values(), key=lambda p: (p["name"], p["version"])):
        name = f"{package['name']} {package['version']}"
        print(f"{name}: {package['license'] or 'see below'}; {', '.join(package['authors']) or package['repository'] or 'no authors are named'}")
        folder = Path(package["manifest_path"]).parent
        for path in sorted(path for path in folder.iterdir() if path.is_file() and NOTICE.search(path.name)):
            text = path.read_text(errors="replace").strip()
            if APACHE not in text:
                texts.setdefault("\n".join(line.rstrip() for line in text.splitlines()), []).append(name)
    for text, names in texts.items():
        print(f"\n{'-' * 80}\n{', '.join(sorted(set(names)))}:\n\n{text}")
    print("\nThe Apache License, version 2.0: https://www.apache.org/licenses/LICENSE-2.0")


if __name__ == "__main__":
    main()
