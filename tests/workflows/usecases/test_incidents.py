"""流程异常: a failure keeps nobody else, and a person with the right takes it up."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office
from tests.workflows.usecases.drawn import FORKED, deploy
from workflows.engine import BusinessError
from workflows.store.tables import incident, instance, number
from workflows.usecases import incident_view, incidents, instances, numbers, tasks, timers, typed
from workflows.usecases.errors import IncidentOver, NotAllowed, NumberTaken
from workflows.usecases.typed import BadVariable, Typed


def shaky(tx: Any, call: Any, ref: Any) -> dict[str, Any]:
    numbers.give(tx, "receipt", "试{seq}号", subject=ref.title, instance_id=ref.id)
    raise RuntimeError("password=secret")


@pytest.fixture
def stuck(office: Office) -> int:
    """An instance whose service has failed behind a completed task."""
    office.runtime.services["shaky"] = shaky
    deploy(office, *FORKED)
    gao = office.actor("gao")
    with office.transaction() as tx:
        started = instances.start(tx, "p", None, gao)
    with office.transaction() as tx:
        tasks.complete(tx, open_tasks(office, started)["填报"], None, gao)
    return started


def open_tasks(office: Office, instance_id: int) -> dict[str, int]:
    with office.reading() as tx:
        view = instances.view(tx, instance_id, office.actor("zhou"))
    return {task.name: task.id for task in view.tasks}


def only(office: Office) -> incident_view.IncidentView:
    with office.reading() as tx:
        (found,) = incident_view.listing(tx, office.actor("zhou")).items
    return found


def history(office: Office, instance_id: int) -> list[str]:
    with office.reading() as tx:
        return [line.text for line in instances.view(tx, instance_id, office.actor("zhou")).history]


def status(office: Office, instance_id: int) -> str:
    with office.reading() as tx:
        return str(
            tx.db.execute(sa.select(instance.c.status).where(instance.c.id == instance_id)).scalar_one()
        )


def test_the_completed_task_is_kept_and_the_other_branch_goes_on(office: Office, stuck: int) -> None:
    assert list(open_tasks(office, stuck)) == ["核对"]
    found = only(office)
    assert (found.name, found.element, found.element_type, found.kind) == ("登记", "f", "serviceTask", "step")
    assert "RuntimeError" in found.message
    assert "secret" not in found.message
    assert history(office, stuck)[-1] == "流程异常：“登记”"
    with office.reading() as tx:
        assert tx.db.execute(sa.select(number)).all() == [], "what the failed service wrote is not kept"
        assert instances.view(tx, stuck, office.actor("zhou")).diagrams[0].failed == ("f",)
    with office.transaction() as tx:
        tasks.complete(tx, open_tasks(office, stuck)["核对"], None, office.actor("gao"))
    assert status(office, stuck) == "running"


def test_a_retry_that_succeeds_ends_the_incident_and_one_that_fails_counts(
    office: Office, stuck: int
) -> None:
    zhou = office.actor("zhou")
    with office.transaction() as tx:
        assert not incidents.retry(tx, only(office).id, zhou)
    assert only(office).tries == 2
    office.runtime.services["shaky"] = lambda tx, call, ref: {"number": "1"}
    with office.transaction() as tx:
        assert incidents.retry(tx, only(office).id, zhou)
    with office.reading() as tx:
        (done,) = incident_view.listing(tx, zhou, incident_view.Filters(state="resolved")).items
        assert (done.resolution, done.resolved_by) == ("retried", "周志远")
        assert instances.view(tx, stuck, zhou).variables["number"] == "1"
    assert "周志远重试了“登记”" in history(office, stuck)


def test_a_step_is_passed_over_with_what_it_should_have_set(office: Office, stuck: int) -> None:
    with office.transaction() as tx:
        incidents.skip(
            tx, only(office).id, office.actor("zhou"), [Typed("number", "text", "线下-7")], "已在线下登记"
        )
    lines = history(office, stuck)
    assert "周志远在“登记”处将变量 number 由“—”改为“线下-7”" in lines
    assert "周志远跳过了“登记”" in lines
    with office.reading() as tx:
        assert instances.view(tx, stuck, office.actor("zhou")).variables["number"] == "线下-7"
        assert incident_view.count_open(tx, office.actor("zhou")) == 0


def test_variables_are_repaired_by_type_and_each_change_is_told(office: Office, stuck: int) -> None:
    zhou, found = office.actor("zhou"), only(office)
    with office.transaction() as tx:
        given = [
            Typed("sum", "number", "12.50"),
            Typed("day", "date", "2026-03-20"),
            Typed("ok", "yes_no", "是"),
        ]
        assert incidents.repair(tx, found.id, zhou, given) == 3
    with office.transaction() as tx:
        assert incidents.repair(tx, found.id, zhou, given) == 0, "the same values again change nothing"
    with office.reading() as tx:
        seen = {each.name: each for each in incident_view.view(tx, found.id, zhou).variables}
    assert [seen[name] for name in ("sum", "day", "ok")] == [
        Typed("sum", "number", "12.50"),
        Typed("day", "date", "2026-03-20"),
        Typed("ok", "yes_no", "true"),
    ]
    with pytest.raises(BadVariable) as told, office.transaction() as tx:
        incidents.repair(tx, found.id, zhou, [Typed("day", "date", "明天")])
    assert told.value.tell() == "变量“day”的值“明天”不是日期"


@pytest.mark.parametrize("text", ["NaN", "1e999999", "十", ""])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadVariable):
        typed.read(Typed("x", "number", text))


def test_who_may_not_repair_sees_and_does_nothing(office: Office, stuck: int) -> None:
    found = only(office)
    for username in ("gao", "root"):
        actor = office.actor(username)
        with office.reading() as tx:
            assert incident_view.count_open(tx, actor) == 0
        with pytest.raises(NotAllowed), office.transaction() as tx:
            incidents.retry(tx, found.id, actor)


def test_of_two_who_deal_with_an_incident_one_wins(office: Office, stuck: int) -> None:
    found = only(office)
    with office.transaction() as tx:
        incidents.skip(tx, found.id, office.actor("zhou"))
    with pytest.raises(IncidentOver), office.transaction() as tx:
        incidents.skip(tx, found.id, office.actor("li"))


def test_what_a_service_refuses_to_a_person_is_told_to_that_person(office: Office, stuck: int) -> None:
    def refuse(tx: Any, call: Any, ref: Any) -> None:
        raise NumberTaken(number="准1号")

    office.runtime.services["shaky"] = refuse
    with office.transaction() as tx:
        second = instances.start(tx, "p", None, office.actor("gao"))
    task = open_tasks(office, second)["填报"]
    with pytest.raises(NumberTaken), office.transaction() as tx:
        tasks.complete(tx, task, None, office.actor("gao"))
    assert "填报" in open_tasks(office, second)


def test_a_business_error_nobody_catches_is_an_incident(office: Office, stuck: int) -> None:
    def fault(tx: Any, call: Any, ref: Any) -> None:
        raise BusinessError("no_room", "没有空位")

    office.runtime.services["shaky"] = fault
    with office.transaction() as tx:
        assert not incidents.retry(tx, only(office).id, office.actor("zhou"))
    assert "没有空位" in only(office).message


def test_a_cancelled_instance_leaves_no_open_incident(office: Office, stuck: int) -> None:
    with office.transaction() as tx:
        instances.cancel(tx, stuck, office.actor("zhou"), "不办了")
    with office.reading() as tx:
        row = tx.db.execute(sa.select(incident)).one()
        assert (row.resolution, row.resolved_at is not None) == ("cancelled", True)


def test_a_timer_that_cannot_fire_is_an_incident_and_can_be_tried_again(
    office: Office, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(
        office,
        'start s\nintermediateCatchEvent t name="等候" | <bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>\nend e',
        "s -> t -> e",
    )
    with office.transaction() as tx:
        started = instances.start(tx, "p", None, office.actor("gao"))
    fire = timers._fire

    def down(tx: Any, instance_id: int, until: Any) -> int:
        raise OSError("disk")

    monkeypatch.setattr(timers, "_fire", down)
    moment = at + timedelta(hours=2)
    for tries in range(timers.TRIES):
        with office.transaction(at=moment) as tx:
            assert timers.fire_due(tx) == 0
        moment += timedelta(minutes=2**tries)
    monkeypatch.setattr(timers, "_fire", fire)
    with office.transaction(at=moment) as tx:
        assert timers.fire_due(tx) == 0, "it waits for a person"
    found = only(office)
    assert (found.kind, found.may_change) == ("timer", False)
    with office.transaction(at=moment) as tx:
        incidents.retry(tx, found.id, office.actor("zhou"))
    with office.transaction(at=moment) as tx:
        assert timers.fire_due(tx) == 1
    assert status(office, started) == "completed"
