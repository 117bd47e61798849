"""Instances of prefabs in the inspector: the objects of the file, what differs here, and changing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.declare import fields_of, from_plain
from ...engine.errors import DreamwellError, Problem
from ...engine.scene.prefabs import Prefab
from ..core import prefabs
from ..core.kinds import component_types
from ..core.values import plain
from . import fields, icons
from .fields import Choices, Slot, begin_grid, words_of
from .theme import SMALL, u32
from .ui import Ui
from .widgets import banner, caption, flow, icon_button, text, tip

if TYPE_CHECKING:
    from ..core import EditorState


@dataclass
class Instances:
    """What the section keeps: the parts of the instance that is shown."""

    key: object = None
    parts: list[prefabs.Part] = field(default_factory=list)
    trouble: str = ""
    chosen: str = ""
    only_changed: bool = False


def draw(state: EditorState, ui: Ui, id: int, prefab: Prefab, choices: Choices) -> None:
    """The section of an instance, above the fields of its Prefab."""
    mine = ui.kept(Instances)
    _read(state, mine, id, prefab)
    _buttons(state, ui, prefab)
    if mine.trouble:
        banner(ui, "error", mine.trouble)
        return
    if not mine.parts:
        return
    changed = sum(len(part.overridden) + part.removed for part in mine.parts)
    caption(ui, f"Objects of {prefab.file}" + (f": {changed} override{'s' * (changed != 1)}" if changed else ""))
    high = imgui.get_frame_height() - ui.px(2)
    rows = min(len(mine.parts), 7)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(2), ui.px(2)))
    if imgui.begin_child("###parts", ImVec2(0, rows * high + ui.px(6)), imgui.ChildFlags_.borders):
        clipper = imgui.ListClipper()
        clipper.begin(len(mine.parts), high)
        while clipper.step():
            for i in range(clipper.display_start, clipper.display_end):
                _part(state, ui, mine, mine.parts[i], high)
    imgui.end_child()
    imgui.pop_style_var(2)
    chosen = next((part for part in mine.parts if part.key == mine.chosen), None)
    if chosen is not None and not chosen.removed:
        _fields(state, ui, chosen, choices)


def _read(state: EditorState, mine: Instances, id: int, prefab: Prefab) -> None:
    key = id, state.document.revision, state.watching.assets, state.generation
    if mine.key == key or (imgui.is_any_item_active() and mine.parts):
        return
    mine.key, mine.trouble = key, ""
    if not prefab.file:
        mine.parts = []
        return
    try:
        mine.parts = prefabs.parts(state.document, id)
    except (DreamwellError, OSError) as error:
        mine.parts, mine.trouble = [], str(error)


def _buttons(state: EditorState, ui: Ui, prefab: Prefab) -> None:
    there = bool(prefab.overrides)
    path = str(state.document.root / prefab.file)
    for i, (icon, label, words, enabled, action, given) in enumerate(
        (
            (icons.OPEN, "Open", "Open the prefab's file", bool(prefab.file), "file.open", {"path": path}),
            (icons.SAVE, "Apply", "Write what differs here into the file: all its instances are so then", there,
             "object.apply_overrides", {}),
            (icons.RESET, "Revert", "Be as the file says", there, "object.revert_overrides", {}),
            (icons.PREFAB, "Unpack", "Put its objects into the scene, in its place", bool(prefab.file),
             "object.unpack_prefab", {}),
        )
    ):  # fmt: skip
        words_in = f"{icon}  {label}"
        if i:
            flow(ui, imgui.calc_text_size(words_in).x + imgui.get_style().frame_padding.x * 2)
        imgui.begin_disabled(not enabled)
        if imgui.button(f"{words_in}###prefab.{label.lower()}"):
            ui.act(state, action, **given)
        imgui.end_disabled()
        tip(words)


def _part(state: EditorState, ui: Ui, mine: Instances, part: prefabs.Part, high: float) -> None:
    t = ui.theme
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    imgui.set_next_item_allow_overlap()
    if imgui.invisible_button(f"###part.{part.key}", ImVec2(max(width, 1), high), imgui.ButtonFlags_.enable_nav):
        mine.chosen = "" if mine.chosen == part.key else part.key
    draw_list = imgui.get_window_draw_list()
    over = imgui.is_window_hovered(
        imgui.HoveredFlags_.allow_when_blocked_by_active_item
    ) and imgui.is_mouse_hovering_rect(start, ImVec2(start.x + width, start.y + high))
    if part.key == mine.chosen or over:
        draw_list.add_rect_filled(
            start, ImVec2(start.x + width, start.y + high), u32(t.select if part.key == mine.chosen else t.hover), 3.0
        )
    x = start.x + ui.px(6) + part.depth * ui.px(12)
    top = start.y + (high - imgui.get_font_size()) / 2
    carried = list(part.block.get("components", {}))
    draw_list.add_text(ImVec2(x, top), u32(t.faint if part.removed else t.prefab), icons.of_object(carried))
    colour = t.faint if part.removed else t.text if part.overridden else t.muted
    draw_list.add_text(ImVec2(x + ui.px(22), top), u32(colour), part.name)
    said = "left out" if part.removed else f"{len(part.overridden)} changed" if part.overridden else ""
    if said:
        wide = imgui.calc_text_size(said).x
        draw_list.add_text(ImVec2(start.x + width - wide - high - ui.px(8), top), u32(t.changed), said)
    if over or part.removed:
        after = imgui.get_cursor_screen_pos()
        imgui.set_cursor_screen_pos(ImVec2(start.x + width - high - ui.px(2), start.y))
        icon, words = (
            (icons.RESET, "Have it again") if part.removed else (icons.REMOVE, "Leave it out of this instance")
        )
        if icon_button(ui, icon, f"part.out.{part.key}", words, size=20):
            if part.removed:
                ui.act(state, "object.revert_overrides", part=part.key)
            else:
                ui.act(state, "object.override", part=part.key, field="", value=None)
        imgui.set_cursor_screen_pos(after)
        imgui.dummy(ImVec2(0, 0))


_PLACED = (("position", (0.0, 0.0, 0.0)), ("rotation", (0.0, 0.0, 0.0, 1.0)), ("scale", (1.0, 1.0, 1.0)))


def _fields(state: EditorState, ui: Ui, part: prefabs.Part, choices: Choices) -> None:
    """The fields of an object of the instance: those that differ are marked, and can be put back."""
    from ...engine.declare import Kind, Spec

    text(ui, part.name, bold=True)
    if not begin_grid(ui, "###part.grid"):
        return
    for name, default in _PLACED:
        value = tuple(part.block.get(name, default))
        slot = Slot(f"prefab.{name}", words_of(name), Kind("vector", len(default)), Spec(), default, (value,), choices)
        _row(state, ui, part, name, slot)
    for component, data in part.block.get("components", {}).items():
        kind = component_types().get(component)
        problems: list[Problem] = []
        value_of = from_plain(kind, data, "", "", problems) if kind is not None else None
        if kind is None or value_of is None:
            continue
        imgui.table_next_row()
        imgui.table_next_column()
        imgui.dummy(ImVec2(0, ui.px(2)))
        text(ui, f"{icons.of_component(kind)}  {component}", ui.theme.muted, size=SMALL)
        for f in fields_of(kind):
            if f.kind.name == "memory":
                continue
            path = f"{component}.{f.name}"
            slot = Slot(
                f"prefab.{path}", words_of(f.name), f.kind, f.spec, f.default, (getattr(value_of, f.name),), choices
            )
            _row(state, ui, part, path, slot)
    imgui.end_table()


def _row(state: EditorState, ui: Ui, part: prefabs.Part, path: str, slot: Slot) -> None:
    differs = path in part.overridden or any(one.startswith(f"{path}.") for one in part.overridden)

    def menu() -> None:
        if imgui.internal.menu_item_ex("Revert to the prefab###revert", icons.RESET, "", False, differs):
            ui.act(state, "object.revert_overrides", part=part.key, field=path)

    change = fields.row(ui, slot, overridden=differs, menu=menu)
    if change is not None:
        value: Any = plain(change(slot.value))
        ui.editing = True
        key, fresh = part.key, value
        ui.later(lambda: override(state, key, path, fresh))


def override(state: EditorState, part: str, path: str, value: Any) -> None:
    """Have an object of the active instance differ in a field; steps of a drag are one."""
    found = prefabs.instance(state.document, state.selection.active)
    overrides = dict(found.overrides.plain())  # type: ignore[attr-defined]
    overrides[part] = {**(overrides.get(part) or {}), path: value}
    command = {"do": "set_fields", "ids": [state.selection.active], "fields": {"Prefab.overrides": [overrides]}}
    state.do(command, f"Override {part}: {path}", merge=f"override.{part}.{path}")
