"""`dream samples`: what there is to play."""

from __future__ import annotations

from ..script import summary_of
from .figures import table
from .targets import PACKAGE, samples


def show(names: bool) -> None:
    """Print the samples: a table, or one name per line. Nothing of them is run."""
    found = samples()
    if names:
        for name in found:
            print(name)
        return
    rows: list[tuple[str, str, str]] = []
    for name, target in found.items():
        picture = PACKAGE / "docs" / "images" / f"{name}.png"
        rows.append((name, summary_of(target.path), str(picture) if picture.is_file() else ""))
    table(["sample", "what it shows", "picture"], rows)
    print("play one with: dream run NAME")
