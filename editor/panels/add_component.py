"""Giving what is inspected one more component, found by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from ..core.kinds import component_types
from . import icons
from .components import Inspector, words_in
from .subject import Subject
from .theme import SMALL, u32
from .ui import Ui
from .widgets import elided, muted, search

if TYPE_CHECKING:
    from ..core import EditorState


def add_component(state: EditorState, ui: Ui, subject: Subject) -> None:
    """A button, and the list that it opens."""
    imgui.dummy(ImVec2(0, ui.px(4)))
    width = min(imgui.get_content_region_avail().x, ui.px(220))
    room = imgui.get_content_region_avail().x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + (room - width) / 2)
    if imgui.button(f"{icons.ADD}  Add component###add_component", ImVec2(width, imgui.get_frame_height() + ui.px(2))):
        ui.kept(Inspector).search = ""
        imgui.open_popup("###add_component.list")
    imgui.set_next_window_size_constraints(ImVec2(ui.px(280), 0), ImVec2(ui.px(340), ui.px(420)))
    if imgui.begin_popup("###add_component.list"):
        _names(state, ui, subject)
        imgui.end_popup()


def _names(state: EditorState, ui: Ui, subject: Subject) -> None:
    mine, t = ui.kept(Inspector), ui.theme
    first = imgui.is_window_appearing()
    mine.search = search(ui, "add.search", "Search components", mine.search, focus=first)
    carried = {part.name for part in subject.parts() if not part.partly}
    names = [name for name in component_types() if name not in carried]
    words = mine.search.lower().split()
    found = [
        name for name in sorted(names) if all(word in words_in(name).lower() or word in name.lower() for word in words)
    ]
    entered = imgui.is_key_pressed(imgui.Key.enter, False)
    line = imgui.get_text_line_height_with_spacing() * 2
    if imgui.begin_child("###add.names", ImVec2(0, min(max(len(found), 1), 7.5) * line)):
        for i, name in enumerate(found):
            kind = component_types()[name]
            doc = (kind.__doc__ or "").strip().partition("\n")[0]
            start = imgui.get_cursor_screen_pos()
            pressed = imgui.selectable(f"###add.{name}", bool(i == 0 and words), 0, ImVec2(0, line - ui.px(5)))[0]
            draw_list = imgui.get_window_draw_list()
            draw_list.add_text(ImVec2(start.x + ui.px(4), start.y), u32(t.accent), icons.of_component(kind))
            draw_list.add_text(ImVec2(start.x + ui.px(28), start.y), u32(t.text), words_in(name))
            imgui.push_font(None, SMALL)
            room = imgui.get_window_width() - ui.px(36)
            draw_list.add_text(
                ImVec2(start.x + ui.px(28), start.y + imgui.get_text_line_height() * 1.2),
                u32(t.muted),
                elided(doc, room),
            )
            imgui.pop_font()
            if pressed or (entered and i == 0):
                ids = list(subject.ids)
                ui.edit(state, {"do": "add_component", "ids": ids, "component": name}, f"Add {words_in(name)}")
                mine.folded.discard(name)
                imgui.close_current_popup()
        if not found:
            muted(ui, "None of that name")
    imgui.end_child()
