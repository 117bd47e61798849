"""Small square pictures of assets and of materials, drawn one at a time between frames and kept."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import wgpu
from imgui_bundle import imgui
from numpy.typing import NDArray

from ...assets.import_settings import settings_file
from ...assets.library import AssetLibrary
from ...assets.panorama import read_panorama
from ...engine.errors import DreamwellError
from ...engine.gpu import Gpu
from ...engine.scene.components import Camera, Environment, Material, Mesh, Sun
from ...engine.scene.prefabs import Prefab
from ...engine.scene.scene import Scene
from ...engine.world import World
from ...loom.weave import weave
from ..viewport.mirror import seen
from ..viewport.picture import FORMAT, Picture
from .draw_data import DrawData

SIZE = 128
"""Pixels of a side."""
KEPT = 400
EVERY = 3
"""Frames from one that is drawn to the next, so that the editor goes on meanwhile."""

_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".gif", ".tif", ".tiff")
_SHAPES = (".obj", ".stl", ".ply", ".npz")
_SCENES = (".glb", ".gltf", ".dream")
_FRAMES = 3


class Thumbnails:
    """Pictures by what they are of. `get` is asked every frame; what is not there yet comes some frames later."""

    def __init__(self, gpu: Gpu, draw: DrawData) -> None:
        self.gpu, self._draw = gpu, draw
        self._kept: OrderedDict[Any, imgui.ImTextureRef | None] = OrderedDict()
        self._wanted: OrderedDict[Any, Any] = OrderedDict()
        self._picture: Picture | None = None
        self._wait = 0
        self.failed: dict[Any, str] = {}
        """Why there is no picture, by what it would be of."""

    def get(self, of: Any, root: Path) -> imgui.ImTextureRef | None:
        """The picture of a file (its path, absolute or below `root`), a Material or a Mesh; None: not yet, or never."""
        key = self._key(of, root)
        if key is None or key in self.failed:
            return None
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._wanted[key] = of, root
        return None

    @property
    def waiting(self) -> bool:
        """Whether some that were asked for are not drawn yet."""
        return bool(self._wanted)

    def step(self) -> bool:
        """Between two frames: draw one that was asked for, if any. Returns whether one was drawn."""
        if self._wait:
            self._wait -= 1
            return False
        while self._wanted:
            key, (of, root) = self._wanted.popitem(last=False)
            if key in self._kept:
                continue
            self._wait = EVERY
            try:
                view = self._drawn(of, root)
            except (DreamwellError, OSError, ValueError) as error:
                self.failed[key] = str(error)
                return False
            self._kept[key] = self._draw.texture(view)
            while len(self._kept) > KEPT:
                _, old = self._kept.popitem(last=False)
                if old is not None:
                    self._draw.forget(old)
            return True
        return False

    def _key(self, of: Any, root: Path) -> Any:
        if isinstance(of, (Material, Mesh)):
            path = root / of.asset.partition("#")[0] if isinstance(of, Mesh) and of.asset else None
            return of, str(root), 0 if path is None else (_written(path), _written(settings_file(path)))
        if isinstance(of, (str, Path)) and str(of):
            path = root / str(of).partition("#")[0]
            try:
                return str(root / str(of)), path.stat().st_mtime_ns, _written(settings_file(path))
            except OSError:
                return None
        return None

    def _drawn(self, of: Any, root: Path) -> wgpu.GPUTextureView:
        if isinstance(of, (str, Path)):
            file = str(of).partition("#")[0]
            suffix = Path(file).suffix.lower()
            if suffix in _PICTURES:
                return self._uploaded(_fitted(AssetLibrary(root).image(str(of)).pixels))
            if suffix == ".hdr":
                return self._uploaded(_fitted(_toned(read_panorama(root / file).pixels)))
            if suffix == ".dream":
                whole = Scene.load(root / file)
                if (whole.slots_of(Camera) >= 0).any():  # a place rather than a thing: as its camera sees it
                    return self._rendered(seen(whole, np.ones(len(whole), bool)), framed=False)
        return self._rendered(_stage(of, root))

    def _rendered(self, scene: Scene, *, framed: bool = True) -> wgpu.GPUTextureView:
        woven = weave(scene)
        if not len(woven.instance_object):  # a model that is only there for others to take shapes from
            raise ValueError("there is nothing to be seen")
        picture = self._picture = self._picture or Picture(self.gpu, overlay=False)
        picture.resize((SIZE, SIZE))
        world = World(woven, aspect=1.0, seed=1)
        if framed:
            world.frame(yaw=32, pitch=20, aspect=0.86)
        for _ in range(_FRAMES):
            picture.draw(world, 0.0)
        made = self._empty(wgpu.TextureUsage.COPY_DST, FORMAT)
        encoder = self.gpu.device.create_command_encoder(label="thumbnail")
        encoder.copy_texture_to_texture({"texture": picture.texture}, {"texture": made}, (SIZE, SIZE, 1))
        self.gpu.device.queue.submit([encoder.finish()])
        return made.create_view()

    def _uploaded(self, pixels: NDArray[np.uint8]) -> wgpu.GPUTextureView:
        made = self._empty(wgpu.TextureUsage.COPY_DST, "rgba8unorm")
        self.gpu.device.queue.write_texture(
            {"texture": made}, pixels, {"bytes_per_row": 4 * SIZE, "rows_per_image": SIZE}, (SIZE, SIZE, 1)
        )
        return made.create_view()

    def _empty(self, usage: int, format: Any) -> wgpu.GPUTexture:
        return self.gpu.device.create_texture(
            label="thumbnail", size=(SIZE, SIZE, 1), format=format, usage=usage | wgpu.TextureUsage.TEXTURE_BINDING
        )


def _written(path: Path) -> int:
    """When, in nanoseconds; 0 where there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _stage(of: Any, root: Path) -> Scene:
    """A scene that shows one thing."""
    scene = Scene("thumbnail", seed=1, root=root)
    scene.configure({"aa.mode": "fxaa", "shadows.size": 512, "bloom.enabled": False, "exposure.compensation": -0.2})
    scene.add("camera", Camera(fov_y=32))
    scene.add("sun", Sun(lux=48_000), toward=(1.3, -1.5, -0.75))
    around = Environment(
        source="gradient", intensity=7000.0, zenith=(0.95, 1.0, 1.1), horizon=(0.42, 0.45, 0.52),
        ground=(0.2, 0.2, 0.23), visible=False, backdrop=(750.0, 800.0, 900.0),
    )  # fmt: skip
    scene.add("around", around)
    if isinstance(of, Material):
        scene.add("thing", Mesh.sphere(0.5, 48), of)
    elif isinstance(of, Mesh):
        scene.add("thing", of)
    else:
        file, _, part = str(of).partition("#")
        suffix = Path(file).suffix.lower()
        if suffix in _SCENES and not part:
            scene.add("thing", Prefab(file))
        elif suffix in (*_SHAPES, *_SCENES):
            scene.add("thing", Mesh.load(str(of)))
        else:
            raise ValueError(f"{of} shows nothing")
    return scene


def _fitted(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """(h, w, 1 to 4) → (SIZE, SIZE, 4) uint8: whole, in the middle, over nothing."""
    from PIL import Image

    p = np.asarray(pixels)
    p = p if p.ndim == 3 else p[..., None]
    if p.dtype != np.uint8:
        p = (np.clip(p, 0, 1) * 255).astype(np.uint8) if p.dtype.kind == "f" else (p >> 8).astype(np.uint8)
    if p.shape[2] < 3:
        alpha = p[..., 1:2] if p.shape[2] == 2 else np.full_like(p[..., :1], 255)
        p = np.concatenate([p[..., :1]] * 3 + [alpha], axis=2)
    image = Image.fromarray(np.ascontiguousarray(p)).convert("RGBA")
    larger = SIZE // max(image.size)
    if larger > 1:  # a small one shows its texels
        image = image.resize((image.width * larger, image.height * larger), Image.Resampling.NEAREST)
    image.thumbnail((SIZE, SIZE))
    out = Image.new("RGBA", (SIZE, SIZE))
    out.paste(image, ((SIZE - image.width) // 2, (SIZE - image.height) // 2))
    return np.asarray(out)


def _toned(radiance: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w, 3) light → screen values, about as bright as one expects."""
    step = max(1, radiance.shape[1] // (2 * SIZE))
    some = np.asarray(radiance[::step, ::step, :3], np.float32)
    light = some / max(float(np.median(some)) * 2.2, 1e-9)
    return np.asarray((light / (1 + light)) ** (1 / 2.2), np.float32)
