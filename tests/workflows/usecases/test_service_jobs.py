"""Service tasks outside of the step: tried again with a growing wait, by workers here and elsewhere."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office
from tests.workflows.usecases.drawn import deploy
from workflows.engine import Source, check
from workflows.engine.model import Known
from workflows.store.tables import instance, service_job
from workflows.usecases import external_tasks, incident_view, incidents, instances, jobs, service_jobs
from workflows.usecases.actor import Actor
from workflows.usecases.errors import LockLost, NotAllowed
from workflows.usecases.services import remote

RETRIES = "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R3/PT10M</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def external(office: Office) -> Office:
    """The office, whose jobs wait until the test runs them."""
    office.runtime.settings = replace(office.runtime.settings, jobs="external")
    office.runtime.queue = Silent()  # type: ignore[assignment]
    return office


class Silent:
    """A queue that loses everything it is given."""

    def enqueue(self, *given: Any) -> None:
        return None

    def close(self) -> None:
        return None


def start(office: Office, **variables: Any) -> int:
    with office.transaction() as tx:
        return instances.start(tx, "p", None, office.actor("gao"), variables=variables)


def status(office: Office, instance_id: int) -> str:
    with office.reading() as tx:
        return str(
            tx.db.execute(sa.select(instance.c.status).where(instance.c.id == instance_id)).scalar_one()
        )


def due(office: Office, at: datetime) -> list[int]:
    with office.reading(at=at) as tx:
        return service_jobs.due(tx)


def run(office: Office, job_id: int, at: datetime) -> bool:
    office.runtime.settings = replace(office.runtime.settings, now=at)
    return service_jobs.run(office.runtime, job_id)


@pytest.mark.parametrize("kind", ["step", "remote"])
def test_a_job_is_tried_as_often_as_drawn_then_an_incident_that_can_be_retried(
    external: Office, at: datetime, kind: str
) -> None:
    keys: list[str] = []

    def answer(*given: Any) -> dict[str, Any]:
        keys.append(given[-2].key)
        if len(keys) <= 3:
            raise OSError("no route")
        return {"sent": True}

    external.runtime.services["post"] = (
        remote(lambda call, ref, runtime: answer(call, ref)) if kind == "remote" else answer
    )
    later = "" if kind == "remote" else 'camunda:asyncBefore="true"'
    deploy(
        external,
        f'start s\nserviceTask f name="送出" camunda:delegateExpression="${{post}}" {later} | {RETRIES}\nend e',
        "s -> f -> e",
    )
    started = start(external)
    (job_id,) = due(external, at)
    for tries in range(3):
        moment = at + tries * 10 * MINUTE
        assert due(external, moment - MINUTE) == []
        assert not run(external, job_id, moment)
    assert due(external, at + timedelta(days=9)) == []
    zhou = external.actor("zhou")
    with external.reading() as tx:
        (found,) = incident_view.listing(tx, zhou).items
        assert (found.kind, found.tries, found.name) == ("job", 3, "送出")
    with external.transaction() as tx:
        incidents.retry(tx, found.id, zhou)
    assert run(external, job_id, at + timedelta(hours=1))
    assert (status(external, started), len(set(keys)), len(keys)) == ("completed", 1, 4)
    assert not run(external, job_id, at + timedelta(hours=1)), "done once"


def test_a_job_without_its_queue_is_found_again(external: Office, at: datetime) -> None:
    external.runtime.services["post"] = lambda tx, call, ref: {}
    deploy(
        external,
        'start s\nserviceTask f camunda:delegateExpression="${post}" camunda:asyncBefore="true"\nend e',
        "s -> f -> e",
    )
    started = start(external)
    external.runtime.settings = replace(external.runtime.settings, jobs="inline")
    assert jobs.serve_due(external.runtime) == 1
    assert status(external, started) == "completed"


def test_a_worker_that_died_in_a_remote_call_is_followed_by_another(external: Office, at: datetime) -> None:
    external.runtime.services["post"] = remote(lambda call, ref, runtime: {"by": "second"})
    deploy(external, 'start s\nserviceTask f camunda:delegateExpression="${post}"\nend e', "s -> f -> e")
    started = start(external)
    (job_id,) = due(external, at)
    with external.transaction(at=at) as tx:
        begun = service_jobs.begin(tx, job_id)
    assert isinstance(begun, service_jobs.Begun)
    assert due(external, at + MINUTE) == [], "it is being called"
    assert run(external, job_id, at + service_jobs.CALL_TIME)
    with external.transaction() as tx:
        assert not service_jobs.finish(tx, begun, {"by": "first"}), "the first answer comes too late"
    with external.reading() as tx:
        view = instances.view(tx, started, external.actor("zhou"))
        assert (view.status, view.variables["by"]) == ("completed", "second")


# ------------------------------------------------------------------ workers outside
WORK = 'start s\nserviceTask f name="归档" camunda:type="external" camunda:topic="archive" camunda:taskPriority="${rank}" | RETRIES\nuserTask z camunda:candidateGroups="clerk"\nend e\nboundaryEvent b attachedToRef="f" | <bpmn:errorEventDefinition errorRef="E"/>\nend no name="未归档"'


@pytest.fixture
def outside(external: Office) -> Office:
    deploy(
        external,
        WORK.replace("RETRIES", RETRIES),
        "s -> f -> z -> e; b -> no",
        outside='<bpmn:error id="E" errorCode="full"/>',
    )
    return external


@pytest.fixture
def machine(office: Office) -> Actor:
    return replace(office.actor("zhou"), permissions=frozenset({external_tasks.PERMISSION}))


def fetch(
    office: Office, machine: Actor, at: datetime, worker: str = "w", most: int = 10
) -> list[external_tasks.ExternalTask]:
    with office.transaction(at=at) as tx:
        return external_tasks.fetch_and_lock(tx, worker, {"archive": 5 * MINUTE}, machine, most=most)


def test_outside_tasks_are_handed_out_by_priority_and_to_one_worker(
    outside: Office, machine: Actor, at: datetime
) -> None:
    low, high = start(outside, rank=1), start(outside, rank=9)
    (first,) = fetch(outside, machine, at, "a", most=1)
    assert (first.instance_id, first.variables["rank"], first.topic) == (high, 9, "archive")
    (second,) = fetch(outside, machine, at, "b")
    assert second.instance_id == low
    assert fetch(outside, machine, at, "c") == []
    assert first.key != second.key


def test_a_lock_that_ran_out_goes_to_the_next_and_the_first_is_refused(
    outside: Office, machine: Actor, at: datetime
) -> None:
    started = start(outside, rank=1)
    (task,) = fetch(outside, machine, at, "a")
    with outside.transaction(at=at + MINUTE) as tx:
        assert external_tasks.extend_lock(tx, task.id, "a", 10 * MINUTE, machine) == at + 11 * MINUTE
    assert fetch(outside, machine, at + 10 * MINUTE, "b") == []
    (again,) = fetch(outside, machine, at + 11 * MINUTE, "b")
    assert again.key == task.key
    with pytest.raises(LockLost), outside.transaction(at=at + 12 * MINUTE) as tx:
        external_tasks.complete(tx, task.id, "a", {}, machine)
    with outside.transaction(at=at + 12 * MINUTE) as tx:
        external_tasks.complete(tx, task.id, "b", {"box": "A-1"}, machine)
    with outside.reading() as tx:
        view = instances.view(tx, started, outside.actor("zhou"))
        assert (view.variables["box"], [each.element for each in view.tasks]) == ("A-1", ["z"])


def test_failures_wait_and_end_in_an_incident(outside: Office, machine: Actor, at: datetime) -> None:
    start(outside, rank=1)
    (task,) = fetch(outside, machine, at)
    with outside.transaction(at=at) as tx:
        assert external_tasks.fail(tx, task.id, "w", "纸张用完", machine) == 2
    assert fetch(outside, machine, at + 9 * MINUTE) == []
    (task,) = fetch(outside, machine, at + 10 * MINUTE)
    with outside.transaction(at=at + 10 * MINUTE) as tx:
        assert external_tasks.fail(tx, task.id, "w", "纸张用完", machine, retries=0) == 0
    assert fetch(outside, machine, at + timedelta(days=3)) == []
    zhou = outside.actor("zhou")
    with outside.transaction() as tx:
        (found,) = incident_view.listing(tx, zhou).items
        assert found.message == "纸张用完"
        incidents.retry(tx, found.id, zhou)
    assert len(fetch(outside, machine, at + timedelta(days=3))) == 1


def test_an_error_of_a_worker_goes_the_way_that_is_drawn(
    outside: Office, machine: Actor, at: datetime
) -> None:
    started = start(outside, rank=1)
    (task,) = fetch(outside, machine, at)
    with outside.transaction(at=at) as tx:
        external_tasks.error(tx, task.id, "w", "full", {"left": 0}, machine)
    with outside.reading() as tx:
        assert instances.view(tx, started, outside.actor("zhou")).outcome == "未归档"
        assert tx.db.execute(sa.select(service_job)).all() == []


def test_only_who_may_work_at_them_gets_outside_tasks(outside: Office, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        fetch(outside, outside.actor("zhou"), at)


def test_an_unknown_topic_is_deployed_only_where_it_is_said_to_be_outside() -> None:
    from tests.workflows.engine.builders import diagram

    def verdict(attributes: str, body: str = "") -> tuple[bool, set[str]]:
        source: Source = diagram(
            f"start s\nserviceTask f {attributes}{body and ' | ' + body}\nend e", "s -> f -> e"
        )
        (report,) = check([source], known=Known(services=("known",)))
        rules = {each.rule for each in report.findings if each.rule.startswith("service.")}
        return report.deployable, rules

    assert verdict('camunda:topic="archive"') == (False, {"service.unknown"})
    assert verdict('camunda:type="external" camunda:topic="archive"') == (True, {"service.outside"})
    assert verdict('camunda:type="external" camunda:topic="known"') == (True, set())
    assert verdict('camunda:topic="known"', RETRIES.replace("R3/PT10M", "bald")) == (
        False,
        {"service.retries"},
    )
