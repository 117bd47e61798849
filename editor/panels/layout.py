"""Where the panels are: the dock space, the layout it has at first, and layouts kept from one run to the next."""

from __future__ import annotations

from collections.abc import Iterable

from imgui_bundle import ImVec2, imgui

from .ui import Panel, Ui

DOCK = "###editor_dock"
_FRONT = ("hierarchy", "inspector", "viewport", "assets")
"""Panels that lie before the others of their place at first."""


def dock_space(ui: Ui) -> None:
    """The area below the toolbar in which panels are docked. Lays them out when there is no layout yet."""
    number = imgui.get_id(DOCK)
    if ui.new_layout:
        imgui.load_ini_settings_from_memory(ui.new_layout)
        ui.new_layout = ""
    if ui.rebuild_layout or imgui.internal.dock_builder_get_node(number) is None:  # pyright: ignore[reportUnnecessaryComparison]
        ui.rebuild_layout = False
        build(ui, number, ui.panels.values())
    for place in (imgui.Col_.window_bg, imgui.Col_.border):  # the latter is that of the splitters
        imgui.push_style_color(place, imgui.get_style_color_vec4(imgui.Col_.docking_empty_bg))
    flags = (
        imgui.internal.DockNodeFlagsPrivate_.no_window_menu_button
        | imgui.internal.DockNodeFlagsPrivate_.no_close_button
    )
    imgui.dock_space_over_viewport(number, imgui.get_main_viewport(), int(flags))
    imgui.pop_style_color(2)


def build(ui: Ui, number: int, panels: Iterable[Panel]) -> None:
    """Lay the panels out as at first: tree left, scene in the middle, inspector right, tools below."""
    builder = imgui.internal
    builder.dock_builder_remove_node(number)
    builder.dock_builder_add_node(number, builder.DockNodeFlagsPrivate_.dock_space)
    builder.dock_builder_set_node_size(number, imgui.get_main_viewport().work_size)
    _, right, rest = builder.dock_builder_split_node_py(number, imgui.Dir.right, 0.262)
    _, bottom, rest = builder.dock_builder_split_node_py(rest, imgui.Dir.down, 0.315)
    _, left, center = builder.dock_builder_split_node_py(rest, imgui.Dir.left, 0.255)
    nodes = {"left": left, "right": right, "bottom": bottom, "center": center}
    for panel in panels:
        if panel.dock in nodes:
            builder.dock_builder_dock_window(f"###{panel.id}", nodes[panel.dock])
    builder.dock_builder_finish(number)
    ui.kept(_Fronts).left = list(_FRONT)


class _Fronts:
    """Panels that are still to be brought to the front."""

    def __init__(self) -> None:
        self.left: list[str] = []
        self.waited = 0


def bring_forward(ui: Ui) -> None:
    """Bring to the front what is to be there: once the windows have been submitted."""
    fronts = ui.kept(_Fronts)
    if fronts.left:
        fronts.waited += 1
        for name in fronts.left if fronts.waited >= 2 else ():
            imgui.set_window_focus(f"###{name}")
        if fronts.waited >= 3:
            fronts.left, fronts.waited = [], 0
    if ui.focus and imgui.internal.find_window_by_name(f"###{ui.focus}") is not None:  # pyright: ignore[reportUnnecessaryComparison]
        imgui.set_window_focus(f"###{ui.focus}")
        ui.focus = ""


def remember(ui: Ui) -> None:
    """Keep the layout, when imgui says that it has changed."""
    io = imgui.get_io()
    if io.want_save_ini_settings:
        io.want_save_ini_settings = False
        ui.settings.layout = imgui.save_ini_settings_to_memory()
        ui.keep_settings()


_ANCHORS = {"left": "hierarchy", "right": "inspector", "bottom": "console", "center": "viewport"}


def dock_newcomer(panel: Panel) -> None:
    """Have a panel that no layout knows yet, as one of an extension, stand beside those of its place."""
    find = imgui.internal.find_window_by_name
    if find(f"###{panel.id}") is not None:  # pyright: ignore[reportUnnecessaryComparison]
        return
    anchor = find(f"###{_ANCHORS[panel.dock]}")
    if anchor is not None and anchor.dock_id:  # pyright: ignore[reportUnnecessaryComparison]
        imgui.set_next_window_dock_id(anchor.dock_id, imgui.Cond_.first_use_ever)


def float_size(ui: Ui, panel: Panel) -> None:
    """Size and place of a panel that floats, when it is first there."""
    view = imgui.get_main_viewport()
    middle = ImVec2(view.work_pos.x + view.work_size.x / 2, view.work_pos.y + view.work_size.y / 2)
    imgui.set_next_window_size(ImVec2(ui.px(panel.size[0]), ui.px(panel.size[1])), imgui.Cond_.first_use_ever)
    imgui.set_next_window_pos(middle, imgui.Cond_.first_use_ever, ImVec2(0.5, 0.5))
