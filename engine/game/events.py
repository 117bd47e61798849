"""Events: values that are emitted by anyone and heard by who asked for their type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..declare import Vec3
from ..entity import Entity
from ..errors import SceneError
from .calls import arity

if TYPE_CHECKING:
    from ..world import World

Filters = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Two objects begin to touch, or one comes into the other, which is a sensor.

    point: metres, in the world.  normal: unit length, from `a` to `b`.  impulse: newton-seconds, of the first tick.
    Those of a sensor have neither.
    """

    a: Entity
    b: Entity
    point: Vec3 = (0.0, 0.0, 0.0)
    normal: Vec3 = (0.0, 1.0, 0.0)
    impulse: float = 0.0
    sensor: bool = False

    def swapped(self) -> Contact:
        """The same contact as the other object has it."""
        x, y, z = self.normal
        return Contact(self.b, self.a, self.point, (-x, -y, -z), self.impulse, self.sensor)


@dataclass(frozen=True, slots=True)
class ContactEnded:
    """Two objects that touched do not any more. One of them may be gone: see `entity.alive`."""

    a: Entity
    b: Entity
    sensor: bool = False

    def swapped(self) -> ContactEnded:
        """The same as the other object has it."""
        return ContactEnded(self.b, self.a, self.sensor)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that rules know by a name happened to an object, with another one where there is one."""

    name: str
    entity: Entity
    other: Entity | None = None


def checked_kind(kind: Any, filters: Mapping[str, Any], where: str) -> Filters:
    """What to look at in an event of a type. Raises SceneError for what is no type, and for unknown fields."""
    if not isinstance(kind, type):
        raise SceneError(f"{where}: {kind!r} is no type of event; it must be a class, as in {where}(dw.Contact)")
    if is_dataclass(kind):
        names = [f.name for f in fields(kind)]
        for name in filters:
            if name not in names and not hasattr(kind, name):
                near = get_close_matches(name, names, n=1)
                hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(names) or 'none'}"
                raise SceneError(f"{where}: {kind.__name__} has no field {name}{hint}")
    return tuple(filters.items())


def fits(event: Any, filters: Filters) -> bool:
    """Whether an event passes: a text is a tag of an object or equals a text, a function says, all else equals."""
    for name, wanted in filters:
        found = getattr(event, name)
        if callable(wanted) and not isinstance(wanted, type):
            if not wanted(found):
                return False
        elif isinstance(wanted, str) and not isinstance(found, str):
            if not (isinstance(found, Entity) and found.alive and found.world.roster.carries(found.row, wanted)):
                return False
        elif found != wanted:
            return False
    return True


def seen(event: Any, filters: Filters) -> Any:
    """The event as who asked so sees it, or None: a contact fits either way round."""
    if not filters or fits(event, filters):
        return event
    if isinstance(event, (Contact, ContactEnded)):
        other = event.swapped()
        return other if fits(other, filters) else None
    return None


class Listener:
    """A function that is called for events of a type that pass its filters."""

    __slots__ = ("arity", "filters", "function", "kind", "stopped")

    def __init__(self, kind: type, filters: Mapping[str, Any], function: Callable[..., object]) -> None:
        self.kind = kind
        self.filters = checked_kind(kind, filters, "on")
        self.function = function
        self.arity = arity(function, ("event", "world"), 1)
        self.stopped = False

    def hear(self, event: Any, world: World) -> None:
        """Call the function, if the event is for it."""
        mine = seen(event, self.filters)
        if mine is not None:
            if self.arity == 1:
                self.function(mine)
            else:
                self.function(mine, world)
