"""The WovenScene: the immutable manifest of a scene, contiguous arrays that are ready to upload."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.mesh import ImageData
from ..assets.panorama import Panorama
from ..engine.declare import to_text
from ..engine.errors import Problem
from ..engine.live import Live
from ..engine.math import affine_from_trs
from ..engine.scene.components import Environment, Light, Material
from ..engine.scene.names import Names
from ..engine.scene.physics import Physics
from ..engine.scene.prefabs import Prefab
from ..engine.scene.rules import Rule
from ..engine.scene.settings import RenderSettings

STAGES = ("validate", "extract", "configure", "sort", "manifest")
_ROWS = 16384  # worked on at a time: they stay in the cache


@dataclass(frozen=True, eq=False)
class Objects:
    """All objects, in the scene's order. n objects.

    ids: (n,) uint64.  names: n texts.  parents: (n,) int32 rows, -1 for roots.  depth: (n,) int32 in the tree.
    position (n, 3), rotation (n, 4) xyzw, scale (n, 3): float32, relative to the parent, metres.
    stored: (s,) int32 rows, ascending, whose world transforms are kept, (s, 3, 4) float32 `stored_world`: at least all
    that hang on others. Those of the rest follow from where they are: a million take 48 MB.
    tags: (n, words) uint32 bit masks over `WovenScene.tag_names`.
    """

    ids: NDArray[np.uint64]
    names: Names
    parents: NDArray[np.int32]
    depth: NDArray[np.int32]
    position: NDArray[np.float32]
    rotation: NDArray[np.float32]
    scale: NDArray[np.float32]
    stored: NDArray[np.int32]
    stored_world: NDArray[np.float32]
    tags: NDArray[np.uint32]

    @property
    def world(self) -> NDArray[np.float32]:
        """(n, 3, 4) world_from_local of all objects, made anew."""
        out = np.empty((len(self.ids), 3, 4), np.float32)
        for first in range(0, len(out), _ROWS):
            out[first : first + _ROWS] = self.world_of(np.arange(first, min(first + _ROWS, len(out)), dtype=np.int32))
        return out

    def world_of(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """(k, 3, 4) world_from_local of some objects (k,)."""
        out = affine_from_trs(self.position[rows], self.rotation[rows], self.scale[rows]).astype(np.float32)
        if len(self.stored):
            at = np.searchsorted(self.stored, rows).clip(max=len(self.stored) - 1)
            found = self.stored[at] == rows
            out[found] = self.stored_world[at[found]]
        return out

    def placed(self, rows: NDArray[np.int32], world: NDArray[np.float32]) -> Objects:
        """The same objects, of which some (k,), ascending, have the world transforms (k, 3, 4)."""
        others = ~np.isin(self.stored, rows)
        stored = np.concatenate([self.stored[others], rows])
        order = np.argsort(stored)
        return replace(
            self, stored=stored[order], stored_world=np.concatenate([self.stored_world[others], world])[order]
        )


@dataclass(frozen=True, eq=False)
class Geometry:
    """Every distinct mesh once, in two mega-buffers.

    positions: (v, 3) float32.  vertices: (v,) structs.VERTEX.  indices: (i,) uint32.  meshes: (m,) structs.MESH.
    """

    positions: NDArray[np.float32]
    vertices: NDArray[np.void]
    indices: NDArray[np.uint32]
    meshes: NDArray[np.void]


@dataclass(frozen=True, eq=False)
class TextureData:
    """A picture and how its bytes are read: sRGB colour, or linear data."""

    image: ImageData
    srgb: bool


@dataclass(frozen=True, eq=False)
class Cameras:
    """All cameras. objects: (c,) int32 rows.  fov_y: degrees; near, height: metres; orthographic: bool."""

    objects: NDArray[np.int32]
    fov_y: NDArray[np.float32]
    near: NDArray[np.float32]
    height: NDArray[np.float32]
    orthographic: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WovenComponents:
    """All components of one type that a game declared. k objects.

    objects: (k,) int32 rows, ascending.  columns: by field, (k,) or (k, d): float64, int64 or bool; what is none of
    these (texts, choices, structs, lists, what may be null) as (k,) objects.
    """

    kind: type
    objects: NDArray[np.int32]
    columns: Mapping[str, NDArray[Any]]

    def to_bytes(self) -> bytes:
        """What is in columns of objects, as text; equal values give equal bytes. Values in memory are left out."""
        columns = [(key, column) for key, column in self.columns.items() if column.dtype == object]
        if not columns:
            return b""
        texts = {key: [to_text(value) for value in column.tolist()] for key, column in columns}
        return json.dumps([self.kind.__name__, texts]).encode()


@dataclass(frozen=True, eq=False)
class WovenEnvironment:
    """The surroundings: the component (a default one where the scene has none) and, for a file, what is in it."""

    component: Environment
    panorama: Panorama | None
    implicit: bool


@dataclass(frozen=True, eq=False)
class WovenPrefab:
    """A prefab that can be spawned while the scene runs: m objects, which hang on the instance's.

    ids: (m,) uint64, as in its file.  parents: (m,) int32 rows, -1 for those that hang on the instance itself.
    position (m, 3), rotation (m, 4) xyzw, scale (m, 3): float32, relative to the parent, metres.
    mesh, material: (m,) int32 rows of the scene's tables, -1 for nothing.  components: row and value of everything
    else that the objects carry: lights, cameras, and what a game declared.
    """

    ids: NDArray[np.uint64]
    names: tuple[str, ...]
    tags: tuple[frozenset[str], ...]
    parents: NDArray[np.int32]
    position: NDArray[np.float32]
    rotation: NDArray[np.float32]
    scale: NDArray[np.float32]
    mesh: NDArray[np.int32]
    material: NDArray[np.int32]
    components: tuple[tuple[int, Any], ...]


@dataclass(frozen=True)
class Stats:
    """Counts for people: what `dream weave` and `--json` print."""

    objects: int
    instances: int
    batches: int
    meshes: int
    vertices: int
    triangles: int
    materials: int
    textures: int
    lights: int
    cameras: int
    tags: int
    bytes: int


@dataclass(frozen=True, eq=False)
class WovenScene:
    """A scene, woven. Nothing in it changes; the world and the Fabric make their own copies of what moves.

    instances: (k,) structs.INSTANCE, sorted by pipeline class, material, mesh, id; `batch` is a row of `batches`.
    batches: (b,) structs.BATCH, ordered by pipeline class.
    materials: (m,) structs.MATERIAL.  lights: (l,) structs.LIGHT, suns first, in world space.
    components: what objects carry beside that, by the names of the types.
    metered_ev100: exposure value by the incident meter, whatever the settings ask for; compensation is not in it.
    material_components, light_components: what the rows of `materials` and `lights` were made from.
    behaviours: rows and the behaviours on them, as the scene has them: by row, then by name.
    scripts: the modules of the scene's Python files.
    rules: the scene's, and those of its prefabs.  physics: how it is simulated.
    prefabs: those that are kept ready; their meshes and materials are in the tables, their objects are not.
    seconds: how long each stage took, in order.
    """

    name: str
    settings: RenderSettings
    objects: Objects
    tag_names: tuple[str, ...]
    geometry: Geometry
    materials: NDArray[np.void]
    textures: tuple[TextureData, ...]
    instances: NDArray[np.void]
    batches: NDArray[np.void]
    lights: NDArray[np.void]
    cameras: Cameras
    environment: WovenEnvironment
    metered_ev100: float
    stats: Stats
    components: tuple[WovenComponents, ...] = ()
    material_components: tuple[Material, ...] = ()
    light_components: tuple[Light, ...] = ()
    warnings: tuple[Problem, ...] = ()
    behaviours: tuple[tuple[int, Live], ...] = ()
    scripts: tuple[ModuleType, ...] = ()
    physics: Physics = field(default_factory=Physics)
    prefabs: Mapping[Prefab, WovenPrefab] = field(default_factory=dict[Prefab, WovenPrefab])
    rules: tuple[Rule, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def instance_object(self) -> NDArray[np.int32]:
        """(k,) the object of each instance: a view."""
        return self.instances["object"].view(np.int32)

    def arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Every array by its path, in a fixed order."""
        for part_name in ("objects", "geometry", "cameras"):
            part = getattr(self, part_name)
            for key in part.__dataclass_fields__:
                value = getattr(part, key)
                if isinstance(value, np.ndarray):
                    yield f"{part_name}.{key}", value
        for key in ("materials", "instances", "batches", "lights"):
            yield key, getattr(self, key)
        for carried in self.components:
            yield f"{carried.kind.__name__}.objects", carried.objects
            for key, column in carried.columns.items():
                if column.dtype != object:
                    yield f"{carried.kind.__name__}.{key}", column
        for i, texture in enumerate(self.textures):
            yield f"textures.{i}", texture.image.pixels
        if self.environment.panorama is not None:
            yield "environment.digest", self.environment.panorama.digest

    def to_bytes(self) -> bytes:
        """The whole manifest as bytes: equal scenes give equal bytes. Times are left out."""
        from ..engine.scene.settings import describe

        head = "\n".join(
            [
                self.name,
                *(f"{k}={v}" for k, v in describe(self.settings).items()),
                repr(self.environment.component),
                repr(self.metered_ev100),
                repr(self.physics),
                *(
                    f"textures.{i}.srgb={t.srgb}"
                    for i, t in enumerate(self.textures)
                    if t.image.sampling.srgb is not None
                ),
                *self.tag_names,
                *(f"{row} {value!r}" for row, value in self.behaviours),
                *(module.__name__ for module in self.scripts),
                *(str(w) for w in self.warnings),
                *(repr(prefab) for prefab in self.prefabs),
                *map(to_text, self.rules),
            ]
        )
        out = [head.encode(), "\n".join(self.objects.names).encode()]
        for name, values in self.arrays():
            out.append(f"\n{name} {values.dtype} {values.shape}\n".encode())
            out.append(np.ascontiguousarray(values).tobytes())
        out += [carried.to_bytes() for carried in self.components]
        return b"".join(out)

    @property
    def digest(self) -> str:
        """A hash of `to_bytes`, to compare weaves by."""
        return hashlib.blake2b(self.to_bytes(), digest_size=16).hexdigest()
