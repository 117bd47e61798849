"""Progress on a terminal; silence everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

from ..render import Progress

FEW = 4
"""Frames that need no bar."""


@contextmanager
def frames_bar() -> Generator[Progress | None]:
    """A function to tell how many frames are done; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("frames"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    bars = Bars(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    task = bars.add_task("frames", total=None)

    def progress(done: int, total: int) -> None:
        if total > FEW:
            if done == 1:
                bars.start()
            bars.update(task, completed=done, total=total)
            if done == total:
                bars.stop()  # before anything else is printed

    try:
        yield progress
    finally:
        bars.stop()
