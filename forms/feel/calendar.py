"""Working days by the State Council's yearly arrangement.

Holidays and make-up working days come from the `holidays` library, read a year at a time and only when
a date of that year is asked for. An office's own table of exceptions goes over it (`with_days`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

_ONE_DAY = timedelta(days=1)
MAX_WORKING_DAYS = 250
"""The longest period `add_working_days` counts: about one year."""
MAX_SPAN_DAYS = 36_600
"""The longest stretch `working_days_between` looks at: about a hundred years."""


@dataclass(frozen=True)
class Year:
    """The exceptions of one year: weekdays that are off, weekend days that are worked."""

    off: frozenset[date]
    worked: frozenset[date]


NO_EXCEPTIONS = Year(frozenset(), frozenset())


@dataclass(frozen=True)
class Calendar:
    """Which days are working days.

    Attributes:
        year_of: gives the exceptions of a year.
        announced: gives the last year whose arrangement has been announced; asked only when needed.
        overrides: the office's own exceptions, True for a working day; they win.
        settled: years the office itself has entered as announced, ahead of what `announced` knows.
    """

    year_of: Callable[[int], Year]
    announced: Callable[[], int]
    overrides: Mapping[date, bool] = field(default_factory=dict)
    settled: frozenset[int] = frozenset()

    @property
    def announced_through(self) -> int:
        """The last year whose arrangement has been announced; dates after it are provisional."""
        return self.announced()

    def is_working_day(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        override = self.overrides.get(day)
        if override is not None:
            return override
        year = self.year_of(day.year)
        if day.weekday() < 5:
            return day not in year.off
        return day in year.worked

    def is_provisional(self, day: date) -> bool:
        """Tell whether the arrangement of a day's year is still to be announced.

        What this calendar says of such a day may change; a day the office itself has set is settled.
        """
        return (
            day.year > self.announced_through and day.year not in self.settled and day not in self.overrides
        )

    def add_working_days(self, start: date, days: int) -> date:
        """Return the day on which a period of working days ends.

        Args:
            start: the day of receipt; it does not count itself.
            days: working days, 0 to 250; with 0 the period ends on `start`, whatever day that is.

        Raises:
            ValueError: days is negative or over 250.
            OverflowError: the period ends after the year 9999.

        Source: State Council yearly holiday notice; 003, III.(2).3 (10 working days).
        """
        if not 0 <= days <= MAX_WORKING_DAYS:
            raise ValueError(f"working days must be 0 to {MAX_WORKING_DAYS}, not {days}")
        day = start
        while days:
            day += _ONE_DAY
            if self.is_working_day(day):
                days -= 1
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`.

        The day it counts from is excluded, as in `add_working_days`, so that
        `working_days_between(d, add_working_days(d, n)) == n`. Negative when `end` is before `start`
        (the working days after `end` up to and including `start`); 0 for the same day.

        Raises:
            ValueError: the two days are more than about a hundred years apart.
        """
        if end < start:
            return -self.working_days_between(end, start)
        span = (end - start).days
        if span > MAX_SPAN_DAYS:
            raise ValueError(f"{start} and {end} are too far apart")
        weekdays = _weekdays_through(end) - _weekdays_through(start)
        return weekdays + sum(self._exceptions_between(start, end))

    def _exceptions_between(self, start: date, end: date) -> Iterator[int]:
        """What each exception after `start` up to `end` adds to the plain weekdays: a day, or takes one away."""
        for number in range(start.year, end.year + 1):
            year = self.year_of(number)
            for day in year.off:
                if start < day <= end and day not in self.overrides:
                    yield -(day.weekday() < 5)
            for day in year.worked:
                if start < day <= end and day not in self.overrides:
                    yield day.weekday() >= 5
        for day, working in self.overrides.items():
            if start < day <= end:
                yield working - (day.weekday() < 5)

    def with_days(self, overrides: Mapping[date, bool]) -> Calendar:
        """Return this calendar with days set by hand: True makes a working day, False a day off."""
        return replace(self, overrides={**self.overrides, **overrides})

    def with_settled(self, years: Iterable[int]) -> Calendar:
        """Return this calendar with years that the office holds for announced."""
        return replace(self, settled=self.settled | frozenset(years))


def _weekdays_through(day: date) -> int:
    """How many days from Monday to Friday there are up to and including a day, from 1 January of the year 1, a Monday."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


def weekdays_only(announced_through: int = 9999) -> Calendar:
    """Return a calendar without holidays, Monday to Friday; for tests and other countries' tables."""
    return Calendar(lambda _year: NO_EXCEPTIONS, lambda: announced_through)


@lru_cache(maxsize=128)
def _china_year(year: int) -> Year:
    from holidays.countries.china import China  # late: an expression without dates must not pay for it

    table = China(years=year, expand=False)
    return Year(
        off=frozenset(day for day in table if day.weekday() < 5),
        worked=frozenset(day for day in table.weekend_workdays if day.year == year),
    )


@lru_cache(maxsize=8)
def china_names(year: int) -> Mapping[date, str]:
    """What the days off of a year are called (国庆节); one that is moved for them has no name."""
    from holidays.countries.china import China

    named = {}
    for day, name in China(years=year, expand=False, language="zh_CN").items():
        short = name.partition("（")[0]
        if short != "休息日":
            named[day] = short
    return named


def china_source() -> str:
    """Version of the library that holds the notices; a later one knows at least as many."""
    from holidays.version import __version__

    return str(__version__)


@lru_cache(maxsize=1)
def _announced_through() -> int:
    # The library computes any year; only those in its table of notices are the State Council's word.
    from holidays.countries.china import ChinaStaticHolidays

    return max(ChinaStaticHolidays.special_public_holidays)


@lru_cache(maxsize=1)
def china() -> Calendar:
    """Return the calendar of the State Council, as far as the `holidays` library knows its notices."""
    return Calendar(_china_year, _announced_through)
