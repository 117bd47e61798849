"""The joints that an engine knows: which bodies they hold, and where."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.declare import Vec3, Vec4, problems_of
from ..engine.errors import PhysicsError
from ..engine.scene.physics import Joint
from ..engine.world import World
from ..loom.physics import owners
from .bodies import Bodies
from .checks import vec3, vec4
from .known import generations_of, with_body
from .physics_world import F64, I32, JointSpec, PhysicsWorld
from .poses import poses_of
from .rotations import inverse, multiplied, turned, turning_x_to
from .soundness import FARTHEST


class Joints:
    """Joints, by their rows.

    held: (generation of a, of b, a, b, the other object), -1 for the world.  refused: rows of those that can't be.
    anchors: where each one holds, on a and on b (in the world where that is -1), metres.
    """

    def __init__(self, world: World, bodies: Bodies) -> None:
        self.world = world
        self.bodies = bodies
        self.held: dict[int, tuple[Any, ...]] = {}
        self.refused: set[int] = set()
        self.anchors: dict[int, tuple[Vec3, Vec3]] = {}

    def rejoin(self, engine: PhysicsWorld, changed: I32, remade: I32, problems: list[PhysicsError]) -> None:
        """Joints that came, went, or hold other bodies than before.

        changed: rows whose Joints were written to.  remade: rows of bodies that were made anew.
        """
        joints = self.world.tables.made(Joint)
        if not joints.count and not self.held:
            return
        wanted = self._wanted(problems)
        again, new = set(changed.tolist()), set(remade.tolist())
        for row in sorted(self.held):
            key = self.held[row]
            if wanted.get(row) != key or row in again or key[2] in new or key[3] in new:
                engine.remove_joint(row)
                del self.held[row]
        for row, key in wanted.items():
            if row not in self.held:
                value = joints.value(joints.slot(row))
                try:
                    spec = self._spec(row, key[4], key[2], key[3], value)
                    engine.add_joint(row, spec)
                    self.held[row], self.anchors[row] = key, (spec.anchor_a, spec.anchor_b)
                except PhysicsError as error:
                    name = f'"{self.world.names[row]}"'
                    told = name in str(error)
                    problems.append(error if told else PhysicsError(f"the Joint of {name}: {error}"))

    def save(self) -> list[Any]:
        """Those that are held, for `load`, as JSON has it: without generations, which count on when one goes back."""
        return [[row, *self.held[row][2:], *self.anchors[row]] for row in sorted(self.held)]

    def load(self, held: list[Any]) -> None:
        """Go back, with an engine that has them."""
        lives = self._lives()
        self.held = {row: (lives.get(a, 0), lives.get(b, 0), a, b, other) for row, a, b, other, _, _ in held}
        self.anchors = {row: (tuple(on_a), tuple(on_b)) for row, _, _, _, on_a, on_b in held}

    def _lives(self) -> dict[int, int]:
        """The generations of the bodies that there are, by their rows."""
        known = self.bodies.known.rows
        return dict(zip(known.tolist(), generations_of(self.world, known).tolist(), strict=True))

    def ends(self) -> tuple[F64, F64]:
        """Where joints hold now: (k, 3) points on the one body, and on the other."""
        rows = sorted(row for row in self.held if row in self.anchors)
        made: list[F64] = []
        for side in (0, 1):
            body = np.array([self.held[row][2 + side] for row in rows], np.int32)
            point = np.array([self.anchors[row][side] for row in rows], np.float64).reshape(-1, 3)
            on = np.flatnonzero(body >= 0)
            poses = poses_of(self.world.transforms, body[on])
            point[on] = poses.position + turned(poses.rotation, point[on])
            made.append(point)
        return made[0], made[1]

    def _wanted(self, problems: list[PhysicsError]) -> dict[int, tuple[Any, ...]]:
        """What joints are to hold; those that can't be are refused, and told once."""
        world = self.world
        joints, has, parents = world.tables.made(Joint), with_body(world), world.transforms.parent
        lives = self._lives()
        wanted: dict[int, tuple[Any, ...]] = {}
        for row in joints.ascending().tolist():
            value: Joint = joints.value(joints.slot(row))
            try:
                other = self._other(row, value)
                ends = np.array([row, other] if other >= 0 else [row], np.int32)
                a, b = (*owners(parents, has, ends).tolist(), -1)[:2]
                if a == b:
                    name = world.names[row]
                    raise PhysicsError(f'the Joint of "{name}" holds a Body to itself, or nothing to the world')
            except PhysicsError as error:
                if row not in self.refused:
                    problems.append(error)
                self.refused.add(row)
                continue
            if any(end >= 0 and end not in lives for end in (a, b)):  # it was told why that is left out
                continue
            wanted[row] = (lives.get(a, 0), lives.get(b, 0), a, b, other)
        return wanted

    def _other(self, row: int, joint: Joint) -> int:
        """The row of the object that a joint names: the nearest of that name below what is above; -1 for the world."""
        if not joint.other:
            return -1
        world = self.world
        t = world.transforms
        top = row
        while top >= 0:
            below = t.with_all_below(np.array([top], np.int32))
            for one in below.tolist():
                if one != row and world.names[one] == joint.other:
                    return int(one)
            top = int(t.up[top])
        found = world.roster.find(joint.other)
        if found is None:
            name = world.names[row]
            raise PhysicsError(f'the Joint of "{name}" holds on to "{joint.other}", which is not in the world')
        return found

    def _spec(self, row: int, other: int, a: int, b: int, value: Joint) -> JointSpec:
        """Raises PhysicsError for what can't be held."""
        t, name = self.world.transforms, self.world.names[row]
        for problem in problems_of(value, name, "Joint."):
            raise PhysicsError(str(problem))
        if value.minimum is not None and value.maximum is not None and value.minimum > value.maximum:
            raise PhysicsError(f'the Joint of "{name}" has a minimum of {value.minimum:g} above its maximum')
        mine = poses_of(t, np.array([row], np.int32))
        point = mine.position + turned(mine.rotation, np.array([value.anchor]) * mine.scale)
        other_point = point
        if value.other_anchor is not None:
            theirs = np.array([value.other_anchor], np.float64)
            if other >= 0:
                pose = poses_of(t, np.array([other], np.int32))
                theirs = pose.position + turned(pose.rotation, theirs * pose.scale)
            other_point = theirs
        axis = np.array(value.axis if value.kind in ("hinge", "slider") else (1.0, 0.0, 0.0), np.float64)
        length = float(np.linalg.norm(axis))
        if not length:
            raise PhysicsError(f'the axis of the Joint of "{name}" is [0, 0, 0]')
        frame = multiplied(mine.rotation, turning_x_to(axis / length)[None])
        if value.kind in ("fixed", "ball"):
            frame = mine.rotation
        anchors: list[Vec3] = []
        frames: list[Vec4] = []
        for body, place in ((a, point), (b, other_point)):
            if body < 0:
                anchors.append(vec3(place[0]))
                frames.append(vec4(frame[0]))
                continue
            pose = poses_of(t, np.array([body], np.int32))
            back: F64 = inverse(pose.rotation)
            anchors.append(vec3(turned(back, place - pose.position)[0]))
            frames.append(vec4(multiplied(back, frame)[0]))
        if not all(abs(number) <= FARTHEST for place in (*anchors, *frames) for number in place):
            raise PhysicsError(f'the Joint of "{name}" holds on to a point that is nowhere')
        apart = float(np.linalg.norm(point - other_point)) if value.length is None else value.length
        turning = value.kind == "hinge"
        return JointSpec(
            value.kind,
            a,
            b,
            anchors[0],
            anchors[1],
            frames[0],
            frames[1],
            _limits(value),
            apart,
            value.stiffness,
            value.damping,
            value.motor,
            float(np.radians(value.motor_target)) if turning else value.motor_target,
            value.motor_force,
            value.collide,
        )


def _limits(value: Joint) -> tuple[float, float] | None:
    """From where to where a joint lets things go: radians for hinges, else metres."""
    if value.minimum is None and value.maximum is None:
        return None
    low = -1e6 if value.minimum is None else value.minimum
    high = 1e6 if value.maximum is None else value.maximum
    if value.kind == "distance":
        return max(low, 0.0), high
    return (float(np.radians(low)), float(np.radians(high))) if value.kind == "hinge" else (low, high)
