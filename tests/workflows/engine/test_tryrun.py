"""`zhunru try`: path, waiting, the virtual clock, answers used up in order."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from forms.feel import World, china
from tests.workflows.engine.builders import AT, SHANGHAI, diagram, document, process
from workflows.engine import Source, TryResult, try_run


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
