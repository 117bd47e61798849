"""A window to present to: its events, its surface, and nothing of a loop. That one belongs to the app."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from .errors import GpuError
from .gamepad import Gamepads, GamepadSource
from .input import Input

Size = tuple[int, int]
Paint = Callable[[Any, Size], None]
"""Draws into a texture view of a size in pixels."""

_UNSTEADY = 2
"""Polls after the mouse was captured, or the window came to the front: the system puts the pointer into its middle, and
that is no motion of the player's."""

EVENTS = ("pointer_move", "pointer_down", "pointer_up", "wheel", "key_down", "key_up", "resize")


def why_no_window() -> str:
    """Why no window can be opened here; empty when one can."""
    linux = sys.platform not in ("win32", "darwin")
    if linux and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no display"
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glfw tells its errors as warnings
        try:
            import glfw

            return "" if glfw.init() else "the display can't be used"
        except ImportError as error:
            return f"glfw can't be loaded ({error})"


class Window:
    """A window of a size in logical pixels.

        window = Window("Hello", (1280, 720))
        window.attach(device, "bgra8unorm")
        while not window.closed:
            window.poll(input)
            window.draw(paint)
        window.close()

    Raises GpuError when the system refuses to open one.
    """

    def __init__(self, title: str, size: Size) -> None:
        # Neither says its types; rendercanvas leaves the drop of files to glfw.
        glfw: Any = import_module("glfw")
        canvas_type: Any = import_module("rendercanvas.glfw").RenderCanvas
        if canvas_type._rc_canvas_group.get_loop() is not None:
            canvas_type.select_loop(None)  # events come when `poll` is called, frames when `draw` is
        try:
            self.canvas: Any = canvas_type(title=title, size=size, vsync=True)
        except Exception as error:  # rendercanvas lets through whatever glfw trips over
            raise GpuError(f"no window could be opened: {error}") from error
        self._glfw = glfw
        self._title = title
        self.gamepads: GamepadSource = Gamepads(glfw)
        """Where gamepads are asked for at every `poll`."""
        self._captured = False
        self._cursor = (0.0, 0.0)  # of the captured mouse, logical pixels
        self._unsteady = 0
        self._context: Any = None
        self._events: list[dict[str, Any]] = []
        self._dropped: list[Path] = []
        self._error: BaseException | None = None
        self._drawn = False
        # Errors in rendercanvas' callbacks are only logged: so they do nothing but note what happened.
        self.canvas.add_event_handler(self._events.append, *EVENTS)
        glfw.set_drop_callback(self.canvas._window, lambda _window, paths: self._dropped.extend(map(Path, paths)))

    def attach(self, device: Any, format: str) -> None:
        """Connect a device's pictures of a texture format with the window."""
        self._context = self.canvas.get_wgpu_context()
        self._context.configure(device=device, format=format)

    @property
    def closed(self) -> bool:
        """Whether the player closed it."""
        return bool(self.canvas.get_closed())

    @property
    def pixels(self) -> Size:
        """The size in physical pixels; on a dense screen more than in logical ones."""
        w, h = self.canvas.get_physical_size()
        return int(w), int(h)

    @property
    def title(self) -> str:
        """What stands on the window's frame."""
        return self._title

    @title.setter
    def title(self, value: str) -> None:
        if value != self._title:
            self._title = value
            self.canvas.set_title(value)

    def poll(self, input: Input) -> list[Path]:
        """Take in what the player did since the last call. Returns the files that were dropped on the window.

        Captures the mouse, or lets it go, as `input.captured` says.
        """
        self.canvas._process_events()  # what rendercanvas' own loops call
        if not self.closed:
            width, height = self.canvas.get_logical_size()
            input.size = (max(1.0, float(width)), max(1.0, float(height)))
        for event in self._events:
            input.feed(event)
        self._events.clear()
        if not self.closed:
            self._capture(input)
        input.feed_pads(self.gamepads.poll())
        dropped, self._dropped[:] = list(self._dropped), []
        return dropped

    def _capture(self, input: Input) -> None:
        """Hide the pointer and let the mouse move without limits, while that is wanted; tell how far it moved."""
        glfw, window = self._glfw, self.canvas._window
        if input.captured != self._captured:
            self._captured = input.captured
            glfw.set_input_mode(window, glfw.CURSOR, glfw.CURSOR_DISABLED if self._captured else glfw.CURSOR_NORMAL)
            if glfw.raw_mouse_motion_supported():
                glfw.set_input_mode(window, glfw.RAW_MOUSE_MOTION, int(self._captured))
            if self._captured:
                self.canvas._pointer_inside = True  # else rendercanvas swallows the first click
            self._unsteady = _UNSTEADY
        if self._captured:
            (x, y), before = self._cursor_now(), self._cursor
            self._cursor = x, y
            if not glfw.get_window_attrib(window, glfw.FOCUSED):
                self._unsteady = _UNSTEADY
            elif self._unsteady:
                self._unsteady -= 1
            elif (x, y) != before:
                input.feed({"event_type": "pointer_motion", "dx": x - before[0], "dy": y - before[1]})

    def _cursor_now(self) -> tuple[float, float]:
        x, y = self._glfw.get_cursor_pos(self.canvas._window)
        ratio = 1.0 if self.canvas._screen_size_is_logical else self.canvas._pixel_ratio
        return x / ratio, y / ratio

    def draw(self, paint: Paint) -> None:
        """Call `paint(view, size)` and show the result; waits for the screen. While hidden it only waits a little.

        What `paint` raises is raised here. While the player resizes the window some systems call it again from `poll`.
        """

        def frame() -> None:
            texture = self._context.get_current_texture()  # raises when the window is covered: rendercanvas expects it
            try:
                paint(texture.create_view(), (texture.size[0], texture.size[1]))
            except BaseException as error:  # rendercanvas would swallow it; it is raised below
                self._error = error
            self._drawn = True

        self._drawn = False
        self.canvas.request_draw(frame)
        self.canvas.force_draw()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if not self._drawn:
            time.sleep(0.01)

    def close(self) -> None:
        """Take the window away. Never from within `draw`."""
        self.canvas.close()
