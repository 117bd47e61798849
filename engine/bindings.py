"""What keys, buttons and sticks mean: a game's actions and axes by name, which the player may bind anew and keep."""

from __future__ import annotations

import difflib
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from .errors import InputError, Problem
from .gamepad import AXES, BITS

Source = str | tuple[str, str]
"""What moves an axis: a stick or the mouse ("pad:left_x"), or two buttons, (negative, positive)."""

MOUSE = {"left": 1, "right": 2, "middle": 3, **{str(i): i for i in range(4, 9)}}
WHEEL = ("up", "down")
POINTER = ("x", "y")
DEAD_ZONE = 0.15
"""How far a stick rests from its middle at most, 0 to 1."""
REACH = 0.95
"""How far a stick comes at least: from there on it reads 1."""
PIXELS = 500.0
"""Logical pixels a second that the mouse moves to read 1."""
NOTCH = 0.1
"""Seconds of a full stick that one notch of the wheel is worth."""
VERSION = 1

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "fire": ("mouse:left", "pad:right_trigger"),
    "aim": ("mouse:right", "pad:left_trigger"),
    "jump": (" ", "pad:a"),
    "use": ("e", "pad:x"),
    "reload": ("r", "pad:y"),
    "run": ("Shift", "pad:left_thumb"),
    "crouch": ("c", "Control", "pad:b"),
    "pause": ("p", "Pause", "pad:start"),
    "confirm": ("Enter", "pad:a"),
    "cancel": ("Backspace", "pad:b"),
    "up": ("ArrowUp", "pad:up", "pad:left_stick_up"),
    "down": ("ArrowDown", "pad:down", "pad:left_stick_down"),
    "left": ("ArrowLeft", "pad:left", "pad:left_stick_left"),
    "right": ("ArrowRight", "pad:right", "pad:left_stick_right"),
}
"""The actions that every game has; the last six are for menus."""
AXIS_SOURCES: Mapping[str, tuple[Source, ...]] = {
    "move_x": (("a", "d"), ("ArrowLeft", "ArrowRight"), "pad:left_x", ("pad:left", "pad:right")),
    "move_y": (("s", "w"), ("ArrowDown", "ArrowUp"), "pad:left_y", ("pad:down", "pad:up")),
    "look_x": ("mouse:x", "pad:right_x"),
    "look_y": ("mouse:y", "pad:right_y"),
    "zoom": ("wheel", ("-", "="), ("pad:left_bumper", "pad:right_bumper")),
}
"""The axes that every game has."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something that is pressed. device: "key", "mouse", "pad" or "wheel".  bit: of a pad's mask, a mouse's number."""

    device: str
    name: str
    bit: int = 0


@dataclass(frozen=True, slots=True)
class Slider:
    """Something that is moved. device: "mouse" (while it is captured), "pointer", "wheel" or "pad"."""

    device: str
    number: int = 0


Axis = Slider | tuple[Button, Button]


def button(text: str) -> Button:
    """`"w"`, `"key:w"`, `"mouse:left"`, `"pad:a"`, `"wheel:up"` → the button. Raises InputError."""
    device, colon, name = text.partition(":")
    known: Iterable[str]
    if device == "mouse" and colon:
        if name in MOUSE:
            return Button("mouse", name, MOUSE[name])
        known = MOUSE
    elif device == "pad" and colon:
        if name in BITS:
            return Button("pad", name, BITS[name])
        known = BITS
    elif device == "wheel" and colon:
        if name in WHEEL:
            return Button("wheel", name)
        known = WHEEL
    else:
        name = name if device == "key" and colon else text
        if name and (len(name) == 1 or name.isalnum()):
            return Button("key", name.lower() if len(name) == 1 else name)
        raise InputError(f'"{text}" is no key, as "w" or "ArrowUp" are, nor a mouse:, pad: or wheel: button')
    raise InputError(f'"{text}" is no button; after {device}: comes one of {", ".join(known)}')


def axis(source: Source) -> Axis:
    """`("a", "d")`, `"pad:left_x"`, `"mouse:x"`, `"pointer:x"`, `"wheel"` → what moves an axis. Raises InputError."""
    if not isinstance(source, str):
        negative, positive = source
        return button(negative), button(positive)
    device, _, name = source.partition(":")
    if device == "pad" and name in AXES:
        return Slider("pad", AXES.index(name))
    if device in ("mouse", "pointer") and name in POINTER:
        return Slider(device, POINTER.index(name))
    if source == "wheel":
        return Slider("wheel")
    raise InputError(
        f'"{source}" moves no axis; there is a pair of buttons, as in ("a", "d"), and mouse:x, mouse:y, pointer:x, '
        f"pointer:y, wheel, {', '.join(f'pad:{name}' for name in AXES)}"
    )


class Bindings:
    """Which buttons do which action, and what moves which axis.

        app.bindings.action("dash", "q", "pad:right_bumper")      # one more action, and its buttons
        app.bindings.axis("roll", ("z", "c"), "pad:right_x")      # pairs of buttons, sticks, the mouse
        app.bindings.bind("jump", "j")                            # what the player wants instead
        app.bindings.save("bindings.json")                        # and load

    dead_zone: how far a stick may be from its middle and still read 0, 0 to 0.9.  sensitivity: of the mouse; at 1, 500
    logical pixels a second read 1.  inverted: names of axes that go the other way.
    """

    def __init__(self) -> None:
        self.dead_zone = DEAD_ZONE
        self.sensitivity = 1.0
        self.inverted: set[str] = set()
        self.actions: dict[str, tuple[Button, ...]] = {}
        self.axes: dict[str, tuple[Axis, ...]] = {}
        self._texts: dict[str, tuple[Source, ...]] = {}
        self._defaults: dict[str, tuple[Source, ...]] = {}
        for name, buttons in ACTIONS.items():
            self.action(name, *buttons)
        for name, sources in AXIS_SOURCES.items():
            self.axis(name, *sources)

    def __iter__(self) -> Iterator[str]:
        """The names of all actions and axes."""
        return iter(self._texts)

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def __getitem__(self, name: str) -> tuple[Source, ...]:
        """What an action or axis is bound to. Raises InputError for a name that is neither."""
        self._known(name)
        return self._texts[name]

    def action(self, name: str, *buttons: str) -> None:
        """Make an action, or give one other buttons, that `reset` goes back to. Raises InputError."""
        if name in self.axes:
            raise InputError(f'"{name}" is an axis; an action needs another name')
        self._set(name, buttons, axis_of_it=False)
        self._defaults[name] = buttons

    def axis(self, name: str, *sources: Source) -> None:
        """Make an axis, or give one other sources, that `reset` goes back to. Raises InputError."""
        if name in self.actions:
            raise InputError(f'"{name}" is an action; an axis needs another name')
        self._set(name, sources, axis_of_it=True)
        self._defaults[name] = sources

    def bind(self, name: str, *sources: Source) -> None:
        """Bind an action or an axis of the game anew, for this player. Nothing at all is allowed. Raises InputError."""
        self._known(name)
        self._set(name, sources, axis_of_it=name in self.axes)

    def reset(self, name: str | None = None) -> None:
        """Bind one of them, or all, as the game says. Raises InputError."""
        if name is not None:
            self._known(name)
        for each in self._defaults if name is None else (name,):
            self._set(each, self._defaults[each], axis_of_it=each in self.axes)

    def using(self, text: str) -> list[str]:
        """The actions and axes that a button, as `Input.any_pressed` tells one, is bound to. Raises InputError."""
        wanted = button(text)
        found = [name for name, buttons in self.actions.items() if wanted in buttons]
        pairs = {name: [one for one in of if isinstance(one, tuple)] for name, of in self.axes.items()}
        return found + [name for name, some in pairs.items() if any(wanted in pair for pair in some)]

    def _set(self, name: str, sources: Iterable[Source], *, axis_of_it: bool) -> None:
        texts = tuple(sources)
        if axis_of_it:
            self.axes[name] = tuple(map(axis, texts))
        else:
            for text in texts:
                if not isinstance(text, str):
                    raise InputError(f'the action "{name}" is bound to {text!r}; each of its buttons is a text')
            self.actions[name] = tuple(button(text) for text in texts if isinstance(text, str))
        self._texts[name] = texts

    def _known(self, name: str) -> None:
        if name not in self._texts:
            raise self.unknown(name, "action or axis", self._texts)

    @staticmethod
    def unknown(name: str, what: str, names: Iterable[str]) -> InputError:
        """What to raise for a name that is not there."""
        known = list(names)
        near = difflib.get_close_matches(name, known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"there is {', '.join(known)}"
        return InputError(f'there is no {what} "{name}"; {hint}')

    # ---- kept -----------------------------------------------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        return {
            "version": VERSION,
            "dead_zone": self.dead_zone,
            "sensitivity": self.sensitivity,
            "inverted": sorted(self.inverted),
            "actions": {name: list(self._texts[name]) for name in self.actions},
            "axes": {
                name: [one if isinstance(one, str) else list(one) for one in self._texts[name]] for name in self.axes
            },
        }

    def take(self, data: Any, where: str = "") -> None:
        """Take over what `data` gave. Names that the game does not have are passed over; what is left out stays.

        Raises InputError with every problem, and then changes nothing.
        """
        problems: list[Problem] = []

        def wrong(field: str, found: Any, wanted: str, hint: str = "") -> None:
            problems.append(Problem("bindings", where, field, _shown(found), wanted, hint))

        if not _is_object(data):
            raise InputError(f"{where}: is {_shown(data)}; it must be an object with actions and axes")
        if data.get("version") != VERSION:
            raise InputError(f"{where}: its version is {_shown(data.get('version'))}; it must be {VERSION}")
        dead_zone, speed = data.get("dead_zone", self.dead_zone), data.get("sensitivity", self.sensitivity)
        if not _is_number(dead_zone) or not 0 <= dead_zone <= 0.9:
            wrong("dead_zone", dead_zone, "a number from 0 to 0.9")
        if not _is_number(speed) or not 0 < speed <= 1000:
            wrong("sensitivity", speed, "a number above 0")
        inverted = data.get("inverted", sorted(self.inverted))
        if not isinstance(inverted, list) or not all(isinstance(name, str) for name in inverted):
            wrong("inverted", inverted, "a list of the names of axes")
        texts: dict[str, tuple[Source, ...]] = {}
        for kind, own in (("actions", self.actions), ("axes", self.axes)):
            group = data.get(kind, {})
            if not _is_object(group):
                wrong(kind, group, "an object of lists by name")
                continue
            for name, sources in group.items():
                if name not in own:
                    continue
                if not isinstance(sources, list):
                    wrong(f"{kind}.{name}", sources, "a list")
                    continue
                made: list[Source] = []
                for one in sources:
                    source = _source(one, pairs=kind == "axes")
                    if source is None:
                        wrong(f"{kind}.{name}", one, "a text" + (", or a list of two" if kind == "axes" else ""))
                        continue
                    try:
                        axis(source) if kind == "axes" else button(str(source))
                    except InputError as error:
                        wrong(f"{kind}.{name}", one, "something that can be bound", str(error))
                        continue
                    made.append(source)
                texts[name] = tuple(made)
        if problems:
            count = len(problems)
            raise InputError(f"{where or 'bindings'} has {count} problem{'s' if count > 1 else ''}:", problems)
        for name, sources in texts.items():
            self.bind(name, *sources)
        self.dead_zone, self.sensitivity, self.inverted = float(dead_zone), float(speed), set(inverted)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a JSON file with all of them. Raises InputError when the disk refuses."""
        file = Path(path)
        temporary = file.with_name(f".{file.name}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self.data(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(temporary, file)
        except OSError as error:
            raise InputError(f"{file}: can't be written ({error})") from error

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read a file that `save` wrote. Raises InputError with every problem, and then changes nothing."""
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"{path}: can't be read ({error.strerror or error}); wanted bindings") from None
        except ValueError as error:
            raise InputError(f"{path}: is no JSON ({error}); wanted bindings, as `Bindings.save` writes them") from None
        self.take(data, str(path))


def _source(value: Any, *, pairs: bool) -> Source | None:
    if isinstance(value, str):
        return value
    if pairs and isinstance(value, list) and len(value) == 2:
        first, second = value
        if isinstance(first, str) and isinstance(second, str):
            return first, second
    return None


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
