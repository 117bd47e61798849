"""A font of 5 x 7 dots for labels over the picture: capitals, digits and a few signs, drawn for this project."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 5, 7
"""Dots."""

_ROWS = {
    "0": "0E 11 13 15 19 11 0E",
    "1": "04 0C 04 04 04 04 0E",
    "2": "0E 11 01 06 08 10 1F",
    "3": "0E 11 01 06 01 11 0E",
    "4": "02 06 0A 12 1F 02 02",
    "5": "1F 10 1E 01 01 11 0E",
    "6": "06 08 10 1E 11 11 0E",
    "7": "1F 01 02 04 04 08 08",
    "8": "0E 11 11 0E 11 11 0E",
    "9": "0E 11 11 0F 01 02 0C",
    ".": "00 00 00 00 00 0C 0C",
    ",": "00 00 00 00 0C 04 08",
    ":": "00 0C 0C 00 0C 0C 00",
    "-": "00 00 00 0E 00 00 00",
    "+": "00 04 04 1F 04 04 00",
    "/": "01 01 02 04 08 10 10",
    "%": "18 19 02 04 08 13 03",
    "(": "02 04 08 08 08 04 02",
    ")": "08 04 02 02 02 04 08",
    "=": "00 00 1F 00 1F 00 00",
    "<": "02 04 08 10 08 04 02",
    ">": "08 04 02 01 02 04 08",
    "_": "00 00 00 00 00 00 1F",
    "²": "0C 02 04 0E 00 00 00",
    "?": "0E 11 01 06 04 00 04",
    "A": "04 0A 11 11 1F 11 11",
    "B": "1E 11 11 1E 11 11 1E",
    "C": "0E 11 10 10 10 11 0E",
    "D": "1C 12 11 11 11 12 1C",
    "E": "1F 10 10 1E 10 10 1F",
    "F": "1F 10 10 1E 10 10 10",
    "G": "0E 11 10 17 11 11 0F",
    "H": "11 11 11 1F 11 11 11",
    "I": "0E 04 04 04 04 04 0E",
    "J": "07 02 02 02 02 12 0C",
    "K": "11 12 14 18 14 12 11",
    "L": "10 10 10 10 10 10 1F",
    "M": "11 1B 15 15 11 11 11",
    "N": "11 19 15 13 11 11 11",
    "O": "0E 11 11 11 11 11 0E",
    "P": "1E 11 11 1E 10 10 10",
    "Q": "0E 11 11 11 15 12 0D",
    "R": "1E 11 11 1E 14 12 11",
    "S": "0F 10 10 0E 01 01 1E",
    "T": "1F 04 04 04 04 04 04",
    "U": "11 11 11 11 11 11 0E",
    "V": "11 11 11 11 11 0A 04",
    "W": "11 11 11 15 15 1B 11",
    "X": "11 11 0A 04 0A 11 11",
    "Y": "11 11 0A 04 04 04 04",
    "Z": "1F 01 02 04 08 10 1F",
}
"""Each row as a number, the leftmost dot first. The digits and the dot come first: `overlay.wgsl` counts on it."""

GLYPHS = {letter: 1 + i for i, letter in enumerate(_ROWS)}
"""A letter's glyph; 0 is the full rectangle."""


def glyph_of(letter: str) -> int:
    """The glyph of a letter, small or capital; a question mark where there is none."""
    return GLYPHS.get(letter.upper(), GLYPHS["?"])


def dots(letter: str) -> NDArray[np.bool_]:
    """(7, 5) whether each dot of a letter is set."""
    rows = [int(row, 16) for row in _ROWS[letter].split()]
    return np.array([[row >> (WIDTH - 1 - x) & 1 for x in range(WIDTH)] for row in rows], bool)


def table() -> NDArray[np.uint32]:
    """(glyphs, 2) uint32: bit 5 y + x of each glyph's 64 is the dot at x and y."""
    full = np.ones((1, HEIGHT * WIDTH), bool)
    bits = np.concatenate([full, [dots(letter).ravel() for letter in _ROWS]])
    padded = np.zeros((len(bits), 64), bool)
    padded[:, : bits.shape[1]] = bits
    return np.packbits(padded, axis=1, bitorder="little").view("<u4")
