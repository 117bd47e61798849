"""The Fabric: draws a WovenScene with compute and render passes."""

from .fabric import Fabric
from .observer import Observer

__all__ = ["Fabric", "Observer"]
