"""The small parts that panels are made of."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from imgui_bundle import ImVec2, ImVec4, imgui

from . import icons
from .theme import SMALL, TITLE, Rgba, faded, mixed, u32
from .ui import Ui

HOVERED = int(imgui.HoveredFlags_.delay_normal | imgui.HoveredFlags_.allow_when_disabled)
"""How long the pointer rests on something before it is explained; flags, put together once."""


def text(ui: Ui, words: str, colour: Rgba | None = None, *, size: float = 0.0, bold: bool = False) -> None:
    """Words in a colour, a size and a weight."""
    if size or bold:
        imgui.push_font(ui.fonts.bold if bold else None, size or imgui.get_style().font_size_base)
    if colour is None:
        imgui.text_unformatted(words)
    else:
        imgui.push_style_color(imgui.Col_.text, ImVec4(*colour))
        imgui.text_unformatted(words)
        imgui.pop_style_color()
    if size or bold:
        imgui.pop_font()


def muted(ui: Ui, words: str) -> None:
    """Words that stand back."""
    text(ui, words, ui.theme.muted)


def wrapped(ui: Ui, words: str, colour: Rgba | None = None) -> None:
    """Words on as many lines as they need."""
    imgui.push_text_wrap_pos(0.0)
    text(ui, words, colour)
    imgui.pop_text_wrap_pos()


def tip(words: str) -> None:
    """What the item drawn last says when the pointer rests on it."""
    if words and imgui.is_item_hovered(HOVERED):
        imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(9, 7))
        if imgui.begin_tooltip():
            imgui.push_text_wrap_pos(imgui.get_font_size() * 24)
            imgui.text_unformatted(words)
            imgui.pop_text_wrap_pos()
            imgui.end_tooltip()
        imgui.pop_style_var()


def icon_button(
    ui: Ui,
    icon: str,
    id: str,
    tooltip: str = "",
    *,
    active: bool = False,
    enabled: bool = True,
    colour: Rgba | None = None,
    size: float = 0.0,
) -> bool:
    """A square button without a frame. `size` in points; 0: as high as a line of fields."""
    t = ui.theme
    edge = ui.px(size) if size else imgui.get_frame_height()
    imgui.push_style_color(imgui.Col_.button, ImVec4(*(t.select if active else (0.0, 0.0, 0.0, 0.0))))
    imgui.push_style_color(imgui.Col_.button_hovered, ImVec4(*(mixed(t.select, t.text, 0.12) if active else t.hover)))
    imgui.push_style_color(imgui.Col_.text, ImVec4(*(colour or (t.text if active or not enabled else t.muted))))
    imgui.push_style_var_x(imgui.StyleVar_.frame_padding, 0)
    imgui.push_style_var(imgui.StyleVar_.frame_border_size, 0.0)
    imgui.begin_disabled(not enabled)
    pressed = imgui.button(f"{icon}###{id}", ImVec2(edge, edge))
    imgui.end_disabled()
    imgui.pop_style_var(2)
    imgui.pop_style_color(3)
    tip(tooltip)
    return pressed


def primary_button(ui: Ui, label: str, width: float = 0.0) -> bool:
    """The button that does what a dialog is for."""
    t = ui.theme
    imgui.push_style_color(imgui.Col_.button, ImVec4(*t.accent_strong))
    imgui.push_style_color(imgui.Col_.button_hovered, ImVec4(*mixed(t.accent_strong, t.on_accent, 0.12)))
    imgui.push_style_color(imgui.Col_.button_active, ImVec4(*t.accent))
    imgui.push_style_color(imgui.Col_.text, ImVec4(*t.on_accent))
    pressed = imgui.button(label, ImVec2(width, 0))
    imgui.pop_style_color(4)
    return pressed


def checkbox(ui: Ui, id: str, *, on: bool) -> tuple[bool, bool]:
    """A box to tick: whether it was, and whether it is on then."""
    t = ui.theme
    imgui.push_style_color(imgui.Col_.border, ImVec4(*mixed(t.line, t.text, 0.2)))
    imgui.push_style_var(imgui.StyleVar_.frame_border_size, 0.0 if on else 1.0)
    pad = ui.px(2)
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + imgui.get_style().frame_padding.y - pad)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(pad, pad))
    found = imgui.checkbox(f"###{id}", on)
    imgui.pop_style_var(2)
    imgui.pop_style_color()
    return found


def segments(ui: Ui, id: str, words: Sequence[str], chosen: int) -> int | None:
    """Buttons side by side of which one is chosen; the one that was pressed."""
    t = ui.theme
    found: int | None = None
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(1, 0))
    for i, word in enumerate(words):
        if i:
            imgui.same_line()
        imgui.push_style_color(imgui.Col_.button, ImVec4(*(t.select if i == chosen else t.inset)))
        imgui.push_style_color(imgui.Col_.text, ImVec4(*(t.text if i == chosen else t.muted)))
        if imgui.button(f"{word}###{id}.{i}"):
            found = i
        imgui.pop_style_color(2)
    imgui.pop_style_var()
    return found


def begin_combo(ui: Ui, id: str, shown: str, width: float = -1.0) -> bool:
    """A field that opens a list of `imgui.selectable`s; `imgui.end_popup` ends it where this is true."""
    t, pad = ui.theme, imgui.get_style().frame_padding
    start = imgui.get_cursor_screen_pos()
    wide = max(imgui.get_content_region_avail().x if width < 0 else width, 1.0)
    high = imgui.get_frame_height()
    pressed = imgui.invisible_button(f"###{id}", ImVec2(wide, high), imgui.ButtonFlags_.enable_nav)
    over = imgui.is_item_hovered()
    draw, rounding = imgui.get_window_draw_list(), imgui.get_style().frame_rounding
    end = ImVec2(start.x + wide, start.y + high)
    draw.add_rect_filled(start, end, u32(t.inset_hovered if over else t.inset), rounding)
    if not t.dark:
        draw.add_rect(start, end, u32(t.line), rounding)
    arrow = imgui.calc_text_size(icons.UNFOLDED).x
    words = elided_end(shown, wide - arrow - pad.x * 2.5)
    draw.add_text(ImVec2(start.x + pad.x, start.y + pad.y), u32(t.text), words)
    draw.add_text(ImVec2(end.x - arrow - pad.x * 0.7, start.y + pad.y), u32(t.muted), icons.UNFOLDED)
    if pressed:
        imgui.open_popup(f"###{id}.list")
    if not imgui.is_popup_open(f"###{id}.list"):
        return False
    view = imgui.get_main_viewport()
    below, above = view.pos.y + view.size.y - end.y, start.y - view.pos.y
    if below < ui.px(220) and above > below:
        imgui.set_next_window_pos(ImVec2(start.x, start.y - ui.px(2)), 0, ImVec2(0, 1))
    else:
        imgui.set_next_window_pos(ImVec2(start.x, end.y + ui.px(2)))
    imgui.set_next_window_size_constraints(ImVec2(wide, 0), ImVec2(max(wide, ui.px(420)), ui.px(420)))
    return bool(imgui.begin_popup(f"###{id}.list", int(imgui.WindowFlags_.no_move)))


def search(ui: Ui, id: str, hint: str, words: str, width: float = -1.0, *, focus: bool = False) -> str:
    """A field to search with: an icon, a hint, a cross that empties it. Returns its text."""
    t = ui.theme
    edge = imgui.get_frame_height()
    start = imgui.get_cursor_screen_pos()
    whole = imgui.get_content_region_avail().x if width <= 0 else width
    if focus:
        imgui.set_keyboard_focus_here()
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(edge, imgui.get_style().frame_padding.y))
    imgui.set_next_item_width(whole)
    imgui.set_next_item_allow_overlap()
    _, words = imgui.input_text_with_hint(f"###{id}", hint, words, imgui.InputTextFlags_.escape_clears_all)
    imgui.pop_style_var()
    draw = imgui.get_window_draw_list()
    glyph = imgui.calc_text_size(icons.SEARCH)
    place = ImVec2(start.x + (edge - glyph.x) / 2, start.y + (edge - glyph.y) / 2)
    draw.add_text(place, u32(t.accent if words else t.faint), icons.SEARCH)
    if words:
        after = imgui.get_cursor_screen_pos()
        imgui.set_cursor_screen_pos(ImVec2(start.x + whole - edge, start.y))
        if icon_button(ui, icons.REMOVE, f"{id}_clear", "Clear", colour=t.faint):
            words = ""
        imgui.set_cursor_screen_pos(after)
        imgui.dummy(ImVec2(0, 0))
    return words


def empty(ui: Ui, icon: str, title: str, hint: str = "") -> None:
    """What an empty panel says, in its middle."""
    t = ui.theme
    room = imgui.get_content_region_avail()
    line = imgui.get_text_line_height()
    high = ui.px(34) + line + (line * 1.4 if hint else 0)
    start = imgui.get_cursor_pos()
    imgui.set_cursor_pos_y(start.y + max(0.0, (room.y - high) * 0.42))

    def centred(words: str, colour: Rgba, size: float = 0.0, *, bold: bool = False) -> None:
        if size or bold:
            imgui.push_font(ui.fonts.bold if bold else None, size or imgui.get_style().font_size_base)
        wide = imgui.calc_text_size(words).x
        if wide < room.x:
            imgui.set_cursor_pos_x(start.x + (room.x - wide) / 2)
            text(ui, words, colour)
        else:
            wrapped(ui, words, colour)
        if size or bold:
            imgui.pop_font()

    centred(icon, t.faint, TITLE)
    imgui.dummy(ImVec2(0, ui.px(2)))
    centred(title, t.muted)
    if hint:
        centred(hint, t.faint, SMALL)


def heading(ui: Ui, words: str) -> None:
    """The title of a part of a panel."""
    imgui.dummy(ImVec2(0, ui.px(2)))
    text(ui, words, bold=True)
    imgui.dummy(ImVec2(0, 0))


def caption(ui: Ui, words: str) -> None:
    """Small words above a group."""
    text(ui, words, ui.theme.muted, size=SMALL)


@contextmanager
def toolbar(ui: Ui, id: str) -> Generator[None]:
    """A row of buttons at the top of a panel, with a line below."""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(ui.px(3), imgui.get_style().item_spacing.y))
    imgui.begin_group()
    imgui.push_id(id)
    try:
        yield
    finally:
        imgui.pop_id()
        imgui.end_group()
        imgui.pop_style_var()


def align_right(width: float) -> None:
    """Let the next item end at the right edge: it is this many pixels wide."""
    imgui.same_line()
    room = imgui.get_content_region_avail().x
    if room > width:
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + room - width)


def separator_v(ui: Ui, size: float = 0.0) -> None:
    """An upright line between buttons of a row. `size` in points, as that of the buttons."""
    imgui.same_line(0, ui.px(7))
    place = imgui.get_cursor_screen_pos()
    high = ui.px(size) if size else imgui.get_frame_height()
    imgui.get_window_draw_list().add_line(
        ImVec2(place.x, place.y + high * 0.2), ImVec2(place.x, place.y + high * 0.8), u32(ui.theme.line), 1.0
    )
    imgui.dummy(ImVec2(1, high))
    imgui.same_line(0, ui.px(7))


def chip(ui: Ui, words: str, id: str, *, colour: Rgba | None = None, removable: bool = True) -> bool:
    """A word on a small plate; returns whether its cross was pressed."""
    t = ui.theme
    back = colour or mixed(t.raised, t.accent, 0.22)
    imgui.push_style_color(imgui.Col_.button, ImVec4(*back))
    imgui.push_style_color(imgui.Col_.button_hovered, ImVec4(*mixed(back, t.text, 0.12)))
    imgui.push_style_var(imgui.StyleVar_.frame_rounding, imgui.get_frame_height() / 2)
    imgui.push_style_var_x(imgui.StyleVar_.frame_padding, ui.px(9))
    label = f"{words}  {icons.REMOVE}" if removable else words
    pressed = imgui.button(f"{label}###{id}")
    imgui.pop_style_var(2)
    imgui.pop_style_color(2)
    if removable:
        tip(f"Remove {words}")
    return pressed and removable


def flow(ui: Ui, width: float) -> None:
    """Stay on the line where the next item, this many pixels wide, still fits; else go to the next one."""
    style = imgui.get_style()
    right = imgui.get_window_pos().x + imgui.get_window_width() - style.window_padding.x
    if imgui.get_item_rect_max().x + style.item_spacing.x + width < right:
        imgui.same_line()


def elided_end(words: str, width: float) -> str:
    """Words cut at their end so that they fit into a width in pixels."""
    if imgui.calc_text_size(words).x <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if imgui.calc_text_size(words[:middle] + "…").x <= width:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip() + "…"


def elided(words: str, width: float) -> str:
    """Words cut in the middle so that they fit into a width in pixels."""
    if imgui.calc_text_size(words).x <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        keep = (low + high + 1) // 2
        cut = words[: (keep + 1) // 2] + "…" + (words[len(words) - keep // 2 :] if keep // 2 else "")
        if imgui.calc_text_size(cut).x <= width:
            low = keep
        else:
            high = keep - 1
    return words[: (low + 1) // 2] + "…" + (words[len(words) - low // 2 :] if low // 2 else "")


def level_look(ui: Ui, level: str) -> tuple[str, Rgba]:
    """The icon and the colour of a message's level."""
    t = ui.theme
    return {
        "error": (icons.ERROR, t.error),
        "warning": (icons.WARNING, t.warning),
        "good": (icons.GOOD, t.good),
        "debug": (icons.INFO, t.faint),
    }.get(level, (icons.INFO, t.info))


def banner(ui: Ui, level: str, words: str) -> None:
    """A message across the panel, on a tinted plate."""
    icon, colour = level_look(ui, level)
    pad = ui.px(6)
    imgui.push_font(None, SMALL)
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    inner = width - pad * 2 - ui.px(22)
    high = imgui.calc_text_size(words, False, inner).y + pad * 2
    draw = imgui.get_window_draw_list()
    draw.add_rect_filled(
        start, ImVec2(start.x + width, start.y + high), u32(faded(colour, 0.14)), imgui.get_style().frame_rounding
    )
    draw.add_rect_filled(start, ImVec2(start.x + ui.px(3), start.y + high), u32(colour), 0.0)
    draw.add_text(ImVec2(start.x + pad + ui.px(2), start.y + pad), u32(colour), icon)
    imgui.set_cursor_screen_pos(ImVec2(start.x + pad + ui.px(24), start.y + pad))
    imgui.push_text_wrap_pos(imgui.get_cursor_pos_x() + inner)
    imgui.text_unformatted(words)
    imgui.pop_text_wrap_pos()
    imgui.pop_font()
    imgui.set_cursor_screen_pos(ImVec2(start.x, start.y + high))
    imgui.dummy(ImVec2(width, 0))
