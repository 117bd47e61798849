"""What a weave has to say, as plain data: `dream weave --json` prints it, the editor shows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..engine.scene.settings import describe
from ..shaders.structs import LightKind, PipelineClass
from .mechanics import physics_report, rules_report
from .woven import WovenScene


def report(woven: WovenScene) -> dict[str, Any]:
    """Names, counts, settings, physics, rules, times and warnings of a scene: text, numbers, lists and dicts only."""
    batches, instances = woven.batches, woven.instances
    per_class = {c.name.lower(): int((batches["pipeline"][instances["batch"]] == c).sum()) for c in PipelineClass}
    environment = woven.environment
    return {
        "name": woven.name,
        "digest": woven.digest,
        "stats": asdict(woven.stats),
        "bytes": {name: array.nbytes for name, array in woven.arrays()},
        "instances": {name: count for name, count in per_class.items() if count},
        "lights": {k.name.lower(): int((woven.lights["kind"] == k).sum()) for k in LightKind},
        "tags": list(woven.tag_names),
        "physics": physics_report(woven),
        "rules": rules_report(woven),
        "environment": "implicit" if environment.implicit else environment.component.source,
        "metered_ev100": woven.metered_ev100,
        "settings": describe(woven.settings),
        "seconds": dict(woven.seconds),
        "warnings": [str(w) for w in woven.warnings],
    }
