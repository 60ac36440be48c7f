"""The organisation as a table: units with their kind and the unit above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from forms.schema import Form
from workflows.store.tables import unit
from workflows.usecases import audit
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.import_targets import ImportItem, RecordFault, Standing
from workflows.usecases.runtime import Transaction


def check(tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor) -> Sequence[RecordFault]:
    """The unit above must exist, in the office or in the table; a unit stands once under its parent."""
    in_table = {str(item.values.get("name")) for item in items}
    seen: dict[tuple[str, str], ImportItem] = {}
    found = []
    for item in items:
        name, parent = str(item.values.get("name")), str(item.values.get("parent") or "")
        if parent and parent not in in_table and tx.units.find(parent) is None:
            near = "、".join(ref.full_name for ref in tx.units.near(parent)[:3])
            hint, hint_en = (f"，是否为：{near}", f"; do you mean {near}") if near else ("", "")
            found.append(
                RecordFault(
                    item.index,
                    "parent",
                    f"没有名为“{parent}”的机构，表中也没有{hint}",
                    f"There is no unit “{parent}”, neither here nor in the table{hint_en}",
                )
            )
        before = seen.setdefault((parent, name), item)
        if before is not item:
            place = f"第 {before.row} 行" if before.row else f"“{before.sheet}”"
            found.append(
                RecordFault(
                    item.index,
                    "name",
                    f"“{name}”与{place}重复",
                    f"“{name}” stands in the table already (row {before.row})",
                )
            )
    return found


def standing(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record -> the unit of that name under that parent."""
    above = unit.alias("above")
    query = (
        sa.select(unit, above.c.name.label("parent"))
        .outerjoin(above, above.c.id == unit.c.parent_id)
        .where(unit.c.valid_to.is_(None))
    )
    rows = {(row.parent or "", row.name): row for row in tx.db.execute(query)}
    found: dict[int, Standing] = {}
    for item in items:
        parent = str(item.values.get("parent") or "")
        row = rows.get((parent.rpartition("/")[2], str(item.values.get("name"))))
        if row is not None:
            values = {key: row._mapping[key] for key in ("kind", "contact_name", "contact_phone")}
            found[item.index] = Standing(row.name, values)
    return found


def take_in(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> Sequence[str]:
    """Create units that are not there, parents first; correct kind and contacts of those that are."""
    existing = {
        (row.parent_id, row.name): row.id
        for row in tx.db.execute(
            sa.select(unit.c.id, unit.c.name, unit.c.parent_id).where(unit.c.valid_to.is_(None))
        )
    }
    position = tx.db.execute(sa.select(sa.func.coalesce(sa.func.max(unit.c.position), 0))).scalar_one()
    made: dict[str, int] = {}
    results: dict[int, str] = {}
    pending = list(items)
    names = {str(item.values["name"]) for item in items}
    while pending:
        later: list[ImportItem] = []
        ready: list[ImportItem] = []
        for item in pending:
            parent = str(item.values.get("parent") or "")
            (later if parent and parent in names and parent not in made else ready).append(item)
        if not ready:
            raise NotFound(kind="unit", key=str(later[0].values.get("parent")))
        found = _level(tx, existing, made, ready, position)
        position += len(ready)
        for item, unit_id in zip(ready, found, strict=True):
            made.setdefault(str(item.values["name"]), unit_id)
            results[item.index] = str(unit_id)
        pending = later
    tx.touch("units")
    audit.record(tx, actor, "units.imported", f"{len(items)}")
    return [results[item.index] for item in items]


_INSERT = sa.insert(unit).returning(unit.c.id, sort_by_parameter_order=True)
_CORRECT = sa.update(unit).where(unit.c.id == sa.bindparam("b_id"))


def _level(
    tx: Transaction,
    existing: dict[tuple[int | None, str], int],
    made: dict[str, int],
    items: Sequence[ImportItem],
    position: int,
) -> list[int]:
    """Write the units whose parents stand, in two statements however many they are; returns their ids in order."""
    fresh: dict[tuple[int | None, str], dict[str, Any]] = {}
    known: list[dict[str, Any]] = []
    places: list[tuple[int | None, str]] = []
    for item in items:
        parent_id = _parent(tx, made, str(item.values.get("parent") or ""))
        place = (parent_id, str(item.values["name"]))
        places.append(place)
        row = {
            "kind": str(item.values["kind"]),
            "contact_name": item.values.get("contact_name") or "",
            "contact_phone": item.values.get("contact_phone") or "",
        }
        if place in existing:
            known.append({"b_id": existing[place], **row})
        else:
            position += 1
            fresh[place] = {**row, "name": place[1], "parent_id": parent_id, "position": position}
    if fresh:
        ids = tx.db.execute(_INSERT, list(fresh.values())).scalars()
        existing.update(zip(fresh, ids, strict=True))
    if known:
        tx.db.execute(
            _CORRECT.values({name: sa.bindparam(name) for name in ("kind", "contact_name", "contact_phone")}),
            known,
        )
    return [existing[place] for place in places]


def _parent(tx: Transaction, made: dict[str, int], parent: str) -> int | None:
    if not parent:
        return None
    if parent in made:
        return made[parent]
    ref = tx.units.find(parent)
    if ref is None:
        raise NotFound(kind="unit", key=parent)
    return ref.id
