"""Work for workers outside: service tasks with a topic that no service here has (`camunda:type="external"`).

A worker fetches tasks and locks them for a while under its own name; completes them, fails them, tells an error the
diagram catches, or asks for more time. A lock that has run out is nobody's: the next fetch hands the task on, and
who held it is refused from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflows.engine import BusinessError
from workflows.engine.retrying import retry_plan
from workflows.store.tables import instance, service_job
from workflows.usecases import flow, masking, service_jobs
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import LockLost, NotFound
from workflows.usecases.runtime import Transaction

PERMISSION = "external_tasks.work"
MOST = 100
"""Tasks one fetch may lock."""

_EXTERNAL = sa.and_(service_job.c.kind == "external", service_job.c.retries > 0)


@dataclass(frozen=True)
class ExternalTask:
    """A task in a worker's hands. `key` is the same for every attempt, and for no other work of the instance."""

    id: int
    topic: str
    key: str
    worker: str
    locked_until: datetime
    retries: int
    priority: int
    element: str
    name: str
    process: str
    instance_id: int
    business_key: str | None
    inputs: Mapping[str, Any]
    variables: Mapping[str, Any]


def fetch_and_lock(
    tx: Transaction,
    worker: str,
    topics: Mapping[str, timedelta],
    actor: Actor,
    *,
    most: int = 10,
    variables: Sequence[str] | None = None,
) -> list[ExternalTask]:
    """Lock free tasks of these topics for a worker: highest priority first, then oldest.

    Args:
        topics: topic -> how long its tasks are locked.
        most: at most so many, `MOST` in any case.
        variables: names of the variables wanted; None for all a task sees.
    """
    actor.require(PERMISSION)
    free = sa.or_(service_job.c.locked_until.is_(None), service_job.c.locked_until <= tx.at)
    query = (
        sa.select(service_job)
        .join_from(service_job, instance)
        .where(_EXTERNAL, service_job.c.topic.in_(topics), free, service_job.c.due_at <= tx.at)
        .where(instance.c.status == "running")
        .order_by(service_job.c.priority.desc(), service_job.c.created_at, service_job.c.id)
        .limit(max(0, min(most, MOST)))
        .with_for_update(of=service_job, skip_locked=True)
    )
    found = []
    for row in tx.db.execute(query).all():
        until = tx.at + topics[row.topic]
        tx.db.execute(
            sa.update(service_job).where(service_job.c.id == row.id).values(worker=worker, locked_until=until)
        )
        task = _task(tx, row, worker, until, variables)
        if task is not None:
            found.append(task)
    return found


def _task(
    tx: Transaction, row: Any, worker: str, until: datetime, names: Sequence[str] | None
) -> ExternalTask | None:
    """What the worker is told; an input that cannot be evaluated is a failure of the task."""
    running = flow.load(tx, row.instance_id)
    tx.running.pop(running.id, None)
    try:
        call = running.engine.call_of(row.key)
    except Exception as error:
        service_jobs.failed(tx, row, error)
        return None
    seen = masking.public(running, call.variables)
    return ExternalTask(
        id=row.id,
        topic=row.topic,
        key=f"{row.instance_id}:{call.key}",
        worker=worker,
        locked_until=until,
        retries=row.retries,
        priority=row.priority,
        element=row.element,
        name=row.name,
        process=row.process,
        instance_id=row.instance_id,
        business_key=running.business_key,
        inputs=call.inputs,
        variables={name: seen[name] for name in (seen if names is None else names) if name in seen},
    )


def _held(tx: Transaction, task_id: int, worker: str, actor: Actor) -> Any:
    """The row of a task this worker holds, its instance locked. Raises `NotFound`, `LockLost`."""
    actor.require(PERMISSION)
    query = sa.select(service_job).where(service_job.c.id == task_id, service_job.c.kind == "external")
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind="external task", key=task_id)
    flow.lock(tx, row.instance_id)
    row = tx.db.execute(query).one_or_none()
    if row is None or row.worker != worker or row.locked_until is None or row.locked_until <= tx.at:
        raise LockLost(task_id=task_id, worker=worker)
    return row


def extend_lock(tx: Transaction, task_id: int, worker: str, by: timedelta, actor: Actor) -> datetime:
    """Hold a task so long from now on; returns until when. Raises `NotFound`, `LockLost`."""
    row = _held(tx, task_id, worker, actor)
    until = tx.at + by
    tx.db.execute(sa.update(service_job).where(service_job.c.id == row.id).values(locked_until=until))
    return until


def unlock(tx: Transaction, task_id: int, worker: str, actor: Actor) -> None:
    """Give a task back untouched. Raises `NotFound`, `LockLost`."""
    row = _held(tx, task_id, worker, actor)
    tx.db.execute(
        sa.update(service_job).where(service_job.c.id == row.id).values(locked_until=None, worker=None)
    )


def complete(tx: Transaction, task_id: int, worker: str, variables: Mapping[str, Any], actor: Actor) -> None:
    """The work is done: its variables go into the process, which goes on. Raises `NotFound`, `LockLost`."""
    row = _held(tx, task_id, worker, actor)
    flow.step(
        tx, flow.load(tx, row.instance_id), SYSTEM, lambda engine: engine.finish_job(row.key, variables)
    )


def fail(
    tx: Transaction,
    task_id: int,
    worker: str,
    message: str,
    actor: Actor,
    *,
    retries: int | None = None,
    wait: timedelta | None = None,
) -> int:
    """The work failed: it may be fetched again after a while; without tries left it is an incident.

    Args:
        message: the cause, kept for who repairs.
        retries: tries left; None counts down what the diagram says.
        wait: until it may be fetched again; None takes the diagram's own time.

    Returns:
        Tries left.
    """
    row = _held(tx, task_id, worker, actor)
    left = row.retries - 1 if retries is None else max(0, retries)
    running = flow.load(tx, row.instance_id)
    tx.running.pop(running.id, None)
    text = next((job.retries for job in running.engine.jobs if job.key == row.key), "")
    due_at = tx.at + wait if wait is not None else retry_plan(text).next_at(row.tries + 1, tx.at)
    told = "".join(sign for sign in message if sign.isprintable())[:500] or "—"
    service_jobs.put_back(tx, row, left, due_at, told, told)
    return left


def error(
    tx: Transaction, task_id: int, worker: str, code: str, variables: Mapping[str, Any], actor: Actor
) -> None:
    """The work ended in an error that the diagram catches by its code; else it is an incident."""
    row = _held(tx, task_id, worker, actor)
    raised = BusinessError(code, "", variables)
    flow.step(tx, flow.load(tx, row.instance_id), SYSTEM, lambda engine: engine.error_in_job(row.key, raised))
