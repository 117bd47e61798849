"""The rules panel: the form of a rule and, while it is played, why it fires for an object, when it did, and why not."""

from collections.abc import Callable
from typing import Any

import numpy as np

import dreamwell as dw
from dreamwell.editor.panels.rule_why import Why
from dreamwell.editor.panels.rules import Rules
from dreamwell.editor.panels.ui import Ui

Open = Callable[..., Any]


def _burning(editor_ui: Open, **size: Any) -> Any:
    scene = dw.Scene("village", seed=6)
    wood = dw.Material(base_color=(0.7, 0.5, 0.3))
    for i in range(4):
        scene.add(f"house-{i}", dw.Mesh.box(), wood, at=(i * 2 - 3, 0.5, 0), tags={"wood"})
    scene["house-0"].tags = {"wood", "burning"}
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("eye", dw.Camera(), at=(0, 3, 10), toward=(0, 0, 0))
    near = dw.Within(2.5, tag="burning")
    scene.rules = [
        dw.Rule(
            "fire spreads",
            dw.When(tags_all="wood", tags_none=("burning", "burnt"), within=near),
            [dw.Then.tag("burning"), dw.Then.emit("lit")],
            every=0.5,
        ),
        dw.Rule(
            "smoke rises",
            dw.When("position.y < 3", tags_all="burning"),
            dw.Then.add("position", "(0, 0.2 * dt, 0)"),
        ),
        dw.Rule("alarm", dw.When(tags_all="wood"), dw.Then.tag("heard"), on="lit", cooldown=2.0),
    ]
    ui = editor_ui(scene, **size)
    ui.state.part(Ui).show("rules")
    ui.step(4)
    return ui


def test_why_it_does_not_fire_and_what_it_found_when_it_did(editor_ui: Open) -> None:
    ui = _burning(editor_ui, size=(1280, 760))
    ui.state.act("play.start")
    ui.run(lambda c: (c.item_click(f"//hierarchy/**/###{ui.id('house-3'):016x}"), c.yield_(2)))
    ui.state.play.pause()
    ui.step(2)
    words = ui.words()
    assert any("does not fire for house-3" in one for one in words), words
    assert 'the nearest is "house-1" at 4 m' in words or any("the nearest is" in one for one in words), words
    assert "burning at most 2.5 m away" in words
    assert "never" in words
    ui.state.play.pause()
    ui.step(110)  # the fire comes to it
    world = ui.state.play.world
    assert "burning" in world["house-3"].tags
    words = ui.words()
    assert any(one.startswith("wood") or "burning" in one for one in words)
    assert any("1 of 4 conditions does not hold" in one for one in words), words
    (trace,) = world.rules.traces.found
    ui.run(lambda c: (c.item_click(f"//rules/**/###why.{trace.time:.4f}"), c.yield_(2)))
    assert ui.state.part(Ui).kept(Why).then == trace.time
    words = ui.words()
    assert any(f"fired for house-3 at {trace.time:.2f} s" in one for one in words), words
    assert '"house-2" at 2 m' in words, words
    ui.run(lambda c: (c.item_click("//rules/**/###why.now"), c.yield_(2)))
    assert any("does not fire" in one for one in ui.words())
    ui.state.act("play.stop")


def test_values_of_expressions_and_events_are_told(editor_ui: Open) -> None:
    ui = _burning(editor_ui, size=(1280, 760))
    ui.state.act("play.start")
    ui.state.play.pause()
    ui.select("house-0")
    ui.run(lambda c: (c.item_click("//rules/**/###rule1"), c.yield_(2)))
    words = ui.words()
    assert "position.y is 0.5" in words, words
    assert any("fires for house-0" in one for one in words), words
    ui.select("house-1")
    ui.run(lambda c: (c.item_click("//rules/**/###rule2"), c.yield_(2)))
    assert any("may fire for house-1" in one for one in ui.words())
    ui.state.play.pause()
    ui.step(60)
    trace = ui.state.play.world.rules.traces.found[-1]
    ui.run(lambda c: (c.item_click(f"//rules/**/###why.{trace.time:.4f}"), c.yield_(2)))
    assert "name lit" in ui.words()
    ui.state.act("play.stop")


def test_without_an_object_those_are_listed_for_which_it_fired(editor_ui: Open) -> None:
    ui = _burning(editor_ui, size=(1280, 760))
    ui.state.act("play.start")
    ui.state.select([])
    ui.step(60)
    row = ui.state.play.world["house-1"].row
    ui.run(lambda c: (c.item_click(f"//rules/**/###why.row{row}"), c.yield_(3)))
    assert ui.state.selection.ids == (ui.id("house-1"),)
    ui.state.act("play.stop")


def test_the_rule_can_be_read_and_changed_while_it_is_played(editor_ui: Open) -> None:
    ui = _burning(editor_ui, size=(1280, 1100))
    ui.state.act("play.start")
    ui.step(3)

    def test(c: Any) -> None:
        c.item_click("//rules/**/###rules.mode.1")
        c.yield_(3)
        c.item_input("//rules/**/###rules[0].every")
        c.key_chars_replace_enter("2")
        c.yield_(3)
        c.item_click("//rules/**/###rules.mode.0")
        c.yield_(3)

    ui.run(test)
    assert ui.state.scene.rules[0].every == 2
    assert ui.state.part(Ui).kept(Rules).why
    ui.state.act("play.stop")


def test_only_conditions_that_are_set_are_shown_and_others_can_be_added(editor_ui: Open) -> None:
    ui = _burning(editor_ui, size=(1280, 1100))

    def test(c: Any) -> None:
        assert c.item_exists("//rules/**/###rules[0].when.tags_all.add")
        assert not c.item_exists("//rules/**/###label.rules[0].cooldown")
        c.item_click("//rules/**/###condition.add")
        c.yield_(2)
        c.item_click("//$FOCUSED/###condition.cooldown")
        c.yield_(3)
        c.item_input("//rules/**/###rules[0].cooldown")
        c.key_chars_replace_enter("1.5")
        c.yield_(3)

    ui.run(test)
    assert ui.state.scene.rules[0].cooldown == 1.5


def test_a_rule_that_is_new_since_it_is_played_says_so(editor_ui: Open) -> None:
    ui = _burning(editor_ui, size=(1280, 760))
    ui.state.act("play.start")
    ui.run(lambda c: (c.item_click("//rules/**/###rule.add"), c.yield_(3)))
    assert any("played again" in one for one in ui.words())
    assert "rules" not in ui.state.part(Ui).failures
    bare = np.asarray(ui.picture())
    assert bare.std() > 5
    ui.state.act("play.stop")
