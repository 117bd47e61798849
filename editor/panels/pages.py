"""Pages to read: every shortcut, and what this is."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from ..core.actions import Action
from . import icons, menu, shortcuts
from .theme import TITLE, u32
from .ui import Ui
from .widgets import empty, heading, icon_button, muted, primary_button, search, text, wrapped

if TYPE_CHECKING:
    from ..core import EditorState


@dataclass
class Shortcuts:
    """What the page of shortcuts keeps: the action whose new shortcut is waited for."""

    search: str = ""
    waiting: str = ""
    trouble: str = ""


POINTER = (
    ("Orbit", "Alt + left drag, or middle drag"),
    ("Pan", "Shift + middle drag"),
    ("Zoom", "Wheel"),
    ("Fly", "Right drag + W A S D Q E"),
    ("Choose", "Click; Ctrl adds, a drag draws a rectangle"),
    ("Snap while dragging", "Ctrl"),
)


def draw_shortcuts(state: EditorState, ui: Ui) -> None:
    """The page of shortcuts: a click on one waits for another."""
    mine = ui.kept(Shortcuts)
    mine.search = search(ui, "search", "Search", mine.search)
    if mine.trouble:
        text(ui, mine.trouble, ui.theme.error)
    if mine.waiting:
        _wait(state, ui, mine)
    words = mine.search.lower().split()
    if imgui.begin_child("###list", ImVec2(0, 0), imgui.ChildFlags_.nav_flattened):
        groups: dict[str, list[Action]] = {}
        for action in state.actions.values():
            keys = menu.shortcut_of(state, action)
            whole = f"{action.label_of(state)} {keys} {action.menu}".lower()
            if (keys or words) and all(word in whole for word in words):
                groups.setdefault(action.menu.partition("/")[0] or "Other", []).append(action)
        for name, actions in groups.items():
            heading(ui, name)
            if imgui.begin_table(f"###keys.{name}", 2, imgui.TableFlags_.row_bg | imgui.TableFlags_.pad_outer_x):
                imgui.table_setup_column("what", imgui.TableColumnFlags_.width_stretch, 0.62)
                imgui.table_setup_column("keys", imgui.TableColumnFlags_.width_stretch, 0.38)
                for action in actions:
                    _line(state, ui, mine, action)
                imgui.end_table()
        if not words:
            heading(ui, "In the viewport")
            if imgui.begin_table("###keys.pointer", 2, imgui.TableFlags_.row_bg | imgui.TableFlags_.pad_outer_x):
                for what, how in POINTER:
                    imgui.table_next_column()
                    imgui.text_unformatted(what)
                    imgui.table_next_column()
                    muted(ui, how)
                imgui.end_table()
        elif not groups:
            empty(ui, icons.SEARCH, "Nothing of that name")
    imgui.end_child()


def _line(state: EditorState, ui: Ui, mine: Shortcuts, action: Action) -> None:
    imgui.table_next_column()
    imgui.align_text_to_frame_padding()
    imgui.text_unformatted(action.label.rstrip("…"))
    imgui.table_next_column()
    keys = menu.shortcut_of(state, action)
    label = "press keys…" if mine.waiting == action.id else keys or "none"
    if imgui.button(f"{label}###keys.{action.id}"):
        mine.waiting, mine.trouble = action.id, ""
    if action.id in state.settings.shortcuts:
        imgui.same_line(0, ui.px(2))
        if icon_button(ui, icons.RESET, f"keys.reset.{action.id}", f"Back to {action.shortcut or 'none'}"):
            state.settings.shortcuts.pop(action.id)
            ui.later(ui.keep_settings)


def _wait(state: EditorState, ui: Ui, mine: Shortcuts) -> None:
    """Take the next keys that are pressed as the shortcut; Escape keeps the old one, Backspace takes it away."""
    if imgui.is_key_pressed(imgui.Key.escape, False):
        mine.waiting = ""
        return
    pressed = "" if imgui.is_key_pressed(imgui.Key.backspace, False) else shortcuts.pressed_now()
    if pressed is None:
        return
    other = next(
        (
            a
            for a in state.actions.values()
            if pressed and a.id != mine.waiting and menu.shortcut_of(state, a) == pressed
        ),
        None,
    )
    if other is not None:
        mine.trouble = f"{pressed} is that of {other.label}"
    else:
        state.settings.shortcuts[mine.waiting] = pressed
        mine.trouble = ""
        ui.later(ui.keep_settings)
    mine.waiting = ""


def draw_about(state: EditorState, ui: Ui) -> None:
    """What this is, and what it is made with."""
    from importlib.metadata import PackageNotFoundError, version

    t = ui.theme
    place = imgui.get_cursor_screen_pos()
    draw = imgui.get_window_draw_list()
    middle = ImVec2(place.x + ui.px(26), place.y + ui.px(28))
    draw.add_circle_filled(middle, ui.px(24), u32(t.accent_strong), 48)
    draw.add_circle(middle, ui.px(14), u32((1, 1, 1, 0.5)), 48, ui.px(2.5))
    draw.add_circle_filled(middle, ui.px(6), u32((1, 1, 1, 1)), 32)
    imgui.set_cursor_screen_pos(ImVec2(place.x + ui.px(66), place.y + ui.px(6)))
    imgui.begin_group()
    text(ui, "Dreamwell", size=TITLE, bold=True)
    muted(ui, "A GPU game engine framework for Python")
    imgui.end_group()
    imgui.dummy(ImVec2(0, ui.px(10)))

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "?"

    for name, value in (
        ("Version", of("dreamwell")),
        ("Python", platform.python_version()),
        ("wgpu", of("wgpu")),
        ("imgui-bundle", of("imgui-bundle")),
        ("System", f"{platform.system()}, {platform.machine()}"),
    ):
        muted(ui, name)
        imgui.same_line(ui.px(130))
        imgui.text_unformatted(value)
    imgui.dummy(ImVec2(0, ui.px(8)))
    wrapped(
        ui,
        "Drawn with Dear ImGui (MIT). Type: Roboto (Apache 2.0), Inconsolata (OFL). Icons: Font Awesome 6 Free (OFL).",
        t.muted,
    )
    wide, high = ui.px(90), imgui.get_frame_height()
    room = imgui.get_content_region_avail()
    imgui.set_cursor_pos(
        ImVec2(imgui.get_cursor_pos_x() + max(room.x - wide, 0), imgui.get_cursor_pos_y() + max(room.y - high, 0))
    )
    if primary_button(ui, "Close###close", wide):
        ui.later(lambda: ui.show("about", shown=False))
