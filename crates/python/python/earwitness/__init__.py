"""Which devices in a home send what they hear, and to whom, from packet captures.

    import earwitness as ew
    import polars as pl

    found = ew.scan("captures/home-07/*.pcap.zst").analyze()
    pl.DataFrame(found.sightings)

`scan` names the captures of one place, `Scan.analyze` reads them, `Found` holds tables that polars, pandas, duckdb and pyarrow take, and
`Found.judge` weighs them against a log of what was played. Moments are UTC, octets are those above the transport header unless a column says
otherwise, and every table says in `columns` what its columns mean and in which unit.
"""

from ._bundle import bundle
from ._earwitness import VERSION as __version__
from ._earwitness import EarwitnessError, Found, Frames, ProbeLog, Table, Verdicts
from ._scan import Scan, frames, scan

__all__ = [
    "EarwitnessError",
    "Found",
    "Frames",
    "ProbeLog",
    "Scan",
    "Table",
    "Verdicts",
    "__version__",
    "bundle",
    "frames",
    "scan",
]
