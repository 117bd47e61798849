"""Windows on a display: events come in, frames go out, and everything closes cleanly."""

import ctypes
import gc
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import glfw
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import dreamwell as dw
from dreamwell.engine.gamepad import PadState
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.input import LEFT, Input
from dreamwell.engine.render import Stage
from dreamwell.engine.run_options import RUN, RunOptions
from dreamwell.engine.window import Window, why_no_window
from dreamwell.engine.world import World

pytestmark = pytest.mark.usefixtures("windows")


@pytest.fixture(scope="session")
def windows(display: None) -> Generator[None]:
    """Windows may be opened; what is left of them goes before the display does."""
    yield
    gc.collect()
    glfw.terminate()


@pytest.fixture
def window() -> Generator[Window]:
    made = Window("A test", (320, 180))
    yield made
    made.close()


def send(window: Window, kind: str, **fields: Any) -> None:
    """An event as the window system would send it."""
    window.canvas.submit_event({"event_type": kind, **fields})


def test_a_display_is_noticed() -> None:
    assert why_no_window() == ""


def test_events_become_the_state_of_the_frame(window: Window) -> None:
    state = Input()
    window.poll(state)
    state.next_frame()
    send(window, "pointer_move", x=10, y=20, buttons=(), modifiers=(), ntouches=0)
    send(window, "pointer_down", x=10, y=20, button=LEFT)
    send(window, "pointer_move", x=15, y=18, buttons=(1,), modifiers=(), ntouches=0)
    send(window, "wheel", dx=0, dy=-200, modifiers=())
    send(window, "key_down", key="A", modifiers=("Shift",))
    assert state.keys == set(), "nothing comes before it is asked for"
    window.poll(state)
    assert state.size == (320, 180)
    assert state.pointer == (15, 18)
    assert (state.buttons, state.wheel, state.pressed) == ({LEFT}, 2, {"a"})
    state.next_frame()
    window.poll(state)
    assert (state.wheel, state.pressed, state.keys) == (0, set(), {"a"}), "nothing comes twice"


class FakePads:
    """Gamepads as a test holds them."""

    def __init__(self) -> None:
        self.states: list[PadState | None] = [None]

    def poll(self) -> list[PadState | None]:
        return self.states


def test_gamepads_are_asked_at_every_poll(window: Window) -> None:
    state = Input()
    window.poll(state)
    assert not any(pad.connected for pad in state.pads)
    window.gamepads = pads = FakePads()
    pads.states = [PadState(buttons=(1,) + (0,) * 14, axes=(0.0, 1.0, 0.0, 0.0, 0.0, 0.0))]
    window.poll(state)
    assert state.action("jump").pressed
    assert state.axis("move_y") == 1
    pads.states = [None]
    state.next_frame()
    window.poll(state)
    assert state.action("jump").released
    assert not state.pads[0].connected


def test_a_captured_mouse_moves_without_limits(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    state = Input()
    glfw_window = window.canvas._window
    window.poll(state)
    state.captured = True
    for _ in range(8):
        window.poll(state)
    assert glfw.get_input_mode(glfw_window, glfw.CURSOR) == glfw.CURSOR_DISABLED
    assert state.motion == (0, 0), "that the system puts the pointer into the middle is no motion"
    before = state.pointer
    monkeypatch.setattr(glfw, "get_window_attrib", lambda *_: True)  # without a window manager none has the focus
    for _ in range(4):
        window.poll(state)
    x, y = glfw.get_cursor_pos(glfw_window)
    glfw.set_cursor_pos(glfw_window, x + 5000, y - 3000)  # further than any screen
    if glfw.get_cursor_pos(glfw_window) == (x, y):
        monkeypatch.setattr(glfw, "get_cursor_pos", lambda _: (x + 5000, y - 3000))
    window.poll(state)
    assert state.moved == state.motion == (5000, -3000)
    state.show_frame(0.1)
    assert state.axis("look_x") == 100
    assert state.pointer == before
    monkeypatch.undo()
    state.captured = False
    window.poll(state)
    assert glfw.get_input_mode(glfw_window, glfw.CURSOR) == glfw.CURSOR_NORMAL
    state.next_frame()
    assert state.motion == (0, 0)


def test_frames_follow_the_windows_size(window: Window) -> None:
    gpu = Gpu.open(present_to=window.canvas)
    window.attach(gpu.device, dw.Fabric.present_format)
    painted: list[tuple[int, int]] = []

    def paint(view: Any, size: tuple[int, int]) -> None:
        painted.append(size)
        encoder = gpu.device.create_command_encoder()
        attachment = {"view": view, "load_op": "clear", "store_op": "store", "clear_value": (1, 0, 0, 1)}
        encoder.begin_render_pass(color_attachments=[attachment]).end()
        gpu.device.queue.submit([encoder.finish()])

    state = Input()
    for _ in range(3):
        window.poll(state)
        window.draw(paint)
    assert painted[-1] == window.pixels == (320, 180)
    window.canvas.set_logical_size(200, 100)
    for _ in range(20):
        window.poll(state)
        window.draw(paint)
        if painted[-1] != (320, 180):
            break
    assert painted[-1] == window.pixels == (200, 100)
    assert state.size == (200, 100)


def test_what_goes_wrong_while_painting_is_raised(window: Window) -> None:
    gpu = Gpu.open(present_to=window.canvas)
    window.attach(gpu.device, dw.Fabric.present_format)

    def paint(view: Any, size: tuple[int, int]) -> None:
        raise ZeroDivisionError("in paint")

    with pytest.raises(ZeroDivisionError, match="in paint"):
        window.draw(paint)


def shown(window: Window) -> NDArray[np.uint8]:
    """(h, w, 3) what the X server has of a window."""
    x11 = ctypes.CDLL("libX11.so.6")
    pointer = ctypes.c_void_p
    x11.XOpenDisplay.restype = x11.XGetImage.restype = pointer
    x11.XGetImage.argtypes = [
        pointer,
        ctypes.c_ulong,
        *[ctypes.c_int] * 2,
        *[ctypes.c_uint] * 2,
        ctypes.c_ulong,
        ctypes.c_int,
    ]
    x11.XDestroyImage.argtypes = x11.XCloseDisplay.argtypes = [pointer]
    w, h = window.pixels
    display = x11.XOpenDisplay(None)
    image = x11.XGetImage(display, glfw.get_x11_window(window.canvas._window), 0, 0, w, h, 0xFFFFFFFF, 2)
    data = ctypes.cast(image + 16, ctypes.POINTER(pointer))[0]  # XImage: 3 ints and an offset, then the data
    assert data is not None
    pixels = np.frombuffer(ctypes.string_at(data, 4 * w * h), np.uint8).reshape(h, w, 4)
    x11.XDestroyImage(image)
    x11.XCloseDisplay(display)
    return np.ascontiguousarray(pixels[..., 2::-1])


@pytest.mark.parametrize("view", ["none", "depth", "wireframe", "bloom"])
@pytest.mark.skipif(sys.platform != "linux", reason="asks the X server")
def test_a_window_shows_what_a_picture_shows(window: Window, view: str) -> None:
    gpu = Gpu.open(present_to=window.canvas)
    stage = Stage(gpu, window.pixels)
    window.attach(gpu.device, stage.fabric.present_format)
    world = World(dw.weave(room()))
    world.configure({"debug.view": view})

    def paint(view: Any, size: tuple[int, int]) -> None:
        stage.fabric.resize(size)
        stage.draw(world, 0, view=view)

    for _ in range(3):
        window.poll(Input())
        window.draw(paint)
    assert stage.fabric.size == (320, 180)
    stage.draw(world, 0)
    wanted = stage.fabric.read_image()  # waits for the frames before, too
    difference = np.abs(shown(window).astype(int) - wanted)
    assert wanted.std() > 10
    assert difference.max() <= 2, "the same colours, the same way up"


@pytest.mark.skipif(sys.platform != "linux", reason="asks the X server")
def test_a_window_shows_the_hud(window: Window) -> None:
    gpu = Gpu.open(present_to=window.canvas)
    stage = Stage(gpu, window.pixels)
    window.attach(gpu.device, stage.fabric.present_format)
    world = World(dw.weave(room()))
    hud = dw.Hud()
    stage.fabric.show_hud(hud)
    hud.panel("panel", at=(10, 10), size=(40, 20), color="#ff8000", radius=0)
    label = hud.text("label", "Score 1", at=(10, 40), size=24)

    def paint(view: Any, size: tuple[int, int]) -> None:
        stage.fabric.resize(size)
        stage.draw(world, 0, view=view)

    for text in ("Score 1", "Score 23", "Score 23 of 100"):
        label.text = text
        window.poll(Input())
        window.draw(paint)
    stage.draw(world, 0)
    wanted = stage.fabric.read_image()
    found = shown(window)
    assert found[20, 20].tolist() == [255, 128, 0]
    assert (found[40:70, 10:200] == 255).all(axis=-1).sum() > 100
    assert np.abs(found.astype(int) - wanted).max() <= 2


def test_the_hud_of_an_app_is_laid_out_for_its_window() -> None:
    app = dw.App(room(), size=(160, 90))
    box = app.hud.panel("panel", at=(10, 10), anchor="bottom_right", size=(40, 20))
    seen: list[Any] = []

    @app.update
    def look(world: dw.World, dt: float) -> None:
        seen.append((app.hud.density, app.hud.page, box.box))
        if len(seen) == 3:
            app.close()

    app.run()
    assert seen[-1] == (1.0, (0, 0, 160, 90), (110, 60, 40, 20))


def room() -> dw.Scene:
    scene = dw.Scene("room", seed=1)
    scene.configure({"aa.mode": "none"})  # every frame alone
    scene.add("camera", dw.Camera(), at=(0, 1, 4), toward=(0, 0, 0))
    scene.add("cube", dw.Mesh.box())
    return scene


def test_an_app_runs_in_a_window_until_it_closes_itself(tmp_path: Path) -> None:
    app = dw.App(room(), title="Closing", size=(160, 90))
    steps: list[float] = []

    @app.update
    def count(world: dw.World, dt: float) -> None:
        steps.append(dt)
        assert app.input.size == (160, 90)
        world["cube"].rotate(y=dt)
        if len(steps) == 3:
            app.load(room())
        if len(steps) >= 5:
            app.close()

    app.run()
    assert len(steps) == 5
    assert all(0 < dt <= 0.25 for dt in steps)
    app.run()  # a second time in the same process
    assert len(steps) > 5


@pytest.mark.parametrize("reload", [False, True], ids=["once", "until it is closed"])
def test_an_error_in_a_windows_update_is_raised_when_it_closes(reload: bool) -> None:
    """With hot reload it stands still, for a changed file to mend it, until the player closes it."""
    drawn = 0
    token = RUN.set(RunOptions("window", size=(160, 90), frames=4))
    try:
        app = dw.App(room(), reload=reload)
    finally:
        RUN.reset(token)

    @app.update
    def fail(world: dw.World, dt: float) -> None:
        nonlocal drawn
        drawn += 1
        raise ValueError("no")

    with pytest.raises(dw.ScriptError, match=r"fail\(\) failed in test_window\.py.*ValueError: no"):
        app.run()
    assert drawn == 1


def test_escape_ends_it_and_frames_may_be_counted() -> None:
    token = RUN.set(RunOptions("window", size=(160, 90), frames=4))
    try:
        app = dw.App(room())
        steps: list[float] = []
        app.update(lambda world, dt: steps.append(dt))
        app.run()
        assert len(steps) == 4
        app.input.feed({"event_type": "key_down", "key": "Escape"})
        app.run()
        assert len(steps) == 4
    finally:
        RUN.reset(token)


def test_keys_step_through_views_and_keep_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    titles: list[str] = []
    monkeypatch.setattr(Window, "title", property(lambda self: "", lambda self, title: titles.append(title)))
    token = RUN.set(RunOptions("window", size=(160, 90), frames=5, timed=True))
    try:
        app = dw.App(room(), title="Looking")
        keys = iter(["F2", "F12", "F3", "F12", "F4"])
        app.update(lambda world, dt: None)
        poll = Window.poll

        def polled(window: Window, input: Input) -> list[Path]:
            input.feed({"event_type": "key_down", "key": next(keys)})
            return poll(window, input)

        monkeypatch.setattr(Window, "poll", polled)
        app.run()
    finally:
        options = RUN.get()
        RUN.reset(token)
    assert capsys.readouterr().out.split() == ["room-0001.png", "room-0002.png"]
    first, second = (np.asarray(Image.open(tmp_path / f"room-000{i}.png")).astype(int) for i in (1, 2))
    assert first.shape == second.shape == (90, 160, 3)
    assert np.abs(first - second).mean() > 10, "a view, and the picture"
    assert [title.split(" - ")[1] if "depth" in title else "" for title in titles] == ["depth", "depth", "", "", ""]
    assert options is not None
    assert options.report["frames"] == 5


def test_a_recording_is_made_and_replayed_in_a_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def play(**options: Any) -> list[Any]:
        token = RUN.set(RunOptions("window", size=(160, 90), **options))
        seen: list[Any] = []
        try:
            app = dw.App(room())
            app.fixed(lambda world, dt: world["cube"].translate(x=app.input.axis("move_x") * dt))

            @app.update
            def note(world: dw.World, dt: float) -> None:
                if not app.replaying and len(seen) == 1:
                    app.input.keys.add("d")
                seen.append((dt, app.tick, world["cube"].position, app.input.size))

            app.run()
        finally:
            RUN.reset(token)
        return seen

    path = tmp_path / "window.dreamrec"
    first = play(frames=6, record=path)
    recorded = capsys.readouterr().out
    second = play(replay=dw.Recording.load(path))
    assert second == first
    assert recorded.split()[-1] == capsys.readouterr().out.split()[-1]
    assert first[-1][3] == (160, 90)
