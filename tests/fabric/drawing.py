"""Scenes, cameras and pictures for the tests of the Fabric."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import wgpu
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from dreamwell.assets.mesh import MeshData
from dreamwell.engine import math as dmath
from dreamwell.engine.scene import Environment, Scene, apply_settings
from dreamwell.fabric import Fabric, Observer
from dreamwell.loom.weave import weave
from dreamwell.loom.woven import WovenScene

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

UNIT_EV100 = math.log2(1 / 1.2)
"""The exposure value at which light is stored as it is."""
BLACK = Environment(source="color", color=(0.0, 0.0, 0.0))
HALF = 2.0**-10
"""Relative error of the HDR picture's 16-bit floats: some adapters round them, others cut them off."""


def stage(environment: Environment | None = BLACK, root: Any = None, **settings: Any) -> Scene:
    """An empty scene in the dark, exposed with factor 1, without shadows; settings as group__key=value."""
    scene = Scene("stage", seed=1, root=root)
    values = {"exposure__mode": "manual", "exposure__ev100": UNIT_EV100, "shadows__enabled": False, **PLAIN, **settings}
    scene.settings = apply_settings(scene.settings, {key.replace("__", "."): v for key, v in values.items()})
    if environment is not None:
        scene.add("environment", environment)
    return scene


PLAIN: dict[str, Any] = {"bloom__enabled": False, "grading__dither": False, "ao__enabled": False}
"""What `stage` leaves out: whatever changes a picture after it was lit, and what is found in it before."""
FRUSTUM_ALONE: dict[str, Any] = {"cull__occlusion": False, "cull__small": False, "cull__rings": False}
"""For `stage`: one list, of what the frustum holds."""


def counted(fabric: Fabric) -> dict[str, int]:
    """What the last frame drew and left out, whatever the reason."""
    counters = fabric.counters()
    return {key: counters[key] for key in ("draws", "instances", "triangles", "culled")}


def looking(eye: ArrayLike, toward: ArrayLike, up: ArrayLike = (0.0, 1.0, 0.0), **lens: Any) -> Observer:
    """An observer at `eye`; `height` in metres makes it orthographic."""
    lens = {"orthographic": True, **lens} if "height" in lens else lens
    turn = dmath.matrix_from_quaternion(dmath.look_rotation(np.subtract(toward, eye), up))
    return Observer(np.column_stack([turn, np.asarray(eye, np.float64)]), **lens)


def front(height: float = 1.0, distance: float = 5.0) -> Observer:
    """An orthographic observer on +Z: x goes right, y goes up, the origin is in the middle."""
    return looking((0, 0, distance), (0, 0, 0), height=height)


def above(height: float = 1.0, distance: float = 5.0, at: tuple[float, float] = (0.0, 0.0)) -> Observer:
    """An orthographic observer on +Y over (x, z): x goes right, z goes down."""
    return looking((at[0], distance, at[1]), (at[0], 0, at[1]), up=(0, 0, -1), height=height)


def pixel_rays(observer: Observer, size: tuple[int, int]) -> tuple[F64, F64]:
    """Origins and unit directions (h, w, 3) of the rays through the pixels' centres."""
    w, h = size
    x = ((np.arange(w) + 0.5) / w * 2 - 1) * w / h
    y = 1 - (np.arange(h) + 0.5) / h * 2
    pose = np.asarray(observer.world_from_camera, np.float64)
    right, up, back = (pose[:, k] / np.linalg.norm(pose[:, k]) for k in range(3))
    plane = x[None, :, None] * right + y[:, None, None] * up
    if observer.orthographic:
        return pose[:, 3] + plane * observer.height / 2, np.broadcast_to(-back, plane.shape)
    directions = plane * math.tan(math.radians(observer.fov_y) / 2) - back
    return np.broadcast_to(pose[:, 3], plane.shape), directions / np.linalg.norm(directions, axis=-1, keepdims=True)


def show(fabric: Fabric, observer: Observer, size: tuple[int, int] = (64, 64), samples: int = 1) -> F32:
    """Draw the uploaded scene: (h, w, 3) linear light."""
    fabric.resize(size)
    for i in range(samples):
        fabric.begin_frame(observer, sample=(i, samples))
        fabric.end_frame()
    return fabric.read_linear()


def draw(
    fabric: Fabric, scene: Scene | WovenScene, observer: Observer, size: tuple[int, int] = (64, 64), samples: int = 1
) -> F32:
    """Upload a scene and draw it: (h, w, 3) linear light."""
    fabric.upload_scene(weave(scene) if isinstance(scene, Scene) else scene)
    return show(fabric, observer, size, samples)


def read(fabric: Fabric, buffer: wgpu.GPUBuffer, dtype: Any) -> NDArray[Any]:
    """What a buffer holds, as an array."""
    raw: Any = fabric.gpu.device.queue.read_buffer(buffer)
    return np.frombuffer(raw[: len(raw) // np.dtype(dtype).itemsize * np.dtype(dtype).itemsize], dtype)


def spoil(fabric: Fabric, *buffers: wgpu.GPUBuffer) -> None:
    """Fill buffers with NaN (as whole numbers 0x7FC00000), which kernels have to write over."""
    for buffer in buffers:
        fabric.gpu.device.queue.write_buffer(buffer, 0, np.full(buffer.size // 4, np.nan, np.float32))


def rectangle(
    normal: ArrayLike = (0.0, 0.0, 1.0),
    tangent: ArrayLike | None = None,
    uv0: ArrayLike | None = None,
    uv1: ArrayLike | None = None,
    colors: ArrayLike | None = None,
    edge: float = 1.0,
) -> MeshData:
    """A square in x and y facing +Z; corners: top left, top right, bottom left, bottom right. Its normal is given."""
    corners = np.array([[-1, 1, 0], [1, 1, 0], [-1, -1, 0], [1, -1, 0]]) * edge / 2

    def column(values: ArrayLike | None) -> F32 | None:
        return None if values is None else np.asarray(values, np.float32)

    unit = np.asarray(normal, np.float64) / np.linalg.norm(normal)
    return MeshData(
        corners.astype(np.float32),
        np.tile(unit, (4, 1)).astype(np.float32),
        np.array([0, 2, 1, 1, 2, 3], np.uint32),
        None if tangent is None else np.tile(np.asarray(tangent, np.float32), (4, 1)),
        column([[0, 0], [1, 0], [0, 1], [1, 1]] if uv0 is None else uv0),
        column(uv1),
        column(colors),
    )


def mirrored(mesh: MeshData) -> MeshData:
    """The same geometry as a scale of -1 along x makes it, with its front faces counter-clockwise again."""
    flip = np.array([-1, 1, 1], np.float32)
    tangents = None if mesh.tangents is None else mesh.tangents * np.array([-1, 1, 1, -1], np.float32)
    indices = mesh.indices.reshape(-1, 3)[:, ::-1].ravel().copy()
    return replace(
        mesh, positions=mesh.positions * flip, normals=mesh.normals * flip, indices=indices, tangents=tangents
    )


def srgb(linear: ArrayLike) -> F64:
    """Light → screen values 0..1."""
    x = np.clip(np.asarray(linear, np.float64), 0, 1)
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)


def light_of_srgb(value: ArrayLike) -> F64:
    """Screen values 0..1 → light."""
    x = np.asarray(value, np.float64)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def image(folder: Path, name: str, pixels: ArrayLike) -> str:
    """Write (h, w), (h, w, 3) or (h, w, 4) values 0..255 as a picture. Returns its address."""
    data = np.asarray(pixels, np.uint8)
    Image.fromarray(data).save(folder / f"{name}.png")
    return f"{name}.png"
