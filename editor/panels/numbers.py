"""Fields for numbers: dragged, typed, with units, within their range, and for values that differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

from imgui_bundle import ImVec2, ImVec4, imgui

from ...engine.declare import SINGLE_MAX, Spec
from .theme import faded, mixed, u32
from .ui import Ui

MIXED = "—"
"""What a field shows whose values differ."""
AXES = "xyzw"
_LARGEST = 2**31 - 1
_FREE = int(imgui.SliderFlags_.no_round_to_format)
_BOUNDED = _FREE | int(imgui.SliderFlags_.always_clamp)
_STEPS = {
    "m": 0.02,
    "deg": 0.5,
    "s": 0.01,
    "m/s": 0.05,
    "kg": 0.1,
    "lx": 100.0,
    "cd": 1.0,
    "EV": 0.05,
    "K": 20.0,
    "px": 4.0,
}


def shortest(value: float) -> float:
    """A single-precision number as the shortest decimal that means it: 0.1, not 0.10000000149."""
    return float(f"{value:.7g}") + 0.0


def decimals(value: float) -> int:
    """How many places behind the point a number is shown with: as many as it has, at most four."""
    size = abs(value)
    most = 4 if size < 100 else 2 if size < 10_000 else 1
    text = f"{value:.{most}f}".rstrip("0")
    return min(most, max(len(text.partition(".")[2]), 1 if size < 1000 else 0))


def step_of(value: float, spec: Spec) -> float:
    """How much a drag of one pixel changes a number."""
    if spec.minimum is not None and spec.maximum is not None and spec.maximum - spec.minimum <= 1000:
        return (spec.maximum - spec.minimum) / 250
    base = _STEPS.get(spec.unit, 0.02)
    return max(base, abs(value) * 0.004) if spec.unit in ("lx", "cd", "") else base


def _rounded(value: float, step: float) -> float:
    """A dragged number, to the place that its steps reach."""
    places = min(6, max(0, 1 - math.floor(math.log10(step)))) if step > 0 else 6
    return shortest(round(value, places))


def bounds(spec: Spec) -> tuple[float, float]:
    """The least and the largest number that is allowed, as floats."""
    low = -SINGLE_MAX if spec.minimum is None else spec.minimum
    if spec.above is not None:
        low = max(low, spec.above + max(abs(spec.above), 1.0) * 1e-6)
    return low, SINGLE_MAX if spec.maximum is None else spec.maximum


def format_of(value: float, unit: str) -> str:
    """How imgui prints a number, with its unit behind."""
    tail = f" {unit}".replace("%", "%%") if unit else ""
    return f"%.{decimals(value)}f{tail}"


def decimal(
    ui: Ui, id: str, value: float, spec: Spec, *, mixed_: bool = False, width: float = -1.0, axis: int = -1
) -> float | None:
    """A field for one number; what it was changed to, None for nothing.

    axis: which of x, y, z, w it is, to be marked so; -1 for none. `width` as imgui's: negative from the right edge.
    """
    low, high = bounds(spec)
    step = step_of(value, spec)
    unit = spec.unit if axis < 0 else ""
    imgui.set_next_item_width(width)
    bar = spec.minimum is not None and spec.maximum is not None and axis < 0
    if bar:
        _filled(ui, 0.0 if mixed_ else (value - low) / max(high - low, 1e-12), width)
        imgui.push_style_color(imgui.Col_.frame_bg, ImVec4(0, 0, 0, 0))
    start = imgui.get_cursor_screen_pos() if axis >= 0 else None
    bounded = spec.minimum is not None or spec.maximum is not None or spec.above is not None
    flags = _BOUNDED if bounded else _FREE
    changed, new = imgui.drag_float(
        f"###{id}",
        value,
        step,
        low if bounded else 0.0,
        high if bounded else 0.0,
        MIXED if mixed_ else format_of(value, unit),
        flags,
    )
    if bar:
        imgui.pop_style_color()
    if start is not None:
        _marked(ui, start, axis)
    if not changed:
        return None
    typed = imgui.is_item_deactivated() or imgui.get_io().want_text_input
    new = shortest(new) if typed else _rounded(new, step)
    if new == value and not mixed_:
        return None
    return min(max(new, low), high) + 0.0


def _filled(ui: Ui, part: float, width: float) -> None:
    """The field's background, filled up to a part."""
    start = imgui.get_cursor_screen_pos()
    wide = imgui.get_content_region_avail().x if width < 0 else width
    high = imgui.get_frame_height()
    draw, rounding = imgui.get_window_draw_list(), imgui.get_style().frame_rounding
    end = ImVec2(start.x + wide, start.y + high)
    draw.add_rect_filled(start, end, u32(ui.theme.inset), rounding)
    part = min(max(part, 0.0), 1.0)
    if part > 0:
        right = start.x + max(wide * part, rounding)
        tone = mixed(ui.theme.inset, ui.theme.accent, 0.36)
        draw.add_rect_filled(start, ImVec2(right, end.y), u32(tone), rounding)


def _marked(ui: Ui, start: ImVec2, axis: int) -> None:
    colour = ui.theme.axis(axis)
    high = imgui.get_frame_height()
    draw = imgui.get_window_draw_list()
    draw.add_rect_filled(
        ImVec2(start.x, start.y + high * 0.18),
        ImVec2(start.x + ui.px(2), start.y + high * 0.82),
        u32(faded(colour, 0.95)),
    )


def whole(ui: Ui, id: str, value: int, spec: Spec, *, mixed_: bool = False, width: float = -1.0) -> int | None:
    """A field for one whole number; what it was changed to, None for nothing."""
    low = -_LARGEST if spec.minimum is None else int(spec.minimum)
    high = _LARGEST if spec.maximum is None else int(spec.maximum)
    shown = min(max(value, -_LARGEST), _LARGEST)
    tail = f" {spec.unit}".replace("%", "%%") if spec.unit else ""
    imgui.set_next_item_width(width)
    span = high - low
    speed = max(0.05, min(span / 400, 20.0)) if spec.minimum is not None and spec.maximum is not None else 0.2
    changed, new = imgui.drag_int(
        f"###{id}", shown, speed, low, high, MIXED if mixed_ else f"%d{tail}", imgui.SliderFlags_.always_clamp
    )
    return new if changed and (new != shown or mixed_) else None


def vector(
    ui: Ui, id: str, values: Sequence[Sequence[float]], spec: Spec, *, width: float = 0.0, names: str = AXES
) -> tuple[int, float] | None:
    """Fields for a vector, beside each other. values: the distinct ones. Which number was changed, and to what."""
    count = len(values[0])
    gap = imgui.get_style().item_inner_spacing.x
    whole_width = width or imgui.get_content_region_avail().x
    each = (whole_width - gap * (count - 1)) / count
    found: tuple[int, float] | None = None
    for part in range(count):
        if part:
            imgui.same_line(0, gap)
        differs = len(values) > 1 and any(v[part] != values[0][part] for v in values)
        new = decimal(ui, f"{id}.{names[part]}", values[0][part], spec, mixed_=differs, width=each, axis=part)
        if new is not None:
            found = part, new
    return found


# ---- rotations as Euler angles ----------------------------------------------------------------------------------


def euler_from_quaternion(q: Sequence[float]) -> tuple[float, float, float]:
    """A quaternion (x, y, z, w) → degrees of pitch, yaw and roll: about X, Y and Z, turned in the order Z, X, Y.

    About fixed axes; so yaw and pitch aim a camera, and only straight up and down is yaw the same as roll (then 0).
    """
    x, y, z, w = q
    length = math.sqrt(x * x + y * y + z * z + w * w) or 1.0
    x, y, z, w = x / length, y / length, z / length, w / length
    sine = 2 * (x * w - y * z)  # minus row 1, column 2 of Ry Rx Rz
    if abs(sine) > 1 - 1e-10:
        turn = math.copysign(1.0, sine) * 2 * (x * y - z * w), 1 - 2 * (y * y + z * z)
        angles = math.copysign(math.pi / 2, sine), math.atan2(*turn), 0.0
    else:
        angles = (
            math.asin(sine),
            math.atan2(2 * (x * z + y * w), 1 - 2 * (x * x + y * y)),
            math.atan2(2 * (x * y + z * w), 1 - 2 * (x * x + z * z)),
        )
    pitch, yaw, roll = (round(math.degrees(a), 4) + 0.0 for a in angles)
    return pitch, yaw, roll


def quaternion_from_euler(angles: Sequence[float]) -> tuple[float, float, float, float]:
    """Degrees of pitch, yaw and roll, as `euler_from_quaternion` gives them → a unit quaternion (x, y, z, w)."""
    (sx, cx), (sy, cy), (sz, cz) = ((math.sin(math.radians(a) / 2), math.cos(math.radians(a) / 2)) for a in angles)
    return (
        cy * sx * cz + sy * cx * sz,
        sy * cx * cz - cy * sx * sz,
        cy * cx * sz - sy * sx * cz,
        cy * cx * cz + sy * sx * sz,
    )
