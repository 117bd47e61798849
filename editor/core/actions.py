"""The table of actions: the one source of menus, the palette, shortcuts, the console and automation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...engine.errors import EditorError

if TYPE_CHECKING:
    from .state import EditorState


def always(state: EditorState) -> bool:
    """An action that can always be done."""
    return True


@dataclass(frozen=True, eq=False)
class Action:
    """Something that can be done in the editor.

    id: its name for ever, `group.name`.  label: what menus call it; where it ends in … it asks for more.  shortcut:
    "Ctrl+Shift+D"; Ctrl is Cmd on a Mac.  enabled(state): whether it can be done now.  run(state, **arguments): does
    it, and raises a DreamwellError that says why it could not.  menu: where it is listed, "Edit" or "Create/Light";
    empty for nowhere but the palette.  checked(state): for a switch, whether it is on.  icon: the name of a FontAwesome
    icon.  arguments: what `run` takes, each with what it means.  doc: one line.  palette: whether the palette has it.
    """

    id: str
    label: str
    run: Callable[..., object]
    shortcut: str = ""
    enabled: Callable[[EditorState], bool] = always
    menu: str = ""
    checked: Callable[[EditorState], bool] | None = None
    icon: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    doc: str = ""
    palette: bool = True
    title: Callable[[EditorState], str] | None = None
    """A label that depends on the state: "Undo Move"."""

    def label_of(self, state: EditorState) -> str:
        """What menus call it now."""
        return self.label if self.title is None else self.title(state)


class Actions(dict[str, Action]):
    """Actions by id, in the order of menus."""

    def add(
        self,
        id: str,
        label: str,
        run: Callable[..., object],
        shortcut: str = "",
        enabled: Callable[[EditorState], bool] = always,
        menu: str = "",
        **more: Any,
    ) -> Action:
        """Add an action. Raises EditorError for an id that is taken, or a shortcut that another action has."""
        if id in self:
            raise EditorError(f"there is an action {id} already; give this one another id")
        other = self.by_shortcut(shortcut) if shortcut else None
        if other is not None:
            raise EditorError(f"{id} can't have the shortcut {shortcut}: {other.id} has it")
        made = self[id] = Action(id, label, run, shortcut, enabled, menu, **more)
        return made

    def by_shortcut(self, shortcut: str) -> Action | None:
        """The action that has a shortcut as its own, whatever the order of its modifiers."""
        wanted = keys_of(shortcut)
        return next((one for one in self.values() if one.shortcut and keys_of(one.shortcut) == wanted), None)


def keys_of(shortcut: str) -> tuple[frozenset[str], str]:
    """Text as "Ctrl+Shift+D" → the modifiers and the key, in small letters. The plus key is written "Ctrl+Plus"."""
    *modifiers, key = (part.strip().lower() for part in shortcut.split("+"))
    return frozenset(modifiers), key


def table() -> Actions:
    """A new table with all actions of the core."""
    from . import create_actions, edit_actions, file_actions, object_actions, play_actions, view_actions

    made = Actions()
    for module in (file_actions, edit_actions, create_actions, object_actions, play_actions, view_actions):
        module.register(made)
    return made


ACTIONS: Actions = Actions()
"""Every action there is. The core's are there from the start; views, panels and extensions add theirs."""


def ready() -> Actions:
    """`ACTIONS`, with those of the core in it."""
    if not ACTIONS:
        ACTIONS.update(table())
    return ACTIONS
