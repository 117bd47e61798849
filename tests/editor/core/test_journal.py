"""Nothing is lost: by a process that is killed, a disk that is full, a file that is read-only, what is broken."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, Journal, UserSettings, autosave
from dreamwell.editor.core import journal as journals
from dreamwell.editor.core.files import replace_parts

EDITING = """
import sys
from pathlib import Path
from dreamwell.editor import session
from dreamwell.editor.core import UserSettings

editor = session.opened(Path(sys.argv[1]), UserSettings())
table = editor.scene["table"].id
print("ready", flush=True)
for i in range(10**9):
    if i % 3 == 0:
        editor.journal.autosave(editor.document, editor.log)
    editor.tick(0.0)
    kind = i % 5
    if kind == 0:
        editor.set([table], {"name": f"done-{i}"})
    elif kind == 1:
        for k in range(5):
            editor.set([table], {"position": (i, k, 0)}, merge="drag")
        editor.seal()
    elif kind == 2:
        editor.act("create.box")
    elif kind == 3:
        editor.undo()
    else:
        editor.act("edit.delete")
    print(i, editor.document.text().encode().hex(), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("after", [3, 28])
def test_a_killed_editor_loses_at_most_the_last_action(project: Path, after: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", EDITING, str(project)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert process.stdout is not None
    texts: list[str] = []
    try:
        assert process.stdout.readline() == "ready\n"
        assert Journal.offer(project / "scene.dream") is None  # it lives: that is its own
        while len(texts) < after:
            texts.append(bytes.fromhex(process.stdout.readline().split()[1]).decode())
    finally:
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        process.wait()
    texts += [bytes.fromhex(line.split()[1]).decode() for line in rest.split("\n")[:-1] if line]
    offer = Journal.offer(project / "scene.dream")
    assert offer is not None
    assert offer.path == project / "scene.dream"
    document, trouble = Journal.recovered(offer)
    assert not trouble
    assert document.dirty
    found = document.text()
    if found != texts[-1]:  # an action more was done than was told: without it, that is what was told last
        lines = offer.place / json.loads(max(offer.place.glob("*.json")).read_text())["lines"]
        whole = lines.read_bytes()
        lines.write_bytes(whole[: whole.rstrip(b"\n").rfind(b"\n") + 1])
        assert Journal.recovered(offer)[0].text() == texts[-1]
        lines.write_bytes(whole)
    # and it is offered, taken over, and can be saved
    editor = session.opened(project, UserSettings())
    editor.run("file.recover")
    assert editor.document.text() == found
    editor.save()
    assert dw.Scene.load(project / "scene.dream").dumps() == found
    assert Journal.offer(project / "scene.dream") is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("seed", range(6))
def test_a_process_killed_while_it_autosaves_loses_at_most_the_last_action(project: Path, seed: int) -> None:
    big = dw.Scene("big", root=project, seed=5)
    big.add("table", dw.Mesh.box())
    big.add_many("crate", dw.Mesh.box(), dw.Material(), at=[(i, 0, 0) for i in range(60)])
    big.save(project / "scene.dream")
    last = ""
    pause = random.Random(seed).uniform(0.0, 0.05)  # an autosave of it takes about as long
    process = subprocess.Popen(
        [sys.executable, "-c", EDITING, str(project)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert process.stdout is not None
    try:
        for _ in range(8 + seed * 5):
            last = process.stdout.readline()
        time.sleep(pause)
    finally:
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        process.wait()
    whole = [line for line in (last + rest).split("\n")[:-1] if line]
    told = bytes.fromhex(whole[-1].split()[1]).decode()
    offer = Journal.offer(project / "scene.dream")
    assert offer is not None
    document, trouble = Journal.recovered(offer)
    assert not trouble
    if document.text() != told:  # an action more was done than was told
        lines = offer.place / json.loads(max(offer.place.glob("*.json")).read_text())["lines"]
        data = lines.read_bytes()
        lines.write_bytes(data[: data.rstrip(b"\n").rfind(b"\n") + 1])
        assert Journal.recovered(offer)[0].text() == told


def left_behind(editor: EditorState) -> None:
    """End as a killed process does: nothing is tidied up, locks are gone."""
    for file in (editor.journal._file, editor.journal._lock):
        assert file is not None
        file.close()


def test_a_line_that_was_cut_short_is_left_out(editor: EditorState, project: Path) -> None:
    (table,) = [editor.scene["table"].id]
    editor.set([table], {"name": "kept"})
    wanted = editor.document.text()
    editor.set([table], {"name": "cut short"})
    folder = editor.journal.folder
    assert folder is not None
    left_behind(editor)
    (lines,) = folder.glob("*.jsonl")
    lines.write_bytes(lines.read_bytes()[:-10])
    offer = Journal.offer(project / "scene.dream")
    assert offer is not None
    assert offer.commands == 1
    assert Journal.recovered(offer)[0].text() == wanted


def test_nothing_is_offered_where_nothing_was_done_or_it_was_closed(editor: EditorState, project: Path) -> None:
    left_behind(editor)
    assert Journal.offer(project / "scene.dream") is None
    second = session.opened(project, UserSettings())
    second.set([second.scene["table"].id], {"name": "x"})
    second.close()
    assert Journal.offer(project / "scene.dream") is None


def test_an_autosave_begins_the_journal_anew_outside_of_the_project(editor: EditorState, project: Path) -> None:
    before = sorted(project.rglob("*"))
    for i in range(5):
        editor.set([editor.scene.ids.tolist()[3]], {"name": f"name-{i}"})
    wanted = editor.document.text()
    assert editor.journal.lines == 5
    editor.journal._based -= 1000
    editor.journal._last_line -= 1000
    editor.tick(0.0)
    editor.set([editor.scene.ids.tolist()[4]], {"name": "while it is written"})
    wanted = editor.document.text()
    editor.journal.finish(editor.log)
    assert editor.journal.lines == 1
    assert sorted(project.rglob("*")) == before
    left_behind(editor)
    offer = Journal.offer(project / "scene.dream")
    assert offer is not None
    assert (offer.commands, offer.changed_since) == (1, False)
    assert Journal.recovered(offer)[0].text() == wanted


def test_another_editor_on_the_same_scene_is_told(editor: EditorState, project: Path) -> None:
    other = session.opened(project, UserSettings())
    assert other.notice is not None
    assert "another editor" in other.notice.text
    other.close()
    assert session.opened(project / "tree.dream", UserSettings()).notice is None


def test_a_file_that_was_changed_since_is_told(editor: EditorState, project: Path) -> None:
    editor.set([editor.scene["table"].id], {"name": "x"})
    left_behind(editor)
    (project / "scene.dream").write_text(dw.Scene("other").dumps())
    offer = Journal.offer(project / "scene.dream")
    assert offer is not None
    assert offer.changed_since


def test_a_scene_that_was_never_saved_is_recovered(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    editor = session.opened(folder, UserSettings())
    editor.run("create.torus")
    wanted = editor.document.text()
    left_behind(editor)
    again = session.opened(folder, UserSettings())
    assert again.asks[0].choices == ("Recover", "Discard", "Later")
    assert again.can("file.recover")
    assert again.answer("Recover")
    assert again.document.text() == wanted
    assert again.document.path is None


# ---- disks ------------------------------------------------------------------------------------------------------


class FullDisk:
    """Has every write beyond some bytes fail as a full disk does, in the middle of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        real_open = Path.open

        def opened(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
            file = real_open(path, mode, *more, **named)
            return Short(file, self) if any(c in mode for c in "wxa") and "b" in mode else file

        monkeypatch.setattr(Path, "open", opened)


class Short:
    """A file on that disk."""

    def __init__(self, file: Any, disk: FullDisk) -> None:
        self.file, self.disk = file, disk

    def write(self, data: Any) -> int:
        if self.disk.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        n = self.file.write(memoryview(data)[: self.disk.room])
        self.disk.room -= n
        return int(n)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def test_a_full_disk_is_told_and_loses_nothing(
    editor: EditorState, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "scene.dream"
    before, listing = path.read_bytes(), sorted(project.iterdir())
    editor.set([editor.scene["table"].id], {"name": "unsaved work"})
    edited = editor.document.text()
    with monkeypatch.context() as patch:
        disk = FullDisk(patch, room=500)
        assert editor.journal._file is not None
        patch.setattr(editor.journal, "_file", Short(editor.journal._file, disk))
        assert not editor.act("file.save")
        assert editor.notice is not None
        assert "the disk is full" in editor.notice.text
        assert "Nothing is lost" in editor.notice.text
        assert path.read_bytes() == before
        assert sorted(project.iterdir()) == listing  # no half file beside it
        assert editor.document.dirty
        assert editor.document.text() == edited
        editor.set([editor.scene["lamp"].id], {"name": "more"})  # the journal's disk is full, too: told, once
        editor.set([editor.scene["more"].id], {"name": "even more"})
    assert len([entry for entry in editor.log.entries if "against a crash" in entry.text]) == 1
    edited = editor.document.text()
    editor.journal._file = None  # the context put it back
    editor.journal._based -= 1000
    editor.tick(0.0)  # there is room again: the journal goes on
    editor.journal.finish(editor.log)
    assert editor.log.entries[-1].text == "what is done is kept against a crash again"
    assert not editor.journal.trouble
    left_behind(editor)
    offer = Journal.offer(path)
    assert offer is not None
    assert Journal.recovered(offer)[0].text() == edited
    editor.save()
    assert path.read_text() == edited


def test_an_autosave_that_fails_is_told_once_and_the_journal_from_before_it_goes_on(
    editor: EditorState, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (table,) = [editor.scene["table"].id]
    editor.set([table], {"name": "first"})
    written = replace_parts

    def full(path: Path, parts: Iterable[bytes]) -> None:
        def some() -> Iterator[bytes]:
            yield next(iter(parts))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        written(path, some())

    with monkeypatch.context() as patch:
        patch.setattr(autosave, "replace_parts", full)
        for i in range(2):
            editor.journal.autosave(editor.document, editor.log)
            editor.set([table], {"name": f"meanwhile-{i}"})
            editor.journal.finish(editor.log)
    told = [entry.text for entry in editor.log.entries if "autosave" in entry.text]
    assert len(told) == 1
    assert "the disk is full" in told[0]
    assert editor.journal.trouble == told[0]
    folder = editor.journal.folder
    assert folder is not None
    assert sorted(path.name for path in folder.iterdir()) == ["0000.dream", "0000.json", "0000.jsonl", "lock"]
    editor.set([table], {"name": "after"})
    left_behind(editor)
    offer = Journal.offer(project / "scene.dream")
    assert offer is not None
    assert offer.commands == 4
    assert Journal.recovered(offer)[0].text() == editor.document.text()


@pytest.mark.skipif(sys.platform == "win32", reason="needs permissions")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_became_read_only_is_told_once(editor: EditorState) -> None:
    folder = editor.journal.folder
    assert folder is not None
    folder.chmod(0o555)
    try:
        for i in range(2):
            editor.set([editor.scene.ids.tolist()[3]], {"name": f"name-{i}"})
            editor.journal.autosave(editor.document, editor.log)
            editor.journal.finish(editor.log)
    finally:
        folder.chmod(0o755)
    (told,) = [entry.text for entry in editor.log.entries if "autosave" in entry.text]
    assert "permission" in told
    assert editor.journal.lines == 2


def test_an_autosave_is_given_up_when_the_scene_is_saved_or_closed(editor: EditorState, project: Path) -> None:
    home = journals.home_of(project / "scene.dream", project)
    assert home is not None
    editor.set([editor.scene["table"].id], {"name": "x"})
    editor.journal.autosave(editor.document, editor.log)
    editor.save()
    (place,) = home.iterdir()
    assert place == editor.journal.folder
    editor.set([editor.scene["x"].id], {"name": "y"})
    editor.journal.autosave(editor.document, editor.log)
    editor.close()
    assert not home.exists()


def test_what_is_written_is_the_scene_at_that_moment_and_the_same_bytes(project: Path) -> None:
    big = dw.Scene("big", root=project, seed=5)
    big.add_many("crate", dw.Mesh.box(), dw.Material(), at=[(i, 0, 0) for i in range(500)], tags={"crate"})
    big.save(project / "big.dream")
    editor = session.opened(project / "big.dream", UserSettings())
    editor.set([editor.scene["crate-7"].id], {"tags": ["lucky"], "hidden": True})
    wanted = editor.document.text()
    editor.journal.autosave(editor.document, editor.log)
    for i in range(300, 310):  # while it is written
        editor.set([editor.scene[f"crate-{i}"].id], {"position": (0, i, 0)})
    editor.journal.finish(editor.log)
    folder = editor.journal.folder
    assert folder is not None
    assert (folder / "0001.dream").read_text() == wanted
    assert len((folder / "0001.jsonl").read_bytes().splitlines()) == 10
    left_behind(editor)
    offer = Journal.offer(project / "big.dream")
    assert offer is not None
    assert Journal.recovered(offer)[0].text() == editor.document.text()


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of processes")
def test_a_disk_that_allows_no_more_is_told_by_a_real_process(project: Path) -> None:
    script = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from dreamwell.editor import session
        from dreamwell.editor.core import UserSettings

        editor = session.opened(Path(sys.argv[1]), UserSettings())
        editor.run("edit.select_all")
        for _ in range(4):
            editor.run("edit.duplicate")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        assert not editor.act("file.save")
        print(editor.notice.text)
        assert editor.document.dirty
    """)
    before = (project / "scene.dream").read_bytes()
    made = subprocess.run([sys.executable, "-c", script, str(project)], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    assert "the file is larger than is allowed here" in made.stdout
    assert (project / "scene.dream").read_bytes() == before


def test_a_read_only_file_is_told_and_saving_elsewhere_works(editor: EditorState, project: Path) -> None:
    path = project / "scene.dream"
    before = path.read_bytes()
    editor.set([editor.scene["table"].id], {"name": "unsaved work"})
    path.chmod(0o444)
    assert not editor.act("file.save")
    assert editor.notice is not None
    assert "read-only" in editor.notice.text
    assert path.read_bytes() == before
    assert editor.document.dirty
    assert editor.act("file.save_as", path="other.dream")
    assert "unsaved work" in dw.Scene.load(project / "other.dream")
    path.chmod(0o644)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_saving_keeps_links_and_permissions(editor: EditorState, project: Path) -> None:
    path, target = project / "scene.dream", project / "real.dream"
    path.rename(target)
    target.chmod(0o640)
    path.symlink_to(target)
    editor.set([editor.scene["table"].id], {"name": "x"})
    editor.save()
    assert path.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert "x" in dw.Scene.load(target)


# ---- broken scenes ------------------------------------------------------------------------------------------------


def test_a_scene_whose_script_is_broken_opens_and_keeps_its_bytes(editor: EditorState, project: Path) -> None:
    editor.set([editor.scene["table"].id], {"Turning": {"speed": 12}})
    editor.save()
    text = (project / "scene.dream").read_text().replace('"Turning"', '"Whirling"').replace("turning.py", "lost.py")
    (project / "scene.dream").write_text(text)
    (project / "lost.py").write_text("import dreamwell as dw\n\n\ndef f(:\n")
    again = session.opened(project, UserSettings())
    assert again.document.text() == text
    told = [entry for entry in again.log.entries if entry.level == "error"]
    assert any("lost.py, line 4" in entry.text for entry in told)
    table = again.scene["table"].id
    assert again.document.unread(table) == {"Whirling": {"speed": 12}}
    # it can be edited, copied, deleted and undone
    again.select([table])
    again.run("edit.duplicate")
    assert again.document.unread(again.selection.active) == {"Whirling": {"speed": 12}}
    again.undo()
    again.run("object.remove_component", component="Whirling")
    assert not again.document.unread(table)
    again.undo()
    again.select([table])
    again.run("edit.delete")
    again.go_to(0)
    assert again.document.text() == text
    assert not again.act("play.start")
    assert again.notice is not None
    assert "lost.py" in again.notice.text + again.notice.details
    # the script is mended: its component is there
    (project / "lost.py").write_text(
        "import dreamwell as dw\n\n\n@dw.component\nclass Whirling:\n    speed: float = dw.field(default=1.0)\n"
    )
    again.run("file.reload_scripts")
    assert again.document.get(table, "Whirling.speed") == 12
    assert again.document.text() == text
    assert not again.document.problems


def test_a_missing_asset_is_told_with_its_object_and_loses_nothing(project: Path) -> None:
    (project / "models" / "rock.obj").unlink()
    before = (project / "scene.dream").read_text()
    editor = session.opened(project, UserSettings())
    (told,) = [entry for entry in editor.log.entries if entry.code == "asset"]
    assert told.object == editor.scene["rock"].id
    assert told.field == "Mesh.asset"
    assert "models/rock.obj" in told.text
    assert editor.document.text() == before
    editor.save()
    assert (project / "scene.dream").read_text() == before
    assert not editor.act("play.start")
    assert editor.notice is not None
    assert "rock" in editor.notice.text + editor.notice.details


def test_a_scene_that_is_no_scene_is_told_and_another_stays(editor: EditorState, project: Path) -> None:
    before = editor.document.text()
    for name, text, told in (
        ("broken.dream", "{", "no .dream text"),
        ("old.dream", '{"dream": 99}', "the version"),
        ("wrong.dream", '{"dream": 1, "objects": [{"id": "x", "name": 5, "sise": 1}]}', "4 problems|3 problems"),
    ):
        (project / name).write_text(text)
        with pytest.raises(dw.SceneError, match=told):
            editor.run("file.open", path=name)
        assert not editor.act("file.open", path=name)
        assert editor.document.text() == before
    made = session.opened(project / "broken.dream", UserSettings())
    assert made.document.path is None
    assert any("no .dream text" in entry.text for entry in made.log.entries)


def test_a_cache_that_is_turned_off_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DREAMWELL_CACHE", "off")
    editor = session.opened(project, UserSettings())
    editor.set([editor.scene["table"].id], {"name": "x"})
    assert "off" in editor.journal.trouble
    assert journals.home_of(None, project) is None
    editor.tick(0.0)
    editor.close()


def test_closing_does_not_overwrite_what_another_program_wrote_without_asking(
    editor: EditorState, project: Path
) -> None:
    path = project / "scene.dream"
    editor.set([editor.scene["table"].id], {"name": "mine"})
    theirs = path.read_text().replace('"table"', '"theirs"')
    path.write_text(theirs)
    editor.run("file.quit")
    assert editor.answer("Save")
    assert not editor.closing
    assert path.read_text() == theirs
    assert editor.asks[0].title == "Overwrite scene.dream?"
    assert editor.answer("Overwrite")
    assert editor.closing
    assert "mine" in dw.Scene.load(path)


def test_a_scene_whose_file_was_deleted_is_unsaved_work(editor: EditorState, project: Path) -> None:
    path = project / "scene.dream"
    text = editor.document.text()
    path.unlink()
    for _ in range(3):
        editor.watching._scanned -= 1000
        editor.tick(0.0)
    assert editor.document.dirty
    (told,) = [entry for entry in editor.log.entries if "deleted or moved" in entry.text]
    assert str(path) in told.text
    editor.save()
    assert path.read_text() == text
    assert not editor.document.dirty
