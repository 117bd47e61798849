"""The directional albedo of the surface model, tabulated once and shipped as `dfg.npy`.

For white light from everywhere, a surface with reflectance f0 at normal incidence reflects f0 * a + b through its
specular lobe (Karis 2013, split sum; f90 = 1), and its diffuse part is weighted by 1 - f0' - (1 - f0') * w with
w the cosine-weighted mean of Schlick's (1 - v·h)^5. Run this module to make the file anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import wgpu
from numpy.typing import NDArray

from ..engine.gpu import Gpu

FILE = Path(__file__).with_name("dfg.npy")
SIZE = 64


def integrate(nv: NDArray[np.float64], roughness: float, samples: int = 4096) -> NDArray[np.float64]:
    """(n,) cosines of the view angle → (n, 3): a, b, w. `roughness` is perceptual; alpha is its square."""
    a2 = max(roughness * roughness, 1e-3) ** 2
    i = np.arange(samples)
    u = (i + 0.5) / samples
    phi = 2 * np.pi * ((i * 0.6180339887498949) % 1)
    v = np.stack([np.sqrt(1 - nv * nv), np.zeros_like(nv), nv], axis=-1)
    # Specular: half vectors distributed as D(h) (n·h); the estimate per sample is 4 V(l, v) (n·l) (v·h) / (n·h).
    ch = np.sqrt((1 - u) / (1 + (a2 - 1) * u))
    sh = np.sqrt(1 - ch * ch)
    h = np.stack([sh * np.cos(phi), sh * np.sin(phi), ch], axis=-1)
    vh = v @ h.T
    nl = 2 * vh * ch - nv[:, None]
    lit = (nl > 0) & (vh > 0)
    nl = np.maximum(nl, 0)
    visibility = 0.5 / (
        nl * np.sqrt(nv[:, None] ** 2 * (1 - a2) + a2) + nv[:, None] * np.sqrt(nl * nl * (1 - a2) + a2) + 1e-12
    )
    weight = np.where(lit, 4 * visibility * nl * vh / ch, 0)
    fresnel = np.maximum(1 - vh, 0) ** 5
    a = (weight * (1 - fresnel)).mean(axis=1)
    b = (weight * fresnel).mean(axis=1)
    # Diffuse: directions distributed as (n·l) / π.
    cl = np.sqrt(1 - u)
    sl = np.sqrt(u)
    light = np.stack([sl * np.cos(phi), sl * np.sin(phi), cl], axis=-1)
    half = v[:, None, :] + light[None, :, :]
    half /= np.linalg.norm(half, axis=-1, keepdims=True)
    w = (np.maximum(1 - np.einsum("nc,nsc->ns", v, half), 0) ** 5).mean(axis=1)
    return np.stack([a, b, w], axis=-1)


def tabulate(size: int = SIZE, samples: int = 4096) -> NDArray[np.float16]:
    """(size, size, 4) float16: rows are roughness, columns n·v, both at texel centres."""
    centres = (np.arange(size) + 0.5) / size
    out = np.ones((size, size, 4), np.float16)
    for row, roughness in enumerate(centres):
        out[row, :, :3] = integrate(centres, float(roughness), samples)
    return out


def load() -> NDArray[np.float16]:
    """The shipped table."""
    table: NDArray[np.float16] = np.load(FILE)
    return table


def view(gpu: Gpu) -> wgpu.GPUTextureView:
    """The shipped table as a texture."""
    table = load()
    h, w, _ = table.shape
    texture = gpu.device.create_texture(
        label="dfg",
        size=(w, h, 1),
        format="rgba16float",
        usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
    )
    gpu.device.queue.write_texture(
        {"texture": texture}, np.ascontiguousarray(table), {"bytes_per_row": 8 * w, "rows_per_image": h}, (w, h, 1)
    )
    return texture.create_view()


if __name__ == "__main__":
    np.save(FILE, tabulate())
