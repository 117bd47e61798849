"""What goes wrong is told where a person sees it, and loses nothing: each error through the editor's own windows."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from imgui_bundle import imgui

import dreamwell as dw
from dreamwell.editor.panels import opening
from dreamwell.editor.panels.ui import Ui

Open = Callable[..., Any]
SAVE = int(imgui.Key.mod_ctrl) | int(imgui.Key.s)


def _scene(root: Path) -> dw.Scene:
    scene = dw.Scene("room", seed=6, root=root)
    scene.add("box", dw.Mesh.box(), dw.Material(), at=(1, 0.5, 0))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("eye", dw.Camera(), at=(0, 2, 9))
    return scene


def _saved(root: Path) -> Path:
    path = root / "room.dream"
    _scene(root).save(path)
    return path


def _press_save(ui: Any) -> None:
    ui.run(lambda c: (c.key_press(SAVE), c.yield_(4)))


def _until(ui: Any, holds: Callable[[], bool]) -> None:
    """Draw frames until something is so: files are looked at a few times a second."""
    import time

    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, [entry.text for entry in ui.state.log.entries]
        ui.step()


def _show(ui: Any, panel: str) -> None:
    ui.state.part(Ui).show(panel)
    ui.step(4)


def _entry(ui: Any, words: str) -> int:
    """The place of a message among those that the console shows."""
    from dreamwell.editor.panels.console import ConsoleView

    rows = ui.state.part(Ui).kept(ConsoleView).rows
    return next(i for i, entry in enumerate(rows) if words in entry.text)


def test_a_full_disk_and_a_read_only_file(editor_ui: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _saved(tmp_path)
    before = path.read_bytes()
    ui = editor_ui(path)
    ui.state.set([ui.id("box")], {"name": "unsaved work"})
    edited = ui.state.document.text()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        _press_save(ui)
        assert ui.reads("room.dream can't be written: the disk is full; make room and save again")
        assert ui.reads("Nothing is lost")
    assert path.read_bytes() == before
    assert ui.state.document.dirty
    assert ui.state.document.text() == edited
    path.chmod(0o444)
    _press_save(ui)
    assert ui.reads("it is read-only; make it writable, or save under another name")
    assert path.read_bytes() == before
    path.chmod(0o644)
    _press_save(ui)
    assert path.read_text() == edited
    assert not ui.state.document.dirty


def test_a_scene_that_another_program_changed_or_deleted(editor_ui: Open, tmp_path: Path) -> None:
    path = _saved(tmp_path)
    ui = editor_ui(path)
    ui.state.set([ui.id("box")], {"name": "unsaved work"})
    edited = ui.state.document.text()
    theirs = edited.replace("unsaved work", "somebody else's")
    path.write_text(theirs)
    os.utime(path, ns=(10**18, 10**18))  # nobody is writing to it any more
    _until(ui, lambda: ui.state.watching.conflict)
    assert ui.reads("room.dream was changed by another program, and here there is unsaved work")
    assert ui.state.document.text() == edited
    _press_save(ui)
    assert ui.reads("Overwrite room.dream?")
    ui.run(lambda c: (c.item_click("//###ask/###choice.Cancel"), c.yield_(3)))
    assert path.read_text() == theirs
    _press_save(ui)
    ui.run(lambda c: (c.item_click("//###ask/###choice.Overwrite"), c.yield_(3)))
    assert path.read_text() == edited
    assert not ui.state.document.dirty

    path.unlink()
    _until(ui, lambda: ui.state.document.dirty)
    assert ui.reads("was deleted or moved by another program. Nothing is lost")
    assert ui.state.document.text() == edited
    _press_save(ui)
    assert path.read_text() == edited
    assert not ui.state.document.dirty


def test_a_file_that_is_broken_or_of_a_newer_version_is_told_and_the_scene_stays(
    editor_ui: Open, tmp_path: Path
) -> None:
    ui = editor_ui(_saved(tmp_path))
    ui.state.set([ui.id("box")], {"name": "unsaved work"})
    edited = ui.state.document.text()
    (tmp_path / "broken.dream").write_text(edited[:200])
    (tmp_path / "newer.dream").write_text(edited.replace('"dream": 1', '"dream": 7'))
    for name, told in (
        ("broken.dream", "broken.dream is no .dream text: "),
        ("newer.dream", "a newer Dreamwell wrote it: update yours"),
    ):
        ui.state.act("file.open", path=name)
        ui.step(3)
        if ui.state.asks:  # whether to save first
            ui.run(lambda c: (c.item_click("//###ask/###choice.Don't Save"), c.yield_(4)))
        assert ui.reads(told), ui.words()
        assert ui.reads(name)
        assert ui.state.document.text() == edited
        assert ui.state.document.dirty


def test_a_missing_asset_leads_to_its_object(editor_ui: Open, tmp_path: Path) -> None:
    scene = _scene(tmp_path)
    (tmp_path / "rock.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    scene.add("rock", dw.Mesh.load("rock.obj"), dw.Material())
    path = tmp_path / "room.dream"
    scene.save(path)
    before = path.read_bytes()
    (tmp_path / "rock.obj").unlink()
    ui = editor_ui(path)
    _show(ui, "console")
    place = _entry(ui, "rock.obj")
    ui.run(lambda c: (c.item_click(f"//console/**/###entry{place}"), c.yield_(4)))
    assert ui.state.selection.active == ui.id("rock")
    ui.run(lambda c: (c.item_click("//###toolbar/###play"), c.yield_(4)))
    assert not ui.state.play.active
    assert ui.state.notice is not None
    assert "rock" in ui.state.notice.text + ui.state.notice.details
    ui.state.set([ui.id("box")], {"name": "x"})
    ui.state.undo()
    _press_save(ui)
    assert path.read_bytes() == before


FALLING = '''import dreamwell as dw


class Falling(dw.Behaviour):
    """Falls over."""

    def fixed_update(self, dt: float) -> None:
        raise ValueError("stumbled")
'''


def test_errors_of_scripts_open_their_file_at_the_line(
    editor_ui: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "falling.py"
    script.write_text(FALLING)
    path = _saved(tmp_path)
    opened: list[tuple[str, int]] = []
    monkeypatch.setattr(opening, "open_text", lambda file, line=0: opened.append((Path(file).name, line)))
    ui = editor_ui(path)
    ui.state.do({"do": "set_settings", "fields": {"scripts": ["falling.py"]}})
    ui.state.set([ui.id("box")], {"Falling": {}})
    before = ui.state.document.text()
    _show(ui, "console")
    ui.run(lambda c: (c.item_click("//###toolbar/###play"), c.yield_(8)))
    assert ui.state.play.mode == "playing"  # that script is stopped, the rest goes on
    place = _entry(ui, "stumbled")
    ui.run(lambda c: (c.item_double_click(f"//console/**/###entry{place}"), c.yield_(3)))
    assert opened == [("falling.py", 8)]

    def click_the_place(c: Any) -> None:  # its file and line at the right end are a link
        box = c.item_info(f"//console/**/###entry{place}").rect_full
        c.mouse_move_to_pos((box.max.x - 20, (box.min.y + box.max.y) / 2))
        c.mouse_click(0)
        c.yield_(3)

    ui.run(click_the_place)
    assert opened == [("falling.py", 8)] * 2
    ui.run(lambda c: (c.item_click("//###toolbar/###stop"), c.yield_(3)))
    assert ui.state.document.text() == before

    script.write_text(FALLING.replace("dt: float)", "dt: float"))
    os.utime(script, ns=(10**18, 10**18))
    _until(ui, lambda: any("falling.py failed" in entry.text for entry in ui.state.log.entries))
    _show(ui, "console")
    place = _entry(ui, "falling.py failed")
    ui.run(lambda c: (c.item_double_click(f"//console/**/###entry{place}"), c.yield_(3)))
    assert opened[-1] == ("falling.py", 7)
    assert ui.state.document.text() == before
    _press_save(ui)
    assert path.read_text() == before
