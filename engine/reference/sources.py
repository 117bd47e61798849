"""What only the source tells: docstrings, and the texts below assignments."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

PACKAGE = (__package__ or "").partition(".")[0]


def is_ours(cls: type) -> bool:
    """Whether a class is one of the engine's."""
    return cls.__module__.partition(".")[0] == PACKAGE


def docstring(value: Any) -> str:
    """What is said of a class or a function, without its indentation; empty where nothing is."""
    return inspect.cleandoc(getattr(value, "__doc__", None) or "")


@cache
def texts_of_constants(module: str) -> dict[str, str]:
    """{name: the text below it} of a module's assignments."""
    return dict(_assigned(ast.parse(inspect.getsource(import_module(module))).body, ""))


def texts_of_attributes(cls: type) -> dict[str, str]:
    """{public attribute: the text below it, in one line} of a class's body and its `__init__`."""
    found: dict[str, str] = {}
    for base in cls.__mro__:
        if is_ours(base):
            (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
            assert isinstance(tree, ast.ClassDef)
            bodies = [
                tree.body,
                *(f.body for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"),
            ]
            for body, prefix in zip(bodies, ("", "self."), strict=False):
                for name, text in _assigned(body, prefix):
                    if not name.startswith("_"):
                        found.setdefault(name, " ".join(text.split()))
    return found


def _assigned(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, str]]:
    """(name, text below it) of every assignment to `prefix` and a name; the text may be empty."""
    for statement, after in zip(body, [*body[1:], ast.Pass()], strict=True):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        told = after.value if isinstance(after, ast.Expr) else None
        text = told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else ""
        for target in targets:
            name = ast.unparse(target)
            if name.startswith(prefix) and name.removeprefix(prefix).isidentifier():
                yield name.removeprefix(prefix), inspect.cleandoc(text)
