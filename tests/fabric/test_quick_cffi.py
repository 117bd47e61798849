"""The quick look-up of C types says what cffi's own parser says, and leaves to it what it does not know."""

from typing import Any

import cffi
import pytest

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.quick_cffi import hasten, quick_parser

STRIDE = 23
"""Every 23rd of some 430 names: cffi takes 10 ms for each that is new to it."""


@pytest.fixture(scope="module")
def ffi(gpu: Gpu) -> Any:
    """wgpu's ffi, as the engine left it when it opened a device."""
    from wgpu.backends.wgpu_native import ffi

    assert gpu.device
    return ffi


@pytest.fixture(scope="module")
def names(ffi: Any) -> list[str]:
    found = [name.removeprefix("typedef ") for name in ffi._parser._declarations if name.startswith("typedef WGPU")]
    assert len(found) > 300
    return sorted(found)


def slow(ffi: Any) -> Any:
    return ffi._parser.dreamwell_slow


@pytest.mark.parametrize("spelling", ["{}", "{} *", "{}*", " {} []", "{}[]"])
def test_plain_spellings_mean_the_same(ffi: Any, names: list[str], spelling: str) -> None:
    quick = ffi._parser.parse_type
    offset = len(spelling)  # other names for other spellings
    for name in names[offset % STRIDE :: STRIDE]:
        text = spelling.format(name)
        found = quick(text)
        wanted = slow(ffi)(text)
        assert found == wanted
        assert type(found) is type(wanted)
        assert found.get_c_name() == wanted.get_c_name()


def test_plain_spellings_are_not_parsed(ffi: Any, names: list[str]) -> None:
    """The point of it all: the slow parser is not asked."""
    asked: list[str] = []

    class Parser:
        _declarations = ffi._parser._declarations

        def parse_type(self, text: str) -> Any:
            asked.append(text)
            return slow(ffi)(text)

    class Watched:
        _parser = Parser()

    quick = quick_parser(Watched())
    assert quick is not None
    for name in names:
        quick(name)
        quick(f"{name} *")
        quick(f"{name}[]")
    assert asked == []


@pytest.mark.parametrize(
    "text",
    ["uint32_t", "void *", "char[]", "uint8_t[16]", "WGPUExtent3D * *", "const WGPUExtent3D *", "WGPUExtent3D[3]"],
)
def test_anything_else_goes_the_long_way(ffi: Any, text: str) -> None:
    assert ffi._parser.parse_type(text) == slow(ffi)(text)


def test_functions_and_constants_of_any_header(gpu: Gpu) -> None:
    """What wgpu's header has none of: bare function types and types with qualifiers."""
    other: Any = cffi.FFI()
    other.cdef(
        "typedef int WGPUFunction(int); typedef int (*WGPUPointer)(int); typedef struct { int a; } WGPUThing;"
        "typedef const int WGPUConstant; typedef int WGPURow[3];"
    )
    quick = quick_parser(other)
    assert quick is not None
    for name in ("WGPUFunction", "WGPUPointer", "WGPUThing", "WGPUConstant", "WGPURow"):
        for text in (name, f"{name} *", f"{name}[]"):
            results: list[Any] = []
            for parse in (quick, other._parser.parse_type):
                try:
                    results.append(parse(text))
                except Exception as error:
                    results.append(type(error))
            assert results[0] == results[1], text


@pytest.mark.parametrize("text", ["WGPUNoSuchThing", "WGPUNoSuchThing *", "WGPUExtent3D &", ""])
def test_what_is_wrong_stays_wrong(ffi: Any, text: str) -> None:
    kinds: list[type] = []
    for parse in (ffi._parser.parse_type, slow(ffi)):
        with pytest.raises(Exception, match=r"(?s).*") as caught:
            parse(text)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


def test_memory_made_by_quick_types_is_right(ffi: Any) -> None:
    extent = ffi.new("WGPUExtent3D *")
    extent.width, extent.height, extent.depthOrArrayLayers = 1, 2, 3
    assert bytes(ffi.buffer(extent)) == b"\1\0\0\0\2\0\0\0\3\0\0\0"
    many = ffi.new("WGPUExtent3D[]", 4)
    assert ffi.sizeof(many) == 4 * ffi.sizeof("WGPUExtent3D")


def test_it_is_put_in_once(ffi: Any) -> None:
    before = ffi._parser.parse_type, ffi._parser.dreamwell_slow
    hasten(ffi)
    assert (ffi._parser.parse_type, ffi._parser.dreamwell_slow) == before


@pytest.mark.parametrize("other", [object(), type("Ffi", (), {"_parser": object()})()], ids=["no parser", "another"])
def test_another_cffi_is_left_alone(other: Any) -> None:
    assert quick_parser(other) is None
    hasten(other)
