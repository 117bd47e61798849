"""Meshes from `.npz`, OBJ, STL and PLY arrive with the attributes that a renderer needs."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from trimesh.visual import ColorVisuals

from dreamwell.assets import primitives
from dreamwell.assets.mesh import MeshData
from dreamwell.assets.mesh_files import import_mesh, load_mesh, save_mesh
from dreamwell.engine.errors import AssetError

QUAD = """\
v 0 0 0 1 0 0
v 2 0 0 0 1 0
v 2 2 0 0 0 1
v 0 2 0 0.5 0.5 0.5
vt 0 0
vt 1 0
vt 1 1
vt 0 1
"""


def test_a_saved_mesh_comes_back_equal(tmp_path: Path) -> None:
    for mesh in (
        primitives.torus(),
        MeshData(*(getattr(primitives.box(), k) for k in ("positions", "normals", "indices"))),
    ):
        save_mesh(tmp_path / "a" / "b.npz", mesh)
        back = load_mesh(tmp_path / "a" / "b.npz")
        assert back.digest == mesh.digest
        assert back.name == "b"
    first = (tmp_path / "a" / "b.npz").read_bytes()
    save_mesh(tmp_path / "c.npz", mesh)
    assert (tmp_path / "c.npz").read_bytes() == first


def test_obj_faces_with_their_own_normals_uvs_and_colours(tmp_path: Path) -> None:
    text = (
        QUAD
        + "vn 0 0 1\nvn 1 0 0\nmtllib none.mtl\nusemtl a\nf 1/1/1 2/2/1 3/3/1 4/4/1\nusemtl b\nf 1/2/2 2/3/2 4/4/2\n"
    )
    (tmp_path / "a.obj").write_text(text)
    mesh = import_mesh(tmp_path / "a.obj")
    assert len(mesh.indices) == 9
    assert mesh.uv0 is not None
    assert mesh.colors is not None
    per_triangle = mesh.normals[mesh.indices.reshape(-1, 3)]
    assert (per_triangle == per_triangle[:, :1]).all()
    assert sorted(map(tuple, per_triangle[:, 0].tolist())) == [(0, 0, 1), (0, 0, 1), (1, 0, 0)]
    corner = (mesh.positions == [2, 0, 0]).all(axis=1) & (mesh.normals == [0, 0, 1]).all(axis=1)
    assert mesh.uv0[corner].tolist() == [[1, 1]]  # the bottom right, seen from the top left
    assert mesh.colors[corner].tolist() == [[0, 1, 0, 1]]
    grey = (mesh.positions == [0, 2, 0]).all(axis=1)
    assert mesh.colors[grey][0, :3] == pytest.approx([0.2140] * 3, abs=1e-3)  # 0.5 in sRGB


def test_missing_normals_are_smooth_and_weighted(tmp_path: Path) -> None:
    sphere = trimesh.creation.icosphere(3)
    (tmp_path / "a.obj").write_text(str(sphere.export(file_type="obj", include_normals=False)))
    mesh = import_mesh(tmp_path / "a.obj")
    assert np.einsum("ij,ij->i", mesh.normals, mesh.positions).min() > 0.99


def test_a_seam_in_the_uvs_does_not_show_in_the_normals(tmp_path: Path) -> None:
    vertices = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvt 0 0\nvt 1 0\nvt 0 1\nvt 1 1\n"
    (tmp_path / "a.obj").write_text(vertices + "f 1/1 2/2 3/3\nf 1/4 4/3 2/2\n")
    mesh = import_mesh(tmp_path / "a.obj")
    same = mesh.normals[(mesh.positions == 0).all(axis=1)]
    assert len(same) == 2
    assert same[0] == pytest.approx(np.array([0, 1, 1]) / np.sqrt(2))
    assert same[1] == pytest.approx(same[0])


@pytest.mark.parametrize("form", ["stl", "stl_ascii"])
def test_stl_triangles_stand_alone(form: str, tmp_path: Path) -> None:
    (tmp_path / "a.stl").write_bytes(_bytes(trimesh.creation.box().export(file_type=form)))
    mesh = import_mesh(tmp_path / "a.stl")
    assert len(mesh.positions) == 36
    assert sorted(np.abs(mesh.normals).max(axis=1)) == [1] * 36


@pytest.mark.parametrize("encoding", ["ascii", "binary"])
def test_ply_keeps_normals_and_colours(encoding: str, tmp_path: Path) -> None:
    box = trimesh.creation.box()
    box.visual = ColorVisuals(box, vertex_colors=np.tile([255, 0, 255, 128], (8, 1)).astype(np.uint8))
    (tmp_path / "a.ply").write_bytes(_bytes(box.export(file_type="ply", encoding=encoding, vertex_normal=True)))
    mesh = import_mesh(tmp_path / "a.ply")
    assert len(mesh.positions) == 8
    assert np.allclose(mesh.normals, np.sign(mesh.positions) / np.sqrt(3), atol=1e-6)
    assert mesh.colors is not None
    assert mesh.colors[0] == pytest.approx([1, 0, 1, 128 / 255])


def _bytes(exported: object) -> bytes:
    assert isinstance(exported, (str, bytes))
    return exported.encode() if isinstance(exported, str) else exported


BROKEN = {
    "text.obj": (b"hello", "no triangles|can't be understood"),
    "points.obj": (b"v 0 0 0\nv 1 0 0\n", "no triangles"),
    "beyond.obj": (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "can't be understood"),
    "nan.obj": (b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "finite numbers|can't be understood"),
    "cut.stl": (bytes(90), "can't be understood|no triangles"),
    "text.ply": (b"hello", "can't be understood"),
    "cut.ply": (
        b"ply\nformat binary_little_endian 1.0\nelement vertex 9\nproperty float x\nend_header\n",
        "understood",
    ),
    "no.npz": (b"hello", "no readable .npz"),
    "empty.npz": (b"", "is empty"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_asset_errors(name: str, tmp_path: Path) -> None:
    data, message = BROKEN[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(AssetError, match=message):
        (load_mesh if name.endswith(".npz") else import_mesh)(tmp_path / name)


def test_npz_contents_are_checked(tmp_path: Path) -> None:
    good = primitives.quad()
    arrays = {"positions": good.positions, "normals": good.normals, "indices": good.indices}
    cases = {
        "indices missing": {k: v for k, v in arrays.items() if k != "indices"},
        "largest index is 9": {**arrays, "indices": np.array([0, 1, 9], np.uint32)},
        r"normals has the shape \(3, 3\)": {**arrays, "normals": good.normals[:3]},
        r"positions\[0\]": {**arrays, "positions": np.full((4, 3), np.nan, np.float32)},
        "holds int64": {**arrays, "indices": np.array([0, 1, 2])},
        r"shape \(4,\)": {**arrays, "indices": np.arange(4, dtype=np.uint32)},
    }
    for message, content in cases.items():
        np.savez(tmp_path / "a.npz", **content)  # type: ignore[arg-type]
        with pytest.raises(AssetError, match=message):
            load_mesh(tmp_path / "a.npz")
