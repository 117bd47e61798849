"""The list of what a game changed: shown with before and after, picked from, kept as one step."""

from collections.abc import Callable
from typing import Any

import numpy as np

import dreamwell as dw

Open = Callable[..., Any]


def _playing(editor_ui: Open, **size: Any) -> Any:
    scene = dw.Scene("room", seed=6)
    scene.add("box", dw.Mesh.box(), dw.Material(base_color=(0.8, 0.2, 0.1)), at=(1, 0.5, 0))
    scene.add("ball", dw.Mesh.sphere(0.4), dw.Material(base_color=(0.1, 0.4, 0.8)), at=(-1, 0.5, 0))
    scene.add("lamp", dw.PointLight(candela=20), at=(0, 2, 0))
    scene.add("hook", parent=scene["lamp"])
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("eye", dw.Camera(), at=(0, 2, 9))
    ui = editor_ui(scene, **size)
    ui.state.act("play.start")
    world = ui.state.play.world
    blue = ui.state.scene["ball"][dw.Material]
    world.materials[blue] = dw.Material(base_color=(0.9, 0.8, 0.1), roughness=0.2)
    world["box"].position = (2, 0.5, 1)
    world["box"].rotate(y=30)
    world.spawn("ball", at=(0, 2, 1), name="new ball", tags={"fresh"})
    world.despawn(world["lamp"])
    ui.state.select([])
    ui.step(3)
    return ui


def test_what_was_changed_is_listed_and_only_what_is_ticked_is_kept(editor_ui: Open) -> None:
    ui = _playing(editor_ui)
    before = ui.state.document.text()
    box, lamp = ui.id("box"), ui.id("lamp")
    new = ui.state.play.world["new ball"].id

    def test(c: Any) -> None:
        c.item_click("//###toolbar/###keep")
        c.yield_(4)
        assert ui.state.play.mode == "paused"
        for row in (f"{box:016x}.position", f"{box:016x}.rotation", f"{lamp:016x}.despawned", f"{new:016x}.spawned"):
            assert c.item_exists(f"//###ask/**/###keep.{row}"), row
        c.item_click("//###ask/###keep.none")
        c.item_click(f"//###ask/**/###keep.{box:016x}.rotation")
        c.item_click(f"//###ask/**/###keep.{new:016x}.spawned")
        c.item_click("//###ask/###ok")
        c.yield_(4)

    ui.run(test)
    scene = ui.state.scene
    assert "new ball" in scene
    assert "lamp" in scene
    assert scene["box"].position == (1, 0.5, 0)
    assert scene["box"].rotation != (0, 0, 0, 1)
    assert ui.state.history.undo_label == "Keep Changes"
    ui.state.act("play.stop")
    ui.state.act("edit.undo")
    assert ui.state.document.text() == before


def test_cancel_keeps_nothing_and_what_is_chosen_is_ticked_alone(editor_ui: Open) -> None:
    ui = _playing(editor_ui)
    before, box = ui.state.document.text(), ui.id("box")
    ui.state.select([box])
    ui.run(lambda c: (c.item_click("//###toolbar/###keep"), c.yield_(4), c.item_click("//###ask/###cancel")))
    ui.step(2)
    assert ui.state.document.text() == before
    ui.run(lambda c: (c.item_click("//###toolbar/###keep"), c.yield_(4), c.item_click("//###ask/###ok"), c.yield_(2)))
    assert ui.state.scene["box"].position == (2, 0.5, 1)
    assert "lamp" in ui.state.scene
    assert "new ball" not in ui.state.scene


def test_it_has_a_picture(editor_ui: Open) -> None:
    ui = _playing(editor_ui, size=(1280, 760))
    bare = ui.picture()
    ui.run(lambda c: (c.item_click("//###toolbar/###keep"), c.yield_(6)))
    shown = ui.picture()
    assert (np.abs(shown.astype(int) - bare.astype(int)).max(axis=2) > 8).mean() > 0.2
    ui.state.answer(None)
    ui.step(2)
