"""Declarations: one typed struct says everything about a component or a group of settings.

The `.dream` format, validation, the inspector, the docs and `--set` all read the same declaration:

    @component
    class Spinner:
        '''Turns its object.'''
        speed: float = field(default=90.0, unit="deg/s", minimum=0, doc="how fast it turns")

Values are frozen and hashable: a scene stores each distinct value once, however many objects use it.
"""

from __future__ import annotations

import json
import math
import sys
import types
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, is_dataclass
from dataclasses import field as dataclass_field
from functools import cache
from itertools import chain
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np

from .errors import Problem, SceneError

T = TypeVar("T")

Vec2 = tuple[float, float]
"""x, y."""
Vec3 = tuple[float, float, float]
"""x, y, z."""
Vec4 = tuple[float, float, float, float]
"""x, y, z, w: a quaternion, say."""
Color = Annotated[tuple[float, float, float], "color"]
"""Linear Rec.709 red, green, blue."""
AssetPath = Annotated[str, "asset"]
"""A file, relative to the scene's file; `model.glb#mesh/0/1` names a part of it. Empty for none."""

ObjectName = Annotated[str, "object"]
"""The name of another object of the scene. Empty for none."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What a field may hold, beside its type. `minimum`/`maximum` are inclusive unless `above` is given."""

    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    doc: str = ""
    memory: bool = False  # lives in memory only: never written as text


def field(
    default: Any,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    doc: str = "",
    memory: bool = False,
) -> Any:
    """Declare one field: its default, its unit, its range and one line of documentation.

    Say `default=`: type checkers read that keyword, to know that the field may be left out.
    """
    return dataclass_field(default=default, metadata={"spec": Spec(unit, minimum, maximum, above, doc, memory)})


class Plain(ABC):
    """A value that knows how it is written as JSON data itself. Immutable and hashable; made from that data.

    Its class raises ValueError, with a short text of what was found, for data that it can't be made from.
    """

    WANTED: ClassVar[str] = "data"

    @abstractmethod
    def __init__(self, data: Any) -> None: ...

    @abstractmethod
    def plain(self) -> Any:
        """The value as JSON data."""

    @abstractmethod
    def with_assets(self, change: Callable[[str], str]) -> Plain:
        """The same with `change` applied to every asset path in it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a field, taken apart once.

    `name` is one of float, int, bool, str, choice, vector, struct, list, plain, memory; `of` is what it is made of:
    the choices, the vector's length, the struct's class, the list's element kind, or the `Plain` class.
    """

    name: str
    of: Any = None
    role: str = ""  # "color", "asset" or "object", for editors and importers
    optional: bool = False

    @property
    def wanted(self) -> str:
        """The type in words, for messages."""
        words = {
            "float": "a number",
            "int": "a whole number",
            "bool": "true or false",
            "str": {"asset": "a path (text)", "object": "the name of an object"}.get(self.role, "text"),
        }
        if self.name == "choice":
            text = "one of " + ", ".join(self.of)
        elif self.name == "vector":
            text = f"{self.of} numbers"
        elif self.name == "struct":
            text = f"a {self.of.__name__}"
        elif self.name == "list":
            text = f"a list, each item {self.of.wanted}"
        elif self.name == "plain":
            text = self.of.WANTED
        else:
            text = words.get(self.name, self.name)
        return text + " or null" if self.optional else text


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field: name, kind, default and specification."""

    name: str
    kind: Kind
    default: Any
    spec: Spec


def _kind(hint: Any) -> Kind:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        if isinstance(args[1], type) and issubclass(args[1], Plain):
            return Kind("plain", args[1])
        inner = _kind(args[0])
        return Kind(inner.name, inner.of, role=str(args[1]), optional=inner.optional)
    if origin in (Union, types.UnionType):
        (inner_hint,) = [a for a in args if a is not type(None)]
        inner = _kind(inner_hint)
        return Kind(inner.name, inner.of, inner.role, optional=True)
    if origin is Literal:
        return Kind("choice", args)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return Kind("list", _kind(args[0]))
        return Kind("vector", len(args))
    plain = {float: "float", int: "int", bool: "bool", str: "str"}
    if hint in plain:
        return Kind(plain[hint])
    if isinstance(hint, type) and is_dataclass(hint):
        return Kind("struct", hint)
    return Kind("memory", hint)


@cache
def _fields_of(cls: Hashable) -> tuple[Field, ...]:
    assert isinstance(cls, type)
    hints = get_type_hints(cls, include_extras=True)
    out: list[Field] = []
    for f in fields(cls):
        spec = f.metadata.get("spec", Spec())
        kind = Kind("memory", hints[f.name]) if spec.memory else _kind(hints[f.name])
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        out.append(Field(f.name, kind, default, spec))
    return tuple(out)


def fields_of(cls: type) -> tuple[Field, ...]:
    """The declared fields of a component or settings struct, in declaration order."""
    return _fields_of(cls)


def field_names(cls: type) -> tuple[str, ...]:
    """The names of the declared fields."""
    return tuple(f.name for f in fields_of(cls))


_LARGEST = int(sys.float_info.max)


def _plain(value: Any) -> Any:
    """Numbers and sequences of any library (NumPy, pyrr, lists) → Python floats and tuples."""
    if type(value) in (float, int, str, bool, type(None), tuple):
        return tuple(map(_plain, value)) if type(value) is tuple else value
    if isinstance(value, np.ndarray):
        return tuple(float(v) for v in value.ravel())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list):
        return tuple(_plain(v) for v in value)
    return value


def _float(value: Any) -> Any:
    """A whole number as a float, if there is such a float, and -0.0 as 0.0, its equal; all else as it is."""
    whole = type(value) is int and abs(value) <= _LARGEST
    return float(value) + 0.0 if whole or isinstance(value, float) else value


def _normal(f: Field, value: Any) -> Any:
    """A value as a field keeps it: plain floats and tuples."""
    if f.kind.name == "memory" or f.kind.name == "struct":
        return value
    if f.kind.name == "plain":
        return value if isinstance(value, f.kind.of) else f.kind.of(value)
    value = _plain(value)
    if f.kind.name == "float":
        return _float(value)
    return tuple(map(_float, value)) if f.kind.name == "vector" and type(value) is tuple else value


def normalise(self: Any) -> None:
    """Give the declared fields of a struct the types that it keeps: plain floats and tuples of them."""
    for f in fields_of(type(self)):
        try:
            object.__setattr__(self, f.name, _normal(f, getattr(self, f.name)))
        except ValueError as error:
            raise SceneError(f"{type(self).__name__}.{f.name} is {error}; it must be {f.kind.wanted}") from None


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def struct(cls: type[T]) -> type[T]:
    """Make a class a declared struct: frozen, hashable, usable inside components and settings.

    Vectors may be given as tuples, lists, NumPy or pyrr arrays; they are kept as tuples of float.
    Ranges are checked by `problems_of` (at the border: when a scene is woven), not here.
    """
    cls.__post_init__ = normalise  # type: ignore[attr-defined]
    return dataclass(frozen=True)(cls)


_components: dict[str, type] = {}
_declared: weakref.WeakSet[type] = weakref.WeakSet()  # those that were declared anew since among them
_ENGINE = tuple(f"{(__package__ or '').rpartition('.')[0]}.{part}." for part in ("engine", "physics"))


@dataclass_transform(field_specifiers=(field,))
def component(cls: type[T]) -> type[T]:
    """Make a class a component: a `struct` that objects carry and `.dream` files name by its class name.

    Values are frozen; what `entity[Kind]` gives while a scene runs may be written to, and so type checkers let it be.
    A file that is loaded anew replaces its classes. Raises SceneError when a class of another file has the name.
    """
    made = struct(cls)
    register(made)
    return made


def register(made: type) -> None:
    """Have a class be known by its name. Raises SceneError when another one is."""
    other = _components.get(made.__name__)
    if other is not None and other.__module__ in sys.modules and _origin(other) != _origin(made):
        places = " and ".join(map(_place, (other, made)))
        raise SceneError(f"two components are called {made.__name__}: in {places}; give one of them another name")
    _components[made.__name__] = made
    _declared.add(made)
    with suppress(Exception):  # while its module is there: that of a script is not, once the script was run
        fields_of(made)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def built_in(cls: type[T]) -> type[T]:
    """`component` for the engine's own, which the engine keeps in places of their own while a scene runs."""
    return component(cls)


def _file(cls: type) -> str | None:
    return getattr(sys.modules.get(cls.__module__), "__file__", None)


def _origin(cls: type) -> str:
    """Where a class comes from: its file, but the module where there is none, and where many files may be it."""
    return cls.__module__ if cls.__module__ == "__main__" else _file(cls) or cls.__module__


def _place(cls: type) -> str:
    return _file(cls) or cls.__module__


def current(kind: Any) -> type:
    """The component class that `kind` is or was replaced by, when its file was loaded anew.

    Raises SceneError for what was never declared.
    """
    name = kind.__name__ if isinstance(kind, type) else say(kind)
    found = _components.get(name)
    if found is not None and (found is kind or kind in _declared):
        return found
    raise SceneError(f"{name} is no component; declare its class with @dw.component")


def latest(kind: type) -> type:
    """The class that is known by the name of this one now: itself, unless its file was loaded anew."""
    return _components.get(kind.__name__, kind)


class Registry:
    """The classes that are known by their names as they are at one moment, to go back to."""

    def __init__(self) -> None:
        self._known = dict(_components)

    def drop(self, modules: AbstractSet[str]) -> None:
        """Forget the classes of modules that are about to be run once more, and will declare them anew."""
        for name, kind in list(_components.items()):
            if kind.__module__ in modules:
                del _components[name]

    def replaced(self) -> bool:
        """Whether a class has come, gone, or has other fields since."""
        if self._known.keys() != _components.keys():
            return True
        pairs = ((kind, _components[name]) for name, kind in self._known.items())
        return any(a is not b and fields_of(a) != fields_of(b) for a, b in pairs)

    def put_back(self) -> None:
        """Know these classes again, and no others."""
        _components.clear()
        _components.update(self._known)


def forget_replaced() -> None:
    """Let go of what is remembered of classes that may be no more; of others it is found again."""
    _fields_of.cache_clear()
    _quick_checks.cache_clear()


def in_tables(kind: type) -> bool:
    """Whether a running world keeps values of a component in columns.

    What games declare; not the engine's own, unless their class says otherwise by `__in_tables__`.
    """
    return bool(getattr(kind, "__in_tables__", not kind.__module__.startswith(_ENGINE)))


def component_types() -> Mapping[str, type]:
    """Every declared component by name."""
    return types.MappingProxyType(_components)


SINGLE_MAX = 3.4028234663852886e38
"""The largest number that the GPU's floats can hold."""

# ---- checking values ------------------------------------------------------------------------------------------


def say(value: Any) -> str:
    """A value in a message: short, as the file would write it."""
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif value is None:
        text = "null"
    elif isinstance(value, float):
        text = repr(value)
    elif isinstance(value, (tuple, list)):
        text = "[" + ", ".join("[...]" if isinstance(v, (tuple, list)) else say(v) for v in value[:30]) + "]"
    else:
        text = repr(value) if isinstance(value, int) else type(value).__name__
    return text if len(text) <= 60 else text[:57] + "..."


def _bad_number(value: Any, spec: Spec) -> tuple[str, str] | None:
    """(code, wanted) where a number is not finite or out of its range."""
    if math.isnan(value) or math.isinf(value):
        return "not-finite", "a finite number"
    if abs(value) > SINGLE_MAX:
        return "range", f"within ±{SINGLE_MAX:.1e}, which single precision can hold"
    unit = f" {spec.unit}" if spec.unit else ""
    if spec.above is not None and value <= spec.above:
        return "range", f"above {spec.above:g}{unit}"
    low = spec.minimum is not None and value < spec.minimum
    high = spec.maximum is not None and value > spec.maximum
    if low or high:
        if spec.minimum is not None and spec.maximum is not None:
            return "range", f"from {spec.minimum:g} to {spec.maximum:g}{unit}"
        return "range", f"at least {spec.minimum:g}{unit}" if low else f"at most {spec.maximum:g}{unit}"
    return None


def is_number(value: Any) -> bool:
    """Whether a value is a number that a float can hold (infinity and NaN too); true and false are none."""
    if isinstance(value, float):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _fits(value: Any, kind: Kind) -> bool:
    match kind.name:
        case "float":
            return is_number(value)
        case "int":
            return isinstance(value, int) and is_number(value)
        case "bool":
            return isinstance(value, bool)
        case "str":
            return isinstance(value, str)
        case "choice":
            return value in kind.of
        case "vector":
            return isinstance(value, tuple) and len(value) == kind.of and all(map(is_number, value))
        case "struct" | "plain":
            return isinstance(value, kind.of)
        case "list":
            return isinstance(value, tuple) and all(_fits(v, kind.of) for v in value)
        case _:
            return True


_NUMBERS = ("float", "int", "vector")
_WHOLE = 2**63


def bounds_of(f: Field) -> tuple[float, float]:
    """The least and the largest float that a field may hold, each number of a vector."""
    spec = f.spec
    low = -SINGLE_MAX if spec.minimum is None else max(-SINGLE_MAX, spec.minimum)
    if spec.above is not None:
        low = max(low, math.nextafter(spec.above, math.inf))
    return low, SINGLE_MAX if spec.maximum is None else min(SINGLE_MAX, spec.maximum)


_QUICK = {"float": float, "vector": tuple, "bool": bool, "str": str}


@cache
def _quick_checks(cls: Hashable) -> tuple[tuple[Field, str, Any, float, float], ...]:
    """Of each field, what most values are told to be sound by: name, type and bounds."""
    assert isinstance(cls, type)
    return tuple((f, f.name, _QUICK.get(f.kind.name), *bounds_of(f)) for f in fields_of(cls))


def problems_of(value: Any, where: str, prefix: str = "") -> Iterator[Problem]:
    """Every field of a struct that has the wrong type or is out of its range."""
    cls: type = type(value)
    for f, name, kind, low, high in _quick_checks(cls):
        found: Any = getattr(value, name)
        if type(found) is kind:
            if kind is float:
                if low <= found <= high:
                    continue
            elif kind is not tuple:
                continue
            elif len(found) == f.kind.of:
                for number in found:
                    if type(number) is not float or not low <= number <= high:
                        break
                else:
                    continue
        yield from _problems_of_field(f, found, where, prefix)


def _problems_of_field(f: Field, found: Any, where: str, prefix: str) -> Iterator[Problem]:
    name = f"{prefix}{f.name}"
    if (found is None and f.kind.optional) or f.kind.name == "memory":
        return
    if not _fits(found, f.kind):
        yield Problem("type", where, name, say(found), f.kind.wanted, f.spec.doc)
    elif f.kind.name == "struct":
        yield from problems_of(found, where, name + ".")
    elif f.kind.name == "list" and f.kind.of.name == "struct":
        for i, item in enumerate(found or ()):
            yield from problems_of(item, where, f"{name}[{i}].")
    elif f.kind.name in _NUMBERS or (f.kind.name == "list" and f.kind.of.name in _NUMBERS):
        numbers: Any = found if isinstance(found, tuple) else (found,)
        vectors = f.kind.name == "list" and f.kind.of.name == "vector"
        for number in chain.from_iterable(numbers) if vectors else numbers:
            bad = _bad_number(number, f.spec)
            if bad is None and f.kind.name == "int" and not -_WHOLE <= number < _WHOLE:
                bad = "range", "a whole number of 64 bits"
            if bad:
                yield Problem(bad[0], where, name, say(found), bad[1], f.spec.doc)
                break


def accepted(f: Field, value: Any, where: str, prefix: str = "") -> Any:
    """A value for one field, as a struct keeps it. Raises SceneError for a wrong type and for what is out of range."""
    value = _normal(f, value)
    problems = list(_problems_of_field(f, value, where, prefix))
    if problems:
        raise SceneError(str(problems[0]))
    return value


# ---- text ↔ values --------------------------------------------------------------------------------------------


def to_plain(value: Any) -> dict[str, Any]:
    """A struct as JSON data: fields at their defaults are left out, memory-only fields too."""
    out: dict[str, Any] = {}
    for f in fields_of(type(value)):
        found = getattr(value, f.name)
        if f.kind.name == "memory" or found == f.default:
            continue
        out[f.name] = _value_to_plain(found)
    return out


def _value_to_plain(value: Any) -> Any:
    if isinstance(value, Plain):
        return value.plain()
    if is_dataclass(value):
        return to_plain(value)
    if isinstance(value, tuple):
        return [_value_to_plain(v) for v in value]
    return value


def to_text(value: Any) -> str:
    """A field's value as text, equal for equal values; of what is in memory only, its type."""
    return json.dumps(_value_to_plain(value), sort_keys=True, default=lambda other: type(other).__name__)


def from_plain(cls: type[T], data: Any, where: str, prefix: str, problems: list[Problem]) -> T | None:
    """JSON data → a struct; what does not fit is appended to `problems`, and the field keeps its default.

    Returns None when `data` is no object at all.
    """
    if not isinstance(data, dict):
        problems.append(Problem("type", where, prefix.rstrip("."), say(data), f"a {cls.__name__} object {{...}}"))
        return None
    known = {f.name: f for f in fields_of(cls) if f.kind.name != "memory"}
    given: dict[str, Any] = {}
    for key, raw in data.items():
        f = known.get(key)
        if f is None:
            problems.append(
                Problem("unknown-field", where, f"{prefix}{key}", "unknown", "one of " + ", ".join(sorted(known)))
            )
            continue
        count = len(problems)
        value = value_from_plain(f.kind, raw, where, f"{prefix}{key}", problems)
        if len(problems) == count:
            given[key] = value
    return cls(**given)


def value_from_plain(kind: Kind, raw: Any, where: str, name: str, problems: list[Problem]) -> Any:
    """JSON data → the value of a field; what does not fit is appended to `problems`."""
    if raw is None and kind.optional:
        return None
    if kind.name == "plain":
        try:
            return kind.of(raw)
        except ValueError as error:
            problems.append(Problem("type", where, name, str(error), kind.wanted))
            return None
    if kind.name == "struct":
        return from_plain(kind.of, raw, where, name + ".", problems)
    if kind.name == "list" and isinstance(raw, list):
        return tuple(value_from_plain(kind.of, v, where, f"{name}[{i}]", problems) for i, v in enumerate(raw))
    value = tuple(raw) if isinstance(raw, list) else raw
    if not _fits(value, kind):
        problems.append(Problem("type", where, name, say(raw), kind.wanted))
    return value
