"""What the player does with pointer, keys, gamepads and touches, and what the game calls it: actions and axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from .bindings import NOTCH, PIXELS, Bindings, Button, Slider
from .errors import InputError
from .gamepad import AXES, BITS, PADS, PadState, mask_of
from .input_state import Action, Pad, Point, Since, Touch

LEFT, RIGHT, MIDDLE = 1, 2, 3
"""Pointer buttons."""
TOUCHES = 8
"""Touches that are listened to at the same time."""
KEYS = 512
"""Keys that a recording can tell apart."""

_PAD = np.dtype([("there", "u1"), ("held", "<u4"), ("pressed", "<u4"), ("released", "<u4"), ("axes", "<f8", 6)])
_TOUCH = np.dtype([("id", "<i8"), ("is", "u1"), ("at", "<f8", 2), ("start", "<f8", 2)])
INPUT = np.dtype(
    [
        ("keys", "u1", KEYS // 8),  # bit sets, by a table of names
        ("pressed", "u1", KEYS // 8),
        ("released", "u1", KEYS // 8),
        ("buttons", "<u2"),
        ("clicked", "<u2"),
        ("lifted", "<u2"),
        ("pointer", "<f8", 2),
        ("moved", "<f8", 2),
        ("motion", "<f8", 2),
        ("wheel", "<f8"),
        ("size", "<f8", 2),
        ("pads", _PAD, PADS),
        ("touches", _TOUCH, 2 * TOUCHES),  # those that ended among them
    ]
)
"""One frame's input, as it is recorded."""
_HELD, _BEGAN, _ENDED = 1, 2, 4  # of a touch, in "is"


class Input:
    """The state of this frame; within a tick, of that tick. Positions are logical pixels from the window's top left.

    pointer: where it is.  moved: how far it moved since the last frame, (x, y).  wheel: notches, up is positive.
    buttons, keys: what is held down.  clicked, pressed: what went down in this frame; lifted, released: what went up.
    size: of the window, logical pixels.  Keys are lower-case letters and digits ("w", "5", " ") or names as the web
    has them ("ArrowUp", "Escape", "Shift", "F1"). Without a window nothing is ever pressed.

    What goes down or up is seen by one frame and by one tick: the first one after it. A key that goes down and up
    between two frames is in `pressed`, though it is not held any more.

    captured: set it to hide the pointer and to have the mouse move without limits, as for looking around; `moved` goes
    on, `pointer` stays.  pads: four places for gamepads.  bindings: what `action` and `axis` look at.
    """

    def __init__(self, bindings: Bindings | None = None) -> None:
        self.bindings = bindings or Bindings()
        self.captured = False
        self.pointer = (0.0, 0.0)
        self.size = (1.0, 1.0)
        self.buttons: set[int] = set()
        self.keys: set[str] = set()
        self.pads = tuple(Pad() for _ in range(PADS))
        self._touches: dict[int, Touch] = {}
        self._frame, self._tick = Since(), Since()
        self._dt = 0.0
        self._known = False  # whether the pointer's place is
        self._listening: Sequence[Pad] = ()  # all of them, as soon as there was one
        self._show(self._frame, 0.0)

    def _show(self, since: Since, dt: float) -> None:
        """Let what is read be what happened since the last frame, or since the last tick; dt is its length, seconds."""
        self._since, self._dt = since, dt
        self.clicked, self.lifted = since.clicked, since.lifted
        self.pressed, self.released = since.pressed, since.released
        self.moved, self.wheel = since.moved, since.wheel
        if self._listening:
            for pad, (down, up) in zip(self.pads, since.pads, strict=True):
                pad.went_down, pad.went_up = down, up

    # ---- keys and the like ------------------------------------------------------------------------------------------

    def held(self, key: str) -> bool:
        """Whether a key is down."""
        return key in self.keys

    @property
    def motion(self) -> Point:
        """How far the captured mouse moved, logical pixels, y down: 0 while it is not captured."""
        return self._since.motion

    @property
    def touches(self) -> tuple[Touch, ...]:
        """What touches the screen, and what let go of it in this frame or tick, in the order of beginning."""
        since = self._since
        now = [Touch(t.id, t.at, t.start, t.id in since.began) for t in self._touches.values()]
        gone = [Touch(t.id, t.at, t.start, t.id in since.began, ended=True) for t in since.ended.values()]
        return (*gone, *now)

    def any_pressed(self) -> str | None:
        """What was pressed in this frame, as bindings have it ("w", "mouse:left", "pad:a"): for "press a button"."""
        for key in sorted(self.pressed):
            return key
        names = {1: "left", 2: "right", 3: "middle"}
        for number in sorted(self.clicked):
            return f"mouse:{names.get(number, number)}"
        for pad in self.pads:
            for name, bit in BITS.items():
                if pad.went_down & bit:
                    return f"pad:{name}"
        if self.wheel:
            return "wheel:up" if self.wheel > 0 else "wheel:down"
        return None

    # ---- actions and axes -------------------------------------------------------------------------------------------

    def action(self, name: str, *, pad: int | None = None) -> Action:
        """An action by its name: `if app.input.action("jump").pressed: …`; it is true while it is held.

        pad: only what the gamepad in that place does, 0 to 3. Raises InputError for an action that is not there.
        """
        buttons = self.bindings.actions.get(name)
        if buttons is None:
            raise Bindings.unknown(name, "action", self.bindings.actions)
        pads = self._pads(pad)
        held = pressed = released = False
        value = 0.0
        for one in buttons:
            if (pad is not None) if one.device != "pad" else not pads:
                continue
            down, went_down, went_up = self._state(one, pads)
            held, pressed, released = held or down, pressed or went_down, released or went_up
            value = max(value, self._pull(one, pads) if one.device == "pad" else float(down))
        if pressed and self._was_held(buttons, pads, pad):
            pressed = False  # a second button of an action that is held already
        return Action(held, pressed, released and not held, value)

    @overload
    def axis(self, name: str, /, *, pad: int | None = None) -> float: ...
    @overload
    def axis(self, negative: str, positive: str, /) -> float: ...
    def axis(self, name: str, positive: str | None = None, /, *, pad: int | None = None) -> float:
        """An axis by its name: `axis("move_x")`, -1 to 1; or -1, 0 or 1 from two keys: `axis("a", "d")`.

        An axis is a speed: multiply it with `dt`. So the mouse may come to more than 1, and a notch of the wheel is a
        tenth of a second of a full stick, whatever the frame's length. pad: only the gamepad in that place, 0 to 3.
        Raises InputError for an axis that is not there.
        """
        if positive is not None:
            return float((positive in self.keys) - (name in self.keys))
        bindings = self.bindings
        sources = bindings.axes.get(name)
        if sources is None:
            raise Bindings.unknown(name, "axis", bindings.axes)
        pads = self._pads(pad)
        steady = moved = 0.0
        for one in sources:
            if isinstance(one, Slider):
                if one.device == "pad":
                    steady += self._slide(one.number, pads) if pads else 0.0
                elif pad is None:
                    moved += self._motion(one)
            elif pads if one[0].device == "pad" else pad is None:
                steady += self._push(one[1], pads) - self._push(one[0], pads)
        value = max(-1.0, min(1.0, steady)) + moved
        return -value if name in bindings.inverted else value

    def vector(self, x: str = "move_x", y: str = "move_y", *, pad: int | None = None) -> Point:
        """Two axes together, not longer than 1: a diagonal is no faster than a straight line."""
        a, b = self.axis(x, pad=pad), self.axis(y, pad=pad)
        length = math.hypot(a, b)
        return (a / length, b / length) if length > 1 else (a, b)

    def _pads(self, place: int | None) -> Sequence[Pad]:
        if place is None:
            return self._listening
        if not 0 <= place < PADS:
            raise InputError(f"there is no gamepad {place}; their places are 0 to {PADS - 1}")
        return self.pads[place : place + 1]

    def _state(self, one: Button, pads: Iterable[Pad]) -> tuple[bool, bool, bool]:
        """Whether a button is held, went down, went up."""
        match one.device:
            case "key":
                return one.name in self.keys, one.name in self.pressed, one.name in self.released
            case "mouse":
                return one.bit in self.buttons, one.bit in self.clicked, one.bit in self.lifted
            case "pad":
                bit = one.bit
                found = [(pad.mask & bit, pad.went_down & bit, pad.went_up & bit) for pad in pads]
                return any(p[0] for p in found), any(p[1] for p in found), any(p[2] for p in found)
            case _:
                turned = self.wheel > 0 if one.name == "up" else self.wheel < 0
                return turned, turned, False

    def _was_held(self, buttons: Iterable[Button], pads: Sequence[Pad], place: int | None) -> bool:
        """Whether one of an action's buttons was down before anything went down now."""
        for one in buttons:
            if place is None or one.device == "pad":
                down, went_down, _ = self._state(one, pads)
                if down and not went_down:
                    return True
        return False

    def _pull(self, one: Button, pads: Iterable[Pad]) -> float:
        if one.name in ("left_trigger", "right_trigger"):
            number, dead_zone = int(one.name == "right_trigger"), self.bindings.dead_zone
            return max((pad.trigger(number, dead_zone) for pad in pads), default=0.0)
        return float(any(pad.mask & one.bit for pad in pads))

    def _push(self, one: Button, pads: Iterable[Pad]) -> float:
        """How far a button of a pair is pressed, 0 to 1."""
        return self._pull(one, pads) if one.device == "pad" else float(self._state(one, pads)[0])

    def _slide(self, number: int, pads: Iterable[Pad]) -> float:
        dead_zone = self.bindings.dead_zone
        if number >= 4:
            return max((pad.trigger(number - 4, dead_zone) for pad in pads), default=0.0)
        return sum(pad.stick(number // 2, dead_zone)[number % 2] for pad in pads if pad.connected)

    def _motion(self, one: Slider) -> float:
        if not self._dt:
            return 0.0
        if one.device == "wheel":
            return self.wheel * NOTCH / self._dt
        x, y = self._since.motion if one.device == "mouse" else self.moved
        return (-y if one.number else x) * self.bindings.sensitivity / (PIXELS * self._dt)

    # ---- what comes in ----------------------------------------------------------------------------------------------

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take in one event, in the form that rendercanvas gives it; kinds that are of no use are passed over.

        Beside those there is "pointer_motion", with dx and dy: what a captured mouse does.
        """
        frame = self._frame
        frame.used = True
        match event["event_type"]:
            case "pointer_move":
                self._move(event)
            case "pointer_down":
                self._move(event)
                self.buttons.add(event["button"])
                frame.clicked.add(event["button"])
                if event["button"] == LEFT and not event.get("touches"):
                    self._touch(0, self.pointer)
            case "pointer_up":
                self._move(event)
                self.buttons.discard(event["button"])
                frame.lifted.add(event["button"])
                if event["button"] == LEFT and not event.get("touches"):
                    self._let_go(0)
            case "pointer_motion":
                self._shift(float(event["dx"]), float(event["dy"]), captured=True)
            case "wheel":
                frame.wheel -= event["dy"] / 100
            case "key_down":
                key = _key(event["key"])
                self.keys.add(key)
                frame.pressed.add(key)
            case "key_up":
                key = _key(event["key"])
                self.keys.discard(key)
                frame.released.add(key)
            case "resize":
                self.size = (float(event["width"]), float(event["height"]))
            case _:
                pass
        self._show(self._frame, self._dt)

    def feed_pads(self, states: Sequence[PadState | None]) -> None:
        """Take in the gamepads as they are now, each in its place; None where there is none."""
        for place, pad in enumerate(self.pads):
            state = states[place] if place < len(states) else None
            if state is None:
                if not pad.connected:
                    continue
                pad.connected, pad.name, pad.axes, mask = False, "", (0.0,) * len(AXES), 0
            else:
                pad.connected, pad.name = True, state.name
                self._listening = self.pads
                pad.axes = tuple(max(-1.0, min(1.0, float(value))) for value in state.axes)
                mask = mask_of(state, pad.mask)
            self._hold(place, mask)
        self._show(self._frame, self._dt)

    def _hold(self, place: int, mask: int) -> None:
        pad = self.pads[place]
        down, up = mask & ~pad.mask, pad.mask & ~mask
        pad.mask = mask
        before = self._frame.pads[place]
        self._frame.pads[place] = before[0] | down, before[1] | up
        self._frame.used = True

    def next_frame(self) -> None:
        """Forget what belongs to one frame; what is held stays."""
        self._frame.forget()
        self._show(self._frame, self._dt)

    def begin_frame(self) -> None:
        """Everything that happened before this frame has come in: for who runs the game, before its ticks."""
        self._tick.add(self._frame)
        self._show(self._frame, 0.0)

    def show_frame(self, dt: float) -> None:
        """From now on what is read is the frame's, after its ticks. dt: seconds of the game's time."""
        self._show(self._frame, dt)

    def claim(self, *, buttons: Iterable[int] = (), keys: Iterable[str] = (), pads: int = 0) -> None:
        """What went down or up in this frame was meant for the HUD: for the game it did not happen.

        buttons: of the mouse, which read as not held either.  keys: names.  pads: a mask of `gamepad.BITS`.
        """
        for since in (self._frame, self._tick):
            since.clicked.difference_update(buttons)
            since.lifted.difference_update(buttons)
            since.pressed.difference_update(keys)
            since.pads = [(down & ~pads, up) for down, up in since.pads]
            if LEFT in buttons:
                since.began.discard(0)
                since.ended.pop(0, None)
        self.buttons.difference_update(buttons)
        if LEFT in buttons:
            self._touches.pop(0, None)
        self._show(self._since, self._dt)

    def begin_tick(self, dt: float) -> None:
        """From now on what is read is the next tick's, which is `dt` seconds long: for who runs the game."""
        self._show(self._tick, dt)

    def end_tick(self) -> None:
        """Forget what belongs to one tick."""
        self._tick.forget()
        self._show(self._tick, self._dt)

    def _move(self, event: Mapping[str, Any]) -> None:
        for number, touch in (event.get("touches") or {}).items():
            at = float(touch["x"]), float(touch["y"])
            if event["event_type"] == "pointer_up" and int(number) == int(event.get("pointer_id", number)):
                self._let_go(int(number))
            else:
                self._touch(int(number), at)
        if self.captured:
            return
        x, y = float(event["x"]), float(event["y"])
        if self._known:
            self._shift(x - self.pointer[0], y - self.pointer[1])
        self.pointer, self._known = (x, y), True
        if 0 in self._touches:
            self._touch(0, self.pointer)

    def _shift(self, x: float, y: float, *, captured: bool = False) -> None:
        frame = self._frame
        frame.moved = frame.moved[0] + x, frame.moved[1] + y
        if captured:
            frame.motion = frame.motion[0] + x, frame.motion[1] + y

    def _touch(self, id: int, at: Point) -> None:
        known = self._touches.get(id)
        if known is None:
            if len(self._touches) == TOUCHES:
                return
            self._frame.began.add(id)
        self._touches[id] = Touch(id, at, at if known is None else known.start)

    def _let_go(self, id: int) -> None:
        known = self._touches.pop(id, None)
        if known is not None:
            self._frame.ended[id] = known

    # ---- recorded ---------------------------------------------------------------------------------------------------

    def pack(self, table: dict[str, int], out: Any) -> None:
        """Write this frame into `out`, one `INPUT`. table: the number of each key; new ones are added to it."""
        for field, keys in (("keys", self.keys), ("pressed", self.pressed), ("released", self.released)):
            bits = out[field]
            bits[:] = 0
            for key in sorted(keys):
                number = table.setdefault(key, len(table))
                if number < KEYS:
                    bits[number >> 3] |= 1 << (number & 7)
        for field, numbers in (("buttons", self.buttons), ("clicked", self.clicked), ("lifted", self.lifted)):
            out[field] = sum(1 << number for number in numbers if 0 <= number < 16)
        out["pointer"], out["moved"], out["motion"] = self.pointer, self.moved, self._since.motion
        out["wheel"], out["size"] = self.wheel, self.size
        pads = out["pads"]
        for place, pad in enumerate(self.pads):
            pads[place] = (pad.connected, pad.mask, pad.went_down, pad.went_up, pad.axes)
        touches = out["touches"]
        touches[:] = np.zeros((), _TOUCH)
        for i, touch in enumerate(self.touches[: 2 * TOUCHES]):
            is_ = _HELD * (not touch.ended) | _BEGAN * touch.began | _ENDED * touch.ended
            touches[i] = (touch.id, is_, touch.at, touch.start)

    def unpack(self, names: Sequence[str], data: Any) -> None:
        """Be what `pack` wrote. names: of the keys, by number."""

        def keys(bits: Any) -> set[str]:
            return {names[i] for i in np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist() if i < len(names)}

        def numbers(mask: Any) -> set[int]:
            return {i for i in range(16) if int(mask) >> i & 1}

        self.keys, self.buttons = keys(data["keys"]), numbers(data["buttons"])
        self.pointer, self.size = _point(data["pointer"]), _point(data["size"])
        pads: list[tuple[int, int]] = []
        for pad, one in zip(self.pads, data["pads"], strict=True):
            there, mask, down, up, axes = one.tolist()
            pad.connected, pad.name, pad.mask = bool(there), "gamepad" if there else "", mask
            if there:
                self._listening = self.pads
            pad.axes = tuple(np.asarray(axes, np.float64).tolist())
            pads.append((down, up))
        frame = self._frame
        frame.forget()
        frame.used = True
        frame.pressed.update(keys(data["pressed"]))
        frame.released.update(keys(data["released"]))
        frame.clicked.update(numbers(data["clicked"]))
        frame.lifted.update(numbers(data["lifted"]))
        frame.moved, frame.motion = _point(data["moved"]), _point(data["motion"])
        frame.wheel, frame.pads = float(data["wheel"]), pads
        self._touches = {}
        for one in data["touches"][data["touches"]["is"] != 0]:
            touch, is_ = Touch(int(one["id"]), _point(one["at"]), _point(one["start"])), int(one["is"])
            if is_ & _BEGAN:
                frame.began.add(touch.id)
            if is_ & _ENDED:
                frame.ended[touch.id] = touch
            else:
                self._touches[touch.id] = touch
        self._show(frame, self._dt)


def _point(pair: Any) -> Point:
    x, y = pair.tolist()
    return x, y


def _key(name: str) -> str:
    """Letters come as "A" or "a" depending on Shift, which may change while they are down: they are one key."""
    return name.lower() if len(name) == 1 else name


__all__ = ["INPUT", "LEFT", "MIDDLE", "RIGHT", "Action", "Input", "Pad", "Touch"]
