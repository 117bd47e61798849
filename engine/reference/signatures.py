"""Signatures, types and defaults, as a reader wants them."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from typing import Any

from .sources import PACKAGE

WIDTH = 100
"""Characters: longer signatures have a parameter on each line."""

READABLE = {
    r"\bnp\.|\bnpt\.|\btyping\.|\bos\.": "",
    r"\bF32\b": "NDArray[float32]",
    r"\bF64\b": "NDArray[float64]",
    r"\bI32\b": "NDArray[int32]",
    r"\bU32\b": "NDArray[uint32]",
    r"\bU64\b": "NDArray[uint64]",
    r"\bSource\b": "Scene | str | PathLike",
    r"\bSurroundings\b": "str | PathLike | Sequence[float]",
    r"\bPathLike\[str\]": "PathLike",
    r"\btype\[[A-Z]\]": "type",
    r"\bF\b": "Callable",
    r"(?<![\w.\"'])[A-Z]\b(?!\[)": "Any",  # a type variable
}
"""Patterns of types as sources write them, and as a reader wants them."""

_UNPACKED = re.compile(r"Unpack\[(\w+)\]")


def signatures(name: str, function: Callable[..., Any], skip: int) -> list[str]:
    """One line for each way to call it."""
    ways = typing.get_overloads(function) or [function]
    return [signature(name, way, skip) for way in ways]


def signature(name: str, function: Callable[..., Any], skip: int = 0) -> str:
    """As one writes it, without the first `skip` parameters; with one on each line where it is long."""
    shown: list[str] = []
    star = False
    for parameter in list(inspect.signature(function).parameters.values())[skip:]:
        unpacked = parameter.kind is parameter.VAR_KEYWORD and _UNPACKED.fullmatch(annotation_of(parameter.annotation))
        if (parameter.kind is parameter.KEYWORD_ONLY or unpacked) and not star:
            shown.append("*")
        star = star or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        shown += _written(parameter, function)
    result = "" if function.__name__ == "__init__" else f" -> {readable(returned_by(function))}"
    line = f"{name}({', '.join(shown)}){result}"
    if len(line) > WIDTH:
        line = f"{name}(\n" + "".join(f"    {one},\n" for one in shown) + f"){result}"
    return line


def _written(parameter: inspect.Parameter, function: Callable[..., Any]) -> list[str]:
    """A parameter; keywords that a TypedDict tells of, each by itself."""
    told = annotation_of(parameter.annotation)
    unpacked = _UNPACKED.fullmatch(told)
    if unpacked:
        keywords = inspect.unwrap(function).__globals__[unpacked[1]].__annotations__
        return [f"{name}: {readable(annotation_of(kind))} = ..." for name, kind in keywords.items()]
    stars = "*" * (parameter.kind is parameter.VAR_POSITIONAL) + "**" * (parameter.kind is parameter.VAR_KEYWORD)
    text = stars + parameter.name + (f": {readable(told)}" if told else "")
    if parameter.default is parameter.empty:
        return [text]
    return [f"{text} = {value_text(parameter.default)}" if told else f"{text}={value_text(parameter.default)}"]


def parameters_of(function: Callable[..., Any]) -> dict[str, str]:
    """{name: type} of what a function takes."""
    return {p.name: annotation_of(p.annotation) for p in inspect.signature(function).parameters.values()}


def returned_by(function: Callable[..., Any]) -> str:
    """The type of what a function gives."""
    return annotation_of(inspect.signature(function).return_annotation)


def annotation_of(value: Any) -> str:
    """A type as the source has it."""
    if value is inspect.Signature.empty:
        return ""
    if isinstance(value, typing.ForwardRef):
        return value.__forward_arg__
    return value if isinstance(value, str) else plainly(value)


def plainly(value: Any) -> str:
    """A live type or constant: a union's parts by their names."""
    parts = typing.get_args(value) if not isinstance(value, type) else ()
    if parts and all(isinstance(part, type) for part in parts) and typing.get_origin(value) is not tuple:
        return " | ".join(part.__name__ for part in parts)
    return value.__name__ if isinstance(value, type) else re.sub(rf"\b{PACKAGE}\.[\w.]*\.", "", str(value))


def readable(text: str) -> str:
    """A type as a reader wants it, see `READABLE`."""
    for pattern, word in READABLE.items():
        text = re.sub(pattern, word, text)
    return text


def value_text(value: Any) -> str:
    """A default as it is written; "..." for what is not written in few words."""
    if isinstance(value, float):
        return f"{value:.1f}" if value.is_integer() and abs(value) < 1e6 else f"{value:.4g}"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "(" + ", ".join(map(value_text, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, (bool, int, type(None))):
        return repr(value)
    return "..."
