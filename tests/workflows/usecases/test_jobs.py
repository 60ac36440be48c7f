"""Jobs in a worker of their own: queued, killed, resumed; nothing lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, request_target
from tests.workflows.usecases.test_imports import rows, table
from workflows.store.tables import import_record, instance, number, submission, worker_heartbeat
from workflows.usecases import import_targets, imports, workers
from workflows.usecases.runtime import Runtime

ROOT = Path(__file__).parents[3]
ROWS = 120

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def target() -> Iterator[None]:
    import_targets.register(request_target())
    yield
    del import_targets.IMPORT_TARGETS["request"]


@pytest.fixture
def external(office: Office) -> Office:
    """The office, its jobs left to workers of their own."""
    office.runtime.settings = replace(office.runtime.settings, jobs="external")
    return office


class Process:
    """A worker process that this test started."""

    def __init__(self, runtime: Runtime, worker_id: str) -> None:
        settings = runtime.settings
        command = [sys.executable, "-m", "tests.workflows.usecases.worker_process"]
        command += [settings.database_url, str(settings.data_dir), worker_id]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.strip() == "started", line + self.process.stdout.read()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def wait_for(found: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def accepted(office: Office) -> int:
    gao = office.actor("gao")
    with office.transaction() as tx:
        found = imports.preview(tx, table(rows(ROWS)), "汇总表.xlsx", "request", gao)
        return imports.accept(tx, found, gao)


def done(office: Office, batch_id: int) -> int:
    with office.reading() as tx:
        return imports.progress(tx, batch_id, office.actor("gao")).done


def state(office: Office, batch_id: int) -> str:
    with office.reading() as tx:
        return imports.progress(tx, batch_id, office.actor("gao")).state


def require_each_row_once(office: Office, batch_id: int) -> None:
    def figure(tx: Any, what: Any) -> int:
        return int(tx.db.execute(sa.select(what)).scalar_one())

    with office.reading() as tx:
        assert figure(tx, sa.func.count(instance.c.id)) == ROWS
        assert figure(tx, sa.func.count(sa.distinct(instance.c.title))) == ROWS
        assert figure(tx, sa.func.count(submission.c.id)) == ROWS
        assert figure(tx, sa.func.count(sa.distinct(number.c.text))) == ROWS
        assert figure(tx, sa.func.max(number.c.seq)) == ROWS
        results = tx.db.execute(sa.select(import_record.c.result).where(import_record.c.state == "done"))
        assert len(set(results.scalars())) == ROWS


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(external: Office) -> None:
    batch_id = accepted(external)
    first = Process(external.runtime, "w1")
    wait_for(lambda: done(external, batch_id) >= 20, 60)
    first.kill()
    assert 0 < done(external, batch_id) < ROWS
    second = Process(external.runtime, "w1")
    try:
        wait_for(lambda: state(external, batch_id) == "done", 90)
    finally:
        second.kill()
    require_each_row_once(external, batch_id)


def test_another_worker_takes_a_dead_ones_job_over(external: Office) -> None:
    batch_id = accepted(external)
    first = Process(external.runtime, "w1")
    wait_for(lambda: done(external, batch_id) >= 20, 60)
    first.kill()
    before = done(external, batch_id)
    second = Process(external.runtime, "w2")
    try:
        long_ago = datetime.now(UTC) - timedelta(minutes=5)
        with external.transaction() as tx:
            tx.db.execute(
                sa.update(worker_heartbeat)
                .where(worker_heartbeat.c.worker_id.startswith("w1-"))
                .values(at=long_ago)
            )
        assert before < ROWS
        assert f"import:{batch_id}" in workers.reap(external.runtime)
        wait_for(lambda: state(external, batch_id) == "done", 90)
    finally:
        second.kill()
    require_each_row_once(external, batch_id)


def test_a_job_lost_between_commit_and_queue_is_found_again(external: Office) -> None:
    gao = external.actor("gao")
    with external.transaction() as tx:
        found = imports.preview(tx, table(rows(ROWS)), "汇总表.xlsx", "request", gao)
        batch_id = imports.accept(tx, found, gao)
        tx._commit_calls.clear()
    worker = Process(external.runtime, "w1")
    try:
        wait_for(lambda: state(external, batch_id) == "done", 90)
    finally:
        worker.kill()
    require_each_row_once(external, batch_id)


def test_a_worker_embedded_in_this_process_does_the_job_and_stops(office: Office) -> None:
    office.runtime.settings = replace(office.runtime.settings, jobs="embedded", worker_id="here")
    worker = workers.start_worker(office.runtime)
    try:
        batch_id = accepted(office)
        wait_for(lambda: state(office, batch_id) == "done", 60)
        workers.tend(office.runtime)
    finally:
        worker.stop()
    require_each_row_once(office, batch_id)
    with office.reading() as tx:
        assert tx.db.execute(sa.select(worker_heartbeat)).all() == []


def test_a_job_nobody_knows_is_refused_at_once(office: Office) -> None:
    with pytest.raises(KeyError), office.transaction() as tx:
        tx.enqueue("no_such_job", key="k")
