"""How long weaving takes, by stage: the median of three."""

from __future__ import annotations

import gc
import time
from typing import Any

import numpy as np

from ..loom.weave import weave
from ..loom.woven import STAGES
from .cloud import cloud

RUNS_ON = "cpu"
REPEATS = 3


def measure(objects: int, size: tuple[int, int], frames: int) -> dict[str, Any]:
    """{"objects", "validate_ms", ..., "total_ms"}; size and frames do not matter here."""
    scene = cloud(objects)
    stages: list[list[float]] = []
    totals: list[float] = []
    for _ in range(REPEATS):
        gc.collect()
        start = time.perf_counter()
        woven = weave(scene)
        totals.append((time.perf_counter() - start) * 1e3)
        stages.append([woven.seconds[name] * 1e3 for name in STAGES])
    medians = np.median(stages, axis=0).tolist()
    named = {f"{name}_ms": ms for name, ms in zip(STAGES, medians, strict=True)}
    return {"objects": objects, **named, "total_ms": float(np.median(totals))}
