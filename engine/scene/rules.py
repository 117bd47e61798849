"""Rules as data: what must be so, and what happens then. Scenes keep them, files have them, the Loom checks them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Literal, Self, cast

from ..declare import Field, Vec3, field, in_tables, normalise, problems_of, say, struct
from ..declare import built_in as component
from ..errors import Problem, SceneError
from ..kinds import scope_of
from .expressions import (
    AXES,
    NUMBER,
    PLACES,
    TEXT,
    TRUTH,
    Expression,
    Flaw,
    Type,
    compiled,
    component_named,
    field_of,
    motion_type,
    named_in,
    near_names,
    type_of,
    vector,
    written,
)
from .physics import Body, Physics
from .prefabs import Prefab

TOUCHES = ("Contact", "ContactEnded")
"""The engine's own events that rules hear by their names."""
Deed = Literal["nothing", "set", "add", "impulse", "force", "tag", "untag", "emit", "event", "spawn", "despawn", "call"]
PUSHES = ("impulse", "force")


@component
class Steering:
    """Where an agent goes: what rules of packs write to, and `dw.patrol_rules` and the like move objects by."""

    __in_tables__ = True

    velocity: Vec3 = field(default=(0.0, 0.0, 0.0), unit="m/s", doc="where to, and how fast")
    speed: float = field(default=2.0, unit="m/s", minimum=0, doc="the most it goes")
    agility: float = field(default=8.0, unit="m/s²", minimum=0, doc="how fast it can change its velocity")
    leg: int = field(default=0, minimum=0, doc="of a patrol: the number of the point that it goes to")


def _assign(value: Any, **fields: Any) -> None:
    for name, one in fields.items():
        object.__setattr__(value, name, one)
    normalise(value)


def _texts(value: Any) -> tuple[Any, ...]:
    """One text, or many in any collection; those of a set in order."""
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(value, key=str))
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(value)
    return (value,)


@struct
class Within:
    """Something with all of these tags is near."""

    distance: float = field(default=1.0, unit="m", above=0, doc="between the two objects, in the world")
    tags: tuple[str, ...] = field(default=(), doc="what the other object must carry, all of them")
    each: bool = field(default=False, doc="fire for each that is near, rather than once, for the nearest")
    absent: bool = field(default=False, doc="the opposite: nothing such is near; then there is no other object")

    def __init__(
        self,
        distance: float = 1.0,
        tags: Any = (),
        each: bool = False,
        absent: bool = False,
        *,
        tag: str | None = None,
    ) -> None:
        words = _texts(tags) + (() if tag is None else (tag,))
        _assign(self, distance=distance, tags=words, each=each, absent=absent)


@struct
class Sees:
    """Something with all of these tags is before the object (its -Z), and no Collider is between the two."""

    distance: float = field(default=10.0, unit="m", above=0, doc="how far it sees")
    angle: float = field(default=90.0, unit="deg", above=0, maximum=360, doc="how wide, from side to side")
    tags: tuple[str, ...] = field(default=(), doc="what the other object must carry, all of them")
    each: bool = field(default=False, doc="fire for each that is seen, rather than once, for the nearest")
    behind: tuple[str, ...] = field(default=(), doc="the physics layers that nothing is seen behind; empty for all")
    eye: float = field(default=0.0, unit="m", doc="how far above the two objects' places it looks along")

    def __init__(
        self,
        distance: float = 10.0,
        angle: float = 90.0,
        tags: Any = (),
        each: bool = False,
        behind: Any = (),
        eye: float = 0.0,
        *,
        tag: str | None = None,
    ) -> None:
        words = _texts(tags) + (() if tag is None else (tag,))
        _assign(self, distance=distance, angle=angle, tags=words, each=each, behind=_texts(behind), eye=eye)


@struct
class When:
    """What must be so, all of it. An object also has to carry every component that the rule names for it."""

    tags_all: tuple[str, ...] = field(default=(), doc="all of these tags")
    tags_any: tuple[str, ...] = field(default=(), doc="at least one of these")
    tags_none: tuple[str, ...] = field(default=(), doc="none of these")
    other_all: tuple[str, ...] = field(default=(), doc="the other object (event, near, seen) carries all of these tags")
    other_none: tuple[str, ...] = field(default=(), doc="the other object carries none of these")
    where: tuple[str, ...] = field(default=(), doc='expressions that are true, as "Health.points < 20"')
    within: Within | None = field(default=None, doc="something is near")
    sees: Sees | None = field(default=None, doc="something is seen")

    def __init__(
        self,
        where: Any = (),
        *,
        tags_all: Any = (),
        tags_any: Any = (),
        tags_none: Any = (),
        other_all: Any = (),
        other_none: Any = (),
        within: Within | None = None,
        sees: Sees | None = None,
    ) -> None:
        _assign(
            self,
            tags_all=_texts(tags_all),
            tags_any=_texts(tags_any),
            tags_none=_texts(tags_none),
            other_all=_texts(other_all),
            other_none=_texts(other_none),
            where=tuple(map(str, _texts(where))),
            within=within,
            sees=sees,
        )


@struct
class Then:
    """One thing that a rule does. `Then.set(…)`, `Then.emit(…)` and so on make them."""

    do: Deed = field(default="nothing", doc="what is done")
    target: Literal["self", "other"] = field(default="self", doc="to the object, or the other one (near, seen, event)")
    name: str = field(
        default="", doc="set, add: the field; emit: the signal; event: the class; spawn: object or file; call: function"
    )
    to: str = field(
        default="", doc="set, add: an expression for the new value, or for how much more; impulse, force: in N s, N"
    )
    tags: tuple[str, ...] = field(
        default=(), doc="tag, untag: which; spawn: those of what is spawned, in place of its own"
    )
    at: Vec3 = field(default=(0.0, 0.0, 0.0), unit="m", doc="spawn: where, from the target, along the world's axes")
    fields: tuple[str, ...] = field(default=(), doc='event: its fields, as "damage = Health.points / 2", "who = self"')
    made: Any = field(default=None, memory=True, doc="the class or function itself, when it was given in Python")

    @classmethod
    def set(cls, name: str, to: Any, *, target: Literal["self", "other"] = "self") -> Self:
        """A field gets a value: `Then.set("Health.points", 100)`, `Then.set("position.y", "position.y + 2 * dt")`.

        name: a field of a component or one number of a vector in it, `position`, `scale`, and of what has a Body
        `body.velocity`, `body.angular_velocity` (degrees a second), `body.asleep`. to: a constant or an expression of
        the state before any rule of this round did anything. Kept within what the field's declaration allows. Where
        several rules set the same field, the last has it.
        """
        return cls(do="set", name=str(name), to=written(to), target=target)

    @classmethod
    def add(cls, name: str, amount: Any, *, target: Literal["self", "other"] = "self") -> Self:
        """A number or vector gets more: `Then.add("Health.points", "-10 * dt")`. Every rule's amount counts."""
        return cls(do="add", name=str(name), to=written(amount), target=target)

    @classmethod
    def impulse(cls, impulse: Any, *, target: Literal["self", "other"] = "self") -> Self:
        """The object's Body is hit with so many N s: `Then.impulse("(0, 5 * body.mass, 0)")` is 5 m/s upwards."""
        return cls(do="impulse", to=written(impulse), target=target)

    @classmethod
    def force(cls, force: Any, *, target: Literal["self", "other"] = "self") -> Self:
        """The object's Body is pushed with so many newtons through the next tick: a lasting push in every tick."""
        return cls(do="force", to=written(force), target=target)

    @classmethod
    def tag(cls, *tags: str, target: Literal["self", "other"] = "self") -> Self:
        """The object gets tags."""
        return cls(do="tag", tags=tags, target=target)

    @classmethod
    def untag(cls, *tags: str, target: Literal["self", "other"] = "self") -> Self:
        """The object loses tags."""
        return cls(do="untag", tags=tags, target=target)

    @classmethod
    def emit(cls, signal: str) -> Self:
        """A signal: a `dw.Signal` event, which rules `on=` its name hear in the same tick."""
        return cls(do="emit", name=signal)

    @classmethod
    def event(cls, kind: type | str, **fields: Any) -> Self:
        """An event of a class: `Then.event(Hit, who="self", by="other", damage="5 * dt")`.

        The fields are "self", "other", or expressions; in files the class is found by name in the scene's scripts.
        """
        texts = tuple(f"{name} = {written(value)}" for name, value in fields.items())
        made = None if isinstance(kind, str) else kind
        return cls(do="event", name=_name_of(kind), fields=texts, made=made)

    @classmethod
    def spawn(
        cls,
        prototype: str | Prefab,
        *,
        at: Any = (0.0, 0.0, 0.0),
        tags: Any = (),
        target: Literal["self", "other"] = "self",
    ) -> Self:
        """One more of an object (by name), or a prefab (`dw.Prefab("tree.dream")`, or its file), there."""
        if isinstance(prototype, Prefab) and prototype.overrides:
            raise SceneError(
                f'Then.spawn: the Prefab of "{prototype.file}" has overrides; rules spawn files as they are'
            )
        name = prototype if isinstance(prototype, str) else prototype.file
        return cls(do="spawn", name=name, at=at, tags=_texts(tags), target=target)

    @classmethod
    def despawn(cls, *, target: Literal["self", "other"] = "self") -> Self:
        """The object goes, when everything else of this round is done."""
        return cls(do="despawn", target=target)

    @classmethod
    def call(cls, function: Callable[[Any], object] | str) -> Self:
        """A function gets all that the rule fires for at once: `function(firing)`, see `Firing`.

        In files it is "module:name", found among the scene's scripts.
        """
        if isinstance(function, str):
            return cls(do="call", name=function)
        return cls(do="call", name=_name_of(function), made=function)


@struct
class Rule:
    """What must be so, and what happens then, for all objects at once.

        dw.Rule("burn", when=dw.When(tags_all="burning"), then=dw.Then.add("Health.points", "-10 * dt"))
        dw.Rule("touch", on=dw.Contact, when=dw.When(tags_all="player"), then=dw.Then.emit("touched"))

    `scene.rules` holds a scene's, `world.rules.register` takes more while it runs. A rule fires for every object for
    which everything in `when` holds, in each tick in which it holds.
    """

    name: str = field(default="", doc="unique in a scene; messages and `explain` know it by that")
    on: str = field(default="", doc="an event's class (Contact) or a signal: fires only for the objects that it names")
    when: When = field(default=When(), doc="the conditions")
    then: tuple[Then, ...] = field(default=(), doc="what happens, in this order")
    every: float = field(default=0.0, unit="s", minimum=0, doc="look only so often; 0: every tick")
    cooldown: float = field(default=0.0, unit="s", minimum=0, doc="for each object: how long it rests after firing")
    chance: float = field(default=1.0, minimum=0, maximum=1, doc="how likely it fires when all else holds")
    priority: int = field(default=0, doc="rules of a higher one act later, and so have the last word")
    enabled: bool = field(default=True, doc="whether it is looked at from the start")
    made: Any = field(default=None, memory=True, doc="the event's class itself, when it was given in Python")

    def __init__(
        self,
        name: str = "",
        when: When | str | Sequence[Any] | Any = None,
        then: Then | Sequence[Then] = (),
        *,
        on: type | str = "",
        every: float = 0.0,
        cooldown: float = 0.0,
        chance: float = 1.0,
        priority: int = 0,
        enabled: bool = True,
        made: Any = None,
    ) -> None:
        _assign(
            self,
            name=name,
            on=on if isinstance(on, str) else _name_of(on),
            when=when if isinstance(when, When) else When() if when is None else When(when),
            then=tuple(then) if isinstance(then, Iterable) else (then,),
            every=every,
            cooldown=cooldown,
            chance=chance,
            priority=priority,
            enabled=enabled,
            made=made if isinstance(on, str) else on,
        )


def _name_of(made: Any) -> str:
    """What a file calls a class, or a function."""
    if isinstance(made, type):
        return made.__name__
    return made if isinstance(made, str) else f"{made.__module__}:{getattr(made, '__qualname__', type(made).__name__)}"


# ---- what rules refer to ------------------------------------------------------------------------------------------


_PHYSICS = Physics()


@dataclass(frozen=True)
class Known:
    """What there is that rules can name.

    objects: their names.  root: where files are; None: who weaves them tells.  physics: how bodies move.
    """

    tags: frozenset[str]
    has_object: Callable[[str], bool]
    objects: Callable[[], Sequence[str]]
    root: str | os.PathLike[str] | None
    modules: Sequence[ModuleType]
    prefabs: frozenset[str] = frozenset()
    physics: Physics = _PHYSICS


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


def is_class_name(name: str) -> bool:
    """Whether `on` means a class of events rather than a signal: those begin with a capital letter."""
    return name[:1].isupper()


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


# ---- checking -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Doubt:
    """Something about a rule that may be meant so."""

    rule: str
    field: str
    found: str
    hint: str


def check_rules(rules: Sequence[Rule], known: Known) -> tuple[list[Problem], list[Doubt]]:
    """Everything that is wrong with rules, and what is doubtful about them."""
    with named_in(scope_of(known.modules)):
        return _looked_over(rules, known)


def _looked_over(rules: Sequence[Rule], known: Known) -> tuple[list[Problem], list[Doubt]]:
    problems: list[Problem] = []
    doubts: list[Doubt] = []
    seen: set[str] = set()
    sound: list[Rule] = []
    for i, rule in enumerate(rules):
        if not isinstance(rule, Rule):  # pyright: ignore[reportUnnecessaryIsInstance]
            problems.append(Problem("type", "", f"rules[{i}]", say(rule), "a Rule"))
            continue
        where = f'rule "{rule.name}"' if rule.name else f"rules[{i}]"
        bad = list(problems_of(rule, where))
        if not rule.name:
            bad.append(Problem("missing", where, "name", "empty", "a name of its own"))
        elif rule.name in seen:
            bad.append(Problem("duplicate-rule", where, "name", "that of another rule", "unique"))
        seen.add(rule.name)
        problems += bad or _problems_of(rule, where, known)
        sound += [rule] if not bad else []
    signals = {action.name for rule in sound for action in rule.then if action.do == "emit"}
    tags = known.tags.union(*(action.tags for rule in sound for action in rule.then if action.do in ("tag", "spawn")))
    for rule in sound:
        for place, words in _tags_asked(rule):
            for tag in words:
                if tag not in tags:
                    doubts.append(Doubt(rule.name, place, f'the tag "{tag}", which nothing has', near_names(tag, tags)))
        if rule.on and not is_class_name(rule.on) and rule.on not in signals:
            hint = near_names(rule.on, signals)
            doubts.append(Doubt(rule.name, "on", f'the signal "{rule.on}", which no rule emits', hint))
    return problems, doubts


def _tags_asked(rule: Rule) -> Iterator[tuple[str, tuple[str, ...]]]:
    when = rule.when
    for name in ("tags_all", "tags_any", "tags_none", "other_all", "other_none"):
        yield f"when.{name}", getattr(when, name)
    for name in ("within", "sees"):
        found = getattr(when, name)
        if found is not None:
            yield f"when.{name}.tags", found.tags


def other_from(rule: Rule) -> bool:
    """Whether a rule may know another object."""
    within = rule.when.within
    return bool(rule.on) or (within is not None and not within.absent) or rule.when.sees is not None


def fitting(text: str, wanted: Type, rule: Rule, uses: Iterable[str] = ()) -> Expression:
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


def _problems_of(rule: Rule, where: str, known: Known) -> list[Problem]:
    out: list[Problem] = []

    def told(code: str, place: str, flaw: Flaw) -> None:
        out.append(Problem(code, where, place, flaw.found, flaw.wanted, flaw.hint))

    for i, text in enumerate(rule.when.where):
        try:
            if _unmoved(fitting(text, TRUTH, rule), known):
                out.append(_without_physics(where, f"when.where[{i}]", text))
        except Flaw as flaw:
            told("expression", f"when.where[{i}]", flaw)
    for place, words in [*_tags_asked(rule), *((f"then[{i}].tags", a.tags) for i, a in enumerate(rule.then))]:
        out += [
            Problem("bad-tag", where, place, say(tag), "one word, without spaces")
            for tag in words
            if not tag or any(c.isspace() or not c.isprintable() for c in tag)
        ]
    if rule.on and is_class_name(rule.on) and rule.on not in TOUCHES and event_kind(rule, known.modules) is None:
        out.append(_unknown_event(where, "on", rule.on, known))
    if (rule.when.other_all or rule.when.other_none) and not other_from(rule):
        lost = Flaw("asked for without another object", "left out", "on, within or sees find another")
        told("target", "when.other_all" if rule.when.other_all else "when.other_none", lost)
    for name in rule.when.sees.behind if rule.when.sees is not None else ():
        if name not in known.physics.layers:
            hint = near_names(name, known.physics.layers)
            out.append(Problem("layer", where, "when.sees.behind", say(name), "one of the scene's layers", hint))
    if not rule.then:
        out.append(Problem("missing", where, "then", "empty", "at least one action"))
    for i, action in enumerate(rule.then):
        place = f"then[{i}]"
        try:
            out += _problems_of_action(rule, action, where, place, known)
        except Flaw as flaw:
            told("expression", f"{place} ({action.do} {action.name})", flaw)
    return out


def _unknown_event(where: str, place: str, name: str, known: Known) -> Problem:
    classes = {*TOUCHES, *(n for m in known.modules for n, v in vars(m).items() if isinstance(v, type))}
    hint = near_names(name, classes) + "; signals begin with a small letter"
    return Problem("unknown-event", where, place, f"the unknown class {name}", "Contact, or a class of a script", hint)


def _problems_of_action(rule: Rule, action: Then, where: str, place: str, known: Known) -> Iterator[Problem]:
    if action.target == "other" and not other_from(rule):
        hint = "on, within or sees find another"
        yield Problem("target", where, f"{place}.target", '"other", without another object', '"self"', hint)
    match action.do:
        case "set" | "add":
            to, value = assigned(action, rule)
            if _unmoved(value, known) or (to.motion and known.physics.engine == "none"):
                yield _without_physics(where, place, f"{action.do} {action.name}")
        case "impulse" | "force":
            pushed(action, rule)
            if known.physics.engine == "none":
                yield _without_physics(where, place, action.do)
        case "tag" | "untag":
            if not action.tags:
                yield Problem("missing", where, f"{place}.tags", "empty", "at least one tag")
        case "emit":
            if not action.name or is_class_name(action.name) or any(c.isspace() for c in action.name):
                wanted = "one word that begins with a small letter"
                yield Problem("signal", where, f"{place}.name", say(action.name), wanted, "as in on=")
        case "event":
            names = event_fields(action, rule)
            if any(isinstance(e, Expression) and _unmoved(e, known) for e in names.values()):
                yield _without_physics(where, f"{place}.fields", "body")
            kind = action.made if isinstance(action.made, type) else event_class(action.name, known.modules)
            if kind is None:
                yield _unknown_event(where, f"{place}.name", action.name, known)
            else:
                yield from _unfit_event(kind, names, where, place)
        case "spawn":
            yield from _unknown_prototype(action, where, place, known)
        case "call":
            if not callable(action.made) and function_of(action.name, known.modules) is None:
                modules = ", ".join(module.__name__ for module in known.modules) or "none"
                wanted = '"module:function" of one of the scene\'s scripts'
                yield Problem(
                    "unknown-function", where, f"{place}.name", say(action.name), wanted, f"there is {modules}"
                )
        case "nothing":
            yield Problem("missing", where, f"{place}.do", "missing", "what is to be done, as set, tag, emit")
        case "despawn":
            pass


def _unmoved(e: Expression, known: Known) -> bool:
    """Whether an expression asks for the motion of bodies where there is none."""
    return "motion" in e.uses and known.physics.engine == "none"


def _without_physics(where: str, place: str, what: str) -> Problem:
    wanted = '"spatial" or "planar" as the scene\'s physics engine'
    return Problem("no-physics", where, place, f"{what}, where nothing moves by itself", wanted)


def _unfit_event(kind: type, names: Mapping[str, object], where: str, place: str) -> Iterator[Problem]:
    try:
        parameters = inspect.signature(kind).parameters
    except (TypeError, ValueError):
        return
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    for name in names:
        if name not in parameters:
            hint = near_names(name, parameters)
            yield Problem(
                "unknown-field", where, f"{place}.fields", f"{kind.__name__}.{name}", "one that is there", hint
            )
    missing = [
        n for n, p in parameters.items() if p.default is p.empty and p.kind is not p.VAR_POSITIONAL and n not in names
    ]
    if missing:
        found = f"without {', '.join(missing)}"
        yield Problem("missing", where, f"{place}.fields", found, f"all that a {kind.__name__} needs")


def is_file(name: str) -> bool:
    """Whether what is to be spawned is a prefab's file, rather than the name of an object."""
    return name.lower().endswith((".dream", ".gltf", ".glb"))


def _unknown_prototype(action: Then, where: str, place: str, known: Known) -> Iterator[Problem]:
    if is_file(action.name):
        if known.root is None or action.name in known.prefabs:
            return
        if not os.path.isfile(os.path.join(known.root, action.name)):
            yield Problem(
                "asset", where, f"{place}.name", say(action.name), "a file that exists", f"relative to {known.root}"
            )
    elif not known.has_object(action.name):
        hint = near_names(action.name, known.objects())
        yield Problem("unknown-object", where, f"{place}.name", say(action.name), "the name of an object", hint)


def with_files(rule: Rule, change: Callable[[str], str]) -> Rule:
    """A rule with `change` applied to the files of what it spawns."""
    if not isinstance(rule, Rule):  # pyright: ignore[reportUnnecessaryIsInstance]
        return rule  # the Loom tells of it
    then = tuple(replace(a, name=change(a.name)) if a.do == "spawn" and is_file(a.name) else a for a in rule.then)
    return replace(rule, then=then) if then != rule.then else rule


def files_of(rule: Any) -> list[str]:
    """The files of the prefabs that a rule spawns; none for what is no rule, which the Loom tells of."""
    then = rule.then if isinstance(rule, Rule) else ()
    return [action.name for action in then if action.do == "spawn" and is_file(action.name)]


def refuse(rules: Sequence[Rule], known: Known) -> list[Doubt]:
    """Raises SceneError with everything that is wrong with rules; returns what is doubtful."""
    problems, doubts = check_rules(rules, known)
    if problems:
        names = ", ".join(f'"{rule.name}"' for rule in rules if isinstance(rule, Rule))  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SceneError(f"these rules can't be used ({names}):", problems)
    return doubts


def carried_kinds(kinds: Iterable[type]) -> tuple[type, ...]:
    """The component classes that running objects carry in columns, in order."""
    return tuple(kind for kind in sorted(kinds, key=lambda kind: kind.__name__) if in_tables(kind))


__all__ = ["Rule", "Sees", "Steering", "Then", "When", "Within", "check_rules"]
