"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..engine.errors import GpuError
from ..engine.render import shared_gpu


def machine() -> dict[str, Any]:
    """CPU, adapter, system and versions, as JSON data; `adapter` is empty where there is none."""
    try:
        adapter = shared_gpu().name
    except GpuError:
        adapter = ""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "adapter": adapter,
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version_of(name) for name in ("dreamwell", "wgpu", "numpy")},
    }


def version_of(package: str) -> str:
    """The installed version; empty for what is imported from a folder that was never installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def cpu_name() -> str:
    """The processor as it calls itself, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
