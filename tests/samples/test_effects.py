"""The courtyard of effects: every key changes the picture, Space all of it, names are checked, none is in the way."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

import dreamwell as dw
from dreamwell.engine.cli import main
from dreamwell.engine.gpu import Gpu
from dreamwell.engine.render import Stage
from dreamwell.engine.scene.settings import known_settings
from dreamwell.samples.effects import EFFECTS, EVERY, NAMES, PATH, SECONDS_PER_STOP, Courtyard, chosen, walked
from dreamwell.tests.samples import keys

SIZE = (160, 90)


@dataclass
class Seen:
    """The courtyard on a stage, the camera at its first stop."""

    yard: Courtyard
    stage: Stage
    time: float = 0.0

    def picture(self) -> NDArray[np.float64]:
        """What is seen once eyes have adapted, whatever was seen before."""
        self.stage.fabric.reset_history()
        for _ in range(2):
            self.time += 10.0
            self.stage.draw(self.yard.app.step(0.0), self.time)
        return self.stage.fabric.read_image().astype(np.float64)

    def press(self, key: str) -> None:
        keys.press(self.yard.app, key, dt=0.0)


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen(Courtyard(), Stage(Gpu.open(), SIZE))


def test_every_effect_is_named_once_and_known() -> None:
    known = {name for name, _ in known_settings()}
    assert len(set(NAMES)) == len(NAMES)
    for effect in EFFECTS.values():
        assert {*effect.on} == {*effect.off}, effect.name
        assert {*effect.on, *effect.off} <= known, effect.name
    left_out = {effect.name for effect in EVERY.values()} - set(NAMES)
    assert left_out <= {"aa"}, "no setting was renamed"


@pytest.mark.parametrize("key", EFFECTS)
def test_a_key_changes_the_picture_and_changes_it_back(seen: Seen, key: str) -> None:
    name = EFFECTS[key].name
    before = seen.picture()
    seen.press(key)
    assert name not in seen.yard.app.title.removeprefix("Effects: ").split(", ")
    without = seen.picture()
    seen.press(key)
    again = seen.picture()
    assert seen.yard.app.title == "Effects: all"
    changed = np.abs(without - before).mean()
    assert changed > 0.005, name
    assert changed > 2 * np.abs(again - before).mean(), name
    assert (without != before).any(axis=2).sum() > 25, name


def test_space_and_tab_switch_all_of_them(seen: Seen) -> None:
    whole = seen.picture()
    seen.press(" ")
    assert seen.yard.app.title == "Effects: none"
    plain = seen.picture()
    assert np.abs(whole - plain).mean() > 12
    assert plain.std() > 20, "still a picture"
    seen.press("4")
    assert seen.yard.app.title == "Effects: bloom"
    seen.press("Tab")
    assert seen.yard.app.title == "Effects: none"
    seen.press("Tab")
    assert seen.yard.app.title == "Effects: all"


def test_names_on_the_command_line_choose(capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen([]) == chosen(["all"]) == set(NAMES)
    assert chosen(["none"]) == set()
    assert chosen(["bloom", "ao"]) == {"bloom", "ao"}
    with pytest.raises(SystemExit, match=re.escape("there is no effect 'blom'; did you mean bloom?; there are ao, ")):
        chosen(["ao", "blom"])
    assert main(["run", "effects", "--headless", "--", "fog"]) == 1
    assert capsys.readouterr().err.startswith("error: there is no effect 'fog'; there are ao, ")


def test_the_camera_walks_in_circles_and_through_nothing(seen: Seen) -> None:
    for k, stop in enumerate(PATH):
        np.testing.assert_allclose(walked(k * SECONDS_PER_STOP), stop, atol=1e-9)
    times = np.linspace(0, len(PATH) * SECONDS_PER_STOP, 400)
    eyes = np.array([walked(float(t))[:3] for t in times])
    np.testing.assert_allclose(eyes[0], eyes[-1], atol=1e-9)
    assert np.linalg.norm(np.diff(eyes, axis=0), axis=1).max() < 0.4, "no jumps"
    world = seen.yard.app.world
    for name, reach in (("column", 0.35), ("lemon tree", 0.6), ("fountain", 1.9), ("pedestal", 0.4)):
        things = [e.world_position for e in world if e.name.split("-")[0] == name]
        assert things
        for x, _, z in things:
            assert np.hypot(eyes[:, 0] - x, eyes[:, 2] - z).min() > reach, f"{name} at {x:.1f}, {z:.1f}"


def test_the_mouse_takes_over_and_g_lets_it_go_on() -> None:
    yard = Courtyard({"ao"})
    assert yard.app.title == "Effects: ao"
    yard.app.step(1.0)
    start = np.asarray(yard.app.world.camera.position)
    yard.app.input.feed({"event_type": "wheel", "x": 0, "y": 0, "dx": 0, "dy": -100})
    yard.app.step(1.0)
    yard.app.step(1.0)
    assert not yard.walking
    assert not np.allclose(yard.app.world.camera.position, start)
    yard.app.input.feed({"event_type": "key_down", "key": "g"})
    yard.app.step(1.0)
    assert yard.walking
    np.testing.assert_allclose(yard.app.world.camera.position, walked(2.0)[:3], atol=1e-5)


def test_the_scene_is_small_enough_for_software_adapters(seen: Seen) -> None:
    assert len(seen.yard.app.world.woven.geometry.indices) < 3 * 150_000
    assert sum(1 for o in seen.yard.app.scene if o.get(dw.PointLight)) < 16, "every pixel goes over all of them"
