"""Rules of the specification on pools, message flows, conversations and choreographies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, local_name
from workflows.engine.model import Finding
from workflows.engine.rules.happenings import kinds_of
from workflows.engine.rules.look import (
    ACTIVITIES,
    CHOREOGRAPHIES,
    EVENTS,
    Look,
    error,
    is_true,
    texts,
    warning,
)

_INTERACTS = (
    ACTIVITIES
    | EVENTS
    | CHOREOGRAPHIES
    | {"participant", "conversation", "subConversation", "callConversation"}
)


def message_flows_join_pools(look: Look) -> Iterator[Finding]:
    """A message flow leads from one pool, or what sends in it, to another pool, or what receives in it."""
    pool_of = _pools(look)
    for flow in look.all("messageFlow"):
        source, target = look.to(flow.get("sourceRef")), look.to(flow.get("targetRef"))
        if source is None or target is None:
            continue  # an unknown reference is told as such
        key = flow.get("id", "")
        for end, word_zh, word_en in ((source, "起点", "source"), (target, "终点", "target")):
            if local_name(end) not in _INTERACTS:
                yield error(
                    "message-flow.end",
                    key,
                    f"消息流的{word_zh}不能是 {local_name(end)}",
                    f"The {word_en} of a message flow cannot be a {local_name(end)}",
                )
        if source is target or (pool_of(source) is not None and pool_of(source) is pool_of(target)):
            yield error(
                "message-flow.same-pool",
                key,
                "消息流的两端在同一个泳池里，应连接不同的参与者",
                "A message flow connects two pools; both its ends are in one",
            )
        yield from _sends(look, key, source)
        yield from _receives(look, key, target)


def _sends(look: Look, key: str, source: etree._Element) -> Iterator[Finding]:
    kind = local_name(source)
    if kind not in EVENTS:
        return
    if kind in ("startEvent", "intermediateCatchEvent", "boundaryEvent"):
        yield error(
            "message-flow.source",
            key,
            f"消息流不能从 {kind} 发出",
            f"A message flow cannot begin at a {kind}",
        )
    elif "message" not in kinds_of(look, source):
        yield error(
            "message-flow.no-message-event",
            source.get("id", ""),
            "发出消息流的事件应是消息事件",
            "An event that sends a message flow must be a message event",
        )


def _receives(look: Look, key: str, target: etree._Element) -> Iterator[Finding]:
    kind = local_name(target)
    if kind not in EVENTS:
        return
    if kind in ("endEvent", "intermediateThrowEvent"):
        yield error(
            "message-flow.target",
            key,
            f"消息流不能到 {kind}",
            f"A message flow cannot end at a {kind}",
        )
    elif "message" not in kinds_of(look, target):
        yield error(
            "message-flow.no-message-event",
            target.get("id", ""),
            "接收消息流的事件应是消息事件",
            "An event that receives a message flow must be a message event",
        )


def _pools(look: Look) -> Callable[[etree._Element], etree._Element | None]:
    """A function from an element to its pool: the participant, or the process no participant stands for."""
    participants = {bare(p.get("processRef")): p for p in look.all("participant") if p.get("processRef")}

    @cache
    def pool_of(element: etree._Element) -> etree._Element | None:
        if local_name(element) == "participant":
            return element
        for above in element.iterancestors():
            if local_name(above) == "process":
                return participants.get(above.get("id", ""), above)
        return None

    return pool_of


def participants_are_right(look: Look) -> Iterator[Finding]:
    """No two pools show one process; a multiplicity counts from 0, and to 1 or more."""
    shown: dict[str, str] = {}
    for participant in (p for c in look.all("collaboration") for p in children(c, "participant")):
        process = bare(participant.get("processRef"))
        first = shown.setdefault(process, participant.get("id", ""))
        if process and first != participant.get("id", ""):
            yield warning(
                "participant.same-process",
                participant.get("id", ""),
                f"流程“{process}”已由泳池“{first}”表示",
                f"The process {process} is shown by the pool {first} already",
            )
    for many in look.all("participantMultiplicity"):
        least, most = _integer(many.get("minimum", "0")), _integer(many.get("maximum", "1"))
        owner = many.getparent()
        if least is None or most is None:
            continue  # not a number: told by the grammar
        said = many.get("maximum") is not None
        if least < 0 or (said and (most < 1 or most < least)) or (not said and least > 1):
            yield error(
                "participant.multiplicity",
                owner.get("id", "") if owner is not None else "",
                f"参与者的数量 {least} 到 {most} 不对：最少不能为负，最多至少为 1，且不少于最少",
                f"A multiplicity from {least} to {most} is wrong: at least 0, at most 1 or more and not below the least",
            )


def _integer(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.lstrip("+-").isdigit() and len(text) < 19 else None


def choreographies_stay_apart(look: Look) -> Iterator[Finding]:
    """A process holds no choreography activities; a choreography no activities of a process."""
    for scope in look.scopes:
        strange = {"choreography": ACTIVITIES, "subChoreography": ACTIVITIES}.get(
            local_name(scope), CHOREOGRAPHIES
        )
        for element in scope:
            if is_bpmn(element) and local_name(element) in strange:
                yield error(
                    "choreography.mixed",
                    element.get("id", "") or scope.get("id", ""),
                    f"{local_name(scope)} 里不能有 {local_name(element)}",
                    f"A {local_name(scope)} cannot hold a {local_name(element)}",
                )


def choreography_tasks_have_two_sides(look: Look) -> Iterator[Finding]:
    """A choreography task has two participants, one of whom begins; a loop over instances says so."""
    for element in look.all("choreographyTask", "subChoreography", "callChoreography"):
        sides = [bare(text) for text in texts(element, "participantRef")]
        key = element.get("id", "")
        if local_name(element) == "choreographyTask" and len(set(sides)) != 2:
            yield error(
                "choreography.participants",
                key,
                f"编排任务“{element.get('name') or key}”要有两个参与者（现有 {len(set(sides))} 个）",
                f"The choreography task {key} needs two participants (it has {len(set(sides))})",
            )
        begins = bare(element.get("initiatingParticipantRef"))
        if begins and begins not in sides:
            yield error(
                "choreography.initiator",
                key,
                f"发起方“{begins}”不是这个编排活动的参与者",
                f"{begins}, who begins, is no participant of {key}",
            )


def choreography_references_are_right(look: Look) -> Iterator[Finding]:
    """Only a collaboration refers to a choreography, and both are closed or both are open."""
    for element in look.all("choreography", "globalConversation"):
        if children(element, "choreographyRef"):
            yield error(
                "choreography.refers",
                element.get("id", ""),
                f"{local_name(element)} 不能引用编排",
                f"A {local_name(element)} may not refer to a choreography",
            )
    for element in look.all("globalConversation"):
        for child in element:
            if is_bpmn(child) and local_name(child) in _NOT_IN_GLOBAL:
                yield error(
                    "conversation.global",
                    element.get("id", ""),
                    f"全局会话里不能有 {local_name(child)}",
                    f"A global conversation may not hold a {local_name(child)}",
                )
    for element in look.all("collaboration"):
        for reference in texts(element, "choreographyRef"):
            target = look.to(reference)
            if target is not None and is_true(element, "isClosed") != is_true(target, "isClosed"):
                yield error(
                    "choreography.closed",
                    element.get("id", ""),
                    "协作与它引用的编排，isClosed 必须一致",
                    "A collaboration and the choreography it refers to must agree on isClosed",
                )


_NOT_IN_GLOBAL = frozenset(
    (
        "conversation",
        "subConversation",
        "callConversation",
        "participantAssociation",
        "messageFlowAssociation",
        "conversationAssociation",
        "association",
        "group",
        "textAnnotation",
    )
)


def public_processes_do_not_run(look: Look) -> Iterator[Finding]:
    """A public process shows what others see; it is not executable."""
    for process in look.processes:
        if process.get("processType") == "Public" and is_true(process, "isExecutable"):
            yield error(
                "process.public",
                process.get("id", ""),
                "公开流程（Public）不能标为可执行",
                "A public process may not be marked as executable",
            )


def quantities_are_positive(look: Look) -> Iterator[Finding]:
    """Start and completion quantity are one or more."""
    for node in look.all_nodes:
        for name in ("startQuantity", "completionQuantity"):
            count = _integer(node.element.get(name, "1"))
            if count is not None and count < 1:
                yield error(
                    "activity.quantity",
                    node.id,
                    f"“{node.title}”的 {name} 不能小于 1",
                    f"The {name} of {node.id} cannot be less than 1",
                )


def ad_hoc_subprocesses_hold_work(look: Look) -> Iterator[Finding]:
    """An ad hoc subprocess has activities, and neither start nor end events."""
    for node in look.of_kind.get("adHocSubProcess", ()):
        inside = {local_name(child) for child in node.element if is_bpmn(child)}
        if not inside & ACTIVITIES:
            yield error(
                "ad-hoc.empty",
                node.id,
                f"临时子流程“{node.title}”里至少要有一个活动",
                f"The ad hoc subprocess {node.id} needs an activity",
            )
        for name in sorted(inside & {"startEvent", "endEvent"}):
            yield error(
                "ad-hoc.events",
                node.id,
                f"临时子流程“{node.title}”里不能有 {name}",
                f"The ad hoc subprocess {node.id} may not hold a {name}",
            )


RULES = (
    message_flows_join_pools,
    participants_are_right,
    choreographies_stay_apart,
    choreography_tasks_have_two_sides,
    choreography_references_are_right,
    public_processes_do_not_run,
    quantities_are_positive,
    ad_hoc_subprocesses_hold_work,
)
