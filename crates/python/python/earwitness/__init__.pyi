from ._bundle import bundle as bundle
from ._earwitness import EarwitnessError as EarwitnessError
from ._earwitness import Found as Found
from ._earwitness import Frames as Frames
from ._earwitness import ProbeLog as ProbeLog
from ._earwitness import Table as Table
from ._earwitness import Verdicts as Verdicts
from ._scan import Scan as Scan
from ._scan import frames as frames
from ._scan import scan as scan

__all__ = ["EarwitnessError", "Found", "Frames", "ProbeLog", "Scan", "Table", "Verdicts", "__version__", "bundle", "frames", "scan"]
__version__: str
