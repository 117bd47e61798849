"""The HUD in pixels: letters are Pillow's, blended by hand; shapes are those of a distance; nothing grows."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont, features

import dreamwell as dw
from dreamwell.engine.hud import Hud
from dreamwell.engine.lettering import advance
from dreamwell.engine.scene import Mesh
from dreamwell.fabric import Fabric
from dreamwell.fabric.hud import FEWEST
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric import backdrop
from dreamwell.tests.fabric.backdrop import BACK, STEP, behind, over
from dreamwell.tests.fabric.drawing import F64, front, show, srgb

SIZE = (160, 90)


@pytest.fixture
def hud(fabric: Fabric) -> Any:
    made = Hud()
    fabric.upload_scene(weave(behind()))
    fabric.show_hud(made)
    yield made
    fabric.show_hud(None)


def picture(fabric: Fabric, size: tuple[int, int] = SIZE) -> F64:
    return backdrop.picture(fabric, front(2.0), size)


def builtin(size: float) -> Any:
    """Pillow's own font."""
    return ImageFont.load_default(size)


def plain() -> F64:
    return backdrop.plain(SIZE)


def pillow(font: Any, text: str, pen: tuple[int, int], stroke: float = 0, blur: float = 0) -> F64:
    """(h, w) coverage of a line, as Pillow draws its letters."""
    image = Image.new("L", SIZE)
    draw, x, y = ImageDraw.Draw(image), float(pen[0]), pen[1]
    for letter, after in zip(text, (*text[1:], ""), strict=True):
        draw.text((x, y), letter, fill=255, font=font, anchor="ls", stroke_width=stroke)
        x += advance(font, letter) + kerning(font, letter, after)
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur / 2))
    return np.asarray(image) / 255.0


def kerning(font: Any, a: str, b: str) -> int:
    """Pixels from one letter to the next, beyond what the first one takes."""
    if not (b and features.check("raqm")):
        return 0
    large, off = font.font_variant(size=256, layout_engine=ImageFont.Layout.RAQM), ["-liga"]
    apart = large.getlength(a + b, features=off) - large.getlength(a, features=off) - large.getlength(b, features=off)
    return round(apart / 256 * font.size)


# ---- letters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [9, 13.5, 24, 47])
def test_letters_are_pillows(fabric: Fabric, hud: Hud, size: float) -> None:
    font = builtin(size)
    hud.text("label", "Score 12", at=(11, 7), size=size, color=(1.0, 0.8, 0.2, 0.75))
    pen = 11, 7 + font.getmetrics()[0]
    found = picture(fabric)
    np.testing.assert_allclose(
        found, over(plain(), (1.0, 0.8, 0.2), 191 / 255 * pillow(font, "Score 12", pen)), atol=2 * STEP
    )
    assert (found[..., 0] > 0.8).any()


@pytest.mark.skipif(not features.check("raqm"), reason="Pillow was built without Raqm")
def test_pairs_are_kerned(fabric: Fabric, hud: Hud) -> None:
    font = builtin(40)
    hud.text("label", "LTo", size=40)
    assert kerning(font, "L", "T") < -3
    assert kerning(font, "T", "o") < 0
    expected = over(plain(), (1, 1, 1), pillow(font, "LTo", (0, font.getmetrics()[0])))
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)


def test_lines(fabric: Fabric, hud: Hud) -> None:
    font = builtin(18)
    ascent, descent = font.getmetrics()
    hud.text("label", "One\nand two", at=(5, 3), size=18, anchor="bottom_right")
    expected = plain()
    for i, line in enumerate(("One", "and two")):
        x = SIZE[0] - 5 - int(sum(advance(font, letter) for letter in line))
        y = SIZE[1] - 3 - (2 - i) * (ascent + descent) + ascent
        expected = over(expected, (1, 1, 1), pillow(font, line, (x, y)))
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)


def test_outline_and_shadow(fabric: Fabric, hud: Hud) -> None:
    """The shadow is the outlined letters', blurred; then all outlines, then the letters."""
    font = builtin(30)
    looks: dict[str, Any] = {"outline": (0.1, 0, 0), "outline_width": 2}
    hud.text("l", "i", at=(40, 10), size=30, shadow="#00000099", shadow_offset=(2, 3), shadow_blur=4, **looks)
    x, y = 40, 10 + font.getmetrics()[0]
    expected = over(plain(), (0, 0, 0), 0.6 * pillow(font, "i", (x + 2, y + 3), 2, 4))
    expected = over(expected, (0.1, 0, 0), pillow(font, "i", (x, y), 2))
    expected = over(expected, (1, 1, 1), pillow(font, "i", (x, y)))
    np.testing.assert_allclose(picture(fabric), expected, atol=3 * STEP)


def test_letters_are_made_at_the_pixels_they_cover(fabric: Fabric, hud: Hud) -> None:
    hud.text("label", "Crisp", at=(4, 2), size=12)
    hud.density = 3.0
    font = builtin(36)
    expected = over(plain(), (1, 1, 1), pillow(font, "Crisp", (12, 6 + font.getmetrics()[0])))
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)
    hud.density, hud.height = 1.0, SIZE[1] / 2
    font = builtin(24)
    expected = over(plain(), (1, 1, 1), pillow(font, "Crisp", (8, 4 + font.getmetrics()[0])))
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)


def test_the_height_of_capitals_is_centred(fabric: Fabric, hud: Hud) -> None:
    hud.text("label", "HE", anchor="center", size=40)
    lit = np.flatnonzero((picture(fabric)[..., 0] > 0.9).any(axis=1))
    assert abs((lit[0] + lit[-1] + 1) / 2 - SIZE[1] / 2) <= 0.5


# ---- shapes ------------------------------------------------------------------------------------------------------


def box(rect: tuple[float, float, float, float], radius: float) -> F64:
    """(h, w) distance of pixels to a box with round corners, negative inside."""
    x, y, w, h = rect
    py, px = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    qx, qy = np.abs(px - x - w / 2) - w / 2 + radius, np.abs(py - y - h / 2) - h / 2 + radius
    return np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - radius


def test_panels(fabric: Fabric, hud: Hud) -> None:
    """A gradient within a border, smooth over one pixel; a shadow below."""
    panel = hud.panel("p", at=(20, 10), size=(100, 60), radius=12, border=3, color="#204080c0", color_end="#80402080")
    panel.border_color = "#ffffff80"
    distance = box((20, 10, 100, 60), 12)
    down = np.clip((np.arange(SIZE[1]) + 0.5 - 10) / 60, 0, 1)[:, None, None]
    fill = np.array([0x20, 0x40, 0x80, 0xC0]) / 255 * (1 - down) + np.array([0x80, 0x40, 0x20, 0x80]) / 255 * down
    fill = np.broadcast_to(fill, (SIZE[1], SIZE[0], 4))
    edge = np.array([1, 1, 1, 0x80 / 255])
    within = np.clip(0.5 - distance - 3, 0, 1)[..., None]
    fill, edge = (np.concatenate([c[..., :3] * c[..., 3:], c[..., 3:]], axis=-1) for c in (fill, edge))
    shown = (fill * within + edge * (1 - within)) * np.clip(0.5 - distance, 0, 1)[..., None]
    np.testing.assert_allclose(picture(fabric), plain() * (1 - shown[..., 3:]) + shown[..., :3], atol=2 * STEP)

    panel.shadow, panel.shadow_offset, panel.shadow_blur, panel.alpha = "#000000", (4, 5), 8, 0.0
    np.testing.assert_allclose(picture(fabric), plain(), atol=STEP)
    panel.alpha = 1.0
    panel.color = panel.border_color = "#00000000"
    panel.color_end = None
    t = np.clip((box((24, 15, 100, 60), 12) + 8) / 16, 0, 1)
    expected = over(plain(), (0, 0, 0), 1 - t * t * (3 - 2 * t))
    np.testing.assert_allclose(picture(fabric), expected, atol=3 * STEP)


def test_bars(fabric: Fabric, hud: Hud) -> None:
    bar = hud.bar("b", 0.5, at=(10, 10), size=(104, 14), radius=0, padding=2, color="#000000", fill="#ffffff")
    for value, last in ((0.5, 62), (0.0, 12), (1.0, 112), (0.255, 37.5)):
        bar.value = value
        row = picture(fabric)[17, :, 0]
        x = np.arange(SIZE[0]) + 0.5
        expected = np.where((x > 10) & (x < 114), 0.0, srgb(BACK)[0])
        expected = np.where((x > 12) & (x < 112), np.clip(last - x + 0.5, 0, 1), expected)
        np.testing.assert_allclose(row, expected, atol=STEP)
    assert picture(fabric)[11, 20, 0] == 0, "the padding"


def test_images(fabric: Fabric, hud: Hud, tmp_path: Any) -> None:
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (20, 30, 4), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    hud.root = tmp_path
    shown = hud.image("i", "a.png", at=(8, 4))
    expected = plain()
    expected[4:24, 8:38] = over(expected[4:24, 8:38], pixels[..., :3] / 255, pixels[..., 3] / 255)
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)

    shown.source, shown.size, shown.smooth = pixels[..., :3].copy(), (None, 40), False
    expected = plain()
    expected[4:44, 8:68] = np.repeat(np.repeat(pixels[..., :3], 2, axis=0), 2, axis=1) / 255
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)

    shown.source, shown.size, shown.smooth, shown.color = pixels, (15, None), True, (1.0, 0.5, 1.0, 0.5)
    small = np.asarray(Image.fromarray(pixels).resize((15, 10), Image.Resampling.LANCZOS)) / 255
    expected = plain()
    expected[4:14, 8:23] = over(expected[4:14, 8:23], small[..., :3] * (1, 128 / 255, 1), small[..., 3] * 128 / 255)
    np.testing.assert_allclose(picture(fabric), expected, atol=2 * STEP)

    shown.source, shown.radius = np.full((40, 40, 3), 255, np.uint8), 20
    shown.size, shown.color, shown.at = (40, 40), "#ffffff", (30, 20)
    expected = over(plain(), (1, 1, 1), np.clip(0.5 - box((30, 20, 40, 40), 20), 0, 1))
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)


def test_what_is_behind_and_what_is_in_front(fabric: Fabric, hud: Hud) -> None:
    low = hud.panel("low", size=(40, 40), color="#ff0000", radius=0)
    hud.panel("high", at=(20, 20), size=(40, 40), color="#00ff00", radius=0)
    found = picture(fabric)
    assert found[30, 30].tolist() == [0, 1, 0]
    assert found[10, 10].tolist() == [1, 0, 0]
    low.z = 1
    assert picture(fabric)[30, 30].tolist() == [1, 0, 0]
    low.visible = False
    np.testing.assert_allclose(picture(fabric)[10, 10], srgb(BACK), atol=STEP)
    hud.visible = False
    np.testing.assert_allclose(picture(fabric), plain(), atol=STEP)


# ---- the frame ---------------------------------------------------------------------------------------------------


def test_taped_and_plain_frames_are_the_same(gpu: Any, fabric: Fabric, hud: Hud) -> None:
    hud.text("label", "The same", at=(5, 5), size=20)
    taped = picture(fabric)
    other = Fabric(gpu, SIZE, plain=True)
    other.upload_scene(weave(behind()))
    other.show_hud(hud)
    assert np.array_equal(picture(other), taped)
    assert not np.array_equal(taped, plain())


def test_a_hud_that_fills_and_empties(fabric: Fabric, hud: Hud) -> None:
    """It begins with nothing, grows beyond the room that there was at first, and shrinks again."""
    np.testing.assert_allclose(picture(fabric), plain(), atol=STEP)
    count = FEWEST + 44
    for i in range(count):
        hud.panel(f"{i}", at=(i % 50 * 3, i // 50 * 3), size=(2, 2), radius=0, color="#ffffff")
    white = (picture(fabric) == 1).all(axis=-1)
    assert white.sum() == 4 * count
    for i in range(1, count):
        hud.remove(f"{i}")
    assert (picture(fabric) == 1).all(axis=-1).sum() == 4
    hud.clear()
    np.testing.assert_allclose(picture(fabric), plain(), atol=STEP)


def test_letters_that_come_later_and_another_size_of_the_picture(fabric: Fabric, hud: Hud) -> None:
    """What is on the GPU's atlas already stays right when more comes and when it has to grow."""
    label = hud.text("label", "ab", size=16)
    picture(fabric)
    for text, size in (("abc", 16), ("The quick brown fox", 15), ("jumps over", 31), ("THE LAZY DOG", 20)):
        label.text, label.size = text, size
        font = builtin(size)
        expected = over(plain(), (1, 1, 1), pillow(font, text, (0, font.getmetrics()[0])))
        np.testing.assert_allclose(picture(fabric), expected, atol=STEP)
    other = hud.text("large", "".join(map(chr, range(0x41, 0x7B))), size=120, at=(0, 60), alpha=0.0)
    edge = hud.letters.atlas.pixels.shape
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)
    assert hud.letters.atlas.pixels.shape > edge
    other.remove()
    np.testing.assert_allclose(picture(fabric), expected, atol=STEP)
    label.anchor = "bottom_right"
    found = picture(fabric, (200, 120))
    wide, high = int(hud["label"].box[2]), int(sum(font.getmetrics()))
    assert (found[:, : 200 - wide, 0] < 0.6).all()
    assert (found[120 - high :, 200 - wide :, 0] > 0.9).any()


def test_nothing_is_sent_while_nothing_changes(fabric: Fabric, hud: Hud, monkeypatch: pytest.MonkeyPatch) -> None:
    label = hud.text("label", "Score 10", size=20)
    hud.image("image", np.full((8, 8, 3), 200, np.uint8), anchor="center")
    picture(fabric)
    sent: list[str] = []
    queue = fabric.gpu.device.queue
    for name in ("write_texture", "write_buffer"):
        call = getattr(queue, name)

        def note(*arguments: Any, name: str = name, call: Any = call, **more: Any) -> Any:
            sent.append(name)
            return call(*arguments, **more)

        monkeypatch.setattr(queue, name, note)
    picture(fabric)
    still = list(sent)
    picture(fabric)
    assert sent == 2 * still, "what every frame sends"
    assert "write_texture" not in sent
    sent.clear()
    label.text = "Score 01"
    picture(fabric)
    assert sent == [*still, "write_buffer"] or sent == ["write_buffer", *still]
    sent.clear()
    label.text = "Score 2"
    picture(fabric)
    assert sorted(sent) == sorted([*still, "write_buffer", "write_buffer", "write_texture"])


def test_a_thousand_frames_leave_nothing_behind(fabric: Fabric, hud: Hud) -> None:
    import gc
    import tracemalloc

    label, bar = hud.text("label", "0", size=12, shadow="#000000"), hud.bar("bar", 0.0, at=(0, 30))

    def run(count: int) -> None:
        for i in range(count):
            label.text, bar.value = f"Score {i % 997}", i % 100 / 100
            hud.compose(SIZE)

    run(1000)
    gc.collect()
    tracemalloc.start()
    run(100)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    run(1000)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000
    picture(fabric)
    tapes = dict(fabric._tapes)
    for i in range(5):
        label.text = f"Score {i}"
        picture(fabric)
    assert fabric._tapes == tapes, "the frame is not recorded anew"


def test_over_debug_views_and_summed_frames(fabric: Fabric, hud: Hud) -> None:
    hud.panel("p", size=(30, 30), color="#ff00ff80", radius=0)
    show(fabric, front(2.0), SIZE, samples=4)
    expected = over(plain(), (1, 0, 1), np.pad(np.full((30, 30), 128 / 255), ((0, 60), (0, 130))))
    np.testing.assert_allclose(fabric.read_image() / 255, expected, atol=STEP)
    light = fabric.read_linear()
    np.testing.assert_allclose(light, np.broadcast_to(BACK, light.shape), rtol=2e-3)


def test_render_takes_one() -> None:
    scene = behind()
    scene.add("box", Mesh.box())
    hud = dw.Hud()
    hud.panel("p", size=(30, 30), color="#ff00ff", radius=0)
    image: NDArray[Any] = dw.render(scene, SIZE, hud=hud)
    assert (image[:30, :30] == (255, 0, 255)).all()
    without = dw.render(scene, SIZE)
    assert np.array_equal(image[30:], without[30:])
    assert np.array_equal(dw.render(scene, SIZE, hud=hud, linear=True), dw.render(scene, SIZE, linear=True))
