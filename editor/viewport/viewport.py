"""The viewport: the scene drawn into a texture, and everything that can be done over it with the pointer."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from imgui_bundle import ImVec2, imgui
from numpy.typing import NDArray

from ...engine.camera import Eye
from ...engine.gpu import Gpu
from ...engine.scene.components import Camera
from ..core.camera import Pose
from ..core.view import View
from ..host.draw_data import DrawData
from . import badges as icons
from . import moving, shapes
from .badges import Badge
from .dropping import context_menu, place_cursor, take_assets
from .eyes import camera_eye
from .frame import Frame, Rect
from .game_input import GameInput
from .gizmo import Stand
from .gizmo_drawing import draw_gizmo
from .mirror import Mirror
from .navigator import Navigator
from .notes import Notes
from .overlay import LINE
from .pace import COARSE, Pace
from .paint import letterbox, rectangle
from .picture import Picture
from .pointer import Pointer
from .preview import Preview

if TYPE_CHECKING:
    from ..core.state import EditorState

SETTLE = 24
"""Frames that are drawn after something changed: what is averaged over time has come to rest then."""
LAST = "last"
"""The bookmark of where a scene was looked at when it was closed."""


class Viewport:
    """Draws a document, or the world that is played, and follows the pointer.

        viewport = Viewport(gpu, draw)
        viewport.draw(state, (0, 40, 800, 600), scale=1.0)   # within a window of Dear ImGui

    settle: frames that are drawn after a change; while nothing changes the picture stays as it is, and costs nothing.
    coarse: the part of its size that is drawn while something changes; None: less than 1 where the CPU draws.
    """

    def __init__(
        self, gpu: Gpu, draw: DrawData, *, settle: int = SETTLE, coarse: float | None = None, timed: bool = False
    ) -> None:
        self.gpu, self._draw = gpu, draw
        self.settle = settle
        self.pace = Pace((COARSE if gpu.software else 1.0) if coarse is None else coarse)
        self.mirror = Mirror()
        self.picture = Picture(gpu, timed=timed)
        self.pointer = Pointer()
        self.notes = Notes()
        self.preview = Preview(gpu, draw, self.mirror)
        self.game = GameInput()
        self.badges: list[Badge] = []
        self.frame: Frame | None = None
        """How the page shows the world, as of the last frame."""
        self.seconds: dict[str, float] = {}
        """What the last frame took on the CPU, by stage."""
        self.drew = False
        """Whether the last frame drew the scene anew."""
        self._texture = draw.texture(self.picture.view)
        self._size = (0, 0)  # of the whole picture, pixels
        self._key: Any = None
        self._over: Any = None
        self._shown: tuple[Any, int] = (None, -1)
        self._told: list[Any] = []
        self._played: Any = None
        self._lined = False  # whether it was told to show what physics sees
        self._basis: tuple[tuple[Any, ...], Any] | None = None
        self._assets = 0

    # ---- a frame ----------------------------------------------------------------------------------------------------

    def draw(self, state: EditorState, rect: Rect, scale: float = 1.0) -> None:
        """Draw into a rectangle of the page, within the current window; take the pointer and the keys over it."""
        width, height = rect[2:]
        if width < 2 or height < 2:
            return
        started = time.perf_counter()
        view = state.part(View)
        self._begin_scene(state, view)
        if state.watching.assets != self._assets:
            self._assets = state.watching.assets
            self.mirror.forget_files(set(state.watching.changed))
        changed = self.mirror.follow(state.document, width / height)
        self._tell(state)
        followed = time.perf_counter()
        self._wishes(state, view, width / height)
        view.camera.step(imgui.get_io().delta_time)
        self._measure(rect)
        eye = self.eye(state, view)
        frame = self.frame = Frame.of(eye, rect)
        self._paint(state, view, eye, frame, scale, changed=changed)
        painted = time.perf_counter()
        self._show(state, view, frame, scale)
        self.seconds = {
            "viewport follow": followed - started,
            "viewport picture": painted - followed,
            "viewport overlay": time.perf_counter() - painted,
        }

    def _begin_scene(self, state: EditorState, view: View) -> None:
        """Another document is there: look at all of it, or from where it was looked at last."""
        if (state, state.generation) != self._shown:
            self._shown = state, state.generation
            self._assets = state.watching.assets
            self.pointer, self._told, self.notes = Pointer(), [], Notes()
            view.through = 0
            view.wishes = [("begin", ())]

    def _tell(self, state: EditorState) -> None:
        """Tell in the log what can't be drawn as it is; each once."""
        for problem in self.mirror.problems:
            if problem not in self._told:
                text = str(problem)
                where = getattr(problem, "where", "")
                found = state.scene.find(where) if where else None
                more = {} if found is None else {"object": found.id, "field": getattr(problem, "field", "")}
                state.log.error(text, "viewport", **more)
        self._told = list(self.mirror.problems)

    def _wishes(self, state: EditorState, view: View, aspect: float) -> None:
        wishes, view.wishes = view.wishes, []
        for what, ids in wishes:
            if what == "begin" and self._begin_view(state, view):
                continue
            ball = self.mirror.bounds(ids if what == "focus" else state.scene.ids)
            if ball is None:
                continue
            if what == "focus":
                view.camera.frame(ball, aspect)
                continue
            # A light far away is no part of what one wants to see.
            drawn = None if self.mirror.world is None else self.mirror.world.bounds()
            whole = drawn if drawn is not None and len(self.mirror.world.roster.drawn().rows) else ball  # type: ignore[union-attr]
            view.camera.frame(whole, aspect)
            if what == "begin":
                goal = view.camera.goal
                view.camera.put(replace(goal, distance=goal.distance * 0.72))  # the middle is what one begins with

    def _begin_view(self, state: EditorState, view: View) -> bool:
        """Look from where the scene was left, else about from where its first camera looks; whether there is either."""
        kept = state.bookmarks.get(LAST)
        if isinstance(kept, dict):
            view.camera.put(Pose.of(kept))
            return True
        cameras = np.flatnonzero(state.scene.slots_of(Camera) >= 0)
        eye = camera_eye(state, int(state.scene.ids[cameras[0]])) if len(cameras) else None
        ball = None if self.mirror.world is None else self.mirror.world.bounds()
        if eye is None or ball is None:
            return False
        at, back = eye.world_from_camera[:, 3], eye.world_from_camera[:, 2]
        down = float(at[1] / back[1]) if back[1] > 0.02 and at[1] > 0 else math.inf  # metres to the ground, along
        middle = float((at - np.asarray(ball.centre)) @ back)
        distance = min(down, middle if middle > 0 else math.inf, 4 * ball.radius)
        if not 0.2 < distance < math.inf:
            return False
        x, y, z = (at - back * distance).tolist()
        yaw = math.degrees(math.atan2(back[0], back[2])) + 14
        pitch = math.degrees(math.asin(max(-1.0, min(1.0, back[1])))) + 5
        view.camera.put(Pose((x, y, z), distance * 1.25, yaw, max(-89.0, min(89.0, pitch))))
        return True

    @property
    def waiting(self) -> bool:
        """Whether another frame would draw the scene, though nothing changes."""
        return self.drew or self.pace.waiting

    def _measure(self, rect: Rect) -> None:
        """How many pixels there are; while a border of the panel is dragged the picture is stretched."""
        fb = imgui.get_io().display_framebuffer_scale
        dragging = imgui.is_mouse_down(0) and not self.pointer.doing and self.picture.drawn > 0
        if not dragging:
            self._size = math.ceil(rect[2] * fb.x), math.ceil(rect[3] * fb.y)

    def _resize(self) -> None:
        part = self.pace.part
        if self.picture.resize((math.ceil(self._size[0] * part), math.ceil(self._size[1] * part))):
            self._draw.forget(self._texture)
            self._texture = self._draw.texture(self.picture.view)

    def eye(self, state: EditorState, view: View) -> Eye:
        """What is looked through now: the editor's camera, one of the scene's, or that of the game."""
        played = self.played(state)
        if played is not None and not view.free:
            of_game: Eye = played.observer()
            return of_game
        if view.through:
            found = camera_eye(state, view.through)
            if found is not None:
                return found
            view.through = 0
        return view.camera.eye()

    def played(self, state: EditorState) -> Any:
        """The world that is played, or None."""
        game = state.play.game if state.play.active else None
        return None if game is None else game.world

    def _paint(self, state: EditorState, view: View, eye: Eye, frame: Frame, scale: float, *, changed: bool) -> None:
        """Draw the scene, if anything of it is other than before."""
        self.drew = False
        played = self.played(state)
        world = played if played is not None else self.mirror.world
        if world is None:
            return
        if played is not self._played:
            self._played, self._lined = played, False
            game = state.play.game if played is not None else None
            self.picture.show_hud(None if game is None else game.hud)
            self._key = None
        if (world.settings.debug.view, world.settings.debug.freeze_cull) != (view.debug, view.freeze_cull):
            world.configure({"debug.view": view.debug, "debug.freeze_cull": view.freeze_cull})
            changed = True
        if played is not None and view.colliders != self._lined:
            self._lined = view.colliders
            played.configure({"debug.physics": self._lined})
        over = played is None or view.free
        key = (eye.world_from_camera.tobytes(), str(eye.lens), self._size, over)
        changed = changed or key != self._key or played is not None
        self._key = key
        io = imgui.get_io()
        hands = any(io.mouse_down) or bool(io.mouse_delta.x or io.mouse_delta.y or io.mouse_wheel)
        self.drew = self.pace.draws(
            self.settle, io.delta_time, changed=changed, whole=played is not None or not self.picture.drawn, hands=hands
        )
        if self.drew:
            self._resize()
            time = state.play.game.time if played is not None and state.play.game is not None else 0.0
            self.picture.draw(world, time, eye if over else None, bare=over)
        if over:
            self._cover(state, view, eye, frame, scale)

    def _cover(self, state: EditorState, view: View, eye: Eye, frame: Frame, scale: float) -> None:
        """Draw over the scene's picture what is other than before: all of it, where that was drawn anew."""
        chosen, editing = state.selection, self.played(state) is None
        key = (
            chosen,
            view.grid,
            view.outlines,
            view.shapes,
            view.colliders,
            view.debug,
            scale,
            state.document.revision,
        )
        same = self._over is not None and all(a is b or a == b for a, b in zip(key, self._over, strict=True))
        if same and not self.drew:
            return
        self._over = key
        overlay = self.picture.overlay
        assert overlay is not None
        fb = imgui.get_io().display_framebuffer_scale.x
        overlay.scale = scale * fb * self.picture.size[0] / max(1, self._size[0])
        outlines = editing and view.outlines and bool(chosen.ids)
        if outlines:
            overlay.select(self.mirror.codes(chosen.ids, chosen.active))
        overlay.draw_lines(self._lines(state, view, frame, scale) if editing else _NO_LINES)
        pose = view.camera.pose
        self.picture.cover(
            eye,
            grid=view.grid and view.debug == "none" and not view.through,
            outlines=outlines,
            focus=pose.target,
            distance=pose.distance,
            plane=_plane(frame),
        )

    def _lines(self, state: EditorState, view: View, frame: Frame, scale: float) -> NDArray[np.void]:
        document = state.document
        scene, lines = document.scene, list[NDArray[np.void]]()
        rows = document.rows(state.selection.ids)
        if view.shapes and len(rows):
            lines.append(shapes.of_selected(scene, rows, frame, scale))
        if view.colliders:
            lines.append(shapes.of_colliders(scene, np.flatnonzero(document.shown)))
        elif view.shapes and len(rows):
            lines.append(shapes.of_colliders(scene, rows))
        return np.concatenate(lines) if lines else _NO_LINES

    # ---- over the picture -------------------------------------------------------------------------------------------

    def _show(self, state: EditorState, view: View, frame: Frame, scale: float) -> None:
        x, y, width, height = frame.rect
        imgui.set_cursor_screen_pos(ImVec2(x, y))
        imgui.image(imgui.ImTextureRef(self._texture.get_tex_id()), ImVec2(width, height))
        imgui.set_cursor_screen_pos(ImVec2(x, y))
        imgui.set_next_item_allow_overlap()
        flags = imgui.ButtonFlags_
        every = flags.mouse_button_left | flags.mouse_button_right | flags.mouse_button_middle
        imgui.invisible_button("###scene", ImVec2(width, height), every)
        over = imgui.is_item_hovered(imgui.HoveredFlags_.allow_when_overlapped_by_item)
        played = self.played(state)
        draw = imgui.get_window_draw_list()
        draw.push_clip_rect(ImVec2(x, y), ImVec2(x + width, y + height), True)
        take_assets(state, self, frame, scale, draw)
        place_cursor(state, frame)
        self.pointer.menu = False
        if played is not None and not view.free:
            if state.play.game is not None:
                state.play.game.hud.density = self.picture.size[0] / max(1.0, frame.rect[2])
            self.game.feed(state.play.game, frame.rect, over=over, focused=imgui.is_window_focused())
        else:
            self._edit(state, view, frame, scale, draw, over=over)
        self.notes.draw(state, view, frame, scale, draw, self.mirror.problems, self.picture)
        draw.pop_clip_rect()
        context_menu(state, self, asked=self.pointer.menu)

    def _edit(
        self,
        state: EditorState,
        view: View,
        frame: Frame,
        scale: float,
        draw: imgui.ImDrawList,
        *,
        over: bool,
    ) -> None:
        document, selection = state.document, state.selection
        self.badges = []
        if view.icons and self.played(state) is None and view.debug == "none":
            self.badges = icons.badges(document.scene, document.shown, frame)
            if view.through:
                self.badges = [badge for badge in self.badges if badge.id != view.through]
        pointer = self.pointer
        pointer.update(state, self, frame, over=over, scale=scale)
        icons.draw_badges(draw, self.badges, selection, pointer.badge, scale)
        stand = self.stand(state, frame, scale)
        if stand is not None and not view.through:
            now = pointer.moving
            drag = None if now is None else now.drag
            if drag is not None and drag.mode != "translate":
                stand = drag.stand
            draw_gizmo(draw, view.mode, stand, pointer.hovered, drag, "" if now is None else now.text)
        if view.through:
            letterbox(draw, frame.rect, scale)
        else:
            hot = pointer.corner or ("around" if pointer.doing == "around" else "")
            Navigator(frame, frame.rect, scale).draw(draw, hot, orthographic=view.camera.goal.orthographic)
        if pointer.doing == "rectangle":
            rectangle(draw, pointer.start, (imgui.get_io().mouse_pos.x, imgui.get_io().mouse_pos.y), scale)
        if view.preview and not view.through and not state.play.active:
            self.preview.show(state, frame, scale, draw, settle=self.settle, hold=self.pace.part < 1)
        if pointer.doing == "fly":
            imgui.set_mouse_cursor(imgui.MouseCursor_.resize_all)

    # ---- what the pointer asks --------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Show a word for a moment."""
        self.notes.say(text)

    def take_keys(self) -> None:
        """Have the keyboard belong to the viewport."""
        imgui.set_window_focus()

    def stand(self, state: EditorState, frame: Frame, scale: float) -> Stand | None:
        """Where the handles of what is chosen are; None where nothing can be moved."""
        view = state.part(View)
        key = (state.document, state.document.revision, state.selection, view.mode, view.space, view.pivot)
        if self._basis is None or any(a is not b and a != b for a, b in zip(key, self._basis[0], strict=True)):
            self._basis = key, self._find_basis(state, view)
        found = self._basis[1]
        if found is None or view.through or self.played(state) is not None:
            return None
        origin, axes = found
        if float((origin - frame.eye) @ frame.forward) < 1e-3:
            return None
        return Stand.at(origin, axes, frame, scale)

    def _find_basis(self, state: EditorState, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Where handles are and how they are turned: origin (3,), axes (3, 3)."""
        document, ids = state.document, [one for one in state.selection.ids if one in state.document]
        if view.mode == "select" or not ids:
            return None
        rows = moving.topmost(document.scene, document.rows(ids).astype(np.int64))
        rows = rows[~document.locked[rows]]
        if not len(rows):
            return None
        active = document.scene.row_of(state.selection.active)
        lead = np.array([active if active is not None and active in rows else rows[-1]], np.int64)
        worlds, turns = moving.worlds(document.scene, lead)
        origin = worlds[0, :, 3]
        if view.pivot == "median" and len(rows) > 1:
            every = moving.worlds(document.scene, rows)[0][:, :, 3]
            origin = (every.min(axis=0) + every.max(axis=0)) / 2
        return (origin, moving.axes_of(turns[0], view.space, view.mode)) if np.isfinite(origin).all() else None

    def object_at(self, state: EditorState, px: float, py: float) -> int:
        """The object that the picture shows under a point of the page, 0 for none. Waits for the GPU."""
        found = self._pixel(px, py)
        if found is None or not self.picture.drawn:
            return 0
        hit = self.picture.pick(*found).result()
        if hit is None:
            return 0
        ids = self._unlocked(state, self.mirror.ids([hit.object]))
        return ids[0] if ids else 0

    def surface_at(self, px: float, py: float) -> NDArray[np.float64] | None:
        """The place (3,) under a point of the page: on a surface, else on the grid's plane; None for neither."""
        found, frame = self._pixel(px, py), self.frame
        if frame is None:
            return None
        if found is not None and self.picture.drawn:
            hit = self.picture.pick(*found).result()
            if hit is not None:
                return np.array(hit.position)
        at = frame.on_plane(px, py, (0.0, 0.0, 0.0), (0.0, 1.0, 0.0))
        if at is not None and float(np.linalg.norm(at - frame.eye)) < 500:
            return at
        start, way = frame.ray(px, py)
        return start + way * 10.0

    def in_rectangle(self, state: EditorState, a: tuple[float, float], b: tuple[float, float]) -> list[int]:
        """The objects that are seen between two points of the page, and those whose icons are. Waits for the GPU."""
        first, second = self._pixel(*a, clamp=True), self._pixel(*b, clamp=True)
        ids: list[int] = []
        if first is not None and second is not None and self.picture.drawn:
            rows = self.picture.pick_rectangle(*first, *second).result()
            ids = self.mirror.ids(rows)
        low, high = (min(a[0], b[0]), min(a[1], b[1])), (max(a[0], b[0]), max(a[1], b[1]))
        ids += [one.id for one in self.badges if low[0] <= one.x <= high[0] and low[1] <= one.y <= high[1]]
        return self._unlocked(state, ids)

    def _unlocked(self, state: EditorState, ids: list[int]) -> list[int]:
        document = state.document
        return [one for one in dict.fromkeys(ids) if not document.locked[document.scene.row_of(one)]]

    def _pixel(self, px: float, py: float, *, clamp: bool = False) -> tuple[float, float] | None:
        """A point of the page → pixels of the picture."""
        if self.frame is None:
            return None
        x, y, width, height = self.frame.rect
        w, h = self.picture.size
        u, v = (px - x) / width * w, (py - y) / height * h
        if clamp:
            return min(max(u, 0.0), w - 1.0), min(max(v, 0.0), h - 1.0)
        return (u, v) if 0 <= u < w and 0 <= v < h else None


_NO_LINES = np.zeros(0, LINE.dtype)


def _plane(frame: Frame) -> str:
    """The grid lies on the ground; looked at along it without perspective, it stands upright."""
    if frame.orthographic:
        back = np.abs(frame.axes[:, 2])
        if back[0] > 0.999:
            return "zy"
        if back[2] > 0.999:
            return "xy"
    return "xz"
