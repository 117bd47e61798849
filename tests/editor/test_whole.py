"""The whole editor, by clicks: a scene from nothing to a game that plays, saved and opened again."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imgui_bundle import imgui

import dreamwell as dw
from dreamwell.engine.scene.scene import Scene
from dreamwell.tests.editor.test_viewport import handle, position, room

Open = Callable[..., Any]
KEY = imgui.Key


def menu(context: Any, menus: str, action: str) -> None:
    """Choose from the main menu: `menu(context, "Create/Shape", "create.box")`."""
    context.menu_click(f"//##MainMenuBar/{menus}/###{action}")
    context.yield_(2)


def names(ui: Any) -> list[str]:
    return [ui.state.scene.by_id(one).name for one in ui.state.selection.ids]


def test_from_nothing_to_a_game_that_plays(editor_ui: Open, tmp_path: Path) -> None:
    """A floor and boxes by the menus, one moved by its handle, a falling ball, saved, played, stopped, opened again."""
    ui = editor_ui()
    state = ui.state
    file = tmp_path / "first.dream"

    def build(context: Any) -> None:
        menu(context, "Create/Physics", "create.ground")
        assert names(ui) == ["ground"]
        menu(context, "Create/Shape", "create.box")
        assert names(ui) == ["box"]
        start = handle(ui, "x")
        ui.drag(context, start, (start[0] + 55, start[1] + 8))
        assert position(ui, "box")[0] > 0.3
        context.key_press(KEY.mod_ctrl | KEY.d)
        context.yield_(2)
        assert len(names(ui)) == 1
        menu(context, "Create/Physics", "create.body")
        context.key_press(KEY.f2)
        context.yield_(2)
        context.key_chars_replace_enter("stone")
        context.yield_(2)
        assert names(ui) == ["stone"]
        context.key_press(KEY.mod_ctrl | KEY.mod_shift | KEY.s)
        context.yield_(5)
        context.item_input("//$FOCUSED/###file")
        context.key_chars_replace("first")
        context.yield_(2)
        context.item_click("//$FOCUSED/###ok")
        context.yield_(5)

    ui.run(build)
    assert not state.document.dirty
    text = file.read_text(encoding="utf-8")
    assert text == state.document.text()
    height = position(ui, "stone")[1]
    assert height > 1

    def play(context: Any) -> None:
        context.key_press(KEY.mod_ctrl | KEY.enter)
        context.yield_(40)
        assert state.play.active
        assert state.play.world["stone"].position[1] < height - 0.3, "it falls"
        before = ui.picture()
        for shown in (True, False):
            state.run("view.colliders")
            context.yield_(2)
            assert (len(state.play.world.lines.group("physics")) > 0) == shown
        assert (before != ui.picture()).any()
        context.key_press(KEY.mod_ctrl | KEY.enter)
        context.yield_(4)
        assert not state.play.active

    ui.run(play)
    assert state.document.text() == text, "the edit scene is untouched"
    assert not state.document.dirty
    again = editor_ui(file)
    assert again.state.document.text() == text
    assert Scene.load(file).dumps() == text
    assert Scene.load(file)["stone"].get(dw.Body) is not None


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A scene with a script that follows the keys."""
    (tmp_path / "player.py").write_text(
        textwrap.dedent(
            '''
            import dreamwell as dw

            class Walker2607(dw.Behaviour):
                """Walks while D is held."""

                speed: float = dw.field(default=3.0, unit="m/s")

                def update(self, dt):
                    if self.input.held("d"):
                        self.entity.translate(x=self.speed * dt)
            '''
        ),
        encoding="utf-8",
    )
    made = room()
    made.root = tmp_path
    made.scripts.append("player.py")
    path = tmp_path / "game.dream"
    made.save(path)
    return path


def test_a_game_hears_the_keys_and_its_camera_is_looked_through(editor_ui: Open, game: Path) -> None:
    ui = editor_ui(game)
    state = ui.state
    ui.select("cube")
    state.run("object.add_component", component="Walker2607")
    edited = ui.port.frame.eye.copy()

    def test(context: Any) -> None:
        state.act("play.start")
        context.yield_(4)
        assert ui.port.frame.eye.tolist() == pytest.approx([-3, 2.5, 5], abs=1e-3), "the game's own camera"
        x, y, w, h = ui.port.frame.rect
        context.mouse_move_to_pos((x + w / 2, y + h / 2))
        context.mouse_click(0)
        context.yield_(2)
        context.key_down(KEY.d)
        context.yield_(30)
        context.key_up(KEY.d)
        walked = state.play.world["cube"].position[0]
        assert walked > 0.8
        context.yield_(5)
        assert state.play.world["cube"].position[0] == pytest.approx(walked, abs=0.1)
        state.act("view.free")
        context.yield_(3)
        assert ui.port.frame.eye.tolist() == pytest.approx(edited.tolist()), "the editor's camera while it plays"
        state.act("view.free")
        state.act("play.pause")
        context.yield_(3)
        paused = state.play.game.time
        context.yield_(5)
        assert state.play.game.time == paused
        state.act("play.stop")
        context.yield_(3)

    ui.run(test)
    assert position(ui, "cube") == [0, 0.5, 0]
    assert ui.port.frame.eye.tolist() == pytest.approx(edited.tolist())


def test_the_picture_is_that_of_the_game_while_it_plays(editor_ui: Open, game: Path) -> None:
    ui = editor_ui(game)
    ui.state.act("play.start")
    ui.step(4)
    ui.state.play.world["cube"].position = (0, 50, 0)
    ui.step(2)
    gone = ui.port.picture.read().astype(int)
    assert (gone[..., 0] - gone[..., 2] > 70).sum() < 30
    ui.state.act("play.stop")
    ui.step(4)
    back = ui.port.picture.read().astype(int)
    assert (back[..., 0] - back[..., 2] > 70).sum() > 100


def test_an_asset_is_dropped_onto_a_surface(editor_ui: Open, tmp_path: Path) -> None:
    part = dw.Scene("part", seed=1)
    part.add("block", dw.Mesh.box(0.6))
    part.save(tmp_path / "part.dream")
    made = room()
    made.root = tmp_path
    made.save(tmp_path / "scene.dream")
    ui = editor_ui(tmp_path / "scene.dream")
    ui.editor.ui.show("assets")
    ui.step(6)

    def test(context: Any) -> None:
        box = context.item_info("//###assets/**/###asset.part.dream").rect_full
        item = (box.min.x + box.max.x) / 2, (box.min.y + box.max.y) / 2
        context.mouse_move_to_pos(item)
        context.mouse_down(0)
        context.mouse_move_to_pos((item[0] + 20, item[1] - 20))
        context.yield_(2)
        context.mouse_move_to_pos(ui.at((1.5, 0, 1.5)))
        context.yield_(3)
        context.mouse_up(0)
        context.yield_(4)

    ui.run(test)
    made_now = [name for name in ui.state.scene.names if name.startswith("part")]
    assert made_now, list(ui.state.scene.names)
    assert position(ui, made_now[0]) == pytest.approx([1.5, 0, 1.5], abs=0.1)
    assert ui.port.mirror.world.find("block") is not None


def test_the_right_button_opens_a_menu_for_what_is_under_it(editor_ui: Open) -> None:
    ui = editor_ui(room())

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ui.at((2.2, 0.5, -1.2)))
        context.mouse_click(1)
        context.yield_(3)
        assert names(ui) == ["ball"]
        context.item_click("//$FOCUSED/###edit.duplicate")
        context.yield_(3)
        assert len(ui.state.scene) == len(room()) + 1

    ui.run(test)


@pytest.mark.parametrize(("size", "scale"), [((1280, 760), 1.0), ((1600, 1000), 2.0)])
def test_a_picture_of_all_of_it(editor_ui: Open, size: tuple[int, int], scale: float) -> None:
    ui = editor_ui(room(), size=size, scale=scale)
    ui.select("cube")
    ui.step(8)
    image = ui.picture().astype(int)
    assert image.shape == (size[1], size[0], 3)
    x, y, w, h = (int(v) for v in ui.port.frame.rect)
    assert w > size[0] * 0.3
    assert h > size[1] * 0.3
    assert ui.editor.ui.failures == {}
    assert image[y + 5 : y + h - 5, x + 5 : x + w - 5].std() > 12
    assert np.abs(np.diff(image[:, : x - 10], axis=1)).sum() > 5000, "letters in the hierarchy"
    assert ui.port.picture.size == (w, h) or abs(ui.port.picture.size[0] - w) <= 1


def test_every_action_beside_the_cores_runs(editor_ui: Open) -> None:
    """Views, handles, windows, help: with a light chosen each does something, or says why it can't be done now."""
    ui = editor_ui(room())
    state = ui.state
    ui.step(2)
    core = ("file", "edit", "create", "object", "play")
    others = [name for name in state.actions if name.partition(".")[0] not in core]
    assert len(others) > 80
    text, done = state.document.text(), 0
    for name in others:
        ui.select("cube")
        state.notice = None
        if state.actions[name].enabled(state):
            done += 1
            ran = state.act(name)
            assert ran or state.notice is not None, name
        ui.step(2)
        for entry in state.log.entries:
            assert entry.level != "error", (name, entry.text)
    assert done > 70
    assert ui.picture().std() > 10
    while state.history.can_undo:  # a camera was put where one looked from
        state.undo()
    assert state.document.text() == text
