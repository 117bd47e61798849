"""Easing: how far a movement is after a part of its time. Penner 2002, "Motion, Tweening, and Easing", as formulas.

Each maps 0 to 0 and 1 to 1; `back` and `elastic` leave that range on the way. A family's `out` is its `in` backwards,
1 - f(1 - t), and `in_out` is one half of each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from ..errors import SceneError

Ease = Callable[[float], float]

OVERSHOOT = 1.70158
"""Penner's constant of `back`: it goes 10 % too far."""
PERIOD = 0.3
"""Of `elastic`, as a part of the whole time."""


def _expo(t: float) -> float:
    return (math.exp2(10 * (t - 1)) - 2.0**-10) / (1 - 2.0**-10)  # shifted and scaled, so that it begins at 0


def _elastic(t: float) -> float:
    if t in (0.0, 1.0):
        return t
    return -math.exp2(10 * (t - 1)) * math.sin((t - 1 - PERIOD / 4) * 2 * math.pi / PERIOD)


_BOUNCES = ((1.0, 0.0, 0.0), (2.0, 1.5, 0.75), (2.5, 2.25, 0.9375), (2.75, 2.625, 0.984375))
"""Of each parabola of `bounce`: where it ends and has its middle, both times 2.75, and the height of its middle."""


def _bounce(t: float) -> float:
    t = 1 - t  # Penner gives it as `out`
    _, middle, height = next(bounce for bounce in _BOUNCES if 2.75 * t <= bounce[0])
    return 1 - 7.5625 * (t - middle / 2.75) ** 2 - height


_IN: dict[str, Ease] = {
    "sine": lambda t: 1 - math.cos(t * math.pi / 2),
    "quad": lambda t: t**2,
    "cubic": lambda t: t**3,
    "quart": lambda t: t**4,
    "quint": lambda t: t**5,
    "expo": _expo,
    "circ": lambda t: 1 - math.sqrt(max(0.0, 1 - t * t)),
    "back": lambda t: t * t * ((OVERSHOOT + 1) * t - OVERSHOOT),
    "elastic": _elastic,
    "bounce": _bounce,
}


def _out(ease: Ease) -> Ease:
    return lambda t: 1 - ease(1 - t)


def _in_out(ease: Ease) -> Ease:
    return lambda t: ease(2 * t) / 2 if t < 0.5 else 1 - ease(2 - 2 * t) / 2


def _family() -> Mapping[str, Ease]:
    made: dict[str, Ease] = {"linear": lambda t: t, "smooth": lambda t: t * t * (3 - 2 * t)}
    for name, ease in _IN.items():
        made |= {f"in_{name}": ease, f"out_{name}": _out(ease), f"in_out_{name}": _in_out(ease)}
    return MappingProxyType(made)


EASES: Mapping[str, Ease] = _family()
"""Easing functions by name."""


def easing(ease: str | Ease) -> Ease:
    """An easing function by its name, or one of the game's own. Raises SceneError for an unknown name."""
    if callable(ease):
        return ease
    found = EASES.get(ease)
    if found is None:
        near = ", ".join(get_close_matches(str(ease), EASES, n=3))
        hint = near or f"linear, smooth, and in_, out_ and in_out_ of {', '.join(_IN)}"
        raise SceneError(f'ease is "{ease}"; it must be the name of one, or a function (there is {hint})')
    return found
