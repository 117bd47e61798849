"""What the host does for the panels: the viewport, thumbnails, times."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imgui_bundle import imgui

from ...engine.gpu import Gpu
from ..viewport.viewport import SETTLE, Viewport
from . import native_dialogs
from .draw_data import DrawData
from .thumbnails import Thumbnails

if TYPE_CHECKING:
    from ..core.state import Ask, EditorState
    from ..panels.services import FileDialog, Rect

SECONDS = 0.5
"""From one reading of the GPU's times and counters to the next: reading waits for it."""


class HostServices:
    """For one page. scale: pixels for each point.  native_dialogs: whether the system's file dialogs can be opened.

    settle, coarse: as of `Viewport`.
    """

    def __init__(
        self,
        gpu: Gpu,
        draw: DrawData,
        *,
        scale: float = 1.0,
        native_dialogs: bool = False,
        settle: int = SETTLE,
        coarse: float | None = None,
    ) -> None:
        self.gpu = gpu
        self.scale = scale
        self.native_dialogs = native_dialogs
        self.port = Viewport(gpu, draw, settle=settle, coarse=coarse)
        self.thumbnails = Thumbnails(gpu, draw)
        self.state: EditorState | None = None
        self._cpu: dict[str, float] = {}
        self._user_scale = 1.0
        self._gpu_times: list[tuple[str, float]] = []
        self._counters: dict[str, float] = {}
        self._read = {"gpu": 0.0, "counters": 0.0}
        self._asked = {"gpu": 0.0, "counters": 0.0}

    def file_dialog(self, ask: Ask) -> FileDialog | None:
        """Open the system's own dialog for files or a folder; None where the editor is to show its own."""
        return native_dialogs.opened(ask) if self.native_dialogs else None

    def viewport(self, state: EditorState, rect: Rect) -> None:
        """Draw the scene into a part of the current window, and take the pointer and the keys over it."""
        self.port.draw(state, (rect.x, rect.y, rect.width, rect.height), self.scale * self._user_scale)

    def thumbnail(self, of: Any) -> imgui.ImTextureRef | None:
        """A square picture of an asset (its path) or of a Material or Mesh; None: not yet, or there is none."""
        return None if self.state is None else self.thumbnails.get(of, self.state.document.root)

    def gpu_times(self) -> Sequence[tuple[str, float]]:
        """Passes of the last frame, in order: name, milliseconds on the GPU. Timed only while somebody asks."""
        now, fabric = time.monotonic(), self.port.picture.stage.fabric
        self._asked["gpu"] = now
        times = fabric.time_passes()
        if times is not None and now - self._read["gpu"] > SECONDS and self.port.drew and fabric.scene is not None:
            self._read["gpu"] = now
            self._gpu_times = list(times.read().items())
        return self._gpu_times

    def cpu_times(self) -> Sequence[tuple[str, float]]:
        """Stages of the last frame, in order: name, milliseconds on the CPU."""
        return list(self._cpu.items())

    def counters(self) -> Mapping[str, float]:
        """Numbers worth watching, of the last picture; read anew twice a second."""
        now, fabric = time.monotonic(), self.port.picture.stage.fabric
        if now - self._read["counters"] > SECONDS and self.port.picture.drawn and fabric.scene is not None:
            self._read["counters"] = now
            self._counters = {name: float(value) for name, value in fabric.counters().items()}
        return self._counters

    def began(self, state: EditorState, user_scale: float) -> None:
        """A frame begins."""
        self.state, self._user_scale = state, user_scale
        if time.monotonic() - self._asked["gpu"] > 2 * SECONDS and self._asked["gpu"]:
            self._asked["gpu"] = 0.0
            self.port.picture.stage.fabric.time_passes(on=False)

    def ended(self, seconds: Mapping[str, float]) -> None:
        """A frame is over: what its stages took, seconds."""
        port = self.port.seconds
        inner = sum(port.values())
        stages = {"game": seconds.get("game", 0.0), "panels": max(0.0, seconds.get("panels", 0.0) - inner), **port}
        stages |= {name: value for name, value in seconds.items() if name not in ("game", "panels")}
        self._cpu = {name: value * 1e3 for name, value in stages.items()}
