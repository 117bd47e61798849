"""The surface model and the lights in NumPy, from the papers and specifications and not from the shaders.

glTF 2.0, appendix B (metallic-roughness); Heitz 2014 (height-correlated Smith); Schlick 1994; Turquin 2019 (energy
compensation); KHR_lights_punctual (range and cone); KHR_materials_ior, KHR_materials_specular, KHR_materials_clearcoat.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from dreamwell.tests.fabric.drawing import F64


@dataclass(frozen=True)
class Look:
    """A surface. base: linear colour; roughness, coat_roughness: perceptual; coat: strength of the clear coat."""

    base: tuple[float, float, float] = (0.8, 0.8, 0.8)
    metallic: float = 0.0
    roughness: float = 0.5
    emissive: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ior: float = 1.5
    specular: float = 1.0
    specular_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    coat: float = 0.0
    coat_roughness: float = 0.0


@dataclass(frozen=True)
class Lamp:
    """A light. kind: sun, point or spot. power: lux or candela, times the colour. inner, outer: degrees."""

    kind: str
    power: tuple[float, float, float]
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    toward: tuple[float, float, float] = (0.0, 0.0, 0.0)
    range: float = 0.0
    inner: float = 20.0
    outer: float = 30.0
    travels: F64 = field(init=False)

    def __post_init__(self) -> None:
        d = np.subtract(self.toward, self.at).astype(np.float64)
        object.__setattr__(self, "travels", d / max(float(np.linalg.norm(d)), 1e-12))

    def arriving(self, p: F64) -> tuple[F64, F64]:
        """At points (..., 3): unit directions to the light (..., 3), lux on a surface that faces it (..., 3)."""
        power = np.asarray(self.power)
        if self.kind == "sun":
            return np.broadcast_to(-self.travels, p.shape), np.broadcast_to(power, p.shape)
        away = np.asarray(self.at) - p
        d = np.linalg.norm(away, axis=-1, keepdims=True)
        lux = power / d**2
        if self.range:
            lux = lux * np.clip(1 - (d / self.range) ** 4, 0, 1)
        if self.kind == "spot":
            inner, outer = np.cos(np.radians([self.inner, self.outer]))
            along = -(away / d) @ self.travels
            lux = lux * np.clip((along - outer) / max(0.001, inner - outer), 0, 1)[..., None] ** 2
        return away / d, lux


def unit(v: ArrayLike) -> F64:
    v = np.asarray(v, np.float64)
    return np.asarray(v / np.linalg.norm(v, axis=-1, keepdims=True))


def dot(a: F64, b: F64) -> F64:
    return np.asarray((a * b).sum(axis=-1, keepdims=True))


def microfacets(n: F64, v: F64, l: F64, roughness: float) -> F64:
    """GGX times the height-correlated Smith term over 4 (n·l) (n·v): the specular lobe without its Fresnel factor."""
    a2 = max(roughness**2, 1e-3) ** 2
    nl, nv, nh = dot(n, l), dot(n, v), dot(n, unit(l + v))

    def shadowing(cos: F64) -> F64:
        return (np.sqrt(1 + a2 * (1 - cos**2) / cos**2) - 1) / 2

    distribution = a2 / (np.pi * (nh**2 * (a2 - 1) + 1) ** 2)
    return distribution / (1 + shadowing(nl) + shadowing(nv)) / (4 * nl * nv)


def lobe_means(nv: float, roughness: float) -> tuple[float, float]:
    """∫ D V (n·l) dl, by brute force: what a white lobe reflects of light from everywhere; and times (1 - v·h)^5."""
    alpha = max(roughness**2, 1e-3)
    steps, turns = 300, 128
    # Half vectors on a grid that is as fine as the lobe is narrow: tan θ = alpha √(u / (1 - u)).
    u = (np.arange(steps) + 0.5) / steps
    theta = np.arctan(alpha * np.sqrt(u / (1 - u)))[:, None]
    width = alpha / (2 * np.sqrt(u) * (1 - u) ** 1.5) / (1 + alpha**2 * u / (1 - u)) / steps  # dθ
    phi = (np.arange(turns) + 0.5) / turns * 2 * np.pi
    h = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi], axis=-1)
    v, n = np.array([np.sqrt(1 - nv * nv), 0, nv]), np.array([0.0, 0, 1])
    vh = dot(h, v)
    l = 2 * vh * h - v
    with np.errstate(divide="ignore", invalid="ignore"):
        value = microfacets(n, v, l, roughness) * l[..., 2:] * 4 * vh  # dl = 4 (v·h) dh
    value = np.where((l[..., 2:] > 0) & (vh > 0), value, 0)[..., 0] * np.sin(theta) * width[:, None]
    whole, grazing = value.sum(), (value * (1 - vh[..., 0]) ** 5).sum()
    return float(whole * 2 * np.pi / turns), float(grazing * 2 * np.pi / turns)


@lru_cache(maxsize=64)
def albedos(roughness: float) -> tuple[F64, F64]:
    """Cosines of the view angle, and what a white lobe reflects there."""
    cosines = np.linspace(0.02, 1, 50)
    return cosines, np.array([lobe_means(float(c), roughness)[0] for c in cosines])


def lobe_to(n: F64, v: F64, l: F64, roughness: float) -> F64:
    """`microfacets`, and zero where the light is behind the surface."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(dot(n, l) > 0, microfacets(n, v, l, roughness), 0)


def reflected(look: Look, n: F64, v: F64, l: F64, compensate: bool) -> F64:
    """(..., 3) the BRDF times cos(n, l) without a clear coat; zero where the light is behind the surface."""
    base = np.asarray(look.base)
    lobe = lobe_to(n, v, l, look.roughness)
    grazing = (1 - np.clip(dot(v, unit(l + v)), 0, 1)) ** 5
    f0 = np.minimum(((look.ior - 1) / (look.ior + 1)) ** 2 * np.asarray(look.specular_color), 1)
    if compensate:
        given_back = 1 / np.interp(dot(n, v), *albedos(look.roughness)) - 1
        lobe = lobe * (1 + (f0 * (1 - look.metallic) + base * look.metallic) * given_back)
    fresnel = f0 + (1 - f0) * grazing
    through = 1 - look.specular * fresnel.max(axis=-1, keepdims=True)
    dielectric = through * base / np.pi + look.specular * fresnel * lobe
    metal = (base + (1 - base) * grazing) * lobe
    mixed = dielectric * (1 - look.metallic) + metal * look.metallic
    return np.asarray(mixed * np.maximum(dot(n, l), 0))


def coat_share(look: Look, n: F64, v: F64) -> F64:
    """(..., 1) how much of what is seen is the reflection of the clear coat, whose normals are `n`."""
    return look.coat * (0.04 + 0.96 * (1 - dot(n, v)) ** 5)


def shaded(
    look: Look, lamps: list[Lamp], p: F64, n: F64, v: F64, compensate: bool, coat_normal: F64 | None = None
) -> F64:
    """(..., 3) the light that leaves points `p` with unit normals `n` along `v`; no environment.

    coat_normal: (..., 3) those of the clear coat, where they are others.
    """
    m = n if coat_normal is None else coat_normal
    share = coat_share(look, m, v)
    out = np.zeros(p.shape) + look.emissive * (1 - share)
    for lamp in lamps:
        l, lux = lamp.arriving(p)
        coat = lobe_to(m, v, l, look.coat_roughness) * np.maximum(dot(m, l), 0)
        if compensate:
            coat = coat / np.interp(dot(m, v), *albedos(look.coat_roughness))
        out += (reflected(look, n, v, l, compensate) * (1 - share) + coat * share) * lux
    return out
