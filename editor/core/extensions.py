"""What people add to the editor by Python files of their own: actions, panels, widgets of the inspector."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from ...engine.errors import DreamwellError, EditorError
from ...engine.script import run_module
from .actions import ACTIONS, Action, always, ready

if TYPE_CHECKING:
    from .state import EditorState

F = TypeVar("F", bound=Callable[..., object])

_loading: ContextVar[Extension | None] = ContextVar("dreamwell.editor.extension", default=None)


@dataclass(frozen=True, eq=False)
class PanelDeclared:
    """A panel: `draw(state)` draws it with imgui, once a frame while it is open."""

    id: str
    title: str
    draw: Callable[..., object]
    icon: str = ""
    dock: str = "right"


@dataclass(frozen=True, eq=False)
class WidgetDeclared:
    """A widget for a field of a component: `draw(state, ids, path, value)` draws it, and sets by `state.set`.

    component, field: names; field "" is for the component as a whole.
    """

    component: str
    field: str
    draw: Callable[..., object]


@dataclass(eq=False)
class Extension:
    """A file that was loaded, and what it added."""

    path: Path
    module: ModuleType | None = None
    actions: list[str] = field(default_factory=list[str])
    panels: list[str] = field(default_factory=list[str])
    widgets: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


PANELS: dict[str, PanelDeclared] = {}
"""Panels of extensions, by id."""
WIDGETS: dict[tuple[str, str], WidgetDeclared] = {}
"""Widgets of extensions, by component and field."""
LOADED: dict[Path, Extension] = {}
"""Extensions that were loaded, by file."""


def action(
    id: str,
    label: str,
    *,
    shortcut: str = "",
    menu: str = "Extensions",
    enabled: Callable[[EditorState], bool] = always,
    doc: str = "",
) -> Callable[[F], F]:
    """Decorator: `function(state, **arguments)` is an action: in the menu, the palette, by its shortcut, `state.act`.

    Raises EditorError for an id or a shortcut that is taken.
    """

    def add(function: F) -> F:
        ready()
        ACTIONS.add(id, label, function, shortcut, enabled, menu, doc=doc or _first_line(function))
        current = _loading.get()
        if current is not None:
            current.actions.append(id)
        return function

    return add


def panel(id: str, title: str, *, icon: str = "", dock: str = "right") -> Callable[[F], F]:
    """Decorator: `function(state)` draws a panel, with imgui. dock: left, right, bottom or center."""

    def add(function: F) -> F:
        if id in PANELS:
            raise EditorError(f"there is a panel {id} already; give this one another id")
        PANELS[id] = PanelDeclared(id, title, function, icon, dock)
        current = _loading.get()
        if current is not None:
            current.panels.append(id)
        return function

    return add


def widget(component: type | str, field: str = "") -> Callable[[F], F]:
    """Decorator: `function(state, ids, path, value)` draws a field of a component in the inspector, with imgui.

    ids: the objects that are chosen.  path: "Health.points".  value: of the active one, JSON data. It changes them by
    `state.set(ids, {path: value})`. Without a field, for the whole component.
    """
    name = component if isinstance(component, str) else component.__name__

    def add(function: F) -> F:
        if (name, field) in WIDGETS:
            raise EditorError(f"there is a widget for {name}.{field} already")
        WIDGETS[name, field] = WidgetDeclared(name, field, function)
        current = _loading.get()
        if current is not None:
            current.widgets.append((name, field))
        return function

    return add


def _first_line(function: Any) -> str:
    return (function.__doc__ or "").strip().partition("\n")[0]


# ---- loading --------------------------------------------------------------------------------------------------


def load(path: Path, root: Path) -> Extension:
    """Run a file, after what it added before is gone. Raises ScriptError, and nothing of it is there then."""
    path = path.absolute()
    unload(path)
    made = Extension(path)
    module = ModuleType(f"dreamwell_extension_{path.stem}")
    module.__file__ = str(path)
    token = _loading.set(made)
    try:
        try:
            text = path.read_bytes()
        except OSError as error:
            raise EditorError(f"{path} can't be read: {error.strerror or error}") from None
        run_module(module, text, path.name, root)
    except BaseException:  # whatever a script raises, SystemExit too: nothing of it stays; it is raised again
        LOADED[path] = made
        unload(path)
        raise
    finally:
        _loading.reset(token)
    made.module = module
    LOADED[path] = made
    return made


def unload(path: Path) -> None:
    """Take away what a file added."""
    gone = LOADED.pop(path.absolute(), None)
    if gone is not None:
        for name in gone.actions:
            ACTIONS.pop(name, None)
        for name in gone.panels:
            PANELS.pop(name, None)
        for key in gone.widgets:
            WIDGETS.pop(key, None)


def load_all(state: EditorState) -> None:
    """Load the extensions that the project names; one that is broken is told, and the others are there."""
    for address in state.project.extensions:
        try:
            load(state.project.root / address, state.project.root)
            state.log.info(f"extension {address} is there", "extensions")
        except DreamwellError as error:
            state.tell_error(error, address)


__all__ = [
    "ACTIONS",
    "LOADED",
    "PANELS",
    "WIDGETS",
    "Action",
    "action",
    "load",
    "load_all",
    "panel",
    "unload",
    "widget",
]
