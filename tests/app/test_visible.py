"""`entity.visible`: what is hidden is not drawn, and is there for all else."""

from typing import Any

import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.world import World

RED, GREEN = dw.Material(base_color=(1, 0, 0)), dw.Material(base_color=(0, 1, 0))


def scene() -> dw.Scene:
    """A red box, and on it hangs a green one beside it."""
    made = dw.Scene("boxes", seed=1)
    made.configure({"aa.mode": "none", "bloom.enabled": False})
    made.add("camera", dw.Camera(projection="orthographic", height=4.0), at=(0, 0, 8), toward=(0, 0, 0))
    made.add("sun", dw.Sun(), toward=(0, 0, -1))
    red = made.add("red", dw.Mesh.box(), RED, at=(-1, 0, 0), tags={"box"})
    made.add("green", dw.Mesh.box(), GREEN, at=(2, 0, 0), parent=red, tags={"box"})
    return made


class Screen:
    """Draws a world, and tells which of the boxes are seen, by their colours in the middle of the picture."""

    def __init__(self, gpu: Gpu, world: World) -> None:
        self.stage, self.world = Stage(gpu, (64, 64)), world

    def seen(self) -> str:
        self.stage.draw(self.world, 0.0)
        picture: NDArray[Any] = self.stage.fabric.read_image()[32, :, :3].astype(int)
        red, green = (bool((picture[:, i] - picture[:, 1 - i]).max() > 100) for i in (0, 1))
        return "red" * red + "green" * green


@pytest.fixture
def world() -> World:
    return World(dw.weave(scene()), seed=1)


def test_what_is_hidden_is_not_drawn_and_comes_back_where_it_is(gpu: Gpu, world: World) -> None:
    screen, red, green = Screen(gpu, world), world["red"], world["green"]
    assert screen.seen() == "redgreen"
    green.visible = False
    assert screen.seen() == "red"
    assert (red.visible, green.visible) == (True, False)
    green.visible = True
    red.visible = False  # with what hangs on it
    assert screen.seen() == ""
    assert (red.visible, green.visible) == (False, False)
    red.translate(y=50)
    assert world.rows_tagged("box").tolist() == [red.row, green.row]
    assert green.world_position == (1, 50, 0)
    red.visible = True
    assert screen.seen() == "", "it moved out of the picture"
    red.translate(y=-50)
    assert screen.seen() == "redgreen"
    world.show([red.row, green.row], False)
    green.visible = True
    assert screen.seen() == "green"


def test_another_screen_shows_the_same(gpu: Gpu, world: World) -> None:
    world["red"].visible = False
    world["green"].visible = True
    assert Screen(gpu, world).seen() == "green"
    assert len(world.roster.drawn().rows) == 1


def test_copies_rows_and_snapshots(gpu: Gpu, world: World) -> None:
    screen, green = Screen(gpu, world), world["green"]
    before = world.snapshot(), world.state_hash()
    green.visible = False
    assert world.state_hash() != before[1]
    hidden = world.snapshot()
    copy = world.spawn(green, at=(1, 0, 0), name="copy")
    assert copy.visible, "so what is hidden may serve as a model"
    assert screen.seen() == "redgreen"
    copy.visible = False
    world.despawn(copy)
    assert world.spawn("red", at=(0, 9, 0)).visible, "in the row that was given up"
    world.restore(before[0])
    assert screen.seen() == "redgreen"
    assert world.state_hash() == before[1]
    world.restore(hidden)
    assert screen.seen() == "red"


def test_another_scene_that_is_adopted_leaves_it_hidden(gpu: Gpu, world: World) -> None:
    world["green"].visible = False
    screen = Screen(gpu, world)
    assert screen.seen() == "red"
    changed = scene()
    changed.add("more", dw.Mesh.sphere(), RED, at=(0, 30, 0))
    world.adopt(dw.weave(changed))
    assert screen.seen() == "red"
    assert (world["green"].visible, world["more"].visible) == (False, True)
    world["green"].visible = True
    assert screen.seen() == "redgreen"


def test_it_takes_part_while_it_is_hidden() -> None:
    made = scene()
    made.add("floor", dw.Collider(size=(9, 1, 9)), at=(0, -5, 0))
    made.add("stone", dw.Mesh.box(), RED, dw.Body(), dw.Collider(), at=(0, 3, 0))
    app = dw.App(made, seed=1)
    app.world["stone"].visible = False
    for _ in range(120):
        app.step(1 / 60)
    assert app.world["stone"].position[1] == pytest.approx(-4, abs=0.1)
    stone = app.world["stone"]
    app.world.despawn(stone)
    with pytest.raises(dw.SceneError, match="despawned"):
        stone.visible = True
