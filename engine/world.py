"""The running scene: objects by name and by tag, their transforms as columns, and the camera.

Scripts move things one by one through `Entity`, or many at once through the columns and `touch`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import WovenScene
from . import math as dmath
from .appearance import LIGHTS, Appearance, Materials
from .declare import Vec3, Vec4
from .errors import SceneError
from .scene.components import Environment, Light
from .scene.settings import apply_settings
from .transforms import NO_ROWS, Transforms

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
C = TypeVar("C")

DEFAULT_FOV = 45.0
"""Degrees, of the camera that a scene without one gets."""

_NO_WORLD: F32 = np.empty((0, 3, 4), np.float32)
_NO_WORLD.flags.writeable = False


@dataclass(slots=True)
class Lens:
    """How a camera sees. `fov_y` in degrees; `near` and the orthographic `height` in metres. May be changed."""

    fov_y: float = 60.0
    near: float = 0.1
    height: float = 10.0
    orthographic: bool = False


@dataclass(frozen=True, slots=True)
class Eye:
    """What is looked through: world_from_camera (3, 4) float64 without scale, metres, and the lens."""

    world_from_camera: F64
    lens: Lens


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What changed since it was last asked for.

    alone: (k,) int32 rows that hang on nothing and nothing hangs on, with position (k, 3), rotation (k, 4), scale
    (k, 3).  in_trees: (m,) int32 rows, with world (m, 3, 4) world_from_local.
    """

    alone: I32
    position: F32
    rotation: F32
    scale: F32
    in_trees: I32
    world: F32


_NOTHING_MOVED = Moved(NO_ROWS, *(np.empty((0, k), np.float32) for k in (3, 4, 3)), NO_ROWS, _NO_WORLD)


@dataclass(frozen=True, slots=True)
class Sphere:
    """A ball in world space, metres."""

    centre: Vec3
    radius: float


def fitting_distance(radius: float, fov_y: float, aspect: float = 16 / 9) -> float:
    """How far from a ball's centre a camera must stand to see all of it. Metres, degrees, width / height."""
    half = math.radians(fov_y) / 2
    return radius / math.sin(min(half, math.atan(math.tan(half) * aspect)))


def around(centre: Vec3, distance: float, yaw: float, pitch: float) -> Vec3:
    """A point at a distance (metres): in front of `centre` (+Z), `yaw` degrees to the right, `pitch` degrees up."""
    turn, rise = math.radians(yaw), math.radians(pitch)
    x, y, z = centre
    level = distance * math.cos(rise)
    return x + level * math.sin(turn), y + distance * math.sin(rise), z + level * math.cos(turn)


def bounds_of(woven: WovenScene, world_from_local: F32) -> Sphere:
    """A ball around everything that is drawn, its objects at (n, 3, 4) float32; 1 m at the origin for nothing."""
    if not len(woven.instances):
        return Sphere((0.0, 0.0, 0.0), 1.0)
    mesh = woven.geometry.meshes[woven.batches["mesh"][woven.instances["batch"]]]
    placed = world_from_local[woven.instance_object].astype(np.float64)
    centre = np.matmul(placed[:, :, :3], mesh["centre"].astype(np.float64)[:, :, None])[:, :, 0] + placed[:, :, 3]
    radius = mesh["radius"] * np.linalg.norm(placed[:, :, :3], axis=1).max(axis=1)
    middle = ((centre - radius[:, None]).min(axis=0) + (centre + radius[:, None]).max(axis=0)) / 2
    reach = float((np.linalg.norm(centre - middle, axis=1) + radius).max())
    x, y, z = middle.tolist()
    return Sphere((x, y, z), reach if reach > 0 else 1.0)


class World:
    """A woven scene at run time: n objects, their transforms, and the camera.

    Where the scene has no camera, one more object named "camera" is made, which sees everything: from in front,
    slightly from the right and from above. `aspect` is the width / height that it is framed for.
    """

    def __init__(self, woven: WovenScene, *, aspect: float = 16 / 9) -> None:
        objects, cameras = woven.objects, woven.cameras
        extra = 0 if len(cameras.objects) else 1
        self.woven = woven
        self.settings = woven.settings
        """How the world is drawn; see `configure`."""
        self.names: tuple[str, ...] = objects.names + ("camera",) * extra
        self.ids: U64 = _grown(objects.ids, extra, 0)
        self.transforms = Transforms(
            parent=_grown(objects.parents, extra, -1),
            depth=_grown(objects.depth, extra, 0),
            position=_grown(objects.position, extra, 0),
            rotation=_grown(objects.rotation, extra, 0),
            scale=_grown(objects.scale, extra, 1),
            world=_grown(objects.world, extra, 0),
        )
        self.appearance = Appearance(woven)
        """The lights, materials and surroundings as they are now."""
        self._rows: dict[str, int] | None = None
        self._lenses: dict[int, Lens] = {
            row: Lens(fov_y, near, height, orthographic)
            for row, fov_y, near, height, orthographic in zip(
                cameras.objects.tolist(),
                cameras.fov_y.tolist(),
                cameras.near.tolist(),
                cameras.height.tolist(),
                cameras.orthographic.tolist(),
                strict=True,
            )
        }
        if extra:
            self._camera = len(objects.names)
            self._lenses[self._camera] = Lens(DEFAULT_FOV)
            self.transforms.rotation[-1, 3] = 1
            self.frame(aspect=aspect)
            self.update_transforms()
        else:
            self._camera = next(iter(self._lenses))

    # ---- objects ------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Entity]:
        return (Entity(self, row) for row in range(len(self.names)))

    def __contains__(self, name: str) -> bool:
        return name in self._by_name()

    def __getitem__(self, name: str) -> Entity:
        """The first object with a name. Raises SceneError, with the nearest names."""
        row = self._by_name().get(name)
        if row is None:
            near = difflib.get_close_matches(name, self.names[:10_000], n=3)
            hint = "; there is " + ", ".join(f'"{n}"' for n in near) if near else ""
            raise SceneError(f'the world has no object "{name}"{hint}')
        return Entity(self, row)

    def find(self, name: str) -> Entity | None:
        """The first object with a name, or None."""
        row = self._by_name().get(name)
        return None if row is None else Entity(self, row)

    def at(self, row: int) -> Entity:
        """The object in a row of the columns. Raises SceneError."""
        if not 0 <= row < len(self.names):
            raise SceneError(f"row {row} is none of the world's {len(self.names)} rows")
        return Entity(self, row)

    def tagged(self, *tags: str) -> list[Entity]:
        """The objects that carry all of these tags, in the scene's order."""
        return [Entity(self, row) for row in self.rows_tagged(*tags).tolist()]

    def rows_tagged(self, *tags: str) -> I32:
        """(k,) int32 rows of the objects that carry all of these tags: to index the columns with."""
        known = self.woven.tag_names
        if not all(tag in known for tag in tags):
            return NO_ROWS
        masks = self.woven.objects.tags
        carried = np.ones(len(masks), bool)
        for bit in map(known.index, tags):
            carried &= (masks[:, bit // 32] >> np.uint32(bit % 32) & 1).astype(bool)
        return np.flatnonzero(carried).astype(np.int32)

    def _by_name(self) -> dict[str, int]:
        if self._rows is None:
            last = len(self.names) - 1
            self._rows = {name: last - i for i, name in enumerate(reversed(self.names))}
        return self._rows

    # ---- columns ------------------------------------------------------------------------------------------------

    @property
    def positions(self) -> F32:
        """(n, 3) float32, metres, relative to the parents. After writing, call `touch` with the rows."""
        return self.transforms.position

    @property
    def rotations(self) -> F32:
        """(n, 4) float32 unit quaternions xyzw, relative to the parents. After writing, call `touch`."""
        return self.transforms.rotation

    @property
    def scales(self) -> F32:
        """(n, 3) float32 factors, relative to the parents. After writing, call `touch` with the rows."""
        return self.transforms.scale

    @property
    def world_from_local(self) -> F32:
        """(n, 3, 4) float32, metres, as of the last `update_transforms`. To be read only."""
        return self.transforms.world

    def touch(self, rows: Any = None) -> None:
        """Say which rows of the columns were written: (k,) integers, an (n,) mask, a slice, or None for all.

        Raises SceneError for rows that are not there.
        """
        self.transforms.touch(rows)

    def update_transforms(self) -> tuple[I32, F32]:
        """Bring `world_from_local` up to date; what changed: rows (k,) int32 and their (k, 3, 4) float32.

        Called once a frame by whoever draws. Only touched rows and what hangs on them are computed; the camera that
        the world made itself is left out, since the woven scene does not know it.
        """
        moved = self.moved()
        rows = np.concatenate([moved.alone, moved.in_trees]) if len(moved.alone) else moved.in_trees
        return (rows, self.transforms.world[rows]) if len(rows) else (NO_ROWS, _NO_WORLD)

    def moved(self) -> Moved:
        """`update_transforms` for who makes the transforms of lone objects by itself, as the Fabric does on the GPU."""
        alone, in_trees = self.transforms.update()
        known = len(self.woven.objects.names)
        if known < len(self.names):
            alone = alone[alone < known]
        t = self.transforms
        return (
            Moved(
                alone,
                t.position.take(alone, 0),
                t.rotation.take(alone, 0),
                t.scale.take(alone, 0),
                in_trees,
                t.world[in_trees] if len(in_trees) else _NO_WORLD,
            )
            if len(alone) or len(in_trees)
            else _NOTHING_MOVED
        )

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change render settings, as in `{"exposure.compensation": 1.0}`. Raises SettingsError, and changes nothing."""
        self.settings = apply_settings(self.settings, changes)

    @property
    def materials(self) -> Materials:
        """Each material of the scene → as it is now: `world.materials[GLASS] = replace(GLASS, alpha=0.2)`."""
        return Materials(self.appearance)

    @property
    def environment(self) -> Environment:
        """What surrounds the scene. Set it to another; intensity and rotation may change every frame for nothing.

        Setting it raises SceneError for values out of range and for another file: `app.environment` loads one.
        """
        return self.appearance.environment.component

    @environment.setter
    def environment(self, value: Environment) -> None:
        self.appearance.set_environment(value)

    def meter(self) -> float:
        """EV100 by the incident meter, from the light as it is now; "metered" exposure follows it by itself."""
        return self.appearance.meter(self.transforms.world)

    # ---- the camera ---------------------------------------------------------------------------------------------

    @property
    def camera(self) -> Entity:
        """The object whose camera is looked through; at first the scene's first one. Set it to another, or to a name.

        Setting it raises SceneError when that object has no Camera.
        """
        return Entity(self, self._camera)

    @camera.setter
    def camera(self, value: Entity | str) -> None:
        chosen = self[value] if isinstance(value, str) else value
        if chosen.row not in self._lenses:
            names = ", ".join(f'"{self.names[row]}"' for row in self._lenses)
            raise SceneError(f'"{chosen.name}" has no Camera; there is {names}')
        self._camera = chosen.row

    @property
    def cameras(self) -> list[Entity]:
        """Every object with a Camera."""
        return [Entity(self, row) for row in self._lenses]

    @property
    def lens(self) -> Lens:
        """The active camera's lens; write to it to zoom."""
        return self._lenses[self._camera]

    def observer(self) -> Eye:
        """Where the active camera is now. Raises SceneError when a scale of 0 leaves it without a direction."""
        row, to_world = self._camera, self.transforms.to_world
        eye = np.array(to_world(row, 0.0, 0.0, 0.0))
        back = eye - to_world(row, 0.0, 0.0, -1.0)
        right = np.cross(np.subtract(to_world(row, 0.0, 1.0, 0.0), eye), back)
        depth, width = float(np.linalg.norm(back)), float(np.linalg.norm(right))
        if not min(depth, width) > 0:
            raise SceneError(f'the camera "{self.names[row]}" has a scale of 0, its own or an ancestor\'s')
        x, z = right / width, back / depth
        return Eye(np.stack([x, np.cross(z, x), z, eye], axis=1), self.lens)

    def bounds(self) -> Sphere:
        """A ball around everything that is drawn, as of the last `update_transforms`."""
        return bounds_of(self.woven, self.transforms.world)

    def frame(
        self, sphere: Sphere | None = None, *, yaw: float = 30.0, pitch: float = 15.0, aspect: float = 16 / 9
    ) -> None:
        """Put the active camera where it sees all of `sphere` (None: everything that is drawn).

        It stands in front (+Z), `yaw` degrees to the right and `pitch` degrees up; `near` becomes a thousandth of the
        distance, and an orthographic `height` fits.
        """
        ball = self.bounds() if sphere is None else sphere
        distance = fitting_distance(ball.radius, self.lens.fov_y, aspect)
        self.lens.near = distance / 1000
        self.lens.height = 2 * ball.radius / min(1.0, aspect)
        self.camera.world_position = around(ball.centre, distance, yaw, pitch)
        self.camera.look_at(ball.centre)


class Entity:
    """A handle to one object of a world. Cheap to make; two handles to the same object are equal.

    Transforms are relative to the parent, in metres; values read are plain floats. Setting them takes any sequence of
    numbers (tuples, lists, NumPy, pyrr) and raises SceneError for the wrong count or for what is not finite.
    """

    __slots__ = ("row", "world")

    def __init__(self, world: World, row: int) -> None:
        self.world = world
        self.row = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and other.row == self.row and other.world is self.world

    def __hash__(self) -> int:
        return hash((id(self.world), self.row))

    def __repr__(self) -> str:
        return f"<Entity {self.name!r}>"

    @property
    def name(self) -> str:
        """The object's name; names need not be unique."""
        return self.world.names[self.row]

    @property
    def id(self) -> int:
        """The stable id, as in the scene; 0 for the camera that the world made itself."""
        return int(self.world.ids[self.row])

    @property
    def tags(self) -> frozenset[str]:
        """The object's tags."""
        woven = self.world.woven
        if self.row >= len(woven.objects.names):
            return frozenset()
        words = woven.objects.tags[self.row].tolist()
        return frozenset(t for i, t in enumerate(woven.tag_names) if words[i // 32] >> (i % 32) & 1)

    @property
    def parent(self) -> Entity | None:
        """The object it hangs on, or None."""
        row = self.world.transforms.up[self.row]
        return Entity(self.world, row) if row >= 0 else None

    @property
    def children(self) -> list[Entity]:
        """The objects that hang on this one."""
        rows = self.world.transforms.below(np.array([self.row], np.int32))
        return [Entity(self.world, row) for row in rows.tolist()]

    @property
    def position(self) -> Vec3:
        """Metres, relative to the parent."""
        p, i = self.world.transforms.p, 3 * self.row
        return p[i], p[i + 1], p[i + 2]

    @position.setter
    def position(self, value: Iterable[float]) -> None:
        x, y, z = _three(self, "position", value)
        t, i = self.world.transforms, 3 * self.row
        t.p[i], t.p[i + 1], t.p[i + 2] = x, y, z
        t.mark(self.row)

    @property
    def rotation(self) -> Vec4:
        """A unit quaternion (x, y, z, w), relative to the parent; what is set is normalised."""
        q, i = self.world.transforms.q, 4 * self.row
        return q[i], q[i + 1], q[i + 2], q[i + 3]

    @rotation.setter
    def rotation(self, value: Iterable[float]) -> None:
        try:
            x, y, z, w = value
            length = math.sqrt(x * x + y * y + z * z + w * w)
        except (TypeError, ValueError):
            x = y = z = w = length = 0.0
        if not 0 < length < math.inf:
            raise _refused(self, "rotation", value, "a quaternion (x, y, z, w): 4 finite numbers, not all 0")
        t, i = self.world.transforms, 4 * self.row
        t.q[i], t.q[i + 1], t.q[i + 2], t.q[i + 3] = x / length, y / length, z / length, w / length
        t.mark(self.row)

    @property
    def scale(self) -> Vec3:
        """Factors along x, y and z, relative to the parent; one number may be set for all three."""
        s, i = self.world.transforms.s, 3 * self.row
        return s[i], s[i + 1], s[i + 2]

    @scale.setter
    def scale(self, value: float | Iterable[float]) -> None:
        x, y, z = _three(self, "scale", (value, value, value) if isinstance(value, (int, float)) else value)
        t, i = self.world.transforms, 3 * self.row
        t.s[i], t.s[i + 1], t.s[i + 2] = x, y, z
        t.mark(self.row)

    @property
    def world_position(self) -> Vec3:
        """Metres, in the world; up to date at any time. Setting it raises SceneError below a scale of 0."""
        return self.world.transforms.to_world(self.row, 0.0, 0.0, 0.0)

    @world_position.setter
    def world_position(self, value: Iterable[float]) -> None:
        t = self.world.transforms
        self.position = t.to_local(t.up[self.row], *_three(self, "world_position", value))

    def get(self, kind: type[C]) -> C | None:
        """The object's light of a type (Sun, PointLight, SpotLight), or None."""
        return self.world.appearance.light(self.row, kind)

    def __getitem__(self, kind: type[C]) -> C:
        """The object's light of a type. Raises SceneError when it has none."""
        found = self.get(kind)
        if found is None:
            raise SceneError(f'"{self.name}" has no {kind.__name__}')
        return found

    def set(self, *lights: Light) -> Entity:
        """Other lights in place of those of the same types. Returns the object.

        Raises SceneError for a light that the object was not woven with, and for values out of range.
        """
        for value in lights:
            if not isinstance(value, LIGHTS):
                raise SceneError(
                    f"a {type(value).__name__} can't be set while a scene runs; Sun, PointLight and SpotLight can"
                )
            self.world.appearance.set_light(self.row, self.name, value)
        return self

    def translate(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Move by metres along the parent's axes (for an object without parent: the world's)."""
        px, py, pz = self.position
        self.position = (px + x, py + y, pz + z)

    def rotate(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Turn by degrees about its own axes, counter-clockwise: first about X, then the new Y, then the new Z."""
        qx, qy, qz, qw = self.rotation
        if x:
            s, c = math.sin(math.radians(x) / 2), math.cos(math.radians(x) / 2)
            qx, qy, qz, qw = qx * c + qw * s, qy * c + qz * s, qz * c - qy * s, qw * c - qx * s
        if y:
            s, c = math.sin(math.radians(y) / 2), math.cos(math.radians(y) / 2)
            qx, qy, qz, qw = qx * c - qz * s, qy * c + qw * s, qz * c + qx * s, qw * c - qy * s
        if z:
            s, c = math.sin(math.radians(z) / 2), math.cos(math.radians(z) / 2)
            qx, qy, qz, qw = qx * c + qy * s, qy * c - qx * s, qz * c + qw * s, qw * c - qz * s
        self.rotation = (qx, qy, qz, qw)

    def look_at(self, point: Entity | Iterable[float], up: Sequence[float] = (0.0, 1.0, 0.0)) -> None:
        """Turn so that -Z points to `point` (world, metres, or another object) and +Y is as near to `up` as can be.

        Raises SceneError when the object stands on that point.
        """
        x, y, z = point.world_position if isinstance(point, Entity) else _three(self, "look_at's point", point)
        ux, uy, uz = _three(self, "look_at's up", up)
        t = self.world.transforms
        above = t.up[self.row]
        there = t.to_local(above, x, y, z)
        upward = np.subtract(t.to_local(above, x + ux, y + uy, z + uz), there)
        try:
            self.rotation = dmath.look_rotation(np.subtract(there, self.position), upward).tolist()
        except ValueError:
            raise SceneError(f'"{self.name}" can\'t look at {(x, y, z)}: it stands there') from None


def _three(entity: Entity, name: str, value: Iterable[float]) -> Vec3:
    """Three finite numbers out of any sequence. Raises SceneError."""
    try:
        x, y, z = value
        if math.isfinite(x + y + z):
            return x, y, z
    except (TypeError, ValueError):
        pass
    raise _refused(entity, name, value, "3 finite numbers")


def _refused(entity: Entity, name: str, value: Any, wanted: str) -> SceneError:
    found = tuple(np.ravel(value).tolist()) if isinstance(value, np.ndarray) else value
    return SceneError(f'{name} of "{entity.name}" can\'t be {found!r}; it must be {wanted}')


def _grown(column: NDArray[Any], extra: int, fill: float) -> NDArray[Any]:
    """A writable, contiguous copy with `extra` more rows of `fill`."""
    out = np.full((len(column) + extra, *column.shape[1:]), fill, column.dtype)
    out[: len(column)] = column
    return out
