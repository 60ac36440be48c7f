"""Timers of running instances: rows written with the instance, fired by a scheduled job."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from workflows.store.tables import incident, instance, timer
from workflows.usecases import flow, history
from workflows.usecases.actor import SYSTEM
from workflows.usecases.failures import told
from workflows.usecases.runtime import Transaction

log = logging.getLogger(__name__)

TRIES = 5
"""How often an instance's due timer is tried before it becomes an incident."""

_DUE = (
    sa.select(timer.c.instance_id, sa.func.min(timer.c.due_at).label("due_at"))
    .join(instance, instance.c.id == timer.c.instance_id)
    .where(timer.c.due_at <= sa.bindparam("at", type_=timer.c.due_at.type), timer.c.tries < TRIES)
    .where(instance.c.status == "running")
    .group_by(timer.c.instance_id)
    .order_by(sa.text("due_at"), timer.c.instance_id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def first_due(tx: Transaction) -> datetime | None:
    """When the first timer was due that is due at `tx.at`; None if none is."""
    row = tx.db.execute(_DUE, {"at": tx.at, "limit": 1}).first()
    return None if row is None else row.due_at


def fire_due(tx: Transaction, limit: int = 50, until: datetime | None = None) -> int:
    """Fire what is due at `tx.at`, earliest first, each once; returns how many times an instance moved.

    An instance fires what was due up to when the next one is due, then it is the next one's turn: so all timers
    keep one order, however long nobody worked. Each moves in a savepoint of its own: one that fails is tried
    again later (after 1, 2, 4 ... minutes, `TRIES` times), then becomes an incident, and keeps none of the others
    waiting. A job calls this with a limit of 1 in a transaction each, so that no write transaction is long.

    Args:
        until: leave what was due later than this.
    """
    moved = 0
    for _ in range(limit):
        waiting = tx.db.execute(_DUE, {"at": tx.at, "limit": 2}).all()
        if not waiting or (until is not None and waiting[0].due_at > until):
            break
        instance_id = waiting[0].instance_id
        turn = min([tx.at, *(row.due_at for row in waiting[1:]), *([until] if until else [])])
        try:
            with tx.savepoint():
                moved += _fire(tx, instance_id, turn)
        except Exception as error:
            log.warning("timers of instance %s failed: %s", instance_id, type(error).__name__)
            _failed(tx, instance_id, error)
    return moved


def _fire(tx: Transaction, instance_id: int, until: datetime) -> int:
    """Fire the timers of one instance that were due up to then; 0 when another worker was quicker."""
    flow.lock(tx, instance_id)
    rows = tx.db.execute(
        sa.select(timer)
        .where(timer.c.instance_id == instance_id, timer.c.due_at <= until)
        .order_by(timer.c.due_at, timer.c.id)
    ).all()
    if not rows:
        return 0
    running = flow.load(tx, instance_id)
    elements = {each.key: each for each in running.engine.waits}
    lines = [
        history.row(
            instance_id,
            tx,
            "timer",
            SYSTEM,
            process=elements[row.key].process or None,
            element=row.element,
            name=elements[row.key].name or row.element,
        )
        for row in rows
        if row.key in elements
    ]
    stale = [row.id for row in rows if row.key not in elements]
    if stale:
        tx.db.execute(sa.delete(timer).where(timer.c.id.in_(stale)))
    flow.step(tx, running, SYSTEM, lambda engine: engine.fire_due(until), rows=lines)
    return 1


def _failed(tx: Transaction, instance_id: int, error: Exception) -> None:
    """A timer that cannot fire at all: what fails behind one is an incident of its own element instead."""
    zh, en = told(error)
    mine = sa.and_(timer.c.instance_id == instance_id, timer.c.due_at <= tx.at)
    tries = (tx.db.execute(sa.select(sa.func.max(timer.c.tries)).where(mine)).scalar() or 0) + 1
    later = tx.at + timedelta(minutes=2 ** (tries - 1))
    values = {"tries": tries} if tries >= TRIES else {"tries": tries, "due_at": later}
    first = tx.db.execute(sa.select(timer.c.element).where(mine).order_by(timer.c.due_at)).scalars().first()
    tx.db.execute(sa.update(timer).where(mine).values(values))
    if tries < TRIES:
        return
    element = getattr(error, "element", "") or first or ""
    tx.db.execute(
        sa.insert(incident),
        {
            "instance_id": instance_id,
            "kind": "timer",
            "element": element,
            "name": element,
            "message": zh,
            "message_en": en,
            "at": tx.at,
            "tries": tries,
        },
    )
    history.add(tx, instance_id, "incident", SYSTEM, element=element, name=element)
