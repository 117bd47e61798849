"""Choosing an adapter and opening a device: a real GPU first, a software one accepted and named.

`DREAMWELL_ADAPTER=text` picks the first adapter whose name contains the text; `DREAMWELL_GPU_DEBUG=1` keeps the
validation of indirect draws on.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

import wgpu

from .errors import GpuError

NEEDED = ("indirect-first-instance",)
"""Without it, draws whose first instance is not 0 vanish silently."""
WANTED = ("multi-draw-indirect-count", "timestamp-query", "float32-filterable", "primitive-index")
"""Used where present, never needed."""

SIZE_LIMITS = (
    "max-buffer-size",
    "max-storage-buffer-binding-size",
    "max-texture-dimension-2d",
    "max-texture-array-layers",
)
"""Raised to what the adapter has, since they only bound how large a scene may be."""
PORTABLE_LIMITS: dict[str, int] = {
    "max-bind-groups": 4,
    "max-bindings-per-bind-group": 1000,
    "max-color-attachment-bytes-per-sample": 32,
    "max-color-attachments": 8,
    "max-compute-invocations-per-workgroup": 256,
    "max-compute-workgroup-size-x": 256,
    "max-compute-workgroup-size-y": 256,
    "max-compute-workgroup-size-z": 64,
    "max-compute-workgroup-storage-size": 16384,
    "max-compute-workgroups-per-dimension": 65535,
    "max-dynamic-storage-buffers-per-pipeline-layout": 4,
    "max-dynamic-uniform-buffers-per-pipeline-layout": 8,
    "max-inter-stage-shader-variables": 16,
    "max-sampled-textures-per-shader-stage": 16,
    "max-samplers-per-shader-stage": 16,
    "max-storage-buffers-per-shader-stage": 8,
    "max-storage-textures-per-shader-stage": 4,
    "max-texture-dimension-1d": 8192,
    "max-texture-dimension-3d": 2048,
    "max-uniform-buffer-binding-size": 65536,
    "max-uniform-buffers-per-shader-stage": 12,
    "max-vertex-attributes": 16,
    "max-vertex-buffer-array-stride": 2048,
    "max-vertex-buffers": 8,
    "min-storage-buffer-offset-alignment": 256,
    "min-uniform-buffer-offset-alignment": 256,
}
"""WebGPU's defaults, asked for on purpose: what runs here then runs on every adapter."""

_RANK = {"DiscreteGPU": 0, "IntegratedGPU": 1, "VirtualGPU": 2, "Unknown": 3, "CPU": 4}


@dataclass(frozen=True)
class Gpu:
    """An open device and what is known about it."""

    adapter: wgpu.GPUAdapter
    device: wgpu.GPUDevice
    info: dict[str, Any]

    @property
    def name(self) -> str:
        """The adapter in one line: "llvmpipe (LLVM 15) · software · Vulkan"."""
        kind = "software" if self.software else str(self.info["adapter_type"])
        return f"{self.info['device']} · {kind} · {self.info['backend_type']}"

    @property
    def software(self) -> bool:
        """Whether the CPU does the drawing."""
        return bool(self.info["adapter_type"] == "CPU")

    @staticmethod
    def open(present_to: Any | None = None) -> Gpu:
        """Open the best adapter; `present_to` is a canvas that it must be able to present to, or None.

        Raises GpuError, with the command that mends it, when there is none.
        """
        adapters = _adapters()
        wish = os.environ.get("DREAMWELL_ADAPTER", "").lower()
        if wish:
            fitting = [a for a in adapters if wish in f"{a.info['device']} {a.info['description']}".lower()]
            if adapters and not fitting:
                names = ", ".join(a.info["device"] for a in adapters)
                raise GpuError(f"no adapter's name contains DREAMWELL_ADAPTER={wish!r}; there are: {names}")
            adapters = fitting
        adapters = [a for a in adapters if all(feature in a.features for feature in NEEDED)]
        if not adapters:
            raise GpuError(f"no GPU adapter was found (neither a real one nor a software one). {_remedy()}")
        adapter = min(adapters, key=lambda a: _RANK.get(a.info["adapter_type"], 3))
        if present_to is not None and not wish:
            adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance", canvas=present_to)
        return Gpu(adapter, _device(adapter), dict(adapter.info))


def _adapters() -> list[wgpu.GPUAdapter]:
    from .native import extras, helpers

    # Vulkan, Metal and DX12 only: starting OpenGL too triples the time to the first picture, and it can't run us.
    # Our own compute passes write the draw arguments, so validating them again per draw is work for nothing.
    if getattr(helpers, "_the_instance", None) is None:
        debug = os.environ.get("DREAMWELL_GPU_DEBUG") == "1"
        flags = ["Debugging", "ValidationIndirectCall"] if debug else ["DiscardHalLabels"]
        os.environ.setdefault("XDG_RUNTIME_DIR", os.environ.get("TMPDIR", "/tmp"))  # its absence is only noise here
        extras.set_instance_extras(backends=["Primary"], flags=flags)
    try:
        return list(wgpu.gpu.enumerate_adapters_sync())
    except RuntimeError as error:
        raise GpuError(f"the graphics library can't be used: {error}. {_remedy()}") from None


def _device(adapter: wgpu.GPUAdapter) -> wgpu.GPUDevice:
    features: list[Any] = [*NEEDED, *(f for f in WANTED if f in adapter.features)]
    limits: dict[str, int | None] = {**PORTABLE_LIMITS, **{name: adapter.limits[name] for name in SIZE_LIMITS}}
    try:
        return adapter.request_device_sync(label="dreamwell", required_features=features, required_limits=limits)
    except (RuntimeError, wgpu.GPUError) as error:
        raise GpuError(f"{adapter.info['device']} refused to open a device: {error}") from None


def _remedy() -> str:
    if sys.platform == "linux":
        return (
            "Install a Vulkan driver: on Debian and Ubuntu `apt install mesa-vulkan-drivers libvulkan1`, on Fedora "
            "`dnf install mesa-vulkan-drivers`, on Arch `pacman -S vulkan-swrast`"
        )
    if sys.platform == "darwin":
        return "Dreamwell needs Metal: macOS 11 or newer"
    return "Dreamwell needs DirectX 12 or Vulkan: update the graphics driver"
