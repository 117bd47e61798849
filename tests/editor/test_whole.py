"""The whole editor, by clicks: a scene from nothing to a game that plays, saved and opened again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imgui_bundle import imgui

import dreamwell as dw
from dreamwell.engine.scene.scene import Scene

Open = Callable[..., Any]
KEY = imgui.Key
BAR = "//##MainMenuBar"


def test_pictures(editor_ui: Open, tmp_path: Path) -> None:
    from PIL import Image
    ui = editor_ui("/tmp/edview_scratch/out/demo.dream", size=(1280, 760))
    ui.select("cube")
    ui.step(20)
    for name in ("assets","profiler","loom","rules","rendering"):
        ui.editor.ui.show(name); ui.step(12)
        Image.fromarray(ui.picture()).save(f"/tmp/p_{name}.png")
    def test(context):
        context.mouse_move_to_pos(ui.at((1.6,0.5,0.4)))
        context.mouse_click(1)
        context.yield_(6)
        Image.fromarray(ui.picture()).save(f"/tmp/p_menu.png")
    ui.run(test)
