"""What light surfaces get: from the surroundings, the sky and lamps, less what shadows and near things keep off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import wgpu

from ..engine.gpu import Gpu
from ..engine.scene.settings import RenderSettings
from ..loom.woven import WovenEnvironment
from ..shaders import groups
from . import dfg
from .ambient_occlusion import AmbientOcclusion, open_view
from .clusters import WORTHWHILE, Clusters
from .environment import EnvironmentMap
from .layouts import Layouts
from .scene_buffers import GpuScene
from .shadows import Shadows
from .sky import Sky, without_sun
from .uniforms import Uniforms


class Illumination:
    """The passes that light surfaces, and the bind groups through which shaders see what they made.

    frame_group, main_group: groups.FRAME and groups.MAIN.  environment, sky, shadows, clusters, ao: the passes; `ao` is
    None where it is off.
    """

    frame_group: wgpu.GPUBindGroup
    main_group: wgpu.GPUBindGroup

    def __init__(self, gpu: Gpu, layouts: Layouts, uniforms: Uniforms, stale: Callable[[], None]) -> None:
        """`stale` is called when one of the groups is replaced: what was recorded refers to the old one."""
        self.gpu, self._layouts, self._uniforms, self._stale = gpu, layouts, uniforms, stale
        self._settings = RenderSettings()
        self.environment = EnvironmentMap(gpu)
        self.sky = Sky(
            gpu, layouts, self.environment, uniforms["frame"], uniforms["atmosphere"], uniforms.binding("atmosphere")
        )
        self.shadows = Shadows(gpu, layouts)
        self.clusters = Clusters(gpu, layouts, uniforms.binding("clustering"))
        self.ao: AmbientOcclusion | None = None
        self._open = open_view(gpu)
        self._dfg = dfg.view(gpu)
        self._clamp = gpu.device.create_sampler(
            label="clamp", mag_filter="linear", min_filter="linear", mipmap_filter="linear"
        )
        self._cast: tuple[object, ...] | None = None  # what the shadows were last configured with

    @property
    def occlusion(self) -> wgpu.GPUTextureView:
        """How much light from all around reaches the picture's surfaces: wholly open where that is off."""
        return self._open if self.ao is None else self.ao.view

    def begin(self, scene: GpuScene, surroundings: WovenEnvironment, settings: RenderSettings) -> None:
        """Light another scene; `configure` is to follow."""
        self._settings, self._cast = settings, None
        self._surround(scene, surroundings)
        self._bind_frame(scene)

    def surround(self, scene: GpuScene, surroundings: WovenEnvironment) -> None:
        """Show other surroundings."""
        if self._surround(scene, surroundings):
            self._bind_frame(scene)

    def _surround(self, scene: GpuScene, surroundings: WovenEnvironment) -> bool:
        """Returns whether what the frame binds of them is new."""
        self._surroundings = surroundings
        if self._show_sky(scene):
            return self.sky.surround()
        return self.environment.show(without_sun(surroundings))

    def _show_sky(self, scene: GpuScene) -> bool:
        """Which of the suns makes the sky, if any, and what it is for."""
        aerial = self._settings.sky.aerial_perspective
        return self.sky.show(self._surroundings.component, scene.lights.table, aerial=aerial)

    def lights_came(self, scene: GpuScene) -> None:
        """There are other lights: maybe a sun now, or none any more."""
        self.surround(scene, self._surroundings)
        self.lights_changed(scene)

    def lights_changed(self, scene: GpuScene) -> None:
        """Some lights are others than before."""
        self._cast_shadows(scene)
        if self.sky.on:
            self._show_sky(scene)

    def configure(
        self, scene: GpuScene | None, settings: RenderSettings, size: tuple[int, int], depth: wgpu.GPUTextureView
    ) -> None:
        """Light a picture of `size` pixels, whose surfaces have this depth, as the settings want it."""
        self._settings = settings
        if scene is None:
            return
        self._cast_shadows(scene)
        self.fit_occlusion(size, depth)
        if self.sky.on:
            self._show_sky(scene)

    def _cast_shadows(self, scene: GpuScene) -> None:
        """Lights cast as the settings and the lights themselves now want it."""
        settings = self._settings
        wanted = (settings.shadows, settings.cull, scene.lights.table["casts_shadows"].tobytes())
        if wanted == self._cast:
            return
        self._cast = wanted
        self._stale()
        if self.shadows.configure(scene, settings) or not hasattr(self, "main_group"):
            self._bind_main()
        self.shadows.bind(scene)

    def recompiled(self, scene: GpuScene) -> None:
        """Shaders are others than before: nothing that they made is kept."""
        self.shadows.bind(scene)
        self.shadows.forget()

    def fit_occlusion(self, size: tuple[int, int], depth: wgpu.GPUTextureView) -> None:
        """Buffers for ambient occlusion of a picture, or none where it is off."""
        settings, had = self._settings.ao, self.ao
        half = settings.resolution == "half"
        self.ao = (had or AmbientOcclusion(self.gpu)) if settings.enabled else None
        if self.ao is not None and (self.ao.size, self.ao.half) != (size, half):
            self.ao.resize(size, depth, self._uniforms.binding("ao"), half=half)
            self._bind_main()
        elif self.ao is not had:
            self._bind_main()
        if self.ao is not None:
            self.ao.set(self._uniforms["ao"], settings)

    def fit_clusters(self, scene: GpuScene) -> None:
        """Have room in the clusters for the scene's lamps."""
        if self.clusters.fit(scene):
            self._bind_frame(scene)
            self._bind_main()

    def _bind_frame(self, scene: GpuScene) -> None:
        self._stale()
        self.frame_group = groups.FRAME.bind(
            self.gpu.device,
            self._layouts.frame,
            frame=self._uniforms.binding("frame"),
            lights={"buffer": scene.lights.buffer},
            environment=self.environment.view,
            irradiance_sh={"buffer": self.environment.irradiance},
            dfg=self._dfg,
            clamp_sampler=self._clamp,
        )

    def _bind_main(self) -> None:
        self._stale()
        self.main_group = groups.MAIN.bind(
            self.gpu.device,
            self._layouts.main,
            shadows={"buffer": self.shadows.uniform},
            shadow_maps=self.shadows.view,
            shadow_sampler=self.shadows.sampler,
            clustering=self._uniforms.binding("clustering"),
            light_lists={"buffer": self.clusters.lists},
            ambient_occlusion=self.occlusion,
        )

    # ---- every frame --------------------------------------------------------------------------------------------

    def clustered(self, scene: GpuScene) -> bool:
        """Whether lamps are looked up by cluster: where there are enough of them for that to be worth it."""
        return self._settings.lights.clusters and scene.lights.ranged >= WORTHWHILE

    def shading(self, scene: GpuScene) -> groups.Lighting:
        """What programs that shade surfaces are made for."""
        return groups.Lighting(
            self.shadows.shadowing,
            clustered=self.clustered(scene),
            aerial=self.sky.aerial,
            occluded=self.ao is not None,
            white=self._settings.debug.view == "lighting",
        )

    def fill(self, scene: GpuScene) -> None:
        """Write into structs.FRAME what only changes with the lights, the surroundings and the settings."""
        frame, environment = self._uniforms["frame"], self.environment.component
        frame["lights"] = len(scene.lights.table)
        frame["environment_mips"] = self.environment.levels - 1
        if not self.sky.on:  # which sets these by itself, every frame
            turn = np.radians(environment.rotation)
            frame["environment_turn"] = (np.cos(turn), np.sin(turn))
            frame["environment_intensity"] = environment.intensity
        frame["backdrop"] = environment.backdrop
        frame["background"] = environment.visible
