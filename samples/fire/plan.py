"""The village as data: its houses and trees and all the rules by which it burns.

How things look is added by `looks.py`, which writes both as `fire.dream`.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

import dreamwell as dw

from .village import WIND, Airborne, Pail, Tinder, Tongue

FILE = Path(__file__).with_name("fire.dream")
AWAY = (0.0, -60.0, 0.0)
"""Where one of each thing waits to be copied."""
HALF = (29.0, 17.0)
"""Of the land, metres along x and z."""
WELLS = ((-16.0, 0.2), (1.5, 0.6), (18.0, 0.0))
POND = (23.5, -11.5)
BRUSH = 2.15
"""Metres between bushes."""


def lane(x: float) -> float:
    """Where the lane is: z."""
    return 2.2 * math.sin(x / 8.5)


def houses() -> list[tuple[float, float, float]]:
    """x, z and degrees about Y: two rows on each side of the lane."""
    rng = np.random.default_rng(4)
    out: list[tuple[float, float, float]] = []
    for row, (gap, first, count) in enumerate(((4.9, -22.0, 8), (-4.9, -21.5, 8), (11.2, -19.0, 7), (-11.2, -22.0, 7))):
        for i in range(count):
            x = first + 6.3 * i + float(rng.uniform(-0.5, 0.5))
            z = lane(x) + gap + float(rng.uniform(-0.5, 0.5))
            if math.hypot(x - POND[0], z - POND[1]) > 5.0:
                out.append((x, z, (180.0 if gap > 0 else 0.0) + float(rng.uniform(-9, 9)) + 0.0 * row))
    return out


def trees() -> list[tuple[float, float]]:
    """x and z: between the houses and around them."""
    rng = np.random.default_rng(9)
    out: list[tuple[float, float]] = []
    taken = [(x, z) for x, z, _ in houses()] + list(WELLS)
    while len(out) < 44:
        x, z = float(rng.uniform(-HALF[0], HALF[0])), float(rng.uniform(-HALF[1], HALF[1]))
        far = min(math.hypot(x - a, z - b) for a, b in taken)
        alone = all(math.hypot(x - a, z - b) > 2.4 for a, b in out)
        if far > 3.1 and alone and abs(z - lane(x)) > 2.2 and math.hypot(x - POND[0], z - POND[1]) > 4.2:
            out.append((x, z))
    return out


def about_y(degrees: float) -> tuple[float, float, float, float]:
    """A turn, counter-clockwise from above."""
    half = math.radians(degrees) / 2
    return 0.0, math.sin(half), 0.0, math.cos(half)


def scene() -> dw.Scene:
    """The village at dusk without its looks."""
    made = dw.Scene("fire", seed=31, root=FILE.parent)
    made.scripts = ["village.py"]
    made.physics = dw.Physics(layers=("ground", "house", "warden", "water"))
    made.configure({
        "exposure.mode": "manual", "exposure.ev100": 9.6, "tonemap.operator": "aces", "grading.saturation": 1.1,
        "grading.contrast": 1.05, "grading.vignette": 0.3, "shadows.distance": 90.0, "shadows.cascades": 2,
        "ao.radius": 1.6, "bloom.intensity": 0.11,
    })  # fmt: skip
    made.add("camera", dw.Camera(fov_y=32, near=1.0), at=(0, 34, 42), toward=(0, 0, 0.5))
    made.add("sun", dw.Sun(lux=128_000, angular_diameter=2.5), toward=(1.0, -0.075, -0.25))
    made.add("air", dw.Environment(haze=2.4, air=1.4, ozone=3.0, ground=(0.05, 0.06, 0.03)))
    made.add("village")
    made.add("hills")
    made.add("clouds", at=(0, 900, 0), tags={"raining"})
    made.add("axe", at=AWAY, tags={"cutting"})
    made.add("ground", dw.Collider(shape="box", size=(90, 2, 70), layer="ground"), at=(0, -1, 0), tags={"solid"})
    for i, (x, z, turn) in enumerate(houses()):
        collider = dw.Collider(shape="box", size=(3.2, 4.4, 2.8), layer="house", friction=0.0)
        tags = {"house", "fuel", "solid"}
        house = made.add(
            f"house-{i}", collider, Tinder(26.0, 0.0, 0.42), at=(x, 0, z), rotation=about_y(turn), tags=tags
        )
        made.add("panes", parent=house, tags={"panes"})
    for i, (x, z) in enumerate(trees()):
        made.add(f"tree-{i}", Tinder(13.0, 0.0, 0.6), at=(x, 0, z), rotation=about_y(77 * i), tags={"tree", "fuel"})
    for i, (x, z) in enumerate(WELLS):
        stone = dw.Collider(shape="cylinder", radius=0.75, height=2.0, layer="house", friction=0.0)
        made.add(f"well-{i}", stone, at=(x, 0, z), tags={"well", "solid"})
    made.add("pond", at=(POND[0], 0.02, POND[1]), tags={"well"})
    body = dw.Body(mass=70.0, lock_position="y", lock_rotation="xz", gravity_scale=0.0, can_sleep=False)
    legs = dw.Collider(shape="sphere", radius=0.45, layer="warden", friction=0.0, collides_with=("house",))
    warden = made.add(
        "warden", body, legs, dw.Steering(speed=7.5, agility=45.0), Pail(), at=(0, 0.5, 2), tags={"warden"}
    )
    made.add("figure", parent=warden, at=(0, -0.5, 0), scale=1.3)
    lantern = dw.PointLight(candela=260.0, color=(1.0, 0.72, 0.40), range=7.0)
    made.add("lantern", lantern, parent=warden, at=(0, 1.6, -0.5))
    add_things(made)
    made.rules = rules()
    return made


def add_things(made: dw.Scene) -> None:
    """One of each thing that is spawned, and one of each in its place."""
    made.add("bush", Tinder(7.5), at=AWAY)
    made.add("first bush", Tinder(7.5), at=(-20, 0, 15), tags={"brush", "fuel"})
    made.add("charcoal", at=AWAY)
    made.add("lightning", at=AWAY)
    made.add("flash", dw.PointLight(candela=0.0, color=(0.7, 0.8, 1.0), range=60.0), at=AWAY)
    flames = (("small flame", 1.0), ("tree flame", 1.9), ("house flame", 3.1))
    for name, size in flames:
        made.add(name, Tongue(size), at=AWAY)
    made.add("first flame", Tongue(0.5), at=AWAY, tags={"flame"})
    made.add("smoke", Airborne((0.7, 1.9, 0.1), 4.5, 4.5, 1.5), at=AWAY)
    made.add("ember", Airborne((2.2, 2.4, 0.3), 2.6, 2.6, 0.16), at=AWAY)
    made.add("droplet", Airborne((0, 1, 0), 0.3, 0.3, 0.5), at=AWAY)
    water = dw.Collider(shape="sphere", radius=0.14, layer="water", collides_with=("ground", "house"), restitution=0.0)
    made.add("drop", dw.Body(mass=0.5, lock_rotation="xyz"), water, at=(9, -60, 0))
    made.add("first drop", at=AWAY, tags={"water"})


def rules() -> list[dw.Rule]:
    """How it burns, and what stops it."""
    x, z = WIND
    length = math.hypot(x, z)
    wind = f"({x / length:.3f}, 0, {z / length:.3f})"
    downwind = f"dot(unit(position - other.position), {wind})"
    not_dry = ("burning", "burnt", "wet")
    lit = [dw.Then.tag("burning"), dw.Then.emit("lit")]
    # The library's rules, without its way to spread: here there is a wind.
    fire = [rule for rule in dw.fire_rules("fuel", field="Tinder.left", damage=1) if rule.name != "fire-spreads"]
    return [
        dw.Rule("fire leaps", dw.When(f"random() < Tinder.catches * (0.30 + 0.32 * {downwind})", tags_all="fuel",
                                      tags_none=not_dry, within=dw.Within(3.0, tag="burning")), lit, every=0.4),
        dw.Rule("a house burns hotter", dw.When(f"random() < Tinder.catches * (0.16 + 0.20 * {downwind})",
                                                tags_all="fuel", tags_none=not_dry, within=dw.Within(5.4, tag="hot")),
                lit, every=0.5),
        *fire,
        dw.ignition_rules("fuel", spark="spark", reach=3.2)[0],
        # What one sees of it.
        dw.Rule("bush is alight", dw.When(tags_all="brush"), dw.Then.spawn("small flame", tags="flame", at=(0, 0.1, 0)),
                on="lit"),
        dw.Rule("tree is alight", dw.When(tags_all="tree"), dw.Then.spawn("tree flame", tags="flame", at=(0, 0.9, 0)),
                on="lit"),
        dw.Rule("house is alight", dw.When(tags_all="house"), [
            dw.Then.tag("hot"), dw.Then.spawn("house flame", tags="flame", at=(0, 1.5, 0)),
            dw.Then.spawn("tree flame", tags="flame", at=(0.9, 1.0, 0.5)),
            dw.Then.spawn("tree flame", tags="flame", at=(-0.8, 1.0, -0.4)), dw.Then.emit("house-burns"),
        ], on="lit"),
        dw.Rule("flame dies", dw.When(tags_all="flame", within=dw.Within(2.1, tag="burning", absent=True)),
                dw.Then.despawn(), every=0.1),
        dw.Rule("cools", dw.When(tags_all="hot", tags_none="burning"), dw.Then.untag("hot")),
        dw.Rule("smokes", dw.When(tags_all="burning"), dw.Then.spawn("smoke", tags="passing", at=(0, 1.0, 0)),
                every=0.5, chance=0.22),
        dw.Rule("house smokes", dw.When(tags_all=("burning", "house")),
                dw.Then.spawn("smoke", tags="passing", at=(0, 3.2, 0)), every=0.3, chance=0.6),
        dw.Rule("throws embers", dw.When(tags_all=("burning", "house")),
                dw.Then.spawn("ember", tags=("passing", "falling"), at=(0.5, 3.4, 0.2)), every=0.4, chance=0.3),
        dw.Rule("ember falls", dw.When(tags_all="falling"), dw.Then.add("Airborne.velocity.y", "-2.8 * dt")),
        dw.Rule("ember comes down", dw.When("Airborne.left < 0.15 and random() < 0.1", tags_all="falling"),
                dw.Then.tag("spark")),
        dw.Rule("is charred", dw.When(tags_all="fuel"), dw.Then.call("village:char"), on="burnt"),
        # Water, and where there is nothing to burn.
        dw.Rule("gets wet", dw.When(tags_all="fuel", tags_none="burnt", within=dw.Within(1.75, tag="water")),
                [dw.Then.tag("wet"), dw.Then.set("Tinder.wet", 9)]),
        dw.Rule("house gets wet",
                dw.When(tags_all=("fuel", "house"), tags_none="burnt", within=dw.Within(2.9, tag="water")),
                [dw.Then.tag("wet"), dw.Then.set("Tinder.wet", 14)]),
        dw.Rule("dries", dw.When(tags_all="wet"), dw.Then.add("Tinder.wet", "-dt")),
        dw.Rule("is dry", dw.When("Tinder.wet <= 0", tags_all="wet"), dw.Then.untag("wet"), priority=1),
        dw.Rule("drop lands", dw.When(tags_all="water", other_all="solid"),
                [dw.Then.call("village:splash"), dw.Then.despawn()], on="Contact"),
        dw.Rule("drop is lost", dw.When("position.y < -3 or body.speed < 0.05", tags_all="water"), dw.Then.despawn(),
                every=0.5),
        dw.Rule("pail is filled", dw.When(tags_all="warden", within=dw.Within(2.6, tag="well")),
                dw.Then.add("Pail.water", "80 * dt")),
        dw.Rule("is cut",
                dw.When(tags_all="brush", tags_none=("burning", "burnt"), within=dw.Within(1.9, tag="cutting")),
                [dw.Then.untag("fuel", "brush"), dw.Then.tag("cut"), dw.Then.call("village:fell")]),
        dw.Rule("rain", dw.When(tags_all="fuel", tags_none="burnt", within=dw.Within(200, tag="raining")),
                [dw.Then.tag("wet"), dw.Then.set("Tinder.wet", 9)], every=0.25, chance=0.10),
        # The warden.
        dw.Rule("warden walks", dw.When(tags_all="warden"), [
            dw.Then.add("body.velocity", "limit(Steering.velocity - body.velocity, Steering.agility * dt)"),
        ], priority=100),
        dw.Rule("heat", dw.When(tags_all="warden", within=dw.Within(1.7, tag="burning")),
                dw.Then.add("body.velocity",
                            "unit((position.x - other.position.x, 0, position.z - other.position.z)) * 60 * dt"),
                priority=101),
    ]  # fmt: skip
