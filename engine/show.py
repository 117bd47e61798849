"""An app's loop: in a window, or without one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..fabric import Fabric
from ..fabric.recompile import Workshop
from .frames import Frames
from .functions import Functions, call
from .gpu import Gpu
from .input import Input
from .inspection import slug
from .interrupts import check
from .loop import Clock
from .recording import Player
from .reloading import Reloading
from .render import DT, Shot, Stage, is_linear, save, shared_gpu, take
from .run_options import RunOptions
from .window import Window
from .world import World

if TYPE_CHECKING:
    from .app import App

HEADLESS_FRAMES = 10


def run_headless(
    app: App, frames: Frames, player: Player | None, options: RunOptions, reason: str, *, reloads: bool
) -> None:
    """Draw frames without a window, and write the last one, or all of them. `reason`: why there is no window."""
    name = app.scene.name
    output, folder = options.output or Path("out", f"{slug(name)}.png"), options.capture
    shot = Shot(
        app.size,
        options.frames or (HEADLESS_FRAMES if player is None else player.left),
        options.samples,
        linear=is_linear(output),
        timed=options.timed,
        hud=app.hud,
    )

    def each(frame: int, fabric: Fabric) -> None:
        if folder is not None:
            save(folder / f"{frame + 1:04d}.png", fabric.read_image())
        keep_wanted(app, frames)

    times = None if player is None else player.times()
    if reloads:
        Workshop.of(shared_gpu().device)
    options.picture = take(shot, app.step, options.progress, each, times)
    options.report = options.picture.report
    if folder is None:
        save(output, options.picture.image)
    else:
        output = folder
    drawn = f"{shot.frames} frame{'s' if shot.frames > 1 else ''}"
    print(f"{output}: {app.size[0]}x{app.size[1]}, {drawn}" + (f", since {reason}" if reason else ""))


def run_window(
    app: App,
    frames: Frames,
    functions: Functions,
    player: Player | None,
    reloading: Reloading,
    step: Callable[[float], World],
    options: RunOptions,
) -> None:
    """Show frames in a window until it is closed. `step` plays one, or stands still where the game can't go on."""
    world = app.world  # its errors come before a window does
    window = Window(app.title, app.size)
    try:
        gpu = Gpu.open(present_to=window.canvas)
        if reloading.enabled:
            Workshop.of(gpu.device)
        stage = Stage(gpu, window.pixels, timed=options.timed)
        window.attach(gpu.device, stage.fabric.present_format)
        stage.fabric.show_hud(app.hud)

        def paint(view: Any, size: tuple[int, int]) -> None:
            stage.fabric.resize(size)
            app.hud.density = stage.fabric.density = size[0] / app.input.size[0]
            stage.draw(world, app.time, view=view)

        clock = Clock(DT)
        live = app.input if player is None else Input()  # what the player does while a recording plays
        frames.closing = False
        started = time.perf_counter()
        count = 0
        while not frames.closing and (options.frames is None or count < options.frames):
            if player is not None and not player.left:
                break
            dropped = window.poll(live)
            if window.closed or app.quit_key in live.pressed:
                break
            count += 1
            for on_drop in functions.on_drop if dropped and player is None else ():
                call(on_drop, dropped)
            dt = clock.tick()
            if player is not None:
                live.next_frame()
                time.sleep(max(0.0, started + player.time - time.perf_counter()))
            world = step(dt)
            window.draw(paint)
            check(stage.wait)
            keep_wanted(app, frames)
            view = world.settings.debug.view
            named = app.title if view == "none" else f"{app.title} - {view}"
            window.title = f"{named} - {clock.fps:.0f} fps" if clock.fps else named
        if reloading.halted is not None:
            raise reloading.halted
        if count and stage.fabric.scene is not None:
            seconds = time.perf_counter() - started
            options.report = {
                "scene": app.scene.name,
                "adapter": {"name": gpu.name, "software": gpu.software, **gpu.info},
                "size": list(stage.fabric.size),
                "frames": count,
                "frame_ms": seconds * 1e3 / count,
                **(stage.fabric.counters() if options.timed else {}),
                **({} if stage.times is None else stage.times.report()),
            }
    finally:
        window.close()


def keep_wanted(app: App, frames: Frames) -> None:
    """Write the last picture, if a key was pressed for that."""
    if frames.wanted:
        frames.wanted = False
        print(app.screenshot())
