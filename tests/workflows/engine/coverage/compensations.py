"""Compensation."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.builders import document, process
from tests.workflows.engine.coverage.case import (
    Case,
    Try,
    case,
    event,
    inner,
    on_event,
    refusal,
    undone_by,
)
from workflows.engine import Source

_UNDO = event("compensate")


def _undoable(key: str, handler: str = "task") -> str:
    """Lines of a compensation event and handler `u{key}` for the activity `key`."""
    return (
        f"boundaryEvent c{key} attachedToRef='{key}' | {_UNDO}\n"
        f"{handler} u{key} isForCompensation='true'\n{undone_by('c' + key, 'u' + key)}"
    )


_CALLED = Source(
    "q.bpmn",
    document(process(f"start qs\ntask qa\n{_undoable('qa')}\nend qe", "qs -> qa -> qe", key="q")),
)

CASES = (
    case(
        "compensation-throw",
        "undoes what was done, the last first",
        f"start s\ntask a\ntask b\n{_undoable('a')}\n{_undoable('b')}\nintermediateThrowEvent t | {_UNDO}\nend e",
        "s -> a -> b -> t -> e",
        Try("s a b cb ub ca ua t e"),
    ),
    case(
        "compensation-throw-activity",
        "undoes one activity, once",
        f"start s\ntask a\ntask b\n{_undoable('a')}\n{_undoable('b')}\nintermediateThrowEvent t | <bpmn:compensateEventDefinition activityRef='a'/>\nintermediateThrowEvent w | <bpmn:compensateEventDefinition activityRef='a'/>\nend e",
        "s -> a -> b -> t -> w -> e",
        Try("s a b ca ua t w e"),
    ),
    case(
        "compensation-throw-no-wait",
        "goes on while a handler waits",
        f"start s\ntask a\n{_undoable('a', 'userTask')}\nintermediateThrowEvent t | <bpmn:compensateEventDefinition waitForCompletion='false'/>\nend e",
        "s -> a -> t -> e",
        Try("s a t ca e", status="waiting", waiting=("ua",)),
        Try("s a t ca e ua", answers=(("ua", {}),)),
    ),
    case(
        "compensation-end",
        "ends when all is undone",
        f"start s\ntask a\n{_undoable('a', 'userTask')}\nendEvent e | {_UNDO}",
        "s -> a -> e",
        Try("s a ca", status="waiting", waiting=("ua",)),
        Try("s a ca ua e", answers=(("ua", {}),)),
    ),
    case(
        "compensation-end-subprocess",
        "undoes what its own scope did",
        f"start s\ntask a\n{_undoable('a')}\nsubProcess p1 | "
        + inner(f"start i\ntask b\n{_undoable('b')}\nendEvent j | {_UNDO}", "i -> b -> j")
        + "\nend e",
        "s -> a -> p1 -> e",
        Try("s a i b cb ub j p1 e"),
    ),
    case(
        "compensation-boundary",
        "on a task or a subprocess",
        f"start s\nsubProcess a | {inner('start i' + chr(10) + 'task b' + chr(10) + 'end j', 'i -> b -> j')}\n{_undoable('a')}\nendEvent e | {_UNDO}",
        "s -> a -> e",
        Try("s i b j a ca ua e"),
    ),
    case(
        "compensation-subprocess",
        "without a handler of its own, what was done inside is undone",
        "start s\nsubProcess a | "
        + inner(f"start i\ntask b\ntask d\n{_undoable('b')}\n{_undoable('d')}\nend j", "i -> b -> d -> j")
        + f"\nendEvent e | {_UNDO}",
        "s -> a -> e",
        Try("s i b d j a cd ud cb ub e"),
    ),
    case(
        "compensation-event-subprocess",
        "a subprocess says itself how it is undone",
        "start s\nsubProcess a | "
        + inner(
            f"start i\ntask b\n{_undoable('b')}\nend j\n"
            + on_event("p1", _UNDO, f"task c\nintermediateThrowEvent t | {_UNDO}", "p1s -> c -> t"),
            "i -> b -> j",
        )
        + f"\nintermediateThrowEvent w | {_UNDO}\nend e",
        "s -> a -> w -> e",
        Try("s i b j a p1s c cb ub t p1e p1 w e"),
    ),
    case(
        "compensation-cancel",
        "a cancelled transaction is undone",
        "start s\ntransaction a | "
        + inner(
            f"start i\ntask b\n{_undoable('b', 'userTask')}\nendEvent t | {event('cancel')}", "i -> b -> t"
        )
        + f"\nboundaryEvent x attachedToRef='a' | {event('cancel')}\nend y\nend z",
        "s -> a -> z; x -> y",
        Try("s i b t cb", status="waiting", waiting=("ub",)),
        Try("s i b t cb ub x y", answers=(("ub", {}),)),
    ),
    case(
        "compensation-multi-instance",
        "once for each instance, with its own variables",
        "start s\nscriptTask a | <bpmn:script>n = item</bpmn:script><bpmn:multiInstanceLoopCharacteristics isSequential='true' camunda:collection='= [1, 2]' camunda:elementVariable='item'/>\nboundaryEvent ca attachedToRef='a' | "
        + _UNDO
        + "\nscriptTask ua isForCompensation='true' | <bpmn:script>seen = append(seen, item)</bpmn:script>\n"
        + undone_by("ca", "ua")
        + f"\nendEvent e | {_UNDO}",
        "s -> a -> e",
        Try("s a a ca ua ca ua e", data={"seen": []}, holds={"seen": [2, 1]}),
    ),
    Case(
        "compensation-call",
        "what a called process did is undone in it",
        Source(
            "p.bpmn",
            document(
                process(f"start s\ncallActivity a calledElement='q'\nendEvent e | {_UNDO}", "s -> a -> e")
            ),
        ),
        (Try("s qs qa qe a cqa uqa e"),),
        (_CALLED,),
    ),
    refusal(
        "compensation-boundary",
        "a compensation event without a handler",
        f"start s\ntask a\nboundaryEvent c attachedToRef='a' | {_UNDO}\nend e",
        "s -> a -> e",
        "compensation.no-handler",
    ),
    refusal(
        "compensation-throw-activity",
        "what is to be undone stands elsewhere",
        "start s\nintermediateThrowEvent t | <bpmn:compensateEventDefinition activityRef='nowhere'/>\nend e",
        "s -> t -> e",
        "compensation.not-visible",
    ),
)
