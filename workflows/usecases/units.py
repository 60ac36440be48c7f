"""Organisation units: a tree with days of validity; nothing is ever deleted."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from workflows.store.tables import account, unit
from workflows.usecases import audit
from workflows.usecases.actor import Actor
from workflows.usecases.directory import Directory
from workflows.usecases.errors import AlreadyExists, NotFound, StillInUse
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import UnitView


def directory(tx: Transaction, on: date | None = None) -> Directory:
    """The units as they stood on a day (today)."""
    return tx.units if on is None else tx.runtime.directories.get(tx.db, tx.counters.units, on)


def tree(tx: Transaction, on: date | None = None) -> list[UnitView]:
    """Units valid on a day (today), parents before children, in their order."""
    refs = directory(tx, on)
    rows = {row.id: row for row in tx.db.execute(sa.select(unit))}
    counted = (
        sa.select(account.c.unit_id, sa.func.count()).where(account.c.enabled).group_by(account.c.unit_id)
    )
    people = {row[0]: row[1] for row in tx.db.execute(counted)}
    every = refs.all()
    known = {ref.id for ref in every}
    pending = [ref for ref in every if ref.parent_id not in known]
    ordered = []
    while pending:
        ref = pending.pop(0)
        ordered.append(ref)
        pending[:0] = refs.children(ref.id)
    return [
        UnitView(
            id=ref.id,
            name=ref.name,
            full_name=ref.full_name,
            kind=ref.kind,
            parent_id=ref.parent_id,
            parent_name=rows[ref.parent_id].name if ref.parent_id in rows else "",
            valid_from=rows[ref.id].valid_from,
            valid_to=rows[ref.id].valid_to,
            accounts=people.get(ref.id, 0),
            children=len(refs.children(ref.id)),
        )
        for ref in ordered
    ]


def get(tx: Transaction, unit_id: int) -> UnitView:
    """A unit, also one that is no longer valid. Raises `NotFound`."""
    above = unit.alias("above")
    query = (
        sa.select(unit, above.c.name.label("parent_name"))
        .outerjoin(above, above.c.id == unit.c.parent_id)
        .where(unit.c.id == unit_id)
    )
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind="unit", key=unit_id)
    ref = tx.units.get(unit_id)
    counted = sa.select(sa.func.count()).where(account.c.unit_id == unit_id, account.c.enabled)
    return UnitView(
        id=row.id,
        name=row.name,
        full_name=ref.full_name if ref else row.name,
        kind=row.kind,
        parent_id=row.parent_id,
        parent_name=row.parent_name or "",
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        accounts=tx.db.execute(counted).scalar_one(),
        children=len(tx.units.children(unit_id)),
    )


def name_of(tx: Transaction, unit_id: int | None) -> str:
    """Full name of a unit; of one that is no more its last name; empty for None."""
    ref = tx.units.get(unit_id) if unit_id is not None else None
    return ref.full_name if ref is not None else ""


def create(
    tx: Transaction,
    name: str,
    kind: str,
    parent_id: int | None,
    actor: Actor,
    valid_from: date | None = None,
    *,
    position: int | None = None,
) -> int:
    """Permission `units.manage`. Raises `AlreadyExists` (same name under the same parent)."""
    _require(actor)
    _require_free(tx, name, parent_id, None)
    made = tx.db.execute(
        sa.insert(unit).returning(unit.c.id),
        {
            "name": name,
            "kind": kind,
            "parent_id": parent_id,
            "position": _next_position(tx) if position is None else position,
            "valid_from": valid_from,
        },
    ).scalar_one()
    tx.touch("units")
    audit.record(tx, actor, "units.created", name)
    return int(made)


def update(
    tx: Transaction, unit_id: int, actor: Actor, *, name: str, kind: str, parent_id: int | None
) -> None:
    """Correct a unit. Raises `NotFound`, `AlreadyExists`, `StillInUse` (it would stand under itself)."""
    _require(actor)
    before = get(tx, unit_id)
    _require_free(tx, name, parent_id, unit_id)
    if parent_id is not None and parent_id in tx.units.below(unit_id):
        raise StillInUse(kind="unit", key=before.name, by=name_of(tx, parent_id))
    tx.db.execute(
        sa.update(unit).where(unit.c.id == unit_id).values(name=name, kind=kind, parent_id=parent_id)
    )
    tx.touch("units")
    audit.record(tx, actor, "units.changed", name, facts={"before": before.name})


def close(tx: Transaction, unit_id: int, on: date, actor: Actor) -> None:
    """The unit is no longer valid from a day on; nothing is deleted. Raises `StillInUse` (units below)."""
    _require(actor)
    found = get(tx, unit_id)
    below = directory(tx, on).children(unit_id)
    if below:
        raise StillInUse(kind="unit", key=found.name, by="、".join(ref.name for ref in below[:3]))
    if found.accounts:
        raise StillInUse(kind="unit", key=found.name, by=f"{found.accounts} 个账号")
    tx.db.execute(sa.update(unit).where(unit.c.id == unit_id).values(valid_to=on))
    tx.touch("units")
    audit.record(tx, actor, "units.closed", found.name, facts={"on": on.isoformat()})


def _next_position(tx: Transaction) -> int:
    return int(tx.db.execute(sa.select(sa.func.coalesce(sa.func.max(unit.c.position), 0))).scalar_one()) + 1


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require("units.manage")


def _require_free(tx: Transaction, name: str, parent_id: int | None, but: int | None) -> None:
    same = sa.select(unit.c.id).where(unit.c.name == name, unit.c.valid_to.is_(None))
    same = same.where(unit.c.parent_id == parent_id) if parent_id else same.where(unit.c.parent_id.is_(None))
    if but is not None:
        same = same.where(unit.c.id != but)
    if tx.db.execute(same).first() is not None:
        raise AlreadyExists(kind="unit", key=name)
