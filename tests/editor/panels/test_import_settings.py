"""Import settings in the assets panel: clicked, dragged, undone, seen in the viewport."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

import dreamwell as dw
from dreamwell.assets.import_settings import ModelImport, TextureImport
from dreamwell.editor.core.outside import set_settings_of, settings_of
from dreamwell.editor.panels.assets import Assets
from dreamwell.editor.panels.ui import Ui

Open = Callable[..., Any]
CUBE = """v -1 -1 -1\nv 1 -1 -1\nv 1 1 -1\nv -1 1 -1\nv -1 -1 1\nv 1 -1 1\nv 1 1 1\nv -1 1 1
f 4 3 2 1\nf 5 6 7 8\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf 4 1 5 8\n"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A scene with a small red cube from a file, and a picture."""
    (tmp_path / "cube.obj").write_text(CUBE)
    Image.new("RGB", (8, 8), (20, 200, 30)).save(tmp_path / "grass.png")
    scene = dw.Scene("room", seed=6, root=tmp_path)
    scene.add("cube", dw.Mesh.load("cube.obj"), dw.Material(base_color=(0.9, 0.02, 0.02)), scale=(0.2, 0.2, 0.2))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("camera", dw.Camera(), at=(0, 2, 9))
    scene.save(tmp_path / "scene.dream")
    return tmp_path


def opened(editor_ui: Open, project: Path, asset: str) -> Any:
    """The editor with an asset chosen in its panel."""
    ui = editor_ui(project / "scene.dream", size=(1400, 900))
    ui.state.part(Ui).show("assets")
    ui.step(4)
    ui.state.part(Ui).kept(Assets).chosen = asset
    ui.step(4)
    return ui


def red(ui: Any) -> int:
    """Pixels of the page that show the cube."""
    ui.step(12)
    image = ui.picture().astype(int)
    return int(((image[..., 0] - image[..., 1] > 60) & (image[..., 0] - image[..., 2] > 60)).sum())


def test_settings_are_clicked_seen_and_undone(editor_ui: Open, project: Path) -> None:
    ui = opened(editor_ui, project, "cube.obj")
    ui.state.select([])
    small = red(ui)

    def test(c: Any) -> None:
        c.item_click("//assets/**/###import.scale", imgui.MouseButton_.left)
        c.yield_(2)
        c.item_double_click("//assets/**/###import.scale")
        c.yield_(2)
        c.key_chars_replace_enter("4")
        c.yield_(4)
        c.item_click("//assets/**/###import.up_axis")
        c.yield_(3)
        c.item_click("//$FOCUSED/###import.up_axis.z")
        c.yield_(4)
        assert not c.item_exists("//assets/**/###import.smoothing_angle")
        c.item_click("//assets/**/###import.normals")
        c.yield_(3)
        c.item_click("//$FOCUSED/###import.normals.smooth")
        c.yield_(4)
        c.item_click("//assets/**/###import.double_sided")
        c.yield_(4)

    ui.run(test)
    wanted = ModelImport(scale=4, up_axis="z", normals="smooth", double_sided=True)
    assert settings_of(ui.state, "cube.obj") == wanted
    assert [step.label for step in ui.state.history.steps].count("Import settings of cube.obj") == 4
    assert red(ui) > 6 * small
    ui.state.undo(4)
    assert abs(red(ui) - small) < 0.1 * small
    assert not (project / "cube.obj.import").exists()
    ui.state.redo(4)
    ui.step(3)

    def reset(c: Any) -> None:
        c.item_click("//assets/**/###import.reset")
        c.yield_(4)

    ui.run(reset)
    assert settings_of(ui.state, "cube.obj") == ModelImport()
    assert not ui.state.document.dirty


def test_a_drag_is_one_step(editor_ui: Open, project: Path) -> None:
    ui = opened(editor_ui, project, "cube.obj")
    steps = len(ui.state.history.steps)

    def test(c: Any) -> None:
        c.item_drag_with_delta("//assets/**/###import.scale", (60, 0))
        c.yield_(4)

    ui.run(test)
    assert len(ui.state.history.steps) == steps + 1
    found = settings_of(ui.state, "cube.obj")
    assert isinstance(found, ModelImport)
    assert found.scale > 1


def test_pictures_have_settings_of_their_own(editor_ui: Open, project: Path) -> None:
    ui = opened(editor_ui, project, "grass.png")

    def test(c: Any) -> None:
        c.item_click("//assets/**/###import.filter")
        c.yield_(3)
        c.item_click("//$FOCUSED/###import.filter.nearest")
        c.yield_(4)
        c.item_click("//assets/**/###import.flip_y")
        c.yield_(4)
        assert not c.item_exists("//assets/**/###import.scale")

    ui.run(test)
    assert settings_of(ui.state, "grass.png") == TextureImport(filter="nearest", flip_y=True)


def test_a_broken_file_is_told_where_it_is_and_can_be_reset(editor_ui: Open, project: Path) -> None:
    (project / "cube.obj.import").write_text('{\n "import": 1,\n "scale": "huge"\n}\n')
    ui = opened(editor_ui, project, "cube.obj")
    assert (project / "cube.obj.import").read_text().count("huge") == 1, "nothing is lost"

    def test(c: Any) -> None:
        assert c.item_exists("//assets/**/###import.open")
        c.item_click("//assets/**/###import.reset")
        c.yield_(4)
        assert c.item_exists("//assets/**/###import.scale")

    ui.run(test)
    ui.state.undo()
    assert "huge" in (project / "cube.obj.import").read_text()
    ui.step(3)


def test_the_thumbnail_follows(editor_ui: Open, project: Path) -> None:
    pixels = np.zeros((128, 128, 3), np.uint8)
    pixels[:64] = (250, 240, 10)
    Image.fromarray(pixels).save(project / "grass.png")
    ui = opened(editor_ui, project, "grass.png")
    for _ in range(40):
        ui.step()
    before = ui.picture().astype(int)
    set_settings_of(ui.state, "grass.png", flip_y=True)
    for _ in range(40):
        ui.step()
    after = ui.picture().astype(int)

    def yellow(image: Any) -> Any:
        return (image[..., 0] > 200) & (image[..., 1] > 190) & (image[..., 2] < 80)

    moved = yellow(before) ^ yellow(after)
    assert moved.sum() > 1000
