#!/usr/bin/env python3
"""Asks the API of a home that is watched what docs/schema/openapi-1.json allows and what it does not, with schemathesis, and holds the answers against it.

  api.py URL [--examples N]    URL as http://127.0.0.1:8646; a token of scope control in the environment, as EARWITNESS_TOKEN

What it needs: schemathesis (scripts/browser.txt). It begins tests of the home and pauses them: not for a home in which somebody lives.
Exit status: 0 all answers are as described; 1 one is not; 77 it could not be tried, and why is said.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SCHEMAS = Path(__file__).resolve().parent.parent / "docs" / "schema"
NOT_TRIED = 77
# All that hold of one answer by itself.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection,ignored_auth,unsupported_method,allow_header_conformance"


def bundle():
    """The description with its schemas inside: of other files, as one component each."""
    document = json.loads((SCHEMAS / "openapi-1.json").read_text(encoding="utf-8"))
    schemas = {}

    def name_of(file, pointer):
        return (file.removesuffix(".json") + "." + pointer.rsplit("/", 1)[-1]).strip(".")

    def inside(it, file):
        """The same with references to components of the document; what they name is put there."""
        if isinstance(it, list):
            return [inside(one, file) for one in it]
        if not isinstance(it, dict):
            return it
        out = {key: inside(value, file) for key, value in it.items() if key not in ("$defs", "$schema")}
        if isinstance(it.get("$ref"), str):
            other, _, pointer = it["$ref"].partition("#")
            other = other or file
            name = name_of(other, pointer)
            if name not in schemas:
                schemas[name] = {}
                found = json.loads((SCHEMAS / other).read_text(encoding="utf-8"))
                for key in filter(None, pointer.split("/")):
                    found = found[key]
                schemas[name] = inside(found, other)
            out["$ref"] = f"#/components/schemas/{name}"
        return out

    bundled = inside(document, "openapi-1.json")
    bundled["components"]["schemas"] = schemas
    return bundled


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--examples", type=int, default=6)
    arguments = parser.parse_args()
    program = Path(sys.prefix) / "bin" / "schemathesis"
    if not program.exists():
        print("not tried: there is no schemathesis; pip install -r scripts/browser.txt")
        return NOT_TRIED
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "openapi.json"
        described.write_text(json.dumps(bundle()), encoding="utf-8")
        asked = [program, "run", described, "--url", arguments.url, "--header", f"Authorization: Bearer {os.environ['EARWITNESS_TOKEN']}"]
        # What is told as it happens goes on without an end.
        asked += ["--exclude-path", "/api/v1/events", "--checks", CHECKS, "--max-examples", str(arguments.examples), "--seed", "1"]
        asked += ["--phases", "coverage,fuzzing", "--request-timeout", "20", "--continue-on-failure", "--no-color"]
        return 1 if subprocess.run(asked, cwd=folder, check=False, timeout=600).returncode else 0


if __name__ == "__main__":
    sys.exit(main())
