"""The running scene: objects by name and by tag, their transforms as columns, and the camera.

Scripts move things one by one through `Entity`, or many at once through the columns and `touch`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..loom.woven import WovenScene
from . import shown, spawning
from .adopt import adopt
from .appearance import Appearance, Materials
from .camera import Eye, Lens, Ray, Sphere, bounds_of
from .declare import Vec3
from .entity import Entity
from .errors import PhysicsError, SceneError
from .game.coroutines import Coroutine
from .game.schedule import Schedule
from .game.timers import Timer
from .game.tweens import Tween, tween
from .interpolation import Interpolation
from .lines import Lines
from .mirrors import Mirrors
from .physical import Simulation
from .picked import Picker
from .placing import rows_given, single_words, teleport
from .query import Batch, Matches, Query
from .roster import Looks, Roster
from .rows import distinct
from .scene.components import Environment
from .scene.prefabs import Prefab
from .scene.settings import apply_settings
from .snapshot import Keeper, Snapshot, hash_of, put_back, taken
from .tables import Tables, checked
from .transforms import NO_ROWS, transforms_of
from .viewpoints import Viewpoints
from .world_lights import WorldLights

if TYPE_CHECKING:
    from .heuristics.engine import HeuristicEngine
    from .heuristics.explain import Explanation
    from .scene.rules import Rule

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]


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
        self.transforms = transforms_of(objects, extra)
        self.mirrors = Mirrors(woven)
        """What is drawn as a mirror image."""
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
        self.viewpoints = Viewpoints(self, len(objects.names) if extra else -1)
        """The cameras, and which one is looked through."""
        if extra:
            self.frame(aspect=aspect)
            self.update_transforms()
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
        return spawning.spawn(self, prototype, at, rotation, scale, name, tags, parent, components)

    def make_ready(self, prefab: Prefab) -> None:
        """Weave a prefab that was not woven along, so that it can be spawned. Raises SceneError where nobody can."""
        spawning.make_ready(self, prefab)

    def adopt(self, woven: WovenScene) -> None:
        """Go on with another woven scene: this one with changes, say, or with more to spawn.

        Objects are matched by their stable ids and keep their handles. What was changed while the world ran stays:
        places, parents, tags, looks, lights, lenses, materials, surroundings, settings, what was spawned and what was
        despawned. All else is as the new scene has it: objects that it has not are gone, with all that hangs on them.
        Where the looks of what is still there are not in it they are taken along.

        Arrays that were asked for before are out of date after it. New behaviours are started, those of what is gone
        end. Raises SceneError while columns of a batch are out, and changes nothing then.
        """
        adopt(self, woven)

    def renew(self, latest_function: Callable[[Any], Any]) -> None:
        """Follow the classes that were declared anew, see `Schedule.renew`: components and behaviours are of those."""
        self.refuse_open("classes can't be replaced")
        self.tables.renew()
        self.matches.forget()
        self.schedule.renew(latest_function)

    def despawn(self, what: Entity | Sequence[Entity] | ArrayLike) -> None:
        """Take objects out of the world, and all that hangs on them: one, several, or rows (k,) in any order.

        Their handles raise SceneError from then on. Lights go out. Arrays that were asked for before may be out of
        date. Raises SceneError for rows that are no objects, when the active camera would go, and while columns of a
        batch are out; then nothing goes.
        """
        spawning.despawn(self, what)

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

    def refuse_leaving(self, what: str) -> None:
        """Raises SceneError while objects are on their way out."""
        if self.schedule.attached.leaves():
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
        where = rows_given(self, rows, "set")
        checked(value, "set")
        if len(where):
            self.tables.made(value.__class__).put_many(where, value, columns)

    def discard(self, rows: Sequence[Entity] | ArrayLike, kind: type) -> None:
        """Take a component that a game declared away from objects (k,), where they have it. Raises SceneError."""
        where, table = rows_given(self, rows, "discard"), self.tables.find(kind)
        if table is not None:
            if table.replaced.holders:
                self.refuse_open(f"a {kind.__name__} can't be discarded")
            table.drop(distinct(where))

    def tag(self, rows: Sequence[Entity] | ArrayLike, *tags: str) -> None:
        """Give objects (k,) these tags. Raises SceneError for rows that are no objects and for what is no tag."""
        self.roster.tag(rows_given(self, rows, "tag"), single_words(tags), True)

    def untag(self, rows: Sequence[Entity] | ArrayLike, *tags: str) -> None:
        """Take these tags from objects (k,), where they have them. Raises SceneError for rows that are no objects."""
        self.roster.tag(rows_given(self, rows, "untag"), single_words(tags), False)

    def show(self, what: Entity | Sequence[Entity] | ArrayLike, visible: bool = True) -> None:
        """Have objects (k,) drawn or not, with all that hangs on them now; see `Entity.visible`. Raises SceneError."""
        rows = self.roster.hide(self.transforms.with_all_below(rows_given(self, what, "show")), not visible)
        if visible:
            self.transforms.jump(rows)  # whoever draws does not know where they are

    def own(self, entity: Entity) -> Entity:
        """The same object. Raises SceneError for one of another world."""
        if entity.world is not self:
            raise SceneError(f'"{entity.name}" is in another world')
        return entity

    def changed_looks(self) -> tuple[Looks, NDArray[np.bool_]] | None:
        """What shows something else than when it was last asked, and (k,) whether it is mirrored; None for nothing.

        For who draws the world, once a frame.
        """
        return shown.changed_looks(self)

    def rows_that_moved(self) -> I32:
        """(k,) the rows that are not where they were woven, as of the last `update_transforms`."""
        return shown.rows_that_moved(self)

    def resend(self) -> None:
        """Another Fabric shows the world, which knows only what was woven: everything else is to be sent again."""
        self.appearance.resend()
        self.roster.resend()

    def placed_lights(self, lights: I32) -> NDArray[np.void]:
        """(k,) structs.LIGHT of some rows of `appearance.lights`, where their objects are; for who draws the world."""
        return shown.placed_lights(self, lights)

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
        return taken(self, coroutines)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of this world, or of another one of the same woven scene.

        Handles from before the snapshot are of use again; those to what came since then raise SceneError. Raises
        SceneError for a snapshot of another scene and while columns of a batch are out, and then changes nothing.
        """
        put_back(self, snapshot)

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
        teleport(self, what, at, rotation)

    def update_transforms(self) -> tuple[I32, F32]:
        """Bring `world_from_local` up to date; what changed: rows (k,) int32 and their (k, 3, 4) float32.

        Called once a frame by whoever draws. Only touched rows and what hangs on them are computed; the camera that
        the world made itself is left out, since the woven scene does not know it.
        """
        return shown.updated(self)

    def moved(self) -> shown.Moved:
        """`update_transforms` for who makes the transforms of lone objects by itself, as the Fabric does on the GPU."""
        return shown.moved(self)

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
        return self.appearance.meter(self.transforms, self.roster.drawn().rows)

    # ---- the camera ---------------------------------------------------------------------------------------------

    @property
    def camera(self) -> Entity:
        """The object whose camera is looked through; at first the scene's first one. Set it to another, or to a name.

        Setting it raises SceneError when that object has no Camera.
        """
        return Entity(self, self.viewpoints.chosen)

    @camera.setter
    def camera(self, value: Entity | str) -> None:
        self.viewpoints.look_through(self[value] if isinstance(value, str) else value)

    @property
    def cameras(self) -> list[Entity]:
        """Every object with a Camera."""
        return [Entity(self, row) for row in self.viewpoints.lenses]

    def lens_of(self, camera: Entity) -> Lens:
        """The lens of an object with a Camera. Raises SceneError for another one."""
        return self.viewpoints.lens_of(camera)

    @property
    def lens(self) -> Lens:
        """The active camera's lens; write to it to zoom."""
        return self.viewpoints.lenses[self.viewpoints.chosen]

    def observer(self) -> Eye:
        """Where the active camera is now. Raises SceneError when a scale of 0 leaves it without a direction."""
        return self.viewpoints.eye()

    def camera_ray(self, x: float, y: float, size: tuple[float, float] | None = None) -> Ray:
        """What a place in the picture shows, from the camera on; (0, 0) is the top left. As of the last tick.

            spot = world.camera_ray(x, y).at_height(0)  # on the ground, or None in the sky

        size: of the picture in the unit of x and y, None for the pixels of the last one. Raises SceneError before it
        was drawn. `app.camera_ray` takes what `app.input.pointer` gives.
        """
        return self.viewpoints.ray(x, y, size)

    @overload
    def to_screen(self, point: Vec3, size: tuple[float, float] | None = ...) -> tuple[float, float] | None: ...
    @overload
    def to_screen(self, point: ArrayLike, size: tuple[float, float] | None = ...) -> Any: ...
    def to_screen(self, point: ArrayLike, size: tuple[float, float] | None = None) -> Any:
        """Where a point in the world (3,), metres, is in the picture; None behind the camera. `size`: see `camera_ray`.

        Of points (k, 3): (k, 2) float64, NaN for those behind it. What lies outside of the picture has a place, too.
        Raises SceneError.
        """
        return self.viewpoints.to_screen(point, size)

    def bounds(self) -> Sphere:
        """A ball around everything that is drawn, as of the last `update_transforms`."""
        looks = self.roster.drawn()
        return bounds_of(self.woven.geometry.meshes[looks.mesh], self.transforms.world_of(looks.rows))

    def frame(
        self, sphere: Sphere | None = None, *, yaw: float = 30.0, pitch: float = 15.0, aspect: float = 16 / 9
    ) -> None:
        """Put the active camera where it sees all of `sphere` (None: everything that is drawn).

        It stands in front (+Z), `yaw` degrees to the right and `pitch` degrees up; `near` becomes a thousandth of the
        distance, and an orthographic `height` fits.
        """
        self.viewpoints.frame(self.bounds() if sphere is None else sphere, yaw, pitch, aspect)


def _seed(seed: Any) -> int:
    """What a run repeats by: what was given, or a number that nobody else has. Raises SceneError."""
    if seed is None:
        entropy = np.random.SeedSequence().entropy
        assert isinstance(entropy, int)
        return entropy
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise SceneError(f"seed is {seed!r}; it must be a whole number, at least 0")
    return int(seed)
