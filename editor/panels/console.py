"""The console: what was told, to be filtered and followed to its place; and Python on the editor and the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, ImVec4, imgui

from ..core.log import Entry
from . import icons, opening
from .inspector import point_to
from .theme import SMALL, Rgba, u32
from .ui import Ui
from .widgets import elided, elided_end, empty, icon_button, level_look, search, separator_v, text, tip, toolbar

if TYPE_CHECKING:
    from ..core import EditorState

SHOWN = ("error", "warning", "info", "debug")
"""Levels that have a button each; what is typed and printed goes with `info`."""


@dataclass
class ConsoleView:
    """What the panel keeps."""

    search: str = ""
    hidden: set[str] = field(default_factory=lambda: {"debug"})
    line: str = ""
    before: list[str] = field(default_factory=list)  # lines of a block that is not complete yet
    place: int = 0  # in the history of lines, from its end; 0 is the line that is typed
    typed: str = ""  # the line that was typed before one went back
    offers: list[str] = field(default_factory=list)
    chosen: Entry | None = None
    seen: int = -1
    rows: list[Entry] = field(default_factory=list)
    key: object = None
    to_end: bool = True
    focus: bool = False


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    mine = ui.kept(ConsoleView)
    _bar(state, ui, mine)
    prompt = imgui.get_frame_height() + ui.px(5)
    room = imgui.get_content_region_avail().y - prompt
    details = min(ui.px(96), room * 0.45) if mine.chosen is not None and mine.chosen.details else 0.0
    if imgui.begin_child("###log", ImVec2(0, -(prompt + details)), imgui.ChildFlags_.nav_flattened):
        _log(state, ui, mine)
    imgui.end_child()
    if details and mine.chosen is not None:
        _details(ui, mine.chosen, details)
    _prompt(state, ui, mine)


def _bar(state: EditorState, ui: Ui, mine: ConsoleView) -> None:
    counts = state.log.counts()
    with toolbar(ui, "bar"):
        for level in SHOWN:
            icon, colour = level_look(ui, level)
            count = counts[level] + (counts["input"] + counts["output"] if level == "info" else 0)
            on = level not in mine.hidden
            if _level_button(ui, f"{icon}  {count}###{level}", on, colour if count and on else ui.theme.faint):
                mine.hidden ^= {level}
            tip(f"{'Hide' if on else 'Show'} {level} messages")
            imgui.same_line()
        separator_v(ui)
        if icon_button(ui, icons.CLEAR, "clear", "Clear the log"):
            ui.later(state.log.clear)
        imgui.same_line(0, ui.px(8))
        mine.search = search(ui, "search", "Search messages", mine.search)
    imgui.dummy(ImVec2(0, 0))


def _level_button(ui: Ui, label: str, on: bool, colour: Rgba) -> bool:
    back = ui.theme.hover if on else (0.0, 0.0, 0.0, 0.0)
    imgui.push_style_color(imgui.Col_.button, ImVec4(*back))
    imgui.push_style_color(imgui.Col_.text, ImVec4(*colour))
    pressed = imgui.button(label)
    imgui.pop_style_color(2)
    return pressed


def _log(state: EditorState, ui: Ui, mine: ConsoleView) -> None:
    key = state.log.revision, mine.search, frozenset(mine.hidden)
    if key != mine.key:
        mine.key = key
        levels = {level for level in SHOWN if level not in mine.hidden}
        if "info" in levels:
            levels |= {"input", "output"}
        mine.rows = state.log.filtered(levels, mine.search)
        mine.to_end = mine.to_end or imgui.get_scroll_y() >= imgui.get_scroll_max_y() - 4
    if not mine.rows:
        empty(ui, icons.CONSOLE, "Nothing to tell", "Messages appear here; type Python below")
        return
    high = imgui.get_text_line_height() + ui.px(6)
    lines = [max(1, row.text.count("\n") + 1) if row.level in ("output", "input") else 1 for row in mine.rows]
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    if max(lines) == 1:
        clipper = imgui.ListClipper()
        clipper.begin(len(mine.rows), high)
        while clipper.step():
            for i in range(clipper.display_start, clipper.display_end):
                _entry(state, ui, mine, i, high)
    else:
        for i in range(max(0, len(mine.rows) - 1000), len(mine.rows)):
            _entry(state, ui, mine, i, high + (lines[i] - 1) * imgui.get_text_line_height())
    imgui.pop_style_var()
    if mine.to_end:
        imgui.set_scroll_here_y(1.0)
        mine.to_end = False


def _entry(state: EditorState, ui: Ui, mine: ConsoleView, i: int, high: float) -> None:
    entry = mine.rows[i]
    t = ui.theme
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    pressed = imgui.invisible_button(f"###entry{i}", ImVec2(max(width, 1), high), imgui.ButtonFlags_.enable_nav)
    draw_list = imgui.get_window_draw_list()
    if imgui.is_item_hovered() or entry is mine.chosen:
        draw_list.add_rect_filled(start, ImVec2(start.x + width, start.y + high), u32(t.hover), 3.0)
        if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(0):
            follow(state, ui, entry)
    top = start.y + ui.px(3)
    x = start.x + ui.px(6)
    if entry.level == "input":
        draw_list.add_text(ImVec2(x, top), u32(t.accent), icons.RIGHT)
    elif entry.level != "output":
        icon, colour = level_look(ui, entry.level)
        draw_list.add_text(ImVec2(x, top), u32(colour), icon)
    x += ui.px(22)
    right = start.x + width - ui.px(6)
    place = right - imgui.calc_text_size(entry.place).x if entry.place else right
    over_place = imgui.is_item_hovered() and bool(entry.file) and imgui.get_mouse_pos().x >= place
    if over_place:
        imgui.set_mouse_cursor(imgui.MouseCursor_.hand)
        bottom = top + imgui.get_text_line_height()
        draw_list.add_line(ImVec2(place, bottom), ImVec2(right, bottom), u32(t.info), 1.0)
        tip("Open it there")
    for words, colour in ((entry.place, t.info), (str(entry.count) if entry.count > 1 else "", t.muted)):
        if words:
            right -= imgui.calc_text_size(words).x
            draw_list.add_text(ImVec2(right, top), u32(colour), words)
            right -= ui.px(10)
    typed = entry.level in ("input", "output")
    if typed:
        imgui.push_font(ui.fonts.mono, imgui.get_style().font_size_base)
    colour = {"error": t.error, "warning": t.text, "debug": t.muted, "output": t.muted}.get(entry.level, t.text)
    words = entry.text if typed else entry.text.partition("\n")[0]
    draw_list.add_text(ImVec2(x, top), u32(colour), words if typed else elided_end(words, right - x))
    if typed:
        imgui.pop_font()
    if pressed and over_place:
        follow(state, ui, entry)
    elif pressed:
        mine.chosen = None if mine.chosen is entry else entry
        if entry.object:
            follow(state, ui, entry)
    if imgui.begin_popup_context_item(f"###entry.menu{i}"):
        if imgui.menu_item_simple(f"{icons.COPY}   Copy###copy"):
            imgui.set_clipboard_text("\n".join(part for part in (entry.text, entry.place, entry.details) if part))
        if imgui.menu_item_simple(f"{icons.OPEN}   Open {entry.place}###open", enabled=bool(entry.file)):
            follow(state, ui, entry)
        imgui.end_popup()


def follow(state: EditorState, ui: Ui, entry: Entry) -> None:
    """Go to what a message is about: its object and field, its file and line."""
    if entry.object and entry.object in state.document:
        number, path = entry.object, entry.field
        ui.later(lambda: point_to(state, ui, number, path))
    elif entry.file:
        file = Path(entry.file)
        place = file if file.is_absolute() else state.project.root / file
        ui.later(lambda: opening.open_text(place, entry.line))


def _details(ui: Ui, entry: Entry, high: float) -> None:
    imgui.push_style_color(imgui.Col_.child_bg, ImVec4(*ui.theme.inset))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(6)))
    if imgui.begin_child("###details", ImVec2(0, high - ui.px(4)), imgui.ChildFlags_.always_use_window_padding):
        imgui.push_font(ui.fonts.mono, SMALL)
        text(ui, entry.details, ui.theme.muted)
        imgui.pop_font()
    imgui.end_child()
    imgui.pop_style_var()
    imgui.pop_style_color()


# ---- Python -----------------------------------------------------------------------------------------------------


def _prompt(state: EditorState, ui: Ui, mine: ConsoleView) -> None:
    imgui.dummy(ImVec2(0, 0))
    imgui.align_text_to_frame_padding()
    imgui.push_font(ui.fonts.mono, imgui.get_style().font_size_base)
    text(ui, "..." if mine.before else ">>>", ui.theme.accent)
    imgui.same_line(0, ui.px(6))
    if mine.focus and not imgui.is_key_down(imgui.Key.enter):  # held, it would enter the next line at once
        imgui.set_keyboard_focus_here()
        mine.focus = False
    flags = imgui.InputTextFlags_
    imgui.set_next_item_width(-1)

    def called(data: imgui.InputTextCallbackData) -> int:
        _helped(state, mine, data)
        return 0

    entered, mine.line = imgui.input_text_with_hint(
        "###repl",
        "Python: state, scene, world, dw",
        mine.line,
        flags.enter_returns_true | flags.callback_history | flags.callback_completion,
        called,
    )
    imgui.pop_font()
    if entered:
        _run(state, ui, mine)
    _offers(ui, mine)


def _helped(state: EditorState, mine: ConsoleView, data: imgui.InputTextCallbackData) -> None:
    """Up and Down go through what was typed before; Tab completes."""
    flags = imgui.InputTextFlags_
    if data.event_flag == flags.callback_history:
        lines = state.console.history
        if mine.place == 0:
            mine.typed = str(data.buf)
        step = 1 if data.event_key == imgui.Key.up_arrow else -1
        mine.place = min(max(mine.place + step, 0), len(lines))
        _write(data, lines[-mine.place] if mine.place else mine.typed)
    elif data.event_flag == flags.callback_completion:
        found = list(state.console.completions(state, str(data.buf)))
        if not found:
            mine.offers = []
            return
        common = found[0]
        for one in found[1:]:
            while not one.startswith(common):
                common = common[:-1]
        if len(common) >= len(str(data.buf)):
            _write(data, common)
        mine.offers = found[:60] if len(found) > 1 else []


def _write(data: imgui.InputTextCallbackData, words: str) -> None:
    data.delete_chars(0, data.buf_text_len)
    data.insert_chars(0, words)


def _run(state: EditorState, ui: Ui, mine: ConsoleView) -> None:
    mine.focus, mine.place, mine.offers, mine.to_end = True, 0, [], True
    lines = [*mine.before, mine.line]
    whole = "\n".join(lines)
    block = len(lines) > 1
    if mine.line.strip() and (block or not state.console.is_complete(whole)):
        mine.before, mine.line = lines, ""
        return
    mine.before, mine.line = [], ""
    ui.later(lambda: _tell(state, whole))


def _tell(state: EditorState, whole: str) -> Any:
    return state.console.run(state, whole)


def _offers(ui: Ui, mine: ConsoleView) -> None:
    """The completions, on a plate above the prompt, until something else is typed."""
    if not mine.offers:
        return
    if not mine.line or not mine.offers[0].startswith(mine.line[: max(1, len(mine.line) - 1)]):
        mine.offers = []
        return
    low = imgui.get_item_rect_min()
    imgui.set_next_window_pos(ImVec2(low.x, low.y - ui.px(4)), 0, ImVec2(0, 1))
    imgui.set_next_window_size_constraints(ImVec2(ui.px(160), 0), ImVec2(ui.px(520), ui.px(180)))
    flags = imgui.WindowFlags_
    imgui.push_style_color(imgui.Col_.window_bg, ImVec4(*ui.theme.popup))
    if imgui.begin(
        "###offers",
        None,
        flags.no_title_bar | flags.no_resize | flags.no_move | flags.no_focus_on_appearing | flags.always_auto_resize
        | flags.no_saved_settings | flags.no_docking,
    )[0]:  # fmt: skip
        imgui.push_font(ui.fonts.mono, SMALL)
        for name in mine.offers:
            text(ui, elided(name.rpartition(".")[2] or name, ui.px(480)), ui.theme.muted)
        imgui.pop_font()
    imgui.end()
    imgui.pop_style_color()
