"""Vertex packing: what the decoder gives back is what was put in, within the precision of 16 bits."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dreamwell.assets.mesh import MeshData
from dreamwell.loom.vertices import (
    SNORM,
    basis_from_normals,
    normals_from_octahedral,
    octahedral_from_normals,
    pack_vertices,
    unpack_vertices,
)
from dreamwell.shaders.structs import VERTEX

F32 = NDArray[np.float32]
AXES = np.concatenate([np.eye(3), -np.eye(3)])


def directions(n: int = 200_000) -> F32:
    """Unit vectors everywhere, and those where encodings break: axes, edges and corners of the octahedron, z near 0."""
    random = np.random.default_rng(5)
    v = random.normal(size=(n, 3))
    v[: n // 4, 2] *= 1e-5
    v[n // 4 : n // 2, random.integers(0, 2)] *= 1e-6
    grid = np.stack(np.meshgrid(*[[-1.0, 0, 1]] * 3), axis=-1).reshape(-1, 3)
    v = np.concatenate([v, grid[grid.any(axis=1)]])
    return (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32)


def degrees_between(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), np.einsum("ij,ij->i", a, b)))


def packed(mesh: MeshData) -> NDArray[np.void]:
    out = np.full(len(mesh.positions) * VERTEX.itemsize, 0xFF, np.uint8).view(VERTEX)
    pack_vertices(mesh, out)
    return out


def mesh_of(normals: F32, **attributes: Any) -> MeshData:
    return MeshData(normals, normals, np.arange(len(normals) // 3 * 3, dtype=np.uint32), **attributes)


def test_normals_come_back_within_five_thousandths_of_a_degree() -> None:
    n = directions()
    found = normals_from_octahedral(octahedral_from_normals(n))
    assert degrees_between(n, found).max() < 0.005
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_axes_are_exact() -> None:
    np.testing.assert_array_equal(normals_from_octahedral(octahedral_from_normals(AXES)), AXES)


@given(st.tuples(*[st.floats(-1, 1, width=32)] * 3))
def test_any_vector_longer_than_zero_is_a_normal(v: tuple[float, float, float]) -> None:
    n = np.array([v], np.float64)
    found = normals_from_octahedral(octahedral_from_normals(n))
    assert np.isfinite(found).all()
    if np.abs(n).max() > 0:
        assert degrees_between(n, found)[0] < 0.005
    else:
        np.testing.assert_array_equal(found, [[0, 0, 1]])


def test_no_code_leaves_the_sign_of_z_to_rounding() -> None:
    """On the fold a GPU's z may be an ulp on either side of 0, and Duff's basis would turn by half a circle."""
    angle = np.linspace(0, 2 * np.pi, 100_000)
    around = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    for z in (0, 1e-9, -1e-9, 1e-5, -1e-5):
        codes = octahedral_from_normals(around + np.array([0, 0, z])).astype(np.int64)
        on_fold = np.abs(codes).sum(axis=1) == SNORM
        assert (codes[on_fold] == 0).any(axis=1).all()  # only the four corners, which every rounding leaves exact


def test_the_basis_is_right_handed_and_of_unit_length() -> None:
    n = directions()
    first, second = basis_from_normals(n)
    np.testing.assert_allclose(np.cross(first, second), n, atol=2e-6)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=2e-6)
    np.testing.assert_allclose(np.einsum("ij,ij->i", first, second), 0, atol=2e-6)


def test_tangents_come_back_within_a_hundredth_of_a_degree_with_their_sign() -> None:
    n = directions()
    random = np.random.default_rng(6)
    t = np.cross(n, random.normal(size=n.shape))
    t /= np.linalg.norm(t, axis=1, keepdims=True)
    sign = random.choice([-1.0, 1.0], len(n))
    tangents = np.concatenate([t, sign[:, None]], axis=1).astype(np.float32)
    found = unpack_vertices(packed(mesh_of(n, tangents=tangents)))
    assert degrees_between(t, found.tangents[:, :3]).max() < 0.01
    np.testing.assert_array_equal(found.tangents[:, 3], sign)
    across = np.abs(np.einsum("ij,ij->i", found.normals.astype(np.float64), found.tangents[:, :3]))
    assert across.max() < 1e-6


def test_a_vertex_without_a_tangent_says_so() -> None:
    n = np.tile(np.array([0, 0, 1], np.float32), (3, 1))
    assert not unpack_vertices(packed(mesh_of(n))).tangents[:, 3].any()
    tangents = np.array([[1, 0, 0, -1], [0, 0, 0, 1], [0, 0, 1, 1]], np.float32)  # the last along the normal
    found = unpack_vertices(packed(mesh_of(n, tangents=tangents)))
    assert found.tangents[:, 3].tolist() == [-1, 0, 0]


def test_uvs_are_exact_and_colours_within_16_bits() -> None:
    n = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
    random = np.random.default_rng(7)
    uv0, uv1 = random.normal(size=(2, 4, 2)).astype(np.float32)
    colors = random.uniform(-0.2, 1.2, (4, 4)).astype(np.float32)
    found = unpack_vertices(packed(mesh_of(n, uv0=uv0, uv1=uv1, colors=colors)))
    np.testing.assert_array_equal(found.uv0, uv0)
    np.testing.assert_array_equal(found.uv1, uv1)
    np.testing.assert_allclose(found.colors, np.clip(colors, 0, 1), atol=1 / 65535)
    bare = unpack_vertices(packed(mesh_of(n)))
    assert not bare.uv0.any()
    assert not bare.uv1.any()
    assert (bare.colors == 1).all()
