"""What took long to make, kept on disk for the next time: entries by kind and key in a folder of the user's.

The folder is DREAMWELL_CACHE where that is set ("off" for none), else `dreamwell` in what the system keeps such
things in: $XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%. Nothing in it is ever missed: an entry that
is gone, cut short or damaged is made anew, and a folder that can't be written is a slower start, with one warning.

Several processes may use it at once: an entry appears whole, by a rename.
"""

from __future__ import annotations

import os
import secrets
import struct
import sys
import time
import warnings
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

VARIABLE = "DREAMWELL_CACHE"
MAX_BYTES = 1 << 30
"""All entries together; those that were not used for the longest time go first."""
STALE = 3600.0
"""Seconds after which a temporary file is one that its process left behind."""
_HEAD = struct.Struct("<8sQI")  # magic, bytes and CRC-32 of what follows
_MAGIC = b"dwcache1"
_SUFFIX, _TEMPORARY = ".entry", ".part"
_warned: set[Path] = set()


def folder() -> Path | None:
    """Where the cache lies, there yet or not; None where it is turned off or the user has no home."""
    told = os.environ.get(VARIABLE, "")
    if told:
        return None if told == "off" else Path(told).expanduser()
    try:
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "dreamwell" / "Cache"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "dreamwell"
        base = Path(os.environ.get("XDG_CACHE_HOME", ""))
        return (base if base.is_absolute() else Path.home() / ".cache") / "dreamwell"
    except RuntimeError:  # no home
        return None


def load(kind: str, key: str) -> memoryview | None:
    """An entry that `store` wrote; None where there is none, or none that is whole. Writable memory of its own."""
    place = folder()
    if place is None:
        return None
    path = _path(place, kind, key)
    try:
        with path.open("rb", buffering=0) as file:
            magic, size, crc = _HEAD.unpack(file.read(_HEAD.size))
            body = None
            if magic == _MAGIC and os.fstat(file.fileno()).st_size == _HEAD.size + size:
                body = memoryview(bytearray(size))
                if file.readinto(body) != size or zlib.crc32(body) != crc:
                    body = None
    except FileNotFoundError:
        return None
    except (OSError, struct.error, MemoryError):
        body = None
    with suppress(OSError):
        if body is None:
            path.unlink()
        else:
            os.utime(path)  # used now: the last to go
    return body


def store(kind: str, key: str, parts: Sequence[bytes | memoryview], max_bytes: int = MAX_BYTES) -> None:
    """Keep the parts, one behind the other, under a key of letters, digits, "-" and "_". Never raises OSError."""
    place = folder()
    if place is None:
        return
    size = sum(memoryview(part).nbytes for part in parts)
    if _HEAD.size + size > max_bytes:
        return
    crc = 0
    for part in parts:
        crc = zlib.crc32(part, crc)
    path = _path(place, kind, key)
    temporary = path.with_name(f"{path.stem}.{secrets.token_hex(4)}{_TEMPORARY}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with temporary.open("wb", buffering=0) as file:
                for part in (_HEAD.pack(_MAGIC, size, crc), *parts):
                    left = memoryview(part).cast("B")
                    while left:
                        left = left[file.write(left) :]
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        _tidy(place, max_bytes)
    except OSError as error:
        if place not in _warned:
            _warned.add(place)
            warnings.warn(
                f"{place}: nothing can be kept here ({error.strerror or error}), so it is made anew at every start; "
                f"{VARIABLE} names another folder, or is off",
                RuntimeWarning,
                stacklevel=2,
            )


def _path(place: Path, kind: str, key: str) -> Path:
    assert key.replace("-", "").replace("_", "").isalnum(), key
    return place / kind / (key + _SUFFIX)


def _tidy(place: Path, max_bytes: int) -> None:
    """Remove what was not used for the longest time, until the rest fits, and what broken processes left."""
    found: list[tuple[float, int, str]] = []
    now = time.time()
    for kind in [entry.path for entry in os.scandir(place) if entry.is_dir(follow_symlinks=False)]:
        for entry in os.scandir(kind):
            with suppress(OSError):  # another process was faster
                known = entry.stat(follow_symlinks=False)
                if entry.name.endswith(_SUFFIX):
                    found.append((known.st_mtime, known.st_size, entry.path))
                elif entry.name.endswith(_TEMPORARY) and now - known.st_mtime > STALE:
                    os.unlink(entry.path)
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= max_bytes:
            break
        with suppress(OSError):
            os.unlink(path)
        total -= size
