"""Presets of the render settings: how much a picture may cost, in one word.

A preset is settings like any others, `scene.configure(preset("low"))`; a scene file saves what they are, not the word.
What belongs to a scene, not to a machine, is in none: exposure, tone mapping, how far shadows reach.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from ..errors import SettingsError
from .settings import known_settings

PRESETS = ("low", "medium", "high", "ultra")


@dataclass(frozen=True)
class Row:
    """A setting's value in each preset, but for "high": that is what the setting is by default."""

    low: Any
    medium: Any
    ultra: Any


TABLE: dict[str, Row] = {
    "shadows.size": Row(1024, 1536, 4096),
    "shadows.cascades": Row(2, 3, 4),
    "shadows.max_lights": Row(2, 4, 24),
    "shadows.atlas": Row(1, 1, 2),
    "shadows.filter": Row("pcf", "pcss", "pcss"),
    "shadows.taps": Row(4, 6, 16),
    "shading.specular_antialiasing": Row(low=False, medium=True, ultra=True),
    "sky.aerial_perspective": Row(low=False, medium=True, ultra=True),
    "shading.energy_compensation": Row(low=False, medium=True, ultra=True),
    "ao.enabled": Row(low=False, medium=True, ultra=True),
    "ao.slices": Row(1, 2, 4),
    "ao.steps": Row(4, 5, 12),
    "ao.resolution": Row("half", "half", "full"),
    "textures.anisotropy": Row(2, 4, 16),
    "textures.max_size": Row(1024, 2048, 8192),
    "bloom.enabled": Row(low=False, medium=True, ultra=True),
    "bloom.levels": Row(4, 5, 7),
}
"""Every setting that presets change: a line each."""


def preset(name: str) -> dict[str, Any]:
    """{"group.key": value} of a preset: low, medium, high or ultra, for whatever takes settings.

    It goes over what a scene says, and what is set after it goes over that:
    `dw.render(scene, settings={**dw.preset("low"), "shadows.size": 2048})`.

    Raises SettingsError for other names.
    """
    if name not in PRESETS:
        near = difflib.get_close_matches(name.lower(), PRESETS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SettingsError(f'there is no preset "{name}": it must be one of {", ".join(PRESETS)}{hint}')
    if name == "high":
        return {key: field.default for key, field in known_settings() if key in TABLE}
    return {key: getattr(row, name) for key, row in TABLE.items()}
