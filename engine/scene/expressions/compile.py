"""Taking the text of an expression apart, checking it, and building what runs on columns.

The text is taken apart by Python's own parser and built anew from what is allowed; nothing of it is ever executed as
Python. What is built works on arrays, one item for each object: (k,) numbers, truths and texts, (k, d) vectors.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from ...declare import SINGLE_MAX, say
from ..physics import Body
from .expression import (
    ANY,
    AXES,
    MOTION,
    NUMBER,
    PLACES,
    TEXT,
    TRUTH,
    Expression,
    Flaw,
    Frame,
    Kinds,
    Type,
    Value,
    vector,
)
from .functions import FUNCTIONS, GATHERED
from .names import component_named, field_of, motion_type, near_names, type_of

LONGEST = 2000
"""Characters of an expression."""


def compiled(text: str) -> Expression:
    """Take a text apart and check it. Raises Flaw."""
    if len(text) > LONGEST:
        raise Flaw(f"{len(text)} characters long", f"at most {LONGEST} long")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return replace(_built(tree.body), text=text)
    except SyntaxError as error:
        raise Flaw(f"{say(text)}, which can't be read: {error.msg}", 'an expression, as "Health.points < 20"') from None
    except (ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, Flaw):
            raise
        raise Flaw(f"{say(text)}, which can't be read", 'an expression, as "Health.points < 20"') from None


# ---- constants, operators -----------------------------------------------------------------------------------------


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


def _wide(value: Any, *like: Any) -> Any:
    """(k,) as (k, 1) where it meets vectors (k, d)."""
    return value[..., None] if isinstance(value, np.ndarray) and any(np.ndim(o) > value.ndim for o in like) else value


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


def _wanted(e: Expression, type_: Type) -> Expression:
    if not type_.takes(e.type):
        raise Flaw(f"{say(e.text)}, which is {e.type}", str(type_))
    return e


def _numbers(e: Expression) -> Expression:
    if e.type.name not in ("number", "vector", "any"):
        raise Flaw(f"{say(e.text)}, which is {e.type}", "a number or numbers, to compute with")
    return e


# ---- names ----------------------------------------------------------------------------------------------------------


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
    whole = _leaf(text, known_type, lambda frame: frame.column(other, kind, name), whose, _carried(kind, other))
    return _part(text, whole, rest[1:])


def _motion(text: str, other: bool, rest: list[str], whose: frozenset[str]) -> Expression:
    """What a body does just now: an object without a Body has none, and so is left out."""
    if not rest:
        raise Flaw(f"{text} by itself", "something of it, as body.velocity", near_names("", MOTION))
    name = rest[0]
    type_ = motion_type(text, name)
    whole = _leaf(text, type_, lambda frame: frame.motion(other, name), whose | {"motion"}, _carried(Body, other))
    return _part(text, whole, rest[1:])


def _carried(kind: type, other: bool) -> tuple[Kinds, Kinds]:
    """A component that the objects themselves must have, or the others."""
    return (frozenset(), frozenset({kind})) if other else (frozenset({kind}), frozenset())


def _leaf(
    text: str,
    type_: Type,
    value: Value,
    uses: frozenset[str] = frozenset(),
    carried: tuple[Kinds, Kinds] = (frozenset(), frozenset()),
) -> Expression:
    """What is read just as it is written. carried: the components that it reads, of the objects and of the others."""
    own, others = carried
    return Expression(text, type_, value, own, others, uses, None, ((text, value),))


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


# ---- functions ------------------------------------------------------------------------------------------------------


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
