"""docs/scripting.md: what it shows of behaviours, systems, events, coroutines, timers and tweens runs as one game."""

import re
from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.engine.game.easing import EASES

DT = 1 / 60


def section(checkout: Path) -> str:
    page = (checkout / "docs" / "scripting.md").read_text(encoding="utf-8")
    return page[page.index("## Behaviours\n") : page.index("## Light, materials, surroundings\n")]


def test_the_game_of_the_page(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "enemies.py").write_text("import dreamwell as dw\n")
    scene = dw.Scene("page", seed=1, root=tmp_path)
    scene.add("camera", dw.Camera(), at=(0, 2, 6), toward=(0, 0, 0))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    drone = scene.add("drone", dw.Mesh.sphere(), at=(0, -9, 0))
    app = dw.App(scene)
    names: dict[str, Any] = {"dw": dw, "scene": scene, "app": app, "__name__": "page"}
    for block in re.findall(r"```python\n(.*?)```", section(checkout), re.DOTALL):
        exec(compile(block, "page", "exec", dont_inherit=True), names)
        if "class Velocity" in block:
            drone.set(names["Velocity"](linear=(0, 0, 1)))
    app = dw.App(scene)  # the page takes the first world to pieces
    app._functions.declared += names["app"]._functions.declared
    world, hero = app.world, app.world["hero"]
    assert (hero[names["Player"]].speed, app.scene.scripts) == (5, ["enemies.py"])
    heard: list[str] = []
    app.on(str)(heard.append)
    for _ in range(29):
        app.step(DT)
    assert hero.scale == pytest.approx((2 - 11 / 18,) * 3)
    assert len(world.tagged("enemy")) == 0
    for _ in range(11):
        app.step(DT)
    enemies = world.tagged("enemy")
    assert len(enemies) == 3
    assert enemies[0].position[2] > -5
    assert heard == ["bell", "grown"]
    world.emit(dw.Contact(enemies[0], hero))
    app.step(DT)
    assert not enemies[0].alive
    app.step(DT)
    world.emit(names["Hit"](enemies[1], 0.5))
    world.emit(names["Hit"](enemies[1], 2.0))
    for _ in range(120):
        app.step(DT)
    assert hero.position[1] == pytest.approx(0.5)
    assert not enemies[1].alive
    assert heard == ["bell", "grown", "bell", "bell"]
    assert world.lens.fov_y == 40
    assert 59_000 > world["sun"][dw.Sun].lux > 55_000
    assert world.schedule.coroutines == []
    world.despawn(hero)
    assert "gone after 162" in capsys.readouterr().out


def test_the_page_knows_every_easing(checkout: Path) -> None:
    text = section(checkout)
    for name in EASES:
        assert f"`{name.removeprefix('in_out_').removeprefix('out_').removeprefix('in_')}`" in text
