"""Jobs: what runs after a request or by the clock, on DBOS with an engine and a store of its own.

DBOS is imported when a job is handed over or a worker starts, never before. Every job is safe to repeat:
its rows say what is done. So a job lost between a commit and its queue is found again (`sweep`), and one
whose worker died is resumed by another worker (`reap`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workflows.store.tables import worker_heartbeat
from workflows.usecases import (
    clock,
    deliveries,
    due_dates,
    exports,
    files,
    import_checking,
    import_keeping,
    imports,
    migrations,
    office_calendar,
    once,
    ready,
    reminders,
    service_jobs,
    tallies,
    withdrawals,
    worker_names,
)
from workflows.usecases.pace import Pace
from workflows.usecases.runtime import Runtime
from workflows.usecases.worker_names import WorkerName

if TYPE_CHECKING:
    from dbos import DBOSClient

log = logging.getLogger(__name__)

QUEUE = "zhunru"
APPLICATION = "zhunru"
VERSION = "1"
_BEAT_SECONDS = 10
_DEAD_AFTER = timedelta(seconds=45)
_BURST = 20  # transactions a step: a step is dear (about 20 ms), a transaction must be short
_MOST_TIMERS = 1000  # that one job fires; the next minute's goes on
_KEPT = timedelta(days=1)


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


# ------------------------------------------------------------------ the worker
_ACTIVE: list[Runtime] = []
_REGISTERED: dict[str, Any] = {}


def _runtime() -> Runtime:
    return _ACTIVE[-1]


def _register() -> dict[str, Any]:
    """Register the workflows with DBOS, once a process."""
    if _REGISTERED:
        return _REGISTERED
    from dbos import DBOS

    @DBOS.step(name="import_burst", retries_allowed=True, max_attempts=5)
    def burst(batch_id: int) -> int:
        return import_burst(_runtime(), batch_id)

    @DBOS.workflow(name="run_import")
    def import_workflow(batch_id: int) -> None:
        while burst(batch_id):
            pass

    @DBOS.step(name="migration_burst", retries_allowed=True, max_attempts=5)
    def move(migration_id: int) -> int:
        return migration_burst(_runtime(), migration_id)

    @DBOS.workflow(name="run_migration")
    def migration_workflow(migration_id: int) -> None:
        while move(migration_id):
            pass

    @DBOS.step(name="due_burst", retries_allowed=True, max_attempts=5)
    def count_due(revision_id: int) -> bool:
        return due_dates.burst(_runtime(), revision_id)

    @DBOS.workflow(name=due_dates.JOB)
    def due_workflow(revision_id: int) -> None:
        while count_due(revision_id):
            pass

    @DBOS.step(name="withdrawal_burst", retries_allowed=True, max_attempts=5)
    def take_back(batch_id: int) -> int:
        return withdrawals.burst(_runtime(), batch_id)

    @DBOS.workflow(name=withdrawals.JOB)
    def withdrawal_workflow(batch_id: int) -> None:
        while take_back(batch_id):
            pass

    @DBOS.step(name=exports.JOB)
    def export(export_id: int) -> None:
        exports.run(_runtime(), export_id)

    @DBOS.workflow(name=exports.JOB)
    def export_workflow(export_id: int) -> None:
        export(export_id)

    @DBOS.step(name=import_checking.JOB, retries_allowed=True, max_attempts=3)
    def check_table(batch_id: int) -> None:
        import_checking.run(_runtime(), batch_id)

    @DBOS.workflow(name=import_checking.JOB)
    def check_workflow(batch_id: int) -> None:
        check_table(batch_id)

    @DBOS.step(name=deliveries.JOB)
    def deliver(delivery_id: int) -> bool:
        return deliveries.run(_runtime(), delivery_id)

    @DBOS.workflow(name=deliveries.JOB)
    def deliver_workflow(delivery_id: int) -> bool:
        return bool(deliver(delivery_id))

    @DBOS.step(name="fire_timers")
    def fire() -> int:
        runtime = _runtime()
        moved = fire_timers(runtime)
        serve_due(runtime)
        remind_due(runtime)
        deliver_due(runtime)
        return moved

    @DBOS.workflow(name="fire_timers")
    def timers_workflow(_at: Any = None, _context: Any = None) -> int:
        return int(fire())

    @DBOS.step(name="run_service")
    def serve(job_id: int) -> bool:
        return run_service(_runtime(), job_id)

    @DBOS.workflow(name="run_service")
    def service_workflow(job_id: int) -> bool:
        return bool(serve(job_id))

    @DBOS.step(name="tend")
    def tend_step() -> None:
        tend(_runtime())

    @DBOS.workflow(name="tend")
    def tend_workflow(_at: Any = None, _context: Any = None) -> None:
        tend_step()

    _REGISTERED.update(
        run_import=import_workflow,
        run_migration=migration_workflow,
        count_due_again=due_workflow,
        withdraw_import=withdrawal_workflow,
        run_export=export_workflow,
        check_import=check_workflow,
        deliver=deliver_workflow,
        fire_timers=timers_workflow,
        run_service=service_workflow,
        tend=tend_workflow,
    )
    return _REGISTERED


class Worker:
    """A started worker: DBOS in threads of this process, and a heartbeat."""

    def __init__(self, runtime: Runtime, name: WorkerName) -> None:
        self.runtime = runtime
        self.name = name
        self.worker_id = name.text
        self._stopping = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="zhunru-heartbeat", daemon=True)

    def start(self) -> None:
        """Launch DBOS, its queue and schedules; what this worker left unfinished is resumed by itself."""
        from dbos import DBOS

        settings = self.runtime.settings
        sqlite = settings.jobs_url.startswith("sqlite")
        _ACTIVE.append(self.runtime)
        workflows = _register()
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": settings.jobs_url,
                "application_version": VERSION,
                "executor_id": self.worker_id,
                "log_level": "WARNING",
                "sys_db_pool_size": 5,
                "use_listen_notify": False,
            }
        )
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=2 if sqlite else 4, polling_interval_sec=1.0)
        DBOS.apply_schedules(
            [
                {
                    "schedule_name": "fire_timers",
                    "workflow_fn": workflows["fire_timers"],
                    "schedule": "* * * * *",
                },
                {"schedule_name": "tend", "workflow_fn": workflows["tend"], "schedule": "* * * * *"},
            ]
        )
        beat(self.runtime, self.worker_id)
        self._heart.start()
        sweep(self.runtime)
        try:
            fire_timers(self.runtime)  # what came due while nobody worked need not wait for the next minute
        except Exception:
            log.exception("timers failed at the start; the schedule tries again")

    def _beat(self) -> None:
        while not self._stopping.wait(_BEAT_SECONDS):
            try:
                beat(self.runtime, self.worker_id)
            except Exception:
                log.exception("the heartbeat failed")

    def stop(self) -> None:
        """End the worker; a job in hand is resumed by whoever starts next."""
        from dbos import DBOS

        self._stopping.set()
        self._heart.join(timeout=5)
        DBOS.destroy()
        if self.runtime in _ACTIVE:
            _ACTIVE.remove(self.runtime)
        with self.runtime.transaction() as tx:
            tx.db.execute(sa.delete(worker_heartbeat).where(worker_heartbeat.c.worker_id == self.worker_id))
        self.name.release()


def start_worker(runtime: Runtime) -> Worker:
    """Run queued and scheduled jobs in threads of this process until `stop()`. One worker a process."""
    settings = runtime.settings
    worker = Worker(runtime, worker_names.take(settings.data_dir / "workers", settings.worker_id))
    worker.start()
    return worker


# ------------------------------------------------------------------ workers that died, jobs that were lost
_BEAT = sa.text(
    "INSERT INTO worker_heartbeat (worker_id, started_at, at) VALUES (:worker_id, :at, :at) "
    "ON CONFLICT (worker_id) DO UPDATE SET at = excluded.at"
).bindparams(sa.bindparam("at", type_=worker_heartbeat.c.at.type))


def _wall_clock() -> datetime:
    """The real time: whether a worker lives is no question of the office's clock (`ZHUNRU_NOW`)."""
    return datetime.fromtimestamp(time.time(), UTC)


def beat(runtime: Runtime, worker_id: str) -> None:
    """Say that a worker is alive."""
    with runtime.transaction() as tx:
        tx.db.execute(_BEAT, {"worker_id": worker_id, "at": _wall_clock()})


def tend(runtime: Runtime) -> None:
    """Once a minute: resume the jobs of dead workers, find lost ones, clear away old records.

    What another process has deployed since is compiled, before something here writes with it.
    """
    ready.warm(runtime)
    reap(runtime)
    sweep(runtime)
    office_calendar.take_notice(runtime)
    with runtime.transaction() as tx:
        import_keeping.forget_old(tx)
        once.forget_old(tx)
        exports.forget_old(tx)
        tallies.forget_old(tx, _wall_clock())
    import_keeping.clear(runtime)
    files.forget_staged(runtime)
    forget_old(runtime)


def reap(runtime: Runtime) -> list[str]:
    """Resume the jobs of workers without a heartbeat; returns their ids. Harmless on a job that runs."""
    client = queue_of(runtime).client
    with runtime.reading() as tx:
        rows = tx.db.execute(sa.select(worker_heartbeat.c.worker_id, worker_heartbeat.c.at)).all()
    alive = {row.worker_id for row in rows if row.at > _wall_clock() - _DEAD_AFTER}
    resumed = []
    for found in client.list_workflows(status="PENDING", load_input=False, load_output=False):
        if found.executor_id in alive:
            continue
        client.resume_workflow(found.workflow_id)
        resumed.append(found.workflow_id)
        log.warning("job %s of worker %s is resumed", found.workflow_id, found.executor_id)
    return resumed


def sweep(runtime: Runtime) -> None:
    """Queue accepted imports and migrations that no job works at: lost after their commit, or given up after errors."""
    with runtime.reading() as tx:
        found = [("run_import", batch_id, f"import:{batch_id}") for batch_id in imports.waiting(tx)]
        found += [("run_migration", batch_id, key) for batch_id, key in migrations.waiting(tx)]
        found += [(due_dates.JOB, revision_id, key) for revision_id, key in due_dates.waiting(tx)]
        found += [(withdrawals.JOB, batch_id, key) for batch_id, key in withdrawals.waiting(tx)]
        found += [(exports.JOB, export_id, key) for export_id, key in exports.waiting(tx)]

        found += [(import_checking.JOB, batch_id, key) for batch_id, key in import_checking.waiting(tx)]
    for job, batch_id, key in found:
        queue = queue_of(runtime)
        queue.enqueue(job, (batch_id,), key)
        state = queue.client.retrieve_workflow(key).get_status().status
        if state in ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"):
            queue.client.resume_workflow(key, queue_name=QUEUE)


def forget_old(runtime: Runtime) -> int:
    """Delete the records of finished scheduled jobs older than a day; returns how many."""
    client = queue_of(runtime).client
    before = (_wall_clock() - _KEPT).isoformat()
    old = client.list_workflows(
        name=["fire_timers", "run_service", "tend"],
        status=["SUCCESS", "ERROR"],
        end_time=before,
        limit=500,
        load_input=False,
        load_output=False,
    )
    if old:
        client.delete_workflows([each.workflow_id for each in old])
    return len(old)
