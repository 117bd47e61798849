"""What a scene's bodies and rules come to, in counts and names: plain data for `dream weave` and the editor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..engine.kinds import scope_of
from ..engine.scene.expressions import Expression, compiled, named_in
from ..engine.scene.physics import Body, Collider, Joint
from ..engine.scene.rules import Rule, Then
from ..engine.scene.rules.resolve import event_fields
from .physics import owners
from .woven import WovenComponents, WovenScene


def physics_report(woven: WovenScene) -> dict[str, Any]:
    """Bodies by kind, colliders by shape, joints by kind, and who meets whom; {} for a scene without any of them."""
    bodies, colliders, joints = (_carried(woven, kind) for kind in (Body, Collider, Joint))
    if not any(one is not None for one in (bodies, colliders, joints)):
        return {}
    physics = woven.physics
    return {
        "engine": physics.engine,
        "gravity": list(physics.gravity),
        "iterations": physics.iterations,
        "bodies": _counts(bodies, "kind"),
        "ccd": 0 if bodies is None else int(np.count_nonzero(bodies.columns["ccd"])),
        "colliders": 0 if colliders is None else len(colliders.objects),
        "without_body": _without_body(woven, bodies, colliders),
        "shapes": _counts(colliders, "shape"),
        "sensors": 0 if colliders is None else int(np.count_nonzero(colliders.columns["sensor"])),
        "joints": _counts(joints, "kind"),
        "motors": {name: n for name, n in _counts(joints, "motor").items() if name != "none"},
        "layers": _layers(physics.layers, colliders),
    }


def rules_report(woven: WovenScene) -> list[dict[str, Any]]:
    """Of each rule: name, what it hears ("" for none), and the names of what it reads and what it writes."""
    with named_in(scope_of(woven.scripts)):
        return [
            {
                "name": rule.name,
                "hears": rule.on,
                "enabled": rule.enabled,
                "reads": _read_by(rule),
                "writes": list(dict.fromkeys(text for action in rule.then for text in _written_by(action))),
            }
            for rule in woven.rules
        ]


def lines(report: dict[str, Any]) -> list[tuple[str, str]]:
    """The physics of a report in words, for people: (what, how many)."""
    if not report:
        return []
    out = [("engine", str(report["engine"])), ("bodies", _said(report["bodies"]))]
    shapes = _said(report["shapes"])
    if report["without_body"]:
        shapes += f"; {report['without_body']} of them without a Body"
    if report["sensors"]:
        shapes += f"; {report['sensors']} sensors"
    out += [("colliders", shapes), ("joints", _said(report["joints"]))]
    if report["motors"]:
        out.append(("motors", _said(report["motors"])))
    if report["ccd"]:
        out.append(("with ccd", str(report["ccd"])))
    for layer in report["layers"]:
        meets = ", ".join(layer["meets"]) or "nothing"
        out.append((f'layer "{layer["name"]}"', f"{layer['colliders']}; meets {meets}"))
    return out


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counts.items()) or "none"


def _carried(woven: WovenScene, kind: type) -> WovenComponents | None:
    return next((one for one in woven.components if one.kind is kind), None)


def _counts(carried: WovenComponents | None, field: str) -> dict[str, int]:
    """How many have each value of a field, the most frequent first."""
    if carried is None:
        return {}
    counts = Counter(carried.columns[field].tolist())
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _without_body(woven: WovenScene, bodies: WovenComponents | None, colliders: WovenComponents | None) -> int:
    if colliders is None:
        return 0
    has = np.zeros(len(woven.objects.parents), bool)
    if bodies is not None:
        has[bodies.objects] = True
    return int((owners(woven.objects.parents, has, colliders.objects) < 0).sum())


def _layers(names: Iterable[str], colliders: WovenComponents | None) -> list[dict[str, Any]]:
    """Each layer that is in use: how many colliders are on it, and with which layers' colliders one of them touches."""
    if colliders is None:
        return []
    columns = colliders.columns
    kinds = Counter(zip(columns["layer"].tolist(), columns["collides_with"].tolist(), strict=True))
    order = list(names)
    meets: dict[str, set[str]] = {}
    for a, with_a in kinds:
        for b, with_b in kinds:
            if (not with_a or b in with_a) and (not with_b or a in with_b):
                meets.setdefault(a, set()).add(b)
    return [
        {
            "name": name,
            "colliders": sum(n for (layer, _), n in kinds.items() if layer == name),
            "meets": sorted(meets.get(name, ()), key=order.index),
        }
        for name in order
        if any(layer == name for layer, _ in kinds)
    ]


# ---- rules --------------------------------------------------------------------------------------------------------

_CLOCK = ("dt", "time")


def _read_by(rule: Rule) -> list[str]:
    when = rule.when
    out = [f"tag {tag}" for tag in (*when.tags_all, *when.tags_any, *when.tags_none)]
    out += [f"other tag {tag}" for tag in (*when.other_all, *when.other_none)]
    for spec, word in ((when.within, "near"), (when.sees, "seen")):
        if spec is not None:
            out += [f"{word} tag {tag}" for tag in spec.tags] or [word]
    for expression in _expressions(rule):
        out += [text for text, _ in expression.leaves if text not in _CLOCK]
    return list(dict.fromkeys(out))


def _expressions(rule: Rule) -> Iterator[Expression]:
    """All that a rule computes; it was checked."""
    yield from map(compiled, rule.when.where)
    for action in rule.then:
        if action.to:
            yield compiled(action.to)
        for made in event_fields(action, rule).values():
            if isinstance(made, Expression):
                yield made


def _written_by(action: Then) -> list[str]:
    other = action.target == "other"
    match action.do:
        case "set" | "add":
            return [f"other.{action.name}" if other else action.name]
        case "tag" | "untag":
            return [f"other tag {tag}" if other else f"tag {tag}" for tag in action.tags]
        case "emit":
            return [f"signal {action.name}"]
        case _:
            return [f"{action.do} {'other' if other and action.do == 'despawn' else action.name}".rstrip()]
