"""Timers, messages, signals, conditions, errors, escalations, ends."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.workflows.engine.builders import AT, SHANGHAI, Run, diagram, document, flows, nodes, process
from workflows.engine import Incident, Source, check

MESSAGE = '<bpmn:message id="M" name="withdraw"/>'
SIGNAL = '<bpmn:signal id="S" name="stop"/>'


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def boundary(body: str, interrupting: bool = True) -> str:
    cancel = "" if interrupting else ' cancelActivity="false"'
    return f'boundaryEvent b attachedToRef="a"{cancel} | {body}'


def inner(*lines: str, connected: str) -> str:
    return nodes("\n".join(lines)) + flows(connected)


def test_an_interrupting_timer_stops_the_task() -> None:
    run = Run(
        diagram(
            f"start s\nuserTask a\n{boundary(timer('PT1H'))}\nuserTask late\nend e", "s -> a -> e; b -> late"
        )
    )
    (wait,) = run.instance.waits
    assert (wait.type, wait.due, wait.attached_to, wait.task_key) == (
        "timer",
        AT + timedelta(hours=1),
        "a",
        run.instance.open_keys[0],
    )
    assert run.clock(AT + timedelta(minutes=59)) == 0
    assert run.clock(AT + timedelta(hours=1)) == 1
    assert run.open == ["late"]
    assert run.cancelled == ["a"]
    assert run.path == ["s", "b"]


def test_a_non_interrupting_timer_starts_a_branch_beside_the_task_once() -> None:
    run = Run(
        diagram(
            f"start s\nuserTask a\n{boundary(timer('PT1H'), False)}\nuserTask remind\nend e",
            "s -> a -> e; b -> remind -> e",
        )
    )
    run.clock(AT + timedelta(hours=5))
    assert sorted(run.open) == ["a", "remind"]
    assert run.clock(AT + timedelta(hours=9)) == 0
    run.do("a")
    assert run.status == "running"
    run.do("remind")
    assert run.status == "completed"


def test_a_cycle_fires_once_for_all_missed_rounds_and_stops_after_its_count() -> None:
    run = Run(
        diagram(
            f"start s\nuserTask a\n{boundary(timer('R4/PT1H', 'timeCycle'), False)}\ntask ping\nend e",
            "s -> a -> e; b -> ping",
        )
    )
    run.clock(AT + timedelta(hours=2, minutes=30))
    assert run.path.count("ping") == 1
    assert run.instance.waits[0].due == AT + timedelta(hours=3)
    run.clock(AT + timedelta(hours=3))
    run.clock(AT + timedelta(hours=4))
    assert run.path.count("ping") == 3
    assert run.waiting == []
    assert run.do("a").status == "completed"


def test_a_timer_may_be_an_expression() -> None:
    for text, kind, due in (
        ("${deadline}", "timeDate", datetime(2026, 3, 20, tzinfo=SHANGHAI)),
        ('= duration("P2D")', "timeDuration", AT + timedelta(days=2)),
        ("P1M", "timeDuration", datetime(2026, 4, 16, 9, 30, tzinfo=SHANGHAI)),
        (
            '= date and time("2026-04-01T08:00:00@Asia/Shanghai")',
            "timeDate",
            datetime(2026, 4, 1, 8, tzinfo=SHANGHAI),
        ),
        ("2026-04-01", "timeDate", datetime(2026, 4, 1, tzinfo=SHANGHAI)),
    ):
        run = Run(
            diagram(f"start s\nintermediateCatchEvent t | {timer(text, kind)}\nend e", "s -> t -> e"),
            data={"deadline": "2026-03-20T00:00:00"},
        )
        assert run.instance.next_due == due
        run.clock(due)
        assert run.status == "completed"


def test_a_timer_without_a_time_is_an_incident() -> None:
    with pytest.raises(Incident) as caught:
        Run(diagram(f"start s\nintermediateCatchEvent t | {timer('${nothing}', 'timeDate')}", "s -> t"))
    assert caught.value.element == "t"


def test_a_message_stops_the_subprocess_and_brings_its_variables() -> None:
    content = inner("start is", "userTask ia", connected="is -> ia")
    run = Run(
        diagram(
            f"start s\nsubProcess a | {content}\n{boundary('<bpmn:messageEventDefinition messageRef=' + chr(34) + 'M' + chr(34) + '/>')}\nuserTask w",
            "s -> a; b -> w",
            outside=MESSAGE,
        )
    )
    assert run.instance.waits[0].message == "withdraw"
    assert not run.message("other")
    assert run.message("withdraw", reason="错了")
    assert run.open == ["w"]
    assert run.data == {"reason": "错了"}
    assert set(run.cancelled) == {"a", "ia"}


def test_a_message_reaches_one_waiter_a_signal_all() -> None:
    for kind, ref, outside, left in (("message", "M", MESSAGE, ["y"]), ("signal", "S", SIGNAL, [])):
        body = f'<bpmn:{kind}EventDefinition {kind}Ref="{ref}"/>'
        run = Run(
            diagram(
                f"start s\nparallelGateway f\nintermediateCatchEvent x | {body}\nintermediateCatchEvent y | {body}\nend e",
                "s -> f -> x -> e; f -> y -> e",
                outside=outside,
            )
        )
        assert run.message("withdraw") if kind == "message" else run.signal("stop")
        assert run.waiting == left


def test_a_thrown_signal_is_caught_inside_and_told_outside() -> None:
    run = Run(
        diagram(
            'start s\nparallelGateway f\nintermediateCatchEvent x | <bpmn:signalEventDefinition signalRef="S"/>\nuserTask a\nendEvent e | <bpmn:signalEventDefinition signalRef="S"/>\nend z',
            "s -> f -> x -> z; f -> a -> e",
            outside=SIGNAL,
        )
    )
    run.instance.complete(run.instance.open_keys[0], {})
    assert [(out.kind, out.name) for out in run.instance.thrown] == [("signal", "stop")]
    assert run.instance.status == "completed"
    assert sorted(run.instance.ends) == ["e", "z"]


def test_an_event_gateway_takes_the_first_event_and_drops_the_others() -> None:
    drawn = diagram(
        f'start s\neventBasedGateway g\nintermediateCatchEvent m | <bpmn:messageEventDefinition messageRef="M"/>\nintermediateCatchEvent t | {timer("PT1H")}\nuserTask a\nuserTask late',
        "s -> g -> m -> a; g -> t -> late",
        outside=MESSAGE,
    )
    run = Run(drawn)
    assert run.waiting == ["m", "t"]
    run.message("withdraw")
    assert (run.open, run.waiting) == (["a"], [])
    run = Run(drawn)
    run.clock(AT + timedelta(hours=1))
    assert (run.open, run.waiting) == (["late"], [])


def test_a_receive_task_waits_and_may_time_out() -> None:
    drawn = diagram(
        f'start s\nreceiveTask a messageRef="M"\n{boundary(timer("PT1H"))}\nuserTask ok\nuserTask late',
        "s -> a -> ok; b -> late",
        outside=MESSAGE,
    )
    run = Run(drawn)
    assert run.message("withdraw")
    assert run.open == ["ok"]
    run = Run(drawn)
    run.clock(AT + timedelta(hours=1))
    assert run.open == ["late"]


def condition(text: str) -> str:
    return f'<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">{text}</bpmn:condition></bpmn:conditionalEventDefinition>'


def test_a_condition_fires_when_it_becomes_true_and_at_once_if_it_is() -> None:
    drawn = diagram(
        f"start s\nparallelGateway f\nuserTask a\n{boundary(condition('${stop == true}'))}\nuserTask w\nuserTask o\nend e",
        "s -> f -> a -> e; f -> o -> e; b -> w -> e",
    )
    run = Run(drawn)
    run.do("o", stop=False)
    assert run.open == ["a"]
    run = Run(drawn)
    run.do("o", stop=True)
    assert run.open == ["w"]
    run = Run(drawn, data={"stop": True})
    assert sorted(run.open) == ["o", "w"]
    assert "a" not in run.cancelled


def test_an_error_end_goes_to_the_boundary_around_and_uncaught_is_an_incident() -> None:
    content = inner(
        "start is", 'endEvent ie | <bpmn:errorEventDefinition errorRef="E"/>', connected="is -> ie"
    )
    error = '<bpmn:error id="E" errorCode="bad"/>'
    caught = f"start s\nsubProcess a | {content}\n{boundary('<bpmn:errorEventDefinition errorRef=' + chr(34) + 'E' + chr(34) + '/>')}\nuserTask w\nuserTask z"
    run = Run(diagram(caught, "s -> a -> z; b -> w", outside=error))
    assert run.open == ["w"]
    assert run.path == ["s", "is", "ie", "b"]
    with pytest.raises(Incident) as raised:
        Run(diagram(f"start s\nsubProcess a | {content}\nuserTask z", "s -> a -> z", outside=error))
    assert raised.value.element == "ie"


def test_an_escalation_does_not_stop_what_it_left_unless_drawn_so() -> None:
    content = inner(
        "start is",
        'intermediateThrowEvent it | <bpmn:escalationEventDefinition escalationRef="C"/>',
        "userTask ia",
        connected="is -> it -> ia",
    )
    escalation = '<bpmn:escalation id="C" escalationCode="slow"/>'
    for interrupting, left in ((False, ["ia", "w"]), (True, ["w"])):
        body = '<bpmn:escalationEventDefinition escalationRef="C"/>'
        run = Run(
            diagram(
                f"start s\nsubProcess a | {content}\n{boundary(body, interrupting)}\nuserTask w",
                "s -> a; b -> w",
                outside=escalation,
            )
        )
        assert sorted(run.open) == left


def test_terminate_ends_its_own_scope_only() -> None:
    content = inner(
        "start is",
        "parallelGateway f",
        "userTask ia",
        "endEvent ie | <bpmn:terminateEventDefinition/>",
        connected="is -> f -> ia; f -> ie",
    )
    run = Run(diagram(f"start s\nsubProcess a | {content}\nuserTask z", "s -> a -> z"))
    assert run.open == ["z"]
    assert "ia" in run.cancelled
    run = Run(
        diagram(
            "start s\nparallelGateway f\nuserTask a\nuserTask b\nendEvent e | <bpmn:terminateEventDefinition/>",
            "s -> f -> a; f -> b -> e",
        )
    )
    run.do("b")
    assert (run.status, run.instance.ends) == ("completed", ["e"])


def test_a_cancelled_transaction_leaves_by_its_cancel_event() -> None:
    content = inner(
        "start is", "userTask ia", "endEvent ie | <bpmn:cancelEventDefinition/>", connected="is -> ia -> ie"
    )
    run = Run(
        diagram(
            f"start s\ntransaction a | {content}\n{boundary('<bpmn:cancelEventDefinition/>')}\nuserTask w\nuserTask z",
            "s -> a -> z; b -> w",
        )
    )
    run.do("ia")
    assert run.open == ["w"]


def test_links_lead_on() -> None:
    run = Run(
        diagram(
            'start s\nintermediateThrowEvent t | <bpmn:linkEventDefinition name="L"/>\nintermediateCatchEvent c | <bpmn:linkEventDefinition name="L"/>\nuserTask a',
            "s -> t; c -> a",
        )
    )
    assert run.open == ["a"]
    assert run.path == ["s", "t", "c"]


def test_a_process_with_several_starts_begins_where_it_is_told() -> None:
    drawn = diagram(
        f'start s\nstartEvent m | <bpmn:messageEventDefinition messageRef="M"/>\nstartEvent y | {timer("R/2026-12-01T09:00:00+08:00/P1Y", "timeCycle")}\nuserTask a\nuserTask b\nuserTask c',
        "s -> a; m -> b; y -> c",
        outside=MESSAGE,
    )
    assert Run(drawn).open == ["a"]
    assert Run(drawn, start_event="m").open == ["b"]
    assert Run(drawn, start_event="y").open == ["c"]
    run = Run(drawn)
    assert run.bundle.start.messages == {"withdraw": "m"}
    assert [(found.element, found.kind) for found in run.bundle.start.timers] == [("y", "cycle")]


def test_boundary_events_of_a_multi_instance_stop_all_its_children() -> None:
    multi = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${units}" camunda:elementVariable="unit"/>'
    content = inner("start is", "userTask ia", connected="is -> ia")
    for task in (f"userTask a | {multi}", f"subProcess a | {content}{multi}"):
        run = Run(
            diagram(f"start s\n{task}\n{boundary(timer('PT1H'))}\nuserTask w", "s -> a; b -> w"),
            data={"units": [1, 2]},
        )
        assert len(run.open) == 2
        run.clock(AT + timedelta(hours=1))
        assert run.open == ["w"]
        assert run.waiting == []


def test_references_may_be_qualified_names() -> None:
    waits = '<bpmn:messageEventDefinition messageRef="t:M"/>'
    drawn = document(
        process(
            "start s\ncallActivity k calledElement='t:child'\nuserTask a\n"
            f"boundaryEvent b attachedToRef='t:a' | {waits}\nend e",
            "s -> k -> a -> e; b -> e",
            outside=MESSAGE,
        ),
        process("start cs\nend ce", "cs -> ce", key="child"),
    )
    source = Source("p.bpmn", drawn.replace(b"<bpmn:definitions", b"<bpmn:definitions xmlns:t='test'"))
    assert [f for f in check([source])[0].findings if f.severity == "error"] == []
    run = Run(source)
    assert run.message("withdraw")
    assert (run.path, run.status) == (["s", "cs", "ce", "k", "b", "e"], "completed")
