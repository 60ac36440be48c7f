"""Processes that begin by the clock: rows written at deployment, started by the scheduled job."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from forms.faults import Refused
from workflows.engine import Incident
from workflows.engine.timers import next_start
from workflows.store.tables import incident, start_timer
from workflows.usecases import definition_rows, definitions, instances
from workflows.usecases.actor import SYSTEM
from workflows.usecases.failures import told
from workflows.usecases.runtime import Transaction
from workflows.usecases.timers import TRIES

log = logging.getLogger(__name__)

_DUE = (
    sa.select(start_timer)
    .where(start_timer.c.due_at <= sa.bindparam("at", type_=start_timer.c.due_at.type))
    .order_by(start_timer.c.due_at, start_timer.c.process_key, start_timer.c.element)
    .limit(1)
)


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


def first_due(tx: Transaction) -> datetime | None:
    """When the first start was due that is due at `tx.at`; None if none is. Takes no write lock."""
    row = tx.db.execute(_DUE, {"at": tx.at}).first()
    return None if row is None else row.due_at


def start_due(tx: Transaction, limit: int = 50, until: datetime | None = None) -> int:
    """Start processes whose time has come, earliest first, each once however many rounds were missed; how many.

    One that fails is tried again (after 1, 2, 4 ... minutes, `TRIES` times), then becomes an incident of kind
    `start` and waits for its next time; it keeps none of the others. One that a service refuses (it was begun
    by hand already) waits for its next time too.

    Args:
        until: leave what was due later than this. PostgreSQL, having waited for another worker's row, hands out
            the next one, and something else may be due before that.
    """
    started = 0
    for _ in range(limit):
        row = tx.db.execute(_DUE.with_for_update(), {"at": tx.at}).first()
        if row is None or (until is not None and row.due_at > until):
            break
        try:
            with tx.savepoint():
                started += _start(tx, row.process_key, row.element)
        except Exception as error:
            log.warning("process %s could not start by its timer: %s", row.process_key, type(error).__name__)
            _failed(tx, row, error)
        else:
            _next(tx, row)
    return started


def _start(tx: Transaction, process_key: str, element: str) -> int:
    """Start one; 0 when a service refuses it. Raises whatever keeps it from starting."""
    item = instances.StartItem(None, start_event=element, refusable=True)
    try:
        with tx.savepoint():
            instances.start_many(tx, process_key, [item], SYSTEM)
    except Incident as failed:
        if not isinstance(failed.cause, Refused):
            raise
        return 0
    return 1


def _mine(row: Any) -> sa.ColumnElement[bool]:
    return sa.and_(start_timer.c.process_key == row.process_key, start_timer.c.element == row.element)


def _next(tx: Transaction, row: Any) -> None:
    """The next time of a start event; none, and its row is gone."""
    due = next_start(row.kind, row.text, tx.at, tx.world)
    if due is None:
        tx.db.execute(sa.delete(start_timer).where(_mine(row)))
    else:
        tx.db.execute(sa.update(start_timer).where(_mine(row)).values(due_at=due, tries=0))


def _failed(tx: Transaction, row: Any, error: Exception) -> None:
    tries = row.tries + 1
    if tries < TRIES:
        later = tx.at + timedelta(minutes=2 ** (tries - 1))
        tx.db.execute(sa.update(start_timer).where(_mine(row)).values(due_at=later, tries=tries))
        return
    zh, en = told(error)
    titles = (view.title for view in definition_rows.overview(tx, "process") if view.key == row.process_key)
    tx.db.execute(
        sa.insert(incident),
        {
            "kind": "start",
            "process": row.process_key,
            "element": row.element,
            "element_type": "startEvent",
            "name": next(titles, row.process_key)[:300],
            "message": zh,
            "message_en": en,
            "at": tx.at,
            "tries": tries,
        },
    )
    _next(tx, row)


def start_again(tx: Transaction, failed: Any) -> bool:
    """Start what an incident of kind `start` says did not start; False if it failed again, which is kept with it."""
    try:
        with tx.savepoint():
            _start(tx, failed.process, failed.element)
    except Exception as error:
        zh, en = told(error)
        values = {"tries": incident.c.tries + 1, "message": zh, "message_en": en, "at": tx.at}
        tx.db.execute(sa.update(incident).where(incident.c.id == failed.id).values(values))
        return False
    return True
