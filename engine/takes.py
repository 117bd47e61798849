"""What an app takes down of a run, and the recording that it plays."""

from __future__ import annotations

from pathlib import Path

from .bindings import Bindings
from .errors import RecordingError
from .input import Input
from .playing import Playing
from .recording import Player, Recorder, Recording


class Takes:
    """A recorder and a player, each None where there is none.

    seed: what worlds are made with, from the recording where one plays.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.player: Player | None = None
        self.recorder: Recorder | None = None

    def frame(self, dt: float, input: Input) -> float:
        """A frame begins: the recording's takes the place of the player's; it is taken down. Returns its length."""
        if self.player is not None:
            dt = self.player.feed(input)
        if self.recorder is not None:
            self.recorder.add(dt, input)
        return dt

    def record(self, playing: Playing, tick_rate: int, size: tuple[int, int], bindings: Bindings, frames: int) -> None:
        """See `App.record`; `frames`: how many were played already."""
        _refuse_begun("recorded", frames)
        self.recorder = Recorder(self.seed, tick_rate, playing.scene.name, size, bindings.data())

    def recording(self, playing: Playing) -> Recording:
        """See `App.recording`."""
        if self.recorder is None:
            raise RecordingError("nothing is being recorded; call app.record() before the first frame")
        return self.recorder.finish(playing.world.state_hash())

    def replay(self, recording: Recording, playing: Playing, frames: int) -> Player:
        """Have a recording play from the first frame on, see `App.play`; `frames`: how many were played already."""
        _refuse_begun("replayed", frames)
        if recording.scene != playing.scene.name:
            raise RecordingError(
                f'{recording.where} was recorded in the scene "{recording.scene}"; this is "{playing.scene.name}"'
            )
        if playing.running is not None and recording.seed != self.seed:
            raise RecordingError(
                f"{recording.where} was recorded with the seed {recording.seed}; the world was made with {self.seed}: "
                f"use App(…, seed={recording.seed})"
            )
        self.seed = recording.seed
        self.player = Player(recording)
        return self.player

    def save(self, path: Path | None, state: str) -> None:
        """Write what was taken down, if it is to be, and tell it. `state`: a digest of the world, "" after an error."""
        if path is None or self.recorder is None or not self.recorder.frames:
            return
        made = self.recorder.finish(state)
        made.save(path)
        ended = f"state {state}" if state else "ended by an error"
        print(f"{path}: {made.frames} frames recorded, {ended}")


def _refuse_begun(what: str, frames: int) -> None:
    if frames:
        raise RecordingError(f"a run is {what} from its first frame on, and {frames} were played: make a new App")
