"""Instances that come, go and change while the scene runs: the picture is that of a scene written so."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from dreamwell.benchmarks.frame import native_objects
from dreamwell.engine.errors import GpuError
from dreamwell.engine.math import affine_from_trs
from dreamwell.engine.rows import Rows
from dreamwell.engine.scene import Environment, Material, Mesh, Scene, Sun
from dreamwell.fabric import Fabric
from dreamwell.fabric.batches import Batches
from dreamwell.fabric.bounds import spheres_of
from dreamwell.fabric.observer import planes_of
from dreamwell.loom.weave import weave
from dreamwell.loom.woven import WovenScene
from dreamwell.shaders.structs import INSTANCE, NONE, RENEWAL, PipelineClass
from dreamwell.tests.fabric.drawing import F32, HALF, draw, looking, read, show, spoil, stage

Place = tuple[ArrayLike, ArrayLike, ArrayLike]

SIZE = (96, 64)
VIEW = looking((0, 3, 14), (0, 0, 0), fov_y=55)
MESHES = (Mesh.box(), Mesh.sphere(0.5, 8), Mesh.cylinder(segments=5))
MATERIALS = (
    Material((0.9, 0.3, 0.2)),
    Material((0.2, 0.5, 0.9), double_sided=True),
    Material((0.3, 0.8, 0.3), alpha=0.5, alpha_mode="blend"),
    Material((0.8, 0.8, 0.2), alpha_mode="mask"),
)
PALETTE = len(MATERIALS) + len(MESHES)


def palette(**settings: object) -> Scene:
    """A scene that holds every mesh and every material, out of sight behind the camera."""
    scene = stage(Environment(intensity=0.4), **settings)
    scene.add("sun", Sun(lux=2.0, cast_shadows=False), toward=(-1, -2, -0.5))
    for i, material in enumerate(MATERIALS):
        scene.add(f"material-{i}", MESHES[0], material, at=(i, 0, 60))
    for i, mesh in enumerate(MESHES):
        scene.add(f"mesh-{i}", mesh, MATERIALS[0], at=(i, 3, 60))
    return scene


def random_places(random: np.random.Generator, k: int) -> tuple[NDArray[np.float64], NDArray[np.float64], F32]:
    turn = random.normal(size=(k, 4))
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    return random.uniform(-6, 6, (k, 3)), turn, random.uniform(0.3, 1.6, (k, 3)).astype(np.float32)


def written(objects: dict[int, tuple[int, int, int]], places: dict[int, Place], **settings: object) -> Scene:
    """The palette with objects: row → (mesh, material, mirrored)."""
    scene = palette(**settings)
    for row in sorted(objects):
        mesh, material, mirrored = objects[row]
        at, turn, scale = places[row]
        factors = np.array(scale, np.float64) * ((-1, 1, 1) if mirrored else (1, 1, 1))
        scene.add(f"o-{row}", MESHES[mesh], MATERIALS[material], at=at, rotation=turn, scale=factors)
    return scene


@pytest.mark.parametrize("seed", range(20))
def test_after_any_sequence_the_picture_is_that_of_a_scene_written_so(fabric: Fabric, seed: int) -> None:
    random = np.random.default_rng(seed)
    woven = weave(palette())
    fabric.upload_scene(woven)
    first = len(woven.objects.ids)
    objects: dict[int, tuple[int, int, int]] = {}
    places: dict[int, Place] = {}
    free = [first + int(row) for row in random.permutation(600)]

    def send(rows: list[int]) -> None:
        if rows:
            world = weave(written(objects, places)).objects.world
            at = {row: first + i for i, row in enumerate(sorted(objects))}
            fabric.move(np.array(rows, np.int32), world[[at[row] for row in rows]])

    for _ in range(8):
        k = int(random.choice([1, 3, 40]))
        some = random.permutation(sorted(objects)).tolist()[:k]
        match random.choice(["spawn", "spawn", "despawn", "move", "change", "draw"]):
            case "spawn":
                rows, free = free[:k], free[k:]
                at, turn, scale = random_places(random, k)
                looks = random.integers((0, 0, 0), (len(MESHES), len(MATERIALS), 2), (k, 3)).astype(np.int32)
                for i, row in enumerate(rows):
                    objects[row] = (int(looks[i, 0]), int(looks[i, 1]), int(looks[i, 2]))
                    places[row] = (at[i], turn[i], scale[i])
                fabric.spawn(np.array(rows, np.int32), looks[:, 0], looks[:, 1], looks[:, 2] == 1)
                send(rows)
            case "despawn" if some:
                fabric.despawn(np.array(some, np.int32))
                for row in some:
                    del objects[row]
                free = some + free
            case "move":
                at, turn, scale = random_places(random, len(some))
                for i, row in enumerate(some):
                    places[row] = (at[i], turn[i], scale[i])
                send(some)
            case "change" if some:
                looks = random.integers((0, 0), (len(MESHES), len(MATERIALS)), (len(some), 2)).astype(np.int32)
                mirrored = np.array([objects[row][2] == 1 for row in some])
                for i, row in enumerate(some):
                    objects[row] = (int(looks[i, 0]), int(looks[i, 1]), objects[row][2])
                fabric.change(np.array(some, np.int32), looks[:, 0], looks[:, 1], mirrored)
            case _:
                show(fabric, VIEW, SIZE)
    show(fabric, VIEW, SIZE)
    after = show(fabric, VIEW, SIZE)
    counted = fabric.counters()
    assert counted["instances"] + counted["culled"] == len(objects) + PALETTE
    whole = weave(written(objects, places))
    np.testing.assert_allclose(after, draw(fabric, whole, VIEW, SIZE), rtol=1.1 * HALF, atol=1e-6)


def seen(woven: WovenScene, size: tuple[int, int]) -> int:
    """How many instances the frustum holds."""
    world = woven.objects.world[woven.instance_object]
    mesh = woven.geometry.meshes[woven.batches["mesh"][woven.instances["batch"]]]
    centre, radius = spheres_of(mesh, world)
    planes = planes_of(VIEW.projection(size, 1e9) @ VIEW.view())
    return int((centre @ planes[:, :3].T + planes[:, 3] >= -radius[:, None]).all(axis=1).sum())


def test_counters_are_those_of_numpy(fabric: Fabric) -> None:
    off = {"cull__small": False, "cull__rings": False, "cull__occlusion": False}
    random = np.random.default_rng(5)
    woven = weave(palette(**off))
    first = len(woven.objects.ids)
    fabric.upload_scene(woven)
    k = 700
    rows = np.arange(first, first + k, dtype=np.int32)
    at, turn, scale = random_places(random, k)
    at *= 3
    mesh, material = (random.integers(0, n, k).astype(np.int32) for n in (len(MESHES), len(MATERIALS)))
    fabric.spawn(rows, mesh, material)
    fabric.place(rows, at.astype(np.float32), turn.astype(np.float32), scale)
    fabric.despawn(rows[::3])
    kept = [i for i in range(k) if i % 3]
    whole = weave(
        written(
            {int(rows[i]): (int(mesh[i]), int(material[i]), 0) for i in kept},
            {int(rows[i]): (at[i], turn[i], scale[i]) for i in kept},
        )
    )
    show(fabric, VIEW, SIZE)
    counted = fabric.counters()
    assert counted["instances"] == seen(whole, SIZE)
    assert counted["culled"] == counted["outside"] == len(kept) + PALETTE - counted["instances"]
    fabric.set_post_process_config(weave(palette(**off, cull__frustum=False)).settings)
    show(fabric, VIEW, SIZE)
    counted = fabric.counters()
    assert counted["instances"] == len(kept) + PALETTE
    of_mesh = whole.geometry.meshes["index_count"][whole.batches["mesh"][whole.instances["batch"]]]
    assert counted["triangles"] == int(of_mesh.sum()) // 3


def test_what_is_gone_is_gone_from_every_list(fabric: Fabric) -> None:
    """The lists are filled with nonsense between the frames."""
    woven = weave(palette())
    fabric.upload_scene(woven)
    empty = show(fabric, VIEW, SIZE)
    scene = fabric.scene
    assert scene is not None
    rows = np.arange(100, 400, dtype=np.int32)
    at, turn, scale = random_places(np.random.default_rng(1), 300)
    fabric.spawn(rows, rows % 3, rows % 4)
    fabric.place(rows, at.astype(np.float32), turn.astype(np.float32), scale)
    full = show(fabric, VIEW, SIZE)
    assert (full != empty).any()
    spoil(fabric, scene.view_target.visible)
    np.testing.assert_allclose(show(fabric, VIEW, SIZE), full, rtol=1.1 * HALF, atol=1e-6)
    fabric.despawn(rows[::-1])
    np.testing.assert_allclose(show(fabric, VIEW, SIZE), empty, rtol=1.1 * HALF, atol=1e-6)
    assert scene.count < 300, "the table ends behind what is left"


PLACED = tuple(np.array([v], np.float32) for v in ((500, 0, -900), (0, 0, 0, 1), (2, 2, 2)))


def test_far_outside_of_where_the_scene_was(fabric: Fabric) -> None:
    """Orthographic views reach as far as things were spawned."""
    far = looking((500, 0, 40), (500, 0, 0), height=6)
    woven = weave(palette())
    fabric.upload_scene(woven)
    rows = np.array([200], np.int32)
    fabric.spawn(rows, np.array([0], np.int32), np.array([0], np.int32))
    fabric.place(rows, *PLACED)
    after = show(fabric, far, SIZE)
    objects, places = {200: (0, 0, 0)}, {200: (PLACED[0][0], PLACED[1][0], PLACED[2][0])}
    wanted = draw(fabric, written(objects, places), far, SIZE)
    np.testing.assert_allclose(after, wanted, rtol=1.1 * HALF, atol=1e-6)
    assert after.std() > 0.01


def test_growing_and_shrinking_leaves_nothing_behind(fabric: Fabric) -> None:
    woven = weave(palette())
    fabric.upload_scene(woven)
    many = np.arange(1000, 65_000, dtype=np.int32)
    random = np.random.default_rng(3)
    at = random.uniform(-40, 40, (len(many), 3)).astype(np.float32)
    turn, scale = np.tile(np.array([0, 0, 0, 1], np.float32), (len(many), 1)), np.ones((len(many), 3), np.float32)
    objects: list[int] = []
    memory: list[int] = []
    for _ in range(8):
        fabric.spawn(many, many % 3, many % 2)
        fabric.place(many, at, turn, scale)
        show(fabric, VIEW, (32, 18))
        counted = fabric.counters()
        assert counted["instances"] + counted["culled"] == len(many) + PALETTE
        fabric.despawn(random.permutation(many))
        show(fabric, VIEW, (32, 18))
        assert fabric.scene is not None
        assert max(fabric.scene.capacity, fabric.scene.view_target.slots) <= 4096
        gc.collect()
        objects.append(native_objects())
        memory.append(resident())
    assert max(objects[1:]) == objects[1]
    # The allocator keeps a few MB more or less each time; a leak would show in every cycle (one table is 10 MB).
    assert min(memory[5:]) - min(memory[1:4]) < 30e6


def resident() -> int:
    """Bytes of this process in RAM; 0 where the system does not tell."""
    status = Path("/proc/self/statm")
    return int(status.read_text(encoding="utf-8").split()[1]) * 4096 if status.exists() else 0


def test_what_can_not_be_is_refused(fabric: Fabric) -> None:
    woven = weave(palette())
    fabric.upload_scene(woven)
    one, other = np.array([50], np.int32), np.array([60], np.int32)
    zero = np.zeros(1, np.int32)
    fabric.spawn(one, zero, zero)
    with pytest.raises(GpuError, match="object 50 is drawn already"):
        fabric.spawn(one, zero, zero)
    with pytest.raises(GpuError, match="object 60 is not drawn"):
        fabric.despawn(other)
    with pytest.raises(GpuError, match="object 60 is not drawn"):
        fabric.change(other, zero, zero)
    with pytest.raises(GpuError, match="woven with 3"):
        fabric.spawn(other, zero + 3, zero)
    with pytest.raises(GpuError, match="woven with 4"):
        fabric.change(one, zero, zero - 1)
    with pytest.raises(GpuError, match="1 objects and 2 rows of mesh"):
        fabric.spawn(other, np.zeros(2, np.int32), zero)
    with pytest.raises(GpuError, match="twice"):
        fabric.despawn(np.array([50, 50], np.int32))


def test_each_row_is_sent_once_as_it_is_last(fabric: Fabric) -> None:
    """A kernel that is given a row twice may write either."""
    woven = weave(palette())
    fabric.upload_scene(woven)
    rows = np.arange(100, 140, dtype=np.int32)
    fabric.spawn(rows, rows % 3, rows % 4)
    fabric.change(rows[5:], rows[5:] % 2, rows[5:] % 2)
    fabric.despawn(rows[::2])
    fabric.spawn(rows[:10:2], rows[:10:2] % 3, rows[:10:2] % 2)
    show(fabric, VIEW, SIZE)
    scene = fabric.scene
    assert scene is not None
    sent = read(fabric, scene.changes._renewal_buffer, RENEWAL.dtype)
    sent = sent[1 : sent["row"][0] + 1]
    assert len(np.unique(sent["row"])) == len(sent)
    held = read(fabric, scene.instances, INSTANCE.dtype)
    for key in ("batch", "material", "object", "flags", "significance"):
        np.testing.assert_array_equal(held[key][sent["row"]], sent[key])
    drawn = fabric.draws(rows)
    assert drawn.tolist() == [i % 2 == 1 or i < 10 for i in range(40)]
    np.testing.assert_array_equal(held["object"][scene.rows_of(rows[drawn])], rows[drawn])


def test_another_mesh_has_another_sphere(fabric: Fabric) -> None:
    woven = weave(palette())
    fabric.upload_scene(woven)
    rows = np.arange(100, 103, dtype=np.int32)
    fabric.spawn(rows, rows % 1, rows % 1)
    at, turn, scale = random_places(np.random.default_rng(2), 3)
    fabric.place(rows, at.astype(np.float32), turn.astype(np.float32), scale)
    show(fabric, VIEW, SIZE)
    scene = fabric.scene
    assert scene is not None
    spoil(fabric, scene.spheres)
    fabric.change(rows, np.arange(3, dtype=np.int32), rows % 1)
    show(fabric, VIEW, SIZE)
    world = affine_from_trs(at, turn, scale).astype(np.float32)
    centre, radius = spheres_of(woven.geometry.meshes[:3], world)
    found = read(fabric, scene.spheres, np.float32).reshape(-1, 4)[scene.rows_of(rows)]
    np.testing.assert_allclose(found, np.column_stack([centre, radius]), rtol=1e-5, atol=1e-5)


# ---- bookkeeping ----------------------------------------------------------------------------------------------


@given(st.data())
def test_rows_are_given_out_once(data: st.DataObject) -> None:
    rows = Rows(data.draw(st.integers(0, 20)))
    used = set(range(rows.end))
    for _ in range(data.draw(st.integers(0, 12))):
        if data.draw(st.booleans()):
            taken = rows.take(data.draw(st.integers(0, 15))).tolist()
            assert len(set(taken)) == len(taken)
            assert not used & set(taken)
            used |= set(taken)
        elif used:
            given_up = data.draw(st.lists(st.sampled_from(sorted(used)), unique=True))
            rows.give(np.array(given_up, np.int32))
            used -= set(given_up)
        assert rows.live == len(used)
        assert all(row < rows.end for row in used)
    rows.give(np.array(sorted(used), np.int32))
    assert rows.live == rows.end == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 10))
def test_every_batch_has_a_part_of_the_list_for_itself(seed: int, steps: int) -> None:
    random = np.random.default_rng(seed)
    batches = Batches(WOVEN)
    where = np.array(WOVEN.instances["batch"])
    for _ in range(steps):
        k = int(random.integers(1, 200))
        mesh, material = (random.integers(0, n, k).astype(np.int32) for n in (len(MESHES), len(MATERIALS)))
        new = batches.of(mesh, material, random.random(k) < 0.3)
        assert (batches.table["mesh"][new] == mesh).all()
        batches.recount(np.full(k, NONE, np.uint32), new)
        where = np.concatenate([where, new])
        gone = random.random(len(where)) < 0.3
        batches.recount(where[gone], np.full(int(gone.sum()), NONE, np.uint32))
        where = where[~gone]
        batches.fit()
        opaque = batches.table["pipeline"] != PipelineClass.BLEND
        held = batches.counts > 0  # an empty batch needs no part
        assert batches.counts.tolist() == np.bincount(where, minlength=len(batches.table)).tolist()
        start = batches.table["first_slot"].astype(int)
        order = np.argsort(start[held], kind="stable")
        ends = (start + batches.counts)[held][order]
        assert (ends[:-1] <= start[held][order][1:]).all()
        assert not len(ends) or ends[-1] <= batches.slots
        assert batches.blended == (batches.table["pipeline"][where] == PipelineClass.BLEND).sum()
        covered = [row for _, first, count in batches.runs() for row in range(first, first + count)]
        assert covered == np.flatnonzero(opaque).tolist()
        covered = [row for first, count in batches.transparent_runs() for row in range(first, first + count)]
        assert covered == np.flatnonzero(~opaque).tolist()


WOVEN = weave(palette())
