"""Sample models: what the reader makes of them agrees with trimesh, with each other and with their descriptions."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from dreamwell.assets.gltf import Gltf, read_gltf
from dreamwell.assets.gltf_scene import scene_from_gltf
from dreamwell.assets.library import AssetLibrary
from dreamwell.assets.mesh import MeshData
from dreamwell.engine.errors import AssetError
from dreamwell.engine.math import affine_from_trs, matrix_from_quaternion
from dreamwell.engine.scene.components import Camera, Mesh, PointLight, SpotLight, Sun
from dreamwell.engine.scene.scene import Scene
from dreamwell.loom.manifest import uv_matrix

COMPRESSED = {
    "AnimatedMorphSphere_draco.glb": "KHR_draco_mesh_compression",
    "AnimatedMorphSphere_meshopt.glb": "EXT_meshopt_compression",
    "Fox_draco.glb": "KHR_draco_mesh_compression",
    "bunny.glb": "KHR_draco_mesh_compression",
    "suzi.glb": "KHR_draco_mesh_compression",
}
F64 = NDArray[np.float64]
COMPARED = [
    "Avocado/glTF/Avocado.gltf",
    "BoxInterleaved/glTF/BoxInterleaved.gltf",
    "MetalRoughSpheresNoTextures/glTF/MetalRoughSpheresNoTextures.gltf",
    "OrientationTest/glTF/OrientationTest.gltf",
    "TriangleWithoutIndices/glTF/TriangleWithoutIndices.gltf",
    "WaterBottle/glTF/WaterBottle.gltf",
]


def world_positions(scene: Scene) -> F64:
    """(n, 3) every drawn vertex in the world."""
    library = AssetLibrary(scene.root)
    local = affine_from_trs(scene.positions, scene.rotations, scene.scales)
    world: list[F64] = []
    out: list[F64] = []
    for row, found in enumerate(scene):
        matrix = np.vstack([local[row], [0, 0, 0, 1]])
        parent = int(scene.parents[row])
        world.append(matrix if parent < 0 else world[parent] @ matrix)
        mesh = found.get(Mesh)
        if mesh is not None:
            positions = library.mesh(mesh.asset).positions
            out.append(positions @ world[-1][:3, :3].T + world[-1][:3, 3])
    return np.concatenate(out)


def only(path: Path) -> MeshData:
    ((primitive,),) = (mesh.primitives for mesh in read_gltf(path).meshes)
    return primitive.data


@pytest.mark.parametrize("name", COMPARED)
def test_bounds_agree_with_trimesh(name: str, reference: Path) -> None:
    path = reference / "models" / name
    theirs = trimesh.load_scene(path).bounds
    ours = world_positions(scene_from_gltf(path))
    assert theirs is not None
    size = float(np.ptp(theirs, axis=0).max())
    assert ours.min(axis=0) == pytest.approx(theirs[0], abs=1e-5 * size)
    assert ours.max(axis=0) == pytest.approx(theirs[1], abs=1e-5 * size)


def test_every_model_reads_or_names_what_it_needs(reference: Path) -> None:
    paths = sorted(p for p in reference.rglob("*.gl*") if p.suffix in (".glb", ".gltf"))
    assert len(paths) > 40
    for path in paths:
        if path.name in COMPRESSED:
            with pytest.raises(AssetError, match=f"needs {COMPRESSED[path.name]}"):
                read_gltf(path)
        else:
            assert len(world_positions(scene_from_gltf(path))) >= 3


def test_an_avocado_is_six_centimetres_high(reference: Path) -> None:
    scene = scene_from_gltf(reference / "models/Avocado/glTF/Avocado.gltf")
    assert float(np.ptp(world_positions(scene)[:, 1])) == pytest.approx(0.063, abs=0.002)
    assert len(scene) == 1


def test_the_bottle_has_its_material_and_pictures(reference: Path) -> None:
    library = AssetLibrary(reference / "models/WaterBottle/glTF")
    material = library.material("WaterBottle.gltf")
    assert material is not None
    assert (material.metallic, material.roughness, material.emissive) == (1, 1, (1, 1, 1))
    assert material.emissive_texture is not None
    assert material.occlusion_texture == material.metallic_roughness_texture
    assert library.image(material.emissive_texture.image).pixels.shape == (1024, 1024, 4)


def test_tangents_point_along_u_and_bitangents_against_v(reference: Path) -> None:
    """The convention that the primitives follow too, as the models' authors baked their normal maps."""
    mesh = only(reference / "models/WaterBottle/glTF/WaterBottle.gltf")
    assert mesh.tangents is not None
    assert mesh.uv0 is not None
    triangles = mesh.indices.reshape(-1, 3)
    p, uv = mesh.positions[triangles].astype(np.float64), mesh.uv0[triangles].astype(np.float64)
    (du1, dv1), (du2, dv2) = (uv[:, 1] - uv[:, 0]).T, (uv[:, 2] - uv[:, 0]).T
    area = du1 * dv2 - du2 * dv1
    e1, e2 = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    along_u = (e1 * dv2[:, None] - e2 * dv1[:, None]) * np.sign(area)[:, None]
    along_v = (e2 * du1[:, None] - e1 * du2[:, None]) * np.sign(area)[:, None]
    tangents = mesh.tangents[triangles[:, 0]]
    bitangents = np.cross(mesh.normals[triangles[:, 0]], tangents[:, :3]) * tangents[:, 3:]
    assert (np.einsum("ij,ij->i", tangents[:, :3], along_u) > 0).mean() > 0.97
    assert (np.einsum("ij,ij->i", bitangents, -along_v) > 0).mean() > 0.97


def test_sparse_and_quantised_copies_agree_with_the_original(reference: Path) -> None:
    models = reference / "models"
    path = models / "AnimatedMorphSphere/glTF/AnimatedMorphSphere.gltf"
    plain, placed = only(path), world_positions(scene_from_gltf(path))
    sparse = only(models / "compressed/AnimatedMorphSphere_sparse.glb")
    quantised = world_positions(scene_from_gltf(models / "compressed/AnimatedMorphSphere_quantized.glb"))
    size = float(np.ptp(placed, axis=0).max())
    assert sparse.bounds[1] == pytest.approx(plain.bounds[1], abs=1e-6)
    assert len(sparse.indices) == len(plain.indices)
    assert quantised.min(axis=0) == pytest.approx(placed.min(axis=0), abs=1e-3 * size)
    assert quantised.max(axis=0) == pytest.approx(placed.max(axis=0), abs=1e-3 * size)
    simple = only(models / "SimpleSparseAccessor/glTF/SimpleSparseAccessor.gltf")
    assert simple.positions[:, 1].max() == 4  # the replaced vertices stand out; without them it is 1


def test_texture_transforms_bring_the_arrow_to_its_mark(reference: Path) -> None:
    """The model marks on each quad where the tip of the picture's arrow has to appear."""
    model: Gltf = read_gltf(reference / "models/TextureTransformTest/glTF/TextureTransformTest.gltf")
    dark = model.images[1].data.pixels[..., :3].sum(axis=2) < 300
    rows, columns = np.nonzero(dark)
    tip = np.array([columns.max() + 1, rows.max() + 1]) / dark.shape[::-1]
    nodes = {node.name: node for node in model.nodes}
    for name in ("Rotation", "Scale", "All"):
        mark = nodes[f"{name} - Correct"].translation  # on the quad from -0.5 to 0.5
        (primitive,) = model.meshes[nodes[name].mesh or 0].primitives
        texture = model.materials[primitive.material or 0].base_color_texture
        assert texture is not None
        matrix = np.reshape(uv_matrix(texture), (2, 2))
        sampled = texture.offset + matrix @ [mark[0] + 0.5, 0.5 - mark[1]]
        towards, marked = tip - 0.5 / 128, sampled
        angle = math.degrees(math.atan2(marked[1], marked[0]) - math.atan2(towards[1], towards[0]))
        assert abs(angle) < 3
        assert float(np.linalg.norm(marked)) == pytest.approx(float(np.linalg.norm(towards)), abs=0.15)


@pytest.mark.parametrize("name", ["pbr_dir_5x5", "shadow_spot", "cornell_point_direct", "dof_pinhole"])
def test_cameras_and_lights_of_the_reference_scenes(name: str, reference: Path) -> None:
    folder = reference / "gt" / name
    truth = json.loads((folder / "scene.json").read_text())
    scene = scene_from_gltf(folder / "scene.glb")
    eye = next(o for o in scene if o.get(Camera))
    assert eye[Camera].fov_y == pytest.approx(truth["camera"]["yfov_deg"], rel=1e-5)
    assert eye.position == pytest.approx(truth["camera"]["eye"], abs=1e-5)
    towards = np.subtract(truth["camera"]["target"], truth["camera"]["eye"])
    looking = matrix_from_quaternion(eye.rotation) @ [0, 0, -1]
    assert looking == pytest.approx(towards / np.linalg.norm(towards), abs=1e-5)
    (light,) = truth["lights"]
    lamp = next(o for o in scene if o.get(Sun) or o.get(PointLight) or o.get(SpotLight))
    if "direction" in light:
        shining = matrix_from_quaternion(lamp.rotation) @ [0, 0, -1]
        wanted = np.array(light["direction"]) / np.linalg.norm(light["direction"])
        assert shining == pytest.approx(wanted, abs=1e-5)
    if light["type"] == "directional":
        assert np.array(lamp[Sun].color) * lamp[Sun].lux == pytest.approx(light["irradiance"])
    else:
        found = lamp.get(PointLight) or lamp[SpotLight]
        assert np.array(found.color) * found.candela == pytest.approx(light["intensity"])
        assert lamp.position == pytest.approx(light["position"])
    if light["type"] == "spot":
        cone = (lamp[SpotLight].inner_angle, lamp[SpotLight].outer_angle)
        assert cone == pytest.approx((light["inner_deg"], light["outer_deg"]), rel=1e-4)
