"""Rules ready to run: texts are expressions, names are classes and functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from ..declare import in_tables
from ..game.events import Contact, ContactEnded
from ..kinds import scope_of
from ..query import Query
from ..scene.expressions import TRUTH, Expression, named_in
from ..scene.physics import Body
from ..scene.rules.resolve import Place, assigned, event_class, event_fields, event_kind, fitting, function_of, pushed
from ..scene.rules.rule import PUSHES, TOUCHES, Rule, Then, is_class_name


@dataclass(frozen=True, eq=False)
class Act:
    """One action.

    place, value: what set and add write, and where; or how much a push is.  kind, fields: of an event.
    function: of a call.
    """

    then: Then
    place: Place | None = None
    value: Expression | None = None
    kind: type | None = None
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    function: Callable[[Any], object] | None = None

    @property
    def expressions(self) -> list[Expression]:
        """All that is computed for it."""
        made = [self.value, *self.fields.values()]
        return [e for e in made if isinstance(e, Expression)]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A rule ready to run.

    query: the objects that it can be about.  others: the components that other objects must have.
    early: conditions on the object alone; late: those that know another one, what is near, an event, or chance.
    signal: the name it hears, "" for none.  event: the class it hears.  gathers: it counts or sums up what is near.
    motion: it asks how bodies move.
    """

    rule: Rule
    query: Query
    others: tuple[type, ...]
    early: tuple[Expression, ...]
    late: tuple[Expression, ...]
    acts: tuple[Act, ...]
    signal: str
    event: type | None
    gathers: bool
    motion: bool

    @property
    def listens(self) -> bool:
        """Whether it fires for events alone."""
        return bool(self.signal) or self.event is not None


def compile_rule(rule: Rule, modules: Sequence[ModuleType]) -> Compiled:
    """A rule that was checked, ready to run. modules: the scripts of its scene."""
    with named_in(scope_of(modules)):
        return _compiled(rule, modules)


def _compiled(rule: Rule, modules: Sequence[ModuleType]) -> Compiled:
    conditions = [fitting(text, TRUTH, rule) for text in rule.when.where]
    acts = tuple(_act(action, rule, modules) for action in rule.then)
    expressions = [*conditions, *(e for act in acts for e in act.expressions)]
    own = {kind for e in expressions for kind in e.own}
    others = {kind for e in expressions for kind in e.others}
    for act in acts:
        if act.then.do in PUSHES:
            (own if act.then.target == "self" else others).add(Body)
        if act.place is not None and act.place.kind is not None:
            (own if act.then.target == "self" else others).add(act.place.kind)
    when = rule.when
    event: type | None = None
    if rule.on and is_class_name(rule.on):
        if rule.on in TOUCHES and rule.made is None:
            event = Contact if rule.on == "Contact" else ContactEnded
        else:
            event = event_kind(rule, modules)
    return Compiled(
        rule,
        Query(*_in_columns(own), tags=when.tags_all, without=when.tags_none),
        _in_columns(others),
        tuple(e for e in conditions if e.uses <= {"motion"}),
        tuple(e for e in conditions if not e.uses <= {"motion"}),
        acts,
        rule.on if event is None else "",
        event,
        any("near" in e.uses for e in expressions),
        any("motion" in e.uses for e in expressions),
    )


def _act(action: Then, rule: Rule, modules: Sequence[ModuleType]) -> Act:
    match action.do:
        case "set" | "add":
            place, value = assigned(action, rule)
            return Act(action, place, value)
        case "impulse" | "force":
            return Act(action, value=pushed(action, rule))
        case "event":
            kind = action.made if isinstance(action.made, type) else event_class(action.name, modules)
            return Act(action, kind=kind, fields=dict(event_fields(action, rule)))
        case "call":
            return Act(action, function=action.made if callable(action.made) else function_of(action.name, modules))
        case _:
            return Act(action)


def _in_columns(kinds: Iterable[type]) -> tuple[type, ...]:
    """The components that running objects carry in columns, in order."""
    return tuple(kind for kind in sorted(kinds, key=lambda kind: kind.__name__) if in_tables(kind))
