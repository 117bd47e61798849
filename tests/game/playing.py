"""What tests of games share: ticks, and errors that are noted."""

from typing import Any

import dreamwell as dw
from dreamwell.engine.world import World

DT = 1 / 60


def ticks(world: World, count: int) -> None:
    """Play so many ticks."""
    for _ in range(count):
        world.schedule.fixed(DT)


def going_on(world: World) -> list[dw.ScriptError]:
    """Have errors noted, and the rest go on."""
    errors: list[dw.ScriptError] = []
    world.schedule.on_error = "stop-script"
    world.schedule.tell = errors.append
    return errors


def told_by(world: World) -> list[str]:
    """Have errors noted, by their first lines, and the rest go on."""
    told: list[str] = []
    world.schedule.on_error = "stop-script"
    world.schedule.tell = lambda error: told.append(str(error).partition("\n")[0])
    return told


def untyped(value: Any) -> Any:
    """What type checkers would not let pass."""
    return value
