"""Draws what Dear ImGui lays out: its lists of triangles, its font atlas, and textures of ours.

Colours are the screen's own, and so is the target: a format without sRGB, into which they go as they are. Blending
happens in these values, as Dear ImGui's styles are made for.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import wgpu
from imgui_bundle import imgui
from numpy.typing import NDArray

from ...engine.gpu import Gpu
from ...shaders.bindings import FRAGMENT, VERTEX, Bindings, sampler, texture, uniform
from ...shaders.layout import vec4
from ...shaders.modules import program

PAGE = Bindings("frame", VERTEX, page=uniform(vec4))
PICTURE = Bindings("pass", FRAGMENT, picture=texture(), smoothly=sampler())

_VERTEX, _INDEX = imgui.VERTEX_SIZE, imgui.INDEX_SIZE
_KEPT_FRAMES = 2
"""Frames that a texture is kept after it was given back: draw data that names it may still be drawn."""

_OVER = {
    "color": {"src_factor": "src-alpha", "dst_factor": "one-minus-src-alpha", "operation": "add"},
    "alpha": {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"},
}


class _Stream:
    """A buffer that is filled anew every frame, and its twin in memory. Both only grow."""

    def __init__(self, gpu: Gpu, label: str, usage: int, item: int) -> None:
        self._gpu, self._label, self._usage, self._item = gpu, label, usage, item
        self._reserve(16_384)

    def _reserve(self, items: int) -> None:
        size = -(-items * self._item // 4) * 4
        self.bytes: NDArray[np.uint8] = np.zeros(size, np.uint8)
        self.buffer = self._gpu.device.create_buffer(label=self._label, size=size, usage=self._usage)

    def fill(self, parts: list[tuple[int, int]]) -> None:
        """Put the parts behind one another; each is (address, items)."""
        count = sum(items for _, items in parts)
        if count * self._item > len(self.bytes):
            self._reserve(2 * count)
        at, start = 0, self.bytes.ctypes.data
        for address, items in parts:
            ctypes.memmove(start + at, address, items * self._item)
            at += items * self._item
        if at:
            self._gpu.device.queue.write_buffer(self.buffer, 0, self.bytes, 0, -(-at // 4) * 4)


class DrawData:
    """Draws frames of one Dear ImGui context.

        draw = DrawData(gpu, "bgra8unorm")
        image = draw.texture(view)                 # for imgui.image(image, size)
        imgui.render()
        draw.draw(imgui.get_draw_data(), target)   # a texture view of that format

    Raises nothing by itself: a texture that was given back is drawn as nothing.
    """

    def __init__(self, gpu: Gpu, format: str) -> None:
        self.gpu = gpu
        device = gpu.device
        io = imgui.get_io()
        io.backend_flags |= imgui.BackendFlags_.renderer_has_vtx_offset
        io.backend_flags |= imgui.BackendFlags_.renderer_has_textures
        usage = wgpu.BufferUsage
        self._vertices = _Stream(gpu, "ui vertices", usage.VERTEX | usage.COPY_DST, _VERTEX)
        self._indices = _Stream(gpu, "ui indices", usage.INDEX | usage.COPY_DST, _INDEX)
        self._index_format: Any = "uint16" if _INDEX == 2 else "uint32"
        self._page = device.create_buffer(label="ui page", size=16, usage=usage.UNIFORM | usage.COPY_DST)
        self._layouts = [PAGE.layout(device), PICTURE.layout(device)]
        self._page_group = PAGE.bind(device, self._layouts[0], page={"buffer": self._page})
        self._page_values = np.zeros(4, np.float32)
        self._sampler = device.create_sampler(label="ui", mag_filter="linear", min_filter="linear")
        module = program("ui", [PAGE, PICTURE], folder=Path(__file__).parent).compile(device)
        attributes = [
            {"format": "float32x2", "offset": 0, "shader_location": 0},
            {"format": "float32x2", "offset": 8, "shader_location": 1},
            {"format": "unorm8x4", "offset": 16, "shader_location": 2},
        ]
        vertices: Any = {"array_stride": _VERTEX, "step_mode": "vertex", "attributes": attributes}
        target: Any = {"format": format, "blend": _OVER}
        self._pipeline = device.create_render_pipeline(
            label="ui",
            layout=device.create_pipeline_layout(bind_group_layouts=self._layouts),
            vertex={"module": module, "entry_point": "vertex", "buffers": [vertices]},
            fragment={"module": module, "entry_point": "fragment", "targets": [target]},
            primitive={"topology": "triangle-list"},
        )
        self._next = 1
        self._groups: dict[int, wgpu.GPUBindGroup] = {}
        self._own: dict[int, wgpu.GPUTexture] = {}  # those of Dear ImGui: the font atlas
        self._going: list[tuple[int, int]] = []  # (frame, id)
        self._frame = 0

    # ---- textures ---------------------------------------------------------------------------------------------------

    def texture(self, view: wgpu.GPUTextureView) -> imgui.ImTextureRef:
        """What `imgui.image` draws a texture by, until it is given to `forget`."""
        return imgui.ImTextureRef(self._add(view))

    def forget(self, reference: imgui.ImTextureRef) -> None:
        """Let go of a texture, a few frames later."""
        self._going.append((self._frame, reference.get_tex_id()))

    def _add(self, view: wgpu.GPUTextureView) -> int:
        number, self._next = self._next, self._next + 1
        self._groups[number] = PICTURE.bind(self.gpu.device, self._layouts[1], picture=view, smoothly=self._sampler)
        return number

    def _let_go(self) -> None:
        for frame, number in self._going:
            if self._frame - frame > _KEPT_FRAMES:
                self._groups.pop(number, None)
        self._going = [one for one in self._going if self._frame - one[0] <= _KEPT_FRAMES]

    def _follow(self, atlas: imgui.ImTextureData) -> None:
        """Do with a texture of Dear ImGui's what it asks for."""
        status = imgui.ImTextureStatus
        if atlas.status == status.want_create:
            made = self.gpu.device.create_texture(
                label="ui atlas",
                size=(atlas.width, atlas.height, 1),
                format="rgba8unorm",
                usage=wgpu.TextureUsage.COPY_DST | wgpu.TextureUsage.TEXTURE_BINDING,
            )
            number = self._add(made.create_view())
            self._own[number] = made
            atlas.set_tex_id(number)
            if not atlas.want_destroy_next_frame:  # else it was replaced before it was seen, and its pixels are gone
                self._send(atlas, 0, 0, atlas.width, atlas.height)
            atlas.set_status(status.ok)
        elif atlas.status == status.want_updates and not atlas.want_destroy_next_frame:
            changed = atlas.update_rect
            self._send(atlas, changed.x, changed.y, changed.w, changed.h)
            atlas.set_status(status.ok)
        elif atlas.status == status.want_destroy and atlas.unused_frames > 0:
            self._own.pop(atlas.tex_id, None)
            self._groups.pop(atlas.tex_id, None)
            atlas.set_tex_id(0)
            atlas.set_status(status.destroyed)

    def _send(self, atlas: imgui.ImTextureData, x: int, y: int, w: int, h: int) -> None:
        pixels = np.asarray(atlas.get_pixels_array()).reshape(-1)
        pitch = atlas.width * atlas.bytes_per_pixel
        start = y * pitch + x * atlas.bytes_per_pixel
        # The last row ends with the rectangle: what lies behind it may be no memory of ours.
        rows = pixels[start : start + (h - 1) * pitch + w * atlas.bytes_per_pixel]
        self.gpu.device.queue.write_texture(
            {"texture": self._own[atlas.tex_id], "origin": (x, y, 0)},
            rows,
            {"bytes_per_row": pitch, "rows_per_image": h},
            (w, h, 1),
        )

    # ---- a frame ----------------------------------------------------------------------------------------------------

    def draw(
        self,
        data: imgui.ImDrawData,
        target: wgpu.GPUTextureView,
        size: tuple[int, int],
        background: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        """Draw a frame into a texture view of a size in pixels, over a background in the screen's values; submits."""
        self._frame += 1
        self._let_go()
        for atlas in data.textures:
            if atlas.status != imgui.ImTextureStatus.ok:
                self._follow(atlas)
        self._place(data)
        lists = list(data.cmd_lists)
        self._vertices.fill([(one.vtx_buffer.data_address(), one.vtx_buffer.size()) for one in lists])
        self._indices.fill([(one.idx_buffer.data_address(), one.idx_buffer.size()) for one in lists])
        encoder = self.gpu.device.create_command_encoder(label="ui")
        render = encoder.begin_render_pass(
            label="ui",
            color_attachments=[
                {"view": target, "clear_value": (*background, 1.0), "load_op": "clear", "store_op": "store"}
            ],
        )
        render.set_pipeline(self._pipeline)
        render.set_bind_group(0, self._page_group)
        render.set_vertex_buffer(0, self._vertices.buffer)
        render.set_index_buffer(self._indices.buffer, self._index_format)
        self._record(render, data, lists, size)
        render.end()
        self.gpu.device.queue.submit([encoder.finish()])

    def _place(self, data: imgui.ImDrawData) -> None:
        """Clip space from Dear ImGui's: factors, then what is added."""
        wide, high = data.display_size.x, data.display_size.y
        if wide <= 0 or high <= 0:
            return
        left, top = data.display_pos.x, data.display_pos.y
        page = np.array([2 / wide, -2 / high, -1 - 2 * left / wide, 1 + 2 * top / high], np.float32)
        if (page != self._page_values).any():
            self._page_values = page
            self.gpu.device.queue.write_buffer(self._page, 0, page)

    def _record(
        self, render: wgpu.GPURenderPassEncoder, data: imgui.ImDrawData, lists: list[Any], size: tuple[int, int]
    ) -> None:
        left, top = data.display_pos.x, data.display_pos.y
        sx, sy = data.framebuffer_scale.x, data.framebuffer_scale.y
        width, height = size
        groups, bound, scissor = self._groups, -1, (0, 0, 0, 0)
        first_vertex = first_index = 0
        for one in lists:
            for command in one.cmd_buffer:
                count = command.elem_count
                if not count:
                    continue
                clip = command.clip_rect
                x0, y0 = max(0, int((clip.x - left) * sx)), max(0, int((clip.y - top) * sy))
                x1, y1 = min(width, int((clip.z - left) * sx)), min(height, int((clip.w - top) * sy))
                number = command.tex_ref.get_tex_id()
                if x1 <= x0 or y1 <= y0 or number not in groups:
                    continue
                if number != bound:
                    bound = number
                    render.set_bind_group(1, groups[number])
                if scissor != (x0, y0, x1 - x0, y1 - y0):
                    scissor = (x0, y0, x1 - x0, y1 - y0)
                    render.set_scissor_rect(*scissor)
                render.draw_indexed(count, 1, command.idx_offset + first_index, command.vtx_offset + first_vertex)
            first_vertex += one.vtx_buffer.size()
            first_index += one.idx_buffer.size()
