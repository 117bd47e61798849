"""What every object has: a name, an icon, tags, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import imgui

from ...engine.declare import Kind, Spec
from ..core import commands
from . import fields, icons
from .components import header
from .fields import Choices, Slot, begin_grid
from .outline import EditOutline
from .pickers import chips
from .subject import Subject
from .theme import SMALL
from .ui import Ui
from .widgets import caption, icon_button, text

if TYPE_CHECKING:
    from ..core import EditorState

_METRES, _FACTOR = Spec(unit="m", doc="relative to the parent"), Spec(doc="relative to the parent")
_DEGREES = Spec(unit="deg", doc="about x, y and z, relative to the parent: turned by z first, then x, then y")
_PLACES = (
    ("position", "Position", Kind("vector", 3), _METRES, (0.0, 0.0, 0.0)),
    ("rotation", "Rotation", Kind("vector", 4), _DEGREES, (0.0, 0.0, 0.0, 1.0)),
    ("scale", "Scale", Kind("vector", 3), _FACTOR, (1.0, 1.0, 1.0)),
)  # fmt: skip
MIXED_HINT = "what differs is shown as —"


def head(state: EditorState, ui: Ui, subject: Subject, choices: Choices) -> None:
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


def placed(ui: Ui, subject: Subject) -> None:
    """Position, rotation and scale."""
    if not header(ui, "Transform", icons.MOVE, "Transform"):
        return
    if begin_grid(ui, "###Transform.grid"):
        for name, label, kind, spec, default in _PLACES:
            slot = Slot(name, label, kind, spec, default, subject.placed(name))
            change = fields.row(ui, slot)
            if change is not None:
                subject.write(ui, name, change)
        imgui.end_table()
