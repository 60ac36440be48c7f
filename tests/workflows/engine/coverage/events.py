"""Events."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from datetime import timedelta

from tests.workflows.engine.builders import AT
from tests.workflows.engine.coverage.case import (
    ERROR,
    ESCALATION,
    MESSAGE,
    SIGNAL,
    Try,
    case,
    condition,
    event,
    inner,
    on_event,
    refusal,
    timer,
)

_SCOPE = "start s\nsubProcess a | {}\ntask z\nend e"

CASES = (
    # ---- plain
    case("start-none", "where a process begins", "start s\nend e", "s -> e", Try("s e")),
    case(
        "end-none",
        "one branch ends, the others go on",
        "start s\nparallelGateway f\nend e\nuserTask a\nend d",
        "s -> f -> e; f -> a -> d",
        Try("s f e a d", answers=(("a", {}),)),
    ),
    case(
        "intermediate-none",
        "a token passes through",
        "start s\nintermediateThrowEvent t\nend e",
        "s -> t -> e",
        Try("s t e"),
    ),
    # ---- start events of a process
    case(
        "start-message",
        "the message has come",
        f"startEvent s | {event('message', 'M')}\nend e",
        "s -> e",
        Try("s e", answers=(("s", {"a": 1}),), holds={"a": 1}),
        outside=MESSAGE,
    ),
    case(
        "start-signal",
        "the signal has come",
        f"startEvent s | {event('signal', 'S')}\nend e",
        "s -> e",
        Try("s e"),
        outside=SIGNAL,
    ),
    case(
        "start-timer",
        "the clock stands at its time",
        f"startEvent s | {timer('2026-03-20T08:00:00+08:00', 'timeDate')}\nscriptTask t | <bpmn:script>day = string(date(now()))</bpmn:script>\nend e",
        "s -> t -> e",
        Try("s t e", holds={"day": "2026-03-20"}),
    ),
    case(
        "start-conditional",
        "begins once the condition holds",
        f"startEvent s | {condition('x > 1')}\nend e",
        "s -> e",
        Try("s e", data={"x": 2}),
        Try("", data={"x": 1}, status="waiting", waiting=("s",)),
    ),
    case(
        "start-multiple",
        "any of its events begins the process",
        f"startEvent s | {event('message', 'M')}{event('signal', 'S')}\nend e",
        "s -> e",
        Try("s e"),
        outside=MESSAGE + SIGNAL,
    ),
    refusal(
        "start-parallel-multiple",
        "a process cannot wait before it exists",
        f"startEvent s parallelMultiple='true' | {event('message', 'M')}{event('signal', 'S')}\nend e",
        "s -> e",
        "event.parallel-start",
        MESSAGE + SIGNAL,
    ),
    refusal(
        "start-several-none",
        "several plain starts: which?",
        "start s\nstart t\nend e",
        "s -> e; t -> e",
        "process.several-starts",
    ),
    case(
        "start-several",
        "alternatives with their own events",
        f"start s\nstartEvent m | {event('message', 'M')}\ntask a\ntask b\nend e",
        "s -> a -> e; m -> b -> e",
        Try("s a e"),
        outside=MESSAGE,
    ),
    # ---- intermediate catching
    case(
        "catch-message",
        "waits for a message",
        f"start s\nintermediateCatchEvent c | {event('message', 'M')}\nend e",
        "s -> c -> e",
        Try("s c e", answers=(("c", {}),)),
        Try("s", status="waiting", waiting=("c",)),
        outside=MESSAGE,
    ),
    case(
        "catch-signal",
        "waits for a signal",
        f"start s\nparallelGateway f\nintermediateCatchEvent c | {event('signal', 'S')}\nintermediateThrowEvent t | {event('signal', 'S')}\ntask a\nend e\nend d",
        "s -> f -> c -> a -> e; f -> t -> d",
        Try("s f t c d a e"),
        outside=SIGNAL,
    ),
    case(
        "catch-timer",
        "the virtual clock jumps",
        f"start s\nintermediateCatchEvent c | {timer('PT1H')}\nend e",
        "s -> c -> e",
        Try("s c e"),
    ),
    case(
        "catch-timer-cycle",
        "sends a token on in each round",
        f"start s\nintermediateCatchEvent c | {timer('R4/PT1S', 'timeCycle')}\ntask a\nend e",
        "s -> c -> a -> e",
        Try("s" + " c a e" * 4),
    ),
    case(
        "catch-conditional",
        "waits until it holds",
        f"start s\nintermediateCatchEvent c | {condition('${x > 1}')}\nend e",
        "s -> c -> e",
        Try("s c e", data={"x": 2}),
        Try("s", data={"x": 1}, status="waiting", waiting=("c",)),
    ),
    case(
        "catch-link",
        "goes on at the other end",
        'start s\nintermediateThrowEvent t | <bpmn:linkEventDefinition name="L"/>\nintermediateCatchEvent c | <bpmn:linkEventDefinition name="L"/>\nend e',
        "s -> t; c -> e",
        Try("s t c e"),
    ),
    case(
        "catch-multiple",
        "the first of its events is enough",
        f"start s\nparallelGateway f\nintermediateCatchEvent c | {event('message', 'M')}{event('signal', 'S')}\nintermediateThrowEvent t | {event('signal', 'S')}\nend e\nend d",
        "s -> f -> c -> e; f -> t -> d",
        Try("s f t c d e"),
        outside=MESSAGE + SIGNAL,
    ),
    case(
        "catch-parallel-multiple",
        "all of its events are wanted",
        f"start s\nparallelGateway f\nintermediateCatchEvent c parallelMultiple='true' | {event('message', 'M')}{event('signal', 'S')}\nintermediateThrowEvent t | {event('signal', 'S')}\nend e\nend d",
        "s -> f -> c -> e; f -> t -> d",
        Try("s f t d", status="waiting", waiting=("c",)),
        Try("s f t d c e", answers=(("c", {}),)),
        outside=MESSAGE + SIGNAL,
    ),
    # ---- throwing
    case(
        "throw-message",
        "goes out when nobody inside waits",
        f"start s\nintermediateThrowEvent t | {event('message', 'M')}\nend e",
        "s -> t -> e",
        Try("s t e"),
        outside=MESSAGE,
    ),
    case(
        "throw-signal",
        "reaches all who wait",
        f"start s\nparallelGateway f\nintermediateCatchEvent c | {event('signal', 'S')}\nintermediateCatchEvent d | {event('signal', 'S')}\nintermediateThrowEvent t | {event('signal', 'S')}\nend e",
        "s -> f -> c -> e; f -> d -> e; f -> t -> e",
        Try("s f t c d e e e"),
        outside=SIGNAL,
    ),
    case(
        "throw-escalation",
        "is caught around it, and goes on",
        _SCOPE.format(
            inner(
                f"start i\nintermediateThrowEvent t | {event('escalation', 'C')}\ntask b\nend j",
                "i -> t -> b -> j",
            )
        )
        + f"\nboundaryEvent x attachedToRef='a' cancelActivity='false' | {event('escalation', 'C')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i t x b y j a z e"),
        outside=ESCALATION,
    ),
    case(
        "throw-link",
        "one of several ways to the same place",
        'start s\nexclusiveGateway g default="g_u"\nintermediateThrowEvent t | <bpmn:linkEventDefinition name="L"/>\nintermediateThrowEvent u | <bpmn:linkEventDefinition name="L"/>\nintermediateCatchEvent c | <bpmn:linkEventDefinition name="L"/>\nend e',
        "s -> g -[x]-> t; g -> u; c -> e",
        Try("s g t c e", data={"x": True}),
        Try("s g u c e"),
    ),
    case(
        "throw-multiple",
        "throws all of its events",
        f"start s\nparallelGateway f\nintermediateCatchEvent c | {event('signal', 'S')}\nintermediateCatchEvent d | {event('message', 'M')}\nintermediateThrowEvent t | {event('signal', 'S')}{event('message', 'M')}\nend e",
        "s -> f -> c -> e; f -> d -> e; f -> t -> e",
        Try("s f t c d e e e"),
        outside=SIGNAL + MESSAGE,
    ),
    # ---- end events
    case(
        "end-message",
        "sends at the end",
        f"start s\nendEvent e | {event('message', 'M')}",
        "s -> e",
        Try("s e"),
        outside=MESSAGE,
    ),
    case(
        "end-signal",
        "is caught by the boundary of its own scope",
        _SCOPE.format(inner(f"start i\nendEvent t | {event('signal', 'S')}", "i -> t"))
        + f"\nboundaryEvent x attachedToRef='a' | {event('signal', 'S')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i t x y"),
        outside=SIGNAL,
    ),
    case(
        "end-error",
        "leaves by the boundary that catches it",
        _SCOPE.format(inner(f"start i\nendEvent t | {event('error', 'E')}", "i -> t"))
        + f"\nboundaryEvent x attachedToRef='a' | {event('error', 'E')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i t x y"),
        outside=ERROR,
    ),
    case(
        "end-error-uncaught",
        "an error nobody catches is an incident",
        f"start s\nendEvent e | {event('error', 'E')}",
        "s -> e",
        Try("s e", status="incident"),
        outside=ERROR,
    ),
    case(
        "end-escalation",
        "leaves by the boundary that catches it",
        _SCOPE.format(inner(f"start i\nendEvent t | {event('escalation', 'C')}", "i -> t"))
        + f"\nboundaryEvent x attachedToRef='a' | {event('escalation', 'C')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i t x y"),
        outside=ESCALATION,
    ),
    case(
        "end-terminate",
        "ends its scope, and all that runs in it",
        f"start s\nparallelGateway f\nintermediateCatchEvent c | {timer('PT1S')}\ntask a\nend d\nendEvent e | {event('terminate')}",
        "s -> f -> c -> a -> d; f -> e",
        Try("s f e"),
    ),
    case(
        "end-cancel",
        "leaves the transaction by its cancel event",
        f"start s\ntransaction a | {inner(f'start i{chr(10)}task b{chr(10)}endEvent t | ' + event('cancel'), 'i -> b -> t')}\nboundaryEvent x attachedToRef='a' | {event('cancel')}\nend y\nend z",
        "s -> a -> z; x -> y",
        Try("s i b t x y"),
    ),
    refusal(
        "end-cancel",
        "a cancel end that leads nowhere",
        f"start s\ntransaction a | {inner('start i' + chr(10) + 'endEvent t | ' + event('cancel'), 'i -> t')}\nend e",
        "s -> a -> e",
        "transaction.cancel-uncaught",
    ),
    case(
        "end-multiple",
        "throws all of its events",
        f"start s\nparallelGateway f\nintermediateCatchEvent c | {event('signal', 'S')}\nintermediateCatchEvent d | {event('message', 'M')}\nendEvent t | {event('signal', 'S')}{event('message', 'M')}\nend e",
        "s -> f -> c -> e; f -> d -> e; f -> t",
        Try("s f t c d e e"),
        outside=SIGNAL + MESSAGE,
    ),
    # ---- boundary events
    case(
        "boundary-message",
        "stops the activity",
        f"start s\nuserTask a\nboundaryEvent x attachedToRef='a' | {event('message', 'M')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s x y", answers=(("x", {}),)),
        outside=MESSAGE,
    ),
    case(
        "boundary-signal",
        "stops all that runs inside",
        _SCOPE.format(
            inner(
                f"start i\nintermediateThrowEvent t | {event('signal', 'S')}\ntask b\nend j",
                "i -> t -> b -> j",
            )
        )
        + f"\nboundaryEvent x attachedToRef='a' | {event('signal', 'S')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i t x y"),
        outside=SIGNAL,
    ),
    case(
        "boundary-timer",
        "stops the activity when time is up",
        f"start s\nreceiveTask a messageRef='M'\nboundaryEvent x attachedToRef='a' cancelActivity='false' | {timer('PT1H')}\nboundaryEvent w attachedToRef='a' | {timer('PT2H')}\nend e\nend y\nend v",
        "s -> a -> e; x -> y; w -> v",
        Try("s", status="waiting", waiting=("a", "x", "w")),
        Try("s x y w v", until=AT + timedelta(hours=3)),
        outside=MESSAGE,
    ),
    case(
        "boundary-timer-cycle",
        "starts a branch in each round",
        _SCOPE.format(inner(f"start i\nintermediateCatchEvent c | {timer('PT60S')}\nend j", "i -> c -> j"))
        + f"\nboundaryEvent x attachedToRef='a' cancelActivity='false' | {timer('R4/PT5S', 'timeCycle')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i" + " x y" * 4 + " c j a z e"),
    ),
    case(
        "boundary-conditional",
        "fires before the content if it holds already",
        f"start s\nsubProcess a | {inner('start i' + chr(10) + 'end j', 'i -> j')}\nboundaryEvent x attachedToRef='a' | {condition('x > 1')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s x y", data={"x": 2}),
        Try("s i j a e", data={"x": 1}),
    ),
    case(
        "boundary-conditional-later",
        "fires as soon as a step inside makes it true",
        f"start s\nsubProcess a | {inner('start i' + chr(10) + 'scriptTask b | <bpmn:script>x = 2</bpmn:script>' + chr(10) + 'scriptTask c | <bpmn:script>x = 0</bpmn:script>' + chr(10) + 'end j', 'i -> b -> c -> j')}\nboundaryEvent x attachedToRef='a' | {condition('x > 1')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s i b x y", data={"x": 1}),
    ),
    case(
        "boundary-error",
        "catches what a service or an end event inside throws",
        _SCOPE.format(inner(f"start i\nendEvent t | {event('error', 'E')}", "i -> t"))
        + f"\nboundaryEvent x attachedToRef='a' | {event('error')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i t x y"),
        outside=ERROR,
    ),
    case(
        "boundary-escalation",
        "interrupting or not",
        _SCOPE.format(
            inner(
                f"start i\nintermediateThrowEvent t | {event('escalation', 'C')}\ntask b\nend j",
                "i -> t -> b -> j",
            )
        )
        + f"\nboundaryEvent x attachedToRef='a' | {event('escalation', 'C')}\nend y",
        "s -> a -> z -> e; x -> y",
        Try("s i t x y"),
        outside=ESCALATION,
    ),
    case(
        "boundary-multiple",
        "any of its events stops the activity",
        f"start s\nuserTask a\nboundaryEvent x attachedToRef='a' | {event('message', 'M')}{event('signal', 'S')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s x y", answers=(("x", {}),)),
        Try("s a e", answers=(("a", {}),)),
        outside=MESSAGE + SIGNAL,
    ),
    case(
        "boundary-parallel-multiple",
        "all of its events stop the activity",
        f"start s\nuserTask a\nboundaryEvent x attachedToRef='a' parallelMultiple='true' | {event('message', 'M')}{event('signal', 'S')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s", answers=(("x", {}),), status="waiting", waiting=("a", "x")),
        Try("s x y", answers=(("x", {}), ("x", {}))),
        outside=MESSAGE + SIGNAL,
    ),
    case(
        "boundary-non-interrupting",
        "starts a branch beside the activity, each time",
        f"start s\nuserTask a\nboundaryEvent x attachedToRef='a' cancelActivity='false' | {event('message', 'M')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s x y x y a e", answers=(("x", {}), ("x", {}), ("a", {}))),
        outside=MESSAGE,
    ),
    # ---- definitions at the root
    case(
        "event-definition-ref",
        "an event may refer to a definition at the root",
        _SCOPE.format(
            inner(
                f"start i\nintermediateThrowEvent t | {event('signal', 'S')}\ntask b\nend j",
                "i -> t -> b -> j",
            )
        )
        + "\nboundaryEvent x attachedToRef='a' cancelActivity='false' | <bpmn:eventDefinitionRef>D1</bpmn:eventDefinitionRef>\nend y\nintermediateCatchEvent c | <bpmn:eventDefinitionRef>D2</bpmn:eventDefinitionRef>",
        "s -> a -> z -> c -> e; x -> y",
        Try("s i t x b y j a z c e"),
        outside=SIGNAL
        + '<bpmn:signalEventDefinition id="D1" signalRef="S"/><bpmn:timerEventDefinition id="D2"><bpmn:timeDuration>PT1S</bpmn:timeDuration></bpmn:timerEventDefinition>',
    ),
    refusal(
        "event-definition-ref",
        "what it refers to is missing",
        "start s\nintermediateCatchEvent c | <bpmn:eventDefinitionRef>nowhere</bpmn:eventDefinitionRef>\nend e",
        "s -> c -> e",
        "event.reference",
    ),
    case(
        "event-definition-ref-start",
        "on start events too, and beside a plain start",
        "start s\nstartEvent m | <bpmn:eventDefinitionRef>D1</bpmn:eventDefinitionRef>\ntask b\nend e",
        "s -> e; m -> b -> e",
        Try("s e"),
        Try("m b e", answers=(("m", {}),)),
        outside=MESSAGE + '<bpmn:messageEventDefinition id="D1" messageRef="M"/>',
    ),
    refusal(
        "event-definition-ref-start",
        "a definition that names no message",
        "startEvent s | <bpmn:eventDefinitionRef>D1</bpmn:eventDefinitionRef>\nend e",
        "s -> e",
        "message.missing",
        '<bpmn:messageEventDefinition id="D1"/>',
    ),
    # ---- event subprocesses
    case(
        "event-subprocess-message",
        "runs beside its scope, or instead of it",
        f"start s\nuserTask a\nend e\n{on_event('p1', event('message', 'M'), 'task b', 'p1s -> b')}",
        "s -> a -> e",
        Try("s p1s b p1e p1", answers=(("p1s", {"v": 1}),), holds={"v": 1}),
        Try("s a e", answers=(("a", {}),)),
        outside=MESSAGE,
    ),
    case(
        "event-subprocess-signal",
        "not interrupting: the content goes on",
        _SCOPE.format(
            inner(
                f"start i\nintermediateThrowEvent t | {event('signal', 'S')}\ntask b\nend j\n"
                + on_event("p1", event("signal", "S"), "task c", "p1s -> c", False),
                "i -> t -> b -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s i t p1s b c j p1e p1 a z e"),
        outside=SIGNAL,
    ),
    case(
        "event-subprocess-signal-interrupting",
        "interrupting: the rest of its scope stops",
        _SCOPE.format(
            inner(
                f"start i\nintermediateThrowEvent t | {event('signal', 'S')}\ntask b\nend j\n"
                + on_event("p1", event("signal", "S"), "task c", "p1s -> c"),
                "i -> t -> b -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s i t p1s c p1e p1 a z e"),
        outside=SIGNAL,
    ),
    case(
        "event-subprocess-timer",
        "interrupts when time is up",
        _SCOPE.format(
            inner(
                f"start i\nintermediateCatchEvent t | {timer('PT30S')}\ntask b\nend j\n"
                + on_event("p1", timer("PT5S"), "task c", "p1s -> c"),
                "i -> t -> b -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s i p1s c p1e p1 a z e"),
    ),
    case(
        "event-subprocess-timer-cycle",
        "runs in each round",
        _SCOPE.format(
            inner(
                f"start i\nintermediateCatchEvent t | {timer('PT30S')}\ntask b\nend j\n"
                + on_event("p1", timer("R4/PT5S", "timeCycle"), "task c", "p1s -> c", False),
                "i -> t -> b -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s i" + " p1s c p1e p1" * 4 + " t b j a z e"),
    ),
    case(
        "event-subprocess-timer-cron",
        "runs at the times of a cron text",
        _SCOPE.format(
            inner(
                f"start i\nintermediateCatchEvent t | {timer('PT48H')}\nend j\n"
                + on_event("p1", timer("0 0 9 * * ?", "timeCycle"), "task c", "p1s -> c", False),
                "i -> t -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s i" + " p1s c p1e p1" * 2 + " t j a z e"),
    ),
    case(
        "event-subprocess-error",
        "catches what its scope throws; the flow goes on behind the scope",
        _SCOPE.format(
            inner(
                f"start i\ntask b\nendEvent t | {event('error', 'E')}\n"
                + on_event("p1", event("error", "E"), "task c", "p1s -> c"),
                "i -> b -> t",
            )
        ),
        "s -> a -> z -> e",
        Try("s i b t p1s c p1e p1 a z e"),
        outside=ERROR,
    ),
    case(
        "event-subprocess-escalation",
        "interrupting or not",
        _SCOPE.format(
            inner(
                f"start i\nintermediateThrowEvent t | {event('escalation', 'C')}\ntask b\nend j\n"
                + on_event("p1", event("escalation", "C"), "task c", "p1s -> c"),
                "i -> t -> b -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s i t p1s c p1e p1 a z e"),
        outside=ESCALATION,
    ),
    case(
        "event-subprocess-conditional",
        "a condition that holds already comes before the content",
        _SCOPE.format(
            inner(
                "start i\ntask b\nend j\n"
                + on_event("p1", condition('= contains(x, "a")'), "task c", "p1s -> c"),
                "i -> b -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s p1s c p1e p1 a z e", data={"x": "a"}),
        Try("s i b j a z e", data={"x": "b"}),
    ),
    case(
        "event-subprocess-conditional-beside",
        "not interrupting: the content runs as well",
        _SCOPE.format(
            inner(
                "start i\ntask b\nend j\n" + on_event("p1", condition("x > 1"), "task c", "p1s -> c", False),
                "i -> b -> j",
            )
        ),
        "s -> a -> z -> e",
        Try("s p1s i c b p1e j p1 a z e", data={"x": 2}),
    ),
    case(
        "event-subprocess-multiple",
        "any of its events starts it",
        f"start s\nuserTask a\nend e\n{on_event('p1', event('message', 'M') + event('signal', 'S'), 'task b', 'p1s -> b')}",
        "s -> a -> e",
        Try("s p1s b p1e p1", answers=(("p1s", {}),)),
        outside=MESSAGE + SIGNAL,
    ),
    refusal(
        "event-subprocess-none",
        "without an event it would never run",
        "start s\nend e\nsubProcess p1 triggeredByEvent='true' | " + inner("start i\nend j", "i -> j"),
        "s -> e",
        "event-subprocess.start",
    ),
)
