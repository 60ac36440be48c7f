"""Rules of the specification on events: which kinds may stand where, links, compensation, event subprocesses."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, local_name
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, SCOPES, Look, Node, error, is_true, texts, warning

_INNER = ("message", "timer", "signal", "conditional", "error", "escalation", "compensate")
_LEGAL = {
    "startEvent": ("message", "timer", "signal", "conditional"),
    "endEvent": ("message", "signal", "error", "escalation", "cancel", "compensate", "terminate"),
    "intermediateCatchEvent": ("message", "timer", "signal", "conditional", "link"),
    "intermediateThrowEvent": ("message", "signal", "escalation", "compensate", "link"),
    "boundaryEvent": (*_INNER, "cancel"),
}
"""Event -> kinds of definitions that the specification lets it have."""

_NEEDED = {
    "intermediateCatchEvent": ("中间捕获事件", "intermediate catch event"),
    "boundaryEvent": ("边界事件", "boundary event"),
}
"""Events that wait for something must say for what."""


def kinds_of(look: Look, event: etree._Element) -> list[str]:
    """Kinds of the definitions of an event, those it refers to included."""
    found = []
    for child in event:
        if not is_bpmn(child):
            continue
        name = local_name(child)
        if name == "eventDefinitionRef":
            target = look.to(child.text)
            name = local_name(target) if target is not None else ""
        if name.endswith("EventDefinition"):
            found.append(name.removesuffix("EventDefinition"))
    return found


def kinds_are_legal(look: Look) -> Iterator[Finding]:
    """An event is of a kind that may stand where it stands."""
    for node in look.all_nodes:
        legal: tuple[str, ...] | None = _LEGAL.get(node.kind)
        if legal is None:
            continue
        kinds = kinds_of(look, node.element)
        inner = node.kind == "startEvent" and local_name(node.scope) in SCOPES
        if inner:
            legal = _INNER if is_true(node.scope, "triggeredByEvent") else ()
        for kind in kinds:
            if kind not in legal:
                yield error(
                    "event.illegal",
                    node.id,
                    f"“{node.title}”：{node.kind} 不能是 {kind} 事件",
                    f"{node.id}: a {node.kind} cannot be a {kind} event here",
                )
        told = look.runs(node.element)  # by the rules on what runs
        if node.kind in _NEEDED and not kinds and not told and not texts(node.element, "eventDefinitionRef"):
            zh, en = _NEEDED[node.kind]
            yield error(
                "event.no-definition",
                node.id,
                f"{zh}“{node.title}”没有事件定义",
                f"The {en} {node.id} has no event definition",
            )


def non_interrupting_kinds_are_legal(look: Look) -> Iterator[Finding]:
    """What cannot leave the activity running (error, cancel, compensation) is not drawn as non-interrupting."""
    for node in look.of_kind.get("boundaryEvent", ()):
        if not is_true(node.element, "cancelActivity", "true"):
            for kind in set(kinds_of(look, node.element)) & {"error", "cancel", "compensate"}:
                yield error(
                    "boundary.must-interrupt",
                    node.id,
                    f"{kind} 边界事件不能是不中断的",
                    f"A boundary event of kind {kind} cannot be non-interrupting",
                )
    for node in look.of_kind.get("startEvent", ()):
        if local_name(node.scope) in SCOPES and not is_true(node.element, "isInterrupting", "true"):
            for kind in set(kinds_of(look, node.element)) & {"error", "compensate"}:
                yield error(
                    "event-subprocess.must-interrupt",
                    node.id,
                    f"{kind} 开始事件不能是不中断的",
                    f"A start event of kind {kind} cannot be non-interrupting",
                )


def event_subprocesses_begin_by_an_event(look: Look) -> Iterator[Finding]:
    """An event subprocess has exactly one start event, and that one has a trigger."""
    for scope in look.scopes:
        if local_name(scope) not in SCOPES or not is_true(scope, "triggeredByEvent"):
            continue
        starts = children(scope, "startEvent")
        key = scope.get("id", "")
        if len(starts) != 1:
            yield error(
                "event-subprocess.starts",
                key,
                f"事件子流程“{scope.get('name') or key}”要有且只有一个开始事件（现有 {len(starts)} 个）",
                f"The event subprocess {key} needs exactly one start event (it has {len(starts)})",
            )
        for start in starts:
            if not kinds_of(look, start):
                yield error(
                    "event-subprocess.no-trigger",
                    start.get("id", ""),
                    "事件子流程的开始事件要写明由什么触发",
                    "The start event of an event subprocess must say what triggers it",
                )


def boundary_events_lead_on(look: Look) -> Iterator[Finding]:
    """A boundary event has a flow that leaves it; one for compensation has an association to its handler instead."""
    handlers = _associations(look)
    for node in look.of_kind.get("boundaryEvent", ()):
        kinds = kinds_of(look, node.element)
        leaves = node.id in look.outgoing
        if "compensate" not in kinds:
            if not leaves:
                yield error(
                    "boundary.no-outgoing",
                    node.id,
                    f"边界事件“{node.title}”没有流出的连线",
                    f"The boundary event {node.id} has no outgoing flow",
                )
            continue
        if leaves:
            yield error(
                "compensation.boundary-flow",
                node.id,
                f"补偿边界事件“{node.title}”不能有流出的连线，应以关联线连到补偿活动",
                f"The compensation event {node.id} has no outgoing flow but an association to its handler",
            )
        targets = handlers.get(node.id, [])
        if len(targets) != 1:
            yield error(
                "compensation.association",
                node.id,
                f"补偿边界事件“{node.title}”要有且只有一条关联线连到补偿活动（现有 {len(targets)} 条）",
                f"The compensation event {node.id} needs one association to its handler (it has {len(targets)})",
            )
        for target in targets:
            if local_name(target) not in ACTIVITIES or not is_true(target, "isForCompensation"):
                yield error(
                    "compensation.handler",
                    node.id,
                    f"补偿边界事件“{node.title}”所连的“{target.get('id', '')}”没有标为补偿活动",
                    f"{target.get('id', '')}, the handler of {node.id}, is not marked isForCompensation",
                )


def _associations(look: Look) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for association in look.all("association"):
        ends = (bare(association.get("sourceRef")), bare(association.get("targetRef")))
        for key, other in (ends, ends[::-1]):
            here, there = look.one(key), look.one(other)
            if here is None or there is None or local_name(here) != "boundaryEvent":
                continue
            if local_name(there) != "textAnnotation":
                found.setdefault(key, []).append(there)
    return found


def intermediate_events_are_passed(look: Look) -> Iterator[Finding]:
    """Intermediate events are entered and left; of a link one end is entered only, the other left only."""
    for kind in ("intermediateThrowEvent", "intermediateCatchEvent"):
        for node in look.of_kind.get(kind, ()):
            link = "link" in kinds_of(look, node.element)
            throwing = kind == "intermediateThrowEvent"
            enters, leaves = node.id in look.incoming, node.id in look.outgoing
            if link and ((throwing and leaves) or (not throwing and enters)):
                yield error(
                    "link.both-ways",
                    node.id,
                    f"链接事件“{node.title}”不能既有流入又有流出：抛出端只流入，捕获端只流出",
                    f"The link {node.id} is entered only where it throws, left only where it catches",
                )
            if not enters and not (link and not throwing):
                yield error(
                    "event.no-incoming",
                    node.id,
                    f"中间事件“{node.title}”没有流入的连线",
                    f"The intermediate event {node.id} has no incoming flow",
                )
            if not leaves and not (link and throwing):
                yield error(
                    "event.no-outgoing",
                    node.id,
                    f"中间事件“{node.title}”没有流出的连线",
                    f"The intermediate event {node.id} has no outgoing flow",
                )


def links_pair_up(look: Look) -> Iterator[Finding]:
    """Both ends of a link name each other, or have one name, on the same level."""
    by_id = {
        definition.get("id", ""): node
        for node in look.all_nodes
        for definition in children(node.element, "linkEventDefinition")
    }
    for node in look.all_nodes:
        for definition in children(node.element, "linkEventDefinition"):
            yield from _link(node, definition, by_id)


def _link(node: Node, definition: etree._Element, by_id: dict[str, Node]) -> Iterator[Finding]:
    key = definition.get("id", "")
    for name, back in (("target", "source"), ("source", "target")):
        for reference in texts(definition, name):
            other = by_id.get(bare(reference))
            if other is None:
                continue
            answers = [
                bare(text)
                for found in children(other.element, "linkEventDefinition")
                for text in texts(found, back)
            ]
            if key not in answers:
                yield error(
                    "link.one-sided",
                    node.id,
                    f"链接“{node.title}”指向“{other.title}”，对方却没有指回来",
                    f"The link {node.id} points at {other.id}, which does not point back",
                )
            if other.scope is not node.scope:
                yield error(
                    "link.other-level",
                    node.id,
                    f"链接“{node.title}”的另一端不在同一流程层次",
                    f"The other end of the link {node.id} is not on the same level",
                )
    if not definition.get("name", "").strip() and not len(definition):
        yield error(
            "link.no-name",
            node.id,
            f"链接事件“{node.title}”没有名称，找不到另一端",
            f"The link {node.id} has no name; its other end cannot be found",
        )


def thrown_definitions_are_not_shared(look: Look) -> Iterator[Finding]:
    """A definition that stands inside an event belongs to it alone; shared ones stand at the root."""
    inside = {
        child.get("id", ""): node.id
        for node in look.all_nodes
        for child in node.element
        if is_bpmn(child) and local_name(child).endswith("EventDefinition") and child.get("id")
    }
    for reference in look.all("eventDefinitionRef"):
        owner = inside.get(bare(reference.text))
        if owner is not None:
            yield error(
                "event.shared-definition",
                owner,
                "写在事件里的事件定义不能被别的事件引用，请放到根级",
                "An event definition inside an event may not be referred to; move it to the root",
            )


def escalations_have_codes(look: Look) -> Iterator[Finding]:
    """What an executable process throws as escalation has a code, and each code stands for one thing."""
    for kind in ("endEvent", "intermediateThrowEvent"):
        for node in look.of_kind.get(kind, ()):
            for definition in children(node.element, "escalationEventDefinition"):
                target = look.to(definition.get("escalationRef"))
                if look.runs(node.element) and (target is None or not target.get("escalationCode")):
                    yield error(
                        "escalation.no-code",
                        node.id,
                        f"升级事件“{node.title}”没有升级代码",
                        f"The escalation event {node.id} has no escalation code",
                    )
    for tag, attribute in (("error", "errorCode"), ("escalation", "escalationCode")):
        seen: dict[str, str] = {}
        for element in look.all(tag):
            code = element.get(attribute, "")
            first = seen.setdefault(code, element.get("id", ""))
            if code and first != element.get("id", ""):
                yield warning(
                    f"{tag}.code-twice",
                    element.get("id", ""),
                    f"代码“{code[:60]}”已由“{first}”使用",
                    f"The code {code[:60]} is that of {first} already",
                )


def cancel_belongs_to_transactions(look: Look) -> Iterator[Finding]:
    """Cancel events stand in or on a transaction, in processes that do not run as well."""
    for node in look.all_nodes:
        if "cancel" not in kinds_of(look, node.element) or look.runs(node.element):
            continue
        host = look.to(node.element.get("attachedToRef")) if node.kind == "boundaryEvent" else node.scope
        if node.kind in ("boundaryEvent", "endEvent") and (host is None or local_name(host) != "transaction"):
            yield error(
                "event.cancel-outside",
                node.id,
                "取消事件只能用在事务里或事务上",
                "A cancel event may only stand in or on a transaction",
            )


RULES = (
    kinds_are_legal,
    non_interrupting_kinds_are_legal,
    event_subprocesses_begin_by_an_event,
    boundary_events_lead_on,
    intermediate_events_are_passed,
    links_pair_up,
    thrown_definitions_are_not_shared,
    escalations_have_codes,
    cancel_belongs_to_transactions,
)
