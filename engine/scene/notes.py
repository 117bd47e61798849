"""What the editor keeps about an object. It is in the file beside the object, and of no account to a game."""

from __future__ import annotations

from ..declare import field, struct


@struct
class Note:
    """How the editor shows an object."""

    hidden: bool = field(default=False, doc="not drawn in the editor's viewport, nor what hangs on it; a game draws it")
    locked: bool = field(default=False, doc="can't be chosen in the editor's viewport, nor what hangs on it")
    order: tuple[str, ...] = field(
        default=(), doc="components in the order in which the inspector lists them; others come behind, by name"
    )


PLAIN_NOTE = Note()
"""That of almost every object."""
