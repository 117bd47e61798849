"""Bodies of random kinds, sizes and motions, with random things done to them: no crash, and the rest goes on.

Two thousand objects are tried; DREAMWELL_FUZZ=50000 pytest tests/physics/test_fuzz.py tries so many, in some minutes.
Every world has its seed, which is told where it fails: DREAMWELL_FUZZ_SEED=123 tries that world alone.
"""

from __future__ import annotations

import faulthandler
import math
import os
from collections.abc import Callable
from typing import Any, Literal, cast

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.physics import simulate

OBJECTS = int(os.environ.get("DREAMWELL_FUZZ", "2000"))
ONLY = os.environ.get("DREAMWELL_FUZZ_SEED")
PER_WORLD = 25
TICKS = 12
DT = 1 / 60
ODD = [
    0.0, -0.0, -1.0, 1e-45, -1e-45, 1e-38, 1e-30, 1e-12, 1e-6, 1e-3, 1e3, 1e5, 1e6, 1e9, -1e9, 1e12, 1e15, 1e18, 1e30,
    -1e30, 3e38, 1e39, 1e300, math.nan, math.inf, -math.inf,
]  # fmt: skip
"""Numbers that are seldom meant."""
SHAPES = ["box", "sphere", "capsule", "cylinder", "cone", "convex", "decomposition", "mesh", "heightfield"]
JOINTS = ["fixed", "hinge", "ball", "slider", "spring", "distance"]
AXES = ["", "x", "y", "z", "xy", "xz", "yz", "xyz"]


def mesh(points: Any, faces: Any) -> dw.Mesh:
    positions = np.asarray(points, np.float32)
    normals = np.tile(np.array((0, 1, 0), np.float32), (len(positions), 1))
    return dw.Mesh.of(dw.MeshData(positions, normals, np.asarray(faces, np.uint32).ravel()))


def grid(heights: Any) -> dw.Mesh:
    rows, columns = np.shape(heights)
    x, z = np.meshgrid(np.arange(columns), np.arange(rows))
    points = np.stack([x, heights, z], axis=-1).reshape(-1, 3)
    corners = [r * columns + c for r in range(rows - 1) for c in range(columns - 1)]
    faces = [t for i in corners for t in ((i, i + columns, i + 1), (i + 1, i + columns, i + columns + 1))]
    return mesh(points, faces)


def meshes() -> dict[str, dw.Mesh]:
    """What colliders are made of: sound, flat, empty, tangled, tiny, enormous."""
    random = np.random.default_rng(3)
    soup = random.normal(size=(90, 3))
    many = random.normal(size=(600, 3))
    tetrahedron = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
    faces = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]
    return {
        "cube": dw.Mesh.box(),
        "ball": dw.Mesh.sphere(),
        "sheet": dw.Mesh.plane(),
        "point": mesh(np.zeros((4, 3)), faces),
        "line": mesh([(i, 2 * i, 3 * i) for i in range(5)], [(0, 1, 2), (2, 3, 4)]),
        "sliver": mesh(tetrahedron * (1, 1e-6, 1), faces),
        "inverted": mesh(tetrahedron, [f[::-1] for f in faces]),
        "double": mesh(np.repeat(tetrahedron, 3, axis=0), np.array(faces) * 3),
        "soup": mesh(soup, np.arange(90)),
        "many": mesh(many, np.arange(600)),
        "tiny": mesh(tetrahedron * 1e-20, faces),
        "small": mesh(tetrahedron * 1e-5, faces),
        "huge": mesh(tetrahedron * 1e8, faces),
        "enormous": mesh(tetrahedron * 1e17, faces),
        "mixed": mesh(np.concatenate([tetrahedron, [(1e12, 0, 0)]]), [*faces, (0, 1, 4)]),
        "flat": grid(np.zeros((3, 4))),
        "field": grid(random.normal(size=(5, 6))),
        "peak": grid(np.where(np.arange(12).reshape(3, 4) == 5, 1e16, 0)),
    }


@pytest.fixture(scope="module")
def wovens() -> dict[str, dw.WovenScene]:
    """For each engine a scene with an object of every mesh, and with the witnesses, whom nothing else can touch."""
    made: dict[str, dw.WovenScene] = {}
    for engine in ("spatial", "planar"):
        scene = dw.Scene(engine, seed=1)
        scene.physics = dw.Physics(engine=cast("Any", engine), layers=("default", "other", "witness"))
        for name, shown in meshes().items():
            scene.add(name, shown, at=(0, 0, 50))
        alone: Any = {"layer": "witness", "collides_with": ("witness",)}
        scene.add("witness", dw.Body(), dw.Collider(shape="sphere", **alone), at=(0, 3, 0))
        scene.add("ground", dw.Collider(size=(9, 1, 9), **alone), at=(0, -0.5, 0))
        made[engine] = dw.weave(scene)
    return made


class Fuzz:
    """One world, its dice, and what was done in it."""

    def __init__(self, woven: dw.WovenScene, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.world = dw.World(woven, seed=1)
        simulate(self.world)
        self.told: list[dw.ScriptError] = []
        self.refused: list[str] = []
        self.world.schedule.on_error, self.world.schedule.tell = "stop-script", self.told.append
        self.rows: list[dw.Entity] = []
        self.spoilt: set[int] = set()  # rows whose columns were written to with anything

    def chance(self, p: float) -> bool:
        return bool(self.random.random() < p)

    def pick(self, what: Any) -> Any:
        return what[int(self.random.integers(len(what)))]

    def number(self, odd: float = 0.12) -> float:
        if self.chance(odd):
            return float(self.pick(ODD))
        return float(self.random.normal() * 10 ** self.random.uniform(-1, 1))

    def size(self) -> float:
        if self.chance(0.15):
            return float(self.pick(ODD))
        return float(10 ** self.random.uniform(-1.5, 0.7))

    def three(self, odd: float = 0.05) -> tuple[float, float, float]:
        return self.number(odd), self.number(odd), self.number(odd)

    def turn(self) -> tuple[float, float, float, float]:
        if self.chance(0.1):
            return (self.number(0.5), self.number(0.5), self.number(0.5), self.number(0.5))
        x, y, z, w = (self.random.normal(size=4)).tolist()
        length = math.hypot(x, y, z, w)
        return x / length, y / length, z / length, w / length

    def body(self) -> dw.Body:
        given: dict[str, Any] = {"kind": self.pick(["dynamic", "dynamic", "dynamic", "static", "kinematic"])}
        if self.chance(0.3):
            given["mass"] = self.pick([self.number(0.6), abs(self.number(0.6))])
        for name in ("linear_damping", "angular_damping"):
            if self.chance(0.1):
                given[name] = self.pick([self.number(0.6), abs(self.number(0.6))])
        if self.chance(0.1):
            given["gravity_scale"] = self.number(0.5)
        if self.chance(0.2):
            given["lock_position"], given["lock_rotation"] = self.pick(AXES), self.pick(AXES)
        if self.chance(0.3):
            given["velocity"], given["angular_velocity"] = self.three(0.1), self.three(0.1)
        given["ccd"], given["can_sleep"] = self.chance(0.2), self.chance(0.7)
        return dw.Body(**given)

    def collider(self) -> dw.Collider:
        given: dict[str, Any] = {"shape": self.pick(SHAPES)}
        given["size"] = (self.size(), self.size(), self.size())
        given["radius"], given["height"] = self.size(), self.size()
        if self.chance(0.2):
            given["offset"] = self.three(0.1)
        if self.chance(0.2):
            given["rotation"] = self.turn()
        for name in ("friction", "restitution", "density"):
            if self.chance(0.2):
                given[name] = self.pick([self.number(0.6), abs(self.number(0.6)), 0.5])
        given["sensor"] = self.chance(0.1)
        given["layer"] = self.pick(["default", "default", "other", "witnes" if self.chance(0.1) else "default"])
        return dw.Collider(**given)

    def joint(self) -> dw.Joint:
        other = self.pick(["", "", *(e.name for e in self.rows if e.alive), "nobody"])
        given: dict[str, Any] = {"kind": self.pick(JOINTS), "other": other, "anchor": self.three(0.1)}
        for name in ("minimum", "maximum", "length"):
            if self.chance(0.3):
                given[name] = self.number(0.3)
        if self.chance(0.3):
            given["other_anchor"] = self.three(0.1)
        if self.chance(0.5):
            given["axis"] = self.three(0.1)
        for name in ("stiffness", "damping", "motor_force", "motor_target"):
            if self.chance(0.3):
                given[name] = self.number(0.4)
        given["motor"] = self.pick(["none", "none", "velocity", "position"])
        given["collide"] = self.chance(0.2)
        return dw.Joint(**given)

    def attempt(self, action: Callable[[], object]) -> None:
        """Do something that may be refused: by an error of ours with a text, and by nothing else."""
        try:
            action()
        except dw.DreamwellError as refused:
            self.refused.append(str(refused))

    def come(self) -> None:
        world = self.world
        prototype = self.pick(list(PROTOTYPES))
        at = (float(self.random.normal() * 4), float(self.random.normal() * 4), float(self.random.normal() * 4))
        made = world.spawn(prototype, at=at, name=f"thing-{len(self.rows)}")
        self.rows.append(made)
        if self.chance(0.2):
            self.attempt(lambda: setattr(made, "scale", self.pick([self.size(), (self.size(), self.size(), 1.0)])))
        if self.chance(0.2):
            self.attempt(lambda: setattr(made, "rotation", self.turn()))
        if self.chance(0.15) and len(self.rows) > 1:
            self.attempt(lambda: setattr(made, "parent", self.pick(self.rows)))
        if self.chance(0.9):
            self.attempt(lambda: made.set(self.body()))
        if self.chance(0.95):
            self.attempt(lambda: made.set(self.collider()))
        if self.chance(0.25):
            self.attempt(lambda: made.set(self.joint()))

    def meddle(self) -> None:
        """One thing that a script may do to an object."""
        entity = self.pick(self.rows)
        world, physics = self.world, self.world.physics
        if not entity.alive:
            return
        column: Any = self.pick([dw.Body, dw.Collider, dw.Joint])
        match int(self.random.integers(20)):
            case 0:
                self.attempt(
                    lambda: entity.body.apply_force(self.three(0.2), self.three() if self.chance(0.3) else None)
                )
            case 1:
                self.attempt(lambda: entity.body.apply_impulse(self.three(0.2)))
            case 2:
                self.attempt(lambda: entity.body.apply_torque(self.three(0.2)))
            case 3:
                self.attempt(lambda: entity.body.apply_torque_impulse(self.three(0.2)))
            case 4:
                self.attempt(lambda: setattr(entity.body, "velocity", self.three(0.2)))
                self.attempt(lambda: setattr(entity.body, "angular_velocity", self.three(0.2)))
            case 5:
                self.attempt(lambda: setattr(entity, "position", self.three(0.1)))
            case 6:
                self.attempt(lambda: world.teleport(entity, self.three(0.1)))
            case 7:
                self.spoilt.add(entity.row)
                world.positions[entity.row] = np.array(self.three(0.3), np.float64).clip(-3e38, 3e38)
                world.touch([entity.row])
            case 8:
                self.attempt(lambda: setattr(entity, "scale", self.size()))
            case 9:
                self.attempt(lambda: setattr(entity[dw.Collider], "size", (self.size(), 1.0, 1.0)))
                self.attempt(lambda: setattr(entity[dw.Body], "mass", self.number(0.5)))
            case 10:
                self.attempt(lambda: entity.set(self.body()))
            case 11:
                self.attempt(lambda: entity.set(self.collider()))
            case 12:
                self.attempt(lambda: entity.set(self.joint()))
            case 13:
                self.attempt(lambda: entity.discard(column))
            case 14:
                self.attempt(lambda: world.despawn(entity))
            case 15:
                self.attempt(lambda: physics.ray(self.three(0.1), self.three(0.1), abs(self.number(0.3))))
                self.attempt(lambda: physics.overlap(self.collider(), self.three(0.1)))
            case 16:
                cast = dw.Collider.sphere(abs(self.number(0)) + 0.1)
                self.attempt(lambda: physics.shape_cast(cast, self.three(), self.three(), 20.0))
            case 17:
                self.attempt(lambda: entity.body.sleep() if self.chance(0.5) else entity.body.wake())
                self.attempt(lambda: (entity.body.velocity, entity.body.mass, entity.body.asleep))
            case 18:
                self.spoil(entity)
            case _:
                self.attempt(lambda: setattr(entity, "parent", self.pick([None, *self.rows])))

    def spoil(self, entity: dw.Entity) -> None:
        """Write anything into the columns of its components, past all checks."""
        kind: Any = self.pick([dw.Body, dw.Collider, dw.Joint])
        if entity.get(kind) is None:
            return
        table = self.world.tables.made(kind)
        field = self.pick([f for f in table.fields if table.column(f.name).dtype.kind == "f"])
        column, slot = table.column(field.name), table.slot(entity.row)
        column[slot] = self.number(0.7) if column.ndim == 1 else [self.number(0.7) for _ in range(column.shape[1])]

    def run(self) -> None:
        world = self.world
        for _ in range(PER_WORLD):
            self.come()
        snapshot: Any = None
        for tick in range(TICKS):
            for _ in range(3):
                self.meddle()
            if tick == 4 and self.chance(0.3):
                snapshot = world.snapshot()
            world.schedule.fixed(DT)
            self.check()
        if snapshot is not None:
            world.restore(snapshot)
            self.rows = [entity for entity in self.rows if entity.alive]
            for _ in range(5, TICKS):
                world.schedule.fixed(DT)
                self.check()
        self.attempt(lambda: world.physics.lines())
        self.witness()

    def check(self) -> None:
        assert all(len(text) > 10 for text in self.refused)
        for error in self.told:
            if not isinstance(error.__cause__, dw.DreamwellError):
                raise AssertionError(f"not told in our own words: {error}") from error.__cause__
            assert "row" not in str(error), "objects are called by their names"
        live = np.array([e.row for e in self.rows if e.alive and e.row not in self.spoilt], np.int32)
        assert np.isfinite(self.world.positions[live]).all()
        assert np.isfinite(self.world.rotations[live]).all()

    def witness(self) -> None:
        """Whatever the others do, who keeps apart from them falls as ever, rests, and can be hit."""
        world = self.world
        fallen = 0.5 * 9.81 * (TICKS * DT) ** 2
        assert world["witness"].position == pytest.approx((0, 3 - fallen, 0), abs=0.05)
        hit = world.physics.ray((2, 5, 0), (0, -1, 0), layers=("witness",))
        assert hit is not None
        assert hit.point == pytest.approx((2, 0, 0), abs=1e-3)
        for entity in self.rows:
            if entity.alive:
                world.despawn(entity)
        for _ in range(60):
            world.schedule.fixed(DT)
        self.check()
        assert world["witness"].position == pytest.approx((0, 0.5, 0), abs=0.02)


PROTOTYPES = meshes()


@pytest.mark.parametrize("engine", ["spatial", "planar"])
def test_nothing_that_is_done_to_bodies_stops_the_rest(
    wovens: dict[str, dw.WovenScene], engine: Literal["spatial", "planar"]
) -> None:
    first = 0 if engine == "spatial" else 1_000_000
    seeds = range(first, first + max(1, OBJECTS // 2 // PER_WORLD)) if ONLY is None else [int(ONLY)]
    for seed in seeds:
        faulthandler.dump_traceback_later(120)
        try:
            Fuzz(wovens[engine], seed).run()
        except BaseException as error:
            error.add_note(f"DREAMWELL_FUZZ_SEED={seed}, engine {engine}")
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
