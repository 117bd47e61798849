"""The actions view.* and gizmo.*: how the viewport looks at the scene, and what its handles do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine import math as dmath
from ...engine.errors import EditorError
from ...engine.scene.components import Camera
from ...engine.scene.settings import VIEWS
from .actions import Actions
from .camera import SIDES, Pose
from .tree import inverse_affine, taken_apart, world_matrices
from .view import SLOTS, Mode, Pivot, View

if TYPE_CHECKING:
    from .state import EditorState

_MODES: tuple[tuple[Mode, str, str, str], ...] = (
    ("select", "Select", "Q", "arrow-pointer"),
    ("translate", "Move", "W", "up-down-left-right"),
    ("rotate", "Rotate", "E", "rotate"),
    ("scale", "Scale", "R", "up-right-and-down-left-from-center"),
)
_PIVOTS: tuple[Pivot, ...] = ("median", "active", "individual")
_SIDES = {
    "front": "Numpad1", "back": "Ctrl+Numpad1", "right": "Numpad3", "left": "Ctrl+Numpad3", "top": "Numpad7",
    "bottom": "Ctrl+Numpad7",
}  # fmt: skip
_SHOWN = (
    ("grid", "Grid", "Shift+G"),
    ("icons", "Icons", ""),
    ("outlines", "Selection Outlines", ""),
    ("shapes", "Light and Camera Shapes", ""),
    ("colliders", "Colliders", ""),
    ("preview", "Camera Preview", ""),
    ("stats", "Statistics", "Shift+F1"),
)
_LABELS = {
    "none": "Picture",
    "uv": "UV",
    "ao": "Ambient Occlusion",
    "hi_z": "Hi-Z",
    "cull": "Culling",
    "rings": "Observer Rings",
}
TURN = 15.0
"""Degrees that a key turns the view."""


def view_of(state: EditorState) -> View:
    """The viewport's part of the state."""
    return state.part(View)


def register(actions: Actions) -> None:
    """Add them."""
    _camera(actions)
    _shown(actions)
    _bookmarks(actions)
    _gizmo(actions)


# ---- the camera -----------------------------------------------------------------------------------------------------


def _camera(actions: Actions) -> None:
    add = actions.add
    add("view.focus", "Focus Selection", _focus, "F", menu="View", icon="crosshairs", doc="look at what is chosen")
    add("view.all", "Frame Everything", _all, "Home", menu="View", icon="expand", doc="look at the whole scene")
    for name, keys in _SIDES.items():
        add(f"view.{name}", name.capitalize(), _side(name), keys, menu="View/Look From")
    add("view.opposite", "The Other Side", _turned(180, 0), "Numpad9", menu="View/Look From")
    turns = (("left", -TURN, 0.0, "4"), ("right", TURN, 0.0, "6"), ("up", 0.0, TURN, "8"), ("down", 0.0, -TURN, "2"))
    for name, yaw, pitch, key in turns:
        run = _turned(yaw, pitch)
        add(f"view.turn_{name}", f"Turn {name.capitalize()}", run, f"Numpad{key}", menu="View/Look From", palette=False)
    add(
        "view.orthographic", "Orthographic", _orthographic, "Numpad5", menu="View",
        checked=lambda state: view_of(state).camera.pose.orthographic, doc="with or without perspective",
    )  # fmt: skip
    add("view.zoom_in", "Zoom In", _zoomed(0.8), "Numpad+", menu="View", palette=False)
    add("view.zoom_out", "Zoom Out", _zoomed(1.25), "Numpad-", menu="View", palette=False)
    add(
        "view.through_camera", "Look Through Camera", _through, "Numpad0", menu="View", icon="video",
        enabled=lambda state: bool(view_of(state).through) or _camera_of(state) != 0,
        checked=lambda state: view_of(state).through != 0,
        doc="through the chosen camera, or the first; again to come back",
    )  # fmt: skip
    add(
        "view.align_camera", "Align Camera with View", _align, "Ctrl+Alt+Numpad0", menu="View", icon="camera",
        enabled=lambda state: _camera_of(state) != 0 and not state.play.active,
        doc="put the chosen camera, or the first, where the editor looks from",
    )  # fmt: skip
    add(
        "view.align_to_camera", "Align View with Camera", _align_view, menu="View",
        enabled=lambda state: _camera_of(state) != 0, doc="look from where the chosen camera, or the first, stands",
    )  # fmt: skip
    add(
        "view.free", "Free Camera While Playing", _switch("free"), "F8", menu="View",
        checked=lambda state: view_of(state).free, doc="the editor's camera in place of the game's",
    )  # fmt: skip


def _focus(state: EditorState) -> None:
    view = view_of(state)
    view.through = 0
    view.wishes.append(("focus", state.selection.ids) if state.selection.ids else ("all", ()))


def _all(state: EditorState) -> None:
    view = view_of(state)
    view.through = 0
    view.wishes.append(("all", ()))


def _side(name: str) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view_of(state).through = 0
        view_of(state).camera.side(name)

    return run


def _turned(yaw: float, pitch: float) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view = view_of(state)
        view.through = 0
        p = view.camera.goal
        view.camera.go(replace(p, yaw=p.yaw + yaw, pitch=max(-90.0, min(90.0, p.pitch + pitch))))

    return run


def _zoomed(factor: float) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view_of(state).camera.zoom(factor)

    return run


def _orthographic(state: EditorState) -> None:
    camera = view_of(state).camera
    camera.put(replace(camera.goal, orthographic=not camera.goal.orthographic))


def _camera_of(state: EditorState) -> int:
    """The camera that is meant: the active object if it is one, else another chosen one, else the scene's first."""
    scene = state.scene
    slots = scene.slots_of(Camera)
    for number in (state.selection.active, *state.selection.ids):
        row = scene.row_of(number)
        if row is not None and slots[row] >= 0:
            return number
    rows = np.flatnonzero(slots >= 0)
    return int(scene.ids[rows[0]]) if len(rows) else 0


def _through(state: EditorState) -> None:
    view = view_of(state)
    view.through = 0 if view.through else _camera_of(state)


def _align(state: EditorState) -> None:
    """The camera's own transform that puts it where the editor looks from."""
    camera, scene = _camera_of(state), state.scene
    row = scene.row_of(camera)
    assert row is not None
    world = view_of(state).camera.eye().world_from_camera
    above = int(scene.parents[row])
    try:
        local = world if above < 0 else _under(inverse_affine(world_matrices(scene, [above])[0]), world)
    except np.linalg.LinAlgError:
        raise EditorError(f"{scene.names[row]} can't be put there: what it hangs on has a scale of 0") from None
    position, rotation, _ = taken_apart(local)
    command = {"do": "set_fields", "ids": [camera], "fields": {"position": [position], "rotation": [rotation]}}
    state.do(command, "Align Camera")


def _under(above: Any, world: Any) -> Any:
    return dmath.compose_affine(above[None], world[None])[0]


def _align_view(state: EditorState) -> None:
    view, scene = view_of(state), state.scene
    row = scene.row_of(_camera_of(state))
    assert row is not None
    m = world_matrices(scene, [row])[0]
    back = m[:, 2] / max(float(np.linalg.norm(m[:, 2])), 1e-12)
    distance = view.camera.goal.distance
    x, y, z = (m[:, 3] - back * distance).tolist()
    yaw = float(np.degrees(np.arctan2(back[0], back[2])))
    pitch = float(np.degrees(np.arcsin(np.clip(back[1], -1, 1))))
    view.through = 0
    view.camera.go(Pose((x, y, z), distance, yaw, pitch))


# ---- what is shown --------------------------------------------------------------------------------------------------


def _switch(name: str) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view = view_of(state)
        setattr(view, name, not getattr(view, name))

    return run


def _is_on(name: str) -> Callable[[EditorState], bool]:
    return lambda state: bool(getattr(view_of(state), name))


def _shown(actions: Actions) -> None:
    for name, label, keys in _SHOWN:
        run, on = _switch(name), _is_on(name)
        actions.add(f"view.{name}", label, run, keys, menu="View/Show", checked=on, doc=f"show it or not: {label}")
    for name in VIEWS:
        label = _LABELS.get(name, name.replace("_", " ").title())
        keys = "F3" if name == "none" else ""
        actions.add(
            f"view.debug_{name}", label, _debug(name), keys, menu="View/Debug View",
            checked=_shows(name), doc="the finished picture" if name == "none" else f"what it is made of: {name}",
        )  # fmt: skip
    actions.add("view.debug_next", "Next Debug View", _next_debug(1), "F4", menu="View/Debug View", palette=False)
    actions.add(
        "view.debug_back", "Previous Debug View", _next_debug(-1), "Shift+F4", menu="View/Debug View", palette=False
    )
    actions.add(
        "view.freeze_cull", "Freeze Culling", _switch("freeze_cull"), menu="View/Debug View",
        checked=_is_on("freeze_cull"), doc="keep drawing what culling found now, and look at it from elsewhere",
    )  # fmt: skip


def _shows(name: str) -> Callable[[EditorState], bool]:
    return lambda state: view_of(state).debug == name


def _debug(name: str) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view_of(state).debug = name

    return run


def _next_debug(step: int) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view = view_of(state)
        view.debug = VIEWS[(VIEWS.index(view.debug) + step) % len(VIEWS)]

    return run


# ---- bookmarks ------------------------------------------------------------------------------------------------------


def _bookmarks(actions: Actions) -> None:
    for slot in range(1, SLOTS + 1):
        actions.add(
            f"view.bookmark_{slot}", f"Go to Bookmark {slot}", _go_to(slot), f"Alt+{slot}", _has(slot),
            "View/Bookmarks", doc="look from where the bookmark was set",
        )  # fmt: skip
    for slot in range(1, SLOTS + 1):
        actions.add(
            f"view.set_bookmark_{slot}", f"Set Bookmark {slot}", _set(slot), f"Ctrl+Alt+{slot}",
            menu="View/Bookmarks", doc="remember where the editor looks from, for this scene",
        )  # fmt: skip


def _has(slot: int) -> Callable[[EditorState], bool]:
    return lambda state: isinstance(state.bookmarks.get(str(slot)), dict)


def _go_to(slot: int) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view = view_of(state)
        view.through = 0
        view.camera.go(Pose.of(state.bookmarks[str(slot)]))

    return run


def _set(slot: int) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        state.bookmarks[str(slot)] = view_of(state).camera.goal.data()
        if state.document.path is not None:
            state.settings.bookmarks[str(state.document.path)] = dict(state.bookmarks)
            state.settings.save()

    return run


# ---- gizmos ---------------------------------------------------------------------------------------------------------


def _gizmo(actions: Actions) -> None:
    for mode, label, keys, icon in _MODES:
        actions.add(
            f"gizmo.{mode}", label, _mode(mode), keys, menu="View/Gizmo", checked=_is_mode(mode), icon=icon,
            doc=f"what a drag in the viewport does: {label.lower()}",
        )  # fmt: skip
    actions.add(
        "gizmo.space", "Local Axes", _space, "X", menu="View/Gizmo", icon="globe",
        checked=lambda state: view_of(state).space == "local", doc="the object's axes, or those of the world",
    )  # fmt: skip
    actions.add(
        "gizmo.pivot", "Next Pivot", _pivot, "Z", menu="View/Gizmo", icon="bullseye",
        title=lambda state: f"Pivot: {view_of(state).pivot.capitalize()}",
        doc="turn and scale about the middle of all, about the active one, or each about itself",
    )  # fmt: skip
    actions.add(
        "gizmo.snap", "Snapping", _switch("snapping"), "Shift+Tab", menu="View/Gizmo", icon="magnet",
        checked=_is_on("snapping"), doc="by steps; Ctrl while dragging turns it round",
    )  # fmt: skip
    actions.add(
        "gizmo.steps", "Set Snapping Steps", _steps, menu="", palette=False,
        arguments=(("move", "metres"), ("turn", "degrees"), ("scale", "factor")),
    )  # fmt: skip


def _mode(mode: Mode) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        view_of(state).mode = mode

    return run


def _is_mode(mode: Mode) -> Callable[[EditorState], bool]:
    return lambda state: view_of(state).mode == mode


def _space(state: EditorState) -> None:
    view = view_of(state)
    view.space = "local" if view.space == "world" else "world"


def _pivot(state: EditorState) -> None:
    view = view_of(state)
    view.pivot = _PIVOTS[(_PIVOTS.index(view.pivot) + 1) % len(_PIVOTS)]


def _steps(
    state: EditorState, move: float | None = None, turn: float | None = None, scale: float | None = None
) -> None:
    view = view_of(state)
    given = {"move": move, "turn": turn, "scale": scale}
    wanted = {name: float(value) for name, value in given.items() if value is not None}
    bad = [name for name, value in wanted.items() if not 0 <= value < float("inf")]
    if bad:
        raise EditorError(f"the snapping step {bad[0]} is {wanted[bad[0]]}; it must be 0 or more")
    view.steps = replace(view.steps, **wanted)


__all__ = ["SIDES", "register", "view_of"]
