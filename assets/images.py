"""Pictures: read with Pillow into RGBA8, written as PNG, JPEG or WebP; linear light as `.npy` or `.exr`."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ..engine.errors import AssetError
from .files import read_bytes, written
from .import_settings import texture_settings
from .mesh import ImageData
from .picture_import import adjusted_image

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]

READ_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TGA", "GIF", "TIFF")
"""What `load_image` reads; the first frame of animations. Pillow's other formats start foreign programs or are rare."""
WRITTEN_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
LINEAR_SUFFIXES = (".npy", ".exr")


def load_image(source: str | Path | bytes | bytearray | memoryview, name: str = "") -> ImageData:
    """Decode a picture file, or its bytes, whatever its mode, to (h, w, 4) uint8.

    Grey is spread over red, green and blue; no alpha becomes opaque; of 16 bits the upper 8 are kept. Colour
    profiles, gamma and EXIF orientation are ignored, as glTF demands. `name` stands in messages. A file is read as its
    import settings want it.
    Raises AssetError for what is missing, broken, of another format, or larger than Pillow's limit (about
    9,400 pixels squared), which keeps small files from filling the memory.
    """
    if isinstance(source, (str, Path)):
        path = Path(source)
        data = read_bytes(path, "a picture")
        return adjusted_image(load_image(data, name or str(path)), texture_settings(path))
    name = name or "the picture"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(source), formats=READ_FORMATS) as image:
                return ImageData(_rgba(image), name=name)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AssetError(f"{name}: is too large ({error})") from None
    except UnidentifiedImageError:
        raise AssetError(f"{name}: is no picture of a known format; wanted {', '.join(READ_FORMATS)}") from None
    except Exception as error:  # Pillow raises OSError, SyntaxError, ValueError, struct.error, ... for broken files
        raise AssetError(f"{name}: is a broken picture ({error})") from error


def _rgba(image: Image.Image) -> U8:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.asarray(image)
        if image.mode == "F":
            grey = np.nan_to_num(np.clip(values, 0, 1)) * 255 + 0.5
        else:
            grey = np.clip(values, 0, 65535) / 256
        pixels = np.full((*grey.shape, 4), 255, np.uint8)
        pixels[..., :3] = grey.astype(np.uint8)[..., None]
        return pixels
    if image.mode not in ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX"):
        image = image.convert("RGB")  # CMYK, YCbCr, LAB, HSV have no way straight to RGBA
    return np.asarray(image.convert("RGBA"))


def save_image(path: str | Path, pixels: U8) -> None:
    """Write (h, w, 3) or (h, w, 4) uint8 pixels, row 0 at the top, as the file's suffix says.

    JPEG has no alpha: it is left out. WebP is lossless. The file appears whole or not at all; its folder is made.
    Raises AssetError for unknown suffixes, other shapes or types, and when the disk refuses.
    """
    path = Path(path)
    suffix = _suffix(path, WRITTEN_SUFFIXES)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not pixels.size:
        raise AssetError(f"{path}: the pixels are {_describe(pixels)}; they must be (h, w, 3 or 4) uint8")
    jpeg = suffix in (".jpg", ".jpeg")
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3] if jpeg else pixels))
    try:
        with written(path) as temporary:
            if jpeg:
                image.save(temporary, "JPEG", quality=95, subsampling=0)
            elif suffix == ".webp":
                image.save(temporary, "WEBP", lossless=True)
            else:
                image.save(temporary, "PNG", compress_level=4)  # 6 takes twice as long for a tenth less
    except ValueError as error:  # more pixels than the format can hold
        raise AssetError(f"{path}: {_describe(pixels)} can't be written as {suffix} ({error})") from None


def save_linear(path: str | Path, pixels: F32) -> None:
    """Write (h, w, 3) float32 linear Rec.709 pixels, row 0 at the top, as `.npy` or `.exr` (float32, ZIP).

    Values that are no colours may be (h, w) or (h, w, 2): `.exr` then has grey, or no blue. The file
    appears whole or not at all; its folder is made. Raises AssetError as `save_image` does.
    """
    path = Path(path)
    suffix = _suffix(path, LINEAR_SUFFIXES)
    if pixels.dtype != np.float32 or pixels.shape[2:] not in ((), (2,), (3,)) or pixels.ndim < 2 or not pixels.size:
        raise AssetError(f"{path}: the pixels are {_describe(pixels)}; they must be (h, w, 3) float32")
    with written(path) as temporary:
        if suffix == ".npy":
            np.save(temporary, pixels)
        else:
            _save_exr(temporary, pixels)


def _save_exr(path: Path, pixels: F32) -> None:
    import OpenEXR

    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    elif pixels.shape[2] == 2:
        pixels = np.concatenate([pixels, np.zeros_like(pixels[..., :1])], axis=2)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    channels = {name: np.ascontiguousarray(pixels[..., k]) for k, name in enumerate("RGB")}
    try:
        with OpenEXR.File(header, channels) as file:
            file.write(str(path))
    except (RuntimeError, ValueError, TypeError) as error:
        raise OSError(str(error)) from error


def _suffix(path: Path, known: tuple[str, ...]) -> str:
    suffix = path.suffix.lower()
    if suffix not in known:
        raise AssetError(f'{path}: the suffix is "{path.suffix}"; it must be one of {", ".join(known)}')
    return suffix


def _describe(pixels: NDArray[np.generic]) -> str:
    return f"{pixels.shape} {pixels.dtype}"
