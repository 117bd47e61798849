"""Configuration: the exposure that a hand-held meter would choose, and what surrounds a scene that does not say."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamwell.assets.hdr import write_hdr
from dreamwell.assets.panorama import read_panorama
from dreamwell.engine.scene import (
    Environment,
    Mesh,
    PointLight,
    Scene,
    SpotLight,
    Sun,
    apply_settings,
)
from dreamwell.loom import weave
from dreamwell.loom.atmosphere import sun_of_sky
from dreamwell.loom.configure import GLOW_OF_LAMPS, illuminance, luminance, mean_radiance, under_sky


def ev_of(lux: float) -> float:
    return math.log2(lux * 100 / 250)


def lit(*lights: object, environment: Environment | None = None) -> Scene:
    scene = Scene()
    scene.add("ball", Mesh.sphere())
    scene.add("lights", *lights, at=(0, 2, 0), toward=(0, 0, 0))
    if environment is not None:
        scene.add("surroundings", environment)
    return scene


@pytest.mark.parametrize(("lux", "ev"), [(60_000.0, 14.0), (130_000.0, 15.1), (400.0, 6.8)])
def test_sunlight_is_metered_as_photographers_do(lux: float, ev: float) -> None:
    """Full sun is EV 15, "sunny 16"; the air takes a sixth of it, and gives a tenth back as sky."""
    assert weave(lit(Sun(lux=lux))).metered_ev100 == pytest.approx(ev, abs=0.05)


def test_brighter_light_and_a_faster_exposure_cancel() -> None:
    assert weave(lit(Sun(lux=8000))).metered_ev100 == pytest.approx(weave(lit(Sun(lux=1000))).metered_ev100 + 3)


def test_an_implicit_environment_is_the_sky_that_the_sun_makes() -> None:
    woven = weave(lit(Sun(lux=1000), Sun(lux=1000)))  # the second replaces the first: one Sun an object
    assert woven.environment.implicit
    assert woven.environment.component == Environment()
    arriving, sky = under_sky(Environment(), woven.lights, 0)
    sun, _ = illuminance(arriving, np.zeros((1, 3)))
    assert 750 < sun < 900
    assert 70 < sky < 150
    assert woven.metered_ev100 == pytest.approx(ev_of(0.7 * sun + sky))


def under_the_sun(degrees: float, environment: Environment, lux: float = 100_000.0) -> Scene:
    """A ball, and a sun at a height."""
    height = math.radians(degrees)
    scene = lit(environment=environment)
    scene.add("sun", Sun(lux=lux), toward=(-math.cos(height), -math.sin(height), 0))
    return scene


def test_the_meter_follows_the_sun_down_and_stops_at_night() -> None:
    evs = [weave(under_the_sun(d, Environment())).metered_ev100 for d in (60, 20, 5, 0, -4, -7, -20, -80)]
    assert all(a > b + 0.2 for a, b in itertools.pairwise(evs[:6]))
    assert evs[5] == pytest.approx(ev_of(1), abs=1.0)
    assert evs[6] == evs[7] == pytest.approx(ev_of(1))


def test_sunlight_that_no_air_dims_is_metered_so() -> None:
    low, free = (weave(under_the_sun(3, Environment(sun_through_air=on))).metered_ev100 for on in (True, False))
    assert free == pytest.approx(ev_of(70_000), abs=0.2)
    assert low < free - 2


def test_of_several_suns_the_strongest_makes_the_sky() -> None:
    scene = under_the_sun(-30, Environment())
    scene.add("moon", Sun(lux=0.3, color=(0.6, 0.8, 1.0)), toward=(0, -1, 0))
    woven = weave(scene)
    row = sun_of_sky(Environment(), woven.lights)
    assert row is not None
    assert woven.lights["color"][row][0] == 100_000
    arriving, _ = under_sky(Environment(), woven.lights, row)
    assert not arriving["color"][row].any(), "it is below the horizon"
    assert illuminance(arriving, np.zeros((1, 3)))[0] == pytest.approx(0.3 * luminance((0.6, 0.8, 1.0)))
    assert sun_of_sky(Environment(source="gradient"), woven.lights) is None


def test_lamps_are_metered_where_objects_stand() -> None:
    woven = weave(lit(PointLight(candela=100)))  # at 2 m: 25 lux
    assert woven.environment.component.source == "color"
    assert math.pi * mean_radiance(woven.environment.component, None) == pytest.approx(25 * GLOW_OF_LAMPS)
    assert woven.metered_ev100 == pytest.approx(ev_of(25 * (1 + GLOW_OF_LAMPS)))
    assert weave(lit(PointLight(candela=100, range=2))).metered_ev100 < ev_of(5)  # it has faded out there
    at_two = 25 * (1 - (2 / 4) ** 4)
    assert weave(lit(PointLight(candela=100, range=4))).metered_ev100 == pytest.approx(
        ev_of(at_two * (1 + GLOW_OF_LAMPS))
    )


def test_a_spot_lights_only_what_lies_in_its_cone() -> None:
    scene = Scene()
    scene.add("spot", SpotLight(candela=100, inner_angle=10, outer_angle=20), at=(0, 2, 0), toward=(0, 0, 0))
    inside = scene.add("inside", Mesh.box())
    assert weave(scene).metered_ev100 == pytest.approx(ev_of(25 * (1 + GLOW_OF_LAMPS)))
    inside.position = (2, 0, 0)  # 45° off: nothing but the darkness is left to meter
    assert weave(scene).environment.component == Environment()


def test_a_lamp_does_not_meter_the_light_on_its_own_bulb() -> None:
    scene = lit(PointLight(candela=100))
    bulb = scene["lights"]
    bulb.set(Mesh.sphere(radius=0.05))
    assert weave(scene).metered_ev100 == pytest.approx(ev_of(25 * (1 + GLOW_OF_LAMPS)))


def test_the_meter_takes_the_median_and_ignores_the_dark_where_most_is_dark() -> None:
    scene = Scene()
    scene.add("lamp", PointLight(candela=100, range=10))
    for distance in (1, 2, 4):
        scene.add("ball", Mesh.sphere(), at=(distance, 0, 0))
    middle = 100 / 4 * (1 - 0.2**4)
    assert weave(scene).metered_ev100 == pytest.approx(ev_of(middle * (1 + GLOW_OF_LAMPS)))
    scene.add_many("dark", Mesh.sphere(), at=np.full((20, 3), 1000.0))
    woven = weave(scene)
    assert math.pi * woven.environment.component.intensity == pytest.approx(GLOW_OF_LAMPS * middle)


def test_a_scene_without_light_is_seen_under_an_even_sky() -> None:
    scene = Scene()
    scene.add("ball", Mesh.sphere())
    woven = weave(scene)
    assert woven.environment.implicit
    assert woven.environment.component == Environment()
    assert woven.metered_ev100 == pytest.approx(ev_of(math.pi * mean_radiance(Environment(), None)))


def test_complete_darkness_is_exposed_at_zero() -> None:
    assert weave(lit(Sun(lux=0), environment=Environment(intensity=0))).metered_ev100 == 0


def test_the_meter_reads_the_light_whatever_the_settings_ask_for() -> None:
    """How the reading, a manual exposure and the compensation add up is the Fabric's to say, frame by frame."""
    scene = lit(Sun())
    metered = weave(scene).metered_ev100
    changes = {"exposure.compensation": 1.5, "exposure.mode": "manual", "exposure.ev100": 10}
    scene.settings = apply_settings(scene.settings, changes)
    assert weave(scene).metered_ev100 == metered


@given(st.floats(0, 1e30))
def test_the_reading_stays_in_range(lux: float) -> None:
    assert -16 <= weave(lit(Sun(lux=lux))).metered_ev100 <= 24


# ---- environments ---------------------------------------------------------------------------------------------


def test_the_scene_s_own_environment_is_used_and_metered() -> None:
    given_one = Environment(source="color", color=(0, 1, 0), intensity=100)
    woven = weave(lit(environment=given_one))
    assert woven.environment.component == given_one
    assert not woven.environment.implicit
    assert woven.metered_ev100 == pytest.approx(ev_of(math.pi * 71.52))


def test_the_mean_of_a_sky_is_that_of_the_shader_s_gradient() -> None:
    """Integrates `sky_gradient` of environment_fill.wgsl over the sphere, whose area is even in y."""
    sky = Environment(source="gradient", zenith=(0.1, 0.2, 0.9), horizon=(1, 2, 3), ground=(0.5, 0.1, 0.2), intensity=3)
    y = (np.arange(200_000) + 0.5) / 100_000 - 1

    def mix(a: object, b: object, t: np.ndarray) -> np.ndarray:
        return np.asarray(a) * (1 - t[:, None]) + np.asarray(b) * t[:, None]

    above = mix(sky.horizon, sky.zenith, np.clip(y, 0, 1) ** 0.45)
    below = mix(np.multiply(sky.horizon, 0.6), sky.ground, np.clip(-y, 0, 1) ** 0.3)
    t = np.clip((y + 0.02) / 0.04, 0, 1)
    wanted = 3 * luminance(mix(0, 1, t * t * (3 - 2 * t)) * (above - below) + below).mean()
    assert mean_radiance(sky, None) == pytest.approx(wanted, rel=0.005)


def test_a_picture_s_rows_count_by_the_area_they_cover(tmp_path: Path) -> None:
    def mean(rows: int) -> float:
        """Of a picture whose uppermost rows are white."""
        pixels = np.zeros((64, 128, 3), np.float32)
        pixels[:rows] = 1
        write_hdr(tmp_path / "x.hdr", pixels)
        environment = Environment(source="file", file="x.hdr", intensity=4)
        return mean_radiance(environment, read_panorama(tmp_path / "x.hdr"))

    assert mean(32) == pytest.approx(2)
    assert mean(1) == pytest.approx(4 * (1 - math.cos(math.pi / 64)) / 2, rel=0.01), "the polar cap"


def test_an_environment_file_is_loaded(tmp_path: Path) -> None:
    header = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 4\n"
    (tmp_path / "sky.hdr").write_bytes(header + bytes([128, 128, 128, 129]) * 8)  # radiance 1 everywhere
    scene = Scene(root=tmp_path)
    scene.add("sky", Environment(source="file", file="sky.hdr", intensity=10))
    woven = weave(scene)
    assert woven.environment.panorama is not None
    assert woven.environment.panorama.pixels.tolist() == np.ones((2, 4, 3)).tolist()
    assert woven.metered_ev100 == pytest.approx(ev_of(10 * math.pi), abs=0.01)
