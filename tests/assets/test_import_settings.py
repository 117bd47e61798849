"""Import settings: each changes what is loaded, bad ones are told by file and line, none change nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.assets.gltf_scene import scene_from_gltf
from dreamwell.assets.hdr import write_hdr
from dreamwell.assets.images import load_image, save_image
from dreamwell.assets.import_settings import (
    KINDS,
    ModelImport,
    PanoramaImport,
    Settings,
    TextureImport,
    parsed,
    read_settings,
    settings_file,
    settings_text,
    write_settings,
)
from dreamwell.assets.library import AssetLibrary, save_mesh
from dreamwell.assets.mesh import MeshData
from dreamwell.assets.mesh_files import import_mesh
from dreamwell.assets.mesh_import import smoothed, tangents_of
from dreamwell.assets.panorama import read_panorama
from dreamwell.assets.primitives import sphere
from dreamwell.engine.declare import fields_of
from dreamwell.engine.errors import AssetError

SIMPLE: dict[str, Any] = {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2}
BOX = """v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0 0 2\nv 1 0 2\nv 1 1 2\nv 0 1 2
f 4 3 2 1\nf 5 6 7 8\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf 4 1 5 8\n"""


def put(asset: Path, settings: Settings) -> Path:
    """Write an asset's settings."""
    write_settings(asset, settings)
    return asset


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A box, 1 x 1 x 2, as OBJ without normals."""
    path = tmp_path / "box.obj"
    path.write_text(BOX)
    return path


# ---- the file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings", [ModelImport(scale=0.01, up_axis="z"), TextureImport(max_size=64, flip_y=True), PanoramaImport(64, 90)]
)
def test_a_file_of_settings_is_canonical(settings: Settings, tmp_path: Path) -> None:
    text = settings_text(settings)
    assert text.startswith('{\n "import": 1,\n')
    assert parsed(text, type(settings), tmp_path) == settings
    assert settings_text(parsed(json.dumps(json.loads(text)), type(settings), tmp_path)) == text
    assert settings_text(type(settings)()) == ""


BAD = {
    '{\n "import": 1,\n "scale": "big"\n}': ':3: scale is "big"; it must be a number',
    '{\n "import": 1,\n "scale": -1\n}': ":3: scale is -1.0; it must be above 0",
    '{\n "import": 1,\n\n "normals": "round"\n}': ':4: normals is "round"; it must be one of keep, smooth, flat',
    '{\n "import": 1,\n "size": 2\n}': ":3: size is unknown; it must be one of double_sided, flip_winding,",
    '{\n "import": 2\n}': ":2: import is 2; it must be 1, the version of this format",
    '{"scale": 2.0}': ":1: import is missing; it must be 1",
    '{\n "import": 1,\n "scale": 2\n "up_axis": "z"\n}': ":4: is no JSON: Expecting ',' delimiter (column 2)",
    "[1]": ":1: holds [1]; wanted {",
    "": ":1: is empty; wanted {",
    '{"import": 1, "scale": 1e999}': ":1: scale is inf; it must be a finite number",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_file_names_file_line_found_and_wanted(text: str, box: Path) -> None:
    settings_file(box).write_text(text)
    with pytest.raises(AssetError) as caught:
        AssetLibrary(box.parent).mesh("box.obj")
    assert f"box.obj.import{BAD[text]}" in str(caught.value)
    assert settings_file(box).read_text() == text


def test_all_that_is_wrong_is_told_at_once_and_bytes_that_are_no_text(box: Path) -> None:
    settings_file(box).write_text('{"import": 1,\n"scale": 0,\n"tangents": 3}')
    with pytest.raises(AssetError, match=r"(?s)can't be used:.*import:2: scale.*import:3: tangents"):
        import_mesh(box)
    settings_file(box).write_bytes(b"\xff\xfe{")
    with pytest.raises(AssetError, match=r"box.obj.import: is no UTF-8 text"):
        import_mesh(box)
    settings_file(box).unlink()
    settings_file(box).mkdir()
    with pytest.raises(AssetError, match=r"box.obj.import: can't be read"):
        import_mesh(box)


def test_without_a_file_everything_is_as_it_was(box: Path) -> None:
    plain = import_mesh(box).digest
    assert read_settings(box) == ModelImport()
    assert import_mesh(put(box, ModelImport(scale=2))).digest != plain
    settings_file(box).write_text('{"import": 1}')
    assert import_mesh(box).digest == plain
    assert read_settings(box.with_suffix(".py")) is None
    assert all(f.spec.doc for kind in set(KINDS.values()) for f in fields_of(kind))


def test_every_setting_is_in_the_docs(checkout: Path) -> None:
    text = (checkout / "docs" / "assets.md").read_text(encoding="utf-8")
    for kind in set(KINDS.values()):
        for f in fields_of(kind):
            assert f"| `{f.name}` |" in text, f.name


def test_defaults_take_the_file_away(box: Path) -> None:
    put(box, ModelImport(scale=2))
    put(box, ModelImport())
    assert not settings_file(box).exists()
    settings_file(box).mkdir()
    with pytest.raises(AssetError, match="can't be"):
        put(box, ModelImport())


# ---- models -----------------------------------------------------------------------------------------------------


def test_scale_and_axes_of_a_mesh(box: Path) -> None:
    plain = import_mesh(box)
    large = import_mesh(put(box, ModelImport(scale=3)))
    assert np.array_equal(large.positions, plain.positions * 3)
    assert np.array_equal(large.normals, plain.normals)
    turned = import_mesh(put(box, ModelImport(up_axis="z")))
    assert turned.bounds[0].tolist() == [0, 0, -1]
    assert turned.bounds[1].tolist() == [1, 2, 0]  # what was 2 high in z is 2 high in y
    assert np.allclose(turned.normals @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]], plain.normals)


def faces(mesh: MeshData) -> NDArray[Any]:
    """(t, 3) what each triangle's winding faces."""
    a, b, c = (mesh.positions[mesh.indices[k::3]] for k in range(3))
    found = np.cross(b - a, c - a)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_normals_are_kept_smooth_or_flat(box: Path) -> None:
    def normals(**settings: Any) -> MeshData:
        return import_mesh(put(box, ModelImport(**settings)))

    assert len(import_mesh(box).positions) == 8  # smooth all around, as the file has no normals
    flat = normals(normals="flat")
    assert len(flat.positions) == 36
    assert np.allclose(flat.normals, np.repeat(faces(flat), 3, axis=0))
    edged = normals(normals="smooth", smoothing_angle=60)
    assert len(edged.positions) == 24  # a cube's edges stay edges, the two triangles of a side are one
    assert np.allclose(edged.normals[edged.indices], np.repeat(faces(edged), 3, axis=0))
    round_ = normals(normals="smooth", smoothing_angle=120)
    assert np.abs(round_.normals).min() > 0.2
    assert len(round_.positions) == 8


def test_smooth_normals_against_a_plain_loop() -> None:
    ball = sphere(0.5, 12)
    made = smoothed(ball, 40)
    p, i = ball.positions.astype(np.float64), ball.indices.reshape(-1, 3)
    vectors = np.cross(p[i[:, 1]] - p[i[:, 0]], p[i[:, 2]] - p[i[:, 0]])
    facing = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)
    for corner in range(0, i.size, 7):
        triangle, at = corner // 3, p[i.ravel()[corner]]
        there = [t for t in range(len(i)) if (p[i[t]] == at).all(axis=1).any()]
        total = np.zeros(3)
        for t in there:
            touching = int((p[i[t]] == at).all(axis=1).sum())
            if facing[t] @ facing[triangle] >= np.cos(np.radians(40)) - 1e-6:
                total += vectors[t] * touching
        if np.linalg.norm(total) > 1e-9:
            wanted = total / np.linalg.norm(total)
            assert made.normals[made.indices[corner]] == pytest.approx(wanted, abs=1e-5)
    assert np.array_equal(made.positions[made.indices], ball.positions[ball.indices])
    assert made.uv0 is not None
    assert ball.uv0 is not None
    assert np.array_equal(made.uv0[made.indices], ball.uv0[ball.indices])
    assert made.tangents is None


def test_inside_out(box: Path) -> None:
    plain = import_mesh(box)
    flipped = import_mesh(put(box, ModelImport(flip_winding=True)))
    assert np.array_equal(flipped.normals, -plain.normals)
    middle = np.array([0.5, 0.5, 1])
    outward = flipped.positions[flipped.indices[::3]] - middle
    assert (np.einsum("ij,ij->i", faces(flipped), outward) < 0).all()


def test_tangents_are_made_kept_or_left_out(tmp_path: Path) -> None:
    ball = sphere(0.5, 24)
    save_mesh(tmp_path / "ball.npz", ball)
    path = tmp_path / "ball.npz"

    def library() -> MeshData:
        return AssetLibrary(tmp_path).mesh("ball.npz")

    assert ball.tangents is not None
    assert ball.uv0 is not None
    kept = library().tangents
    assert kept is not None
    assert np.array_equal(kept, ball.tangents)
    put(path, ModelImport(tangents="none"))
    assert library().tangents is None
    put(path, ModelImport(tangents="generate"))
    made = library().tangents
    assert made is not None
    away = np.abs(ball.positions[:, 1]) < 0.45  # at the poles there is no one direction
    assert (np.einsum("ij,ij->i", made[away, :3], ball.tangents[away, :3]) > 0.98).all()
    assert np.array_equal(made[away, 3], ball.tangents[away, 3])
    mirrored = tangents_of(ball.positions, ball.normals, ball.uv0 * np.array([-1, 1], np.float32), ball.indices)
    assert np.array_equal(mirrored[away, 3], -ball.tangents[away, 3])


def places(scene: dw.Scene) -> dict[str, NDArray[Any]]:
    """(k, 3) where the vertices of each object's mesh are in the world."""
    woven = dw.weave(scene)
    library = AssetLibrary(scene.root)
    out: dict[str, NDArray[Any]] = {}
    for row, one in enumerate(scene):
        mesh = one.get(dw.Mesh)
        if mesh is not None:
            p = library.mesh(mesh.asset).positions
            out[one.name] = np.c_[p, np.ones(len(p))] @ np.asarray(woven.objects.world[row])[:3].T
    return out


TREE: dict[str, Any] = {
    "extensionsUsed": ["KHR_lights_punctual"],
    "extensions": {"KHR_lights_punctual": {"lights": [{"type": "spot", "range": 4}]}},
    "cameras": [{"type": "perspective", "perspective": {"yfov": 1, "znear": 0.5}}],
    "meshes": [{"primitives": [{**SIMPLE, "material": 0}]}, {"primitives": [SIMPLE]}],
    "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}],
    "nodes": [
        {"name": "root", "children": [1, 2], "translation": [1, 2, 3], "rotation": [0.1, 0.2, 0.3, 0.9]},
        {"name": "one", "mesh": 0, "scale": [1, 2, 3], "rotation": [0.5, 0.5, 0.1, 0.7], "children": [3]},
        {"name": "eye", "camera": 0, "rotation": [0.3, 0, 0, 1], "translation": [0, 1, 0], "children": [4]},
        {"name": "both", "mesh": 1, "translation": [0, 0, 2], "extensions": {"KHR_lights_punctual": {"light": 0}}},
        {"name": "held", "mesh": 1, "translation": [0, 0, -1], "rotation": [0, 0.6, 0, 0.8]},
    ],
}


def aims(scene: dw.Scene, name: str) -> NDArray[Any]:
    """(2, 3) where an object is and where its -Z points."""
    woven = dw.weave(scene)
    row = list(woven.objects.names).index(name)
    world = np.asarray(woven.objects.world[row])[:3]
    return np.stack([world[:, 3], -world[:, 2] / np.linalg.norm(world[:, 2])])


def test_a_whole_model_is_scaled_and_turned(write_glb: Callable[..., Path], triangle: list[NDArray[Any]]) -> None:
    path = write_glb(TREE, triangle)
    plain = scene_from_gltf(path)
    before, eye, spot = places(plain), aims(plain, "eye"), aims(plain, "both")
    put(path, ModelImport(scale=0.5, up_axis="z"))
    scene = scene_from_gltf(path)
    after = places(scene)
    up = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])  # x y z → x z -y
    for name, points in before.items():
        assert np.allclose(after[name], points @ up.T * 0.5, atol=1e-5), name
    assert np.allclose(aims(scene, "eye"), eye @ up.T * [[0.5], [1]], atol=1e-5)
    light = next(one for one in scene if one.get(dw.SpotLight) is not None)
    assert light.get(dw.Mesh) is None
    place, direction = spot @ up.T
    row = [one.id for one in scene].index(light.id)
    world = np.asarray(dw.weave(scene).objects.world[row])[:3]
    assert np.allclose(world[:, 3], place * 0.5, atol=1e-5)
    assert np.allclose(-world[:, 2] / np.linalg.norm(world[:, 2]), direction, atol=1e-5)
    assert scene["eye"][dw.Camera].near == 0.25
    assert light[dw.SpotLight].range == 2
    assert set(plain.ids.tolist()) <= set(scene.ids.tolist())
    mesh = AssetLibrary(path.parent).mesh("model.glb#mesh/0")  # by itself as in the scene
    assert np.allclose(mesh.positions, triangle[0] @ up.T * 0.5)


def test_materials_of_a_model(write_glb: Callable[..., Path], triangle: list[NDArray[Any]], box: Path) -> None:
    path = write_glb(TREE, triangle)
    put(path, ModelImport(double_sided=True))
    scene = scene_from_gltf(path)
    assert scene["one"][dw.Material].double_sided
    assert scene["one"][dw.Material].base_color == (1, 0, 0)
    put(path, ModelImport(materials="none"))
    scene = scene_from_gltf(path)
    assert scene["one"][dw.Material] == scene["both"][dw.Material] == dw.Material()
    assert AssetLibrary(path.parent).material("model.glb#mesh/0") == dw.Material()
    assert AssetLibrary(path.parent).material("box.obj") is None
    put(box, ModelImport(double_sided=True))
    assert AssetLibrary(path.parent).material("box.obj") == dw.Material(double_sided=True)


# ---- pictures ---------------------------------------------------------------------------------------------------


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """4 x 2: green rises to the right, the lower row is red."""
    pixels = np.zeros((2, 4, 4), np.uint8)
    pixels[..., 1] = [0, 60, 120, 180]
    pixels[1, :, 0] = 200
    pixels[..., 3] = 255
    save_image(tmp_path / "p.png", pixels)
    return tmp_path / "p.png"


def test_pixels_are_flipped_and_reduced(picture: Path) -> None:
    plain = load_image(picture).pixels
    assert np.array_equal(load_image(put(picture, TextureImport(flip_y=True))).pixels, plain[::-1])
    green = load_image(put(picture, TextureImport(flip_green=True))).pixels
    assert np.array_equal(green[..., 1], 255 - plain[..., 1])
    assert np.array_equal(green[..., [0, 2, 3]], plain[..., [0, 2, 3]])
    small = load_image(put(picture, TextureImport(max_size=2))).pixels
    assert small.shape == (1, 2, 4)
    assert small[0, :, 1].tolist() == [30, 150]
    assert load_image(put(picture, TextureImport(max_size=4))).pixels.shape == (2, 4, 4)


def test_a_picture_that_a_model_names_has_its_own_settings(
    write_glb: Callable[..., Path], triangle: list[NDArray[Any]], picture: Path
) -> None:
    path = write_glb({**TREE, "images": [{"uri": "p.png"}]}, triangle)
    plain = AssetLibrary(path.parent).image("model.glb#image/0").pixels
    put(picture, TextureImport(flip_y=True))
    library = AssetLibrary(path.parent)
    assert np.array_equal(library.image("model.glb#image/0").pixels, plain[::-1])
    assert settings_file(picture) in library.files()


def shown(root: Path, *, repeats: float = 1.0) -> NDArray[Any]:
    """(64, 64, 3) a picture on an unlit square that fills the view."""
    scene = dw.Scene("square", seed=1, root=root)
    scene.configure({"aa.mode": "none", "bloom.enabled": False, "grading.dither": False, "tonemap.operator": "none"})
    scene.add("camera", dw.Camera(projection="orthographic", height=1), at=(0, 0, 2))
    texture = dw.Texture("p.png", scale=(repeats, repeats))
    look = dw.Material(unlit=True, base_color=(1, 1, 1), base_color_texture=texture)
    scene.add("square", dw.Mesh.quad(1.0), look)
    return np.asarray(dw.render(scene, size=(64, 64)))[..., :3].astype(int)


def test_how_a_picture_is_sampled_is_seen(picture: Path) -> None:
    smooth = shown(picture.parent)
    hard = shown(put(picture, TextureImport(filter="nearest")).parent)
    assert len(np.unique(hard[8, :, 1])) == 4
    assert len(np.unique(smooth[8, :, 1])) > 10
    linear = shown(put(picture, TextureImport(color_space="linear", filter="nearest")).parent)
    assert linear[8, 24, 1] > hard[8, 24, 1] + 40  # 60 of 255 as light is brighter than as a colour
    upside = shown(put(picture, TextureImport(flip_y=True, filter="nearest")).parent)
    assert np.array_equal(upside, hard[::-1])
    tiled = shown(put(picture, TextureImport(filter="nearest")).parent, repeats=2.0)
    clamped = shown(put(picture, TextureImport(filter="nearest", wrap="clamp")).parent, repeats=2.0)
    mirrored = shown(put(picture, TextureImport(filter="nearest", wrap="mirror")).parent, repeats=2.0)
    assert np.array_equal(tiled[8, :32], tiled[8, 32:])
    assert (clamped[4, 33:] == clamped[4, 33]).all()
    assert np.array_equal(mirrored[8, :32], mirrored[8, :31:-1])


def test_without_mipmaps_what_is_far_away_keeps_its_contrast(tmp_path: Path) -> None:
    checks = np.zeros((64, 64, 3), np.uint8)
    checks[::2, ::2] = checks[1::2, 1::2] = 255
    save_image(tmp_path / "p.png", checks)
    grey = shown(tmp_path, repeats=7.3)
    put(tmp_path / "p.png", TextureImport(mipmaps=False))
    sharp = shown(tmp_path, repeats=7.3)
    assert grey[8:56, 8:56].std() < 8
    assert sharp[8:56, 8:56].std() > 20


# ---- panoramas --------------------------------------------------------------------------------------------------


def test_panoramas(tmp_path: Path) -> None:
    light = np.random.default_rng(1).uniform(0.5, 2, (16, 32, 3)).astype(np.float32)
    path = tmp_path / "sky.hdr"
    write_hdr(path, light)
    plain = read_panorama(path)
    bright = read_panorama(put(path, PanoramaImport(exposure=2)))
    assert np.allclose(bright.pixels, plain.pixels * 4)
    assert np.allclose(bright.mean, plain.mean * 4)
    assert bright.digest.tobytes() != plain.digest.tobytes()
    turned = read_panorama(put(path, PanoramaImport(rotation=90)))
    assert np.array_equal(turned.pixels, np.roll(plain.pixels, -8, axis=1))
    between = read_panorama(put(path, PanoramaImport(rotation=360 / 64)))
    assert np.allclose(between.pixels, (plain.pixels + np.roll(plain.pixels, -1, axis=1)) / 2, rtol=0.02)
    low = read_panorama(put(path, PanoramaImport(max_height=4)))
    assert low.pixels.shape == (4, 8, 3)
    assert low.pixels[1, 2] == pytest.approx(plain.pixels[4:8, 8:12].mean(axis=(0, 1)), rel=0.02)
    odd = read_panorama(put(path, PanoramaImport(max_height=6)))
    assert odd.pixels.shape == (6, 12, 3)


def test_a_rotation_is_that_of_the_component(tmp_path: Path) -> None:
    light = np.full((32, 64, 3), 0.05, np.float32)
    light[:, 40:48] = (4, 1, 0.2)
    write_hdr(tmp_path / "sky.hdr", light)

    def view(rotation: float) -> NDArray[Any]:
        scene = dw.Scene("sky", seed=1, root=tmp_path)
        scene.configure({"aa.mode": "none", "bloom.enabled": False, "grading.dither": False, "exposure.mode": "manual"})
        scene.add("camera", dw.Camera(fov_y=90), at=(0, 0, 0), toward=(1, 0, 1))
        scene.add("sky", dw.Environment(source="file", file="sky.hdr", rotation=rotation, intensity=500))
        return np.asarray(dw.render(scene, size=(48, 32)))[..., :3].astype(int)

    still, wanted = view(0), view(45)
    put(tmp_path / "sky.hdr", PanoramaImport(rotation=45))
    assert np.abs(view(0) - wanted).max() <= 6
    assert np.abs(still - wanted).max() > 40
