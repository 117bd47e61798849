"""Dreamwell, a GPU game engine framework: `import dreamwell as dw`.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assets.mesh import MeshData
    from .engine.app import App
    from .engine.bindings import Bindings
    from .engine.camera import Ray
    from .engine.characters import MovingCharacter
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
    from .engine.heuristics.engine import HeuristicEngine
    from .engine.heuristics.explain import Explanation
    from .engine.heuristics.firing import Firing
    from .engine.heuristics.library import (
        chase_rules,
        damage_rules,
        drive_rules,
        fire_rules,
        flee_rules,
        flock_rules,
        ignition_rules,
        move_rules,
        patrol_rules,
        pickup_rules,
    )
    from .engine.heuristics.traces import Trace, Traces
    from .engine.hud import Hud
    from .engine.hud_button import Button
    from .engine.hud_elements import Bar, Element, Image, Panel, Text
    from .engine.hud_looks import Align, Anchor
    from .engine.input import Action, Input, Pad, Touch
    from .engine.lines import Lines
    from .engine.orbit import OrbitCamera
    from .engine.physical import MovingBody, Simulation
    from .engine.physical_queries import RayHit, RayHits
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
    from .engine.scene.physics import Body, Character, Collider, Joint, Physics
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
        "engine.camera": ("Ray",),
        "engine.characters": ("MovingCharacter",),
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
        "engine.heuristics.engine": ("HeuristicEngine",),
        "engine.heuristics.explain": ("Explanation",),
        "engine.heuristics.traces": ("Trace", "Traces"),
        "engine.heuristics.firing": ("Firing",),
        "engine.heuristics.library": (
            "chase_rules",
            "damage_rules",
            "drive_rules",
            "fire_rules",
            "flee_rules",
            "flock_rules",
            "ignition_rules",
            "move_rules",
            "patrol_rules",
            "pickup_rules",
        ),
        "engine.hud": ("Hud",),
        "engine.hud_button": ("Button",),
        "engine.hud_elements": (
            "Bar",
            "Element",
            "Image",
            "Panel",
            "Text",
        ),
        "engine.hud_looks": (
            "Align",
            "Anchor",
        ),
        "engine.lines": ("Lines",),
        "engine.input": (
            "Action",
            "Input",
            "Pad",
            "Touch",
        ),
        "engine.orbit": ("OrbitCamera",),
        "engine.physical": (
            "MovingBody",
            "Simulation",
        ),
        "engine.physical_queries": (
            "RayHit",
            "RayHits",
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
            "Character",
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
    "Align",
    "Anchor",
    "App",
    "AssetError",
    "AssetPath",
    "Bar",
    "Batch",
    "Behaviour",
    "Bindings",
    "Body",
    "Button",
    "Camera",
    "Character",
    "Collider",
    "Color",
    "Contact",
    "ContactEnded",
    "Coroutine",
    "DreamwellError",
    "EditorError",
    "Element",
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
    "Image",
    "Input",
    "InputError",
    "Joint",
    "Keeper",
    "Light",
    "Lines",
    "Material",
    "Mesh",
    "MeshData",
    "MovingBody",
    "MovingCharacter",
    "ObjectName",
    "Observer",
    "OrbitCamera",
    "Pad",
    "Panel",
    "Physics",
    "PhysicsError",
    "PointLight",
    "Position",
    "Prefab",
    "Problem",
    "Query",
    "Ray",
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
    "Text",
    "Texture",
    "Then",
    "Timer",
    "Touch",
    "Trace",
    "Traces",
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
    "chase_rules",
    "component",
    "damage_rules",
    "drive_rules",
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
