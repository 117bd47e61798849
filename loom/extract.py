"""Stage 2: world transforms, lights, cameras and tags as arrays, in the order of the scene's objects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import in_tables
from ..engine.errors import Problem, SceneError
from ..engine.live import Live
from ..engine.math import F32, F64, I32, affine_from_trs, compose_affine
from ..engine.scene.components import Camera, Light, PointLight, SpotLight, Sun
from ..engine.scene.scene import Scene
from ..shaders.structs import LIGHT, LightKind
from .columns import columns_of
from .findings import I64, LIMIT
from .validate import Checked
from .woven import Cameras, WovenComponents

KINDS: dict[type[Light], LightKind] = {Sun: LightKind.SUN, PointLight: LightKind.POINT, SpotLight: LightKind.SPOT}
CHUNK = 16_384  # rows at a time, so that what is computed stays in the cache


@dataclass(frozen=True, eq=False)
class Extracted:
    """What the objects carry. n objects.

    position (n, 3), rotation (n, 4), scale (n, 3): float32, relative to the parent.
    world: (n, 3, 4) float32, world_from_local.  mirrored: (n,) bool, where its determinant is negative.
    tags: (n, words) uint32, bit i % 32 of word i // 32 is tag i of `tag_names`, which are sorted.
    lights: (l,) structs.LIGHT, unordered.  components: what games declare, by the names of the types.
    """

    position: F32
    rotation: F32
    scale: F32
    world: F32
    mirrored: NDArray[np.bool_]
    tag_names: tuple[str, ...]
    tags: NDArray[np.uint32]
    lights: NDArray[np.void]
    cameras: Cameras
    components: tuple[WovenComponents, ...]


def extract(checked: Checked) -> Extracted:
    """Take out of the objects what is drawn by and found by. Raises SceneError where a world transform overflows."""
    scene = checked.scene
    levels = levels_of(checked.depth)
    world = world_transforms(checked.positions, checked.rotations, scene.scales, scene.parents, levels)
    with np.errstate(over="ignore"):
        position, rotation, scale = (
            column.astype(np.float32) for column in (checked.positions, checked.rotations, scene.scales)
        )
    if not all(np.isfinite(column).all() for column in (world, position, scale)):
        raise _overflow(scene, world, position, scale)
    mirrored = mirrored_rows(scene.scales, scene.parents, levels)
    tag_names, tags = _tags(scene)
    lights, cameras = _lights(scene, world), _cameras(scene)
    components = _components(scene)
    return Extracted(position, rotation, scale, world, mirrored, tag_names, tags, lights, cameras, components)


# ---- the tree -------------------------------------------------------------------------------------------------


def levels_of(depth: I32) -> list[I64]:
    """The rows of each level of the tree, roots first, ascending."""
    deepest = int(depth.max(initial=0))
    if not deepest:
        return [np.arange(len(depth))]
    order = np.argsort(depth.astype(np.int16) if deepest < 2**15 else depth, kind="stable")
    return np.split(order, np.cumsum(np.bincount(depth))[:-1])


def world_transforms(positions: F64, rotations: F64, scales: F64, parents: I32, levels: list[I64]) -> F32:
    """(n, 3, 4) float32 world_from_local, accumulated in float64 level by level. rotations: unit length."""
    world = np.empty((len(parents), 3, 4), np.float32)
    inner = np.zeros(len(parents), bool)  # rows that others hang on: only theirs are kept in float64
    inner[parents[parents >= 0]] = True
    place = np.cumsum(inner) - 1
    kept = np.empty((int(inner.sum()), 3, 4))
    with np.errstate(over="ignore", invalid="ignore"):  # `extract` looks for what became infinite
        for level, all_rows in enumerate(levels):
            for start in range(0, len(all_rows), CHUNK):
                rows = all_rows[start : start + CHUNK]
                whole = int(rows[-1]) - int(rows[0]) == len(rows) - 1
                at = slice(int(rows[0]), int(rows[-1]) + 1) if whole else rows  # a slice is read without a copy
                here = affine_from_trs(positions[at], rotations[at], scales[at])
                if level:
                    here = compose_affine(kept[place[parents[at]]], here)
                world[at] = here
                holds = inner[at]
                kept[place[at][holds]] = here[holds]
    return world


def mirrored_rows(scales: F64, parents: I32, levels: list[I64]) -> NDArray[np.bool_]:
    """(n,) whether a world transform turns a left hand into a right one: an odd number of negative factors above."""
    if not (scales < 0).any():
        return np.zeros(len(scales), bool)
    mirrored: NDArray[np.bool_] = np.logical_xor.reduce(scales < 0, axis=1)
    for rows in levels[1:]:
        mirrored[rows] ^= mirrored[parents[rows]]
    return mirrored


def _overflow(scene: Scene, *columns: F32) -> SceneError:
    finite = [np.isfinite(column).reshape(len(scene), -1).all(axis=1) for column in columns]
    rows = np.flatnonzero(~np.logical_and.reduce(finite))
    wanted = "small enough for single precision, below 3.4e38"
    hint = "it and what it hangs on, multiplied"
    problems = [
        Problem("overflow", scene.names[r], "transform", "infinite", wanted, hint) for r in rows[:LIMIT].tolist()
    ]
    return SceneError(f"{scene.name} has {len(rows)} objects that are too large or too far away:", problems)


# ---- what objects carry ---------------------------------------------------------------------------------------


def _tags(scene: Scene) -> tuple[tuple[str, ...], NDArray[np.uint32]]:
    sets = scene.tag_sets.values
    used = np.bincount(scene.tag_rows, minlength=len(sets))
    names: tuple[str, ...] = tuple(sorted({t for i, tags in enumerate(sets) if used[i] for t in tags}))
    bit = {name: i for i, name in enumerate(names)}
    masks = np.zeros((len(sets), max(1, -(-len(names) // 32))), np.uint32)
    for i, tags in enumerate(sets):
        for tag in tags if used[i] else ():
            masks[i, bit[tag] // 32] |= np.uint32(1 << bit[tag] % 32)
    return names, masks[scene.tag_rows]


def _lights(scene: Scene, world: F32) -> NDArray[np.void]:
    rows_of = {kind: np.flatnonzero(scene.slots_of(kind) >= 0) for kind in KINDS}
    lights = np.zeros(sum(map(len, rows_of.values())), LIGHT.dtype)  # zeros: the padding too is the same in every weave
    start = 0
    for kind, rows in rows_of.items():
        slots = scene.slots_of(kind)
        values: list[Light] = scene.values_of(kind)
        table = np.zeros(len(values), LIGHT.dtype)
        for i, value in enumerate(values):
            table[i] = light_struct(value)
        part = lights[start : start + len(rows)]
        start += len(rows)
        part[:] = taken(table, slots[rows])
        part["position"] = world[rows, :, 3]
        part["direction"] = _minus_z(world[rows])
        part["object"] = rows
    return lights


def light_struct(value: Light) -> NDArray[np.void]:
    """A light as structs.LIGHT (a scalar array), but for its place and its object."""
    entry = np.zeros((), LIGHT.dtype)
    entry["kind"] = KINDS[type(value)]
    if isinstance(value, Sun):
        entry["color"] = np.multiply(value.color, value.lux)
        entry["radius"] = math.tan(math.radians(value.angular_diameter) / 2)
    else:
        entry["color"] = np.multiply(value.color, value.candela)
        entry["range"] = value.range
        entry["radius"] = value.radius
    entry["casts_shadows"] = value.cast_shadows
    if isinstance(value, SpotLight):
        entry["spot_scale"], entry["spot_offset"] = _cone(value.inner_angle, value.outer_angle)
    return entry


def light_components(scene: Scene, lights: NDArray[np.void]) -> tuple[Light, ...]:
    """The components that (l,) structs.LIGHT were made from, in their order."""
    kind_of = {kind: component for component, kind in KINDS.items()}
    slots = {kind: scene.slots_of(component) for kind, component in kind_of.items()}
    values = {kind: scene.values_of(component) for kind, component in kind_of.items()}
    kinds = lights["kind"].tolist()
    return tuple(values[k][slots[k][row]] for k, row in zip(kinds, lights["object"].tolist(), strict=True))


def taken(table: NDArray[np.void], rows: NDArray[np.integer[Any]]) -> NDArray[np.void]:
    """(k,) rows of an array of structs with their padding, which NumPy would leave as the memory was."""
    out: NDArray[np.void] = table.view(f"V{table.dtype.itemsize}")[rows].view(table.dtype)
    return out


def _cone(inner: float, outer: float) -> tuple[float, float]:
    """Half angles in degrees → the scale and offset of KHR_lights_punctual: saturate(cos * scale + offset)²."""
    cos_inner, cos_outer = np.cos(np.radians([inner, outer])).tolist()
    scale = 1 / max(0.001, cos_inner - cos_outer)
    return scale, -cos_outer * scale


def _minus_z(world: F32) -> F64:
    """(n, 3) the unit vectors along -Z of (n, 3, 4) world transforms."""
    z = -world[:, :, 2].astype(np.float64)
    length = np.linalg.norm(z, axis=1, keepdims=True)
    np.divide(z, length, out=z, where=length > 0)
    return z


def behaviours(scene: Scene) -> tuple[tuple[int, Live], ...]:
    """Every component with methods and the row that it is on: by row, then by name."""
    found: list[tuple[int, str, Live]] = []
    for kind in scene.slots:
        if issubclass(kind, Live):
            slots, values = scene.slots_of(kind), scene.values_of(kind)
            rows = np.flatnonzero(slots >= 0)
            found += [(row, kind.__name__, values[slots[row]]) for row in rows.tolist()]
    return tuple((row, value) for row, _, value in sorted(found, key=lambda entry: entry[:2]))


def _cameras(scene: Scene) -> Cameras:
    slots, values = scene.slots_of(Camera), scene.values_of(Camera)
    rows = np.flatnonzero(slots >= 0)
    table = np.array([(c.fov_y, c.near, c.height) for c in values], np.float32).reshape(-1, 3)[slots[rows]]
    flat = np.array([c.projection == "orthographic" for c in values], bool)[slots[rows]]
    return Cameras(rows.astype(np.int32), table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), flat)


def _components(scene: Scene) -> tuple[WovenComponents, ...]:
    """What games declare. Each distinct value is taken apart once, however many objects carry it."""
    out: list[WovenComponents] = []
    for kind in sorted(filter(in_tables, scene.slots), key=lambda k: k.__name__):
        slots = scene.slots_of(kind)
        rows = np.flatnonzero(slots >= 0).astype(np.int32)
        if len(rows):
            used, which = np.unique(slots[rows], return_inverse=True)
            values: list[Any] = scene.values_of(kind)
            columns = columns_of(kind, [values[i] for i in used.tolist()])
            out.append(WovenComponents(kind, rows, {name: column[which] for name, column in columns.items()}))
    return tuple(out)
