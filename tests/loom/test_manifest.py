"""The manifest: geometry and materials once each, as the shaders read them, and nothing that can be written."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dreamwell.assets.library import AssetLibrary
from dreamwell.assets.mesh import MeshData
from dreamwell.assets.primitives import make
from dreamwell.engine.scene import Camera, Environment, Material, Mesh, PointLight, Scene, Sun, Texture
from dreamwell.loom import weave
from dreamwell.loom.manifest import slot_flags, uv_matrix
from dreamwell.loom.vertices import unpack_vertices
from dreamwell.shaders.structs import NONE, MaterialFlag, TextureUse


def triangle(shift: float = 0.0, name: str = "") -> MeshData:
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32) + np.float32(shift)
    normals = np.tile(np.array([0, 0, 1], np.float32), (3, 1))
    return MeshData(positions, normals, np.arange(3, dtype=np.uint32), name=name)


def test_equal_geometry_is_stored_once(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "b.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    scene = Scene(root=tmp_path)
    for mesh in (
        Mesh.box(), Mesh(shape="box", radius=7.0), Mesh.box(2),  # a box has no radius: two meshes
        Mesh.of(triangle()), Mesh.of(triangle(name="another name")), Mesh.of(triangle(1)),  # two
        Mesh.load("a.obj"), Mesh.load("b.obj"),  # the first triangle again
    ):  # fmt: skip
        scene.add("o", mesh)
    woven = weave(scene)
    assert woven.stats.meshes == 4
    assert woven.stats.vertices == 24 + 24 + 3 + 3
    assert woven.stats.instances == 8


def test_each_mesh_lies_whole_in_the_mega_buffers() -> None:
    shapes = [Mesh.sphere(), Mesh.box(), Mesh.torus(), Mesh.of(triangle(5)), Mesh.cone()]
    scene = Scene()
    for shape in shapes:
        scene.add("o", shape)
    geometry = weave(scene).geometry
    for row, shape in zip(geometry.meshes, shapes, strict=True):
        data = shape.data if shape.data is not None else make(shape)
        vertices = slice(row["base_vertex"], row["base_vertex"] + row["vertex_count"])
        np.testing.assert_array_equal(geometry.positions[vertices], data.positions)
        np.testing.assert_array_equal(
            geometry.indices[row["first_index"] : row["first_index"] + row["index_count"]], data.indices
        )
        unpacked = unpack_vertices(geometry.vertices[vertices])
        np.testing.assert_allclose(unpacked.normals, data.normals, atol=1e-4)
        if data.uv0 is not None:
            np.testing.assert_array_equal(unpacked.uv0, data.uv0)
        away = np.linalg.norm(data.positions.astype(np.float64) - row["centre"], axis=1)
        assert away.max() <= row["radius"] <= away.max() * (1 + 1e-6)
    assert geometry.meshes["vertex_count"].sum() == len(geometry.positions) == len(geometry.vertices)
    assert geometry.meshes["index_count"].sum() == len(geometry.indices)


def everything(root: Path) -> Scene:
    Image.new("RGB", (4, 2), (10, 20, 30)).save(root / "a.png")
    header = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 4\n"
    (root / "sky.hdr").write_bytes(header + bytes([128, 128, 128, 129]) * 8)
    scene = Scene(seed=1, root=root)
    scene.add("camera", Camera())
    scene.add("sun", Sun(), PointLight())
    scene.add("sky", Environment(source="file", file="sky.hdr"))
    scene.add("box", Mesh.box(), Material(base_color_texture=Texture("a.png")), tags={"crate"})
    scene.add("ball", Mesh.sphere())
    return scene


def test_nothing_in_a_woven_scene_can_be_written(tmp_path: Path) -> None:
    woven = weave(everything(tmp_path))
    arrays = dict(woven.arrays())
    assert {"textures.0", "environment.digest", "objects.stored_world", "geometry.vertices", "lights"} <= arrays.keys()
    for name, array in arrays.items():
        assert not array.flags.writeable, name
        assert array.flags.c_contiguous, name
    assert woven.stats.bytes == sum(a.nbytes for a in arrays.values())


def test_editing_the_scene_does_not_change_what_was_woven(tmp_path: Path) -> None:
    scene = everything(tmp_path)
    woven = weave(scene)
    before = woven.to_bytes()
    scene["box"].position = (5, 5, 5)
    scene["box"].name = "crate"
    scene["ball"].parent = scene["crate"]
    scene.ids[:] += np.uint64(1)
    assert woven.to_bytes() == before


def test_the_bytes_do_not_depend_on_what_was_in_memory(tmp_path: Path) -> None:
    scene = everything(tmp_path)
    first = weave(scene).to_bytes()
    for _ in range(5):
        dirt = [np.full(n, 0xAB, np.uint8) for n in range(16, 4096, 64) for _ in range(4)]
        del dirt
        assert weave(scene, library=AssetLibrary(tmp_path)).to_bytes() == first


def test_counts(tmp_path: Path) -> None:
    stats = weave(everything(tmp_path)).stats
    assert (stats.objects, stats.instances, stats.batches, stats.meshes, stats.materials) == (5, 2, 2, 2, 2)
    assert (stats.textures, stats.lights, stats.cameras, stats.tags) == (1, 2, 1, 1)
    assert stats.triangles == 12 + len(make(Mesh.sphere()).indices) // 3


# ---- materials ------------------------------------------------------------------------------------------------


def woven_material(material: Material, root: Path | None = None) -> np.void:
    scene = Scene(root=root)
    scene.add("o", Mesh.box(), material)
    (row,) = weave(scene).materials
    return row


def test_material_factors_are_packed() -> None:
    row = woven_material(
        Material(
            base_color=(0.1, 0.2, 0.3), alpha=0.4, metallic=0.5, roughness=0.6, emissive=(1, 2, 3),
            emissive_strength=10, alpha_cutoff=0.7, normal_scale=0.8, occlusion_strength=0.9,
        )
    )  # fmt: skip
    np.testing.assert_allclose(row["base_color"], [0.1, 0.2, 0.3, 0.4], rtol=1e-6)
    np.testing.assert_allclose(row["emissive"], [10, 20, 30], rtol=1e-6)
    for key, value in (
        ("metallic", 0.5), ("roughness", 0.6), ("alpha_cutoff", 0.7), ("normal_scale", 0.8),
        ("occlusion_strength", 0.9),
    ):  # fmt: skip
        assert row[key] == np.float32(value)
    assert row["flags"] == 0
    np.testing.assert_allclose(row["reflectance"], 0.04, rtol=1e-6)
    assert row["specular"] == 1
    assert (row["slots"]["texture"] == NONE).all()


def test_factors_of_material_extensions_are_packed() -> None:
    row = woven_material(
        Material(
            ior=2.0, specular=0.3, specular_color=(1.0, 0.5, 90.0), clearcoat=0.6, clearcoat_roughness=0.2,
            clearcoat_normal_scale=-0.5,
        )
    )  # fmt: skip
    np.testing.assert_allclose(row["reflectance"], np.array([1, 0.5, 90]) / 9, rtol=1e-6)
    for key, value in (
        ("specular", 0.3), ("clearcoat", 0.6), ("clearcoat_roughness", 0.2), ("clearcoat_normal_scale", -0.5),
    ):  # fmt: skip
        assert row[key] == np.float32(value)


def test_material_flags() -> None:
    for material, flags in (
        (Material(alpha_mode="mask"), MaterialFlag.MASK),
        (Material(alpha_mode="blend", double_sided=True), MaterialFlag.BLEND | MaterialFlag.DOUBLE_SIDED),
        (Material(unlit=True), MaterialFlag.UNLIT),
        (Material(ior=1.4), MaterialFlag.SPECULAR),
        (Material(specular=0.9), MaterialFlag.SPECULAR),
        (Material(specular_color=(1.0, 1.0, 0.9)), MaterialFlag.SPECULAR),
        (Material(clearcoat=0.1), MaterialFlag.CLEARCOAT),
        (Material(clearcoat_roughness=0.1), MaterialFlag(0)),
    ):
        assert woven_material(material)["flags"] == flags


def test_textures_are_stored_once_for_each_way_of_reading_them(tmp_path: Path) -> None:
    for name in ("a.png", "copy of a.png"):
        Image.new("RGB", (2, 2), (1, 2, 3)).save(tmp_path / name)
    Image.new("RGB", (2, 2), (4, 5, 6)).save(tmp_path / "b.png")
    scene = Scene(root=tmp_path)
    scene.add("o", Mesh.box(), Material(
        base_color_texture=Texture("a.png", wrap_u="clamp"),
        emissive_texture=Texture("copy of a.png", offset=(1, 2)),
        occlusion_texture=Texture("a.png"),
        normal_texture=Texture("b.png"),
    ))  # fmt: skip
    scene.add("p", Mesh.box(), Material(base_color_texture=Texture("a.png")))
    woven = weave(scene)
    slots = woven.materials["slots"]["texture"]
    first = {use: int(slots[0, use]) for use in TextureUse}
    assert first[TextureUse.BASE_COLOR] == first[TextureUse.EMISSIVE] == slots[1, TextureUse.BASE_COLOR]
    assert first[TextureUse.METALLIC_ROUGHNESS] == NONE
    assert woven.materials["textures"].tolist() == [sum(1 << use for use in TextureUse if first[use] != NONE), 1]
    assert [t.srgb for t in woven.textures] == [True, False, False]
    assert len({first[TextureUse.BASE_COLOR], first[TextureUse.OCCLUSION], first[TextureUse.NORMAL]}) == 3
    pixels = {TextureUse.BASE_COLOR: [1, 2, 3], TextureUse.OCCLUSION: [1, 2, 3], TextureUse.NORMAL: [4, 5, 6]}
    for use, pixel in pixels.items():
        assert woven.textures[first[use]].image.pixels[0, 0, :3].tolist() == pixel
    np.testing.assert_array_equal(woven.materials["slots"]["offset"][0, TextureUse.EMISSIVE], [1, 2])


@pytest.mark.parametrize(
    ("texture", "bits"),
    [
        (Texture(), 0),
        (Texture(wrap_u="clamp"), 1),
        (Texture(wrap_u="mirror"), 2),
        (Texture(wrap_v="clamp"), 4),
        (Texture(wrap_v="mirror"), 8),
        (Texture(nearest=True), 16),
        (Texture(uv_set=1), 32),
        (Texture(wrap_u="mirror", wrap_v="clamp", nearest=True, uv_set=1), 2 | 4 | 16 | 32),
    ],
)
def test_sampling_flags(texture: Texture, bits: int) -> None:
    assert slot_flags(texture) == bits


def transformed(texture: Texture, u: float, v: float) -> tuple[float, float]:
    m00, m01, m10, m11 = uv_matrix(texture)
    return texture.offset[0] + m00 * u + m01 * v, texture.offset[1] + m10 * u + m11 * v


def test_uvs_are_transformed_as_the_example_of_the_extension_says() -> None:
    """KHR_texture_transform: "utilizes only the lower left quadrant of the source image, rotated clockwise 90°"."""
    texture = Texture(offset=(0, 1), rotation=90, scale=(0.5, 0.5))
    corners = [transformed(texture, u, v) for u, v in ((0, 0), (1, 0), (0, 1), (1, 1))]
    np.testing.assert_allclose(corners, [(0, 1), (0, 0.5), (0.5, 1), (0.5, 0.5)], atol=1e-15)
    flipped = Texture(offset=(0, 1), scale=(1, -1))  # "inverts the T axis"
    np.testing.assert_allclose(transformed(flipped, 0.25, 0.25), (0.25, 0.75))


@given(st.floats(-720, 720), st.floats(-3, 3), st.floats(-3, 3))
def test_uvs_are_scaled_before_they_are_turned(rotation: float, su: float, sv: float) -> None:
    texture = Texture(rotation=rotation, scale=(su, sv))
    turn, scale = Texture(rotation=rotation), Texture(scale=(su, sv))
    np.testing.assert_allclose(
        transformed(texture, 0.3, 0.7), transformed(turn, *transformed(scale, 0.3, 0.7)), atol=1e-12
    )
    assert np.hypot(*transformed(turn, 0.3, 0.7)) == pytest.approx(np.hypot(0.3, 0.7))


def test_a_mesh_without_a_material_shows_that_of_its_file_or_a_neutral_one(reference: Path) -> None:
    model = reference / "models" / "WaterBottle" / "glTF" / "WaterBottle.gltf"
    scene = Scene(root=model.parent)
    scene.add("neutral", Mesh.box())
    scene.add("own", Mesh.load(model.name))
    scene.add("other", Mesh.load(model.name), Material(metallic=1))
    woven = weave(scene)
    material = dict(zip(woven.instances["object"].tolist(), woven.instances["material"].tolist(), strict=True))
    assert (woven.materials["slots"]["texture"][material[1]] != NONE).sum() == 5
    assert (woven.materials["slots"]["texture"][material[0]] == NONE).all()
    assert woven.materials["metallic"][material[2]] == 1
    assert woven.stats.textures >= 4
    assert woven.stats.meshes == 2
