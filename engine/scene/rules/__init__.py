"""Rules: what must be so, and what happens then. Scenes keep them, files have them, the Loom checks them."""

from .check import Doubt, Known, check_rules, refuse
from .rule import (
    TOUCHES,
    Rule,
    Sees,
    Steering,
    Then,
    When,
    Within,
    files_of,
    is_file,
    with_files,
)

__all__ = [
    "TOUCHES", "Doubt", "Known", "Rule", "Sees", "Steering", "Then", "When", "Within", "check_rules", "files_of",
    "is_file", "refuse", "with_files",
]  # fmt: skip
