"""The air in numbers: against integrals by brute force, and against what is measured under real skies."""

import math

import numpy as np
import pytest

from dreamwell.engine.scene import Environment
from dreamwell.loom import atmosphere as a
from dreamwell.tests.fabric.drawing import F64

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
SUN = 130_000.0
"""Lux outside of the air."""


@pytest.fixture(scope="module")
def clear() -> a.Tables:
    return a.tables(a.Air())


def sine(degrees: float) -> float:
    return math.sin(math.radians(degrees))


def straight(air: a.Air, altitude: float, mu: float, count: int = 20_000) -> F64:
    """(3,) transmittance by summing over a great many even steps in Cartesian coordinates."""
    start = np.array([0, a.BOTTOM + altitude])
    along = np.array([math.sqrt(1 - mu * mu), mu])
    b = start @ along
    length = -b + math.sqrt(b * b - start @ start + a.TOP**2)
    t = (np.arange(count) + 0.5) / count * length
    h = np.linalg.norm(start + t[:, None] * along, axis=1) - a.BOTTOM
    rayleigh = np.exp(-h / 8)[:, None] * (5.802e-3, 13.558e-3, 33.1e-3) * air.air
    haze = np.exp(-h / 1.2)[:, None] * 0.040 * air.haze
    ozone = np.maximum(0, 1 - np.abs(h - 25) / 15)[:, None] * (2.0e-3, 1.66e-3, 0.12e-3) * air.ozone
    return np.asarray(np.exp(-(rayleigh + haze + ozone).sum(axis=0) * length / count))


@pytest.mark.parametrize("air", [a.Air(), a.Air(haze=6), a.Air(air=0, haze=0, ozone=5)], ids=["clear", "haze", "ozone"])
def test_transmittance_is_the_integral(air: a.Air) -> None:
    table = a.transmittance_table(air)
    for altitude in (0.01, 0.5, 3.0, 30.0):
        for mu in (1.0, 0.5, 0.1, 0.02, 0.0):
            wanted = straight(air, altitude, mu)
            here, there = a.scalar(altitude), a.scalar(mu)
            np.testing.assert_allclose(a.transmittance(air, here, there), wanted, rtol=0.03, atol=1e-3)
            np.testing.assert_allclose(a.transmittance_at(table, here, there), wanted, rtol=0.05, atol=4e-3)
            if mu > 0.01:
                np.testing.assert_allclose(a.sunlight(air, altitude, mu), wanted, rtol=0.05, atol=2e-3)


def test_without_air_the_sun_arrives_whole_and_the_sky_is_black() -> None:
    none = a.Air(air=0, haze=0, ozone=0)
    np.testing.assert_array_equal(a.sunlight(none, 0, 0.5), 1)
    of = a.tables(none, (8, 16), (4, 8), 8, 4)
    seen = a.radiance(of, 0, 0.5, np.array([[0.0, 1, 0], [0.6, 0.8, 0], [0.0, -1, 0]]))
    np.testing.assert_array_equal(seen[:2], 0)
    np.testing.assert_allclose(seen[2], np.array(none.ground) / math.pi * 0.5, rtol=1e-6)


def test_one_scattering_is_the_integral(clear: a.Tables) -> None:
    """The sky that the tables give without their multiple scattering, against a fine sum without tables."""
    once = a.Tables(clear.air, clear.transmittance, np.zeros_like(clear.multiscattering))
    sun = sine(25)
    toward = np.array([math.sqrt(1 - sun * sun), sun, 0])
    for d in ((0, 1, 0), (0.8, 0.6, 0), (-0.8, 0.6, 0), (0, 0.1, math.sqrt(0.99)), (0.9, -0.3, math.sqrt(0.1))):
        direction = np.array(d, np.float64)
        eye = np.array([0, a.BOTTOM + 2.0, 0])
        b = eye @ direction
        under = b * b - eye @ eye + a.BOTTOM**2
        end = -b - math.sqrt(under) if b < 0 and under > 0 else -b + math.sqrt(b * b - eye @ eye + a.TOP**2)
        edges = np.linspace(0, 1, 1501) ** 2 * end
        t, dt = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        points = eye + t[:, None] * direction
        r = np.linalg.norm(points, axis=1)
        h, mu = r - a.BOTTOM, points @ toward / r
        depth = np.cumsum(a.Air().extinction(h) * dt[:, None], axis=0) - a.Air().extinction(h) * dt[:, None] / 2
        cosine = direction @ toward
        rayleigh = 3 / (16 * math.pi) * (1 + cosine**2)
        g = 0.8
        haze = 3 / (8 * math.pi) * (1 - g * g) * (1 + cosine**2) / (2 + g * g) / (1 + g * g - 2 * g * cosine) ** 1.5
        by_air, by_haze = a.Air().scattering(h)
        light = a.transmittance(a.Air(), h, mu) * (by_air * rayleigh + by_haze * haze)
        wanted = (light * np.exp(-depth) * dt[:, None]).sum(axis=0)
        sky = a.radiance(once, 2.0, sun, direction[None])[0]
        if b < 0 and under > 0:
            place = eye + end * direction
            lit = a.transmittance(a.Air(), a.scalar(0), a.scalar(float(place @ toward) / a.BOTTOM))
            depth_of_all = (a.Air().extinction(h) * dt[:, None]).sum(axis=0)
            ground = lit * (place @ toward / a.BOTTOM) * np.exp(-depth_of_all) * np.array(a.Air().ground) / math.pi
            wanted = wanted + ground
        np.testing.assert_allclose(sky, wanted, rtol=0.03)


def test_phase_functions_have_the_integral_1() -> None:
    cosines = (np.arange(20_000) + 0.5) / 10_000 - 1
    for phase in a.phases(cosines):
        assert 2 * math.pi * phase.mean() * 2 == pytest.approx(1, abs=1e-3)


def test_scattering_keeps_energy(clear: a.Tables) -> None:
    """Of light that haze and air only scatter, what does not come down goes up: the sky sends less than it takes."""
    air = a.Air(ozone=0)
    of = a.tables(air)
    for degrees in (60, 20):
        direct = a.sunlight(air, 0, sine(degrees)) * sine(degrees)
        sky, _ = a.measure(air).at(sine(degrees))
        assert ((direct + sky) < sine(degrees) * 1.02).all()
        assert ((direct + sky) > sine(degrees) * 0.6).all()
    assert of.multiscattering.min() >= 0


# ---- against real skies ---------------------------------------------------------------------------------------


def test_a_clear_sky_gives_as_much_light_as_real_ones() -> None:
    """Clear-sky diffuse illuminance is 10 to 20 klx while the sun is high; the sun itself gives 90 to 110 klx."""
    day = a.Daylight.of(a.Air())
    for degrees in (45, 60, 80):
        sky = SUN * float(day.at(sine(degrees))[0] @ LUMINANCE)
        sun = SUN * float(a.sunlight(a.Air(), 0, sine(degrees)) @ LUMINANCE)
        assert 10_000 < sky < 20_000, degrees
        assert 90_000 < sun < 115_000, degrees
    assert 300 < SUN * float(day.at(0)[0] @ LUMINANCE) < 1500, "sunset"
    assert 1 < SUN * float(day.at(sine(-6))[0] @ LUMINANCE) < 15, "the end of civil twilight is near 3.4 lux"
    assert SUN * float(day.at(sine(-18))[0] @ LUMINANCE) < 0.01, "night"


def test_the_zenith_is_as_bright_and_as_blue_as_real_ones(clear: a.Tables) -> None:
    """A clear zenith has 1 to 5 kcd/m² while the sun is high, and is bluer than any black body."""
    for degrees in (30, 45, 60):
        zenith = a.radiance(clear, 0, sine(degrees), np.array([[0.0, 1, 0]]))[0]
        assert 1_000 < SUN * float(zenith @ LUMINANCE) < 5_000
        assert zenith[2] > 1.5 * zenith[1] > 2 * zenith[0]
    level = np.array([[-math.sqrt(1 - 0.03**2), 0.03, 0]])
    horizon = a.radiance(clear, 0, sine(45), level)[0]
    assert horizon @ LUMINANCE > 2 * float(a.radiance(clear, 0, sine(45), np.array([[0.0, 1, 0]]))[0] @ LUMINANCE)


def test_sunsets_are_redder_than_noon_and_twilight_is_blue(clear: a.Tables) -> None:
    noon, low = a.sunlight(a.Air(), 0, 1.0), a.sunlight(a.Air(), 0, sine(3))
    assert noon[0] / noon[2] < 1.3
    assert low[0] / low[2] > 8
    assert (np.diff([a.sunlight(a.Air(), 0, sine(d)) @ LUMINANCE for d in (-1, 0, 1, 5, 20, 90)]) > 0).all()
    sky = np.array([math.cos(math.radians(3)), sine(3), 0])
    red = a.radiance(clear, 0, sine(1), sky[None])[0]
    assert red[0] > 3 * red[2]
    zenith = a.radiance(clear, 0, sine(-5), np.array([[0.0, 1, 0]]))[0]
    assert zenith[2] > 1.4 * zenith[0]
    assert zenith[1] > 0.9 * zenith[0], "blue, not purple"


def test_below_the_horizon_the_sun_is_gone() -> None:
    assert not a.sunlight(a.Air(), 0, sine(-1)).any()
    assert a.sunlight(a.Air(), 3, sine(-1))[0] > 0, "from a mountain it is still seen"


# ---- the shipped table ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("air", "tolerance"),
    [
        (a.Air(), 0.002),
        (a.Air(haze=3, ground=(0.6, 0.1, 0.0)), 0.05),
        (a.Air(air=1.5, haze=0.2), 0.12),
        (a.Air(ozone=2), 0.15),
    ],
    ids=["clear", "haze", "much air", "ozone"],
)
def test_the_shipped_daylight_is_what_its_module_measures(air: a.Air, tolerance: float) -> None:
    shipped, measured = a.Daylight.of(air), a.measure(air)
    for degrees in (80, 40, 10, 2, -2, -5):
        for found, wanted in zip(shipped.at(sine(degrees)), measured.at(sine(degrees)), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=tolerance)


def test_the_measured_daylight_is_the_cosine_integral_of_the_sky(clear: a.Tables) -> None:
    rng = np.random.default_rng(3)
    y, turn = np.sqrt(rng.random(6000)), rng.random(6000) * 2 * math.pi  # with the cosine
    flat = np.sqrt(1 - y * y)
    directions = np.stack([flat * np.cos(turn), y, flat * np.sin(turn)], axis=1)
    for degrees in (50, 8):
        wanted = a.radiance(clear, 0, sine(degrees), directions).mean(axis=0) * math.pi
        np.testing.assert_allclose(a.Daylight.of(clear.air).at(sine(degrees))[0], wanted, rtol=0.12)


def test_all_heights_and_airs_give_numbers() -> None:
    for environment in (Environment(), Environment(haze=50, air=20, ozone=20), Environment(air=0, haze=0)):
        day = a.Daylight.of(a.Air.of(environment))
        for s in (-1.0, -0.3, 0.0, 0.3, 1.0, 1.5):
            for values in day.at(s):
                assert np.isfinite(values).all()
                assert (values >= 0).all()
    assert a.Air.of(Environment(ground=(3, 0.5, 0))).ground == (1.0, 0.5, 0.0)
