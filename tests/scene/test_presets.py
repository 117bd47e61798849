"""Presets: settings in one word, declared once, over the scene's and under those that are set."""

from pathlib import Path

import pytest

import dreamwell as dw
from dreamwell.engine.errors import SettingsError
from dreamwell.engine.scene import RenderSettings, apply_settings
from dreamwell.engine.scene.presets import PRESETS, TABLE, preset
from dreamwell.engine.scene.reference import presets_table


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fits(name: str) -> None:
    values = preset(name)
    assert list(values) == list(TABLE) if name != "high" else set(values) == set(TABLE)
    made = apply_settings(RenderSettings(), values)
    for key, value in values.items():
        group, field = key.split(".")
        assert getattr(getattr(made, group), field) == value


def test_high_is_the_plain_defaults() -> None:
    assert apply_settings(RenderSettings(), preset("high")) == RenderSettings()


def test_each_step_goes_on_where_the_last_one_went() -> None:
    """Numbers and switches rise or fall from one preset to the next, never both, and every line says something."""
    steps = [preset(name) for name in PRESETS]
    for key in TABLE:
        values = [step[key] for step in steps]
        if all(isinstance(value, (bool, int, float)) for value in values):
            assert values in (sorted(values), sorted(values, reverse=True)), key
        assert len(set(values)) > 1, key


@pytest.mark.parametrize(
    ("name", "hint"), [("hihg", "; did you mean high?"), ("ULTRA", "; did you mean ultra?"), ("", ""), ("best", "")]
)
def test_another_name_is_answered_with_those_there_are(name: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        preset(name)
    assert str(caught.value) == f'there is no preset "{name}": it must be one of low, medium, high, ultra{hint}'


def test_scene_files_save_the_values(tmp_path: Path) -> None:
    scene = dw.Scene("s", seed=1)
    scene.configure(dw.preset("low"))
    scene.save(tmp_path / "s.dream")
    assert "low" not in (tmp_path / "s.dream").read_text(encoding="utf-8")
    assert dw.load(tmp_path / "s.dream").settings == apply_settings(RenderSettings(), preset("low"))


def test_the_page_has_the_table(checkout: Path) -> None:
    page = (checkout / "docs" / "rendering.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- presets -->\n")[2].partition("<!-- end -->")[0]
    assert shown == presets_table()
    assert "| `shadows.size` | `1024` | `1536` | `2048` | `4096` |" in shown
