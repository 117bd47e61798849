"""The rules of the scene: what must be so, what happens then; and, while it is played, why one fires or does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.declare import Field, fields_of, to_plain
from ...engine.errors import DreamwellError, Problem
from ...engine.scene.rules import Known, Rule, Then, check_rules
from ...engine.script import scripts_of
from ..core import commands
from . import fields, icons
from .fields import Change, Choices, Slot, begin_grid, words_of
from .theme import SMALL, u32
from .ui import Ui
from .widgets import banner, caption, checkbox, elided_end, empty, icon_button, muted, text, tip, toolbar

if TYPE_CHECKING:
    from ..core import EditorState

RULE = "rule"
"""What a dragged rule is called."""


@dataclass
class Rules:
    """What the panel keeps."""

    at: int = 0
    wanted: str = ""  # a rule that is to be shown: as problems name it
    checked: tuple[int, int] = (-1, -1)  # revision and generation
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Any] = field(default_factory=list)


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    mine = ui.kept(Rules)
    rules = state.document.scene.rules
    _wanted(mine, rules)
    mine.at = min(mine.at, max(len(rules) - 1, 0))
    _check(state, mine)
    width = imgui.get_content_region_avail().x
    if imgui.begin_child("###rules.list", ImVec2(min(max(width * 0.24, ui.px(170)), ui.px(260)), 0)):
        _list(state, ui, mine, rules)
    imgui.end_child()
    imgui.same_line(0, ui.px(10))
    if not rules:
        if imgui.begin_child("###rules.none", ImVec2(0, 0)):
            empty(
                ui,
                icons.RULES,
                "No rules yet",
                "A rule: when something is so, then something happens, for all objects at once",
            )
        imgui.end_child()
        return
    why = state.play.world is not None and width > ui.px(620)
    right = ui.px(270) if why else 0.0
    if imgui.begin_child("###rules.one", ImVec2(-right, 0)):
        _one(state, ui, mine, rules[mine.at], mine.at)
    imgui.end_child()
    if why:
        imgui.same_line(0, ui.px(10))
        if imgui.begin_child("###rules.why", ImVec2(0, 0)):
            _why(state, ui, rules[mine.at])
        imgui.end_child()


def _wanted(mine: Rules, rules: Sequence[Rule]) -> None:
    if mine.wanted:
        for i, rule in enumerate(rules):
            if mine.wanted in (f'rule "{rule.name}"', f"rules[{i}]"):
                mine.at = i
        mine.wanted = ""


def _check(state: EditorState, mine: Rules) -> None:
    """What is wrong with the rules, each time that something changed."""
    key = state.document.revision, state.generation
    if mine.checked == key or imgui.is_any_item_active():
        return
    mine.checked = key
    scene = state.document.scene
    if not scene.rules:
        mine.problems, mine.doubts = [], []
        return
    tags = frozenset(tag for one in scene.tag_sets.values for tag in one)
    try:
        modules = scripts_of(scene)[0]
    except DreamwellError:
        modules = ()
    known = Known(tags, scene.__contains__, lambda: list(scene.names), scene.root, list(modules))
    mine.problems, mine.doubts = check_rules(scene.rules, known)


def put(state: EditorState, ui: Ui, rules: Sequence[Rule], label: str, merge: str | None = None) -> None:
    """Have the scene have these rules."""
    ui.edit(state, commands.settings({"rules": [to_plain(rule) for rule in rules]}), label, merge)


# ---- the list ---------------------------------------------------------------------------------------------------


def _list(state: EditorState, ui: Ui, mine: Rules, rules: Sequence[Rule]) -> None:
    with toolbar(ui, "bar"):
        if imgui.button(f"{icons.ADD}  Rule###rule.add"):
            made = Rule(free_name("rule", [rule.name for rule in rules]), then=Then.emit("happened"))
            put(state, ui, [*rules, made], "Add rule")
            mine.at = len(rules)
        imgui.same_line()
        there = bool(rules)
        if icon_button(ui, icons.DUPLICATE, "rule.duplicate", "Duplicate", enabled=there):
            copy = replace_rule(rules[mine.at], name=free_name(rules[mine.at].name, [rule.name for rule in rules]))
            put(state, ui, [*rules[: mine.at + 1], copy, *rules[mine.at + 1 :]], "Duplicate rule")
            mine.at += 1
        imgui.same_line()
        if icon_button(ui, icons.DELETE, "rule.delete", "Delete", enabled=there):
            put(state, ui, [*rules[: mine.at], *rules[mine.at + 1 :]], "Delete rule")
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    for i, rule in enumerate(rules):
        _row(state, ui, mine, rules, rule, i)
    imgui.pop_style_var()


def free_name(name: str, taken: Sequence[str]) -> str:
    """A rule's name that no other has."""
    number, made = 2, name
    while made in taken:
        made, number = f"{name}-{number}", number + 1
    return made


def replace_rule(rule: Rule, **values: Any) -> Rule:
    """A rule with other values of some fields."""
    kept = {f.name: getattr(rule, f.name) for f in fields_of(Rule)}
    return Rule(**{**kept, **values})


def _row(state: EditorState, ui: Ui, mine: Rules, rules: Sequence[Rule], rule: Rule, i: int) -> None:
    t = ui.theme
    start = imgui.get_cursor_screen_pos()
    width, high = imgui.get_content_region_avail().x, imgui.get_frame_height() + ui.px(2)
    imgui.set_next_item_allow_overlap()
    if imgui.invisible_button(f"###rule{i}", ImVec2(max(width, 1), high)):
        mine.at = i
    draw_list = imgui.get_window_draw_list()
    if i == mine.at or imgui.is_item_hovered():
        colour = t.select if i == mine.at else t.hover
        draw_list.add_rect_filled(start, ImVec2(start.x + width, start.y + high), u32(colour), 3.0)
    if imgui.is_item_active():
        ui.drag_source(RULE, i, rule.name, icons.RULES)
    dropped = ui.drop_target(RULE)
    if dropped is not None:
        moved = list(rules)
        moved.insert(i, moved.pop(int(dropped.data)))
        put(state, ui, moved, "Move rule")
    after = imgui.get_cursor_screen_pos()
    imgui.set_cursor_screen_pos(ImVec2(start.x + ui.px(5), start.y + ui.px(1)))
    changed, on = checkbox(ui, f"rule.on{i}", on=rule.enabled)
    tip("Whether it is looked at from the start")
    if changed:
        put(state, ui, [*rules[:i], replace_rule(rule, enabled=on), *rules[i + 1 :]], "Switch rule")
    bad = any(one.where in (f'rule "{rule.name}"', f"rules[{i}]") for one in mine.problems)
    top = start.y + (high - imgui.get_font_size()) / 2
    colour = t.error if bad else t.text if rule.enabled else t.faint
    words = elided_end(rule.name or "(no name)", width - ui.px(60))
    draw_list.add_text(ImVec2(start.x + ui.px(32), top), u32(colour), words)
    if rule.on:
        imgui.push_font(None, SMALL)
        wide = imgui.calc_text_size(rule.on).x
        if wide < width - ui.px(50) - imgui.calc_text_size(words).x * 1.2:
            draw_list.add_text(ImVec2(start.x + width - wide - ui.px(6), top + 1), u32(t.faint), rule.on)
        imgui.pop_font()
    imgui.set_cursor_screen_pos(after)
    imgui.dummy(ImVec2(0, 0))


# ---- one rule ---------------------------------------------------------------------------------------------------


def _one(state: EditorState, ui: Ui, mine: Rules, rule: Rule, i: int) -> None:
    for problem in mine.problems:
        if problem.where in (f'rule "{rule.name}"', f"rules[{i}]"):
            banner(
                ui,
                "error",
                f"{problem.field}: {problem.found}; it must be {problem.wanted}"
                + (f" ({problem.hint})" if problem.hint else ""),
            )
    for doubt in mine.doubts:
        if doubt.rule == rule.name:
            banner(ui, "warning", f"{doubt.field}: {doubt.found}" + (f" ({doubt.hint})" if doubt.hint else ""))
    choices = _choices(state)
    declared = {f.name: f for f in fields_of(Rule)}
    path = f"rules[{i}]"
    with_heading(ui, "When", "all of this is so")
    if begin_grid(ui, "###when.grid"):
        change = _rows(ui, path, [declared["name"], declared["on"]], rule, choices)
        inner = _rows(ui, f"{path}.when", fields_of(type(rule.when)), rule.when, choices)
        if inner is not None:
            change = lambda old: replace_rule(old, when=inner(old.when))  # noqa: E731
        imgui.end_table()
        if change is not None:
            _set(state, ui, i, change, f"{path}.when")
    with_heading(ui, "Then", "this happens, in this order")
    _thens(state, ui, rule, i, choices)
    with_heading(ui, "How often", "")
    if begin_grid(ui, "###often.grid"):
        often = [declared[name] for name in ("every", "cooldown", "chance", "priority", "enabled")]
        change = _rows(ui, path, often, rule, choices)
        imgui.end_table()
        if change is not None:
            _set(state, ui, i, change, f"{path}.often")


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


def _set(state: EditorState, ui: Ui, i: int, change: Change, merge: str) -> None:
    rules = state.document.scene.rules
    put(state, ui, [*rules[:i], change(rules[i]), *rules[i + 1 :]], "Change rule", merge)


def _rows(ui: Ui, path: str, declared: Sequence[Field], value: Any, choices: Choices) -> Change | None:
    """The fields of a rule, or of a part of one, as rows of a grid."""
    change: Change | None = None
    for f in declared:
        if f.kind.name == "memory":
            continue
        kind = f.kind
        if kind.name == "list" and ("tags" in f.name or f.name.startswith("other_")):
            kind = replace(kind, of=replace(kind.of, role="tag"))
        slot = Slot(f"{path}.{f.name}", words_of(f.name), kind, f.spec, f.default, (getattr(value, f.name),), choices)
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
            change = _rows(ui, path, [declared["do"]], then, choices)
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
    if imgui.button(f"{icons.ADD}  Action###then.add"):
        _set(state, ui, i, lambda old: replace_rule(old, then=(*old.then, Then.emit("happened"))), "")


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


# ---- why --------------------------------------------------------------------------------------------------------


def _why(state: EditorState, ui: Ui, rule: Rule) -> None:
    """Each condition of a rule for the active object of the world: what was found, what was wanted."""
    t, world = ui.theme, state.play.world
    text(ui, "Why", t.accent, bold=True)
    active = state.selection.active
    if not active or not state.play.knows(active):
        muted(ui, "Choose an object to see why")
        muted(ui, "the rule fires for it, or not")
        return
    try:
        explained = world.explain(rule.name, state.play.entity(active))
    except DreamwellError as error:
        banner(ui, "warning", str(error))
        return
    unsure = explained.fires and any(one.holds is None for one in explained.findings)
    words = "may fire" if unsure else "fires" if explained.fires else "does not fire"
    colour = t.warning if unsure else t.good if explained.fires else t.error
    text(ui, f"{icons.GOOD if explained.fires else icons.ERROR}  {words} for {explained.entity}", colour)
    for finding in explained.findings:
        icon, colour = {True: (icons.TICK, t.good), False: (icons.REMOVE, t.error)}.get(
            finding.holds, (icons.QUESTION, t.warning)
        )
        text(ui, icon, colour)
        imgui.same_line(0, ui.px(8))
        imgui.begin_group()
        text(ui, finding.condition)
        caption(ui, f"{finding.found}; wanted: {finding.wanted}")
        imgui.end_group()
