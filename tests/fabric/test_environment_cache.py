"""Panoramas that were baked before come from the disk: the same to the bit, and whatever may have happened there."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.assets.hdr import Rgbe, encode_rgbe, write_hdr
from dreamwell.assets.panorama import read_panorama
from dreamwell.engine import cache
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Environment, Material, Mesh, Scene
from dreamwell.fabric import Fabric, environment_bake
from dreamwell.fabric.environment_bake import baked, face_of, shared_exponents
from dreamwell.fabric.environment_cube import (
    EnvironmentCube,
    EnvironmentKernels,
    level_offsets,
    levels_of,
    roughness_of,
)
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import draw, front, stage
from dreamwell.tests.fabric.test_environment import directions, smooth, unpacked


@pytest.fixture(scope="module")
def kernels(gpu: Gpu) -> EnvironmentKernels:
    return EnvironmentKernels(gpu)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def sky(tmp_path: Path) -> Path:
    return written(tmp_path, smooth(directions(64)[0]))


def written(folder: Path, pixels: NDArray[Any]) -> Path:
    write_hdr(folder / "sky.hdr", pixels.astype(np.float32))
    return folder / "sky.hdr"


def bytes_of(kernels: EnvironmentKernels, path: Path) -> tuple[int, bytes, bytes]:
    made = baked(kernels, read_panorama(path))
    return made.face, bytes(made.irradiance), bytes(made.texels)


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one whenever something is baked."""
    calls: list[int] = []
    bake: Any = environment_bake._bake  # pyright: ignore[reportPrivateUsage]

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return bake(*arguments)

    monkeypatch.setattr(environment_bake, "_bake", counted)
    return calls


def environments(folder: Path) -> list[Path]:
    return list((folder / "environments").glob("*.entry"))


def test_the_second_time_it_is_not_baked_and_the_same(
    kernels: EnvironmentKernels, sky: Path, count: list[int], own_cache: Path
) -> None:
    first = bytes_of(kernels, sky)
    assert bytes_of(kernels, sky) == first
    assert len(count) == 1
    for entry in own_cache.rglob("*.entry"):
        entry.unlink()
    assert bytes_of(kernels, sky) == first, "made anew it is the same too"
    assert len(count) == 2


def test_pictures_are_the_same_with_and_without(fabric: Fabric, sky: Path, count: list[int]) -> None:
    def scene() -> Scene:
        made = stage(Environment(source="file", file="sky.hdr"), root=sky.parent)
        made.add("ball", Mesh.sphere(0.4), Material((0.9, 0.7, 0.5), metallic=0.8, roughness=0.3))
        return made

    draw(fabric, stage(Environment()), front())
    first = draw(fabric, scene(), front())
    digest = weave(scene()).digest
    draw(fabric, stage(Environment()), front())
    np.testing.assert_array_equal(draw(fabric, scene(), front()), first)
    assert len(count) == 1
    assert weave(scene()).digest == digest


def test_a_cached_panorama_is_not_decoded(fabric: Fabric, sky: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scene() -> Scene:
        return stage(Environment(source="file", file="sky.hdr"), root=sky.parent)

    draw(fabric, stage(Environment()), front())
    first = draw(fabric, scene(), front())
    draw(fabric, stage(Environment()), front())

    def refuse(data: bytes, path: Path) -> None:
        pytest.fail("pixels were decoded")

    monkeypatch.setattr("dreamwell.assets.panorama.decode_hdr", refuse)
    np.testing.assert_array_equal(draw(fabric, scene(), front()), first)


@pytest.mark.parametrize("damage", ["cut off", "flipped", "other layout", "empty"])
def test_damaged_entries_are_made_anew(
    kernels: EnvironmentKernels, sky: Path, count: list[int], own_cache: Path, damage: str
) -> None:
    first = bytes_of(kernels, sky)
    (entry,) = environments(own_cache)
    data = bytearray(entry.read_bytes())
    if damage == "cut off":
        entry.write_bytes(data[:-1000])
    elif damage == "flipped":
        data[len(data) // 2] ^= 1
        entry.write_bytes(data)
    elif damage == "empty":
        entry.write_bytes(b"")
    else:
        cache.store("environments", entry.stem, [b"\x80\0\0\0", bytes(data[24:])])  # whole, but of another size
    assert bytes_of(kernels, sky) == first
    assert len(count) == 2
    assert bytes_of(kernels, sky) == first
    assert len(count) == 2, "and kept again"


def test_without_a_folder_that_can_be_written_it_works_all_the_same(
    kernels: EnvironmentKernels, sky: Path, count: list[int], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bytes_of(kernels, sky)
    blocked = own_cache.with_name("blocked")
    blocked.write_bytes(b"")
    monkeypatch.setenv(cache.VARIABLE, str(blocked))
    with pytest.warns(RuntimeWarning, match="nothing can be kept"):
        assert bytes_of(kernels, sky) == first
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it was said once
        assert bytes_of(kernels, sky) == first
    assert len(count) == 3
    monkeypatch.setenv(cache.VARIABLE, "off")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bytes_of(kernels, sky) == first


def test_other_files_and_other_code_have_entries_of_their_own(
    kernels: EnvironmentKernels, tmp_path: Path, sky: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bytes_of(kernels, sky)
    written(tmp_path, 2 * smooth(directions(64)[0]))
    assert bytes_of(kernels, sky) != first
    assert len(environments(own_cache)) == 2
    monkeypatch.setattr("dreamwell.fabric.environment_cube.SAMPLES", (8, 8, 8))
    bytes_of(kernels, sky)
    assert len(environments(own_cache)) == 3
    changed = replace(kernels.fill.program, code=kernels.fill.program.code + "// other text")
    monkeypatch.setattr(kernels.fill, "program", changed)
    bytes_of(kernels, sky)
    assert len(environments(own_cache)) == 4


# ---- what is kept ---------------------------------------------------------------------------------------------


def test_packed_texels_are_those_of_the_cube(kernels: EnvironmentKernels) -> None:
    """The packing kernel against rounding to nine bits of the brightest channel."""
    gpu = kernels.gpu
    rng = np.random.default_rng(5)
    cube = EnvironmentCube(kernels, 64, gpu.device.create_buffer(size=144, usage="STORAGE"), [8])
    texels = np.exp2(rng.uniform(-22, 15.99, (6, 64, 64, 4))).astype(np.float16)
    edges = [[0, 0, 0], [65504, 1, 0], [1, 1, 1], [511.75, 255.9, 0.1]]
    texels[0, 0, :4, :3] = np.array(edges, np.float16)
    layout = {"bytes_per_row": 512, "rows_per_image": 64}
    gpu.device.queue.write_texture({"texture": cube.texture}, texels, layout, (64, 64, 6))
    packed = np.frombuffer(cube.packed(), np.uint32)
    assert len(packed) * 4 == level_offsets(64)[-1]
    found = unpacked(packed[: 6 * 64 * 64]).reshape(6, 64, 64, 3)
    wanted = np.minimum(texels[..., :3].astype(np.float64), 65408)
    brightest = np.maximum(wanted.max(axis=-1), 2.0**-16)
    step = np.exp2(np.floor(np.log2(brightest * 512 / 511.5)) + 1 - 9)  # 511.5 rounds up to the next power of two
    wrong = np.abs(found - wanted) > 0.5 * step[..., None] + 1e-12
    assert not wrong.any(), (found[wrong.any(axis=-1)][:3], wanted[wrong.any(axis=-1)][:3])


@pytest.mark.parametrize("exposure", [1.0, 0.7, 300.0, 1e-3])
def test_shared_exponents_lose_nothing_in_their_range(exposure: float) -> None:
    pixels = np.exp2(np.random.default_rng(2).uniform(-10, 15, (64, 64, 3))) * exposure
    pixels[0, 0] = 0
    rgbe = Rgbe(encode_rgbe(pixels.astype(np.float32)), exposure)
    texels, scale = shared_exponents(rgbe)
    assert 1 <= scale <= 2
    np.testing.assert_allclose(unpacked(texels.ravel()).reshape(64, 64, 3) * scale, rgbe.radiance(), rtol=1e-6)


def test_shared_exponents_end_somewhere() -> None:
    """Too bright is as bright as can be; too dark loses digits, then all."""
    pixels = np.array([[[1e6, 1e6, 0], [3 * 2.0**-18, 2.0**-24, 0], [2.0**-40, 0, 0]]], np.float32)
    found = unpacked(shared_exponents(Rgbe(encode_rgbe(pixels), 1.0))[0].ravel())
    np.testing.assert_allclose(found, np.array([[65408] * 3, [3 * 2.0**-18, 2.0**-24, 0], [0, 0, 0]]))


def test_faces_are_as_sharp_as_the_panorama() -> None:
    assert [face_of(height) for height in (1, 64, 128, 256, 512, 1024, 2048, 8192)] == [
        64, 64, 128, 320, 640, 640, 1280, 1280,
    ]  # fmt: skip
    for levels in (5, 7):
        roughness = [roughness_of(level, levels) for level in range(levels)]
        assert roughness[0] == 0
        assert roughness[-1] == 1
        assert sorted(roughness) == roughness
        for r in np.linspace(0, 1, 33):  # environment_level, of environment_light.wgsl
            level = min(r * (2 * levels - 6), 4 * r + levels - 5)
            assert np.interp(level, range(levels), roughness) == pytest.approx(r)


def test_prefiltered_levels_against_monte_carlo(kernels: EnvironmentKernels, tmp_path: Path) -> None:
    """A sharp-edged panorama of high contrast, seven levels: a few texels against 200,000 GGX samples each."""
    height = 256
    d, _ = directions(height)
    picture = smooth(d)
    picture[d @ np.array([0.6, 0.64, 0.48]) > 0.97] = (40, 30, 20)  # a softbox of 14°
    made = baked(kernels, read_panorama(written(tmp_path, picture)))
    levels, offsets = levels_of(made.face), level_offsets(made.face)
    assert levels == 7
    packed = np.frombuffer(made.texels, np.uint32)
    rng = np.random.default_rng(9)
    for level in range(1, levels):
        n = made.face >> level
        texels = unpacked(packed[offsets[level] // 4 :][: 6 * n * n]).reshape(6, n, n, 3)
        errors: list[float] = []
        for _ in range(12):
            row, column = rng.integers(0, n, 2)
            s, t = (column + 0.5) / n * 2 - 1, (row + 0.5) / n * 2 - 1
            normal = np.array([s, 1, t]) / np.sqrt(1 + s * s + t * t)  # the face towards +Y
            wanted = monte_carlo(picture, normal, roughness_of(level, levels), rng)
            errors.append(float(np.abs(texels[2, row, column] - wanted).max() / wanted.max()))
        assert np.sqrt(np.mean(np.square(errors))) < 0.06, (level, errors)


def monte_carlo(picture: NDArray[Any], normal: NDArray[Any], roughness: float, rng: np.random.Generator) -> Any:
    """(3,) the mean radiance of the lobe around a normal: l = reflect(-n, h), h by GGX, times its shadowing."""
    u, phi = rng.random(200_000), rng.random(200_000) * 2 * np.pi
    a2 = roughness**4
    cos2 = (1 - u) / (1 + (a2 - 1) * u)
    sine, nl = 2 * np.sqrt(cos2 * (1 - cos2)), 2 * cos2 - 1
    x = np.cross(normal, [0.0, 0.0, 1.0])
    x /= np.linalg.norm(x)
    y = np.cross(normal, x)
    l = (sine * np.cos(phi))[:, None] * x + (sine * np.sin(phi))[:, None] * y + nl[:, None] * normal
    height = len(picture)
    column = ((0.5 + np.arctan2(l[:, 2], l[:, 0]) / (2 * np.pi)) * 2 * height).astype(int) % (2 * height)
    line = np.clip(np.arccos(np.clip(l[:, 1], -1, 1)) / np.pi * height, 0, height - 1).astype(int)
    weight = np.where(nl > 0, nl / (nl + np.sqrt(nl * nl * (1 - a2) + a2)), 0)
    return weight @ picture[line, column] / weight.sum()
