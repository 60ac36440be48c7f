"""The rows of permitted ledgers as they are read: by departments of all communities, by a community its own.

What stands in a sensitive column is masked for whoever may not read it (`ledger_sight`), and the form a row is shown by
goes with it, so that page, workbook and API need not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from forms.masking import veiled
from forms.schema import Form
from workflows.admission import ledger_sight, matters, permitted
from workflows.admission.ledger_sight import READ, Sight
from workflows.admission.tables import ledger_row, ledger_row_version
from workflows.usecases import submissions
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Page


@dataclass(frozen=True)
class LedgerRow:
    """A row of a ledger as it stands. `values` are stored values of `form`, the ledger's as this reader has it."""

    id: int
    matter_id: int
    unit_id: int
    community: str
    period: str  # key of a `ledger_periods.Period`
    values: Mapping[str, Any]
    form: Form
    version: int
    removed: bool
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True)
class RowVersion:
    """A row as an act left it. `act` is a key of `filled.ACTS`."""

    number: int
    at: datetime
    act: str
    actor: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Sifted:
    """What of a ledger's rows is asked for. `period`: key of a period; None: all."""

    text: str = ""
    unit_id: int | None = None
    period: str | None = None


EVERY = Sifted()


def visible(tx: Transaction, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """SQL conditions that leave the rows an actor may read: all for departments, else those of the own unit and below."""
    if actor.is_system or actor.may(READ):
        return []
    if actor.unit_id is None:
        return [sa.false()]
    return [ledger_row.c.unit_id.in_(tx.units.below(actor.unit_id))]


def rows_query(tx: Transaction, matter_id: int, actor: Actor, sifted: Sifted = EVERY) -> sa.Select[Any]:
    """The rows of a ledger that an actor may read, newest period first, by community."""
    where = [ledger_row.c.matter_id == matter_id, ~ledger_row.c.removed, *visible(tx, actor)]
    if sifted.text:
        form, sight = _sight(tx, matter_id, actor)
        where.append(sight.finding(form, sifted.text))
    if sifted.unit_id is not None:
        where.append(ledger_row.c.unit_id.in_(tx.units.below(sifted.unit_id)))
    if sifted.period is not None:
        where.append(ledger_row.c.period == sifted.period)
    order = (ledger_row.c.period.desc(), ledger_row.c.unit_id, ledger_row.c.id)
    return sa.select(ledger_row).where(*where).order_by(*order)


def rows(
    tx: Transaction,
    matter_id: int,
    actor: Actor,
    sifted: Sifted = EVERY,
    page: int = 1,
    size: int = 50,
) -> Page[LedgerRow]:
    """A page of the rows of a ledger."""
    query = rows_query(tx, matter_id, actor, sifted)
    total = tx.db.execute(sa.select(sa.func.count()).select_from(query.order_by(None).subquery()))
    number = max(1, page)
    found = tx.db.execute(query.limit(size).offset((number - 1) * size)).all()
    return Page(tuple(_read(tx, matter_id, actor, found)), total.scalar_one(), number, size)


def newest_period(tx: Transaction, matter_id: int, actor: Actor) -> str | None:
    """Key of the newest period of which this actor may read rows; None where there are none."""
    where = (ledger_row.c.matter_id == matter_id, ~ledger_row.c.removed, *visible(tx, actor))
    return tx.db.execute(sa.select(sa.func.max(ledger_row.c.period)).where(*where)).scalar_one() or None


def streamed(tx: Transaction, matter_id: int, actor: Actor, query: sa.Select[Any]) -> Iterator[LedgerRow]:
    """Rows as they are read, for a workbook."""
    return _read(tx, matter_id, actor, tx.stream(query))


def one(tx: Transaction, matter_id: int, row_id: int, actor: Actor) -> LedgerRow:
    """A row, also one that was removed. Raises `NotFound` where there is none that this actor may read."""
    query = sa.select(ledger_row).where(
        ledger_row.c.id == row_id, ledger_row.c.matter_id == matter_id, *visible(tx, actor)
    )
    found = tx.db.execute(query).one_or_none()
    if found is None:
        raise NotFound(kind="row", key=row_id)
    return next(_read(tx, matter_id, actor, [found]))


def versions(tx: Transaction, matter_id: int, row_id: int, actor: Actor) -> list[RowVersion]:
    """Each state a row was in, newest first, by the form of the row. Raises `NotFound`."""
    held = one(tx, matter_id, row_id, actor)
    form, sight = _sight(tx, matter_id, actor)
    query = sa.select(ledger_row_version).where(ledger_row_version.c.row_id == row_id)
    return [
        RowVersion(
            row.number,
            row.at,
            row.act,
            row.actor_name,
            sight.values(held.unit_id, submissions.values_from_json(form, row._mapping["values"])),
        )
        for row in tx.db.execute(query.order_by(ledger_row_version.c.number.desc()))
    ]


def hidden(tx: Transaction, matter_id: int, actor: Actor) -> Sequence[str]:
    """Labels of the columns that are masked for this actor; none for those who read rows of their own alone."""
    if not actor.may(READ):
        return []
    form, sight = _sight(tx, matter_id, actor)
    return [each.label for each in form.fields if each.key in sight.hidden]


def _sight(tx: Transaction, matter_id: int, actor: Actor) -> tuple[Form, Sight]:
    form = permitted.form_of(tx, matter_id)
    return form, ledger_sight.of(tx, matters.get(tx, matter_id), form, actor)


def _read(tx: Transaction, matter_id: int, actor: Actor, found: Any) -> Iterator[LedgerRow]:
    form, sight = _sight(tx, matter_id, actor)
    masked = veiled(form) if sight.hidden else form
    for row in found:
        values = submissions.values_from_json(form, row._mapping["values"])
        yield LedgerRow(
            id=row.id,
            matter_id=row.matter_id,
            unit_id=row.unit_id,
            community=matters.unit_name(tx, row.unit_id),
            period=row.period,
            values=sight.values(row.unit_id, values),
            form=form if row.unit_id in sight.own else masked,
            version=row.version,
            removed=row.removed,
            updated_at=row.updated_at,
            updated_by=row.updated_by,
        )
