"""The Loom: weaves a scene, once, into the flat manifest that everything else reads."""

from .weave import weave
from .woven import WovenScene

__all__ = ["WovenScene", "weave"]
