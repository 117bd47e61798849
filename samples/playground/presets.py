"""Everything that can be put on the table: single toys, towers, chains, a wrecking ball, a ragdoll."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import dreamwell as dw

from .land import MATERIALS, Toy
from .shapes import BODIES, COLORS

Vec3 = tuple[float, float, float]
PALETTE = tuple(COLORS)
MOST = 420
"""Toys at the same time."""


class Box:
    """Puts toys into a world."""

    def __init__(self, world: dw.World) -> None:
        self.world = world

    def toys(self) -> list[dw.Entity]:
        """All there are, the oldest first."""
        return sorted(self.world.tagged("toy"), key=lambda toy: toy[Toy].born)

    def put(self, kind: str, at: Vec3, color: str, rotation: Any = (0, 0, 0, 1), *more: Any, **given: Any) -> dw.Entity:
        """One toy."""
        world, (_, collider) = self.world, BODIES[kind]
        born = 1 + max((toy[Toy].born for toy in world.tagged("toy")), default=0)
        body = given.pop("body", None) or dw.Body()
        made: dw.Entity = world.spawn(
            kind, at, rotation, tags={"toy"}, components=(body, collider, Toy(color, born), *more), **given
        )
        made.material = MATERIALS[color]
        return made

    def trim(self) -> None:
        """Take away the oldest of too many, and what fell off the table."""
        toys = self.toys()
        gone = toys[: max(0, len(toys) - MOST)]
        gone += [toy for toy in toys if toy.world_position[1] < -25]
        for toy in gone:
            if toy.alive:
                self.world.despawn(toy)
        for root in self.world.tagged("figure"):
            if not root.children:
                self.world.despawn(root)

    def clear(self) -> None:
        """Take everything away."""
        for toy in [*self.toys(), *self.world.tagged("figure")]:
            if toy.alive:
                self.world.despawn(toy)

    # ---- single ones and heaps ------------------------------------------------------------------------------------

    def toy(self, kind: str, at: Vec3) -> None:
        """One of a kind, in a colour and at an angle that chance chooses."""
        random = self.world.random
        axis = random.normal(size=4)
        turn = axis / np.linalg.norm(axis) if kind != "cone" else (0, 0, 0, 1)
        self.put(kind, at, PALETTE[int(random.integers(len(PALETTE)))], turn)

    def tower(self, at: Vec3) -> None:
        """Twelve storeys of three planks, crosswise."""
        x, y, z = at
        for storey in range(12):
            across = storey % 2 == 1
            turn = (0, math.sin(math.pi / 4), 0, math.cos(math.pi / 4)) if across else (0, 0, 0, 1)
            for i in (-1, 0, 1):
                aside = (i * 0.802, 0.0) if across else (0.0, i * 0.802)
                color = PALETTE[(storey + i + 1) % len(PALETTE)]
                self.put("plank", (x + aside[0], y + 0.2 + 0.4 * storey, z + aside[1]), color, turn)

    def pyramid(self, at: Vec3) -> None:
        """Blocks, five by five at the bottom."""
        x, y, z = at
        for level in range(5):
            wide = 5 - level
            for i in range(wide):
                for k in range(wide):
                    place = x + 1.02 * (i - (wide - 1) / 2), y + 0.5 + level, z + 1.02 * (k - (wide - 1) / 2)
                    self.put("block", place, PALETTE[(level + (i + k) % 2 * 3) % len(PALETTE)])

    def dominoes(self, at: Vec3) -> None:
        """A spiral of dominoes, the outermost of which gets a push."""
        x, y, z = at
        angle = 0.0
        row: list[dw.Entity] = []
        while len(row) < 64:
            radius = 6.4 - 0.34 * angle
            place = x + radius * math.cos(angle), y + 0.65, z + radius * math.sin(angle)
            half = (math.pi / 2 - angle) / 2
            row.append(self.put("domino", place, PALETTE[len(row) // 4 % 6], (0, math.sin(half), 0, math.cos(half))))
            angle += 0.62 / radius
        row[0].body.apply_impulse((0, 0, 2.2 * row[0].body.mass), (x + 6.4, y + 1.2, z))

    # ---- what hangs together --------------------------------------------------------------------------------------

    def chain(self, at: Vec3) -> None:
        """Links from the air down, a heavy ball at the end, which gets a push."""
        x, y, z = at
        top, step = y + 9.0, 0.66
        for i in range(10):
            above, hold = (f"link-{i - 1}", (0.0, -0.33, 0.0)) if i else ("", None)
            joint = dw.Joint(kind="ball", other=above, anchor=(0, 0.33, 0), other_anchor=hold)
            body = dw.Body(angular_damping=0.4)
            self.put("link", (x, top - step * (i + 0.5), z), "steel", (0, 0, 0, 1), joint, name=f"link-{i}", body=body)
        joint = dw.Joint(kind="ball", other="link-9", anchor=(0, 0.55, 0), other_anchor=(0.0, -0.33, 0.0))
        body = dw.Body(velocity=(5.0, 0.0, 1.5), can_sleep=False)
        self.put("ball", (x, top - step * 10 - 0.55, z), "coral", (0, 0, 0, 1), joint, body=body)

    def wrecker(self, at: Vec3) -> None:
        """A heavy ball on a long cable, let go to one side."""
        x, y, z = at
        long = 11.0
        angle = math.radians(62)
        place = x + long * math.sin(angle), y + 12.6 - long * math.cos(angle), z
        joint = dw.Joint(kind="distance", other_anchor=(x, y + 12.6, z), length=long)
        made = self.put("wrecker", place, "steel", (0, 0, 0, 1), joint, body=dw.Body(can_sleep=False))
        self.world.tag([made.row], "cable")

    def ragdoll(self, at: Vec3) -> None:
        """Somebody who lets himself fall."""
        world = self.world
        root = world.spawn("empty", at, name="figure", tags={"figure"})
        color = PALETTE[int(world.random.integers(len(PALETTE)))]
        trousers = PALETTE[(PALETTE.index(color) + 3) % len(PALETTE)]
        lying = (0, 0, math.sin(math.pi / 4), math.cos(math.pi / 4))

        def part(kind: str, name: str, place: Vec3, tint: str, turn: Any, *joint: dw.Joint) -> None:
            self.put(kind, place, tint, turn, *joint, name=name, parent=root, body=dw.Body(angular_damping=0.6))

        def ball(other: str, anchor: Vec3) -> dw.Joint:
            return dw.Joint(kind="ball", other=other, anchor=anchor)

        def hinge(other: str, anchor: Vec3, low: float, high: float, axis: Vec3) -> dw.Joint:
            return dw.Joint(kind="hinge", other=other, anchor=anchor, axis=axis, minimum=low, maximum=high)

        straight = (0, 0, 0, 1)
        part("torso", "torso", (0, 1.55, 0), color, straight)
        part("hips", "hips", (0, 1.02, 0), trousers, straight, ball("torso", (0, 0.18, 0)))
        part("head", "head", (0, 2.2, 0), "skin", straight, ball("torso", (0, -0.3, 0)))
        for side, name in ((-1, "left"), (1, "right")):
            x = side * 0.62
            part("arm", f"{name}-arm", (x, 1.78, 0), color, lying, ball("torso", (0, side * 0.28, 0)))
            x = side * 1.2
            elbow = hinge(f"{name}-arm", (0, side * 0.29, 0), -130.0, 5.0, (1, 0, 0))
            part("arm", f"{name}-hand", (x, 1.78, 0), "skin", lying, elbow)
            x = side * 0.19
            part("leg", f"{name}-leg", (x, 0.5, 0), trousers, straight, ball("hips", (0, 0.38, 0)))
            knee = hinge(f"{name}-leg", (0, 0.35, 0), -5.0, 130.0, (1, 0, 0))
            part("leg", f"{name}-foot", (x, -0.2, 0), trousers, straight, knee)
