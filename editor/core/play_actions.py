"""Actions that play the scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...engine.errors import EditorError
from .actions import Actions

if TYPE_CHECKING:
    from .state import EditorState


def playing(state: EditorState) -> bool:
    """A game is there, paused or not."""
    return state.play.active


def start(state: EditorState) -> None:
    """Play the scene as it is now, or stop playing it."""
    if state.play.active:
        stop(state)
        return
    state.seal()
    state.play.start(state.document, state.project.main)


def pause(state: EditorState) -> None:
    """Have time stand still, or go on."""
    state.play.pause()


def step(state: EditorState) -> None:
    """Pause, and run one tick."""
    state.play.step()


def stop(state: EditorState) -> None:
    """Throw the played world away; the scene is as it was."""
    state.play.stop()
    state.selection = state.selection.kept(where=state.document)


def time_scale(state: EditorState, value: float = 1.0) -> None:
    """Set how fast the game's time goes: 0.5 is slow motion."""
    state.play.set_time_scale(value)


def keep_changes(state: EditorState, ids: Sequence[int] | None = None, only: Sequence[str] = ()) -> None:
    """Put what is other in the played world into the scene, as one step: of what is chosen, or of everything."""
    chosen = list(ids) if ids is not None else list(state.selection.ids) or None
    command = state.play.keep(state.document, chosen, only)
    if command is None:
        raise EditorError("nothing that can be kept is other in the world than in the scene")
    state.do(command, "Keep Changes")
    state.tell("kept what the game changed; undo takes it back")


def keep_and_stop(state: EditorState) -> None:
    """Put everything that is other in the played world into the scene, and stop."""
    command = state.play.keep(state.document)
    if command is not None:
        state.do(command, "Keep Changes")
    stop(state)


def register(actions: Actions) -> None:
    """Add them."""
    put = actions.add
    put(
        "play.start", "Play", start, "Ctrl+Enter", menu="Play", icon="play", checked=playing,
        title=lambda s: "Stop" if s.play.active else "Play",
    )  # fmt: skip
    put(
        "play.pause",
        "Pause",
        pause,
        "Ctrl+Shift+P",
        playing,
        "Play",
        icon="pause",
        checked=lambda s: s.play.mode == "paused",
    )
    put("play.step", "Step", step, "F10", playing, "Play", icon="forward-step")
    put("play.stop", "Stop", stop, "Shift+F5", playing, "Play", icon="stop")
    put("play.time_scale", "Time Scale", time_scale, arguments=(("value", "0 to 100"),), palette=False)
    put(
        "play.keep_changes", "Keep Changes", keep_changes, "", playing, "Play", icon="thumbtack",
        arguments=(("ids", "of which objects"), ("only", "which fields or components")),
    )  # fmt: skip
    put("play.keep_and_stop", "Keep Changes and Stop", keep_and_stop, "", playing, "Play")
