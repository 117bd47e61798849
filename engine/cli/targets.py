"""What a name on the command line means: a scene file, a Python file, a game's folder or a sample."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import DreamwellError

PACKAGE = Path(__file__).resolve().parents[2]
SCENES = (".dream", ".gltf", ".glb")
PACKAGE_NAME = __name__.partition(".engine.")[0]


@dataclass(frozen=True)
class Target:
    """A file to play: a scene, or a script. `package` is set for a script that is a package's `__init__.py`."""

    path: Path
    package: str = ""

    @property
    def is_script(self) -> bool:
        """Whether it is Python."""
        return self.path.suffix == ".py"


def samples() -> Mapping[str, Target]:
    """The samples by name, in alphabetical order."""
    folder = PACKAGE / "samples"
    found: dict[str, Target] = {}
    for path in sorted(folder.glob("*.py")):
        if not path.stem.startswith("_"):
            found[path.stem] = Target(path)
    for path in folder.glob("*/__init__.py"):
        if not path.parent.name.startswith("_"):
            found[path.parent.name] = Target(path, f"{PACKAGE_NAME}.samples.{path.parent.name}")
    return dict(sorted(found.items()))


def find(text: str) -> Target:
    """The file that is meant. Raises DreamwellError, with the nearest samples, when there is none."""
    path = Path(text)
    if path.suffix in (".py", *SCENES):
        if path.is_file():
            return Target(path)
        raise DreamwellError(f"{text}: there is no such file")
    known = samples()
    if text in known:
        return known[text]
    if (path / "game.py").is_file():
        return Target(path / "game.py")
    if path.is_file():
        raise DreamwellError(f"{text} is no scene: its name must end in .py, {', '.join(SCENES)}")
    if path.is_dir():
        raise DreamwellError(f"{text} is a folder without a game.py")
    near = difflib.get_close_matches(text, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"samples are {', '.join(known) or 'none'}"
    raise DreamwellError(f"{text} is neither a file nor a sample; {hint}")


def no_arguments(text: str, arguments: Sequence[str]) -> DreamwellError:
    """What to raise when a scene file is given arguments: only Python reads them."""
    return DreamwellError(f"{text} is a scene file: it takes no arguments, but was given {' '.join(arguments)}")


def play(target: Target, options: Any, main: ModuleType | None = None) -> Any:
    """Run a script with an app's `RunOptions`; returns its app. One that only defines `scene()` gets a plain app.

    main: the module to run it in, when it is run once more.

    Raises ScriptError for what the script raises, DreamwellError when there is nothing to run in it.
    """
    from ..app import App
    from ..run_options import RUN, Collected
    from ..scene.scene import Scene
    from ..script import execute

    options.play = lambda again, main: play(target, again, main)
    token = RUN.set(options)
    try:
        names = execute(target.path, target.package, options.arguments, main)
        if options.app is None:
            make = names.get("scene")
            apps = [value for value in names.values() if isinstance(value, App)]
            if apps:
                apps[0].run()
            elif callable(make):
                made = make()
                if not isinstance(made, Scene):
                    raise DreamwellError(
                        f"{target.path}: scene() returned {type(made).__name__}; it must return a Scene"
                    )
                App(made, title=made.name).run()
            else:
                raise DreamwellError(f"{target.path} shows nothing: it must call app.run(), or define scene()")
    except Collected:
        pass
    finally:
        RUN.reset(token)
    assert options.app is not None
    return options.app
