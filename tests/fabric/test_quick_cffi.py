"""The quick look-up of C types says what cffi's own parser says, and leaves to it what it does not know."""

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import cffi
import pytest

from dreamwell.engine import cache
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.quick_cffi import hasten, quick_headers, quick_parser

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


# ---- headers --------------------------------------------------------------------------------------------------

HEADER = """
typedef enum { Red = 3, Green } WGPUColor;
typedef struct WGPUOwnImpl *WGPUOwn;
typedef struct { uint32_t width; WGPUColor color; struct WGPUPart const *part; WGPUOwn own[2]; } WGPUThing;
typedef struct WGPUPart { double x; void (*told)(WGPUThing *thing, int many); } WGPUPart;
#define WGPU_MANY 7
double atan2(double y, double x);
"""


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def declared(monkeypatch: pytest.MonkeyPatch, *, parses: bool) -> Any:
    """An ffi that knows the header, which it may or may not parse for that."""
    if not parses:
        monkeypatch.setattr("cffi.cparser.Parser.parse", lambda *_, **__: pytest.fail("it was parsed"))
    with quick_headers():
        ffi: Any = cffi.FFI()
        ffi.cdef(HEADER)
    monkeypatch.undo()
    return ffi


def says(ffi: Any) -> list[Any]:
    thing = ffi.new("WGPUThing *", {"width": 5, "color": 4})
    part = ffi.new("WGPUPart *", {"x": 0.5})
    thing.part = part
    return [
        ffi.sizeof("WGPUThing"),
        [(name, field.offset, field.type.cname) for name, field in ffi.typeof("WGPUThing").fields],
        ffi.typeof("WGPUColor").elements,
        ffi.typeof(part.told).cname,
        (thing.width, thing.color, thing.part.x),
        ffi.dlopen(None).WGPU_MANY,
        ffi.dlopen(None).Green,
        ffi.dlopen(None).atan2(0.0, 1.0),
        ffi.typeof("WGPUPart const * *").cname,
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no library of everything")
def test_a_header_is_parsed_once_and_means_the_same(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain: Any = cffi.FFI()
    plain.cdef(HEADER)
    wanted = says(plain)
    for parses in (True, False):
        monkeypatch.setenv(cache.VARIABLE, str(own_cache))
        assert says(declared(monkeypatch, parses=parses)) == wanted
    assert len(list(own_cache.glob("header/*"))) == 1
    assert cffi.FFI.cdef.__module__ == "cffi.api", "nothing stays of it"


class Sly:
    def __reduce__(self) -> Any:
        return (os.mkdir, ("sly",))


@pytest.mark.parametrize("damage", [b"", b"no pickle", pickle.dumps({}), pickle.dumps({"_declarations": Sly()})])
def test_what_is_kept_may_be_damaged_and_runs_no_code(
    own_cache: Path, damage: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declared(monkeypatch, parses=True)
    monkeypatch.setenv(cache.VARIABLE, str(own_cache))
    monkeypatch.chdir(tmp_path)
    (entry,) = own_cache.glob("header/*")
    cache.store("header", entry.stem, [damage])
    with quick_headers():
        ffi: Any = cffi.FFI()
        ffi.cdef(HEADER)
    assert ffi.sizeof("WGPUPart") == 16
    assert not Path("sly").exists()


def test_an_app_starts_with_what_is_kept(own_cache: Path) -> None:
    """As a user's second start: no header is parsed, and the picture is that of the first."""
    code = (
        "import sys, dreamwell as dw, cffi.cparser as c\n"
        "if sys.argv[1] == 'kept': del c.Parser.parse\n"
        "s = dw.Scene('s'); s.add('box', dw.Mesh.box(), dw.Material()); s.add('sun', dw.Sun())\n"
        "print(dw.render(s, (16, 16)).sum())\n"
    )
    said = [
        subprocess.run([sys.executable, "-c", code, how], capture_output=True, text=True, check=True).stdout
        for how in ("first", "kept")
    ]
    assert said[0] == said[1]
    assert int(said[0]) > 0
