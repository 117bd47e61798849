"""The editor in a real window under a display, with events of the X server: in a process of its own."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dreamwell.engine.scene.scene import Scene
from dreamwell.tests.editor.test_viewport import room

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="sends events to the X server"),
    pytest.mark.skipif(ctypes.util.find_library("Xtst") is None, reason="needs libXtst to send events"),
]


def test_a_person_edits_a_scene(display: None, tmp_path: Path) -> None:
    scene, picture = tmp_path / "scene.dream", tmp_path / "window.png"
    room().save(scene)
    script = Path(__file__).with_name("in_window.py")
    command = [sys.executable, "-X", "faulthandler", str(script), str(scene), str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["chosen"] == ["cube"]
    assert told["mode"] == "scale"
    assert told["moved"][0] > 0.3
    assert told["moved"][1:] == [0.5, 0]
    assert told["steps"][-1] == "Move"
    assert told["turned"] != 0
    assert told["nearer"] < 1
    assert "cube-2" in told["names"] or len(told["names"]) == len(room()) + 1
    assert told["renaming"]
    assert told["renamed"] == ["twin"]
    assert told["saved"]
    assert told["closing"], "nothing is unsaved, so nobody is asked"
    assert told["title"] == "scene.dream - Dreamwell"
    saved = Scene.load(scene)
    assert saved["cube"].position == pytest.approx(told["moved"])
    image = np.asarray(Image.open(picture)).astype(int)
    assert image.shape == (690, 1180, 3)
    assert image.std() > 20
    reds = (image[..., 0] - image[..., 2] > 70).sum()
    assert reds > 300, "the cube is on the screen"


def test_files_are_dropped_and_names_typed_in_other_scripts(display: None, tmp_path: Path) -> None:
    scene, desk = tmp_path / "game" / "scene.dream", tmp_path / "desk"
    scene.parent.mkdir()
    desk.mkdir()
    room().save(scene)
    (desk / "rock.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (desk / "ä note.csv").write_text("1")
    room().save(desk / "other.dream")
    script = Path(__file__).with_name("in_window_files.py")
    command = [sys.executable, "-X", "faulthandler", str(script), str(scene), str(desk / "rock.obj")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["finished"], "the file manager is told that its files were taken"
    assert told["placed"] == pytest.approx([1.2, 0.0, 1.5], abs=0.1)
    assert told["named"] == ["öЖ立"]
    assert told["files"] == ["rock.obj", "scene.dream", "ä note.csv"]
    assert told["objects"] == len(room()) + 1, "beside the viewport nothing is placed"
    assert told["title"] == "other.dream"
    assert not told["log"]
    assert "öЖ立" in Scene.load(scene).names


@pytest.fixture
def large_display() -> Iterator[str]:
    """The name of a virtual display that has room for large windows."""
    if shutil.which("Xvfb") is None:
        if os.environ.get("CI"):
            pytest.fail("needs Xvfb", pytrace=False)
        pytest.skip("needs Xvfb")
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "2560x1520x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as ready:
        number = ready.readline().strip()
    try:
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize(("size", "scale"), [((1280, 760), 1.0), ((2560, 1520), 2.0)])
def test_a_sitting_from_the_first_menu_to_quitting(
    large_display: str, tmp_path: Path, size: tuple[int, int], scale: float
) -> None:
    scene = tmp_path / "scene.dream"
    room().save(scene)
    script = Path(__file__).with_name("session_in_window.py")
    wanted = f"{size[0]}x{size[1]}"
    command = [sys.executable, "-X", "faulthandler", str(script), str(scene), str(tmp_path), wanted, str(scale)]
    around = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=280, check=False, env=around | {"DISPLAY": large_display}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["created"] == ["box"]
    assert told["renamed"] == ["hero"]
    assert told["mode"] == "translate"
    assert told["moved"][0] > 0.2
    assert told["moved"][1:] == [0, 0]
    assert told["undone"]
    assert (told["played"], told["stopped"], told["untouched"]) == (True, True, True)
    assert told["time"] > 0
    assert (told["dirty"], told["saved"], told["closing"]) == (True, True, True)
    assert told["size"] == pytest.approx(told["wanted"], abs=1), "at rest the picture has all of its pixels"
    saved = Scene.load(scene)
    assert len(saved) == len(room()) + 1
    assert saved["hero"].position == pytest.approx(told["position"])
    pictures = {name: _picture(tmp_path / f"{name}.png") for name in ("opened", "moved", "playing", "saved")}
    assert all(one.shape == (size[1], size[0], 3) and one.std() > 20 for one in pictures.values())
    left = slice(0, int(size[0] * 0.18))
    assert (pictures["opened"][:, left] != pictures["moved"][:, left]).any(), "the hierarchy has one more"
    green = (pictures["playing"][..., 1] - pictures["playing"][..., 0] > 60).sum()
    assert green > (pictures["saved"][..., 1] - pictures["saved"][..., 0] > 60).sum(), "a frame says that it plays"


def _picture(path: Path) -> Any:
    return np.asarray(Image.open(path)).astype(int)
