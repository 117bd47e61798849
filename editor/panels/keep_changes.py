"""The list of what a game changed, from which one picks what is kept: object, field, before → after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ..core.keeping import Difference
from . import icons
from .fields import words_of
from .numbers import euler_from_quaternion, shortest
from .theme import SMALL, u32
from .ui import Ui
from .widgets import checkbox, elided_end, muted, primary_button, search, tip

if TYPE_CHECKING:
    from ..core import EditorState
    from ..core.state import Ask

WIDTH, HEIGHT = 680, 470


@dataclass
class KeepChanges:
    """What the list keeps. picked: by place in `changes`.  rows: what is shown: a place, or of an object all."""

    changes: tuple[Difference, ...] = ()
    picked: list[bool] = field(default_factory=list[bool])
    words: str = ""


def draw(state: EditorState, ui: Ui, ask: Ask) -> tuple[bool, Any]:
    """The inside of the dialog. Returns whether it was answered, and with what: the picked ones, None for Cancel."""
    mine = ui.kept(KeepChanges)
    if mine.changes is not ask.changes:
        chosen = [number in state.selection for number in (one.id for one in ask.changes)]
        mine.changes, mine.words = ask.changes, ""
        mine.picked = chosen if any(chosen) else [True] * len(chosen)
    rows = _rows(mine)
    _head(ui, mine, rows)
    below = imgui.get_frame_height_with_spacing() + ui.px(6)
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(6), ui.px(6)))
    if imgui.begin_child("###changes", ImVec2(0, -below), imgui.ChildFlags_.borders):
        if not rows:
            muted(ui, "Nothing is called so")
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(6), 0))
        clipper = imgui.ListClipper()
        clipper.begin(len(rows), imgui.get_frame_height())
        while clipper.step():
            for i in range(clipper.display_start, clipper.display_end):
                _row(state, ui, mine, *rows[i])
        imgui.pop_style_var()
    imgui.end_child()
    imgui.pop_style_var()
    return _buttons(ui, mine)


def _rows(mine: KeepChanges) -> list[tuple[int, tuple[int, ...]]]:
    """(place, ()) for a change; (-1, places) for the object that the next ones are of."""
    words = mine.words.lower()
    rows: list[tuple[int, tuple[int, ...]]] = []
    of_object: dict[int, list[int]] = {}
    for place, one in enumerate(mine.changes):
        if not words or words in f"{one.name} {one.field} {one.kind}".lower():
            of_object.setdefault(one.id, []).append(place)
    for places in of_object.values():
        if mine.changes[places[0]].field:
            rows.append((-1, tuple(places)))
        rows += [(place, ()) for place in places]
    return rows


def _head(ui: Ui, mine: KeepChanges, rows: Sequence[tuple[int, tuple[int, ...]]]) -> None:
    listed = [place for place, _ in rows if place >= 0]
    if imgui.button("All###keep.all"):
        for place in listed:
            mine.picked[place] = True
    imgui.same_line()
    if imgui.button("None###keep.none"):
        for place in listed:
            mine.picked[place] = False
    imgui.same_line(0, ui.px(10))
    mine.words = search(ui, "keep.search", "Search objects and fields", mine.words)


def _row(state: EditorState, ui: Ui, mine: KeepChanges, place: int, places: tuple[int, ...]) -> None:
    t = ui.theme
    start = imgui.get_cursor_screen_pos()
    width, high = imgui.get_content_region_avail().x, imgui.get_frame_height()
    draw_list = imgui.get_window_draw_list()
    top = start.y + imgui.get_style().frame_padding.y
    one = mine.changes[places[0] if place < 0 else place]
    whole = place < 0 or not one.field
    if whole:
        draw_list.add_rect_filled(start, ImVec2(start.x + width, start.y + high), u32(t.hover), 3.0)
    imgui.set_cursor_screen_pos(ImVec2(start.x + ui.px(6 if whole else 26), start.y))
    if place < 0:
        on = all(mine.picked[other] for other in places)
        changed, new = checkbox(ui, f"keep.{one.id:016x}", on=on)
        if changed:
            for other in places:
                mine.picked[other] = new
        picked = any(mine.picked[other] for other in places)
    else:
        changed, new = checkbox(ui, f"keep.{one.id:016x}.{one.field or one.kind}", on=mine.picked[place])
        if changed:
            mine.picked[place] = new
        picked = mine.picked[place]
    left = start.x + ui.px(34 if whole else 54)
    if whole:
        imgui.push_font(ui.fonts.bold, imgui.get_style().font_size_base)
        name = elided_end(one.name or "(no name)", width * 0.45)
        draw_list.add_text(ImVec2(left, top), u32(t.text if picked else t.faint), name)
        left += imgui.calc_text_size(name).x + ui.px(10)
        imgui.pop_font()
    if place >= 0:
        _change(state, ui, one, start, left, width, top, picked=picked)
    imgui.set_cursor_screen_pos(start)
    imgui.dummy(ImVec2(width, high))
    if place >= 0:
        tip(_told(state, one))


def _change(
    state: EditorState, ui: Ui, one: Difference, start: Any, left: float, width: float, top: float, *, picked: bool
) -> None:
    """What is other of it."""
    t, draw_list = ui.theme, imgui.get_window_draw_list()
    end = start.x + width - ui.px(8)
    if one.kind in ("spawned", "despawned"):
        colour = t.good if one.kind == "spawned" else t.error
        words = f"{icons.ADD if one.kind == 'spawned' else icons.DELETE}  {one.kind}{_more(one)}"
        draw_list.add_text(ImVec2(left, top), u32(colour if picked else t.faint), elided_end(words, end - left))
        return
    middle = start.x + width * 0.42
    label = elided_end(_label(one), middle - left - ui.px(8))
    draw_list.add_text(ImVec2(left, top), u32(t.muted if picked else t.faint), label)
    if one.kind in ("added", "removed"):
        colour = t.good if one.kind == "added" else t.error
        words = f"{icons.ADD if one.kind == 'added' else icons.REMOVE}  {one.kind}"
        draw_list.add_text(ImVec2(middle, top), u32(colour if picked else t.faint), words)
        return
    before, after = _value(state, one, one.before), _value(state, one, one.after)
    room = end - middle
    arrow = f"  {icons.RIGHT}  "
    half = (room - imgui.calc_text_size(arrow).x) / 2
    x = middle
    x = _shown(ui, x, top, one.field, one.before, elided_end(before, half), t.faint)
    draw_list.add_text(ImVec2(x, top), u32(t.faint), arrow)
    x += imgui.calc_text_size(arrow).x
    _shown(ui, x, top, one.field, one.after, elided_end(after, max(end - x, 1.0)), t.text if picked else t.faint)


def _shown(ui: Ui, x: float, top: float, path: str, value: Any, words: str, colour: Any) -> float:
    """A value, a colour with a plate of it; returns where it ends."""
    draw_list = imgui.get_window_draw_list()
    if path.endswith("color") and isinstance(value, (list, tuple)) and len(value) >= 3:
        from .colours import encoded

        size = imgui.get_font_size()
        rgb = [encoded(min(max(float(n), 0.0), 1.0)) for n in value[:3]]
        draw_list.add_rect_filled(
            ImVec2(x, top), ImVec2(x + size, top + size), u32((rgb[0], rgb[1], rgb[2], 1.0)), ui.px(3)
        )
        draw_list.add_rect(ImVec2(x, top), ImVec2(x + size, top + size), u32(ui.theme.line), ui.px(3))
        x += size + ui.px(6)
        words = elided_end(words, imgui.calc_text_size(words).x)
    draw_list.add_text(ImVec2(x, top), u32(colour), words)
    return x + imgui.calc_text_size(words).x


def _more(one: Difference) -> str:
    if one.kind == "despawned":
        return f", with {one.before} below it" if one.before else ""
    components = ", ".join(one.after.get("components", {})) or "nothing but a place"
    return f":  {components}" + (f"  {icons.WARNING} {one.trouble}" if one.trouble else "")


def _label(one: Difference) -> str:
    head, _, rest = one.field.partition(".")
    if head == "settings":
        return words_of(rest.replace(".", " "))
    return f"{head} · {words_of(rest.replace('.', ' '))}" if rest else words_of(head) if head.islower() else head


def _value(state: EditorState, one: Difference, value: Any) -> str:
    if one.field == "parent":
        return _named(state, value)
    if one.field == "rotation" and isinstance(value, (list, tuple)):
        return ", ".join(f"{shortest(round(angle, 2)):g}°" for angle in euler_from_quaternion(value))
    return _words(value)


def _named(state: EditorState, number: int) -> str:
    if not number:
        return "nothing"
    if number in state.document:
        return state.document.object(number).name
    return state.play.name(number) if state.play.knows(number) else "what is gone"


def _words(value: Any) -> str:
    """JSON data in few words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
    if value is None:
        return "nothing"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items()) or "as declared"
    return str(value)


def _told(state: EditorState, one: Difference) -> str:
    if one.kind == "spawned":
        return one.trouble or "Becomes an object of the scene, with what it carries now"
    if one.kind == "despawned":
        return "Is removed from the scene, with all that hangs below it there"
    if one.kind == "added":
        return _words(one.after)
    if one.kind == "removed":
        return f"It was: {_words(one.before)}"
    return f"{_value(state, one, one.before)}\nwas in the scene; in the game it is\n{_value(state, one, one.after)}"


def _buttons(ui: Ui, mine: KeepChanges) -> tuple[bool, Any]:
    count = sum(mine.picked)
    imgui.align_text_to_frame_padding()
    imgui.push_font(None, SMALL)
    muted(ui, f"{count} of {len(mine.picked)}; one step, which undo takes back")
    imgui.pop_font()
    wide = ui.px(110)
    imgui.same_line()
    room = imgui.get_content_region_avail().x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - wide * 2 - imgui.get_style().item_spacing.x))
    cancelled = imgui.button("Cancel###cancel", ImVec2(wide, 0)) or imgui.is_key_pressed(imgui.Key.escape, False)
    imgui.same_line()
    imgui.begin_disabled(not count)
    pressed = primary_button(ui, f"Keep {count}###ok", wide)
    imgui.end_disabled()
    if pressed and count:
        return True, [one for one, on in zip(mine.changes, mine.picked, strict=True) if on]
    return cancelled, None
