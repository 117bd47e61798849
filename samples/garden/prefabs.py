"""The garden's prefabs: `python -m dreamwell.samples.garden.prefabs` writes the `.dream` files of this folder anew.

Flowers hold petals and leaves, butterflies hold wings: one file for each, in another colour wherever it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import dreamwell as dw

from .shapes import write as write_shapes

Quaternion = tuple[float, float, float, float]
FOLDER = Path(__file__).parent
LEAF_GREEN = (0.16, 0.30, 0.06)
GLASS = dw.Material((0.42, 0.36, 0.26), roughness=0.25, emissive=(1.0, 0.62, 0.26), emissive_strength=0.0)
"""The lanterns' panes; the evening lights them."""
EARTH = dw.Material((0.185, 0.108, 0.062), roughness=1.0)
DAMP = dw.Material((0.052, 0.029, 0.017), roughness=0.72)
WITHERED = dw.Material((0.27, 0.175, 0.075), roughness=0.95, double_sided=True)
"""What the game shows instead: of earth that was watered, of plants that were not."""
IRON = dw.Material((0.045, 0.042, 0.04), metallic=0.6, roughness=0.55)


def turned(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Quaternion:
    """A rotation by degrees: about +Z, then lifted about X so that +Z rises, then about +Y."""
    y, p, r = (math.radians(a) / 2 for a in (yaw, -pitch, roll))
    cy, sy, cp, sp, cr, sr = math.cos(y), math.sin(y), math.cos(p), math.sin(p), math.cos(r), math.sin(r)
    return (
        cy * sp * cr + sy * cp * sr,
        sy * cp * cr - cy * sp * sr,
        cy * cp * sr - sy * sp * cr,
        cy * cp * cr + sy * sp * sr,
    )


def _rounded(value: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(v, 5) for v in value)


def part(name: str, look: dw.Material) -> dw.Scene:
    """One shape by itself."""
    scene = dw.Scene(name, seed=sum(map(ord, name)), root=FOLDER)
    scene.add(name, dw.Mesh.load(f"{name}.obj"), look)
    return scene


def flower(
    name: str,
    height: float,
    rings: Sequence[tuple[int, float, float, float, float, tuple[float, float, float]]],
    heart: tuple[float, tuple[float, float, float]],
    leaves: Sequence[tuple[float, float, float, float]],
    tilt: float,
) -> dw.Scene:
    """A flower in bloom.

    rings: of petals, as (count, length, breadth, pitch, first yaw, colour).  leaves: as (yaw, height, size, pitch).
    `heart`: radius and colour of the middle; `tilt`: degrees that the blossom looks forward.
    """
    scene = dw.Scene(name, seed=sum(map(ord, name)), root=FOLDER)
    green = dw.Material(LEAF_GREEN, roughness=0.7, double_sided=True)
    scene.add("stem", dw.Mesh.load("stem.obj"), green, scale=(1, height, 1))
    for k, (yaw, up, size, pitch) in enumerate(leaves):
        scene.add(f"leaf-{k}", dw.Prefab("leaf.dream"), at=(0, up * height, 0), scale=size,
                  rotation=_rounded(turned(yaw, pitch)))  # fmt: skip
    bloom = scene.add("bloom", at=(0, height, 0), rotation=_rounded(turned(0, -tilt)))
    radius, color = heart
    middle = dw.Material(color, roughness=0.85)
    scene.add("heart", dw.Mesh.load("heart.obj"), middle, parent=bloom, scale=radius)
    k = 0
    for ring, (count, length, breadth, pitch, first, tint) in enumerate(rings):
        for i in range(count):
            shade = 1.0 if i % 2 == 0 else 0.86
            look = {"petal": {"Material.base_color": _rounded([c * shade for c in tint])}}
            scene.add(
                f"petal-{k}", dw.Prefab("petal.dream", look), parent=bloom, at=(0, 0.012 * ring, 0),
                rotation=_rounded(turned(first + 360 * i / count, pitch + (4 if i % 2 else -4))),
                scale=_rounded((length * breadth, length, length)),
            )  # fmt: skip
            k += 1
    return scene


def poppy() -> dw.Scene:
    """Red bowls on thin stems."""
    red, deep = (0.90, 0.075, 0.022), (0.72, 0.035, 0.02)
    rings = [(4, 0.27, 1.45, 34, 0, red), (3, 0.23, 1.4, 52, 30, deep)]
    leaves = [(20, 0.04, 0.30, 25), (140, 0.10, 0.28, 30), (260, 0.07, 0.26, 25)]
    return flower("poppy", 0.60, rings, (0.062, (0.030, 0.028, 0.020)), leaves, 38)


def daisy() -> dw.Scene:
    """White rays around gold."""
    white, cream = (0.93, 0.91, 0.84), (0.90, 0.84, 0.74)
    rings = [(8, 0.24, 0.72, 6, 0, white), (8, 0.21, 0.72, 16, 22.5, cream)]
    leaves = [
        (0, 0.03, 0.27, 12),
        (75, 0.03, 0.25, 16),
        (150, 0.03, 0.27, 12),
        (225, 0.03, 0.24, 16),
        (300, 0.03, 0.26, 12),
    ]
    return flower("daisy", 0.46, rings, (0.085, (0.95, 0.52, 0.03)), leaves, 46)


def iris() -> dw.Scene:
    """Three petals up, three down, on a tall stem between swords."""
    pale, deep = (0.42, 0.30, 0.86), (0.16, 0.085, 0.62)
    rings = [(3, 0.33, 1.05, -24, 0, deep), (3, 0.30, 0.95, 62, 60, pale)]
    leaves = [(60, 0.0, 0.62, 62), (180, 0.0, 0.55, 66), (300, 0.0, 0.58, 60), (10, 0.02, 0.42, 50)]
    return flower("iris", 0.76, rings, (0.05, (0.95, 0.60, 0.06)), leaves, 16)


def butterfly() -> dw.Scene:
    """A body and two wings, one of them mirrored; it flies along -Z."""
    scene = dw.Scene("butterfly", seed=41, root=FOLDER)
    dark = dw.Material((0.05, 0.04, 0.035), roughness=0.6)
    scene.add("body", dw.Mesh.capsule(0.07, 0.42, 8), dark, rotation=turned(0, 90), scale=(0.2, 0.5, 0.2))
    scene.add("right", dw.Prefab("wing.dream"), scale=0.19)
    scene.add("left", dw.Prefab("wing.dream"), scale=(-0.19, 0.19, 0.19))
    return scene


def bee() -> dw.Scene:
    """Round, striped, and on small wings."""
    scene = dw.Scene("bee", seed=43, root=FOLDER)
    gold, dark = dw.Material((0.92, 0.55, 0.06), roughness=0.7), dw.Material((0.05, 0.035, 0.02), roughness=0.7)
    scene.add("body", dw.Mesh.sphere(1.0, 10), gold, scale=(0.05, 0.05, 0.075))
    for k, (z, size) in enumerate(((-0.035, 0.047), (0.015, 0.053), (0.06, 0.036))):
        scene.add(
            f"stripe-{k}", dw.Mesh.cylinder(1.0, 0.28, 10), dark, at=(0, 0, z), rotation=turned(0, 90), scale=size
        )
    pale = {"wing": {"Material.base_color": (0.80, 0.82, 0.85)}}
    scene.add("right", dw.Prefab("wing.dream", pale), at=(0.015, 0.04, 0), scale=0.085)
    scene.add("left", dw.Prefab("wing.dream", pale), at=(-0.015, 0.04, 0), scale=(-0.085, 0.085, 0.085))
    return scene


def lantern() -> dw.Scene:
    """A lantern on a post, not lit."""
    scene = dw.Scene("lantern", seed=47, root=FOLDER)
    scene.add("post", dw.Mesh.cylinder(0.035, 1.0, 8), IRON, at=(0, 0.5, 0))
    scene.add("foot", dw.Mesh.cylinder(0.11, 0.08, 8), IRON, at=(0, 0.04, 0))
    scene.add("plate", dw.Mesh.cylinder(0.13, 0.03, 6), IRON, at=(0, 1.0, 0))
    scene.add("pane", dw.Mesh.cylinder(0.095, 0.24, 6), GLASS, at=(0, 1.135, 0))
    scene.add("roof", dw.Mesh.cone(0.17, 0.14, 6), IRON, at=(0, 1.32, 0))
    scene.add("light", dw.PointLight(candela=0.0, color=(1.0, 0.60, 0.26), range=5.0), at=(0, 1.14, 0), tags={"lamp"})
    return scene


EVERY: dict[str, Callable[[], dw.Scene]] = {
    "petal": lambda: part("petal", dw.Material((1, 1, 1), roughness=0.6, double_sided=True)),
    "leaf": lambda: part("leaf", dw.Material(LEAF_GREEN, roughness=0.6, double_sided=True)),
    "wing": lambda: part("wing", dw.Material((0.95, 0.45, 0.05), roughness=0.7, double_sided=True)),
    "poppy": poppy,
    "daisy": daisy,
    "iris": iris,
    "butterfly": butterfly,
    "bee": bee,
    "lantern": lantern,
}
"""By name: what makes each of the files."""


def write(folder: Path = FOLDER) -> None:
    """The shapes, and the scenes that hold them."""
    write_shapes(folder)
    for name, make in EVERY.items():
        scene = make()
        scene.root = folder
        scene.save(folder / f"{name}.dream")


if __name__ == "__main__":
    write()
