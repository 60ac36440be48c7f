"""Rules on what this engine does not run: refused at deployment, never half run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import ZEEBE, bare, children, is_true, local_name, text_of
from workflows.engine.extensions import EVENT_KINDS, event_definitions, root_definition
from workflows.engine.model import Finding
from workflows.engine.rules import scopes
from workflows.engine.rules.look import Look, error, warning

UNSUPPORTED = {
    "callChoreography": ("编排", "choreographies"),
    "choreographyTask": ("编排", "choreographies"),
    "subChoreography": ("编排", "choreographies"),
}
"""Element -> what to call it, where no execution of ours would be right."""

_CAUGHT = ("timer", "message", "signal", "conditional")
_THROWN = ("message", "signal", "escalation", "compensate")
ALLOWED_EVENTS = {
    "startEvent": _CAUGHT,
    "endEvent": (*_THROWN, "error", "terminate", "cancel"),
    "intermediateCatchEvent": (*_CAUGHT, "link"),
    "intermediateThrowEvent": (*_THROWN, "link"),
    "boundaryEvent": (*_CAUGHT, "error", "escalation", "cancel", "compensate"),
}
"""Event -> kinds of event definitions that it may have and that run."""

EVENT_SUBPROCESS_STARTS = (*_CAUGHT, "error", "escalation", "compensate")
"""Kinds of event definitions that start an event subprocess."""

ALONE = ("link", "terminate", "cancel", "compensate")
"""Kinds of event definitions that stand alone on their event."""


def elements_are_supported(look: Look) -> Iterator[Finding]:
    """No element that would not run, or run otherwise than drawn."""
    for node in look.nodes:
        if node.kind in UNSUPPORTED:
            zh, en = UNSUPPORTED[node.kind]
            yield error(
                "element.unsupported",
                node.id,
                f"“{node.title}”：不支持{zh}",
                f"{node.id}: {en} are not supported",
            )


def complex_joins_say_when(look: Look) -> Iterator[Finding]:
    """A complex gateway with several ways in has an activation condition."""
    for node in look.nodes:
        if node.kind != "complexGateway" or len(look.incoming.get(node.id, [])) < 2:
            continue
        if not any(text_of(body).strip() for body in children(node.element, "activationCondition")):
            yield error(
                "gateway.no-activation",
                node.id,
                f"复杂网关“{node.title}”有多条流入的连线，须写明激活条件（例如 activationCount >= 2）",
                f"The complex gateway {node.id} has several incoming flows and needs an activation condition "
                "(such as activationCount >= 2)",
            )


def quantities_are_counts(look: Look) -> Iterator[Finding]:
    """Start and completion quantities are whole numbers from one on."""
    for node in look.nodes:
        for attribute in ("startQuantity", "completionQuantity"):
            text = node.element.get(attribute, "1").strip()
            if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_TOKENS):
                yield error(
                    "quantity.no-count",
                    node.id,
                    f"“{node.title}”的 {attribute} 应为 1 至 {MOST_TOKENS} 的整数，不能是“{text[:20]}”",
                    f"The {attribute} of {node.id} must be a whole number from 1 to {MOST_TOKENS}, not {text[:20]!r}",
                )


MOST_TOKENS = 1_000
"""Tokens that may go into or come out of one activity at once."""


def loops_can_be_counted(look: Look) -> Iterator[Finding]:
    """The maximum of a loop is a positive number; a written cardinality is not negative."""
    for node in look.nodes:
        for loop in children(node.element, "standardLoopCharacteristics"):
            text = loop.get("loopMaximum", "1").strip()
            if not (text.isascii() and text.isdigit() and int(text) >= 1):
                yield error(
                    "loop.maximum",
                    node.id,
                    f"“{node.title}”的循环次数上限应为正整数，不能是“{text[:20]}”",
                    f"The loop maximum of {node.id} must be a positive whole number, not {text[:20]!r}",
                )
        for loop in children(node.element, "multiInstanceLoopCharacteristics"):
            for body in children(loop, "loopCardinality"):
                text = text_of(body).strip()
                if _NUMBER.fullmatch(text) and not text.isdigit():
                    yield error(
                        "multi-instance.cardinality",
                        node.id,
                        f"“{node.title}”的多实例次数应为非负整数，不能是“{text[:20]}”",
                        f"The cardinality of {node.id} must be a whole number from 0 on, not {text[:20]!r}",
                    )


_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def events_are_supported(look: Look) -> Iterator[Finding]:
    """Each event has definitions of kinds that run where it stands; what it refers to at the root is there."""
    for node in look.nodes:
        allowed = ALLOWED_EVENTS.get(node.kind)
        if allowed is None:
            continue
        if node.kind == "startEvent" and is_true(node.scope, "triggeredByEvent"):
            allowed = EVENT_SUBPROCESS_STARTS
        found = [EVENT_KINDS[local_name(definition)] for definition in event_definitions(node.element)]
        for reference in children(node.element, "eventDefinitionRef"):
            if root_definition(node.element, text_of(reference)) is None:
                yield error(
                    "event.reference",
                    node.id,
                    f"“{node.title}”引用的事件定义“{text_of(reference).strip()}”不在文件的根级",
                    f"{node.id} refers to the event definition {text_of(reference).strip()}, which is not at the root",
                )
        for kind in dict.fromkeys(found):
            if kind not in allowed:
                yield error(
                    "event.unsupported",
                    node.id,
                    f"“{node.title}”：{node.kind} 不能是 {kind} 事件，或不支持",
                    f"{node.id}: a {node.kind} cannot be a {kind} event, or that is not supported",
                )
            elif kind in ALONE and len(found) > 1:
                yield error(
                    "event.several",
                    node.id,
                    f"“{node.title}”有多个事件定义，其中 {kind} 只能单独使用",
                    f"{node.id} has several event definitions; {kind} must stand alone",
                )
        if (
            node.kind == "startEvent"
            and len(found) > 1
            and is_true(node.element, "parallelMultiple")
            and not is_true(node.scope, "triggeredByEvent")
        ):
            yield error(
                "event.parallel-start",
                node.id,
                f"“{node.title}”：流程不能等几个事件都发生才开始",
                f"{node.id}: a process cannot wait for several events before it starts",
            )
        if (
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
            host = look.one(bare(node.element.get("attachedToRef")))
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
        if node.kind != "endEvent" or "cancel" not in kinds:
            continue
        if local_name(node.scope) == "transaction" and not _catches_cancel(look, node.scope.get("id", "")):
            yield error(
                "transaction.cancel-uncaught",
                node.id,
                "事务里有取消结束事件，事务上却没有取消边界事件",
                "The transaction has a cancel end event, and no cancel event on its boundary",
            )
        if local_name(node.scope) != "transaction":
            yield error(
                "end.cancel-outside",
                node.id,
                "取消结束事件只能用在事务里",
                "A cancel end event may only stand in a transaction",
            )


def _catches_cancel(look: Look, transaction: str) -> bool:
    return any(
        node.kind == "boundaryEvent"
        and bare(node.element.get("attachedToRef")) == transaction
        and any(EVENT_KINDS[local_name(found)] == "cancel" for found in event_definitions(node.element))
        for node in look.nodes
    )


_GATED = ("intermediateCatchEvent", "receiveTask")


def event_gateways_lead_to_events(look: Look) -> Iterator[Finding]:
    """Behind an event-based gateway stand at least two events, without conditions, and nothing else."""
    for node in look.nodes:
        if node.kind != "eventBasedGateway":
            continue
        flows = look.outgoing.get(node.id, [])
        begins = is_true(node.element, "instantiate")
        if begins and node.id in look.incoming:
            yield error(
                "event-gateway.instantiate",
                node.id,
                f"启动流程的事件网关“{node.title}”不能有流入的连线",
                f"The event-based gateway {node.id} starts the process and may have no incoming flow",
            )
        elif not begins and node.element.get("eventGatewayType") == "Parallel":
            yield error(
                "event-gateway.parallel",
                node.id,
                f"事件网关“{node.title}”：只有启动流程的事件网关可以等全部事件",
                f"{node.id}: only an event-based gateway that starts the process may wait for all its events",
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
            if target is not None and begins and not _begins(target):
                yield error(
                    "event-gateway.start-kind",
                    flow.get("id", ""),
                    f"启动流程的事件网关“{node.title}”之后只能是消息或信号",
                    f"Behind {node.id}, which starts the process, only messages and signals may stand",
                )
            if target is not None and local_name(target) not in _GATED:
                yield error(
                    "event-gateway.target",
                    flow.get("id", ""),
                    f"事件网关“{node.title}”之后只能是捕获事件或接收任务",
                    f"Behind the event-based gateway {node.id} only catch events and receive tasks may stand",
                )


def _begins(target: etree._Element) -> bool:
    if local_name(target) == "receiveTask":
        return True
    return {EVENT_KINDS[local_name(found)] for found in event_definitions(target)} <= {"message", "signal"}


def made_for_us(look: Look) -> Iterator[Finding]:
    """A diagram of Camunda 8 is told so, since its expressions and services are elsewhere."""
    if any(isinstance(e.tag, str) and e.tag.startswith("{" + ZEEBE + "}") for e in look.root.iter()):
        yield warning(
            "profile.camunda-8",
            "",
            "图是按 Camunda 8 画的（zeebe 扩展），这些扩展不起作用；请用 Camunda 7 方式",
            "The diagram is drawn for Camunda 8 (zeebe extensions), which have no effect here; use the Camunda 7 profile",
        )


RULES = (
    elements_are_supported,
    complex_joins_say_when,
    quantities_are_counts,
    loops_can_be_counted,
    events_are_supported,
    *scopes.RULES,
    boundary_kinds_are_right,
    event_gateways_lead_to_events,
    made_for_us,
)
