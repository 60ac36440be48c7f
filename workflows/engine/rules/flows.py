"""Rules of the specification on sequence flows, gateways, and where a path begins and ends."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, local_name, text_of
from workflows.engine.model import Finding
from workflows.engine.rules.look import (
    ACTIVITIES,
    CHOREOGRAPHIES,
    EVENTS,
    GATEWAYS,
    SCOPES,
    Look,
    Node,
    error,
    is_true,
)
from workflows.engine.rules.names import is_prose

CONDITIONAL = ACTIVITIES | {"exclusiveGateway", "inclusiveGateway", "complexGateway"}
"""What a flow with a condition may leave."""


def conditions_stand_where_they_may(look: Look) -> Iterator[Finding]:
    """A flow with a condition leaves an activity that has other flows too, or a gateway that decides."""
    for flow, _ in look.flows:
        if not children(flow, "conditionExpression"):
            continue
        source = look.to(flow.get("sourceRef"))
        kind = local_name(source) if source is not None else ""
        key = flow.get("id", "")
        if kind in ACTIVITIES and len(look.outgoing.get(flow.get("sourceRef", ""), ())) < 2:
            yield error(
                "flow.condition-alone",
                key,
                "活动只有这一条流出的连线，不能带条件：条件不成立时无路可走",
                "The only flow that leaves an activity may have no condition",
            )
        elif kind in EVENTS or kind in GATEWAYS - CONDITIONAL:
            yield error(
                "flow.condition-not-allowed",
                key,
                f"从 {kind} 流出的连线不能带条件",
                f"A flow that leaves a {kind} may have no condition",
            )


def flows_are_immediate(look: Look) -> Iterator[Finding]:
    """In an executable process nothing may happen between two nodes: `isImmediate` is not false."""
    for flow, _ in look.flows:
        if flow.get("isImmediate", "true").strip() in ("false", "0") and look.runs(flow):
            yield error(
                "flow.not-immediate",
                flow.get("id", ""),
                "可执行流程的连线不能写 isImmediate=false",
                "A flow of an executable process may not have isImmediate=false",
            )


def flows_join_what_they_may(look: Look) -> Iterator[Finding]:
    """No flow enters or leaves an event subprocess or a compensation activity."""
    for node in look.all_nodes:
        if node.id not in look.incoming and node.id not in look.outgoing:
            continue
        if node.kind in SCOPES and is_true(node.element, "triggeredByEvent"):
            yield error(
                "event-subprocess.flow",
                node.id,
                f"事件子流程“{node.title}”不能有流入或流出的连线",
                f"The event subprocess {node.id} may have no incoming or outgoing flow",
            )
        elif node.kind in ACTIVITIES and is_true(node.element, "isForCompensation"):
            yield error(
                "compensation.flow",
                node.id,
                f"补偿活动“{node.title}”不能有流入或流出的连线",
                f"The compensation activity {node.id} may have no incoming or outgoing flow",
            )


def paths_begin_and_end(look: Look) -> Iterator[Finding]:
    """Start and end events come together on each level; each has a flow; where an end is drawn, all paths lead on."""
    for scope in look.scopes:
        if local_name(scope) == "adHocSubProcess":
            continue
        inside = [element for element in scope if is_bpmn(element)]
        starts = [element for element in inside if local_name(element) == "startEvent"]
        ends = [element for element in inside if local_name(element) == "endEvent"]
        key, name = scope.get("id", ""), scope.get("name") or scope.get("id", "")
        begins = starts or [each for each in inside if is_true(each, "instantiate")]
        if ends and not begins:
            yield error(
                "process.end-without-start",
                ends[0].get("id", ""),
                f"“{name}”里有结束事件，却没有开始事件",
                f"{key} has an end event but no start event",
            )
        if starts and not ends:
            yield error(
                "process.start-without-end",
                starts[0].get("id", ""),
                f"“{name}”里有开始事件，却没有结束事件",
                f"{key} has a start event but no end event",
            )
        for start in starts:
            if start.get("id", "") not in look.outgoing:
                yield error(
                    "start.no-outgoing",
                    start.get("id", ""),
                    "开始事件没有流出的连线",
                    "The start event has no outgoing flow",
                )
        for end in ends:
            if end.get("id", "") not in look.incoming:
                yield error(
                    "end.no-incoming",
                    end.get("id", ""),
                    "结束事件没有流入的连线",
                    "The end event has no incoming flow",
                )
        if ends:
            yield from _loose_ends(look, inside)


def _loose_ends(look: Look, inside: list[etree._Element]) -> Iterator[Finding]:
    for element in inside:
        kind, key = local_name(element), element.get("id", "")
        if (
            kind in ACTIVITIES | CHOREOGRAPHIES
            and key not in look.outgoing
            and key in look.incoming
            and not is_true(element, "triggeredByEvent")
            and not is_true(element, "isForCompensation")
        ):
            yield error(
                "node.leads-nowhere",
                key,
                f"“{element.get('name') or key}”没有流出的连线，而图中画有结束事件",
                f"{key} has no outgoing flow although the level has an end event",
            )


def instantiating_nodes_come_first(look: Look) -> Iterator[Finding]:
    """A receive task or event-based gateway that begins the process has no incoming flow."""
    for kind in ("receiveTask", "eventBasedGateway"):
        for node in look.of_kind.get(kind, ()):
            if is_true(node.element, "instantiate") and node.id in look.incoming:
                yield error(
                    "instantiate.incoming",
                    node.id,
                    f"“{node.title}”用来启动流程(instantiate)，不能有流入的连线",
                    f"{node.id} begins the process (instantiate) and may have no incoming flow",
                )


def gateways_split_or_join(look: Look) -> Iterator[Finding]:
    """A gateway has several flows on one side at least, and as many as its direction says."""
    for node in look.all_nodes:
        if node.kind not in GATEWAYS:
            continue
        ways_in, ways_out = len(look.incoming.get(node.id, ())), len(look.outgoing.get(node.id, ()))
        if ways_in < 2 and ways_out < 2:
            yield error(
                "gateway.superfluous",
                node.id,
                f"网关“{node.title}”只有 {ways_in} 条流入、{ways_out} 条流出的连线，既不分支也不汇合",
                f"The gateway {node.id} neither splits nor joins ({ways_in} in, {ways_out} out)",
            )
        direction = node.element.get("gatewayDirection", "Unspecified").strip()
        wrong = {
            "Converging": ways_out > 1,
            "Diverging": ways_in > 1,
            "Mixed": ways_in < 2 or ways_out < 2,
        }.get(direction, False)
        if wrong:
            yield error(
                "gateway.direction",
                node.id,
                f"网关“{node.title}”写明 {direction}，却有 {ways_in} 条流入、{ways_out} 条流出的连线",
                f"The gateway {node.id} is said to be {direction} but has {ways_in} flows in and {ways_out} out",
            )


_TRIGGERS = frozenset({"message", "signal", "timer", "conditional"})


def event_gateways_are_clean(look: Look) -> Iterator[Finding]:
    """Behind an event-based gateway: events it can wait for, entered from it alone, messages in one manner."""
    for node in look.of_kind.get("eventBasedGateway", ()):
        targets = [
            target
            for flow in look.outgoing.get(node.id, ())
            if (target := look.to(flow.get("targetRef"))) is not None
        ]
        for target in targets:
            yield from _behind(look, node, target)
        kinds = {local_name(target) for target in targets}
        by_message = any(
            children(target, "messageEventDefinition")
            for target in targets
            if local_name(target) == "intermediateCatchEvent"
        )
        if by_message and "receiveTask" in kinds:
            yield error(
                "event-gateway.mixed",
                node.id,
                f"事件网关“{node.title}”之后不能既有消息事件又有接收任务",
                f"Behind the event-based gateway {node.id} message events and receive tasks may not be mixed",
            )


def _behind(look: Look, node: Node, target: etree._Element) -> Iterator[Finding]:
    key, name = target.get("id", ""), target.get("name") or target.get("id", "")
    if len(look.incoming.get(key, ())) > 1:
        yield error(
            "event-gateway.other-way-in",
            key,
            f"“{name}”在事件网关之后，不能再有别的流入连线",
            f"{key} stands behind an event-based gateway and may have no other incoming flow",
        )
    kinds = {
        local_name(child).removesuffix("EventDefinition")
        for child in target
        if is_bpmn(child) and local_name(child).endswith("EventDefinition")
    }
    if local_name(target) == "intermediateCatchEvent" and kinds - _TRIGGERS:
        yield error(
            "event-gateway.trigger",
            key,
            f"事件网关“{node.title}”之后的“{name}”只能等消息、信号、时间或条件",
            f"{key} behind the event-based gateway {node.id} may wait for a message, signal, time or condition only",
        )
    if local_name(target) == "receiveTask" and key in look.attached:
        yield error(
            "event-gateway.boundary",
            key,
            f"事件网关之后的接收任务“{name}”不能带边界事件",
            f"The receive task {key} behind an event-based gateway may have no boundary events",
        )


def called_processes_begin_plainly(look: Look) -> Iterator[Finding]:
    """A process that is called has a plain start event, or none at all."""
    called = {bare(node.element.get("calledElement")) for node in look.of_kind.get("callActivity", ())}
    for process in look.processes:
        starts = children(process, "startEvent")
        if process.get("id") in called and starts and not any(_is_plain(start) for start in starts):
            yield error(
                "call.no-plain-start",
                process.get("id", ""),
                "被调用的流程要有一个普通的开始事件",
                "A process that is called needs a plain start event",
            )


def _is_plain(start: etree._Element) -> bool:
    return not any(local_name(child).endswith(("EventDefinition", "DefinitionRef")) for child in start)


def conditions_are_formal(look: Look) -> Iterator[Finding]:
    """What an executable process evaluates is a formal expression with a body, not a sentence for people."""
    for element in look.all(*_EVALUATED):
        stated, key, text = _type_of(element), _owner_id(element), text_of(element).strip()
        told = local_name(element) in _EMPTY_TOLD_ELSEWHERE
        if not text and not told and (stated == "tFormalExpression" or look.runs(element)):
            yield error(
                "expression.empty", key, "表达式是空的", f"The {local_name(element)} of {key} has no text"
            )
        elif text and not stated and look.runs(element) and is_prose(text):
            yield error(
                "expression.prose",
                key,
                f"“{text[:60]}”是文字说明，不是能计算的表达式",
                f"{text[:60]!r} is prose; an executable process needs an expression that can be evaluated",
            )


_EVALUATED = (
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
    "transformation",
    "messagePath",
    "dataPath",
)

_EMPTY_TOLD_ELSEWHERE = frozenset(
    {"condition", "conditionExpression", "timeDate", "timeDuration", "timeCycle"}
)


def _type_of(element: etree._Element) -> str:
    stated = element.get("{http://www.w3.org/2001/XMLSchema-instance}type", "")
    return stated.strip().rpartition(":")[2]


def _owner_id(element: etree._Element) -> str:
    """The flow node or flow an expression belongs to, rather than the event definition between."""
    for found in (element, *element.iterancestors()):
        if found.get("id") and not local_name(found).endswith("EventDefinition"):
            return str(found.get("id"))
    return ""


RULES = (
    conditions_stand_where_they_may,
    flows_are_immediate,
    flows_join_what_they_may,
    paths_begin_and_end,
    instantiating_nodes_come_first,
    gateways_split_or_join,
    event_gateways_are_clean,
    called_processes_begin_plainly,
    conditions_are_formal,
)
