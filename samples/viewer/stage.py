"""Where a model stands: on a floor that fades out, in surroundings, in the light that belongs to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.camera import around, fitting_distance

from .surroundings import SURROUNDINGS, panorama

F64 = NDArray[np.float64]


def extent(woven: dw.WovenScene) -> tuple[F64, F64]:
    """The box around all that is drawn: (3,) its lowest and highest corner, metres. A cube where there is nothing."""
    if not len(woven.instances):
        return np.full(3, -0.5), np.full(3, 0.5)
    table, points = woven.geometry.meshes, woven.geometry.positions
    first = table["base_vertex"].astype(np.int64)
    low, high = np.minimum.reduceat(points, first), np.maximum.reduceat(points, first)
    mesh = woven.batches["mesh"][woven.instances["batch"]]
    world = woven.objects.world[woven.instance_object].astype(np.float64)
    middle, half = ((low + high) / 2)[mesh].astype(np.float64), ((high - low) / 2)[mesh].astype(np.float64)
    centre = np.einsum("nij,nj->ni", world[:, :, :3], middle) + world[:, :, 3]
    reach = np.einsum("nij,nj->ni", np.abs(world[:, :, :3]), half)
    return (centre - reach).min(axis=0), (centre + reach).max(axis=0)


def put_on_stage(scene: dw.Scene, low: F64, high: F64, place: str | Path) -> None:
    """Add a floor under the box of a model, light, and a camera where there is none.

    The light is one of our surroundings, by its name, or that of a panorama's file.
    """
    size = float(np.linalg.norm(high - low))
    middle = (low + high) / 2
    add_floor(scene, np.array([middle[0], low[1], middle[2]]), 4 * size)
    if isinstance(place, Path):
        scene.add("surroundings", dw.Environment(source="file", file=str(place.absolute())))
    else:
        chosen = SURROUNDINGS[place]
        scene.add("surroundings", dw.Environment(source="file", file=str(panorama(place))))
        scene.add("sun", chosen.sun, toward=chosen.toward)
    if not any(o.get(dw.Camera) for o in scene):
        eye = around(_vec3(middle), fitting_distance(size / 2, FOV_Y), 30.0, 12.0)
        scene.add("camera", dw.Camera(fov_y=FOV_Y, near=size / 1000), at=eye, toward=middle)
    scene.settings = replace(
        scene.settings,
        shadows=replace(scene.settings.shadows, distance=4 * size, softness=2.5),
        exposure=replace(scene.settings.exposure, compensation=0.5),
    )


def _vec3(v: F64) -> tuple[float, float, float]:
    x, y, z = v.tolist()
    return x, y, z


FOV_Y = 30.0
FLOOR = dw.Material(base_color=(0.40, 0.39, 0.38), roughness=0.6, alpha_mode="blend")
WEDGES = 24


def add_floor(scene: dw.Scene, at: F64, radius: float) -> None:
    """A round floor that fades out. In wedges, so that transparent things are drawn after those behind them."""
    half = np.pi * np.arange(WEDGES) / WEDGES
    turns = np.stack([0 * half, np.sin(half), 0 * half, np.cos(half)], axis=1)
    scene.add_many("floor", dw.Mesh.of(wedge()), FLOOR, at=np.tile(at, (WEDGES, 1)), rotation=turns, scale=radius)


def wedge() -> dw.MeshData:
    """One piece of a disc of radius 1 around +Y, its alpha 1 in the middle and 0 at the edge."""
    rings, turn = np.linspace(0, 1, 9), np.array([-1, 1]) * np.pi / WEDGES
    x, z = rings[:, None] * np.sin(turn), rings[:, None] * np.cos(turn)
    points = np.stack([x, np.zeros_like(x), z], axis=2).reshape(-1, 3)
    i = np.arange(8) * 2
    quads = np.stack([i, i + 2, i + 1, i + 1, i + 2, i + 3], axis=1)
    colors = np.ones((len(points), 4))
    colors[:, 3] = (np.clip((1 - rings) / 0.75, 0, 1) ** 1.5).repeat(2)
    return dw.MeshData(
        points.astype(np.float32),
        np.tile(np.array([0, 1, 0], np.float32), (len(points), 1)),
        quads.ravel().astype(np.uint32),
        colors=colors.astype(np.float32),
        name="floor",
    )
