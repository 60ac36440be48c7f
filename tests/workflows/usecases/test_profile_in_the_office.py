"""The Camunda 7 profile where the office sees it: whose task it is, which form, what a decision gives, who began."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from typing import Any

import pytest

from tests.workflows.usecases.conftest import Office, sources
from tests.workflows.usecases.drawn import deploy
from workflows.engine import Source
from workflows.usecases import definitions, inbox, instances, tasks
from workflows.usecases.actor import SYSTEM

RULES = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="t"><decision id="way" name="way">'
    '<decisionTable hitPolicy="{hit}"><input id="i"><inputExpression><text>n</text></inputExpression></input>{outputs}'
    '<rule id="r1"><inputEntry><text>&gt; 0</text></inputEntry>{first}</rule><rule id="r2"><inputEntry><text>&gt; 1</text></inputEntry>{second}</rule>'
    "</decisionTable></decision></definitions>"
)


def rules(hit: str, *outputs: str) -> Source:
    """A table over n: its first rule holds from 1 on and gives 10, 11 ..., its second from 2 on and gives 20, 21 ..."""

    def given(tens: int) -> str:
        return "".join(f"<outputEntry><text>{tens + k}</text></outputEntry>" for k, _ in enumerate(outputs))

    columns = "".join(f'<output id="o{k}" name="{name}"/>' for k, name in enumerate(outputs))
    return Source(
        "way.dmn", RULES.format(hit=hit, outputs=columns, first=given(10), second=given(20)).encode()
    )


@pytest.mark.parametrize(
    ("mapping", "table", "n", "taken"),
    [
        ("singleEntry", rules("UNIQUE", "a"), 1, 10),
        ("singleResult", rules("UNIQUE", "a", "b"), 1, {"a": 10, "b": 11}),
        ("collectEntries", rules("COLLECT", "a"), 2, [10, 20]),
        ("resultList", rules("RULE ORDER", "a", "b"), 2, [{"a": 10, "b": 11}, {"a": 20, "b": 21}]),
        ("singleEntry", rules("UNIQUE", "a"), 0, None),
        ("collectEntries", rules("COLLECT", "a"), 0, []),
        ("resultList", rules("UNIQUE", "a"), 1, [{"a": 10}]),
    ],
)
def test_a_decisions_result_is_taken_as_the_diagram_maps_it(
    office: Office, mapping: str, table: Source, n: int, taken: Any
) -> None:
    with office.transaction() as tx:
        definitions.deploy(tx, [table], SYSTEM)
    deploy(
        office,
        f'start s\nbusinessRuleTask d camunda:decisionRef="way" camunda:resultVariable="got" camunda:mapDecisionResult="{mapping}"\nuserTask a camunda:assignee="gao"\nend e',
        "s -> d -> a -> e",
    )
    with office.transaction() as tx:
        started = instances.start(tx, "p", None, office.actor("gao"), variables={"n": n})
    with office.reading() as tx:
        assert instances.view(tx, started, office.actor("zhou")).variables["got"] == taken


@pytest.mark.parametrize(("binding", "title"), [("latest", "新版意见"), ("deployment", "审核意见")])
def test_a_form_of_the_latest_version_is_looked_up_when_its_task_is_entered(
    office: Office, binding: str, title: str
) -> None:
    deploy(
        office,
        f'start s\nuserTask a camunda:assignee="gao"\nuserTask b camunda:assignee="gao" camunda:formRef="verdict" camunda:formRefBinding="{binding}"\nend e',
        "s -> a -> b -> e",
    )
    gao = office.actor("gao")
    with office.transaction() as tx:
        instances.start(tx, "p", None, gao)
    old = sources("verdict.form")[0]
    with office.reading() as tx:
        was = definitions.form(tx, "verdict").title
    newer = Source(old.name, old.content.replace(was.encode(), "新版意见".encode()))
    with office.transaction() as tx:
        definitions.deploy(tx, [newer], SYSTEM)
        tasks.complete(tx, inbox.todo(tx, gao).items[0].task_id, None, gao)
    with office.reading() as tx:
        shown = tasks.open_task(tx, inbox.todo(tx, gao).items[0].task_id, gao)
        assert shown.form is not None
        assert shown.form.title == (title if binding == "latest" else was)


def test_who_began_is_in_the_variable_the_diagram_names_and_users_are_listed_one_by_one(
    office: Office,
) -> None:
    deploy(
        office,
        'start s camunda:initiator="began_by"\nuserTask a name="核对" camunda:candidateUsers="sun, ${began_by}"\nend e',
        "s -> a -> e",
    )
    with office.transaction() as tx:
        started = instances.start(tx, "p", None, office.actor("qian"))
    with office.reading() as tx:
        assert instances.view(tx, started, office.actor("zhou")).variables["began_by"] == "qian"
        listed = {name: inbox.todo(tx, office.actor(name)).total for name in ("qian", "sun", "gao")}
    assert listed == {"qian": 1, "sun": 1, "gao": 0}
