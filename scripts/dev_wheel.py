#!/usr/bin/env python3
"""Puts a wheel together from what cargo has built for tests: maturin would build the program again, with fewer features.

  dev_wheel.py LIBRARY PROGRAM FOLDER     prints the name of the wheel; scripts/wheel.sh builds the one for users, with maturin
"""

import base64
import hashlib
import platform
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "crates" / "python" / "python"


def main(library, program, folder):
    """Writes the wheel (PyPA's binary distribution format, version 1.0)."""
    version = next(line.split('"')[1] for line in (ROOT / "Cargo.toml").read_text().splitlines() if line.startswith("version = "))
    tag = f"cp39-abi3-linux_{platform.machine()}"
    about = f"earwitness-{version}.dist-info"
    files = {str(path.relative_to(SOURCES)): path.read_bytes() for path in sorted(SOURCES.rglob("*")) if path.suffix in (".py", ".pyi", ".typed")}
    files["earwitness/_earwitness.abi3.so"] = Path(library).read_bytes()
    files[f"earwitness-{version}.data/scripts/earwitness"] = Path(program).read_bytes()
    files[f"{about}/METADATA"] = f"Metadata-Version: 2.1\nName: earwitness\nVersion: {version}\nRequires-Python: >=3.9\n".encode()
    files[f"{about}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: earwitness\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    record = []
    for name, octets in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(octets).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(octets)}")
    files[f"{about}/RECORD"] = ("\n".join([*record, f"{about}/RECORD,,"]) + "\n").encode()
    wheel = Path(folder) / f"earwitness-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, octets in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name.endswith((".so", "/earwitness")) else 0o100644) << 16
            out.writestr(entry, octets)
    print(wheel)


if __name__ == "__main__":
    main(*sys.argv[1:])
