"""The app: a scene, the functions that move it, and the loop that shows it, in a window or without one."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Self, TypeVar, overload

from numpy.typing import ArrayLike

from ..fabric import Fabric
from ..loom.woven import WovenScene
from ..physics import simulate
from .bindings import Bindings
from .camera import Ray
from .declare import Vec3
from .entity import Entity
from .errors import GpuError, RecordingError
from .frames import Frames
from .functions import Functions
from .game.failures import OnError
from .game.systems import Declared, Declaring, begin_declared, listener_declared, system_declared
from .game.systems import Stage as SystemStage
from .hud import Hud
from .input import Input
from .inspection import keep
from .loop import TICK_RATE, Loop
from .playing import Playing
from .recording import Recording
from .reload import is_script
from .reloading import Reloading
from .render import DT, Source, Surroundings
from .run_options import RUN, Collected, RunOptions
from .scene.scene import Scene
from .script import ScriptError, execute, told_above
from .show import run_headless, run_window
from .takes import Takes
from .window import why_no_window
from .world import World

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True)
class Told:
    """What a script said when it made its app."""

    title: str
    settings: Mapping[str, Any]
    environment: Surroundings | None


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
        self._on_error: OnError | None = on_error
        self._errors: list[ScriptError] = []  # those of every scene
        self._running = False
        self._functions = Functions()
        given = seed if self._options.seed is None else self._options.seed
        self._takes = Takes(secrets.randbits(32) if given is None else given)
        surroundings = environment if self._options.environment is None else self._options.environment
        self._playing = Playing(source, {**(settings or {}), **self._options.settings}, surroundings, self._made)
        self.hud = Hud(self._playing.scene.root)
        loop = Loop(tick_rate)
        self._frames = Frames(
            loop, self.input, self.hud, self._functions, self._playing, self._takes, inspected=inspect
        )
        self._reloading = Reloading(
            self._options.reload if reload is None else reload,
            self._playing,
            self._functions,
            self.hud,
            (self, self._playing, self._functions, self._frames),
            self._run_again,
            self._on_script_error,
        )
        if self._options.replay is not None:
            self._replay(self._options.replay)

    def _tell_again(
        self, source: Source, told: Told, *, inspect: bool, quit_key: str | None, on_error: OnError | None
    ) -> None:
        """Its script makes the app once more: what it says now is what holds, and its functions come anew."""
        before, self._told = self._told, told
        if told.title != before.title:
            self.title = told.title
        self._playing.settings = {**told.settings, **self._options.settings}
        if told.environment != before.environment and self._options.environment is None:
            self._playing.environment = told.environment
        self._frames.inspected, self.quit_key, self._on_error = inspect, quit_key, on_error
        self._functions.forget()
        self._playing.said_again(source)

    def _made(self, woven: WovenScene) -> World:
        """The world of a scene, ready to be played."""
        width, height = self.size if self._takes.player is None else self._takes.player.recording.size
        world = World(woven, aspect=width / height, seed=self.seed)
        if self._options.camera is not None:
            world.camera = self._options.camera
        simulate(world)
        schedule = world.schedule
        schedule.listen_to(self.input)
        schedule.on_error = self._on_script_error()
        schedule.errors = self._errors
        schedule.use(*self._functions.declared)
        return world

    def _on_script_error(self) -> OnError:
        if self._on_error is not None:
            return self._on_error
        return "stop-script" if self._running else "raise"

    # ---- what is played -----------------------------------------------------------------------------------------

    @property
    def scene(self) -> Scene:
        """The scene as it was written; what moves at run time is the `world`."""
        return self._playing.scene

    @property
    def world(self) -> World:
        """The running scene. Asked for the first time, weaves it: raises SceneError with all of its problems."""
        first = self._playing.running is None
        world = self._playing.world
        if first:
            self._reloading.watch()
        return world

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
        return self._playing.environment

    @environment.setter
    def environment(self, value: Surroundings | None) -> None:
        self._playing.surround(value)

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
        return self._playing.load_on_top(source) if additive else self._playing.load(source)

    def switch(self, source: Source) -> None:
        """Ask for another scene: it is loaded when this frame's functions are done, or at once outside of a frame.

        Raises as `load`; in a frame, from `step` and `run`.
        """
        self._playing.switch(source)

    def unload(self, root: Entity) -> None:
        """Take away what `load` put on top of the scene, and the memory that its meshes and pictures need.

        Raises SceneError for what is none, and while the camera that is looked through would go; nothing changes then.
        """
        self._playing.unload(root)

    def reload(self) -> tuple[Path, ...]:
        """Take over what was changed, and go on: scripts, the scene, pictures, models, shaders. Returns the files.

        The scene is woven anew, read again where it is from a file, and the world adopts it: see `World.adopt`. Scripts
        are run once more, with the main script where it, what it imports or its scene changed; objects keep what they
        have in mind. docs/reload.md tells what stays.

        Raises ScriptError, SceneError, AssetError and ShaderError for what can't be taken over, and changes nothing.
        """
        return self._reloading.reload()

    def _run_again(self, main: ModuleType) -> None:
        """Run the main script once more. Raises ScriptError."""
        options = RunOptions(mode="collect", arguments=self._options.arguments, again=self)
        path = Path(str(main.__file__))
        token = RUN.set(options)
        self._playing.again = True
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
            self._playing.again = False
        if options.again is not None:
            raise ScriptError(f"{path.name} made no App when it was run once more")

    # ---- the game's functions -----------------------------------------------------------------------------------

    def fixed(self, function: F) -> F:
        """Decorator: call `function(world, dt)` at every tick; dt is always `1 / tick_rate` seconds.

        What it moves is drawn between its last two places, so that motion is smooth at any rate of frames.
        """
        self._functions.fixed.append(function)
        return function

    def update(self, function: F) -> F:
        """Decorator: call `function(world, dt)` before every frame; dt is the seconds since the last one.

        They come after the frame's ticks. While the game is paused dt is 0.
        """
        self._functions.update.append(function)
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
        self._functions.declared += what
        if self._playing.running is not None and not self._playing.again:
            self._playing.running.schedule.use(*what)

    def on_key(self, function: F) -> F:
        """Decorator: call `function(key)` when a key goes down: "w", "5", "ArrowUp" and the like, as in `Input`."""
        self._functions.on_key.append(function)
        return function

    def on_drop(self, function: F) -> F:
        """Decorator: call `function(paths)` when files are dropped on the window."""
        self._functions.on_drop.append(function)
        return function

    def pointed_at(self) -> Entity | None:
        """The object under the pointer in the last picture, or None; before the first frame too. Waits for the GPU."""
        picker = self.world.picker
        if picker is None:
            return None
        (x, y), (width, height), pixels = self.input.pointer, self.input.size, picker.size
        return self.world.pick(x * pixels[0] / width, y * pixels[1] / height)

    def camera_ray(self, x: float, y: float) -> Ray:
        """What a place on the screen shows, from the camera on: `app.camera_ray(*app.input.pointer).at_height(0)`.

        x, y: logical pixels, as those of `input.pointer`. See `World.camera_ray`.
        """
        return self.world.camera_ray(x, y, self.input.size)

    @overload
    def to_screen(self, point: Vec3) -> tuple[float, float] | None: ...
    @overload
    def to_screen(self, point: ArrayLike) -> Any: ...
    def to_screen(self, point: ArrayLike) -> Any:
        """Where a point in the world is on the screen, logical pixels, as `World.to_screen`: for the HUD, say.

        It counts with the screen's own pixels: a HUD with a `height` has others.
        """
        return self.world.to_screen(point, self.input.size)

    def counters(self) -> dict[str, float]:
        """What the last picture drew and left out, see `Fabric.counters`, and `encode_us`, the CPU's microseconds.

        Empty before the first frame. Waits for the GPU and reads a lot from it: a few times a second is fine.
        """
        fabric = self.world.picker
        return {**fabric.counters(), "encode_us": fabric.encode_us} if isinstance(fabric, Fabric) else {}

    def close(self) -> None:
        """End `run` after this frame."""
        self._frames.closing = True

    def screenshot(self) -> Path:
        """Write the last picture into the current folder, numbered, as F12 does; returns where. Waits for the GPU.

        Raises GpuError before the first frame, AssetError when the disk refuses.
        """
        fabric = self.world.picker
        if not isinstance(fabric, Fabric):
            raise GpuError("there is no picture to keep yet")
        fabric.show_again()
        return keep(fabric.read_image(), self.scene.name, Path())

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
        return self._takes.seed

    @property
    def time(self) -> float:
        """Seconds played, in the game's time."""
        return self._frames.loop.time

    @property
    def tick(self) -> int:
        """How many ticks were run; within one, its number, from 1."""
        return self._frames.loop.tick

    @property
    def tick_rate(self) -> int:
        """Ticks a second."""
        return self._frames.loop.tick_rate

    @property
    def paused(self) -> bool:
        """Whether time stands still: no ticks, and updates with a dt of 0. To be set."""
        return self._frames.loop.paused

    @paused.setter
    def paused(self, value: bool) -> None:
        self._frames.loop.paused = bool(value)

    @property
    def time_scale(self) -> float:
        """How fast the game's time goes: 0.5 is slow motion. To be set, 0 to 100; raises DreamwellError."""
        return self._frames.loop.scale

    @time_scale.setter
    def time_scale(self, value: float) -> None:
        self._frames.loop.scale = value

    def step_tick(self) -> None:
        """Pause, and run one tick in the next frame, which shows exactly its state. Each call is one tick more."""
        self._frames.loop.step()

    def step(self, dt: float = DT) -> World:
        """Play one frame without drawing it; returns the world. `dt`: seconds of the clock since the last one.

        A frame is: keys to `on_key` functions, the ticks that are due, `update` functions. While a recording plays its
        frames come in place of `dt` and the player. Raises ScriptError for what the functions raise.
        """
        self._reloading.begin()
        self._frames.play(dt)
        self._reloading.after_frame()
        return self.world

    def _step_or_wait(self, dt: float) -> World:
        """As `step`; where a function of the game ends it, stand still until a changed file mends that."""
        if self._reloading.halted is not None:
            self._reloading.look_for_changes()
            self.input.next_frame()
            return self.world
        try:
            return self.step(dt)
        except ScriptError as error:
            if not self._reloading.enabled or self._on_error == "raise":
                raise
            self._reloading.halt(error)
            return self.world

    # ---- recordings -------------------------------------------------------------------------------------------------

    @property
    def replaying(self) -> bool:
        """Whether a recording plays."""
        return self._takes.player is not None

    def record(self) -> None:
        """Take down every frame from the first one on. Raises RecordingError when one was played already."""
        loop = self._frames.loop
        self._takes.record(self._playing, loop.tick_rate, self.size, self.bindings, loop.frames)

    def recording(self) -> Recording:
        """What was taken down until now. Raises RecordingError unless `record` was called."""
        return self._takes.recording(self._playing)

    def play(self, recording: Recording | str | os.PathLike[str]) -> str:
        """Play a recording to its end, without drawing; returns the digest of the world's state.

        Seed, tick rate and bindings become the recording's. `dream run --replay` shows it. Raises RecordingError for a
        file that can't be played, for another scene's, when a frame was played already, and when the world ends in
        another state than it did; ScriptError for what the game raises.
        """
        self._replay(recording if isinstance(recording, Recording) else Recording.load(recording))
        player = self._takes.player
        assert player is not None
        player.bind(self.bindings)
        while player.left:
            self.step()
        state = self.world.state_hash()
        player.check(state)
        return state

    def _replay(self, recording: Recording) -> None:
        """Have a recording play from the first frame on."""
        self._takes.replay(recording, self._playing, self._frames.loop.frames)
        self._frames.at_rate(recording.tick_rate)

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
        if self._playing.again or options.mode == "collect":
            (RUN.get() or options).app = self
            raise Collected
        if options.play is not None or (RUN.get() is None and is_script(main)):
            self._reloading.main = main
        self._reloading.begin()
        player, reloading = self._takes.player, self._reloading
        if player is not None:
            player.bind(self.bindings)
            if (options.frames or 1) > player.left:
                raise RecordingError(
                    f"{player.recording.where} has {player.left} frames; {options.frames or 'more'} were asked for"
                )
        if options.record is not None:
            self.record()
        reason = "" if options.mode == "headless" else why_no_window()
        self._running = True
        windowed = options.mode != "headless" and not reason
        if reloading.enabled is None:
            reloading.enabled = windowed and player is None and self._takes.recorder is None
        if self._playing.running is not None:
            self._playing.running.schedule.on_error = self._on_script_error()
        try:
            if windowed:
                run_window(self, self._frames, self._functions, player, reloading, self._step_or_wait, options)
            else:
                run_headless(self, self._frames, player, options, reason, reloads=reloading.enabled)
                if self._errors and self._on_error is None:
                    raise told_above(self._errors) from self._errors[0]
        except BaseException:  # closed by Ctrl-C as well: what led to it is worth the most
            self._takes.save(options.record, "")
            raise
        state = self.world.state_hash() if player is not None or options.record is not None else ""
        self._takes.save(options.record, state)
        if player is not None:
            print(f"state {state}")
            player.check(state)
