"""Pictures and panoramas as their import settings want them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .hdr import MAX_RADIANCE, Rgbe, encode_rgbe
from .import_settings import PanoramaImport, TextureImport
from .mesh import U8, ImageData, Sampling


def adjusted_image(image: ImageData, settings: TextureImport) -> ImageData:
    """A picture as the settings want it; the same one where they want nothing."""
    if settings == TextureImport():
        return image
    pixels = image.pixels
    h, w = pixels.shape[:2]
    if settings.max_size and max(h, w) > settings.max_size:
        part = settings.max_size / max(h, w)
        pixels = _reduced(pixels, max(1, round(w * part)), max(1, round(h * part)))
    if settings.flip_y:
        pixels = pixels[::-1]
    if settings.flip_green:
        pixels = pixels.copy()
        pixels[..., 1] = 255 - pixels[..., 1]
    sampling = Sampling(
        srgb=None if settings.color_space == "auto" else settings.color_space == "srgb",
        nearest=None if settings.filter == "auto" else settings.filter == "nearest",
        wrap=None if settings.wrap == "auto" else settings.wrap,
        mipmaps=settings.mipmaps,
    )
    return ImageData(np.ascontiguousarray(pixels), name=image.name, sampling=sampling)


def _reduced(pixels: U8, w: int, h: int) -> U8:
    """Means of what falls together, channel by channel: what is clear keeps its colour."""
    channels = (Image.fromarray(np.ascontiguousarray(pixels[..., k])) for k in range(4))
    return np.stack([np.asarray(c.resize((w, h), Image.Resampling.BOX)) for c in channels], axis=-1)


def adjusted_panorama(rgbe: Rgbe, settings: PanoramaImport) -> Rgbe:
    """A panorama as the settings want it; the same one where they want nothing."""
    h, w = rgbe.texels.shape[:2]
    if settings.max_height and h > settings.max_height:
        rgbe = _resized(rgbe, max(1, round(w * settings.max_height / h)), settings.max_height)
    if settings.rotation % 360:
        rgbe = _rotated(rgbe, settings.rotation)
    if settings.exposure:
        rgbe = Rgbe(rgbe.texels, rgbe.exposure / 2.0**settings.exposure)
    return rgbe


def _resized(rgbe: Rgbe, w: int, h: int) -> Rgbe:
    while rgbe.texels.shape[0] >= 2 * h and rgbe.texels.shape[1] >= 2 * w:
        rgbe = rgbe.halved()
    if rgbe.texels.shape[:2] == (h, w):
        return rgbe
    light = rgbe.radiance()
    channels = [np.asarray(Image.fromarray(light[..., k]).resize((w, h), Image.Resampling.BOX)) for k in range(3)]
    return _stored(np.stack(channels, axis=-1))


def _rotated(rgbe: Rgbe, degrees: float) -> Rgbe:
    """Counter-clockwise from above lowers the angle that columns count, atan2(z, x)."""
    columns = degrees / 360 * rgbe.texels.shape[1]
    whole = round(columns)
    if abs(columns - whole) < 1e-6:
        return Rgbe(np.roll(rgbe.texels, -whole, axis=1), rgbe.exposure)
    first = int(np.floor(columns))
    part = columns - first
    light = rgbe.radiance()
    between = np.roll(light, -first, axis=1) * (1 - part) + np.roll(light, -first - 1, axis=1) * part
    return _stored(between.astype(np.float32))


def _stored(light: NDArray[np.float32]) -> Rgbe:
    top = np.float32(np.nextafter(np.float32(MAX_RADIANCE), np.float32(0)))
    return Rgbe(encode_rgbe(np.minimum(light, top)), 1.0)
