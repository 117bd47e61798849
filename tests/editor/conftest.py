"""The editor without a window: `editor_ui(scene).run(lambda context: context.item_click("**/Arm"))`."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

os.environ["DREAMWELL_CONFIG"] = "off"  # no test reads or writes the settings of whoever runs it

from imgui_bundle import imgui

from dreamwell.editor import session
from dreamwell.editor.core.camera import Pose
from dreamwell.editor.core.state import EditorState
from dreamwell.editor.core.view import View
from dreamwell.editor.host.editor import Editor
from dreamwell.editor.host.headless import Headless, Test
from dreamwell.editor.host.services import HostServices
from dreamwell.editor.panels import theme
from dreamwell.editor.panels.ui import Ui
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene.scene import Scene

SIZE = (960, 600)
POSE = Pose((0.0, 0.0, 0.0), 9.3, 30.0, 22.0)
"""Where all tests look from, but those that `begin` as a person does."""
Point = tuple[float, float]


class EditorUi:
    """The editor on a page of its own.

    run: a function of a Test Engine's context, to its end.  step: frames.  picture: (h, w, 3) uint8.
    at: where a point of the world is on the page.  id: the object with a name.
    """

    def __init__(self, state: EditorState, editor: Editor, page: Headless) -> None:
        self.state, self.editor, self.page = state, editor, page

    @property
    def port(self) -> Any:
        """The viewport."""
        return self.editor.services.port

    @property
    def view(self) -> View:
        """The viewport's part of the state."""
        return self.state.part(View)

    def run(self, test: Test) -> None:
        """Raises what the test raises, and AssertionError for what can't be found or done."""
        self.page.run(test)

    def step(self, frames: int = 1) -> None:
        """Draw frames."""
        self.page.step(frames)

    def settle(self) -> None:
        """Draw frames until the camera has come to rest."""
        self.page.step(2)
        for _ in range(60):
            if not self.view.camera.moving:
                break
            self.page.step()
        self.page.step(2)

    def picture(self) -> NDArray[np.uint8]:
        """The last frame."""
        return self.page.picture()

    def words(self) -> list[str]:
        """What widgets write on the page in a frame, piece by piece: what a person can read there."""
        found: list[str] = []
        draw = imgui.text_unformatted

        def heard(text: str) -> None:
            found.append(text)
            draw(text)

        imgui.text_unformatted = heard
        try:
            self.page.step()
        finally:
            imgui.text_unformatted = draw
        failures = self.state.part(Ui).failures
        assert not failures, failures
        return found

    def reads(self, words: str) -> bool:
        """Whether something that is written on the page contains these words."""
        return any(words in one for one in self.words())

    def at(self, point: Any) -> Point:
        """Where a point of the world (3,), metres, is on the page."""
        found: Point = self.port.frame.at(point)
        return found

    def id(self, name: str) -> int:
        """Of the first object with a name."""
        return self.state.scene[name].id

    def select(self, *names: str) -> None:
        """Choose objects by name."""
        self.state.select([self.id(name) for name in names])
        self.step(2)

    def drag(self, context: Any, start: Point, end: Point, button: int = 0, steps: int = 6) -> None:
        """Within a test: press, move and let go."""
        context.mouse_move_to_pos(start)
        context.yield_(2)
        context.mouse_down(button)
        context.yield_(1)
        for k in range(1, steps + 1):
            part = k / steps
            to = (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
            context.mouse_move_to_pos(to)
            context.yield_(1)
        context.mouse_up(button)
        context.yield_(2)


@pytest.fixture(scope="session")
def editor_page(gpu: Gpu) -> Iterator[tuple[Headless, HostServices, theme.Fonts]]:
    """One page for all tests of a run: the Test Engine is never let go of."""
    fonts: list[theme.Fonts] = []
    page = Headless(gpu, SIZE, lambda: None, begin=lambda draw: fonts.append(theme.load_fonts()), tests=True)
    page.step(2)
    services = HostServices(gpu, page.draw, settle=2, coarse=1.0)
    yield page, services, fonts[0]
    page.show(lambda: None)


@pytest.fixture
def editor_ui(
    editor_page: tuple[Headless, HostServices, theme.Fonts], tmp_path: Path
) -> Iterator[Callable[..., EditorUi]]:
    """Opens the editor: `editor_ui(scene)`, `editor_ui(path)`, `editor_ui()` for a new scene.

    size=…, scale=2.0; rebuild=False for the layout that is in the settings.
    """
    page, services, fonts = editor_page
    made: list[EditorUi] = []
    numbers = itertools.count()

    def opened(
        what: Scene | Path | str | None = None,
        *,
        size: tuple[int, int] = SIZE,
        scale: float = 1.0,
        begin: bool = False,
        rebuild: bool = True,
    ) -> EditorUi:
        if isinstance(what, Scene):
            path = tmp_path / f"scene{next(numbers) or ''}.dream"
            what.save(path)
            what = path
        state = session.opened(tmp_path if what is None else what)
        if made:
            made.pop().editor.close()
        services.scale = scale
        editor = Editor(state, services, fonts)
        editor.ui.rebuild_layout = rebuild
        if page.size != size:
            page.resize(size)
        imgui.internal.clear_active_id()  # a field that a test before this one was typing into
        imgui.get_io().clear_input_keys()
        imgui.get_io().clear_input_mouse()
        if imgui.is_popup_open("", int(imgui.PopupFlags_.any_popup)):
            imgui.internal.close_popup_to_level(0, False)

        for window in imgui.get_current_context().windows:  # as the test before it left them
            imgui.internal.set_scroll_x(window, 0.0)
            imgui.internal.set_scroll_y(window, 0.0)
            window.state_storage.clear()

        def gui() -> None:
            editor.frame(1 / 60)

        page.show(gui)
        page.on_drawn = editor.between
        ui = EditorUi(state, editor, page)
        made.append(ui)
        page.step(3)
        if not begin:
            ui.view.camera.put(POSE)
        page.step(3)
        return ui

    yield opened
    page.on_drawn = None
    page.show(lambda: None)
    for ui in made:
        ui.editor.close()
    page.step(2)
