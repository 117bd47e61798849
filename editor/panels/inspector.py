"""The inspector: what is chosen, field by field, from the declarations of its components alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.declare import Field, Kind, Spec, fields_of
from ...engine.scene.prefabs import Prefab
from ..core import commands, extensions
from ..core.kinds import component_types
from ..core.values import plain
from . import fields, icons, instances
from .fields import Choices, Slot, begin_grid, words_of
from .outline import EditOutline
from .pickers import chips
from .subject import EditSubject, Part, PlaySubject, Subject
from .theme import BACKDROP, SMALL, mixed, u32
from .ui import Ui
from .widgets import banner, caption, elided, empty, icon_button, muted, search, text, tip

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
    until: float = 0.0
    seen: int = 0  # the active object when the panel was drawn last: another one is shown from its top
    names: tuple[int, list[str]] = (-1, [])


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    subject = subject_of(state)
    if subject is None:
        empty(ui, icons.INSPECTOR, "Nothing selected", "Choose an object to see what it is made of")
        return
    choices = choices_of(state, ui)
    if subject.live:
        banner(ui, "warning", "Playing: changes end with the game, unless they are kept.")
    if imgui.begin_child("###scroll", ImVec2(0, 0), imgui.ChildFlags_.nav_flattened):
        mine = ui.kept(Inspector)
        if mine.seen != subject.active:
            mine.seen = subject.active
            imgui.set_scroll_y(0)
        _head(state, ui, subject, choices)
        _placed(ui, subject)
        for index, part in enumerate(subject.parts()):
            _part(state, ui, subject, part, choices, index)
        if subject.live:
            _fixed(state, ui, subject)
        else:
            _others(state, ui, subject)
            _add(state, ui, subject)
        imgui.dummy(ImVec2(0, ui.px(24)))
    imgui.end_child()


def _fixed(state: EditorState, ui: Ui, subject: Subject) -> None:
    """What an object is made of that a running world does not change."""
    live = {part.name for part in subject.parts()}
    fixed = [name for name in EditOutline(state.document).carried(subject.active) if name not in live]
    if fixed:
        imgui.dummy(ImVec2(0, ui.px(4)))
        caption(ui, f"Fixed while it is played: {', '.join(map(words_in, sorted(fixed)))}")


def _others(state: EditorState, ui: Ui, subject: Subject) -> None:
    """Components that some of the objects carry, but not the active one."""
    if len(subject.ids) < 2:
        return
    outline = EditOutline(state.document)
    mine = set(outline.carried(subject.active))
    some = {name for number in subject.ids[:64] for name in outline.carried(number)} - mine
    if some:
        imgui.dummy(ImVec2(0, ui.px(4)))
        caption(ui, f"Others of them carry {', '.join(map(words_in, sorted(some)))}")


class _Looked:
    """The objects of the document that are inspected, found anew when something changed."""

    def __init__(self) -> None:
        self._key: object = None
        self._found: EditSubject | None = None

    def at(self, state: EditorState) -> EditSubject:
        key = state.document.revision, state.generation, state.selection
        if self._found is None or key != self._key:
            self._key, self._found = key, EditSubject(state, state.selection.ids, state.selection.active)
        return self._found


def subject_of(state: EditorState) -> Subject | None:
    """What is inspected: the selection, in the scene or in the world that is played."""
    selection = state.selection
    if not selection.active:
        return None
    world = state.play.world
    if world is None:
        return state.part(_Looked).at(state)
    rows = {int(number): row for row, number in enumerate(world.ids.tolist()) if number in selection}
    alive = {number: row for number, row in rows.items() if world.roster.is_live(row)}
    if selection.active not in alive:
        return None
    return PlaySubject(state, world, [number for number in selection.ids if number in alive], selection.active, alive)


def choices_of(state: EditorState, ui: Ui) -> Choices:
    """What fields that refer to something can be set to."""

    def assets(path: str) -> list[str]:
        found = state.project.assets.values()
        return [address(one.path) for one in found if one.kind != "folder" and suits(path, one.path)]

    def address(asset: str) -> str:
        return state.project.address(asset, state.document)

    def objects() -> list[str]:
        mine = ui.kept(Inspector)
        if mine.names[0] != state.document.revision:
            mine.names = state.document.revision, sorted(dict.fromkeys(state.document.scene.names), key=str.lower)
        return mine.names[1]

    def tags() -> list[str]:
        return sorted({tag for one in state.document.scene.tag_sets.values for tag in one})

    layers = state.document.scene.physics.layers
    return Choices(assets, objects, lambda: layers, tags, lambda path: reveal(ui, path), address)


def reveal(ui: Ui, path: str) -> None:
    """Show an asset in the assets panel."""
    from .assets import Assets

    ui.kept(Assets).reveal = path
    ui.later(lambda: ui.show("assets"))


_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".ktx2", ".dds")
_MODELS = (".glb", ".gltf", ".obj", ".stl", ".ply", ".npz")
_SUITS = {
    "Mesh.asset": _MODELS,
    "Environment.file": (".hdr", ".exr"),
    "Prefab.file": (".dream", ".glb", ".gltf"),
    "AudioSource.file": (".wav", ".ogg", ".mp3", ".flac"),
}


def suits(field_path: str, asset: str) -> bool:
    """Whether a file is of a kind that a field can name, as far as that is known."""
    name = asset.partition("#")[0].lower()
    head = field_path.removesuffix(".of")
    if head.endswith(".image"):
        return name.endswith(_PICTURES)
    wanted = _SUITS.get(head)
    return wanted is None or name.endswith(wanted)


# ---- the object itself ------------------------------------------------------------------------------------------


def _head(state: EditorState, ui: Ui, subject: Subject, choices: Choices) -> None:
    """Name, icon, tags."""
    t = ui.theme
    parts = EditOutline(state.document).carried(subject.active) or [part.name for part in subject.parts()]
    edge = imgui.get_frame_height()
    imgui.align_text_to_frame_padding()
    text(ui, icons.of_object(parts), t.accent)
    imgui.same_line(0, ui.px(8))
    names = subject.names()
    many = len(names) > 1
    imgui.set_next_item_width(-(edge + ui.px(6)) if not subject.live else -1)
    imgui.push_item_flag(imgui.ItemFlags_.live_edit_on_input_text, False)
    hint = f"{len(subject.ids)} objects" if many else "name"
    imgui.push_font(ui.fonts.bold, imgui.get_style().font_size_base)
    changed, new = imgui.input_text_with_hint(
        "###name", hint, "" if many else next(iter(names), ""), imgui.InputTextFlags_.auto_select_all
    )
    imgui.pop_font()
    imgui.pop_item_flag()
    if changed and imgui.is_item_deactivated_after_edit() and new.strip() and not subject.live:
        subject.write(ui, "name", lambda old: new.strip(), merge=False)
    if not subject.live:
        imgui.same_line(0, ui.px(4))
        hidden = not bool(state.document.shown[state.document.scene.row_of(subject.active)])
        if icon_button(
            ui,
            icons.HIDDEN if hidden else icons.SHOWN,
            "shown",
            "Show in the viewport" if hidden else "Hide in the viewport",
        ):
            ui.edit(state, commands.fields(list(subject.ids), {"hidden": not hidden}), "Show" if hidden else "Hide")
    if len(subject.ids) > 1:
        caption(ui, f"{len(subject.ids)} objects selected; {MIXED_HINT}")
    _tags(ui, subject, choices)


MIXED_HINT = "what differs is shown as —"


def _tags(ui: Ui, subject: Subject, choices: Choices) -> None:
    imgui.align_text_to_frame_padding()
    text(ui, icons.TAG, ui.theme.faint)
    imgui.same_line(0, ui.px(8))
    sets = subject.tags()
    common = [tag for tag in next(iter(sets), ()) if all(tag in other for other in sets)]
    some = sorted({tag for other in sets for tag in other} - set(common))
    imgui.begin_group()
    change = chips(ui, "tags", common, [*some, *(tag for tag in choices.tags() if tag not in some)])
    if some:
        text(ui, f"some also: {', '.join(some)}", ui.theme.faint, size=SMALL)
    imgui.end_group()
    if change is not None:
        wanted = change(tuple(common))
        gone, new = set(common) - set(wanted), set(wanted) - set(common)
        subject.write(ui, "tags", lambda old: tuple(sorted((set(old) - gone) | new)), merge=False)


_METRES, _FACTOR = Spec(unit="m", doc="relative to the parent"), Spec(doc="relative to the parent")
_DEGREES = Spec(unit="deg", doc="about x, y and z, relative to the parent: turned by z first, then x, then y")
_PLACES = (
    ("position", "Position", Kind("vector", 3), _METRES, (0.0, 0.0, 0.0)),
    ("rotation", "Rotation", Kind("vector", 4), _DEGREES, (0.0, 0.0, 0.0, 1.0)),
    ("scale", "Scale", Kind("vector", 3), _FACTOR, (1.0, 1.0, 1.0)),
)  # fmt: skip


def _placed(ui: Ui, subject: Subject) -> None:
    if not header(ui, "Transform", icons.MOVE, "Transform"):
        return
    if begin_grid(ui, "###Transform.grid"):
        for name, label, kind, spec, default in _PLACES:
            slot = Slot(name, label, kind, spec, default, subject.placed(name))
            change = fields.row(ui, slot)
            if change is not None:
                subject.write(ui, name, change)
        imgui.end_table()


# ---- components -------------------------------------------------------------------------------------------------


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


def _part(state: EditorState, ui: Ui, subject: Subject, part: Part, choices: Choices, index: int) -> None:
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
    below = imgui.get_cursor_screen_pos()
    if not subject.live:
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
    """Scroll to a field that was pointed to, and mark it for a moment."""
    mine = ui.kept(Inspector)
    if mine.highlight == path:
        imgui.set_scroll_here_y(0.4)
        mine.highlight = ""
        mine.until = imgui.get_time() + 2.5


def point_to(state: EditorState, ui: Ui, number: int, path: str) -> None:
    """Choose an object, and show one of its fields."""
    mine = ui.kept(Inspector)
    if number:
        state.select([number])
    head = path.partition(".")[0]
    mine.folded.discard(head)
    mine.highlight = ".".join(path.split(".")[:2]).partition("[")[0]
    ui.show("inspector")


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


# ---- adding -----------------------------------------------------------------------------------------------------


def _add(state: EditorState, ui: Ui, subject: Subject) -> None:
    imgui.dummy(ImVec2(0, ui.px(4)))
    width = min(imgui.get_content_region_avail().x, ui.px(220))
    room = imgui.get_content_region_avail().x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + (room - width) / 2)
    if imgui.button(f"{icons.ADD}  Add component###add_component", ImVec2(width, imgui.get_frame_height() + ui.px(2))):
        ui.kept(Inspector).search = ""
        imgui.open_popup("###add_component.list")
    imgui.set_next_window_size_constraints(ImVec2(ui.px(280), 0), ImVec2(ui.px(340), ui.px(420)))
    if imgui.begin_popup("###add_component.list"):
        _add_list(state, ui, subject)
        imgui.end_popup()


def _add_list(state: EditorState, ui: Ui, subject: Subject) -> None:
    mine, t = ui.kept(Inspector), ui.theme
    first = imgui.is_window_appearing()
    mine.search = search(ui, "add.search", "Search components", mine.search, focus=first)
    carried = {part.name for part in subject.parts() if not part.partly}
    names = [name for name in component_types() if name not in carried]
    words = mine.search.lower().split()
    found = [
        name for name in sorted(names) if all(word in words_in(name).lower() or word in name.lower() for word in words)
    ]
    entered = imgui.is_key_pressed(imgui.Key.enter, False)
    line = imgui.get_text_line_height_with_spacing() * 2
    if imgui.begin_child("###add.names", ImVec2(0, min(max(len(found), 1), 7.5) * line)):
        for i, name in enumerate(found):
            kind = component_types()[name]
            doc = (kind.__doc__ or "").strip().partition("\n")[0]
            start = imgui.get_cursor_screen_pos()
            pressed = imgui.selectable(f"###add.{name}", bool(i == 0 and words), 0, ImVec2(0, line - ui.px(5)))[0]
            draw_list = imgui.get_window_draw_list()
            draw_list.add_text(ImVec2(start.x + ui.px(4), start.y), u32(t.accent), icons.of_component(kind))
            draw_list.add_text(ImVec2(start.x + ui.px(28), start.y), u32(t.text), words_in(name))
            imgui.push_font(None, SMALL)
            room = imgui.get_window_width() - ui.px(36)
            draw_list.add_text(
                ImVec2(start.x + ui.px(28), start.y + imgui.get_text_line_height() * 1.2),
                u32(t.muted),
                elided(doc, room),
            )
            imgui.pop_font()
            if pressed or (entered and i == 0):
                ids = list(subject.ids)
                ui.edit(state, {"do": "add_component", "ids": ids, "component": name}, f"Add {words_in(name)}")
                mine.folded.discard(name)
                imgui.close_current_popup()
        if not found:
            muted(ui, "None of that name")
    imgui.end_child()
