"""Dialogs for files: the system's, through a fake one, and the editor's own; files dropped on the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imgui_bundle import imgui

import dreamwell as dw
from dreamwell.editor.core import Ask
from dreamwell.editor.host import native_dialogs
from dreamwell.editor.panels.assets import Assets
from dreamwell.editor.panels.ui import Ui

from ..test_viewport import room

Open = Callable[..., Any]
KEY = imgui.Key


class Fake:
    """A dialog of the system's that answers when it is told to."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.asked, self.cancelled = ask, 0, False
        self.answer: Any = None

    def ready(self) -> bool:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer is not None

    def result(self) -> Any:
        return self.answer

    def cancel(self) -> None:
        self.cancelled = True


@pytest.fixture
def dialogs(editor_page: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Those that were opened."""
    made: list[Any] = []

    def opened(ask: Ask) -> Fake:
        made.append(Fake(ask))
        return made[-1]

    monkeypatch.setattr(native_dialogs, "opened", opened)
    monkeypatch.setattr(editor_page[1], "native_dialogs", True)
    return made


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene elsewhere."""
    path = tmp_path_factory.mktemp("elsewhere") / "other.dream"
    scene = dw.Scene("other")
    scene.add("only", dw.Mesh.box())
    scene.save(path)
    return path


def test_the_systems_dialog_is_asked_and_never_waited_for(editor_ui: Open, dialogs: list[Any], other: Path) -> None:
    ui = editor_ui(room())
    ui.state.act("file.open")
    frames = ui.page.frames
    ui.step(20)
    assert ui.page.frames == frames + 20
    (one,) = dialogs
    assert one.ask.kind == "open"
    assert one.ask.suffixes == (".dream",)
    assert one.asked >= 19
    one.answer = [other]
    ui.step(3)
    assert ui.state.document.path == other
    assert not ui.state.asks


def test_a_cancelled_dialog_and_one_that_is_taken_away(editor_ui: Open, dialogs: list[Any]) -> None:
    ui = editor_ui(room())
    ui.state.act("file.save_as")
    ui.step(3)
    dialogs[0].answer = []
    ui.step(3)
    assert not ui.state.asks
    ui.state.act("file.open_project")
    ui.step(3)
    assert dialogs[1].ask.kind == "folder"
    ui.run(lambda c: (c.yield_(2), c.item_click("//###native/###cancel"), c.yield_(3)))
    assert dialogs[1].cancelled
    assert not ui.state.asks
    ui.state.act("file.open")
    ui.step(3)
    ui.editor.close()
    assert dialogs[2].cancelled, "nobody waits for it when the editor ends"


def test_several_files_are_imported_through_it(
    editor_ui: Open, dialogs: list[Any], other: Path, tmp_path: Path
) -> None:
    ui = editor_ui(room())
    ui.state.act("file.import_asset", folder="")
    ui.step(3)
    assert dialogs[0].ask.many
    (other.parent / "a.csv").write_text("1")
    dialogs[0].answer = [other, other.parent / "a.csv"]
    ui.step(3)
    assert (tmp_path / "other.dream").exists()
    assert (tmp_path / "a.csv").exists()


def test_one_that_breaks_gives_way_to_the_editors_own(editor_ui: Open, dialogs: list[Any], other: Path) -> None:
    ui = editor_ui(room())
    ui.state.act("file.open")
    ui.step(3)
    dialogs[0].answer = RuntimeError("zenity crashed")
    ui.step(4)

    def test(c: Any) -> None:
        c.item_input("//$FOCUSED/###folder")
        c.key_chars_replace_enter(str(other))
        c.yield_(4)

    ui.run(test)
    assert ui.state.document.path == other
    assert any("zenity crashed" in entry.text for entry in ui.state.log.entries)


def test_without_a_program_for_it_there_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    assert native_dialogs.opened(Ask("open", "Open", print)) is None
    (tmp_path / "zenity").write_text("#!/bin/sh\n")
    (tmp_path / "zenity").chmod(0o755)
    assert native_dialogs.available()
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not native_dialogs.available()


@pytest.mark.skipif("sys.platform != 'linux'", reason="a program that stands in for zenity")
def test_a_real_program_is_started_asked_and_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "zenity"
    wait = f'while [ ! -e "{tmp_path}/go" ]; do sleep 0.02; done'
    program.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/said"\n{wait}\necho "{tmp_path}/a.dream"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    dialog = native_dialogs.opened(Ask("open", "Open Scene", print, default=str(tmp_path), suffixes=(".dream",)))
    assert dialog is not None
    assert not dialog.ready()
    (tmp_path / "go").touch()
    for _ in range(10_000):
        if dialog.ready():
            break
    assert dialog.result() == [tmp_path / "a.dream"]
    assert "--file-selection" in (tmp_path / "said").read_text()
    (tmp_path / "go").unlink()
    dialog = native_dialogs.opened(Ask("folder", "Choose", print, default=str(tmp_path)))
    assert dialog is not None
    dialog.cancel()
    del dialog  # which would wait for ever


def test_replacing_a_file_is_said_before(editor_ui: Open, tmp_path: Path, other: Path) -> None:
    ui = editor_ui(room())
    before = other.read_bytes()

    def test(c: Any) -> None:
        c.key_press(KEY.mod_ctrl | KEY.mod_shift | KEY.s)
        c.yield_(5)
        c.item_input("//$FOCUSED/###folder")
        c.key_chars_replace_enter(str(other.parent))
        c.yield_(3)
        c.item_input("//$FOCUSED/###file")
        c.key_chars_replace_enter("other")
        c.yield_(3)
        assert other.read_bytes() == before, "Enter alone replaces nothing"
        c.item_click("//$FOCUSED/###ok")
        c.yield_(4)

    ui.run(test)
    assert other.read_bytes() != before
    assert ui.state.document.path == other


# ---- dropped files --------------------------------------------------------------------------------------------------


def test_files_are_dropped_on_the_viewport_and_the_assets(editor_ui: Open, tmp_path: Path) -> None:
    ui = editor_ui(room(), size=(1200, 760))
    ui.state.part(Ui).show("assets")
    (tmp_path / "far").mkdir()
    (tmp_path / "art").mkdir()
    ui.state.project.refresh()
    (tmp_path / "far" / "rock.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "far" / "b.csv").write_text("1")
    ui.step(4)
    spot = ui.at((1.0, 0.0, 1.5))
    count = len(ui.state.scene)
    away = ui.state.project.root.parent / f"{tmp_path.name}-desk"
    (tmp_path / "far").rename(away)
    ui.state.part(Ui).kept(Assets).folder = "art"

    def test(c: Any) -> None:
        c.mouse_move_to_pos(spot)
        c.yield_(2)
        ui.editor.dropped([away / "rock.obj"])
        assert ui.editor.busy
        c.yield_(4)
        c.item_click("//assets/**/###search")
        c.yield_(2)
        ui.editor.dropped([away / "b.csv", away / "gone.png"])
        c.yield_(4)

    ui.run(test)
    assert (tmp_path / "art" / "rock.obj").exists()
    assert len(ui.state.scene) == count + 1
    x, y, z = ui.state.scene["rock"].position
    assert (x, y, z) == pytest.approx((1.0, 0.0, 1.5), abs=0.05)
    assert (tmp_path / "art" / "b.csv").exists()
    assert any("gone.png is no file" in entry.text for entry in ui.state.log.entries)
    ui.state.undo()
    assert len(ui.state.scene) == count


def test_a_dropped_scene_is_opened_after_asking(editor_ui: Open, other: Path) -> None:
    ui = editor_ui(room())
    ui.state.set([ui.id("cube")], {"name": "die"})

    def test(c: Any) -> None:
        ui.editor.dropped([other])
        c.yield_(5)
        assert ui.state.document.path != other
        c.item_click("//$FOCUSED/###choice.Don't Save")
        c.yield_(5)

    ui.run(test)
    assert ui.state.document.path == other
