"""Rules that only files are held to which keep to the letter of the specification (`Look.to_the_letter`).

A diagram of the profile says none of this, and its meaning is clear all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, is_true, local_name, text_of
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, Look, error, nearest_id, texts
from workflows.engine.rules.names import is_prose

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_EXPRESSIONS = (
    "conditionExpression",
    "completionCondition",
    "loopCondition",
    "loopCardinality",
    "activationCondition",
    "condition",
    "timeDate",
    "timeDuration",
    "timeCycle",
    "from",
    "to",
)
"""Elements that the schema takes for plain text unless they say to be formal."""


def expressions_say_that_they_are_formal(look: Look) -> Iterator[Finding]:
    """What an executable process evaluates is marked as a formal expression."""
    for element in look.all(*_EXPRESSIONS):
        text = text_of(element).strip()
        if not text or element.get(XSI_TYPE) or is_prose(text) or _always_formal(element):
            continue
        if look.to_the_letter and look.runs(element):
            key = _holder(element)
            yield error(
                "expression.informal",
                key,
                f"“{text[:60]}”没有标明是可计算的表达式(xsi:type=tFormalExpression)",
                f"{text[:60]!r} is not marked as an expression to evaluate (xsi:type=tFormalExpression)",
            )


def _always_formal(element: etree._Element) -> bool:
    around = element.getparent()
    return around is not None and local_name(around) == "complexBehaviorDefinition"


def _holder(element: etree._Element) -> str:
    """Id of the node or flow that an expression belongs to."""
    for found in element.iterancestors():
        if found.get("id") and not local_name(found).endswith("EventDefinition"):
            return str(found.get("id"))
    return ""


def scripts_say_their_format(look: Look) -> Iterator[Finding]:
    """A script of an executable process says what it is written in."""
    for node in look.of_kind.get("scriptTask", ()):
        if not look.to_the_letter or not look.runs(node.element) or node.element.get("scriptFormat"):
            continue
        if any(texts(node.element, "script")):
            yield error(
                "script.no-format",
                node.id,
                f"脚本任务“{node.title}”没有写明脚本的格式(scriptFormat)",
                f"The script task {node.id} does not say the format of its script (scriptFormat)",
            )


def links_name_their_ends(look: Look) -> Iterator[Finding]:
    """A link that throws names its target, one that catches its sources."""
    if not look.to_the_letter:
        return
    for kind, name in (("intermediateThrowEvent", "target"), ("intermediateCatchEvent", "source")):
        for node in look.of_kind.get(kind, ()):
            for definition in children(node.element, "linkEventDefinition"):
                if not any(texts(definition, name)):
                    yield error(
                        "link.end-not-named",
                        node.id,
                        f"链接“{node.title}”没有写明另一端({name})",
                        f"The link {node.id} does not name its other end ({name})",
                    )


def messages_have_operations(look: Look) -> Iterator[Finding]:
    """A message event of an executable process names the operation that handles its message."""
    for definition in look.all("messageEventDefinition"):
        if not look.to_the_letter or not bare(definition.get("messageRef")) or not look.runs(definition):
            continue
        if not any(texts(definition, "operationRef")):
            around = definition.getparent()
            key = nearest_id(definition if around is None else around)
            yield error(
                "message.no-operation",
                key,
                "消息事件没有写明处理消息的操作(operationRef)",
                f"The message event {key} names no operation (operationRef)",
            )


def flows_enter_every_node(look: Look) -> Iterator[Finding]:
    """Where a start event is drawn, a flow enters each activity and gateway; elsewhere they are merely not reached."""
    for scope in look.scopes if look.to_the_letter else ():
        inside = [element for element in scope if is_bpmn(element)]
        if local_name(scope) == "adHocSubProcess" or not any(
            local_name(element) == "startEvent" for element in inside
        ):
            continue
        for element in inside:
            key, kind = element.get("id", ""), local_name(element)
            if (
                (kind in ACTIVITIES or kind.endswith("Gateway"))
                and key not in look.incoming
                and not any(is_true(element, each) for each in _BEGIN_THEMSELVES)
            ):
                yield error(
                    "node.no-incoming",
                    key,
                    f"“{element.get('name') or key}”没有流入的连线，而图中画有开始事件",
                    f"{key} has no incoming flow although the level has a start event",
                )


_BEGIN_THEMSELVES = ("triggeredByEvent", "isForCompensation", "instantiate")

RULES = (
    expressions_say_that_they_are_formal,
    scripts_say_their_format,
    links_name_their_ends,
    messages_have_operations,
    flows_enter_every_node,
)
