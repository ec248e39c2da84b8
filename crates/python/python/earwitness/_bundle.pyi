from os import PathLike
from typing import Union

from ._earwitness import Found, ProbeLog, Verdicts

Path = Union[str, "PathLike[str]"]

def bundle(
    path: Path,
    found: Found,
    verdicts: Verdicts,
    log: ProbeLog,
    *,
    sign: Path | None = None,
    reveal: Path | None = None,
    about: Path | None = None,
    whole: bool = False,
) -> str:
    """Writes what a stranger needs to check verdicts: frames, log, settings and verdicts in one archive. Returns the SHA-256 of its tagmanifest-sha256.txt."""
