"""Render settings: what `--set` accepts, and what it says about the rest."""

import pytest

from dreamwell.engine.errors import SettingsError
from dreamwell.engine.scene import RenderSettings, apply_settings
from dreamwell.engine.scene.settings import describe, known_settings


def test_text_and_values_are_applied_by_the_field_they_go_to() -> None:
    made = apply_settings(
        RenderSettings(),
        {
            "shadows.size": "1024",
            "shadows.enabled": "off",
            "shadows.softness": 2,
            "tonemap.operator": "aces",
            "exposure.mode": "manual",
            "exposure.ev100": " 9.5 ",
        },
    )
    assert (made.shadows.size, made.shadows.enabled, made.shadows.softness) == (1024, False, 2.0)
    assert (made.tonemap.operator, made.exposure.mode, made.exposure.ev100) == ("aces", "manual", 9.5)
    assert made.cull == RenderSettings().cull


def test_all_mistakes_are_told_together_with_the_known_keys() -> None:
    with pytest.raises(SettingsError) as caught:
        apply_settings(
            RenderSettings(),
            {
                "shadow.size": "1024",
                "shadows.size": "100",
                "shadows.enabled": "maybe",
                "tonemap.operator": "filmic",
                "exposure.ev100": "nan",
                "shadows.distance": "far",
            },
        )
    problems = {p.field: p for p in caught.value.problems}
    assert set(problems) == {
        "shadow.size", "shadows.size", "shadows.enabled", "tonemap.operator", "exposure.ev100", "shadows.distance",
    }  # fmt: skip
    for key, _ in known_settings():
        assert key in problems["shadow.size"].wanted
    assert problems["shadow.size"].hint == "did you mean shadows.size?"
    assert problems["shadows.size"].wanted == "from 256 to 8192 px"
    assert problems["tonemap.operator"].wanted == "one of neutral, agx, aces, reinhard, none"
    assert problems["exposure.ev100"].code == "not-finite"
    for p in problems.values():
        assert str(p) in str(caught.value)


def test_describe_names_every_setting_as_set_takes_it() -> None:
    shown = describe(RenderSettings())
    assert list(shown) == [key for key, _ in known_settings()]
    assert shown["shadows.size"] == "2048"
    assert apply_settings(RenderSettings(), {k: v.strip('"') for k, v in shown.items()}) == RenderSettings()
