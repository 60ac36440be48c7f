"""Rules on what this engine runs in scopes of their own: event subprocesses, compensation, several instances."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import bare, children, handlers_of, is_true, local_name
from workflows.engine.extensions import EVENT_KINDS, event_definitions, root_definition
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, Look, error


def behaviours_throw_something(look: Look) -> Iterator[Finding]:
    """A multi-instance behaviour other than `All` says what it throws."""
    for node in look.nodes:
        for loop in children(node.element, "multiInstanceLoopCharacteristics"):
            behavior = loop.get("behavior", "All").strip().lower()
            if behavior == "all":
                continue
            thrown = [
                found
                for element in children(loop, "complexBehaviorDefinition")
                for event in children(element, "event")
                for found in event_definitions(event)
            ]
            if behavior in ("none", "one"):
                named = root_definition(loop, loop.get(f"{behavior}BehaviorEventRef", ""))
                thrown = [] if named is None else [named]
            kinds = {EVENT_KINDS[local_name(found)] for found in thrown}
            silent = behavior == "complex" and bool(children(loop, "complexBehaviorDefinition"))
            if behavior not in ("none", "one", "complex") or not (kinds or silent):
                yield error(
                    "multi-instance.behavior",
                    node.id,
                    f"“{node.title}”的多实例行为是 {behavior[:20]}，但没有指明抛出的事件"
                    "(noneBehaviorEventRef、oneBehaviorEventRef 或 complexBehaviorDefinition)",
                    f"The multi-instance behaviour of {node.id} is {behavior[:20]}, and no event to throw is named "
                    "(noneBehaviorEventRef, oneBehaviorEventRef or complexBehaviorDefinition)",
                )
            elif kinds - {"signal", "message", "escalation", "error"}:
                yield error(
                    "multi-instance.behavior-event",
                    node.id,
                    f"“{node.title}”的多实例行为只能抛出信号、消息、升级或错误",
                    f"A multi-instance behaviour ({node.id}) may throw a signal, message, escalation or error",
                )


def event_subprocesses_have_one_event(look: Look) -> Iterator[Finding]:
    """An event subprocess has one start event, of a kind that can happen, and no flows of its own outside."""
    for node in look.nodes:
        if not is_true(node.element, "triggeredByEvent"):
            continue
        starts = children(node.element, "startEvent")
        if node.kind != "subProcess":
            yield error(
                "event-subprocess.kind",
                node.id,
                f"“{node.title}”：只有普通子流程可以由事件触发",
                f"{node.id}: only a plain subprocess may be triggered by an event",
            )
        if len(starts) != 1 or not event_definitions(starts[0]):
            yield error(
                "event-subprocess.start",
                node.id,
                f"事件子流程“{node.title}”应有且只有一个开始事件，并写明是什么事件",
                f"The event subprocess {node.id} must have exactly one start event, with an event definition",
            )
        elif is_true(starts[0], "isInterrupting", "true") is False and "error" in {
            EVENT_KINDS[local_name(definition)] for definition in event_definitions(starts[0])
        }:
            yield error(
                "event-subprocess.error-not-interrupting",
                starts[0].get("id", ""),
                "错误事件子流程必须中断",
                "An event subprocess started by an error must interrupt",
            )
        if node.id in look.incoming or node.id in look.outgoing:
            yield error(
                "event-subprocess.flow",
                node.id,
                f"事件子流程“{node.title}”不能有流入或流出的连线",
                f"The event subprocess {node.id} may have no incoming or outgoing flow",
            )
        if children(node.element, "multiInstanceLoopCharacteristics") or children(
            node.element, "standardLoopCharacteristics"
        ):
            yield error(
                "event-subprocess.loop",
                node.id,
                f"事件子流程“{node.title}”不能是多实例或循环",
                f"The event subprocess {node.id} may not be repeated",
            )


def compensation_is_connected(look: Look) -> Iterator[Finding]:
    """A compensation event on an activity leads to one compensation activity; what is to be undone can be seen."""
    hosts: set[str] = set()
    for node in look.nodes:
        kinds = [EVENT_KINDS[local_name(definition)] for definition in event_definitions(node.element)]
        if "compensate" not in kinds:
            continue
        if node.kind == "boundaryEvent":
            host = bare(node.element.get("attachedToRef"))
            if host in hosts:
                yield error(
                    "compensation.twice",
                    node.id,
                    f"活动“{host}”上已有补偿边界事件，一个活动只能有一个",
                    f"The activity {host} carries a compensation event already; it may have one",
                )
            hosts.add(host)
            targets = [look.one(key) for key in handlers_of(node.scope).get(node.id, ())]
            handlers = [
                target
                for target in targets
                if target is not None
                and local_name(target) in ACTIVITIES
                and is_true(target, "isForCompensation")
                and target.getparent() is node.scope
            ]
            if len(handlers) != 1:
                yield error(
                    "compensation.no-handler",
                    node.id,
                    f"补偿边界事件“{node.title}”应以关联线连到一个补偿活动(isForCompensation)",
                    f"The compensation event {node.id} must be associated with one compensation activity",
                )
        elif node.kind in ("intermediateThrowEvent", "endEvent"):
            for definition in event_definitions(node.element):
                wanted = bare(definition.get("activityRef"))
                scopes: list[etree._Element | None] = [node.scope]
                if is_true(node.scope, "triggeredByEvent"):
                    scopes.append(node.scope.getparent())
                target = look.one(wanted) if wanted else None
                if wanted and (
                    target is None
                    or local_name(target) not in ACTIVITIES
                    or not any(target.getparent() is scope for scope in scopes)
                ):
                    yield error(
                        "compensation.not-visible",
                        node.id,
                        f"“{node.title}”要补偿的活动“{wanted}”不在同一范围内",
                        f"The activity {wanted} that {node.id} is to compensate is not in the same scope",
                    )


RULES = (
    behaviours_throw_something,
    event_subprocesses_have_one_event,
    compensation_is_connected,
)
