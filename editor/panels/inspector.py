"""The inspector: what is chosen, field by field, from the declarations of its components alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from . import icons
from .add_component import add_component
from .components import Inspector, component, header, words_in
from .fields import Choices
from .object_head import head, placed
from .outline import EditOutline
from .subject import EditSubject, PlaySubject, Subject
from .ui import Ui
from .widgets import banner, caption, empty

if TYPE_CHECKING:
    from ..core import EditorState


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    subject = subject_of(state)
    if subject is None:
        empty(ui, icons.INSPECTOR, "Nothing selected", "Choose an object to see what it is made of")
        return
    choices = choices_of(state, ui)
    if subject.live:
        banner(ui, "warning", "Playing: changes end with the game, unless they are kept.")
    if imgui.begin_child("###scroll", ImVec2(0, 0), imgui.ChildFlags_.nav_flattened):
        mine = ui.kept(Inspector)
        if mine.seen != subject.active:
            mine.seen = subject.active
            imgui.set_scroll_y(0)
        head(state, ui, subject, choices)
        placed(ui, subject)
        for index, part in enumerate(subject.parts()):
            component(state, ui, subject, part, choices, index)
        if subject.live:
            _fixed(state, ui, subject)
        else:
            _others(state, ui, subject)
            add_component(state, ui, subject)
        imgui.dummy(ImVec2(0, ui.px(24)))
    imgui.end_child()


def _fixed(state: EditorState, ui: Ui, subject: Subject) -> None:
    """What an object is made of that a running world does not change."""
    live = {part.name for part in subject.parts()}
    fixed = [name for name in EditOutline(state.document).carried(subject.active) if name not in live]
    if fixed:
        imgui.dummy(ImVec2(0, ui.px(4)))
        caption(ui, f"Fixed while it is played: {', '.join(map(words_in, sorted(fixed)))}")


def _others(state: EditorState, ui: Ui, subject: Subject) -> None:
    """Components that some of the objects carry, but not the active one."""
    if len(subject.ids) < 2:
        return
    outline = EditOutline(state.document)
    mine = set(outline.carried(subject.active))
    some = {name for number in subject.ids[:64] for name in outline.carried(number)} - mine
    if some:
        imgui.dummy(ImVec2(0, ui.px(4)))
        caption(ui, f"Others of them carry {', '.join(map(words_in, sorted(some)))}")


class _Looked:
    """The objects of the document that are inspected, found anew when something changed."""

    def __init__(self) -> None:
        self._key: object = None
        self._found: EditSubject | None = None

    def at(self, state: EditorState) -> EditSubject:
        key = state.document.revision, state.generation, state.selection
        if self._found is None or key != self._key:
            self._key, self._found = key, EditSubject(state, state.selection.ids, state.selection.active)
        return self._found


def subject_of(state: EditorState) -> Subject | None:
    """What is inspected: the selection, in the scene or in the world that is played."""
    selection = state.selection
    if not selection.active:
        return None
    world = state.play.world
    if world is None:
        return state.part(_Looked).at(state)
    rows = {int(number): row for row, number in enumerate(world.ids.tolist()) if number in selection}
    alive = {number: row for number, row in rows.items() if world.roster.is_live(row)}
    if selection.active not in alive:
        return None
    return PlaySubject(state, world, [number for number in selection.ids if number in alive], selection.active, alive)


def choices_of(state: EditorState, ui: Ui) -> Choices:
    """What fields that refer to something can be set to."""

    def assets(path: str) -> list[str]:
        found = state.project.assets.values()
        return [address(one.path) for one in found if one.kind != "folder" and suits(path, one.path)]

    def address(asset: str) -> str:
        return state.project.address(asset, state.document)

    def objects() -> list[str]:
        mine = ui.kept(Inspector)
        if mine.names[0] != state.document.revision:
            mine.names = state.document.revision, sorted(dict.fromkeys(state.document.scene.names), key=str.lower)
        return mine.names[1]

    def tags() -> list[str]:
        return sorted({tag for one in state.document.scene.tag_sets.values for tag in one})

    layers = state.document.scene.physics.layers
    return Choices(assets, objects, lambda: layers, tags, lambda path: reveal(ui, path), address)


def reveal(ui: Ui, path: str) -> None:
    """Show an asset in the assets panel."""
    from .assets import Assets

    ui.kept(Assets).reveal = path
    ui.later(lambda: ui.show("assets"))


_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".ktx2", ".dds")
_MODELS = (".glb", ".gltf", ".obj", ".stl", ".ply", ".npz")
_SUITS = {
    "Mesh.asset": _MODELS,
    "Environment.file": (".hdr", ".exr"),
    "Prefab.file": (".dream", ".glb", ".gltf"),
    "AudioSource.file": (".wav", ".ogg", ".mp3", ".flac"),
}


def suits(field_path: str, asset: str) -> bool:
    """Whether a file is of a kind that a field can name, as far as that is known."""
    name = asset.partition("#")[0].lower()
    head = field_path.removesuffix(".of")
    if head.endswith(".image"):
        return name.endswith(_PICTURES)
    wanted = _SUITS.get(head)
    return wanted is None or name.endswith(wanted)


def point_to(state: EditorState, ui: Ui, number: int, path: str) -> None:
    """Choose an object, and show one of its fields."""
    mine = ui.kept(Inspector)
    if number:
        state.select([number])
    head = path.partition(".")[0]
    mine.folded.discard(head)
    mine.highlight = ".".join(path.split(".")[:2]).partition("[")[0]
    ui.show("inspector")


__all__ = ["Inspector", "choices_of", "draw", "header", "point_to", "reveal", "subject_of", "suits"]
