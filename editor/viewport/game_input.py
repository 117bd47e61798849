"""What the player does in the viewport while a game plays there: Dear ImGui's keys and pointer as the game has them."""

from __future__ import annotations

from typing import Any

from imgui_bundle import imgui

from .frame import Rect

_NAMED = {
    "up_arrow": "ArrowUp", "down_arrow": "ArrowDown", "left_arrow": "ArrowLeft", "right_arrow": "ArrowRight",
    "space": " ", "enter": "Enter", "tab": "Tab", "backspace": "Backspace", "delete": "Delete", "insert": "Insert",
    "home": "Home", "end": "End", "page_up": "PageUp", "page_down": "PageDown", "left_shift": "Shift",
    "left_ctrl": "Control", "left_alt": "Alt", "right_shift": "Shift", "right_ctrl": "Control", "right_alt": "Alt",
    "minus": "-", "equal": "=", "comma": ",", "period": ".", "slash": "/", "semicolon": ";", "apostrophe": "'",
    "left_bracket": "[", "right_bracket": "]", "backslash": "\\", "grave_accent": "`",
}  # fmt: skip
_BUTTONS = {0: 1, 1: 2, 2: 3}
"""Dear ImGui's buttons → the engine's."""


def _keys() -> dict[Any, str]:
    out: dict[Any, str] = {getattr(imgui.Key, name): key for name, key in _NAMED.items()}
    for letter in "abcdefghijklmnopqrstuvwxyz":
        out[getattr(imgui.Key, letter)] = letter
    for digit in range(10):
        out[getattr(imgui.Key, f"_{digit}")] = str(digit)
    for number in (1, 5, 6, 7, 9, 10, 11, 12):  # those that the editor leaves to the game
        out[getattr(imgui.Key, f"f{number}")] = f"F{number}"
    return out


class GameInput:
    """Feeds one game; lets go of everything when the viewport loses the keyboard."""

    def __init__(self) -> None:
        self._keys = _keys()
        self._down: set[str] = set()
        self._buttons: set[int] = set()
        self._of: Any = None

    def feed(self, app: Any, rect: Rect, *, over: bool, focused: bool) -> None:
        """Tell the app what happened since the last frame; pointer and size in points of the viewport."""
        io, given = imgui.get_io(), app.input
        if app is not self._of:
            self._of, self._down, self._buttons = app, set(), set()
        given.size = (max(1.0, rect[2]), max(1.0, rect[3]))
        x, y = io.mouse_pos.x - rect[0], io.mouse_pos.y - rect[1]
        moved = bool(io.mouse_delta.x or io.mouse_delta.y)
        if given.captured and focused:
            imgui.set_mouse_cursor(imgui.MouseCursor_.none)
            if moved:
                given.feed({"event_type": "pointer_motion", "dx": io.mouse_delta.x, "dy": io.mouse_delta.y})
        if (over or self._buttons) and (moved or not self._buttons):
            given.feed({"event_type": "pointer_move", "x": x, "y": y})
        for theirs, ours in _BUTTONS.items():
            if over and imgui.is_mouse_clicked(theirs):
                self._buttons.add(ours)
                given.feed({"event_type": "pointer_down", "x": x, "y": y, "button": ours})
            if ours in self._buttons and not imgui.is_mouse_down(theirs):
                self._buttons.discard(ours)
                given.feed({"event_type": "pointer_up", "x": x, "y": y, "button": ours})
        if over and io.mouse_wheel:
            given.feed({"event_type": "wheel", "dx": 0.0, "dy": -100.0 * io.mouse_wheel})
        typing = io.want_text_input
        held = {name for key, name in self._keys.items() if focused and not typing and imgui.is_key_down(key)}
        for name in sorted(held - self._down):
            given.feed({"event_type": "key_down", "key": name})
        for name in sorted(self._down - held):
            given.feed({"event_type": "key_up", "key": name})
        self._down = held
