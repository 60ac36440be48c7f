"""Types of FEEL: does a value conform to one, and fitting a value to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from forms.feel.values import Function, Range, YearsMonths, is_number

Conforms = Callable[[Any], bool]
"""Tells whether a value is of a type. Null is for the caller to decide, except in parts of a value."""


def _kind(*kinds: type) -> Conforms:
    return lambda value: type(value) in kinds


TYPES: Mapping[str, Conforms] = {
    "Any": lambda value: value is not None,
    "Null": lambda value: value is None,
    "null": lambda value: value is None,
    "number": is_number,
    "string": _kind(str),
    "boolean": _kind(bool),
    "date": _kind(date),
    "time": _kind(time),
    "date and time": _kind(datetime),
    "dateTime": _kind(datetime),
    "days and time duration": _kind(timedelta),
    "dayTimeDuration": _kind(timedelta),
    "day-time-duration": _kind(timedelta),
    "years and months duration": _kind(YearsMonths),
    "yearMonthDuration": _kind(YearsMonths),
    "year-month-duration": _kind(YearsMonths),
    "list": _kind(list),
    "context": _kind(dict),
    "range": _kind(Range),
    "function": lambda value: isinstance(value, Function),
}


def kind_of(value: Any) -> str:
    """Return the name of the type of a value."""
    return next((name for name, conforms in TYPES.items() if name != "Any" and conforms(value)), "Any")


def list_of(item: Conforms) -> Conforms:
    """Return the type of lists whose items are null or of a type."""
    return lambda value: type(value) is list and all(part is None or item(part) for part in value)


def range_of(item: Conforms) -> Conforms:
    """Return the type of ranges whose ends are null or of a type."""
    return lambda value: (
        type(value) is Range and all(end is None or item(end) for end in (value.start, value.end))
    )


def function_of(arity: int) -> Conforms:
    """Return the type of functions of some parameters; their types, and that of the result, are not known."""
    return lambda value: isinstance(value, Function) and len(value.parameters) == arity


def context_of(members: Mapping[str, Conforms]) -> Conforms:
    """Return the type of contexts that have these entries, each null or of its type."""
    return lambda value: (
        type(value) is dict
        and all(
            name in value and (value[name] is None or member(value[name])) for name, member in members.items()
        )
    )


def fit(value: Any, conforms: Conforms) -> Any:
    """Return a value as a parameter of a type takes it, else null.

    A list of one item is the item, an item a list of one, a date its midnight in UTC.

    Source: DMN 1.3, 10.3.2.9.4 (implicit conversions).
    """
    if value is None or conforms(value):
        return value
    if type(value) is date and conforms(midnight := datetime.combine(value, time(), UTC)):
        return midnight
    if type(value) is list and len(value) == 1 and value[0] is not None and conforms(value[0]):
        return value[0]
    if type(value) is not list and conforms([value]):
        return [value]
    return None
