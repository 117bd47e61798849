"""The public names, and the members of those that are classes."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from .groups import GROUPS, OTHERS, Group, rank_of
from .signatures import parameters_of
from .sources import PACKAGE, docstring, is_ours, texts_of_constants

OPERATORS = {
    "__call__": "{name}({arguments})",
    "__getitem__": "{name}[{arguments}]",
    "__setitem__": "{name}[…] = …",
    "__delitem__": "del {name}[…]",
    "__contains__": "… in {name}",
    "__len__": "len({name})",
    "__iter__": "for … in {name}",
    "__enter__": "with {name}",
}
"""Methods that are written otherwise; told of where they have a docstring."""


@dataclass(frozen=True)
class Member:
    """A public method, property or operator of a class; `function` is what has the signature and the docstring."""

    owner: str
    name: str
    function: Callable[..., Any]
    kind: str = ""
    """property, class method, static method, or nothing."""
    settable: bool = False

    @property
    def title(self) -> str:
        """Its heading."""
        return self.short if self.name in OPERATORS else f"{self.owner}.{self.name}"

    @property
    def short(self) -> str:
        """Its name without the class's, or how the operator is written."""
        if self.name not in OPERATORS:
            return self.name
        return OPERATORS[self.name].format(name=self.owner, arguments=", ".join(list(parameters_of(self.function))[1:]))


@dataclass(frozen=True)
class Entry:
    """A public name and what it stands for."""

    name: str
    value: Any
    home: str
    """Its module, relative to the package."""

    @property
    def group(self) -> Group:
        """Where it is told of."""
        for group in GROUPS:
            if self.name in group.names:
                return group
        if isinstance(self.value, type) and issubclass(self.value, BaseException):
            return GROUPS[-1]
        return next((group for group in GROUPS if rank_of(group, self.home) is not None), OTHERS)

    @property
    def doc(self) -> str:
        """Its docstring; of a constant, the text below it."""
        if inspect.isclass(self.value) or inspect.isroutine(self.value):
            return docstring(self.value)
        if self.name == "__version__":
            return "The package's version, as text."
        return texts_of_constants(f"{PACKAGE}.{self.home}").get(self.name, "")

    @cached_property
    def members(self) -> list[Member]:
        """Of a class: what it and the engine's classes that it is made from have, in the order of the source."""
        if not inspect.isclass(self.value):
            return []
        found: dict[str, Member] = {}
        for cls in self.value.__mro__:
            if is_ours(cls):
                for name, value in vars(cls).items():
                    member = _member(self.name, name, value)
                    if member is not None:
                        found.setdefault(name, member)
        return list(found.values())


def _member(owner: str, name: str, value: Any) -> Member | None:
    if name.startswith("_") and name not in OPERATORS:
        return None
    member = None
    if isinstance(value, property) and value.fget is not None:
        member = Member(owner, name, value.fget, "property", value.fset is not None)
    elif isinstance(value, cached_property):
        member = Member(owner, name, value.func, "property")
    elif isinstance(value, (classmethod, staticmethod)):
        kind = "class method" if isinstance(value, classmethod) else "static method"
        member = Member(owner, name, typing.cast("Any", value).__func__, kind)
    elif inspect.isfunction(value):
        member = Member(owner, name, value)
    return member if member and (name not in OPERATORS or docstring(member.function)) else None


def entries() -> list[Entry]:
    """Every public name of the package."""
    package = import_module(PACKAGE)
    homes: Mapping[str, str] = vars(package)["_HOME"]
    return [Entry(name, getattr(package, name), homes.get(name, "")) for name in package.__all__]


def undocumented() -> list[str]:
    """Public names, methods and properties without a docstring."""
    missing: list[str] = []
    for entry in entries():
        if not entry.doc and not entry.name.startswith("__"):
            missing.append(entry.name)
        missing += [member.title for member in entry.members if not docstring(member.function)]
    return missing
