"""Actions and axes over keys, mouse, gamepads and touches; what they are bound to, and how that is kept."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.gamepad import AXES, BUTTONS, Gamepads, PadState
from dreamwell.engine.input import INPUT, LEFT, RIGHT, Input


def pad(*held: str, **axes: float) -> PadState:
    """A gamepad with these buttons held and these axes moved."""
    return PadState("A pad", tuple(name in held for name in BUTTONS), tuple(axes.get(name, 0.0) for name in AXES))


@pytest.fixture
def state() -> Input:
    return Input()


def event(state: Input, kind: str, **fields: Any) -> None:
    state.feed({"event_type": kind, **fields})


def key(state: Input, *names: str, down: bool = True) -> None:
    for name in names:
        event(state, "key_down" if down else "key_up", key=name)


def frame(state: Input, dt: float = 0.1) -> None:
    """A frame begins in which nothing happened yet."""
    state.next_frame()
    state.show_frame(dt)


# ---- actions ----------------------------------------------------------------------------------------------------


def test_an_action_is_held_begins_and_ends(state: Input) -> None:
    seen = []
    for step in ("", "down", "", "up", ""):
        frame(state)
        if step:
            key(state, " ", down=step == "down")
        jump = state.action("jump")
        seen.append((bool(jump), jump.held, jump.pressed, jump.released, jump.value))
    assert seen == [
        (False, False, False, False, 0), (True, True, True, False, 1), (True, True, False, False, 1),
        (False, False, False, True, 0), (False, False, False, False, 0),
    ]  # fmt: skip


def test_a_second_button_of_an_action_does_not_begin_it_again(state: Input) -> None:
    key(state, "c")
    assert state.action("crouch").pressed
    frame(state)
    key(state, "Control")
    assert not state.action("crouch").pressed
    frame(state)
    key(state, "c", down=False)
    assert state.action("crouch")
    assert not state.action("crouch").released
    frame(state)
    key(state, "Control", down=False)
    assert state.action("crouch").released


def test_a_tap_between_two_frames_is_not_lost(state: Input) -> None:
    key(state, "e")
    key(state, "e", down=False)
    use = state.action("use")
    assert (use.held, use.pressed, use.released) == (False, True, True)


def test_mouse_wheel_and_pads_do_actions_too(state: Input) -> None:
    state.bindings.action("next", "wheel:down", "pad:right_bumper")
    event(state, "pointer_down", x=3, y=4, button=LEFT)
    event(state, "wheel", dy=200)
    assert state.action("fire").pressed
    assert state.action("next").pressed
    frame(state)
    event(state, "pointer_up", x=3, y=4, button=LEFT)
    state.feed_pads([None, pad("right_bumper", right_trigger=0.7)])
    assert not state.action("fire").released, "the trigger does it now"
    assert state.action("fire").value == pytest.approx((0.7 - 0.15) / 0.8)
    assert state.action("next", pad=1).pressed
    assert not state.action("next", pad=0)
    frame(state)
    state.feed_pads([None, pad(right_trigger=0.45)])
    assert state.action("fire"), "not let go of yet"
    state.feed_pads([None, pad(right_trigger=0.3)])
    assert state.action("fire").released
    with pytest.raises(dw.InputError, match="there is no gamepad 4; their places are 0 to 3"):
        state.action("fire", pad=4)


# ---- axes -------------------------------------------------------------------------------------------------------


def test_keys_and_sticks_move_an_axis(state: Input) -> None:
    assert state.axis("move_x") == 0
    key(state, "d")
    assert state.axis("move_x") == 1
    key(state, "ArrowRight", "w")
    assert state.axis("move_x") == 1, "not twice"
    assert state.vector() == pytest.approx((0.7071, 0.7071), abs=1e-4)
    key(state, "a", "ArrowLeft")
    assert state.axis("move_x") == 0
    assert state.axis("a", "s") == -1, "two keys by their names"
    key(state, "a", "ArrowLeft", "d", "ArrowRight", "w", down=False)
    state.feed_pads([pad(left_x=-0.55, left_y=0.0)])
    assert state.axis("move_x") == pytest.approx(-0.5)
    state.feed_pads([pad("up", left_y=0.3)])
    assert state.axis("move_y") == 1
    assert state.axis("move_y", pad=0) == 1
    assert state.axis("move_y", pad=1) == 0
    state.bindings.inverted.add("move_y")
    assert state.axis("move_y") == -1


def test_a_resting_stick_is_still_whichever_way_it_leans(state: Input) -> None:
    for x, y in ((0.1, 0.1), (0.0, -0.149), (-0.1, 0.09)):
        state.feed_pads([pad(left_x=x, left_y=y)])
        assert state.vector() == (0, 0)
    state.feed_pads([pad(left_x=0.14, left_y=0.7)])
    assert state.axis("move_x") > 0.1, "beyond it, no direction is cut away"
    state.feed_pads([pad(left_x=0.7, left_y=0.7)])
    assert np.hypot(*state.vector()) == pytest.approx(1)
    state.feed_pads([pad(left_x=0.96)])
    assert state.axis("move_x") == 1
    state.bindings.dead_zone = 0.5
    state.feed_pads([pad(left_x=0.45)])
    assert state.axis("move_x") == 0
    assert state.pads[0].axis("left_x") == 0.45


def test_the_mouse_turns_by_as_much_whatever_the_frames_length(state: Input) -> None:
    state.captured = True
    turned = []
    for dt in (0.02, 0.1):
        frame(state, dt)
        event(state, "pointer_motion", dx=50, dy=-20)
        turned.append((state.axis("look_x") * dt, state.axis("look_y") * dt))
    assert turned == [pytest.approx((0.1, 0.04))] * 2
    state.bindings.sensitivity = 2
    assert state.axis("look_x") * 0.1 == pytest.approx(0.2)
    event(state, "pointer_move", x=400, y=400)
    assert state.moved == (50, -20), "a captured pointer stands still"
    assert state.pointer == (0, 0)
    frame(state)
    state.captured = False
    event(state, "pointer_move", x=10, y=10)
    event(state, "pointer_move", x=20, y=10)
    assert state.axis("look_x") == 0, "only a captured mouse looks around"
    state.bindings.bind("look_x", "pointer:x")
    assert state.axis("look_x") * 0.1 == pytest.approx(10 / 500 * 2)
    event(state, "wheel", dy=-300)
    assert state.axis("zoom") * 0.1 == pytest.approx(0.3)
    state.show_frame(0)
    assert state.axis("zoom") == 0, "no time goes by while the game is paused"


def test_names_that_are_not_there_are_told_with_the_nearest(state: Input) -> None:
    for ask, message in (
        (lambda: state.action("jmup"), 'there is no action "jmup"; did you mean "jump"'),
        (lambda: state.axis("move_z"), 'there is no axis "move_z"; did you mean "move_'),
        (lambda: state.pads[0].held("q"), 'no button of a gamepad "q"'),
        (lambda: state.bindings["xyzzy"], 'no action or axis "xyzzy"; there is fire, '),
        (
            lambda: state.bindings.action("roll", "mouse:lef"),
            '"mouse:lef" is no button; after mouse: comes one of left',
        ),
        (lambda: state.bindings.action("roll", "pad:A"), '"pad:A" is no button; after pad: comes one of a, b'),
        (lambda: state.bindings.action("roll", "w+s"), r'"w\+s" is no key'),
        (lambda: state.bindings.axis("roll", "pad:a"), r'"pad:a" moves no axis; there is a pair of buttons'),
        (lambda: state.bindings.axis("jump", "wheel"), '"jump" is an action; an axis needs another name'),
    ):
        with pytest.raises(dw.InputError, match=message):
            ask()
    assert "roll" not in state.bindings


# ---- touches ----------------------------------------------------------------------------------------------------


def only(state: Input) -> dw.Touch:
    found = state.touches
    assert len(found) == 1
    return found[0]


def test_the_mouse_touches_while_its_left_button_is_held(state: Input) -> None:
    event(state, "pointer_move", x=5, y=5)
    assert state.touches == ()
    event(state, "pointer_down", x=10, y=20, button=LEFT)
    event(state, "pointer_down", x=10, y=20, button=RIGHT)
    touch = only(state)
    assert (touch.id, touch.at, touch.start, touch.began) == (0, (10, 20), (10, 20), True)
    frame(state)
    event(state, "pointer_move", x=15, y=10)
    touch = only(state)
    assert (touch.drag, touch.began, touch.ended) == ((5, -10), False, False)
    event(state, "pointer_up", x=16, y=10, button=LEFT)
    touch = only(state)
    assert (touch.at, touch.ended) == ((16, 10), True)
    frame(state)
    assert state.touches == ()


def test_fingers_are_touches_of_their_own(state: Input) -> None:
    def fingers(kind: str, which: int, **at: tuple[float, float]) -> None:
        touches = {int(name[1:]): {"x": x, "y": y} for name, (x, y) in at.items()}
        x, y = at[f"t{which}"]
        event(state, kind, x=x, y=y, button=1, touches=touches, pointer_id=which)

    fingers("pointer_down", 7, t7=(1, 1))
    fingers("pointer_down", 8, t7=(2, 1), t8=(50, 50))
    fingers("pointer_move", 8, t7=(2, 1), t8=(60, 50))
    assert [(t.id, t.at, t.drag) for t in state.touches] == [(7, (2, 1), (1, 0)), (8, (60, 50), (10, 0))]
    frame(state)
    fingers("pointer_up", 7, t7=(2, 1), t8=(60, 50))
    assert [(t.id, t.ended) for t in state.touches] == [(7, True), (8, False)]


# ---- gamepads ---------------------------------------------------------------------------------------------------


class State(NamedTuple):
    """As glfw gives it."""

    buttons: list[int]
    axes: list[float]


class FakeGlfw:
    """glfw's side of joysticks."""

    def __init__(self) -> None:
        self.there: dict[int, State | None] = {}
        self.mappings = ""
        self.asked = 0

    def set_joystick_callback(self, callback: Any) -> None:
        self.callback = callback

    def update_gamepad_mappings(self, text: str) -> None:
        self.mappings = text

    def joystick_present(self, joystick: int) -> bool:
        self.asked += 1
        return joystick in self.there

    def joystick_is_gamepad(self, joystick: int) -> bool:
        return self.there[joystick] is not None

    def get_joystick_name(self, joystick: int) -> bytes:
        return f"stick {joystick}".encode()

    def get_gamepad_name(self, joystick: int) -> str:
        return f"pad {joystick}"

    def get_gamepad_state(self, joystick: int) -> State | None:
        return self.there.get(joystick)

    def plug(self, joystick: int, state: State | None) -> None:
        self.there[joystick] = state
        self.callback(joystick, 0x00040001)

    def pull(self, joystick: int) -> None:
        del self.there[joystick]
        self.callback(joystick, 0x00040002)


REST = State([0] * 15, [0.0, 0.0, 0.0, 0.0, -1.0, -1.0])


def test_gamepads_come_and_go_and_keep_their_places(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], state: Input
) -> None:
    monkeypatch.setenv("SDL_GAMECONTROLLERCONFIG", "03000000,Odd Pad,a:b0")
    glfw = FakeGlfw()
    pads = Gamepads(glfw)
    assert glfw.mappings == "03000000,Odd Pad,a:b0"

    def poll() -> list[str]:
        state.feed_pads(pads.poll())
        return [pad.name if pad.connected else "" for pad in state.pads]

    assert poll() == ["", "", "", ""]
    asked = glfw.asked
    assert poll() == ["", "", "", ""]
    assert glfw.asked == asked, "the system is not asked every frame"
    glfw.plug(3, REST)
    glfw.plug(5, State([1] + [0] * 14, [0.5, -1.0, 0.0, 1.0, -1.0, 1.0]))
    assert poll() == ["pad 3", "pad 5", "", ""]
    assert state.pads[1].pressed("a")
    assert state.pads[1].axes == (0.5, 1.0, 0.0, -1.0, 0.0, 1.0), "up is positive, triggers begin at 0"
    assert state.pads[1].held("left_stick_up")
    assert state.pads[0].axes == (0.0,) * 6
    glfw.pull(3)
    assert poll() == ["", "pad 5", "", ""]
    glfw.plug(4, None)
    glfw.plug(0, REST)
    assert poll() == ["pad 0", "pad 5", "", ""]
    del glfw.there[5]  # and the system has not told it yet
    frame(state)
    assert poll() == ["pad 0", "", "", ""]
    assert state.pads[1].released("a"), "what was held on it is let go of"
    assert poll() == ["pad 0", "", "", ""]
    told = capsys.readouterr().err
    assert told.count("stick 4") == 1
    assert "SDL_GAMECONTROLLERCONFIG" in told


# ---- bindings ---------------------------------------------------------------------------------------------------


def test_bindings_are_changed_kept_and_read_again(tmp_path: Path, state: Input) -> None:
    bindings = state.bindings
    bindings.action("dash", "q", "pad:right_bumper")
    bindings.axis("roll", ("z", "key:C"), "pad:right_x")
    bindings.bind("jump", "J")
    bindings.bind("move_x", ("key::", "-"))
    bindings.bind("aim")
    bindings.inverted.add("look_y")
    bindings.sensitivity, bindings.dead_zone = 1.5, 0.2
    assert bindings.using("c") == ["crouch", "roll"]
    assert bindings.using("j") == ["jump"]
    key(state, "j", ":")
    assert state.action("jump").pressed
    assert state.axis("move_x") == -1
    path = tmp_path / "own" / "bindings.json"
    bindings.save(path)
    other = dw.Bindings()
    other.action("dash", "q")
    other.load(path)
    assert "roll" not in other, "this game has no such axis"
    for name in ("jump", "move_x", "aim", "dash", "fire", "look_x"):
        assert other[name] == bindings[name]
    assert (other.inverted, other.sensitivity, other.dead_zone) == ({"look_y"}, 1.5, 0.2)
    other.reset("jump")
    assert other["jump"] == (" ", "pad:a")
    other.reset()
    assert other["aim"] == ("mouse:right", "pad:left_trigger")
    assert other["dash"] == ("q",)


def test_a_broken_file_of_bindings_is_told_whole_and_changes_nothing(tmp_path: Path) -> None:
    bindings = dw.Bindings()
    path = tmp_path / "bindings.json"
    for text, message in (
        ("{", "is no JSON"),
        ("[]", r"is \[\]; it must be an object"),
        ('{"version": 9}', "its version is 9; it must be 1"),
    ):
        path.write_text(text)
        with pytest.raises(dw.InputError, match=message):
            bindings.load(path)
    with pytest.raises(dw.InputError, match=r"nowhere\.json: can't be read"):
        bindings.load(tmp_path / "nowhere.json")
    wrong = {
        "version": 1,
        "dead_zone": 2,
        "sensitivity": "fast",
        "inverted": "look_y",
        "actions": {"jump": ["j", 5], "fire": "x", "use": ["mouse:9"]},
        "axes": {"move_x": [["a"], "pad:a"], "move_y": [["i", "k"]]},
    }
    path.write_text(json.dumps(wrong))
    before = bindings.data()
    with pytest.raises(dw.InputError) as error:
        bindings.load(path)
    assert len(error.value.problems) == 8
    assert "dead_zone is 2; it must be a number from 0 to 0.9" in str(error.value)
    assert bindings.data() == before


def test_what_is_pressed_is_told_as_bindings_have_it(state: Input) -> None:
    assert state.any_pressed() is None
    state.feed_pads([None, pad("x")])
    assert state.any_pressed() == "pad:x"
    event(state, "pointer_down", x=0, y=0, button=4)
    assert state.any_pressed() == "mouse:4"
    key(state, "K")
    assert state.any_pressed() == "k"
    frame(state)
    event(state, "wheel", dy=100)
    assert state.any_pressed() == "wheel:down"
    for text in ("pad:x", "mouse:4", "k", "wheel:down"):
        state.bindings.bind("jump", text)


# ---- as one struct ----------------------------------------------------------------------------------------------


def test_a_frame_comes_out_of_its_struct_as_it_went_in(state: Input) -> None:
    rng = np.random.default_rng(2)
    table: dict[str, int] = {}
    again = Input()
    keys = [*"abcdef", "Shift", "é", "ArrowUp"]
    for _ in range(300):
        for _ in range(int(rng.integers(0, 4))):
            x, y = rng.uniform(0, 500, 2).tolist()
            match int(rng.integers(0, 5)):
                case 0:
                    key(state, str(rng.choice(keys)), down=bool(rng.integers(0, 2)))
                case 1:
                    kind = ("pointer_down", "pointer_up")[rng.integers(0, 2)]
                    event(state, kind, x=x, y=y, button=int(rng.integers(1, 9)))
                case 2:
                    event(state, "pointer_move", x=x, y=y)
                case 3:
                    event(state, "wheel", dy=float(rng.normal()))
                case _:
                    held = [name for name in BUTTONS if rng.random() < 0.3]
                    axes = {name: float(rng.uniform(-1, 1)) for name in AXES}
                    state.feed_pads([None if rng.random() < 0.3 else pad(*held, **axes), None])
        packed = np.zeros((), INPUT)
        state.pack(table, packed)
        again.unpack(list(table), packed)
        for one in (state, again):
            one.begin_frame()
        for _ in range(int(rng.integers(0, 3))):
            for one in (state, again):
                one.begin_tick(0.01)
            assert seen(again) == seen(state)
            for one in (state, again):
                one.end_tick()
        for one in (state, again):
            one.show_frame(0.02)
        assert seen(again) == seen(state)
        for one in (state, again):
            one.next_frame()


def seen(state: Input) -> Any:
    """All that a game can ask for."""
    asks = [ask for p in state.pads for ask in (p.held, p.pressed, p.released)]
    pads = [(p.connected, p.axes) for p in state.pads], [[ask(name) for name in BUTTONS] for ask in asks]
    bindings = state.bindings
    return SimpleNamespace(
        keys=state.keys, pressed=state.pressed, released=state.released, buttons=state.buttons, clicked=state.clicked,
        lifted=state.lifted, pointer=state.pointer, moved=state.moved, motion=state.motion, wheel=state.wheel,
        touches=state.touches, pads=pads, actions=[state.action(name) for name in bindings.actions],
        axes=[state.axis(name) for name in bindings.axes],
    )  # fmt: skip


def test_the_page_about_input_names_what_is_bound(checkout: Path, tmp_path: Path) -> None:
    page = (checkout / "docs" / "input.md").read_text(encoding="utf-8")
    tables = page.partition("## Bindings")[0]
    for name in Input().bindings:
        assert f"`{name}`" in tables, name
    code = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    app = dw.App(dw.Scene("page"))
    bindings = code[1].replace('"bindings.json"', "path")
    exec(bindings, {"app": app, "path": tmp_path / "bindings.json"})
    assert app.bindings["jump"] == (" ", "pad:a")
    assert app.bindings["dash"] == ("q", "pad:right_bumper")
