"""A shoot-'em-up around a small planet: circle it, and let nothing that falls from deep space reach it.

Steer towards where you want to be with WASD, the arrow keys or a stick; Space, the mouse or A fires, P pauses. Golden
cores make the guns fan out. Left alone, the game plays by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

import dreamwell as dw

from .._shared.board import pauses, screen
from .build import CORAL, CRIMSON, HOME, MAGENTA, PLANET, RING, scene

FAR, REACH = 20.0, 15.5  # metres from the middle: where enemies begin, where bullets are gone
LIVES = 3
IDLE = 9.0  # seconds: how long the end is shown to nobody
Phase = Literal["title", "play", "over"]
Colour = tuple[float, float, float]


@dw.component
class Flight:
    """Moves its object."""

    linear: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m/s")


@dw.component
class Fading:
    """Shrinks to nothing in a time, and is gone."""

    left: float = dw.field(default=1.0, unit="s")
    seconds: float = dw.field(default=1.0, above=0, unit="s")
    size: float = dw.field(default=1.0)


@dw.component
class Falling:
    """Comes down in a spiral, nose ahead, and rolls."""

    speed: float = dw.field(default=2.0, unit="m/s", doc="inwards")
    drift: float = dw.field(default=0.0, unit="m/s", doc="around the planet, counter-clockwise from above")
    spin: float = dw.field(default=0.0, unit="rad/s")
    roll: float = dw.field(default=0.0, unit="rad")


@dw.component
class Target:
    """What can be shot down."""

    armour: int = dw.field(default=1, doc="hits that it takes")
    worth: int = dw.field(default=10)
    reach: float = dw.field(default=0.85, unit="m", doc="how near a bullet must come")


KINDS = {  # what it is, what it is when it goes
    "rock": (Falling(1.7, 0.5, 1.6), Target(1, 10, 0.85), CORAL),
    "dart": (Falling(2.8, 2.8, 0.0), Target(1, 25, 0.85), MAGENTA),
    "hulk": (Falling(1.2, -0.9, 0.9), Target(6, 100, 1.45), CRIMSON),
}


@dataclass(frozen=True)
class WaveBegins:
    """An event: the next wave comes."""

    number: int


SHOTS, ENEMIES = dw.Query(dw.Position, tag="bullet"), dw.Query(dw.Position, Target, tag="enemy")
FALLERS = dw.Query(dw.Position, Falling)

app = dw.App(scene(), title="Orbit")
app.bindings.action("fire", " ", "mouse:left", "pad:a", "pad:right_trigger")


class Ship(dw.Behaviour):
    """Circles on the ring and shoots outwards; keeps the score."""

    speed: float = dw.field(default=3.4, unit="rad/s", minimum=0, doc="at most")
    salvo: float = dw.field(default=0.13, unit="s", above=0, doc="from one salvo to the next")

    def start(self) -> None:
        """Nobody plays yet."""
        self.phase: Phase = "title"
        self.angle, self.turning, self.reload = math.pi / 2, 0.0, 0.0
        self.score = self.best = self.wave = 0
        self.lives, self.barrels = LIVES, 2
        self.every(0.05, self.trail)

    def fixed_update(self, dt: float) -> None:
        """Towards where the player points, or where the pilot of the title would."""
        if self.phase == "over":
            return
        x, y = self.input.vector("move_x", "move_y")
        x, z, fire = (x, -y, bool(self.input.action("fire"))) if self.phase == "play" else self.pilot()
        off = math.remainder(math.atan2(z, x) - self.angle, math.tau) if x or z else 0.0
        wanted = self.speed * max(-1.0, min(1.0, 5 * off))
        self.turning += (wanted - self.turning) * (1 - math.exp(-(9 if x or z else 16) * dt))
        self.angle = math.remainder(self.angle + self.turning * dt, math.tau)
        x, z = math.cos(self.angle), math.sin(self.angle)
        self.entity.position = (RING * x, 0.0, RING * z)
        self.entity.look_at((2 * RING * x, 0.0, 2 * RING * z))
        self.entity.rotate(z=-9 * self.turning)
        self.reload = max(0.0, self.reload - dt)
        if fire and not self.reload:
            self.reload = self.salvo
            self.shoot()

    def shoot(self) -> None:
        """One bullet of each barrel; they fan out."""
        turn = self.angle + 0.07 * (np.arange(self.barrels) - (self.barrels - 1) / 2)
        way = np.stack([np.cos(turn), 0 * turn, np.sin(turn)], axis=1)
        rows = self.world.spawn("bullet", way * (RING + 1.2), heading(way), tags={"bullet"})
        self.world.set(rows, Flight(), linear=way * 27)

    def narrow(self) -> None:
        """What a core gave is used up."""
        self.barrels = max(self.barrels - 2, 2)

    def trail(self) -> None:
        """A spark behind the engines, while they push."""
        if self.phase != "over" and abs(self.turning) > 0.5:
            x, _, z = self.entity.position
            spark = self.world.spawn("spark", (0.86 * x, 0.0, 0.86 * z), tags={"passing"})
            spark.set(Fading(0.4, 0.4, 0.8), Flight((-0.3 * x, 0.0, -0.3 * z)))

    def pilot(self) -> tuple[float, float, bool]:
        """Towards the enemy that is the nearest threat: (x, z) of where to be, and whether it is worth a shot."""
        with self.world.query(ENEMIES) as enemies:
            if not enemies:
                return 0.0, 0.0, False
            x, z = enemies[dw.Position][:, 0], enemies[dw.Position][:, 2]
            off = np.abs(np.remainder(np.arctan2(z, x) - self.angle + np.pi, 2 * np.pi) - np.pi)
            best = int(np.argmin(np.hypot(x, z) + 2.2 * off))
            return float(x[best]), float(z[best]), bool((off[np.hypot(x, z) < 14] < 0.16).any())


def heading(way: NDArray[np.floating[Any]], roll: ArrayLike = 0.0) -> NDArray[np.float64]:
    """(k, 4) rotations that point -Z along directions (k, 3), rolled about them by so many radians."""
    x, y, z = way.T
    turn, rise, roll = np.arctan2(-x, -z) / 2, np.arctan2(y, np.hypot(x, z)) / 2, np.asarray(roll) / 2
    sy, cy, sx, cx, sz, cz = (f(a) for a in (turn, rise, roll) for f in (np.sin, np.cos))
    i, j, k = cy * sx * cz + sy * cx * sz, sy * cx * cz - cy * sx * sz, cy * cx * sz - sy * sx * cz
    return np.stack([i, j, k, cy * cx * cz + sy * sx * sz], axis=1)


def ship(world: dw.World) -> Ship:
    """The one that there is."""
    return world["ship"][Ship]


# ---- many things at once ----------------------------------------------------------------------------------------


@app.system(dw.Query(dw.Position, Flight))
def fly(batch: dw.Batch, dt: float) -> None:
    """Bullets and sparks go straight on."""
    batch[dw.Position] += batch[Flight].linear * dt


@app.system(dw.Query(dw.Position, dw.Rotation, Falling))
def fall(batch: dw.Batch, dt: float) -> None:
    """Enemies and cores spiral in, and look where they go."""
    falling, place = batch[Falling], batch[dw.Position]
    inward = -place / np.maximum(np.linalg.norm(place, axis=1, keepdims=True), 1e-3)
    velocity = inward * falling.speed[:, None] + inward[:, [2, 1, 0]] * (-1, 0, 1) * falling.drift[:, None]
    falling.roll += falling.spin * dt
    batch[dw.Position] += velocity * dt
    batch[dw.Rotation] = heading(velocity, falling.roll)


@app.system(dw.Query(dw.Scale, Fading))
def fade(batch: dw.Batch, dt: float) -> None:
    """Sparks go out."""
    fading = batch[Fading]
    fading.left -= dt
    batch[dw.Scale] = np.maximum(fading.size * fading.left / fading.seconds, 0.02)[:, None]


@app.system()
def sweep(world: dw.World, dt: float) -> None:
    """What has gone out or flown away is gone."""
    with world.query(dw.Query(Fading)) as fading, world.query(SHOTS) as shots:
        gone = np.concatenate([
            fading.rows[fading[Fading].left <= 0],
            shots.rows[np.linalg.norm(shots[dw.Position], axis=1) > REACH],
        ])  # fmt: skip
    world.despawn(gone)


@app.system()
def touch(world: dw.World, dt: float) -> None:
    """All bullets against all enemies, all that falls against the ship and the planet."""
    with world.query(SHOTS) as shots, world.query(ENEMIES) as enemies, world.query(FALLERS) as fallers:
        apart = np.linalg.norm(shots[dw.Position][:, None] - enemies[dw.Position], axis=2)
        shot, hit = np.nonzero(apart < enemies[Target].reach)
        pairs = list(zip(shots.rows[shot].tolist(), enemies.rows[hit].tolist(), strict=True))
        for name, middle, reach in (("ship", world["ship"].position, 1.15), ("planet", (0, 0, 0), PLANET + 0.35)):
            near = np.linalg.norm(fallers[dw.Position] - middle, axis=1) < reach
            pairs += [(row, world[name].row) for row in fallers.rows[near].tolist()]
    for a, b in pairs:
        world.emit(dw.Contact(world.at(a), world.at(b), world.at(a).position))


# ---- what happens -----------------------------------------------------------------------------------------------


@app.on(dw.Contact, a="bullet", b="enemy")
def shot_down(contact: dw.Contact, world: dw.World) -> None:
    """A bullet is gone; an enemy when it has taken enough."""
    bullet, enemy, mine = contact.a, contact.b, ship(world)
    target = enemy[Target]
    target.armour -= 1
    if target.armour > 0:
        sparkle(world, contact.point, "spark", 4, 5.0)
        world.tween(enemy, "scale", to=1.0, start=1.3, seconds=0.15)
    else:
        if mine.phase == "play":
            mine.score += target.worth
        if enemy.name == "hulk":
            world.spawn("core", enemy.position, tags={"core"}, components=(Falling(1.7, 0.0, 3.0),))
        burst(world, enemy)
    world.despawn(bullet)


@app.on(dw.Contact, a="enemy", b="home")
def struck(contact: dw.Contact, world: dw.World) -> None:
    """An enemy has reached the ship or the planet: that costs a life."""
    mine = ship(world)
    burst(world, contact.a)
    world.tween(world["air"], "Material.emissive", start=(9.0, 0.7, 0.3), to=(1, 1, 1), seconds=0.9, ease="out_quad")
    world.tween(world.camera, "position", start=shaken(world, 0.9), to=HOME, seconds=0.7, ease="out_elastic")
    if mine.phase == "play":
        mine.lives -= 1
        mine.barrels = 2


@app.on(dw.Contact, a="core", b="ship")
def fan_out(contact: dw.Contact, world: dw.World) -> None:
    """A core was caught: more barrels, for a while."""
    mine = ship(world)
    mine.barrels = min(mine.barrels + 2, 6)
    mine.after(9.0, mine.narrow)
    sparkle(world, contact.point, "glint", 24, 9.0)
    world.despawn(contact.a)


@app.on(dw.Contact, a="core", b="planet")
def lost(contact: dw.Contact, world: dw.World) -> None:
    """A core that nobody caught burns up."""
    sparkle(world, contact.point, "glint", 10, 5.0)
    world.despawn(contact.a)


def burst(world: dw.World, enemy: dw.Entity) -> None:
    """An enemy goes: a ball of fire that swells and shrinks, a wave, sparks, and a flash on all that is near."""
    at, large, color = enemy.position, enemy[Target].reach, KINDS[enemy.name][2]
    ball = world.spawn("burst", at, scale=0.2, tags={"passing"})
    world.tween(ball, "scale", to=1.25 * large, seconds=0.12, ease="out_cubic", yoyo=True,
                on_done=lambda: world.despawn(ball))  # fmt: skip
    wave = world.spawn("wave", at, scale=(0.9, 0.24, 0.9), tags={"passing"})
    world.tween(wave, "scale", to=(2.5 * large, 0.04, 2.5 * large), seconds=0.4, ease="out_cubic",
                on_done=lambda: world.despawn(wave))  # fmt: skip
    sparkle(world, at, "ember", int(22 * large), 8.0)
    flash = world["flash"]
    flash.position = (at[0], 1.2, at[2])
    flash.set(dw.PointLight(0.0, color, 11.0))
    world.tween(flash, "PointLight.candela", start=90_000.0, to=0.0, seconds=0.35)
    world.despawn(enemy)


def sparkle(world: dw.World, at: dw.Vec3, kind: str, number: int, speed: float) -> None:
    """Sparks in all directions."""
    way = world.random.normal(size=(number, 3)) * (1, 0.6, 1)
    way *= speed * world.random.uniform(0.3, 1, (number, 1)) / np.linalg.norm(way, axis=1, keepdims=True)
    seconds, size = world.random.uniform(0.35, 0.9, number), world.random.uniform(0.6, 1.5, number)
    rows = world.spawn(kind, np.tile(at, (number, 1)), heading(way), tags={"passing"})
    world.set(rows, Flight(), linear=way)
    world.set(rows, Fading(), left=seconds, seconds=seconds, size=size)


def shaken(world: dw.World, far: float) -> dw.Vec3:
    """Where the camera is when it is pushed."""
    x, y, z = (np.array(HOME) + world.random.uniform(-far, far, 3)).tolist()
    return x, y, z


# ---- the course of a game ---------------------------------------------------------------------------------------


def game(world: dw.World) -> dw.Steps:
    """Title, waves, end, and again, for as long as the app runs."""
    mine = ship(world)
    while True:
        clear(world, "title")
        for i in range(12):
            launch(world, ("rock", "rock", "dart", "hulk")[i % 4], 2.4 * i, world.random.uniform(9.5, 16), 1)
        course = world.run(waves(world))
        yield dw.until(lambda: begun(world))
        course.cancel()
        playing = True
        while playing:
            clear(world, "play")
            course = world.run(waves(world))
            yield dw.until(lambda: mine.lives <= 0)
            course.cancel()
            end(world)
            yield dw.wait(1.2)
            shown = world.schedule.time
            yield dw.until(lambda: begun(world) or world.schedule.time > shown + IDLE)  # noqa: B023
            playing = begun(world)


def begun(world: dw.World) -> bool:
    """Whether the player wants to play."""
    mine = ship(world)
    return mine.input.action("fire").pressed or mine.input.action("confirm").pressed


def clear(world: dw.World, phase: Phase) -> None:
    """A new game, or the title."""
    mine = ship(world)
    for tag in ("enemy", "core", "bullet", "passing"):
        world.despawn(world.rows_tagged(tag))
    mine.phase, mine.score, mine.wave, mine.lives, mine.barrels = phase, 0, 0, LIVES, 2
    world.tween(mine.entity, "scale", start=0.01, to=1.0, seconds=0.5, ease="out_back")


def end(world: dw.World) -> None:
    """The ship is gone, and time goes slowly for a moment."""
    mine = ship(world)
    mine.phase, mine.best = "over", max(mine.best, mine.score)
    sparkle(world, mine.entity.position, "spark", 60, 9.0)
    world.tween(mine.entity, "scale", to=0.01, seconds=0.25)
    world.tween(app, "time_scale", start=0.25, to=1.0, seconds=0.9, ease="in_quad")


def waves(world: dw.World) -> dw.Steps:
    """Wave after wave: more of them, faster, of more kinds, and each from another side."""
    mine = ship(world)
    for mine.wave in count(1):
        yield dw.wait(1.5)
        world.emit(WaveBegins(mine.wave))
        angle, step = world.random.uniform(0, math.tau), (0.45, 2.5, math.pi, -0.3)[mine.wave % 4]
        for squad in range(6 + mine.wave):
            kind = "dart" if squad % 3 == 2 and mine.wave > 1 else "hulk" if squad % 5 == 4 else "rock"
            side = world.random.choice((-1, 1))
            for i in range(1 if kind == "hulk" else 3 + mine.wave // 4):
                launch(world, kind, angle + 0.22 * i, FAR + i, side)
            angle += step
            yield dw.wait(max(0.55, 1.5 - 0.08 * mine.wave))
        yield dw.until(lambda: len(world.rows_tagged("enemy")) < 4)
        mine.lives = min(mine.lives + 1, LIVES)  # each wave that is weathered mends one


def launch(world: dw.World, kind: str, angle: float, away: float, side: int) -> None:
    """An enemy at an angle (radians, about the planet) and so far out; `side`: which way round it drifts."""
    falling, target, _ = KINDS[kind]
    pace = 1 + 0.07 * ship(world).wave + world.random.uniform(-0.1, 0.1)
    enemy = world.spawn(kind, (away * math.cos(angle), 0.0, away * math.sin(angle)), tags={"enemy"}, components=(
        Falling(falling.speed * pace, falling.drift * pace * side, falling.spin), target,
    ))  # fmt: skip
    enemy[Falling].roll = world.random.uniform(0, math.tau)


@app.start
def begin(world: dw.World) -> None:
    """Once per world."""
    world.run(game(world))


@app.on(WaveBegins)
def announce(event: WaveBegins, world: dw.World) -> None:
    """Tell its number, and let that fade."""
    if ship(world).phase == "play":
        banner.text = f"WAVE {event.number}"
        world.tween(banner, "alpha", start=1.0, to=0.0, seconds=1.8, ease="in_quad")


# ---- what only looks --------------------------------------------------------------------------------------------

hud = app.hud
hud.height = 720
PALE, DIM = "#e9fbff", "#6fd8ee"
title = hud.text("title", "O R B I T", at=(0, 44), anchor="top", size=92, color="#f2fdff")
title.shadow, title.shadow_offset, title.shadow_blur = "#00c8ff90", (0, 0), 22
over = hud.text("over", "GAME OVER", anchor="center", size=76, color="#ffece6")
over.shadow, over.shadow_offset, over.shadow_blur = "#ff3c14c0", (0, 0), 20
told = hud.text("told", "", at=(0, 74), anchor="bottom", size=24, color="#c9f4ff", shadow="#001020c0")
board = screen(hud, "board")
hud.text("score of", "SCORE", parent=board, at=(38, 22), size=15, color=DIM)
score = hud.text("score", "", parent=board, at=(36, 40), size=40, color=PALE, shadow="#001020c0")
hud.text("wave of", "WAVE", parent=board, at=(38, 22), anchor="top_right", size=15, color=DIM)
wave = hud.text("wave", "", parent=board, at=(36, 40), anchor="top_right", size=40, color=PALE, shadow="#001020c0")
lives = [hud.panel(f"life {i}", parent=board, at=(44 * i - 44, 34), anchor="bottom", size=(34, 8), radius=4,
                   color="#5fe6ff") for i in range(LIVES)]  # fmt: skip
banner = hud.text("banner", "", at=(0, 96), anchor="top", size=44, color="#ffd9a0", alpha=0.0)
banner.shadow, banner.shadow_offset, banner.shadow_blur = "#ff5a1e90", (0, 0), 14


@app.update
def look(world: dw.World, dt: float) -> None:
    """The planet, its clouds and the stars turn; the HUD tells how it goes."""
    for name, speed in (("planet", 1.6), ("clouds", 2.6)):
        world[name].rotate(y=speed * dt)
    for name, speed in (("stars", 0.5), ("suns", 0.7)):
        world[name].rotate(z=speed * dt)
    mine = ship(world)
    title.visible, board.visible, over.visible = (mine.phase == "title", mine.phase != "title", mine.phase == "over")
    score.text, wave.text = f"{mine.score:06d}", f"{mine.wave}"
    for i, life in enumerate(lives):
        life.alpha = 1.0 if i < mine.lives else 0.2
    again = f"Best {mine.best:06d}      SPACE  or  A  to play again"
    told.text = "PAUSED" if app.paused else {"title": "SPACE  or  A  to play", "play": "", "over": again}[mine.phase]


app.scene["ship"].set(Ship())
pauses(app)

if __name__ == "__main__":
    app.run()
