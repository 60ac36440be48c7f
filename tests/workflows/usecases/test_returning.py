"""退回: what is offered, what is undone, and what stays on the paper, when a task goes back more than once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, posted
from tests.workflows.usecases.drawn import deploy
from workflows.store.tables import task
from workflows.usecases import instances, opinions, tasks

ROUNDS = (
    'start s\nuserTask a name="填报" camunda:candidateGroups="reviewer" camunda:formKey="verdict"\n'
    'userTask b name="审核" camunda:candidateGroups="reviewer" camunda:formKey="verdict"\n'
    'userTask c name="办结" camunda:candidateGroups="reviewer" camunda:formKey="verdict"\n'
    'exclusiveGateway g default="g_c"\nend e',
    's -> a -> b -> g; g -[decision = "supplement"]-> a; g -> c -> e',
)
MEETING = (
    'start s\nuserTask a name="填报" camunda:candidateGroups="reviewer" camunda:formKey="verdict"\n'
    'userTask m name="会审" camunda:candidateGroups="reviewer" camunda:formKey="verdict" | '
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>\n"
    'userTask c name="办结" camunda:candidateGroups="reviewer" camunda:formKey="verdict"\nend e',
    "s -> a -> m -> c -> e",
)


def begin(office: Office, drawn: tuple[str, str]) -> int:
    deploy(office, *drawn)
    with office.transaction() as tx:
        return instances.start(tx, "p", None, office.actor("zhou"))


def opened(office: Office, instance_id: int) -> list[tuple[str, int]]:
    with office.reading() as tx:
        query = sa.select(task.c.element, task.c.id).where(
            task.c.instance_id == instance_id, task.c.state == "open"
        )
        return [(row.element, row.id) for row in tx.db.execute(query.order_by(task.c.id))]


def say(office: Office, instance_id: int, words: str, decision: str = "agree") -> None:
    """Do the oldest open task."""
    with office.transaction() as tx:
        zhou = office.actor("zhou")
        tasks.complete(
            tx,
            opened(office, instance_id)[0][1],
            posted("verdict", office, decision=decision, opinion=words),
            zhou,
        )


def back(office: Office, instance_id: int, element: str) -> None:
    with office.transaction() as tx:
        tasks.return_to(tx, opened(office, instance_id)[0][1], element, "请再核对", office.actor("zhou"))


def offered(office: Office, instance_id: int) -> list[str]:
    with office.reading() as tx:
        found = tasks.return_targets(tx, opened(office, instance_id)[0][1], office.actor("zhou"))
        return [each.element for each in found]


def said(office: Office, instance_id: int) -> list[str]:
    with office.reading() as tx:
        return [each.text for each in opinions.of_instance(tx, instance_id)]


def test_what_a_return_undid_is_not_offered_again(office: Office) -> None:
    started = begin(office, ROUNDS)
    say(office, started, "a1")
    say(office, started, "b1")
    assert offered(office, started) == ["b", "a"]
    back(office, started, "a")
    assert offered(office, started) == []
    say(office, started, "a1 again")
    assert offered(office, started) == ["a"]
    assert said(office, started) == ["a1 again"]


@pytest.mark.parametrize("rounds", [2, 5])
def test_going_back_twice_finds_the_round_before_and_older_opinions_stay(office: Office, rounds: int) -> None:
    started = begin(office, ROUNDS)
    for number in range(1, rounds + 1):
        say(office, started, f"a{number}")
        say(office, started, f"b{number}", "supplement" if number < rounds else "agree")
    back(office, started, "a")
    everything = [f"{key}{number}" for number in range(1, rounds + 1) for key in "ab"]
    assert said(office, started) == everything[:-2]
    assert offered(office, started) == ["b"]
    back(office, started, "b")
    assert opened(office, started)[0][0] == "b"
    assert said(office, started) == everything[:-3]


def test_going_back_to_a_meeting_that_is_over_opens_all_of_it(office: Office) -> None:
    started = begin(office, MEETING)
    say(office, started, "a")
    say(office, started, "m one")
    say(office, started, "m two")
    assert offered(office, started) == ["m", "a"]
    back(office, started, "m")
    assert [element for element, _ in opened(office, started)] == ["m", "m"]
    assert said(office, started) == ["a"]
    say(office, started, "m three")
    say(office, started, "m four")
    back(office, started, "a")
    assert said(office, started) == []
