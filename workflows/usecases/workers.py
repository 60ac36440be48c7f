"""Workers: DBOS in threads of a process, with an engine and a store of its own; they run the jobs.

A job lost between a commit and its queue is found again (`sweep`), and one whose worker died is resumed by another worker
(`reap`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import worker_heartbeat
from workflows.usecases import (
    deliveries,
    due_dates,
    exports,
    files,
    import_checking,
    import_keeping,
    imports,
    jobs,
    migrations,
    office_calendar,
    once,
    ready,
    tallies,
    withdrawals,
    worker_names,
)
from workflows.usecases.runtime import Runtime, Transaction
from workflows.usecases.worker_names import WorkerName

log = logging.getLogger(__name__)

_BEAT_SECONDS = 10
_DEAD_AFTER = timedelta(seconds=45)
_KEPT = timedelta(days=1)


# ------------------------------------------------------------------ the jobs as DBOS runs them
@dataclass(frozen=True)
class Steps:
    """How a job is divided: a worker that dies repeats the step it was in.

    Attributes:
        name: of the step in the store of jobs; one that is changed loses the jobs under way.
        take: a step; of the runtime and the job's arguments.
        attempts: how often a step that fails is tried.
        pieces: the step is taken again until it answers that nothing is left.
        waiting: what was accepted and has perhaps no job: its argument and the key of the job.
    """

    name: str
    take: Callable[..., Any]
    attempts: int = 1
    pieces: bool = False
    waiting: Callable[[Transaction], Iterable[tuple[int, str]]] | None = None


def _by_the_clock(runtime: Runtime) -> int:
    """All that the time asks for; returns how many timers moved."""
    moved = jobs.fire_timers(runtime)
    jobs.serve_due(runtime)
    jobs.remind_due(runtime)
    jobs.deliver_due(runtime)
    return moved


def _imports(tx: Transaction) -> list[tuple[int, str]]:
    return [(batch_id, f"import:{batch_id}") for batch_id in imports.waiting(tx)]


STEPS: Mapping[str, Steps] = {
    "run_import": Steps("import_burst", jobs.import_burst, 5, pieces=True, waiting=_imports),
    "run_migration": Steps(
        "migration_burst", jobs.migration_burst, 5, pieces=True, waiting=migrations.waiting
    ),
    due_dates.JOB: Steps("due_burst", due_dates.burst, 5, pieces=True, waiting=due_dates.waiting),
    withdrawals.JOB: Steps(
        "withdrawal_burst", withdrawals.burst, 5, pieces=True, waiting=withdrawals.waiting
    ),
    exports.JOB: Steps(exports.JOB, exports.run, waiting=exports.waiting),
    import_checking.JOB: Steps(import_checking.JOB, import_checking.run, 3, waiting=import_checking.waiting),
    deliveries.JOB: Steps(deliveries.JOB, deliveries.run),
    "run_service": Steps("run_service", jobs.run_service),
    "fire_timers": Steps("fire_timers", _by_the_clock),
    "tend": Steps("tend", lambda runtime: tend(runtime)),
}
"""Every job of `jobs.JOBS`, and `tend`; a test walks it."""
BY_THE_MINUTE = ("fire_timers", "tend")

_ACTIVE: list[Runtime] = []
_REGISTERED: dict[str, Any] = {}


def _register() -> dict[str, Any]:
    """Register the workflows with DBOS, once a process."""
    if not _REGISTERED:
        _REGISTERED.update({job: _workflow(job, steps) for job, steps in STEPS.items()})
    return _REGISTERED


def _workflow(job: str, steps: Steps) -> Any:
    from dbos import DBOS

    @DBOS.step(name=steps.name, retries_allowed=steps.attempts > 1, max_attempts=steps.attempts)
    def step(*args: Any) -> Any:
        return steps.take(_ACTIVE[-1], *args)

    @DBOS.workflow(name=job)
    def run(*args: Any) -> Any:
        given = () if job in BY_THE_MINUTE else args  # a schedule gives the time it meant
        while (answer := step(*given)) and steps.pieces:
            pass
        return answer

    return run


# ------------------------------------------------------------------ the worker
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
                "name": jobs.APPLICATION,
                "system_database_url": settings.jobs_url,
                "application_version": jobs.VERSION,
                "executor_id": self.worker_id,
                "log_level": "WARNING",
                "sys_db_pool_size": 5,
                "use_listen_notify": False,
            }
        )
        DBOS.launch()
        DBOS.register_queue(jobs.QUEUE, worker_concurrency=2 if sqlite else 4, polling_interval_sec=1.0)
        DBOS.apply_schedules(
            [
                {"schedule_name": job, "workflow_fn": workflows[job], "schedule": "* * * * *"}
                for job in BY_THE_MINUTE
            ]
        )
        beat(self.runtime, self.worker_id)
        self._heart.start()
        sweep(self.runtime)
        try:
            jobs.fire_timers(
                self.runtime
            )  # what came due while nobody worked need not wait for the next minute
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
    client = jobs.queue_of(runtime).client
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
    """Queue what was accepted and no job works at: lost after its commit, or given up after errors."""
    with runtime.reading() as tx:
        found = [
            (job, subject, key)
            for job, steps in STEPS.items()
            if steps.waiting is not None
            for subject, key in steps.waiting(tx)
        ]
    for job, subject, key in found:
        queue = jobs.queue_of(runtime)
        queue.enqueue(job, (subject,), key)
        state = queue.client.retrieve_workflow(key).get_status().status
        if state in ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"):
            queue.client.resume_workflow(key, queue_name=jobs.QUEUE)


def forget_old(runtime: Runtime) -> int:
    """Delete the records of finished scheduled jobs older than a day; returns how many."""
    client = jobs.queue_of(runtime).client
    before = (_wall_clock() - _KEPT).isoformat()
    old = client.list_workflows(
        name=[*BY_THE_MINUTE, "run_service"],
        status=["SUCCESS", "ERROR"],
        end_time=before,
        limit=500,
        load_input=False,
        load_output=False,
    )
    if old:
        client.delete_workflows([each.workflow_id for each in old])
    return len(old)
