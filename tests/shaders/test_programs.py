"""The shaders that are shipped: all compile with their groups, and declare nothing that Python declares."""

import re
from collections import Counter
from dataclasses import fields, replace
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
import pytest

from dreamwell.engine.declare import fields_of
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene.components import Environment
from dreamwell.engine.scene.settings import known_settings
from dreamwell.fabric import motion
from dreamwell.fabric.picking import SURFACE_UNNUMBERED
from dreamwell.fabric.views import CHANNELS, constants
from dreamwell.shaders import groups as g
from dreamwell.shaders import structs
from dreamwell.shaders.bindings import COMPUTE, FRAGMENT, VERTEX, Bindings, storage
from dreamwell.shaders.layout import Type, runtime_array, u32
from dreamwell.shaders.modules import FOLDER, program
from dreamwell.tests.shaders.kernel import not_written, read, run

SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.wgsl")}
CODE = {name: re.sub(r"//.*", "", text) for name, text in SOURCES.items()}
PROGRAMS: dict[str, list[Bindings]] = {
    "accumulate": [g.FRAME, g.ACCUMULATE],
    "ao_denoise": [g.AO_DENOISE],
    "ao_depths": [g.AO_DEPTHS],
    "ao_search": [g.AO_SEARCH],
    "ao_upsample": [g.AO_UPSAMPLE],
    "atmosphere_scattering": [g.ATMOSPHERE_SCATTERING],
    "atmosphere_transmittance": [g.ATMOSPHERE_TRANSMITTANCE],
    "auto_exposure": [g.METER],
    "bloom_down": [g.BLOOM_DOWN],
    "bloom_up": [g.BLOOM_UP],
    "blend_sort": [g.BLEND_SORT],
    "bounds": [g.BOUNDS],
    "cluster_build": [g.FRAME, g.CLUSTERS],
    "cull": [g.CULL],
    "debug": [g.FRAME, g.DEBUG, g.DRAW],
    "environment_fill": [g.ENVIRONMENT_FILL],
    "environment_irradiance": [g.ENVIRONMENT_IRRADIANCE],
    "environment_levels": [g.ENVIRONMENT_LEVELS],
    "environment_pack": [g.ENVIRONMENT_PACK],
    "environment_prefilter": [g.ENVIRONMENT_PREFILTER],
    "fxaa": [g.FXAA],
    "hi_z_first": [g.HI_Z_FIRST],
    "hi_z_next": [g.HI_Z_NEXT],
    "hud": [g.FRAME, g.HUD],
    "lines": [g.FRAME, g.LINES],
    "mip": [g.MIP],
    "motion_view": [g.MOTION_VIEW],
    "overlay": [g.FRAME, g.OVERLAY],
    "pick_read": [g.PICK],
    "place": [g.PLACE],
    "remember": [g.REMEMBER],
    "renew": [g.RENEW],
    "shadow_clear": [],
    "shadow_cull": [g.SHADOW_CULL],
    "sky": [g.FRAME],
    "sky_background": [g.FRAME, g.SKY_BACKGROUND],
    "sky_light": [g.SKY_LIGHT],
    "sky_view": [g.SKY_VIEW],
    "taa": [g.TAA],
    "tonemap": [g.FRAME, g.TONEMAP],
    "transparency": [g.TRANSPARENCY],
    "view_picture": [g.FRAME, g.TONEMAP],
    "view_show": [g.FRAME, g.VIEW_SHOW],
}
TEXTURED: dict[str, list[Bindings]] = {
    "depth": [g.DEPTH, g.DRAW],
    "depth_motion": [g.DEPTH_MOTION, g.DRAW],
    "main": [g.FRAME, g.MAIN, g.DRAW],
    "pick": [g.DEPTH, g.DRAW],
    "view_surface": [g.FRAME, g.MAIN, g.DRAW],
}
"""Those that read textures: compiled anew for every number of pools."""
GENERATED: dict[str, list[tuple[str, ...]]] = {
    "motion_view": [(motion.variant(False),), (motion.variant(True),)],
    "taa": [(motion.variant(False),), (motion.variant(True),)],
    "tonemap": [(g.Finish().wgsl(),)],
    "view_show": [(constants("depth"),)],
}
"""Texts that programs need beside their file, in every variant."""
ENUMS: dict[str, type[IntEnum] | type[IntFlag]] = {
    "PIPELINE": structs.PipelineClass,
    "MATERIAL": structs.MaterialFlag,
    "INSTANCE": structs.InstanceFlag,
    "FACES": structs.Faces,
    "TEST": structs.CullTest,
    "RING": structs.Ring,
    "RESULT": structs.CullResult,
    "LIGHT": structs.LightKind,
    "TONEMAP": structs.ToneMapOperator,
    "METERING": structs.Metering,
    "ENVIRONMENT": structs.EnvironmentSource,
}


def test_every_file_with_an_entry_point_is_tested_here() -> None:
    entered = {name for name, code in CODE.items() if re.search(r"@(compute|vertex|fragment)\b", code)}
    assert entered == {*PROGRAMS, *TEXTURED}
    used = {module for code in CODE.values() for module in re.findall(r"^\s*use\s+(\w+)\s*;", code, re.MULTILINE)}
    assert set(CODE) == entered | used, "a module that nobody uses"


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_compiles_with_its_groups(gpu: Gpu, name: str) -> None:
    for texts in GENERATED.get(name, [()]):
        program(name, PROGRAMS[name], texts).compile(gpu.device)


@pytest.mark.parametrize("view", CHANNELS)
def test_every_view_compiles(gpu: Gpu, view: str) -> None:
    program("view_show", PROGRAMS["view_show"], [constants(view, histogram=True)]).compile(gpu.device)
    texts = [g.Sampling(1, 1).wgsl(), g.Lighting(clustered=True).wgsl(), constants(view)]
    program("view_surface", [*TEXTURED["view_surface"], g.materials(1)], texts).compile(gpu.device)


@pytest.mark.parametrize("on", [f.name for f in fields(g.Finish) if f.name != "curve"])
def test_every_part_of_the_end_of_the_frame_compiles(gpu: Gpu, on: str) -> None:
    part: dict[str, Any] = {on: True}
    program("tonemap", PROGRAMS["tonemap"], [replace(g.Finish(), **part).wgsl()]).compile(gpu.device)


@pytest.mark.parametrize("features", [0, *structs.SURFACE_FEATURES, structs.SURFACE_FEATURES])
def test_surfaces_compile_with_every_feature(gpu: Gpu, features: int) -> None:
    for pools in (0, g.POOLS):
        texts = [g.Sampling(pools, 1, features).wgsl(), EXTRA["main"]]
        program("main", [*TEXTURED["main"], g.materials(pools)], texts).compile(gpu.device)


EXTRA = {
    "pick": SURFACE_UNNUMBERED,
    "main": g.Lighting(g.Shadowing(on=True, soft=True), clustered=True, aerial=True, occluded=True, white=True).wgsl(),
    "view_surface": g.Lighting(clustered=True).wgsl() + constants("albedo"),
}


@pytest.mark.parametrize("taps", [1, 5])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("on", [False, True])
def test_it_compiles_for_every_sort_of_shadows(gpu: Gpu, on: bool, soft: bool, taps: int) -> None:
    texts = [g.Sampling(1, 1).wgsl(), g.Lighting(g.Shadowing(on, taps, soft)).wgsl()]
    program("main", [*TEXTURED["main"], g.materials(1)], texts).compile(gpu.device)


@pytest.mark.parametrize("taps", [1, 4])
@pytest.mark.parametrize("pools", range(g.POOLS + 1))
@pytest.mark.parametrize("name", TEXTURED)
def test_it_compiles_for_every_number_of_texture_pools(gpu: Gpu, name: str, pools: int, taps: int) -> None:
    texts = [g.Sampling(pools, taps).wgsl(), EXTRA.get(name, "")]
    made = program(name, [*TEXTURED[name], g.materials(pools)], texts)
    made.compile(gpu.device)
    assert len(re.findall(r"textureSampleGrad\(pool_\d", made.code)) == pools, "every pool is read in one place"


PORTABLE = {"storage": 8, "uniform": 12, "texture": 16, "sampler": 16, "storage_texture": 4}
"""What every device has for one stage: the default limits of the WebGPU specification, section 3.6.2."""


@pytest.mark.parametrize("name", [*PROGRAMS, *TEXTURED])
def test_its_groups_fit_into_what_every_device_has(name: str) -> None:
    seen = PROGRAMS[name] if name in PROGRAMS else [*TEXTURED[name], g.materials(g.POOLS)]
    # The frame's group is bound in every pass, whether a shader looks at it or not.
    seen = [*seen, *([] if any(group.group == 0 for group in seen) else [g.FRAME])]
    assert sorted(group.group for group in seen) == sorted({group.group for group in seen})
    for stage in (COMPUTE, VERTEX, FRAGMENT):
        counts = Counter[str]()
        for group in seen:
            for slot in group.slots.values():
                if slot.entry.get("visibility", group.visibility) & stage:
                    kind = next(key for key in slot.entry if key != "visibility")
                    buffer = slot.entry.get("buffer", {}).get("type")
                    counts["uniform" if buffer == "uniform" else "storage" if buffer else kind] += 1
        assert all(counts[kind] <= most for kind, most in PORTABLE.items()), (stage, counts)


@pytest.mark.parametrize("name", SOURCES)
def test_shared_structs_and_bindings_stand_in_python_alone(name: str) -> None:
    code = CODE[name]
    assert not re.search(r"@group|@binding|var\s*<\s*(uniform|storage)", code)
    shared = {value.wgsl for value in vars(structs).values() if isinstance(value, Type) and value.declares}
    here = set(re.findall(r"\bstruct\s+(\w+)", code))
    assert len(shared) > 10
    assert not here & shared
    for struct_name in here:  # what a file may declare: what goes from stage to stage, or between its own functions
        assert not re.search(rf"array\s*<\s*{struct_name}\b", code)


@pytest.mark.parametrize("name", SOURCES)
def test_no_enumeration_is_numbered_again(name: str) -> None:
    again = [f"{prefix}_{member.name}" for prefix, of in ENUMS.items() for member in of]
    for constant in ("NONE", *again):
        assert not re.search(rf"\bconst\s+{constant}\b", CODE[name])


def test_constants_have_the_values_of_the_enumerations(gpu: Gpu) -> None:
    names = {f"{prefix}_{member.name}": int(member) for prefix, of in ENUMS.items() for member in of}
    names["NONE"] = structs.NONE
    assert {line.split()[1] for line in structs.constants().splitlines()} == set(names)
    group = Bindings("frame", COMPUTE, out=storage(runtime_array(u32), write=True))
    body = "".join(f"out[{i}] = {name};\n" for i, name in enumerate(names))
    out = not_written(gpu, len(names))
    run(gpu, structs.constants() + f"@compute @workgroup_size(1) fn main() {{ {body} }}", group, out=out)
    assert read(gpu, out, np.uint32).tolist() == list(names.values())


def test_the_orders_that_other_modules_count_on() -> None:
    """Names are matched by `ToneMapOperator[name.upper()]` and the like; slots by the order of TextureUse."""
    operators = next(f.kind.of for key, f in known_settings() if key == "tonemap.operator")
    assert {name.upper() for name in operators} == {member.name for member in structs.ToneMapOperator}
    sources = next(f.kind.of for f in fields_of(Environment) if f.name == "source")
    assert {name.upper() for name in sources} == {member.name for member in structs.EnvironmentSource}
    fields = structs.MATERIAL.dtype.fields
    assert fields is not None
    assert fields["slots"][0].shape == (len(structs.TextureUse),)
