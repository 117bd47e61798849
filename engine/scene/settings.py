"""Render settings: one typed tree, saved in the scene, reached by `--set group.key=value`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from ..declare import Field, Kind, field, fields_of, problems_of, say, struct
from ..errors import Problem, SettingsError


@struct
class ToneMap:
    """From scene light to screen colour."""

    operator: Literal["neutral", "agx", "aces", "reinhard", "none"] = field(
        default="neutral", doc="Khronos PBR Neutral, AgX, ACES (fitted), Reinhard, or a plain clip"
    )


@struct
class Bloom:
    """Light that the lens scatters around what is bright."""

    enabled: bool = field(default=True, doc="whether bright things glow")
    intensity: float = field(default=0.04, minimum=0, maximum=1, doc="the part of all light that is scattered")
    spread: float = field(default=0.65, minimum=0, maximum=1, doc="how much of it goes far rather than near")
    levels: int = field(default=6, minimum=1, maximum=8, doc="how far: a level reaches twice as far as the one before")
    steady: bool = field(default=True, doc="damp single bright pixels, which would flicker when they move")


@struct
class Grading:
    """The picture's colours, as in a darkroom."""

    temperature: float = field(
        default=6504.0,
        unit="K",
        minimum=1700,
        maximum=25_000,
        doc="white balance: the colour of light to show as white",
    )
    tint: float = field(default=0.0, minimum=-1, maximum=1, doc="white balance: towards magenta (+) or green (-)")
    contrast: float = field(default=1.0, minimum=0, maximum=2, doc="stops away from middle grey, multiplied")
    saturation: float = field(default=1.0, minimum=0, maximum=2, doc="0 is grey")
    vignette: float = field(default=0.0, minimum=0, maximum=1, doc="darkens the corners")
    sharpening: float = field(default=0.0, minimum=0, maximum=1, doc="brings out edges")
    dither: bool = field(default=True, doc="noise below what the screen can show, against bands in smooth gradients")


@struct
class Exposure:
    """How bright the picture is."""

    mode: Literal["metered", "auto", "camera", "manual"] = field(
        default="metered",
        doc="metered: from the light that falls on the scene, as with a hand-held incident meter; auto: from the "
        "picture, adapting as an eye does; camera: from aperture, shutter and iso; manual: ev100",
    )
    ev100: float = field(default=14.0, unit="EV", minimum=-16, maximum=24, doc="for manual: exposure value at ISO 100")
    compensation: float = field(default=0.0, unit="EV", minimum=-16, maximum=16, doc="brighter (+) or darker (-)")
    aperture: float = field(default=16.0, unit="f-stops", above=0, maximum=64, doc="for camera: focal length / opening")
    shutter: float = field(default=0.01, unit="s", above=0, maximum=60, doc="for camera: how long it is open")
    iso: float = field(default=100.0, above=0, maximum=409_600, doc="for camera: the sensor's speed")
    metering: Literal["average", "center", "spot"] = field(
        default="center", doc="for auto: which part of the picture counts"
    )
    darkest: float = field(default=0.4, minimum=0, maximum=1, doc="for auto: the part of the picture too dark to count")
    brightest: float = field(default=0.05, minimum=0, maximum=1, doc="for auto: the part too bright to count")
    lowest: float = field(
        default=-4.0, unit="EV", minimum=-16, maximum=24, doc="for auto: no picture is exposed longer"
    )
    highest: float = field(
        default=18.0, unit="EV", minimum=-16, maximum=24, doc="for auto: no picture is exposed shorter"
    )
    to_bright: float = field(default=0.4, unit="s", minimum=0, maximum=60, doc="for auto: time to adapt to more light")
    to_dark: float = field(default=1.2, unit="s", minimum=0, maximum=60, doc="for auto: time to adapt to less light")


@struct
class Antialiasing:
    """Smooth edges."""

    mode: Literal["taa", "fxaa", "none"] = field(
        default="taa",
        doc="taa: frames averaged over time, each through another place of the pixel; fxaa: edges of one frame blurred",
    )


@struct
class Shadows:
    """Shadow maps: cascades for each sun, and layers that lamps share."""

    enabled: bool = field(default=True, doc="whether lights throw shadows")
    size: int = field(default=2048, unit="px", minimum=256, maximum=8192, doc="edge of a cascade, and of a layer")
    cascades: int = field(default=3, minimum=1, maximum=4, doc="maps of each sun, each for a farther part of the view")
    distance: float = field(default=120.0, unit="m", above=0, doc="how far from the camera suns' shadows reach")
    max_lights: int = field(default=8, minimum=0, maximum=64, doc="at most how many lamps throw shadows at a time")
    atlas: int = field(default=1, minimum=1, maximum=8, doc="layers that the lamps' maps share")
    filter: Literal["pcss", "pcf"] = field(
        default="pcss",
        doc="pcss: edges widen with the size of the light and the distance of what casts; pcf: all alike",
    )
    taps: int = field(default=8, minimum=1, maximum=64, doc="places looked at for each lookup: more is smoother")
    softness: float = field(default=1.5, unit="texels", minimum=0, maximum=8, doc="the smallest radius of the filter")


@struct
class AmbientOcclusion:
    """Light from all around that things nearby keep off: what is left of it in corners and under things."""

    enabled: bool = field(default=True, doc="whether it is looked for in the picture")
    radius: float = field(default=2.0, unit="m", minimum=0, doc="how near things must be; 0 for as far as it goes")
    intensity: float = field(default=1.0, minimum=0, maximum=4, doc="1 is what is found, more is darker")
    thickness: float = field(default=0.5, unit="m", above=0, doc="how far behind their fronts things are taken to end")
    slices: int = field(default=3, minimum=1, maximum=16, doc="directions that each pixel searches")
    steps: int = field(default=8, minimum=1, maximum=32, doc="places on each side of a direction")
    resolution: Literal["half", "full"] = field(
        default="half", doc="half: every other pixel is searched; full: every one"
    )


@struct
class Transparency:
    """How transparent surfaces are mixed."""

    mode: Literal["sorted", "weighted"] = field(
        default="sorted", doc="sorted: back to front; weighted: in any order, by a mean that favours what is near"
    )


@struct
class Cull:
    """What is left out before drawing."""

    frustum: bool = field(default=True, doc="skip what lies outside the view")
    small: bool = field(default=True, doc="skip what is too small to cover the centre of any pixel")
    occlusion: bool = field(default=True, doc="skip what lies behind other things, by two phases and a depth pyramid")
    rings: bool = field(default=True, doc="skip what is Superposed or Dormant: too far away for its significance")
    active: float = field(default=250.0, unit="m", above=0, doc="up to here an object of 1 m radius is Active")
    decohering: float = field(default=4_000.0, unit="m", above=0, doc="up to here it is Decohering, and still drawn")
    superposed: float = field(default=16_000.0, unit="m", above=0, doc="up to here Superposed, beyond it Dormant")
    hysteresis: float = field(default=0.1, minimum=0, maximum=1, doc="part of a radius to be overstepped outwards")


@struct
class Textures:
    """How textures are filtered."""

    anisotropy: int = field(default=8, minimum=1, maximum=16, doc="samples along the steep axis; 1 for none")
    max_size: int = field(
        default=4096, unit="px", minimum=16, maximum=8192, doc="larger pictures are reduced to this edge"
    )


@struct
class Lights:
    """How surfaces find the lights that reach them."""

    clusters: bool = field(
        default=True, doc="look up lamps with a range by part of the view; off: go over all of them, for comparison"
    )


@struct
class Shading:
    """The surface model."""

    energy_compensation: bool = field(
        default=True, doc="give back the light that rough surfaces scatter more than once"
    )
    specular_antialiasing: bool = field(
        default=True, doc="widen highlights where a surface bends much from pixel to pixel, so that they do not glitter"
    )


@struct
class Sky:
    """The physical sky."""

    aerial_perspective: bool = field(
        default=True, doc="see what is kilometres away through the air, which dims it and gives it the sky's colour"
    )


@struct
class Debug:
    """Pictures of how the picture is made."""

    view: Literal[
        "none",
        "depth",
        "normal",
        "albedo",
        "roughness",
        "metallic",
        "emissive",
        "uv",
        "lighting",
        "ao",
        "luminance",
        "bloom",
        "wireframe",
        "overdraw",
        "lights",
        "objects",
        "materials",
        "batches",
        "shadows",
        "cascades",
        "rings",
        "cull",
        "hi_z",
        "motion",
    ] = field(default="none", doc="one step of the picture, or what it is made of; see debugging.md")
    labels: bool = field(default=True, doc="the view's name and its legend, in pictures of 90 lines or more")
    timings: bool = field(
        default=False, doc="what every pass takes, on the GPU and to record, written over the picture"
    )
    physics: bool = field(default=False, doc="what physics sees: shapes, contacts and joints as lines")
    hi_z_level: int = field(default=3, minimum=1, maximum=14, doc="which level of the depth pyramid: 2 ** level pixels")
    freeze_cull: bool = field(default=False, doc="keep drawing what the cull found when this was switched on")


@struct
class RenderSettings:
    """Everything about how a scene is drawn."""

    tonemap: ToneMap = field(default=ToneMap())
    exposure: Exposure = field(default=Exposure())
    bloom: Bloom = field(default=Bloom())
    grading: Grading = field(default=Grading())
    aa: Antialiasing = field(default=Antialiasing())
    shadows: Shadows = field(default=Shadows())
    lights: Lights = field(default=Lights())
    shading: Shading = field(default=Shading())
    ao: AmbientOcclusion = field(default=AmbientOcclusion())
    transparency: Transparency = field(default=Transparency())
    cull: Cull = field(default=Cull())
    textures: Textures = field(default=Textures())
    sky: Sky = field(default=Sky())
    debug: Debug = field(default=Debug())


VIEWS: tuple[str, ...] = next(f.kind.of for f in fields_of(Debug) if f.name == "view")
"""The values of `debug.view`."""


def known_settings() -> Iterator[tuple[str, Field]]:
    """Every setting as ("group.key", its declaration)."""
    for group in fields_of(RenderSettings):
        for f in fields_of(group.kind.of):
            yield f"{group.name}.{f.name}", f


def _parse(kind: Kind, value: Any) -> Any:
    """Command-line text → a value; what is no text passes through."""
    if not isinstance(value, str) or kind.name in ("str", "choice"):
        return value
    text = value.strip()
    if kind.name == "bool":
        return {
            "true": True,
            "on": True,
            "yes": True,
            "1": True,
            "false": False,
            "off": False,
            "no": False,
            "0": False,
        }.get(text.lower(), value)
    try:
        if kind.name == "int":
            return int(text)
        if kind.name == "float":
            return float(text)
        if kind.name == "vector":
            return tuple(float(part) for part in text.split(","))
    except ValueError:
        return value
    return value


def apply_settings(settings: RenderSettings, changes: Mapping[str, Any]) -> RenderSettings:
    """A copy of `settings` with `{"group.key": value}` applied; text values are parsed by the field's type.

    Raises SettingsError with every unknown key (and the known ones) and every value that does not fit.
    """
    known = dict(known_settings())
    problems: list[Problem] = []
    groups: dict[str, dict[str, Any]] = {}
    for key, raw in changes.items():
        declared = known.get(key)
        if declared is None:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else ""
            problems.append(Problem("unknown-setting", "settings", key, "unknown", "one of " + ", ".join(known), hint))
            continue
        group, name = key.split(".")
        groups.setdefault(group, {})[name] = _parse(declared.kind, raw)
    changed = {group: replace(getattr(settings, group), **values) for group, values in groups.items()}
    made = replace(settings, **changed)
    problems.extend(problems_of(made, "settings"))
    if problems:
        raise SettingsError("these settings can't be used:", problems)
    return made


def describe(settings: RenderSettings) -> dict[str, str]:
    """{"group.key": value as text}, for tables."""
    out: dict[str, str] = {}
    for key, _ in known_settings():
        group, name = key.split(".")
        out[key] = say(getattr(getattr(settings, group), name))
    return out
