"""Messages and signals that leave an instance, and who catches them.

A signal reaches every instance that waits for it and starts every process with such a start event. A message
reaches the one instance whose event has the same `correlation` (a `camunda:property` of both events), else the one
with the thrower's business key, else the oldest that waits; if nobody waits, it starts the process with such a start
event. From outside, a message must find exactly one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflows.engine import Instance, Thrown
from workflows.store.tables import instance, wait
from workflows.usecases import definitions, flow, history, instances, typed
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import AmbiguousMessage, NobodyWaits
from workflows.usecases.runtime import Transaction

PERMISSION = "messages.send"
MOST = 200
"""Answers to what was thrown, and answers to those: two processes that throw at each other for ever are stopped."""
MOST_AT_ALL = 20_000
"""Deliveries a transaction."""


class ThrownForEver(RuntimeError):
    """Instances throw messages at each other without end."""


def deliver(tx: Transaction) -> int:
    """Deliver what was thrown in this transaction, and what that throws; returns how many were caught."""
    caught = delivered = 0
    for _ in range(MOST):
        if not tx.thrown:
            return caught
        waiting, tx.thrown[:] = list(tx.thrown), []
        delivered += len(waiting)
        if delivered > MOST_AT_ALL:
            break
        for instance_id, business_key, thrown in waiting:
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
    found = _receiver(tx, thrower, business_key, thrown)
    if found is None:
        return _start(tx, "messages", thrown)
    _bring(tx, found.instance_id, found.key, thrown.name, thrown.variables)
    return 1


def _receiver(tx: Transaction, thrower: int, business_key: str | None, thrown: Thrown) -> Any:
    """The wait a message of the house belongs to: by its correlation, by business key, else the oldest.

    An event that says by what it correlates takes no other message.
    """
    query = _waiting("message", thrown.name, thrower).add_columns(
        wait.c.key, wait.c.properties, instance.c.business_key
    )
    best: Any = None
    best_rank = 0
    for row in tx.db.execute(query.order_by(wait.c.id)):
        wanted = (row.properties or {}).get("correlation")
        if wanted is not None and (not wanted or wanted != thrown.correlation):
            continue
        same_key = business_key is not None and row.business_key == business_key
        rank = 3 if wanted is not None else 2 if same_key else 1
        if rank > best_rank:
            best, best_rank = row, rank
    return best


def _bring(
    tx: Transaction, instance_id: int, key: str, name: str, variables: Mapping[str, Any], by: Actor = SYSTEM
) -> None:
    def act(engine: Instance) -> None:
        if not engine.message(name, variables, wait_key=key):
            raise NobodyWaits(message=name)

    flow.step(tx, flow.load(tx, instance_id), by, act)


# ------------------------------------------------------------------ from outside
@dataclass(frozen=True)
class Correlated:
    """Where a message went. `started`: it began this instance."""

    instance_id: int
    started: bool = False


def correlate(
    tx: Transaction,
    name: str,
    actor: Actor,
    *,
    business_key: str | None = None,
    values: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    instance_id: int | None = None,
) -> Correlated:
    """Bring a message from outside to the one instance that waits for it, else start the process it starts.

    Args:
        business_key: of the instance; of the new one, where the message starts it.
        values: process variables the instance must have, with these values.
        instance_id: this instance and no other.

    Raises:
        AmbiguousMessage: several instances wait.
        NobodyWaits: none does, and no process starts by this message.
        NotAllowed.
    """
    actor.require(PERMISSION)
    query = _waiting("message", name, 0).add_columns(wait.c.key, instance.c.business_key)
    if business_key is not None:
        query = query.where(instance.c.business_key == business_key)
    if instance_id is not None:
        query = query.where(wait.c.instance_id == instance_id)
    rows = tx.db.execute(query.order_by(wait.c.id).limit(MOST)).all()
    if values:
        rows = [row for row in rows if _has(tx, row.instance_id, values)]
    receivers = {row.instance_id: row for row in reversed(rows)}
    if len(receivers) > 1:
        raise AmbiguousMessage(message=name, count=len(receivers))
    for found, row in receivers.items():
        history.add(tx, found, "message", actor, name=name)
        _bring(tx, found, row.key, name, variables or {})
        return Correlated(found)
    if instance_id is None:
        for process_key, event in _starters(tx, "messages", name):
            given = {**(values or {}), **(variables or {})}
            item = instances.StartItem(None, business_key=business_key, variables=given, start_event=event)
            return Correlated(instances.start_many(tx, process_key, [item], SYSTEM)[0], started=True)
    raise NobodyWaits(message=name)


def _has(tx: Transaction, instance_id: int, values: Mapping[str, Any]) -> bool:
    running = flow.load(tx, instance_id)
    tx.running.pop(instance_id, None)
    found = running.engine.variables
    return all(
        name in found and typed.plain(found[name]) == typed.plain(value) for name, value in values.items()
    )


def broadcast(tx: Transaction, name: str, actor: Actor, variables: Mapping[str, Any] | None = None) -> int:
    """Send a signal from outside to all who wait for it, and start the processes it starts; how many."""
    actor.require(PERMISSION)
    return _signal(tx, 0, Thrown("signal", name, variables or {}, ""))


def _starters(tx: Transaction, what: str, name: str) -> Iterator[tuple[str, str]]:
    """Process key and start event of the processes that begin by a message or signal."""
    for view in definitions.overview(tx, "process"):
        _bundle_id, compiled = definitions.bundle_for_start(tx, view.key)
        events: Mapping[str, str] = getattr(compiled.start, what)
        if name in events:
            yield view.key, events[name]


def _start(tx: Transaction, what: str, thrown: Thrown) -> int:
    started = 0
    for process_key, event in _starters(tx, what, thrown.name):
        item = instances.StartItem(None, variables=thrown.variables, start_event=event)
        instances.start_many(tx, process_key, [item], SYSTEM)
        started += 1
    return started
