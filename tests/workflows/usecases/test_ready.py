"""What is deployed is compiled before a transaction writes with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, sources
from workflows.engine import Bundle, Source
from workflows.settings import SHANGHAI
from workflows.store.tables import instance
from workflows.usecases import bundles, definitions, inbox, jobs, ready, start_timers, tasks
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime

FIRST = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The roots of the bundles compiled from now on."""
    found: list[str] = []
    plain = bundles.compile_bundle

    def compile_bundle(root: str, *args: Any) -> Bundle:
        found.append(root)
        return plain(root, *args)

    monkeypatch.setattr(bundles, "compile_bundle", compile_bundle)
    return found


def anew(office: Office) -> Runtime:
    """The same office in a process that has just started."""
    old = office.runtime
    return Runtime(old.settings, old.engine, old.services, old.permissions, old.titles)


def test_a_process_warms_what_is_newest_and_what_running_instances_keep(
    office: Office, compiled: list[str]
) -> None:
    with office.transaction(at=FIRST) as tx:
        start_timers.start_due(tx)
    old = sources("yearly.bpmn")[0]
    with office.transaction(at=FIRST) as tx:
        definitions.deploy(tx, [Source(old.name, old.content + b"\n<!-- later -->\n")], SYSTEM)
    runtime = anew(office)
    with runtime.reading() as tx:
        running = sa.select(instance.c.bundle_id).where(instance.c.status == "running")
        kept = set(tx.db.execute(running).scalars())
        newest = {view.key for view in definitions.overview(tx, "process")}
    compiled.clear()
    assert ready.warm(runtime) >= len(newest)
    assert newest <= set(compiled)
    assert kept <= set(runtime.bundles)
    compiled.clear()
    assert ready.warm(runtime) > 0
    assert compiled == []


def test_nothing_is_warmed_for_a_process_that_stops(office: Office) -> None:
    assert ready.warm(anew(office), stopped=lambda: True) == 0


def test_timers_write_with_what_was_compiled_before(
    office: Office, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = anew(office)
    monkeypatch.setattr(runtime, "now", lambda: FIRST)
    seen: list[list[str]] = []
    whole = runtime.transaction

    def transaction(**more: Any) -> Any:
        seen.append(list(compiled))
        return whole(**more)

    monkeypatch.setattr(runtime, "transaction", transaction)
    assert jobs.fire_timers(runtime) > 0
    assert "yearly" in seen[0]
    assert compiled == seen[0]


def test_a_task_named_by_its_id_is_ready(office: Office, compiled: list[str]) -> None:
    zhou = office.actor("zhou")
    with office.transaction(at=FIRST) as tx:
        start_timers.start_due(tx)
    with office.reading() as tx:
        (waiting, *_rest) = inbox.todo(tx, zhou).items
    runtime = anew(office)
    with runtime.reading() as tx:
        ready.make_ready(tx, task_id=waiting.task_id, nothing_here=3)
        ready.make_ready(tx, task_id=99_999, process_key="no_such_process")
    compiled.clear()
    with runtime.transaction() as tx:
        tasks.complete(tx, waiting.task_id, None, zhou)
    assert compiled == []
