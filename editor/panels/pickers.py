"""Fields for text, and for what is picked from a list: objects, layers, assets, tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2, ImVec4, imgui

from . import icons
from .numbers import MIXED
from .slots import Change, Slot, Widgets, to, without
from .ui import Ui
from .widgets import chip, elided, flow, icon_button, muted, tip


def text_field(ui: Ui, slot: Slot) -> Change | None:
    """A field for a text, and for what a text may name."""
    role = slot.kind.role
    if role == "asset":
        return asset(ui, slot)
    picks = {"object": slot.choices.objects, "layer": slot.choices.layers}.get(role)
    edge = imgui.get_frame_height() if picks else 0.0
    imgui.set_next_item_width(-1 if picks is None else -edge - 1)
    shown = "" if slot.mixed else slot.value
    imgui.push_item_flag(imgui.ItemFlags_.live_edit_on_input_text, False)
    changed, new = imgui.input_text_with_hint(f"###{slot.path}", MIXED if slot.mixed else "", shown)
    imgui.pop_item_flag()
    change = to(new) if changed and imgui.is_item_deactivated_after_edit() else None
    if role == "object":
        dropped = ui.drop_target("objects")
        if dropped is not None:
            change = to(dropped.label)
    if picks is not None:
        imgui.same_line(0, 1)
        change = _picked(ui, slot, icons.PICK if role == "object" else icons.UNFOLDED, picks()) or change
    return change


def _picked(ui: Ui, slot: Slot, icon: str, names: Sequence[str]) -> Change | None:
    """A button that opens a list to search and pick from."""
    if icon_button(ui, icon, f"{slot.path}.pick", "Pick from a list"):
        ui.kept(Widgets).filter = ""
        imgui.open_popup(f"###{slot.path}.list")
    change: Change | None = None
    imgui.set_next_window_size_constraints(ImVec2(ui.px(240), 0), ImVec2(ui.px(420), ui.px(320)))
    if imgui.begin_popup(f"###{slot.path}.list"):
        kept = ui.kept(Widgets)
        if imgui.is_window_appearing():
            imgui.set_keyboard_focus_here()
        imgui.set_next_item_width(-1)
        _, kept.filter = imgui.input_text_with_hint(f"###{slot.path}.filter", "Search", kept.filter)
        found = [name for name in names if kept.filter.lower() in name.lower()]
        if imgui.begin_child(
            f"###{slot.path}.names", ImVec2(0, min(len(found) + 1.2, 10) * imgui.get_text_line_height_with_spacing())
        ):
            if imgui.selectable(f"none###{slot.path}.none", not slot.mixed and slot.value == "")[0]:
                change = to("")
            for name in found[:500]:
                if imgui.selectable(f"{name}###{slot.path}.{name}", not slot.mixed and name == slot.value)[0]:
                    change = to(name)
        imgui.end_child()
        if change is not None:
            imgui.close_current_popup()
        imgui.end_popup()
    return change


def asset(ui: Ui, slot: Slot) -> Change | None:
    """A slot for an asset: its picture, its path, a list to pick from; assets can be dropped on it."""
    t = ui.theme
    edge = imgui.get_frame_height()
    gap = ui.px(2)
    change: Change | None = None
    path = "" if slot.mixed else slot.value
    picture = ui.services.thumbnail(path) if path else None
    if picture is not None:
        imgui.image(picture, ImVec2(edge, edge))
        if imgui.begin_item_tooltip():
            imgui.image(picture, ImVec2(ui.px(160), ui.px(160)))
            muted(ui, path)
            imgui.end_tooltip()
        imgui.same_line(0, ui.px(4))
    room = imgui.get_content_region_avail().x - (edge + gap) * (2 if path else 1)
    words = MIXED if slot.mixed else path or "none"
    imgui.push_style_color(imgui.Col_.button, ImVec4(*t.inset))
    imgui.push_style_color(imgui.Col_.button_hovered, ImVec4(*t.inset_hovered))
    imgui.push_style_color(imgui.Col_.text, ImVec4(*(t.text if path else t.faint)))
    imgui.push_style_var(imgui.StyleVar_.button_text_align, ImVec2(0, 0.5))
    label = elided(words, room - imgui.get_style().frame_padding.x * 2)
    if imgui.button(f"{label}###{slot.path}", ImVec2(room, 0)) and path:
        slot.choices.reveal(path)
    imgui.pop_style_var()
    imgui.pop_style_color(3)
    tip(path or "Drop an asset here")
    dropped = ui.drop_target("asset")
    if dropped is not None:
        change = to(slot.choices.address(str(dropped.data)))
    imgui.same_line(0, gap)
    change = _picked(ui, slot, icons.FOLDER_OPEN, slot.choices.assets(slot.path)) or change
    if path:
        imgui.same_line(0, gap)
        if icon_button(ui, icons.REMOVE, f"{slot.path}.clear", "None", colour=t.faint):
            change = to("")
    return change


def chips(
    ui: Ui, path: str, words: Sequence[str], known: Sequence[str] = (), *, one_word: bool = False
) -> Change | None:
    """Texts as chips that can be removed, and a field for another. known: what is offered."""
    change: Change | None = None
    for i, word in enumerate(words):
        if i:
            flow(ui, imgui.calc_text_size(word).x + ui.px(32))
        if chip(ui, word, f"{path}.{word}"):
            change = without(i)
    if words:
        flow(ui, ui.px(76))
    return _another(ui, path, words, known) or change


def _appended(word: str) -> Change:
    return lambda old: old if word in old else (*old, word)


@dataclass
class _Typing:
    """The text in the field of a list that is being added to."""

    path: str = ""
    words: str = ""


def _another(ui: Ui, path: str, words: Sequence[str], known: Sequence[str]) -> Change | None:
    typing = ui.kept(_Typing)
    mine = typing.words if typing.path == path else ""
    edge = imgui.get_frame_height()
    offered = [word for word in known if word not in words]
    imgui.set_next_item_width(
        max(ui.px(70), min(imgui.get_content_region_avail().x - (edge if offered else 0), ui.px(110)))
    )
    entered, mine = imgui.input_text_with_hint(f"###{path}.add", "Add…", mine, imgui.InputTextFlags_.enter_returns_true)
    change: Change | None = None
    if imgui.is_item_active() or entered:
        typing.path, typing.words = path, mine
    if (entered or imgui.is_item_deactivated_after_edit()) and mine.strip():
        change = _appended(mine.strip())
        typing.words = ""
    if offered:
        imgui.same_line(0, 1)
        if icon_button(ui, icons.UNFOLDED, f"{path}.known", "Those that there are"):
            imgui.open_popup(f"###{path}.offered")
        if imgui.begin_popup(f"###{path}.offered"):
            for word in offered[:200]:
                if imgui.selectable(f"{word}###{path}.offer.{word}", False)[0]:
                    change = _appended(word)
            imgui.end_popup()
    return change
