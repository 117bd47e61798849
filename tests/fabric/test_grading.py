"""Grading: every control against its formula, and none of them where they are neutral."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.scene import Environment, Mesh, Scene
from dreamwell.fabric import Fabric
from dreamwell.fabric.grading import finish_of, planckian, white_balance
from dreamwell.shaders.groups import Finish
from dreamwell.shaders.structs import ToneMapOperator
from dreamwell.tests.fabric.drawing import F64, draw, front, srgb, stage
from dreamwell.tests.fabric.test_tonemap import glow

DITHERED: dict[str, Any] = {"tonemap__operator": "none", "grading__dither": True}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def colours(**settings: Any) -> Scene:
    random = np.random.default_rng(8)
    scene = stage(tonemap__operator="none", **settings)
    for i in range(64):
        place = (i % 8 / 8 - 7 / 16, i // 8 / 8 - 7 / 16, 0)
        scene.add("square", Mesh.quad(1 / 8), glow(random.uniform(0, 0.9, 3)), at=place)
    return scene


def graded(fabric: Fabric, **settings: Any) -> tuple[F64, F64]:
    """Light before the end of the frame, and what the screen shows (0 to 255)."""
    light = draw(fabric, colours(**settings), front()).astype(np.float64)
    return light, fabric.read_image().astype(np.float64)


def test_neutral_grading_is_no_grading(fabric: Fabric) -> None:
    settings = stage().settings
    assert finish_of(settings) == Finish()
    assert finish_of(stage(tonemap__operator="agx").settings) == Finish(ToneMapOperator.AGX)
    light, image = graded(fabric)
    np.testing.assert_allclose(image, srgb(light) * 255, atol=0.51)


@pytest.mark.parametrize("saturation", [0.0, 0.5, 1.6])
def test_saturation(fabric: Fabric, saturation: float) -> None:
    light, image = graded(fabric, grading__saturation=saturation)
    grey = (light @ LUMINANCE)[..., None]
    np.testing.assert_allclose(image, srgb(grey + (light - grey) * saturation) * 255, atol=0.6)


@pytest.mark.parametrize("contrast", [0.5, 1.5])
def test_contrast(fabric: Fabric, contrast: float) -> None:
    light, image = graded(fabric, grading__contrast=contrast)
    np.testing.assert_allclose(image, srgb(0.18 * (light / 0.18) ** contrast) * 255, atol=0.6)


@pytest.mark.parametrize(("kelvin", "tint"), [(3200.0, 0.0), (10_000.0, 0.0), (6504.0, 0.5), (4000.0, -0.3)])
def test_white_balance(fabric: Fabric, kelvin: float, tint: float) -> None:
    light, image = graded(fabric, grading__temperature=kelvin, grading__tint=tint)
    np.testing.assert_allclose(image, srgb(np.maximum(light @ white_balance(kelvin, tint).T, 0)) * 255, atol=0.7)


def test_white_balance_makes_lamp_light_white() -> None:
    np.testing.assert_allclose(white_balance(6504.0, 0.0), np.eye(3), atol=1e-12)
    cool, warm = white_balance(3200.0, 0.0) @ np.ones(3), white_balance(12_000.0, 0.0) @ np.ones(3)
    assert cool[2] > 1 > cool[0], "daylight looks blue where lamp light is white"
    assert warm[0] > 1 > warm[2]
    green = white_balance(6504.0, -1.0) @ np.ones(3)
    assert green[1] > max(green[0], green[2])
    # Black bodies as Krystek (1985) tabulates them.
    np.testing.assert_allclose(planckian(2856.0), (0.25597, 0.34952), atol=3e-4)


def test_a_vignette_darkens_the_corners(fabric: Fabric) -> None:
    even = stage(Environment(source="color", color=(0.5, 0.5, 0.5)), tonemap__operator="none", grading__vignette=0.6)
    draw(fabric, even, front(), (96, 64))
    y, x = np.mgrid[:64, :96]
    square = ((x * 2 + 1 - 96) ** 2 + (y * 2 + 1 - 64) ** 2) / (96**2 + 64**2)
    wanted = srgb(0.5 / (1 + 0.6 * square) ** 2) * 255
    np.testing.assert_allclose(fabric.read_image()[..., 0], wanted, atol=0.6)


def test_sharpening_leaves_even_light_and_raises_edges(fabric: Fabric) -> None:
    _, plain = graded(fabric)
    _, sharp = graded(fabric, grading__sharpening=0.5)
    inner = np.zeros((64, 64), bool)
    inner[np.ix_(*[[i for i in range(64) if i % 8 in (2, 3, 4, 5)]] * 2)] = True
    np.testing.assert_array_equal(sharp[inner], plain[inner])
    assert np.abs(sharp - plain)[~inner].mean() > 2


def test_dither_breaks_up_bands_and_keeps_what_the_screen_can_show(fabric: Fabric) -> None:
    exact = [float(v) for v in (np.arange(256)[[0, 40, 128, 255]] / 255)]
    for value in exact:
        light = float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
        even = stage(
            Environment(source="color", color=(light, light, light)), tonemap__operator="none", grading__dither=True
        )
        draw(fabric, even, front())
        found = fabric.read_image().astype(np.float64)
        assert np.abs(found - value * 255).max() <= 1
        assert found.mean() == pytest.approx(value * 255, abs=0.15)
    between = stage(
        Environment(source="color", color=(0.2143, 0.2143, 0.2143)), tonemap__operator="none", grading__dither=True
    )
    draw(fabric, between, front())
    assert len(np.unique(fabric.read_image())) == 2
    assert fabric.read_image().mean() == pytest.approx(float(srgb(0.2143)) * 255, abs=0.1)


def test_what_is_on_is_named() -> None:
    settings = stage().settings
    every = replace(
        settings.grading,
        temperature=5000.0, contrast=1.1, saturation=0.9, vignette=0.1, sharpening=0.2, dither=True,
    )  # fmt: skip
    lit = replace(settings, grading=every, bloom=replace(settings.bloom, enabled=True))
    assert finish_of(lit) == Finish(ToneMapOperator.NEUTRAL, *[True] * 7)
