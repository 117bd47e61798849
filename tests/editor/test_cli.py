"""`dream edit`, as it is called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dreamwell.engine.cli import main
from dreamwell.tests.editor.test_viewport import room


def test_a_picture_of_the_editor_without_a_window(tmp_path: Path) -> None:
    scene, picture = tmp_path / "scene.dream", tmp_path / "editor.png"
    room().save(scene)
    text = scene.read_bytes()
    command = [
        *(sys.executable, "-m", "dreamwell.engine.cli", "edit", str(scene)),
        *("--screenshot", str(picture), "--size", "640x400", "--frames", "12"),
    ]
    without = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=without)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{picture}: 640x400, 12 frames")
    image = np.asarray(Image.open(picture)).astype(int)
    assert image.shape == (400, 640, 3)
    assert image.std() > 20
    assert scene.read_bytes() == text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hello"], "hello is a sample"),
        (["nothing.dream"], "nothing.dream"),
        (["--screenshot", "editor.exr"], "must be .png"),
    ],
)
def test_what_can_not_be_edited_is_told(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dreamwell.engine.window.why_no_window", lambda: "")
    assert main(["edit", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_without_a_display_it_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dreamwell.editor.host.main.why_no_window", lambda: "there is no display")
    assert main(["edit"]) == 1
    assert "--screenshot" in capsys.readouterr().err
