"""Light from all around: spherical harmonics, the prefiltered cube, the furnace, and which way round it all is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.assets.hdr import write_hdr
from dreamwell.engine.scene import Environment, Material, Mesh, Scene
from dreamwell.fabric import Fabric
from dreamwell.fabric.environment_cube import levels_of, roughness_of
from dreamwell.fabric.tape import Submission, Tape
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric import spherical_harmonics as sh
from dreamwell.tests.fabric.drawing import F32, F64, HALF, above, draw, front, looking, pixel_rays, show, stage
from dreamwell.tests.fabric.twin import lobe_means, unit

PATCHES = {
    (1, 0, 0): (1.0, 0.0, 0.0),
    (-1, 0, 0): (0.0, 1.0, 1.0),
    (0, 1, 0): (0.0, 1.0, 0.0),
    (0, -1, 0): (1.0, 0.0, 1.0),
    (0, 0, 1): (0.0, 0.0, 1.0),
    (0, 0, -1): (1.0, 1.0, 0.0),
}


def directions(height: int) -> tuple[F64, F64]:
    """Directions (h, 2h, 3) and solid angles (h, 2h) of a picture's texels, by the documented convention."""
    v, u = np.meshgrid((np.arange(height) + 0.5) / height, (np.arange(2 * height) + 0.5) / height / 2, indexing="ij")
    azimuth = (u - 0.5) * 2 * np.pi  # u = 0.5 + atan2(z, x) / 2π
    down = v * np.pi  # row 0 is +Y
    d = np.stack([np.sin(down) * np.cos(azimuth), np.cos(down), np.sin(down) * np.sin(azimuth)], axis=-1)
    return d, np.sin(down) * (np.pi / height) ** 2


def smooth(d: F64) -> F64:
    """A small analytic environment: a broad glow, a gradient and a colour on one side."""
    glow = np.exp(4 * (d @ unit((1, 2, -1)) - 1))
    return np.asarray(
        np.stack([0.3 + 3 * glow, 0.5 + 0.4 * d[..., 1] + glow, 0.4 + 0.3 * d[..., 0] * d[..., 2]], axis=-1)
    )


def patches(height: int = 64) -> F64:
    """Six caps of 40°, each in its colour, on dark grey."""
    d, _ = directions(height)
    picture = np.full((*d.shape[:2], 3), 0.02)
    for direction, color in PATCHES.items():
        picture[d @ np.array(direction) > np.cos(np.radians(40))] = color
    return picture


def hdr(folder: Path, pixels: F64) -> Environment:
    write_hdr(folder / "sky.hdr", pixels.astype(np.float32))
    return Environment(source="file", file="sky.hdr")


# ---- diffuse light --------------------------------------------------------------------------------------------


def cosine_integral(radiance: F64, normals: F64) -> F64:
    """(n, 3) irradiance over π for (n, 3) normals, by brute force."""
    d, solid = directions(len(radiance))
    cosines = np.maximum(np.einsum("nc,hwc->nhw", normals, d), 0)
    return np.asarray(np.einsum("nhw,hw,hwc->nc", cosines, solid, radiance) / np.pi)


def irradiance(fabric: Fabric) -> F32:
    """The (9, 4) coefficients of the surroundings that are shown."""
    raw: Any = fabric.gpu.device.queue.read_buffer(fabric._light.environment.irradiance)
    return np.frombuffer(raw, np.float32).reshape(9, 4)


NORMALS = unit(np.random.default_rng(1).normal(size=(40, 3)))


def test_harmonics_are_the_cosine_integral(tmp_path: Path) -> None:
    d, _ = directions(64)
    x, y, z = np.moveaxis(d, -1, 0)
    # Of order 2 at most, where nothing is lost.
    exact = np.stack([1 + 0.5 * x, 1 + x * y - 0.3 * z * y + 0.1 * z, 1 + 0.5 * (3 * z * z - 1) - 0.2 * x * x], axis=-1)
    for picture, tolerance in ((exact, 2e-3), (smooth(d), 0.03)):
        coefficients = sh.project(picture.astype(np.float32))
        found = sh.basis(NORMALS) @ coefficients[:, :3].astype(np.float64)
        np.testing.assert_allclose(found, cosine_integral(picture, NORMALS), atol=tolerance)
        blocks = sh.project(picture.astype(np.float32), block=4)
        np.testing.assert_allclose(blocks, coefficients, atol=5e-3)


def test_the_kernels_harmonics_are_those_of_the_picture(fabric: Fabric, tmp_path: Path) -> None:
    """Summed over a small cube level: next to nothing may get lost on the way there, nor of a small bright sun."""
    d, _ = directions(128)
    sun = np.where(d @ unit((0.9, 0.5, -0.6)) > np.cos(np.radians(3)), 500.0, 0.0)
    for picture, tolerance in ((smooth(d), 3e-3), (smooth(d) + sun[..., None], 0.03)):
        draw(fabric, stage(hdr(tmp_path, picture), root=tmp_path), front())
        found = sh.basis(NORMALS) @ irradiance(fabric)[:, :3].astype(np.float64)
        wanted = sh.basis(NORMALS) @ sh.project(picture.astype(np.float32))[:, :3].astype(np.float64)
        np.testing.assert_allclose(found, wanted, atol=tolerance * wanted.max())


def test_a_source_that_changes_is_relit_by_its_own_encoder(fabric: Fabric, tmp_path: Path) -> None:
    """Whoever writes level 0 has the rest made from it, plain or on tape: as if a file had been shown."""
    draw(fabric, stage(hdr(tmp_path, smooth(directions(64)[0])), root=tmp_path), front())
    environment, queue = fabric._light.environment, fabric.gpu.device.queue
    levels = range(environment.levels)
    wanted = [cube_level(fabric, level)[0] for level in levels], irradiance(fabric)
    texels = np.ones((6, 64, 64, 4), np.float16)
    for taped in (False, True):
        draw(fabric, stage(Environment()), front())
        assert not environment.resize(64)
        texture: Any = environment.view.texture
        texels[..., :3] = wanted[0][0]
        layout = {"bytes_per_row": 512, "rows_per_image": 64}
        queue.write_texture({"texture": texture}, texels, layout, (64, 64, 6))
        submission = Submission(fabric.gpu.device)
        if taped:
            tape = Tape(fabric.gpu.device)
            environment.relight(tape)
            submission.submit(tape.replay())
        else:
            encoder = fabric.gpu.device.create_command_encoder()
            environment.relight(encoder)
            submission.submit(encoder.finish())
        for level in levels:
            np.testing.assert_allclose(cube_level(fabric, level)[0], wanted[0][level], rtol=0.03, atol=5e-3)
        np.testing.assert_allclose(irradiance(fabric), wanted[1], atol=2e-3)
    fabric.set_environment(weave(stage(Environment())).environment)
    assert not np.allclose(irradiance(fabric), wanted[1]), "what was shown before is shown no more, and is made anew"


@pytest.mark.parametrize("rotation", [0.0, 75.0])
def test_matt_surfaces_receive_the_cosine_integral(fabric: Fabric, tmp_path: Path, rotation: float) -> None:
    """The shader's harmonics, from each direction; a black-and-white world would leave its sharp edges out."""
    d, _ = directions(64)
    sky = replace(hdr(tmp_path, smooth(d)), rotation=rotation, intensity=2.0, visible=False)
    scene = stage(sky, root=tmp_path)
    # Diffuse alone: what a white surface sends less what a black one does.
    pictures: list[F32] = []
    normals = NORMALS[:6]
    for white in (1.0, 0.0):
        for obj in [o for o in scene if o.get(Mesh)]:
            obj.remove()
        for i in range(len(normals)):
            look = Material((white, white, white), roughness=1.0, double_sided=True)
            scene.add(
                "square", Mesh.quad(0.1), look, at=(i * 0.1 - 0.25, 0, 0), toward=-normals[i] + (i * 0.1 - 0.25, 0, 0)
            )
        pictures.append(draw(fabric, scene, front(0.6), (60, 60)))
        for i, obj in enumerate(o for o in scene if o.get(Mesh)):
            assert fabric.scene is not None
            z = fabric.scene.woven.objects.world[obj.row, :, 2]
            np.testing.assert_allclose(z, normals[i], atol=1e-6)
    diffuse = (pictures[0] - pictures[1])[30, 5::10]
    facing = np.where(normals[:, 2:] > 0, normals, -normals)
    radians = np.radians(-rotation)  # what lies along d in the world lies along the turned d in the picture
    turned = facing @ np.array(
        [[np.cos(radians), 0, -np.sin(radians)], [0, 1, 0], [np.sin(radians), 0, np.cos(radians)]]
    )
    wanted = 2 * cosine_integral(smooth(d), turned)
    ratio = diffuse / wanted
    # The coating takes its part: 0.96 (1 - w), w the mean of (1 - v·h)^5, between 0.86 and 0.96.
    assert (ratio > 0.8).all()
    assert (ratio < 0.98).all()
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio.mean(axis=1, keepdims=True), ratio.shape), rtol=0.04)


# ---- the furnace ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("roughness", [0.1, 0.4, 0.7, 1.0])
def test_white_metal_in_a_white_furnace_cannot_be_seen(fabric: Fabric, roughness: float) -> None:
    scene = stage(Environment(source="color", color=(1.0, 1.0, 1.0), intensity=0.7))
    look = Material((1.0, 1.0, 1.0), metallic=1.0, roughness=roughness)
    scene.add("ball", Mesh.sphere(0.45, 48), look)
    np.testing.assert_allclose(draw(fabric, scene, front()), 0.7, rtol=0.01)


@pytest.mark.parametrize("roughness", [0.3, 0.6, 1.0])
def test_white_plastic_in_a_white_furnace_is_as_bright_as_the_model_says(fabric: Fabric, roughness: float) -> None:
    """glTF's mix of coating and core is not quite white: 97 % seen from above, more than all at grazing angles."""
    scene = stage(Environment(source="color", color=(1.0, 1.0, 1.0)))
    scene.add("ball", Mesh.sphere(0.45, 48), Material((1.0, 1.0, 1.0), roughness=roughness))
    picture = draw(fabric, scene, front())
    assert picture.min() > 0.95
    d, solid = directions(64)
    for cos in (1.0, 0.8, 0.5):
        whole, grazing = lobe_means(cos, roughness)
        coating = (0.04 * (whole - grazing) + grazing) * (1 + 0.04 * (1 / whole - 1))
        view = np.array([np.sqrt(1 - cos * cos), cos, 0])
        lit = np.maximum(d[..., 1], 0) * solid
        core = (lit * 0.96 * (1 - (1 - np.clip(unit(d + view) @ view, 0, 1)) ** 5)).sum() / np.pi
        x = 32 + int(64 * 0.45 * np.sqrt(1 - cos * cos))
        assert 0.95 < coating + core < 1.05
        np.testing.assert_allclose(picture[32, x], coating + core, rtol=0.01)


def test_without_compensation_rough_metal_loses_light(fabric: Fabric) -> None:
    scene = stage(Environment(source="color", color=(1.0, 1.0, 1.0)), shading__energy_compensation=False)
    scene.add("ball", Mesh.sphere(0.45, 48), Material((1.0, 1.0, 1.0), metallic=1.0, roughness=1.0))
    assert draw(fabric, scene, front())[32, 32, 0] < 0.75


# ---- the prefiltered cube -------------------------------------------------------------------------------------


def unpacked(texels: NDArray[np.uint32]) -> F32:
    """(n,) rgb9e5ufloat → (n, 3): mantissas of 9 bits, times 2 to the 5 bits above them, less 24."""
    mantissas = np.stack([texels >> shift & 511 for shift in (0, 9, 18)], axis=-1)
    return np.ldexp(mantissas.astype(np.float32), (texels >> 27).astype(np.int32)[:, None] - 24)


def cube_level(fabric: Fabric, level: int) -> tuple[F32, F64]:
    """The texels (6, n, n, 3) of a level of the uploaded environment, and their directions.

    Faces +X -X +Y -Y +Z -Z, laid out as in the WebGPU (and every other) specification's table.
    """
    texture: Any = fabric._light.environment.view.texture
    n = texture.width >> level
    size = 4 if texture.format == "rgb9e5ufloat" else 8
    raw: Any = fabric.gpu.device.queue.read_texture(
        {"texture": texture, "mip_level": level}, {"bytes_per_row": size * n, "rows_per_image": n}, (n, n, 6)
    )
    if size == 8:
        texels = np.frombuffer(raw, np.float16).reshape(6, n, n, 4)[..., :3].astype(np.float32)
    else:
        texels = unpacked(np.frombuffer(raw, np.uint32)).reshape(6, n, n, 3)
    at = (np.arange(n) + 0.5) / n * 2 - 1
    s, t = np.meshgrid(at, at)
    one = np.ones_like(s)
    faces = [(one, -t, -s), (-one, -t, s), (s, one, t), (s, -one, -t), (s, -t, one), (-s, -t, -one)]
    return texels, unit(np.stack([np.stack(face, axis=-1) for face in faces]))


def test_level_0_is_the_picture(fabric: Fabric, tmp_path: Path) -> None:
    d, _ = directions(128)
    draw(fabric, stage(hdr(tmp_path, smooth(d)), root=tmp_path), front())
    texels, along = cube_level(fabric, 0)
    np.testing.assert_allclose(texels, smooth(along), rtol=0.02, atol=5e-3)  # RGBE has 8 bits


@pytest.mark.parametrize("level", range(1, levels_of(128)))
def test_levels_are_convolved_with_ggx(fabric: Fabric, tmp_path: Path, level: int) -> None:
    """∫ L D V (n·l) dl over ∫ D V (n·l) dl, with the view along the normal, by brute force over the whole sphere."""
    d, solid = directions(128)
    draw(fabric, stage(hdr(tmp_path, smooth(d)), root=tmp_path), front())
    texels, along = cube_level(fabric, level)
    alpha2 = roughness_of(level, levels_of(128)) ** 4
    picked = np.random.default_rng(level).integers(0, texels[..., 0].size, 40)
    found, normals = texels.reshape(-1, 3)[picked], along.reshape(-1, 3)[picked]
    wanted: list[F64] = []
    for n in normals:
        nl = np.maximum(d @ n, 0)
        nh2 = (1 + d @ n) / 2  # the half vector's cosine, squared, by the half-angle formula
        shadowing = nl / (nl + np.sqrt(nl * nl * (1 - alpha2) + alpha2))  # Smith's, height-correlated, for n·v = 1
        weight = shadowing * solid / (nh2 * (alpha2 - 1) + 1) ** 2
        wanted.append(np.einsum("hw,hwc->c", weight, smooth(d)) / weight.sum())
    np.testing.assert_allclose(found, np.array(wanted), rtol=0.03, atol=5e-3)


# ---- which way round ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", PATCHES, ids=str)
@pytest.mark.parametrize("rotation", [0.0, 90.0, 30.0])
def test_the_background_shows_each_side_where_it_is(
    fabric: Fabric, tmp_path: Path, direction: tuple[int, int, int], rotation: float
) -> None:
    scene = stage(replace(hdr(tmp_path, patches()), rotation=rotation), root=tmp_path)
    r = np.radians(rotation)
    x, y, z = direction
    # Counter-clockwise seen from above: +X goes to -Z.
    turned = np.array([x * np.cos(r) + z * np.sin(r), y, z * np.cos(r) - x * np.sin(r)])
    observer = looking((3, 2, 1), np.array([3, 2, 1]) + turned, fov_y=100)
    picture = draw(fabric, scene, observer, (33, 33))
    np.testing.assert_allclose(picture[16, 16], PATCHES[direction], atol=0.01)
    # And all around: each pixel shows what its ray meets.
    _, rays = pixel_rays(observer, (33, 33))
    rx, ry, rz = np.moveaxis(rays, -1, 0)
    back = np.stack([rx * np.cos(r) - rz * np.sin(r), ry, rz * np.cos(r) + rx * np.sin(r)], axis=-1)
    for other, color in PATCHES.items():
        inside = back @ np.array(other) > np.cos(np.radians(36))
        np.testing.assert_allclose(picture[inside], np.broadcast_to(color, (inside.sum(), 3)), atol=0.03)


@pytest.mark.parametrize("look", ["matt", "glossy", "mirror"])
def test_turning_and_brightening_reach_all_light_alike_and_make_nothing(
    fabric: Fabric, tmp_path: Path, look: str
) -> None:
    """As if the file had been turned: a quarter turn is a quarter of its columns. Twice the intensity is twice all."""
    d, _ = directions(64)
    original, turned = smooth(d), np.roll(smooth(d), -32, axis=1)  # +X, u = ½, goes to -Z, u = ¼

    def scene(pixels: F64) -> Scene:
        made = stage(hdr(tmp_path, pixels), root=tmp_path)
        metallic, roughness = {"matt": (0.0, 1.0), "glossy": (1.0, 0.4), "mirror": (1.0, 0.0)}[look]
        made.add("ball", Mesh.sphere(0.35), Material((1.0, 1.0, 1.0), metallic=metallic, roughness=roughness))
        return made

    wanted = draw(fabric, scene(turned), front())
    plain = draw(fabric, scene(original), front())
    assert np.abs(wanted - plain).max() > 0.3, "the test can tell"
    environment = fabric._light.environment
    made, view = weave(scene(original)).environment, environment.view
    for rotation, intensity in ((90.0, 1.0), (90.0, 2.0), (-270.0, 0.5), (0.0, 1.0)):
        fabric.set_environment(replace(made, component=replace(made.component, rotation=rotation, intensity=intensity)))
        assert environment.view is view
        expected = wanted if rotation else plain
        np.testing.assert_allclose(show(fabric, front()), intensity * expected, rtol=0.03, atol=0.02 * intensity)


@pytest.mark.parametrize(
    ("normal", "seen"),
    [((0, 0, 1), (0, 0, 1)), ((1, 0, 1), (1, 0, 0)), ((-1, 0, 1), (-1, 0, 0)), ((0, 1, 1), (0, 1, 0))],
)
def test_a_mirror_shows_what_it_faces(fabric: Fabric, tmp_path: Path, normal: Any, seen: tuple[int, int, int]) -> None:
    scene = stage(hdr(tmp_path, patches()), root=tmp_path)
    mirror = Material((1.0, 1.0, 1.0), metallic=1.0, roughness=0.0)
    scene.add("mirror", Mesh.quad(9.0), mirror, toward=-np.array(normal))
    picture = draw(fabric, scene, looking((0, 0, 2), (0, 0, 0)))
    np.testing.assert_allclose(picture[32, 32], PATCHES[seen], atol=0.02)


def test_the_sky_is_bright_above_and_dark_below(fabric: Fabric) -> None:
    sky = Environment(
        source="gradient", zenith=(0.0, 0.0, 4.0), horizon=(0.0, 3.0, 0.0), ground=(2.0, 0.0, 0.0), intensity=0.5
    )
    scene = stage(sky)
    up, level, down = (
        draw(fabric, scene, looking((0, 0, 0), toward, up=(0, 0, 1), fov_y=5))[32, 32]
        for toward in ((0, 1, 0), (0, 0.05, -1), (0, -1, 0))
    )
    np.testing.assert_allclose(up, (0, 0, 2), atol=0.05)
    np.testing.assert_allclose(level, (0, 1.5, 0), atol=0.6)
    assert level.argmax() == 1
    np.testing.assert_allclose(down, (1, 0, 0), atol=0.02)
    scene.add("floor", Mesh.plane(2.0), Material((1.0, 1.0, 1.0), roughness=1.0))
    floor = draw(fabric, scene, above())[32, 32]
    assert floor[2] > 3 * floor[0], "a floor is lit from above"


def test_the_background_is_the_backdrop_where_the_environment_is_not_shown(fabric: Fabric) -> None:
    hidden = Environment(source="color", color=(5.0, 5.0, 5.0), visible=False, backdrop=(0.25, 0.5, 0.75))
    scene = stage(hidden, exposure__ev100=3.0)
    scene.add("ball", Mesh.sphere(0.2), Material((1.0, 1.0, 1.0)))
    picture = draw(fabric, scene, front())
    np.testing.assert_allclose(picture[2, 2], (0.25, 0.5, 0.75), rtol=1.5 * HALF)
    assert picture[32, 32].min() > 3, "it lights the scene all the same"


def test_orthographic_views_see_one_point_of_it(fabric: Fabric, tmp_path: Path) -> None:
    scene = stage(hdr(tmp_path, patches()), root=tmp_path)
    picture = draw(fabric, scene, looking((0, 0, 0), (1, 0, 0), height=50))
    np.testing.assert_allclose(picture, np.broadcast_to(PATCHES[1, 0, 0], (64, 64, 3)), atol=0.01)
    slanted = show(fabric, looking((5, 5, 5), (4.9, 6, 5), height=50))
    np.testing.assert_allclose(slanted, np.broadcast_to(PATCHES[0, 1, 0], (64, 64, 3)), atol=0.01)


def test_other_surroundings_while_a_scene_is_shown(fabric: Fabric, tmp_path: Path) -> None:
    """The same as uploading the scene with them, whichever follows which."""
    d, _ = directions(64)
    kinds = [
        hdr(tmp_path, smooth(d)),
        Environment(source="gradient", intensity=2.0),
        Environment(source="color", color=(0.2, 0.5, 0.7)),
        Environment(source="color", color=(0.2, 0.5, 0.7), intensity=0.5, visible=False, backdrop=(0.1, 0.2, 0.3)),
        replace(hdr(tmp_path, smooth(d)), rotation=120.0),
    ]

    def scene(environment: Environment) -> Scene:
        made = stage(environment, root=tmp_path)
        made.add("ball", Mesh.sphere(0.4), Material((0.9, 0.7, 0.5), metallic=0.5, roughness=0.3))
        return made

    wanted = [draw(fabric, scene(kind), front()) for kind in kinds]
    fabric.upload_scene(weave(scene(kinds[0])))
    for i in (1, 2, 3, 4, 1, 0, 3, 2, 0):
        fabric.set_environment(weave(scene(kinds[i])).environment)
        np.testing.assert_array_equal(show(fabric, front()), wanted[i])
