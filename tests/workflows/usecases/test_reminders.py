"""催办 by the clock: ahead of the due time and at it, once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.workflows.usecases.conftest import Office
from tests.workflows.usecases.drawn import deploy
from workflows.settings import SHANGHAI
from workflows.usecases import inbox, instances, reminders, tasks

FRIDAY = datetime(2026, 3, 20, 9, 30, tzinfo=SHANGHAI)
MONDAY = FRIDAY + timedelta(days=3)


@pytest.fixture
def task(office: Office) -> int:
    """A task of the clerks of 教育局, due on the Monday after next weekend at half past nine."""
    group = f"clerk@{office.units['教育局']}"
    deploy(
        office,
        f'start s\nuserTask a name="补正" camunda:candidateGroups="{group}" camunda:dueDate="{MONDAY.isoformat()}"\nend e',
        "s -> a -> e",
    )
    gao = office.actor("gao")
    with office.transaction() as tx:
        instances.start(tx, "p", None, gao, title="开放日")
        return inbox.todo(tx, gao).items[0].task_id


def send(office: Office, at: datetime) -> int:
    with office.reading(at=at) as tx:
        asked = reminders.any_due(tx)
    with office.transaction(at=at) as tx:
        sent = reminders.send_due(tx)
    assert asked == bool(sent)
    return sent


def notices(office: Office, username: str) -> list[str]:
    with office.reading() as tx:
        return [each.text for each in inbox.notices(tx, office.actor(username))]


def test_notices_go_out_a_working_day_ahead_and_at_the_due_time_once_each(office: Office, task: int) -> None:
    assert send(office, FRIDAY - timedelta(minutes=1)) == 0
    assert [send(office, FRIDAY), send(office, FRIDAY), send(office, MONDAY - timedelta(minutes=1))] == [
        1,
        0,
        0,
    ]
    assert [send(office, MONDAY), send(office, MONDAY + timedelta(days=9))] == [1, 0]
    for username in ("gao", "sun"):
        assert notices(office, username) == [
            "“补正”已到期(3月23日 09:30)：开放日",
            "“补正”将于3月23日 09:30到期：开放日",
        ]
    assert notices(office, "qian") == []
    with office.reading() as tx:
        instance_id = tasks.open_task(tx, task, office.actor("gao")).instance_id
        lines = [line.text for line in instances.view(tx, instance_id, office.actor("gao")).history]
    assert lines[-2:] == ["系统催办“补正”：即将到期", "系统催办“补正”：已到期"]


def test_after_a_week_without_a_worker_only_what_is_true_is_said(office: Office, task: int) -> None:
    assert [send(office, MONDAY + timedelta(days=7)), send(office, MONDAY + timedelta(days=8))] == [1, 0]
    assert notices(office, "gao") == ["“补正”已到期(3月23日 09:30)：开放日"]


def test_a_task_that_comes_on_its_last_day_but_one_is_not_reminded_of_at_once(office: Office) -> None:
    group = f"clerk@{office.units['教育局']}"
    deploy(
        office,
        f'start s\nuserTask a name="补正" camunda:candidateGroups="{group}" camunda:dueDate="{MONDAY.isoformat()}"\nend e',
        "s -> a -> e",
    )
    with office.transaction(at=FRIDAY + timedelta(hours=1)) as tx:
        instances.start(tx, "p", None, office.actor("gao"), title="开放日")
    assert send(office, FRIDAY + timedelta(hours=2)) == 0
    assert send(office, MONDAY) == 1
    assert notices(office, "gao") == ["“补正”已到期(3月23日 09:30)：开放日"]


def test_a_task_that_is_done_is_not_reminded_of(office: Office, task: int) -> None:
    with office.transaction() as tx:
        tasks.complete(tx, task, None, office.actor("gao"))
    assert send(office, MONDAY) == 0


def test_a_holder_alone_is_reminded(office: Office, task: int) -> None:
    with office.transaction() as tx:
        tasks.claim(tx, task, office.actor("sun"))
    assert send(office, MONDAY) == 1
    counted: dict[str, Any] = {name: len(notices(office, name)) for name in ("gao", "sun")}
    assert counted == {"gao": 0, "sun": 1}


def drawn_with(office: Office, attributes: str, key: str = "p") -> None:
    group = f"clerk@{office.units['教育局']}"
    deploy(
        office,
        f'start s\nuserTask a name="补正" camunda:candidateGroups="{group}" {attributes}\nend e',
        "s -> a -> e",
        key=key,
    )


def begun(office: Office, key: str = "p", title: str = "开放日") -> None:
    with office.transaction() as tx:
        instances.start(tx, key, None, office.actor("gao"), title=title)


def test_a_notice_goes_out_at_the_follow_up_date_once_with_or_without_a_due_time(office: Office) -> None:
    day = FRIDAY - timedelta(days=1)
    drawn_with(office, f'camunda:followUpDate="{day.isoformat()}"')
    drawn_with(
        office,
        f'camunda:followUpDate="{day.isoformat()}" camunda:dueDate="{MONDAY.isoformat()}"',
        key="q",
    )
    for key in ("p", "q"):
        begun(office, key)
    assert send(office, day - timedelta(minutes=1)) == 0
    assert [send(office, day), send(office, day), send(office, FRIDAY), send(office, MONDAY)] == [2, 0, 1, 1]
    follow = "“补正”已到跟进日期（3月19日 09:30）：开放日"
    assert notices(office, "gao") == [
        "“补正”已到期(3月23日 09:30)：开放日",
        "“补正”将于3月23日 09:30到期：开放日",
        follow,
        follow,
    ]


def test_nobody_is_told_to_follow_up_what_is_overdue(office: Office) -> None:
    drawn_with(office, f'camunda:followUpDate="{FRIDAY.isoformat()}" camunda:dueDate="{MONDAY.isoformat()}"')
    begun(office)
    assert [send(office, MONDAY), send(office, MONDAY + timedelta(days=1))] == [1, 0]
    assert notices(office, "gao") == ["“补正”已到期(3月23日 09:30)：开放日"]


def test_of_tasks_due_alike_those_of_high_priority_come_first(office: Office) -> None:
    drawn_with(office, 'camunda:priority="${urgent}"')
    for title, urgent in (("平常", 50), ("要紧", 90), ("不急", 10)):
        with office.transaction() as tx:
            instances.start(tx, "p", None, office.actor("gao"), title=title, variables={"urgent": urgent})
    with office.reading() as tx:
        items = inbox.todo(tx, office.actor("gao")).items
        assert [(item.title, item.priority) for item in items] == [("要紧", 90), ("平常", 50), ("不急", 10)]
