"""`dream weave`: what the Loom makes of a scene."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...loom.mechanics import lines
from ...loom.report import report
from ...loom.weave import weave
from ..errors import ProblemsError
from ..scene.scene import Scene
from .figures import table, write_json
from .targets import find


def show(text: str, json: Path | None) -> None:
    """Weave `text` and print stages, counts, physics, rules and warnings. Raises SceneError with every problem."""
    try:
        woven = weave(source_of(text))
    except ProblemsError as error:
        if json is not None:
            problems = [asdict(p) for p in error.problems]
            write_json(json, {"source": text, "error": error.message, "errors": problems})
        raise
    stages = {name: seconds * 1e3 for name, seconds in woven.seconds.items()}
    counts: dict[str, Any] = asdict(woven.stats)
    total = sum(stages.values())
    table(["stage", "ms"], [*stages.items(), ("total", total)], title=woven.name)
    table(["what", "how many"], counts.items())
    told = report(woven)
    mechanics, rules = lines(told["physics"]), told["rules"]
    if mechanics:
        table(["physics", "what"], mechanics)
    if rules:
        rows = [(one["name"], one["hears"], "\n".join(one["reads"]), "\n".join(one["writes"])) for one in rules]
        table(["rule", "hears", "reads", "writes"], rows)
    for warning in woven.warnings:
        print(f"warning: {warning}")
    print(f"digest {woven.digest}")
    if json is not None:
        write_json(json, {"source": text, **told, "weave_ms": stages, "total_ms": total, "errors": []})


def source_of(text: str) -> Scene | Path:
    """The file of a scene; of a script, the scene that its app would show."""
    target = find(text)
    if not target.is_script:
        return target.path
    from ..app import App
    from ..run_options import RunOptions
    from .targets import play

    app: App = play(target, RunOptions("collect"))
    return app.scene
