"""Fields of objects and components by their names: read as JSON data, and changed by it.

A field is named as in the overrides of a prefab: `position`, `name`, `tags`, `Material.base_color`,
`Material.normal_texture.scale`, or a whole component, `PointLight`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from ...engine.declare import (
    Field,
    Kind,
    Plain,
    accepted,
    fields_of,
    from_plain,
    problems_of,
    say,
    to_plain,
    value_from_plain,
)
from ...engine.errors import EditorError, Problem
from ...engine.live import kept, kind_of
from .kinds import component_types

TRANSFORM: Mapping[str, int] = {"position": 3, "rotation": 4, "scale": 3}
"""The fields that place an object, and of how many numbers each is."""
NOTED: Mapping[str, type] = {"hidden": bool, "locked": bool, "order": list}
"""The fields that only the editor knows."""
OWN: tuple[str, ...] = (*TRANSFORM, "name", "tags", *NOTED)
"""The fields of an object itself."""


def jsonable(value: Any) -> Any:
    """Values as scripts write them (tuples, arrays, sets, components) → what JSON has. Raises EditorError."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping):
        return {str(key): jsonable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(jsonable(one) for one in value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Plain):
        return jsonable(value.plain())
    if is_dataclass(value) and not isinstance(value, type):
        return jsonable(to_plain(value))
    if isinstance(value, (int, float, str)):
        return value
    raise EditorError(f"a command can't hold {say(value)}; it must be a number, a text, a list or an object of those")


# ---- declared fields ------------------------------------------------------------------------------------------


def component_class(name: str) -> type:
    """The component that goes by a name. Raises EditorError, with those that are known."""
    found = component_types().get(name)
    if found is None:
        import difflib

        near = difflib.get_close_matches(name, component_types(), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise EditorError(f"there is no component {name}{hint}")
    return found


def split(path: str) -> tuple[str, tuple[str, ...]]:
    """`Material.normal_texture.scale` → ("Material", ("normal_texture", "scale"))."""
    head, *rest = path.split(".")
    return head, tuple(rest)


def declared(kind: type, name: str) -> Field:
    """A field of a component or struct. Raises EditorError for one that is not there, or that no file can hold."""
    for f in fields_of(kind):
        if f.name == name:
            if f.kind.name == "memory":
                raise EditorError(f"{kind.__name__}.{name} is in memory only; the editor can't change it")
            return f
    known = ", ".join(f.name for f in fields_of(kind) if f.kind.name != "memory")
    raise EditorError(f"{kind.__name__} has no field {name}; it has {known or 'none'}")


def field_at(path: str) -> Field:
    """The declaration of a field of a component, `Material.normal_texture.scale`. Raises EditorError."""
    head, steps = split(path)
    if not steps:
        raise EditorError(f"{path} names no field; it must be Component.field")
    kind = component_class(head)
    for step in steps[:-1]:
        inner = declared(kind, step).kind
        if inner.name != "struct":
            raise EditorError(f"{path} is not there: {step} holds {inner.wanted}")
        kind = inner.of
    return declared(kind, steps[-1])


def plain(value: Any) -> Any:
    """The value of a field as JSON data; of a struct, what is not at its default."""
    if isinstance(value, Plain):
        return value.plain()
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value


def default_of(f: Field) -> Any:
    """A field's default as JSON data."""
    return plain(f.default)


def read(value: Any, steps: Sequence[str], where: str = "") -> Any:
    """A field of a component's value as JSON data; None as well where what it is in is not there."""
    found = value
    for step in steps:
        if found is None:
            return None
        declared(kind_of(found), step)
        found = getattr(found, step)
    return plain(found)


def _checked(f: Field, raw: Any, where: str, name: str, check: bool) -> Any:
    problems: list[Problem] = []
    value = value_from_plain(f.kind, raw, where, name, problems)
    if problems:
        raise EditorError(f"{name} can't be set:", problems)
    return accepted(f, value, where, name[: len(name) - len(f.name)]) if check else value


def with_field(value: Any, steps: Sequence[str], raw: Any, where: str, prefix: str, *, check: bool = True) -> Any:
    """A component's value with another one in one field, given as JSON data.

    check: whether the range counts, beside the type. Raises EditorError and SceneError with what does not fit.
    """
    kind = kind_of(value)
    f = declared(kind, steps[0])
    name = f"{prefix}.{f.name}"
    if len(steps) == 1:
        new = _checked(f, raw, where, name, check)
    else:
        inner = getattr(value, f.name)
        if f.kind.name != "struct" or inner is None:
            wanted = "set it as a whole first" if f.kind.name == "struct" else f"it holds {f.kind.wanted}"
            raise EditorError(f"{where}: {name}.{steps[1]} is not there: {name} is {say(plain(inner))}; {wanted}")
        new = with_field(inner, steps[1:], raw, where, name, check=check)
    return kept(kind(**{g.name: new if g.name == f.name else getattr(value, g.name) for g in fields_of(kind)}))


def component_from(name: str, raw: Any, where: str, *, check: bool = True) -> Any:
    """JSON data → a component's value. Raises EditorError with all that does not fit."""
    problems: list[Problem] = []
    kind = component_class(name)
    made = from_plain(kind, raw, where, f"{name}.", problems)
    if made is not None and not problems and check:
        problems += problems_of(made, where, f"{name}.")
    if problems or made is None:
        raise EditorError(f"{name} can't be set:", problems)
    return kept(made)


# ---- an object's own fields -----------------------------------------------------------------------------------


def numbers(raw: Any, length: int, where: str, name: str) -> list[float]:
    """Finite numbers from JSON data. Raises EditorError."""
    good = isinstance(raw, list) and len(raw) == length
    if not good or not all(type(n) in (int, float) and math.isfinite(n) for n in raw):
        raise EditorError(f"{where}: {name} is {say(raw)}; it must be {length} finite numbers")
    return [float(n) for n in raw]


def texts(raw: Any, where: str, name: str) -> list[str]:
    """Texts from JSON data. Raises EditorError."""
    if not (isinstance(raw, list) and all(isinstance(one, str) for one in raw)):
        raise EditorError(f"{where}: {name} is {say(raw)}; it must be a list of texts")
    return raw


def of_type(raw: Any, kind: type, where: str, name: str) -> Any:
    """A text or a truth value from JSON data. Raises EditorError."""
    if type(raw) is not kind:
        wanted = {bool: "true or false", str: "a text"}[kind]
        raise EditorError(f"{where}: {name} is {say(raw)}; it must be {wanted}")
    return raw


def assets_changed(raw: Any, kind: Kind, change: Any) -> Any:
    """JSON data of a declared kind with `change` applied to every asset path in it."""
    if kind.name == "struct" and isinstance(raw, dict):
        kinds = {f.name: f.kind for f in fields_of(kind.of)}
        return {k: assets_changed(one, kinds[k], change) if k in kinds else one for k, one in raw.items()}
    if kind.name == "list" and isinstance(raw, list):
        return [assets_changed(one, kind.of, change) for one in raw]
    if kind.name == "plain" and raw is not None:
        try:
            return kind.of(raw).with_assets(change).plain()
        except ValueError:
            return raw
    return change(raw) if kind.role == "asset" and isinstance(raw, str) and raw else raw


# ---- numbers of a running world ---------------------------------------------------------------------------------


def short(number: float) -> float:
    """A number of the world, which keeps single precision, without the digits that only double precision has."""
    return float(str(np.float32(number)))


def shortened(value: Any) -> Any:
    """JSON data with all its numbers so."""
    if isinstance(value, Mapping):
        return {key: shortened(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [shortened(one) for one in value]
    return short(value) if isinstance(value, float) else value


def alike(a: Any, b: Any) -> bool:
    """Whether two values are equal as far as single precision can tell."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return bool(np.float32(a) == np.float32(b))
    return bool(a == b)
