"""The other panels: console, history, rules, Loom, settings, assets, palette, dialogs, pages; and the guard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from imgui_bundle import imgui

import dreamwell as dw
from dreamwell.editor.core import Ask, Entry, extensions
from dreamwell.editor.panels.console import ConsoleView
from dreamwell.editor.panels.loom_report import LoomReport
from dreamwell.editor.panels.ui import Panel, Ui
from dreamwell.engine.scene.components import Camera, Material, Mesh, PointLight, Sun
from dreamwell.engine.scene.rules import Rule, Then, When
from dreamwell.engine.scene.scene import Scene

Open = Callable[..., Any]
KEY = imgui.Key


def _scene() -> Scene:
    scene = Scene("room", seed=6)
    scene.add("box", Mesh.box(), Material(), at=(1, 2, 3), tags={"crate"})
    scene.add("lamp", PointLight(candela=20))
    scene.add("sun", Sun())
    scene.add("eye", Camera(), at=(0, 2, 9))
    return scene


def _assert(holds: bool) -> None:
    assert holds


def kept(ui: Any, kind: Any) -> Any:
    return ui.state.part(Ui).kept(kind)


def show(ui: Any, panel: str) -> None:
    ui.state.part(Ui).show(panel)
    ui.step(4)


# ---- the guard ------------------------------------------------------------------------------------------------------


def test_a_panel_that_raises_shows_its_error_and_the_rest_lives(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    panels = ui.state.part(Ui).panels
    broken = [True]

    def draw(state: Any, inner: Ui) -> None:
        imgui.begin_child("deep")
        imgui.push_id("deeper")
        imgui.push_style_var(imgui.StyleVar_.alpha, 0.5)
        imgui.button("before###before")
        if broken[0]:
            raise ZeroDivisionError("a panel of mine")
        imgui.pop_style_var()
        imgui.pop_id()
        imgui.end_child()

    panels["mine"] = Panel("mine", "Mine", draw, dock="bottom")
    ui.step(3)
    show(ui, "mine")
    assert "ZeroDivisionError: a panel of mine" in [e.text for e in ui.state.log.entries]
    assert ui.state.log.counts()["error"] == 1  # told once, not every frame

    def test(c: Any) -> None:
        c.item_click(f"//hierarchy/**/###{ui.id('lamp'):016x}")
        c.yield_(2)
        assert ui.state.selection.active == ui.id("lamp")
        broken[0] = False
        c.item_click("//mine/**/###retry")
        c.yield_(3)
        assert c.item_exists("//mine/**/###before")

    ui.run(test)
    assert not ui.state.part(Ui).failures
    del panels["mine"]


def test_a_panel_of_an_extension_is_drawn_and_guarded(editor_ui: Open) -> None:
    drawn: list[object] = []
    extensions.panel("mine_too", "Mine", dock="left")(lambda state: drawn.append(state))
    try:
        ui = editor_ui(_scene())
        show(ui, "mine_too")
        assert drawn[-1] is ui.state
    finally:
        del extensions.PANELS["mine_too"]


def test_a_widget_of_an_extension_stands_in_for_a_field(editor_ui: Open) -> None:
    def draw(state: Any, ids: Any, path: str, value: Any) -> None:
        if imgui.button("twice###mine.twice"):
            state.set(ids, {path: value * 2})

    extensions.widget(PointLight, "candela")(draw)
    try:
        ui = editor_ui(_scene())
        ui.select("lamp")
        ui.run(lambda c: (c.item_click("//inspector/**/###mine.twice"), c.yield_(3)))
        assert ui.state.document.get(ui.id("lamp"), "PointLight.candela") == 40
    finally:
        del extensions.WIDGETS["PointLight", "candela"]


# ---- console --------------------------------------------------------------------------------------------------------


def test_python_is_run_and_remembered_and_completed(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    show(ui, "console")
    prompt = "//console/###repl"

    def test(c: Any) -> None:
        c.item_click(prompt)
        c.key_chars_append_enter("6 * 7")
        c.yield_(3)
        assert ui.state.log.entries[-1].text == "42"
        c.key_chars_append_enter("scene['box'].position = (0, 9, 0)")
        c.yield_(3)
        assert ui.state.scene["box"].position == (0, 9, 0)
        c.key_press(KEY.up_arrow, 2)
        c.yield_(2)
        c.key_press(KEY.enter)
        c.yield_(3)
        assert ui.state.log.entries[-1].text == "42"
        c.key_chars_append("state.docu")
        c.key_press(KEY.tab)
        c.yield_(3)
        assert kept(ui, ConsoleView).line == "state.document"
        c.key_chars_replace_enter("")  # what is being typed would be found by the next test
        c.yield_(2)

    ui.run(test)
    ui.state.undo()
    assert ui.state.scene["box"].position == (1, 2, 3)


def test_a_block_is_typed_line_by_line(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    show(ui, "console")

    def test(c: Any) -> None:
        c.item_click("//console/###repl")
        for line in ("for i in range(3):", "    print(i * i)", ""):
            c.key_chars_append(line)
            c.key_press(KEY.enter)
            c.yield_(3)

    ui.run(test)
    assert ui.state.log.entries[-1].text == "0\n1\n4"


def test_messages_are_filtered_and_lead_to_their_object(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    show(ui, "console")
    log = ui.state.log
    log.clear()
    log.info("all is well")
    log.add(Entry("warning", "too bright", object=ui.id("lamp"), field="PointLight.candela"))
    log.error("it broke", file="player.py", line=12)
    ui.step(3)
    view = kept(ui, ConsoleView)
    assert [row.level for row in view.rows] == ["info", "warning", "error"]

    def test(c: Any) -> None:
        c.item_click("//console/**/###info")
        c.yield_(2)
        assert [row.level for row in view.rows] == ["warning", "error"]
        c.item_click("//console/**/###entry0")
        c.yield_(3)
        assert ui.state.selection.active == ui.id("lamp")
        c.item_click("//console/**/###search")
        c.key_chars_replace("broke")
        c.yield_(2)
        assert [row.text for row in view.rows] == ["it broke"]
        c.item_click("//console/**/###clear")
        c.yield_(2)

    ui.run(test)
    assert not log.entries


# ---- history --------------------------------------------------------------------------------------------------------


def test_a_click_in_the_history_goes_there_and_back(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    before = ui.state.document.text()
    for x in range(3):
        ui.state.set([ui.id("box")], {"position": [x, 0, 0]})
    after = ui.state.document.text()
    show(ui, "history")

    def test(c: Any) -> None:
        c.item_click("//history/**/###step0")
        c.yield_(2)
        assert ui.state.document.text() == before
        c.item_click("//history/**/###step3")
        c.yield_(2)
        assert ui.state.document.text() == after
        c.item_click("//history/**/###undo")
        c.yield_(2)

    ui.run(test)
    assert ui.state.scene["box"].position == (1, 0, 0)


# ---- rules ----------------------------------------------------------------------------------------------------------


def test_a_rule_is_made_changed_and_deleted(editor_ui: Open) -> None:
    ui = editor_ui(_scene(), size=(1400, 1300))
    before = ui.state.document.text()
    show(ui, "rules")

    def rules() -> list[Rule]:
        found: list[Rule] = ui.state.scene.rules
        return found

    def test(c: Any) -> None:
        c.item_click("//rules/**/###rule.add")
        c.yield_(3)
        assert [rule.name for rule in rules()] == ["rule"]
        c.item_input("//rules/**/###rules[0].name")
        c.key_chars_replace_enter("touch")
        c.yield_(3)
        c.item_input("//rules/**/###rules[0].on")
        c.key_chars_replace_enter("Contact")
        c.yield_(3)
        c.item_click("//rules/**/###condition.add")
        c.yield_(2)
        c.item_click("//$FOCUSED/###condition.tags_all")
        c.yield_(3)
        c.item_input("//rules/**/###rules[0].when.tags_all.add")
        c.key_chars_replace_enter("crate")
        c.yield_(3)
        c.item_click("//rules/**/###rules[0].then[0].do")
        c.yield_(2)
        c.item_click("//$FOCUSED/###rules[0].then[0].do.tag")
        c.yield_(3)
        c.item_input("//rules/**/###rules[0].then[0].tags.add")
        c.key_chars_replace_enter("seen")
        c.yield_(3)
        c.item_click("//rules/**/###rule.on0")
        c.yield_(3)

    ui.run(test)
    (rule,) = rules()
    assert rule == Rule(
        "touch", When(tags_all="crate"), Then(do="tag", name="happened", tags=("seen",)), on="Contact", enabled=False
    )
    ui.run(lambda c: (c.item_click("//rules/**/###rule.delete"), c.yield_(3)))
    assert ui.state.document.text() == before


# ---- the Loom -------------------------------------------------------------------------------------------------------


def test_a_problem_leads_to_the_object_and_the_field(editor_ui: Open) -> None:
    scene = _scene()
    scene["lamp"].set(dw.Joint(other="nobody"), dw.Body())
    ui = editor_ui(scene)
    show(ui, "loom")
    ui.run(lambda c: (c.item_click("//loom/**/###check"), c.yield_(3)))
    report = kept(ui, LoomReport)
    at = next(i for i, one in enumerate(report.found) if one.problem.field.startswith("Joint"))
    ui.run(lambda c: (c.item_click(f"//loom/**/###problem{at}"), c.yield_(3)))
    assert ui.state.selection.active == ui.id("lamp")
    assert "inspector" in ui.state.part(Ui).in_front


def test_a_sound_scene_has_figures(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    show(ui, "loom")
    ui.run(lambda c: (c.item_click("//loom/**/###check"), c.yield_(3)))
    report = kept(ui, LoomReport)
    assert report.stats["objects"] == 4
    assert not [one for one in report.found if one.level == "error"]


# ---- settings -------------------------------------------------------------------------------------------------------


def test_a_render_setting_a_preset_and_the_way_back(editor_ui: Open) -> None:
    ui = editor_ui(_scene(), size=(960, 900))
    before = ui.state.document.text()
    show(ui, "rendering")

    def test(c: Any) -> None:
        c.item_click("//rendering/**/###search")
        c.key_chars_replace("bloom")
        c.yield_(3)
        c.item_input("//rendering/**/###settings.bloom.intensity")
        c.key_chars_replace_enter("0.2")
        c.yield_(3)
        assert ui.state.scene.settings.bloom.intensity == 0.2
        c.item_click("//rendering/**/###reset.settings.bloom.intensity")
        c.yield_(3)
        c.item_click("//rendering/**/###preset")
        c.yield_(2)
        c.item_click("//$FOCUSED/###preset.low")
        c.yield_(3)

    ui.run(test)
    assert ui.state.scene.settings.shadows.size == 1024
    ui.state.undo(3)
    assert ui.state.document.text() == before


def test_physics_of_the_scene_and_the_theme(editor_ui: Open) -> None:
    ui = editor_ui(_scene(), size=(960, 1100))
    show(ui, "project")

    def test(c: Any) -> None:
        c.item_input("//project/**/###physics.gravity.y")
        c.key_chars_replace_enter("-1.6")
        c.yield_(3)
        c.item_click("//project/**/###theme.1")
        c.yield_(3)

    ui.run(test)
    assert ui.state.scene.physics.gravity == (0, -1.6, 0)
    assert ui.state.part(Ui).theme.name == "light"


# ---- assets ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    from PIL import Image

    (tmp_path / "art").mkdir()
    Image.new("RGB", (8, 8), (20, 200, 30)).save(tmp_path / "art" / "grass.png")
    inner = Scene("crate", seed=2, root=tmp_path)
    inner.add("crate", Mesh.box(), Material())
    inner.save(tmp_path / "crate.dream")
    scene = _scene()
    scene.root = tmp_path
    scene.add("stack", dw.Prefab("crate.dream"))
    scene.save(tmp_path / "scene.dream")
    return tmp_path


def test_an_asset_is_renamed_and_what_names_it_follows(editor_ui: Open, project: Path) -> None:
    ui = editor_ui(project / "scene.dream")
    show(ui, "assets")

    def test(c: Any) -> None:
        c.item_click("//assets/**/###asset.crate.dream", imgui.MouseButton_.right)
        c.yield_(3)
        c.item_click("//$FOCUSED/###rename")
        c.yield_(3)
        c.key_chars_replace_enter("box.dream")
        c.yield_(4)

    ui.run(test)
    assert (project / "box.dream").exists()
    assert ui.state.document.get(ui.id("stack"), "Prefab.file") == "box.dream"


def test_an_asset_is_dragged_into_the_hierarchy_and_a_folder(editor_ui: Open, project: Path) -> None:
    ui = editor_ui(project / "scene.dream")
    show(ui, "assets")
    count = len(ui.state.scene)

    def test(c: Any) -> None:
        c.item_drag_and_drop("//assets/**/###asset.crate.dream", "//hierarchy/**/###below")
        c.yield_(4)
        assert len(ui.state.scene) == count + 1
        c.item_drag_and_drop("//assets/**/###asset.crate.dream", "//assets/**/###folder.art")
        c.yield_(4)

    ui.run(test)
    assert (project / "art" / "crate.dream").exists()
    assert ui.state.document.get(ui.id("stack"), "Prefab.file") == "art/crate.dream"


def test_folders_are_gone_into_and_files_tell_who_names_them(editor_ui: Open, project: Path) -> None:
    from dreamwell.editor.panels.assets import Assets

    ui = editor_ui(project / "scene.dream", size=(1400, 800))
    show(ui, "assets")

    def test(c: Any) -> None:
        c.item_click("//assets/**/###asset.crate.dream")
        c.yield_(3)
        assert [use.object for use in kept(ui, Assets).uses[3]] == [ui.id("stack")]
        c.item_click("//assets/**/###use0")
        c.yield_(3)
        assert ui.state.selection.active == ui.id("stack")
        c.item_click("//assets/**/###folder.art")
        c.yield_(3)
        assert c.item_exists("//assets/**/###asset.art\\/grass.png")
        c.item_click("//assets/**/###rows")
        c.yield_(2)
        c.item_click("//assets/**/###search")
        c.key_chars_replace("nothing such")
        c.yield_(2)
        assert not c.item_exists("//assets/**/###asset.art\\/grass.png")
        c.key_chars_replace_enter("")
        c.yield_(2)

    ui.run(test)


def test_deleting_asks_first(editor_ui: Open, project: Path) -> None:
    ui = editor_ui(project / "scene.dream")
    show(ui, "assets")

    def test(c: Any) -> None:
        for answer in ("Cancel", "Delete"):
            c.item_click("//assets/**/###asset.crate.dream", imgui.MouseButton_.right)
            c.yield_(3)
            c.item_click("//$FOCUSED/###delete")
            c.yield_(5)
            assert (project / "crate.dream").exists()
            c.item_click(f"//$FOCUSED/###choice.{answer}")
            c.yield_(5)

    ui.run(test)
    assert not (project / "crate.dream").exists()


# ---- palette, dialogs, pages ----------------------------------------------------------------------------------------


def test_the_palette_runs_actions_and_finds_objects(editor_ui: Open) -> None:
    ui = editor_ui(_scene())

    def test(c: Any) -> None:
        c.key_press(KEY.mod_ctrl | KEY.p)
        c.yield_(4)
        c.key_chars("create sphere")
        c.yield_(2)
        c.key_press(KEY.enter)
        c.yield_(4)
        assert "sphere" in ui.state.scene
        c.key_press(KEY.mod_ctrl | KEY.p)
        c.yield_(4)
        c.key_chars("@lamp")
        c.yield_(2)
        c.key_press(KEY.enter)
        c.yield_(4)

    ui.run(test)
    assert ui.state.selection.active == ui.id("lamp")


def test_saving_under_a_name_is_asked_in_a_dialog_of_our_own(editor_ui: Open, tmp_path: Path) -> None:
    ui = editor_ui(_scene())

    def test(c: Any) -> None:
        c.key_press(KEY.mod_ctrl | KEY.mod_shift | KEY.s)
        c.yield_(5)
        c.item_input("//$FOCUSED/###file")
        c.key_chars_replace("other")
        c.yield_(2)
        c.item_click("//$FOCUSED/###ok")
        c.yield_(5)

    ui.run(test)
    assert (tmp_path / "other.dream").exists()
    assert not ui.state.document.dirty


def test_a_text_that_is_asked_for_is_answered_or_not(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    said: list[str] = []
    ui.state.ask(Ask("text", "A word", said.append, default="this"))
    ui.run(lambda c: (c.yield_(4), c.key_chars_replace_enter("that"), c.yield_(4)))
    assert said == ["that"]
    ui.state.ask(Ask("text", "A word", said.append, default="this"))
    ui.run(lambda c: (c.yield_(4), c.item_click("//$FOCUSED/###cancel"), c.yield_(4)))
    assert said == ["that"]
    assert not ui.state.asks


def test_pages_panels_scale_and_layout(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    panels = ui.state.part(Ui)

    def test(c: Any) -> None:
        c.key_press(KEY.f1)
        c.yield_(4)
        assert "shortcuts" in panels.in_front
        c.window_close("//shortcuts")
        c.yield_(3)
        assert "shortcuts" not in panels.in_front
        c.menu_click("//##MainMenuBar/Help/###help.about")
        c.yield_(4)
        assert "about" in panels.in_front
        c.item_click("//about/###close")
        c.yield_(3)
        c.menu_click("//##MainMenuBar/Window/Panels/###window.console")
        c.yield_(4)
        assert "console" in panels.in_front

    ui.run(test)
    ui.state.run("window.scale_up")
    ui.step(3)
    assert panels.scale == 1.15
    ui.state.run("window.layout_keep", name="mine")
    ui.state.run("window.layout_reset")
    ui.step(8)
    ui.state.run("window.layout_use", name="mine")
    ui.step(4)
    ui.state.run("window.layout_forget", name="mine")
    assert not ui.state.settings.layouts
    ui.state.run("window.scale_reset")
    with pytest.raises(dw.DreamwellError, match="no theme green"):
        ui.state.run("window.theme", name="green")


def test_a_shortcut_is_changed_and_put_back(editor_ui: Open) -> None:
    ui = editor_ui(_scene(), size=(960, 900))
    show(ui, "shortcuts")
    ui.select("box")

    def test(c: Any) -> None:
        c.item_click("//shortcuts/**/###search")
        c.key_chars_replace("duplicate")
        c.yield_(3)
        c.item_click("//shortcuts/**/###keys.edit.duplicate")
        c.yield_(2)
        c.key_press(KEY.mod_ctrl | KEY.mod_alt | KEY.y)
        c.yield_(3)

    ui.run(test)
    assert ui.state.settings.shortcuts == {"edit.duplicate": "Ctrl+Alt+Y"}
    ui.run(lambda c: (c.key_press(KEY.mod_ctrl | KEY.mod_alt | KEY.y), c.yield_(3)))
    assert "box-2" in ui.state.scene
    ui.run(lambda c: (c.item_click("//shortcuts/**/###keys.reset.edit.duplicate"), c.yield_(3)))
    assert not ui.state.settings.shortcuts


def test_the_profiler_times_passes_and_lets_go_of_them(editor_ui: Open) -> None:
    from dreamwell.editor.panels.profiler import Profiler

    ui = editor_ui(_scene())
    show(ui, "profiler")
    for k in range(4):
        ui.state.set([ui.id("box")], {"position": [k, 0, 0]})
        ui.step(3)
    profiler = kept(ui, Profiler)
    assert profiler.totals["CPU"].mean > 0
    fabric = ui.port.picture.stage.fabric
    assert fabric.time_passes() is not None
    fabric.time_passes(on=False)
    show(ui, "assets")
    ui.state.set([ui.id("box")], {"position": [0, 5, 0]})
    ui.step(3)
    show(ui, "profiler")
    ui.run(lambda c: (c.item_click("//profiler/**/###stop"), c.yield_(2)))
    assert profiler.stopped


# ---- play -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def falling(editor_ui: Open) -> Iterator[Any]:
    scene = _scene()
    scene["box"].set(dw.Body(), dw.Collider.box())
    ui = editor_ui(scene)
    yield ui
    ui.state.act("play.stop")


def test_the_toolbar_plays_pauses_steps_and_stops_and_the_scene_is_untouched(falling: Any) -> None:
    ui, bar = falling, "//###toolbar/###"
    before = ui.state.document.text()

    def test(c: Any) -> None:
        c.item_click(bar + "play")
        c.yield_(10)
        assert ui.state.play.mode == "playing"
        c.item_click(bar + "pause")
        c.yield_(3)
        assert ui.state.play.mode == "paused"
        height = ui.state.play.world["box"].position[1]
        assert height < 2
        c.yield_(5)
        assert ui.state.play.world["box"].position[1] == height
        c.item_click(bar + "step")
        c.yield_(3)
        assert ui.state.play.world["box"].position[1] < height
        c.item_input(bar + "time_scale")
        c.key_chars_replace_enter("0.25")
        c.yield_(3)
        assert ui.state.play.game.time_scale == 0.25
        c.item_click(bar + "stop")
        c.yield_(3)

    ui.run(test)
    assert ui.state.play.mode == "stopped"
    assert ui.state.document.text() == before


def test_while_playing_the_hierarchy_and_the_inspector_show_the_world(falling: Any) -> None:
    ui = falling
    before = ui.state.document.text()
    ui.select("box")
    ui.state.act("play.start")
    ui.step(3)
    ui.state.play.pause()
    ui.step(2)
    spawned = ui.state.play.world.spawn("lamp", at=(0, 7, 0))
    spawned_id = spawned.id
    ui.step(3)

    def test(c: Any) -> None:
        assert c.item_exists(f"//hierarchy/**/###{spawned.id:016x}")
        c.item_input("//inspector/**/###position.y")
        c.key_chars_replace_enter("50")
        c.yield_(3)
        c.item_click(f"//hierarchy/**/###{ui.id('lamp'):016x}")
        c.yield_(3)
        c.item_input("//inspector/**/###PointLight.candela")
        c.key_chars_replace_enter("77")
        c.yield_(3)

    ui.run(test)
    assert ui.state.play.world["box"].position[1] == 50
    assert ui.state.play.world["lamp"][PointLight].candela == 77
    assert ui.state.document.text() == before
    ui.state.play.world.despawn(spawned)
    ui.step(3)
    ui.run(lambda c: _assert(not c.item_exists(f"//hierarchy/**/###{spawned_id:016x}")))
    ui.state.select([])
    ui.run(lambda c: (c.item_click("//###toolbar/###keep"), c.yield_(3), c.item_click("//###ask/###ok"), c.yield_(3)))
    ui.state.act("play.stop")
    assert ui.state.scene["box"].position[1] == 50
    ui.state.act("edit.undo")
    assert ui.state.document.text() == before


# ---- looks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_text_stands_out_from_what_it_is_on(theme: str) -> None:
    from dreamwell.editor.panels.colours import decoded
    from dreamwell.editor.panels.theme import THEMES

    t = THEMES[theme]

    def luminance(colour: tuple[float, ...]) -> float:
        r, g, b = (decoded(c) for c in colour[:3])
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contrast(a: tuple[float, ...], b: tuple[float, ...]) -> float:
        """WCAG 2.2."""
        low, high = sorted((luminance(a), luminance(b)))
        return (high + 0.05) / (low + 0.05)

    for ground in (t.panel, t.raised, t.popup, t.inset, t.select):
        assert contrast(t.text, ground) >= 7 or (ground is t.select and contrast(t.text, ground) >= 4.5)
        assert contrast(t.muted, ground) >= 3.5 or ground is t.select
    for colour in (t.good, t.warning, t.error, t.info):
        assert contrast(colour, t.panel) >= 4


def test_at_twice_the_scale_everything_is_twice_as_large(editor_ui: Open) -> None:
    ui = editor_ui(_scene(), size=(1920, 1200), scale=2.0)
    assert ui.state.part(Ui).scale == 2
    assert ui.state.part(Ui).px(10) == 20
    assert imgui.get_style().font_scale_main == 2
