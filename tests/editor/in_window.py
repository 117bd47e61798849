"""The editor in a real window, played by real events of the X server: what test_window.py runs in a process of its own.

Arguments: a scene, and where the picture of the window goes. Prints what came of it as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["DREAMWELL_CONFIG"] = "off"

import numpy as np
from imgui_bundle import imgui  # before glfw
from numpy.typing import NDArray
from PIL import Image

from dreamwell.editor import session
from dreamwell.editor.core.view import View
from dreamwell.editor.host.window import EditorWindow

KEYS = {"ctrl": 0xFFE3, "shift": 0xFFE1, "enter": 0xFF0D, "escape": 0xFF1B, "delete": 0xFFFF, "f2": 0xFFBF}


class Player:
    """A person at mouse and keyboard, through XTest."""

    def __init__(self, window: EditorWindow) -> None:
        import glfw

        self.window = window
        self.x11, self.xtst = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        pointer, number = ctypes.c_void_p, ctypes.c_ulong
        self.x11.XOpenDisplay.restype = self.x11.XGetImage.restype = pointer
        self.x11.XKeysymToKeycode.argtypes = [pointer, number]
        self.x11.XSetInputFocus.argtypes = [pointer, number, ctypes.c_int, number]
        self.x11.XSync.argtypes = [pointer, ctypes.c_int]
        self.x11.XGetImage.argtypes = [pointer, number, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 2, number, ctypes.c_int]
        self.xtst.XTestFakeMotionEvent.argtypes = [pointer, *[ctypes.c_int] * 3, number]
        self.xtst.XTestFakeButtonEvent.argtypes = [pointer, ctypes.c_uint, ctypes.c_int, number]
        self.xtst.XTestFakeKeyEvent.argtypes = [pointer, ctypes.c_uint, ctypes.c_int, number]
        self.display = self.x11.XOpenDisplay(None)
        handle: Any = window.window.canvas._window
        self.handle = glfw.get_x11_window(handle)
        self.left, self.top = glfw.get_window_pos(handle)
        self.x11.XSetInputFocus(self.display, self.handle, 1, 0)
        self.frames(4)

    def frames(self, count: int) -> None:
        self.x11.XSync(self.display, 0)
        self.window.run(count)

    def move(self, x: float, y: float) -> None:
        self.xtst.XTestFakeMotionEvent(self.display, -1, round(x) + self.left, round(y) + self.top, 0)
        self.frames(2)

    def button(self, number: int, down: bool) -> None:
        self.xtst.XTestFakeButtonEvent(self.display, number, int(down), 0)
        self.frames(2)

    def click(self, x: float, y: float, number: int = 1) -> None:
        self.move(x, y)
        self.button(number, True)
        self.button(number, False)
        self.frames(2)

    def drag(self, a: tuple[float, float], b: tuple[float, float], number: int = 1) -> None:
        self.move(*a)
        self.button(number, True)
        for k in range(1, 7):
            self.move(a[0] + (b[0] - a[0]) * k / 6, a[1] + (b[1] - a[1]) * k / 6)
        self.button(number, False)
        self.frames(2)

    def key(self, *names: str) -> None:
        codes = [self.x11.XKeysymToKeycode(self.display, KEYS.get(name, ord(name[0]))) for name in names]
        for code in codes:
            self.xtst.XTestFakeKeyEvent(self.display, code, 1, 0)
            self.frames(1)
        for code in reversed(codes):
            self.xtst.XTestFakeKeyEvent(self.display, code, 0, 0)
            self.frames(1)
        self.frames(2)

    def shown(self) -> NDArray[np.uint8]:
        """(h, w, 3) what the X server has of the window."""
        w, h = self.window.window.pixels
        image = self.x11.XGetImage(self.display, self.handle, 0, 0, w, h, 0xFFFFFFFF, 2)
        data = ctypes.cast(image + 16, ctypes.POINTER(ctypes.c_void_p))[0]
        assert data is not None
        pixels = np.frombuffer(ctypes.string_at(data, 4 * w * h), np.uint8).reshape(h, w, 4)
        return np.ascontiguousarray(pixels[..., 2::-1])


def main() -> None:
    """Play, and tell."""
    scene, picture = map(Path, sys.argv[1:3])
    state = session.opened(scene)
    told: dict[str, Any] = {}
    with EditorWindow(state, (1180, 690)) as window:
        port = window.editor.services.port
        port.settle = 3
        window.run(8)
        person = Player(window)

        def at(point: Any) -> tuple[float, float]:
            assert port.frame is not None
            return port.frame.at(point)

        cube = state.scene["cube"].id
        person.click(*at((0, 0.5, 0)))
        told["chosen"] = [state.scene.by_id(one).name for one in state.selection.ids]
        person.key("r")
        told["mode"] = state.part(View).mode
        person.key("w")
        stand = port.stand(state, port.frame, 1.0)  # type: ignore[arg-type]
        assert stand is not None
        (ax, ay), (bx, by) = stand.ends(0)
        person.drag((ax + (bx - ax) * 0.8, ay + (by - ay) * 0.8), (bx + (bx - ax) * 0.5, by + (by - ay) * 0.5))
        told["moved"] = state.scene.by_id(cube).position
        told["steps"] = [step.label for step in state.history.steps]
        yaw, distance = state.part(View).camera.pose.yaw, state.part(View).camera.pose.distance
        middle = at((0, 0, 2.5))
        person.drag(middle, (middle[0] + 60, middle[1]), number=2)
        told["turned"] = state.part(View).camera.pose.yaw - yaw
        person.move(*middle)
        person.button(4, True)
        person.button(4, False)
        told["nearer"] = state.part(View).camera.pose.distance / distance
        person.key("ctrl", "d")
        told["names"] = list(state.scene.names)
        person.key("f2")
        told["renaming"] = state.renaming != 0
        for letter in "twin":
            person.key(letter)
        person.key("enter")
        told["renamed"] = [state.scene.by_id(one).name for one in state.selection.ids]
        person.key("ctrl", "z")
        person.key("ctrl", "s")
        told["saved"] = not state.document.dirty
        io = imgui.get_io()
        told["size"] = [io.display_size.x, io.display_size.y]
        window.run(12)
        Image.fromarray(person.shown()).save(picture)
        window._close_wanted(window.window.canvas._window)
        window.run(5)
        told["closing"] = state.closing
        told["title"] = window.window.title
    print(json.dumps(told))


if __name__ == "__main__":
    main()
