"""Thumbnails: a picture of what can be seen, and none of what can't."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dreamwell.editor.host.thumbnails import Thumbnails
from dreamwell.engine.scene import Material, Mesh, Scene

Open = Callable[..., Any]
SAMPLES = Path(__file__).parents[2] / "samples"


def made(editor_ui: Open, root: Path, *of: object) -> tuple[Thumbnails, list[bool]]:
    """Which of some things have a picture, after all were drawn that can be."""
    thumbnails = editor_ui(Scene("stage", seed=1)).editor.services.thumbnails
    for one in of:
        thumbnails.get(one, root)  # the first time it is asked for
    while thumbnails.waiting:
        thumbnails.step()
    return thumbnails, [thumbnails.get(one, root) is not None for one in of]


def test_what_can_be_seen_has_a_picture(editor_ui: Open, tmp_path: Path) -> None:
    scene = Scene("a cube", seed=1, root=tmp_path)
    scene.add("cube", Mesh.box())
    scene.save(tmp_path / "cube.dream")
    Image.fromarray(np.full((4, 6, 3), 90, np.uint8)).save(tmp_path / "grey.png")
    (tmp_path / "flat.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    of = ("cube.dream", "grey.png", "flat.obj", Material((1, 0, 0)), Mesh.sphere(1.0))
    thumbnails, found = made(editor_ui, tmp_path, *of)
    assert found == [True] * len(of), thumbnails.failed


def test_what_shows_nothing_or_is_broken_has_none_and_says_why(editor_ui: Open, tmp_path: Path) -> None:
    Scene("empty", seed=1, root=tmp_path).save(tmp_path / "empty.dream")
    (tmp_path / "broken.obj").write_text("v 0 0\nf 1 2 3\n")
    (tmp_path / "shapes.glb").write_bytes((SAMPLES / "marble" / "level.glb").read_bytes())  # meshes without a node
    thumbnails, found = made(editor_ui, tmp_path, "empty.dream", "broken.obj", "shapes.glb")
    assert found == [False] * 3
    why = {Path(of).name: reason for (of, *_), reason in thumbnails.failed.items()}
    assert why["empty.dream"] == why["shapes.glb"] == "there is nothing to be seen"
    assert "broken.obj" in why["broken.obj"]
