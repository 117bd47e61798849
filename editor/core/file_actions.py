"""Actions on files: scenes and assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.errors import EditorError
from . import asset_files, outside
from .actions import Actions
from .document import Document
from .dropped import dropped
from .journal import Journal, Offer
from .project import Project
from .watching import reload

if TYPE_CHECKING:
    from .state import EditorState

SCENES = (".dream",)


def _then(state: EditorState, what: str, go_on: Callable[[], object]) -> None:
    """Go on at once, or after asking what is to be done with unsaved work."""
    from .state import Ask

    if not state.document.dirty:
        go_on()
        return

    def decided(choice: str) -> None:
        if choice == "Save":
            if state.document.path is None:

                def save_and_go_on(path: Path) -> None:
                    state.save(path)
                    go_on()

                _ask_for_file(state, save_and_go_on)
            else:
                save(state, go_on)
            return
        if choice != "Cancel":
            go_on()

    state.ask(
        Ask(
            "choose", f"Save {state.document.title}?", decided, f"There is unsaved work in it. {what}",
            choices=("Save", "Don't Save", "Cancel"),
        )
    )  # fmt: skip


def _ask_for_file(state: EditorState, then: Callable[[Path], object]) -> None:
    from .state import Ask

    usual = state.document.path or state.project.root / f"{state.document.scene.name}.dream"
    state.ask(Ask("save", "Save Scene As", lambda path: then(_named(Path(path))), default=str(usual), suffixes=SCENES))


def _named(path: Path) -> Path:
    return path if path.suffix.lower() == ".dream" else path.with_name(path.name + ".dream")


def new(state: EditorState, name: str = "scene") -> None:
    """Begin a new scene."""
    _then(state, "A new scene takes its place.", lambda: state.show(Document.new(state.project.root, name)))


def open_scene(state: EditorState, path: str | Path | None = None) -> None:
    """Open a scene, of this project or another."""
    from .state import Ask

    if path is None:
        ask = Ask(
            "open",
            "Open Scene",
            lambda chosen: open_scene(state, chosen),
            default=str(state.project.root),
            suffixes=SCENES,
        )
        state.ask(ask)
        return
    target = (state.project.root / path).absolute()

    def go_on() -> None:
        project = state.project if state.project.relative(target) is not None else Project.open(target)
        offer = Journal.offer(target)
        state.open(target)
        state.project = project
        if offer is not None:
            ask_to_recover(state, offer)

    if not target.is_file():
        raise EditorError(f"{target} does not exist")
    _then(state, f"{target.name} takes its place.", go_on)


def open_project(state: EditorState, path: str | Path | None = None) -> None:
    """Open a project: its folder."""
    from .extensions import load_all
    from .state import Ask

    if path is None:
        state.ask(Ask("folder", "Open Project", lambda chosen: open_project(state, chosen), default=str(Path.cwd())))
        return
    project = Project.open(Path(path))

    def go_on() -> None:
        document = Document.new(project.root) if project.scene is None else Document.open(project.scene)
        state.project = project
        state.show(document)
        state.settings.remember(project.scene or project.root)
        load_all(state)

    _then(state, f"The project {project.root.name} takes its place.", go_on)


def ask_to_recover(state: EditorState, offer: Offer) -> None:
    """Ask whether the work of an editor that ended by itself is wanted."""
    from .state import Ask

    name = "a scene that was never saved" if offer.path is None else offer.path.name
    more = " The file was changed since then." if offer.changed_since else ""

    def decided(choice: str) -> None:
        if choice == "Recover":
            recover(state, offer)
        elif choice == "Discard":
            Journal.discard(offer)

    state.ask(
        Ask(
            "choose", f"Recover {name}?", decided,
            f"The editor ended without closing it; {offer.commands} commands were kept.{more}",
            choices=("Recover", "Discard", "Later"),
        )
    )  # fmt: skip


def offers(state: EditorState) -> Offer | None:
    """What can be recovered of the scene that is open."""
    return Journal.offer(state.document.path, state.document.root)


def recover(state: EditorState, offer: Offer | None = None) -> None:
    """Take over the work of an editor that ended by itself."""
    found = offer or offers(state)
    if found is None:
        raise EditorError("there is nothing to recover: the editor was closed as it should be")
    document, trouble = Journal.recovered(found)
    state.show(document)
    state.journal.rebase(document, state.log)
    Journal.discard(found)
    if trouble:
        state.notice = state.log.warning(trouble)
    state.tell(f"recovered {document.title}; save it to keep it")


def discard_recovery(state: EditorState) -> None:
    """Throw the work away that could be recovered."""
    found = offers(state)
    if found is not None:
        Journal.discard(found)


def save(state: EditorState, then: Callable[[], object] | None = None) -> None:
    """Write the scene to its file. then: what goes on once it is written."""
    from .state import Ask

    def write() -> None:
        state.save()
        if then is not None:
            then()

    if state.document.path is None:
        save_as(state)
    elif state.watching.is_conflict(state.document):

        def decided(choice: str) -> None:
            if choice == "Overwrite":
                write()
            elif choice == "Reload":
                reload(state)

        name = state.document.title
        state.ask(
            Ask(
                "choose", f"Overwrite {name}?", decided,
                "Another program changed the file since it was read. Reloading can be undone, overwriting can't.",
                choices=("Overwrite", "Reload", "Cancel"),
            )
        )  # fmt: skip
    else:
        write()


def save_as(state: EditorState, path: str | Path | None = None) -> None:
    """Write the scene to another file, which is its own from then on."""
    if path is None:
        _ask_for_file(state, lambda chosen: save_as(state, chosen))
        return
    state.save(_named((state.project.root / path).absolute()))
    state.project.refresh()


def save_copy(state: EditorState, path: str | Path | None = None) -> None:
    """Write the scene to another file; it stays that of its own."""
    if path is None:
        _ask_for_file(state, lambda chosen: save_copy(state, chosen))
        return
    from .files import replace_text

    target = _named((state.project.root / path).absolute())
    scene = state.document.scene.copy()
    from ...engine.scene.dream_file import move_root

    move_root(scene, target.parent)
    replace_text(target, scene.dumps())
    state.project.refresh()
    state.tell(f"saved a copy as {target.name}")


def revert(state: EditorState) -> None:
    """Take over the file as it is: what was not saved is one step of the history, to be undone."""
    reload(state)


def quit_editor(state: EditorState) -> None:
    """End the editor."""

    def end() -> None:
        state.close()
        state.closing = True

    _then(state, "The editor ends.", end)


def open_recent(state: EditorState, path: str | Path | None = None) -> None:
    """Open what was opened last, or another of the recent ones."""
    known = [one for one in state.settings.recent if Path(one) != state.document.path]
    if path is None and not known:
        raise EditorError("nothing was opened before")
    chosen = Path(path) if path is not None else Path(known[0])
    if chosen.is_dir():
        open_project(state, chosen)
    else:
        open_scene(state, chosen)


def reload_scripts(state: EditorState) -> None:
    """Run the scripts of the project once more."""
    from ...engine.reload import modules_in
    from .watching import read_again, rerun_scripts

    files = list(modules_in([state.project.root, state.document.root]))
    if rerun_scripts(state, files):
        read_again(state.document)
        state.tell("scripts were run again")


def scan(state: EditorState) -> None:
    """Look at the project's folder anew."""
    state.project.refresh()


def import_settings(state: EditorState, asset: str, values: Mapping[str, Any]) -> None:
    """Change import settings of an asset."""
    if values:
        outside.set_settings_of(state, asset, **values)


def register(actions: Actions) -> None:
    """Add them."""
    add = actions.add
    path = (("path", "a file, relative to the project"),)
    asset = ("asset", "a file or folder, relative to the project")

    def saved(state: EditorState) -> bool:
        return state.document.path is not None

    def stopped(state: EditorState) -> bool:
        return not state.play.active

    add("file.new", "New Scene", new, "Ctrl+N", stopped, "File", icon="file", arguments=(("name", "of the scene"),))
    add("file.open", "Open Scene…", open_scene, "Ctrl+O", stopped, "File", icon="folder-open", arguments=path)
    add("file.open_project", "Open Project…", open_project, "Ctrl+Shift+O", stopped, "File", arguments=path)
    add(
        "file.open_recent", "Open Recent", open_recent, "", lambda s: stopped(s) and bool(s.settings.recent), "File",
        arguments=path,
    )  # fmt: skip
    add("file.save", "Save", save, "Ctrl+S", menu="File", icon="floppy-disk")
    add("file.save_as", "Save As…", save_as, "Ctrl+Shift+S", menu="File", arguments=path)
    add("file.save_copy", "Save a Copy…", save_copy, menu="File", arguments=path)
    add("file.revert", "Reload from Disk", revert, "", lambda s: saved(s) and stopped(s), "File", icon="rotate")
    add("file.recover", "Recover…", recover, "", lambda s: stopped(s) and offers(s) is not None, "", doc=_doc(recover))
    add("file.discard_recovery", "Discard What Can Be Recovered", discard_recovery, "", lambda s: offers(s) is not None)
    add("file.reload_scripts", "Reload Scripts", reload_scripts, "", stopped, "File", doc=_doc(reload_scripts))
    add("file.scan", "Look for New Files", scan, "F5", menu="File", doc=_doc(scan))
    for name, label, run, more in (
        ("file.rename_asset", "Rename Asset…", asset_files.rename, (asset, ("name", "the new name"))),
        ("file.move_asset", "Move Asset…", asset_files.move, (asset, ("folder", "where to, relative to the project"))),
        ("file.delete_asset", "Delete Asset…", asset_files.delete, (asset,)),
        ("file.duplicate_asset", "Duplicate Asset", asset_files.duplicate, (asset,)),
        ("file.new_folder", "New Folder…", asset_files.new_folder, (("folder", "where"), ("name", "its name"))),
        ("file.new_script", "New Script…", asset_files.new_script, (("folder", "where"), ("name", "its name"))),
        ("file.import_asset", "Import…", asset_files.import_files, (("paths", "files from elsewhere"),)),
        ("file.import_settings", "Import Settings", import_settings, (asset, ("values", "by name, those to change"))),
        ("file.reset_import_settings", "Reset Import Settings", outside.set_settings_of, (asset,)),
    ):
        add(name, label, run, "", stopped, "Assets", arguments=more, palette=len(more) == 1 and more[0][0] == "paths")
    add(
        "file.drop", "Take in Files", dropped, "", stopped, palette=False, doc=_doc(dropped),
        arguments=(("paths", "files from elsewhere"), ("folder", "where to"), ("at", "metres, in the world")),
    )  # fmt: skip
    add("file.quit", "Quit", quit_editor, "Ctrl+Q", menu="File")


def _doc(function: Any) -> str:
    return (function.__doc__ or "").partition("\n")[0]
