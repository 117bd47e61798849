"""The assets: the project's folders and files, with pictures; renamed and moved with everything that names them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, ImVec4, imgui

from ..core.project import Asset
from . import icons, import_settings
from .inspector import point_to
from .opening import open_text
from .theme import SMALL, u32
from .ui import Ui
from .widgets import caption, elided, elided_end, empty, icon_button, muted, search, text, tip, toolbar, wrapped

if TYPE_CHECKING:
    from ..core import EditorState
    from ..core.references import Use

ASSET = "asset"
"""What a dragged asset is called; it carries its path, relative to the project."""
_SHOWN_KINDS = ("scene", "model", "image", "environment", "script", "sound", "font", "shader", "folder")
_PICTURED = ("image", "model", "scene", "environment")


@dataclass
class Assets:
    """What the panel keeps."""

    folder: str = ""
    chosen: str = ""
    search: str = ""
    rows: bool = False  # a list in place of tiles
    everything: bool = False  # files that the engine does not know, too
    unfolded: set[str] = field(default_factory=lambda: {""})
    renaming: str = ""
    new_name: str = ""
    begun: bool = False
    reveal: str = ""  # an asset, as a field names it, that is to be shown
    uses: tuple[str, int, int, list[Use]] = ("", -1, -1, [])


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    mine = ui.kept(Assets)
    _revealed(state, mine)
    if mine.folder and mine.folder not in state.project.assets:
        mine.folder = ""
    wide = imgui.get_content_region_avail().x
    left = min(max(ui.px(130), wide * 0.2), ui.px(220))
    right = ui.px(280) if mine.chosen in state.project.assets and wide > ui.px(700) else 0.0
    if imgui.begin_child("###folders", ImVec2(left, 0)):
        imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
        _folder_row(state, ui, mine, "", 0)
        imgui.pop_style_var()
    imgui.end_child()
    imgui.same_line(0, ui.px(8))
    if imgui.begin_child("###files", ImVec2(-right, 0)):
        _bar(state, ui, mine)
        if imgui.begin_child("###tiles", ImVec2(0, 0)):
            _files(state, ui, mine)
        imgui.end_child()
        _imported(state, ui, mine)
    imgui.end_child()
    if right:
        imgui.same_line(0, ui.px(8))
        if imgui.begin_child("###about", ImVec2(0, 0)):
            _about(state, ui, mine, state.project.assets[mine.chosen])
        imgui.end_child()


def _revealed(state: EditorState, mine: Assets) -> None:
    """Show an asset that a field named."""
    if not mine.reveal:
        return
    path = state.project.relative(state.document.root / mine.reveal.partition("#")[0])
    mine.reveal = ""
    if path in state.project.assets:
        assert path is not None
        mine.folder, mine.chosen, mine.search = path.rpartition("/")[0], path, ""


# ---- folders ----------------------------------------------------------------------------------------------------


def _folder_row(state: EditorState, ui: Ui, mine: Assets, path: str, depth: int) -> None:
    t = ui.theme
    below = [one for one in state.project.in_folder(path) if one.kind == "folder"]
    high = imgui.get_frame_height() - ui.px(2)
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    opened = path in mine.unfolded
    pressed = imgui.invisible_button(f"###folder.{path}", ImVec2(max(width, 1), high))
    draw_list = imgui.get_window_draw_list()
    end = ImVec2(start.x + width, start.y + high)
    if path == mine.folder:
        draw_list.add_rect_filled(start, end, u32(t.select), 3.0)
    elif imgui.is_item_hovered():
        draw_list.add_rect_filled(start, end, u32(t.hover), 3.0)
    x = start.x + ui.px(4) + depth * ui.px(12)
    top = start.y + (high - imgui.get_font_size()) / 2
    if below:
        draw_list.add_text(ImVec2(x, top), u32(t.faint), icons.UNFOLDED if opened else icons.FOLDED)
    if pressed:
        if below and imgui.get_mouse_pos().x < x + ui.px(14):
            mine.unfolded ^= {path}
        else:
            mine.folder, mine.search = path, ""
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(0) and below:
        mine.unfolded ^= {path}
    _drop_on_folder(state, ui, path)
    icon = icons.FOLDER_OPEN if opened and below else icons.FOLDER
    draw_list.add_text(ImVec2(x + ui.px(14), top), u32(t.accent), icon)
    name = path.rpartition("/")[2] or state.project.root.name
    draw_list.add_text(ImVec2(x + ui.px(36), top), u32(t.text), elided_end(name, end.x - x - ui.px(38)))
    if opened:
        for one in below:
            _folder_row(state, ui, mine, one.path, depth + 1)


def _drop_on_folder(state: EditorState, ui: Ui, folder: str) -> None:
    dropped = ui.drop_target(ASSET)
    if dropped is not None and dropped.data != folder:
        ui.act(state, "file.move_asset", asset=dropped.data, folder=folder)


# ---- files ------------------------------------------------------------------------------------------------------


def _bar(state: EditorState, ui: Ui, mine: Assets) -> None:
    edge = imgui.get_frame_height()
    with toolbar(ui, "bar"):
        if icon_button(ui, icons.ADD, "new", "New, or import", enabled=not state.play.active):
            imgui.open_popup("###new.menu")
        _new_menu(state, ui, mine)
        imgui.same_line()
        width = imgui.get_content_region_avail().x - edge * 2 - ui.px(9)
        mine.search = search(ui, "search", f"Search in {mine.folder or state.project.root.name}", mine.search, width)
        imgui.same_line()
        icon, words = (icons.TILES, "Show pictures") if mine.rows else (icons.ROWS, "Show a list")
        if icon_button(ui, icon, "rows", words):
            mine.rows = not mine.rows
        imgui.same_line()
        if icon_button(ui, icons.FILTER, "everything", "Show every file, of whatever kind", active=mine.everything):
            mine.everything = not mine.everything


def _new_menu(state: EditorState, ui: Ui, mine: Assets) -> None:
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(8)))
    if imgui.begin_popup("###new.menu"):
        if imgui.internal.menu_item_ex("New folder###new.folder", icons.FOLDER):
            ui.later(lambda: _made(state, mine, "file.new_folder", "folder"))
        if imgui.internal.menu_item_ex("New script###new.script", icons.CODE):
            ui.later(lambda: _made(state, mine, "file.new_script", _free_script(state, mine.folder)))
        if imgui.internal.menu_item_ex("New scene###new.scene", icons.SCENE):
            ui.act(state, "file.new")
        imgui.separator()
        if imgui.internal.menu_item_ex("Import…###new.import", icons.OPEN):
            ui.act(state, "file.import_asset", folder=mine.folder)
        imgui.end_popup()
    imgui.pop_style_var()


def _free_script(state: EditorState, folder: str) -> str:
    number, name = 1, "behaviour"
    while f"{folder}/{name}.py".lstrip("/") in state.project.assets:
        number += 1
        name = f"behaviour_{number}"
    return name


def _made(state: EditorState, mine: Assets, action: str, name: str) -> None:
    """Make a file or folder, and have its name be typed."""
    made = state.run(action, folder=mine.folder, name=name)
    if isinstance(made, str) and made:
        mine.chosen = mine.renaming = made
        mine.new_name, mine.begun = made.rpartition("/")[2], False


def shown(state: EditorState, mine: Assets) -> list[Asset]:
    """The files and folders that are listed."""
    if not mine.search:
        found = state.project.in_folder(mine.folder)
    else:
        words = mine.search.lower().split()
        inside = f"{mine.folder}/" if mine.folder else ""
        found = [
            one
            for one in state.project.assets.values()
            if one.path.startswith(inside) and all(word in one.path.lower() for word in words)
        ]
        found.sort(key=lambda one: one.path.lower())
    return [one for one in found if mine.everything or one.kind in _SHOWN_KINDS]


def _files(state: EditorState, ui: Ui, mine: Assets) -> None:
    found = shown(state, mine)
    if not found:
        empty(
            ui,
            icons.ASSETS,
            "Nothing found" if mine.search else "Nothing here",
            "" if mine.search else "Import files, or drop them here",
        )
        return
    if mine.rows:
        _list(state, ui, mine, found)
    else:
        _tiles(state, ui, mine, found)
    if imgui.is_window_hovered() and imgui.is_mouse_clicked(0) and not imgui.is_any_item_hovered():
        mine.chosen = ""


def _tiles(state: EditorState, ui: Ui, mine: Assets, found: list[Asset]) -> None:
    edge = ui.px(76)
    wide, high = edge + ui.px(14), edge + ui.px(30)
    room = imgui.get_content_region_avail().x
    columns = max(1, int(room // wide))
    rows = -(-len(found) // columns)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    clipper = imgui.ListClipper()
    clipper.begin(rows, high)
    while clipper.step():
        for row in range(clipper.display_start, clipper.display_end):
            for i in range(row * columns, min((row + 1) * columns, len(found))):
                if i % columns:
                    imgui.same_line(0, 0)
                _tile(state, ui, mine, found[i], ImVec2(wide, high), edge)
    imgui.pop_style_var()


def _tile(state: EditorState, ui: Ui, mine: Assets, asset: Asset, size: ImVec2, edge: float) -> None:
    t = ui.theme
    start = imgui.get_cursor_screen_pos()
    chosen = asset.path == mine.chosen
    pressed = imgui.invisible_button(f"###asset.{asset.path}", size)
    draw_list = imgui.get_window_draw_list()
    over = imgui.is_item_hovered()
    low = ImVec2(start.x + ui.px(2), start.y + ui.px(2))
    end = ImVec2(start.x + size.x - ui.px(2), start.y + size.y - ui.px(2))
    if chosen or over:
        draw_list.add_rect_filled(low, end, u32(t.select if chosen else t.hover), ui.px(5))
    _item(state, ui, mine, asset, pressed)
    x, y = start.x + ui.px(7), start.y + ui.px(6)
    picture = ui.services.thumbnail(asset.path) if asset.kind in _PICTURED else None
    if picture is not None:
        draw_list.add_image_rounded(
            picture,
            ImVec2(x, y),
            ImVec2(x + edge, y + edge - ui.px(6)),
            ImVec2(0, 0.04),
            ImVec2(1, 0.96),
            0xFFFFFFFF,
            ui.px(4),
        )
    else:
        draw_list.add_rect_filled(
            ImVec2(x, y),
            ImVec2(x + edge, y + edge - ui.px(6)),
            u32(t.inset if asset.kind != "folder" else (0, 0, 0, 0)),
            ui.px(4),
        )
        imgui.push_font(None, 30)
        icon = icons.of_asset(asset.kind)
        glyph = imgui.calc_text_size(icon)
        colour = t.accent if asset.kind == "folder" else t.info if asset.kind == "script" else t.muted
        draw_list.add_text(ImVec2(x + (edge - glyph.x) / 2, y + (edge - ui.px(6) - glyph.y) / 2), u32(colour), icon)
        imgui.pop_font()
    if mine.renaming == asset.path:
        _rename(state, ui, mine, asset, ImVec2(start.x + ui.px(4), start.y + edge + ui.px(4)), size.x - ui.px(8))
        imgui.set_cursor_screen_pos(ImVec2(start.x + size.x, start.y))
        imgui.dummy(ImVec2(0, size.y))
        return
    imgui.push_font(None, SMALL)
    words = elided(asset.name, size.x - ui.px(12))
    half = imgui.calc_text_size(words).x / 2
    draw_list.add_text(ImVec2(start.x + size.x / 2 - half, start.y + edge + ui.px(4)), u32(t.text), words)
    imgui.pop_font()
    if words != asset.name:
        tip(asset.name)


def _list(state: EditorState, ui: Ui, mine: Assets, found: list[Asset]) -> None:
    t = ui.theme
    high = imgui.get_frame_height()
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    clipper = imgui.ListClipper()
    clipper.begin(len(found), high)
    while clipper.step():
        for i in range(clipper.display_start, clipper.display_end):
            asset = found[i]
            start = imgui.get_cursor_screen_pos()
            width = imgui.get_content_region_avail().x
            pressed = imgui.invisible_button(f"###asset.{asset.path}", ImVec2(width, high))
            draw_list = imgui.get_window_draw_list()
            if asset.path == mine.chosen or imgui.is_item_hovered():
                colour = t.select if asset.path == mine.chosen else t.hover
                draw_list.add_rect_filled(start, ImVec2(start.x + width, start.y + high), u32(colour), 3.0)
            _item(state, ui, mine, asset, pressed)
            top = start.y + imgui.get_style().frame_padding.y
            draw_list.add_text(
                ImVec2(start.x + ui.px(6), top),
                u32(t.accent if asset.kind == "folder" else t.muted),
                icons.of_asset(asset.kind),
            )
            if mine.renaming == asset.path:
                _rename(state, ui, mine, asset, ImVec2(start.x + ui.px(28), start.y), ui.px(260))
                imgui.set_cursor_screen_pos(ImVec2(start.x, start.y + high))
                imgui.dummy(ImVec2(0, 0))
                continue
            draw_list.add_text(ImVec2(start.x + ui.px(30), top), u32(t.text), asset.path if mine.search else asset.name)
            said = _size(asset.size) if asset.kind != "folder" else ""
            draw_list.add_text(
                ImVec2(start.x + width - imgui.calc_text_size(said).x - ui.px(8), top), u32(t.faint), said
            )
    imgui.pop_style_var()


def _item(state: EditorState, ui: Ui, mine: Assets, asset: Asset, pressed: bool) -> None:
    """What a file or folder does when it is clicked, dragged, dropped on or asked for its menu."""
    if pressed:
        mine.chosen = asset.path
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(0):
        ui.later(lambda: open_asset(state, ui, asset))
    if imgui.is_item_active():
        ui.drag_source(ASSET, asset.path, asset.name, icons.of_asset(asset.kind))
    if asset.kind == "folder":
        _drop_on_folder(state, ui, asset.path)
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(8), ui.px(8)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(8), ui.px(5)))
    if imgui.begin_popup_context_item(f"###asset.menu.{asset.path}"):
        mine.chosen = asset.path
        _menu(state, ui, mine, asset)
        imgui.end_popup()
    imgui.pop_style_var(2)


def _menu(state: EditorState, ui: Ui, mine: Assets, asset: Asset) -> None:
    item = imgui.internal.menu_item_ex
    still = not state.play.active
    if item("Open###open", icons.OPEN):
        ui.later(lambda: open_asset(state, ui, asset))
    if asset.kind in _PICTURED and item("Put into the scene###put", icons.ADD, "", False, still):
        ui.act(state, "create.from_asset", asset=asset.path)
    imgui.separator()
    if item("Rename###rename", icons.RENAME, "", False, still):
        mine.renaming, mine.new_name, mine.begun = asset.path, asset.name, False
    if asset.kind != "folder" and item("Duplicate###duplicate", icons.DUPLICATE, "", False, still):
        ui.act(state, "file.duplicate_asset", asset=asset.path)
    if item("Copy path###copy", icons.COPY):
        imgui.set_clipboard_text(state.project.address(asset.path, state.document))
    imgui.separator()
    if item("Delete…###delete", icons.DELETE, "", False, still):
        ui.act(state, "file.delete_asset", asset=asset.path)


def _rename(state: EditorState, ui: Ui, mine: Assets, asset: Asset, place: ImVec2, width: float) -> None:
    imgui.set_cursor_screen_pos(place)
    imgui.set_next_item_width(width)
    begins = not mine.begun
    if begins:
        imgui.set_keyboard_focus_here()
        mine.begun = True
    flags = imgui.InputTextFlags_
    entered, mine.new_name = imgui.input_text(
        "###rename", mine.new_name, flags.enter_returns_true | flags.auto_select_all
    )
    if entered or (imgui.is_item_deactivated() and not begins):
        mine.renaming = ""
        new = mine.new_name.strip()
        if new and new != asset.name and not imgui.is_key_pressed(imgui.Key.escape):
            ui.later(lambda: _renamed(state, mine, asset.path, new))


def _renamed(state: EditorState, mine: Assets, path: str, name: str) -> None:
    made = state.run("file.rename_asset", asset=path, name=name)
    mine.chosen = made if isinstance(made, str) and made else path


def open_asset(state: EditorState, ui: Ui, asset: Asset) -> None:
    """What a double click does: a folder is gone into, a scene opened, a text file edited, the rest put into view."""
    mine = ui.kept(Assets)
    if asset.kind == "folder":
        mine.folder, mine.search = asset.path, ""
        mine.unfolded |= {asset.path, asset.folder}
    elif asset.kind == "scene":
        state.act("file.open", path=str(state.project.place(asset.path)))
    elif asset.kind in ("script", "shader", "data", "text"):
        open_text(state.project.place(asset.path))
    else:
        mine.folder, mine.chosen, mine.search = asset.folder, asset.path, ""
        ui.show("assets")


def _imported(state: EditorState, ui: Ui, mine: Assets) -> None:
    """An object that is let go here becomes a prefab."""
    dropped = ui.drop_target("objects")
    if dropped is not None:
        number = dropped.data[0]

        def make() -> None:
            state.select([number])
            state.act("object.make_prefab")

        ui.later(make)


# ---- one asset --------------------------------------------------------------------------------------------------


def _about(state: EditorState, ui: Ui, mine: Assets, asset: Asset) -> None:
    """The chosen file: what it is, who names it."""
    t = ui.theme
    picture = ui.services.thumbnail(asset.path) if asset.kind in _PICTURED else None
    if picture is not None:
        edge = ui.px(56)
        start = imgui.get_cursor_screen_pos()
        end = ImVec2(start.x + edge, start.y + edge)
        imgui.get_window_draw_list().add_image_rounded(
            picture, start, end, ImVec2(0, 0), ImVec2(1, 1), 0xFFFFFFFF, ui.px(4)
        )
        imgui.dummy(ImVec2(edge, edge))
        if imgui.is_item_hovered() and imgui.begin_tooltip():
            imgui.image(picture, ImVec2(ui.px(160), ui.px(160)))
            imgui.end_tooltip()
        imgui.same_line(0, ui.px(8))
    imgui.begin_group()
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(4), ui.px(2)))
    wrapped(ui, asset.name)
    said = asset.kind if asset.kind == "folder" else f"{asset.kind}, {_size(asset.size)}"
    muted(ui, said)
    if asset.mtime:
        text(ui, time.strftime("%Y-%m-%d %H:%M", time.localtime(asset.mtime / 1e9)), t.faint, size=SMALL)
    imgui.pop_style_var()
    imgui.end_group()
    import_settings.draw(state, ui, asset)
    imgui.dummy(ImVec2(0, ui.px(4)))
    key = asset.path, state.project.revision, state.document.revision
    if mine.uses[:3] != key and not imgui.is_any_item_active():
        mine.uses = (*key, state.project.used_by(asset.path, state.document))
    uses = mine.uses[3]
    caption(ui, f"Used by {len(uses)}" if uses else "Nothing names it")
    for i, use in enumerate(uses[:200]):
        _use(state, ui, use, i)


def _use(state: EditorState, ui: Ui, use: Use, i: int) -> None:
    t = ui.theme
    here = bool(use.object) and use.object in state.document
    name = state.document.object(use.object).name if here else use.user.name
    width = imgui.get_content_region_avail().x
    imgui.push_style_color(imgui.Col_.text, ImVec4(*(t.text if here else t.muted)))
    pressed = imgui.selectable(f"{elided_end(f'{name}   {use.field}', width)}###use{i}", False)[0]
    imgui.pop_style_color()
    tip(f"{use.user.name}: {use.field}")
    if pressed and here:
        number, path = use.object, use.field
        ui.later(lambda: point_to(state, ui, number, path))
    elif pressed and use.user.suffix == ".py":
        ui.later(lambda: open_text(use.user, use.line))


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB" if count else "empty"
