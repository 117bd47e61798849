"""Which class the name of a component means. Files may declare classes of one name, each for the scenes it belongs to.

A scene looks at its own scripts first, then at what those import, then at all that no script of another scene declares:
of several of a name, at the one that lies in the scene's own folder.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import SceneError

_PACKAGE = (__package__ or "").rpartition(".")[0]
_ENGINE = tuple(f"{_PACKAGE}.{part}." for part in ("engine", "physics"))
_FOREIGN = ("site-packages", "dist-packages")

_components: dict[str, dict[str, type]] = {}
"""By name, then by where it is from."""
_origins: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
"""Where every class is from, those that were declared anew since among them: their modules may be gone."""
_scripts: set[str] = set()
"""Where the scripts of scenes are from."""


def is_engines(kind: type) -> bool:
    """Whether a class is one of the engine's own."""
    return kind.__module__.startswith(_ENGINE)


def origin_of(module: str) -> str:
    """What tells a module, by its name, from others of that name: its file, where it has one."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return f"{file or ''} {module}".strip() if module == "__main__" else file or module


def register(made: type) -> None:
    """Have a class be known by its name and where it is from. Raises SceneError for the name of an engine's own."""
    name, origin = made.__name__, origin_of(made.__module__)
    same = _components.setdefault(name, {})
    for other in same.values():
        if is_engines(other) != is_engines(made) and other.__module__ in sys.modules:
            own = other if is_engines(made) else made
            raise SceneError(
                f"{name} in {place_of(own)} has the name of a component of the engine; give it another one"
            )
    same[origin] = made
    _origins[made] = origin


def place_of(kind: type) -> str:
    """Where a class is declared, for messages."""
    return _origins.get(kind) or origin_of(kind.__module__)


def current(kind: Any) -> type:
    """The class that `kind` is or was replaced by, when its file was loaded anew.

    Raises SceneError for what was never declared.
    """
    found = _components.get(kind.__name__, {}).get(_origins.get(kind, "")) if isinstance(kind, type) else None
    if found is None:
        said = kind.__name__ if isinstance(kind, type) else repr(kind)[:60]
        raise SceneError(f"{said} is no component; declare its class with @dw.component")
    return found


def is_known(kind: type) -> bool:
    """Whether a class is declared, and was not declared anew since."""
    return _components.get(kind.__name__, {}).get(_origins.get(kind, "")) is kind


def latest(kind: type) -> type:
    """The class that has the place of this one now: itself, unless its file was loaded anew."""
    return _components.get(kind.__name__, {}).get(_origins.get(kind, ""), kind)


def key_of(kind: type) -> tuple[str, str]:
    """What a class and those that it is declared anew as have in common, and no others."""
    return kind.__name__, _origins.get(kind, "")


def every() -> list[type]:
    """Every declared component."""
    return [kind for same in _components.values() for kind in same.values()]


def called(name: str) -> list[type]:
    """Every declared component of a name."""
    return list(_components.get(name, {}).values())


# ---- by name --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """Where a scene finds the classes of its components.

    scripts: where its scripts are from.  imports: what they import, and what that imports.  home: its folder.
    """

    scripts: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    home: Path | None = None

    def find(self, name: str) -> type | None:
        """The class that a name means to the scene, or None.

        Raises SceneError where two files declare it, and neither comes first.
        """
        same = _components.get(name, {})
        for own in (self.scripts, self.imports):
            found = [kind for origin, kind in same.items() if origin in own]
            if found:
                return _only(name, found, "give one of them another name")
        others = [kind for origin, kind in same.items() if origin not in _scripts]
        if len(others) > 1 and self.home is not None:
            home = os.path.realpath(self.home) + os.sep
            near = [kind for kind in others if os.path.realpath(_origins.get(kind, "")).startswith(home)]
            others = near or others
        return _only(name, others, "name the one that is meant in the scene's scripts, or give one another name")

    def names(self) -> list[str]:
        """All names that mean something to the scene, in order."""
        return sorted(name for name in _components if self._knows(name))

    def __or__(self, other: Scope) -> Scope:
        """Where both look."""
        scripts = self.scripts | other.scripts
        return Scope(scripts, (self.imports | other.imports) - scripts, self.home or other.home)

    def _knows(self, name: str) -> bool:
        try:
            return self.find(name) is not None
        except SceneError:
            return True

    def hint(self, name: str) -> str:
        """What may help where a name means nothing: which scripts of other scenes declare it; "" for none."""
        places = sorted(origin for origin in _components.get(name, {}) if origin in _scripts)
        return f"name {' or '.join(places)} in the scene's scripts, where it is declared" if places else ""


def _only(name: str, found: list[type], cure: str) -> type | None:
    """The one class among some of a name, without those whose modules are gone. Raises SceneError for several."""
    if len(found) > 1:
        found = [kind for kind in found if _is_there(kind)] or found[-1:]
    if len(found) > 1:
        places = " and in ".join(sorted(map(place_of, found)))
        raise SceneError(f"{name} is declared in {places}; {cure}")
    return found[0] if found else None


def _is_there(kind: type) -> bool:
    """Whether a class can still be reached by its name, as far as it is known."""
    module = sys.modules.get(kind.__module__)
    if module is None or kind.__qualname__ != kind.__name__:
        return module is not None
    return vars(module).get(kind.__name__) is kind


def scope_of(scripts: Iterable[ModuleType], home: Path | None = None) -> Scope:
    """Where a scene with these scripts, in this folder, finds the classes of its components."""
    several = list(scripts)
    if not several:
        return Scope(home=home)
    own = [origin_of(module.__name__) for module in several]
    return Scope(frozenset(own), frozenset(_reached(several)) - frozenset(own), home)


def note_scripts(scripts: Iterable[ModuleType]) -> None:
    """These modules are scripts of a scene: what they declare is no matter of scenes that do not name them."""
    _scripts.update(origin_of(module.__name__) for module in scripts)


def _reached(scripts: Iterable[ModuleType]) -> Iterator[str]:
    """Where all is from that some modules import, at any depth, without the engine and what is installed."""
    waiting, known = list(scripts), set[str]()
    while waiting:
        module = waiting.pop()
        if module.__name__ in known:
            continue
        known.add(module.__name__)
        yield origin_of(module.__name__)
        for value in list(vars(module).values()):
            name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            if isinstance(name, str) and name not in known and _is_games(name):
                waiting.append(sys.modules[name])
            if isinstance(value, type) and value in _origins:
                yield _origins[value]


def _is_games(name: str) -> bool:
    """Whether a module, by its name, is a game's own."""
    first, file = name.partition(".")[0], getattr(sys.modules.get(name), "__file__", None)
    if not isinstance(file, str) or first in sys.stdlib_module_names or name.startswith(_ENGINE):
        return False
    return not any(f"/{part}/" in file.replace("\\", "/") for part in _FOREIGN)


# ---- declared anew --------------------------------------------------------------------------------------------


class Registry:
    """The classes that are known at one moment, to go back to."""

    def __init__(self) -> None:
        self._known = {name: dict(same) for name, same in _components.items()}

    def drop(self, modules: AbstractSet[str]) -> None:
        """Forget the classes of modules that are about to be run once more, and will declare them anew."""
        for same in _components.values():
            for origin, kind in list(same.items()):
                if kind.__module__ in modules:
                    del same[origin]

    def replaced(self) -> list[tuple[type, type]] | None:
        """The classes that were declared anew since, with what they are now; None where some have come or gone."""
        before, now = (
            {(name, origin): kind for name, same in several.items() for origin, kind in same.items()}
            for several in (self._known, _components)
        )
        if before.keys() != now.keys():
            return None
        return [(kind, now[key]) for key, kind in before.items() if now[key] is not kind]

    def put_back(self) -> None:
        """Know these classes again, and no others."""
        _components.clear()
        _components.update({name: dict(same) for name, same in self._known.items()})
