"""What an office remembers of its tables for the next one: layouts a person confirmed, values a person put right.

What somebody confirms who may import for every unit holds for every unit; what a unit's own clerk confirms, for that
unit and those below it. The nearer one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import EVERY_UNIT, remembered_layout, remembered_value
from workflows.usecases import audit
from workflows.usecases.actor import Actor
from workflows.usecases.corrections import ANY, Correction
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.runtime import Transaction

TABLES = {"layout": remembered_layout, "value": remembered_value}


@dataclass(frozen=True)
class Kept:
    """One thing remembered, for the page that lists them. `layout`: as stored; `field`, `given`, `value`: of a value."""

    id: int
    form_key: str
    unit_id: int
    name: str
    created_by_name: str
    created_at: datetime
    used: int
    used_at: datetime | None
    fingerprint: str = ""
    layout: Any = None
    field: str = ""
    given: str = ""
    value: str = ""


@dataclass(frozen=True)
class Memory:
    """What is known when a table is read: layouts as stored by their fingerprint, and values put right."""

    layouts: Mapping[str, Any] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()

    def with_own(self, own: Memory) -> Memory:
        """With what was said of one table, which holds before what the office remembers."""
        return Memory({**self.layouts, **own.layouts}, (*self.corrections, *own.corrections))


def of(tx: Transaction, form_key: str, actor: Actor) -> Memory:
    """What is remembered for an actor's tables of a form."""
    return Memory(layouts(tx, form_key, actor), tuple(corrections(tx, form_key, actor)))


def scope_of(actor: Actor) -> int:
    """For which unit an actor's word holds. Raises `NotAllowed` for one without a unit."""
    if actor.is_system or actor.may("imports.every_unit"):
        return EVERY_UNIT
    if actor.unit_id is None:
        raise NotAllowed(permission="imports.every_unit")
    return actor.unit_id


def _nearest_last(rows: Iterable[Any], actor: Actor) -> list[Any]:
    order = {unit_id: place for place, unit_id in enumerate((EVERY_UNIT, *reversed(actor.unit_path)))}
    return sorted(rows, key=lambda row: order[row.unit_id])


def layouts(tx: Transaction, form_key: str, actor: Actor) -> dict[str, Any]:
    """Fingerprint -> the layout remembered for it, as stored."""
    query = sa.select(remembered_layout).where(
        remembered_layout.c.form_key == form_key,
        remembered_layout.c.unit_id.in_((EVERY_UNIT, *actor.unit_path)),
    )
    return {row.fingerprint: row.layout for row in _nearest_last(tx.db.execute(query), actor)}


def corrections(tx: Transaction, form_key: str, actor: Actor) -> list[Correction]:
    """Values put right before, in tables of this form or any; what holds for the nearer unit comes later."""
    query = sa.select(remembered_value).where(
        remembered_value.c.form_key.in_((ANY, form_key)),
        remembered_value.c.unit_id.in_((EVERY_UNIT, *actor.unit_path)),
    )
    rows = _nearest_last(tx.db.execute(query), actor)
    return [Correction(row.form_key, row.field, row.given, row.value) for row in rows]


# ------------------------------------------------------------------ remembering
def remember_layout(
    tx: Transaction, form_key: str, fingerprint: str, layout: Any, name: str, actor: Actor
) -> None:
    """Keep a layout that somebody confirmed; the same layout confirmed anew replaces it."""
    where = {"form_key": form_key, "unit_id": scope_of(actor), "fingerprint": fingerprint}
    _keep(tx, remembered_layout, where, {"layout": layout, "name": name[:300]}, actor)
    facts = {"form": form_key, "fingerprint": fingerprint, "unit": where["unit_id"]}
    audit.record(tx, actor, "layouts.remembered", name, facts=facts)


def remember_value(tx: Transaction, each: Correction, actor: Actor) -> None:
    """Keep what somebody says a word means; said anew it replaces what was said before."""
    where = {"form_key": each.form_key, "unit_id": scope_of(actor), "field": each.field, "given": each.given}
    _keep(tx, remembered_value, where, {"value": each.value}, actor)
    facts = {"form": each.form_key, "field": each.field, "value": each.value, "unit": where["unit_id"]}
    audit.record(tx, actor, "values.remembered", each.given, facts=facts)


def _keep(
    tx: Transaction, table: sa.Table, where: dict[str, Any], values: dict[str, Any], actor: Actor
) -> None:
    said = {
        **values,
        "account_id": actor.account_id,
        "created_by_name": actor.name,
        "created_at": tx.at,
        "used": 0,
        "used_at": None,
    }
    mine = sa.and_(*(table.c[key] == value for key, value in where.items()))
    if tx.db.execute(sa.update(table).where(mine).values(**said)).rowcount:
        return
    try:
        with tx.savepoint():
            tx.db.execute(sa.insert(table).values(**where, **said))
    except sa.exc.IntegrityError:  # somebody else said so at the same moment: the later word holds
        tx.db.execute(sa.update(table).where(mine).values(**said))


def served(
    tx: Transaction,
    form_key: str,
    fingerprints: Sequence[str],
    words: Sequence[tuple[str, str, str]],
    actor: Actor,
) -> None:
    """Count that these were of use for one table."""
    here = (EVERY_UNIT, *actor.unit_path)
    once_more = {"used": sa.text("used + 1"), "used_at": tx.at}
    if fingerprints:
        table = remembered_layout
        which = (
            table.c.form_key == form_key,
            table.c.fingerprint.in_(fingerprints),
            table.c.unit_id.in_(here),
        )
        tx.db.execute(sa.update(table).where(*which).values(**once_more))
    if words:
        table = remembered_value
        listed = sa.tuple_(table.c.form_key, table.c.field, table.c.given).in_(list(words))
        tx.db.execute(sa.update(table).where(listed, table.c.unit_id.in_(here)).values(**once_more))


# ------------------------------------------------------------------ looking and forgetting
def listing(tx: Transaction, kind: str, actor: Actor) -> list[Kept]:
    """What the actor may see and forget, the latest first. `kind`: layout | value."""
    table = TABLES[kind]
    query = sa.select(table).where(_mine(table, actor)).order_by(table.c.created_at.desc(), table.c.id.desc())
    shared = ("id", "form_key", "unit_id", "created_by_name", "created_at", "used", "used_at")
    own = ("name", "fingerprint", "layout") if kind == "layout" else ("field", "given", "value")
    rows = tx.db.execute(query)
    return [Kept(**{"name": "", **{key: getattr(row, key) for key in (*shared, *own)}}) for row in rows]


def forget(tx: Transaction, kind: str, kept_id: int, actor: Actor) -> None:
    """Forget one: the next table of its kind is asked for again. Raises `NotFound`, `NotAllowed`."""
    table = TABLES.get(kind)
    row = None
    if table is not None:
        row = tx.db.execute(sa.select(table).where(table.c.id == kept_id)).one_or_none()
    if table is None or row is None:
        raise NotFound(kind="memory", key=kept_id)
    if tx.db.execute(sa.delete(table).where(table.c.id == kept_id, _mine(table, actor))).rowcount == 0:
        raise NotAllowed(memory=kept_id)
    facts = {"form": row.form_key, "unit": row.unit_id}
    audit.record(tx, actor, f"{kind}s.forgotten", row.name if kind == "layout" else row.given, facts=facts)


def _mine(table: sa.Table, actor: Actor) -> sa.ColumnElement[bool]:
    """What an actor may forget: all with `imports.every_unit`, else what holds for the own unit."""
    if scope_of(actor) == EVERY_UNIT:
        return sa.true()
    return table.c.unit_id == actor.unit_id
