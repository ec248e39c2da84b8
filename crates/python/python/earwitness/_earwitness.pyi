"""The compiled part of the package."""

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any, Union, final

Path = Union[str, "PathLike[str]"]
Progress = Callable[[int, "int | None"], object]

VERSION: str

class EarwitnessError(Exception):
    """What could not be read, judged or written, and what to do; the words are those of the program `earwitness`."""

@final
class Table:
    """A table of what was found. Whatever takes Arrow takes it: `polars.DataFrame(table)`, `pyarrow.table(table)`."""

    @property
    def name(self) -> str:
        """What the table is called."""
    @property
    def columns(self) -> list[dict[str, str]]:
        """A dict for each column: `name`, `type`, `unit`, `meaning`, and `empty`, which says when a cell is empty."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> Any: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __len__(self) -> int: ...

@final
class Found:
    """What an analysis found: tables as Arrow, and the report of the program."""

    @property
    def sightings(self) -> Table:
        """Uploads that look like sound, to the internet, for longer than any utterance, or inside the home: a row each."""
    @property
    def series(self) -> Table:
        """What each device sent and received in each second in which it sent or received anything: a row each."""
    @property
    def devices(self) -> Table:
        """The devices and gateways that were seen: a row each."""
    @property
    def troubles(self) -> list[str]:
        """What a person must know of the captures, a sentence each."""
    @property
    def captures(self) -> list[str]:
        """The capture files that were read, as they were named."""
    def judge(
        self,
        log: ProbeLog,
        *,
        alpha: float | None = None,
        controls: Sequence[str] = ...,
        progress: Progress | None = None,
    ) -> Verdicts:
        """What a log of probes says of each device; `alpha` is the highest chance that any device at all is accused falsely."""
    def write_dataset(self, folder: Path, *, home: str, probes: ProbeLog | None = None, replace: bool = False) -> dict[str, Any]:
        """Writes what the captures hold into a dataset, reading them once more, in bounded memory."""
    def to_dict(self) -> dict[str, Any]:
        """The report of the program as a dict; `docs/schema/analyze-2.json` says what its keys mean."""
    def to_json(self) -> str:
        """The same as text."""

@final
class ProbeLog:
    """A log of sounds that were played during a capture."""

    @staticmethod
    def read(
        path: Path,
        *,
        columns: Sequence[tuple[str, str]] = ...,
        time_zone: str | None = None,
        offset: str | None = None,
    ) -> ProbeLog:
        """Reads a log, CSV or JSON Lines."""
    @property
    def path(self) -> PathLike[str]:
        """The file that it was read from."""
    @property
    def alpha(self) -> float:
        """The highest chance that any device at all is accused falsely, as the log says or by default."""
    def check_lots(self) -> list[int] | None:
        """The numbers of the rounds that the seed of the log did not draw; None where it names no seed, so that its lots are on trust."""

@final
class Verdicts:
    """What a log of probes says of the devices of captures."""

    @property
    def rounds(self) -> Table:
        """The rounds of the log, with what became of each: a row each."""
    @property
    def table(self) -> Table:
        """What the rounds say of each device: a row each."""
    @property
    def warnings(self) -> list[str]:
        """What was odd about the log, a sentence each."""
    def to_dict(self) -> dict[str, Any]:
        """The report of the program as a dict; `docs/schema/analyze-2.json` says what its keys mean."""
    def to_json(self) -> str:
        """The same as text."""

@final
class Frames(Iterator["tuple[float, bytes] | tuple[int, bytes]"]):
    """An iterator of `(timestamp, octets)`, like those of dpkt."""

    def __new__(cls, capture: Path, *, nanoseconds: bool = False) -> Frames: ...
    def __iter__(self) -> Frames: ...
    def __next__(self) -> tuple[float, bytes] | tuple[int, bytes]: ...

@final
class Settings:
    """Settings of an analysis that have been checked."""

    def __new__(
        cls,
        *,
        max_seconds: float | None = None,
        max_devices: int | None = None,
        gateways: Sequence[str] = ...,
        local: Sequence[str] = ...,
    ) -> Settings: ...

def analyze(
    captures: Sequence[Path],
    settings: Settings,
    *,
    threads: int | None = None,
    probes: ProbeLog | None = None,
    progress: Progress | None = None,
) -> Found: ...
def captures_in(folder: Path) -> list[str]: ...
def write_place(
    captures: Sequence[Path],
    folder: Path,
    home: str,
    settings: Settings,
    *,
    probes: ProbeLog | None = None,
    replace: bool = False,
) -> dict[str, Any]: ...
