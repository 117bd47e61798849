"""The cache on disk: what is kept comes back, what is damaged does not, and nothing that goes wrong is an error."""

import os
import sys
import time
import warnings
from pathlib import Path

import pytest

from dreamwell.engine import cache

KEY = "0123-abc"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, not made yet."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_entry_comes_back_as_it_was_stored(place: Path) -> None:
    assert cache.load("things", KEY) is None
    cache.store("things", KEY, [b"one", memoryview(b"two"), b""])
    loaded = cache.load("things", KEY)
    assert loaded is not None
    assert bytes(loaded) == b"onetwo"
    assert cache.load("others", KEY) is None
    cache.store("things", KEY, [b"other"])
    assert bytes(cache.load("things", KEY) or b"") == b"other"
    assert [path.name for path in (place / "things").iterdir()] == [KEY + ".entry"], "no temporary file stays"
    cache.store("things", "empty", [])
    empty = cache.load("things", "empty")
    assert empty is not None
    assert len(empty) == 0


@pytest.mark.parametrize("size", [0, 1, 19, 20, 21, 100])
def test_an_entry_that_was_cut_off_is_none_and_goes(place: Path, size: int) -> None:
    cache.store("things", KEY, [bytes(range(100))])
    (path,) = (place / "things").iterdir()
    path.write_bytes(path.read_bytes()[:size])
    assert cache.load("things", KEY) is None
    assert not path.exists()


@pytest.mark.parametrize("at", [0, 7, 8, 16, 20, 70, 119])
def test_a_flipped_bit_is_noticed(place: Path, at: int) -> None:
    cache.store("things", KEY, [bytes(range(100))])
    (path,) = (place / "things").iterdir()
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)
    assert cache.load("things", KEY) is None
    path.write_bytes(bytes(data) + b"more")
    assert cache.load("things", KEY) is None


def test_what_was_not_used_for_the_longest_time_goes_first(place: Path) -> None:
    for i, name in enumerate("abcd"):
        cache.store("things" if i % 2 else "others", name, [bytes(1000)], max_bytes=10_000)
        path = next(place.rglob(f"{name}.entry"))
        os.utime(path, (1e9 + i, 1e9 + i))
    assert cache.load("others", "a") is not None  # used now
    cache.store("things", "e", [bytes(1000)], max_bytes=3200)
    kept = {path.stem for path in place.rglob("*.entry")}
    assert kept == {"a", "d", "e"}
    cache.store("things", "f", [bytes(4000)], max_bytes=3200)
    assert {path.stem for path in place.rglob("*.entry")} == kept, "what is too large is not kept"


def test_what_a_broken_process_left_goes(place: Path) -> None:
    cache.store("things", KEY, [b"x"])
    old, fresh = place / "things" / "a.1234.part", place / "things" / "b.1234.part"
    for path in (old, fresh):
        path.write_bytes(b"half")
    before = time.time() - 2 * cache.STALE
    os.utime(old, (before, before))
    cache.store("things", KEY, [b"x"])
    assert not old.exists()
    assert fresh.exists(), "another process may be writing it"


def test_a_folder_that_cannot_be_written_is_one_warning(place: Path) -> None:
    place.write_bytes(b"a file, where the folder should be")
    with pytest.warns(RuntimeWarning, match="cache: nothing can be kept here"):
        cache.store("things", KEY, [b"x"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.store("things", KEY, [b"x"])
    assert cache.load("things", KEY) is None


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="folders can't be made read-only for this user"
)
def test_a_cache_of_somebody_else_s_can_be_read(place: Path) -> None:
    cache.store("things", KEY, [b"x"])
    (place / "things").chmod(0o500)
    try:
        assert bytes(cache.load("things", KEY) or b"") == b"x"
        with pytest.warns(RuntimeWarning, match="nothing can be kept"):
            cache.store("things", "other", [b"x"])
    finally:
        (place / "things").chmod(0o700)


def test_turned_off_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cache.VARIABLE, "off")
    assert cache.folder() is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.store("things", KEY, [b"x"])
    assert cache.load("things", KEY) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="where Linux keeps caches")
def test_the_folder_is_the_user_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.folder() == tmp_path / "xdg" / "dreamwell"
    for relative in ("", "caches"):  # which the specification says to ignore
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert cache.folder() == tmp_path / ".cache" / "dreamwell"
    monkeypatch.setenv(cache.VARIABLE, "~/here")
    assert cache.folder() == tmp_path / "here"
