"""When the viewport's picture is drawn, and how finely.

An adapter that is the CPU takes long for every pixel: there a picture has fewer of them while something changes, as in
other editors, and all of them as soon as it rests.
"""

from __future__ import annotations

from dataclasses import dataclass

COARSE = 0.5
"""Of a picture's width and height, on software adapters, while something changes."""
REST = 0.2
"""Seconds without a change until the picture is fine again."""


@dataclass
class Pace:
    """Decides for every frame whether the scene is drawn, and at which part of its size.

    coarse: the part while something changes; 1: it is always drawn whole, and at once.
    """

    coarse: float = 1.0
    part: float = 1.0
    """Of the size that the next picture is to have."""
    _left: int = 0
    _rest: float = 0.0

    @property
    def waiting(self) -> bool:
        """Whether more is to be drawn without anything changing."""
        return self._left > 0 or self._rest > 0

    def draws(self, settle: int, seconds: float, *, changed: bool, whole: bool, hands: bool) -> bool:
        """Whether the scene is drawn in this frame, `seconds` after the last.

        settle: pictures after a change, until what is averaged over time has come to rest.  whole: it must have all of
        its pixels: a game does.  hands: somebody moves the pointer or presses something, and waits for that.
        """
        slow = self.coarse < 1 and not whole
        if changed:
            self._left, self._rest = max(settle, 1), REST if slow else 0.0
            self.part = self.coarse if slow else 1.0
            self._left -= 1
            return True
        if self._rest > 0:
            self._rest -= seconds
            if self._rest > 0:
                return False
            self.part, self._left, self._rest = 1.0, max(settle, 1), 0.0
        if not self._left or (slow and hands):
            return False
        self._left -= 1
        return True
