"""The systems, listeners and beginnings that decorators declare, each taken over once."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import cast

from .events import Listener
from .systems import STAGE_NAMES, Begin, Declared, System, declared_by, declared_in


class Registered:
    """What is called by a schedule, each kind in the order in which it was declared.

    systems: by stage.  started: whether what is called once was called; `begins` is called then.
    """

    def __init__(self, call: Callable[[Begin], object]) -> None:
        """call: calls what is declared after the start."""
        self.systems: dict[str, list[System]] = {stage: [] for stage in STAGE_NAMES}
        self.started = False
        self.begins: list[Begin] = []
        self._call = call
        self._used: dict[int, tuple[Declared, System | Listener | Begin]] = {}
        self._listeners: dict[type, list[Listener]] = {}
        self._hearing: dict[type, list[Listener]] = {}  # by the type of the event, which may be inherited

    def use(self, *what: ModuleType | Callable[..., object] | Declared) -> None:
        """See `Schedule.use`."""
        for one in what:
            several = declared_in(one) if isinstance(one, ModuleType) else declared_by(one) or [cast("Declared", one)]
            for declared in several:
                if id(declared) not in self._used:
                    made = declared()
                    self._used[id(declared)] = declared, made
                    match made:
                        case System():
                            self.systems[made.stage] = [*self.systems[made.stage], made]
                        case Listener():
                            self._listeners[made.kind] = [*self._listeners.get(made.kind, ()), made]
                            self._hearing.clear()
                        case Begin():
                            if self.started:
                                self._call(made)
                            else:
                                self.begins.append(made)

    def use_only(self, *what: ModuleType | Declared) -> None:
        """See `Schedule.use_only`."""
        before, self._used = self._used, {}
        begun = {_name_of(made.function) for _, made in before.values() if isinstance(made, Begin)}
        self.systems = {stage: [] for stage in STAGE_NAMES}
        self._listeners, self.begins = {}, []
        self._hearing.clear()
        for one in what:
            for declared in declared_in(one) if isinstance(one, ModuleType) else (declared_by(one) or [one]):
                known = before.get(id(declared))
                made = declared() if known is None else known[1]
                if id(declared) in self._used:
                    continue
                self._used[id(declared)] = declared, made
                match made:
                    case System():
                        self.systems[made.stage].append(made)
                    case Listener():
                        self._listeners.setdefault(made.kind, []).append(made)
                    case Begin():
                        if not self.started:
                            self.begins.append(made)
                        elif known is None and _name_of(made.function) not in begun:
                            self._call(made)

    def listening_to(self, kind: type) -> list[Listener]:
        """Who hears events of exactly this type, and of those that it inherits."""
        found = self._hearing.get(kind)
        if found is None:
            found = [one for base in kind.__mro__ for one in self._listeners.get(base, ())]
            self._hearing[kind] = found
        return found

    def hears(self, kind: type) -> bool:
        """Whether a listener may hear events of a type."""
        return any(issubclass(kind, base) for base in self._listeners)

    def stoppable(self) -> list[System | Listener]:
        """What may be stopped since it raised."""
        systems = [one for stage in self.systems.values() for one in stage]
        return [*systems, *(one for several in self._listeners.values() for one in several)]


def _name_of(function: Callable[..., object]) -> tuple[str, str]:
    return getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
