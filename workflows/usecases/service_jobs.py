"""Jobs of service tasks that run here: after the step that led to them, in a transaction of their own.

A job is a row written with the state. A worker runs it; a failure is tried again later, then told as an incident.
A step (`camunda:asyncBefore`) runs within the transaction that takes its result. A remote service is called between
two short transactions; the first locks the row for a while, so that a worker that died in the call is followed by
another, with the same idempotency key.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from workflows.engine import BusinessError, ServiceCall
from workflows.engine.retrying import retry_plan
from workflows.store.tables import incident, instance, service_job
from workflows.usecases import flow, history
from workflows.usecases.actor import SYSTEM
from workflows.usecases.failures import told
from workflows.usecases.runtime import InstanceRef, Runtime, Transaction

if TYPE_CHECKING:
    from workflows.usecases.services import RemoteService

log = logging.getLogger(__name__)

CALL_TIME = timedelta(minutes=5)
"""How long a remote service may take before another worker may call it again."""

OURS = sa.and_(
    service_job.c.kind.in_(("step", "remote")),
    service_job.c.retries > 0,
    sa.exists(sa.select(1).where(instance.c.id == service_job.c.instance_id, instance.c.status == "running")),
)


@dataclass(frozen=True)
class Begun:
    """A remote call that is to be made now."""

    job_id: int
    tries: int
    call: ServiceCall
    instance: InstanceRef


def due(tx: Transaction, limit: int = 200) -> list[int]:
    """Ids of jobs that should run and that nobody runs, by priority, then oldest first."""
    query = (
        sa.select(service_job.c.id)
        .where(OURS, service_job.c.due_at <= tx.at, _free(tx))
        .order_by(service_job.c.priority.desc(), service_job.c.due_at, service_job.c.id)
        .limit(limit)
    )
    return list(tx.db.execute(query).scalars())


def _free(tx: Transaction) -> sa.ColumnElement[bool]:
    return sa.or_(service_job.c.locked_until.is_(None), service_job.c.locked_until <= tx.at)


def run(runtime: Runtime, job_id: int) -> bool:
    """Run one job if it is due; True if it is done. Harmless when it was done, or is being done."""
    with runtime.transaction() as tx:
        begun = begin(tx, job_id)
    if not isinstance(begun, Begun):
        return begun
    service = cast("RemoteService", runtime.services[begun.call.name])
    answer: Mapping[str, Any] | Exception
    try:
        answer = service(begun.call, begun.instance, runtime) or {}
    except Exception as error:
        kind = type(error).__name__  # its words may quote what people wrote
        log.warning("service %s of instance %s failed: %s", begun.call.name, begun.instance.id, kind)
        answer = error
    with runtime.transaction() as tx:
        return finish(tx, begun, answer)


def begin(tx: Transaction, job_id: int) -> Begun | bool:
    """Run a step; or lock a remote call, which the caller makes once this transaction is committed."""
    row = _row(tx, job_id)
    if row is None:
        return False
    if row.kind == "step":
        return _run_step(tx, row)
    try:
        running = flow.load(tx, row.instance_id)
        call = running.engine.call_of(row.key)
    except Exception as error:
        failed(tx, row, error)
        return False
    tx.running.pop(running.id, None)
    tx.db.execute(
        sa.update(service_job)
        .where(service_job.c.id == job_id)
        .values(locked_until=tx.at + CALL_TIME, worker="zhunru")
    )
    return Begun(job_id, row.tries, call, running.ref())


def _row(tx: Transaction, job_id: int) -> Any:
    """The row of a job that is due and free, its instance locked; None where there is nothing to do."""
    instance_id = tx.db.execute(
        sa.select(service_job.c.instance_id).where(service_job.c.id == job_id)
    ).scalar_one_or_none()
    if instance_id is None:
        return None
    flow.lock(tx, instance_id)
    query = sa.select(service_job).where(
        service_job.c.id == job_id, OURS, service_job.c.due_at <= tx.at, _free(tx)
    )
    return tx.db.execute(query).one_or_none()


def _run_step(tx: Transaction, row: Any) -> bool:
    try:
        with tx.savepoint():
            running = flow.load(tx, row.instance_id)
            flow.step(tx, running, SYSTEM, lambda engine: engine.run_job(row.key))
    except Exception as error:
        log.warning("%s of instance %s failed: %s", row.element, row.instance_id, type(error).__name__)
        failed(tx, row, error)
        return False
    return True


def finish(tx: Transaction, begun: Begun, answer: Mapping[str, Any] | Exception) -> bool:
    """Take the answer of a remote service. A second answer to one call is dropped."""
    flow.lock(tx, begun.instance.id)
    row = tx.db.execute(
        sa.select(service_job).where(service_job.c.id == begun.job_id, service_job.c.tries == begun.tries)
    ).one_or_none()
    if row is None or row.worker is None:
        return False
    try:
        if isinstance(answer, Exception) and not isinstance(answer, BusinessError):
            raise answer
        with tx.savepoint():
            running = flow.load(tx, row.instance_id)
            if isinstance(answer, BusinessError):
                flow.step(tx, running, SYSTEM, lambda engine: engine.error_in_job(row.key, answer))
            else:
                flow.step(tx, running, SYSTEM, lambda engine: engine.finish_job(row.key, answer))
    except Exception as error:
        failed(tx, row, error)
        return False
    return True


def failed(tx: Transaction, row: Any, error: Exception) -> None:
    """A try failed: wait for the next, or tell an incident."""
    plan = retry_plan(_retries(tx, row))
    zh, en = told(error)
    put_back(tx, row, row.retries - 1, plan.next_at(row.tries + 1, tx.at), zh, en)


def _retries(tx: Transaction, row: Any) -> str:
    try:
        running = flow.load(tx, row.instance_id)
        tx.running.pop(running.id, None)
        return next((job.retries for job in running.engine.jobs if job.key == row.key), "")
    except Exception:
        return ""


def put_back(tx: Transaction, row: Any, retries: int, due_at: Any, zh: str, en: str) -> None:
    """Free a job after a failure; without tries left it waits for a person."""
    tx.db.execute(
        sa.update(service_job)
        .where(service_job.c.id == row.id)
        .values(
            tries=service_job.c.tries + 1,
            retries=max(0, retries),
            due_at=due_at,
            worker=None,
            locked_until=None,
            message=zh,
        )
    )
    if retries > 0:
        return
    tx.db.execute(
        sa.insert(incident),
        {
            "instance_id": row.instance_id,
            "kind": "job",
            "key": row.key,
            "process": row.process,
            "element": row.element,
            "name": row.name,
            "element_type": "serviceTask",
            "message": zh,
            "message_en": en,
            "at": tx.at,
            "tries": row.tries + 1,
        },
    )
    history.add(
        tx, row.instance_id, "incident", SYSTEM, process=row.process, element=row.element, name=row.name
    )
