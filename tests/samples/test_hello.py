"""The hello world: what the README prints is the file, and its parts turn."""

import re
from pathlib import Path

import numpy as np

from dreamwell.engine.app import App
from dreamwell.engine.cli.targets import play, samples
from dreamwell.engine.run_options import RunOptions


def test_the_readme_prints_the_file(checkout: Path) -> None:
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    listings = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert (checkout / "samples" / "hello.py").read_text(encoding="utf-8") in listings


def test_every_part_turns_the_outer_rings_faster() -> None:
    app: App = play(samples()["hello"], RunOptions("collect"))
    parts = app.world.tagged("turning")
    assert [part.name for part in parts] == ["cube", "ring", "ring", "ring"]
    before = np.array([part.rotation for part in parts])
    app.step(0.1)
    after = np.array([part.rotation for part in parts])
    turned = np.degrees(2 * np.arccos(np.clip(np.abs((before * after).sum(axis=1)), 0, 1)))
    assert (turned > 1.5).all()
    assert (np.diff(turned) > 0).all()
