"""What can be said after `dream`: names, options and help. The work is imported when a command is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, BadParameter, Option

app = typer.Typer(
    name="dream",
    help="Play, draw and make Dreamwell scenes and games.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def command() -> Any:
    """The parser for everything below."""
    return typer.main.get_command(app)


# ---- values ---------------------------------------------------------------------------------------------------


def read_size(text: str) -> tuple[int, int]:
    """`1280x720` → (1280, 720)."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if not found or not int(found[1]) or not int(found[2]):
        raise BadParameter(f"{text!r} is no size; it must be WIDTHxHEIGHT in pixels, as in 1280x720")
    return int(found[1]), int(found[2])


def maybe_size(text: str | None) -> tuple[int, int] | None:
    """The size, where one was given."""
    return None if text is None else read_size(text)


def read_settings(texts: list[str]) -> dict[str, str]:
    """`["tonemap.operator=agx"]` → {"tonemap.operator": "agx"}."""
    out: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise BadParameter(f"{text!r} sets nothing; it must be GROUP.KEY=VALUE, as in tonemap.operator=agx")
        out[key.strip()] = value
    return out


def read_preset(name: str) -> dict[str, Any]:
    """`low` → {"shadows.size": 1024, …}."""
    from ..errors import SettingsError
    from ..scene.presets import preset

    try:
        return preset(name)
    except SettingsError as error:
        raise BadParameter(str(error)) from None


def read_view(name: str) -> dict[str, Any]:
    """`depth` → {"debug.view": "depth"}."""
    from ..scene.settings import VIEWS

    if name not in VIEWS:
        raise BadParameter(f"{name!r} is no view; there are {', '.join(VIEWS)}")
    return {"debug.view": name}


def chosen(preset: str | None, set: list[str] | None, view: str | None = None) -> dict[str, Any]:
    """The settings of a preset, over them those that are set, and the debug view."""
    named = {} if preset is None else read_preset(preset)
    return {**named, **read_settings(set or []), **({} if view is None else read_view(view))}


def read_environment(text: str) -> str | tuple[float, ...]:
    """`0.5,0.5,1` → (0.5, 0.5, 1.0); a file name and `none` stay."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        return text
    if len(numbers) != 3:
        raise BadParameter(f"{text!r} is no colour; it must be R,G,B, an .hdr file or none")
    return numbers


def read_counts(texts: Sequence[str]) -> list[int]:
    """`["100", "1000,10000"]` → [100, 1000, 10000]."""
    parts = [part for text in texts for part in text.split(",") if part]
    wrong = [part for part in parts if not part.isdigit() or not int(part)]
    if wrong:
        raise BadParameter(f"{wrong[0]!r} is no number of objects; it must be a whole number above 0")
    return [int(part) for part in parts]


def read_capture(value: tuple[int, Path]) -> tuple[int, Path]:
    """How many frames, and a folder."""
    if value[0] < 1:
        raise BadParameter(f"{value[0]} frames are none; it must be 1 or more")
    if value[1].exists() and not value[1].is_dir():
        raise BadParameter(f"{value[1]} is no folder")
    return value


def checked(read: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    """An option's callback: what `read` refuses is reported as wrong usage of that option."""

    def check(value: Any) -> Any:
        if value is not None:
            try:
                read(value)
            except BadParameter as error:
                raise BadParameter(error.message, param_hint=name) from None
        return value

    return check


Size = Annotated[str, Option("--size", metavar="WxH", help="Pixels.", callback=checked(read_size, "--size"))]
MaybeSize = Annotated[
    str | None,
    Option("--size", metavar="WxH", help="Pixels; else as the app says.", callback=checked(read_size, "--size")),
]
Set = Annotated[
    list[str] | None,
    Option(
        "--set",
        metavar="KEY=VALUE",
        help="A render setting, as in tonemap.operator=agx; may be repeated.",
        callback=checked(read_settings, "--set"),
    ),
]
Preset = Annotated[
    str | None,
    Option(
        "--preset",
        metavar="low|medium|high|ultra",
        help="Render settings, in one word; --set goes over it.",
        callback=checked(read_preset, "--preset"),
    ),
]
View = Annotated[
    str | None,
    Option(
        "--view",
        metavar="NAME",
        help="A debug view in place of the picture: depth, normal, overdraw, ...",
        callback=checked(read_view, "--view"),
    ),
]
Arguments = Annotated[
    list[str] | None,
    Argument(metavar="[-- ARGUMENTS]", help="What a Python file or sample finds in sys.argv.", show_default=False),
]
Json = Annotated[Path | None, Option("--json", metavar="FILE", help="Write the figures there too.")]


# ---- commands -------------------------------------------------------------------------------------------------


@app.callback()
def dream(
    debug: Annotated[
        bool, Option("--debug", help="Show the traceback of an error. May also follow the command.")
    ] = False,
) -> None:
    """Play, draw and make Dreamwell scenes and games."""


@app.command()
def run(
    target: Annotated[str, Argument(metavar="SAMPLE|SCENE|FILE.py", help="What to play.")] = "hello",
    headless: Annotated[bool, Option("--headless", help="No window: draw frames 1/60 s apart, keep the last.")] = False,
    frames: Annotated[int | None, Option("--frames", min=1, help="End after so many.")] = None,
    size: MaybeSize = None,
    output: Annotated[
        Path | None, Option("--output", "-o", metavar="FILE", help="The picture; implies --headless.")
    ] = None,
    capture: Annotated[
        tuple[int, Path] | None,
        Option(
            "--capture",
            metavar="N FOLDER",
            help="Without a window, write N frames 1/60 s apart as 0001.png, ... there.",
            callback=checked(read_capture, "--capture"),
        ),
    ] = None,
    record: Annotated[
        Path | None, Option("--record", metavar="FILE", help="Keep what the player does, to be replayed.")
    ] = None,
    replay: Annotated[
        Path | None, Option("--replay", metavar="FILE", help="Play a recording in place of the player.")
    ] = None,
    seed: Annotated[
        int | None, Option("--seed", min=0, help="What random numbers begin with; else as the app says.")
    ] = None,
    reload: Annotated[
        bool | None,
        Option("--reload/--no-reload", help="Take over files that change meanwhile; in a window unless told."),
    ] = None,
    preset: Preset = None,
    set: Set = None,
    view: View = None,
    physics_lines: Annotated[
        bool, Option("--physics-lines", help="Show what physics sees: shapes, contacts, joints. As F6.")
    ] = False,
    json: Json = None,
    arguments: Arguments = None,
) -> None:
    """Play a sample, a scene file or a Python file, in a window."""
    from . import run as work

    if capture is not None and (frames is not None or output is not None):
        raise BadParameter(
            "it says how many frames there are and where they go: leave out --frames and -o", param_hint="--capture"
        )
    if replay is not None and seed is not None:
        raise BadParameter("a recording has its own: leave it out", param_hint="--seed")
    work.run(
        target,
        headless or output is not None or capture is not None,
        frames if capture is None else capture[0],
        maybe_size(size),
        output,
        {**chosen(preset, set, view), **({"debug.physics": True} if physics_lines else {})},
        arguments or (),
        json=json,
        capture=None if capture is None else capture[1],
        record=record,
        replay=replay,
        seed=seed,
        reload=reload,
    )


@app.command()
def edit(
    target: Annotated[
        str,
        Argument(
            metavar="[PROJECT|SCENE]", help="A game's folder or a .dream file; else a new scene.", show_default=False
        ),
    ] = "",
    scale: Annotated[
        float, Option("--scale", min=0.0, max=4.0, help="How large everything is; 0 for what the screen asks for.")
    ] = 0.0,
    screenshot: Annotated[
        Path | None, Option("--screenshot", metavar="FILE", help="Write a picture of the editor and end; no window.")
    ] = None,
    size: MaybeSize = None,
    frames: Annotated[int | None, Option("--frames", min=1, help="End after so many.")] = None,
) -> None:
    """Edit a scene or a game in the editor."""
    from . import edit as work

    work.edit(target, scale, screenshot, maybe_size(size), frames)


@app.command()
def samples(
    names: Annotated[bool, Option("--names", help="One name per line, nothing else.")] = False,
) -> None:
    """List the samples."""
    from . import samples as work

    work.show(names)


@app.command()
def render(
    scene: Annotated[str, Argument(metavar="SCENE|FILE.py|SAMPLE", help="What to draw: .dream, .gltf, .glb, ...")],
    output: Annotated[
        Path, Option("--output", "-o", metavar="FILE", help=".png, .jpg, .webp; or .npy, .exr for linear light.")
    ],
    size: MaybeSize = None,
    frames: Annotated[int, Option("--frames", min=1, help="Run so many, 1/60 s apart; the last is kept.")] = 1,
    samples: Annotated[
        int, Option("--samples", min=1, help="Sub-pixel positions to average: 16 for smooth edges.")
    ] = 1,
    camera: Annotated[str | None, Option("--camera", metavar="NAME", help="Another than the first.")] = None,
    environment: Annotated[
        str | None,
        Option(
            "--environment",
            metavar="FILE.hdr|R,G,B|none",
            help="In place of the scene's.",
            callback=checked(read_environment, "--environment"),
        ),
    ] = None,
    preset: Preset = None,
    set: Set = None,
    view: View = None,
    json: Json = None,
    arguments: Arguments = None,
) -> None:
    """Draw a scene into a picture, without a window."""
    from . import render as work

    around = None if environment is None else read_environment(environment)
    work.render(
        scene,
        output,
        maybe_size(size),
        frames,
        samples,
        camera,
        around,
        chosen(preset, set, view),
        json,
        arguments or (),
    )


@app.command()
def weave(
    scene: Annotated[str, Argument(metavar="SCENE|FILE.py|SAMPLE", help="What to weave.")],
    json: Json = None,
) -> None:
    """Weave a scene: how long each stage takes, what it holds, and everything that is wrong with it."""
    from . import weave as work

    work.show(scene, json)


@app.command()
def info() -> None:
    """What this machine draws with."""
    from . import info as work

    work.show()


@app.command()
def new(name: Annotated[str, Argument(metavar="NAME", help="Its folder, made here.")]) -> None:
    """Begin a game: a folder with a small one that runs."""
    from . import new as work

    work.make(name)


@app.command()
def bench(
    what: Annotated[
        str,
        Argument(
            metavar="weave|frame|tables|memory|environment|scripts|physics|editor|compare",
            help="One of them; else weave and frame.",
            show_default=False,
        ),
    ] = "",
    objects: Annotated[
        list[str] | None,
        Option(
            "--objects",
            metavar="N ...",
            help="Scene sizes; 1000 100000 1000000 unless told, for compare 1000 10000 100000, for scripts 10000; "
            "for environment the height of the panorama, 1024.",
            callback=checked(read_counts, "--objects"),
        ),
    ] = None,
    size: Size = "320x180",
    frames: Annotated[
        int | None,
        Option("--frames", min=1, help="Measured per row, after a warm-up; up to 500 unless told.", show_default=False),
    ] = None,
    culling: Annotated[str, Option("--culling", metavar="on|off", help="frame: leave out what is not seen.")] = "on",
    moving: Annotated[float, Option("--moving", min=0, max=1, help="frame: the part of the objects that moves.")] = 0.0,
    every: Annotated[
        float,
        Option("--every", metavar="MS", min=0, help="frame: from one frame to the next, at least: equal pauses."),
    ] = 0.0,
    gpu: Annotated[bool, Option("--gpu", help="frame: what every pass takes on the GPU.")] = False,
    cycles: Annotated[
        int, Option("--cycles", min=0, help="memory: how often a world of 1000 objects grows and shrinks again.")
    ] = 0,
    set: Set = None,
    json: Json = None,
) -> None:
    """Measure weaving, the CPU cost of a frame, memory, panoramas, and another engine on the same view."""
    from . import bench as work

    known = (*work.NAMES, *work.MORE)
    if what not in ("", *known):
        raise BadParameter(f"{what!r} is no benchmark; there are {', '.join(known)}", param_hint="WHAT")
    if culling not in ("on", "off"):
        raise BadParameter(f"{culling!r} is neither on nor off", param_hint="--culling")
    settings = {**work.culled(culling), **read_settings(set or [])}
    work.show(
        [what] if what else list(work.NAMES),
        read_counts(objects) if objects else None,
        read_size(size),
        frames,
        {
            "frame": {"settings": settings, "moving": moving, "gpu": gpu, "every": every},
            "memory": {"cycles": cycles},
        },
        json,
    )
