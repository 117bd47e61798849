"""From scene light to the picture: averaged over frames, measured, scattered, tone-mapped; debug views and labels.

Here are the targets and the bindings of these passes; `Fabric.frame` says in which order they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.hud import Hud
from ..engine.lines import Lines
from ..engine.scene.settings import RenderSettings
from ..shaders import groups
from . import grading
from .auto_exposure import AutoExposure
from .bloom import Bloom
from .fxaa import Fxaa
from .hud import HudPass
from .layouts import Layouts
from .lines import LinesPass
from .motion import Motion
from .overlay import SMALLEST, Overlay, draw_legend, draw_times
from .taa import TemporalAntialiasing
from .tape import Encoder
from .targets import COPY_SRC, IMAGE_FORMAT, drawn, read
from .tonemap import Accumulate, Tonemap
from .uniforms import Uniforms
from .views import CHANNELS, Views, legend_of

F32 = NDArray[np.float32]

AVERAGED = 4
"""How many samples of a pixel temporal antialiasing counts for where highlights are widened: what moves has few."""


class PostProcess:
    """What is done with scene light, for one size and one choice of settings.

    sample, samples: this frame is the sample-th of so many that are averaged.  motion, taa, fxaa, bloom, auto, views,
    lines, hud, overlay: the passes, None where they are off.
    """

    def __init__(
        self, gpu: Gpu, layouts: Layouts, uniforms: Uniforms, stale: Callable[[], None], *, alone: bool = False
    ) -> None:
        """`stale` is called when targets are replaced: what was recorded refers to the old ones.

        alone: each picture is the only one; nothing is averaged over time.
        """
        self.gpu, self._layouts, self._uniforms, self._stale = gpu, layouts, uniforms, stale
        self._alone = alone
        self.settings = RenderSettings()
        self.sample, self.samples = 0, 1
        self.accumulate = Accumulate(gpu, layouts)
        self.motion: Motion | None = None
        self.taa: TemporalAntialiasing | None = None
        self.fxaa: Fxaa | None = None
        self.bloom: Bloom | None = None
        self.auto: AutoExposure | None = None
        self.views: Views | None = None
        self.overlay: Overlay | None = None
        self.lines: LinesPass | None = None
        self.hud: HudPass | None = None
        self._tonemap = Tonemap(gpu, layouts)
        self._finish = groups.Finish()
        self._made_for: Any = None  # the settings that the targets are for
        self._measured_at: float | None = None  # the time of the picture that automatic exposure last measured
        self._viewed: tuple[Any, ...] | None = None  # what the view's targets and labels were made for
        self._times: tuple[dict[str, float], ...] | None = None  # of the passes, in all, and of the CPU
        self._size = (0, 0)

    # ---- what there is ------------------------------------------------------------------------------------------

    def resize(self, size: tuple[int, int], hdr: wgpu.GPUTexture, depth: wgpu.GPUTexture) -> None:
        """Make pictures of `size` pixels from this scene light and the depth of its surfaces."""
        self._size, self._hdr, self._depth = size, hdr, depth
        self.hdr_view = hdr.create_view()
        self._image = drawn(self.gpu, "image", size, IMAGE_FORMAT, COPY_SRC)
        self.image_view = self._image.create_view()
        self.accumulate.resize(size, self.samples > 1)
        if self.lines is not None:
            self.lines.fit(depth)
        if self._made_for is not None:
            self._bind()

    def configure(self, settings: RenderSettings) -> None:
        """Do it as other settings want it."""
        self.settings = settings
        made_for = (
            grading.finish_of(settings),
            settings.bloom,
            settings.exposure.mode == "auto",
            settings.aa,
            settings.debug.view,
        )
        if made_for == self._made_for:
            return
        self._made_for, self._finish = made_for, made_for[0]
        if (self.auto is not None) != made_for[2]:
            self.auto = AutoExposure(self.gpu) if made_for[2] else None
            self._measured_at = None
        self._bind()
        if self.bloom is not None:
            self.bloom.set(settings.bloom)

    def begin(self, sample: int, samples: int) -> None:
        """Another frame, the sample-th of so many."""
        self.sample, self.samples = sample, samples
        if self.accumulate.resize(self._size, samples > 1) or self._summed != (samples > 1):
            self._bind()

    def _bind(self) -> None:
        """Let every pass look at what the one before it made."""
        self._stale()
        binding = self._uniforms.binding
        self.accumulate_group = self.accumulate.bind(binding("accumulation"), self.hdr_view)
        self._summed = self.samples > 1 and self.accumulate.mean is not None
        picture = self.accumulate.mean if self._summed and self.accumulate.mean else self.hdr_view
        self._bind_antialiasing()
        if self.taa is not None and self.temporal:
            picture = self.taa.view
        scattered = picture
        if self._finish.bloom:
            self.bloom = self.bloom or Bloom(self.gpu)
            self.bloom.resize(self._size, picture, self.settings.bloom.levels)
            self._uniforms["tonemap"]["bloom_scale"] = self.bloom.scale
            scattered = self.bloom.view
        if self.auto is not None:
            self.auto.bind(self._size, binding("meter"), binding("frame"), picture)
        self.tonemap_group = self._tonemap.bind(binding("tonemap"), picture, scattered)
        self._viewed = None

    def _bind_antialiasing(self) -> None:
        """What smooths edges, and what that needs; nothing of it where it is off."""
        mode, binding = self.settings.aa.mode, self._uniforms.binding
        self.forget()
        if self.tracked:
            self.motion = self.motion or Motion(self.gpu, self._layouts, binding("motion"), binding("view"))
            self.motion.resize(self._size)
        elif mode != "taa":
            self.motion = None
        if self.motion is not None and self.temporal:
            self.taa = self.taa or TemporalAntialiasing(self.gpu)
            motion = self.motion
            self.taa.bind(self._size, binding("frame"), motion.uniform, self._hdr, self._depth, motion.view)
        elif mode != "taa":
            self.taa = None
        if mode == "fxaa" and self.samples == 1:
            self.fxaa = self.fxaa or Fxaa(self.gpu)
            self.fxaa.resize(self._size)
        else:
            self.fxaa = None

    def fit_views(self) -> None:
        """Have what the debug view, lines, HUD and labels over the picture need, and nothing where there are none."""
        if self.lines is not None and self.lines.prepare():
            self._stale()
        if self.hud is not None and self.hud.prepare(self._size):
            self._stale()
        debug, measured = self.settings.debug, self.auto is not None
        large = self._size[1] >= SMALLEST
        labelled = large and debug.labels and debug.view != "none"
        times = self._times if large and debug.timings else None
        wanted = self._size, debug, measured, times
        if wanted == self._viewed:
            return
        before, self._viewed = self._viewed, wanted
        if before is None or before[:3] != wanted[:3] or (before[3] is None) != (times is None):
            self._stale()
            if debug.view not in CHANNELS:
                self.views = None
            else:
                self.views = self.views or Views(self.gpu, self._layouts)
                self.views.resize(self._size, debug.view)
        if not labelled and times is None:
            self.overlay = None
            return
        self.overlay = self.overlay or Overlay(self.gpu, self._layouts)
        self.overlay.bind(self.hdr_view if self.views is None else self.views.values)
        quads = draw_legend(legend_of(self.settings, measured=measured), self._size) if labelled else []
        self.overlay.write(quads + ([] if times is None else draw_times(times[0], times[1], self._size, times[2])))

    def show_times(self, passes: dict[str, float], totals: dict[str, float], cpu: dict[str, float]) -> None:
        """What `debug.timings` writes over the picture: {name: milliseconds}, in all, and {name: microseconds}."""
        self._times = passes, totals, cpu

    def show_hud(self, hud: Hud | None) -> None:
        """Draw a HUD over the picture from the next frame on; None for none."""
        self.hud = None if hud is None else HudPass(self.gpu, self._layouts, hud)
        self._stale()

    def show_lines(self, lines: Lines | None) -> None:
        """Draw lines over the picture from the next frame on; None for none."""
        self.lines = None
        if lines is not None:
            self.lines = LinesPass(self.gpu, self._layouts, lines, self._uniforms.binding("lines"))
            self.lines.fit(self._depth)
        self._stale()

    # ---- every frame --------------------------------------------------------------------------------------------

    @property
    def temporal(self) -> bool:
        """Whether frames are averaged over time: not where one picture is made of many, nor over debug views."""
        several = not self._alone and self.samples == 1
        return several and self.settings.aa.mode == "taa" and self.settings.debug.view == "none"

    @property
    def tracked(self) -> bool:
        """Whether it is known where everything was in the picture before."""
        return self.temporal or self.settings.debug.view == "motion"

    @property
    def averaged(self) -> int:
        """How many samples of a pixel are averaged."""
        return min(self.taa.frames, AVERAGED) if self.taa is not None and self.temporal else self.samples

    @property
    def last(self) -> bool:
        """Whether this frame is the last of those that are averaged."""
        return self.sample == self.samples - 1

    @property
    def scatters(self) -> Bloom | None:
        """The bloom of this picture."""
        return self.bloom if self._finish.bloom else None

    def forget(self) -> None:
        """The next picture has nothing to do with the last one."""
        if self.taa is not None:
            self.taa.reset()

    def unsteady(self) -> None:
        """What was there looks different from the next frame on: what pictures before showed counts less."""
        if self.motion is not None:
            self.motion.unsteady = True

    def steady(self) -> None:
        """Take `unsteady` back."""
        if self.motion is not None:
            self.motion.unsteady = False

    def begin_metering(self) -> None:
        """Automatic exposure takes the next picture's over at once."""
        self._measured_at = None

    def fill(self, exposure: float, seconds: float) -> None:
        """Write the uniforms of a frame at `seconds`; exposure: what light is multiplied by if nothing is measured."""
        accumulation = self._uniforms["accumulation"]
        accumulation["first"] = self.sample == 0
        accumulation["share"] = 1 / (self.sample + 1)
        if self.auto is None:
            return
        if self._measured_at is None:
            self.auto.begin(exposure)
        since = -1.0 if self._measured_at is None else max(0.0, seconds - self._measured_at)
        self.auto.fill(self._uniforms["meter"], self.settings.exposure, since)
        if self.last:
            self._measured_at = seconds

    def show(self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, target: wgpu.GPUTextureView, format: str) -> None:
        """The finished picture, or the debug view in its place, into a texture of a format; letters over it."""
        views, finish, picture = self.views, self._finish, self.tonemap_group
        if views is None or not views.covers:
            if self.fxaa is not None:
                self._tonemap.record(encoder, frame_group, picture, finish, self.fxaa.toned, IMAGE_FORMAT)
                self.fxaa.record(encoder, target, format)
            else:
                self._tonemap.record(encoder, frame_group, picture, finish, target, format)
        if views is not None and views.view != "bloom":
            views.show(encoder, frame_group, target, format, measured=self.auto is not None)
        if self.lines is not None:
            self.lines.record(encoder, frame_group, target, format)
        if self.hud is not None:
            self.hud.record(encoder, frame_group, target, format)
        if self.overlay is not None:
            self.overlay.record(encoder, frame_group, target, format)

    # ---- what came of it ----------------------------------------------------------------------------------------

    def read_image(self) -> NDArray[np.uint8]:
        """(h, w, 3) the picture. Waits for the GPU."""
        return np.ascontiguousarray(read(self.gpu, self._image, 4, np.uint8)[..., :3])

    def read_linear(self, exposure: float) -> F32:
        """(h, w, 3) scene light, drawn with an exposure if none was measured. Waits for the GPU."""
        if self.samples > 1:
            w, h = self._size
            raw: Any = self.gpu.device.queue.read_buffer(self.accumulate.sums, 0, 16 * w * h)
            light = np.frombuffer(raw, np.float32).reshape(h, w, 4)[..., :3] / self.samples
        else:
            texture = self.taa.texture if self.taa is not None and self.temporal else self._hdr
            light = read(self.gpu, texture, 4, np.float16)[..., :3].astype(np.float32)
        return np.ascontiguousarray(light / np.float32(exposure if self.auto is None else self.auto.read()))
