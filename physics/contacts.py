"""Who touches whom: pairs of shapes that begin and cease to touch become contacts of objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..engine.entity import Entity
from ..engine.game.events import Contact, ContactEnded
from ..engine.world import World
from .physics_world import Label, PhysicsWorld, Touch


class Contacts:
    """How many shapes of each two objects touch."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._touching: dict[tuple[Label, Label, bool], int] = {}
        self._before: set[tuple[Label, Label, bool]] = set()  # told of already, before one went back

    def tell(self, engine: PhysicsWorld, others: Iterable[Touch]) -> None:
        """Emit what began and what ended, for each pair of objects once however many shapes they have.

        others: touches that the engine does not know of.
        """
        schedule = self.world.schedule
        begins, ends = schedule.hears(Contact), schedule.hears(ContactEnded)
        if not (begins or ends):
            engine.contacts.forget_touches()
            self._touching.clear()
            self._before.clear()
            return
        for touch in (*engine.contacts.touches(begins), *others):
            a, b = touch.a, touch.b
            key = (a, b, touch.sensor) if a < b else (b, a, touch.sensor)
            count = self._touching.get(key, 0)
            if touch.began:
                self._touching[key] = count + 1
                if key in self._before:
                    self._before.remove(key)
                elif not count and begins:
                    one, two = self._entity(a), self._entity(b)
                    schedule.emit(Contact(one, two, touch.point, touch.normal, touch.impulse, touch.sensor))
            elif count > 1:
                self._touching[key] = count - 1
            elif count:
                del self._touching[key]
                if ends:
                    schedule.emit(ContactEnded(self._entity(a), self._entity(b), touch.sensor))
        for a, b, sensor in sorted(self._before) if ends else ():
            schedule.emit(ContactEnded(self._entity(a), self._entity(b), sensor))
        self._before.clear()

    def _entity(self, label: Label) -> Entity:
        return Entity.known(self.world, *label)

    def label(self, row: int) -> Label:
        """The object that is in a row now."""
        known = self.world.generations
        return row, 0 if known is None or row >= len(known) else known[row]

    def save(self) -> list[Any]:
        """What `load` needs, as JSON has it: without generations, which count on when one goes back."""
        return [
            [a[0], b[0], sensor, count]
            for (a, b, sensor), count in sorted(self._touching.items())
            if self.label(a[0]) == a and self.label(b[0]) == b
        ]

    def load(self, pairs: list[Any], exact: bool) -> None:
        """Go back; an engine that is not exact tells in its next step again of what touches."""
        touching = {(self.label(a), self.label(b), bool(sensor)): count for a, b, sensor, count in pairs}
        self._touching, self._before = (touching, set()) if exact else ({}, set(touching))
