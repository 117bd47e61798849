"""What a weave tells of bodies and rules."""

from __future__ import annotations

import json
from pathlib import Path

import dreamwell as dw
from dreamwell.loom.report import report


def machine() -> dw.Scene:
    scene = dw.Scene("machine", seed=1)
    scene.physics = dw.Physics(layers=("default", "ghost", "spare"))
    scene.add("ground", dw.Collider.box((9, 1, 9)))
    for i in range(3):
        scene.add(f"ball-{i}", dw.Body(ccd=i == 0), dw.Collider.sphere(), at=(i, 2, 0), tags={"ball"})
    scene.add("ghost", dw.Body(), dw.Collider(layer="ghost", collides_with=("ghost",)), at=(0, 5, 0))
    door = dw.Joint(kind="hinge", axis=(0, 1, 0), motor="velocity", motor_target=9.0)
    scene.add("door", dw.Body(kind="kinematic"), dw.Collider(sensor=True), at=(5, 1, 0))
    scene.add("leaf", dw.Body(), dw.Collider(), door, at=(7, 1, 0))
    scene.rules = [
        dw.Rule(
            "hot",
            on=dw.Contact,
            when=dw.When("event.impulse > 3 and Body.mass < 9", tags_all="ball", other_none="cold"),
            then=[dw.Then.add("Body.mass", "dt * other.position.y"), dw.Then.tag("hot"), dw.Then.emit("heated")],
        ),
        dw.Rule(
            "go",
            dw.When(within=dw.Within(3, tag="ball")),
            [dw.Then.despawn(target="other"), dw.Then.spawn("ball-0")],
            enabled=False,
        ),
    ]
    return scene


def test_physics_is_counted() -> None:
    told = report(dw.weave(machine()))
    assert json.loads(json.dumps(told)) == told
    physics = told["physics"]
    assert physics["engine"] == "spatial"
    assert physics["bodies"] == {"dynamic": 5, "kinematic": 1}
    assert (physics["colliders"], physics["without_body"], physics["sensors"], physics["ccd"]) == (7, 1, 1, 1)
    assert physics["shapes"] == {"box": 4, "sphere": 3}
    assert physics["joints"] == {"hinge": 1}
    assert physics["motors"] == {"velocity": 1}
    assert physics["layers"] == [
        {"name": "default", "colliders": 6, "meets": ["default"]},
        {"name": "ghost", "colliders": 1, "meets": ["ghost"]},
    ]


def test_rules_say_what_they_read_and_write() -> None:
    hot, go = report(dw.weave(machine()))["rules"]
    assert (hot["name"], hot["hears"], hot["enabled"]) == ("hot", "Contact", True)
    assert hot["reads"] == ["tag ball", "other tag cold", "event.impulse", "Body.mass", "other.position.y"]
    assert hot["writes"] == ["Body.mass", "tag hot", "signal heated"]
    assert (go["hears"], go["enabled"]) == ("", False)
    assert go["reads"] == ["near tag ball"]
    assert go["writes"] == ["despawn other", "spawn ball-0"]


def test_without_bodies_there_is_nothing_to_tell() -> None:
    told = report(dw.weave(dw.Scene("empty", seed=1)))
    assert (told["physics"], told["rules"]) == ({}, [])


def test_rules_may_read_what_a_script_of_the_scene_declares(tmp_path: Path) -> None:
    """Also where nobody imported that script by hand: a scene that is opened alone."""
    text = "import dreamwell as dw\n\n@dw.component\nclass Warmth:\n    degrees: float = 0.0\n"
    (tmp_path / "warmth.py").write_text(text, encoding="utf-8")
    scene = machine()
    scene.root, scene.scripts = tmp_path, ["warmth.py"]
    scene.rules = [dw.Rule("warm", dw.When("Warmth.degrees > 20"), [dw.Then.set("Warmth.degrees", "20")])]
    (warm,) = report(dw.weave(scene))["rules"]
    assert (warm["reads"], warm["writes"]) == (["Warmth.degrees"], ["Warmth.degrees"])
