"""Figures of the home page: admitted and ended a month, what is in force, how long a decision takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from workflows.admission import kinds, registry, states
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
class Figures:
    in_force: int
    pending: int
    expiring: int
    admitted_this_year: int
    ended_this_year: int
    average_days: float | None  # working days from receipt to decision, this year


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


def figures(tx: Transaction, actor: Actor) -> Figures:
    """Return the figures of what `actor` may see."""
    today = tx.world.today
    new_year = date(today.year, 1, 1)
    admitted = sa.and_(matter.c.filed_on >= new_year, matter.c.origin.in_(("apply", "emergency")))
    ended = sa.and_(matter.c.ended_on >= new_year, matter.c.ended_on <= today, matter.c.stage == "ended")
    sums = {
        "in_force": states.in_state("in_force", today),
        "pending": states.in_state("pending", today),
        "expiring": states.expiring(today),
        "admitted": admitted,
        "ended": ended,
    }
    columns = [
        sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name)
        for name, condition in sums.items()
    ]
    decided = sa.case((matter.c.decided_on >= new_year, matter.c.decision_days), else_=None)
    query = sa.select(*columns, sa.func.avg(decided).label("days")).where(_WORK, *registry.visible(tx, actor))
    row = tx.db.execute(query).one()
    return Figures(
        in_force=int(row.in_force),
        pending=int(row.pending),
        expiring=int(row.expiring),
        admitted_this_year=int(row.admitted),
        ended_this_year=int(row.ended),
        average_days=round(float(row.days), 1) if row.days is not None else None,
    )
