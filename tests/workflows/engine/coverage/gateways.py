"""Gateways and flows."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.coverage.case import (
    MESSAGE,
    SIGNAL,
    Case,
    Refusal,
    Try,
    case,
    event,
    refusal,
    timer,
)

_A, _B, _C = ({"x": text} for text in ("a", "b", "c"))
_BOTH = {"x": "ab"}
_THREE = 'g -[contains(x, "a")]-> t1 -> j; g -[contains(x, "b")]-> t2 -> j; g -[contains(x, "c")]-> t3 -> j; j -> t4 -> e'
_TASKS = "task t1\ntask t2\ntask t3\ntask t4\nend e"


def _complex(activation: str) -> str:
    return f"complexGateway j | <bpmn:activationCondition>{activation}</bpmn:activationCondition>"


_EVENTS = (
    f"intermediateCatchEvent m | {event('message', 'M')}\nintermediateCatchEvent n | {event('message', 'N')}\n"
    "task a\ntask b\nparallelGateway j\ntask c\n"
)
_TWO = MESSAGE + '<bpmn:message id="N" name="other"/>'

CASES: tuple[Case | Refusal, ...] = (
    case(
        "sequence-flow",
        "leads from one node to the next",
        "start s\ntask a\nend e",
        "s -> a -> e",
        Try("s a e"),
    ),
    case(
        "several-outgoing",
        "a token along each",
        "start s\ntask a\ntask b\ntask c\nend e",
        "s -> a -> b -> e; a -> c -> e",
        Try("s a b c e e"),
    ),
    case(
        "conditional-flow",
        "along each whose condition holds",
        "start s\ntask a\ntask b\ntask c\nend e",
        's -> a -[x = "a"]-> b -> e; a -> c -> e',
        Try("s a b c e e", data=_A),
        Try("s a c e", data=_B),
    ),
    case(
        "default-flow",
        "where no condition holds, and beside what is unconditional",
        "start s\ntask a default='a_c'\ntask b\ntask c\ntask d\nend e",
        's -> a -[x = "a"]-> b -> e; a -> c -> e; a -> d -> e',
        Try("s a b d e e", data=_A),
        Try("s a d c e e", data=_B),
    ),
    # ---- exclusive
    case(
        "exclusive-gateway",
        "the first whose condition holds; else an incident",
        "start s\nexclusiveGateway g\nexclusiveGateway j\n" + _TASKS.replace("task t3\n", ""),
        's -> g; g -[contains(x, "a")]-> t1 -> j; g -[contains(x, "b")]-> t2 -> j; j -> t4 -> e',
        Try("s g t1 j t4 e", data=_BOTH),
        Try("s g t2 j t4 e", data=_B),
        Try("s g", data=_C, status="incident"),
    ),
    case(
        "exclusive-gateway-default",
        "the default where none holds",
        "start s\nexclusiveGateway g default='g_t2'\ntask t1\ntask t2\nend e",
        's -> g -[x = "a"]-> t1 -> e; g -> t2 -> e',
        Try("s g t1 e", data=_A),
        Try("s g t2 e", data=_C),
    ),
    case(
        "exclusive-merge",
        "each token goes on by itself",
        "start s\nparallelGateway f\nexclusiveGateway j\ntask t1\ntask t2\ntask t4\nend e",
        "s -> f -> t1 -> j; f -> t2 -> j; j -> t4 -> e",
        Try("s f t1 t2 j j t4 t4 e e"),
    ),
    # ---- parallel
    case(
        "parallel-gateway",
        "all ways, and all wanted back",
        "start s\nparallelGateway f\nparallelGateway j\ntask t1\ntask t2\ntask t4\nend e",
        "s -> f -> t1 -> j; f -> t2 -> j; j -> t4 -> e",
        Try("s f t1 t2 j t4 e"),
    ),
    case(
        "parallel-gateway-lacking",
        "what was not begun never comes: it waits",
        "start s\nexclusiveGateway g default='g_t2'\nparallelGateway j\ntask t1\ntask t2\ntask t4\nend e",
        's -> g -[x = "a"]-> t1 -> j; g -> t2 -> j; j -> t4 -> e',
        Try("s g t1", data=_A, status="waiting", waiting=("j",)),
    ),
    # ---- inclusive
    case(
        "inclusive-gateway",
        "each whose condition holds, and all of those wanted back",
        "start s\ninclusiveGateway g\ninclusiveGateway j\n" + _TASKS,
        f"s -> g; {_THREE}",
        Try("s g t1 t2 j t4 e", data=_BOTH),
        Try("s g t3 j t4 e", data=_C),
        Try("s g", data={"x": ""}, status="incident"),
    ),
    case(
        "inclusive-gateway-default",
        "the default where none holds",
        "start s\ninclusiveGateway g default='g_t2'\ninclusiveGateway j\ntask t1\ntask t2\ntask t4\nend e",
        's -> g -[x = "a"]-> t1 -> j; g -> t2 -> j; j -> t4 -> e',
        Try("s g t1 j t4 e", data=_A),
        Try("s g t2 j t4 e", data=_C),
    ),
    case(
        "inclusive-join",
        "whoever split: it waits for what can still come",
        "start s\nparallelGateway f\ninclusiveGateway j\ntask t1\nuserTask t2\ntask t4\nend e",
        "s -> f -> t1 -> j; f -> t2 -> j; j -> t4 -> e",
        Try("s f t1", status="waiting", waiting=("t2",)),
        Try("s f t1 t2 j t4 e", answers=(("t2", {}),)),
    ),
    # ---- complex
    case(
        "complex-gateway",
        "fires once its activation condition holds, and takes in what comes later",
        "start s\ncomplexGateway g\n" + _complex("activationCount >= 1") + "\n" + _TASKS,
        f"s -> g; {_THREE}",
        Try("s g t1 j t4 e", data=_A),
        Try("s g t1 t2 j t4 e", data=_BOTH),
        Try("s g t1 t2 t3 j t4 e", data={"x": "abc"}),
    ),
    case(
        "complex-gateway-discriminator",
        "two of three; the third is taken in",
        "start s\nparallelGateway g\n"
        + _complex("= activationCount &gt;= 2")
        + "\ntask t1\ntask t2\nuserTask t3\ntask t4\nend e",
        "s -> g -> t1 -> j; g -> t2 -> j; g -> t3 -> j; j -> t4 -> e",
        Try("s g t1 t2 j t4 e", status="waiting", waiting=("t3",)),
        Try("s g t1 t2 j t4 e t3", answers=(("t3", {}),)),
    ),
    case(
        "complex-gateway-reset",
        "a flow may speak of the reset",
        "start s\nparallelGateway g\n"
        + _complex("activationCount >= 1")
        + "\ntask t1\nuserTask t2\ntask t4\ntask late\nend e",
        "s -> g -> t1 -> j; g -> t2 -> j; j -[waitingForStart]-> t4 -> e; j -[not(waitingForStart)]-> late -> e",
        Try("s g t1 j t4 e t2 late e", answers=(("t2", {}),)),
    ),
    case(
        "complex-gateway-default",
        "splits as an inclusive gateway",
        "start s\ncomplexGateway g default='g_t2'\ntask t1\ntask t2\nend e",
        's -> g -[x = "a"]-> t1 -> e; g -> t2 -> e',
        Try("s g t1 e", data=_A),
        Try("s g t2 e", data=_C),
    ),
    refusal(
        "complex-gateway",
        "a join that does not say when",
        "start s\nparallelGateway f\ncomplexGateway j\ntask t1\ntask t2\nend e",
        "s -> f -> t1 -> j; f -> t2 -> j; j -> e",
        "gateway.no-activation",
    ),
    # ---- event-based
    case(
        "event-based-gateway",
        "the first event decides",
        f"start s\nparallelGateway f\neventBasedGateway g\nintermediateCatchEvent c | {event('signal', 'S')}\nintermediateCatchEvent d | {timer('PT1H')}\nintermediateThrowEvent t | {event('signal', 'S')}\ntask a\ntask b\nend e",
        "s -> f -> g -> c -> a -> e; g -> d -> b -> e; f -> t -> e",
        Try("s f g t c e a e"),
        outside=SIGNAL,
    ),
    case(
        "event-based-gateway-armed",
        "its events wait before another branch throws, however it is drawn",
        f"start s\nparallelGateway f\nintermediateThrowEvent t | {event('signal', 'S')}\neventBasedGateway g\n"
        f"intermediateCatchEvent c | {event('signal', 'S')}\nintermediateCatchEvent d | {timer('PT1H')}\ntask a\ntask b\nend e",
        "s -> f -> t -> e; f -> g -> c -> a -> e; g -> d -> b -> e",
        Try("s f g t c e a e"),
        outside=SIGNAL,
    ),
    case(
        "event-based-gateway-timer",
        "or the clock",
        f"start s\neventBasedGateway g\nintermediateCatchEvent c | {timer('PT2H')}\nintermediateCatchEvent d | {timer('PT1H')}\ntask a\ntask b\nend e",
        "s -> g -> c -> a -> e; g -> d -> b -> e",
        Try("s g d b e"),
    ),
    case(
        "event-based-gateway-start",
        "one of its messages begins the process",
        "eventBasedGateway g instantiate='true'\n" + _EVENTS.replace("parallelGateway", "exclusiveGateway"),
        "g -> m -> a -> j; g -> n -> b -> j; j -> c",
        Try("g n b j c", answers=(("n", {"v": 1}),), holds={"v": 1}),
        outside=_TWO,
    ),
    case(
        "event-based-gateway-parallel-start",
        "the first begins the process, all are wanted",
        "eventBasedGateway g instantiate='true' eventGatewayType='Parallel'\n" + _EVENTS,
        "g -> m -> a -> j; g -> n -> b -> j; j -> c",
        Try("g n b", answers=(("n", {}),), status="waiting", waiting=("m",)),
        Try("g n b m a j c", answers=(("n", {}), ("m", {}))),
        outside=_TWO,
    ),
    refusal(
        "event-based-gateway",
        "with nothing to wait for behind it",
        "start s\neventBasedGateway g\ntask a\ntask b\nend e",
        "s -> g -> a -> e; g -> b -> e",
        "event-gateway.target",
    ),
    refusal(
        "event-based-gateway-parallel-start",
        "in the middle of a process",
        "start s\neventBasedGateway g eventGatewayType='Parallel'\n" + _EVENTS + "end e",
        "s -> g -> m -> a -> j; g -> n -> b -> j; j -> c -> e",
        "event-gateway.parallel",
        _TWO,
    ),
)
