"""A running world takes over another woven scene: what changed at run time stays, the rest is as the new scene has it.

Objects are matched by their stable ids and keep their rows, so that handles stay valid: the new scene is laid out in
the world's rows. Each value is merged three-way: what is now differs from what was woven before? Then it stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import Objects, WovenComponents, WovenScene
from .carried import carried, looks_of, sealed
from .live import kind_of
from .math import depths_of
from .mirrors import Mirrors
from .rows import distinct
from .scene.names import Names
from .scene.settings import RenderSettings, apply_settings, known_settings
from .transforms import Transforms

if TYPE_CHECKING:
    from .world import World

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
Bools = NDArray[np.bool_]


# ---- all of it ------------------------------------------------------------------------------------------------


def adopt(world: World, woven: WovenScene) -> None:
    """Have a world go on with another woven scene, see `World.adopt`."""
    world.refuse_open("another scene can't be adopted")
    world.refuse_leaving("another scene can't be adopted")
    roster = world.roster
    while True:
        old, t, version = world.woven, world.transforms, roster.version
        new, rows = placed(old, woven, roster.alive)
        fate = fates(old, new, rows, roster.alive, roster.ids, t.parent, world.viewpoints.made)
        world.schedule.attached.leave(np.flatnonzero(fate.gone).astype(np.int32))
        if roster.version == version:  # else an `on_destroy` made or despawned something
            break
    size = len(fate.parent)
    kept, spawned, alive = fate.kept, fate.spawned, fate.alive

    # Who carries which tags, and who shows what.
    tag_names = [*new.tag_names, *(tag for tag in roster.tag_names if tag not in new.tag_names)]
    base, wanted = (padded(numbered_anew(s.objects.tags, s.tag_names, tag_names), size) for s in (old, new))
    now = padded(numbered_anew(roster.masks(), roster.tag_names, tag_names), size)
    tags = np.where(kept[:, None], (wanted & ~(base & ~now)) | (now & ~base), np.where(spawned[:, None], now, wanted))
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
    world.transforms = Transforms(
        fate.parent, depths_of(fate.parent), place, turn, factors, new.objects.stored, new.objects.stored_world
    )
    roster.adopt(new, fate, tag_names, tags, mesh, material, "camera")
    world.generations = roster.generations
    world.transforms.count = roster.rows.end
    world.transforms.touch(np.flatnonzero(touched[: roster.rows.end]))

    # How it looks.
    world.appearance = world.appearance.adopted(new, found.material, fate)
    world.settings = merged_settings(old.settings, world.settings, woven.settings)
    world.woven = new
    world.viewpoints.adopt(old, fate)
    _mirror(world)

    # What it carries.
    kept_rows, came, gone = (np.flatnonzero(mask).astype(np.int32) for mask in (kept, fate.came, fate.gone))
    world.tables.adopt(old, new, kept_rows, came, gone)
    world.between = None
    world.schedule.adopt(old, new, kept, fate.came)


def _transforms(old: WovenScene, now: Transforms, new: WovenScene) -> Iterator[tuple[F32, F32, F32]]:
    """Position, rotation and scale as they were woven, as they are, and as the new scene has them."""
    for name in ("position", "rotation", "scale"):
        yield getattr(old.objects, name), getattr(now, name), getattr(new.objects, name)


def _mirror(world: World) -> None:
    """Note what is a mirror image now, and have drawn so what was not woven so."""
    drawn, t = world.roster.drawn().rows, world.transforms
    world.mirrors = Mirrors(world.woven)
    if world.mirrors.may_be(t.scale[: len(world.roster)]):
        world.roster.turn(world.mirrors.note(drawn, t.mirrored(drawn)))


# ---- rows -----------------------------------------------------------------------------------------------------


def placed(old: WovenScene, new: WovenScene, alive: Bools) -> tuple[WovenScene, I32]:
    """The new scene with its objects in a world's rows, and those (n,), in its own order.

    Objects that the old scene has too stay in their rows; others come into rows where nothing is. alive: (e,).
    """
    known, ids = old.objects.ids, new.objects.ids
    order = np.argsort(known)
    at = np.searchsorted(known[order], ids).clip(max=len(known) - 1)
    match = order[at] if len(known) else np.zeros(len(ids), np.int64)
    both = known[match] == ids if len(known) else np.zeros(len(ids), bool)
    rows = np.where(both, match, -1).astype(np.int32)
    taken = np.zeros(max(len(alive), len(known)), bool)
    taken[: len(alive)] = alive
    taken[rows[both]] = True
    missing = np.flatnonzero(~both)
    free = np.flatnonzero(~taken)[: len(missing)]
    rows[missing] = [*free.tolist(), *range(len(taken), len(taken) + len(missing) - len(free))]
    if (rows == np.arange(len(rows))).all():
        return new, rows
    return _laid_out(new, rows), rows


def _laid_out(woven: WovenScene, rows: I32) -> WovenScene:
    """A scene with its objects in other rows; those between are no objects, with the id 0."""
    size = int(rows.max(initial=-1)) + 1
    was = woven.objects

    def spread(column: NDArray[Any], nothing: Any = 0) -> NDArray[Any]:
        out = np.zeros((size, *column.shape[1:]), column.dtype)
        out[:] = nothing
        out[rows] = column
        return out

    stored = rows[was.stored]
    order = np.argsort(stored)
    names = [""] * size
    for row, name in zip(rows.tolist(), was.names, strict=True):
        names[row] = name
    objects = Objects(
        spread(was.ids),
        Names(names),
        spread(_moved_to(was.parents, rows), -1),
        spread(was.depth),
        spread(was.position),
        spread(was.rotation, (0, 0, 0, 1)),
        spread(was.scale, 1),
        stored[order],
        was.stored_world[order],
        spread(was.tags),
    )
    instances, lights = woven.instances.copy(), woven.lights.copy()
    instances["object"] = rows[woven.instance_object]
    lights["object"] = rows[woven.lights["object"].astype(np.int64)]
    components: list[WovenComponents] = []
    for several in woven.components:
        at = rows[several.objects]
        order = np.argsort(at)
        columns = {key: column[order] for key, column in several.columns.items()}
        components.append(replace(several, objects=at[order], columns=columns))
    behaviours = [(int(rows[row]), value) for row, value in woven.behaviours]
    return sealed(
        replace(
            woven,
            components=tuple(components),
            behaviours=tuple(sorted(behaviours, key=lambda entry: (entry[0], kind_of(entry[1]).__name__))),
            objects=objects,
            instances=instances,
            lights=lights,
            cameras=replace(woven.cameras, objects=rows[woven.cameras.objects]),
        )
    )


def _moved_to(above: I32, rows: I32) -> I32:
    return np.where(above >= 0, rows[above], -1).astype(np.int32) if len(above) else above


def padded(column: NDArray[Any], size: int, nothing: Any = 0) -> NDArray[Any]:
    """A copy of the first `size` rows of a column, with as many as are missing behind it."""
    out = np.zeros((size, *column.shape[1:]), column.dtype)
    out[:] = nothing
    known = min(size, len(column))
    out[:known] = column[:known]
    return out


@dataclass(frozen=True, eq=False)
class Fates:
    """What becomes of each row (n,) of a world that takes over a scene.

    kept: objects that both scenes have, and that were not despawned.  came: new ones.  spawned: made at run time.
    gone: were there and are no more.  parent: (n,) int32 rows, -1 for none.
    """

    kept: Bools
    came: Bools
    spawned: Bools
    gone: Bools
    parent: I32

    @property
    def alive(self) -> Bools:
        """The rows that are objects from now on."""
        return self.kept | self.came | self.spawned


def fates(
    old: WovenScene, new: WovenScene, rows: I32, alive: Bools, ids: NDArray[np.uint64], parents: I32, eye: int
) -> Fates:
    """Who stays, and who hangs on whom.

    new: laid out in the world's `rows`.  alive, ids, parents: of the world's rows.  eye: the row of the camera that the
    world made itself, -1 for none; it stays whatever it hangs on.

    Objects hang where the game hung them, else where the new scene has them. Where that object is no more the other
    of the two is taken, and without any they are gone too, as all is that hangs on what is despawned.
    """
    size = max(len(alive), len(new.objects.ids))
    alive, run = padded(alive, size, nothing=False), padded(parents, size, -1)
    woven_id, id_now = padded(old.objects.ids, size), padded(ids, size)
    base, wanted = padded(old.objects.parents, size, -1), padded(new.objects.parents, size, -1)
    listed = np.zeros(size, bool)
    listed[rows] = True
    of_scene = alive & (woven_id != 0) & (woven_id == id_now)
    kept, spawned = of_scene & listed, alive & ~of_scene
    came = listed & ~alive & (woven_id != padded(new.objects.ids, size))
    there = kept | came | spawned
    hung_anew = (run != base) | ((run >= 0) & spawned[run])
    while True:
        run_there = (run < 0) | there[run]
        wanted_there = (wanted < 0) | (there & ~spawned)[wanted]
        parent = np.where(
            kept & ~(hung_anew & run_there) & wanted_there, wanted, np.where(run_there & ~came, run, _LOST)
        )
        parent = np.where(came, np.where(wanted_there, wanted, _LOST), parent).astype(np.int32)
        if eye >= 0 and parent[eye] == _LOST:
            parent[eye] = -1
        lost = there & (parent == _LOST)
        if not lost.any():
            break
        there &= ~lost
    parent[~there] = -1
    parent = _without_rings(parent, kept, np.where(wanted_there, wanted, -1))
    gone = alive & ~there
    return Fates(kept & there, came & there, spawned & there, gone, parent)


_LOST = -2


def _without_rings(parent: I32, kept: Bools, instead: NDArray[np.integer[Any]]) -> I32:
    """(n,) parents without rings: where what the game hung elsewhere would make one, the new scene is right."""
    while True:
        lost = depths_of(parent) < 0
        if not lost.any():
            return parent
        above = parent
        for _ in range(len(parent).bit_length()):  # after n steps up, all that hangs below a ring has arrived in it
            above = np.where(lost, above[above], above)
        ring = np.zeros(len(parent), bool)
        ring[above[lost]] = True
        other = ring & kept & (parent != instead)
        parent = np.where(other if other.any() else ring, np.where(kept, instead, -1), parent).astype(np.int32)


# ---- values ---------------------------------------------------------------------------------------------------


def changed_in(rows: Bools, base: NDArray[Any], now: NDArray[Any]) -> Bools:
    """(n,) of the chosen rows, those where what is now differs from what was woven: it is to stay."""
    changed = now != base
    while changed.ndim > 1:
        changed = changed.any(axis=-1)
    found: Bools = changed & rows
    return found


def merged_settings(base: RenderSettings, now: RenderSettings, new: RenderSettings) -> RenderSettings:
    """The new settings, with what was configured while the scene ran."""
    changes: dict[str, Any] = {}
    for key, _ in known_settings():
        group, name = key.split(".")
        was, value = (getattr(getattr(settings, group), name) for settings in (base, now))
        if value != was:
            changes[key] = value
    return apply_settings(new, changes) if changes else new


def merged_fields(base: Any, now: Any, new: Any) -> None:
    """Change the fields of `now`, a mutable dataclass, to those of `new`, where they are still those of `base`."""
    for f in fields(now):
        if getattr(now, f.name) == getattr(base, f.name):
            setattr(now, f.name, getattr(new, f.name))


def numbered_anew(masks: U32, names: Sequence[str], tag_names: Sequence[str]) -> U32:
    """(n, words) bit masks over `names` → the same over `tag_names`, which holds all that occur."""
    out = np.zeros((len(masks), max(1, -(-len(tag_names) // 32))), np.uint32)
    for i, name in enumerate(names):
        bit = tag_names.index(name)
        out[:, bit // 32] |= (masks[:, i // 32] >> np.uint32(i % 32) & np.uint32(1)) << np.uint32(bit % 32)
    return out
