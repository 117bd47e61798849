"""Actions that play the scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...engine.errors import EditorError
from .actions import Actions
from .keeping import Difference, command, differences

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


def keep_changes(
    state: EditorState, ids: Sequence[int] | None = None, only: Sequence[str] = (), everything: bool = False
) -> None:
    """Put what is other in the played world into the scene, as one step: what is picked in a list of it.

    ids, only: of those objects, and those fields or components, without asking; everything: all, without asking.
    """
    found = _differences(state, ids)
    if ids is None and not only and not everything:
        _ask(state, found, "Keep Changes", lambda picked: _keep(state, picked))
        return
    wanted = set(only)
    _keep(state, [one for one in found if not wanted or wanted & {one.field, one.field.partition(".")[0]}])


def keep_and_stop(state: EditorState, everything: bool = False) -> None:
    """As Keep Changes, and stop."""
    try:
        found = _differences(state, None)
    except EditorError:
        if everything:
            stop(state)
            return
        raise

    def keep(picked: Sequence[Difference]) -> None:
        _keep(state, picked)
        stop(state)

    if everything:
        keep(found)
    else:
        _ask(state, found, "Keep Changes and Stop", keep)


def _differences(state: EditorState, ids: Sequence[int] | None) -> list[Difference]:
    if not state.play.plays_the_document:
        raise EditorError("the game plays another scene than the one that is edited: nothing of it can be kept here")
    found = differences(state.play, state.document, ids)
    if not found:
        raise EditorError("nothing that can be kept is other in the world than in the scene")
    return found


def _ask(
    state: EditorState, found: Sequence[Difference], title: str, then: Callable[[Sequence[Difference]], object]
) -> None:
    """Show what is other; the game waits meanwhile, so that it stays so."""
    from .state import Ask

    if state.play.mode == "playing":
        state.play.pause()
    state.ask(Ask("keep", title, then, changes=tuple(found)))


def _keep(state: EditorState, picked: Sequence[Difference]) -> None:
    made = command(state.play, state.document, picked)
    if made is None:
        raise EditorError("nothing was picked to be kept")
    state.do(made, "Keep Changes", exact=True)
    state.tell("kept what the game changed; undo takes it back")


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
        arguments=(
            ("ids", "of which objects"), ("only", "which fields or components"), ("everything", "without asking"),
        ),
    )  # fmt: skip
    put(
        "play.keep_and_stop",
        "Keep Changes and Stop",
        keep_and_stop,
        "",
        playing,
        "Play",
        arguments=(("everything", "without asking"),),
    )
