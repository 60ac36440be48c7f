"""FEEL values as plain JSON."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from forms.feel.library_text import show_number, show_value
from forms.feel.temporal import show
from forms.feel.values import NUMBERS, Function, Range, YearsMonths, number

_FLOAT_DIGITS = 15


def to_plain(value: Any) -> Any:
    """Return a value that JSON can hold.

    Dates, times and durations are ISO text, ranges FEEL text, functions null. A Decimal is a JSON number;
    a whole one beyond 34 digits an int, one with a fraction and more than 15 digits before it plain text.
    """
    if value is None or type(value) in (str, bool, int, float):
        return value
    if type(value) is Decimal:
        if value == value.to_integral_value():
            return int(value)
        return float(value) if value.adjusted() < _FLOAT_DIGITS else show_number(value)
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (date, datetime, time, timedelta, YearsMonths)):
        return show(value)
    if isinstance(value, Range):
        return show_value(value)
    return None if isinstance(value, Function) else str(value)


def to_json(value: Any) -> str:
    """Return a value as JSON text, as `to_plain` has it, but with every number exact, 34 digits long if need be."""
    if type(value) is Decimal:
        return show_number(value) if abs(value.adjusted()) <= NUMBERS.prec else str(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(to_json, value))}]"
    if isinstance(value, dict):
        entries = (
            f"{json.dumps(str(key), ensure_ascii=False)}: {to_json(item)}" for key, item in value.items()
        )
        return f"{{{', '.join(entries)}}}"
    return json.dumps(to_plain(value), ensure_ascii=False)


def from_json(text: str) -> Any:
    """Return what a JSON text says, its numbers exact. Raises ValueError, also for NaN and Infinity."""
    return json.loads(text, parse_float=lambda shown: number(Decimal(shown)), parse_constant=_no_number)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
