"""The editor in a window: the frames that a screen shows, and what a person does with mouse and keyboard."""

from __future__ import annotations

import ctypes
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from imgui_bundle import imgui, implot  # before glfw: it names the library that both use

from ...engine.errors import GpuError
from ...engine.gpu import Gpu
from ...engine.input import Input
from ...engine.window import Window
from ...fabric import Fabric
from ..core.state import EditorState
from ..panels import theme
from .context import configure
from .draw_data import DrawData
from .editor import Editor
from .services import HostServices

SIZE = (1440, 900)
"""Logical pixels of a window at first."""
IDLE, AWAKE = 0.25, 8
"""Seconds from one frame to the next while nothing happens, and frames after something did that follow at once."""


class EditorWindow:
    """A window with the editor in it. Raises GpuError where none can be opened.

    with EditorWindow(state) as window:
        window.run()
    """

    def __init__(self, state: EditorState, size: tuple[int, int] = SIZE, scale: float = 0.0) -> None:
        self.state = state
        self._glfw: Any = import_module("glfw")
        self.window = Window("Dreamwell", size)
        self._awake = AWAKE
        self._closing = False
        try:
            canvas: Any = self.window.canvas
            self.gpu = Gpu.open(present_to=canvas)
            self.window.attach(self.gpu.device, Fabric.present_format)
            self._context = imgui.create_context()
            implot.create_context()
            configure()
            address = ctypes.cast(canvas._window, ctypes.c_void_p).value
            if address is None or not imgui.backends.glfw_init_for_other(address, True):
                raise GpuError("the window's input can't be used: glfw was loaded from another place before the editor")
            # Last of all, so that closing is asked about: rendercanvas would close at once.
            self._on_close = self._glfw.set_window_close_callback(canvas._window, self._close_wanted)
            draw = DrawData(self.gpu, Fabric.present_format)
            fonts = theme.load_fonts()
            services = HostServices(self.gpu, draw, scale=scale or self._screen_scale(), native_dialogs=True)
            self.editor = Editor(state, services, fonts)
            self.draw = draw
        except BaseException:  # Ctrl-C too must not leave a window behind; it is raised again
            self.window.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _screen_scale(self) -> float:
        """Pixels of a point. Where windows are measured in points already, as on a Mac, it is 1."""
        pixels, (wide, _) = self.window.pixels[0], self._glfw.get_window_size(self.window.canvas._window)
        if pixels != wide:
            return 1.0
        scale, _ = self._glfw.get_window_content_scale(self.window.canvas._window)
        return max(1.0, float(scale))

    def _close_wanted(self, window: Any) -> None:
        self._glfw.set_window_should_close(window, False)
        self._closing = True

    def run(self, frames: int | None = None) -> None:
        """Show frames until the editor is closed, or so many."""
        last, shown = time.perf_counter(), 0
        while frames is None or shown < frames:
            dropped = self._poll()
            if self.window.closed or self.state.closing:
                break
            if dropped:
                self.editor.dropped(dropped)
            if self._closing:
                self._closing = False
                self.state.act("file.quit")
            if self.state.play.game is not None:
                self.state.play.game.input.feed_pads(self.window.gamepads.poll())
            now = time.perf_counter()
            self.frame(now - last)
            last, shown = now, shown + 1

    def _poll(self) -> list[Path]:
        """Take in what happened; wait a little where nothing does."""
        before = self._events()
        if self._awake <= 0:
            self._glfw.wait_events_timeout(IDLE)
        dropped = self.window.poll(Input())
        if dropped or self._events() or before or self.editor.busy:
            self._awake = AWAKE
        else:
            self._awake -= 1
        return dropped

    def _events(self) -> bool:
        """Whether Dear ImGui has been told something that it did not look at yet."""
        context: Any = imgui.get_current_context()
        queue = context.input_events_queue
        return bool(queue.size() if hasattr(queue, "size") else len(queue))

    def frame(self, seconds: float) -> None:
        """Lay out and show one frame."""
        imgui.backends.glfw_new_frame()
        imgui.new_frame()
        try:
            self.editor.frame(seconds)
        finally:
            imgui.render()
        self.window.title = self._title()

        def paint(view: Any, size: tuple[int, int]) -> None:
            self.draw.draw(imgui.get_draw_data(), view, size)

        self.window.draw(paint)
        self.editor.between()

    def _title(self) -> str:
        document = self.state.document
        return f"{'• ' if document.dirty else ''}{document.title} - Dreamwell"

    def close(self) -> None:
        """Take the window away."""
        try:
            self.editor.close()
        finally:
            imgui.backends.glfw_shutdown()
            implot.destroy_context()
            imgui.destroy_context(self._context)
            self.window.close()
