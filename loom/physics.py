"""What is wrong with a scene's bodies, colliders and joints; all of it is told with the scene's other problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.grid import grid_of
from ..engine.declare import problems_of, say
from ..engine.errors import Problem
from ..engine.math import F64, I32
from ..engine.scene.components import Mesh
from ..engine.scene.expressions import near_names
from ..engine.scene.physics import (
    LARGEST_HULL,
    MOST_DECOMPOSED,
    MOST_LAYERS,
    MOST_PLANAR,
    Body,
    Character,
    Collider,
    Joint,
    Physics,
)
from ..engine.scene.rules import TOUCHES, Rule
from ..engine.scene.scene import Scene
from .findings import Findings
from .references import LoadedMesh

ROUND = {"sphere": (0, 1, 2), "capsule": (0, 2), "cylinder": (0, 2), "cone": (0, 2)}
"""Along which axes a shape must be scaled alike."""
OF_MESH = ("convex", "decomposition", "mesh", "heightfield")


def check_physics(
    scene: Scene, sound: Mapping[type, list[int]], meshes: Mapping[int, LoadedMesh], found: Findings
) -> None:
    """Add what is wrong to `found`. `sound`: the slots of each component's values that have no problem so far."""
    found.extend(problems_of(scene.physics, "", "physics."))
    found.extend(_layer_problems(scene.physics))
    if any(p.code in ("cycle", "unknown-parent") for p in found.problems):
        return  # nobody can tell who hangs on whom
    bodies, colliders = scene.slots_of(Body), scene.slots_of(Collider)
    if (colliders >= 0).any() or (bodies >= 0).any():
        owner = owners(scene.parents, bodies >= 0, np.arange(len(scene), dtype=np.int32))
        _check_bodies(scene, sound, owner, found)
        _check_values(scene, sound, found)
        _check_shapes(scene, sound, owner, meshes, found)
        _check_scales(scene, sound, found)
    if sound.get(Character):
        _check_characters(scene, sound[Character], found)
    if sound.get(Joint):
        _check_joints(scene, sound[Joint], found)
    heard = [rule.name for rule in scene.rules if isinstance(rule, Rule) and rule.on in TOUCHES]  # pyright: ignore[reportUnnecessaryIsInstance]
    if heard and not (colliders >= 0).any():
        found.remark_rule(heard[0], "on", "Contact, but nothing has a Collider", "one can come while the scene runs")
    if scene.physics.engine == "none" and (bodies >= 0).any():
        found.remark(
            np.flatnonzero(bodies >= 0), "still", "Body", "in a scene without physics", "nothing moves by itself"
        )


def owners(parents: I32, has_body: NDArray[np.bool_], rows: I32) -> I32:
    """(k,) the row of the Body that each row belongs to: its own or the nearest above; -1 for none."""
    owner = rows.copy()
    while True:
        look = owner >= 0
        look[look] = ~has_body[owner[look]]
        if not look.any():
            return owner
        owner[look] = parents[owner[look]]


def _layer_problems(physics: Physics) -> Iterator[Problem]:
    layers = physics.layers
    if len(layers) > MOST_LAYERS:
        yield Problem("layers", "", "physics.layers", f"of {len(layers)} layers", f"of at most {MOST_LAYERS}")
    for name in layers:
        if not name or layers.count(name) > 1:
            yield Problem("layers", "", "physics.layers", say(list(layers)), "names, each of them once")
            return


def _check_bodies(scene: Scene, sound: Mapping[type, list[int]], owner: I32, found: Findings) -> None:
    values = scene.values_of(Body)
    carried = np.zeros(len(scene), bool)
    own = owner[scene.slots_of(Collider) >= 0]
    carried[own[own >= 0]] = True
    for slot in sound.get(Body, ()):
        body = values[slot]
        if body.kind == "dynamic" and not body.mass:
            rows = found.carriers(Body).of(slot)
            hint = "add a dw.Collider, or give it a mass"
            wanted = "with a Collider on the object, or on one that hangs on it"
            found.on(rows[~carried[rows]], Problem("no-collider", "", "Body", "without a shape", wanted, hint))
        else:
            rows = found.carriers(Body).of(slot)
            bare = rows[~carried[rows]]
            found.remark(bare, "no-collider", "Body", "without a Collider", "it passes through everything")


def _check_values(scene: Scene, sound: Mapping[type, list[int]], found: Findings) -> None:
    known = scene.physics.layers
    for slot in sound.get(Collider, ()):
        value: Collider = scene.values_of(Collider)[slot]
        named = [("layer", value.layer), *(("collides_with", name) for name in value.collides_with)]
        for field, name in named:
            if name not in known:
                wanted = "one of the scene's layers, " + ", ".join(known)
                p = Problem("layer", "", f"Collider.{field}", say(name), wanted, "scene.physics has them")
                found.on(found.carriers(Collider).of(slot), p)
        if not any(value.rotation):
            p = Problem("zero-rotation", "", "Collider.rotation", "[0, 0, 0, 0]", "a quaternion of length 1")
            found.on(found.carriers(Collider).of(slot), p)


def _check_shapes(
    scene: Scene, sound: Mapping[type, list[int]], owner: I32, meshes: Mapping[int, LoadedMesh], found: Findings
) -> None:
    bodies, mesh_slots = scene.slots_of(Body), scene.slots_of(Mesh)
    dynamic = np.array([*(body.kind == "dynamic" for body in scene.values_of(Body)), False], bool)
    for slot in sound.get(Collider, ()):
        shape = scene.values_of(Collider)[slot].shape
        if shape not in OF_MESH:
            continue
        rows = found.carriers(Collider).of(slot)
        bare = rows[mesh_slots[rows] < 0]
        wanted = f'on an object with a Mesh, for shape "{shape}"'
        found.on(bare, Problem("no-mesh", "", "Collider.shape", "on an object without one", wanted))
        if shape not in ("convex", "decomposition"):
            own = owner[rows]
            moves = (own >= 0) & dynamic[np.where(own >= 0, bodies[own], -1)]
            wanted = '"convex", "decomposition", a simple shape or several of them, for a dynamic Body'
            hint = "triangles have no inside that could be pushed out of"
            found.on(rows[moves], Problem("hollow", "", "Collider.shape", say(shape), wanted, hint))
        for mesh_slot in sorted(set(mesh_slots[rows[mesh_slots[rows] >= 0]].tolist())):
            loaded = meshes.get(mesh_slot)
            if loaded is not None:
                planar = scene.physics.engine == "planar"
                for p in _geometry_problems(shape, loaded.data.positions, loaded.data.indices, planar=planar):
                    found.on(rows[mesh_slots[rows] == mesh_slot], p)


def _geometry_problems(shape: str, points: Any, indices: Any, *, planar: bool) -> Iterator[Problem]:
    """Why a shape can't be made of a mesh, whose arrays may be anything."""
    arrays = isinstance(points, np.ndarray) and isinstance(indices, np.ndarray)
    if not (arrays and points.ndim == 2 and points.shape[1] == 3 and len(points) and np.isfinite(points).all()):
        return  # which was told before
    if indices.ndim != 1 or len(indices) % 3 or not len(indices) or int(indices.max()) >= len(points):
        return
    if shape == "convex":
        distinct = np.unique(points, axis=0)
        if len(distinct) > LARGEST_HULL:
            wanted = f"of at most {LARGEST_HULL}"
            hint = "carry a simpler mesh on a child, or simple shapes"
            yield Problem("hull", "", "Collider.shape", f"the hull of {len(distinct)} points", wanted, hint)
        elif flat(distinct):
            yield Problem("hull", "", "Collider.shape", "the hull of points in one plane", "of a mesh with a volume")
    elif shape == "decomposition":
        if len(indices) > 3 * MOST_DECOMPOSED:
            wanted = f"of at most {MOST_DECOMPOSED:,}"
            hint = "carry a simpler mesh on a child"
            found = f"the decomposition of {len(indices) // 3:,} triangles"
            yield Problem("hull", "", "Collider.shape", found, wanted, hint)
        elif flat(points):
            found = "the decomposition of points in one plane"
            yield Problem("hull", "", "Collider.shape", found, "of a mesh with a volume")
    elif shape == "mesh":
        if not has_area(points, indices):
            yield Problem("no-area", "", "Collider.shape", "of triangles without any area", "of a mesh with a surface")
        elif planar and len(indices) > 3 * MOST_PLANAR:
            wanted, hint = f"of at most {MOST_PLANAR:,} in planar physics", "carry a simpler mesh on a child"
            yield Problem("mesh", "", "Collider.shape", f"of {len(indices) // 3:,} triangles", wanted, hint)
        elif planar and not has_area(points * np.array((1, 1, 0), np.float32), indices):
            wanted = "of one with an area there, for planar physics"
            yield Problem("no-area", "", "Collider.shape", "of a mesh that is a line when seen along z", wanted)
    elif grid_of(points) is None:
        wanted = "of a Mesh whose points form a grid in x and z, one height each"
        yield Problem("no-grid", "", "Collider.shape", "of a Mesh that is no grid", wanted)


def flat(points: NDArray[np.float32]) -> bool:
    """Whether (n, 3) points lie in one plane, or nearly: they have no hull with a volume."""
    if len(points) < 4:
        return True
    spread = np.linalg.svd((points - points.mean(axis=0)).astype(np.float64), compute_uv=False)
    return bool(spread[2] <= 1e-5 * max(float(spread[0]), 1e-30))


def has_area(points: NDArray[np.float32], indices: NDArray[np.uint32]) -> bool:
    """Whether any triangle has an area."""
    a, b, c = (points[indices[i::3]].astype(np.float64) for i in range(3))
    return bool(np.cross(b - a, c - a).any())


def _check_scales(scene: Scene, sound: Mapping[type, list[int]], found: Findings) -> None:
    for slot in sound.get(Collider, ()):
        shape = scene.values_of(Collider)[slot].shape
        if shape not in ROUND:
            continue
        rows = found.carriers(Collider).of(slot)
        factors = np.abs(_scales(scene, rows))[:, ROUND[shape]]
        uneven = np.ptp(factors, axis=1) > 1e-3 * factors.max(axis=1)
        wanted = f"the same along {' and '.join('xyz'[i] for i in ROUND[shape])}, for a Collider that is a {shape}"
        hint = "use a convex one, or carry the Collider on an object that is not scaled"
        found.on(rows[uneven], Problem("uneven-scale", "", "scale", "uneven", wanted, hint))


def _scales(scene: Scene, rows: NDArray[np.int64]) -> F64:
    """(k, 3) the factors of objects and of all above them."""
    out = scene.scales[rows].copy()
    above = scene.parents[rows]
    while (above >= 0).any():
        at = np.flatnonzero(above >= 0)
        out[at] *= scene.scales[above[at]]
        above[at] = scene.parents[above[at]]
    return out


def _check_characters(scene: Scene, sound: list[int], found: Findings) -> None:
    bodies, colliders = scene.slots_of(Body), scene.slots_of(Collider)
    for slot in sound:
        for row in found.carriers(Character).of(slot).tolist():
            body = scene.values_of(Body)[bodies[row]] if bodies[row] >= 0 else None
            collider = scene.values_of(Collider)[colliders[row]] if colliders[row] >= 0 else None
            wanted = 'on one with a Body(kind="kinematic")'
            hint = "a tick moves it, not forces"
            if body is None:
                _refuse(found, row, "no-body", "on an object without a Body", wanted, hint)
            elif body.kind != "kinematic":
                _refuse(found, row, "body-kind", f'with a Body of the kind "{body.kind}"', wanted, hint)
            wanted = "on one with a Collider of its own, such as a capsule"
            if collider is None:
                _refuse(
                    found, row, "no-collider", "on an object without a Collider", wanted, "add dw.Collider.capsule()"
                )
            elif collider.sensor:
                _refuse(found, row, "sensor", "with a Collider that is a sensor", "with one that touches", "")
            elif collider.shape in ("mesh", "heightfield"):
                wanted = "with a shape that has an inside"
                _refuse(
                    found, row, "hollow", f'with a Collider of the shape "{collider.shape}"', wanted, "use a capsule"
                )


def _refuse(found: Findings, row: int, code: str, what: str, wanted: str, hint: str) -> None:
    found.on(np.array([row]), Problem(code, "", "Character", what, wanted, hint))


def _check_joints(scene: Scene, sound: list[int], found: Findings) -> None:
    first = {name: row for row, name in reversed(list(enumerate(scene.names)))}
    has_body = scene.slots_of(Body) >= 0
    slots = scene.slots_of(Joint)
    for slot in sound:
        joint: Joint = scene.values_of(Joint)[slot]
        rows = np.flatnonzero(slots == slot)
        if joint.other and joint.other not in first:
            wanted = "the name of an object, or empty for the world"
            hint = near_names(joint.other, scene.names[:10_000])
            found.on(rows, Problem("unknown-object", "", "Joint.other", say(joint.other), wanted, hint))
            continue
        if joint.kind in ("hinge", "slider") and not any(joint.axis):
            found.on(rows, Problem("no-axis", "", "Joint.axis", "[0, 0, 0]", "a direction"))
        if joint.minimum is not None and joint.maximum is not None and joint.minimum > joint.maximum:
            wanted = f"at most maximum, which is {say(joint.maximum)}"
            found.on(rows, Problem("limits", "", "Joint.minimum", say(joint.minimum), wanted))
        mine = owners(scene.parents, has_body, rows.astype(np.int32))
        other = np.full(1, first[joint.other] if joint.other else -1, np.int32)
        theirs = int(owners(scene.parents, has_body, other)[0])
        wanted = "between two different Bodies, or between a Body and the world"
        hint = "a dw.Body on this object, or on the other one, gives it something to hold"
        found.on(rows[mine == theirs], Problem("joint", "", "Joint.other", say(joint.other), wanted, hint))
        _remark_joint(joint, rows, found)


def _remark_joint(joint: Joint, rows: NDArray[np.int64], found: Findings) -> None:
    """What a joint says that its kind has no use for."""
    turns = joint.kind in ("hinge", "slider")
    if joint.motor != "none" and not turns:
        found.remark(rows, "unused", "Joint.motor", f"that of a {joint.kind}", "only a hinge and a slider have motors")
    limited = joint.minimum is not None or joint.maximum is not None
    if limited and not turns and joint.kind != "distance":
        done = "only a hinge, a slider and a distance have limits"
        found.remark(rows, "unused", "Joint.minimum, maximum", f"those of a {joint.kind}", done)
