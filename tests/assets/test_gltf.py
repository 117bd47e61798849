"""The glTF reader: every way to store geometry, materials, the tree, cameras, lights, and what breaks."""

import base64
import io
import json
import struct
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dreamwell.assets.gltf import read_gltf
from dreamwell.assets.gltf_material import DEFAULT_MATERIAL
from dreamwell.assets.mesh import MeshData
from dreamwell.engine.errors import AssetError
from dreamwell.engine.math import affine_from_trs, matrix_from_quaternion
from dreamwell.engine.scene.components import Camera, Material, PointLight, SpotLight, Sun, Texture

Write = Callable[..., Path]
LayOut = Callable[..., tuple[dict[str, Any], bytes]]
Arrays = list[NDArray[Any]]
SIMPLE: dict[str, Any] = {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2}


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (2, 1), (1, 2, 3, 4)).save(file, "PNG")
    return file.getvalue()


def only(path: Path) -> MeshData:
    ((primitive,),) = (mesh.primitives for mesh in read_gltf(path).meshes)
    return primitive.data


def one_mesh(primitive: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"meshes": [{"primitives": [primitive]}], "nodes": [{"mesh": 0}], **more}


# ---- geometry -------------------------------------------------------------------------------------------------


def test_plain_geometry(write_glb: Write, triangle: Arrays) -> None:
    mesh = only(write_glb(one_mesh(SIMPLE), triangle))
    assert mesh.positions.tolist() == triangle[0].tolist()
    assert mesh.normals.tolist() == [[0, 0, 1]] * 3
    assert mesh.indices.tolist() == [0, 1, 2]
    assert mesh.indices.dtype == np.uint32
    assert (mesh.tangents, mesh.uv0, mesh.uv1, mesh.colors) == (None, None, None, None)
    assert mesh.name == "mesh-0"


@pytest.mark.parametrize(
    ("stored", "normalised", "wanted"),
    [
        (np.array([[0, 255], [51, 102]], np.uint8), True, [[0, 1], [0.2, 0.4]]),
        (np.array([[0, 65535], [13107, 26214]], np.uint16), True, [[0, 1], [0.2, 0.4]]),
        (np.array([[-128, -127], [127, 0]], np.int8), True, [[-1, -1], [1, 0]]),
        (np.array([[-32768, -32767], [32767, 0]], np.int16), True, [[-1, -1], [1, 0]]),
        (np.array([[-3, 200], [7, 1]], np.int16), False, [[-3, 200], [7, 1]]),
        (np.array([[0.5, 0.25], [-1, 2]], np.float32), False, [[0.5, 0.25], [-1, 2]]),
    ],
)
def test_every_component_type(
    stored: NDArray[Any], normalised: bool, wanted: list[list[float]], write_glb: Write, triangle: Arrays
) -> None:
    padded = np.concatenate([stored, stored[:1]])
    primitive = {"attributes": {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 3}, "indices": 2}
    path = write_glb(one_mesh(primitive, accessors=[{}, {}, {}, {"normalized": normalised}]), [*triangle, padded])
    uv = only(path).uv0
    assert uv is not None
    assert uv[:2] == pytest.approx(np.array(wanted), abs=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("width", [3, 4])
def test_vertex_colours(dtype: type, width: int, write_glb: Write, triangle: Arrays) -> None:
    whole = dtype is not np.float32
    top = np.iinfo(dtype).max if whole else 1
    colors: NDArray[Any] = np.array([[top, 0, 0, 0], [0, top, 0, top], [0, 0, top, 0]], dtype)[:, :width]
    primitive = {"attributes": {"POSITION": 0, "NORMAL": 1, "COLOR_0": 3}, "indices": 2}
    found = only(
        write_glb(one_mesh(primitive, accessors=[{}, {}, {}, {"normalized": whole}]), [*triangle, colors])
    ).colors
    assert found is not None
    assert found[:, :3].tolist() == np.eye(3).tolist()
    assert found[:, 3].tolist() == ([0, 1, 0] if width == 4 else [1, 1, 1])


def test_interleaved_vertices(write_glb: Write) -> None:
    vertex = np.dtype([("position", "<f4", 3), ("normal", "i1", 4), ("uv", "<u2", 2)])
    vertices = np.zeros(3, vertex)
    vertices["position"] = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    vertices["normal"] = [0, 0, 127, 0]
    vertices["uv"] = [[0, 0], [65535, 0], [0, 65535]]
    data = np.frombuffer(b"\0" * 8 + vertices.tobytes(), np.uint8)
    document = one_mesh(
        {"attributes": {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 2}},
        bufferViews=[{"buffer": 0, "byteOffset": 8, "byteLength": vertices.nbytes, "byteStride": vertex.itemsize}],
        accessors=[
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 0, "byteOffset": 12, "componentType": 5120, "normalized": True, "count": 3, "type": "VEC3"},
            {"bufferView": 0, "byteOffset": 16, "componentType": 5123, "normalized": True, "count": 3, "type": "VEC2"},
        ],
    )
    mesh = only(write_glb(document, [data]))
    assert mesh.positions.tolist() == vertices["position"].tolist()
    assert mesh.normals.tolist() == [[0, 0, 1]] * 3
    assert mesh.uv0 is not None
    assert mesh.uv0.tolist() == [[0, 0], [1, 0], [0, 1]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_index_types(dtype: type, write_glb: Write, triangle: Arrays) -> None:
    arrays = [*triangle[:2], np.array([2, 0, 1], dtype)]
    assert only(write_glb(one_mesh(SIMPLE), arrays)).indices.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("mode", "indices", "wanted"),
    [
        (4, None, [0, 1, 2]),
        (4, [0, 1, 2, 3, 4], [0, 1, 2]),
        (5, [0, 1, 2, 3, 4], [0, 1, 2, 1, 3, 2, 2, 3, 4]),
        (6, [0, 1, 2, 3, 4], [1, 2, 0, 2, 3, 0, 3, 4, 0]),
    ],
)
def test_topologies(mode: int, indices: list[int] | None, wanted: list[int], write_glb: Write) -> None:
    count = 5 if indices else 3
    arrays: Arrays = [np.eye(5, 3, dtype=np.float32)[:count], np.tile(np.array([0, 0, 1], np.float32), (count, 1))]
    primitive: dict[str, Any] = {"attributes": {"POSITION": 0, "NORMAL": 1}, "mode": mode}
    if indices:
        arrays.append(np.array(indices, np.uint16))
        primitive["indices"] = 2
    path = write_glb(one_mesh(primitive), arrays)
    assert only(path).indices.tolist() == wanted
    assert len(read_gltf(path).warnings) == (mode == 4 and indices is not None)


def test_missing_normals_are_flat_and_tangents_then_ignored(write_glb: Write) -> None:
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    tangents = np.tile(np.array([1, 0, 0, 1], np.float32), (4, 1))
    uv = positions[:, :2].copy()
    indices = np.array([0, 1, 2, 0, 3, 1], np.uint8)
    primitive = {"attributes": {"POSITION": 0, "TANGENT": 1, "TEXCOORD_0": 2}, "indices": 3}
    mesh = only(write_glb(one_mesh(primitive), [positions, tangents, uv, indices]))
    assert mesh.normals.tolist() == [[0, 0, 1]] * 3 + [[0, 1, 0]] * 3
    assert mesh.positions.tolist() == positions[indices].tolist()
    assert mesh.uv0 is not None
    assert mesh.uv0.tolist() == uv[indices].tolist()
    assert mesh.tangents is None
    assert mesh.indices.tolist() == list(range(6))


def test_normals_and_tangents_become_unit_length(write_glb: Write, triangle: Arrays) -> None:
    normals = np.array([[0, 0, 5], [0, 0, 0], [0, 0, 1e-30]], np.float32)
    tangents = np.array([[3, 0, 0, -1], [0, 0, 0, 1], [0, 2, 0, 0.5]], np.float32)
    primitive = {"attributes": {"POSITION": 0, "NORMAL": 1, "TANGENT": 3}, "indices": 2}
    path = write_glb(one_mesh(primitive), [triangle[0], normals, triangle[2], tangents])
    mesh = only(path)
    assert mesh.normals.tolist() == [[0, 0, 1]] * 3
    assert mesh.tangents is not None
    assert mesh.tangents[0].tolist() == [1, 0, 0, -1]
    assert mesh.tangents[2].tolist() == [0, 1, 0, 1]
    assert mesh.tangents[1, 2] == 0
    assert np.linalg.norm(mesh.tangents[1, :3]) == pytest.approx(1)
    assert "1 normals of length 0" in read_gltf(path).warnings[0]


def test_sparse_accessors(write_glb: Write, triangle: Arrays) -> None:
    sparse = {
        "count": 1,
        "indices": {"bufferView": 3, "componentType": 5121},
        "values": {"bufferView": 4},
    }
    extra = [np.array([1], np.uint8), np.array([[7, 8, 9]], np.float32)]
    mesh = only(write_glb(one_mesh(SIMPLE, accessors=[{"sparse": sparse}, {}, {}]), [*triangle, *extra]))
    assert mesh.positions.tolist() == [[0, 0, 0], [7, 8, 9], [0, 1, 0]]
    document = one_mesh(
        {"attributes": {"POSITION": 5, "NORMAL": 1}, "indices": 2},
        accessors=[{}, {}, {}, {}, {}, {"componentType": 5126, "count": 3, "type": "VEC3", "sparse": sparse}],
    )
    assert only(write_glb(document, [*triangle, *extra])).positions.tolist() == [[0, 0, 0], [7, 8, 9], [0, 0, 0]]


def test_what_is_no_triangle_is_left_out_and_keeps_its_number(write_glb: Write, triangle: Arrays) -> None:
    primitives = [{**SIMPLE, "mode": 1}, SIMPLE, {"attributes": {"NORMAL": 1}}]
    model = read_gltf(write_glb({"meshes": [{"name": "m", "primitives": primitives}]}, triangle))
    assert [(p.index, p.data.name) for p in model.meshes[0].primitives] == [(1, "m#1")]
    assert [w.split(" ")[0] for w in model.warnings] == ["meshes[0].primitives[0]", "meshes[0].primitives[2]"]


# ---- materials and pictures -----------------------------------------------------------------------------------


def test_materials(write_glb: Write) -> None:
    document = {
        "extensionsUsed": ["KHR_texture_transform", "KHR_materials_unlit", "KHR_materials_emissive_strength"],
        "images": [{"uri": "a.png"}, {"uri": "b.png"}],
        "samplers": [{"wrapS": 33071, "wrapT": 33648, "magFilter": 9728}],
        "textures": [{"source": 1, "sampler": 0}, {"source": 0}],
        "materials": [
            {
                "pbrMetallicRoughness": {
                    "baseColorFactor": [0.1, 0.2, 0.3, 0.4],
                    "metallicFactor": 0.5,
                    "roughnessFactor": 0.6,
                    "baseColorTexture": {"index": 0, "texCoord": 1},
                    "metallicRoughnessTexture": {"index": 1},
                },
                "normalTexture": {"index": 1, "scale": -2},
                "occlusionTexture": {"index": 1, "strength": 0.25},
                "emissiveTexture": {
                    "index": 1,
                    "extensions": {
                        "KHR_texture_transform": {
                            "offset": [1, 2],
                            "rotation": np.pi / 6,
                            "scale": [3, 4],
                            "texCoord": 1,
                        }
                    },
                },
                "emissiveFactor": [1, 0.5, 0],
                "alphaMode": "MASK",
                "alphaCutoff": 0.75,
                "doubleSided": True,
                "extensions": {"KHR_materials_unlit": {}, "KHR_materials_emissive_strength": {"emissiveStrength": 50}},
            },
            {},
            {"alphaMode": "BLEND"},
        ],
    }
    model = read_gltf(write_glb(document))
    plain = Texture("#image/0")
    assert model.materials[0] == Material(
        base_color=(0.1, 0.2, 0.3),
        alpha=0.4,
        metallic=0.5,
        roughness=0.6,
        emissive=(1.0, 0.5, 0.0),
        emissive_strength=50.0,
        alpha_mode="mask",
        alpha_cutoff=0.75,
        double_sided=True,
        unlit=True,
        base_color_texture=Texture("#image/1", uv_set=1, wrap_u="clamp", wrap_v="mirror", nearest=True),
        metallic_roughness_texture=plain,
        normal_texture=plain,
        normal_scale=-2.0,
        occlusion_texture=plain,
        occlusion_strength=0.25,
        emissive_texture=Texture("#image/0", 1, offset=(1, 2), rotation=np.degrees(np.pi / 6), scale=(3, 4)),
    )
    assert model.materials[1] == DEFAULT_MATERIAL == Material(base_color=(1, 1, 1), metallic=1, roughness=1)
    assert model.materials[2].alpha_mode == "blend"
    assert model.warnings == []


def test_material_extensions(write_glb: Write) -> None:
    """All of KHR_materials_ior, _specular and _clearcoat, also where a model can't do without them."""
    names = ["KHR_materials_clearcoat", "KHR_materials_ior", "KHR_materials_specular", "KHR_texture_transform"]
    moved = {"KHR_texture_transform": {"offset": [0.5, 0.25]}}
    document = {
        "extensionsUsed": names,
        "extensionsRequired": names,
        "images": [{"uri": "a.png"}],
        "samplers": [{"wrapS": 33071}],
        "textures": [{"source": 0}, {"source": 0, "sampler": 0}],
        "materials": [
            {
                "extensions": {
                    "KHR_materials_ior": {"ior": 1.33},
                    "KHR_materials_specular": {
                        "specularFactor": 0.25,
                        "specularTexture": {"index": 0},
                        "specularColorFactor": [2, 0.5, 0],
                        "specularColorTexture": {"index": 1, "texCoord": 1},
                    },
                    "KHR_materials_clearcoat": {
                        "clearcoatFactor": 0.75,
                        "clearcoatTexture": {"index": 0, "extensions": moved},
                        "clearcoatRoughnessFactor": 0.5,
                        "clearcoatRoughnessTexture": {"index": 0},
                        "clearcoatNormalTexture": {"index": 1, "scale": 0.125},
                    },
                }
            },
            {"extensions": {name: {} for name in names[:3]}},
        ],
    }
    model = read_gltf(write_glb(document))
    plain, clamped = Texture("#image/0"), Texture("#image/0", wrap_u="clamp")
    assert model.materials[0] == Material(
        base_color=(1.0, 1.0, 1.0),
        metallic=1.0,
        roughness=1.0,
        ior=1.33,
        specular=0.25,
        specular_texture=plain,
        specular_color=(2.0, 0.5, 0.0),
        specular_color_texture=Texture("#image/0", uv_set=1, wrap_u="clamp"),
        clearcoat=0.75,
        clearcoat_texture=Texture("#image/0", offset=(0.5, 0.25)),
        clearcoat_roughness=0.5,
        clearcoat_roughness_texture=plain,
        clearcoat_normal_texture=clamped,
        clearcoat_normal_scale=0.125,
    )
    assert model.materials[1] == DEFAULT_MATERIAL
    assert model.warnings == []


@pytest.mark.parametrize(
    ("ior", "wanted", "warning"),
    [(0, 1e6, None), (0.5, 1.0, "materials[0].extensions.KHR_materials_ior.ior is 0.5: limited to 1 or more")],
)
def test_odd_indices_of_refraction(write_glb: Write, ior: float, wanted: float, warning: str | None) -> None:
    """0 stands for a surface that reflects all, as the extension says."""
    document = {
        "extensionsUsed": ["KHR_materials_ior"],
        "materials": [{"extensions": {"KHR_materials_ior": {"ior": ior}}}],
    }
    model = read_gltf(write_glb(document))
    assert model.materials[0].ior == wanted
    assert model.warnings == ([warning] if warning else [])


def test_odd_materials_are_warnings(write_glb: Write) -> None:
    document = {
        "extensionsUsed": ["KHR_materials_unlit", "KHR_materials_sheen", "EXT_other"],
        "images": [{"uri": "a.png"}, {"uri": "b.webp"}],
        "textures": [
            {"source": 0},
            {"extensions": {"KHR_texture_basisu": {"source": 0}}},
            {"source": 0, "extensions": {"EXT_texture_webp": {"source": 1}}},
        ],
        "materials": [
            {
                "pbrMetallicRoughness": {"baseColorFactor": [1.01, 0, 0, 1], "baseColorTexture": {"index": 1}},
                "normalTexture": {"index": 0, "texCoord": 2},
                "emissiveTexture": {"index": 2},
            }
        ],
    }
    model = read_gltf(write_glb(document))
    (material,) = model.materials
    assert material.base_color == (1, 0, 0)
    assert material.base_color_texture is None
    assert material.normal_texture is None
    assert material.emissive_texture == Texture("#image/1")
    assert model.warnings == [
        "uses EXT_other, KHR_materials_sheen: these extensions are ignored",
        "materials[0].pbrMetallicRoughness.baseColorFactor is [1.01, 0.0, 0.0, 1.0]: limited to 0 to 1",
        "textures[1] has no picture of a supported kind: left out",
        "materials[0].normalTexture uses TEXCOORD_2: left out, only sets 0 and 1 are read",
    ]


def test_pictures_come_from_views_uris_and_files(write_glb: Write, tmp_path: Path) -> None:
    document = {
        "images": [
            {"bufferView": 0, "mimeType": "image/png"},
            {"uri": "data:image/png;base64," + base64.b64encode(png()).decode()},
            {"uri": "my%20pictures/%C3%BC.png"},
            {"uri": "none.png"},
            {"uri": "data:image/png;base64,AAAA"},
        ]
    }
    (tmp_path / "my pictures").mkdir()
    (tmp_path / "my pictures" / "ü.png").write_bytes(png())
    model = read_gltf(write_glb(document, [np.frombuffer(png(), np.uint8)]))
    for image in model.images[:3]:
        assert image.data.pixels.tolist() == [[[1, 2, 3, 4]] * 2]
        assert image.data is image.data
    with pytest.raises(
        AssetError, match=r"none.png: there is no such file; wanted a picture for .*model.glb: images\[3\]"
    ):
        _ = model.images[3].data
    with pytest.raises(AssetError, match=r"images\[4\]: is no picture"):
        _ = model.images[4].data


def test_buffers_come_from_files_and_data_uris(tmp_path: Path, triangle: Arrays) -> None:
    (tmp_path / "geo metry.bin").write_bytes(triangle[0].tobytes())
    rest = triangle[1].tobytes() + triangle[2].tobytes()
    document = {
        "asset": {"version": "2.0"},
        "buffers": [
            {"uri": "geo%20metry.bin", "byteLength": 36},
            {"uri": "data:application/octet-stream;base64," + base64.b64encode(rest).decode(), "byteLength": len(rest)},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 36},
            {"buffer": 1, "byteLength": 36},
            {"buffer": 1, "byteOffset": 36, "byteLength": 6},
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 2, "componentType": 5123, "count": 3, "type": "SCALAR"},
        ],
        **one_mesh(SIMPLE),
    }
    path = tmp_path / "a.gltf"
    path.write_text(json.dumps(document))
    assert only(path).positions.tolist() == triangle[0].tolist()


# ---- the tree, cameras, lights --------------------------------------------------------------------------------


def test_the_tree_and_the_default_scene(write_glb: Write) -> None:
    document = {
        "scene": 1,
        "scenes": [{"nodes": [3]}, {"nodes": [2, 0]}],
        "nodes": [
            {"name": "top", "children": [1], "translation": [1, 2, 3], "scale": [2, 2, 2]},
            {"rotation": [0, 0, 2, 2]},
            {},
            {},
        ],
    }
    model = read_gltf(write_glb(document))
    assert model.roots == [2, 0]
    assert [n.parent for n in model.nodes] == [-1, 0, -1, -1]
    assert [n.name for n in model.nodes] == ["top", "node-1", "node-2", "node-3"]
    assert model.nodes[0].translation == (1, 2, 3)
    assert model.nodes[0].scale == (2, 2, 2)
    assert model.nodes[1].rotation == pytest.approx((0, 0, 0.5**0.5, 0.5**0.5))
    assert read_gltf(write_glb({"nodes": document["nodes"]})).roots == [0, 2, 3]


def test_matrices_become_translation_rotation_and_scale(write_glb: Write) -> None:
    turn = matrix_from_quaternion(np.array([0.5, -0.5, 0.1, 0.7]) / np.linalg.norm([0.5, -0.5, 0.1, 0.7]))
    cases = [turn * [1, 2, 3], turn * [-1, 2, 3], np.diag([1.0, -1.0, 1.0]), np.eye(3) * 1e-4, np.diag([1.0, 1.0, 0.0])]
    nodes: list[dict[str, Any]] = []
    for linear in cases:
        matrix = np.eye(4)
        matrix[:3, :3] = linear
        matrix[:3, 3] = [4, 5, 6]
        nodes.append({"matrix": matrix.T.ravel().tolist()})
    model = read_gltf(write_glb({"nodes": nodes}))
    for node, linear in zip(model.nodes, cases, strict=True):
        (made,) = affine_from_trs([node.translation], [node.rotation], [node.scale])
        assert made[:, :3] == pytest.approx(linear, abs=1e-9)
        assert made[:, 3] == pytest.approx([4, 5, 6])
        assert np.linalg.norm(node.rotation) == pytest.approx(1)
    assert model.warnings == []


def test_a_sheared_matrix_is_a_warning(write_glb: Write) -> None:
    matrix = np.eye(4)
    matrix[0, 1] = 0.5
    model = read_gltf(write_glb({"nodes": [{}, {"matrix": matrix.T.ravel().tolist()}]}))
    assert model.warnings == ["nodes[1].matrix is sheared: the nearest rotation and scale are used"]


def test_cameras_and_lights(write_glb: Write) -> None:
    lights = [
        {"type": "directional", "intensity": 5, "color": [1, 0.5, 0]},
        {"type": "point", "intensity": 7, "range": 3},
        {"type": "spot", "spot": {"innerConeAngle": np.pi / 12, "outerConeAngle": np.pi / 6}},
        {"type": "spot"},
    ]
    document = {
        "extensions": {"KHR_lights_punctual": {"lights": lights}},
        "cameras": [
            {"type": "perspective", "perspective": {"yfov": np.pi / 3, "znear": 0.25, "zfar": 10}},
            {"type": "orthographic", "orthographic": {"xmag": 4, "ymag": 3, "znear": 0.5, "zfar": 10}},
        ],
        "nodes": [{"camera": 1, "extensions": {"KHR_lights_punctual": {"light": 2}}}],
    }
    model = read_gltf(write_glb(document))
    assert model.cameras[0].fov_y == pytest.approx(60)
    assert model.cameras[0].near == 0.25
    assert model.cameras[1] == Camera(projection="orthographic", height=6, near=0.5)
    assert model.lights[0] == Sun(lux=5, color=(1, 0.5, 0))
    assert model.lights[1] == PointLight(candela=7, range=3)
    spot, wide = model.lights[2:]
    assert isinstance(spot, SpotLight)
    assert (spot.candela, spot.inner_angle, spot.outer_angle) == pytest.approx((1, 15, 30))
    assert isinstance(wide, SpotLight)
    assert (wide.inner_angle, wide.outer_angle) == pytest.approx((0, 45))
    assert (model.nodes[0].camera, model.nodes[0].light) == (1, 2)


# ---- what breaks ----------------------------------------------------------------------------------------------


def good_document() -> dict[str, Any]:
    return {
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "children": [1]}, {"camera": 0}],
        "meshes": [{"name": "m", "primitives": [{**deepcopy(SIMPLE), "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{}],
        "images": [{"bufferView": 3, "mimeType": "image/png"}],
        "cameras": [{"type": "perspective", "perspective": {"yfov": 1, "znear": 0.1}}],
    }


def good_arrays(triangle: Arrays) -> Arrays:
    return [*triangle, np.frombuffer(png(), np.uint8)]


def accessor(view: int, component: int, count: int, kind: str) -> dict[str, Any]:
    return {"bufferView": view, "componentType": component, "count": count, "type": kind}


CHANGES: dict[str, tuple[str, Any, str]] = {
    "no version": ("asset", {}, "asset.version is missing; it must be"),
    "version 1": ("asset", {"version": "1.0"}, 'asset.version is "1.0"'),
    "newer": ("asset", {"version": "2.0", "minVersion": "2.1"}, "minVersion"),
    "required": ("extensionsRequired", ["KHR_x", "KHR_texture_transform"], "needs KHR_x; supported are EXT_"),
    "list of numbers": ("nodes", [1], r"nodes\[0\] is 1; it must be among a list of objects"),
    "text for a list": ("nodes", "abc", r'nodes is "abc"; it must be a list'),
    "no such mesh": ("nodes.0.mesh", 5, r"nodes\[0\].mesh is 5; it must be below 1, the number of meshes"),
    "negative": ("nodes.0.mesh", -1, r"nodes\[0\].mesh is -1"),
    "text for a number": ("nodes.0.mesh", "0", r'nodes\[0\].mesh is "0"; it must be a whole number'),
    "null": ("nodes.0.mesh", None, r"nodes\[0\].mesh is null"),
    "no such child": ("nodes.0.children", [7], r"nodes\[0\].children\[0\] is 7; it must be from 0 to below 2"),
    "circle": ("nodes.1.children", [0], r"nodes \[0, 1\] lie in or below a circle"),
    "own child": ("nodes.1.children", [1], r"nodes\[1\].children is shared; it must be free of node 1, which nodes"),
    "no root": ("scenes.0.nodes", [1], "roots only: node 1 is a child of node 0"),
    "no such scene": ("scene", 3, "scene is 3"),
    "rotation": ("nodes.0.rotation", [0, 0, 0, 0], "a quaternion of length 1"),
    "translation": ("nodes.0.translation", [1, 2], "translation is .*; it must be a list of 3 finite numbers"),
    "huge": ("nodes.0.scale", [1, 2, 1e39], "finite"),
    "projective": ("nodes.0.matrix", [1] * 16, "affine"),
    "name": ("meshes.0.name", 5, r"meshes\[0\].name is 5; it must be a text"),
    "no primitives": ("meshes.0.primitives", [], "at least one primitive"),
    "mode": ("meshes.0.primitives.0.mode", 9, "mode is 9; it must be one of 0, 1, 2"),
    "attributes": ("meshes.0.primitives.0.attributes", [], r"attributes is \[\]; it must be an object"),
    "accessor": ("meshes.0.primitives.0.attributes.POSITION", 9, "POSITION is 9; it must be below 5"),
    "wrong type": ("meshes.0.primitives.0.attributes.POSITION", 2, r'accessors\[2\].type is "SCALAR"; it must be VEC3'),
    "lengths": ("meshes.0.primitives.0.attributes.TEXCOORD_0", 4, "lengths .POSITION 3, NORMAL 3, TEXCOORD_0 1"),
    "float indices": ("accessors.2", accessor(0, 5126, 3, "SCALAR"), "must be 5121, 5123 or 5125"),
    "indices too large": ("accessors.2", accessor(0, 5123, 9, "SCALAR"), r"numbers up to 16256; it must .* below 3"),
    "vector indices": ("accessors.2", accessor(2, 5123, 1, "VEC2"), "must be SCALAR here"),
    "component type": ("accessors.0.componentType", 5124, "componentType is 5124; it must be one of 5120"),
    "accessor too long": ("accessors.0.count", 4, r"\[0\] reaches to byte 48 of .*; it must end within its 36"),
    "accessor offset": ("accessors.0.byteOffset", 4, "reaches to byte 40"),
    "astronomic": ("accessors.0.count", 10**30, "reaches to byte"),
    "no bufferView": ("accessors.0.bufferView", None, "bufferView is null"),
    "matrix type": ("accessors.0.type", "MAT4", "one of SCALAR, VEC2"),
    "stride": ("bufferViews.0.byteStride", 4, r"bufferViews\[0\].byteStride is 4; it must be at least 12"),
    "view too long": ("bufferViews.1.byteLength", 10**6, r"bufferViews\[1\].byteLength is 1000000; it must be at most"),
    "no buffer": ("bufferViews.1.buffer", 1, "below 1, the number of buffers"),
    "buffer too long": ("buffers.0.byteLength", 10**9, r"buffers\[0\].byteLength is 1000000000; it must be at most"),
    "buffer file": ("buffers.0.uri", "none.bin", r"none.bin: there is no such file; wanted the bytes of buffers\[0\]"),
    "web address": ("buffers.0.uri", "https://a.b/c.bin", r"buffers\[0\].uri is .*; it must be a file's path relative"),
    "absolute": ("buffers.0.uri", "/etc/passwd", "relative to the model"),
    "escaped absolute": ("buffers.0.uri", "%2Fetc/passwd", "relative to the model"),
    "drive": ("buffers.0.uri", "C:\\a.bin", "relative to the model"),
    "zero byte": ("buffers.0.uri", "a%00b", "relative to the model"),
    "base64": ("buffers.0.uri", "data:a;base64,!!", "valid base64"),
    "no comma": ("buffers.0.uri", "data:a;base64", "data:<type>;base64,<bytes>"),
    "image": ("images.0", {}, r"images\[0\] has neither"),
    "texture": ("materials.0.pbrMetallicRoughness.baseColorTexture.index", 1, "below 1, the number of textures"),
    "texture index": ("materials.0.pbrMetallicRoughness.baseColorTexture", {}, "baseColorTexture.index is missing"),
    "wrap": ("samplers.0.wrapS", 1, "wrapS is 1; it must be one of 33071"),
    "alpha mode": ("materials.0.alphaMode", "mask", 'alphaMode is "mask"; it must be one of OPAQUE'),
    "flag": ("materials.0.doubleSided", 1, "doubleSided is 1; it must be true or false"),
    "camera": ("cameras.0.type", "fisheye", 'cameras\\[0\\].type is "fisheye"'),
    "lens": ("cameras.0.perspective.yfov", 3.2, "yfov is 3.2; it must be at most"),
    "near": ("cameras.0.perspective.znear", 0, "znear is 0; it must be above 0"),
    "sparse": (
        "accessors.0.sparse",
        {"count": 1, "indices": {"bufferView": 2, "byteOffset": 4, "componentType": 5123}, "values": {"bufferView": 9}},
        r"sparse.values.bufferView is 9",
    ),
    "sparse rows": (
        "accessors.0.sparse",
        {"count": 1, "indices": {"bufferView": 1, "byteOffset": 8, "componentType": 5125}, "values": {"bufferView": 1}},
        "naming row 1065353216; it must be full of rows below 3",
    ),
    "light": ("extensions", {"KHR_lights_punctual": {"lights": [{"type": "sun"}]}}, r'lights\[0\].type is "sun"'),
    "cone": (
        "extensions",
        {"KHR_lights_punctual": {"lights": [{"type": "spot", "spot": {"innerConeAngle": 1}}]}},
        "above innerConeAngle",
    ),
}  # fmt: skip


def changed(document: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    *way, last = place.split(".")
    at: Any = document
    for key in way:
        at = at[int(key)] if isinstance(at, list) else at.setdefault(key, {})
    if isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return document


def test_the_good_document_is_good(write_glb: Write, triangle: Arrays) -> None:
    arrays = good_arrays(triangle)
    model = read_gltf(write_glb(good_document(), arrays))
    assert model.warnings == []
    assert model.images[0].data.pixels.shape == (1, 2, 4)


@pytest.mark.parametrize("name", CHANGES)
def test_broken_json_says_what_is_wrong(name: str, lay_out: LayOut, write_chunks: Write, triangle: Arrays) -> None:
    place, value, message = CHANGES[name]
    document, binary = lay_out(good_document(), good_arrays(triangle))
    document["accessors"].append(accessor(1, 5126, 1, "VEC2"))
    path = write_chunks(changed(document, place, value), binary)
    with pytest.raises(AssetError, match=message) as caught:
        read_gltf(path)
    assert str(path.parent) in str(caught.value)


def test_zeros_without_a_buffer_are_limited(write_glb: Write) -> None:
    accessors = [{"componentType": 5126, "count": 10**12, "type": "VEC3"}]
    with pytest.raises(AssetError, match="at most 268,435,456 bytes of zeros"):
        read_gltf(write_glb(one_mesh({"attributes": {"POSITION": 0}}, accessors=accessors)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_positions_must_be_finite(bad: float, write_glb: Write, triangle: Arrays) -> None:
    triangle[0][1, 2] = bad
    with pytest.raises(AssetError, match=r"accessors\[0\] has the element 1: .*; it must be finite numbers"):
        read_gltf(write_glb(one_mesh(SIMPLE), triangle))


def test_all_problems_are_reported_together(write_glb: Write, triangle: Arrays) -> None:
    document = one_mesh({**SIMPLE, "mode": 8}, materials=[{"alphaMode": "x"}, {}, {"doubleSided": 0}])
    with pytest.raises(AssetError) as caught:
        read_gltf(write_glb(document, triangle))
    lines = str(caught.value).split("\n")
    assert lines[0].endswith("model.glb: this model can't be read:")
    assert [line.strip().split(" ")[0] for line in lines[1:]] == [
        "materials[0].alphaMode",
        "materials[2].doubleSided",
        "meshes[0].primitives[0].mode",
    ]


FRAMES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "is empty"),
    "text": (lambda _: b"hello", "JSON can't be understood"),
    "binary": (lambda _: bytes(range(128, 255)), "neither GLB nor JSON"),
    "list": (lambda _: b"[]", r"the JSON is \[\]; it must be an object"),
    "NaN": (lambda _: b'{"asset": {"version": "2.0"}, "a": NaN}', "NaN is no JSON number"),
    "deep": (lambda _: b'{"a":' * 100_000, "JSON can't be understood"),
    "digits": (lambda _: b'{"scene": ' + b"9" * 5000 + b"}", "JSON can't be understood"),
    "header": (lambda good: good[:15], "ends after 15 bytes; a GLB file has a header of 20"),
    "version": (lambda good: good[:4] + struct.pack("<I", 1) + good[8:], "GLB version 1"),
    "cut": (lambda good: good[:-10], "cut off"),
    "chunk": (lambda good: good[:12] + struct.pack("<I", 10**9) + good[16:], "a chunk at byte 12 has 1000000000 bytes"),
    "first chunk": (lambda good: good[:16] + b"BIN\0" + good[20:], "the first chunk is b'BIN"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_broken_containers_say_what_is_wrong(name: str, write_glb: Write, triangle: Arrays) -> None:
    change, message = FRAMES[name]
    path = write_glb(one_mesh(SIMPLE), triangle)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(AssetError, match=message):
        read_gltf(path)


def test_a_missing_file_or_a_folder_is_an_asset_error(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"there is no such file; wanted a glTF 2\.0 model"):
        read_gltf(tmp_path / "none.glb")
    with pytest.raises(AssetError, match="is a folder"):
        read_gltf(tmp_path)


# ---- fuzzing --------------------------------------------------------------------------------------------------

ODD: list[Any] = [
    None, True, False, -1, 0, 1, 3, 5, 255, 5121, 5126, 2**31, 2**63, 10**40, 0.5, -1.5, 1e38, 1e300,
    "", "VEC2", "VEC4", "0", "data:,abc", "../x", [], [0], [-1], [1, 2, 3], ["a"], {}, {"a": 1},
]  # fmt: skip


GONE = object()


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a JSON value."""
    out = [way] if way else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in pairs:
        out += places(member, (*way, key))
    return out


def read_or_refuse(path: Path) -> None:
    """Reading ends with a model that can be used, or with AssetError: nothing else."""
    try:
        model = read_gltf(path)
    except AssetError:
        return
    for mesh in model.meshes:
        for primitive in mesh.primitives:
            data = primitive.data
            assert int(data.indices.max()) < len(data.positions) == len(data.normals)
            assert np.isfinite(data.positions).all()
            assert np.linalg.norm(data.normals, axis=1) == pytest.approx(1, abs=1e-4)
    for node in model.nodes:
        assert np.isfinite([*node.translation, *node.rotation, *node.scale]).all()
    for image in model.images:
        with suppress(AssetError):
            assert image.data.pixels.shape[2] == 4


@pytest.fixture
def fuzzed(lay_out: LayOut, triangle: Arrays) -> tuple[dict[str, Any], bytes]:
    """A small model with a bit of everything."""
    arrays = [*good_arrays(triangle), np.array([1], np.uint8), np.zeros((1, 3), np.float32)]
    document, binary = lay_out(good_document(), arrays)
    document["accessors"][0]["sparse"] = {
        "count": 1,
        "indices": {"bufferView": 4, "byteOffset": 0, "componentType": 5121},
        "values": {"bufferView": 5, "byteOffset": 0},
    }
    document["nodes"].append(
        {"matrix": np.eye(4).ravel().tolist(), "extensions": {"KHR_lights_punctual": {"light": 0}}}
    )
    document["nodes"][0] |= {"translation": [1, 2, 3], "rotation": [0, 0, 0, 1], "scale": [1, 1, 1]}
    document["extensions"] = {"KHR_lights_punctual": {"lights": [{"type": "spot", "spot": {"outerConeAngle": 1}}]}}
    document["extensionsUsed"] = ["KHR_lights_punctual"]
    document["bufferViews"][0]["byteStride"] = 12
    return document, binary


def test_odd_json_values_never_escape_as_other_errors(
    write_chunks: Write, fuzzed: tuple[dict[str, Any], bytes]
) -> None:
    rng = np.random.default_rng(5)
    document, binary = fuzzed
    text = json.dumps(document)
    for way in places(document):
        values = [ODD[i] for i in rng.choice(len(ODD), 6, replace=False)]
        for odd in [*values, GONE]:
            changed_document = json.loads(text)
            at = changed_document
            for key in way[:-1]:
                at = at[key]
            if odd is GONE:
                del at[way[-1]]
            else:
                at[way[-1]] = odd
            read_or_refuse(write_chunks(changed_document, binary))


def test_flipped_and_missing_bytes_never_escape_as_other_errors(
    write_chunks: Write, fuzzed: tuple[dict[str, Any], bytes]
) -> None:
    rng = np.random.default_rng(6)
    path = write_chunks(*fuzzed)
    good = path.read_bytes()
    for _ in range(500):
        data = bytearray(good if rng.random() < 0.8 else good[: rng.integers(1, len(good))])
        for at in rng.integers(0, len(data), rng.integers(1, 5)):
            data[at] = rng.integers(0, 256)
        path.write_bytes(data)
        read_or_refuse(path)
