"""Models as their import settings want them: scale, axes, normals, tangents, winding, materials.

Tangents: Eric Lengyel, "Computing Tangent Space Basis Vectors for an Arbitrary Mesh", 2001.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..engine.declare import Vec3, Vec4
from ..engine.scene.components import Camera, Light, Material, Sun
from .geometry import F32, face_vectors, perpendicular, unit
from .import_settings import ModelImport
from .mesh import MeshData

if TYPE_CHECKING:
    from .gltf import Gltf, Node

_PAIRS = 1 << 21
"""Pairs of corners that are compared at a time."""
_HALF = math.sqrt(0.5)
_TO_Y_UP: Vec4 = (-_HALF, 0.0, 0.0, _HALF)
"""A quarter turn about x: z becomes y, y becomes -z."""
_SAME: Vec4 = (0.0, 0.0, 0.0, 1.0)
_ATTRIBUTES = ("positions", "normals", "tangents", "uv0", "uv1", "colors")


def adjusted_mesh(mesh: MeshData, settings: ModelImport) -> MeshData:
    """A mesh as the settings want it; the same one where they want nothing."""
    if settings == ModelImport():
        return mesh
    if settings.scale != 1.0:
        mesh = replace(mesh, positions=(mesh.positions * settings.scale).astype(np.float32))
    if settings.up_axis == "z":
        mesh = _turned(mesh)
    if settings.flip_winding:
        mesh = _inside_out(mesh)
    if settings.normals == "flat":
        mesh = _flat(mesh)
    elif settings.normals == "smooth":
        mesh = smoothed(mesh, settings.smoothing_angle)
    if settings.tangents == "none":
        mesh = replace(mesh, tangents=None)
    elif settings.tangents == "generate" and mesh.uv0 is not None:
        mesh = replace(mesh, tangents=tangents_of(mesh.positions, mesh.normals, mesh.uv0, mesh.indices))
    return mesh


def adjusted_model(model: Gltf, settings: ModelImport) -> Gltf:
    """A model as the settings want it, in place; scene and single meshes agree."""
    if settings == ModelImport():
        return model
    for i, mesh in enumerate(model.meshes):
        primitives = [replace(p, data=adjusted_mesh(p.data, settings)) for p in mesh.primitives]
        if settings.materials == "none":
            primitives = [replace(p, material=p.material or 0) for p in primitives]
        model.meshes[i] = replace(mesh, primitives=tuple(primitives))
    if settings.materials == "none":
        model.materials = [Material()] * max(1, len(model.materials))
    if settings.double_sided:
        model.materials = [replace(material, double_sided=True) for material in model.materials]
    s = settings.scale
    if s != 1.0:
        model.nodes = [replace(node, translation=_scaled(node.translation, s)) for node in model.nodes]
        model.cameras = [_scaled_camera(camera, s) for camera in model.cameras]
        model.lights = [_scaled_light(light, s) for light in model.lights]
    if settings.up_axis == "z":
        model.nodes = _turned_nodes(model.nodes)
    return model


def adjusted_material(settings: ModelImport) -> Material | None:
    """The material of a file that brings none; None for the usual one."""
    return Material(double_sided=True) if settings.double_sided else None


# ---- scale and axes -----------------------------------------------------------------------------------------------


def _scaled(v: Vec3, s: float) -> Vec3:
    return v[0] * s, v[1] * s, v[2] * s


def _scaled_camera(camera: Camera, s: float) -> Camera:
    return replace(camera, near=camera.near * s, height=camera.height * s)


def _scaled_light(light: Light, s: float) -> Light:
    return light if isinstance(light, Sun) else replace(light, range=light.range * s)


def _up(vectors: F32) -> F32:
    """(n, 3 or more) x y z → x z -y."""
    out = vectors.copy()
    out[:, 1], out[:, 2] = vectors[:, 2], -vectors[:, 1]
    return out + np.float32(0)  # no -0.0


def _turned(mesh: MeshData) -> MeshData:
    tangents = None if mesh.tangents is None else _up(mesh.tangents)
    return replace(mesh, positions=_up(mesh.positions), normals=_up(mesh.normals), tangents=tangents)


def _turned_nodes(nodes: list[Node]) -> list[Node]:
    """Nodes whose meshes were turned: where R is the turn, the world's x becomes R x.

    A node's own frame is turned with its mesh, local' = above · local · own⁻¹; those of cameras and lights stay: they
    look along -Z in any case. What is both becomes two.
    """
    split: list[Node] = list(nodes)
    for i, node in enumerate(nodes):
        if node.mesh is not None and (node.camera is not None or node.light is not None):
            split[i] = replace(node, camera=None, light=None)
            split.append(
                replace(node, parent=i, mesh=None, translation=(0.0, 0.0, 0.0), rotation=_SAME, scale=(1.0, 1.0, 1.0))
            )
    looks = [node.camera is not None or node.light is not None for node in split]
    out: list[Node] = []
    for node, kept in zip(split, looks, strict=True):
        above_kept = node.parent >= 0 and looks[node.parent]
        turn = _SAME if above_kept else _TO_Y_UP
        x, y, z = node.translation
        rotation = _times(turn, node.rotation)
        scale = node.scale
        if not kept:
            rotation = _times(rotation, (-_TO_Y_UP[0], 0.0, 0.0, _TO_Y_UP[3]))
            scale = (scale[0], scale[2], scale[1])
        place = (x, y, z) if above_kept else (x, z, -y + 0.0)
        out.append(replace(node, translation=place, rotation=rotation, scale=scale))
    return out


def _times(a: Vec4, b: Vec4) -> Vec4:
    """The turn b, then a."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def _inside_out(mesh: MeshData) -> MeshData:
    indices = np.ascontiguousarray(mesh.indices.reshape(-1, 3)[:, ::-1]).ravel()
    tangents = mesh.tangents
    if tangents is not None:
        tangents = tangents * np.array([1, 1, 1, -1], np.float32)  # the bitangent stays
    return replace(mesh, indices=indices, normals=-mesh.normals + np.float32(0), tangents=tangents)


# ---- normals and tangents ----------------------------------------------------------------------------------------


def _picked(mesh: MeshData, vertices: NDArray[Any], normals: F32, indices: NDArray[Any]) -> MeshData:
    """A mesh of other vertices, each one of those that were: attributes follow, tangents don't fit any more."""
    columns: dict[str, Any] = {
        name: None if (column := getattr(mesh, name)) is None else column[vertices]
        for name in _ATTRIBUTES
        if name not in ("normals", "tangents")
    }
    return MeshData(normals=normals, indices=indices.astype(np.uint32), name=mesh.name, **columns)


def _flat(mesh: MeshData) -> MeshData:
    normals = np.repeat(unit(face_vectors(mesh.positions, mesh.indices)), 3, axis=0)
    return _picked(mesh, mesh.indices, normals, np.arange(len(mesh.indices)))


def smoothed(mesh: MeshData, angle: float) -> MeshData:
    """Normals made anew: the mean of the triangles at a place that differ by at most `angle` degrees, by their areas.

    A vertex where sharper edges meet becomes several.
    """
    vectors = face_vectors(mesh.positions, mesh.indices)
    normals = _corner_normals(mesh, np.repeat(vectors, 3, axis=0), math.cos(math.radians(angle)))
    whole = np.empty((len(mesh.indices), 4), np.float32)
    whole[:, 0] = mesh.indices.view(np.float32)
    whole[:, 1:] = normals + np.float32(0)
    rows = np.ascontiguousarray(whole).view([("", np.uint32)] * 4).ravel()
    _, first, inverse = np.unique(rows, return_index=True, return_inverse=True)
    return _picked(mesh, mesh.indices[first], normals[first], inverse.ravel())


def _corner_normals(mesh: MeshData, vectors: NDArray[np.float64], cosine: float) -> F32:
    """(3 t, 3) a unit normal for each corner. vectors: (3 t, 3) that of its triangle, as long as twice the area."""
    _, place = np.unique(mesh.positions, axis=0, return_inverse=True)
    at = place.ravel()[mesh.indices]
    order = np.argsort(at, kind="stable")
    counts = np.bincount(at)
    starts = np.cumsum(counts) - counts
    ordered = at[order]
    vectors = vectors[order]
    length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)
    facing = vectors / length
    summed = np.zeros_like(vectors)
    ends = np.cumsum(counts[ordered])
    low = 0
    while low < len(ordered):
        done = ends[low - 1] if low else 0
        high = max(low + 1, int(np.searchsorted(ends, done + _PAIRS, side="right")))
        each = counts[ordered[low:high]]
        a = np.repeat(np.arange(low, high), each)
        b = np.repeat(starts[ordered[low:high]] - (np.cumsum(each) - each), each) + np.arange(len(a))
        near = (np.einsum("ij,ij->i", facing[a], facing[b]) >= cosine - 1e-6) | (a == b)
        for k in range(3):
            summed[low:high, k] = np.bincount(a - low, vectors[b, k] * near, high - low)
        low = high
    out = np.empty((len(at), 3), np.float32)
    out[order] = unit(summed)
    return out


def tangents_of(positions: F32, normals: F32, uv: F32, indices: NDArray[np.uint32]) -> F32:
    """(n, 4) tangents along u, at right angles to the normals; w is the sign of the bitangent, which is against v."""
    p, t = positions.astype(np.float64)[indices].reshape(-1, 3, 3), uv.astype(np.float64)[indices].reshape(-1, 3, 2)
    e1, e2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    (du1, dv1), (du2, dv2) = (t[:, 1] - t[:, 0]).T, (t[:, 2] - t[:, 0]).T
    area = du1 * dv2 - du2 * dv1
    sign = np.where(area < 0, -1.0, 1.0)[:, None]  # weighted by area: only the sign of what is divided by
    along_u = (e1 * dv2[:, None] - e2 * dv1[:, None]) * sign
    along_v = (e2 * du1[:, None] - e1 * du2[:, None]) * sign

    def gathered(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        corners = np.repeat(vectors, 3, axis=0)
        columns = [np.bincount(indices, corners[:, k], len(positions)) for k in range(3)]
        return np.stack(columns, axis=1).astype(np.float64)

    n = normals.astype(np.float64)
    u, v = gathered(along_u), gathered(along_v)
    tangent = unit(u - n * np.einsum("ij,ij->i", n, u)[:, None], perpendicular(normals))
    w = np.where(np.einsum("ij,ij->i", np.cross(n, tangent), -v) < 0, -1, 1).astype(np.float32)
    return np.concatenate([tangent, w[:, None]], axis=1)
