"""Letters and pictures as pixels: made by Pillow at the very size they are shown at, packed into pictures that grow.

Packing is by shelves: rows of things of nearly the same height (Jylänki, "A Thousand Ways to Pack the Bin", 2010).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import AssetError, HudError

U8 = NDArray[np.uint8]

GLYPH, PICTURE = 1, 2
"""What a source is of: the upper 4 bits of structs.HUD_QUAD's `source`; 0 is a shape."""
MOST_FACES = 64
"""Fonts times sizes; what grows in steps would fill the memory with more."""
MOST_PIXELS = 1024
"""Of a font's size."""
WORD_SPACES = " ", "\u00a0"
_KERNED = 256
"""Pixels of the font that kerning is read from."""
SMALLEST_EDGE, LARGEST_EDGE = 256, 4096
"""Pixels of an atlas."""


class Full(Exception):
    """There is no room for something; the atlas that it was meant for."""

    def __init__(self, atlas: Atlas) -> None:
        super().__init__()
        self.atlas = atlas


@dataclass
class Atlas:
    """Small pictures side by side in a large one.

    pixels: (h, w, channels) uint8.  generation: a new number when all of it is to be read anew.  added: (x, y, w, h) of
    what came since then.  shelves: (y, height, how far it is filled).  kept: how much of the area was in use when it
    was last emptied; fresh: whether that was just now.
    """

    channels: int
    pixels: U8 = field(init=False)
    generation: int = 0
    added: list[tuple[int, int, int, int]] = field(default_factory=list[tuple[int, int, int, int]])
    shelves: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    used: int = 0
    kept: int = 0
    fresh: bool = True

    def __post_init__(self) -> None:
        self.pixels = np.zeros((SMALLEST_EDGE, SMALLEST_EDGE, self.channels), np.uint8)

    def add(self, picture: U8) -> tuple[int, int]:
        """Put (h, w, channels) in; returns where (x, y) it lies now. Raises Full, and HudError for what never fits."""
        h, w = picture.shape[:2]
        if not picture.size:
            return 0, 0
        if max(w, h) > LARGEST_EDGE:
            raise HudError(
                f"a {self._what()} of {w} x {h} pixels is too large for the HUD; {LARGEST_EDGE} x {LARGEST_EDGE} fit"
            )
        height, width = self.pixels.shape[:2]
        top = max((y + high for y, high, _ in self.shelves), default=0)
        fits = [(high, i) for i, (_, high, x) in enumerate(self.shelves) if high >= h and x + w <= width]
        best = min(fits, default=None)
        if best is not None and (best[0] <= 1.25 * h + 2 or top + h > height):
            i = best[1]
        elif top + h <= height and w <= width:
            i = len(self.shelves)
            self.shelves.append((top, h, 0))
        else:
            raise Full(self)
        y, high, x = self.shelves[i]
        self.shelves[i] = (y, high, x + w)
        self.pixels[y : y + h, x : x + w] = picture
        self.added.append((x, y, w, h))
        self.used += w * h
        return x, y

    def make_room(self) -> bool:
        """Empty it, or make it twice as large where most of it is in use. Returns whether it is empty now.

        Raises HudError when it can't grow any more.
        """
        height, width = self.pixels.shape[:2]
        largest = min(height, width) >= LARGEST_EDGE
        if not self.fresh and (largest or 2 * self.kept < width * height):
            self.empty()
            return True
        if largest:
            self.fresh = False  # whoever goes on with less finds it emptied
            raise HudError(
                f"there is no room for one {self._what()} more: what the HUD shows at once must fit into "
                f"{LARGEST_EDGE} x {LARGEST_EDGE} pixels; show fewer, or smaller ones"
            )
        grown = (height, 2 * width) if width <= height else (2 * height, width)
        pixels = np.zeros((*grown, self.channels), np.uint8)
        pixels[:height, :width] = self.pixels
        self.pixels = pixels
        self.generation += 1
        self.added.clear()
        return False

    def _what(self) -> str:
        return "letter" if self.channels == 1 else "picture"

    def empty(self) -> None:
        """Take everything out."""
        self.pixels[:] = 0
        self.shelves.clear()
        self.added.clear()
        self.used = 0
        self.fresh = True
        self.generation += 1

    def settle(self) -> None:
        """All that is shown has found its place."""
        if self.fresh:
            self.kept, self.fresh = self.used, False


class _Made(dict[Any, Any]):
    """A dict that makes what is missing."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        made = self[key] = self._make(key)
        return made


@dataclass(frozen=True)
class Cut:
    """How letters of a face are drawn: thicker by `stroke` pixels on all sides, then blurred by `blur` pixels."""

    stroke: float = 0.0
    blur: float = 0.0


class Face:
    """A font at a size in pixels.

    ascent, descent: of a line, pixels above and below the baseline.  capital: the height of one.  advances[letter]:
    pixels that the pen goes on.  letters[cut][letter]: the row of a letter's glyph in `Letters`.  kerning[a, b]: whole
    pixels from letter a to b beyond what a takes.
    """

    def __init__(self, letters: Letters, font: Any, kerning: Mapping[tuple[str, str], float]) -> None:
        self.font = font
        self.ascent, self.descent = font.getmetrics()
        self.capital = -math.floor(font.getbbox("H", anchor="ls")[1])
        self.advances: dict[str, float] = _Made(lambda letter: advance(font, letter))
        self.letters: dict[Cut, dict[str, int]] = _Made(
            lambda cut: _Made(lambda letter: letters.rasterise(font, letter, cut))
        )
        self.kerning: dict[tuple[str, str], int] = _Made(lambda pair: round(kerning[pair] * font.size))

    def width(self, line: str) -> float:
        """Pixels that a line is wide."""
        return float(sum(map(self.advances.__getitem__, line)) + sum(map(self.kerning.__getitem__, pairwise(line))))


class Letters:
    """All glyphs of all faces, by rows.

    boxes: (n, 4) float32, x, y, width, height in pixels from the pen on the baseline, y down.  sources: (n,) uint32,
    see structs.HUD_QUAD.  advances: (n,) float64, how far the pen goes on.
    """

    def __init__(self) -> None:
        self.atlas = Atlas(1)
        self._kerning: dict[Path | None, Mapping[tuple[str, str], float]] = {}
        self.empty()

    def empty(self) -> None:
        """Forget all glyphs; the atlas is emptied by whoever says so."""
        self.count = 0
        self.boxes = np.zeros((256, 4), np.float32)
        self.sources = np.zeros(256, np.uint32)
        self.advances = np.zeros(256)
        self._faces: dict[tuple[Path | None, float], Face] = {}

    @property
    def crowded(self) -> bool:
        """Whether there are more faces than anyone reads."""
        return len(self._faces) > MOST_FACES

    def face(self, font: Path | None, pixels: float) -> Face:
        """A font file, or Pillow's own font, at a size. Raises AssetError when it can't be read."""
        pixels = max(1.0, min(round(pixels * 64) / 64, MOST_PIXELS))
        if (font, pixels) not in self._faces:
            made = opened(font, pixels)
            if font not in self._kerning:
                self._kerning[font] = kerning_of(made)
            self._faces[font, pixels] = Face(self, made, self._kerning[font])
        return self._faces[font, pixels]

    def rasterise(self, font: Any, letter: str, cut: Cut) -> int:
        """Draw a letter into the atlas; returns its row. Raises Full."""
        pixels, x, y = rasterised(font, letter, cut)
        at = self.atlas.add(pixels)
        if self.count == len(self.sources):
            self.boxes = np.concatenate([self.boxes, np.zeros_like(self.boxes)])
            self.sources = np.concatenate([self.sources, np.zeros_like(self.sources)])
            self.advances = np.concatenate([self.advances, np.zeros_like(self.advances)])
        row, self.count = self.count, self.count + 1
        self.boxes[row] = x, y, pixels.shape[1], pixels.shape[0]
        self.sources[row] = source(GLYPH, at)
        self.advances[row] = advance(font, letter)
        return row


class Pictures:
    """Pictures at the sizes that they are shown at. `source_of` says where they lie."""

    def __init__(self) -> None:
        self.atlas = Atlas(4)
        self._sources: dict[tuple[int, tuple[int, int], bool], int] = {}

    def empty(self) -> None:
        """Forget all; the atlas is emptied by whoever says so."""
        self._sources.clear()

    def source_of(self, number: int, pixels: U8, size: tuple[int, int], *, smooth: bool) -> int:
        """(h, w, 4) `pixels`, known by a number, at a size in pixels: see structs.HUD_QUAD. Raises Full."""
        key = number, size, smooth
        if key not in self._sources:
            self._sources[key] = source(PICTURE, self.atlas.add(_resized(pixels, size, smooth=smooth)))
        return self._sources[key]


def source(kind: int, at: tuple[int, int]) -> int:
    """See structs.HUD_QUAD."""
    return kind << 28 | at[1] << 14 | at[0]


def opened(font: Path | None, pixels: float) -> Any:
    """A font of Pillow's. Raises AssetError for a file that is missing or no font."""
    from PIL import ImageFont

    basic = ImageFont.Layout.BASIC  # the other is not there on every machine
    try:
        if font is None:
            return ImageFont.load_default(pixels)
        return ImageFont.truetype(str(font), pixels, layout_engine=basic)
    except OSError as error:
        if font is not None and not font.is_file():
            raise AssetError(f"{font}: there is no such font file; wanted a .ttf or .otf file") from None
        raise AssetError(f"{font}: can't be read as a font ({error}); wanted a .ttf or .otf file") from None


def kerning_of(font: Any) -> Mapping[tuple[str, str], float]:
    """Parts of the font's size by which pairs of letters stand apart beyond what the first one takes; mostly below 0.

    Pillow reads a font's kerning by way of Raqm, which its wheels bring; without it there is none.
    """
    from PIL import ImageFont, features

    pairs: dict[tuple[str, str], float]
    if not features.check("raqm"):
        pairs = _Made(lambda pair: 0.0)
        return pairs
    large = font.font_variant(size=_KERNED, layout_engine=ImageFont.Layout.RAQM)
    single = ["-liga", "-clig", "-calt"]  # no two letters become one
    widths: dict[str, float] = _Made(lambda text: large.getlength(text, features=single))
    pairs = _Made(
        lambda pair: (large.getlength("".join(pair), features=single) - widths[pair[0]] - widths[pair[1]]) / _KERNED
    )
    return pairs


def advance(font: Any, letter: str) -> float:
    """Pixels that the pen goes on for a letter.

    Hinted letters stand on whole pixels, so that a gap between words can lose most of one, while those between letters
    only grow: a word space of a quarter of the size, which is usual (Bringhurst, "The Elements of Typographic Style",
    2.1.1), or of less looks closed. It gets a pixel more.
    """
    wide = float(font.getlength(letter))
    return wide + 1 if letter in WORD_SPACES and 4 * wide <= font.size else wide


def rasterised(font: Any, letter: str, cut: Cut = Cut()) -> tuple[U8, int, int]:
    """A letter's coverage (h, w, 1) uint8, cut close, and where its top left lies from the pen, in pixels, y down."""
    from PIL import Image, ImageDraw, ImageFilter

    margin = math.ceil(cut.stroke + 2 * cut.blur) + 1
    left, top, right, bottom = font.getbbox(letter, anchor="ls")
    left, top = math.floor(left) - margin, math.floor(top) - margin
    image = Image.new("L", (math.ceil(right) + margin - left, math.ceil(bottom) + margin - top))
    draw = ImageDraw.Draw(image)
    draw.text((-left, -top), letter, fill=255, font=font, anchor="ls", stroke_width=cut.stroke)
    if cut.blur:
        image = image.filter(ImageFilter.GaussianBlur(cut.blur / 2))
    found = image.getbbox()
    if found is None:
        return np.zeros((0, 0, 1), np.uint8), 0, 0
    return np.asarray(image.crop(found))[..., None], left + found[0], top + found[1]


def _resized(pixels: U8, size: tuple[int, int], *, smooth: bool) -> U8:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    from PIL import Image

    how = Image.Resampling.LANCZOS if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(pixels).resize(size, how))
