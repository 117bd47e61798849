"""What lies under a pixel: what the renderer answers, and how the world asks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from .declare import Vec3

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Picked:
    """The surface that a pixel shows.

    object: its row.  primitive: the triangle of its mesh, counted from 0; -1 where the adapter does not number them.
    position: metres, world.  distance: metres from the eye, for an orthographic camera from the plane it stands in.
    """

    object: int
    primitive: int
    position: Vec3
    distance: float


class Pending(Protocol[T_co]):
    """An answer that the GPU may still be working on."""

    @property
    def done(self) -> bool:
        """Whether `result` is there without waiting."""
        ...

    def result(self) -> T_co:
        """The answer; waits for it if need be."""
        ...


class Picker(Protocol):
    """Who draws a world and knows what is where in the picture. Pixels, (0, 0) is the top left corner."""

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture, pixels."""
        ...

    def pick(self, x: float, y: float) -> Pending[Picked | None]:
        """What a pixel of the last picture shows; None for nothing, and outside of it."""
        ...

    def pick_rectangle(self, x0: float, y0: float, x1: float, y1: float) -> Pending[NDArray[np.int32]]:
        """The rows (k,) int32 of the objects that are seen in a rectangle of the last picture, sorted."""
        ...
