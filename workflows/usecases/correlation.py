"""Messages and signals that leave an instance, and who catches them.

A signal reaches every instance that waits for it and starts every process with such a start event. A message
reaches the one instance that waits for it and has the thrower's business key, else the oldest that waits; if
nobody waits, it starts the process with such a start event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from workflows.engine import Instance, Thrown
from workflows.store.tables import instance, wait
from workflows.usecases import definitions, flow, instances
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Transaction

MOST = 200
"""Deliveries a transaction: two processes that throw at each other for ever are stopped."""


class ThrownForEver(RuntimeError):
    """Instances throw messages at each other without end."""


def deliver(tx: Transaction) -> int:
    """Deliver what was thrown in this transaction, and what that throws; returns how many were caught."""
    caught = 0
    for _ in range(MOST):
        if not tx.thrown:
            return caught
        instance_id, business_key, thrown = tx.thrown.pop(0)
        if thrown.kind == "signal":
            caught += _signal(tx, instance_id, thrown)
        else:
            caught += _message(tx, instance_id, business_key, thrown)
    raise ThrownForEver


def _waiting(kind: str, name: str, but: int) -> sa.Select[Any]:
    return (
        sa.select(wait.c.instance_id)
        .join(instance, instance.c.id == wait.c.instance_id)
        .where(wait.c.type == kind, wait.c.message == name, wait.c.instance_id != but)
        .where(instance.c.status == "running")
    )


def _signal(tx: Transaction, thrower: int, thrown: Thrown) -> int:
    query = _waiting("signal", thrown.name, thrower).distinct().order_by(wait.c.instance_id)
    waiting = list(tx.db.execute(query).scalars())
    for instance_id in waiting:
        running = flow.load(tx, instance_id)
        flow.step(tx, running, SYSTEM, lambda engine: engine.signal(thrown.name, thrown.variables))
    return len(waiting) + _start(tx, "signals", thrown)


def _message(tx: Transaction, thrower: int, business_key: str | None, thrown: Thrown) -> int:
    query = _waiting("message", thrown.name, thrower)
    order: list[sa.ColumnElement[Any]] = [wait.c.id]
    if business_key is not None:
        order.insert(0, sa.case((instance.c.business_key == business_key, 0), else_=1))
    found = tx.db.execute(query.order_by(*order).limit(1)).scalar()
    if found is None:
        return _start(tx, "messages", thrown)

    def act(engine: Instance) -> bool:
        return engine.message(thrown.name, thrown.variables)

    flow.step(tx, flow.load(tx, found), SYSTEM, act)
    return 1


def _start(tx: Transaction, what: str, thrown: Thrown) -> int:
    started = 0
    for view in definitions.overview(tx, "process"):
        _bundle_id, compiled = definitions.bundle_for_start(tx, view.key)
        events: Mapping[str, str] = getattr(compiled.start, what)
        if thrown.name in events:
            item = instances.StartItem(None, variables=thrown.variables, start_event=events[thrown.name])
            instances.start_many(tx, view.key, [item], SYSTEM)
            started += 1
    return started
