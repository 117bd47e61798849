"""What is drawn as a mirror image: by another pipeline than the rest, since its triangles turn the other way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..loom.woven import WovenScene
from ..shaders.structs import InstanceFlag
from .rows import far_too_long, indices
from .transforms import NO_ROWS

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class Mirrors:
    """Which objects are drawn as mirror images. any: whether anything ever was one; for most worlds nothing is."""

    def __init__(self, woven: WovenScene) -> None:
        turned = woven.instances["flags"] & InstanceFlag.MIRRORED != 0
        self.any = bool(turned.any()) or bool(woven.objects.scale.min(initial=0) < 0)
        self._mirrored = np.zeros(0, bool)  # by row; as long as was needed
        if turned.any():
            self._mirrored = np.zeros(len(woven.objects.names), bool)
            self._mirrored[woven.instance_object[turned]] = True

    def may_be(self, scale: F32) -> bool:
        """Whether anything can be a mirror image, now that some factors (k, 3) are these."""
        self.any = self.any or float(scale.min(initial=0)) < 0
        return self.any

    def note(self, rows: I32 | range, now: NDArray[np.bool_]) -> I32:
        """Objects in rows (k,) are mirror images or not, (k,); returns the rows of those that were not so before."""
        self.any = True
        if not len(rows):
            return NO_ROWS
        count = int(np.max(rows)) + 1 if not isinstance(rows, range) else rows.stop
        if count > len(self._mirrored):
            more = max(count, 2 * len(self._mirrored)) - len(self._mirrored)
            self._mirrored = np.concatenate([self._mirrored, np.zeros(more, bool)])
        at = indices(rows)
        changed = np.flatnonzero(now != self._mirrored[at])
        self._mirrored[at] = now
        return np.asarray(rows, np.int32)[changed] if len(changed) else NO_ROWS

    def shorten(self, end: int) -> None:
        """All objects lie in rows below `end` now: keep no more than may be of use."""
        if far_too_long(len(self._mirrored), end):
            self._mirrored = self._mirrored[: 2 * end].copy()
