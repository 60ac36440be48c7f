"""Timers of running instances: rows written with the instance, fired by a scheduled job."""

from __future__ import annotations

import logging
from datetime import timedelta

import sqlalchemy as sa

from forms.faults import Refused, Sentence
from workflows.store.tables import incident, instance, timer
from workflows.usecases import flow, history
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Transaction

log = logging.getLogger(__name__)

TRIES = 5
"""How often an instance's due timer is tried before the instance becomes an incident."""

_DUE = (
    sa.select(timer.c.instance_id, sa.func.min(timer.c.due_at).label("due_at"))
    .join(instance, instance.c.id == timer.c.instance_id)
    .where(timer.c.due_at <= sa.bindparam("at", type_=timer.c.due_at.type), instance.c.status == "running")
    .group_by(timer.c.instance_id)
    .order_by(sa.text("due_at"), timer.c.instance_id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def due(tx: Transaction, limit: int = 50) -> list[int]:
    """Ids of instances with a timer that is due, earliest first."""
    return list(tx.db.execute(_DUE, {"at": tx.at, "limit": limit}).scalars())


def fire_due(tx: Transaction, limit: int = 50) -> int:
    """Fire what is due at `tx.at`, earliest first, each once; returns how many instances moved.

    Each instance moves in a savepoint of its own: one that fails is tried again later (after 1, 2, 4 ...
    minutes, `TRIES` times), then becomes an incident, and keeps none of the others waiting. A job calls this
    with a limit of 1 in a transaction each, so that no write transaction is long.
    """
    moved = 0
    for instance_id in due(tx, limit):
        try:
            with tx.savepoint():
                moved += _fire(tx, instance_id)
        except Exception as error:
            log.warning("timers of instance %s failed: %s", instance_id, type(error).__name__)
            _failed(tx, instance_id, error)
    return moved


def _fire(tx: Transaction, instance_id: int) -> int:
    """Fire the due timers of one instance; 0 when another worker was quicker."""
    flow.lock(tx, instance_id)
    rows = tx.db.execute(
        sa.select(timer)
        .where(timer.c.instance_id == instance_id, timer.c.due_at <= tx.at)
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
    flow.step(tx, running, SYSTEM, lambda engine: engine.fire_due(), rows=lines)
    return 1


def _told(error: Exception) -> str:
    """What may stand in the history: our own sentences. Of any other error its kind alone, its text may quote anything."""
    own = error if isinstance(error, Refused) else error.__cause__
    if not isinstance(own, Refused):
        return f"系统未能完成此步({type(error).__name__})"
    cause = getattr(own, "cause", None)
    if cause is None or isinstance(cause, Refused):
        return own.tell("zh")
    kind = {**own.facts, "reason": type(cause).__name__}
    return Sentence(own.zh, own.en).tell("zh", kind)


def _failed(tx: Transaction, instance_id: int, error: Exception) -> None:
    told = _told(error)
    mine = sa.and_(timer.c.instance_id == instance_id, timer.c.due_at <= tx.at)
    tries = (tx.db.execute(sa.select(sa.func.max(timer.c.tries)).where(mine)).scalar() or 0) + 1
    if tries < TRIES:
        later = tx.at + timedelta(minutes=2 ** (tries - 1))
        tx.db.execute(sa.update(timer).where(mine).values(tries=tries, due_at=later))
        return
    element = getattr(error, "element", "") or ""
    tx.db.execute(
        sa.insert(incident),
        {"instance_id": instance_id, "element": element, "message": told, "at": tx.at},
    )
    tx.db.execute(
        sa.update(instance).where(instance.c.id == instance_id).values(status="incident", error=told)
    )
    history.add(tx, instance_id, "incident", SYSTEM, element=element, name=element, facts={"detail": told})
