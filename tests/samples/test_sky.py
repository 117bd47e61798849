"""The lake: the clock turns the sun, land and water are where they should be, and every hour is worth looking at."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.samples._shared.hours import hour_of
from dreamwell.samples.sky import Day, land, scene, toward_sun

SIZE = (160, 90)


def picture(day: Day) -> NDArray[np.float64]:
    """What a day shows now."""
    shown = scene(day.clock.hour)
    return np.asarray(dw.render(shown, SIZE), np.float64)


def test_the_sun_rises_in_the_east_and_sets_in_the_west() -> None:
    rise, noon, evening, night = (toward_sun(hour) for hour in (5.8, 12.0, 18.2, 0.0))
    assert rise[2] > 0.9, "behind the viewer, who looks west"
    assert evening[2] < -0.9
    assert noon[1] == pytest.approx(math.sin(math.radians(90 - 45 + 6)))
    assert noon[0] < 0, "in the south, to the left"
    assert night[1] < -0.5
    for hour in np.linspace(0, 24, 49):
        assert np.linalg.norm(toward_sun(float(hour))) == pytest.approx(1)


def test_the_clock_turns_the_sun_and_keys_turn_the_clock() -> None:
    day = Day(16.01)
    before = day.app.world["sun"].rotation
    day.app.step(1.0)
    assert day.clock.hour == pytest.approx(16.41)
    after = np.asarray(day.app.world["sun"].rotation)
    turned = 2 * math.degrees(math.acos(min(1, abs(float(np.dot(before, after))))))
    assert 4 < turned < 8, "15° an hour"
    assert day.app.title == "Sky, 16:24"
    day.app.input.feed({"event_type": "key_down", "key": " ", "modifiers": ()})
    day.app.step(1.0)
    assert day.clock.hour == pytest.approx(16.41)
    day.app.input.feed({"event_type": "key_down", "key": "ArrowLeft", "modifiers": ()})
    day.app.step(1.0)
    assert day.clock.hour == pytest.approx(13.41)


def test_the_eye_stands_on_dry_land_and_looks_over_the_lake() -> None:
    x = np.array([0.0, 0, 0, 0, 900, -900])
    z = np.array([3.0, -60, -900, -2500, -900, -900])
    away = land.from_lake(x, z)
    assert away[0] > 0
    assert (away[1:4] < 0).all(), "water ahead"
    assert (away[4:] > 0).all(), "hills to the left and right"
    tall = land.height(x, z)
    assert 0 < tall[0] < 3
    assert (tall[1:4] < 0).all()
    assert (tall[4:] > 20).all()


def test_what_grows_stands_on_the_ground() -> None:
    woven = dw.weave(scene(12.0))
    names = np.array(list(woven.objects.names))
    for kind in ("pine", "stone"):
        places = woven.objects.position[np.char.startswith(names, kind)].astype(np.float64)
        assert len(places) > 80
        np.testing.assert_allclose(places[:, 1], land.height(places[:, 0], places[:, 2]), atol=0.25)


def test_meshes_are_sound() -> None:
    for data in (land.ground(40, 60), land.water(20, 30), land.stone(2), land.pine(1)):
        np.testing.assert_allclose(np.linalg.norm(data.normals, axis=1), 1, atol=1e-3)
        corners = data.positions[data.indices.reshape(-1, 3)].astype(np.float64)
        face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        smooth = data.normals[data.indices.reshape(-1, 3)].sum(axis=1)
        if data.name == "pine 1":  # the tiers' undersides share the normals of their rims
            volume = np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
            assert volume > 0, "the pine is inside out"
        else:
            assert ((face * smooth).sum(axis=1) >= 0).mean() > 0.97, f"{data.name} is inside out"


def test_every_hour_is_exposed_and_looks_different() -> None:
    dawn, noon, golden, dusk, night = (picture(Day(hour)) for hour in (5.9, 12.0, 17.5, 18.5, 0.5))
    for shown in (dawn, noon, golden, dusk):
        assert 50 < shown.mean() < 170
        assert shown.std() > 20
    assert night.mean() < 12
    sky = np.s_[:20, :]
    assert noon[sky][..., 2].mean() > 1.5 * noon[sky][..., 0].mean(), "blue"
    middle = np.s_[30:48, 60:110]
    assert golden[middle][..., 0].mean() > 1.2 * golden[middle][..., 2].mean(), "golden"
    glow = np.s_[22:29, 85:115]
    assert dusk[glow][..., 0].mean() > 1.1 * dusk[glow][..., 2].mean(), "the sun has just gone there"


def test_hours_are_checked() -> None:
    assert hour_of("6.5") == 6.5
    for text in ("noon", "-1", "25", "nan"):
        with pytest.raises(SystemExit, match="it must be a number from 0 to 24"):
            hour_of(text)
