"""docs/physics.md: what it shows runs as one game."""

import re
from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw


def test_the_game_of_the_page(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (checkout / "docs" / "physics.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {"dw": dw, "__name__": "page", "origin": (0, 9, 0), "direction": (0, -1, 0)}
    names |= {"origins": [(0, 9, 0), (99, 9, 0)], "directions": (0, -1, 0)}
    exec(compile(blocks[0], "page", "exec", dont_inherit=True), names)
    app: dw.App = names["app"]
    for _ in range(90):
        app.step()
    assert app.world["crate"].position[1] == pytest.approx(0.5, abs=0.02)
    assert re.match(r"crate hits ground with \d+ N s", capsys.readouterr().out)
    names["kick"]("Space")
    app.step()
    assert app.world["crate"].body.velocity[1] == pytest.approx(4 - 9.81 / 60, rel=0.05)
    names["scene"].add("frame", at=(-0.5, 0, 5))
    for block in blocks[1:4]:  # the table, the hero, the door
        exec(compile(block, "page", "exec", dont_inherit=True), names)
    names["scene"]["door"].position = (0, 1, 5)
    game = dw.App(names["scene"])
    names["world"] = game.world
    for _ in range(30):
        game.step()
    assert game.world["door"].position[1] == pytest.approx(1, abs=0.02)
    hero = game.world["hero"].character
    assert (hero.grounded, hero.ground) == (True, game.world["ground"])
    game.input.feed({"event_type": "key_down", "key": " "})
    game.step()
    assert hero.velocity[1] == pytest.approx((2 * 9.81 * 1.2) ** 0.5 - 9.81 / 60, rel=0.01)
    exec(compile(blocks[4], "page", "exec", dont_inherit=True), names)
    assert [int(row) >= 0 for row in names["hits"].rows] == [True, False]
    exec(compile(blocks[5], "page", "exec", dont_inherit=True), names)
