"""How the editor looks: two sets of colours, one set of measures, three fonts."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import imgui_bundle
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from . import fallback_fonts

Rgba = tuple[float, float, float, float]
TEXT, SMALL, TITLE = 15.0, 13.0, 22.0
"""Sizes of type, in points: at a scale of 1 these are pixels."""


def _hex(text: str, alpha: float = 1.0) -> Rgba:
    number = int(text[1:], 16)
    return (number >> 16) / 255, (number >> 8 & 255) / 255, (number & 255) / 255, alpha


@dataclass(frozen=True)
class Theme:
    """One set of colours: sRGB red, green, blue, alpha from 0 to 1."""

    name: str
    dark: bool
    gap: Rgba  # between panels
    panel: Rgba
    raised: Rgba  # headers, toolbars, tabs
    popup: Rgba
    inset: Rgba  # what can be typed into
    inset_hovered: Rgba
    line: Rgba
    text: Rgba
    muted: Rgba  # labels, what is said beside
    faint: Rgba  # what is off, empty, disabled
    accent: Rgba
    accent_strong: Rgba
    on_accent: Rgba
    select: Rgba  # behind what is selected
    hover: Rgba
    good: Rgba
    warning: Rgba
    error: Rgba
    info: Rgba
    lamp: Rgba  # icons of lights
    lens: Rgba  # icons of cameras
    prefab: Rgba
    changed: Rgba  # overridden, not the default
    x: Rgba
    y: Rgba
    z: Rgba

    def axis(self, number: int) -> Rgba:
        """The colour of the axis x, y, z; of a fourth number that of labels."""
        return (self.x, self.y, self.z, self.muted)[number]


DARK = Theme(
    name="dark",
    dark=True,
    gap=_hex("#111316"),
    panel=_hex("#1c1f24"),
    raised=_hex("#262a31"),
    popup=_hex("#22262c"),
    inset=_hex("#131519"),
    inset_hovered=_hex("#191c21"),
    line=_hex("#31363f"),
    text=_hex("#dfe3ea"),
    muted=_hex("#aab2c0"),
    faint=_hex("#8791a1"),
    accent=_hex("#8793ff"),
    accent_strong=_hex("#5665e8"),
    on_accent=_hex("#ffffff"),
    select=_hex("#3b4482"),
    hover=_hex("#2c3139"),
    good=_hex("#6fc48c"),
    warning=_hex("#e8ad55"),
    error=_hex("#f0707a"),
    info=_hex("#6db3f2"),
    lamp=_hex("#f2c968"),
    lens=_hex("#7cc4f5"),
    prefab=_hex("#9cbdff"),
    changed=_hex("#a9b2ff"),
    x=_hex("#ee6a72"),
    y=_hex("#86c05a"),
    z=_hex("#5b96f0"),
)
LIGHT = Theme(
    name="light",
    dark=False,
    gap=_hex("#d8dbe1"),
    panel=_hex("#f2f3f5"),
    raised=_hex("#e2e5ea"),
    popup=_hex("#fbfbfc"),
    inset=_hex("#ffffff"),
    inset_hovered=_hex("#f7f8fc"),
    line=_hex("#cbd0d8"),
    text=_hex("#1d2129"),
    muted=_hex("#434b58"),
    faint=_hex("#59616e"),
    accent=_hex("#4250d6"),
    accent_strong=_hex("#4150d8"),
    on_accent=_hex("#ffffff"),
    select=_hex("#c5cbfa"),
    hover=_hex("#e4e7ee"),
    good=_hex("#1e6f3d"),
    warning=_hex("#845400"),
    error=_hex("#b82535"),
    info=_hex("#1861a3"),
    lamp=_hex("#906400"),
    lens=_hex("#186c9b"),
    prefab=_hex("#244fa6"),
    changed=_hex("#4250d6"),
    x=_hex("#cc3a45"),
    y=_hex("#4e8a22"),
    z=_hex("#2b66c8"),
)
BACKDROP = _hex("#11151c")
"""Behind small pictures of things, in both themes: they are drawn before it."""
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def faded(colour: Rgba, alpha: float) -> Rgba:
    """A colour with its alpha multiplied."""
    return colour[0], colour[1], colour[2], colour[3] * alpha


def mixed(a: Rgba, b: Rgba, part: float) -> Rgba:
    """A colour between two: 0 is the first."""
    r, g, b_, alpha = (p + (q - p) * part for p, q in zip(a, b, strict=True))
    return r, g, b_, alpha


def u32(colour: Rgba) -> int:
    """A colour as draw lists take it."""
    return imgui.color_convert_float4_to_u32(ImVec4(*colour))


# ---- fonts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fonts:
    """Roboto in two weights and Inconsolata, each with the icons of Font Awesome. None: imgui's own."""

    text: imgui.ImFont | None = None
    bold: imgui.ImFont | None = None
    mono: imgui.ImFont | None = None


def load_fonts() -> Fonts:
    """Add the fonts to imgui's atlas: once, after its context was made and before the first frame.

    Letters that Roboto has not come from fonts of the system; glyphs are made when they are first seen.
    """
    folder = Path(imgui_bundle.__file__).parent / "assets" / "fonts"
    atlas = imgui.get_io().fonts

    def font(name: str, size: float) -> imgui.ImFont:
        made = atlas.add_font_from_file_ttf(str(folder / name), size)
        merged = imgui.ImFontConfig()
        merged.merge_mode = True
        merged.glyph_min_advance_x = size
        merged.glyph_offset = ImVec2(0, 0.5)
        atlas.add_font_from_file_ttf(str(folder / "Font_Awesome_6_Free-Solid-900.otf"), size * 0.84, merged)
        return made

    def with_all_letters(made: imgui.ImFont) -> imgui.ImFont:
        for path in fallback_fonts.files():
            merged = imgui.ImFontConfig()
            merged.merge_mode = True
            atlas.add_font_from_file_ttf(str(path), TEXT, merged)
        return made

    return Fonts(
        with_all_letters(font("Roboto/Roboto-Regular.ttf", TEXT)),
        font("Roboto/Roboto-Bold.ttf", TEXT),
        font("Inconsolata-Medium.ttf", TEXT),
    )


@contextmanager
def typeset(font: imgui.ImFont | None, size: float = TEXT) -> Generator[None]:
    """Write in a font and a size within the block."""
    imgui.push_font(font, size)
    try:
        yield
    finally:
        imgui.pop_font()


# ---- applying ---------------------------------------------------------------------------------------------------


def apply(theme: Theme, scale: float = 1.0) -> None:
    """Give imgui (and implot) a theme's colours and the editor's measures. `scale`: pixels for each point."""
    style = imgui.get_style()
    for name, colour in _colours(theme).items():
        style.set_color_(getattr(imgui.Col_, name), ImVec4(*colour))
    for name, size in _SIZES.items():
        setattr(style, name, size * scale)
    for name, (x, y) in _PAIRS.items():
        setattr(style, name, ImVec2(x * scale, y * scale))
    style.window_border_size = 0.0
    style.child_border_size = style.popup_border_size = 1.0
    style.frame_border_size = 1.0 if not theme.dark else 0.0
    style.tab_bar_border_size = 0.0
    style.tab_border_size = 0.0
    style.disabled_alpha = 0.45
    style.window_title_align = ImVec2(0.0, 0.5)
    style.separator_text_align = ImVec2(0.0, 0.5)
    style.selectable_text_align = ImVec2(0.0, 0.0)
    style.window_menu_button_position = imgui.Dir.none
    style.color_button_position = imgui.Dir.left
    style.font_size_base = TEXT
    style.font_scale_main = scale
    style.tab_close_button_min_width_selected = style.tab_close_button_min_width_unselected = 0.0
    style.hover_delay_short = 0.25
    style.hover_delay_normal = 0.55
    _plots(theme, scale)


_SIZES = {
    "window_rounding": 4.0,
    "child_rounding": 3.0,
    "popup_rounding": 5.0,
    "frame_rounding": 3.0,
    "indent_spacing": 14.0,
    "scrollbar_size": 11.0,
    "scrollbar_rounding": 6.0,
    "scrollbar_padding": 2.0,
    "grab_min_size": 9.0,
    "grab_rounding": 3.0,
    "tab_rounding": 4.0,
    "tab_bar_overline_size": 2.0,
    "docking_separator_size": 3.0,
    "separator_text_border_size": 1.0,
    "image_rounding": 3.0,
}
_PAIRS = {
    "window_padding": (8.0, 8.0),
    "frame_padding": (7.0, 4.0),
    "item_spacing": (7.0, 5.0),
    "item_inner_spacing": (5.0, 4.0),
    "cell_padding": (4.0, 2.0),
    "separator_text_padding": (0.0, 4.0),
    "window_min_size": (60.0, 40.0),
}


def _colours(t: Theme) -> dict[str, Rgba]:
    clear = (0.0, 0.0, 0.0, 0.0)
    return {
        "text": t.text,
        "text_disabled": t.muted,
        "window_bg": t.panel,
        "child_bg": clear,
        "popup_bg": t.popup,
        "border": t.line,
        "border_shadow": clear,
        "frame_bg": t.inset,
        "frame_bg_hovered": t.inset_hovered,
        "frame_bg_active": mixed(t.inset_hovered, t.accent, 0.16),
        "title_bg": t.gap,
        "title_bg_active": t.gap,
        "title_bg_collapsed": t.gap,
        "menu_bar_bg": t.gap,
        "scrollbar_bg": clear,
        "scrollbar_grab": faded(t.faint, 0.55),
        "scrollbar_grab_hovered": faded(t.faint, 0.8),
        "scrollbar_grab_active": t.faint,
        "check_mark": t.on_accent,
        "checkbox_selected_bg": t.accent_strong,
        "slider_grab": t.accent,
        "slider_grab_active": t.accent_strong,
        "button": mixed(t.raised, t.text, 0.05),
        "button_hovered": mixed(t.raised, t.text, 0.13),
        "button_active": mixed(t.raised, t.accent, 0.5),
        "header": t.select,
        "header_hovered": t.hover,
        "header_active": mixed(t.select, t.accent, 0.3),
        "separator": t.gap,
        "separator_hovered": t.accent,
        "separator_active": t.accent,
        "resize_grip": clear,
        "resize_grip_hovered": faded(t.accent, 0.5),
        "resize_grip_active": t.accent,
        "input_text_cursor": t.text,
        "tab": clear,
        "tab_hovered": t.hover,
        "tab_selected": t.panel,
        "tab_selected_overline": t.accent,
        "tab_dimmed": clear,
        "tab_dimmed_selected": t.panel,
        "tab_dimmed_selected_overline": clear,
        "docking_preview": faded(t.accent, 0.45),
        "docking_empty_bg": t.gap,
        "plot_lines": t.accent,
        "plot_lines_hovered": t.accent_strong,
        "plot_histogram": t.accent,
        "plot_histogram_hovered": t.accent_strong,
        "table_header_bg": t.raised,
        "table_border_strong": t.line,
        "table_border_light": faded(t.line, 0.6),
        "table_row_bg": clear,
        "table_row_bg_alt": faded(t.hover, 0.45),
        "text_link": t.info,
        "text_selected_bg": faded(t.accent, 0.35),
        "tree_lines": t.line,
        "drag_drop_target": t.accent,
        "drag_drop_target_bg": faded(t.accent, 0.12),
        "unsaved_marker": t.text,
        "nav_cursor": faded(t.accent, 0.9),
        "nav_windowing_highlight": t.accent,
        "nav_windowing_dim_bg": faded(t.gap, 0.5),
        "modal_window_dim_bg": (0.0, 0.0, 0.0, 0.45),
    }


def _plots(t: Theme, scale: float) -> None:
    if implot.get_current_context() is None:  # pyright: ignore[reportUnnecessaryComparison]
        return
    style = implot.get_style()
    for name, colour in {
        "plot_bg": t.inset,
        "frame_bg": (0.0, 0.0, 0.0, 0.0),
        "plot_border": t.line,
        "legend_bg": faded(t.popup, 0.9),
        "legend_border": t.line,
        "legend_text": t.muted,
        "axis_text": t.muted,
        "axis_grid": faded(t.line, 0.7),
    }.items():
        style.set_color_(getattr(implot.Col_, name), ImVec4(*colour))
    style.plot_padding = ImVec2(6 * scale, 6 * scale)
    style.plot_border_size = 0.0
