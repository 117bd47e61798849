"""Sorting: by pipeline class, material, mesh and id, however the scene was made."""

from typing import Any, Literal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dreamwell.engine.scene import Material, Mesh, Scene
from dreamwell.loom import WovenScene, weave
from dreamwell.shaders.structs import NONE, InstanceFlag, PipelineClass

MESHES = [None, Mesh.box(), Mesh.sphere(segments=8), Mesh.plane(), Mesh(shape="box", segments=7)]  # the last is a box
MODES: tuple[Literal["opaque", "mask", "blend"], ...] = ("opaque", "mask", "blend")
MATERIALS = [
    None,
    Material(),  # as an object without one
    *(Material(alpha_mode=mode, double_sided=sides, roughness=0.3) for mode in MODES for sides in (False, True)),
]


@st.composite
def scenes(draw: Any) -> Scene:
    scene = Scene("sorted", seed=draw(st.integers(0, 100)))
    for _ in range(draw(st.integers(0, 25))):
        parts = [draw(st.sampled_from(MESHES)), draw(st.sampled_from(MATERIALS))]
        scene.add("o", *filter(None, parts), scale=draw(st.sampled_from([1, -1, (1, -1, 1), (-1, -1, 1)])))
    return scene


def class_of(material: Material, mirrored: bool) -> PipelineClass:
    if material.alpha_mode == "blend":
        return PipelineClass.BLEND
    sides = "_DOUBLE_SIDED" if material.double_sided else "_MIRRORED" if mirrored else ""
    return PipelineClass[material.alpha_mode.upper() + sides]


def oracle(scene: Scene) -> list[tuple[int, int, int, int, int]]:
    """(pipeline class, material, mesh, id, row) of what is drawn, sorted by Python."""
    materials: dict[Material, int] = {}
    meshes: dict[Mesh, int] = {}
    out: list[tuple[int, int, int, int, int]] = []
    for o in scene:
        mesh = o.get(Mesh)
        if mesh is None:
            continue
        material = o.get(Material) or Material()
        same = Mesh.box() if mesh.shape == "box" else mesh
        pipeline = class_of(material, mirrored=bool(np.prod(o.scale) < 0))
        number = materials.setdefault(material, len(materials))
        out.append((pipeline, number, meshes.setdefault(same, len(meshes)), o.id, o.row))
    return sorted(out)


def drawn(woven: WovenScene) -> list[tuple[int, int, int, int, int]]:
    """The same from the manifest."""
    batch = woven.batches[woven.instances["batch"]]
    rows = woven.instances["object"]
    columns = (batch["pipeline"], woven.instances["material"], batch["mesh"], woven.objects.ids[rows], rows)
    return list(zip(*(c.tolist() for c in columns), strict=True))


@given(scenes())
def test_instances_are_in_the_order_that_python_gives(scene: Scene) -> None:
    woven = weave(scene)
    assert drawn(woven) == oracle(scene)
    np.testing.assert_array_equal(woven.instance_object, woven.instances["object"])
    mirrored = woven.objects.scale[woven.instance_object].prod(axis=1) < 0
    np.testing.assert_array_equal(woven.instances["flags"] & InstanceFlag.MIRRORED != 0, mirrored)
    assert (woven.instances["material"] < len(woven.materials)).all()
    assert NONE not in woven.instances["object"]


@given(scenes())
def test_batches_are_the_pairs_of_class_and_mesh_and_divide_the_slots(scene: Scene) -> None:
    woven = weave(scene)
    pairs = [(int(b["pipeline"]), int(b["mesh"])) for b in woven.batches]
    assert pairs == sorted({(p, m) for p, _, m, _, _ in oracle(scene)})
    counts = np.bincount(woven.instances["batch"], minlength=len(pairs))
    np.testing.assert_array_equal(woven.batches["first_slot"], np.cumsum(counts) - counts)
    for key in ("index_count", "first_index", "base_vertex"):
        np.testing.assert_array_equal(woven.batches[key], woven.geometry.meshes[key][woven.batches["mesh"]])


@given(scenes())
def test_equal_scenes_are_equal_bytes_however_they_were_made(scene: Scene) -> None:
    first = weave(scene)
    assert weave(scene).to_bytes() == first.to_bytes()
    edited = Scene("sorted")
    for o in scene:  # with detours that leave unused values behind
        made = edited.add(o.name, Mesh.torus(), Material(metallic=1), at=o.position, scale=o.scale, id=o.id, tags={"x"})
        made.tags = o.tags
        made.discard(Mesh)
        made.discard(Material)
        made.set(*o.components)
    assert weave(edited).to_bytes() == first.to_bytes()
    assert weave(edited).digest == first.digest


def test_many_materials_and_meshes_sort_as_few_do() -> None:
    """More than 65536 combinations take another way through the sort."""
    scene = Scene(seed=2)
    random = np.random.default_rng(2)
    meshes = [Mesh.box((1, 1, 1 + i)) for i in range(150)]
    materials = [Material(roughness=i / 150) for i in range(150)]
    n = 2000
    scene.add_many(
        "o",
        [meshes[i] for i in random.integers(0, 150, n)],
        [materials[i] for i in random.integers(0, 150, n)],
        at=np.zeros((n, 3)),
    )
    assert len(PipelineClass) * 150 * 150 > 2**16
    woven = weave(scene)
    order = drawn(woven)
    assert order == sorted(order)
    assert sorted(row for *_, row in order) == list(range(n))
    for _, material, mesh, _, row in order:
        o = scene.by_id(int(scene.ids[row]))
        assert woven.materials["roughness"][material] == np.float32(o[Material].roughness)
        assert woven.geometry.meshes["radius"][mesh] >= np.linalg.norm(o[Mesh].size) / 2
