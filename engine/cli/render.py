"""`dream render`: a picture of a scene, or of what an app shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..render import Shot, Surroundings, is_linear, picture, save
from ..run_options import RunOptions
from .figures import write_json
from .progress import frames_bar
from .targets import find, no_arguments, play


def render(
    text: str,
    output: Path,
    size: tuple[int, int] | None,
    frames: int,
    samples: int,
    camera: str | None,
    environment: Surroundings | None,
    settings: Mapping[str, Any],
    json: Path | None,
    arguments: Sequence[str] = (),
) -> None:
    """Draw `text` and write the picture, and the figures if `json` is given."""
    linear = is_linear(output)  # a suffix that can't be written is told before the work
    target = find(text)
    if arguments and not target.is_script:
        raise no_arguments(text, arguments)
    with frames_bar() as progress:
        if target.is_script:
            options = RunOptions(
                "headless",
                size,
                frames,
                samples,
                camera,
                environment,
                settings,
                output,
                progress,
                tuple(arguments),
                timed=json is not None,
            )
            play(target, options)
            assert options.picture is not None
            report = options.picture.report
        else:
            shot = Shot(size or (1280, 720), frames, samples, linear, settings, camera, environment, json is not None)
            made = picture(target.path, shot, progress)
            save(output, made.image)
            report = made.report
            print(f"{output}: {shot.size[0]}x{shot.size[1]}")
    if json is not None:
        write_json(json, {"source": text, "output": str(output), **report})
