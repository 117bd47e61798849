"""Fields for colours: a swatch, its code, and a picker. Values are linear light, swatches as screens show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from imgui_bundle import ImVec2, ImVec4, imgui

from ...engine.declare import Spec
from . import numbers
from .theme import u32
from .ui import Ui
from .widgets import caption, tip

Rgb = tuple[float, float, float]


def encoded(linear: float) -> float:
    """Linear light → sRGB's code, IEC 61966-2-1; both from 0 to 1."""
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def decoded(code: float) -> float:
    """sRGB's code → linear light; the inverse of `encoded`."""
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4


def shown(colour: Sequence[float]) -> tuple[Rgb, float]:
    """A colour as a screen shows it, and the factor by which it is brighter than a screen can be."""
    strength = max(1.0, *colour)
    r, g, b = (encoded(max(c, 0.0) / strength) for c in colour[:3])
    return (r, g, b), strength


def code_of(colour: Sequence[float]) -> str:
    """A colour as people write it: #rrggbb, and by how much it is brighter."""
    (r, g, b), strength = shown(colour)
    text = f"#{round(r * 255):02x}{round(g * 255):02x}{round(b * 255):02x}"
    return text if strength <= 1.0005 else f"{text}  × {strength:.3g}"


def from_code(text: str) -> Rgb | None:
    """#rrggbb, #rgb or either without the # → linear light; None for what is no colour."""
    digits = text.strip().lstrip("#").split(" ")[0]
    if len(digits) == 3:
        digits = "".join(c * 2 for c in digits)
    try:
        number = int(digits, 16)
    except ValueError:
        return None
    if len(digits) != 6:
        return None
    r, g, b = (numbers.shortest(decoded((number >> shift & 255) / 255)) for shift in (16, 8, 0))
    return r, g, b


def colour_field(ui: Ui, path: str, values: Sequence[Any], spec: Spec) -> Callable[[Any], Any] | None:
    """A swatch with its code; pressing it opens the picker."""
    mixed = len(values) > 1
    value: Sequence[float] = values[0]
    (r, g, b), strength = shown(value)
    high = imgui.get_frame_height()
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    if imgui.invisible_button(f"###{path}", ImVec2(max(width, 1.0), high), imgui.ButtonFlags_.enable_nav):
        imgui.open_popup(f"###{path}.picker")
    draw, rounding, t = imgui.get_window_draw_list(), imgui.get_style().frame_rounding, ui.theme
    end = ImVec2(start.x + width, start.y + high)
    draw.add_rect_filled(start, end, u32(t.inset_hovered if imgui.is_item_hovered() else t.inset), rounding)
    swatch = ImVec2(start.x + ui.px(44), end.y)
    if mixed:
        for i, one in enumerate(values[:4]):
            part = ui.px(44) / min(len(values), 4)
            colour, _ = shown(one)
            left = start.x + part * i
            draw.add_rect_filled(ImVec2(left, start.y), ImVec2(left + part, end.y), u32((*colour, 1.0)))
    else:
        draw.add_rect_filled(start, swatch, u32((r, g, b, 1.0)), rounding)
    draw.add_rect(start, end, u32(t.line), rounding)
    words = numbers.MIXED if mixed else code_of(value)
    pad = imgui.get_style().frame_padding
    draw.add_text(ImVec2(swatch.x + pad.x, start.y + pad.y), u32(t.text), words)
    tip("Linear " + ", ".join(f"{c:g}" for c in value))
    return _picker(ui, path, value, spec, strength)


def _picker(ui: Ui, path: str, value: Sequence[float], spec: Spec, strength: float) -> Callable[[Any], Any] | None:
    if not imgui.begin_popup(f"###{path}.picker"):
        return None
    change: Callable[[Any], Any] | None = None
    (r, g, b), _ = shown(value)
    imgui.set_next_item_width(ui.px(220))
    flags = imgui.ColorEditFlags_
    picked, new = imgui.color_picker3(
        f"###{path}.wheel",
        ImVec4(r, g, b, 1.0),
        flags.no_side_preview | flags.no_inputs | flags.no_label | flags.picker_hue_bar | flags.no_alpha,
    )
    if picked:
        linear = tuple(numbers.shortest(decoded(c) * strength) for c in (new.x, new.y, new.z))
        change = lambda old: linear  # noqa: E731
    imgui.set_next_item_width(ui.px(220))
    imgui.push_item_flag(imgui.ItemFlags_.live_edit_on_input_text, False)
    typed, code = imgui.input_text(f"###{path}.code", code_of(value), imgui.InputTextFlags_.auto_select_all)
    imgui.pop_item_flag()
    if typed:
        found = from_code(code)
        if found is not None:
            change = lambda old: found  # noqa: E731
    caption(ui, "Linear red, green, blue")
    parts = numbers.vector(ui, f"{path}.linear", [value], spec, width=ui.px(220), names="rgb")
    if parts is not None:
        part, number = parts
        change = lambda old: (*old[:part], number, *old[part + 1 :])  # noqa: E731
    if spec.maximum is None or spec.maximum > 1:
        caption(ui, "Strength: how much brighter than white")
        stronger = numbers.decimal(ui, f"{path}.strength", strength, Spec(minimum=1.0), width=ui.px(220))
        if stronger is not None:
            factor = stronger / strength
            change = lambda old: tuple(numbers.shortest(c * factor) for c in old)  # noqa: E731
    imgui.end_popup()
    return change
