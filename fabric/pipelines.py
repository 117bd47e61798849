"""Pipelines, made when a frame first needs them: most frames need few of those that there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import wgpu

from ..engine.gpu import Gpu
from ..shaders import groups
from ..shaders.bindings import Bindings
from ..shaders.modules import program
from ..shaders.structs import PipelineClass
from .layouts import Layouts


class Kernels:
    """The compute pipelines of one program: `kernels[entry]` makes each when it is first asked for."""

    def __init__(
        self,
        gpu: Gpu,
        name: str,
        bindings: Sequence[Bindings],
        layouts: Sequence[wgpu.GPUBindGroupLayout],
        texts: Sequence[str] = (),
    ) -> None:
        """bindings, layouts: of every group that it sees.  texts: WGSL that goes before it."""
        self._device, self._name = gpu.device, name
        self._bindings, self._layouts, self._texts = bindings, layouts, texts
        self._module: wgpu.GPUShaderModule | None = None
        self._made: dict[str, wgpu.GPUComputePipeline] = {}

    def __getitem__(self, entry: str) -> wgpu.GPUComputePipeline:
        """The pipeline of an entry point. Raises ShaderError where the program does not compile."""
        if self._module is None:
            self._module = program(self._name, self._bindings, self._texts).compile(self._device)
            self._layout = self._device.create_pipeline_layout(bind_group_layouts=self._layouts)
        if entry not in self._made:
            self._made[entry] = self._device.create_compute_pipeline(
                label=f"{self._name} {entry}",
                layout=self._layout,
                compute={"module": self._module, "entry_point": entry},
            )
        return self._made[entry]


Look = Callable[[PipelineClass], dict[str, Any]]
"""What a pass draws a class of surfaces with: a render pipeline's description, less its layout and its modules."""


class SurfacePipelines:
    """The pipelines that draw surfaces with one program: for each class of them, and for what scenes sample."""

    def __init__(
        self,
        gpu: Gpu,
        layouts: Layouts,
        name: str,
        bindings: Bindings,
        layout: wgpu.GPUBindGroupLayout,
        look: Look,
        *,
        texts: Sequence[str] = (),
        enable: Sequence[str] = (),
    ) -> None:
        """bindings, layout: of the pass's own group.  texts, enable: see `program`."""
        self._device, self._layouts, self._name = gpu.device, layouts, name
        self._bindings, self._layout, self._look = bindings, layout, look
        self._texts, self._enable = texts, enable
        self._modules: dict[groups.Sampling, wgpu.GPUShaderModule] = {}
        self._made: dict[tuple[PipelineClass, groups.Sampling], wgpu.GPURenderPipeline] = {}

    def of(self, kind: PipelineClass, sampling: groups.Sampling) -> wgpu.GPURenderPipeline:
        """The pipeline for a class, of a scene that samples like this. Raises ShaderError."""
        found = self._made.get((kind, sampling))
        if found is not None:
            return found
        if sampling not in self._modules:
            seen = [self._bindings, groups.materials(sampling.pools), groups.DRAW]
            made = program(self._name, seen, [sampling.wgsl(), *self._texts], enable=self._enable)
            self._modules[sampling] = made.compile(self._device)
        module, shared = self._modules[sampling], self._layouts
        described = self._look(kind)
        for stage in ("vertex", "fragment"):
            if described.get(stage) is not None:
                described[stage] = {"module": module, **described[stage]}
        layouts = [shared.frame, self._layout, shared.materials[sampling.pools], shared.draw]
        pipeline = self._device.create_render_pipeline(
            label=f"{self._name} {kind.name.lower()}",
            layout=self._device.create_pipeline_layout(bind_group_layouts=layouts),
            **described,
        )
        self._made[kind, sampling] = pipeline
        return pipeline


_OVER = {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"}
PREMULTIPLIED: dict[str, Any] = {"color": _OVER, "alpha": _OVER}
"""A blend: over what is there, by an alpha that the colour is multiplied with already."""


def screen_pipeline(
    gpu: Gpu,
    label: str,
    module: wgpu.GPUShaderModule,
    layouts: Sequence[wgpu.GPUBindGroupLayout],
    format: str,
    *,
    entry: str = "fragment",
    blend: dict[str, Any] | None = None,
    depth: dict[str, Any] | None = None,
) -> wgpu.GPURenderPipeline:
    """A pipeline that covers the screen: the module's `vertex`, and one target of a format."""
    target: dict[str, Any] = {"format": format}
    if blend is not None:
        target["blend"] = blend
    return gpu.device.create_render_pipeline(
        label=label,
        layout=gpu.device.create_pipeline_layout(bind_group_layouts=layouts),
        vertex={"module": module, "entry_point": "vertex"},
        fragment={"module": module, "entry_point": entry, "targets": [target]},
        primitive={"topology": "triangle-list"},
        depth_stencil=depth,
    )
