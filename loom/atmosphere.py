"""The air in numbers: what the sky sends, and what the air leaves of the sun. The twin of `atmosphere.wgsl`.

Hillaire 2020, "A Scalable and Production Ready Sky and Atmosphere Rendering Technique" (EGSR): single scattering along
the view ray, all higher orders as one isotropic term. The parameters of the air follow Bruneton 2017, "A
Qualitative and Quantitative Evaluation of 8 Clear Sky Models". Kilometres; everything is for a
white sun of 1 lux outside of the air, so that radiance is in 1/sr.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import fields_of
from ..engine.math import F64
from ..engine.scene.components import Environment
from ..shaders.structs import NONE, LightKind

BOTTOM = 6360.0
"""Radius of the ground, km."""
TOP = 6460.0
"""Radius where the air ends, km."""
RAYLEIGH = (5.802e-3, 13.558e-3, 33.1e-3)
"""Scattering by the air's molecules at sea level, 1/km, at 680, 550 and 440 nm."""
RAYLEIGH_HEIGHT = 8.0
HAZE_SCATTERING = 0.036
HAZE_EXTINCTION = 0.040
"""By haze at sea level, 1/km: one sees 70 km far. Bruneton's own, a ninth of it, is the air of a high mountain."""
HAZE_HEIGHT = 1.2
HAZE_ANISOTROPY = 0.8
OZONE = (2.0e-3, 1.66e-3, 0.12e-3)
"""Absorption by ozone in the middle of its layer, 1/km: 300 Dobson units, cross sections of Serdyuchenko et al. 2014.

At 620, 540 and 450 nm, the middles of what red, green and blue see of this band: at 680 nm, where ozone takes less than
at either side of 600, twilights would be purple.
"""
OZONE_MIDDLE = 25.0
OZONE_REACH = 15.0
SUN_RADIUS = math.radians(0.53 / 2)
"""The half angle over which the horizon takes the sun away."""
LOWEST = 0.01
"""Km: nobody's eye is taken to be lower, nor below the sea."""
HIGHEST = 99.0

TRANSMITTANCE_SIZE = (64, 256)
MULTISCATTERING_SIZE = (16, 32)
SKY_VIEW_SIZE = (128, 96)
"""Rows and columns of the tables that the GPU makes."""
TRANSMITTANCE_STEPS = 40
MULTISCATTERING_RAYS = 64
MULTISCATTERING_STEPS = 20
SKY_VIEW_STEPS = 32


@dataclass(frozen=True)
class Air:
    """What the air is made of, and what lies below it: factors 1 are a clear day. ground: albedo, 0..1."""

    air: float = 1.0
    haze: float = 1.0
    ozone: float = 1.0
    ground: tuple[float, float, float] = next(f.default for f in fields_of(Environment) if f.name == "ground")

    @staticmethod
    def of(environment: Environment) -> Air:
        """The air of a component; a ground brighter than white is white."""
        r, g, b = (min(value, 1.0) for value in environment.ground)
        return Air(environment.air, environment.haze, environment.ozone, (r, g, b))

    def scattering(self, altitude: F64) -> tuple[F64, F64]:
        """(...) km → (..., 3) by molecules and (..., 1) by haze, 1/km."""
        h = altitude[..., None]
        return (
            self.air * np.exp(-h / RAYLEIGH_HEIGHT) * np.array(RAYLEIGH),
            self.haze * HAZE_SCATTERING * np.exp(-h / HAZE_HEIGHT),
        )

    def extinction(self, altitude: F64) -> F64:
        """(...) km → (..., 3), 1/km."""
        rayleigh, haze = self.scattering(altitude)
        layer = np.maximum(0, 1 - np.abs(altitude - OZONE_MIDDLE) / OZONE_REACH)[..., None]
        return np.asarray(rayleigh + haze * (HAZE_EXTINCTION / HAZE_SCATTERING) + self.ozone * layer * np.array(OZONE))


def scalar(value: float) -> F64:
    """One number, for the functions of arrays."""
    return np.array(value, np.float64)


# ---- geometry: altitudes in km, cosines against the zenith -----------------------------------------------------


def above_ground(altitude: F64) -> F64:
    """r² - BOTTOM², without cancellation."""
    return altitude * (2 * BOTTOM + altitude)


def horizon(altitude: F64) -> F64:
    """The cosine of the direction that touches the ground."""
    return -np.sqrt(above_ground(altitude)) / (BOTTOM + altitude)


def to_top(altitude: F64, mu: F64) -> F64:
    """Km to the end of the air."""
    along = (BOTTOM + altitude) * mu
    room = above_ground(scalar(TOP - BOTTOM)) - above_ground(altitude)
    root = np.sqrt(np.maximum(along * along + room, 0))
    return np.where(along > 0, room / np.maximum(root + along, 1e-9), root - along)


def to_ground(altitude: F64, mu: F64) -> F64:
    """Km to the ground, infinite where the ray misses it."""
    along = -(BOTTOM + altitude) * mu
    rest = along * along - above_ground(altitude)
    hits = (along > 0) & (rest >= 0)
    return np.where(hits, above_ground(altitude) / np.maximum(along + np.sqrt(np.maximum(rest, 0)), 1e-9), np.inf)


def altitude_along(altitude: F64, mu: F64, distance: F64) -> F64:
    """The altitude after some km along a ray."""
    square = above_ground(altitude) + distance * (2 * (BOTTOM + altitude) * mu + distance)
    return np.maximum(square / (np.sqrt(np.maximum(BOTTOM * BOTTOM + square, 0)) + BOTTOM), 0)


# ---- transmittance --------------------------------------------------------------------------------------------


def transmittance(air: Air, altitude: F64, mu: F64, steps: int = TRANSMITTANCE_STEPS) -> F64:
    """(...) → (..., 3) part of the light that comes through from the end of the air; the ground is not in the way."""
    distance = to_top(altitude, mu)[..., None]
    edges = (np.arange(steps + 1) / steps) ** 2
    t = (edges[1:] + edges[:-1]) / 2 * distance
    depths = air.extinction(altitude_along(altitude[..., None], mu[..., None], t))
    return np.asarray(np.exp(-np.einsum("...sc,s->...c", depths, np.diff(edges)) * distance))


def sun_above(altitude: F64, mu: F64) -> F64:
    """How much of the sun's disc is above the horizon, 0..1."""
    t = np.clip((mu - horizon(altitude)) / (2 * math.sin(SUN_RADIUS)) + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


_EDGES = (np.arange(25) / 24) ** 2
_MIDDLES, _WIDTHS = (_EDGES[1:] + _EDGES[:-1]) / 2, np.diff(_EDGES)


def sunlight(air: Air, altitude: float, sine: float) -> F64:
    """(3,) part of the sun's light that arrives at an altitude in km, for a sine of its height, in microseconds."""
    h = min(max(altitude, LOWEST), HIGHEST)
    c, r = h * (2 * BOTTOM + h), BOTTOM + h
    level = -math.sqrt(c) / r
    above = min(max((sine - level) / (2 * math.sin(SUN_RADIUS)) + 0.5, 0.0), 1.0)
    if above == 0:
        return np.zeros(3)
    along = r * max(sine, level)
    reach = math.sqrt(along * along + (TOP - BOTTOM) * (TOP + BOTTOM) - c) - along
    t = _MIDDLES * reach
    square = c + t * (2 * along + t)
    here = square / (np.sqrt(BOTTOM * BOTTOM + square) + BOTTOM)
    rayleigh = air.air * float(np.exp(here * (-1 / RAYLEIGH_HEIGHT)) @ _WIDTHS)
    haze = air.haze * HAZE_EXTINCTION * float(np.exp(here * (-1 / HAZE_HEIGHT)) @ _WIDTHS)
    ozone = air.ozone * float(np.maximum(0, 1 - np.abs(here - OZONE_MIDDLE) / OZONE_REACH) @ _WIDTHS)
    part = above * above * (3 - 2 * above)
    depths = (reach * (rayleigh * s + haze + ozone * o) for s, o in zip(RAYLEIGH, OZONE, strict=True))
    return np.array([part * math.exp(-depth) for depth in depths])


@dataclass(frozen=True, eq=False)
class Tables:
    """Look-up tables as the GPU's. transmittance: (a, b, 3), see `at`. multiscattering: (a, b, 3)."""

    air: Air
    transmittance: F64
    multiscattering: F64


def transmittance_places(size: tuple[int, int] = TRANSMITTANCE_SIZE) -> tuple[F64, F64]:
    """Altitudes (a, 1) and cosines (a, b) of the table's texels: Bruneton & Neyret 2008, section 4.

    Rows by the distance to the horizon, columns by the distance to the end of the air.
    """
    rows, columns = size
    end = math.sqrt(above_ground(scalar(TOP - BOTTOM)))
    rho = (np.arange(rows) / (rows - 1) * end)[:, None]
    altitude = rho * rho / (np.sqrt(rho * rho + BOTTOM * BOTTOM) + BOTTOM)
    nearest = TOP - BOTTOM - altitude
    d = nearest + np.arange(columns) / (columns - 1) * (rho + end - nearest)
    mu = (end * end - rho * rho - d * d) / (2 * (BOTTOM + altitude) * np.maximum(d, 1e-9))
    return altitude, np.where(d < 1e-6, 1.0, np.clip(mu, -1, 1))


def transmittance_table(air: Air, size: tuple[int, int] = TRANSMITTANCE_SIZE) -> F64:
    """(a, b, 3)."""
    altitude, mu = transmittance_places(size)
    return transmittance(air, np.broadcast_to(altitude, mu.shape), mu)


def look_up(table: F64, row: F64, column: F64) -> F64:
    """(a, b, 3) table at (...) 0..1 between the middles of its outer texels, bilinear."""
    a, b, _ = table.shape
    y, x = np.clip(row, 0, 1) * (a - 1), np.clip(column, 0, 1) * (b - 1)
    y0, x0 = np.minimum(y.astype(np.intp), a - 2), np.minimum(x.astype(np.intp), b - 2)
    v, u = (y - y0)[..., None], (x - x0)[..., None]
    flat, at = table.reshape(-1, 3), y0 * b + x0
    above, below = flat[at] * (1 - u) + flat[at + 1] * u, flat[at + b] * (1 - u) + flat[at + b + 1] * u
    return np.asarray(above * (1 - v) + below * v)


def transmittance_at(table: F64, altitude: F64, mu: F64) -> F64:
    """(...) → (..., 3) from a transmittance table."""
    end2 = above_ground(scalar(TOP - BOTTOM))
    rho, nearest = np.sqrt(above_ground(altitude)), TOP - BOTTOM - altitude
    column = (to_top(altitude, mu) - nearest) / np.maximum(rho + math.sqrt(end2) - nearest, 1e-9)
    return look_up(table, rho / math.sqrt(end2), column)


# ---- scattering -----------------------------------------------------------------------------------------------


def phases(cosine: F64) -> tuple[F64, F64]:
    """Rayleigh's phase function, and Cornette and Shanks's 1992 for haze, in 1/sr."""
    g2 = HAZE_ANISOTROPY**2
    square = 1 + cosine * cosine
    haze = 3 / (8 * math.pi) * (1 - g2) / (2 + g2) * square / (1 + g2 - 2 * HAZE_ANISOTROPY * cosine) ** 1.5
    return 3 / (16 * math.pi) * square, haze


def multiscattering_places(size: tuple[int, int] = MULTISCATTERING_SIZE) -> tuple[F64, F64]:
    """Altitudes (a, 1) and sines of the sun's height (1, b) of the table's texels.

    The altitude grows with the square; the sun is taken finest near the horizon.
    """
    rows, columns = size
    s = np.arange(columns) / (columns - 1) * 2 - 1
    altitude = (np.arange(rows) / (rows - 1)) ** 2 * (TOP - BOTTOM)
    return altitude[:, None], (np.sign(s) * s * s)[None]


def multiscattering_at(table: F64, altitude: F64, mu: F64) -> F64:
    """(...) → (..., 3) from a multiple-scattering table."""
    row = np.sqrt(np.maximum(altitude, 0) / (TOP - BOTTOM))
    return look_up(np.sqrt(table), row, np.sign(mu) * np.sqrt(np.abs(mu)) * 0.5 + 0.5) ** 2


def sphere(count: int) -> F64:
    """(n, 3) even directions, +Y up: a Fibonacci lattice (Swinbank & Purser 2006)."""
    i = np.arange(count) + 0.5
    y, turn = 1 - 2 * i / count, i * (math.pi * (3 - math.sqrt(5)))
    flat = np.sqrt(1 - y * y)
    return np.stack([flat * np.cos(turn), y, flat * np.sin(turn)], axis=-1)


def multiscattering_table(
    air: Air,
    table: F64,
    size: tuple[int, int] = MULTISCATTERING_SIZE,
    rays: int = MULTISCATTERING_RAYS,
    steps: int = MULTISCATTERING_STEPS,
) -> F64:
    """(a, b, 3) radiance of all orders of scattering from the second on, per scattering coefficient.

    Section 5.5 of the paper: light is isotropic from the second bounce on, and what comes near is as what is here, so
    that the orders are a geometric series. table: the transmittance.
    """
    altitude, sun = multiscattering_places(size)
    h = np.maximum(altitude, LOWEST)[..., None]  # (a, 1, 1): place, sun, ray
    directions = sphere(rays)
    mu = directions[:, 1]
    reach = np.minimum(to_ground(h, mu), to_top(h, mu))
    second, transfer = np.zeros((*size, 3)), np.zeros((*size, 3))
    # (b, n) cosine between the sun and the rays
    nu = directions[:, :2] @ np.stack([np.sqrt(1 - sun[0] ** 2), sun[0]])
    through = np.ones((size[0], 1, rays, 3))
    for i in range(steps):
        first, last = reach * (i / steps) ** 2, reach * ((i + 1) / steps) ** 2
        t, dt = (first + last) / 2, last - first
        here = altitude_along(h, mu, t)
        there = ((BOTTOM + h) * sun[..., None] + t * nu.T) / (BOTTOM + here)
        rayleigh, haze = air.scattering(here)
        scattering, extinction = rayleigh + haze, air.extinction(here)
        light = transmittance_at(table, np.broadcast_to(here, there.shape), there)
        light *= sun_above(here, there)[..., None]
        kept = np.exp(-extinction * dt[..., None])
        part = through * scattering * (1 - kept) / np.maximum(extinction, 1e-9)
        second += (light * part).sum(axis=2) / (4 * math.pi)
        transfer += part.sum(axis=2)
        through = through * kept
    hits = np.isfinite(to_ground(h, mu))
    there = ((BOTTOM + h) * sun[..., None] + reach * nu.T) / BOTTOM
    ground = np.zeros_like(there)
    lit = transmittance_at(table, ground, there) * (sun_above(ground, there) * np.maximum(there, 0) * hits)[..., None]
    second += (lit * through).sum(axis=2) * (np.array(air.ground) / math.pi)
    return np.asarray(second / rays / (1 - np.minimum(transfer / rays, 0.999)))


def tables(
    air: Air,
    transmittance_size: tuple[int, int] = TRANSMITTANCE_SIZE,
    multiscattering_size: tuple[int, int] = MULTISCATTERING_SIZE,
    rays: int = MULTISCATTERING_RAYS,
    steps: int = MULTISCATTERING_STEPS,
) -> Tables:
    """Both tables."""
    first = transmittance_table(air, transmittance_size)
    return Tables(air, first, multiscattering_table(air, first, multiscattering_size, rays, steps))


def radiance(
    of: Tables, altitude: float, sun: float, directions: F64, steps: int = SKY_VIEW_STEPS,
    sky_on_ground: F64 | float = 0.0, reach: float = math.inf,
) -> F64:  # fmt: skip
    """What is seen along (..., 3) unit directions, the sun over +X at a height of which `sun` is the sine: (..., 3).

    sky_on_ground: irradiance of the ground by the sky.  reach: km where the ray ends at nothing.
    """
    air = of.air
    h = scalar(min(max(altitude, LOWEST), HIGHEST))
    mu = directions[..., 1]
    nu = mu * sun + directions[..., 0] * math.sqrt(max(1 - sun * sun, 0))
    by_air, by_haze = (phase[..., None] for phase in phases(nu))
    ground = to_ground(h, mu)
    end = np.minimum(np.minimum(ground, to_top(h, mu)), reach)
    out = np.zeros((*mu.shape, 3))
    through = np.ones_like(out)
    for i in range(steps):
        first, last = end * (i / steps) ** 2, end * ((i + 1) / steps) ** 2
        t, dt = (first + last) / 2, (last - first)[..., None]
        here = altitude_along(h, mu, t)
        there = ((BOTTOM + h) * sun + t * nu) / (BOTTOM + here)
        rayleigh, haze = air.scattering(here)
        extinction = air.extinction(here)
        light = transmittance_at(of.transmittance, here, there) * sun_above(here, there)[..., None]
        source = light * (rayleigh * by_air + haze * by_haze)
        source += multiscattering_at(of.multiscattering, here, there) * (rayleigh + haze)
        kept = np.exp(-extinction * dt)
        out += through * source * (1 - kept) / np.maximum(extinction, 1e-9)
        through = through * kept
    hits = np.isfinite(ground) & (ground <= reach)
    there = ((BOTTOM + h) * sun + np.where(hits, ground, 0) * nu) / BOTTOM
    sea = np.zeros_like(there)
    lit = transmittance_at(of.transmittance, sea, there) * (sun_above(sea, there) * np.maximum(there, 0))[..., None]
    return out + through * hits[..., None] * (lit + sky_on_ground) * (np.array(air.ground) / math.pi)


# ---- the sun of a scene ----------------------------------------------------------------------------------------


def sun_of_sky(environment: Environment, lights: NDArray[np.void]) -> int | None:
    """Which of (l,) structs.LIGHT makes the sky: the strongest sun; None for other surroundings and without a sun."""
    if environment.source != "sky":
        return None
    suns = np.flatnonzero((lights["kind"] == LightKind.SUN) & (lights["object"] != NONE))
    if not len(suns):
        return None
    return int(suns[np.argmax(lights["color"][suns].astype(np.float64) @ (0.2126, 0.7152, 0.0722))])


# ---- what the sky sends to the ground, by the sun's height ------------------------------------------------------

HEIGHTS = np.concatenate([np.arange(-18, -6, 1.5), np.arange(-6, 6, 0.75), np.arange(6, 20, 2), np.arange(20, 91, 7)])
"""Degrees of the sun's height that a `Daylight` is known for."""


AIR_NODES = (0.0, 0.4, 1.0, 2.0, 5.0, 20.0)
HAZE_NODES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 50.0)
"""Factors that the shipped table knows; ozone 0 and 1, ground 0 and 1."""
_FILE = Path(__file__).with_name("daylight.npy")


@dataclass(frozen=True, eq=False)
class Daylight:
    """The sky's light at sea level by the sun's height: logarithms at HEIGHTS, (k, 6).

    Three columns of irradiance on level ground, three of the multiple scattering per scattering coefficient.
    """

    logarithms: F64

    @staticmethod
    @lru_cache(maxsize=64)
    def of(air: Air) -> Daylight:
        """From the shipped table, between its nodes: within a few per cent of `measure`."""
        values = _between(_between(_shipped(), HAZE_NODES, air.haze), AIR_NODES, air.air)  # ozone, ground, k, 6
        clear, layer = values
        values = clear * (layer / clear) ** air.ozone
        black, white = values  # the ground counts in the second order only, so linearly
        return Daylight(np.log(black + np.tile(air.ground, 2) * (white - black)))

    def at(self, sine: float) -> tuple[F64, F64]:
        """Irradiance (3,) and multiple scattering (3,) for a sine of the sun's height, at a white sun of 1 lux."""
        degrees = math.degrees(math.asin(min(max(sine, -1.0), 1.0)))
        i = min(max(int(np.searchsorted(HEIGHTS, degrees)), 1), len(HEIGHTS) - 1)
        t = min(max((degrees - HEIGHTS[i - 1]) / (HEIGHTS[i] - HEIGHTS[i - 1]), 0.0), 1.0)
        values = np.exp(self.logarithms[i - 1] * (1 - t) + self.logarithms[i] * t)
        return values[:3], values[3:]


@lru_cache(maxsize=1)
def _shipped() -> F64:
    """(haze, air, ozone, ground, k, 6)."""
    return np.asarray(np.exp(np.load(_FILE).astype(np.float64)))


def _between(table: F64, nodes: tuple[float, ...], value: float) -> F64:
    """The first axis taken at a value between its nodes."""
    i = min(max(int(np.searchsorted(nodes, value)), 1), len(nodes) - 1)
    t = min(max((value - nodes[i - 1]) / (nodes[i] - nodes[i - 1]), 0.0), 1.0)
    return np.asarray(table[i - 1] * (1 - t) + table[i] * t)


def measure(air: Air, rays: int = 64, steps: int = 24) -> Daylight:
    """The daylight of an air from the ground up: half a second."""
    of = tables(air, (40, 160), (20, 48), rays, 24)
    sines = np.sin(np.radians(HEIGHTS))
    # Cosine-weighted: Gauss's points in the square of the height's sine, eight even turns of half a circle.
    points, weights = np.polynomial.legendre.leggauss(8)
    y = np.sqrt((points + 1) / 2)[:, None]
    turn = (np.arange(8) + 0.5) / 8 * math.pi
    flat = np.sqrt(1 - y * y)
    directions = np.stack([flat * np.cos(turn), np.broadcast_to(y, (8, 8)), flat * np.sin(turn)], axis=-1)
    out = np.empty((len(HEIGHTS), 6))
    for i, sine in enumerate(sines.tolist()):
        seen = radiance(of, 0.0, sine, directions, steps)
        out[i, :3] = np.einsum("rtc,r->c", seen, weights) / 16 * math.pi
        out[i, 3:] = multiscattering_at(of.multiscattering, scalar(0), scalar(sine))
    return Daylight(np.log(np.maximum(out, 1e-12)))


def _make() -> None:
    """Write the shipped table anew: minutes."""
    made = np.empty((len(HAZE_NODES), len(AIR_NODES), 2, 2, len(HEIGHTS), 6), np.float32)
    for i, haze in enumerate(HAZE_NODES):
        for j, air in enumerate(AIR_NODES):
            for k, ozone in enumerate((0.0, 1.0)):
                for m, ground in enumerate((0.0, 1.0)):
                    made[i, j, k, m] = measure(Air(air, haze, ozone, (ground, ground, ground))).logarithms
    np.save(_FILE, made)


if __name__ == "__main__":
    _make()
