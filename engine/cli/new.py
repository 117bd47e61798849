"""`dream new`: the first files of a game, which lie beside this one in `new_game`."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from ..errors import DreamwellError

TEMPLATE = Path(__file__).parent / "new_game"
TITLE, NAME = "New game", "NAME"
"""What stands in the template for the game's title and its name."""


def make(name: str) -> None:
    """Make the folder `name` here. Raises DreamwellError for a name that can't be one, or that is taken."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name) or keyword.iskeyword(name):
        raise DreamwellError(f"{name!r} can't be a game's name: letters, digits, - and _, beginning with a letter")
    folder = Path(name)
    if folder.exists():
        raise DreamwellError(f"{folder} is there already; choose another name")
    title = re.sub(r"[-_]+", " ", name).strip().capitalize()
    folder.mkdir()
    for file in sorted(path for path in TEMPLATE.iterdir() if path.is_file()):
        text = file.read_text(encoding="utf-8").replace(TITLE, title)
        if file.suffix == ".md":
            text = text.replace(NAME, name)
        target = folder / (".gitignore" if file.name == "gitignore" else file.name)
        target.write_text(text, encoding="utf-8", newline="\n")
    print(f"made {folder}: play it with  dream run {name}")
