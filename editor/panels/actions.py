"""The actions window.* and help.*: panels, theme, scale, layouts, the palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from imgui_bundle import imgui

from ...engine.errors import EditorError
from ..core.actions import Actions
from . import keyboard, palette
from .table import PANELS
from .theme import THEMES
from .ui import Panel, Ui

if TYPE_CHECKING:
    from ..core import EditorState

SCALES = (0.75, 0.85, 1.0, 1.15, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
"""The steps in which the whole editor grows."""
_KEYS = {"console": "Ctrl+`", "inspector": "Ctrl+1", "hierarchy": "Ctrl+2", "assets": "Ctrl+3", "viewport": "Ctrl+4"}


def register(actions: Actions) -> None:
    """Add them."""
    add = actions.add
    add(
        "window.palette", "Search Everything", _palette, "Ctrl+P", menu="Window", icon="magnifying-glass", palette=False
    )
    for panel in PANELS:
        if panel.dock == "float":
            continue
        add(
            f"window.{panel.id}", panel.title, _toggle(panel), _KEYS.get(panel.id, ""), menu="Window/Panels",
            checked=_is_shown(panel), doc=f"open the panel {panel.title}, or bring it to the front",
        )  # fmt: skip
    for which, label, keys, go, step in (
        ("next_panel", "Next Panel", "F6", keyboard.next_panel, 1),
        ("previous_panel", "Previous Panel", "Shift+F6", keyboard.next_panel, -1),
        ("next_tab", "Next Tab", "Ctrl+PageDown", keyboard.next_tab, 1),
        ("previous_tab", "Previous Tab", "Ctrl+PageUp", keyboard.next_tab, -1),
    ):
        add(f"window.{which}", label, _gone(go, step), keys, menu="Window/Go To", doc="give it the keys")
    add("window.theme", "Light or Dark", _theme, menu="Window", icon="moon", arguments=(("name", ", ".join(THEMES)),))
    add("window.scale_up", "Larger", _scaled(1), "Ctrl+=", menu="Window/Scale", doc="the whole editor")
    add("window.scale_down", "Smaller", _scaled(-1), "Ctrl+-", menu="Window/Scale", doc="the whole editor")
    add("window.scale_reset", "As the Screen Asks", _scaled(0), "Ctrl+0", menu="Window/Scale")
    add("window.layout_reset", "Reset Layout", _reset, menu="Window/Layout", doc="every panel where it was at first")
    name = (("name", "of the layout"),)
    add("window.layout_keep", "Keep Layout As…", _keep, menu="Window/Layout", arguments=name)
    add("window.layout_use", "Use Layout…", _use, "", _has_layouts, "Window/Layout", arguments=name)
    add("window.layout_forget", "Forget Layout…", _forget, "", _has_layouts, "Window/Layout", arguments=name)
    add("help.shortcuts", "Shortcuts", _page("shortcuts"), "F1", menu="Help", icon="keyboard")
    add("help.about", "About Dreamwell", _page("about"), menu="Help", icon="circle-info")


def _palette(state: EditorState) -> None:
    palette.open_palette(state.part(Ui))


def _toggle(panel: Panel) -> Callable[[EditorState], None]:
    """Open a panel, bring it to the front and give it the keys; one that has all of that closes.

    By the mouse, which is by its tick in the menu, one that is in front closes.
    """

    def run(state: EditorState) -> None:
        ui = state.part(Ui)
        shown = ui.is_shown(ui.panels.get(panel.id, panel)) and panel.id in ui.in_front
        ui.show(panel.id, shown=not shown or not (imgui.is_mouse_released(0) or ui.has_keys == panel.id))

    return run


def _is_shown(panel: Panel) -> Callable[[EditorState], bool]:
    return lambda state: state.part(Ui).is_shown(panel)


def _gone(go: Callable[[Ui, int], None], step: int) -> Callable[[EditorState], None]:
    return lambda state: go(state.part(Ui), step)


def _page(id: str) -> Callable[[EditorState], None]:
    return lambda state: state.part(Ui).show(id)


def _theme(state: EditorState, name: str = "") -> None:
    ui = state.part(Ui)
    wanted = name or ("light" if ui.theme.dark else "dark")
    if wanted not in THEMES:
        raise EditorError(f"there is no theme {wanted}; there is {' and '.join(THEMES)}")
    state.settings.theme = wanted
    ui.keep_settings()


def _scaled(step: int) -> Callable[[EditorState], None]:
    def run(state: EditorState) -> None:
        ui = state.part(Ui)
        now = ui.scale
        larger = [one for one in SCALES if one > now + 1e-6]
        smaller = [one for one in SCALES if one < now - 1e-6]
        state.settings.scale = 0.0 if not step else (larger or [now])[0] if step > 0 else (smaller or [now])[-1]
        ui.keep_settings()

    return run


# ---- layouts ----------------------------------------------------------------------------------------------------


def _reset(state: EditorState) -> None:
    ui = state.part(Ui)
    state.settings.panels.pop("shown", None)
    ui.rebuild_layout = True


def _keep(state: EditorState, name: str = "") -> None:
    from ..core import Ask

    if not name:
        state.ask(
            Ask("text", "Keep Layout", lambda text: _keep(state, text), "A name for where the panels are now", "mine")
        )
        return
    state.settings.layouts[name] = state.settings.layout
    state.part(Ui).keep_settings()


def _has_layouts(state: EditorState) -> bool:
    return bool(state.settings.layouts)


def _use(state: EditorState, name: str = "") -> None:
    _chosen(state, name, "Use Layout", _take)


def _take(state: EditorState, name: str) -> None:
    state.part(Ui).new_layout = state.settings.layouts[name]


def _forget(state: EditorState, name: str = "") -> None:
    def gone(state: EditorState, name: str) -> None:
        del state.settings.layouts[name]
        state.part(Ui).keep_settings()

    _chosen(state, name, "Forget Layout", gone)


def _chosen(state: EditorState, name: str, title: str, do: Callable[[EditorState, str], None]) -> None:
    from ..core import Ask

    names = tuple(state.settings.layouts)
    if name in names:
        do(state, name)
    elif name:
        raise EditorError(f"there is no layout {name}; there is {', '.join(names) or 'none'}")
    elif len(names) == 1:
        do(state, names[0])
    else:

        def chosen(text: str) -> None:
            if text in names:
                do(state, text)

        state.ask(Ask("choose", title, chosen, "", choices=(*names, "Cancel")))
