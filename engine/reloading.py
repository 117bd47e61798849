"""Hot reload of what an app plays: files are watched, and what changed is taken over while the game goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..assets.import_settings import concerned, with_settings
from ..assets.library import AssetLibrary
from ..fabric import Fabric
from ..loom.woven import WovenScene
from ..shaders import modules as shaders
from .errors import DreamwellError
from .functions import Functions
from .game.failures import OnError
from .hud import Hud
from .hud_button import Button
from .playing import Playing
from .reload import (
    Rerun,
    Watcher,
    affected,
    forget_replaced,
    hide_trouble,
    modules_in,
    plain_values,
    renew_kinds,
    show_trouble,
    take_ids,
)
from .render import opened
from .scene.scene import Scene
from .script import ScriptError


class Reloading:
    """Takes over changed files.

    enabled: whether it looks for them while the game runs; None: not decided yet.  main: the script that made the app,
    where it can be run once more.  halted: the error that the game stands still for until a file is changed.
    """

    def __init__(
        self,
        enabled: bool | None,
        playing: Playing,
        functions: Functions,
        hud: Hud,
        parts: Iterable[object],
        run_again: Callable[[ModuleType], object],
        on_error: Callable[[], OnError],
    ) -> None:
        """parts: what a script changes while it is run once more, put back where that fails.  run_again: does that."""
        self.enabled = enabled
        self.main: ModuleType | None = None
        self.halted: ScriptError | None = None
        self._playing = playing
        self._functions = functions
        self._hud = hud
        self._parts = tuple(parts)
        self._run_again = run_again
        self._on_error = on_error
        self._watcher = Watcher()
        self._initial: dict[str, dict[str, Any]] = {}
        self._trouble: tuple[Path, ...] = ()
        self._counts: dict[str, int] | None = None
        self._told_errors = 0
        self._modules_known = 0
        self._woven_files: WovenScene | None = None

    # ---- which files --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Before the first frame: how the files are that the game is made of, and what its script gave it."""
        if self._counts is None:
            self._counts = self._functions.counts()
            self.watch()

    def watch(self) -> None:
        """Look at the files that the game is made of now."""
        playing = self._playing
        modules = modules_in(self._folders())
        for module in modules.values():
            if module.__name__ not in self._initial:
                self._initial[module.__name__] = plain_values(module)
        files = [*modules, *playing.library.files(), *_watched_shaders()]
        if not isinstance(playing.source, Scene):
            files += with_settings([Path(playing.source)])
        self._watcher.watch(sorted({path.absolute() for path in files}))
        self._modules_known = len(sys.modules)
        self._woven_files = None if playing.running is None else playing.running.woven

    def _folders(self) -> list[Path]:
        """Where the game's own Python lies."""
        playing = self._playing
        used = [] if playing.running is None else [*playing.running.woven.scripts]
        used += [one for one in self._functions.declared if isinstance(one, ModuleType)]
        used += [] if self.main is None else [self.main]
        folders = [Path(str(module.__file__)).parent for module in used if getattr(module, "__file__", None)]
        return folders if isinstance(playing.source, Scene) else [*folders, playing.scene.root]

    # ---- when ---------------------------------------------------------------------------------------------------

    def after_frame(self) -> None:
        """Another scene has other files; changed ones are taken over."""
        if self._playing.world.woven is not self._woven_files:
            self.watch()
        if self.enabled:
            self.look_for_changes()

    def look_for_changes(self) -> None:
        """Take over what was changed since, if anything; tell what is wrong with it, and go on as before."""
        if len(sys.modules) != self._modules_known:
            self.watch()
        errors = self._playing.world.schedule.errors
        if len(errors) > self._told_errors:  # told on stderr already
            self._told_errors = len(errors)
            show_trouble(self._hud, str(errors[-1]))
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
            show_trouble(self._hud, str(error))
            self.watch()
            return
        self.watch()
        self._trouble = ()
        self.halted = None
        hide_trouble(self._hud)
        names = ", ".join(path.name for path in sorted(changed))
        print(f"reloaded {names} in {(time.perf_counter() - start) * 1e3:.0f} ms")

    def reload(self) -> tuple[Path, ...]:
        """See `App.reload`."""
        self.begin()
        changed = self._watcher.changed()
        try:
            self._take_over({*changed, *self._trouble}, whole=True)
        finally:
            self._watcher.accept(changed)
            self.watch()
        self._trouble = ()
        return tuple(sorted(changed))

    def halt(self, error: ScriptError) -> None:
        """A function of the game ended it: it is to stand still until a changed file mends that."""
        self.halted = error
        print(f"error: {error}\nthe game stands still until a file is changed", file=sys.stderr)
        show_trouble(self._hud, str(error))

    # ---- how ----------------------------------------------------------------------------------------------------

    def _take_over(self, files: set[Path], *, whole: bool = False) -> None:
        """Take over changed files, and with `whole` weave the scene in any case. Raises, and changes nothing then."""
        playing, functions, main = self._playing, self._functions, self.main
        files = concerned(files)
        programs = {path for path in files if path.suffix == ".wgsl"}
        modules = modules_in(self._folders())
        again = affected(modules, {path.resolve() for path in files})
        others = files - programs - {path for path in files if path.suffix == ".py"}
        source = Path() if isinstance(playing.source, Scene) else Path(playing.source).absolute()
        reread = bool(others & {source, *playing.library.scenes}) or (whole and source != Path())
        if main is not None and main not in again and reread:
            again.append(main)  # it may change the scene that it loads
        by_main = main in again
        before = [(part, dict(vars(part))) for part in self._parts]
        had, scene, world = dict(vars(functions)), playing.scene, playing.running
        rerun = Rerun(again, self._initial)
        put_back: list[Callable[[], object]] = []
        woven: WovenScene | None = None
        try:
            rerun.run(playing.scene.root, main, self._run_again)
            changed = whole or bool(others) or by_main or rerun.changed()
            if playing.scene is not scene:
                if isinstance(playing.source, Scene):
                    take_ids(playing.scene, scene)
            elif reread and not isinstance(playing.source, Scene):
                playing.scene = opened(playing.source)
            elif again:
                put_back.append(renew_kinds(scene))
            playing.library = playing.library.without(files)
            if playing.library.root != playing.scene.root:
                playing.library = AssetLibrary(playing.scene.root)
            if world is not None and (changed or again):
                world.refuse_open("changed files can't be taken over")
            if world is not None and changed:
                woven = playing.woven(playing.on_top.prefabs())
            fabric = None if world is None else world.picker
            if programs and isinstance(fabric, Fabric):
                fabric.recompile(programs)
        except BaseException:  # a Ctrl-C in the midst of it as well: what a script changed is put back
            rerun.undo()
            for undo in put_back:
                undo()
            for part, attributes in before:
                vars(part).update(attributes)
            raise
        self._initial.update(rerun.initial)
        counts = self._counts or {}
        for name, several in had.items():
            late = several[counts.get(name, len(several)) :] if by_main else []
            setattr(functions, name, [rerun.latest_function(one) for one in [*getattr(functions, name), *late]])
        if world is not None and again:
            world.renew(rerun.latest_function)
        if world is not None and woven is not None and (whole or others or woven.digest != world.woven.digest):
            world.adopt(woven)
        if world is not None and again:
            world.schedule.use_only(*world.woven.scripts, *functions.declared)
            world.schedule.on_error = self._on_error()
        for element in self._hud:
            if isinstance(element, Button) and element.on_click is not None:
                element.on_click = rerun.latest_function(element.on_click)
        forget_replaced()


def _watched_shaders() -> list[Path]:
    return sorted(shaders.FOLDER.glob("*.wgsl")) if (shaders.FOLDER.parent / "pyproject.toml").exists() else []
