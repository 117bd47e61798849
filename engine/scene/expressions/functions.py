"""The functions that expressions know: (k,) numbers and (k, d) vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _length(v: Any) -> Any:
    return np.sqrt(np.sum(np.multiply(v, v), axis=-1))


def _unit(v: Any) -> Any:
    length = np.asarray(_length(v))[..., None]
    return np.divide(v, length, out=np.zeros(np.shape(v)), where=length > 0)


def _limit(v: Any, most: Any) -> Any:
    length = np.asarray(_length(v))
    factor = np.where(length > most, np.divide(most, length, out=np.ones(length.shape), where=length > 0), 1.0)
    return v * factor[..., None]


def _dot(a: Any, b: Any) -> Any:
    return np.sum(np.multiply(a, b), axis=-1)


FUNCTIONS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "abs": ("n", "n", np.abs),
    "floor": ("n", "n", np.floor),
    "sqrt": ("n", "n", lambda x: np.sqrt(np.maximum(x, 0))),
    "sin": ("n", "n", lambda x: np.sin(np.radians(x))),
    "cos": ("n", "n", lambda x: np.cos(np.radians(x))),
    "min": ("nn", "n", np.minimum),
    "max": ("nn", "n", np.maximum),
    "clamp": ("nnn", "n", lambda x, low, high: np.minimum(np.maximum(x, low), high)),
    "length": ("v", "n", _length),
    "unit": ("v", "v", _unit),
    "limit": ("vn", "v", _limit),
    "dot": ("vv", "n", _dot),
}
"""By name: what each takes (n a number, v a vector), what it gives, and how. Angles in degrees."""
GATHERED = ("count", "sum", "mean")
"""Of all that is near."""
