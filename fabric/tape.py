"""The frame on tape: commands recorded once, replayed every frame as raw calls with descriptors made beforehand.

wgpu-py checks and converts every argument of every call, and makes about a hundred Python objects a frame. The frame's
commands hardly ever change, so a pass is given a `Tape` in place of an encoder: it has the few methods that passes use,
keeps the native handles and descriptors, and replays them in a tight loop that allocates nothing which lasts.
A tape holds on to everything it refers to; when a texture or buffer is replaced, it must be recorded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import wgpu
from numpy.typing import NDArray

from ..engine.native import api, ffi, helpers
from ..engine.native import lib as _lib

_errors: Any = api.error_handler
_LOAD = {"load": _lib.WGPULoadOp_Load, "clear": _lib.WGPULoadOp_Clear}
_STORE = {"store": _lib.WGPUStoreOp_Store, "discard": _lib.WGPUStoreOp_Discard}
_INDEX = {"uint16": _lib.WGPUIndexFormat_Uint16, "uint32": _lib.WGPUIndexFormat_Uint32}

Call = tuple[Callable[..., Any], tuple[Any, ...]]


def _described(type_name: str) -> Any:
    made: Any = ffi.new(type_name)
    made.label.data = ffi.NULL
    made.label.length = _lib.WGPU_STRLEN
    return made


class TapePass:
    """One pass on a tape: the methods of wgpu's pass encoders that the Fabric's passes use."""

    def __init__(self, keep: list[Any], kind: str, descriptor: Any) -> None:
        self._keep = keep  # not the tape, which would then be garbage that holds on to GPU memory
        self._name = f"wgpu{kind}PassEncoder"
        self.begin: Callable[..., Any] = getattr(_lib, f"wgpuCommandEncoderBegin{kind}Pass")
        self.descriptor = descriptor
        self.calls: list[Call] = []
        self.last: Callable[..., Any] = getattr(_lib, self._name + "End")
        self.release: Callable[..., Any] = getattr(_lib, self._name + "Release")

    def _add(self, name: str, *arguments: Any) -> None:
        self.calls.append((getattr(_lib, self._name + name), arguments))

    def _handle(self, thing: Any) -> Any:
        self._keep.append(thing)
        return thing._internal

    def set_pipeline(self, pipeline: Any) -> None:
        """As wgpu's."""
        self._add("SetPipeline", self._handle(pipeline))

    def set_bind_group(self, index: int, group: Any) -> None:
        """As wgpu's, without dynamic offsets."""
        self._add("SetBindGroup", index, self._handle(group), 0, ffi.NULL)

    def set_viewport(self, x: float, y: float, width: float, height: float, near: float, far: float) -> None:
        """As wgpu's."""
        self._add("SetViewport", x, y, width, height, near, far)

    def set_scissor_rect(self, x: int, y: int, width: int, height: int) -> None:
        """As wgpu's."""
        self._add("SetScissorRect", x, y, width, height)

    def set_vertex_buffer(self, slot: int, buffer: Any) -> None:
        """As wgpu's, for the whole buffer."""
        self._add("SetVertexBuffer", slot, self._handle(buffer), 0, buffer.size)

    def set_index_buffer(self, buffer: Any, format: str) -> None:
        """As wgpu's, for the whole buffer."""
        self._add("SetIndexBuffer", self._handle(buffer), _INDEX[format], 0, buffer.size)

    def draw(self, vertices: int, instances: int = 1) -> None:
        """As wgpu's."""
        self._add("Draw", vertices, instances, 0, 0)

    def draw_indirect(self, args: Any, offset: int) -> None:
        """As wgpu's."""
        self._add("DrawIndirect", self._handle(args), offset)

    def multi_draw_indexed_indirect(self, args: Any, offset: int, count: int) -> None:
        """Native: `count` indexed draws whose arguments lie one behind the other."""
        self._add("MultiDrawIndexedIndirect", self._handle(args), offset, count)

    def dispatch_workgroups(self, x: int, y: int = 1, z: int = 1) -> None:
        """As wgpu's."""
        self._add("DispatchWorkgroups", x, y, z)

    def dispatch_workgroups_indirect(self, args: Any, offset: int) -> None:
        """As wgpu's."""
        self._add("DispatchWorkgroupsIndirect", self._handle(args), offset)

    def end(self) -> None:
        """As wgpu's."""


class Tape:
    """Records what an encoder would be told, then replays it.

    tape = Tape(device)
    self.frame(tape, ...)          # the same code that records into an encoder
    commands = tape.replay()       # every frame: a native command buffer
    tape.submit(commands)
    """

    def __init__(self, device: wgpu.GPUDevice) -> None:
        self._device: Any = device
        self._keep: list[Any] = []
        self._steps: list[Step] = []
        self._encoder_descriptor = _described("WGPUCommandEncoderDescriptor *")
        self._buffer_descriptor = _described("WGPUCommandBufferDescriptor *")

    def handle(self, thing: Any) -> Any:
        """The native handle of a wgpu object, which the tape then keeps alive."""
        self._keep.append(thing)
        return thing._internal

    # ---- recording: the methods of wgpu's encoder that the passes use -----------------------------------------------

    def begin_compute_pass(self, *, label: str = "", timestamp_writes: Mapping[str, Any] | None = None) -> TapePass:
        """As wgpu's."""
        descriptor: Any = _described("WGPUComputePassDescriptor *")
        descriptor.timestampWrites = self._timestamps(timestamp_writes)
        return self._pass("Compute", descriptor)

    def begin_render_pass(
        self,
        *,
        label: str = "",
        color_attachments: Sequence[Mapping[str, Any]],
        depth_stencil_attachment: Mapping[str, Any] | None = None,
        timestamp_writes: Mapping[str, Any] | None = None,
    ) -> TapePass:
        """As wgpu's; depth attachments have no stencil."""
        colors: Any = ffi.new("WGPURenderPassColorAttachment[]", max(1, len(color_attachments)))
        for made, given in zip(colors, color_attachments, strict=False):
            made.view = self.handle(given["view"])
            made.depthSlice = _lib.WGPU_DEPTH_SLICE_UNDEFINED
            made.loadOp, made.storeOp = _LOAD[given["load_op"]], _STORE[given["store_op"]]
            value = made.clearValue
            value.r, value.g, value.b, value.a = given.get("clear_value", (0, 0, 0, 0))
        descriptor: Any = _described("WGPURenderPassDescriptor *")
        descriptor.colorAttachmentCount = len(color_attachments)
        descriptor.colorAttachments = colors if color_attachments else ffi.NULL
        self._keep.append(colors)
        if depth_stencil_attachment is not None:
            given = depth_stencil_attachment
            depth: Any = ffi.new("WGPURenderPassDepthStencilAttachment *")
            depth.view = self.handle(given["view"])
            depth.depthReadOnly = given.get("depth_read_only", False)
            if not depth.depthReadOnly:
                depth.depthLoadOp, depth.depthStoreOp = _LOAD[given["depth_load_op"]], _STORE[given["depth_store_op"]]
                depth.depthClearValue = given.get("depth_clear_value", 0.0)
            descriptor.depthStencilAttachment = depth
            self._keep.append(depth)
        descriptor.timestampWrites = self._timestamps(timestamp_writes)
        return self._pass("Render", descriptor)

    def _timestamps(self, given: Mapping[str, Any] | None) -> Any:
        if given is None:
            return ffi.NULL
        made: Any = ffi.new("WGPUPassTimestampWrites *")
        made.querySet = self.handle(given["query_set"])
        made.beginningOfPassWriteIndex = given["beginning_of_pass_write_index"]
        made.endOfPassWriteIndex = given["end_of_pass_write_index"]
        self._keep.append(made)
        return made

    def _pass(self, kind: str, descriptor: Any) -> TapePass:
        self._keep.append(descriptor)
        made = TapePass(self._keep, kind, descriptor)
        self._steps.append(made)
        return made

    def copy_buffer_to_buffer(
        self, source: Any, source_offset: int, target: Any, target_offset: int, size: int
    ) -> None:
        """As wgpu's."""
        arguments = (self.handle(source), source_offset, self.handle(target), target_offset, size)
        self._steps.append((_lib.wgpuCommandEncoderCopyBufferToBuffer, arguments))

    def copy_texture_to_texture(
        self, source: Mapping[str, Any], target: Mapping[str, Any], size: tuple[int, int, int]
    ) -> None:
        """As wgpu's, for whole textures of one level."""
        copied: list[Any] = []
        for given in (source, target):
            made: Any = ffi.new("WGPUTexelCopyTextureInfo *")
            made.texture = self.handle(given["texture"])
            made.mipLevel = 0
            made.aspect = _lib.WGPUTextureAspect_All
            copied.append(made)
        extent: Any = ffi.new("WGPUExtent3D *", size)
        self._keep += (*copied, extent)
        self._steps.append((_lib.wgpuCommandEncoderCopyTextureToTexture, (*copied, extent)))

    def clear_buffer(self, buffer: Any, offset: int, size: int) -> None:
        """As wgpu's."""
        self._steps.append((_lib.wgpuCommandEncoderClearBuffer, (self.handle(buffer), offset, size)))

    def resolve_query_set(self, queries: Any, first: int, count: int, target: Any, offset: int) -> None:
        """As wgpu's."""
        arguments = (self.handle(queries), first, count, self.handle(target), offset)
        self._steps.append((_lib.wgpuCommandEncoderResolveQuerySet, arguments))

    def include(self, label: str, tapes: Callable[[], Sequence[Tape]]) -> None:
        """Play other tapes here: those that `tapes` gives every time."""
        self._steps.append(tapes)

    def passes(self) -> Sequence[TapePass]:
        """The passes on it."""
        return [step for step in self._steps if isinstance(step, TapePass)]

    def part(self) -> Tape:
        """A tape that can be included in this one."""
        return Tape(self._device)

    # ---- replaying ------------------------------------------------------------------------------------------------

    def replay(self) -> Any:
        """Encode everything again. Returns a native command buffer, to be given to `submit` once. Raises GPUError."""
        _errors.capture("tape")
        try:
            encoder = _lib.wgpuDeviceCreateCommandEncoder(self._device._internal, self._encoder_descriptor)
            self.play(encoder)
            commands = _lib.wgpuCommandEncoderFinish(encoder, self._buffer_descriptor)
            _lib.wgpuCommandEncoderRelease(encoder)
        finally:
            error = _errors.release("tape")
        if error:
            raise _error(error)
        return commands

    def play(self, encoder: Any) -> None:
        """Encode everything again, into a native encoder that is open."""
        encode(encoder, self._steps)


Step = TapePass | Call | Callable[[], Sequence[Tape]]
"""What a tape consists of: passes, single commands, and places where other tapes are played."""


def encode(encoder: Any, steps: Sequence[Step]) -> None:
    """Play steps of a tape into a native encoder."""
    for step in steps:
        if isinstance(step, TapePass):
            current = step.begin(encoder, step.descriptor)
            for call, arguments in step.calls:
                call(current, *arguments)
            step.last(current)
            step.release(current)
        elif isinstance(step, tuple):
            step[0](encoder, *step[1])
        else:
            for tape in step():
                tape.play(encoder)


class BufferWrite:
    """Writes an array, as it then is, to the start of a buffer: one raw call with arguments made before."""

    def __init__(self, device: wgpu.GPUDevice, buffer: wgpu.GPUBuffer, data: NDArray[Any]) -> None:
        if data.nbytes > buffer.size:
            raise ValueError(f"{data.nbytes} bytes do not fit into a buffer of {buffer.size}")
        self._keep: Any = device.queue, buffer, data
        queue, target = self._keep[0]._internal, self._keep[1]._internal
        self._arguments = (queue, target, 0, ffi.cast("void *", data.ctypes.data))
        self.size = data.nbytes

    def __call__(self, size: int | None = None) -> None:
        """Write all of it, or the first `size` bytes, a multiple of 4. Raises GPUError."""
        _errors.capture("write")
        try:
            _lib.wgpuQueueWriteBuffer(*self._arguments, self.size if size is None else size)
        finally:
            error = _errors.release("write")
        if error:
            raise _error(error)


class Submission:
    """Hands command buffers to a queue: those of wgpu-py, and native ones from a tape."""

    def __init__(self, device: wgpu.GPUDevice) -> None:
        self._queue: Any = device.queue
        self._array: Any = ffi.new("WGPUCommandBuffer[4]")

    def submit(self, *commands: Any) -> None:
        """Submit up to four command buffers, in order, each once. Raises GPUError."""
        for i, one in enumerate(commands):
            self._array[i] = getattr(one, "_internal", one)
        _errors.capture("submit")
        try:
            _lib.wgpuQueueSubmit(self._queue._internal, len(commands), self._array)
        finally:
            error = _errors.release("submit")
            self.discard(*commands)
        if error:
            raise _error(error)

    def discard(self, *commands: Any) -> None:
        """Let go of command buffers, submitted or not."""
        for one in commands:
            if not isinstance(one, wgpu.GPUCommandBuffer):  # those let go of themselves
                _lib.wgpuCommandBufferRelease(one)


Encoder = wgpu.GPUCommandEncoder | Tape
"""What a pass records into."""
ComputePass = wgpu.GPUComputePassEncoder | TapePass


def _error(error: tuple[str, str]) -> Exception:
    kind: Any = helpers.ERROR_TYPES.get(error[0], wgpu.GPUError)
    made: Exception = kind(error[1])
    return made
