"""How long surroundings from a file take until they light the scene: the first time, and from the cache."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.hdr import encode_rgbe
from ..engine import cache
from ..engine.render import shared_gpu
from ..engine.scene.components import Environment
from ..engine.scene.scene import Scene
from ..fabric import Fabric
from ..loom.weave import weave

RUNS_ON = "adapter"
OBJECTS = (1024,)
"""Heights of the panoramas, in pixels; they are twice as wide."""
REPEATS = 9


def measure(objects: int, size: tuple[int, int], frames: int | None) -> dict[str, Any]:
    """{"height", "file_mb", "first_ms", "cached_ms", "kept_mb"} for a panorama `objects` pixels high.

    first: read, decode, upload, prefilter, keep; the GPU has done it all.  cached: the same again, the median of
    `frames` times.  kept: what lies in the cache then.  size does not matter here.
    """
    height, before = objects, os.environ.get(cache.VARIABLE)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ[cache.VARIABLE] = str(Path(folder) / "cache")
        try:
            path = Path(folder) / "sky.hdr"
            path.write_bytes(run_length_coded(clouds(height)))
            scene = Scene("surroundings", root=Path(folder))
            fabric = Fabric(shared_gpu(), (16, 16))
            fabric.upload_scene(weave(scene))
            scene.add("sky", Environment(source="file", file="sky.hdr"))
            first = _show(fabric, scene)
            again = [_show(fabric, scene) for _ in range(frames or REPEATS)]
            kept = sum(entry.stat().st_size for entry in Path(os.environ[cache.VARIABLE]).rglob("*.entry"))
            file_mb = path.stat().st_size / 1e6
        finally:
            os.environ.pop(cache.VARIABLE)
            if before is not None:
                os.environ[cache.VARIABLE] = before
    cached = float(np.median(again))
    return {"height": height, "file_mb": file_mb, "first_ms": first, "cached_ms": cached, "kept_mb": kept / 1e6}


def _show(fabric: Fabric, scene: Scene) -> float:
    """Milliseconds until the GPU has the scene's surroundings, other ones shown before."""
    bare = Scene("bare")
    bare.add("sky", Environment())
    fabric.set_environment(weave(bare).environment)
    _wait(fabric)
    start = time.perf_counter()
    fabric.set_environment(weave(scene).environment)
    _wait(fabric)
    return (time.perf_counter() - start) * 1e3


def _wait(fabric: Fabric) -> None:
    device = fabric.gpu.device
    device.queue.read_buffer(device.create_buffer(size=4, usage="COPY_SRC"))  # waits for all before


def clouds(height: int) -> NDArray[np.uint8]:
    """(h, 2h, 4) RGBE: noise of all sizes above, an even ground below, a small bright sun."""
    rng = np.random.default_rng(1)
    sky = np.zeros((height, 2 * height))
    for step in (1, 4, 16, 64):
        grain = rng.random((-(-height // step), -(-2 * height // step)))
        sky += step**0.5 * np.kron(grain, np.ones((step, step)))[:height, : 2 * height]
    pixels = np.exp(sky / sky.std() / 2)[..., None] * np.array([0.5, 0.7, 1.0])
    pixels[height // 2 :] = (0.2, 0.15, 0.1)
    pixels[height // 4, height // 2] = 10_000
    return encode_rgbe(pixels.astype(np.float32))


def run_length_coded(rgbe: NDArray[np.uint8]) -> bytes:
    """A Radiance file as most programs write it: runs of four and more bytes, and what lies between them."""
    height, width, _ = rgbe.shape
    out = bytearray(f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {height} +X {width}\n".encode())
    for row in rgbe:
        out += bytes([2, 2, width >> 8, width & 255])
        for channel in np.ascontiguousarray(row.T):
            values = channel.tobytes()
            ends = np.append(np.flatnonzero(np.diff(channel)) + 1, width)
            starts = np.append(0, ends[:-1])
            long = ends - starts >= 4
            at = 0
            for start, end in zip([*starts[long].tolist(), width], [*ends[long].tolist(), width], strict=True):
                for first in range(at, start, 128):
                    out += bytes([min(128, start - first)]) + values[first : min(first + 128, start)]
                for first in range(start, end, 127):
                    out += bytes([128 + min(127, end - first), values[start]])
                at = end
    return bytes(out)
