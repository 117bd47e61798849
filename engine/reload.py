"""Hot reload: which files a game is made of, which of them changed, and its Python run once more where it stands."""

from __future__ import annotations

import ast
import copy
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import resolve_name
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..assets.import_settings import SUFFIX
from .declare import fields_of
from .declare import forget_replaced as forget_declared
from .game.behaviour import Behaviour
from .hud import Hud
from .kinds import Registry, is_known, latest
from .live import carried_over
from .live import forget_replaced as forget_twins
from .scene.columns import Pool
from .scene.scene import Scene
from .script import belongs, run_module

LONGEST, MOST_LINES = 110, 12
"""Letters and lines of a message in the picture; all of it is on stderr."""
EVERY = 0.05
"""Seconds from one look at the files to the next."""
_SETTLED = 0.03
"""Seconds since its last change after which a file is taken for written."""

Stamp = tuple[int, int]
"""When a file was last written to, nanoseconds, and its bytes."""
_MISSING: Stamp = (0, -1)


# ---- files ----------------------------------------------------------------------------------------------------


class Watcher:
    """Tells which of some files changed, by their time and size: looking at a hundred takes a fifth of a millisecond.

    What is empty or missing counts as being written, and is told when it is there again. Import settings may go away.
    """

    def __init__(self) -> None:
        self._known: dict[str, Stamp] = {}
        self._next = 0.0

    def watch(self, files: Iterable[Path]) -> None:
        """Look at these files from now on, and at no others; those that are known already are as they were."""
        self._known = {name: self._known.get(name) or _stamp(name) for name in dict.fromkeys(map(str, files))}

    def files(self) -> list[Path]:
        """What it looks at."""
        return [Path(name) for name in self._known]

    def changed(self) -> dict[Path, Stamp]:
        """Files that are others than when they were last accepted, and how they are now."""
        out: dict[Path, Stamp] = {}
        for name, known in self._known.items():
            now = _stamp(name)
            if now != known and (now[1] > 0 or (now == _MISSING and name.endswith(SUFFIX))):
                out[Path(name)] = now
        return out

    def poll(self) -> dict[Path, Stamp]:
        """As `changed`, a few times a second, and only once nobody has written to them for a moment."""
        now = time.monotonic()
        if now < self._next:
            return {}
        self._next = now + EVERY
        found = self.changed()
        if not found:
            return found
        clock = time.time_ns()
        recent = any(0 <= clock - written < _SETTLED * 1e9 for written, _ in found.values())
        return {} if recent else found

    def accept(self, stamps: Mapping[Path, Stamp]) -> None:
        """Those are known now."""
        self._known.update((str(path), stamp) for path, stamp in stamps.items() if str(path) in self._known)


def _stamp(name: str) -> Stamp:
    try:
        found = os.stat(name)
    except OSError:
        return _MISSING
    return found.st_mtime_ns, found.st_size


def is_script(module: ModuleType) -> bool:
    """Whether the main program is a file of somebody's own: not an installed package, nor the engine."""
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and belongs(Path(file), Path(file).absolute().parent)


def modules_in(folders: Iterable[Path]) -> dict[Path, ModuleType]:
    """The modules that were loaded from files in and below some folders, other than the engine's and installed ones."""
    homes = {home for folder in folders for home in (folder.absolute(), folder.resolve())}
    begins = tuple(f"{home}{os.sep}" for home in homes)
    out: dict[Path, ModuleType] = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and os.path.abspath(file).startswith(begins):
            path = Path(file).absolute()
            if any(belongs(path, home) for home in homes):
                out[path.resolve()] = module
    return out


# ---- modules ----------------------------------------------------------------------------------------------------


def affected(modules: Mapping[Path, ModuleType], changed: Iterable[Path]) -> list[ModuleType]:
    """The modules of changed files and all that import them, each after those that it imports."""
    by_name = {module.__name__: module for module in modules.values()}
    called = {path.stem: module.__name__ for path, module in modules.items()}  # where another game has the name itself
    called |= {name: name for name in by_name}
    needs = {
        module.__name__: [called[name] for name in _imports(path, module) if name in called]
        for path, module in modules.items()
    }
    wanted = {module.__name__ for path, module in modules.items() if path in set(changed)}
    grown = True
    while grown:
        more = {name for name, needed in needs.items() if name not in wanted and wanted.intersection(needed)}
        grown = bool(more)
        wanted |= more
    out: list[str] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name not in seen:
            seen.add(name)
            for needed in needs[name]:
                visit(needed)
            out.append(name)

    for name in needs:
        visit(name)
    return [by_name[name] for name in out if name in wanted]


def _imports(path: Path, module: ModuleType) -> list[str]:
    """The names of what a file imports anywhere; none where it can't be read as Python."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    package = str(getattr(module, "__package__", None) or "")
    out: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            out += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            try:
                base = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module
            except ImportError:
                continue
            if base:
                out += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return out


_PLAIN = (int, float, str, bool, bytes, complex, type(None))
_STAYS = ("__name__", "__file__", "__package__", "__path__", "__spec__", "__loader__", "__builtins__", "__cached__")


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple, set, frozenset, dict):
        items = [*value, *value.values()] if isinstance(value, dict) else value
        return all(map(_is_plain, items))
    return type(value) in _PLAIN


def plain_values(module: ModuleType) -> dict[str, Any]:
    """Copies of the numbers, texts and collections of them that stand at the top of a module."""
    return {k: copy.deepcopy(v) for k, v in vars(module).items() if not k.startswith("__") and _is_plain(v)}


class Rerun:
    """Modules that are run once more, each in its own namespace, so that what refers to it sees the new functions.

    Numbers, texts and collections at the top stay where the game changed them and the file says the same as before.
    Nothing is lost until all went well: `undo` brings back every name, and the classes that were declared.
    """

    def __init__(self, modules: Sequence[ModuleType], initial: Mapping[str, Mapping[str, Any]]) -> None:
        """initial: by the names of modules, their `plain_values` when they had been run."""
        self.modules = list(modules)
        self.initial: dict[str, dict[str, Any]] = {}
        self._was = initial
        self._before = [(module, dict(vars(module))) for module in modules]
        self.classes = Registry()

    def run(self, root: Path, main: ModuleType | None, run_main: Callable[[ModuleType], object]) -> None:
        """Run all of them; the main script by `run_main`. Raises what they raise: then `undo` is to be called."""
        self.classes.drop({module.__name__ for module in self.modules})
        for module, before in self._before:
            names = vars(module)
            inner = {k: v for k, v in before.items() if getattr(v, "__name__", None) == f"{module.__name__}.{k}"}
            names.clear()
            names.update({k: before[k] for k in _STAYS if k in before})
            if module is main:
                run_main(module)
            else:
                path = Path(str(module.__file__))
                run_module(module, path.read_bytes(), path.name, root)
            names.update({k: v for k, v in inner.items() if isinstance(v, ModuleType) and k not in names})
            self._keep_values(module, before)

    def _keep_values(self, module: ModuleType, before: Mapping[str, Any]) -> None:
        """Where the game changed a value that the file has not, it stays."""
        names, was = vars(module), self._was.get(module.__name__, {})
        self.initial[module.__name__] = now = plain_values(module)
        for name, value in now.items():
            if name in was and type(value) is type(was[name]) and value == was[name] and name in before:
                names[name] = before[name]

    def changed(self) -> bool:
        """Whether a class has come, gone, or has other fields since."""
        pairs = self.classes.replaced()
        return pairs is None or any(fields_of(a) != fields_of(b) for a, b in pairs)

    def undo(self) -> None:
        """Bring back all names as they were."""
        for module, before in self._before:
            names = vars(module)
            names.clear()
            names.update(before)
        self.classes.put_back()

    def latest_function(self, function: Any) -> Any:
        """What is in the place of a function or a method now; itself where it was defined within another function."""
        owner = getattr(function, "__self__", None)
        if isinstance(owner, Behaviour):
            return getattr(owner, str(getattr(function, "__name__", "")), function)
        module = next((m for m in self.modules if m.__name__ == getattr(function, "__module__", None)), None)
        name = getattr(function, "__qualname__", "")
        if module is None or not name.isidentifier():
            return function
        found = vars(module).get(name, function)
        return found if callable(found) else function


def forget_replaced() -> None:
    """Let go of what is remembered of classes that were replaced."""
    forget_declared()
    forget_twins()


# ---- scenes -----------------------------------------------------------------------------------------------------


def renew_kinds(scene: Scene) -> Callable[[], object]:
    """Have a scene hold components of the classes as they are declared now; what it returns puts the old ones back."""
    pools, slots = dict(scene.pools), dict(scene.slots)
    for kind in list(scene.pools):
        known = latest(kind)
        if known is kind or not is_known(known) or known in scene.pools:
            continue
        pool, column = scene.pools.pop(kind), scene.slots.pop(kind).copy()
        made = Pool()
        numbers = [made.index(carried_over(value, known)) for value in pool.values]
        column.view[:] = np.array([*numbers, -1], np.int32)[column.view]
        scene.pools[known], scene.slots[known] = made, column

    def put_back() -> None:
        scene.pools, scene.slots = pools, slots

    return put_back


def take_ids(scene: Scene, old: Scene) -> None:
    """Give the objects of a scene the ids that they had in an old one, so that a world knows them again.

    An object whose id and name are in both is the same. Of the others those are that have the same name, below the same
    names, in the same order.
    """
    names, old_names = list(scene.names), list(old.names)
    ids, old_ids = scene.ids.tolist(), old.ids.tolist()
    known = dict(zip(old_ids, old_names, strict=True))
    same = {number for number, name in zip(ids, names, strict=True) if known.get(number) == name}
    waiting: dict[tuple[str, ...], list[int]] = {}
    for number, path in zip(old_ids, _paths(old), strict=True):
        if number not in same:
            waiting.setdefault(path, []).append(number)
    taken = set(ids)
    for row, (number, path) in enumerate(zip(ids, _paths(scene), strict=True)):
        if number not in same and waiting.get(path):
            found = waiting[path].pop(0)
            if found not in taken:
                scene.give_id(row, found)
                taken.add(found)


def _paths(scene: Scene) -> Iterator[tuple[str, ...]]:
    """The name of each object, and of all that it hangs on."""
    names, parents = list(scene.names), scene.parents.tolist()
    for row in range(len(names)):
        path: list[str] = []
        while row >= 0 and len(path) <= len(names):
            path.append(names[row])
            row = parents[row]
        yield tuple(path)


# ---- what is told -------------------------------------------------------------------------------------------------

_PANEL = "dreamwell.reload"


def show_trouble(hud: Hud, message: str) -> None:
    """Write over the lower edge of the picture what is wrong with a changed file."""
    told = [line for line in message.replace("→", ">").splitlines() if line.strip(" ^~")]
    parts = (textwrap.wrap(line, LONGEST, subsequent_indent="      ", drop_whitespace=False) for line in told)
    lines = [line for some in parts for line in some][:MOST_LINES]
    panel = hud.panel(
        _PANEL, anchor="bottom_left", at=(12, 12), color=(0.16, 0.02, 0.02), alpha=0.92, radius=6, z=1_000_000,
        size=(7.6 * max(map(len, lines), default=0) + 24, 20 * len(lines) + 20),
    )  # fmt: skip
    hud.text(f"{_PANEL}.text", "\n".join(lines), parent=panel, at=(12, 10), size=15, color=(1.0, 0.82, 0.78))


def hide_trouble(hud: Hud) -> None:
    """Take that away."""
    if _PANEL in hud:
        hud.remove(_PANEL)
