"""Recordings: the same input and the same frames come to the same state; what can't be played is told."""

import json
import struct
import subprocess
import sys
import zlib
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.cli import main
from dreamwell.engine.recording import FRAME, MAGIC

GAME = """
import math
import dreamwell as dw

scene = dw.Scene("chase", seed=1)
scene.configure({"aa.mode": "none"})
scene.add("camera", dw.Camera(), at=(0, 1, 6), toward=(0, 0, 0))
scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
scene.add("hero", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.4, 0.2)))
scene.add("shot", dw.Mesh.box(0.1), at=(0, 0, -50), tags={"shot"})
app = dw.App(scene, size=(64, 36))


@app.fixed
def walk(world, dt):
    x, y = app.input.vector()
    hero = world["hero"]
    hero.translate(x=3 * x * dt, y=3 * y * dt)
    hero.rotate(y=90 * app.input.axis("look_x") * dt)
    if app.input.action("fire").pressed:
        world.spawn("shot", at=hero.position + world.random.normal(size=3))
    if app.input.action("pause").pressed:
        app.time_scale = 0.5 if app.time_scale == 1 else 1


@app.system(dw.Query(dw.Position, tag="shot"))
def drift(batch, dt):
    batch[dw.Position] += (0, 0, -2 * app.input.axis("move_y") * dt)


@app.start
def begin(world):
    world.run(shake(world))


def shake(world):
    while True:
        yield dw.wait(0.2)
        world["hero"].translate(x=world.random.normal() * 0.01)


@app.update
def lean(world, dt):
    world["hero"].rotate(x=math.sin(app.time) * 30 * dt)


if __name__ == "__main__":
    app.run()
"""


def game() -> dw.App:
    names: dict[str, Any] = {"__name__": "game"}
    exec(compile(GAME, __file__, "exec"), names)
    app: dw.App = names["app"]
    return app


def played(app: dw.App, frames: int = 400) -> dw.Recording:
    """What a wild player does with the game, at wild rates of frames."""
    rng = np.random.default_rng(4)
    feed = app.input.feed
    app.input.captured = True
    app.record()
    for _ in range(frames):
        for name in ("w", "a", "s", "d", "p"):
            if rng.random() < 0.1:
                feed({"event_type": ("key_down", "key_up")[rng.integers(0, 2)], "key": name})
        if rng.random() < 0.2:
            feed({"event_type": ("pointer_down", "pointer_up")[rng.integers(0, 2)], "x": 1, "y": 2, "button": 1})
        if rng.random() < 0.5:
            feed({"event_type": "pointer_motion", "dx": rng.normal() * 9, "dy": rng.normal()})
        app.step(float(rng.uniform(0.001, 0.04)))
    return app.recording()


def test_a_replay_comes_to_the_same_state(tmp_path: Path) -> None:
    app = game()
    made = played(app)
    assert len(app.world) > 10, "shots were fired"
    path = tmp_path / "run.dreamrec"
    made.save(path)
    assert path.stat().st_size < 60 * 400, "bytes a frame"
    read = dw.Recording.load(path)
    assert (read.frames, read.scene, read.tick_rate, read.seed) == (400, "chase", 60, app.seed)
    assert read.seconds == pytest.approx(app_seconds(read))
    again = game()
    again.bindings.bind("fire", "x")  # what this player likes is of no account
    assert again.play(read) == made.state != ""
    assert again.tick == app.tick
    assert again.time == app.time
    assert again.replaying
    t, o = again.world.transforms, app.world.transforms
    assert (t.position == o.position).all()
    assert (t.rotation == o.rotation).all()


def app_seconds(recording: dw.Recording) -> float:
    return float(sum(recording.unpacked()["dt"].tolist()))


def test_another_game_does_not_pass_for_the_same() -> None:
    made = played(game(), 50)
    other = game()
    other.update(lambda world, dt: world["hero"].translate(z=1e-3))
    with pytest.raises(dw.RecordingError, match=r"ended in the state .*, the replay in .*: the game, its scene"):
        other.play(made)


def test_what_a_recording_does_not_fit_is_told() -> None:
    made = played(game(), 5)
    with pytest.raises(dw.RecordingError, match='recorded in the scene "chase"; this is "other"'):
        dw.App(dw.Scene("other")).play(made)
    late = game()
    late.step()
    with pytest.raises(dw.RecordingError, match="replayed from its first frame on, and 1 were played"):
        late.play(made)
    with pytest.raises(dw.RecordingError, match="recorded from its first frame on"):
        late.record()
    with pytest.raises(dw.RecordingError, match="nothing is being recorded"):
        late.recording()
    woven = game()
    assert len(woven.world) > 0
    with pytest.raises(dw.RecordingError, match=r"use App\(…, seed="):
        woven.play(made)
    seeded = dw.App(game().scene, seed=made.seed)
    assert len(seeded.world) > 0
    with pytest.raises(dw.RecordingError, match="ended in the state"):  # the scene alone is not the game
        seeded.play(made)
    with pytest.raises(dw.RecordingError, match="has ended, after 5 frames"):
        seeded.step()


def test_files_that_are_no_good_are_told_apart(tmp_path: Path) -> None:
    good = tmp_path / "good.dreamrec"
    played(game(), 30).save(good)
    data = good.read_bytes()
    bad = tmp_path / "bad.dreamrec"

    def refused(content: bytes, message: str) -> None:
        bad.write_bytes(content)
        with pytest.raises(dw.RecordingError, match=message):
            dw.Recording.load(bad)

    refused(b"", "is no recording; `dream run GAME --record FILE` makes one")
    refused(b'{"dreamwell": 1}', "is no recording")
    for size in (len(MAGIC), 20, 60, len(data) // 2, len(data) - 1):
        refused(data[:size], rf"is cut off: it has {size} of its \d+ bytes")
    refused(data + b"x", "1 bytes follow its end")
    refused(data[:8] + struct.pack("<I", 7) + data[12:], "is a recording of version 7; this engine plays version 1")
    for at in (41, 100, len(data) - 3):
        refused(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "its digest is not")
    with pytest.raises(dw.RecordingError, match=r"nowhere: can't be read \(No such file"):
        dw.Recording.load(tmp_path / "nowhere")


def test_what_a_forger_writes_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "forged.dreamrec"
    good = played(game(), 3)
    good.save(path)
    head = struct.Struct("<8sIIQ16s")
    _, _, size, _, _ = head.unpack_from(path.read_bytes())
    header = json.loads(path.read_bytes()[head.size : head.size + size])

    def forged(packed: bytes = good.packed, **changes: Any) -> str:
        text = json.dumps({**header, **changes}).encode()
        digest = blake2b(text + packed, digest_size=16).digest()
        path.write_bytes(head.pack(MAGIC, 1, len(text), len(packed), digest) + text + packed)
        with pytest.raises(dw.RecordingError) as error:
            dw.Recording.load(path)
        return str(error.value)

    assert "does not hold the 4 frames" in forged(frames=4)
    assert "does not hold the 2 frames" in forged(frames=2)
    assert "frames of" in forged(frame_bytes=4)
    assert "frames of" in forged(frames=1 << 60)
    assert "header can't be read" in forged(seed="x")
    assert "frames can't be read" in forged(packed=b"not deflated")
    frames = np.zeros(3, FRAME)
    frames["dt"] = np.nan
    assert "seconds long" in forged(packed=zlib.compress(frames.tobytes()))


# ---- as people use it -------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    (tmp_path / "game.py").write_text(GAME)
    return tmp_path


def test_a_run_is_recorded_and_replayed_without_a_window(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "game.py", "--headless", "--frames", "4", "--record", "a.dreamrec", "--seed", "9"]) == 0
    out = capsys.readouterr().out
    state = out.split()[-1]
    assert "a.dreamrec: 4 frames recorded, state " in out
    assert dw.Recording.load("a.dreamrec").seed == 9
    assert main(["run", "game.py", "--headless", "--replay", "a.dreamrec", "-o", "b.png"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines() == ["b.png: 64x36, 4 frames", f"state {state}"]
    assert main(["run", "game.py", "--replay", "a.dreamrec", "--frames", "2", "-o", "c.png"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[1].startswith("state ")
    assert state not in out, "half way"
    assert main(["run", "game.py", "--replay", "a.dreamrec", "--frames", "5", "-o", "c.png"]) == 1
    assert capsys.readouterr().err == "error: a.dreamrec has 4 frames; 5 were asked for\n"


def test_a_player_is_replayed_into_a_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = game()
    made = played(app, 40)
    made.save("play.dreamrec")
    assert main(["run", "game.py", "--headless", "--replay", "play.dreamrec", "-o", "end.npy"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"state {made.state}"
    assert np.load("end.npy").std() > 0


def test_files_that_can_not_be_played_end_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "foreign.png").write_bytes(b"\x89PNG")
    assert main(["run", "game.py", "--headless", "--replay", "foreign.png"]) == 1
    assert capsys.readouterr().err == ("error: foreign.png is no recording; `dream run GAME --record FILE` makes one\n")
    assert main(["run", "game.py", "--replay", "foreign.png", "--seed", "1"]) == 2
    assert "a recording has its own" in capsys.readouterr().err
    played(game(), 3).save("other.dreamrec")
    assert main(["run", "hello", "--headless", "--replay", "other.dreamrec"]) == 1
    assert 'recorded in the scene "chase"; this is "hello"' in capsys.readouterr().err


def test_a_run_that_fails_leaves_what_led_to_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failing = GAME.replace('world["hero"].rotate(x', 'world["hero" if app.tick < 3 else "villain"].rotate(x')
    (folder / "failing.py").write_text(failing)
    for arguments in (["--record", "crash.dreamrec"], ["--replay", "crash.dreamrec"]):
        assert main(["run", "failing.py", "--headless", "--frames", "3", *arguments]) == 1
        assert 'no object "villain"' in capsys.readouterr().err
    assert (dw.Recording.load("crash.dreamrec").frames, dw.Recording.load("crash.dreamrec").state) == (3, "")


def test_another_process_comes_to_the_same_state(folder: Path) -> None:
    made = played(game(), 60)
    made.save("far.dreamrec")
    program = "import sys, game, dreamwell as dw; print(game.app.play('far.dreamrec'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stdout.strip() == made.state
