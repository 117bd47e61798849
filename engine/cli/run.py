"""`dream run`: play."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..app import App
from ..errors import DreamwellError
from ..input import Input
from ..inspection import KEYS
from ..orbit import OrbitCamera
from ..recording import Recording
from ..render import is_linear
from ..run_options import RUN, RunOptions
from ..world import World
from .figures import write_json
from .progress import frames_bar
from .targets import find, no_arguments, play


def run(
    text: str,
    headless: bool,
    frames: int | None,
    size: tuple[int, int] | None,
    output: Path | None,
    settings: Mapping[str, Any],
    arguments: Sequence[str] = (),
    json: Path | None = None,
    capture: Path | None = None,
    record: Path | None = None,
    replay: Path | None = None,
    seed: int | None = None,
    reload: bool | None = None,
) -> None:
    """Play a sample, a script or a scene file; the latter with a camera that the mouse turns."""
    recording = None if replay is None else Recording.load(replay)
    if output is not None:
        is_linear(output)  # a suffix that can't be written is told before the work
    target = find(text)
    if arguments and not target.is_script:
        raise no_arguments(text, arguments)
    with frames_bar() as progress:
        options = RunOptions(
            mode="headless" if headless else "window",
            size=size,
            frames=frames,
            settings=settings,
            output=output,
            progress=progress,
            arguments=tuple(arguments),
            timed=json is not None,
            capture=capture,
            record=record,
            replay=recording,
            seed=seed,
            reload=reload,
        )
        if target.is_script:
            play(target, options)
        else:
            token = RUN.set(options)
            try:
                app = App(target.path, title=target.path.name)
                look_around(app)
                app.run()
            finally:
                RUN.reset(token)
    if json is not None:
        write_json(json, {"source": text, **options.report})


def look_around(app: App) -> None:
    """Let the mouse turn the camera about what it looks at; scenes and .hdr files that are dropped are shown."""
    orbit = OrbitCamera.of(app.world)

    @app.update
    def follow(world: World, dt: float) -> None:
        if touched(app.input):
            orbit.update(world, app.input)

    @app.on_drop
    def show(paths: list[Path]) -> None:
        nonlocal orbit
        try:
            if paths[0].suffix.lower() == ".hdr":
                app.environment = paths[0]
            else:
                orbit = OrbitCamera.of(app.load(paths[0]))
        except DreamwellError as error:
            print(f"error: {error}", file=sys.stderr)  # what was shown goes on being shown


def touched(input: Input) -> bool:
    """Whether the player did anything that moves the camera: until then the scene's own is left as it is."""
    return bool(input.buttons or input.wheel or input.pressed - {*KEYS, "Shift"})
