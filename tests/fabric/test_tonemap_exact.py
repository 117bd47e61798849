"""The end of the frame in full precision: drawn into floats, which no rounding hides."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import wgpu

from dreamwell.fabric import Fabric
from dreamwell.fabric.grading import finish_of
from dreamwell.shaders.groups import Finish
from dreamwell.shaders.structs import ToneMapOperator
from dreamwell.tests.fabric.drawing import F32, F64, draw, front, srgb, stage
from dreamwell.tests.fabric.test_tonemap import FORMULAS, OPERATORS

SIZE = (64, 48)


def lights() -> F64:
    """(h, w, 3) what half floats hold: greys of 28 stops, saturated and mixed colours, very bright ones and black."""
    random = np.random.default_rng(12)
    h, w = SIZE[::-1]
    stops = np.linspace(-14, 14, w)
    color = random.uniform(0, 1, (h, w, 3)) ** random.uniform(0.3, 6, (h, 1, 1))
    color[:8] = 1.0
    color[8:12] = np.eye(3)[random.integers(0, 3, (4, w))]
    light = (color * 2.0 ** stops[:, None]).astype(np.float16)
    light[0, :2] = 0.0
    light[1, -1] = 65_000.0
    return light.astype(np.float64)


def finished(fabric: Fabric, light: F64, finish: Finish | None = None, **settings: Any) -> F32:
    """(h, w, 3) float32 screen values: what the pass makes of `light` with these settings."""
    scene = stage(**settings)
    draw(fabric, scene, front(), SIZE)
    device, (w, h) = fabric.gpu.device, SIZE
    usage = wgpu.TextureUsage
    hdr = device.create_texture(size=(w, h, 1), format="rgba16float", usage=usage.TEXTURE_BINDING | usage.COPY_DST)
    pixels = np.concatenate([light, np.ones((h, w, 1))], axis=2).astype(np.float16)
    device.queue.write_texture({"texture": hdr}, pixels, {"bytes_per_row": 8 * w, "rows_per_image": h}, (w, h, 1))
    target = device.create_texture(size=(w, h, 1), format="rgba32float", usage=usage.RENDER_ATTACHMENT | usage.COPY_SRC)
    view = hdr.create_view()
    group = fabric._post._tonemap.bind(fabric._uniforms.binding("tonemap"), view, view)
    encoder = device.create_command_encoder()
    wanted = finish_of(scene.settings) if finish is None else finish
    fabric._post._tonemap.record(encoder, fabric._light.frame_group, group, wanted, target.create_view(), "rgba32float")
    device.queue.submit([encoder.finish()])
    raw: Any = device.queue.read_texture({"texture": target}, {"bytes_per_row": 16 * w, "rows_per_image": h}, (w, h, 1))
    return np.frombuffer(raw, np.float32).reshape(h, w, 4)[..., :3].copy()


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_are_their_formulas_to_a_ten_thousandth(fabric: Fabric, operator: str) -> None:
    light = lights()
    found = finished(fabric, light, tonemap__operator=operator)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, srgb(FORMULAS[operator](light)), rtol=0, atol=1e-4)
    assert len(np.unique(found)) > 1000


@pytest.mark.parametrize("operator", OPERATORS)
def test_neutral_grading_is_exact(fabric: Fabric, operator: str) -> None:
    """Every control at the value that says nothing: not a bit differs from the operator by itself."""
    light = lights()
    alone = finished(fabric, light, Finish(ToneMapOperator[operator.upper()]), tonemap__operator=operator)
    neutral: dict[str, Any] = {
        "grading__temperature": 6504.0,
        "grading__tint": 0.0,
        "grading__contrast": 1.0,
        "grading__saturation": 1.0,
        "grading__vignette": 0.0,
        "grading__sharpening": 0.0,
        "bloom__enabled": True,
        "bloom__intensity": 0.0,
    }
    np.testing.assert_array_equal(finished(fabric, light, tonemap__operator=operator, **neutral), alone)


@pytest.mark.parametrize("part", ["white_balance", "saturation", "vignette", "sharpening", "bloom"])
def test_code_for_grading_changes_nothing_at_neutral_values(fabric: Fabric, part: str) -> None:
    """Even where its code runs: white balance, saturation, vignette, sharpening and bloom of nothing are exact."""
    light = lights()
    plain = Finish(ToneMapOperator.NONE)
    alone = finished(fabric, light, plain, tonemap__operator="none")
    settings: dict[str, Any] = {"bloom__intensity": 0.0} if part == "bloom" else {}
    on: dict[str, Any] = {part: True}
    found = finished(fabric, light, replace(plain, **on), tonemap__operator="none", **settings)
    np.testing.assert_allclose(found, alone, rtol=0, atol=2e-7)


def test_contrast_at_one_changes_nothing_that_a_screen_shows(fabric: Fabric) -> None:
    light = lights()
    plain = Finish(ToneMapOperator.NONE)
    alone = finished(fabric, light, plain, tonemap__operator="none")
    found = finished(fabric, light, replace(plain, contrast=True), tonemap__operator="none")
    np.testing.assert_allclose(found, alone, rtol=0, atol=2e-6)
