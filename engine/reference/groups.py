"""Which page tells of which names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A page. A public name belongs to the first group that names it, or else to the one that names its module.

    homes: modules and packages, relative to the package, in the order of the page.
    """

    page: str
    title: str
    about: str
    homes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


GROUPS = (
    Group(
        "scene",
        "Scenes",
        "What is written and saved: a tree of objects. See [Scenes](../scene.md).",
        ("engine.scene.scene", "engine.scene.lights"),
        ("load",),
    ),
    Group(
        "components",
        "Components",
        "What objects are made of, and how a game declares its own. They are values: made by keyword, frozen, equal "
        "when their fields are. See [Scenes](../scene.md#components).",
        ("engine.declare", "engine.scene.components", "engine.scene.prefabs", "assets"),
        ("Light", "Prefab"),
    ),
    Group(
        "app",
        "App and loop",
        "What plays a scene. See [Scripting](../scripting.md) and [Time](../loop.md).",
        ("engine.app", "engine.loop", "engine.loading", "engine.interpolation", "engine.recording", "engine.window"),
        ("__version__",),
    ),
    Group(
        "world",
        "World and entities",
        "The running scene: objects one by one, and as columns. See [Scripting](../scripting.md#objects).",
        (
            "engine.world",
            "engine.world_lights",
            "engine.lines",
            "engine.camera",
            "engine.entity",
            "engine.query",
            "engine.tables",
            "engine.snapshot",
        ),
    ),
    Group(
        "scripting",
        "Scripting",
        "Behaviours, systems, events, coroutines, timers. See [Scripting](../scripting.md).",
        (
            *(f"engine.game.{name}" for name in ("behaviour", "systems", "events", "coroutines", "timers", "tweens")),
            "engine.game",
            "engine.live",
            "engine.script",
        ),
    ),
    Group(
        "rules",
        "Rules",
        "What happens by itself where tags and properties are so. See [Rules](../rules.md).",
        ("engine.scene.rules", "engine.scene.expressions", "engine.heuristics"),
        ("Signal",),
    ),
    Group(
        "physics",
        "Physics",
        "Bodies, colliders, joints, and questions to who moves them. See [Physics](../physics.md).",
        ("engine.scene.physics", "engine.characters", "engine.physical", "engine.physical_queries"),
    ),
    Group(
        "input",
        "Input",
        "What the player does. See [Input](../input.md).",
        ("engine.input", "engine.actions", "engine.bindings", "engine.gamepad", "engine.orbit"),
    ),
    Group(
        "hud",
        "HUD",
        "Text, panels, bars and buttons over the picture. See [HUD](../hud.md).",
        ("engine.hud", "engine.hud_elements", "engine.hud_button", "engine.hud_looks", "fabric.hud"),
    ),
    Group(
        "rendering",
        "Rendering",
        "Pictures, their settings, and the renderer for who draws without an app. See [Rendering](../rendering.md).",
        ("engine.render", "engine.scene.settings", "engine.scene.presets", "loom", "fabric", "engine.gpu"),
    ),
    Group(
        "errors",
        "Errors",
        "What the engine raises on purpose. See [Problems](../scene.md#problems).",
        ("engine.errors",),
    ),
)
OTHERS = Group("others", "Others", "What belongs to no other group.")


def rank_of(group: Group, home: str) -> int | None:
    """The place of a module among a group's, or None."""
    for i, known in enumerate(group.homes):
        if home == known or home.startswith(known + "."):
            return i
    return None
