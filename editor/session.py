"""The editor without a window: its state, with the engine's App to play with. `dream edit` begins with it."""

from __future__ import annotations

from pathlib import Path

from ..engine.app import App, RunOptions
from ..engine.cli.targets import Target
from ..engine.cli.targets import play as run_script
from ..engine.errors import DreamwellError, SceneError
from ..engine.scene import dream_file
from .core.document import Document
from .core.extensions import load_all
from .core.file_actions import ask_to_recover
from .core.journal import Journal
from .core.log import Log
from .core.play import Play, Request
from .core.project import Project
from .core.settings import UserSettings
from .core.state import EditorState


def opened(path: Path | str | None = None, settings: UserSettings | None = None) -> EditorState:
    """The editor with a project, a scene or, without a path, a new scene in the current folder.

    A scene that can't be opened is told in the log, and a new one is there in its place.
    Raises EditorError where the path is neither a project nor a scene.
    """
    project = Project.open(Path.cwd() if path is None else Path(path))
    log = Log()
    document: Document | None = None
    try:
        if path is not None and Path(path).suffix.lower() in (".gltf", ".glb"):
            document = with_model(project, Path(path))
        elif project.scene is not None:
            document = Document.open(project.scene)
    except DreamwellError as error:
        log.raised(error)
    chosen = settings if settings is not None else UserSettings.load()
    made = EditorState(
        document if document is not None else Document.new(project.root),
        project,
        log=log,
        settings=chosen,
        play=Play(make=game),
    )
    if document is not None and document.path is not None:
        chosen.remember(document.path)
    if project.trouble:
        log.warning(project.trouble)
    load_all(made)
    offer = Journal.offer(made.document.path, made.document.root)
    if offer is not None:
        ask_to_recover(made, offer)
    return made


def with_model(project: Project, path: Path) -> Document:
    """A new scene with a model in it."""
    from ..engine.scene.prefabs import Prefab

    document = Document.new(project.root, path.stem)
    address = project.address(project.relative(path.absolute()) or path.name, document)
    document.scene.add(path.stem, Prefab(address))
    document.saved_state = -1  # it is in no file
    return document


def game(request: Request) -> App:
    """The App that plays a document's text. Raises SceneError, AssetError and ScriptError."""
    if request.main is not None and request.path is not None:
        with dream_file.unsaved({request.path: request.text}) as taken:
            app: App = run_script(Target(request.main), RunOptions(mode="collect", reload=False))
            if taken:
                return app
    scene, problems = dream_file.loads(request.text, name=request.name, root=request.root)
    if problems:
        raise SceneError(f"{request.name} can't be played:", problems)
    return App(scene, title=scene.name, on_error="stop-script", reload=False)
