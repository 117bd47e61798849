"""The built-in shapes are closed, face outwards, and carry frames that fit their UVs."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.assets import primitives
from dreamwell.assets.mesh import MeshData
from dreamwell.engine.errors import AssetError
from dreamwell.engine.scene.components import Mesh

FINE = 192
CLOSED = {
    "box": (Mesh.box((1.0, 2.0, 3.0)), 6.0),
    "sphere": (Mesh.sphere(0.7, FINE), 4 / 3 * math.pi * 0.7**3),
    "cylinder": (Mesh.cylinder(0.4, 1.5, FINE), math.pi * 0.4**2 * 1.5),
    "cone": (Mesh.cone(0.4, 1.5, FINE), math.pi * 0.4**2 * 1.5 / 3),
    "capsule": (Mesh.capsule(0.3, 0.8, FINE), math.pi * 0.3**2 * 0.8 + 4 / 3 * math.pi * 0.3**3),
    "torus": (Mesh.torus(0.6, 0.2, FINE), 2 * math.pi**2 * 0.6 * 0.2**2),
}
FLAT = {"plane": Mesh.plane((2.0, 3.0)), "quad": Mesh.quad((2.0, 3.0))}
ALL = {name: mesh for name, (mesh, _) in CLOSED.items()} | FLAT


def corners(data: MeshData) -> NDArray[np.float64]:
    """(t, 3, 3) the triangles' corners."""
    return data.positions.astype(np.float64)[data.indices.reshape(-1, 3)]


def face_normals(data: MeshData) -> NDArray[np.float64]:
    a, b, c = np.moveaxis(corners(data), 1, 0)
    cross = np.cross(b - a, c - a)
    return cross / np.linalg.norm(cross, axis=1, keepdims=True)


@pytest.mark.parametrize("name", CLOSED)
def test_the_volume_is_the_formulas(name: str) -> None:
    mesh, volume = CLOSED[name]
    a, b, c = np.moveaxis(corners(primitives.make(mesh)), 1, 0)
    assert float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6) == pytest.approx(volume, rel=2e-3)


@pytest.mark.parametrize("segments", [3, 5, 32])
@pytest.mark.parametrize("name", CLOSED)
def test_every_edge_has_two_sides(name: str, segments: int) -> None:
    mesh = replace(CLOSED[name][0], segments=segments)
    data = primitives.make(mesh)
    _, place = np.unique(data.positions + 0.0, axis=0, return_inverse=True)  # exact: seams must not gape
    triangles = place.ravel()[data.indices].reshape(-1, 3)
    edges = Counter((int(t[k]), int(t[(k + 1) % 3])) for t in triangles for k in range(3))
    assert all(count == 1 for count in edges.values())
    assert all(edges[b, a] == 1 for a, b in edges)
    assert set(data.indices.tolist()) == set(range(len(data.positions)))


@pytest.mark.parametrize("name", ALL)
def test_normals_are_unit_length_and_agree_with_the_winding(name: str) -> None:
    data = primitives.make(ALL[name])
    assert np.allclose(np.linalg.norm(data.normals, axis=1), 1, atol=1e-6)
    agreement = np.einsum("tkj,tj->tk", data.normals[data.indices.reshape(-1, 3)], face_normals(data))
    assert agreement.min() > 0.99


def test_normals_follow_the_formulas() -> None:
    sphere = primitives.sphere(2.0, 16)
    assert np.allclose(sphere.normals, sphere.positions / 2, atol=1e-6)
    torus = primitives.torus(1.0, 0.25, 24)
    ring = torus.positions * [1, 0, 1]
    middle = ring / np.linalg.norm(ring, axis=1, keepdims=True)
    assert np.allclose(torus.normals, (torus.positions - middle) / 0.25, atol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_tangents_follow_u_and_bitangents_run_against_v(name: str) -> None:
    data = primitives.make(ALL[name])
    assert data.tangents is not None
    assert data.uv0 is not None
    tangents = data.tangents[:, :3]
    assert np.allclose(np.linalg.norm(tangents, axis=1), 1, atol=1e-6)
    assert np.allclose(np.einsum("ij,ij->i", tangents, data.normals), 0, atol=1e-6)
    assert (np.abs(data.tangents[:, 3]) == 1).all()
    triangles = data.indices.reshape(-1, 3)
    a, b, c = np.moveaxis(corners(data), 1, 0)
    ua, ub, uc = np.moveaxis(data.uv0.astype(np.float64)[triangles], 1, 0)
    (du1, dv1), (du2, dv2) = (ub - ua).T, (uc - ua).T
    area = du1 * dv2 - du2 * dv1
    assert (np.abs(area) > 1e-9).all()
    along_u = ((b - a) * dv2[:, None] - (c - a) * dv1[:, None]) / area[:, None]
    along_v = ((c - a) * du1[:, None] - (b - a) * du2[:, None]) / area[:, None]
    bitangents = np.cross(data.normals, tangents) * data.tangents[:, 3:]
    for given, measured in ((tangents, along_u), (bitangents, -along_v)):
        mean = given[triangles].sum(axis=1)
        cosine = np.einsum("ij,ij->i", mean, measured) / np.linalg.norm(mean, axis=1) / np.linalg.norm(measured, axis=1)
        assert cosine.min() > 0.9


@pytest.mark.parametrize("name", ALL)
def test_uvs_cover_the_picture_and_stay_in_it(name: str) -> None:
    uv = primitives.make(ALL[name]).uv0
    assert uv is not None
    assert uv.min(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert uv.max(axis=0) == pytest.approx([1, 1], abs=1e-6)


def test_flat_shapes_face_where_they_should() -> None:
    assert (face_normals(primitives.plane()) == [0, 1, 0]).all()
    assert (face_normals(primitives.quad()) == [0, 0, 1]).all()


def test_sizes_are_kept() -> None:
    low, high = primitives.make(Mesh.capsule(0.5, 2.0, 32)).bounds
    assert low == pytest.approx([-0.5, -1.5, -0.5])
    assert high == pytest.approx([0.5, 1.5, 0.5])
    low, high = primitives.make(Mesh.plane((2.0, 3.0))).bounds
    assert high - low == pytest.approx([2.0, 0.0, 3.0])


def test_equal_parameters_share_one_read_only_mesh() -> None:
    first, second = primitives.make(Mesh.sphere(0.25)), primitives.make(Mesh.sphere(0.25))
    assert first is second
    assert primitives.make(Mesh.sphere(0.26)) is not first
    with pytest.raises(ValueError, match="read-only"):
        first.positions[0] = 0


def test_shapes_from_elsewhere_are_refused() -> None:
    with pytest.raises(AssetError, match="not built in"):
        primitives.make(Mesh.load("model.glb"))
