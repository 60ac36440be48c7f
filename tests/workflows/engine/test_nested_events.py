"""Event subprocesses and compensation in one another, in called processes, in several instances, and on going back."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.workflows.engine.builders import AT, Run, around, diagram, document, process
from tests.workflows.engine.coverage.case import (
    ERROR,
    MESSAGE,
    SIGNAL,
    condition,
    event,
    inner,
    on_event,
    timer,
    undone_by,
)
from workflows.engine import BusinessError, Incident, Instance, ServiceCall, Source, compile_bundle

UNDO = event("compensate")


def undoable(key: str, handler: str = "task") -> str:
    return f"boundaryEvent c{key} attachedToRef='{key}' | {UNDO}\n{handler} u{key} isForCompensation='true'\n{undone_by('c' + key, 'u' + key)}"


def test_an_event_subprocess_waits_under_the_name_of_its_start_event() -> None:
    properties = '<bpmn:extensionElements><camunda:properties><camunda:property name="candidateGroups" value="clerk"/></camunda:properties></bpmn:extensionElements>'
    run = Run(
        diagram(
            "start s\nuserTask a\nend e\n"
            + on_event("v", properties + event("message", "M"), "task b", "vs -> b"),
            "s -> a -> e",
            outside=MESSAGE,
        )
    )
    (wait,) = run.instance.waits
    assert (wait.element, wait.type, wait.message, wait.process) == ("vs", "message", "go", "p")
    assert (wait.attached_to, wait.task_key, dict(wait.properties)) == ("", "", {"candidateGroups": "clerk"})
    assert run.do("a").status == "completed"
    assert run.cancelled == []


def test_two_rounds_of_one_event_subprocess_run_at_once_and_keep_the_scope_open() -> None:
    run = Run(
        diagram(
            "start s\nuserTask a\nend e\n"
            + on_event("v", event("message", "M"), "userTask b", "vs -> b", False),
            "s -> a -> e",
            outside=MESSAGE,
        )
    )
    assert run.message("go")
    assert run.message("go")
    run.do("a")
    assert (run.open, run.status) == (["b", "b"], "running")
    run.do("b").do("b")
    assert run.status == "completed"


def test_an_event_subprocess_may_hold_another() -> None:
    within = on_event("q", event("signal", "S"), "task c", "qs -> c")
    run = Run(
        diagram(
            "start s\nuserTask a\nend e\n"
            + on_event("v", event("message", "M"), f"userTask b\n{within}", "vs -> b"),
            "s -> a -> e",
            outside=MESSAGE + SIGNAL,
        )
    )
    assert not run.signal("stop")
    run.message("go")
    assert (run.open, run.cancelled) == (["b"], ["a"])
    assert run.signal("stop")
    assert (run.status, run.path) == ("completed", ["s", "vs", "qs", "c", "qe", "q", "v"])


def test_an_event_subprocess_does_not_count_among_the_starts_of_its_process() -> None:
    drawn = diagram(
        f"startEvent s | {event('message', 'M')}\nuserTask a\nend e\n"
        + on_event("v", event("signal", "S"), "task b", "vs -> b"),
        "s -> a -> e",
        outside=MESSAGE + SIGNAL,
    )
    run = Run(drawn)
    assert (run.open, run.waiting) == (["a"], ["vs"])
    assert (dict(run.bundle.start.messages), dict(run.bundle.start.signals)) == ({"go": "s"}, {})


def test_each_instance_of_a_subprocess_has_its_own_event_subprocess() -> None:
    many = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    content = inner(
        "start i\nuserTask b\nend j\n" + on_event("v", event("message", "M"), "task c", "vs -> c"),
        "i -> b -> j",
    )
    run = Run(diagram(f"start s\nsubProcess a | {content}{many}\nend e", "s -> a -> e", outside=MESSAGE))
    assert run.open == ["b", "b"]
    run.message("go")
    assert run.open == ["b"]
    run.do("b")
    assert run.status == "completed"
    assert run.path.count("a") == 2


def test_an_error_of_a_called_process_reaches_the_event_subprocess_around_the_call() -> None:
    called = Source(
        "q.bpmn",
        document(
            process(f"start qs\nendEvent qe | {event('error', 'E2')}", "qs -> qe", key="q"),
            '<bpmn:error id="E2" errorCode="bad"/>',
        ),
    )
    catch = '<bpmn:errorEventDefinition errorRef="E" camunda:errorCodeVariable="why"/>'
    run = Run(
        diagram(
            "start s\ncallActivity a calledElement='q'\nend e\n"
            + on_event("v", catch, "userTask b", "vs -> b"),
            "s -> a -> e",
            outside=ERROR,
        ),
        called,
    )
    assert (run.open, run.data) == (["b"], {"why": "bad"})
    assert run.path == ["s", "qs", "qe", "vs"]


def test_the_boundary_of_the_activity_goes_before_the_event_subprocess_of_its_scope() -> None:
    def service(call: object) -> None:
        raise BusinessError("bad")

    lines = "start s\nserviceTask a camunda:topic='x'\nend e\nend y\n" + on_event(
        "v", event("error", "E"), "task b", "vs -> b"
    )
    caught = f"{lines}\nboundaryEvent x attachedToRef='a' | {event('error', 'E')}"
    assert Run(diagram(caught, "s -> a -> e; x -> y", outside=ERROR), services=service).path == [
        "s",
        "x",
        "y",
    ]
    assert Run(
        diagram(lines.replace("end y\n", ""), "s -> a -> e", outside=ERROR), services=service
    ).path == ["s", "vs", "b", "ve", "v"]


def test_an_event_subprocess_does_not_catch_its_own_error() -> None:
    raises = f"startEvent vs | {event('error', 'E')}\nendEvent ve | {event('error', 'E')}"
    drawn = diagram(
        f"start s\nendEvent e | {event('error', 'E')}\nsubProcess v triggeredByEvent='true' | {inner(raises, 'vs -> ve')}",
        "s -> e",
        outside=ERROR,
    )
    with pytest.raises(Incident) as raised:
        Run(drawn)
    assert raised.value.element == "ve"


def test_a_timer_interrupts_what_runs_inside_and_the_flow_goes_on_behind_the_scope() -> None:
    content = inner(
        "start i\nuserTask b\nend j\n" + on_event("v", timer("PT1H"), "userTask c", "vs -> c"), "i -> b -> j"
    )
    run = Run(diagram(f"start s\nsubProcess a | {content}\nuserTask z\nend e", "s -> a -> z -> e"))
    assert run.clock(AT + timedelta(hours=2)) == 1
    assert (run.open, run.cancelled, run.waiting) == (["c"], ["b"], [])
    assert run.do("c").open == ["z"]


def test_a_condition_wakes_an_event_subprocess_between_two_steps() -> None:
    run = Run(
        diagram(
            "start s\nscriptTask a | <bpmn:script>x = 5</bpmn:script>\nscriptTask b | <bpmn:script>x = 0</bpmn:script>\nend e\n"
            + on_event("v", condition("x > 1"), "task c", "vs -> c"),
            "s -> a -> b -> e",
        ),
        data={"x": 0},
    )
    assert (run.path, run.data) == (["s", "a", "vs", "c", "ve", "v"], {"x": 5})


def test_going_back_forgets_what_was_to_be_undone() -> None:
    run = Run(
        diagram(
            f"start s\nuserTask a\nuserTask b\n{undoable('a')}\nintermediateThrowEvent t | {UNDO}\nend e",
            "s -> a -> b -> t -> e",
        )
    )
    run.do("a").back("a")
    run.do("a").do("b")
    assert run.path[-4:] == ["ca", "ua", "t", "e"]
    assert run.path.count("ua") == 1


def test_going_back_into_a_finished_subprocess_arms_its_events_again() -> None:
    content = inner(
        "start i\nuserTask b\nend j\n" + on_event("v", event("message", "M"), "task c", "vs -> c"),
        "i -> b -> j",
    )
    run = Run(
        diagram(f"start s\nsubProcess a | {content}\nuserTask z\nend e", "s -> a -> z -> e", outside=MESSAGE)
    )
    run.do("b")
    assert (run.open, run.waiting) == (["z"], [])
    run.back("b")
    assert (run.open, run.waiting) == (["b"], ["vs"])
    run.message("go")
    assert (run.open, run.path[-4:]) == (["z"], ["c", "ve", "v", "a"])


def test_handlers_wait_for_people_and_are_written_down_meanwhile() -> None:
    content = inner(
        f"start i\nuserTask b\nuserTask d\n{undoable('b', 'userTask')}\n{undoable('d', 'userTask')}\nend j",
        "i -> b -> d -> j",
    )
    run = Run(
        diagram(f"start s\nsubProcess a | {content}\nuserTask z\nendEvent e | {UNDO}", "s -> a -> z -> e")
    )
    run.do("b").do("d").do("z")
    assert run.open == ["ud"]
    assert run.do("ud").open == ["ub"]
    assert run.do("ub").status == "completed"
    assert run.path[-5:] == ["cd", "ud", "cb", "ub", "e"]


def test_what_was_stopped_before_it_was_done_is_not_undone() -> None:
    many = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    run = Run(
        diagram(
            f"start s\nuserTask a | {many}\n{undoable('a')}\nboundaryEvent x attachedToRef='a' | {event('message', 'M')}\nintermediateThrowEvent t | {UNDO}\nend e\nend y",
            "s -> a -> e; x -> t -> y",
            outside=MESSAGE,
        )
    )
    run.do("a")
    run.message("go")
    assert run.status == "completed"
    assert "ua" not in run.path


def test_a_call_that_is_undone_sees_the_variables_it_ended_with() -> None:
    called = Source(
        "q.bpmn",
        document(
            process(
                f"start qs\nscriptTask qa | <bpmn:script>kept = given + 1</bpmn:script>\n{undoable('qa', 'userTask')}\nend qe",
                "qs -> qa -> qe",
                key="q",
            )
        ),
    )
    hand_in = '<bpmn:extensionElements><camunda:in source="x" target="given"/></bpmn:extensionElements>'
    run = Run(
        diagram(f"start s\ncallActivity a calledElement='q' | {hand_in}\nendEvent e | {UNDO}", "s -> a -> e"),
        called,
        data={"x": 1},
    )
    (task,) = run.instance.user_tasks
    assert (task.element, dict(task.variables)) == ("uqa", {"given": 1, "kept": 2})
    assert run.do("uqa").status == "completed"


def test_cancelling_an_instance_leaves_nothing_waiting() -> None:
    run = Run(
        diagram(
            "start s\nuserTask a\nend e\n" + on_event("v", event("message", "M"), "task b", "vs -> b"),
            "s -> a -> e",
            outside=MESSAGE,
        )
    )
    run.instance.cancel()
    assert (run.instance.waits, run.instance.user_tasks, run.instance.status) == ([], [], "cancelled")


def parked(drawn: Source, **data: object) -> Instance:
    """An instance whose failures stop only their own branch."""
    surroundings = replace(around(), parks=lambda incident: True)
    return Instance.start(compile_bundle("p", [drawn]), data, surroundings)


def again(instance: Instance) -> Instance:
    return Instance.load(instance.bundle, instance.dump(), instance.around)


def test_an_event_subprocess_that_cannot_be_armed_is_an_incident_that_can_be_repaired() -> None:
    drawn = diagram(
        "start s\nuserTask a\nend e\n" + on_event("v", timer("${deadline}", "timeDate"), "task b", "vs -> b"),
        "s -> a -> e",
    )
    instance = again(parked(drawn))
    (incident,) = instance.incidents
    assert (incident.element, incident.phase, len(instance.open_keys)) == ("vs", "arrive", 1)
    instance.change_variables(incident.key, {"deadline": "2026-03-20T00:00:00"})
    instance.retry(incident.key)
    instance = again(instance)
    assert ([wait.element for wait in instance.waits], instance.incidents) == (["vs"], [])
    instance.complete(instance.open_keys[0], {})
    assert instance.status == "completed"
    passed = parked(drawn)
    passed.skip(passed.incidents[0].key, {})
    passed = again(passed)
    passed.complete(passed.open_keys[0], {})
    assert passed.status == "completed"


def test_a_handler_that_fails_holds_the_undoing_until_it_is_repaired() -> None:
    drawn = diagram(
        f"start s\ntask a\ntask b\n{undoable('a')}\nboundaryEvent cb attachedToRef='b' | {UNDO}\n"
        f"serviceTask ub isForCompensation='true' camunda:topic='undo'\n{undone_by('cb', 'ub')}\n"
        f"endEvent e | {UNDO}",
        "s -> a -> b -> e",
    )
    calls: list[str] = []

    def service(call: ServiceCall) -> None:
        calls.append(call.element)
        if len(calls) == 1:
            raise ValueError("not now")

    instance = Instance.start(
        compile_bundle("p", [drawn]), {}, replace(around(service), parks=lambda incident: True)
    )
    instance = again(instance)
    (incident,) = instance.incidents
    assert (incident.element, instance.status) == ("ub", "running")
    instance.retry(incident.key)
    assert (calls, instance.status) == (["ub", "ub"], "completed")
    assert [step.element for step in instance.trail if step.event == "completed"] == ["ub", "ca", "ua", "e"]


@pytest.mark.parametrize("beside", [condition("true"), event("message", "M")])
def test_a_boundary_event_that_fires_as_it_is_armed_leaves_no_other_armed(beside: str) -> None:
    run = Run(
        diagram(
            f"start s\nuserTask a\nboundaryEvent b attachedToRef='a' | {condition('true')}\n"
            f"boundaryEvent c attachedToRef='a' | {beside}\nend e",
            "s -> a -> e; b -> e; c -> e",
            outside=MESSAGE,
        )
    )
    assert (run.path, run.waiting, run.status) == (["s", "b", "e"], [], "completed")


@pytest.mark.parametrize("beside", [condition("true"), event("message", "M")])
def test_an_event_subprocess_that_begins_as_it_is_armed_leaves_no_other_armed(beside: str) -> None:
    run = Run(
        diagram(
            "start s\nuserTask a\nend e\n"
            + on_event("v", condition("true"), "task b", "vs -> b")
            + "\n"
            + on_event("w", beside, "task c", "ws -> c"),
            "s -> a -> e",
            outside=MESSAGE,
        )
    )
    assert (run.path, run.waiting, run.status) == (["vs", "b", "ve", "v"], [], "completed")


def test_a_condition_behind_an_event_gateway_that_holds_already_is_the_only_one_to_go_on() -> None:
    run = Run(
        diagram(
            f"start s\neventBasedGateway g\nintermediateCatchEvent c | {condition('true')}\n"
            f"intermediateCatchEvent d | {timer('PT1H')}\nend e",
            "s -> g -> c -> e; g -> d -> e",
        )
    )
    assert (run.path, run.waiting, run.status) == (["s", "g", "c", "e"], [], "completed")
