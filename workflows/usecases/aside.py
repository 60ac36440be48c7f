"""What stands still in an instance, as rows: incidents that are open, jobs that wait. Written with the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workflows.engine import OpenIncident, OpenJob
from workflows.engine.retrying import retry_plan
from workflows.store.tables import incident, service_job
from workflows.usecases import history
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.runtime import Transaction

if TYPE_CHECKING:
    from workflows.usecases.running import Running

_INSERT_INCIDENTS = sa.insert(incident)
_INSERT_JOBS = sa.insert(service_job).returning(service_job.c.id, sort_by_parameter_order=True)


def write(tx: Transaction, instances: list[Running], actor: Actor) -> None:
    """Write what has come to stand still, and close what goes on; once the rows of the instances are there."""
    new_incidents: list[dict[str, Any]] = []
    new_jobs: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for running in instances:
        failed = {each.key: each for each in running.engine.incidents}
        waiting = {each.key: each for each in running.engine.jobs}
        fresh = set(failed) - running.incidents_before
        fresh -= _known(tx, incident, running, fresh)
        new_incidents += [_incident(tx, running.id, failed[key]) for key in failed if key in fresh]
        lines += [_line(tx, running.id, failed[key]) for key in failed if key in fresh]
        started = set(waiting) - running.jobs_before
        started -= _known(tx, service_job, running, started)
        new_jobs += [_job(tx, running.id, waiting[key]) for key in waiting if key in started]
        _close(tx, running, running.incidents_before - set(failed), running.jobs_before - set(waiting), actor)
    if new_incidents:
        tx.db.execute(_INSERT_INCIDENTS, new_incidents)
        history.INSERT.run_many(tx.db, lines)
    if new_jobs:
        ids = tx.db.execute(_INSERT_JOBS, new_jobs).scalars().all()
        for job_id, row in zip(ids, new_jobs, strict=True):
            if row["kind"] != "external":
                hand_over(tx, job_id)


def _known(tx: Transaction, table: sa.Table, running: Running, keys: set[str]) -> set[str]:
    """Those of the keys that have a row: what was kept apart from the state has come into hand in this step."""
    if not keys:
        return keys
    query = sa.select(table.c.key).where(table.c.instance_id == running.id, table.c.key.in_(keys))
    if table is incident:
        query = query.where(incident.c.resolved_at.is_(None))
    return set(tx.db.execute(query).scalars())


def hand_over(tx: Transaction, job_id: int) -> None:
    """Have a worker run a job after the commit; lost on the way, it is found again by `service_jobs.due`."""
    tx.enqueue("run_service", job_id, key=f"service:{job_id}:{int(tx.at.timestamp() * 1000)}")


def _incident(tx: Transaction, instance_id: int, found: OpenIncident) -> dict[str, Any]:
    return {
        "instance_id": instance_id,
        "kind": "step",
        "key": found.key,
        "process": found.process,
        "element": found.element,
        "name": (found.name or found.element)[:300],
        "element_type": found.type,
        "message": found.zh,
        "message_en": found.en,
        "at": tx.at,
    }


def _line(tx: Transaction, instance_id: int, found: OpenIncident) -> dict[str, Any]:
    return history.row(
        instance_id,
        tx,
        "incident",
        SYSTEM,
        process=found.process,
        element=found.element,
        name=found.name or found.element,
        element_type=found.type,
    )


def _job(tx: Transaction, instance_id: int, job: OpenJob) -> dict[str, Any]:
    return {
        "instance_id": instance_id,
        "key": job.key,
        "process": job.process,
        "element": job.element,
        "name": (job.name or job.element)[:300],
        "kind": job.kind,
        "topic": job.topic,
        "priority": job.priority,
        "created_at": tx.at,
        "due_at": tx.at,
        "retries": retry_plan(job.retries).tries,
    }


def _close(
    tx: Transaction, running: Running, incidents: frozenset[str], jobs: frozenset[str], actor: Actor
) -> None:
    """What no longer stands still: its incident is resolved, its job is gone."""
    if jobs:
        tx.db.execute(
            sa.delete(service_job).where(service_job.c.instance_id == running.id, service_job.c.key.in_(jobs))
        )
    if incidents or jobs:
        resolve(tx, running.id, incidents | jobs, running.resolution, actor)


def resolve(
    tx: Transaction, instance_id: int, keys: frozenset[str] | None, resolution: str, actor: Actor
) -> None:
    """Close the open incidents of an instance at these tokens; None means all of them."""
    query = sa.update(incident).where(incident.c.instance_id == instance_id, incident.c.resolved_at.is_(None))
    if keys is not None:
        query = query.where(incident.c.key.in_(keys))
    tx.db.execute(query.values(resolved_at=tx.at, resolution=resolution, resolved_by=actor.name))


def at_end(tx: Transaction, instance_id: int, actor: Actor) -> None:
    """The instance was cancelled: nothing of it waits any more."""
    tx.db.execute(sa.delete(service_job).where(service_job.c.instance_id == instance_id))
    resolve(tx, instance_id, None, "cancelled", actor)
