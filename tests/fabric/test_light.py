"""Direct light on surfaces of every transform, against a NumPy twin of the whole model at every pixel."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.math import quaternion_from_axis_angle
from dreamwell.engine.scene import Material, Mesh, PointLight, Scene, SpotLight, Sun
from dreamwell.fabric import Fabric, Observer, dfg
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, F64, draw, looking, pixel_rays, rectangle, stage
from dreamwell.tests.fabric.twin import Lamp, Look, dot, lobe_means, shaded, unit

SIZE = (48, 32)
NORMAL = (0.3, -0.2, 0.9)
SUN = Lamp("sun", (1.0, 0.8, 0.5), at=(0.4, 0.7, 1), toward=(0, 0, 0))
LAMPS = [
    SUN,
    Lamp("point", (2.0, 3.0, 4.0), at=(0.6, 0.5, 1.2)),
    Lamp("point", (9.0, 2.0, 2.0), at=(-0.9, 0.3, 0.8), range=1.6),
    Lamp("spot", (6.0, 8.0, 2.0), at=(0.2, -1.0, 1.5), toward=(0.1, -0.1, 0), inner=8, outer=17),
    Lamp("sun", (5.0, 5.0, 5.0), at=(0, 0, -1), toward=(0, 0, 0)),  # from behind: lights nothing that faces us
]


def light(scene: Scene, lamp: Lamp) -> None:
    strength = max(lamp.power)
    r, g, b = lamp.power
    color = (r / strength, g / strength, b / strength)
    component: Any
    match lamp.kind:
        case "sun":
            component = Sun(strength, color)
        case "point":
            component = PointLight(strength, color, lamp.range)
        case _:
            component = SpotLight(strength, color, lamp.range, lamp.inner, lamp.outer)
    scene.add(lamp.kind, component, at=lamp.at, toward=lamp.toward)


def with_square(look: Look, lamps: list[Lamp], compensate: bool = False, normal: Any = NORMAL, **pose: Any) -> Scene:
    """A square with one normal all over, at a pose that may be below another one (`above`), and lamps."""
    scene = stage(shading__energy_compensation=compensate)
    parent = scene.add("above", **pose.pop("above")) if "above" in pose else None
    material = Material(
        look.base,
        metallic=look.metallic,
        roughness=look.roughness,
        emissive=look.emissive,
        ior=look.ior,
        specular=look.specular,
        specular_color=look.specular_color,
        clearcoat=look.coat,
        clearcoat_roughness=look.coat_roughness,
        double_sided=pose.pop("double_sided", False),
    )
    scene.add("square", Mesh.of(rectangle(normal)), material, parent=parent, **pose)
    for lamp in lamps:
        light(scene, lamp)
    return scene


def witness(
    scene: Scene, look: Look, lamps: list[Lamp], observer: Observer, compensate: bool = False, normal: Any = NORMAL
) -> F64:
    """The same picture: the square is found by casting rays. NaN where it is not, or too near to its edge to tell."""
    woven = weave(scene)
    world = woven.objects.world[scene["square"].row].astype(np.float64)
    normals = np.linalg.inv(world[:, :3]).T  # normals go by the inverse transpose
    face, shown = unit(normals @ (0, 0, 1)), unit(normals @ unit(normal))
    origins, directions = pixel_rays(observer, SIZE)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = ((world[:, 3] - origins) @ face) / (directions @ face)
        points = origins + directions * t[..., None]
    local = (points - world[:, 3]) @ np.linalg.inv(world[:, :3]).T
    inside = (t > 0) & (np.abs(local[..., :2]) < 0.47).all(axis=-1)
    turned = np.where((directions @ face > 0)[..., None], -shown, shown)  # from behind the other side shines
    light_out = shaded(look, lamps, points, turned, -directions, compensate)
    return np.where(inside[..., None], light_out, np.nan)


def check(picture: F32, wanted: F64, rtol: float = 3e-3, least: int = 60) -> None:
    inside = ~np.isnan(wanted[..., 0])
    assert inside.sum() > least
    assert wanted[inside].max() > 1e-2
    np.testing.assert_allclose(picture[inside], wanted[inside], rtol=rtol, atol=3e-4)


POSES: dict[str, dict[str, Any]] = {
    "plain": {},
    "turned": {"rotation": quaternion_from_axis_angle((1, 2, 0), 35), "at": (0.1, 0, -0.1)},
    "stretched": {"scale": (1.6, 0.6, 0.3), "rotation": quaternion_from_axis_angle((1, 0, 0), -40)},
    "mirrored": {"scale": (-1, 1, 1), "rotation": quaternion_from_axis_angle((0, 1, 0), 25)},
    "twice mirrored": {"scale": (-1.2, 0.7, -0.5), "double_sided": True},
    "thrice mirrored": {"scale": (-1.2, -0.7, -0.5), "double_sided": True},
    "sheared": {
        "above": {"scale": (1.5, 0.5, 0.8), "rotation": quaternion_from_axis_angle((0, 0, 1), 20)},
        "rotation": quaternion_from_axis_angle((1, 1, 0.3), 50),
    },
    "sheared and mirrored": {
        "above": {"scale": (1.5, -0.5, 0.8), "rotation": quaternion_from_axis_angle((0, 0, 1), 20)},
        "rotation": quaternion_from_axis_angle((1, 1, 0.3), 50),
        "double_sided": True,
    },
    "from behind": {"rotation": quaternion_from_axis_angle((0, 1, 0), 160), "double_sided": True},
    "from behind, mirrored": {
        "rotation": quaternion_from_axis_angle((0, 1, 0), 160),
        "scale": (-1, 1, 1),
        "double_sided": True,
    },
}
NEAR = looking((0.3, 0.2, 1.6), (0, 0, 0), fov_y=50)


@pytest.mark.parametrize("pose", POSES)
def test_normals_under_every_transform(fabric: Fabric, pose: str) -> None:
    look = Look((0.9, 0.6, 0.3), roughness=0.6)
    scene = with_square(look, [SUN], **POSES[pose])
    check(draw(fabric, scene, NEAR, SIZE), witness(scene, look, [SUN], NEAR))


LOOKS = [
    Look((0.9, 0.6, 0.3), 0.0, 1.0),
    Look((0.9, 0.6, 0.3), 0.0, 0.3),
    Look((0.9, 0.6, 0.3), 1.0, 0.4),
    Look((0.2, 0.9, 0.5), 0.4, 0.55, emissive=(0.05, 0.1, 0.0)),
    Look((1.0, 1.0, 1.0), 1.0, 0.95),
]
EXTENDED = {
    "ior of water": Look((0.9, 0.6, 0.3), 0.0, 0.4, ior=1.33),
    "ior of air": Look((0.9, 0.6, 0.3), 0.0, 0.4, ior=1.0),
    "ior of diamond": Look((0.1, 0.2, 0.3), 0.0, 0.4, ior=2.42),
    "no specular": Look((0.9, 0.6, 0.3), 0.0, 0.4, specular=0.0),
    "half specular": Look((0.9, 0.6, 0.3), 0.0, 0.4, specular=0.5),
    "coloured specular": Look((0.2, 0.2, 0.2), 0.0, 0.4, specular_color=(0.1, 0.5, 1.0)),
    "more than all of it": Look((0.2, 0.2, 0.2), 0.0, 0.4, ior=1.8, specular_color=(20.0, 0.5, 5.0), specular=0.8),
    "specular of a half metal": Look((0.9, 0.6, 0.3), 0.5, 0.5, ior=1.9, specular=0.6, specular_color=(1.0, 0.3, 0.1)),
    "coat": Look((0.8, 0.05, 0.02), 0.0, 0.7, coat=1.0, coat_roughness=0.25),
    "some of a rough coat": Look((0.03, 0.3, 0.02), 0.0, 0.5, coat=0.7, coat_roughness=0.6),
    "coated metal that glows": Look((0.9, 0.6, 0.3), 1.0, 0.6, (0.1, 0.2, 0.3), coat=0.9, coat_roughness=0.4),
    "all together": Look((0.4, 0.6, 0.3), 0.3, 0.6, (0.0, 0.1, 0.0), 1.8, 0.7, (0.2, 0.9, 1.0), 0.8, 0.3),
}


@pytest.mark.parametrize("compensate", [False, True])
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"metallic {look.metallic} roughness {look.roughness}")
def test_the_surface_model_under_every_kind_of_light(fabric: Fabric, look: Look, compensate: bool) -> None:
    scene = with_square(look, LAMPS, compensate, rotation=quaternion_from_axis_angle((1, 0.5, 0), -20), scale=1.3)
    wanted = witness(scene, look, LAMPS, NEAR, compensate)
    check(draw(fabric, scene, NEAR, SIZE), wanted, rtol=8e-3 if compensate else 3e-3, least=300)


@pytest.mark.parametrize("lamp", LAMPS[:4], ids=["sun", "point", "point with range", "spot"])
def test_each_light_alone_seen_orthographically(fabric: Fabric, lamp: Lamp) -> None:
    flat = looking((0.5, 0.4, 2.0), (0, 0, 0), height=1.1)
    look = LOOKS[1]
    scene = with_square(look, [lamp])
    wanted = witness(scene, look, [lamp], flat)
    check(draw(fabric, scene, flat, SIZE), wanted, least=300)
    if lamp.range or lamp.kind == "spot":
        assert (np.nan_to_num(wanted, nan=1).max(axis=-1) == 0).sum() > 20, "some pixels lie outside of its reach"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"metallic {look.metallic} roughness {look.roughness}")
def test_light_at_grazing_angles(fabric: Fabric, look: Look) -> None:
    """Where Fresnel's part is large: towards the eye, low over the surface."""
    low = Lamp("sun", (1.0, 2.0, 3.0), at=(-1.6, 0.1, 0.55), toward=(0, 0, 0))
    observer = looking((1.6, 0.1, 0.5), (0, 0, 0), height=0.3)
    scene = with_square(look, [low], normal=(0, 0, 1))
    wanted = witness(scene, look, [low], observer, normal=(0, 0, 1))
    check(draw(fabric, scene, observer, SIZE), wanted, least=100)


@pytest.mark.parametrize("compensate", [False, True])
@pytest.mark.parametrize("name", EXTENDED)
def test_extensions_of_the_surface_model(fabric: Fabric, name: str, compensate: bool) -> None:
    """KHR_materials_ior, _specular and _clearcoat, from all sides and at grazing angles; none may be ignored."""
    look = EXTENDED[name]
    plain = Look(look.base, look.metallic, look.roughness, look.emissive)
    low = Lamp("sun", (1.0, 2.0, 3.0), at=(-1.6, 0.1, 0.55), toward=(0, 0, 0))
    grazing = looking((1.6, 0.1, 0.5), (0, 0, 0), height=0.3)
    for lamps, observer, normal in ((LAMPS, NEAR, NORMAL), ([low], grazing, (0, 0, 1))):
        scene = with_square(look, lamps, compensate, normal=normal)
        wanted = witness(scene, look, lamps, observer, compensate, normal)
        check(draw(fabric, scene, observer, SIZE), wanted, rtol=8e-3 if compensate else 3e-3, least=100)
        ignored = witness(scene, plain, lamps, observer, compensate, normal)
        inside = ~np.isnan(wanted)
        assert np.abs(wanted[inside] / ignored[inside] - 1).max() > 0.03


def test_energy_compensation_matters(fabric: Fabric) -> None:
    rough = replace(LOOKS[4], roughness=1.0)
    with_it, without = (draw(fabric, with_square(rough, [SUN], on), NEAR, SIZE) for on in (True, False))
    assert (with_it[16, 24] > 1.15 * without[16, 24]).all()


def test_the_shipped_table_is_what_the_lobe_reflects() -> None:
    table = dfg.load().astype(np.float64)
    size = len(table)
    v_plane = np.stack([np.sin(np.arange(64) / 32 * np.pi), np.cos(np.arange(64) / 32 * np.pi)], axis=1)
    u = (np.arange(128) + 0.5) / 128
    light = np.concatenate(  # cosine-weighted directions, all with the same weight
        [np.column_stack([np.sqrt(a) * v_plane, np.full(64, np.sqrt(1 - a))]) for a in u]
    )
    for row, column in ((8, 20), (20, 8), (32, 32), (50, 5), (63, 60), (40, 63)):
        nv, roughness = (column + 0.5) / size, (row + 0.5) / size
        whole, grazing = lobe_means(nv, roughness)
        view = np.array([np.sqrt(1 - nv * nv), 0, nv])
        diffuse = ((1 - dot(view, unit(view + light))) ** 5).mean()
        np.testing.assert_allclose(table[row, column], [whole - grazing, grazing, diffuse, 1], atol=4e-3)


def test_the_shipped_table_is_what_its_module_makes() -> None:
    table = dfg.load().astype(np.float64)
    centres = (np.arange(dfg.SIZE) + 0.5) / dfg.SIZE
    for row in (3, 40):
        np.testing.assert_allclose(table[row, :, :3], dfg.integrate(centres, float(centres[row])), atol=5e-4)
