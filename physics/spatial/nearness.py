"""What is near a collider in rapier: its shape alone in a small world, and what may be near put before it one by one.

Rapier tells the shortest distance of two shapes as part of a cast that begins within it. Casts along an axis of both
shapes lose that now and then, so directions without any symmetry are tried one after the other. Triangles of meshes
and heightfields are taken by themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from ...engine.declare import Vec3, Vec4
from ..physics_world import Label, Near

_WAYS = ((0.6, 0.64, 0.48), (-0.48, 0.6, 0.64), (0.36, -0.48, 0.8), (-0.64, -0.48, -0.6))
_MARGIN = 0.01
"""Metres farther than asked for, since what is just within reach gets lost most."""


class Nearness:
    """Of one collider of a rapier world, which must be convex, and stay what it is."""

    def __init__(self, world: Any, handle: Any) -> None:
        self._handle = handle
        collider = world.colliders[handle]
        self._shape = collider.shape
        self._local = collider.position_wrt_parent
        self._body = collider.parent
        groups = collider.collision_groups
        self._filter = rapier.QueryFilter().exclude_sensors().exclude_rigid_body(self._body).groups(groups)
        core, self._radius = _core(self._shape)
        self._alone = alone = rapier.PhysicsWorld(gravity=(0.0, 0.0, 0.0))
        alone.set_num_threads(1)
        alone.add_collider(rapier.Collider.new(core), alone.add_body(rapier.RigidBody.fixed()))
        alone.step()
        alone.update_query_pipeline()

    def near(
        self, world: Any, queries: Any, labels: dict[Any, Label], meshes: Meshes, at: Vec3, turn: Vec4, reach: float
    ) -> list[Near]:
        """See `PhysicsWorld.near`."""
        pose = rapier.Isometry3(at, turn) * self._local
        box = self._shape.compute_aabb(pose)
        lows, highs, wide = box.mins, box.maxs, reach + _MARGIN
        low = (lows.x - wide, lows.y - wide, lows.z - wide)
        high = (highs.x + wide, highs.y + wide, highs.z + wide)
        handles: list[Any] = []
        queries.colliders_with_aabb_intersecting_aabb(rapier.Aabb(low, high), handles.append, self._filter)
        back = pose.inverse()
        options = rapier.ShapeCastOptions(1e-4, wide + self._radius, True, True)
        found: list[Near] = []
        for handle in handles:
            collider = world.colliders[handle]
            shape, place = collider.shape, collider.position
            parts = meshes.parts(handle, shape, place, low, high)
            seen = back * place
            for part in (shape,) if parts is None else parts:
                one = self._nearest(part, seen, options, pose, labels[handle])
                if one is not None and one.distance <= reach:
                    found.append(one)
        return found

    def _nearest(self, shape: Any, seen: Any, options: Any, pose: Any, label: Label) -> Near | None:
        queries, radius = self._alone.query_pipeline, self._radius
        for way in _WAYS:
            found = queries.cast_shape(seen, way, shape, options, None)
            if found is None:
                continue
            hit = found[1]
            n, mine, other = hit.normal1, hit.witness1, seen.transform_point(hit.witness2)
            distance = (other.x - mine.x) * n.x + (other.y - mine.y) * n.y + (other.z - mine.z) * n.z
            if not abs(distance) <= options.target_distance + 1e-3 and not -10 < distance < 0:
                continue
            normal, point = pose.transform_vector(n), pose.transform_point(other)
            return Near(label, distance - radius, (-normal.x, -normal.y, -normal.z), (point.x, point.y, point.z))
        return None


def _core(shape: Any) -> tuple[Any, float]:
    """A shape without its roundness, and the radius of that: distances of what has corners only are exact."""
    ball, capsule = shape.as_ball(), shape.as_capsule()
    if ball is not None:
        return rapier.SharedShape.segment((0.0, -1e-5, 0.0), (0.0, 1e-5, 0.0)), ball.radius
    if capsule is not None:
        return rapier.SharedShape.segment(capsule.a, capsule.b), capsule.radius
    return shape, 0.0


class Meshes:
    """The triangles of meshes and heightfields, found by boxes."""

    def __init__(self) -> None:
        self._known: dict[Any, _Triangles | None] = {}

    def forget(self, handle: Any) -> None:
        """A collider is gone."""
        self._known.pop(handle, None)

    def parts(self, handle: Any, shape: Any, place: Any, low: Vec3, high: Vec3) -> list[Any] | None:
        """Shapes of the triangles that touch a box of the world; None for what is convex."""
        try:
            known = self._known[handle]
        except KeyError:
            mesh = shape.as_trimesh() or shape.as_heightfield()
            known = None
            if mesh is not None:
                points, triangles = mesh.to_trimesh() if hasattr(mesh, "to_trimesh") else (mesh.vertices, mesh.indices)
                known = _Triangles(np.asarray(points, np.float64), np.asarray(triangles))
            self._known[handle] = known
        return None if known is None else known.within(place, low, high)


class _Triangles:
    """corners: (m, 3, 3) metres, on their collider; lows, highs: (m, 3) their boxes."""

    def __init__(self, points: NDArray[np.float64], triangles: NDArray[Any]) -> None:
        self.corners = points[triangles.reshape(-1, 3)]
        self.lows, self.highs = self.corners.min(axis=1), self.corners.max(axis=1)
        self.made: dict[int, Any] = {}

    def within(self, place: Any, low: Vec3, high: Vec3) -> list[Any]:
        back = place.inverse()
        corners = [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
        box = np.array([(p.x, p.y, p.z) for p in map(back.transform_point, corners)])
        low_here, high_here = box.min(axis=0), box.max(axis=0)
        inside = (self.lows <= high_here).all(axis=1) & (self.highs >= low_here).all(axis=1)
        return [self._triangle(i) for i in np.flatnonzero(inside).tolist()]

    def _triangle(self, i: int) -> Any:
        made = self.made.get(i)
        if made is None:
            a, b, c = self.corners[i].tolist()
            made = self.made[i] = rapier.SharedShape.triangle(a, b, c)
        return made
