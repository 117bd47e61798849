"""`dw.render` and what it shares with apps: pictures of scenes, without a window."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Shot, Stage, picture
from dreamwell.engine.world import World

SIZE = (160, 90)


def room(x: float = 0.0, **camera: Any) -> dw.Scene:
    """A bright cube on a dark floor in the sun; `x` moves the cube."""
    scene = dw.Scene("room", seed=1)
    scene.configure({"aa.mode": "none"})  # every frame alone
    scene.add("front", dw.Camera(**camera), at=(0, 1, 4), toward=(0, 0.5, 0))
    scene.add("top", dw.Camera(), at=(0, 6, 0.01), toward=(0, 0, 0))
    scene.add("sun", dw.Sun(lux=50_000), toward=(-1, -2, -1))
    scene.add("floor", dw.Mesh.plane(8), dw.Material(base_color=(0.1, 0.1, 0.1)))
    scene.add("cube", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.3, 0.1)), at=(x, 0.5, 0))
    return scene


def unlit_quad() -> dw.Scene:
    """A surface without colour of its own before a background."""
    scene = dw.Scene("quad", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 0, 3), toward=(0, 0, 0))
    scene.add("quad", dw.Mesh.sphere(1), dw.Material(base_color=(0.5, 0.5, 0.5), roughness=1))
    return scene


def drawn(world: World, gpu: Gpu) -> NDArray[np.uint8]:
    stage = Stage(gpu, SIZE)
    stage.draw(world, 0)
    return stage.fabric.read_image()


def test_a_picture_and_its_light() -> None:
    image = dw.render(room(), SIZE)
    assert image.shape == (90, 160, 3)
    assert image.dtype == np.uint8
    light = dw.render(room(), SIZE, linear=True)
    assert light.shape == (90, 160, 3)
    assert light.dtype == np.float32
    assert np.isfinite(light).all()
    assert light.max() > 1000, "scene light is in cd/m², not in display units"
    cube, floor = image[45, 80].astype(int), image[85, 20].astype(int)
    assert cube[0] > cube[2] + 40, "the cube is orange"
    assert abs(floor[0] - floor[2]) < 40, "the floor is grey"


def test_samples_smooth_the_edges_and_nothing_else() -> None:
    once = dw.render(room(), SIZE, linear=True)
    many = dw.render(room(), SIZE, samples=16, linear=True)
    change = np.abs(once - many).max(axis=2) / once.max()
    assert 0.002 < (change > 0.02).mean() < 0.25
    assert np.median(change) < 0.01


def test_the_scene_is_left_as_it_was() -> None:
    scene = room()
    before, root = scene.dumps(), scene.root
    for environment in (None, "none", (1, 2, 3)):
        dw.render(scene, (32, 18), environment=environment, settings={"tonemap.operator": "agx"})
    with pytest.raises(dw.SceneError):
        dw.render(scene, (32, 18), environment="nowhere.hdr")
    assert scene.dumps() == before
    assert scene.root == root
    scene.add("later")
    other = room()
    other.add("later")
    assert scene["later"].id == other["later"].id, "ids of a seeded scene go on as if nothing was drawn"


def test_environments_replace_the_scenes_own(tmp_path: Path) -> None:
    header = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 16\n"
    (tmp_path / "even.hdr").write_bytes(header + bytes([128, 64, 32, 130]) * (8 * 16))  # 2, 1, 0.5

    def light(environment: Any, scene: dw.Scene) -> NDArray[np.float32]:
        return np.asarray(dw.render(scene, SIZE, linear=True, environment=environment))

    black = light("none", unlit_quad())
    assert black.max() < 1e-6

    colour = light((2, 1, 0.5), unlit_quad())
    np.testing.assert_allclose(colour[2, 2], (2, 1, 0.5), rtol=0.01)
    # A white furnace of radiance L makes a diffuse surface of albedo a look like a L, and a little more at 4 % gloss.
    np.testing.assert_allclose(colour[45, 80] / (2, 1, 0.5), 0.5, atol=0.04)

    file = light(tmp_path / "even.hdr", unlit_quad())
    np.testing.assert_allclose(file[2, 2], colour[2, 2], rtol=0.02)
    np.testing.assert_allclose(file[45, 80], colour[45, 80], rtol=0.03)

    with_own = unlit_quad()
    with_own.add("sky", dw.Environment(source="color", color=(9, 9, 9)))
    np.testing.assert_allclose(light(None, with_own)[2, 2], 9, rtol=0.01)
    np.testing.assert_allclose(light((2, 1, 0.5), with_own), colour, rtol=1e-3, atol=1e-3)


def test_a_camera_is_chosen_by_name() -> None:
    front, top = dw.render(room(), SIZE), dw.render(room(), SIZE, camera="top")
    assert np.abs(front.astype(int) - top).mean() > 5
    only_top = room()
    only_top["front"].remove()
    assert (dw.render(only_top, SIZE) == top).all()
    with pytest.raises(dw.SceneError, match='no object "tip"; there is "top"'):
        dw.render(room(), SIZE, camera="tip")


def test_settings_reach_the_picture_and_wrong_ones_are_named() -> None:
    plain = dw.render(room(), SIZE)
    darker = dw.render(room(), SIZE, settings={"exposure.compensation": -3})
    assert darker.mean() < plain.mean() * 0.6
    with pytest.raises(dw.SettingsError, match=r"bloom\.size is unknown; it must be one of tonemap\.operator"):
        dw.render(room(), SIZE, settings={"bloom.size": 3})


@pytest.mark.parametrize(
    "arguments", [{"size": (0, 90)}, {"size": (90, 20_000)}, {"frames": 0}, {"samples": 0}], ids=str
)
def test_impossible_shots_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(dw.DreamwellError, match="must be"):
        dw.render(room(), **arguments)


def test_files_are_drawn_like_scenes(tmp_path: Path) -> None:
    scene = room()
    wanted = dw.render(scene, SIZE)
    scene.save(tmp_path / "room.dream")
    assert (dw.render(tmp_path / "room.dream", SIZE) == wanted).all()
    assert dw.load(tmp_path / "room.dream").dumps() == scene.dumps()
    with pytest.raises(dw.SceneError, match=r"must be \.dream, \.gltf or \.glb"):
        dw.render(tmp_path / "room.txt", SIZE)
    with pytest.raises(dw.SceneError, match="does not exist"):
        dw.render(tmp_path / "other.dream", SIZE)


def test_a_broken_file_is_told_with_everything_that_is_wrong(tmp_path: Path) -> None:
    scene = room()
    scene.save(tmp_path / "room.dream")
    text = (tmp_path / "room.dream").read_text()
    (tmp_path / "room.dream").write_text(text.replace('"lux": 50000', '"lux": -1, "lax": 2'))
    with pytest.raises(dw.SceneError) as error:
        dw.render(tmp_path / "room.dream", SIZE)
    assert {p.field for p in error.value.problems} == {"Sun.lux", "Sun.lax"}


def test_a_world_that_moved_looks_like_a_scene_written_so(gpu: Gpu) -> None:
    world = World(dw.weave(room()))
    before = drawn(world, gpu)
    stage = Stage(gpu, SIZE)
    stage.draw(world, 0)
    world["cube"].position = (1, 0.5, 0)
    stage.draw(world, 0)
    wanted = drawn(World(dw.weave(room(x=1))), gpu)
    assert (wanted != before).any()
    assert (stage.fabric.read_image() == wanted).all(), "sent as a change"
    assert (drawn(world, gpu) == wanted).all(), "uploaded whole"


def test_settings_changed_at_run_time_are_drawn(gpu: Gpu) -> None:
    world = World(dw.weave(room()))
    stage = Stage(gpu, SIZE)
    stage.draw(world, 0)
    before = stage.fabric.read_image()
    world.configure({"exposure.compensation": -3})
    stage.draw(world, 0)
    assert stage.fabric.read_image().mean() < before.mean() * 0.6
    assert len(stage.uploads) == 1, "the scene is not uploaded again for that"


def test_the_report_counts_what_was_drawn() -> None:
    told: list[tuple[int, int]] = []
    made = picture(room(), Shot(SIZE, frames=3, samples=4), progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 6) for i in range(1, 7)]
    report = made.report
    assert (report["scene"], report["size"], report["frames"], report["samples"]) == ("room", [160, 90], 3, 4)
    assert (report["instances"], report["culled"]) == (2, 0)
    assert report["triangles"] == 14
    assert report["adapter"]["name"]
    assert list(report["weave_ms"]) == ["validate", "extract", "configure", "sort", "manifest"]
    assert all(report[key] > 0 for key in ("upload_ms", "frame_ms"))
    assert report["encode_us"]["median"] > 0


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A triangle 2 km away from the origin, as a .gltf file with its data inside, and no camera."""
    import base64
    import json

    corners = np.array([[-1, -1, 0], [1, -1, 0], [0, 1, 0]], "<f4")
    data = base64.b64encode(corners.tobytes()).decode()
    document = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "translation": [2000, 0, 0], "scale": [100, 100, 100]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}, "doubleSided": True}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 3,
                "type": "VEC3",
                "min": [-1, -1, 0],
                "max": [1, 1, 0],
            }
        ],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "buffers": [{"byteLength": 36, "uri": f"data:application/octet-stream;base64,{data}"}],
    }
    (tmp_path / "triangle.gltf").write_text(json.dumps(document))
    return tmp_path / "triangle.gltf"


@pytest.mark.parametrize("size", [(160, 90), (60, 120)], ids=["wide", "tall"])
def test_a_model_without_a_camera_is_seen_whole(model: Path, size: tuple[int, int]) -> None:
    light = dw.render(model, size, linear=True, environment=(1, 1, 1))
    red = light[..., 0] > light[..., 2] * 1.5
    assert 0.02 < red.mean() < 0.5
    edge = np.concatenate([red[0], red[-1], red[:, 0], red[:, -1]])
    assert not edge.any(), "nothing reaches the edge"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.write_text("{}"), "asset is missing"),
        (lambda p: p.unlink(), "no such file"),
    ],
    ids=["broken", "missing"],
)
def test_broken_models_are_refused(model: Path, change: Callable[[Path], object], message: str) -> None:
    change(model)
    with pytest.raises(dw.AssetError, match=message):
        dw.render(model, (32, 18))
