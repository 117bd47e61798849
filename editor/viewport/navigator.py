"""The three axes in the corner: they show how the view is turned, a click looks along one, a drag goes around."""

from __future__ import annotations

import math
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from ..core.camera import ViewCamera
from .frame import Frame, Rect
from .paint import AXIS, HOT, WHITE, Rgba, color

RADIUS, BALL, MARGIN = 38.0, 9.5, 14.0
"""Points."""
SIDE_OF = {"x": "right", "y": "top", "z": "front", "-x": "left", "-y": "bottom", "-z": "back"}


@dataclass(frozen=True, slots=True)
class Ball:
    """The end of an axis: its name, where it is on the page, how far towards the eye (-1 to 1)."""

    name: str
    x: float
    y: float
    toward: float


class Navigator:
    """Where the axes are in a view, and which one the pointer is on."""

    def __init__(self, frame: Frame, rect: Rect, scale: float) -> None:
        x, y, width, _ = rect
        self.scale = scale
        reach = (RADIUS + BALL) * scale
        self.centre = x + width - MARGIN * scale - reach, y + MARGIN * scale + reach
        right, up, back = frame.axes.T
        self.balls = sorted(
            (
                Ball(
                    ("" if sign > 0 else "-") + name,
                    self.centre[0] + sign * float(right[k]) * RADIUS * scale,
                    self.centre[1] - sign * float(up[k]) * RADIUS * scale,
                    sign * float(back[k]),
                )
                for k, name in enumerate("xyz")
                for sign in (1, -1)
            ),
            key=lambda ball: ball.toward,
        )

    @property
    def toggle(self) -> Rect:
        """Where the name of the projection is."""
        wide, high = 74.0 * self.scale, 20.0 * self.scale
        return (
            self.centre[0] - wide / 2,
            self.centre[1] + (RADIUS + BALL + 6) * self.scale,
            wide,
            high,
        )

    def hit(self, px: float, py: float) -> str:
        """The ball under a point, "around" elsewhere in the circle, "projection", or an empty text."""
        for ball in reversed(self.balls):
            if math.hypot(px - ball.x, py - ball.y) <= (BALL + 2) * self.scale:
                return ball.name
        if math.hypot(px - self.centre[0], py - self.centre[1]) <= (RADIUS + BALL + 3) * self.scale:
            return "around"
        x, y, w, h = self.toggle
        return "projection" if x <= px < x + w and y <= py < y + h else ""

    def draw(self, draw: imgui.ImDrawList, hovered: str, *, orthographic: bool) -> None:
        """Draw it."""
        s, (cx, cy) = self.scale, self.centre
        if hovered and hovered != "projection":
            draw.add_circle_filled(ImVec2(cx, cy), (RADIUS + BALL + 3) * s, color((1, 1, 1, 0.07)), 48)
        for ball in self.balls:
            name = ball.name.lstrip("-")
            own = AXIS[name]
            near = 0.5 + 0.5 * (ball.toward + 1) / 2
            tint: Rgba = HOT if ball.name == hovered else (own[0] * near, own[1] * near, own[2] * near, 1.0)
            at, r = ImVec2(ball.x, ball.y), BALL * s * (0.84 + 0.16 * ball.toward)
            if ball.name == name:
                draw.add_line(ImVec2(cx, cy), at, color(tint), 2.6 * s)
                draw.add_circle_filled(at, r, color(tint), 24)
                text = name.upper()
                size = imgui.calc_text_size(text)
                ink = color((0.05, 0.06, 0.08, 0.92))
                draw.add_text(ImVec2(round(ball.x - size.x / 2), round(ball.y - size.y / 2)), ink, text)
            else:
                draw.add_circle_filled(at, r * 0.86, color((*tint[:3], 0.30)), 24)
                draw.add_circle(at, r * 0.86, color(tint), 24, 1.6 * s)
        x, y, w, h = self.toggle
        text = "Orthographic" if orthographic else "Perspective"
        size = imgui.calc_text_size(text)
        shade = WHITE if hovered == "projection" else (0.80, 0.83, 0.88, 0.8)
        left, top = round(x + (w - size.x) / 2), round(y + (h - size.y) / 2)
        draw.add_text(ImVec2(left + s, top + s), color((0, 0, 0, 0.55)), text)
        draw.add_text(ImVec2(left, top), color(shade), text)


def follow(camera: ViewCamera, name: str) -> None:
    """Do what a click on a ball, or on the name of the projection, means."""
    if name == "projection":
        from dataclasses import replace

        camera.go(replace(camera.pose, orthographic=not camera.pose.orthographic))
    elif name in SIDE_OF:
        camera.side(SIDE_OF[name])
