"""What the texts in a rule mean: classes of events, functions, the fields that are written to, expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, cast

from ...declare import Field, say
from ..expressions import (
    AXES,
    NUMBER,
    PLACES,
    TEXT,
    Expression,
    Flaw,
    Type,
    compiled,
    component_named,
    field_of,
    motion_type,
    type_of,
    vector,
)
from ..physics import Body
from .rule import Rule, Then


def event_class(name: str, modules: Sequence[ModuleType]) -> type | None:
    """The class of events that a name means, found in a scene's scripts."""
    for module in modules:
        found = getattr(module, name, None)
        if isinstance(found, type):
            return found
    return None


def event_kind(rule: Rule, modules: Sequence[ModuleType]) -> type | None:
    """The class of events that a rule hears, but for the engine's own."""
    return rule.made if isinstance(rule.made, type) else event_class(rule.on, modules)


def function_of(name: str, modules: Sequence[ModuleType]) -> Callable[[Any], object] | None:
    """The function that "module:name" means, found in a scene's scripts."""
    home, _, rest = name.partition(":")
    for module in modules:
        if module.__name__ == home or module.__name__.rpartition(".")[2] == home:
            found: Any = module
            for step in rest.split("."):
                found = getattr(found, step, None)
            if callable(found):
                return cast("Callable[[Any], object]", found)
    return None


@dataclass(frozen=True, eq=False)
class Place:
    """What set and add write to.

    kind: the component, None for transforms.  part: which number, -1 for all.  motion: what a body does, rather than a
    field.
    """

    kind: type | None
    field: str
    part: int
    type: Type
    declared: Field | None
    motion: bool = False


def place_of(name: str) -> Place:
    """What a name that is written to means. Raises Flaw."""
    steps = name.split(".")
    motion = steps[0] == "body"
    kind: type | None
    if steps[0] in ("position", "scale"):
        kind, head, rest, declared, type_ = None, steps[0], steps[1:], None, vector(3)
    elif motion:
        kind, head, rest, declared = Body, ".".join(steps[1:2]), steps[2:], None
        type_ = motion_type(name, head)
        if head in ("speed", "mass"):
            hint = "set body.velocity" if head == "speed" else "set Body.mass"
            raise Flaw(f"{name}, which can be read only", "body.velocity, body.angular_velocity or body.asleep", hint)
    elif steps[0] in PLACES:
        raise Flaw(f"{name}, which can be read only", "a field of a component, position or scale")
    elif len(steps) < 2:
        raise Flaw(say(name), "Component.field, position or scale")
    else:
        named, head, rest = component_named(steps[0]), steps[1], steps[2:]
        kind, declared = named, field_of(named, head)
        found = type_of(declared)
        assert found is not None
        type_ = found
    if not rest:
        return Place(kind, head, -1, type_, declared, motion)
    axes = AXES[: type_.size]
    if len(rest) > 1 or len(rest[0]) != 1 or rest[0] not in axes or type_.name != "vector":
        raise Flaw(
            f"{name}, which is not there", f"{'.'.join(steps[:-1])}" + (f" with .{' or .'.join(axes)}" if axes else "")
        )
    return Place(kind, head, axes.index(rest[0]), NUMBER, declared, motion)


def other_from(rule: Rule) -> bool:
    """Whether a rule may know another object."""
    within = rule.when.within
    return bool(rule.on) or (within is not None and not within.absent) or rule.when.sees is not None


def fitting(text: str, wanted: Type, rule: Rule) -> Expression:
    """An expression of a rule, of a type. Raises Flaw, also where it asks for what the rule does not know."""
    e = compiled(text)
    if not wanted.takes(e.type):
        raise Flaw(f"{say(text)}, which is {e.type}", str(wanted))
    if "other" in e.uses and not other_from(rule):
        raise Flaw(f"{say(text)}, without another object", "about the object alone", "on, within or sees find another")
    if "event" in e.uses and not rule.on:
        raise Flaw(f"{say(text)}, without an event", "about objects alone", "on= names an event")
    if "near" in e.uses and (rule.when.within is None or rule.when.within.absent):
        raise Flaw(f"{say(text)}, without what is near", "about objects alone", "within= says what is near")
    return e


def assigned(action: Then, rule: Rule) -> tuple[Place, Expression]:
    """What a set or add writes, and where. Raises Flaw."""
    place = place_of(action.name)
    if action.do == "add" and place.type.name not in ("number", "vector"):
        raise Flaw(f"{action.name}, which is {place.type}", "a number or numbers, to add to")
    value = fitting(action.to, place.type, rule)
    declared = place.declared
    if place.type == TEXT:
        if value.constant is None:
            raise Flaw(f"{say(action.to)}, which is computed", "a text in quotes", "\"'calm'\"")
        if declared is not None and declared.kind.name == "choice" and value.constant not in declared.kind.of:
            raise Flaw(say(value.constant), declared.kind.wanted)
    if action.do == "set" and declared is not None and value.constant is not None and place.type == NUMBER:
        spec = declared.spec
        low, high = spec.minimum, spec.maximum
        if (low is not None and value.constant < low) or (high is not None and value.constant > high):
            limits = (("at least", low), ("at most", high))
            wanted = " and ".join(f"{words} {limit:g}" for words, limit in limits if limit is not None)
            raise Flaw(say(value.constant), wanted)
    return place, value


def pushed(action: Then, rule: Rule) -> Expression:
    """How much an impulse or a force is. Raises Flaw."""
    return fitting(action.to, vector(3), rule)


def event_fields(action: Then, rule: Rule) -> dict[str, Expression | Literal["self", "other"]]:
    """The fields of an event that a rule raises. Raises Flaw."""
    out: dict[str, Expression | Literal["self", "other"]] = {}
    for text in action.fields:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name.isidentifier() or value.startswith("="):
            raise Flaw(say(text), '"name = expression"')
        if value in ("self", "other"):
            if value == "other" and not other_from(rule):
                raise Flaw(f"{say(text)}, without another object", '"self"', "on, within or sees find another")
            out[name] = "self" if value == "self" else "other"
        else:
            out[name] = fitting(value, Type("any"), rule)
    return out
