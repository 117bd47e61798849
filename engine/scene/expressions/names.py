"""What the names in expressions mean: components, their fields, and what a body does."""

from __future__ import annotations

import difflib
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar

from ...declare import Field, fields_of, in_tables
from ...errors import SceneError
from ...kinds import Scope, every
from .expression import MOTION, NUMBER, TEXT, TRUTH, Flaw, Type, vector

_SCOPE: ContextVar[Scope] = ContextVar("dreamwell.scope", default=Scope())  # noqa: B039  (it is frozen)


@contextmanager
def named_in(scope: Scope) -> Generator[None]:
    """For the length of a `with`, names of components in expressions mean what they mean to a scene."""
    token = _SCOPE.set(scope)
    try:
        yield
    finally:
        _SCOPE.reset(token)


def component_named(name: str) -> type:
    """The component that a name means, see `named_in`. Raises Flaw, with near names."""
    scope = _SCOPE.get()
    try:
        found = scope.find(name)
    except SceneError as error:
        raise Flaw(str(error), "one that is declared once") from None
    if found is None:
        known = [kind.__name__ for kind in every() if in_tables(kind)]
        hint = scope.hint(name) or near_names(name, known)
        raise Flaw(f"the unknown component {name}", "one that is declared", hint)
    return found


def field_of(kind: type, name: str) -> Field:
    """A field of a component by name. Raises Flaw, with near names."""
    called = kind.__name__
    if not in_tables(kind):
        wanted = "one that a game declares with @dw.component"
        raise Flaw(
            f"{called}, whose fields rules can't read", wanted, "behaviours and the engine's own are not in columns"
        )
    fields = {f.name: f for f in fields_of(kind)}
    found = fields.get(name)
    if found is None:
        raise Flaw(f"{called}.{name}, an unknown field", f"a field of {called}", near_names(name, fields))
    if type_of(found) is None:
        raise Flaw(f"{called}.{name}, {found.kind.wanted}", "a field that holds a number, numbers, a truth or a text")
    return found


def type_of(f: Field) -> Type | None:
    """What rules see of a field, or None where they can't see it."""
    if f.kind.optional:
        return None
    if f.kind.name == "vector":
        return vector(f.kind.of)
    return {"float": NUMBER, "int": NUMBER, "bool": TRUTH, "str": TEXT, "choice": TEXT}.get(f.kind.name)


def motion_type(text: str, name: str) -> Type:
    """Of one of MOTION. Raises Flaw, with near names."""
    size = MOTION.get(name)
    if size is None:
        raise Flaw(f"{text}, which a body has not", "something that a body has", near_names(name, MOTION))
    return vector(size) if size > 0 else NUMBER if size == 0 else TRUTH


def near_names(name: str, known: Iterable[str]) -> str:
    """A hint: what is there that is called nearly so, or some of what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3) or names[:8]
    return ("there is " + ", ".join(close)) if close else "there is none"
