"""The profiler: what a frame takes on the CPU and on the GPU, pass by pass, and counters over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot
from numpy.typing import NDArray

from . import icons
from .theme import SMALL, mixed, u32
from .ui import Ui
from .widgets import begin_combo, caption, elided, empty, icon_button, muted, separator_v, text, toolbar

if TYPE_CHECKING:
    from ..core import EditorState

FRAMES = 300


@dataclass
class Ring:
    """The last values of something, oldest first."""

    values: NDArray[np.float32] = field(default_factory=lambda: np.full(FRAMES, np.nan, np.float32))

    def add(self, value: float) -> None:
        """Put one at the end."""
        self.values[:-1] = self.values[1:]
        self.values[-1] = value

    @property
    def mean(self) -> float:
        """Of the last 60; 0 for none."""
        last = self.values[-60:]
        last = last[~np.isnan(last)]
        return float(last.mean()) if len(last) else 0.0

    @property
    def high(self) -> float:
        """What all but a few of them are below: one frame that took long does not flatten the others."""
        there = self.values[~np.isnan(self.values)]
        return float(np.percentile(there, 97)) if len(there) else 0.0


@dataclass
class Profiler:
    """What the panel keeps: rings by name."""

    frame: Ring = field(default_factory=Ring)
    cpu: dict[str, Ring] = field(default_factory=dict)
    gpu: dict[str, Ring] = field(default_factory=dict)
    totals: dict[str, Ring] = field(default_factory=lambda: {"CPU": Ring(), "GPU": Ring()})
    counters: dict[str, Ring] = field(default_factory=dict)
    counter: str = ""
    stopped: bool = False
    tick: int = 0


_X = np.arange(FRAMES, dtype=np.float32) - FRAMES + 1


def draw(state: EditorState, ui: Ui) -> None:
    """The panel."""
    mine = ui.kept(Profiler)
    if not mine.stopped:
        sample(ui, mine)
    with toolbar(ui, "bar"):
        icon = icons.PLAY if mine.stopped else icons.PAUSE
        if icon_button(ui, icon, "stop", "Go on measuring" if mine.stopped else "Stop measuring", active=mine.stopped):
            mine.stopped = not mine.stopped
        separator_v(ui)
        imgui.align_text_to_frame_padding()
        frame = mine.frame.mean
        text(ui, f"{frame:.1f} ms", bold=True)
        imgui.same_line(0, ui.px(6))
        muted(ui, f"a frame, {1000 / frame:.0f} a second" if frame else "a frame")
        for name, ring in mine.totals.items():
            imgui.same_line(0, ui.px(18))
            place, dot = imgui.get_cursor_screen_pos(), ui.px(4)
            middle = ImVec2(place.x + dot, place.y + imgui.get_frame_height() / 2)
            imgui.get_window_draw_list().add_circle_filled(middle, dot, u32(_colour(ui, name)), 16)
            imgui.set_cursor_screen_pos(ImVec2(place.x + dot * 3.5, place.y))
            imgui.align_text_to_frame_padding()
            muted(ui, name)
            imgui.same_line(0, ui.px(5))
            text(ui, f"{ring.mean:.2f} ms")
    room = imgui.get_content_region_avail()
    flat = room.x > ui.px(640) and room.y < ui.px(300)  # plots side by side
    left = max(ui.px(240), room.x * (0.6 if flat and mine.counters else 0.42))
    if imgui.begin_child("###plots", ImVec2(left, 0), 0, imgui.WindowFlags_.no_scrollbar):
        _plots(ui, mine, flat=flat)
    imgui.end_child()
    imgui.same_line(0, ui.px(14))
    if imgui.begin_child("###passes", ImVec2(0, 0)):
        _passes(ui, mine)
    imgui.end_child()


def sample(ui: Ui, mine: Profiler) -> None:
    """Take over the times of the last frame."""
    mine.tick += 1
    mine.frame.add(imgui.get_io().delta_time * 1e3)
    for found, rings, total in (
        (ui.services.cpu_times(), mine.cpu, mine.totals["CPU"]),
        (ui.services.gpu_times(), mine.gpu, mine.totals["GPU"]),
    ):
        _sample(found, rings)
        total.add(sum(ms for _, ms in found))
    if mine.tick % 5 == 0:
        counters: Mapping[str, float] = ui.services.counters()
        _sample(list(counters.items()), mine.counters)


def _sample(found: Sequence[tuple[str, float]], rings: dict[str, Ring]) -> None:
    for name, value in found:
        rings.setdefault(name, Ring()).add(value)
    if len(rings) > len(found):
        names = {name for name, _ in found}
        for name in [name for name in rings if name not in names]:
            rings[name].add(0.0)
            if not rings[name].values.any():
                del rings[name]


def _colour(ui: Ui, name: str) -> tuple[float, float, float, float]:
    """Of a line."""
    return ui.theme.info if name == "CPU" else ui.theme.warning


def _plots(ui: Ui, mine: Profiler, *, flat: bool) -> None:
    room = imgui.get_content_region_avail()
    lines = tuple((name, ring, _colour(ui, name)) for name, ring in mine.totals.items())
    if not mine.counters:
        _plot(ui, "###ms", lines, ImVec2(-1, room.y), "ms")
    elif flat:
        _plot(ui, "###ms", lines, ImVec2(room.x * 0.6, room.y), "ms")
        imgui.same_line(0, ui.px(10))
        imgui.begin_group()
        _counter(ui, mine)
        imgui.end_group()
    else:
        _plot(ui, "###ms", lines, ImVec2(-1, room.y * 0.56 - ui.px(4)), "ms")
        _counter(ui, mine)


def _counter(ui: Ui, mine: Profiler) -> None:
    """One of the counters: its name to choose another, its value, and how it went."""
    t = ui.theme
    names = list(mine.counters)
    if mine.counter not in mine.counters:
        mine.counter = "triangles" if "triangles" in names else names[0]
    if begin_combo(ui, "counter", mine.counter, min(ui.px(180), imgui.get_content_region_avail().x * 0.66)):
        for name in names:
            if imgui.selectable(f"{name}###counter.{name}", name == mine.counter)[0]:
                mine.counter = name
        imgui.end_popup()
    ring = mine.counters[mine.counter]
    imgui.same_line()
    imgui.align_text_to_frame_padding()
    muted(ui, f"{ring.values[-1]:,.0f}".replace(",", " "))
    _plot(ui, "###counted", ((mine.counter, ring, t.good),), imgui.get_content_region_avail(), "")


def _plot(
    ui: Ui, id: str, lines: Sequence[tuple[str, Ring, tuple[float, float, float, float]]], size: ImVec2, unit: str
) -> None:
    flags = implot.Flags_.no_mouse_text | implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title
    flags |= implot.Flags_.no_legend  # the line above says it
    imgui.push_style_var(imgui.StyleVar_.frame_border_size, 0.0)
    seen = implot.begin_plot(id, ImVec2(size.x, max(size.y, ui.px(40))), flags)
    imgui.pop_style_var()
    if not seen:
        return
    axis = implot.AxisFlags_
    plain = axis.no_label | axis.no_highlight | (0 if unit else axis.no_decorations)
    implot.setup_axes("", "", axis.no_decorations | axis.lock, plain)
    top = max((ring.high for _, ring, _ in lines), default=1.0)
    implot.setup_axes_limits(-FRAMES + 1, 0, 0, max(top * 1.15, 0.5), imgui.Cond_.always)
    if unit:
        implot.setup_axis_format(implot.ImAxis_.y1, f"%g {unit}")
    for name, ring, colour in lines:
        spec = implot.Spec()
        spec.line_color = ImVec4(*colour)
        spec.line_weight = 1.5 * ui.scale
        implot.plot_line(name, _X, ring.values, spec)
    implot.end_plot()


def _passes(ui: Ui, mine: Profiler) -> None:
    if not mine.gpu and not mine.cpu:
        empty(ui, icons.PROFILER, "No times yet", "They come with the viewport's first frames")
        return
    for title, rings in (("GPU passes", mine.gpu), ("CPU stages", mine.cpu)):
        if rings:
            caption(ui, title)
            _bars(ui, rings)


def _bars(ui: Ui, rings: Mapping[str, Ring]) -> None:
    t = ui.theme
    means = {name: ring.mean for name, ring in rings.items()}
    most = max(means.values(), default=0.0) or 1.0
    width = imgui.get_content_region_avail().x
    columns = 2 if width > ui.px(460) else 1
    each = width / columns - ui.px(8)
    high = imgui.get_text_line_height() + ui.px(5)
    start = imgui.get_cursor_screen_pos()
    draw_list = imgui.get_window_draw_list()
    imgui.push_font(None, SMALL)
    rows = -(-len(means) // columns)
    for i, (name, ms) in enumerate(means.items()):
        x, y = start.x + (i // rows) * (each + ui.px(14)), start.y + (i % rows) * high
        right = x + each
        draw_list.add_rect_filled(
            ImVec2(x, y),
            ImVec2(x + max(each * ms / most, 1), y + high - ui.px(2)),
            u32(mixed(t.panel, t.accent, 0.28)),
            2.0,
        )
        value = f"{ms:.2f}"
        wide = imgui.calc_text_size(value).x
        draw_list.add_text(ImVec2(x + ui.px(5), y + ui.px(1)), u32(t.text), elided(name, each - wide - ui.px(16)))
        draw_list.add_text(ImVec2(right - wide - ui.px(4), y + ui.px(1)), u32(t.muted), value)
    imgui.pop_font()
    imgui.dummy(ImVec2(0, rows * high + ui.px(6)))
