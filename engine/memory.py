"""Memory: when garbage is looked for, and handing what is free back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache

_waiting = False
_frozen = False


def wait_with_garbage() -> None:
    """Look for no garbage until `settled`: what a program makes while it starts stays, and is looked at 200 times."""
    global _waiting
    _waiting = gc.isenabled()
    gc.disable()


def settled() -> None:
    """The program has started: from now on garbage is looked for, but not among what there is already.

    In a process that starts several, only what is there at the first time is left out: the rest may hold garbage.
    """
    global _waiting, _frozen
    if _waiting:
        _waiting = False
        if not _frozen:
            _frozen = True
            gc.freeze()
        gc.enable()


def give_back() -> None:
    """Hand back what was freed: after work on large arrays, which the C library would keep for the next.

    Takes some milliseconds where much was freed. Only glibc keeps so much, and has such a call; elsewhere nothing
    happens.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
