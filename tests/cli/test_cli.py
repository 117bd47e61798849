"""The `dream` command, as people use it: what it prints, what it writes, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import dreamwell as dw
from dreamwell.engine.cli import main, spread, targets
from dreamwell.engine.run_options import RunOptions

DREAM = [sys.executable, "-m", "dreamwell.engine.cli"]

GAME = '''"""A cube that turns.

More about it.
"""
import dreamwell as dw

scene = dw.Scene("cube", seed=1)
scene.add("camera", dw.Camera(), at=(0, 1, 4), toward=(0, 0, 0))
scene.add("side", dw.Camera(), at=(4, 1, 0), toward=(0, 0, 0))
scene.add("sun", dw.Sun(), toward=(-1, -2, -1))
scene.add("cube", dw.Mesh.box(), dw.Material(base_color=(0.9, 0.4, 0.2)))
app = dw.App(scene, title="Cube", size=(96, 54))


@app.update
def turn(world, dt):
    world["cube"].rotate(y=90 * dt)


if __name__ == "__main__":
    app.run()
'''


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Dream = Callable[..., Done]


@pytest.fixture
def dream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Dream:
    """Run `dream` in this process, in an empty folder, on a machine without a display."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def game(tmp_path: Path) -> Path:
    path = tmp_path / "cube.py"
    path.write_text(GAME)
    return path


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    made = dw.Scene("stage", seed=1)
    made.add("camera", dw.Camera(), at=(0, 1, 4), toward=(0, 0, 0))
    made.add("sun", dw.Sun(), toward=(-1, -2, -1))
    made.add("cube", dw.Mesh.box())
    made.save(tmp_path / "stage.dream")
    return tmp_path / "stage.dream"


def pixels(path: Path) -> np.ndarray[Any, Any]:
    with Image.open(path) as image:
        return np.asarray(image)


# ---- how it ends ----------------------------------------------------------------------------------------------


def test_errors_are_one_line_and_end_with_1(dream: Dream) -> None:
    done = dream("render", "nowhere.dream", "-o", "a.png")
    assert (done.code, done.out, done.err) == (1, "", "error: nowhere.dream: there is no such file\n")


@pytest.mark.parametrize("place", [0, 1, 4], ids=["before the command", "after it", "last"])
def test_debug_shows_where_an_error_came_from(dream: Dream, place: int) -> None:
    arguments = ["render", "nowhere.dream", "-o", "a.png"]
    with pytest.raises(dw.DreamwellError, match="no such file"):
        dream(*arguments[:place], "--debug", *arguments[place:])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["paint"], "paint"),
        (["render", "x.dream"], "--output"),
        (["render", "x.dream", "-o", "a.png", "--size", "12"], "'12' is no size"),
        (["render", "x.dream", "-o", "a.png", "--size", "0x9"], "'0x9' is no size"),
        (["render", "x.dream", "-o", "a.png", "--frames", "0"], "--frames"),
        (["render", "x.dream", "-o", "a.png", "--set", "tonemap"], "'tonemap' sets nothing"),
        (["render", "x.dream", "-o", "a.png", "--environment", "1,2"], "'1,2' is no colour"),
        (["bench", "speed"], "'speed' is no benchmark"),
        (["bench", "--objects", "many"], "'many' is no number"),
        (["run", "--loud"], "--loud"),
        (
            ["run", "--preset", "hihg"],
            'no preset "hihg": it must be one of low, medium, high, ultra; did you mean high?',
        ),
        (["render", "x.dream", "-o", "a.png", "--preset", ""], "must be one of low, medium, high, ultra"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(dream: Dream, arguments: list[str], named: str) -> None:
    done = dream(*arguments)
    assert done.code == 2
    assert named in re.sub(r"[\s│]+", " ", done.err)


def test_help_names_every_command(dream: Dream) -> None:
    done = dream("--help")
    assert done.code == 0
    for name in ("run", "samples", "render", "weave", "info", "new", "bench"):
        assert re.search(rf"\b{name}\b", done.out)
        assert dream(name, "--help").code == 0


def test_an_unknown_setting_lists_the_known_ones(dream: Dream, scene: Path) -> None:
    done = dream("render", str(scene), "-o", "a.png", "--set", "bloom.size=3")
    assert done.code == 1
    assert "bloom.size is unknown; it must be one of tonemap.operator, exposure.mode" in done.err


def test_a_script_may_choose_its_own_exit_status(dream: Dream, tmp_path: Path) -> None:
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    assert dream("run", "leaves.py").code == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_ends_with_130(game: Path) -> None:
    text = GAME.replace('world["cube"].rotate(y=90 * dt)', 'print("playing", flush=True)')
    game.write_text(text)
    command = [*DREAM, "run", game.name, "--headless", "--frames", "1000000", "--size", "16x9"]
    with subprocess.Popen(command, cwd=game.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "playing\n"
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in err


# ---- run ------------------------------------------------------------------------------------------------------


def test_a_script_is_played_without_a_window(dream: Dream, game: Path) -> None:
    done = dream("run", str(game), "--headless", "--frames", "3", "--size", "64x36", "-o", "new/cube.png")
    assert (done.code, done.err) == (0, "")
    assert done.out == "new/cube.png: 64x36, 3 frames\n"
    found = pixels(game.parent / "new" / "cube.png")
    assert found.shape == (36, 64, 3)
    assert found.std() > 5


def test_without_a_display_a_picture_is_made_in_its_place(dream: Dream, scene: Path) -> None:
    done = dream("run", str(scene), "--size", "64x36", "--frames", "2")
    assert done.code == 0
    assert done.out == "out/stage.png: 64x36, 2 frames, since there is no display\n"
    assert (pixels(scene.parent / "out" / "stage.png") == dw.render(scene, (64, 36), 2)).all(), (
        "the camera is the scene's"
    )


def test_settings_reach_a_script(dream: Dream, game: Path) -> None:
    dream("run", str(game), "-o", "a.png", "--frames", "1")
    dream("run", str(game), "-o", "b.png", "--frames", "1", "--set", "exposure.compensation=-3")
    assert pixels(Path("b.png")).mean() < pixels(Path("a.png")).mean() * 0.6


@pytest.mark.parametrize("command", ["run", "render"])
def test_a_preset_reaches_scenes_and_scripts_and_set_goes_over_it(dream: Dream, tmp_path: Path, command: str) -> None:
    game = """import dreamwell as dw
scene = dw.Scene("s", seed=1)
scene.configure({"shadows.size": 300, "textures.anisotropy": 7, "exposure.compensation": 2.0})
scene.add("box", dw.Mesh.box())
app = dw.App(scene, size=(8, 8))

@app.update
def tell(world, dt):
    s = world.settings
    print(s.shadows.size, s.textures.anisotropy, s.textures.max_size, s.exposure.compensation)

app.run()
"""
    (tmp_path / "tells.py").write_text(game)
    for said, options in {
        "300 7 4096 2.0": [],
        "1024 2 1024 2.0": ["--preset", "low"],
        "2048 3 4096 2.0": ["--set", "textures.anisotropy=3", "--preset", "high"],
    }.items():
        done = dream(command, "tells.py", "-o", "a.png", "--frames", "1", *options)
        assert done.out.splitlines()[0] == said
    scene = dw.Scene("s", seed=1)
    scene.add("sun", dw.Sun(), toward=(-1, -1, -1))
    scene.add("floor", dw.Mesh.plane(9))
    scene.add("box", dw.Mesh.box(), at=(0, 0.6, 0))
    scene.save(tmp_path / "s.dream")
    for name, options in {"low": ["--preset", "low"], "high": [], "same": ["--preset", "high"]}.items():
        assert dream(command, "s.dream", "-o", f"{name}.png", "--frames", "1", "--size", "64x36", *options).code == 0
    assert (pixels(Path("same.png")) == pixels(Path("high.png"))).all()
    assert (pixels(Path("low.png")) != pixels(Path("high.png"))).any()


def test_an_error_in_a_script_names_file_and_line(dream: Dream, game: Path) -> None:
    game.write_text(GAME.replace('world["cube"]', 'world["cub"]'))
    done = dream("run", str(game), "--headless")
    assert done.code == 1
    first, *trace = done.err.splitlines()
    assert first.startswith('error: turn() failed in cube.py, line 17: SceneError: the world has no object "cub"')
    assert trace == [f'  File "{game}", line 17, in turn', '    world["cub"].rotate(y=90 * dt)'] or "^" in trace[-1]
    assert not Path("out").exists()


def test_an_error_while_a_script_is_read_names_file_and_line(dream: Dream, game: Path) -> None:
    game.write_text(GAME.replace("dw.Mesh.box()", "dw.Mesh.bax()"))
    done = dream("run", str(game), "--headless")
    assert done.code == 1
    assert done.err.startswith("error: cube.py failed in cube.py, line 11: AttributeError: ")
    game.write_text("import dreamwell as dw\napp = dw.App(\n")
    done = dream("run", str(game), "--headless")
    assert done.code == 1
    assert "was never closed" in done.err
    assert "line 2" in done.err


def test_scripts_import_their_neighbours_and_leave_no_trace(dream: Dream, game: Path) -> None:
    (game.parent / "colours.py").write_text("ORANGE = (0.9, 0.4, 0.2)\n")
    game.write_text(GAME.replace("import dreamwell as dw", "import dreamwell as dw\nfrom colours import ORANGE"))
    before, paths = sys.modules["__main__"], list(sys.path)
    try:
        assert dream("run", str(game), "-o", "a.png", "--frames", "1").code == 0
    finally:
        sys.modules.pop("colours", None)
    assert sys.modules["__main__"] is before
    assert sys.path == paths


def test_a_script_that_only_makes_a_scene_is_shown(dream: Dream, tmp_path: Path) -> None:
    (tmp_path / "made.py").write_text(
        "import dreamwell as dw\n\n\ndef scene():\n    made = dw.Scene('made')\n"
        "    made.add('sky', dw.Environment(source='color', color=(0, 0, 2)))\n    return made\n"
    )
    assert dream("run", "made.py", "-o", "a.npy", "--size", "8x8").code == 0
    np.testing.assert_allclose(np.load("a.npy"), np.broadcast_to([0, 0, 2], (8, 8, 3)), atol=0.01)
    assert dream("weave", "made.py").code == 0
    assert dream("render", "made.py", "-o", "b.npy", "--size", "8x8").code == 0
    assert (np.load("a.npy") == np.load("b.npy")).all()
    (tmp_path / "empty.py").write_text("x = 1\n")
    done = dream("run", "empty.py")
    assert (done.code, done.err) == (1, "error: empty.py shows nothing: it must call app.run(), or define scene()\n")


def test_what_can_not_be_played_is_named(dream: Dream, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "folder").mkdir()
    assert "must end in .py, .dream, .gltf, .glb" in dream("run", "notes.txt").err
    assert "a folder without a game.py" in dream("run", "folder").err
    assert "neither a file nor a sample" in dream("run", "no-such-thing").err


# ---- samples --------------------------------------------------------------------------------------------------


def test_every_sample_is_listed(dream: Dream, checkout: Path) -> None:
    folder = checkout / "samples"
    wanted = sorted(
        [p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")]
        + [p.parent.name for p in folder.glob("*/__init__.py") if not p.parent.name.startswith("_")]
    )
    assert dream("samples", "--names").out.split() == wanted
    table = dream("samples").out
    for name in wanted:
        assert re.search(rf"^ *{name} +\S", table, re.MULTILINE), "a name and what it shows"


def test_samples_are_found_described_and_run(dream: Dream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = tmp_path / "engine" / "samples"
    (samples / "large").mkdir(parents=True)
    (samples / "__init__.py").touch()
    (samples / "small.py").write_text(GAME)
    (samples / "large" / "__init__.py").write_text(
        GAME.replace('"Cube"', "part.TITLE").replace(
            "import dreamwell as dw", "import dreamwell as dw\nfrom . import part\nfrom .part import KIND"
        )
    )
    part = "from . import GREETING\n\nTITLE = 'Large'\n\n\nclass KIND:\n    pass\n"
    (samples / "large" / "part.py").write_text(part)
    large = samples / "large" / "__init__.py"
    text = large.read_text().replace("from . import part", "GREETING = 1\nfrom . import part")
    large.write_text(text + "\nassert part.KIND is KIND, 'imported once'\n")
    picture = tmp_path / "engine" / "docs" / "images" / "small.png"
    picture.parent.mkdir(parents=True)
    picture.touch()
    monkeypatch.setattr(targets, "PACKAGE", tmp_path / "engine")
    monkeypatch.setattr("dreamwell.engine.cli.samples.PACKAGE", tmp_path / "engine")
    assert dream("samples", "--names").out == "large\nsmall\n"
    lines = dream("samples").out.splitlines()
    assert any(re.match(r" *large +A cube that turns\.\s*$", line) for line in lines)
    assert any(re.match(rf" *small +A cube that turns\. +{re.escape(str(picture))}", line) for line in lines)
    for name in ("small", "large"):
        assert dream("run", name, "-o", f"{name}.png", "--frames", "1").code == 0
    assert (pixels(Path("small.png")) == pixels(Path("large.png"))).all()
    assert "did you mean small?" in dream("run", "smal").err


# ---- render ---------------------------------------------------------------------------------------------------


def test_a_scene_is_drawn_as_by_the_api(dream: Dream, scene: Path) -> None:
    done = dream("render", str(scene), "-o", "a.png", "--size", "96x54", "--samples", "4", "--environment", "1,2,3")
    assert (done.code, done.out) == (0, "a.png: 96x54\n")
    wanted = dw.render(scene, (96, 54), samples=4, environment=(1, 2, 3))
    assert (pixels(Path("a.png")) == wanted).all()


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".npy", ".exr"])
def test_the_suffix_chooses_the_kind_of_picture(dream: Dream, scene: Path, suffix: str) -> None:
    assert dream("render", str(scene), "-o", "a" + suffix, "--size", "32x18").code == 0
    if suffix == ".npy":
        assert (np.load("a.npy") == dw.render(scene, (32, 18), linear=True)).all()
    assert Path("a" + suffix).stat().st_size > 100


def test_a_wrong_suffix_is_told_before_the_work(dream: Dream, game: Path) -> None:
    game.write_text("raise RuntimeError('this must not run')\n")
    done = dream("render", str(game), "-o", "a.tga")
    assert (done.code, done.err[:11]) == (1, "error: a.tg")


def test_a_script_is_drawn_as_its_app_would_show_it(dream: Dream, game: Path) -> None:
    assert dream("render", str(game), "-o", "a.png").code == 0
    assert pixels(Path("a.png")).shape == (54, 96, 3), "the app's own size"
    arguments = ["--size", "64x36", "--samples", "4", "--frames", "2", "--camera", "side", "--environment", "none"]
    arguments += ["--set", "bloom.enabled=off"]
    assert dream("render", str(game), "-o", "b.png", "--json", "b.json", *arguments).code == 0
    assert pixels(Path("b.png")).shape == (36, 64, 3)
    assert (pixels(Path("b.png"))[0] == 0).all(), "no surroundings"
    report = json.loads(Path("b.json").read_text())
    assert (report["frames"], report["samples"], report["size"]) == (2, 4, [64, 36])


def test_the_figures_are_written(dream: Dream, scene: Path) -> None:
    assert dream("render", str(scene), "-o", "a.png", "--size", "32x18", "--json", "deep/a.json").code == 0
    report = json.loads(Path("deep/a.json").read_text())
    assert report["adapter"]["name"]
    assert set(report["weave_ms"]) == {"validate", "extract", "configure", "sort", "manifest"}
    assert {"upload_ms", "encode_us", "frame_ms"} <= set(report)
    assert (report["draws"], report["instances"], report["triangles"], report["culled"]) == (1, 1, 12, 0)


# ---- weave ----------------------------------------------------------------------------------------------------


def test_weaving_shows_stages_counts_and_warnings(dream: Dream, scene: Path, game: Path) -> None:
    done = dream("weave", str(scene), "--json", "a.json")
    assert done.code == 0
    for word in ("validate", "extract", "configure", "sort", "manifest", "total", "objects", "triangles"):
        assert re.search(rf"^ *{word} +[\d.,]+ *$", done.out, re.MULTILINE)
    report = json.loads(Path("a.json").read_text())
    assert report["stats"]["objects"] == 3
    assert report["errors"] == []
    assert report["digest"] == dw.weave(scene).digest
    dark = dw.Scene("dark", seed=1)
    dark.add("camera", dw.Camera())
    dark.save(scene.parent / "dark.dream")
    done = dream("weave", "dark.dream", "--json", "b.json")
    assert done.code == 0
    assert "warning: scene is without a light" in done.out
    assert "without a light" in json.loads(Path("b.json").read_text())["warnings"][0]
    assert dream("weave", str(game)).code == 0


def test_weaving_explains_physics_and_rules(dream: Dream, scene: Path) -> None:
    plain = dream("weave", str(scene))
    assert not re.search("physics|rule", plain.out), "nothing to tell"
    made = dw.load(scene)
    made.add("ball", dw.Body(), dw.Collider.sphere(), at=(0, 3, 0), tags={"ball"})
    made.rules = [dw.Rule("mark", on=dw.Contact, when=dw.When(tags_all="ball"), then=dw.Then.tag("hit"))]
    made.save(scene)
    done = dream("weave", str(scene), "--json", "a.json")
    assert done.code == 0
    assert re.search(r"^ *bodies +1 dynamic *$", done.out, re.MULTILINE)
    assert re.search(r"^ *colliders +1 sphere *$", done.out, re.MULTILINE)
    assert re.search(r'^ *layer "default" +1; meets default *$', done.out, re.MULTILINE)
    assert re.search(r"^ *mark +Contact +tag ball +tag hit *$", done.out, re.MULTILINE)
    told = json.loads(Path("a.json").read_text())
    assert told["physics"]["bodies"] == {"dynamic": 1}
    assert told["rules"] == [
        {"name": "mark", "hears": "Contact", "enabled": True, "reads": ["tag ball"], "writes": ["tag hit"]}
    ]


def test_weaving_a_broken_scene_prints_every_problem(dream: Dream, scene: Path) -> None:
    text = (
        scene.read_text()
        .replace('"Sun": {}', '"Sun": {"lux": -5}')
        .replace('"Mesh": {}', '"Mesh": {"size": [0, 1, 1]}')
    )
    scene.write_text(text)
    done = dream("weave", str(scene), "--json", "a.json")
    assert done.code == 1
    assert "sun → Sun.lux is -5" in done.err
    assert "cube → Mesh.size is [0.0, 1.0, 1.0]" in done.err
    assert {e["field"] for e in json.loads(Path("a.json").read_text())["errors"]} == {"Sun.lux", "Mesh.size"}


# ---- the rest -------------------------------------------------------------------------------------------------


def test_info_tells_what_draws() -> None:
    done = subprocess.run([*DREAM, "info"], capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})
    assert (done.returncode, done.stderr) == (0, "")
    words = (
        "backend",
        "features in use",
        "indirect-first-instance",
        "max-texture-dimension-2d",
        "wgpu",
        "numpy",
        "python",
    )
    for word in words:
        assert word in done.stdout


@pytest.mark.parametrize("name", ["3d", "../up", "a b", "", "class", "x" * 65])
def test_names_that_can_not_be_games_are_refused(dream: Dream, tmp_path: Path, name: str) -> None:
    done = dream("new", name)
    assert done.code == 1
    assert "can't be a game's name" in done.err
    assert list(tmp_path.iterdir()) == []


def test_benchmarks_write_what_they_measured(dream: Dream) -> None:
    done = dream("bench", "--objects", "10", "20", "--frames", "5", "--size", "32x18", "--json", "a.json")
    assert (done.code, done.err) == (0, "")
    report = json.loads(Path("a.json").read_text())
    assert report["machine"]["adapter"]
    assert [(row["bench"], row["objects"]) for row in report["rows"]] == [
        ("weave", 10), ("weave", 20), ("frame", 10), ("frame", 20),
    ]  # fmt: skip
    weave, frame = report["rows"][0], report["rows"][2]
    stages = [f"{name}_ms" for name in ("validate", "extract", "configure", "sort", "manifest")]
    assert list(weave) == ["bench", "objects", *stages, "total_ms"]
    assert all(weave[key] >= 0 for key in stages)
    assert weave["total_ms"] > 0
    assert frame["native_growth"] == 0
    assert frame["encode_us_p95"] >= frame["encode_us_p50"] > 0


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            ["--objects", "1", "2", "3", "--json", "f"],
            ["--objects", "1", "--objects", "2", "--objects", "3", "--json", "f"],
        ),
        (["--objects", "1,2", "--objects", "3"], ["--objects", "1,2", "--objects", "3"]),
        (["frame", "--frames", "5", "6"], ["frame", "--frames", "5", "6"]),
    ],
)
def test_several_values_after_one_option(given: list[str], wanted: list[str]) -> None:
    assert spread(given, "--objects") == wanted


def test_starting_loads_no_engine() -> None:
    """Breaks when `dream` pays for the engine before it knows what to do."""
    code = (
        "import sys\nfrom dreamwell.engine.cli import main\nmain(['samples', '--names'])\n"
        "slow = ('numpy', 'wgpu', 'rich', 'PIL', 'dreamwell.engine.app')\n"
        "print(*[name for name in slow if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "\n"


def test_arguments_reach_the_script_and_are_refused_for_a_scene(tmp_path: Path, dream: Dream) -> None:
    script = tmp_path / "show.py"
    script.write_text(
        "import sys\nimport dreamwell as dw\nprint('given', sys.argv[1:])\nscene = lambda: dw.Scene('empty', seed=1)\n",
        encoding="utf-8",
    )
    output = str(tmp_path / "out.png")
    for words in (["run", str(script), "-o", output], ["render", str(script), "-o", output]):
        done = dream(*words, "--size", "16x9", "--frames", "1", "--", "model.glb", "--fast")
        assert done.code == 0, done.err
        assert "given ['model.glb', '--fast']" in done.out
    scene = tmp_path / "empty.dream"
    dw.Scene("empty", seed=1).save(scene)
    done = dream("render", str(scene), "-o", output, "model.glb")
    assert done.code == 1
    assert "takes no arguments, but was given model.glb" in done.err


# ---- looking inside ---------------------------------------------------------------------------------------------


def test_a_view_is_drawn_and_written_as_it_is(dream: Dream, game: Path, tmp_path: Path) -> None:
    done = dream("render", str(game), "-o", "depth.npy", "--view", "depth")
    assert (done.code, done.err) == (0, "")
    depth = np.load(tmp_path / "depth.npy")
    assert (depth.shape, depth.dtype) == ((54, 96), np.float32)
    assert 3 < depth.min() < 4.2
    assert np.isinf(depth[0, 0])
    assert dream("render", str(game), "-o", "normal.exr", "--view", "normal").code == 0
    assert dream("run", str(game), "-o", "uv.npy", "--view", "uv", "--frames", "1").code == 0
    assert np.load(tmp_path / "uv.npy").shape == (54, 96, 2)
    wanted = dw.render(targets.play(targets.find(str(game)), RunOptions("collect")).scene, (96, 54), view="albedo")
    assert dream("render", str(game), "-o", "albedo.png", "--view", "albedo").code == 0
    drawn = np.asarray(Image.open(tmp_path / "albedo.png"))
    assert (drawn[0, 0] == wanted[0, 0]).all()
    assert np.abs(drawn.astype(int) - wanted).mean() < 2, "the app's cube has turned a little"


def test_an_unknown_view_is_answered_with_all_of_them(dream: Dream, game: Path) -> None:
    done = dream("render", str(game), "-o", "a.png", "--view", "deth")
    assert done.code == 2
    assert all(f" {view}" in done.err.replace("\n", " ") for view in ("depth", "overdraw", "hi_z"))
    assert dream("run", str(game), "--view", "deth").code == 2


def test_frames_are_captured_into_a_folder(dream: Dream, game: Path, tmp_path: Path) -> None:
    done = dream("run", str(game), "--capture", "2", "film", "--json", "figures.json")
    assert (done.code, done.out) == (0, "film: 96x54, 2 frames\n")
    assert sorted(path.name for path in (tmp_path / "film").iterdir()) == ["0001.png", "0002.png"]
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["frames"] == 2
    assert figures["passes"]["main"] > 0 if "passes" in figures else True
    for wrong in (("0", "film"), ("2", str(game))):
        assert dream("run", str(game), "--capture", *wrong).code == 2
    assert dream("run", str(game), "--capture", "2", "film", "--frames", "3").code == 2
