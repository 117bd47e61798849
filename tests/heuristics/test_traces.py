"""When rules fired, for whom, and what they found then."""

import dreamwell as dw
from dreamwell.engine.heuristics.traces import Traces


@dw.component
class Heat:
    """How hot it is."""

    degrees: float = dw.field(default=0.0)


def _world() -> dw.World:
    scene = dw.Scene("kitchen", seed=2)
    scene.add("eye", dw.Camera(), at=(0, 1, 5))
    scene.add("kettle", Heat(90), tags={"metal"})
    scene.add("pan", Heat(20), tags={"metal"})
    scene.rules = [
        dw.Rule("warms", dw.When(tags_all="metal", tags_none="boiling"), dw.Then.add("Heat.degrees", "5")),
        dw.Rule(
            "boils",
            dw.When("Heat.degrees >= 100", tags_none="boiling"),
            [dw.Then.tag("boiling"), dw.Then.emit("whistle")],
        ),
        dw.Rule("is heard", dw.When(tags_all="metal"), dw.Then.tag("heard"), on="whistle"),
    ]
    return dw.World(dw.weave(scene))


def test_nothing_is_noted_unless_asked_for() -> None:
    world = _world()
    assert world.rules.traces is None
    for _ in range(4):
        world.schedule.fixed(0.5)


def test_when_for_whom_and_with_what_it_found() -> None:
    world = _world()
    kettle, pan = world["kettle"], world["pan"]
    traces = world.rules.traces = Traces()
    traces.watch("boils", kettle.row)
    for _ in range(4):
        world.schedule.fixed(0.5)
    assert traces.counts["warms"] > traces.counts["boils"] == 1
    assert traces.last(world.rules, "boils", pan.row) is None
    at = traces.last(world.rules, "boils", kettle.row)
    assert at is not None
    (trace,) = traces.found
    assert trace.time == at == traces.latest["boils"]
    found = {one.condition: one for one in trace.explanation.findings}
    assert found["where Heat.degrees >= 100"].found == "Heat.degrees is 100"
    assert found["tags_none"].holds  # as it was then, though the rule tagged it
    assert not world.explain("boils", kettle).fires
    assert traces.last(world.rules, "is heard", kettle.row) is not None


def test_what_an_event_said_is_kept_and_only_for_whom_is_watched() -> None:
    world = _world()
    traces = world.rules.traces = Traces(most=2)
    traces.watch("is heard", world["kettle"].row)
    for _ in range(4):
        world.schedule.fixed(0.5)
    (trace,) = traces.found
    (on, *_) = trace.explanation.findings
    assert (on.condition, on.holds) == ("on", True)
    assert "whistle" in on.found
    traces.watch("warms", world["pan"].row)
    assert not traces.found
    for _ in range(4):
        world.schedule.fixed(0.5)
    assert len(traces.found) == 2  # the latest
    pan = world["pan"]
    world.despawn(pan)
    world.spawn("kettle", at=(0, 0, 0))
    assert traces.last(world.rules, "boils", pan.row) is None  # another one is in its row
