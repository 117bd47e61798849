"""The editable scene: handles that survive changes, many objects at once, and mistakes that are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamwell.engine.errors import SceneError
from dreamwell.engine.scene import Camera, Material, Mesh, Scene, SceneObject, Sun


def test_handles_survive_the_removal_of_other_objects() -> None:
    scene = Scene()
    objects = [scene.add(f"o{i}", at=(i, 0, 0), tags={f"t{i}"}) for i in range(6)]
    scene.remove(objects[0])
    objects[3].remove()
    for i in (1, 2, 4, 5):
        assert objects[i].name == f"o{i}"
        assert objects[i].position == (i, 0, 0)
        assert objects[i].tags == {f"t{i}"}
        assert scene.by_id(objects[i].id) == objects[i]
    with pytest.raises(SceneError, match="was removed from scene"):
        _ = objects[3].name
    assert [o.name for o in scene] == ["o1", "o2", "o4", "o5"]


def test_removing_an_object_removes_what_hangs_on_it() -> None:
    scene = Scene()
    a = scene.add("a")
    b = scene.add("b", parent=a)
    c = scene.add("c", parent=b)
    d = scene.add("d")
    e = scene.add("e", parent=d)
    a.remove()
    assert [o.name for o in scene] == ["d", "e"]
    assert e.parent == d
    for gone in (b, c):
        with pytest.raises(SceneError):
            _ = gone.row


@given(st.data())
def test_removal_keeps_the_tree_as_dicts_would(data: st.DataObject) -> None:
    scene = Scene(seed=1)
    parents: dict[int, int | None] = {}
    handles: dict[int, SceneObject] = {}
    for _ in range(data.draw(st.integers(1, 25))):
        above = data.draw(st.sampled_from([None, *handles.values()]))
        made = scene.add("o", parent=above)
        handles[made.id], parents[made.id] = made, above.id if above else None
    for _ in range(data.draw(st.integers(0, 5))):
        if not handles:
            break
        gone = {data.draw(st.sampled_from(sorted(handles)))}
        handles[next(iter(gone))].remove()
        while more := {i for i, p in parents.items() if p in gone} - gone:
            gone |= more
        for i in gone:
            del handles[i], parents[i]
    assert {o.id: o.parent.id if o.parent else None for o in scene} == parents
    assert {i: h.name for i, h in handles.items()} == dict.fromkeys(parents, "o")


def test_an_object_can_not_hang_on_itself_or_below() -> None:
    scene = Scene()
    a = scene.add("a")
    b = scene.add("b", parent=a)
    c = scene.add("c", parent=b)
    for above in (a, b, c):
        with pytest.raises(SceneError, match=r"can't hang on"):
            a.parent = above
    c.parent = a
    assert c.parent == a
    assert a.children == [b, c]
    b.parent = None
    assert b.parent is None


def test_a_ring_from_a_file_can_be_mended() -> None:
    scene = Scene()
    a, b, c = (scene.add(name) for name in "abc")
    scene.parents[:] = [1, 0, -1]
    c.parent = a  # ends, though the way up from a never does
    with pytest.raises(SceneError):
        a.parent = b
    b.parent = None
    assert a.parent == b


def test_an_object_of_another_scene_is_no_parent() -> None:
    scene, other = Scene("here"), Scene("there")
    far = other.add("far")
    for attempt in (
        lambda: scene.add("x", parent=far),
        lambda: scene.add_many("x", at=np.zeros((2, 3)), parent=far),
    ):
        with pytest.raises(SceneError, match="it must be in scene here"):
            attempt()
    near = scene.add("near")
    with pytest.raises(SceneError, match="far is in scene there"):
        near.parent = far


def test_many_objects_are_added_as_one_by_one() -> None:
    places = np.arange(12.0).reshape(4, 3)
    colours = [Material(base_color=(i / 4, 0, 0)) for i in range(4)]
    many, single = Scene(), Scene()
    for scene in (many, single):
        scene.add("root")
    ids = many.add_many(
        "o", Mesh.box(), colours, at=places, scale=[1, 2, 3, 4], parent=many["root"], tags={"t"},
        rotation=np.tile([1.0, 0, 0, 0], (4, 1)),
    )  # fmt: skip
    for i in range(4):
        single.add(
            f"o-{i}", Mesh.box(), colours[i], at=places[i], scale=i + 1, parent=single["root"], tags={"t"},
            rotation=(1, 0, 0, 0),
        )  # fmt: skip
    assert many.names == single.names
    for column in ("parents", "positions", "rotations", "scales", "tag_rows"):
        np.testing.assert_array_equal(getattr(many, column), getattr(single, column))
    assert [o.components for o in many] == [o.components for o in single]
    assert [many.by_id(int(i)).name for i in ids] == ["o-0", "o-1", "o-2", "o-3"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"at": np.zeros((3, 2))}, r"shape \(3, 2\); it must be \(n, 3\)"),
        ({"at": [[1, 2], [3]]}, "o: "),
        ({"at": np.zeros((3, 3)), "rotation": np.zeros((2, 4))}, r"`rotation` has the shape \(2, 4\)"),
        ({"at": np.zeros((3, 3)), "scale": np.ones((2, 3))}, r"`scale` has the shape \(2, 3\)"),
        ({"at": np.zeros((3, 3)), "tags": "abc"}, r"tags is the text"),
    ],
)
def test_arrays_that_do_not_fit_leave_the_scene_as_it_was(arguments: dict[str, object], message: str) -> None:
    scene = Scene()
    scene.add("before")
    with pytest.raises(SceneError, match=message):
        scene.add_many("o", **arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for wrong in ([Mesh.box()] * 2, [Mesh.box()] * 2 + [7], 7):
        with pytest.raises(SceneError):
            scene.add_many("o", wrong, at=np.zeros((3, 3)))
    assert len(scene.ids) == len(scene.positions) == len(scene) == 1


def test_components_are_set_read_and_discarded() -> None:
    scene = Scene()
    thing = scene.add("thing", Mesh.box())
    other = scene.add("other", Mesh.box())
    assert len(scene.values_of(Mesh)) == 1  # equal values are stored once
    thing.set(Mesh.sphere(), Sun())
    assert thing[Mesh] == Mesh.sphere()
    assert other[Mesh] == Mesh.box()
    assert thing.get(Camera) is None
    with pytest.raises(SceneError, match=r"thing has no Camera; it has \['Mesh', 'Sun'\]"):
        _ = thing[Camera]
    thing.discard(Mesh)
    thing.discard(Camera)
    assert thing.components == [Sun()]


def test_mistakes_in_add_are_refused_with_the_name() -> None:
    scene = Scene()
    for arguments, message in (
        ({"at": (1, 2)}, "lamp: wanted 3 numbers, found 2"),
        ({"at": (0, 0, 0), "toward": (0, 0, 0)}, "lamp: the direction to look along is zero"),
        ({"toward": (1, 0, 0), "rotation": (0, 0, 0, 1)}, "lamp: give toward or rotation, not both"),
        ({"tags": "abc"}, 'lamp: tags is the text "abc"'),
        ({"scale": "big"}, "lamp: "),
    ):
        with pytest.raises(SceneError, match=message):
            scene.add("lamp", **arguments)  # pyright: ignore[reportArgumentType]
    with pytest.raises(SceneError, match="is no component"):
        scene.add("lamp", 3)
    assert len(scene) == 0


def test_look_ups_by_name_and_tag() -> None:
    scene = Scene()
    scene.add("crate", tags={"a", "b"})
    scene.add("crate", tags={"b"})
    barrel = scene.add("barrel")
    assert scene["crate"].tags == {"a", "b"}
    assert len(scene.tagged("b")) == 2
    assert len(scene.tagged("a", "b")) == 1
    barrel.name = "cask"
    assert "barrel" not in scene
    assert scene["cask"] == barrel
    with pytest.raises(SceneError, match=r"no object \"crat\"; there is \['crate'"):
        _ = scene["crat"]


def test_toward_turns_minus_z_to_the_point() -> None:
    from dreamwell.engine.math import matrix_from_quaternion

    scene = Scene()
    for target in ((5, 1, 2), (1, 9, 3), (1, -9, 3), (-4, 2, 3)):
        eye = scene.add("eye", at=(1, 2, 3), toward=target)
        forward = -matrix_from_quaternion(eye.rotation)[:, 2]
        wanted = np.subtract(target, (1, 2, 3))
        np.testing.assert_allclose(forward, wanted / np.linalg.norm(wanted), atol=1e-12)


def test_ids_are_random_unless_seeded() -> None:
    def ids(seed: int | None) -> list[int]:
        scene = Scene(seed=seed)
        return [scene.add("a").id, scene.add("b").id]

    assert ids(7) == ids(7) != ids(8)
    assert ids(None) != ids(None)
