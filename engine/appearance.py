"""How a running world looks beside where things are: its lights, materials and surroundings, and what changed.

Values are the components that scenes are written with. What is set here is gathered until the next frame, and sent
to the Fabric as rows of its tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..loom.atmosphere import sun_of_sky
from ..loom.configure import implicit_environment, metered, to_meter
from ..loom.manifest import changed_material
from ..loom.woven import WovenEnvironment, WovenScene
from .adopt import Fates
from .carried import lights_of
from .declare import problems_of, say
from .errors import SceneError
from .light_table import LightsState, LightTable
from .scene.components import Environment, Light, Material
from .scene.lights import checked_light
from .transforms import Transforms

F32 = NDArray[np.float32]

_TURNED = 1e-6  # radians: less is rounding
C = TypeVar("C")


class Materials(Mapping[Material, Material]):
    """The scene's materials: each as it was woven → as it is now. Assign to change what all its objects look like.

        world.materials[WINDOWS] = replace(WINDOWS, emissive_strength=3.0)

    Keys stay those of the scene. What decides how a surface is drawn (alpha_mode, double_sided) and its pictures
    can't be changed: SceneError.
    """

    def __init__(self, appearance: Appearance) -> None:
        self._of = appearance

    def __getitem__(self, material: Material) -> Material:
        return self._of.now[self._of.row_of(material)]

    def __iter__(self) -> Iterator[Material]:
        return iter(self._of.woven.material_components)

    def __len__(self) -> int:
        return len(self._of.woven.material_components)

    def __setitem__(self, material: Material, value: Material) -> None:
        self._of.set_material(self._of.row_of(material), value)


@dataclass(frozen=True, eq=False)
class AppearanceState:
    """How a world looks, to go back to."""

    materials: tuple[Material, ...]
    lights: LightsState
    environment: WovenEnvironment
    ev100: float
    unmetered: bool


class Appearance:
    """The lights, materials and surroundings of a world, and which of them changed since they were last sent."""

    def __init__(self, woven: WovenScene) -> None:
        self.woven = woven
        self.now = list(woven.material_components)
        self.lights = LightTable(woven)
        self.environment = woven.environment
        self.ev100 = woven.metered_ev100
        self._material_rows: NDArray[np.void] = woven.materials.copy()
        self._number = {material: row for row, material in enumerate(woven.material_components)}
        self.changed_materials: set[int] = set()
        self.changed_environment = False
        self.unmetered = False
        self._sun: int | None = None  # the row of the object whose sun makes the sky, where one does
        self._sun_at: list[float] | None = None
        self._find_sun()
        if self._sun is not None:  # it may turn before the first frame
            self._sun_at = woven.objects.world_of(np.array([self._sun]))[0, :, 2].tolist()

    def adopted(self, woven: WovenScene, material: NDArray[np.int32], fates: Fates) -> Appearance:
        """How another woven scene looks that takes the place of this one: what was changed at run time stays.

        material: what each material is there, -1 for none.
        """
        made, old = Appearance(woven), self.woven
        for row, value in enumerate(self.now):
            if value is not old.material_components[row] and material[row] >= 0:
                made.set_material(int(material[row]), value)
        made.put_out(np.flatnonzero(~(fates.kept | fates.came)))
        base, now = lights_of(old), {(row, type(light)): light for row, light in self.lights.items()}
        for key in base:
            if fates.kept[key[0]] and key not in now:
                made.discard_light(*key)
        for key, light in now.items():
            if fates.spawned[key[0]] or (fates.kept[key[0]] and light != base.get(key)):
                made.set_light(key[0], light)
        if self.environment is not old.environment and not self.environment.implicit:
            made.surround(self.environment)
        if woven.metered_ev100 == old.metered_ev100:  # it was metered from the same: there is nothing to see anew
            made.ev100, made.unmetered = self.ev100, self.unmetered
            if self.environment.implicit and made.environment.implicit:
                made.environment = self.environment
                made._find_sun()
        return made

    def resend(self) -> None:
        """Another Fabric shows the world: everything that is not as it was woven is to be sent again."""
        woven = self.woven
        self.lights.resend()
        self.changed_materials |= {i for i, value in enumerate(self.now) if value is not woven.material_components[i]}
        self.changed_environment |= self.environment is not woven.environment

    # ---- going back ----------------------------------------------------------------------------------------------

    def state(self) -> AppearanceState:
        """What `restore` needs."""
        return AppearanceState(tuple(self.now), self.lights.state(), self.environment, self.ev100, self.unmetered)

    def restore(self, state: AppearanceState) -> None:
        """Go back to a state; what is different now is to be sent."""
        for row, value in enumerate(state.materials):
            self.set_material(row, value)
        self.unmetered |= self.lights.restore(state.lights) or state.unmetered or self.ev100 != state.ev100
        if self.environment is not state.environment:
            self.environment = state.environment
            self.changed_environment = self.unmetered = True
        self.ev100 = state.ev100
        self._find_sun()

    def to_bytes(self) -> bytes:
        """What looks otherwise than it was woven, and the lights; equal worlds of one scene give equal bytes."""
        woven = self.woven.material_components
        materials = [(i, value) for i, value in enumerate(self.now) if value != woven[i]]
        return repr((materials, self.environment.component)).encode() + self.lights.to_bytes()

    # ---- the sky's sun -------------------------------------------------------------------------------------------

    def _find_sun(self) -> None:
        light = sun_of_sky(self.environment.component, self.lights.rows)
        self._sun = None if light is None else int(self.lights.rows["object"][light])
        self._sun_at = None

    def follow_sun(self, transforms: Transforms) -> None:
        """Have the light metered anew when the sun that makes the sky has turned."""
        if self._sun is not None:
            at = transforms.world_of(np.array([self._sun], np.int32))[0, :, 2].tolist()
            before = self._sun_at
            if before is None or max(abs(now - then) for now, then in zip(at, before, strict=True)) > _TURNED:
                self.unmetered |= before is not None
                self._sun_at = at

    # ---- lights -------------------------------------------------------------------------------------------------

    def set_light(self, row: int, value: Light) -> None:
        """Another light in place of the one of its kind on an object, or one more. Raises SceneError."""
        checked_light(value)
        if self.lights.set(row, value):
            self.unmetered = True
            self._find_sun()

    def add_lights(self, rows: NDArray[np.int32], value: Light) -> None:
        """A light for each of some new objects (k,). Raises SceneError."""
        checked_light(value)
        self.lights.add(rows, value)
        self.unmetered = True
        self._find_sun()

    def discard_light(self, row: int, kind: type[Light]) -> None:
        """Take the light of a kind from an object, if it has one."""
        self.unmetered |= self.lights.discard(row, kind)
        self._find_sun()

    def put_out(self, rows: NDArray[np.integer[Any]]) -> None:
        """The objects in these rows (k,) are gone, and their lights with them."""
        if self.lights.put_out(rows):
            self.unmetered = True
            self._find_sun()

    # ---- materials ----------------------------------------------------------------------------------------------

    def row_of(self, material: Material) -> int:
        """The row of a material as it was woven. Raises SceneError for one that the scene has not."""
        found = self._number.get(material)
        if found is None:
            raise SceneError("the scene has no such material; the keys are its materials as they were woven")
        return found

    def set_material(self, row: int, value: Material) -> None:
        """Another value for a material. Raises SceneError for what can't be changed while a scene runs."""
        _checked(value, "material")
        if value != self.now[row]:
            self._material_rows[row] = changed_material(
                self.woven.materials[row], self._woven(row), value, self.woven.textures
            )
            self.now[row] = value
            self.changed_materials.add(row)

    def _woven(self, row: int) -> Material:
        return self.woven.material_components[row]

    def materials_to_send(self) -> tuple[NDArray[np.int32], NDArray[np.void]]:
        """(k,) rows that changed and their (k,) structs.MATERIAL; they count as sent then."""
        rows = np.array(sorted(self.changed_materials), np.int32)
        self.changed_materials.clear()
        return rows, self._material_rows[rows]

    # ---- surroundings and exposure ------------------------------------------------------------------------------

    def set_environment(self, value: Environment) -> None:
        """Other surroundings. Another file can't be loaded while a scene runs: SceneError; use `App.environment`."""
        _checked(value, "environment")
        before = self.environment.component
        if value.source == "file" and (before.source != "file" or before.file != value.file):
            raise SceneError("another environment file can't be set here; `app.environment` loads one")
        if value != before or self.environment.implicit:
            panorama = self.environment.panorama if value.source == "file" else None
            self.surround(WovenEnvironment(value, panorama, implicit=False))

    def surround(self, environment: WovenEnvironment) -> None:
        """Other surroundings, woven: those may bring a file."""
        self.environment = environment
        self.changed_environment = self.unmetered = True
        self._find_sun()

    def meter(self, transforms: Transforms, drawn: NDArray[np.integer[Any]]) -> float:
        """EV100 by the incident meter, from the lights and surroundings as they are now; see `loom.configure`.

        drawn: (k,) rows of what is drawn.
        """
        lights = self.lights.alight.copy()
        placed = transforms.world_of(lights["object"].astype(np.int32))
        lights["position"] = placed[:, :, 3]
        z = -placed[:, :, 2]
        lights["direction"] = z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-20)
        drawn = drawn[~np.isin(drawn, lights["object"])]
        places = transforms.world_of(to_meter(drawn))[:, :, 3]
        if self.environment.implicit:
            implied = implicit_environment(lights, places)
            if implied != self.environment.component:
                self.environment = replace(self.environment, component=implied)
                self.changed_environment = True
                self._find_sun()
        self.ev100 = metered(lights, self.environment, places)
        self.unmetered = False
        return self.ev100


def _checked(value: Any, where: str) -> None:
    problems = list(problems_of(value, where, f"{type(value).__name__}."))
    if problems:
        raise SceneError(f"{say(value)} can't be used:", problems)
