"""Levels in files whose looks are made in code: a level is read and dressed anew."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import dreamwell as dw

LOOKS = (dw.Mesh, dw.Material)


def bare(path: Path, seed: int, around: Container[str]) -> dw.Scene:
    """What a level is without its looks: no shapes, nothing below its objects, and not what is `around` it, by name.

    Its objects have the ids that follow from the seed, so that the same level is written as the same bytes.
    """
    level = dw.load(path)
    made = dw.Scene(level.name, seed=seed, root=path.parent)
    made.physics, made.scripts, made.rules = level.physics, level.scripts, level.rules
    for thing in level:
        if thing.parent is None and thing.name not in around:
            kept = [one for one in thing.components if not isinstance(one, LOOKS)]
            made.add(thing.name, *kept, at=thing.position, rotation=thing.rotation, tags=thing.tags)
    return made
