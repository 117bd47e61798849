"""Questions of the editor: files to open and to write, choices, texts. Each is answered by `state.answer`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from . import icons, keep_changes
from .services import FileDialog
from .theme import u32
from .ui import Ui
from .widgets import icon_button, muted, primary_button, text, wrapped

if TYPE_CHECKING:
    from ..core import EditorState
    from ..core.state import Ask


@dataclass
class Dialogs:
    """What the dialog keeps that is open."""

    ask: Any = None
    name: str = ""
    folder: Path = field(default_factory=Path)
    entries: list[tuple[str, bool]] = field(default_factory=list)  # name, whether it is a folder
    trouble: str = ""
    native: FileDialog | None = None  # a dialog of the system's that is open
    path: str = ""
    fresh: bool = False


def draw_dialogs(state: EditorState, ui: Ui) -> None:
    """Show the first question that waits."""
    mine = ui.kept(Dialogs)
    if not state.asks:
        mine.ask = None
        let_go(ui)
        return
    ask = state.asks[0]
    if mine.ask is not ask:
        _begin(ui, mine, ask)
    if mine.native is not None:
        _native(state, ui, mine)
        return
    if not imgui.is_popup_open("###ask"):
        imgui.open_popup("###ask")
    view = imgui.get_main_viewport()
    middle = ImVec2(view.pos.x + view.size.x / 2, view.pos.y + view.size.y * 0.42)
    imgui.set_next_window_pos(middle, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    files = ask.kind in ("open", "save", "folder")
    size = (keep_changes.WIDTH, keep_changes.HEIGHT) if ask.kind == "keep" else (560, 420) if files else (430, 0)
    imgui.set_next_window_size(ImVec2(ui.px(size[0]), ui.px(size[1])))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(18), ui.px(16)))
    flags = imgui.WindowFlags_
    if imgui.begin_popup_modal(
        "###ask", None, flags.no_title_bar | flags.no_resize | flags.no_move | flags.no_saved_settings
    )[0]:
        text(ui, ask.title, size=17.0, bold=True)
        imgui.dummy(ImVec2(0, ui.px(2)))
        if ask.text:
            wrapped(ui, ask.text, ui.theme.muted)
            imgui.dummy(ImVec2(0, ui.px(4)))
        if ask.kind == "choose":
            _choose(state, ui, ask)
        elif ask.kind == "text":
            _text(state, ui, mine)
        elif ask.kind == "keep":
            answered, picked = keep_changes.draw(state, ui, ask)
            if answered:
                _answer(state, ui, picked)
        else:
            _files(state, ui, mine)
        imgui.end_popup()
    imgui.pop_style_var()


def _begin(ui: Ui, mine: Dialogs, ask: Ask) -> None:
    let_go(ui)
    mine.ask, mine.fresh = ask, True
    mine.name = ask.default if ask.kind == "text" else ""
    if ask.kind in ("choose", "text", "keep"):
        return
    start = Path(ask.default) if ask.default else Path.cwd()
    if ask.kind == "save":
        mine.name, start = start.name, start.parent
    elif start.is_file():
        start = start.parent
    go_to(mine, start)
    mine.native = ui.services.file_dialog(ask)


def _native(state: EditorState, ui: Ui, mine: Dialogs) -> None:
    """The system's dialog is open, beside the editor: what it says is the answer."""
    dialog, ask = mine.native, mine.ask
    assert dialog is not None
    try:
        if not dialog.ready():
            _waiting(state, ui, mine)
            return
        found = list(dialog.result())
    except Exception as error:  # the program that shows it broke: the editor's own does it
        mine.native = None
        state.log.warning(f"the system's file dialog failed ({error}); this is the editor's own")
        return
    mine.native = mine.ask = None
    value: Any = None if not found else found if ask.many else found[0]
    ui.later(lambda: state.answer(value))


def _waiting(state: EditorState, ui: Ui, mine: Dialogs) -> None:
    """Nothing else is to be done meanwhile; a dialog that got lost behind other windows can be taken away."""
    if not imgui.is_popup_open("###native"):
        imgui.open_popup("###native")
    view = imgui.get_main_viewport()
    middle = ImVec2(view.pos.x + view.size.x / 2, view.pos.y + view.size.y * 0.42)
    imgui.set_next_window_pos(middle, imgui.Cond_.appearing, ImVec2(0.5, 0.5))
    imgui.set_next_window_size(ImVec2(ui.px(360), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(18), ui.px(16)))
    flags = imgui.WindowFlags_
    if imgui.begin_popup_modal(
        "###native", None, flags.no_title_bar | flags.no_resize | flags.no_move | flags.no_saved_settings
    )[0]:
        text(ui, mine.ask.title, size=17.0, bold=True)
        wrapped(ui, "The system's file dialog is open.", ui.theme.muted)
        imgui.dummy(ImVec2(0, ui.px(4)))
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + imgui.get_content_region_avail().x - ui.px(96))
        if imgui.button("Cancel###cancel", ImVec2(ui.px(96), 0)) or imgui.is_key_pressed(imgui.Key.escape, False):
            let_go(ui)
            _answer(state, ui, None)
        imgui.end_popup()
    imgui.pop_style_var()


def let_go(ui: Ui) -> None:
    """Take away a dialog of the system's that is open: nobody waits for it any more."""
    mine = ui.kept(Dialogs)
    dialog, mine.native = mine.native, None
    if dialog is not None:
        with suppress(Exception):
            dialog.cancel()


def _answer(state: EditorState, ui: Ui, value: Any) -> None:
    imgui.close_current_popup()
    asked, ui.kept(Dialogs).ask = ui.kept(Dialogs).ask, None
    if asked.many and isinstance(value, Path):
        value = [value]
    ui.later(lambda: state.answer(value))


def _choose(state: EditorState, ui: Ui, ask: Ask) -> None:
    """A button for each choice; the first is the one that is meant, the last the way out."""
    wide = [max(imgui.calc_text_size(choice).x + ui.px(28), ui.px(88)) for choice in ask.choices]
    gap = imgui.get_style().item_spacing.x
    room = imgui.get_content_region_avail().x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - sum(wide) - gap * (len(wide) - 1)))
    order = [*range(1, len(ask.choices)), 0]
    for place, i in enumerate(order):
        if place:
            imgui.same_line()
        choice = ask.choices[i]
        main = i == 0
        if main:
            pressed = primary_button(ui, f"{choice}###choice.{choice}", wide[i])
        else:
            pressed = imgui.button(f"{choice}###choice.{choice}", ImVec2(wide[i], 0))
        if pressed or (main and imgui.is_key_pressed(imgui.Key.enter, False)):
            _answer(state, ui, choice)
            return
    if imgui.is_key_pressed(imgui.Key.escape, False):
        _answer(state, ui, None if "Cancel" not in ask.choices else "Cancel")


def _text(state: EditorState, ui: Ui, mine: Dialogs) -> None:
    if mine.fresh:
        imgui.set_keyboard_focus_here()
        mine.fresh = False
    imgui.set_next_item_width(-1)
    flags = imgui.InputTextFlags_
    entered, mine.name = imgui.input_text("###text", mine.name, flags.enter_returns_true | flags.auto_select_all)
    imgui.dummy(ImVec2(0, ui.px(4)))
    if _buttons(ui, "OK", bool(mine.name.strip())) or (entered and mine.name.strip()):
        _answer(state, ui, mine.name.strip())
    elif imgui.is_key_pressed(imgui.Key.escape, False) or ui.kept(_Buttons).cancel:
        _answer(state, ui, None)


@dataclass
class _Buttons:
    """Whether Cancel was pressed."""

    cancel: bool = False


def _buttons(ui: Ui, label: str, enabled: bool) -> bool:
    """Cancel and the button that does it, at the right; whether the latter was pressed."""
    wide = ui.px(96)
    room = imgui.get_content_region_avail().x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - wide * 2 - imgui.get_style().item_spacing.x))
    ui.kept(_Buttons).cancel = imgui.button("Cancel###cancel", ImVec2(wide, 0))
    imgui.same_line()
    imgui.begin_disabled(not enabled)
    pressed = primary_button(ui, f"{label}###ok", wide)
    imgui.end_disabled()
    return pressed


# ---- files ------------------------------------------------------------------------------------------------------


def go_to(mine: Dialogs, folder: Path) -> None:
    """Show a folder."""
    folder = folder.absolute()
    mine.trouble = ""
    try:
        with os.scandir(folder) as found:
            entries = [(entry.name, entry.is_dir()) for entry in found if not entry.name.startswith(".")]
    except OSError as error:
        mine.trouble = f"{folder} can't be read: {error.strerror or error}"
        entries = []
    mine.folder, mine.path = folder, str(folder)
    mine.entries = sorted(entries, key=lambda entry: (not entry[1], entry[0].lower()))


def _files(state: EditorState, ui: Ui, mine: Dialogs) -> None:
    ask: Ask = mine.ask
    if icon_button(ui, icons.UP, "up", "The folder above"):
        go_to(mine, mine.folder.parent)
    imgui.same_line()
    imgui.set_next_item_width(-1)
    entered, mine.path = imgui.input_text("###folder", mine.path, imgui.InputTextFlags_.enter_returns_true)
    if entered:
        given = Path(mine.path).expanduser()
        if given.is_file() and ask.kind == "open":
            _answer(state, ui, given)
            return
        go_to(mine, given)
    below = imgui.get_frame_height_with_spacing() * (2 if ask.kind == "save" else 1) + ui.px(8)
    if imgui.begin_child("###entries", ImVec2(0, -below), imgui.ChildFlags_.borders):
        picked = _entries(state, ui, mine, ask)
        if picked is not None:
            imgui.end_child()
            _answer(state, ui, picked)
            return
    imgui.end_child()
    taken = False
    if ask.kind == "save":
        imgui.set_next_item_width(-1)
        entered, mine.name = imgui.input_text("###file", mine.name, imgui.InputTextFlags_.enter_returns_true)
        taken = _is_taken(mine, ask)
        if entered and mine.name.strip() and not taken:  # Enter alone replaces nothing
            _answer(state, ui, mine.folder / mine.name.strip())
            return
        if taken:
            imgui.align_text_to_frame_padding()
            text(ui, f"{icons.WARNING}  {mine.name.strip()} is there already", ui.theme.warning)
            imgui.same_line()
    label = {"open": "Open", "save": "Replace" if taken else "Save", "folder": "Choose"}[ask.kind]
    ready = ask.kind == "folder" or bool(mine.name.strip())
    if _buttons(ui, label, ready):
        _answer(state, ui, mine.folder if ask.kind == "folder" else mine.folder / mine.name.strip())
    elif ui.kept(_Buttons).cancel or imgui.is_key_pressed(imgui.Key.escape, False):
        _answer(state, ui, None)


def _is_taken(mine: Dialogs, ask: Ask) -> bool:
    """Whether another file would be replaced."""
    name = mine.name.strip()
    if name and ask.suffixes and not name.lower().endswith(ask.suffixes):
        name += ask.suffixes[0]
    return any(name == entry for entry, is_folder in mine.entries if not is_folder)


def _entries(state: EditorState, ui: Ui, mine: Dialogs, ask: Ask) -> Path | None:
    t = ui.theme
    if mine.trouble:
        wrapped(ui, mine.trouble, t.error)
    if not mine.entries and not mine.trouble:
        muted(ui, "Nothing here")
    picked: Path | None = None
    for name, is_folder in _offered(mine.entries, ask):
        start = imgui.get_cursor_screen_pos()
        flags = imgui.SelectableFlags_.allow_double_click
        if imgui.selectable(f"###entry.{name}", name == mine.name, int(flags))[0]:
            twice = imgui.is_mouse_double_clicked(0)
            if is_folder and twice:
                go_to(mine, mine.folder / name)
            elif not is_folder:
                mine.name = name
                if twice and ask.kind == "open":
                    picked = mine.folder / name
        draw = imgui.get_window_draw_list()
        draw.add_text(
            ImVec2(start.x + ui.px(2), start.y),
            u32(t.accent if is_folder else t.muted),
            icons.FOLDER if is_folder else icons.FILE,
        )
        draw.add_text(ImVec2(start.x + ui.px(26), start.y), u32(t.text), name)
    return picked


def _offered(entries: Sequence[tuple[str, bool]], ask: Ask) -> list[tuple[str, bool]]:
    if ask.kind == "folder":
        return [entry for entry in entries if entry[1]]
    return [entry for entry in entries if entry[1] or not ask.suffixes or entry[0].lower().endswith(ask.suffixes)]
