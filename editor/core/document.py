"""The scene that is edited: the engine's `Scene`, where it is saved, what changed in it and when."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import EditorError, Problem, SceneError
from ...engine.live import kind_of
from ...engine.scene import dream_file
from ...engine.scene.components import Camera, Environment, Mesh, Sun
from ...engine.scene.notes import Note
from ...engine.scene.scene import Scene, SceneObject, id_text
from .files import replace_text
from .kinds import component_types
from .tree import Tree, locked_in_editor, shown_in_editor
from .values import OWN, TRANSFORM, read, split

U64 = NDArray[np.uint64]
_REMEMBERED = 512
"""Changes after which a listener that did not look meanwhile looks at everything anew."""
_OPENED_ANYWAY = ("unknown-component", "script")


@dataclass(frozen=True, eq=False)
class Changes:
    """What was changed between two revisions.

    revision: the later one.  moved: (k,) ids whose position, rotation or scale changed.  fields: by id, the names of
    other fields and components that changed.  structure: whether objects came, went, or hang elsewhere.
    settings: the names of what changed of the scene itself, as "settings.shadows.distance", "rules".
    everything: too much time has passed, or another scene is there: look at all of it.
    """

    revision: int
    moved: U64
    fields: Mapping[int, frozenset[str]]
    structure: bool
    settings: frozenset[str]
    everything: bool = False

    def __bool__(self) -> bool:
        return self.everything or self.structure or bool(len(self.moved) or self.fields or self.settings)


@dataclass(frozen=True, eq=False)
class _Change:
    revision: int
    what: str  # moved, fields, structure, settings
    ids: Sequence[int] = ()
    names: frozenset[str] = frozenset()


@dataclass(eq=False)
class Document:
    """A scene that is edited by commands.

    scene: read it as you like; it is changed by commands alone (`apply`, through `EditorState.do`), or nothing of it
    can be undone.  path: its file, None until it is saved.  revision: grows with each change.  problems: what was wrong
    with the file when it was opened, though it could be.
    """

    scene: Scene
    path: Path | None = None
    revision: int = 0
    problems: list[Problem] = field(default_factory=list[Problem])
    state: int = 0
    """Which content this is: undo brings back the number that it had."""
    saved_state: int = 0
    """The number of the content that is in the file; -1 where it is in none."""
    _log: deque[_Change] = field(default_factory=lambda: deque[_Change](maxlen=_REMEMBERED))
    _states: int = 0
    _tree: tuple[int, Tree] | None = None
    _structure: int = 0
    _notes: tuple[int, NDArray[np.bool_], NDArray[np.bool_]] | None = None

    def __post_init__(self) -> None:
        if any(value.shape == "data" for value in self.scene.values_of(Mesh)):
            raise EditorError(
                f"{self.scene.name} holds geometry made in code, which the editor can't keep; "
                "scene.save(path) writes it to a file, and that can be opened"
            )

    # ---- files --------------------------------------------------------------------------------------------------

    @classmethod
    def new(cls, root: Path, name: str = "scene") -> Document:
        """A scene to begin with: a camera, a sun and a sky. In no file yet."""
        scene = Scene(name, root=root)
        scene.add("camera", Camera(), at=(6, 4, 8), toward=(0, 0.5, 0))
        scene.add("sun", Sun(), toward=(-1, -2, -1.5))
        scene.add("sky", Environment())
        return cls(scene)

    @classmethod
    def open(cls, path: Path) -> Document:
        """A document of a `.dream` file.

        Components that nobody declares, as those of a script that is broken, stay as they are written: `problems`
        names them. Raises SceneError for a file with anything else that is wrong, and changes nothing then.
        """
        path = path.absolute()
        if path.suffix.lower() != ".dream":
            raise EditorError(f"{path} can't be edited; a scene is a .dream file (a model can be put into one)")
        try:
            text = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            raise EditorError(f"{path} does not exist") from None
        except (OSError, UnicodeDecodeError) as error:
            raise EditorError(f"{path} can't be read: {error}") from None
        made = cls.of_text(text, path)
        return made

    @classmethod
    def of_text(cls, text: str, path: Path | None, root: Path | None = None) -> Document:
        """A document of `.dream` text, as if it were in a file. Raises SceneError as `open`."""
        name = "the scene" if path is None else path.name
        home = root if path is None else path.parent
        scene, problems = dream_file.loads(text, name=name, root=home, keep=True)
        bad = [problem for problem in problems if problem.code not in _OPENED_ANYWAY]
        if bad:
            raise SceneError(f"{name} has {len(bad)} problem{'s' if len(bad) > 1 else ''}:", bad)
        return cls(scene, path, problems=problems)

    def text(self) -> str:
        """The bytes of the document: `.dream` text. Takes a while for large scenes: ask only to write it."""
        return self.scene.dumps()

    @property
    def dirty(self) -> bool:
        """Whether it is other than its file."""
        return self.state != self.saved_state

    @property
    def title(self) -> str:
        """What it is called: by its file."""
        return self.path.name if self.path is not None else f"{self.scene.name} (not saved)"

    @property
    def root(self) -> Path:
        """The folder that asset paths are relative to."""
        return self.scene.root

    def save(self, path: Path | None = None) -> None:
        """Write it, whole or not at all; paths of assets follow into another folder.

        Raises EditorError where the disk refuses: the document and the file stay as they are then.
        """
        target = (path or self.path or Path()).absolute()
        if target.suffix.lower() != ".dream":
            raise EditorError(f"{target} can't be the file of a scene; its name must end in .dream")
        root = target.parent
        scene = self.scene
        if root.resolve() != scene.root.resolve():
            scene = scene.copy()
            dream_file.move_root(scene, root)
        replace_text(target, scene.dumps())
        self.scene, self.path = scene, target
        self.saved_state = self.state

    # ---- what changed ---------------------------------------------------------------------------------------------

    def changed(self, what: str, ids: Sequence[int] = (), names: Iterable[str] = ()) -> None:
        """Note a change, for `changes`. what: moved, fields, structure or settings."""
        self.revision += 1
        if what == "structure":
            self._structure = self.revision
        self._log.append(_Change(self.revision, what, ids, frozenset(names)))

    def new_state(self) -> int:
        """The content is none that was there before: give it a number."""
        self._states += 1
        self.state = self._states
        return self.state

    def changes(self, since: int) -> Changes:
        """What was changed after a revision."""
        nothing = np.zeros(0, np.uint64)
        if since == self.revision:
            return Changes(self.revision, nothing, {}, structure=False, settings=frozenset())
        known = self._log[0].revision if self._log else self.revision + 1
        if since < known - 1 or since > self.revision:
            return Changes(self.revision, nothing, {}, structure=True, settings=frozenset(), everything=True)
        moved: list[U64] = []
        fields: dict[int, frozenset[str]] = {}
        structure = False
        settings: frozenset[str] = frozenset()
        for change in reversed(self._log):
            if change.revision <= since:
                break
            if change.what == "moved":
                moved.append(np.asarray(change.ids, np.uint64))
            elif change.what == "fields":
                for number in change.ids:
                    fields[number] = fields.get(number, frozenset()) | change.names
            elif change.what == "settings":
                settings |= change.names
            else:
                structure = True
        ids = nothing if not moved else moved[0] if len(moved) == 1 else np.unique(np.concatenate(moved))
        return Changes(self.revision, ids, fields, structure, settings)

    def forget_changes(self) -> None:
        """Have every listener look at everything: the scene is another one, or its classes are."""
        self.revision += 1
        self._structure = self.revision
        self._log.clear()

    # ---- reading --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.scene)

    def __bool__(self) -> bool:
        return True  # one without objects is there, too

    def __contains__(self, id: int) -> bool:
        return self.scene.row_of(id) is not None

    def object(self, id: int) -> SceneObject:
        """The object with an id. Raises EditorError."""
        row = self.scene.row_of(id)
        if row is None:
            raise EditorError(f"there is no object with the id {id_text(id)} in {self.title}")
        return SceneObject(self.scene, row)

    def rows(self, ids: Sequence[int]) -> NDArray[np.intp]:
        """(k,) the rows of objects. Raises EditorError for one that is not there."""
        row_of = self.scene.row_of
        found = [row_of(number) for number in ids]
        if None in found:
            self.object(ids[found.index(None)])
        return np.array(found, np.intp)

    @property
    def tree(self) -> Tree:
        """Who hangs on whom, as it is now; made anew when that changed."""
        if self._tree is None or self._tree[0] != self._structure:
            self._tree = self._structure, Tree.of(self.scene)
        return self._tree[1]

    def _seen(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        if self._notes is None or self._notes[0] != self.revision:
            self._notes = self.revision, shown_in_editor(self.scene), locked_in_editor(self.scene)
        return self._notes[1:]

    @property
    def shown(self) -> NDArray[np.bool_]:
        """(n,) by row, whether the viewport shows an object: hiding goes on below."""
        return self._seen()[0]

    @property
    def locked(self) -> NDArray[np.bool_]:
        """(n,) by row, whether an object can't be chosen in the viewport: locking goes on below."""
        return self._seen()[1]

    def get(self, id: int, path: str) -> Any:
        """A field of an object as JSON data: `get(id, "Material.base_color")`; None for what it has not."""
        obj = self.object(id)
        if path in OWN:
            return own_field(obj, path)
        head, steps = split(path)
        if head not in component_types():
            return self.scene.unread.get(id, {}).get(head) if not steps else None
        value = obj.get(component_types()[head])
        return None if value is None else read(value, steps, obj.name)

    def components(self, id: int) -> list[Any]:
        """The components of an object, in the order in which the inspector lists them."""
        obj = self.object(id)
        values = {kind_of(value).__name__: value for value in obj.components}
        first = [name for name in obj.note.order if name in values]
        return [values[name] for name in [*first, *(name for name in values if name not in first)]]

    def unread(self, id: int) -> Mapping[str, Any]:
        """Components of an object that nobody declares, by name, as they are written."""
        return self.scene.unread.get(id, {})


def own_field(obj: SceneObject, name: str) -> Any:
    """A field of an object itself as JSON data."""
    if name in TRANSFORM:
        return list(getattr(obj, name))
    if name == "name":
        return obj.name
    if name == "tags":
        return sorted(obj.tags)
    note: Note = obj.note
    return list(note.order) if name == "order" else getattr(note, name)
