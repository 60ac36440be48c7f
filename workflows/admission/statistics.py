"""Figures: what is in force, admitted, ended and refused a month, time used against limits, by unit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflows.admission import expiring, kinds, registry, states
from workflows.admission.tables import matter
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction

_WORK = matter.c.kind == kinds.MATTER


@dataclass(frozen=True)
class Month:
    year: int
    month: int
    admitted: int
    ended: int


@dataclass(frozen=True)
class Decided:
    """The decisions of a month. Days are working days; None where nothing was decided."""

    year: int
    month: int
    decided: int
    refused: int
    average_days: float | None
    longest: int | None
    limit: int | None  # the longest limit there was
    late: int


@dataclass(frozen=True)
class UnitFigures:
    """A unit's matters: as they stand, and what a year did."""

    unit_id: int | None
    unit: str
    in_force: int
    pending: int
    expiring: int
    admitted: int
    refused: int
    ended: int
    average_days: float | None
    late: int


@dataclass(frozen=True)
class Figures:
    in_force: int
    pending: int
    expiring: int
    admitted_this_year: int
    ended_this_year: int
    average_days: float | None  # working days from receipt to decision, this year
    late_this_year: int


def months(tx: Transaction, actor: Actor, count: int = 12) -> list[Month]:
    """Return the last `count` months, oldest first, this month included."""
    today = tx.world.today
    last = today.year * 12 + today.month - 1
    first = date((last - count + 1) // 12, (last - count + 1) % 12 + 1, 1)
    admitted = _by_month(tx, actor, matter.c.filed_on, first, matter.c.origin.in_(("apply", "emergency")))
    ended = _by_month(tx, actor, matter.c.ended_on, first, matter.c.stage == "ended")
    return [
        Month(n // 12, n % 12 + 1, admitted[n // 12, n % 12 + 1], ended[n // 12, n % 12 + 1])
        for n in range(last - count + 1, last + 1)
    ]


def _by_month(
    tx: Transaction, actor: Actor, column: sa.Column[date], first: date, *where: sa.ColumnElement[bool]
) -> Counter[tuple[int, int]]:
    query = (
        sa.select(column, sa.func.count())
        .where(column >= first, column <= tx.world.today, _WORK, *where, *registry.visible(tx, actor))
        .group_by(column)
    )
    found: Counter[tuple[int, int]] = Counter()
    for day, number in tx.db.execute(query):
        found[day.year, day.month] += number
    return found


_LATE = matter.c.decision_days > matter.c.decision_limit
_OWN_WAY = matter.c.origin.in_(("apply", "emergency"))
"""Matters that were admitted here, not entered as they stood."""


def _sum(condition: sa.ColumnElement[bool], name: str) -> sa.Label[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name)


def _rounded(days: Any) -> float | None:
    return round(float(days), 1) if days is not None else None


def years(tx: Transaction, actor: Actor) -> list[int]:
    """The years in which anything was decided or ended, this one too, latest first."""
    query = (
        sa.select(matter.c.decided_on, matter.c.ended_on)
        .where(_WORK, *registry.visible(tx, actor))
        .distinct()
    )
    found = {day.year for row in tx.db.execute(query) for day in row if day is not None}
    return sorted({*found, tx.world.today.year} - {y for y in found if y > tx.world.today.year}, reverse=True)


def decisions(tx: Transaction, actor: Actor, year: int) -> list[Decided]:
    """Return the decisions of a year by month, time used beside the limit; months to come are left out."""
    query = sa.select(
        matter.c.decided_on, matter.c.outcome, matter.c.decision_days, matter.c.decision_limit
    ).where(
        matter.c.decided_on >= date(year, 1, 1),
        matter.c.decided_on <= min(date(year, 12, 31), tx.world.today),
        _WORK,
        *registry.visible(tx, actor),
    )
    rows: dict[int, list[Any]] = {}
    for row in tx.db.execute(query):
        rows.setdefault(row.decided_on.month, []).append(row)
    last = tx.world.today.month if year == tx.world.today.year else 12
    return [_decided(year, month, rows.get(month, [])) for month in range(1, last + 1)]


def _decided(year: int, month: int, rows: list[Any]) -> Decided:
    days = [row.decision_days for row in rows if row.decision_days is not None]
    limits = [row.decision_limit for row in rows if row.decision_limit is not None]
    late = [
        row
        for row in rows
        if None not in (row.decision_days, row.decision_limit) and row.decision_days > row.decision_limit
    ]
    return Decided(
        year,
        month,
        len(rows),
        sum(row.outcome == "refused" for row in rows),
        _rounded(sum(days) / len(days)) if days else None,
        max(days, default=None),
        max(limits, default=None),
        len(late),
    )


def by_unit(tx: Transaction, actor: Actor, year: int) -> list[UnitFigures]:
    """Return each unit's matters, those with most of them first; the year's acts, and what stands today."""
    today = tx.world.today
    first, last = date(year, 1, 1), min(date(year, 12, 31), today)

    def within(column: sa.Column[date]) -> sa.ColumnElement[bool]:
        return sa.and_(column >= first, column <= last)

    refused = sa.and_(within(matter.c.decided_on), matter.c.outcome == "refused")
    days = sa.case((within(matter.c.decided_on), matter.c.decision_days), else_=None)
    query = (
        sa.select(
            matter.c.applicant_unit_id,
            sa.func.max(matter.c.applicant_unit_name).label("unit"),
            _sum(states.in_state("in_force", today), "in_force"),
            _sum(states.in_state("pending", today), "pending"),
            _sum(states.expiring(today, expiring.ahead(tx)), "expiring"),
            _sum(sa.and_(within(matter.c.filed_on), _OWN_WAY), "admitted"),
            _sum(refused, "refused"),
            _sum(sa.and_(within(matter.c.ended_on), matter.c.stage == "ended"), "ended"),
            sa.func.avg(days).label("days"),
            _sum(sa.and_(within(matter.c.decided_on), _LATE), "late"),
        )
        .where(_WORK, *registry.visible(tx, actor))
        .group_by(matter.c.applicant_unit_id)
    )
    found = [
        UnitFigures(
            row.applicant_unit_id,
            row.unit or "",
            int(row.in_force),
            int(row.pending),
            int(row.expiring),
            int(row.admitted),
            int(row.refused),
            int(row.ended),
            _rounded(row.days),
            int(row.late),
        )
        for row in tx.db.execute(query)
    ]
    return sorted(found, key=lambda each: (-each.in_force, -each.admitted, each.unit))


def figures(tx: Transaction, actor: Actor) -> Figures:
    """Return the figures of what `actor` may see."""
    today = tx.world.today
    new_year = date(today.year, 1, 1)
    admitted = sa.and_(matter.c.filed_on >= new_year, matter.c.origin.in_(("apply", "emergency")))
    ended = sa.and_(matter.c.ended_on >= new_year, matter.c.ended_on <= today, matter.c.stage == "ended")
    sums = {
        "in_force": states.in_state("in_force", today),
        "pending": states.in_state("pending", today),
        "expiring": states.expiring(today, expiring.ahead(tx)),
        "admitted": admitted,
        "ended": ended,
    }
    columns = [_sum(condition, name) for name, condition in sums.items()]
    decided = sa.case((matter.c.decided_on >= new_year, matter.c.decision_days), else_=None)
    columns.append(_sum(sa.and_(matter.c.decided_on >= new_year, _LATE), "late"))
    query = sa.select(*columns, sa.func.avg(decided).label("days")).where(_WORK, *registry.visible(tx, actor))
    row = tx.db.execute(query).one()
    return Figures(
        in_force=int(row.in_force),
        pending=int(row.pending),
        expiring=int(row.expiring),
        admitted_this_year=int(row.admitted),
        ended_this_year=int(row.ended),
        average_days=_rounded(row.days),
        late_this_year=int(row.late),
    )
