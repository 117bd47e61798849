"""The Fabric: uploads a woven scene once and draws it every frame, at a CPU cost that does not grow with it."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.errors import GpuError
from ..engine.gpu import Gpu
from ..engine.rows import distinct
from ..engine.scene.settings import RenderSettings
from ..loom.woven import WovenEnvironment, WovenScene
from ..shaders import groups
from ..shaders.structs import (
    ACCUMULATION,
    AMBIENT_OCCLUSION,
    ATMOSPHERE,
    CLUSTERING,
    DRAW_COMMAND,
    FRAME,
    METER,
    MOTION,
    TONEMAP,
    VIEW,
    CullResult,
    CullTest,
    MaterialFlag,
)
from . import dfg, grading
from .ambient_occlusion import AmbientOcclusion, open_view
from .auto_exposure import AutoExposure, exposure_of
from .bloom import Bloom
from .clusters import WORTHWHILE, Clusters
from .cull import Cull, HiZ
from .debug_view import DRAWN, Canvas, DebugView
from .depth_pass import DepthPass
from .environment import EnvironmentMap
from .fxaa import Fxaa
from .main_pass import MainPass
from .motion import Motion, MotionView
from .observer import Observer, planes_of, sample_shift
from .overlay import SMALLEST, Overlay, draw_legend, draw_times
from .picking import FEATURE as NUMBERED
from .picking import Drawn, Pick, Picking, Rectangle
from .scene_buffers import GpuScene, Layouts
from .shadows import Shadows
from .sky import Sky, without_sun
from .taa import TemporalAntialiasing
from .tape import Encoder, Submission, Tape
from .timing import FEATURE as TIMESTAMPS
from .timing import PassTimes
from .tonemap import IMAGE_FORMAT, Accumulate, Tonemap
from .transparency import WeightedTransparency
from .uniforms import Uniforms
from .views import CHANNELS, Views, legend_of

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

NORMAL_VARIANCE = 1 / (2 * np.pi)
"""Variance of the filter over a pixel, in pixels squared (Tokuyoshi & Kaplanyan 2019).

Where n samples of a pixel are averaged, they find most highlights themselves, and their error falls with 1 / n².
"""

AVERAGED = 4
"""How many samples temporal antialiasing counts for there: what moves has few."""


class Fabric:
    """A renderer for one scene at a time, at one size.

        fabric = Fabric(Gpu.open(), (1280, 720))
        fabric.upload_scene(weave(scene))
        fabric.begin_frame(observer)
        fabric.end_frame()
        image = fabric.read_image()

    The frame is recorded on tape and replayed; with `plain` it is encoded anew every time, for debugging. Both draw the
    same. `encode_us` and `submit_us` are the CPU microseconds that the last frame took to record and to hand over.
    """

    present_format = "bgra8unorm"
    """The format that `end_frame(view)` wants: not sRGB, since the shader encodes."""

    def __init__(self, gpu: Gpu, size: tuple[int, int], *, plain: bool = False) -> None:
        self.gpu = gpu
        self.plain = plain
        self._tapes: dict[tuple[bool | str, ...], Tape] = {}
        self._bound_version = 0
        self._submission = Submission(gpu.device)
        self._pass_times: PassTimes | None = None
        self.settings = RenderSettings()
        self.scene: GpuScene | None = None
        self.encode_us = 0.0
        self.submit_us = 0.0
        self._layouts = Layouts.make(gpu.device)
        self._uniforms = Uniforms(
            gpu,
            frame=FRAME,
            view=VIEW,
            tonemap=TONEMAP,
            accumulation=ACCUMULATION,
            meter=METER,
            clustering=CLUSTERING,
            atmosphere=ATMOSPHERE,
            ao=AMBIENT_OCCLUSION,
            motion=MOTION,
        )
        self._cull = Cull(gpu, self._layouts)
        self._hi_z = HiZ(gpu, self._layouts)
        self._depth = DepthPass(gpu, self._layouts, self._uniforms.binding("view"), from_light=False)
        self._shadows = Shadows(gpu, self._layouts)
        self._cast: tuple[object, ...] | None = None  # what the shadows were last configured with
        self._clusters = Clusters(gpu, self._layouts, self._uniforms.binding("clustering"))
        self._ao: AmbientOcclusion | None = None
        self._open = open_view(gpu)
        self._main = MainPass(gpu, self._layouts)
        self._transparency = WeightedTransparency(gpu, self._main)
        self._accumulate = Accumulate(gpu, self._layouts)
        self._motion: Motion | None = None
        self._motion_view: MotionView | None = None
        self._taa: TemporalAntialiasing | None = None
        self._fxaa: Fxaa | None = None
        self._bloom: Bloom | None = None
        self._auto: AutoExposure | None = None
        self._measured_at: float | None = None  # the time of the picture that automatic exposure last measured
        self._finish = groups.Finish()
        self._finish_of: Any = None  # the settings that the end of the frame was made for
        self._tonemap = Tonemap(gpu, self._layouts)
        self._dfg = _dfg_view(gpu)
        self._clamp = gpu.device.create_sampler(
            label="clamp", mag_filter="linear", min_filter="linear", mipmap_filter="linear"
        )
        self._environment = EnvironmentMap(gpu)
        self._sky = Sky(
            gpu,
            self._layouts,
            self._environment,
            self._uniforms["frame"],
            self._uniforms["atmosphere"],
            self._uniforms.binding("atmosphere"),
        )
        self._samples = 1
        self._sample = 0
        self._exposure = 1.0
        self.metered_ev100 = 0.0
        self._begun = False
        self._drawn = False
        self._picking: Picking | None = None
        self._debug: DebugView | None = None
        self._views: Views | None = None
        self._viewed: tuple[Any, ...] | None = None  # what the view's targets and labels were made for
        self._overlay: Overlay | None = None
        self._times: tuple[dict[str, float], dict[str, float]] | None = None  # of the passes, and in all
        self._culled: tuple[int, Observer, F64] | None = None  # version of the scene, observer, world_from_clip
        self._turn = 0
        self.size = (0, 0)
        self.resize(size)

    # ---- what is drawn ------------------------------------------------------------------------------------------

    def resize(self, size: tuple[int, int]) -> None:
        """Draw at another size in pixels. Raises GpuError when the device can't make pictures that large."""
        w, h = max(1, int(size[0])), max(1, int(size[1]))
        limit = self.gpu.device.limits["max-texture-dimension-2d"]
        if max(w, h) > limit:
            raise GpuError(f"{w}x{h} pixels are too many: {self.gpu.info['device']} draws up to {limit}x{limit}")
        if (w, h) == self.size:
            return
        self.size = (w, h)
        self._drawn = False
        self._hdr = self._main.resize(self.size)
        self._hdr_view = self._hdr.create_view()
        self._image = self.gpu.device.create_texture(
            label="image",
            size=(w, h, 1),
            format=IMAGE_FORMAT,
            usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_SRC | wgpu.TextureUsage.TEXTURE_BINDING,
        )
        self._image_view = self._image.create_view()
        self._hi_z.resize(self.size, self._main.depth_view)
        self._accumulate.resize(self.size, self._samples > 1)
        self._bind_targets()
        self._fit_transparency()
        if self.scene is not None:
            self._fit_ao()
            self._bind_cull(self.scene)

    def _bind_targets(self) -> None:
        self._tapes.clear()
        self._accumulate_group = self._accumulate.bind(self._uniforms.binding("accumulation"), self._hdr_view)
        self._summed = self._samples > 1 and self._accumulate.mean is not None
        picture = self._accumulate.mean if self._summed and self._accumulate.mean else self._hdr_view
        self._bind_antialiasing()
        if self._taa is not None and self._temporal():
            picture = self._taa.view
        scattered = picture
        if self._finish.bloom:
            self._bloom = self._bloom or Bloom(self.gpu)
            self._bloom.resize(self.size, picture, self.settings.bloom.levels)
            self._uniforms["tonemap"]["bloom_scale"] = self._bloom.scale
            scattered = self._bloom.view
        if self._auto is not None:
            meter, frame = self._uniforms.binding("meter"), self._uniforms.binding("frame")
            self._auto.bind(self.size, meter, frame, picture)
        self._tonemap_group = self._tonemap.bind(self._uniforms.binding("tonemap"), picture, scattered)
        self._viewed = None

    def _bind_antialiasing(self) -> None:
        """What smooths edges, and what that needs; nothing of it where it is off."""
        mode, binding = self.settings.aa.mode, self._uniforms.binding
        self.reset_history()
        if self._tracked():
            self._motion = self._motion or Motion(self.gpu, self._layouts, binding("motion"), binding("view"))
            self._motion.resize(self.size)
        elif mode != "taa":
            self._motion = None
        if self._motion is not None and self._temporal():
            self._taa = self._taa or TemporalAntialiasing(self.gpu)
            motion = self._motion
            self._taa.bind(self.size, binding("frame"), motion.uniform, self._hdr, self._main.depth, motion.view)
        elif mode != "taa":
            self._taa = None
        if mode == "fxaa" and self._samples == 1:
            self._fxaa = self._fxaa or Fxaa(self.gpu)
            self._fxaa.resize(self.size)
        else:
            self._fxaa = None

    def _cast_shadows(self, scene: GpuScene) -> None:
        """Lights cast as the settings and the lights themselves now want it."""
        wanted = (self.settings.shadows, self.settings.cull, scene.lights["casts_shadows"].tobytes())
        if wanted == self._cast:
            return
        self._cast = wanted
        self._tapes.clear()
        if self._shadows.configure(scene, self.settings) or not hasattr(self, "_main_group"):
            self._bind_main()
        self._shadows.bind(scene)

    def _bind_main(self) -> None:
        self._tapes.clear()
        self._main_group = groups.MAIN.bind(
            self.gpu.device,
            self._layouts.main,
            shadows={"buffer": self._shadows.uniform},
            shadow_maps=self._shadows.view,
            shadow_sampler=self._shadows.sampler,
            clustering=self._uniforms.binding("clustering"),
            light_lists={"buffer": self._clusters.lists},
            ambient_occlusion=self._open if self._ao is None else self._ao.view,
        )

    def _fit_ao(self) -> None:
        """Buffers for ambient occlusion, or none where it is off."""
        settings, had = self.settings.ao, self._ao
        half = settings.resolution == "half"
        self._ao = (had or AmbientOcclusion(self.gpu)) if settings.enabled else None
        if self._ao is not None and (self._ao.size, self._ao.half) != (self.size, half):
            self._ao.resize(self.size, self._main.depth_view, self._uniforms.binding("ao"), half=half)
            self._bind_main()
        elif self._ao is not had:
            self._bind_main()
        if self._ao is not None:
            self._ao.set(self._uniforms["ao"], settings)

    def upload_scene(self, woven: WovenScene, *, follows: bool = False) -> None:
        """Put a woven scene on the GPU, in place of the one before; its render settings come with it.

        follows: the picture goes on from the one before, which was of nearly the same: what is averaged over time and
        automatic exposure do not begin anew.
        """
        self.settings = woven.settings
        textures = woven.settings.textures
        self.scene = scene = GpuScene(self.gpu, self._layouts, woven, textures.max_size, textures.anisotropy)
        self.metered_ev100 = woven.metered_ev100
        if not follows:
            self._measured_at = None
        self._surround(woven.environment)
        self._bind_frame(scene)
        scene.changes.measure_all(scene.count)
        self._bind_cull(scene)
        self._bound_version = scene.version
        self._turn = 0
        self._drawn = False
        self._culled = self._cast = None
        if not follows:
            self.reset_history()
        self.set_post_process_config(woven.settings)

    def reset_history(self) -> None:
        """The next picture has nothing to do with the last one: after a cut, say. Jumps of the camera are noticed."""
        if self._taa is not None:
            self._taa.reset()

    def _bind_cull(self, scene: GpuScene) -> None:
        view = self._uniforms.binding("view")
        self._cull_group = self._cull.bind(scene, scene.view_target, view, self._hi_z)
        self._cull.prepare(scene, view)

    def _bind_frame(self, scene: GpuScene) -> None:
        self._tapes.clear()
        self._frame_group = groups.FRAME.bind(
            self.gpu.device,
            self._layouts.frame,
            frame=self._uniforms.binding("frame"),
            lights={"buffer": scene.light_buffer},
            environment=self._environment.view,
            irradiance_sh={"buffer": self._environment.irradiance},
            dfg=self._dfg,
            clamp_sampler=self._clamp,
        )

    def set_environment(self, woven: WovenEnvironment) -> None:
        """Other surroundings from the next frame on. Another intensity, rotation or backdrop costs nothing."""
        scene = self._scene()
        if self._surround(woven):
            self._bind_frame(scene)
        self._relit()
        self._set_static_uniforms()

    def _surround(self, woven: WovenEnvironment) -> bool:
        """Show surroundings. Returns whether what the frame binds of them is new."""
        self._surroundings = woven
        if self._sky.show(woven.component, self._scene().lights, aerial=self.settings.sky.aerial_perspective):
            return self._sky.surround()
        return self._environment.show(without_sun(woven))

    def set_lights(self, rows: NDArray[np.int32], values: NDArray[np.void]) -> None:
        """Other values for some lights: rows (k,) of the woven lights and (k,) structs.LIGHT of the same kinds.

        Places and directions in them are not read: those follow the objects, see `move`.
        """
        scene = self._scene()
        scene.set_lights(rows, values)
        self._relight(scene)

    def put_lights(self, rows: NDArray[np.int32], values: NDArray[np.void]) -> None:
        """Other lights in rows (k,), which may lie beyond those that there are: (k,) structs.LIGHT, places and all.

        Where an object is `structs.NONE` there is no light any more.
        """
        scene = self._scene()
        scene.put_lights(rows, values)
        self._surround(self._surroundings)  # there may be a sun now, or none any more
        self._relight(scene)

    def _relight(self, scene: GpuScene) -> None:
        self._relit()
        self._cast_shadows(scene)
        if self._sky.on:
            self._light_sky()
        self._set_static_uniforms()

    def _light_sky(self) -> None:
        """Lights or settings are others: which of the suns makes the sky, and what it is for."""
        environment = self._surroundings.component
        self._sky.show(environment, self._scene().lights, aerial=self.settings.sky.aerial_perspective)

    def set_materials(self, rows: NDArray[np.int32], values: NDArray[np.void]) -> None:
        """Other factors for some materials: rows (k,) and (k,) structs.MATERIAL.

        The pipeline class (alpha mode, double-sidedness) and the textures must be those of before. What needs a feature
        that no material of the scene had, a clear coat say, is drawn by pipelines that are made with the next frame.
        """
        scene = self._scene()
        before = scene.sampling
        scene.set_materials(rows, values)
        self._relit()
        if scene.sampling != before:  # a feature that no material had: other pipelines draw the scene from now on
            self._tapes.clear()
        if (values["flags"] & MaterialFlag.MASK).any():
            self._shadows.forget()

    def set_metered(self, ev100: float) -> None:
        """What "metered" exposure means from the next frame on: an EV100, compensation not yet taken off."""
        self.metered_ev100 = ev100
        self._set_static_uniforms()

    def set_post_process_config(self, settings: RenderSettings) -> None:
        """Draw with other settings from the next frame on.

        A change of `textures` takes effect when a scene is uploaded.
        """
        if settings.transparency != self.settings.transparency:
            self._culled = None  # a frozen list may be in no order
        if (settings.shadows, settings.shading) != (self.settings.shadows, self.settings.shading):
            self._relit()
        self.settings = settings
        finish = (
            grading.finish_of(settings),
            settings.bloom,
            settings.exposure.mode == "auto",
            settings.aa,
            settings.debug.view,
        )
        if finish != self._finish_of:
            self._finish_of, self._finish = finish, finish[0]
            if (self._auto is not None) != finish[2]:
                self._auto = AutoExposure(self.gpu) if finish[2] else None
                self._measured_at = None
            self._bind_targets()
            if self._bloom is not None:
                self._bloom.set(settings.bloom)
        self._fit_transparency()
        if self.scene is not None:
            self._cast_shadows(self.scene)
            self._fit_ao()
        if self._sky.on:
            self._light_sky()
        self._set_static_uniforms()

    def light_is_as_before(self) -> None:
        """What was sent since the last frame lights the next picture as the last one: only how it is kept changed."""
        if self._motion is not None:
            self._motion.unsteady = False

    def _relit(self) -> None:
        """What was there looks different from the next frame on: what pictures before showed counts less."""
        if self._motion is not None:
            self._motion.unsteady = True

    def _temporal(self) -> bool:
        """Whether frames are averaged over time: not where one picture is made of many, nor over debug views."""
        return self.settings.aa.mode == "taa" and self._samples == 1 and self.settings.debug.view == "none"

    def _tracked(self) -> bool:
        """Whether it is known where everything was in the picture before."""
        return self._temporal() or self.settings.debug.view == "motion"

    def _weighted(self) -> bool:
        """Whether transparent surfaces are there, and are mixed in any order."""
        return self.scene is not None and self.scene.blended > 0 and self.settings.transparency.mode == "weighted"

    def _in_order(self) -> bool:
        """Whether what is transparent is sorted: debug views mix it in order."""
        return self.settings.transparency.mode == "sorted" or self.settings.debug.view != "none"

    def _fit_transparency(self) -> None:
        """Targets for what is mixed in any order, or none where nothing is."""
        if self._transparency.resize(self.size if self._weighted() else None):
            self._tapes.clear()

    def _fit_views(self) -> None:
        """Have what the debug view and the labels over the picture need, and nothing where there are none."""
        debug, measured = self.settings.debug, self._auto is not None
        large = self.size[1] >= SMALLEST
        labelled = large and debug.labels and debug.view != "none"
        times = self._times if large and debug.timings else None
        wanted = self.size, debug, measured, times
        if wanted == self._viewed:
            return
        before, self._viewed = self._viewed, wanted
        if before is None or before[:3] != wanted[:3] or (before[3] is None) != (times is None):
            self._tapes.clear()
            if debug.view not in CHANNELS:
                self._views = None
            else:
                self._views = self._views or Views(self.gpu, self._layouts)
                self._views.resize(self.size, debug.view)
        if not labelled and times is None:
            self._overlay = None
            return
        self._overlay = self._overlay or Overlay(self.gpu, self._layouts)
        self._overlay.bind(self._hdr_view if self._views is None else self._views.values)
        quads = draw_legend(legend_of(self.settings, measured=measured), self.size) if labelled else []
        self._overlay.write(quads + (draw_times(*times, self.size) if times is not None else []))

    def show_times(self, passes: dict[str, float], totals: dict[str, float]) -> None:
        """What `debug.timings` writes over the picture, from the next frame on: {name: milliseconds}, and in all."""
        self._times = passes, totals

    def _ev100(self) -> float:
        exposure = self.settings.exposure
        if exposure.mode == "manual":
            ev100 = exposure.ev100
        elif exposure.mode == "camera":
            ev100 = math.log2(exposure.aperture**2 / exposure.shutter * 100 / exposure.iso)
        else:
            ev100 = self.metered_ev100
        return ev100 - exposure.compensation

    def move(self, objects: NDArray[np.int32], world: F32) -> None:
        """New world transforms for the next frame: (k,) distinct object rows and (k, 3, 4) world_from_local.

        What turns into its mirror image, or back, needs `change` too, with `mirrored`: another pipeline draws it.
        `World` does that by itself.
        """
        if len(objects):
            self._scene().move(objects, world)

    def place(self, objects: NDArray[np.int32] | range, position: F32, rotation: F32, scale: F32) -> None:
        """As `move`, for objects without parent: (k, 3) metres, (k, 4) unit quaternions xyzw, (k, 3) factors."""
        if len(objects):
            self._scene().place(objects, position, rotation, scale)

    def spawn(
        self,
        objects: NDArray[np.int32],
        mesh: NDArray[np.int32],
        material: NDArray[np.int32],
        mirrored: NDArray[np.bool_] | None = None,
    ) -> None:
        """Draw more objects from the next frame on; where they are, `place` or `move` says before it.

        objects: (k,) distinct rows, as `move` will name them; they may lie beyond those of the scene.  mesh, material:
        (k,) rows of the woven meshes and materials.  mirrored: (k,), for transforms of negative determinant.
        Raises GpuError for objects that are drawn already, and for meshes and materials that were not woven.
        """
        self._check(objects, drawn=False)
        self._scene().spawn(*self._looks(objects, mesh, material, mirrored))

    def despawn(self, objects: NDArray[np.int32]) -> None:
        """Draw objects (k,) no more, from the next frame on. Raises GpuError for those that are not drawn."""
        self._check(objects, drawn=True)
        self._scene().despawn(objects)

    def change(
        self,
        objects: NDArray[np.int32],
        mesh: NDArray[np.int32],
        material: NDArray[np.int32],
        mirrored: NDArray[np.bool_] | None = None,
    ) -> None:
        """Draw objects that are drawn with other meshes and materials from the next frame on. As `spawn`."""
        self._check(objects, drawn=True)
        self._scene().change(*self._looks(objects, mesh, material, mirrored))

    def draws(self, objects: NDArray[np.int32]) -> NDArray[np.bool_]:
        """(k,) whether objects are drawn, as far as culling lets them."""
        return self._scene().rows_of(objects) >= 0

    def _check(self, objects: NDArray[np.int32], *, drawn: bool) -> None:
        wrong = objects[~self.draws(objects) if drawn else self.draws(objects)]
        if len(wrong):
            raise GpuError(f"object {wrong[0]} is {'not drawn' if drawn else 'drawn already'}")
        if len(distinct(objects)) != len(objects):
            raise GpuError("the same object is given twice")

    def _looks(
        self,
        objects: NDArray[np.int32],
        mesh: NDArray[np.int32],
        material: NDArray[np.int32],
        mirrored: NDArray[np.bool_] | None,
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
        woven = self._scene().woven
        for what, rows, known in (
            ("mesh", mesh, len(woven.geometry.meshes)),
            ("material", material, len(woven.materials)),
        ):
            if len(rows) != len(objects):
                raise GpuError(f"there are {len(objects)} objects and {len(rows)} rows of {what}")
            if ((rows < 0) | (rows >= known)).any():
                raise GpuError(f"{what} {rows.min()} to {rows.max()}: the scene was woven with {known}")
        return objects, mesh, material, np.zeros(len(objects), bool) if mirrored is None else mirrored

    def _scene(self) -> GpuScene:
        if self.scene is None:
            raise GpuError("there is nothing to draw yet: call upload_scene first")
        return self.scene

    # ---- the frame ----------------------------------------------------------------------------------------------

    def begin_frame(self, observer: Observer, time: float = 0.0, sample: tuple[int, int] = (0, 1)) -> None:
        """Look through `observer` at `time` seconds. Sample (i, n): the i-th of n sub-pixel frames to average."""
        scene = self._scene()
        self._sample, self._samples = sample
        if self._accumulate.resize(self.size, self._samples > 1) or self._summed != (self._samples > 1):
            self._bind_targets()
        self._set_frame(scene, observer, time)
        self._begun = True

    def end_frame(self, view: wgpu.GPUTextureView | None = None) -> None:
        """Encode and submit the frame; `view` is a texture of `present_format` to show it in, or None."""
        if not self._begun:
            raise GpuError("end_frame without begin_frame")
        self._begun = False
        start = time.perf_counter_ns()
        self._shadows.update(self._scene(), self._observer, self.size, self._exposure)
        commands = self._encode(self._scene(), view)
        encoded = time.perf_counter_ns()
        self._submission.submit(*commands)
        self._drawn = True
        if self._clustered():
            self._clusters.look()
        self._sky.drawn()
        if not self._frozen():
            self._culled = self._scene().version, self._observer, self._world_from_clip
        self.encode_us = (encoded - start) / 1e3
        self.submit_us = (time.perf_counter_ns() - encoded) / 1e3

    def _encode(self, scene: GpuScene, view: wgpu.GPUTextureView | None) -> list[Any]:
        """The frame's command buffers: what changed, if anything; the frame itself; the picture for a window."""
        device, commands = self.gpu.device, list[Any]()
        scene.send_changes()
        if self._clusters.fit(scene):
            self._bind_frame(scene)
            self._bind_main()
        self._main.lighting = groups.Lighting(
            self._shadows.shadowing,
            clustered=self._clustered(),
            aerial=self._sky.aerial,
            occluded=self._ao is not None,
            white=self.settings.debug.view == "lighting",
        )
        if scene.version != self._bound_version:
            self._bound_version = scene.version
            self._tapes.clear()
            self._bind_cull(scene)
            self._fit_transparency()
            self._shadows.bind(scene)
            self._set_static_uniforms()
        self._fit_views()
        self._set_counts(scene)
        if self._motion is not None and self._tracked() and scene.changed:
            if self._motion.fit(scene):
                self._tapes.clear()
            self._uniforms["motion"]["placed_from"] = self._motion.placed_from
        self._shadows.send(scene)
        self._uniforms.send()
        if self.plain:
            encoder = device.create_command_encoder(label="frame")
            self.frame(encoder, scene, shown=view is None)
            commands.append(encoder.finish())
        else:
            commands.append(self._tape(scene, shown=view is None).replay())
        if view is not None and self._is_last_sample():
            encoder = device.create_command_encoder(label="present")
            self._show(encoder, view, self.present_format)
            commands.append(encoder.finish())
        return commands

    def frame(self, encoder: Encoder, scene: GpuScene, *, shown: bool) -> None:
        """The passes, in order. `shown`: the finished picture is drawn offscreen too."""
        group, target, depth = self._frame_group, scene.view_target, self._main.depth_view
        two_phases, weighted = self.settings.cull.occlusion, self._weighted()
        in_order = self._in_order()
        if self._auto is not None:
            self._auto.apply(encoder, self._uniforms.buffer, self._uniforms.offset("frame", "exposure"))
        motion = self._motion if self._tracked() and scene.changed else None
        if motion is not None:
            motion.remember(encoder)
        if scene.changed:
            scene.changes.record(encoder)
        frozen = self._frozen()
        if not frozen:
            self._cull.record_early(encoder, self._cull_group, scene, last=not two_phases, in_order=in_order)
        if motion is not None:
            motion.record(encoder, group, scene, depth)
        else:
            self._depth.record(encoder, group, scene, target, scene.draw_group, depth)
        if two_phases:
            if not frozen:
                self._cull.record_late(encoder, self._cull_group, scene, self._hi_z, in_order=in_order)
            if motion is not None:
                motion.record(encoder, group, scene, depth, late=True)
            else:
                self._depth.record(encoder, group, scene, target, scene.draw_group, depth, late=True)
        self._shadows.record(encoder, group, scene)
        if self._clustered():
            self._clusters.record(encoder, group)
        if self._sky.due:
            self._sky.record(encoder)
        if self._ao is not None:
            self._ao.record(encoder)
        blended = scene.blended > 0 and not weighted
        sky = self._sky.draw if self._sky.on else None
        self._main.record(encoder, group, self._main_group, scene, late=two_phases, blended=blended, sky=sky)
        if weighted:
            self._transparency.record(
                encoder, group, self._main_group, scene, self._hdr_view, depth, late=two_phases, in_order=in_order
            )
        if self._motion is not None and self.settings.debug.view == "motion":
            self._motion_view = self._motion_view or MotionView(self.gpu, self._layouts)
            self._motion_view.record(encoder, group, self._motion, self._hdr_view, depth, moved=motion is not None)
        elif self._debug is not None and self.settings.debug.view in DRAWN:
            canvas = Canvas(self._hdr_view, depth, self._open if self._ao is None else self._ao.view)
            if not two_phases:
                self._hi_z.record_alone(encoder)
            self._debug.record(
                encoder, group, scene, canvas, self._hi_z, self._shadows.uniform, self.settings.debug.view
            )
        if self._taa is not None and self._temporal():
            exposure = self._uniforms.offset("frame", "exposure")
            self._taa.record(encoder, self._uniforms.buffer, exposure, moved=motion is not None)
        if self._accumulate_group is not None and self._samples > 1:
            self._accumulate.record(encoder, group, self._accumulate_group, self.size)
        if self._is_last_sample():
            if self._finish.bloom and self._bloom is not None:
                self._bloom.record(encoder)
            if self._auto is not None:
                self._auto.record(encoder, None if self._views is None else self._views.histogram)
            if self._views is not None:
                lighting, picture = self._main.lighting, self._tonemap_group
                self._views.record(encoder, group, self._main_group, picture, scene, depth, lighting)
            if shown:
                self._show(encoder, self._image_view, IMAGE_FORMAT)

    def _show(self, encoder: Encoder, target: wgpu.GPUTextureView, format: str) -> None:
        """The finished picture, or the debug view in its place, into a texture of a format; letters over it."""
        group, views, finish = self._frame_group, self._views, self._finish
        if views is None or not views.covers:
            if self._fxaa is not None:
                self._tonemap.record(encoder, group, self._tonemap_group, finish, self._fxaa.toned, IMAGE_FORMAT)
                self._fxaa.record(encoder, target, format)
            else:
                self._tonemap.record(encoder, group, self._tonemap_group, finish, target, format)
        if views is not None and views.view != "bloom":
            views.show(encoder, group, target, format, measured=self._auto is not None)
        if self._overlay is not None:
            self._overlay.record(encoder, group, target, format)

    def _frozen(self) -> bool:
        """Whether this frame draws what an earlier one's cull found, whose lists must still be there."""
        return self.settings.debug.freeze_cull and self._culled is not None and self._culled[0] == self._scene().version

    def _clustered(self) -> bool:
        """Whether lamps are looked up by cluster: where there are enough of them for that to be worth it."""
        return self.settings.lights.clusters and self._scene().ranged >= WORTHWHILE

    def _is_last_sample(self) -> bool:
        return self._sample == self._samples - 1

    def _tape(self, scene: GpuScene, *, shown: bool) -> Tape:
        """The recorded frame. What it refers to stays the same until something calls `_tapes.clear()`."""
        settings = self.settings
        key: tuple[bool | str, ...] = (
            *self._sky.due,
            self._sky.on,
            self._sky.aerial,
            self._samples > 1,
            self._is_last_sample(),
            shown,
            self._taa is not None and self._taa.follows,
            settings.cull.occlusion,
            settings.transparency.mode,
            settings.debug.view,
            self._frozen(),
            scene.changed,
            self._clustered(),
        )
        tape = self._tapes.get(key)
        if tape is None:
            tape = self._tapes[key] = self._pass_times.tape() if self._pass_times else Tape(self.gpu.device)
            self.frame(tape, scene, shown=shown)
        return tape

    def _set_static_uniforms(self) -> None:
        """What only changes with the scene or the settings."""
        if self.scene is None:
            return
        scene, settings = self.scene, self.settings
        environment = self._environment.component
        frame = self._uniforms["frame"]
        self._exposure = exposure_of(self._ev100())
        turn = np.radians(environment.rotation)
        frame["exposure"] = self._exposure
        frame["lights"] = len(scene.lights)
        frame["environment_mips"] = self._environment.levels - 1
        if not self._sky.on:  # which sets these by itself, every frame
            frame["environment_turn"] = (np.cos(turn), np.sin(turn))
            frame["environment_intensity"] = environment.intensity
        frame["backdrop"] = environment.backdrop
        frame["background"] = environment.visible
        frame["energy_compensation"] = settings.shading.energy_compensation
        cull = settings.cull
        tests = CullTest(0)
        for test, on in (
            (CullTest.FRUSTUM, cull.frustum),
            (CullTest.SMALL, cull.small),
            (CullTest.RINGS, cull.rings),
            (CullTest.OCCLUSION, cull.occlusion),
        ):
            tests |= test if on else CullTest(0)
        view = self._uniforms["view"]
        view["slots"] = scene.view_target.slots
        view["batches"] = scene.batches
        view["rings"] = (cull.active, cull.decohering, cull.superposed)
        view["hysteresis"] = cull.hysteresis
        view["tests"] = tests
        view["blend_slot"] = scene.blend_slot
        view["in_order"] = self._in_order()
        grading.fill(self._uniforms["tonemap"], settings)

    def _set_counts(self, scene: GpuScene) -> None:
        """How many instances there are now."""
        self._uniforms["view"]["count"] = scene.count

    def _set_frame(self, scene: GpuScene, observer: Observer, seconds: float) -> None:
        """What changes every frame."""
        centre, radius = scene.bounds
        far = math.dist(observer.eye, centre) + 2 * radius
        camera_from_world = observer.view()
        shift = sample_shift(self._sample, self._samples)
        if self._taa is not None and self._temporal():
            shift = self._taa.begin(observer)
        projection = observer.projection(self.size, far, shift)
        view_proj = projection @ camera_from_world
        frame = self._uniforms["frame"]
        frame["view"] = camera_from_world.T
        frame["proj"] = projection.T
        frame["view_proj"] = view_proj.T
        self._world_from_clip = np.asarray(np.linalg.inv(view_proj), np.float64)
        frame["world_from_clip"] = self._world_from_clip.T
        if self._motion is not None and self._tracked():
            follows = self._taa.follows if self._taa is not None and self._temporal() else self._drawn
            centred = observer.projection(self.size, far) @ camera_from_world
            motion = self._uniforms["motion"]
            self._motion.begin(motion, centred, self._world_from_clip, shift, follows=follows)
        frame["eye"] = observer.eye
        frame["forward"] = observer.forward
        frame["orthographic"] = observer.orthographic
        frame["size"] = self.size
        frame["time"] = seconds
        if self._ao is not None:
            self._ao.look(self._uniforms["ao"], projection, observer.near, self._sample)
        view = self._uniforms["view"]
        _set_view(view, camera_from_world, projection, view_proj)
        view["eye"] = observer.eye
        view["forward"] = observer.forward
        view["size"] = self.size
        view["near"] = observer.near
        view["orthographic"] = observer.orthographic
        view["turn"] = self._turn
        self._turn += 1
        if self._clustered():
            self._clusters.set_frame(self._uniforms["clustering"], scene, observer, self.size, far)
        self._sky.follow(scene.lights, observer.eye)
        frame["sample"] = self._sample
        antialiased = self.settings.shading.specular_antialiasing
        averaged = self._samples
        if self._taa is not None and self._temporal():
            averaged = min(self._taa.frames, AVERAGED)
        frame["normal_variance"] = NORMAL_VARIANCE / averaged**2 if antialiased else 0.0
        self._uniforms["accumulation"]["first"] = self._sample == 0
        self._uniforms["accumulation"]["share"] = 1 / (self._sample + 1)
        if self._auto is not None:
            self._set_meter(self._auto, seconds)
        self._observer = observer
        if self.settings.debug.view in DRAWN:
            self._set_debug(scene, observer)

    def _set_meter(self, auto: AutoExposure, seconds: float) -> None:
        """How automatic exposure looks at this picture; the first one it takes over at once."""
        if self._measured_at is None:
            auto.begin(self._exposure)
        since = -1.0 if self._measured_at is None else max(0.0, seconds - self._measured_at)
        auto.fill(self._uniforms["meter"], self.settings.exposure, since)
        if self._is_last_sample():
            self._measured_at = seconds

    def _set_debug(self, scene: GpuScene, observer: Observer) -> None:
        """What the debug views want to know."""
        if self._debug is None:
            self._debug = DebugView(self.gpu, self._layouts)
            self._tapes.clear()
        values = self._debug.uniform
        values["frozen"] = self._frozen()
        if self._culled is not None:
            _, culled_with, world_from_clip = self._culled
            length = math.dist(culled_with.eye, scene.bounds[0]) + scene.bounds[1]
            values["world_from_frozen"] = world_from_clip.T
            values["frozen_far"] = 0.0 if culled_with.orthographic else min(0.5, culled_with.near / length)
        values["level"] = self.settings.debug.hi_z_level
        values["near"] = observer.near
        values["cascades"] = self._shadows.first_of_sun
        self._debug.send()

    # ---- what came of it ----------------------------------------------------------------------------------------

    def _read(self, texture: wgpu.GPUTexture, channels: int, dtype: Any) -> NDArray[Any]:
        w, h = self.size
        row = w * channels * np.dtype(dtype).itemsize
        data: Any = self.gpu.device.queue.read_texture(
            {"texture": texture}, {"bytes_per_row": row, "rows_per_image": h}, (w, h, 1)
        )
        return np.frombuffer(data, dtype).reshape(h, w, channels)

    def read_image(self) -> NDArray[np.uint8]:
        """The last offscreen frame: (h, w, 3) uint8, tone-mapped, sRGB. Waits for the GPU."""
        return np.ascontiguousarray(self._read(self._image, 4, np.uint8)[..., :3])

    def time_passes(self, *, on: bool = True) -> PassTimes | None:
        """Time every pass on the GPU, from the next taped frame on. None where the adapter has no timestamps."""
        if not on:
            if self._pass_times is not None:
                self._pass_times = None
                self._tapes.clear()
            return None
        if self._pass_times is None and TIMESTAMPS in self.gpu.device.features:
            self._pass_times = PassTimes(self.gpu.device)
            self._tapes.clear()
        return self._pass_times

    def encode_again(self) -> float:
        """Record the last frame once more and throw it away: the microseconds that takes, for benchmarks."""
        start = time.perf_counter_ns()
        commands = self._encode(self._scene(), None)
        encoded = time.perf_counter_ns()
        self._submission.discard(*commands)
        return (encoded - start) / 1e3

    def show_again(self) -> None:
        """Draw the last frame's picture offscreen too, for `read_image` after frames that went to a window."""
        encoder = self.gpu.device.create_command_encoder(label="show again")
        self._show(encoder, self._image_view, IMAGE_FORMAT)
        self.gpu.device.queue.submit([encoder.finish()])

    def read_linear(self) -> F32:
        """The last frame: (h, w, 3) float32 scene-linear Rec.709, before exposure and tone mapping. Waits."""
        if self._samples > 1:
            w, h = self.size
            raw: Any = self.gpu.device.queue.read_buffer(self._accumulate.sums, 0, 16 * w * h)
            light = np.frombuffer(raw, np.float32).reshape(h, w, 4)[..., :3] / self._samples
        else:
            texture = self._taa.texture if self._taa is not None and self._temporal() else self._hdr
            light = self._read(texture, 4, np.float16)[..., :3].astype(np.float32)
        exposure = self._exposure if self._auto is None else self._auto.read()
        return np.ascontiguousarray(light / np.float32(exposure))

    def read_view(self) -> F32:
        """The debug view's values in the last frame, float32, row 0 at the top. Waits for the GPU.

        (h, w): depth (metres along the view, inf where there is nothing), roughness, metallic, lights (how many),
        objects, materials and batches (rows), shadows (the lit part), all of them NaN where there is nothing; overdraw
        (layers), luminance (cd/m²), wireframe (1 on edges), ao (as `read_ao`).  (h, w, 2): uv.  (h, w, 3): normal
        (world, unit), albedo (linear), emissive and bloom (cd/m²). Of averaged frames those of the last, but luminance
        and bloom are of their mean.
        Other views have none: as `read_linear`.
        """
        view = self.settings.debug.view
        if view == "ao" and self._ao is not None:
            return self.read_ao()
        if self._views is None or view not in CHANNELS:
            return self.read_linear()
        return self._views.read()

    def read_ao(self) -> F32:
        """The last frame's ambient occlusion: (h, w) float32, from 0 to 1, how much is open. Waits for the GPU.

        Raises GpuError where `ao.enabled` is false.
        """
        if self._ao is None:
            raise GpuError("there is no ambient occlusion: ao.enabled is false")
        return np.ascontiguousarray(self._ao.read()[..., 3])

    # ---- what is where ------------------------------------------------------------------------------------------

    def pick(self, x: float, y: float) -> Pick:
        """What a pixel of the last frame shows, (0, 0) being the top left: `done` never waits, `result()` may.

        The result is a Picked, or None where nothing is drawn and outside of the picture. Raises GpuError before the
        first frame of a scene or of a size.
        """
        drawn, picking = self._last_frame()
        return picking.pick(drawn, x, y)

    def pick_rectangle(self, x0: float, y0: float, x1: float, y1: float) -> Rectangle:
        """Which objects the last frame shows between two corners: sorted rows (k,) int32, as with `pick`.

        Every pixel that the rectangle touches counts, those under its corners too.
        """
        drawn, picking = self._last_frame()
        return picking.pick_rectangle(drawn, x0, y0, x1, y1)

    def _last_frame(self) -> tuple[Drawn, Picking]:
        scene = self._scene()
        if self._begun or not self._drawn:
            raise GpuError("there is no picture to pick from yet: call end_frame first")
        if self._picking is None:
            numbered = NUMBERED in self.gpu.device.features
            self._picking = Picking(self.gpu, self._layouts, self._uniforms.binding("view"), numbered=numbered)
        frame = self._uniforms["frame"]
        drawn = Drawn(
            scene,
            self._frame_group,
            self._main.depth,
            self.size,
            self._world_from_clip,
            frame["eye"][0].astype(np.float64),
            frame["forward"][0].astype(np.float64) if frame["orthographic"][0] else None,
        )
        return drawn, self._picking

    def counters(self) -> dict[str, int]:
        """What the last frame drew: draws, instances, triangles; and what it left out. Waits for the GPU.

        culled: all that was not drawn; of these outside (the view), small (no pixel's centre), far (Superposed or
        Dormant), occluded.  shadow_maps and shadow_maps_kept: drawn anew, and still right; lights_without_maps: those
        that should throw shadows here, for which there are not enough.  lights: all that there are; light_entries: of
        all clusters' lists together; light_room: for how many there is room; light_overflows: lists that found none,
        whose clusters went over all lights.
        """
        scene = self._scene()
        queue = self.gpu.device.queue
        raw_args: Any = queue.read_buffer(scene.view_target.args)
        args = np.frombuffer(raw_args, DRAW_COMMAND.dtype, count=2 * scene.batches + 1)
        opaque, blended = args[:-1], int(args["instance_count"][-1])
        counts = opaque["instance_count"].astype(np.int64)
        raw_states: Any = queue.read_buffer(scene.states)
        results = np.bincount(np.frombuffer(raw_states, np.uint32, count=scene.count) >> 4 & 7, minlength=8)
        left_out = {
            r.name.lower(): int(results[r]) for r in CullResult if r not in (CullResult.DRAWN, CullResult.ABSENT)
        }
        shadows = self._shadows.counts()
        entries, overflows = self._clusters.counters() if self._clustered() else (0, 0)
        instances = int(counts.sum()) + blended
        triangles = int((counts * (opaque["index_count"] // 3)).sum()) + scene.blended_triangles(blended)
        return {
            "draws": int(np.count_nonzero(counts)) + blended,
            "instances": instances,
            "triangles": triangles,
            "culled": scene.count - int(results[CullResult.ABSENT]) - instances,
            **left_out,
            "shadow_maps": shadows.drawn,
            "shadow_maps_kept": shadows.kept,
            "lights_without_maps": shadows.left_out,
            "lights": scene.alight,
            "light_entries": entries,
            "light_room": self._clusters.room,
            "light_overflows": overflows,
        }


def _set_view(view: NDArray[np.void], view_from_world: F64, projection: F64, view_proj: F64) -> None:
    view["view"] = view_from_world.T
    view["proj"] = projection.T
    view["view_proj"] = view_proj.T
    view["planes"] = planes_of(view_proj)


def _dfg_view(gpu: Gpu) -> wgpu.GPUTextureView:
    table = dfg.load()
    h, w, _ = table.shape
    texture = gpu.device.create_texture(
        label="dfg",
        size=(w, h, 1),
        format="rgba16float",
        usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
    )
    gpu.device.queue.write_texture(
        {"texture": texture}, np.ascontiguousarray(table), {"bytes_per_row": 8 * w, "rows_per_image": h}, (w, h, 1)
    )
    return texture.create_view()
