"""What the player does, as it is read: actions, touches, gamepads, and what happened since the last frame or tick."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from .bindings import DEAD_ZONE, REACH, Bindings
from .gamepad import AXES, BITS, PADS

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Action:
    """An action at this moment: true while it is held.

    pressed, released: it began or ended in this frame or tick.  value: 0 to 1, how far a trigger is pulled.
    """

    held: bool
    pressed: bool
    released: bool
    value: float

    def __bool__(self) -> bool:
        return self.held


@dataclass(frozen=True, slots=True)
class Touch:
    """A finger on the screen, or the mouse while its left button is held (id 0): logical pixels.

    at: where it is.  start: where it began.  began, ended: in this frame or tick; the one that ended is told once.
    """

    id: int
    at: Point
    start: Point
    began: bool = False
    ended: bool = False

    @property
    def drag(self) -> Point:
        """How far it went since it began."""
        return self.at[0] - self.start[0], self.at[1] - self.start[1]


class Pad:
    """A gamepad's place: whether one is there, and what is held.

    `held("a")`, `pressed`, `released` take the names in `gamepad.BITS`; `axis("left_x")` is the bare value, without a
    dead zone: -1 to 1, right and up are positive, and 0 to 1 for triggers.
    """

    def __init__(self) -> None:
        self.connected = False
        self.name = ""
        self.mask = self.went_down = self.went_up = 0
        self.axes: tuple[float, ...] = (0.0,) * len(AXES)

    def held(self, name: str) -> bool:
        """Whether a button is down."""
        return bool(self.mask & _bit(name))

    def pressed(self, name: str) -> bool:
        """Whether a button went down in this frame or tick."""
        return bool(self.went_down & _bit(name))

    def released(self, name: str) -> bool:
        """Whether a button went up in this frame or tick."""
        return bool(self.went_up & _bit(name))

    def axis(self, name: str) -> float:
        """A stick's or trigger's value."""
        if name not in AXES:
            raise Bindings.unknown(name, "axis of a gamepad", AXES)
        return self.axes[AXES.index(name)]

    def stick(self, number: int, dead_zone: float = DEAD_ZONE) -> Point:
        """Stick 0 (left) or 1: (x, y) of a length up to 1. Near its middle it reads 0, whichever way it leans."""
        x, y = self.axes[2 * number : 2 * number + 2]
        length = math.hypot(x, y)
        if length <= dead_zone:
            return 0.0, 0.0
        factor = min(1.0, (length - dead_zone) / (REACH - dead_zone)) / length
        return x * factor, y * factor

    def trigger(self, number: int, dead_zone: float = DEAD_ZONE) -> float:
        """Trigger 0 (left) or 1: 0 to 1."""
        return min(1.0, max(0.0, (self.axes[4 + number] - dead_zone) / (REACH - dead_zone)))


def _bit(name: str) -> int:
    found = BITS.get(name)
    if found is None:
        raise Bindings.unknown(name, "button of a gamepad", BITS)
    return found


class Since:
    """What happened since the last frame, or since the last tick."""

    def __init__(self) -> None:
        self.clicked: Final[set[int]] = set()
        self.lifted: Final[set[int]] = set()
        self.pressed: Final[set[str]] = set()
        self.released: Final[set[str]] = set()
        self.moved = self.motion = (0.0, 0.0)
        self.wheel = 0.0
        self.pads = [(0, 0)] * PADS  # went down, went up
        self.began: Final[set[int]] = set()
        self.ended: Final[dict[int, Touch]] = {}
        self.used = False  # whether anything of it happened

    def add(self, later: Since) -> None:
        """Be what happened in both."""
        if not later.used:
            return
        self.used = True
        self.clicked.update(later.clicked)
        self.lifted.update(later.lifted)
        self.pressed.update(later.pressed)
        self.released.update(later.released)
        self.began.update(later.began)
        self.ended.update(later.ended)
        self.moved = self.moved[0] + later.moved[0], self.moved[1] + later.moved[1]
        self.motion = self.motion[0] + later.motion[0], self.motion[1] + later.motion[1]
        self.wheel += later.wheel
        self.pads = [(a | down, b | up) for (a, b), (down, up) in zip(self.pads, later.pads, strict=True)]

    def forget(self) -> None:
        """Be what happened when nothing did."""
        if not self.used:
            return
        self.used = False
        for each in (self.clicked, self.lifted, self.pressed, self.released, self.began, self.ended):
            each.clear()
        self.moved = self.motion = (0.0, 0.0)
        self.wheel = 0.0
        self.pads = [(0, 0)] * PADS
