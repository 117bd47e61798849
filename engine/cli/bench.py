"""`dream bench`: the measurements in `benchmarks/`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from .figures import table, write_json

NAMES = ("weave", "frame")
OBJECTS = ("1000", "100000", "1000000")


def show(names: Sequence[str], objects: Sequence[int], size: tuple[int, int], frames: int, json: Path | None) -> None:
    """Run benchmarks, print a table for each, and write {"machine", "rows"}; every row says its "bench"."""
    machine: dict[str, Any] = import_module("....benchmarks.machine", __name__).machine()
    rows: list[dict[str, Any]] = []
    for name in names:
        bench = import_module(f"....benchmarks.{name}", __name__)
        mine: list[dict[str, Any]] = []
        for count in objects:
            if sys.stderr.isatty():
                print(f"{name}, {count:,} objects ...", file=sys.stderr)
            mine.append(bench.measure(count, size, frames))
        table(list(mine[0]), [list(row.values()) for row in mine], title=f"{name} on {machine[bench.RUNS_ON]}")
        rows.extend({"bench": name, **row} for row in mine)
    if json is not None:
        write_json(json, {"machine": machine, "rows": rows})
