"""The shapes on the table: a teapot and other turned things, swept tubes, and the body of a car."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw

from ..viewer.exhibit import curve, knot, lathe, surface

F64 = NDArray[np.float64]

POT = [
    (0.0, 0.300), (0.09, 0.300), (0.10, 0.296), (0.105, 0.282), (0.16, 0.262), (0.225, 0.20), (0.24, 0.13),
    (0.215, 0.065), (0.15, 0.025), (0.135, 0.012), (0.15, 0.0), (0.0, 0.0),
]  # fmt: skip
LID = [
    (0.0, 0.432), (0.022, 0.425), (0.033, 0.402), (0.022, 0.378), (0.016, 0.362), (0.05, 0.345), (0.09, 0.322),
    (0.108, 0.306), (0.108, 0.297), (0.0, 0.297),
]  # fmt: skip
SPOUT = [(0.19, 0.11), (0.27, 0.13), (0.325, 0.20), (0.345, 0.27), (0.395, 0.312)]
HANDLE = [(-0.20, 0.235), (-0.29, 0.285), (-0.365, 0.25), (-0.365, 0.16), (-0.30, 0.10), (-0.215, 0.085)]
URN = [
    (0.0, 0.60), (0.07, 0.60), (0.085, 0.612), (0.098, 0.60), (0.085, 0.555), (0.10, 0.50), (0.175, 0.40), (0.19, 0.29),
    (0.13, 0.10), (0.105, 0.02), (0.11, 0.0), (0.0, 0.0),
]  # fmt: skip
BOWL = [
    (0.0, 0.045), (0.12, 0.055), (0.215, 0.11), (0.268, 0.198), (0.277, 0.206), (0.286, 0.198), (0.245, 0.10),
    (0.16, 0.03), (0.105, 0.015), (0.105, 0.0), (0.0, 0.0),
]  # fmt: skip
GOBLET = [
    (0.0, 0.30), (0.06, 0.32), (0.108, 0.40), (0.118, 0.50), (0.10, 0.62), (0.1025, 0.625), (0.105, 0.62),
    (0.1225, 0.50), (0.1125, 0.395), (0.065, 0.305), (0.0175, 0.27), (0.014, 0.20), (0.015, 0.075),
    (0.035, 0.025), (0.12, 0.0125), (0.125, 0.006), (0.12, 0.0), (0.0, 0.0),
]  # fmt: skip
LANTERN = [
    (0.0, 0.50), (0.07, 0.50), (0.10, 0.475), (0.155, 0.36), (0.17, 0.25), (0.155, 0.14), (0.10, 0.025), (0.07, 0.0),
    (0.0, 0.0),
]  # fmt: skip
SHADE = [(0.10, 0.44), (0.125, 0.36), (0.155, 0.22), (0.175, 0.09), (0.18, 0.0)]


def turned(profile: list[tuple[float, float]], name: str, segments: int = 96) -> dw.MeshData:
    """A smooth profile, turned on a lathe."""
    return lathe(curve(profile, 16 * len(profile)), name, segments)


def tube(points: list[tuple[float, float]], radii: ArrayLike, name: str, sides: int = 32) -> dw.MeshData:
    """A tube along a curve in x and y, thick as said at its points."""
    flat = curve(points, 96)
    line = np.column_stack([flat, np.zeros(len(flat))])
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.broadcast_to((0.0, 0.0, 1.0), along.shape)
    up = np.cross(side, along)
    thick = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(points)), np.asarray(radii, np.float64))
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.cos(turn)[:, None] * up[:, None] - np.sin(turn)[:, None] * side[:, None]
    ring[:, -1] = ring[:, 0]
    return surface(line[:, None] + thick[:, None, None] * ring, name=name)


BONNET_TO_TAIL = [
    (-0.57, 0.095), (-0.54, 0.150), (-0.42, 0.178), (-0.20, 0.192), (0.05, 0.186), (0.25, 0.172), (0.42, 0.148),
    (0.53, 0.112), (0.57, 0.070),
]  # fmt: skip
AXLE = 0.34
"""How far the wheels are before and behind the middle."""
WHEEL = [
    (0.0, 0.030), (0.045, 0.034), (0.058, 0.040), (0.078, 0.036), (0.088, 0.022), (0.088, -0.022), (0.078, -0.036),
    (0.0, -0.036),
]  # fmt: skip


def body(slices: int = 180, sides: int = 96) -> dw.MeshData:
    """A toy car's body, a bit longer than a metre: superellipses (Barr 1981) along a low line."""
    line = curve(BONNET_TO_TAIL, 400)
    along = np.sin(np.linspace(-1, 1, slices) * np.pi / 2)  # close together at the ends
    x = 0.57 * along
    end = np.clip(1 - np.abs(along) ** 9, 0, 1)[:, None] ** 0.5
    top = np.interp(x, line[:, 0], line[:, 1])[:, None]
    arches = 0.016 * np.exp(-(((np.abs(x) - AXLE) / 0.10) ** 2))
    width = (0.225 + arches) * np.clip(1 - np.abs(along) ** 4, 0, 1) ** (1 / 2.6)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    c, s = np.cos(turn), np.sin(turn)
    across, up = np.sign(s) * np.abs(s) ** 0.55, np.sign(c) * np.abs(c) ** 0.7
    waist, sill = 0.105, 0.045
    height = waist + np.where(up > 0, (np.maximum(top, waist) - waist) * up, (waist - sill) * up) * end
    height += 1.2 * arches[:, None] * end * np.clip(up, 0, 1) * np.abs(across) ** 3
    points = np.stack([np.broadcast_to(x[:, None], height.shape), height, -width[:, None] * across], axis=-1)
    points[:, -1] = points[:, 0]
    return surface(points, name="body")


def canopy() -> dw.MeshData:
    """The glass over the seats: a drop."""
    down, turn = np.linspace(0, np.pi, 49)[:, None], np.linspace(0, 2 * np.pi, 97)
    x, y, z = np.sin(down) * np.sin(turn), np.cos(down) + 0 * turn, np.sin(down) * np.cos(turn)
    points = np.stack([0.02 + 0.27 * x - 0.05 * y, 0.165 + 0.115 * y, 0.155 * z * (1 - 0.22 * x)], axis=-1)
    points[:, -1] = points[:, 0]
    return surface(points, name="canopy")


def wheels() -> tuple[dw.MeshData, ...]:
    """Four of them, upright beside the body."""
    flat = lathe(curve(WHEEL, 96), "wheel", 64)
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float32)  # its +Y becomes +Z
    right = replace(flat, positions=flat.positions @ upright.T, normals=flat.normals @ upright.T)
    half = np.array([[-1, 0, 0], [0, 1, 0], [0, 0, -1]], np.float32)  # turned about Y
    left = replace(right, positions=right.positions @ half, normals=right.normals @ half)
    return tuple(
        replace(wheel, positions=wheel.positions + np.array((x, 0.088, z), np.float32))
        for x in (-AXLE, AXLE)
        for wheel, z in ((right, 0.205), (left, -0.205))
    )


def rainbow_knot() -> dw.MeshData:
    """A knot whose colours run along it, in its vertices."""
    made = knot(2, 3, 0.15, 0.043, 360, 24)
    assert made.uv0 is not None
    hue = 2 * np.pi * (made.uv0[:, 1:] + np.array([0.0, 1 / 3, 2 / 3]))
    colors = np.column_stack([(0.5 + 0.5 * np.cos(hue)) ** 1.6 * 0.95 + 0.02, np.ones(len(hue))])
    return replace(made, colors=colors.astype(np.float32))
