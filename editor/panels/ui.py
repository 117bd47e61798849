"""What the panels share: theme, settings, what is dragged, and what each of them keeps from frame to frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from imgui_bundle import imgui

from ...engine.errors import DreamwellError, EditorError
from ..core import UserSettings
from . import theme
from .guard import Failure
from .services import NoServices, Services
from .theme import Fonts, Theme

if TYPE_CHECKING:
    from ..core import EditorState

T = TypeVar("T")
Dock = Literal["left", "right", "bottom", "center", "float"]


@dataclass(frozen=True)
class Panel:
    """One window of the editor.

    draw: called inside the window, once a frame while it is seen.  dock: where it is at first.  shown: whether it is
    there at first.  padded: whether there is room around what it draws.
    """

    id: str
    title: str
    draw: Callable[[EditorState, Ui], None]
    icon: str = ""
    dock: Dock = "bottom"
    shown: bool = True
    padded: bool = True
    scrolls: bool = False  # whether the window scrolls what it draws; else that does it itself
    size: tuple[float, float] = (520.0, 420.0)  # when it floats, in points

    @property
    def label(self) -> str:
        """Its window's name: the part behind ### stays the same whatever the title is."""
        return f"{self.icon}  {self.title}###{self.id}" if self.icon else f"{self.title}###{self.id}"


@dataclass
class Dragged:
    """What the pointer carries: ids of objects, or an asset's path."""

    kind: str
    data: Any
    label: str


@dataclass
class Toast:
    """A message that goes away by itself."""

    level: str
    text: str
    until: float


@dataclass
class Ui:
    """The panels' own state, `state.part(Ui)`: nothing of it is the scene's, all of it may be thrown away."""

    services: Services = field(default_factory=NoServices)
    settings: UserSettings = field(default_factory=UserSettings)
    fonts: Fonts = field(default_factory=Fonts)
    panels: dict[str, Panel] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    dragged: Dragged | None = None
    toasts: list[Toast] = field(default_factory=list)
    open_popup: str = ""  # a window of the whole editor that is to open: palette, open, save, ...
    focus: str = ""  # a panel that is to come to the front
    in_front: set[str] = field(default_factory=set)  # panels that were seen in the last frame
    has_keys: str = ""  # the panel that the keyboard belongs to
    rebuild_layout: bool = False
    new_layout: str = ""  # ini text that is to be taken over before the next frame
    editing: bool = False  # a field is being changed: its steps belong together until it is let go
    styled: tuple[str, float] = ("", 0.0)
    extended: object = None  # what extensions had declared when the panels were looked up
    _kept: dict[type, Any] = field(default_factory=dict)
    _queue: list[Callable[[], object]] = field(default_factory=list)

    @property
    def theme(self) -> Theme:
        """The colours in use."""
        return theme.THEMES.get(self.settings.theme, theme.DARK)

    @property
    def scale(self) -> float:
        """Pixels for each point: what the user wants, or else what the screen asks for."""
        return self.settings.scale or self.services.scale

    def px(self, points: float) -> float:
        """Points → imgui's pixels."""
        return points * self.scale

    def kept(self, kind: type[T]) -> T:
        """The one value of a class that stays from frame to frame; made when it is first asked for."""
        found = self._kept.get(kind)
        if found is None:
            found = self._kept[kind] = kind()
        return found

    # ---- panels -------------------------------------------------------------------------------------------------

    def is_shown(self, panel: Panel) -> bool:
        """Whether a panel is there (it may lie behind another one of the same place)."""
        return bool(self.settings.panels.get("shown", {}).get(panel.id, panel.shown))

    def show(self, id: str, shown: bool = True) -> None:
        """Open a panel and bring it to the front, or close it. Raises EditorError for one that is not there."""
        panel = self.panels.get(id)
        if panel is None:
            raise EditorError(f"there is no panel {id}; there is {', '.join(self.panels)}")
        told = self.settings.panels.setdefault("shown", {})
        if shown == panel.shown:
            told.pop(id, None)
        else:
            told[id] = shown
        if shown:
            self.focus = id
        self.keep_settings()

    def keep_settings(self) -> None:
        """Write the user's settings; a disk that refuses is told of, and of no further account."""
        try:
            self.settings.save()
        except EditorError as error:
            self.tell("warning", str(error))

    # ---- doing --------------------------------------------------------------------------------------------------

    def later(self, do: Callable[[], object]) -> None:
        """Do something when all panels are drawn, so that none sees half of a change."""
        self._queue.append(do)

    def act(self, state: EditorState, action: str, **arguments: Any) -> None:
        """Run an action when all panels are drawn."""
        self.later(lambda: state.act(action, **arguments))

    def edit(self, state: EditorState, command: Mapping[str, Any], label: str, merge: str | None = None) -> None:
        """Change the scene when all panels are drawn; steps of the same `merge` are one until the field is let go."""
        self.editing = self.editing or merge is not None
        self.later(lambda: state.do(command, label=label, merge=merge))

    def finish(self, state: EditorState) -> None:
        """Do what was put off, and close what is let go. Errors that are meant for the user are told, not raised."""
        queue, self._queue = self._queue, []
        for do in queue:
            try:
                do()
            except (DreamwellError, OSError) as error:
                state.tell_error(error)
        if self.editing and not imgui.is_any_item_active():
            self.editing = False
            state.seal()

    def tell(self, level: str, text: str, seconds: float = 6.0) -> None:
        """Show a message for a while; the same one is not shown twice."""
        self.toasts = [t for t in self.toasts if t.text != text][-3:]
        self.toasts.append(Toast(level, text, imgui.get_time() + seconds))

    # ---- dragging -----------------------------------------------------------------------------------------------

    def drag_source(self, kind: str, data: Any, label: str, icon: str = "") -> None:
        """The item drawn last can be dragged, and what it carries."""
        if imgui.begin_drag_drop_source(imgui.DragDropFlags_.source_allow_null_id):
            imgui.set_drag_drop_payload_py_id(kind, 1)
            self.dragged = Dragged(kind, data, label)
            imgui.text(f"{icon}  {label}" if icon else label)
            imgui.end_drag_drop_source()

    def drop_target(self, *kinds: str) -> Dragged | None:
        """What was let go over the item drawn last, if it is of one of these kinds."""
        found = None
        if imgui.begin_drag_drop_target():
            for kind in kinds:
                if imgui.accept_drag_drop_payload_py_id(kind) is not None and self.dragged is not None:
                    found = self.dragged
            imgui.end_drag_drop_target()
        return found


def short(names: Sequence[str], most: int = 3) -> str:
    """A few names in words: "a, b and 4 more"."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
