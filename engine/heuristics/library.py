"""Rules for what many games have: fire, damage, things to pick up, packs that patrol, flee and flock.

Each function returns plain rules, which may be read, changed, put into `scene.rules` and saved. Steering follows
Reynolds, "Flocks, herds, and schools: a distributed behavioral model", 1987, and "Steering behaviors for autonomous
characters", 1999.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..declare import say
from ..errors import SceneError
from ..scene.expressions import written
from ..scene.rules import Rule, Then, When, Within

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
    then = [Then.add(field, written(-amount)), Then.emit("hurt")]
    if on is None:
        hurt = When(tags_all=victim, tags_none=dead, within=Within(reach, tag=source))
    else:
        hurt = When(tags_all=victim, tags_none=dead, other_all=source)
    end = [Then.tag(dead), Then.emit("died"), *([Then.despawn()] if despawn else [])]
    return [
        Rule(stem, hurt, then, on=on or "", cooldown=cooldown),
        Rule(f"{stem}-dies", When(f"{field} <= 0", tags_all=victim, tags_none=dead), end, priority=1),
    ]


def pickup_rules(
    collector: str,
    item: str,
    *,
    field: str = "",
    amount: float = 1.0,
    on: type | str | None = None,
    reach: float = 1.0,
    keep: bool = False,
    name: str = "",
) -> list[Rule]:
    """What is tagged `collector` picks up what is tagged `item`: at a touch, or within `reach` metres.

    Each item is picked up once, by the nearest collector; it emits "picked-up" (the item; the other one is the
    collector) and is despawned, or with `keep` tagged "picked-up" instead. field: a number of the collector that
    grows by `amount`, as "Purse.coins". on: `dw.Contact`, or another event about the two.
    """
    stem = name or f"{collector}-takes-{item}"
    then = [Then.tag("picked-up"), Then.emit("picked-up")]
    if field:
        then.append(Then.add(field, amount, target="other"))
    if not keep:
        then.append(Then.despawn())
    near = Within(reach) if on is None else None
    taken = When(tags_all=item, tags_none="picked-up", other_all=collector, within=near)
    return [Rule(stem, taken, then, on=on or "", cooldown=1e-3)]


# ---- packs ----------------------------------------------------------------------------------------------------------


def _toward(velocity: str) -> Then:
    """Change the velocity towards another one, as fast as the agent can."""
    return Then.add(_MOVE, f"limit({velocity} - Steering.velocity, Steering.agility * dt)")


def move_rules(tag: str, *, name: str = "") -> list[Rule]:
    """Move what is tagged so by its `Steering.velocity`, which never is faster than its `Steering.speed`.

    The last of a pack's rules: `[*flock_rules("bird"), *flee_rules("bird", "hawk"), *move_rules("bird")]`.
    """
    stem = name or f"{tag}-moves"
    velocity = "limit(Steering.velocity, Steering.speed)"
    return [
        Rule(
            stem,
            When(tags_all=tag),
            [Then.add(_MOVE, f"{velocity} - Steering.velocity"), Then.add("position", f"{velocity} * dt")],
            priority=100,
        )
    ]


def drive_rules(tag: str, *, name: str = "") -> list[Rule]:
    """Bodies of what is tagged so go by its `Steering.velocity`, as fast as its `Steering.agility` lets them.

    In place of `move_rules` for what has a Body: it pushes and is pushed, and walls hold it. It turns about Y to look
    where it goes (-Z ahead); keep it upright by `Body(lock_rotation="xz")`, and `lock_position="y"` on level ground.
    """
    stem = name or f"{tag}-drives"
    velocity = "limit(Steering.velocity, Steering.speed)"
    across = "forward.z * Steering.velocity.x - forward.x * Steering.velocity.z"
    turn = f"clamp(360 * ({across}) / max(length(Steering.velocity), 0.1), -540, 540)"
    return [
        Rule(
            stem,
            When(tags_all=tag),
            [
                Then.add(_MOVE, f"{velocity} - Steering.velocity"),
                Then.add("body.velocity", f"limit({velocity} - body.velocity, 2 * Steering.agility * dt)"),
                Then.set("body.angular_velocity", f"(0, {turn}, 0)"),
            ],
            priority=100,
        )
    ]


def chase_rules(
    tag: str, prey: str, *, distance: float = 20.0, while_: Any = (), unless: Any = (), name: str = ""
) -> list[Rule]:
    """What is tagged so runs to the nearest `prey` within `distance` metres.

    while_, unless: tags that it has to have for that, and that keep it from it.
    """
    tags = (tag, *([while_] if isinstance(while_, str) else while_))
    near = Within(distance, tag=prey)
    to = "unit(other.world_position - world_position) * Steering.speed"
    return [Rule(name or f"{tag}-chases-{prey}", When(tags_all=tags, tags_none=unless, within=near), _toward(to))]


def patrol_rules(
    tag: str, points: Sequence[Iterable[float]], *, reach: float = 0.5, unless: Any = (), name: str = ""
) -> list[Rule]:
    """What is tagged so goes from point to point (metres, in the world), for ever; `Steering.leg` says to which.

    reach: metres from a point at which it turns to the next.  unless: tags that keep it from that.
    Raises SceneError for less than two points.
    """
    places = [tuple(map(float, point)) for point in points]
    if len(places) < 2 or any(len(place) != 3 for place in places):
        raise SceneError(f"patrol_rules: points is {say(list(places))}; it must be at least two points (x, y, z)")
    stem = name or f"{tag}-patrols"
    rules: list[Rule] = []
    for i, place in enumerate(places):
        here = f"Steering.leg == {i}"
        tags: dict[str, Any] = {"tags_all": tag, "tags_none": unless}
        away = f"{written(place)} - world_position"
        rules.append(Rule(f"{stem}-to-{i}", When(here, **tags), _toward(f"unit({away}) * Steering.speed")))
        there = When((here, f"length({away}) < {written(float(reach))}"), **tags)
        rules.append(Rule(f"{stem}-at-{i}", there, Then.set("Steering.leg", (i + 1) % len(places))))
    return rules


def flee_rules(
    tag: str, danger: str, *, distance: float = 8.0, fleeing: str = "fleeing", safe: float = 1.5, name: str = ""
) -> list[Rule]:
    """What is tagged so runs from the nearest `danger` within `distance` metres, as fast as it can.

    It is tagged `fleeing` until nothing dangerous is within `safe` times that distance.
    """
    stem = name or f"{tag}-flees-{danger}"
    away = "unit(world_position - other.world_position) * Steering.speed"
    far = Within(distance * safe, tag=danger)
    return [
        Rule(
            f"{stem}-starts",
            When(tags_all=tag, tags_none=fleeing, within=Within(distance, tag=danger)),
            [Then.tag(fleeing), Then.emit("flees")],
        ),
        Rule(stem, When(tags_all=(tag, fleeing), within=far), _toward(away)),
        Rule(f"{stem}-ends", When(tags_all=(tag, fleeing), within=replace(far, absent=True)), Then.untag(fleeing)),
    ]


def flock_rules(
    tag: str,
    *,
    distance: float = 5.0,
    separation: float = 1.5,
    alignment: float = 1.0,
    cohesion: float = 0.5,
    unless: Any = (),
    name: str = "",
) -> list[Rule]:
    """What is tagged so keeps together with others of its kind within `distance` metres, without crowding (boids).

    separation, alignment, cohesion: how much it wants to keep off the others, to go where they go, to be amid them.
    """
    way = "world_position - other.world_position"
    apart = f"sum(({way}) / max(dot({way}, {way}), 0.01))"
    along = "(mean(other.Steering.velocity) - Steering.velocity)"
    amid = "(mean(other.world_position) - world_position)"
    cruise = "unit(Steering.velocity) * (Steering.speed - length(Steering.velocity))"
    wish = f"{float(separation)} * {apart} + {float(alignment)} * {along} + {float(cohesion)} * {amid} + {cruise}"
    return [
        Rule(
            name or f"{tag}-flocks",
            When(tags_all=tag, tags_none=unless, within=Within(distance, tag=tag)),
            Then.add(_MOVE, f"limit({wish}, Steering.agility) * dt"),
        )
    ]


__all__ = [
    "chase_rules",
    "damage_rules",
    "drive_rules",
    "fire_rules",
    "flee_rules",
    "flock_rules",
    "ignition_rules",
    "move_rules",
    "patrol_rules",
    "pickup_rules",
]
