"""From a scene to a picture, without a window: what `dw.render`, `dream render` and headless apps share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.images import LINEAR_SUFFIXES, WRITTEN_SUFFIXES, save_image, save_linear
from ..fabric import Fabric, Observer
from ..loom.source import read
from ..loom.weave import weave
from ..loom.woven import WovenScene
from ..physics.following import follow_physics
from .camera import Eye
from .errors import AssetError, DreamwellError, SceneError
from .gpu import Gpu
from .hud import Hud
from .inspection import Stopwatch
from .interrupts import check
from .memory import give_back, settled
from .scene.components import Environment
from .scene.scene import Scene
from .scene.settings import apply_settings
from .world import World

DT = 1 / 60
"""Seconds between frames where no clock runs."""
MAX_EDGE = 16384
"""Pixels; no adapter draws more."""
_UNTIL_TRIM = 4
"""Frames after which all has been made that a scene needs, and nothing refers to the buffers of one that shrank."""

Source = Scene | str | os.PathLike[str]
Surroundings = str | os.PathLike[str] | Sequence[float]
Progress = Callable[[int, int], None]
"""Told how many frames are done, and of how many."""


@dataclass(frozen=True)
class Shot:
    """What picture to take.

    size: pixels.  frames: how many to run, 1/60 s apart; the last is the picture.  samples: how often the last is
    drawn, at sub-pixel offsets, and averaged.  linear: scene light as float32 instead of a tone-mapped picture.
    settings: {"group.key": value}.  camera: the name of one, None for the scene's first.
    environment: an .hdr file, (r, g, b) radiance, "none", or None for the scene's own.  timed: whether the report has
    `passes`, what each took on the GPU in the last frame, where the adapter can tell, and `passes_cpu_us`.  hud: what
    lies over the picture.
    """

    size: tuple[int, int] = (1280, 720)
    frames: int = 1
    samples: int = 1
    linear: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    camera: str | None = None
    environment: Surroundings | None = None
    timed: bool = False
    hud: Hud | None = None

    def __post_init__(self) -> None:
        w, h = self.size
        if not (1 <= w <= MAX_EDGE and 1 <= h <= MAX_EDGE):
            raise DreamwellError(f"the size is {w}x{h}; it must be from 1x1 to {MAX_EDGE}x{MAX_EDGE} pixels")
        for name, count in (("frames", self.frames), ("samples", self.samples)):
            if count < 1:
                raise DreamwellError(f"{name} is {count}; it must be at least 1")


@dataclass(frozen=True, eq=False)
class Picture:
    """What came out: (h, w, 3) uint8, or float32 for a linear shot (`Fabric.read_view`); the figures for `--json`."""

    image: NDArray[Any]
    report: dict[str, Any]


# ---- scenes ---------------------------------------------------------------------------------------------------


def load(path: str | os.PathLike[str]) -> Scene:
    """Read a scene from a .dream, .gltf or .glb file.

    Raises SceneError with every problem of a .dream file and for other suffixes, AssetError for a broken model.
    """
    scene, problems = read(Path(path))
    if problems:
        raise SceneError(f"{path} has {len(problems)} problem{'s' if len(problems) > 1 else ''}:", problems)
    return scene


def opened(source: Source) -> Scene:
    """A scene as it is, or the one in a file. Raises as `load`, but with what weaving would find wrong as well."""
    if isinstance(source, Scene):
        return source
    try:
        return load(source)
    except SceneError as error:
        if error.problems:
            weave(Path(source))
        raise


def surroundings(value: Surroundings) -> Environment:
    """An environment by its short name: "none" is black, (r, g, b) even radiance in cd/m², else an .hdr file.

    Raises SceneError for numbers that are not three; the file itself is checked when the scene is woven.
    """
    if isinstance(value, (str, os.PathLike)):
        if value == "none":
            return Environment(source="color", color=(0.0, 0.0, 0.0))
        return Environment(source="file", file=str(Path(value).absolute()))
    try:
        r, g, b = value
    except (TypeError, ValueError):
        raise SceneError(f'the environment is {value!r}; it must be an .hdr file, (r, g, b) or "none"') from None
    return Environment(source="color", color=(r, g, b))


@contextmanager
def altered(scene: Scene, settings: Mapping[str, Any], environment: Surroundings | None) -> Generator[None]:
    """For the length of a `with`, a scene has other settings and surroundings. Raises SettingsError, SceneError."""
    own = scene.settings
    changed = apply_settings(own, settings)
    put_back = _surround(scene, environment)
    scene.settings = changed
    try:
        yield
    finally:
        scene.settings = own
        put_back()


def _surround(scene: Scene, environment: Surroundings | None) -> Callable[[], object]:
    """Replace the scene's Environment; the result puts it back."""
    if environment is None:
        return lambda: None
    rows = np.flatnonzero(scene.slots_of(Environment) >= 0)
    if not len(rows):
        return scene.add("environment", surroundings(environment), id=1).remove
    holder = scene.by_id(int(scene.ids[rows[0]]))
    own = holder[Environment]
    holder.set(surroundings(environment))
    return lambda: holder.set(own)


def is_linear(path: Path) -> bool:
    """Whether a picture's suffix asks for linear light. Raises AssetError for one that nothing can be written to."""
    known = (*WRITTEN_SUFFIXES, *LINEAR_SUFFIXES)
    if path.suffix.lower() not in known:
        raise AssetError(f'{path}: the suffix is "{path.suffix}"; it must be one of {", ".join(known)}')
    return path.suffix.lower() in LINEAR_SUFFIXES


def save(path: Path, image: NDArray[Any]) -> None:
    """Write a picture: .png, .jpg or .webp for uint8, .npy or .exr for linear float32. Raises AssetError."""
    if is_linear(path):
        save_linear(path, image)
    else:
        save_image(path, image)


# ---- drawing --------------------------------------------------------------------------------------------------


@cache
def shared_gpu() -> Gpu:
    """The device that pictures without a window are drawn on, opened once. Raises GpuError."""
    return Gpu.open()


_LIT_BY = ("object", "kind", "color", "range", "radius", "spot_scale", "spot_offset", "casts_shadows")
"""What of structs.LIGHT makes a picture look lit otherwise; where lights are shows by itself."""


class Stage:
    """Draws worlds: keeps the Fabric's copy of one up to date with it.

    alone: only one picture is drawn.  times: what the passes take, if they are to be `timed`.
    """

    def __init__(self, gpu: Gpu, size: tuple[int, int], *, timed: bool = False, alone: bool = False) -> None:
        self.fabric = Fabric(gpu, size, alone=alone)
        self.uploads: list[float] = []
        """Seconds, of every upload of a scene."""
        self._shown: WovenScene | None = None
        self._drawn: World | None = None
        self._around: Environment | None = None
        self._capacity = 0
        self._until_trim = 0
        self.times = self.fabric.time_passes() if timed else None
        self._stopwatch = Stopwatch(self.fabric, timed=timed)

    def draw(
        self, world: World, time: float, sample: tuple[int, int] = (0, 1), view: Any = None, eye: Eye | None = None
    ) -> None:
        """Draw one frame: what moved is sent, another scene than last time is uploaded whole.

        What ticks moved is drawn between them, where the world says so. `eye`: looked through in place of the world's
        camera.
        """
        with nullcontext() if world.between is None else world.between.shown():
            self._draw(world, time, sample, view, eye)

    def _draw(self, world: World, time: float, sample: tuple[int, int], view: Any, eye: Eye | None) -> None:
        lines, fabric = world.lines, self.fabric
        follow_physics(world)
        for told in lines.before_drawing:
            told()
        if fabric.lines is not lines:
            fabric.show_lines(lines)
        moved = world.moved()
        lit = None
        if world.woven is not self._shown:
            lit = self._light() if self._drawn is world else None
            self._upload(world)
        else:
            self._recast(world)
            self.fabric.place(moved.alone, moved.position, moved.rotation, moved.scale)
            self.fabric.move(moved.in_trees, moved.world)
        self._send(world)
        self._around = world.environment
        if lit is not None and lit == self._light():
            self.fabric.light_is_as_before()
        if world.settings is not self.fabric.settings:
            self.fabric.set_post_process_config(world.settings)
        eye = eye or world.observer()
        lens = eye.lens
        observer = Observer(eye.world_from_camera, lens.fov_y, lens.near, lens.height, lens.orthographic)
        self.fabric.begin_frame(observer, time=time, sample=sample)
        self.fabric.end_frame(view)
        if self._drawn is not world and self._drawn is not None and self._drawn.picker is self.fabric:
            self._drawn.picker = None
        self._drawn, world.picker = world, self.fabric
        self._trim()
        self._stopwatch.drawn(world)

    def _light(self) -> tuple[bytes, Environment | None]:
        """What lights the picture."""
        scene = self.fabric.scene
        if scene is None:
            return b"", self._around
        table = scene.lights.table  # field by field: what lies between them is anything
        return b"".join(table[name].tobytes() for name in _LIT_BY), self._around

    def wait(self) -> None:
        """Wait until the GPU is done with all that was drawn."""
        device: Any = self.fabric.gpu.device
        device._poll_wait()

    def _trim(self) -> None:
        """Hand back what is free some frames after a scene came, grew or shrank: until then the GPU uses some of it.

        Its first frames make what is made once as well, shaders say. It is waited for, once in such a while: a software
        adapter may be many frames behind.
        """
        scene = self.fabric.scene
        capacity = scene.capacity if scene is not None else 0
        if capacity != self._capacity:
            self._until_trim = _UNTIL_TRIM
        elif self._until_trim:
            self._until_trim -= 1
            if scene is not None and self._until_trim == _UNTIL_TRIM // 2:
                scene.trim()
            if not self._until_trim:
                self.wait()
                give_back()
        self._capacity = capacity

    def _send(self, world: World) -> None:
        """What changed of the lights, the materials, the surroundings; and the exposure that follows them."""
        look = world.appearance
        look.follow_sun(world.transforms)
        if look.unmetered:
            self.fabric.set_metered(world.meter())
        changed, other = look.lights.unsent()
        if len(other):
            self.fabric.put_lights(other, world.placed_lights(other))
        if len(changed):
            self.fabric.set_lights(changed, look.lights.rows[changed])
        if look.changed_materials:
            self.fabric.set_materials(*look.materials_to_send())
        if look.changed_environment:
            self.fabric.set_environment(look.environment)
            look.changed_environment = False

    def _recast(self, world: World) -> None:
        """Who came, went or shows something else."""
        changed = world.changed_looks()
        if changed is None:
            return
        looks, mirrored = changed
        drawn, wanted = self.fabric.draws(looks.rows), looks.mesh >= 0
        self.fabric.despawn(looks.rows[drawn & ~wanted])
        for call, some in ((self.fabric.change, drawn & wanted), (self.fabric.spawn, ~drawn & wanted)):
            call(looks.rows[some], looks.mesh[some], looks.material[some], mirrored[some])

    def _upload(self, world: World) -> None:
        """Upload the scene, and what is different in the world from how it was woven."""
        start = time.perf_counter()
        woven, rows = world.woven, world.rows_that_moved()
        known = rows[rows < len(woven.objects.ids)]
        where = woven.objects
        if len(known):  # they do not come there in this frame, which motion vectors would show
            where = where.placed(known, world.transforms.world_of(known))
        as_now = replace(woven, objects=where, settings=world.settings)
        self.fabric.upload_scene(as_now, follows=self._drawn is world)
        self.fabric.set_metered(world.appearance.ev100)
        world.resend()
        self._recast(world)
        rest = rows[(rows >= len(where.ids)) | np.isin(rows, world.lights.rows)]
        self.fabric.move(rest, world.transforms.world_of(rest))
        self._shown = woven
        give_back()
        settled()
        self.uploads.append(time.perf_counter() - start)


def take(
    shot: Shot,
    advance: Callable[[float], World],
    progress: Progress | None = None,
    each: Callable[[int, Fabric], object] | None = None,
    times: Sequence[float] | None = None,
) -> Picture:
    """Run a shot: `advance(dt)` moves the game on by seconds and returns the world to draw, before every frame.

    `each(i, fabric)` is called when frame i, from 0, is drawn; the last one when all of its samples are.
    times: seconds from the first frame to each, where they are not 1/60 s apart.
    """
    started = time.perf_counter()
    gpu = shared_gpu()
    opened = time.perf_counter()
    stage = Stage(gpu, shot.size, timed=shot.timed, alone=shot.frames == 1)
    stage.fabric.show_hud(shot.hud)
    encode: list[float] = []
    submit: list[float] = []
    first_frame = time.perf_counter()
    world: World | None = None
    last = shot.frames - 1
    total = last + shot.samples
    for done in range(total):
        if done <= last:
            world = advance(DT)
        assert world is not None
        sample = (done - last, shot.samples) if done >= last else (0, 1)
        stage.draw(world, min(done, last) * DT if times is None else times[min(done, last)], sample)
        encode.append(stage.fabric.encode_us)
        submit.append(stage.fabric.submit_us)
        check(stage.wait)
        if each is not None and (done < last or done == total - 1):
            each(min(done, last), stage.fabric)
        if progress is not None:
            progress(done + 1, total)
    image = stage.fabric.read_view() if shot.linear else stage.fabric.read_image()
    ended = time.perf_counter()
    assert world is not None
    report = {
        "scene": world.woven.name,
        "adapter": {"name": gpu.name, "software": gpu.software, **gpu.info},
        "size": list(shot.size),
        "frames": shot.frames,
        "samples": shot.samples,
        "weave_ms": {stage_name: seconds * 1e3 for stage_name, seconds in world.woven.seconds.items()},
        "open_gpu_ms": (opened - started) * 1e3,
        "make_fabric_ms": (first_frame - opened) * 1e3,
        "upload_ms": stage.uploads[-1] * 1e3,
        "encode_us": {"first": encode[0], "median": _median(encode), "max": max(encode)},
        "submit_us": {"first": submit[0], "median": _median(submit), "max": max(submit)},
        "frame_ms": (ended - first_frame - sum(stage.uploads)) * 1e3 / total,
        **stage.fabric.counters(),
        **({} if stage.times is None else stage.times.report()),
    }
    return Picture(image, report)


def _median(values: Sequence[float]) -> float:
    """As NumPy's, which imports masked arrays at its first call."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def picture(source: Source, shot: Shot, progress: Progress | None = None) -> Picture:
    """Take one shot of a scene, or of the one in a file. Raises as `render` does."""
    scene = opened(source)
    with altered(scene, shot.settings, shot.environment):
        woven = weave(scene)
    world = World(woven, aspect=shot.size[0] / shot.size[1])
    if shot.camera is not None:
        world.camera = shot.camera
    return take(shot, lambda dt: world, progress)


def render(
    scene: Source,
    size: tuple[int, int] = (1280, 720),
    frames: int = 1,
    samples: int = 1,
    linear: bool = False,
    settings: Mapping[str, Any] | None = None,
    camera: str | None = None,
    environment: Surroundings | None = None,
    view: str | None = None,
    hud: Hud | None = None,
) -> NDArray[Any]:
    """A picture of a scene, or of the one in a .dream, .gltf or .glb file: (h, w, 3) uint8, row 0 at the top.

    The scene is shown as it was written: behaviours and systems are not called, an `App` does that. `size` in pixels.
    `frames` are drawn 1/60 s apart and the last is returned, for what needs several: TAA, automatic exposure; it is
    averaged from `samples` sub-pixel positions (16 make smooth edges). With `linear` the result is float32 scene light,
    before exposure and tone mapping. `settings` as {"tonemap.operator": "agx"}. `camera` is the name of one; without it
    the scene's first, and without any one that sees everything. `environment` replaces the scene's: an .hdr file,
    (r, g, b) radiance from everywhere, or "none" for black. `view` is a debug view, "depth" say; with `linear` the
    result is its values, whose shape and units `Fabric.read_view` tells: metres (h, w) for depth, inf where there is
    nothing. `hud` is drawn over the picture, and never over linear light.

    Raises SceneError, SettingsError and AssetError for what can't be drawn, GpuError where there is no adapter.
    """
    settings = {**(settings or {}), **({} if view is None else {"debug.view": view})}
    shot = Shot(size, frames, samples, linear, settings, camera, environment, hud=hud)
    return picture(scene, shot).image
