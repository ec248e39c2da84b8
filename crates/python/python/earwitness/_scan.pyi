from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any, Union, final

from ._earwitness import Found, Frames, ProbeLog

Path = Union[str, "PathLike[str]"]
Progress = Union[bool, None, Callable[[int, "int | None"], object]]

@final
class Scan:
    """The captures of one vantage point. Nothing is opened before `analyze`, which reads them in the order of their frames."""

    captures: tuple[str, ...]
    def __init__(self, captures: Sequence[str]) -> None: ...
    @property
    def octets(self) -> int:
        """Octets of the files as they lie on the disk."""
    def analyze(
        self,
        *,
        threads: int | None = None,
        max_seconds: float | None = None,
        max_devices: int | None = None,
        gateways: Sequence[str] = ...,
        local: Sequence[object] = ...,
        probes: ProbeLog | None = None,
        progress: Progress = None,
    ) -> Found:
        """Reads the captures as one analysis, merged by time."""
    def write_dataset(
        self,
        folder: Path,
        *,
        home: str,
        max_seconds: float | None = None,
        max_devices: int | None = None,
        gateways: Sequence[str] = ...,
        local: Sequence[object] = ...,
        probes: ProbeLog | None = None,
        replace: bool = False,
    ) -> dict[str, Any]:
        """Analyses the captures into a dataset without keeping what is found in memory."""
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...

def scan(what: Path | Sequence[Path]) -> Scan:
    """Names the captures of one place: a file, a pattern, a folder, or a list of these."""

def frames(capture: Path, *, nanoseconds: bool = False) -> Frames:
    """The frames of a capture, one after another, as `(timestamp, octets)`."""
