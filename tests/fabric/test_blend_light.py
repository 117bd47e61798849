"""Transparent surfaces in light and shadow: lit as solid ones are, seen through by their alpha, their backs first."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamwell.assets.mesh import MeshData
from dreamwell.engine import math as dmath
from dreamwell.engine.scene import (
    Environment,
    Material,
    Mesh,
    PointLight,
    Scene,
    SpotLight,
    Sun,
    Texture,
    apply_settings,
)
from dreamwell.fabric import Fabric
from dreamwell.tests.fabric.drawing import (
    BLACK,
    F32,
    F64,
    HALF,
    UNIT_EV100,
    above,
    draw,
    front,
    image,
    looking,
    rectangle,
    show,
    stage,
)

MODES = pytest.mark.parametrize("mode", ["sorted", "weighted"])
BACKDROP = (0.02, 0.1, 0.3)
DARK = replace(BLACK, visible=False, backdrop=BACKDROP)
LOOK = Material((0.8, 0.5, 0.3), roughness=0.4, double_sided=True)


def glass(look: Material, alpha: float) -> Material:
    return replace(look, alpha=alpha, alpha_mode="blend")


LIGHTS: dict[str, Any] = {
    "sun": (Sun(3.0), {"toward": (1, -1, 0)}),
    "point": (PointLight(6.0), {"at": (1, 1.5, 1)}),
    "spot": (SpotLight(20.0), {"at": (-1, 2, 0), "toward": (0, 0, 0)}),
    "sky": (None, {}),
}


@MODES
@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_it_is_lit_as_a_solid_one_is_and_shows_what_is_behind(
    fabric: Fabric, mode: Any, light: str, alpha: float
) -> None:
    """alpha * (solid picture) + (1 - alpha) * backdrop, for every kind of light and for what it gives off itself."""

    def scene(look: Material) -> Scene:
        around = Environment(intensity=0.7, visible=False, backdrop=BACKDROP) if light == "sky" else DARK
        made = stage(around, transparency__mode=mode)
        made.add("plate", Mesh.plane(3.0), look)
        component, where = LIGHTS[light]
        if component is not None:
            made.add("light", component, **where)
        return made

    look = replace(LOOK, emissive=(0.0, 0.05, 0.1))
    observer = looking((1, 2, 2), (0, 0, 0))
    solid = draw(fabric, scene(look), observer)
    found = draw(fabric, scene(glass(look, alpha)), observer)
    seen = np.abs(solid - np.array(BACKDROP, np.float32)).max(axis=2) > 1e-3
    assert seen.sum() > 1000
    assert solid[seen].std() > 0.02
    wanted = np.where(seen[..., None], alpha * solid + (1 - alpha) * np.array(BACKDROP), np.array(BACKDROP))
    np.testing.assert_allclose(found, wanted, rtol=4 * HALF, atol=2e-4)


@MODES
@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_shadows_fall_on_it(fabric: Fabric, mode: Any, alpha: float) -> None:
    """A plate above a transparent floor: in its shadow only what is behind the floor is left."""
    scene = stage(DARK, shadows__enabled=True, shadows__size=512, transparency__mode=mode)
    scene.add("floor", Mesh.plane(6.0), glass(Material((0.6, 0.6, 0.6), roughness=1.0), alpha))
    scene.add("plate", Mesh.plane(1.0), LOOK, at=(-1, 1, 0))
    scene.add("sun", Sun(3.0), toward=(1, -1, 0))
    picture = draw(fabric, scene, above(4.0))
    shadow, lit = picture[30:34, 30:34], picture[4:8, 30:34]
    np.testing.assert_allclose(shadow, np.broadcast_to(np.array(BACKDROP) * (1 - alpha), shadow.shape), rtol=0.02)
    assert (lit.mean(axis=(0, 1)) > shadow.mean(axis=(0, 1)) + 0.15 * alpha).all()


@MODES
def test_it_throws_none_not_even_on_what_is_transparent_too(fabric: Fabric, mode: Any) -> None:
    scene = stage(DARK, shadows__enabled=True, shadows__size=512, transparency__mode=mode)
    scene.add("floor", Mesh.plane(6.0), glass(Material((0.6, 0.6, 0.6), roughness=1.0), 0.5))
    scene.add("sun", Sun(3.0), toward=(1, -1, 0))
    wanted = draw(fabric, scene, above(4.0, distance=0.5))
    scene.add("plate", Mesh.plane(1.0), glass(LOOK, 0.9), at=(-1, 1, 0))  # behind the eye
    np.testing.assert_allclose(draw(fabric, scene, above(4.0, distance=0.5)), wanted, rtol=4 * HALF)


@MODES
@pytest.mark.parametrize("by", ["material", "texture", "vertices"])
def test_alpha_may_go_down_to_nothing(fabric: Fabric, tmp_path: Path, mode: Any, by: str) -> None:
    """Where alpha is 0 the picture is the one without it, to the last bit: no highlight, no glow."""

    def scene(with_it: bool) -> Scene:
        made = stage(Environment(intensity=2.0), root=tmp_path, transparency__mode=mode)
        made.add("sun", Sun(50.0), toward=(0, -1, -1))
        made.add("box", Mesh.box(0.6), LOOK, at=(0, 0, -1))
        if with_it:
            look = glass(Material(roughness=0.05, emissive=(9.0, 9.0, 9.0)), 0.0 if by == "material" else 1.0)
            clear = {"vertices": np.array([[1, 1, 1, 0]] * 4, np.float32)}.get(by)
            if by == "texture":
                pixels = np.full((8, 8, 4), 255)
                pixels[..., 3] = 0
                look = replace(look, base_color_texture=Texture(image(tmp_path, "clear", pixels)))
            made.add("clear", Mesh.of(rectangle(colors=clear, edge=2.0)), look)
        return made

    observer = looking((0, 0.4, 3), (0, 0, 0), fov_y=35)
    wanted = draw(fabric, scene(False), observer)
    np.testing.assert_array_equal(draw(fabric, scene(True), observer), wanted)
    assert fabric.scene is not None
    assert fabric.scene.blended == 1


@MODES
def test_a_gradient_of_alpha_is_one_in_the_picture(fabric: Fabric, mode: Any) -> None:
    colors = np.array([[1, 1, 1, 0], [1, 1, 1, 1]] * 2, np.float32)
    scene = stage(DARK, transparency__mode=mode)
    scene.add("ramp", Mesh.of(rectangle(colors=colors)), glass(Material((0.9, 0.6, 0.2), unlit=True), 1.0))
    row = draw(fabric, scene, front(1.0))[32]
    alpha = ((np.arange(64) + 0.5) / 64)[:, None]
    np.testing.assert_allclose(row, alpha * (0.9, 0.6, 0.2) + (1 - alpha) * BACKDROP, rtol=4 * HALF, atol=1e-3)


@MODES
@pytest.mark.parametrize("ev100", [UNIT_EV100, 3.0, 12.0])
def test_unlit_is_the_same_on_the_screen_however_bright_the_scene(fabric: Fabric, mode: Any, ev100: float) -> None:
    scene = stage(
        replace(BLACK, visible=False),
        exposure__ev100=ev100,
        tonemap__operator="none",
        transparency__mode=mode,
    )
    scene.add("sun", Sun(1e5), toward=(0, 0, -1))
    scene.add("pane", Mesh.quad(), glass(Material((0.9, 0.5, 0.1), unlit=True), 0.5))
    draw(fabric, scene, front(1.0), (8, 8))
    light = np.array([0.45, 0.25, 0.05])
    wanted = 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(fabric.read_image()[4, 4], wanted, atol=1)


# ---- double-sided ---------------------------------------------------------------------------------------------

NEAR, FAR = np.array([0.9, 0.1, 0.1]), np.array([0.1, 0.2, 0.9])


def shell(reverse: bool) -> MeshData:
    """A box without sides: its face on +Z is red, that on -Z blue, both facing out; triangles in either order."""
    one, half = rectangle().positions, np.array([0, 0, 0.5], np.float32)
    positions = np.concatenate([one + half, one * np.array([-1, 1, 1], np.float32) - half])
    normals = np.repeat(np.array([[0, 0, 1], [0, 0, -1]], np.float32), 4, axis=0)
    triangles = np.array([[0, 2, 1], [1, 2, 3], [4, 6, 5], [5, 6, 7]], np.uint32)
    colors = np.repeat(np.column_stack([[NEAR, FAR], [1, 1]]), 4, axis=0).astype(np.float32)
    indices = (triangles[::-1] if reverse else triangles).ravel().copy()
    return MeshData(positions, normals, indices, colors=colors)


def through(*layers: F64) -> F64:
    """The light of half transparent layers, nearest last, over the backdrop."""
    light = np.array(BACKDROP)
    for layer in layers:
        light = (light + layer) / 2
    return light


@pytest.mark.parametrize("reverse", [False, True], ids=["front first", "back first"])
@pytest.mark.parametrize("mirrored", [False, True], ids=["", "mirrored"])
def test_one_thing_shows_its_back_through_its_front(fabric: Fabric, reverse: bool, mirrored: bool) -> None:
    """However its triangles are listed, and from either side."""
    scene = stage(DARK)
    look = glass(Material((1.0, 1.0, 1.0), unlit=True, double_sided=True), 0.5)
    scene.add("shell", Mesh.of(shell(reverse)), look, scale=(-1 if mirrored else 1, 1, 1))
    np.testing.assert_allclose(draw(fabric, scene, front(2.0))[32, 32], through(FAR, NEAR), rtol=4 * HALF)
    behind = show(fabric, looking((0, 0, -5), (0, 0, 0), height=2.0))
    np.testing.assert_allclose(behind[32, 32], through(NEAR, FAR), rtol=4 * HALF)
    scene["shell"].set(replace(look, double_sided=False))
    np.testing.assert_allclose(draw(fabric, scene, front(2.0))[32, 32], through(NEAR), rtol=4 * HALF)


def test_things_behind_each_other_stay_apart(fabric: Fabric) -> None:
    """The halves of one are not mixed with those of another, turned the other way round."""
    scene = stage(DARK)
    look = glass(Material((1.0, 1.0, 1.0), unlit=True, double_sided=True), 0.5)
    scene.add("front", Mesh.of(shell(True)), look)
    turn = dmath.quaternion_from_axis_angle((0, 1, 0), 180)
    scene.add("back", Mesh.of(shell(False)), look, at=(0, 0, -2), rotation=turn)
    found = draw(fabric, scene, front(2.0))[32, 32]
    np.testing.assert_allclose(found, through(NEAR, FAR, FAR, NEAR), rtol=4 * HALF)


def lumps(picture: F32) -> float:
    """How uneven the middle of a picture is."""
    return float(np.abs(np.diff(picture[24:40, 24:40].mean(axis=2), axis=1)).max())


def test_a_bubble_is_smooth(fabric: Fabric) -> None:
    """Triangles of the far side over those of the near one would show as a pattern."""
    scene = stage(Environment(source="color", color=(0.2, 0.2, 0.2), visible=False))
    scene.add("sun", Sun(3.0), toward=(0.3, -1, -0.5))
    scene.add("bubble", Mesh.sphere(0.9), glass(Material((0.9, 0.7, 0.2), roughness=0.8, double_sided=True), 0.6))
    assert lumps(draw(fabric, scene, front(2.0))) < 0.02


@pytest.mark.parametrize("view", ["cull", "rings"])
def test_debug_views_show_each_face_once(fabric: Fabric, view: str) -> None:
    scene = stage(DARK, debug__view=view)
    look = glass(Material(double_sided=True), 0.5)
    scene.add("pane", Mesh.quad(), look)
    whole = draw(fabric, scene, front(2.0))[32, 32]
    scene["pane"].set(replace(look, double_sided=False))
    np.testing.assert_array_equal(draw(fabric, scene, front(2.0))[32, 32], whole)
    assert whole.max() > 0.1


def test_frozen_lists_are_drawn_in_either_mode(fabric: Fabric) -> None:
    """What was found in one mode is drawn whole, and in order, in the other."""
    scene = stage(DARK)
    look = glass(Material((1.0, 1.0, 1.0), unlit=True, double_sided=True), 0.5)
    for z in (0, -2):
        scene.add("shell", Mesh.of(shell(True)), look, at=(0, 0, z))
    pictures = {}
    for mode in ("sorted", "weighted"):
        scene.settings = apply_settings(scene.settings, {"transparency.mode": mode})
        pictures[mode] = draw(fabric, scene, front(2.0))
    for first, then in (("sorted", "weighted"), ("weighted", "sorted")):
        scene.settings = apply_settings(scene.settings, {"transparency.mode": first})
        draw(fabric, scene, front(2.0))
        frozen = {"debug.freeze_cull": True}
        for mode in (first, then):
            changes = {**frozen, "transparency.mode": mode}
            fabric.set_post_process_config(apply_settings(scene.settings, changes))
            for _ in range(2):
                np.testing.assert_allclose(show(fabric, front(2.0)), pictures[mode], rtol=4 * HALF)
        changes["debug.view"] = "cull"
        fabric.set_post_process_config(apply_settings(scene.settings, changes))
        assert show(fabric, front(2.0))[32, 32].max() > 0.1
