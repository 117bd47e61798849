"""The app: a scene, the functions that move it, and the loop that shows it, in a window or without one."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from ..assets.library import AssetLibrary
from ..fabric import Fabric
from ..loom.weave import weave
from ..loom.woven import WovenScene
from .entity import Entity
from .errors import GpuError
from .gpu import Gpu
from .input import Input
from .inspection import KEYS, SCREENSHOT, keep, press, slug
from .loading import Loaded, OnTop
from .render import DT, Picture, Progress, Shot, Source, Stage, Surroundings, altered, is_linear, opened, save, take
from .scene.prefabs import Prefab
from .scene.scene import Scene
from .script import script_error
from .window import Window, why_no_window
from .world import World

Update = Callable[[World, float], object]
OnKey = Callable[[str], object]
OnDrop = Callable[[list[Path]], object]
F = TypeVar("F", bound=Callable[..., object])

LONGEST_STEP = 0.25
"""Seconds: after a pause (a breakpoint, a dragged window) the game goes on as if no more than this had passed."""
HEADLESS_FRAMES = 10


@dataclass
class RunOptions:
    """What the command line wants of the app that a script runs; each None leaves it to the script.

    mode: show a window, draw without one, or only `collect` the app and end the script there.
    output: where the picture goes.  capture: a folder for a picture of every frame, in its place.  timed: tell what the
    passes take on the GPU.  arguments: the script's `sys.argv[1:]`.
    app, picture, report: what came of it, filled in by `App.run`.
    """

    mode: Literal["window", "headless", "collect"] = "window"
    size: tuple[int, int] | None = None
    frames: int | None = None
    samples: int = 1
    camera: str | None = None
    environment: Surroundings | None = None
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    output: Path | None = None
    progress: Progress | None = None
    arguments: tuple[str, ...] = ()
    app: App | None = None
    picture: Picture | None = None
    capture: Path | None = None
    timed: bool = False
    report: dict[str, Any] = field(default_factory=dict[str, Any])


RUN: ContextVar[RunOptions | None] = ContextVar("dreamwell.run", default=None)


class Collected(BaseException):
    """Ends a script at `App.run` when only its app is wanted. Not an Exception, so that no script swallows it."""


class App:
    """A scene to play: a Scene, or the path of a .dream, .gltf or .glb file.

        app = dw.App(scene, title="Hello")

        @app.update
        def turn(world: dw.World, dt: float) -> None:
            world["cube"].rotate(y=45 * dt)

        app.run()

    `size` in logical pixels (without a window: pixels); `settings` as {"exposure.compensation": 1.0}; `environment`
    as for `dw.render`. `input` is what the player does in this frame, `time` the seconds played. Without `inspect` the
    keys F2, F3, F4 and F12, which step through debug views and keep pictures, are the game's.
    Raises SceneError and AssetError for a file that can't be read. The scene itself is woven when `world` is first
    asked for or when `run` is called, and may be changed until then.
    """

    def __init__(
        self,
        source: Source,
        *,
        title: str = "Dreamwell",
        size: tuple[int, int] = (1280, 720),
        settings: Mapping[str, Any] | None = None,
        environment: Surroundings | None = None,
        inspect: bool = True,
    ) -> None:
        self._options = RUN.get() or RunOptions()
        self.title = title
        self.size = self._options.size or size
        self.input = Input()
        self.input.size = (float(self.size[0]), float(self.size[1]))
        self.time = 0.0
        self._settings = {**(settings or {}), **self._options.settings}
        self._environment = environment if self._options.environment is None else self._options.environment
        self._updates: list[Update] = []
        self._on_key: list[OnKey] = []
        self._on_drop: list[OnDrop] = []
        self._closing = False
        self._inspected = inspect
        self._keeping = False
        self._source = source
        self._scene = opened(source)
        self._library = AssetLibrary(self._scene.root)
        self._world: World | None = None
        self._on_top = OnTop()
        self._stepping = False
        self._next: Callable[[], World] | None = None

    # ---- what is played -----------------------------------------------------------------------------------------

    @property
    def scene(self) -> Scene:
        """The scene as it was written; what moves at run time is the `world`."""
        return self._scene

    @property
    def world(self) -> World:
        """The running scene. Asked for the first time, weaves it: raises SceneError with all of its problems."""
        if self._world is None:
            self._world = self._made(self._scene, self._library, self._on_top)
        return self._world

    @property
    def camera(self) -> Entity:
        """The object that is looked through, as `world.camera`; set it to another, or to a name."""
        return self.world.camera

    @camera.setter
    def camera(self, value: Entity | str) -> None:
        self.world.camera = value

    @property
    def environment(self) -> Surroundings | None:
        """What replaces the scene's environment, as for `dw.render`, or None. Setting it leaves the world as it is.

        Setting it raises SceneError when the file can't be read, and changes nothing.
        """
        return self._environment

    @environment.setter
    def environment(self, value: Surroundings | None) -> None:
        if self._world is not None:
            self._world.appearance.surround(self._woven(self._scene, self._library, value).environment)
        self._environment = value

    @overload
    def load(self, source: Source, *, additive: Literal[False] = ...) -> World: ...
    @overload
    def load(self, source: Source, *, additive: Literal[True]) -> Entity: ...
    def load(self, source: Source, *, additive: bool = False) -> World | Entity:
        """Play another scene from the next frame on; returns its world. Called in a frame, that frame is ended first.

        `additive`: load it on top of this one instead, at once; returns the object that all of it hangs on, which
        may be moved, despawned, or given to `unload`. Its environment and settings are left out.

        Raises as weaving does, and changes nothing.
        """
        if additive:
            return self._load_on_top(source)
        scene = opened(source)
        library, on_top = AssetLibrary(scene.root), OnTop()
        world = self._made(scene, library, on_top)

        def play() -> World:
            self._source, self._scene, self._library, self._world = source, scene, library, world
            self._on_top = on_top
            return world

        if self._stepping:
            self._next = play
            return world
        return play()

    def switch(self, source: Source) -> None:
        """Ask for another scene: it is loaded when this frame's functions are done, or at once outside of a frame.

        Raises as `load`; in a frame, from `step` and `run`.
        """
        if self._stepping:
            self._next = lambda: self.load(source)
        else:
            self.load(source)

    def unload(self, root: Entity) -> None:
        """Take away what `load` put on top of the scene, and the memory that its meshes and pictures need.

        Raises SceneError for what is none, and while the camera that is looked through would go; nothing changes then.
        """
        on_top, world = self._on_top, self.world
        world.own(root).live_row()
        found = on_top.loaded_at(root)
        world.despawn(root)
        more = on_top.prefabs()
        if found.prefab not in more:
            world.adopt(self._woven(self._scene, self._library, self._environment, more))

    def reload(self) -> World:
        """Weave the scene anew, read again where it is from a file, and go on with it: see `World.adopt`.

        Raises as weaving does, and changes nothing.
        """
        scene = opened(self._source)
        library = AssetLibrary(scene.root)
        if self._world is not None:
            self._world.adopt(self._woven(scene, library, self._environment, self._on_top.prefabs()))
        self._scene, self._library = scene, library
        return self.world

    def _load_on_top(self, source: Source) -> Entity:
        on_top, world = self._on_top, self.world
        prefab, scene = on_top.prefab_of(source, self._library.root)
        if prefab not in world.woven.prefabs:
            more = {**on_top.prefabs(), prefab: scene}
            world.adopt(self._woven(self._scene, self._library, self._environment, more))
        root = world.spawn(prefab, name=Path(prefab.file).stem if scene is None else scene.name)
        on_top.loaded.append(Loaded(root, prefab, scene))
        return root

    def _settle(self) -> None:
        """Between frames: what was asked for takes place."""
        while self._next is not None:
            play, self._next = self._next, None
            play()

    def _woven(
        self,
        scene: Scene,
        library: AssetLibrary,
        environment: Surroundings | None,
        prefabs: Mapping[Prefab, Scene | None] | None = None,
    ) -> WovenScene:
        with altered(scene, self._settings, environment):
            return weave(scene, library=library, prefabs=prefabs)

    def _made(self, scene: Scene, library: AssetLibrary, on_top: OnTop) -> World:
        world = World(self._woven(scene, library, self._environment), aspect=self.size[0] / self.size[1])

        def weaver(prefab: Prefab) -> WovenScene:
            if world is self._world:  # it may have been loaded anew
                more = {**on_top.prefabs(), prefab: None}
                woven = self._woven(self._scene, self._library, self._environment, more)
            else:
                woven = self._woven(scene, library, self._environment, {**on_top.prefabs(), prefab: None})
            on_top.asked.append(prefab)
            return woven

        world.weaver = weaver
        if self._options.camera is not None:
            world.camera = self._options.camera
        return world

    # ---- the game's functions -----------------------------------------------------------------------------------

    def update(self, function: F) -> F:
        """Decorator: call `function(world, dt)` before every frame; dt is the seconds since the last one."""
        self._updates.append(function)
        return function

    def on_key(self, function: F) -> F:
        """Decorator: call `function(key)` when a key goes down: "w", "5", "ArrowUp" and the like, as in `Input`."""
        self._on_key.append(function)
        return function

    def on_drop(self, function: F) -> F:
        """Decorator: call `function(paths)` when files are dropped on the window."""
        self._on_drop.append(function)
        return function

    def pointed_at(self) -> Entity | None:
        """The object under the pointer in the last picture, or None; before the first frame too. Waits for the GPU."""
        picker = self.world.picker
        if picker is None:
            return None
        (x, y), (width, height), pixels = self.input.pointer, self.input.size, picker.size
        return self.world.pick(x * pixels[0] / width, y * pixels[1] / height)

    def counters(self) -> dict[str, float]:
        """What the last picture drew and left out, see `Fabric.counters`, and `encode_us`, the CPU's microseconds.

        Empty before the first frame. Waits for the GPU and reads a lot from it: a few times a second is fine.
        """
        fabric = self.world.picker
        return {**fabric.counters(), "encode_us": fabric.encode_us} if isinstance(fabric, Fabric) else {}

    def close(self) -> None:
        """End `run` after this frame."""
        self._closing = True

    def screenshot(self) -> Path:
        """Write the last picture into the current folder, numbered, as F12 does; returns where. Waits for the GPU.

        Raises GpuError before the first frame, AssetError when the disk refuses.
        """
        fabric = self.world.picker
        if not isinstance(fabric, Fabric):
            raise GpuError("there is no picture to keep yet")
        fabric.show_again()
        return keep(fabric.read_image(), self._scene.name, Path())

    def step(self, dt: float) -> World:
        """Play one frame without drawing it; returns the world. Raises ScriptError for what the functions raise."""
        self._stepping = True
        try:
            self._play(dt)
        finally:
            self._stepping = False
        self._settle()
        return self.world

    def _play(self, dt: float) -> None:
        for key in sorted(self.input.pressed):
            if self._inspected and key in KEYS:
                press(self.world, key, shift=self.input.held("Shift"))
                self._keeping = self._keeping or key == SCREENSHOT
                continue
            for on_key in self._on_key:
                _call(on_key, key)
        for update in self._updates:
            _call(update, self.world, dt)
        self.time += dt
        self.input.next_frame()

    # ---- the loop -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Play until the window is closed, Escape is pressed or `close` is called.

        Where there is no display, or `dream` was told so, frames 1/60 s apart are drawn without a window instead, and
        the last becomes a picture; one printed line says where. Raises ScriptError when a function of the game fails,
        GpuError when there is no adapter.
        """
        options = self._options
        options.app = self
        if options.mode == "collect":
            raise Collected
        reason = "" if options.mode == "headless" else why_no_window()
        if options.mode == "headless" or reason:
            self._run_headless(options, reason)
        else:
            self._run_window(options)

    def _run_headless(self, options: RunOptions, reason: str) -> None:
        output, folder = options.output or Path("out", f"{slug(self._scene.name)}.png"), options.capture
        shot = Shot(
            self.size,
            options.frames or HEADLESS_FRAMES,
            options.samples,
            linear=is_linear(output),
            timed=options.timed,
        )

        def each(frame: int, fabric: Fabric) -> None:
            if folder is not None:
                save(folder / f"{frame + 1:04d}.png", fabric.read_image())
            self._keep()

        options.picture = take(shot, self.step, options.progress, each)
        options.report = options.picture.report
        if folder is None:
            save(output, options.picture.image)
        else:
            output = folder
        frames = f"{shot.frames} frame{'s' if shot.frames > 1 else ''}"
        print(f"{output}: {self.size[0]}x{self.size[1]}, {frames}" + (f", since {reason}" if reason else ""))

    def _run_window(self, options: RunOptions) -> None:
        world = self.world  # its errors come before a window does
        window = Window(self.title, self.size)
        try:
            gpu = Gpu.open(present_to=window.canvas)
            stage = Stage(gpu, window.pixels, timed=options.timed)
            window.attach(gpu.device, stage.fabric.present_format)

            def paint(view: Any, size: tuple[int, int]) -> None:
                stage.fabric.resize(size)
                stage.draw(world, self.time, view=view)

            clock = _Clock()
            self._closing = False
            started = time.perf_counter()
            frames = 0
            while not self._closing and (self._options.frames is None or frames < self._options.frames):
                frames += 1
                dropped = window.poll(self.input)
                if window.closed or "Escape" in self.input.pressed:
                    break
                for on_drop in self._on_drop if dropped else ():
                    _call(on_drop, dropped)
                world = self.step(clock.tick())
                window.draw(paint)
                self._keep()
                view = world.settings.debug.view
                named = self.title if view == "none" else f"{self.title} - {view}"
                window.title = f"{named} - {clock.fps:.0f} fps" if clock.fps else named
            if frames and stage.fabric.scene is not None:
                seconds = time.perf_counter() - started
                options.report = {
                    "scene": self._scene.name,
                    "adapter": {"name": gpu.name, "software": gpu.software, **gpu.info},
                    "size": list(stage.fabric.size),
                    "frames": frames,
                    "frame_ms": seconds * 1e3 / frames,
                    **(stage.fabric.counters() if options.timed else {}),
                    **({} if stage.times is None else {"passes": stage.times.read()}),
                }
        finally:
            window.close()

    def _keep(self) -> None:
        """Write the last picture, if a key was pressed for that."""
        if self._keeping:
            self._keeping = False
            print(self.screenshot())


class _Clock:
    """Seconds between frames, and how many frames there were in the last half second."""

    def __init__(self) -> None:
        self.fps = 0.0
        self._last = time.perf_counter() - DT
        self._since = self._last
        self._frames = 0

    def tick(self) -> float:
        now = time.perf_counter()
        dt, self._last = now - self._last, now
        self._frames += 1
        if now - self._since >= 0.5:
            self.fps = self._frames / (now - self._since)
            self._since, self._frames = now, 0
        return min(dt, LONGEST_STEP)


def _call(function: Callable[..., object], *arguments: Any) -> None:
    """Call one of the game's functions; what it raises becomes a ScriptError that names file and line."""
    try:
        function(*arguments)
    except Exception as error:
        name = getattr(function, "__name__", type(function).__name__)
        home = Path(inspect.getsourcefile(inspect.unwrap(function)) or ".").absolute().parent
        raise script_error(error, f"{name}()", home) from error
