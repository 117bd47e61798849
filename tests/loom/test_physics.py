"""What the Loom says of bodies, colliders and joints that can't be."""

from __future__ import annotations

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.assets.grid import grid_of


def told(scene: dw.Scene) -> str:
    with pytest.raises(dw.SceneError) as error:
        dw.weave(scene)
    return str(error.value)


def test_everything_is_told_together() -> None:
    scene = dw.Scene("wrong", seed=1)
    scene.physics = dw.Physics(layers=("default", "default"), gravity=(0, float("nan"), 0))
    scene.add("heavy", dw.Body(mass=-10.0), dw.Collider())
    scene.add("bare", dw.Body())
    scene.add("lost", dw.Body(), dw.Collider(), dw.Joint(other="nobody"))
    scene.add("self", dw.Body(), dw.Collider(), dw.Joint(other="self"))
    scene.add("still", dw.Collider(), dw.Joint())
    scene.add("hinge", dw.Body(), dw.Collider(), dw.Joint(kind="hinge", axis=(0, 0, 0), minimum=2.0, maximum=1.0))
    scene.add("layer", dw.Collider(layer="wall", collides_with=("default", "dust")))
    scene.add("turned", dw.Collider(rotation=(0, 0, 0, 0)))
    scene.add("egg", dw.Collider.sphere(), scale=(1, 2, 1))
    scene.add("can", dw.Collider.cylinder(), scale=(1, 2, 1))
    scene.add("meshless", dw.Collider.convex())
    scene.add("hollow", dw.Body(), dw.Mesh.box(), dw.Collider.mesh())
    scene.add("sheet", dw.Mesh.plane(), dw.Collider.convex())
    scene.add("hill", dw.Mesh.sphere(), dw.Collider(shape="heightfield"))
    points = np.random.default_rng(1).normal(size=(12_000, 3)).astype(np.float32)
    many = dw.MeshData(points, points, np.arange(12_000, dtype=np.uint32))
    scene.add("cloud", dw.Mesh.of(many), dw.Collider.convex())
    text = told(scene)
    for wanted in (
        "physics.gravity is [0.0, nan, 0.0]",
        'physics.layers is ["default", "default"]; it must be names, each of them once',
        "heavy → Body.mass is -10.0; it must be at least 0 kg",
        "bare → Body is without a shape; it must be with a Collider on the object",
        'lost → Joint.other is "nobody"; it must be the name of an object, or empty for the world (there is ',
        'self → Joint.other is "self"; it must be between two different Bodies',
        'still → Joint.other is ""; it must be between two different Bodies',
        "hinge → Joint.axis is [0, 0, 0]; it must be a direction",
        "hinge → Joint.minimum is 2.0; it must be at most maximum, which is 1.0",
        'layer → Collider.layer is "wall"; it must be one of the scene\'s layers, default',
        'layer → Collider.collides_with is "dust"',
        "turned → Collider.rotation is [0, 0, 0, 0]; it must be a quaternion of length 1",
        "egg → scale is uneven; it must be the same along x and y and z, for a Collider that is a sphere",
        "meshless → Collider.shape is on an object without one; it must be on an object with a Mesh",
        'hollow → Collider.shape is "mesh"; it must be "convex", "decomposition", a simple shape',
        "sheet → Collider.shape is the hull of points in one plane; it must be of a mesh with a volume",
        "hill → Collider.shape is of a Mesh that is no grid",
        "cloud → Collider.shape is the hull of 12000 points; it must be of at most 10000",
    ):
        assert wanted in text
    assert "can →" not in text


def test_rings_of_parents_are_told_without_going_round() -> None:
    scene = dw.Scene("ring", seed=1)
    a = scene.add("a", dw.Body(), dw.Collider())
    b = scene.add("b", dw.Collider(), parent=a)
    scene.parents[a.row] = b.row
    assert "ring" in told(scene)


def test_parts_make_a_body() -> None:
    scene = dw.Scene("parts", seed=1)
    table = scene.add("table", dw.Body())
    leg = scene.add("frame", parent=table)
    scene.add("leg", dw.Collider(), parent=leg)
    woven = dw.weave(scene)
    assert [carried.kind for carried in woven.components] == [dw.Body, dw.Collider]
    assert woven.physics == dw.Physics()


def test_grids() -> None:
    x, z = np.meshgrid(np.linspace(-3, 3, 7), np.linspace(0, 4, 3))
    points = np.stack([x, np.sin(x) * z, z], axis=-1).reshape(-1, 3).astype(np.float32)
    grid = grid_of(np.random.default_rng(1).permutation(points))
    assert grid is not None
    assert grid.heights.shape == (3, 7)
    assert grid.heights[2, 5] == pytest.approx(np.sin(2) * 4)
    assert (grid.centre, grid.size) == ((0, 2), (6, 4))
    assert grid_of(points[1:]) is None


def test_doubtful_physics_is_told_as_warnings() -> None:
    scene = dw.Scene("doubtful", seed=1)
    scene.add("camera", dw.Camera())
    scene.add("sun", dw.Sun())
    scene.add("ghost", dw.Body(mass=2.0))
    scene.add("lift", dw.Body(kind="kinematic"))
    scene.add("lamp", dw.Body(mass=1.0), dw.Joint(kind="ball", motor="velocity", minimum=-1.0))
    scene.rules = [dw.Rule("hit", on=dw.Contact, when=dw.When(tags_all="ball"), then=dw.Then.tag("hit"))]
    warnings = [str(one) for one in dw.weave(scene).warnings]
    for wanted in (
        "ghost → Body is without a Collider; it passes through everything",
        "lift → Body is without a Collider; it passes through everything",
        "lamp → Joint.motor is that of a ball; only a hinge and a slider have motors",
        "lamp → Joint.minimum, maximum is those of a ball; only a hinge, a slider and a distance have limits",
        'rule "hit" → on is Contact, but nothing has a Collider; one can come while the scene runs',
        'rule "hit" → when.tags_all is the tag "ball", which nothing has; it can come while the scene runs',
    ):
        assert any(wanted in one for one in warnings), (wanted, warnings)
    scene.physics = dw.Physics(engine="none")
    assert "in a scene without physics; nothing moves by itself" in "\n".join(map(str, dw.weave(scene).warnings))


def test_a_sound_scene_has_no_warnings() -> None:
    scene = dw.Scene("sound", seed=1)
    scene.add("camera", dw.Camera())
    scene.add("sun", dw.Sun())
    scene.add("table", dw.Body())
    scene.add("leg", dw.Collider(), parent=scene["table"])
    scene.add("door", dw.Body(), dw.Collider(), dw.Joint(kind="hinge", motor="velocity", minimum=-1.0))
    assert dw.weave(scene).warnings == ()


def test_a_line_is_no_mesh_in_the_plane() -> None:
    scene = dw.Scene("line", seed=1)
    scene.physics = dw.Physics(engine="planar")
    scene.add("floor", dw.Mesh.plane(), dw.Collider.mesh())
    assert "floor → Collider.shape is of a mesh that is a line when seen along z" in told(scene)


def test_rules_that_name_what_is_not_there() -> None:
    scene = dw.Scene("rules", seed=1)
    scene.add("door", dw.Body(kind="kinematic"), dw.Collider(), tags={"door"})
    scene.rules = [dw.Rule("heavy", dw.When("Body.weight > 3", tags_all="dor"), dw.Then.set("Body.masss", 3))]
    with pytest.raises(dw.SceneError) as error:
        dw.weave(scene)
    told = {(p.where, p.field): (p.found, p.wanted, p.hint) for p in error.value.problems}
    found, wanted, hint = told['rule "heavy"', "when.where[0]"]
    assert (found, wanted) == ("Body.weight, an unknown field", "a field of Body")
    assert hint
    assert told['rule "heavy"', "then[0] (set Body.masss)"][2] == "there is mass"
    scene.rules = [
        dw.Rule("open", dw.When(tags_all="dor"), dw.Then.emit("opened")),
        dw.Rule("close", on="openned", then=dw.Then.tag("closed")),
    ]
    doubts = {(p.where, p.field): (p.found, p.hint) for p in dw.weave(scene).warnings}
    assert doubts['rule "open"', "when.tags_all"] == ('the tag "dor", which nothing has', "there is door")
    assert doubts['rule "close"', "on"] == ('the signal "openned", which no rule emits', "there is opened")
