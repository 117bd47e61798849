"""What the HUD shows: the arc of the day, the sun, and a picture of each seed's flower; (h, w, 4) uint8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
U8 = NDArray[np.uint8]


def _coverage(distance: F64) -> F64:
    """Pixels inside of an edge, from their distance to it in pixels."""
    return np.asarray(np.clip(0.5 - distance, 0, 1))


def _over(picture: F64, color: tuple[float, float, float], alpha: F64) -> F64:
    """A colour laid over (h, w, 4)."""
    a = alpha[..., None]
    made = picture.copy()
    made[..., :3] = np.asarray(color) * a + picture[..., :3] * (1 - a)
    made[..., 3:] = a + picture[..., 3:] * (1 - a)
    return made


def _bytes(picture: F64) -> U8:
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def arc(width: int, height: int) -> U8:
    """The sun's way over the sky, from the colours of the morning to those of the evening."""
    y, x = np.mgrid[:height, :width] + 0.5
    x, y = x / 2, y / 2
    cx, cy, rx, ry = width / 4, 52.0, 100.0, 44.0
    t = np.hypot((x - cx) / rx, (y - cy) / ry)
    slope = np.hypot((x - cx) / rx**2, (y - cy) / ry**2) / np.maximum(t, 1e-6)
    away = np.abs(t - 1) / np.maximum(slope, 1e-6)
    line = _coverage((away - 1.3) * 2) * (y < cy)
    part = np.clip((x - (cx - rx)) / (2 * rx), 0, 1)[..., None]
    stops = np.array([(1.0, 0.55, 0.42), (1.0, 0.85, 0.5), (0.98, 0.95, 0.8), (1.0, 0.72, 0.36), (0.62, 0.36, 0.55)])
    color = np.stack([np.interp(part[..., 0], np.linspace(0, 1, 5), stops[:, c]) for c in range(3)], axis=-1)
    picture = np.concatenate([color, line[..., None] * 0.95], axis=-1)
    ground = _coverage((np.abs(y - cy - 0.5) - 0.7) * 2) * (np.abs(x - cx) < rx + 12)
    return _bytes(_over(picture, (0.85, 0.87, 0.75), ground * 0.55))


def dot(edge: int = 64) -> U8:
    """The sun, with a glow."""
    y, x = np.mgrid[:edge, :edge] + 0.5 - edge / 2
    away = np.hypot(x, y)
    glow = np.clip(1 - away / (edge / 2), 0, 1) ** 2 * 0.8
    picture = np.concatenate([np.broadcast_to((1.0, 0.78, 0.35), (edge, edge, 3)), glow[..., None]], axis=-1)
    return _bytes(_over(picture, (1.0, 0.93, 0.68), _coverage(away - edge * 0.22)))


def seed_picture(kind: str, edge: int = 112) -> U8:
    """A flower of that kind, seen from above."""
    y, x = (np.mgrid[:edge, :edge] + 0.5) / edge * 2 - 1
    picture = np.zeros((edge, edge, 4))
    pixel = edge / 2

    def petal(angle: float, length: float, breadth: float, start: float = 0.0) -> F64:
        along = x * np.sin(angle) - y * np.cos(angle) - start
        across = x * np.cos(angle) + y * np.sin(angle)
        v = np.clip(along / length, 0, 1)
        half = breadth * np.sin(np.pi * np.clip(v * 0.86 + 0.07, 0, 1)) ** 0.8
        outside = np.maximum(np.abs(across) - half, np.maximum(-along, along - length))
        return _coverage(outside * pixel)

    def ring(
        count: int,
        length: float,
        breadth: float,
        first: float,
        one: tuple[float, float, float],
        two: tuple[float, float, float],
    ) -> None:
        nonlocal picture
        for i in range(count):
            angle = first + 2 * np.pi * i / count
            picture = _over(picture, one if i % 2 else two, petal(angle, length, breadth))

    away = np.hypot(x, y)
    if kind == "poppy":
        ring(4, 0.92, 0.55, 0.0, (0.95, 0.30, 0.20), (0.86, 0.20, 0.14))
        ring(3, 0.70, 0.42, 0.5, (0.82, 0.17, 0.12), (0.90, 0.24, 0.16))
        picture = _over(picture, (0.13, 0.11, 0.09), _coverage((away - 0.19) * pixel))
    elif kind == "daisy":
        ring(10, 0.92, 0.20, 0.3, (0.88, 0.86, 0.78), (0.93, 0.91, 0.84))
        ring(10, 0.84, 0.18, 0.0, (0.98, 0.97, 0.92), (1.0, 0.99, 0.95))
        picture = _over(picture, (0.96, 0.72, 0.15), _coverage((away - 0.26) * pixel))
        picture = _over(picture, (1.0, 0.82, 0.32), _coverage((np.hypot(x + 0.05, y + 0.06) - 0.15) * pixel))
    else:
        ring(3, 0.94, 0.44, np.pi / 3, (0.33, 0.24, 0.78), (0.38, 0.28, 0.84))
        ring(3, 0.80, 0.33, 0.0, (0.66, 0.56, 0.96), (0.60, 0.50, 0.93))
        picture = _over(picture, (0.98, 0.80, 0.25), _coverage((away - 0.13) * pixel))
    return _bytes(picture)
