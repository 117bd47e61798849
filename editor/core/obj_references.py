"""What `.obj` and `.mtl` files name: `mtllib` its materials, and those their pictures.

Format: Wavefront, "Object Files (.obj)" and "MTL material format (Lightwave, OBJ)", appendices B1 and B4 of the
Advanced Visualizer manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

_LIBRARY = re.compile(r"^([ \t]*mtllib[ \t]+)(\S[^\r\n]*?)(?=[ \t]*\r?$)", re.MULTILINE | re.IGNORECASE)
_MAP = re.compile(
    r"^([ \t]*(?:map_\w+|bump|disp|decal|refl|norm)[ \t]+)(\S[^\r\n]*?)(?=[ \t]*\r?$)", re.MULTILINE | re.IGNORECASE
)
_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_ARGUMENTS = {
    "-blendu": 1, "-blendv": 1, "-bm": 1, "-boost": 1, "-cc": 1, "-clamp": 1, "-imfchan": 1, "-mm": 2, "-texres": 1,
    "-type": 1, "-colorspace": 1,
}  # fmt: skip
_UP_TO_THREE = ("-o", "-s", "-t")


def changed(text: str, suffix: str, folder: Path, change: Callable[[str], str]) -> str:
    """The text with `change` applied to each file that it names; all else stays to the byte.

    suffix: ".obj" or ".mtl".  folder: where the file lies: a name with spaces is told from several names by what is
    there.
    """

    def name(raw: str) -> str:
        plain = raw.replace("\\", "/")
        fresh = change(plain)
        return raw if fresh == plain else fresh

    def libraries(found: re.Match[str]) -> str:
        names = found[2]
        if (" " not in names and "\t" not in names) or (folder / names.replace("\\", "/")).is_file():
            return found[1] + name(names)
        return found[1] + _WORD.sub(lambda word: name(word[0]), names)

    def picture(found: re.Match[str]) -> str:
        start = _after_options(found[2])
        return found[0] if start >= len(found[2]) else found[1] + found[2][:start] + name(found[2][start:])

    return _LIBRARY.sub(libraries, text) if suffix == ".obj" else _MAP.sub(picture, text)


def named(text: str, suffix: str, folder: Path) -> list[str]:
    """The files that the text names, with "/"."""
    found: list[str] = []

    def look(address: str) -> str:
        found.append(address)
        return address

    changed(text, suffix, folder, look)
    return found


def _after_options(text: str) -> int:
    """Where the file's name begins in what follows `map_Kd`."""
    words = list(_WORD.finditer(text))
    i = 0
    while i < len(words) and words[i][0].lower() in (*_ARGUMENTS, *_UP_TO_THREE):
        option = words[i][0].lower()
        i += 1
        if option in _ARGUMENTS:
            i += _ARGUMENTS[option]
        else:
            most = i + 3
            while i < min(most, len(words) - 1) and _NUMBER.fullmatch(words[i][0]):
                i += 1
    return words[i].start() if i < len(words) else len(text)
