"""Ten thousand starlings in one system: what a bird knows of the others it reads off a grid. Metres, seconds.

Each bird's number and velocity are added to the cell that it is in (`np.bincount`), the grid is blurred, and every bird
reads back the density, its gradient, the mean velocity and the alarm around it. That takes the place of looking for
neighbours: boids (Reynolds 1987) as a fluid with a pressure. The grid lies elsewhere in every tick, so that its cells
do not show. Alarm goes from bird to bird and makes them roll, which runs through the flock as a dark wave, as it does
in real ones (Procaccini et al. 2011).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

F32 = NDArray[np.float32]

LOW, HIGH = np.array([-150, -6, -66], np.float32), np.array([150, 108, 66], np.float32)
"""Of the air in which birds see each other, metres."""
MANY = 10_000
CELL = 6.0
"""Metres, for ten thousand; of fewer birds each sees farther."""
CROWDED = 9.0
"""Birds in a cell, smoothed: what is denser presses outwards. The volume of the flock is the same for any number."""
CRUISE, SLOWEST, FASTEST = 17.0, 9.0, 38.0
"""Metres a second."""
STRONGEST = 55.0
"""Metres a second squared, of all that a bird wants at once."""
SPAN = 1.35
"""Metres from wing tip to wing tip."""
FEAR = 21.0
"""Metres from which a hawk is fled."""


@dw.component
class Starling:
    """One of the flock."""

    velocity: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m/s")
    light: dw.Vec3 = dw.field(default=(0.0, 30.0, 0.0), unit="m", doc="where it believes the light to be")
    eager: float = dw.field(default=1.0, unit="1/s", above=0, doc="how quickly it notices that the light moves")
    alarm: float = dw.field(default=0.0, minimum=0, maximum=1, doc="0 calm, 1 in fear")
    beat: float = dw.field(default=0.0, unit="rad", doc="of its wings")
    gate: int = dw.field(default=0, minimum=0, doc="the number of the last gate that it flew through")


@dw.component
class Will:
    """What the flock as a whole is about; on the light that it follows."""

    time: float = dw.field(default=0.0, unit="s", doc="of the air's motion")
    gather: float = dw.field(default=0.0, minimum=0, maximum=1, doc="1: close together")


FLOCK = dw.Query(dw.Position, dw.Rotation, dw.Scale, Starling)


@dw.system(FLOCK, stage="fixed")
def fly(batch: dw.Batch, dt: float, world: dw.World) -> None:
    """One tick of all birds."""
    if not len(batch):
        return
    starling = batch[Starling]
    will = world["light"][Will]
    will.time += dt
    place = columns(batch[dw.Position])
    velocity = columns(starling.velocity)
    alarm = starling.alarm.astype(np.float32)

    light = starling.light
    light += (np.asarray(world["light"].position) - light) * (1 - np.exp(-dt * starling.eager))[:, None]

    when = (will.time - 2.2 / starling.eager).astype(np.float32)  # late ones tumble later: the sheet is twisted
    density, slope, around, fear = felt(place, velocity, alarm, world.random)
    wish = wanted(columns(light) - place, when, will.gather)
    push = (wish - velocity) * np.float32(1.7)
    push += (around - velocity) * (np.float32(1.9) * np.minimum(density, 1))
    push -= slope * (np.float32(8) * (1 - np.float32(0.45 * will.gather)))
    push += wind(place, will.time) * np.float32(9.5 * (1 - 0.5 * will.gather))
    push[1] += np.maximum(9 - place[1], 0) * np.float32(9) - np.maximum(place[1] - 62, 0) * np.float32(5)  # water, sky

    alarm = np.maximum(alarm * np.float32(1 - 1.1 * dt), np.float32(0.93) * fear * (fear > 0.25))
    for hawk in world.tagged("hawk"):
        away = place - np.asarray(hawk.position, np.float32)[:, None]
        distance = np.sqrt(np.einsum("ij,ij->j", away, away)) + np.float32(1e-3)
        near = np.clip(1 - distance / FEAR, 0, 1)
        push += away * (90 * near / distance)
        alarm = np.maximum(alarm, np.minimum(near * 2.2, 1))
    push *= np.minimum(1, STRONGEST / (np.sqrt(np.einsum("ij,ij->j", push, push)) + np.float32(1e-3)))

    velocity += push * np.float32(dt)
    speed = np.sqrt(np.einsum("ij,ij->j", velocity, velocity)) + np.float32(1e-3)
    velocity *= np.clip(speed, SLOWEST, FASTEST) / speed
    place += velocity * np.float32(dt)
    np.maximum(place[1], 0.6, out=place[1])

    starling.velocity[:] = velocity.T
    starling.alarm[:] = np.clip(alarm, 0, 1)
    starling.beat[:] = (starling.beat + dt * (17 + 11 * alarm)) % (2 * np.pi)
    batch[dw.Position] = place.T
    batch[dw.Rotation] = banked(velocity, push, alarm).T
    batch[dw.Scale][:, 1] = SPAN * (0.56 + 0.44 * np.sin(starling.beat.astype(np.float32)))


def columns(rows: NDArray[np.floating]) -> F32:
    """(k, 3) as (3, k) float32, each axis in one piece."""
    return np.ascontiguousarray(rows.T, dtype=np.float32)


def felt(place: F32, velocity: F32, alarm: F32, random: np.random.Generator) -> tuple[F32, F32, F32, F32]:
    """What birds feel of those around: density (k,), 1 is crowded; its slope and their velocity (3, k); alarm (k,)."""
    count = place.shape[1]
    edge = CELL * float(np.clip((MANY / count) ** (1 / 3), 0.4, 2.0))
    shape = [int(n) for n in np.ceil((HIGH - LOW) / edge) + 3]
    shift = random.random(3, dtype=np.float32) + np.float32(0.5)
    cell = ((place - LOW[:, None]) / np.float32(edge) + shift[:, None]).astype(np.int32)
    for axis in range(3):
        np.clip(cell[axis], 1, shape[axis] - 2, out=cell[axis])
    index = (cell[0] * shape[1] + cell[1]) * shape[2] + cell[2]
    cells = shape[0] * shape[1] * shape[2]
    fields = np.empty((5, cells), np.float32)
    fields[0] = np.bincount(index, minlength=cells)
    for i in range(3):
        fields[1 + i] = np.bincount(index, velocity[i], cells)
    fields[4] = np.bincount(index, alarm, cells)
    smooth = blurred(fields.reshape(5, *shape))
    crowd = smooth[0] * np.float32(MANY * CELL**3 / (CROWDED * count * edge**3))
    flat, grid = smooth.reshape(5, -1)[:, index], crowd.ravel()
    few = 1 / (flat[0] + np.float32(1e-6))
    slope = np.empty_like(place)
    for axis, stride in enumerate((shape[1] * shape[2], shape[2], 1)):
        slope[axis] = (grid[index + stride] - grid[index - stride]) * np.float32(CELL / edge)
    return grid[index], slope, flat[1:4] * few, flat[4] * few


def blurred(fields: F32) -> F32:
    """(f, x, y, z) averaged over neighbours along each axis: 1, 2, 1."""
    for axis in (1, 2, 3):
        out = fields * np.float32(0.5)
        here, there = (
            tuple(slice(*s) if i == axis else slice(None) for i in range(4)) for s in ((1, None), (None, -1))
        )
        quarter = fields * np.float32(0.25)
        out[here] += quarter[there]
        out[there] += quarter[here]
        fields = out
    return fields


def wanted(to_light: F32, time: F32, gather: float) -> F32:
    """(3, k) velocities: to the light, and around it in a sheet that tumbles as time (k,) goes."""
    axis = np.stack([0.85 * np.sin(0.9 * time), 0.55 + 0.3 * np.sin(0.37 * time), 0.85 * np.cos(0.71 * time + 1)])
    axis /= np.sqrt(np.einsum("ij,ij->j", axis, axis))
    distance = np.sqrt(np.einsum("ij,ij->j", to_light, to_light)) + np.float32(1e-3)
    inwards = np.tanh((distance - np.float32(15 - 9 * gather)) / np.float32(8))
    around = np.stack([
        axis[1] * to_light[2] - axis[2] * to_light[1],
        axis[2] * to_light[0] - axis[0] * to_light[2],
        axis[0] * to_light[1] - axis[1] * to_light[0],
    ])  # fmt: skip
    wish = (to_light * inwards + around * np.float32(0.85 - 0.3 * gather)) / distance
    off = np.einsum("ij,ij->j", axis, to_light)  # the sheet
    wish += axis * np.clip(off * np.float32(0.24), -1.6, 1.6)
    speed = np.clip(distance * np.float32(0.75), CRUISE, FASTEST)
    return np.asarray(wish * speed, np.float32)


def wind(place: F32, time: float) -> F32:
    """(3, k): a slow field of eddies that draws the flock out and folds it; no sources in it."""
    t = np.float32(time)
    x, y, z = place * np.float32(0.06)
    return np.stack([
        np.sin(y * 1.3 + 0.7 * t) + np.float32(0.6) * np.cos(2.1 * z - 0.9 * t),
        np.float32(0.8) * np.sin(z * 1.2 - 0.5 * t) + np.float32(0.6) * np.cos(1.7 * x + 0.8 * t),
        np.sin(x * 1.1 + 0.6 * t) + np.float32(0.5) * np.cos(2.3 * y + 0.4 * t),
    ])  # fmt: skip


def banked(velocity: F32, push: F32, alarm: F32) -> F32:
    """(4, k) quaternions: -Z along the flight, leaning into the turn; those in alarm show their backs."""
    ahead = velocity / np.sqrt(np.einsum("ij,ij->j", velocity, velocity))
    up = push * np.float32(0.75)
    up[1] += np.float32(9.8)
    up[2] += alarm * np.float32(32.0)
    right = np.stack([
        ahead[1] * up[2] - ahead[2] * up[1],
        ahead[2] * up[0] - ahead[0] * up[2],
        ahead[0] * up[1] - ahead[1] * up[0],
    ])  # fmt: skip
    right /= np.sqrt(np.einsum("ij,ij->j", right, right)) + np.float32(1e-6)
    up[0] = right[1] * ahead[2] - right[2] * ahead[1]
    up[1] = right[2] * ahead[0] - right[0] * ahead[2]
    up[2] = right[0] * ahead[1] - right[1] * ahead[0]
    # the matrix (right, up, -ahead) as a quaternion
    a, b, c = right[0], up[1], -ahead[2]
    turn = np.sqrt(np.maximum([1 + a - b - c, 1 - a + b - c, 1 - a - b + c, 1 + a + b + c], np.float32(1e-9)))
    turn[0] = np.copysign(turn[0], up[2] + ahead[1])
    turn[1] = np.copysign(turn[1], -ahead[0] - right[2])
    turn[2] = np.copysign(turn[2], right[1] - up[0])
    return np.asarray(turn, np.float32)


def spread(count: int, random: np.random.Generator) -> tuple[F32, dict[str, NDArray[np.float64]]]:
    """Where birds begin, (k, 3), and the columns of their `Starling`: a long ribbon on its way to the light."""
    along = random.random(count)
    turn = 2.2 * np.pi * along
    middle = np.stack([-48 * np.cos(turn) * (1 - 0.4 * along), 34 + 13 * np.sin(2 * turn), 16 * np.sin(turn)], axis=1)
    at = middle + random.normal(size=(count, 3)) * (4 + 5 * along)[:, None]
    ahead = np.stack([np.sin(turn), 0.5 * np.cos(2 * turn), 0.4 * np.cos(turn)], axis=1)
    return at.astype(np.float32), {
        "velocity": CRUISE * ahead,
        "light": 0.25 * middle + (0, 27, 0),
        "eager": 0.5 * 8.0 ** random.random(count),
        "beat": random.uniform(0, 2 * np.pi, count),
    }


def joining(count: int, random: np.random.Generator) -> tuple[F32, dict[str, NDArray[np.float64]]]:
    """As `spread`, for birds that come from the left."""
    at = random.normal(size=(count, 3)) * (9, 5, 9) + (-118, 30, 0)
    return at.astype(np.float32), {
        "velocity": np.tile((CRUISE, 0.0, 0.0), (count, 1)),
        "light": at + np.array((30.0, 0.0, 0.0)),
        "eager": 0.5 * 8.0 ** random.random(count),
        "beat": random.uniform(0, 2 * np.pi, count),
    }
