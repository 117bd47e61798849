"""What the cameras of a document see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...engine.camera import Eye, Lens
from ...engine.scene.components import Camera
from ..core.tree import world_matrices

if TYPE_CHECKING:
    from ..core.state import EditorState


def camera_eye(state: EditorState, camera: int) -> Eye | None:
    """What a camera of the document sees; None where there is no such camera."""
    scene = state.scene
    row = scene.row_of(camera)
    if row is None:
        return None
    value = scene.by_id(camera).get(Camera)
    if value is None:
        return None
    world = world_matrices(scene, [row])[0]
    lengths = np.linalg.norm(world[:, :3], axis=0)
    if not (lengths > 1e-9).all():
        return None
    world[:, :3] /= lengths
    return Eye(world, Lens(value.fov_y, value.near, value.height, value.projection == "orthographic"))
