"""A panel that raises shows its error where it is; the rest of the editor lives on."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imgui_bundle import imgui


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: one line, where, and the whole trace."""

    text: str
    path: str
    line: int
    trace: str

    @property
    def place(self) -> str:
        """Where it was raised, in a few words."""
        return f"{Path(self.path).name}, line {self.line}" if self.path else ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What an exception says, at the place where it was raised."""
        frames = traceback.extract_tb(error.__traceback__)
        last = frames[-1] if frames else None
        return cls(
            text=f"{type(error).__name__}: {error}" if str(error) else type(error).__name__,
            path=last.filename if last else "",
            line=(last.lineno or 0) if last else 0,
            trace="".join(traceback.format_exception(error)).rstrip(),
        )


def guarded(draw: Callable[[], None]) -> Failure | None:
    """Draw something. Where it raises, imgui's stacks are put back as they were; returns what went wrong."""
    before = imgui.internal.ErrorRecoveryState()
    imgui.internal.error_recovery_store_state(before)
    try:
        draw()
    except Exception as error:
        failure = Failure.of(error)
    else:
        return None
    io = imgui.get_io()
    told = io.config_error_recovery_enable_assert, io.config_error_recovery_enable_tooltip
    io.config_error_recovery_enable_assert = io.config_error_recovery_enable_tooltip = False
    try:
        imgui.internal.error_recovery_try_to_recover_state(before)
    finally:
        io.config_error_recovery_enable_assert, io.config_error_recovery_enable_tooltip = told
    return failure
