"""The app: a scene, the functions that move it, and the loop that shows it, in a window or without one."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Self, TypeVar, overload

from ..assets.library import AssetLibrary
from ..fabric import Fabric
from ..fabric.recompile import Workshop
from ..loom.weave import weave
from ..loom.woven import WovenScene
from ..physics import simulate
from ..shaders import modules as shaders
from .bindings import Bindings
from .entity import Entity
from .errors import DreamwellError, GpuError, RecordingError
from .game.schedule import OnError
from .game.systems import Declared, Declaring, begin_declared, listener_declared, system_declared
from .game.systems import Stage as SystemStage
from .gpu import Gpu
from .hud import Hud
from .hud_elements import Button
from .input import Input
from .inspection import KEYS, SCREENSHOT, keep, press, slug
from .interpolation import Interpolation
from .interrupts import check
from .loading import Loaded, OnTop
from .loop import TICK_RATE, Clock, Loop
from .recording import Player, Recorder, Recording
from .reload import (
    Rerun,
    Watcher,
    affected,
    forget_replaced,
    hide_trouble,
    is_script,
    modules_in,
    plain_values,
    renew_kinds,
    show_trouble,
    take_ids,
)
from .render import (
    DT,
    Picture,
    Progress,
    Shot,
    Source,
    Stage,
    Surroundings,
    altered,
    is_linear,
    opened,
    save,
    shared_gpu,
    take,
)
from .scene.prefabs import Prefab
from .scene.scene import Scene
from .script import ScriptError, error_of, execute, told_above
from .window import Window, why_no_window
from .world import World

Update = Callable[[World, float], object]
OnKey = Callable[[str], object]
OnDrop = Callable[[list[Path]], object]
F = TypeVar("F", bound=Callable[..., object])

HEADLESS_FRAMES = 10


@dataclass
class RunOptions:
    """What the command line wants of the app that a script runs; each None leaves it to the script.

    mode: show a window, draw without one, or only `collect` the app and end the script there.
    output: where the picture goes.  capture: a folder for a picture of every frame, in its place.  timed: tell what the
    passes take on the GPU.  arguments: the script's `sys.argv[1:]`.
    reload: whether changed files are taken over while it runs.  play: runs the script once more, in a module.  again:
    the app that goes on with what a script makes then.
    record: where the recording of the run goes.  replay: plays in place of the player.  seed: over the script's.
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
    record: Path | None = None
    replay: Recording | None = None
    seed: int | None = None
    reload: bool | None = None
    play: Callable[[RunOptions, ModuleType], object] | None = None
    again: App | None = None


RUN: ContextVar[RunOptions | None] = ContextVar("dreamwell.run", default=None)


_GIVEN = ("_fixeds", "_updates", "_on_key", "_on_drop", "_declared")
"""What a script's functions are kept in."""


@dataclass(frozen=True)
class Told:
    """What a script said when it made its app."""

    title: str
    settings: Mapping[str, Any]
    environment: Surroundings | None


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
    as for `dw.render`. `input` is what the player does in this frame, `hud` what lies over the picture, `time` the
    seconds played. `seed`: what the world draws its random numbers from; without one it is another every time.
    `tick_rate`: how often a second `fixed` functions are called, 1 to 1000. Without `inspect` the keys F2, F3, F4, F6
    and F12, which step through debug views and keep pictures, are the game's; the `quit_key` ends the run, None leaves
    Escape to the game too. `on_error`: what is done when a behaviour, a system, a listener, a coroutine or a timer
    raises. "stop-script" stops that one, tells file and line on stderr, and goes on; "raise" ends the run. Without it a
    run stops the script, and one without a window ends with the error after its last frame; `step` raises.
    `reload`: whether scripts, scenes, pictures and models that are changed on disk are taken over while it runs, see
    `reload()`; without it they are in a window, but not while a recording is made or plays.
    Raises SceneError and AssetError for a file that can't be read. The scene itself is woven when `world` is first
    asked for or when `run` is called, and may be changed until then.
    """

    def __new__(cls, *arguments: Any, **named: Any) -> Self:
        """The app that runs, where its script is run once more."""
        options = RUN.get()
        if options is not None and isinstance(options.again, cls):
            app, options.again = options.again, None
            return app
        return super().__new__(cls)

    def __init__(
        self,
        source: Source,
        *,
        title: str = "Dreamwell",
        size: tuple[int, int] = (1280, 720),
        settings: Mapping[str, Any] | None = None,
        environment: Surroundings | None = None,
        inspect: bool = True,
        seed: int | None = None,
        tick_rate: int = TICK_RATE,
        quit_key: str | None = "Escape",
        on_error: OnError | None = None,
        reload: bool | None = None,
    ) -> None:
        told = Told(title, dict(settings or {}), environment)
        if "_told" in self.__dict__:  # its script is run once more
            self._tell_again(source, told, inspect=inspect, quit_key=quit_key, on_error=on_error)
            return
        self._told = told
        self._options = RUN.get() or RunOptions()
        self.title = title
        self.size = self._options.size or size
        self.input = Input()
        self.input.size = (float(self.size[0]), float(self.size[1]))
        self.quit_key = quit_key
        given = seed if self._options.seed is None else self._options.seed
        self._seed = secrets.randbits(32) if given is None else given
        self._loop = Loop(tick_rate)
        self._player: Player | None = None
        self._recorder: Recorder | None = None
        self._settings = {**(settings or {}), **self._options.settings}
        self._environment = environment if self._options.environment is None else self._options.environment
        self._fixeds: list[Update] = []
        self._updates: list[Update] = []
        self._on_error: OnError | None = on_error
        self._errors: list[ScriptError] = []  # those of every scene
        self._declared: list[ModuleType | Declared] = []
        self._on_key: list[OnKey] = []
        self._on_drop: list[OnDrop] = []
        self._closing = False
        self._inspected = inspect
        self._keeping = False
        self._source = source
        self._running = False
        self._scene = opened(source)
        self.hud = Hud(self._scene.root)
        self._library = AssetLibrary(self._scene.root)
        self._world: World | None = None
        self._on_top = OnTop()
        self._stepping = False
        self._next: Callable[[], World] | None = None
        self._first = source
        self._main: ModuleType | None = None
        self._again = False
        self._reloads = self._options.reload if reload is None else reload
        self._watcher = Watcher()
        self._initial: dict[str, dict[str, Any]] = {}
        self._trouble: tuple[Path, ...] = ()
        self._lengths: dict[str, int] | None = None
        self._halted: ScriptError | None = None
        self._told_errors = 0
        self._modules_known = 0
        self._woven_files: WovenScene | None = None
        if self._options.replay is not None:
            self._replay(self._options.replay)

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
            self._watch()
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
        if self._again:  # the game goes on where it is
            return self.world
        scene = opened(source)
        library, on_top = AssetLibrary(scene.root), OnTop()
        world = self._made(scene, library, on_top)
        source = self._source if scene is self._scene else source

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
        if self._again:
            return
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

    def reload(self) -> tuple[Path, ...]:
        """Take over what was changed, and go on: scripts, the scene, pictures, models, shaders. Returns the files.

        The scene is woven anew, read again where it is from a file, and the world adopts it: see `World.adopt`. Scripts
        are run once more, with the main script where it, what it imports or its scene changed; objects keep what they
        have in mind. docs/reload.md tells what stays.

        Raises ScriptError, SceneError, AssetError and ShaderError for what can't be taken over, and changes nothing.
        """
        self._note_files()
        changed = self._watcher.changed()
        try:
            self._take_over({*changed, *self._trouble}, whole=True)
        finally:
            self._watcher.accept(changed)
            self._watch()
        self._trouble = ()
        return tuple(sorted(changed))

    def _load_on_top(self, source: Source) -> Entity:
        on_top, world = self._on_top, self.world
        prefab, scene = on_top.prefab_of(source, self._library.root)
        if self._again:
            there = next((one for one in on_top.loaded if one.prefab.file == prefab.file and one.root.alive), None)
            if there is not None:
                return there.root
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
        width, height = self.size if self._player is None else self._player.recording.size
        world = World(self._woven(scene, library, self._environment), aspect=width / height, seed=self._seed)

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
        simulate(world)
        schedule = world.schedule
        schedule.listen_to(self.input)
        schedule.on_error = self._on_script_error()
        schedule.errors = self._errors
        schedule.use(*self._declared)
        return world

    def _on_script_error(self) -> OnError:
        if self._on_error is not None:
            return self._on_error
        return "stop-script" if self._running else "raise"

    # ---- changed files ------------------------------------------------------------------------------------------

    def _tell_again(
        self, source: Source, told: Told, *, inspect: bool, quit_key: str | None, on_error: OnError | None
    ) -> None:
        """Its script makes the app once more: what it says now is what holds, and its functions come anew."""
        before, self._told = self._told, told
        if told.title != before.title:
            self.title = told.title
        self._settings = {**told.settings, **self._options.settings}
        if told.environment != before.environment and self._options.environment is None:
            self._environment = told.environment
        self._inspected, self.quit_key, self._on_error = inspect, quit_key, on_error
        self._fixeds, self._updates, self._on_key, self._on_drop, self._declared = [], [], [], [], []
        playing, self._first = self._source is self._first, source
        if playing:
            self._source, self._scene = source, opened(source)

    def _run_again(self, main: ModuleType) -> None:
        """Run the main script once more. Raises ScriptError."""
        options = RunOptions(mode="collect", arguments=self._options.arguments, again=self)
        path = Path(str(main.__file__))
        token = RUN.set(options)
        self._again = True
        try:
            if self._options.play is not None:
                self._options.play(options, main)
            else:
                execute(path, "", sys.argv[1:], main)
        except Collected:
            pass
        except SystemExit:
            raise ScriptError(f"{path.name} ended itself") from None
        finally:
            RUN.reset(token)
            self._again = False
        if options.again is not None:
            raise ScriptError(f"{path.name} made no App when it was run once more")

    def _folders(self) -> list[Path]:
        """Where the game's own Python lies."""
        used = [] if self._world is None else [*self._world.woven.scripts]
        used += [one for one in self._declared if isinstance(one, ModuleType)]
        used += [] if self._main is None else [self._main]
        folders = [Path(str(module.__file__)).parent for module in used if getattr(module, "__file__", None)]
        return folders if isinstance(self._source, Scene) else [*folders, self._scene.root]

    def _watch(self) -> None:
        """Look at the files that the game is made of now."""
        modules = modules_in(self._folders())
        for module in modules.values():
            if module.__name__ not in self._initial:
                self._initial[module.__name__] = plain_values(module)
        files = [*modules, *self._library.files(), *self._watched_shaders()]
        if not isinstance(self._source, Scene):
            files.append(Path(self._source))
        self._watcher.watch(sorted({path.absolute() for path in files}))
        self._modules_known = len(sys.modules)
        self._woven_files = None if self._world is None else self._world.woven

    def _watched_shaders(self) -> list[Path]:
        return sorted(shaders.FOLDER.glob("*.wgsl")) if (shaders.FOLDER.parent / "pyproject.toml").exists() else []

    def _look_for_changes(self) -> None:
        """Take over what was changed since, if anything; tell what is wrong with it, and go on as before."""
        if len(sys.modules) != self._modules_known:
            self._watch()
        errors = self.world.schedule.errors
        if len(errors) > self._told_errors:  # told on stderr already
            self._told_errors = len(errors)
            show_trouble(self.hud, str(errors[-1]))
        changed = self._watcher.poll()
        if not changed:
            return
        start = time.perf_counter()
        files = {*changed, *self._trouble}
        self._watcher.accept(changed)
        try:
            self._take_over(files)
        except DreamwellError as error:
            self._trouble = tuple(sorted(files))
            print(f"error: {error}", file=sys.stderr)
            show_trouble(self.hud, str(error))
            self._watch()
            return
        self._watch()
        self._trouble = ()
        self._halted = None
        hide_trouble(self.hud)
        names = ", ".join(path.name for path in sorted(changed))
        print(f"reloaded {names} in {(time.perf_counter() - start) * 1e3:.0f} ms")

    def _step_or_wait(self, dt: float) -> World:
        """As `step`; where a function of the game ends it, stand still until a changed file mends that."""
        if self._halted is not None:
            self._look_for_changes()
            self.input.next_frame()
            return self.world
        try:
            return self.step(dt)
        except ScriptError as error:
            if not self._reloads or self._on_error == "raise":
                raise
            self._halted = error
            print(f"error: {error}\nthe game stands still until a file is changed", file=sys.stderr)
            show_trouble(self.hud, str(error))
            return self.world

    def _take_over(self, files: set[Path], *, whole: bool = False) -> None:
        """Take over changed files, and with `whole` weave the scene in any case. Raises, and changes nothing then."""
        programs = {path for path in files if path.suffix == ".wgsl"}
        modules = modules_in(self._folders())
        again = affected(modules, {path.resolve() for path in files})
        others = files - programs - {path for path in files if path.suffix == ".py"}
        source = Path() if isinstance(self._source, Scene) else Path(self._source).absolute()
        main = self._main
        reread = bool(others & {source, *self._library.scenes}) or (whole and source != Path())
        if main is not None and main not in again and reread:
            again.append(main)  # it may change the scene that it loads
        by_main = main in again
        before, scene, world = dict(self.__dict__), self._scene, self._world
        rerun = Rerun(again, self._initial)
        put_back: list[Callable[[], object]] = []
        woven: WovenScene | None = None
        try:
            rerun.run(self._scene.root, main, self._run_again)
            changed = whole or bool(others) or by_main or rerun.classes.replaced()
            if self._scene is not scene:
                if isinstance(self._source, Scene):
                    take_ids(self._scene, scene)
            elif reread and not isinstance(self._source, Scene):
                self._scene = opened(self._source)
            elif again:
                put_back.append(renew_kinds(scene))
            self._library = self._library.without(files)
            if self._library.root != self._scene.root:
                self._library = AssetLibrary(self._scene.root)
            if world is not None and (changed or again):
                world.refuse_open("changed files can't be taken over")
            if world is not None and changed:
                woven = self._woven(self._scene, self._library, self._environment, self._on_top.prefabs())
            fabric = None if world is None else world.picker
            if programs and isinstance(fabric, Fabric):
                fabric.recompile(programs)
        except BaseException:
            rerun.undo()
            for undo in put_back:
                undo()
            self.__dict__.update(before)
            raise
        self._initial.update(rerun.initial)
        for name in _GIVEN:
            late = before[name][(self._lengths or {}).get(name, len(before[name])) :] if by_main else []
            setattr(self, name, [rerun.latest_function(one) for one in [*getattr(self, name), *late]])
        if world is not None and again:
            world.renew(rerun.latest_function)
        if world is not None and woven is not None and (whole or others or woven.digest != world.woven.digest):
            world.adopt(woven)
        if world is not None and again:
            world.schedule.use_only(*world.woven.scripts, *self._declared)
            world.schedule.on_error = self._on_script_error()
        for element in self.hud:
            if isinstance(element, Button) and element.on_click is not None:
                element.on_click = rerun.latest_function(element.on_click)
        forget_replaced()

    # ---- the game's functions -----------------------------------------------------------------------------------

    def fixed(self, function: F) -> F:
        """Decorator: call `function(world, dt)` at every tick; dt is always `1 / tick_rate` seconds.

        What it moves is drawn between its last two places, so that motion is smooth at any rate of frames.
        """
        self._fixeds.append(function)
        return function

    def update(self, function: F) -> F:
        """Decorator: call `function(world, dt)` before every frame; dt is the seconds since the last one.

        They come after the frame's ticks. While the game is paused dt is 0.
        """
        self._updates.append(function)
        return function

    def system(self, query: Any = None, *, stage: SystemStage = "fixed") -> Callable[[F], F]:
        """Decorator of a system of every world that is played, see `dw.system`."""
        return self._taken_over(system_declared(query, stage))

    def on(self, kind: type, **filters: Any) -> Callable[[F], F]:
        """Decorator: call a function for each event of a type, see `dw.on`."""
        return self._taken_over(listener_declared(kind, filters))

    def start(self, function: F) -> F:
        """Decorator: call `function(world)`, or `function()`, once per world, before its first tick."""
        return self._taken_over(begin_declared)(function)

    def use(self, *modules: ModuleType) -> None:
        """Take over what `@dw.system`, `@dw.on` and `@dw.start` declare in modules. Of no effect the second time."""
        self._declare(*modules)

    def _taken_over(self, declaring: Declaring) -> Callable[[F], F]:
        def declare(function: F) -> F:
            self._declare(declaring(function))
            return function

        return declare

    def _declare(self, *what: ModuleType | Declared) -> None:
        self._declared += what
        if self._world is not None and not self._again:
            self._world.schedule.use(*what)

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

    @property
    def debug_physics(self) -> bool:
        """Whether what physics sees is drawn as lines, as F6 does; the world's setting `debug.physics`. To be set."""
        return self.world.settings.debug.physics

    @debug_physics.setter
    def debug_physics(self, value: bool) -> None:
        self.world.configure({"debug.physics": bool(value)})

    # ---- time -----------------------------------------------------------------------------------------------------

    @property
    def seed(self) -> int:
        """What the world draws its random numbers from."""
        return self._seed

    @property
    def time(self) -> float:
        """Seconds played, in the game's time."""
        return self._loop.time

    @property
    def tick(self) -> int:
        """How many ticks were run; within one, its number, from 1."""
        return self._loop.tick

    @property
    def tick_rate(self) -> int:
        """Ticks a second."""
        return self._loop.tick_rate

    @property
    def paused(self) -> bool:
        """Whether time stands still: no ticks, and updates with a dt of 0. To be set."""
        return self._loop.paused

    @paused.setter
    def paused(self, value: bool) -> None:
        self._loop.paused = bool(value)

    @property
    def time_scale(self) -> float:
        """How fast the game's time goes: 0.5 is slow motion. To be set, 0 to 100; raises DreamwellError."""
        return self._loop.scale

    @time_scale.setter
    def time_scale(self, value: float) -> None:
        self._loop.scale = value

    def step_tick(self) -> None:
        """Pause, and run one tick in the next frame, which shows exactly its state. Each call is one tick more."""
        self._loop.step()

    def _note_files(self) -> None:
        """Before the first frame: how the files are that the game is made of, and what its script gave it."""
        if self._lengths is None:
            self._lengths = {name: len(getattr(self, name)) for name in _GIVEN}
            self._watch()

    def step(self, dt: float = DT) -> World:
        """Play one frame without drawing it; returns the world. `dt`: seconds of the clock since the last one.

        A frame is: keys to `on_key` functions, the ticks that are due, `update` functions. While a recording plays its
        frames come in place of `dt` and the player. Raises ScriptError for what the functions raise.
        """
        self._note_files()
        self._stepping = True
        try:
            self._play_frame(dt)
        finally:
            self._stepping = False
        self._settle()
        if self.world.woven is not self._woven_files:  # another scene has other files
            self._watch()
        if self._reloads:
            self._look_for_changes()
        return self.world

    def _play_frame(self, dt: float) -> None:
        loop, given = self._loop, self.input
        if self._player is not None:
            dt = self._player.feed(given)
        if self._recorder is not None:
            self._recorder.add(dt, given)
        given.begin_frame()
        self.world.lines.begin_frame(self.world.schedule.time)
        for on_click in self.hud.step(given):
            _call(on_click)
        self._press_keys()
        ticks, dt = loop.advance(dt)
        for _ in range(ticks):
            self._tick()
            self._settle()
        if self.world.between is not None:
            self.world.between.alpha = loop.alpha
        given.show_frame(dt)
        self._frame(dt)
        loop.time += dt
        given.next_frame()

    def _press_keys(self) -> None:
        for key in sorted(self.input.pressed):
            if self._inspected and key in KEYS:
                press(self.world, key, shift=self.input.held("Shift"))
                self._keeping = self._keeping or key == SCREENSHOT
                continue
            for on_key in self._on_key:
                _call(on_key, key)

    def _tick(self) -> None:
        """One tick. What it moves is noted, to be drawn between where it was and where it is."""
        loop, world = self._loop, self.world
        loop.tick += 1
        self.input.begin_tick(loop.seconds)
        if self._fixeds or world.schedule.ticks or world.between is not None:  # what came to rest is told it, too
            if world.between is None or world.between.transforms is not world.transforms:
                world.between = Interpolation(world.transforms)
            between = world.between
            between.begin_tick()
            self._fixed(loop.seconds)
            if self._world is world and between is world.between:  # else another scene was adopted on the way
                between.end_tick()
        else:
            self._fixed(loop.seconds)
        self.input.end_tick()

    def _fixed(self, dt: float) -> None:
        """Everything that a tick does."""
        lines = self.world.lines
        lines.begin_tick()
        for function in self._fixeds:
            _call(function, self.world, dt)
        self.world.schedule.fixed(dt)
        lines.end_tick()

    def _frame(self, dt: float) -> None:
        """Everything that is done once a frame."""
        for function in self._updates:
            _call(function, self.world, dt)
        self.world.schedule.frame(dt)

    # ---- recordings -------------------------------------------------------------------------------------------------

    @property
    def replaying(self) -> bool:
        """Whether a recording plays."""
        return self._player is not None

    def record(self) -> None:
        """Take down every frame from the first one on. Raises RecordingError when one was played already."""
        self._begins("recorded")
        self._recorder = Recorder(self._seed, self.tick_rate, self._scene.name, self.size, self.bindings.data())

    def recording(self) -> Recording:
        """What was taken down until now. Raises RecordingError unless `record` was called."""
        if self._recorder is None:
            raise RecordingError("nothing is being recorded; call app.record() before the first frame")
        return self._recorder.finish(self.world.state_hash())

    def play(self, recording: Recording | str | os.PathLike[str]) -> str:
        """Play a recording to its end, without drawing; returns the digest of the world's state.

        Seed, tick rate and bindings become the recording's. `dream run --replay` shows it. Raises RecordingError for a
        file that can't be played, for another scene's, when a frame was played already, and when the world ends in
        another state than it did; ScriptError for what the game raises.
        """
        self._replay(recording if isinstance(recording, Recording) else Recording.load(recording))
        player = self._player
        assert player is not None
        self._bind(player)
        while player.left:
            self.step()
        return self._replayed(player)

    def _begins(self, what: str) -> None:
        if self._loop.frames:
            raise RecordingError(
                f"a run is {what} from its first frame on, and {self._loop.frames} were played: make a new App"
            )

    def _replay(self, recording: Recording) -> None:
        """Have a recording play from the first frame on."""
        self._begins("replayed")
        if recording.scene != self._scene.name:
            raise RecordingError(
                f'{recording.where} was recorded in the scene "{recording.scene}"; this is "{self._scene.name}"'
            )
        if self._world is not None and recording.seed != self._seed:
            raise RecordingError(
                f"{recording.where} was recorded with the seed {recording.seed}; the world was made with {self._seed}: "
                f"use App(…, seed={recording.seed})"
            )
        paused, scale = self.paused, self.time_scale
        self._seed, self._loop = recording.seed, Loop(recording.tick_rate)
        self.paused, self.time_scale = paused, scale
        self._player = Player(recording)

    def _bind(self, player: Player) -> None:
        """Bind everything as the recording has it, whatever this player likes."""
        player.bind(self.bindings)

    def _replayed(self, player: Player) -> str:
        state = self.world.state_hash()
        player.check(state)
        return state

    # ---- the loop -----------------------------------------------------------------------------------------------

    @property
    def bindings(self) -> Bindings:
        """What keys, buttons and sticks mean; `input` looks at them."""
        return self.input.bindings

    def run(self) -> None:
        """Play until the window is closed, the `quit_key` is pressed or `close` is called.

        Where there is no display, or `dream` was told so, frames 1/60 s apart are drawn without a window instead, and
        the last becomes a picture; one printed line says where. Raises ScriptError when a function of the game fails,
        GpuError when there is no adapter.
        """
        options = self._options
        options.app = self
        main = sys.modules["__main__"]
        self.use(main)
        if self._again or options.mode == "collect":
            (RUN.get() or options).app = self
            raise Collected
        if options.play is not None or (RUN.get() is None and is_script(main)):
            self._main = main
        self._note_files()
        player = self._player
        if player is not None:
            self._bind(player)
            if (options.frames or 1) > player.left:
                raise RecordingError(
                    f"{player.recording.where} has {player.left} frames; {options.frames or 'more'} were asked for"
                )
        if options.record is not None:
            self.record()
        reason = "" if options.mode == "headless" else why_no_window()
        self._running = True
        if self._reloads is None:
            self._reloads = not (
                reason or options.mode == "headless" or player is not None or self._recorder is not None
            )
        if self._world is not None:
            self._world.schedule.on_error = self._on_script_error()
        try:
            if options.mode == "headless" or reason:
                self._run_headless(options, reason)
            else:
                self._run_window(options)
        except BaseException:
            self._save_recording(options, "")  # what led to it is worth the most
            raise
        state = self.world.state_hash() if player is not None or options.record is not None else ""
        self._save_recording(options, state)
        if player is not None:
            print(f"state {state}")
            player.check(state)

    def _save_recording(self, options: RunOptions, state: str) -> None:
        if options.record is None or self._recorder is None or not self._recorder.frames:
            return
        made = self._recorder.finish(state)
        made.save(options.record)
        ended = f"state {state}" if state else "ended by an error"
        print(f"{options.record}: {made.frames} frames recorded, {ended}")

    def _run_headless(self, options: RunOptions, reason: str) -> None:
        output, folder = options.output or Path("out", f"{slug(self._scene.name)}.png"), options.capture
        player = self._player
        shot = Shot(
            self.size,
            options.frames or (HEADLESS_FRAMES if player is None else player.left),
            options.samples,
            linear=is_linear(output),
            timed=options.timed,
            hud=self.hud,
        )

        def each(frame: int, fabric: Fabric) -> None:
            if folder is not None:
                save(folder / f"{frame + 1:04d}.png", fabric.read_image())
            self._keep()

        times = None if player is None else player.times()
        if self._reloads:
            Workshop.of(shared_gpu().device)
        options.picture = take(shot, self.step, options.progress, each, times)
        options.report = options.picture.report
        if folder is None:
            save(output, options.picture.image)
        else:
            output = folder
        frames = f"{shot.frames} frame{'s' if shot.frames > 1 else ''}"
        print(f"{output}: {self.size[0]}x{self.size[1]}, {frames}" + (f", since {reason}" if reason else ""))
        if self._errors and self._on_error is None:
            raise told_above(self._errors) from self._errors[0]

    def _run_window(self, options: RunOptions) -> None:
        world = self.world  # its errors come before a window does
        window = Window(self.title, self.size)
        try:
            gpu = Gpu.open(present_to=window.canvas)
            if self._reloads:
                Workshop.of(gpu.device)
            stage = Stage(gpu, window.pixels, timed=options.timed)
            window.attach(gpu.device, stage.fabric.present_format)
            stage.fabric.show_hud(self.hud)

            def paint(view: Any, size: tuple[int, int]) -> None:
                stage.fabric.resize(size)
                self.hud.density = stage.fabric.density = size[0] / self.input.size[0]
                stage.draw(world, self.time, view=view)

            clock, player = Clock(DT), self._player
            live = self.input if player is None else Input()  # what the player does while a recording plays
            self._closing = False
            started = time.perf_counter()
            frames = 0
            while not self._closing and (self._options.frames is None or frames < self._options.frames):
                if player is not None and not player.left:
                    break
                dropped = window.poll(live)
                if window.closed or self.quit_key in live.pressed:
                    break
                frames += 1
                for on_drop in self._on_drop if dropped and player is None else ():
                    _call(on_drop, dropped)
                dt = clock.tick()
                if player is not None:
                    live.next_frame()
                    time.sleep(max(0.0, started + player.time - time.perf_counter()))
                world = self._step_or_wait(dt)
                window.draw(paint)
                check(stage.wait)
                self._keep()
                view = world.settings.debug.view
                named = self.title if view == "none" else f"{self.title} - {view}"
                window.title = f"{named} - {clock.fps:.0f} fps" if clock.fps else named
            if self._halted is not None:
                raise self._halted
            if frames and stage.fabric.scene is not None:
                seconds = time.perf_counter() - started
                options.report = {
                    "scene": self._scene.name,
                    "adapter": {"name": gpu.name, "software": gpu.software, **gpu.info},
                    "size": list(stage.fabric.size),
                    "frames": frames,
                    "frame_ms": seconds * 1e3 / frames,
                    **(stage.fabric.counters() if options.timed else {}),
                    **({} if stage.times is None else stage.times.report()),
                }
        finally:
            window.close()

    def _keep(self) -> None:
        """Write the last picture, if a key was pressed for that."""
        if self._keeping:
            self._keeping = False
            print(self.screenshot())


def _call(function: Callable[..., object], *arguments: Any) -> None:
    """Call one of the game's functions; what it raises becomes a ScriptError that names file and line."""
    try:
        function(*arguments)
    except Exception as error:
        raise error_of(function, error) from error
