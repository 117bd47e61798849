"""Radiance pictures: what is written is read back, all three codings, and broken files say what is wrong."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.assets.hdr import read_hdr, write_hdr
from dreamwell.engine.errors import AssetError

HEADER = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n"


def random_rgbe(height: int, width: int) -> NDArray[np.uint8]:
    """Normalised pixels with long and short runs."""
    rng = np.random.default_rng(7)
    rgbe = rng.integers(0, 256, (height, width, 4), np.uint8)
    rgbe[..., 0] |= 128
    rgbe[: height // 2, : width // 2] = rgbe[0, 0]
    rgbe[-1, :, 3] = 0
    return rgbe


def decoded(rgbe: NDArray[np.uint8]) -> NDArray[np.float32]:
    factor = np.where(rgbe[..., 3] > 0, np.ldexp(1.0, rgbe[..., 3].astype(int) - 136), 0)
    return (rgbe[..., :3] * factor[..., None]).astype(np.float32)


def run_length_coded(rgbe: NDArray[np.uint8]) -> bytes:
    """Radiance's new coding: per row and channel, runs of 4 and more, and what lies between them."""
    height, width, _ = rgbe.shape
    out = bytearray(HEADER + b"-Y %d +X %d\n" % (height, width))
    for row in rgbe:
        out += bytes([2, 2, width >> 8, width & 255])
        for channel in row.T:
            values, at = channel.tobytes(), 0
            while at < width:
                end = at
                while end < width and end - at < 127 and values[end] == values[at]:
                    end += 1
                if end - at >= 4:
                    out += bytes([128 + end - at, values[at]])
                else:
                    end = min(at + 3, width)
                    out += bytes([end - at]) + values[at:end]
                at = end
    return bytes(out)


def test_a_picture_survives_writing_and_reading(tmp_path: Path) -> None:
    pixels = decoded(random_rgbe(9, 20))
    write_hdr(tmp_path / "new" / "a.hdr", pixels)
    assert np.array_equal(read_hdr(tmp_path / "new" / "a.hdr"), pixels)


def test_writing_rounds_to_eight_bits_of_the_brightest(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).lognormal(0, 4, (16, 16, 3)).astype(np.float32)
    pixels[0, 0] = [0.99999, -1, 1e-30]
    pixels[0, 1] = 0
    write_hdr(tmp_path / "a.hdr", pixels)
    error = np.abs(read_hdr(tmp_path / "a.hdr") - np.maximum(pixels, 0))
    assert (error <= pixels.max(axis=2, keepdims=True) / 255).all()


def test_run_length_coding_is_undone(tmp_path: Path) -> None:
    rgbe = random_rgbe(12, 300)
    (tmp_path / "a.hdr").write_bytes(run_length_coded(rgbe))
    assert np.array_equal(read_hdr(tmp_path / "a.hdr"), decoded(rgbe))


def test_old_repeats_are_undone(tmp_path: Path) -> None:
    body = bytes([200, 100, 50, 130]) + bytes([1, 1, 1, 3, 1, 1, 1, 1]) + bytes([10, 200, 10, 128])
    (tmp_path / "a.hdr").write_bytes(HEADER + b"-Y 3 +X 87\n" + body)  # 1 + 3 + 256 + 1 pixels
    pixels = read_hdr(tmp_path / "a.hdr").reshape(-1, 3)
    assert (pixels[:260] == np.array([200, 100, 50]) / 64).all()
    assert (pixels[260] == np.array([10, 200, 10]) / 256).all()


def test_exposure_is_divided_out(tmp_path: Path) -> None:
    text = b"#?RGBE\n# by hand\nEXPOSURE=2.0\nEXPOSURE= 4\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n"
    (tmp_path / "a.hdr").write_bytes(text + bytes([128, 64, 0, 132]))
    assert read_hdr(tmp_path / "a.hdr").tolist() == [[[1.0, 0.5, 0.0]]]


BROKEN = {
    "no picture": (b"GIF89a", "starts with"),
    "XYZE": (b"#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n-Y 1 +X 1\n\0\0\0\0", "32-bit_rle_xyze"),
    "turned": (HEADER + b"+Y 1 +X 1\n\0\0\0\0", "top row first"),
    "no size": (HEADER + b"hello\n", "hello"),
    "no end": (HEADER[:20], "does not end"),
    "huge": (HEADER + b"-Y 99999 +X 99999\n", "99999 x 99999"),
    "cut off": (HEADER + b"-Y 2 +X 2\n" + bytes(15), "holds 3 pixels"),
    "cut off in a row": (HEADER + b"-Y 1 +X 100\n\x02\x02\x00\x64\x50abc", "middle of a row"),
    "cut off between rows": (HEADER + b"-Y 9 +X 100\n\x02\x02\x00\x64" + b"\xe4\x01" * 4, "row 1 of 9"),
    "crossing": (HEADER + b"-Y 1 +X 100\n\x02\x02\x00\x64" + b"\xff\x01" * 3 + b"\x93\x01", "crosses"),
    "empty packets": (HEADER + b"-Y 1 +X 100\n\x02\x02\x00\x64" + bytes(5000), "middle of a row"),
    "repeat first": (HEADER + b"-Y 1 +X 4\n\x01\x01\x01\x04", "starts with a repeat"),
    "exposure": (HEADER[:-1] + b"EXPOSURE=0\n\n-Y 1 +X 1\n\0\0\0\0", "EXPOSURE is 0"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_say_what_is_wrong(name: str, tmp_path: Path) -> None:
    data, message = BROKEN[name]
    (tmp_path / "a.hdr").write_bytes(data)
    with pytest.raises(AssetError, match=message):
        read_hdr(tmp_path / "a.hdr")


def test_flipped_bytes_give_a_picture_or_an_asset_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    good = run_length_coded(random_rgbe(6, 40))
    for _ in range(300):
        data = bytearray(good[: rng.integers(1, len(good) + 1)])
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        (tmp_path / "a.hdr").write_bytes(data)
        with suppress(AssetError):
            assert np.isfinite(read_hdr(tmp_path / "a.hdr")).all()


def test_the_reference_environment_reads(reference: Path) -> None:
    pixels = read_hdr(reference / "env" / "env_courtyard.hdr")
    assert pixels.shape == (512, 1024, 3)
    assert float(pixels.max()) == 54.75
    assert float(pixels.mean()) == pytest.approx(0.55508, abs=1e-4)
