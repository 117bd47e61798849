"""What the player does: the pointer, its buttons, the wheel and the keys, as they are in this frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEFT, RIGHT, MIDDLE = 1, 2, 3
"""Pointer buttons."""


class Input:
    """The state of this frame. Positions are logical pixels from the top left of the window.

    pointer: where it is.  moved: how far it moved since the last frame, (x, y).  wheel: notches, up is positive.
    buttons, keys: what is held down.  clicked, pressed: what went down in this frame; released: keys that went up.
    size: of the window, logical pixels.  Keys are lower-case letters and digits ("w", "5", " ") or names as the web
    has them ("ArrowUp", "Escape", "Shift", "F1"). Without a window nothing is ever pressed.
    """

    def __init__(self) -> None:
        self.pointer = (0.0, 0.0)
        self.moved = (0.0, 0.0)
        self.wheel = 0.0
        self.size = (1.0, 1.0)
        self.buttons: set[int] = set()
        self.clicked: set[int] = set()
        self.keys: set[str] = set()
        self.pressed: set[str] = set()
        self.released: set[str] = set()
        self._seen = False  # whether the pointer's place is known

    def held(self, key: str) -> bool:
        """Whether a key is down."""
        return key in self.keys

    def axis(self, negative: str, positive: str) -> float:
        """-1, 0 or 1 from two keys: `axis("a", "d")`."""
        return float((positive in self.keys) - (negative in self.keys))

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take in one event, in the form that rendercanvas gives it; kinds that are of no use are passed over."""
        match event["event_type"]:
            case "pointer_move":
                self._move(event)
            case "pointer_down":
                self._move(event)
                self.buttons.add(event["button"])
                self.clicked.add(event["button"])
            case "pointer_up":
                self._move(event)
                self.buttons.discard(event["button"])
            case "wheel":
                self.wheel -= event["dy"] / 100
            case "key_down":
                key = _key(event["key"])
                self.keys.add(key)
                self.pressed.add(key)
            case "key_up":
                key = _key(event["key"])
                self.keys.discard(key)
                self.released.add(key)
            case "resize":
                self.size = (float(event["width"]), float(event["height"]))
            case _:
                pass

    def next_frame(self) -> None:
        """Forget what belongs to one frame; what is held stays."""
        self.moved = (0.0, 0.0)
        self.wheel = 0.0
        self.clicked.clear()
        self.pressed.clear()
        self.released.clear()

    def _move(self, event: Mapping[str, Any]) -> None:
        x, y = float(event["x"]), float(event["y"])
        if self._seen:
            self.moved = (self.moved[0] + x - self.pointer[0], self.moved[1] + y - self.pointer[1])
        self.pointer, self._seen = (x, y), True


def _key(name: str) -> str:
    """Letters come as "A" or "a" depending on Shift, which may change while they are down: they are one key."""
    return name.lower() if len(name) == 1 else name
