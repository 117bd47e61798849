"""One editor on a page: its state, what the host does for it, and what a frame is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from imgui_bundle import imgui

from ..core.state import EditorState
from ..core.view import View
from ..panels import theme
from ..panels.assets import Assets
from ..panels.dialogs import let_go
from ..panels.frame import frame as draw_panels
from ..panels.frame import ready
from ..panels.ui import Ui
from ..viewport.dropping import place_under
from ..viewport.viewport import LAST
from .services import HostServices

LONGEST = 0.25
"""Seconds of game time in one frame, at most."""
_VIEW = "viewport"


class Editor:
    """An EditorState on a page of Dear ImGui.

    editor = Editor(state, HostServices(gpu, draw), theme.load_fonts())
    editor.frame(seconds)    # between new_frame and render, once a frame
    """

    def __init__(self, state: EditorState, services: HostServices, fonts: theme.Fonts) -> None:
        self.state, self.services = state, services
        self._dropped: list[str] = []
        state.part(Ui).fonts = fonts
        state.part(View).take(state.settings.panels.get(_VIEW, {}))
        state.read_clipboard = imgui.get_clipboard_text
        state.write_clipboard = imgui.set_clipboard_text

    @property
    def ui(self) -> Ui:
        """The panels' own state."""
        return ready(self.state, self.services)

    @property
    def busy(self) -> bool:
        """Whether the next frame will show something else without anybody doing anything."""
        view, state = self.state.part(View), self.state
        playing = state.play.active and state.play.mode == "playing"
        moving = view.camera.moving or view.flying or self.services.port.waiting
        return playing or moving or bool(self._dropped) or self.services.thumbnails.waiting

    def frame(self, seconds: float) -> None:
        """One frame, so many seconds after the last one."""
        state, services = self.state, self.services
        started = time.perf_counter()
        self._guarded(lambda: state.tick(time.monotonic()))
        ticked = time.perf_counter()
        self._guarded(lambda: state.play.frame(min(seconds, LONGEST)))
        played = time.perf_counter()
        services.began(state, self.ui.scale / services.scale)
        if self._dropped:
            self._guarded(self._take_in)
        draw_panels(state, services)
        ended = time.perf_counter()
        services.ended({"editor": ticked - started, "game": played - ticked, "panels": ended - played})

    def _guarded(self, do: Callable[[], object]) -> None:
        """What goes wrong beside the panels is told, and the editor lives."""
        try:
            do()
        except Exception as error:
            self.state.tell_error(error)

    def between(self) -> None:
        """Between two frames: what may take a while and nobody waits for."""
        self.services.thumbnails.step()

    def dropped(self, paths: Sequence[Any]) -> None:
        """Files were dropped on the window: the next frame, which knows where, takes them in."""
        self._dropped += [str(path) for path in paths]

    def _take_in(self) -> None:
        paths, self._dropped = self._dropped, []
        pointer = imgui.get_io().mouse_pos
        at = place_under(self.state, self.services.port, pointer.x, pointer.y)
        place = None if at is None else [float(v) for v in at]
        assets = self.ui.kept(Assets)
        folder = assets.folder if assets.folder in self.state.project.assets else ""
        made = self.state.run("file.drop", paths=paths, folder=folder, at=place)
        if isinstance(made, list) and made:
            assets.chosen = made[-1]

    def close(self) -> None:
        """The editor ends: what is worth remembering is kept."""
        state = self.state
        let_go(self.ui)
        if state.document.path is not None:
            state.bookmarks[LAST] = state.part(View).camera.goal.data()
            state.settings.bookmarks[str(state.document.path)] = dict(state.bookmarks)
        if self.ui.in_front:  # some frames were shown
            state.settings.layout = imgui.save_ini_settings_to_memory()
        state.settings.panels[_VIEW] = {key: v for key, v in state.part(View).data().items() if key != "camera"}
        try:
            state.settings.save()
        finally:
            state.close()
