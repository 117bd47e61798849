"""The running scene: objects by name and by tag, their transforms as columns, and the camera.

Scripts move things one by one through `Entity`, or many at once through the columns and `touch`.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..loom.woven import WovenScene
from ..shaders.structs import NONE
from . import math as dmath
from .adopt import (
    Fates,
    carried,
    changed_in,
    fates,
    looks_of,
    merged_fields,
    merged_settings,
    numbered_anew,
    padded,
    placed,
)
from .appearance import Appearance, Materials
from .camera import DEFAULT_FOV, Eye, Lens, Sphere, around, bounds_of, fitting_distance, lenses_of
from .declare import Vec3
from .entity import Entity
from .errors import PhysicsError, SceneError
from .game.behaviour import Behaviour
from .game.coroutines import Coroutine
from .game.schedule import Schedule
from .game.timers import Timer
from .game.tweens import Tween, tween
from .interpolation import Interpolation
from .lines import Lines
from .live import Live, kind_of
from .math import depths_of
from .mirrors import Mirrors
from .physical import Simulation
from .picked import Picker
from .placing import arranged, checked_name, places_to_go, single_words, words
from .query import Batch, Matches, Query
from .roster import Looks, Roster
from .rows import distinct
from .scene.components import Camera, Environment
from .scene.lights import LIGHTS
from .scene.prefabs import Prefab, stem_of
from .scene.settings import apply_settings
from .snapshot import Keeper, Snapshot, hash_of
from .tables import Tables, checked, taken_apart
from .transforms import NO_ROWS, Transforms, odd
from .world_lights import WorldLights

if TYPE_CHECKING:
    from .heuristics.engine import HeuristicEngine
    from .heuristics.explain import Explanation
    from .scene.rules import Rule

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]

_NO_WORLD: F32 = np.empty((0, 3, 4), np.float32)
_NO_WORLD.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What changed since it was last asked for.

    alone: (k,) int32 rows that hang on nothing and nothing hangs on, with position (k, 3), rotation (k, 4), scale
    (k, 3); a range where most of them lie behind one another, of which some may be where they were, or be no objects.
    in_trees: (m,) int32 rows, with world (m, 3, 4) world_from_local.
    To be used before anything else moves: they may be views of the columns.
    """

    alone: I32 | range
    position: F32
    rotation: F32
    scale: F32
    in_trees: I32
    world: F32


_NOTHING_MOVED = Moved(NO_ROWS, _NO_WORLD[:, 0, :3], _NO_WORLD[:, 0], _NO_WORLD[:, 0, :3], NO_ROWS, _NO_WORLD)


class World:
    """A woven scene at run time: n objects, their transforms, and the camera.

    Where the scene has no camera, one more object named "camera" is made, which sees everything: from in front,
    slightly from the right and from above. `aspect` is the width / height that it is framed for. `seed` makes a run
    repeatable: `random` and the ids of what is spawned follow from it; without one it is another each time.
    """

    def __init__(self, woven: WovenScene, *, aspect: float = 16 / 9, seed: int | None = None) -> None:
        objects, cameras = woven.objects, woven.cameras
        extra = 0 if len(cameras.objects) else 1
        self.woven = woven
        self.settings = woven.settings
        """How the world is drawn; see `configure`."""
        self.seed = _seed(seed)
        self.random = np.random.default_rng(self.seed)
        """For all that is left to chance in a game, so that a run with the same `seed` repeats."""
        self.roster = Roster(woven, ("camera",) * extra, self.random)
        """Who is there, by row; to be changed by `spawn`, `despawn` and the objects' own attributes."""
        self.generations: memoryview | None = None
        """How often each row was given up, for handles; None as long as none was."""
        self.transforms = Transforms(
            parent=_grown(objects.parents, extra, -1),
            depth=_grown(objects.depth, extra, 0),
            position=_grown(objects.position, extra, 0),
            rotation=_grown(objects.rotation, extra, 0),
            scale=_grown(objects.scale, extra, 1),
            world=_grown(objects.world, extra, 0),
        )
        self._mirrors = Mirrors(woven)
        self.appearance = Appearance(woven)
        """The lights, materials and surroundings as they are now."""
        self.weaver: Callable[[Prefab], WovenScene] | None = None
        """Weaves the scene with one more prefab to spawn; set by who can, see `make_ready`."""
        self.tables = Tables(woven)
        """What objects carry of the components that games declare."""
        self.matches = Matches(self)
        self.open_batches = 0
        """How many batches have columns out: nothing may be despawned then."""
        self.keeps: list[Keeper] = []
        """Who keeps more of the state, in the order in which they are saved and loaded."""
        self.lines = Lines()
        """Lines in the world, to be looked at: see `Lines`."""
        self.picker: Picker | None = None
        """Who draws the world; set by whoever does, None before the first frame."""
        self.between: Interpolation | None = None
        """What was moved by ticks is drawn between them; set by whoever runs ticks."""
        self._made_camera = len(objects.names) if extra else -1
        self._lenses = lenses_of(woven)
        if extra:
            self._camera = self._made_camera
            self._lenses[self._camera] = Lens(DEFAULT_FOV)
            self.transforms.rotation[-1, 3] = 1
            self.frame(aspect=aspect)
            self.update_transforms()
        else:
            self._camera = next(iter(self._lenses))
        self.schedule = Schedule(self)
        """What the game's scripts are, and in which order they are called."""
        if woven.rules:
            _ = self.rules

    # ---- objects ------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many objects there are; the columns hold the rows of those that are gone as well."""
        return self.roster.rows.live

    def __iter__(self) -> Iterator[Entity]:
        """Every object, in the order of the rows; those that are despawned on the way are left out."""
        roster = self.roster
        rows = roster.live()
        for row in rows if isinstance(rows, range) else rows.tolist():
            if roster.generations is None or roster.is_live(row):
                yield Entity(self, row)

    def __contains__(self, name: str) -> bool:
        return self.roster.find(name) is not None

    def __getitem__(self, name: str) -> Entity:
        """The first object with a name. Raises SceneError, with the nearest names."""
        row = self.roster.find(name)
        if row is None:
            names = self.names[:10_000]
            near = difflib.get_close_matches(name, [n for i, n in enumerate(names) if self.roster.is_live(i)], n=3)
            hint = "; there is " + ", ".join(f'"{n}"' for n in near) if near else ""
            if name in names:
                hint = " any more: it was despawned" + hint
            raise SceneError(f'the world has no object "{name}"{hint}')
        return Entity(self, row)

    def find(self, name: str) -> Entity | None:
        """The first object with a name, or None."""
        row = self.roster.find(name)
        return None if row is None else Entity(self, row)

    def at(self, row: int) -> Entity:
        """The object in a row of the columns. Raises SceneError."""
        if not 0 <= row < len(self.names):
            raise SceneError(f"row {row} is none of the world's {len(self.names)} rows")
        if not self.roster.is_live(row):
            raise SceneError(f'there is no object in row {row} any more: "{self.names[row]}" was despawned')
        return Entity(self, row)

    @property
    def names(self) -> Sequence[str]:
        """The name in each row; that of a despawned object stays until the row has another."""
        return self.roster

    @property
    def ids(self) -> U64:
        """(n,) uint64 stable ids as in the scene; random for what was spawned, 0 for the camera made by the world."""
        return self.roster.ids

    def tagged(self, *tags: str) -> list[Entity]:
        """The objects that carry all of these tags, in the order of the rows."""
        return [Entity(self, row) for row in self.rows_tagged(*tags).tolist()]

    def rows_tagged(self, *tags: str) -> I32:
        """(k,) int32 rows of the objects that carry all of these tags: to index the columns with."""
        return self.roster.rows_tagged(tags)

    # ---- coming and going -----------------------------------------------------------------------------------------

    @overload
    def spawn(
        self,
        prototype: Entity | str | Prefab,
        at: Vec3 = ...,
        rotation: ArrayLike | None = ...,
        scale: ArrayLike | None = ...,
        *,
        name: str | None = ...,
        tags: Iterable[str] | None = ...,
        parent: Entity | None = ...,
        components: Iterable[Any] = ...,
    ) -> Entity: ...
    @overload
    def spawn(
        self,
        prototype: Entity | str | Prefab,
        at: ArrayLike,
        rotation: ArrayLike | None = ...,
        scale: ArrayLike | None = ...,
        *,
        name: str | None = ...,
        tags: Iterable[str] | None = ...,
        parent: Entity | None = ...,
        components: Iterable[Any] = ...,
    ) -> Any: ...
    def spawn(
        self,
        prototype: Entity | str | Prefab,
        at: ArrayLike = (0.0, 0.0, 0.0),
        rotation: ArrayLike | None = None,
        scale: ArrayLike | None = None,
        *,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        parent: Entity | None = None,
        components: Iterable[Any] = (),
    ) -> Entity | I32:
        """New objects that look as another one does, carry what a game declared for it, and behave as it does.

        `components` are given to each of them, in place of the prototype's of the same types; lights are not copied.

        `at` (3,) makes one and returns it; (k, 3) makes k and returns their rows (k,) int32. Metres, relative to the
        `parent`. `rotation`: xyzw, (4,) or (k, 4), normalised. `scale`: a number, (3,), (k,) or (k, 3). Where these
        are left out they are the prototype's, as are `name` and `tags`; k objects are called `name-0`, `name-1` …

        An instance of a `Prefab` is an object that shows nothing and is called as its file, with all that is in the
        file below it: meshes, lights, cameras, tags; `components` are given to that one object. Those in
        `scene.prefabs` are ready at once, others woven first.

        Arrays that were asked for before (`positions` …) may be out of date after it. Raises SceneError, and then
        makes nothing.
        """
        if isinstance(prototype, Prefab):
            return self._spawn_prefab(prototype, at, rotation, scale, name, tags, parent, components)
        like = self[prototype] if isinstance(prototype, str) else prototype
        t, row = self.transforms, like.live_row()
        stem = like.name if name is None else checked_name(name)
        own = like.tags if tags is None else words(stem, tags)
        places, turns, factors, alone = arranged(
            stem, at, like.rotation if rotation is None else rotation, like.scale if scale is None else scale
        )
        above = -1 if parent is None else self.own(parent).live_row()
        given = self._checked(components, stem)
        live = [cast("Behaviour", value) for value in given if isinstance(value, Live)]
        values = [value for value in given if not isinstance(value, Live)]
        mesh, material = self.roster.look(row)
        count = len(places)
        rows = self.roster.add(count, stem, numbered=not alone, tags=own, mesh=mesh, material=material)
        self.generations = self.roster.generations
        t.spawn(rows, self.roster.rows.end, places, turns, factors, above)
        self.tables.copy(row, rows, values)
        self.schedule.copy_to(row, rows, live)
        return Entity(self, int(rows[0])) if alone else rows

    def _spawn_prefab(
        self,
        prefab: Prefab,
        at: ArrayLike,
        rotation: ArrayLike | None,
        scale: ArrayLike | None,
        name: str | None,
        tags: Iterable[str] | None,
        parent: Entity | None,
        components: Iterable[Any],
    ) -> Entity | I32:
        stem = stem_of(prefab) if name is None else checked_name(name)
        given = self._checked(components, stem)
        own = frozenset[str]() if tags is None else words(stem, tags)
        turn = dmath.IDENTITY_QUATERNION if rotation is None else rotation
        places, turns, factors, alone = arranged(stem, at, turn, 1.0 if scale is None else scale)
        above = -1 if parent is None else self.own(parent).live_row()
        if prefab not in self.woven.prefabs:
            self.make_ready(prefab)
        parts, roster, t = self.woven.prefabs[prefab], self.roster, self.transforms
        roots = roster.add(len(places), stem, numbered=not alone, tags=own, mesh=-1, material=-1)
        t.spawn(roots, roster.rows.end, places, turns, factors, above)
        if len(parts.ids):
            rows = roster.add_parts(roots, parts)
            k = len(roots)
            hang = np.where(parts.parents >= 0, rows[:, parts.parents], roots[:, None]).ravel()
            place, turned, size = (np.tile(c, (k, 1)) for c in (parts.position, parts.rotation, parts.scale))
            t.spawn(rows.ravel(), roster.rows.end, place, turned, size, hang)
            for part, value in parts.components:
                self._give(rows[:, part], value)
        self.generations = roster.generations
        for value in given:
            if isinstance(value, Live):
                for row in roots.tolist():
                    self.schedule.attach(row, cast("Behaviour", value).copy())
            else:
                self._give(roots, value)
        return Entity(self, int(roots[0])) if alone else roots

    def _checked(self, components: Iterable[Any], stem: str) -> list[Any]:
        """Components that are to be spawned with, behaviours as they are. Raises SceneError."""
        given = list(components)
        for value in given:
            if isinstance(value, Live):
                self.schedule.check(cast("Behaviour", value), stem)
        return [value if isinstance(value, Live) else checked(value, f"{stem} can't be spawned") for value in given]

    def _give(self, rows: I32, value: Any) -> None:
        """A component of a prefab for each of its new objects (k,)."""
        if isinstance(value, LIGHTS):
            self.appearance.add_lights(rows, value)
        elif isinstance(value, Camera):
            for row in rows.tolist():
                self._lenses[row] = Lens(value.fov_y, value.near, value.height, value.projection == "orthographic")
        elif issubclass(kind_of(value), Live):
            for row in rows.tolist():
                self.schedule.attach(row, value)
        else:
            self.tables.made(type(value)).put(rows, taken_apart(value))

    def make_ready(self, prefab: Prefab) -> None:
        """Weave a prefab that was not woven along, so that it can be spawned. Raises SceneError where nobody can."""
        if self.weaver is None:
            raise SceneError(
                f'"{prefab.file}" can\'t be spawned: it was not woven along; name it in `scene.prefabs`, '
                "or play the scene in an App, which weaves what is missing"
            )
        self.adopt(self.weaver(prefab))
        assert prefab in self.woven.prefabs

    def adopt(self, woven: WovenScene) -> None:
        """Go on with another woven scene: this one with changes, say, or with more to spawn.

        Objects are matched by their stable ids and keep their handles. What was changed while the world ran stays:
        places, parents, tags, looks, lights, lenses, materials, surroundings, settings, what was spawned and what was
        despawned. All else is as the new scene has it: objects that it has not are gone, with all that hangs on them.
        Where the looks of what is still there are not in it they are taken along.

        Arrays that were asked for before are out of date after it. New behaviours are started, those of what is gone
        end. Raises SceneError while columns of a batch are out, and changes nothing then.
        """
        self.refuse_open("another scene can't be adopted")
        self._refuse_leaving("another scene can't be adopted")
        roster = self.roster
        while True:
            old, t, version = self.woven, self.transforms, roster.version
            new, rows = placed(old, woven, roster.alive)
            fate = fates(old, new, rows, roster.alive, roster.ids, t.parent, self._made_camera)
            self.schedule.leave(np.flatnonzero(fate.gone).astype(np.int32))
            if roster.version == version:  # else an `on_destroy` made or despawned something
                break
        size = len(fate.parent)
        kept, spawned, alive = fate.kept, fate.spawned, fate.alive

        # Who carries which tags, and who shows what.
        tag_names = [*new.tag_names, *(tag for tag in roster.tag_names if tag not in new.tag_names)]
        base, wanted = (padded(numbered_anew(s.objects.tags, s.tag_names, tag_names), size) for s in (old, new))
        now = padded(numbered_anew(roster.masks(), roster.tag_names, tag_names), size)
        tags = np.where(
            kept[:, None], (wanted & ~(base & ~now)) | (now & ~base), np.where(spawned[:, None], now, wanted)
        )
        tags[~alive] = 0
        was, now_shown = looks_of(old, size), [padded(column, size, -1) for column in roster.looks()]
        own_mesh, own_material = (
            spawned | changed_in(kept, *pair) for pair in zip(was, now_shown, strict=True)
        )  # which the game chose
        mesh, material = looks_of(new, size)
        shows = alive & (np.where(own_mesh, now_shown[0], mesh) >= 0)
        own_mesh, own_material = own_mesh & shows, (own_material | (material < 0)) & shows
        found = carried(old, new, distinct(now_shown[0][own_mesh]), distinct(now_shown[1][own_material]))
        new = found.woven
        mesh = np.where(shows, np.where(own_mesh, found.mesh[now_shown[0]], mesh), -1).astype(np.int32)
        material = np.where(shows, np.where(own_material, found.material[now_shown[1]], material), -1).astype(np.int32)

        # Where everything is.
        columns = [(o, padded(n, size), padded(w, size)) for o, n, w in _transforms(old, t, new)]
        touched = spawned.copy()
        made: list[F32] = []
        for o, n, w in columns:
            keep = spawned | changed_in(kept, padded(o, size), n)
            touched |= keep
            made.append(np.where(keep[:, None], n, w))
        touched |= fate.parent != padded(new.objects.parents, size, -1)
        place, turn, factors = made
        self.transforms = Transforms(
            fate.parent, depths_of(fate.parent), place, turn, factors, padded(new.objects.world, size)
        )
        roster.adopt(new, fate, tag_names, tags, mesh, material, "camera")
        self.generations = roster.generations
        self.transforms.count = roster.rows.end
        self.transforms.touch(np.flatnonzero(touched[: roster.rows.end]))

        # How it looks.
        self.appearance = self.appearance.adopted(new, found.material, fate)
        self.settings = merged_settings(old.settings, self.settings, woven.settings)
        self.woven = new
        self._adopt_cameras(old, fate)
        self._mirror()

        # What it carries.
        kept_rows, came, gone = (np.flatnonzero(mask).astype(np.int32) for mask in (kept, fate.came, fate.gone))
        self.tables.adopt(old, new, kept_rows, came, gone)
        self.between = None
        self.schedule.adopt(old, new, kept, fate.came)

    def renew(self, latest_function: Callable[[Any], Any]) -> None:
        """Follow the classes that were declared anew, see `Schedule.renew`: components and behaviours are of those."""
        self.refuse_open("classes can't be replaced")
        self.tables.renew()
        self.matches.forget()
        self.schedule.renew(latest_function)

    def _adopt_cameras(self, old: WovenScene, fate: Fates) -> None:
        """The lenses of the cameras that there are now, and the one that is looked through."""
        first = int(old.cameras.objects[0]) if len(old.cameras.objects) else self._made_camera
        base, new = lenses_of(old), lenses_of(self.woven)
        before, self._lenses = self._lenses, {}
        for row, lens in new.items():
            if fate.kept[row] and row in before and row in base:
                merged_fields(base[row], before[row], lens)
                lens = before[row]
            if fate.kept[row] or fate.came[row]:
                self._lenses[row] = lens
        self._lenses |= {row: lens for row, lens in before.items() if fate.spawned[row]}
        chosen = self._camera if self._camera != first and self._camera in self._lenses else -1
        others = [row for row in self._lenses if row != self._made_camera]
        if self._made_camera >= 0 and others and chosen != self._made_camera:
            gone, self._made_camera = self._made_camera, -1
            del self._lenses[gone]
            self._camera = chosen if chosen >= 0 else others[0]
            self.despawn(np.array([gone], np.int32))
        elif chosen >= 0 or self._lenses:
            self._camera = chosen if chosen >= 0 else next(iter(self._lenses))
        else:
            rows = self.roster.add_camera("camera")
            one = np.ones((1, 3), np.float32)
            turn = np.array([dmath.IDENTITY_QUATERNION], np.float32)
            self.transforms.spawn(rows, self.roster.rows.end, 0 * one, turn, one, -1)
            self.generations = self.roster.generations
            self._camera = self._made_camera = int(rows[0])
            self._lenses[self._camera] = Lens(DEFAULT_FOV)
            self.update_transforms()
            self.frame()

    def _mirror(self) -> None:
        """Note what is a mirror image now, and have drawn so what was not woven so."""
        drawn, t = self.roster.drawn().rows, self.transforms
        self._mirrors = Mirrors(self.woven)
        if self._mirrors.may_be(t.scale[: len(self.roster)]):
            self.roster.turn(self._mirrors.note(drawn, t.mirrored(drawn)))

    def despawn(self, what: Entity | Sequence[Entity] | ArrayLike) -> None:
        """Take objects out of the world, and all that hangs on them: one, several, or rows (k,) in any order.

        Their handles raise SceneError from then on. Lights go out. Arrays that were asked for before may be out of
        date. Raises SceneError for rows that are no objects, when the active camera would go, and while columns of a
        batch are out; then nothing goes.
        """
        self.refuse_open("despawn")
        rows = distinct(self._some_rows(what, "despawn"))
        if not len(rows):
            return
        rows = self.transforms.with_all_below(rows)
        if (rows == self._camera).any():
            raise SceneError(f'"{self.names[self._camera]}" is looked through; set `world.camera` to another one first')
        told, rows = rows, self.schedule.leave(rows)
        while len(late := np.setdiff1d(self.transforms.with_all_below(rows), told)):  # hung on them by an `on_destroy`
            if (late == self._camera).any():
                self.transforms.hang(self._camera, -1)
                continue
            told, rows = np.concatenate([told, late]), np.concatenate([rows, self.schedule.leave(late)])
        for row in [row for row in self._lenses if (rows == row).any()]:
            del self._lenses[row]
        self.appearance.put_out(rows)
        self.tables.drop(rows)
        self.roster.remove(rows)
        self.generations = self.roster.generations
        end = self.roster.rows.end
        self.transforms.release(rows, end)
        self._mirrors.shorten(end)

    # ---- in the course of a game ----------------------------------------------------------------------------------

    def defer(self, function: Callable[..., object]) -> None:
        """Call `function()`, or `function(world)`, when this tick's or frame's other functions are done."""
        self.schedule.defer(function)

    def emit(self, event: Any) -> None:
        """Have an event heard by those who listen to its type, at the end of this tick or frame, in order.

        An event is any value of a class of yours, best a frozen dataclass. Raises SceneError for a class or None.
        """
        self.schedule.emit(event)

    def run(self, generator: Generator[Any, Any, Any]) -> Coroutine:
        """Have a generator go on tick by tick: it yields what it waits for. It begins in the next tick.

            def waves(world: dw.World) -> dw.Steps:
                while True:
                    yield dw.wait(2.0)
                    world.spawn("enemy", at=(0, 0, -20))

            world.run(waves(world))

        It may yield `dw.wait(seconds)`, `dw.wait_ticks(n)`, `dw.until(condition)`, `dw.next_event(Type)`, another
        generator, a handle of `run`, `after`, `every` or `tween`, or nothing for the next tick. That of a behaviour's
        method ends with the behaviour. Raises SceneError for what is no generator.
        """
        return self.schedule.run(generator)

    def after(self, seconds: float, function: Callable[..., object]) -> Timer:
        """Call `function()`, or `function(world)`, so many seconds of game time from now. Raises SceneError."""
        return self.schedule.after(seconds, function)

    def every(self, seconds: float, function: Callable[..., object], *, times: int | None = None) -> Timer:
        """Call `function()`, or `function(world)`, every so many seconds of game time (at least 0.001); None: for ever.

        A behaviour's method is called until the behaviour ends. Raises SceneError.
        """
        return self.schedule.every(seconds, function, times)

    def tween(
        self,
        target: Any,
        name: str,
        to: Any,
        seconds: float = 1.0,
        *,
        start: Any = None,
        ease: str | Callable[[float], float] = "linear",
        loop: bool | int = False,
        yoyo: bool = False,
        delay: float = 0.0,
        on_done: Callable[..., object] | None = None,
    ) -> Tween:
        """Have a value go from what it is (or from `start`) to another in seconds of game time.

            world.tween(door, "position", to=(0, 3, 0), seconds=1.0, ease="out_cubic")
            world.tween(lamp, "PointLight.candela", to=0, seconds=0.1, loop=True, yoyo=True)

        target: an entity, with "position", "rotation" (the short way round), "scale", "world_position", one axis of
        these ("position.y"), or a field of a component ("PointLight.candela", "Player.speed", "Health.points",
        "Material.emissive_strength" for all that share the material); a key of `world.materials`; or any object with
        such an attribute, as `world.lens`. ease: see `easing.EASES`, or a function of 0 to 1. loop: true for ever, or
        how often; yoyo: every second time backwards. on_done: called at the end, with the world if it takes one.
        A newer tween of the same value takes its place; it ends when the object is despawned. Raises SceneError.
        """
        return self.schedule.tween(tween(self, target, name, to, seconds, start, ease, loop, yoyo, delay, on_done))

    @property
    def rules(self) -> HeuristicEngine:
        """The rules of the scene, and those that are registered while it runs; see `Rule`."""
        from .heuristics.engine import HeuristicEngine

        found = self.schedule.rules
        if not isinstance(found, HeuristicEngine):
            found = self.schedule.rules = HeuristicEngine(self)
        return found

    def explain(self, rule: str | Rule, entity: Entity) -> Explanation:
        """Why a rule would fire for an object now or not, see `HeuristicEngine.explain`. Raises SceneError."""
        return self.rules.explain(rule, entity)

    def refuse_open(self, what: str) -> None:
        """Raises SceneError while columns of a batch are out."""
        if self.open_batches:
            raise SceneError(
                f"{what} while the columns of a batch are in use: keep the rows and do it after the `with`, "
                "or call `batch.close()` before"
            )

    def _refuse_leaving(self, what: str) -> None:
        if self.schedule.leaves():
            raise SceneError(f"{what} in an `on_destroy`, while objects are on their way out: use `world.defer`")

    # ---- what objects carry ---------------------------------------------------------------------------------------

    def query(self, query: Query) -> Batch:
        """The objects that fit a query, as columns: `with world.query(dw.Query(dw.Position, tag="star")) as batch:`."""
        return Batch(self, query)

    def rows_of(self, kind: type) -> I32:
        """(k,) int32 rows of the objects that carry a component which a game declared, ascending. Raises SceneError."""
        table = self.tables.find(kind)
        return NO_ROWS if table is None else table.ascending().copy()

    def set(self, rows: Sequence[Entity] | ArrayLike, value: Any, **columns: ArrayLike) -> None:
        """Give objects (k,) a component that a game declared; `columns` (k, …) are the values of fields, one for each.

            world.set(rows, Velocity(), linear=random.normal(size=(len(rows), 3)))

        Raises SceneError for rows that are no objects and for what does not fit, and then changes nothing.
        """
        where = self._some_rows(rows, "set")
        checked(value, "set")
        if len(where):
            self.tables.made(value.__class__).put_many(where, value, columns)

    def discard(self, rows: Sequence[Entity] | ArrayLike, kind: type) -> None:
        """Take a component that a game declared away from objects (k,), where they have it. Raises SceneError."""
        where, table = self._some_rows(rows, "discard"), self.tables.find(kind)
        if table is not None:
            if table.replaced.holders:
                self.refuse_open(f"a {kind.__name__} can't be discarded")
            table.drop(distinct(where))

    def tag(self, rows: Sequence[Entity] | ArrayLike, *tags: str) -> None:
        """Give objects (k,) these tags. Raises SceneError for rows that are no objects and for what is no tag."""
        self.roster.tag(self._some_rows(rows, "tag"), single_words(tags), True)

    def untag(self, rows: Sequence[Entity] | ArrayLike, *tags: str) -> None:
        """Take these tags from objects (k,), where they have them. Raises SceneError for rows that are no objects."""
        self.roster.tag(self._some_rows(rows, "untag"), single_words(tags), False)

    def _some_rows(self, which: Entity | Sequence[Entity] | ArrayLike, what: str) -> I32:
        """(k,) rows of objects, as they were given: by number, one handle or several. Raises SceneError."""
        if isinstance(which, Entity):
            return np.array([self.own(which).live_row()], np.int32)
        if isinstance(which, (list, tuple)) and any(isinstance(one, Entity) for one in which):
            chosen = np.asarray([self.own(one).live_row() if isinstance(one, Entity) else one for one in which])
        else:
            chosen = np.atleast_1d(np.asarray(which))
        if not len(chosen):
            return NO_ROWS
        if chosen.ndim != 1 or not np.issubdtype(chosen.dtype, np.integer):
            found = f"{chosen.dtype} {chosen.shape}"
            raise SceneError(f"{what}: the rows are {found}; they must be (k,) whole numbers")
        if not (chosen.min() >= 0 and chosen.max() < len(self.names)):
            raise SceneError(f"{what}: the rows go from {chosen.min()} to {chosen.max()}; there are {len(self.names)}")
        gone = self.roster.dead(chosen.astype(np.int32))
        if len(gone):
            raise SceneError(f'{what}: "{self.names[int(gone[0])]}" (row {gone[0]}) was despawned')
        return chosen.astype(np.int32)

    def own(self, entity: Entity) -> Entity:
        """The same object. Raises SceneError for one of another world."""
        if entity.world is not self:
            raise SceneError(f'"{entity.name}" is in another world')
        return entity

    def changed_looks(self) -> tuple[Looks, NDArray[np.bool_]] | None:
        """What shows something else than when it was last asked, and (k,) whether it is mirrored; None for nothing.

        For who draws the world, once a frame.
        """
        looks = self.roster.unsent()
        if looks is None:
            return None
        mirrored = np.zeros(len(looks.rows), bool)
        shown = looks.mesh >= 0
        mirrored[shown] = self.transforms.mirrored(looks.rows[shown])
        if len(looks.rows) and (self._mirrors.any or mirrored.any()):
            self._mirrors.note(looks.rows, mirrored)
        return looks, mirrored

    def rows_that_moved(self) -> I32:
        """(k,) the rows that are not where they were woven, as of the last `update_transforms`."""
        rows = self.transforms.moved_rows()
        if rows is None:
            woven, now = self.woven.objects.world, self.transforms.world
            known = min(len(woven), len(now))
            moved = (now[:known] != woven[:known]).any(axis=(1, 2))
            rows = np.concatenate([np.flatnonzero(moved), np.arange(known, len(now))]).astype(np.int32)
        return self._known(rows)

    def resend(self) -> None:
        """Another Fabric shows the world, which knows only what was woven: everything else is to be sent again."""
        self.appearance.resend()
        self.roster.resend()

    def placed_lights(self, lights: I32) -> NDArray[np.void]:
        """(k,) structs.LIGHT of some rows of `appearance.lights`, where their objects are; for who draws the world."""
        values = self.appearance.lights.rows[lights]
        lit = values["object"] != NONE
        world = self.transforms.world_of(values["object"][lit].astype(np.int32))
        back = world[:, :, 2] / np.maximum(np.linalg.norm(world[:, :, 2], axis=1, keepdims=True), 1e-20)
        values["position"][lit], values["direction"][lit] = world[:, :, 3], -back
        return values

    @property
    def physics(self) -> Simulation:
        """Who moves the bodies: gravity, rays, overlaps. Raises PhysicsError where nobody does.

        An App sets it up, and `dreamwell.physics.simulate(world)` for a world of one's own.
        """
        simulation = self.schedule.simulation
        if simulation is None:
            raise PhysicsError(
                "nothing simulates this world: play it in a dw.App, or call dreamwell.physics.simulate(world) first"
            )
        return simulation

    # ---- going back -----------------------------------------------------------------------------------------------

    def snapshot(self, *, coroutines: Literal["refuse", "drop"] = "refuse") -> Snapshot:
        """All of the world as it is now. Raises SceneError while columns of a batch are out.

        Behaviours, timers and tweens are in it. Coroutines that are on their way can't be copied: SceneError names
        them, or they are left out with coroutines="drop".
        """
        self.refuse_open("snapshot")
        schedule = self.schedule.state(coroutines)
        return Snapshot(
            self.woven,
            self.roster.state(),
            self.transforms.state(),
            self.tables.state(),
            self.appearance.state(),
            self.settings,
            self._camera,
            {row: replace(lens) for row, lens in self._lenses.items()},
            copy.deepcopy(self.random.bit_generator.state),
            tuple(keeper.save() for keeper in self.keeps),
            schedule,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of this world, or of another one of the same woven scene.

        Handles from before the snapshot are of use again; those to what came since then raise SceneError. Raises
        SceneError for a snapshot of another scene and while columns of a batch are out, and then changes nothing.
        """
        self.refuse_open("restore")
        self._refuse_leaving("restore")
        if snapshot.woven is not self.woven:
            if snapshot.woven.name == self.woven.name:
                raise SceneError(
                    f'the snapshot was taken before "{self.woven.name}" was woven anew and adopted (a file changed, a '
                    "prefab or a scene came on top): take another one after that, or name what is spawned in "
                    "`scene.prefabs`, so that it is woven at the start"
                )
            raise SceneError(
                f'that is a snapshot of another scene, "{snapshot.woven.name}"; it must be of the "{self.woven.name}" '
                "that this world plays"
            )
        if len(snapshot.kept) != len(self.keeps):
            raise SceneError(
                f"the snapshot has the state of {len(snapshot.kept)} keepers; there are {len(self.keeps)} in `keeps`"
            )
        shown = self.roster.restore(snapshot.roster)
        self.generations = self.roster.generations
        self.transforms.restore(snapshot.transforms)
        self.transforms.jump(shown)
        self.tables.restore(snapshot.tables)
        self.appearance.restore(snapshot.appearance)
        self.settings = snapshot.settings
        self._camera = snapshot.camera
        self._lenses = {row: replace(lens) for row, lens in snapshot.lenses.items()}
        self.random.bit_generator.state = copy.deepcopy(dict(snapshot.random))
        self.schedule.restore(snapshot.schedule)
        for keeper, data in zip(self.keeps, snapshot.kept, strict=True):
            keeper.load(data)

    def state_hash(self) -> str:
        """32 hexadecimal digits that are the same for worlds of one scene in the same state, and else differ."""
        return hash_of(self)

    # ---- what the picture shows -----------------------------------------------------------------------------------

    def pick(self, x: float, y: float) -> Entity | None:
        """The object that a pixel of the last picture shows, or None; (0, 0) is the top left. Waits for the GPU.

        None as well where that object was despawned since. `world.picker.pick(x, y)` does not wait, and knows the
        triangle and the place too. Raises SceneError before the first frame.
        """
        found = self._drawn_by().pick(x, y).result()
        return None if found is None or not self.roster.is_live(found.object) else Entity(self, found.object)

    def pick_rectangle(self, x0: float, y0: float, x1: float, y1: float) -> list[Entity]:
        """The objects that the last picture shows between two corners, in the order of their rows. As `pick`."""
        rows = self._drawn_by().pick_rectangle(x0, y0, x1, y1).result()
        rows = rows[rows < len(self.names)]
        return [Entity(self, row) for row in self.roster.living(rows).tolist()]

    def _drawn_by(self) -> Picker:
        if self.picker is None:
            raise SceneError("nothing can be picked: the world has not been drawn yet")
        return self.picker

    # ---- columns ------------------------------------------------------------------------------------------------

    @property
    def positions(self) -> F32:
        """(n, 3) float32, metres, relative to the parents. After writing, call `touch` with the rows."""
        return self.transforms.position

    @property
    def rotations(self) -> F32:
        """(n, 4) float32 unit quaternions xyzw, relative to the parents. After writing, call `touch`."""
        return self.transforms.rotation

    @property
    def scales(self) -> F32:
        """(n, 3) float32 factors, relative to the parents. After writing, call `touch` with the rows."""
        return self.transforms.scale

    @property
    def world_from_local(self) -> F32:
        """(n, 3, 4) float32, metres, as of the last `update_transforms`. To be read only."""
        return self.transforms.world

    def touch(self, rows: Any = None) -> None:
        """Say which rows of the columns were written: (k,) integers, an (n,) mask, a slice, or None for all.

        Raises SceneError for rows that are not there.
        """
        self.transforms.touch(rows)

    def teleport(
        self, what: Entity | Sequence[Entity] | ArrayLike, at: ArrayLike, rotation: ArrayLike | None = None
    ) -> None:
        """Put objects elsewhere, one, several or those in rows (k,): between two ticks they are never drawn on the way.

        at: (3,) or (k, 3), metres, relative to the parents.  rotation: xyzw, (4,) or (k, 4), normalised; None leaves
        it. Raises SceneError, and then changes nothing.
        """
        t = self.transforms
        rows = self._some_rows(what, "teleport")
        places, turns = places_to_go(len(rows), at, rotation)
        t.position[rows] = places
        if turns is not None:
            t.rotation[rows] = turns
        t.jump(rows)
        if self.schedule.simulation is not None:
            self.schedule.simulation.jumped(rows)

    def update_transforms(self) -> tuple[I32, F32]:
        """Bring `world_from_local` up to date; what changed: rows (k,) int32 and their (k, 3, 4) float32.

        Called once a frame by whoever draws. Only touched rows and what hangs on them are computed; the camera that
        the world made itself is left out, since the woven scene does not know it.
        """
        moved = self.moved()
        alone = moved.alone
        if isinstance(alone, range):
            alone = self.roster.living(np.arange(alone.start, alone.stop, dtype=np.int32))
            alone = alone[alone != self._made_camera]
        rows = np.concatenate([alone, moved.in_trees]) if len(alone) else moved.in_trees
        return (rows, self.transforms.world[rows]) if len(rows) else (NO_ROWS, _NO_WORLD)

    def moved(self) -> Moved:
        """`update_transforms` for who makes the transforms of lone objects by itself, as the Fabric does on the GPU."""
        t = self.transforms
        alone, in_trees = t.update()
        if not len(alone) and not len(in_trees):
            return _NOTHING_MOVED
        in_trees = self._known(in_trees)
        if not isinstance(alone, range):
            alone = self._known(alone)
        elif alone.stop - 1 == self._made_camera:
            alone = alone[:-1]
        position, rotation, scale = t.places(alone)
        mirrors = self._mirrors
        if len(alone) and mirrors.may_be(scale):
            self.roster.turn(mirrors.note(alone, odd(scale < 0)))
        if not len(in_trees):
            return Moved(alone, position, rotation, scale, NO_ROWS, _NO_WORLD)
        if mirrors.may_be(t.scale_of(in_trees)):
            self.roster.turn(mirrors.note(in_trees, t.mirrored(in_trees)))
        return Moved(alone, position, rotation, scale, in_trees, t.world_of(in_trees))

    def _known(self, rows: I32) -> I32:
        """Those of some rows that are objects, and known to the woven scene or drawn since."""
        rows = self.roster.living(rows)
        if self._made_camera < 0:
            return rows
        others = rows != self._made_camera
        return rows if others.all() else rows[others]

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change render settings, as in `{"exposure.compensation": 1.0}`. Raises SettingsError, and changes nothing."""
        self.settings = apply_settings(self.settings, changes)

    @property
    def materials(self) -> Materials:
        """Each material of the scene → as it is now: `world.materials[GLASS] = replace(GLASS, alpha=0.2)`."""
        return Materials(self.appearance)

    @property
    def lights(self) -> WorldLights:
        """The objects that carry lights, to go over and to add to: `world.lights.add_point("lamp", at=(0, 2, 0))`."""
        return WorldLights(self)

    @property
    def environment(self) -> Environment:
        """What surrounds the scene. Set it to another; intensity and rotation may change every frame for nothing.

        Setting it raises SceneError for values out of range and for another file: `app.environment` loads one.
        """
        return self.appearance.environment.component

    @environment.setter
    def environment(self, value: Environment) -> None:
        self.appearance.set_environment(value)

    def meter(self) -> float:
        """EV100 by the incident meter, from the light as it is now; "metered" exposure follows it by itself."""
        return self.appearance.meter(self.transforms.world, self.roster.drawn().rows)

    # ---- the camera ---------------------------------------------------------------------------------------------

    @property
    def camera(self) -> Entity:
        """The object whose camera is looked through; at first the scene's first one. Set it to another, or to a name.

        Setting it raises SceneError when that object has no Camera.
        """
        return Entity(self, self._camera)

    @camera.setter
    def camera(self, value: Entity | str) -> None:
        chosen = self[value] if isinstance(value, str) else value
        if self.schedule.leaves(self.own(chosen).live_row()):
            raise SceneError(f'"{chosen.name}" is being despawned; nobody can look through it')
        if chosen.row not in self._lenses:
            names = ", ".join(f'"{self.names[row]}"' for row in self._lenses)
            raise SceneError(f'"{chosen.name}" has no Camera; there is {names}')
        self._camera = chosen.row

    @property
    def cameras(self) -> list[Entity]:
        """Every object with a Camera."""
        return [Entity(self, row) for row in self._lenses]

    def lens_of(self, camera: Entity) -> Lens:
        """The lens of an object with a Camera. Raises SceneError for another one."""
        found = self._lenses.get(self.own(camera).live_row())
        if found is None:
            raise SceneError(f'"{camera.name}" has no Camera')
        return found

    @property
    def lens(self) -> Lens:
        """The active camera's lens; write to it to zoom."""
        return self._lenses[self._camera]

    def observer(self) -> Eye:
        """Where the active camera is now. Raises SceneError when a scale of 0 leaves it without a direction."""
        row, to_world = self._camera, self.transforms.to_world
        eye = np.array(to_world(row, 0.0, 0.0, 0.0))
        back = eye - to_world(row, 0.0, 0.0, -1.0)
        right = dmath.cross(np.subtract(to_world(row, 0.0, 1.0, 0.0), eye), back)
        depth, width = float(np.linalg.norm(back)), float(np.linalg.norm(right))
        if not min(depth, width) > 0:
            raise SceneError(f'the camera "{self.names[row]}" has a scale of 0, its own or an ancestor\'s')
        x, z = right / width, back / depth
        return Eye(np.array((x, dmath.cross(z, x), z, eye)).T, self.lens)

    def bounds(self) -> Sphere:
        """A ball around everything that is drawn, as of the last `update_transforms`."""
        looks = self.roster.drawn()
        return bounds_of(self.woven.geometry.meshes[looks.mesh], self.transforms.world[looks.rows])

    def frame(
        self, sphere: Sphere | None = None, *, yaw: float = 30.0, pitch: float = 15.0, aspect: float = 16 / 9
    ) -> None:
        """Put the active camera where it sees all of `sphere` (None: everything that is drawn).

        It stands in front (+Z), `yaw` degrees to the right and `pitch` degrees up; `near` becomes a thousandth of the
        distance, and an orthographic `height` fits.
        """
        ball = self.bounds() if sphere is None else sphere
        distance = fitting_distance(ball.radius, self.lens.fov_y, aspect)
        self.lens.near = distance / 1000
        self.lens.height = 2 * ball.radius / min(1.0, aspect)
        self.camera.world_position = around(ball.centre, distance, yaw, pitch)
        self.camera.look_at(ball.centre)


def _grown(column: NDArray[Any], extra: int, fill: float) -> NDArray[Any]:
    """A column with `extra` more rows of `fill`; without any, the column itself."""
    if not extra:
        return column
    out = np.full((len(column) + extra, *column.shape[1:]), fill, column.dtype)
    out[: len(column)] = column
    return out


def _transforms(old: WovenScene, now: Transforms, new: WovenScene) -> Iterator[tuple[F32, F32, F32]]:
    """Position, rotation and scale as they were woven, as they are, and as the new scene has them."""
    for name in ("position", "rotation", "scale"):
        yield getattr(old.objects, name), getattr(now, name), getattr(new.objects, name)


def _seed(seed: Any) -> int:
    """What a run repeats by: what was given, or a number that nobody else has. Raises SceneError."""
    if seed is None:
        entropy = np.random.SeedSequence().entropy
        assert isinstance(entropy, int)
        return entropy
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise SceneError(f"seed is {seed!r}; it must be a whole number, at least 0")
    return int(seed)
