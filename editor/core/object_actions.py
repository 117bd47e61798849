"""Actions on the objects that are chosen: where they hang, what they have, prefabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.errors import EditorError
from ...engine.live import kind_of
from ...engine.scene.notes import PLAIN_NOTE
from ...engine.scene.scene import id_text
from . import prefabs
from .actions import Actions
from .clipboard import free_name
from .commands import each_field, fields, group
from .edit_actions import choose, chosen, stopped
from .objects import new_id
from .tree import world_matrices
from .values import component_class, component_from, declared, default_of, field_at, jsonable, plain, split

if TYPE_CHECKING:
    from .state import EditorState


# ---- the tree ---------------------------------------------------------------------------------------------------


def reparent(
    state: EditorState,
    parent: int = 0,
    index: int | None = None,
    ids: Sequence[int] | None = None,
    keep: str = "world",
) -> None:
    """Hang objects, those that are chosen, on another one (0: on none), at a place among its other children.

    index: from 0, not counting the objects themselves; the end without one.
    """
    tops = state.document.tree.tops(list(ids) if ids is not None else state.selection.ids)
    command = {"do": "reparent", "ids": tops, "parent": parent, "index": index, "keep": keep}
    state.do(command, "Hang Elsewhere" if len(tops) == 1 else f"Hang {len(tops)} objects elsewhere")


def unparent(state: EditorState) -> None:
    """Have what is chosen hang on nothing, where it is."""
    reparent(state, 0)


def parent_to_active(state: EditorState) -> None:
    """Hang what is chosen on the active object, where it is."""
    active = state.selection.active
    reparent(state, active, ids=[one for one in state.selection if one != active])


def _shift(state: EditorState, by: int | None, index: int = 0) -> None:
    """Move the active object among those that hang on the same one."""
    active = state.selection.active
    obj = state.document.object(active)
    parent = state.document.tree.parent[active]
    target = index if by is None else max(0, obj.index + by)
    state.do(
        {"do": "reparent", "ids": [active], "parent": parent, "index": target, "keep": "local"}, "Move in the Order"
    )


def move_up(state: EditorState) -> None:
    """Put the active object before the one above it."""
    _shift(state, -1)


def move_down(state: EditorState) -> None:
    """Put the active object behind the one below it."""
    _shift(state, 1)


def move_first(state: EditorState) -> None:
    """Put the active object before all that hang on the same one."""
    _shift(state, None, 0)


def move_last(state: EditorState) -> None:
    """Put the active object behind all that hang on the same one."""
    _shift(state, None, len(state.document))


def group_objects(state: EditorState, name: str = "group") -> int:
    """Hang what is chosen on a new object in its middle."""
    document = state.document
    tops = document.tree.tops(state.selection.ids)
    parents = {document.tree.parent[one] for one in tops}
    above = parents.pop() if len(parents) == 1 else 0
    column = "position" if above or len(parents) == 0 else "world"
    if column == "position" and all(document.tree.parent[one] == above for one in tops):
        middle = document.scene.positions[document.rows(tops)].mean(axis=0)
    else:
        middle = world_matrices(document.scene, document.rows(tops))[:, :, 3].mean(axis=0)
    number = new_id(document.__contains__)
    block: dict[str, Any] = {
        "id": id_text(number),
        "name": free_name(name, set(document.scene.names)),
        "position": [round(float(n), 6) for n in middle],
    }
    if above:
        block["parent"] = id_text(above)
    first = min(document.object(one).index for one in tops) if len(tops) else 0
    place = {"do": "reparent", "ids": [number], "parent": above, "index": first, "keep": "local"}
    hang = {"do": "reparent", "ids": tops, "parent": number, "index": None, "keep": "world"}
    state.do(group({"do": "add_objects", "objects": [block]}, place, hang), "Group")
    choose(state, [number])
    return number


def ungroup(state: EditorState) -> None:
    """Hang what is below the chosen objects on what those hang on, and take them away where they are empty."""
    document = state.document
    tree = document.tree
    commands: list[Mapping[str, Any]] = []
    freed: list[int] = []
    gone: list[int] = []
    for one in tree.tops(state.selection.ids):
        children = list(tree.children(one))
        if not children:
            continue
        index = document.object(one).index
        commands.append(
            {"do": "reparent", "ids": children, "parent": tree.parent[one], "index": index, "keep": "world"}
        )
        freed += children
        if not document.object(one).components and not document.unread(one):
            gone.append(one)
    if not commands:
        raise EditorError("nothing hangs on what is chosen")
    if gone:
        commands.append({"do": "remove_objects", "ids": gone})
    state.do(group(*commands), "Ungroup")
    choose(state, freed)


def hide(state: EditorState, ids: Sequence[int] | None = None, on: bool | None = None) -> None:
    """Hide objects in the viewport, or show them again; a game shows them in any case."""
    _note(state, "hidden", ids, on, "Hide", "Show")


def lock(state: EditorState, ids: Sequence[int] | None = None, on: bool | None = None) -> None:
    """Have objects not be chosen in the viewport, or be again."""
    _note(state, "locked", ids, on, "Lock", "Unlock")


def _note(state: EditorState, name: str, ids: Sequence[int] | None, on: bool | None, word: str, other: str) -> None:
    some = list(ids) if ids is not None else list(state.selection.ids)
    if not some:
        raise EditorError("nothing is chosen")
    value = not state.document.get(some[-1], name) if on is None else on
    state.do(fields(some, {name: value}), word if value else other)


def show_all(state: EditorState) -> None:
    """Show everything that is hidden."""
    _clear_notes(state, "hidden", "Show All")


def unlock_all(state: EditorState) -> None:
    """Unlock everything that is locked."""
    _clear_notes(state, "locked", "Unlock All")


def _clear_notes(state: EditorState, name: str, label: str) -> None:
    scene = state.document.scene
    on = [i for i, note in enumerate(scene.notes.values) if note != PLAIN_NOTE and getattr(note, name)]
    ids = [number for number, row in zip(scene.ids.tolist(), scene.note_rows.tolist(), strict=True) if row in on]
    if ids:
        state.do(fields(ids, {name: False}), label)


def isolate(state: EditorState) -> None:
    """Hide everything but what is chosen, what it hangs on and what hangs on it."""
    tree = state.document.tree
    kept = {one for one, _ in tree.walk(tree.tops(state.selection.ids))}
    kept |= {above for one in state.selection for above in tree.above(one)}
    others = [number for number in state.document.scene.ids.tolist() if number not in kept]
    if others:
        state.do(fields(others, {"hidden": True}), "Isolate")


# ---- what they have -----------------------------------------------------------------------------------------------


def set_fields(
    state: EditorState,
    fields: Mapping[str, Any],
    ids: Sequence[int] | None = None,
    label: str = "",
    merge: str | None = None,
) -> None:
    """Set fields of objects, those that are chosen: `{"Sun.lux": 20000, "position": [0, 1, 0]}`."""
    state.set(list(ids) if ids is not None else state.selection.ids, fields, label, merge)


def reset_field(state: EditorState, path: str, ids: Sequence[int] | None = None) -> None:
    """Set a field to its default."""
    own = {"position": [0, 0, 0], "rotation": [0, 0, 0, 1], "scale": [1, 1, 1], "tags": []}
    value = own[path] if path in own else default_of(field_at(path)) if split(path)[1] else {}
    state.set(list(ids) if ids is not None else state.selection.ids, {path: value}, f"Reset {path}")


def reset_transform(state: EditorState) -> None:
    """Put what is chosen where its parent is, not turned and not scaled."""
    own = {"position": [0, 0, 0], "rotation": [0, 0, 0, 1], "scale": [1, 1, 1]}
    state.set(state.selection.ids, own, "Reset Transform")


def add_component(state: EditorState, component: str, values: Mapping[str, Any] | None = None) -> None:
    """Add a component to what is chosen and has none of its kind."""
    kind = component_class(component)
    ids = [one for one in state.selection if state.document.object(one).get(kind) is None]
    if not ids:
        raise EditorError(f"each of the chosen objects has a {component} already")
    command = {"do": "add_component", "ids": ids, "component": component, "values": [jsonable(values or {})]}
    state.do(command, f"Add {component}")


def remove_component(state: EditorState, component: str) -> None:
    """Take a component from what is chosen."""
    ids = [one for one in state.selection if state.document.get(one, component) is not None]
    if not ids:
        raise EditorError(f"none of the chosen objects has a {component}")
    state.do({"do": "remove_component", "ids": ids, "component": component}, f"Remove {component}")


def move_component(state: EditorState, component: str, index: int) -> None:
    """Put a component at another place in the inspector."""
    command = {"do": "move_component", "ids": list(state.selection.ids), "component": component, "index": index}
    state.do(command, f"Move {component}")


def reset_component(state: EditorState, component: str) -> None:
    """Set all fields of a component to their defaults."""
    ids = [one for one in state.selection if state.document.get(one, component) is not None]
    state.set(ids, {component: {}}, f"Reset {component}")


def copy_component(state: EditorState, component: str) -> str:
    """Put a component of the active object on the clipboard."""
    import json

    data = state.document.get(state.selection.active, component)
    if data is None:
        raise EditorError(f"the active object has no {component}")
    text = json.dumps({component: data})
    state.clipboard, state.clipboard_root = text, state.document.root
    if state.write_clipboard is not None:
        state.write_clipboard(text)
    return text


def paste_component(state: EditorState, text: str | None = None) -> None:
    """Give what is chosen the component on the clipboard, in place of its own."""
    import json

    held = text if text is not None else state.read_clipboard() if state.read_clipboard is not None else state.clipboard
    try:
        data = json.loads(held)
        ((name, raw),) = data.items()
    except (ValueError, AttributeError):
        raise EditorError("there is no component on the clipboard; copy one first") from None
    component_from(name, raw, "the clipboard")
    state.do(fields(state.selection.ids, {name: raw}), f"Paste {name}")


def add_tag(state: EditorState, tag: str) -> None:
    """Give what is chosen a tag."""
    ids = state.selection.ids
    tags = [sorted({*state.document.get(one, "tags"), tag}) for one in ids]
    state.do(each_field(ids, {"tags": tags}), f"Tag {tag}")


def remove_tag(state: EditorState, tag: str) -> None:
    """Take a tag from what is chosen."""
    ids = state.selection.ids
    tags = [[one for one in state.document.get(number, "tags") if one != tag] for number in ids]
    state.do(each_field(ids, {"tags": tags}), f"Untag {tag}")


def set_scene(state: EditorState, fields: Mapping[str, Any], merge: str | None = None) -> None:
    """Set what is of the scene itself: "settings.shadows.distance", "physics.gravity", "rules", "name"."""
    label = f"Set {', '.join(path.removeprefix('settings.') for path in fields)}"
    state.do({"do": "set_settings", "fields": jsonable(fields)}, label, merge)


# ---- prefabs ------------------------------------------------------------------------------------------------------


def make_prefab(state: EditorState, path: str | Path | None = None) -> None:
    """Write the active object, with all below it, to a scene file of its own, and have an instance of it stand here."""
    if path is None:
        from .state import Ask

        name = state.document.object(state.selection.active).name
        usual = state.project.root / f"{name}.dream"
        state.ask(
            Ask(
                "save", "Make Prefab", lambda chosen: make_prefab(state, chosen), default=str(usual),
                suffixes=(".dream",),
            )
        )  # fmt: skip
        return
    prefabs.make(state, state.selection.active, (state.project.root / path).absolute())


def unpack_prefab(state: EditorState) -> None:
    """Put the objects of a prefab's instance into the scene, in its place; it does not follow the file any more."""
    prefabs.unpack(state, state.selection.active)


def apply_overrides(state: EditorState) -> None:
    """Write what is different in an instance into the prefab's file: all its instances are so then."""
    prefabs.apply_overrides(state, state.selection.active)


def revert_overrides(state: EditorState, part: str | None = None, field: str | None = None) -> None:
    """Have an instance be as its file says: all of it, an object of it, or one field of that."""
    prefabs.revert(state, state.selection.active, part, field)


def override(state: EditorState, part: str, field: str, value: Any) -> None:
    """Have an object of an instance differ from the file in one field."""
    prefabs.override(state, state.selection.active, part, field, value)


def is_prefab(state: EditorState) -> bool:
    """The active object is an instance, and the scene can be changed."""
    return (
        stopped(state)
        and state.selection.active in state.document
        and (state.document.get(state.selection.active, "Prefab") is not None)
    )


def register(actions: Actions) -> None:
    """Add them."""
    put = actions.add
    ids = ("ids", "in place of those that are chosen")

    def many(state: EditorState) -> bool:
        return stopped(state) and len(state.selection) > 1

    def hidden(state: EditorState) -> bool:
        return state.selection.active in state.document and bool(state.document.get(state.selection.active, "hidden"))

    def locked(state: EditorState) -> bool:
        return state.selection.active in state.document and bool(state.document.get(state.selection.active, "locked"))

    def editable(state: EditorState) -> bool:
        return bool(len(state.selection))

    put("object.group", "Group", group_objects, "Ctrl+G", chosen, "Object", arguments=(("name", "of the group"),))
    put("object.ungroup", "Ungroup", ungroup, "Ctrl+Shift+G", chosen, "Object")
    put(
        "object.reparent", "Hang Elsewhere", reparent, "", stopped, palette=False,
        arguments=(("parent", "an id, 0 for none"), ("index", "among its children"), ids, ("keep", "world or local")),
    )  # fmt: skip
    put("object.parent_to_active", "Hang on the Active Object", parent_to_active, "", many, "Object")
    put("object.unparent", "Hang on Nothing", unparent, "", chosen, "Object")
    put("object.move_up", "Move Up", move_up, "Ctrl+Up", chosen, "Object/Order")
    put("object.move_down", "Move Down", move_down, "Ctrl+Down", chosen, "Object/Order")
    put("object.move_first", "Move to the Top", move_first, "Ctrl+Home", chosen, "Object/Order")
    put("object.move_last", "Move to the Bottom", move_last, "Ctrl+End", chosen, "Object/Order")
    put("object.hide", "Hide", hide, "H", stopped, "Object", checked=hidden, icon="eye-slash", arguments=(ids,))
    put("object.lock", "Lock", lock, "", stopped, "Object", checked=locked, icon="lock", arguments=(ids,))
    put("object.isolate", "Isolate", isolate, "Shift+H", chosen, "Object")
    put("object.show_all", "Show All", show_all, "Alt+H", stopped, "Object")
    put("object.unlock_all", "Unlock All", unlock_all, "", stopped, "Object")
    values = ("fields", 'values by field, as {"Sun.lux": 20000}')
    put("object.set", "Set Fields", set_fields, "", editable, arguments=(values, ids), palette=False)
    put(
        "object.reset_field",
        "Reset Field",
        reset_field,
        "",
        editable,
        arguments=(("path", "as Sun.lux"),),
        palette=False,
    )
    put("object.reset_transform", "Reset Transform", reset_transform, "", editable, "Object")
    component = ("component", "its name")
    put(
        "object.add_component", "Add Component", add_component, "", chosen, arguments=(component, ("values", "fields")),
        palette=False,
    )  # fmt: skip
    for name, label, run, more in (
        ("object.remove_component", "Remove Component", remove_component, ()),
        ("object.move_component", "Move Component", move_component, (("index", "its place"),)),
        ("object.reset_component", "Reset Component", reset_component, ()),
        ("object.copy_component", "Copy Component", copy_component, ()),
    ):
        put(name, label, run, "", chosen, arguments=(component, *more), palette=False)
    put("object.paste_component", "Paste Component", paste_component, "", chosen, "Object")
    put("object.add_tag", "Add Tag", add_tag, "", chosen, arguments=(("tag", "one word"),), palette=False)
    put("object.remove_tag", "Remove Tag", remove_tag, "", chosen, arguments=(("tag", "one word"),), palette=False)
    put("object.set_scene", "Set Scene", set_scene, "", stopped, arguments=(("fields", "by name"),), palette=False)
    put(
        "object.make_prefab",
        "Make Prefab…",
        make_prefab,
        "",
        chosen,
        "Object/Prefab",
        arguments=(("path", "its file"),),
    )
    put("object.unpack_prefab", "Unpack Prefab", unpack_prefab, "", is_prefab, "Object/Prefab")
    put("object.apply_overrides", "Apply Overrides to the Prefab", apply_overrides, "", is_prefab, "Object/Prefab")
    part = (("part", "an object of it, all for none"), ("field", "one of its fields"))
    put("object.revert_overrides", "Revert Overrides", revert_overrides, "", is_prefab, "Object/Prefab", arguments=part)
    put(
        "object.override", "Override", override, "", is_prefab, arguments=(*part, ("value", "of the field")),
        palette=False,
    )  # fmt: skip


__all__ = ["declared", "kind_of", "plain", "register"]
