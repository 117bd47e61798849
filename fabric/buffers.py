"""Buffers: made, filled, and written to in pieces; and how many workgroups cover what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu

STORAGE = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.COPY_SRC
_CHUNK = 16 << 20  # larger uploads stall
_LOAD = 4 << 20  # at a time, while nothing is drawn: what is staged is given back before the next piece


def buffer(gpu: Gpu, label: str, size: int, usage: int = STORAGE) -> wgpu.GPUBuffer:
    """A buffer of at least 64 bytes, a multiple of 16: bindings must not be empty."""
    return gpu.device.create_buffer(label=label, size=max(64, -(-size // 16) * 16), usage=usage)


def upload(gpu: Gpu, target: wgpu.GPUBuffer, values: NDArray[Any], offset: int = 0) -> None:
    """Write an array into a buffer from a byte offset on, in pieces."""
    data = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    for first in range(0, len(data), _CHUNK):
        gpu.device.queue.write_buffer(target, offset + first, data[first : first + _CHUNK])


def filled(gpu: Gpu, label: str, values: NDArray[Any], usage: int = STORAGE) -> wgpu.GPUBuffer:
    """A buffer that holds an array."""
    made = buffer(gpu, label, values.nbytes, usage)
    data = values.reshape(-1).view(np.uint8)
    load(gpu, made, (data[first : first + _LOAD] for first in range(0, len(data), _LOAD)))
    return made


def load(gpu: Gpu, target: wgpu.GPUBuffer, pieces: Iterable[NDArray[Any]]) -> None:
    """Write arrays behind one another into a buffer. Waits now and then, so that what is staged is given back."""
    offset = staged = 0
    for piece in pieces:
        if staged >= _LOAD:
            gpu.device.queue.submit([])
            _wait(gpu)
            staged = 0
        gpu.device.queue.write_buffer(target, offset, piece.reshape(-1).view(np.uint8))
        offset += piece.nbytes
        staged += piece.nbytes


def _wait(gpu: Gpu) -> None:
    device: Any = gpu.device
    device._poll_wait()  # wgpu-py's only other way to wait reads a buffer


def grid(count: int, lanes: int = 256) -> tuple[int, int]:
    """Workgroups for `count` invocations, in two dimensions where one is not enough."""
    needed = max(1, -(-count // lanes))
    return min(needed, 65535), -(-needed // 65535)
