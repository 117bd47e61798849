"""What the editor keeps from one run to the next; and letters beyond ASCII."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imgui_bundle import imgui

from dreamwell.editor.panels import fallback_fonts
from dreamwell.editor.panels.ui import Ui
from dreamwell.engine.scene.scene import Scene

from ..test_viewport import room

Open = Callable[..., Any]
KEY = imgui.Key


def dock_of(panel: str) -> int:
    """The node that a panel is docked in."""
    return int(imgui.internal.find_window_by_name(f"###{panel}").dock_id)


def test_layout_theme_scale_and_recent_files_are_kept(
    editor_ui: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DREAMWELL_CONFIG", str(tmp_path / "config"))
    path = tmp_path / "scene.dream"
    room().save(path)
    first = editor_ui(path, size=(1200, 760))
    first.step(4)
    assert dock_of("console") != dock_of("hierarchy")

    def test(c: Any) -> None:
        c.dock_into("//console", "//hierarchy")
        c.yield_(6)

    first.run(test)
    assert dock_of("console") == dock_of("hierarchy")
    first.state.run("window.theme", name="light")
    first.state.run("window.scale_up")
    first.state.run("window.history")
    first.step(4)
    first.editor.close()
    text = (tmp_path / "config" / "editor.json").read_text()
    kept = json.loads(text)
    assert kept["theme"] == "light"
    assert "[Docking]" in kept["layout"]

    first.state.part(Ui).rebuild_layout = True  # nothing of it is left in this process
    first.step(6)
    assert dock_of("console") == dock_of("assets") != dock_of("hierarchy")
    (tmp_path / "config" / "editor.json").write_text(text)
    second = editor_ui(path, size=(1200, 760), rebuild=False)
    second.step(6)
    assert dock_of("console") == dock_of("hierarchy") != dock_of("assets")
    assert second.state.part(Ui).theme.name == "light"
    assert second.state.part(Ui).scale == 1.15
    assert second.state.settings.recent == [str(path)]
    second.state.run("window.layout_reset")
    second.step(6)
    assert dock_of("console") == dock_of("assets") != dock_of("hierarchy")

    second.editor.close()
    (tmp_path / "config" / "editor.json").write_text('{"layout": 7, "theme": "light"}')
    third = editor_ui(path)
    assert third.state.part(Ui).theme.name == "light"
    assert "layout" in third.state.settings.trouble
    assert (tmp_path / "config" / "editor.json.bad").exists()


def test_a_layout_that_is_no_layout_does_no_harm(
    editor_ui: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DREAMWELL_CONFIG", str(tmp_path / "config"))
    (tmp_path / "config").mkdir()
    broken = "[Docking][Data]\nDockSpace ID=0xZZ\n[Window][\nPos=a,b\n\n[[[\n"
    (tmp_path / "config" / "editor.json").write_text(json.dumps({"layout": broken}))
    ui = editor_ui(room(), rebuild=False)
    ui.step(4)
    assert "viewport" in ui.state.part(Ui).in_front


NAME = "Würfel 立方体 ქუბი Ω"


def test_names_are_typed_in_any_script(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("cube")

    def test(c: Any) -> None:
        c.item_click("//hierarchy/**/###search")
        c.key_press(KEY.escape)
        ui.state.act("edit.rename")
        c.yield_(4)
        c.key_chars_replace_enter(NAME)
        c.yield_(4)

    ui.run(test)
    assert NAME in ui.state.scene.names
    ui.state.run("file.save")
    path = ui.state.document.path
    assert NAME in path.read_bytes().decode("utf-8")
    assert NAME in Scene.load(path).names


def test_letters_have_shapes_of_their_own(editor_ui: Open) -> None:
    """Where some font has them: two letters that none has look the same."""
    ui = editor_ui(room())
    font = ui.state.part(Ui).fonts.text

    def drawn(letter: str) -> bytes:
        ui.state.do({"do": "set_fields", "ids": [ui.state.scene.ids[0].item()], "fields": {"name": [letter * 6]}})
        ui.step(4)
        return np.ascontiguousarray(ui.picture()[:, :260]).tobytes()

    for letter in "äßéŁЖΩ":
        assert font.is_glyph_in_font(ord(letter)), letter
    assert drawn("ä") != drawn("ö") != drawn("a")
    if any("DejaVu" in path.name for path in fallback_fonts.files()):
        assert font.is_glyph_in_font(ord("ქ"))
        assert drawn("ქ") != drawn("უ")


def test_the_fonts_to_fall_back_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DREAMWELL_FONTS", "off")
    assert fallback_fonts.files() == []
    (tmp_path / "a.ttf").write_bytes(b"font")
    (tmp_path / "empty.ttf").touch()
    monkeypatch.setenv("DREAMWELL_FONTS", f"{tmp_path / 'a.ttf'}:{tmp_path / 'empty.ttf'}:{tmp_path / 'gone.ttf'}")
    assert fallback_fonts.files() == [tmp_path / "a.ttf"]
