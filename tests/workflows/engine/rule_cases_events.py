"""The cases of events and of what is named, told or left out; see `rule_cases`."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.builders import flows, nodes
from tests.workflows.engine.rule_cases import (
    MESSAGES,
    RIGHT,
    STEPS,
    TIMER,
    Case,
    drawn,
    gate,
    plain,
    raw,
    sub,
)
from workflows.engine import Source


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
    "activity.no-outgoing": Case(drawn("task a\ntask b", "s -> a -> e; s -> b"), "b", RIGHT),
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
    "compensation.twice": Case(
        attached(
            COMPENSATE,
            more=HANDLER
            + "\nboundaryEvent b2 attachedToRef='a' | <bpmn:compensateEventDefinition/>"
            + "\nassociation u sourceRef='b2' targetRef='c'",
        ),
        "b2",
        attached(COMPENSATE, more=HANDLER),
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

NAMED: dict[str, Case] = {
    "message.no-name": Case(
        drawn("receiveTask a messageRef='M'", "s -> a -> e", "<bpmn:message id='M'/>"),
        "a",
        drawn("receiveTask a messageRef='M'", "s -> a -> e", MESSAGES),
    ),
    "signal.no-name": Case(
        drawn(
            "intermediateCatchEvent c | <bpmn:signalEventDefinition signalRef='S'/>",
            "s -> c -> e",
            "<bpmn:signal id='S'/>",
        ),
        "c",
        drawn(
            "intermediateCatchEvent c | <bpmn:signalEventDefinition signalRef='S'/>",
            "s -> c -> e",
            "<bpmn:signal id='S' name='s'/>",
        ),
    ),
    "signal.missing": Case(
        drawn("intermediateCatchEvent c | <bpmn:signalEventDefinition/>", "s -> c -> e"), "c", RIGHT
    ),
    "error.unknown": Case(
        attached("<bpmn:errorEventDefinition errorRef='X'/>", connected="; b -> e"), "b", RIGHT
    ),
    "escalation.unknown": Case(
        attached("<bpmn:escalationEventDefinition escalationRef='X'/>", connected="; b -> e"), "b", RIGHT
    ),
    "check.more": Case(
        drawn("task a " + " ".join(f"x{i}='1'" for i in range(501)), "s -> a -> e"), "a", RIGHT
    ),
    "file.too-many-elements": Case(
        drawn("task a | " + "<bpmn:documentation/>" * 40_001, "s -> a -> e"), "", RIGHT
    ),
    "recorders.unknown": Case(
        drawn(
            "userTask a camunda:assignee='li' | <bpmn:extensionElements><camunda:properties>"
            "<camunda:property name='recorders' value='nobody'/></camunda:properties></bpmn:extensionElements>",
            "s -> a -> e",
        ),
        "a",
        RIGHT,
    ),
    "condition.language": Case(
        Source(
            "p.bpmn",
            drawn("task a default='a_e'\ntask b", "s -> a -[1 > 0]-> b -> e; a -> e").content.replace(
                b"<bpmn:conditionExpression", b"<bpmn:conditionExpression language='groovy'"
            ),
        ),
        "a_b",
        drawn("task a default='a_e'\ntask b", "s -> a -[1 > 0]-> b -> e; a -> e"),
    ),
    "script.resource": Case(
        drawn("scriptTask a camunda:resource='x.feel'", "s -> a -> e"),
        "a",
        drawn("scriptTask a | <bpmn:script>x = 1</bpmn:script>", "s -> a -> e"),
    ),
    "node.unreachable": Case(drawn("task a\ntask lost", "s -> a -> e"), "lost", RIGHT),
    "gateway.no-default": Case(
        drawn(gate("exclusiveGateway"), "s -> g -[1 > 0]-> a -> e; g -[1 > 2]-> b -> e"),
        "g",
        drawn(gate("exclusiveGateway", "default='g_b'"), "s -> g -[1 > 0]-> a -> e; g -> b -> e"),
    ),
    "message.nothing-sent": Case(
        drawn("sendTask a", "s -> a -> e"), "a", drawn("sendTask a messageRef='M'", "s -> a -> e", MESSAGES)
    ),
    "task.nobody": Case(drawn("userTask a name='A'", "s -> a -> e"), "a", RIGHT),
    "name.missing": Case(drawn("userTask a camunda:assignee='li'", "s -> a -> e"), "a", RIGHT),
    "process.executable-not-said": Case(
        Source("p.bpmn", RIGHT.content.replace(b' isExecutable="true"', b"")), "p", RIGHT
    ),
    "profile.camunda-8": Case(
        drawn(
            "task a | <bpmn:extensionElements><z:x xmlns:z='http://camunda.org/schema/zeebe/1.0'/></bpmn:extensionElements>",
            "s -> a -> e",
        ),
        "",
        RIGHT,
    ),
}
"""What is named, told or left out."""
