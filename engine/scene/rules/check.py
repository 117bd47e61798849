"""What is wrong with rules, and what is doubtful about them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from ...declare import problems_of, say
from ...errors import Problem, SceneError
from ...kinds import scope_of
from ..expressions import TRUTH, Expression, Flaw, named_in, near_names
from ..physics import Physics
from .resolve import assigned, event_class, event_fields, event_kind, fitting, function_of, other_from, pushed
from .rule import TOUCHES, Rule, Then, is_class_name, is_file

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


@dataclass(frozen=True)
class Doubt:
    """Something about a rule that may be meant so."""

    rule: str
    field: str
    found: str
    hint: str


def refuse(rules: Sequence[Rule], known: Known) -> list[Doubt]:
    """Raises SceneError with everything that is wrong with rules; returns what is doubtful."""
    problems, doubts = check_rules(rules, known)
    if problems:
        names = ", ".join(f'"{rule.name}"' for rule in rules if isinstance(rule, Rule))  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SceneError(f"these rules can't be used ({names}):", problems)
    return doubts


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


def _unknown_event(where: str, place: str, name: str, known: Known) -> Problem:
    classes = {*TOUCHES, *(n for m in known.modules for n, v in vars(m).items() if isinstance(v, type))}
    hint = near_names(name, classes) + "; signals begin with a small letter"
    return Problem("unknown-event", where, place, f"the unknown class {name}", "Contact, or a class of a script", hint)


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


def _unmoved(e: Expression, known: Known) -> bool:
    """Whether an expression asks for the motion of bodies where there is none."""
    return "motion" in e.uses and known.physics.engine == "none"


def _without_physics(where: str, place: str, what: str) -> Problem:
    wanted = '"spatial" or "planar" as the scene\'s physics engine'
    return Problem("no-physics", where, place, f"{what}, where nothing moves by itself", wanted)
