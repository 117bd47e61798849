"""What the chosen camera sees, in a corner of the viewport: a picture of its own, drawn when something changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imgui_bundle import ImVec2, imgui

from ...engine.gpu import Gpu
from ...engine.scene.components import Camera
from ...engine.world import World
from ...loom.woven import WovenScene
from ..host.draw_data import DrawData
from .eyes import camera_eye
from .frame import Frame
from .mirror import Mirror
from .paint import INK, color, label
from .picture import Picture

if TYPE_CHECKING:
    from ..core.state import EditorState

WIDTH, ASPECT, MARGIN = 236.0, 16 / 9, 14.0
"""Points; width / height."""


class Preview:
    """Draws the world of a mirror once more, for the active camera. Makes nothing until one is chosen."""

    def __init__(self, gpu: Gpu, draw: DrawData, mirror: Mirror) -> None:
        self.gpu, self._draw, self._of = gpu, draw, mirror
        self._picture: Picture | None = None
        self._texture: imgui.ImTextureRef | None = None
        self._world: World | None = None
        self._woven: WovenScene | None = None
        self._key: Any = None
        self._left = 0

    def show(
        self, state: EditorState, frame: Frame, scale: float, draw: imgui.ImDrawList, *, settle: int, hold: bool
    ) -> None:
        """Show it, if a camera is the active object and there is room. hold: the picture stays as it is for now."""
        self._of.frozen = False
        camera = state.selection.active
        x, y, width, height = frame.rect
        wide = min(WIDTH * scale, width * 0.4)
        high = wide / ASPECT
        if not camera or camera not in state.document or state.document.object(camera).get(Camera) is None:
            return
        eye = camera_eye(state, camera)
        if eye is None or wide < 90 or high > height * 0.5:
            return
        fb = imgui.get_io().display_framebuffer_scale.x
        picture = self._picture = self._picture or Picture(self.gpu, overlay=False)
        if picture.resize((round(wide * fb), round(high * fb))) or self._texture is None:
            if self._texture is not None:
                self._draw.forget(self._texture)
            self._texture = self._draw.texture(picture.view)
            self._key = None
        self._of.frozen = True
        if self._of.live:
            self._of.forget_files(set())  # to be woven, since this picture shows only what is
        key = (state.document.revision, eye.world_from_camera.tobytes(), str(eye.lens), picture.size)
        if key != self._key:
            self._key, self._left = key, min(settle, 6)
        world = self._follow()
        if world is None:
            return
        if self._left and not (hold and picture.drawn):
            self._left -= 1
            picture.draw(world, 0.0, eye)
        low = ImVec2(x + width - wide - MARGIN * scale, y + height - high - MARGIN * scale)
        size = ImVec2(low.x + wide, low.y + high)
        edge = 2 * scale
        draw.add_rect_filled(
            ImVec2(low.x - edge, low.y - edge), ImVec2(size.x + edge, size.y + edge), color(INK), 4 * scale
        )
        draw.add_image(self._texture, low, size)
        label(draw, (low.x + 8 * scale, low.y + 6 * scale), state.document.object(camera).name, scale)

    def _follow(self) -> World | None:
        """A world of its own, which shares what was woven: two pictures can't share one."""
        theirs = self._of.world
        if theirs is None:
            return None
        if self._world is None or self._woven is not theirs.woven:
            self._woven = theirs.woven
            self._world = World(theirs.woven, seed=1)
        mine = self._world
        n = min(len(mine.transforms.position), len(theirs.transforms.position), len(theirs.woven.objects.ids))
        a, b = mine.transforms, theirs.transforms
        differs = (a.position[:n] != b.position[:n]).any(axis=1)
        differs |= (a.rotation[:n] != b.rotation[:n]).any(axis=1) | (a.scale[:n] != b.scale[:n]).any(axis=1)
        if differs.any():
            rows = differs.nonzero()[0]
            a.position[rows], a.rotation[rows], a.scale[rows] = b.position[rows], b.rotation[rows], b.scale[rows]
            mine.touch(rows)
        mine.settings = replace(theirs.settings, debug=type(theirs.settings.debug)())
        return mine
