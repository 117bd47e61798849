"""Automatic exposure: what it measures, how it adapts, and the camera's three numbers."""

from typing import Any

import numpy as np
import pytest

from dreamwell.engine.scene import Environment, Material, Mesh, Scene
from dreamwell.engine.world import World
from dreamwell.fabric import Fabric
from dreamwell.fabric.auto_exposure import exposure_of
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import front, light_of_srgb, stage

GREY = 0.18


def scene(light: float = 1.0, **settings: Any) -> Scene:
    """A picture filled with even light, in cd/m²."""
    values = {"exposure__mode": "auto", "tonemap__operator": "none", "exposure__metering": "average", **settings}
    return stage(Environment(source="color", color=(light, light, light)), **values)


def frames(fabric: Fabric, times: list[float]) -> list[float]:
    """The exposure of each of the frames at these times."""
    found: list[float] = []
    for time in times:
        fabric.begin_frame(front(), time=time)
        fabric.end_frame()
        fabric.read_linear()
        assert fabric._post.auto is not None
        found.append(fabric._post.auto.read())
    return found


@pytest.mark.parametrize("light", [0.02, 1.0, 300.0, 20_000.0])
@pytest.mark.parametrize("metering", ["average", "center", "spot"])
def test_a_grey_card_becomes_grey(fabric: Fabric, light: float, metering: str) -> None:
    fabric.resize((64, 64))
    fabric.upload_scene(weave(scene(light, exposure__metering=metering, exposure__lowest=-10.0)))
    exposures = frames(fabric, [0.0, 1 / 60])
    assert exposures[1] * light == pytest.approx(GREY, rel=0.01)
    assert light_of_srgb(fabric.read_image() / 255).mean() == pytest.approx(GREY, rel=0.03)
    np.testing.assert_allclose(fabric.read_linear(), light, rtol=2e-3)


def test_compensation_and_limits(fabric: Fabric) -> None:
    fabric.resize((64, 64))
    fabric.upload_scene(weave(scene(1.0, exposure__compensation=1.5)))
    assert frames(fabric, [0, 1])[1] == pytest.approx(GREY * 2**1.5, rel=0.01)
    fabric.upload_scene(weave(scene(1e-3, exposure__lowest=2.0)))
    assert frames(fabric, [0, 1])[1] == pytest.approx(exposure_of(2.0), rel=0.01)
    fabric.upload_scene(weave(scene(5e4, exposure__highest=9.0)))
    assert frames(fabric, [0, 1])[1] == pytest.approx(exposure_of(9.0), rel=0.01)


@pytest.mark.parametrize(("before", "after", "seconds"), [(10.0, 1000.0, 0.4), (1000.0, 10.0, 1.2)])
def test_it_takes_its_time(fabric: Fabric, before: float, after: float, seconds: float) -> None:
    """Nine tenths of the stops within the time that the settings say, whatever the frame rate; then all of them."""
    for rate in (30, 120):
        fabric.resize((64, 64))
        world = World(weave(scene(before)))
        fabric.upload_scene(world.woven)
        start = frames(fabric, [0.0, 0.1])[1]
        world.environment = Environment(source="color", color=(after, after, after))
        fabric.set_environment(world.appearance.environment)
        count = round(seconds * rate)
        found = np.log2(frames(fabric, [0.1 + i / rate for i in range(count + 1)]))
        whole = np.log2(before / after)
        assert (found[-1] - np.log2(start)) / whole == pytest.approx(0.9, abs=0.03)
        assert (np.diff(found) * np.sign(whole) >= -1e-6).all()
        assert frames(fabric, [60.0, 61.0])[1] * after == pytest.approx(GREY, rel=0.01)


def test_the_dark_and_the_bright_do_not_count(fabric: Fabric) -> None:
    """A third of the picture is nearly dark and a twentieth dazzles: the card between them is exposed for."""
    fabric.resize((100, 100))
    settings = {"exposure__darkest": 0.35, "exposure__brightest": 0.1}
    made = scene(1.0, **settings)
    for low, high, light in ((-0.5, -0.17, 0.01), (0.45, 0.5, 5000.0)):
        material = Material((0.0, 0.0, 0.0), metallic=1.0, emissive=(1.0, 1.0, 1.0), emissive_strength=light)
        made.add("strip", Mesh.quad((high - low, 2)), material, at=((low + high) / 2, 0, 0))
    fabric.upload_scene(weave(made))
    assert frames(fabric, [0, 1])[1] == pytest.approx(GREY, rel=0.03)


def test_nothing_to_measure_changes_nothing(fabric: Fabric) -> None:
    fabric.resize((64, 64))
    fabric.upload_scene(weave(scene(0.0)))
    found = frames(fabric, [0, 1, 2])
    assert np.isfinite(found).all()
    assert np.ptp(found) <= 1e-6 * found[0]


def test_unlit_things_stay_as_they_are(fabric: Fabric) -> None:
    fabric.resize((64, 64))
    made = scene(500.0)
    made.add("sign", Mesh.quad(0.5), Material((0.5, 0.5, 0.5), unlit=True))
    fabric.upload_scene(weave(made))
    frames(fabric, [0, 1, 2])
    assert light_of_srgb(fabric.read_image()[32, 32] / 255) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("aperture", "shutter", "iso", "ev100"), [(16, 1 / 125, 100, 14.966), (1, 1, 100, 0), (2, 1 / 4, 800, 1)]
)
def test_a_camera_is_set_by_its_numbers(
    fabric: Fabric, aperture: float, shutter: float, iso: float, ev100: float
) -> None:
    settings: dict[str, Any] = {"exposure__aperture": aperture, "exposure__shutter": shutter, "exposure__iso": iso}
    fabric.upload_scene(weave(scene(1.0, exposure__mode="camera", **settings)))
    assert fabric._exposure == pytest.approx(exposure_of(ev100), rel=1e-3)
