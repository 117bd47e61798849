"""Three dimensions, by Rapier through rapier3d: bit-identical on one build, snapshots included.

`space` is what all parts share, `world` the engine: bodies, colliders, steps. `joints` hold bodies, `contacts` and
`queries` look at them, `poses` reads where they went; `shapes` makes Rapier's shapes.
"""

from __future__ import annotations

from .world import SpatialWorld

__all__ = ["SpatialWorld"]
