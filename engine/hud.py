"""The HUD: what lies over the picture of a game and is made once, then changed: texts, panels, bars, images, buttons.

Elements are laid out on the CPU when something changed, into one list of quads and two atlases of pixels, which
`fabric/hud.py` draws. Positions are logical pixels; letters and pictures are made at the pixels they cover.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, Unpack

import numpy as np
from numpy.typing import NDArray

from ..assets.images import load_image
from ..shaders.structs import HUD_QUAD
from .errors import HudError
from .gamepad import BITS
from .hud_button import Button
from .hud_elements import Bar, Element, Image, Panel, Text
from .hud_looks import BarLooks, ButtonLooks, ImageLooks, PanelLooks, Picture, TextLooks
from .hud_quads import words
from .input import LEFT, Input
from .lettering import Full, Letters, Pictures, opened
from .typesetting import typeset

E = TypeVar("E", bound=Element)

NEXT, BEFORE, PRESS = ("ArrowDown", "ArrowRight", "Tab"), ("ArrowUp", "ArrowLeft"), ("Enter", " ")
"""Keys that move the focus and press the button that has it."""
PAD_NEXT, PAD_BEFORE, PAD_PRESS = (
    sum(BITS[name] for name in names)
    for names in (("down", "right", "left_stick_down"), ("up", "left", "left_stick_up"), ("a",))
)
"""The same for gamepads, as masks."""


class Hud:
    """Elements by name, as `app.hud` or of one's own for `dw.render(scene, hud=...)` and `Fabric.show_hud`.

        score = app.hud.text("score", "Score 0", at=(16, 16), size=24)
        score.text = "Score 12"
        app.hud.remove("score")

    What is made stays until it is removed; making it again by the same name changes the fields that are given.
    root: the folder that fonts and pictures are relative to, None for the current one.
    visible, alpha: of all.  height: how many logical pixels high every picture counts as, 720 say, so that the HUD
    grows with it; None for the screen's own logical pixels.  density: pixels of the picture per logical pixel of the
    screen.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        self.root = None if root is None else Path(root)
        self.letters, self.pictures = Letters(), Pictures()
        self.quads: NDArray[Any] = np.zeros(0, HUD_QUAD.dtype)
        """(n,) structs.HUD_QUAD, from back to front, as of the last `compose`."""
        self.version = 0
        """Counts up when the quads change."""
        self.page = (0, 0, 0, 0)
        """Of the last `compose`: 0, 0, width and height of the picture in pixels."""
        self.density = 1.0
        self._elements: dict[str, Element] = {}
        self._made = 0
        self._pictures_made = 0
        self._order: list[Element] = []
        self._visible, self._alpha = True, 1.0
        self._height: float | None = None
        self._scale = 0.0
        self._stale = self._reorder = True
        self._armed: Button | None = None
        self._focus: Button | None = None
        self._hovered: Button | None = None

    # ---- elements -----------------------------------------------------------------------------------------------

    def text(self, name: str, text: str, **looks: Unpack[TextLooks]) -> Text:
        """Letters: at, anchor, size, color, font, align, width, outline, shadow ...; see Text. Raises HudError."""
        return self._make(Text, name, {"text": text, **looks})

    def panel(self, name: str, **looks: Unpack[PanelLooks]) -> Panel:
        """A box: at, anchor, size, color, color_end, radius, border, shadow ...; see Panel. Raises HudError."""
        return self._make(Panel, name, looks)

    def bar(self, name: str, value: float, **looks: Unpack[BarLooks]) -> Bar:
        """A panel that is filled to a part from 0 to 1: fill, fill_end, padding ...; see Bar. Raises HudError."""
        return self._make(Bar, name, {"value": value, **looks})

    def image(self, name: str, source: Picture, **looks: Unpack[ImageLooks]) -> Image:
        """A picture file or (h, w, 3 or 4) uint8: size, color, radius ...; see Image. Raises HudError, AssetError."""
        return self._make(Image, name, {"source": source, **looks})

    def button(self, name: str, text: str, **looks: Unpack[ButtonLooks]) -> Button:
        """A panel that can be clicked: on_click, enabled, text_size ...; see Button. Raises HudError."""
        return self._make(Button, name, {"text": text, **looks})

    def _make(self, kind: type[E], name: str, given: Mapping[str, Any]) -> E:
        found = self._elements.get(name)
        if found is None:
            if not (isinstance(name, str) and name):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise HudError(f"the name of a {kind.KIND} is {name!r}; it must be a text, and not empty")
            self._made += 1
            made = kind(self, name, self._made, given)
            self._elements[name] = made
            if made.parent is not None:
                made.parent.layout.children[name] = made
            self.touched(made, reorder=True)
            return made
        if type(found) is not kind:
            raise HudError(f"there is a {found} already; remove it first, or give the {kind.KIND} another name")
        for key, value in given.items():
            setattr(found, key, value)
        return found

    def remove(self, name: str) -> None:
        """Take an element off, with all that is placed in it. Raises HudError for one that is not there."""
        element = self[name]
        parent = element.parent
        if parent is not None:
            del parent.layout.children[name]
        going: list[Element] = [element]
        while going:
            gone = going.pop()
            self._elements.pop(gone.name, None)
            going += gone.children
            self._armed = None if self._armed is gone else self._armed
            self._focus = None if self._focus is gone else self._focus
            self._hovered = None if self._hovered is gone else self._hovered
        self._stale = self._reorder = True

    def clear(self) -> None:
        """Take everything off."""
        for element in list(self._elements.values()):
            if element.parent is None:
                self.remove(element.name)

    def __getitem__(self, name: str) -> Element:
        """An element by its name. Raises HudError, with the nearest name that there is."""
        found = self._elements.get(name)
        if found is None:
            near = get_close_matches(str(name), self._elements, 1)
            known = ", ".join(list(self._elements)[:8]) or "none yet"
            raise HudError(
                f'the HUD has no element "{name}"; ' + (f'did you mean "{near[0]}"?' if near else f"there are: {known}")
            )
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._elements

    def __iter__(self) -> Iterator[Element]:
        return iter(list(self._elements.values()))

    def __len__(self) -> int:
        return len(self._elements)

    # ---- all of it ----------------------------------------------------------------------------------------------

    @property
    def visible(self) -> bool:
        """Whether any of it is seen."""
        return self._visible

    @visible.setter
    def visible(self, value: bool) -> None:
        if value is not self._visible:
            self._visible = bool(value)
            self._stale = self._reorder = True

    @property
    def alpha(self) -> float:
        """0 to 1, of all. Raises HudError when set beyond."""
        return self._alpha

    @alpha.setter
    def alpha(self, value: float) -> None:
        if not 0 <= value <= 1:
            raise HudError(f"the HUD's alpha is {value!r}; it must be a number from 0 to 1")
        if value != self._alpha:
            self._alpha = float(value)
            self._all_stale()

    @property
    def height(self) -> float | None:
        """How many logical pixels high every picture counts as; None for the screen's own."""
        return self._height

    @height.setter
    def height(self, value: float | None) -> None:
        if value is not None and not value > 0:
            raise HudError(f"the HUD's height is {value!r}; it must be logical pixels above 0, or None")
        self._height = value
        self._stale = True

    def scale_for(self, size: tuple[int, int]) -> float:
        """Pixels of a picture of a size in pixels per logical pixel."""
        return self.density if self._height is None else size[1] / self._height

    # ---- what elements ask for ------------------------------------------------------------------------------------

    def touched(self, element: Element, *, reorder: bool = False) -> None:
        """An element is to be laid out anew, and what is placed in it."""
        self._stale = True
        self._reorder |= reorder
        element.layout.stale = True
        for child in element.layout.children.values():
            if not child.layout.stale or child.layout.children:
                self.touched(child)

    def parent_for(self, element: Element, value: Element | str | None) -> Element | None:
        """Hang an element in another, or in the one of a name. Raises HudError."""
        parent = self[value] if isinstance(value, str) else value
        if parent is not None:
            if parent not in self._elements.values():
                raise HudError(
                    f"{element}: parent is {parent!r}; it must be an element of the same HUD, its name, or None"
                )
            if isinstance(parent, Text):
                raise HudError(f"{element}: parent is {parent}; it must not be a text")
            at: Element | None = parent
            while at is not None:
                if at is element:
                    raise HudError(f"{element}: parent is {parent}, which is in the {element} itself")
                at = at.parent
        before = element.__dict__.get("parent")
        if element.name in self._elements and before is not parent:
            if before is not None:
                del before.layout.children[element.name]
            if parent is not None:
                parent.layout.children[element.name] = element
        return parent

    def path(self, path: Path) -> Path:
        """A file, relative to `root`."""
        return path if self.root is None else self.root / path

    def font(self, font: Path | None) -> Path | None:
        """A font file that can be read. Raises AssetError."""
        if font is None:
            return None
        found = self.path(font)
        opened(found, 16.0)
        return found

    def picture(self, source: Picture) -> tuple[int, NDArray[np.uint8]]:
        """A number for a picture, and (h, w, 4) of it. Raises AssetError."""
        self._pictures_made += 1
        if not isinstance(source, np.ndarray):
            return self._pictures_made, load_image(self.path(Path(source))).pixels
        pixels = np.full((*source.shape[:2], 4), 255, np.uint8)
        pixels[..., : source.shape[2]] = source
        return self._pictures_made, pixels

    def settled(self) -> float:
        """Lay out what changed since the last picture, for one of the same size; returns pixels per logical pixel."""
        self.compose(self.page[2:] if self.page[2] else (1280, 720))
        return self._scale

    # ---- the picture ----------------------------------------------------------------------------------------------

    def compose(self, size: tuple[int, int]) -> None:
        """Lay out what changed, for a picture of a size in pixels; sets `quads` and `version`.

        Raises HudError when all that is shown at once needs more room than there is.
        """
        scale = self.scale_for(size)
        page = 0, 0, size[0], size[1]
        if (page, scale) != (self.page, self._scale):
            self.page, self._scale = page, scale
            self._all_stale()
        if not self._stale:
            return
        if self._reorder:
            self._order = self._ordered()
        if self.letters.crowded:
            self.letters.atlas.empty()
            self._forget(self.letters)
        while True:
            try:
                self._lay_out([element for element in self._order if element.layout.stale])
                break
            except Full as full:
                if full.atlas.make_room():
                    self._forget(self.letters if full.atlas is self.letters.atlas else self.pictures)
        self.letters.atlas.settle()
        self.pictures.atlas.settle()
        self._stale = self._reorder = False
        parts = [element.layout.quads for element in self._order]
        self.quads = np.concatenate(parts).reshape(-1).view(HUD_QUAD.dtype) if parts else self.quads[:0]
        self.version += 1

    def _lay_out(self, elements: list[Element]) -> None:
        texts: list[Text] = []
        for element in elements:
            if isinstance(element, Text):
                texts.append(element)
            else:
                assert isinstance(element, (Panel, Image))
                element.layout.quads = words(np.array(element.draw(self._scale), HUD_QUAD.dtype))
        typeset(self.letters, texts, self._scale)
        for element in elements:
            element.layout.stale = False

    def _forget(self, made: Letters | Pictures) -> None:
        made.empty()
        self._all_stale()

    def _all_stale(self) -> None:
        self._stale = True
        for element in self._elements.values():
            self.touched(element)

    def _ordered(self) -> list[Element]:
        """What is visible, from back to front: what is in an element follows it."""
        out: list[Element] = []

        def add(elements: list[Element]) -> None:
            for element in sorted(elements, key=lambda e: (e.z, e.layout.number)):
                if element.visible:
                    out.append(element)
                    add(list(element.layout.children.values()))

        if self._visible:
            add([element for element in self._elements.values() if element.parent is None])
        return out

    # ---- the player -----------------------------------------------------------------------------------------------

    @property
    def hovered(self) -> Button | None:
        """The button under the pointer: a click is for it, and not for the game."""
        return self._hovered

    @property
    def focus(self) -> Button | None:
        """The button that Enter presses; the arrow keys and Tab move on from it. None: the keys are the game's."""
        return self._focus

    @focus.setter
    def focus(self, value: Button | str | None) -> None:
        found = self[value] if isinstance(value, str) else value
        if found is not None and not isinstance(found, Button):
            raise HudError(f"the focus is {found!r}; it must be a button, its name, or None")
        self._focus = found

    def over(self, x: float, y: float) -> Element | None:
        """The element on top at a place in logical pixels, of those that are visible; None for none."""
        scale = self.settled()
        return next((e for e in reversed(self._order) if self._owner(e) and _holds(e, x * scale, y * scale)), None)

    def _owner(self, element: Element) -> bool:
        return element.name in self._elements  # a button's label is none

    def step(self, input: Input) -> list[Callable[[], object]]:
        """Once a frame, before the game's own functions: what the player does to the buttons.

        Returns the `on_click` of those that were clicked, which the caller calls.
        """
        buttons = [element for element in self._elements.values() if isinstance(element, Button)]
        self._hovered = None
        if not buttons:
            return []
        if not self.page[2]:
            self.compose((round(input.size[0] * self.density), round(input.size[1] * self.density)))
        self.settled()
        alive = [element for element in self._order if isinstance(element, Button) and element.enabled]
        clicked: list[Button] = []
        # Where the pointer is before it was ever moved, and while it is captured, no button is meant.
        if input.pointer != (0.0, 0.0) and not getattr(input, "captured", False):
            x = input.pointer[0] * self.page[2] / input.size[0]
            y = input.pointer[1] * self.page[3] / input.size[1]
            self._hovered = next((button for button in reversed(alive) if _holds(button, x, y)), None)
        let_go = LEFT in input.lifted
        if LEFT in input.clicked:
            self._armed = self._hovered
        if self._armed is not None:
            input.claim(buttons=(LEFT,))
            if let_go:
                if self._armed is self._hovered:
                    clicked.append(self._armed)
                self._armed = None
        if self._focus is not None:
            clicked += self._follow_keys(input, alive)
        for button in buttons:
            hovered = button is self._hovered
            button.look(
                hovered=hovered,
                down=hovered and button is self._armed,
                focused=button is self._focus,
                clicked=button in clicked,
            )
        return [button.on_click for button in clicked if button.on_click is not None]

    def _follow_keys(self, input: Input, alive: list[Button]) -> list[Button]:
        """Move the focus as the keys say; returns what they press."""
        if self._focus not in alive:
            self._focus = alive[0] if alive else None
        if self._focus is None:
            return []
        back = "Tab" in input.pressed and input.held("Shift")
        step = _went_down(input, NEXT, PAD_NEXT) * (-1 if back else 1) - _went_down(input, BEFORE, PAD_BEFORE)
        self._focus = alive[(alive.index(self._focus) + step) % len(alive)]
        press = _went_down(input, PRESS, PAD_PRESS)
        input.claim(keys=(*NEXT, *BEFORE, *PRESS), pads=PAD_NEXT | PAD_BEFORE | PAD_PRESS)
        return [self._focus] if press else []


def _went_down(input: Input, keys: Iterable[str], pads: int) -> bool:
    """Whether one of these keys went down, or one of these buttons of any gamepad."""
    return any(key in input.pressed for key in keys) or any(pad.went_down & pads for pad in input.pads)


def _holds(element: Element, x: float, y: float) -> bool:
    left, top, right, bottom = element.layout.box
    return left <= x < right and top <= y < bottom
