"""Components that live: classes with methods, whose instances change while a world runs.

A scene keeps a frozen copy of each, its `Kept` twin, so that what a scene holds is a value like any other component.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from types import new_class
from typing import Any, ClassVar, Self, TypeVar, cast

from .declare import fields_of, normalise, register, say
from .errors import SceneError

C = TypeVar("C")


class Live:
    """What a class inherits to be a component with methods. Its annotated attributes with a default are its fields.

    Fields are given by name and may be written to; two instances are never equal. Raises SceneError, when the class
    is made, for a field without default, for names that are taken and for an `__init__`.
    """

    kind: ClassVar[type[Live]]
    """The class that a game wrote; also for the frozen copies."""
    reserved: ClassVar[tuple[str, ...]] = ()
    """Names that no field may have."""
    __in_tables__: ClassVar[bool] = False

    def __init_subclass__(cls, kept: bool = False) -> None:
        super().__init_subclass__()
        if kept:
            return
        cls.kind = cls
        name = cls.__name__
        if "__init__" in cls.__dict__:
            raise SceneError(f"{name} defines __init__; what is to be done when it begins belongs into start()")
        for field, hint in get_annotations(cls).items():
            if "ClassVar" in str(hint):
                continue
            if field in cls.reserved or field.startswith("_"):
                raise SceneError(f"{name} declares a field {say(field)}, a name that is taken; give it another")
            if field not in cls.__dict__:
                hint = f"{field}: ... = dw.field(default=...); what is no field is set in start(), as self.{field}"
                raise SceneError(f"{name}.{field} has no default; a declared field must have one ({hint})")
        try:
            dataclass(eq=False, kw_only=True)(cls)
        except (TypeError, ValueError) as error:
            raise SceneError(f"{name} can't be declared: {error}") from None
        register(cls)

    def __post_init__(self) -> None:
        try:
            normalise(self)
        except (NameError, TypeError, ValueError) as error:
            hint = "import what it names outside of `if TYPE_CHECKING`, and give one type, or one and None"
            raise SceneError(f"the type of a field of {self.kind.__name__} can't be read: {error} ({hint})") from None

    def copy(self) -> Self:
        """Another one with the same values in its declared fields, and nothing else."""
        made: Any = object.__new__(self.kind)
        for f in fields_of(self.kind):
            setattr(made, f.name, getattr(self, f.name))
        return cast("Self", made)


class Kept:
    """The frozen copy of a `Live` in a scene: compared and hashed by its values, which can't be set."""

    kind: ClassVar[type[Live]]

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(self.kind(**values).__dict__)

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, f.name) for f in fields_of(self.kind))

    def __eq__(self, other: object) -> bool:
        if kind_of(other) is not self.kind:
            return False
        return self._values() == tuple(getattr(other, f.name) for f in fields_of(self.kind))

    def __hash__(self) -> int:
        return hash((self.kind, self._values()))

    def __setattr__(self, name: str, value: Any) -> None:
        what = self.kind.__name__
        raise SceneError(f"a scene's {what} can't be changed; put another in its place: object.set({what}({name}=...))")


@cache
def _twin(kind: Hashable) -> Callable[..., Any]:
    assert isinstance(kind, type)
    names = {"__module__": kind.__module__, "__doc__": kind.__doc__}
    return new_class(kind.__name__, (Kept, kind), {"kept": True}, lambda made: made.update(names))


def forget_replaced() -> None:
    """Let go of the frozen twins of classes that may be no more; of others they are made again."""
    _twin.cache_clear()


def carried_over(value: Any, kind: type[C]) -> C:
    """A component's value as one of the same class declared anew: fields keep theirs by name and type.

    What was left at its default is at its new one. What a scene keeps of a live component stays the frozen copy.
    """
    before = {f.name: f for f in fields_of(kind_of(value))}
    given = {
        f.name: getattr(value, f.name)
        for f in fields_of(kind)
        if f.name in before and before[f.name].kind == f.kind and getattr(value, f.name) != before[f.name].default
    }
    made = kind(**given)
    return kept(made) if isinstance(value, Kept) else made


def kind_of(value: Any) -> type:
    """The component class of a value."""
    return value.kind if isinstance(value, Live) else type(value)


def kept(value: C) -> C:
    """A component as a scene keeps it: the frozen copy of what lives, else the value itself."""
    if not isinstance(value, Live) or isinstance(value, Kept):
        return value
    made: C = _twin(cast("Hashable", value.kind))(**{f.name: getattr(value, f.name) for f in fields_of(value.kind)})
    return made
