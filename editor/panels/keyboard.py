"""The editor without a mouse: which panel has the keys, and how to get to the next.

In most panels Tab and the arrows go from field to field, Enter and Space press, Alt goes to the menu: that is Dear
ImGui's own navigation. The viewport and the hierarchy have keys of their own, and a game has all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import imgui

from .ui import Panel, Ui

if TYPE_CHECKING:
    from ..core import EditorState

OWN_KEYS = ("viewport",)
"""Panels in which letters, arrows and Alt mean something else."""
_WHOLE = int(imgui.FocusedFlags_.root_and_child_windows)


def begin(state: EditorState, ui: Ui) -> None:
    """Have Dear ImGui take keys or not, as the panel asks for that had them in the last frame."""
    io = imgui.get_io()
    flag = int(imgui.ConfigFlags_.nav_enable_keyboard)
    wanted = ui.has_keys not in OWN_KEYS or imgui.is_popup_open("", int(imgui.PopupFlags_.any_popup))  # menus
    if wanted != bool(io.config_flags & flag):
        io.config_flags = (io.config_flags | flag) if wanted else (io.config_flags & ~flag)


def look(ui: Ui, panel: Panel) -> None:
    """Within a panel's window: whether it has the keys."""
    if imgui.is_window_focused(_WHOLE):
        ui.has_keys = panel.id


def next_panel(ui: Ui, step: int) -> None:
    """Give the keys to the next of the panels that are seen; -1: to the one before."""
    seen = [panel.id for panel in ui.panels.values() if panel.id in ui.in_front]
    if seen:
        before = -1 if step > 0 else 0
        at = seen.index(ui.has_keys) if ui.has_keys in seen else before
        ui.show(seen[(at + step) % len(seen)])


def next_tab(ui: Ui, step: int) -> None:
    """Bring forward the next of the panels that lie in the same place as the one that has the keys."""
    place = {panel.id: _dock_of(panel) for panel in ui.panels.values() if ui.is_shown(panel)}
    here = place.get(ui.has_keys, 0)
    beside = [name for name, dock in place.items() if dock and dock == here]
    if len(beside) > 1:
        ui.show(beside[(beside.index(ui.has_keys) + step) % len(beside)])


def _dock_of(panel: Panel) -> int:
    window = imgui.internal.find_window_by_name(f"###{panel.id}")
    return 0 if window is None else int(window.dock_id)  # pyright: ignore[reportUnnecessaryComparison]


def hand_to_list() -> None:
    """Before a panel's list: have it take the keys where the panel just got them."""
    if imgui.is_window_focused() and not imgui.is_any_item_active():
        imgui.set_next_window_focus()
