"""Debug views of surfaces and of light: their values on known scenes, their colours, their names and legends."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Environment, Material, Mesh, PointLight, Scene, Sun, Texture, apply_settings
from dreamwell.engine.scene.settings import VIEWS
from dreamwell.fabric import Fabric
from dreamwell.fabric.font import GLYPHS, HEIGHT, WIDTH, dots, glyph_of, table
from dreamwell.fabric.overlay import MOST, NUMBER, draw_legend, draw_times, scale_of
from dreamwell.fabric.views import CHANNELS, RAMP, legend_of, ramp
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import F32, F64, HALF, front, image, looking, rectangle, show, srgb, stage

SIZE = (64, 36)
BACKGROUND = np.array([0.10, 0.10, 0.11])
LEFT, MIDDLE, RIGHT = (18, 14), (18, 32), (18, 50)
"""Pixels (y, x): on the square at x = -1, on nothing, on the square at x = 1, as `front(2.0)` shows them."""
PLAIN: dict[str, Any] = {"debug__labels": False}


def squares(view: str, **settings: Any) -> Scene:
    """Two unit squares that face the eye, 5 m and 6 m away."""
    scene = stage(debug__view=view, **{**PLAIN, **settings})
    here = Material(base_color=(0.8, 0.4, 0.1), metallic=0.25, roughness=0.6, emissive=(2.0, 0.5, 0.25))
    scene.add("here", Mesh.of(rectangle()), here, at=(-1, 0, 0))
    scene.add("there", Mesh.of(rectangle()), Material(base_color=(0.1, 0.2, 0.9)), at=(1, 0, -1))
    return scene


def seen(fabric: Fabric, scene: Scene, observer: Any = None, size: tuple[int, int] = SIZE, frames: int = 2) -> F32:
    """The values of a scene's view."""
    fabric.upload_scene(weave(scene))
    for _ in range(frames):
        show(fabric, observer or front(2.0), size)
    return fabric.read_view()


def shown(fabric: Fabric) -> F64:
    """The picture, screen values 0 to 1."""
    return fabric.read_image() / 255.0


def test_depth(fabric: Fabric) -> None:
    depth = seen(fabric, squares("depth"))
    assert depth.shape == (36, 64)
    assert depth.dtype == np.float32
    assert depth[LEFT] == pytest.approx(5.0)
    assert depth[RIGHT] == pytest.approx(6.0)
    assert depth[MIDDLE] == np.inf
    picture = shown(fabric)
    np.testing.assert_allclose(picture[MIDDLE], BACKGROUND, atol=1 / 255)
    low, high = 2 ** (np.floor(np.log2(5.0) * 4) / 4), 2 ** (np.ceil(np.log2(6.0) * 4) / 4)
    for pixel, metres in ((LEFT, 5.0), (RIGHT, 6.0)):
        expected = ramp(0.97 - 0.85 * np.log2(metres / low) / np.log2(high / low))
        np.testing.assert_allclose(picture[pixel], expected, atol=2 / 255)


def test_depth_is_along_the_view_and_not_along_the_ray(fabric: Fabric) -> None:
    scene = stage(debug__view="depth", **PLAIN)
    scene.add("wall", Mesh.quad(40.0))
    depth = seen(fabric, scene, looking((0, 0, 5), (0, 0, 0), fov_y=70))
    np.testing.assert_allclose(depth, 5.0, rtol=1e-5)


def test_normals_are_those_that_are_shaded_with(fabric: Fabric, tmp_path: Any) -> None:
    bent = image(tmp_path, "bent", np.broadcast_to([128 + 90, 128, 128 + 90], (4, 4, 3)))
    scene = stage(root=tmp_path, debug__view="normal", **PLAIN)
    scene.add("flat", Mesh.of(rectangle()), at=(-1, 0, 0))
    scene.add("bent", Mesh.of(rectangle(tangent=(1, 0, 0, 1))), Material(normal_texture=Texture(bent)), at=(1, 0, 0))
    normal = seen(fabric, scene)
    assert normal.shape == (36, 64, 3)
    np.testing.assert_allclose(normal[LEFT], (0, 0, 1), atol=1e-4)
    np.testing.assert_allclose(normal[RIGHT], (0.7071, 0, 0.7071), atol=0.01)
    assert np.isnan(normal[MIDDLE]).all()
    np.testing.assert_allclose(shown(fabric)[RIGHT], normal[RIGHT] * 0.5 + 0.5, atol=1 / 255)


@pytest.mark.parametrize(
    ("view", "left", "right"),
    [
        ("albedo", (0.8, 0.4, 0.1), (0.1, 0.2, 0.9)),
        ("roughness", 0.6, Material().roughness),
        ("metallic", 0.25, 0.0),
        ("emissive", (2.0, 0.5, 0.25), (0.0, 0.0, 0.0)),
    ],
)
def test_what_surfaces_are_made_of(fabric: Fabric, view: str, left: Any, right: Any) -> None:
    values = seen(fabric, squares(view))
    assert values.shape == ((36, 64, 3) if isinstance(left, tuple) else (36, 64))
    np.testing.assert_allclose(values[LEFT], left, rtol=1e-3)
    np.testing.assert_allclose(values[RIGHT], right, rtol=1e-3)
    assert np.isnan(values[MIDDLE]).all()
    picture = shown(fabric)
    for pixel, value in ((LEFT, np.array(left)), (RIGHT, np.array(right))):
        if view == "albedo":
            expected: Any = srgb(value)
        elif view == "emissive":  # exposed with a factor of 1
            expected = srgb(value / (1 + value @ (0.2126, 0.7152, 0.0722)))
        else:
            expected = np.repeat(value, 3)
        np.testing.assert_allclose(picture[pixel], expected, atol=1 / 255)


def test_uv(fabric: Fabric) -> None:
    values = seen(fabric, squares("uv"))
    assert values.shape == (36, 64, 2)
    x = (np.arange(64) + 0.5) / 64 * 2 * 64 / 36 - 64 / 36 + 1.5  # metres from the left edge of the left square
    inside = (x > 0.02) & (x < 0.98)
    np.testing.assert_allclose(values[18, inside, 0], x[inside], atol=1e-3)
    np.testing.assert_allclose(values[18, inside, 1], 0.5 + 0.5 / 18, atol=1e-3)
    u, v = values[LEFT]
    odd = (int(u * 8) + int(v * 8)) % 2
    np.testing.assert_allclose(shown(fabric)[LEFT], np.array([u, v, 0.15]) * (0.8 if odd else 1), atol=2 / 255)


def lamps(count: int, clusters: bool) -> Scene:
    scene = squares("lights", lights__clusters=clusters)
    scene.add("sun", Sun(), toward=(0, 0, -1))
    for i in range(count):
        scene.add(f"lamp {i}", PointLight(range=0.4), at=(-1, 0, 0.1))
    return scene


def test_lights_are_those_that_a_pixel_goes_over(fabric: Fabric) -> None:
    counts = seen(fabric, lamps(20, clusters=True))
    assert counts[LEFT] == 21
    assert counts[RIGHT] == 1, "no lamp reaches that far"
    assert np.isnan(counts[MIDDLE])
    np.testing.assert_allclose(shown(fabric)[LEFT], ramp(np.log2(22) / 8), atol=1 / 255)
    assert seen(fabric, lamps(20, clusters=False))[RIGHT] == 21
    assert seen(fabric, lamps(2, clusters=True))[RIGHT] == 3, "so few are not worth a list"


def test_shadows(fabric: Fabric) -> None:
    """A roof over half of a floor, the sun above it: 0 and 1; the lower side of the roof gets nothing."""
    scene = stage(debug__view="shadows", shadows__enabled=True, shadows__size=512, **PLAIN)
    scene.add("sun", Sun(lux=3.0, angular_diameter=0.0), toward=(0, -1, 0))
    scene.add("floor", Mesh.plane(4.0))
    scene.add("roof", Mesh.box((2.0, 0.05, 4.0)), at=(-1.0, 1.0, 0))
    part = seen(fabric, scene, looking((0, 0.5, 4.0), (0, 0.3, 0), fov_y=50))
    assert part[24, 14] == pytest.approx(0.0, abs=1e-3)
    assert part[24, 50] == pytest.approx(1.0, abs=1e-3)
    assert np.isnan(part[2, 50])
    np.testing.assert_allclose(shown(fabric)[24, 50], 1.0)
    setting = apply_settings(fabric.settings, {"shadows.enabled": False})
    fabric.set_post_process_config(setting)
    show(fabric, looking((0, 0.5, 4.0), (0, 0.3, 0), fov_y=50), SIZE)
    assert fabric.read_view()[24, 14] == 1.0


def test_overdraw_counts_every_layer(fabric: Fabric) -> None:
    scene = squares("overdraw", cull__occlusion=False)
    for i in range(3):
        scene.add(f"behind {i}", Mesh.of(rectangle()), at=(-1, 0, -1 - i))
    scene.add("glass", Mesh.of(rectangle()), Material(alpha_mode="blend", alpha=0.5), at=(1, 0, 1))
    layers = seen(fabric, scene)
    assert (layers[LEFT], layers[RIGHT], layers[MIDDLE]) == (4, 2, 0)
    np.testing.assert_allclose(shown(fabric)[LEFT], ramp(4 / 16), atol=1 / 255)
    np.testing.assert_allclose(shown(fabric)[MIDDLE], RAMP[0], atol=1 / 255)


def test_numbers_of_objects_materials_and_batches(fabric: Fabric) -> None:
    scene = squares("objects")
    scene.add("twin", Mesh.box((0.5, 0.5, 0.5)), Material(base_color=(0.1, 0.2, 0.9)), at=(0, 0, 0))
    found = {}
    for view in ("objects", "materials", "batches"):
        scene.settings = apply_settings(scene.settings, {"debug.view": view})
        values = seen(fabric, scene)
        found[view] = [values[pixel] for pixel in (LEFT, MIDDLE, RIGHT)]
        colors = [shown(fabric)[pixel] for pixel in (LEFT, MIDDLE, RIGHT)]
        for i, j in ((0, 1), (0, 2), (1, 2)):
            same = found[view][i] == found[view][j]
            assert (np.abs(colors[i] - colors[j]).max() < 2 / 255) == same
    names = weave(scene).objects.names
    assert [names[int(row)] for row in found["objects"]] == ["here", "twin", "there"]
    left, middle, right = found["materials"]
    assert middle == right != left
    left, middle, right = found["batches"]
    assert left == right != middle


def test_luminance(fabric: Fabric) -> None:
    for ev100 in (0.0, 3.0):
        scene = squares("luminance", exposure__ev100=ev100)
        values = seen(fabric, scene)
        expected = np.array([2.0, 0.5, 0.25]) @ (0.2126, 0.7152, 0.0722)
        assert values.shape == (36, 64)
        assert values[LEFT] == pytest.approx(expected, rel=3 * HALF)
        assert values[RIGHT] == values[MIDDLE] == 0
        stop = np.log2(expected / (1.2 * 2**ev100) / 0.18)
        band = np.floor(stop + 0.5)
        color = np.repeat(0.5, 3) if band == 0 else ramp((band + 8) / 16)
        np.testing.assert_allclose(shown(fabric)[LEFT], color * (0.86 + 0.14 * (stop + 0.5 - band)), atol=1 / 255)


def test_the_histogram_of_automatic_exposure(fabric: Fabric) -> None:
    """All of the picture has one luminance: one bar, at middle grey once the exposure has adapted."""
    scene = stage(Environment(source="color", color=(7.0, 7.0, 7.0)), exposure__mode="auto", debug__view="luminance")
    size = (320, 180)
    fabric.upload_scene(weave(scene))
    for _ in range(4):
        show(fabric, front(2.0), size)
    picture = shown(fabric)
    assert fabric.read_view()[90, 160] == pytest.approx(7.0, rel=1e-2)
    bar = picture[size[1] - 30]  # above the legend's bar, which is 150 pixels wide from 17 on
    white = np.flatnonzero((bar[17:167] > 0.9).all(axis=1))
    assert len(white)
    assert 70 <= white.mean() <= 80, "in the middle"
    scene.settings = apply_settings(scene.settings, {"exposure.mode": "manual"})
    fabric.upload_scene(weave(scene))
    show(fabric, front(2.0), size)
    assert np.ptp(shown(fabric)[size[1] - 30, 17:167], axis=0).max() < 0.02


def test_bloom_is_what_the_bloom_scatters(fabric: Fabric) -> None:
    scene = squares("bloom", bloom__enabled=True, bloom__steady=False, tonemap__operator="none")
    values = seen(fabric, scene)
    assert values.shape == (36, 64, 3)
    assert values[MIDDLE].max() > 0.01, "light where there is none in the picture"
    assert 0 < values[LEFT][0] < 2.0
    np.testing.assert_allclose(shown(fabric)[MIDDLE], srgb(values[MIDDLE]), atol=2 / 255)
    scene.settings = apply_settings(scene.settings, {"bloom.enabled": False})
    values = seen(fabric, scene)
    assert shown(fabric).max() == 0


def test_lighting_is_light_on_white_surfaces(fabric: Fabric) -> None:
    def room(view: str, *materials: Material) -> Scene:
        scene = stage(Environment(source="color", color=(0.2, 0.3, 0.4)), debug__view=view, **PLAIN)
        scene.add("sun", Sun(lux=3.0), toward=(-0.3, -1, -0.5))
        for i, material in enumerate(materials):
            scene.add(f"ball {i}", Mesh.sphere(0.5), material, at=(2 * i - 1, 0, 0))
        return scene

    odd = Material(base_color=(0.9, 0.1, 0.1), metallic=1.0, emissive=(5.0, 0.0, 0.0), roughness=0.4)
    coated = Material(base_color=(0.0, 0.1, 0.1), roughness=0.7, clearcoat=1.0)
    white = Material(base_color=(1.0, 1.0, 1.0), roughness=0.4), Material(base_color=(1.0, 1.0, 1.0), roughness=0.7)
    expected = show_of(fabric, room("none", *white))
    np.testing.assert_allclose(show_of(fabric, room("lighting", odd, coated)), expected, rtol=4 * HALF, atol=1e-4)
    assert np.ptp(expected) > 0.5


def show_of(fabric: Fabric, scene: Scene) -> F32:
    fabric.upload_scene(weave(scene))
    return show(fabric, front(2.0), SIZE)


def test_wireframe_has_every_edge_and_hides_what_is_behind(fabric: Fabric) -> None:
    """A square of two triangles: its border and one diagonal; a square behind it shows nothing of its own."""
    scene = stage(debug__view="wireframe", tonemap__operator="none", **PLAIN)
    scene.add("square", Mesh.of(rectangle(edge=1.5)), Material(base_color=(1.0, 1.0, 1.0), unlit=True))
    scene.add("behind", Mesh.of(rectangle(edge=0.7)), at=(0.1, 0.05, -1))
    edges = seen(fabric, scene, size=(80, 80))
    assert set(np.unique(edges)) == {0.0, 1.0}
    middle = edges[10:70, 10:70]
    assert edges[10:70, 9:12].any(axis=1).all()
    assert edges[10:70, 69:72].any(axis=1).all()
    assert edges[9:12, 10:70].any(axis=0).all()
    assert edges[69:72, 10:70].any(axis=0).all()
    diagonal = np.fliplr(middle)
    close = np.diag(diagonal) + np.append(np.diag(diagonal, 1), 1) + np.append(np.diag(diagonal, -1), 1)
    assert (close > 0).mean() > 0.95
    assert middle[3:-3, 3:-3].sum() < 2.5 * 60, "that and nothing more"
    picture = shown(fabric)
    on = edges > 0
    assert picture[on].mean() > 0.55
    np.testing.assert_allclose(picture[30, 30], 0.45, atol=0.02)  # white, with a veil over it


def test_meshes_with_an_odd_number_of_triangles_have_all_edges(fabric: Fabric) -> None:
    scene = stage(debug__view="wireframe", **PLAIN)
    corner = rectangle(edge=1.5)
    alone = type(corner)(corner.positions, corner.normals, corner.indices[:3])
    scene.add("triangle", Mesh.of(alone))
    edges = seen(fabric, scene, size=(80, 80))
    assert edges[12:66, 9:12].any(axis=1).all()
    assert edges[9:12, 12:66].any(axis=0).all()
    assert edges[30:50].sum() == pytest.approx(2 * 20, abs=4), "the left side and the diagonal"


def test_glass_counts_as_solid_unless_it_is_hardly_there(fabric: Fabric) -> None:
    scene = squares("albedo")
    scene.add(
        "glass", Mesh.of(rectangle()), Material(alpha_mode="blend", alpha=0.5, base_color=(0, 1, 0)), at=(-1, 0, 1)
    )
    scene.add("air", Mesh.of(rectangle()), Material(alpha_mode="blend", alpha=0.01, base_color=(0, 1, 0)), at=(1, 0, 1))
    for mode in ("sorted", "weighted"):
        scene.settings = apply_settings(scene.settings, {"transparency.mode": mode})
        values = seen(fabric, scene)
        np.testing.assert_allclose(values[LEFT], (0, 1, 0), atol=1e-5)
        np.testing.assert_allclose(values[RIGHT], (0.1, 0.2, 0.9), rtol=1e-3)


# ---- names, legends, letters -------------------------------------------------------------------------------------


def test_every_view_is_named_and_large_enough_pictures_have_a_legend(fabric: Fabric) -> None:
    scene = squares("depth", debug__labels=True)
    size = (320, 180)
    fabric.upload_scene(weave(scene))
    for view in VIEWS[1:]:
        pictures: list[NDArray[Any]] = []
        for labels in (True, False):
            changes = {"debug.view": view, "debug.labels": labels}
            fabric.set_post_process_config(apply_settings(fabric.settings, changes))
            show(fabric, front(2.0), size)
            pictures.append(fabric.read_image().astype(int))
        different: NDArray[np.bool_] = np.abs(pictures[0] - pictures[1]).max(axis=2) > 1
        assert different[:20, :40].any(), view
        assert not different[30:100].any()
        legend = legend_of(fabric.settings, measured=False)
        assert different[110:].any() == bool(legend.bar or legend.swatches)
    show(fabric, front(2.0), SIZE)
    assert fabric._post.overlay is None


def test_the_depth_legend_says_metres(fabric: Fabric) -> None:
    """The numbers are written on the GPU: read the letters back from the picture."""
    scene = stage(debug__view="depth")
    scene.add("near", Mesh.of(rectangle()), at=(-1, 0, 3))
    scene.add("far", Mesh.of(rectangle(edge=400.0)), at=(0, 0, -123))
    fabric.upload_scene(weave(scene))
    size = (320, 180)
    show(fabric, front(2.0), size)
    picture = fabric.read_image()
    assert fabric._post.overlay is not None
    quads = fabric._post.overlay.quads
    said = ["", "", "", "", ""]
    for quad in quads:
        if quad["glyph"] >= NUMBER:
            x, y = quad["rect"][:2].astype(int)
            found = picture[y : y + HEIGHT, x : x + WIDTH].min(axis=2) > 250
            letter = next((name for name in GLYPHS if (dots(name) == found).all()), " ")
            said[(quad["glyph"] - NUMBER) // 8] += letter
    low, high = 2.0, 2 ** (np.ceil(np.log2(128) * 4) / 4)
    assert [float(text) for text in said] == pytest.approx(np.geomspace(low, high, 5), rel=0.01)


def test_the_font() -> None:
    assert table().shape == (len(GLYPHS) + 1, 2)
    known = {dots(letter).tobytes() for letter in GLYPHS}
    assert len(known) == len(GLYPHS), "no two letters look the same"
    assert glyph_of("a") == glyph_of("A") != glyph_of("B")
    assert glyph_of("ß") == GLYPHS["?"]
    assert table()[0].tolist() == [0xFFFFFFFF, 0b111]


def test_every_letter_is_drawn(fabric: Fabric) -> None:
    fabric.upload_scene(weave(stage(debug__timings=True)))
    fabric.resize((320, 180))
    fabric.show_times({"main pass": 2.0, "sky": 1.0}, {"frame": 16.0})
    show(fabric, front(2.0), (320, 180))
    picture = fabric.read_image()
    assert fabric._post.overlay is not None
    quads = fabric._post.overlay.quads
    letters = {glyph: letter for letter, glyph in GLYPHS.items()}
    read = 0
    for quad in quads[quads["glyph"] > 0]:
        x, y = quad["rect"][:2].astype(int)
        found = picture[y : y + HEIGHT, x : x + WIDTH].min(axis=2) > 150
        assert (found == dots(letters[int(quad["glyph"])])).all()
        read += 1
    assert read == len("mainpasssky2.001.00frame16.00ms")
    fabric.show_times({}, {})


def test_legends_and_times_fit_into_the_picture() -> None:
    settings = stage().settings
    for size in ((160, 90), (320, 180), (640, 360), (1920, 1080)):
        assert scale_of(size) >= 1
        for view in VIEWS[1:]:
            named = apply_settings(settings, {"debug.view": view})
            quads = draw_legend(legend_of(named, measured=True), size)
            assert len(quads) < MOST
            if size[0] >= 320:
                assert all(x >= 0 and y >= 0 and x + w <= size[0] and y + h <= size[1] for (x, y, w, h), _, _ in quads)
    times = {f"pass {i}": 0.1 * i for i in range(30)}
    assert len(draw_times(times, {"frame": 16.0}, (640, 360))) < MOST


# ---- what they cost, and where they stand ------------------------------------------------------------------------


def test_off_nothing_is_there(gpu: Gpu) -> None:
    fresh = Fabric(gpu, SIZE)
    scene = squares("none", debug__labels=True)
    scene.add("sun", Sun(lux=3.0), toward=(-0.3, -1, -0.5))
    fresh.upload_scene(weave(scene))
    show(fresh, front(2.0), (160, 90))
    plain = show(fresh, front(2.0), (160, 90))
    picture = fresh.read_image()
    steps = len(next(iter(fresh._tapes.values()))._steps)
    assert fresh._post.views is None
    assert fresh._post.overlay is None
    for view in (*CHANNELS, "lighting"):
        fresh.set_post_process_config(apply_settings(fresh.settings, {"debug.view": view}))
        light = show(fresh, front(2.0), (160, 90))
        assert (fresh.read_image() != picture).any()
        assert (light == plain).all() == (view != "lighting"), "the scene's light is still there"
        fresh.set_post_process_config(apply_settings(fresh.settings, {"debug.view": "none"}))
        assert (show(fresh, front(2.0), (160, 90)) == plain).all()
        assert (fresh.read_image() == picture).all()
        assert fresh._post.views is None
        assert fresh._post.overlay is None
    fresh._tapes.clear()
    show(fresh, front(2.0), (160, 90))
    assert len(next(iter(fresh._tapes.values()))._steps) == steps


@pytest.mark.parametrize("view", ["albedo", "overdraw", "luminance", "wireframe", "depth"])
def test_on_tape_and_not_the_same(gpu: Gpu, view: str) -> None:
    """Over changes of size, averaged frames and another scene."""
    pictures: list[list[NDArray[Any]]] = []
    for plain in (False, True):
        one = Fabric(gpu, SIZE, plain=plain)
        mine: list[NDArray[Any]] = []
        for scene in (squares(view), stage(debug__view=view), squares(view)):
            one.upload_scene(weave(scene))
            for size, samples in (((160, 90), 1), ((40, 30), 1), ((40, 30), 4)):
                show(one, front(2.0), size, samples)
                mine += [one.read_image(), one.read_view()]
        pictures.append(mine)
    for taped, encoded in zip(*pictures, strict=True):
        np.testing.assert_array_equal(taped, encoded)
