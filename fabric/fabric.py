"""The Fabric: uploads a woven scene once and draws it every frame, at a CPU cost that does not grow with it."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.errors import GpuError
from ..engine.gpu import Gpu
from ..engine.hud import Hud
from ..engine.lines import Lines
from ..engine.scene.settings import RenderSettings
from ..loom.woven import WovenEnvironment, WovenScene
from ..shaders.structs import (
    ACCUMULATION,
    AMBIENT_OCCLUSION,
    ATMOSPHERE,
    CLUSTERING,
    FRAME,
    LINES_VIEW,
    METER,
    MOTION,
    TONEMAP,
    VIEW,
    MaterialFlag,
)
from . import grading
from .counters import counters
from .cull import Cull, HiZ
from .debug_view import DRAWN, Canvas, DebugView
from .depth_pass import DepthPass
from .illumination import Illumination
from .layouts import Layouts
from .main_pass import MainPass
from .motion import MotionView
from .observer import Observer, sample_shift
from .picking import FEATURE as NUMBERED
from .picking import Drawn, Pick, Picking, Rectangle
from .post_process import PostProcess
from .recompile import Workshop
from .scene_buffers import GpuScene
from .sight import Sight, exposure_for, fill_settings
from .tape import Encoder, Submission, Tape
from .targets import IMAGE_FORMAT
from .timing import PassTimes
from .transparency import WeightedTransparency
from .uniforms import Uniforms
from .views import CHANNELS

F32 = NDArray[np.float32]


class Fabric:
    """A renderer for one scene at a time, at one size.

        fabric = Fabric(Gpu.open(), (1280, 720))
        fabric.upload_scene(weave(scene))
        fabric.begin_frame(observer)
        fabric.end_frame()
        image = fabric.read_image()

    The frame is recorded on tape and replayed; with `plain` it is encoded anew every time, for debugging. Both draw the
    same. `encode_us` and `submit_us` are the CPU microseconds that the last frame took to record and to hand over.
    `alone` is for pictures that no other follows: nothing is kept for temporal antialiasing.
    """

    present_format = "bgra8unorm"
    """The format that `end_frame(view)` wants: not sRGB, since the shader encodes."""

    def __init__(self, gpu: Gpu, size: tuple[int, int], *, plain: bool = False, alone: bool = False) -> None:
        self.gpu = gpu
        self.plain = plain
        self._tapes: dict[tuple[bool | str, ...], Tape] = {}
        self._bound_version = 0
        self._submission = Submission(gpu.device)
        self._pass_times: PassTimes | None = None
        self.settings = RenderSettings()
        self.density = 1.0
        """Pixels of the picture per logical pixel of the screen."""
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
            lines=LINES_VIEW,
        )
        self._cull = Cull(gpu, self._layouts)
        self._hi_z = HiZ(gpu, self._layouts)
        self._depth = DepthPass(gpu, self._layouts, self._uniforms.binding("view"), from_light=False)
        self._light = Illumination(gpu, self._layouts, self._uniforms, self._tapes.clear)
        self._main = MainPass(gpu, self._layouts)
        self._transparency = WeightedTransparency(gpu, self._main)
        self._post = PostProcess(gpu, self._layouts, self._uniforms, self._tapes.clear, alone=alone)
        self._picking: Picking | None = None
        self._debug: DebugView | None = None
        self._motion_view: MotionView | None = None
        self._exposure = 1.0
        self.metered_ev100 = 0.0
        self._begun = False
        self._drawn = False
        self._culled: tuple[int, Sight] | None = None  # with which version of the scene, and what was seen of it
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
        hdr = self._main.resize(self.size)
        self._hi_z.resize(self.size, self._main.depth_view)
        self._tapes.clear()
        self._post.resize(self.size, hdr, self._main.depth)
        self._fit_transparency()
        if self.scene is not None:
            self._light.fit_occlusion(self.size, self._main.depth_view)
            self._bind_cull(self.scene)

    def upload_scene(self, woven: WovenScene, *, follows: bool = False) -> None:
        """Put a woven scene on the GPU, in place of the one before; its render settings come with it.

        follows: the picture goes on from the one before, which was of nearly the same: what is averaged over time and
        automatic exposure do not begin anew.
        """
        self.settings = woven.settings
        textures = woven.settings.textures
        self.scene = scene = GpuScene(self.gpu, self._layouts, woven, textures.max_size, textures.anisotropy)
        self.metered_ev100 = woven.metered_ev100
        self._light.begin(scene, woven.environment, woven.settings)
        if not follows:
            self._post.begin_metering()
        scene.changes.measure_all(scene.count)
        self._bind_cull(scene)
        self._bound_version = scene.version
        self._turn = 0
        self._drawn = False
        self._culled = None
        if not follows:
            self.reset_history()
        self.set_post_process_config(woven.settings)

    def reset_history(self) -> None:
        """The next picture has nothing to do with the last one: after a cut, say. Jumps of the camera are noticed."""
        self._post.forget()

    def _bind_cull(self, scene: GpuScene) -> None:
        view = self._uniforms.binding("view")
        self._cull_group = self._cull.bind(scene, scene.view_target, view, self._hi_z)
        self._cull.prepare(scene, view)

    def set_environment(self, woven: WovenEnvironment) -> None:
        """Other surroundings from the next frame on. Another intensity, rotation or backdrop costs nothing."""
        self._light.surround(self._scene(), woven)
        self._post.unsteady()
        self._set_static_uniforms()

    def set_lights(self, rows: NDArray[np.int32], values: NDArray[np.void]) -> None:
        """Other values for some lights: rows (k,) of the woven lights and (k,) structs.LIGHT of the same kinds.

        Places and directions in them are not read: those follow the objects, see `move`.
        """
        scene = self._scene()
        scene.lights.set(rows, values)
        self._light.lights_changed(scene)
        self._post.unsteady()
        self._set_static_uniforms()

    def put_lights(self, rows: NDArray[np.int32], values: NDArray[np.void]) -> None:
        """Other lights in rows (k,), which may lie beyond those that there are: (k,) structs.LIGHT, places and all.

        Where an object is `structs.NONE` there is no light any more.
        """
        scene = self._scene()
        scene.lights.put(rows, values)
        self._light.lights_came(scene)
        self._post.unsteady()
        self._set_static_uniforms()

    def set_materials(self, rows: NDArray[np.int32], values: NDArray[np.void]) -> None:
        """Other factors for some materials: rows (k,) and (k,) structs.MATERIAL.

        The pipeline class (alpha mode, double-sidedness) and the textures must be those of before. What needs a feature
        that no material of the scene had, a clear coat say, is drawn by pipelines that are made with the next frame.
        """
        scene = self._scene()
        before = scene.sampling
        scene.set_materials(rows, values)
        self._post.unsteady()
        if scene.sampling != before:  # a feature that no material had: other pipelines draw the scene from now on
            self._tapes.clear()
        if (values["flags"] & MaterialFlag.MASK).any():
            self._light.shadows.forget()

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
            self._post.unsteady()
        self.settings = settings
        self._post.configure(settings)
        self._fit_transparency()
        self._light.configure(self.scene, settings, self.size, self._main.depth_view)
        self._set_static_uniforms()

    def recompile(self, files: Collection[Path]) -> list[str]:
        """Draw with shaders as their files are now; returns the names of the programs that came from these files.

        Of what was made before the device had a `Workshop` nothing is known. Raises ShaderError with file and line, and
        goes on drawing as before then.
        """
        names = Workshop.of(self.gpu.device).recompile(files)
        if names:
            self._tapes.clear()
            self._post.unsteady()
            if self.scene is not None:
                self._light.recompiled(self.scene)
        return names

    def light_is_as_before(self) -> None:
        """What was sent since the last frame lights the next picture as the last one: only how it is kept changed."""
        self._post.steady()

    def show_times(
        self, passes: dict[str, float], totals: dict[str, float], cpu: dict[str, float] | None = None
    ) -> None:
        """What `debug.timings` writes over the picture, from the next frame on.

        passes: {name: milliseconds on the GPU}.  totals: the same, of the frame.  cpu: {name: microseconds} of passes.
        """
        self._post.show_times(passes, totals, cpu or {})

    def show_hud(self, hud: Hud | None) -> None:
        """Draw a HUD over the finished picture from the next frame on, as it then is; None for none."""
        self._post.show_hud(hud)

    @property
    def lines(self) -> Lines | None:
        """The lines that are drawn over the picture."""
        return None if self._post.lines is None else self._post.lines.lines

    def show_lines(self, lines: Lines | None) -> None:
        """Draw lines over the finished picture from the next frame on, as they then are; None for none."""
        self._post.show_lines(lines)

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
        self._scene().spawn(objects, mesh, material, np.zeros(len(objects), bool) if mirrored is None else mirrored)

    def despawn(self, objects: NDArray[np.int32]) -> None:
        """Draw objects (k,) no more, from the next frame on. Raises GpuError for those that are not drawn."""
        self._scene().despawn(objects)

    def change(
        self,
        objects: NDArray[np.int32],
        mesh: NDArray[np.int32],
        material: NDArray[np.int32],
        mirrored: NDArray[np.bool_] | None = None,
    ) -> None:
        """Draw objects that are drawn with other meshes and materials from the next frame on. As `spawn`."""
        self._scene().change(objects, mesh, material, np.zeros(len(objects), bool) if mirrored is None else mirrored)

    def draws(self, objects: NDArray[np.int32]) -> NDArray[np.bool_]:
        """(k,) whether objects are drawn, as far as culling lets them."""
        return self._scene().draws(objects)

    def _scene(self) -> GpuScene:
        if self.scene is None:
            raise GpuError("there is nothing to draw yet: call upload_scene first")
        return self.scene

    # ---- the frame ----------------------------------------------------------------------------------------------

    def begin_frame(self, observer: Observer, time: float = 0.0, sample: tuple[int, int] = (0, 1)) -> None:
        """Look through `observer` at `time` seconds. Sample (i, n): the i-th of n sub-pixel frames to average."""
        scene = self._scene()
        self._post.begin(*sample)
        self._look(scene, observer, time)
        self._begun = True

    def end_frame(self, view: wgpu.GPUTextureView | None = None) -> None:
        """Encode and submit the frame; `view` is a texture of `present_format` to show it in, or None."""
        if not self._begun:
            raise GpuError("end_frame without begin_frame")
        self._begun = False
        scene, light = self._scene(), self._light
        start = time.perf_counter_ns()
        light.shadows.update(scene, self._sight.observer, self.size, self._exposure)
        commands = self._encode(scene, view)
        encoded = time.perf_counter_ns()
        self._submission.submit(*commands)
        self._drawn = True
        if light.clustered(scene):
            light.clusters.look()
        light.sky.drawn()
        if not self._frozen():
            self._culled = scene.version, self._sight
        self.encode_us = (encoded - start) / 1e3
        self.submit_us = (time.perf_counter_ns() - encoded) / 1e3

    def _encode(self, scene: GpuScene, view: wgpu.GPUTextureView | None) -> list[Any]:
        """The frame's command buffers: what changed, if anything; the frame itself; the picture for a window."""
        device, commands, light, post = self.gpu.device, list[Any](), self._light, self._post
        scene.send_changes()
        light.fit_clusters(scene)
        if scene.version != self._bound_version:
            self._bound_version = scene.version
            self._tapes.clear()
            self._bind_cull(scene)
            self._fit_transparency()
            light.shadows.bind(scene)
            self._set_static_uniforms()
        post.fit_views()
        self._uniforms["view"]["count"] = scene.count
        if post.motion is not None and post.tracked and scene.changed:
            if post.motion.fit(scene):
                self._tapes.clear()
            self._uniforms["motion"]["placed_from"] = post.motion.placed_from
        light.shadows.send(scene)
        self._uniforms.send()
        if self.plain:
            encoder = device.create_command_encoder(label="frame")
            timed: Any = encoder if self._pass_times is None else self._pass_times.encoder(encoder)
            self.frame(timed, scene, shown=view is None)
            commands.append(timed.finish())
        else:
            commands.append(self._tape(scene, shown=view is None).replay())
        if view is not None and post.last:
            encoder = device.create_command_encoder(label="present")
            post.show(encoder, light.frame_group, view, self.present_format)
            commands.append(encoder.finish())
        return commands

    def frame(self, encoder: Encoder, scene: GpuScene, *, shown: bool) -> None:
        """The passes, in order. `shown`: the finished picture is drawn offscreen too."""
        light, post, target, depth = self._light, self._post, scene.view_target, self._main.depth_view
        group, two_phases, weighted = light.frame_group, self.settings.cull.occlusion, self._weighted()
        in_order = self._in_order()
        exposure = self._uniforms.offset("frame", "exposure")
        self._main.lighting = light.shading(scene)
        if post.auto is not None:
            post.auto.apply(encoder, self._uniforms.buffer, exposure)
        motion = post.motion if post.tracked and scene.changed else None
        if motion is not None:
            motion.remember(encoder, scene.changes.kinds)
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
        light.shadows.record(encoder, group, scene)
        if light.clustered(scene):
            light.clusters.record(encoder, group)
        if light.sky.due:
            light.sky.record(encoder)
        if light.ao is not None:
            light.ao.record(encoder)
        blended = scene.blended > 0 and not weighted
        sky = light.sky.draw if light.sky.on else None
        self._main.record(encoder, group, light.main_group, scene, late=two_phases, blended=blended, sky=sky)
        if weighted:
            self._transparency.record(
                encoder, group, light.main_group, scene, post.hdr_view, depth, late=two_phases, in_order=in_order
            )
        if post.motion is not None and self.settings.debug.view == "motion":
            self._motion_view = self._motion_view or MotionView(self.gpu, self._layouts)
            self._motion_view.record(encoder, group, post.motion, post.hdr_view, depth, moved=motion is not None)
        elif self._debug is not None and self.settings.debug.view in DRAWN:
            canvas = Canvas(post.hdr_view, depth, light.occlusion)
            if not two_phases:
                self._hi_z.record_alone(encoder)
            view, shadows = self.settings.debug.view, light.shadows.uniform
            self._debug.record(encoder, group, scene, canvas, self._hi_z, shadows, view)
        if post.taa is not None and post.temporal:
            post.taa.record(encoder, self._uniforms.buffer, exposure, moved=motion is not None)
        if post.accumulate_group is not None and post.samples > 1:
            post.accumulate.record(encoder, group, post.accumulate_group, self.size)
        if post.last:
            if post.scatters is not None:
                post.scatters.record(encoder)
            if post.auto is not None:
                post.auto.record(encoder, None if post.views is None else post.views.histogram)
            if post.views is not None:
                lighting, picture = self._main.lighting, post.tonemap_group
                post.views.record(encoder, group, light.main_group, picture, scene, depth, lighting)
            if shown:
                post.show(encoder, group, post.image_view, IMAGE_FORMAT)

    def _frozen(self) -> bool:
        """Whether this frame draws what an earlier one's cull found, whose lists must still be there."""
        return self.settings.debug.freeze_cull and self._culled is not None and self._culled[0] == self._scene().version

    def _tape(self, scene: GpuScene, *, shown: bool) -> Tape:
        """The recorded frame. What it refers to stays the same until something calls `_tapes.clear()`."""
        settings, light, post = self.settings, self._light, self._post
        key: tuple[bool | str, ...] = (
            *light.sky.due,
            light.sky.on,
            light.sky.aerial,
            post.samples > 1,
            post.last,
            shown,
            settings.cull.occlusion,
            settings.transparency.mode,
            settings.debug.view,
            self._frozen(),
            *(scene.changes.kinds if scene.changed else ()),
            light.clustered(scene),
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
        self._exposure = exposure_for(self.settings, self.metered_ev100)
        self._uniforms["frame"]["exposure"] = self._exposure
        self._light.fill(self.scene)
        fill_settings(self._uniforms, self.scene, self.settings, in_order=self._in_order())
        grading.fill(self._uniforms["tonemap"], self.settings)

    def _look(self, scene: GpuScene, observer: Observer, seconds: float) -> None:
        """What changes every frame: who looks, through which place of a pixel, and what the passes make of it."""
        light, post, uniforms, size = self._light, self._post, self._uniforms, self.size
        taa = post.taa if post.temporal else None
        shift = taa.begin(observer) if taa is not None else sample_shift(post.sample, post.samples)
        pattern = taa.pattern if taa is not None else post.sample
        self._sight = sight = Sight.of(observer, scene, size, shift)
        averaged = post.averaged if self.settings.shading.specular_antialiasing else None
        sight.fill(uniforms, seconds=seconds, sample=pattern, averaged=averaged, turn=self._turn)
        self._turn += 1
        if post.motion is not None and post.tracked:
            follows = taa.follows if taa is not None else self._drawn
            post.motion.begin(uniforms["motion"], sight, follows=follows)
        if light.ao is not None:
            light.ao.look(uniforms["ao"], sight.projection, observer.near, pattern)
        if light.clustered(scene):
            light.clusters.set_frame(uniforms["clustering"], scene, observer, size, sight.far)
        light.sky.follow(scene.lights.table, observer.eye)
        post.fill(self._exposure, seconds)
        if post.lines is not None:
            post.lines.fill(uniforms["lines"], sight, self.density)
        if self.settings.debug.view in DRAWN:
            if self._debug is None:
                self._debug = DebugView(self.gpu, self._layouts)
                self._tapes.clear()
            culled = None if self._culled is None else self._culled[1]
            level, cascades = self.settings.debug.hi_z_level, light.shadows.first_of_sun
            self._debug.fill(scene, observer, culled, frozen=self._frozen(), level=level, cascades=cascades)

    # ---- what came of it ----------------------------------------------------------------------------------------

    def read_image(self) -> NDArray[np.uint8]:
        """The last offscreen frame: (h, w, 3) uint8, tone-mapped, sRGB. Waits for the GPU."""
        return self._post.read_image()

    def time_passes(self, *, on: bool = True) -> PassTimes | None:
        """Time every pass from the next frame on, on the GPU where the adapter has timestamps. None where not `on`."""
        if on != (self._pass_times is not None):
            if self._pass_times is not None:
                self._pass_times.end()
            self._pass_times = PassTimes(self.gpu.device) if on else None
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
        self._post.show(encoder, self._light.frame_group, self._post.image_view, IMAGE_FORMAT)
        self.gpu.device.queue.submit([encoder.finish()])

    def read_linear(self) -> F32:
        """The last frame: (h, w, 3) float32 scene-linear Rec.709, before exposure and tone mapping. Waits."""
        return self._post.read_linear(self._exposure)

    def read_view(self) -> F32:
        """The debug view's values in the last frame, float32, row 0 at the top. Waits for the GPU.

        (h, w): depth (metres along the view, inf where there is nothing), roughness, metallic, lights (how many),
        objects, materials and batches (rows), shadows (the lit part), all of them NaN where there is nothing; overdraw
        (layers), luminance (cd/m²), wireframe (1 on edges), ao (as `read_ao`).  (h, w, 2): uv.  (h, w, 3): normal
        (world, unit), albedo (linear), emissive and bloom (cd/m²). Of averaged frames those of the last, but luminance
        and bloom are of their mean.
        Other views have none: as `read_linear`.
        """
        view, views = self.settings.debug.view, self._post.views
        if view == "ao" and self._light.ao is not None:
            return self.read_ao()
        if views is None or view not in CHANNELS:
            return self.read_linear()
        return views.read()

    def read_ao(self) -> F32:
        """The last frame's ambient occlusion: (h, w) float32, from 0 to 1, how much is open. Waits for the GPU.

        Raises GpuError where `ao.enabled` is false.
        """
        if self._light.ao is None:
            raise GpuError("there is no ambient occlusion: ao.enabled is false")
        return np.ascontiguousarray(self._light.ao.read()[..., 3])

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

    def surfaces(self) -> tuple[wgpu.GPUTextureView, wgpu.GPUTextureView]:
        """What every pixel of the last frame shows, on the GPU: see `Picking.surfaces`. Raises GpuError as `pick`."""
        drawn, picking = self._last_frame()
        return picking.surfaces(drawn)

    @property
    def depth_view(self) -> wgpu.GPUTextureView:
        """The last frame's depth (depth32float, reversed), for who draws over it; another one after `resize`."""
        return self._main.depth_view

    @property
    def clip_from_world(self) -> NDArray[np.float64]:
        """(4, 4) how the last frame saw the world, without the shift within a pixel; for who draws over it."""
        return self._sight.steady_view_proj()

    def _last_frame(self) -> tuple[Drawn, Picking]:
        scene = self._scene()
        if self._begun or not self._drawn:
            raise GpuError("there is no picture to pick from yet: call end_frame first")
        if self._picking is None:
            numbered = NUMBERED in self.gpu.device.features
            self._picking = Picking(self.gpu, self._layouts, self._uniforms.binding("view"), numbered=numbered)
        return Drawn(scene, self._light.frame_group, self._main.depth, self._sight), self._picking

    def counters(self) -> dict[str, int]:
        """What the last frame drew: draws, instances, triangles; and what it left out. Waits for the GPU.

        culled: all that was not drawn; of these outside (the view), small (no pixel's centre), far (Superposed or
        Dormant), occluded.  shadow_maps and shadow_maps_kept: drawn anew, and still right; lights_without_maps: those
        that should throw shadows here, for which there are not enough.  lights: all that there are; light_entries: of
        all clusters' lists together; light_room: for how many there is room; light_overflows: lists that found none,
        whose clusters went over all lights.
        """
        return counters(self._scene(), self._light)
