"""Rules on what this engine does not run: refused at deployment, never half run."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.engine.drawing import ZEEBE, is_bpmn, local_name
from workflows.engine.extensions import EVENT_KINDS, event_definitions
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, Look, error, warning

UNSUPPORTED = {
    "complexGateway": ("复杂网关", "complex gateways"),
    "adHocSubProcess": ("临时子流程", "ad hoc subprocesses"),
    "callChoreography": ("编排", "choreographies"),
    "choreographyTask": ("编排", "choreographies"),
    "subChoreography": ("编排", "choreographies"),
}
"""Element -> what to call it, where no execution of ours would be right."""

ALLOWED_EVENTS = {
    "startEvent": ("timer", "message", "signal", "conditional"),
    "endEvent": ("message", "signal", "error", "escalation", "terminate", "cancel"),
    "intermediateCatchEvent": ("timer", "message", "signal", "conditional", "link"),
    "intermediateThrowEvent": ("message", "signal", "escalation", "link"),
    "boundaryEvent": ("timer", "message", "signal", "conditional", "error", "escalation", "cancel"),
}
"""Event -> kinds of event definitions that it may have and that run."""


def elements_are_supported(look: Look) -> Iterator[Finding]:
    """No element that would not run, or run otherwise than drawn."""
    for node in look.nodes:
        if node.kind in UNSUPPORTED:
            zh, en = UNSUPPORTED[node.kind]
            yield error(
                "element.unsupported",
                node.id,
                f"“{node.title}”:不支持{zh}",
                f"{node.id}: {en} are not supported",
            )
        elif node.element.get("triggeredByEvent") in ("true", "1"):
            yield error(
                "element.unsupported",
                node.id,
                f"“{node.title}”:不支持事件子流程",
                f"{node.id}: event subprocesses are not supported",
            )
        elif node.kind in ACTIVITIES and node.element.get("isForCompensation") in ("true", "1"):
            yield error(
                "element.unsupported",
                node.id,
                f"“{node.title}”:不支持补偿活动",
                f"{node.id}: compensation activities are not supported",
            )


def quantities_are_one(look: Look) -> Iterator[Finding]:
    """Start and completion quantities other than one would not be counted."""
    for node in look.nodes:
        for attribute in ("startQuantity", "completionQuantity"):
            if node.element.get(attribute, "1").strip() != "1":
                yield error(
                    "element.unsupported",
                    node.id,
                    f"“{node.title}”:不支持 {attribute}",
                    f"{node.id}: {attribute} is not supported",
                )


def events_are_supported(look: Look) -> Iterator[Finding]:
    """Each event has at most one definition, of a kind that runs where it stands."""
    for node in look.nodes:
        allowed = ALLOWED_EVENTS.get(node.kind)
        if allowed is None:
            continue
        found = [EVENT_KINDS[local_name(definition)] for definition in event_definitions(node.element)]
        if any(is_bpmn(child) and local_name(child) == "eventDefinitionRef" for child in node.element):
            yield error(
                "event.reference",
                node.id,
                f"“{node.title}”引用了根级的事件定义,不支持",
                f"{node.id} refers to an event definition at the root, which is not supported",
            )
        elif len(found) > 1:
            yield error(
                "event.several",
                node.id,
                f"“{node.title}”有多个事件定义,不支持",
                f"{node.id} has several event definitions, which is not supported",
            )
        elif found and found[0] not in allowed:
            yield error(
                "event.unsupported",
                node.id,
                f"“{node.title}”:{node.kind} 不能是 {found[0]} 事件,或不支持",
                f"{node.id}: a {node.kind} cannot be a {found[0]} event, or that is not supported",
            )
        elif (
            not found
            and node.kind == "boundaryEvent"
            and not list(node.element.iter("{*}eventDefinitionRef"))
        ):
            yield error(
                "event.missing",
                node.id,
                f"边界事件“{node.title}”没有事件定义",
                f"The boundary event {node.id} has no event definition",
            )
        elif not found and node.kind == "intermediateCatchEvent":
            yield error(
                "event.missing",
                node.id,
                f"中间捕获事件“{node.title}”没有事件定义",
                f"The intermediate catch event {node.id} has no event definition",
            )


def boundary_kinds_are_right(look: Look) -> Iterator[Finding]:
    """An error event interrupts; a cancel event belongs to a transaction."""
    for node in look.nodes:
        kinds = [EVENT_KINDS[local_name(definition)] for definition in event_definitions(node.element)]
        if node.kind == "boundaryEvent":
            host = look.one(node.element.get("attachedToRef", ""))
            if "error" in kinds and node.element.get("cancelActivity") in ("false", "0"):
                yield error(
                    "boundary.error-not-interrupting",
                    node.id,
                    "错误边界事件必须中断活动",
                    "An error boundary event must interrupt its activity",
                )
            if "cancel" in kinds and host is not None and local_name(host) != "transaction":
                yield error(
                    "boundary.cancel-outside",
                    node.id,
                    "取消边界事件只能用在事务上",
                    "A cancel event may only sit on a transaction",
                )
        if node.kind == "endEvent" and "cancel" in kinds and local_name(node.scope) != "transaction":
            yield error(
                "end.cancel-outside",
                node.id,
                "取消结束事件只能用在事务里",
                "A cancel end event may only stand in a transaction",
            )


_GATED = ("intermediateCatchEvent", "receiveTask")


def event_gateways_lead_to_events(look: Look) -> Iterator[Finding]:
    """Behind an event-based gateway stand at least two events, without conditions, and nothing else."""
    for node in look.nodes:
        if node.kind != "eventBasedGateway":
            continue
        flows = look.outgoing.get(node.id, [])
        if node.element.get("instantiate") in ("true", "1"):
            yield error(
                "event-gateway.instantiate",
                node.id,
                f"“{node.title}”:不支持用事件网关启动流程",
                f"{node.id}: starting a process by an event-based gateway is not supported",
            )
        if len(flows) < 2:
            yield error(
                "event-gateway.one-way",
                node.id,
                f"事件网关“{node.title}”至少要有两条出路",
                f"The event-based gateway {node.id} needs at least two ways out",
            )
        for flow in flows:
            target = look.one(flow.get("targetRef", ""))
            if target is not None and local_name(target) not in _GATED:
                yield error(
                    "event-gateway.target",
                    flow.get("id", ""),
                    f"事件网关“{node.title}”之后只能是捕获事件或接收任务",
                    f"Behind the event-based gateway {node.id} only catch events and receive tasks may stand",
                )


def made_for_us(look: Look) -> Iterator[Finding]:
    """A diagram of Camunda 8 is told so, since its expressions and services are elsewhere."""
    if any(isinstance(e.tag, str) and e.tag.startswith("{" + ZEEBE + "}") for e in look.root.iter()):
        yield warning(
            "profile.camunda-8",
            "",
            "图是按 Camunda 8 画的(zeebe 扩展),这些扩展不起作用;请用 Camunda 7 方式",
            "The diagram is drawn for Camunda 8 (zeebe extensions), which have no effect here; use the Camunda 7 profile",
        )


RULES = (
    elements_are_supported,
    quantities_are_one,
    events_are_supported,
    boundary_kinds_are_right,
    event_gateways_lead_to_events,
    made_for_us,
)
