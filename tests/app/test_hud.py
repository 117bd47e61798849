"""The HUD as a game uses it: what is made stays, is clicked, and says what is wrong with it."""

from collections.abc import Callable
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFont

import dreamwell as dw
from dreamwell.engine import hud_looks
from dreamwell.engine.gamepad import BUTTONS, PadState
from dreamwell.engine.hud import Hud
from dreamwell.engine.hud_elements import ANCHORS
from dreamwell.engine.input import Input
from dreamwell.engine.lettering import LARGEST_EDGE, MOST_FACES, SMALLEST_EDGE, Atlas, Full, advance
from dreamwell.engine.run_options import RUN, RunOptions
from dreamwell.shaders.structs import HUD_QUAD

PAGE = (400, 200)


@pytest.fixture
def hud() -> Hud:
    made = Hud()
    made.compose(PAGE)
    return made


@pytest.fixture
def player() -> Input:
    made = Input()
    made.size = (400.0, 200.0)
    return made


def builtin(size: float) -> Any:
    """Pillow's own font."""
    return ImageFont.load_default(size)


def point(player: Input, x: float, y: float) -> None:
    player.feed({"event_type": "pointer_move", "x": x, "y": y})


def press(player: Input, kind: str = "down") -> None:
    x, y = player.pointer
    player.feed({"event_type": f"pointer_{kind}", "x": x, "y": y, "button": 1})


def key(player: Input, *names: str) -> None:
    for name in names:
        player.feed({"event_type": "key_down", "key": name})


def frame(hud: Hud, player: Input) -> list[Callable[[], object]]:
    calls = hud.step(player)
    player.next_frame()
    player.keys.clear()
    return calls


# ---- elements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anchor", "x", "y"),
    [
        ("top_left", 10, 20),
        ("top", 175 + 10, 20),
        ("top_right", 400 - 50 - 10, 20),
        ("left", 10, 90 + 20),
        ("center", 175 + 10, 90 + 20),
        ("right", 400 - 50 - 10, 90 + 20),
        ("bottom_left", 10, 200 - 20 - 20),
        ("bottom", 175 + 10, 200 - 20 - 20),
        ("bottom_right", 400 - 50 - 10, 200 - 20 - 20),
    ],
)
def test_anchors(hud: Hud, anchor: Any, x: int, y: int) -> None:
    assert hud.panel("box", size=(50, 20), at=(10, 20), anchor=anchor).box == (x, y, 50, 20)


def test_what_is_in_a_panel_goes_with_it(hud: Hud) -> None:
    outer = hud.panel("outer", size=(100, 100), at=(20, 30))
    inner = hud.panel("inner", parent="outer", size=(None, 10), at=(5, 8), anchor="bottom")
    assert inner.box == (25 + 5, 30 + 100 - 10 - 8, 90, 10)  # at: to the right, and inwards from the bottom
    outer.at = (30, 30)
    assert inner.box[0] == 40
    assert outer.children == [inner]
    inner.parent = None
    assert (inner.box, outer.children) == ((10, 182, 390, 10), [])
    inner.parent = outer
    outer.remove()
    assert "inner" not in hud
    assert len(hud) == 0
    assert len(hud.quads) > 0
    hud.compose(PAGE)
    assert len(hud.quads) == 0


def test_made_again_it_changes_what_is_given(hud: Hud) -> None:
    label = hud.text("score", "Score 0", size=24, color="#ff8000")
    assert hud.text("score", "Score 1") is label
    assert (label.text, label.size, label.color) == ("Score 1", 24, (1.0, 128 / 255, 0.0, 1.0))
    with pytest.raises(dw.HudError, match='there is a text "score" already; remove it first'):
        hud.panel("score")


def test_order(hud: Hud) -> None:
    """What is higher in z lies over its siblings with all that is in it, of equals what was made later."""

    def on_top() -> str:
        found = hud.over(10, 10)
        assert found is not None
        return found.name

    first = hud.panel("first", size=(50, 50))
    hud.panel("second", size=(50, 50))
    assert on_top() == "second"
    hud.panel("in first", parent=first, size=(50, 50))
    assert on_top() == "second"
    first.z = 1
    assert on_top() == "in first"
    first.visible = False
    assert on_top() == "second"
    assert hud.over(60, 10) is None


def test_logical_pixels(hud: Hud) -> None:
    box = hud.panel("box", size=(50, 20), at=(10, 10))
    hud.density = 2.0
    hud.compose(PAGE)
    assert hud.quads["rect"].tolist() == [[20, 20, 100, 40]]
    assert box.box == (10, 10, 50, 20)
    hud.height = 100
    hud.compose((800, 400))
    assert hud.quads["rect"].tolist() == [[40, 40, 200, 80]]


def test_texts(hud: Hud) -> None:
    font = builtin(20)
    ascent, descent = font.getmetrics()
    label = hud.text("label", "Wavy\nlines", size=20, anchor="top_right", at=(7, 5))
    wide = font.getlength("Wavy")
    assert label.box == (400 - 7 - wide, 5, wide, 2 * (ascent + descent))
    label.text = ""
    assert label.box[2] == 0
    label.text, label.width = "one two three four", font.getlength("one two  ")
    assert label.box[3] == 3 * (ascent + descent)
    label.line_spacing = 2.0
    assert label.box[3] == 5 * (ascent + descent)


@pytest.mark.parametrize("size", range(10, 25))
def test_words_stand_apart(hud: Hud, size: int) -> None:
    """A quarter to a good third of the size is white between words, and never much less, whatever they end with."""
    label = hud.text("label", "", size=size)
    white: list[float] = []
    for first, second in product("SDotmn", "onmtW"):
        label.text = f"{first} {second}"
        hud.compose(PAGE)
        before, after = hud.quads["rect"][[0, -1]]
        white.append(float(after[0] - before[0] - before[2]) / size)
    assert 0.25 < np.mean(white) < 0.43
    assert min(white) > 0.22


def test_lines_are_aligned(hud: Hud) -> None:
    label = hud.text("label", "IIIIIIIIII\nI", size=20)

    def gap() -> float:
        hud.compose(PAGE)
        return float(hud.quads["rect"][-1, 0] - hud.quads["rect"][0, 0])

    found = {}
    for align in ("left", "center", "right"):
        label.align = align
        found[align] = gap()
    assert found["left"] == 0
    assert found["right"] == builtin(20).getlength("I") * 9
    assert abs(found["center"] - found["right"] / 2) <= 0.5


def test_nothing_is_done_while_nothing_changes(hud: Hud) -> None:
    label = hud.text("label", "Score 12", shadow="#000000")
    hidden = hud.text("hidden", "no", visible=False)
    hud.compose(PAGE)
    version, quads = hud.version, hud.quads
    for _ in range(3):
        label.text, label.size, label.color, label.at = "Score 12", 16, (1, 1, 1), (0, 0)
        hud.text("label", "Score 12", shadow="#000000")
        hud.compose(PAGE)
    assert (hud.version, hud.quads is quads) == (version, True)
    label.alpha = 0.5
    hud.compose(PAGE)
    assert hud.version == version + 1
    assert (hud.quads["color"][-1] >> 24) == 128
    hidden.visible = True
    hud.compose(PAGE)
    assert len(hud.quads) == len(quads) + 2
    hud.visible = False
    hud.compose(PAGE)
    assert len(hud.quads) == 0


# ---- bad values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "looks", "first"),
    [
        (dw.Text, hud_looks.TextLooks, "text"),
        (dw.Panel, hud_looks.PanelLooks, ""),
        (dw.Bar, hud_looks.BarLooks, "value"),
        (dw.Image, hud_looks.ImageLooks, "source"),
        (dw.Button, hud_looks.ButtonLooks, "text"),
    ],
)
def test_type_checkers_know_the_fields_that_there_are(kind: type[dw.Element], looks: Any, first: str) -> None:
    """What `hud.panel(...)` and the like may be given is written down once more, for `Unpack`."""
    fields = {"parent", *kind.CHECKS} - {first}
    assert set(looks.__annotations__) == fields
    assert set(kind.DEFAULTS) >= fields


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("anchor", "topleft", r"anchor is 'topleft'; it must be one of top_left, top, top_right, left, center"),
        ("at", (1, "x"), r"at is \(1, 'x'\); it must be two numbers"),
        ("at", 3, "at is 3; it must be two numbers"),
        ("size", 0, "size is 0; it must be a number from 1 to 512"),
        ("size", float("nan"), "size is nan; it must be a number from 1 to 512"),
        ("color", "red", "color is 'red'; it must be \"#rrggbb\""),
        ("color", (255, 0, 0), r"color is \(255, 0, 0\); it must be"),
        ("text", 12, "text is 12; it must be a text"),
        ("alpha", 2, "alpha is 2; it must be a number from 0 to 1"),
        ("visible", 1, "visible is 1; it must be True or False"),
        ("z", 0.5, "z is 0.5; it must be a whole number"),
        ("align", "middle", "align is 'middle'; it must be one of left, center, right"),
        ("parent", "nobody", 'the HUD has no element "nobody"; there are: label'),
        ("parent", 5, "parent is 5; it must be an element of the same HUD"),
        ("colour", "#ffffff", 'there is no field "colour"; did you mean color'),
        ("weight", 3, 'there is no field "weight"; there are: parent, at, anchor'),
        ("font", 7, "font is 7; it must be a font file"),
    ],
)
def test_bad_values_are_refused(hud: Hud, field: str, value: Any, message: str) -> None:
    label = hud.text("label", "Score", size=20)
    hud.compose(PAGE)
    with pytest.raises(dw.HudError, match=message):
        setattr(label, field, value)
    assert (label.text, label.size, label.parent) == ("Score", 20, None)
    looks: dict[str, Any] = {field: value}
    if field != "text":
        with pytest.raises(dw.HudError):
            hud.text("other", "x", **looks)
        assert "other" not in hud


def test_what_is_missing_is_named(hud: Hud, tmp_path: Path) -> None:
    hud.root = tmp_path
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(dw.AssetError, match=r"nowhere\.ttf: there is no such font file"):
        hud.text("a", "x", font="nowhere.ttf")
    with pytest.raises(dw.AssetError, match=r"broken\.ttf: can't be read as a font"):
        hud.text("a", "x", font="broken.ttf")
    with pytest.raises(dw.AssetError, match=r"nowhere\.png"):
        hud.image("a", "nowhere.png")
    with pytest.raises(dw.HudError, match=r"source is an array \(4, 4\) of float64; it must be \(h, w, 3 or 4\) uint8"):
        hud.image("a", np.zeros((4, 4)))  # type: ignore[arg-type]
    with pytest.raises(dw.HudError, match="value is 2; it must be a number from 0 to 1"):
        hud.bar("a", 2)
    with pytest.raises(dw.HudError, match="the name of a panel is ''"):
        hud.panel("")
    assert len(hud) == 0
    hud.text("score", "x")
    with pytest.raises(dw.HudError, match='the HUD has no element "scor"; did you mean "score"'):
        hud["scor"]
    with pytest.raises(dw.HudError, match='the HUD has no element "none"'):
        hud.remove("none")
    with pytest.raises(dw.HudError, match="alpha is 3"):
        hud.alpha = 3
    with pytest.raises(dw.HudError, match="height is 0"):
        hud.height = 0


def test_no_circles(hud: Hud) -> None:
    hud.panel("a")
    hud.panel("b", parent="a")
    label = hud.text("label", "x", parent="b")
    with pytest.raises(dw.HudError, match=r'panel "a": parent is panel "b", which is in the panel "a" itself'):
        hud["a"].parent = hud["b"]
    with pytest.raises(dw.HudError, match='parent is text "label"; it must not be a text'):
        hud.panel("c", parent=label)
    assert hud["b"].parent is hud["a"]


# ---- buttons -----------------------------------------------------------------------------------------------------


def test_a_click_is_down_and_up_on_the_same_button(hud: Hud, player: Input) -> None:
    calls: list[str] = []
    start = hud.button("start", "Start", at=(50, 50), size=(100, 40), on_click=lambda: calls.append("start"))
    frame(hud, player)
    assert not hud.hovered
    point(player, 60, 60)
    frame(hud, player)
    assert (hud.hovered, start.hovered, start.pressed, start.clicked) == (start, True, False, False)
    press(player)
    assert frame(hud, player) == []
    assert (start.pressed, start.clicked) == (True, False)
    press(player, "up")
    for call in frame(hud, player):
        call()
    assert (start.pressed, start.clicked, calls) == (False, True, ["start"])
    assert frame(hud, player) == []
    assert not start.clicked

    press(player)  # down here and up elsewhere
    frame(hud, player)
    point(player, 5, 5)
    frame(hud, player)
    assert not start.pressed
    press(player, "up")
    assert frame(hud, player) == []

    press(player)  # down elsewhere and up here
    frame(hud, player)
    point(player, 60, 60)
    press(player, "up")
    assert frame(hud, player) == []

    press(player)  # both within a frame
    press(player, "up")
    assert len(frame(hud, player)) == 1


def test_only_the_button_on_top_is_clicked_and_only_when_it_can_be(hud: Hud, player: Input) -> None:
    below, above = (hud.button(name, name, size=(100, 100)) for name in ("below", "above"))
    point(player, 50, 50)
    changes: list[tuple[dw.Button | None, Any, str, bool]] = [
        (above, above, "enabled", False),
        (below, above, "enabled", True),
        (above, above, "visible", False),
        (below, hud, "visible", False),
        (None, hud, "visible", True),
    ]
    for expected, thing, name, value in changes:
        frame(hud, player)
        assert hud.hovered is expected
        setattr(thing, name, value)


def test_the_looks_of_a_button(hud: Hud, player: Input) -> None:
    button = hud.button("b", "B", size=(100, 100), color=(0.5, 0.5, 0.5), pressed_color="#010203")

    def red() -> int:
        frame(hud, player)
        hud.compose(PAGE)
        return int(hud.quads["color"][0]) & 255

    point(player, 300, 100)
    plain = red()
    point(player, 50, 50)
    assert red() > plain
    press(player)
    assert red() == 1
    button.enabled = False
    hud.compose(PAGE)
    assert hud.quads["color"][0] >> 24 < 255


def test_buttons_fit_their_text(hud: Hud) -> None:
    font = builtin(18)
    button = hud.button("b", "Start", padding=(10, 5))
    assert button.box[2:] == (font.getlength("Start") + 20, sum(font.getmetrics()) + 10)
    button.text = "Start again"
    assert button.box[2] == font.getlength("Startagain") + advance(font, " ") + 20
    assert button.children == []


def test_keys_move_the_focus(hud: Hud, player: Input) -> None:
    a, b, c = (hud.button(name, name, at=(0, 30 * i)) for i, name in enumerate("abc"))
    key(player, "ArrowDown", "Enter")
    assert frame(hud, player) == []
    assert hud.focus is None, "the keys are the game's"
    hud.focus = a
    b.enabled = False
    key(player, "ArrowDown")
    frame(hud, player)
    assert hud.focus is c
    key(player, "Tab")
    frame(hud, player)
    assert hud.focus is a
    key(player, "Shift", "Tab")
    frame(hud, player)
    assert hud.focus is c
    key(player, "Enter")
    frame(hud, player)
    assert c.clicked
    hud.remove("c")
    assert hud.focus is None
    hud.text("t", "x")
    with pytest.raises(dw.HudError, match="it must be a button"):
        hud.focus = "t"


def test_a_captured_pointer_points_at_nothing(hud: Hud, player: Input) -> None:
    hud.button("b", "B", size=(100, 100))
    point(player, 50, 50)
    player.captured = True  # type: ignore[attr-defined, unused-ignore]
    frame(hud, player)
    assert hud.hovered is None


def test_an_app_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clicked in `step`, seen by the functions of the game; drawn in the picture that a run without window makes."""
    scene = dw.Scene("box", seed=1)
    scene.add("box", dw.Mesh.box())
    made = RunOptions("headless", (64, 36), output=tmp_path / "a.png", frames=2)
    token = RUN.set(made)
    try:
        app = dw.App(scene)
    finally:
        RUN.reset(token)
    clicks: list[bool] = []
    button = app.hud.button("b", "B", at=(10, 10), size=(20, 20), color="#ff0000", radius=0, border=0)
    button.on_click = lambda: app.hud.panel("clicked", at=(40, 10), size=(10, 10), color="#00ff00", radius=0)

    @app.update
    def note(world: dw.World, dt: float) -> None:
        clicks.append(button.clicked)

    app.input.feed({"event_type": "pointer_down", "x": 15, "y": 15, "button": 1})
    app.input.feed({"event_type": "pointer_up", "x": 15, "y": 15, "button": 1})
    app.run()
    assert clicks == [True, False]
    with Image.open(tmp_path / "a.png") as image:
        assert image.getpixel((45, 15)) == (0, 255, 0)
        assert image.getpixel((1, 1)) != (255, 0, 0)
        red, green, _ = np.asarray(image)[12, 12]
        assert red == 255, "hovered: a little lighter"
        assert green == round(0.14 * 255)


def test_what_a_click_raises_names_the_line() -> None:
    scene = dw.Scene("box", seed=1)
    scene.add("box", dw.Mesh.box())
    app = dw.App(scene)

    def fail() -> None:
        raise ValueError("no luck")

    app.hud.button("b", "B", at=(10, 10), size=(20, 20), on_click=fail)
    app.input.feed({"event_type": "pointer_down", "x": 15, "y": 15, "button": 1})
    app.input.feed({"event_type": "pointer_up", "x": 15, "y": 15, "button": 1})
    with pytest.raises(dw.ScriptError, match=r"fail\(\) failed in .*test_hud\.py, line \d+: ValueError: no luck"):
        app.step(1 / 60)


# ---- atlases -----------------------------------------------------------------------------------------------------


def test_what_is_in_an_atlas_does_not_overlap_and_is_what_was_put_in() -> None:
    random = np.random.default_rng(3)
    atlas, put = Atlas(1), list[tuple[int, int, np.ndarray[Any, Any]]]()
    for _ in range(600):
        picture = random.integers(1, 255, (*random.integers(1, 40, 2), 1), np.uint8)
        try:
            at = atlas.add(picture)
        except Full:
            assert not atlas.make_room(), "nothing of it is old"
            at = atlas.add(picture)
        put.append((*at, picture))
    for x, y, picture in put:
        assert np.array_equal(atlas.pixels[y : y + picture.shape[0], x : x + picture.shape[1]], picture)
    assert sum(p.size for _, _, p in put) == np.count_nonzero(atlas.pixels)
    assert sum(p.size for _, _, p in put) > 0.4 * atlas.pixels.size / 2, "it is no larger than it has to be"


def test_letters_that_nobody_sees_any_more_make_room() -> None:
    """A text that grows in small steps: the atlas stays as large as what is shown at once needs."""
    hud = Hud()
    label = hud.text("label", "The quick brown fox", size=10)
    still = hud.text("still", "jumps over the lazy dog", size=16, at=(0, 80))
    hud.compose(PAGE)
    edges: set[int] = set()
    for step in range(300):
        label.size = 10 + step / 10
        hud.compose(PAGE)
        edges.add(hud.letters.atlas.pixels.size)
        assert len(hud.letters._faces) <= MOST_FACES + 2
    assert max(edges) <= 512 * 256
    fresh = Hud()
    for text in (label, still):
        fresh.text(text.name, text.text, size=text.size, at=text.at)
    fresh.compose(PAGE)
    for a, b in zip(hud.quads, fresh.quads, strict=True):
        assert np.array_equal(a["rect"], b["rect"])
        (x, y), (u, v), (w, h) = _place(a), _place(b), a["rect"][2:].astype(int)
        theirs = fresh.letters.atlas.pixels[v : v + h, u : u + w]
        assert np.array_equal(hud.letters.atlas.pixels[y : y + h, x : x + w], theirs)


def _place(quad: Any) -> tuple[int, int]:
    return int(quad["source"]) & 0x3FFF, int(quad["source"]) >> 14 & 0x3FFF


def test_too_much_at_once_is_an_error_and_not_a_wrong_picture(hud: Hud) -> None:
    hud.image("vast", np.zeros((8, 8, 4), np.uint8), size=(LARGEST_EDGE + 1, 8))
    with pytest.raises(dw.HudError, match="a picture of 4097 x 8 pixels is too large for the HUD"):
        hud.compose(PAGE)
    assert hud.pictures.atlas.pixels.size == 4 * SMALLEST_EDGE**2
    hud.remove("vast")
    for i in range(5):
        hud.image(f"{i}", np.zeros((8, 8, 4), np.uint8), size=(LARGEST_EDGE, 1100))
    with pytest.raises(dw.HudError, match=r"no room for one picture more: .* must fit into 4096 x 4096 pixels"):
        hud.compose(PAGE)
    for i in range(2):
        hud.remove(f"{i}")
    hud.compose(PAGE)
    assert len(hud.quads) == 3


def test_what_was_changed_bit_by_bit_is_what_is_made_at_once() -> None:
    """Anything that may happen to a HUD, five hundred times; then one is made anew that is as it came to be."""
    random = np.random.default_rng(11)
    hud, made = Hud(), 0
    for _ in range(500):
        names = [element.name for element in hud]
        kind = int(random.integers(0, 12))
        if kind < 3 or len(names) < 4:
            name, made = f"e{made}", made + 1
            match int(random.integers(0, 4)):
                case 0:
                    hud.text(name, f"Text {made}", shadow="#000000" if made % 2 else None)
                case 1:
                    hud.panel(name, size=(None, 30 + made % 50), border=1, shadow="#00000080")
                case 2:
                    hud.button(name, f"Button {made}")
                case _:
                    hud.bar(name, float(random.random()))
            continue
        element: Any = hud[names[int(random.integers(0, len(names)))]]
        number = float(random.integers(0, 60))
        match kind:
            case 3:
                element.at = (number, 60 - number)
            case 4:
                element.anchor = list(ANCHORS)[int(random.integers(0, 9))]
            case 5:
                element.z = int(random.integers(-2, 3))
            case 6:
                element.visible = not element.visible
            case 7:
                element.alpha = number / 60
            case 8:
                parent = names[int(random.integers(0, len(names)))]
                with suppress(dw.HudError):
                    element.parent = None if number < 20 else parent
            case 9:
                element.remove()
            case 10 if element.KIND in ("text", "button"):
                element.text = "new " * int(number / 10)
            case _:
                element.color = (number / 60, 0.5, 0.5)
        if number < 30:
            hud.compose(PAGE)
    hud.compose(PAGE)
    fresh = Hud()
    for element in hud:
        given = {key: getattr(element, key) for key in element.DEFAULTS if key != "parent"}
        make: Any = getattr(fresh, element.KIND)
        first = {"text": "text", "button": "text", "bar": "value"}.get(element.KIND)
        make(element.name, *([given.pop(first)] if first else []), **given)
    for element in hud:
        fresh[element.name].parent = None if element.parent is None else element.parent.name
    fresh.compose(PAGE)
    assert len(hud.quads) == len(fresh.quads) > 100
    for field in HUD_QUAD.dtype.names or ():
        if field != "source":
            assert np.array_equal(hud.quads[field], fresh.quads[field]), field


def test_what_the_hud_answers_to_is_not_the_games() -> None:
    scene = dw.Scene("room", seed=1)
    app = dw.App(scene, size=(400, 200))
    button = app.hud.button("b", "B", size=(100, 100))
    app.input.bindings.bind("fire", "mouse:left", "Enter", "pad:a")
    heard: list[str] = []
    app.update(lambda world, dt: heard.append("fire") if app.input.action("fire").pressed else None)
    app.fixed(lambda world, dt: heard.append("tick") if app.input.action("fire").pressed else None)
    app.update(lambda world, dt: heard.append("held") if app.input.action("fire").held else None)
    app.update(lambda world, dt: heard.append("up") if app.input.action("fire").released else None)
    app.update(lambda world, dt: heard.append("touch") if app.input.touches else None)
    app.on_key(heard.append)
    point(app.input, 50, 50)
    app.step()
    press(app.input)
    app.step()
    assert button.pressed
    app.step()
    press(app.input, "up")
    app.step()
    assert button.clicked
    assert heard == []

    app.hud.focus = button
    pad = app.input
    key(pad, "Enter")
    app.step()
    assert button.clicked
    assert heard == ["held"]
    pad.feed({"event_type": "key_up", "key": "Enter"})
    app.step()
    heard.clear()

    pad.feed_pads([PadState(buttons=(1,) + (0,) * 14)])
    app.step()
    assert button.clicked
    assert "fire" not in heard
    assert "tick" not in heard
    pad.feed_pads([PadState()])
    app.step()
    heard.clear()

    app.hud.focus = None
    point(app.input, 300, 150)  # beside it
    press(app.input)
    app.step()
    assert {"fire", "tick", "held", "touch"} <= set(heard)
    assert not button.clicked


def test_a_gamepad_moves_the_focus(hud: Hud, player: Input) -> None:
    a, b = hud.button("a", "A"), hud.button("b", "B", at=(0, 100))
    hud.focus = a

    def pad(*held: str) -> None:
        player.feed_pads([PadState(buttons=tuple(int(name in held) for name in BUTTONS))])
        frame(hud, player)

    pad("down")
    assert hud.focus is b
    pad("down")
    assert hud.focus is b, "held is not pressed again"
    pad()
    pad("up")
    assert hud.focus is a
    pad("a")
    assert a.clicked
