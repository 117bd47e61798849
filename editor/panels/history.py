"""The history: every step, those that were undone too; a click goes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from . import icons
from .theme import u32
from .ui import Ui
from .widgets import empty, icon_button, muted, toolbar

if TYPE_CHECKING:
    from ..core import EditorState


@dataclass
class HistoryView:
    """What the panel keeps."""

    seen: int = -1


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    mine, history = ui.kept(HistoryView), state.history
    with toolbar(ui, "bar"):
        if icon_button(ui, icons.UNDO, "undo", f"Undo {history.undo_label}".strip(), enabled=history.can_undo):
            ui.act(state, "edit.undo")
        imgui.same_line()
        if icon_button(ui, icons.REDO, "redo", f"Redo {history.redo_label}".strip(), enabled=history.can_redo):
            ui.act(state, "edit.redo")
        imgui.same_line(0, ui.px(10))
        imgui.align_text_to_frame_padding()
        size = history.bytes
        words = (
            f"{history.position} of {len(history.steps)} steps, {size / 1e6:.1f} MB"
            if size > 1e5
            else f"{history.position} of {len(history.steps)} steps"
        )
        muted(ui, words)
    if not history.steps:
        empty(ui, icons.HISTORY, "Nothing done yet", "Every change can be undone, and is listed here")
        return
    if imgui.begin_child("###steps", ImVec2(0, 0), imgui.ChildFlags_.nav_flattened):
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
        high = imgui.get_text_line_height() + ui.px(7)
        clipper = imgui.ListClipper()
        clipper.begin(len(history.steps) + 1, high)
        while clipper.step():
            for i in range(clipper.display_start, clipper.display_end):
                _step(state, ui, i, high)
        imgui.pop_style_var()
        if mine.seen != history.revision:
            mine.seen = history.revision
            place = history.position * high
            if not imgui.get_scroll_y() <= place <= imgui.get_scroll_y() + imgui.get_window_height() - high:
                imgui.set_scroll_y(max(0.0, place - imgui.get_window_height() / 2))
    imgui.end_child()


def _step(state: EditorState, ui: Ui, i: int, high: float) -> None:
    """Step i of the history; 0 is how the document was opened."""
    t, history = ui.theme, state.history
    now, undone = i == history.position, i > history.position
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    if imgui.invisible_button(f"###step{i}", ImVec2(max(width, 1), high), imgui.ButtonFlags_.enable_nav):
        ui.later(lambda: state.go_to(i))
    draw_list = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + high)
    if now or imgui.is_item_hovered():
        draw_list.add_rect_filled(start, end, u32(t.select if now else t.hover), 3.0)
    step = history.steps[i - 1] if i else None
    looked = step is not None and step.command is None
    words = "Opened" if step is None else step.label
    icon = icons.FOLDER_OPEN if step is None else icons.SELECT if looked else icons.RENAME
    colour = t.text if now else t.faint if undone else t.muted if looked or step is None else t.text
    top = start.y + ui.px(3.5)
    tint = t.text if now else t.faint if undone or looked else t.accent
    draw_list.add_text(ImVec2(start.x + ui.px(8), top), u32(tint), icon)
    draw_list.add_text(ImVec2(start.x + ui.px(32), top), u32(colour), words)
    if step is not None and step.after == state.document.saved_state and step.command is not None:
        mark = f"{icons.SAVE}  saved"
        draw_list.add_text(ImVec2(end.x - imgui.calc_text_size(mark).x - ui.px(8), top), u32(t.good), mark)
