"""What a game declares as plain functions: systems, listeners and what is done once per world.

The decorators only note on the function what it is for; a module's functions are then used by the scenes that name it
among their `scripts`, by `app.use(module)`, and by the app of the file that is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import Any, Literal, TypeVar, get_args, overload

from ..errors import SceneError
from .calls import arity
from .events import Listener, checked_kind

F = TypeVar("F", bound=Callable[..., object])
Stage = Literal["fixed", "update", "late"]
STAGE_NAMES: tuple[str, ...] = get_args(Stage)
_MARK = "__dreamwell__"


class System:
    """A function that is called in a stage with a batch of the objects that a query finds, or with the world."""

    __slots__ = ("arity", "function", "query", "stage", "stopped")

    def __init__(self, function: Callable[..., object], query: Any = None, stage: str = "fixed") -> None:
        if stage not in STAGE_NAMES:
            raise SceneError(f'the stage of a system is "{stage}"; it must be one of {", ".join(STAGE_NAMES)}')
        first = "world" if query is None else "batch"
        names = (first, "dt") if query is None else (first, "dt", "world")
        self.function = function
        self.query = query
        self.stage = stage
        self.arity = arity(function, names, 2)
        self.stopped = False

    def run(self, world: Any, dt: float) -> None:
        """Call the function."""
        if self.query is None:
            self.function(world, dt)
            return
        with world.query(self.query) as batch:
            if self.arity == 2:
                self.function(batch, dt)
            else:
                self.function(batch, dt, world)


class Begin:
    """A function that is called once per world."""

    __slots__ = ("arity", "function")

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = function
        self.arity = arity(function, ("world",), 0)


Declared = Callable[[], System | Listener | Begin]
"""Makes what a schedule keeps: each world has its own, since one that raises is stopped in its world only."""


def system(query: Any = None, *, stage: Stage = "fixed") -> Callable[[F], F]:
    """Decorator of a system: `function(batch, dt)` or `(batch, dt, world)`, called with the objects of a `Query`.

        @dw.system(dw.Query(dw.Position, Velocity, tag="enemy"))
        def move(batch: dw.Batch, dt: float) -> None:
            batch[dw.Position] += batch[Velocity].linear * dt

    Without a query it is `function(world, dt)`. stage: "fixed" every tick, "update" and "late" every frame, before the
    methods of behaviours of that stage. Raises SceneError for another stage and for a function that can't be called so.
    """
    return _marking(system_declared(query, stage))


def on(kind: type, **filters: Any) -> Callable[[F], F]:
    """Decorator of a listener: `function(event)` or `(event, world)`, called for each emitted event of a type.

        @dw.on(dw.Contact, a="bullet", b="enemy")
        def hit(event: dw.Contact, world: dw.World) -> None:
            world.despawn(event.a)

    filters look at the event's fields: a text is a tag that the object there must have (or equals a text), a function
    is asked, all else must be equal. A `Contact` fits either way round. Raises SceneError for unknown fields.
    """
    return _marking(listener_declared(kind, filters))


@overload
def start(function: F) -> F: ...
@overload
def start(function: None = None) -> Callable[[F], F]: ...
def start(function: Any = None) -> Any:
    """Decorator: call `function(world)`, or `function()`, once per world, before its first tick."""
    mark = _marking(begin_declared)
    return mark if function is None else mark(function)


Declaring = Callable[[Callable[..., object]], Declared]


def system_declared(query: Any, stage: str) -> Declaring:
    """What `system` notes on a function. Raises SceneError."""
    if callable(query) and not isinstance(query, type):
        raise SceneError(f"@system stands alone before {getattr(query, '__name__', query)}(); write @dw.system()")
    return lambda function: partial(System, System(function, query, stage).function, query, stage)


def listener_declared(kind: type, filters: Mapping[str, Any]) -> Declaring:
    """What `on` notes on a function. Raises SceneError."""
    checked_kind(kind, filters, "on")
    return lambda function: partial(Listener, kind, filters, Listener(kind, filters, function).function)


def begin_declared(function: Callable[..., object]) -> Declared:
    """What `start` notes on a function. Raises SceneError."""
    return partial(Begin, Begin(function).function)


def _marking(declaring: Declaring) -> Callable[[F], F]:
    def mark(function: F) -> F:
        declared = declaring(function)
        try:
            marks: list[Declared] = function.__dict__.setdefault(_MARK, [])
        except AttributeError:
            raise SceneError(f"{function!r} can't be decorated; it must be a function written in Python") from None
        marks.append(declared)
        return function

    return mark


def declared_by(function: Callable[..., object]) -> list[Declared]:
    """What the decorators noted on a function, the innermost first."""
    return list(getattr(function, "__dict__", {}).get(_MARK, ()))


def declared_in(module: ModuleType) -> Iterator[Declared]:
    """What the functions of a module are for, in the order in which they stand there; not those it imports."""
    for value in list(vars(module).values()):
        if getattr(value, "__module__", None) == module.__name__:
            yield from declared_by(value)
