"""The scenes of the measurements: cube-shaped clouds of solids, equally dense at every size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..engine.scene.components import Camera, Material, Mesh, Sun
from ..engine.scene.scene import Scene

SPACING = 3.0
"""Metres between neighbours, about."""
SOLIDS = (
    Mesh.box(),
    Mesh.box((0.5, 1.5, 0.5)),
    Mesh.box((1.2, 0.3, 1.2)),
    *(Mesh.cylinder(segments=n) for n in (3, 5, 6, 8, 12)),
)


def edge_of(objects: int) -> float:
    """The edge of a cloud of so many, metres."""
    return SPACING * float(objects ** (1 / 3))


def cloud(objects: int, seed: int = 0, solids: Sequence[Mesh] = SOLIDS) -> Scene:
    """`objects` solids, turned at random; the camera stands at the edge and looks through the middle."""
    random = np.random.default_rng(seed)
    edge = edge_of(objects)
    turn = random.normal(size=(objects, 4))
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    kind = random.integers(0, len(solids), objects).tolist()
    colours = [Material(base_color=(r, g, b)) for r, g, b in random.uniform(0.1, 0.9, (len(solids), 3)).tolist()]
    scene = Scene(f"cloud of {objects}", seed=seed)
    scene.add("camera", Camera(), at=(0, 0, edge / 2), toward=(0, 0, 0))
    scene.add("sun", Sun(), toward=(-1, -2, -1))
    scene.add_many(
        "solid",
        [solids[k] for k in kind],
        [colours[k] for k in kind],
        at=random.uniform(-edge / 2, edge / 2, (objects, 3)),
        rotation=turn,
        scale=random.uniform(0.5, 1.5, objects),
    )
    return scene
