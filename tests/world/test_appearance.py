"""Light, materials and surroundings that change while a scene runs look as if the scene had been written so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.world import World

SIZE = (96, 54)
PAINT = dw.Material(base_color=(0.8, 0.2, 0.1))
GLOW = dw.Material(base_color=(0.1, 0.1, 0.1), emissive=(1, 1, 1), emissive_strength=100)


def written(
    sun: dw.Sun, lamp: dw.PointLight, paint: dw.Material, glow: dw.Material, sky: dw.Environment | None = None
) -> dw.Scene:
    scene = dw.Scene(seed=1)
    scene.configure({"aa.mode": "none"})  # every frame alone
    scene.add("camera", dw.Camera(), at=(0, 2, 5), toward=(0, 0.5, 0))
    scene.add("sun", sun, toward=(-1, -2, -1))
    scene.add("lamp", lamp, at=(1, 1.5, 1))
    scene.add("floor", dw.Mesh.plane(8), dw.Material())
    scene.add("box", dw.Mesh.box(), paint, at=(-0.8, 0.5, 0))
    scene.add("bulb", dw.Mesh.sphere(0.4), glow, at=(1, 0.5, 0))
    if sky is not None:
        scene.add("sky", sky)
    return scene


def drawn(gpu: Gpu, world: World, stage: Stage | None = None) -> NDArray[np.uint8]:
    stage = stage or Stage(gpu, SIZE)
    stage.draw(world, 0.0)
    return stage.fabric.read_image()


GRADIENT = dw.Environment(source="gradient", intensity=4000)
BEFORE = (dw.Sun(lux=50_000), dw.PointLight(candela=100), PAINT, GLOW)

CHANGES: dict[str, tuple[int, Any]] = {
    "sun": (0, dw.Sun(lux=300, color=(1, 0.5, 0.2))),
    "lamp": (1, dw.PointLight(candela=90_000, color=(0.2, 0.4, 1), range=3)),
    "paint": (2, dw.Material(base_color=(0.1, 0.6, 0.2), metallic=1, roughness=0.2)),
    "coat": (2, replace(PAINT, clearcoat=1.0, clearcoat_roughness=0.1, base_color=(0.2, 0.02, 0.01))),
    "gloss": (2, replace(PAINT, ior=4.0, roughness=0.3)),
    "glow": (3, replace(GLOW, emissive=(0.2, 1, 0.2), emissive_strength=20_000)),
    "sky": (4, replace(GRADIENT, zenith=(0.9, 0.2, 0.1), horizon=(0.3, 0.1, 0.4), intensity=9000, rotation=40)),
    "air": (4, dw.Environment(haze=30, air=2, ozone=0, ground=(1, 0.3, 0.1), sun_through_air=False)),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("own_sky", [False, True])
def test_what_is_set_looks_as_if_it_had_been_written(gpu: Gpu, what: str, own_sky: bool) -> None:
    index, value = CHANGES[what]
    sky = GRADIENT if own_sky or what == "sky" else None
    sky = dw.Environment() if what == "air" else sky
    before: tuple[Any, ...] = (*BEFORE, sky)
    after: tuple[Any, ...] = (*before[:index], value, *before[index + 1 :])
    world = World(dw.weave(written(*before)), aspect=16 / 9)
    stage = Stage(gpu, SIZE)
    first = drawn(gpu, world, stage)
    apply: dict[str, Callable[[], object]] = {
        "sun": lambda: world["sun"].set(value),
        "lamp": lambda: world["lamp"].set(value),
        **dict.fromkeys(("paint", "coat", "gloss"), lambda: world.materials.__setitem__(PAINT, value)),
        "glow": lambda: world.materials.__setitem__(GLOW, value),
        "sky": lambda: setattr(world, "environment", value),
        "air": lambda: setattr(world, "environment", value),
    }
    apply[what]()
    changed = drawn(gpu, world, stage)
    expected = drawn(gpu, World(dw.weave(written(*after)), aspect=16 / 9))
    assert np.abs(first.astype(int) - changed).max() > 20, "the change is seen"
    assert np.abs(changed.astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(drawn(gpu, world), changed, "another stage shows the same")


def test_values_are_read_back_and_equal_ones_send_nothing() -> None:
    world = World(dw.weave(written(*BEFORE)))
    assert world["sun"][dw.Sun].lux == 50_000
    assert world["sun"].get(dw.PointLight) is None
    world["sun"].set(dw.Sun(lux=50_000))
    world.materials[PAINT] = replace(PAINT)
    assert not len(world.appearance.lights.changed)
    assert not world.appearance.changed_materials
    world["sun"].set(dw.Sun(lux=1))
    assert world["sun"][dw.Sun].lux == 1
    assert world.materials[PAINT] is PAINT
    assert len(world.materials) == 3


def test_a_light_that_moved_stays_where_it_is_when_it_changes(gpu: Gpu) -> None:
    world = World(dw.weave(written(*BEFORE)), aspect=16 / 9)
    stage = Stage(gpu, SIZE)
    world["lamp"].position = (-2, 1, 2)
    drawn(gpu, world, stage)
    world["lamp"].set(dw.PointLight(candela=80_000))
    changed = drawn(gpu, world, stage)
    scene = written(BEFORE[0], dw.PointLight(candela=80_000), PAINT, GLOW, None)
    scene["lamp"].position = (-2, 1, 2)
    expected = drawn(gpu, World(dw.weave(scene), aspect=16 / 9))
    assert np.abs(changed.astype(int) - expected).max() <= 1


def test_what_can_not_change_is_refused_and_changes_nothing() -> None:
    world = World(dw.weave(written(*BEFORE)))
    with pytest.raises(dw.SceneError, match="alpha_mode can't be changed"):
        world.materials[PAINT] = replace(PAINT, alpha_mode="blend")
    with pytest.raises(dw.SceneError, match="pictures can't be changed"):
        world.materials[PAINT] = replace(PAINT, base_color_texture=dw.Texture("x.png"))
    with pytest.raises(dw.SceneError, match=r"roughness is 7.0; it must be from 0 to 1"):
        world.materials[PAINT] = replace(PAINT, roughness=7.0)
    with pytest.raises(dw.SceneError, match="no such material"):
        world.materials[dw.Material(roughness=0.123)] = PAINT
    with pytest.raises(dw.SceneError, match="environment file"):
        world.environment = dw.Environment(source="file", file="x.hdr")
    with pytest.raises(dw.SceneError, match=r"lux is -1.0; it must be at least 0"):
        world["sun"].set(dw.Sun(lux=-1))
    with pytest.raises(dw.SceneError, match='"box" has no Sun'):
        _ = world["box"][dw.Sun]
    assert world.materials[PAINT] == PAINT
    assert world["sun"][dw.Sun].lux == 50_000


@pytest.mark.parametrize("way", ["itself", "above", "back", "column"])
def test_what_is_mirrored_while_it_is_shown_looks_as_if_written_so(gpu: Gpu, way: str) -> None:
    """A cone has no symmetry to hide behind: drawn with the wrong winding, it shows its inside."""

    def scene(above: float, own: float) -> dw.Scene:
        made = dw.Scene(seed=1)
        made.configure({"aa.mode": "none"})
        made.add("camera", dw.Camera(), at=(0, 1, 3), toward=(0, 0, 0))
        made.add("sun", dw.Sun(), toward=(-1, -1, -2))
        holder = made.add("holder", scale=(above, 1, 1)) if way == "above" else None
        made.add("cone", dw.Mesh.cone(segments=8), dw.Material(), scale=(own, 1, 1), parent=holder)
        return made

    before, after = ((1.0, -1.0), (1.0, 1.0)) if way == "back" else ((1.0, 1.0), (1.0, -1.0))
    if way == "above":
        after = (-1.0, 1.0)
    world, stage = World(dw.weave(scene(*before)), aspect=16 / 9), Stage(gpu, SIZE)
    drawn(gpu, world, stage)
    if way == "above":
        world["holder"].scale = (-1, 1, 1)
    elif way == "column":
        row = world["cone"].row
        world.scales[row, 0] = -1
        world.touch([row])
    else:
        world["cone"].scale = (after[1], 1, 1)
    drawn(gpu, world, stage)
    changed = drawn(gpu, world, stage)
    expected = drawn(gpu, World(dw.weave(scene(*after)), aspect=16 / 9))
    np.testing.assert_array_equal(changed, expected)


def test_a_sun_that_turned_before_the_first_frame_is_metered(gpu: Gpu) -> None:
    scene = dw.Scene(seed=1)
    scene.add("camera", dw.Camera(), at=(0, 2, 5), toward=(0, 0.5, 0))
    scene.add("sun", dw.Sun(lux=128_000), toward=(-1, -2, -1))
    scene.add("air", dw.Environment())
    scene.add("floor", dw.Mesh.plane(8), dw.Material())
    world = World(dw.weave(scene))
    world["sun"].look_at((-1, -0.06, 0))
    drawn(gpu, world)
    low = dw.Scene(seed=1)
    low.add("sun", dw.Sun(lux=128_000), toward=(-1, -0.06, 0))
    low.add("air", dw.Environment())
    low.add("floor", dw.Mesh.plane(8), dw.Material())
    assert world.appearance.ev100 == pytest.approx(dw.weave(low).metered_ev100, abs=0.05)
