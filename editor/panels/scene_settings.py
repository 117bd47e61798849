"""Settings of the scene: how it is drawn; its physics, scripts and prefabs; and those of the editor itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.declare import Field, Kind, Spec, fields_of
from ...engine.scene.physics import Physics
from ...engine.scene.presets import PRESETS, TABLE, preset
from ...engine.scene.settings import RenderSettings
from ..core import commands
from ..core.values import plain
from . import fields, icons
from .fields import Change, Choices, Slot, begin_grid, words_of
from .inspector import header
from .ui import Ui
from .widgets import begin_combo, caption, empty, icon_button, muted, search, segments, text, tip, toolbar, wrapped

if TYPE_CHECKING:
    from ..core import EditorState

_TITLES = {
    "tonemap": "Tone mapping", "aa": "Antialiasing", "ao": "Ambient occlusion", "cull": "Culling",
    "grading": "Colour grading", "lights": "Light clusters",
}  # fmt: skip


@dataclass
class RenderingView:
    """What the panel of the render settings keeps."""

    search: str = ""
    begun: bool = False


@dataclass
class ProjectView:
    """What the panel of the project keeps."""

    script: str = ""
    layouts: str = ""
    seen: set[str] = field(default_factory=set)


# ---- render settings --------------------------------------------------------------------------------------------


def draw_rendering(state: EditorState, ui: Ui) -> None:
    """The panel of the render settings."""
    mine = ui.kept(RenderingView)
    with toolbar(ui, "bar"):
        wide = ui.px(104)
        mine.search = search(
            ui, "search", "Search settings", mine.search, imgui.get_content_region_avail().x - wide - ui.px(4)
        )
        imgui.same_line()
        _presets(state, ui, wide)
    if imgui.begin_child("###settings", ImVec2(0, 0), imgui.ChildFlags_.nav_flattened):
        settings = state.document.scene.settings
        words = mine.search.lower().split()
        shown = 0
        for group in fields_of(RenderSettings):
            title = _TITLES.get(group.name, words_of(group.name))
            inside = [f for f in fields_of(group.kind.of) if _wanted(words, title, f)]
            if inside:
                shown += 1
                _group(state, ui, group, title, getattr(settings, group.name), inside)
        if not shown:
            empty(ui, icons.SEARCH, "No such setting")
        imgui.dummy(ImVec2(0, ui.px(16)))
    imgui.end_child()


def _wanted(words: list[str], title: str, f: Field) -> bool:
    whole = f"{title} {f.name} {f.spec.doc}".lower()
    return all(word in whole for word in words)


def _presets(state: EditorState, ui: Ui, wide: float) -> None:
    settings = state.document.scene.settings
    now = next((name for name in PRESETS if _is(settings, preset(name))), "custom")
    if begin_combo(ui, "preset", now.capitalize(), wide):
        for name in PRESETS:
            if imgui.selectable(f"{name.capitalize()}###preset.{name}", name == now)[0]:
                values = {f"settings.{key}": value for key, value in preset(name).items()}
                ui.edit(state, commands.settings(values), f"Preset {name}")
        imgui.end_popup()
    tip(
        "How much a picture may cost: sets the settings that a machine can or can't afford, and leaves the others alone"
    )


def _is(settings: RenderSettings, values: dict[str, Any]) -> bool:
    for key in TABLE:
        group, name = key.split(".")
        if getattr(getattr(settings, group), name) != values[key]:
            return False
    return True


def _group(state: EditorState, ui: Ui, group: Field, title: str, value: Any, inside: list[Field]) -> None:
    changed = sum(1 for f in fields_of(group.kind.of) if getattr(value, f.name) != f.default)
    note = f"{changed} changed" if changed else ""
    opened = header(ui, f"settings.{group.name}", _ICONS.get(group.name, icons.RENDERING), title, note)
    tip((group.kind.of.__doc__ or "").strip())
    if not opened:
        return
    if begin_grid(ui, f"###{group.name}.grid"):
        for f in inside:
            path = f"settings.{group.name}.{f.name}"
            slot = Slot(path, words_of(f.name), f.kind, f.spec, f.default, (getattr(value, f.name),))
            change = fields.row(ui, slot)
            if change is not None:
                set_field(state, ui, path, change, slot.value)
        imgui.end_table()


_ICONS = {
    "tonemap": "\uf042", "exposure": "\uf030", "bloom": "\uf005", "grading": "\uf53f", "aa": "\uf545",
    "shadows": "\uf186", "lights": "\uf0eb", "shading": "\uf1b2", "ao": "\uf192", "transparency": "\uf043",
    "cull": "\uf070", "textures": "\uf03e", "sky": "\uf185", "debug": "\uf188",
}  # fmt: skip


def set_field(state: EditorState, ui: Ui, path: str, change: Change, old: Any) -> None:
    """Change a field of the scene itself: "settings.bloom.intensity", "physics.gravity"."""
    words = path.rpartition(".")[2].replace("_", " ")
    ui.edit(state, commands.settings({path: plain(change(old))}), f"Set {words}", merge=path)


# ---- the project ------------------------------------------------------------------------------------------------


def draw_project(state: EditorState, ui: Ui) -> None:
    """The panel of the project, the scene and the editor."""
    if imgui.begin_child("###project", ImVec2(0, 0), imgui.ChildFlags_.nav_flattened):
        if header(ui, "project.scene", icons.SCENE, "Scene"):
            _scene(state, ui)
        if header(ui, "project.physics", icons.BODY, "Physics"):
            _physics(state, ui)
        if header(ui, "project.scripts", icons.CODE, "Scripts"):
            _scripts(state, ui)
        if header(ui, "project.folder", icons.FOLDER, "Project"):
            _folder(state, ui)
        if header(ui, "project.editor", icons.PROJECT, "Editor"):
            _editor(state, ui)
        imgui.dummy(ImVec2(0, ui.px(16)))
    imgui.end_child()


def _scene(state: EditorState, ui: Ui) -> None:
    scene = state.document.scene
    if begin_grid(ui, "###scene.grid"):
        slot = Slot("name", "Name", Kind("str"), Spec(doc="of the scene"), "scene", (scene.name,))
        change = fields.row(ui, slot)
        if change is not None:
            ui.edit(state, commands.settings({"name": change(scene.name)}), "Rename scene")
        prefabs = tuple(one if isinstance(one, str) else one.file for one in scene.prefabs)
        spec = Spec(doc="prefabs that are woven along, so that world.spawn has them at once")
        slot = Slot("prefabs", "Ready prefabs", Kind("list", Kind("str")), spec, (), (prefabs,))
        change = fields.row(ui, slot)
        if change is not None:
            ui.edit(state, commands.settings({"prefabs": list(change(prefabs))}), "Set prefabs")
        imgui.end_table()


def _physics(state: EditorState, ui: Ui) -> None:
    physics = state.document.scene.physics
    if begin_grid(ui, "###physics.grid"):
        for f in fields_of(Physics):
            path = f"physics.{f.name}"
            slot = Slot(path, words_of(f.name), f.kind, f.spec, f.default, (getattr(physics, f.name),), Choices())
            change = fields.row(ui, slot)
            if change is not None:
                set_field(state, ui, path, change, slot.value)
        imgui.end_table()


def _scripts(state: EditorState, ui: Ui) -> None:
    scene, t = state.document.scene, ui.theme
    caption(ui, "Python files that declare what the objects are made of")
    if not scene.scripts:
        text(ui, "None yet", t.faint)
    for i, address in enumerate(scene.scripts):
        imgui.align_text_to_frame_padding()
        text(ui, f"{icons.CODE}  {address}")
        imgui.same_line()
        room = imgui.get_content_region_avail().x
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - imgui.get_frame_height() * 2))
        if icon_button(ui, icons.RENAME, f"script.open.{address}", "Open in the text editor"):
            from .opening import open_text

            place = state.document.root / address
            ui.later(lambda: open_text(place))  # noqa: B023
        imgui.same_line(0, 0)
        if icon_button(ui, icons.REMOVE, f"script.remove.{address}", "The scene does not need it"):
            left = [*scene.scripts[:i], *scene.scripts[i + 1 :]]
            ui.edit(state, commands.settings({"scripts": left}), "Remove script")
    known = [state.project.address(one.path, state.document) for one in state.project.of_kind("script")]
    offered = [address for address in known if address not in scene.scripts]
    if imgui.button(f"{icons.ADD}  Add script###scripts.add"):
        imgui.open_popup("###scripts.offered")
    dropped = ui.drop_target("asset")
    if dropped is not None and str(dropped.data).endswith(".py"):
        ui.edit(state, commands.settings({"scripts": [*scene.scripts, str(dropped.data)]}), "Add script")
    if imgui.begin_popup("###scripts.offered"):
        for address in offered:
            if imgui.selectable(f"{icons.CODE}  {address}###scripts.{address}", False)[0]:
                ui.edit(state, commands.settings({"scripts": [*scene.scripts, address]}), "Add script")
        if not offered:
            muted(ui, "No other scripts in the project")
        imgui.end_popup()


def _folder(state: EditorState, ui: Ui) -> None:
    project = state.project
    imgui.align_text_to_frame_padding()
    text(ui, project.root.name, bold=True)
    wrapped(ui, str(project.root), ui.theme.muted)
    files = sum(1 for one in project.assets.values() if one.kind != "folder")
    muted(ui, f"{files} files" + (f", played by {project.main.name}" if project.main else ""))
    if project.extensions:
        caption(ui, "Extensions")
        for address in project.extensions:
            text(ui, f"{icons.CODE}  {address}")


def _editor(state: EditorState, ui: Ui) -> None:
    settings = state.settings
    imgui.align_text_to_frame_padding()
    muted(ui, "Theme")
    imgui.same_line(ui.px(120))
    names = ("dark", "light")
    pressed = segments(ui, "theme", ("Dark", "Light"), names.index(ui.theme.name))
    if pressed is not None:
        ui.act(state, "window.theme", name=names[pressed])
    imgui.align_text_to_frame_padding()
    muted(ui, "Scale")
    imgui.same_line(ui.px(120))
    for i, (icon, action) in enumerate(((icons.LESS, "window.scale_down"), (icons.ADD, "window.scale_up"))):
        if i:
            imgui.same_line(0, ui.px(4))
            imgui.align_text_to_frame_padding()
            text(ui, f"{ui.scale:.0%}")
            imgui.same_line(0, ui.px(4))
        if icon_button(ui, icon, action, state.actions[action].label):
            ui.act(state, action)
    imgui.align_text_to_frame_padding()
    muted(ui, "Autosave")
    imgui.same_line(ui.px(120))
    imgui.set_next_item_width(ui.px(100))
    changed, seconds = imgui.drag_float("###autosave", settings.autosave_seconds, 1.0, 10.0, 3600.0, "%.0f s")
    tip("How long what was done is kept in the journal alone, before the whole scene is written beside it")
    if changed:
        settings.autosave_seconds = seconds
    if imgui.is_item_deactivated_after_edit():
        ui.later(ui.keep_settings)
