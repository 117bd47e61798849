"""The main menu and the shortcuts, both made of the actions table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from . import icons, shortcuts
from .theme import u32
from .ui import Ui

if TYPE_CHECKING:
    from ..core import EditorState
    from ..core.actions import Action

ORDER = ("File", "Edit", "Create", "Object", "Assets", "View", "Play", "Window", "Help")
"""Menus from left to right; others follow."""
SEPARATED = {"file.save", "file.quit", "edit.cut", "edit.duplicate", "edit.select_all", "edit.find"}
"""Actions that have a line above them."""


@dataclass
class Menu:
    """A menu: actions and menus in it, in order."""

    actions: list[Action] = field(default_factory=list)
    below: dict[str, Menu] = field(default_factory=dict)


def menus(actions: dict[str, Action]) -> dict[str, Menu]:
    """The actions by menu: "Create/Light" is a menu in a menu; those without one are left out."""
    top = Menu(below={name: Menu() for name in ORDER})
    for action in actions.values():
        if not action.menu:
            continue
        place = top
        for step in action.menu.split("/"):
            place = place.below.setdefault(step, Menu())
        place.actions.append(action)
    return {name: menu for name, menu in top.below.items() if menu.actions or menu.below}


def main_menu(state: EditorState, ui: Ui) -> None:
    """The bar at the top: menus, and what is being edited."""
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(ui.px(8), ui.px(6)))
    if not imgui.begin_main_menu_bar():
        imgui.pop_style_var()
        return
    _mark(ui)
    imgui.pop_style_var()
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(8), ui.px(6)))
    for name, menu in menus(dict(state.actions)).items():
        draw_menu(state, ui, name, menu)
    imgui.pop_style_var()
    _title(state, ui)
    imgui.end_main_menu_bar()


def _mark(ui: Ui) -> None:
    """The editor's sign: a drop in a well."""
    high = imgui.get_frame_height()
    place = imgui.get_cursor_screen_pos()
    draw, t = imgui.get_window_draw_list(), ui.theme
    middle = ImVec2(place.x + ui.px(10), place.y + high / 2)
    draw.add_circle_filled(middle, ui.px(8.5), u32(t.accent_strong), 32)
    draw.add_circle(middle, ui.px(5), u32((1, 1, 1, 0.55)), 32, ui.px(1.2))
    draw.add_circle_filled(middle, ui.px(2.2), u32((1, 1, 1, 1)), 16)
    imgui.dummy(ImVec2(ui.px(22), high))


def _title(state: EditorState, ui: Ui) -> None:
    """The scene's name at the right end, with a dot when it is not saved."""
    words = state.document.title
    dot = state.document.dirty
    width = imgui.calc_text_size(words).x + ui.px(18 if dot else 6)
    room = imgui.get_content_region_avail().x
    if room < width + ui.px(8):
        return
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + room - width - ui.px(6))
    if dot:
        place = imgui.get_cursor_screen_pos()
        middle = imgui.get_window_pos().y + imgui.get_window_height() / 2
        imgui.get_window_draw_list().add_circle_filled(
            ImVec2(place.x + ui.px(4), middle), ui.px(3.2), u32(ui.theme.warning), 16
        )
        imgui.dummy(ImVec2(ui.px(6), imgui.get_frame_height()))
    imgui.text_disabled(words)


def draw_menu(state: EditorState, ui: Ui, name: str, menu: Menu) -> None:
    """One menu of the bar, or in another one."""
    if not imgui.begin_menu(name):
        return
    draw_items(state, ui, menu)
    imgui.end_menu()


def draw_items(state: EditorState, ui: Ui, menu: Menu) -> None:
    """The inside of a menu."""
    before = ""
    for action in menu.actions:
        if before and action.id in SEPARATED:
            imgui.separator()
        before = action.id
        item(state, ui, action)
    if menu.actions and menu.below:
        imgui.separator()
    for inner, below in menu.below.items():
        draw_menu(state, ui, inner, below)


def item(state: EditorState, ui: Ui, action: Action, label: str = "", **arguments: Any) -> bool:
    """An action as an item of a menu; whether it was chosen."""
    checked = bool(action.checked(state)) if action.checked is not None else False
    keys = shortcut_of(state, action)
    room = "    " if keys else ""  # between the words and the keys
    words = f"{label or action.label_of(state)}{room}###{action.id}"
    icon = icons.named(action.icon)
    chosen = imgui.internal.menu_item_ex(words, icon, keys, checked, state.can(action))
    if chosen:
        ui.act(state, action.id, **arguments)
    return chosen


def run_shortcuts(state: EditorState, ui: Ui) -> None:
    """Run the action whose shortcut was pressed."""
    for action in state.actions.values():
        keys = shortcut_of(state, action)
        if keys and shortcuts.pressed(keys) and state.can(action):
            ui.act(state, action.id)


def shortcut_of(state: EditorState, action: Action) -> str:
    """An action's shortcut: the user's own, or its own."""
    return state.settings.shortcuts.get(action.id, action.shortcut)
