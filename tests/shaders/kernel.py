"""Runs a piece of WGSL once on buffers, for tests."""

from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from dreamwell.engine.gpu import Gpu
from dreamwell.shaders.bindings import Bindings


def buffer(gpu: Gpu, values: NDArray[Any]) -> wgpu.GPUBuffer:
    """A buffer that holds an array."""
    usage = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_SRC
    return gpu.device.create_buffer_with_data(data=values.tobytes(), usage=usage)


def not_written(gpu: Gpu, count: int) -> wgpu.GPUBuffer:
    """A buffer of `count` NaN, which a kernel has to write all over."""
    return buffer(gpu, np.full(count, np.nan, np.float32))


def read(gpu: Gpu, source: wgpu.GPUBuffer, dtype: Any) -> NDArray[Any]:
    """What a buffer holds, as an array."""
    raw: Any = gpu.device.queue.read_buffer(source)
    return np.frombuffer(raw, dtype)


def run(gpu: Gpu, code: str, group: Bindings, **buffers: wgpu.GPUBuffer) -> None:
    """Compile `code` behind the declarations of `group` and run one workgroup of its `main`."""
    device, layout = gpu.device, group.layout(gpu.device)
    module = device.create_shader_module(code="".join(group.declares) + group.wgsl() + code)
    pipeline = device.create_compute_pipeline(
        layout=device.create_pipeline_layout(bind_group_layouts=[layout]),
        compute={"module": module, "entry_point": "main"},
    )
    encoder = device.create_command_encoder()
    compute = encoder.begin_compute_pass()
    compute.set_pipeline(pipeline)
    compute.set_bind_group(group.group, group.bind(device, layout, **{k: {"buffer": b} for k, b in buffers.items()}))
    compute.dispatch_workgroups(1)
    compute.end()
    device.queue.submit([encoder.finish()])
