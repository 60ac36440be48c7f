"""FEEL, JUEL of simple form, and working days."""

from forms.feel.calendar import Calendar, china
from forms.feel.errors import EvaluationError, FeelSyntaxError, FeelTypeError
from forms.feel.expression import Expression, UnaryTests
from forms.feel.world import World

__all__ = [
    "Calendar",
    "EvaluationError",
    "Expression",
    "FeelSyntaxError",
    "FeelTypeError",
    "UnaryTests",
    "World",
    "china",
]
