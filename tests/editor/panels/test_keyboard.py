"""The editor without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from imgui_bundle import imgui

from dreamwell.tests.editor.panels.test_hierarchy import _scene, chosen

Open = Callable[..., Any]
KEY = imgui.Key


@pytest.fixture
def ui(editor_ui: Open) -> Any:
    return editor_ui(_scene())


def press(context: Any, *chords: Any) -> None:
    for chord in chords:
        context.key_press(chord)
        context.yield_(3)


def test_f6_goes_through_the_panels(ui: Any) -> None:
    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY._2)
        assert ui.editor.ui.has_keys == "hierarchy"
        found = []
        for _ in range(5):
            found.append(ui.editor.ui.has_keys)
            press(c, KEY.f6)
        assert found == ["hierarchy", "viewport", "inspector", "assets", "hierarchy"]
        press(c, KEY.mod_shift | KEY.f6, KEY.mod_shift | KEY.f6)
        assert ui.editor.ui.has_keys == "assets"

    ui.run(test)


def test_ctrl_page_down_goes_through_the_tabs_of_a_place(ui: Any) -> None:
    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY._1)
        found = []
        for _ in range(3):
            press(c, KEY.mod_ctrl | KEY.page_down)
            found.append(ui.editor.ui.has_keys)
        assert found == ["rendering", "project", "inspector"]
        press(c, KEY.mod_ctrl | KEY.page_up)
        assert ui.editor.ui.has_keys == "project"

    ui.run(test)


def test_an_object_is_found_renamed_and_deleted_by_keys_alone(ui: Any) -> None:
    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY._2, KEY.home)
        assert chosen(ui) == ["house"]
        press(c, KEY.right_arrow, KEY.down_arrow)
        assert chosen(ui)[0] in ("door", "roof")
        press(c, KEY.end)
        assert chosen(ui) == ["eye"]
        press(c, KEY.up_arrow, KEY.f2)
        c.key_chars_replace_enter("noon")
        c.yield_(3)
        assert chosen(ui) == ["noon"]
        press(c, KEY.down_arrow)
        assert chosen(ui) == ["eye"], "the list has the keys again"
        press(c, KEY.mod_shift | KEY.up_arrow)
        assert set(chosen(ui)) == {"noon", "eye"}
        press(c, KEY.delete)
        assert ui.state.scene.find("noon") is None
        press(c, KEY.mod_ctrl | KEY.z)
        assert ui.state.scene.find("noon") is not None

    ui.run(test)


def test_tab_goes_through_the_fields_of_the_inspector(ui: Any) -> None:
    ui.select("tree")
    before = list(ui.state.scene["tree"].position)

    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY._1)
        for _ in range(12):  # until the first number of the position
            press(c, KEY.tab)
            if imgui.internal.get_active_id() or imgui.get_io().want_text_input:
                press(c, KEY.escape)
            focused = c.item_info("//inspector/**/###position.x", imgui.test_engine.TestOpFlags_.no_error)
            if focused.id_ and imgui.get_current_context().nav_id == focused.id_:
                break
        else:
            raise AssertionError("Tab never came to the position")
        press(c, KEY.enter)
        c.key_chars_replace_enter("7.5")
        c.yield_(3)

    ui.run(test)
    after = list(ui.state.scene["tree"].position)
    assert after == [7.5, *before[1:]]


def test_a_component_is_folded_by_enter(ui: Any) -> None:
    from dreamwell.editor.panels.inspector import Inspector

    ui.select("lamp")

    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY._1)
        context = imgui.get_current_context()
        for _ in range(20):
            press(c, KEY.tab)
            head = c.item_info("//inspector/**/###header.Transform", imgui.test_engine.TestOpFlags_.no_error)
            if head.id_ and context.nav_id == head.id_:
                break
        else:
            raise AssertionError("Tab never came to the head of the transform")
        press(c, KEY.enter)

    ui.run(test)
    assert ui.editor.ui.kept(Inspector).folded == {"Transform"}


def test_the_palette_does_everything_else(ui: Any) -> None:
    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY.p)
        c.key_chars("sphere")
        press(c, KEY.enter)
        assert chosen(ui) == ["sphere"]
        press(c, KEY.mod_ctrl | KEY.p, KEY.escape)
        assert not imgui.is_popup_open("", int(imgui.PopupFlags_.any_popup)), "one Escape closes it"

    ui.run(test)


def test_menus_are_gone_through_with_the_arrows_and_left_by_escape(ui: Any) -> None:
    ui.select("tree")

    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY._4)
        x, y, width, height = ui.port.frame.rect
        c.mouse_move_to_pos((x + width / 2, y + height / 3))
        c.mouse_click(1)
        c.yield_(4)
        assert imgui.is_popup_open("", int(imgui.PopupFlags_.any_popup))
        press(c, KEY.escape)
        assert not imgui.is_popup_open("", int(imgui.PopupFlags_.any_popup))
        c.mouse_click(1)
        c.yield_(4)
        press(c, KEY.down_arrow)
        for _ in range(12):
            press(c, KEY.down_arrow)
            if imgui.get_current_context().nav_id == c.item_info("//$FOCUSED/###edit.duplicate").id_:
                break
        press(c, KEY.enter)
        assert len(ui.state.scene) == len(_scene()) + 1

    ui.run(test)


def test_the_viewport_keeps_its_letters(ui: Any) -> None:
    ui.select("tree")

    def test(c: Any) -> None:
        press(c, KEY.mod_ctrl | KEY._4, KEY.e)
        assert ui.view.mode == "rotate"
        press(c, KEY.f)
        press(c, KEY.left_alt)
        assert ui.editor.ui.has_keys == "viewport", "Alt turns the camera here, and opens no menu"

    ui.run(test)
