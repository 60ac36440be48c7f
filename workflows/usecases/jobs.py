"""Jobs on DBOS: imports, timers, heartbeat. DBOS itself is imported when a worker starts."""

from __future__ import annotations

from typing import Any

from workflows.usecases.runtime import Runtime


class JobQueue:
    """Where jobs are handed to; `None` on a runtime without one."""


class Worker:
    """A started worker."""

    def stop(self) -> None:
        raise NotImplementedError


def start_worker(runtime: Runtime) -> Worker:
    """Run queued and scheduled jobs in threads of this process until `stop()`."""
    raise NotImplementedError


def check(job: str) -> None:
    """Raise `KeyError` for a job that is not in `JOBS`."""
    raise NotImplementedError


def submit(runtime: Runtime, job: str, args: tuple[Any, ...], key: str) -> None:
    raise NotImplementedError
