"""The kinds of seeds, and how big their plants are at each stage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of seed. Seconds: from each stage to the next while it has water, how long that lasts, and it without."""

    title: str
    height: float
    grow: tuple[float, float, float]
    lasts: float
    patience: float
    told: str


KINDS = {
    "poppy": Kind("Poppy", 0.60, (1.5, 7.0, 8.0), 14.0, 10.0, "quick, always thirsty"),
    "daisy": Kind("Daisy", 0.46, (1.8, 10.0, 12.0), 19.0, 12.0, "easy to please"),
    "iris": Kind("Iris", 0.76, (2.2, 14.0, 17.0), 27.0, 14.0, "slow, drinks little"),
}
SEEDS = tuple(KINDS)
BLOSSOM = 3
"""The last stage; 0 is a seed, 1 a sprout, 2 a bud."""
STEMS, LEAVES, BLOOMS = (0.03, 0.24, 0.80, 1.0), (0.02, 0.50, 0.86, 1.0), (0.01, 0.01, 0.62, 1.0)
"""Of its full size, at each stage."""
