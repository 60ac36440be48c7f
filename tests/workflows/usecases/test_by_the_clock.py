"""Processes that begin by the clock, and signals from one instance to another process."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, sources
from workflows.engine import Source
from workflows.settings import SHANGHAI
from workflows.store.tables import instance, start_timer
from workflows.usecases import definitions, inbox, start_timers, tasks
from workflows.usecases.actor import SYSTEM

FIRST = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)


def due(office: Office) -> datetime:
    with office.reading() as tx:
        found: datetime = tx.db.execute(sa.select(start_timer.c.due_at)).scalar_one()
    return found


def started(office: Office, process_key: str) -> int:
    with office.reading() as tx:
        query = sa.select(sa.func.count()).where(instance.c.process_key == process_key)
        return int(tx.db.execute(query).scalar_one())


def test_a_process_starts_by_its_yearly_timer_once(office: Office) -> None:
    assert due(office) == FIRST
    with office.transaction(at=FIRST.replace(hour=8)) as tx:
        assert start_timers.start_due(tx) == 0
    for moved in (1, 0):
        with office.transaction(at=FIRST) as tx:
            assert start_timers.start_due(tx) == moved
    assert due(office) == FIRST.replace(year=2027)
    assert started(office, "yearly") == 1


def test_years_that_were_missed_start_one_instance(office: Office) -> None:
    with office.transaction(at=FIRST.replace(year=2029, month=12, day=2)) as tx:
        assert start_timers.start_due(tx) == 1
    assert due(office) == FIRST.replace(year=2030)


def test_a_new_version_plans_its_own_time(office: Office) -> None:
    old = sources("yearly.bpmn")[0]
    with office.transaction() as tx:
        definitions.deploy(tx, [Source(old.name, old.content.replace(b"2026-12-01", b"2026-11-15"))], SYSTEM)
    assert due(office) == FIRST.replace(month=11, day=15)


def test_a_signal_starts_the_process_that_listens(office: Office) -> None:
    zhou = office.actor("zhou")
    with office.transaction(at=FIRST) as tx:
        start_timers.start_due(tx)
    assert started(office, "answer") == 1
    with office.reading() as tx:
        item = inbox.todo(tx, zhou).items[0]
        assert (item.process_name, item.task_name, item.initiator_name) == ("核对答复", "核对", "系统")
    with office.transaction() as tx:
        tasks.complete(tx, item.task_id, None, zhou)
    with office.reading() as tx:
        assert inbox.visible(tx, zhou).items[0].status == "completed"
