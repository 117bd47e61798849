"""The stage: a round table in the evening sun, and one of each thing that is spawned, out of sight."""

from __future__ import annotations

import dreamwell as dw

from .shapes import BODIES, COLORS, SKIN

RADIUS = 17.0
"""Metres, of the table."""
AWAY = (0.0, -600.0, 0.0)
"""Where one of each thing waits to be copied."""
AIM = (0.0, 2.2, 0.0)
"""What the camera looks at."""
ICE = (0.62, 0.85, 0.95)


@dw.component
class Toy:
    """Something to play with."""

    color: str = dw.field(default="coral", doc="of the palette")
    born: int = dw.field(default=0, minimum=0, doc="its number: the oldest go when there are too many")


def plastic(color: tuple[float, float, float]) -> dw.Material:
    """Smooth, as toys are."""
    return dw.Material(color, roughness=0.32)


MATERIALS = {name: plastic(color) for name, color in COLORS.items()} | {
    "skin": dw.Material(SKIN, roughness=0.55),
    "steel": dw.Material((0.52, 0.53, 0.56), metallic=1.0, roughness=0.24),
    "ice": dw.Material(ICE, roughness=0.12),
}
"""By the name that a Toy has for it; "ice" is what does not move."""


def scene() -> dw.Scene:
    """The table, the light, the models."""
    made = dw.Scene("playground", seed=1)
    made.physics = dw.Physics(iterations=6)
    made.add("camera", dw.Camera(fov_y=38))
    made.add("sun", dw.Sun(lux=62_000, color=(1.0, 0.83, 0.66)), toward=(-2.2, -2.6, -1.5))
    sky = dw.Environment(
        source="gradient",
        zenith=(0.34, 0.62, 1.20),
        horizon=(1.25, 1.02, 0.92),
        ground=(0.70, 0.98, 1.45),
        intensity=10_000,
    )
    made.add("sky", sky)
    wood = dw.Material((0.62, 0.37, 0.20), roughness=0.5)
    felt = dw.Material((0.66, 0.60, 0.50), roughness=0.92)
    line = dw.Material((0.50, 0.44, 0.38), roughness=0.92)
    table = dw.Collider(shape="cylinder", radius=RADIUS, height=1.0, friction=0.8)
    made.add("table", dw.Mesh.cylinder(RADIUS, 1.0, 128), felt, table, at=(0, -0.5, 0))
    made.add("rim", dw.Mesh.torus(RADIUS, 0.55, 128), wood, at=(0, -0.45, 0))
    for i, radius in enumerate((4.0, 8.0, 12.0)):
        made.add(f"ring-{i}", dw.Mesh.torus(radius, 0.05, 128), line, at=(0, -0.035, 0))
    made.add("foot", dw.Mesh.cone(RADIUS * 0.96, 14.0, 128), wood, at=(0, -8, 0), rotation=(1, 0, 0, 0))
    for name, (mesh, _) in BODIES.items():
        made.add(name, mesh, MATERIALS["coral"], at=AWAY)
    for i, (name, material) in enumerate(MATERIALS.items()):
        made.add(f"material-{name}", dw.Mesh.box(0.1), material, at=(i, AWAY[1], 0))
    made.add("empty", at=AWAY)
    made.add("blast", dw.PointLight(0.0, color=(1.0, 0.62, 0.25), range=30.0), at=AWAY)
    return made
