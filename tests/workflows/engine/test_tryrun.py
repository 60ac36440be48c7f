"""`zhunru try`: path, waiting, the virtual clock, answers used up in order."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from forms.feel import World, china
from tests.workflows.engine.builders import AT, SHANGHAI, diagram, document, process
from workflows.engine import Source, TryResult, UnknownElement, try_run


def attempt(*sources: Source, **given: Any) -> TryResult:
    return try_run(sources, world=World(AT, china()), **given)


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


LOOP = diagram(
    'start s\nexclusiveGateway m\nuserTask a\nexclusiveGateway g default="g_m"\nend e',
    "s -> m -> a -> g -[ok]-> e; g -> m",
)


def test_answers_to_one_task_are_used_in_order_and_the_path_repeats() -> None:
    result = attempt(LOOP, answers=[("a", {"ok": False}), ("a", {"ok": True})])
    assert result.status == "completed"
    assert result.path == ("s", "m", "a", "g", "m", "a", "g", "e")
    assert result.data == {"ok": True}


def test_what_is_not_answered_is_reported() -> None:
    result = attempt(LOOP, answers=[("a", {"ok": False})])
    assert result.status == "waiting"
    assert result.waiting == ({"element": "a", "type": "userTask", "due": None},)


def test_the_clock_jumps_in_order_when_nothing_else_can_move() -> None:
    drawn = diagram(
        f"start s\nparallelGateway f\nintermediateCatchEvent late | {timer('P2D')}\nintermediateCatchEvent soon | {timer('PT1H')}\nscriptTask when | <bpmn:script>t = now()</bpmn:script>\nend e",
        "s -> f -> late -> when -> e; f -> soon -> e",
    )
    result = attempt(drawn)
    assert result.status == "completed"
    assert result.path == ("s", "f", "soon", "e", "late", "when", "e")
    assert result.data["t"] == AT + timedelta(days=2)


def test_the_clock_stands_while_somebody_is_waited_for_unless_told_how_far_to_go() -> None:
    drawn = diagram(
        f"start s\nuserTask a\nboundaryEvent b attachedToRef='a' | {timer('P1D')}\nend e\nend late",
        "s -> a -> e; b -> late",
    )
    result = attempt(drawn)
    assert result.status == "waiting"
    assert [found["element"] for found in result.waiting] == ["a", "b"]
    assert result.waiting[1]["due"] == AT + timedelta(days=1)
    assert attempt(drawn, until=AT + timedelta(hours=23)).status == "waiting"
    late = attempt(drawn, until=AT + timedelta(days=1))
    assert (late.status, late.path, late.ends) == ("completed", ("s", "b", "late"), ("late",))


def test_a_condition_already_true_fires_before_the_content() -> None:
    condition = "<bpmn:conditionalEventDefinition><bpmn:condition>x &gt; 1</bpmn:condition></bpmn:conditionalEventDefinition>"
    drawn = diagram(
        f"start s\nscriptTask a | <bpmn:script>y = 1</bpmn:script>\nboundaryEvent b attachedToRef='a' | {condition}\nend e\nend w",
        "s -> a -> e; b -> w",
    )
    assert attempt(drawn, data={"x": 2}).path == ("s", "b", "w")
    assert attempt(drawn, data={"x": 1}).path == ("s", "a", "e")


def test_messages_signals_and_services_take_answers() -> None:
    drawn = diagram(
        "start s\nintermediateCatchEvent m | <bpmn:messageEventDefinition messageRef='M'/>\nserviceTask v camunda:topic='x'\nend e",
        "s -> m -> v -> e",
        outside='<bpmn:message id="M" name="go"/>',
    )
    assert attempt(drawn).waiting == ({"element": "m", "type": "message", "due": None},)
    result = attempt(drawn, answers=[("m", {"a": 1}), ("v", {"b": 2})])
    assert (result.status, result.data) == ("completed", {"a": 1, "b": 2})


def test_a_called_process_stands_after_its_content() -> None:
    called = Source("q.bpmn", document(process("start qs\nend qe", "qs -> qe", key="q")))
    result = attempt(diagram("start s\ncallActivity c calledElement='q'\nend e", "s -> c -> e"), called)
    assert result.path == ("s", "qs", "qe", "c", "e")


def test_an_uncaught_error_is_an_incident_with_the_path_so_far() -> None:
    drawn = diagram(
        "start s\nscriptTask a | <bpmn:script>x = 1</bpmn:script>\nendEvent e | <bpmn:errorEventDefinition errorRef='E'/>",
        "s -> a -> e",
        outside='<bpmn:error id="E" errorCode="bad"/>',
    )
    result = attempt(drawn)
    assert result.status == "incident"
    assert result.path[:2] == ("s", "a")
    assert result.error is not None
    assert "bad" in result.error
    assert result.data == {"x": 1}


def test_a_diagram_that_cannot_run_is_refused_with_findings() -> None:
    result = attempt(diagram("start s\nchoreographyTask g\nuserTask a", "s -> g -> a"))
    assert (result.status, result.path) == ("refused", ())
    assert any(finding.rule == "element.unsupported" for finding in result.findings)
    assert attempt(Source("x.bpmn", b"no")).status == "refused"
    two = Source(
        "x.bpmn", document(process("start s\nend e", "s -> e"), process("start t\nend f", "t -> f", key="q"))
    )
    assert attempt(two).findings[-1].rule == "process.several"
    assert attempt(two, process="q").path == ("t", "f")


def test_a_task_that_is_due_before_a_timer_does_not_stop_the_clock() -> None:
    held = f'boundaryEvent b attachedToRef="a" | {timer("P2D")}'
    source = diagram(
        f'start s\nuserTask a camunda:dueDate="2026-02-14"\n{held}\nend e\nend late', "s -> a -> e; b -> late"
    )
    waiting = attempt(source, until=AT + timedelta(days=1))
    assert [(each["element"], each["type"]) for each in waiting.waiting] == [
        ("a", "userTask"),
        ("b", "timer"),
    ]
    assert waiting.waiting[0]["due"] < waiting.waiting[1]["due"]
    assert attempt(source, until=AT + timedelta(days=3)).path == ("s", "b", "late")


def test_an_endless_cycle_of_the_clock_stops_at_until() -> None:
    drawn = diagram(
        f"start s\nexclusiveGateway m\nintermediateCatchEvent t | {timer('P1D')}\ntask n",
        "s -> m -> t -> n -> m",
    )
    result = attempt(drawn, until=datetime(2026, 3, 20, tzinfo=SHANGHAI))
    assert result.status == "waiting"
    assert result.path.count("n") == 3


def test_the_process_that_says_it_is_executable_is_the_one_to_run() -> None:
    silent = process("start s\nend quiet", "s -> quiet", key="q").replace('isExecutable="true"', "")
    both = Source(
        "p.bpmn",
        document(
            silent.replace('id="s"', 'id="s2"').replace('"s"', '"s2"'), process("start s\nend e", "s -> e")
        ),
    )
    assert attempt(both).path == ("s", "e")
    alone = Source("p.bpmn", document(silent))
    assert attempt(alone).path == ("s", "quiet")


def test_an_answer_to_what_is_not_drawn_is_wrong_usage() -> None:
    with pytest.raises(UnknownElement) as raised:
        attempt(LOOP, answers=[("nowhere", {})])
    assert "nowhere" in raised.value.tell("zh")
    assert "nowhere" in raised.value.tell("en")
    # What is drawn, and not waited for in the end, is no mistake.
    assert attempt(LOOP, answers=[("a", {"ok": True}), ("a", {})]).status == "completed"


def test_elements_of_called_processes_and_subprocesses_may_be_answered() -> None:
    called = Source("q.bpmn", document(process("start qs\nuserTask qa\nend qe", "qs -> qa -> qe", key="q")))
    drawn = diagram("start s\ncallActivity c calledElement='q'\nend e", "s -> c -> e")
    assert attempt(drawn, called, answers=[("qa", {})]).path == ("s", "qs", "qa", "qe", "c", "e")


def test_a_process_started_by_the_clock_starts_at_its_time_or_not_yet() -> None:
    drawn = diagram(
        f"startEvent s | {timer('P2D')}\nscriptTask a | <bpmn:script>t = now()</bpmn:script>\nend e",
        "s -> a -> e",
    )
    assert attempt(drawn).data["t"] == AT + timedelta(days=2)
    result = attempt(drawn, until=AT + timedelta(days=1))
    assert (result.status, result.path) == ("waiting", ())
    assert result.waiting == ({"element": "s", "type": "timer", "due": AT + timedelta(days=2)},)


def test_a_join_that_waits_in_vain_is_reported_only_where_nothing_else_waits() -> None:
    drawn = diagram(
        "start s\nparallelGateway f\nparallelGateway j\nuserTask a\ntask b\nexclusiveGateway g default='g_x'\nend e\nend x",
        "s -> f -> a -> g -[go]-> j; g -> x; f -> b -> j; j -> e",
    )
    assert [wait["element"] for wait in attempt(drawn).waiting] == ["a"]
    stuck = attempt(drawn, answers=[("a", {"go": False})])
    assert stuck.status == "waiting"
    assert stuck.waiting == ({"element": "j", "type": "parallelGateway", "due": None},)


def test_expressions_need_no_sign_and_no_language() -> None:
    for written in ("x > 1", "  = x > 1  ", "${x > 1}", "\t ${ x > 1 }\t ", "= true", "true"):
        drawn = diagram(
            "start s\nexclusiveGateway g default='g_b'\nend a\nend b", f"s -> g -[{written}]-> a; g -> b"
        )
        spoken = drawn.content.replace(
            b"targetNamespace", b'expressionLanguage="http://www.w3.org/1999/XPath" targetNamespace'
        )
        assert attempt(Source("p.bpmn", spoken), data={"x": 2}).path == ("s", "g", "a"), written


def _asking(condition: str) -> Source:
    return diagram(
        'start s\nexclusiveGateway g default="g_no"\nend yes\nend no', f"s -> g -[{condition}]-> yes; g -> no"
    )


@pytest.mark.parametrize(("data", "end"), [({"ok": True}, "yes"), ({"ok": False}, "no"), ({}, "no")])
def test_a_condition_may_ask_the_execution_for_a_variable(data: dict[str, Any], end: str) -> None:
    drawn = _asking("${execution.hasVariable('ok') and execution.getVariable('ok')}")
    result = attempt(drawn, data=data)
    assert result.path == ("s", "g", end)


def test_a_condition_that_sets_a_variable_is_refused() -> None:
    result = attempt(_asking("${execution.setVariable('ok', true)}"))
    assert result.status == "refused"
    assert [found.element for found in result.findings if found.rule == "expression.syntax"] == ["g_yes"]
