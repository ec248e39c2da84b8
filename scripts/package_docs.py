#!/usr/bin/env python3
"""Lays out the documents of the Debian package, and makes every link in them lead somewhere.

  package_docs.py FOLDER VERSION    FOLDER gets what /usr/share/doc/earwitness holds; VERSION is that of the program

A link to a document that is installed as well stays relative. One to another file of the project becomes its address at the tag of that version. One that leads nowhere,
or to a heading that is not there, is told, and the exit status is 1.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = ["README.md", "SECURITY.md", "docs/*.md", "docs/*.png", "docs/*.svg", "docs/earwitness.toml", "docs/design/*.md", "docs/guide/**/*.md", "docs/schema/*.json"]
# [text](target), and the ![picture](target) in front of one.
LINK = re.compile(r"(\]\()([^()\s]+)(\))")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def place(path: str) -> str:
    """Where a file of the project lies in the package."""
    return path.removeprefix("docs/")


def headings(text: str) -> set[str]:
    """The names by which GitHub lets a link lead to a heading."""
    found = set()
    for line in FENCE.sub("", text).splitlines():
        if match := re.match(r"#+ +(.*)", line):
            words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", match.group(1).strip().lower())
            name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            # The second heading of a name gets a number.
            number = next(n for n in range(len(found) + 1) if (f"{name}-{n}" if n else name) not in found)
            found.add(f"{name}-{number}" if number else name)
    return found


def relink(path: str, text: str, installed: set[str], address: str, wrong: list[str]) -> str:
    def leads(match: re.Match) -> str:
        target, _, heading = match[2].partition("#")
        if re.match(r"[a-z]+:", match[2]):
            return match[0]
        to = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
        if to.startswith("..") or not (ROOT / to).exists():
            wrong.append(f"{path}: {match[2]} leads nowhere")
            return match[0]
        if heading and to.endswith(".md") and heading not in headings((ROOT / to).read_text()):
            wrong.append(f"{path}: {match[2]}: no such heading")
        if not target:
            return match[0]
        end = f"#{heading}" if heading else ""
        if to in installed:
            return f"{match[1]}{os.path.relpath(place(to), os.path.dirname(place(path)))}{end}{match[3]}"
        return f"{match[1]}{address}/{to}{end}{match[3]}"

    # What stands in a block of code is no link.
    parts, at = [], 0
    for code in FENCE.finditer(text):
        parts += [LINK.sub(leads, text[at : code.start()]), code[0]]
        at = code.end()
    return "".join(parts) + LINK.sub(leads, text[at:])


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, version = Path(sys.argv[1]), sys.argv[2]
    repository = re.search(r'^repository = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    installed = {str(path.relative_to(ROOT)) for pattern in INSTALLED for path in ROOT.glob(pattern)}
    wrong: list[str] = []
    for path in sorted(installed):
        data = (ROOT / path).read_bytes()
        if path.endswith(".md"):
            data = relink(path, data.decode(), installed, f"{repository}/blob/v{version}", wrong).encode()
        to = folder / place(path)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(data)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
