"""Adding lights by one call each: `scene.lights` and, while a game runs, `world.lights`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, Unpack

import numpy as np
from numpy.typing import ArrayLike

from ..declare import Color, problems_of, say
from ..errors import SceneError
from .components import Light, PointLight, SpotLight, Sun

if TYPE_CHECKING:
    from .scene import Scene, SceneObject

T = TypeVar("T")

LIGHTS: tuple[type[Light], ...] = (Sun, PointLight, SpotLight)
WHITE: Color = (1.0, 1.0, 1.0)


class Where(TypedDict, total=False):
    """Where a light is put, as for `Scene.add`.

    at, toward: (3,) metres, relative to the parent; it stands at the first and shines to the second.  rotation: a
    quaternion xyzw, in place of `toward`.  parent: the object that it hangs on.  tags: single words.
    """

    at: ArrayLike
    toward: ArrayLike
    rotation: ArrayLike
    parent: Any
    tags: Iterable[str]


class Many(TypedDict, total=False):
    """As `Where`, for many: rotation (4,) or (k, 4)."""

    rotation: ArrayLike
    parent: Any
    tags: Iterable[str]


class LightAdder(ABC, Generic[T]):
    """Adds objects that carry one light. Each call raises SceneError, and then adds nothing."""

    def add_sun(
        self,
        name: str = "sun",
        *,
        lux: float = 60_000.0,
        color: Color = WHITE,
        cast_shadows: bool = True,
        **where: Unpack[Where],
    ) -> T:
        """Parallel light, `lux` on what faces it. `toward` a point as seen from `at`, by default the origin."""
        return self._add(name, Sun(lux, color, cast_shadows), where)

    def add_point(
        self,
        name: str,
        *,
        candela: float | None = None,
        lumens: float | None = None,
        color: Color = WHITE,
        range: float = 0.0,
        **where: Unpack[Where],
    ) -> T:
        """A bulb, by its luminous intensity or by its light output. `range`: metres, 0 for no limit."""
        if _is_lumens(name, candela, lumens):
            return self._add(name, PointLight.lumens(lumens or 0.0, color, range), where)
        return self._add(name, PointLight(PointLight().candela if candela is None else candela, color, range), where)

    def add_spot(
        self,
        name: str,
        *,
        candela: float | None = None,
        lumens: float | None = None,
        color: Color = WHITE,
        range: float = 0.0,
        inner_angle: float = 20.0,
        outer_angle: float = 30.0,
        **where: Unpack[Where],
    ) -> T:
        """A cone of light, by the intensity in its middle or by its light output, see `SpotLight.lumens`.

        inner_angle, outer_angle: degrees from the middle, where it begins to fade and where it ends.
        """
        if _is_lumens(name, candela, lumens):
            light = SpotLight.lumens(lumens or 0.0, color, range, inner_angle, outer_angle)
        else:
            middle = SpotLight().candela if candela is None else candela
            light = SpotLight(middle, color, range, inner_angle, outer_angle)
        return self._add(name, light, where)

    @abstractmethod
    def _add(self, name: str, light: Light, where: Where) -> T: ...


class SceneLights(LightAdder["SceneObject"]):
    """The lights of a scene: each object that carries one, in the order of the scene.

        scene.lights.add_sun("sun", lux=60_000, toward=(-1, -2, -1))
        scene.lights.add_point("bulb", lumens=800, range=6, at=(0, 2, 0))
        for lit in scene.lights:
            print(lit.name)

    For many at once: `scene.add_many("firefly", dw.PointLight.lumens(3, range=2), at=places)`.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def _rows(self) -> list[int]:
        carried = [self._scene.slots_of(kind) >= 0 for kind in LIGHTS]
        rows: list[int] = np.flatnonzero(np.logical_or.reduce(carried)).tolist()
        return rows

    def __len__(self) -> int:
        return len(self._rows())

    def __iter__(self) -> Iterator[SceneObject]:
        ids = self._scene.ids[self._rows()].tolist()
        return (self._scene.by_id(number) for number in ids)

    def _add(self, name: str, light: Light, where: Where) -> SceneObject:
        checked_light(light)
        return self._scene.add(name, light, **where)


def checked_light(light: Light) -> None:
    """Raises SceneError for what is no light and for values out of range."""
    if not isinstance(light, LIGHTS):
        raise SceneError(f"{say(light)} is no light; Sun, PointLight and SpotLight are")
    problems = list(problems_of(light, type(light).__name__, ""))
    if isinstance(light, SpotLight) and not problems and light.inner_angle >= light.outer_angle:
        raise SceneError(
            f"SpotLight.inner_angle is {light.inner_angle:g}; it must be below outer_angle, {light.outer_angle:g}"
        )
    if problems:
        raise SceneError(f"{say(light)} can't be used:", problems)


def _is_lumens(name: str, candela: float | None, lumens: float | None) -> bool:
    if candela is not None and lumens is not None:
        raise SceneError(f"{name}: give candela or lumens, not both")
    return lumens is not None
