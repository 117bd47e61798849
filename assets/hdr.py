"""Radiance pictures (`.hdr`, RGBE): high dynamic range in four bytes a pixel.

Format: Greg Ward, "Real Pixels", Graphics Gems II, 1991; the run-length coding is that of Radiance's color.c.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import AssetError
from .files import read_bytes, written

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]

MAX_RADIANCE = 2.0**127 * (1 - 2.0**-9)
"""What rounds up to more than can be written."""
MAX_PIXELS = 1 << 27
"""16,384 x 8,192: a few bytes of run lengths must not fill the memory."""


@dataclass(frozen=True, eq=False)
class Rgbe:
    """A Radiance picture as it is stored. texels: (h, w, 4) uint8, three mantissas and an exponent, row 0 at the top.

    A channel's radiance is mantissa · 2^(exponent - 136) / exposure; exponent 0 is black.
    """

    texels: U8
    exposure: float

    def radiance(self) -> F32:
        """(h, w, 3) float32, linear Rec.709."""
        factor = np.ldexp(1.0, np.arange(256) - 136)
        factor[0] = 0
        factors = np.minimum(factor / self.exposure, 2.0**119).astype(np.float32)  # finite, whatever the exposure
        pixels = self.texels[..., :3].astype(np.float32)
        pixels *= factors[self.texels[..., 3]][..., None]
        return pixels

    def rows(self, step: int) -> Iterator[Rgbe]:
        """The picture in pieces of `step` rows: what is made of a large one need not fit into memory at once."""
        for first in range(0, len(self.texels), step):
            yield Rgbe(self.texels[first : first + step], self.exposure)

    def halved(self) -> Rgbe:
        """Half as high and as wide, (h // 2, w // 2, 4): the means of 2 x 2 pixels."""
        h, w = self.texels.shape[0] // 2, self.texels.shape[1] // 2
        texels = np.empty((h, w, 4), np.uint8)
        for i, part in enumerate(Rgbe(self.texels[: 2 * h, : 2 * w], self.exposure).rows(256)):
            pixels = part.radiance().reshape(-1, 2, w, 2, 3).mean(axis=(1, 3))
            texels[128 * i : 128 * i + len(pixels)] = encode_rgbe(pixels)
        return Rgbe(texels, 1.0)


def read_hdr(path: str | Path) -> F32:
    """Read a Radiance picture → (h, w, 3) float32, linear Rec.709 radiance, row 0 at the top.

    The header's EXPOSURE is divided out, so equal values mean equal radiance in every file. Pixels may be flat or
    run-length coded, old style or new. Raises AssetError for broken files, XYZE pixels and turned pictures.
    """
    path = Path(path)
    return decode_hdr(read_bytes(path, "a Radiance picture (.hdr)"), path).radiance()


def decode_hdr(data: bytes, path: Path) -> Rgbe:
    """The bytes of a Radiance picture, as `read_hdr`. path: for what errors say. Raises AssetError."""
    width, height, exposure, start = _header(data, path)
    body = memoryview(data)[start:]
    run_length = 8 <= width <= 0x7FFF and bytes(body[:4]) == bytes([2, 2, width >> 8, width & 255])
    return Rgbe((_new_rle if run_length else _flat_or_old_rle)(body, width, height, path), exposure)


def write_hdr(path: str | Path, pixels: F32) -> None:
    """Write (h, w, 3) float32 linear radiance as a flat Radiance picture. Raises AssetError.

    Each pixel keeps 8 bits of its brightest channel's precision; negative values become 0.
    """
    path = Path(path)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size or not np.isfinite(pixels).all():
        raise AssetError(f"{path}: the pixels are {pixels.shape} {pixels.dtype}; they must be (h, w, 3), finite")
    if pixels.max() >= MAX_RADIANCE:
        raise AssetError(f"{path}: the brightest pixel is {pixels.max():g}; it must be below 2^127")
    height, width = pixels.shape[:2]
    rgbe = encode_rgbe(pixels)
    # A flat row must not look like the start of a run-length coded one, (2, 2, hi, lo), nor a pixel like an old
    # repeat, (1, 1, 1, n): both have mantissas below 128, and ours have none.
    with written(path) as temporary:
        header = f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {height} +X {width}\n"
        temporary.write_bytes(header.encode() + rgbe.tobytes())


def encode_rgbe(pixels: F32) -> U8:
    """(h, w, 3) radiance below MAX_RADIANCE → (h, w, 4) mantissas and exponents; negative values become 0."""
    positive = np.maximum(pixels.astype(np.float64), 0)
    brightest = positive.max(axis=2)
    _, exponent = np.frexp(brightest)
    exponent += np.rint(np.ldexp(brightest, 8 - exponent)) > 255  # 255.6 rounds up to the next power of two
    seen = (brightest > 0) & (exponent > -128)
    exponent = np.minimum(exponent, 127)
    rgbe = np.zeros((*brightest.shape, 4), np.uint8)
    rgbe[..., :3] = np.where(seen[..., None], np.rint(np.ldexp(positive, (8 - exponent)[..., None])), 0)
    rgbe[..., 3] = np.where(seen, exponent + 128, 0)
    return rgbe


def _header(data: bytes, path: Path) -> tuple[int, int, float, int]:
    """(width, height, exposure, where the pixels start)."""
    if not data.startswith((b"#?RADIANCE", b"#?RGBE")):
        raise AssetError(f'{path}: starts with {data[:10]!r}; a Radiance picture starts with "#?RADIANCE"')
    end = data.find(b"\n\n", 0, 1 << 16)
    stop = data.find(b"\n", end + 2, end + 200)
    if end < 0 or stop < 0:
        raise AssetError(f"{path}: the header does not end; wanted an empty line, then the size")
    exposure = 1.0
    for line in data[:end].decode("latin-1").split("\n")[1:]:
        key, _, value = line.partition("=")
        if key == "FORMAT" and value.strip() != "32-bit_rle_rgbe":
            raise AssetError(f"{path}: FORMAT is {value.strip()}; only 32-bit_rle_rgbe can be read")
        if key == "EXPOSURE":  # each program that scaled the picture added its own factor
            exposure *= _positive(value, path)
    size = data[end + 2 : stop].decode("latin-1").strip()
    found = re.fullmatch(r"([-+][XY]) (\d{1,9}) ([-+][XY]) (\d{1,9})", size)
    if not found:
        raise AssetError(f'{path}: the size is "{size[:40]}"; it must read "-Y height +X width"')
    if (found[1], found[3]) != ("-Y", "+X"):
        raise AssetError(f'{path}: is stored as "{size}"; only "-Y height +X width" (top row first) can be read')
    height, width = int(found[2]), int(found[4])
    if not 0 < width * height <= MAX_PIXELS:
        raise AssetError(f"{path}: has {width} x {height} pixels; it must have from 1 to {MAX_PIXELS:,}")
    return width, height, exposure, stop + 1


def _positive(text: str, path: Path) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (math.isfinite(value) and 1e-30 < value < 1e30):
        raise AssetError(f"{path}: EXPOSURE is {text.strip()[:40]}; it must be a number above 0")
    return value


def _new_rle(body: memoryview, width: int, height: int, path: Path) -> U8:
    """Rows of four channels, each a sequence of packets: a count, then bytes; above 128, one byte repeated.

    A packet's place depends on the one before, so a loop finds the packets; NumPy unpacks them all at once.
    """
    data = bytes(body)
    mark = bytes([2, 2, width >> 8, width & 255])
    count = [n if n <= 128 else n - 128 for n in range(256)]  # bytes that a packet gives
    step = [n + 1 if n <= 128 else 2 for n in range(256)]  # bytes that it takes
    row_bytes = 4 * width
    packets: list[int] = []
    add = packets.append
    at = 0
    try:
        for row in range(height):
            if data[at : at + 4] != mark:
                found = "ends" if at + 4 > len(data) else "has no run-length mark"
                raise AssetError(f"{path}: {found} at row {row} of {height}; wanted {height} coded rows")
            at += 4
            given = 0
            while given < row_bytes:
                add(at)
                code = data[at]
                given += count[code]
                at += step[code]
    except IndexError:
        at = len(data) + 1
    if at > len(data):
        raise AssetError(f"{path}: ends in the middle of a row; wanted {height} rows of {width} pixels")
    raw = np.frombuffer(data, np.uint8)
    places = np.array(packets, np.int32)
    codes = raw[places]
    lengths = np.where(codes <= 128, codes, codes & 127).astype(np.int32)
    ends = np.cumsum(lengths)
    if len(ends) == 0 or ends[-1] != row_bytes * height or not _all_in(np.arange(width, ends[-1] + 1, width), ends):
        raise AssetError(f"{path}: a packet crosses the end of its channel; wanted runs within {width} pixels")
    # Each output byte's source: fixed within a repeat, moving along within a literal.
    literal = codes <= 128
    source = np.repeat(places + 1 - np.where(literal, ends - lengths, 0).astype(np.int32), lengths)
    source += np.arange(len(source), dtype=np.int32) * np.repeat(literal, lengths)
    return np.ascontiguousarray(raw[source].reshape(height, 4, width).transpose(0, 2, 1))


def _all_in(wanted: NDArray[np.integer[Any]], ascending: NDArray[np.integer[Any]]) -> bool:
    at = np.searchsorted(ascending, wanted)
    return bool((ascending[np.minimum(at, len(ascending) - 1)] == wanted).all())


def _flat_or_old_rle(body: memoryview, width: int, height: int, path: Path) -> U8:
    """Four bytes a pixel; a pixel (1, 1, 1, n) repeats the one before n times, the next such n · 256 times, ..."""
    total = width * height
    stored = np.frombuffer(body, np.uint8, len(body) // 4 * 4).reshape(-1, 4)[:total]
    repeat = (stored[:, :3] == 1).all(axis=1)
    if repeat.any():
        row = np.arange(len(stored))
        last = np.maximum.accumulate(np.where(repeat, -1, row))  # the pixel that is repeated
        if last[0] < 0:
            raise AssetError(f"{path}: starts with a repeat; wanted a pixel first")
        order = np.where(repeat, row - last - 1, 0)  # 0 for the first repeat after a pixel, 1 for the next, ...
        times = np.where(repeat, stored[:, 3].astype(np.int64) << np.minimum(8 * order, 32), 1)
        enough = int(np.searchsorted(np.cumsum(np.minimum(times, total)), total)) + 1
        times = np.minimum(times[:enough], total)
        stored = stored[np.repeat(last[:enough], times)][:total]
    if len(stored) < total:
        raise AssetError(f"{path}: holds {len(stored):,} pixels; its size says {width} x {height} = {total:,}")
    return stored.reshape(height, width, 4)
