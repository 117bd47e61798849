"""Clipboard, console, log, settings, extensions."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import ACTIONS, EditorState, Log, UserSettings
from dreamwell.editor.core import extensions as extended
from dreamwell.editor.core.log import place_of
from dreamwell.engine.errors import Problem
from dreamwell.engine.scene.dream_file import loads

Ids = Callable[..., list[int]]


# ---- clipboard ----------------------------------------------------------------------------------------------------


def test_objects_are_copied_to_another_scene_in_another_folder(editor: EditorState, ids: Ids, tmp_path: Path) -> None:
    other_folder = tmp_path / "game" / "levels"
    other_folder.mkdir()
    dw.Scene("two", seed=9).save(other_folder / "two.dream")
    editor.select(ids("table", "rock", "hinge", "door"))
    text = editor.run("edit.copy")
    editor.run("file.open", path="levels/two.dream")
    editor.run("edit.paste")
    scene = editor.scene
    assert len(editor.selection) == 4
    assert {"table", "board", "lamp", "rock", "hinge", "door", "handle"} <= set(scene.names)
    assert scene["board"].parent == scene["table"]
    assert scene["rock"][dw.Mesh].asset == "../models/rock.obj"
    assert scene["hinge"][dw.Joint].other == "door"
    assert not editor.project.missing(editor.document)
    assert not set(scene.ids.tolist()) & set(ids("table", "door") if "camera" in scene else [])
    assert editor.act("edit.undo")
    assert len(editor.scene) == 0
    # the text is a scene of its own
    alone, problems = loads(str(text), root=tmp_path / "game")
    assert not problems
    assert len(alone) == 7


def test_copies_refer_to_each_other_and_not_to_their_originals(editor: EditorState, ids: Ids) -> None:
    editor.select(ids("hinge", "door"))
    editor.run("edit.duplicate")
    made = {editor.scene.by_id(one).name: editor.scene.by_id(one) for one in editor.selection}
    assert set(made) == {"hinge-2", "door-2"}
    assert made["hinge-2"][dw.Joint].other == "door-2"
    assert editor.scene["hinge"][dw.Joint].other == "door"
    editor.select(ids("hinge"))
    editor.run("edit.duplicate")  # alone it goes on holding to the one outside
    assert editor.scene.by_id(editor.selection.active)[dw.Joint].other == "door"
    assert editor.scene.by_id(editor.selection.active).name == "hinge-3"


def test_what_names_an_object_follows_when_it_is_renamed(editor: EditorState, ids: Ids) -> None:
    before = editor.document.text()
    (door,) = ids("door")
    rule = {"name": "r", "then": [{"do": "spawn", "name": "door"}, {"do": "spawn", "name": "lamp"}]}
    editor.run("object.set_scene", fields={"rules": [rule]})
    editor.set([door], {"name": "gate"})
    assert editor.scene["hinge"][dw.Joint].other == "gate"
    assert [action.name for action in editor.scene.rules[0].then] == ["gate", "lamp"]
    editor.set(ids("crate-1"), {"name": "hinge"})  # the first of two that have a name is the one that is meant by it
    editor.set([editor.scene.tagged("crate")[1].id], {"name": "other"})
    assert [action.name for action in editor.scene.rules[0].then] == ["gate", "lamp"]
    editor.go_to(0)
    assert editor.document.text() == before
    editor.console.run(editor, "scene['door'].name = 'x'")  # exactly that, and nothing else
    assert editor.scene["hinge"][dw.Joint].other == "door"


def test_the_system_clipboard_is_used_where_there_is_one(editor: EditorState, ids: Ids) -> None:
    held: list[str] = []
    editor.write_clipboard, editor.read_clipboard = held.append, lambda: held[-1]
    editor.select(ids("lamp"))
    editor.run("edit.copy")
    assert json.loads(held[0])["dream"] == 1
    editor.run("edit.paste")
    assert "lamp-2" in editor.scene
    held.append("a letter")
    with pytest.raises(dw.EditorError, match='it holds "a letter"'):
        editor.run("edit.paste")
    held.append('{"dream": 1, "objects": [{"name": "x"}]}')
    with pytest.raises(dw.EditorError, match="has no id"):
        editor.run("edit.paste")


# ---- console ------------------------------------------------------------------------------------------------------


def said(editor: EditorState, level: str) -> list[str]:
    return [entry.text for entry in editor.log.entries if entry.level == level and entry.source == "console"]


def test_the_console_runs_python_and_what_it_changes_can_be_undone(editor: EditorState) -> None:
    before = editor.document.text()
    run = editor.console.run
    assert run(editor, "x = 20\nprint('hello')\nx + 1")
    assert run(editor, "_ * 2")
    assert said(editor, "output") == ["hello\n21", "42"]
    assert run(editor, "for i in range(3):\n    scene.add(f'made-{i}', dw.Mesh.box(), at=(i, 0, 0))\n")
    assert "made-2" in editor.scene
    assert editor.history.undo_label.startswith("Console: for i in range(3):")
    editor.undo()
    assert editor.document.text() == before
    assert run(editor, "editor.act('create.box')")
    assert "box" in editor.scene
    assert run(editor, "world is None, state is editor, document.title")
    assert said(editor, "output")[-1] == "(True, True, 'scene.dream')"


def test_what_goes_wrong_in_the_console_is_told(editor: EditorState) -> None:
    before = editor.document.text()
    for text, told in (
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def f(:", "SyntaxError"),
        ("scene['nope']", "no object"),
        ("scene['table'].position = (1, 2, 3); raise SystemExit", "SystemExit"),
        ("scene['lamp'].set(dw.PointLight(candela=-1))", "at least 0"),
    ):
        assert not editor.console.run(editor, text)
        assert told in said(editor, "error")[-1]
        assert editor.document.text() == before


def test_the_console_completes_names_and_knows_what_is_whole(editor: EditorState) -> None:
    complete = editor.console.completions
    assert "scene" in complete(editor, "sce")
    assert "print(scene.find" in complete(editor, "print(scene.fi")
    assert "dw.Mesh.box" in complete(editor, "dw.Mesh.bo")
    assert not complete(editor, "nothing.at.all")
    assert not complete(editor, "scene.names.wrong.")
    assert editor.console.is_complete("x = 1")
    assert not editor.console.is_complete("for i in range(3):")
    assert editor.console.is_complete("x = = 1")
    editor.console.run(editor, "1")
    editor.console.run(editor, "1")
    assert editor.console.history == ["1"]


# ---- log ----------------------------------------------------------------------------------------------------------


def test_the_log_filters_counts_and_knows_places() -> None:
    log = Log()
    heard: list[str] = []
    log.listeners.append(lambda entry: heard.append(entry.text))
    for _ in range(3):
        log.info("the same")
    log.warning("something else", "play")
    assert [(entry.text, entry.count) for entry in log.entries] == [("the same", 3), ("something else", 1)]
    assert log.counts() == {"info": 1, "warning": 1}
    assert [entry.text for entry in log.filtered(("warning",))] == ["something else"]
    assert [entry.text for entry in log.filtered(text="ELSE some")] == ["something else"]
    assert not log.filtered(source="script")
    assert len(heard) == 4
    problem = Problem("range", "lamp", "PointLight.candela", "-1", "at least 0")
    log.problems([problem], "loom", lambda name: 7 if name == "lamp" else 0, "error")
    told = log.entries[-1]
    assert (told.object, told.field, told.code, told.level) == (7, "PointLight.candela", "range", "error")
    with pytest.raises(ValueError, match="Expecting") as caught:
        json.loads("{")
    assert place_of(caught.value)[1] > 0
    assert log.raised(caught.value).text.startswith("JSONDecodeError: Expecting")
    assert place_of(dw.EditorError("on purpose")) == ("", 0)
    for i in range(6000):
        log.info(f"line {i}")
    assert len(log.entries) == 5000
    log.clear()
    assert not log.entries


# ---- settings -----------------------------------------------------------------------------------------------------


def test_settings_are_kept_and_a_broken_file_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "likes" / "editor.json"
    settings = UserSettings.load(path)
    settings.theme, settings.scale, settings.panels["hierarchy"] = "light", 1.5, {"open": True}
    settings.remember(tmp_path / "a.dream")
    settings.remember(tmp_path / "b.dream")
    settings.remember(tmp_path / "a.dream")
    again = UserSettings.load(path)
    assert (again.theme, again.scale, again.panels) == ("light", 1.5, {"hierarchy": {"open": True}})
    assert [Path(one).name for one in again.recent] == ["a.dream", "b.dream"]
    path.write_text('{"theme": 7, "scale": 2, "unknown": 1}')
    again = UserSettings.load(path)
    assert (again.theme, again.scale) == ("dark", 2)
    path.write_text("{")
    again = UserSettings.load(path)
    assert again.theme == "dark"
    assert "can't be read" in again.trouble
    assert path.with_name("editor.json.bad").exists()


def test_settings_lie_in_a_folder_of_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DREAMWELL_CONFIG", str(tmp_path))
    assert UserSettings.load().path == tmp_path / "editor.json"
    monkeypatch.setenv("DREAMWELL_CONFIG", "off")
    settings = UserSettings.load()
    assert settings.path is None
    settings.save()


# ---- extensions ---------------------------------------------------------------------------------------------------

TOOL = '''
from dreamwell.editor import extend


@extend.action("tools.ground", "Drop to the Ground", shortcut="Ctrl+Alt+G")
def ground(state, height=0.0):
    """Put what is chosen on the ground."""
    with state.edit("Drop") as scene:
        for number in state.selection:
            x, y, z = scene.by_id(number).position
            scene.by_id(number).position = (x, height, z)


@extend.panel("tools.notes", "Notes", dock="left")
def notes(state):
    pass


@extend.widget("PointLight", "candela")
def candela(state, ids, path, value):
    state.set(ids, {path: value})
'''


@pytest.fixture
def extending(project: Path) -> EditorState:
    (project / "tool.py").write_text(TOOL)
    (project / "broken_tool.py").write_text("from dreamwell.editor import extend\n\nraise KeyError('oh')\n")
    (project / "dreamwell.json").write_text(json.dumps({"extensions": ["broken_tool.py", "tool.py", "gone.py"]}))
    return session.opened(project, UserSettings())


def test_an_extension_adds_actions_panels_and_widgets(extending: EditorState, project: Path) -> None:
    try:
        assert ACTIONS["tools.ground"].menu == "Extensions"
        assert ACTIONS["tools.ground"].doc == "Put what is chosen on the ground."
        extending.select([extending.scene["table"].id])
        extending.run("tools.ground", height=0.25)
        assert extending.scene["table"].position == (1, 0.25, 0)
        assert extending.history.undo_label == "Drop"
        assert extended.PANELS["tools.notes"].dock == "left"
        lamp = extending.scene["lamp"].id
        extended.WIDGETS["PointLight", "candela"].draw(extending, [lamp], "PointLight.candela", 5)
        assert extending.scene["lamp"][dw.PointLight].candela == 5
        told = {entry.source: entry for entry in extending.log.entries if entry.level == "error"}
        assert told["broken_tool.py"].place == "broken_tool.py:3"
        assert "gone.py can't be read" in told["gone.py"].text
        # loaded once more it is there once, and when it is broken it is gone
        extended.load(project / "tool.py", project)
        assert "tools.ground" in ACTIONS
        (project / "tool.py").write_text(TOOL + "\nraise ValueError\n")
        with pytest.raises(dw.ScriptError):
            extended.load(project / "tool.py", project)
        assert "tools.ground" not in ACTIONS
        assert "tools.notes" not in extended.PANELS
    finally:
        extended.unload(project / "tool.py")
    assert ("PointLight", "candela") not in extended.WIDGETS


def test_an_extension_can_not_take_what_is_there(extending: EditorState, project: Path) -> None:
    try:
        with pytest.raises(dw.EditorError, match=r"edit\.undo already"):
            extended.action("edit.undo", "Mine")(print)
        with pytest.raises(dw.EditorError, match=r"tools\.notes already"):
            extended.panel("tools.notes", "Mine")(print)
        with pytest.raises(dw.EditorError, match=r"PointLight\.candela already"):
            extended.widget(dw.PointLight, "candela")(print)
    finally:
        extended.unload(project / "tool.py")


def test_an_action_of_an_extension_that_raises_is_told(extending: EditorState, project: Path) -> None:
    def fail(state: EditorState) -> None:
        raise KeyError("x")

    ACTIONS.add("tools.fail", "Fail", fail)
    ACTIONS.add("tools.cant", "Can't", print, enabled=lambda state: 1 / 0 > 1)
    try:
        assert not extending.act("tools.fail")
        assert extending.notice is not None
        assert "KeyError" in extending.notice.text
        assert not extending.act("tools.cant")
    finally:
        del ACTIONS["tools.fail"], ACTIONS["tools.cant"]
        extended.unload(project / "tool.py")


def test_the_example_in_the_docs_does_what_they_say(editor: EditorState, checkout: Path) -> None:
    page = (checkout / "docs" / "editor-extending.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    assert len([line for line in example.splitlines() if line.strip()]) <= 20
    path = editor.project.root / "ground.py"
    path.write_text(example)
    extended.load(path, editor.project.root)
    try:
        editor.select([editor.scene["table"].id])
        editor.run("tools.ground")
        assert editor.scene["table"].position == (1, 0, 0)
        assert ACTIONS["tools.ground"].doc == "Put what is chosen on the ground."
        assert "tools.count" in extended.PANELS
        assert ("PointLight", "candela") in extended.WIDGETS
    finally:
        extended.unload(path)


# ---- names of components ------------------------------------------------------------------------------------------


def test_a_name_means_what_the_edited_scenes_scripts_say(tmp_path: Path) -> None:
    places: list[Path] = []
    for folder, field, default in (("one", "speed", 1.0), ("two", "health", 2.0)):
        root = tmp_path / folder
        root.mkdir()
        (root / "runner.py").write_text(
            f"import dreamwell as dw\n\n\n@dw.component\nclass Runner5519:\n    {field}: float = {default}\n"
        )
        scene = dw.Scene(folder, seed=1, root=root)
        scene.add("hero")
        scene.scripts = ["runner.py"]
        places.append(root / "scene.dream")
        scene.save(places[-1])
    state = session.opened(places[0], UserSettings(path=tmp_path / "editor.json"))
    for path, field, default in ((places[0], "speed", 1.0), (places[1], "health", 2.0), (places[0], "speed", 1.0)):
        state.run("file.open", path=str(path))
        hero = state.scene["hero"].id
        state.select([hero])
        state.run("object.add_component", component="Runner5519")
        assert state.document.get(hero, f"Runner5519.{field}") == default
        state.undo()
        assert not state.document.dirty
