"""What the panels are made of, without a page: numbers, colours, shortcuts, searching, the tree's rows, fields."""

from __future__ import annotations

import numpy as np
import pytest
from imgui_bundle import imgui

from dreamwell.editor.core.actions import table
from dreamwell.editor.core.document import Document
from dreamwell.editor.panels import colours, fields, icons, numbers, palette, shortcuts
from dreamwell.editor.panels.menu import Menu, menus
from dreamwell.editor.panels.outline import EditOutline, Query, Rows
from dreamwell.engine import math as dmath
from dreamwell.engine.declare import Spec, component_types, fields_of
from dreamwell.engine.kinds import is_engines
from dreamwell.engine.scene.components import Camera, Material, Mesh, PointLight, Sun, Texture
from dreamwell.engine.scene.scene import Scene


def test_angles_mean_the_turn_that_they_are_of() -> None:
    random = np.random.default_rng(4)
    for q in random.normal(size=(300, 4)):
        unit = q / np.linalg.norm(q)
        back = np.array(numbers.quaternion_from_euler(numbers.euler_from_quaternion(unit.tolist())))
        assert abs(abs(back @ unit) - 1) < 1e-8


def test_angles_are_pitch_yaw_and_roll() -> None:
    pitch, yaw, roll = 25.0, 130.0, -40.0
    about = dmath.quaternion_from_axis_angle
    turn = dmath.multiply_quaternions(about((1, 0, 0), pitch), about((0, 0, 1), roll))
    wanted = dmath.multiply_quaternions(about((0, 1, 0), yaw), turn)
    assert numbers.quaternion_from_euler((pitch, yaw, roll)) == pytest.approx(tuple(wanted))
    assert numbers.euler_from_quaternion(wanted.tolist()) == pytest.approx((pitch, yaw, roll))


@pytest.mark.parametrize("pitch", [90.0, -90.0])
def test_straight_up_and_down_is_a_turn_like_any_other(pitch: float) -> None:
    q = numbers.quaternion_from_euler((pitch, 35.0, 0.0))
    assert numbers.euler_from_quaternion(q) == pytest.approx((pitch, 35.0, 0.0))


def test_numbers_are_shown_as_they_are() -> None:
    shown = {60_000.0: 0, 0.53: 2, 1.0: 1, -9.81: 2, 0.1: 1, 1234.5: 1, 0.00004: 1}
    assert {value: numbers.decimals(value) for value in shown} == shown
    assert numbers.shortest(float(np.float32(0.1))) == 0.1
    assert numbers.format_of(50.0, "%") == "%.1f %%"


def test_numbers_stay_within_what_the_declaration_allows() -> None:
    low, high = numbers.bounds(Spec(above=0.0, maximum=179.0))
    assert low > 0
    assert high == 179


def test_colours_survive_their_code() -> None:
    for code in ("#000000", "#ffffff", "#8040c0", "#123456"):
        linear = colours.from_code(code)
        assert linear is not None
        assert colours.code_of(linear) == code
    assert colours.from_code("#fff") == (1.0, 1.0, 1.0)
    assert colours.from_code("blue") is None
    assert colours.code_of((4.0, 2.0, 0.0)) == "#ffbc00  × 4"


def test_a_shortcut_is_a_chord_of_imgui() -> None:
    key = imgui.Key
    assert shortcuts.chord("Ctrl+Shift+D") == (int(key.mod_ctrl | key.mod_shift | key.d), True)
    assert shortcuts.chord("F2") == (int(key.f2), False)
    assert shortcuts.chord("Numpad+") == (int(key.keypad_add), False)
    assert shortcuts.chord("Ctrl+Numpad1") == (int(key.mod_ctrl | key.keypad1), True)
    assert shortcuts.chord("Alt+7")[0] == int(key.mod_alt | key._7)
    with pytest.raises(ValueError, match="no key Foo"):
        shortcuts.chord("Ctrl+Foo")


def test_every_shortcut_of_the_table_can_be_pressed() -> None:
    for action in table().values():
        if action.shortcut:
            assert shortcuts.chord(action.shortcut)[0] > 0, action.id


def test_menus_have_every_action_that_names_one() -> None:
    actions = table()
    found = menus(dict(actions))
    assert list(found)[:3] == ["File", "Edit", "Create"]
    assert [action.id for action in found["Create"].below["Light"].actions][:1] == ["create.sun"]

    def count(menu: Menu) -> int:
        return len(menu.actions) + sum(map(count, menu.below.values()))

    assert sum(map(count, found.values())) == sum(1 for action in actions.values() if action.menu)


def test_the_palette_likes_beginnings_of_words() -> None:
    names = ["Duplicate", "Delete", "Deselect", "Point Light", "Spot Light", "Sun"]
    best = {
        words: max(names, key=lambda name: palette.score(words, name)) for words in ("dup", "del", "pl", "spot", "sun")
    }
    assert best == {"dup": "Duplicate", "del": "Delete", "pl": "Point Light", "spot": "Spot Light", "sun": "Sun"}
    assert palette.score("xyz", "Delete") == 0


def test_objects_have_the_icon_of_what_they_are() -> None:
    assert icons.of_object(["Mesh", "Material"]) == icons.MESH
    assert icons.of_object(["Mesh", "PointLight"]) == icons.POINT_LIGHT
    assert icons.of_object([]) == icons.EMPTY
    assert icons.of_component("SomethingOfAGame") == icons.USER
    assert icons.named("floppy-disk") == icons.SAVE
    assert icons.named("no-such-icon") == ""


# ---- the tree's rows --------------------------------------------------------------------------------------------


def _scene() -> Document:
    scene = Scene("tree", seed=1)
    house = scene.add("house", tags={"home"})
    roof = scene.add("roof", Mesh.box(), Material(), parent=house)
    scene.add("chimney", Mesh.box(), parent=roof, tags={"smoking"})
    scene.add("sun", Sun())
    scene.add("lamp", PointLight(), parent=house)
    scene.add("eye", Camera())
    return Document(scene)


def _names(document: Document, rows: Rows) -> list[str]:
    return [document.object(number).name for number in rows.order]


def _rows(document: Document, words: str = "") -> list[str]:
    rows = Rows()
    rows.update(EditOutline(document), Query.of(words))
    return _names(document, rows)


def test_rows_follow_the_tree_and_what_is_folded() -> None:
    document = _scene()
    outline, rows = EditOutline(document), Rows()
    rows.update(outline, Query())
    assert _names(document, rows) == ["house", "roof", "chimney", "lamp", "sun", "eye"]
    assert [depth for _, depth, _ in rows.shown] == [0, 1, 2, 1, 0, 0]
    rows.fold(document.scene["house"].id, opened=False)
    rows.update(outline, Query())
    assert _names(document, rows) == ["house", "sun", "eye"]
    rows.reveal(outline, document.scene["chimney"].id)
    rows.update(outline, Query())
    assert "chimney" in _names(document, rows)


def test_rows_are_made_anew_only_when_they_change() -> None:
    document = _scene()
    outline, rows = EditOutline(document), Rows()
    rows.update(outline, Query())
    before = rows.shown
    from dreamwell.editor.core import apply, fields

    apply(document, fields([document.scene["sun"].id], {"position": [1, 2, 3]}))
    rows.update(outline, Query())
    assert rows.shown is before


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("chim", ["house", "roof", "chimney"]),
        ("t:light", ["house", "lamp", "sun"]),
        ("t:mesh", ["house", "roof", "chimney"]),
        ("#smok", ["house", "roof", "chimney"]),
        ("t:camera", ["eye"]),
        ("t:light lamp", ["house", "lamp"]),
        ("nothing", []),
    ],
)
def test_a_search_finds_by_name_component_and_tag_with_what_it_hangs_on(words: str, found: list[str]) -> None:
    assert _rows(_scene(), words) == found


# ---- fields -----------------------------------------------------------------------------------------------------


def test_labels_are_words() -> None:
    assert fields.words_of("base_color") == "Base color"
    assert fields.words_of("fov_y") == "FOV y"
    assert fields.words_of("ior") == "IOR"


def test_every_field_of_every_component_has_a_blank() -> None:
    for kind in filter(is_engines, component_types().values()):
        for f in fields_of(kind):
            if f.kind.name == "list":
                fields.blank(f.kind.of)


def test_a_slot_of_a_struct_gathers_the_values_that_differ() -> None:
    f = next(f for f in fields_of(Material) if f.name == "normal_texture")
    values = Texture("a.png"), None, Texture("b.png", nearest=True)
    slot = fields.Slot("Material.normal_texture", "Normal", f.kind, f.spec, f.default, values)
    image, nearest, wrap = (
        slot.inner(next(g for g in fields_of(Texture) if g.name == n)) for n in ("image", "nearest", "wrap_u")
    )
    assert image.values == ("a.png", "b.png")
    assert nearest.mixed
    assert not wrap.mixed
