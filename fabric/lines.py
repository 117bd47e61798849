"""The pass of lines: what `engine/lines.py` holds, drawn over the finished picture in one draw call."""

from __future__ import annotations

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.lines import Lines
from ..shaders import groups
from ..shaders.modules import program
from ..shaders.structs import LINE
from .buffers import buffer, upload
from .layouts import Layouts
from .sight import Sight
from .tape import Encoder

FEWEST = 256
"""Lines that there is room for at first."""
LINGERS = 30
"""Frames without lines after which there is no pass any more: those that come and go do not record the frame anew."""

_OVER = {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"}


class LinesPass:
    """Draws Lines into a picture that is there. Where there are none there is no pass."""

    def __init__(self, gpu: Gpu, layouts: Layouts, lines: Lines, view: dict[str, Any]) -> None:
        """`view`: structs.LINES_VIEW, as a resource."""
        self.gpu, self.lines, self._view = gpu, lines, view
        self._layouts = [layouts.frame, groups.LINES.layout(gpu.device)]
        self._pipelines: dict[str, wgpu.GPURenderPipeline] = {}
        self._module: wgpu.GPUShaderModule | None = None
        self._group: wgpu.GPUBindGroup | None = None
        self._depth: wgpu.GPUTextureView | None = None
        self._buffer = buffer(gpu, "lines", LINE.size * FEWEST)
        self._args = buffer(gpu, "lines draw", 16, wgpu.BufferUsage.INDIRECT | wgpu.BufferUsage.COPY_DST)
        self._version = -1
        self._idle = LINGERS
        self.count = 0
        """Lines that are drawn."""

    @property
    def on(self) -> bool:
        """Whether there is a pass."""
        return self._idle < LINGERS

    def fit(self, depth: wgpu.GPUTexture) -> None:
        """Draw before and behind surfaces of this depth."""
        self._depth, self._group = depth.create_view(), None

    def fill(self, view: NDArray[np.void], sight: Sight, density: float) -> None:
        """Write structs.LINES_VIEW for a frame."""
        if not (self.on or len(self.lines)):
            return
        view["view_proj"] = sight.steady_view_proj().T
        view["size"], view["density"], view["near"] = sight.size, density, sight.observer.near

    def prepare(self) -> bool:
        """Send what changed. Returns whether the frame has to be recorded anew."""
        if not self.lines.used:
            return False
        lines = self.lines.compose()
        version, known = self.lines.version, self._version
        self._version = version
        before, self.count = self.count, len(lines)
        was_on = self.on
        self._idle = 0 if self.count else min(self._idle + 1, LINGERS)
        queue = self.gpu.device.queue
        if self.count != before:
            queue.write_buffer(self._args, 0, np.array([6, self.count, 0, 0], np.uint32))
        if self._buffer.size < lines.nbytes:
            self._buffer = buffer(self.gpu, "lines", LINE.size * (1 << (self.count - 1).bit_length()))
            self._group, known = None, -1
        if version != known:
            first = self.lines.changed_from if version == known + 1 else 0
            upload(self.gpu, self._buffer, lines[first:], LINE.size * first)
        made = self.on and self._group is None
        if made:
            assert self._depth is not None
            self._group = groups.LINES.bind(
                self.gpu.device,
                self._layouts[1],
                lines_view=self._view,
                lines={"buffer": self._buffer},
                depth=self._depth,
            )
        return made or self.on != was_on

    def _pipeline(self, format: str) -> wgpu.GPURenderPipeline:
        if format not in self._pipelines:
            device = self.gpu.device
            self._module = self._module or program("lines", [groups.FRAME, groups.LINES]).compile(device)
            parts: dict[str, Any] = {"format": format, "blend": {"color": _OVER, "alpha": _OVER}}
            self._pipelines[format] = device.create_render_pipeline(
                label="lines",
                layout=device.create_pipeline_layout(bind_group_layouts=self._layouts),
                vertex={"module": self._module, "entry_point": "vertex"},
                fragment={"module": self._module, "entry_point": "fragment", "targets": [parts]},
                primitive={"topology": "triangle-list"},
            )
        return self._pipelines[format]

    def record(
        self, encoder: Encoder, frame_group: wgpu.GPUBindGroup, target: wgpu.GPUTextureView, format: str
    ) -> None:
        """Draw over `target`, which has the given (not sRGB) format."""
        if not self.on:
            return
        assert self._group is not None
        render = encoder.begin_render_pass(
            label="lines", color_attachments=[{"view": target, "load_op": "load", "store_op": "store"}]
        )
        render.set_pipeline(self._pipeline(format))
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, self._group)
        render.draw_indirect(self._args, 0)
        render.end()
