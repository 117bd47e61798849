"""The hierarchy: clicked, typed and dragged as a person does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from imgui_bundle import imgui

from dreamwell.engine.scene.components import Camera, Material, Mesh, PointLight, Sun
from dreamwell.engine.scene.scene import Scene

Open = Callable[..., Any]
KEY = imgui.Key


def _scene() -> Scene:
    scene = Scene("yard", seed=3)
    house = scene.add("house")
    scene.add("door", Mesh.box(), Material(), parent=house, at=(0, 1, 0))
    scene.add("roof", Mesh.box(), parent=house, at=(0, 3, 0))
    scene.add("tree", Mesh.cone(), at=(4, 0, 0), tags={"green"})
    scene.add("lamp", PointLight(candela=20), at=(0, 4, 0))
    scene.add("sun", Sun())
    scene.add("eye", Camera(), at=(0, 2, 9))
    return scene


@pytest.fixture
def ui(editor_ui: Open) -> Any:
    return editor_ui(_scene())


def ref(ui: Any, name: str) -> str:
    """An object's row, as tests name it."""
    return f"//hierarchy/**/###{ui.id(name):016x}"


def chosen(ui: Any) -> list[str]:
    return [ui.state.document.object(number).name for number in ui.state.selection.ids]


def order(ui: Any, parent: str = "") -> list[str]:
    tree = ui.state.document.tree
    return [ui.state.document.object(number).name for number in tree.children(ui.id(parent) if parent else 0)]


def test_a_click_chooses_ctrl_adds_shift_takes_all_between(ui: Any) -> None:
    def test(c: Any) -> None:
        c.item_click(ref(ui, "door"))
        c.yield_(2)
        assert chosen(ui) == ["door"]
        c.key_down(KEY.mod_ctrl)
        c.item_click(ref(ui, "lamp"))
        c.key_up(KEY.mod_ctrl)
        c.yield_(2)
        assert chosen(ui) == ["door", "lamp"]
        c.item_click(ref(ui, "door"))
        c.key_down(KEY.mod_shift)
        c.item_click(ref(ui, "lamp"))
        c.key_up(KEY.mod_shift)
        c.yield_(2)
        assert chosen(ui) == ["door", "roof", "tree", "lamp"]

    ui.run(test)
    ui.state.undo()
    assert chosen(ui) == ["door"]


def test_arrows_go_through_the_rows(ui: Any) -> None:
    def test(c: Any) -> None:
        c.item_click(ref(ui, "house"))
        c.key_press(KEY.down_arrow)
        c.yield_(2)
        assert chosen(ui) == ["door"]
        c.key_press(KEY.left_arrow)
        c.yield_(2)
        assert chosen(ui) == ["house"]
        c.key_press(KEY.left_arrow)
        c.yield_(2)
        assert not c.item_exists(ref(ui, "door"))
        c.key_press(KEY.end)
        c.yield_(2)
        assert chosen(ui) == ["eye"]

    ui.run(test)


def test_f2_renames_enter_takes_it_escape_does_not(ui: Any) -> None:
    def test(c: Any) -> None:
        c.item_click(ref(ui, "tree"))
        c.key_press(KEY.f2)
        c.yield_(3)
        c.key_chars_replace_enter("oak")
        c.yield_(3)
        assert "oak" in ui.state.scene
        c.key_press(KEY.f2)
        c.yield_(3)
        c.key_chars_replace("elm")
        c.key_press(KEY.escape)
        c.yield_(3)
        assert "oak" in ui.state.scene
        assert "elm" not in ui.state.scene

    ui.run(test)
    assert ui.state.history.undo_label == "Rename"
    ui.state.act("edit.undo")
    assert "tree" in ui.state.scene


def test_delete_and_duplicate_by_keys(ui: Any) -> None:
    text = ui.state.document.text()

    def test(c: Any) -> None:
        c.item_click(ref(ui, "tree"))
        c.key_press(KEY.mod_ctrl | KEY.d)
        c.yield_(3)
        assert chosen(ui) == ["tree-2"]
        c.key_press(KEY.delete)
        c.yield_(3)
        assert "tree-2" not in ui.state.scene
        c.key_press(KEY.mod_ctrl | KEY.z)
        c.yield_(2)
        assert "tree-2" in ui.state.scene
        c.key_press(KEY.mod_ctrl | KEY.z)
        c.yield_(2)

    ui.run(test)
    assert ui.state.document.text() == text


def test_dragging_onto_an_object_hangs_it_there_and_it_stays_where_it_is(ui: Any) -> None:
    ui.state.set([ui.id("house")], {"position": [10, 0, 0]})

    def test(c: Any) -> None:
        c.item_drag_and_drop(ref(ui, "lamp"), ref(ui, "house"))
        c.yield_(3)

    ui.run(test)
    assert order(ui, "house") == ["door", "roof", "lamp"]
    assert ui.state.scene["lamp"].position == pytest.approx((-10, 4, 0))
    ui.state.act("edit.undo")
    assert order(ui)[-3:] == ["lamp", "sun", "eye"]


def test_dragging_to_the_upper_edge_of_a_row_puts_it_before(ui: Any) -> None:
    def test(c: Any) -> None:
        info = c.item_info(ref(ui, "tree"))
        low, high = info.rect_full.min, info.rect_full.max
        c.mouse_move(ref(ui, "eye"))
        c.mouse_down(0)
        c.mouse_lift_drag_threshold()
        c.mouse_move_to_pos(((low.x + high.x) / 2, low.y + 3))
        c.yield_(2)
        c.mouse_up(0)
        c.yield_(3)

    ui.run(test)
    assert order(ui) == ["house", "eye", "tree", "lamp", "sun"]


def test_nothing_can_hang_on_what_is_below_it(ui: Any) -> None:
    text = ui.state.document.text()

    def test(c: Any) -> None:
        c.item_drag_and_drop(ref(ui, "house"), ref(ui, "door"))
        c.yield_(3)

    ui.run(test)
    assert ui.state.document.text() == text
    assert "below it" in ui.state.log.entries[-1].text


def test_dragging_below_the_rows_hangs_on_nothing(ui: Any) -> None:
    def test(c: Any) -> None:
        c.item_drag_and_drop(ref(ui, "door"), "//hierarchy/**/###below")
        c.yield_(3)

    ui.run(test)
    assert order(ui)[-1] == "door"


def test_the_eye_hides_the_lock_locks_and_the_file_keeps_it(ui: Any) -> None:
    def test(c: Any) -> None:
        c.mouse_move(ref(ui, "tree"))
        c.yield_(2)
        c.item_click(f"//hierarchy/**/###hidden.{ui.id('tree'):016x}")
        c.yield_(2)
        c.mouse_move(ref(ui, "house"))
        c.yield_(2)
        c.item_click(f"//hierarchy/**/###locked.{ui.id('house'):016x}")
        c.yield_(2)

    ui.run(test)
    document = ui.state.document
    assert document.get(ui.id("tree"), "hidden")
    assert document.get(ui.id("house"), "locked")
    assert bool(document.locked[document.scene["door"].row])
    assert '"hidden": true' in document.text()


def test_searching_shows_what_fits_and_what_it_hangs_on(ui: Any) -> None:
    def test(c: Any) -> None:
        c.item_click("//hierarchy/**/###search")
        c.key_chars_replace("door")
        c.yield_(3)
        assert c.item_exists(ref(ui, "door"))
        assert c.item_exists(ref(ui, "house"))
        assert not c.item_exists(ref(ui, "tree"))
        c.key_chars_replace("t:light")
        c.yield_(3)
        assert c.item_exists(ref(ui, "lamp"))
        assert c.item_exists(ref(ui, "sun"))
        assert not c.item_exists(ref(ui, "door"))
        c.key_chars_replace("#green")
        c.yield_(3)
        assert c.item_exists(ref(ui, "tree"))
        c.item_click("//hierarchy/**/###search_clear")
        c.yield_(3)
        assert c.item_exists(ref(ui, "eye"))

    ui.run(test)


def test_the_plus_creates(ui: Any) -> None:
    def test(c: Any) -> None:
        c.item_click("//hierarchy/**/###create")
        c.yield_(2)
        c.item_click("//$FOCUSED/###create.camera")
        c.yield_(3)

    ui.run(test)
    assert "Camera" in [type(one).__name__ for one in ui.state.document.components(ui.state.selection.active)]


def test_the_menu_of_a_row_is_about_that_row(ui: Any) -> None:
    def test(c: Any) -> None:
        c.item_click(ref(ui, "lamp"))
        c.item_click(ref(ui, "tree"), imgui.MouseButton_.right)
        c.yield_(3)
        assert chosen(ui) == ["tree"]
        c.item_click("//$FOCUSED/###edit.delete")
        c.yield_(3)

    ui.run(test)
    assert "tree" not in ui.state.scene
    assert "lamp" in ui.state.scene


def test_copy_in_one_scene_paste_in_another(ui: Any, editor_ui: Open) -> None:
    def test(c: Any) -> None:
        c.item_click(ref(ui, "tree"))
        c.key_press(KEY.mod_ctrl | KEY.c)
        c.yield_(2)

    ui.run(test)
    copied = ui.state.clipboard
    other = editor_ui(Scene("other", seed=9))
    other.state.read_clipboard = lambda: copied  # the Test Engine empties the clipboard between tests

    def paste(c: Any) -> None:
        c.key_press(KEY.mod_ctrl | KEY.v)
        c.yield_(3)

    other.run(paste)
    assert other.state.scene["tree"].tags == {"green"}
