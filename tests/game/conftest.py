"""A small world to play in."""

import pytest

import dreamwell as dw
from dreamwell.engine.world import World


def room() -> dw.Scene:
    """A camera, a hero and three enemies."""
    scene = dw.Scene("room", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 2, 6), toward=(0, 0, 0))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("hero", dw.Mesh.box(), dw.Material(), tags={"player"})
    for i in range(3):
        scene.add(f"enemy-{i}", dw.Mesh.sphere(), tags={"enemy"}, at=(i, 0, 0))
    return scene


@pytest.fixture
def scene() -> dw.Scene:
    return room()


@pytest.fixture
def world() -> World:
    return World(dw.weave(room()))
