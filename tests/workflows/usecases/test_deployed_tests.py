"""Tests of diagrams at deployment: a route that no longer leads where it should is told before anything is stored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workflows.usecases.conftest import Office
from workflows.engine import Source
from workflows.usecases import definitions
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import DeploymentRefused

DRAWN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
  <process id="asking" name="征询" isExecutable="true">
    <startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="ask"/>
    <userTask id="ask" name="征询" camunda:candidateGroups="clerk"/>
    <sequenceFlow id="f2" sourceRef="ask" targetRef="e"/><endEvent id="e"/>
  </process>
</definitions>"""
CASES = "cases:\n  - {name: 问一次, answers: [ask: {}], expect: {end: e, passes: [ask]}}\n"


def drawn(text: str = DRAWN) -> Source:
    return Source("asking.bpmn", text.encode())


def cases(text: str = CASES) -> Source:
    return Source("asking.test.yaml", text.encode())


def rules(office: Office, *sources: Source) -> list[tuple[str, str, str]]:
    with office.reading() as tx:
        reports = definitions.check(tx, sources)
    return [
        (report.file, finding.severity, finding.rule)
        for report in reports
        for finding in report.findings
        if finding.rule.startswith("test.")
    ]


def test_tests_are_deployed_and_kept_as_versions_like_all_else(office: Office) -> None:
    with office.transaction() as tx:
        made = definitions.deploy(tx, [drawn(), cases()], SYSTEM)
    assert [(view.kind, view.key, view.version) for view in made.created] == [
        ("process", "asking", 1),
        ("tests", "asking", 1),
    ]
    with office.transaction() as tx:
        assert not definitions.deploy(tx, [cases()], SYSTEM).created


def test_a_test_that_fails_keeps_its_deployment_out(office: Office) -> None:
    wrong = cases(CASES.replace("end: e", "end: elsewhere"))
    with pytest.raises(DeploymentRefused) as refused, office.transaction() as tx:
        definitions.deploy(tx, [drawn(), wrong], SYSTEM)
    (report,) = [each for each in refused.value.reports if each.findings and each.file == wrong.name]
    assert "问一次" in report.findings[0].zh
    assert "elsewhere" in report.findings[0].zh


def test_a_change_that_breaks_a_deployed_test_is_warned_of_until_the_test_comes_with_it(
    office: Office,
) -> None:
    with office.transaction() as tx:
        definitions.deploy(tx, [drawn(), cases()], SYSTEM)
    another = drawn(DRAWN.replace('id="ask" name', 'id="inquire" name').replace('"ask"', '"inquire"'))
    assert rules(office, another) == [("asking.bpmn", "warning", "test.failed")]
    assert rules(office, another, cases(CASES.replace("ask", "inquire"))) == []


def test_a_decision_that_sends_work_elsewhere_is_told_by_the_tests_of_the_process_that_asks_it(
    office: Office,
) -> None:
    asks = DRAWN.replace(
        '<userTask id="ask" name="征询" camunda:candidateGroups="clerk"/>',
        '<businessRuleTask id="ask" camunda:decisionRef="size" camunda:resultVariable="size" '
        'camunda:mapDecisionResult="singleEntry"/>',
    )
    table = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" namespace="n">
      <decision id="size" name="size"><variable name="size"/>
        <literalExpression><text>"large"</text></literalExpression></decision></definitions>"""
    large = "cases:\n  - {name: 大小, expect: {end: e, data: {size: large}}}\n"
    with office.transaction() as tx:
        definitions.deploy(tx, [drawn(asks), Source("size.dmn", table.encode()), cases(large)], SYSTEM)
    assert rules(office, Source("size.dmn", table.replace("large", "small").encode())) == [
        ("size.dmn", "warning", "test.failed")
    ]
    assert rules(office, Source("size.dmn", table.replace("/></", "/> </").encode())) == []


def test_an_office_may_demand_tests(office: Office) -> None:
    office.runtime.settings = replace(office.runtime.settings, demand_tests=True)
    assert rules(office, drawn()) == [("asking.bpmn", "error", "test.missing")]
    assert rules(office, drawn(), cases()) == []
    with office.transaction() as tx:
        definitions.deploy(tx, [drawn(), cases()], SYSTEM)
    broken = drawn(DRAWN.replace('id="e"', 'id="f"').replace('"e"', '"f"'))
    assert rules(office, broken) == [("asking.bpmn", "error", "test.failed")]


def test_a_wrong_file_of_tests_is_told_with_its_line(office: Office) -> None:
    assert rules(office, drawn(), cases("cases:\n  - name: a\n")) == [
        ("asking.test.yaml", "error", "test.file")
    ]


def test_another_yaml_is_no_file_of_tests(office: Office) -> None:
    with office.reading() as tx:
        (report,) = definitions.check(tx, [Source("notes.yaml", b"cases: []")])
    assert not report.deployable


def test_what_was_checked_ahead_counts_only_while_nothing_else_is_deployed(office: Office) -> None:
    with office.reading() as tx:
        known = definitions.checked(tx, [drawn()])
    gone = replace(known, reports=())
    with office.transaction() as tx:
        made = definitions.deploy(tx, [drawn()], SYSTEM, known=gone)
    assert made.reports == ()  # taken as they were
    with office.transaction() as tx:
        again = definitions.deploy(tx, [drawn()], SYSTEM, known=gone)
    assert again.reports  # found anew: something was deployed since
