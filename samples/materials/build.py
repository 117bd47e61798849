"""The scene: shelves of spheres that each vary one number, and a table with a thing for every feature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

import dreamwell as dw

from ..viewer.exhibit import pillow
from .pictures import folder
from .shapes import (
    BOWL,
    GOBLET,
    HANDLE,
    LANTERN,
    LID,
    POT,
    SHADE,
    SPOUT,
    URN,
    body,
    canopy,
    rainbow_knot,
    tube,
    turned,
    wheels,
)

COLUMNS = 13
STEP = 0.40
RADIUS = 0.135
EYE, TARGET = (0.45, 2.05, 8.5), (0.0, 1.72, 0.3)
TABLE = 0.42
"""Metres: the height of its top."""


@dataclass(frozen=True)
class Row:
    """Spheres on a shelf. look: the material for a number from 0 to 1, from left to right."""

    name: str
    look: Callable[[float], dw.Material]


def _tinted(t: float) -> dw.Material:
    tint = (1.0, 0.25 + 0.75 * t, 0.10 + 0.9 * t * t)
    return dw.Material((0.03, 0.10, 0.06), roughness=0.25, specular=t, specular_color=tint)


ROWS = (
    Row("gold, roughness", lambda t: dw.Material((1.0, 0.73, 0.32), metallic=1.0, roughness=t)),
    Row("plastic, roughness", lambda t: dw.Material((0.78, 0.09, 0.045), roughness=t)),
    Row("metallic", lambda t: dw.Material((0.16, 0.55, 0.60), metallic=t, roughness=0.22)),
    Row(
        "clearcoat",
        lambda t: dw.Material((0.02, 0.045, 0.20), metallic=0.4, roughness=0.62, clearcoat=t, clearcoat_roughness=0.02),
    ),
    Row(
        "clearcoat roughness",
        lambda t: dw.Material((0.42, 0.02, 0.10), metallic=0.9, roughness=0.5, clearcoat=1.0, clearcoat_roughness=t),
    ),
    Row("index of refraction", lambda t: dw.Material((0.012, 0.012, 0.014), roughness=0.08, ior=1 + 1.6 * t)),
    Row("specular", _tinted),
)
"""From the top shelf to the lowest."""


def picture(name: str, times: tuple[float, float] = (1.0, 1.0)) -> dw.Texture:
    """One of our pictures, repeated."""
    return dw.Texture(f"{name}.png", scale=times)


def wood(times: tuple[float, float], varnish: float, rotation: float = 90.0) -> dw.Material:
    """Walnut, its grain along u; varnish is a clear coat."""
    color, bumps = (replace(picture(name, times), rotation=rotation) for name in ("wood", "wood-normal"))
    return dw.Material(
        (1.0, 1.0, 1.0), roughness=0.62, clearcoat=varnish, clearcoat_roughness=0.16, base_color_texture=color,
        normal_texture=bumps,
    )  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """What stands on the table. at: metres from the middle of its back edge, on top; turn: degrees about +Y."""

    shows: str
    look: dw.Material
    shapes: tuple[dw.MeshData | dw.Mesh, ...]
    at: tuple[float, float, float]
    turn: float = 0.0
    scale: float = 1.0


def things() -> list[Thing]:
    """Every one shows something that the shelves do not."""
    polished = dw.Material((0.91, 0.68, 0.34), metallic=1.0, roughness=0.12)
    hammered = replace(polished, roughness=0.17, normal_texture=picture("hammered", (2.0, 1.0)))
    sandstone = dw.Material(
        (1.0, 1.0, 1.0), roughness=0.9, base_color_texture=picture("stone", (1.5, 1.5)),
        normal_texture=picture("stone-normal", (1.5, 1.5)), occlusion_texture=picture("stone-occlusion", (1.5, 1.5)),
    )  # fmt: skip
    car_paint = dw.Material(
        (0.62, 0.012, 0.02), metallic=0.8, roughness=0.36, clearcoat=1.0, clearcoat_roughness=0.01,
        normal_texture=picture("flakes", (4.0, 8.0)), normal_scale=0.45,
    )  # fmt: skip
    carbon = dw.Material(
        (1.0, 1.0, 1.0), metallic=0.3, roughness=0.42, clearcoat=1.0, clearcoat_roughness=0.03,
        base_color_texture=picture("carbon", (3.0, 2.0)), normal_texture=picture("carbon-normal", (3.0, 2.0)),
    )  # fmt: skip
    orange = dw.Material(
        (0.85, 0.22, 0.008), roughness=0.5, clearcoat=1.0, clearcoat_roughness=0.05,
        clearcoat_normal_texture=picture("peel", (2.0, 1.0)),
    )  # fmt: skip
    bands = picture("lacquer", (2.0, 1.0))
    lacquer = dw.Material(
        (0.01, 0.11, 0.10), metallic=0.6, roughness=0.6, clearcoat=1.0, clearcoat_roughness=0.6,
        clearcoat_texture=bands, clearcoat_roughness_texture=bands,
    )  # fmt: skip
    leaves = picture("damask", (2.0, 1.0))
    damask = dw.Material(
        (0.035, 0.012, 0.03), roughness=0.24, ior=2.6, specular_color=(1.6, 1.6, 1.6), specular_texture=leaves,
        specular_color_texture=leaves,
    )  # fmt: skip
    glass = dw.Material((0.8, 0.9, 0.92), roughness=0.02, alpha=0.16, alpha_mode="blend", double_sided=True)
    paper = dw.Material(
        (0.30, 0.20, 0.12), roughness=0.8, emissive=(1.0, 0.62, 0.30), emissive_strength=6_500.0,
        emissive_texture=picture("lantern"),
    )  # fmt: skip
    sheet = dw.Material(
        (0.86, 0.84, 0.80), metallic=1.0, roughness=0.3, alpha_mode="mask", double_sided=True,
        base_color_texture=picture("holes", (3.0, 1.0)),
    )  # fmt: skip
    bulb = dw.Material((0.0, 0.0, 0.0), emissive=(1.0, 0.70, 0.42), emissive_strength=40_000.0)
    chart = dw.Material((1.0, 1.0, 1.0), unlit=True, base_color_texture=picture("chart"))
    painted = dw.Material((1.0, 1.0, 1.0), roughness=0.35)
    ball = dw.Mesh.sphere(0.145, 64)
    smoked = dw.Material((0.01, 0.012, 0.015), roughness=0.03, ior=1.7)
    rubber = dw.Material((0.025, 0.025, 0.027), roughness=0.7, specular=0.5)
    car = ((-0.50, 0.0, 0.88), 24.0, 1.05)
    pot = (-2.18, 0.0, 0.62)
    spout, handle = tube(SPOUT, (0.062, 0.052, 0.036, 0.028, 0.026), "spout"), tube(HANDLE, (0.02,) * 6, "handle")
    return [
        Thing("teapot: a normal texture on brass", hammered, (turned(POT, "pot"), turned(LID, "lid")), pot, -20, 1.35),
        Thing("spout and handle: polished brass", polished, (spout, handle), pot, -20, 1.35),
        Thing("stone: colour, normal and occlusion textures", sandstone, (pillow(0.42, 5),), (-1.38, 0.21, 0.40), 28),
        Thing("knot: vertex colours", painted, (rainbow_knot(),), (-1.38, 0.65, 0.40), 15),
        Thing("car: flakes below a smooth coat", car_paint, (body(),), *car),
        Thing("canopy: a dark dielectric", smoked, (canopy(),), *car),
        Thing("tyres: rough and black", rubber, wheels(), *car),
        Thing("urn: carbon fibre below a coat", carbon, (turned(URN, "urn"),), (0.22, 0.0, 0.42), scale=1.1),
        Thing(
            "bowl: walnut, varnished",
            wood((2.0, 1.0), 1.0, 0.0),
            (turned(BOWL, "bowl"),),
            (0.88, 0.0, 0.48),
            scale=1.15,
        ),
        Thing("ball: a coat with normals of its own", orange, (ball,), (0.46, 0.145, 1.02)),
        Thing("ball: where the coat is, and how rough", lacquer, (ball,), (0.86, 0.145, 1.08)),
        Thing("ball: where and in which colour it reflects", damask, (ball,), (1.26, 0.145, 1.02)),
        Thing("chart: unlit", chart, (dw.Mesh.quad((0.54, 0.36)),), (1.62, 0.20, 0.22), -8),
        Thing("goblet: alpha blending", glass, (turned(GOBLET, "goblet"),), (1.56, 0.0, 0.62)),
        Thing("lantern: emission", paper, (turned(LANTERN, "lantern"),), (2.12, 0.0, 0.40), scale=1.1),
        Thing("shade: alpha masking", sheet, (turned(SHADE, "shade"),), (2.52, 0.12, 0.85)),
        Thing("bulb: emissive strength", bulb, (dw.Mesh.sphere(0.055, 32),), (2.52, 0.30, 0.85)),
    ]


def scene() -> dw.Scene:
    """Wall, shelves, table, light and camera."""
    made = dw.Scene("materials", seed=1, root=folder())
    made.add("camera", dw.Camera(fov_y=26, near=0.2), at=EYE, toward=TARGET)
    made.add("sun", dw.Sun(lux=30_000, color=(1.0, 0.86, 0.66)), toward=(0.62, -0.62, -0.80))
    made.add("room", dw.Environment(source="file", file="gallery.hdr", visible=False, backdrop=(700, 640, 590)))
    made.settings = replace(
        made.settings,
        shadows=replace(made.settings.shadows, distance=16.0, softness=2.5, size=4096),
        exposure=replace(made.settings.exposure, compensation=0.35),
    )
    _wall(made)
    _table(made)
    return made


def _wall(made: dw.Scene) -> None:
    plaster = dw.Material(
        (0.34, 0.325, 0.31), roughness=0.85, normal_texture=picture("plaster", (3.0, 1.5)), normal_scale=0.35
    )
    made.add("wall", dw.Mesh.box((14.0, 7.0, 0.2)), plaster, at=(0, 2.0, -0.1))
    board = dw.Mesh.box((COLUMNS * STEP + 0.12, 0.035, 0.34))
    oiled = wood((2.0, 0.2), 0.35)
    for i, row in enumerate(ROWS):
        y = 1.02 + 0.335 * (len(ROWS) - 1 - i)
        made.add(f"shelf, {row.name}", board, oiled, at=(0, y - 0.0175, 0.17))
        for k in range(COLUMNS):
            t = k / (COLUMNS - 1)
            x = (k - (COLUMNS - 1) / 2) * STEP
            made.add(f"{row.name} {t:.1f}", dw.Mesh.sphere(RADIUS, 48), row.look(t), at=(x, y + RADIUS, 0.18))


def _table(made: dw.Scene) -> None:
    made.add("table", dw.Mesh.box((6.4, 0.10, 1.35)), wood((2.0, 0.8), 0.6), at=(0, TABLE - 0.05, 1.25))
    made.add("front", dw.Mesh.box((6.1, 1.2, 1.0)), dw.Material((0.11, 0.10, 0.095)), at=(0, TABLE - 0.7, 1.2))
    for thing in things():
        x, y, z = thing.at
        half = np.radians(thing.turn) / 2
        turn = (0.0, float(np.sin(half)), 0.0, float(np.cos(half)))
        for shape in thing.shapes:
            mesh = shape if isinstance(shape, dw.Mesh) else dw.Mesh.of(shape)
            at = (x, TABLE + y, 0.58 + z)
            made.add(thing.shows, mesh, thing.look, at=at, rotation=turn, scale=thing.scale)
