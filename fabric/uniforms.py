"""The frame's uniforms: every struct in one buffer, sent by one write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from .tape import BufferWrite

_ALIGN = 256  # uniform offsets


@dataclass(frozen=True)
class _Uniform:
    """One struct's place in the uniform buffer."""

    offset: int
    size: int
    value: NDArray[np.void]


class Uniforms:
    """Every uniform of the frame in one buffer: one write a frame."""

    def __init__(self, gpu: Gpu, **structs: Any) -> None:
        offset, places = 0, dict[str, int]()
        for name, of in structs.items():
            places[name] = offset
            offset += -(-of.size // _ALIGN) * _ALIGN
        self.data = np.zeros(offset, np.uint8)
        self.buffer = gpu.device.create_buffer(
            label="uniforms",
            size=offset,
            usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.COPY_SRC,
        )
        self._write = BufferWrite(gpu.device, self.buffer, self.data)
        self.parts = {
            name: _Uniform(places[name], of.size, self.data[places[name] : places[name] + of.size].view(of.dtype))
            for name, of in structs.items()
        }

    def __getitem__(self, name: str) -> NDArray[np.void]:
        """The struct as an array of one, to write into."""
        return self.parts[name].value

    def send(self) -> None:
        """Write all of them."""
        self._write()

    def offset(self, name: str, field: str) -> int:
        """Where a field of a struct lies in the buffer, in bytes."""
        part = self.parts[name]
        fields: Any = part.value.dtype.fields
        return part.offset + int(fields[field][1])

    def binding(self, name: str) -> dict[str, Any]:
        """The struct as a bind group resource."""
        part = self.parts[name]
        return {"buffer": self.buffer, "offset": part.offset, "size": part.size}
