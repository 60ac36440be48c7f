"""What the Camunda 7 profile puts on an element, read into plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lxml import etree

from workflows.engine import items
from workflows.engine.drawing import CAMUNDA, bare, camunda, children, is_bpmn, local_name, text_of
from workflows.engine.events import EventPlan
from workflows.engine.mapping import Listed, Mappings, Parameter, Pass

if TYPE_CHECKING:
    from workflows.engine.multi import Rounds
    from workflows.engine.timers import Kind

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
    for definition in event_definitions(node):
        if local_name(definition) == "messageEventDefinition" and (
            service_name(definition) or camunda(definition, "expression")
        ):
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
        local=element.get("local", "").strip() in ("true", "1"),
    )


def mappings_of(node: etree._Element) -> Mappings:
    """Input and output parameters, fields, and what a call hands in and out."""
    boxes = extension_elements(node, "inputOutput")
    inputs = [entry for box in boxes for entry in children(box, "inputParameter", CAMUNDA)]
    outputs = [entry for box in boxes for entry in children(box, "outputParameter", CAMUNDA)]
    holders = [node, *event_definitions(node)]
    into = [entry for holder in holders for entry in extension_elements(holder, "in")]
    fields = [entry for holder in holders for entry in extension_elements(holder, "field")]
    return Mappings(
        inputs=(*items.inputs_of(node), *((entry.get("name", ""), _parameter(entry)) for entry in inputs)),
        outputs=(*items.outputs_of(node), *((entry.get("name", ""), _parameter(entry)) for entry in outputs)),
        fields=tuple((entry.get("name", ""), _field(entry)) for entry in fields),
        into=(*items.handed_in(node), *(_pass(entry) for entry in into if not entry.get("businessKey"))),
        out=(*items.handed_back(node), *(_pass(entry) for entry in extension_elements(node, "out"))),
        business_key=next((entry.get("businessKey", "") for entry in into if entry.get("businessKey")), ""),
    )


def _field(entry: etree._Element) -> str:
    for name in ("stringValue", "expression"):
        if entry.get(name):
            return entry.get(name, "")
    return text_of(entry).strip()


def event_definitions(node: etree._Element) -> list[etree._Element]:
    """Event definitions of an event, in drawn order: its own, and those at the root that it refers to by id."""
    found = []
    for element in node:
        if not is_bpmn(element):
            continue
        kind = local_name(element)
        if kind in EVENT_KINDS:
            found.append(element)
        elif kind == "eventDefinitionRef":
            target = root_definition(node, text_of(element))
            if target is not None:
                found.append(target)
    return found


def root_definition(node: etree._Element, reference: str) -> etree._Element | None:
    """The event definition of an id at the root of a file."""
    key = bare(reference.strip())
    for element in node.getroottree().getroot():
        if element.get("id") == key and key and is_bpmn(element) and local_name(element) in EVENT_KINDS:
            return element
    return None


@dataclass(frozen=True)
class Names:
    """What the root elements of a file are called: id -> name of a message or signal, code of an error or escalation."""

    messages: Mapping[str, str]
    signals: Mapping[str, str]
    errors: Mapping[str, str]
    escalations: Mapping[str, str]


def names_of(document: etree._Element) -> Names:
    """Read the names and codes at the root of a file."""
    found = [
        {element.get("id", ""): element.get(attribute) or "" for element in children(document, kind)}
        for kind, attribute in (
            ("message", "name"),
            ("signal", "name"),
            ("error", "errorCode"),
            ("escalation", "escalationCode"),
        )
    ]
    return Names(*found)


def event_plan(node: etree._Element, names: Names) -> EventPlan:
    """Read what an event (or a receive or send task) waits for or throws."""
    stops = node.get("cancelActivity") or node.get("isInterrupting") or "true"
    interrupting = stops.strip() in ("true", "1")
    if local_name(node) in ("receiveTask", "sendTask"):
        reference = bare(node.get("messageRef"))
        return EventPlan("message", names.messages.get(reference) or "") if reference else EventPlan()
    parallel = node.get("parallelMultiple", "false").strip() in ("true", "1")
    found = event_definitions(node)
    if not found:
        return EventPlan(interrupting=interrupting)
    if len(found) == 1:
        return definition_plan(found[0], names, interrupting)
    parts = tuple(definition_plan(definition, names, interrupting, parallel) for definition in found)
    return EventPlan("multiple", interrupting=interrupting, parts=parts, parallel=parallel)


def definition_plan(
    definition: etree._Element, names: Names, interrupting: bool = True, parallel: bool = False
) -> EventPlan:
    """Read one event definition."""
    kind = EVENT_KINDS[local_name(definition)]
    name, code, text, timer = "", "", "", "duration"
    if kind == "timer":
        timer, text = _timer(definition)
    elif kind == "message":
        name = names.messages.get(bare(definition.get("messageRef"))) or ""
    elif kind == "signal":
        name = names.signals.get(bare(definition.get("signalRef"))) or ""
    elif kind == "link":
        name = definition.get("name", "")
    elif kind == "error":
        code = names.errors.get(bare(definition.get("errorRef"))) or ""
    elif kind == "escalation":
        code = names.escalations.get(bare(definition.get("escalationRef"))) or ""
    elif kind == "conditional":
        text = "".join(text_of(element) for element in children(definition, "condition")).strip()
    return EventPlan(
        kind,
        name,
        code or None,
        text,
        timer=cast("Kind", timer),
        interrupting=interrupting,
        code_variable=camunda(definition, "errorCodeVariable")
        or camunda(definition, "escalationCodeVariable"),
        message_variable=camunda(definition, "errorMessageVariable"),
        activity=bare(definition.get("activityRef")),
        waits=definition.get("waitForCompletion", "true").strip() in ("true", "1"),
        parallel=parallel,
    )


def _timer(definition: etree._Element) -> tuple[str, str]:
    for name, kind in (("timeDate", "date"), ("timeCycle", "cycle"), ("timeDuration", "duration")):
        for element in children(definition, name):
            return kind, text_of(element).strip()
    return "duration", ""


def rounds_of(node: etree._Element, names: Names | None = None) -> Rounds | None:
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
            collection=camunda(loop, "collection").strip()
            or items.collection_of(node, _first(loop, "loopDataInputRef")),
            cardinality=_first(loop, "loopCardinality"),
            element=camunda(loop, "elementVariable").strip() or _item(loop, "inputDataItem"),
            condition=_first(loop, "completionCondition"),
            output_list=items.results_of(node, _first(loop, "loopDataOutputRef")),
            output_item=_item(loop, "outputDataItem"),
            behavior=loop.get("behavior", "All").strip().lower(),
            throws=tuple(_throws(loop, names)) if names is not None else (),
        )
    return None


def _throws(loop: etree._Element, names: Names) -> Iterator[tuple[str, EventPlan]]:
    """What a multi-instance activity throws, and on what condition."""
    behavior = loop.get("behavior", "All").strip().lower()
    if behavior in ("none", "one"):
        found = root_definition(loop, loop.get(f"{behavior}BehaviorEventRef", ""))
        if found is not None:
            yield "", definition_plan(found, names)
    for element in children(loop, "complexBehaviorDefinition"):
        for event in children(element, "event"):
            yield _first(element, "condition"), event_plan(event, names)


def _first(element: etree._Element, name: str) -> str:
    return next((text_of(child).strip() for child in children(element, name)), "")


def _item(element: etree._Element, name: str) -> str:
    return next((child.get("name") or child.get("id") or "" for child in children(element, name)), "")
