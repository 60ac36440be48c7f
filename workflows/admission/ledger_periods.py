"""The periods of a permitted ledger: once a month, quarter, year ... it is filled in, and by which day.

A period has a key that sorts as time goes (`2026-11`, `2026-Q4`, `2026-W48`) and a label as offices write it. A ledger
that is filled in once, or whenever something changes, has one period, whose key is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from forms.faults import Refused
from forms.written.dates import read_date

DUE_DAYS = "due_days"
"""Field of the application, and key of the details: days after a period ends in which it may still be filled in."""


@dataclass(frozen=True)
class Period:
    """One period, `last` included."""

    key: str
    label: str
    first: date
    last: date


class PeriodUnread(Refused):
    """No period of the ledger's frequency. Facts: given, example."""

    zh: ClassVar[str] = "填报期“{given}”读不出，请按“{example}”的样子填写"
    en: ClassVar[str] = "“{given}” is no period of this ledger; write it as “{example}”"


class PeriodAhead(Refused):
    """A period is filled in once it has begun. Facts: period, first."""

    zh: ClassVar[str] = "{period}尚未开始，{first}起才能填报"
    en: ClassVar[str] = "{period} has not begun; it can be filled in from {first}"


class PeriodOutside(Refused):
    """The ledger was not, or is no longer, asked for then. Facts: period, name."""

    zh: ClassVar[str] = "台账“{name}”在{period}不需填报；社区有权不填"
    en: ClassVar[str] = "The ledger “{name}” is not asked for in {period}"


# ------------------------------------------------------------------ kinds of periods
def _day(day: date) -> Period:
    return Period(day.isoformat(), f"{day.year}年{day.month}月{day.day}日", day, day)


def _week(day: date) -> Period:
    year, week, weekday = day.isocalendar()
    first = day - timedelta(days=weekday - 1)
    return Period(f"{year}-W{week:02}", f"{year}年第{week}周", first, first + timedelta(days=6))


def _month(day: date) -> Period:
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Period(f"{day.year}-{day.month:02}", f"{day.year}年{day.month}月", first, last)


def _quarter(day: date) -> Period:
    number = (day.month + 2) // 3
    last = _month(date(day.year, number * 3, 1)).last
    return Period(
        f"{day.year}-Q{number}", f"{day.year}年第{number}季度", date(day.year, number * 3 - 2, 1), last
    )


def _year(day: date) -> Period:
    return Period(str(day.year), f"{day.year}年", date(day.year, 1, 1), date(day.year, 12, 31))


_AT: dict[str, Callable[[date], Period]] = {
    "daily": _day,
    "weekly": _week,
    "monthly": _month,
    "quarterly": _quarter,
    "yearly": _year,
}
PERIODIC = frozenset(_AT)
"""Keys of `permitted.FREQUENCIES` that are filled in by periods."""

_NUMERALS = str.maketrans("一二三四", "1234")
_PATTERNS: dict[str, re.Pattern[str]] = {
    "weekly": re.compile(r"(\d{4})\D*?[第W-]\s*(\d{1,2})\s*周?"),
    "monthly": re.compile(r"(\d{4})\s*[年./-]?\s*(\d{1,2})\s*月?(?:份)?"),
    "quarterly": re.compile(r"(\d{4})\s*年?\s*[-]?\s*[第Q]?\s*([1-4])\s*(?:季度?)?"),
    "yearly": re.compile(r"(\d{4})\s*年?(?:度)?"),
}


def at(frequency: str, day: date) -> Period:
    """The period of a day; only of a frequency that has periods."""
    return _AT[frequency](day)


def read(frequency: str, given: Any, today: date) -> Period:
    """The period somebody wrote: 2026年11月, 2026-11, 2026年第四季度, or a day within it. Raises `PeriodUnread`."""
    text = str(given).strip()
    pattern = _PATTERNS.get(frequency)
    match = pattern.fullmatch(text.translate(_NUMERALS).upper()) if pattern else None
    try:
        if match is not None:
            return at(frequency, _first_of(frequency, [int(part) for part in match.groups()]))
        written = given if isinstance(given, date) else read_date(text)
        if written is not None:
            return at(frequency, written if isinstance(written, date) else written.value)
    except ValueError:
        pass
    raise PeriodUnread(given=text[:40], example=at(frequency, today).label)


def _first_of(frequency: str, numbers: list[int]) -> date:
    """The first day of a year with the number of its week, month or quarter. Raises `ValueError`."""
    year, number = (*numbers, 1)[:2]
    if frequency == "weekly":
        return date.fromisocalendar(year, number, 1)
    return date(year, number * 3 - 2 if frequency == "quarterly" else number, 1)


# ------------------------------------------------------------------ of a ledger
@dataclass(frozen=True)
class Plan:
    """When a ledger is filled in.

    Attributes:
        frequency: key of `permitted.FREQUENCIES`.
        opens: since when rows may be entered; None: of any day.
        first, last: days between which it is asked for; `last` None: until further notice.
        due_days: days after a period ends.
    """

    name: str
    frequency: str
    opens: date | None
    first: date
    last: date | None
    due_days: int

    @property
    def periodic(self) -> bool:
        return self.frequency in PERIODIC

    def due(self, period: Period) -> date | None:
        """By which day a period is to be filled in; None: no day was set."""
        if self.frequency == "once" and not self.due_days:
            return self.last
        return period.last + timedelta(days=self.due_days)

    def until(self, today: date) -> Iterator[Period]:
        """The periods that have begun, newest first."""
        if not self.periodic:
            if self.frequency == "once":
                yield self.single()
            return
        period = at(self.frequency, min(today, self.last) if self.last else today)
        while period.last >= self.first:
            yield period
            period = at(self.frequency, period.first - timedelta(days=1))

    def single(self) -> Period:
        """The one period of a ledger without periods."""
        return Period("", "", self.first, self.first)

    def now(self, today: date) -> Period:
        """The period of a day."""
        return at(self.frequency, today) if self.periodic else self.single()

    def given(self, text: Any, today: date) -> Period:
        """The period that rows are for; without one that of today. Raises `Refused`."""
        if not self.periodic or text in (None, ""):
            return self.now(today)
        found = read(self.frequency, text, today)
        if found.first > today:
            raise PeriodAhead(period=found.label, first=found.first.isoformat())
        if (self.opens is not None and found.last < self.opens) or (
            self.last is not None and found.first > self.last
        ):
            raise PeriodOutside(name=self.name, period=found.label)
        return found


def plan(row: Mapping[str, Any]) -> Plan:
    """When a ledger is filled in, from its matter's row: it is asked for since it was entered in this system."""
    details = row["details"] or {}
    began = row["created_at"].date()
    ends = [day for day in (row["period_end"], row["ended_on"]) if day is not None]
    return Plan(
        name=row["name"],
        frequency=str(details.get("frequency") or ""),
        opens=row["period_start"],
        first=max(row["period_start"] or began, began),
        last=min(ends) if ends else None,
        due_days=int(float(details.get(DUE_DAYS) or 0)),
    )
