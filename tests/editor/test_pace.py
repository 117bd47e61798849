"""When the viewport draws, and how finely."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dreamwell.editor.viewport.pace import REST, Pace
from dreamwell.tests.editor.test_viewport import room

Open = Callable[..., Any]
DT = 1 / 60


def drawn(pace: Pace, frames: int, *, changed: bool = False, hands: bool = False, whole: bool = False) -> int:
    """How many of some frames the scene is drawn in."""
    return sum(pace.draws(4, DT, changed=changed, whole=whole, hands=hands) for _ in range(frames))


def test_a_fast_adapter_draws_whole_pictures_until_they_rest() -> None:
    pace = Pace()
    assert drawn(pace, 1, changed=True) == 1
    assert pace.part == 1
    assert pace.waiting
    assert drawn(pace, 20, hands=True) == 3
    assert not pace.waiting


def test_a_slow_one_draws_coarsely_while_something_changes_and_finely_when_it_rests() -> None:
    pace = Pace(coarse=0.5)
    assert drawn(pace, 10, changed=True) == 10
    assert pace.part == 0.5
    assert drawn(pace, int(REST / DT) - 1) == 0, "it may go on at once"
    assert pace.waiting
    assert drawn(pace, 30) == 4
    assert pace.part == 1
    assert not pace.waiting


def test_nobody_waits_for_what_only_becomes_smoother() -> None:
    pace = Pace(coarse=0.5)
    drawn(pace, 1, changed=True)
    assert drawn(pace, 60, hands=True) == 0
    assert pace.waiting
    assert drawn(pace, 30) == 4


def test_a_game_has_all_of_its_pixels() -> None:
    pace = Pace(coarse=0.5)
    assert drawn(pace, 3, changed=True, whole=True) == 3
    assert pace.part == 1


def test_choosing_draws_over_the_picture_that_is_there(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.settle()
    ui.step(6)
    count, before = ui.port.picture.drawn, ui.picture()
    ui.select("cube")
    after = ui.picture()
    assert ui.port.picture.drawn == count, "the scene is as it was"
    x, y = ui.at((0, 0.5, 0))
    near = (slice(int(y) - 90, int(y) + 90), slice(int(x) - 90, int(x) + 90))
    orange = (after[near].astype(int)[..., 0] - after[near].astype(int)[..., 2] > 120) & (
        np.abs(after[near].astype(int) - before[near]).max(axis=-1) > 60
    )
    assert orange.sum() > 150, "its edges are shown"
    ui.select()
    ui.step(2)
    assert (ui.picture()[near] == before[near]).all()


def test_a_drag_is_coarse_and_its_end_fine(editor_ui: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    ui = editor_ui(room())
    monkeypatch.setattr(ui.port.pace, "coarse", 0.5)  # the viewport serves other tests too
    ui.settle()
    ui.step(30)
    whole = ui.port.picture.size
    for k in range(3):
        ui.state.set([ui.id("cube")], {"position": [0.1 * k, 0.5, 0]})
        ui.step()
        if k:
            assert ui.port.picture.size == tuple(-(-side // 2) for side in whole)
    ui.run(lambda context: context.mouse_move_to_pos(ui.at((0.2, 0.5, 0))))  # it is found in coarse pictures too
    assert ui.port.object_at(ui.state, *ui.at((0.2, 0.7, 0))) == ui.id("cube")
    ui.step(30)
    assert ui.port.picture.size == whole
    assert not ui.port.waiting


def test_what_stands_before_the_chosen_gets_no_edge(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.view.icons = ui.view.grid = ui.view.shapes = False
    ui.view.mode = "select"
    ui.step(4)
    before = ui.picture().astype(int)
    ui.select("floor")
    changed = np.abs(ui.picture().astype(int) - before).max(axis=-1) > 60
    x, y = ui.at((-0.5, 0.7, 0.5))  # an upright edge of the cube, before the floor
    assert not changed[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8].any()
    x, y = ui.at((4, 0, 0))
    assert changed[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8].any(), "the floor's own edge"
