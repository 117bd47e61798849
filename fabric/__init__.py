"""The Fabric: draws a WovenScene with compute and render passes."""

from .fabric import Fabric
from .observer import Observer
from .picking import Pick, Picked, Request

__all__ = ["Fabric", "Observer", "Pick", "Picked", "Request"]
