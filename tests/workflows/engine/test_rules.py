"""The catalogue of the deploy check: each rule fires on its wrong drawing at the right element, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.dmn_files import decision, definitions, input_data, table
from tests.workflows.engine.builders import flows
from tests.workflows.engine.rule_cases import FLOWS, MESSAGES, TIMER, Case, drawn, plain
from tests.workflows.engine.rule_cases_data import (
    ANSWERED,
    DATA_CASES,
    GRAMMAR_CASES,
    OTHER,
    POOL_CASES,
    data,
    interface,
)
from tests.workflows.engine.rule_cases_events import EVENTS, NAMED
from tests.workflows.engine.rule_cases_letter import IN_THE_PROFILE, LETTER, TOOLS
from tests.workflows.engine.rule_cases_profile import PROFILE
from tests.workflows.engine.test_checking import BAD
from workflows.engine import Finding, Known, Source, check, compile_bundle
from workflows.engine.rules.catalogue import CATALOGUE, HEADINGS, RUN_SUPPORT, hinders_running
from workflows.engine.rules.names import GIVEN
from workflows.engine.rules.published import PUBLISHED, WITHOUT_A_TEST

ROOT = Path(__file__).parents[3]
KNOWN = Known(forms={"apply"}, services={"register"}, groups={"clerk"})


def ruled(cells: str, result: str) -> Source:
    """A decision file of one table over `days`, whose columns are numbers."""
    made = table(["days"], ["limit"], [[cells, result]], input_types=["number"])
    made = made.replace('name="limit"', 'name="limit" typeRef="number"')
    return Source("d.dmn", definitions(input_data("days", "number"), decision("d", made, needs=["in_days"])))


DECISIONS = {
    "dmn.output-type": Case(ruled("> 3", '"ten"'), "r0", ruled("> 3", "10")),
    "dmn.input-type": Case(ruled('"three"', "10"), "r0", ruled("3", "10")),
    "dmn.unknown-name": Case(ruled("> dayz", "10"), "r0", ruled("> 3", "10")),
}

CASES = {
    **FLOWS,
    **EVENTS,
    **NAMED,
    **LETTER,
    **POOL_CASES,
    **DATA_CASES,
    **GRAMMAR_CASES,
    **DECISIONS,
    **PROFILE,
}


def findings(source: Source) -> list[Finding]:
    (report,) = check([source], [OTHER], KNOWN)
    return list(report.findings)


@pytest.mark.parametrize("rule", CASES)
def test_a_wrong_drawing_is_found_at_its_element(rule: str) -> None:
    found = {(f.rule, f.element): f.severity for f in findings(CASES[rule].wrong)}
    assert found.get((rule, CASES[rule].element)) == CATALOGUE[rule].severity, sorted(found)


@pytest.mark.parametrize("rule", CASES)
def test_a_right_drawing_breaks_no_rule_of_the_specification(rule: str) -> None:
    found = findings(CASES[rule].right)
    assert rule not in {f.rule for f in found}
    assert [f for f in found if f.severity == "error" and not hinders_running(f.rule)] == []


@pytest.mark.parametrize(
    ("carried", "missing"),
    [
        (data("x"), "data.operation-output"),
        (data("", "y", input_sets="<bpmn:inputSet/>"), "data.operation-input"),
        (data("x", "y"), None),
    ],
)
def test_an_operation_that_is_sent_a_message_and_answers_wants_an_input_and_an_output(
    carried: str, missing: str | None
) -> None:
    drawing = interface(carried, "operationRef='OP' camunda:topic='register'", "serviceTask", ANSWERED)
    assert {f.rule for f in findings(drawing) if f.rule.startswith("data.")} == {missing} - {None}


@pytest.mark.parametrize("sign", TOOLS)
@pytest.mark.parametrize("rule", LETTER)
def test_what_a_tool_adds_to_its_files_keeps_them_from_being_read_by_the_letter(rule: str, sign: str) -> None:
    source = LETTER[rule].wrong
    content = source.content.replace(*TOOLS[sign])
    assert content != source.content
    assert rule not in [f.rule for f in findings(Source(source.name, content))]


def test_an_event_on_an_event_subprocess_would_never_fire_and_is_refused() -> None:
    inner = "<bpmn:startEvent id='x'><bpmn:signalEventDefinition signalRef='S'/></bpmn:startEvent><bpmn:endEvent id='y'/>"
    source = drawn(
        "task a\nsubProcess sub triggeredByEvent='true' | "
        + inner
        + flows("x -> y")
        + f"\nboundaryEvent b attachedToRef='sub' | {TIMER}\nend f",
        "s -> a -> e; b -> f",
        "<bpmn:signal id='S' name='s'/>",
    )
    assert ("boundary.not-attached", "b") in [(f.rule, f.element) for f in findings(source)]


def test_a_link_that_nothing_throws_is_refused() -> None:
    source = drawn("intermediateCatchEvent c | <bpmn:linkEventDefinition name='L'/>\nend f", "s -> e; c -> f")
    assert ("link.no-partner", "c") in [(f.rule, f.element) for f in findings(source)]


def test_a_condition_that_a_modeller_left_empty_hinders_only_what_runs() -> None:
    empty = "<bpmn:condition xsi:type='bpmn:tFormalExpression'/>"
    waits = f"<bpmn:conditionalEventDefinition>{empty}</bpmn:conditionalEventDefinition>"
    source = drawn(f"intermediateCatchEvent c | {waits}", "s -> c -> e")
    assert ("condition.missing", "c") in [(f.rule, f.element) for f in findings(source)]
    draft = Source(source.name, source.content.replace(b'isExecutable="true"', b'isExecutable="false"'))
    assert [f.rule for f in findings(draft) if f.severity == "error"] == ["process.not-executable"]


def test_the_name_of_a_signal_is_read_as_the_expressions_of_what_throws_it() -> None:
    def named(name: str) -> Source:
        thrown = "<bpmn:signalEventDefinition signalRef='S'/>"
        return drawn(
            f"intermediateThrowEvent t | {thrown}", "s -> t -> e", f"<bpmn:signal id='S' name='{name}'/>"
        )

    assert ("expression.syntax", "t") in [(f.rule, f.element) for f in findings(named("to ${x +}"))]
    assert compile_bundle("p", [named("to ${x}")]).reads == {"x"}


def test_what_begins_a_process_stands_in_for_its_start_event() -> None:
    source = plain("receiveTask a messageRef='M' instantiate='true'\nend e", "a -> e", MESSAGES)
    assert [f.rule for f in findings(source) if f.severity == "error"] == []


@pytest.mark.parametrize("rule", IN_THE_PROFILE)
def test_a_drawing_of_the_profile_is_not_held_to_the_letter(rule: str) -> None:
    assert [f for f in findings(IN_THE_PROFILE[rule]) if f.severity == "error"] == []


def test_each_finding_has_both_languages_and_the_severity_of_the_catalogue() -> None:
    for case in CASES.values():
        for found in findings(case.wrong):
            assert found.zh
            assert found.en
            if found.rule in CATALOGUE:
                assert found.severity == CATALOGUE[found.rule].severity, found.rule


READ_ELSEWHERE = {
    *("xml.empty", "xml.too-large", "xml.not-well-formed", "xml.dtd", "file.unknown-kind", "file.not-bpmn"),
    *("check.failed", "file.suffix", "file.defined-twice", "process.none", "process.not-executable"),
    *("element.unsupported", "expression.too-deep"),
}
"""Rules on bytes and whole files, which other tests of this folder bring about."""


def test_every_rule_of_the_catalogue_has_a_case() -> None:
    assert set(CATALOGUE) - set(CASES) - set(BAD) - READ_ELSEWHERE - set(RUN_SUPPORT) == set()


def test_the_docs_tell_every_rule() -> None:
    text = (ROOT / "docs" / "BPMN_RULES.md").read_text(encoding="utf-8")
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    assert rows == [
        (f"`{rule}`", entry.severity, entry.right) for _, part in HEADINGS for rule, entry in part.items()
    ]


def test_every_number_of_the_published_list_has_its_rules_or_is_named_and_the_docs_tell_them() -> None:
    assert set(PUBLISHED) | WITHOUT_A_TEST == {f"{number:03}" for number in range(1, 153)}
    assert set(PUBLISHED) & WITHOUT_A_TEST == set()
    assert {rule for each in PUBLISHED.values() for rule in each.rules} - set(CATALOGUE) == set()
    text = (ROOT / "docs" / "BPMN_RULES.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| EXT.")]
    assert rows == [
        f"| EXT.{number} | {', '.join(f'`{rule}`' for rule in each.rules)} | {each.differs} |"
        for number, each in PUBLISHED.items()
    ]
    assert ", ".join(sorted(WITHOUT_A_TEST)) in text


def test_a_breach_of_form_alone_does_not_keep_a_process_from_running() -> None:
    # Without an end event the specification is broken, yet it is clear what is meant.
    source = FLOWS["process.start-without-end"].wrong
    assert not check([source])[0].deployable
    assert compile_bundle("p", [source]).root == "p"


def test_names_that_the_application_gives_are_no_slips() -> None:
    from tests.workflows.engine.rule_cases import drawn

    source = drawn(
        "task a default='a_e'\ntask b",
        "s -> a -[initiator_unit = 3]-> b -> e; a -> e",
    )
    assert "initiator_unit" in GIVEN
    assert "variable.never-set" not in {f.rule for f in findings(source)}


def test_a_slip_of_the_pen_is_told_with_what_was_meant() -> None:
    (found,) = [f for f in findings(FLOWS["variable.never-set"].wrong) if f.rule == "variable.never-set"]
    assert "dayz" in found.zh
    assert "days" in found.en


def test_a_diagram_under_another_name_is_checked_all_the_same() -> None:
    wrong = FLOWS["gateway.superfluous"].wrong
    found = {f.rule: f.severity for f in findings(Source("export.xml", wrong.content))}
    assert found["file.suffix"] == "warning"
    assert found["gateway.superfluous"] == "error"
