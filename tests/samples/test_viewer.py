"""The viewer: models of every kind on its stage, surroundings and tone mapping by key, files dropped on it."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.assets.hdr import read_hdr, write_hdr
from dreamwell.engine.cli import main
from dreamwell.engine.render import Shot, take
from dreamwell.samples.viewer import TONE_MAPS, Viewer
from dreamwell.samples.viewer.exhibit import still_life
from dreamwell.samples.viewer.stage import extent
from dreamwell.samples.viewer.surroundings import SURROUNDINGS, directions, panorama
from dreamwell.tests.samples import keys

SIZE = (160, 90)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A red four-sided spike, 3 m high, its base at y = 1: a .glb of one mesh."""
    corners = np.array([[-1, 0, 1], [1, 0, 1], [1, 0, -1], [-1, 0, -1], [0, 3, 0]], np.float32)
    faces = np.array([0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4, 0, 2, 1, 0, 3, 2], np.uint16)
    binary = corners.tobytes() + faces.tobytes()
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "spike", "translation": [0, 1, 0]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [0.8, 0.02, 0.02, 1], "metallicFactor": 0}}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 5, "type": "VEC3", "min": [-1, 0, -1], "max": [1, 3, 1]},
            {"bufferView": 1, "componentType": 5123, "count": 18, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 60},
            {"buffer": 0, "byteOffset": 60, "byteLength": 36},
        ],
        "buffers": [{"byteLength": len(binary)}],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
    path = tmp_path / "spike.glb"
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)
    return path


def picture(viewer: Viewer) -> NDArray[np.float64]:
    return take(Shot(SIZE), viewer.app.step).image.astype(np.float64)


def press(viewer: Viewer, key: str) -> None:
    keys.press(viewer.app, key, dt=0.0)


def red(image: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (image[..., 0] > 40) & (image[..., 0] > 2 * image[..., 1]) & (image[..., 0] > 2 * image[..., 2])


# ---- models ---------------------------------------------------------------------------------------------------


def test_a_gltf_model_from_the_command_line(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    assert main(["run", "viewer", "--size", "160x90", "--frames", "1", "-o", str(out), "--", str(model)]) == 0
    light = np.load(out)
    spike = light[..., 0] > 4 * light[..., 1]
    assert 0.04 < spike.mean() < 0.6
    assert spike[:, 80].any(), "it stands in the middle"


def test_a_missing_model_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.png"
    assert main(["run", "viewer", "-o", str(out), "--", str(tmp_path / "gone.glb")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "gone.glb: there is no such file" in error
    assert len(error.splitlines()) == 1
    assert not out.exists()


def test_the_floor_lies_under_the_model(model: Path) -> None:
    viewer = Viewer(model)
    assert viewer.app.world["floor-0"].position == pytest.approx((0, 1, 0), abs=1e-6)
    assert viewer.ball.centre == pytest.approx((0, 2.5, 0), abs=1e-6)


def test_an_obj_model_gets_a_neutral_surface(tmp_path: Path) -> None:
    path = tmp_path / "slab.obj"
    path.write_text("v 0 0 0\nv 2 0 0\nv 2 0.1 2\nv 0 0.1 2\nf 1 2 3\nf 1 3 4\nf 3 2 1\nf 4 3 1\n", encoding="utf-8")
    viewer = Viewer(path)
    assert viewer.app.scene["slab"].get(dw.Material) is None
    assert viewer.ball.centre == pytest.approx((1, 0.05, 1), abs=1e-6)
    assert picture(viewer).std() > 10


def test_a_scene_with_light_of_its_own_is_left_as_it_is(tmp_path: Path) -> None:
    made = dw.Scene("lit", seed=1)
    made.add("lamp", dw.PointLight(), at=(0, 3, 0))
    made.add("ball", dw.Mesh.sphere())
    made.save(tmp_path / "lit.dream")
    scene = Viewer(tmp_path / "lit.dream").app.scene
    assert scene.names == ["lamp", "ball"]


def test_extent_holds_turned_and_nested_things() -> None:
    scene = dw.Scene("boxes", seed=1)
    quarter = (0, 0, np.sin(np.pi / 4), np.cos(np.pi / 4))  # about Z: X becomes Y
    above = scene.add("above", at=(10, 0, 0), rotation=quarter, scale=2)
    scene.add("long", dw.Mesh.box((4, 1, 1)), at=(1, 0, 0), parent=above)
    scene.add("cube", dw.Mesh.box(1), at=(-3, 0, 0))
    low, high = extent(dw.weave(scene))
    assert low == pytest.approx([-3.5, -2, -1], abs=1e-5)
    assert high == pytest.approx([11, 6, 1], abs=1e-5)
    nothing = extent(dw.weave(dw.Scene("empty")))
    assert nothing[0] == pytest.approx([-0.5] * 3)


# ---- keys and drops -------------------------------------------------------------------------------------------


def test_e_changes_the_surroundings_and_comes_round(model: Path) -> None:
    viewer = Viewer(model)
    viewer.turning = False
    seen: list[str] = []
    pictures: list[NDArray[np.float64]] = []
    for _ in SURROUNDINGS:
        seen.append(viewer.surroundings)
        pictures.append(picture(viewer))
        assert viewer.surroundings in viewer.app.title
        press(viewer, "e")
    assert seen == list(SURROUNDINGS)
    assert viewer.surroundings == "studio"
    for i, one in enumerate(pictures):
        assert red(one).mean() > 0.01, seen[i]
        for other in pictures[:i]:
            assert np.abs(one - other).mean() > 10
    assert np.abs(picture(viewer) - pictures[0]).mean() < 1


def test_t_changes_the_tone_mapping_and_keeps_it(model: Path) -> None:
    viewer = Viewer(model)
    press(viewer, "t")
    assert viewer.app.world.settings.tonemap.operator == TONE_MAPS[1]
    press(viewer, "e")
    assert viewer.app.world.settings.tonemap.operator == TONE_MAPS[1], "other surroundings keep it"


def test_f_shows_all_of_it_again(model: Path) -> None:
    viewer = Viewer(model)
    viewer.turning = False
    before = viewer.orbit.distance
    viewer.orbit.zoom(0.05)
    picture(viewer)
    press(viewer, "f")
    assert viewer.orbit.target == pytest.approx((0, 2.5, 0), abs=1e-6)
    assert viewer.orbit.distance == pytest.approx(before, rel=0.05)
    spike = red(picture(viewer))
    assert spike[1:-1, 1:-1].any()
    spike[1:-1, 1:-1] = False
    assert not spike.any(), "it does not reach the picture's edge"


def test_it_turns_until_the_mouse_takes_over_or_space_is_pressed(model: Path) -> None:
    viewer = Viewer(model)
    start = viewer.orbit.yaw
    viewer.app.step(1.0)
    assert viewer.orbit.yaw == pytest.approx(start + 8)
    press(viewer, " ")
    stopped = viewer.orbit.yaw
    viewer.app.step(1.0)
    assert viewer.orbit.yaw == stopped
    press(viewer, " ")
    viewer.app.input.feed({"event_type": "wheel", "x": 0, "y": 0, "dx": 0, "dy": -100})
    viewer.app.step(1.0)
    assert not viewer.turning


def test_a_dropped_panorama_lights_what_is_there(model: Path, tmp_path: Path) -> None:
    viewer = Viewer(model)
    write_hdr(tmp_path / "green.hdr", np.full((16, 32, 3), (10, 1000, 10), np.float32))
    viewer.drop([tmp_path / "green.hdr"])
    assert viewer.name == "spike.glb"
    assert "green.hdr" in viewer.app.title
    image = picture(viewer)
    assert image[0, :, 1].min() > 2 * image[0, :, 0].max(), "the background is green"
    press(viewer, "e")
    assert viewer.panorama is None


def test_a_dropped_model_is_shown_and_a_broken_one_is_not(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer = Viewer()
    assert "vase" in viewer.app.scene
    viewer.drop([model])
    assert "spike" in viewer.app.scene
    assert viewer.orbit.target == pytest.approx((0, 2.5, 0), abs=1e-6)
    (tmp_path / "broken.glb").write_bytes(b"glTF, but not really")
    world = viewer.app.world
    viewer.drop([tmp_path / "broken.glb"])
    assert viewer.model == model
    assert viewer.app.world is world
    assert "broken.glb" in capsys.readouterr().err


# ---- what it shows by itself ----------------------------------------------------------------------------------


def test_the_still_life_is_made_of_closed_smooth_skins() -> None:
    for thing in still_life():
        mesh = thing.get(dw.Mesh)
        if mesh is None or mesh.data is None:
            continue
        data = mesh.data
        assert np.linalg.norm(data.normals, axis=1) == pytest.approx(1, abs=1e-4), thing.name
        corners = data.positions[data.indices.reshape(-1, 3)].astype(np.float64)
        face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        smooth = data.normals[data.indices.reshape(-1, 3)].sum(axis=1)
        real = np.linalg.norm(face, axis=1) > 1e-9
        assert ((face * smooth).sum(axis=1)[real] > 0).mean() > 0.995, thing.name
        volume = np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
        assert volume > 0, f"{thing.name} is inside out"


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_panoramas_are_seamless_and_bright_enough(name: str) -> None:
    pixels = read_hdr(panorama(name)).astype(np.float64)
    assert pixels.shape == (*directions().shape[:2], 3)
    assert (pixels >= 0).all()
    luminance = pixels @ (0.2126, 0.7152, 0.0722)
    across = np.abs(luminance[:, 0] - luminance[:, -1])
    beside = np.abs(np.diff(luminance, axis=1)).max(axis=1)
    assert (across <= 2 * beside + 0.05 * luminance.max(axis=1)).all(), "no seam behind the viewer"
    assert luminance.max() > 5 * np.median(luminance), "something shines"
