"""The Camunda 7 profile: each attribute is used, known, told to be without effect, or refused; none passes in silence."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from forms.feel import World, china
from tests.workflows.engine.builders import AT, diagram
from tests.workflows.engine.profile_drawings import BESIDE, drawn
from workflows.engine import (
    DefinitionRefused,
    Finding,
    Instance,
    ServiceCall,
    Source,
    Surroundings,
    check,
    compile_bundle,
)
from workflows.engine.profile import ROWS, TABLE, Row, written_out

TABLE_DOC = Path(__file__).parents[3] / "docs" / "BPMN_COVERAGE.md"
PLACES = [(tag or "userTask", name, row) for (tag, name), row in ROWS.items()]

ATTRIBUTES = {
    "assignee": "li", "candidateUsers": "li,wang", "candidateGroups": "clerk", "dueDate": "P5D", "followUpDate": "P2D",
    "priority": "70", "formKey": "f", "formRef": "f", "formRefBinding": "latest\" camunda:formRef=\"f", "initiator": "who",
    "candidateStarterGroups": "clerk", "delegateExpression": "${other}", "topic": "other", "type": "external",
    "expression": "${1 + 1}", "resultVariable": "got", "taskPriority": "9\" camunda:type=\"external", "decisionRef": "d2",
    "mapDecisionResult": "singleEntry\" camunda:resultVariable=\"got", "errorCodeVariable": "code",
    "errorMessageVariable": "told", "escalationCodeVariable": "code", "collection": "list", "elementVariable": "item",
    "asyncBefore": "true", "async": "true", "jobPriority": "9\" camunda:asyncBefore=\"true",
}  # fmt: skip
"""Used attribute -> a value that shows; what it needs besides is written after it."""
OTHERWISE = {"asyncAfter": "true", "isStartableInTasklist": "false"}
ELEMENTS = {
    "<properties>": '<camunda:properties><camunda:property name="colour" value="red"/></camunda:properties>',
    "<field>": '<camunda:field name="kind" stringValue="a"/>',
    "<inputOutput>": '<camunda:inputOutput><camunda:outputParameter name="out">${1 + 2}</camunda:outputParameter></camunda:inputOutput>',
    "<in>": '<camunda:in source="a" target="a"/>',
    "<out>": '<camunda:out source="inner" target="back"/>',
    "<failedJobRetryTimeCycle>": "<camunda:failedJobRetryTimeCycle>R2/PT1M</camunda:failedJobRetryTimeCycle>",
}


def with_it(tag: str, name: str) -> Source:
    if name.startswith("<"):
        inner = ELEMENTS.get(name, f"<camunda:{name[1:-1]}/>")
        later = 'camunda:asyncBefore="true"' if "Retry" in name and tag in ASYNC else ""
        return drawn(tag, later, inner)
    return drawn(tag, f'camunda:{name}="{ATTRIBUTES.get(name) or OTHERWISE.get(name, "v")}"')


def without_it(tag: str, name: str) -> Source:
    """The same drawing less the one thing."""
    if "Retry" in name and tag in ASYNC:
        return drawn(tag, 'camunda:asyncBefore="true"')
    if name.startswith("<") or name == "elementVariable":
        return drawn(tag, 'camunda:collection="list"' if name == "elementVariable" else "")
    return drawn(tag, ATTRIBUTES[name].partition('" ')[2] + ('"' if '" ' in ATTRIBUTES[name] else ""))


ASYNC = frozenset(tag for tag, name in ROWS if name == "asyncBefore" and ROWS[tag, name].status == "used")


def told(source: Source) -> list[Finding]:
    (report,) = check([source], [BESIDE])
    return [f for f in report.findings if f.rule.startswith(("profile.", "service.class", "script."))]


def seen(source: Source) -> Any:
    """All that can be seen of a run from the outside."""
    calls: list[Any] = []

    def service(call: ServiceCall) -> Mapping[str, Any]:
        calls.append((call.name, dict(call.inputs)))
        return {"answer": 1}

    def later(name: str, external: bool) -> str:
        return "external" if external else ""

    try:
        bundle = compile_bundle("p", [source, BESIDE])
    except DefinitionRefused as refused:
        return "refused", sorted(f.rule for f in refused.findings)
    surroundings = Surroundings(World(AT, china()), service, parks=lambda incident: True, later=later)
    found: list[Any] = [bundle.start, [p.properties for p in bundle.processes.values()]]
    found.append(
        {key: info.properties for p in bundle.processes.values() for key, info in p.elements.items()}
    )
    instance = Instance.start(bundle, {"a": 1, "list": [3, 4, 5]}, surroundings)
    for _ in range(6):
        found += [list(instance.user_tasks), list(instance.waits), list(instance.jobs), list(instance.thrown)]
        found += [dict(instance.variables), instance.status, [i.zh for i in instance.incidents]]
        for job in list(instance.jobs):
            instance.finish_job(job.key, {}) if job.kind == "external" else instance.run_job(job.key)
        if instance.status == "running" and not instance.message("m", {}) and instance.user_tasks:
            instance.complete(instance.user_tasks[0].key, {})
    return [*found, calls]


@pytest.mark.parametrize(("tag", "name", "row"), [p for p in PLACES if p[2].status in ("refused", "warned")])
def test_what_has_no_effect_is_told_at_its_element(tag: str, name: str, row: Row) -> None:
    found = told(with_it(tag, name))
    wanted = (
        ("error", row.rule or "profile.refused")
        if row.status == "refused"
        else ("warning", "profile.no-effect")
    )
    if "Binding" in name:
        wanted = ("error", "profile.refused")
    assert wanted in [(f.severity, f.rule) for f in found]
    assert all(f.element for f in found)


@pytest.mark.parametrize(("tag", "name", "row"), [p for p in PLACES if p[2].status in ("used", "noted")])
def test_what_is_used_or_noted_is_not_complained_of(tag: str, name: str, row: Row) -> None:
    assert told(with_it(tag, name)) == []


@pytest.mark.parametrize(("tag", "name", "row"), [p for p in PLACES if p[2].status == "used"])
def test_what_is_used_makes_a_difference(tag: str, name: str, row: Row) -> None:
    found = seen(with_it(tag, name))
    assert found[0] != "refused", found
    assert found != seen(without_it(tag, name))


def test_the_docs_hold_the_table() -> None:
    assert written_out() in TABLE_DOC.read_text(encoding="utf-8")
    assert {row.status for row in TABLE} == {"used", "noted", "warned", "refused"}


def test_a_name_nobody_knows_is_told() -> None:
    for source in (
        diagram('start s\nuserTask x camunda:colour="red"\nend e', "s -> x -> e"),
        diagram('start s\nserviceTask x camunda:assignee="li" camunda:topic="t"\nend e', "s -> x -> e"),
        diagram(
            "start s\nuserTask x | <bpmn:extensionElements><camunda:potion/></bpmn:extensionElements>\nend e",
            "s -> x -> e",
        ),
    ):
        assert [(f.severity, f.rule, f.element) for f in told(source)] == [
            ("warning", "profile.unknown", "x")
        ]


@pytest.mark.parametrize("binding", ["version", "versionTag"])
def test_a_call_of_a_given_version_is_refused(binding: str) -> None:
    assert [f.rule for f in told(drawn("callActivity", f'camunda:calledElementBinding="{binding}"'))] == [
        "profile.refused"
    ]
    assert [f.rule for f in told(drawn("callActivity", 'camunda:calledElementBinding="latest"'))] == []
    (found,) = told(drawn("callActivity", 'camunda:calledElementBinding="deployment"'))
    assert found.rule == "profile.no-effect"


def test_extensions_of_another_engine_are_told() -> None:
    source = diagram(
        'start s\nuserTask x xmlns:f="http://flowable.org/bpmn" f:assignee="li"\nend e', "s -> x -> e"
    )
    assert "profile.other-engine" in [f.rule for f in told(source)]


def called_with(inner: str) -> Instance:
    bundle = compile_bundle("p", [drawn("callActivity", "", inner)])
    around = Surroundings(World(AT, china()), lambda call: None)
    return Instance.start(bundle, {"a": 1, "b": 2}, around)


def test_only_the_calls_own_variables_are_handed_in_where_the_diagram_says_local() -> None:
    own = '<camunda:inputOutput><camunda:inputParameter name="near">${a + 10}</camunda:inputParameter></camunda:inputOutput>'
    instance = called_with(
        own + '<camunda:in variables="all" local="true"/><camunda:out source="inner" target="inner"/>'
    )
    instance.complete(instance.user_tasks[0].key, {})
    assert instance.variables["inner"] == [None, 11, None]


def test_what_is_handed_back_as_local_is_for_the_output_parameters_alone() -> None:
    out = '<camunda:inputOutput><camunda:outputParameter name="kept">${back[0]}</camunda:outputParameter></camunda:inputOutput>'
    instance = called_with(
        '<camunda:in variables="all"/><camunda:out source="inner" target="back" local="true"/>' + out
    )
    instance.complete(instance.user_tasks[0].key, {})
    assert instance.variables["kept"] == 1
    assert "back" not in instance.variables


def test_a_called_process_has_the_business_key_it_is_handed() -> None:
    instance = called_with(
        '<camunda:in businessKey="${a + 41}"/><camunda:out source="inner" target="inner"/>'
    )
    instance.complete(instance.user_tasks[0].key, {})
    assert instance.variables["inner"][2] == 42


def test_a_pass_without_a_target_is_refused() -> None:
    for inner in ('<camunda:in source="a"/>', '<camunda:out target="a"/>'):
        assert [f.rule for f in told(drawn("callActivity", "", inner))] == ["profile.mapping"]
