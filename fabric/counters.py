"""What a frame drew and left out, read back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..shaders.structs import DRAW_COMMAND, CullResult
from .illumination import Illumination
from .scene_buffers import GpuScene


def counters(scene: GpuScene, light: Illumination) -> dict[str, int]:
    """See `Fabric.counters`. Waits for the GPU."""
    queue = scene.gpu.device.queue
    raw_args: Any = queue.read_buffer(scene.view_target.args)
    args = np.frombuffer(raw_args, DRAW_COMMAND.dtype, count=2 * scene.batches + 1)
    opaque, blended = args[:-1], int(args["instance_count"][-1])
    counts = opaque["instance_count"].astype(np.int64)
    raw_states: Any = queue.read_buffer(scene.states)
    results = np.bincount(np.frombuffer(raw_states, np.uint32, count=scene.count) >> 4 & 7, minlength=8)
    left_out = {r.name.lower(): int(results[r]) for r in CullResult if r not in (CullResult.DRAWN, CullResult.ABSENT)}
    shadows = light.shadows.counts()
    entries, overflows = light.clusters.counters() if light.clustered(scene) else (0, 0)
    instances = int(counts.sum()) + blended
    triangles = int((counts * (opaque["index_count"] // 3)).sum()) + scene.blended_triangles(blended)
    return {
        "draws": int(np.count_nonzero(counts)) + blended,
        "instances": instances,
        "triangles": triangles,
        "culled": scene.count - int(results[CullResult.ABSENT]) - instances,
        **left_out,
        "shadow_maps": shadows.drawn,
        "shadow_maps_kept": shadows.kept,
        "lights_without_maps": shadows.left_out,
        "lights": scene.lights.alight,
        "light_entries": entries,
        "light_room": light.clusters.room,
        "light_overflows": overflows,
    }
