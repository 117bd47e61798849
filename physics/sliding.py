"""How characters get through a world: as far as they can go, along what stops them, up steps and down to the ground.

Collide and slide (Fauerby, "Improved Collision Detection and Response", 2003), where what is met becomes a plane and
motion that goes into several planes is clipped by all of them (id Software, Quake's SV_FlyMove). Sweeps are
conservative advancements (Mirtich 1996) by separating planes: between two convex shapes the plane across their
shortest distance keeps them apart until the moving one has come that near. So an engine has to answer one question
only, what is near, and both engines give the same paths.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ..engine.declare import Vec3
from .physics_world import Near

LEAST = 1e-5
"""Metres that one comes nearer to something for it to be in the way at all."""
CLOSE = 1e-4
"""Metres that count as arrived."""
MOST_ADVANCES, MOST_SLIDES = 16, 6
PERCH = 0.5
"""The cosine of the steepest that a round foot may rest on an edge whose top could be stood on."""
OVERHEAD = -0.1
"""The cosine against up of what is a ceiling and no wall."""


def dot(a: Vec3, b: Vec3) -> float:
    """Their scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def plus(a: Vec3, b: Vec3, times: float = 1.0) -> Vec3:
    """a + times b."""
    return a[0] + times * b[0], a[1] + times * b[1], a[2] + times * b[2]


def times(a: Vec3, factor: float) -> Vec3:
    """A vector so many times as long."""
    return a[0] * factor, a[1] * factor, a[2] * factor


def length_of(a: Vec3) -> float:
    """Its length."""
    return math.sqrt(dot(a, a))


def unit(a: Vec3) -> Vec3 | None:
    """At unit length; None for what has none."""
    length = length_of(a)
    return None if length < 1e-9 else times(a, 1 / length)


def clipped(way: Vec3, planes: list[Vec3]) -> Vec3:
    """A way or a velocity without what goes into any of the planes (unit normals), along their edges where need be."""
    for i, normal in enumerate(planes):
        into = dot(way, normal)
        if into >= -1e-9:
            continue
        along = plus(way, normal, -into)
        other = next((n for j, n in enumerate(planes) if j != i and dot(along, n) < -1e-6), None)
        if other is None:
            return along
        edge = unit(_cross(normal, other))
        if edge is None:
            return 0.0, 0.0, 0.0
        along = times(edge, dot(way, edge))
        stuck = any(dot(along, n) < -1e-6 for n in planes if n is not normal and n is not other)
        return (0.0, 0.0, 0.0) if stuck else along
    return way


def _cross(a: Vec3, b: Vec3) -> Vec3:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@dataclass(slots=True)
class Legs:
    """What one character can do in this tick, and what it met.

    near: what is nearer than so many metres to it, put to a place.  surface: the normal of what lies below a point, at
    most so many metres; None for nothing.  up: unit length.  girth: half its width, metres.  level: the cosine of the
    steepest that it stands on.  floor: what it stands on; walls: normals of those in its way, made level.
    """

    near: Callable[[Vec3, float], list[Near]]
    surface: Callable[[Vec3, float], Vec3 | None]
    up: Vec3
    girth: float
    skin: float
    step_height: float
    snap: float
    level: float
    floor: Near | None = None
    walls: list[Vec3] = field(default_factory=list[Vec3])
    ceiling: bool = False
    met: dict[tuple[int, int], Near] = field(default_factory=dict[tuple[int, int], Near])

    # ---- sweeps -----------------------------------------------------------------------------------------------------

    def sweep(self, at: Vec3, way: Vec3, without: int = -1) -> tuple[Vec3, float, Near | None]:
        """Where it comes to from `at` along `way`, metres that are left, and what stopped it.

        without: the row of a body that is not in the way.
        """
        whole = length_of(way)
        if whole < 1e-9:
            return at, 0.0, None
        direction, gone = times(way, 1 / whole), 0.0
        hit: Near | None = None
        for _ in range(MOST_ADVANCES):
            left = whole - gone
            nearest, into = left, 0.0
            hit = None
            for one in self.near(at, left + self.skin + CLOSE):
                approach = -dot(one.normal, direction)
                if approach * left < LEAST or one.label[0] == without:
                    continue
                free = (one.distance - self.skin) / approach
                if free < nearest - CLOSE or (hit is not None and free < nearest + CLOSE and approach > into):
                    nearest, hit, into = min(free, nearest), one, approach
            step = max(nearest, 0.0)
            at, gone = plus(at, direction, step), gone + step
            if hit is None:
                return at, 0.0, None
            if step < CLOSE:
                self.met.setdefault(hit.label, hit)
                return at, whole - gone, hit
        return at, whole - gone, hit

    def freed(self, at: Vec3) -> Vec3:
        """Out of what moved into it."""
        for _ in range(4):
            inside = [one for one in self.near(at, self.skin) if one.distance < 0.5 * self.skin]
            if not inside:
                return at
            deepest = min(inside, key=lambda one: one.distance)
            self.met.setdefault(deepest.label, deepest)
            at = plus(at, deepest.normal, self.skin - deepest.distance)
        return at

    def feel(self, at: Vec3) -> None:
        """Know the ground that it stands on."""
        below = [one for one in self.near(at, 2 * self.skin) if dot(one.normal, self.up) >= PERCH]
        if below:
            self.floor = max(below, key=lambda one: dot(one.normal, self.up))

    def level_part(self, v: Vec3) -> Vec3:
        """A vector without what goes up."""
        return plus(v, self.up, -dot(v, self.up))

    def is_floor(self, hit: Near, perch: float = PERCH, highest: float = math.inf) -> bool:
        """Whether one can stand on what was met: its slope, or the top of the edge that a round foot met.

        highest: metres that such an edge may be above the ground.
        """
        rise = dot(hit.normal, self.up)
        if rise >= self.level:
            return True
        if rise < perch:
            return False
        if self.floor is not None and dot(plus(hit.point, self.floor.point, -1), self.up) > highest + self.skin:
            return False
        inward = unit(self.level_part(hit.normal))
        if inward is None:
            return False
        behind = plus(plus(hit.point, inward, -0.02), self.up, 0.03)
        top = self.surface(behind, 0.06)
        return top is not None and dot(top, self.up) >= self.level

    # ---- on the ground ----------------------------------------------------------------------------------------------

    def walk(self, at: Vec3, way: Vec3) -> Vec3:
        """Along a level way over the ground: as far as it goes, sliding along walls, up slopes and steps."""
        for _ in range(MOST_SLIDES):
            if length_of(way) < 1e-7:
                break
            move = self._over_ground(way)
            at, left, hit = self.sweep(at, move)
            if hit is None:
                break
            way = times(way, left / length_of(move))
            if self.is_floor(hit, highest=self.step_height):
                self.floor = hit
                continue
            stepped = self._step_up(at, way)
            if stepped is not None:
                at, way = stepped
                continue
            wall = unit(self.level_part(hit.normal))
            if wall is None:
                break
            self.walls.append(wall)
            way = clipped(way, self.walls)
        return at

    def _over_ground(self, way: Vec3) -> Vec3:
        """A level way, up and down with the ground; as far along as it was on the level."""
        if self.floor is None:
            return way
        normal = self.floor.normal
        rise = dot(normal, self.up)
        climb = -dot(normal, way) / rise if rise >= PERCH else 0.0
        return plus(way, self.up, climb) if climb > 0 or rise >= self.level else way

    def _step_up(self, at: Vec3, way: Vec3) -> tuple[Vec3, Vec3] | None:
        """Up, on and down again: where that leads, and what is left of the way; None where there is no step."""
        wanted = length_of(way)
        direction = unit(way)
        if self.step_height < CLOSE or direction is None:
            return None
        kept = dict(self.met)
        above, left, _ = self.sweep(at, times(self.up, self.step_height))
        risen = self.step_height - left
        if risen > CLOSE:
            for far in (wanted, max(wanted, 0.2 * self.girth + self.skin)):  # that the foot gets a hold
                ahead, left, _ = self.sweep(above, times(direction, far))
                gone = far - left
                if gone < CLOSE:
                    break
                down, _, hit = self.sweep(ahead, times(self.up, -risen))
                if hit is None or not self.is_floor(hit) or dot(plus(down, at, -1), self.up) < CLOSE:
                    continue
                rise = 0.0 if self.floor is None else dot(plus(hit.point, self.floor.point, -1), self.up)
                if rise < self.step_height + self.skin:  # of what is higher a round foot would only get the edge
                    self.floor = hit
                    return down, times(direction, max(wanted - gone, 0.0))
        self.met = kept
        return None

    def snapped(self, at: Vec3) -> Vec3 | None:
        """Down to the ground that holds it; None where there is none."""
        way = times(self.up, -max(self.snap, 2 * self.skin))
        for _ in range(3):
            at, left, hit = self.sweep(at, way)
            if hit is None:
                return None
            if self.is_floor(hit):
                self.floor = hit
                return at
            along = clipped(times(self.up, -left), [hit.normal])
            if dot(along, self.up) > -CLOSE:
                return None
            way = along  # off an edge, as down a stair
        return None

    # ---- in the air -------------------------------------------------------------------------------------------------

    def fly(self, at: Vec3, way: Vec3, velocity: Vec3) -> tuple[Vec3, Vec3, Near | None]:
        """Along a way through the air: where it comes to, its velocity then, and the ground where it landed."""
        planes: list[Vec3] = []
        begun, rest = at, way
        for _ in range(MOST_SLIDES):
            if length_of(rest) < 1e-7:
                break
            at, left, hit = self.sweep(at, rest)
            if hit is None:
                break
            rest = times(rest, left / length_of(rest))
            rise = dot(hit.normal, self.up)
            if dot(velocity, self.up) <= 1e-6 and self.is_floor(hit):
                self.floor = hit
                at = self.walk(at, self.level_part(rest))
                return at, self.level_part(velocity), hit
            flat = unit(self.level_part(hit.normal))
            if rise < OVERHEAD:
                self.ceiling = True
            elif flat is not None:
                self.walls.append(flat)
                if rise > 0.01:
                    planes.append(flat)  # too steep: one does not get up there by running
            planes.append(hit.normal)
            rest, velocity = clipped(rest, planes), clipped(velocity, planes)
        held = len(planes) > 2 and dot(velocity, self.up) <= 0 and length_of(plus(at, begun, -1)) < CLOSE
        return at, velocity, next(iter(self.met.values())) if held else None
