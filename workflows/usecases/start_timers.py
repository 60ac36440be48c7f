"""Processes that begin by the clock: rows written at deployment, started by the scheduled job."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from forms.faults import Refused
from workflows.engine import Incident
from workflows.engine.timers import next_start
from workflows.store.tables import start_timer
from workflows.usecases import definitions, instances
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Transaction

log = logging.getLogger(__name__)

_LATER = timedelta(hours=1)


def plan(tx: Transaction, process_keys: Iterable[str]) -> None:
    """Write anew when processes that were deployed start next; called by `definitions.deploy`."""
    for key in process_keys:
        tx.db.execute(sa.delete(start_timer).where(start_timer.c.process_key == key))
        _bundle_id, compiled = definitions.bundle_for_start(tx, key)
        for each in compiled.start.timers:
            due = next_start(each.kind, each.text, tx.at, tx.world)
            if due is not None:
                tx.db.execute(
                    sa.insert(start_timer),
                    {
                        "process_key": key,
                        "element": each.element,
                        "kind": each.kind,
                        "text": each.text,
                        "due_at": due,
                    },
                )


def any_due(tx: Transaction) -> bool:
    """Whether `start_due` would have something to do; takes no write lock."""
    query = sa.select(start_timer.c.element).where(start_timer.c.due_at <= tx.at).limit(1)
    return tx.db.execute(query).first() is not None


def start_due(tx: Transaction) -> int:
    """Start processes whose time has come, each once however many rounds were missed; returns how many.

    One that fails is tried again an hour later and keeps none of the others; one that a service refuses (it was
    begun by hand already) waits for its next time.
    """
    query = (
        sa.select(start_timer)
        .where(start_timer.c.due_at <= tx.at)
        .order_by(start_timer.c.due_at)
        .with_for_update()
    )
    started = 0
    for row in tx.db.execute(query).all():
        due = next_start(row.kind, row.text, tx.at, tx.world)
        try:
            with tx.savepoint():
                item = instances.StartItem(None, start_event=row.element, refusable=True)
                instances.start_many(tx, row.process_key, [item], SYSTEM)
                started += 1
        except Incident as incident:
            kind = type(incident.cause).__name__
            log.warning("process %s was not started by its timer: %s", row.process_key, kind)
            if not isinstance(incident.cause, Refused):
                due = tx.at + _LATER
        except Exception:
            log.exception("process %s could not start by its timer", row.process_key)
            due = tx.at + _LATER
        mine = sa.and_(start_timer.c.process_key == row.process_key, start_timer.c.element == row.element)
        if due is None:
            tx.db.execute(sa.delete(start_timer).where(mine))
        else:
            tx.db.execute(sa.update(start_timer).where(mine).values(due_at=due))
    return started
