"""Behaviours: what one object does, as a class with methods."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from ..declare import field
from ..errors import SceneError
from ..live import Live

if TYPE_CHECKING:
    from ..entity import Entity
    from ..input import Input
    from ..world import World
    from .coroutines import Coroutine
    from .events import Contact, ContactEnded
    from .timers import Timer

STAGES = ("fixed_update", "update", "late_update")
"""Methods that are called by themselves with dt, in seconds."""
_CALLED = ("start", *STAGES, "on_contact", "on_contact_ended", "on_destroy")


class _Unbound:
    """What is there in place of `entity`, `world` and `input` as long as a behaviour is on no object."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, behaviour: object, owner: type) -> Any:
        if behaviour is None:
            return self
        hint = "`entity.set(…)` or `scene.add(…)` puts it on one, and start() is called then"
        raise SceneError(f"this {owner.__name__} has no {self.name}: it is on no object of a world; {hint}")


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
class Behaviour(Live):
    """What an object does: inherit, declare fields, and override what is to be called.

        class Player(dw.Behaviour):
            speed: float = dw.field(default=4.0, unit="m/s")

            def update(self, dt: float) -> None:
                self.entity.translate(x=self.input.axis("a", "d") * self.speed * dt)

        scene.add("hero", dw.Mesh.box(), Player(speed=5))

    entity: the object it is on.  world, input: as the game's functions get them. All three are there from `start` on.
    Other attributes may be set at will. What is not overridden costs nothing. One that raises is stopped for good, and
    the error told once; the others go on.
    """

    reserved: ClassVar[tuple[str, ...]] = (
        "entity", "world", "input", "began", "ended", "kind", "reserved", "overridden",
        "copy", "run", "after", "every", *_CALLED,
    )  # fmt: skip
    began = False
    """Whether `start` was called."""
    ended = False
    """Whether it is called no more: it raised, was taken away, or its object was despawned."""
    overridden: ClassVar[tuple[str, ...]] = ()
    """Which of the methods that are called a class has of its own."""

    if TYPE_CHECKING:
        entity: Entity
        world: World
        input: Input
    else:
        entity, world, input = _Unbound("entity"), _Unbound("world"), _Unbound("input")

    def __init_subclass__(cls, kept: bool = False) -> None:
        super().__init_subclass__(kept)
        cls.overridden = tuple(name for name in _CALLED if getattr(cls, name) is not getattr(Behaviour, name))

    def start(self) -> None:
        """Called once, before anything else is."""

    def update(self, dt: float) -> None:
        """Called every frame; dt: seconds since the last one."""

    def late_update(self, dt: float) -> None:
        """Called every frame after all `update`s, for cameras that follow and the like."""

    def fixed_update(self, dt: float) -> None:
        """Called every tick; dt: the tick's length, seconds, always the same."""

    def on_contact(self, contact: Contact) -> None:
        """Called for each `Contact` of this object, which is the contact's `a`."""

    def on_contact_ended(self, contact: ContactEnded) -> None:
        """Called for each `ContactEnded` of this object, the contact's `a`; `b` may be gone: see `entity.alive`."""

    def on_destroy(self) -> None:
        """Called when the object is despawned or this behaviour taken away; the object is still there.

        Not for one that never began, nor for one that was stopped since it raised.
        """

    def run(self, generator: Generator[Any, Any, Any]) -> Coroutine:
        """`world.run`, for what is to end with this behaviour."""
        return self.world.schedule.run(generator, self)

    def after(self, seconds: float, function: Callable[..., object]) -> Timer:
        """`world.after`, for what is to end with this behaviour."""
        return self.world.schedule.after(seconds, function, self)

    def every(self, seconds: float, function: Callable[..., object]) -> Timer:
        """`world.every`, for what is to end with this behaviour."""
        return self.world.schedule.every(seconds, function, owner=self)
