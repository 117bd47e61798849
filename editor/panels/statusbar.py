"""The line at the bottom: what was told last, what is chosen, how fast it goes; and messages that go away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, ImVec4, imgui

from .console import follow
from .theme import SMALL, u32
from .ui import Ui
from .widgets import elided_end, level_look, text

if TYPE_CHECKING:
    from ..core import EditorState

QUIET_AFTER = 12.0
"""Seconds for which the last message stays in the line."""


@dataclass
class Told:
    """The message that was shown last as one that goes away."""

    notice: Any = None
    frame_ms: float = 0.0


def status_bar(state: EditorState, ui: Ui) -> None:
    """The line."""
    view, t = imgui.get_main_viewport(), ui.theme
    flags = imgui.WindowFlags_
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(10), ui.px(3)))
    imgui.push_style_var(imgui.StyleVar_.window_border_size, 0.0)
    imgui.push_style_color(imgui.Col_.window_bg, ImVec4(*t.gap))
    imgui.push_font(None, SMALL)
    high = imgui.get_text_line_height() + ui.px(8)
    opened = imgui.internal.begin_viewport_side_bar(
        "###status", view, imgui.Dir.down, high,
        flags.no_scrollbar | flags.no_saved_settings | flags.no_nav_focus | flags.no_scroll_with_mouse,
    )  # fmt: skip
    if opened:
        mine = ui.kept(Told)
        right = _right(state, ui, mine)
        _last(state, ui, imgui.get_window_width() - right - ui.px(40))
        _notice(state, ui, mine)
    imgui.end()
    imgui.pop_font()
    imgui.pop_style_color()
    imgui.pop_style_var(2)


def _right(state: EditorState, ui: Ui, mine: Told) -> float:
    """Counts at the right end; how wide they are."""
    ms = imgui.get_io().delta_time * 1e3
    mine.frame_ms = ms if not mine.frame_ms else mine.frame_ms + (ms - mine.frame_ms) * 0.05
    words = [f"{len(state.document.scene):,} objects".replace(",", " ")]
    if len(state.selection) == 1:
        words.insert(
            0,
            state.document.object(state.selection.active).name
            if state.selection.active in state.document
            else "1 selected",
        )
    elif state.selection:
        words.insert(0, f"{len(state.selection)} selected")
    words.append(f"{mine.frame_ms:.1f} ms")
    whole = "      ".join(words)
    wide = imgui.calc_text_size(whole).x
    place = imgui.get_window_pos()
    imgui.get_window_draw_list().add_text(
        ImVec2(place.x + imgui.get_window_width() - wide - ui.px(10), place.y + ui.px(4)), u32(ui.theme.muted), whole
    )
    return wide


def _last(state: EditorState, ui: Ui, room: float) -> None:
    """The last message, for a while; an error stays until another message comes."""
    entry = next((e for e in reversed(state.log.entries) if e.level in ("info", "warning", "error")), None)
    place = imgui.get_window_pos()
    top = place.y + ui.px(4)
    draw = imgui.get_window_draw_list()
    if entry is None or (entry.level != "error" and time.time() - entry.time > QUIET_AFTER):
        return
    icon, colour = level_look(ui, entry.level)
    imgui.set_cursor_pos(ImVec2(0, 0))
    if imgui.invisible_button("###last", ImVec2(max(room, 1.0), imgui.get_window_height())):
        if entry.object or entry.file:
            follow(state, ui, entry)
        else:
            ui.later(lambda: ui.show("console"))
    draw.add_text(ImVec2(place.x + ui.px(10), top), u32(colour), icon)
    words = elided_end(entry.text.partition("\n")[0], room - ui.px(30))
    draw.add_text(
        ImVec2(place.x + ui.px(30), top), u32(ui.theme.text if entry.level != "info" else ui.theme.muted), words
    )


def _notice(state: EditorState, ui: Ui, mine: Told) -> None:
    """What one should see comes up as a message over everything."""
    if state.notice is not None and state.notice is not mine.notice:
        mine.notice = state.notice
        if state.notice.level in ("error", "warning"):
            ui.tell(state.notice.level, state.notice.text, 9.0)


def toasts(state: EditorState, ui: Ui) -> None:
    """The messages that go away, in the lower right corner; a click sends one away at once."""
    now = imgui.get_time()
    ui.toasts = [one for one in ui.toasts if one.until > now]
    view = imgui.get_main_viewport()
    y = view.work_pos.y + view.work_size.y - ui.px(14)
    flags = imgui.WindowFlags_
    for i, toast in enumerate(reversed(ui.toasts)):
        icon, colour = level_look(ui, toast.level)
        imgui.set_next_window_pos(ImVec2(view.work_pos.x + view.work_size.x - ui.px(14), y), 0, ImVec2(1, 1))
        imgui.set_next_window_size_constraints(ImVec2(ui.px(240), 0), ImVec2(ui.px(440), ui.px(300)))
        imgui.push_style_color(imgui.Col_.window_bg, ImVec4(*ui.theme.popup))
        imgui.push_style_color(imgui.Col_.border, ImVec4(*colour))
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(12), ui.px(9)))
        imgui.begin(
            f"###toast{i}", None,
            flags.no_decoration | flags.always_auto_resize | flags.no_saved_settings | flags.no_focus_on_appearing
            | flags.no_nav | flags.no_move | flags.no_docking,
        )  # fmt: skip
        text(ui, icon, colour)
        imgui.same_line(0, ui.px(8))
        imgui.push_text_wrap_pos(ui.px(410))
        imgui.text_unformatted(toast.text if len(toast.text) < 600 else toast.text[:600] + "…")
        imgui.pop_text_wrap_pos()
        if imgui.is_window_hovered() and imgui.is_mouse_clicked(0):
            toast.until = 0.0
        y -= imgui.get_window_height() + ui.px(8)
        imgui.end()
        imgui.pop_style_var()
        imgui.pop_style_color(2)
