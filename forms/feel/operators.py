"""Arithmetic, membership and properties of values. What has no meaning is null.

Source: DMN 1.3, tables 50 to 57 and 65.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from forms.feel.temporal import add_months
from forms.feel.values import (
    NUMBERS,
    Range,
    YearsMonths,
    capped,
    equal,
    is_number,
    less,
    number,
    power,
    time_of_day,
    time_offset,
)

MAX_TEXT = 1_000_000
"""The longest text that an expression may build; beyond it the result is null."""
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


def shift_time(value: time, length: timedelta) -> time:
    """Return a time some length later, around the clock."""
    moment = datetime.combine(date(2000, 1, 1), value) + length % _DAY
    return moment.timetz()


def add(a: Any, b: Any) -> Any:
    """Return a + b."""
    kind, other = type(a), type(b)
    if kind is int and other is int:
        return capped(a + b)
    if kind is str and other is str:
        return a + b if len(a) + len(b) <= MAX_TEXT else None
    if is_number(a) and is_number(b):
        return number(NUMBERS.add(a, b))
    if other in (datetime, date, time) and kind in (YearsMonths, timedelta):
        a, b, kind, other = b, a, other, kind
    if other is YearsMonths:
        if kind is YearsMonths:
            return YearsMonths(a.months + b.months)
        return add_months(a, b.months) if kind in (date, datetime) else None
    if other is timedelta:
        if kind is timedelta or kind is datetime:
            return a + b
        if kind is date:
            return (datetime.combine(a, time()) + b).date()
        if kind is time:
            return shift_time(a, b)
    return None


def subtract(a: Any, b: Any) -> Any:
    """Return a - b."""
    kind, other = type(a), type(b)
    if kind is int and other is int:
        return capped(a - b)
    if is_number(a) and is_number(b):
        return number(NUMBERS.subtract(a, b))
    if other is YearsMonths:
        return add(a, YearsMonths(-b.months))
    if other is timedelta:
        return add(a, -b)
    if kind is date and other is date:
        return a - b
    if kind is time and other is time:
        return _time_difference(a, b)
    if kind in (date, datetime) and other in (date, datetime):
        return _moments_apart(a, b)
    return None


def _moments_apart(a: date, b: date) -> timedelta | None:
    """Return the time between two moments; a date is its midnight in UTC. Null if only one has a zone."""
    first = a if isinstance(a, datetime) else datetime.combine(a, time(), UTC)
    second = b if isinstance(b, datetime) else datetime.combine(b, time(), UTC)
    if (first.tzinfo is None) != (second.tzinfo is None):
        return None
    return first - second if first.tzinfo is None else first.astimezone(UTC) - second.astimezone(UTC)


def _time_difference(a: time, b: time) -> timedelta:
    if (a.tzinfo is None) != (b.tzinfo is None):
        a, b = a.replace(tzinfo=None), b.replace(tzinfo=None)
    return timedelta(microseconds=time_of_day(a)[0] - time_of_day(b)[0])


def multiply(a: Any, b: Any) -> Any:
    """Return a * b."""
    if type(a) is int and type(b) is int:
        return capped(a * b)
    if is_number(a):
        if is_number(b):
            return number(NUMBERS.multiply(a, b))
        a, b = b, a
    if is_number(b):
        if type(a) is YearsMonths:
            return YearsMonths(int(a.months * b))
        if type(a) is timedelta:
            return timedelta(microseconds=int((a // _MICROSECOND) * b))
    return None


def divide(a: Any, b: Any) -> Any:
    """Return a / b; null when b is 0."""
    kind, other = type(a), type(b)
    if is_number(b):
        if b == 0:
            return None
        if kind is int and other is int and a % b == 0:
            return a // b
        if is_number(a):
            return number(NUMBERS.divide(a, b))
        if kind is YearsMonths:
            return YearsMonths(int(Decimal(a.months) / b))
        if kind is timedelta:
            return timedelta(microseconds=int(Decimal(a // _MICROSECOND) / b))
    elif kind is other is YearsMonths and b.months:
        return divide(a.months, b.months)
    elif kind is other is timedelta and b:
        return divide(a // _MICROSECOND, b // _MICROSECOND)
    return None


def exponent(a: Any, b: Any) -> Any:
    """Return a ** b."""
    return power(a, b) if is_number(a) and is_number(b) else None


def negate(a: Any) -> Any:
    """Return -a."""
    if is_number(a) or type(a) is timedelta:
        return -a
    return YearsMonths(-a.months) if type(a) is YearsMonths else None


def unequal(a: Any, b: Any) -> bool | None:
    """Tell whether two values of one kind differ."""
    result = equal(a, b)
    return None if result is None else not result


def _less(a: Any, b: Any) -> bool | None:
    return less(a, b)


def _at_most(a: Any, b: Any) -> bool | None:
    return less(a, b, orequal=True)


def _more(a: Any, b: Any) -> bool | None:
    return less(b, a)


def _at_least(a: Any, b: Any) -> bool | None:
    return less(b, a, orequal=True)


COMPARISONS: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": equal,
    "!=": unequal,
    "<": _less,
    "<=": _at_most,
    ">": _more,
    ">=": _at_least,
}


def range_of(sign: str, value: Any) -> Range | None:
    """Return the range that `(> 5)` and its like stand for; `(= 5)` holds 5 only."""
    match sign:
        case ">" | ">=":
            return Range(value, None, sign == ">=", False)
        case "<" | "<=":
            return Range(None, value, False, sign == "<=")
        case "=":
            return Range(value, value)
    return None


def contained(value: Any, test: Any) -> bool | None:
    """Tell whether a value satisfies what a test evaluated to: a range, a list or a single value."""
    if type(test) is Range:
        return test.holds(value)
    if type(test) is list:
        if any(contained_once(value, item) is True for item in test):
            return True
        return type(value) is list and equal(value, test) is True
    return equal(value, test)


def contained_once(value: Any, item: Any) -> bool | None:
    """Tell whether a value equals an item of a list, or lies in the range that the item is."""
    return item.holds(value) if type(item) is Range and type(value) is not Range else equal(value, item)


def _truncated(total: int, unit: int) -> int:
    """Return total / unit without its fraction, towards zero."""
    return total // unit if total >= 0 else -(-total // unit)


def _remainder(total: int, unit: int) -> int:
    return total - _truncated(total, unit) * unit


def _seconds(value: timedelta) -> int:
    return _truncated(value // _MICROSECOND, 1_000_000)


def _offset(value: datetime | time) -> timedelta | None:
    return value.utcoffset() if isinstance(value, datetime) else time_offset(value)


def _zone(value: datetime | time) -> str | None:
    return getattr(value.tzinfo, "key", None)


_DATE: dict[str, Callable[[Any], Any]] = {
    "year": lambda v: v.year,
    "month": lambda v: v.month,
    "day": lambda v: v.day,
    "weekday": lambda v: v.isoweekday(),
}
_TIME: dict[str, Callable[[Any], Any]] = {
    "hour": lambda v: v.hour,
    "minute": lambda v: v.minute,
    "second": lambda v: v.second,
    "time offset": _offset,
    "timezone": _zone,
}
PROPERTIES: dict[type, dict[str, Callable[[Any], Any]]] = {
    date: _DATE,
    time: _TIME,
    datetime: {**_DATE, **_TIME},
    YearsMonths: {
        "years": lambda v: _truncated(v.months, 12),
        "months": lambda v: _remainder(v.months, 12),
    },
    timedelta: {
        "days": lambda v: _truncated(_seconds(v), 86_400),
        "hours": lambda v: _truncated(_remainder(_seconds(v), 86_400), 3600),
        "minutes": lambda v: _truncated(_remainder(_seconds(v), 3600), 60),
        "seconds": lambda v: _remainder(_seconds(v), 60),
    },
    Range: {
        "start": lambda v: v.start,
        "end": lambda v: v.end,
        "start included": lambda v: v.start_included,
        "end included": lambda v: v.end_included,
    },
}


def prop(value: Any, name: str) -> Any:
    """Return the property of a value: of a context, a date, a duration, a range, or of each item of a list."""
    kind = type(value)
    if kind is dict:
        return value.get(name)
    if kind is list:
        return [prop(item, name) for item in value]
    getter = PROPERTIES.get(kind, {}).get(name)
    return None if getter is None else getter(value)
