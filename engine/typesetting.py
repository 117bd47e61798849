"""Where every letter of many texts goes, for all of them at once: columns, and no Python object per letter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..shaders.structs import HUD_QUAD
from .hud_elements import ANCHORS, Text
from .hud_quads import EVERYTHING, packed, words
from .lettering import Cut, Face, Letters

_PLAIN = Cut()
_ALIGN = {"left": 0.0, "center": 0.5, "right": 1.0}


def broken(text: str, face: Face, width: float | None) -> list[str]:
    """A text's lines; where a width in pixels is given, lines that are longer are broken at spaces."""
    lines = text.expandtabs(4).replace("\r", "").split("\n")
    if width is None:
        return lines
    out: list[str] = []
    for line in lines:
        held = ""
        for word in line.split(" "):
            longer = f"{held} {word}" if held else word
            if held and face.width(longer) > width:
                out.append(held)
                held = word
            else:
                held = longer
        out.append(held)
    return out


def typeset(letters: Letters, texts: Sequence[Text], scale: float) -> None:
    """Place texts and make their quads. `scale`: pixels per logical pixel. Raises lettering.Full."""
    if not texts:
        return
    faces = [letters.face(text.font_file, text.size * scale) for text in texts]
    glyphs: list[int] = []
    kerning: list[int] = []
    counts: list[int] = []  # letters of every line
    parts: list[list[str]] = []  # lines of every text
    for text, face in zip(texts, faces, strict=True):
        lines = broken(text.text, face, None if text.width is None else text.width * scale)
        parts.append(lines)
        row_of, kern_of = face.letters[_PLAIN].__getitem__, face.kerning.__getitem__
        for line in lines:
            glyphs += map(row_of, line)
            counts.append(len(line))
            if line:
                kerning += map(kern_of, pairwise(line))
                kerning.append(0)
    rows = np.array(glyphs, np.intp)
    pens = np.zeros(len(rows) + 1)
    np.cumsum(letters.advances[rows] + kerning, out=pens[1:])
    ends = [0, *accumulate(counts)]
    widths = (pens[ends[1:]] - pens[ends[:-1]]).tolist()

    # Where the lines begin, and which letters are drawn how often: shadows first, then outlines, then the letters.
    starts_x: list[float] = []
    baselines: list[int] = []
    drawn: list[int] = []  # glyphs
    which: list[int] = []  # whose pens
    layers: list[tuple[int, int, int, int]] = []  # letters, colour, offset x and y
    lengths: list[int] = []  # quads of every text
    first_line = 0
    for text, face, lines in zip(texts, faces, parts, strict=True):
        own: Any = text.__dict__
        last_line = first_line + len(lines)
        wide = max(widths[first_line:last_line])
        pitch = round((face.ascent + face.descent) * text.line_spacing)
        ax, ay = ANCHORS[text.anchor]
        if ay == 0.5:  # what looks centred: from the top of the capitals to the last baseline
            ascent, high = face.capital, (len(lines) - 1) * pitch + face.capital
        else:
            ascent, high = face.ascent, (len(lines) - 1) * pitch + face.ascent + face.descent
        left, top, _, _ = text.put(wide, high, scale)
        share = ax if text.align is None else _ALIGN[text.align]
        starts_x += [left + share * (wide - width) for width in widths[first_line:last_line]]
        baselines += (
            range(top + ascent, top + ascent + len(lines) * pitch, pitch) if pitch else [top + ascent] * len(lines)
        )
        first, last = ends[first_line], ends[last_line]
        first_line = last_line
        alpha, before = text.opacity(), len(drawn)
        stroke = text.outline_width * scale if text.outline is not None else 0.0
        cuts: list[tuple[Cut, int, int, int]] = []
        if text.shadow is not None:
            dx, dy = text.shadow_offset
            soft = Cut(stroke, round(text.shadow_blur * scale * 4) / 4)
            cuts.append((soft, packed(own["shadow"], alpha), round(dx * scale), round(dy * scale)))
        if text.outline is not None:
            cuts.append((Cut(stroke), packed(own["outline"], alpha), 0, 0))
        for cut, color, dx, dy in cuts:
            drawn += map(face.letters[cut].__getitem__, "".join(lines))
            which += range(first, last)
            layers.append((last - first, color, dx, dy))
        drawn += glyphs[first:last]
        which += range(first, last)
        layers.append((last - first, packed(own["color"], alpha), 0, 0))
        lengths.append(len(drawn) - before)

    x = np.floor(pens[:-1] + np.repeat(np.array(starts_x) - pens[ends[:-1]], counts) + 0.5)
    y = np.repeat(np.array(baselines, np.float64), counts)
    styles = np.array(layers, np.int64).repeat([n for n, *_ in layers], axis=0)
    taken, rows = np.array(which, np.intp), np.array(drawn, np.intp)
    quads: NDArray[Any] = np.zeros(len(rows), HUD_QUAD.dtype)
    rects = quads["rect"]
    rects[:] = letters.boxes[rows]
    rects[:, 0] += x[taken] + styles[:, 2]
    rects[:, 1] += y[taken] + styles[:, 3]
    quads["color"] = quads["color_end"] = styles[:, 1]
    quads["source"] = letters.sources[rows]
    quads["cut"] = EVERYTHING
    at, made = 0, words(quads)
    for text, count in zip(texts, lengths, strict=True):
        text.layout.quads = made[at : at + count].copy()
        at += count
