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
    "loop.calls-itself": Case(
        drawn("callActivity a calledElement='p'", "s -> a -> e"),
        "a",
        Source(
            "p.bpmn",
            document(
                process("start s\ncallActivity a calledElement='q'\nend e", "s -> a -> e"),
                process("start qs\nend qe", "qs -> qe", key="q"),
            ),
        ),
    ),
    "gateway.waits-for-choice": Case(
        drawn(
            "exclusiveGateway g default='g_b'\ntask a\ntask b\nparallelGateway j",
            "s -> g -[1 > 2]-> a -> j -> e; g -> b -> j",
        ),
        "j",
        drawn(
            "exclusiveGateway g default='g_b'\ntask a\ntask b\nexclusiveGateway j",
            "s -> g -[1 > 2]-> a -> j -> e; g -> b -> j",
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
    "timer.no-time": Case(
        drawn(f"intermediateCatchEvent c | {TIMER.replace('P1D', 'INVALID')}", "s -> c -> e"),
        "c",
        drawn(
            f"scriptTask a | <bpmn:script>INVALID = 1</bpmn:script>\nintermediateCatchEvent c | {TIMER.replace('P1D', 'INVALID')}",
            "s -> a -> c -> e",
        ),
    ),
    "expression.operator-twice": Case(
        drawn("task b default='b_e'\ntask c", "s -> b -[3 >> 2]-> c -> e; b -> e"),
        "b_c",
        drawn("task b default='b_e'\ntask c", "s -> b -[3 >= 2]-> c -> e; b -> e"),
    ),
}
