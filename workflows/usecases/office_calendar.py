"""工作日历: the office's own days over the shipped notices; each change is a revision, and has due times counted again.

The shipped calendar is the `holidays` library's table of State Council notices. What it said is kept by year
(`calendar_year`), so that a later version that knows more is noticed as a change like any other (`take_notice`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from forms.feel.calendar import Calendar, china, china_names, china_source
from workflows.store.tables import calendar_day, calendar_revision, calendar_year
from workflows.usecases import audit, due_dates
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Runtime, Transaction
from workflows.usecases.views import Page

PERMISSION = "calendar.manage"
FIRST_YEAR, LAST_YEAR = 2007, 2100
LONGEST = 60
"""Days one entry may span."""
_AHEAD = 2  # years after the present one whose shipped days are kept


class OutOfCalendar(Refused):
    """A day lies outside of the years the calendar is kept for. Facts: day."""

    zh: ClassVar[str] = "日期“{day}”超出日历范围，应在 2007 年至 2100 年之间"
    en: ClassVar[str] = "“{day}” is outside of the calendar, which goes from 2007 to 2100"


class WrongSpan(Refused):
    """An entry ends before it begins, or is too long. Facts: start, end."""

    zh: ClassVar[str] = "起止日期有误：{start} 至 {end}；截止不得早于起始，一次最多 60 天"
    en: ClassVar[str] = (
        "{start} to {end} is no span: it ends on or after its first day and has at most 60 days"
    )


class NoReason(Refused):
    """A change without a reason."""

    zh: ClassVar[str] = "请填写说明，例如所依据的通知"
    en: ClassVar[str] = "Please give the reason, such as the notice it follows"


class NothingChanges(Refused):
    """The calendar says so already."""

    zh: ClassVar[str] = "日历已是如此，没有需要更改的日期"
    en: ClassVar[str] = "The calendar says so already; nothing changes"


@dataclass(frozen=True)
class Change:
    """A day and what it is to be: True worked, False off, None as shipped."""

    day: date
    working: bool | None
    note: str = ""


@dataclass(frozen=True)
class DayView:
    """A day. `exception`: "off" (a weekday off), "work" (a weekend day worked), or ""; `own`: set by the office."""

    day: date
    working: bool
    exception: str
    own: bool
    note: str


@dataclass(frozen=True)
class YearView:
    """A year. `announced` by the State Council as far as this installation knows; `settled_by` the office's word."""

    year: int
    announced: bool
    settled: bool
    settled_by: str
    months: tuple[tuple[DayView, ...], ...]
    working_days: int

    @property
    def provisional(self) -> bool:
        return not (self.announced or self.settled)

    @property
    def exceptions(self) -> list[DayView]:
        """Days that are not what their weekday says, and the office's own."""
        return [each for month in self.months for each in month if each.exception or each.own]


@dataclass(frozen=True)
class RevisionView:
    """A change: who, why, which days (day, was worked, is worked), and how far the counting is."""

    id: int
    at: datetime
    cause: str
    by_name: str
    reason: str
    days: tuple[tuple[date, bool, bool], ...]
    state: str
    total: int
    seen: int
    moved: int
    failed: int

    @property
    def at_work(self) -> bool:
        return self.state != "done"


# ------------------------------------------------------------------ looking
def year_view(tx: Transaction, year: int) -> YearView:
    """A year as the office counts it. Raises `NotFound` outside of the years that are kept."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(kind="calendar", key=year)
    calendar = tx.world.calendar
    own = own_days(tx, year)
    names = china_names(year)
    kept = tx.db.execute(sa.select(calendar_year).where(calendar_year.c.year == year)).one_or_none()
    months: list[tuple[DayView, ...]] = []
    day = date(year, 1, 1)
    for month in range(1, 13):
        days = []
        while day.year == year and day.month == month:
            days.append(_day_view(calendar, day, own, names))
            day += timedelta(days=1)
        months.append(tuple(days))
    return YearView(
        year=year,
        announced=year <= calendar.announced_through,
        settled=year in calendar.settled,
        settled_by=kept.settled_by_name if kept is not None and kept.settled else "",
        months=tuple(months),
        working_days=sum(each.working for found in months for each in found),
    )


def _day_view(
    calendar: Calendar, day: date, own: Mapping[date, tuple[bool, str]], names: Mapping[date, str]
) -> DayView:
    working = calendar.is_working_day(day)
    exception = "" if working == (day.weekday() < 5) else "work" if working else "off"
    note = own[day][1] if day in own else names.get(day, "") if not working else ""
    return DayView(day, working, exception, day in own, note)


def own_days(tx: Transaction, year: int) -> dict[date, tuple[bool, str]]:
    """The office's own days of a year: day -> (worked, note)."""
    query = sa.select(calendar_day).where(
        calendar_day.c.day >= date(year, 1, 1), calendar_day.c.day <= date(year, 12, 31)
    )
    return {row.day: (row.working, row.note) for row in tx.db.execute(query.order_by(calendar_day.c.day))}


def revisions(tx: Transaction, page: int = 1, size: int = 10) -> Page[RevisionView]:
    """Changes of the calendar, latest first."""
    query = sa.select(calendar_revision, sa.func.count().over().label("n"))
    rows = tx.db.execute(
        query.order_by(calendar_revision.c.id.desc()).limit(size).offset((page - 1) * size)
    ).all()
    return Page(tuple(_revision(row) for row in rows), rows[0].n if rows else 0, page, size)


def _revision(row: Any) -> RevisionView:
    return RevisionView(
        id=row.id,
        at=row.at,
        cause=row.cause,
        by_name=row.by_name,
        reason=row.reason,
        days=tuple((date.fromisoformat(day), was, now) for day, was, now in row.days),
        state=row.state,
        total=row.total,
        seen=row.seen,
        moved=row.moved,
        failed=row.failed,
    )


# ------------------------------------------------------------------ changing
def span(start: date, end: date | None) -> list[date]:
    """The days from `start` to `end`, both counted. Raises `WrongSpan`, `OutOfCalendar`."""
    last = end or start
    for each in (start, last):
        if not FIRST_YEAR <= each.year <= LAST_YEAR:
            raise OutOfCalendar(day=each.isoformat())
    if not 0 <= (last - start).days < LONGEST:
        raise WrongSpan(start=start.isoformat(), end=last.isoformat())
    return [start + timedelta(days=each) for each in range((last - start).days + 1)]


def set_days(
    tx: Transaction, changes: Sequence[Change], actor: Actor, *, reason: str, cause: str = "office"
) -> int:
    """Set days, or give them back to the shipped notices; returns the revision's id. Permission `calendar.manage`.

    Raises `NoReason`, `NothingChanges`, `OutOfCalendar`.
    """
    if not actor.is_system:
        actor.require(PERMISSION)
    if not reason.strip():
        raise NoReason()
    for each in changes:
        span(each.day, None)
    before = tx.world.calendar
    if not sum(_write(tx, each) for each in changes):
        raise NothingChanges()
    tx.touch("calendar")
    return _revise(tx, before, [each.day for each in changes], actor, cause, reason.strip())


def _write(tx: Transaction, change: Change) -> bool:
    """Write one day; False where it stands so already."""
    mine = calendar_day.c.day == change.day
    found = tx.db.execute(sa.select(calendar_day).where(mine)).one_or_none()
    if change.working is None:
        tx.db.execute(sa.delete(calendar_day).where(mine))
        return found is not None
    values = {"working": change.working, "note": change.note.strip()[:200]}
    if found is None:
        tx.db.execute(sa.insert(calendar_day), {"day": change.day, **values})
        return True
    if (found.working, found.note) == (values["working"], values["note"]):
        return False
    tx.db.execute(sa.update(calendar_day).where(mine).values(**values))
    return True


def settle_year(tx: Transaction, year: int, actor: Actor, settled: bool, *, reason: str = "") -> int:
    """Say that the days of a year are the announced ones (or not yet, after all); returns the revision's id.

    For an office that has entered a notice which this installation does not ship. Raises `NothingChanges`.
    """
    actor.require(PERMISSION)
    calendar = tx.world.calendar
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(kind="calendar", key=year)
    if year <= calendar.announced_through or (year in calendar.settled) == settled:
        raise NothingChanges()
    values = {
        "settled": settled,
        "settled_by_name": actor.name if settled else "",
        "settled_at": tx.at if settled else None,
    }
    _keep_year(tx, year)
    tx.db.execute(sa.update(calendar_year).where(calendar_year.c.year == year).values(**values))
    tx.touch("calendar")
    return _revise(tx, calendar, [], actor, "settled" if settled else "unsettled", reason.strip(), str(year))


def _revise(
    tx: Transaction,
    before: Calendar,
    days: Iterable[date],
    actor: Actor,
    cause: str,
    reason: str,
    subject: str = "",
) -> int:
    """Write a change down and have due times counted again."""
    after = tx.world.calendar
    listed: list[tuple[str, bool, bool]] = [
        (day.isoformat(), before.is_working_day(day), after.is_working_day(day)) for day in sorted(set(days))
    ]
    revision_id = int(
        tx.db.execute(
            sa.insert(calendar_revision).returning(calendar_revision.c.id),
            {
                "at": tx.at,
                "cause": cause,
                "account_id": actor.account_id,
                "by_name": actor.name,
                "reason": reason[:300],
                "days": listed,
                "state": "queued",
            },
        ).scalar_one()
    )
    subject = subject or (f"{listed[0][0]} … {listed[-1][0]}" if len(listed) > 1 else str(listed[0][0]))
    facts = {"revision": revision_id, "days": listed[:100], "reason": reason}
    audit.record(tx, actor, f"calendar.{'changed' if days else cause}", subject, facts=facts)
    due_dates.hand_over(tx, revision_id, [date.fromisoformat(day) for day, was, now in listed if was != now])
    return revision_id


# ------------------------------------------------------------------ what is shipped
def shipped_days(year: int) -> dict[str, bool]:
    """The exceptions of a year as shipped: ISO day -> worked."""
    found = china().year_of(year)
    days = {day.isoformat(): False for day in found.off} | {day.isoformat(): True for day in found.worked}
    return dict(sorted(days.items()))


def _keep_year(tx: Transaction, year: int) -> None:
    """Have a row for a year, with what is shipped of it now."""
    if tx.db.execute(sa.select(calendar_year.c.year).where(calendar_year.c.year == year)).first() is None:
        values = {"year": year, "days": shipped_days(year), **_shipped(year)}
        tx.db.execute(sa.insert(calendar_year), values)


def _shipped(year: int) -> dict[str, Any]:
    return {"announced": year <= china().announced_through, "source": china_source()}


def take_notice(runtime: Runtime) -> list[int]:
    """Notice what newer shipped notices say; returns the revisions it makes. Cheap where nothing has changed."""
    with runtime.reading() as tx:
        if not _news(tx):
            return []
    with runtime.transaction() as tx:
        return _take_news(tx)


def _kept_years(tx: Transaction) -> list[int]:
    today = tx.world.today
    return list(range(today.year - 1, today.year + _AHEAD + 1))


def _news(tx: Transaction) -> list[tuple[int, Any]]:
    """Years of which the shipped notices say something else than was kept: (year, its row or None)."""
    rows = {row.year: row for row in tx.db.execute(sa.select(calendar_year))}
    found: list[tuple[int, Any]] = []
    for year in _kept_years(tx):
        row = rows.get(year)
        if row is None:
            found.append((year, None))
        elif _order(china_source()) >= _order(row.source) and (
            row.days != shipped_days(year) or row.announced != _shipped(year)["announced"]
        ):  # an older process beside a newer one does not turn it back
            found.append((year, row))
    return found


def _order(source: str) -> tuple[int, ...]:
    return tuple(int(part) for part in source.split(".") if part.isdigit())


def _take_news(tx: Transaction) -> list[int]:
    made = []
    for year, row in _news(tx):
        if row is None:
            _keep_year(tx, year)
            continue
        now = shipped_days(year)
        kept: dict[str, bool] = row.days
        differing = sorted(each for each in {*kept, *now} if kept.get(each) != now.get(each))
        days = [date.fromisoformat(each) for each in differing]
        before = _as_kept(tx.world.calendar, kept, days)
        values = {"days": now, **_shipped(year)}
        tx.db.execute(sa.update(calendar_year).where(calendar_year.c.year == year).values(**values))
        tx.touch("calendar")
        reason = f"国务院办公厅公布{year}年节假日安排" if values["announced"] else f"{year}年节假日推算更新"
        made.append(_revise(tx, before, days, SYSTEM, "notice", reason, str(year)))
    return made


def _as_kept(calendar: Calendar, kept: Mapping[str, bool], days: Iterable[date]) -> Calendar:
    """The calendar as it was while the notices said what was kept; the office's own days win then as now."""
    return calendar.with_days(
        {day: kept.get(day.isoformat(), day.weekday() < 5) for day in days if day not in calendar.overrides}
    )
