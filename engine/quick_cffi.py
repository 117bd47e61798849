"""Makes wgpu start three times faster, by answering its plainest questions about C types directly.

wgpu-py talks to its native library through cffi in ABI mode. Each type name it asks for ("WGPUExtent3D *") makes cffi
run a C parser over a text that declares all 434 type names of the header again: 10 ms each, and opening a device and
a few pipelines asks for 55 of them. But the header was parsed when it was loaded, so that a name, a pointer to a name
or an array of a name can be looked up, and for anything else only the names that it speaks of have to be declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_WORD = re.compile(r"\w+")
_PLAIN = re.compile(r"\s*(WGPU\w+)\s*(\*|\[\])?\s*")


def quick_parser(ffi: Any) -> Callable[[str], Any] | None:
    """A `parse_type` that looks plain names up; None when cffi is not as it was when this was written."""
    from cffi import model

    parser: Any = getattr(ffi, "_parser", None)
    known: dict[str, Any] | None = getattr(parser, "_declarations", None)
    slow: Callable[[str], Any] | None = getattr(parser, "parse_type", None)
    if not isinstance(known, dict) or slow is None:
        return None

    def parse_with_few(text: str) -> Any:
        words = set(_WORD.findall(text))
        parser._declarations = {name: value for name, value in known.items() if name.rpartition(" ")[2] in words}
        try:
            return slow(text)
        finally:
            parser._declarations = known

    def parse_type(text: str) -> Any:
        plain = _PLAIN.fullmatch(text)
        found = known.get(f"typedef {plain[1]}") if plain else None
        if plain is None or not isinstance(found, tuple) or len(found) != 2 or found[1] != 0:
            return parse_with_few(text)
        of = found[0]
        if plain[2] is None:
            return of
        if getattr(of, "is_raw_function", False):
            return parse_with_few(text)
        return model.PointerType(of) if plain[2] == "*" else model.ArrayType(of, None)

    return parse_type


def hasten(ffi: Any) -> None:
    """Put the quick parser into an ffi, once."""
    quick = quick_parser(ffi)
    if quick is not None and not hasattr(ffi._parser, "dreamwell_slow"):
        ffi._parser.dreamwell_slow = ffi._parser.parse_type
        ffi._parser.parse_type = quick
