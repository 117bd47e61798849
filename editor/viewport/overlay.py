"""Drawn over the viewport's picture on the GPU: the grid, lines, and the edges of what is selected.

All of it knows the picture's depth, so that it goes behind what is in front of it. Colours are the screen's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ...engine.camera import Eye
from ...engine.gpu import Gpu
from ...fabric.buffers import buffer
from ...fabric.pipelines import PREMULTIPLIED, screen_pipeline
from ...shaders.bindings import FRAGMENT, VERTEX, Bindings, storage, texture, uniform
from ...shaders.layout import f32, mat4, runtime_array, struct, u32, vec2, vec3, vec4
from ...shaders.modules import program
from .frame import Frame

OVER = struct(
    "Over",
    clip_from_world=mat4,
    eye=vec3,
    orthographic=f32,  # 1 or 0
    right=vec3,  # what a ray gains from the middle of the picture to its right edge
    cell=f32,  # metres
    up=vec3,
    minor=f32,  # how much of the small cells is seen
    forward=vec3,
    reach=f32,  # metres from `focus` where the grid has faded
    focus=vec3,
    line=f32,  # pixels that lines are wide
    grid_u=vec3,
    outline=f32,  # pixels
    grid_v=vec3,
    size=vec2,  # pixels
    grid_color=vec4,
    u_color=vec4,
    v_color=vec4,
    selected_color=vec4,
    active_color=vec4,
    below_color=vec4,
)
LINE = struct("Line", a=vec3, width=f32, b=vec3, hidden=f32, color=vec4)
"""From a to b (world, metres), as wide as `width` points. hidden: what is left of it behind something."""

_OVER = Bindings(
    "frame",
    VERTEX | FRAGMENT,
    over=uniform(OVER),
    depth=texture("2d", "depth"),
    surfaces=texture("2d", "uint"),
    selected=storage(runtime_array(u32)),
    lines=storage(runtime_array(LINE)),
)

_FEWEST = 256

Rgba = tuple[float, float, float, float]
_WAYS = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


@dataclass(frozen=True)
class Colours:
    """What the overlay is drawn in: screen colours and alpha."""

    grid: Rgba = (0.62, 0.66, 0.74, 0.42)
    x: Rgba = (0.90, 0.36, 0.40, 0.85)
    y: Rgba = (0.52, 0.75, 0.35, 0.85)
    z: Rgba = (0.36, 0.58, 0.94, 0.85)
    selected: Rgba = (1.0, 0.55, 0.16, 1.0)
    active: Rgba = (1.0, 0.72, 0.30, 1.0)
    below: Rgba = (1.0, 0.55, 0.16, 0.55)

    def axis(self, name: str) -> Rgba:
        """Of the axis x, y or z."""
        return {"x": self.x, "y": self.y, "z": self.z}[name]


class Overlay:
    """Draws over a picture, whose format it is made for."""

    def __init__(self, gpu: Gpu, format: str) -> None:
        self.gpu = gpu
        self.colours = Colours()
        self.scale = 1.0
        """Pixels of a point."""
        self._values = np.zeros((), OVER.dtype)
        device = gpu.device
        self._uniform = buffer(gpu, "over", OVER.size, wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST)
        self._layout = _OVER.layout(device)
        self._selected = buffer(gpu, "selected", 64)
        self._lines = buffer(gpu, "lines", LINE.size * _FEWEST)
        self.lines = 0
        """How many are drawn."""
        self._nothing = device.create_texture(
            label="no surfaces", size=(1, 1, 1), format="rg32uint", usage=wgpu.TextureUsage.TEXTURE_BINDING
        ).create_view()
        module = program("overlay", [_OVER], folder=Path(__file__).parent).compile(device)
        blend = PREMULTIPLIED
        self._grid = screen_pipeline(gpu, "grid", module, [self._layout], format, entry="grid", blend=blend)
        self._outline = screen_pipeline(gpu, "outline", module, [self._layout], format, entry="outline", blend=blend)
        self._strokes = device.create_render_pipeline(
            label="strokes",
            layout=device.create_pipeline_layout(bind_group_layouts=[self._layout]),
            vertex={"module": module, "entry_point": "line_vertex"},
            fragment={
                "module": module,
                "entry_point": "line_fragment",
                "targets": [{"format": format, "blend": blend}],
            },
            primitive={"topology": "triangle-list"},
        )
        self._bound: tuple[Any, ...] = ()
        self._group: wgpu.GPUBindGroup | None = None

    def select(self, codes: NDArray[np.uint8]) -> None:
        """(n,) by the row of an object: 0 nothing, 1 below what is selected, 2 selected, 3 the active one."""
        data = np.zeros(max(64, -(-len(codes) // 16) * 16), np.uint8)
        data[: len(codes)] = codes
        if self._selected.size < len(data):
            self._selected = buffer(self.gpu, "selected", 2 * len(data))
        self.gpu.device.queue.write_buffer(self._selected, 0, data)

    def draw_lines(self, lines: NDArray[np.void]) -> None:
        """(k,) LINE from now on."""
        self.lines = len(lines)
        if not self.lines:
            return
        if self._lines.size < lines.nbytes:
            self._lines = buffer(self.gpu, "lines", 2 * lines.nbytes)
        self.gpu.device.queue.write_buffer(self._lines, 0, np.ascontiguousarray(lines).view(np.uint8))

    def draw(
        self,
        target: wgpu.GPUTextureView,
        size: tuple[int, int],
        eye: Eye,
        clip_from_world: NDArray[np.float64],
        depth: wgpu.GPUTextureView,
        surfaces: wgpu.GPUTextureView | None,
        *,
        grid: bool,
        focus: tuple[float, float, float],
        distance: float,
        plane: str = "xz",
    ) -> None:
        """Draw over `target`, of a size in pixels, that was drawn through an eye; submits.

        clip_from_world: (4, 4) of the picture, see `Fabric.clip_from_world`, as is `depth`.
        surfaces: what `Fabric.surfaces` gave, where something is selected.  focus, distance: what is looked at, and how
        far away that is, metres.  plane: of the grid, two axes.
        """
        if not grid and surfaces is None and not self.lines:
            return
        self._fill(size, eye, clip_from_world, focus, distance, plane)
        bound = depth, surfaces, self._selected, self._lines
        if self._group is None or any(a is not b for a, b in zip(bound, self._bound, strict=True)):
            self._bound = bound
            self._group = _OVER.bind(
                self.gpu.device,
                self._layout,
                over={"buffer": self._uniform},
                depth=depth,
                surfaces=self._nothing if surfaces is None else surfaces,
                selected={"buffer": self._selected},
                lines={"buffer": self._lines},
            )
        encoder = self.gpu.device.create_command_encoder(label="viewport overlay")
        render = encoder.begin_render_pass(
            label="viewport overlay", color_attachments=[{"view": target, "load_op": "load", "store_op": "store"}]
        )
        render.set_bind_group(0, self._group)
        if grid:
            render.set_pipeline(self._grid)
            render.draw(3)
        if surfaces is not None:
            render.set_pipeline(self._outline)
            render.draw(3)
        if self.lines:
            render.set_pipeline(self._strokes)
            render.draw(6, self.lines)
        render.end()
        self.gpu.device.queue.submit([encoder.finish()])

    def _fill(self, size: tuple[int, int], eye: Eye, clip: Any, focus: Any, distance: float, plane: str) -> None:
        v, colours, lens = self._values, self.colours, eye.lens
        frame = Frame.of(eye, (0, 0, *size))
        half = lens.height / 2 if lens.orthographic else math.tan(math.radians(lens.fov_y) / 2)
        v["clip_from_world"] = clip.T
        v["eye"], v["orthographic"] = frame.eye, lens.orthographic
        v["right"], v["up"] = frame.axes[:, 0] * half * size[0] / size[1], frame.axes[:, 1] * half
        v["forward"], v["focus"], v["size"] = frame.forward, focus, size
        tens = math.log10(max(distance, 1e-4) / 4)
        v["cell"], v["minor"] = 10 ** math.floor(tens), 1 - (tens - math.floor(tens)) ** 2
        v["reach"] = max(20 * distance, 10.0)
        v["line"], v["outline"] = self.scale, 2 * self.scale
        v["grid_u"], v["grid_v"] = _WAYS[plane[0]], _WAYS[plane[1]]
        v["grid_color"], v["u_color"], v["v_color"] = colours.grid, colours.axis(plane[0]), colours.axis(plane[1])
        v["selected_color"], v["active_color"], v["below_color"] = colours.selected, colours.active, colours.below
        self.gpu.device.queue.write_buffer(self._uniform, 0, v.tobytes())
