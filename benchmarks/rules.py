"""What rules cost a tick: twenty of them over many objects, each of a kind that games have."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.declare import component, field
from ..engine.heuristics.library import flock_rules, move_rules
from ..engine.scene.components import Camera, Material, Mesh
from ..engine.scene.rules import Rule, Steering, Then, When, Within
from ..engine.scene.scene import Scene
from ..engine.world import World
from ..loom.weave import weave

RUNS_ON = "cpu"
OBJECTS = (1000, 10_000, 100_000)
DT = 1 / 60
TEAMS = 4


@component
class BenchHealth:
    """What rules look at and change."""

    points: float = field(default=100.0, minimum=0, maximum=100)
    heat: float = field(default=0.0, minimum=0)
    team: int = field(default=0, minimum=0)


def twenty_rules() -> list[Rule]:
    """Twenty rules: most look at a number of every object, some change it, two look for what is near."""
    rules = [
        Rule(
            "regenerates", When("BenchHealth.points < 100", tags_none="burning"), Then.add("BenchHealth.points", "dt")
        ),
        Rule("burns", When(tags_all="burning"), Then.add("BenchHealth.points", "-10 * dt")),
        Rule("cools", When("BenchHealth.heat > 0", tags_none="burning"), Then.add("BenchHealth.heat", "-dt")),
        Rule("heats", When(tags_all="burning"), Then.set("BenchHealth.heat", "min(BenchHealth.heat + dt, 10)")),
        Rule("faints", When("BenchHealth.points < 1", tags_none="faint"), [Then.tag("faint"), Then.emit("fainted")]),
        Rule("wakes", When("BenchHealth.points > 20", tags_all="faint"), Then.untag("faint")),
        Rule("told", on="fainted", then=Then.add("BenchHealth.heat", 1)),
        Rule(
            "is lit",
            When("BenchHealth.heat < 1", tags_none="burning", within=Within(2, tag="burning")),
            Then.add("BenchHealth.heat", "5 * dt"),
        ),
        Rule(
            "is afraid",
            When(tags_all="runner", tags_none="burning", within=Within(4, tag="burning")),
            Then.add("Steering.velocity", "unit(position - other.position) * dt"),
        ),
        Rule("moves", When(tags_all="runner"), Then.add("position", "Steering.velocity * dt")),
        Rule("rests", When("BenchHealth.points < 30", tags_any=("team-0", "team-1")), Then.tag("tired"), cooldown=1),
        Rule("is rested", When("BenchHealth.points > 60", tags_all="tired"), Then.untag("tired")),
    ]
    for team in range(TEAMS):
        low = 40 + 5 * team
        when = When(f"BenchHealth.points < {low} and BenchHealth.team == {team}", tags_none="burning")
        rules.append(Rule(f"heals team {team}", when, Then.add("BenchHealth.points", "5 * dt")))
        tired = When(f"BenchHealth.heat > 8 and length(Steering.velocity) > {team}", tags_all=f"team-{team}")
        rules.append(Rule(f"slows team {team}", tired, Then.set("Steering.velocity", "Steering.velocity * 0.9")))
    return rules


def measure(objects: int, size: tuple[int, int], frames: int | None) -> dict[str, Any]:
    """One row. Size does not matter here; `frames`: how many ticks are measured, 120 unless told."""
    times = frames or 120
    world = _world(objects, twenty_rules())
    rules = world.rules
    quiet = _world(objects, [r for r in twenty_rules() if r.when.within is None])
    flock = _world(objects, [*flock_rules("runner", distance=3), *move_rules("runner")])
    entity = world["thing-0"]
    return {
        "objects": objects,
        "rules": len(rules),
        "rules_ms": _milliseconds(lambda: rules.tick(DT), times, world),
        "without_near_ms": _milliseconds(lambda: quiet.rules.tick(DT), times, quiet),
        "flock_ms": _milliseconds(lambda: flock.rules.tick(DT), times, flock),
        "explain_us": _milliseconds(lambda: world.explain("is lit", entity), 20, world) * 1e3,
    }


def _world(objects: int, rules: list[Rule]) -> World:
    """A hundredth burns, a tenth runs. As many to a square metre at every size: one to ten."""
    random = np.random.default_rng(1)
    side = float(np.sqrt(objects * 10.0))
    scene = Scene("rules", seed=1)
    scene.add("camera", Camera(), at=(0, 50, 100))
    places = np.zeros((objects, 3))
    places[:, ::2] = random.uniform(0, side, (objects, 2))
    points, team = random.uniform(5, 100, objects).round(), random.integers(0, TEAMS, objects)
    health = [BenchHealth(p, 0, t) for p, t in zip(points.tolist(), team.tolist(), strict=True)]
    scene.add_many("thing", Mesh.box(), Material(), health, Steering(), at=places, tags={"thing"})
    scene.rules = rules
    world = World(weave(scene), seed=1)
    rows = world.rows_tagged("thing")
    for i in range(TEAMS):
        world.tag(rows[team == i], f"team-{i}")
    world.tag(rows[::100], "burning")
    world.tag(rows[5::10], "runner")
    return world


def _milliseconds(what: Callable[[], Any], times: int, world: World) -> float:
    """The median time of a call; between two, the clock goes on and transforms are brought up to date."""
    found: list[float] = []
    gc.collect()
    for _ in range(times + 10):
        start = time.perf_counter()
        what()
        found.append((time.perf_counter() - start) * 1e3)
        world.schedule.time += DT
        world.update_transforms()
    return float(np.median(found[10:]))
