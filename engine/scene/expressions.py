"""Expressions of rules: text such as "Health.points < 20 and other.Health.points > 0", checked once and run on columns.

The text is taken apart by Python's own parser and built anew from what is allowed; nothing of it is ever executed as
Python. What is built works on arrays, one item for each object: (k,) numbers, truths and texts, (k, d) vectors.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..declare import SINGLE_MAX, Field, fields_of, in_tables, say
from ..errors import SceneError
from ..kinds import Scope, every
from .physics import Body

LONGEST = 2000
"""Characters of an expression."""
PLACES = {"position": 3, "scale": 3, "rotation": 4, "world_position": 3, "forward": 3}
"""What every object has, and how many numbers that is."""
MOTION = {"velocity": 3, "angular_velocity": 3, "speed": 0, "mass": 0, "asleep": -1}
"""What an object with a Body has, as body.velocity: how many numbers that is, 0 for one, -1 for a truth."""
AXES = "xyzw"

Kinds = frozenset[type]
"""Components."""

_SCOPE: ContextVar[Scope] = ContextVar("dreamwell.scope", default=Scope())  # noqa: B039  (it is frozen)


@contextmanager
def named_in(scope: Scope) -> Generator[None]:
    """For the length of a `with`, names of components in expressions mean what they mean to a scene."""
    token = _SCOPE.set(scope)
    try:
        yield
    finally:
        _SCOPE.reset(token)


class Frame(Protocol):
    """Where an expression finds its values: k objects, perhaps each with another one.

    dt: seconds of a tick.  time: seconds since the world began.
    """

    dt: float
    time: float

    def column(self, other: bool, kind: type, field: str) -> NDArray[Any]:
        """(k,) or (k, d) a field of a component of the objects, or of the others."""
        ...

    def place(self, other: bool, name: str) -> NDArray[Any]:
        """(k, d) one of PLACES."""
        ...

    def motion(self, other: bool, name: str) -> NDArray[Any]:
        """(k,) or (k, 3) one of MOTION. The objects, or the others, all have a Body."""
        ...

    def distance(self) -> NDArray[Any]:
        """(k,) metres between each object and its other one."""
        ...

    def random(self) -> NDArray[Any]:
        """(k,) numbers from 0 to 1."""
        ...

    def event(self, name: str) -> NDArray[Any]:
        """(k,) or (k, d) a field of the event that concerns each object."""
        ...

    def gathered(self, how: str, value: Callable[[Frame], Any], width: int) -> NDArray[Any]:
        """(k,) or (k, width) of a value of all that is near each object: "sum", "mean", "count"."""
        ...


Value = Callable[[Frame], Any]


class Flaw(ValueError):
    """What is wrong with an expression: found, wanted and perhaps a hint."""

    def __init__(self, found: str, wanted: str, hint: str = "") -> None:
        super().__init__(f"{found}; it must be {wanted}" + (f" ({hint})" if hint else ""))
        self.found, self.wanted, self.hint = found, wanted, hint


@dataclass(frozen=True)
class Type:
    """Of a value: "number", "truth", "text", "vector" of `size` numbers, or "any" (known when it runs)."""

    name: str
    size: int = 0

    def __str__(self) -> str:
        words = {"number": "a number", "truth": "true or false", "text": "a text", "any": "anything"}
        return words.get(self.name) or f"{self.size} numbers"

    def takes(self, other: Type) -> bool:
        """Whether a value of another type will do in its place."""
        return other == self or "any" in (self.name, other.name)


NUMBER, TRUTH, TEXT, ANY = Type("number"), Type("truth"), Type("text"), Type("any")


def vector(size: int) -> Type:
    """The type of so many numbers."""
    return Type("vector", size)


@dataclass(frozen=True, eq=False)
class Expression:
    """What a text says, ready to run.

    value: gives a column, or one value for all.  own, others: the components that it reads.
    uses: "other", "event", "near", "random", "motion" (of bodies), as far as it does.
    constant: the value itself, where it is always so.
    leaves: what it reads, each as it is written, to tell of.
    """

    text: str
    type: Type
    value: Value
    own: Kinds = frozenset()
    others: Kinds = frozenset()
    uses: frozenset[str] = frozenset()
    constant: Any = None
    leaves: tuple[tuple[str, Value], ...] = ()


def type_of(f: Field) -> Type | None:
    """What rules see of a field, or None where they can't see it."""
    if f.kind.optional:
        return None
    names = {"float": NUMBER, "int": NUMBER, "bool": TRUTH, "str": TEXT, "choice": TEXT, "vector": vector(f.kind.of)}
    return names.get(f.kind.name) if f.kind.name != "vector" else vector(f.kind.of)


def near_names(name: str, known: Iterable[str]) -> str:
    """A hint: what is there that is called nearly so, or some of what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3) or names[:8]
    return ("there is " + ", ".join(close)) if close else "there is none"


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


def compiled(text: str) -> Expression:
    """Take a text apart and check it. Raises Flaw."""
    if len(text) > LONGEST:
        raise Flaw(f"{len(text)} characters long", f"at most {LONGEST} long")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _with(_built(tree.body), text=text)
    except SyntaxError as error:
        raise Flaw(f"{say(text)}, which can't be read: {error.msg}", 'an expression, as "Health.points < 20"') from None
    except (ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, Flaw):
            raise
        raise Flaw(f"{say(text)}, which can't be read", 'an expression, as "Health.points < 20"') from None


def _with(e: Expression, text: str) -> Expression:
    return Expression(text, e.type, e.value, e.own, e.others, e.uses, e.constant, e.leaves)


# ---- building ---------------------------------------------------------------------------------------------------


def _built(node: ast.expr) -> Expression:
    text = ast.unparse(node)
    match node:
        case ast.Constant(value=value):
            return _constant(text, value)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return _tuple(text, [_built(item) for item in items])
        case ast.Name() | ast.Attribute():
            return _read(text)
        case ast.Call():
            return _call(text, node)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            e = _wanted(_built(inner), TRUTH)
            return _made(text, TRUTH, [e], np.logical_not)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=inner):
            e = _numbers(_built(inner))
            if isinstance(e.constant, float):
                return _constant(text, -e.constant if isinstance(sign, ast.USub) else e.constant)
            return _made(text, e.type, [e], np.negative if isinstance(sign, ast.USub) else np.positive)
        case ast.BoolOp(op=op, values=values):
            parts = [_wanted(_built(value), TRUTH) for value in values]
            join = np.logical_and if isinstance(op, ast.And) else np.logical_or
            return _made(text, TRUTH, parts, lambda *values: reduce(join, values))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _arithmetic(text, op, _built(left), _built(right))
        case ast.Compare(left=left, ops=ops, comparators=rest):
            terms = [_built(left), *map(_built, rest)]
            pairs = [_compared(text, op, a, b) for op, a, b in zip(ops, terms, terms[1:], strict=False)]
            return pairs[0] if len(pairs) == 1 else _made(text, TRUTH, pairs, lambda *v: reduce(np.logical_and, v))
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            parts = [_wanted(_built(test), TRUTH), _built(body), _built(otherwise)]
            if not parts[1].type.takes(parts[2].type):
                raise Flaw(f"{say(text)}, {parts[1].type} or else {parts[2].type}", "of one type")
            return _made(text, parts[1].type, parts, lambda c, a, b: np.where(_wide(c, a, b), a, b))
        case _:
            wanted = "made of fields, numbers, texts, + - * / %, comparisons, and, or, not, and the known functions"
            raise Flaw(say(text), wanted, "other Python is not run")


_OPERATORS: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.true_divide, ast.Mod: np.mod,
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
    ast.Eq: np.equal, ast.NotEq: np.not_equal,
}  # fmt: skip


def _made(text: str, type_: Type, parts: list[Expression], function: Callable[..., Any]) -> Expression:
    """An expression whose value is a function of those of its parts."""
    values = [part.value for part in parts]
    if len(values) == 1:
        (a,) = values
        value: Value = lambda frame: function(a(frame))  # noqa: E731
    elif len(values) == 2:
        a, b = values
        value = lambda frame: function(a(frame), b(frame))  # noqa: E731
    else:
        value = lambda frame: function(*[part(frame) for part in values])  # noqa: E731
    return Expression(
        text,
        type_,
        value,
        frozenset[type]().union(*(part.own for part in parts)),
        frozenset[type]().union(*(part.others for part in parts)),
        frozenset[str]().union(*(part.uses for part in parts)),
        None,
        tuple(dict.fromkeys(leaf for part in parts for leaf in part.leaves)),
    )


def _constant(text: str, value: Any) -> Expression:
    if isinstance(value, bool):
        return Expression(text, TRUTH, lambda frame: value, constant=value)
    if isinstance(value, str):
        return Expression(text, TEXT, lambda frame: value, constant=value)
    if isinstance(value, (int, float)) and abs(value) <= SINGLE_MAX:
        number = float(value)
        return Expression(text, NUMBER, lambda frame: number, constant=number)
    raise Flaw(say(text), "a number that single precision can hold, a truth or a text")


def _tuple(text: str, parts: list[Expression]) -> Expression:
    size = len(parts)
    if not 2 <= size <= 4:
        raise Flaw(f"{say(text)}, {size} numbers", "2 to 4 numbers")
    parts = [_wanted(part, NUMBER) for part in parts]
    if all(part.constant is not None for part in parts):
        whole = np.array([part.constant for part in parts])
        whole.flags.writeable = False
        return Expression(text, vector(size), lambda frame: whole, constant=tuple(whole.tolist()))
    return _made(text, vector(size), parts, lambda *values: np.stack(np.broadcast_arrays(*values), axis=-1))


def _read(text: str) -> Expression:
    """A name with its dots: a field, a place, or what is there without."""
    steps = text.split(".")
    if not all(step.isidentifier() for step in steps):
        raise Flaw(say(text), "a name, as Health.points, other.position.y or dt")
    other = steps[0] == "other"
    steps = steps[1:] if other else steps
    whose = frozenset({"other"}) if other else frozenset[str]()
    if not steps:
        raise Flaw('"other" by itself', "something of it, as other.Health.points or other.position")
    head, *rest = steps
    if not other and head in ("dt", "time") and not rest:
        return _leaf(text, NUMBER, (lambda frame: frame.dt) if head == "dt" else (lambda frame: frame.time))
    if not other and head == "distance" and not rest:
        return _leaf(text, NUMBER, lambda frame: frame.distance(), uses=frozenset({"other"}))
    if not other and head == "event":
        if len(rest) != 1:
            raise Flaw(say(text), "a field of the event, as event.impulse")
        return _leaf(text, ANY, lambda frame: frame.event(rest[0]), uses=frozenset({"event"}))
    if head in PLACES:
        whole = _leaf(text, vector(PLACES[head]), lambda frame: frame.place(other, head), uses=whose)
        return _part(text, whole, rest)
    if head == "body":
        return _motion(text, other, rest, whose)
    if not rest:
        known = [*PLACES, "body.velocity", "dt", "time", "distance"]
        hint = near_names(head, known)
        raise Flaw(f"the unknown name {text}", "Component.field, or a name that is known", hint)
    kind = component_named(head)
    f = field_of(kind, rest[0])
    known_type = type_of(f)
    assert known_type is not None
    name = f.name
    mine = frozenset[type]() if other else frozenset({kind})
    theirs = frozenset({kind}) if other else frozenset[type]()
    whole = Expression(text, known_type, lambda frame: frame.column(other, kind, name), mine, theirs, whose)
    whole = Expression(text, known_type, whole.value, mine, theirs, whose, None, ((text, whole.value),))
    return _part(text, whole, rest[1:])


def motion_type(text: str, name: str) -> Type:
    """Of one of MOTION. Raises Flaw, with near names."""
    size = MOTION.get(name)
    if size is None:
        raise Flaw(f"{text}, which a body has not", "something that a body has", near_names(name, MOTION))
    return vector(size) if size > 0 else NUMBER if size == 0 else TRUTH


def _motion(text: str, other: bool, rest: list[str], whose: frozenset[str]) -> Expression:
    """What a body does just now: an object without a Body has none, and so is left out."""
    if not rest:
        raise Flaw(f"{text} by itself", "something of it, as body.velocity", near_names("", MOTION))
    name, body = rest[0], frozenset[type]({Body})
    type_ = motion_type(text, name)
    own, others = (frozenset[type](), body) if other else (body, frozenset[type]())

    def value(frame: Frame) -> Any:
        return frame.motion(other, name)

    whole = Expression(text, type_, value, own, others, whose | {"motion"}, None, ((text, value),))
    return _part(text, whole, rest[1:])


def _leaf(text: str, type_: Type, value: Value, uses: frozenset[str] = frozenset()) -> Expression:
    return Expression(text, type_, value, uses=uses, leaves=((text, value),))


def _part(text: str, whole: Expression, rest: list[str]) -> Expression:
    """One number of a vector, where one is asked for."""
    if not rest:
        return whole
    axes = AXES[: whole.type.size]
    if len(rest) > 1 or len(rest[0]) != 1 or rest[0] not in axes or whole.type.name != "vector":
        name = text.rpartition(".")[0]
        wanted = f"{name}.{' or .'.join(axes)}" if axes else f"{name}, which is {whole.type}"
        raise Flaw(f"{text}, which is not there", wanted)
    at, inner = axes.index(rest[0]), whole.value

    def value(frame: Frame) -> Any:
        return inner(frame)[..., at]

    return Expression(text, NUMBER, value, whole.own, whole.others, whole.uses, None, ((text, value),))


def _wanted(e: Expression, type_: Type) -> Expression:
    if not type_.takes(e.type):
        raise Flaw(f"{say(e.text)}, which is {e.type}", str(type_))
    return e


def _numbers(e: Expression) -> Expression:
    if e.type.name not in ("number", "vector", "any"):
        raise Flaw(f"{say(e.text)}, which is {e.type}", "a number or numbers, to compute with")
    return e


def _wide(value: Any, *like: Any) -> Any:
    """(k,) as (k, 1) where it meets vectors (k, d)."""
    return value[..., None] if isinstance(value, np.ndarray) and any(np.ndim(o) > value.ndim for o in like) else value


def _arithmetic(text: str, op: ast.operator, left: Expression, right: Expression) -> Expression:
    function = _OPERATORS[type(op)]
    a, b = _numbers(left).type, _numbers(right).type
    if a.name == b.name == "vector" and a.size != b.size:
        raise Flaw(f"{say(text)}, {a} with {b}", "of one size")
    if (a.name == "number" and b.name == "vector") or (a.name == "vector" and b.name == "number"):
        wide, number_first = (b, True) if b.name == "vector" else (a, False)

        def mixed(x: Any, y: Any) -> Any:
            x, y = (_column(x), y) if number_first else (x, _column(y))
            return function(x, y)

        return _made(text, wide, [left, right], mixed)
    if "any" in (a.name, b.name):  # numbers or a vector: known when it runs
        return _made(
            text,
            b if b.name == "vector" else a if a.name == "vector" else ANY,
            [left, right],
            lambda x, y: function(_wide(x, y), _wide(y, x)),
        )
    return _made(text, a, [left, right], function)


def _column(number: Any) -> Any:
    """(k,) numbers as (k, 1), to go with vectors."""
    return number[..., None] if isinstance(number, np.ndarray) else number


def _compared(text: str, op: ast.cmpop, left: Expression, right: Expression) -> Expression:
    function = _COMPARISONS.get(type(op))
    if function is None:
        raise Flaw(say(text), "a comparison with < <= > >= == !=")
    equality = isinstance(op, (ast.Eq, ast.NotEq))
    a, b = left.type, right.type
    if not a.takes(b):
        raise Flaw(f"{say(text)}, {a} compared with {b}", "a comparison of equal types")
    if not equality and not {a.name, b.name} <= {"number", "any"}:
        raise Flaw(f"{say(text)}, {a} compared by size", "numbers, for < and >", "length(…) of vectors is a number")
    if "vector" in (a.name, b.name):
        all_equal = isinstance(op, ast.Eq)

        def same(x: Any, y: Any) -> Any:
            equal = np.logical_and.reduce(np.equal(x, y), axis=-1)
            return equal if all_equal else np.logical_not(equal)

        return _made(text, TRUTH, [left, right], same)
    if "text" in (a.name, b.name):
        return _made(text, TRUTH, [left, right], lambda x, y: np.asarray(function(x, y), bool))
    return _made(text, TRUTH, [left, right], function)


# ---- functions --------------------------------------------------------------------------------------------------


def _length(v: Any) -> Any:
    return np.sqrt(np.sum(np.multiply(v, v), axis=-1))


def _unit(v: Any) -> Any:
    length = np.asarray(_length(v))[..., None]
    return np.divide(v, length, out=np.zeros(np.shape(v)), where=length > 0)


def _limit(v: Any, most: Any) -> Any:
    length = np.asarray(_length(v))
    factor = np.where(length > most, np.divide(most, length, out=np.ones(length.shape), where=length > 0), 1.0)
    return v * factor[..., None]


def _dot(a: Any, b: Any) -> Any:
    return np.sum(np.multiply(a, b), axis=-1)


FUNCTIONS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "abs": ("n", "n", np.abs),
    "floor": ("n", "n", np.floor),
    "sqrt": ("n", "n", lambda x: np.sqrt(np.maximum(x, 0))),
    "sin": ("n", "n", lambda x: np.sin(np.radians(x))),
    "cos": ("n", "n", lambda x: np.cos(np.radians(x))),
    "min": ("nn", "n", np.minimum),
    "max": ("nn", "n", np.maximum),
    "clamp": ("nnn", "n", lambda x, low, high: np.minimum(np.maximum(x, low), high)),
    "length": ("v", "n", _length),
    "unit": ("v", "v", _unit),
    "limit": ("vn", "v", _limit),
    "dot": ("vv", "n", _dot),
}
"""By name: what each takes (n a number, v a vector), what it gives, and how. Angles in degrees."""
GATHERED = ("count", "sum", "mean")
"""Of all that is near."""


def _call(text: str, node: ast.Call) -> Expression:
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise Flaw(say(text), f"{name}(…) with plain arguments")
    if name == "random" and not node.args:
        return Expression(text, NUMBER, lambda frame: frame.random(), uses=frozenset({"random"}))
    parts = [_built(argument) for argument in node.args]
    if name in GATHERED:
        return _gathered(text, name, parts)
    if name not in FUNCTIONS:
        raise Flaw(
            f"the unknown function {name}",
            "a function that is known",
            near_names(name, [*FUNCTIONS, *GATHERED, "random"]),
        )
    takes, gives, function = FUNCTIONS[name]
    if len(parts) != len(takes):
        raise Flaw(f"{say(text)}, with {len(parts)} arguments", f"{name} with {len(takes)}")
    size = 0
    for part, kind in zip(parts, takes, strict=True):
        if kind == "n":
            _wanted(part, NUMBER)
        elif part.type.name not in ("vector", "any"):
            raise Flaw(f"{say(part.text)}, which is {part.type}", f"a vector, for {name}")
        elif size and part.type.size and part.type.size != size:
            raise Flaw(f"{say(text)}, {size} numbers with {part.type}", "of one size")
        else:
            size = size or part.type.size
    return _made(text, NUMBER if gives == "n" else vector(size), parts, function)


def _gathered(text: str, name: str, parts: list[Expression]) -> Expression:
    if len(parts) != (name != "count"):
        raise Flaw(say(text), "count(), sum(…) or mean(…)")
    if name == "count":
        inner: Expression = _constant("1", 1)
    else:
        inner = _numbers(parts[0])
        if "near" in inner.uses:
            raise Flaw(f"{say(text)}, one within another", "a sum or mean of something plain")
    width, value = inner.type.size, inner.value
    return Expression(
        text,
        inner.type if inner.type.name != "any" else NUMBER,
        lambda frame: frame.gathered(name, value, width),
        inner.own,
        inner.others,
        (inner.uses - {"other"}) | {"near"},
        None,
        ((text, lambda frame: frame.gathered(name, value, width)),),
    )


# ---- writing them in Python --------------------------------------------------------------------------------------


class Term:
    """An expression as Python builds it: `str` gives its text. Compare and compute with it; `&`, `|`, `~` join."""

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Term {self._text}>"

    def __bool__(self) -> bool:
        raise TypeError("a term is no truth yet: join terms with & | ~, and write a < b and b < c as two")

    def __getattr__(self, name: str) -> Term:
        if name in ("x", "y", "z", "w"):
            return Term(f"{self._text}.{name}")
        raise AttributeError(f"{self._text} has no {name}")

    def _with(self, sign: str, other: Any) -> Term:
        return Term(f"({self._text} {sign} {_written(other)})")

    def _after(self, sign: str, other: Any) -> Term:
        return Term(f"({_written(other)} {sign} {self._text})")

    def _compared(self, sign: str, other: Any) -> Term:
        return Term(f"{self._text} {sign} {_written(other)}")

    def __lt__(self, other: Any) -> Term:
        return self._compared("<", other)

    def __le__(self, other: Any) -> Term:
        return self._compared("<=", other)

    def __gt__(self, other: Any) -> Term:
        return self._compared(">", other)

    def __ge__(self, other: Any) -> Term:
        return self._compared(">=", other)

    def __eq__(self, other: object) -> Term:  # type: ignore[override]
        return self._compared("==", other)

    def __ne__(self, other: object) -> Term:  # type: ignore[override]
        return self._compared("!=", other)

    def __add__(self, other: Any) -> Term:
        return self._with("+", other)

    def __radd__(self, other: Any) -> Term:
        return self._after("+", other)

    def __sub__(self, other: Any) -> Term:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> Term:
        return self._after("-", other)

    def __mul__(self, other: Any) -> Term:
        return self._with("*", other)

    def __rmul__(self, other: Any) -> Term:
        return self._after("*", other)

    def __truediv__(self, other: Any) -> Term:
        return self._with("/", other)

    def __rtruediv__(self, other: Any) -> Term:
        return self._after("/", other)

    def __neg__(self) -> Term:
        return Term(f"(-{self._text})")

    def __and__(self, other: Term) -> Term:
        return Term(f"(({self._text}) and ({other}))")

    def __or__(self, other: Term) -> Term:
        return Term(f"(({self._text}) or ({other}))")

    def __invert__(self) -> Term:
        return Term(f"(not ({self._text}))")


def _written(value: Any) -> str:
    """A value as an expression has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = tuple(value.tolist())
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_written, value))})"
    return str(value) if isinstance(value, Term) else repr(value)


def written(value: Any) -> str:
    """What was given for an expression, as text: a text is one, numbers, truths and sequences are constants."""
    return value if isinstance(value, str) else _written(value)


class Where:
    """The fields of a component, to build conditions of: `dw.where(Health).points < 20`."""

    __slots__ = ("_kind", "_prefix")

    def __init__(self, kind: type, prefix: str) -> None:
        self._kind, self._prefix = kind, prefix

    def __getattr__(self, name: str) -> Term:
        try:
            field_of(self._kind, name)
        except Flaw as flaw:
            raise SceneError(f"where: {flaw}") from None
        return Term(f"{self._prefix}{self._kind.__name__}.{name}")


def where(kind: type, *, other: bool = False) -> Any:
    """A condition on a component's fields, written in Python: `dw.where(Health).points < 20`.

        dw.When(where=dw.where(Health).points < 20)  # the same as where="Health.points < 20"
        dw.When(where=(dw.where(Health).points > 0) & (dw.where(Team, other=True).number != dw.where(Team).number))

    other: of the other object (of an event, or what was found near or seen). Fields give terms to compare, compute
    with (`+ - * /`) and join (`& | ~`), whose text is what a rule keeps. Raises SceneError for an unknown field.
    """
    return Where(kind, "other." if other else "")


__all__ = [
    "Expression",
    "Flaw",
    "Frame",
    "Term",
    "Type",
    "compiled",
    "component_named",
    "field_of",
    "named_in",
    "near_names",
    "where",
    "written",
]
