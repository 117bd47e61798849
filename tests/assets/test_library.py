"""Addresses lead to geometry, materials, pictures and environments, and say so when they do not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.assets import primitives
from dreamwell.assets.gltf_material import DEFAULT_MATERIAL
from dreamwell.assets.hdr import write_hdr
from dreamwell.assets.images import save_image
from dreamwell.assets.library import AssetLibrary, save_mesh
from dreamwell.engine.errors import AssetError
from dreamwell.engine.scene.components import Texture

SIMPLE: dict[str, Any] = {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2}


@pytest.fixture
def library(write_glb: Callable[..., Path], triangle: list[NDArray[Any]], tmp_path: Path) -> AssetLibrary:
    """A folder with model.glb (mesh 0: lines and one surface; mesh 1: two surfaces) and other assets."""
    save_image(tmp_path / "pictures" / "a.png", np.full((1, 1, 3), 7, np.uint8))
    write_glb(
        {
            "meshes": [
                {"primitives": [{**SIMPLE, "mode": 1}, {**SIMPLE, "material": 0}]},
                {"primitives": [SIMPLE, SIMPLE]},
            ],
            "materials": [{"normalTexture": {"index": 0}, "pbrMetallicRoughness": {"metallicFactor": 0}}],
            "textures": [{"source": 0}],
            "images": [{"uri": "pictures/a.png"}],
        },
        triangle,
    )
    save_mesh(tmp_path / "ring.npz", primitives.torus())
    (tmp_path / "t.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    write_hdr(tmp_path / "sky.hdr", np.ones((2, 4, 3), np.float32))
    return AssetLibrary(tmp_path)


def test_meshes(library: AssetLibrary) -> None:
    surface = library.mesh("model.glb#mesh/0/1")
    assert surface.name == "mesh-0#1"
    assert library.mesh("model.glb#mesh/0") is surface  # the only one that can be drawn
    assert library.mesh("model.glb#mesh/1/0").name == "mesh-1#0"
    assert library.mesh("ring.npz").digest == primitives.torus().digest
    assert library.mesh("t.obj").normals.tolist() == [[0, 0, 1]] * 3
    assert library.mesh(str(library.root / "t.obj")) is library.mesh("t.obj")
    assert library.mesh("pictures/../t.obj").digest == library.mesh("t.obj").digest


def test_materials_bring_complete_addresses(library: AssetLibrary) -> None:
    material = library.material("model.glb#mesh/0/1")
    assert material is not None
    assert material.metallic == 0
    assert material.normal_texture is not None
    assert material.normal_texture == Texture("model.glb#image/0")
    assert material.base_color_texture is None
    assert library.material("model.glb#mesh/1/1") == DEFAULT_MATERIAL
    assert library.material("t.obj") is None
    assert library.image(material.normal_texture.image).pixels.tolist() == [[[7, 7, 7, 255]]]


def test_pictures_and_environments(library: AssetLibrary) -> None:
    assert library.image("pictures/a.png").pixels.tolist() == [[[7, 7, 7, 255]]]
    assert library.environment("sky.hdr").pixels.tolist() == np.ones((2, 4, 3)).tolist()


def test_each_file_is_read_once(library: AssetLibrary) -> None:
    def ask() -> tuple[object, ...]:
        return (
            library.mesh("model.glb#mesh/0/1"),
            library.image("model.glb#image/0"),
            library.mesh("ring.npz"),
            library.image("pictures/a.png"),
            library.environment("sky.hdr"),
        )

    first = ask()
    for path in library.root.rglob("*.*"):
        path.unlink()
    assert all(a is b for a, b in zip(first, ask(), strict=True))


MESH_ERRORS = {
    "": "empty",
    "model.glb": r"names 3 primitives; it must name one of model.glb#mesh/0/1, model.glb#mesh/1/0, model.glb#mesh/1/1",
    "model.glb#mesh/1": r"names 2 primitives; it must name one of model.glb#mesh/1/0, model.glb#mesh/1/1",
    "model.glb#mesh/0/0": r"names no primitive; there are 2 meshes: #mesh/0 with 1, #mesh/1 with 2",
    "model.glb#mesh/2": "names no primitive",
    "model.glb#image/0": "names no primitive",
    "model.glb#meshes/0": "what follows # is unknown; it must be mesh/0, mesh/0/1 or image/0",
    "model.glb#mesh/0/1/2": "what follows # is unknown",
    "none.glb": "none.glb: there is no such file",
    "none.obj": "none.obj: there is no such file",
    "t.obj#mesh/0": "only .glb and .gltf files have parts",
    "t.fbx": r'the suffix is ".fbx"; geometry is read from .glb, .gltf, .obj, .stl, .ply, .npz',
}
IMAGE_ERRORS = {
    "": "empty",
    "model.glb": "the pictures of this model are: model.glb#image/0 to 0",
    "model.glb#image/1": "is no picture",
    "model.glb#mesh/0": "is no picture",
    "pictures/none.png": "there is no such file",
    "pictures": "is a folder",
    "t.obj": "no picture of a known format",
    "sky.hdr": "is an environment",
}


@pytest.mark.parametrize("address", MESH_ERRORS)
def test_mesh_addresses_that_lead_nowhere(address: str, library: AssetLibrary) -> None:
    with pytest.raises(AssetError, match=MESH_ERRORS[address]):
        library.mesh(address)


@pytest.mark.parametrize("address", IMAGE_ERRORS)
def test_picture_addresses_that_lead_nowhere(address: str, library: AssetLibrary) -> None:
    with pytest.raises(AssetError, match=IMAGE_ERRORS[address]):
        library.image(address)


def test_environments_are_hdr(library: AssetLibrary) -> None:
    with pytest.raises(AssetError, match=r'the suffix is ".png"; an environment is read from .hdr'):
        library.environment("pictures/a.png")
