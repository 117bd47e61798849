"""The sun's shadow: one orthographic map around what the camera sees, stable under camera motion."""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine import math as dmath
from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import PipelineClass
from .draws import ATTRIBUTES, MASKED, POSITIONS, multi_draw, primitive, set_geometry
from .scene_buffers import GpuScene, Layouts
from .tape import Encoder

F64 = NDArray[np.float64]
FORMAT = "depth32float"


def fit_sun(direction: F64, focus: tuple[F64, float], bounds: tuple[F64, float], size: int) -> tuple[F64, float]:
    """(4, 4) clip_from_world of a sun's map around the sphere `focus`, and the edge of a texel in metres.

    The middle moves in whole texels, so that a moving camera does not make shadow edges crawl. Depth (reversed)
    reaches from the sphere towards the sun as far as the scene does (`bounds`), so that casters outside the view
    still cast.
    """
    rotation = dmath.look_matrix(direction).T  # light_from_world
    centre, radius = focus
    texel = 2 * radius / size
    middle = rotation @ centre
    middle[:2] = np.round(middle[:2] / texel) * texel
    along = rotation @ bounds[0]
    near_z = max(along[2] + bounds[1], middle[2] + radius)
    far_z = middle[2] - radius
    view = np.eye(4)
    view[:3, :3] = rotation
    view[:3, 3] = -np.array([middle[0], middle[1], near_z])
    return dmath.orthographic(2 * radius, 1.0, 0.0, max(near_z - far_z, 1e-3)) @ view, texel


class SunShadow:
    """Draws depth from the sun; `view` is what the main pass samples."""

    def __init__(self, gpu: Gpu, layouts: Layouts, view_uniform: dict[str, Any]) -> None:
        self.gpu, self.layouts = gpu, layouts
        self.size = 0
        self.group = groups.SHADOW.bind(gpu.device, layouts.shadow, view=view_uniform)
        self._pipelines: dict[tuple[PipelineClass, groups.Sampling], wgpu.GPURenderPipeline] = {}
        self._modules: dict[groups.Sampling, wgpu.GPUShaderModule] = {}
        self.sampler = gpu.device.create_sampler(
            label="shadow", mag_filter="linear", min_filter="linear", compare="greater-equal"
        )
        self.resize(1)

    def resize(self, size: int) -> bool:
        """Make the map `size` texels wide. Returns whether it is a new one."""
        if size == self.size:
            return False
        self.size = size
        texture = self.gpu.device.create_texture(
            label="sun shadow", size=(size, size, 1), format=FORMAT,
            usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.TEXTURE_BINDING,
        )  # fmt: skip
        self.view = texture.create_view()
        return True

    def _pipeline(self, kind: PipelineClass, sampling: groups.Sampling) -> wgpu.GPURenderPipeline:
        found = self._pipelines.get((kind, sampling))
        if found is not None:
            return found
        device, layouts = self.gpu.device, self.layouts
        if sampling not in self._modules:
            seen = [groups.SHADOW, groups.materials(sampling.pools), groups.DRAW]
            self._modules[sampling] = program("shadow", seen, [sampling.wgsl()]).compile(device)
        module = self._modules[sampling]
        masked = kind in MASKED
        fragment: dict[str, Any] = {"module": module, "entry_point": "mask_fragment", "targets": []}
        made = device.create_render_pipeline(
            label=f"shadow {kind.name.lower()}",
            layout=device.create_pipeline_layout(
                bind_group_layouts=[layouts.frame, layouts.shadow, layouts.materials[sampling.pools], layouts.draw]
            ),
            vertex={
                "module": module,
                "entry_point": "mask_vertex" if masked else "vertex",
                "buffers": [POSITIONS, ATTRIBUTES] if masked else [POSITIONS],
            },
            fragment=fragment if masked else None,
            primitive={**primitive(kind), "cull_mode": "none"},  # thin and open shapes cast from either side
            depth_stencil={
                "format": FORMAT,
                "depth_write_enabled": True,
                "depth_compare": "greater",
                "depth_bias": -2,
                "depth_bias_slope_scale": -1.5,
            },
        )
        self._pipelines[kind, sampling] = made
        return made

    def record(self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, scene: GpuScene | None) -> None:
        """Draw the culled casters; without a scene, only clear the map (nothing is in shadow)."""
        render = encoder.begin_render_pass(
            label="sun shadow",
            color_attachments=[],
            depth_stencil_attachment={
                "view": self.view, "depth_clear_value": 0.0, "depth_load_op": "clear", "depth_store_op": "store",
            },
        )  # fmt: skip
        if scene is not None:
            render.set_bind_group(0, frame_group)
            render.set_bind_group(1, self.group)
            render.set_bind_group(2, scene.materials_group)
            render.set_bind_group(3, scene.shadow_draw_group)
            set_geometry(render, scene)
            for kind, first, count in scene.runs:
                render.set_pipeline(self._pipeline(kind, scene.sampling))
                multi_draw(render, scene.shadow_target.args, first, count)
        render.end()
