"""The physical sky: its look-up tables, the light it gives, and the background with the sun in it.

Hillaire 2020, "A Scalable and Production Ready Sky and Atmosphere Rendering Technique". A table is made anew when what
it depends on has changed: the air's own tables by its parameters, the sky around the eye by the sun's height and the
eye's altitude, the light on surfaces by these in larger steps. A sun that only goes round costs nothing: the tables
have it over +X and are turned. What grows and fades with the sun's height by orders of magnitude is divided out of the
tables and multiplied again every frame, so that the steps are not seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.scene.components import Environment
from ..loom import atmosphere as air
from ..loom.atmosphere import Air, Daylight, sun_of_sky
from ..loom.woven import WovenEnvironment
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import NONE
from .environment import FACE_SMOOTH, EnvironmentMap
from .layouts import Layouts
from .pipelines import Kernels, screen_pipeline
from .tape import ComputePass, Encoder, TapePass
from .targets import BACKGROUND, COPY_DST, COPY_SRC, HDR_FORMAT, written

F64 = NDArray[np.float64]

_HEIGHT_STEP = math.radians(0.01)
"""The sun's height is rounded to this for the sky around the eye."""
_LIGHT_STEP = math.radians(0.1)
"""While the sun moves, the light on surfaces follows in steps of its height as large as this."""
_SOFTWARE_FRAMES = 4
"""On software adapters not more often than every so many frames: there it costs as much as a small picture."""
_JUMP = math.radians(1)
"""But at once when the sun has moved as far as this."""
_REST = 4
"""Frames after which a sun has come to rest."""
_LUMINANCE = np.array((0.2126, 0.7152, 0.0722))


@dataclass(frozen=True)
class _State:
    """What the tables depend on. height: of the sun, in steps.  altitude: of the eye, km.  tint: luminance 1."""

    air: Air
    height: int
    altitude: float
    tint: tuple[float, ...]


class Sky:
    """The sky that a scene's strongest sun makes.

    on: whether there is one. aerial: whether surfaces are seen through its air. due: what this frame has to make anew,
    of "air", "view" and "light", in this order. A recorded frame is known by all three.
    """

    def __init__(
        self, gpu: Gpu, layouts: Layouts, environment: EnvironmentMap, frame: NDArray[np.void],
        atmosphere: NDArray[np.void], binding: dict[str, Any],
    ) -> None:  # fmt: skip
        """`frame` and `atmosphere` are the uniforms that it writes into, `binding` is the resource of the second."""
        self.gpu, self._layouts, self._environment = gpu, layouts, environment
        self._frame, self._atmosphere, self._binding = frame, atmosphere, binding
        self.on = self.aerial = False
        self.due: tuple[str, ...] = ()
        self._tables: _Tables | None = None
        self._air, self._daylight, self._component = Air(), Daylight.of(Air()), Environment()
        self._row = 0
        self._seen: tuple[Any, ...] = ()  # what the uniforms were last made from
        self._wanted: _State | None = None
        self._view: _State | None = None  # that the sky around the eye was made for,
        self._light: _State | None = None  # and the light on surfaces
        self._since_light = self._still = 0
        self.light_frames = _SOFTWARE_FRAMES if gpu.software else 1
        frame["air"]["light"] = NONE

    def show(self, environment: Environment, lights: NDArray[np.void], *, aerial: bool) -> bool:
        """Have the sky of an environment with (l,) structs.LIGHT, if they make one. Returns whether they do."""
        row = sun_of_sky(environment, lights)
        self.on = row is not None
        self.aerial = self.on and aerial
        self._frame["air"]["light"] = NONE
        if row is None:
            self.due = ()
            return False
        self._row, self._component, self._seen = row, environment, ()
        if Air.of(environment) != self._air:
            self._air = Air.of(environment)
            self._daylight = Daylight.of(self._air)
        return True

    def surround(self) -> bool:
        """Take hold of the environment's cube. Returns whether its view is a new one, to be bound anew."""
        self._environment.component = self._component
        new = self._environment.resize(FACE_SMOOTH)
        self._light = None
        if self._tables is None:
            self._tables = _Tables(self.gpu, self._layouts, self._binding)
        self._tables.bind_light(self._environment)
        return new

    # ---- every frame ----------------------------------------------------------------------------------------------

    def follow(self, lights: NDArray[np.void], eye: F64) -> None:
        """Set the uniforms for where the sun and the eye are now, and find out what is due. eye: (3,) metres."""
        if not self.on:
            return
        light = lights[self._row]
        seen = (light.tobytes(), float(eye[1]))
        self._still += 1
        if seen != self._seen:
            self._seen = seen
            self._set(-light["direction"].astype(np.float64), light["color"].astype(np.float64), float(light["radius"]),
                      _rounded_altitude(float(eye[1])))  # fmt: skip
        assert self._wanted is not None
        self.due = self._due(self._wanted)

    def _set(self, toward: F64, color: F64, tangent: float, altitude: float) -> None:
        """toward: (3,) unit.  color: times lux.  tangent: of the sun's half angle.  altitude: km."""
        x, sine, z = toward.tolist()
        height = math.asin(min(max(sine, -1.0), 1.0))
        flat = math.hypot(x, z)
        lux = float(color @ _LUMINANCE)
        tint = tuple((color / lux).tolist()) if lux > 0 else (1.0, 1.0, 1.0)
        state = _State(self._air, round(height / _HEIGHT_STEP), altitude, tint)
        if state != self._wanted:
            self._still = 0
            self._wanted = state
            self._set_atmosphere(state)
        own = self._component
        on_ground, more = self._daylight.at(sine)
        arriving = air.sunlight(self._air, altitude, sine)
        horizon = float(air.horizon(air.scalar(altitude)))
        frame, values = self._frame, self._frame["air"]
        frame["environment_turn"] = (x / flat, -z / flat) if flat > 1e-9 else (1.0, 0.0)
        frame["environment_intensity"] = own.intensity * lux * float(on_ground @ _LUMINANCE)
        values["sun"] = toward
        values["light"] = self._row
        values["through"] = arriving if own.sun_through_air else 1.0
        values["direct"] = color * arriving * own.intensity
        values["diffuse"] = color * more * own.intensity
        values["rayleigh"] = np.multiply(air.RAYLEIGH, self._air.air / 1e3)
        values["rayleigh_height"] = air.RAYLEIGH_HEIGHT * 1e3
        values["haze_scattering"] = air.HAZE_SCATTERING * self._air.haze / 1e3
        values["haze_extinction"] = air.HAZE_EXTINCTION * self._air.haze / 1e3
        values["haze_height"] = air.HAZE_HEIGHT * 1e3
        values["haze_anisotropy"] = air.HAZE_ANISOTROPY
        values["horizon"] = math.asin(horizon)
        size = math.pi * tangent * tangent
        values["disc"] = color * own.intensity / size if own.sun_disc and size > 0 else 0.0
        values["disc_radius"] = math.atan(tangent)

    def _set_atmosphere(self, state: _State) -> None:
        height, own, values = state.height * _HEIGHT_STEP, self._air, self._atmosphere
        on_ground, _ = self._daylight.at(math.sin(height))
        values["rayleigh"] = np.multiply(air.RAYLEIGH, own.air)
        values["rayleigh_height"] = air.RAYLEIGH_HEIGHT
        values["ozone"] = np.multiply(air.OZONE, own.ozone)
        values["ozone_middle"], values["ozone_reach"] = air.OZONE_MIDDLE, air.OZONE_REACH
        values["ground"] = own.ground
        values["sky_on_ground"] = on_ground
        values["haze_scattering"] = air.HAZE_SCATTERING * own.haze
        values["haze_extinction"] = air.HAZE_EXTINCTION * own.haze
        values["haze_height"], values["haze_anisotropy"] = air.HAZE_HEIGHT, air.HAZE_ANISOTROPY
        values["scale"] = np.divide(state.tint, on_ground @ _LUMINANCE)
        values["sun"] = (math.cos(height), math.sin(height))
        values["bottom"], values["top"], values["lowest"] = air.BOTTOM, air.TOP, air.LOWEST
        values["altitude"] = state.altitude
        values["horizon"] = math.asin(float(air.horizon(air.scalar(state.altitude))))
        values["sun_radius"] = math.sin(air.SUN_RADIUS)
        values["transmittance_steps"] = air.TRANSMITTANCE_STEPS
        values["scattering_rays"], values["scattering_steps"] = air.MULTISCATTERING_RAYS, air.MULTISCATTERING_STEPS
        values["view_steps"] = air.SKY_VIEW_STEPS

    def _due(self, wanted: _State) -> tuple[str, ...]:
        due = list[str]()
        if self._view is None or wanted.air != self._view.air:
            due.append("air")
        if wanted != self._view:
            due.append("view")
        if wanted != self._light and (self._still >= _REST or self._is_old(wanted)):
            due.append("light")
        return tuple(due)

    def _is_old(self, wanted: _State) -> bool:
        """Whether the light on surfaces can't be left as it is any longer."""
        lit = self._light
        if lit is None or (wanted.air, wanted.tint) != (lit.air, lit.tint):
            return True
        moved = abs(wanted.height - lit.height) * _HEIGHT_STEP
        climbed = abs(wanted.altitude - lit.altitude) > 0.1 + 0.1 * lit.altitude
        if moved >= _JUMP:
            return True
        return (moved >= _LIGHT_STEP or climbed) and self._since_light + 1 >= self.light_frames

    def record(self, encoder: Encoder) -> None:
        """Make what is due."""
        assert self._tables is not None
        compute = encoder.begin_compute_pass(label="sky")
        self._tables.record(compute, self.due)
        compute.end()
        if "light" in self.due:
            self._environment.relight(encoder)

    def drawn(self) -> None:
        """What was due is on its way."""
        self._since_light += 1
        if "view" in self.due:
            self._view = self._wanted
        if "light" in self.due:
            self._light, self._since_light = self._wanted, 0
        self.due = ()

    def draw(self, render: wgpu.GPURenderPassEncoder | TapePass) -> None:
        """Fill the background of a pass into the HDR target; group 0 is the frame's, group 1 is replaced."""
        assert self._tables is not None
        render.set_pipeline(self._tables.background)
        render.set_bind_group(1, self._tables.background_group)
        render.draw(3)


def without_sun(woven: WovenEnvironment) -> WovenEnvironment:
    """Surroundings of a scene that no sun makes a sky for: a gradient in its place."""
    if woven.component.source != "sky":
        return woven
    return replace(woven, component=replace(woven.component, source="gradient"))


class _Tables:
    """The look-up tables, the kernels that make them, and the pipeline that draws them."""

    def __init__(self, gpu: Gpu, layouts: Layouts, atmosphere: dict[str, Any]) -> None:
        device = self._device = gpu.device
        self._atmosphere = atmosphere
        self._sampler = device.create_sampler(label="sky", mag_filter="linear", min_filter="linear")
        transmittance, multiscattering, view = (
            _table(gpu, label, size)
            for label, size in (
                ("transmittance", air.TRANSMITTANCE_SIZE),
                ("multiple scattering", air.MULTISCATTERING_SIZE),
                ("sky view", air.SKY_VIEW_SIZE),
            )
        )
        self.textures = {"transmittance": transmittance, "multiscattering": multiscattering, "sky_view": view}
        views = {name: texture.create_view() for name, texture in self.textures.items()}
        self._view = views["sky_view"]
        shared = {"atmosphere": atmosphere, "table_sampler": self._sampler}
        seen = {"transmittance": views["transmittance"], "multiscattering": views["multiscattering"]}
        kernels = (
            ("air", "atmosphere_transmittance", "transmit", groups.ATMOSPHERE_TRANSMITTANCE, transmittance),
            ("air", "atmosphere_scattering", "scatter", groups.ATMOSPHERE_SCATTERING, multiscattering),
            ("view", "sky_view", "look", groups.SKY_VIEW, view),
        )
        self._steps: list[tuple[str, wgpu.GPUComputePipeline, wgpu.GPUBindGroup, tuple[int, int, int]]] = []
        for part, name, entry, group, out in kernels:
            layout = group.layout(device)
            given = {**shared, **seen, "table_out": out.create_view()}
            bound = group.bind(device, layout, **{slot: given[slot] for slot in group.slots})
            count = (-(-out.width // 8), -(-out.height // 8), 1)
            self._steps.append((part, Kernels(gpu, name, [group], [layout])[entry], bound, count))
        self._light_layout = groups.SKY_LIGHT.layout(device)
        self._light = Kernels(gpu, "sky_light", [groups.SKY_LIGHT], [self._light_layout])["fill"]
        layout = groups.SKY_BACKGROUND.layout(device)
        self.background_group = groups.SKY_BACKGROUND.bind(
            device, layout, **shared, transmittance=views["transmittance"], sky_view=self._view
        )
        module = program("sky_background", [groups.FRAME, groups.SKY_BACKGROUND]).compile(device)
        self.background = screen_pipeline(
            gpu, "sky background", module, [layouts.frame, layout], HDR_FORMAT, depth=BACKGROUND
        )  # fmt: skip

    def bind_light(self, environment: EnvironmentMap) -> None:
        """Write into this environment's cube from now on."""
        group = groups.SKY_LIGHT.bind(
            self._device, self._light_layout, atmosphere=self._atmosphere, sky_view=self._view,
            table_sampler=self._sampler, level_out=environment.level_0,
        )  # fmt: skip
        count = (-(-FACE_SMOOTH // 8), -(-FACE_SMOOTH // 8), 6)
        self._steps[3:] = [("light", self._light, group, count)]

    def record(self, compute: ComputePass, due: tuple[str, ...]) -> None:
        """Make the parts that are due."""
        for part, pipeline, group, count in self._steps:
            if part in due:
                compute.set_pipeline(pipeline)
                compute.set_bind_group(0, group)
                compute.dispatch_workgroups(*count)


def _table(gpu: Gpu, label: str, size: tuple[int, int]) -> wgpu.GPUTexture:
    return written(gpu, label, (size[1], size[0]), "rgba16float", COPY_SRC | COPY_DST)


def _rounded_altitude(metres: float) -> float:
    """Km: in steps of two metres near the ground, and of two per cent high above it."""
    height = min(max(metres / 1e3, air.LOWEST), air.HIGHEST)
    return min(max(math.exp(round(math.log(height + 0.1) * 50) / 50) - 0.1, air.LOWEST), air.HIGHEST)
