"""The arena as data: its walls, its creatures and all the rules that they live by.

How things look is added by `looks.py`, which writes both as `arena.dream`.
"""

from __future__ import annotations

import math
from pathlib import Path

import dreamwell as dw

from .creatures import Alert, Bolt, Chip, Life, Loot

FILE = Path(__file__).with_name("arena.dream")
HALF = (21.5, 13.5)
"""Of the ellipse of sand, metres along x and z."""
AWAY = (0.0, -40.0, 0.0)
"""Where one of each thing waits to be copied."""
SEGMENTS = 32
GATES = ((20.0, 0.0), (-20.0, 0.0), (0.0, -12.2), (0.0, 12.2))
"""Where scarabs come in: x, z."""
COLUMNS = ((-12.0, -5.6), (12.0, -5.6), (-12.0, 5.6), (12.0, 5.6), (0.0, -7.6), (0.0, 7.6))
RUINS = ((-6.3, 0.0, 0.0), (6.3, 0.0, 0.0), (-15.5, 0.0, 90.0), (15.5, 0.0, 90.0))
"""Broken walls: x, z, degrees about Y."""
ROUND = ((-17.0, -4.0), (-9.0, -9.0), (9.0, -9.0), (17.0, -4.0), (17.0, 4.0), (9.0, 9.0), (-9.0, 9.0), (-17.0, 4.0))
"""Where hunters and brutes patrol."""
KINDS = {  # life, worth, speed, agility, mass, radius
    "mite": (10.0, 10.0, 3.3, 14.0, 1.0, 0.36),
    "hunter": (30.0, 25.0, 4.6, 16.0, 3.0, 0.52),
    "brute": (150.0, 150.0, 2.6, 9.0, 40.0, 1.05),
}


def scene() -> dw.Scene:
    """The arena without its looks."""
    made = dw.Scene("arena", seed=21, root=FILE.parent)
    made.scripts = ["creatures.py"]
    made.physics = dw.Physics(gravity=(0, 0, 0), layers=("wall", "hero", "scarab", "bolt"))
    made.configure({
        "exposure.mode": "manual", "exposure.ev100": 13.8, "tonemap.operator": "aces", "grading.saturation": 1.08,
        "grading.vignette": 0.25, "shadows.distance": 70.0, "shadows.cascades": 2, "ao.radius": 1.4,
        "bloom.intensity": 0.07,
    })  # fmt: skip
    made.add("camera", dw.Camera(fov_y=40, near=1.0), at=(0, 29, 20.5), toward=(0, 0, 1.0))
    made.add("sun", dw.Sun(lux=105_000, color=(1.0, 0.90, 0.76), angular_diameter=1.2), toward=(1.0, -1.05, 0.35))
    made.add("air", dw.Environment(haze=2.5, ground=(0.30, 0.22, 0.13)))
    made.add("game")
    for name in ("sand", "medallion", "stands", *(f"guests-{i}" for i in range(5))):
        made.add(name)
    for i, (x, z) in enumerate(GATES):
        made.add(f"gate-{i}", at=(1.09 * x, 0, 1.1 * z), rotation=about_y(math.degrees(math.atan2(-x, -z))))
    add_walls(made)
    add_hero(made)
    add_scarabs(made)
    add_things(made)
    made.rules = rules()
    return made


def about_y(degrees: float) -> tuple[float, float, float, float]:
    """A turn, counter-clockwise from above."""
    half = math.radians(degrees) / 2
    return 0.0, math.sin(half), 0.0, math.cos(half)


def add_walls(made: dw.Scene) -> None:
    """The ring around the sand, columns and ruins: what nobody sees, shoots or walks through."""
    wall = dw.Collider(shape="box", size=(4.6, 6.0, 2.0), layer="wall", friction=0.0)
    for i in range(SEGMENTS):
        turn = 2 * math.pi * (i + 0.5) / SEGMENTS
        x, z = HALF[0] * math.sin(turn), HALF[1] * math.cos(turn)
        across = math.degrees(math.atan2(x / HALF[0] ** 2, z / HALF[1] ** 2))
        out = math.radians(across)
        at = (x + math.sin(out), 0.0, z + math.cos(out))
        made.add(f"ring-{i}", wall, at=at, rotation=about_y(across), tags={"wall"})
    for i, (x, z) in enumerate(COLUMNS):
        column = dw.Collider(shape="cylinder", radius=0.95, height=6.0, layer="wall", friction=0.0)
        made.add(f"column-{i}", column, at=(x, 0, z), tags={"wall"})
    for i, (x, z, turn) in enumerate(RUINS):
        ruin = dw.Collider(shape="box", size=(1.1, 6.0, 4.4), layer="wall", friction=0.0)
        made.add(f"ruin-{i}", ruin, at=(x, 0, z), rotation=about_y(turn), tags={"wall"})


def add_hero(made: dw.Scene) -> None:
    """Who is played."""
    body = dw.Body(mass=8.0, lock_position="y", lock_rotation="xz", can_sleep=False)
    collider = dw.Collider(shape="sphere", radius=0.5, layer="hero", friction=0.0, collides_with=("wall", "scarab"))
    steering = dw.Steering(speed=7.2, agility=42.0)
    hero = made.add("hero", body, collider, steering, Life(100.0), Loot(), tags={"hero"})
    for name in ("figure", "helmet", "bow"):
        made.add(name, parent=hero, scale=1.15)
    made.add("charge", at=(0, 1.12, -1.0), parent=hero)


def add_scarabs(made: dw.Scene) -> None:
    """One of each kind, which the game copies, and one of each on the sand."""
    for name, (life, worth, speed, agility, mass, radius) in KINDS.items():
        body = dw.Body(mass=mass, lock_position="y", lock_rotation="xz", linear_damping=0.5)
        collider = dw.Collider(shape="sphere", radius=radius, layer="scarab", friction=0.0)
        x, y, z = AWAY
        steering = dw.Steering(speed=speed, agility=agility)
        made.add(name, body, collider, steering, Life(life), Alert(0.0, worth), at=(x + 3 * radius, y, z))
        tags = {"scarab", name} | ({"guard"} if name != "mite" else set())
        made.add(
            f"first {name}", body, collider, steering, Life(life), Alert(0.0, worth), at=(9 * radius, 0, -9), tags=tags
        )


def add_things(made: dw.Scene) -> None:
    """Bolts, what lies on the sand, and pieces that fly."""
    bolt = dw.Collider(
        shape="sphere", radius=0.2, sensor=True, layer="bolt", collides_with=("wall", "scarab")
    )  # fmt: skip
    made.add("bolt", dw.Body(mass=0.1, lock_position="y", lock_rotation="xyz"), bolt, Bolt(), at=(9, -40, 0))
    for i, name in enumerate(("gem", "heart", "flame")):
        made.add(name, at=AWAY)
        made.add(f"first {name}", at=(3 * i, 0.4, 9), tags={name})
    made.add("first bolt", Bolt(), at=(0, 0, 9), tags={"bolt"})
    for name in ("spark", *(f"shell of {kind}" for kind in KINDS)):
        made.add(name, Chip(), at=AWAY)
    made.add("aura", dw.PointLight(candela=0.0, color=(1.0, 0.5, 0.15), range=9.0), at=AWAY)


def rules() -> list[dw.Rule]:
    """What the creatures of the arena do."""
    flat = "(unit(other.position - position))"
    return [
        # Minds: who sees the hero, hunts; who has lost him, goes on as before.
        dw.Rule("sees the hero", dw.When(tags_all="scarab", sees=dw.Sees(17, 300, tag="hero", behind="wall")),
                [dw.Then.tag("hunting"), dw.Then.set("Alert.left", 3)], every=0.25),
        dw.Rule("smells the hero", dw.When(tags_all="scarab", within=dw.Within(3.5, tag="hero")),
                [dw.Then.tag("hunting"), dw.Then.set("Alert.left", 1)], every=0.5),
        dw.Rule("forgets", dw.When(tags_all="hunting"), dw.Then.add("Alert.left", "-dt")),
        dw.Rule("has lost the hero", dw.When("Alert.left <= 0", tags_all="hunting"), dw.Then.untag("hunting")),
        # Ways: mites flock, hunters and brutes patrol, all chase what they hunt and flee from the flame.
        *dw.flock_rules("mite", distance=1.9, separation=2.6, alignment=0.7, cohesion=0.5, unless="fleeing"),
        *dw.patrol_rules("guard", [(x, 0, z) for x, z in ROUND], reach=2.5, unless=("hunting", "fleeing")),
        *dw.chase_rules("scarab", "hero", distance=60, while_="hunting", unless="fleeing"),
        *dw.flee_rules("scarab", "terror", distance=5.5),
        dw.Rule("strays", dw.When(tags_all="mite", tags_none=("hunting", "fleeing")),
                dw.Then.add("Steering.velocity", "9 * dt * (cos(70 * time + 40 * position.z), 0, "
                                                 "sin(60 * time + 50 * position.x))")),
        *dw.drive_rules("scarab"),
        dw.Rule("hero walks", dw.When(tags_all="hero", tags_none="dead"),
                dw.Then.add("body.velocity", "limit(Steering.velocity - body.velocity, Steering.agility * dt)"),
                priority=100),
        # Blows.
        dw.Rule("is hit", dw.When(tags_all="scarab", other_all="bolt"), [
            dw.Then.add("Life.points", "-other.Bolt.damage"),
            dw.Then.impulse("unit(other.body.velocity) * 5"),
            dw.Then.tag("hunting"), dw.Then.set("Alert.left", 4),
            dw.Then.call("creatures:spark"), dw.Then.despawn(target="other"),
        ], on="Contact"),
        dw.Rule("bolt ends", dw.When(tags_all="bolt", other_all="wall"),
                [dw.Then.call("creatures:spark"), dw.Then.despawn()], on="Contact"),
        dw.Rule("bolt flies", dw.When(tags_all="bolt"), dw.Then.add("Bolt.left", "-dt")),
        dw.Rule("bolt is spent", dw.When("Bolt.left <= 0", tags_all="bolt"), dw.Then.despawn()),
        dw.Rule("is slain", dw.When("Life.points <= 0", tags_all="scarab", tags_none="dead",
                                    within=dw.Within(99, tag="hero")), [
            dw.Then.tag("dead"), dw.Then.add("Loot.score", "Alert.worth", target="other"),
            dw.Then.emit("slain"), dw.Then.call("creatures:shatter"), dw.Then.despawn(),
        ], priority=2),
        dw.Rule("leaves a gem", dw.When("Life.points <= 0", tags_all="scarab", tags_none="dead"),
                dw.Then.spawn("gem", tags="gem", at=(0, 0.35, 0)), chance=0.4, priority=1),
        dw.Rule("leaves a heart", dw.When("Life.points <= 0", tags_all=("scarab", "hunter"), tags_none="dead"),
                dw.Then.spawn("heart", tags="heart", at=(0, 0.45, 0)), chance=0.2, priority=1),
        dw.Rule("leaves the flame", dw.When("Life.points <= 0", tags_all=("scarab", "brute"), tags_none="dead"),
                dw.Then.spawn("flame", tags="flame", at=(0, 0.5, 0)), chance=0.7, priority=1),
        *dw.damage_rules("hero", "mite", 3, field="Life.points", reach=1.05, cooldown=0.35),
        *dw.damage_rules("hero", "hunter", 7, field="Life.points", reach=1.25, cooldown=0.5),
        *dw.damage_rules("hero", "brute", 18, field="Life.points", on=dw.Contact, cooldown=0.5),
        dw.Rule("is thrown back", dw.When(tags_all="hero", other_all="brute"),
                dw.Then.add("body.velocity", "event.normal * -13"), on="Contact"),
        # What lies about.
        dw.Rule("gem is drawn", dw.When(tags_all="gem", within=dw.Within(4.0, tag="hero")),
                dw.Then.add("position", f"{flat} * 10 * dt")),
        *dw.pickup_rules("hero", "gem", field="Loot.gems", reach=1.0),
        *dw.pickup_rules("hero", "heart", field="Life.points", amount=25, reach=1.1),
        *dw.pickup_rules("hero", "flame", field="Loot.flame", amount=6, reach=1.2),
        dw.Rule("is whole", dw.When("Life.points > 100", tags_all="hero"), dw.Then.set("Life.points", 100), priority=3),
        dw.Rule("grows", dw.When("Loot.gems >= Loot.needed", tags_all="hero"), [
            dw.Then.add("Loot.level", 1), dw.Then.set("Loot.gems", "Loot.gems - Loot.needed"),
            dw.Then.add("Loot.needed", 4), dw.Then.emit("grown"),
        ]),
        # The flame: what comes near it burns, all else runs.
        dw.Rule("flame burns", dw.When("Loot.flame > 0", tags_all="hero"), dw.Then.add("Loot.flame", "-dt")),
        dw.Rule("is a terror", dw.When("Loot.flame > 0", tags_all="hero", tags_none="terror"), dw.Then.tag("terror")),
        dw.Rule("is none any more", dw.When("Loot.flame <= 0", tags_all="terror"), dw.Then.untag("terror")),
        dw.Rule("is burnt", dw.When(tags_all="scarab", within=dw.Within(2.7, tag="terror")),
                dw.Then.add("Life.points", "-60 * dt")),
    ]  # fmt: skip
