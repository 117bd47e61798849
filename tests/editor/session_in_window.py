"""One sitting at the editor in a real window, by real events of the X server: what test_window.py runs by itself.

Arguments: a scene, where pictures go, the window's size as WxH, the scale. Something is created from the menu, named,
moved by its handle, moved back, moved again; the scene is played, stopped and saved; the editor is quit. Prints what
came of it as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dreamwell.tests.editor.in_window import Player

from imgui_bundle import imgui  # isort: skip  # after the one who sets the environment
from PIL import Image

from dreamwell.editor import session
from dreamwell.editor.core.view import View
from dreamwell.editor.host.window import EditorWindow

Rect = tuple[float, float, float, float]


class Places:
    """Where buttons and items of menus were drawn last, by what they are called: for who sees no page."""

    def __init__(self) -> None:
        self.of: dict[str, Rect] = {}
        inside: Any = imgui
        for module, name in ((inside, "button"), (inside, "begin_menu"), (inside.internal, "menu_item_ex")):
            setattr(module, name, self._noting(getattr(module, name), menu=name == "begin_menu"))

    def _noting(self, draw: Any, *, menu: bool) -> Any:
        def drawn(label: str, *more: Any) -> Any:
            done = draw(label, *more)
            if not (menu and done):  # within an open menu the item drawn last is another one
                low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
                self.of[label.partition("###")[2] or label] = low.x, low.y, high.x, high.y
            return done

        return drawn

    def middle(self, name: str) -> tuple[float, float]:
        """Of something that was drawn."""
        x0, y0, x1, y1 = self.of[name]
        return (x0 + x1) / 2, (y0 + y1) / 2


def main() -> None:
    """Play, and tell."""
    scene, pictures = map(Path, sys.argv[1:3])
    width, height = map(int, sys.argv[3].split("x"))
    scale = float(sys.argv[4])
    told: dict[str, Any] = {}
    places = Places()
    state = session.opened(scene)
    with EditorWindow(state, (width, height), scale) as window:
        port = window.editor.services.port
        port.settle = 1
        window.run(8)
        person = Player(window)
        Image.fromarray(person.shown()).save(pictures / "opened.png")

        def press(name: str) -> None:
            person.click(*places.middle(name))

        def names() -> list[str]:
            return [state.scene.by_id(one).name for one in state.selection.ids]

        def drag_x() -> None:
            """The handle of x, by about a third of its length."""
            person.frames(2)
            stand = port.stand(state, port.frame, scale)  # type: ignore[arg-type]
            assert stand is not None
            (ax, ay), (bx, by) = stand.ends(0)
            way = bx - ax, by - ay
            person.drag((ax + way[0] * 0.7, ay + way[1] * 0.7), (bx + way[0] * 0.3, by + way[1] * 0.3))

        for item in ("Create", "Shape", "create.box"):
            press(item)
        told["created"] = names()
        person.key("f2")
        person.key("ctrl", "a")
        for letter in "hero":
            person.key(letter)
        person.key("enter")
        told["renamed"] = names()
        hero = state.selection.active
        middle = port.frame.at((0, 0, 2.5))  # type: ignore[union-attr]
        person.move(*middle)
        state.part(View).mode = "select"
        press("gizmo.translate")
        told["mode"] = state.part(View).mode
        start = list(state.scene.by_id(hero).position)
        drag_x()
        told["moved"] = [list(state.scene.by_id(hero).position)[k] - start[k] for k in range(3)]
        person.key("ctrl", "z")
        told["undone"] = list(state.scene.by_id(hero).position) == start
        drag_x()
        told["position"] = list(state.scene.by_id(hero).position)
        Image.fromarray(person.shown()).save(pictures / "moved.png")
        text = state.document.text()
        press("play")
        person.frames(6)
        told["played"] = state.play.active and state.play.mode == "playing"
        told["time"] = state.play.game.time if state.play.game is not None else 0.0
        Image.fromarray(person.shown()).save(pictures / "playing.png")
        press("stop")
        told["stopped"] = not state.play.active
        told["untouched"] = state.document.text() == text
        told["dirty"] = state.document.dirty
        person.key("ctrl", "s")
        told["saved"] = not state.document.dirty
        for _ in range(60):
            person.frames(1)
            if not port.waiting:
                break
        told["size"] = list(port.picture.size)
        told["wanted"] = [round(side) for side in port.frame.rect[2:]]  # type: ignore[union-attr]
        Image.fromarray(person.shown()).save(pictures / "saved.png")
        person.key("ctrl", "q")
        window.run(5)
        told["closing"] = state.closing
    print(json.dumps(told))


if __name__ == "__main__":
    main()
