"""What is let go over the scene, and the menu that a click with the right button opens there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from ..core.create_actions import Cursor
from ..core.view import View
from ..panels import menu
from ..panels.ui import Ui
from .frame import Frame
from .paint import HOT, INK, color, label, path
from .shapes import arc

if TYPE_CHECKING:
    from ..core.state import EditorState
    from .viewport import Viewport

ASSET = "asset"
"""What dragged assets are called."""
MENU = "###viewport.menu"
_ITEMS = (
    ("view.focus", "edit.rename", "edit.duplicate", "edit.delete"),
    ("edit.cut", "edit.copy", "edit.paste"),
    ("object.group", "object.hide", "object.lock", "object.isolate", "object.show_all"),
)
_ANY_POPUP = int(imgui.PopupFlags_.any_popup)
_AFAR = 4.0
"""Where the ground is so many times farther away than what is looked at, things are put there instead."""


def take_assets(state: EditorState, port: Viewport, frame: Frame, scale: float, draw: imgui.ImDrawList) -> None:
    """Show where an asset that is dragged over the picture would be, and put it there when it is let go."""
    if not imgui.begin_drag_drop_target():
        return
    flags = imgui.DragDropFlags_
    payload = imgui.accept_drag_drop_payload_py_id(
        ASSET, int(flags.accept_before_delivery | flags.accept_no_draw_default_rect)
    )
    dragged = state.part(Ui).dragged
    if payload is not None and dragged is not None and not state.play.active:  # pyright: ignore[reportUnnecessaryComparison]
        at = port.surface_at(imgui.get_io().mouse_pos.x, imgui.get_io().mouse_pos.y)
        if at is not None:
            _mark(draw, frame, at, scale, dragged.label)
            if imgui.is_mouse_released(imgui.MouseButton_.left):
                state.act("create.from_asset", asset=str(dragged.data), at=[round(float(v), 4) for v in at])
    imgui.end_drag_drop_target()


def place_under(state: EditorState, port: Viewport, px: float, py: float) -> NDArray[np.float64] | None:
    """The place (3,) in the scene under a point of the page; None where the picture is not on top there."""
    frame = port.frame
    if frame is None or "viewport" not in state.part(Ui).in_front or imgui.is_popup_open("", _ANY_POPUP):
        return None
    x, y, width, height = frame.rect
    if not (x <= px < x + width and y <= py < y + height):
        return None
    return port.surface_at(px, py)


def _mark(draw: imgui.ImDrawList, frame: Frame, at: NDArray[np.float64], scale: float, said: str) -> None:
    radius = frame.pixel(at) * 16 * scale
    rim = frame.project(arc(1, radius, at)[:, 0])[0]
    points = path([(float(x), float(y)) for x, y in rim])
    closed = imgui.ImDrawFlags_.closed
    draw.add_polyline(points, color(INK), 5 * scale, closed)
    draw.add_polyline(points, color(HOT), 2.5 * scale, closed)
    x, y = frame.at(at)
    draw.add_circle_filled(ImVec2(x, y), 3 * scale, color(HOT))
    label(draw, (x + 14 * scale, y + 14 * scale), said, scale)


def place_cursor(state: EditorState, frame: Frame) -> None:
    """New objects are put where the middle of the view meets the ground, or where the camera looks."""
    if imgui.is_popup_open(MENU):
        return
    view = state.part(View)
    x, y, width, height = frame.rect
    target = np.asarray(view.camera.goal.target)
    at = frame.on_plane(x + width / 2, y + height / 2, (0.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    if at is None or float(np.linalg.norm(at - frame.eye)) > _AFAR * view.camera.goal.distance:
        at = target
    step = 0.5 if view.camera.goal.distance < 40 else 5.0
    px, py, pz = (np.round(at / step) * step + 0.0).tolist()
    state.part(Cursor).at = px, py if abs(py) > 1e-9 else 0.0, pz


def context_menu(state: EditorState, port: Viewport, *, asked: bool) -> None:
    """The menu over the scene: what can be done with what is under the pointer, and what can be made there."""
    if asked:
        px, py = imgui.get_io().mouse_pos.x, imgui.get_io().mouse_pos.y
        found = port.pointer.badge or port.object_at(state, px, py)
        if found and found not in state.selection:
            state.select([found])
        at = port.surface_at(px, py)
        if at is not None:
            x, y, z = (round(float(v), 3) for v in at)
            state.part(Cursor).at = x, y, z
        imgui.open_popup(MENU)
    ui = state.part(Ui)
    pad = ImVec2(ui.px(8), ui.px(8))
    imgui.push_style_var(imgui.StyleVar_.window_padding, pad)
    if imgui.begin_popup(MENU):
        found_menus = menu.menus(dict(state.actions))
        create = found_menus.get("Create")
        if create is not None:
            menu.draw_menu(state, ui, "Create", create)
            imgui.separator()
        for i, group in enumerate(_ITEMS):
            if i:
                imgui.separator()
            for name in group:
                if name in state.actions:
                    menu.item(state, ui, state.actions[name])
        imgui.end_popup()
    imgui.pop_style_var()
