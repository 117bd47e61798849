"""The frame around the viewport: the host draws the scene into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from ..core.view import View
from . import icons, menu
from .services import Rect
from .theme import SMALL, faded, u32
from .ui import Ui
from .widgets import icon_button

if TYPE_CHECKING:
    from ..core import EditorState


def draw(state: EditorState, ui: Ui) -> None:
    """The panel: the picture over all of it, a small bar over that."""
    room = imgui.get_content_region_avail()
    if room.x < 8 or room.y < 8:
        return
    place = imgui.get_cursor_screen_pos()
    ui.services.viewport(state, Rect(place.x, place.y, room.x, room.y))
    view = state.part(View)
    if not state.play.active or view.free:  # over a game there may be what the game shows
        titled = 16 * max(1, round(room.y / 240)) if view.debug != "none" else 0  # below the title of a debug view
        _bar(state, ui, ImVec2(place.x, place.y + titled))
    if state.play.active:
        _playing(state, ui, place, room)


def _bar(state: EditorState, ui: Ui, place: ImVec2) -> None:
    """What is shown, in the upper left corner: the debug view, and what lies over the picture."""
    actions = state.actions
    t = ui.theme
    names = [name for name in ("view.debug_none",) if name in actions]
    if not names:
        return
    view = next(
        (a for a in actions.values() if a.id.startswith("view.debug_") and a.checked is not None and a.checked(state)),
        None,
    )
    label = view.label_of(state) if view is not None else "Picture"
    pad = ui.px(8)
    imgui.set_cursor_screen_pos(ImVec2(place.x + pad, place.y + pad))
    wide = imgui.calc_text_size(label).x + ui.px(42)
    high = imgui.get_frame_height()
    corner = imgui.get_cursor_screen_pos()
    draw_list = imgui.get_window_draw_list()
    draw_list.add_rect_filled(
        corner, ImVec2(corner.x + wide + high * 2 + ui.px(6), corner.y + high), u32(faded(t.panel, 0.82)), ui.px(5)
    )
    imgui.set_next_item_allow_overlap()
    if imgui.invisible_button("###views", ImVec2(wide, high)):
        imgui.open_popup("###views.menu")
    over = imgui.is_item_hovered()
    if over:
        draw_list.add_rect_filled(corner, ImVec2(corner.x + wide, corner.y + high), u32(t.hover), ui.px(5))
    top = corner.y + imgui.get_style().frame_padding.y
    draw_list.add_text(ImVec2(corner.x + ui.px(8), top), u32(t.accent), icons.RENDERING)
    draw_list.add_text(ImVec2(corner.x + ui.px(28), top), u32(t.text), label)
    imgui.same_line(0, ui.px(2))
    if icon_button(ui, icons.SHOWN, "shown", "What is shown over the picture"):
        imgui.open_popup("###shown.menu")
    imgui.same_line(0, ui.px(2))
    if icon_button(ui, icons.CAMERA, "from", "Look from"):
        imgui.open_popup("###from.menu")
    found = menu.menus(dict(actions)).get("View")
    for popup, inside in (("views", "Debug View"), ("shown", "Show"), ("from", "Look From")):
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(8)))
        if imgui.begin_popup(f"###{popup}.menu"):
            if found is not None and inside in found.below:
                menu.draw_items(state, ui, found.below[inside])
            imgui.end_popup()
        imgui.pop_style_var()


def _playing(state: EditorState, ui: Ui, place: ImVec2, room: ImVec2) -> None:
    """A frame around the picture while the scene is played."""
    t = ui.theme
    colour = t.error if state.play.halted else t.warning if state.play.mode == "paused" else t.good
    draw_list = imgui.get_window_draw_list()
    draw_list.add_rect(place, ImVec2(place.x + room.x, place.y + room.y), u32(faded(colour, 0.9)), 0.0, ui.px(2))
    words = "Stopped by an error" if state.play.halted else "Paused" if state.play.mode == "paused" else "Playing"
    if state.play.time_scale != 1:
        words += f"  × {state.play.time_scale:g}"
    imgui.push_font(ui.fonts.bold, SMALL)
    size = imgui.calc_text_size(words)
    x = place.x + (room.x - size.x) / 2
    draw_list.add_rect_filled(
        ImVec2(x - ui.px(12), place.y), ImVec2(x + size.x + ui.px(12), place.y + size.y + ui.px(9)), u32(colour),
        ui.px(6),
        int(imgui.ImDrawFlags_.round_bottom),
    )  # fmt: skip
    draw_list.add_text(ImVec2(x, place.y + ui.px(4)), u32((0.05, 0.06, 0.08, 1.0) if t.dark else t.on_accent), words)
    imgui.pop_font()
