"""Writes docs/editor-shortcuts.md from the table of actions.

python -m dreamwell.editor.shortcut_page docs/editor-shortcuts.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from .core.actions import Action, Actions, table
from .panels.actions import register

_HEAD = """# Shortcuts of the editor

On a Mac, Ctrl is Cmd. Every action can have another shortcut: Help → Shortcuts. Every action is in the palette (Ctrl+P)
too, with or without a shortcut, and can be done from Python by its id: `state.act("view.focus")`.
This page is made from the table of actions: `python -m dreamwell.editor.shortcut_page docs/editor-shortcuts.md`.
"""
_GROUPS = {
    "file": "Files",
    "edit": "Editing",
    "create": "Creating",
    "object": "Objects",
    "view": "Looking",
    "gizmo": "Handles",
    "play": "Playing",
    "window": "Panels",
    "help": "Help",
}

POINTER: tuple[tuple[str, str], ...] = (
    ("click", "choose what is seen there; Shift or Ctrl adds it, or takes it out"),
    ("drag", "choose everything that is seen in a rectangle; Shift adds, Ctrl takes out"),
    ("drag a handle", "move, turn or stretch what is chosen; Ctrl turns snapping round, Escape takes it back"),
    ("middle button, or Alt and drag", "go around what is looked at"),
    ("Shift and middle button", "go sideways"),
    ("wheel", "nearer and farther, towards the pointer"),
    ("right button held", "look around; W A S D fly, Q and E down and up, Shift faster, the wheel sets the speed"),
    ("right click", "a menu for what is there; new things are put there"),
    ("the axes in the corner", "a click looks along one, a drag goes around; the word below switches perspective"),
)


def page(actions: Actions) -> str:
    """The page as Markdown."""
    out = [_HEAD, "## The mouse over the scene\n", "| | |", "|---|---|"]
    out += [f"| {what} | {does} |" for what, does in POINTER]
    by_group: dict[str, list[Action]] = {}
    for action in actions.values():
        by_group.setdefault(action.id.partition(".")[0], []).append(action)
    for group in [*_GROUPS, *(name for name in by_group if name not in _GROUPS)]:
        some = by_group.get(group, [])
        if not some:
            continue
        out += [f"\n## {_GROUPS.get(group, group.capitalize())}\n", "| action | shortcut | id |", "|---|---|---|"]
        out += [f"| {one.label} | {_keys(one.shortcut)} | `{one.id}` |" for one in some]
    return "\n".join(out) + "\n"


def _keys(shortcut: str) -> str:
    return f"`{shortcut}`" if shortcut else ""


def all_actions() -> Actions:
    """The actions of the core and of the panels, without those of extensions."""
    made = table()
    register(made)
    return made


def main() -> None:
    """Write the page to the file that is named."""
    Path(sys.argv[1]).write_text(page(all_actions()), encoding="utf-8")


if __name__ == "__main__":
    main()
