"""For each place of the Camunda 7 profile a small drawing with one attribute or extension element on it.

What is looked at has the id `x` where it is a node.
"""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.dmn_files import decision, definitions, table
from tests.workflows.engine.builders import HEAD, flows, node
from workflows.engine import Source
from workflows.engine.profile import MULTI, NODES, WRITTEN

BODIES = {
    "scriptTask": "<bpmn:script>q = 1</bpmn:script>",
    "subProcess": node("start", "i") + node("userTask", "u") + flows("i -> u"),
    "transaction": node("start", "i") + node("userTask", "u") + flows("i -> u"),
    "adHocSubProcess": node("userTask", "u"),
    "intermediateCatchEvent": "<bpmn:messageEventDefinition messageRef='M'/>",
    "boundaryEvent": "<bpmn:messageEventDefinition messageRef='M'/>",
}
OWN = {
    "receiveTask": "messageRef='M'",
    "callActivity": "calledElement='called'",
    "boundaryEvent": "attachedToRef='t'",
    "businessRuleTask": 'camunda:decisionRef="d"',
    "serviceTask": 'camunda:delegateExpression="${work}"',
    "sendTask": 'camunda:delegateExpression="${work}"',
}
"""What an element needs besides; what is under test takes the place of an attribute of its name."""

ROOTS = "<bpmn:message id='M' name='m'/><bpmn:signal id='G' name='g'/><bpmn:error id='E' errorCode='E1' {error}/><bpmn:escalation id='C' escalationCode='E2'/>"
CALLED = (
    '<bpmn:process id="called" isExecutable="true">'
    + node("start", "cs")
    + node("scriptTask", "cu", "", "<bpmn:script>inner = [a, near, business_key]</bpmn:script>")
    + node("userTask", "cz")
    + node("end", "ce")
    + flows("cs -> cu -> cz -> ce")
    + "</bpmn:process>"
)
BESIDE = Source(
    "d.dmn",
    definitions(*(decision(key, table([], ["r"], [[value]])) for key, value in (("d", "7"), ("d2", "8")))),
)


def boxed(inner: str) -> str:
    """As extension elements."""
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""


def drawn(tag: str, attribute: str = "", inner: str = "") -> Source:
    """A drawing with `attribute`, and `inner` as extension elements, on an element of a tag."""
    error = attribute if tag == "error" else ""
    definition = attribute if tag == "definitions" else ""
    head = HEAD.replace('id="D"', f'id="D" {definition}')
    place = attribute if tag == "process" else ""
    box = boxed(inner) if tag == "process" else ""
    body = (
        ROOTS.format(error=error)
        + f'<bpmn:process id="p" isExecutable="true" {place}>{box}{_content(tag, attribute, inner)}</bpmn:process>'
    )
    return Source("p.bpmn", (head + body + CALLED + "</bpmn:definitions>").encode())


def _content(tag: str, attribute: str, inner: str) -> str:
    one, box = ("", "") if tag in ("process", "definitions", "error") else (attribute, boxed(inner))
    if tag in NODES:
        return _around(tag, _with(tag, one), box + BODIES.get(tag, ""))
    if tag in MULTI:
        count = "" if "collection" in one else "<bpmn:loopCardinality>2</bpmn:loopCardinality>"
        if "elementVariable" in one:
            one, count = one + ' camunda:collection="list"', ""
        return _around("userTask", "", f"<bpmn:{tag} {one}>{box}{count}</bpmn:{tag}>")
    if tag == "sequenceFlow":
        return (
            _around("userTask", "", "")
            .replace('id="s_x"', 'id="x1"')
            .replace('sourceRef="s" targetRef="x">', f'sourceRef="s" targetRef="x" {one}>{box}')
        )
    if tag in WRITTEN:
        return _expression(tag, one)
    if tag == "messageEventDefinition":
        if inner.startswith("<camunda:in "):
            one += " messageRef='M'"
        own = (
            one
            if "messageRef" in one or "xpression" in one or "topic" in one
            else one + ' camunda:delegateExpression="${work}"'
        )
        return _around("intermediateThrowEvent", "", f"<bpmn:{tag} {own}>{box}</bpmn:{tag}>")
    if tag == "signalEventDefinition":
        return _around("intermediateThrowEvent", "", f"<bpmn:{tag} signalRef='G' {one}>{box}</bpmn:{tag}>")
    if tag == "conditionalEventDefinition":
        inside = f"<bpmn:{tag} {one}><bpmn:condition>false</bpmn:condition></bpmn:{tag}>"
        return _around("intermediateCatchEvent", "", inside)
    if tag in ("errorEventDefinition", "escalationEventDefinition"):
        return _thrown(tag, one)
    return _around("userTask", "", "")


def _with(tag: str, one: str) -> str:
    own = OWN.get(tag, "")
    replaced = (
        {"delegateExpression", "topic", "decisionRef"} if tag != "businessRuleTask" else {"decisionRef"}
    )
    name = one.partition("=")[0].removeprefix("camunda:")
    return one if name in replaced and "camunda:" in own else f"{own} {one}"


def _around(tag: str, attributes: str, body: str) -> str:
    element = f'<bpmn:{tag} id="x" {attributes}>{body}</bpmn:{tag}>'
    user = node("userTask", "z")
    if tag == "startEvent":
        return element + user + node("end", "e") + flows("x -> z -> e")
    if tag == "endEvent":
        return node("start", "s") + user + element + flows("s -> z -> x")
    if tag == "boundaryEvent":
        return (
            node("start", "s")
            + node("userTask", "t")
            + element
            + user
            + node("end", "e")
            + flows("s -> t -> e; x -> z -> e")
        )
    if tag == "eventBasedGateway":
        catch = "<bpmn:messageEventDefinition messageRef='M'/>"
        timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
        both = node("intermediateCatchEvent", "c1", "", catch) + node(
            "intermediateCatchEvent", "c2", "", timer
        )
        return (
            node("start", "s")
            + element
            + both
            + user
            + node("end", "e")
            + flows("s -> x -> c1 -> z -> e; x -> c2 -> z")
        )
    return node("start", "s") + element + user + node("end", "e") + flows("s -> x -> z -> e")


def _thrown(tag: str, one: str) -> str:
    kind, key = ("error", "E") if tag.startswith("error") else ("escalation", "C")
    inner = node("start", "i") + node("end", "o", "", f"<bpmn:{tag} {kind}Ref='{key}'/>") + flows("i -> o")
    catch = node("boundaryEvent", "b", "attachedToRef='u'", f"<bpmn:{tag} {kind}Ref='{key}' {one}/>")
    return (
        node("start", "s")
        + node("subProcess", "u", "", inner)
        + catch
        + node("userTask", "z")
        + node("end", "e")
        + flows("s -> u -> e; b -> z -> e")
    )


def _expression(tag: str, one: str) -> str:
    said = f"<bpmn:{tag} {one}>true</bpmn:{tag}>"
    if tag == "conditionExpression":
        made = _around("userTask", "", "")
        return made.replace('targetRef="z">', f'targetRef="z">{said}')
    if tag == "condition":
        return _around(
            "intermediateCatchEvent",
            "",
            f"<bpmn:conditionalEventDefinition>{said}</bpmn:conditionalEventDefinition>",
        )
    if tag.startswith("time"):
        said = said.replace(
            "true", {"timeDate": "2030-01-01", "timeDuration": "PT1H", "timeCycle": "R2/PT1H"}[tag]
        )
        return _around(
            "intermediateCatchEvent", "", f"<bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition>"
        )
    if tag == "loopCondition":
        return _around(
            "userTask", "", f"<bpmn:standardLoopCharacteristics>{said}</bpmn:standardLoopCharacteristics>"
        )
    if tag == "activationCondition":
        return _around("complexGateway", "", said)
    count = "" if tag == "loopCardinality" else "<bpmn:loopCardinality>2</bpmn:loopCardinality>"
    said = said.replace("true", "2") if tag == "loopCardinality" else said
    return _around(
        "userTask",
        "",
        f"<bpmn:multiInstanceLoopCharacteristics>{count}{said}</bpmn:multiInstanceLoopCharacteristics>",
    )
