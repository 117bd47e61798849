"""Fields of any declared kind, for one value or many at once: what the inspector and the settings are made of.

A field is drawn from its declaration alone. What it gives back is a change: a function from an old value to a new
one, so that the same edit fits values that differ (the y of many positions, say).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import replace
from typing import Any

from imgui_bundle import ImVec2, imgui

from ...engine.declare import Kind, Plain, Spec, fields_of, say
from . import icons, numbers
from .colours import colour_field
from .numbers import MIXED
from .pickers import asset, chips, text_field
from .slots import Change as Change
from .slots import Choices as Choices
from .slots import Slot as Slot
from .slots import Widget as Widget
from .slots import Widgets as Widgets
from .slots import blank as blank
from .slots import to, without
from .slots import words_of as words_of
from .theme import SMALL, u32
from .ui import Ui
from .widgets import HOVERED, begin_combo, checkbox, elided_end, icon_button, muted, text, tip

# ---- rows -------------------------------------------------------------------------------------------------------


def begin_grid(ui: Ui, id: str) -> bool:
    """Start a table of rows: labels left, values right."""
    flags = imgui.TableFlags_.sizing_stretch_prop | imgui.TableFlags_.no_saved_settings | imgui.TableFlags_.pad_outer_x
    if not imgui.begin_table(id, 2, flags):
        return False
    imgui.table_setup_column("label", imgui.TableColumnFlags_.width_stretch, 0.37)
    imgui.table_setup_column("value", imgui.TableColumnFlags_.width_stretch, 0.63)
    return True


def row(
    ui: Ui, slot: Slot, *, depth: int = 0, overridden: bool = False, menu: Callable[[], None] | None = None
) -> Change | None:
    """One field as a row of a grid, and the rows of what is in it. menu: more items for the label's menu."""
    if slot.kind.name == "struct" or (slot.kind.name == "list" and slot.kind.of.name in ("struct", "vector", "list")):
        return _nested(ui, slot, depth, overridden, menu)
    change = _label(ui, slot, depth, overridden, menu)
    imgui.table_next_column()
    drawn = draw(ui, slot)
    return drawn or change


def row_of_extension(ui: Ui, slot: Slot, drawn: Callable[[], object]) -> None:
    """A row whose right half an extension draws; it sets the field itself."""
    _label(ui, slot, 0, False, None)
    imgui.table_next_column()
    drawn()


def _label(
    ui: Ui, slot: Slot, depth: int, overridden: bool, menu: Callable[[], None] | None, fold: bool | None = None
) -> Change | None:
    """The left half of a row. Returns the change that resets the field, when that was asked for."""
    imgui.table_next_row()
    imgui.table_next_column()
    t = ui.theme
    start = imgui.get_cursor_screen_pos()
    width, high = imgui.get_content_region_avail().x, imgui.get_frame_height()
    if overridden:
        imgui.get_window_draw_list().add_rect_filled(
            ImVec2(start.x - ui.px(6), start.y), ImVec2(start.x - ui.px(4), start.y + high), u32(t.prefab)
        )
    indent = depth * ui.px(12)
    if fold is not None:
        imgui.set_cursor_screen_pos(ImVec2(start.x + indent - ui.px(5), start.y))
    kept = slot.is_default and not overridden
    room = width - indent - (ui.px(20) if not kept else 0)
    pressed = imgui.invisible_button(f"###label.{slot.path}", ImVec2(max(room, 1.0), high))
    colour = t.muted if kept else t.text
    words = elided_end(slot.label, room - (ui.px(10) if fold is not None else 0))
    left = start.x + indent
    draw_list = imgui.get_window_draw_list()
    top = start.y + imgui.get_style().frame_padding.y
    if fold is not None:
        draw_list.add_text(ImVec2(left - ui.px(3), top), u32(t.faint), icons.UNFOLDED if fold else icons.FOLDED)
        left += ui.px(12)
        if pressed:
            ui.kept(Widgets).folded ^= {slot.path}
    draw_list.add_text(ImVec2(left, top), u32(colour), words)
    if slot.kind.name == "vector" and slot.spec.unit and slot.kind.role != "color":
        imgui.push_font(None, SMALL)
        after = left + imgui.calc_text_size(words).x * 15 / 13 + ui.px(5)
        if after + imgui.calc_text_size(slot.spec.unit).x < start.x + room:
            draw_list.add_text(ImVec2(after, top + ui.px(1)), u32(t.faint), slot.spec.unit)
        imgui.pop_font()
    if imgui.is_item_hovered(HOVERED):
        tip(_explained(slot))
    change: Change | None = None
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(8)))
    if imgui.begin_popup_context_item(f"###menu.{slot.path}"):
        if imgui.menu_item_simple(f"{icons.RESET}  Reset to default###reset", "", False, not slot.is_default):
            change = to(slot.default)
        if imgui.menu_item_simple(f"{icons.COPY}  Copy value###copy", "", False, not slot.mixed):
            imgui.set_clipboard_text(say(slot.value))
        if imgui.menu_item_simple(f"{icons.COPY}  Copy path###path"):
            imgui.set_clipboard_text(slot.path)
        if menu is not None:
            imgui.separator()
            menu()
        imgui.end_popup()
    imgui.pop_style_var()
    if not kept and not slot.is_default:
        imgui.same_line(0, 0)
        if icon_button(ui, icons.RESET, f"reset.{slot.path}", "Back to the default", colour=t.faint, size=18):
            change = to(slot.default)
    return change


def _explained(slot: Slot) -> str:
    """What a field's label says: its documentation, unit, range and default."""
    low, high = slot.spec.minimum, slot.spec.maximum
    parts = [slot.path, slot.spec.doc]
    if slot.spec.above is not None:
        parts.append(f"above {slot.spec.above:g} {slot.spec.unit}".rstrip())
    if low is not None and high is not None:
        parts.append(f"{low:g} to {high:g} {slot.spec.unit}".rstrip())
    elif low is not None or high is not None:
        parts.append((f"at least {low:g}" if low is not None else f"at most {high:g}") + f" {slot.spec.unit}".rstrip())
    parts.append(f"default {_shown(slot.default)}")
    return "\n".join(part for part in parts if part)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(v) for v in value) or "empty"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else say(value).strip('"') or "empty"


# ---- values -----------------------------------------------------------------------------------------------------


def draw(ui: Ui, slot: Slot) -> Change | None:
    """The widget of a field, as wide as there is room."""
    given = ui.kept(Widgets).of
    for key in (slot.path, slot.kind.role, slot.kind.name):
        if key and key in given:
            return given[key](ui, slot)
    if slot.kind.optional and slot.kind.name != "struct":
        return _optional(ui, slot)
    return _draw(ui, slot)


def _draw(ui: Ui, slot: Slot) -> Change | None:
    match slot.kind.name:
        case "float":
            new: Any = numbers.decimal(ui, slot.path, slot.value, slot.spec, mixed_=slot.mixed)
            return None if new is None else to(new)
        case "int":
            new = numbers.whole(ui, slot.path, slot.value, slot.spec, mixed_=slot.mixed)
            return None if new is None else to(new)
        case "bool":
            return _tick(ui, slot)
        case "choice":
            return _choice(ui, slot, slot.kind.of)
        case "str":
            return text_field(ui, slot)
        case "vector":
            return _vector(ui, slot)
        case "list":
            return _words(ui, slot)
        case _:
            _only_shown(ui, slot)
            return None


def _tick(ui: Ui, slot: Slot) -> Change | None:
    if slot.mixed:
        imgui.push_item_flag(imgui.ItemFlags_.mixed_value, True)
    changed, new = checkbox(ui, slot.path, on=bool(slot.value) and not slot.mixed)
    if slot.mixed:
        imgui.pop_item_flag()
    return to(new) if changed else None


def _words_of_choice(option: str) -> str:
    return {"": "None", "srgb": "sRGB"}.get(option) or option.replace("_", " ").capitalize()


def _choice(ui: Ui, slot: Slot, options: Sequence[str]) -> Change | None:
    change: Change | None = None
    shown = MIXED if slot.mixed else _words_of_choice(str(slot.value))
    if begin_combo(ui, slot.path, shown):
        for option in options:
            chosen = not slot.mixed and option == slot.value
            words = _words_of_choice(option)
            if imgui.selectable(f"{words}###{slot.path}.{option}", chosen)[0]:
                change = to(option)
            if chosen:
                imgui.set_item_default_focus()
        imgui.end_popup()
    return change


def is_turn(kind: Kind, default: Any) -> bool:
    """Whether a vector is a quaternion: four numbers that mean no turn by default."""
    return kind.name == "vector" and kind.of == 4 and default == (0.0, 0.0, 0.0, 1.0)


def _vector(ui: Ui, slot: Slot) -> Change | None:
    if slot.kind.role == "color":
        return colour_field(ui, slot.path, slot.values, slot.spec)
    if is_turn(slot.kind, slot.default):
        return turn_field(ui, slot.path, slot.values)
    found = numbers.vector(ui, slot.path, slot.values, slot.spec)
    if found is None:
        return None
    part, new = found
    return lambda old: (*old[:part], new, *old[part + 1 :])


_DEGREES = Spec(unit="deg")


def turn_field(ui: Ui, path: str, values: Sequence[Any]) -> Change | None:
    """A rotation as degrees about x, y and z. Angles that were typed stay as they are while they mean the same turn."""
    kept = ui.kept(Widgets).euler

    def angles_of(q: Sequence[float], key: str) -> tuple[float, float, float]:
        known = kept.get(key)
        if known is not None and known[0] == tuple(q):
            return known[1]
        return numbers.euler_from_quaternion(q)

    shown = [angles_of(q, path if i == 0 else f"{path}#{i}") for i, q in enumerate(values[:64])]
    found = numbers.vector(ui, path, shown, _DEGREES)
    if found is None:
        return None
    part, new = found

    def change(old: Any) -> Any:
        angles = list(angles_of(old, path))
        angles[part] = new
        made = numbers.quaternion_from_euler(angles)
        kept[path] = made, (angles[0], angles[1], angles[2])
        return made

    return change


def _words(ui: Ui, slot: Slot) -> Change | None:
    """A list of texts as chips, with a field for one more; a list of numbers as fields in a row."""
    of = slot.kind.of
    if slot.mixed:
        muted(ui, f"{MIXED}  lists that differ")
        imgui.same_line()
        if imgui.small_button(f"Make equal###{slot.path}.equal"):
            return to(slot.value)
        return None
    if of.name != "str":
        return _items(ui, slot)
    picks = {"layer": slot.choices.layers, "tag": slot.choices.tags, "object": slot.choices.objects}.get(of.role)
    return chips(ui, slot.path, slot.value, picks() if picks else ())


def _items(ui: Ui, slot: Slot) -> Change | None:
    """A list of numbers, choices or ticks: one field each, with a cross."""
    change: Change | None = None
    for i, value in enumerate(slot.value):
        item = Slot(f"{slot.path}[{i}]", str(i), slot.kind.of, slot.spec, blank(slot.kind.of), (value,), slot.choices)
        imgui.begin_group()
        edge = imgui.get_frame_height()
        imgui.push_item_width(-edge)
        inner = draw(ui, item)
        imgui.pop_item_width()
        if inner is not None:
            change = _at(i, inner)
        imgui.same_line(0, 1)
        if icon_button(ui, icons.REMOVE, f"{item.path}.remove", "Remove", colour=ui.theme.faint):
            change = without(i)
        imgui.end_group()
    if icon_button(ui, icons.ADD, f"{slot.path}.more", "Add one"):
        added = blank(slot.kind.of)
        change = lambda old: (*old, added)  # noqa: E731
    return change


def _at(i: int, inner: Change) -> Change:
    return lambda old: (*old[:i], inner(old[i]), *old[i + 1 :])


def _optional(ui: Ui, slot: Slot) -> Change | None:
    """A field that may be none: a tick in front of it."""
    there = any(v is not None for v in slot.values)
    some_only = there and any(v is None for v in slot.values)
    if some_only:
        imgui.push_item_flag(imgui.ItemFlags_.mixed_value, True)
    ticked, on = checkbox(ui, f"{slot.path}.has", on=there)
    if some_only:
        imgui.pop_item_flag()
    inner = replace(slot.kind, optional=False)
    if ticked:
        return to(blank(inner) if on else None)
    imgui.same_line(0, ui.px(4))
    if not there:
        imgui.align_text_to_frame_padding()
        text(ui, "none", ui.theme.faint)
        return None
    values = tuple(v for v in slot.values if v is not None)
    return _draw(ui, replace(slot, kind=inner, values=values))


def _only_shown(ui: Ui, slot: Slot) -> None:
    imgui.align_text_to_frame_padding()
    if slot.mixed:
        words = MIXED
    elif slot.value is None:
        words = "none"
    elif isinstance(slot.value, Plain):
        count = len(slot.value) if isinstance(slot.value, Sized) else 0
        words = f"{count} changes" if count != 1 else "1 change"
    else:
        words = f"{type(slot.value).__name__}, made in code"
    text(ui, words, ui.theme.faint)


# ---- structs and lists of them ----------------------------------------------------------------------------------


def _nested(ui: Ui, slot: Slot, depth: int, overridden: bool, menu: Callable[[], None] | None) -> Change | None:
    """A struct, or a list of structs: a row that folds, and the rows inside."""
    kept = ui.kept(Widgets)
    many = slot.kind.name == "list"
    there = [v for v in slot.values if v is not None]
    opened = (slot.path in kept.folded) != (many and bool(slot.value))
    opened = opened and bool(there)
    change = _label(ui, slot, depth, overridden, menu, fold=opened if there else None)
    imgui.table_next_column()
    drawn = _list_summary(ui, slot) if many else _struct_summary(ui, slot, there)
    change = drawn or change
    if not opened:
        return change
    if many:
        return _list_rows(ui, slot, depth + 1) or change
    for f in fields_of(slot.kind.of):
        inner = row(ui, replace(slot, values=tuple(there)).inner(f), depth=depth + 1)
        if inner is not None:
            change = _field_of(f.name, inner)
    return change


def _field_of(name: str, inner: Change) -> Change:
    return lambda old: old if old is None else replace(old, **{name: inner(getattr(old, name))})


def _struct_summary(ui: Ui, slot: Slot, there: Sequence[Any]) -> Change | None:
    """The right half of a struct's row: its asset where it is one above all, else what it is; none and not none."""
    first = next(iter(fields_of(slot.kind.of)), None)
    if first is not None and first.kind.role == "asset" and first.kind.name == "str":
        paths = tuple(dict.fromkeys("" if v is None else getattr(v, first.name) for v in slot.values))
        inner = asset(
            ui, Slot(f"{slot.path}.{first.name}.of", slot.label, first.kind, first.spec, "", paths, slot.choices)
        )
        if inner is None:
            return None
        return _asset_of_struct(slot.kind, first.name, inner)
    imgui.align_text_to_frame_padding()
    if not slot.kind.optional:
        text(ui, "", ui.theme.faint)
        return None
    if not there:
        if imgui.button(f"{icons.ADD}  Add###{slot.path}.new"):
            made = slot.kind.of()
            ui.kept(Widgets).folded.add(slot.path)
            return to(made)
        return None
    if icon_button(ui, icons.REMOVE, f"{slot.path}.none", "None"):
        return to(None)
    return None


def _asset_of_struct(kind: Kind, name: str, inner: Change) -> Change:
    def change(old: Any) -> Any:
        path = inner("" if old is None else getattr(old, name))
        if not path and kind.optional:
            return None
        return kind.of(**{name: path}) if old is None else replace(old, **{name: path})

    return change


def _list_summary(ui: Ui, slot: Slot) -> Change | None:
    imgui.align_text_to_frame_padding()
    count = len(slot.value)
    text(
        ui,
        MIXED if slot.mixed else "empty" if not count else f"{count} item{'s' * (count > 1)}",
        ui.theme.faint,
        size=SMALL,
    )
    imgui.same_line()
    if slot.mixed or not icon_button(ui, icons.ADD, f"{slot.path}.more", "Add one"):
        return None
    added = blank(slot.kind.of)
    return lambda old: (*old, added)


def _list_rows(ui: Ui, slot: Slot, depth: int) -> Change | None:
    change: Change | None = None
    if slot.mixed:
        return None
    for i, value in enumerate(slot.value):
        item = Slot(
            f"{slot.path}[{i}]",
            f"{slot.label} {i + 1}",
            slot.kind.of,
            slot.spec,
            blank(slot.kind.of),
            (value,),
            slot.choices,
        )
        inner = row(ui, item, depth=depth, menu=None)
        if inner is not None:
            change = _at(i, inner)
        imgui.same_line()
        if icon_button(ui, icons.REMOVE, f"{item.path}.remove", "Remove", colour=ui.theme.faint):
            change = without(i)
    return change
