"""A project: a folder with a game or scenes and what they are made of."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...assets.import_settings import SUFFIX
from ...engine.errors import EditorError, Problem
from ...engine.scene.scene import id_text
from .document import Document
from .references import Use, uses_in

KINDS = {
    ".dream": "scene", ".gltf": "model", ".glb": "model", ".obj": "model", ".stl": "model", ".ply": "model",
    ".npz": "model", ".png": "image", ".jpg": "image", ".jpeg": "image", ".webp": "image", ".bmp": "image",
    ".tga": "image", ".exr": "image", ".hdr": "environment", ".py": "script", ".wav": "sound", ".ogg": "sound",
    ".mp3": "sound", ".flac": "sound", ".ttf": "font", ".otf": "font", ".wgsl": "shader", ".json": "data",
    ".mtl": "data", ".bin": "data", ".csv": "data", ".toml": "data", ".md": "text", ".txt": "text",
    ".dwrec": "recording",
}  # fmt: skip
"""What a file is, by its suffix; "other" for all else."""
FILE = "dreamwell.json"
"""What a project says of itself: `extensions`, files of the editor's; `main`, the script that plays it; `scene`."""
_LEFT_OUT = ("__pycache__", "node_modules", "site-packages", "dist-packages")
_MOST = 50_000


@dataclass(frozen=True)
class Asset:
    """A file or folder of a project. path: with "/", relative to the project.  size: bytes.  mtime: nanoseconds."""

    path: str
    kind: str
    size: int
    mtime: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Where it lies, "" for the project's own folder."""
        return self.path.rpartition("/")[0]


@dataclass(eq=False)
class Project:
    """A folder. main: the script that `dream run` runs, None for a folder of scenes.  scene: what is opened first.

    assets: files and folders by path, as they were at the last `refresh`.  revision: grows when they change.
    """

    root: Path
    main: Path | None = None
    scene: Path | None = None
    extensions: tuple[str, ...] = ()
    assets: dict[str, Asset] = field(default_factory=dict[str, Asset])
    revision: int = 0
    trouble: str = ""

    @classmethod
    def open(cls, path: Path) -> Project:
        """The project of a folder, of a scene in it or of its script. Raises EditorError for what is none of those."""
        path = path.absolute()
        given: Path | None = None
        if path.is_dir():
            root = path
        elif path.suffix.lower() in (".dream", ".py") or (path.suffix.lower() in (".gltf", ".glb") and path.is_file()):
            if not path.is_file():
                raise EditorError(f"{path} does not exist; a scene is a .dream file, a project a folder")
            root, given = _root_of(path.parent), path
        else:
            what = "does not exist" if not path.exists() else "is none"
            raise EditorError(f"{path} {what}; it must be a project's folder, a .dream scene or a game's script")
        made = cls(root)
        made._read()
        if given is not None and given.suffix == ".py":
            made.main = given
        elif given is not None and given.suffix.lower() == ".dream":
            made.scene = given
        made.refresh()
        if made.scene is None:
            made.scene = made._first_scene()
        return made

    def _read(self) -> None:
        """What the folder says of itself."""
        data: Any = {}
        place = self.root / FILE
        try:
            data = json.loads(place.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            self.trouble = f"{place} can't be read: {error}"
        if not isinstance(data, dict):
            self.trouble, data = f"{place} holds no object {{...}}", {}
        listed = data.get("extensions", [])
        self.extensions = tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()
        main = self.root / str(data.get("main", "game.py"))
        self.main = main if main.is_file() else None
        scene = self.root / str(data.get("scene", "scene.dream"))
        self.scene = scene if scene.is_file() else None

    def _first_scene(self) -> Path | None:
        found = [asset.path for asset in self.assets.values() if asset.kind == "scene"]
        return self.root / min(found, key=lambda path: (path.count("/"), path)) if found else None

    # ---- assets ---------------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Look at the folder anew; returns whether something is other than before."""
        return self.take(self.scan())

    def scan(self) -> dict[str, Asset]:
        """The files and folders as they are now, by path. Takes a while for many; another thread may do it."""
        return {asset.path: asset for asset in _files(self.root)}

    def take(self, found: dict[str, Asset]) -> bool:
        """Those are the assets; returns whether something is other than before."""
        if found == self.assets:
            return False
        self.assets = found
        self.revision += 1
        return True

    def in_folder(self, folder: str = "") -> list[Asset]:
        """What lies in a folder: folders first, then files, by name."""
        here = [asset for asset in self.assets.values() if asset.folder == folder]
        return sorted(here, key=lambda asset: (asset.kind != "folder", asset.name.lower()))

    def of_kind(self, *kinds: str) -> list[Asset]:
        """All files of some kinds, by path."""
        return sorted((one for one in self.assets.values() if one.kind in kinds), key=lambda one: one.path.lower())

    def place(self, path: str) -> Path:
        """Where an asset lies. Raises EditorError for a path that leads out of the project."""
        made = (self.root / path).resolve()
        if not made.is_relative_to(self.root.resolve()):
            raise EditorError(f"{path} is not in the project; its files lie in {self.root}")
        return self.root / path

    def relative(self, path: Path) -> str | None:
        """A file as assets are named, None for one that is not in the project."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return None

    def address(self, asset: str, document: Document) -> str:
        """An asset as a field of the document names it: relative to the document's folder."""
        return os.path.relpath(self.place(asset).resolve(), document.root.resolve()).replace(os.sep, "/")

    def unused_settings(self) -> list[str]:
        """Files of import settings whose asset is not there, by path."""
        assets = self.assets
        return sorted(one for one in assets if one.endswith(SUFFIX) and one.removesuffix(SUFFIX) not in assets)

    # ---- what uses what ---------------------------------------------------------------------------------------------

    def uses(self, document: Document | None = None) -> list[Use]:
        """Every place in the project that names a file: scenes (that of the document as it is now), models, scripts."""
        out: list[Use] = []
        for asset in self.assets.values():
            path = self.root / asset.path
            open_now = document is not None and document.path is not None and path.resolve() == document.path.resolve()
            if not open_now:
                out += uses_in(path)
        if document is not None:
            out += uses_in(document.path or document.root / "unsaved.dream", document)
        return out

    def used_by(self, asset: str, document: Document | None = None) -> list[Use]:
        """The places that name an asset, or something in it when it is a folder."""
        target = self.place(asset).resolve()
        return [use for use in self.uses(document) if use.target == target or use.target.is_relative_to(target)]

    def needs(self, asset: str) -> list[Use]:
        """The files that an asset names itself."""
        return uses_in(self.place(asset))

    def missing(self, document: Document) -> list[tuple[int, Problem]]:
        """What a document names and is not there, with the object that does: 0 for the scene itself."""
        out: list[tuple[int, Problem]] = []
        there: dict[Path, bool] = {}
        for use in uses_in(document.path or document.root / "unsaved.dream", document):
            if use.target not in there:
                there[use.target] = use.target.exists()
            if not there[use.target]:
                where = document.object(use.object).name if use.object and use.object in document else ""
                problem = Problem(
                    "asset", where, use.field, f'"{use.address}"', "a file that exists", f"looked for {use.target}"
                )
                out.append((use.object, problem))
        return out


def _root_of(folder: Path) -> Path:
    """The folder of the project that a file's folder is in: the nearest that says so, or itself."""
    for home in (folder, *folder.parents[:6]):
        if (home / FILE).is_file() or (home / "game.py").is_file():
            return home
    return folder


def _files(root: Path) -> Iterator[Asset]:
    waiting: list[tuple[str, str]] = [(str(root), "")]
    count = 0
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _LEFT_OUT:
                continue
            count += 1
            if count > _MOST:
                return
            path = prefix + entry.name
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder and os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                    continue
                known = entry.stat()
            except OSError:
                continue
            if is_folder:
                yield Asset(path, "folder", 0, 0)
                waiting.append((entry.path, path + "/"))
            else:
                kind = KINDS.get(os.path.splitext(entry.name)[1].lower(), "other")
                yield Asset(path, kind, known.st_size, known.st_mtime_ns)


def named(ids: Sequence[int]) -> str:
    """Ids in a message."""
    return ", ".join(map(id_text, ids))
