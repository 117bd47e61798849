"""The lights of a running world, to go over, to add to, and to tune a thousand at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import math as dmath
from .entity import Entity
from .errors import SceneError
from .placing import arranged, checked_name, words
from .scene.components import Light
from .scene.lights import LightAdder, Many, Where, checked_light

if TYPE_CHECKING:
    from .world import World

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class WorldLights(LightAdder["Entity"]):
    """The lights of a running world: each object that carries one, in the order of the rows.

    lamp = world.lights.add_point("lamp", lumens=800, range=6, at=(0, 2, 0))
    world.lights.tune(rows, color=colors, strength=candela)  # a thousand at once
    world.despawn(lamp)  # or lamp.discard(dw.PointLight)
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def __len__(self) -> int:
        return len(self._world.appearance.lights.objects)

    def __iter__(self) -> Iterator[Entity]:
        return (Entity(self._world, row) for row in self.rows.tolist())

    @property
    def rows(self) -> I32:
        """(k,) int32 rows of the objects that carry lights: to index the columns with."""
        return self._world.appearance.lights.objects

    def _add(self, name: str, light: Light, where: Where) -> Entity:
        at = where.get("at", (0.0, 0.0, 0.0))
        turn = where.get("rotation", dmath.IDENTITY_QUATERNION)
        if "toward" in where:
            if "rotation" in where:
                raise SceneError(f"{name}: give toward or rotation, not both")
            try:
                turn = dmath.look_rotation(np.subtract(dmath.vector(where["toward"]), dmath.vector(at)))
            except (ValueError, TypeError) as error:
                raise SceneError(f"{name}: {error}") from None
        placed = arranged(name, at, turn, 1.0)
        if not placed[3]:
            raise SceneError(f"{name}: `at` has the shape {np.shape(at)}; it must be (3,), or use `add_many`")
        rows = self._spawn(name, light, placed, where.get("parent"), where.get("tags", ()))
        return Entity(self._world, int(rows[0]))

    def add_many(self, name: str, light: Light, at: ArrayLike, **where: Unpack[Many]) -> I32:
        """A light for each of (k, 3) places, metres, relative to the `parent`; returns the rows (k,) of their objects.

        They are called `name-0`, `name-1` … Raises SceneError, and then makes nothing.
        """
        placed = arranged(name, np.atleast_2d(at), where.get("rotation", dmath.IDENTITY_QUATERNION), 1.0)
        return self._spawn(name, light, placed, where.get("parent"), where.get("tags", ()))

    def _spawn(
        self, name: str, light: Light, placed: tuple[F32, F32, F32, bool], parent: Entity | None, tags: Iterable[str]
    ) -> I32:
        world = self._world
        above = -1 if parent is None else world.own(parent).live_row()
        own = words(checked_name(name), tags)
        checked_light(light)
        places, turns, factors, alone = placed
        rows = world.roster.add(len(places), name, numbered=not alone, tags=own, mesh=-1, material=-1)
        world.generations = world.roster.generations
        world.transforms.spawn(rows, world.roster.rows.end, places, turns, factors, above)
        world.appearance.add_lights(rows, light)
        return rows

    def tune(
        self,
        rows: ArrayLike,
        *,
        color: ArrayLike | None = None,
        strength: ArrayLike | None = None,
        range: ArrayLike | None = None,
    ) -> None:
        """Other colours, strengths and ranges for the lights of objects in rows (k,), each of which has one.

        color: (3,) or (k, 3).  strength: lux of suns, candela of lamps.  range: metres; both a number or (k,). What is
        left out stays. Exposure is not metered anew, so that a flicker does not make the picture pump. A thousand take
        a tenth of a millisecond. Raises SceneError, and then changes nothing.
        """
        self._world.appearance.lights.tune(rows, color, strength, range)
