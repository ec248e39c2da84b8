"""The captures of one place, and what is done with them."""

import glob
import os

from . import _earwitness
from ._progress import shown


def _named(what):
    """The files that were meant by a name, a pattern or a folder."""
    text = os.fspath(what)
    if os.path.isdir(text):
        return [os.fspath(it) for it in _earwitness.captures_in(text)]
    # A file whose name holds brackets is meant by its name.
    if os.path.exists(text) or not glob.has_magic(text):
        return [text]
    files = sorted(name for name in glob.glob(text, recursive=True) if not os.path.isdir(name))
    if not files:
        raise _earwitness.EarwitnessError(f"{text}: no file has such a name; check the pattern, and the folder it begins in ({os.getcwd()})")
    return files


def _settings(*, max_seconds, max_devices, gateways, local):
    """What is looked for; a word where several are meant would be taken letter by letter."""
    for name, several in (("gateways", gateways), ("local", local)):
        if isinstance(several, str):
            raise TypeError(f"{name} is a list of texts, such as [{several!r}]")
    return _earwitness.Settings(
        max_seconds=max_seconds, max_devices=max_devices, gateways=list(gateways), local=[str(it) for it in local]
    )


class Scan:
    """The captures of one vantage point. Nothing is opened before `analyze`, which reads them in the order of their frames.

    It can be pickled, since it holds names only.
    """

    __slots__ = ("captures",)

    def __init__(self, captures):
        self.captures = tuple(captures)

    @property
    def octets(self):
        """Octets of the files as they lie on the disk."""
        return sum(os.path.getsize(name) for name in self.captures)

    def analyze(self, *, threads=None, max_seconds=None, max_devices=None, gateways=(), local=(), probes=None, progress=None):
        """Reads the captures as one analysis, merged by time, never more than a piece of each in memory, and returns a `Found`.

        Other threads of Python run on meanwhile. Ctrl-C ends it within a second with KeyboardInterrupt.

        threads       the one that reads and those that look for sound beside it; usually as many as there are processors, up to four
        max_seconds   live sound that goes on for longer than so many seconds is listed as continuous, not as a sighting; usually 60
        max_devices   most devices that are told apart; usually 4096
        gateways      MAC or IP addresses of gateways that are not recognised by what they forward
        local         networks of public addresses that belong to the home, such as "2001:db8::/56"
        probes        a `ProbeLog`, if it is known already: `Found.judge` then need not read the captures again
        progress      True or False for a bar, or a function of the octets read and those of all files (None where that is not known); usually a
                      bar in a notebook and on a terminal
        """
        settings = _settings(max_seconds=max_seconds, max_devices=max_devices, gateways=gateways, local=local)
        with shown(progress, "Reading") as told:
            return _earwitness.analyze(list(self.captures), settings, threads=threads, probes=probes, progress=told)

    def write_dataset(self, folder, *, home, max_seconds=None, max_devices=None, gateways=(), local=(), probes=None, replace=False):
        """Analyses the captures into a dataset without keeping what is found in memory, as `earwitness analyze --place --dataset` does.

        `folder` gets `TABLE/home=HOME/date=YYYY-MM-DD/*.parquet` for `series`, `sightings`, `captures`, and with `probes` also `rounds` and
        `verdicts`. A home that is there already, made from the same files by the same settings, is not analysed again; `replace` replaces one that
        was made otherwise. The other arguments are those of `analyze`.

        Returns a dict: `rows` of each table, `files`, `troubles` (a sentence each) and `was_there`.
        """
        settings = _settings(max_seconds=max_seconds, max_devices=max_devices, gateways=gateways, local=local)
        return _earwitness.write_place(list(self.captures), os.fspath(folder), home, settings, probes=probes, replace=replace)

    def __len__(self):
        return len(self.captures)

    def __iter__(self):
        return iter(self.captures)

    def __getstate__(self):
        return self.captures

    def __setstate__(self, captures):
        self.captures = captures

    def __eq__(self, other):
        return isinstance(other, Scan) and self.captures == other.captures

    def __hash__(self):
        return hash(self.captures)

    def __repr__(self):
        first = f", the first {self.captures[0]}" if self.captures else ""
        return f"<earwitness.Scan: {len(self.captures)} captures{first}>"


def scan(what):
    """Names the captures of one place: a file, a pattern such as "home-07/2026-03-*/*.pcap.zst", a folder, or a list of these.

    They are read as one capture, merged by the time of their frames, so that neither names nor rotation make a difference: name those of one
    vantage point only. Of a folder all files are taken, also those of folders in it, but none whose name begins with a
    dot: it is what `earwitness analyze --place` reads.

    Raises `EarwitnessError` when a pattern or a folder holds no file.
    """
    if isinstance(what, (str, os.PathLike)):
        return Scan(_named(what))
    captures = [name for it in what for name in _named(it)]
    if not captures:
        raise _earwitness.EarwitnessError("no capture was named")
    return Scan(captures)


def frames(capture, *, nanoseconds=False):
    """The frames of a capture, one after another, as `(timestamp, octets)`: what dpkt's readers give, from pcap and pcapng, plain or packed.

    The timestamp is a float of seconds since 1970 (exact to about a quarter of a microsecond), or an int of nanoseconds where those are asked for.
    """
    return _earwitness.Frames(os.fspath(capture), nanoseconds=nanoseconds)
