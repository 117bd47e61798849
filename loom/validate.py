"""Stage 1: everything that would fail later is found here and told together; what the scene refers to is loaded."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.library import AssetLibrary
from ..assets.mesh import ImageData, MeshData
from ..assets.panorama import Panorama
from ..engine.declare import SINGLE_MAX, problems_of, say
from ..engine.errors import Problem
from ..engine.math import F64, I32, depths_of
from ..engine.scene.components import Camera, Environment, Material, Mesh, PointLight, SpotLight, Sun
from ..engine.scene.prefabs import Prefab, as_prefab
from ..engine.scene.rules import Known, check_rules
from ..engine.scene.scene import Scene, id_text
from ..engine.script import scripts_of
from .findings import I64, Carriers, Findings, Remark
from .physics import check_physics
from .references import LoadedMesh, check_other_files, load_environment, load_images, load_meshes, textures_of

SKY_INTENSITY = 100.0
"""A factor that no sky is meant to have: it is a gradient's, in cd/m²."""


@dataclass(frozen=True, eq=False)
class Checked:
    """A scene that can be woven, and what it refers to. n objects.

    depth: (n,) int32 in the tree.  by_id: (n,) int64 rows, ordered by id.
    positions: (n, 3) float64, metres, relative to the parents.  rotations: (n, 4) float64, unit length.
    meshes: by slot in the scene's Mesh pool, those in use.  images: by address.
    surroundings: the scene's Environment with what is in its file, if it has one.
    scripts: the modules of the scene's Python files.
    """

    scene: Scene
    depth: I32
    by_id: I64
    positions: F64
    rotations: F64
    meshes: Mapping[int, LoadedMesh]
    images: Mapping[str, ImageData]
    surroundings: tuple[Environment, Panorama | None] | None
    warnings: tuple[Problem, ...]
    scripts: tuple[ModuleType, ...]
    prefabs: Mapping[Prefab, Checked] = dataclass_field(default_factory=dict[Prefab, "Checked"])
    """Those that are kept ready, by what they are asked for; without the objects that they hang on."""


def validate(
    scene: Scene,
    source: str,
    problems: Sequence[Problem],
    library: AssetLibrary,
    instances: I32 | None = None,
) -> Checked:
    """Check a scene and load what it refers to.

    `source` is what to call it in messages, `problems` are those that reading it found already; `instances`: (n,) the
    rows of the objects whose prefabs brought others along, -1 for the scene's own.
    Raises SceneError with every problem of the scene (or `LIMIT` of them, and their number).
    """
    found = Findings(scene, problems, instances)
    rotations = _check_transforms(scene, found)
    by_id = _check_ids(scene, found)
    depth = _check_parents(scene, found)
    _check_names(scene, found)
    _check_tags(scene, found)
    found.extend(problems_of(scene.settings, "", "settings."))
    scripts, failed = scripts_of(scene)
    found.extend(p for p in failed if p not in problems)
    if not failed:  # what failed may declare what rules name
        _check_rules(scene, scripts, found)
    sound = _check_components(scene, found)
    meshes = load_meshes(scene, sound[Mesh], library, found)
    images = load_images(scene, sound[Material], meshes, library, found)
    surroundings = load_environment(scene, sound[Environment], library, found)
    check_other_files(scene, sound, library.root, found)
    check_physics(scene, sound, meshes, found)
    found.raise_problems(source)
    _remark(scene, meshes, found)
    positions = scene.positions + 0.0  # -0.0 becomes 0.0, as a file has it
    return Checked(
        scene, depth, by_id, positions, rotations, meshes, images, surroundings, tuple(found.remarks), scripts
    )


# ---- objects --------------------------------------------------------------------------------------------------


def _check_transforms(scene: Scene, found: Findings) -> F64:
    """The rotations at unit length. A zero quaternion is a problem, one far from unit length a remark."""
    columns = (("position", scene.positions), ("rotation", scene.rotations), ("scale", scene.scales))
    for field, column in columns:
        if not np.isfinite(column).all():
            found.on(np.flatnonzero(~np.isfinite(column).all(axis=1)), partial(_not_finite, field, column))
    if not scene.scales.all():
        rows = np.flatnonzero((scene.scales == 0).any(axis=1))
        wanted, hint = "not zero along any axis", "to hide an object, take its Mesh away"
        found.on(rows, lambda r: Problem("zero-scale", "", "scale", say(scene.scales[r].tolist()), wanted, hint))
    return _unit_rotations(scene, found)


def _not_finite(field: str, column: F64, row: int) -> Problem:
    return Problem("not-finite", "", field, say(column[row].tolist()), "finite numbers")


def _unit_rotations(scene: Scene, found: Findings) -> F64:
    rotations = scene.rotations + 0.0  # -0.0 becomes 0.0, as a file has it
    with np.errstate(over="ignore", invalid="ignore"):  # numbers that are not finite were reported before
        off = np.flatnonzero(np.abs(np.einsum("ij,ij->i", rotations, rotations) - 1) > 1e-12)
        q = rotations[off]
        largest = np.abs(q).max(axis=1, initial=0)
        q /= np.where(largest > 0, largest, 1)[:, None]  # first, as squares of large or small numbers leave the range
        length = np.linalg.norm(q, axis=1)
        rotations[off] = q / np.where(length > 0, length, 1)[:, None]
        far = (largest > 0) & (np.abs(length * largest - 1) > 1e-3)
    wanted, hint = "a quaternion of length 1", "no rotation is [0, 0, 0, 1]"
    found.on(off[largest == 0], Problem("zero-rotation", "", "rotation", "[0, 0, 0, 0]", wanted, hint))
    found.remark(off[far], "unit-rotation", "rotation", "not of length 1", "it was normalised")
    return rotations


def _check_ids(scene: Scene, found: Findings) -> I64:
    """(n,) rows ordered by id (of equal ids, the first row first)."""
    ids = scene.ids
    order = np.argsort(ids)
    ordered = ids[order]
    same = ordered[1:] == ordered[:-1]
    if same.any():
        order = np.argsort(ids, kind="stable")
        later = np.concatenate([[False], same]) & (ordered != 0)
        twins = dict(zip(ordered[~later].tolist(), order[~later].tolist(), strict=True))
        found.on(order[later], partial(_same_id, found, twins))
    found.on(np.flatnonzero(ids == 0), Problem("bad-id", "", "id", f'"{id_text(0)}"', "another number than zero"))
    return order


def _same_id(found: Findings, first: Mapping[int, int], row: int) -> Problem:
    number = int(found.scene.ids[row])
    return Problem("duplicate-id", "", "id", f'"{id_text(number)}", as that of {found.name(first[number])}', "unique")


def _check_parents(scene: Scene, found: Findings) -> I32:
    """(n,) depth in the tree. Rows that are no rows are problems, and so is each ring of parents."""
    parents, n = scene.parents, len(scene)
    if not (parents != -1).any():
        return np.zeros(n, np.int32)
    wrong = (parents < -1) | (parents >= n)
    wanted = f"-1 for none, or a row from 0 to {n - 1}"
    found.on(np.flatnonzero(wrong), lambda r: Problem("unknown-parent", "", "parent", f"row {parents[r]}", wanted))
    parents = np.where(wrong, np.int32(-1), parents)
    depth = depths_of(parents)
    lost = np.flatnonzero(depth < 0)
    if len(lost):
        # After at least n steps up, what hangs below a ring has arrived in it; going round maps a ring onto itself.
        above = parents
        for _ in range(len(lost).bit_length()):
            above = np.where(depth < 0, above[above], above)
        in_ring = np.zeros(n, bool)
        in_ring[above[lost]] = True
        for start in np.flatnonzero(in_ring).tolist():
            ring: list[int] = []
            row = start
            while in_ring[row]:
                ring.append(row)
                in_ring[row] = False
                row = int(parents[row])
            if ring:
                names = [found.name(r) for r in ring]
                path = " → ".join([*names, names[0]] if len(names) <= 8 else [*names[:8], f"… ({len(names)} objects)"])
                wanted = "an object that does not hang on it"
                found.on(np.array([start]), Problem("cycle", "", "parent", f"in a ring, {path}", wanted))
    return depth


def _check_names(scene: Scene, found: Findings) -> None:
    wanted = "text without lone surrogates (halves of characters)"
    if not _is_text(scene.name):
        found.extend(iter([Problem("bad-name", "", "name", say(scene.name), wanted)]))
    if not _is_text("".join(scene.names.texts())):
        rows = np.array([row for row, name in enumerate(scene.names) if not _is_text(name)])
        found.on(rows, lambda r: Problem("bad-name", "", "name", say(scene.names[r]), wanted))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_tags(scene: Scene, found: Findings) -> None:
    wanted = "one word, without spaces and control characters"
    bad = {i: [t for t in tags if not _is_tag(t)] for i, tags in enumerate(scene.tag_sets.values)}
    if any(bad.values()):
        carriers = Carriers(scene.tag_rows)
        for i, tags in bad.items():
            for tag in sorted(tags, key=repr):
                found.on(carriers.of(i), Problem("bad-tag", "", "tags", say(tag), wanted))


def _is_tag(tag: Any) -> bool:
    """One word: some text without white space, control characters and lone surrogates."""
    if not (isinstance(tag, str) and tag and _is_text(tag)):
        return False
    return not any(c.isspace() or unicodedata.category(c) == "Cc" for c in tag)


# ---- rules ------------------------------------------------------------------------------------------------------


def _check_rules(scene: Scene, scripts: Sequence[ModuleType], found: Findings) -> None:
    """What rules name must be there, and of the right type; a tag or signal that nothing has or emits is a remark."""
    if not scene.rules:
        return
    used = np.bincount(scene.tag_rows, minlength=len(scene.tag_sets.values))
    sets = [tags for tags, count in zip(scene.tag_sets.values, used.tolist(), strict=True) if count]
    tags = frozenset(tag for tags in sets for tag in tags if isinstance(tag, str))
    prefabs = frozenset(as_prefab(prefab).file for prefab in scene.prefabs)
    known = Known(tags, scene.__contains__, lambda: scene.names[:10_000], scene.root, scripts, prefabs, scene.physics)
    problems, doubts = check_rules(scene.rules, known)
    found.extend(iter(problems))
    for doubt in doubts:
        found.remark_rule(doubt.rule, doubt.field, doubt.found, "it can come while the scene runs", doubt.hint)


# ---- components -----------------------------------------------------------------------------------------------


class Sound(dict[type, list[int]]):
    """For each component type, the slots of its pool that are in use and have no problem."""

    def __missing__(self, kind: type) -> list[int]:
        return []


def slots_in_use(slots: I32, count: int) -> I64:
    """(m,) the slots that some object uses, in the order of their first objects. slots: (n,), -1 for none."""
    first = np.full(count + 1, len(slots), np.int64)
    first[slots[::-1]] = np.arange(len(slots) - 1, -1, -1)  # of equal slots the last assignment stays: the first row
    order = np.argsort(first[:count], kind="stable")
    return order[first[order] < len(slots)]


def _check_components(scene: Scene, found: Findings) -> Sound:
    sound = Sound()
    for kind in sorted(scene.slots, key=lambda k: k.__name__):
        slots, values = scene.slots_of(kind), scene.pools[kind].values
        sound[kind] = []
        for i in slots_in_use(slots, len(values)).tolist():
            bad = [*problems_of(values[i], "", f"{kind.__name__}.")]
            bad = bad or [*_contradictions(values[i])]
            if bad:
                for p in bad:
                    found.on(found.carriers(kind).of(i), p)
            else:
                sound[kind].append(i)
    return sound


def _contradictions(value: Any) -> Iterator[Problem]:
    """Fields of one component that do not fit each other; each for itself is in its range."""
    match value:
        case (
            Sun(color=color, lux=strength)
            | PointLight(color=color, candela=strength)
            | SpotLight(color=color, candela=strength)
            | Material(emissive=color, emissive_strength=strength)
        ) if max(color) * strength > SINGLE_MAX:
            wanted = f"small enough for single precision when it is multiplied by {say(strength)}"
            yield Problem("range", "", f"{type(value).__name__}, its light", say(color), wanted)
        case _:
            pass
    match value:
        case SpotLight(inner_angle=inner, outer_angle=outer) if inner >= outer:
            wanted = f"below outer_angle, which is {say(outer)}"
            yield Problem("spot-angles", "", "SpotLight.inner_angle", say(inner), wanted)
        case Mesh(shape="asset", asset=""):
            yield Problem("missing", "", "Mesh.asset", "empty", 'the path of a model, for shape "asset"')
        case Mesh(shape="data", data=data) if not isinstance(data, MeshData):
            hint = "Mesh.of(data) makes such a Mesh"
            yield Problem("missing", "", "Mesh.data", say(data), 'a MeshData, for shape "data"', hint)
        case Environment(source="file", file=""):
            yield Problem("missing", "", "Environment.file", "empty", 'the path of an .hdr file, for source "file"')
        case _:
            pass


# ---- remarks --------------------------------------------------------------------------------------------------


def _remark(scene: Scene, meshes: Mapping[int, LoadedMesh], found: Findings) -> None:
    def carried(kind: type) -> NDArray[np.bool_]:
        return scene.slots_of(kind) >= 0

    if not carried(Camera).any():
        hint = 'scene.add("camera", dw.Camera(), at=(0, 2, 6), toward=(0, 0, 0)) adds one'
        found.remarks.append(Remark("no-camera", "", "", "without a Camera", "nothing looks at it", hint))
    if not any(carried(kind).any() for kind in (Sun, PointLight, SpotLight, Environment)):
        hint = 'scene.add("sun", dw.Sun(), toward=(-1, -2, -1)) adds one'
        found.remarks.append(Remark("no-light", "", "", "without a light", "an even sky lights it", hint))
    if carried(Sun).any():
        plain = Environment()
        for slot, value in enumerate(scene.values_of(Environment)):
            colored = (value.zenith, value.horizon) != (plain.zenith, plain.horizon)
            if value.source == "sky" and (colored or value.intensity > SKY_INTENSITY):
                rows = found.carriers(Environment).of(slot)
                is_so = '"sky" with the values of a gradient'
                done = 'the sun makes the sky; source "gradient" shows zenith and horizon'
                found.remark(rows, "sky-gradient", "Environment.source", is_so, done)
    stray = np.flatnonzero(carried(Material) & ~carried(Mesh))
    found.remark(stray, "no-mesh", "Material", "on an object without a Mesh", "it is not drawn")
    material_slots = scene.slots_of(Material)
    textured = [i for i, material in enumerate(scene.values_of(Material)) if any(textures_of(material))]
    for slot, mesh in meshes.items():
        if not mesh.data.normals.any(axis=1).all():
            rows = found.carriers(Mesh).of(slot)
            found.remark(rows, "no-normals", "Mesh", "with normals of length zero", "they are taken as +Z")
        if textured and mesh.data.uv0 is None:
            rows = found.carriers(Mesh).of(slot)
            rows = rows[np.isin(material_slots[rows], textured)]
            found.remark(rows, "no-uv", "Mesh", "without UVs", "its textures show one texel")
