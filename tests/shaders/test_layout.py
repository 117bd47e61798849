"""Struct declarations against the GPU: every leaf of random structs goes both ways through a compute shader."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dreamwell.engine.gpu import Gpu
from dreamwell.shaders.bindings import COMPUTE, Bindings, storage, uniform
from dreamwell.shaders.layout import Type, affine, array, f32, i32, mat4, runtime_array, struct, u32, vec
from dreamwell.tests.shaders.kernel import buffer, not_written, read, run

SCALARS = (f32, u32, i32)
PLAIN = (*SCALARS, *(vec(n, of) for n in (2, 3, 4) for of in SCALARS), mat4, affine)
U32 = NDArray[np.uint32]


@dataclass(frozen=True)
class Shape:
    """A type and what it is made of: names and shapes of a struct's fields, or an array's element and its length."""

    type: Type
    fields: tuple[tuple[str, "Shape"], ...] = ()
    element: "Shape | None" = None
    count: int = 0

    def leaves(self, wgsl: str = "", path: tuple[Any, ...] = ()) -> Iterator[tuple[str, tuple[Any, ...], str]]:
        """Every scalar: its WGSL expression, its NumPy path and its WGSL type."""
        if self.fields:
            for name, field in self.fields:
                yield from field.leaves(f"{wgsl}.{name}", (*path, name))
        elif self.element is not None:
            padded = self.type.dtype.base.names == ("v",)
            for i in range(self.count):
                yield from self.element.leaves(f"{wgsl}[{i}]", (*path, i, "v") if padded else (*path, i))
        else:
            scalar = self.type.wgsl.removesuffix(">").split("<")[-1]
            for index in np.ndindex(self.type.dtype.shape):
                yield wgsl + "".join(f"[{i}]" for i in index), (*path, *index), scalar


@st.composite
def shapes(draw: Any, depth: int = 0, number: list[int] | None = None) -> Shape:
    """A struct of one to six fields: plain ones, arrays, and at most two levels of structs in structs."""
    number = [0] if number is None else number
    number[0] += 1
    name = f"S{number[0]}"
    fields: list[tuple[str, Shape]] = []
    for i in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(("plain", "plain", "array", "struct") if depth < 2 else ("plain", "array")))
        inner = Shape(draw(st.sampled_from(PLAIN))) if kind != "struct" else draw(shapes(depth + 1, number))
        if kind == "array" or (kind == "struct" and draw(st.booleans())):
            count = draw(st.integers(1, 3))
            inner = Shape(array(inner.type, count), element=inner, count=count)
        fields.append((f"m{i}", inner))
    return Shape(struct(name, **{key: field.type for key, field in fields}), tuple(fields))


def at(values: NDArray[Any], path: tuple[Any, ...]) -> NDArray[Any]:
    """A scalar inside of an array of one struct, by its path: (1,), a view that can be written to."""
    for step in path:
        values = values[:, step] if isinstance(step, int) else values[step]
    return values


@settings(max_examples=15)
@given(shape=shapes(), seed=st.integers(0, 2**32 - 1))
def test_random_structs_go_both_ways(gpu: Gpu, shape: Shape, seed: int) -> None:
    leaves = list(shape.leaves())
    random = np.random.default_rng(seed)
    bits: U32 = random.integers(1, 1 << 23, (2, len(leaves)), np.uint32) | np.uint32(0x3F800000)  # floats in 1..2
    given_ = np.zeros(1, shape.type.dtype)
    for (_, path, scalar), value in zip(leaves, bits[0], strict=True):
        at(given_, path)[...] = value.view({"f32": "f4", "u32": "u4", "i32": "i4"}[scalar])
    group = Bindings(
        "frame",
        COMPUTE,
        given=storage(shape.type),
        made=storage(shape.type, write=True),
        flat=storage(runtime_array(u32)),
        flat_out=storage(runtime_array(u32), write=True),
    )
    body = [f"flat_out[{k}] = bitcast<u32>(given{expression});" for k, (expression, _, _) in enumerate(leaves)]
    body += [f"made{expression} = bitcast<{of}>(flat[{k}]);" for k, (expression, _, of) in enumerate(leaves)]
    flat_out, made_buffer = not_written(gpu, len(leaves)), not_written(gpu, shape.type.size // 4)
    run(
        gpu,
        "@compute @workgroup_size(1) fn main() {\n" + "\n".join(body) + "\n}",
        group,
        given=buffer(gpu, given_),
        made=made_buffer,
        flat=buffer(gpu, bits[1]),
        flat_out=flat_out,
    )
    assert read(gpu, flat_out, np.uint32).tolist() == bits[0].tolist()
    made = read(gpu, made_buffer, shape.type.dtype)
    assert [int(at(made, path).copy().view(np.uint32)[0]) for _, path, _ in leaves] == bits[1].tolist()


def test_runtime_arrays_have_the_stride_of_their_elements(gpu: Gpu) -> None:
    item = struct("Item", a=vec(3), b=vec(2, u32))
    values = np.zeros(5, item.dtype)
    values["a"] = np.arange(15).reshape(5, 3)
    values["b"] = np.arange(10).reshape(5, 2) + 100
    assert values.itemsize == item.size == runtime_array(item).size
    out = not_written(gpu, 25)
    group = Bindings("frame", COMPUTE, items=storage(runtime_array(item)), out=storage(runtime_array(f32), write=True))
    body = "let v = items[i]; out[5*i] = v.a.x; out[5*i+1] = v.a.y; out[5*i+2] = v.a.z;"
    body += "out[5*i+3] = f32(v.b.x); out[5*i+4] = f32(v.b.y);"
    code = f"@compute @workgroup_size(1) fn main() {{ for (var i = 0u; i < arrayLength(&items); i++) {{ {body} }} }}"
    run(gpu, code, group, items=buffer(gpu, values), out=out)
    found = read(gpu, out, np.float32).reshape(5, 5)
    assert found.tolist() == np.hstack([values["a"], values["b"].astype(np.float32)]).tolist()


def test_matrices_multiply_as_their_docstrings_say(gpu: Gpu) -> None:
    random = np.random.default_rng(3)
    full, part, point = random.normal(size=(4, 4)), random.normal(size=(3, 4)), random.normal(size=3)
    both = struct("Both", full=mat4, part=affine, point=vec(3))
    values = np.zeros(1, both.dtype)
    values["full"], values["part"], values["point"] = full.T, part, point
    out = not_written(gpu, 8)
    group = Bindings("frame", COMPUTE, both=uniform(both), out=storage(runtime_array(vec(4)), write=True))
    code = """@compute @workgroup_size(1) fn main() {
        out[0] = both.full * vec4f(both.point, 1.0);
        out[1] = vec4f(vec4f(both.point, 1.0) * both.part, 1.0);
    }"""
    run(gpu, code, group, both=buffer(gpu, values), out=out)
    found = read(gpu, out, np.float32).reshape(2, 4)
    np.testing.assert_allclose(found[0], full @ [*point, 1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[1, :3], part @ [*point, 1], rtol=1e-5, atol=1e-6)


def test_a_struct_declares_what_it_needs_once_and_first() -> None:
    inner = struct("Inner", a=f32)
    middle = struct("Middle", a=inner, b=array(inner, 2))
    outer = struct("Outer", a=middle, b=inner)
    assert [text.split()[1] for text in outer.declares] == ["Inner", "Middle", "Outer"]


@pytest.mark.parametrize(
    ("of", "size", "align"),
    [(f32, 4, 4), (vec(2), 8, 8), (vec(3), 12, 16), (vec(4), 16, 16), (mat4, 64, 16), (affine, 48, 16)],
    ids=lambda value: value.wgsl if isinstance(value, Type) else "",
)
def test_sizes_and_alignments_of_the_specification(of: Type, size: int, align: int) -> None:
    assert (of.size, of.align) == (size, align)
    assert array(of, 3).size == 3 * (-(-size // align) * align)
    after = struct("After", first=f32, second=of, third=f32)
    fields = after.dtype.fields
    assert fields is not None
    assert fields["second"][1] == align
    assert fields["third"][1] == align + size
    assert replace(after).size % max(align, 4) == 0
