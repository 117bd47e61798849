"""How the viewport looks at the scene: the camera, gizmos, and what is shown.

All of it is the editor's alone: nothing here is written into the scene, nor undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from .camera import Pose, ViewCamera

Mode = Literal["select", "translate", "rotate", "scale"]
Space = Literal["world", "local"]
Pivot = Literal["median", "active", "individual"]

SLOTS = 9
"""Bookmarks that there are keys for."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What drags go by while snapping is on: metres, degrees, factors; 0 for any amount."""

    move: float = 0.0
    turn: float = 0.0
    scale: float = 0.0


@dataclass(eq=False)
class View:
    """What the viewport shows, and how.

    mode, space, pivot, snapping, steps: of the gizmo.  grid … stats: what is drawn over the picture.
    debug: a debug view, "none" for the picture.  freeze_cull: keep drawing what culling found.
    through: the id of a camera that is looked through, 0 for the editor's own.  free: while playing, look with the
    editor's camera in place of the game's.  flying: whether the pointer flies, and letters steer.
    wishes: what the viewport is to do when it is drawn next: ("focus", ids) or ("all", ()).
    """

    camera: ViewCamera = field(default_factory=ViewCamera)
    mode: Mode = "translate"
    space: Space = "world"
    pivot: Pivot = "median"
    snapping: bool = False
    steps: Steps = field(default_factory=lambda: Steps(0.5, 15.0, 0.1))
    grid: bool = True
    icons: bool = True
    outlines: bool = True
    shapes: bool = True
    colliders: bool = False
    preview: bool = True
    stats: bool = False
    debug: str = "none"
    freeze_cull: bool = False
    through: int = 0
    free: bool = False
    flying: bool = False
    wishes: list[tuple[str, tuple[int, ...]]] = field(default_factory=list[tuple[str, tuple[int, ...]]])

    def data(self) -> dict[str, Any]:
        """What is worth remembering, as JSON has it."""
        return {
            "camera": self.camera.pose.data(),
            "mode": self.mode,
            "space": self.space,
            "pivot": self.pivot,
            "snapping": self.snapping,
            "steps": [self.steps.move, self.steps.turn, self.steps.scale],
            **{name: getattr(self, name) for name in SHOWN},
        }

    def take(self, data: Mapping[str, Any]) -> None:
        """Be as it was remembered; what does not fit is left as it is."""
        if isinstance(data.get("camera"), dict):
            self.camera.put(Pose.of(cast("dict[str, Any]", data["camera"])))
        for name, kind in (("mode", Mode), ("space", Space), ("pivot", Pivot)):
            if data.get(name) in get_args(kind):
                setattr(self, name, data[name])
        for name in ("snapping", *SHOWN):
            if isinstance(data.get(name), bool):
                setattr(self, name, data[name])
        steps: Any = data.get("steps")
        if isinstance(steps, list) and len(steps) == 3:
            try:
                move, turn, scale = (max(0.0, float(step)) for step in steps)
            except (TypeError, ValueError):
                return
            self.steps = Steps(move, turn, scale)


SHOWN = ("grid", "icons", "outlines", "shapes", "colliders", "preview", "stats")
"""What can be shown over the picture or not, as fields of `View`."""
