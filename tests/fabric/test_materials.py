"""What materials can do beyond metallic-roughness: reflectance, clear coats, their textures, and what they cost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Sun, Texture
from dreamwell.fabric import Fabric
from dreamwell.fabric.tape import Tape
from dreamwell.loom.manifest import changed_material
from dreamwell.loom.weave import weave
from dreamwell.shaders import groups
from dreamwell.shaders.structs import SURFACE_FEATURES, MaterialFlag
from dreamwell.tests.fabric.drawing import (
    BLACK,
    F32,
    F64,
    draw,
    front,
    image,
    light_of_srgb,
    looking,
    rectangle,
    show,
    stage,
)
from dreamwell.tests.fabric.test_environment import PATCHES, hdr, patches
from dreamwell.tests.fabric.twin import Lamp, Look, coat_share, lobe_means, shaded, unit

WHITE = Environment(source="color", color=(1.0, 1.0, 1.0))
SUN = Lamp("sun", (1.5, 1.5, 1.5), at=(0.5, 0.8, 1.0), toward=(0, 0, 0))
MIDDLE = (32, 32)
TOWARD = np.array([0.0, 0, 1])
UP = np.array([0.0, 0, 1])


def sunlit(look: Material, root: Path, environment: Environment = BLACK, mesh: Any = None, **settings: Any) -> Scene:
    """A square that faces us, under a slanting sun."""
    made = stage(environment, root, **settings)
    made.add("sun", Sun(lux=1.5), at=SUN.at, toward=SUN.toward)
    made.add("square", Mesh.of(mesh if mesh is not None else rectangle()), look)
    return made


def changed(look: Material, name: str, value: Any) -> Material:
    """The material with another value for the field of that name."""
    changes: dict[str, Any] = {name: value}
    return replace(look, **changes)


# ---- textures of the extensions --------------------------------------------------------------------------------

FULL = Material(
    (0.5, 0.3, 0.2), roughness=0.4, ior=1.9, specular=0.9, specular_color=(0.9, 0.8, 0.7), clearcoat=0.8,
    clearcoat_roughness=0.6,
)  # fmt: skip
TEXEL = np.array([180, 120, 60, 210])
COLOR = light_of_srgb(TEXEL[:3] / 255)
TEXTURED: dict[str, dict[str, Any]] = {
    "specular_texture": {"specular": 0.9 * 210 / 255},
    "specular_color_texture": {"specular_color": (0.9 * COLOR[0], 0.8 * COLOR[1], 0.7 * COLOR[2])},
    "clearcoat_texture": {"clearcoat": 0.8 * 180 / 255},
    "clearcoat_roughness_texture": {"clearcoat_roughness": 0.6 * 120 / 255},
}
"""What a picture of one colour amounts to; which channels count is what the extensions say."""


@pytest.mark.parametrize("name", TEXTURED)
def test_textures_multiply_factors(fabric: Fabric, tmp_path: Path, name: str) -> None:
    look = changed(FULL, name, Texture(image(tmp_path, "it", np.full((2, 2, 4), TEXEL))))
    gleam = replace(WHITE, color=(0.3, 0.3, 0.3))
    found = draw(fabric, sunlit(look, tmp_path, gleam), front())[MIDDLE]
    wanted = draw(fabric, sunlit(replace(FULL, **TEXTURED[name]), tmp_path, gleam), front())[MIDDLE]
    ignored = draw(fabric, sunlit(FULL, tmp_path, gleam), front())[MIDDLE]
    np.testing.assert_allclose(found, wanted, rtol=4e-3)
    assert np.abs(wanted / ignored - 1).max() > 0.01


@pytest.mark.parametrize("name", TEXTURED)
def test_every_texture_has_its_own_uvs_and_wrapping(fabric: Fabric, tmp_path: Path, name: str) -> None:
    """Beside a base colour that lies elsewhere: its right quarter, by the second UV set, moved and clamped."""
    pixels = np.full((4, 16, 4), 255)
    pixels[:, 12:] = TEXEL
    base = Texture(image(tmp_path, "base", np.full((2, 2, 3), 200)))
    second = np.full((4, 2), 0.5)
    texture = Texture(image(tmp_path, "it", pixels), uv_set=1, scale=(2, 1), offset=(0.5, 0), wrap_u="clamp")
    look = changed(replace(FULL, base_color_texture=base), name, texture)
    mesh = rectangle(uv1=second)
    found = draw(fabric, sunlit(look, tmp_path, WHITE, mesh), front())[MIDDLE]
    flat = Texture(image(tmp_path, "flat", np.full((2, 2, 4), TEXEL)))
    wanted = draw(fabric, sunlit(changed(look, name, flat), tmp_path, WHITE, mesh), front())[MIDDLE]
    other = draw(fabric, sunlit(changed(look, name, None), tmp_path, WHITE, mesh), front())[MIDDLE]
    np.testing.assert_allclose(found, wanted, rtol=4e-3)
    assert np.abs(wanted / other - 1).max() > 0.005


@pytest.mark.parametrize("tangents", [True, False], ids=["tangents", "derived"])
@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_the_coat_has_normals_of_its_own(fabric: Fabric, tmp_path: Path, tangents: bool, strength: float) -> None:
    """Neither layer follows the other's normal map; where the coat has none, it is smooth."""
    bumps, dents = np.array([200, 90, 220]), np.array([90, 100, 235])
    look = Look((0.4, 0.2, 0.1), 0.0, 0.6, coat=1.0, coat_roughness=0.35)
    coated = Material(look.base, roughness=look.roughness, clearcoat=1.0, clearcoat_roughness=0.35)
    base = Texture(image(tmp_path, "base", np.full((4, 4, 3), bumps)))
    coat = Texture(image(tmp_path, "coat", np.full((4, 4, 3), dents)))
    mesh = rectangle(tangent=(1, 0, 0, 1) if tangents else None)

    def bent(texel: F64, scale: float = 1.0) -> F64:
        return unit((texel / 255 * 2 - 1) * (scale, scale, 1))

    for material, n, m in (
        (replace(coated, normal_texture=base), bent(bumps), UP),
        (replace(coated, clearcoat_normal_texture=coat, clearcoat_normal_scale=strength), UP, bent(dents, strength)),
        (replace(coated, normal_texture=base, clearcoat_normal_texture=coat), bent(bumps), bent(dents)),
    ):
        scene = sunlit(material, tmp_path, mesh=mesh, shading__energy_compensation=False)
        wanted = shaded(look, [SUN], np.zeros(3), n, TOWARD, False, m)
        np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], wanted, rtol=5e-3)


@pytest.mark.parametrize("layer", ["base", "coat"])
def test_each_layer_mirrors_what_its_own_normal_faces(fabric: Fabric, tmp_path: Path, layer: str) -> None:
    """The surroundings are a colour on each side; a normal map tilts one of the layers by 45° towards +X."""
    slanting = Texture(image(tmp_path, "slanting", np.full((4, 4, 3), (218, 128, 218))))
    mirror = Material((1.0, 1.0, 1.0), metallic=1.0, roughness=0.0, clearcoat=1.0)
    name = "normal_texture" if layer == "base" else "clearcoat_normal_texture"
    scene = stage(hdr(tmp_path, patches()), tmp_path)
    scene.add("square", Mesh.of(rectangle(tangent=(1, 0, 0, 1))), changed(mirror, name, slanting))
    ahead, aside = np.array(PATCHES[0, 0, 1]), np.array(PATCHES[1, 0, 0])
    tilt = unit((1.0, 0.0, 1.0)) if layer == "coat" else UP
    share = float(coat_share(Look(coat=1.0), tilt, TOWARD)[0])
    wanted = aside * share + ahead * (1 - share) if layer == "coat" else ahead * share + aside * (1 - share)
    np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], wanted, atol=0.01)


# ---- energy ----------------------------------------------------------------------------------------------------

ROUGHNESS = np.linspace(0, 1, 21)


def furnace(fabric: Fabric, look: Material, name: str, values: list[float]) -> F32:
    """(k, 24, 24) what spheres in a white furnace send to us: one for each of the k values of a field."""
    scene = stage(WHITE)
    for i, value in enumerate(values):
        scene.add(f"ball {i}", Mesh.sphere(0.5, 32), changed(look, name, value), at=(i - (len(values) - 1) / 2, 0, 0))
    picture = draw(fabric, scene, front(1.0), (24 * len(values), 24))
    return picture.reshape(24, len(values), 24, 3).swapaxes(0, 1)[..., 1]


def test_white_metal_loses_nothing_at_any_roughness(fabric: Fabric) -> None:
    balls = furnace(fabric, Material((1.0, 1.0, 1.0), metallic=1.0), "roughness", ROUGHNESS.tolist())
    np.testing.assert_allclose(balls, 1, atol=0.01)


def test_a_coat_loses_nothing_of_what_lies_under_it(fabric: Fabric) -> None:
    white = Material((1.0, 1.0, 1.0), metallic=1.0, roughness=0.4, clearcoat=1.0)
    np.testing.assert_allclose(furnace(fabric, white, "clearcoat_roughness", ROUGHNESS.tolist()), 1, atol=0.01)


def test_white_plastic_loses_as_little_as_the_model_does(fabric: Fabric) -> None:
    """glTF's mix of coating and core loses at most 3 % where one looks straight at it, and gains at the very rim."""
    balls = furnace(fabric, Material((1.0, 1.0, 1.0)), "roughness", ROUGHNESS.tolist())
    assert balls.min() > 0.97
    assert np.abs(balls.mean(axis=(1, 2)) - 1).max() < 0.035


@pytest.mark.parametrize(("ior", "specular"), [(1.0, 1.0), (1.33, 1.0), (2.4, 1.0), (1.5, 0.0), (2.4, 0.4)])
def test_plastic_of_every_reflectance_in_a_white_furnace(fabric: Fabric, ior: float, specular: float) -> None:
    """Seen from above: what is reflected and what is diffused, by brute force."""
    roughness = 0.5
    scene = stage(WHITE)
    scene.add("square", Mesh.quad(), Material((0.6, 0.6, 0.6), roughness=roughness, ior=ior, specular=specular))
    whole, grazing = lobe_means(1.0, roughness)
    f0 = ((ior - 1) / (ior + 1)) ** 2
    reflected = specular * (f0 * (whole - grazing) + grazing) * (1 + f0 * (1 / whole - 1))
    cos = (np.arange(4000) + 0.5) / 4000
    turned = (1 - np.sqrt((1 + cos) / 2)) ** 5
    diffused = 0.6 * np.mean(2 * cos * (1 - specular * (f0 + (1 - f0) * turned)))
    np.testing.assert_allclose(draw(fabric, scene, front())[MIDDLE], reflected + diffused, rtol=5e-3)


def test_the_coat_mirrors_the_surroundings_smoothly_over_a_matt_core(fabric: Fabric) -> None:
    """Towards the rim the coat takes over from a black core: its share is all that is seen."""
    scene = stage(WHITE)
    black = Material((0.0, 0.0, 0.0), roughness=1.0, specular=0.0, clearcoat=0.7)
    scene.add("ball", Mesh.sphere(0.45, 64), black)
    picture = draw(fabric, scene, front(), (128, 128))[64, 64:, 0]
    x = (np.arange(64) + 0.5) / 128
    inside = x < 0.4
    cos = np.sqrt(1 - (x[inside] / 0.45) ** 2)
    n = np.stack([np.sqrt(1 - cos**2), 0 * cos, cos], axis=-1)
    wanted = coat_share(Look(coat=0.7), n, np.broadcast_to(TOWARD, n.shape))[:, 0]
    np.testing.assert_allclose(picture[inside], wanted, rtol=0.05, atol=2e-3)


def test_what_glows_glows_less_under_a_coat(fabric: Fabric) -> None:
    scene = stage()
    scene.add("square", Mesh.quad(9.0), Material((0.0, 0.0, 0.0), emissive=(2.0, 2.0, 2.0), clearcoat=1.0))
    straight = draw(fabric, scene, front())[MIDDLE]
    np.testing.assert_allclose(straight, 2 * 0.96, rtol=2e-3)
    slanting = show(fabric, looking((4, 0, 1), (0, 0, 0), height=0.1))[MIDDLE]
    np.testing.assert_allclose(slanting, 2 * (1 - coat_share(Look(coat=1.0), UP, unit((4, 0, 1)))[0]), rtol=2e-3)


# ---- what it costs ---------------------------------------------------------------------------------------------

PLAIN = Material((0.3, 0.1, 0.1), roughness=0.6)
FEATURES = {
    MaterialFlag(0): Material(),
    MaterialFlag.SPECULAR: Material(ior=1.4),
    MaterialFlag.CLEARCOAT: Material(clearcoat=0.5),
    SURFACE_FEATURES: Material(clearcoat=0.5, specular=0.5),
}


@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_shaders_hold_what_the_scene_uses(fabric: Fabric, features: MaterialFlag) -> None:
    scene = stage()
    scene.add("plain", Mesh.quad(), PLAIN)
    scene.add("other", Mesh.quad(), FEATURES[features])
    fabric.upload_scene(weave(scene))
    assert fabric.scene is not None
    assert fabric.scene.sampling.features == features
    text = fabric.scene.sampling.wgsl()
    for feature in SURFACE_FEATURES:
        assert f"const SURFACE_{feature.name} = {'true' if features & feature else 'false'};" in text
    assert ("SURFACE_SLOTS = 5u" in text) == (not features)


def test_depth_passes_are_the_same_whatever_the_features() -> None:
    assert groups.Sampling(2, 4, int(SURFACE_FEATURES)).bare == groups.Sampling(2, 4)


@pytest.mark.parametrize("plain", [False, True], ids=["tape", "plain"])
@pytest.mark.parametrize(
    "changes",
    [{"clearcoat": 1.0}, {"specular": 0.0}, {"ior": 2.4}, {"clearcoat": 1.0, "ior": 1.1}, {"base_color": (0, 1, 0)}],
    ids=str,
)
def test_a_feature_that_comes_while_the_scene_is_shown(fabric: Fabric, changes: dict[str, Any], plain: bool) -> None:
    """Pipelines with it draw the very next frame, and those without it are not touched by what needs none."""
    after = replace(PLAIN, **changes)

    def scene(look: Material) -> Scene:
        made = stage(WHITE)
        made.add("sun", Sun(lux=2.0), at=(0.2, 0.3, 1), toward=(0, 0, 0))
        made.add("ball", Mesh.sphere(0.4), look)
        return made

    fabric.plain = plain
    try:
        wanted = draw(fabric, scene(after), front())
        woven = weave(scene(PLAIN))
        before = draw(fabric, woven, front())
        row = woven.material_components.index(PLAIN)
        made = changed_material(woven.materials[row], PLAIN, after)
        fabric.set_materials(np.array([row], np.int32), np.array([made]))
        shown = show(fabric, front())
        again = show(fabric, front())
    finally:
        fabric.plain = False
    assert np.abs(wanted - before).max() > 0.02
    np.testing.assert_array_equal(shown, wanted)
    np.testing.assert_array_equal(again, wanted)


def test_equal_features_keep_the_recorded_frame(fabric: Fabric) -> None:
    scene = stage(WHITE)
    scene.add("ball", Mesh.sphere(0.4), replace(PLAIN, clearcoat=0.2))
    woven = weave(scene)
    draw(fabric, woven, front())
    recorded: list[Tape] = list(fabric._tapes.values())
    row = next(i for i, m in enumerate(woven.material_components) if m.clearcoat)
    look = woven.material_components[row]
    made = changed_material(woven.materials[row], look, replace(look, clearcoat=0.9))
    fabric.set_materials(np.array([row], np.int32), np.array([made]))
    show(fabric, front())
    assert list(fabric._tapes.values()) == recorded


# ---- specular antialiasing -------------------------------------------------------------------------------------


def test_highlights_of_thin_things_do_not_glitter(fabric: Fabric) -> None:
    """Wires three pixels wide: between one frame and the next, a quarter of a pixel on, their light stays the same."""

    def scene(antialiasing: bool) -> Scene:
        made = stage(shading__specular_antialiasing=antialiasing)
        made.add("sun", Sun(lux=1.0), at=(0.0, 1.0, 0.7), toward=(0, 0, 0))
        look = Material((0.9, 0.9, 0.9), metallic=1.0, roughness=0.12)
        for i in range(7):
            turn = (0.0, 0.0, float(np.sin(np.pi / 4)), float(np.cos(np.pi / 4)))
            made.add(f"wire {i}", Mesh.cylinder(0.025, 2.0, 48), look, at=(0, (i - 3) * 0.137, 0), rotation=turn)
        return made

    def sums(antialiasing: bool) -> F64:
        fabric.upload_scene(weave(scene(antialiasing)))
        found: list[float] = []
        for step in range(8):
            lift = step / 8 / 64
            found.append(float(show(fabric, looking((0, lift, 5), (0, lift, 0), height=1.0)).mean()))
        return np.array(found)

    off, on = sums(False), sums(True)
    fabric.upload_scene(weave(scene(False)))
    true = float(show(fabric, front(), samples=64).mean())
    assert off.std() > 4 * on.std()
    assert np.abs(on - true).max() < 0.5 * np.abs(off - true).max()


def test_flat_surfaces_and_still_pictures_stay_sharp(fabric: Fabric, tmp_path: Path) -> None:
    look = Material((0.9, 0.9, 0.9), metallic=1.0, roughness=0.2)
    pictures = [
        draw(fabric, sunlit(look, tmp_path, shading__specular_antialiasing=on), front()) for on in (False, True)
    ]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    balls: list[F32] = []
    for on in (False, True):
        scene = stage(shading__specular_antialiasing=on)
        scene.add("sun", Sun(lux=2.0), at=(0.5, 0.8, 1), toward=(0, 0, 0))
        scene.add("ball", Mesh.sphere(0.45, 64), look)
        balls.append(draw(fabric, scene, front(), samples=16))
    assert np.abs(balls[0] - balls[1]).max() < 0.02 * balls[0].max()
