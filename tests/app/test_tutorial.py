"""docs/tutorial.md: what it shows of the new game is there, and the game that it leads to runs."""

import re
import sys
from pathlib import Path

import pytest

from dreamwell.engine.app import App
from dreamwell.engine.cli import new
from dreamwell.engine.cli.targets import Target, play
from dreamwell.engine.run_options import RunOptions

Blocks = list[str]


@pytest.fixture
def blocks(checkout: Path) -> Blocks:
    page = (checkout / "docs" / "tutorial.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `dream new dodge` makes."""
    monkeypatch.chdir(tmp_path)
    for name in ("coins", "drones", "player"):  # another test's, from another folder
        monkeypatch.delitem(sys.modules, name, raising=False)
    new.make("dodge")
    return tmp_path / "dodge"


def build(game: Path, blocks: Blocks) -> None:
    """Do what the page says: `# NAME.py` goes to the end of that file, `# NAME.py, at the top` to its imports."""
    for block in blocks:
        head, _, code = block.partition("\n")
        where = re.fullmatch(r"# (\w+\.py)(, at the top)?", head)
        if where is None:
            continue
        file = game / where[1]
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if where[2]:
            text = text.replace("import dreamwell as dw\n", f"import dreamwell as dw\n{code}", 1)
        else:
            before, run, after = text.partition("\napp.run()\n")
            text = f"{before}\n\n{code}{run}{after}"
        file.write_text(text, encoding="utf-8")


def played(game: Path, ticks: int) -> App:
    """The game after so many ticks, of which nothing was drawn."""
    app = play(Target(game / "game.py"), RunOptions("collect"))
    for _ in range(ticks):
        app.step(1 / 60)
    return app


def test_what_the_page_shows_of_the_new_game_is_in_it(game: Path, blocks: Blocks) -> None:
    made = "\n".join(path.read_text(encoding="utf-8") for path in sorted(game.glob("*.py")))
    shown = [block for block in blocks if not re.match(r"# \w+\.py", block)]
    assert len(shown) == 4
    for block in shown:
        assert block in made


def test_the_game_of_the_tutorial_runs(game: Path, blocks: Blocks) -> None:
    build(game, blocks)
    options = RunOptions("headless", (96, 54), frames=3, output=game / "out.png")
    play(Target(game / "game.py"), options)
    assert options.picture is not None
    assert options.picture.image.std() > 10


def test_drones_come_and_fly(game: Path, blocks: Blocks) -> None:
    build(game, blocks)
    app = played(game, 270)  # the first wave begins after 2 s, the second after 4.8
    assert len(app.world.tagged("drone")) == 2
    first = app.world.tagged("drone")[0].position
    app.step(1 / 60)
    assert app.world.tagged("drone")[0].position != first


def test_a_drone_costs_a_life_and_a_coin_brings_another(game: Path, blocks: Blocks) -> None:
    build(game, blocks)
    app = played(game, 270)
    coin_kind, hull, ball = sys.modules["coins"].Coin, sys.modules["drones"].Hull, sys.modules["player"].Player

    world = app.world
    player = world["player"]
    player.position = world.tagged("drone")[0].position
    for _ in range(3):
        app.step(1 / 60)
    assert player[hull].lives == 2
    player.position = world["coin-0"].position
    for _ in range(60):
        app.step(1 / 60)
    assert player[ball].score >= 1  # the new one may lie within reach
    coins = [entity for entity in world if coin_kind in entity]
    assert len(coins) == 8
    assert max(coin[coin_kind].worth for coin in coins) >= 2
