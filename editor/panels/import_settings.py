"""The import settings of the asset that is chosen: changed here, kept in a small file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...assets.import_settings import KINDS, Settings, settings_file
from ...engine.declare import fields_of
from ...engine.errors import AssetError
from ..core.outside import settings_of, write_settings_of
from ..core.project import Asset
from . import fields, icons
from .fields import Slot, begin_grid, words_of
from .opening import open_text
from .ui import Ui
from .widgets import caption, icon_button, wrapped

if TYPE_CHECKING:
    from ..core import EditorState

_ONLY_WITH = {"smoothing_angle": ("normals", "smooth")}
"""Settings that count only where another one has a value."""


@dataclass
class ImportView:
    """What the panel keeps. pending: settings that are being dragged or typed, and the asset that they are for."""

    pending: tuple[str, Settings] | None = None
    read: tuple[Any, Settings | None, str] = (None, None, "")


def draw(state: EditorState, ui: Ui, asset: Asset) -> None:
    """The settings as rows; nothing for what has none."""
    if "." + asset.path.rpartition(".")[2].lower() not in KINDS:
        return
    mine = ui.kept(ImportView)
    _commit(state, ui, mine, asset)
    settings, trouble = _read(state, mine, asset)
    if mine.pending is not None and mine.pending[0] == asset.path:
        settings = mine.pending[1]
    usual = settings is not None and settings == type(settings)()
    imgui.dummy(ImVec2(0, ui.px(4)))
    imgui.align_text_to_frame_padding()
    caption(ui, "Import settings")
    imgui.begin_disabled(state.play.active)
    if not usual:
        edge = imgui.get_frame_height()
        imgui.same_line(imgui.get_content_region_avail().x - edge + imgui.get_cursor_pos_x())
        if icon_button(ui, icons.RESET, "import.reset", "All of them back to their defaults: as the file is"):
            mine.pending = None
            ui.act(state, "file.reset_import_settings", asset=asset.path)
    if settings is None:
        wrapped(ui, trouble, ui.theme.error)
        place = settings_file(state.project.place(asset.path))
        if imgui.button(f"{icons.OPEN}  Open the file###import.open"):
            ui.later(lambda: open_text(place, _line_in(trouble)))
    else:
        _rows(ui, mine, asset, settings)
    imgui.end_disabled()


def _rows(ui: Ui, mine: ImportView, asset: Asset, settings: Settings) -> None:
    if not begin_grid(ui, "###import.grid"):
        return
    for f in fields_of(type(settings)):
        other, wanted = _ONLY_WITH.get(f.name, ("", ""))
        if other and getattr(settings, other) != wanted:
            continue
        value = getattr(settings, f.name)
        words = words_of(f.name.rpartition("_")[2] if other else f.name)
        slot = Slot(f"import.{f.name}", words, f.kind, f.spec, f.default, (value,))
        change = fields.row(ui, slot, depth=int(bool(other)))
        if change is not None:
            now: dict[str, Any] = {one.name: getattr(settings, one.name) for one in fields_of(type(settings))}
            now[f.name] = change(value)
            mine.pending = asset.path, type(settings)(**now)
    imgui.end_table()


def _commit(state: EditorState, ui: Ui, mine: ImportView, asset: Asset) -> None:
    """What was dragged or typed is one step once it is let go: reading a model anew may take a moment."""
    if mine.pending is None or (imgui.is_any_item_active() and mine.pending[0] == asset.path):
        return
    path, settings = mine.pending
    mine.pending = None
    if path in state.project.assets:
        ui.later(lambda: write_settings_of(state, path, settings))


def _read(state: EditorState, mine: ImportView, asset: Asset) -> tuple[Settings | None, str]:
    """The settings as they are on the disk, or what is wrong with them."""
    path = settings_file(state.project.place(asset.path))
    try:
        known = path.stat()
        stamp: Any = (asset.path, known.st_mtime_ns, known.st_size)
    except OSError:
        stamp = (asset.path, 0, 0)
    if mine.read[0] != stamp:
        try:
            mine.read = stamp, settings_of(state, asset.path), ""
        except AssetError as error:
            mine.read = stamp, None, str(error).replace(f"{path}", path.name)
    return mine.read[1:]


def _line_in(trouble: str) -> int:
    number = trouble.partition(":")[2].partition(":")[0]
    return int(number) if number.isdigit() else 0
