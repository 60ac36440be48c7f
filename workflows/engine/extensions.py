"""What the Camunda 7 profile puts on an element, read into plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lxml import etree

from workflows.engine.drawing import CAMUNDA, bare, camunda, children, is_bpmn, local_name, text_of
from workflows.engine.events import EventPlan
from workflows.engine.mapping import Listed, Mappings, Parameter, Pass

if TYPE_CHECKING:
    from workflows.engine.multi import Rounds

_PREFIX = "{" + CAMUNDA + "}"
_WHOLE = re.compile(r"[$#]\{\s*([^\W\d]\w*)\s*(?:\(\s*\))?\s*\}")

EVENT_KINDS = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "conditionalEventDefinition": "conditional",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
    "cancelEventDefinition": "cancel",
    "linkEventDefinition": "link",
    "compensateEventDefinition": "compensate",
}


def extension_elements(node: etree._Element, name: str) -> list[etree._Element]:
    """Camunda extension elements of a node."""
    return [
        element for box in children(node, "extensionElements") for element in children(box, name, CAMUNDA)
    ]


def properties_of(node: etree._Element) -> dict[str, str]:
    """`camunda:property` name -> value."""
    return {
        entry.get("name", ""): entry.get("value", "")
        for box in extension_elements(node, "properties")
        for entry in children(box, "property", CAMUNDA)
        if entry.get("name")
    }


def service_name(node: etree._Element) -> str:
    """Name of the service of a node: `${name}` of a delegate expression, or the topic."""
    delegate = camunda(node, "delegateExpression").strip()
    if delegate:
        match = _WHOLE.fullmatch(delegate)
        return match.group(1) if match else delegate
    return camunda(node, "topic").strip()


def performer(node: etree._Element) -> etree._Element:
    """Where a node's delegate is written: on the node, or on its message event definition."""
    for definition in children(node, "messageEventDefinition"):
        if service_name(definition) or camunda(definition, "expression"):
            return definition
    return node


def extensions_of(node: etree._Element) -> dict[str, str]:
    """Camunda attributes of a node as written, and `service`, `formKey`, `formBinding` made of them."""
    found: dict[str, str] = {
        str(key)[len(_PREFIX) :]: str(value)
        for key, value in node.attrib.items()
        if str(key).startswith(_PREFIX)
    }
    if local_name(node) in ("serviceTask", "sendTask", "intermediateThrowEvent", "endEvent"):
        by = performer(node)
        for name in ("expression", "resultVariable", "type", "taskPriority"):
            if camunda(by, name):
                found[name] = camunda(by, name)
        if service_name(by):
            found["service"] = service_name(by)
    for entry in extension_elements(node, "failedJobRetryTimeCycle"):
        found["failedJobRetryTimeCycle"] = text_of(entry).strip()
    form = form_of(node)
    found.update({"formKey": form[0], "formBinding": form[1]} if form[0] else {})
    return found


def form_of(node: etree._Element) -> tuple[str, str]:
    """Form key and binding (`deployment`, `latest`, `version`) of a node; empty key where it has none.

    `camunda-forms:deployment:name.form` and its kin name a file; the key is the name without `.form`.
    """
    reference = camunda(node, "formRef").strip()
    if reference:
        binding = camunda(node, "formRefBinding", "deployment").strip()
        return reference, binding
    key = camunda(node, "formKey").strip()
    match = re.fullmatch(r"(?:camunda-forms|embedded):(?:(?:deployment|app):)?(.+?)(?:\.form|\.html)?", key)
    return (match.group(1).rpartition("/")[2] if match else key), "deployment"


def _parameter(element: etree._Element) -> Parameter:
    for nested in element:
        kind = local_name(nested)
        if kind == "list":
            return Listed(items=tuple(_nested(item) for item in nested))
        if kind == "map":
            return Listed(
                entries=tuple((entry.get("key", ""), _parameter(entry)) for entry in nested), is_map=True
            )
    return text_of(element).strip()


def _nested(element: etree._Element) -> Parameter:
    return text_of(element).strip() if local_name(element) == "value" else _parameter(element)


def _pass(element: etree._Element) -> Pass:
    return Pass(
        target=element.get("target", ""),
        source=element.get("source", ""),
        expression=element.get("sourceExpression", ""),
        everything=element.get("variables", "") == "all",
    )


def mappings_of(node: etree._Element) -> Mappings:
    """Input and output parameters, fields, and what a call hands in and out."""
    boxes = extension_elements(node, "inputOutput")
    inputs = [entry for box in boxes for entry in children(box, "inputParameter", CAMUNDA)]
    outputs = [entry for box in boxes for entry in children(box, "outputParameter", CAMUNDA)]
    holders = [node, *(element for element in node if local_name(element) in EVENT_KINDS)]
    into = [entry for holder in holders for entry in extension_elements(holder, "in")]
    fields = [entry for holder in holders for entry in extension_elements(holder, "field")]
    return Mappings(
        inputs=tuple((entry.get("name", ""), _parameter(entry)) for entry in inputs),
        outputs=tuple((entry.get("name", ""), _parameter(entry)) for entry in outputs),
        fields=tuple((entry.get("name", ""), _field(entry)) for entry in fields),
        into=tuple(_pass(entry) for entry in into if not entry.get("businessKey")),
        out=tuple(_pass(entry) for entry in extension_elements(node, "out")),
        business_key=next((entry.get("businessKey", "") for entry in into if entry.get("businessKey")), ""),
    )


def _field(entry: etree._Element) -> str:
    for name in ("stringValue", "expression"):
        if entry.get(name):
            return entry.get(name, "")
    return text_of(entry).strip()


def event_definitions(node: etree._Element) -> list[etree._Element]:
    """Event definitions of an event."""
    return [element for element in node if is_bpmn(element) and local_name(element) in EVENT_KINDS]


def event_plan(
    node: etree._Element,
    messages: Mapping[str, str],
    signals: Mapping[str, str],
    errors: Mapping[str, Mapping[str, Any]],
    escalations: Mapping[str, Mapping[str, Any]],
) -> EventPlan:
    """Read what an event (or a receive or send task) waits for or throws."""
    interrupting = node.get("cancelActivity", "true") in ("true", "1")
    if local_name(node) in ("receiveTask", "sendTask"):
        reference = bare(node.get("messageRef"))
        return EventPlan("message", messages.get(reference) or "") if reference else EventPlan()
    found = event_definitions(node)
    if not found:
        return EventPlan(interrupting=interrupting)
    definition = found[0]
    kind = EVENT_KINDS[local_name(definition)]
    if kind == "timer":
        return _timer_plan(definition, interrupting)
    name, code, text = "", None, ""
    if kind == "message":
        name = messages.get(bare(definition.get("messageRef"))) or ""
    elif kind == "signal":
        name = signals.get(bare(definition.get("signalRef"))) or ""
    elif kind == "link":
        name = definition.get("name", "")
    elif kind == "error":
        code = errors.get(bare(definition.get("errorRef")), {}).get("error_code")
    elif kind == "escalation":
        code = escalations.get(bare(definition.get("escalationRef")), {}).get("escalation_code")
    elif kind == "conditional":
        text = "".join(text_of(element) for element in children(definition, "condition")).strip()
    return EventPlan(
        kind,
        name,
        code or None,
        text,
        interrupting=interrupting,
        code_variable=camunda(definition, "errorCodeVariable")
        or camunda(definition, "escalationCodeVariable"),
        message_variable=camunda(definition, "errorMessageVariable"),
    )


def _timer_plan(definition: etree._Element, interrupting: bool) -> EventPlan:
    for element in children(definition, "timeDate"):
        return EventPlan("timer", text=text_of(element).strip(), timer="date", interrupting=interrupting)
    for element in children(definition, "timeCycle"):
        return EventPlan("timer", text=text_of(element).strip(), timer="cycle", interrupting=interrupting)
    text = "".join(text_of(element) for element in children(definition, "timeDuration")).strip()
    return EventPlan("timer", text=text, timer="duration", interrupting=interrupting)


def rounds_of(node: etree._Element) -> Rounds | None:
    """Read multi-instance or loop characteristics; None where a node runs once."""
    from workflows.engine.multi import Rounds

    for loop in children(node, "standardLoopCharacteristics"):
        maximum = loop.get("loopMaximum", "").strip()
        return Rounds(
            condition="".join(text_of(c) for c in children(loop, "loopCondition")).strip(),
            maximum=int(maximum) if maximum.isdigit() else None,
            test_before=loop.get("testBefore", "false") in ("true", "1"),
        )
    for loop in children(node, "multiInstanceLoopCharacteristics"):
        return Rounds(
            collection=camunda(loop, "collection").strip() or _first(loop, "loopDataInputRef"),
            cardinality=_first(loop, "loopCardinality"),
            element=camunda(loop, "elementVariable").strip() or _item(loop, "inputDataItem"),
            condition=_first(loop, "completionCondition"),
            output_list=_first(loop, "loopDataOutputRef"),
            output_item=_item(loop, "outputDataItem"),
        )
    return None


def _first(element: etree._Element, name: str) -> str:
    return next((text_of(child).strip() for child in children(element, name)), "")


def _item(element: etree._Element, name: str) -> str:
    return next((child.get("name") or child.get("id") or "" for child in children(element, name)), "")
