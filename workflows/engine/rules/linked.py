"""Rules on references: what an element points at exists, and is of the kind that may stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import BPMN, BPMNDI, children, local_name
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, EVENTS, Look, error, nearest_id, warning

_ITEMS = frozenset(
    (
        "property",
        "dataObject",
        "dataInput",
        "dataOutput",
        "dataStore",
        "dataStoreReference",
        "dataObjectReference",
        "inputDataItem",
        "outputDataItem",
    )
)
_DEFINITIONS = frozenset(
    f"{kind}EventDefinition"
    for kind in (
        "message",
        "timer",
        "signal",
        "error",
        "escalation",
        "conditional",
        "link",
        "cancel",
        "compensate",
        "terminate",
    )
)
_ITEM, _MESSAGE, _OPERATION = frozenset({"itemDefinition"}), frozenset({"message"}), frozenset({"operation"})
_PARTICIPANT, _FLOW = frozenset({"participant"}), frozenset({"sequenceFlow"})
_CONVERSATIONS = frozenset({"conversation", "subConversation", "callConversation"})
ANY: frozenset[str] = frozenset()

REFERENCES: tuple[tuple[tuple[str, ...], str, frozenset[str]], ...] = (
    (("association",), "@sourceRef", ANY),
    (("association",), "@targetRef", ANY),
    (("group",), "@categoryValueRef", frozenset({"categoryValue"})),
    (("correlationKey",), "correlationPropertyRef", frozenset({"correlationProperty"})),
    (("correlationPropertyRetrievalExpression",), "@messageRef", _MESSAGE),
    (("correlationSubscription",), "@correlationKeyRef", frozenset({"correlationKey"})),
    (("correlationPropertyBinding",), "@correlationPropertyRef", frozenset({"correlationProperty"})),
    (("error", "escalation", "signal"), "@structureRef", _ITEM),
    (("message",), "@itemRef", _ITEM),
    (("resourceParameter",), "@type", _ITEM),
    (("operation",), "inMessageRef", _MESSAGE),
    (("operation",), "outMessageRef", _MESSAGE),
    (("operation",), "errorRef", frozenset({"error"})),
    (("collaboration",), "choreographyRef", frozenset({"choreography"})),
    (("participant",), "@processRef", frozenset({"process"})),
    (("participant",), "interfaceRef", frozenset({"interface"})),
    (("participant",), "endPointRef", frozenset({"endPoint"})),
    (("partnerEntity", "partnerRole"), "participantRef", _PARTICIPANT),
    (("participantAssociation",), "innerParticipantRef", _PARTICIPANT),
    (("participantAssociation",), "outerParticipantRef", _PARTICIPANT),
    (("messageFlow",), "@sourceRef", ANY),
    (("messageFlow",), "@targetRef", ANY),
    (("messageFlow",), "@messageRef", _MESSAGE),
    (("messageFlowAssociation",), "@innerMessageFlowRef", frozenset({"messageFlow"})),
    (("messageFlowAssociation",), "@outerMessageFlowRef", frozenset({"messageFlow"})),
    (tuple(sorted(_CONVERSATIONS)), "participantRef", _PARTICIPANT),
    (tuple(sorted(_CONVERSATIONS)), "messageFlowRef", frozenset({"messageFlow"})),
    (("conversationLink",), "@sourceRef", ANY),
    (("conversationLink",), "@targetRef", ANY),
    (("choreographyTask", "subChoreography", "callChoreography"), "participantRef", _PARTICIPANT),
    (("choreographyTask", "subChoreography", "callChoreography"), "@initiatingParticipantRef", _PARTICIPANT),
    (("choreographyTask",), "messageFlowRef", frozenset({"messageFlow"})),
    (("process",), "supports", frozenset({"process"})),
    (("process",), "@definitionalCollaborationRef", frozenset({"collaboration"})),
    (
        ("performer", "humanPerformer", "potentialOwner", "resourceRole"),
        "resourceRef",
        frozenset({"resource"}),
    ),
    (("resourceParameterBinding",), "@parameterRef", frozenset({"resourceParameter"})),
    (("serviceTask", "sendTask", "receiveTask", "ioBinding"), "@operationRef", _OPERATION),
    (("messageEventDefinition",), "operationRef", _OPERATION),
    (
        ("process", "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask"),
        "supportedInterfaceRef",
        frozenset({"interface"}),
    ),
    (("ioBinding",), "@inputDataRef", frozenset({"dataInput", "inputSet"})),
    (("ioBinding",), "@outputDataRef", frozenset({"dataOutput", "outputSet"})),
    (("multiInstanceLoopCharacteristics",), "@oneBehaviorEventRef", _DEFINITIONS),
    (("multiInstanceLoopCharacteristics",), "@noneBehaviorEventRef", _DEFINITIONS),
    (tuple(sorted(_ITEMS)), "@itemSubjectRef", _ITEM),
    (("dataObjectReference",), "@dataObjectRef", frozenset({"dataObject"})),
    (("dataStoreReference",), "@dataStoreRef", frozenset({"dataStore"})),
    (("inputSet",), "dataInputRefs", frozenset({"dataInput"})),
    (("inputSet",), "optionalInputRefs", frozenset({"dataInput"})),
    (("inputSet",), "whileExecutingInputRefs", frozenset({"dataInput"})),
    (("inputSet",), "outputSetRefs", frozenset({"outputSet"})),
    (("outputSet",), "dataOutputRefs", frozenset({"dataOutput"})),
    (("outputSet",), "optionalOutputRefs", frozenset({"dataOutput"})),
    (("outputSet",), "whileExecutingOutputRefs", frozenset({"dataOutput"})),
    (("outputSet",), "inputSetRefs", frozenset({"inputSet"})),
    (("dataInputAssociation", "dataOutputAssociation"), "sourceRef", _ITEMS),
    (("dataInputAssociation", "dataOutputAssociation"), "targetRef", _ITEMS),
    (tuple(sorted(EVENTS)), "eventDefinitionRef", _DEFINITIONS),
    (("compensateEventDefinition",), "@activityRef", ACTIVITIES),
    (("errorEventDefinition",), "@errorRef", frozenset({"error"})),
    (("escalationEventDefinition",), "@escalationRef", frozenset({"escalation"})),
    (("messageEventDefinition", "sendTask", "receiveTask"), "@messageRef", _MESSAGE),
    (("signalEventDefinition",), "@signalRef", frozenset({"signal"})),
    (("linkEventDefinition",), "source", frozenset({"linkEventDefinition"})),
    (("linkEventDefinition",), "target", frozenset({"linkEventDefinition"})),
    (("lane",), "@partitionElementRef", ANY),
    (("lane",), "flowNodeRef", ANY),
)
"""Element, attribute (with `@`) or child that holds the reference, and the elements that it may mean."""

_TOLD_ELSEWHERE = frozenset({"messageRef", "signalRef", "errorRef", "escalationRef"})
"""Of these an executable process has a rule of its own that tells their lack."""


def references_resolve(look: Look) -> Iterator[Finding]:
    """Whatever an element refers to exists, in this file or an imported one, and is of the right kind."""
    for tags, place, wanted in REFERENCES:
        name = place.removeprefix("@")
        for element in look.all(*tags):
            held = [element.get(name)] if place != name else [child.text for child in children(element, name)]
            for reference in held:
                if reference is not None and reference.strip():
                    yield from _one(look, element, name, reference.strip(), wanted)


def _one(
    look: Look, element: etree._Element, name: str, reference: str, wanted: frozenset[str]
) -> Iterator[Finding]:
    key = nearest_id(element)
    shown = reference[:60]
    prefix, _, local = reference.rpartition(":")
    if prefix and prefix not in element.nsmap:
        yield error(
            "reference.prefix",
            key,
            f"{name}“{shown}”的前缀“{prefix[:40]}”没有声明",
            f"The prefix {prefix[:40]} of {name} {shown} is not declared",
        )
        return
    space = element.nsmap.get(prefix or None)
    if prefix and space != look.root.get("targetNamespace"):
        known = look.around.spaces.get(space or "")
        found = known.get(local) if known is not None else None
        if known is None and space not in _imported(look):
            yield error(
                "reference.not-imported",
                key,
                f"{name}“{shown}”指向命名空间“{space}”，但没有导入它",
                f"{name} {shown} means the namespace {space}, which is not imported",
            )
            return
        if known is None:
            return
    else:
        target = look.one(local) if local else None
        if target is None:
            target = look.one(reference)
        found = local_name(target) if target is not None else None
    if found is None:
        if name not in _TOLD_ELSEWHERE or not look.runs(element):
            yield error(
                "reference.unknown",
                key,
                f"{local_name(element)} 的 {name}“{shown}”不存在",
                f"The {name} {shown} of a {local_name(element)} does not exist",
            )
    elif wanted and found not in wanted and (name not in _TOLD_ELSEWHERE or not look.runs(element)):
        yield error(
            "reference.wrong-kind",
            key,
            f"{local_name(element)} 的 {name}“{shown}”是 {found}，不能引用",
            f"The {name} {shown} of a {local_name(element)} is a {found}, which it cannot refer to",
        )


def _imported(look: Look) -> set[str]:
    return {entry.get("namespace", "") for entry in children(look.root, "import")}


_WEB = re.compile(r"(?:https?|ftp|urn):", re.IGNORECASE)


def imports_are_there(look: Look) -> Iterator[Finding]:
    """An imported file lies among the files given or beside them; nothing is ever fetched."""
    for entry in children(look.root, "import"):
        location = entry.get("location", "").strip()
        if not location or look.around.files is None:
            continue
        base = re.split(r"[/\\]", location)[-1].lower()
        of_bpmn = entry.get("importType", "").strip() == BPMN
        if _WEB.match(location):
            yield warning(
                "import.not-fetched",
                "",
                f"导入的“{location[:80]}”在网上，不会去取，其中的定义视为未知",
                f"The imported {location[:80]} is on the network and is not fetched; what it defines is unknown",
            )
        elif base not in look.around.files:
            zh = f"导入的文件“{location[:80]}”不在一起"
            en = f"The imported file {location[:80]} is not among the files or beside them"
            if of_bpmn:
                yield error("import.missing", "", zh, en)
            else:
                yield warning("import.types-missing", "", zh, en)


def imported_ids_differ(look: Look) -> Iterator[Finding]:
    """What is imported under the same namespace has other ids: a reference could mean either."""
    for entry in children(look.root, "import"):
        base = re.split(r"[/\\]", entry.get("location", ""))[-1].lower()
        space, ids = look.around.drawings.get(base, ("", frozenset()))
        own = re.split(r"[/\\]", look.name)[-1].lower()
        if base == own or not space or space != look.root.get("targetNamespace"):
            continue
        for key in sorted(look.ids.keys() & ids):
            yield error(
                "import.same-ids",
                key,
                f"导入的文件“{base[:80]}”在同一命名空间里也有 id“{key}”",
                f"The imported file {base[:80]} has the id {key} in the same namespace too",
            )


def flow_lists_agree(look: Look) -> Iterator[Finding]:
    """What a node lists as `incoming` and `outgoing` are the flows that enter and leave it.

    A node that lists none is told of only in a file that usually lists them: many tools never do.
    """
    usual = sum(len(look.by_tag.get(name, ())) for name in ("incoming", "outgoing")) > len(look.flows)
    for node in look.all_nodes:
        for name, zh, en, flows in (
            ("incoming", "流入", "enter", look.incoming),
            ("outgoing", "流出", "leave", look.outgoing),
        ):
            listed = [(child.text or "").strip().rpartition(":")[2] for child in children(node.element, name)]
            if not listed and not usual:
                continue
            real = {flow.get("id", "") for flow in flows.get(node.id, ())}
            for key in dict.fromkeys(listed):
                if key not in real:
                    yield error(
                        "flow.listed-wrongly",
                        node.id,
                        f"“{node.title}”的 {name} 列出“{key[:60]}”，它却不是{zh}这里的连线",
                        f"{node.id} lists {key[:60]} as {name}, but that flow does not {en} it",
                    )
            for key in sorted(real - set(listed) - {""}):
                yield error(
                    "flow.not-listed",
                    key,
                    f"连线{zh}“{node.title}”，那里的 {name} 却没有列出它",
                    f"The flow does {en} {node.id}, whose {name} does not list it",
                )


def drawing_shows_what_is_there(look: Look) -> Iterator[Finding]:
    """A shape or edge of the drawing stands for an element of the file."""
    for name in ("BPMNShape", "BPMNEdge"):
        for shape in look.root.iter(f"{{{BPMNDI}}}{name}"):
            reference = shape.get("bpmnElement", "").strip()
            prefix, _, local = reference.rpartition(":")
            space = shape.nsmap.get(prefix) if prefix else None
            strange = bool(prefix) and space != look.root.get("targetNamespace")
            if not reference or (not strange and look.one(local) is None):
                yield warning(
                    "drawing.of-nothing",
                    local,
                    f"图形“{shape.get('id', '')}”所画的元素“{reference[:60]}”不存在",
                    f"The shape {shape.get('id', '')} draws {reference[:60] or 'nothing'}, which does not exist",
                )


RULES = (
    references_resolve,
    imports_are_there,
    imported_ids_differ,
    flow_lists_agree,
    drawing_shows_what_is_there,
)
__all__ = ["REFERENCES", "RULES"]
