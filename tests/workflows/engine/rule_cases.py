"""For each rule of the deploy check a minimal wrong drawing, the element it must name, and a minimal right one."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from dataclasses import dataclass

from tests.workflows.engine.builders import HEAD, document, flows, nodes, process
from workflows.engine import Source

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


@dataclass(frozen=True)
class Case:
    """A wrong drawing, the element that the finding names, a right drawing."""

    wrong: Source
    element: str
    right: Source


def drawn(elements: str, connected: str, outside: str = "", name: str = "p.bpmn") -> Source:
    """A drawing with a start `s` and an end `e` besides the elements given."""
    return Source(name, document(process(f"start s\nend e\n{elements}", connected, outside=outside)))


def plain(elements: str, connected: str, outside: str = "") -> Source:
    """A drawing of the elements given and nothing else."""
    return Source("p.bpmn", document(process(elements, connected, outside=outside)))


def raw(body: str, head: str = HEAD) -> Source:
    """A file of what stands in its definitions."""
    return Source("p.bpmn", (head + body + "</bpmn:definitions>").encode())


def scene(inner: str, beside: str = "") -> Source:
    """A process from `s` over a task `a` to `e`, with more inside it and beside it."""
    return raw(beside + f'<bpmn:process id="p" isExecutable="true">{STEPS}{inner}</bpmn:process>')


def informal(source: Source) -> Source:
    """The same drawing, its expressions not said to be formal."""
    return Source(source.name, source.content.replace(b' xsi:type="bpmn:tFormalExpression"', b""))


STEPS = nodes("start s\ntask a\nend e") + flows("s -> a -> e")
RIGHT = drawn("userTask a name='A' camunda:assignee='li'", "s -> a -> e")
TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type='bpmn:tFormalExpression'>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
MESSAGE = "<bpmn:messageEventDefinition messageRef='M'/>"
MESSAGES = "<bpmn:message id='M' name='m'/>"


def sub(kind: str, attributes: str, elements: str, connected: str) -> str:
    """A subprocess called `sub` with its content, as one line."""
    return f"{kind} sub {attributes} | {nodes(elements)}{flows(connected)}"


def gate(kind: str, extra: str = "") -> str:
    """A gateway `g` and two tasks behind it."""
    return f"{kind} g {extra}\ntask a\ntask b"


SPLIT = "s -> g -> a -> e; g -> b -> e"

FLOWS: dict[str, Case] = {
    "flow.condition-alone": Case(
        drawn("task a", "s -> a -[x]-> e"),
        "a_e",
        drawn("task a default='a_b'\ntask b", "s -> a -[true]-> e; a -> b -> e"),
    ),
    "flow.condition-not-allowed": Case(
        drawn(gate("parallelGateway"), "s -> g -[true]-> a -> e; g -> b -> e"),
        "g_a",
        drawn(gate("exclusiveGateway", "default='g_b'"), "s -> g -[true]-> a -> e; g -> b -> e"),
    ),
    "flow.not-immediate": Case(
        raw(
            f'<bpmn:process id="p" isExecutable="true">{STEPS.replace("sourceRef=", "isImmediate=" + chr(34) + "false" + chr(34) + " sourceRef=", 1)}</bpmn:process>'
        ),
        "s_a",
        RIGHT,
    ),
    "flow.listed-wrongly": Case(
        drawn("task a | <bpmn:incoming>a_e</bpmn:incoming>", "s -> a -> e"),
        "a",
        drawn("task a | <bpmn:incoming>s_a</bpmn:incoming><bpmn:outgoing>a_e</bpmn:outgoing>", "s -> a -> e"),
    ),
    "flow.not-listed": Case(
        drawn("task a | <bpmn:incoming>s_a</bpmn:incoming>\ntask b", "s -> a -> e; s -> b -> a"),
        "b_a",
        drawn("task a | <bpmn:incoming>s_a</bpmn:incoming>", "s -> a -> e"),
    ),
    "gateway.superfluous": Case(
        drawn("exclusiveGateway g", "s -> g -> e"), "g", drawn(gate("parallelGateway"), SPLIT)
    ),
    "gateway.direction": Case(
        drawn(gate("parallelGateway", "gatewayDirection='Converging'"), SPLIT),
        "g",
        drawn(gate("parallelGateway", "gatewayDirection='Diverging'"), SPLIT),
    ),
    "event-gateway.mixed": Case(
        drawn(
            f"eventBasedGateway g\nreceiveTask a messageRef='M'\nintermediateCatchEvent b | {MESSAGE}",
            SPLIT,
            MESSAGES,
        ),
        "g",
        drawn(
            f"eventBasedGateway g\nreceiveTask a messageRef='M'\nintermediateCatchEvent b | {TIMER}",
            SPLIT,
            MESSAGES,
        ),
    ),
    "event-gateway.other-way-in": Case(
        drawn(
            f"eventBasedGateway g\nintermediateCatchEvent a | {TIMER}\nintermediateCatchEvent b | {TIMER}",
            SPLIT + "; s -> b",
        ),
        "b",
        drawn(
            f"eventBasedGateway g\nintermediateCatchEvent a | {TIMER}\nintermediateCatchEvent b | {TIMER}",
            SPLIT,
        ),
    ),
    "event-gateway.trigger": Case(
        drawn(
            f"eventBasedGateway g\nintermediateCatchEvent a | {TIMER}\nintermediateCatchEvent b | <bpmn:linkEventDefinition name='l'/>",
            SPLIT,
        ),
        "b",
        drawn(
            f"eventBasedGateway g\nintermediateCatchEvent a | {TIMER}\nintermediateCatchEvent b | {TIMER}",
            SPLIT,
        ),
    ),
    "event-gateway.boundary": Case(
        drawn(
            f"eventBasedGateway g\nreceiveTask a messageRef='M'\nintermediateCatchEvent b | {TIMER}\nboundaryEvent c attachedToRef='a' | {TIMER}",
            SPLIT + "; c -> e",
            MESSAGES,
        ),
        "a",
        drawn(
            f"eventBasedGateway g\nreceiveTask a messageRef='M'\nintermediateCatchEvent b | {TIMER}",
            SPLIT,
            MESSAGES,
        ),
    ),
    "instantiate.incoming": Case(
        drawn("receiveTask a messageRef='M' instantiate='true'", "s -> a -> e", MESSAGES),
        "a",
        plain("receiveTask a messageRef='M' instantiate='true'\ntask b", "a -> b", MESSAGES),
    ),
    "process.end-without-start": Case(plain("task a\nend e", "a -> e"), "e", RIGHT),
    "process.start-without-end": Case(plain("start s\ntask a", "s -> a"), "s", RIGHT),
    "start.no-outgoing": Case(plain("start s\nend e\ntask a", "a -> e"), "s", RIGHT),
    "end.no-incoming": Case(plain("start s\nend e\ntask a", "s -> a"), "e", RIGHT),
    "node.leads-nowhere": Case(drawn("task a\ntask b", "s -> a -> e; a -> b"), "b", RIGHT),
    "process.public": Case(
        raw(f'<bpmn:process id="p" isExecutable="true" processType="Public">{STEPS}</bpmn:process>'),
        "p",
        raw(f'<bpmn:process id="p" isExecutable="true" processType="Private">{STEPS}</bpmn:process>'),
    ),
    "call.no-plain-start": Case(
        raw(
            process("start s\nend e\ncallActivity a calledElement='q'", "s -> a -> e")
            + process(f"startEvent s2 | {TIMER}\nend e2", "s2 -> e2", key="q")
        ),
        "q",
        raw(
            process("start s\nend e\ncallActivity a calledElement='q'", "s -> a -> e")
            + process("start s2\nend e2", "s2 -> e2", key="q")
        ),
    ),
    "expression.prose": Case(
        informal(
            drawn(
                gate("exclusiveGateway", "default='g_b'"),
                "s -> g -[the amount is large]-> a -> e; g -> b -> e",
            )
        ),
        "g_a",
        drawn(gate("exclusiveGateway", "default='g_b'"), "s -> g -[= 1 > 0]-> a -> e; g -> b -> e"),
    ),
    "expression.empty": Case(
        drawn(
            "task a | <bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality><bpmn:completionCondition/></bpmn:multiInstanceLoopCharacteristics>",
            "s -> a -> e",
        ),
        "a",
        drawn(
            "task a | <bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
            "s -> a -> e",
        ),
    ),
    "activity.quantity": Case(
        drawn("task a startQuantity='0'", "s -> a -> e"),
        "a",
        drawn("task a startQuantity='1'", "s -> a -> e"),
    ),
    "ad-hoc.empty": Case(
        drawn("adHocSubProcess sub", "s -> sub -> e"),
        "sub",
        drawn(sub("adHocSubProcess", "", "task i", ""), "s -> sub -> e"),
    ),
    "ad-hoc.events": Case(
        drawn(sub("adHocSubProcess", "", "start x\ntask i", "x -> i"), "s -> sub -> e"),
        "sub",
        drawn(sub("adHocSubProcess", "", "task i", ""), "s -> sub -> e"),
    ),
    "loop.no-way-out": Case(drawn("task a\ntask b", "s -> a -> b -> a; s -> e"), "a", RIGHT),
    "loop.never-changes": Case(
        drawn("exclusiveGateway j\nexclusiveGateway g default='g_j'", "s -> j -> g -[1 > 2]-> e; g -> j"),
        "j",
        drawn(
            "exclusiveGateway j\nscriptTask a | <bpmn:script>n = if n = null then 1 else n + 1</bpmn:script>\nexclusiveGateway g default='g_j'",
            "s -> j -> a -> g -[n > 2]-> e; g -> j",
        ),
    ),
    "variable.never-set": Case(
        drawn(
            "scriptTask a | <bpmn:script>days = 3</bpmn:script>\ntask b default='b_e'\ntask c",
            "s -> a -> b -[dayz > 2]-> c -> e; b -> e",
        ),
        "b_c",
        drawn(
            "scriptTask a | <bpmn:script>days = 3</bpmn:script>\ntask b default='b_e'\ntask c",
            "s -> a -> b -[days > 2]-> c -> e; b -> e",
        ),
    ),
    "expression.operator-twice": Case(
        drawn("task b default='b_e'\ntask c", "s -> b -[3 >> 2]-> c -> e; b -> e"),
        "b_c",
        drawn("task b default='b_e'\ntask c", "s -> b -[3 >= 2]-> c -> e; b -> e"),
    ),
}


def attached(definition: str, attributes: str = "", more: str = "", connected: str = "") -> Source:
    """A task `a` with a boundary event `b`."""
    return drawn(
        f"task a\nboundaryEvent b attachedToRef='a' {attributes} | {definition}\n{more}",
        f"s -> a -> e{connected}",
    )


HANDLER = (
    "task c isForCompensation='true'\nassociation as sourceRef='b' targetRef='c' associationDirection='One'"
)
COMPENSATE = "<bpmn:compensateEventDefinition/>"


def event_sub(start: str) -> Source:
    """An event subprocess `sub` beside the way from `s` to `e`."""
    inner = f"<bpmn:startEvent id='x'>{start}</bpmn:startEvent>"
    return drawn(
        f"task a\nsubProcess sub triggeredByEvent='true' | {inner}{nodes('end y')}{flows('x -> y')}",
        "s -> a -> e",
    )


def linked(throw: str, catch: str) -> Source:
    """Two ends `t` and `c` of a link."""
    return drawn(f"intermediateThrowEvent t | {throw}\nintermediateCatchEvent c | {catch}", "s -> t; c -> e")


def link(key: str, name: str, more: str = "") -> str:
    """A link definition."""
    return f"<bpmn:linkEventDefinition id='{key}' name='{name}'>{more}</bpmn:linkEventDefinition>"


LINKED = linked(
    link("t1", "L", "<bpmn:target>c1</bpmn:target>"), link("c1", "L", "<bpmn:source>t1</bpmn:source>")
)
THEIRS = '<bpmn:process id="q" isExecutable="false">{}</bpmn:process>'


def theirs(body: str) -> Source:
    """A process that runs, and one beside it that does not."""
    return raw(f'<bpmn:process id="p" isExecutable="true">{STEPS}</bpmn:process>' + THEIRS.format(body))


EVENTS: dict[str, Case] = {
    "event.illegal": Case(
        plain(f"startEvent s | {COMPENSATE}\nend e", "s -> e"),
        "s",
        plain(f"startEvent s | {TIMER}\nend e", "s -> e"),
    ),
    "event.no-definition": Case(
        theirs(nodes("start s2\nintermediateCatchEvent c2\nend e2") + flows("s2 -> c2 -> e2")),
        "c2",
        theirs(nodes(f"start s2\nintermediateCatchEvent c2 | {TIMER}\nend e2") + flows("s2 -> c2 -> e2")),
    ),
    "event.cancel-outside": Case(
        theirs(nodes("start s2\nendEvent e2 | <bpmn:cancelEventDefinition/>") + flows("s2 -> e2")),
        "e2",
        theirs(
            nodes(
                "start s2\ntransaction t2 | "
                + nodes("start x\nendEvent y | <bpmn:cancelEventDefinition/>")
                + flows("x -> y")
                + "\nend e2"
            )
            + flows("s2 -> t2 -> e2")
        ),
    ),
    "event.no-incoming": Case(
        drawn(f"intermediateCatchEvent c | {TIMER}", "s -> e; c -> e"),
        "c",
        drawn(f"intermediateCatchEvent c | {TIMER}", "s -> c -> e"),
    ),
    "event.no-outgoing": Case(
        drawn(f"task a\nintermediateCatchEvent c | {TIMER}", "s -> a -> e; a -> c"),
        "c",
        drawn(f"intermediateCatchEvent c | {TIMER}", "s -> c -> e"),
    ),
    "event.shared-definition": Case(
        drawn(
            "endEvent f | <bpmn:terminateEventDefinition id='T'/>\nendEvent h | <bpmn:eventDefinitionRef>T</bpmn:eventDefinitionRef>",
            "s -> f; s -> h; s -> e",
        ),
        "f",
        RIGHT,
    ),
    "boundary.must-interrupt": Case(
        attached("<bpmn:errorEventDefinition/>", "cancelActivity='false'", connected="; b -> e"),
        "b",
        attached("<bpmn:errorEventDefinition/>", connected="; b -> e"),
    ),
    "boundary.no-outgoing": Case(attached(TIMER), "b", attached(TIMER, connected="; b -> e")),
    "event-subprocess.flow": Case(
        drawn(
            sub("subProcess", "triggeredByEvent='true'", f"startEvent x | {TIMER}\nend y", "x -> y"),
            "s -> sub -> e",
        ),
        "sub",
        event_sub(TIMER),
    ),
    "event-subprocess.starts": Case(
        drawn(f"task a\nsubProcess sub triggeredByEvent='true' | {nodes('task y')}", "s -> a -> e"),
        "sub",
        event_sub(TIMER),
    ),
    "event-subprocess.no-trigger": Case(event_sub(""), "x", event_sub(TIMER)),
    "event-subprocess.must-interrupt": Case(
        Source(
            "p.bpmn",
            event_sub("<bpmn:errorEventDefinition/>").content.replace(
                b"id='x'", b"id='x' isInterrupting='false'"
            ),
        ),
        "x",
        event_sub("<bpmn:errorEventDefinition/>"),
    ),
    "compensation.flow": Case(
        drawn("task a\ntask c isForCompensation='true'", "s -> a -> e; a -> c -> e"),
        "c",
        attached(COMPENSATE, more=HANDLER),
    ),
    "compensation.boundary-flow": Case(
        attached(COMPENSATE, more=HANDLER, connected="; b -> e"), "b", attached(COMPENSATE, more=HANDLER)
    ),
    "compensation.association": Case(attached(COMPENSATE), "b", attached(COMPENSATE, more=HANDLER)),
    "compensation.handler": Case(
        attached(COMPENSATE, more=HANDLER.replace("isForCompensation='true'", "")),
        "b",
        attached(COMPENSATE, more=HANDLER),
    ),
    "escalation.no-code": Case(
        drawn(
            "endEvent f | <bpmn:escalationEventDefinition escalationRef='E'/>",
            "s -> f; s -> e",
            "<bpmn:escalation id='E'/>",
        ),
        "f",
        drawn(
            "endEvent f | <bpmn:escalationEventDefinition escalationRef='E'/>",
            "s -> f; s -> e",
            "<bpmn:escalation id='E' escalationCode='1'/>",
        ),
    ),
    "escalation.code-twice": Case(
        drawn(
            "",
            "s -> e",
            "<bpmn:escalation id='E' escalationCode='1'/><bpmn:escalation id='F' escalationCode='1'/>",
        ),
        "F",
        drawn(
            "",
            "s -> e",
            "<bpmn:escalation id='E' escalationCode='1'/><bpmn:escalation id='F' escalationCode='2'/>",
        ),
    ),
    "error.code-twice": Case(
        drawn("", "s -> e", "<bpmn:error id='E' errorCode='1'/><bpmn:error id='F' errorCode='1'/>"),
        "F",
        drawn("", "s -> e", "<bpmn:error id='E' errorCode='1'/><bpmn:error id='F' errorCode='2'/>"),
    ),
    "link.both-ways": Case(
        drawn(
            f"intermediateThrowEvent t | {link('t1', 'L')}\nintermediateCatchEvent c | {link('c1', 'L')}",
            "s -> t -> e; c -> e",
        ),
        "t",
        LINKED,
    ),
    "link.one-sided": Case(
        linked(link("t1", "L", "<bpmn:target>c1</bpmn:target>"), link("c1", "L")), "t", LINKED
    ),
    "link.other-level": Case(
        drawn(
            f"intermediateThrowEvent t | {link('t1', 'L', '<bpmn:target>c1</bpmn:target>')}\n"
            + sub(
                "subProcess",
                "",
                f"start x\nintermediateCatchEvent c | {link('c1', 'L', '<bpmn:source>t1</bpmn:source>')}\nend y",
                "x -> y; c -> y",
            ),
            "s -> t; s -> sub -> e",
        ),
        "t",
        LINKED,
    ),
    "link.no-name": Case(linked("<bpmn:linkEventDefinition id='t1' name=''/>", link("c1", "L")), "t", LINKED),
}
