"""Gamepads: what their buttons and sticks are called, and where their state comes from.

Every pad is read as one with the layout of an Xbox pad: the system's mappings say which button is where. They can be
plugged in and pulled out at any time; each keeps its place among `PADS` as long as it is there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

PADS = 4
"""Gamepads that are listened to at the same time."""

BUTTONS = (
    "a", "b", "x", "y", "left_bumper", "right_bumper", "back", "start", "guide", "left_thumb", "right_thumb",
    "up", "right", "down", "left",
)  # fmt: skip
"""In the order in which glfw has them."""
AXES = ("left_x", "left_y", "right_x", "right_y", "left_trigger", "right_trigger")
"""Sticks from -1 to 1, right and up are positive; triggers from 0 to 1."""
LEANS = (
    "left_trigger", "right_trigger", "left_stick_left", "left_stick_right", "left_stick_down", "left_stick_up",
    "right_stick_left", "right_stick_right", "right_stick_down", "right_stick_up",
)  # fmt: skip
"""What sticks and triggers are as buttons."""
BITS = {name: 1 << i for i, name in enumerate((*BUTTONS, *LEANS))}
"""Each button in a mask of those that are held."""

PRESSED, RELEASED = 0.5, 0.4
"""How far a stick or trigger is moved when it counts as pressed, and as let go: two values, so that it never flutters.
"""
_LEANING = ((4, 1), (5, 1), (0, -1), (0, 1), (1, -1), (1, 1), (2, -1), (2, 1), (3, -1), (3, 1))  # axis and direction


@dataclass(frozen=True, slots=True)
class PadState:
    """A gamepad at one moment. buttons: as `BUTTONS`, true for held.  axes: as `AXES`."""

    name: str = "gamepad"
    buttons: Sequence[int] = (0,) * len(BUTTONS)
    axes: Sequence[float] = (0.0,) * len(AXES)


def mask_of(state: PadState, before: int) -> int:
    """The held buttons of a state as a mask; `before` is the mask of the frame before."""
    mask = 0
    for i, held in enumerate(state.buttons):
        if held:
            mask |= 1 << i
    for i, (axis, sign) in enumerate(_LEANING, len(BUTTONS)):
        bit = 1 << i
        if state.axes[axis] * sign >= (RELEASED if before & bit else PRESSED):
            mask |= bit
    return mask


class GamepadSource(Protocol):
    """Where gamepads come from: those of the system, or a test's."""

    def poll(self) -> Sequence[PadState | None]:
        """The gamepads as they are now, each in its place; None where there is none."""
        ...


class Gamepads:
    """The system's gamepads, by way of an initialised `glfw`; to be made and asked on the main thread.

    The environment variable SDL_GAMECONTROLLERCONFIG may hold more mappings, in the form that SDL has for them. A
    joystick without a mapping is told of once, on stderr, and not listened to.
    """

    def __init__(self, glfw: Any) -> None:
        self._glfw = glfw
        self._places: list[int | None] = [None] * PADS
        self._changed = True
        self._told: list[str] = []
        mappings = os.environ.get("SDL_GAMECONTROLLERCONFIG", "")
        if mappings:
            glfw.update_gamepad_mappings(mappings)
        glfw.set_joystick_callback(self._notice)

    def _notice(self, _joystick: int, _event: int) -> None:
        self._changed = True

    def poll(self) -> Sequence[PadState | None]:
        """The gamepads as they are now. Costs nothing where there is none."""
        if self._changed:
            self._changed = False
            self._find()
        return [None if joystick is None else self._read(joystick) for joystick in self._places]

    def _find(self) -> None:
        glfw, places = self._glfw, self._places
        there: list[int] = []
        for joystick in range(16):
            if not glfw.joystick_present(joystick):
                continue
            if glfw.joystick_is_gamepad(joystick):
                there.append(joystick)
            else:
                self._tell(glfw.get_joystick_name(joystick))
        for place, known in enumerate(places):
            if known not in there:
                places[place] = None
        for joystick in there:
            if joystick not in places and None in places:
                places[places.index(None)] = joystick

    def _tell(self, name: Any) -> None:
        text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
        if text not in self._told:
            self._told.append(text)
            print(
                f'the joystick "{text}" is no known gamepad; a mapping for it can be given in SDL_GAMECONTROLLERCONFIG',
                file=sys.stderr,
            )

    def _read(self, joystick: int) -> PadState | None:
        state = self._glfw.get_gamepad_state(joystick)
        if state is None:  # pulled out, and the system did not say so yet
            self._changed = True
            return None
        left_x, left_y, right_x, right_y, left, right = state.axes  # y goes down, triggers rest at -1
        axes = (left_x, -left_y, right_x, -right_y, (left + 1) / 2, (right + 1) / 2)
        return PadState(str(self._glfw.get_gamepad_name(joystick)), tuple(state.buttons), axes)
