"""Every panel that there is: the editor's own, and those of extensions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from ..core import extensions
from . import (
    assets,
    console,
    hierarchy,
    history,
    icons,
    inspector,
    loom_report,
    pages,
    profiler,
    rules,
    scene_settings,
    viewport,
)
from .ui import Dock, Panel, Ui

if TYPE_CHECKING:
    from ..core import EditorState

PANELS = (
    Panel("hierarchy", "Hierarchy", hierarchy.draw, icons.HIERARCHY, "left"),
    Panel("viewport", "Viewport", viewport.draw, icons.VIEWPORT, "center", padded=False),
    Panel("inspector", "Inspector", inspector.draw, icons.INSPECTOR, "right"),
    Panel("rendering", "Rendering", scene_settings.draw_rendering, icons.RENDERING, "right"),
    Panel("project", "Project", scene_settings.draw_project, icons.PROJECT, "right"),
    Panel("assets", "Assets", assets.draw, icons.ASSETS, "bottom"),
    Panel("console", "Console", console.draw, icons.CONSOLE, "bottom"),
    Panel("loom", "Loom", loom_report.draw, icons.LOOM, "bottom"),
    Panel("rules", "Rules", rules.draw, icons.RULES, "bottom"),
    Panel("history", "History", history.draw, icons.HISTORY, "bottom"),
    Panel("profiler", "Profiler", profiler.draw, icons.PROFILER, "bottom"),
    Panel("shortcuts", "Shortcuts", pages.draw_shortcuts, icons.SHORTCUTS, "float", shown=False, size=(520, 560)),
    Panel("about", "About", pages.draw_about, icons.ABOUT, "float", shown=False, size=(440, 310)),
)
"""The editor's own panels, in the order of the Window menu."""


def extended() -> object:
    """Another value whenever extensions declare other panels."""
    return tuple(extensions.PANELS.values())


def all_panels() -> dict[str, Panel]:
    """The editor's own panels, then those that extensions declare."""
    found = {panel.id: panel for panel in PANELS}
    for declared in extensions.PANELS.values():
        dock: Dock = next((place for place in get_args(Dock) if place == declared.dock), "right")
        draw = partial(_draw_declared, declared)
        icon = icons.named(declared.icon) or icons.USER
        found[declared.id] = Panel(declared.id, declared.title, draw, icon, dock, scrolls=True)
    return found


def _draw_declared(declared: Any, state: EditorState, ui: Ui) -> None:
    declared.draw(state)
