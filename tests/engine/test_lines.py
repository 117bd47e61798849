"""Lines as data: shapes, colours, how long they stay, groups, and what is told to whoever sends them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.lines import Lines


def ends(lines: Lines) -> NDArray[np.float64]:
    """(k, 2, 3) as they are drawn."""
    found = lines.compose()
    return np.stack([found["a"], found["b"]], axis=1).astype(np.float64)


def test_lines_come_alone_and_in_bulk() -> None:
    lines = Lines()
    lines.line((0, 0, 0), (1, 2, 3), "#ff800040", width=2, behind=1)
    lines.line((0, 0, 0), [(1, 0, 0), (0, 1, 0)], [(1, 0, 0), (0, 0, 1)])
    lines.segments(np.arange(12, dtype=np.float32).reshape(2, 2, 3), (0, 1, 0, 0.5))
    lines.path([(0, 0, 0), (1, 0, 0), (1, 1, 0)], closed=True)
    found = lines.compose()
    assert len(found) == len(lines) == 8
    assert found["color"][:5].tolist() == [0x400080FF, 0xFF0000FF, 0xFFFF0000, 0x8000FF00, 0x8000FF00]
    assert int(found["style"][0]) == 512 | 255 << 16
    np.testing.assert_array_equal(
        ends(lines)[5:], [[[0, 0, 0], [1, 0, 0]], [[1, 0, 0], [1, 1, 0]], [[1, 1, 0], [0, 0, 0]]]
    )


def test_shapes_are_where_they_are_to_be() -> None:
    turn = (0, 0, np.sin(np.pi / 4), np.cos(np.pi / 4))  # a quarter about z
    lines = Lines()
    lines.box((1, 2, 3), (2, 4, 6), rotation=turn)
    box = ends(lines)
    assert box.shape == (12, 2, 3)
    np.testing.assert_allclose(np.abs(box - (1, 2, 3)).reshape(-1, 3), np.tile((2, 1, 3), (24, 1)), atol=1e-6)
    assert np.linalg.norm(box[:, 1] - box[:, 0], axis=1).sum() == pytest.approx(4 * (2 + 4 + 6))
    lines.clear()
    lines.sphere([(0, 0, 0), (5, 0, 0)], [1, 2])
    ball = ends(lines)
    half = len(ball) // 2
    np.testing.assert_allclose(np.linalg.norm(ball[:half].reshape(-1, 3), axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(ball[half:].reshape(-1, 3) - (5, 0, 0), axis=1), 2, atol=1e-6)
    lines.clear()
    lines.circle((0, 1, 0), 3, rotation=(np.sin(np.pi / 4), 0, 0, np.cos(np.pi / 4)))
    np.testing.assert_allclose(ends(lines)[..., 2], 0, atol=1e-6)
    lines.clear()
    lines.axes((1, 1, 1), turn, 2)
    np.testing.assert_allclose(ends(lines)[:, 1] - 1, [(0, 2, 0), (-2, 0, 0), (0, 0, 2)], atol=1e-6)
    lines.clear()
    lines.grid((0, 1, 0), size=4, step=1)
    grid = ends(lines)
    assert len(grid) == 10
    assert (grid[..., 1] == 1).all()
    assert np.abs(grid).max() == 2
    lines.clear()
    lines.arrow([(0, 0, 0), (0, 0, 0)], [(0, 2, 0), (3, 0, 0)], ["#ff0000", "#00ff00"][0], head=0.25)
    arrow = ends(lines)
    assert len(arrow) == 10
    np.testing.assert_allclose(arrow[1:5, 0, 1], 1.5, atol=1e-6)
    np.testing.assert_allclose(arrow[5:, 1], np.tile((3, 0, 0), (5, 1)), atol=1e-6)


def test_how_long_they_stay() -> None:
    lines = Lines()
    lines.line((0, 0, 0), (1, 0, 0), seconds=None)
    lines.line((0, 0, 0), (2, 0, 0), seconds=0.5)
    lines.line((0, 0, 0), (3, 0, 0))
    assert len(lines) == 3
    lines.begin_frame(0.2)
    assert len(lines) == 2
    lines.begin_tick()
    lines.line((0, 0, 0), (4, 0, 0))
    lines.end_tick()
    lines.line((0, 0, 0), (5, 0, 0))
    assert len(lines) == 4
    lines.begin_frame(0.49)
    assert sorted(ends(lines)[:, 1, 0].tolist()) == [1, 2, 4], "what a tick said stays until the next"
    lines.begin_frame(0.5)
    lines.begin_tick()
    lines.end_tick()
    assert ends(lines)[:, 1, 0].tolist() == [1]
    lines.clear()
    assert len(lines) == 0


def test_groups_are_cleared_and_hidden_alone() -> None:
    lines = Lines()
    gizmo = lines.group("gizmo")
    assert lines.group("gizmo") is gizmo
    gizmo.axes(seconds=None)
    lines.line((0, 0, 0), (1, 0, 0), seconds=None)
    assert len(lines.compose()) == 4
    gizmo.visible = False
    assert len(lines.compose()) == 1
    gizmo.visible = True
    lines.clear()
    assert len(lines.compose()) == 3
    gizmo.clear()
    assert len(lines.compose()) == 0
    with pytest.raises(dw.SceneError, match="a group has no groups"):
        gizmo.group("x")


def test_only_what_changed_is_told() -> None:
    lines = Lines()
    lines.grid(seconds=None)
    kept = len(lines)
    lines.line((0, 0, 0), (1, 0, 0))
    lines.compose()
    version = lines.version
    lines.compose()
    lines.begin_frame(0)
    lines.line((0, 0, 0), (1, 0, 0))
    lines.compose()
    assert lines.version == version, "said again, and the same"
    lines.begin_frame(0)
    lines.line((0, 0, 0), (2, 0, 0))
    lines.compose()
    assert (lines.version, lines.changed_from) == (version + 1, kept)
    lines.begin_frame(0)
    assert len(lines.compose()) == kept
    lines.line((0, 0, 0), (2, 0, 0), seconds=None)
    assert len(lines.compose()) == kept + 1
    np.testing.assert_array_equal(ends(lines)[-1], [(0, 0, 0), (2, 0, 0)])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda lines: lines.line((0, 0), (1, 0, 0)), r"a is \(0, 0\); it must be \(3,\) or \(k, 3\) finite numbers"),
        (lambda lines: lines.line((0, 0, np.nan), (1, 0, 0)), "finite numbers"),
        (lambda lines: lines.line(np.zeros((2, 3)), np.zeros((3, 3))), "2 places a do not go with 3 places b"),
        (lambda lines: lines.line((0, 0, 0), (1, 0, 0), "red"), r'the color is \'red\'; it must be "#rrggbb"'),
        (lambda lines: lines.line((0, 0, 0), (1, 0, 0), (2, 0, 0)), "from 0 to 1"),
        (lambda lines: lines.line((0, 0, 0), (1, 0, 0), width=0), "the width is 0; it must be above 0"),
        (lambda lines: lines.line((0, 0, 0), (1, 0, 0), behind=2), "behind is 2; it must be from 0 to 1"),
        (lambda lines: lines.line((0, 0, 0), (1, 0, 0), seconds=-1), "seconds is -1; it must be 0 or more, or None"),
        (lambda lines: lines.segments(np.zeros((4, 3))), r"segments are float64 \(4, 3\); they must be numbers"),
        (lambda lines: lines.segments(np.full((1, 2, 3), np.inf)), "segments must be finite"),
        (lambda lines: lines.box(rotation=(0, 0, 0, 0)), r"rotation is \(0, 0, 0, 0\); it must be quaternions"),
        (lambda lines: lines.sphere([(0, 0, 0)] * 3, [1, 2]), "do not go with"),
        (lambda lines: lines.grid(step=0), "a grid of 20.0 m in steps of 0 m"),
    ],
)
def test_what_can_not_be_drawn_is_refused(call: Any, said: str) -> None:
    lines = Lines()
    with pytest.raises(dw.SceneError, match=said):
        call(lines)
    assert len(lines) == 0
