"""The viewport, by clicks: choosing, moving, looking around."""

from __future__ import annotations

import dreamwell as dw


def scene() -> dw.Scene:
    """Three things on a floor, a lamp and a camera."""
    made = dw.Scene("room", seed=3)
    made.configure({"aa.mode": "none", "shadows.enabled": False, "ao.enabled": False, "bloom.enabled": False})
    made.add("camera", dw.Camera(), at=(4, 3, 6), toward=(0, 0.5, 0))
    made.add("sky", dw.Environment(source="color", color=(0.5, 0.6, 0.8)), at=(0, 6, 0))
    made.add("floor", dw.Mesh.plane(8), dw.Material(base_color=(0.3, 0.3, 0.3)))
    made.add("cube", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.3, 0.2)), at=(0, 0.5, 0))
    made.add("ball", dw.Mesh.sphere(), dw.Material(base_color=(0.2, 0.4, 0.9)), at=(2, 0.5, 0))
    made.add("cone", dw.Mesh.cone(), dw.Material(base_color=(0.2, 0.8, 0.3)), at=(-2, 0.5, 0))
    made.add("lamp", dw.PointLight(), at=(0, 2.5, 1))
    return made


def test_a_click_chooses_what_is_seen(editor_ui) -> None:
    ui = editor_ui(scene())

    def test(context) -> None:
        for name, place in (("cube", (0, 0.5, 0)), ("ball", (2, 0.5, 0)), ("lamp", (0, 2.5, 1))):
            context.mouse_move_to_pos(ui.at(place))
            context.mouse_click(0)
            context.yield_(2)
            assert ui.state.selection.ids == (ui.id(name),), name

    ui.run(test)

