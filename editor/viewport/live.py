"""Changes that need no weaving: of lights, of materials that all their objects share, of the surroundings.

A colour that is dragged in the inspector is seen in the same frame then, however large the scene is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import DreamwellError
from ...engine.scene.components import Environment, Material, PointLight, SpotLight, Sun
from ...engine.scene.scene import Scene
from ...engine.world import World

LIGHTS: dict[str, Any] = {"Sun": Sun, "PointLight": PointLight, "SpotLight": SpotLight}
_UNSEEN = frozenset(("name", "tags", "locked", "order"))

Rows = Callable[[Any], NDArray[np.int32]]
"""Ids → rows of the world."""


def take(world: World, scene: Scene, fields: Mapping[int, frozenset[str]], rows: Rows, seen: frozenset[str]) -> bool:
    """Change a world as fields of objects changed in its scene, by id; False where it must be woven anew.

    seen: the components that a picture shows. What was changed before it found out does no harm: weaving replaces it.
    """
    for number, names in fields.items():
        heads = {name.split(".", 1)[0] for name in names} - _UNSEEN
        for head in heads & {*seen, "hidden"}:
            try:
                if not _one(world, scene, number, head, rows):
                    return False
            except DreamwellError:  # weaving tells what is wrong with it
                return False
    return True


def _one(world: World, scene: Scene, number: int, head: str, rows: Rows) -> bool:
    found, there = rows([number]), scene.row_of(number)
    if there is None or not len(found):
        return False
    row, obj = int(found[0]), scene.by_id(number)
    if head in LIGHTS:
        value = obj.get(LIGHTS[head])
        if value is None or world.at(row).get(LIGHTS[head]) is None:
            return False
        world.appearance.set_light(row, value)
        return True
    if head == "Environment":
        around = obj.get(Environment)
        if around is None or (scene.slots_of(Environment) >= 0).sum() != 1 or around.source == "file":
            return False
        world.environment = around
        return True
    if head == "Material":
        return _material(world, scene, there, row)
    return False


def _material(world: World, scene: Scene, there: int, row: int) -> bool:
    """Change a material, where every object that shows it has the same new one."""
    slots = scene.slots_of(Material)
    slot, material = int(slots[there]), world.roster.look(row)[1]
    if slot < 0 or material < 0:
        return False
    looks = world.roster.drawn()
    holders = world.ids[looks.rows[looks.material == material]]
    if len(holders) > 1:
        order = np.argsort(scene.ids)
        at = np.minimum(np.searchsorted(scene.ids, holders, sorter=order), len(order) - 1)
        mine = order[at]
        if (scene.ids[mine] != holders).any() or (slots[mine] != slot).any():
            return False
    world.appearance.set_material(material, scene.values_of(Material)[slot])
    return True
