"""Rules on what a diagram refers to: forms, decisions, processes, services, groups, messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from lxml import etree

from workflows.engine.drawing import (
    bare,
    called_by,
    camunda,
    children,
    link_aim,
    link_keys,
    local_name,
    text_of,
)
from workflows.engine.expressions import is_expression
from workflows.engine.extensions import (
    EVENT_KINDS,
    event_definitions,
    extension_elements,
    form_of,
    performer,
    properties_of,
    service_name,
)
from workflows.engine.model import Finding
from workflows.engine.people import RECORDERS, split_names
from workflows.engine.retrying import retry_plan
from workflows.engine.rules.look import Look, error, warning
from workflows.engine.timers import TimerError


def _lacks(key: str, known: Collection[str] | None) -> bool:
    return known is not None and key not in known


def forms_exist(look: Look) -> Iterator[Finding]:
    """The form of a start event or user task exists; its binding is one we know."""
    for node in look.nodes:
        key, binding = form_of(node.element)
        if not key or is_expression(key):
            continue
        if _lacks(key, look.around.forms):
            yield error(
                "form.unknown",
                node.id,
                f"“{node.title}”的表单“{key}”不存在",
                f"The form {key} of {node.id} does not exist",
            )
        if binding not in ("deployment", "latest"):
            yield error(
                "form.binding",
                node.id,
                f"“{node.title}”的表单绑定方式“{binding}”不支持（可用 deployment、latest）",
                f"The form binding {binding} of {node.id} is not supported (deployment and latest are)",
            )


def decisions_exist(look: Look) -> Iterator[Finding]:
    """A business rule task names a decision that exists, and a result mapping we know."""
    for node in look.nodes:
        if node.kind != "businessRuleTask":
            continue
        key = camunda(node.element, "decisionRef").strip()
        if not key:
            yield error(
                "decision.missing",
                node.id,
                f"规则任务“{node.title}”没有指定决策",
                f"The business rule task {node.id} names no decision",
            )
        elif is_expression(key):
            yield error(
                "decision.expression",
                node.id,
                f"规则任务“{node.title}”的决策引用必须是固定的 id",
                f"The decision reference of {node.id} must be a fixed id",
            )
        elif _lacks(key, look.around.decisions):
            yield error(
                "decision.unknown",
                node.id,
                f"规则任务“{node.title}”的决策“{key}”不存在",
                f"The decision {key} of {node.id} does not exist",
            )
        how = camunda(node.element, "mapDecisionResult", "resultList")
        if how not in ("singleEntry", "singleResult", "collectEntries", "resultList"):
            yield error(
                "decision.mapping",
                node.id,
                f"决策结果映射“{how}”不存在",
                f"There is no decision result mapping {how}",
            )


def called_processes_exist(look: Look) -> Iterator[Finding]:
    """A call activity names a process that exists."""
    for node in look.nodes:
        if node.kind != "callActivity":
            continue
        key = called_by(node.element)
        if not key:
            yield error(
                "call.missing",
                node.id,
                f"调用活动“{node.title}”没有指定被调用的流程",
                f"The call activity {node.id} names no process",
            )
        elif is_expression(key):
            yield error(
                "call.expression",
                node.id,
                f"调用活动“{node.title}”必须写明被调用流程的 id，不能用表达式",
                f"The call activity {node.id} must name its process; an expression is not supported",
            )
        elif _lacks(key, look.around.processes):
            yield error(
                "call.unknown-process",
                node.id,
                f"调用活动“{node.title}”的流程“{key}”不存在",
                f"The process {key} called by {node.id} does not exist",
            )


def services_exist(look: Look) -> Iterator[Finding]:
    """A service task says what it does, by a name that exists; no code from a diagram."""
    for node in look.nodes:
        if node.kind not in ("serviceTask", "sendTask", "intermediateThrowEvent", "endEvent"):
            continue
        by = performer(node.element)
        name = service_name(by)
        for attribute in ("class", "connectorId"):
            if camunda(by, attribute):
                yield error(
                    "service.class",
                    node.id,
                    f"“{node.title}”用 camunda:{attribute} 指定了代码，不支持；请用 delegateExpression",
                    f"{node.id} names code by camunda:{attribute}, which is not supported; use delegateExpression",
                )
        if name and ("${" in name or "#{" in name):
            yield error(
                "service.expression",
                node.id,
                f"“{node.title}”的服务应写作 ${{名称}}",
                f"The service of {node.id} must be written as ${{name}}",
            )
        elif name and _lacks(name, look.around.services) and _outside(by):
            yield warning(
                "service.outside",
                node.id,
                f"“{node.title}”的主题“{name}”不是本系统的服务，须由外部工作程序领取办理",
                f"The topic {name} of {node.id} is no service here: a worker outside must fetch it",
            )
        elif name and _lacks(name, look.around.services):
            yield error(
                "service.unknown",
                node.id,
                f"“{node.title}”的服务“{name}”不存在",
                f"The service {name} of {node.id} does not exist",
            )
        elif name or any(camunda(by, each) for each in ("expression", "class", "connectorId")):
            continue
        elif node.kind == "serviceTask":
            yield error(
                "service.missing",
                node.id,
                f"服务任务“{node.title}”没有指定服务",
                f"The service task {node.id} names no service",
            )
        elif node.kind == "sendTask" and not node.element.get("messageRef"):
            yield warning(
                "message.nothing-sent",
                node.id,
                f"发送任务“{node.title}”既没有指定消息，也没有指定服务，什么也不会发出",
                f"The send task {node.id} names neither a message nor a service; nothing is sent",
            )


def _outside(by: etree._Element) -> bool:
    """A topic for workers outside, said to be so."""
    return camunda(by, "type") == "external" and not camunda(by, "delegateExpression")


def retries_can_be_read(look: Look) -> Iterator[Finding]:
    """How often a job is tried again is a time, or several."""
    for node in look.nodes:
        for entry in extension_elements(node.element, "failedJobRetryTimeCycle"):
            text = text_of(entry).strip()
            try:
                retry_plan(text)
            except TimerError:
                yield error(
                    "service.retries",
                    node.id,
                    f"“{node.title}”的重试间隔“{text[:80]}”无法识别（例如 R3/PT10M，或 PT1M,PT10M,PT1H）",
                    f"The retries {text[:80]!r} of {node.id} cannot be read (write R3/PT10M, or PT1M,PT10M,PT1H)",
                )


def groups_exist(look: Look) -> Iterator[Finding]:
    """A candidate group, or its role before `@`, exists."""
    if look.around.groups is None:
        return
    for node in look.nodes:
        groups = camunda(node.element, "candidateGroups")
        for role in _roles_lacking(groups, look.around.groups):
            yield error(
                "group.unknown",
                node.id,
                f"“{node.title}”的候选组“{role}”不存在",
                f"The candidate group {role} of {node.id} does not exist",
            )
        recorders = properties_of(node.element).get(RECORDERS, "") if node.kind == "userTask" else ""
        for role in _roles_lacking(recorders, look.around.groups):
            yield error(
                "recorders.unknown",
                node.id,
                f"“{node.title}”的代录组“{role}”不存在",
                f"The recorders' group {role} of {node.id} does not exist",
            )


def _roles_lacking(text: str, known: Collection[str]) -> Iterator[str]:
    for name in [] if text.strip().startswith("=") else split_names(text):
        role = name.strip().partition("@")[0]
        if role and not is_expression(role) and role not in known:
            yield role


def somebody_can_do_it(look: Look) -> Iterator[Finding]:
    """A user task has an assignee or candidates."""
    for node in look.nodes:
        if node.kind == "userTask" and not any(
            camunda(node.element, name) for name in ("assignee", "candidateUsers", "candidateGroups")
        ):
            yield warning(
                "task.nobody",
                node.id,
                f"人工任务“{node.title}”没有指定办理人或候选组",
                f"The user task {node.id} has neither an assignee nor candidates",
            )


_REFERENCES = {
    "messageEventDefinition": ("messageRef", "message", "消息"),
    "signalEventDefinition": ("signalRef", "signal", "信号"),
    "errorEventDefinition": ("errorRef", "error", "错误"),
    "escalationEventDefinition": ("escalationRef", "escalation", "升级"),
}


def event_references_exist(look: Look) -> Iterator[Finding]:
    """Messages, signals, errors and escalations that events refer to are defined, and have a name or code."""
    for node in look.nodes:
        for element in (*event_definitions(node.element), node.element):
            kind = local_name(element)
            if element is node.element and kind not in ("receiveTask", "sendTask"):
                continue
            attribute, target, word = _REFERENCES.get(kind, ("messageRef", "message", "消息"))
            if kind not in _REFERENCES and element is not node.element:
                continue
            reference = bare(element.get(attribute))
            found = look.one(reference) if reference else None
            if reference and (found is None or local_name(found) != target):
                yield error(
                    f"{target}.unknown",
                    node.id,
                    f"“{node.title}”引用的{word}“{reference}”不存在",
                    f"The {target} {reference} of {node.id} does not exist",
                )
            elif found is not None and target in ("message", "signal") and not found.get("name", "").strip():
                yield error(
                    f"{target}.no-name",
                    node.id,
                    f"“{node.title}”引用的{word}没有名称",
                    f"The {target} of {node.id} has no name",
                )


def waiting_events_say_for_what(look: Look) -> Iterator[Finding]:
    """What waits for a message or signal names it; a receive task without one would not wait at all."""
    for node in look.nodes:
        if node.kind == "receiveTask" and not bare(node.element.get("messageRef")):
            yield error(
                "receive.no-message",
                node.id,
                f"接收任务“{node.title}”没有指定消息",
                f"The receive task {node.id} names no message",
            )
        for definition in event_definitions(node.element):
            kind = EVENT_KINDS[local_name(definition)]
            catching = node.kind in ("intermediateCatchEvent", "boundaryEvent", "startEvent")
            by_service = bool(service_name(definition) or camunda(definition, "expression"))
            if kind in ("message", "signal") and not bare(definition.get(f"{kind}Ref")):
                if catching or not by_service:
                    yield error(
                        f"{kind}.missing",
                        node.id,
                        f"“{node.title}”没有指定{'消息' if kind == 'message' else '信号'}",
                        f"{node.id} names no {kind}",
                    )
            elif kind == "error" and node.kind == "endEvent":
                reference = look.one(bare(definition.get("errorRef")))
                if reference is None or not reference.get("errorCode"):
                    yield error(
                        "error.no-code",
                        node.id,
                        f"错误结束事件“{node.title}”没有错误代码",
                        f"The error end event {node.id} has no error code",
                    )


def links_meet(look: Look) -> Iterator[Finding]:
    """Each link throw event has one catch event that it names in the same scope, and each catch event is named."""
    ends = [
        (node, definition)
        for node in look.nodes
        for definition in children(node.element, "linkEventDefinition")
    ]
    catching = Counter(
        (node.scope, key)
        for node, definition in ends
        if node.kind == "intermediateCatchEvent"
        for key in link_keys(definition)
    )
    aims = {
        (node.scope, link_aim(definition))
        for node, definition in ends
        if node.kind == "intermediateThrowEvent"
    }
    for node, definition in ends:
        throwing = node.kind == "intermediateThrowEvent"
        name = definition.get("name", "")
        count = catching[node.scope, link_aim(definition) if throwing else link_keys(definition)[0]]
        if (throwing and count != 1) or count > 1:
            yield error(
                "link.no-partner",
                node.id,
                f"链接事件“{name}”应有且只有一个捕获端",
                f"The link {name} must have exactly one catching event",
            )
        elif not throwing and not any((node.scope, key) in aims for key in link_keys(definition)):
            yield error(
                "link.no-partner",
                node.id,
                f"链接事件“{name}”没有抛出端，到不了这里",
                f"No event throws the link {name}; nothing comes this way",
            )


RULES = (
    forms_exist,
    decisions_exist,
    called_processes_exist,
    services_exist,
    retries_can_be_read,
    groups_exist,
    somebody_can_do_it,
    event_references_exist,
    waiting_events_say_for_what,
    links_meet,
)
