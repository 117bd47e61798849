"""The components of an object of a running world that can be read and set: what it keeps, its material, its lens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ...engine.camera import Lens
from ...engine.declare import fields_of
from ...engine.errors import DreamwellError
from ...engine.live import Live, kept, kind_of
from ...engine.scene.components import Camera, Material
from ...engine.scene.lights import LIGHTS
from .kinds import component_types


def components_of(entity: Any) -> list[Any]:
    """What an object of a world has that can be read and set: material and camera as values, the rest as it is there.

    A material is that of all objects that look so.
    """
    shown = [one for one in (_material(entity), _camera(entity)) if one is not None]
    return [*shown, *entity.components]


def _material(entity: Any) -> Material | None:
    number = entity.world.roster.look(entity.live_row())[1]
    found: Material | None = entity.world.appearance.now[number] if number >= 0 else None
    return found


def _camera(entity: Any) -> Camera | None:
    lens = entity.world.viewpoints.lenses.get(entity.live_row())
    return None if lens is None else camera_of(lens)


def camera_of(lens: Lens) -> Camera:
    """The component of how an object of a world sees."""
    projection: Literal["perspective", "orthographic"] = "orthographic" if lens.orthographic else "perspective"
    return Camera(lens.fov_y, lens.near, projection, lens.height)


def component_of(entity: Any, head: str) -> Any:
    """A component of an object of a world by name, as `components_of` gives it; None for what it has not."""
    kind = component_types().get(head)
    if kind is None:
        return None
    if kind is Material:
        return _material(entity)
    if kind is Camera:
        return _camera(entity)
    try:
        return entity.get(kind)
    except DreamwellError:
        return None


def as_value(value: Any) -> Any:
    """What a world gives for a component → a value of its class."""
    kind = _class_of(value)
    if type(value) is kind and not isinstance(value, Live):
        return value
    return kept(kind(**{f.name: getattr(value, f.name) for f in fields_of(kind)}))


def _class_of(value: Any) -> type:
    """The component class of what a world gives for one: a value, a behaviour, or a row of a table."""
    return kind_of(value) if isinstance(value, Live) else component_types().get(type(value).__name__, type(value))


def put(entity: Any, value: Any, fresh: Any, steps: Sequence[str]) -> None:
    """Have an object of a world have another value of a component. Raises SceneError for what can't be set."""
    world, row = entity.world, entity.live_row()
    if isinstance(value, Material):  # all objects that look so share it
        world.appearance.set_material(world.roster.look(row)[1], fresh)
    elif isinstance(value, Camera):
        world.viewpoints.put(np.array([row], np.int32), fresh)
    elif isinstance(value, LIGHTS):
        entity.set(fresh)
    elif steps:
        setattr(value, steps[0], getattr(fresh, steps[0]))
    else:
        for f in fields_of(kind_of(fresh)):
            setattr(value, f.name, getattr(fresh, f.name))
