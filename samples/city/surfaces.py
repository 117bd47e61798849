"""What the city is made of. Some surfaces change with the hour: windows, lamps, clouds, the air before the hills."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import dreamwell as dw

from .light import Light

Vec3 = tuple[float, float, float]

TINTS: dict[str, tuple[Vec3, ...]] = {
    "glass": ((0.62, 0.78, 0.92), (0.86, 0.72, 0.54), (0.62, 0.80, 0.76), (0.86, 0.90, 0.94)),
    "stone": ((0.58, 0.30, 0.20), (0.74, 0.58, 0.40), (0.82, 0.76, 0.66), (0.44, 0.26, 0.20)),
    "strip": ((0.84, 0.83, 0.80), (0.68, 0.65, 0.60), (0.50, 0.50, 0.52), (0.86, 0.78, 0.66)),
    "shop": ((0.50, 0.48, 0.46), (0.36, 0.30, 0.26), (0.62, 0.58, 0.52), (0.30, 0.30, 0.32)),
}
PAINT: tuple[Vec3, ...] = (
    (0.75, 0.75, 0.76), (0.05, 0.05, 0.06), (0.55, 0.05, 0.04), (0.08, 0.16, 0.35), (0.85, 0.6, 0.08), (0.3, 0.3, 0.32),
)  # fmt: skip


def plain(color: Vec3, roughness: float = 0.85) -> dw.Material:
    """A surface without pictures."""
    return dw.Material(base_color=color, roughness=roughness)


def ground(color: Vec3, metres: tuple[float, float]) -> dw.Material:
    """Ground of so many metres, with blotches that repeat every 40.

    It is blended, since what is blended casts no shadow: the river mirrors a second city that stands upside down
    below it, and the sun must shine on that too.
    """
    texture = dw.Texture(image="ground.png", scale=(metres[0] / 40, metres[1] / 40))
    return dw.Material(base_color=color, roughness=0.9, alpha_mode="blend", base_color_texture=texture)


def water(metres: tuple[float, float]) -> dw.Material:
    """A river that lets the second city shine through."""
    ripples = dw.Texture(image="ripples.png", scale=(metres[0] / 60, metres[1] / 60))
    return dw.Material(
        base_color=(0.010, 0.030, 0.036), roughness=0.1, alpha=0.56, alpha_mode="blend",
        normal_texture=ripples, normal_scale=0.2,
    )  # fmt: skip


def bulb(now: Light) -> dw.SpotLight:
    """The light of a street lamp."""
    return dw.SpotLight(
        candela=2_600 * now.lamps, color=(1.0, 0.70, 0.40), range=38, inner_angle=30, outer_angle=74, cast_shadows=False
    )


def surfaces(now: Light) -> dict[str, dw.Material]:
    """By name, those that change with the hour: "glass-0" to "shop-3", "bulb", "sun" and so on."""
    out = {
        f"{style}-{i}": _facade(style, tint, now.lamps)
        for style, tints in TINTS.items()
        for i, tint in enumerate(tints)
    }
    out["bulb"] = _shining((1.0, 0.72, 0.42), 9_000 * now.lamps + 1)
    out["beacon"] = _shining((1.0, 0.08, 0.04), 900 * now.lamps + 5)
    out["head lamp"] = _shining((1.0, 0.93, 0.80), 6_000 * now.lamps + 1)
    out["tail lamp"] = _shining((1.0, 0.05, 0.02), 1_500 * now.lamps + 1)
    horizon, sunlight = np.array(now.sky.horizon), np.multiply(now.sun.color, now.sun.lux)
    out["sun"] = _in_the_sky("glow.png", sunlight / 4)
    out["cloud"] = _in_the_sky("cloud.png", 0.8 * horizon + 0.02 * sunlight)
    out["air"] = replace(plain((0.03, 0.04, 0.04)), emissive=_vec3(horizon * (0.50, 0.55, 0.65)))
    return out


def _facade(style: str, tint: Vec3, lamps: float) -> dw.Material:
    return dw.Material(
        base_color=tint,
        metallic=1.0,
        roughness=1.0,
        emissive=(1.0, 1.0, 1.0),
        emissive_strength=(260.0 if style == "shop" else 100.0) * lamps,
        base_color_texture=dw.Texture(image=f"{style}-color.png"),
        metallic_roughness_texture=dw.Texture(image=f"{style}-surface.png"),
        emissive_texture=dw.Texture(image=f"{style}-light.png"),
    )


def _shining(color: Vec3, strength: float) -> dw.Material:
    return dw.Material(base_color=(0.05, 0.05, 0.05), emissive=color, emissive_strength=strength)


def _in_the_sky(image: str, radiance: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dw.Material:
    """A picture that shines with the strength of its alpha."""
    return dw.Material(
        base_color=(0.0, 0.0, 0.0), roughness=1.0, emissive=_vec3(radiance), alpha_mode="blend", double_sided=True,
        base_color_texture=dw.Texture(image=image, wrap_u="clamp", wrap_v="clamp"),
    )  # fmt: skip


def _vec3(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Vec3:
    r, g, b = values.tolist()
    return r, g, b
