"""Every error that Dreamwell raises on purpose, in one tree.

The message says what was found, what was wanted and what to do. `dream` prints it and exits with 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one field of one object.

    `where` names the object ("crate-3", or "" for the scene itself), `field` the path below it
    ("Body.mass"), `found` and `wanted` are short texts, `hint` says what to do about it.
    """

    code: str
    where: str
    field: str
    found: str
    wanted: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where} → {self.field}" if self.where and self.field else self.where or self.field or "scene"
        text = f"{place} is {self.found}; it must be {self.wanted}"
        return f"{text} ({self.hint})" if self.hint else text


class DreamwellError(Exception):
    """The root of the tree: catch this one to catch them all."""


class ProblemsError(DreamwellError):
    """An error that carries every problem of its source, not just the first."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.message = message
        self.problems = tuple(problems)
        super().__init__("\n".join([message, *(f"  {p}" for p in self.problems)]))


class SceneError(ProblemsError):
    """A scene, or the `.dream` text of one, that can't be used as it stands."""


class SettingsError(ProblemsError):
    """A render setting that is unknown or out of range."""


class InputError(ProblemsError):
    """An action or axis that is not there, a binding that names nothing, a file of bindings that can't be used."""


class RecordingError(DreamwellError):
    """A recording that can't be played: another file, a broken one, one of another version or another game."""


class PhysicsError(DreamwellError):
    """What can't be simulated: a force that is no number, a shape without volume, a body that does not exist."""


class HudError(DreamwellError):
    """An element of the HUD that is unknown, or a value of one that can't be."""


class EditorError(ProblemsError):
    """What the editor can't do: a command about what is not there, a value that does not fit, a file that refuses."""


class AssetError(DreamwellError):
    """A model, image or environment file that is missing, broken or of an unsupported kind."""


class ShaderError(DreamwellError):
    """WGSL that does not compile; the message names the file and the line."""


class GpuError(DreamwellError):
    """No adapter, no device, or a device that can't do what is needed."""
