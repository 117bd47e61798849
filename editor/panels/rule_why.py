"""Why a rule fires for an object of the played world, or not: each condition, what was found, what was wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.errors import DreamwellError
from ...engine.heuristics.traces import Traces
from ...engine.scene.rules import Rule
from . import icons
from .rule_form import CONDITIONS
from .theme import SMALL, faded, u32
from .ui import Ui
from .widgets import banner, elided, elided_end, muted, text, tip, wrapped

if TYPE_CHECKING:
    from ...engine.heuristics.explain import Explanation, Finding
    from ..core import EditorState

RECENT = 40
"""How many objects are listed for which a rule fired last."""


@dataclass
class Why:
    """What the view keeps. of: the rule and object that it is about.  then: when of the firing shown; None for now."""

    of: tuple[str, int] = ("", 0)
    then: float | None = None


def draw(state: EditorState, ui: Ui, rule: Rule) -> None:
    """Behind the buttons that choose it, on the same line, the verdict; below what was found, and when it fired."""
    world, active = state.play.world, state.selection.active
    mine = ui.kept(Why)
    if mine.of != (rule.name, active):
        mine.of, mine.then = (rule.name, active), None
    if rule.name not in world.rules:
        muted(ui, "This rule is new: it is looked at when the scene is played again")
        return
    if world.rules.traces is None:
        world.rules.traces = Traces()
    traces: Traces = world.rules.traces
    if not active or not state.play.knows(active):
        _without_an_object(state, ui, rule, traces)
        return
    entity = state.play.entity(active)
    traces.watch(rule.name, entity.row)
    try:
        now: Explanation = world.explain(rule.name, entity)
    except DreamwellError as error:
        imgui.new_line()
        banner(ui, "warning", str(error))
        return
    shown = next((one for one in traces.found if one.time == mine.then), None)
    explained = now if shown is None else shown.explanation
    _verdict(ui, explained, None if shown is None else shown.time)
    side = ui.px(170)
    if imgui.begin_child("###why.findings", ImVec2(-side - ui.px(10), 0)):
        _findings(ui, explained, happened=shown is not None)
    imgui.end_child()
    imgui.same_line(0, ui.px(10))
    if imgui.begin_child("###why.fired", ImVec2(0, 0)):
        _firings(state, ui, mine, rule, traces, entity)
    imgui.end_child()


def _verdict(ui: Ui, explained: Explanation, then: float | None) -> None:
    t = ui.theme
    against = len(explained.against)
    if then is not None:
        icon, colour, words = icons.GOOD, t.good, f"fired for {explained.entity} at {then:.2f} s"
    elif against:
        total = len(explained.findings)
        icon, colour = icons.ERROR, t.error
        words = (
            f"does not fire for {explained.entity}: {against} of {total} conditions {'does' if against == 1 else 'do'}"
        )
        words += " not hold"
    elif any(one.holds is None for one in explained.findings):
        icon, colour, words = icons.QUESTION, t.warning, f"may fire for {explained.entity}"
    else:
        icon, colour, words = icons.GOOD, t.good, f"fires for {explained.entity}"
    imgui.align_text_to_frame_padding()
    text(ui, elided_end(f"{icon}  {words}", imgui.get_content_region_avail().x), colour, bold=True)


def _findings(ui: Ui, explained: Explanation, *, happened: bool) -> None:
    t = ui.theme
    flags = imgui.TableFlags_
    table = flags.sizing_stretch_prop | flags.no_saved_settings | flags.pad_outer_x | flags.borders_inner_h
    if not explained.findings:
        muted(ui, "It asks for nothing: it fires for every object, in every tick")
        return
    if not imgui.begin_table("###findings", 3, int(table)):
        return
    stretch = imgui.TableColumnFlags_.width_stretch
    imgui.table_setup_column("Condition", stretch, 0.30)
    imgui.table_setup_column("Found then" if happened else "Found now", stretch, 0.38)
    imgui.table_setup_column("Wanted", stretch, 0.32)
    imgui.push_font(None, SMALL)
    imgui.push_style_color(imgui.Col_.text, u32(t.muted))
    imgui.table_headers_row()
    imgui.pop_style_color()
    imgui.pop_font()
    for i, finding in enumerate(explained.findings):
        _finding(ui, finding, i)
    imgui.end_table()


def _finding(ui: Ui, finding: Finding, i: int) -> None:
    t = ui.theme
    icon, colour = (icons.TICK, t.good) if finding.holds else (icons.REMOVE, t.error)
    if finding.holds is None:
        icon, colour = icons.QUESTION, t.warning
    imgui.table_next_row()
    if finding.holds is False:
        imgui.table_set_bg_color(imgui.TableBgTarget_.row_bg0, u32(faded(t.error, 0.13)))
    imgui.table_next_column()
    text(ui, icon, colour)
    imgui.same_line(ui.px(22))
    wrapped(ui, label_of(finding), t.text)
    imgui.table_next_column()
    wrapped(ui, finding.found, t.error if finding.holds is False else t.text)
    imgui.table_next_column()
    wrapped(ui, finding.wanted, t.muted)


def label_of(finding: Finding) -> str:
    """A condition as the panel calls it."""
    name, _, rest = finding.condition.partition(" ")
    if name == "where":
        return rest
    return {"carries": "Carries", "enabled": "Is on", "other": "Other"}.get(name, CONDITIONS.get(name, name))


def _firings(state: EditorState, ui: Ui, mine: Why, rule: Rule, traces: Traces, entity: Any) -> None:
    """When it fired for the object: each can be looked at again."""
    t, now = ui.theme, state.play.world.schedule.time
    last = traces.last(state.play.world.rules, rule.name, entity.row)
    text(ui, "Fired", t.accent, bold=True)
    imgui.same_line(0, ui.px(8))
    text(ui, "never" if last is None else f"{now - last:.1f} s ago", t.faint, size=SMALL)
    if last is None:
        wide = imgui.get_content_region_avail().x
        whole = traces.counts.get(rule.name, 0)
        words = f"for others {whole} times" if whole else "for nobody yet"
        text(ui, elided(words, wide), t.muted)
        return
    if imgui.selectable("Now###why.now", mine.then is None)[0]:
        mine.then = None
    found = traces.found
    if not found:
        text(ui, f"at {last:.2f} s", t.muted)
        tip("What it found is kept from when the object and the rule were chosen: the next time it can be looked at")
    for one in reversed(found):
        if imgui.selectable(f"at {one.time:.2f} s###why.{one.time:.4f}", mine.then == one.time)[0]:
            mine.then = one.time


def _without_an_object(state: EditorState, ui: Ui, rule: Rule, traces: Traces) -> None:
    """For whom the rule fired: a click chooses one."""
    world = state.play.world
    count = traces.counts.get(rule.name, 0)
    imgui.align_text_to_frame_padding()
    if not count:
        muted(ui, "It has not fired yet. Choose an object to see why")
        return
    now = world.schedule.time
    latest = now - traces.latest[rule.name]
    muted(ui, f"Fired {count} times, the last {latest:.1f} s ago. Choose an object to see why; here are the latest")
    if imgui.begin_child("###why.recent", ImVec2(0, 0)):
        for row, time in traces.recent(world.rules, rule.name, RECENT):
            entity = world.at(row)
            words = f"{entity.name or '(no name)'}   {now - time:.1f} s ago###why.row{row}"
            if imgui.selectable(words, False)[0] and entity.id:
                ui.later(partial(state.select, [entity.id]))
    imgui.end_child()
