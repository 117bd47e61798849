"""What the panels need of whoever shows them: a viewport, pictures of assets, times. A window has it, a test too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from imgui_bundle import imgui

if TYPE_CHECKING:
    from ..core import Ask, EditorState


@dataclass(frozen=True, slots=True)
class Rect:
    """A part of the screen, in imgui's pixels."""

    x: float
    y: float
    width: float
    height: float


class FileDialog(Protocol):
    """A dialog of the system's that is open. Nothing of it waits."""

    def ready(self) -> bool:
        """Whether it was answered or cancelled."""
        ...

    def result(self) -> Sequence[Path]:
        """Once it is ready: what was chosen; nothing where it was cancelled."""
        ...

    def cancel(self) -> None:
        """Take it away."""
        ...


class Services(Protocol):
    """What the editor's host does for its panels."""

    @property
    def scale(self) -> float:
        """Pixels for each point that the screen asks for; the user's own scale is multiplied to it."""
        ...

    @property
    def native_dialogs(self) -> bool:
        """Whether the system's file dialogs can be opened; otherwise the editor shows its own."""
        ...

    def file_dialog(self, ask: Ask) -> FileDialog | None:
        """Open the system's own dialog for files or a folder; None where the editor is to show its own."""
        ...

    def viewport(self, state: EditorState, rect: Rect) -> None:
        """Draw the scene into a part of the current window, and take the pointer and the keys over it."""
        ...

    def thumbnail(self, of: Any) -> imgui.ImTextureRef | None:
        """A square picture of an asset (its path) or of a component that shows a look (a Material); None: not yet."""
        ...

    def gpu_times(self) -> Sequence[tuple[str, float]]:
        """Passes of the last frame, in order: name, milliseconds on the GPU."""
        ...

    def cpu_times(self) -> Sequence[tuple[str, float]]:
        """Stages of the last frame, in order: name, milliseconds on the CPU."""
        ...

    def counters(self) -> Mapping[str, float]:
        """Numbers worth watching: objects drawn, triangles, bytes, ..."""
        ...


class NoServices:
    """A host without a GPU: panels alone."""

    scale: float = 1.0
    native_dialogs: bool = False

    def file_dialog(self, ask: Ask) -> FileDialog | None:
        """There is none."""
        return None

    def viewport(self, state: EditorState, rect: Rect) -> None:
        """Nothing is drawn."""

    def thumbnail(self, of: Any) -> imgui.ImTextureRef | None:
        """There are no pictures."""
        return None

    def gpu_times(self) -> Sequence[tuple[str, float]]:
        """No passes."""
        return ()

    def cpu_times(self) -> Sequence[tuple[str, float]]:
        """No stages."""
        return ()

    def counters(self) -> Mapping[str, float]:
        """No counters."""
        return {}
