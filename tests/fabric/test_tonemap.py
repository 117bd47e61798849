"""From scene light to screen: every operator against its published formula, and exposure as a light meter has it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import wgpu

from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Sun, apply_settings
from dreamwell.fabric import Fabric
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import (
    BLACK,
    F64,
    UNIT_EV100,
    draw,
    front,
    light_of_srgb,
    looking,
    show,
    srgb,
    stage,
)

OPERATORS = ("neutral", "agx", "aces", "reinhard", "none")


# ---- the formulas ---------------------------------------------------------------------------------------------


def neutral(c: F64) -> F64:
    """Khronos PBR Neutral, as its specification writes it."""
    f90 = 0.04
    ks, kd = 0.8 - f90, 0.15
    x = c.min(axis=-1, keepdims=True)
    f = np.where(x <= 2 * f90, x - x**2 / (4 * f90), f90)
    p = (c - f).max(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        n = 1 - (1 - ks) ** 2 / (p + 1 - 2 * ks)
        g = 1 / (kd * (p - n) + 1)
        high = (c - f) * n / p * g + n * (1 - g)
    return np.asarray(np.where(p <= ks, c - f, high))


def agx(c: F64) -> F64:
    """AgX: inset, log2 over 16.5 stops, Sobotka's sigmoid, outset, a display of gamma 2.2."""
    inset = np.array(
        [
            [0.842479062253094, 0.0784335999999992, 0.0792237451477643],
            [0.0423282422610123, 0.878468636469772, 0.0791661274605434],
            [0.0423756549057051, 0.0784336, 0.879142973793104],
        ]
    )
    x = np.clip((np.log2(np.maximum(c @ inset.T, 1e-10)) + 12.47393) / (4.026069 + 12.47393), 0, 1)
    pivot, middle, slope = 10 / 16.5, 0.5, 2.0

    def side(t: F64, width: float, height: float, power: float) -> F64:
        # A hyperbola through (0, 0) with the given slope that reaches `height` at `width`.
        scale = ((slope * width) ** -power * ((slope * width / height) ** power - 1)) ** (-1 / power)
        return np.asarray(slope * t / (1 + (slope * t / scale) ** power) ** (1 / power))

    toe = middle - side(np.maximum(pivot - x, 0), pivot, middle, 3.0)
    shoulder = middle + side(np.maximum(x - pivot, 0), 1 - pivot, 1 - middle, 3.25)
    y = np.where(x < pivot, toe, shoulder)
    return np.asarray(np.maximum(y @ np.linalg.inv(inset).T, 0) ** 2.2)


def aces(c: F64) -> F64:
    """Stephen Hill's fit, in the row order of its source, ACES.hlsl; exposed by 1 / 0.6 as is usual."""
    to_rrt = np.array([[0.59719, 0.35458, 0.04823], [0.07600, 0.90834, 0.01566], [0.02840, 0.13383, 0.83777]])
    from_odt = np.array([[1.60475, -0.53108, -0.07367], [-0.10208, 1.10813, -0.00605], [-0.00327, -0.07276, 1.07602]])
    v = c / 0.6 @ to_rrt.T
    return np.asarray((v * (v + 0.0245786) - 0.000090537) / (v * (0.983729 * v + 0.4329510) + 0.238081) @ from_odt.T)


def reinhard(c: F64) -> F64:
    """Reinhard et al. 2002, equation 3, on luminance."""
    return np.asarray(c / (1 + c @ [0.2126, 0.7152, 0.0722])[..., None])


FORMULAS: dict[str, Callable[[F64], F64]] = {
    "neutral": neutral,
    "agx": agx,
    "aces": aces,
    "reinhard": reinhard,
    "none": lambda c: c,
}


def test_the_outset_of_agx_undoes_its_inset() -> None:
    grey = np.full((1, 3), 0.18)
    np.testing.assert_allclose(agx(grey), 0.5**2.2, rtol=1e-3)  # mid grey is the pivot


# ---- pictures -------------------------------------------------------------------------------------------------


def glow(color: Any, strength: float = 1.0) -> Material:
    return Material((0.0, 0.0, 0.0), metallic=1.0, emissive=tuple(color), emissive_strength=strength)


def colours(stops: float, **settings: Any) -> Scene:
    """48 squares that glow in random colours, up to 2^stops bright; some saturated, one black."""
    random = np.random.default_rng(4)
    scene = stage(**settings)
    for i in range(48):
        color = random.uniform(0, 1, 3) ** 3
        color[i % 3] *= (1, 0, 0.1)[i % 7 % 3]
        place = (i % 8 / 8 - 7 / 16, i // 8 / 8 - 5 / 16, 0)
        scene.add("square", Mesh.quad(1 / 8), glow(color * (i != 5), 2**stops), at=place)
    return scene


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("stops", [-3.0, 0.0, 6.0])
def test_operators_are_their_formulas(fabric: Fabric, operator: str, stops: float) -> None:
    scene = colours(stops, tonemap__operator=operator)
    linear = draw(fabric, scene, front(0.75), (64, 48)).astype(np.float64)
    image = fabric.read_image()
    assert image.shape == (48, 64, 3)
    wanted = srgb(FORMULAS[operator](linear)) * 255
    np.testing.assert_allclose(image, wanted, atol=0.75)
    assert image.max() > (200 if stops >= 0 else 60)


@pytest.mark.parametrize("operator", OPERATORS)
def test_brighter_light_is_never_darker(fabric: Fabric, operator: str) -> None:
    light = np.concatenate([[0.0], 2 ** np.linspace(-16, 12, 127)])
    scene = stage(tonemap__operator=operator)
    for i, value in enumerate(light):
        scene.add(
            "strip", Mesh.quad((1 / 128, 1)), glow((1.0, 1.0, 1.0), float(value)), at=((i + 0.5) / 128 - 0.5, 0, 0)
        )
    draw(fabric, scene, front(), (128, 128))
    row = fabric.read_image()[64].astype(np.float64)
    assert (np.diff(row[:, 0]) >= 0).all()
    assert np.ptp(row, axis=1).max() <= 1, "grey stays grey"
    assert row[0].max() == 0
    assert row[-1].min() >= 254
    assert len(np.unique(row)) > 40


def test_neutral_shows_base_colours_as_they_are(fabric: Fabric) -> None:
    """Up to 0.76, lit so that they and the coating's 4 % arrive as 1."""
    random = np.random.default_rng(9)
    base = random.uniform(0.08, 0.76, (16, 3))
    scene = stage(tonemap__operator="neutral")
    for i, color in enumerate(base):
        scene.add("square", Mesh.quad(0.25), glow(color + 0.04), at=(i % 4 / 4 - 0.375, i // 4 / 4 - 0.375, 0))
    draw(fabric, scene, front())
    found = fabric.read_image()[56::-16, 8::16].reshape(16, 3)
    np.testing.assert_allclose(light_of_srgb(found / 255), base, atol=5e-3)


def test_a_window_gets_the_same_picture(fabric: Fabric) -> None:
    """`end_frame(view)` draws into a texture of the presenting format; `show_again` brings it back offscreen."""
    draw(fabric, colours(1.0), front(0.75), (64, 48))
    wanted = fabric.read_image()
    device = fabric.gpu.device
    target = device.create_texture(
        size=(64, 48, 1),
        format=fabric.present_format,
        usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_SRC,
    )
    draw(fabric, stage(replace(BLACK, visible=False)), front(0.75), (64, 48))
    assert not fabric.read_image().any()
    fabric.upload_scene(weave(colours(1.0)))
    for samples in (1, 4):
        for i in range(samples):
            fabric.begin_frame(front(0.75), sample=(i, samples))
            fabric.end_frame(target.create_view())
        raw: Any = device.queue.read_texture(
            {"texture": target}, {"bytes_per_row": 256, "rows_per_image": 48}, (64, 48, 1)
        )
        shown = np.frombuffer(raw, np.uint8).reshape(48, 64, 4)[..., 2::-1]
        fabric.show_again()
        np.testing.assert_array_equal(shown, fabric.read_image())
        if samples == 1:
            np.testing.assert_array_equal(shown, wanted)


# ---- exposure -------------------------------------------------------------------------------------------------


def card(lux: float, base: float = 0.18, sky: Environment | None = None, **settings: Any) -> Scene:
    """A matt card on the ground, in the sun."""
    scene = stage(sky, **settings)
    scene.add("sun", Sun(lux=lux), toward=(-0.5, -1, -0.3))
    scene.add("card", Mesh.plane(2.0), Material((base, base, base), roughness=1.0))
    return scene


CARD_VIEW = looking((0.5, 2, 1.5), (0, 0, 0), fov_y=20)


def test_twice_the_light_and_one_stop_less_is_the_same_picture(fabric: Fabric) -> None:
    pictures: list[Any] = []
    for stops in (0, 1, 7):
        sky = Environment(source="gradient", intensity=0.3 * 2.0**stops)
        scene = card(2.0**stops, sky=sky, exposure__ev100=UNIT_EV100 + stops)
        draw(fabric, scene, CARD_VIEW)
        pictures.append(fabric.read_image().astype(int))
    assert np.abs(pictures[1] - pictures[0]).max() <= 1
    assert np.abs(pictures[2] - pictures[0]).max() <= 1
    assert 20 < pictures[0][32, 32].mean() < 235


def test_manual_exposure_is_ev100(fabric: Fabric) -> None:
    """Lagarde & de Rousiers 2014: the sensor saturates at 1.2 * 2^EV100 cd/m²."""
    for ev100 in (3.0, 12.5):
        scene = stage(exposure__ev100=ev100, tonemap__operator="none")
        scene.add("square", Mesh.quad(), glow((0.5, 0.5, 0.5), 1.2 * 2**ev100))
        draw(fabric, scene, front())
        assert light_of_srgb(fabric.read_image()[32, 32] / 255) == pytest.approx(0.5, abs=5e-3)


@pytest.mark.parametrize("mode", ["manual", "metered"])
def test_compensation_brightens(fabric: Fabric, mode: str) -> None:
    scene = card(1.0, exposure__mode=mode, tonemap__operator="none")
    draw(fabric, scene, CARD_VIEW)
    before = light_of_srgb(fabric.read_image()[32, 32] / 255)
    fabric.set_post_process_config(apply_settings(scene.settings, {"exposure.compensation": 1.0}))
    show(fabric, CARD_VIEW)
    np.testing.assert_allclose(light_of_srgb(fabric.read_image()[32, 32] / 255), 2 * before, rtol=0.04)
    scene.settings = apply_settings(scene.settings, {"exposure.compensation": 1.0})
    draw(fabric, scene, CARD_VIEW)
    np.testing.assert_allclose(light_of_srgb(fabric.read_image()[32, 32] / 255), 2 * before, rtol=0.04)


def test_the_meter_does_not_care_how_bright_the_light_is(fabric: Fabric) -> None:
    pictures: list[Any] = []
    for lux in (0.5, 700.0, 120_000.0):
        draw(fabric, card(lux, sky=None, exposure__mode="metered"), CARD_VIEW)
        pictures.append(fabric.read_image().astype(int))
    assert np.abs(pictures[1] - pictures[0]).max() <= 1
    assert np.abs(pictures[2] - pictures[0]).max() <= 1


def test_a_grey_card_in_the_metered_sun_is_mid_grey(fabric: Fabric) -> None:
    """0.18 of light on the screen, within two thirds of a stop: meters are calibrated for 12 to 18 %."""
    draw(fabric, card(60_000.0, sky=None, exposure__mode="metered", tonemap__operator="none"), CARD_VIEW)
    found = light_of_srgb(fabric.read_image()[32, 32] / 255)
    assert 0.18 * 2 ** (-2 / 3) < found.mean() < 0.18 * 2 ** (2 / 3)
    white = draw(fabric, card(60_000.0, 0.9, None, exposure__mode="metered", tonemap__operator="none"), CARD_VIEW)
    assert white.min() > 0
    assert fabric.read_image()[32, 32].max() < 255, "white paper is not burnt out"


def test_another_metered_value_counts_at_once(fabric: Fabric) -> None:
    draw(fabric, card(1.0, exposure__mode="metered", tonemap__operator="none"), CARD_VIEW)
    before = light_of_srgb(fabric.read_image()[32, 32] / 255)
    fabric.set_metered(fabric.metered_ev100 - 1)
    linear = show(fabric, CARD_VIEW)
    np.testing.assert_allclose(light_of_srgb(fabric.read_image()[32, 32] / 255), 2 * before, rtol=0.04)
    np.testing.assert_allclose(linear, draw(fabric, card(1.0), CARD_VIEW), rtol=2e-3)


def test_linear_light_is_read_as_it_was_before_exposure(fabric: Fabric) -> None:
    wanted = draw(fabric, card(3.0), CARD_VIEW)
    for ev100 in (UNIT_EV100 - 2.3, UNIT_EV100 + 3.7):
        found = draw(fabric, card(3.0, exposure__ev100=ev100), CARD_VIEW)
        np.testing.assert_allclose(found, wanted, rtol=2e-3)
        many = show(fabric, CARD_VIEW, samples=4)
        np.testing.assert_allclose(many[32, 32], wanted[32, 32], rtol=2e-3)


def test_what_is_unlit_looks_the_same_at_any_exposure(fabric: Fabric) -> None:
    for ev100 in (-3.0, 15.0):
        scene = stage(exposure__ev100=ev100, tonemap__operator="none")
        scene.add("square", Mesh.quad(), Material((0.2, 0.5, 0.8), unlit=True))
        draw(fabric, scene, front())
        np.testing.assert_allclose(fabric.read_image()[32, 32], srgb((0.2, 0.5, 0.8)) * 255, atol=1)
