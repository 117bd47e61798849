"""While it is played: the inspector follows the running world and changes it, the document stays."""

from collections.abc import Callable
from typing import Any

import dreamwell as dw

Open = Callable[..., Any]


def test_materials_places_and_what_goes_are_live(editor_ui: Open) -> None:
    scene = dw.Scene("room", seed=6)
    scene.add("box", dw.Mesh.box(), dw.Material(base_color=(0.8, 0.2, 0.1)), at=(0, 0.5, 0))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("eye", dw.Camera(), at=(0, 2, 6), toward=(0, 0.5, 0))
    ui = editor_ui(scene, size=(1280, 1000))
    before = ui.state.document.text()
    box = ui.id("box")
    ui.select("box")
    ui.state.act("play.start")
    ui.state.play.pause()
    ui.step(4)
    red = ui.picture()[200:500, 400:800].astype(int)

    def change(c: Any) -> None:
        assert not c.item_exists("//inspector/**/###part.add")
        c.item_input("//inspector/**/###Material.roughness")
        c.key_chars_replace_enter("0.15")
        c.yield_(3)
        c.item_input("//inspector/**/###scale.y")
        c.key_chars_replace_enter("2")
        c.yield_(3)

    ui.run(change)
    world = ui.state.play.world
    assert world["box"].scale[1] == 2
    assert world.materials[ui.state.scene["box"][dw.Material]].roughness == 0.15
    assert abs(ui.picture()[200:500, 400:800].astype(int) - red).max() > 20
    world.despawn(world["box"])
    ui.step(3)
    assert not ui.state.play.knows(box)
    assert ui.words() is not None  # nothing fails

    def gone(c: Any) -> None:
        assert not c.item_exists(f"//hierarchy/**/###{box:016x}")
        c.item_click("//###toolbar/###stop")
        c.yield_(4)
        assert c.item_exists(f"//hierarchy/**/###{box:016x}")

    ui.run(gone)
    assert ui.state.document.text() == before
