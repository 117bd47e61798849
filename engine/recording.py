"""What a player did, frame by frame, to be played again: the same input, the same frames, and so the same state.

A file is a magic word, a version, the lengths of what follows, a BLAKE2 digest of it, a header in JSON, and the frames.
Each frame holds its length and its input; it is stored as its difference (exclusive or) from the one before, all of
them deflated: a frame in which nothing changed takes one or two bytes more than its length does.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.files import written
from .bindings import Bindings
from .errors import AssetError, InputError, RecordingError
from .input import INPUT, Input

MAGIC = b"DREAMREC"
VERSION = 1
"""Of the file; it changes with every change of `INPUT`."""
_HEAD = struct.Struct("<8sIIQ16s")
FRAME = np.dtype([("dt", "<f8"), ("input", INPUT)])
_LONGEST = 4 << 30
"""Bytes, unpacked: two weeks at 60 frames a second would be more."""


@dataclass(frozen=True, eq=False)
class Recording:
    """What a player did.

    seed, tick_rate, scene, size: of the app.  bindings: as `Bindings.data` has them.  keys: the name of each key's bit.
    frames: how many.  state: a digest of the world after the last one, "" when the game ended by an error.
    packed: the frames, see the file.
    """

    seed: int
    tick_rate: int
    scene: str
    size: tuple[int, int]
    bindings: dict[str, Any]
    keys: tuple[str, ...]
    frames: int
    state: str
    packed: bytes
    where: str = "the recording"

    @property
    def seconds(self) -> float:
        """How long it is by the clock."""
        return float(self.unpacked()["dt"].sum())

    def unpacked(self) -> NDArray[np.void]:
        """(frames,) FRAME. Raises RecordingError when they are not what the header says."""
        size = self.frames * FRAME.itemsize
        inflate = zlib.decompressobj()
        try:
            data = inflate.decompress(self.packed, size + 1)
        except zlib.error as error:
            raise RecordingError(f"{self.where} is broken: its frames can't be read ({error})") from None
        if len(data) != size or not inflate.eof:
            raise RecordingError(f"{self.where} is broken: it does not hold the {self.frames} frames it tells of")
        rows = np.frombuffer(data, np.uint8).reshape(self.frames, FRAME.itemsize)
        whole: NDArray[np.void] = np.bitwise_xor.accumulate(rows, axis=0).view(FRAME)[:, 0]
        dt = whole["dt"]
        if not (np.isfinite(dt) & (dt >= 0)).all():
            raise RecordingError(f"{self.where} is broken: a frame can't be {dt[~(dt >= 0)][:1]} seconds long")
        return whole

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file. Raises RecordingError when the disk refuses."""
        header = json.dumps(
            {
                "seed": self.seed,
                "tick_rate": self.tick_rate,
                "scene": self.scene,
                "size": list(self.size),
                "bindings": self.bindings,
                "keys": list(self.keys),
                "frames": self.frames,
                "frame_bytes": FRAME.itemsize,
                "state": self.state,
            },
            ensure_ascii=False,
        ).encode()
        digest = blake2b(header + self.packed, digest_size=16).digest()
        head = _HEAD.pack(MAGIC, VERSION, len(header), len(self.packed), digest)
        try:
            with written(Path(path)) as temporary:
                temporary.write_bytes(head + header + self.packed)
        except AssetError as error:
            raise RecordingError(str(error)) from error

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Recording:
        """Read a file. Raises RecordingError for one that is missing, foreign, broken or of another version."""
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise RecordingError(f"{path}: can't be read ({error.strerror or error}); wanted a recording") from None
        if data[: len(MAGIC)] != MAGIC:
            raise RecordingError(f"{path} is no recording; `dream run GAME --record FILE` makes one")
        if len(data) >= len(MAGIC) + 4:
            version = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "little")
            if version != VERSION:
                raise RecordingError(
                    f"{path} is a recording of version {version}; this engine plays version {VERSION}: record it anew"
                )
        if len(data) < _HEAD.size:
            raise _cut(path, len(data), _HEAD.size)
        _, _, header_size, packed_size, digest = _HEAD.unpack_from(data)
        whole = _HEAD.size + header_size + packed_size
        if len(data) < whole:
            raise _cut(path, len(data), whole)
        if len(data) > whole:
            raise RecordingError(f"{path} is broken: {len(data) - whole} bytes follow its end")
        body = data[_HEAD.size :]
        if blake2b(body, digest_size=16).digest() != digest:
            raise RecordingError(f"{path} is broken: its digest is not that of what it holds; fetch or record it anew")
        try:
            header = json.loads(body[:header_size])
            made = cls(
                seed=_whole(header["seed"]),
                tick_rate=_whole(header["tick_rate"]),
                scene=str(header["scene"]),
                size=(_whole(header["size"][0]) or 1, _whole(header["size"][1]) or 1),
                bindings=dict(header["bindings"]),
                keys=tuple(map(str, header["keys"])),
                frames=_whole(header["frames"]),
                state=str(header["state"]),
                packed=body[header_size:],
                where=str(path),
            )
            size = _whole(header["frame_bytes"])
        except (ValueError, LookupError, TypeError) as error:
            raise RecordingError(f"{path} is broken: its header can't be read ({error!r})") from None
        if size != FRAME.itemsize or made.frames * size > _LONGEST:
            raise RecordingError(
                f"{path} is broken: it tells of {made.frames} frames of {size} bytes; they have {FRAME.itemsize}"
            )
        made.unpacked()
        return made


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no whole number")
    return value


def _cut(path: str | os.PathLike[str], found: int, wanted: int) -> RecordingError:
    return RecordingError(f"{path} is cut off: it has {found} of its {wanted} bytes; fetch or record it anew")


@dataclass(eq=False)
class Recorder:
    """Takes down frames: one `add` each, before it is played."""

    seed: int
    tick_rate: int
    scene: str
    size: tuple[int, int]
    bindings: dict[str, Any]
    frames: int = 0
    _keys: dict[str, int] = field(default_factory=dict[str, int])
    _packed: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._deflate = zlib.compressobj(6)
        self._now, self._before = np.zeros(1, FRAME), np.zeros(1, FRAME)

    def add(self, dt: float, input: Input) -> None:
        """A frame `dt` seconds of the clock long, and what the player did since the one before."""
        now, before = self._now, self._before
        now["dt"] = dt
        input.pack(self._keys, now[0]["input"])
        change = now.view(np.uint8) ^ before.view(np.uint8)
        self._packed += self._deflate.compress(change.tobytes())
        self._now, self._before = before, now
        self.frames += 1

    def finish(self, state: str) -> Recording:
        """What was recorded until now; more may follow. state: a digest of the world, "" for none."""
        rest = self._deflate.copy().flush()
        return Recording(
            self.seed,
            self.tick_rate,
            self.scene,
            self.size,
            self.bindings,
            tuple(self._keys),
            self.frames,
            state,
            bytes(self._packed) + rest,
        )


class Player:
    """Gives a recording's frames to an `Input`, one after the other."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._frames = recording.unpacked()
        self._next = 0
        self._time = self.times()

    @property
    def time(self) -> float:
        """Seconds of the clock from the first frame to the next one."""
        return self._time[self._next]

    @property
    def left(self) -> int:
        """Frames still to come."""
        return len(self._frames) - self._next

    def times(self) -> Sequence[float]:
        """(frames,) seconds of the clock from the first frame to each."""
        dt = self._frames["dt"]
        return list(map(float, np.cumsum(dt) - dt))

    def feed(self, input: Input) -> float:
        """Be the next frame; returns its length, seconds of the clock. Raises RecordingError after the last one."""
        if not self.left:
            raise RecordingError(f"{self.recording.where} has ended, after {len(self._frames)} frames")
        frame = self._frames[self._next]
        self._next += 1
        input.unpack(self.recording.keys, frame["input"])
        return float(frame["dt"])

    def bind(self, bindings: Bindings) -> None:
        """Bind actions and axes as they were. Raises RecordingError."""
        try:
            bindings.reset()
            bindings.take(self.recording.bindings, self.recording.where)
        except InputError as error:
            raise RecordingError(str(error)) from error

    def check(self, state: str) -> None:
        """Compare how the world ended. Raises RecordingError where the recording knows, and it is another state."""
        wanted = self.recording.state
        if wanted and not self.left and state != wanted:
            raise RecordingError(
                f"{self.recording.where} ended in the state {wanted}, the replay in {state}: the game, its scene or "
                "the engine changed since, or the game reads a clock or random numbers that are not `world.random`"
            )
