"""glTF materials → Material components (glTF 2.0 sections 3.8 and 3.9, and the KHR extensions named below).

KHR_texture_transform: uv' = offset + R · (scale · uv) with R = [[cos, sin], [-sin, cos]] of the rotation, so
counter-clockwise where v points down, as UVs do. The extension's GLSL listing, read column by column as GLSL does,
turns the other way; its text, its sample model and the other engines agree with this one.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal, cast

from ..engine.declare import fields_of
from ..engine.scene.components import Material, Texture, Wrap
from .gltf_file import GltfFile, Item, Numbers

WRAPS: dict[int, Wrap] = {33071: "clamp", 33648: "mirror", 10497: "repeat"}
NEAREST, LINEAR = 9728, 9729
ALPHA_MODES: dict[str, Literal["opaque", "mask", "blend"]] = {"OPAQUE": "opaque", "MASK": "mask", "BLEND": "blend"}
REFLECTS_ALL = 1e6
"""The index of refraction for KHR_materials_ior's 0, which stands for a surface that lets nothing through."""
DEFAULT_MATERIAL = Material(base_color=(1.0, 1.0, 1.0), metallic=1.0, roughness=1.0)
"""What a primitive without a material looks like (3.7.2.1)."""


def with_addresses(material: Material, file: str) -> Material:
    """The material with its pictures' addresses completed: "#image/2" → "model.glb#image/2"."""
    changes: dict[str, Any] = {}
    for f in fields_of(Material):
        value = getattr(material, f.name)
        if isinstance(value, Texture) and value.image.startswith("#"):
            changes[f.name] = replace(value, image=file + value.image)
    return replace(material, **changes)


def read_material(file: GltfFile, item: Item) -> Material:
    """Read one material; its pictures have the address "#image/N". Raises AssetError."""
    pbr = item.child("pbrMetallicRoughness") or Item(item.file, item.at("pbrMetallicRoughness"), {})
    red, green, blue, alpha = _limited(
        file, pbr, "baseColorFactor", pbr.numbers("baseColorFactor", (1.0, 1.0, 1.0, 1.0)), 1
    )
    normal, occlusion = item.child("normalTexture"), item.child("occlusionTexture")
    strength = item.extension("KHR_materials_emissive_strength")
    specular = item.extension("KHR_materials_specular") or Item(item.file, item.at("KHR_materials_specular"), {})
    clearcoat = item.extension("KHR_materials_clearcoat") or Item(item.file, item.at("KHR_materials_clearcoat"), {})
    coat_normal = clearcoat.child("clearcoatNormalTexture")
    return Material(
        base_color=(red, green, blue),
        alpha=alpha,
        metallic=_limited(file, pbr, "metallicFactor", (pbr.number("metallicFactor", 1.0),), 1)[0],
        roughness=_limited(file, pbr, "roughnessFactor", (pbr.number("roughnessFactor", 1.0),), 1)[0],
        emissive=_limited(file, item, "emissiveFactor", item.numbers("emissiveFactor", (0.0, 0.0, 0.0)), math.inf),
        emissive_strength=_strength(file, strength, "emissiveStrength", math.inf),
        alpha_mode=item.choice("alphaMode", ALPHA_MODES, "OPAQUE"),
        alpha_cutoff=_limited(file, item, "alphaCutoff", (item.number("alphaCutoff", 0.5),), math.inf)[0],
        double_sided=item.flag("doubleSided"),
        unlit=item.extension("KHR_materials_unlit") is not None,
        base_color_texture=_texture(file, pbr.child("baseColorTexture")),
        metallic_roughness_texture=_texture(file, pbr.child("metallicRoughnessTexture")),
        normal_texture=_texture(file, normal),
        normal_scale=normal.number("scale", 1.0) if normal else 1.0,
        occlusion_texture=_texture(file, occlusion),
        occlusion_strength=_strength(file, occlusion, "strength", 1),
        emissive_texture=_texture(file, item.child("emissiveTexture")),
        ior=_ior(file, item.extension("KHR_materials_ior")),
        specular=_limited(file, specular, "specularFactor", (specular.number("specularFactor", 1.0),), 1)[0],
        specular_color=_limited(
            file, specular, "specularColorFactor", specular.numbers("specularColorFactor", (1.0, 1.0, 1.0)), math.inf
        ),
        specular_texture=_texture(file, specular.child("specularTexture")),
        specular_color_texture=_texture(file, specular.child("specularColorTexture")),
        clearcoat=_limited(file, clearcoat, "clearcoatFactor", (clearcoat.number("clearcoatFactor", 0.0),), 1)[0],
        clearcoat_roughness=_limited(
            file, clearcoat, "clearcoatRoughnessFactor", (clearcoat.number("clearcoatRoughnessFactor", 0.0),), 1
        )[0],
        clearcoat_texture=_texture(file, clearcoat.child("clearcoatTexture")),
        clearcoat_roughness_texture=_texture(file, clearcoat.child("clearcoatRoughnessTexture")),
        clearcoat_normal_texture=_texture(file, coat_normal),
        clearcoat_normal_scale=coat_normal.number("scale", 1.0) if coat_normal else 1.0,
    )


def _ior(file: GltfFile, item: Item | None) -> float:
    """KHR_materials_ior: 1 or more, or 0 for what lets nothing through."""
    ior = item.number("ior", 1.5) if item else 1.5
    if ior == 0:
        return REFLECTS_ALL
    if ior < 1:
        assert item is not None
        file.warn(f"{item.at('ior')} is {ior:g}: limited to 1 or more")
    return max(ior, 1.0)


def _strength(file: GltfFile, item: Item | None, key: str, maximum: float) -> float:
    return _limited(file, item, key, (item.number(key, 1.0),), maximum)[0] if item else 1.0


def _limited(file: GltfFile, item: Item, key: str, values: Numbers, maximum: float) -> Numbers:
    """The values within 0..maximum; exporters round, so what lies outside is a warning."""
    inside = tuple(min(max(value, 0.0), maximum) for value in values)
    if inside != values:
        limits = "0 or more" if maximum == math.inf else f"0 to {maximum:g}"
        file.warn(f"{item.at(key)} is {list(values)}: limited to {limits}")
    return cast(Numbers, inside)


def _texture(file: GltfFile, info: Item | None) -> Texture | None:
    """A textureInfo → the picture, its sampler and its UV transform; None with a warning where there is no picture."""
    if info is None:
        return None
    textures = file.items("textures")
    index = info.index("index", textures, "textures")
    if index is None:
        raise info.wrong("index", "a whole number, 0 or more")
    texture = textures[index]
    transform = info.extension("KHR_texture_transform") or Item(info.file, info.place, {})
    uv_set = transform.integer("texCoord", info.integer("texCoord", 0))
    if uv_set > 1:
        file.warn(f"{info.place} uses TEXCOORD_{uv_set}: left out, only sets 0 and 1 are read")
        return None
    webp = texture.extension("EXT_texture_webp")
    images = file.items("images")
    image = webp.index("source", images, "images") if webp else None
    if image is None:
        image = texture.index("source", images, "images")
    if image is None:
        file.warn(f"{texture.place} has no picture of a supported kind: left out")
        return None
    samplers = file.items("samplers")
    which = texture.index("sampler", samplers, "samplers")
    sampler = Item(info.file, texture.at("sampler"), {}) if which is None else samplers[which]
    return Texture(
        image=f"#image/{image}",
        uv_set=uv_set,
        wrap_u=sampler.choice("wrapS", WRAPS, 10497),
        wrap_v=sampler.choice("wrapT", WRAPS, 10497),
        nearest=sampler.choice("magFilter", {NEAREST: True, LINEAR: False}, LINEAR),
        offset=transform.numbers("offset", (0.0, 0.0)),
        rotation=math.degrees(transform.number("rotation", 0.0)),
        scale=transform.numbers("scale", (1.0, 1.0)),
    )
