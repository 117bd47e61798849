"""Rules for what many games have: fire, damage, things to pick up, packs that patrol, flee and flock.

Each function returns plain rules, which may be read, changed, put into `scene.rules` and saved. Steering follows
Reynolds, "Flocks, herds, and schools: a distributed behavioral model", 1987, and "Steering behaviors for autonomous
characters", 1999.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..declare import say
from ..errors import SceneError
from ..scene.expressions import where, written
from ..scene.rules import Rule, Sees, Steering, Then, When, Within

_MOVE = "Steering.velocity"


def fire_rules(
    fuel: str = "flammable",
    *,
    burning: str = "burning",
    burnt: str = "burnt",
    wet: str = "wet",
    reach: float = 2.0,
    chance: float = 0.5,
    every: float = 0.5,
    field: str = "Health.points",
    damage: float = 10.0,
    name: str = "fire",
) -> list[Rule]:
    """Fire: what burns lights what can burn and is within `reach` metres, loses `damage` a second, and burns out.

    fuel, burning, burnt, wet: the tags; what is wet is not lit and goes out. chance: of being lit, each time that is
    looked at, `every` so many seconds. field: the number that burning uses up; at 0 it is burnt, with the signal
    "burnt". What is lit emits "lit".
    """
    return [
        Rule(
            f"{name}-spreads",
            When(tags_all=fuel, tags_none=(burning, burnt, wet), within=Within(reach, tag=burning)),
            [Then.tag(burning), Then.emit("lit")],
            every=every,
            chance=chance,
        ),
        Rule(f"{name}-goes-out", When(tags_all=(burning, wet)), Then.untag(burning), priority=1),
        Rule(f"{name}-burns", When(tags_all=burning), Then.add(field, f"-{written(damage)} * dt")),
        Rule(
            f"{name}-burns-out",
            When(f"{field} <= 0", tags_all=burning),
            [Then.untag(burning), Then.tag(burnt), Then.emit("burnt")],
            priority=1,
        ),
    ]


def ignition_rules(
    fuel: str = "flammable",
    *,
    spark: str = "spark",
    burning: str = "burning",
    wet: str = "wet",
    burnt: str = "burnt",
    reach: float = 1.0,
    name: str = "ignition",
) -> list[Rule]:
    """What can burn is lit by anything tagged `spark` within `reach` metres, and by a signal "ignite" about it."""
    lit = [Then.tag(burning), Then.emit("lit")]
    tags: dict[str, Any] = {"tags_all": fuel, "tags_none": (burning, wet, burnt)}
    return [
        Rule(f"{name}-near", When(within=Within(reach, tag=spark), **tags), lit),
        Rule(f"{name}-told", When(**tags), lit, on="ignite"),
    ]


def damage_rules(
    victim: str,
    source: str,
    amount: float = 10.0,
    *,
    field: str = "Health.points",
    on: type | str | None = None,
    reach: float = 1.0,
    cooldown: float = 0.5,
    dead: str = "dead",
    despawn: bool = False,
    name: str = "",
) -> list[Rule]:
    """What is tagged `victim` loses `amount` by what is tagged `source`: at a touch, or within `reach` metres.

    on: `dw.Contact`, or another event about the two; None: nearness is enough. cooldown: seconds until the same victim
    is hurt again. Emits "hurt". At 0 the victim is tagged `dead`, with the signal "died", and despawned if so wanted.
    """
    stem = name or f"{source}-hurts-{victim}"
    near = None if on is not None else Within(reach, tag=source)
    hurt = When(tags_all=victim, tags_none=dead, within=near)
    then = [Then.add(field, written(-amount)), Then.emit("hurt")]
    if on is None:
        rules = [Rule(f"{stem}", hurt, then, cooldown=cooldown)]
    else:  # what is touched is told by a tag that it gets for as long as the rule looks
        rules = [
            Rule(f"{stem}", When(tags_all=source), Then.emit(f"{stem}-hit"), on=on),
            Rule(f"{stem}-hit", hurt, then, on=f"{stem}-hit-other", cooldown=cooldown),
        ]
    end = [Then.tag(dead), Then.emit("died"), *([Then.despawn()] if despawn else [])]
    return [*rules, Rule(f"{stem}-dies", When(f"{field} <= 0", tags_all=victim, tags_none=dead), end, priority=1)]


__all__ = ["Sees", "Steering", "fire_rules", "ignition_rules", "damage_rules", "Iterable", "Sequence", "SceneError", "say", "where"]
