"""Bundles of evidence, which the program in the same wheel makes."""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile

from ._earwitness import EarwitnessError

# Options that a bundle keeps with the verdicts, so that who verifies it can derive them again.
_KEPT = ("--gateway", "--control")


def _program():
    """The program that was installed with the package, not another one of its name."""
    folders = (sysconfig.get_path("scripts"), sysconfig.get_path("scripts", f"{os.name}_user"), os.path.dirname(sys.executable))
    for folder in folders:
        found = folder and shutil.which("earwitness", path=folder)
        if found:
            return found
    raise EarwitnessError(f"the program earwitness is not in {folders[0]}; install the wheel again, it holds both")


def _kept(said, log):
    """The options of verdicts as the program is given them for a bundle, or why a bundle cannot be of them."""
    given = []
    for text in said["options"]:
        name, _, value = text.partition(" ")
        if name in _KEPT:
            given += [name, value]
        elif name == "--alpha" and float(value) != log.alpha:
            raise ValueError(f"a bundle is judged by the alpha of its log, {log.alpha}, and the verdicts by {value}: call judge(log) without alpha")
        elif name not in ("--alpha", "--probes"):
            raise ValueError(f"a bundle does not hold the option {text}, so that nobody could derive these verdicts from it: analyse without it")
    return given


def bundle(path, found, verdicts, log, *, sign=None, reveal=None, about=None, whole=False):
    """Writes what a stranger needs to check verdicts: frames, log, settings and verdicts in one archive (`docs/guide/evidence.md`).

    The verdicts in it are derived again from the frames in it, so the captures are read again. Whoever has the archive checks it with
    `earwitness evidence verify`.

    path      the archive, a zip file
    found     what `Scan.analyze` returned
    verdicts  what `found.judge(log)` returned
    log       the `ProbeLog`
    sign      a key of SSH (a private key, or a public one whose private half an agent holds); ssh-keygen signs with it
    reveal    the text of a commitment that was made before the captures
    about     a TOML file that says what was tested
    whole     keep all frames whole: without it those far from all rounds are cut to their headers, unless that changes a verdict

    Returns the SHA-256 of its `tagmanifest-sha256.txt`, which signatures are of and a time-stamping authority is asked about, as 64 hexadecimal digits.

    Raises `EarwitnessError` with the words of the program when it cannot be made; ValueError when the verdicts rest on settings that a bundle does
    not hold.
    """
    said = verdicts.to_dict()["capture"]
    if said["inputs"] != found.captures:
        raise ValueError("the verdicts are of other captures than what was found")
    command = [_program(), "evidence", "export", "-o", os.fspath(path), "--probes", os.fspath(log.path), *_kept(said, log)]
    for capture in found.captures:
        command += ["--capture", capture]
    for name, value in (("--sign", sign), ("--reveal", reveal), ("--about", about)):
        if value is not None:
            command += [name, os.fspath(value)]
    if whole:
        command.append("--whole")
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    if ended.returncode != 0:
        raise EarwitnessError(ended.stderr.strip() or f"earwitness evidence export ended with {ended.returncode}")
    with zipfile.ZipFile(path) as made:
        manifest = next(name for name in made.namelist() if name.endswith("/tagmanifest-sha256.txt"))
        return hashlib.sha256(made.read(manifest)).hexdigest()
