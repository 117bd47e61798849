"""The inspector: every kind of field edited, for one object and for many; components; prefabs; undo of each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from imgui_bundle import imgui

import dreamwell as dw
from dreamwell.engine.kinds import Registry
from dreamwell.engine.scene.components import Camera, Material, Mesh, PointLight, Sun
from dreamwell.engine.scene.physics import Body, Collider, Joint
from dreamwell.engine.scene.scene import Scene

Open = Callable[..., Any]
KEY = imgui.Key
_numbers = itertools.count()


@pytest.fixture
def kinds() -> Iterator[type]:
    """A component of a game's own, with a field of every kind."""
    registry = Registry()

    @dw.component
    class Everything:
        """A field of every kind."""

        number: float = dw.field(default=1.0, unit="m", minimum=0, maximum=10, doc="within bounds")
        free: float = dw.field(default=0.0, doc="without bounds")
        count: int = dw.field(default=3, minimum=0, maximum=9)
        flag: bool = dw.field(default=False)
        words: str = dw.field(default="")
        choice: Literal["red", "green", "blue"] = dw.field(default="red")
        place: dw.Vec3 = dw.field(default=(0.0, 0.0, 0.0), unit="m")
        perhaps: float | None = dw.field(default=None)
        names: tuple[str, ...] = dw.field(default=())
        amounts: tuple[float, ...] = dw.field(default=())

    yield Everything
    registry.put_back()


def _scene(*more: Any) -> Scene:
    scene = Scene("things", seed=5)
    scene.add("one", Mesh.box(), Material(), *more, at=(1, 2, 3))
    scene.add("two", Mesh.sphere(), Material(roughness=0.9), *more, at=(1, 5, 3))
    scene.add("lamp", PointLight(candela=20))
    scene.add("sun", Sun())
    scene.add("eye", Camera(), at=(0, 2, 9))
    return scene


def ref(path: str) -> str:
    return f"//inspector/**/###{path}"


def value(ui: Any, name: str, path: str) -> Any:
    return ui.state.document.get(ui.id(name), path)


def type_in(c: Any, path: str, words: str) -> None:
    """Click into a field for numbers or text, and type."""
    c.item_input(ref(path))
    c.yield_(2)
    c.key_chars_replace_enter(words)
    c.yield_(3)


def in_popup(c: Any, child: str, item: str) -> None:
    """Click something in a part of the popup that is open."""
    c.set_ref(c.window_info(f"//$FOCUSED/###{child}").window)
    c.item_click(f"###{item}")
    c.set_ref("")
    c.yield_(3)


def drive(ui: Any, path: str, words: str) -> None:
    ui.run(lambda c: type_in(c, path, words))


# ---- every kind of field ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "words", "wanted"),
    [
        ("number", "4.25", 4.25),
        ("number", "400", 10.0),
        ("free", "-123.5", -123.5),
        ("count", "7", 7),
        ("words", "hello there", "hello there"),
        ("place.y", "8.5", [0.0, 8.5, 0.0]),
    ],
)
def test_typing_into_a_field_sets_it_and_undo_takes_it_back(
    editor_ui: Open, kinds: type, field: str, words: str, wanted: Any
) -> None:
    ui = editor_ui(_scene(kinds()))
    ui.select("one")
    before = ui.state.document.text()
    name = field.partition(".")[0]
    drive(ui, f"Everything.{field}", words)
    assert value(ui, "one", f"Everything.{name}") == wanted
    assert value(ui, "two", f"Everything.{name}") != wanted
    ui.state.undo()
    assert ui.state.document.text() == before


def test_dragging_a_number_is_one_step(editor_ui: Open, kinds: type) -> None:
    ui = editor_ui(_scene(kinds()))
    ui.select("one")
    steps = ui.state.history.position
    ui.run(lambda c: (c.item_drag_with_delta(ref("Everything.number"), (40, 0)), c.yield_(3)))
    assert value(ui, "one", "Everything.number") > 1.0
    assert ui.state.history.position == steps + 1
    ui.run(lambda c: (c.item_drag_with_delta(ref("Everything.number"), (-20, 0)), c.yield_(3)))
    assert ui.state.history.position == steps + 2


def test_ticks_choices_perhaps_and_lists(editor_ui: Open, kinds: type) -> None:
    ui = editor_ui(_scene(kinds()))
    ui.select("one")

    def test(c: Any) -> None:
        c.item_click(ref("Everything.flag"))
        c.yield_(2)
        assert value(ui, "one", "Everything.flag") is True
        c.item_click(ref("Everything.choice"))
        c.yield_(2)
        c.item_click("//$FOCUSED/###Everything.choice.blue")
        c.yield_(2)
        assert value(ui, "one", "Everything.choice") == "blue"
        c.item_click(ref("Everything.perhaps.has"))
        c.yield_(2)
        assert value(ui, "one", "Everything.perhaps") == 0.0
        type_in(c, "Everything.perhaps", "2.5")
        assert value(ui, "one", "Everything.perhaps") == 2.5
        for word in ("first", "second"):
            type_in(c, "Everything.names.add", word)
        assert value(ui, "one", "Everything.names") == ["first", "second"]
        c.item_click(ref("Everything.names.first"))
        c.yield_(2)
        assert value(ui, "one", "Everything.names") == ["second"]
        c.item_click(ref("Everything.amounts.more"))
        c.yield_(2)
        type_in(c, "Everything.amounts[0]", "7")
        assert value(ui, "one", "Everything.amounts") == [7.0]

    ui.run(test)


def test_a_colour_by_its_code_its_numbers_and_its_strength(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("one")

    def test(c: Any) -> None:
        c.item_click(ref("Material.base_color"))
        c.yield_(2)
        c.item_input("//$FOCUSED/###Material.base_color.code")
        c.key_chars_replace_enter("#ff0000")
        c.yield_(3)
        assert value(ui, "one", "Material.base_color") == [1.0, 0.0, 0.0]
        c.item_input("//$FOCUSED/###Material.base_color.linear.g")
        c.key_chars_replace_enter("0.5")
        c.yield_(3)
        assert value(ui, "one", "Material.base_color") == [1.0, 0.5, 0.0]

    ui.run(test)


def test_rotations_are_typed_in_degrees_and_stay_as_typed(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("one")
    drive(ui, "rotation.y", "190")
    half = 0.5 * 3.141592653589793 * 190 / 180
    import math

    assert value(ui, "one", "rotation") == pytest.approx([0, math.sin(half), 0, math.cos(half)])
    drive(ui, "rotation.x", "10")
    ui.state.undo()
    assert value(ui, "one", "rotation") == pytest.approx([0, math.sin(half), 0, math.cos(half)])


def test_references_to_objects_are_picked_from_a_list(editor_ui: Open) -> None:
    scene = _scene()
    scene["one"].set(Body(), Collider.box(), Joint())
    ui = editor_ui(scene, size=(960, 1400))
    ui.select("one")

    def test(c: Any) -> None:
        c.item_click(ref("Joint.other.pick"))
        c.yield_(3)
        in_popup(c, "Joint.other.names", "Joint.other.two")

    ui.run(test)
    assert value(ui, "one", "Joint.other") == "two"


def test_an_asset_is_picked_shown_and_cleared(editor_ui: Open, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 4), (200, 30, 30)).save(tmp_path / "red.png")
    ui = editor_ui(_scene(), size=(960, 1400))
    ui.select("one")
    field = "Material.base_color_texture"

    def test(c: Any) -> None:
        c.item_click(ref(f"{field}.image.of.pick"))
        c.yield_(3)
        in_popup(c, f"{field}.image.of.names", f"{field}.image.of.red.png")
        assert value(ui, "one", field) == {"image": "red.png"}
        c.item_click(ref(f"{field}.image.of.clear"))
        c.yield_(3)

    ui.run(test)
    assert value(ui, "one", field) is None


# ---- many at once -------------------------------------------------------------------------------------------------


def test_many_are_changed_at_once_and_only_what_is_typed(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("one", "two")
    drive(ui, "position.x", "9")
    assert value(ui, "one", "position") == [9, 2, 3]
    assert value(ui, "two", "position") == [9, 5, 3]
    drive(ui, "Material.roughness", "0.25")
    assert value(ui, "one", "Material.roughness") == value(ui, "two", "Material.roughness") == 0.25
    ui.state.undo()
    assert value(ui, "two", "Material.roughness") == 0.9
    assert value(ui, "one", "Material.roughness") == 0.5


def test_what_differs_is_shown_as_a_dash(editor_ui: Open) -> None:
    from dreamwell.editor.panels.inspector import subject_of

    ui = editor_ui(_scene())
    ui.select("one", "two")
    subject = subject_of(ui.state)
    assert subject is not None
    shown = subject.placed("position")
    assert [len({v[i] for v in shown}) > 1 for i in range(3)] == [False, True, False]
    material = next(part for part in subject.parts() if part.name == "Material")
    assert {v.roughness for v in material.values} == {0.5, 0.9}


def test_tags_of_many(editor_ui: Open) -> None:
    scene = _scene()
    scene["one"].tags = {"red", "both"}
    scene["two"].tags = {"both"}
    ui = editor_ui(scene)
    ui.select("one", "two")

    def test(c: Any) -> None:
        type_in(c, "tags.add", "new")
        c.item_click(ref("tags.both"))
        c.yield_(3)

    ui.run(test)
    assert set(value(ui, "one", "tags")) == {"new", "red"}
    assert set(value(ui, "two", "tags")) == {"new"}


# ---- names, defaults ----------------------------------------------------------------------------------------------


def test_the_name_and_the_eye(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("one")
    number = ui.id("one")
    drive(ui, "name", "renamed")
    assert ui.state.document.object(number).name == "renamed"
    ui.run(lambda c: (c.item_click(ref("shown")), c.yield_(2)))
    assert ui.state.document.get(number, "hidden")


def test_reset_to_default_by_the_arrow_and_the_menu(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("two")

    def test(c: Any) -> None:
        c.item_click(ref("reset.Material.roughness"))
        c.yield_(3)
        assert value(ui, "two", "Material.roughness") == 0.5
        c.item_click(ref("label.position"), imgui.MouseButton_.right)
        c.yield_(2)
        c.item_click("//$FOCUSED/###reset")
        c.yield_(3)

    ui.run(test)
    assert value(ui, "two", "position") == [0, 0, 0]


def test_a_value_out_of_range_is_told_and_changes_nothing(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("one")
    before = ui.state.document.text()
    ui.run(lambda c: type_in(c, "tags.add", "two words"))
    assert ui.state.document.text() == before
    assert "one word" in ui.state.log.entries[-1].text


# ---- components ---------------------------------------------------------------------------------------------------


def test_components_are_added_moved_and_removed(editor_ui: Open, kinds: type) -> None:
    ui = editor_ui(_scene(), size=(960, 1400))
    ui.select("lamp")

    def test(c: Any) -> None:
        c.item_click(ref("add_component"))
        c.yield_(3)
        c.key_chars("every")
        c.yield_(3)
        c.key_press(KEY.enter)
        c.yield_(3)
        assert value(ui, "lamp", "Everything") == {}
        c.item_click(ref("more.Everything"))
        c.yield_(2)
        c.item_click("//$FOCUSED/###down")
        c.yield_(3)
        order = [type(one).__name__ for one in ui.state.document.components(ui.id("lamp"))]
        assert order == ["PointLight", "Everything"]
        c.item_drag_and_drop(ref("header.Everything"), ref("header.PointLight"))
        c.yield_(3)
        order = [type(one).__name__ for one in ui.state.document.components(ui.id("lamp"))]
        assert order == ["Everything", "PointLight"]
        c.item_click(ref("more.PointLight"))
        c.yield_(2)
        c.item_click("//$FOCUSED/###remove")
        c.yield_(3)

    before = ui.state.document.text()
    ui.run(test)
    assert value(ui, "lamp", "PointLight") is None
    ui.state.undo(4)
    assert ui.state.document.text() == before


def test_values_of_a_component_are_copied_to_another_object(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("two")

    def copy(c: Any) -> None:
        c.item_click(ref("more.Material"))
        c.yield_(2)
        c.item_click("//$FOCUSED/###copy")
        c.yield_(2)

    def paste(c: Any) -> None:
        c.item_click(ref("more.Material"))
        c.yield_(2)
        c.item_click("//$FOCUSED/###paste")
        c.yield_(3)

    ui.run(copy)
    ui.select("one")
    ui.run(paste)
    assert value(ui, "one", "Material.roughness") == 0.9


def test_a_component_folds(editor_ui: Open) -> None:
    ui = editor_ui(_scene())
    ui.select("lamp")

    def test(c: Any) -> None:
        assert c.item_exists(ref("PointLight.candela"))
        c.item_click(ref("header.PointLight"))
        c.yield_(2)
        assert not c.item_exists(ref("PointLight.candela"))

    ui.run(test)


def test_a_component_that_nobody_declares_is_shown_and_kept(editor_ui: Open, tmp_path: Path) -> None:
    scene = _scene()
    path = tmp_path / "old.dream"
    scene.save(path)
    text = path.read_text().replace('"PointLight"', '"Glow"')
    path.write_text(text)
    ui = editor_ui(path)
    ui.select("lamp")
    ui.run(lambda c: c.item_click(ref("header.Glow")))
    assert ui.state.document.text() == text


# ---- prefabs ------------------------------------------------------------------------------------------------------


@pytest.fixture
def instance(editor_ui: Open, tmp_path: Path) -> Any:
    inner = Scene("lantern", seed=8)
    post = inner.add("post", Mesh.box(), Material())
    inner.add("bulb", PointLight(candela=30), parent=post, at=(0, 2, 0))
    inner.save(tmp_path / "lantern.dream")
    scene = _scene()
    scene.root = tmp_path
    scene.add("street lamp", dw.Prefab("lantern.dream"))
    path = tmp_path / "street.dream"
    scene.save(path)
    ui = editor_ui(path, size=(960, 1300))
    ui.select("street lamp")
    return ui


def test_a_field_of_an_instance_is_overridden_shown_and_reverted(instance: Any) -> None:
    ui = instance
    before = ui.state.document.text()

    def test(c: Any) -> None:
        c.item_click(ref("part.bulb"))
        c.yield_(3)
        type_in(c, "prefab.PointLight.candela", "75")
        assert value(ui, "street lamp", "Prefab.overrides") == {"bulb": {"PointLight.candela": 75}}
        c.item_click(ref("label.prefab.PointLight.candela"), imgui.MouseButton_.right)
        c.yield_(2)
        c.item_click("//$FOCUSED/###revert")
        c.yield_(3)

    ui.run(test)
    assert ui.state.document.text() == before


def test_overrides_are_applied_to_the_file(instance: Any, tmp_path: Path) -> None:
    ui = instance

    def test(c: Any) -> None:
        c.item_click(ref("part.bulb"))
        c.yield_(3)
        type_in(c, "prefab.PointLight.candela", "75")
        c.item_click(ref("prefab.apply"))
        c.yield_(3)

    ui.run(test)
    assert Scene.load(tmp_path / "lantern.dream")["bulb"][PointLight].candela == 75
    assert not value(ui, "street lamp", "Prefab.overrides")


def test_an_object_of_an_instance_is_left_out_and_had_again(instance: Any) -> None:
    ui = instance

    def test(c: Any) -> None:
        c.mouse_move(ref("part.bulb"))
        c.yield_(2)
        c.item_click(ref("part.out.bulb"))
        c.yield_(3)
        assert value(ui, "street lamp", "Prefab.overrides") == {"bulb": None}
        c.item_click(ref("part.out.bulb"))
        c.yield_(3)

    ui.run(test)
    assert not value(ui, "street lamp", "Prefab.overrides")
