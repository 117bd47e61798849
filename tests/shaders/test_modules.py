"""WGSL modules: the `use` directive, and compile errors at the file and the line that a person can edit."""

from pathlib import Path

import pytest

from dreamwell.engine.errors import ShaderError
from dreamwell.engine.gpu import Gpu
from dreamwell.shaders.bindings import COMPUTE, Bindings, storage
from dreamwell.shaders.layout import Type, array, f32, runtime_array, struct
from dreamwell.shaders.modules import FOLDER, program

OUT = Bindings("frame", COMPUTE, out=storage(runtime_array(f32), write=True))
MAIN = "@compute @workgroup_size(1)\nfn main() {{\n    out[0] = {};\n}}\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.wgsl").write_text(text, encoding="utf-8")
    return folder


def test_used_modules_come_once_however_often_and_deep(gpu: Gpu, tmp_path: Path) -> None:
    write(
        tmp_path,
        top="use left;\nuse right;\nuse left;\n" + MAIN.format("left() + right() + base()"),
        left="use base;\nfn left() -> f32 { return base(); }\n",
        right="  use base ;  // for base()\nfn right() -> f32 { return base(); }\n",
        base="use top;\nfn base() -> f32 { return 1.0; }\n",
    )
    made = program("top", [OUT], folder=tmp_path)
    assert made.code.count("fn base()") == 1
    assert "use " not in made.code
    assert made.code.index("fn base()") < made.code.index("fn left()") < made.code.index("fn right()")
    made.compile(gpu.device)


def test_only_a_line_of_its_own_is_a_directive(tmp_path: Path) -> None:
    write(tmp_path, top="// use nothing;\nfn a() -> f32 { return 1.0; } // use nothing;\n")
    assert program("top", folder=tmp_path).code.endswith((tmp_path / "top.wgsl").read_text())


def test_an_unknown_module_is_told_with_its_place_and_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path, top="use lib;\n", lib="\n\nuse libary;\n", other="")
    with pytest.raises(ShaderError) as caught:
        program("top", folder=tmp_path)
    assert str(caught.value) == "lib.wgsl:3: there is no shader module libary; there are: lib, other, top"
    with pytest.raises(ShaderError, match=r"program tip: there is no shader module tip; there are: lib, other, top"):
        program("tip", folder=tmp_path)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("unheard_of", "unheard_of"),  # a name: the parser's error
        ("1.0 + vec2f(1.0)[5]", "Cannot access"),  # the validator
        ("1.0 + ;", "expected expression"),  # syntax
    ],
)
def test_errors_are_told_at_the_line_of_their_file(gpu: Gpu, tmp_path: Path, bad: str, says: str) -> None:
    write(
        tmp_path,
        top="use lib;\n" + MAIN.format("lib()"),
        lib=f"// A library.\n\nfn lib() -> f32 {{\n    return {bad};\n}}\n",
        alone="\n" + MAIN.format(bad),
    )
    for name, place in (("top", "lib.wgsl:4"), ("alone", "alone.wgsl:4")):
        with pytest.raises(ShaderError) as caught:
            program(name, [OUT], folder=tmp_path).compile(gpu.device)
        text = str(caught.value)
        assert place in text
        assert says in text
        assert text.splitlines()[0].startswith(place.partition(":")[0] + ":"), text


def test_errors_behind_a_used_module_count_on_in_their_own_file(gpu: Gpu, tmp_path: Path) -> None:
    write(tmp_path, top="use lib;\n\nfn f() -> f32 {\n    return nope;\n}\n", lib="// one\n// two\n// three\n")
    with pytest.raises(ShaderError, match=r"^top\.wgsl:4: .*nope"):
        program("top", folder=tmp_path).compile(gpu.device)


def test_errors_in_declarations_are_told_as_such(gpu: Gpu, tmp_path: Path) -> None:
    write(tmp_path, top=MAIN.format("1.0"))
    wrong = struct("Wrong", a=f32, b=array(Type("f31", 4, 4, f32.dtype), 2))
    with pytest.raises(ShaderError) as caught:
        program("top", [OUT], wrong.declares, folder=tmp_path).compile(gpu.device)
    head = str(caught.value).splitlines()[0]
    assert head.startswith("declarations:")
    assert "f31" in head
    line = int(head.split(":")[1])
    assert "f31" in program("top", [OUT], wrong.declares, folder=tmp_path).code.splitlines()[line - 1]


def test_every_line_knows_where_it_came_from() -> None:
    made = program("bounds")
    lines = made.code.splitlines()
    assert len(lines) == len(made.lines)
    for text, (file, number) in zip(lines, made.lines, strict=True):
        if file != "declarations":
            source = (FOLDER / file).read_text(encoding="utf-8").splitlines()
            assert source[number - 1] == text
    assert made.place(len(lines) + 5) == f"bounds:{len(lines) + 5}"
