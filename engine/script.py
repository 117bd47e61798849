"""Running people's Python: a file as the main program, and errors told by the file and line that they wrote."""

from __future__ import annotations

import ast
import builtins
import hashlib
import inspect
import json
import sys
import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from .errors import DreamwellError, GpuError, Problem, RecordingError
from .kinds import note_scripts

_PACKAGE = Path(__file__).resolve().parent.parent
_ENGINE = ("engine", "loom", "fabric", "shaders", "assets", "physics", "editor")
_FOREIGN = ("site-packages", "dist-packages")


class ScriptError(DreamwellError):
    """An error in a game's own code; the message names file and line. The error itself is the `__cause__`."""


def script_error(error: BaseException, what: str, home: Path) -> ScriptError:
    """`what` failed with `error`: the message shows the part of the trace that lies in the folder `home`."""
    if isinstance(error, SyntaxError):
        caret = "".join(traceback.format_exception_only(error)[:-1]).rstrip()
        return ScriptError(f"{what} failed: {error.msg}\n{caret}")
    told = f"{type(error).__name__}: {error}"
    mine = [f for f in traceback.extract_tb(error.__traceback__) if belongs(Path(f.filename), home)]
    if not mine:
        return ScriptError(f"{what} failed: {told}")
    trace = "".join(traceback.format_list(mine)).rstrip()
    return ScriptError(f"{what} failed in {Path(mine[-1].filename).name}, line {mine[-1].lineno}: {told}\n{trace}")


def error_of(function: Callable[..., object], error: BaseException, what: str = "") -> ScriptError:
    """`script_error` for one of a game's functions, called by its name unless `what` says otherwise."""
    name = what or f"{getattr(function, '__name__', type(function).__name__)}()"
    try:
        source = inspect.getsourcefile(inspect.unwrap(function))
    except TypeError:  # it is a built-in, or an object that can be called
        source = None
    return script_error(error, name, Path(source or ".").absolute().parent)


def told_above(errors: Sequence[ScriptError]) -> ScriptError:
    """What ends a run that went on after errors, each of which was told when it came: the first line of the first."""
    first = str(errors[0]).partition("\n")[0]
    many = "an error in a script" if len(errors) == 1 else f"{len(errors)} errors in scripts"
    return ScriptError(f"the run went on after {many}, told above: {first}")


def imported(address: str, root: Path) -> ModuleType:
    """The module in a Python file, given relative to the folder `root`; run once, however often it is asked for.

    It has the name by which the files of `root` import each other ("enemies", "rooms.cellar"), or a longer one where
    another file has that. Raises ScriptError, with file and line, when the file is missing, no Python or raises.
    """
    path = (root / address).resolve()
    if path.suffix != ".py":
        raise ScriptError(f'{address} is no script: the suffix is "{path.suffix}"; it must be .py')
    plain = ".".join(Path(address).with_suffix("").parts)
    unique = f"{path.stem}_{hashlib.blake2b(str(path).encode(), digest_size=6).hexdigest()}"
    for known in list(sys.modules.values()):
        if str(getattr(known, "__file__", "")).endswith(path.name) and Path(str(known.__file__)).resolve() == path:
            return known
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ScriptError(f"{path} can't be read: {error.strerror or error}") from None
    free = all(part.isidentifier() for part in plain.split(".")) and not _is_taken(plain)
    module = ModuleType(plain if free else unique)
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        run_module(module, text, address, root)
    except BaseException:  # a SystemExit or Ctrl-C too: a module that was run in part must not be found
        del sys.modules[module.__name__]
        raise
    return module


def run_module(module: ModuleType, text: bytes, address: str, root: Path) -> None:
    """Run a file's text as a module, with the folder `root` on the path. Raises ScriptError about `address`.

    What it imports is the file in `root`, also where another game has a module of that name.
    """
    path = Path(str(module.__file__))
    paths = list(sys.path)
    sys.path.insert(0, str(root.resolve()))
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _importing(root.resolve())}
    try:
        exec(compile(text, str(path), "exec", dont_inherit=True), module.__dict__)
    except ScriptError:
        raise
    except Exception as error:
        raise script_error(error, address, path.parent) from error
    finally:
        sys.path[:] = paths


def _importing(root: Path) -> Callable[..., Any]:
    """`__import__` for the files of a game in a folder: its own come before those of another one."""

    def imports(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        file = root / f"{name}.py"
        if level == 0 and name in sys.modules and "." not in name and file.is_file():
            known = getattr(sys.modules[name], "__file__", None)
            if name not in sys.stdlib_module_names and (known is None or Path(known).resolve() != file):
                return imported(file.name, root)
        return builtins.__import__(name, globals, locals, fromlist, level)

    return imports


class HasScripts(Protocol):
    """A scene, as far as it is of account here."""

    scripts: list[str]
    root: Path


def scripts_of(scene: HasScripts) -> tuple[tuple[ModuleType, ...], list[Problem]]:
    """The modules of a scene's scripts, and what is wrong with those that can't be imported."""
    modules: list[ModuleType] = []
    problems: list[Problem] = []
    for i, address in enumerate(scene.scripts):
        try:
            modules.append(imported(address, scene.root))
        except ScriptError as error:
            wanted, found = "a Python file that can be imported", json.dumps(address, ensure_ascii=False)
            problems.append(Problem("script", "", f"scripts[{i}]", found, wanted, place_of(error)))
    note_scripts(modules)
    return tuple(modules), problems


def _is_taken(name: str) -> bool:
    """Whether a module of that name is there already, or comes with Python."""
    first = name.partition(".")[0]
    above = sys.modules.get(first)
    return name in sys.modules or first in sys.stdlib_module_names or not (above is None or hasattr(above, "__path__"))


def place_of(error: ScriptError) -> str:
    """What went wrong, in one line that names file and line."""
    cause = error.__cause__
    if isinstance(cause, SyntaxError) and cause.filename:
        return f"{Path(cause.filename).name}, line {cause.lineno}: {type(cause).__name__}: {cause.msg}"
    return str(error).partition("\n")[0]


def belongs(file: Path, home: Path) -> bool:
    """Whether a file lies in `home` and is neither the engine's nor an installed package's."""
    path = file.absolute()
    if not path.is_relative_to(home) or any(part in _FOREIGN for part in path.parts):
        return False
    path = path.resolve()
    return not (path.is_relative_to(_PACKAGE) and path.relative_to(_PACKAGE).parts[0] in _ENGINE)


def execute(
    path: Path, package: str = "", arguments: Sequence[str] = (), main: ModuleType | None = None
) -> dict[str, Any]:
    """Run a file as `python FILE ARGUMENTS` does: as `__main__`, with its folder on the path. Returns its globals.

    main: the module that it is run in, None for a new one.

    The `__init__.py` of a `package` may import its neighbours with `from . import`. Raises ScriptError with the
    file and line; SystemExit and KeyboardInterrupt pass.
    """
    path = path.absolute()
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ScriptError(f"{path} can't be read: {error.strerror or error}") from None
    if main is None:
        main = ModuleType("__main__")
        main.__file__ = str(path)
    if package:
        main.__package__, main.__path__ = package, [str(path.parent)]
    with _as_main(main, path, package, arguments):
        try:
            exec(compile(text, str(path), "exec"), main.__dict__)
        except (ScriptError, GpuError, RecordingError):  # told already, or not the script's fault
            raise
        except Exception as error:
            raise script_error(error, path.name, path.parent) from error
    return main.__dict__


def _package_of(main: ModuleType, package: str) -> ModuleType:
    """What the neighbours of a package's `__init__.py` import as their package while that is the main program.

    It has the package's name: were it `main` itself, `from . import flock` would import a second `__main__.flock`
    beside the `package.flock` of `from .flock import fly`, each with classes of its own.
    """
    made = ModuleType(package)
    made.__file__, made.__package__, made.__path__ = main.__file__, package, main.__path__

    def defined(name: str) -> Any:
        try:
            return main.__dict__[name]
        except KeyError:
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None

    made.__dict__["__getattr__"] = defined
    return made


@contextmanager
def _as_main(main: ModuleType, path: Path, package: str, arguments: Sequence[str]) -> Generator[None]:
    """For the length of a `with`, `main` is the main program."""
    places = {"__main__": main}
    if package:
        places[package] = _package_of(main, package)
    before = {name: sys.modules.get(name) for name in places}
    argv, paths = sys.argv, list(sys.path)
    sys.modules.update(places)
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.parent))
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, paths
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def summary_of(path: Path) -> str:
    """The first line of a file's docstring, without running it; empty when it has none."""
    try:
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except (OSError, SyntaxError, ValueError):
        return ""
    return text.partition("\n")[0].strip()
