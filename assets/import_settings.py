"""How an asset is to be read: settings that lie beside it, as `rock.obj.import` beside `rock.obj`.

    {
     "import": 1,
     "scale": 0.01,
     "up_axis": "z"
    }

What is at its default is left out, and where all is, there is no file: an asset without one is read as it is. Equal
settings give equal bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from ..engine.declare import field, from_plain, problems_of, say, struct, to_plain
from ..engine.errors import AssetError, Problem
from .files import written

SUFFIX = ".import"
"""What is put behind an asset's name."""
VERSION = 1
_MARK = "import"


@struct
class ModelImport:
    """How a model is read: `.glb`, `.gltf`, `.obj`, `.stl`, `.ply`, `.npz`."""

    scale: float = field(default=1.0, above=0, maximum=1e6, doc="multiplies all lengths: 0.01 for centimetres")
    up_axis: Literal["y", "z"] = field(default="y", doc="the axis that points up in the file; z is turned to y")
    normals: Literal["keep", "smooth", "flat"] = field(
        default="keep", doc="the file's own, or made anew: smooth up to the smoothing angle, or one for each triangle"
    )
    smoothing_angle: float = field(
        default=60.0, unit="deg", minimum=0, maximum=180, doc="for smooth normals: sharper edges stay edges"
    )
    tangents: Literal["keep", "generate", "none"] = field(
        default="keep",
        doc="for normal maps: the file's own, or made from UVs and normals; none: the renderer makes them per pixel",
    )
    flip_winding: bool = field(default=False, doc="turn the triangles inside out, and their normals with them")
    double_sided: bool = field(default=False, doc="the model's materials show back faces too")
    materials: Literal["model", "none"] = field(default="model", doc="the model's own, or a plain one for all of it")


@struct
class TextureImport:
    """How a picture is read, wherever it is used as a texture."""

    color_space: Literal["auto", "srgb", "linear"] = field(
        default="auto", doc="auto: sRGB where it is a colour, linear data elsewhere, as normals and roughness"
    )
    mipmaps: bool = field(default=True, doc="smaller copies for what is far away; without them it shimmers there")
    filter: Literal["auto", "linear", "nearest"] = field(
        default="auto", doc="between texels when magnified; auto: as the material says"
    )
    wrap: Literal["auto", "repeat", "clamp", "mirror"] = field(
        default="auto", doc="outside of 0..1, in both directions; auto: as the material says"
    )
    max_size: int = field(
        default=0, minimum=0, maximum=16384, unit="px", doc="the longer side at most; larger ones are reduced; 0: any"
    )
    flip_y: bool = field(default=False, doc="upside down, for pictures made for a V that points up")
    flip_green: bool = field(default=False, doc="for normal maps with -Y up, as DirectX has them")


@struct
class PanoramaImport:
    """How a panorama is read: `.hdr`."""

    max_height: int = field(
        default=0, minimum=0, maximum=8192, unit="px", doc="rows at most; higher ones are reduced; 0: any"
    )
    rotation: float = field(
        default=0.0, unit="deg", minimum=-360, maximum=360, doc="turned about +Y, counter-clockwise from above"
    )
    exposure: float = field(default=0.0, unit="EV", minimum=-24, maximum=24, doc="1 for twice the light, -1 for half")


Settings = ModelImport | TextureImport | PanoramaImport

KINDS: dict[str, type[ModelImport | TextureImport | PanoramaImport]] = {
    **dict.fromkeys((".glb", ".gltf", ".obj", ".stl", ".ply", ".npz"), ModelImport),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".gif", ".tif", ".tiff"), TextureImport
    ),
    ".hdr": PanoramaImport,
}  # fmt: skip
"""By the suffix of an asset, what can be set for it."""


def settings_file(asset: Path) -> Path:
    """Where an asset's settings lie, there or not."""
    return asset.with_name(asset.name + SUFFIX)


def asset_of(file: Path) -> Path:
    """The asset whose settings lie in a file; any other file is itself."""
    return file.with_name(file.name.removesuffix(SUFFIX)) if file.name.endswith(SUFFIX) else file


def with_settings(files: Iterable[Path]) -> set[Path]:
    """Files, with those that hold settings for them: all that must be the same for the same result."""
    found = set(files)
    return found | {settings_file(path) for path in found if path.suffix.lower() in KINDS}


def concerned(files: Iterable[Path]) -> set[Path]:
    """Files that changed, with the assets whose settings are among them."""
    found = set(files)
    return found | {asset_of(path) for path in found}


def settings_text(settings: Settings) -> str:
    """The text of a settings file; "" for defaults, which need none."""
    plain = to_plain(settings)
    if not plain:
        return ""
    ordered = {_MARK: VERSION, **{key: plain[key] for key in sorted(plain)}}
    return json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"


def model_settings(asset: Path) -> ModelImport:
    """Of a model. Raises AssetError for a settings file that can't be used."""
    found = read_settings(asset)
    return found if isinstance(found, ModelImport) else ModelImport()


def texture_settings(asset: Path) -> TextureImport:
    """Of a picture. Raises AssetError for a settings file that can't be used."""
    found = read_settings(asset)
    return found if isinstance(found, TextureImport) else TextureImport()


def panorama_settings(asset: Path) -> PanoramaImport:
    """Of a panorama. Raises AssetError for a settings file that can't be used."""
    found = read_settings(asset)
    return found if isinstance(found, PanoramaImport) else PanoramaImport()


def read_settings(asset: Path) -> Settings | None:
    """What is set for an asset; the defaults where nothing is, None for a file that has no settings.

    Raises AssetError with everything that is wrong with a settings file: file, line, found, wanted.
    """
    kind = KINDS.get(asset.suffix.lower())
    if kind is None:
        return None
    place = settings_file(asset)
    try:
        data = place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return kind()
    except (OSError, ValueError) as error:
        raise AssetError(f"{place}: can't be read ({error}); wanted import settings") from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AssetError(f"{place}: is no UTF-8 text ({error}); wanted import settings") from None
    return parsed(text, kind, place)


def parsed(text: str, kind: type[ModelImport | TextureImport | PanoramaImport], place: Path) -> Settings:
    """Settings from text. Raises AssetError, as `read_settings`; place: for what it says."""
    if not text.strip():
        raise AssetError(f'{place}:1: is empty; wanted {{"{_MARK}": {VERSION}, ...}}, or no file for the defaults')
    try:
        data: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise AssetError(f"{place}:{error.lineno}: is no JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise AssetError(f"{place}:1: is nested too deeply; wanted one object {{...}}") from None
    if not isinstance(data, dict):
        raise AssetError(f'{place}:1: holds {say(data)}; wanted {{"{_MARK}": {VERSION}, ...}}')
    problems: list[Problem] = []
    version: Any = data.pop(_MARK, None)
    if isinstance(version, bool) or version != VERSION:
        found = "missing" if version is None else say(version)
        problems.append(Problem("version", "", _MARK, found, f"{VERSION}, the version of this format"))
    made = from_plain(kind, data, "", "", problems)
    if made is not None:
        problems += problems_of(made, "")
    if problems:
        lines = sorted((_line_of(text, p.field), str(p)) for p in problems)
        told = [f"{place}:{line}: {what}" for line, what in lines]
        raise AssetError(told[0] if len(told) == 1 else "\n  ".join([f"{place}: these settings can't be used:", *told]))
    assert made is not None
    return made


def write_settings(asset: Path, settings: Settings) -> None:
    """Keep settings beside an asset; defaults need no file, and one that is there is removed. Raises AssetError."""
    place, text = settings_file(asset), settings_text(settings)
    if text:
        with written(place) as temporary:
            temporary.write_bytes(text.encode())
        return
    try:
        place.unlink(missing_ok=True)
    except OSError as error:
        raise AssetError(f"{place}: can't be removed ({error})") from error


def _line_of(text: str, key: str) -> int:
    found = re.search(rf'"{re.escape(key)}"\s*:', text)
    return 1 if found is None else text.count("\n", 0, found.start()) + 1
