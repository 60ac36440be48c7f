"""Values that FEEL knows beyond Python's own, and the comparisons between values.

None, bool, int | Decimal, str, date, time, datetime, timedelta, YearsMonths, list, dict, Range and functions.
A number without a fraction is an int. A date and time without a zone is read in the office's zone when it
meets one with a zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, localcontext
from typing import Any

from forms.feel.world import SHANGHAI

NUMBERS = Context(prec=34, Emax=6144, Emin=-6143)
"""DMN computes in IEEE 754 decimal128."""
_MAX_INT = 10**34


@dataclass(frozen=True, order=True)
class YearsMonths:
    """A duration of years and months, as a number of months."""

    months: int

    @property
    def years(self) -> int:
        """Whole years, negative for a negative duration."""
        return int(self.months / 12)


@dataclass(frozen=True)
class Range:
    """A range of values; None for an open end (`> 5` is the range from 5, excluded, without end)."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True

    def holds(self, value: Any) -> bool | None:
        """Tell whether a value lies in the range; None where it cannot be compared."""
        above: bool | None = True
        below: bool | None = True
        if self.start is not None:
            above = less(self.start, value, orequal=self.start_included)
        if self.end is not None:
            below = less(value, self.end, orequal=self.end_included)
        if above is None or below is None:
            return None
        return above and below


@dataclass(frozen=True, eq=False)
class Function:
    """Something that can be called: built in, defined in an expression, or a business knowledge model.

    Attributes:
        name: for messages.
        parameters: names for a call by name.
        call: takes a list of arguments in order, returns the result.
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[[list[Any]], Any]


def number(value: Decimal) -> int | Decimal:
    """Return a Decimal as the house keeps it: int where it has no fraction."""
    if not value.is_finite():
        raise ArithmeticError("not a finite number")
    if value == value.to_integral_value() and abs(value) < _MAX_INT:
        return int(value)
    return value


def written(text: str) -> int | Decimal | None:
    """Return the number that digits stand for, rounded to 34 of them; null beyond decimal128."""
    try:
        return number(NUMBERS.create_decimal(text))
    except ArithmeticError:
        return None


def is_number(value: Any) -> bool:
    """Tell whether a value is a number (a bool is none)."""
    kind = type(value)
    return kind is int or kind is Decimal


def from_plain(value: Any) -> Any:
    """Return an outside value as FEEL knows it: floats become Decimals, tuples lists, deep inside too."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None or kind is Decimal:
        return value
    if kind is float:
        return (
            None if value != value or value in (float("inf"), float("-inf")) else number(Decimal(str(value)))
        )
    if isinstance(value, (list, tuple, set, frozenset)):
        return [from_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: from_plain(item) for key, item in value.items()}
    return value


def aware(value: datetime) -> datetime:
    """Return a date and time with a zone, the office's where it has none."""
    return value if value.tzinfo is not None else value.replace(tzinfo=SHANGHAI)


def _moments(a: Any, b: Any) -> tuple[Any, Any]:
    """Return two dates and times so that they can be compared and subtracted."""
    if a.tzinfo is None and b.tzinfo is None:
        return a, b
    return aware(a).astimezone(UTC), aware(b).astimezone(UTC)


def time_offset(value: time) -> timedelta | None:
    """Return the offset of a time; of one in a named zone its standard offset, the day being unknown."""
    if value.tzinfo is None:
        return None
    offset = value.utcoffset()
    if offset is None:
        winter = datetime(2020, 1, 1, tzinfo=value.tzinfo)
        return (winter.utcoffset() or timedelta()) - (winter.dst() or timedelta())
    return offset


def time_of_day(value: time) -> tuple[int, int]:
    """Return the microseconds of a time, moved to UTC where it has an offset, and 1 if it has one."""
    total = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = time_offset(value)
    if offset is None:
        return total, 0
    return total - offset // timedelta(microseconds=1), 1


def comparable(a: Any, b: Any) -> tuple[Any, Any] | None:
    """Return two values of one ordered kind in a form that Python orders; None where they have no order."""
    kind, other = type(a), type(b)
    if kind is other:
        if (
            kind is int
            or kind is str
            or kind is Decimal
            or kind is date
            or kind is timedelta
            or kind is YearsMonths
        ):
            return a, b
        if kind is datetime:
            return _moments(a, b)
        if kind is time:
            return time_of_day(a), time_of_day(b)
        return None
    if is_number(a) and is_number(b):
        return a, b
    return None


def less(a: Any, b: Any, *, orequal: bool = False) -> bool | None:
    """Tell whether a < b (or a <= b); None where they have no order."""
    pair = comparable(a, b)
    if pair is None:
        return None
    return pair[0] <= pair[1] if orequal else pair[0] < pair[1]


def equal(a: Any, b: Any) -> bool | None:
    """Tell whether two values are equal; None for values of different kinds.

    Source: DMN 1.3, table 53: null is equal to null only; lists and contexts by their parts.
    """
    if a is None or b is None:
        return a is b
    kind, other = type(a), type(b)
    if kind is other:
        if kind is datetime:
            return bool(_equal_moments(a, b))
        if kind is time:
            return time_of_day(a) == time_of_day(b)
        if kind is list:
            return len(a) == len(b) and all(equal(x, y) is True for x, y in zip(a, b, strict=True))
        if kind is dict:
            return a.keys() == b.keys() and all(equal(a[key], b[key]) is True for key in a)
        return bool(a == b)
    if is_number(a) and is_number(b):
        return bool(a == b)
    return None


def _equal_moments(a: datetime, b: datetime) -> bool:
    first, second = _moments(a, b)
    return bool(first == second)


def same(a: Any, b: Any) -> bool:
    """Tell whether two values are equal, those of different kinds being different."""
    return equal(a, b) is True


def power(base: int | Decimal, exponent: int | Decimal) -> int | Decimal:
    """Return base ** exponent in decimal128."""
    with localcontext(NUMBERS):
        return number(Decimal(base) ** Decimal(exponent))


def capped(value: int) -> int | Decimal:
    """Return an int rounded to decimal128 where it has grown beyond it."""
    if -_MAX_INT < value < _MAX_INT:
        return value
    return NUMBERS.create_decimal(value)
