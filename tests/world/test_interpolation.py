"""What ticks moved is drawn between them; everything else is drawn where it is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.interpolation import Interpolation, lerp, nlerp, scaled
from dreamwell.engine.world import World

ALPHA = 0.25


def world(count: int = 40) -> World:
    scene = dw.Scene("crowd", seed=1)
    scene.add("camera", dw.Camera(), at=(0, 0, 9))
    arm = scene.add("arm", dw.Mesh.box())
    scene.add("hand", dw.Mesh.box(), parent=arm, at=(1, 0, 0))
    scene.add_many("cube", dw.Mesh.box(), dw.Material(), at=np.zeros((count, 3)), tags={"cube"})
    made = World(dw.weave(scene))
    made.between = Interpolation(made.transforms)
    made.moved()
    return made


def tick(w: World, move: Callable[[], Any]) -> None:
    assert w.between is not None
    w.between.begin_tick()
    move()
    w.between.end_tick()


def shown(w: World, alpha: float = ALPHA) -> tuple[Any, dict[int, Any]]:
    """Where everything is drawn, (n, 3) world; and what is sent, by row."""
    assert w.between is not None
    w.between.alpha = alpha
    with w.between.shown():
        moved = w.moved()
        sent = dict(zip(list(moved.alone), np.array(moved.position).tolist(), strict=True))
        sent.update(zip(moved.in_trees.tolist(), moved.world[:, :, 3].tolist(), strict=True))
        places = np.array([w.transforms.to_world(row, 0, 0, 0) for row in range(w.transforms.count)])
    return places, sent


@pytest.mark.parametrize("scattered", [False, True])
def test_what_a_tick_moved_is_drawn_on_the_way(scattered: bool) -> None:
    w = world(4000)
    rows = w.rows_tagged("cube")[:: 3 if scattered else 1]

    def move() -> None:
        w.positions[rows] += (1, 2, 3)
        w.touch(rows)

    tick(w, move)
    tick(w, move)
    places, sent = shown(w)
    np.testing.assert_allclose(places[rows], np.tile((1.25, 2.5, 3.75), (len(rows), 1)))
    assert set(rows.tolist()) <= set(sent)
    np.testing.assert_allclose([sent[row] for row in rows.tolist()], places[rows])
    np.testing.assert_allclose(w.positions[rows], np.tile((2, 4, 6), (len(rows), 1)))
    assert shown(w)[1] == {}, "nothing is sent twice"
    places, sent = shown(w, 0.5)
    np.testing.assert_allclose(places[rows], np.tile((1.5, 3, 4.5), (len(rows), 1)))
    assert len(sent) >= len(rows)
    tick(w, lambda: None)
    places, sent = shown(w)
    np.testing.assert_allclose(places[rows], np.tile((2, 4, 6), (len(rows), 1)), err_msg="it came to rest")
    np.testing.assert_allclose([sent[row] for row in rows.tolist()], places[rows])
    assert shown(w)[1] == {}


def test_turning_and_growing_lie_between_as_well() -> None:
    w = world()
    cube = w.at(5)

    def move() -> None:
        cube.rotate(y=90)
        cube.scale = (3, -1, 1)

    tick(w, move)
    assert w.between is not None
    w.between.alpha = 0.5
    with w.between.shown():
        np.testing.assert_allclose(cube.rotation, (0, np.sin(np.pi / 8), 0, np.cos(np.pi / 8)), atol=1e-6)
        assert cube.scale == (2, -1, 1), "a factor never comes through 0"
    assert cube.scale == (3, -1, 1)


def test_children_follow_what_they_hang_on() -> None:
    w = world()
    tick(w, lambda: w["arm"].translate(y=1))

    def both() -> None:
        w["arm"].translate(y=1)
        w["hand"].translate(x=1)

    tick(w, both)
    places, sent = shown(w)
    hand = w["hand"]
    np.testing.assert_allclose(places[hand.row], (1.25, 1.25, 0))
    np.testing.assert_allclose(sent[hand.row], (1.25, 1.25, 0))
    np.testing.assert_allclose(hand.drawn_position, (1.25, 1.25, 0))
    np.testing.assert_allclose(hand.world_position, (2, 2, 0))


def test_what_updates_move_is_drawn_where_it_is() -> None:
    w = world()
    both, after, other = w.at(4), w.at(5), w.at(6)

    def move() -> None:
        for each in (both, after, other):
            each.translate(x=1)

    tick(w, move)
    tick(w, move)
    both.translate(y=1)
    after.position = (7, 7, 7)
    assert both.drawn_position == (2, 1, 0)
    places, sent = shown(w)
    np.testing.assert_allclose(places[[4, 5, 6]], [(2, 1, 0), (7, 7, 7), (1.25, 0, 0)])
    np.testing.assert_allclose([sent[4], sent[5], sent[6]], places[[4, 5, 6]])
    tick(w, lambda: both.translate(x=1))
    places, _ = shown(w)
    np.testing.assert_allclose(places[[4, 5]], [(2.25, 1, 0), (7, 7, 7)])


def test_what_jumps_and_what_comes_is_not_drawn_on_the_way() -> None:
    w = world()
    made: list[Any] = []
    first = np.array([4, 5], np.int32)
    tick(w, lambda: w.at(4).translate(x=1))

    def move() -> None:
        w.teleport(first, at=[(9, 0, 0), (9, 1, 0)])
        w.teleport(w.at(6), (9, 2, 0), rotation=(0, 2, 0, 0))
        made.append(w.spawn(w.at(7), at=(5, 5, 5)))
        w.at(8).translate(x=1)
        w.at(9).parent = w["arm"]
        w.at(9).position = (0, 0, 4)

    tick(w, move)
    places, sent = shown(w)
    wanted = [(9, 0, 0), (9, 1, 0), (9, 2, 0), (0.25, 0, 0), (0, 0, 4)]
    np.testing.assert_allclose(places[[4, 5, 6, 8, 9]], wanted)
    np.testing.assert_allclose(places[made[0].row], (5, 5, 5))
    assert w.at(6).rotation == (0, 1, 0, 0)
    assert {4, 5, 6, 8, 9, made[0].row} <= set(sent)
    with pytest.raises(dw.SceneError, match="teleport: the rows go from 4 to 999"):
        w.teleport([4, 999], at=(0, 0, 0))
    with pytest.raises(dw.SceneError, match="finite"):
        w.teleport(w.at(4), at=(0, float("nan"), 0))
    with pytest.raises(dw.SceneError, match="shape"):
        w.teleport([4, 5], at=[(0, 0, 0)] * 3)


def test_a_row_that_changed_hands_keeps_nothing_of_the_one_before() -> None:
    w = world()
    for _ in range(2):
        tick(w, lambda: w.at(4).translate(x=1))
    w.despawn(w.at(4))
    again = w.spawn(w.at(5), at=(5, 5, 5))
    assert again.row == 4
    np.testing.assert_allclose(shown(w)[0][4], (5, 5, 5))
    tick(w, lambda: again.translate(x=1))
    np.testing.assert_allclose(shown(w)[0][4], (5.25, 5, 5))


def test_most_of_a_world_may_go_while_it_moves() -> None:
    w = world(10_000)
    rows = w.rows_tagged("cube")

    def move() -> None:
        w.positions[w.rows_tagged("cube")] += 1
        w.touch()

    tick(w, move)
    shown(w)
    w.despawn(rows[20:])
    shown(w)
    tick(w, move)
    w.despawn(rows[10:20])
    places, _ = shown(w)
    np.testing.assert_allclose(places[rows[:10]], np.full((10, 3), 1.25))
    tick(w, lambda: w.spawn(w.at(int(rows[0])), at=np.zeros((30_000, 3))))
    tick(w, move)
    np.testing.assert_allclose(shown(w)[0][rows[:10]], np.full((10, 3), 2.25))


def test_an_error_while_drawing_leaves_the_state() -> None:
    w = world()
    tick(w, lambda: w.at(4).translate(x=1))
    assert w.between is not None
    w.between.alpha = 0.5

    def draw() -> None:
        assert w.between is not None
        with w.between.shown():
            assert w.at(4).position == (0.5, 0, 0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        draw()
    assert w.at(4).position == (1, 0, 0)


def test_random_worlds_are_drawn_as_a_plain_one_says() -> None:
    rng = np.random.default_rng(5)
    w = world(200)
    n = w.transforms.count
    before = np.array(w.positions)
    for _ in range(30):
        for _ in range(int(rng.integers(0, 3))):
            outside = rng.choice(n, int(rng.integers(0, 9)), replace=False)
            w.positions[outside] = rng.normal(size=(len(outside), 3))
            w.touch(outside)
            rows = rng.choice(n, int(rng.integers(0, 90)), replace=False)
            before = np.array(w.positions)

            def move(rows: Any = rows) -> None:
                for row in rows[:5].tolist():
                    w.at(row).translate(z=1)
                w.positions[rows[5:]] += 1
                w.touch(rows[5:])

            tick(w, move)
        late = rng.choice(n, int(rng.integers(0, 9)), replace=False)
        w.positions[late] += 1
        w.touch(late)
        alpha = float(rng.choice([0.25, 0.5, 1.0]))
        wanted = before + (np.array(w.positions) - before) * alpha
        wanted[late] = w.positions[late]
        assert w.between is not None
        w.between.alpha = alpha
        with w.between.shown():
            w.moved()
            np.testing.assert_allclose(w.positions, wanted, atol=1e-5)
        before = np.where(np.isin(np.arange(n), late)[:, None], w.positions, before)


def test_the_mixtures() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 500, 4)).astype(np.float32)
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    q = nlerp(a, b, 0.3)
    np.testing.assert_allclose(np.linalg.norm(q, axis=1), 1, atol=1e-6)
    side = np.sign((a * b).sum(axis=1, keepdims=True))
    wanted = a * 0.7 + b * side * 0.3
    np.testing.assert_allclose(q, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(lerp(a, b, 0.3), a * 0.7 + b * 0.3, atol=1e-6)
    ones = np.ones((2, 3), np.float32)
    assert (scaled(ones, ones * -2, 0.3) == -2).all()
    assert (scaled(ones, ones * 3, 0.5) == 2).all()
