"""The viewport, by mouse and keys: choosing, moving, looking around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from imgui_bundle import imgui

import dreamwell as dw
from dreamwell.assets.images import save_image
from dreamwell.engine.scene.settings import VIEWS

Open = Callable[..., Any]
KEY = imgui.Key


def room(name: str = "room") -> dw.Scene:
    """Three things on a floor, a lamp and a camera; every frame alone, so that few are enough."""
    made = dw.Scene(name, seed=3)
    made.configure({"aa.mode": "none", "shadows.enabled": False, "ao.enabled": False, "bloom.enabled": False})
    made.add("camera", dw.Camera(), at=(-3, 2.5, 5), toward=(0, 0.5, 0))
    made.add("sky", dw.Environment(source="color", color=(0.5, 0.6, 0.8)))
    made.add("floor", dw.Mesh.plane(8), dw.Material(base_color=(0.3, 0.3, 0.3)))
    made.add("cube", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.3, 0.2)), at=(0, 0.5, 0))
    made.add("ball", dw.Mesh.sphere(), dw.Material(base_color=(0.2, 0.4, 0.9)), at=(2.2, 0.5, -1.2))
    made.add("cone", dw.Mesh.cone(), dw.Material(base_color=(0.2, 0.8, 0.3)), at=(-2, 0.5, 0))
    made.add("lamp", dw.PointLight(), at=(1.2, 1.4, 1))
    return made


def position(ui: Any, name: str) -> list[float]:
    return list(ui.state.scene[name].position)


# ---- choosing -------------------------------------------------------------------------------------------------------


def test_a_click_chooses_what_is_seen(editor_ui: Open) -> None:
    ui = editor_ui(room())

    def test(context: Any) -> None:
        for name, place in (("cube", (0, 0.5, 0)), ("cone", (-2, 0.4, 0)), ("lamp", (1.2, 1.4, 1))):
            ui.state.select([])
            context.mouse_move_to_pos(ui.at(place))
            context.mouse_click(0)
            context.yield_(2)
            assert ui.state.selection.ids == (ui.id(name),), name

    ui.run(test)


def test_shift_adds_and_a_click_on_nothing_lets_go(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.state.act("gizmo.select")  # no handles in the way

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ui.at((0, 0.5, 0)))
        context.mouse_click(0)
        context.key_down(KEY.mod_shift)
        context.mouse_move_to_pos(ui.at((2.2, 0.5, -1.2)))
        context.mouse_click(0)
        context.yield_(2)
        assert ui.state.selection.ids == (ui.id("cube"), ui.id("ball"))
        assert ui.state.selection.active == ui.id("ball")
        context.mouse_click(0)
        context.key_up(KEY.mod_shift)
        context.yield_(2)
        assert ui.state.selection.ids == (ui.id("cube"),), "again takes it out"
        x, y, w, _ = ui.port.frame.rect
        context.mouse_move_to_pos((x + w * 0.5, y + 12))
        context.mouse_click(0)
        context.yield_(2)
        assert ui.state.selection.ids == ()

    ui.run(test)


def test_a_rectangle_chooses_what_is_seen_in_it(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.state.set([ui.id("floor")], {"locked": True})
    ui.step(2)

    def test(context: Any) -> None:
        a, b = ui.at((-2.6, 1.6, 0)), ui.at((0.9, -0.2, 1.0))
        ui.drag(context, a, b)
        chosen = {ui.state.scene.by_id(one).name for one in ui.state.selection.ids}
        assert chosen == {"cube", "cone"}, "no more and no less; the floor is locked"
        context.key_down(KEY.mod_ctrl)
        ui.drag(context, ui.at((-2.6, 1.6, 0)), ui.at((-1.4, -0.2, 0.3)))
        context.key_up(KEY.mod_ctrl)
        context.yield_(2)
        assert [ui.state.scene.by_id(one).name for one in ui.state.selection.ids] == ["cube"]

    ui.run(test)


def test_what_a_prefab_brought_along_is_its_instance(editor_ui: Open, tmp_path: Any) -> None:
    part = dw.Scene("part", seed=1)
    part.add("leg", dw.Mesh.box((0.4, 1.4, 0.4)), at=(0, 0.7, 0))
    part.save(tmp_path / "part.dream")
    made = room()
    made.root = tmp_path
    made.add("table", dw.Prefab("part.dream"), at=(0, 0, 2))
    ui = editor_ui(made)

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ui.at((0, 0.7, 2)))
        context.mouse_click(0)
        context.yield_(2)
        assert ui.state.selection.ids == (ui.id("table"),)

    ui.run(test)


def test_what_is_hidden_is_not_drawn_nor_chosen(editor_ui: Open) -> None:
    ui = editor_ui(room())
    before = ui.picture().astype(int)
    ui.state.set([ui.id("cube"), ui.id("floor")], {"hidden": True})
    ui.step(4)
    x, y = (int(v) for v in ui.at((0, 0.5, 0)))
    assert np.abs(ui.picture().astype(int)[y, x] - before[y, x]).sum() > 60

    def test(context: Any) -> None:
        context.mouse_move_to_pos((x, y))
        context.mouse_click(0)
        context.yield_(2)
        assert ui.state.selection.ids == ()

    ui.run(test)


def test_the_chosen_object_has_an_edge(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.state.act("gizmo.select")
    ui.step(3)
    before = ui.picture().astype(int)
    ui.select("ball")
    ui.step(3)
    changed = np.abs(ui.picture().astype(int) - before).sum(axis=2) > 60
    x, y, w, h = (int(v) for v in ui.port.frame.rect)
    inside = changed[y : y + h, x : x + w]
    assert 40 < inside.sum() < 2500, "a thin line, not a whole shape"
    ys, xs = np.nonzero(inside)
    cx, cy = ui.at((2.2, 0.5, -1.2))
    assert abs(xs.mean() + x - cx) < 4
    assert abs(ys.mean() + y - cy) < 4


# ---- handles --------------------------------------------------------------------------------------------------------


def handle(ui: Any, name: str, part: float = 0.8) -> tuple[float, float]:
    """A point of an axis' handle on the page."""
    stand = ui.port.stand(ui.state, ui.port.frame, 1.0)
    (ax, ay), (bx, by) = stand.ends("xyz".index(name))
    return ax + (bx - ax) * part, ay + (by - ay) * part


def test_a_drag_of_an_arrow_moves_and_is_one_step(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("cube")
    steps = len(ui.state.history.steps)
    text = ui.state.document.text()

    def test(context: Any) -> None:
        start, at = handle(ui, "x"), ui.at((0, 0.5, 0))
        one = ui.at((1.0, 0.5, 0))
        end = (start[0] + one[0] - at[0], start[1] + one[1] - at[1])
        ui.drag(context, start, end)

    ui.run(test)
    x, y, z = position(ui, "cube")
    assert x == pytest.approx(1.0, abs=0.3)
    assert (y, z) == (0.5, 0.0), "along that axis alone"
    assert len(ui.state.history.steps) == steps + 1
    assert ui.state.history.undo_label == "Move"
    assert ui.port.mirror.world["cube"].position[0] == pytest.approx(x), "the picture follows"
    ui.state.undo()
    ui.step(2)
    assert ui.state.document.text() == text
    assert ui.port.mirror.world["cube"].position[0] == 0


def test_many_objects_move_together_and_children_only_once(editor_ui: Open) -> None:
    made = room()
    made.add("hat", dw.Mesh.sphere(0.2), at=(0, 0.8, 0), parent=made["cube"])
    ui = editor_ui(made)
    ui.select("cone", "cube", "hat")
    steps = len(ui.state.history.steps)

    def test(context: Any) -> None:
        start = handle(ui, "y")
        ui.drag(context, start, (start[0], start[1] - 40))

    ui.run(test)
    rise = position(ui, "cube")[1] - 0.5
    assert rise > 0.2
    assert position(ui, "cone")[1] - 0.5 == pytest.approx(rise)
    assert position(ui, "hat") == [0, 0.8, 0], "it hangs on what moved"
    assert len(ui.state.history.steps) == steps + 1


def test_snapping_goes_by_steps_and_ctrl_turns_it_round(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("cube")

    def test(context: Any) -> None:
        ui.state.act("gizmo.snap")
        start = handle(ui, "x")
        ui.drag(context, start, (start[0] + 47, start[1] + 5))
        x = position(ui, "cube")[0]
        assert x != 0
        assert x % 0.5 == pytest.approx(0)
        start = handle(ui, "x")
        context.key_down(KEY.mod_ctrl)
        ui.drag(context, start, (start[0] + 13, start[1] + 2))
        context.key_up(KEY.mod_ctrl)
        assert position(ui, "cube")[0] % 0.5 != pytest.approx(0)

    ui.run(test)


def test_escape_takes_a_drag_back(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("cube")

    def test(context: Any) -> None:
        start = handle(ui, "x")
        context.mouse_move_to_pos(start)
        context.mouse_down(0)
        context.mouse_move_to_pos((start[0] + 50, start[1]))
        context.yield_(2)
        assert position(ui, "cube")[0] != 0
        context.key_press(KEY.escape)
        context.yield_(2)
        assert position(ui, "cube") == [0, 0.5, 0]
        context.mouse_up(0)
        context.yield_(2)

    ui.run(test)
    assert position(ui, "cube") == [0, 0.5, 0]


def test_rings_turn_and_boxes_stretch(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("cube")

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ui.at((0, 0.5, 0)))
        context.key_press(KEY.e)
        context.yield_(2)
        assert ui.view.mode == "rotate"
        stand = ui.port.stand(ui.state, ui.port.frame, 1.0)
        points, front = stand.ring(1)
        near = [(float(x), float(y)) for (x, y), seen in zip(points, front, strict=True) if seen]
        ui.drag(context, near[len(near) // 2 - 3], near[len(near) // 2 + 9], steps=10)
        x, y, z, _ = ui.state.scene["cube"].rotation
        assert abs(y) > 0.1
        assert (abs(x), abs(z)) == (pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6))
        assert position(ui, "cube") == [0, 0.5, 0]
        context.key_press(KEY.r)
        context.yield_(2)
        start = handle(ui, "y", 1.0)
        ui.drag(context, start, (start[0], start[1] - 60))
        sx, sy, sz = ui.state.scene["cube"].scale
        assert sy > 1.2
        assert (sx, sz) == (1, 1)

    ui.run(test)
    assert ui.state.history.undo_label == "Scale"


def test_turning_two_about_their_middle_swaps_them(editor_ui: Open) -> None:
    made = room()
    made["ball"].position = (2, 0.5, 0)
    ui = editor_ui(made)
    ui.state.act("view.top")
    ui.settle()
    ui.select("ball", "cone")
    ui.view.mode, ui.view.snapping = "rotate", True
    ui.step(2)

    def test(context: Any) -> None:
        stand = ui.port.stand(ui.state, ui.port.frame, 1.0)
        assert stand.origin.tolist() == pytest.approx([0, 0.5, 0])
        points, _ = stand.ring(1)
        half = [(float(x), float(y)) for x, y in points[4:37:4]]
        context.mouse_move_to_pos(half[0])
        context.mouse_down(0)
        for point in half[1:]:
            context.mouse_move_to_pos(point)
            context.yield_(1)
        context.mouse_up(0)
        context.yield_(2)

    ui.run(test)
    assert position(ui, "ball") == pytest.approx([-2, 0.5, 0], abs=1e-6)
    assert position(ui, "cone") == pytest.approx([2, 0.5, 0], abs=1e-6)


# ---- looking around -------------------------------------------------------------------------------------------------


def test_the_mouse_turns_pans_and_zooms(editor_ui: Open) -> None:
    ui = editor_ui(room())
    first = ui.view.camera.pose

    def test(context: Any) -> None:
        middle = ui.at((0, 0, 2.5))
        ui.drag(context, middle, (middle[0] + 60, middle[1] + 20), button=2)
        turned = ui.view.camera.pose
        assert turned.yaw != first.yaw
        assert turned.pitch > first.pitch
        assert turned.target == first.target
        context.key_down(KEY.mod_shift)
        ui.drag(context, middle, (middle[0] - 40, middle[1]), button=2)
        context.key_up(KEY.mod_shift)
        assert ui.view.camera.pose.target != first.target
        assert ui.view.camera.pose.yaw == turned.yaw
        context.mouse_move_to_pos(middle)
        context.mouse_wheel_y(3)
        context.yield_(2)
        assert ui.view.camera.pose.distance < first.distance
        context.key_down(KEY.mod_alt)
        ui.drag(context, middle, (middle[0] - 60, middle[1]))
        context.key_up(KEY.mod_alt)
        assert ui.view.camera.pose.yaw > turned.yaw
        assert ui.state.selection.ids == ()

    ui.run(test)


def test_the_right_button_flies_and_letters_do_not_change_the_tool(editor_ui: Open) -> None:
    ui = editor_ui(room())
    first = ui.view.camera.pose.eye

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ui.at((0, 0, 2.5)))
        context.mouse_down(1)
        context.yield_(1)
        context.key_down(KEY.e)
        context.yield_(10)
        context.key_up(KEY.e)
        assert ui.view.flying
        assert ui.view.mode == "translate"
        assert ui.view.camera.pose.eye[1] > first[1] + 0.5, "E flies up"
        context.key_down(KEY.w)
        context.yield_(10)
        context.key_up(KEY.w)
        context.mouse_up(1)
        context.yield_(2)
        assert not ui.view.flying

    ui.run(test)
    assert np.linalg.norm(ui.view.camera.pose.eye - first) > 1


def test_f_looks_at_what_is_chosen(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("ball")

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ui.at((0, 0, 2.5)))
        context.key_press(KEY.f)
        context.yield_(30)

    ui.run(test)
    pose = ui.view.camera.pose
    assert pose.target == pytest.approx((2.2, 0.5, -1.2), abs=1e-4)
    assert 1 < pose.distance < 3.5
    x, y, w, h = ui.port.frame.rect
    assert ui.at((2.2, 0.5, -1.2)) == pytest.approx((x + w / 2, y + h / 2), abs=1)
    ui.state.act("view.all")
    ui.settle()
    assert ui.view.camera.pose.distance > 6


@pytest.mark.parametrize(
    ("side", "back"),
    [
        ("front", (0, 0, 1)),
        ("back", (0, 0, -1)),
        ("right", (1, 0, 0)),
        ("left", (-1, 0, 0)),
        ("top", (0, 1, 0)),
        ("bottom", (0, -1, 0)),
    ],
)
def test_views_from_the_six_sides(editor_ui: Open, side: str, back: tuple[int, int, int]) -> None:
    ui = editor_ui(room())
    ui.state.act(f"view.{side}")
    ui.settle()
    assert ui.port.frame.axes[:, 2].tolist() == pytest.approx(back, abs=1e-9)
    assert ui.port.frame.orthographic


def test_the_axes_in_the_corner_are_clicked_and_dragged(editor_ui: Open) -> None:
    from dreamwell.editor.viewport.navigator import Navigator

    ui = editor_ui(room())

    def ball(name: str) -> tuple[float, float]:
        found = Navigator(ui.port.frame, ui.port.frame.rect, 1.0)
        return next((one.x, one.y) for one in found.balls if one.name == name)

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ball("x"))
        context.mouse_click(0)
        context.yield_(30)
        assert ui.port.frame.axes[:, 2].tolist() == pytest.approx([1, 0, 0], abs=1e-6)
        x, y, w, h = Navigator(ui.port.frame, ui.port.frame.rect, 1.0).toggle
        context.mouse_move_to_pos((x + w / 2, y + h / 2))
        context.mouse_click(0)
        context.yield_(30)
        assert not ui.port.frame.orthographic
        centre = Navigator(ui.port.frame, ui.port.frame.rect, 1.0).centre
        ui.drag(context, (centre[0] + 18, centre[1] + 18), (centre[0] - 40, centre[1] + 18))
        assert ui.view.camera.pose.yaw != pytest.approx(90)
        assert ui.state.selection.ids == ()

    ui.run(test)


def test_bookmarks_are_kept_for_the_scene(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.state.act("view.right")
    ui.settle()
    pose = ui.view.camera.pose
    ui.state.act("view.set_bookmark_3")
    ui.state.act("view.all")
    ui.state.act("view.front")
    ui.settle()
    assert ui.view.camera.pose != pose
    assert not ui.state.act("view.bookmark_4"), "there is none"
    assert ui.state.act("view.bookmark_3")
    ui.settle()
    assert ui.view.camera.pose == pose


def test_a_camera_is_looked_through_and_put_where_the_view_is(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("camera")
    ui.state.act("view.through_camera")
    ui.step(3)
    assert ui.port.frame.eye.tolist() == pytest.approx([-3, 2.5, 5])
    ui.state.act("view.through_camera")
    ui.step(3)
    where = ui.port.frame.eye.copy()
    ui.state.act("view.align_camera")
    assert position(ui, "camera") == pytest.approx(where.tolist(), abs=1e-5)
    ui.state.undo()
    assert position(ui, "camera") == [-3, 2.5, 5]
    ui.state.act("view.align_to_camera")
    ui.settle()
    assert ui.port.frame.eye.tolist() == pytest.approx([-3, 2.5, 5], abs=1e-4)


def test_the_chosen_camera_has_a_picture_of_its_own(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("camera")
    ui.step(8)
    preview = ui.port.preview
    assert preview._picture is not None
    image = preview._picture.read().astype(int)
    reds = (image[..., 0] - image[..., 2] > 60).sum()
    assert reds > 20, "the cube is in it"
    before = image.copy()
    ui.state.set([ui.id("cube")], {"position": [0, 5, 0]})
    ui.step(8)
    after = preview._picture.read().astype(int)
    assert np.abs(after - before).sum() > 1000


def test_it_begins_about_where_the_camera_of_the_scene_looks(editor_ui: Open) -> None:
    ui = editor_ui(room(), begin=True)
    eye = np.array([-3, 2.5, 5])
    assert np.linalg.norm(ui.port.frame.eye - eye) < 4
    x, y, w, h = ui.port.frame.rect
    px, py = ui.at((0, 0.5, 0))
    assert abs(px - x - w / 2) < w / 4
    assert abs(py - y - h / 2) < h / 4


# ---- what is shown --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "none"])
def test_every_debug_view_is_shown(editor_ui: Open, view: str) -> None:
    ui = editor_ui(room(), size=(480, 320))
    before = ui.port.picture.read().astype(int)
    assert ui.state.act(f"view.debug_{view}")
    ui.step(4)
    assert ui.port.mirror.world.settings.debug.view == view
    assert np.abs(ui.port.picture.read().astype(int) - before).sum() > 500
    assert ui.state.act("view.debug_none")
    ui.step(4)
    assert np.abs(ui.port.picture.read().astype(int) - before).mean() < 3
    assert not ui.state.document.dirty, "a view is no change of the scene"


def test_what_lies_over_the_picture_can_be_switched_off(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.select("lamp")
    seen = [ui.picture().astype(int)]
    for name in ("grid", "shapes", "icons", "stats"):
        assert ui.state.act(f"view.{name}")
        ui.step(4)
        seen.append(ui.picture().astype(int))
        assert np.abs(seen[-1] - seen[-2]).sum() > 2000, name


def test_colliders_are_drawn(editor_ui: Open) -> None:
    made = room()
    made["cube"].set(dw.Collider.box(1.6))
    made["ball"].set(dw.Collider.capsule(0.7, 1.0))
    ui = editor_ui(made)
    before = ui.port.picture.read().astype(int)
    ui.state.act("view.colliders")
    ui.step(4)
    changed = np.abs(ui.port.picture.read().astype(int) - before).sum(axis=2) > 60
    assert changed.sum() > 300


def test_a_still_picture_is_not_drawn_again(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.step(10)
    drawn = ui.port.picture.drawn
    ui.step(10)
    assert ui.port.picture.drawn == drawn
    ui.state.set([ui.id("cube")], {"position": [0, 1, 0]})
    ui.step(6)
    assert drawn < ui.port.picture.drawn <= drawn + 4
    assert ui.port.mirror.weaves == 1 or ui.port.mirror.weaves < 400


# ---- scenes that are not as they should be --------------------------------------------------------------------------


def test_what_can_not_be_drawn_is_stood_in_for_and_told(editor_ui: Open) -> None:
    made = room()
    made["cube"].set(dw.Mesh.load("missing.glb"))
    ui = editor_ui(made)
    ui.step(4)
    told = [entry.text for entry in ui.state.log.entries]
    assert any("missing.glb" in text for text in told), told
    assert ui.port.mirror.world.find("cube") is not None

    def test(context: Any) -> None:
        context.mouse_move_to_pos(ui.at((0, 0.5, 0)))
        context.mouse_click(0)
        context.yield_(2)
        assert ui.state.selection.ids == (ui.id("cube"),), "a box is there in its place"

    ui.run(test)
    ui.state.set([ui.id("cube")], {"Mesh.shape": "box"})
    ui.step(4)
    assert ui.port.mirror.problems == []


def test_an_empty_scene_has_a_picture(editor_ui: Open) -> None:
    ui = editor_ui(dw.Scene("empty", seed=1))
    ui.step(4)
    assert ui.port.picture.drawn > 0
    ui.state.run("create.sphere")
    ui.step(4)
    assert len(ui.port.mirror.world.roster.drawn().rows) == 1


# ---- what needs no weaving ------------------------------------------------------------------------------------------


def test_colours_and_lights_change_without_weaving_and_look_as_if_woven(editor_ui: Open) -> None:
    ui = editor_ui(room())
    ui.state.act("gizmo.select")
    mirror, weaves = ui.port.mirror, ui.port.mirror.weaves
    before = ui.port.picture.read().astype(int)
    ui.state.set([ui.id("cube")], {"Material.base_color": [0.1, 0.2, 0.9], "Material.roughness": 0.9})
    ui.state.set([ui.id("lamp")], {"PointLight.candela": 4000})
    ui.state.set([ui.id("sky")], {"Environment.color": [0.9, 0.5, 0.3]})
    ui.step(4)
    assert mirror.weaves == weaves
    live = ui.port.picture.read().astype(int)
    assert np.abs(live - before).mean() > 4
    mirror.forget_files(set())
    ui.step(4)
    assert mirror.weaves == weaves + 1
    assert np.abs(ui.port.picture.read().astype(int) - live).mean() < 0.5, "woven anew it is the same"
    for _ in range(3):
        ui.state.undo()
    ui.step(4)
    assert np.abs(ui.port.picture.read().astype(int) - before).mean() < 0.5


def test_a_material_that_others_share_is_woven_for_the_one_that_changes(editor_ui: Open) -> None:
    made = room()
    made["cone"].set(made["cube"][dw.Material])
    ui = editor_ui(made)
    weaves = ui.port.mirror.weaves
    ui.state.set([ui.id("cube")], {"Material.base_color": [0, 0, 1]})
    ui.step(3)
    world = ui.port.mirror.world
    assert world["cube"].material.base_color == (0, 0, 1)
    assert world["cone"].material.base_color == pytest.approx((0.9, 0.3, 0.2))
    assert ui.port.mirror.weaves == weaves + 1
    ui.state.set([ui.id("cube"), ui.id("cone")], {"Material.base_color": [0, 1, 0]})
    ui.step(3)
    now = {world.materials[world[name].material].base_color for name in ("cube", "cone")}
    assert now == {(0, 1, 0)}


def test_a_picture_that_changes_on_disk_is_read_again(editor_ui: Open, tmp_path: Any) -> None:
    paint = tmp_path / "paint.png"
    save_image(paint, np.full((4, 4, 3), (255, 0, 0), np.uint8))
    made = room()
    made.root = tmp_path
    made["cube"].set(dw.Material(unlit=True, base_color=(1, 1, 1), base_color_texture=dw.Texture("paint.png")))
    ui = editor_ui(made)
    x, y = (int(v) for v in ui.at((0.1, 0.3, 0.5)))
    r, g, b = ui.picture()[y, x].tolist()
    assert r > 200 > 80 > max(g, b)
    save_image(paint, np.full((4, 4, 3), (0, 0, 255), np.uint8))
    for _ in range(400):
        ui.step()
        if ui.state.watching.assets:
            break
    ui.step(4)
    r, g, b = ui.picture()[y, x].tolist()
    assert b > 200 > 80 > max(r, g)


# ---- the table of actions -------------------------------------------------------------------------------------------


def test_every_action_of_the_view_can_be_done(editor_ui: Open) -> None:
    """One after the other: none raises, none stops a panel, none changes the scene but that which puts the camera."""
    ui = editor_ui(room(), size=(480, 320))
    ui.select("cube", "ball")
    text = ui.state.document.text()
    done: list[str] = []
    for action in list(ui.state.actions.values()):
        if action.id.split(".")[0] not in ("view", "gizmo") or action.id.startswith("view.debug_"):
            continue
        if ui.state.can(action):
            ui.state.run(action.id)
            done.append(action.id)
        if action.id == "view.align_camera":
            ui.state.undo()
    ui.state.run("gizmo.steps", move=1.0, turn=5.0)
    assert (ui.view.steps.move, ui.view.steps.turn, ui.view.steps.scale) == (1.0, 5.0, 0.1)
    with pytest.raises(dw.DreamwellError, match="must be 0 or more"):
        ui.state.run("gizmo.steps", move=-1)
    ui.settle()
    assert len(done) > 40
    assert ui.editor.ui.failures == {}
    assert ui.state.document.text() == text
