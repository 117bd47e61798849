"""What a surface is made of: sides, masks, glow, vertex colours, occlusion, normal maps."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamwell.assets import primitives
from dreamwell.assets.mesh import MeshData
from dreamwell.engine.math import look_rotation, matrix_from_quaternion, quaternion_from_axis_angle
from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Sun, Texture
from dreamwell.fabric import Fabric
from dreamwell.tests.fabric.drawing import (
    BLACK,
    F32,
    F64,
    HALF,
    draw,
    front,
    image,
    light_of_srgb,
    looking,
    mirrored,
    rectangle,
    show,
    stage,
)
from dreamwell.tests.fabric.twin import Lamp, Look, shaded, unit

WHITE = Environment(source="color", color=(1.0, 1.0, 1.0))
MIDDLE = (32, 32)
BEHIND = looking((0, 0, -5), (0, 0, 0), height=1.0)


# ---- sides ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["opaque", "mask", "blend"])
@pytest.mark.parametrize("double_sided", [False, True])
def test_back_faces_are_drawn_only_where_asked_for(fabric: Fabric, mode: Any, double_sided: bool) -> None:
    scene = stage()
    look = Material((1.0, 1.0, 1.0), 1.0, unlit=True, alpha_mode=mode, double_sided=double_sided)
    scene.add("square", Mesh.quad(), look)
    assert draw(fabric, scene, front())[MIDDLE][0] == pytest.approx(1, rel=HALF)
    assert show(fabric, BEHIND)[MIDDLE][0] == pytest.approx(float(double_sided), rel=HALF)


def test_from_inside_a_box_one_looks_out(fabric: Fabric) -> None:
    scene = stage(replace(BLACK, visible=False, backdrop=(0.2, 0.4, 0.6)))
    box = scene.add("box", Mesh.box(4.0), Material(emissive=(1.0, 1.0, 1.0)))
    inside = looking((0.1, 0.2, 0.3), (1, 0.5, 0.2), fov_y=100)
    np.testing.assert_allclose(draw(fabric, scene, inside), np.broadcast_to((0.2, 0.4, 0.6), (64, 64, 3)), rtol=HALF)
    box.scale = (-1, 1, 1)
    np.testing.assert_allclose(draw(fabric, scene, inside), np.broadcast_to((0.2, 0.4, 0.6), (64, 64, 3)), rtol=HALF)


def odd_shape() -> MeshData:
    """A thing without any symmetry, with vertex colours: a torus, bent."""
    ring = primitives.torus(0.4, 0.15, 16)
    x, y, z = ring.positions.T
    bent = np.column_stack([x + 0.3 * y + 0.2 * z * z, y * (1 + 0.4 * x), z - 0.3 * x]).astype(np.float32)
    colors = np.column_stack([0.5 + x / 2, 0.5 + y, 0.5 + z / 2, np.ones(len(x))]).clip(0.1, 1).astype(np.float32)
    return replace(ring, positions=bent, colors=colors)


@pytest.mark.parametrize("mode", ["opaque", "mask", "blend"])
@pytest.mark.parametrize("double_sided", [False, True])
def test_a_mirrored_thing_is_the_mirror_image(fabric: Fabric, mode: Any, double_sided: bool) -> None:
    """Scaled by -1 along x, in the same place as a mesh that was built so; in light, from several sides."""
    turn = quaternion_from_axis_angle((1, 1, 0), 30)
    look = Material((0.9, 0.8, 0.7), 0.6 if mode == "blend" else 1.0, alpha_mode=mode, double_sided=double_sided)

    def scene(mesh: MeshData, scale: tuple[float, float, float]) -> Scene:
        made = stage(Environment(intensity=0.5))
        made.add("sun", Sun(lux=2.0), toward=(-1, -1, -2))
        made.add("thing", Mesh.of(mesh), look, rotation=turn, scale=scale)
        return made

    observers = [looking(eye, (0, 0, 0), height=1.6) for eye in ((0, 0, 3), (2, 2, -2), (-3, 1, 0.5))]
    mesh = odd_shape()
    wanted = [draw(fabric, scene(mirrored(mesh), (1, 1, 1)), observer) for observer in observers]
    found = [draw(fabric, scene(mesh, (-1, 1, 1)), observer) for observer in observers]
    straight = [draw(fabric, scene(mesh, (1, 1, 1)), observer) for observer in observers]
    for a, b, c in zip(found, wanted, straight, strict=True):
        # Other triangles of one pixel may come first, so a pixel here and there may differ.
        assert (np.abs(a - b).max(axis=2) > 0.02).mean() < 0.005
        assert (np.abs(a - c).max(axis=2) > 0.02).mean() > 0.05
        assert a.std() > 0.02


# ---- factors --------------------------------------------------------------------------------------------------


def test_the_mask_lets_through_what_lies_below_the_cutoff(fabric: Fabric, tmp_path: Path) -> None:
    ramp = np.full((4, 256, 4), 255)
    ramp[..., 3] = np.arange(256)
    scene = stage(root=tmp_path)
    texture = Texture(image(tmp_path, "ramp", ramp), wrap_u="clamp")
    look = Material((1.0, 1.0, 1.0), 0.8, unlit=True, alpha_mode="mask", alpha_cutoff=0.4, base_color_texture=texture)
    scene.add("square", Mesh.of(rectangle(colors=np.tile([1, 1, 1, 0.75], (4, 1)))), look)
    # alpha = 0.8 * 0.75 * x, at least 0.4 from x = 2/3 on
    picture = draw(fabric, scene, front(), (256, 256))[128, :, 0]
    assert int(np.argmax(picture > 0.5)) == pytest.approx(256 * 2 / 3, abs=1.5)
    assert (picture[: int(256 * 2 / 3) - 1] == 0).all()
    assert (picture[int(256 * 2 / 3) + 2 :] > 0.99).all()


@pytest.mark.parametrize(("alpha", "shown"), [(0.5, True), (0.49, False)])
def test_the_cutoff_itself_is_drawn(fabric: Fabric, alpha: float, shown: bool) -> None:
    scene = stage()
    scene.add("square", Mesh.quad(), Material((1.0, 1.0, 1.0), alpha, unlit=True, alpha_mode="mask"))
    assert (draw(fabric, scene, front())[MIDDLE][0] > 0.5) == shown


def test_alpha_means_nothing_to_opaque_surfaces(fabric: Fabric) -> None:
    scene = stage()
    scene.add("square", Mesh.quad(), Material((1.0, 1.0, 1.0), 0.1, unlit=True))
    assert draw(fabric, scene, front())[MIDDLE][0] == pytest.approx(1, rel=HALF)


def test_surfaces_glow_in_the_dark(fabric: Fabric, tmp_path: Path) -> None:
    scene = stage(root=tmp_path)
    texture = Texture(image(tmp_path, "glow", np.full((2, 2, 3), (128, 255, 64))))
    look = Material((0.0, 0.0, 0.0), emissive=(0.5, 0.25, 1.0), emissive_strength=40.0, emissive_texture=texture)
    scene.add("square", Mesh.quad(), look)
    wanted = np.array([20, 10, 40]) * light_of_srgb(np.array([128, 255, 64]) / 255)
    np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], wanted, rtol=5e-3)


def test_no_light_changes_what_is_unlit(fabric: Fabric, tmp_path: Path) -> None:
    scene = stage(WHITE, root=tmp_path)
    scene.add("sun", Sun(lux=10.0), toward=(0, 0, -1))
    texture = Texture(image(tmp_path, "grey", np.full((2, 2, 3), 128)))
    look = Material((0.5, 0.75, 1.0), unlit=True, emissive=(3.0, 3.0, 3.0), base_color_texture=texture)
    scene.add("square", Mesh.quad(), look)
    wanted = np.array([0.5, 0.75, 1]) * light_of_srgb(128 / 255)
    np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], wanted, rtol=5e-3)


def test_vertex_colours_multiply_and_are_linear(fabric: Fabric) -> None:
    scene = stage()
    colors = [[1, 0, 0.2, 1], [0, 1, 0.2, 1], [1, 0, 0.2, 1], [0, 1, 0.2, 1]]
    scene.add("square", Mesh.of(rectangle(colors=colors)), Material((0.5, 0.8, 1.0), unlit=True))
    x = (np.arange(64) + 0.5) / 64
    wanted = np.column_stack([0.5 * (1 - x), 0.8 * x, np.full(64, 0.2)])
    np.testing.assert_allclose(draw(fabric, scene, front())[32], wanted, atol=1e-3)


def test_occlusion_darkens_indirect_light_alone(fabric: Fabric, tmp_path: Path) -> None:
    occlusion = Texture(image(tmp_path, "occlusion", np.full((2, 2, 3), (102, 255, 255))))  # red: 0.4
    plain = Material((0.7, 0.5, 0.3), emissive=(0.1, 0.1, 0.1))

    def light(environment: Environment, look: Material, sun: bool) -> F32:
        scene = stage(environment, root=tmp_path)
        scene.add("square", Mesh.quad(), look)
        if sun:
            scene.add("sun", Sun(lux=2.0), toward=(0.2, 0.3, -1))
        return np.asarray(draw(fabric, scene, front())[MIDDLE])

    around = light(WHITE, plain, False) - 0.1
    direct = light(BLACK, plain, True)
    for strength in (1.0, 0.5):
        closed = replace(plain, occlusion_texture=occlusion, occlusion_strength=strength)
        np.testing.assert_allclose(light(BLACK, closed, True), direct, rtol=1e-3)
        wanted = direct + around * (1 - strength * 0.6)
        np.testing.assert_allclose(light(WHITE, closed, True), wanted, rtol=2e-3)


# ---- normal maps ----------------------------------------------------------------------------------------------

SUN = Lamp("sun", (1.5, 1.5, 1.5), at=(0.5, 0.8, 1.0), toward=(0, 0, 0))
MATT = Look((0.8, 0.6, 0.4), 0.0, 0.7)
MATT_MATERIAL = Material(MATT.base, metallic=MATT.metallic, roughness=MATT.roughness)
TURNED_UV = [[0, 1], [0, 0], [1, 1], [1, 0]]  # u runs down, v runs left
FLIPPED_UV = [[1, 0], [0, 0], [1, 1], [0, 1]]  # u runs left


def sunlit(scene: Scene) -> Scene:
    scene.add("sun", Sun(lux=1.5), at=SUN.at, toward=SUN.toward)
    return scene


def under_sun(normal: F64) -> F64:
    """What a surface with this normal sends to an observer on +Z."""
    toward = np.array([0.0, 0, 1])
    return shaded(MATT, [SUN], np.zeros(3), unit(normal), toward, compensate=False)


@pytest.mark.parametrize("tangents", [True, False], ids=["tangents", "derived"])
@pytest.mark.parametrize(
    ("uv", "right", "up"),
    [(None, (1, 0, 0), (0, 1, 0)), (TURNED_UV, (0, -1, 0), (1, 0, 0)), (FLIPPED_UV, (-1, 0, 0), (0, 1, 0))],
    ids=["straight", "turned", "flipped"],
)
@pytest.mark.parametrize("scale", [(1, 1, 1), (1, 4, 1), (5, 1, 1), (-1, 1, 1)], ids=str)
@pytest.mark.parametrize("strength", [1.0, 0.4])
def test_a_tilted_texel_tilts_the_normal(
    fabric: Fabric, tmp_path: Path, tangents: bool, uv: Any, right: Any, up: Any, scale: Any, strength: float
) -> None:
    """Red goes along +u, green against +v, on the surface as it is stretched and mirrored."""
    tilted = np.array([200, 90, 220])
    scene = sunlit(stage(root=tmp_path, shading__energy_compensation=False))
    along_u, against_v = np.array(right), np.array(up)
    sign = np.sign(np.cross((0, 0, 1), along_u) @ against_v)
    mesh = rectangle(tangent=(*right, sign) if tangents else None, uv0=uv)
    texture = Texture(image(tmp_path, "normal", np.full((4, 4, 3), tilted)))
    look = replace(MATT_MATERIAL, normal_texture=texture, normal_scale=strength)
    scene.add("square", Mesh.of(mesh), look, scale=scale)
    x, y, z = tilted / 255 * 2 - 1
    mirror = np.array([np.sign(scale[0]), 1, 1])
    wanted = under_sun(strength * (x * along_u + y * against_v) * mirror + z * np.array([0, 0, 1]))
    np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], wanted, rtol=5e-3)


def test_normals_and_tangents_of_every_direction_are_unpacked(fabric: Fabric, tmp_path: Path) -> None:
    """A mesh turned one way on an object turned the other way is the same square, whatever its packed normal."""
    tilted = np.array([200, 90, 220])
    texture = Texture(image(tmp_path, "normal", np.full((4, 4, 3), tilted)))
    flat = rectangle(tangent=(0.6, 0.8, 0, 1))
    assert flat.tangents is not None
    x, y, z = tilted / 255 * 2 - 1
    wanted = under_sun(x * np.array([0.6, 0.8, 0]) + y * np.array([-0.8, 0.6, 0]) + z * np.array([0, 0, 1]))
    directions = [*np.eye(3), *-np.eye(3), *np.random.default_rng(3).normal(size=(20, 3))]
    for direction in directions:
        there = look_rotation(-np.asarray(direction), (0.3, 0.5, 0.8))
        turn = matrix_from_quaternion(there).astype(np.float32)
        mesh = replace(
            flat,
            positions=flat.positions @ turn.T,
            normals=flat.normals @ turn.T,
            tangents=np.column_stack([flat.tangents[:, :3] @ turn.T, flat.tangents[:, 3:]]),
        )
        scene = sunlit(stage(root=tmp_path, shading__energy_compensation=False))
        back = there * np.array([-1, -1, -1, 1])
        scene.add("square", Mesh.of(mesh), replace(MATT_MATERIAL, normal_texture=texture), rotation=back)
        np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], wanted, rtol=5e-3)


@pytest.mark.parametrize("tangents", [True, False], ids=["tangents", "derived"])
def test_from_behind_a_normal_map_bends_the_turned_normal(fabric: Fabric, tmp_path: Path, tangents: bool) -> None:
    tilted = np.array([200, 90, 220])
    texture = Texture(image(tmp_path, "normal", np.full((4, 4, 3), tilted)))
    scene = sunlit(stage(root=tmp_path, shading__energy_compensation=False))
    look = replace(MATT_MATERIAL, normal_texture=texture, double_sided=True)
    mesh = rectangle(tangent=(1, 0, 0, 1) if tangents else None)
    scene.add("square", Mesh.of(mesh), look, rotation=quaternion_from_axis_angle((0, 1, 0), 180))
    x, y, z = tilted / 255 * 2 - 1
    # glTF 2.0, section 3.9.4: the whole shading normal is turned round for back faces.
    there = np.array([-x, y, -z])
    np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], under_sun(-there), rtol=5e-3)


@pytest.mark.parametrize("tangents", [True, False], ids=["tangents", "derived"])
@pytest.mark.parametrize("stretch", [1.0, 6.0])
def test_a_bump_is_bright_where_the_light_comes_from(
    fabric: Fabric, tmp_path: Path, tangents: bool, stretch: float
) -> None:
    at = (np.arange(64) + 0.5) / 32 - 1
    x, y = np.meshgrid(at, -at)
    z = np.sqrt(np.clip(1 - x * x - y * y, 0, None))
    inside = z > 0
    normals = np.where(inside[..., None], np.stack([x, y, z], axis=-1), (0, 0, 1))
    texture = Texture(image(tmp_path, "bump", np.rint(normals * 127.5 + 127.5)))
    mesh = rectangle(tangent=(1, 0, 0, 1) if tangents else None)
    for toward_light in ((-1, 0, 0.4), (1, 0, 0.4), (0, 1, 0.4), (0, -1, 0.4)):
        scene = stage(root=tmp_path)
        scene.add("sun", Sun(lux=2.0), at=toward_light, toward=(0, 0, 0))
        scene.add("square", Mesh.of(mesh), replace(MATT_MATERIAL, normal_texture=texture), scale=(stretch, 1, 1))
        picture = draw(fabric, scene, front(), (64, 64)).mean(axis=2)
        halves = {
            (-1, 0): picture[:, 16:28].mean(),
            (1, 0): picture[:, 36:48].mean(),
            (0, 1): picture[16:28, 26:38].mean(),
            (0, -1): picture[36:48, 26:38].mean(),
        }
        if stretch > 1:
            assert picture.std() > 0.01
            wide = show(fabric, looking((0, 0, 5), (0, 0, 0), height=stretch)).mean(axis=2)[26:38]
            halves = {**halves, (-1, 0): wide[:, 16:28].mean(), (1, 0): wide[:, 36:48].mean()}
        bright = halves[toward_light[0], toward_light[1]]
        dark = halves[-toward_light[0], -toward_light[1]]
        assert bright > 2 * dark
