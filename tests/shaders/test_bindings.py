"""Bind groups by name: one declaration gives the WGSL, the layout and the group, and says what is wrong."""

from typing import Any

import numpy as np
import pytest
import wgpu

from dreamwell.engine.gpu import Gpu
from dreamwell.shaders import groups
from dreamwell.shaders.bindings import COMPUTE, Bindings, image, sampler, storage, texture, uniform
from dreamwell.shaders.layout import f32, runtime_array, struct, u32, vec4
from dreamwell.tests.shaders.kernel import buffer, not_written, read, run

PAIR = struct("Pair", a=f32, b=u32)


def test_lines_are_numbered_in_the_order_of_declaration() -> None:
    group = Bindings(
        "material",
        COMPUTE,
        pair=uniform(PAIR),
        numbers=storage(runtime_array(u32)),
        out=storage(runtime_array(vec4), write=True),
        picture=texture(),
        pool=texture("2d-array"),
        sky=texture("cube"),
        depths=texture("2d", "depth"),
        smooth=sampler(),
        compare=sampler("comparison"),
        target=image("rgba16float", "2d-array"),
    )
    assert group.wgsl().splitlines() == [
        "@group(2) @binding(0) var<uniform> pair: Pair;",
        "@group(2) @binding(1) var<storage, read> numbers: array<u32>;",
        "@group(2) @binding(2) var<storage, read_write> out: array<vec4<f32>>;",
        "@group(2) @binding(3) var picture: texture_2d<f32>;",
        "@group(2) @binding(4) var pool: texture_2d_array<f32>;",
        "@group(2) @binding(5) var sky: texture_cube<f32>;",
        "@group(2) @binding(6) var depths: texture_depth_2d;",
        "@group(2) @binding(7) var smooth: sampler;",
        "@group(2) @binding(8) var compare: sampler_comparison;",
        "@group(2) @binding(9) var target: texture_storage_2d_array<rgba16float, write>;",
    ]
    assert group.declares == PAIR.declares


@pytest.mark.parametrize(
    ("given", "missing", "unknown"),
    [
        ({"pair": 0}, "['numbers']", "[]"),
        ({"pair": 0, "numbers": 0, "nmbers": 0}, "[]", "['nmbers']"),
        ({"pears": 0}, "['numbers', 'pair']", "['pears']"),
    ],
)
def test_bind_names_what_is_missing_and_unknown(gpu: Gpu, given: dict[str, Any], missing: str, unknown: str) -> None:
    group = Bindings("pass", COMPUTE, pair=uniform(PAIR), numbers=storage(runtime_array(u32)))
    with pytest.raises(TypeError) as caught:
        group.bind(gpu.device, group.layout(gpu.device), **given)
    assert str(caught.value) == f"bind group 1: missing {missing}, unknown {unknown}"


def test_slots_are_bound_by_name_whatever_the_order(gpu: Gpu) -> None:
    group = Bindings(
        "frame", COMPUTE, first=uniform(PAIR), second=uniform(PAIR), out=storage(runtime_array(f32), write=True)
    )

    def holding(a: float) -> wgpu.GPUBuffer:
        values = np.zeros(1, PAIR.dtype)
        values["a"] = a
        return buffer(gpu, values)

    out = not_written(gpu, 2)
    code = "@compute @workgroup_size(1) fn main() { out[0] = first.a; out[1] = second.a; }"
    run(gpu, code, group, second=holding(2), out=out, first=holding(1))
    assert read(gpu, out, np.float32).tolist() == [1, 2]


def test_every_group_makes_a_layout(gpu: Gpu) -> None:
    declared = {name: group for name, group in vars(groups).items() if isinstance(group, Bindings)}
    assert len(declared) > 10
    for name, group in declared.items():
        assert group.layout(gpu.device) is not None, name
    main = [groups.FRAME, groups.MAIN, groups.materials(groups.POOLS), groups.DRAW]
    assert [group.group for group in main] == [0, 1, 2, 3]
