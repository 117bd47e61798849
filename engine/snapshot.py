"""The state of a running world: taken, put back, and told apart by a hash.

A snapshot is a copy of the columns, so that a game can go back: to a checkpoint, or by a few ticks to play them again
with what came late over the network.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from ..loom.woven import WovenScene
from .appearance import AppearanceState
from .errors import SceneError
from .game.state import ScheduleState
from .roster import RosterState
from .scene.settings import RenderSettings
from .tables import TableState
from .transforms import TransformsState

if TYPE_CHECKING:
    from .camera import Lens
    from .world import World


class Keeper(Protocol):
    """Whoever keeps state of a world elsewhere: `world.keeps.append(keeper)` makes it part of snapshots and hashes."""

    def save(self) -> bytes:
        """The whole state as bytes; equal states give equal bytes. Raises SceneError for what can't be saved."""
        ...

    def load(self, data: bytes) -> None:
        """Go back to the state that `save` gave."""
        ...


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All of a world at one moment, for `world.restore`, as often as one likes. Nothing in it changes.

    What objects carry in memory only (fields with `memory=True`) is not copied, but the same after going back.
    """

    woven: WovenScene
    roster: RosterState
    transforms: TransformsState
    tables: Mapping[type, TableState]
    appearance: AppearanceState
    settings: RenderSettings
    camera: int
    lenses: Mapping[int, Lens]
    random: Mapping[str, Any]
    kept: tuple[bytes, ...]
    schedule: ScheduleState

    def __repr__(self) -> str:
        return f"<Snapshot of {self.woven.name!r}>"


def taken(world: World, coroutines: Literal["refuse", "drop"]) -> Snapshot:
    """All of a world as it is now, see `World.snapshot`."""
    world.refuse_open("snapshot")
    schedule = world.schedule.state(coroutines)
    return Snapshot(
        world.woven,
        world.roster.state(),
        world.transforms.state(),
        world.tables.state(),
        world.appearance.state(),
        world.settings,
        world.viewpoints.chosen,
        {row: replace(lens) for row, lens in world.viewpoints.lenses.items()},
        copy.deepcopy(world.random.bit_generator.state),
        tuple(keeper.save() for keeper in world.keeps),
        schedule,
    )


def put_back(world: World, snapshot: Snapshot) -> None:
    """Have a world go back, see `World.restore`."""
    world.refuse_open("restore")
    world.refuse_leaving("restore")
    if snapshot.woven is not world.woven:
        if snapshot.woven.name == world.woven.name:
            raise SceneError(
                f'the snapshot was taken before "{world.woven.name}" was woven anew and adopted (a file changed, a '
                "prefab or a scene came on top): take another one after that, or name what is spawned in "
                "`scene.prefabs`, so that it is woven at the start"
            )
        raise SceneError(
            f'that is a snapshot of another scene, "{snapshot.woven.name}"; it must be of the "{world.woven.name}" '
            "that this world plays"
        )
    if len(snapshot.kept) != len(world.keeps):
        raise SceneError(
            f"the snapshot has the state of {len(snapshot.kept)} keepers; there are {len(world.keeps)} in `keeps`"
        )
    shown = world.roster.restore(snapshot.roster)
    world.generations = world.roster.generations
    world.transforms.restore(snapshot.transforms)
    world.transforms.jump(shown)
    world.tables.restore(snapshot.tables)
    world.appearance.restore(snapshot.appearance)
    world.settings = snapshot.settings
    world.viewpoints.chosen = snapshot.camera
    world.viewpoints.lenses = {row: replace(lens) for row, lens in snapshot.lenses.items()}
    world.random.bit_generator.state = copy.deepcopy(dict(snapshot.random))
    world.schedule.restore(snapshot.schedule)
    for keeper, data in zip(world.keeps, snapshot.kept, strict=True):
        keeper.load(data)


def hash_of(world: World) -> str:
    """BLAKE2b of all that decides how a world goes on: 32 hexadecimal digits. Equal for worlds of one scene that are.

    How they are drawn (settings, exposure) is left out, and so is what objects carry in memory only.
    """
    digest = hashlib.blake2b(digest_size=16)
    roster, transforms = world.roster, world.transforms.state()
    live = roster.live()
    rows = np.arange(live.start, live.stop) if isinstance(live, range) else live
    digest.update(roster.to_bytes())
    for column in (transforms.parent, transforms.position, transforms.rotation, transforms.scale):
        digest.update(np.ascontiguousarray(column[rows]).tobytes())
    for kind, table in world.tables.state().items():
        digest.update(kind.__name__.encode() + b"\0" + table.to_bytes())
    digest.update(world.appearance.to_bytes())
    lenses = [(entity.row, world.lens_of(entity)) for entity in world.cameras]
    digest.update(repr((world.camera.row, sorted(lenses, key=lambda item: item[0]))).encode())
    digest.update(json.dumps(world.random.bit_generator.state, sort_keys=True, default=_text).encode())
    digest.update(world.schedule.to_bytes())
    for keeper in world.keeps:
        data = keeper.save()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def _text(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else repr(value)
