"""`dream bench`: what it writes, what its options change, and what it refuses."""

import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dreamwell.benchmarks.frame import counted_collections
from dreamwell.engine import cache
from dreamwell.engine.cli import main

QUICK = ("--objects", "40", "--size", "32x18")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are searched for in what is printed: nothing is to be broken into lines."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def rows(tmp_path: Path) -> Any:
    """Runs `dream bench WORDS --json` and gives the rows."""

    def run(*words: str) -> list[dict[str, Any]]:
        path = tmp_path / "rows.json"
        assert main(["bench", *words, "--json", str(path)]) == 0
        report = json.loads(path.read_text(encoding="utf-8"))
        assert report["machine"]["adapter"]
        found: list[dict[str, Any]] = report["rows"]
        return found

    return run


def test_a_frame_leaves_nothing_behind(rows: Any) -> None:
    (row,) = rows("frame", *QUICK)
    assert row["frames"] == 500
    assert (row["gc_collections"], row["native_growth"]) == (0, 0)
    assert row["encode_us_p95"] >= row["encode_us_p50"] > 0
    assert row["cpu_us_p50"] > row["encode_us_p50"]
    assert row["wall_ms_p50"] * 1e3 > row["cpu_us_p50"]
    assert row["warm_us_p50"] > 0
    assert row["drawn"] + row["culled"] == 40
    assert row["culled"] > 0
    assert not {"gpu_ms", "moving", "move_ms_p50"} & set(row)


def test_without_culling_all_is_drawn(rows: Any) -> None:
    (row,) = rows("frame", *QUICK, "--frames", "3", "--culling", "off")
    assert (row["frames"], row["drawn"], row["culled"]) == (3, 40, 0)


def test_frames_can_keep_a_pace(rows: Any) -> None:
    start = time.perf_counter()
    rows("frame", *QUICK, "--frames", "3", "--every", "20")
    assert time.perf_counter() - start > 40 * 0.02, "with those before and after the measured ones"


def test_settings_reach_the_frame(rows: Any) -> None:
    (row,) = rows("frame", *QUICK, "--frames", "3", "--set", "cull.active=0.01", "--set", "cull.decohering=0.02")
    assert row["drawn"] < 5, "all but what surrounds the eye is too far away"


@pytest.mark.parametrize(("part", "count"), [("0.25", 10), ("1", 40)])
def test_a_part_of_the_objects_moves(rows: Any, part: str, count: int) -> None:
    (row,) = rows("frame", *QUICK, "--frames", "5", "--moving", part)
    assert row["moving"] == count
    assert row["move_ms_p50"] * 1e3 > row["encode_us_p50"]


def test_every_pass_is_timed_on_the_gpu(rows: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = rows("frame", *QUICK, "--frames", "3", "--gpu")
    out = capsys.readouterr().out
    passes = row["gpu_ms"]
    if not passes:
        assert "the adapter does not tell" in out
        return
    assert {"cull early", "depth", "cull late", "shadow", "main", "tonemap"} <= set(passes)
    assert all(ms >= 0 for ms in passes.values())
    assert 0 < sum(passes.values()) < 1e4
    assert "tonemap" in out


def test_the_editor_tells_what_its_panels_cost_and_when_it_answers(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    words = ("--objects", "24", "--size", "640x400", "--frames", "3", "--json", str(path))
    command = [sys.executable, "-m", "dreamwell.engine.cli", "bench", "editor", *words]  # one page for each process
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    panels = [row for row in rows if "doing" in row]
    assert [(row["selected"], row["doing"]) for row in panels] == [
        (count, doing) for count in (1, 23) for doing in ("rest", "move", "choose")
    ]
    assert all(0 < row["hierarchy_ms_p50"] <= row["both_ms_most"] for row in panels)
    answers = {row["answer"]: row for row in rows if "answer" in row}
    assert list(answers) == ["select", "move", "undo", "redo"]
    assert all(0 < row["main_ms_p50"] <= row["cpu_ms_p50"] for row in answers.values())


def test_frames_leave_no_memory_behind(rows: Any) -> None:
    (row,) = rows("memory", *QUICK, "--frames", "20")
    assert row["rss_mb"] > row["loaded_mb"] > 0
    assert row["frame_kb"] < 150, "llvmpipe compiles a shader anew every frame, and keeps it"


def test_a_world_that_grew_gives_its_memory_back(rows: Any) -> None:
    (row,) = rows("memory", "--objects", "20000", "--size", "32x18", "--cycles", "2", "--frames", "6")
    assert row["cycles"] == 2
    assert row["large_buffers_mb"] > row["start_buffers_mb"] + 20_000 * 80 / 1e6
    grown, kept = (row[key] - row["start_buffers_mb"] for key in ("large_buffers_mb", "last_buffers_mb"))
    assert kept < 0.25 * grown, "tables that are up to eight times as long as needed stay"


def test_surroundings_come_from_the_cache_the_second_time(rows: Any) -> None:
    place = os.environ[cache.VARIABLE]
    (row,) = rows("environment", "--objects", "64", "--frames", "2")
    assert row["height"] == 64
    assert row["first_ms"] > 0
    assert row["cached_ms"] > 0
    assert row["kept_mb"] > 6 * 64 * 64 * 4 / 1e6
    assert os.environ[cache.VARIABLE] == place


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["light"], "weave, frame, tables, rules, memory, environment, scripts, physics, editor, compare"),
        (["frame", "--culling", "maybe"], "neither on nor off"),
        (["frame", "--moving", "1.5"], "--moving"),
        (["frame", "--set", "nothing"], "GROUP.KEY=VALUE"),
    ],
)
def test_what_is_no_measurement_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_unknown_settings_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "frame", *QUICK, "--set", "cull.everything=on"]) == 1
    assert "cull.everything" in capsys.readouterr().err


def test_comparing_says_what_it_needs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "pygfx", None)  # as if it were not installed
    assert main(["bench", "compare", *QUICK]) == 1
    assert "pip install 'dreamwell[bench]'" in capsys.readouterr().err


def test_comparing_with_pygfx(rows: Any) -> None:
    pytest.importorskip("pygfx")
    found = rows("compare", *QUICK, "--frames", "3")
    kinds = [("dreamwell", "objects"), ("dreamwell", "all effects"), ("pygfx", "Mesh"), ("pygfx", "InstancedMesh")]
    assert [(row["engine"], row["kind"]) for row in found] == kinds
    assert found[0]["ratio"] == found[0]["wall_ratio"] == 1
    for row in found[1:]:
        assert row["ratio"] == pytest.approx(row["cpu_ms_p50"] / found[0]["cpu_ms_p50"])
        assert row["wall_ms_p50"] > 0


def test_collections_are_counted_while_asked_for() -> None:
    gc.collect()
    with counted_collections() as count:
        gc.collect()
        gc.collect()
    gc.collect()
    assert count == [2]


def test_scripts_are_measured(rows: Any) -> None:
    found = rows("scripts", "--objects", "50", "--frames", "2")
    assert found[0]["engine"] == "dreamwell"
    assert found[0]["query_ratio"] == found[0]["behaviour_ratio"] == 1
    for row in found:
        assert row["query_10k_ms"] > 0
        assert row["behaviour_2k_ms"] > 0


def test_physics_is_measured(rows: Any) -> None:
    found = rows("physics", "--objects", "20", "--frames", "3")
    assert [row["engine"] for row in found] == ["spatial", "planar"]
    for row in found:
        assert row["bodies"] == 20
        assert row["step_ms"] >= row["bare_ms"] > 0
