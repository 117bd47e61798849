"""The palette: every action, object and asset, a few letters away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from . import icons, menu
from .outline import EditOutline
from .theme import SMALL, u32
from .ui import Ui
from .widgets import elided_end, muted

if TYPE_CHECKING:
    from ..core import EditorState

MOST = 60
"""Entries that are offered at a time."""
CERTAIN = 30.0
"""The score from which on the typed words are in a label as they are, or its beginnings."""


@dataclass(frozen=True)
class Offer:
    """Something that can be chosen. kind: "action", "object", "asset"."""

    label: str
    kind: str
    icon: str
    detail: str
    keys: str
    enabled: bool
    run: Callable[[], object]


@dataclass
class Palette:
    """What the palette keeps."""

    words: str = ""
    at: int = 0
    offers: list[Offer] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)  # ids of actions, the latest first
    key: object = None
    scroll: bool = False


def score(words: str, label: str) -> float:
    """How well typed letters fit a label, 0 for not at all: they must come in this order, beginnings count most."""
    if not words:
        return 1.0
    text, wanted = label.lower(), words.lower().replace(" ", "")
    direct = text.find(words.lower())
    if direct >= 0:
        starts = direct == 0 or not text[direct - 1].isalnum()
        return (150.0 if starts else 40.0) + (25.0 if direct == 0 else 0.0) - len(text) * 0.1
    initials = "".join(word[0] for word in text.replace("_", " ").replace("-", " ").split())
    if initials.startswith(wanted):
        return 60.0 - len(text) * 0.1
    place, found, run = 0, 0.0, 0
    for letter in wanted:
        at = text.find(letter, place)
        if at < 0:
            return 0.0
        begins = at == 0 or not text[at - 1].isalnum()
        run = run + 1 if at == place and found else 1
        found += 1.0 + (2.0 if begins else 0.0) + run * 0.6
        place = at + 1
    return found * 10.0 / (len(wanted) + 3) - len(text) * 0.1 + 5


def open_palette(ui: Ui) -> None:
    """Open it, empty."""
    mine = ui.kept(Palette)
    mine.words, mine.at, mine.key = "", 0, None
    ui.open_popup = "palette"


def draw_palette(state: EditorState, ui: Ui) -> None:
    """Draw it, while it is open."""
    if ui.open_popup == "palette":
        ui.open_popup = ""
        imgui.open_popup("###palette.window")
    view = imgui.get_main_viewport()
    wide = min(ui.px(600), view.size.x * 0.8)
    imgui.set_next_window_pos(ImVec2(view.pos.x + (view.size.x - wide) / 2, view.pos.y + ui.px(74)))
    imgui.set_next_window_size(ImVec2(wide, 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, ImVec2(ui.px(10), ui.px(10)))
    if imgui.begin_popup("###palette.window", int(imgui.WindowFlags_.no_move | imgui.WindowFlags_.no_nav_inputs)):
        _inside(state, ui)
        imgui.end_popup()
    imgui.pop_style_var()


def _inside(state: EditorState, ui: Ui) -> None:
    mine = ui.kept(Palette)
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(-1)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(ui.px(10), ui.px(8)))
    entered, words = imgui.input_text_with_hint(
        "###palette.words", "Type the name of a command, an object or an asset", mine.words,
        imgui.InputTextFlags_.enter_returns_true,
    )  # fmt: skip
    imgui.pop_style_var()
    key = (words, state.document.revision, state.project.revision, state.play.mode)
    if key != mine.key:
        mine.key, mine.words, mine.at = key, words, 0
        mine.offers = found(state, ui, words)
    if imgui.is_key_pressed(imgui.Key.escape, False):
        imgui.close_current_popup()
    count = len(mine.offers)
    if imgui.is_key_pressed(imgui.Key.down_arrow):
        mine.at, mine.scroll = min(mine.at + 1, count - 1), True
    if imgui.is_key_pressed(imgui.Key.up_arrow):
        mine.at, mine.scroll = max(mine.at - 1, 0), True
    chosen = mine.offers[mine.at] if entered and count else None
    line = imgui.get_text_line_height() + ui.px(10)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(0, 0))
    if imgui.begin_child(
        "###palette.offers", ImVec2(0, max(1, min(count, 11)) * line), 0, imgui.WindowFlags_.no_nav_inputs
    ):
        for i, offer in enumerate(mine.offers):
            if _offer(ui, mine, i, offer, line):
                chosen = offer
        if not count:
            muted(ui, "Nothing of that name")
    imgui.end_child()
    imgui.pop_style_var()
    if chosen is not None and chosen.enabled:
        imgui.close_current_popup()
        run = chosen.run
        ui.later(lambda: _run(run))


def _run(run: Callable[[], object]) -> None:
    run()


def _offer(ui: Ui, mine: Palette, i: int, offer: Offer, high: float) -> bool:
    t = ui.theme
    start = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    pressed = imgui.invisible_button(f"###offer{i}", ImVec2(width, high))
    if imgui.is_item_hovered() and (imgui.get_io().mouse_delta.x or imgui.get_io().mouse_delta.y):
        mine.at = i
    draw = imgui.get_window_draw_list()
    if i == mine.at:
        draw.add_rect_filled(start, ImVec2(start.x + width, start.y + high), u32(t.select), ui.px(4))
        if mine.scroll:
            imgui.set_scroll_here_y(0.5)
            mine.scroll = False
    top = start.y + ui.px(5)
    colour = t.text if offer.enabled else t.faint
    beside, keys = (t.text, t.text) if i == mine.at else (t.faint, t.muted)
    draw.add_text(ImVec2(start.x + ui.px(10), top), u32(t.accent if offer.enabled else t.faint), offer.icon)
    right = start.x + width - ui.px(10)
    if offer.keys:
        wide = imgui.calc_text_size(offer.keys).x
        draw.add_text(ImVec2(right - wide, top), u32(keys), offer.keys)
        right -= wide + ui.px(14)
    label = elided_end(offer.label, right - start.x - ui.px(40))
    draw.add_text(ImVec2(start.x + ui.px(36), top), u32(colour), label)
    after = start.x + ui.px(48) + imgui.calc_text_size(label).x
    if offer.detail and right - after > ui.px(50):
        imgui.push_font(None, SMALL)
        detail = elided_end(offer.detail, right - after)
        draw.add_text(ImVec2(right - imgui.calc_text_size(detail).x, top + ui.px(1)), u32(beside), detail)
        imgui.pop_font()
    return pressed


# ---- finding ----------------------------------------------------------------------------------------------------


def found(state: EditorState, ui: Ui, words: str) -> list[Offer]:
    """What fits the words, the best first. ">" before them asks for commands alone, "@" for objects, "/" for assets."""
    sources: dict[str, Callable[[], Iterator[tuple[float, Offer]]]] = {
        ">": lambda: _actions(state, ui, words.lstrip(">").strip()),
        "@": lambda: _objects(state, ui, words.lstrip("@").strip()),
        "/": lambda: _assets(state, ui, words.lstrip("/").strip()),
    }
    chosen: Iterable[str] = words[0] if words[:1] in sources else ">" if not words else sources
    scored = [pair for mark in chosen for pair in sources[mark]()]
    scored.sort(key=lambda pair: -pair[0])
    if scored and scored[0][0] > CERTAIN:  # letters found here and there are nothing beside whole words
        scored = [pair for pair in scored if pair[0] > CERTAIN / 2]
    return [offer for _, offer in scored[:MOST]]


def _actions(state: EditorState, ui: Ui, words: str) -> Iterator[tuple[float, Offer]]:
    recent = ui.kept(Palette).recent
    for action in list(state.actions.values()):
        if not action.palette:
            continue
        label = action.label_of(state)
        place = action.menu.replace("/", " › ")
        value = max(
            score(words, label),
            score(words, f"{place} {label}") * 0.7,
            score(words, action.doc) * 0.3 if len(words) > 3 else 0,
        )
        if value <= 0:
            continue
        enabled = state.can(action)
        value += (8.0 - recent.index(action.id)) if action.id in recent[:8] else 0.0
        value -= 0.0 if enabled else 30.0
        icon = icons.named(action.icon) or icons.RIGHT
        yield (
            value,
            Offer(label, "action", icon, place, menu.shortcut_of(state, action), enabled, _act(state, ui, action.id)),
        )


def _act(state: EditorState, ui: Ui, number: str) -> Callable[[], object]:
    def run() -> object:
        mine = ui.kept(Palette)
        mine.recent = [number, *(one for one in mine.recent if one != number)][:20]
        return state.act(number)

    return run


def _objects(state: EditorState, ui: Ui, words: str) -> Iterator[tuple[float, Offer]]:
    scene = state.document.scene
    outline = EditOutline(state.document)
    good: list[tuple[float, int]] = []
    for row, name in enumerate(scene.names):
        value = score(words, name)
        if value > 0:
            good.append((value * 0.9, row))
    good.sort(reverse=True)
    for value, row in good[:MOST]:
        number = int(scene.ids[row])
        carried = outline.carried(number)
        detail = ", ".join(sorted(carried)[:3])
        yield (
            value,
            Offer(scene.names[row], "object", icons.of_object(carried), detail, "", True, _select(state, ui, number)),
        )


def _select(state: EditorState, ui: Ui, number: int) -> Callable[[], object]:
    def run() -> None:
        state.select([number])
        ui.show("hierarchy")
        state.act("view.focus")

    return run


def _assets(state: EditorState, ui: Ui, words: str) -> Iterator[tuple[float, Offer]]:
    for asset in state.project.assets.values():
        value = max(score(words, asset.name), score(words, asset.path) * 0.6) * 0.85
        if value > 0:
            yield (
                value,
                Offer(
                    asset.name, "asset", icons.of_asset(asset.kind), asset.folder, "", True, _asset(state, ui, asset)
                ),
            )


def _asset(state: EditorState, ui: Ui, asset: object) -> Callable[[], object]:
    from .assets import open_asset

    return lambda: open_asset(state, ui, asset)  # type: ignore[arg-type]
