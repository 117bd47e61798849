"""The behaviours that are on objects: put there, begun, called stage by stage, and ended."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from ..declare import fields_of, problems_of
from ..entity import Entity
from ..errors import SceneError
from ..input import Input
from ..kinds import key_of, latest
from ..live import Kept, carried_over, kind_of
from ..script import ScriptError
from .behaviour import STAGES, Behaviour
from .calls import Calls
from .coroutines import Coroutines
from .events import Contact, ContactEnded
from .failures import Failures
from .state import Copier, Doing, encoded

if TYPE_CHECKING:
    from ...loom.woven import WovenScene
    from ..world import World

B = TypeVar("B", bound=Behaviour)
I32 = NDArray[np.int32]

TOUCHES: dict[type, str] = {Contact: "on_contact", ContactEnded: "on_contact_ended"}
"""Events that behaviours hear of by a method."""


class Attached:
    """Behaviours by the row of their object and by class.

    calls: their bound methods, by stage.  pending: those that are still to be started.  touching: of contacts and
    their ends those that any behaviour hears of.
    """

    def __init__(self, world: World, failures: Failures, coroutines: Coroutines) -> None:
        self.calls = {stage: Calls() for stage in STAGES}
        self.pending: list[Behaviour] = []
        self.touching: set[type] = set()
        self._world = world
        self._failures = failures
        self._coroutines = coroutines
        self._input = Input()
        self._on: dict[int, dict[type, Behaviour]] = {}
        self._leaving: list[I32] = []

    def listen_to(self, value: Input) -> None:
        """Have behaviours find the player's doings in this one, the app's, as `self.input`."""
        self._input = value
        for on in self._on.values():
            for behaviour in on.values():
                behaviour.input = value

    # ---- on objects ---------------------------------------------------------------------------------------------

    def attach(self, row: int, behaviour: B) -> B:
        """Put a behaviour on an object, in place of one of its class. Its `start` is called before the next stage.

        A scene's frozen one is copied. Raises SceneError for one that is on an object already, and for values that
        are out of range.
        """
        self.check(behaviour, self._world.names[row])
        if "entity" in behaviour.__dict__:
            name = kind_of(behaviour).__name__
            raise SceneError(f"this {name} is or was on an object; give each one of its own: {name}()")
        kind = kind_of(behaviour)
        self.detach(row, kind)
        return self.put(row, kind, behaviour.copy() if isinstance(behaviour, Kept) else behaviour)

    def check(self, behaviour: Behaviour, where: str) -> None:
        """Raises SceneError for what is no behaviour, and for values that are out of range."""
        kind = kind_of(behaviour)
        if not issubclass(kind, Behaviour):
            raise SceneError(f"{kind.__name__} is no behaviour")
        problems = list(problems_of(behaviour, where, f"{kind.__name__}."))
        if problems:
            raise SceneError(f"this {kind.__name__} can't be used:", problems)

    def put(self, row: int, kind: type, behaviour: B) -> B:
        """Put a behaviour that was checked on an object that has none of its class."""
        known = latest(kind)
        if known is not kind and issubclass(known, Behaviour):  # its file was loaded anew since it was made
            behaviour, kind = cast("B", carried_over(behaviour, known)), known
        behaviour.entity = Entity(self._world, row)
        behaviour.world = self._world
        behaviour.input = self._input
        self._on.setdefault(row, {})[kind] = behaviour
        self.pending.append(behaviour)
        return behaviour

    def detach(self, row: int, kind: type) -> None:
        """Take the behaviour of a class off an object, if it has one; its `on_destroy` is called."""
        found = self._on.get(row, {}).pop(kind, None)
        if found is not None:
            if not self._on[row]:
                del self._on[row]
            self._end(found)

    def behaviour(self, row: int, kind: type[B]) -> B | None:
        """The behaviour of a class on the object in a row, or None; one of a class that inherits it will do."""
        on = self._on.get(row)
        if on is None:
            return None
        found = on.get(kind)
        if found is None:
            found = next((one for one in on.values() if isinstance(one, kind)), None)
        if found is None and latest(kind) is not kind:
            return self.behaviour(row, cast("type[B]", latest(kind)))
        return cast("B | None", found)

    @overload
    def behaviours(self) -> list[Behaviour]: ...
    @overload
    def behaviours(self, kind: type[B]) -> list[B]: ...
    def behaviours(self, kind: type[Any] = Behaviour) -> list[Any]:
        """All of a class, by row and in the order in which they were added."""
        return [one for row in sorted(self._on) for one in self._on[row].values() if isinstance(one, kind)]

    def behaviours_of(self, row: int) -> list[Behaviour]:
        """Those on the object in a row, in the order in which they were added."""
        return list(self._on.get(row, {}).values())

    def copy_to(self, prototype: int, rows: I32, given: Iterable[Behaviour] = ()) -> None:
        """Give new objects (k,) what the prototype in a row does: the same declared values, and fresh otherwise.

        given: copies of these go to each of them as well, in place of the prototype's of the same class.
        """
        models = dict(self._on.get(prototype, {}))
        models.update((kind_of(behaviour), behaviour) for behaviour in given)
        for row in rows.tolist() if models else ():
            for kind, behaviour in models.items():
                self.put(row, kind, behaviour.copy())

    def leave(self, rows: I32) -> I32:
        """Objects (k,) are about to go: end what they do. Returns those that still are to go.

        Those that are on their way out already (an `on_destroy` that despawns its own object) are left out.
        """
        for others in self._leaving:
            rows = rows[~np.isin(rows, others)]
        if not self._on:
            return rows
        on = [row for row in rows.tolist() if row in self._on] if len(rows) else []
        if not on:
            return rows
        self._leaving.append(rows)
        try:
            for row in on:
                for behaviour in self._on.pop(row, {}).values():
                    self._end(behaviour)
        finally:
            self._leaving.pop()
        return rows

    def leaves(self, row: int | None = None) -> bool:
        """Whether an object is on its way out just now: within `on_destroy`. None: whether any is."""
        return any(row is None or bool((rows == row).any()) for rows in self._leaving)

    def _end(self, behaviour: Behaviour) -> None:
        """Call a behaviour no more but for its `on_destroy`."""
        called = behaviour.began and not behaviour.ended
        self.stop(behaviour)
        if called and "on_destroy" in behaviour.overridden:
            try:
                behaviour.on_destroy()
            except Exception as error:
                self._failures.failed(behaviour.on_destroy, error)

    def stop(self, behaviour: Behaviour) -> None:
        """Call a behaviour no more, without its `on_destroy`."""
        behaviour.ended = True
        for stage in STAGES:
            if stage in behaviour.overridden:
                self.calls[stage].remove(id(behaviour))
        self._coroutines.end_of(behaviour)

    def begin(self) -> None:
        """Start the behaviours that are new; what those bring with them is started before the next stage."""
        pending, self.pending = self.pending, []
        for i, behaviour in enumerate(pending):
            if behaviour.ended:
                continue
            behaviour.began = True
            try:
                if "start" in behaviour.overridden:
                    behaviour.start()
            except Exception as error:
                self.stop(behaviour)
                behaviour.began = False
                if self._failures.on_error == "raise":
                    self.pending[:0] = pending[i + 1 :]
                self._failures.failed(behaviour.start, error)
                continue
            if not behaviour.ended:
                self._enlist(behaviour)

    def _enlist(self, behaviour: Behaviour) -> None:
        self._hear_touches(behaviour.overridden)
        for stage in STAGES:
            if stage in behaviour.overridden:
                self.calls[stage].add(id(behaviour), getattr(behaviour, stage))

    def _hear_touches(self, overridden: Container[str]) -> None:
        self.touching.update(event for event, method in TOUCHES.items() if method in overridden)

    def touch(self, contact: Contact | ContactEnded) -> None:
        """Call `on_contact` or `on_contact_ended` of both objects."""
        method = TOUCHES[type(contact)]
        for entity in (contact.a, contact.b):
            on = self._on.get(entity.row) if entity.alive else None
            for behaviour in list(on.values()) if on else ():
                if method in behaviour.overridden and behaviour.began and not behaviour.ended:
                    called = getattr(behaviour, method)
                    try:
                        called(contact if entity is contact.a else contact.swapped())
                    except Exception as error:
                        self.stop(behaviour)
                        self._failures.failed(called, error)

    # ---- declared anew, and woven anew ----------------------------------------------------------------------------

    def renew(self) -> None:
        """Follow the classes that were declared anew, see `Schedule.renew`."""
        woven = {(row, key_of(value.kind)) for row, value in self._world.woven.behaviours}
        for row, on in self._on.items():
            for kind, behaviour in list(on.items()):
                known = latest(kind)
                if known is kind or not issubclass(known, Behaviour):
                    continue
                try:
                    self._become(behaviour, known, keep_defaults=(row, key_of(kind)) in woven)
                except TypeError as error:  # other `__slots__`
                    self._failures.tell(ScriptError(f"a {kind.__name__} keeps its old code: {error}"))
            self._on[row] = {one.kind: one for one in on.values()}

    def _become(self, behaviour: Behaviour, kind: type[Behaviour], *, keep_defaults: bool) -> None:
        """Have a behaviour be of its class declared anew."""
        before = {f.name: f for f in fields_of(behaviour.kind)}
        had, own = behaviour.overridden, behaviour.__dict__
        behaviour.__class__ = kind
        fields = fields_of(kind)
        for f in fields:
            was = before.pop(f.name, None)
            if was is None or was.kind != f.kind or (not keep_defaults and own.get(f.name) == was.default):
                own[f.name] = f.default
        for name in before:
            own.pop(name, None)
        if not behaviour.began:
            if behaviour.ended:
                behaviour.ended = False
                self.pending.append(behaviour)
        elif behaviour.ended:
            behaviour.ended = False
            self._enlist(behaviour)
        else:
            for stage in STAGES:
                if stage in kind.overridden:
                    self.calls[stage].replace(id(behaviour), getattr(behaviour, stage))
                elif stage in had:
                    self.calls[stage].remove(id(behaviour))
            self._hear_touches(kind.overridden)

    def adopt(self, old: WovenScene, new: WovenScene, kept: NDArray[np.bool_], came: NDArray[np.bool_]) -> None:
        """Go on with another woven scene, see `Schedule.adopt`.

        Behaviours of what came begin. Of what is kept those begin that the old scene has not, those end that only it
        has, and of the others the fields that the game has not changed become those of the new scene.
        """
        base, wanted = ({(row, latest(value.kind)): value for row, value in woven.behaviours} for woven in (old, new))
        for (row, kind), value in base.items():
            now = self._on.get(row, {}).get(kind) if kept[row] else None
            then = wanted.get((row, kind))
            if now is None:
                continue
            if then is None:
                self.detach(row, kind)
                continue
            for f in fields_of(kind):
                if getattr(now, f.name) == getattr(value, f.name, f.default):
                    setattr(now, f.name, getattr(then, f.name))
        for (row, kind), value in wanted.items():
            if came[row] or (kept[row] and (row, kind) not in base and kind not in self._on.get(row, {})):
                self.put(row, kind, cast("Behaviour", value.copy()))

    # ---- snapshots ----------------------------------------------------------------------------------------------

    def state(self, copied: Copier) -> tuple[Doing, ...]:
        """All of them at this moment."""
        return tuple(Doing(one, copied(one.__dict__), row) for row in self._on for one in self._on[row].values())

    def twins(self, doings: Iterable[Doing], *, same: bool) -> dict[int, Behaviour]:
        """The behaviours of this world that those of a state are here, by id; `same`: whether it is this world's."""
        return {id(one.behaviour): one.behaviour if same else self._twin_of(one) for one in doings}

    def restore(self, doings: Iterable[Doing], twins: dict[int, Any], copied: Copier) -> None:
        """Go back to a state, in which each behaviour is one of `twins`."""
        self.calls = {stage: Calls() for stage in STAGES}
        self._on, self.pending = {}, []
        for doing in doings:
            one = twins[id(doing.behaviour)]
            one.__dict__.clear()
            one.__dict__.update(copied(doing.attributes))
            one.input = self._input
            self._on.setdefault(doing.row, {})[one.kind] = one
            if not one.began:
                self.pending.append(one)
            elif not one.ended:
                self._enlist(one)

    def _twin_of(self, doing: Doing) -> Behaviour:
        """The behaviour of this world that is what one of another world is there."""
        kind = doing.behaviour.kind
        own = self._on.get(doing.row, {}).get(kind)
        return cast("Behaviour", object.__new__(kind)) if own is None else own

    def told(self) -> list[str]:
        """All that decides how they go on, a line for each, for `World.state_hash`."""
        lines: list[str] = []
        for row in sorted(self._on):
            for one in self._on[row].values():
                mine = {k: v for k, v in one.__dict__.items() if k not in ("entity", "world", "input")}
                lines.append(f"{row} {one.kind.__name__} {encoded(mine)}")
        return lines
