"""Processes that begin by the clock, and signals from one instance to another process."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, sources
from tests.workflows.usecases.drawn import deploy
from workflows.engine import Source
from workflows.settings import SHANGHAI
from workflows.store.tables import history, instance, start_timer
from workflows.usecases import (
    audit,
    clock,
    definitions,
    inbox,
    incident_view,
    incidents,
    instances,
    jobs,
    start_timers,
    tasks,
    timers,
)
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import IncidentOver, NotAllowed
from workflows.usecases.typed import Typed

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


def test_a_start_that_is_due_later_than_its_turn_waits(office: Office) -> None:
    with office.transaction(at=FIRST) as tx:
        assert start_timers.start_due(tx, 1, until=FIRST - timedelta(minutes=1)) == 0
        assert start_timers.start_due(tx, 1, until=FIRST) == 1


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


def a_timer(text: str, key: str = "t") -> str:
    return (
        f'intermediateCatchEvent {key} name="{text}" | <bpmn:timerEventDefinition><bpmn:timeDate>{text}'
        "</bpmn:timeDate></bpmn:timerEventDefinition>"
    )


def happened(office: Office) -> list[str]:
    """Titles of what was started and names of timers that fired, in the order in which they did."""
    with office.reading() as tx:
        rows = tx.db.execute(
            sa.select(history.c.event, history.c.element_name, history.c.facts).order_by(history.c.id)
        ).all()
    told = {"started": lambda row: row.facts["title"], "timer": lambda row: row.element_name}
    return [told[row.event](row) for row in rows if row.event in told]


def test_starts_and_the_timers_of_all_instances_keep_one_order_after_nobody_has_worked(
    office: Office,
) -> None:
    first, last = "2026-11-30T09:00:00", "2026-12-01T10:00:00"
    deploy(office, f"start s\n{a_timer(first)}\n{a_timer(last, 'u')}\nend e", "s -> t -> u -> e", key="one")
    between = "2026-12-01T08:00:00"
    deploy(office, f"start s\n{a_timer(between)}\nend e", "s -> t -> e", key="two")
    with office.transaction() as tx:
        for key in ("two", "one"):
            instances.start(tx, key, None, office.actor("gao"))
    office.runtime.settings = replace(office.runtime.settings, now=FIRST + timedelta(days=3))
    assert jobs.fire_timers(office.runtime) == 4
    assert jobs.fire_timers(office.runtime) == 0
    assert happened(office) == ["two", "one", first, between, "年度核对", "核对答复", last]


def unwell(tx: object, *_: object, **__: object) -> list[int]:
    raise OSError("disk")


@pytest.fixture
def not_started(office: Office, monkeypatch: pytest.MonkeyPatch) -> incident_view.IncidentView:
    """The yearly process could not start, however often it was tried."""
    with monkeypatch.context() as patch:
        patch.setattr(instances, "start_many", unwell)
        moment = FIRST
        for tries in range(timers.TRIES):
            with office.transaction(at=moment) as tx:
                assert clock.fire_next(tx) == 0
            with office.transaction(at=moment) as tx:
                assert clock.fire_next(tx) is None, "it is tried again later"
            moment += timedelta(minutes=2**tries)
    with office.reading() as tx:
        (found,) = incident_view.listing(tx, office.actor("zhou")).items
    return found


def test_a_start_that_keeps_failing_is_an_incident_and_the_next_one_takes_place(
    office: Office, not_started: incident_view.IncidentView
) -> None:
    found = not_started
    assert (found.kind, found.process_key, found.title, found.element) == (
        "start",
        "yearly",
        "年度核对",
        "Clock",
    )
    assert (found.instance_id, found.tries, found.may_change, found.may_skip) == (None, 5, False, True)
    assert "OSError" in found.message
    assert "disk" not in found.message
    assert due(office) == FIRST.replace(year=2027)
    with office.reading() as tx:
        assert incident_view.count_open(tx, office.actor("zhou")) == 1
        assert incident_view.processes(tx, office.actor("zhou")) == [("yearly", "年度核对")]
        assert (
            incident_view.listing(tx, office.actor("zhou"), incident_view.Filters(process_key="leave")).total
            == 0
        )
    with office.transaction(at=FIRST.replace(year=2027)) as tx:
        assert clock.fire_next(tx) == 1
    assert started(office, "yearly") == 1


def test_the_diagram_of_the_process_marks_the_event_until_the_start_is_dealt_with(
    office: Office, not_started: incident_view.IncidentView
) -> None:
    zhou = office.actor("zhou")
    with office.reading() as tx:
        assert incident_view.starts_standing(tx, "yearly") == ["Clock"]
        assert incident_view.starts_standing(tx, "leave") == []
    with office.transaction() as tx:
        incidents.skip(tx, not_started.id, zhou, [], "不再需要")
    with office.reading() as tx:
        assert incident_view.starts_standing(tx, "yearly") == []


def test_a_start_is_tried_again_by_a_person(
    office: Office, not_started: incident_view.IncidentView, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhou = office.actor("zhou")
    with monkeypatch.context() as patch:
        patch.setattr(instances, "start_many", unwell)
        with office.transaction() as tx:
            assert not incidents.retry(tx, not_started.id, zhou)
    with office.reading() as tx:
        assert incident_view.view(tx, not_started.id, zhou).tries == 6
    with office.transaction() as tx:
        assert incidents.retry(tx, not_started.id, zhou)
    assert started(office, "yearly") == 1
    with pytest.raises(IncidentOver), office.transaction() as tx:
        incidents.retry(tx, not_started.id, zhou)
    with pytest.raises(NotAllowed), office.transaction() as tx:
        incidents.retry(tx, not_started.id, office.actor("gao"))


def test_a_start_is_passed_over_but_has_no_variables(
    office: Office, not_started: incident_view.IncidentView
) -> None:
    zhou = office.actor("zhou")
    with pytest.raises(IncidentOver), office.transaction() as tx:
        incidents.repair(tx, not_started.id, zhou, [Typed("x", "text", "1")])
    with office.transaction() as tx:
        incidents.skip(tx, not_started.id, zhou, reason="今年不办")
    assert started(office, "yearly") == 0
    with office.reading() as tx:
        done = incident_view.view(tx, not_started.id, zhou)
        assert (done.resolution, done.resolved_by) == ("skipped", "周志远")
        (line,) = audit.listing(tx, office.actor("root"), event="incident.skipped").items
        assert (line.username, line.subject, line.facts) == ("zhou", "yearly", {"reason": "今年不办"})
