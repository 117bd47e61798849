"""A rule as a form: what must be so at the left, what happens then at the right; of conditions, those that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.declare import Field, fields_of, to_plain
from ...engine.scene.rules import Rule, Then, When
from ..core import commands
from . import fields, icons
from .fields import Change, Choices, Slot, begin_grid, words_of
from .theme import SMALL
from .ui import Ui
from .widgets import align_right, icon_button, muted, text, tip

if TYPE_CHECKING:
    from ..core import EditorState

CONDITIONS: Mapping[str, str] = {
    "where": "Is true",
    "tags_all": "Has all tags",
    "tags_any": "Has one tag of",
    "tags_none": "Has no tag of",
    "within": "Is near",
    "sees": "Sees",
    "each": "For each of them",
    "other_all": "Other has",
    "other_none": "Other has not",
    "every": "Looked at every",
    "cooldown": "Rests after it",
    "chance": "By chance",
    "priority": "Priority",
    "on": "Happens",
}
"""What the panel calls conditions."""
_TIMING = ("every", "cooldown", "chance", "priority")


@dataclass
class Added:
    """Conditions that were asked for and are not set yet, by the rule's name."""

    fields: set[tuple[str, str]] = field(default_factory=set)


def head(state: EditorState, ui: Ui, rule: Rule, i: int) -> None:
    """The rule's name, and what it waits for."""
    declared = {f.name: f for f in fields_of(Rule)}
    room = imgui.get_content_region_avail().x
    if not imgui.begin_table("###head", 2, int(imgui.TableFlags_.no_saved_settings), ImVec2(room, 0)):
        return
    change: Change | None = None
    for name in ("name", "on"):
        imgui.table_next_column()
        if begin_grid(ui, f"###head.{name}"):
            found = _rows(ui, f"rules[{i}]", [declared[name]], rule, _choices(state), {"on": "When it happens"})
            change = found or change
            imgui.end_table()
    imgui.end_table()
    if change is not None:
        _set(state, ui, i, change, f"rules[{i}].head")


def draw(state: EditorState, ui: Ui, rule: Rule, i: int) -> None:
    """Two columns, each scrolls by itself."""
    choices = _choices(state)
    width = (imgui.get_content_region_avail().x - ui.px(12)) / 2
    if imgui.begin_child("###rule.when", ImVec2(width, 0)):
        _when(state, ui, rule, i, choices)
    imgui.end_child()
    imgui.same_line(0, ui.px(12))
    if imgui.begin_child("###rule.then", ImVec2(0, 0)):
        with_heading(ui, "Then", "this happens, in this order")
        align_right(ui.px(100))
        if imgui.small_button(f"{icons.ADD}  Action###then.add"):
            _set(state, ui, i, lambda old: replace_rule(old, then=(*old.then, Then.emit("happened"))), "")
        if imgui.begin_child("###rule.then.list", ImVec2(0, 0)):
            _thens(state, ui, rule, i, choices)
        imgui.end_child()
    imgui.end_child()


def _when(state: EditorState, ui: Ui, rule: Rule, i: int, choices: Choices) -> None:
    """The conditions that are set, or were asked for, and a list of the others."""
    path, added = f"rules[{i}]", ui.kept(Added).fields
    conditions = [f for f in fields_of(When) if f.kind.name != "memory"]
    timing = [f for f in fields_of(Rule) if f.name in _TIMING]

    def there(f: Field, value: Any) -> bool:
        return bool(getattr(value, f.name) != f.default) or (rule.name, f.name) in added

    shown = [f for f in conditions if there(f, rule.when)]
    timed = [f for f in timing if there(f, rule)]
    others = [f for f in (*conditions, *timing) if f not in shown and f not in timed]
    with_heading(ui, "When", "all of this is so")
    align_right(ui.px(100))
    if imgui.small_button(f"{icons.ADD}  Condition###condition.add"):
        imgui.open_popup("###conditions")
    if imgui.begin_popup("###conditions"):
        for f in others:
            if imgui.menu_item_simple(f"{CONDITIONS.get(f.name, words_of(f.name))}###condition.{f.name}"):
                added.add((rule.name, f.name))
            tip(f.spec.doc)
        imgui.end_popup()
    if imgui.begin_child("###rule.when.list", ImVec2(0, 0)):
        if not shown and not timed:
            muted(ui, "Nothing is asked for: it fires for every object" + (", when it happens" if rule.on else ""))
        elif begin_grid(ui, "###when.grid"):
            inner = _rows(ui, f"{path}.when", shown, rule.when, choices, CONDITIONS)
            change = _rows(ui, path, timed, rule, choices, CONDITIONS)
            if inner is not None:
                change = lambda old: replace_rule(old, when=inner(old.when))  # noqa: E731
            imgui.end_table()
            if change is not None:
                _set(state, ui, i, change, f"{path}.when")
    imgui.end_child()


def with_heading(ui: Ui, title: str, note: str) -> None:
    """The title of a part of a rule."""
    imgui.dummy(ImVec2(0, ui.px(1)))
    text(ui, title, ui.theme.accent, bold=True)
    if note:
        imgui.same_line(0, ui.px(8))
        text(ui, note, ui.theme.faint, size=SMALL)


def _choices(state: EditorState) -> Choices:
    def tags() -> list[str]:
        return sorted({tag for one in state.document.scene.tag_sets.values for tag in one})

    return Choices(objects=lambda: sorted(set(state.document.scene.names)), tags=tags)


def put(state: EditorState, ui: Ui, rules: Sequence[Rule], label: str, merge: str | None = None) -> None:
    """Have the scene have these rules."""
    ui.edit(state, commands.settings({"rules": [to_plain(rule) for rule in rules]}), label, merge)


def replace_rule(rule: Rule, **values: Any) -> Rule:
    """A rule with other values of some fields."""
    kept = {f.name: getattr(rule, f.name) for f in fields_of(Rule)}
    return Rule(**{**kept, **values})


def _set(state: EditorState, ui: Ui, i: int, change: Change, merge: str) -> None:
    rules = state.document.scene.rules
    put(state, ui, [*rules[:i], change(rules[i]), *rules[i + 1 :]], "Change rule", merge)


def _rows(
    ui: Ui, path: str, declared: Sequence[Field], value: Any, choices: Choices, labels: Mapping[str, str]
) -> Change | None:
    """The fields of a rule, or of a part of one, as rows of a grid."""
    change: Change | None = None
    for f in declared:
        if f.kind.name == "memory":
            continue
        kind = f.kind
        if kind.name == "list" and ("tags" in f.name or f.name.startswith("other_")):
            kind = replace(kind, of=replace(kind.of, role="tag"))
        slot = Slot(
            f"{path}.{f.name}",
            labels.get(f.name, words_of(f.name)),
            kind,
            f.spec,
            f.default,
            (getattr(value, f.name),),
            choices,
        )
        inner = fields.row(ui, slot)
        if inner is not None:
            change = _inside(f.name, inner)
    return change


def _inside(name: str, inner: Change) -> Change:
    def change(old: Any) -> Any:
        value = inner(getattr(old, name))
        return replace_rule(old, **{name: value}) if isinstance(old, Rule) else remade(old, name, value)

    return change


def remade(old: Any, name: str, value: Any) -> Any:
    """A part of a rule with another value of a field."""
    kept = {f.name: getattr(old, f.name) for f in fields_of(type(old))}
    return type(old)(**{**kept, name: value})


_NEEDS = {
    "nothing": (), "set": ("target", "name", "to"), "add": ("target", "name", "to"), "tag": ("target", "tags"),
    "untag": ("target", "tags"), "emit": ("name",), "event": ("name", "fields"),
    "spawn": ("target", "name", "at", "tags"), "despawn": ("target",), "call": ("name",),
}  # fmt: skip
"""The fields that each deed looks at."""
_NAMES = {
    "set": "Field", "add": "Field", "emit": "Signal", "event": "Class", "spawn": "Object or file", "call": "Function",
}  # fmt: skip


def _thens(state: EditorState, ui: Ui, rule: Rule, i: int, choices: Choices) -> None:
    declared = {f.name: f for f in fields_of(Then)}
    for k, then in enumerate(rule.then):
        path = f"rules[{i}].then[{k}]"
        if begin_grid(ui, f"###then{k}.grid"):
            change = _rows(ui, path, [declared["do"]], then, choices, {"do": "Do"})
            for name in _NEEDS.get(then.do, ()):
                f = declared[name]
                label = _NAMES.get(then.do, words_of(name)) if name == "name" else words_of(name)
                kind = f.kind
                if name == "tags":
                    kind = replace(kind, of=replace(kind.of, role="tag"))
                if name == "name" and then.do == "spawn":
                    kind = replace(kind, role="object")
                slot = Slot(f"{path}.{name}", label, kind, f.spec, f.default, (getattr(then, name),), choices)
                inner = fields.row(ui, slot, depth=1)
                if inner is not None:
                    change = _inside(name, inner)
            imgui.end_table()
            if change is not None:
                _set(state, ui, i, _then(k, change), path)
        if len(rule.then) > 1:
            _then_buttons(state, ui, rule, i, k)


def _then(k: int, change: Change) -> Change:
    return lambda old: replace_rule(old, then=(*old.then[:k], change(old.then[k]), *old.then[k + 1 :]))


def _then_buttons(state: EditorState, ui: Ui, rule: Rule, i: int, k: int) -> None:
    edge = imgui.get_frame_height()
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, imgui.get_content_region_avail().x - edge * 3))

    def moved(old: Rule, to: int) -> Rule:
        then = list(old.then)
        then.insert(to, then.pop(k))
        return replace_rule(old, then=tuple(then))

    if icon_button(ui, icons.UP, f"then.up{k}", "Earlier", enabled=k > 0):
        _set(state, ui, i, lambda old: moved(old, k - 1), "")
    imgui.same_line(0, 0)
    if icon_button(ui, icons.DOWN, f"then.down{k}", "Later", enabled=k < len(rule.then) - 1):
        _set(state, ui, i, lambda old: moved(old, k + 1), "")
    imgui.same_line(0, 0)
    if icon_button(ui, icons.DELETE, f"then.remove{k}", "Remove"):
        _set(state, ui, i, lambda old: replace_rule(old, then=(*old.then[:k], *old.then[k + 1 :])), "")
