"""How JUEL brings values of different kinds together: text that is a number counts as one beside a number, and so on.

Where JUEL would fail, this does not: text and a value that is no number are joined by `+`, and have no order.

Source: JavaServer Pages 2.1, Expression Language Specification, 1.7 to 1.18.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from forms.feel import operators
from forms.feel.library_number import modulo
from forms.feel.library_text import show_value
from forms.feel.values import is_number, number, same

_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?\s*", re.ASCII)


def truth(value: Any) -> bool:
    """Return what a value counts as in a condition: null is false, text is true only as `true`."""
    if type(value) is str:
        return value.lower() == "true"
    return value is True


def empty(value: Any) -> bool:
    """Tell whether a value is null, an empty text, list or context."""
    return value is None or value == "" or value == [] or value == {}


def text_of(value: Any) -> str:
    """Return a value as it stands in a template; null is nothing."""
    return "" if value is None else show_value(value)


def _counted(value: Any) -> Any:
    """Return the number a value counts as: null and empty text are 0; any other value as it is."""
    if value is None or value == "":
        return 0
    if type(value) is str and _NUMBER.fullmatch(value):
        return number(Decimal(value.strip()))
    return value


def _numbers(a: Any, b: Any) -> tuple[Any, Any] | None:
    """Return two values as the numbers they count as; None where one is none, or where nothing stands on both sides."""
    if is_number(a) and is_number(b):
        return a, b
    first, second = _counted(a), _counted(b)
    if is_number(first) and is_number(second) and not (empty(a) and empty(b)):
        return first, second
    return None


def _arithmetic(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def calculated(a: Any, b: Any) -> Any:
        return operation(*(_numbers(a, b) or (a, b)))

    return calculated


def _add(a: Any, b: Any) -> Any:
    if (type(a) is str or type(b) is str) and _numbers(a, b) is None:
        return text_of(a) + text_of(b)
    return _arithmetic(operators.add)(a, b)


def _alike(a: Any, b: Any) -> tuple[Any, Any]:
    """Return two values brought to one kind, as far as one of them is text."""
    kinds = type(a), type(b)
    if a is None or b is None or str not in kinds or kinds[0] is kinds[1] or list in kinds or dict in kinds:
        return a, b
    if bool in kinds:
        return truth(a), truth(b)
    return _numbers(a, b) or ((a, b) if is_number(a) or is_number(b) else (text_of(a), text_of(b)))


def _equal(a: Any, b: Any) -> bool:
    return same(*_alike(a, b))


def _ordered(sign: str) -> Callable[[Any, Any], bool]:
    comparison = operators.COMPARISONS[sign]
    return lambda a, b: comparison(*_alike(a, b)) is True


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": _equal,
    "!=": lambda a, b: not _equal(a, b),
    **{sign: _ordered(sign) for sign in ("<", ">", "<=", ">=")},
    "+": _add,
    "-": _arithmetic(operators.subtract),
    "*": _arithmetic(operators.multiply),
    "/": _arithmetic(operators.divide),
    "%": _arithmetic(modulo),
}
