"""The Loom's report: what is wrong with the scene, what is doubtful, and what it comes to once it is woven."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.errors import DreamwellError, Problem, ProblemsError
from . import icons
from .inspector import point_to
from .theme import SMALL, Rgba, u32
from .ui import Ui
from .widgets import (
    caption,
    elided_end,
    empty,
    icon_button,
    level_look,
    muted,
    separator_v,
    text,
    tip,
    toolbar,
    wrapped,
)

if TYPE_CHECKING:
    from ..core import EditorState

IDLE = 0.7
"""Seconds without a change before the scene is checked again."""
LARGEST = 20_000
"""Objects up to which a scene is checked by itself."""


@dataclass
class Found:
    """One problem: how bad it is, and the id of the object that it is about, 0 for none."""

    level: str
    problem: Problem
    object: int


@dataclass
class LoomReport:
    """What the panel keeps: the last report."""

    found: list[Found] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    trouble: str = ""
    revision: int = -1
    generation: int = -1
    seen: int = -1  # the revision that was there when a frame was last drawn
    changed_at: float = 0.0
    by_itself: bool = True


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    mine = ui.kept(LoomReport)
    _when_due(state, ui, mine)
    errors = sum(1 for one in mine.found if one.level == "error")
    with toolbar(ui, "bar"):
        if imgui.button(f"{icons.RELOAD}  Check###check"):
            ui.later(lambda: check(state, mine))
        imgui.same_line()
        if icon_button(ui, icons.HISTORY, "by_itself", "Check by itself after each change", active=mine.by_itself):
            mine.by_itself = not mine.by_itself
        separator_v(ui)
        imgui.align_text_to_frame_padding()
        _verdict(state, ui, mine, errors)
    if mine.revision < 0:
        empty(ui, icons.LOOM, "Not checked yet", "The Loom tells what is wrong with a scene, and what it comes to")
        return
    room = imgui.get_content_region_avail().x
    right = ui.px(230) if room > ui.px(560) else 0.0
    if imgui.begin_child("###problems", ImVec2(-right, 0), imgui.ChildFlags_.nav_flattened):
        _problems(state, ui, mine)
    imgui.end_child()
    if right:
        imgui.same_line()
        if imgui.begin_child("###figures", ImVec2(0, 0)):
            _figures(ui, mine)
        imgui.end_child()


def _verdict(state: EditorState, ui: Ui, mine: LoomReport, errors: int) -> None:
    t = ui.theme
    stale = mine.revision != state.document.revision
    if mine.revision < 0:
        muted(ui, "")
    elif errors:
        text(ui, f"{icons.ERROR}  {errors} error{'s' * (errors > 1)}: the scene can't be played", t.error)
    elif mine.found:
        text(ui, f"{icons.WARNING}  {len(mine.found)} warning{'s' * (len(mine.found) > 1)}", t.warning)
    else:
        text(ui, f"{icons.GOOD}  Nothing wrong", t.good)
    if mine.revision >= 0 and stale:
        imgui.same_line(0, ui.px(8))
        text(ui, "(changed since)", t.faint)


def _when_due(state: EditorState, ui: Ui, mine: LoomReport) -> None:
    now, document = imgui.get_time(), state.document
    if mine.generation != state.generation:
        mine.generation, mine.revision, mine.seen = state.generation, -1, -1
    if mine.seen != document.revision:
        mine.seen, mine.changed_at = document.revision, now
    due = mine.revision != document.revision and now - mine.changed_at > IDLE and not imgui.is_any_item_active()
    if due and mine.by_itself and len(document.scene) <= LARGEST:
        ui.later(lambda: check(state, mine))


def check(state: EditorState, mine: LoomReport) -> None:
    """Weave the scene, and keep what the Loom says."""
    from ...loom import weave

    scene = state.document.scene
    mine.revision, mine.trouble = state.document.revision, ""
    mine.found = [_found(state, "error", problem) for problem in state.document.problems]
    start = time.perf_counter()
    try:
        woven = weave(scene)
    except ProblemsError as error:
        known = {str(one.problem) for one in mine.found}
        mine.found += [_found(state, "error", one) for one in error.problems if str(one) not in known]
        mine.trouble = error.message
        mine.seconds = {"until it failed": time.perf_counter() - start}
    except DreamwellError as error:
        mine.found.append(Found("error", Problem("asset", "", "", str(error), "one that can be read"), 0))
        mine.trouble = str(error)
        mine.seconds = {"until it failed": time.perf_counter() - start}
    else:
        mine.found += [_found(state, "warning", problem) for problem in woven.warnings]
        mine.stats, mine.seconds = asdict(woven.stats), dict(woven.seconds)


def _found(state: EditorState, level: str, problem: Problem) -> Found:
    named = state.document.scene.find(problem.where) if problem.where else None
    return Found(level, problem, 0 if named is None else named.id)


def _problems(state: EditorState, ui: Ui, mine: LoomReport) -> None:
    if not mine.found:
        empty(ui, icons.GOOD, "Nothing wrong", "Every reference, range and name is as it must be")
        return
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    high = imgui.get_text_line_height() * 2 + ui.px(12)
    clipper = imgui.ListClipper()
    clipper.begin(len(mine.found), high)
    while clipper.step():
        for i in range(clipper.display_start, clipper.display_end):
            _problem(state, ui, mine.found[i], i, high)
    imgui.pop_style_var()


def _problem(state: EditorState, ui: Ui, found: Found, i: int, high: float) -> None:
    t, problem = ui.theme, found.problem
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    if imgui.invisible_button(f"###problem{i}", ImVec2(max(width, 1), high), imgui.ButtonFlags_.enable_nav):
        ui.later(lambda: go_to(state, ui, found))
    draw_list = imgui.get_window_draw_list()
    if imgui.is_item_hovered():
        draw_list.add_rect_filled(start, ImVec2(start.x + width, start.y + high), u32(t.hover), 4.0)
        tip(str(problem))
    icon, colour = level_look(ui, found.level)
    top = start.y + ui.px(4)
    draw_list.add_text(ImVec2(start.x + ui.px(8), top), u32(colour), icon)
    place = problem.where or "Scene"
    x = start.x + ui.px(32)
    x = _words(draw_list, ImVec2(x, top), place, t.text) + ui.px(8)
    if problem.field:
        _words(draw_list, ImVec2(x, top), problem.field, t.muted)
    imgui.push_font(None, SMALL)
    said = f"{problem.found}; must be {problem.wanted}" + (f" ({problem.hint})" if problem.hint else "")
    said = elided_end(said, width - ui.px(40))
    draw_list.add_text(ImVec2(start.x + ui.px(32), top + imgui.get_text_line_height() * 1.25), u32(t.muted), said)
    imgui.pop_font()


def _words(draw_list: imgui.ImDrawList, place: ImVec2, words: str, colour: Rgba) -> float:
    draw_list.add_text(place, u32(colour), words)
    return place.x + imgui.calc_text_size(words).x


def go_to(state: EditorState, ui: Ui, found: Found) -> None:
    """Show what a problem is about: the object and its field, a rule, a setting."""
    if found.object and found.object in state.document:
        point_to(state, ui, found.object, found.problem.field)
    elif found.problem.where.startswith(("rule ", "rules[")):
        from .rules import Rules

        ui.kept(Rules).wanted = found.problem.where
        ui.show("rules")
    elif found.problem.where == "settings" or found.problem.field.startswith("settings"):
        ui.show("rendering")
    else:
        ui.show("project")


def _figures(ui: Ui, mine: LoomReport) -> None:
    t = ui.theme
    if mine.stats:
        caption(ui, "Woven")
    for name, count in mine.stats.items():
        _figure(ui, name, _size(count) if name == "bytes" else f"{count:,}".replace(",", " "))
    imgui.dummy(ImVec2(0, ui.px(4)))
    caption(ui, "Stages")
    for name, seconds in mine.seconds.items():
        _figure(ui, name, f"{seconds * 1e3:.1f} ms")
    if mine.trouble and mine.stats:
        imgui.push_font(None, SMALL)
        wrapped(ui, "The figures are those of the last scene that could be woven.", t.faint)
        imgui.pop_font()


def _figure(ui: Ui, name: str, value: str) -> None:
    imgui.push_font(None, SMALL)
    muted(ui, name)
    imgui.same_line()
    wide = imgui.calc_text_size(value).x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, imgui.get_content_region_avail().x - wide - ui.px(4)))
    imgui.text_unformatted(value)
    imgui.pop_font()


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count > 1e6 else f"{count / 1e3:.0f} kB"
