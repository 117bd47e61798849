"""The components that an editor offers and finds by name: those of the edited scene's own scripts come first."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.errors import SceneError
from ...engine.kinds import Scope, called, scope_of
from ...engine.script import scripts_of

if TYPE_CHECKING:
    from .document import Document


class _Named(Mapping[str, type]):
    """Names → classes. What two files declare, and no script of the scene, is the one that was loaded last."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> type:
        try:
            found = self._scope.find(name)
        except SceneError:
            found = called(name)[-1]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._scope.names())

    def __len__(self) -> int:
        return len(self._scope.names())


@dataclass
class _Edited:
    """The document that is edited, and what its scripts were when they were last looked at."""

    document: weakref.ref[Document] | None = None
    scripts: tuple[Path, tuple[str, ...]] | None = None
    named: _Named = field(default_factory=lambda: _Named(Scope()))


_edited = _Edited()
"""One for the process: an editor has one document, and commands are data that names components."""


def follow(document: Document) -> None:
    """Have names mean from now on what they mean to this document's scene."""
    _edited.document, _edited.scripts = weakref.ref(document), None


def component_types() -> Mapping[str, type]:
    """Every component that the edited scene knows, by name."""
    document = None if _edited.document is None else _edited.document()
    if document is None:
        return _Named(Scope())
    scripts = document.root, tuple(document.scene.scripts)
    if scripts != _edited.scripts:
        _edited.scripts, _edited.named = scripts, _Named(scope_of(scripts_of(document.scene)[0], document.root))
    return _edited.named


__all__ = ["component_types", "follow"]
