"""The editable scene: a tree of objects with tags and typed components, and its `.dream` text."""

from .components import Camera, Environment, Light, Material, Mesh, PointLight, SpotLight, Sun, Texture
from .presets import preset
from .scene import Scene, SceneObject
from .settings import RenderSettings, apply_settings

__all__ = [
    "Camera", "Environment", "Light", "Material", "Mesh", "PointLight", "RenderSettings", "Scene", "SceneObject",
    "SpotLight", "Sun", "Texture", "apply_settings", "preset",
]  # fmt: skip
