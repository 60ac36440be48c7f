"""The registry of matters (事项台账): search, one matter, and the rows of the ledger.

What is looked for and who may see it is in `finding`, a matter's life in `lives`; callers take them from here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from workflows.admission import changes, expiring, kinds, ledger_fields, matters, states
from workflows.admission.finding import LISTED, Filters, conditions, order, visible
from workflows.admission.lives import LifeEvent, life
from workflows.admission.tables import matter as table
from workflows.admission.tables import (
    matter_receipt,
)
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Page

T = TypeVar("T")

__all__ = [
    "LISTED",
    "Filters",
    "LifeEvent",
    "Matter",
    "MatterRow",
    "Receipt",
    "class_names",
    "counts",
    "executor_of",
    "in_force",
    "ledger_query",
    "ledger_rows",
    "life",
    "matter",
    "of_instance",
    "search",
    "visible",
    "visible_among",
]


@dataclass(frozen=True)
class MatterRow:
    """A line of the list."""

    id: int
    name: str
    applicant_unit_id: int | None
    applicant_unit: str
    number: str  # 准入备案号, else 受理编号, else ''
    duration_class: str
    executor: tuple[str, ...]  # community, grid
    period_start: date | None
    period_end: date | None
    scope_text: str
    funds_amount: Decimal | None
    state: str  # key of states.STATES
    expiring: bool
    filed_on: date | None
    instance_id: int | None


@dataclass(frozen=True)
class Receipt:
    """A subdistrict signed for the matter or answered at its end, or the grid centre dispatched it."""

    kind: str  # hand_over | dispatch | exit_notice
    unit_id: int | None
    unit: str
    signed_by: str
    signed_on: date | None
    communities: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class Matter(MatterRow):
    """A matter with all that is known of it. `values` holds every column of the row by name."""

    values: Mapping[str, Any] = field(default_factory=dict)
    scope: tuple[int, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    exit_instance_id: int | None = None


def search(tx: Transaction, actor: Actor, filters: Filters, page: int = 1, size: int = 20) -> Page[MatterRow]:
    """Return the matters `actor` may see that meet `filters`, states as on `filters.day` or today."""
    day = filters.day or tx.world.today
    where = [*visible(tx, actor), *conditions(tx, filters, day)]
    total = tx.db.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
    number = max(1, page)
    query = sa.select(table).where(*where).order_by(*order(filters.sort))
    rows = tx.db.execute(query.limit(size).offset((number - 1) * size)).mappings()
    return Page(tuple(_row(dict(row), day, expiring.ahead(tx)) for row in rows), total, number, size)


def instance_ids(tx: Transaction, actor: Actor, filters: Filters, size: int = 2001) -> list[int]:
    """Return the applications of the matters that `search` finds, in its order."""
    where = [*visible(tx, actor), *conditions(tx, filters, filters.day or tx.world.today)]
    query = sa.select(table.c.instance_id).where(*where, table.c.instance_id.is_not(None))
    return list(tx.db.execute(query.order_by(*order(filters.sort)).limit(size)).scalars())


def counts(tx: Transaction, actor: Actor, filters: Filters) -> dict[str, int]:
    """Return how many matters stand in each registry state, and `expiring`; `filters.states` is ignored."""
    day = filters.day or tx.world.today
    bare = Filters(**{**filters.__dict__, "states": (), "expiring": False})
    where = [*visible(tx, actor), *conditions(tx, bare, day)]
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((states.in_state(key, day), 1), else_=0)), 0).label(key)
        for key in states.REGISTRY_STATES
    ]
    sums.append(
        sa.func.coalesce(
            sa.func.sum(sa.case((states.expiring(day, expiring.ahead(tx)), 1), else_=0)), 0
        ).label("expiring")
    )
    row = tx.db.execute(sa.select(*sums).select_from(table).where(*where)).mappings().one()
    return {key: int(value) for key, value in row.items()}


def matter(tx: Transaction, matter_id: int, actor: Actor | None = None) -> Matter:
    """Return one matter.

    Raises:
        NotFound: there is none. NotAllowed: `actor` is given and may not see it.
    """
    row = matters.get(tx, matter_id)
    if actor is not None:
        seen = sa.select(table.c.id).where(table.c.id == matter_id, *visible(tx, actor))
        if tx.db.execute(seen).first() is None:
            raise NotAllowed(matter=matter_id)
    return _whole(
        row, tx.world.today, expiring.ahead(tx), matters.scope_of(tx, matter_id), _receipts(tx, [matter_id])
    )


def visible_among(tx: Transaction, actor: Actor, ids: Collection[int]) -> frozenset[int]:
    """Return those of some matters (by id) that `actor` may see."""
    query = sa.select(table.c.id).where(table.c.id.in_(list(ids)), *visible(tx, actor))
    return frozenset(tx.db.execute(query).scalars())


def of_instance(tx: Transaction, instance_id: int, actor: Actor) -> int | None:
    """Return the id of the matter that an admission, change or exit is about, if `actor` may see it."""
    row, change = matters.of_instance(tx, instance_id), changes.of_instance(tx, instance_id)
    found = [row["id"]] if row is not None else [change.matter_id] if change is not None else []
    return next(iter(visible_among(tx, actor, found)), None)


def in_force(tx: Transaction, day: date, unit_id: int | None = None) -> list[Matter]:
    """Return the matters in force on `day`, of one applicant unit or of all, by unit and name."""
    query = sa.select(table).where(states.in_state("in_force", day), table.c.kind == kinds.MATTER)
    if unit_id is not None:
        query = query.where(table.c.applicant_unit_id == unit_id)
    rows = tx.db.execute(query.order_by(table.c.applicant_unit_id, table.c.id)).mappings().all()
    return [_whole(dict(row), day, expiring.ahead(tx)) for row in rows]


def ledger_query(tx: Transaction, actor: Actor, filters: Filters) -> sa.Select[Any]:
    """The matters of the 备案登记台账, in order."""
    where = [*visible(tx, actor), *conditions(tx, filters, filters.day or tx.world.today)]
    if not filters.states and not filters.expiring:
        where.append(table.c.stage.in_(LISTED))
    return sa.select(table).where(*where).order_by(*order(filters.sort))


def ledger_rows(tx: Transaction, actor: Actor, filters: Filters) -> Iterator[dict[str, Any]]:
    """Yield the rows of the 备案登记台账: keys of `ledger_fields.columns`, dates as `date`, amounts as Decimal."""
    day = filters.day or tx.world.today
    position, further = 0, ledger_fields.cells(tx)
    for rows in batched(tx.stream(ledger_query(tx, actor, filters)), 500):
        signed: dict[int, list[str]] = {}
        for matter_id, receipt in _receipts(tx, [row.id for row in rows]):
            if receipt.kind == "hand_over" and receipt.signed_by:
                signed.setdefault(matter_id, []).append(f"{receipt.unit}：{receipt.signed_by}")
        for row in rows:
            position += 1
            found = dict(row._mapping)
            yield {**_ledger_row(position, found, day, signed.get(row.id, [])), **further(found)}


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the rows in lists of a size."""
    left = iter(rows)
    while found := list(islice(left, size)):
        yield found


def class_names(tx: Transaction) -> Sequence[str]:
    """Return the 事项类别 in use, for the filter."""
    query = sa.select(table.c.class_name).where(table.c.class_name != "").distinct()
    return list(tx.db.execute(query.order_by(table.c.class_name)).scalars())


# ------------------------------------------------------------------ rows to values
def executor_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of who carries a matter out."""
    return tuple(key for key in ("community", "grid") if row[f"by_{key}"])


def _row(row: Mapping[str, Any], day: date, ahead: int) -> MatterRow:
    return MatterRow(
        id=row["id"],
        name=row["name"],
        applicant_unit_id=row["applicant_unit_id"],
        applicant_unit=row["applicant_unit_name"],
        number=row["filing_number"] or row["application_number"] or "",
        duration_class=row["duration_class"],
        executor=executor_of(row),
        period_start=row["period_start"],
        period_end=row["period_end"],
        scope_text=row["scope_text"],
        funds_amount=row["funds_amount"],
        state=states.state_of(row, day),
        expiring=states.is_expiring(row, day, ahead),
        filed_on=row["filed_on"],
        instance_id=row["instance_id"],
    )


def _whole(
    row: Mapping[str, Any],
    day: date,
    ahead: int,
    scope: Sequence[int] = (),
    receipts: Sequence[tuple[int, Receipt]] = (),
) -> Matter:
    line = _row(row, day, ahead)
    return Matter(
        **line.__dict__,
        values=dict(row),
        scope=tuple(scope),
        receipts=tuple(each for _id, each in receipts),
        exit_instance_id=row["exit_instance_id"],
    )


def _receipts(tx: Transaction, matter_ids: Sequence[int]) -> list[tuple[int, Receipt]]:
    if not matter_ids:
        return []
    found: list[tuple[int, Receipt]] = []
    for start in range(0, len(matter_ids), 500):
        query = sa.select(matter_receipt).where(
            matter_receipt.c.matter_id.in_(list(matter_ids[start : start + 500]))
        )
        found.extend(
            (
                row.matter_id,
                Receipt(
                    kind=row.kind,
                    unit_id=row.unit_id,
                    unit=row.unit_name,
                    signed_by=row.signed_by,
                    signed_on=row.signed_on,
                    communities=tuple(row.communities or ()),
                    note=row.note,
                ),
            )
            for row in tx.db.execute(query.order_by(matter_receipt.c.id))
        )
    return found


def _ledger_row(position: int, row: Mapping[str, Any], day: date, signed: Sequence[str]) -> dict[str, Any]:
    state = states.state_of(row, day)
    kinds = {"ended": "终止", "leaving": "终止"}
    entry_kind = kinds.get(row["stage"], "新准入" if row["stage"] == "filed" else "")
    return {
        **{key: row[key] for key in _LEDGER_SAME},
        "position": position,
        "filing_number": row["filing_number"] or row["application_number"] or "",
        "applicant_unit": row["applicant_unit_name"],
        "duration_class": states.DURATIONS.get(row["duration_class"], ""),
        "executor": "、".join(states.EXECUTORS[key] for key in executor_of(row)),
        "scope": row["scope_text"],
        "outcome": states.OUTCOMES.get(row["outcome"] or "", ""),
        "street_contact": "、".join(signed),
        "entry_kind": entry_kind,
        "state": states.STATES[state].zh,
    }


_LEDGER_SAME = (
    "name",
    "legal_basis",
    "content",
    "target_group",
    "authority",
    "period_start",
    "period_end",
    "funds_amount",
    "received_on",
    "decided_on",
    "decision_days",
    "approved_by",
    "ended_on",
    "exit_reason",
    "contact_name",
    "contact_phone",
    "remarks",
)
