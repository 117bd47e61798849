"""Lines in pixels: as wide as they are said to be, before and behind surfaces, and nothing where there are none."""

from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.lines import Lines
from dreamwell.engine.scene import Material, Mesh
from dreamwell.fabric import Fabric
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric import backdrop
from dreamwell.tests.fabric.backdrop import BACK, STEP, behind, over
from dreamwell.tests.fabric.drawing import F64, front, looking, show

SIZE = (96, 64)
HIGH = 4.0
"""Metres that the picture is high."""


@pytest.fixture
def lines(fabric: Fabric) -> Any:
    made = Lines()
    fabric.upload_scene(weave(behind()))
    fabric.show_lines(made)
    yield made
    fabric.show_lines(None)
    fabric.density = 1.0


def picture(fabric: Fabric, observer: Any = None) -> F64:
    return backdrop.picture(fabric, observer or front(HIGH), SIZE)


def plain() -> F64:
    return backdrop.plain(SIZE)


def pixels_of(point: Any) -> F64:
    """A point of the world, as `front` sees it."""
    x, y, _ = point
    scale = SIZE[1] / HIGH
    return np.array([SIZE[0] / 2 + x * scale, SIZE[1] / 2 - y * scale])


def coverage(a: F64, b: F64, width: float) -> F64:
    """(h, w) of a line with round ends, by the distance of each pixel's centre."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    at = np.stack([x, y], axis=-1)
    way = b - a
    part = np.clip(((at - a) @ way) / max(float(way @ way), 1e-12), 0, 1)
    away = np.linalg.norm(at - a - part[..., None] * way, axis=-1)
    found: F64 = np.clip(max(width, 1) / 2 + 0.5 - away, 0, 1) * min(width, 1)
    return found


@pytest.mark.parametrize(("width", "density"), [(1.0, 1.0), (3.5, 1.0), (0.5, 1.0), (2.0, 2.5)])
def test_a_line_is_that_of_its_distance(fabric: Fabric, lines: Lines, width: float, density: float) -> None:
    a, b = (-1.9, -0.7, 0.5), (1.4, 1.1, -3.0)
    lines.line(a, b, (1.0, 0.5, 0.0, 0.8), width=width, seconds=None)
    fabric.density = density
    covered = coverage(pixels_of(a), pixels_of(b), width * density) * round(0.8 * 255) / 255
    expected = over(plain(), (1, 128 / 255, 0), covered)
    np.testing.assert_allclose(picture(fabric), expected, atol=2 * STEP)


def test_perspective_and_the_near_plane(fabric: Fabric, lines: Lines) -> None:
    """What begins behind the camera goes on to where it ends; what is all behind it is not there."""
    eye = looking((0, 0, 4), (0, 0, 0), fov_y=60)
    lines.line((0.2, -1, 8), (0.2, -1, -30), "#ffffff", width=2, seconds=None)
    found = picture(fabric, eye)
    scale = SIZE[1] / 2 / np.tan(np.radians(30))

    def seen(z: float) -> F64:
        away = 4 - z
        return np.array([SIZE[0] / 2 + 0.2 / away * scale, SIZE[1] / 2 + 1 / away * scale])

    covered = coverage(seen(4 - 0.1), seen(-30), 2)
    np.testing.assert_allclose(found, over(plain(), (1, 1, 1), covered), atol=4 * STEP)
    lines.clear()
    lines.line((-1, 0, 5), (1, 0, 9), "#ffffff", width=2, seconds=None)
    assert np.array_equal(picture(fabric, eye), picture(fabric, looking((0, 0, 4), (0, 0, 0), fov_y=60)))
    np.testing.assert_allclose(picture(fabric, eye), plain(), atol=STEP)


@pytest.mark.parametrize("observer", [front(HIGH), looking((0, 0, 5), (0, 0, 0), fov_y=44)], ids=["flat", "deep"])
def test_surfaces_stand_in_front(fabric: Fabric, observer: Any) -> None:
    scene = behind()
    scene.add("wall", Mesh.box((2, 2, 0.5)), Material(base_color=(0.1, 0.1, 0.1)))
    fabric.upload_scene(weave(scene))
    made = Lines()
    fabric.show_lines(made)
    try:
        without = picture(fabric, observer)
        row, column = SIZE[1] // 2, SIZE[0] // 2
        for behind_it, expected in ((0.0, 0.0), (0.4, 0.4), (1.0, 1.0)):
            made.clear()
            made.line((-6, 0, -1), (6, 0, -1), "#ffffff", width=6, seconds=None, behind=behind_it)
            found = picture(fabric, observer)
            there = over(without, (1, 1, 1), np.full(found.shape[:2], round(expected * 255) / 255))
            np.testing.assert_allclose(
                found[row, column - 8 : column + 8], there[row, column - 8 : column + 8], atol=2 * STEP
            )
            np.testing.assert_allclose(found[row, 2], 1, atol=STEP)
        made.clear()
        made.line((-0.5, 0.3, 0.25), (0.5, 0.3, 0.25), "#ff0000", width=4, seconds=None, behind=0)  # on its surface
        found = picture(fabric, observer)
        assert (np.abs(found - (1, 0, 0)).max(axis=-1) < STEP).sum() > 20
    finally:
        fabric.show_lines(None)


def test_there_is_no_pass_without_lines(fabric: Fabric, lines: Lines) -> None:
    def passes() -> list[str]:
        times = fabric.time_passes()
        assert times is not None
        picture(fabric)
        labels = list(times.labels)
        fabric.time_passes(on=False)
        return labels

    assert "lines" not in passes()
    lines.line((0, 0, 0), (1, 0, 0), seconds=None)
    assert passes()[-1] == "lines"
    lines.clear()
    for _ in range(30):
        picture(fabric)
    assert "lines" not in passes()
    np.testing.assert_allclose(picture(fabric), plain(), atol=STEP)


def test_nothing_is_sent_while_nothing_changes(fabric: Fabric, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    lines.grid(seconds=None)
    lines.line((0, 0, 0), (0, 1, 0), "#ff8800")
    picture(fabric)
    tapes = dict(fabric._tapes)
    sent: list[tuple[int, int]] = []
    queue: Any = type(fabric.gpu.device.queue)
    write = queue.write_buffer

    def noted(self: Any, buffer: Any, offset: int, data: Any, *more: Any) -> None:
        if buffer.label.startswith("lines"):
            sent.append((offset, memoryview(data).nbytes))
        write(self, buffer, offset, data, *more)

    monkeypatch.setattr(queue, "write_buffer", noted)
    for _ in range(3):
        lines.begin_frame(0.0)
        lines.line((0, 0, 0), (0, 1, 0), "#ff8800")  # said again, and the same
        picture(fabric)
    assert not sent
    lines.begin_frame(0.0)
    lines.line((0, 0, 0), (0, 2, 0), "#ff8800")
    picture(fabric)
    kept = len(lines) - 1
    assert sent == [(32 * kept, 32)], "what changed, and nothing of what did not"
    assert fabric._tapes == tapes, "the frame is not recorded anew"


def test_many_lines_and_few_again(fabric: Fabric, lines: Lines) -> None:
    random = np.random.default_rng(1)
    ends = random.uniform(-1, 1, (3000, 2, 3)).astype(np.float32)
    lines.segments(ends, random.uniform(0, 1, (3000, 3)), seconds=None)
    many = picture(fabric)
    lines.clear()
    lines.line((-1, 0, 0), (1, 0, 0), "#ffffff", seconds=None)
    covered = coverage(pixels_of((-1, 0, 0)), pixels_of((1, 0, 0)), 1.5)
    np.testing.assert_allclose(picture(fabric), over(plain(), (1, 1, 1), covered), atol=2 * STEP)
    assert not np.allclose(many, plain(), atol=0.1)


def test_lines_are_over_every_picture_and_not_in_its_light(fabric: Fabric, lines: Lines) -> None:
    lines.line((-1, 0, 0), (1, 0, 0), "#ff00ff", width=5, seconds=None)
    show(fabric, front(HIGH), SIZE, samples=4)
    covered = coverage(pixels_of((-1, 0, 0)), pixels_of((1, 0, 0)), 5)
    np.testing.assert_allclose(fabric.read_image() / 255, over(plain(), (1, 0, 1), covered), atol=2 * STEP)
    light = fabric.read_linear()
    np.testing.assert_allclose(light, np.broadcast_to(BACK, light.shape), rtol=2e-3)


def test_a_world_has_lines() -> None:
    """A game draws some for two seconds, in a tick and in a frame."""
    scene = behind()
    scene.add("camera", dw.Camera(), at=(0, 0, 5))
    app = dw.App(scene, size=SIZE)
    counts: list[int] = []

    @app.fixed
    def tick(world: dw.World, dt: float) -> None:
        world.lines.line((0, 0, 0), (1, 0, 0))

    @app.update
    def frame(world: dw.World, dt: float) -> None:
        world.lines.box(seconds=0.1 if len(counts) == 3 else 0.0)
        counts.append(len(world.lines))

    for _ in range(12):
        app.step(1 / 120)  # two frames a tick
    assert counts[0] in (12, 13)
    assert counts[1:4] == [13, 13, 13]
    assert counts[4:10] == [25] * 6
    assert counts[-1] in (13, 25)
