"""Makes wgpu start faster: what cffi finds in its header is kept, and plain questions about C types are looked up.

wgpu-py talks to its native library through cffi in ABI mode. Each type name it asks for ("WGPUExtent3D *") makes cffi
run a C parser over a text that declares all 434 type names of the header again: 10 ms each, and opening a device and
a few pipelines asks for 55 of them. But the header was parsed when it was loaded, so that a name, a pointer to a name
or an array of a name can be looked up, and for anything else only the names that it speaks of have to be declared.

To parse the header takes a fifth of a second, at every start: the parser's findings are put into the user's cache.
"""

from __future__ import annotations

import io
import pickle
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from . import cache

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


# ---- the header -----------------------------------------------------------------------------------------------

_FOUND = ("_declarations", "_int_constants", "_anonymous_counter")
"""What a parser remembers of a header."""


class _Types(pickle.Unpickler):
    """Reads cffi's descriptions of types and plain values, nothing else: a file in a cache must not run code."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if module_name != "cffi.model" or not global_name.endswith("Type"):
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is no type of cffi's")
        return super().find_class(module_name, global_name)


def _key(source: str) -> str:
    import cffi

    made_with = f"{cffi.__version__} {sys.version} {_FOUND}\n"
    return blake2b((made_with + source).encode(), digest_size=16).hexdigest()


def _recall(parser: Any, key: str) -> bool:
    """Have a new parser know what an earlier one found. Returns whether that is known, and whole."""
    kept = cache.load("header", key)
    if kept is None:
        return False
    try:
        found = _Types(io.BytesIO(kept)).load()
        values = [found[name] for name in _FOUND]
    except Exception:  # a damaged pickle may raise anything
        return False
    for name, value in zip(_FOUND, values, strict=True):
        setattr(parser, name, value)
    return True


def _keep(parser: Any, key: str) -> None:
    try:
        kept = pickle.dumps({name: getattr(parser, name) for name in _FOUND}, protocol=5)
    except (AttributeError, TypeError, pickle.PicklingError):  # cffi is not as it was when this was written
        return
    cache.store("header", key, [kept])


@contextmanager
def quick_headers() -> Generator[None]:
    """For the length of a `with`, headers that cffi has parsed once are not parsed again, and types are looked up."""
    import cffi

    kind: Any = cffi.FFI
    slow: Callable[..., None] = kind.cdef

    def cdef(ffi: Any, source: str, **options: Any) -> None:
        parser: Any = getattr(ffi, "_parser", None)
        fresh = all(hasattr(parser, name) for name in _FOUND) and not parser._declarations and not options
        key = _key(source) if fresh else ""
        if not fresh or not _recall(parser, key):
            slow(ffi, source, **options)
            if fresh:
                _keep(parser, key)
        hasten(ffi)

    kind.cdef = cdef
    try:
        yield
    finally:
        kind.cdef = slow
