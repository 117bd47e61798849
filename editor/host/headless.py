"""Frames without a window, for pictures and for tests that click: Dear ImGui in a null platform, drawn into a texture.

Tests are run by Dear ImGui's Test Engine, which moves the pointer and presses keys as a player would, and finds things
by their names.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Self, cast

import numpy as np
import wgpu
from imgui_bundle import hello_imgui, imgui, implot
from numpy.typing import NDArray

from ...engine.errors import DreamwellError
from ...engine.gpu import Gpu
from .context import configure
from .draw_data import DrawData

FORMAT = "rgba8unorm"
SECONDS = 1 / 60
"""From one frame to the next."""
MOST_FRAMES = 1200
"""Of one test: more is taken for one that hangs."""
_LINES = 12
"""Of the Test Engine's log, in a failure's message."""

Test = Callable[[imgui.test_engine.TestContext], object]


class Headless:
    """A page of a size in pixels on which `gui` lays out frames; one at a time in a process, with `tests` one for all.

        with Headless(gpu, (1280, 760), gui, begin=load_fonts) as page:
            page.step(3)
            page.run(lambda context: context.item_click("//Hierarchy/**/Cube"))
            image = page.picture()

    `begin` is called once, with the DrawData, before the first frame. What `gui` raises is raised by `step`.
    """

    def __init__(
        self,
        gpu: Gpu,
        size: tuple[int, int],
        gui: Callable[[], object],
        *,
        begin: Callable[[DrawData], object] | None = None,
        tests: bool = False,
    ) -> None:
        self.gpu, self.size = gpu, size
        self._gui, self._error = gui, cast("BaseException | None", None)
        self._tests = tests
        self._begin = begin
        self._number = 0
        self.frames = 0
        """How many were drawn."""
        self.on_drawn: Callable[[], object] | None = None
        """Called when a frame is drawn, before the next one begins."""
        self.resize(size)
        parameters = hello_imgui.RunnerParams()
        parameters.platform_backend_type = hello_imgui.PlatformBackendType.null
        parameters.renderer_backend_type = hello_imgui.RendererBackendType.null
        parameters.use_imgui_test_engine = tests
        parameters.imgui_window_params.default_imgui_window_type = hello_imgui.DefaultImGuiWindowType.no_default_window
        parameters.ini_disable = True
        parameters.fps_idling.enable_idling = False
        parameters.dpi_aware_params.dpi_window_size_factor = 1.0
        calls = parameters.callbacks
        calls.load_additional_fonts = self._start
        calls.setup_imgui_style = lambda: None
        calls.setup_imgui_config = configure
        calls.pre_new_frame = self._before
        calls.show_gui = self._lay_out
        calls.before_swap = self._paint
        if tests:
            calls.register_tests = self._prepare_tests
        self._parameters = parameters  # which Hello ImGui only refers to
        hello_imgui.manual_render.setup_from_runner_params(parameters)
        self._open = True

    def resize(self, size: tuple[int, int]) -> None:
        """Have another size in pixels from the next frame on."""
        self.size = size
        usage = wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_SRC
        self._target = self.gpu.device.create_texture(label="page", size=(*size, 1), format=FORMAT, usage=usage)
        self._view = self._target.create_view()

    def show(self, gui: Callable[[], object]) -> None:
        """Lay out other frames from now on."""
        self._gui, self._error = gui, None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything, so that another page may be opened. Pages for tests stay until the process ends."""
        if self._open and not self._tests:  # Hello ImGui never lets go of its Test Engine
            self._open = False
            implot.destroy_context()
            hello_imgui.manual_render.tear_down()

    # ---- what Hello ImGui calls -------------------------------------------------------------------------------------

    def _start(self) -> None:
        implot.create_context()
        self.draw = DrawData(self.gpu, FORMAT)
        if self._begin is not None:
            self._begin(self.draw)

    def _before(self) -> None:
        io = imgui.get_io()
        io.display_size = imgui.ImVec2(*self.size)
        io.delta_time = SECONDS

    def _lay_out(self) -> None:
        if self._error is None:
            try:
                self._gui()
            except BaseException as error:  # one that gets through would stop every frame after it
                self._error = error

    def _paint(self) -> None:
        try:
            self.draw.draw(imgui.get_draw_data(), self._view, self.size)
            self.frames += 1
            if self.on_drawn is not None:
                self.on_drawn()
        except BaseException as error:
            self._error = self._error or error

    def _prepare_tests(self) -> None:
        io = imgui.test_engine.get_io(hello_imgui.get_imgui_test_engine())
        io.config_saved_settings = False
        io.config_run_speed = imgui.test_engine.TestRunSpeed.fast
        io.config_mouse_draw_cursor = False
        io.config_capture_enabled = False
        io.config_restore_focus_after_tests = False
        io.config_fixed_delta_time = SECONDS
        io.config_watchdog_warning = io.config_watchdog_kill_test = 600.0

    # ---- what callers do --------------------------------------------------------------------------------------------

    def step(self, frames: int = 1) -> None:
        """Draw frames. Raises what `gui` raises."""
        for _ in range(frames):
            hello_imgui.manual_render.render()
            if self._error is not None:
                error, self._error = self._error, None
                raise error

    def run(self, test: Test) -> None:
        """Run a function of a Test Engine's context to its end, frame by frame.

        Raises what it raises, AssertionError for what the Test Engine can't find or do, and what `gui` raises.
        """
        engine = hello_imgui.get_imgui_test_engine()
        te = imgui.test_engine
        raised: list[BaseException] = []

        def guarded(context: imgui.test_engine.TestContext) -> None:
            try:
                test(context)
            except BaseException as error:
                raised.append(error)

        self.step(3)  # the first frame is when tests can be registered; windows have their sizes after the next
        self._number += 1
        made = te.register_test(engine, "editor", f"test {self._number}")
        made.test_func = guarded
        te.queue_test(engine, made, te.TestRunFlags_.run_from_command_line)
        ends, start = self.frames + MOST_FRAMES, time.perf_counter()
        while not te.is_test_queue_empty(engine):
            self.step()
            if self.frames > ends:
                te.abort_current_test(engine)
                raise AssertionError(f"the test did not end in {MOST_FRAMES} frames")
        self.step()
        self.seconds = time.perf_counter() - start
        said = "\n".join([line for line in made.output.log.get_text().splitlines() if line.strip()][-_LINES:])
        if raised:
            raised[0].add_note(said)
            raise raised[0]
        if made.output.status != te.TestStatus.success:
            raise AssertionError(said or f"the test ended as {made.output.status!r}")

    def picture(self) -> NDArray[np.uint8]:
        """(h, w, 3) the last frame. Waits for the GPU. Raises DreamwellError before the first."""
        if not self.frames:
            raise DreamwellError("there is no picture yet: call step first")
        w, h = self.size
        raw: Any = self.gpu.device.queue.read_texture(
            {"texture": self._target}, {"bytes_per_row": 4 * w, "rows_per_image": h}, (w, h, 1)
        )
        return np.frombuffer(raw, np.uint8).reshape(h, w, 4)[..., :3].copy()
