"""Built-in functions on dates, times and durations, and the house's own on working days.

Source: DMN 1.3, tables 71, 77 and 78. now() and today() ask the world, never the machine.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from forms.feel.arguments import day, num, single, text
from forms.feel.builtin import Builtin, define
from forms.feel.temporal import (
    months_between,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_temporal,
    parse_time,
)
from forms.feel.values import Range, YearsMonths, less
from forms.feel.world import World

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _exact(value: Any) -> int:
    given = num(value)
    if given != int(given):
        raise ValueError("not a whole number")
    return int(given)


def date_of(first: Any, month: Any = None, day_of_month: Any = None) -> date:
    """Return a date: of text, of a date and time, or of year, month and day."""
    first = single(first)
    if month is not None or day_of_month is not None:
        return date(_exact(first), _exact(month), _exact(day_of_month))
    if isinstance(first, date):
        return day(first)
    return parse_date(text(first))


def time_of(first: Any, minute: Any = None, second: Any = None, offset: Any = None) -> time:
    """Return a time: of text, of a date and time, of a date (midnight UTC), or of its parts."""
    first = single(first)
    if minute is None and second is None:
        if type(first) is time:
            return first
        if type(first) is datetime:
            return first.timetz()
        if type(first) is date:
            return time(tzinfo=timezone.utc)  # noqa: UP017
        return parse_time(text(first))
    seconds = Decimal(num(second))
    fraction = int((seconds - int(seconds)) * 1_000_000)
    if single(offset) is not None and type(single(offset)) is not timedelta:
        raise TypeError("not an offset")
    zone = None if offset is None else timezone(single(offset))
    return time(_exact(first), _exact(minute), int(seconds), fraction, zone)


def date_and_time(first: Any, second: Any = None, *parts: Any) -> datetime:
    """Return a date and time: of text, of a date and a time, of a moment and a zone, or of its parts."""
    first, second = single(first), single(second)
    if parts:
        return _from_parts(first, second, *parts)
    if second is None:
        if type(first) is datetime:
            return first
        if type(first) is date:
            return datetime.combine(first, time())
        return parse_datetime(text(first))
    if type(second) is time:
        return datetime.combine(day(first), second)
    if type(first) is datetime and type(second) is str:
        return first.astimezone(parse_time(f"00:00:00@{second}").tzinfo)
    raise TypeError("not a date and a time")


def _from_parts(
    year: Any, month: Any, day_of_month: Any, hour: Any, minute: Any, second: Any, offset: Any = None
) -> datetime:
    offset = single(offset)
    clock = time_of(hour, minute, second, None if isinstance(offset, str) else offset)
    if isinstance(offset, str):
        clock = clock.replace(tzinfo=parse_time(f"00:00:00@{offset}").tzinfo)
    return datetime.combine(date(_exact(year), _exact(month), _exact(day_of_month)), clock)


def duration_of(given: Any) -> timedelta | YearsMonths:
    """Return a duration, of text or as it is."""
    given = single(given)
    if type(given) in (timedelta, YearsMonths):
        return given
    return parse_duration(text(given))


def years_and_months_duration(start: Any, end: Any) -> YearsMonths:
    """Return the whole months between two dates."""
    return months_between(day(start), day(end))


def week_of_year(given: Any) -> int:
    """Return the ISO week."""
    return day(given).isocalendar()[1]


def last_day_of_month(given: Any) -> date:
    """Return the last day of a date's month."""
    first = day(given)
    return first.replace(day=monthrange(first.year, first.month)[1])


def add_working_days(world: World, start: Any, days: Any) -> date:
    """Return the day on which a period of working days ends; the start does not count itself."""
    return world.calendar.add_working_days(_office_day(world, start), _exact(days))


def working_days_between(world: World, start: Any, end: Any) -> int:
    """Count the working days after start up to and including end."""
    return world.calendar.working_days_between(_office_day(world, start), _office_day(world, end))


def is_working_day(world: World, given: Any) -> bool:
    """Tell whether a day is a working day."""
    return world.calendar.is_working_day(_office_day(world, given))


def _office_day(world: World, value: Any) -> date:
    """Return a date; of a moment its day in the office's zone, of text what it says."""
    value = single(value)
    if type(value) is str:
        value = parse_datetime(value) if "T" in value else parse_date(value)
    if type(value) is datetime and value.tzinfo is not None:
        return value.astimezone(world.now.tzinfo).date()
    return day(value)


def range_of(given: Any) -> Range:
    """Read a range from text, such as `[1..5)` or `["a".."c"]`."""
    shown = text(given).strip()
    low, dots, high = shown[1:-1].partition("..")
    if not dots or shown[0] not in "[(]" or shown[-1] not in "])[":
        raise ValueError("not a range")
    start, end = _endpoint(low.strip()), _endpoint(high.strip())
    if (start is None and shown[0] == "[") or (end is None and shown[-1] == "]"):
        raise ValueError("an open end cannot be included")
    if (start is None and end is None) or (
        start is not None and end is not None and less(start, end, orequal=True) is not True
    ):
        raise ValueError("not a range")
    return Range(start, end, shown[0] == "[", shown[-1] == "]")


def _endpoint(shown: str) -> Any:
    from forms.feel.library_text import number_of

    if not shown:
        return None
    if shown.startswith('@"') and shown.endswith('"'):
        return parse_temporal(shown[2:-1])
    if shown.startswith('"') and shown.endswith('"') and len(shown) > 1:
        return shown[1:-1]
    for name, call in (("date and time", parse_datetime), ("date", parse_date), ("time", parse_time)):
        if shown.startswith(f'{name}("') and shown.endswith('")'):
            return call(shown[len(name) + 2 : -2])
    if shown.startswith('duration("') and shown.endswith('")'):
        return parse_duration(shown[10:-2])
    return number_of(shown)


FUNCTIONS: tuple[Builtin, ...] = (
    define("date", "from | year, month, day", date_of),
    define("time", "from | hour, minute, second, offset", time_of),
    define(
        "date and time",
        "from | date, time | date, timezone | year, month, day, hour, minute, second, offset",
        date_and_time,
    ),
    define("duration", "from", duration_of),
    define("years and months duration", "from, to", years_and_months_duration),
    define("day of year", "date", lambda given: day(given).timetuple().tm_yday),
    define("day of week", "date", lambda given: _DAYS[day(given).weekday()]),
    define("month of year", "date", lambda given: _MONTHS[day(given).month - 1]),
    define("week of year", "date", week_of_year),
    define("last day of month", "date", last_day_of_month),
    define("now", "", lambda world: world.now, worldly=True),
    define("today", "", lambda world: world.today, worldly=True),
    define("add working days", "date, days | date, n | start, days", add_working_days, worldly=True),
    define("working days between", "start, end | from, to", working_days_between, worldly=True),
    define("is working day", "date", is_working_day, worldly=True),
    define("range", "from", range_of),
)
