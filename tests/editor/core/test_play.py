"""Playing: the edited scene stays as it is; scripts' errors and prints are told; what is wanted is kept."""

from pathlib import Path
from typing import Any

import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, UserSettings

BEHAVIOUR = '''
import dreamwell as dw


class Walker(dw.Behaviour):
    """Walks."""

    pace: float = dw.field(default=1.0, unit="m/s", doc="how fast")
    steps: int = dw.field(default=0, doc="how many")

    def start(self) -> None:
        print("walking", self.entity.name)

    def fixed_update(self, dt: float) -> None:
        x, y, z = self.entity.position
        self.entity.position = (x + self.pace, y, z)
        self.steps += 1
        if self.steps == 3:
            self.world.spawn("crate-1", name="spawned", at=(0, 9, 0))
        if self.steps == 5:
            raise ValueError("stumbled")
'''

GAME = """
from pathlib import Path

import dreamwell as dw

app = dw.App(Path(__file__).with_name("scene.dream"), title="The game")


@app.update
def follow(world: dw.World, dt: float) -> None:
    if "door" in world:
        world["door"].rotate(y=90 * dt)
    if "bad" in world:
        raise RuntimeError("no good")


app.run()
"""


@pytest.fixture
def walking(project: Path) -> EditorState:
    """An editor on the scene, in which the lamp and the table walk."""
    (project / "walker.py").write_text(BEHAVIOUR)
    editor = session.opened(project, UserSettings())
    editor.do({"do": "set_settings", "fields": {"scripts": ["turning.py", "walker.py"]}})
    editor.set([editor.scene["crate-2"].id], {"Walker": {"pace": 2}})
    return editor


def frames(editor: EditorState, count: int) -> None:
    for _ in range(count):
        editor.play.frame(1 / 60)


def test_play_and_stop_leave_the_bytes_untouched(walking: EditorState, project: Path) -> None:
    before, saved = walking.document.text(), (project / "scene.dream").read_bytes()
    revision, steps = walking.document.revision, len(walking.history.steps)
    for _ in range(2):
        walking.run("play.start")
        frames(walking, 10)
        assert walking.play.world["crate-2"].position[0] > 4
        walking.run("play.stop")
    assert walking.document.text() == before
    assert (project / "scene.dream").read_bytes() == saved
    assert walking.document.revision == revision
    assert len(walking.history.steps) == steps
    assert walking.play.world is None


def test_what_scripts_print_and_raise_is_told_with_its_place(walking: EditorState, capsys: Any) -> None:
    walking.run("play.start")
    frames(walking, 12)
    printed = [entry for entry in walking.log.entries if entry.source == "script" and entry.level == "output"]
    assert [entry.text for entry in printed] == ["walking crate-2"]
    (error,) = [entry for entry in walking.log.entries if entry.level == "error"]
    assert "stumbled" in error.text
    assert Path(error.file).name == "walker.py"
    assert error.line == BEHAVIOUR.split("raise")[0].count("\n") + 1
    assert error.place == f"walker.py:{error.line}"
    assert walking.play.mode == "playing"  # that one is stopped, the rest goes on


def test_a_game_script_plays_the_scene_as_it_is_edited(project: Path) -> None:
    (project / "game.py").write_text(GAME)
    editor = session.opened(project, UserSettings())
    (door,) = [editor.scene["door"].id]
    editor.set([door], {"position": (0, 7, 0)})  # not saved
    before = editor.document.text()
    editor.run("play.start")
    assert isinstance(editor.play.game, dw.App)
    assert editor.play.game.title == "The game"
    assert editor.get(door, "position") == [0, 7, 0]
    frames(editor, 3)
    assert editor.get(door, "rotation") != [0, 0, 0, 1]
    editor.run("play.stop")
    # a function of the game that raises: it stands still, and says why
    editor.select([door])
    editor.run("edit.rename", name="bad")
    assert editor.scene["hinge"][dw.Joint].other == "bad"  # what named it names it so
    editor.run("play.start")
    frames(editor, 3)
    assert editor.play.halted
    assert editor.play.mode == "paused"
    (error,) = [entry for entry in editor.log.entries if entry.level == "error"]
    assert "no good" in error.text
    assert error.place.startswith("game.py:")
    editor.run("play.stop")
    editor.undo()
    assert editor.scene["hinge"][dw.Joint].other == "door"
    assert editor.document.text() == before
    # another scene of the project is played by itself
    editor.save()
    editor.run("file.open", path="tree.dream")
    editor.run("play.start")
    frames(editor, 2)
    assert "trunk" in editor.play.world


def test_a_scene_that_can_not_be_played_is_told_and_stays(walking: EditorState, project: Path) -> None:
    before = walking.document.text()
    walking.set([walking.scene["table"].id], {"scale": (0, 1, 1)})
    assert not walking.act("play.start")
    assert walking.play.mode == "stopped"
    assert walking.notice is not None
    assert "scale" in walking.notice.text + walking.notice.details
    walking.undo()
    assert walking.document.text() == before
    assert walking.act("play.start")


def test_the_world_is_seen_and_set_while_it_is_played(walking: EditorState) -> None:
    before = walking.document.text()
    crate, lamp, door = (walking.scene[name].id for name in ("crate-2", "lamp", "door"))
    walking.run("play.start")
    frames(walking, 4)
    assert walking.get(crate, "Walker.pace") == 2
    assert walking.get(crate, "Walker.steps") == 4
    walking.set([crate], {"Walker.pace": -3, "position": (0, 0, 0)})
    frames(walking, 1)
    assert walking.get(crate, "position")[0] == -3
    walking.set([lamp], {"PointLight.candela": 7.5})
    assert walking.get(lamp, "PointLight.candela") == 7.5
    walking.set([door], {"Body.mass": 4})
    assert walking.get(door, "Body.mass") == 4
    names = {walking.play.name(one) for one, _ in walking.play.tree().walk()}
    assert {"spawned", "table", "board", "leaves"} <= names
    (spawned,) = [one for one, _ in walking.play.tree().walk() if walking.play.name(one) == "spawned"]
    walking.select([spawned])
    assert walking.selection.ids == (spawned,)
    assert walking.get(spawned, "position")[1] == 9
    walking.play.world.despawn(walking.play.entity(spawned))
    assert not walking.play.knows(spawned)
    with pytest.raises(dw.DreamwellError, match="can't be set"):
        walking.set([crate], {"Mesh.radius": 2})
    with pytest.raises(dw.DreamwellError, match="at least 0"):
        walking.set([lamp], {"PointLight.candela": -1})
    walking.run("play.stop")
    assert not walking.selection.ids
    assert walking.document.text() == before


def test_time_can_be_stopped_slowed_and_stepped(walking: EditorState) -> None:
    crate = walking.scene["crate-2"].id
    walking.run("play.time_scale", value=0.5)
    walking.run("play.start")
    frames(walking, 4)
    assert walking.get(crate, "Walker.steps") == 2
    walking.run("play.pause")
    frames(walking, 4)
    assert walking.get(crate, "Walker.steps") == 2
    walking.run("play.step")
    frames(walking, 3)
    assert walking.get(crate, "Walker.steps") == 3
    walking.run("play.pause")
    assert walking.play.mode == "playing"
    with pytest.raises(dw.DreamwellError):
        walking.run("play.time_scale", value=-1)


def test_scripts_begin_anew_each_time(project: Path) -> None:
    counting = BEHAVIOUR.replace("class Walker", "COUNT: list[str] = []\n\n\nclass Walker").replace(
        "def start(self) -> None:",
        "def start(self) -> None:\n        COUNT.append(self.entity.name)\n        print(COUNT)",
    )
    (project / "walker.py").write_text(counting)
    editor = session.opened(project, UserSettings())
    editor.do({"do": "set_settings", "fields": {"scripts": ["walker.py"]}})
    editor.set([editor.scene["crate-2"].id], {"Walker": {}})
    modes: list[str] = []
    editor.play.listeners.append(modes.append)
    for _ in range(2):
        editor.run("play.start")
        frames(editor, 1)
        editor.run("play.stop")
    assert modes == ["playing", "stopped"] * 2
    printed = [entry.text for entry in editor.log.entries if entry.level == "output"]
    assert printed == ["['crate-2']", "walking crate-2"] * 2
