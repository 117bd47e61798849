"""One declaration per GPU struct: the NumPy dtype and the WGSL text both come from it.

    LIGHT = struct("Light", position=vec3, kind=u32)
    LIGHT.dtype      packs it on the CPU, with WGSL's offsets and padding
    LIGHT.declares   its WGSL text, after the structs that it needs

Size and alignment follow the WGSL specification, section "Memory Layout" (storage and uniform address space;
uniform arrays need a stride that is a multiple of 16, which `array` checks where it is used as a uniform).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Type:
    """A WGSL host-shareable type: its spelling, its size rules, and how NumPy stores it."""

    wgsl: str
    size: int
    align: int
    dtype: np.dtype[np.void]
    declares: tuple[str, ...] = ()  # the struct texts that this type needs, in order


def _round_up(n: int, to: int) -> int:
    return -(-n // to) * to


def _scalar(wgsl: str, dtype: str) -> Type:
    return Type(wgsl, 4, 4, np.dtype(dtype))


f32, i32, u32 = _scalar("f32", "<f4"), _scalar("i32", "<i4"), _scalar("u32", "<u4")


def vec(n: int, of: Type = f32) -> Type:
    """A vector of 2, 3 or 4 scalars."""
    return Type(f"vec{n}<{of.wgsl}>", 4 * n, 8 if n == 2 else 16, np.dtype((of.dtype, n)))


vec2, vec3, vec4 = vec(2), vec(3), vec(4)
uvec2, uvec4 = vec(2, u32), vec(4, u32)

mat4 = Type("mat4x4<f32>", 64, 16, np.dtype(("<f4", (4, 4))))
"""Columns first: store `m.T`."""

affine = Type("mat3x4<f32>", 48, 16, np.dtype(("<f4", (3, 4))))
"""A (3, 4) affine matrix, rows first as NumPy has it; in WGSL: `vec4(point, 1) * m`."""


def array(of: Type, n: int) -> Type:
    """A fixed-size array."""
    stride = _round_up(of.size, of.align)
    element = of.dtype if stride == of.size else np.dtype({"names": ["v"], "formats": [of.dtype], "itemsize": stride})
    return Type(f"array<{of.wgsl}, {n}>", stride * n, of.align, np.dtype((element, n)), of.declares)


def runtime_array(of: Type) -> Type:
    """An array as long as its storage buffer; `size` and `dtype` are those of one element."""
    return Type(f"array<{of.wgsl}>", _round_up(of.size, of.align), of.align, of.dtype, of.declares)


def struct(name: str, /, **fields: Type) -> Type:
    """Declare a struct. Fields keep their order; padding is added as WGSL would."""
    offset, align, offsets = 0, 4, list[int]()
    for field in fields.values():
        offset = _round_up(offset, field.align)
        offsets.append(offset)
        offset += field.size
        align = max(align, field.align)
    size = _round_up(offset, align)
    dtype = np.dtype(
        {"names": list(fields), "formats": [f.dtype for f in fields.values()], "offsets": offsets, "itemsize": size}
    )
    body = "".join(f"    {key}: {field.wgsl},\n" for key, field in fields.items())
    needed = dict.fromkeys(text for f in fields.values() for text in f.declares)
    return Type(name, size, align, dtype, (*needed, f"struct {name} {{\n{body}}}\n"))


def atomic(of: Type) -> Type:
    """An i32 or u32 that shaders change atomically."""
    return Type(f"atomic<{of.wgsl}>", of.size, of.align, of.dtype)
