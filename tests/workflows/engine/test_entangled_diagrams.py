"""Diagrams in which several ways of stopping, undoing and waiting meet, against what BPMN 2.0 says of them."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from datetime import timedelta

import pytest

from forms.feel import World, china
from tests.workflows.engine.builders import AT, diagram, process
from tests.workflows.engine.coverage.case import (
    ERROR,
    ESCALATION,
    SIGNAL,
    Try,
    event,
    inner,
    on_event,
    timer,
    undone_by,
)
from workflows.engine import Source, try_run

UNDO = event("compensate")
OUTSIDE = ERROR + ESCALATION + SIGNAL


def times(count: int, sequential: bool = False) -> str:
    return (
        f"<bpmn:multiInstanceLoopCharacteristics isSequential='{str(sequential).lower()}'>"
        f"<bpmn:loopCardinality>{count}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )


def undoable(key: str) -> str:
    return f"boundaryEvent c{key} attachedToRef='{key}' | {UNDO}\ntask u{key} isForCompensation='true'\n{undone_by('c' + key, 'u' + key)}"


DRAWN: dict[str, tuple[Source, Try]] = {
    "an error of one instance stops the instances that wait": (
        diagram(
            f"start s\nsubProcess m | {times(2)}"
            + inner(
                f"start ms\nexclusiveGateway g default='g_u'\nuserTask u\nend me\nend mx | {event('error', 'E')}",
                "ms -> g; g -[loopCounter = 1]-> mx; g -> u -> me",
            )
            + f"\nboundaryEvent b attachedToRef='m' | {event('error', 'E')}\nend e\nend z",
            "s -> m -> z; b -> e",
            OUTSIDE,
        ),
        Try("s ms ms g g mx b e"),
    ),
    "a transaction of several instances is cancelled by one": (
        diagram(
            f"start s\ntransaction t | {times(2)}"
            + inner(
                f"start ts\ntask a\n{undoable('a')}\nexclusiveGateway g default='g_te'\nend te\nend tx | {event('cancel')}",
                "ts -> a -> g; g -[loopCounter = 1]-> tx; g -> te",
            )
            + f"\nboundaryEvent b attachedToRef='t' | {event('cancel')}\nend e\nend z",
            "s -> t -> z; b -> e",
            OUTSIDE,
        ),
        Try("s ts ts a a g g te tx ca ua b e"),
    ),
    "an event subprocess that catches an error undoes what its scope did": (
        diagram(
            "start s\nsubProcess x | "
            + inner(
                f"start xs\ntask a\ntask b\n{undoable('a')}\n{undoable('b')}\nend xe | {event('error', 'E')}\n"
                + on_event("v", event("error", "E"), f"intermediateThrowEvent t | {UNDO}", "vs -> t"),
                "xs -> a -> b -> xe",
            )
            + "\nend z",
            "s -> x -> z",
            OUTSIDE,
        ),
        Try("s xs a b xe vs cb ub ca ua t ve v x z"),
    ),
    "what failed is not compensated": (
        diagram(
            "start s\nsubProcess x | "
            + inner(f"start xs\ntask a\n{undoable('a')}\nend xe | {event('error', 'E')}", "xs -> a -> xe")
            + f"\nboundaryEvent b attachedToRef='x' | {event('error', 'E')}\nintermediateThrowEvent t | {UNDO}\nend e\nend z",
            "s -> x -> z; b -> t -> e",
            OUTSIDE,
        ),
        Try("s xs a xe b t e"),
    ),
    "terminate in a called process ends that process alone": (
        diagram(
            "start s\ncallActivity c calledElement='q'\nend e",
            "s -> c -> e",
            OUTSIDE
            + process(
                f"start qs\nparallelGateway f\nuserTask u\nend q1\nend q2 | {event('terminate')}",
                "qs -> f -> u -> q1; f -> q2",
                "q",
            ),
        ),
        Try("s qs f q2 c e"),
    ),
    "an escalation of a called process is caught beside the call, and stops nothing": (
        diagram(
            "start s\nsubProcess x | "
            + inner(
                "start xs\ncallActivity c calledElement='q'\nend xe\n"
                + on_event("v", event("escalation", "C"), "task y", "vs -> y", False),
                "xs -> c -> xe",
            )
            + f"\nboundaryEvent b attachedToRef='x' | {event('escalation', 'C')}\nend e\nend z",
            "s -> x -> z; b -> e",
            OUTSIDE
            + process(
                f"start qs\nintermediateThrowEvent t | {event('escalation', 'C')}\nend qe",
                "qs -> t -> qe",
                "q",
            ),
        ),
        Try("s xs qs t vs qe y ve v c xe x z"),
    ),
    "time is up in the second of several instances": (
        diagram(
            f"start s\nsubProcess x | {times(3, sequential=True)}"
            + inner(f"start xs\nintermediateCatchEvent w | {timer('PT40M')}\nend xe", "xs -> w -> xe")
            + f"\nboundaryEvent b attachedToRef='x' | {timer('PT1H')}\nend e\nend z",
            "s -> x -> z; b -> e",
            OUTSIDE,
        ),
        Try("s xs w xe x xs b e"),
    ),
    "rounds beside a scope end when its time is up": (
        diagram(
            "start s\nsubProcess x | "
            + inner(
                "start xs\nuserTask u\nend xe\n"
                + on_event("v", timer("R/PT25M", "timeCycle"), "task y", "vs -> y", False)
                + "\n"
                + on_event("w", timer("PT1H"), "task k", "ws -> k"),
                "xs -> u -> xe",
            )
            + "\nend z",
            "s -> x -> z",
            OUTSIDE,
        ),
        Try("s xs vs y ve v vs y ve v ws k we w x z", until=AT + timedelta(hours=2)),
    ),
    "an inclusive join in a loop waits only for what cannot come by a flow that has come": (
        diagram(
            "start s\nscriptTask i | <bpmn:script>n = 0</bpmn:script>\nexclusiveGateway m\ninclusiveGateway f\ntask a\n"
            "scriptTask b | <bpmn:script>n = n + 1</bpmn:script>\nexclusiveGateway x default='x_j'\ninclusiveGateway j\nend e",
            "s -> i -> m -> f; f -[true]-> a -> j; f -[true]-> b -> x; x -[n < 2]-> m; x -> j; j -> e",
            OUTSIDE,
        ),
        Try("s i m f a b j x e m f a b j x e j e"),
    ),
    "a signal out of a subprocess reaches its own boundary and others": (
        diagram(
            f"start s\nparallelGateway f\nintermediateCatchEvent k | {event('signal', 'S')}\nend ke\nsubProcess x | "
            + inner(
                f"start xs\nintermediateThrowEvent w | {event('signal', 'S')}\ntask never\nend xe",
                "xs -> w -> never -> xe",
            )
            + f"\nboundaryEvent b attachedToRef='x' | {event('signal', 'S')}\nend e\nend z",
            "s -> f -> k -> ke; f -> x -> z; b -> e",
            OUTSIDE,
        ),
        Try("s f xs w k b ke e"),
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_an_entangled_diagram_runs_as_drawn(name: str) -> None:
    drawn, run = DRAWN[name]
    result = try_run([drawn], world=World(AT, china()), process="p", answers=run.answers, until=run.until)
    assert (" ".join(result.path), result.status, result.error) == (run.path, run.status, None)
