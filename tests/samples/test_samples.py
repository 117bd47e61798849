"""Every sample: it says what it shows, weaves without a warning, runs without a window, and shows something."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dreamwell as dw
from dreamwell.engine.app import App
from dreamwell.engine.cli import main
from dreamwell.engine.cli.targets import play, samples
from dreamwell.engine.run_options import RunOptions
from dreamwell.engine.script import summary_of

NAMES = tuple(samples())
ARGUMENTS = {"many_cubes": ("20000",)}
"""What samples are given here, so that they stay small."""


def test_the_samples_are_these() -> None:
    made = "arena city effects fire garden hello lights many_cubes marble materials menu orbit platformer playground"
    assert list(NAMES) == [*made.split(), "sky", "swarm", "viewer"]


@pytest.mark.parametrize("name", NAMES)
def test_it_weaves_without_a_warning(name: str) -> None:
    app: App = play(samples()[name], RunOptions("collect", arguments=ARGUMENTS.get(name, ())))
    assert [str(warning) for warning in dw.weave(app.scene).warnings] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_shows_something(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"{name}.png"
    options = ["--headless", "--frames", "3", "--size", "320x180", "-o", str(path)]
    assert main(["run", name, *options, "--", *ARGUMENTS.get(name, ())]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: 320x180, 3 frames\n")
    with Image.open(path) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (180, 320, 3)
    assert 40 < pixels.mean() < 190, "neither black nor burnt out"
    assert pixels.std() > 20, "not flat"
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 500


@pytest.mark.parametrize("name", NAMES)
def test_it_is_presented(name: str, checkout: Path) -> None:
    assert summary_of(samples()[name].path).endswith(".")
    picture = checkout / "docs" / "images" / f"{name}.png"
    with Image.open(picture) as image:
        assert image.width / image.height == pytest.approx(16 / 9, abs=0.01)
    assert f"docs/images/{name}.png" in (checkout / "README.md").read_text(encoding="utf-8")


def test_pictures_of_the_documentation_are_small_and_there(checkout: Path) -> None:
    for picture in (checkout / "docs" / "images").iterdir():
        assert picture.stat().st_size < 400_000, picture.name
    for page in (checkout / "README.md", *(checkout / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)|\]\(([^)#:]+)#", page.read_text(encoding="utf-8")):
            target = page.parent / (link[0] or link[1])
            assert target.exists(), f"{page.name} links to {target.name}"
