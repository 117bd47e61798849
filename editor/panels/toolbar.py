"""The bar below the menu: tools of the viewport at the left, play in the middle, the palette at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, ImVec4, imgui

from . import icons, menu
from .theme import faded, u32
from .ui import Ui
from .widgets import icon_button, separator_v, tip

if TYPE_CHECKING:
    from ..core import EditorState

_TOOLS = ("gizmo.select", "gizmo.translate", "gizmo.rotate", "gizmo.scale")
_SWITCHES = ("gizmo.space", "gizmo.pivot", "gizmo.snap")


def play_toolbar(state: EditorState, ui: Ui) -> None:
    """The bar."""
    view = imgui.get_main_viewport()
    high = ui.px(38)
    flags = imgui.WindowFlags_
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(5)))
    imgui.push_style_var(imgui.StyleVar_.window_border_size, 0.0)
    imgui.push_style_color(imgui.Col_.window_bg, ImVec4(*ui.theme.gap))
    opened = imgui.internal.begin_viewport_side_bar(
        "###toolbar", view, imgui.Dir.up, high,
        flags.no_scrollbar | flags.no_saved_settings | flags.no_nav_focus | flags.no_scroll_with_mouse,
    )  # fmt: skip
    if opened:
        if state.play.active:
            _playing_line(ui, state.play.mode == "paused")
        _tools(state, ui)
        _middle(state, ui)
        _right(state, ui)
    imgui.end()
    imgui.pop_style_color()
    imgui.pop_style_var(2)


def _playing_line(ui: Ui, paused: bool) -> None:
    """A coloured line below the bar: what one sees is not the scene that is edited."""
    t = ui.theme
    low, size = imgui.get_window_pos(), imgui.get_window_size()
    colour = t.warning if paused else t.good
    draw = imgui.get_window_draw_list()
    y = low.y + size.y
    draw.add_rect_filled(low, ImVec2(low.x + size.x, y), u32(faded(colour, 0.10)))
    draw.add_rect_filled(ImVec2(low.x, y - ui.px(2)), ImVec2(low.x + size.x, y), u32(colour))


def action_button(state: EditorState, ui: Ui, name: str, icon: str = "", size: float = 28) -> None:
    """An action as a button with its icon; lit while it is on."""
    action = state.actions.get(name)
    if action is None:
        return
    on = action.checked is not None and bool(action.checked(state))
    keys = menu.shortcut_of(state, action)
    words = action.label_of(state) + (f"   {keys}" if keys else "") + (f"\n{action.doc}" if action.doc else "")
    if icon_button(
        ui, icon or icons.named(action.icon) or icons.MORE, name, words, active=on, enabled=state.can(action), size=size
    ):
        ui.act(state, name)


def _tools(state: EditorState, ui: Ui) -> None:
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(3), 0))
    for name in _TOOLS:
        action_button(state, ui, name)
        imgui.same_line()
    if any(name in state.actions for name in _SWITCHES):
        separator_v(ui, 28)
        for name in _SWITCHES:
            action_button(state, ui, name, {"gizmo.snap": icons.SNAP}.get(name, ""))
            imgui.same_line()
    imgui.pop_style_var()
    imgui.new_line()


def _middle(state: EditorState, ui: Ui) -> None:
    """Play, pause, step, stop, and how fast time goes."""
    t, play = ui.theme, state.play
    size, gap = ui.px(28), ui.px(3)
    wide = size * 4 + gap * 3  # what is there while playing stands beside: the buttons stay under the pointer
    imgui.set_cursor_pos(ImVec2((imgui.get_window_width() - wide) / 2, ui.px(5)))
    plate = imgui.get_cursor_screen_pos()
    draw = imgui.get_window_draw_list()
    pad = ui.px(2)
    draw.add_rect_filled(
        ImVec2(plate.x - pad, plate.y - pad),
        ImVec2(plate.x + size * 4 + gap * 3 + pad, plate.y + size + pad),
        u32(t.panel),
        ui.px(6),
    )
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(gap, 0))
    playing = play.mode == "playing"
    words = "Stop   Ctrl+Enter" if playing else "Go on" if play.active else "Play   Ctrl+Enter"
    if icon_button(ui, icons.PLAY, "play", words, active=playing, colour=t.good, size=28):
        ui.act(state, "play.stop" if playing else "play.pause" if play.active else "play.start")
    imgui.same_line()
    if icon_button(
        ui, icons.PAUSE, "pause", "Pause", active=play.mode == "paused", colour=t.warning, enabled=play.active, size=28
    ):
        ui.act(state, "play.pause")
    imgui.same_line()
    if icon_button(ui, icons.STEP, "step", "Step: one tick", enabled=play.active, size=28):
        ui.act(state, "play.step")
    imgui.same_line()
    if icon_button(ui, icons.STOP, "stop", "Stop   Shift+F5", colour=t.error, enabled=play.active, size=28):
        ui.act(state, "play.stop")
    if play.active:
        _while_playing(state, ui)
    imgui.pop_style_var()


def _while_playing(state: EditorState, ui: Ui) -> None:
    imgui.same_line(0, ui.px(12))
    imgui.set_cursor_pos_y(ui.px(5) + (ui.px(28) - imgui.get_frame_height()) / 2)
    imgui.set_next_item_width(ui.px(64))
    scale = state.play.time_scale
    changed, new = imgui.drag_float("###time_scale", scale, 0.02, 0.0, 10.0, "× %.2f", imgui.SliderFlags_.always_clamp)
    tip("Time scale: how fast the game's time goes")
    if changed:
        ui.later(lambda: state.play.set_time_scale(round(new, 3)))
    imgui.same_line(0, ui.px(6))
    imgui.set_cursor_pos_y(ui.px(5))
    if icon_button(ui, icons.KEEP, "keep", "Keep changes: put what the game moved and set into the scene", size=28):
        ui.act(state, "play.keep_changes")


def _right(state: EditorState, ui: Ui) -> None:
    """A field that opens the palette, and the theme."""
    t = ui.theme
    wide = ui.px(190)
    left = imgui.get_window_width() - wide - ui.px(28 + 8 + 6)
    if left < imgui.get_window_width() / 2 + ui.px(190):
        return
    imgui.set_cursor_pos(ImVec2(left, ui.px(5) + (ui.px(28) - imgui.get_frame_height()) / 2))
    start = imgui.get_cursor_screen_pos()
    high = imgui.get_frame_height()
    if imgui.invisible_button("###palette", ImVec2(wide, high)):
        ui.act(state, "window.palette")
    draw = imgui.get_window_draw_list()
    over = imgui.is_item_hovered()
    draw.add_rect_filled(start, ImVec2(start.x + wide, start.y + high), u32(t.hover if over else t.panel), ui.px(4))
    top = start.y + imgui.get_style().frame_padding.y
    draw.add_text(ImVec2(start.x + ui.px(8), top), u32(t.faint), f"{icons.SEARCH}   Search everything")
    keys = "Ctrl P"
    draw.add_text(ImVec2(start.x + wide - imgui.calc_text_size(keys).x - ui.px(8), top), u32(t.faint), keys)
    imgui.set_cursor_pos(ImVec2(left + wide + ui.px(6), ui.px(5)))
    dark = t.dark
    if icon_button(
        ui, icons.LIGHT_THEME if dark else icons.DARK_THEME, "theme", "Light theme" if dark else "Dark theme", size=28
    ):
        ui.act(state, "window.theme")
