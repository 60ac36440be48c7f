"""FEEL, JUEL of simple form, and working days.

`compile_expression(text).evaluate(scope, world)` is all that most rooms need.
"""

from forms.feel.calendar import Calendar, china
from forms.feel.compile import compile_expression, compile_unary_tests
from forms.feel.errors import EvaluationError, FeelSyntaxError, FeelTypeError
from forms.feel.expression import Expression, UnaryTests
from forms.feel.plain import from_json, to_json, to_plain
from forms.feel.values import Function, Range, YearsMonths
from forms.feel.world import SHANGHAI, World

__all__ = [
    "SHANGHAI",
    "Calendar",
    "EvaluationError",
    "Expression",
    "FeelSyntaxError",
    "FeelTypeError",
    "Function",
    "Range",
    "UnaryTests",
    "World",
    "YearsMonths",
    "china",
    "compile_expression",
    "compile_unary_tests",
    "from_json",
    "to_json",
    "to_plain",
]
