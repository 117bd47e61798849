"""Levels in files that are furnished in code: what is added has the same ids every time, so that recordings fit."""

from __future__ import annotations

from pathlib import Path

import dreamwell as dw


def level_of(path: Path, seed: int) -> dw.Scene:
    """A scene with the objects and the physics of a flat `.dream` file, to be added to."""
    level = dw.load(path)
    made = dw.Scene(level.name, seed=seed, root=path.parent)
    made.physics = level.physics
    for thing in level:
        made.add(thing.name, *thing.components, at=thing.position, rotation=thing.rotation, tags=thing.tags)
    return made
