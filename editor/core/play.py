"""Playing the scene that is edited: a world of its own, made from the document's text, and thrown away afterwards."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import DreamwellError, EditorError
from ...engine.heuristics.traces import Traces
from ...engine.reload import modules_in, plain_values
from .document import Document
from .log import Entry, Log
from .played import as_value, component_of, components_of, put
from .tree import Tree
from .values import TRANSFORM, component_from, jsonable, plain, read, split, with_field

Mode = Literal["stopped", "playing", "paused"]
PLACES = tuple(TRANSFORM)


class Game(Protocol):
    """What plays: the engine's `App`, as far as it is of account here."""

    @property
    def paused(self) -> bool: ...
    @paused.setter
    def paused(self, value: bool) -> None: ...
    @property
    def time_scale(self) -> float: ...
    @time_scale.setter
    def time_scale(self, value: float) -> None: ...
    @property
    def world(self) -> Any: ...
    @property
    def input(self) -> Any: ...
    @property
    def hud(self) -> Any: ...
    @property
    def time(self) -> float: ...
    def step(self, dt: float = ...) -> Any: ...
    def step_tick(self) -> None: ...


@dataclass(frozen=True)
class Request:
    """What is to be played. text: `.dream` text.  path: the file it would be in, None for a scene that was not saved.

    main: the script that plays it, None for the scene with the scripts that it names.
    """

    text: str
    root: Path
    path: Path | None
    name: str
    main: Path | None = None


MakeGame = Callable[[Request], Game]


@dataclass(eq=False)
class Play:
    """The game that is played in the editor, if one is. make: makes the App; a host gives it (`editor.session`).

    mode: as the toolbar shows it.  halted: whether a function of the game raised, so that it stands still.
    cpu: seconds that the last frame of the game took.  listeners: called with the mode when it changes.
    """

    make: MakeGame | None = None
    log: Log = field(default_factory=Log)
    mode: Mode = "stopped"
    game: Game | None = None
    halted: bool = False
    time_scale: float = 1.0
    cpu: float = 0.0
    listeners: list[Callable[[Mode], object]] = field(default_factory=list[Callable[[Mode], object]])
    _home: Path | None = None
    _told: int = 0
    first_settings: Any = None
    """The world's render settings when it began."""
    _first_world: Any = None
    _before: dict[str, NDArray[Any]] = field(default_factory=dict[str, NDArray[Any]])
    _rows: dict[int, int] = field(default_factory=dict[int, int])
    _tree: tuple[NDArray[Any], NDArray[Any], Tree] | None = None
    _values: list[tuple[ModuleType, dict[str, Any]]] = field(default_factory=list[tuple[ModuleType, dict[str, Any]]])

    @property
    def active(self) -> bool:
        """Whether a game is there, paused or not."""
        return self.mode != "stopped"

    @property
    def world(self) -> Any:
        """The world that is played, None where none is."""
        return None if self.game is None else self.game.world

    # ---- the toolbar ----------------------------------------------------------------------------------------------

    def start(self, document: Document, main: Path | None = None) -> None:
        """Play the document as it is now. Raises what weaving it, and its scripts, raise; nothing is played then."""
        if self.make is None:
            raise EditorError("there is nothing here to play scenes with; the editor's window brings it")
        self.stop()
        self._home = document.root
        folders = [document.root] if main is None else [document.root, main.parent]
        self._values = [(module, plain_values(module)) for module in modules_in(folders).values()]
        request = Request(document.text(), document.root, document.path, document.scene.name, main)
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                game = self.make(request)
                world = game.world
        except BaseException:  # a script may end itself: the modules are put back; it is raised again
            self._put_back()
            raise
        finally:
            self._tell_printed(printed)
        self.game, self.halted, self._told = game, False, 0
        game.time_scale = self.time_scale
        if world.rules.traces is None and len(world.rules):
            world.rules.traces = Traces()  # so that it can be told when a rule fired
        ids = world.ids.tolist()
        self._rows = {number: row for row, number in enumerate(ids) if number}
        self._first_world, self.first_settings = world, world.settings
        self._before = {name: np.array(getattr(world, f"{name}s"), copy=True) for name in PLACES}
        self._change("playing")

    def pause(self) -> None:
        """Have time stand still, or go on."""
        if self.game is not None and self.active:
            self.game.paused = self.mode == "playing"
            self._change("paused" if self.mode == "playing" else "playing")

    def step(self) -> None:
        """Pause, and run one tick in the next frame."""
        if self.game is not None and self.active:
            self.game.step_tick()
            self._change("paused")

    def stop(self) -> None:
        """Throw the world away. The document was never touched.

        Numbers, texts and collections of them at the top of scripts are as they were: the next game begins anew.
        """
        if self.active:
            self.game, self.halted = None, False
            self._before, self._rows, self._tree = {}, {}, None
            self._first_world = self.first_settings = None
            self._put_back()
            self._change("stopped")

    def _put_back(self) -> None:
        for module, values in self._values:
            vars(module).update(values)
        self._values = []

    def set_time_scale(self, value: float) -> None:
        """How fast the game's time goes, 0 to 100. Raises DreamwellError."""
        if self.game is not None:
            self.game.time_scale = value
        elif not 0 <= value <= 100:
            raise EditorError(f"the time scale is {value}; it must be from 0 to 100")
        self.time_scale = value

    def _change(self, mode: Mode) -> None:
        if mode != self.mode:
            self.mode = mode
            for listener in self.listeners:
                listener(mode)

    def frame(self, dt: float) -> None:
        """Once a frame, by the host: play `dt` seconds. What scripts raise and print is told in the log."""
        game = self.game
        if game is None or self.halted:
            return
        start = time.perf_counter()
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                game.world.schedule.on_error = "stop-script"  # a game that loads another scene has another world
                game.step(dt)
        except DreamwellError as error:
            self.halted = True
            self._tell_printed(printed)
            self._told = len(game.world.schedule.errors)
            self.log.raised(error, "script", self._home)
            self.log.warning("the game stands still: a function of it failed", "play")
            game.paused = True
            self._change("paused")
        self._tell_printed(printed)
        errors = game.world.schedule.errors
        for one in errors[self._told :]:
            self.log.raised(one, "script", self._home)
        self._told = len(errors)
        self.cpu = time.perf_counter() - start

    def _tell_printed(self, printed: io.StringIO) -> None:
        for line in printed.getvalue().splitlines():
            self.log.add(Entry("output", line, "script"))
        printed.seek(0)
        printed.truncate()

    # ---- the world, by ids ------------------------------------------------------------------------------------------

    def row(self, id: int) -> int:
        """The row of an object of the world, -1 for none: also of one that was spawned."""
        world = self.world
        if world is None or not id:
            return -1
        known = self._rows.get(id, -1)
        ids = world.ids
        if not (0 <= known < len(ids) and int(ids[known]) == id):
            found = np.flatnonzero(ids == np.uint64(id))
            known = int(found[0]) if len(found) else -1
        return known if known >= 0 and world.roster.is_live(known) else -1

    def knows(self, id: int) -> bool:
        """Whether an object is in the world that is played."""
        return self.row(id) >= 0

    def entity(self, id: int) -> Any:
        """The object with an id in the world. Raises EditorError."""
        row = self.row(id)
        if row < 0:
            raise EditorError(
                "this object is not in the world that is played: it was despawned, or is of the scene only"
            )
        return self.world.at(row)

    def tree(self) -> Tree:
        """Who hangs on whom in the world, spawned objects included; made anew when that changed.

        Objects without an id, as the camera that a world makes itself, are left out.
        """
        world = self.world
        if world is None:
            return Tree([], {}, {})
        ids = np.asarray(world.ids)
        up = np.where(world.roster.alive, np.frombuffer(world.transforms.up, np.int32)[: len(ids)], -2)
        known = self._tree
        if known is None or not (np.array_equal(known[0], ids) and np.array_equal(known[1], up)):
            self._tree = known = ids.copy(), up, _tree_of(ids, up)
        return known[2]

    def name(self, id: int) -> str:
        """What an object of the world is called."""
        return str(self.entity(id).name)

    def components(self, id: int) -> list[Any]:
        """What an object has in the world that can be read and set while it is played."""
        return components_of(self.entity(id))

    def get(self, id: int, path: str) -> Any:
        """A field of an object in the world as JSON data; None for what it has not there."""
        entity = self.entity(id)
        if path in TRANSFORM:
            return list(getattr(entity, path))
        if path == "name":
            return entity.name
        if path == "tags":
            return sorted(entity.tags)
        head, steps = split(path)
        value = component_of(entity, head)
        return None if value is None else jsonable(read(value, steps)) if steps else jsonable(plain(as_value(value)))

    def set(self, ids: Sequence[int], values: Mapping[str, Any], *, each: bool = False) -> None:
        """Set fields of objects in the world, JSON data by field; it lasts until the game is stopped.

        Raises EditorError and SceneError for what can't be set while it is played.
        """
        for i, number in enumerate(ids):
            entity = self.entity(number)
            for path, given in values.items():
                raw = given[i] if each else given
                if path in TRANSFORM:
                    setattr(entity, path, tuple(raw))
                    continue
                head, steps = split(path)
                value = component_of(entity, head)
                if value is None or head in ("name", "tags", "hidden", "locked", "order"):
                    raise EditorError(f"{entity.name}: {path} can't be set while the scene is played")
                now = as_value(value)
                fresh = (
                    with_field(now, steps, raw, entity.name, head) if steps else component_from(head, raw, entity.name)
                )
                put(entity, value, fresh, steps)

    # ---- what it began with ---------------------------------------------------------------------------------------

    @property
    def plays_the_document(self) -> bool:
        """Whether the world that is played is that of the document: a game may have loaded another scene."""
        return self.world is not None and self._first_world is self.world

    def began_with(self, id: int) -> bool:
        """Whether an object was there when it began: those of prefabs as well."""
        return id in self._rows

    def moved(self, id: int, row: int, name: str, now: Any) -> bool:
        """Whether a position, rotation or scale (k,) is other than when it began."""
        first, before = self._rows.get(id), self._before[name]
        return first is None or first >= len(before) or bool((now != before[first]).any())


def _tree_of(ids: NDArray[Any], up: NDArray[Any]) -> Tree:
    """ids: (n,) by row, 0 for none.  up: (n,) the row of what each hangs on, -1 for nothing, -2 for what is gone."""
    roots: list[int] = []
    below: dict[int, list[int]] = {}
    parent: dict[int, int] = {}
    numbers = ids.tolist()
    for number, row in zip(numbers, up.tolist(), strict=True):
        if number and row > -2:
            above = numbers[row] if row >= 0 else 0
            parent[number] = above
            (below.setdefault(above, []) if above else roots).append(number)
    return Tree(roots, below, parent)
