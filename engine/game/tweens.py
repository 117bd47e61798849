"""Tweens: values that go from what they are to something else in a given time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ..declare import Field, fields_of, say
from ..entity import Entity
from ..errors import SceneError
from ..kinds import called, scope_of
from ..scene.components import Material
from ..scene.lights import LIGHTS
from .behaviour import Behaviour
from .calls import plain_arity
from .coroutines import SLACK, checked_seconds
from .easing import Ease, easing

if TYPE_CHECKING:
    from ..world import World

Number = float | int
Value = Number | tuple[Number, ...]
_TRANSFORMS = ("position", "rotation", "scale", "world_position")
_STRENGTHS = ("lux", "candela")
_AXES = {"x": 0, "y": 1, "z": 2, "w": 3}


@dataclass(frozen=True, slots=True)
class Port:
    """Where a value is read and written. `declared`: the field's declaration, if it has one."""

    get: Callable[[], Any]
    set: Callable[[Any], object]
    declared: Field | None = None
    rotation: bool = False


class Tween:
    """One value on its way. `done` when it has arrived for the last time, was cancelled, or its object is gone.

    In a coroutine, `yield world.tween(...)` waits for its end.
    """

    __slots__ = (
        "arity", "begin", "delay", "done", "ease", "elapsed", "name", "number", "on_done", "owner", "passes", "port",
        "seconds", "start", "target", "to", "yoyo",
    )  # fmt: skip

    def __init__(self, target: Any, name: str, port: Port, to: Value) -> None:
        self.target = target
        self.name = name
        self.port = port
        self.to = to
        self.begin: Value | None = None  # where it was told to begin
        self.start: Value | None = None  # where it began
        self.seconds = 1.0
        self.delay = 0.0
        self.ease: Ease = easing("linear")
        self.passes: int | None = 1  # None: for ever
        self.yoyo = False
        self.on_done: Callable[..., object] | None = None
        self.arity = 0
        self.owner: Behaviour | None = None
        self.elapsed = 0.0
        self.done = False
        self.number = 0

    def __repr__(self) -> str:
        state = "done" if self.done else f"{self.elapsed:.3f} of {self.seconds:.3f} s"
        return f"<Tween of {self.name}, {state}>"

    def copy(self, world: World, copied: Callable[[Any], Any]) -> Tween:
        """The same in another world, by what copies values into that."""
        target = copied(self.target)
        made = Tween(target, self.name, port_of(world, target, self.name), self.to)
        for name in ("begin", "seconds", "delay", "ease", "passes", "yoyo", "arity", "number"):
            setattr(made, name, getattr(self, name))
        made.on_done, made.owner = copied(self.on_done), copied(self.owner)
        return made

    def cancel(self) -> None:
        """Leave the value where it is."""
        self.done = True

    def gone(self) -> bool:
        """Whether there is nothing to move any more."""
        target = self.target
        return (isinstance(target, Entity) and not target.alive) or (self.owner is not None and self.owner.ended)

    def go(self, dt: float) -> bool:
        """Move on by seconds; whether it has arrived."""
        self.elapsed += dt
        time = self.elapsed - self.delay
        if time < -SLACK:
            return False
        if self.start is None:
            self.start = self.port.get() if self.begin is None else self.begin
        whole, part = divmod(max(0.0, time + SLACK), self.seconds)
        number = int(whole)
        arrived = self.passes is not None and number >= self.passes
        if arrived:
            assert self.passes is not None
            number, part = self.passes - 1, self.seconds
        t = min(1.0, part / self.seconds)
        if arrived:
            t = 1.0
        back = self.yoyo and number % 2 == 1
        self._put(1 - t if back else t)
        return arrived

    def _put(self, t: float) -> None:
        port, to = self.port, self.to
        k = self.ease(t)
        assert self.start is not None
        if port.rotation:
            port.set(_slerp(self.start, to, k))
        elif isinstance(to, tuple):
            assert isinstance(self.start, tuple)
            port.set(tuple(_kept_in(port, a + (b - a) * k) for a, b in zip(self.start, to, strict=True)))
        else:
            assert isinstance(self.start, (int, float))
            port.set(_kept_in(port, self.start + (to - self.start) * k))


def _kept_in(port: Port, value: float) -> float:
    """What goes too far on its way (`back`, `elastic`) stays within what its declaration allows."""
    f = port.declared
    if f is None:
        return value
    if f.kind.name == "int":
        value = round(value)
    if f.spec.minimum is not None:
        value = max(f.spec.minimum, value)
    if f.spec.maximum is not None:
        value = min(f.spec.maximum, value)
    return value


def _slerp(a: Any, b: Any, k: float) -> tuple[float, ...]:
    """Between two unit quaternions, the short way round (Shoemake 1985); k may leave 0 to 1."""
    cos = sum(map(float.__mul__, map(float, a), map(float, b)))
    sign = -1.0 if cos < 0 else 1.0
    angle = math.acos(min(1.0, cos * sign))
    if angle < 1e-4:
        return tuple(x + (sign * y - x) * k for x, y in zip(a, b, strict=True))
    u, v = math.sin((1 - k) * angle), sign * math.sin(k * angle)
    return tuple((u * x + v * y) / math.sin(angle) for x, y in zip(a, b, strict=True))


Failed = Callable[[Tween, Exception], None]


class Tweens:
    """The tweens of a world. `failed(tween, error)` hears of what an `on_done` or a target raises."""

    def __init__(self, failed: Failed) -> None:
        self._failed = failed
        self._number = 0
        self._running: list[Tween] = []
        self._by_value: dict[Any, Tween] = {}  # what moves each value

    def add(self, tween: Tween) -> Tween:
        """Begin one, in place of what moves the same value already."""
        self._number += 1
        tween.number = self._number
        key = self._key(tween)
        other = self._by_value.get(key)
        if other is not None:
            other.cancel()
        self._by_value[key] = tween
        self._running.append(tween)
        return tween

    @staticmethod
    def _key(tween: Tween) -> Any:
        target = tween.target
        return (target if isinstance(target, (Entity, Material)) else id(target)), tween.name

    @property
    def waiting(self) -> bool:
        """Whether there may be any."""
        return bool(self._running)

    def alive(self) -> list[Tween]:
        """Those that have not arrived, in the order in which they were begun."""
        return [t for t in self._running if not t.done and not t.gone()]

    def advance(self, world: World, dt: float) -> None:
        """Move all on by seconds."""
        running = self._running
        if not running:
            return
        self._running = []  # what is begun on the way comes here
        try:
            for tween in running:
                if tween.done or tween.gone():
                    tween.done = True
                    continue
                try:
                    tween.done = tween.go(dt)
                    if tween.done and tween.on_done is not None:
                        tween.on_done(*(world,)[: tween.arity])
                except Exception as error:
                    tween.done = True
                    self._failed(tween, error)
        finally:
            for tween in running:
                if tween.done and self._by_value.get(self._key(tween)) is tween:
                    del self._by_value[self._key(tween)]
            self._running = [tween for tween in running if not tween.done] + self._running

    def replace(self, tweens: list[Tween]) -> None:
        """Have these tweens and no others."""
        for one in self._running:
            one.done = True
        for one in tweens:
            one.done = False
        self._running = list(tweens)
        self._by_value = {self._key(t): t for t in tweens}


def tween(
    world: World,
    target: Any,
    name: str,
    to: Any,
    seconds: float,
    start: Any,
    ease: str | Ease,
    loop: bool | int,
    yoyo: bool,
    delay: float,
    on_done: Callable[..., object] | None,
) -> Tween:
    """A tween, checked. Raises SceneError; see `World.tween`."""
    port = port_of(world, target, name)
    now = port.get()
    made = Tween(target, name, port, _value_like(now, to, f"tween of {name}: `to`"))
    if start is not None:
        made.begin = _value_like(now, start, f"tween of {name}: `start`")
    made.seconds = checked_seconds(seconds, "tween", 1e-6)
    made.delay = checked_seconds(delay, "tween")
    made.ease = easing(ease)
    made.yoyo = bool(yoyo)
    if loop is True:
        made.passes = None
    elif type(loop) in (int, bool) and loop >= 0:
        made.passes = int(loop) if loop else 2 if yoyo else 1
    else:
        raise SceneError(f"tween: loop is {say(loop)}; it must be true for ever, false, or how often it goes there")
    if on_done is not None:
        made.on_done = on_done
        made.arity = plain_arity(on_done, ("world",))
    return made


def _value_like(now: Any, value: Any, where: str) -> Value:
    """A value of the shape of another. Raises SceneError."""
    if isinstance(now, (int, float)) and not isinstance(now, bool):
        numbers = [value]
    elif isinstance(now, Iterable) and isinstance(value, Iterable) and not isinstance(value, str):
        numbers = list(value)
    elif isinstance(now, tuple):
        numbers = [value] * len(now) if isinstance(value, (int, float)) and len(set(now)) <= 1 else []
    else:
        raise SceneError(f"{where}: the value is {say(now)}; only numbers and tuples of them can be tweened")
    wanted = len(now) if isinstance(now, tuple) else 1
    try:
        made = [float(number) for number in numbers]
    except (TypeError, ValueError):
        made = []
    if len(made) != wanted or not all(map(math.isfinite, made)):
        what = "a finite number" if wanted == 1 and not isinstance(now, tuple) else f"{wanted} finite numbers"
        raise SceneError(f"{where} is {say(value)}; it must be {what}, as it is {say(now)} now")
    return tuple(made) if isinstance(now, tuple) else made[0]


# ---- where values are -----------------------------------------------------------------------------------------


def port_of(world: World, target: Any, name: str) -> Port:
    """Where a value of a target is, by its name. Raises SceneError, with the nearest names."""
    stem, dot, axis = name.rpartition(".")
    if dot and axis in _AXES and (stem in _TRANSFORMS or "." in stem or not isinstance(target, Entity)):
        return _axis_of(port_of(world, target, stem), _AXES[axis])
    if isinstance(target, Entity):
        world.own(target).live_row()
        if name in _TRANSFORMS:
            return Port(_reader(target, name), lambda v: setattr(target, name, v), rotation=name == "rotation")
        kind_name, dot, field = name.partition(".")
        kind = _component(target, kind_name)
        if not dot or kind is None:
            known = ", ".join(_TRANSFORMS)
            hint = f'{known} (or one axis, as "position.y"), or a field of a component, as "PointLight.candela"'
            raise SceneError(f'tween: "{name}" is no value of "{target.name}"; it must be {hint}')
        return _component_port(world, target, kind, field)
    if isinstance(target, Material):
        declared = _field_of(Material, name)

        def change(value: Any) -> None:
            world.materials[target] = replace(world.materials[target], **{name: value})

        return Port(lambda: getattr(world.materials[target], name), change, declared)
    if not hasattr(target, name):
        names = [f.name for f in fields(target)] if is_dataclass(target) else list(vars(target))
        near = get_close_matches(name, names, n=3)
        raise SceneError(f'tween: {say(target)} has no "{name}"' + (f"; there is {', '.join(near)}" if near else ""))
    return Port(_reader(target, name), lambda v: setattr(target, name, v))


def _reader(target: Any, name: str) -> Callable[[], Any]:
    read = attrgetter(name)
    return lambda: read(target)


def _axis_of(port: Port, axis: int) -> Port:
    if port.rotation:
        raise SceneError("tween: one number of a rotation can't be tweened by itself; give the whole quaternion")
    whole = port.get()
    if not isinstance(whole, tuple) or axis >= len(whole):
        raise SceneError(f"tween: {say(whole)} has no {'xyzw'[axis]}")

    def put(value: float) -> None:
        now = list(port.get())
        now[axis] = value
        port.set(tuple(now))

    return Port(lambda: port.get()[axis], put, port.declared)


def _field_of(kind: type, name: str) -> Field:
    known: Mapping[str, Field] = {f.name: f for f in fields_of(kind)}
    if name not in known:
        near = get_close_matches(name, known, n=3)
        hint = f"; there is {', '.join(near or known)}"
        raise SceneError(f'tween: {kind.__name__} has no field "{name}"{hint}')
    return known[name]


def _component(entity: Entity, name: str) -> type | None:
    """What the name of a component means for an object: where several are called so, the one that it carries."""
    several = called(name)
    if len(several) < 2:
        return several[0] if several else None
    return next((kind for kind in several if kind in entity), scope_of(entity.world.woven.scripts).find(name))


def _component_port(world: World, entity: Entity, kind: type, name: str) -> Port:
    if kind is Material:
        return port_of(world, entity.material, name)
    declared = _field_of(kind, name)
    entity[kind]  # raises where it has none

    def put(value: Any) -> None:
        setattr(entity[kind], name, value)

    def put_light(value: Any) -> None:
        entity.set(replace(entity[kind], **{name: value}))

    def tune(value: Any) -> None:  # does not meter the exposure anew, as `set` does
        what = "strength" if name in _STRENGTHS else name
        world.lights.tune([entity.live_row()], **{what: value})

    if issubclass(kind, LIGHTS):
        only = sum(entity.get(other) is not None for other in LIGHTS) == 1
        tuned = only and name in (*_STRENGTHS, "color", "range")
        return Port(lambda: getattr(entity[kind], name), tune if tuned else put_light, declared)
    return Port(lambda: getattr(entity[kind], name), put, declared)
