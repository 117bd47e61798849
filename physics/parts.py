"""Bytes that are made of several: each with its length, a 64 bit number, before it."""

from __future__ import annotations

import struct
from collections.abc import Iterable

_LENGTH = struct.Struct("<Q")


def joined(parts: Iterable[bytes]) -> bytes:
    """All of them, for `parted`."""
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def parted(data: bytes) -> list[bytes]:
    """What was joined."""
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        (size,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        parts.append(data[at : at + size])
        at += size
    return parts


def headed(head: bytes, rest: bytes) -> bytes:
    """Two, of which the second needs no length."""
    return _LENGTH.pack(len(head)) + head + rest


def head_and_rest(data: bytes) -> tuple[bytes, bytes]:
    """The two."""
    (size,) = _LENGTH.unpack_from(data)
    end = _LENGTH.size + size
    return data[_LENGTH.size : end], data[end:]
