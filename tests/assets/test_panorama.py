"""Panoramas: their mean, and what is known about a file that was read before."""

from pathlib import Path

import numpy as np
import pytest

from dreamwell.assets import panorama as module
from dreamwell.assets.hdr import decode_hdr, encode_rgbe, read_hdr, write_hdr
from dreamwell.assets.panorama import read_panorama
from dreamwell.engine import cache
from dreamwell.engine.errors import AssetError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def picture(folder: Path, seed: int = 1) -> Path:
    pixels = np.random.default_rng(seed).lognormal(0, 2, (600, 40, 3)).astype(np.float32)
    write_hdr(folder / "a.hdr", pixels)
    return folder / "a.hdr"


def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(data: bytes, path: Path) -> None:
        pytest.fail("pixels were decoded")

    monkeypatch.setattr(module, "decode_hdr", refuse)


def test_the_mean_is_over_all_directions(tmp_path: Path) -> None:
    found = read_panorama(picture(tmp_path))
    pixels = read_hdr(tmp_path / "a.hdr")
    weight = np.sin((np.arange(600) + 0.5) * np.pi / 600)[:, None, None]
    np.testing.assert_allclose(found.mean, (pixels * weight).sum((0, 1)) / weight.sum() / 40, rtol=1e-9)
    np.testing.assert_array_equal(found.pixels, pixels)


def test_what_was_read_before_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = picture(tmp_path)
    before = read_panorama(path)
    with monkeypatch.context() as patched:
        no_decoding(patched)
        again = read_panorama(path)
    assert again.mean.tolist() == before.mean.tolist(), "to the bit: scenes weave to the same bytes"
    assert again.digest.tolist() == before.digest.tolist()
    np.testing.assert_array_equal(again.pixels, before.pixels)


def test_another_file_is_another_panorama(tmp_path: Path) -> None:
    first, second = read_panorama(picture(tmp_path, 1)), read_panorama(picture(tmp_path, 2))
    assert first.digest.tolist() != second.digest.tolist()
    assert not np.allclose(first.mean, second.mean)


def test_a_broken_file_is_refused_every_time(tmp_path: Path, own_cache: Path) -> None:
    path = picture(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    for _ in range(2):
        with pytest.raises(AssetError, match="holds"):
            read_panorama(path)
    assert not list(own_cache.rglob("*.entry"))


def test_a_damaged_entry_is_made_anew(tmp_path: Path, own_cache: Path) -> None:
    path = picture(tmp_path)
    before = read_panorama(path).mean.tolist()
    (entry,) = own_cache.rglob("*.entry")
    for data in (b"", entry.read_bytes()[:-1], bytes(44)):
        entry.write_bytes(data)
        assert read_panorama(path).mean.tolist() == before
    cache.store("panoramas", entry.stem, [b"too short"])
    assert read_panorama(path).mean.tolist() == before


def test_halving_takes_means(tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).lognormal(0, 1, (601, 11, 3)).astype(np.float32)
    write_hdr(tmp_path / "a.hdr", pixels)
    rgbe = decode_hdr((tmp_path / "a.hdr").read_bytes(), tmp_path / "a.hdr")
    wanted = rgbe.radiance()[:600, :10].reshape(300, 2, 5, 2, 3).mean(axis=(1, 3))
    np.testing.assert_array_equal(rgbe.halved().texels, encode_rgbe(wanted))
