"""How far a reading has come, for whoever looks: a bar of tqdm where that is installed, else a line."""

import sys
from contextlib import contextmanager


def _is_notebook():
    """Whether a Jupyter kernel shows what is printed."""
    shell = sys.modules.get("IPython")
    shell = shell and shell.get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


class _Line:
    """One line on standard error that is written over; in a notebook it grows no longer than that either."""

    def __init__(self, what):
        self.what, self.shown = what, None

    def __call__(self, octets, total):
        text = f"{self.what} {octets / 1e6:,.0f} MB" + (f" of {total / 1e6:,.0f} MB" if total else "")
        if text != self.shown:
            print(f"\r{text}", end="", file=sys.stderr, flush=True)
            self.shown = text

    def close(self):
        if self.shown:
            print(f"\r{' ' * len(self.shown)}\r", end="", file=sys.stderr, flush=True)


class _Bar:
    """The bar of tqdm: its own in a notebook, drawn with letters elsewhere."""

    def __init__(self, what, tqdm):
        self.bar = tqdm(desc=what, unit="B", unit_scale=True, leave=False)

    def __call__(self, octets, total):
        self.bar.total = total
        self.bar.update(octets - self.bar.n)

    def close(self):
        self.bar.close()


@contextmanager
def shown(progress, what):
    """What is told how far it has come: `progress` itself where it is a function, nothing for False, and for None a bar where somebody looks."""
    if callable(progress):
        yield progress
        return
    if progress is None:
        progress = _is_notebook() or bool(getattr(sys.stderr, "isatty", bool)())
    if not progress:
        yield None
        return
    try:
        from tqdm.auto import tqdm

        drawn = _Bar(what, tqdm)
    except Exception:  # noqa: BLE001 - a bar that cannot be drawn must not cost an analysis
        drawn = _Line(what)
    try:
        yield drawn
    finally:
        drawn.close()
