"""The lights of a running world: which object carries which, what they are like now, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..loom.extract import light_struct
from ..loom.woven import WovenScene
from ..shaders.structs import NONE
from .errors import SceneError
from .rows import Rows
from .scene.components import Light, Sun

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
C = TypeVar("C")


@dataclass(frozen=True, eq=False)
class LightsState:
    """The lights of a world, to go back to."""

    rows: NDArray[np.void]
    values: tuple[Light | None, ...]
    use: Rows
    tuned: NDArray[np.bool_]
    colors: F64 | None
    strengths: F64


class LightTable:
    """Every light in a row of its own; the rows of those that went are used again.

    rows: (n,) structs.LIGHT, `object` NONE where a row is free. Where a light stands is as it was woven: that follows
    the objects.
    """

    def __init__(self, woven: WovenScene) -> None:
        count = len(woven.lights)
        self._woven = woven.lights
        self.rows: NDArray[np.void] = woven.lights.copy()
        self._values: list[Light | None] = list(woven.light_components)
        self._use = Rows(count)
        self._of: dict[int, list[int]] = {}  # by object
        for light, row in enumerate(woven.lights["object"].tolist()):
            self._of.setdefault(row, []).append(light)
        self._changed: NDArray[np.bool_] = np.zeros(count, bool)
        self._other: NDArray[np.bool_] = np.zeros(count, bool)  # another light than was last sent, or none any more
        self._tuned: NDArray[np.bool_] = np.zeros(count, bool)  # the value is older than the columns
        self._colors: F64 | None = None  # (n, 3); made when they are first set as columns, and
        self._strengths: F64 = np.empty(0)  # (n,) lux or candela
        self._sorted: tuple[I32, I32] | None = None  # objects, ascending, and the light of each

    def __len__(self) -> int:
        return self._use.live

    @property
    def objects(self) -> I32:
        """(k,) the rows of the objects that carry lights, ascending, each once."""
        return np.array(sorted(self._of), np.int32)

    @property
    def alight(self) -> NDArray[np.void]:
        """(k,) structs.LIGHT of those that there are."""
        return self.rows if len(self) == len(self.rows) else self.rows[self.rows["object"] != NONE]

    def get(self, row: int, kind: type[C]) -> C | None:
        """The light of a kind on the object in a row, or None."""
        for light in self._of.get(row, ()):
            value = self._value(light)
            if isinstance(value, kind):
                return value
        return None

    def items(self) -> Iterator[tuple[int, Light]]:
        """Every light and the row of its object, as it is now."""
        for row in sorted(self._of):
            for light in self._of[row]:
                yield row, self._value(light)

    def _value(self, light: int) -> Light:
        value = self._values[light]
        assert value is not None
        if self._tuned[light]:
            assert self._colors is not None
            self._tuned[light] = False
            r, g, b = self._colors[light].tolist()
            strength = float(self._strengths[light])
            if isinstance(value, Sun):
                value = replace(value, color=(r, g, b), lux=strength)
            else:
                value = replace(value, color=(r, g, b), candela=strength, range=float(self.rows["range"][light]))
            self._values[light] = value
        return value

    # ---- changing -------------------------------------------------------------------------------------------------

    def set(self, row: int, value: Light) -> bool:
        """Another light in place of the one of its kind on an object, or one more. Returns whether anything changed."""
        for light in self._of.get(row, ()):
            old = self._value(light)
            if type(old) is type(value):
                if value == old:
                    return False
                made = light_struct(value)
                for key in ("color", "range", "spot_scale", "spot_offset", "casts_shadows", "radius"):
                    self.rows[key][light] = made[key]
                self._keep(light, value)
                self._changed[light] = True
                return True
        self.add(np.array([row], np.int32), value)
        return True

    def add(self, rows: I32, value: Light) -> None:
        """A light of its own for each of the objects (k,), which carry none of that kind."""
        lights = self._use.take(len(rows))
        self._reserve(self._use.end)
        self.rows[lights] = light_struct(value)
        self.rows["object"][lights] = rows
        self._other[lights] = True
        for row, light in zip(rows.tolist(), lights.tolist(), strict=True):
            self._of.setdefault(row, []).append(light)
            self._keep(light, value)
        self._sorted = None

    def discard(self, row: int, kind: type[Light]) -> bool:
        """Take the light of a kind from an object. Returns whether it had one."""
        for light in self._of.get(row, ()):
            if type(self._values[light]) is kind:
                self._of[row].remove(light)
                if not self._of[row]:
                    del self._of[row]
                self._put_out(np.array([light], np.int32))
                return True
        return False

    def put_out(self, rows: NDArray[np.integer[Any]]) -> bool:
        """The objects (k,) are gone, and their lights with them. Returns whether there were any."""
        if not self._of:
            return False
        lights = np.flatnonzero(np.isin(self.rows["object"], rows.astype(np.uint32))).astype(np.int32)
        for row in set(self.rows["object"][lights].tolist()):
            del self._of[row]
        if len(lights):
            self._put_out(lights)
        return len(lights) > 0

    def _put_out(self, lights: I32) -> None:
        for key, nothing in (("color", 0), ("range", 0), ("casts_shadows", 0), ("object", NONE)):
            self.rows[key][lights] = nothing
        for light in lights.tolist():
            self._values[light] = None
        self._changed[lights] = self._tuned[lights] = False
        self._other[lights] = True
        self._use.give(lights)
        self._sorted = None

    def tune(
        self, objects: ArrayLike, color: ArrayLike | None, strength: ArrayLike | None, reach: ArrayLike | None
    ) -> None:
        """Other values for the light of each object (k,); None leaves what is there.

        color: (3,) or (k, 3).  strength: lux or candela, and reach: metres; a number or (k,).
        Raises SceneError for objects without a light or with several, and for values that are out of range.
        """
        lights = self._only_of(np.atleast_1d(np.asarray(objects)).astype(np.int32))
        given: list[F64 | None] = []
        for name, value, shapes in (
            ("color", color, ((3,), (len(lights), 3))),
            ("strength", strength, ((), (len(lights),))),
            ("range", reach, ((), (len(lights),))),
        ):
            array = None if value is None else np.asarray(value, np.float64)
            if array is not None and array.shape not in shapes:
                raise SceneError(f"{name} of {len(lights)} lights has the shape {array.shape}; it must be {shapes[-1]}")
            if array is not None and not (np.isfinite(array).all() and (array >= 0).all()):
                raise SceneError(f"{name} of {len(lights)} lights must be finite, and nowhere below 0")
            given.append(array)
        colors, strengths = self._factors()
        for column, array in ((colors, given[0]), (strengths, given[1]), (self.rows["range"], given[2])):
            if array is not None:
                column[lights] = array
        self.rows["color"][lights] = colors[lights] * strengths[lights, None]
        self._changed[lights] = self._tuned[lights] = True

    def _only_of(self, objects: I32) -> I32:
        """(k,) the light of each object (k,)."""
        if self._sorted is None:
            used = np.flatnonzero(self.rows["object"] != NONE).astype(np.int32)
            order = used[np.argsort(self.rows["object"][used], kind="stable")]
            self._sorted = self.rows["object"][order].astype(np.int32), order
        owners, lights = self._sorted
        first, last = np.searchsorted(owners, objects), np.searchsorted(owners, objects, "right")
        wrong = np.flatnonzero(last - first != 1)
        if len(wrong):
            some = int(wrong[0])
            raise SceneError(f"the object in row {objects[some]} has {last[some] - first[some]} lights; it must have 1")
        return lights[first]

    def _factors(self) -> tuple[F64, F64]:
        if self._colors is None:
            self._colors, self._strengths = np.zeros((len(self.rows), 3)), np.zeros(len(self.rows))
            for light, value in enumerate(self._values):
                if value is not None:
                    self._keep(light, value)
        return self._colors, self._strengths

    def _keep(self, light: int, value: Light) -> None:
        self._values[light] = value
        self._tuned[light] = False
        if self._colors is not None:
            self._colors[light] = value.color
            self._strengths[light] = value.lux if isinstance(value, Sun) else value.candela

    def _reserve(self, needed: int) -> None:
        """Columns for so many lights; they double."""
        have = len(self.rows)
        if needed <= have:
            return
        more = max(needed, 2 * have, 16) - have
        table = np.zeros(have + more, self.rows.dtype)  # not by `concatenate`: that would drop the padding
        table["object"] = NONE
        table[:have] = self.rows
        self.rows = table
        self._values += [None] * more
        no = np.zeros(more, bool)
        self._changed, self._other, self._tuned = (
            np.concatenate([column, no]) for column in (self._changed, self._other, self._tuned)
        )
        if self._colors is not None:
            self._colors = np.concatenate([self._colors, np.zeros((more, 3))])
            self._strengths = np.concatenate([self._strengths, np.zeros(more)])

    # ---- going back -----------------------------------------------------------------------------------------------

    def state(self) -> LightsState:
        """What `restore` needs."""
        colors = None if self._colors is None else self._colors.copy()
        return LightsState(
            self.rows.copy(), tuple(self._values), self._use.copy(), self._tuned.copy(), colors, self._strengths.copy()
        )

    def restore(self, state: LightsState) -> bool:
        """Go back to a state. Returns whether anything is different now."""
        self._reserve(len(state.rows))
        count, more = len(state.rows), len(self.rows) - len(state.rows)
        rows = np.zeros(len(self.rows), self.rows.dtype)
        rows["object"] = NONE
        rows[:count] = state.rows
        other = rows != self.rows
        self.rows = rows
        self._values = [*state.values, *[None] * more]
        self._use = state.use.copy()
        self._tuned = np.concatenate([state.tuned, np.zeros(more, bool)])
        self._colors = None
        if state.colors is not None:
            self._colors = np.concatenate([state.colors, np.zeros((more, 3))])
            self._strengths = np.concatenate([state.strengths, np.zeros(more)])
        self._of = {}
        for light, row in enumerate(rows["object"].tolist()):
            if row != NONE:
                self._of.setdefault(row, []).append(light)
        self._sorted = None
        self._other |= other
        return bool(other.any())

    def to_bytes(self) -> bytes:
        """The lights and who carries them; equal ones give equal bytes. Where they are is left out."""
        lit = np.flatnonzero(self.rows["object"] != NONE)
        lit = lit[np.lexsort((self.rows["kind"][lit], self.rows["object"][lit]))]
        keys = ("object", "kind", "color", "range", "spot_scale", "spot_offset", "casts_shadows", "radius")
        return b"".join(np.ascontiguousarray(self.rows[key][lit]).tobytes() for key in keys)

    # ---- sending --------------------------------------------------------------------------------------------------

    @property
    def changed(self) -> I32:
        """(k,) the rows that are not as they were last sent."""
        return np.flatnonzero(self._changed | self._other).astype(np.int32)

    def resend(self) -> None:
        """Who draws the world knows the woven lights only: everything else is to be sent again."""
        known = len(self._woven)
        self._changed[:known] = self.rows[:known] != self._woven
        self._other[:known] = (self.rows["object"][:known] != self._woven["object"]) | (
            self.rows["kind"][:known] != self._woven["kind"]
        )
        self._other[known:] = self.rows["object"][known:] != NONE

    def unsent(self) -> tuple[I32, I32]:
        """Rows whose values changed, and rows that hold another light or none any more; they count as sent then."""
        changed = np.flatnonzero(self._changed & ~self._other).astype(np.int32)
        other = np.flatnonzero(self._other).astype(np.int32)
        self._changed[changed] = self._changed[other] = self._other[other] = False
        return changed, other
