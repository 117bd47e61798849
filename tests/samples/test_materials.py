"""The showroom of materials: every feature is there, shapes are sound, and a click tells what is shown."""

from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.engine.declare import fields_of
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.samples.materials import Showroom
from dreamwell.samples.materials.build import COLUMNS, ROWS, scene, things
from dreamwell.samples.materials.pictures import PICTURES, folder

NOT_SHOWN = {"alpha_cutoff", "occlusion_strength", "metallic_roughness_texture", "clearcoat_normal_scale"}
"""Factors of what is shown, and what the viewer and the city show."""


def test_every_feature_of_a_material_is_there() -> None:
    plain = dw.Material()
    looks = [o[dw.Material] for o in scene() if o.get(dw.Material)]
    shown = {f.name for f in fields_of(dw.Material) for m in looks if getattr(m, f.name) != getattr(plain, f.name)}
    assert {f.name for f in fields_of(dw.Material)} - shown == NOT_SHOWN
    assert {m.alpha_mode for m in looks} == {"opaque", "mask", "blend"}


def test_every_row_varies_one_thing_from_end_to_end() -> None:
    varied = {"roughness", "metallic", "clearcoat", "clearcoat_roughness", "ior", "specular"}
    for row in ROWS:
        low, high = row.look(0.0), row.look(1.0)
        differing = {f.name for f in fields_of(dw.Material) if getattr(low, f.name) != getattr(high, f.name)}
        assert differing - {"specular_color"} in [{name} for name in varied], row.name
    made = scene()
    names = made.names
    assert len(set(names) & {f"{row.name} {k / (COLUMNS - 1):.1f}" for row in ROWS for k in range(COLUMNS)}) > 60


def test_shapes_are_smooth_skins_that_look_outwards() -> None:
    for thing in things():
        for data in thing.shapes:
            if isinstance(data, dw.Mesh):
                continue
            assert np.linalg.norm(data.normals, axis=1) == pytest.approx(1, abs=1e-4), data.name
            corners = data.positions[data.indices.reshape(-1, 3)].astype(np.float64)
            face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            smooth = data.normals[data.indices.reshape(-1, 3)].sum(axis=1)
            real = np.linalg.norm(face, axis=1) > 1e-9
            assert ((face * smooth).sum(axis=1)[real] > 0).mean() > 0.995, data.name


def test_pictures_are_painted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = folder()
    assert {path.name for path in place.iterdir()} == {*PICTURES, "gallery.hdr"}
    times = {path: path.stat().st_mtime_ns for path in place.iterdir()}
    assert folder() == place
    assert {path: path.stat().st_mtime_ns for path in place.iterdir()} == times


def test_it_swings_until_the_mouse_takes_over_and_tells_what_is_clicked(gpu: Gpu) -> None:
    room = Showroom()
    start = room.orbit.yaw
    room.app.step(6.0)
    assert abs(room.orbit.yaw - start) > 10
    room.app.step(6.0)
    assert room.orbit.yaw == pytest.approx(start, abs=0.1)
    Stage(gpu, (160, 90)).draw(room.app.world, 0.0)
    width, height = room.app.input.size
    for kind in ("pointer_down", "pointer_up"):
        room.app.input.feed({"event_type": kind, "button": 1, "x": width * 0.5, "y": height * 0.54})
    room.app.step(0.0)
    assert not room.swinging
    assert room.app.title == "Materials - index of refraction 0.5"
    turned = room.orbit.yaw
    room.app.step(1.0)
    assert room.orbit.yaw == turned
