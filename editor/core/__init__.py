"""The editor without a window: no imgui, no wgpu, no glfw.

    state = session.opened("my_game")          # dreamwell.editor.session; or EditorState(Document…, Project…)
    state.document                             # the scene, its tree, its text; state.scene is the Scene itself
    state.act("create.box")                    # an action, as a menu does it: what goes wrong is told, not raised
    state.run("edit.rename", name="crate")     # the same as a script does it: raises
    state.set(ids, {"Sun.lux": 20000}, merge="drag")   # fields of objects; state.seal() at the end of the drag
    state.do({"do": "reparent", "ids": […], "parent": 0}, "Move")  # any command, see commands.py
    state.select(ids, mode="toggle"); state.set_selection(state.selection.range_to(id, order))
    state.undo(); state.redo(); state.go_to(position)
    with state.edit("Scatter") as scene: …     # a copy of the Scene; what differs afterwards is one step
    state.tick(now)                            # once a frame: journal, autosave, changes from outside
    state.play.frame(dt)                       # once a frame: what is played

What panels read:

- `state.document`: `.scene` (columns), `.tree` (`roots`, `children(id)`, `parent`, `walk()` depth first),
  `.get(id, path)`, `.components(id)` in the inspector's order, `.unread(id)` of missing scripts, `.shown`, `.locked` by
  row, `.dirty`, `.title`, `.changes(since)` → `Changes(moved, fields, structure, settings, everything, revision)`.
- `state.get(id, path)`, `state.set(ids, {path: value})`: of the played world while one is, else of the document.
- `state.selection`: `.ids` in order, `.active`, `in`.   `state.renaming`: whose name is typed.
- `state.history`: `.steps`, `.position`, `.can_undo`, `.undo_label`, `.revision`.
- `state.log`: `.entries`, `.filtered(levels, text)`, `.counts()`, `.revision`; an `Entry` has level, text, source,
  file, line, object, field, details.   `state.notice`: the last that one should see.
- `state.actions` (also `ACTIONS`): by id, in the order of menus: `.label_of(state)`, `.shortcut`, `.menu`.
- `state.asks`: questions to be shown as dialogs; `state.answer(value)` goes on.
- `state.project`: `.assets`, `.in_folder(folder)`, `.of_kind(…)`, `.used_by(asset, document)`, `.needs(asset)`,
  `.missing(document)`.
- `state.play`: `.mode`, `.active`, `.world`, `.game` (the App), `.tree()`, `.components(id)`.
- `state.console`: `.run(state, text)`, `.history`, `.completions(state, text)`, `.is_complete(text)`.
- `state.settings`: the user's: theme, scale, layout, recent, panels; `.save()`.
- `state.part(Class)`: the state of a part of the editor, of a class of its own (`part(Cursor).at`: where new objects
  go).
- `prefabs.parts(document, id)`: the objects of an instance, with what is overridden.
- `values.py`: fields by name; `field_at("Sun.lux")` is the declaration, `default_of` its default.
- `extensions.py`: `PANELS` and `WIDGETS` that the user's own files declare.

Errors that a person can cause are `DreamwellError`s with a message for them: `act` and `answer` tell them.
"""

from .actions import ACTIONS, Action, Actions
from .commands import Command, apply, each_field, fields, group, settings
from .create_actions import Cursor
from .document import Changes, Document
from .history import History, Step
from .journal import Journal, Offer
from .log import Entry, Log
from .play import Play, Request
from .project import Asset, Project
from .selection import Selection
from .settings import UserSettings
from .state import Ask, EditorState
from .tree import Tree

__all__ = [
    "ACTIONS", "Action", "Actions", "Ask", "Asset", "Changes", "Command", "Cursor", "Document", "EditorState", "Entry",
    "History", "Journal", "Log", "Offer", "Play", "Project", "Request", "Selection", "Step", "Tree", "UserSettings",
    "apply", "each_field", "fields", "group", "settings",
]  # fmt: skip
