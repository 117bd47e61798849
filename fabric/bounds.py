"""Spheres around instances, and one around the whole scene."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import WovenScene

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

ROWS = 16384
"""Instances that are looked at at a time: pieces that stay in the cache."""


def squares(places: F32, middle: F32, rows: I32 | None = None) -> F32:
    """(k,) the squared distances of points (k, 3) from one (3,); where rows are given, -1 for those in rows of -1."""
    away = np.subtract(places.T, middle[:, None], order="C")  # a row per axis: triples would take four times as long
    away *= away
    out: F32 = away[0]
    out += away[1]
    out += away[2]
    if rows is not None and int(rows.min()) < 0:
        out[rows < 0] = -1
    return out


def spheres_of(mesh: NDArray[np.void], world: F32) -> tuple[F32, F32]:
    """Centres (k, 3) and radii (k,) of (k,) structs.MESH placed at (k, 3, 4), as `sphere.wgsl` has them."""
    centre = np.einsum("nij,nj->ni", world[:, :, :3], mesh["centre"]) + world[:, :, 3]
    squares = np.matmul(world[:, :, :3].transpose(0, 2, 1), world[:, :, :3])
    return centre, mesh["radius"] * np.sqrt(np.abs(squares).sum(axis=2).max(axis=1))


def instances_of(woven: WovenScene, spheres: F32) -> Iterator[F32]:
    """The world transforms of all k instances, (n, 3, 4) at a time; their spheres are written into (4, k) with them."""
    mesh_of_batch = woven.batches["mesh"]
    for first in range(0, len(woven.instances), ROWS):
        some = slice(first, first + ROWS)
        world = woven.objects.world_of(woven.instance_object[some])
        mesh = woven.geometry.meshes[mesh_of_batch[woven.instances["batch"][some]]]
        centres, spheres[3, some] = spheres_of(mesh, world)
        spheres[:3, some] = centres.T
        yield world


def sphere_around(spheres: F32) -> tuple[NDArray[np.float64], float]:
    """One sphere around (4, k), centres and radii: centre (3,) and radius, world, metres. Without any the radius is 1.

    Their centres become those as seen from its own.
    """
    if not spheres.shape[1]:
        return np.zeros(3), 1.0
    centre, radius = spheres[:3], spheres[3]
    low, high = (centre - radius).min(axis=1), (centre + radius).max(axis=1)
    middle = (low + high).astype(np.float64) / 2
    centre -= middle[:, None].astype(np.float32)
    reach = np.sqrt(np.einsum("in,in->n", centre, centre)) + radius
    return middle, max(float(reach.max()) * (1 + 1e-6), 1e-3)
