"""Expressions of rules: text such as "Health.points < 20 and other.Health.points > 0", checked once, run on columns."""

from .compile import compiled
from .expression import AXES, MOTION, NUMBER, PLACES, TEXT, TRUTH, Expression, Flaw, Frame, Type, vector
from .functions import FUNCTIONS
from .names import component_named, field_of, motion_type, named_in, near_names, type_of
from .terms import Term, where, written

__all__ = [
    "AXES", "FUNCTIONS", "MOTION", "NUMBER", "PLACES", "TEXT", "TRUTH", "Expression", "Flaw", "Frame", "Term", "Type",
    "compiled", "component_named", "field_of", "motion_type", "named_in", "near_names", "type_of", "vector", "where",
    "written",
]  # fmt: skip
