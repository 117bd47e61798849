"""Figures for people (tables) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import AssetError


def write_json(path: Path, data: Any) -> None:
    """Write JSON data, indented. Raises AssetError."""
    from ...assets.files import written

    with written(path) as temporary:
        temporary.write_text(json.dumps(data, indent=2, ensure_ascii=False, default=plain) + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """What JSON does not know: NumPy's numbers and arrays, paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise AssetError(f"{type(value).__name__} can't be written as JSON")


def say(value: Any) -> str:
    """A figure in a table."""
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Print a table; columns of numbers are aligned to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [list(row) for row in rows]
    shown = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
    for i, head in enumerate(head.replace("_", " ") for head in heads):  # words wrap, names do not
        numbers = bool(cells) and all(isinstance(row[i], (int, float)) for row in cells)
        shown.add_column(head, justify="right" if numbers else "left", overflow="fold")
    for row in cells:
        shown.add_row(*(Text(say(value)) for value in row))
    Console().print(shown)
