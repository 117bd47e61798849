"""Fixtures of the editor's core: a project on the disk, and an editor without a window on it."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import dreamwell as dw
from dreamwell.editor import session
from dreamwell.editor.core import EditorState, UserSettings

SPINNER = '''"""What turns."""

import dreamwell as dw


@dw.component
class Turning:
    """Turns its object."""

    speed: float = dw.field(default=90.0, unit="deg/s", minimum=0, doc="how fast")


@dw.system(dw.Query(dw.Position, Turning), stage="fixed")
def rise(batch: dw.Batch, dt: float) -> None:
    batch[dw.Position] += (0.0, 1.0, 0.0)
    batch[Turning].speed += 1.0
'''


def png(path: Path) -> None:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\xff\x80\0")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b""))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a scene of about twenty objects, a prefab, a script, pictures and a model."""
    root = tmp_path / "game"
    root.mkdir()
    (root / "turning.py").write_text(SPINNER)
    png(root / "textures" / "wood.png")
    (root / "models").mkdir()
    (root / "models" / "rock.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    tree = dw.Scene("tree", seed=3, root=root)
    trunk = tree.add("trunk", dw.Mesh.cylinder(), dw.Material(base_color=(0.3, 0.2, 0.1)))
    tree.add("leaves", dw.Mesh.sphere(), dw.Material(base_color=(0.1, 0.5, 0.1)), at=(0, 1, 0), parent=trunk)
    tree.save(root / "tree.dream")

    scene = dw.Scene("level", seed=1, root=root)
    scene.add("camera", dw.Camera(), at=(0, 2, 8), toward=(0, 0, 0))
    scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
    scene.add("sky", dw.Environment())
    table = scene.add("table", dw.Mesh.box(), dw.Material(), at=(1, 0.5, 0), rotation=(0, 0.6, 0, 0.8), scale=(2, 1, 1))
    wood = dw.Texture(image="textures/wood.png")
    scene.add("board", dw.Mesh.box(), dw.Material(base_color_texture=wood), at=(0, 1, 0), parent=table)
    scene.add("lamp", dw.PointLight(), at=(0, 2, 0), parent=table, tags={"light"})
    door = scene.add("door", dw.Mesh.box(), dw.Body(), dw.Collider(), at=(3, 1, 0))
    scene.add("hinge", dw.Joint(kind="hinge", other="door"), dw.Body(), dw.Collider(), at=(3, 0, 0))
    scene.add("handle", dw.Mesh.sphere(0.1), at=(0.4, 0, 0), parent=door)
    scene.add_many("crate", dw.Mesh.box(0.5), dw.Material(), at=[(x, 0, -3) for x in range(8)], tags={"crate"})
    scene.add("oak", dw.Prefab("tree.dream", {"leaves": {"scale": (2, 2, 2)}}), at=(5, 0, 0))
    scene.add("rock", dw.Mesh.load("models/rock.obj"), dw.Material())
    scene.scripts = ["turning.py"]
    scene.save(root / "scene.dream")
    return root


@pytest.fixture
def editor(project: Path, tmp_path: Path) -> EditorState:
    """An editor on that scene."""
    return session.opened(project, UserSettings(path=tmp_path / "editor.json"))


@pytest.fixture
def ids(editor: EditorState) -> Callable[..., list[int]]:
    """The ids of objects by their names."""
    return lambda *names: [editor.scene[name].id for name in names]
