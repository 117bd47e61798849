"""Pictures come in as RGBA8 whatever their mode, and go out whole or not at all."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from dreamwell.assets.images import load_image, save_image, save_linear
from dreamwell.engine.errors import AssetError


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def colored() -> Image.Image:
    return Image.fromarray(np.array([[[255, 0, 0], [0, 128, 0]], [[0, 0, 64], [9, 9, 9]]], np.uint8))


def grey16() -> Image.Image:
    return Image.fromarray(np.array([[0, 257, 65535]], np.uint16))


CASES = {
    "RGB": (encoded(colored()), [[[255, 0, 0, 255], [0, 128, 0, 255]], [[0, 0, 64, 255], [9, 9, 9, 255]]]),
    "1": (encoded(Image.new("1", (1, 1), 1)), [[[255, 255, 255, 255]]]),
    "L": (encoded(Image.new("L", (1, 1), 77)), [[[77, 77, 77, 255]]]),
    "LA": (encoded(Image.new("LA", (1, 1), (77, 5))), [[[77, 77, 77, 5]]]),
    "RGBA": (encoded(Image.new("RGBA", (1, 1), (1, 2, 3, 4))), [[[1, 2, 3, 4]]]),
    "palette": (encoded(Image.new("RGB", (1, 1), (10, 20, 30)).quantize(2)), [[[10, 20, 30, 255]]]),
    "16 bit": (encoded(grey16()), [[[0, 0, 0, 255], [1, 1, 1, 255], [255, 255, 255, 255]]]),
    "float": (encoded(Image.new("F", (1, 1), 0.5), "TIFF"), [[[128, 128, 128, 255]]]),
    "webp": (encoded(Image.new("RGB", (1, 1), (10, 20, 30)), "WEBP", lossless=True), [[[10, 20, 30, 255]]]),
}


@pytest.mark.parametrize("name", CASES)
def test_every_mode_becomes_rgba8(name: str) -> None:
    data, pixels = CASES[name]
    assert load_image(data).pixels.tolist() == pixels


def test_a_transparent_palette_keeps_its_alpha() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putdata([0, 1])
    pixels = load_image(encoded(image, transparency=0)).pixels
    assert pixels[0, :, 3].tolist() == [0, 255]


def test_cmyk_jpeg_becomes_rgb() -> None:
    pixels = load_image(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")).pixels
    assert pixels[4, 4] == pytest.approx([255, 0, 0, 255], abs=6)


def png_of_16_bit_colour() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    row = b"\0" + struct.pack(">HHH", 0x8000, 0xFFFF, 0x0100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")


def test_16_bit_colour_keeps_the_upper_bits() -> None:
    assert load_image(png_of_16_bit_colour()).pixels.tolist() == [[[128, 255, 1, 255]]]


def test_broken_pictures_are_asset_errors(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    for form in ("PNG", "JPEG", "WEBP", "GIF"):
        with pytest.raises(AssetError, match=r"wall: is a broken picture|wall: is no picture"):
            load_image(encoded(noise, form)[:200], "wall")
    with pytest.raises(AssetError, match=r"no picture of a known format; wanted PNG, JPEG"):
        load_image(b"hello")
    with pytest.raises(AssetError, match=r"there is no such file"):
        load_image(tmp_path / "none.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(AssetError, match=r"empty.png: is empty"):
        load_image(tmp_path / "empty.png")


def test_a_decompression_bomb_is_refused() -> None:
    with pytest.raises(AssetError, match="too large"):
        load_image(encoded(Image.new("1", (20_000, 20_000))))


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_lossless_pictures_come_back_equal(suffix: str, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 4), np.uint8)
    pixels[..., 3] |= 1  # WebP may change what can't be seen
    path = tmp_path / "deep" / "folder" / f"a{suffix}"
    save_image(path, pixels)
    assert np.array_equal(load_image(path).pixels, pixels)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_jpeg_drops_alpha(tmp_path: Path) -> None:
    save_image(tmp_path / "a.jpg", np.full((8, 8, 4), 100, np.uint8))
    assert load_image(tmp_path / "a.jpg").pixels[4, 4] == pytest.approx([100, 100, 100, 255], abs=2)


def test_linear_pictures_keep_every_bit(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).lognormal(0, 5, (6, 9, 3)).astype(np.float32)
    save_linear(tmp_path / "a.npy", pixels)
    assert np.array_equal(np.load(tmp_path / "a.npy"), pixels)
    save_linear(tmp_path / "a.exr", pixels)
    with OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        channels = file.channels()
        assert sorted(channels) == ["B", "G", "R"]
        assert file.header()["compression"] == OpenEXR.ZIP_COMPRESSION
        assert np.array_equal(np.stack([channels[name].pixels for name in "RGB"], axis=2), pixels)


def test_what_can_not_be_written_is_said_before_anything_is_written(tmp_path: Path) -> None:
    good = np.zeros((2, 2, 3), np.uint8)
    wrong: Any = good.astype(np.float64)
    with pytest.raises(AssetError, match=r'".gif"; it must be one of .png, .jpg, .jpeg, .webp'):
        save_image(tmp_path / "a.gif", good)
    with pytest.raises(AssetError, match=r'"a.png"; it must|".png"; it must be one of .npy, .exr'):
        save_linear(tmp_path / "a.png", good.astype(np.float32))
    with pytest.raises(AssetError, match=r"\(2, 2, 3\) float64; they must be \(h, w, 3\) float32"):
        save_linear(tmp_path / "a.exr", wrong)
    with pytest.raises(AssetError, match=r"\(2, 2\) uint8"):
        save_image(tmp_path / "a.png", good[..., 0])
    (tmp_path / "file").touch()
    with pytest.raises(AssetError, match="can't be written"):
        save_image(tmp_path / "file" / "a.png", good)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
