"""Tests beside diagrams: what they assert, how they fail, what a wrong file of tests is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.commands.testing import command
from workflows.engine import DefinitionRefused, Source
from workflows.engine.diagram_tests import coverage, load_tests, run_tests

SHIPPED = Path(__file__).parents[3] / "workflows"
TESTED = sorted(SHIPPED.glob("*.test.yaml"))

LEAVE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
  <process id="leave" name="请假" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="decide"/>
    <userTask id="decide" name="审批" camunda:candidateGroups="head"/>
    <sequenceFlow id="f2" sourceRef="decide" targetRef="ok"/>
    <exclusiveGateway id="ok" default="f4"/>
    <sequenceFlow id="f3" sourceRef="ok" targetRef="granted">
      <conditionExpression>= decision = "agree"</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" sourceRef="ok" targetRef="refused"/>
    <endEvent id="granted"/>
    <endEvent id="refused"/>
  </process>
</definitions>"""
SOURCES = [Source("leave.bpmn", LEAVE.encode())]


def results(text: str) -> list[tuple[bool, list[str]]]:
    tests = load_tests(Source("leave.test.yaml", text.encode()))
    return [
        (each.passed, [difference.what for difference in each.differences])
        for each in run_tests(tests, SOURCES)
    ]


def case(expect: str, answers: str = "[decide: {decision: agree}]") -> str:
    return f"cases:\n  - {{name: 一, answers: {answers}, expect: {expect}}}\n"


@pytest.mark.parametrize("path", TESTED, ids=lambda path: path.name)
def test_every_shipped_case_passes_and_every_route_is_walked(path: Path) -> None:
    diagram = path.with_name(path.name.replace(".test.yaml", ".bpmn"))
    beside = [
        Source(each.name, each.read_bytes())
        for folder, suffixes in ((SHIPPED, (".bpmn", ".dmn")), (SHIPPED.parent / "forms", (".form",)))
        for each in sorted(folder.iterdir())
        if each.suffix in suffixes
    ]
    ran = run_tests(load_tests(Source(path.name, path.read_bytes())), beside)
    failed = {each.case.name: [said.zh for said in each.differences] for each in ran if not each.passed}
    assert failed == {}
    unwalked = coverage(Source(diagram.name, diagram.read_bytes()), [each.run.path for each in ran])
    assert unwalked.elements == []
    assert unwalked.flows == []


def test_every_shipped_diagram_has_tests() -> None:
    assert {path.name.removesuffix(".test.yaml") for path in TESTED} == {
        path.stem for path in SHIPPED.glob("*.bpmn")
    }


@pytest.mark.parametrize(
    ("expect", "differs"),
    [
        ("{end: granted}", []),
        ("{end: refused}", ["end"]),
        ("{path: [start, decide, ok, granted]}", []),
        ("{path: [start, decide, ok, refused]}", ["path"]),
        ("{passes: [decide, granted]}", []),
        ("{passes: [granted, decide]}", ["passes"]),
        ("{avoids: [refused]}", []),
        ("{avoids: [granted]}", ["avoids"]),
        ("{data: {decision: agree}}", []),
        ("{data: {decision: refuse}}", ["data.decision"]),
        ("{status: waiting}", ["status"]),
        ("{waiting: [decide]}", ["status", "waiting"]),
        ("{error: 网关}", ["error"]),
    ],
)
def test_each_expectation_holds_or_is_told(expect: str, differs: list[str]) -> None:
    ((passed, found),) = results(case(expect))
    assert found == differs
    assert passed is (not differs)


def test_a_task_that_was_to_be_open_is_expected_by_its_id() -> None:
    assert results(case("{waiting: [decide]}", answers="[]")) == [(True, [])]


def test_an_answer_that_nobody_asked_for_is_a_failure() -> None:
    assert results(case("{end: granted}", "[decide: {decision: agree}, decide: {decision: agree}]")) == [
        (False, ["answers"])
    ]


def test_what_no_case_walks_is_told() -> None:
    (ran,) = run_tests(load_tests(Source("leave.test.yaml", case("{end: granted}").encode())), SOURCES)
    found = coverage(SOURCES[0], [ran.run.path])
    assert (found.elements, found.flows) == (["refused"], ["f4"])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "空"),
        ("cases: []", 1, "cases"),
        ("cases:\n  - name: a\n    expect: {pases: [x]}", 3, "pases"),
        ("cases:\n  - name: a", 2, "expect"),
        ("cases:\n  - name: a\n    expect: {}", 2, "什么也不验证"),
        ("cases:\n  - expect: {end: x}", 2, "name"),
        ("cases:\n  - name: a\n    expect: {status: gone}", 2, "gone"),
        ("cases:\n  - name: a\n    at: someday\n    expect: {end: x}", 3, "someday"),
        ("cases:\n  - name: a\n    answers: {x: 1}\n    expect: {end: x}", 3, "answers"),
        ("cases: &a\n  - name: a\n    data: *a", 1, "锚点"),
        ("cases: [", 1, "YAML"),
        ("a: " + "[" * 3000, 1, ""),
    ],
)
def test_a_wrong_file_of_tests_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        load_tests(Source("x.test.yaml", text.encode()))
    first = refused.value.findings[0]
    assert first.zh.startswith(f"第{line}行")
    assert said in first.zh


def test_the_command_tells_what_failed_and_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "leave.bpmn").write_text(LEAVE, encoding="utf-8")
    (tmp_path / "leave.test.yaml").write_text(
        case("{end: granted}") + "  - {name: 二, expect: {end: granted}}\n", encoding="utf-8"
    )
    ran = CliRunner().invoke(command, [str(tmp_path / "leave.bpmn"), "--json", "--coverage"])
    document = json.loads(ran.stdout)
    assert (ran.exit_code, document["passed"], document["failed"]) == (1, 1, 1)
    first, second = document["files"][0]["cases"]
    assert (first["passed"], first["path"]) == (True, ["start", "decide", "ok", "granted"])
    assert second["differences"] == [
        "流程应办结，实际等待办理：停在 decide，用例没有为它写办理结果",
        "应到达结束事件“granted”，实际为（无）",
    ]
    assert document["files"][0]["unwalked"] == {"elements": ["refused"], "flows": ["f4"]}


def test_a_folder_runs_all_its_tests_and_one_without_any_is_wrong_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(command, [str(tmp_path)]).exit_code == 2
    for name in ("file.bpmn", "file.test.yaml"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    ran = CliRunner().invoke(command, [str(tmp_path)])
    assert (ran.exit_code, ran.stdout.splitlines()[-1]) == (0, "2 passed, 0 failed")


def test_a_diagram_that_is_not_there_fails_its_cases(tmp_path: Path) -> None:
    (tmp_path / "gone.test.yaml").write_text(case("{end: granted}"), encoding="utf-8")
    ran = CliRunner().invoke(command, [str(tmp_path)])
    assert ran.exit_code == 1
    assert "gone.bpmn" in ran.stdout


def test_a_case_may_want_the_day_on_which_a_task_is_due() -> None:
    dated = LEAVE.replace(
        'camunda:candidateGroups="head"',
        'camunda:candidateGroups="head" camunda:dueDate="= add working days(today(), 3)"',
    )
    for day, differs in (("2026-01-08", []), ("2026-01-09", ["due.decide"])):
        text = f"cases:\n  - {{name: 一, expect: {{due: {{decide: {day}}}}}}}\n"
        (ran,) = run_tests(
            load_tests(Source("leave.test.yaml", text.encode())), [Source("leave.bpmn", dated.encode())]
        )
        assert [each.what for each in ran.differences] == differs


FORM = b"""{"type": "default", "id": "ask", "schemaVersion": 19, "components": [
  {"type": "number", "key": "days", "id": "Field_days", "label": "days",
   "validate": {"required": true}, "properties": {"warn": "= days > 3", "warn_message": "long"}}]}"""


@pytest.mark.parametrize(
    ("given", "expect", "passed"),
    [
        ("{}", "{faults: [days]}", True),
        ('{days: "5"}', "{faults: [days]}", True),
        ('{days: "2"}', "{accepts: [days]}", True),
        ('{days: "2"}', "{faults: [days]}", False),
        ("{}", "{accepts: [days]}", False),
    ],
)
def test_a_case_may_fill_in_a_form_and_want_something_said_or_nothing(
    given: str, expect: str, passed: bool
) -> None:
    text = f"cases:\n  - {{name: 一, form: ask, given: {given}, expect: {expect}}}\n"
    (ran,) = run_tests(load_tests(Source("ask.test.yaml", text.encode())), [Source("ask.form", FORM)])
    assert ran.passed is passed


def test_a_form_that_is_not_there_fails_its_case() -> None:
    text = b"cases:\n  - {name: a, form: gone, given: {}, expect: {faults: [days]}}\n"
    (ran,) = run_tests(load_tests(Source("ask.test.yaml", text)), [Source("ask.form", FORM)])
    assert [each.what for each in ran.differences] == ["form"]


def test_a_part_of_a_variable_may_be_wanted() -> None:
    for wanted, what in (("true", []), ("false", ["data.rules.notice"])):
        text = f"data: {{rules: {{notice: true}}}}\n{case(f'{{end: granted, data: {{rules.notice: {wanted}}}}}')}"
        assert results(text) == [(not what, what)]


def test_a_service_may_be_answered_with_an_error_that_the_diagram_catches() -> None:
    caught = LEAVE.replace(
        '<userTask id="decide" name="审批" camunda:candidateGroups="head"/>',
        '<serviceTask id="decide" name="送" camunda:type="external" camunda:topic="send"/>'
        '<boundaryEvent id="full" attachedToRef="decide"><errorEventDefinition errorRef="E"/></boundaryEvent>'
        '<sequenceFlow id="f5" sourceRef="full" targetRef="refused"/>',
    ).replace("</definitions>", '<error id="E" errorCode="full"/></definitions>')
    text = "cases:\n  - {name: 一, answers: [decide: {bpmn_error: full}], expect: {end: refused, passes: [full]}}\n"
    tests = load_tests(Source("leave.test.yaml", text.encode()))
    (ran,) = run_tests(tests, [Source("leave.bpmn", caught.encode())])
    assert [each.zh for each in ran.differences] == []
