"""The rules of the scene: what must be so, what happens then; and, while it is played, why one fires or does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.errors import DreamwellError, Problem
from ...engine.scene.rules import Known, Rule, Then, check_rules
from ...engine.script import scripts_of
from . import icons, rule_form, rule_why
from .rule_form import put, replace_rule
from .theme import SMALL, u32
from .ui import Ui
from .widgets import banner, checkbox, elided_end, empty, icon_button, segments, tip, toolbar

if TYPE_CHECKING:
    from ..core import EditorState

RULE = "rule"
"""What a dragged rule is called."""


@dataclass
class Rules:
    """What the panel keeps. why: whether, while it is played, it tells why the rule fires, not what the rule is."""

    at: int = 0
    why: bool = True
    wanted: str = ""  # a rule that is to be shown: as problems name it
    checked: tuple[int, int] = (-1, -1)  # revision and generation
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Any] = field(default_factory=list)


def draw(state: EditorState, ui: Ui) -> None:
    """The panel: the rules at the left; of the chosen one what it says or, while it is played, why it fires."""
    mine = ui.kept(Rules)
    rules = state.document.scene.rules
    _wanted(mine, rules)
    mine.at = min(mine.at, max(len(rules) - 1, 0))
    _check(state, mine)
    width = imgui.get_content_region_avail().x
    if imgui.begin_child("###rules.list", ImVec2(min(max(width * 0.22, ui.px(170)), ui.px(260)), 0)):
        _list(state, ui, mine, rules)
    imgui.end_child()
    imgui.same_line(0, ui.px(12))
    if imgui.begin_child("###rules.one", ImVec2(0, 0)):
        if rules:
            _one(state, ui, mine, rules)
        else:
            empty(
                ui,
                icons.RULES,
                "No rules yet",
                "A rule: when something is so, then something happens, for all objects at once",
            )
    imgui.end_child()


def _one(state: EditorState, ui: Ui, mine: Rules, rules: Sequence[Rule]) -> None:
    i = min(mine.at, len(rules) - 1)  # one that was just added is there in the next frame
    rule = rules[i]
    playing = state.play.world is not None
    if playing:
        chosen = segments(ui, "rules.mode", ("Why", "Rule"), 0 if mine.why else 1)
        if chosen is not None:
            mine.why = chosen == 0
        imgui.same_line(0, ui.px(12))
    if playing and mine.why:
        rule_why.draw(state, ui, rule)
        return
    rule_form.head(state, ui, rule, i)
    for problem in mine.problems:
        if problem.where in (f'rule "{rule.name}"', f"rules[{i}]"):
            hint = f" ({problem.hint})" if problem.hint else ""
            banner(ui, "error", f"{problem.field}: {problem.found}; it must be {problem.wanted}{hint}")
    for doubt in mine.doubts:
        if doubt.rule == rule.name:
            banner(ui, "warning", f"{doubt.field}: {doubt.found}" + (f" ({doubt.hint})" if doubt.hint else ""))
    rule_form.draw(state, ui, rule, i)


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
