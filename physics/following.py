"""Whether the lines of physics are to be seen: what is looked at before every frame, and loads nothing else."""

from __future__ import annotations

from ..engine.lines import Lines
from ..engine.world import World

GROUP = "physics"
"""Of the world's lines."""


class _Drawing:
    def __init__(self, world: World) -> None:
        from .outlines import Outlines  # loaded when they are to be seen

        self._outlines = Outlines(world)

    def __call__(self) -> None:
        self._outlines.draw(_of(self._outlines.world.lines))


def follow_physics(world: World) -> None:
    """Have what `debug.physics` asks for be in a world's lines."""
    wanted, lines = world.settings.debug.physics, world.lines
    if not wanted and not lines.before_drawing:
        return
    drawn = next((one for one in lines.before_drawing if isinstance(one, _Drawing)), None)
    if wanted and drawn is None:
        lines.before_drawing.append(_Drawing(world))
    elif not wanted and drawn is not None:
        lines.before_drawing.remove(drawn)
        _of(lines).clear()


def _of(lines: Lines) -> Lines:
    return lines.group(GROUP)
