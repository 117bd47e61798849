"""`dream info`: what this machine draws with."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from ..gpu import Gpu
from .figures import table


def show() -> None:
    """Print the adapter, the features and limits in use, the versions and where shaders are kept. Raises GpuError."""
    gpu = Gpu.open()
    about = gpu.info
    table(
        ["adapter", gpu.name],
        [
            ("driver", about.get("description") or "unknown"),
            ("kind", "software, on the CPU" if gpu.software else str(about["adapter_type"])),
            ("backend", str(about["backend_type"])),
            ("vendor and device", f"{about.get('vendor_id', 0):#06x}, {about.get('device_id', 0):#06x}"),
            ("features in use", ", ".join(sorted(map(str, gpu.device.features))) or "none"),
            ("shaders are kept in", shader_cache(about.get("vendor", ""))),
        ],
    )
    table(["limit", "value"], sorted((name, int(value)) for name, value in gpu.device.limits.items()))
    versions = [(name, version(name)) for name in ("dreamwell", "wgpu", "rendercanvas", "numpy")]
    table(["what", "version"], [*versions, ("python", platform.python_version()), ("system", platform.platform())])


def shader_cache(vendor: str) -> str:
    """Where compiled shaders stay between runs: Mesa's folder, or the driver's own place."""
    told = os.environ.get("MESA_SHADER_CACHE_DIR")
    if told:
        return told
    mesa = sys.platform == "linux" and vendor.lower() not in ("nvidia", "0x10de")
    if not mesa:
        return "the driver's own place"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(home, "mesa_shader_cache"))
