"""Two dimensions, by Chipmunk through pymunk: everything lies in the plane of x and y, and turns about z.

`space` is what all parts share, `world` the engine: bodies, colliders, steps. `joints` hold bodies, `contacts` and
`queries` look at them, `poses` reads where they went; `shapes` makes Chipmunk's shapes.
"""

from __future__ import annotations

from .world import PlanarWorld

__all__ = ["PlanarWorld"]
