"""The cameras of a running world: how each sees, and which one is looked through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..loom.woven import WovenScene
from . import math as dmath
from .adopt import Fates, merged_fields
from .camera import DEFAULT_FOV, Eye, Lens, Ray, Sphere, around, fitting_distance, lenses_of
from .entity import Entity
from .errors import SceneError
from .scene.components import Camera

if TYPE_CHECKING:
    from .world import World

I32 = NDArray[np.int32]


class Viewpoints:
    """Which objects are cameras.

    lenses: how each sees, by row.  chosen: the row that is looked through.  made: the row of the camera that the world
    made itself since the scene has none; -1 for none.
    """

    def __init__(self, world: World, made: int) -> None:
        self._world = world
        self.made = made
        self.lenses = lenses_of(world.woven)
        self.chosen = made if made >= 0 else next(iter(self.lenses))
        if made >= 0:
            self.lenses[made] = Lens(DEFAULT_FOV)

    def look_through(self, camera: Entity) -> None:
        """Look through another one. Raises SceneError for an object without a Camera, and one on its way out."""
        world = self._world
        if world.schedule.attached.leaves(world.own(camera).live_row()):
            raise SceneError(f'"{camera.name}" is being despawned; nobody can look through it')
        if camera.row not in self.lenses:
            names = ", ".join(f'"{world.names[row]}"' for row in self.lenses)
            raise SceneError(f'"{camera.name}" has no Camera; there is {names}')
        self.chosen = camera.row

    def put(self, rows: I32, value: Camera) -> None:
        """Objects (k,) are cameras from now on."""
        for row in rows.tolist():
            self.lenses[row] = Lens(value.fov_y, value.near, value.height, value.projection == "orthographic")

    def drop(self, rows: I32) -> None:
        """Objects (k,) are gone."""
        for row in [row for row in self.lenses if (rows == row).any()]:
            del self.lenses[row]

    def eye(self) -> Eye:
        """See `World.observer`."""
        row, to_world = self.chosen, self._world.transforms.to_world
        eye = np.array(to_world(row, 0.0, 0.0, 0.0))
        back = eye - to_world(row, 0.0, 0.0, -1.0)
        right = dmath.cross(np.subtract(to_world(row, 0.0, 1.0, 0.0), eye), back)
        depth, width = float(np.linalg.norm(back)), float(np.linalg.norm(right))
        if not min(depth, width) > 0:
            raise SceneError(f'the camera "{self._world.names[row]}" has a scale of 0, its own or an ancestor\'s')
        x, z = right / width, back / depth
        return Eye(np.array((x, dmath.cross(z, x), z, eye)).T, self.lenses[row])

    def lens_of(self, camera: Entity) -> Lens:
        """See `World.lens_of`."""
        found = self.lenses.get(self._world.own(camera).live_row())
        if found is None:
            raise SceneError(f'"{camera.name}" has no Camera')
        return found

    def ray(self, x: float, y: float, size: tuple[float, float] | None) -> Ray:
        """See `World.camera_ray`."""
        return self.eye().ray(x, y, self._picture(size))

    def to_screen(self, point: ArrayLike, size: tuple[float, float] | None) -> Any:
        """See `World.to_screen`."""
        points = np.asarray(point, np.float64)
        if points.shape[-1:] != (3,) or points.ndim > 2:
            raise SceneError(f"to_screen: the point is {points.shape}; it must be (3,), or (k, 3) for several")
        places = self.eye().places(points.reshape(-1, 3), self._picture(size))
        if points.ndim == 2:
            return places
        x, y = places[0].tolist()
        return None if np.isnan(x) else (x, y)

    def _picture(self, size: tuple[float, float] | None) -> tuple[float, float]:
        """The size that was given, or that of the last picture."""
        picker = self._world.picker
        if size is None:
            if picker is None:
                raise SceneError("the picture has no size yet: the world has not been drawn; say size=(width, height)")
            return picker.size
        if not min(size) > 0:
            raise SceneError(f"the picture's size is {size}; both must be above 0")
        return size

    def frame(self, ball: Sphere, yaw: float = 30.0, pitch: float = 15.0, aspect: float = 16 / 9) -> None:
        """See `World.frame`."""
        lens, camera = self.lenses[self.chosen], Entity(self._world, self.chosen)
        distance = fitting_distance(ball.radius, lens.fov_y, aspect)
        lens.near = distance / 1000
        lens.height = 2 * ball.radius / min(1.0, aspect)
        camera.world_position = around(ball.centre, distance, yaw, pitch)
        camera.look_at(ball.centre)

    def adopt(self, old: WovenScene, fate: Fates) -> None:
        """The lenses of the cameras that there are now, and the one that is looked through."""
        world = self._world
        first = int(old.cameras.objects[0]) if len(old.cameras.objects) else self.made
        base, new = lenses_of(old), lenses_of(world.woven)
        before, self.lenses = self.lenses, {}
        for row, lens in new.items():
            if fate.kept[row] and row in before and row in base:
                merged_fields(base[row], before[row], lens)
                lens = before[row]
            if fate.kept[row] or fate.came[row]:
                self.lenses[row] = lens
        self.lenses |= {row: lens for row, lens in before.items() if fate.spawned[row]}
        chosen = self.chosen if self.chosen != first and self.chosen in self.lenses else -1
        others = [row for row in self.lenses if row != self.made]
        if self.made >= 0 and others and chosen != self.made:
            gone, self.made = self.made, -1
            del self.lenses[gone]
            self.chosen = chosen if chosen >= 0 else others[0]
            world.despawn(np.array([gone], np.int32))
        elif chosen >= 0 or self.lenses:
            self.chosen = chosen if chosen >= 0 else next(iter(self.lenses))
        else:
            rows = world.roster.add_camera("camera")
            one = np.ones((1, 3), np.float32)
            turn = np.array([dmath.IDENTITY_QUATERNION], np.float32)
            world.transforms.spawn(rows, world.roster.rows.end, 0 * one, turn, one, -1)
            world.generations = world.roster.generations
            self.chosen = self.made = int(rows[0])
            self.lenses[self.chosen] = Lens(DEFAULT_FOV)
            world.update_transforms()
            self.frame(world.bounds())
