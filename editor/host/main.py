"""What `dream edit` does: the editor in a window, or one picture of it without one."""

from __future__ import annotations

import os
import time
from importlib import import_module
from pathlib import Path

from ...assets.images import save_image
from ...engine.errors import GpuError
from ...engine.render import shared_gpu
from ...engine.window import why_no_window
from .. import session

FRAMES = 40
"""Of a picture, unless told otherwise: everything has come to rest then."""


def edit(
    path: Path | None,
    *,
    scale: float = 0.0,
    screenshot: Path | None = None,
    size: tuple[int, int] | None = None,
    frames: int | None = None,
) -> None:
    """Edit a project's folder, a scene or, without a path, a new scene in the current folder, until it is closed.

    scale: of everything, 0 for what the screen asks for.  screenshot: write a picture of `size` pixels after so many
    frames and end, without a window.  frames: ends a window too.
    Raises EditorError where there is nothing to edit, GpuError where there is no window to be had and no adapter.
    """
    if screenshot is not None:
        picture(path, screenshot, size or (1280, 760), scale or 1.0, frames or FRAMES)
        return
    import_module("imgui_bundle")  # names the glfw that both use, before anybody loads one
    why = why_no_window()
    if why:
        raise GpuError(f"the editor needs a window, and {why}; --screenshot FILE writes a picture of it without one")
    from .window import SIZE, EditorWindow

    state = session.opened(path)
    with EditorWindow(state, size or SIZE, scale) as window:
        window.run(frames)


def picture(path: Path | None, target: Path, size: tuple[int, int], scale: float, frames: int) -> None:
    """Write a picture of the editor. Nothing of it is remembered for the next time."""
    from ..panels import theme
    from .editor import Editor
    from .headless import Headless
    from .services import HostServices

    os.environ["DREAMWELL_CONFIG"] = "off"
    state = session.opened(path)
    fonts: list[theme.Fonts] = []
    gpu = shared_gpu()
    with Headless(gpu, size, lambda: None, begin=lambda draw: fonts.append(theme.load_fonts())) as page:
        editor = Editor(state, HostServices(gpu, page.draw, scale=scale, coarse=1.0), fonts[0])
        page.show(lambda: editor.frame(1 / 60))
        page.on_drawn = editor.between
        started = time.perf_counter()
        page.step(frames)
        seconds = time.perf_counter() - started
        save_image(target, page.picture())
        page.show(lambda: None)
        editor.close()
    print(f"{target}: {size[0]}x{size[1]}, {frames} frames in {seconds:.1f} s")
