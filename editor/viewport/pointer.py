"""What the pointer does over the scene: it moves the camera, chooses objects, drags the handles of the gizmo."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray

from ..core.view import Mode, Steps, View
from . import badges, moving
from .frame import Frame
from .gizmo import Drag, Stand, hit
from .navigator import Navigator, follow

if TYPE_CHECKING:
    from ..core.state import EditorState
    from .viewport import Viewport

DEGREES_PER_HEIGHT = 200.0
"""How far a drag over the height of the viewport turns."""
ZOOM_PER_NOTCH = 0.87
STILL = 4.0
"""Points that a click may move."""
FAST, SPEED_PER_NOTCH = 3.5, 1.2
LEFT, RIGHT, MIDDLE = 0, 1, 2

Doing = Literal["", "press", "rectangle", "gizmo", "orbit", "pan", "fly", "around"]
_LABELS: dict[Mode, str] = {"select": "", "translate": "Move", "rotate": "Rotate", "scale": "Scale"}


@dataclass(eq=False)
class _Moving:
    """Objects under way: what moves them, how they were, what came of it."""

    drag: Drag
    begun: moving.Start
    ids: list[int]
    merge: str
    done: bool = False
    text: str = ""


@dataclass(eq=False)
class Pointer:
    """What it is doing. start: where the button went down.  hovered: the handle under it.  badge: the icon's object."""

    doing: Doing = ""
    start: tuple[float, float] = (0.0, 0.0)
    hovered: str = ""
    corner: str = ""
    badge: int = 0
    moving: _Moving | None = None
    menu: bool = False
    """Whether a click with the right button asks for a menu."""
    _count: int = field(default=0)

    def update(self, state: EditorState, port: Viewport, frame: Frame, *, over: bool, scale: float) -> None:
        """Follow the pointer for a frame. over: it is over the scene."""
        io, view = imgui.get_io(), state.part(View)
        px, py = io.mouse_pos.x, io.mouse_pos.y
        self.menu = False
        stand = port.stand(state, frame, scale)
        navigator = Navigator(frame, frame.rect, scale)
        free = not self.doing
        if self.doing != "around":
            self.corner = navigator.hit(px, py) if over and free and view.through == 0 else ""
        found = stand is not None and over and free and not self.corner and not io.key_alt
        self.hovered = hit(view.mode, stand, px, py) if stand is not None and found else ""
        if self.doing != "press":
            near = badges.at(port.badges, px, py, scale) if over and free and not self.hovered else None
            self.badge = near.id if near is not None else 0
        if free and over:
            self._begin(state, port, frame, stand, view)
        if self.doing:
            self._go_on(state, port, frame, view, scale)
        if over and io.mouse_wheel and self.doing in ("", "fly", "orbit", "pan"):
            self._wheel(port, frame, view, io.mouse_wheel)
        view.flying = self.doing == "fly"

    # ---- beginning --------------------------------------------------------------------------------------------------

    def _begin(self, state: EditorState, port: Viewport, frame: Frame, stand: Stand | None, view: View) -> None:
        io = imgui.get_io()
        self.start = io.mouse_pos.x, io.mouse_pos.y
        if imgui.is_mouse_clicked(LEFT):
            if self.corner:
                self.doing = "around"
            elif io.key_alt:
                self.doing = "orbit"
            elif self.hovered and stand is not None:
                self._grab(state, view, stand)
            else:
                self.doing = "press"
        elif imgui.is_mouse_clicked(MIDDLE):
            self.doing = "pan" if io.key_shift or io.key_alt else "orbit"
        elif imgui.is_mouse_clicked(RIGHT):
            self.doing = "fly"
        if self.doing in ("orbit", "pan", "around"):
            view.through = 0
        if self.doing:
            port.take_keys()

    def _grab(self, state: EditorState, view: View, stand: Stand) -> None:
        document = state.document
        rows = moving.topmost(state.scene, document.rows(state.selection.ids).astype(np.int64))
        rows = rows[~document.locked[rows]]
        if not len(rows):
            return
        self._count += 1
        self.doing = "gizmo"
        drag = Drag(view.mode, self.hovered, stand, *self.start)
        ids = [int(number) for number in state.scene.ids[rows]]
        self.moving = _Moving(drag, moving.start(state.scene, rows), ids, f"gizmo {self._count}")

    # ---- going on ---------------------------------------------------------------------------------------------------

    def _go_on(self, state: EditorState, port: Viewport, frame: Frame, view: View, scale: float) -> None:
        io, camera = imgui.get_io(), view.camera
        px, py = io.mouse_pos.x, io.mouse_pos.y
        dx, dy = io.mouse_delta.x, io.mouse_delta.y
        still = math.hypot(px - self.start[0], py - self.start[1]) <= STILL * scale
        turn = DEGREES_PER_HEIGHT / max(frame.rect[3], 1.0)
        button = {"fly": RIGHT}.get(self.doing, LEFT)
        if self.doing in ("orbit", "pan"):
            button = MIDDLE if imgui.is_mouse_down(MIDDLE) or imgui.is_mouse_released(MIDDLE) else LEFT
        if self.doing == "gizmo":
            self._drag(state, view, px, py)
        elif self.doing == "orbit" or (self.doing == "around" and not still):
            if dx or dy:
                camera.turn(-dx * turn, dy * turn)
        elif self.doing == "pan":
            metres = frame.pixel(camera.pose.target)
            if dx or dy:
                camera.pan(-dx * metres, dy * metres)
        elif self.doing == "fly":
            self._fly(view, dx, dy, turn, frame)
        elif self.doing == "press" and not still:
            self.doing = "rectangle"
        if self.doing == "gizmo" and imgui.is_key_pressed(imgui.Key.escape, False):
            self._cancel(state)
        elif imgui.is_mouse_released(button) or not imgui.is_mouse_down(button):
            self._end(state, port, view, px, py, still=still)

    def _fly(self, view: View, dx: float, dy: float, turn: float, frame: Frame) -> None:
        io, camera = imgui.get_io(), view.camera
        key = imgui.Key

        def axis(forward: Any, back: Any) -> float:
            return float(imgui.is_key_down(forward)) - float(imgui.is_key_down(back))

        right, up, ahead = axis(key.d, key.a), axis(key.e, key.q), axis(key.w, key.s)
        if view.through and (dx or dy or right or up or ahead):
            view.through = 0
        if dx or dy:
            camera.look(-dx * turn * 0.6, dy * turn * 0.6)
        if right or up or ahead:
            fast = FAST if io.key_shift else 1.0
            camera.fly(right * fast, up * fast, ahead * fast, io.delta_time * fast)

    def _wheel(self, port: Viewport, frame: Frame, view: View, notches: float) -> None:
        if self.doing == "fly":
            view.camera.speed = max(0.1, min(1000.0, view.camera.speed * SPEED_PER_NOTCH**notches))
            port.say(f"{view.camera.speed:.2g} m/s")
            return
        view.through = 0
        io = imgui.get_io()
        pose = view.camera.goal
        at = frame.on_plane(io.mouse_pos.x, io.mouse_pos.y, pose.target, frame.forward)
        view.camera.zoom(ZOOM_PER_NOTCH**notches, at)

    def _drag(self, state: EditorState, view: View, px: float, py: float) -> None:
        now = self.moving
        assert now is not None
        on = view.snapping != imgui.get_io().key_ctrl
        drag, stand = now.drag, now.drag.stand
        if (px, py) == self.start and not now.done:
            return
        change = drag.at(px, py, view.steps if on else Steps())
        after = moving.moved(now.begun, change, stand.origin, stand.axes, drag.mode, view.pivot, view.space)
        now.text = change.text
        fields: dict[str, Any] = {}
        columns: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {
            "position": (now.begun.position, after.position),
            "rotation": (now.begun.rotation, after.rotation),
            "scale": (now.begun.scale, after.scale),
        }
        wanted = {"translate": ("position",), "rotate": ("rotation", "position"), "scale": ("scale", "position")}
        for name in wanted[drag.mode]:
            before, then = columns[name]
            if name != "position" or drag.mode == "translate" or (before != then).any():
                fields[name] = np.round(then, 9).tolist()
        if state.play.active:
            state.set(now.ids, fields, each=True)
        else:
            label = _LABELS[drag.mode]
            state.do({"do": "set_fields", "ids": now.ids, "fields": fields}, label=label, merge=now.merge)
        now.done = True

    # ---- ending -----------------------------------------------------------------------------------------------------

    def _cancel(self, state: EditorState) -> None:
        now, self.moving, self.doing = self.moving, None, ""
        if now is not None and now.done and not state.play.active:
            state.seal()
            state.undo()

    def _end(self, state: EditorState, port: Viewport, view: View, px: float, py: float, *, still: bool) -> None:
        doing, self.doing = self.doing, ""
        io = imgui.get_io()
        if doing == "gizmo":
            self.moving = None
            state.seal()
        elif doing == "press":
            self._click(state, port, px, py, more=io.key_shift or io.key_ctrl)
        elif doing == "rectangle":
            ids = port.in_rectangle(state, self.start, (px, py))
            mode: Any = "remove" if io.key_ctrl else "add" if io.key_shift else "set"
            state.select(ids, mode=mode)
        elif doing == "around" and still:
            follow(view.camera, self.corner)
        elif doing == "fly" and still:
            self.menu = True

    def _click(self, state: EditorState, port: Viewport, px: float, py: float, *, more: bool) -> None:
        found = self.badge or port.object_at(state, px, py)
        if found:
            state.select([found], mode="toggle" if more else "set")
        elif not more:
            state.select([])
