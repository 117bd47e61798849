"""Files of scenes in the samples stand alone: scripts are found, looks are there, nothing is warned of."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import dreamwell as dw
from dreamwell.assets import primitives
from dreamwell.assets.library import AssetLibrary
from dreamwell.samples._shared.models import glb, keep_shapes

WHOLE = {"marble": "level", "platformer": "level", "arena": "arena", "fire": "fire"}
"""Samples, and the files that have all of their scene."""


@pytest.fixture(params=WHOLE)
def file(request: pytest.FixtureRequest, checkout: Path) -> Path:
    name: str = request.param
    return checkout / "samples" / name / f"{WHOLE[name]}.dream"


def test_it_weaves_where_nothing_of_the_sample_was_imported(file: Path, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    command = [sys.executable, "-m", "dreamwell.engine.cli", "weave", str(file), "--json", str(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(told.read_text(encoding="utf-8"))
    assert found["warnings"] == []
    assert found["stats"]["instances"] > 30
    assert (found["stats"]["cameras"], found["stats"]["lights"] > 0) == (1, True)


def test_its_shapes_are_those_that_the_code_makes(file: Path) -> None:
    """Written anew after every change: see the module that says so."""
    if file.stem == "level":
        made: dw.Scene = import_module(f"dreamwell.samples.{file.parent.name}.build").scene()
    else:
        looks = import_module(f"dreamwell.samples.{file.parent.name}.looks")
        made = looks.dress(looks.scene())
    shapes = keep_shapes(made, f"{file.stem}.glb")
    kept, library = dw.load(file), AssetLibrary(file.parent)
    assert [thing.name for thing in kept] == [thing.name for thing in made]
    assert [thing.get(dw.Mesh) for thing in kept] == [thing.get(dw.Mesh) for thing in made]
    assert [thing.get(dw.Material) for thing in kept] == [thing.get(dw.Material) for thing in made]
    np.testing.assert_allclose([t.position for t in kept], [t.position for t in made], atol=1e-9)
    for k, shape in enumerate(shapes):
        found = library.mesh(f"{file.stem}.glb#mesh/{k}/0")
        at, wanted = found.indices, shape.indices
        np.testing.assert_allclose(found.positions[at], shape.positions[wanted], atol=1e-5)
        np.testing.assert_allclose(found.normals[at], shape.normals[wanted], atol=2e-3)
        if shape.colors is not None and found.colors is not None:
            np.testing.assert_allclose(found.colors[at], shape.colors[wanted], atol=1e-5)


def test_marble_alone_is_a_picture(checkout: Path) -> None:
    """Of the course, the marble in front, over the sea."""
    picture = dw.render(checkout / "samples" / "marble" / "level.dream", (96, 54)).astype(float)
    assert picture[:10].mean() > 100, "the sky"
    sea, floor = picture[49, 72], picture[37, 44]
    assert sea[2] > 1.5 * sea[0]
    assert floor.min() > 90


def test_shapes_come_back_from_a_binary_gltf_file(tmp_path: Path) -> None:
    """What is smooth keeps its normals, what is flat gets those of its faces; colours and UVs stay."""
    ball, box = primitives.sphere(), primitives.box()
    (tmp_path / "two.glb").write_bytes(glb([ball, box]))
    library = AssetLibrary(tmp_path)
    for k, shape in enumerate((ball, box)):
        found = library.mesh(f"two.glb#mesh/{k}/0")
        for name in ("positions", "normals", "uv0"):
            there, wanted = getattr(found, name), getattr(shape, name)
            np.testing.assert_allclose(there[found.indices], wanted[shape.indices], atol=1e-6)
