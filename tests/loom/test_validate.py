"""Validation: every mistake of a scene is told at once, and harmless things do not stop it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamwell.assets.mesh import MeshData
from dreamwell.engine.declare import AssetPath, component, field
from dreamwell.engine.errors import Problem, SceneError
from dreamwell.engine.scene import (
    Camera,
    Environment,
    Material,
    Mesh,
    PointLight,
    Scene,
    SpotLight,
    Sun,
    Texture,
    apply_settings,
)
from dreamwell.engine.scene.settings import RenderSettings, Shadows
from dreamwell.loom import weave

TEN_MISTAKES = """{
 "dream": 1,
 "name": "ten mistakes",
 "settings": {"shadows": {"size": 100}},
 "objects": [
  {"id": "0000000000000001", "name": "nowhere", "position": [NaN, 0, 0]},
  {"id": "0000000000000002", "name": "flat", "scale": [1, 0, 1], "components": {"Mesh": {}}},
  {"id": "0000000000000003", "name": "unturned", "rotation": [0, 0, 0, 0]},
  {"id": "0000000000000003", "name": "twin"},
  {"id": "0000000000000005", "name": "chicken", "parent": "0000000000000006"},
  {"id": "0000000000000006", "name": "egg", "parent": "0000000000000005"},
  {"id": "0000000000000007", "name": "labelled", "tags": ["big crate"]},
  {"id": "0000000000000008", "name": "shiny", "components": {"Material": {"roughness": 1.5}, "Mesh": {"colour": 3}}},
  {"id": "0000000000000009", "name": "torch", "components": {"SpotLight": {"inner_angle": 40, "outer_angle": 30}}},
  {"id": "000000000000000a", "name": "lost", "components": {"Mesh": {"shape": "asset", "asset": "no/where.obj"}}}
 ]
}
"""


def problems_of(scene: Scene | Path) -> dict[tuple[str, str], Problem]:
    """The problems that stop a weave, by object and field."""
    with pytest.raises(SceneError) as caught:
        weave(scene)
    for p in caught.value.problems:
        assert str(p) in str(caught.value)
    found = {(p.where, p.field): p for p in caught.value.problems}
    assert len(found) == len(caught.value.problems)
    return found


def one_problem(scene: Scene) -> Problem:
    (problem,) = problems_of(scene).values()
    return problem


def warnings_of(scene: Scene) -> dict[str, str]:
    """What a weave remarks, by code."""
    return {w.code: str(w) for w in weave(scene).warnings}


def test_ten_mistakes_in_a_file_are_told_together_with_object_field_found_and_wanted(tmp_path: Path) -> None:
    path = tmp_path / "ten.dream"
    path.write_text(TEN_MISTAKES)
    with pytest.raises(SceneError, match=r"^ten\.dream has 11 problems:"):
        weave(path)
    found = problems_of(path)
    wanted = {
        ("", "settings.shadows.size"): ("range", "100", "from 256 to 8192 px"),
        ("nowhere", "position"): ("not-finite", "[nan, 0.0, 0.0]", "finite numbers"),
        ("flat", "scale"): ("zero-scale", "[1.0, 0.0, 1.0]", "not zero along any axis"),
        ("unturned", "rotation"): ("zero-rotation", "[0, 0, 0, 0]", "a quaternion of length 1"),
        ("twin", "id"): ("duplicate-id", '"0000000000000003", as that of unturned', "unique"),
        ("chicken", "parent"): ("cycle", "in a ring, chicken → egg → chicken", "an object that does not hang on it"),
        ("labelled", "tags"): ("bad-tag", '"big crate"', "one word, without spaces and control characters"),
        ("shiny", "Material.roughness"): ("range", "1.5", "from 0 to 1"),
        ("shiny", "Mesh.colour"): ("unknown-field", "unknown", found["shiny", "Mesh.colour"].wanted),
        ("torch", "SpotLight.inner_angle"): ("spot-angles", "40.0", "below outer_angle, which is 30.0"),
        ("lost", "Mesh.asset"): ("asset", '"no/where.obj"', "a model that can be read"),
    }
    assert {key: (p.code, p.found, p.wanted) for key, p in found.items()} == wanted
    assert "segments" in found["shiny", "Mesh.colour"].wanted
    assert "no such file" in found["lost", "Mesh.asset"].hint


def test_a_range_of_a_component_is_told_for_each_object_that_carries_it() -> None:
    scene = Scene()
    scene.add_many("crate", Mesh.box(), Material(metallic=2), at=np.zeros((3, 3)))
    scene.add("fine", Mesh.box(), Material())
    found = problems_of(scene)
    assert set(found) == {(f"crate-{i}", "Material.metallic") for i in range(3)}


def test_values_that_no_object_carries_any_more_are_not_checked() -> None:
    scene = Scene()
    crate = scene.add("crate", Mesh.load("missing.obj"), Material(metallic=2, base_color_texture=Texture("no.png")))
    crate.tags = {"not one word"}
    crate.tags = {"word"}
    crate.set(Mesh.box(), Material())
    woven = weave(scene)
    assert woven.tag_names == ("word",)
    assert woven.stats.materials == woven.stats.meshes == 1


def test_after_a_hundred_problems_the_others_are_counted_and_no_kind_is_lost() -> None:
    scene = Scene("crowd")
    scene.add_many("nan", at=np.full((5000, 3), np.nan))
    scene.add_many("flat", at=np.zeros((300, 3)), scale=0.0)
    scene.add("lonely", Sun(lux=-1))
    with pytest.raises(SceneError, match=r"crowd has 5301 problems \(100 of them here, and 5201 more\)") as caught:
        weave(scene)
    codes = [p.code for p in caught.value.problems]
    assert len(codes) == 100
    assert codes.count("range") == 1
    assert min(codes.count("not-finite"), codes.count("zero-scale")) >= 49


def test_rings_are_told_once_each_and_what_hangs_below_is_not_blamed() -> None:
    scene = Scene()
    for name in "abcdefg":
        scene.add(name)
    #                   a  b  c  d  e  f  g
    scene.parents[:] = [1, 2, 0, 1, 3, 5, -1]
    found = problems_of(scene)
    assert set(found) == {("a", "parent"), ("f", "parent")}
    assert found["a", "parent"].found == "in a ring, a → b → c → a"
    assert found["f", "parent"].found == "in a ring, f → f"


@pytest.mark.parametrize("length", [1, 2, 3, 7, 64, 1000])
def test_rings_of_any_length_are_found(length: int) -> None:
    scene = Scene()
    scene.add_many("o", at=np.zeros((length + 50, 3)))
    scene.parents[:length] = np.roll(np.arange(length), 1)
    scene.parents[length:] = np.arange(length - 1, length + 49)  # a long tail that hangs on the ring
    problem = one_problem(scene)
    assert problem.where == "o-0"
    assert problem.found.startswith("in a ring, o-0 → ")
    assert problem.found.endswith("o-0" if length <= 8 else f"({length} objects)")


def test_parents_that_are_no_rows_are_problems() -> None:
    scene = Scene()
    scene.add("a")
    scene.add("b")
    scene.parents[:] = [2, -2]
    found = problems_of(scene)
    assert {(p.where, p.code, p.found) for p in found.values()} == {
        ("a", "unknown-parent", "row 2"),
        ("b", "unknown-parent", "row -2"),
    }


def test_ids_are_unique_and_not_zero() -> None:
    scene = Scene()
    for i, number in enumerate((5, 0, 5, 0, 5)):
        scene.add(f"o{i}", id=number)
    found = problems_of(scene)
    assert {(p.where, p.code) for p in found.values()} == {
        ("o1", "bad-id"), ("o3", "bad-id"), ("o2", "duplicate-id"), ("o4", "duplicate-id"),
    }  # fmt: skip
    assert found["o4", "id"].found.endswith("as that of o0")


@pytest.mark.parametrize("tag", ["", " ", "two words", "tab\t", "line\n", "\x00", "bell\x07", "\u2028", "\ud800", 7])
def test_a_tag_is_one_word(tag: Any) -> None:
    scene = Scene()
    scene.add("o", tags={tag})
    assert one_problem(scene).code == "bad-tag"


def test_more_tags_than_fit_a_word_and_other_alphabets_are_fine() -> None:
    scene = Scene()
    scene.add("o", tags={f"t{i}" for i in range(100)} | {"éléphant", "門", "a.b:c-d_e"})
    assert len(weave(scene).tag_names) == 103


def test_objects_without_a_name_are_called_by_their_id() -> None:
    scene = Scene()
    scene.add("", Sun(lux=-1), id=0xAB)
    assert one_problem(scene).where == "00000000000000ab"


def test_names_are_text_that_can_be_written() -> None:
    scene = Scene("half \ud800")
    scene.add("half \udc00")
    scene.add("whole 😀")
    found = problems_of(scene)
    assert {(p.where, p.code, p.found) for p in found.values()} == {
        ("", "bad-name", '"half \\ud800"'),
        ("half \\udc00", "bad-name", '"half \\udc00"'),
    }


def test_a_second_environment_is_a_problem() -> None:
    scene = Scene()
    scene.add("here", Environment())
    scene.add("there", Environment())
    problem = one_problem(scene)
    assert (problem.where, problem.code) == ("there", "environments")
    assert "here" in problem.found


def test_several_lights_of_different_kinds_on_one_object_are_fine() -> None:
    scene = Scene()
    scene.add("lamp", Sun(), PointLight(), SpotLight())
    assert weave(scene).stats.lights == 3


def test_settings_out_of_range_stop_a_weave() -> None:
    scene = Scene()
    scene.settings = RenderSettings(shadows=Shadows(size=3))
    assert one_problem(scene).field == "settings.shadows.size"
    scene.settings = apply_settings(RenderSettings(), {"shadows.size": 512})
    assert weave(scene).settings.shadows.size == 512


# ---- geometry made in code ------------------------------------------------------------------------------------


def mesh(**changes: Any) -> MeshData:
    arrays: dict[str, Any] = {
        "positions": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32),
        "normals": np.tile(np.array([0, 0, 1], np.float32), (3, 1)),
        "indices": np.array([0, 1, 2], np.uint32),
    }
    return MeshData(**{**arrays, **changes})


NAN = np.full((3, 3), np.nan, np.float32)


@pytest.mark.parametrize(
    ("changes", "place", "found"),
    [
        ({"positions": NAN}, "positions", "[nan, nan, nan] at vertex 0"),
        ({"positions": np.zeros((3, 2), np.float32)}, "positions", "of shape (3, 2)"),
        ({"positions": np.zeros((3, 3))}, "positions", "float64"),
        ({"positions": [[0, 0, 0]] * 3}, "positions", "[[...], [...], [...]]"),
        ({"normals": NAN}, "normals", "[nan, nan, nan] at vertex 0"),
        ({"normals": np.zeros((2, 3), np.float32)}, "normals", "of shape (2, 3)"),
        ({"normals": None}, "normals", "null"),
        ({"indices": np.array([0, 1, 3], np.uint32)}, "indices", "up to 3"),
        ({"indices": np.array([0, 1], np.uint32)}, "indices", "of shape (2,)"),
        ({"indices": np.zeros(0, np.uint32)}, "indices", "of shape (0,)"),
        ({"indices": np.zeros((1, 3), np.uint32)}, "indices", "of shape (1, 3)"),
        ({"indices": np.array([0, 1, 2])}, "indices", "int64"),
        ({"tangents": np.zeros((3, 3), np.float32)}, "tangents", "of shape (3, 3)"),
        ({"uv0": np.full((3, 2), np.inf, np.float32)}, "uv0", "[inf, inf] at vertex 0"),
        ({"uv1": np.zeros((3, 3), np.float32)}, "uv1", "of shape (3, 3)"),
        ({"colors": np.zeros((3, 4), np.uint8)}, "colors", "uint8"),
    ],
)
def test_wrong_geometry_is_named(changes: dict[str, Any], place: str, found: str) -> None:
    scene = Scene()
    scene.add("thing", Mesh.of(mesh(**changes)))
    problem = one_problem(scene)
    assert (problem.where, problem.field, problem.found) == ("thing", f"Mesh.data.{place}", found)


def test_what_would_overflow_on_the_gpu_is_a_problem() -> None:
    scene = Scene()
    scene.add("lamp", PointLight(candela=1e30, color=(1e10, 0, 0)))
    scene.add("glow", Mesh.box(), Material(emissive=(0, 1e20, 0), emissive_strength=1e20))
    scene.add("sun", Sun(lux=1e39))
    scene.add("wide", Mesh.sphere(radius=1e19))
    scene.add("wider", Mesh.sphere(radius=3e38))
    scene.add("made", Mesh.of(mesh(positions=np.full((3, 3), 2e18, np.float32))))
    found = problems_of(scene)
    assert {(p.where, p.code, p.field) for p in found.values()} == {
        ("lamp", "range", "PointLight, its light"),
        ("glow", "range", "Material, its light"),
        ("sun", "range", "Sun.lux"),
        ("wide", "geometry", "Mesh.sphere.positions"),
        ("wider", "geometry", "Mesh.sphere.positions"),
        ("made", "geometry", "Mesh.data.positions"),
    }


def test_an_empty_mesh_is_a_problem() -> None:
    none = np.zeros((0, 3), np.float32)
    scene = Scene()
    scene.add("thing", Mesh.of(MeshData(none, none, np.zeros(0, np.uint32))))
    assert {p.field for p in problems_of(scene).values()} == {"Mesh.data.positions", "Mesh.data.indices"}


def test_geometry_that_the_scene_refers_to_but_has_not() -> None:
    scene = Scene()
    scene.add("a", Mesh(shape="data"))
    scene.add("b", Mesh(shape="asset"))
    scene.add("c", Environment(source="file"))
    scene.add("d", Mesh(shape="data", data=3))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    found = problems_of(scene)
    assert {(p.where, p.field, p.code) for p in found.values()} == {
        ("a", "Mesh.data", "missing"),
        ("b", "Mesh.asset", "missing"),
        ("c", "Environment.file", "missing"),
        ("d", "Mesh.data", "missing"),
    }


# ---- files ----------------------------------------------------------------------------------------------------


@component
class Banner:
    """A component of a game that names a file."""

    picture: AssetPath = field(default="")


def test_files_that_are_missing_or_broken_are_problems_of_every_object_that_shows_them(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "broken.glb").write_bytes(b"no model")
    (tmp_path / "broken.hdr").write_bytes(b"no sky")
    (tmp_path / "there.txt").touch()
    scene = Scene(root=tmp_path)
    textured = Material(normal_texture=Texture("broken.png"), emissive_texture=Texture("missing.png"))
    scene.add_many("wall", Mesh.quad(), textured, at=np.zeros((2, 3)))
    scene.add("model", Mesh.load("broken.glb"))
    scene.add("sky", Environment(source="file", file="broken.hdr"))
    scene.add("banner", Banner("missing.txt"))
    scene.add("flag", Banner("there.txt"))
    scene.add("pole", Banner())
    found = problems_of(scene)
    assert {(where, place) for where, place in found} == {
        ("wall-0", "Material.normal_texture.image"),
        ("wall-1", "Material.normal_texture.image"),
        ("wall-0", "Material.emissive_texture.image"),
        ("wall-1", "Material.emissive_texture.image"),
        ("model", "Mesh.asset"),
        ("sky", "Environment.file"),
        ("banner", "Banner.picture"),
    }
    assert {p.code for p in found.values()} == {"asset"}
    assert all(p.hint for p in found.values())


def test_a_texture_without_a_picture_is_none(tmp_path: Path) -> None:
    scene = Scene(root=tmp_path)
    scene.add("wall", Mesh.quad(), Material(normal_texture=Texture()))
    assert weave(scene).stats.textures == 0


# ---- remarks --------------------------------------------------------------------------------------------------


def good_scene() -> Scene:
    scene = Scene()
    scene.add("camera", Camera())
    scene.add("sun", Sun())
    return scene


def test_a_complete_scene_has_no_warnings() -> None:
    scene = good_scene()
    scene.add("box", Mesh.box(), Material())
    assert not warnings_of(scene)


def test_an_empty_scene_is_woven_with_warnings() -> None:
    found = warnings_of(Scene())
    assert set(found) == {"no-camera", "no-light"}
    assert found["no-light"].startswith("scene is without a light; an even sky lights it (")


@pytest.mark.parametrize("values", [{"zenith": (0.1, 0.2, 0.9)}, {"intensity": 8000.0}])
def test_a_sky_with_the_values_of_a_gradient_is_remarked(values: dict[str, Any]) -> None:
    scene = Scene()
    scene.add("camera", Camera())
    scene.add("sky", Environment(**values))
    assert "sky-gradient" not in warnings_of(scene), "without a sun it is one"
    scene.add("sun", Sun())
    assert warnings_of(scene)["sky-gradient"].startswith(
        'sky → Environment.source is "sky" with the values of a gradient;'
    )
    scene["sky"].set(Environment(source="gradient", **values))
    assert not warnings_of(scene)


def test_rotations_far_from_unit_length_are_normalised_with_a_remark() -> None:
    scene = good_scene()
    turned = (0.0, np.sin(0.3), 0.0, np.cos(0.3))
    for i, factor in enumerate((1, 1.0005, 2, -3, 1e200, 1e-200)):
        scene.add(f"o{i}", rotation=np.multiply(turned, factor))
    woven = weave(scene)
    (remark,) = woven.warnings
    assert str(remark) == "o2 and 3 more → rotation is not of length 1; it was normalised"
    for row in range(2, 8):
        np.testing.assert_allclose(np.abs(woven.objects.rotation[row]), np.abs(turned), atol=1e-7)
        np.testing.assert_allclose(woven.objects.world[row], woven.objects.world[2], atol=1e-6)


def test_harmless_oddities_are_remarked_once_for_all_objects() -> None:
    scene = good_scene()
    scene.add_many("paint", Material(), at=np.zeros((3, 3)))
    scene.add("dull", Mesh.of(mesh(normals=np.zeros((3, 3), np.float32))))
    scene.warnings.append("model.glb: KHR_draco is not supported")
    assert list(warnings_of(scene).values()) == [
        "model.glb: KHR_draco is not supported",
        "paint-0 and 2 more → Material is on an object without a Mesh; it is not drawn",
        "dull → Mesh is with normals of length zero; they are taken as +Z",
    ]


# ---- the page -------------------------------------------------------------------------------------------------


def test_every_code_is_explained_in_the_docs(checkout: Path) -> None:
    elsewhere = [checkout / "engine" / name for name in ("declare.py", "scene/dream_file.py", "scene/rules/check.py")]
    sources = "".join(path.read_text(encoding="utf-8") for path in (*(checkout / "loom").glob("*.py"), *elsewhere))
    codes = set(
        re.findall(
            r'(?:Problem|Remark)\(\s*"([a-z-]+)"|found\.remark\([^"]*"([a-z-]+)"'
            r'|(?:return |told\(|refuse\(\s*found, row, )"([a-z-]+)", ',
            sources,
        )
    )
    page = (checkout / "docs" / "scene.md").read_text(encoding="utf-8")
    section = page.partition("## Problems")[2].partition("## Components")[0]
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|", section, re.MULTILINE)
    explained = {code for row in rows for code in re.findall(r"[a-z-]+", row)}
    used = {code for match in codes for code in match if code}
    assert len(used) > 20
    assert used == explained
