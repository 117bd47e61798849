"""The hierarchy: the objects of the scene as a tree, to choose, name, move, hide and lock them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from ..core import commands
from . import icons, keyboard, menu
from .outline import EditOutline, Outline, PlayOutline, Query, Rows
from .theme import mixed, u32
from .ui import Ui
from .widgets import empty, icon_button, search, tip, toolbar

if TYPE_CHECKING:
    from ..core import EditorState

OBJECTS = "objects"
"""What dragged objects are called."""
_LIGHTS = {icons.SUN, icons.POINT_LIGHT, icons.SPOT_LIGHT}


@dataclass
class Hierarchy:
    """What the panel keeps: the rows, the search, what is being renamed."""

    rows: Rows = field(default_factory=Rows)
    search: str = ""
    renaming: int = 0  # the object whose name is in `new_name`: that of `state.renaming`, from the frame after on
    new_name: str = ""
    seen_active: int = 0  # the active object that was scrolled to last
    focus_search: bool = False
    outline: Outline | None = None
    under: object = None  # the scene or world that the rows are of


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    mine = ui.kept(Hierarchy)
    outline = _outline(state, mine)
    _bar(state, ui, mine)
    if state.selection.active != mine.seen_active and state.selection.active:
        mine.rows.reveal(outline, state.selection.active)
    mine.rows.update(outline, Query.of(mine.search))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    keyboard.hand_to_list()
    if imgui.begin_child("###objects", ImVec2(0, 0), 0, imgui.WindowFlags_.no_nav_inputs):
        _keys(state, ui, mine, outline)
        if mine.rows.shown:
            _rows(state, ui, mine, outline)
        elif mine.search:
            empty(ui, icons.SEARCH, "Nothing found", "t:Light for components, #tag for tags")
        else:
            empty(ui, icons.HIERARCHY, "The scene is empty", "Press + to add something")
        _below(state, ui)
    imgui.end_child()
    imgui.pop_style_var()
    _asset_dropped(state, ui, 0)


def _outline(state: EditorState, mine: Hierarchy) -> Outline:
    """What is shown: the scene, or the world while it is played."""
    world = state.play.world
    under: object = state.document if world is None else world
    if mine.outline is None or mine.under is not under:
        if isinstance(mine.under, type(state.document)) and world is None:
            mine.rows = Rows()  # another scene; back from play what was unfolded stays so
        mine.under = under
        edited = EditOutline(state.document)
        mine.outline = edited if world is None else PlayOutline(world, edited)
    return mine.outline


def _bar(state: EditorState, ui: Ui, mine: Hierarchy) -> None:
    with toolbar(ui, "bar"):
        edge = imgui.get_frame_height()
        width = imgui.get_content_region_avail().x - edge - ui.px(3)
        mine.search = search(ui, "search", "Search  t:Light  #tag", mine.search, width, focus=mine.focus_search)
        mine.focus_search = False
        imgui.same_line()
        if icon_button(ui, icons.ADD, "create", "Create an object", enabled=state.play.world is None):
            imgui.open_popup("###create")
        popup_create(state, ui, "###create")


def popup_create(state: EditorState, ui: Ui, number: str) -> None:
    """The menu of everything that can be created, as a popup."""
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(8)))
    if imgui.begin_popup(number):
        found = menu.menus(dict(state.actions)).get("Create")
        if found is not None:
            menu.draw_items(state, ui, found)
        imgui.end_popup()
    imgui.pop_style_var()


def _rows(state: EditorState, ui: Ui, mine: Hierarchy, outline: Outline) -> None:
    shown = mine.rows.shown
    high = imgui.get_frame_height() - ui.px(2)
    clipper = imgui.ListClipper()
    clipper.begin(len(shown), high)
    active = state.selection.active
    if state.renaming and state.renaming in mine.rows.order:
        clipper.include_item_by_index(mine.rows.order.index(state.renaming))
    if active != mine.seen_active:
        mine.seen_active = active
        if active in mine.rows.order:
            _scroll_to(mine.rows.order.index(active), high)
    look = _Look(state, ui, high)
    while clipper.step():
        for i in range(clipper.display_start, clipper.display_end):
            _row(state, ui, mine, outline, look, i)


def _scroll_to(index: int, high: float) -> None:
    top, room = imgui.get_scroll_y(), imgui.get_window_height()
    if index * high < top:
        imgui.set_scroll_y(max(index * high - high, 0))
    elif (index + 1) * high > top + room:
        imgui.set_scroll_y((index + 2) * high - room)


class _Look:
    """Measures and colours that all rows share, asked for once a frame."""

    def __init__(self, state: EditorState, ui: Ui, high: float) -> None:
        t = ui.theme
        self.high = high
        self.left = imgui.get_cursor_screen_pos().x
        self.width = imgui.get_content_region_avail().x
        self.draw = imgui.get_window_draw_list()
        self.indent = ui.px(14)
        self.pad = ui.px(4)
        self.top = (high - imgui.get_font_size()) / 2
        self.mouse = imgui.get_mouse_pos()
        self.hovered = imgui.is_window_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item)
        self.select = u32(t.select if imgui.is_window_focused() else mixed(t.select, t.panel, 0.3))
        self.hover = u32(t.hover)
        self.text, self.muted, self.faint = u32(t.text), u32(t.muted), u32(t.faint)
        self.line = u32(t.line)
        self.prefab, self.lamp, self.lens = u32(t.prefab), u32(t.lamp), u32(t.lens)
        self.playing = state.play.world is not None
        document = state.document
        self.shown = None if self.playing else document.shown
        self.locked = None if self.playing else document.locked


def _row(state: EditorState, ui: Ui, mine: Hierarchy, outline: Outline, look: _Look, i: int) -> None:
    number, depth, below = mine.rows.shown[i]
    start = imgui.get_cursor_screen_pos()
    chosen = number in state.selection
    scene = state.document.scene
    row = None if look.playing else scene.row_of(number)
    end = ImVec2(start.x + look.width, start.y + look.high)
    over = look.hovered and start.y <= look.mouse.y < end.y and start.x <= look.mouse.x < end.x
    if chosen or over:
        look.draw.add_rect_filled(start, end, look.select if chosen else look.hover, 3.0)
    if state.renaming == number:
        _rename_field(state, ui, mine, look, start, depth)
        return
    icons_width = look.high * 2 + look.pad
    imgui.set_next_item_allow_overlap()
    if imgui.invisible_button(f"###{number:016x}", ImVec2(look.width, look.high)):
        _clicked(state, ui, mine, look, number, below, start, depth)
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(0):
        state.act("view.focus")
    _drag(state, ui, outline, number)
    _drop(state, ui, outline, look, number, below, start)
    _context(state, ui, mine, number)
    # what is seen of it
    carried = outline.carried(number)
    icon = icons.of_object(carried)
    hit = mine.rows.hits is None or number in mine.rows.hits
    seen = row is None or look.shown is None or bool(look.shown[row])
    colour = look.muted if not hit or not seen else look.prefab if "Prefab" in carried else look.text
    x = start.x + look.pad + depth * look.indent
    if below:
        glyph = icons.UNFOLDED if mine.rows.is_open(number) or mine.rows.hits is not None else icons.FOLDED
        look.draw.add_text(ImVec2(x, start.y + look.top), look.faint, glyph)
    x += look.indent
    tint = (
        look.lamp
        if icon in _LIGHTS
        else look.lens
        if icon == icons.CAMERA
        else colour
        if "Prefab" in carried
        else look.muted
    )
    look.draw.add_text(ImVec2(x, start.y + look.top), tint if seen else look.faint, icon)
    x += look.indent + look.pad * 1.6
    clip = ImVec2(end.x - (icons_width if over else look.pad), end.y)
    look.draw.push_clip_rect(start, clip, True)
    look.draw.add_text(ImVec2(x, start.y + look.top), colour, outline.name(number))
    look.draw.pop_clip_rect()
    if row is not None:
        _marks(state, ui, look, number, row, start, over)


def _marks(state: EditorState, ui: Ui, look: _Look, number: int, row: int, start: ImVec2, over: bool) -> None:
    """The eye and the lock at the right end of a row."""
    assert look.shown is not None
    assert look.locked is not None
    note = state.document.scene.notes.values[int(state.document.scene.note_rows[row])]
    x = start.x + look.width - look.high
    for name, on, off, mark, inherited in (
        ("locked", icons.LOCKED, icons.UNLOCKED, note.locked, bool(look.locked[row])),
        ("hidden", icons.HIDDEN, icons.SHOWN, note.hidden, not bool(look.shown[row])),
    ):
        inside = over and x <= look.mouse.x < x + look.high
        if over or inherited:
            colour = look.text if inside else look.muted if mark else look.faint
            glyph = on if inherited else off
            wide = imgui.calc_text_size(glyph).x
            look.draw.add_text(ImVec2(x + (look.high - wide) / 2, start.y + look.top), colour, glyph)
        if over:
            imgui.set_cursor_screen_pos(ImVec2(x, start.y))
            if imgui.invisible_button(f"###{name}.{number:016x}", ImVec2(look.high, look.high)):
                ids = list(state.selection.ids) if number in state.selection else [number]
                word = {"hidden": ("Hide", "Show"), "locked": ("Lock", "Unlock")}[name][int(mark)]
                ui.edit(state, commands.fields(ids, {name: not mark}), word)
            tip(
                {
                    "hidden": "Show in the viewport" if mark else "Hide in the viewport",
                    "locked": "Unlock" if mark else "Lock: can't be chosen in the viewport",
                }[name]
            )
        x -= look.high
    if over:
        imgui.set_cursor_screen_pos(ImVec2(start.x, start.y + look.high))
        imgui.dummy(ImVec2(0, 0))


def _clicked(
    state: EditorState, ui: Ui, mine: Hierarchy, look: _Look, number: int, below: bool, start: ImVec2, depth: int
) -> None:
    io = imgui.get_io()
    arrow = start.x + look.pad + depth * look.indent
    if below and arrow - look.pad <= look.mouse.x < arrow + look.indent and mine.rows.hits is None:
        opened = not mine.rows.is_open(number)
        if io.key_alt:
            assert mine.outline is not None
            mine.rows.fold_below(mine.outline, number, opened)
        else:
            mine.rows.fold(number, opened)
        return
    now = state.selection
    if io.key_shift:
        new = now.range_to(number, mine.rows.order)
    elif io.key_ctrl:
        new = now.toggle(number)
    else:
        new = type(now).of([number])
    mine.seen_active = new.active
    ui.later(lambda: state.set_selection(new))


def _drag(state: EditorState, ui: Ui, outline: Outline, number: int) -> None:
    if imgui.is_item_active() and not isinstance(outline, PlayOutline):
        ids = list(state.selection.ids) if number in state.selection else [number]
        words = outline.name(number) if len(ids) == 1 else f"{len(ids)} objects"
        ui.drag_source(OBJECTS, ids, words, icons.OBJECT)


def _drop(state: EditorState, ui: Ui, outline: Outline, look: _Look, number: int, below: bool, start: ImVec2) -> None:
    """Let something go over a row: its upper part puts it before, its lower part behind, the middle below."""
    if not imgui.begin_drag_drop_target():
        return
    flags = imgui.DragDropFlags_.accept_before_delivery | imgui.DragDropFlags_.accept_no_draw_default_rect
    part = (look.mouse.y - start.y) / look.high
    for kind in (OBJECTS, "asset"):
        payload = imgui.accept_drag_drop_payload_py_id(kind, int(flags))
        if payload is None or ui.dragged is None:
            continue
        before, behind = part < 0.28 and kind == OBJECTS, part > 0.72 and kind == OBJECTS and not below
        colour = u32(ui.theme.accent)
        if before or behind:
            y = start.y + (look.high if behind else 0)
            look.draw.add_line(ImVec2(start.x, y), ImVec2(start.x + look.width, y), colour, ui.px(2))
        else:
            look.draw.add_rect(start, ImVec2(start.x + look.width, start.y + look.high), colour, 3.0, ui.px(1.5))
        if not imgui.is_mouse_released(0):
            continue
        if kind == "asset":
            ui.act(state, "create.from_asset", asset=ui.dragged.data, parent=number)
            continue
        ids: list[int] = [one for one in ui.dragged.data if one != number]
        if before or behind:
            parent = outline.parent(number)
            siblings = [one for one in outline.children(parent) if one not in ids]
            move(state, ui, ids, parent, siblings.index(number) + int(behind))
        else:
            move(state, ui, ids, number, None)
            ui.kept(Hierarchy).rows.fold(number, opened=True)
    imgui.end_drag_drop_target()


def move(state: EditorState, ui: Ui, ids: list[int], parent: int, index: int | None) -> None:
    """Hang objects on another one, at a place among its children; they stay where they are in the world."""
    tops = state.document.tree.tops(ids)
    if not tops:
        return
    command: dict[str, object] = {"do": "reparent", "ids": tops, "parent": parent, "keep": "world"}
    if index is not None:
        command["index"] = index
    ui.edit(state, command, "Move in hierarchy")


def _asset_dropped(state: EditorState, ui: Ui, parent: int) -> None:
    dropped = ui.drop_target("asset")
    if dropped is not None:
        ui.act(state, "create.from_asset", asset=dropped.data, parent=parent)


def _context(state: EditorState, ui: Ui, mine: Hierarchy, number: int) -> None:
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(8)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(8), ui.px(5)))
    if imgui.begin_popup_context_item(f"###context.{number:016x}"):
        if imgui.is_window_appearing() and number not in state.selection:
            new = type(state.selection).of([number])
            ui.later(lambda: state.set_selection(new))
        for name in CONTEXT:
            if not name:
                imgui.separator()
            elif name == "edit.rename":
                if imgui.menu_item_simple(f"{icons.RENAME}   Rename###rename", "F2"):
                    state.renaming = number
            elif name in state.actions:
                menu.item(state, ui, state.actions[name])
        imgui.separator()
        if imgui.begin_menu("Create inside###create_inside"):
            found = menu.menus(dict(state.actions)).get("Create")
            if found is not None:
                menu.draw_items(state, ui, found)
            imgui.end_menu()
        imgui.end_popup()
    imgui.pop_style_var(2)


CONTEXT = (
    "view.focus", "edit.rename", "edit.duplicate", "", "edit.cut", "edit.copy", "edit.paste", "edit.paste_below",
    "edit.delete", "", "object.group", "object.ungroup", "object.unparent", "object.hide", "object.lock",
    "object.isolate", "", "object.make_prefab", "object.unpack_prefab",
)  # fmt: skip
"""Actions that the menu of a row offers, where there are such."""


def _rename_field(state: EditorState, ui: Ui, mine: Hierarchy, look: _Look, start: ImVec2, depth: int) -> None:
    """The name of the object `state.renaming`, to be typed; Enter or a click elsewhere takes it, Escape does not."""
    number = state.renaming
    imgui.set_cursor_screen_pos(ImVec2(start.x + look.pad + (depth + 1) * look.indent, start.y))
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(ui.px(5), look.top))
    imgui.set_next_item_width(-1)
    begins = mine.renaming != number
    if begins:
        mine.renaming, mine.new_name = number, state.document.object(number).name
        imgui.set_keyboard_focus_here()
    flags = imgui.InputTextFlags_
    entered, mine.new_name = imgui.input_text(
        "###rename", mine.new_name, flags.auto_select_all | flags.enter_returns_true
    )
    imgui.pop_style_var()
    if entered or (imgui.is_item_deactivated() and not begins):
        state.renaming = mine.renaming = 0
        new = mine.new_name.strip()
        if new and not imgui.is_key_pressed(imgui.Key.escape) and new != state.document.object(number).name:
            ui.edit(state, commands.fields([number], {"name": new}), "Rename")
    imgui.set_cursor_screen_pos(ImVec2(start.x, start.y + look.high))
    imgui.dummy(ImVec2(0, 0))


def _keys(state: EditorState, ui: Ui, mine: Hierarchy, outline: Outline) -> None:
    """The keyboard, while the panel has it: arrows, Home, End, F2."""
    if not imgui.is_window_focused() or imgui.get_io().want_text_input or not mine.rows.order:
        return
    order, active = mine.rows.order, state.selection.active
    key, pressed = imgui.Key, imgui.is_key_pressed
    at = order.index(active) if active in order else -1
    to = -1
    if pressed(key.down_arrow):
        to = min(at + 1, len(order) - 1)
    elif pressed(key.up_arrow):
        to = max(at - 1, 0)
    elif pressed(key.home):
        to = 0
    elif pressed(key.end):
        to = len(order) - 1
    elif at >= 0 and pressed(key.right_arrow):
        if mine.rows.shown[at][2] and not mine.rows.is_open(active):
            mine.rows.fold(active, opened=True)
        else:
            to = min(at + 1, len(order) - 1)
    elif at >= 0 and pressed(key.left_arrow):
        if mine.rows.shown[at][2] and mine.rows.is_open(active):
            mine.rows.fold(active, opened=False)
        elif outline.parent(active) in order:
            to = order.index(outline.parent(active))
    elif at >= 0 and pressed(key.enter, False) and not imgui.get_io().key_ctrl and state.play.world is None:
        state.renaming = active
    if to >= 0:
        shift = imgui.get_io().key_shift
        new = state.selection.range_to(order[to], order) if shift else type(state.selection).of([order[to]])
        ui.later(lambda: state.set_selection(new))


def _below(state: EditorState, ui: Ui) -> None:
    """The empty part below the rows: a click chooses nothing, what is let go there hangs on nothing."""
    room = imgui.get_content_region_avail()
    if room.y < 4 or room.x < 4:
        return
    if imgui.invisible_button("###below", room):
        none = type(state.selection)()
        ui.later(lambda: state.set_selection(none))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(8)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(8), ui.px(5)))
    if imgui.begin_popup_context_item("###context.below"):
        if "edit.paste" in state.actions:
            menu.item(state, ui, state.actions["edit.paste"])
            imgui.separator()
        found = menu.menus(dict(state.actions)).get("Create")
        if found is not None:
            menu.draw_items(state, ui, found)
        imgui.end_popup()
    imgui.pop_style_var(2)
    dropped = ui.drop_target(OBJECTS, "asset")
    if dropped is not None and dropped.kind == OBJECTS:
        move(state, ui, list(dropped.data), 0, None)
    elif dropped is not None:
        ui.act(state, "create.from_asset", asset=dropped.data, parent=0)
