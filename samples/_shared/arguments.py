"""What samples are told on the command line."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence


def number_of(text: str, what: str, low: float, high: float, unit: str = "") -> float:
    """A number within limits; ends the program with what was found and wanted for all else. `what`: "the hour"."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        wanted = f"a number of {unit}" if unit else "a number"
        sys.exit(f"error: {what} is {text!r}; it must be {wanted} from {low:g} to {high:g}")
    return number


def asks_for_pilot(sample: str, arguments: Sequence[str]) -> bool:
    """Whether they say "bot"; ends the program for whatever is neither that nor nothing."""
    if [*arguments] not in ([], ["bot"]):
        sys.exit(f'error: {sample} was given {" ".join(arguments)!r}; it takes nothing, or "bot"')
    return bool(arguments)
