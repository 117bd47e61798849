"""Shadow maps: cascades for suns, tiles for lamps, in the layers of one texture. What nothing moved in is kept.

Which maps there are, what they show and which of them have to be drawn anew; `shadow_drawing.py` draws them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine import math as dmath
from ..engine.gpu import Gpu
from ..engine.scene.settings import RenderSettings
from ..loom.configure import luminance
from ..loom.extract import taken
from ..shaders import groups
from ..shaders.structs import (
    MOST_SHADOW_VIEWS,
    NONE,
    SHADOWS,
    CullTest,
    LightKind,
)
from .layouts import Layouts
from .observer import Observer, planes_of
from .scene_buffers import GpuScene
from .shadow_drawing import ShadowDrawing, ShadowMap
from .shadow_views import (
    NEAREST,
    Fit,
    Lens,
    Tiles,
    cascades,
    coverage,
    faces_of,
    fit_sun,
    lamp_lens,
    split_distances,
    tile_edges,
)
from .tape import Encoder
from .targets import DEPTH_FORMAT

F64 = NDArray[np.float64]

MOST_SUNS = 4
_BAND = 0.12  # part of a cascade's half edge that it shares with the next
_LITTLE_WAY, _LITTLE_TURN = 0.25, math.cos(math.radians(2))  # metres and cosine: lamps are not chosen anew for less
_PRECISION = 8e-7  # relative error of places after a few operations on single floats
_DIMMEST = 0.004  # of what is white on the screen: a lamp without range reaches as far as it gives more than this


@dataclass(eq=False)
class Caster:
    """A lamp that has maps now."""

    row: int
    edge: int
    maps: list[ShadowMap] = field(default_factory=list)


@dataclass(frozen=True)
class ShadowCounts:
    """What the last frame did: maps drawn and kept, lights with maps, and lights that should have some and have not."""

    drawn: int
    kept: int
    lights: int
    left_out: int


class Shadows:
    """The shadow maps of a scene. `view` and `uniform` are what the main pass looks them up with."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, device = gpu, gpu.device
        self.sampler = device.create_sampler(label="shadows")
        usage = wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        self.uniform = device.create_buffer(label="shadows", size=SHADOWS.size, usage=usage)
        self._shading: NDArray[np.void] = np.zeros(1, SHADOWS.dtype)
        self.drawing = ShadowDrawing(gpu, layouts)
        self._culling = self.drawing.casters
        self.shadowing = groups.Shadowing()
        self._shape = (0, 0)
        self._settings = RenderSettings()
        self._suns: list[int] = []
        self._lamps: NDArray[np.intp] = np.zeros(0, np.intp)
        self._sun_maps: list[list[ShadowMap]] = []
        self._chosen: dict[int, Caster] = {}
        self._drawn: list[ShadowMap] = []
        self._layers = self._lamp_layers = self._lamp_maps = 0
        self._left_out = self._unlisted_suns = 0
        self._seen_suns: Any = None
        self._seen_lamps: Any = None
        self._unsent = True
        self._reshape((1, 1))

    # ---- what there is ------------------------------------------------------------------------------------------

    def configure(self, scene: GpuScene, settings: RenderSettings) -> bool:
        """Other settings, another scene, or lights that cast or no longer do. Returns whether `view` is another one."""
        wanted, lights = settings.shadows, scene.lights.table
        casts = (lights["casts_shadows"] != 0) & wanted.enabled
        suns = np.flatnonzero(casts & (lights["kind"] == LightKind.SUN))
        lamps = np.flatnonzero(casts & (lights["kind"] != LightKind.SUN))
        self._settings = settings
        self._suns, self._unlisted_suns = suns[:MOST_SUNS].tolist(), max(0, len(suns) - MOST_SUNS)
        self._lamps = lamps
        self._layers = len(self._suns) * wanted.cascades
        self._lamp_layers = wanted.atlas if len(lamps) and wanted.max_lights else 0
        each = max((self._faces(lights[row]) for row in lamps.tolist()), default=0)
        self._lamp_maps = min(each * min(wanted.max_lights, len(lamps)), MOST_SHADOW_VIEWS - self._layers)
        layers = self._layers + self._lamp_layers
        self.shadowing = (
            groups.Shadowing(layers > 0, wanted.taps, wanted.filter == "pcss") if layers else groups.Shadowing()
        )
        other = self._reshape((wanted.size, layers) if layers else (1, 1))
        edge = self._shape[0]
        every = [ShadowMap(i, i, 0, 0, edge, whole=True) for i in range(self._layers)]
        self._sun_maps = [every[i : i + wanted.cascades] for i in range(0, self._layers, wanted.cascades)]
        self._turns: list[tuple[bytes, F64] | None] = [None] * len(self._suns)
        self._shading["fade"] = (wanted.distance * 0.8, wanted.distance)
        self._shading["texel"] = 1 / edge
        self._let_go()
        self._left_out = 0 if self._lamp_layers else len(lamps)
        self._set_tests(settings)
        self._seen_suns = self._seen_lamps = None
        self._assigned: NDArray[np.uint32] | None = None
        scene.movers.all(0)
        return other

    def _reshape(self, shape: tuple[int, int]) -> bool:
        """Make the texture so many texels wide, with so many layers. Returns whether it is a new one."""
        if shape == self._shape:
            return False
        self._shape = shape
        size, layers = shape
        texture = self.gpu.device.create_texture(
            label="shadow maps",
            size=(size, size, layers),
            format=DEPTH_FORMAT,
            usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.TEXTURE_BINDING,
        )
        self.view = texture.create_view(dimension="2d-array")
        self.drawing.layers = [
            texture.create_view(dimension="2d", base_array_layer=i, array_layer_count=1) for i in range(layers)
        ]
        return True

    def _set_tests(self, settings: RenderSettings) -> None:
        cull = settings.cull
        view = self._culling["view"]
        tests = (CullTest.FRUSTUM * cull.frustum) | (CullTest.SMALL * cull.small)
        rings = CullTest.RINGS * cull.rings
        view["tests"] = tests | rings
        view["rings"] = (cull.active, cull.decohering, cull.superposed)
        # Lamps' maps are kept while the eye moves, so what stands in their light must not depend on it.
        view["tests"][self._layers :] = tests
        view["hysteresis"] = 0

    def bind(self, scene: GpuScene) -> None:
        """Refer to the scene's buffers as they are now, with lists that are long enough."""
        self.drawing.bind(scene, self._most_maps())
        for one in (*(one for maps in self._sun_maps for one in maps), *self._every()):
            one.tape = None

    def _most_maps(self) -> int:
        """Maps that there may be at a time."""
        return self._layers + self._lamp_maps

    def _every(self) -> list[ShadowMap]:
        """The maps that are looked up."""
        suns = [one for maps in self._sun_maps for one in maps if one.shows is not None]
        return suns + [one for caster in self._chosen.values() for one in caster.maps]

    # ---- every frame --------------------------------------------------------------------------------------------

    def update(self, scene: GpuScene, observer: Observer, size: tuple[int, int], exposure: float) -> None:
        """Find out which maps have to be drawn for a picture of `size` pixels, and where lights have theirs."""
        self._drawn = []
        if not self.shadowing.on:
            return
        self._fit_suns(scene, observer, size)
        if self._lamp_layers:
            self._fit_lamps(scene, observer, size, exposure)
        if self._assigned is None:
            self._tell(scene)
        self._notice(scene)
        self._drawn = [one for one in self._every() if one.stale]
        for one in self._drawn:
            one.stale = False
        self._culling["view"]["eye"] = observer.eye

    def send(self, scene: GpuScene) -> None:
        """Send what the maps are drawn with, once the scene's tables are as this frame will find them."""
        self.drawing.send(scene, self._drawn)
        if self._unsent:
            self.gpu.device.queue.write_buffer(self.uniform, 0, self._shading)
            self._unsent = False

    def record(self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, scene: GpuScene) -> None:
        """Cull and draw the maps that have to be. A tape plays what they are when it is played."""
        if self.shadowing.on:
            self.drawing.record(encoder, frame_group, scene, lambda: self._drawn)

    @property
    def first_of_sun(self) -> int:
        """The number of the first map of the first sun that casts, or NONE."""
        return 0 if self._suns else NONE

    def counts(self) -> ShadowCounts:
        """What the last frame did."""
        every = self._every() if self.shadowing.on else []
        lights = sum(bool(maps) for maps in self._sun_maps) + len(self._chosen)
        return ShadowCounts(
            len(self._drawn), len(every) - len(self._drawn), lights, self._left_out + self._unlisted_suns
        )

    def forget(self) -> None:
        """Draw every map anew: casters look different."""
        for one in self._every():
            one.stale = True

    def _notice(self, scene: GpuScene) -> None:
        """What moved makes the maps stale that it is or was in."""
        moved = scene.movers.taken()
        if moved is None:
            self.forget()
        elif len(moved := moved[np.isfinite(moved).all(axis=1)]):
            every = self._every()
            planes = self._culling["view"]["planes"][[one.number for one in every]]
            away = planes[:, :, :3] @ moved[:, :3].T + planes[:, :, 3:] + moved[:, 3]  # (maps, planes, spheres)
            touched = away.min(axis=1).max(axis=1) >= 0
            for one, changed in zip(every, touched.tolist(), strict=True):
                one.stale |= changed

    def _fit_suns(self, scene: GpuScene, observer: Observer, size: tuple[int, int]) -> None:
        directions = [scene.lights.table["direction"][row].tobytes() for row in self._suns]
        seen = (
            np.asarray(observer.world_from_camera).tobytes(), observer.fov_y, observer.near, observer.height,
            observer.orthographic, size, scene.bounds[0].tobytes(), scene.bounds[1],
            scene.lights.table["radius"][self._suns].tobytes(), directions,
        )  # fmt: skip
        if not self._suns or seen == self._seen_suns:
            return
        self._seen_suns = seen
        wanted = self._settings.shadows
        ends = [wanted.distance] if observer.orthographic else split_distances(
            observer.near, wanted.distance, wanted.cascades
        )  # fmt: skip
        spheres = [observer.slice_sphere(size, end, start) for start, end in zip([0.0, *ends], ends, strict=False)]
        spheres = cascades(spheres, scene.bounds)
        for s, row in enumerate(self._suns):
            light = scene.lights.table[row]
            key, turned = light["direction"].tobytes(), self._turns[s]
            if turned is None or turned[0] != key:
                turned = self._turns[s] = key, dmath.look_matrix(light["direction"].astype(np.float64)).T
            maps = self._sun_maps[s]
            for c, (one, sphere) in enumerate(zip(maps, spheres, strict=False)):
                fit = fit_sun(turned[1], sphere, scene.bounds, one.edge)
                shows = (fit, key, float(light["radius"]), len(spheres))
                if shows != one.shows:
                    one.shows, one.stale = shows, True
                    self._show_sun(one, fit, turned[1], float(light["radius"]), c == len(spheres) - 1)
                    farthest = np.abs(scene.bounds[0]).max() + scene.bounds[1]
                    self._shading["views"]["slack"][0, one.number] = _PRECISION * farthest / (fit.near - fit.far)
                    self._shading["views"]["count"][0, one.number] = len(spheres)
            for one in maps[len(spheres) :]:
                one.stale, one.shows = False, None

    def _show_sun(self, one: ShadowMap, fit: Fit, turn: F64, radius: float, last: bool) -> None:
        view, lens = fit.matrices(turn, one.edge)
        depth = fit.near - fit.far
        self._set(one, view, lens, planes_of(lens @ view), np.uint32(NONE))
        self._culling["view"]["orthographic"][one.number] = 1
        self._shade(one, lens @ view, (fit.texel / depth, 0.0), radius * depth / fit.texel, one.edge / 16)
        self._shading["views"]["band"][0, one.number] = 0 if last else _BAND

    def _set(self, one: ShadowMap, view: F64, lens: F64, planes: F64, without: Any) -> None:
        """What one map is culled and drawn with."""
        entry = self._culling[one.number : one.number + 1]
        entry["without"] = without
        values = entry["view"]
        values["view"], values["proj"], values["view_proj"] = view.T, lens.T, (lens @ view).T
        values["planes"], values["size"], values["near"] = planes, one.edge, NEAREST

    def _shade(self, one: ShadowMap, from_world: F64, unit: tuple[float, float], spread: float, most: float) -> None:
        """What one map is looked up with."""
        values = self._shading["views"][:, one.number]
        values["from_world"] = from_world.T
        values["half_edge"] = one.edge / 2
        values["centre"] = (one.x + one.edge / 2, one.y + one.edge / 2)
        values["layer"], values["unit"], values["spread"], values["most"] = one.layer, unit, spread, most
        values["least"] = min(self._settings.shadows.softness, most)
        values["band"] = 0
        self._unsent = True

    # ---- lamps --------------------------------------------------------------------------------------------------

    def _let_go(self) -> None:
        """No lamp has maps."""
        self._chosen = {}
        self._tiles = Tiles(max(self._shape[0], 64), range(self._layers, self._layers + self._lamp_layers))
        self._free = np.ones(MOST_SHADOW_VIEWS, bool)
        self._free[: self._layers] = False
        self._left_out = 0
        self._unsent = True

    def _fit_lamps(self, scene: GpuScene, observer: Observer, size: tuple[int, int], exposure: float) -> None:
        lights = taken(scene.lights.table, self._lamps)
        lens = (observer.fov_y, observer.height, observer.orthographic, size, exposure, scene.bounds[1])
        if self._seen_lamps is not None:
            before, lens_before, eye, forward = self._seen_lamps
            still = float(observer.forward @ forward) > _LITTLE_TURN and math.dist(observer.eye, eye) < _LITTLE_WAY
            if still and lens == lens_before and lights.tobytes() == before:
                return
        wanted = self._settings.shadows
        position = lights["position"].astype(np.float64)
        reach = np.sqrt(luminance(lights["color"]) * (exposure / math.pi / _DIMMEST))
        reach = np.where(lights["range"] > 0, np.minimum(lights["range"], reach), reach)
        reach = np.minimum(reach, 2 * scene.bounds[1] + np.linalg.norm(position - scene.bounds[0], axis=1))
        planes = planes_of(observer.projection(size, 1e6) @ observer.view())
        importance = coverage(position, reach, observer.eye, planes)
        places = {int(row): i for i, row in enumerate(self._lamps)}
        held = [places[row] for row in self._chosen]
        # Those that have maps keep them unless another one is clearly more important, so that nothing flickers.
        importance[held] *= 1.25
        order = np.argsort(-importance, kind="stable")
        order = order[importance[order] > 0]
        picked: list[tuple[int, float, int]] = []
        number = 0
        for i in order[: wanted.max_lights].tolist():
            faces = self._faces(lights[i])
            if number + faces <= self._lamp_maps:
                number += faces
                largest = self._shape[0] / (2 if faces == 1 else 4)
                picked.append((i, max(largest * min(1.0, float(importance[i])), 1.0), faces))
        have = {places[row]: caster for row, caster in self._chosen.items()}
        edges = tile_edges(
            [
                (edge, faces, have[i].edge if i in have and len(have[i].maps) == faces else 0)
                for i, edge, faces in picked
            ],
            self._tiles.area,
        )
        self._left_out = len(order) - sum(edge > 0 for edge in edges)
        if not self._place(
            scene, {int(self._lamps[i]): (e, f) for (i, _, f), e in zip(picked, edges, strict=True) if e}
        ):
            self._let_go()
            self._left_out = len(order) - sum(edge > 0 for edge in edges)
            chosen = sorted(zip(picked, edges, strict=True), key=lambda one: -one[1])  # large ones first: then all fit
            placed = self._place(scene, {int(self._lamps[i]): (e, f) for (i, _, f), e in chosen if e})
            assert placed
        for caster in self._chosen.values():
            self._show_lamp(scene, caster)
        self._tell(scene)
        self._seen_lamps = (
            taken(scene.lights.table, self._lamps).tobytes(),
            lens,
            observer.eye.copy(),
            observer.forward,
        )

    def _faces(self, light: Any) -> int:
        return faces_of(int(light["kind"]) == LightKind.POINT, _outer(light))

    def _place(self, scene: GpuScene, wanted: dict[int, tuple[int, int]]) -> bool:
        """Give tiles of an edge to lamps: {row: (edge, faces)}. Returns False where they are too scattered to fit."""
        for row, caster in list(self._chosen.items()):
            if wanted.get(row) != (caster.edge, len(caster.maps)):
                for one in caster.maps:
                    self._tiles.give(one.edge, (one.layer, one.x, one.y))
                    self._free[one.number] = True
                del self._chosen[row]
        for row, (edge, faces) in wanted.items():
            if row in self._chosen:
                continue
            first = self._numbers(faces)
            if first is None:
                return False
            caster = Caster(row, edge)
            for i in range(faces):
                tile = self._tiles.take(edge)
                if tile is None:
                    return False
                caster.maps.append(ShadowMap(first + i, *tile, edge, whole=False))
            self._free[first : first + faces] = False
            self._chosen[row] = caster
        return True

    def _numbers(self, count: int) -> int | None:
        """The first of `count` free numbers behind one another."""
        runs = np.convolve(self._free, np.ones(count), "valid") > count - 0.5
        found = int(runs.argmax())
        return found if runs[found] and found + count <= self._most_maps() else None

    def _show_lamp(self, scene: GpuScene, caster: Caster) -> None:
        light = scene.lights.table[caster.row]
        names = ("position", "direction", "range", "spot_scale", "spot_offset", "radius")
        shows = b"".join(light[name].tobytes() for name in names)
        if caster.maps[0].shows == shows:
            return
        faces, radius = len(caster.maps), float(light["radius"])
        position, direction = light["position"].astype(np.float64), light["direction"].astype(np.float64)
        lens: Lens = lamp_lens(position, direction, float(light["range"]), faces, _outer(light))
        wide = 2 * lens.extent / caster.edge
        most = caster.edge * (1 - 1 / lens.extent) / 2 if faces == 6 else caster.edge / 16
        for i, one in enumerate(caster.maps):
            one.shows, one.stale = shows, True
            self._set(one, lens.views[i], lens.projections[i], lens.planes[i], light["object"])
            self._culling["view"]["orthographic"][one.number] = 0
            self._shade(one, lens.projections[i] @ lens.views[i], (0.0, wide), radius / (NEAREST * wide), most)
        views = self._shading["views"]
        views["count"][0, caster.maps[0].number] = faces
        views["slack"][0, [one.number for one in caster.maps]] = _PRECISION * np.abs(position).max() / NEAREST

    def _tell(self, scene: GpuScene) -> None:
        """Write into the lights where their maps are."""
        numbers = np.full(len(scene.lights.table), NONE, np.uint32)
        for s, row in enumerate(self._suns):
            numbers[row] = self._sun_maps[s][0].number
        for row, caster in self._chosen.items():
            numbers[row] = caster.maps[0].number
        if self._assigned is None or (numbers != self._assigned).any():
            self._assigned = numbers
            scene.lights.set_shadow_maps(numbers)


def _outer(light: Any) -> float:
    """Half the angle of a spot's cone, degrees: where KHR_lights_punctual's scale and offset give 0."""
    scale = float(light["spot_scale"])
    return math.degrees(math.acos(min(1.0, max(-1.0, -float(light["spot_offset"]) / scale)))) if scale else 180.0
