"""What happens in the garden that others hear of."""

from __future__ import annotations

from dataclasses import dataclass

import dreamwell as dw


@dataclass(frozen=True)
class Opened:
    """A blossom has opened."""

    plant: dw.Entity


@dataclass(frozen=True)
class Wilted:
    """A plant has had no water for too long."""

    plant: dw.Entity


@dataclass(frozen=True)
class Told:
    """Something that the player should read."""

    text: str


@dataclass(frozen=True)
class Ended:
    """The day is over."""

    blossoms: int
    kinds: int
