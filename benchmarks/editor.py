"""What the editor costs with many objects: its panels every frame, and how long it takes to answer."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.render import shared_gpu
from ..engine.scene.components import Camera, Material, Mesh, Sun
from ..engine.scene.scene import Scene
from .cloud import SPACING, edge_of

if TYPE_CHECKING:
    from ..editor.core.state import EditorState
    from ..editor.host.headless import Headless

RUNS_ON = "adapter"
OBJECTS = (10_000,)
SIZE = (1280, 760)
"""Of the page, where `--size` leaves no room for panels."""
FEWEST = (640, 400)
GROUPS = 8
CHOSEN = 1000
SETTLE = 2
"""Pictures after a change: those after the first are nothing that is measured."""
TURNS = 5
"""How often each answer is measured."""
PANELS = ("hierarchy", "inspector")
Row = dict[str, Any]


def measure(objects: int, size: tuple[int, int], frames: int | None = None) -> list[Row]:
    """Rows of the panels, then rows of the answers. size: of the editor's page, pixels.  frames: of a row of panels.

    panels: thread time and wall time of one frame of the hierarchy and of the inspector.  answers: from the action
    until the picture that shows it is finished (`wall`), and what of that is the thread's own work (`main`).
    """
    if size[0] < FEWEST[0] or size[1] < FEWEST[1]:
        size = SIZE
    from ..editor import session
    from ..editor.host.editor import Editor
    from ..editor.host.headless import Headless
    from ..editor.host.services import HostServices
    from ..editor.panels import theme

    before = os.environ.get("DREAMWELL_CONFIG")
    os.environ["DREAMWELL_CONFIG"] = "off"
    fonts: list[theme.Fonts] = []
    page = Headless(shared_gpu(), size, lambda: None, begin=lambda draw: fonts.append(theme.load_fonts()))
    try:
        with TemporaryDirectory() as folder, page:
            path = Path(folder) / "many.dream"
            many(objects).save(path)
            state = session.opened(path)
            editor = Editor(state, HostServices(page.gpu, page.draw, settle=SETTLE), fonts[0])
            page.show(lambda: editor.frame(1 / 60))
            page.on_drawn = editor.between
            page.step(4)
            bench = _Bench(page, state, editor)
            rows = bench.panels(frames or 100) + bench.answers()
            page.show(lambda: None)
            editor.close()
            return [{"objects": objects, **row} for row in rows]
    finally:
        if before is None:
            os.environ.pop("DREAMWELL_CONFIG")
        else:
            os.environ["DREAMWELL_CONFIG"] = before


def many(objects: int) -> Scene:
    """Cubes in a few groups, with a camera and a sun."""
    random = np.random.default_rng(1)
    edge = edge_of(objects)
    scene = Scene(f"{objects} objects", seed=1)
    scene.add("camera", Camera(), at=(0, edge / 4, edge * 1.1), toward=(0, -0.2, -1))
    scene.add("sun", Sun(), toward=(-1, -2, -1))
    looks = [Material(base_color=c) for c in ((0.8, 0.3, 0.2), (0.2, 0.5, 0.8), (0.4, 0.7, 0.3), (0.8, 0.7, 0.3))]
    each = -(-objects // GROUPS)
    for k in range(GROUPS):
        count = min(each, objects - k * each)
        if count < 1:
            break
        group = scene.add(f"group-{k}", at=(0, 0, (k - GROUPS / 2) * SPACING))
        at = random.uniform(-edge / 2, edge / 2, (count, 3))
        scene.add_many(f"cube-{k}", Mesh.box(), looks[k % len(looks)], at=at, parent=group)
    return scene


class _Bench:
    """One editor on a page, and what is measured of it."""

    def __init__(self, page: Headless, state: EditorState, editor: Any) -> None:
        self.page, self.state, self.editor = page, state, editor
        self.spent: dict[str, list[tuple[float, float]]] = {name: [] for name in PANELS}
        ui = editor.ui
        for name in PANELS:
            panel = ui.panels[name]
            ui.panels[name] = replace(panel, draw=self._timed(name, panel.draw))
        cubes = [int(n) for n, name in zip(state.scene.ids, state.scene.names, strict=True) if name.startswith("cube")]
        self.all, self.cubes = cubes, cubes[: min(CHOSEN, len(cubes) - 1)]

    def _timed(self, name: str, draw: Callable[..., None]) -> Callable[..., None]:
        spent = self.spent[name]

        def timed(*words: Any) -> None:
            wall, own = time.perf_counter(), time.thread_time()
            draw(*words)
            spent.append((time.thread_time() - own, time.perf_counter() - wall))

        return timed

    def rest(self) -> None:
        """Until nothing is drawn any more."""
        for _ in range(60):
            self.page.step()
            if not self.editor.busy:
                break
        self._wait()
        gc.collect()

    def _wait(self) -> None:
        device: Any = self.page.gpu.device
        device._poll_wait()

    # ---- panels -----------------------------------------------------------------------------------------------------

    def panels(self, frames: int) -> list[Row]:
        """With one object chosen and with many: at rest, while that is moved, while others are chosen every frame."""
        some = max(1, frames // 5)
        return [
            self._panels(some if doing == "move" else frames, count, doing)
            for count in (1, len(self.cubes))
            for doing in ("rest", "move", "choose")
        ]

    def _panels(self, frames: int, count: int, doing: str) -> Row:
        state = self.state
        state.select(self.cubes[:count])
        self.rest()
        for spent in self.spent.values():
            spent.clear()
        for i in range(frames):
            if doing == "move":
                self._move(count, 0.01 * (i + 1), "drag")
            elif doing == "choose":
                first = i % 2 + (i if count == 1 else 0)
                state.select(self.all[first : first + count])
            self.page.step()
        if doing == "move":
            state.seal()
            state.undo()
        row: Row = {"selected": count, "doing": doing}
        both = np.zeros(frames)
        for name, spent in self.spent.items():
            times = np.array(spent) * 1e3
            both += times[:, 0]
            row[f"{name}_ms_p50"] = float(np.median(times[:, 0]))
            row[f"{name}_ms_p95"] = float(np.percentile(times[:, 0], 95))
            row[f"{name}_wall_ms_p50"] = float(np.median(times[:, 1]))
        row |= {"both_ms_p50": float(np.median(both)), "both_ms_p95": float(np.percentile(both, 95))}
        return row | {"both_ms_most": float(both.max())}

    def _move(self, count: int, way: float, merge: str) -> None:
        """As the handles of the viewport do it."""
        ids = self.cubes[:count]
        rows = self.state.document.rows(ids)
        places = np.round(self.state.scene.positions[rows] + (way, 0, 0), 9).tolist()
        command = {"do": "set_fields", "ids": ids, "fields": {"position": places}}
        self.state.do(command, label="Move", merge=merge)

    # ---- answers ----------------------------------------------------------------------------------------------------

    def answers(self) -> list[Row]:
        """From an action to the finished picture that shows it."""
        state, count = self.state, len(self.cubes)
        found: dict[str, list[tuple[float, float, float]]] = {}

        def undo() -> None:
            state.seal()
            state.undo()

        for turn in range(TURNS + 1):
            state.select([])
            self.rest()
            for name, do in (
                ("select", lambda: state.select(self.cubes)),
                ("move", lambda turn=turn: self._move(count, 0.1, f"step {turn}")),
                ("undo", undo),
                ("redo", state.redo),
            ):
                times = self._answer(do)
                if turn:  # the first warms up
                    found.setdefault(name, []).append(times)
        rows: list[Row] = []
        for name, times_of in found.items():
            main, whole, wall = np.array(times_of).T * 1e3
            rows.append(
                {
                    "answer": name,
                    "selected": count,
                    "main_ms_p50": float(np.median(main)),
                    "main_ms_p95": float(np.percentile(main, 95)),
                    "cpu_ms_p50": float(np.median(whole)),
                    "wall_ms_p50": float(np.median(wall)),
                    "wall_ms_p95": float(np.percentile(wall, 95)),
                }
            )
        return rows

    def _answer(self, do: Callable[[], object]) -> tuple[float, float, float]:
        """Seconds: of this thread, of all threads of the process, by the clock."""
        self.rest()
        wall, own, whole = time.perf_counter(), time.thread_time(), time.process_time()
        do()
        self.page.step()
        spent = time.thread_time() - own
        self._wait()
        return spent, time.process_time() - whole, time.perf_counter() - wall
