"""Dreamwell, a GPU game engine framework: `import dreamwell as dw`.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assets.mesh import MeshData
    from .engine.app import App
    from .engine.bindings import Bindings
    from .engine.declare import AssetPath, Color, ObjectName, Vec2, Vec3, Vec4, component, field, struct
    from .engine.entity import Entity
    from .engine.errors import (
        AssetError,
        DreamwellError,
        EditorError,
        GpuError,
        HudError,
        InputError,
        PhysicsError,
        Problem,
        RecordingError,
        SceneError,
        SettingsError,
        ShaderError,
    )
    from .engine.game.behaviour import Behaviour
    from .engine.game.coroutines import Coroutine, Steps, next_event, until, wait, wait_ticks
    from .engine.game.events import Contact, ContactEnded, Signal
    from .engine.game.schedule import Schedule
    from .engine.game.systems import on, start, system
    from .engine.game.timers import Timer
    from .engine.game.tweens import Tween
    from .engine.gpu import Gpu
    from .engine.heuristics.engine import Firing, HeuristicEngine
    from .engine.heuristics.explain import Explanation
    from .engine.heuristics.library import (
        damage_rules,
        fire_rules,
        flee_rules,
        flock_rules,
        ignition_rules,
        move_rules,
        patrol_rules,
        pickup_rules,
    )
    from .engine.hud import Hud
    from .engine.input import Action, Input, Pad, Touch
    from .engine.orbit import OrbitCamera
    from .engine.physical import MovingBody, RayHit, RayHits, Simulation
    from .engine.query import Batch, Position, Query, Rotation, Scale
    from .engine.recording import Recording
    from .engine.render import load, render
    from .engine.scene.components import (
        Camera,
        Environment,
        Light,
        Material,
        Mesh,
        PointLight,
        Prefab,
        SpotLight,
        Sun,
        Texture,
    )
    from .engine.scene.expressions import where
    from .engine.scene.lights import SceneLights
    from .engine.scene.physics import Body, Collider, Joint, Physics
    from .engine.scene.presets import preset
    from .engine.scene.rules import Rule, Sees, Steering, Then, When, Within
    from .engine.scene.scene import Scene, SceneObject
    from .engine.scene.settings import RenderSettings
    from .engine.script import ScriptError
    from .engine.snapshot import Keeper, Snapshot
    from .engine.world import World
    from .engine.world_lights import WorldLights
    from .fabric import Fabric, Observer
    from .loom.weave import weave
    from .loom.woven import WovenScene

    __version__: str
else:
    _MODULES = {
        "assets.mesh": ("MeshData",),
        "engine.app": ("App",),
        "engine.bindings": ("Bindings",),
        "engine.declare": (
            "AssetPath",
            "Color",
            "ObjectName",
            "Vec2",
            "Vec3",
            "Vec4",
            "component",
            "field",
            "struct",
        ),
        "engine.entity": ("Entity",),
        "engine.errors": (
            "AssetError",
            "DreamwellError",
            "EditorError",
            "GpuError",
            "HudError",
            "InputError",
            "PhysicsError",
            "Problem",
            "RecordingError",
            "SceneError",
            "SettingsError",
            "ShaderError",
        ),
        "engine.game.behaviour": ("Behaviour",),
        "engine.game.coroutines": (
            "Coroutine",
            "Steps",
            "next_event",
            "until",
            "wait",
            "wait_ticks",
        ),
        "engine.game.events": (
            "Contact",
            "ContactEnded",
            "Signal",
        ),
        "engine.game.schedule": ("Schedule",),
        "engine.game.systems": (
            "on",
            "start",
            "system",
        ),
        "engine.game.timers": ("Timer",),
        "engine.game.tweens": ("Tween",),
        "engine.gpu": ("Gpu",),
        "engine.heuristics.engine": (
            "Firing",
            "HeuristicEngine",
        ),
        "engine.heuristics.explain": ("Explanation",),
        "engine.heuristics.library": (
            "damage_rules",
            "fire_rules",
            "flee_rules",
            "flock_rules",
            "ignition_rules",
            "move_rules",
            "patrol_rules",
            "pickup_rules",
        ),
        "engine.hud": ("Hud",),
        "engine.input": (
            "Action",
            "Input",
            "Pad",
            "Touch",
        ),
        "engine.orbit": ("OrbitCamera",),
        "engine.physical": (
            "MovingBody",
            "RayHit",
            "RayHits",
            "Simulation",
        ),
        "engine.query": (
            "Batch",
            "Position",
            "Query",
            "Rotation",
            "Scale",
        ),
        "engine.recording": ("Recording",),
        "engine.render": (
            "load",
            "render",
        ),
        "engine.scene.components": (
            "Camera",
            "Environment",
            "Light",
            "Material",
            "Mesh",
            "PointLight",
            "Prefab",
            "SpotLight",
            "Sun",
            "Texture",
        ),
        "engine.scene.expressions": ("where",),
        "engine.scene.lights": ("SceneLights",),
        "engine.scene.physics": (
            "Body",
            "Collider",
            "Joint",
            "Physics",
        ),
        "engine.scene.presets": ("preset",),
        "engine.scene.rules": (
            "Rule",
            "Sees",
            "Steering",
            "Then",
            "When",
            "Within",
        ),
        "engine.scene.scene": (
            "Scene",
            "SceneObject",
        ),
        "engine.scene.settings": ("RenderSettings",),
        "engine.script": ("ScriptError",),
        "engine.snapshot": (
            "Keeper",
            "Snapshot",
        ),
        "engine.world": (
            "World",
            "WorldLights",
        ),
        "engine.world_lights": ("WorldLights",),
        "fabric": (
            "Fabric",
            "Observer",
        ),
        "loom.weave": ("weave",),
        "loom.woven": ("WovenScene",),
    }
    _HOME = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name == "__version__":
            from importlib.metadata import version

            value = version("dreamwell")
        elif name in _HOME:
            value = getattr(import_module(f".{_HOME[name]}", __name__), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "Action",
    "App",
    "AssetError",
    "AssetPath",
    "Batch",
    "Behaviour",
    "Bindings",
    "Body",
    "Camera",
    "Collider",
    "Color",
    "Contact",
    "ContactEnded",
    "Coroutine",
    "DreamwellError",
    "EditorError",
    "Entity",
    "Environment",
    "Explanation",
    "Fabric",
    "Firing",
    "Gpu",
    "GpuError",
    "HeuristicEngine",
    "Hud",
    "HudError",
    "Input",
    "InputError",
    "Joint",
    "Keeper",
    "Light",
    "Material",
    "Mesh",
    "MeshData",
    "MovingBody",
    "ObjectName",
    "Observer",
    "OrbitCamera",
    "Pad",
    "Physics",
    "PhysicsError",
    "PointLight",
    "Position",
    "Prefab",
    "Problem",
    "Query",
    "RayHit",
    "RayHits",
    "Recording",
    "RecordingError",
    "RenderSettings",
    "Rotation",
    "Rule",
    "Scale",
    "Scene",
    "SceneError",
    "SceneLights",
    "SceneObject",
    "Schedule",
    "ScriptError",
    "Sees",
    "SettingsError",
    "ShaderError",
    "Signal",
    "Simulation",
    "Snapshot",
    "SpotLight",
    "Steering",
    "Steps",
    "Sun",
    "Texture",
    "Then",
    "Timer",
    "Touch",
    "Tween",
    "Vec2",
    "Vec3",
    "Vec4",
    "When",
    "Within",
    "World",
    "WorldLights",
    "WovenScene",
    "__version__",
    "component",
    "damage_rules",
    "field",
    "fire_rules",
    "flee_rules",
    "flock_rules",
    "ignition_rules",
    "load",
    "move_rules",
    "next_event",
    "on",
    "patrol_rules",
    "pickup_rules",
    "preset",
    "render",
    "start",
    "struct",
    "system",
    "until",
    "wait",
    "wait_ticks",
    "weave",
    "where",
]
