"""The app of a script that was run to its `app.run()` goes on when the script is no longer the main program."""

from pathlib import Path

from dreamwell.engine.app import App
from dreamwell.engine.cli.targets import find, play
from dreamwell.engine.run_options import RunOptions

SCRIPT = '''"""A stone that flies."""
from __future__ import annotations

import dreamwell as dw


@dw.component
class FlightOfACollectedStone:
    linear: dw.Vec3 = dw.field(default=(1.0, 0.0, 0.0))


app = dw.App(dw.Scene("stones"), seed=1)
app.scene.add("stone", dw.Mesh.box())


@app.system(dw.Query(dw.Position, FlightOfACollectedStone))
def fly(batch: dw.Batch, dt: float) -> None:
    batch[dw.Position] += batch[FlightOfACollectedStone].linear * dt


@app.start
def begin(world: dw.World) -> None:
    world["stone"].set(FlightOfACollectedStone())


app.run()
'''


def test_types_of_a_collected_script_are_known_though_they_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "stones.py"
    path.write_text(SCRIPT)
    app: App = play(find(str(path)), RunOptions("collect"))
    for _ in range(60):
        app.step(1 / 60)
    x, y, z = app.world["stone"].position
    assert (round(x, 3), y, z) == (1.0, 0.0, 0.0)
