"""The surroundings on the GPU: a cube map prefiltered by roughness, and spherical harmonics for diffuse light."""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu

from ..assets.panorama import Panorama
from ..engine.gpu import Gpu
from ..engine.scene.components import Environment
from ..loom.woven import WovenEnvironment
from ..shaders.structs import IRRADIANCE, SURROUNDINGS, EnvironmentSource
from .environment_bake import baked, picture
from .environment_cube import SAMPLES_SMOOTH, EnvironmentCube, EnvironmentKernels
from .tape import Encoder

FACE_SMOOTH = 64
"""Texels along an edge of a face for gradients, even colours and skies: no detail that is finer than 1.5°."""


class EnvironmentMap:
    """What the frame binds of the surroundings.

    view: a cube view of `levels` levels, see `environment_cube.roughness_of`.  irradiance: the buffer with the
    structs.IRRADIANCE, always the same one.  component: the Environment that is shown, for what needs no cube
    (intensity, rotation, backdrop).

    A source that changes while the scene runs writes level 0 by a kernel of its own, and has the same encoder relit:

        new = environment.resize(FACE_SMOOTH)        # once; True: bind `view` anew, and what writes `level_0`
        ...                                          # every time: dispatch what writes environment.level_0
        environment.relight(encoder)

    64 texels a face serve where nothing is finer than 3° or so: level 1 and what follows cost in proportion to their
    square. A sharp source wants 128 or 256; from 256 on there are seven levels instead of five.
    """

    view: wgpu.GPUTextureView
    levels: int

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.component = Environment()
        self._shown: tuple[Any, ...] | None = None
        self._kernels = EnvironmentKernels(gpu)
        self._cube: EnvironmentCube | None = None
        usage = wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.STORAGE
        usage |= wgpu.BufferUsage.COPY_SRC | wgpu.BufferUsage.COPY_DST
        self.irradiance = gpu.device.create_buffer(label="irradiance", size=IRRADIANCE.size, usage=usage)
        self._surroundings = gpu.device.create_buffer(
            label="surroundings", size=SURROUNDINGS.size, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        self._no_picture = picture(gpu, np.zeros((1, 1), np.uint32))

    @property
    def cube(self) -> EnvironmentCube:
        """The cube that is written while the scene runs; `resize` makes it."""
        assert self._cube is not None
        return self._cube

    @property
    def level_0(self) -> wgpu.GPUTextureView:
        """Six layers, rgba16float, to be written as a storage texture: radiance before its intensity, not rotated."""
        return self.cube.level_0

    def resize(self, face: int) -> bool:
        """Show a cube with `face` x `face` texels a face, a multiple of 64. Returns whether `view` is a new one."""
        self._shown = None
        if self._cube is None or self._cube.face != face:
            self._cube = cube = EnvironmentCube(self._kernels, face, self.irradiance, SAMPLES_SMOOTH)
            self._fill_group = self._kernels.fill.bind(
                surroundings={"buffer": self._surroundings},
                picture=self._no_picture,
                around_sampler=self._kernels.around_sampler,
                level_out=cube.level_0,
            )
        elif self.view is self._cube.view:
            return False
        self.view, self.levels = self._cube.view, self._cube.levels
        return True

    def relight(self, encoder: Encoder) -> None:
        """Level 0 was written: make the other levels and the irradiance from it. Nothing is made or read back."""
        self._shown = None
        self.cube.relight(encoder)

    def show(self, woven: WovenEnvironment) -> bool:
        """Show other surroundings. Returns whether `view` is a new one, to be bound anew.

        What only intensity, rotation, backdrop or visibility tell apart costs nothing.
        """
        component, panorama = woven.component, woven.panorama
        self.component = component
        if component.source == "file" and panorama is not None:
            source: tuple[Any, ...] = ("file", panorama.digest.tobytes())
            if source == self._shown:
                return False
            new = self._show_panorama(panorama)
        else:
            source = (component.source, component.color, component.zenith, component.horizon, component.ground)
            if source == self._shown:
                return False
            new = self._show_smooth(component)
        self._shown = source
        return new

    def _show_smooth(self, component: Environment) -> bool:
        new = self.resize(FACE_SMOOTH)
        values = np.zeros((), SURROUNDINGS.dtype)
        values["source"] = EnvironmentSource[component.source.upper()]
        values["size"] = FACE_SMOOTH
        for key in ("zenith", "horizon", "ground", "color"):
            values[key] = getattr(component, key)
        self.gpu.device.queue.write_buffer(self._surroundings, 0, values.tobytes())
        encoder = self.gpu.device.create_command_encoder(label="environment")
        compute = encoder.begin_compute_pass()
        self._kernels.fill.record(compute, [(self._fill_group, FACE_SMOOTH)])
        compute.end()
        self.relight(encoder)
        self.gpu.device.queue.submit([encoder.finish()])
        return new

    def _show_panorama(self, panorama: Panorama) -> bool:
        made = baked(self._kernels, panorama)
        texture = made.texture(self.gpu)
        self.view, self.levels = texture.create_view(dimension="cube"), texture.mip_level_count
        self.gpu.device.queue.write_buffer(self.irradiance, 0, made.irradiance)
        return True
