"""What both hosts set in a context of Dear ImGui."""

from __future__ import annotations

from imgui_bundle import imgui


def configure() -> None:
    """Docking, and no files of Dear ImGui's own: layouts are kept with the user's settings.

    Its way through windows by keys is off: Alt, Enter and the arrows are shortcuts here; panels have their own keys.
    """
    io = imgui.get_io()
    io.config_flags |= imgui.ConfigFlags_.docking_enable
    io.config_windows_move_from_title_bar_only = True
    io.config_docking_with_shift = False
    io.config_error_recovery_enable_assert = False  # a panel that goes wrong says so itself
    io.config_error_recovery_enable_tooltip = False
    io.set_ini_filename("")
    io.set_log_filename("")
