"""Actions of the Edit menu: history, clipboard, selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.errors import EditorError
from .actions import Actions
from .clipboard import copied, moved_paths, objects_in, pasted
from .commands import Command, fields
from .kinds import component_types
from .objects import Block, blocks, id_of
from .selection import Selection

if TYPE_CHECKING:
    from .state import EditorState


def stopped(state: EditorState) -> bool:
    """The scene can be changed: it is not played."""
    return not state.play.active


def chosen(state: EditorState) -> bool:
    """Something is chosen, and the scene can be changed."""
    return bool(len(state.selection)) and stopped(state)


def undo(state: EditorState) -> None:
    """Take the last step back."""
    state.undo()


def redo(state: EditorState) -> None:
    """Do the step again that was taken back."""
    state.redo()


def go_to(state: EditorState, position: int) -> None:
    """Undo or redo until so many steps are done."""
    state.go_to(position)


def copy(state: EditorState) -> str:
    """Put what is chosen on the clipboard, as text that can be pasted into another scene or a file."""
    text = copied(state.document, state.selection.ids)
    state.clipboard, state.clipboard_root = text, state.document.root
    if state.write_clipboard is not None:
        state.write_clipboard(text)
    return text


def cut(state: EditorState) -> None:
    """Put what is chosen on the clipboard, and take it out of the scene."""
    copy(state)
    n = len(state.selection)
    state.do(_removing(state), "Cut" if n == 1 else f"Cut {n} objects")


def paste(state: EditorState, text: str | None = None, below: bool = False) -> list[int]:
    """Add what is on the clipboard, beside the active object, or below it. Returns the ids of what is new."""
    held = text if text is not None else state.read_clipboard() if state.read_clipboard is not None else state.clipboard
    some = objects_in(held)
    old_root = state.clipboard_root if held == state.clipboard else None
    change = moved_paths(old_root, state.document.root) if old_root is not None else None
    active = state.selection.active
    parent = 0
    if active in state.document:
        parent = active if below else state.document.tree.parent[active]
    made = pasted(state.document, some, parent, change)
    return add(state, made, "Paste")


def paste_below(state: EditorState) -> list[int]:
    """Add what is on the clipboard below the active object."""
    return paste(state, below=True)


def duplicate(state: EditorState) -> list[int]:
    """Add a copy of what is chosen, each behind its original."""
    document = state.document
    tops = document.tree.tops(state.selection.ids)
    some = blocks(document, tops)
    own = {block["id"]: block.get("parent") for block in some}
    made = pasted(document, some)
    for old, block in zip(own, made, strict=True):
        parent = own[old]
        if parent is not None and "parent" not in block:
            block["parent"] = parent
    return add(state, made, "Duplicate" if len(tops) == 1 else f"Duplicate {len(tops)} objects")


def add(state: EditorState, some: list[Block], label: str) -> list[int]:
    """Add objects as data, as one step, and choose those at the top. Returns the ids of these."""
    if not some:
        return []
    state.do({"do": "add_objects", "objects": some}, label)
    inner = {block["id"] for block in some}
    tops = [id_of(block) for block in some if block.get("parent") not in inner]
    choose(state, tops)
    return tops


def choose(state: EditorState, ids: list[int], active: int = 0) -> None:
    """Choose what a step made, as a part of that step."""
    state.selection = Selection.of(ids, active)
    state.history.steps[state.history.position - 1].selected_after = state.selection


def _removing(state: EditorState) -> Command:
    return {"do": "remove_objects", "ids": state.document.tree.tops(state.selection.ids)}


def delete(state: EditorState) -> None:
    """Take what is chosen, and all below it, out of the scene."""
    n = len(state.selection)
    state.do(_removing(state), "Delete" if n == 1 else f"Delete {n} objects")


def rename(state: EditorState, name: str | None = None) -> None:
    """Give what is chosen another name; without one, it is typed in the hierarchy.

    Joints and rules that name it name it by that then.
    """
    if name is None:
        state.renaming = state.selection.active
        return
    if not name:
        raise EditorError("an object's name can't be empty")
    state.renaming = 0
    state.do(fields(state.selection.ids, {"name": name}), "Rename")


def select_all(state: EditorState) -> None:
    """Choose every object."""
    state.select(state.document.scene.ids.tolist(), state.selection.active)


def select_none(state: EditorState) -> None:
    """Choose nothing."""
    state.select([])


def select_invert(state: EditorState) -> None:
    """Choose what is not chosen."""
    state.select([one for one in state.document.scene.ids.tolist() if one not in state.selection])


def select_children(state: EditorState) -> None:
    """Choose what hangs on what is chosen."""
    state.select([child for one in state.selection for child in state.document.tree.children(one)])


def select_all_below(state: EditorState) -> None:
    """Choose what is chosen, and all that hangs below."""
    state.select([one for one, _ in state.document.tree.walk(state.document.tree.tops(state.selection.ids))])


def select_parent(state: EditorState) -> None:
    """Choose what the chosen objects hang on."""
    tree = state.document.tree
    state.select(dict.fromkeys(tree.parent[one] for one in state.selection if tree.parent.get(one)))


def select_with(state: EditorState, component: str = "", tag: str = "") -> None:
    """Choose every object with a component or a tag; without either, those with the active one's components."""
    scene = state.document.scene
    if tag:
        state.select([obj.id for obj in scene.tagged(tag)])
        return
    if component:
        kind = component_types().get(component)
        if kind is None:
            raise EditorError(f"there is no component {component}")
        state.select(scene.ids[scene.slots_of(kind) >= 0].tolist(), state.selection.active)
        return
    active = state.document.object(state.selection.active)
    wanted = [scene.slots_of(type_) >= 0 for type_ in scene.slots]
    mine = [bool(column[active.row]) for column in wanted]
    same = [
        i for i in range(len(scene)) if all(bool(column[i]) == own for column, own in zip(wanted, mine, strict=True))
    ]
    state.select(scene.ids[same].tolist(), active.id)


def register(actions: Actions) -> None:
    """Add them."""
    put = actions.add

    def can_undo(state: EditorState) -> bool:
        return state.history.can_undo and stopped(state)

    def can_redo(state: EditorState) -> bool:
        return state.history.can_redo and stopped(state)

    def labelled(word: str, label: str) -> str:
        return f"{word} {label}" if label else word

    put(
        "edit.undo", "Undo", undo, "Ctrl+Z", can_undo, "Edit", icon="rotate-left",
        title=lambda s: labelled("Undo", s.history.undo_label),
    )  # fmt: skip
    put(
        "edit.redo", "Redo", redo, "Ctrl+Shift+Z", can_redo, "Edit", icon="rotate-right",
        title=lambda s: labelled("Redo", s.history.redo_label),
    )  # fmt: skip
    put("edit.go_to", "Go to Step", go_to, "", stopped, arguments=(("position", "how many steps"),), palette=False)
    put("edit.cut", "Cut", cut, "Ctrl+X", chosen, "Edit", icon="scissors")
    put("edit.copy", "Copy", copy, "Ctrl+C", chosen, "Edit", icon="copy")
    text = ("text", ".dream text, in place of the clipboard's")
    put("edit.paste", "Paste", paste, "Ctrl+V", stopped, "Edit", icon="paste", arguments=(text,))
    put("edit.paste_below", "Paste Below", paste_below, "Ctrl+Shift+V", chosen, "Edit")
    put("edit.duplicate", "Duplicate", duplicate, "Ctrl+D", chosen, "Edit", icon="clone")
    put("edit.delete", "Delete", delete, "Delete", chosen, "Edit", icon="trash")
    put("edit.rename", "Rename", rename, "F2", chosen, "Edit", arguments=(("name", "the new one"),))
    put("edit.select_all", "Select All", select_all, "Ctrl+A", menu="Edit/Select")
    put("edit.select_none", "Select Nothing", select_none, "Ctrl+Shift+A", menu="Edit/Select")
    put("edit.select_invert", "Invert Selection", select_invert, "Ctrl+I", menu="Edit/Select")
    some = chosen_or_played
    put("edit.select_children", "Select Children", select_children, "Alt+Down", some, "Edit/Select")
    put("edit.select_all_below", "Select All Below", select_all_below, "", some, "Edit/Select")
    put("edit.select_parent", "Select Parent", select_parent, "Alt+Up", some, "Edit/Select")
    put(
        "edit.select_with", "Select Same Kind", select_with, "", lambda s: s.selection.active in s.document,
        "Edit/Select", arguments=(("component", "its name"), ("tag", "a tag")),
    )  # fmt: skip


def chosen_or_played(state: EditorState) -> bool:
    """Something is chosen that is in the document."""
    return any(one in state.document for one in state.selection)
