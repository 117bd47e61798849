"""Debug views of surfaces and of light: a value for every pixel, shown as a colour or read back as it is.

Surfaces are drawn once more with the main pass's surface function (`view_surface.wgsl`) into a float texture; what is
measured of the picture (luminance, bloom) is written there too. `view_show.wgsl` turns values into colours, in place
of the tone mapping. Where no such view is on, none of this exists.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu
from ..engine.scene.settings import RenderSettings
from ..shaders import groups
from ..shaders.modules import FOLDER, program
from ..shaders.structs import HISTOGRAM_BINS, PipelineClass
from .buffers import buffer, filled
from .draws import ATTRIBUTES, POSITIONS, draw_unordered, multi_draw, primitive, set_scene
from .layouts import Layouts
from .overlay import BAR_BOTTOM, BAR_HEIGHT, BAR_LEFT, BAR_WIDTH, Legend
from .pipelines import PREMULTIPLIED, screen_pipeline
from .scene_buffers import GpuScene
from .tape import Encoder
from .targets import COPY_SRC, DEPTH_FORMAT, drawn, read

F32 = NDArray[np.float32]

CHANNELS: dict[str, int] = {
    "depth": 1,
    "normal": 3,
    "albedo": 3,
    "roughness": 1,
    "metallic": 1,
    "emissive": 3,
    "shadows": 1,
    "uv": 2,
    "luminance": 1,
    "bloom": 3,
    "wireframe": 1,
    "overdraw": 1,
    "lights": 1,
    "objects": 1,
    "materials": 1,
    "batches": 1,
}
"""The views that have values, and how many for each pixel. Their order is that of the shaders' VIEW_*."""
OF_THE_PICTURE = ("luminance", "bloom")
"""Measured of the picture; all others draw surfaces once more."""

RAMP = (
    (0.02, 0.02, 0.08),
    (0.14, 0.11, 0.47),
    (0.09, 0.38, 0.74),
    (0.07, 0.62, 0.62),
    (0.32, 0.76, 0.30),
    (0.90, 0.82, 0.18),
    (0.95, 0.48, 0.10),
    (0.82, 0.10, 0.12),
    (1.00, 0.88, 0.86),
)
"""Screen colours from few to many, evenly spaced."""
HISTOGRAM_HEIGHT = 40
"""Dots of the overlay's font."""
MOST_OVERDRAWN = 16
"""Layers at the end of the scale."""

_FLOAT, _COUNT = "rgba32float", "r16float"
_ADD = {"src_factor": "one", "dst_factor": "one", "operation": "add"}


def ramp(t: Any) -> NDArray[np.float64]:
    """Screen colours (..., 3) at places 0 to 1 of the scale."""
    place = np.clip(np.asarray(t, np.float64), 0, 1) * (len(RAMP) - 1)
    return np.stack([np.interp(place, range(len(RAMP)), channel) for channel in zip(*RAMP, strict=True)], axis=-1)


def constants(view: str, *, histogram: bool = False) -> str:
    """WGSL: VIEW and a VIEW_* for every view, RAMP, HISTOGRAM, and where the legend lies."""
    names = "".join(f"const VIEW_{name.upper()} = {i}u;\n" for i, name in enumerate(CHANNELS))
    colors = ", ".join(f"vec3f({r}, {g}, {b})" for r, g, b in RAMP)
    return (
        f"{names}const VIEW = VIEW_{view.upper()};\nconst HISTOGRAM = {str(histogram).lower()};\n"
        f"const RAMP_STEPS = {len(RAMP)}u;\nconst RAMP = array<vec3f, {len(RAMP)}>({colors});\n"
        f"const LEGEND_LEFT = {BAR_LEFT}.0;\nconst LEGEND_WIDTH = {BAR_WIDTH}.0;\n"
        f"const LEGEND_TOP = {BAR_BOTTOM + BAR_HEIGHT}.0;\nconst HISTOGRAM_HEIGHT = {HISTOGRAM_HEIGHT}.0;\n"
    )


# ---- legends ------------------------------------------------------------------------------------------------------


@cache
def _debug_colors() -> dict[str, tuple[float, float, float]]:
    """Colours of the screen for the names in `debug.wgsl`."""
    source = (FOLDER / "debug.wgsl").read_text(encoding="utf-8")
    found = re.findall(r"const ([A-Z]+) = vec3f\(([^)]*)\);", source)

    def encoded(x: float) -> float:
        return 12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055

    out: dict[str, tuple[float, float, float]] = {}
    for name, numbers in found:
        r, g, b = (encoded(float(number)) for number in numbers.split(","))
        out[name] = (r, g, b)
    return out


_SWATCHES = {
    "rings": ("ACTIVE", "DECOHERING", "SUPERPOSED", "DORMANT"),
    "cull": ("EARLY", "LATE", "OUTSIDE", "SMALL", "FAR", "OCCLUDED"),
    "cascades": ("FIRST", "SECOND", "THIRD", "FOURTH", "BEYOND"),
}


def _steps(start: float, end: float, count: int = 75) -> list[tuple[float, float, float]]:
    found = ramp(start + (np.arange(count) + 0.5) / count * (end - start))
    return [(r, g, b) for r, g, b in found.tolist()]


def legend_of(settings: RenderSettings, *, measured: bool) -> Legend:
    """The name and the colours of the view that is on. measured: automatic exposure has a histogram."""
    view = settings.debug.view
    if view in _SWATCHES:
        return Legend(view, swatches=[(_debug_colors()[name], name.lower()) for name in _SWATCHES[view]])
    grey = [(k / 74, k / 74, k / 74) for k in range(75)]
    match view:
        case "depth":
            return Legend("depth (m)", _steps(0.97, 0.12), [(k / 4, "") for k in range(5)])
        case "motion":
            return Legend("motion (3 pixels: half of the range)")
        case "ao":
            return Legend("ambient occlusion", grey, [(0, "0"), (1, "open")])
        case "shadows":
            return Legend("shadows (part of direct light)", grey, [(0, "0"), (0.5, "0.5"), (1, "1")])
        case "roughness" | "metallic":
            return Legend(view, grey, [(0, "0"), (0.5, "0.5"), (1, "1")])
        case "normal":
            return Legend(
                "normal (world)", swatches=[((1, 0.5, 0.5), "+x"), ((0.5, 1, 0.5), "+y"), ((0.5, 0.5, 1), "+z")]
            )
        case "uv":
            return Legend("uv (first set)", swatches=[((1, 0, 0.15), "u"), ((0, 1, 0.15), "v")])
        case "lights":
            marks = [(np.log2(1 + n) / 8, str(n)) for n in (0, 1, 3, 7, 15, 31, 63, 255)]
            return Legend("lights per pixel", _steps(0, 1), marks)
        case "overdraw":
            return Legend("overdraw (layers)", _steps(0, 1), [(n / MOST_OVERDRAWN, str(n)) for n in (0, 4, 8, 12, 16)])
        case "luminance":
            bands = [(0.5, 0.5, 0.5) if k == 8 else tuple(ramp(k / 16).tolist()) for k in range(17)]
            # The outermost bands are half as wide: what is beyond them has their colour too.
            halves = [bands[(k + 1) // 2] for k in range(32)]
            marks = [((n + 8) / 16, f"{n:+d}" if n else "0") for n in (-8, -4, 0, 4, 8)]
            return Legend("luminance (stops)" + (", histogram" if measured else ""), halves, marks)
        case _:
            return Legend(view)


# ---- drawing ------------------------------------------------------------------------------------------------------


class Views:
    """Draws the view that the settings ask for: `record` its values, `show` their colours."""

    def __init__(self, gpu: Gpu, layouts: Layouts) -> None:
        self.gpu, self.layouts = gpu, layouts
        self.view = ""
        self.histogram = buffer(gpu, "histogram, to show", 8 * HISTOGRAM_BINS)
        """As automatic exposure's, of the last picture that it measured."""
        self._show_layout = groups.VIEW_SHOW.layout(gpu.device)
        self._modules: dict[tuple[Any, ...], wgpu.GPUShaderModule] = {}
        self._pipelines: dict[tuple[Any, ...], wgpu.GPURenderPipeline] = {}
        self._lines: tuple[wgpu.GPUBuffer, list[wgpu.GPUBuffer]] | None = None

    def resize(self, size: tuple[int, int], view: str) -> None:
        """Make the texture for a view's values."""
        self.view, self.size = view, size
        self.texture = drawn(self.gpu, "view", size, self.format, COPY_SRC)
        self.values = self.texture.create_view()
        self._group = groups.VIEW_SHOW.bind(
            self.gpu.device, self._show_layout, values=self.values, histogram={"buffer": self.histogram}
        )

    @property
    def format(self) -> Any:
        """The texture format of the values."""
        return _COUNT if self.view == "overdraw" else _FLOAT

    @property
    def covers(self) -> bool:
        """Whether nothing of the picture is seen behind it."""
        return self.view not in ("wireframe", "bloom")

    def _surfaces(
        self, kind: PipelineClass, sampling: groups.Sampling, lighting: groups.Lighting
    ) -> wgpu.GPURenderPipeline:
        """The pipeline that draws a class of surfaces into the values."""
        view, device = self.view, self.gpu.device
        shadows = lighting.shadows if view == "shadows" else groups.Shadowing()
        lighting = groups.Lighting(shadows, clustered=lighting.clustered)
        key = view, kind, sampling, lighting
        if key in self._pipelines:
            return self._pipelines[key]
        seen = [groups.FRAME, groups.MAIN, groups.materials(sampling.pools), groups.DRAW]
        if (view, sampling, lighting) not in self._modules:
            texts = [sampling.wgsl(), lighting.wgsl(), constants(view)]
            self._modules[view, sampling, lighting] = program("view_surface", seen, texts).compile(device)
        module = self._modules[view, sampling, lighting]
        wire, blend, counted = view == "wireframe", kind == PipelineClass.BLEND, view == "overdraw"
        target: dict[str, Any] = {"format": self.format}
        if counted:
            target["blend"] = {"color": _ADD, "alpha": _ADD}
        depth: Any = {
            "format": DEPTH_FORMAT,
            "depth_write_enabled": False,
            "depth_compare": "greater-equal" if wire else "greater" if blend else "equal",
        }
        entry = "wire_fragment" if wire else "glass_value_fragment" if blend else "value_fragment"
        layouts = [self.layouts.frame, self.layouts.main, self.layouts.materials[sampling.pools], self.layouts.draw]
        self._pipelines[key] = made = device.create_render_pipeline(
            label=f"view {view} {kind.name.lower()}",
            layout=device.create_pipeline_layout(bind_group_layouts=layouts),
            vertex={
                "module": module,
                "entry_point": "wire_vertex" if wire else "vertex",
                "buffers": [POSITIONS] if wire else [POSITIONS, ATTRIBUTES],
            },
            fragment={"module": module, "entry_point": entry, "targets": [target]},
            primitive={"topology": "line-list"} if wire else primitive(kind),
            depth_stencil=None if counted else depth,
        )
        return made

    def _picture(self) -> wgpu.GPURenderPipeline:
        """The pipeline that measures the picture."""
        if (self.view,) not in self._pipelines:
            module = program("view_picture", [groups.FRAME, groups.TONEMAP]).compile(self.gpu.device)
            layouts, entry = [self.layouts.frame, self.layouts.tonemap], f"{self.view}_fragment"
            label = f"view {self.view}"
            self._pipelines[(self.view,)] = screen_pipeline(self.gpu, label, module, layouts, _FLOAT, entry=entry)
        return self._pipelines[(self.view,)]

    def record(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        main_group: wgpu.GPUBindGroup,
        picture: wgpu.GPUBindGroup,
        scene: GpuScene,
        depth: wgpu.GPUTextureView,
        lighting: groups.Lighting,
    ) -> None:
        """Write the values. `picture`: the tone mapping's group; `lighting`: that of the main pass."""
        counted = self.view == "overdraw"
        own = {"view": self.values, "clear_value": (0, 0, 0, 0), "load_op": "clear", "store_op": "store"}
        if self.view in OF_THE_PICTURE:
            render = encoder.begin_render_pass(label=f"view {self.view}", color_attachments=[own])
            render.set_pipeline(self._picture())
            render.set_bind_group(0, frame_group)
            render.set_bind_group(1, picture)
            render.draw(3)
            render.end()
            return
        surfaces: Any = None if counted else {"view": depth, "depth_load_op": "load", "depth_store_op": "store"}
        render = encoder.begin_render_pass(
            label=f"view {self.view}", color_attachments=[own], depth_stencil_attachment=surfaces
        )
        set_scene(render, frame_group, main_group, scene)
        for indices in self._edges(scene) if self.view == "wireframe" else [scene.indices]:
            render.set_index_buffer(indices, "uint32")
            for kind, first, count in scene.runs:
                render.set_pipeline(self._surfaces(kind, scene.sampling, lighting))
                multi_draw(render, scene.view_target.args, first, count)
                multi_draw(render, scene.view_target.args, scene.batches + first, count)
            if scene.blended:
                render.set_pipeline(self._surfaces(PipelineClass.BLEND, scene.sampling, lighting))
                multi_draw(render, scene.blend_args, 0, scene.blended)
                draw_unordered(render, scene, late=True)  # where they were when the cull was frozen
        render.end()

    def _edges(self, scene: GpuScene) -> list[wgpu.GPUBuffer]:
        """Three index buffers, one for each side of the triangles, for the draw arguments that the triangles have.

        A mesh of n triangles has 3 n indices there: n lines, then lines of no length.
        """
        if self._lines is None or self._lines[0] is not scene.indices:
            geometry = scene.woven.geometry
            sides = [geometry.indices.copy() for _ in range(3)]
            for mesh in geometry.meshes:
                first, count = int(mesh["first_index"]), int(mesh["index_count"])
                corners = geometry.indices[first : first + count].reshape(-1, 3)
                for k, side in enumerate(sides):
                    side[first : first + count] = corners[0, 0] if count else 0
                    side[first : first + 2 * len(corners)] = corners[:, [k, (k + 1) % 3]].ravel()
            usage = wgpu.BufferUsage.INDEX | wgpu.BufferUsage.COPY_DST
            self._lines = scene.indices, [filled(self.gpu, "edges", side, usage) for side in sides]
        return self._lines[1]

    def show(
        self,
        encoder: Encoder,
        frame_group: wgpu.GPUBindGroup,
        target: wgpu.GPUTextureView,
        format: str,
        *,
        measured: bool,
    ) -> None:
        """Draw the colours into `target`, over what is there where the view does not cover all.

        measured: there is a histogram of the picture.
        """
        over, measured = not self.covers, measured and self.view == "luminance"
        key = "show", self.view, format, measured
        if key not in self._pipelines:
            made = program("view_show", [groups.FRAME, groups.VIEW_SHOW], [constants(self.view, histogram=measured)])
            self._pipelines[key] = screen_pipeline(
                self.gpu,
                f"show {self.view}",
                made.compile(self.gpu.device),
                [self.layouts.frame, self._show_layout],
                format,
                entry="wire_fragment" if over else "fragment",
                blend=PREMULTIPLIED if over else None,
            )
        render = encoder.begin_render_pass(
            label="show view",
            color_attachments=[{"view": target, "load_op": "load" if over else "clear", "store_op": "store"}],
        )
        render.set_pipeline(self._pipelines[key])
        render.set_bind_group(0, frame_group)
        render.set_bind_group(1, self._group)
        render.draw(3)
        render.end()

    def read(self) -> F32:
        """(h, w) or (h, w, channels) the values of the last frame. Waits for the GPU."""
        dtype, channels = (np.float16, 1) if self.format == _COUNT else (np.float32, 4)
        found = read(self.gpu, self.texture, channels, dtype).astype(np.float32)
        count = CHANNELS[self.view]
        out = np.ascontiguousarray(found[..., :count])
        if self.view not in ("overdraw", "wireframe", *OF_THE_PICTURE):
            out[found[..., 3] == 0] = np.inf if self.view == "depth" else np.nan
        return out[..., 0] if count == 1 else out
