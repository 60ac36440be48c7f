"""Messages between processes find the one they belong to."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office
from tests.workflows.usecases.drawn import deploy
from workflows.store.tables import instance
from workflows.usecases import instances

MESSAGE = '<bpmn:message id="M" name="answer"/>'


def correlates(text: str) -> str:
    """The extension that says by what a message event correlates."""
    return f'<bpmn:extensionElements><camunda:properties><camunda:property name="correlation" value="{text}"/></camunda:properties></bpmn:extensionElements>'


def ready(office: Office, caught_by: str, thrown_by: str) -> None:
    deploy(
        office,
        f'start s\nintermediateCatchEvent w | {caught_by}<bpmn:messageEventDefinition messageRef="M"/>\nend e',
        "s -> w -> e",
        "asks",
        MESSAGE,
    )
    deploy(
        office,
        f'start s\nintermediateThrowEvent t | {thrown_by}<bpmn:messageEventDefinition messageRef="M"/>\nend e',
        "s -> t -> e",
        "answers",
        MESSAGE,
    )


def begin(office: Office, process: str, key: str | None = None, **variables: str) -> int:
    with office.transaction() as tx:
        return instances.start(tx, process, None, office.actor("gao"), business_key=key, variables=variables)


def waiting(office: Office) -> list[int]:
    query = sa.select(instance.c.id).where(instance.c.process_key == "asks", instance.c.status == "running")
    with office.reading() as tx:
        return list(tx.db.execute(query.order_by(instance.c.id)).scalars())


def test_the_correlation_of_both_events_finds_the_instance(office: Office) -> None:
    ready(office, correlates("${matter}"), correlates("${about}"))
    first, second = begin(office, "asks", matter="甲"), begin(office, "asks", matter="乙")
    begin(office, "answers", about="乙")
    assert waiting(office) == [first]
    begin(office, "answers", about="丙")
    assert waiting(office) == [first], "a message for another one is not taken"
    begin(office, "answers", about="甲")
    assert waiting(office) == []
    assert second != first


def test_without_correlation_the_business_key_finds_it_else_the_oldest(office: Office) -> None:
    ready(office, "", "")
    first, second, third = (
        begin(office, "asks", "K1"),
        begin(office, "asks", "K2"),
        begin(office, "asks", "K3"),
    )
    begin(office, "answers", "K2")
    assert waiting(office) == [first, third]
    begin(office, "answers")
    assert waiting(office) == [third]
    assert second not in waiting(office)
