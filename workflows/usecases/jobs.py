"""Jobs: what runs after a request or by the clock, and how it is handed to whichever worker is alive.

DBOS is imported when a job is handed over or a worker starts (`workers`), never before. Every job is safe to repeat: its
rows say what is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workflows.usecases import (
    clock,
    deliveries,
    due_dates,
    exports,
    import_checking,
    imports,
    migrations,
    ready,
    reminders,
    service_jobs,
    withdrawals,
)
from workflows.usecases.pace import Pace
from workflows.usecases.runtime import Runtime

if TYPE_CHECKING:
    from dbos import DBOSClient

QUEUE = "zhunru"
APPLICATION = "zhunru"
VERSION = "1"
_BURST = 20  # transactions a step: a step is dear (about 20 ms), a transaction must be short
_MOST_TIMERS = 1000  # that one job fires; the next minute's goes on


# ------------------------------------------------------------------ the jobs
def run_import(runtime: Runtime, batch_id: int) -> None:
    """Take in all records of a batch, a short transaction after the other."""
    while import_burst(runtime, batch_id):
        pass


def import_burst(runtime: Runtime, batch_id: int) -> int:
    """Take in some chunks of a batch; returns how many records are left."""
    left = 0
    with runtime.reading() as tx:
        imports.make_ready(tx, batch_id)
    pace = Pace(imports.CHUNK)
    for _ in range(_BURST):
        with pace.chunk() as size, runtime.transaction() as tx:
            left = imports.run_chunk(tx, batch_id, size)
        if not left:
            break
    return left


def run_migration(runtime: Runtime, migration_id: int) -> None:
    """Look at the instances of a batch, or move them, each in a transaction of its own."""
    while migration_burst(runtime, migration_id):
        pass


def migration_burst(runtime: Runtime, migration_id: int) -> int:
    """Move some instances of a batch; returns how many are left."""
    left = 0
    with runtime.reading() as tx:
        ready.make_ready(tx, migration_id=migration_id)
    for _ in range(_BURST):
        with runtime.transaction() as tx:
            left = migrations.run_some(tx, migration_id)
        if not left:
            break
    return left


def fire_timers(runtime: Runtime) -> int:
    """Start and move all whose time has come, in that order, an instance a transaction; returns how many moved."""
    with runtime.reading() as tx:
        if not clock.any_due(tx):
            return 0
    ready.warm(runtime)  # whatever moves may throw a signal that starts any other process
    moved = 0
    for _ in range(_MOST_TIMERS):
        with runtime.transaction() as tx:
            done = clock.fire_next(tx)
        if done is None:
            break
        moved += done
    return moved


def serve_due(runtime: Runtime) -> int:
    """Hand over the service jobs whose time has come, the lost ones among them; returns how many."""
    with runtime.reading() as tx:
        found = service_jobs.due(tx)
        at = int(tx.at.timestamp())
    for job_id in found:
        submit(runtime, "run_service", (job_id,), f"service:{job_id}:again:{at}")
    return len(found)


def remind_due(runtime: Runtime) -> int:
    """Send the notices of tasks that are due soon, or now; returns how many tasks."""
    with runtime.reading() as tx:
        if not reminders.any_due(tx):
            return 0
    with runtime.transaction() as tx:
        return reminders.send_due(tx)


def deliver_due(runtime: Runtime) -> int:
    """Hand over what other systems are to be told and has not gone through; returns how many."""
    with runtime.reading() as tx:
        found = deliveries.due(tx) if tx.counters.connections else []
        at = int(tx.at.timestamp())
    for delivery_id in found:
        submit(runtime, deliveries.JOB, (delivery_id,), f"{deliveries.JOB}:{delivery_id}:again:{at}")
    return len(found)


def run_service(runtime: Runtime, job_id: int) -> bool:
    """Run the job of a service task, if it is still due."""
    with runtime.reading() as tx:
        ready.make_ready(tx, service_job_id=job_id)
    return service_jobs.run(runtime, job_id)


JOBS: Mapping[str, Callable[..., Any]] = {
    "run_import": run_import,
    "run_migration": run_migration,
    due_dates.JOB: due_dates.run,
    withdrawals.JOB: withdrawals.run,
    exports.JOB: exports.run,
    import_checking.JOB: import_checking.run,
    deliveries.JOB: deliveries.run,
    "fire_timers": fire_timers,
    "run_service": run_service,
}
"""Name -> function of the runtime and plain arguments (ids, never bytes or personal data)."""


def check(job: str) -> None:
    """Raise `KeyError` for a job that is not in `JOBS`."""
    if job not in JOBS:
        raise KeyError(job)


# ------------------------------------------------------------------ handing over
class JobQueue:
    """Hands jobs to whichever worker is alive."""

    def __init__(self, url: str) -> None:
        from dbos import DBOSClient

        self.client: DBOSClient = DBOSClient(system_database_url=url, application_name=APPLICATION)

    def enqueue(self, job: str, args: tuple[Any, ...], key: str) -> None:
        """The same key twice runs once."""
        self.client.enqueue(
            {
                "workflow_name": job,
                "queue_name": QUEUE,
                "workflow_id": key,
                "app_version": VERSION,
            },
            *args,
        )

    def close(self) -> None:
        self.client.destroy()


def queue_of(runtime: Runtime) -> JobQueue:
    """The runtime's queue, opened on first use."""
    with runtime.lock:
        if runtime.queue is None:
            runtime.queue = JobQueue(runtime.settings.jobs_url)
        return runtime.queue


def submit(runtime: Runtime, job: str, args: tuple[Any, ...], key: str) -> None:
    """Hand a job over; in mode `inline` it runs now."""
    if runtime.settings.jobs == "inline":
        JOBS[job](runtime, *args)
        return
    queue_of(runtime).enqueue(job, args, key)
