"""The components of what is inspected: their heads and menus, and their fields, from the declarations alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.declare import Field, fields_of
from ...engine.scene.prefabs import Prefab
from ..core import extensions
from ..core.values import plain
from . import fields, icons, instances
from .fields import Choices, Slot, begin_grid, words_of
from .subject import Part, Subject
from .theme import BACKDROP, SMALL, mixed, u32
from .ui import Ui
from .widgets import banner, elided, icon_button, text, tip

if TYPE_CHECKING:
    from ..core import EditorState

COMPONENT = "component"
"""What a dragged component is called."""
PartWidget = Callable[["EditorState", Ui, Subject, Part], None]
"""Draws something of a component's own above its fields."""


@dataclass
class Inspector:
    """What the panel keeps."""

    search: str = ""  # of the list of components to add
    folded: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)  # groups of fields that were unfolded, or folded, by hand
    own: dict[str, PartWidget] = field(default_factory=dict)  # by component: what extensions draw
    copied: tuple[str, Any] | None = None  # a component's values
    highlight: str = ""  # a field that was pointed to: "PointLight.lux"
    seen: int = 0  # the active object when the panel was drawn last: another one is shown from its top
    names: tuple[int, list[str]] = (-1, [])


def header(ui: Ui, name: str, icon: str, title: str, note: str = "", room: float = 0.0) -> bool:
    """The head of a component: whether it is unfolded. room: pixels kept free at the right end."""
    mine, t = ui.kept(Inspector), ui.theme
    imgui.dummy(ImVec2(0, ui.px(1)))
    start = imgui.get_cursor_screen_pos()
    width, high = imgui.get_content_region_avail().x, imgui.get_frame_height() + ui.px(2)
    opened = name not in mine.folded
    imgui.set_next_item_allow_overlap()
    if imgui.invisible_button(f"###header.{name}", ImVec2(width, high), imgui.ButtonFlags_.enable_nav):
        mine.folded ^= {name}
    over = imgui.is_item_hovered()
    draw_list = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + high)
    back = mixed(t.raised, t.text, 0.05) if over else t.raised
    draw_list.add_rect_filled(start, end, u32(back), imgui.get_style().frame_rounding)
    top = start.y + (high - imgui.get_font_size()) / 2
    draw_list.add_text(ImVec2(start.x + ui.px(7), top), u32(t.faint), icons.UNFOLDED if opened else icons.FOLDED)
    draw_list.add_text(ImVec2(start.x + ui.px(23), top), u32(t.accent), icon)
    imgui.push_font(ui.fonts.bold, imgui.get_style().font_size_base)
    words = elided(title, width - ui.px(48) - room)
    draw_list.add_text(ImVec2(start.x + ui.px(45), top), u32(t.text), words)
    wide = imgui.calc_text_size(words).x
    imgui.pop_font()
    if note:
        draw_list.add_text(ImVec2(start.x + ui.px(53) + wide, top), u32(t.faint), note)
    return opened


def component(state: EditorState, ui: Ui, subject: Subject, part: Part, choices: Choices, index: int) -> None:
    """A component: its head, its menu, its fields."""
    edge = imgui.get_frame_height() + ui.px(2)
    note = "on some" if part.partly else "unknown" if part.kind is None else ""
    opened = header(ui, part.name, icons.of_component(part.kind or part.name), words_in(part.name), note, edge * 2)
    if part.kind is not None and imgui.is_item_hovered():
        tip((part.kind.__doc__ or "").strip().partition("\n\n")[0])
    if not subject.live:
        _carried(state, ui, subject, part, index)
    if imgui.begin_popup_context_item(f"###context.{part.name}"):
        _part_menu(state, ui, subject, part, index)
        imgui.end_popup()
    if not subject.live:
        _menu_button(state, ui, subject, part, index, edge)
    if not opened:
        return
    if part.kind is None:
        banner(
            ui,
            "warning",
            f"Nothing declares {part.name}: its script is missing or broken. It is kept as it is written.",
        )
        return
    own = ui.kept(Inspector).own.get(part.name)
    if own is not None:
        own(state, ui, subject, part)
    elif part.name == "Material":
        _material(ui, part)
    if part.kind is Prefab and not subject.live and len(part.values) == 1:
        instances.draw(state, ui, subject.active, part.values[0], choices)
    whole = extensions.WIDGETS.get((part.name, ""))
    if whole is not None:
        whole.draw(subject.state, list(subject.ids), part.name, plain(part.values[0]))
    if begin_grid(ui, f"###{part.name}.grid"):
        _fields(ui, subject, part, choices)
        imgui.end_table()


@cache
def words_in(name: str) -> str:
    """A class's name as words: PointLight → Point Light."""
    out = "".join(f" {c}" if i and c.isupper() and not name[i - 1].isupper() else c for i, c in enumerate(name))
    return out.strip()


@cache
def _groups(kind: type) -> dict[str, tuple[str, ...]]:
    """Fields that follow each other and begin alike, four or more: by the first of them."""
    names = [f.name for f in fields_of(kind)]
    out: dict[str, tuple[str, ...]] = {}
    i = 0
    while i < len(names):
        head = names[i].partition("_")[0]
        j = i
        while j < len(names) and names[j].partition("_")[0] == head:
            j += 1
        if j - i >= 4:
            out[names[i]] = tuple(names[i:j])
        i = j
    return out


def _fields(ui: Ui, subject: Subject, part: Part, choices: Choices) -> None:
    assert part.kind is not None
    declared = {f.name: f for f in fields_of(part.kind)}
    groups = _groups(part.kind)
    done: set[str] = set()
    for name, f in declared.items():
        if name in done or (f.kind.name == "memory" and all(getattr(v, name) is None for v in part.values)):
            continue
        if name in groups:
            done.update(groups[name])
            _group(ui, subject, part, choices, [declared[one] for one in groups[name]])
        else:
            _field(ui, subject, part, choices, f, 0)


def _group(ui: Ui, subject: Subject, part: Part, choices: Choices, inside: Sequence[Field]) -> None:
    """Fields that belong together, folded while all of them are as they are by default."""
    mine, t = ui.kept(Inspector), ui.theme
    head = inside[0].name.partition("_")[0]
    key = f"{part.name}.{head}"
    changed = any(getattr(v, f.name) != f.default for f in inside for v in part.values[:16])
    opened = changed != (key in mine.grouped)
    imgui.table_next_row()
    imgui.table_next_column()
    start = imgui.get_cursor_screen_pos()
    high = imgui.get_frame_height()
    if imgui.invisible_button(
        f"###group.{key}", ImVec2(max(imgui.get_content_region_avail().x, 1), high), imgui.ButtonFlags_.enable_nav
    ):
        mine.grouped ^= {key}
    draw_list = imgui.get_window_draw_list()
    top = start.y + imgui.get_style().frame_padding.y
    draw_list.add_text(ImVec2(start.x - ui.px(3), top), u32(t.faint), icons.UNFOLDED if opened else icons.FOLDED)
    draw_list.add_text(ImVec2(start.x + ui.px(12), top), u32(t.text if changed else t.muted), words_of(head))
    imgui.table_next_column()
    if opened:
        for f in inside:
            _field(ui, subject, part, choices, f, 1)
    else:
        imgui.align_text_to_frame_padding()
        text(
            ui,
            f"{len(inside)} fields at their defaults" if not changed else f"{len(inside)} fields",
            t.faint,
            size=SMALL,
        )


def _field(ui: Ui, subject: Subject, part: Part, choices: Choices, f: Field, depth: int) -> None:
    path = f"{part.name}.{f.name}"
    values = tuple(dict.fromkeys(getattr(v, f.name) for v in part.values))
    slot = Slot(path, words_of(f.name), f.kind, f.spec, f.default, values, choices)
    _highlighted(ui, path)
    declared = extensions.WIDGETS.get((part.name, f.name))
    if declared is not None:
        fields.row_of_extension(
            ui, slot, partial(declared.draw, subject.state, list(subject.ids), path, plain(values[0]))
        )
        return
    change = fields.row(ui, slot, depth=depth)
    if change is not None:
        subject.write(ui, path, change)


def _highlighted(ui: Ui, path: str) -> None:
    """Scroll to a field that was pointed to."""
    mine = ui.kept(Inspector)
    if mine.highlight == path:
        imgui.set_scroll_here_y(0.4)
        mine.highlight = ""


def _carried(state: EditorState, ui: Ui, subject: Subject, part: Part, index: int) -> None:
    """Dragging a component by its head, to another place among the others."""
    if imgui.is_item_active():
        ui.drag_source(COMPONENT, part.name, words_in(part.name), icons.of_component(part.kind or part.name))
    dropped = ui.drop_target(COMPONENT)
    if dropped is not None and dropped.data != part.name:
        _move(state, ui, subject, str(dropped.data), index)


def _move(state: EditorState, ui: Ui, subject: Subject, name: str, index: int) -> None:
    ui.edit(
        state, {"do": "move_component", "ids": list(subject.ids), "component": name, "index": index}, f"Move {name}"
    )


def _menu_button(state: EditorState, ui: Ui, subject: Subject, part: Part, index: int, edge: float) -> None:
    """The dots at the right end of a head, which was drawn just now. edge: pixels."""
    below = imgui.get_cursor_screen_pos()
    imgui.same_line(0, 0)
    imgui.set_cursor_screen_pos(
        ImVec2(imgui.get_item_rect_max().x - edge - ui.px(2), imgui.get_item_rect_min().y + ui.px(1))
    )
    if icon_button(ui, icons.MORE, f"more.{part.name}", "Menu", colour=ui.theme.faint):
        imgui.open_popup(f"###menu.{part.name}")
    if imgui.begin_popup(f"###menu.{part.name}"):
        _part_menu(state, ui, subject, part, index)
        imgui.end_popup()
    imgui.set_cursor_screen_pos(below)
    imgui.dummy(ImVec2(0, 0))


def _part_menu(state: EditorState, ui: Ui, subject: Subject, part: Part, index: int) -> None:
    mine = ui.kept(Inspector)
    ids = list(subject.ids)
    last = len(subject.parts()) - 1
    if part.kind is not None:
        if imgui.menu_item_simple(f"{icons.RESET}   Reset to defaults###reset", enabled=not subject.live):
            ui.edit(state, {"do": "set_fields", "ids": ids, "fields": {part.name: [{}]}}, f"Reset {part.name}")
        if imgui.menu_item_simple(f"{icons.COPY}   Copy values###copy"):
            mine.copied = part.name, plain(part.values[0])
        same = mine.copied is not None and mine.copied[0] == part.name
        if imgui.menu_item_simple(f"{icons.PASTE}   Paste values###paste", enabled=same and not subject.live):
            assert mine.copied is not None
            ui.edit(
                state, {"do": "set_fields", "ids": ids, "fields": {part.name: [mine.copied[1]]}}, f"Paste {part.name}"
            )
        imgui.separator()
    if imgui.menu_item_simple(f"{icons.UP}   Move up###up", enabled=index > 0):
        _move(state, ui, subject, part.name, index - 1)
    if imgui.menu_item_simple(f"{icons.DOWN}   Move down###down", enabled=index < last):
        _move(state, ui, subject, part.name, index + 1)
    imgui.separator()
    if imgui.menu_item_simple(f"{icons.DELETE}   Remove###remove", enabled=not subject.live):
        ui.edit(state, {"do": "remove_component", "ids": ids, "component": part.name}, f"Remove {part.name}")


def _material(ui: Ui, part: Part) -> None:
    """A picture of the material, as it is now."""
    picture = ui.services.thumbnail(part.values[0])
    if picture is None:
        return
    edge = ui.px(112)
    width = imgui.get_content_region_avail().x
    start = imgui.get_cursor_screen_pos()
    draw_list = imgui.get_window_draw_list()
    draw_list.add_rect_filled(
        start, ImVec2(start.x + width, start.y + edge), u32(BACKDROP), imgui.get_style().frame_rounding
    )
    imgui.set_cursor_screen_pos(ImVec2(start.x + (width - edge) / 2, start.y))
    imgui.image(picture, ImVec2(edge, edge))
