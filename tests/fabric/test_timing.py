"""What each pass takes: on the GPU, and the CPU to record it, from tape and without."""

import gc
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamwell.engine.gpu import Gpu
from dreamwell.engine.scene import Material, Mesh, Sun
from dreamwell.fabric import Fabric
from dreamwell.fabric.overlay import draw_times
from dreamwell.loom.weave import weave
from dreamwell.tests.fabric.drawing import looking, stage

SIZE = (48, 32)
VIEW = looking((3, 2, 4), (0, 0, 0))


@pytest.mark.parametrize("plain", [False, True], ids=["tape", "plain"])
def test_every_pass_has_its_times(gpu: Gpu, plain: bool) -> None:
    fabric = Fabric(gpu, SIZE, plain=plain)
    scene = stage(None, shadows__enabled=True, shadows__size=256, aa__mode="taa", bloom__enabled=True)
    scene.add("sun", Sun(), toward=(-1, -2, -1))
    scene.add("box", Mesh.box(), Material((0.8, 0.2, 0.1)))
    fabric.upload_scene(weave(scene))
    pictures: list[NDArray[np.uint8]] = []
    times = None
    for timed in (False, True):
        fabric.reset_history()
        times = fabric.time_passes(on=timed)
        for _ in range(3):
            fabric.begin_frame(VIEW)
            start = time.perf_counter_ns()
            fabric.end_frame()
            took = (time.perf_counter_ns() - start) / 1e3
            if times is not None:
                cpu = times.cpu()
                assert {"cull early", "depth", "main", "bloom", "tonemap"} <= set(cpu)
                assert min(cpu.values()) > 0
                assert sum(cpu.values()) <= took
        pictures.append(fabric.read_image())
    assert times is not None
    assert list(times.cpu()) == list(dict.fromkeys(times.labels)), "in the order of the frame"
    assert "taa" in times.cpu()
    report = times.report()
    assert report["passes_cpu_us"] == times.cpu()
    if times.on_gpu:
        assert report["passes"].keys() == times.cpu().keys()
        assert report["passes"]["main"] > 0
    np.testing.assert_array_equal(pictures[0], pictures[1], err_msg="being timed changes nothing")
    assert fabric.time_passes(on=False) is None
    del times, report
    gc.collect()  # what was recorded refers to nothing of theirs any more
    fabric.reset_history()
    for _ in range(3):
        fabric.begin_frame(VIEW)
        fabric.end_frame()
    np.testing.assert_array_equal(fabric.read_image(), pictures[0])


def test_without_timestamps_the_cpu_is_timed_all_the_same(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dreamwell.fabric.timing.FEATURE", "no such feature")
    fabric = Fabric(gpu, SIZE)
    fabric.upload_scene(weave(stage(None)))
    times = fabric.time_passes()
    assert times is not None
    fabric.begin_frame(VIEW)
    fabric.end_frame()
    assert times.read() == {}
    assert times.cpu()["main"] > 0
    assert set(times.report()) == {"passes_cpu_us"}


def test_the_table_has_a_column_for_each() -> None:
    """Of the same lines; a pass that only one of them knows has a gap in the other."""
    both = draw_times({"main": 2.0, "sky": 1.0}, {"frame": 16.0}, (640, 360), {"main": 12.5, "copy": 3.0})
    alone = draw_times({"main": 2.0, "sky": 1.0}, {"frame": 16.0}, (640, 360))
    assert both[0][0][2] > alone[0][0][2], "the panel is wider"
    assert both[0][0][0] >= 0
    rows = {quad[0][1] for quad in both[1:] if quad[2]}
    assert len(rows) == 1 + 4, "a heading, the frame, main, sky and copy"
    assert len(draw_times({}, {}, (640, 360), {"main": 1.0})) > 5
