"""Rules as data: what must be so, and what happens then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

from ...declare import Vec3, field, normalise, struct
from ...declare import built_in as component
from ...errors import SceneError
from ..expressions import written
from ..prefabs import Prefab

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


def is_class_name(name: str) -> bool:
    """Whether `on` means a class of events rather than a signal: those begin with a capital letter."""
    return name[:1].isupper()


def is_file(name: str) -> bool:
    """Whether what is to be spawned is a prefab's file, rather than the name of an object."""
    return name.lower().endswith((".dream", ".gltf", ".glb"))


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
