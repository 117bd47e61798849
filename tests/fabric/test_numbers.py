"""Light that is no number, or beyond all measure: no step of the picture keeps it, and the next picture is right."""

from typing import Any

import numpy as np
import pytest
import wgpu

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Environment, Material, Mesh, PointLight, Scene, SpotLight, Sun, apply_settings
from dreamwell.fabric import Fabric
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, F64, looking, stage

SIZE = (64, 48)
VIEW = looking((0.2, 1.5, 5), (0, 0, 0), fov_y=40)
EVERY: dict[str, Any] = {
    "ao__enabled": True,
    "bloom__enabled": True,
    "exposure__mode": "auto",
    "aa__mode": "taa",
    "grading__sharpening": 0.5,
    "grading__contrast": 1.2,
    "grading__saturation": 1.3,
    "grading__temperature": 5000.0,
    "grading__vignette": 0.5,
    "grading__dither": True,
    "shadows__enabled": True,
    "shadows__size": 256,
}
WRONG = pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf], ids=["nan", "inf", "-inf"])


def room(**settings: Any) -> Scene:
    scene = stage(Environment(source="color", color=(0.3, 0.4, 0.5)), **{**EVERY, **settings})
    scene.add("sun", Sun(lux=3.0), toward=(0.3, -1, -0.5))
    scene.add("floor", Mesh.plane(10.0), Material((0.5, 0.5, 0.5)), at=(0, -0.5, 0))
    scene.add("box", Mesh.box(), Material((0.8, 0.3, 0.1)), at=(-0.8, 0, 0))
    scene.add("ball", Mesh.sphere(0.5), Material((0.9, 0.8, 0.2), metallic=1.0, roughness=0.2), at=(0.8, 0, 0))
    return scene


def pixels(fabric: Fabric, texture: wgpu.GPUTexture, level: int = 0) -> F32:
    """(h, w, 4) of half floats."""
    w, h = max(texture.size[0] >> level, 1), max(texture.size[1] >> level, 1)
    raw: Any = fabric.gpu.device.queue.read_texture(
        {"texture": texture, "mip_level": level}, {"bytes_per_row": 8 * w, "rows_per_image": h}, (w, h, 1)
    )
    return np.frombuffer(raw, np.float16).reshape(h, w, 4).astype(np.float32)


def steps(fabric: Fabric) -> dict[str, Any]:
    """All that a frame leaves behind, by name."""
    out: dict[str, Any] = {"final": fabric.read_image().astype(np.float32)}
    if fabric._post.taa is not None:
        out["after taa"] = pixels(fabric, fabric._post.taa.texture)
    if fabric._light.ao is not None:
        out["ambient occlusion"] = fabric._light.ao.read()
    if fabric._post.bloom is not None:
        for k in range(len(fabric._post.bloom.sizes)):
            out[f"bloom {k} down"] = pixels(fabric, fabric._post.bloom.down, k)
            out[f"bloom {k} up"] = pixels(fabric, fabric._post.bloom.up, k)
    if fabric._post.auto is not None:
        out["exposure"] = fabric._post.auto.read()
    return out


def all_are_numbers(fabric: Fabric) -> None:
    broken = [name for name, values in steps(fabric).items() if not np.isfinite(values).all()]
    assert not broken


def frames(fabric: Fabric, count: int) -> F64:
    for i in range(count):
        fabric.begin_frame(VIEW, time=i / 60)
        fabric.end_frame()
    return fabric.read_image().astype(np.float64)


class Spoiled:
    """A pass, after which some pixels of the picture hold what is no number."""

    def __init__(self, fabric: Fabric, wrong: float) -> None:
        self._main, self._hdr = fabric._main.record, fabric._post._hdr
        self.on = False
        device = fabric.gpu.device
        self._texture = device.create_texture(
            size=(*SIZE, 1), format="rgba16float", usage=wgpu.TextureUsage.COPY_SRC | wgpu.TextureUsage.COPY_DST
        )
        values = np.full((SIZE[1], SIZE[0], 4), wrong, np.float16)
        device.queue.write_texture(
            {"texture": self._texture},
            values,
            {"bytes_per_row": 8 * SIZE[0], "rows_per_image": SIZE[1]},
            (*SIZE, 1),
        )

    def __call__(self, encoder: Any, *arguments: Any, **options: Any) -> None:
        self._main(encoder, *arguments, **options)
        if self.on:
            for x, y, w, h in ((20, 20, 1, 1), (33, 12, 5, 4), (0, 40, 64, 3)):
                target = {"texture": self._hdr, "origin": (x, y, 0)}
                encoder.copy_texture_to_texture({"texture": self._texture}, target, (w, h, 1))


@WRONG
@pytest.mark.parametrize("mode", ["taa", "fxaa", "none"])
def test_what_is_written_into_the_picture_does_not_stay(
    gpu: Gpu, monkeypatch: pytest.MonkeyPatch, mode: str, wrong: float
) -> None:
    """In the first picture of all, and in a later one."""
    real = gpu.device.create_texture

    def writable(**made: Any) -> Any:
        extra = wgpu.TextureUsage.COPY_DST if made.get("label") == "hdr" else 0
        return real(**{**made, "usage": made["usage"] | extra})

    monkeypatch.setattr(gpu.device, "create_texture", writable)
    fabric = Fabric(gpu, SIZE, plain=True)
    fabric.upload_scene(weave(room(aa__mode=mode)))
    spoiled = Spoiled(fabric, wrong)
    monkeypatch.setattr(fabric._main, "record", spoiled)
    spoiled.on = True
    frames(fabric, 1)
    assert not np.isfinite(pixels(fabric, fabric._post._hdr)).all(), "what the test does is done"
    all_are_numbers(fabric)
    spoiled.on = False
    frames(fabric, 8)
    fabric.reset_history()
    right = frames(fabric, 12)
    spoiled.on = True
    frames(fabric, 1)
    all_are_numbers(fabric)
    spoiled.on = False
    after = frames(fabric, 1)
    all_are_numbers(fabric)
    assert np.abs(after - right).mean() < 1.5
    assert np.percentile(np.abs(after - right).max(axis=2), 99) < 30
    if mode == "none":
        fabric.set_post_process_config(apply_settings(fabric.settings, {"exposure.mode": "manual"}))
        right = frames(fabric, 1)
        spoiled.on = True
        frames(fabric, 1)
        spoiled.on = False
        np.testing.assert_array_equal(frames(fabric, 1), right, err_msg="nothing of it is left")


@pytest.mark.parametrize("mode", ["taa", "none"])
@pytest.mark.parametrize("large", [1e12, 3e38], ids=["large", "largest"])
def test_absurd_values_are_drawn_with_numbers(fabric: Fabric, mode: str, large: float) -> None:
    """As far as the declarations let them; then the scene of before is put in their place."""
    fabric.resize(SIZE)
    fabric.upload_scene(weave(room(aa__mode=mode, exposure__mode="manual")))
    right = frames(fabric, 2)
    scene = room(aa__mode=mode, ao__radius=large, ao__thickness=large, exposure__compensation=16.0)
    scene["sun"].set(Sun(lux=large, color=(1.0, 0.0, 0.5), angular_diameter=20.0))
    scene.add("lamp", PointLight(1.0, color=(1.0, large, 1.0), radius=large), at=(0, 2, 0))
    scene.add("spot", SpotLight(large, inner_angle=0.0, outer_angle=1e-3), at=(0, 2, 1), toward=(0, -1, 0))
    scene["box"].set(Material((1.0, 1.0, 1.0), emissive=(large, 0.0, large), emissive_strength=1.0))
    scene["ball"].set(
        Material((1.0, 1.0, 1.0), metallic=1.0, roughness=0.0, ior=large, specular_color=(large, large, large))
    )
    glass = Material((1.0, 0.0, 1.0), alpha=0.5, alpha_mode="blend", emissive=(large, large, large))
    scene.add("glass", Mesh.quad(2.0), glass, at=(0, 0, 1))
    scene["environment"].set(Environment(source="color", color=(large, large, 0.0), intensity=large))
    with np.errstate(all="ignore"):
        for transparency in ("sorted", "weighted"):
            scene.settings = apply_settings(scene.settings, {"transparency.mode": transparency})
            fabric.upload_scene(weave(scene))
            for _ in range(3):
                frames(fabric, 1)
                all_are_numbers(fabric)
                assert np.isfinite(pixels(fabric, fabric._post._hdr)).all()
    fabric.upload_scene(weave(room(aa__mode=mode, exposure__mode="manual")))
    # What TAA rounds, it rounds by chance.
    np.testing.assert_allclose(frames(fabric, 2), right, atol=1 if mode == "taa" else 0)


@pytest.mark.parametrize("extreme", [(1e-300, 60.0, 409_600.0), (64.0, 1e-300, 1e-300)], ids=["dark", "bright"])
def test_no_lens_exposes_beyond_numbers(fabric: Fabric, extreme: tuple[float, float, float]) -> None:
    aperture, shutter, iso = extreme
    lens = {"exposure__aperture": aperture, "exposure__shutter": shutter, "exposure__iso": iso}
    fabric.resize(SIZE)
    fabric.upload_scene(weave(room(exposure__mode="camera", **lens)))
    frames(fabric, 2)
    all_are_numbers(fabric)
