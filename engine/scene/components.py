"""The components an object can carry. Each declaration is the one source for files, checks, editors and docs."""

from __future__ import annotations

import math
from typing import Literal, Self

from ...assets.mesh import MeshData
from ..declare import AssetPath, Color, Vec2, Vec3, Vec4, field, struct
from ..declare import built_in as component
from .prefabs import Prefab

Shape = Literal["box", "sphere", "plane", "quad", "cylinder", "cone", "capsule", "torus", "asset", "data"]


@component
class Mesh:
    """Geometry to draw. With no Material beside it, the asset's own material or a neutral one is used."""

    shape: Shape = field(default="box", doc="a built-in shape, or 'asset' for geometry from a file")
    asset: AssetPath = field(default="", doc="for 'asset': model.glb#mesh/0/1 (mesh 0, primitive 1), model.obj, ...")
    size: Vec3 = field(
        default=(1.0, 1.0, 1.0), unit="m", above=0, doc="box: edge lengths; plane and quad: x and z / x and y"
    )
    radius: float = field(
        default=0.5, unit="m", above=0, doc="sphere, cylinder, cone, capsule, torus (to the tube's centre)"
    )
    height: float = field(default=1.0, unit="m", above=0, doc="cylinder, cone, capsule (between the caps' centres)")
    tube: float = field(default=0.2, unit="m", above=0, doc="torus: radius of the tube")
    segments: int = field(default=32, minimum=3, maximum=512, doc="how finely round shapes are cut")
    data: MeshData | None = field(default=None, memory=True, doc="for shape 'data': geometry made in code")

    @classmethod
    def box(cls, size: Vec3 | float = 1.0) -> Self:
        """A box centred on the origin; `size` in metres, one number for a cube."""
        return cls(shape="box", size=(size, size, size) if isinstance(size, (int, float)) else size)

    @classmethod
    def sphere(cls, radius: float = 0.5, segments: int = 32) -> Self:
        """A sphere centred on the origin."""
        return cls(shape="sphere", radius=radius, segments=segments)

    @classmethod
    def plane(cls, size: Vec2 | float = 1.0) -> Self:
        """A flat rectangle in x and z, facing +Y."""
        x, z = (size, size) if isinstance(size, (int, float)) else size
        return cls(shape="plane", size=(x, 1.0, z))

    @classmethod
    def quad(cls, size: Vec2 | float = 1.0) -> Self:
        """A flat rectangle in x and y, facing +Z."""
        x, y = (size, size) if isinstance(size, (int, float)) else size
        return cls(shape="quad", size=(x, y, 1.0))

    @classmethod
    def cylinder(cls, radius: float = 0.5, height: float = 1.0, segments: int = 32) -> Self:
        """A closed cylinder along Y, centred on the origin."""
        return cls(shape="cylinder", radius=radius, height=height, segments=segments)

    @classmethod
    def cone(cls, radius: float = 0.5, height: float = 1.0, segments: int = 32) -> Self:
        """A closed cone along Y, its tip up, centred on the origin."""
        return cls(shape="cone", radius=radius, height=height, segments=segments)

    @classmethod
    def capsule(cls, radius: float = 0.5, height: float = 1.0, segments: int = 32) -> Self:
        """A capsule along Y; `height` is the distance between the centres of its caps."""
        return cls(shape="capsule", radius=radius, height=height, segments=segments)

    @classmethod
    def torus(cls, radius: float = 0.5, tube: float = 0.2, segments: int = 32) -> Self:
        """A ring around Y."""
        return cls(shape="torus", radius=radius, tube=tube, segments=segments)

    @classmethod
    def load(cls, path: str) -> Self:
        """Geometry from a file: `model.glb#mesh/0/1`, `model.obj`, `model.stl`, `model.ply`."""
        return cls(shape="asset", asset=path)

    @classmethod
    def of(cls, data: MeshData) -> Self:
        """Geometry made in code. Saving the scene writes it to a file beside the scene."""
        return cls(shape="data", data=data)


Wrap = Literal["repeat", "clamp", "mirror"]


@struct
class Texture:
    """A picture on a surface: the file, how it repeats, which UV set, and a transform of the UVs."""

    image: AssetPath = field(default="", doc="a picture file, or model.glb#image/2")
    uv_set: int = field(default=0, minimum=0, maximum=1, doc="which UV set of the mesh")
    wrap_u: Wrap = field(default="repeat", doc="outside 0..1, horizontally")
    wrap_v: Wrap = field(default="repeat", doc="outside 0..1, vertically")
    nearest: bool = field(default=False, doc="show hard texels when magnified")
    offset: Vec2 = field(default=(0.0, 0.0), doc="moves the UVs, after scale and rotation")
    rotation: float = field(default=0.0, unit="deg", doc="turns the UVs counter-clockwise about their origin")
    scale: Vec2 = field(default=(1.0, 1.0), doc="multiplies the UVs")


@component
class Material:
    """How a surface reflects light: the glTF 2.0 metallic-roughness model and its KHR_materials extensions."""

    base_color: Color = field(
        default=(0.8, 0.8, 0.8), minimum=0, maximum=1, doc="diffuse colour, or a metal's reflectance"
    )
    alpha: float = field(default=1.0, minimum=0, maximum=1, doc="opacity, for alpha_mode mask and blend")
    metallic: float = field(default=0.0, minimum=0, maximum=1, doc="0 plastic, stone, wood; 1 metal")
    roughness: float = field(default=0.5, minimum=0, maximum=1, doc="0 mirror; 1 matt")
    emissive: Color = field(default=(0.0, 0.0, 0.0), minimum=0, doc="light the surface gives off")
    emissive_strength: float = field(default=1.0, unit="cd/m²", minimum=0, doc="multiplies emissive")
    alpha_mode: Literal["opaque", "mask", "blend"] = field(default="opaque", doc="what alpha does")
    alpha_cutoff: float = field(default=0.5, minimum=0, doc="for mask: below this nothing is drawn")
    double_sided: bool = field(default=False, doc="draw the back faces too")
    unlit: bool = field(default=False, doc="show base_color on the screen as it is, without light and exposure")
    base_color_texture: Texture | None = field(default=None, doc="sRGB colour and alpha; multiplies base_color")
    metallic_roughness_texture: Texture | None = field(default=None, doc="green roughness, blue metallic")
    normal_texture: Texture | None = field(default=None, doc="tangent-space normals, +Y up")
    normal_scale: float = field(default=1.0, doc="strength of the normal texture")
    occlusion_texture: Texture | None = field(default=None, doc="red: how open the surface is to indirect light")
    occlusion_strength: float = field(default=1.0, minimum=0, maximum=1, doc="strength of the occlusion texture")
    emissive_texture: Texture | None = field(default=None, doc="sRGB; multiplies emissive")
    ior: float = field(default=1.5, minimum=1, doc="index of refraction of what is not metal: how much it reflects")
    specular: float = field(default=1.0, minimum=0, maximum=1, doc="strength of the reflection of what is not metal")
    specular_color: Color = field(default=(1.0, 1.0, 1.0), minimum=0, doc="its colour along the normal; may exceed 1")
    specular_texture: Texture | None = field(default=None, doc="alpha; multiplies specular")
    specular_color_texture: Texture | None = field(default=None, doc="sRGB; multiplies specular_color")
    clearcoat: float = field(default=0.0, minimum=0, maximum=1, doc="strength of a clear layer on top, as on car paint")
    clearcoat_roughness: float = field(default=0.0, minimum=0, maximum=1, doc="roughness of that layer")
    clearcoat_texture: Texture | None = field(default=None, doc="red; multiplies clearcoat")
    clearcoat_roughness_texture: Texture | None = field(default=None, doc="green; multiplies clearcoat_roughness")
    clearcoat_normal_texture: Texture | None = field(
        default=None, doc="normals of the clear layer, which does not follow normal_texture"
    )
    clearcoat_normal_scale: float = field(default=1.0, doc="strength of the clear layer's normal texture")


@component
class Sun:
    """Parallel light from far away, along the object's -Z."""

    lux: float = field(default=60_000.0, unit="lx", minimum=0, doc="illuminance on a surface that faces the sun")
    color: Color = field(default=(1.0, 1.0, 1.0), minimum=0, doc="colour of the light")
    cast_shadows: bool = field(default=True, doc="whether it throws shadows")
    angular_diameter: float = field(
        default=0.53, unit="deg", minimum=0, maximum=20, doc="how large it looks; its shadows' edges widen with it"
    )


@component
class PointLight:
    """Light from one point in every direction."""

    candela: float = field(default=100.0, unit="cd", minimum=0, doc="luminous intensity; a bulb of L lumens has L / 4π")
    color: Color = field(default=(1.0, 1.0, 1.0), minimum=0, doc="colour of the light")
    range: float = field(default=0.0, unit="m", minimum=0, doc="where the light has faded to nothing; 0 for no limit")
    cast_shadows: bool = field(default=False, doc="whether it throws shadows: six maps, drawn when something moves")
    radius: float = field(
        default=0.0, unit="m", minimum=0, doc="of the bulb: shadows' edges widen with it; 0 for sharp"
    )

    @classmethod
    def lumens(cls, lumens: float, color: Color = (1.0, 1.0, 1.0), range: float = 0.0) -> Self:
        """A bulb by its total light output."""
        return cls(candela=lumens / (4 * math.pi), color=color, range=range)


@component
class SpotLight:
    """A cone of light from one point, along the object's -Z."""

    candela: float = field(default=1000.0, unit="cd", minimum=0, doc="luminous intensity in the middle of the cone")
    color: Color = field(default=(1.0, 1.0, 1.0), minimum=0, doc="colour of the light")
    range: float = field(default=0.0, unit="m", minimum=0, doc="where the light has faded to nothing; 0 for no limit")
    inner_angle: float = field(default=20.0, unit="deg", minimum=0, maximum=90, doc="half angle of full brightness")
    outer_angle: float = field(default=30.0, unit="deg", above=0, maximum=90, doc="half angle where the cone ends")
    cast_shadows: bool = field(default=True, doc="whether it throws shadows")
    radius: float = field(
        default=0.0, unit="m", minimum=0, doc="of the bulb: shadows' edges widen with it; 0 for sharp"
    )

    @classmethod
    def lumens(
        cls,
        lumens: float,
        color: Color = (1.0, 1.0, 1.0),
        range: float = 0.0,
        inner_angle: float = 20.0,
        outer_angle: float = 30.0,
    ) -> Self:
        """A lamp by its light output, as if it shone evenly out to `outer_angle`: candela = lumens / solid angle.

        The solid angle of the whole cone is 2π (1 - cos outer_angle). Since the edge is soft, all directions together
        add up to a little less; a narrower cone of as many lumens is brighter.
        """
        solid_angle = 2 * math.pi * (1 - math.cos(math.radians(outer_angle)))
        return cls(lumens / max(solid_angle, 1e-6), color, range, inner_angle, outer_angle)


@component
class Camera:
    """An eye, looking along the object's -Z. Depth is reversed with the far plane at infinity."""

    fov_y: float = field(default=60.0, unit="deg", above=0, maximum=179, doc="vertical field of view")
    near: float = field(default=0.1, unit="m", above=0, doc="nothing closer is drawn")
    projection: Literal["perspective", "orthographic"] = field(default="perspective", doc="how depth is shown")
    height: float = field(default=10.0, unit="m", above=0, doc="orthographic: how much of the world fits vertically")


@component
class Environment:
    """What surrounds the scene: it lights it from all sides and fills the background."""

    source: Literal["sky", "gradient", "color", "file"] = field(
        default="sky", doc="the sky that the scene's strongest Sun makes, a gradient, one colour, or an .hdr file"
    )
    file: AssetPath = field(default="", doc="for 'file': an equirectangular Radiance .hdr; row 0 is +Y, the centre +X")
    color: Color = field(default=(1.0, 1.0, 1.0), minimum=0, doc="for 'color': radiance from every direction")
    haze: float = field(default=1.0, minimum=0, maximum=50, doc="for 'sky': dust and droplets; 1 a clear day, 10 misty")
    air: float = field(default=1.0, minimum=0, maximum=20, doc="for 'sky': how much air there is; 1 as on Earth")
    ozone: float = field(default=1.0, minimum=0, maximum=20, doc="for 'sky': keeps the twilight blue; 1 as on Earth")
    sun_disc: bool = field(default=True, doc="for 'sky': whether the sun itself is seen")
    sun_through_air: bool = field(default=True, doc="for 'sky': whether the air dims and reddens the sun's light")
    zenith: Color = field(default=(0.18, 0.34, 0.72), minimum=0, doc="for 'gradient': straight up")
    horizon: Color = field(default=(0.72, 0.82, 0.95), minimum=0, doc="for 'gradient': at eye level")
    ground: Color = field(
        default=(0.22, 0.20, 0.18),
        minimum=0,
        doc="for 'gradient': below the horizon; for 'sky': what the ground reflects",
    )
    intensity: float = field(
        default=1.0, unit="cd/m²", minimum=0, doc="multiplies the radiance; for 'sky' a plain factor, 1 for a real one"
    )
    rotation: float = field(
        default=0.0, unit="deg", doc="turns the surroundings about +Y, counter-clockwise from above"
    )
    visible: bool = field(default=True, doc="whether the background shows it")
    backdrop: Color = field(
        default=(0.0, 0.0, 0.0), minimum=0, doc="the background where the environment is not visible"
    )


Light = Sun | PointLight | SpotLight
"""Whatever gives light to a scene, one kind per component."""

__all__ = [
    "Camera", "Environment", "Light", "Material", "Mesh", "PointLight", "Prefab", "SpotLight", "Sun", "Texture",
    "Vec3", "Vec4",
]  # fmt: skip
