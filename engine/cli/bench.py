"""`dream bench`: the measurements in `benchmarks/`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from .figures import table, write_json

NAMES = ("weave", "frame")
"""What is measured when no name is given."""
MORE = ("tables", "rules", "memory", "environment", "scripts", "physics", "editor", "compare")
"""What is measured only when asked for."""
OBJECTS = (1000, 100_000, 1_000_000)
CULLING = ("cull.frustum", "cull.small", "cull.occlusion", "cull.rings")


def culled(value: str) -> dict[str, str]:
    """The settings that turn all culling "on" or "off"."""
    return dict.fromkeys(CULLING, value)


def show(
    names: Sequence[str],
    objects: Sequence[int] | None,
    size: tuple[int, int],
    frames: int | None,
    options: Mapping[str, Mapping[str, Any]],
    json: Path | None,
) -> None:
    """Run benchmarks, print a table for each, and write {"machine", "rows"}; every row says its "bench".

    frames: None leaves it to the benchmark.  options: more arguments of some, {name: {argument: value}}.
    """
    machine: dict[str, Any] = import_module("....benchmarks.machine", __name__).machine()
    rows: list[dict[str, Any]] = []
    for name in names:
        bench = import_module(f"....benchmarks.{name}", __name__)
        mine: list[dict[str, Any]] = []
        usual: Sequence[int] = getattr(bench, "OBJECTS", OBJECTS)
        for count in objects or usual:
            if sys.stderr.isatty():
                print(f"{name}, {count:,} objects ...", file=sys.stderr)
            found = bench.measure(count, size, frames, **options.get(name, {}))
            mine.extend(found if isinstance(found, list) else [found])
        for _, alike in groupby(mine, key=tuple):
            _print(list(alike), f"{name} on {machine[bench.RUNS_ON]}")
        rows.extend({"bench": name, **row} for row in mine)
    if json is not None:
        write_json(json, {"machine": machine, "rows": rows})


def _print(rows: Sequence[Mapping[str, Any]], title: str) -> None:
    """A table of the rows; and one more for each of their columns that holds several figures by name."""
    plain = [name for name, value in rows[0].items() if not isinstance(value, Mapping)]
    table(plain, [[row[name] for name in plain] for row in rows], title=title)
    for name in rows[0]:
        if name in plain:
            continue
        heads = list(dict.fromkeys(head for row in rows for head in row[name]))
        if not heads:
            print(f"{name}: the adapter does not tell")
            continue
        cells = [[row[plain[0]], *(row[name].get(head, 0.0) for head in heads)] for row in rows]
        table([plain[0], *heads], cells, title=name)
