"""A small game with a menu, a score and a bar, all of it the HUD: keep the golden rings turning.

Play, then press Space: every push gives momentum, and less the more there is. The score counts degrees. P pauses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import dreamwell as dw

GOLD, PALE, INK = "#ffd58a", "#aeb9cc", "#1c1408"
PUSH = 0.2
"""Of the momentum that is missing, for one press of Space."""
DRAGS = {"gentle": 0.1, "strong": 0.2}
"""Momentum that is lost per second."""


def emblem(edge: int = 128) -> NDArray[np.uint8]:
    """(edge, edge, 4) uint8: three golden rings, one in the other."""
    y, x = (np.mgrid[:edge, :edge] + 0.5) / edge * 2 - 1
    picture = np.zeros((edge, edge, 4))
    for radius, squeeze, turn in ((0.86, 0.42, 0.5), (0.86, 0.42, -0.5), (0.3, 1.0, 0.0)):
        along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        away = np.abs(np.hypot(along, across / squeeze) - radius) * (squeeze if squeeze < 1 else 1) ** 0.5
        alpha = np.clip((0.06 - away) * edge / 3, 0, 1)[..., None]
        gold = np.stack([1 - 0.1 * y, 0.85 - 0.2 * y, 0.58 - 0.3 * y, np.ones_like(x)], axis=-1)
        picture = picture * (1 - alpha) + gold * alpha
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def stage() -> dw.Scene:
    """Rings of gold around a cube, over the sea in the evening."""
    scene = dw.Scene("menu", seed=1)
    scene.add("camera", dw.Camera(fov_y=32), at=(0.2, 2.3, 7.6), toward=(-1.15, 1.75, 0))
    scene.add("sun", dw.Sun(lux=60_000, color=(1, 0.74, 0.48)), toward=(-3, -2.2, -0.9))
    sky = dw.Environment(source="gradient", zenith=(0.2, 0.3, 0.62), horizon=(1, 0.52, 0.3), intensity=8_000)
    scene.add("sky", sky)
    scene.add("sea", dw.Mesh.plane(1000), dw.Material(base_color=(0.03, 0.1, 0.2), roughness=0.45))
    gold = dw.Material(base_color=(1, 0.71, 0.27), metallic=1, roughness=0.18)
    ember = dw.Material(base_color=(0.9, 0.22, 0.04), roughness=0.25)
    scene.add("cube", dw.Mesh.box(1.0), ember, at=(0, 1.6, 0), toward=(-0.7, 1.9, 1), tags={"turning"})
    for radius, x in ((1.1, 1.5), (1.32, -1.0), (1.54, 0.4)):
        scene.add("ring", dw.Mesh.torus(radius, 0.06, 128), gold, at=(0, 1.6, 0), toward=(x, 2.4, -1), tags={"turning"})
    return scene


app = dw.App(stage(), title="Momentum", settings={"shadows.distance": 15, "exposure.compensation": 0.45})
hud = app.hud
hud.height = 720

# What is seen while one plays.
top = hud.panel("top", size=(None, 120), radius=0, color="#10131fa8", color_end="#10131f00")
hud.text("turned", "SCORE", parent=top, at=(40, 26), size=15, color="#eef1f6", shadow="#000000a0")
score = hud.text("score", "0°", parent=top, at=(40, 44), size=34, shadow="#000000a0")
hud.text("speed", "MOMENTUM", parent=top, at=(40, 26), anchor="top_right", size=15, color="#eef1f6", shadow="#000000a0")
bar = hud.bar("momentum", 0.72, parent=top, at=(40, 54), anchor="top_right", size=(260, 18), radius=9)
bar.color, bar.fill, bar.fill_end, bar.padding = "#0b0f18d8", "#ffd98f", "#f08a3c", 3
bar.border, bar.border_color = 1, "#ffffff30"

# The menu.
menu = hud.panel("menu", at=(88, 30), anchor="left", size=(348, 452), radius=18, border=1, shadow="#00000090")
menu.color, menu.color_end, menu.shadow_blur = "#171d2bf0", "#0d111bf0", 36
hud.image("emblem", emblem(), parent=menu, at=(0, 30), anchor="top", size=(64, 64))
hud.text("title", "Momentum", parent=menu, at=(0, 98), anchor="top", size=44, color="#fff4de", shadow="#000000a0")
told = hud.text("told", "Keep the golden rings turning.", parent=menu, at=(0, 158), anchor="top", size=16, color=PALE)
play = hud.button("play", "Play", parent=menu, at=(0, 206), anchor="top", size=(276, 52), text_color=INK, border=0)
play.color, play.color_end, play.text_size = "#ffdd9b", "#e8a24c", 20

drag = hud.button("drag", "Drag: gentle", parent=menu, at=(0, 270), anchor="top", size=(276, 46))
leave = hud.button("leave", "Quit", parent=menu, at=(0, 328), anchor="top", size=(276, 46), on_click=app.close)
hud.text(
    "keys", "Arrow keys and Enter, or the pointer", parent=menu, at=(0, 26), anchor="bottom", size=15, color="#8b97ab"
)
hint = hud.text(
    "hint", "Space pushes, P pauses", at=(0, 40), anchor="bottom", size=18, shadow="#000000c0", visible=False
)
hud.focus = play

degrees, momentum, strength = 0.0, 0.72, "gentle"


def show_menu(shown: bool, text: str = "") -> None:
    """Open the menu with a line of text, or close it."""
    menu.visible, hint.visible = shown, not shown
    hud.focus = play if shown else None
    told.text = text or told.text


@app.on_key
def press(key: str) -> None:
    """Space pushes the rings, P pauses."""
    global momentum
    if key == " " and not menu.visible:
        momentum += PUSH * (1 - momentum)
    elif key == "p":
        show_menu(not menu.visible, "Paused. They wait for you.")


@app.update
def turn(world: dw.World, dt: float) -> None:
    """The rings turn as fast as there is momentum, which drag takes away while one plays."""
    global degrees, momentum, strength
    if drag.clicked:
        strength = "strong" if strength == "gentle" else "gentle"
        drag.text = f"Drag: {strength}"
    if play.clicked:
        if momentum <= 0 or not degrees:
            degrees, momentum = 0.0, 0.72
        show_menu(False)
    for i, part in enumerate(world.tagged("turning")):
        part.rotate(x=10 * i * dt * momentum, y=(40 + 10 * i) * dt * momentum)
    if menu.visible:
        return
    degrees += 60 * dt * momentum
    momentum = max(0.0, momentum - DRAGS[strength] * dt)
    score.text, bar.value = f"{degrees:.0f}°", momentum
    if momentum == 0:
        show_menu(True, f"They stand still, after {degrees:.0f}°.")


app.run()
