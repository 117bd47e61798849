"""A million cubes to fly through: a planet, its ring and the sea below.

WASD or the arrow keys and a dragged mouse fly, Q and E go down and up, Shift is faster, Space gives the camera back to
its tour. F, O, P and R turn the parts of culling off and on (frustum, occlusion, small ones, rings), H the shadows, M
lets the ring turn. The window's title tells what is drawn and what is not. An argument is the number of cubes.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

F64 = NDArray[np.float64]
Colour = tuple[float, float, float]

MILLION = 1_000_000
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
SEA, PLANET, RING = 440.0, 50.0, (68.0, 110.0)
"""Radii, metres."""
HEIGHT = 82.0
"""Of the planet's middle over the sea, metres."""
TILT = (math.radians(-16), math.radians(-16))
"""Of the ring, about Z and then about X."""
RING_SPEED = 2.0
"""Degrees a second."""
FLIGHT_SPEED = 30.0
"""Metres a second; Shift flies four times as fast."""

KEYS = {
    "f": "cull.frustum",
    "o": "cull.occlusion",
    "p": "cull.small",
    "r": "cull.rings",
    "h": "shadows.enabled",
}
"""What each key turns off and on."""
REASONS = ("outside", "small", "far", "occluded")

# ---- what is there --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Crowd:
    """Boxes of one kind: (n, 3) metres, (n, 4) quaternions, (n, 3) factors, and where in the colours they are (n,)."""

    name: str
    at: F64
    rotation: F64
    scale: F64
    tint: F64
    colours: tuple[dw.Material, ...]


def sea(count: int) -> Crowd:
    """Pillars in a sunflower's order, their tops in waves that spread from below the planet."""
    i = np.arange(count, dtype=np.float64) + 0.5
    away, turn = SEA * np.sqrt(i / count), i * GOLDEN_ANGLE
    x, z = away * np.cos(turn), away * np.sin(turn)
    waves = 5.5 * np.cos(away / 7.5) * np.exp(-away / 170)
    arms = 2.6 * np.sin(5 * np.arctan2(z, x) + away / 15) * (1 - np.exp(-away / 90))
    swell = 2.2 * np.sin(x / 31 + 1.7 * np.sin(z / 47)) + 1.3 * np.cos(z / 19 - x / 43)
    top = waves + arms + swell
    edge = 1.5 * SEA / math.sqrt(count)
    tint = (top + 7) / 15 + 0.10 * _dither(count)
    colours = gradient(
        ((0.004, 0.012, 0.06), (0.006, 0.06, 0.16), (0.01, 0.20, 0.28), (0.16, 0.50, 0.44), (0.85, 0.88, 0.72)),
        7, roughness=0.38,
    )  # fmt: skip
    return Crowd(
        "sea",
        np.stack([x, top - 4 * edge, z], axis=1),
        about_y(-turn),
        np.tile((edge, 8 * edge, edge), (count, 1)),
        tint,
        colours,
    )


def planet(count: int) -> Crowd:
    """Cubes on a Fibonacci sphere, raised to mountains, in bands of colour."""
    i = np.arange(count, dtype=np.float64) + 0.5
    y, turn = 1 - 2 * i / count, i * GOLDEN_ANGLE
    level = np.sqrt(1 - y * y)
    normal = np.stack([level * np.cos(turn), y, level * np.sin(turn)], axis=1)
    a, b, c = (normal * 3.1).T
    ridges = np.abs(np.sin(a * 1.9 + np.sin(c * 2.3)) + np.cos(b * 2.7 - np.sin(a * 1.3)) * np.sin(c * 1.7 + b))
    height = 1 + 0.026 * ridges
    edge = 1.75 * PLANET * 2 / math.sqrt(count)
    tint = 0.5 + 0.36 * np.sin(y * 9 + 1.1 * ridges + 0.8 * np.sin(a)) + 0.10 * (ridges - 0.8) + 0.09 * _dither(count)
    colours = gradient(
        ((0.10, 0.012, 0.035), (0.42, 0.04, 0.045), (0.86, 0.20, 0.05), (0.95, 0.52, 0.20), (0.98, 0.86, 0.66)),
        6, roughness=0.6,
    )  # fmt: skip
    up = np.stack([normal[:, 2], np.zeros(count), -normal[:, 0], 1 + y], axis=1)  # turns +Y to the normal
    return Crowd(
        "planet",
        normal * PLANET * height[:, None] + (0, HEIGHT, 0),
        up / np.linalg.norm(up, axis=1, keepdims=True),
        np.tile((edge, 2 * edge, edge), (count, 1)),
        tint,
        colours,
    )


def ring(count: int) -> Crowd:
    """Cubes in circles around the planet, with gaps between the bands."""
    i = np.arange(count, dtype=np.float64) + 0.5
    inner, outer = RING
    out = i / count
    for gap, width in ((0.34, 0.035), (0.62, 0.07), (0.88, 0.02)):  # pushed aside, to both edges of the gap
        out = np.where(np.abs(out - gap) < width, gap + np.sign(out - gap) * width * (1 + np.abs(out - gap)), out)
    away = np.sqrt(inner**2 + (outer**2 - inner**2) * out)
    turn = i * GOLDEN_ANGLE
    flat = np.stack([away * np.cos(turn), 0.5 * np.sin(i * 12.9898), away * np.sin(turn)], axis=1)
    edge = 1.15 * math.sqrt((outer**2 - inner**2) / count) * (0.75 + 0.5 * _fraction(count, 0.5698402909980532))
    tint = 0.5 + 0.5 * np.sin(out * 31) * np.cos(out * 12.7) + 0.18 * _dither(count)
    colours = gradient(((0.36, 0.16, 0.12), (0.93, 0.56, 0.28), (1.0, 0.83, 0.55)), 3, roughness=0.3, metallic=0.85)
    return Crowd(
        "ring",
        flat @ tilt().T + (0, HEIGHT, 0),
        about_y(-turn),
        np.repeat(edge[:, None], 3, axis=1),
        tint,
        colours,
    )


def scene(objects: int = MILLION) -> dw.Scene:
    """The planet, its ring and the sea, of so many cubes altogether."""
    made = dw.Scene("many cubes", seed=1)
    made.add("camera", dw.Camera(fov_y=50, near=0.2))
    made.add("sun", dw.Sun(lux=70_000, color=(1, 0.74, 0.5)), toward=(-1.0, -0.52, -0.62))
    dusk = dw.Environment(
        source="gradient",
        zenith=(0.02, 0.10, 0.42),
        horizon=(1.0, 0.56, 0.34),
        ground=(0.10, 0.12, 0.20),
        intensity=8_500,
    )
    made.add("sky", dusk)
    high, wide = max(1, round(objects * 0.24)), max(1, round(objects * 0.14))
    for crowd in (sea(max(1, objects - high - wide)), planet(high), ring(wide)):
        step = np.clip(crowd.tint * len(crowd.colours), 0, len(crowd.colours) - 1).astype(np.int64)
        for i, colour in enumerate(crowd.colours):
            rows = np.flatnonzero(step == i)
            made.add_many(
                crowd.name, dw.Mesh.box(), colour,
                at=crowd.at[rows], rotation=crowd.rotation[rows], scale=crowd.scale[rows], tags={crowd.name},
            )  # fmt: skip
    return made


def gradient(stops: Iterable[Colour], steps: int, roughness: float, metallic: float = 0.0) -> tuple[dw.Material, ...]:
    """Materials whose colours lead evenly through the stops."""
    known = np.array(list(stops))
    places = np.linspace(0, len(known) - 1, steps)
    colours = np.stack([np.interp(places, np.arange(len(known)), channel) for channel in known.T], axis=1)
    return tuple(
        dw.Material(base_color=(r, g, b), roughness=roughness, metallic=metallic) for r, g, b in colours.tolist()
    )


def about_y(angle: F64) -> F64:
    """(n,) radians → (n, 4) quaternions."""
    zero = np.zeros_like(angle)
    return np.stack([zero, np.sin(angle / 2), zero, np.cos(angle / 2)], axis=1)


def tilt() -> F64:
    """(3, 3): the ring's plane from the horizontal one."""
    (s, c), (t, d) = ((math.sin(a), math.cos(a)) for a in TILT)
    about_x, about_z = np.array([[1, 0, 0], [0, d, -t], [0, t, d]]), np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return np.asarray(about_x @ about_z, np.float64)


def _fraction(count: int, step: float = 0.7548776662466927) -> F64:
    """Evenly spread numbers 0..1, neighbours far apart."""
    return np.asarray(np.arange(count) * step % 1, np.float64)


def _dither(count: int) -> F64:
    return _fraction(count) - 0.5


# ---- how it is flown through ----------------------------------------------------------------------------------


class Flight:
    """Where the camera is: on a tour of its own until the player touches something, and again after Space."""

    def __init__(self) -> None:
        self.manual = False
        self.yaw = self.pitch = 0.0
        self.time = 0.0

    def fly(self, world: dw.World, input: dw.Input, dt: float) -> None:
        """Move the camera on."""
        if " " in input.pressed:
            self.manual = False
        elif not self.manual and (input.buttons or input.keys & MOVING):
            self._take_over(world)
        if self.manual:
            self._steer(world, input, dt)
        else:
            self.time += dt
            self._tour(world)

    def _tour(self, world: dw.World) -> None:
        """Around the planet, over the waves, now and then through the ring's plane."""
        turn = math.radians(62 + 3.2 * self.time)
        away = 215 - 50 * math.sin(self.time / 13)
        height = 17 + 30 * math.sin(self.time / 19) ** 2 + 4 * math.sin(self.time / 5)
        world.camera.position = (away * math.cos(turn), height, away * math.sin(turn))
        world.camera.look_at((0, 73 + 8 * math.sin(self.time / 11), 0))

    def _take_over(self, world: dw.World) -> None:
        x, y, z = forward(world)
        self.manual, self.yaw, self.pitch = True, math.degrees(math.atan2(-x, -z)), math.degrees(math.asin(y))

    def _steer(self, world: dw.World, input: dw.Input, dt: float) -> None:
        if input.buttons:
            per_pixel = world.lens.fov_y / input.size[1]
            self.yaw -= input.moved[0] * per_pixel
            self.pitch = max(-89.0, min(89.0, self.pitch - input.moved[1] * per_pixel))
        self.yaw += input.axis("ArrowRight", "ArrowLeft") * 60 * dt
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        ahead = np.array((-math.sin(yaw) * math.cos(pitch), math.sin(pitch), -math.cos(yaw) * math.cos(pitch)))
        right = np.array((math.cos(yaw), 0.0, -math.sin(yaw)))
        along = input.axis("s", "w") or input.axis("ArrowDown", "ArrowUp")
        step = along * ahead + input.axis("a", "d") * right + input.axis("q", "e") * np.array((0.0, 1.0, 0.0))
        place = world.camera.position + step * FLIGHT_SPEED * (4 if input.held("Shift") else 1) * dt
        world.camera.position = place
        world.camera.look_at(place + ahead)


MOVING = {*"wasdqe", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"}


def forward(world: dw.World) -> Colour:
    """Which way the camera looks: a unit vector."""
    x, y, z = -world.observer().world_from_camera[:, 2]
    return float(x), float(y), float(z)


class Turning:
    """The ring's own motion, which M turns on: every cube of it moves every frame."""

    def __init__(self, world: dw.World) -> None:
        self.on = False
        self.rows = world.rows_tagged("ring")
        self.centre = np.array((0, HEIGHT, 0))
        self.flat = (world.positions[self.rows] - self.centre) @ tilt()
        self.turned = 0.0

    def move(self, world: dw.World, dt: float) -> None:
        """Turn on, if it is on."""
        if not self.on:
            return
        self.turned += math.radians(RING_SPEED) * dt
        s, c = math.sin(self.turned), math.cos(self.turned)
        around = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        world.positions[self.rows] = self.flat @ (tilt() @ around).T + self.centre
        world.touch(self.rows)


# ---- the app --------------------------------------------------------------------------------------------------


def told(counters: dict[str, float]) -> str:
    """The counters in one line."""
    if not counters:
        return ""
    reasons = ", ".join(f"{counters[name]:,.0f} {name}" for name in REASONS)
    return f"{counters['instances']:,.0f} drawn; culled: {reasons}; CPU {counters['encode_us']:,.0f} µs"


def play(objects: int = MILLION) -> dw.App:
    """The app, with so many cubes."""
    settings = {
        "shadows.distance": 520, "shadows.cascades": 2, "exposure.mode": "manual", "exposure.ev100": 13.3,
        "tonemap.operator": "neutral", "cull.active": 150, "cull.decohering": 640,
    }  # fmt: skip
    title = f"{objects:,} cubes"
    app = dw.App(scene(objects), title=title, settings=settings)
    flight, turning = Flight(), Turning(app.world)
    since = 0.0

    @app.update
    def live(world: dw.World, dt: float) -> None:
        nonlocal since
        flight.fly(world, app.input, dt)
        turning.move(world, dt)
        since += dt
        if since > 0.5:
            since = 0.0
            app.title = f"{title}, {told(app.counters())}".rstrip(", ")

    @app.on_key
    def toggle(key: str) -> None:
        if key == "m":
            turning.on = not turning.on
        if key in KEYS:
            group, name = KEYS[key].split(".")
            app.world.configure({KEYS[key]: not getattr(getattr(app.world.settings, group), name)})

    return app


if __name__ == "__main__":
    app = play(int(sys.argv[1]) if sys.argv[1:] else MILLION)
    app.run()
    print(told(app.counters()))
