"""One frame of the editor: menu, toolbar, docked panels, status line, and what lies over them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, ImVec4, imgui

from . import icons, keyboard, layout, theme
from .actions import register
from .dialogs import draw_dialogs
from .guard import guarded
from .menu import main_menu, run_shortcuts
from .palette import draw_palette
from .services import Services
from .statusbar import status_bar, toasts
from .table import all_panels, extended
from .toolbar import play_toolbar
from .ui import Panel, Ui
from .widgets import text, wrapped

if TYPE_CHECKING:
    from ..core import EditorState


def frame(state: EditorState, services: Services) -> None:
    """Draw the whole editor once, between imgui's new_frame and render. Nothing that a panel raises leaves it."""
    ui = ready(state, services)
    style(ui)
    keyboard.begin(state, ui)
    run_shortcuts(state, ui)
    for part in (main_menu, play_toolbar, status_bar):
        failure = guarded(partial(part, state, ui))
        if failure is not None:
            ui.tell("error", f"{part.__name__.replace('_', ' ')}: {failure.text}")
    layout.dock_space(ui)
    in_front = {panel.id for panel in list(ui.panels.values()) if ui.is_shown(panel) and window(state, ui, panel)}
    ui.in_front = in_front
    layout.bring_forward(ui)
    for over in (draw_palette, draw_dialogs, toasts):
        failure = guarded(partial(over, state, ui))
        if failure is not None:
            ui.tell("error", f"{over.__name__.replace('_', ' ')}: {failure.text}")
    ui.finish(state)
    layout.remember(ui)


def ready(state: EditorState, services: Services) -> Ui:
    """The panels' own state, with all panels in it, and their actions in the table."""
    ui = state.part(Ui)
    ui.services, ui.settings = services, state.settings
    if not ui.panels:
        if "window.palette" not in state.actions:
            register(state.actions)
        ui.new_layout = state.settings.layout
    if ui.extended != extended():
        ui.extended = extended()
        ui.panels = all_panels()
    return ui


def style(ui: Ui) -> None:
    """Apply the theme, where it or the scale changed."""
    wanted = ui.theme.name, ui.scale
    if ui.styled != wanted:
        theme.apply(ui.theme, ui.scale)
        ui.styled = wanted
        io = imgui.get_io()
        io.config_drag_click_to_input_text = True
        io.config_windows_move_from_title_bar_only = True
        io.config_docking_with_shift = False


def window(state: EditorState, ui: Ui, panel: Panel) -> bool:
    """One panel: its window, and in it what it draws, or the error that it stopped with. Whether it is seen."""
    if panel.dock == "float":
        layout.float_size(ui, panel)
    else:
        layout.dock_newcomer(panel)
    if not panel.padded:
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(0, 0))
    still_flags = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse
    imgui.push_style_var(imgui.StyleVar_.window_border_size, 1.0 if panel.dock == "float" else 0.0)
    flags = imgui.WindowFlags_.no_collapse | (0 if panel.scrolls else still_flags)
    behind = panel.id not in ui.in_front and panel.dock != "float"
    if behind:  # the titles of those behind others stand back; windows take this over as they begin
        imgui.push_style_color(imgui.Col_.text, ImVec4(*ui.theme.faint))
    seen, still = imgui.begin(panel.label, True, int(flags))
    if behind:
        imgui.pop_style_color()
    imgui.pop_style_var(1 if panel.padded else 2)
    if seen:
        keyboard.look(ui, panel)
        if panel.id in ui.failures:
            _failed(ui, panel)
        else:
            failure = guarded(partial(panel.draw, state, ui))
            if failure is not None:
                ui.failures[panel.id] = failure
                state.log.error(failure.text, panel.title, file=failure.path, line=failure.line, details=failure.trace)
    imgui.end()
    if not still:
        ui.later(lambda: ui.show(panel.id, shown=False))
    return seen


def _failed(ui: Ui, panel: Panel) -> None:
    """What a panel shows that raised."""
    failure, t = ui.failures[panel.id], ui.theme
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(12), ui.px(12)))
    if imgui.begin_child("###failure", ImVec2(0, 0), imgui.ChildFlags_.always_use_window_padding):
        text(ui, f"{icons.ERROR}  {panel.title} stopped", t.error, bold=True)
        imgui.dummy(ImVec2(0, ui.px(2)))
        wrapped(ui, failure.text)
        text(ui, failure.place, t.muted)
        imgui.dummy(ImVec2(0, ui.px(4)))
        if imgui.button(f"{icons.RELOAD}  Retry###retry"):
            ui.later(lambda: _retry(ui, panel.id))
        imgui.same_line()
        if imgui.button(f"{icons.COPY}  Copy details###copy"):
            imgui.set_clipboard_text(failure.trace)
        imgui.dummy(ImVec2(0, ui.px(4)))
        imgui.push_style_color(imgui.Col_.text, ImVec4(*t.muted))
        imgui.push_font(ui.fonts.mono, theme.SMALL)
        imgui.text_unformatted(failure.trace)
        imgui.pop_font()
        imgui.pop_style_color()
    imgui.end_child()
    imgui.pop_style_var()


def _retry(ui: Ui, id: str) -> None:
    ui.failures.pop(id, None)
