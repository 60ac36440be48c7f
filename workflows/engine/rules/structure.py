"""Rules on the file as a whole, on ids, and on flows and what they connect."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import BPMN, bare, children, is_bpmn, is_true, local_name
from workflows.engine.extensions import event_definitions
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, FLOW_NODES, GATEWAYS, SCOPES, Look, error, warning

_NCNAME = re.compile(r"[^\W\d][\w.\-·]*", re.UNICODE)


def is_a_diagram(look: Look) -> Iterator[Finding]:
    """The root is `definitions` of BPMN 2.0, and something in it can run."""
    root = look.root
    if local_name(root) != "definitions" or not is_bpmn(root):
        yield error(
            "file.not-bpmn",
            "",
            f"不是 BPMN 2.0 流程图（根元素是 {local_name(root) or '未知'}）",
            f"Not a BPMN 2.0 diagram (the root element is {local_name(root) or 'unknown'})",
        )
        return
    if look.executable:
        return
    if look.processes:
        for process in look.processes:
            yield error(
                "process.not-executable",
                process.get("id", ""),
                f"流程“{process.get('name') or process.get('id', '')}”没有勾选“可执行”",
                f"Process {process.get('id', '')} is not marked as executable",
            )
        return
    kind = "choreography" if children(root, "choreography") else "process"
    yield error(
        "process.none",
        "",
        "图中没有可执行的流程" + ("（只有编排图）" if kind == "choreography" else ""),
        "There is no executable process in the diagram"
        + (" (only a choreography)" if kind == "choreography" else ""),
    )


def executable_is_said(look: Look) -> Iterator[Finding]:
    """`isExecutable` is written on each process."""
    for process in look.processes:
        if process.get("isExecutable") is None:
            yield warning(
                "process.executable-not-said",
                process.get("id", ""),
                "流程没有写明 isExecutable，按可执行处理",
                "The process does not say isExecutable; it is taken as executable",
            )


_NEED_IDS = FLOW_NODES | {"process", "sequenceFlow", "message", "signal", "error", "escalation"}


def ids_are_there(look: Look) -> Iterator[Finding]:
    """Whatever is referred to or runs has an id."""
    for element in look.root.iter(etree.Element):
        if is_bpmn(element) and local_name(element) in _NEED_IDS and not element.get("id", "").strip():
            name = element.get("name") or local_name(element)
            yield error(
                "id.missing",
                _nearest(element),
                f"{local_name(element)}“{name}”没有 id",
                f"A {local_name(element)} ({name}) has no id",
            )


def _nearest(element: etree._Element) -> str:
    above = element.getparent()
    while above is not None:
        if above.get("id"):
            return str(above.get("id"))
        above = above.getparent()
    return ""


def ids_are_unique(look: Look) -> Iterator[Finding]:
    """No two BPMN elements of a file share an id, and each id is a name XML allows."""
    for key, elements in look.ids.items():
        if len(elements) > 1:
            kinds = "、".join(local_name(element) for element in elements[:4])
            yield error(
                "id.duplicate",
                key,
                f"id“{key}”用了 {len(elements)} 次（{kinds}）",
                f"The id {key} is used {len(elements)} times ({kinds})",
            )
        elif key and not _NCNAME.fullmatch(key):
            yield error(
                "id.invalid",
                key,
                f"id“{key}”不合 XML 命名规则（以字母开头，不含空格和冒号）",
                f"The id {key} is no XML name (a letter first, no spaces or colons)",
            )


def flows_connect(look: Look) -> Iterator[Finding]:
    """Each sequence flow leads from one node to another of the same scope."""
    for flow, scope in look.flows:
        key = flow.get("id", "")
        ends = {}
        for attribute, word_zh, word_en in (
            ("sourceRef", "起点", "source"),
            ("targetRef", "终点", "target"),
        ):
            reference = bare(flow.get(attribute))
            end = look.one(reference) if reference else None
            if end is None or local_name(end) not in FLOW_NODES:
                yield error(
                    f"flow.unknown-{word_en}",
                    key,
                    f"连线的{word_zh}“{reference or '(空)'}”不存在"
                    if end is None
                    else f"连线的{word_zh}“{reference}”不是流程节点",
                    f"The {word_en} of the flow, {reference or '(none)'}, "
                    + ("does not exist" if end is None else "is no flow node"),
                )
            else:
                ends[attribute] = end
        for end in ends.values():
            if end.getparent() is not scope:
                yield error(
                    "flow.crosses-scope",
                    key,
                    f"连线跨越了子流程或泳池的边界（到“{end.get('id')}”）",
                    f"The flow crosses the border of a subprocess or pool (to {end.get('id')})",
                )
                break


def flow_ends_are_right(look: Look) -> Iterator[Finding]:
    """Nothing enters a start event or a boundary event, nothing leaves an end event."""
    for node in look.all_nodes:
        if node.kind in ("startEvent", "boundaryEvent") and node.id in look.incoming:
            yield error(
                "flow.into-start",
                node.id,
                f"“{node.title}”是{'开始' if node.kind == 'startEvent' else '边界'}事件，不能有流入的连线",
                f"{node.id} is a {'start' if node.kind == 'startEvent' else 'boundary'} event and may have no incoming flow",
            )
        if node.kind == "endEvent" and node.id in look.outgoing:
            yield error(
                "flow.out-of-end",
                node.id,
                f"“{node.title}”是结束事件，不能有流出的连线",
                f"{node.id} is an end event and may have no outgoing flow",
            )


def boundaries_are_attached(look: Look) -> Iterator[Finding]:
    """A boundary event sits on an activity of its own scope, and something follows it."""
    for node in look.all_nodes:
        if node.kind != "boundaryEvent":
            continue
        reference = bare(node.element.get("attachedToRef"))
        host = look.one(reference) if reference else None
        if (
            host is None
            or local_name(host) not in ACTIVITIES
            or host.getparent() is not node.scope
            or is_true(host, "triggeredByEvent")
        ):
            yield error(
                "boundary.not-attached",
                node.id,
                f"边界事件“{node.title}”没有附着在同一范围内的活动上（{reference or '空'}；事件子流程也不能附着）",
                f"The boundary event {node.id} is not attached to an activity of its scope ({reference or 'none'}; "
                "an event subprocess carries none)",
            )


def starts_are_there(look: Look) -> Iterator[Finding]:
    """A process has somewhere to begin; a subprocess has exactly one plain start event, or none."""
    for scope in [*look.executable, *(node.element for node in look.nodes if node.kind in SCOPES)]:
        starts = children(scope, "startEvent")
        nodes = [element for element in scope if is_bpmn(element) and local_name(element) in FLOW_NODES]
        key = scope.get("id", "")
        if not nodes:
            yield error(
                "process.empty", key, f"“{scope.get('name') or key}”里没有任何节点", f"{key} has no nodes"
            )
        elif not starts and not any(
            element.get("id") not in look.incoming and local_name(element) != "boundaryEvent"
            for element in nodes
        ):
            yield error(
                "process.no-start",
                key,
                f"“{scope.get('name') or key}”没有开始事件，也没有可以开始的节点",
                f"{key} has no start event and no node to begin with",
            )
        if local_name(scope) in SCOPES and not is_true(scope, "triggeredByEvent"):
            for start in starts:
                if event_definitions(start):
                    yield error(
                        "subprocess.start-event",
                        start.get("id", ""),
                        "子流程只能从普通的开始事件开始",
                        "A subprocess may only begin with a plain start event",
                    )
            if len(starts) > 1:
                yield error(
                    "subprocess.several-starts",
                    key,
                    "子流程只能有一个开始事件",
                    "A subprocess may have one start event only",
                )


def several_plain_starts(look: Look) -> Iterator[Finding]:
    """A process with several plain start events starts all of them at once."""
    for process in look.executable:
        plain = [start for start in children(process, "startEvent") if not event_definitions(start)]
        if len(plain) > 1:
            yield error(
                "process.several-starts",
                process.get("id", ""),
                "流程有多个普通开始事件，不知从何处开始",
                "The process has several plain start events; it is not clear where to begin",
            )


def defaults_are_outgoing(look: Look) -> Iterator[Finding]:
    """A default flow leaves its own element, has no condition, and stands where defaults may."""
    for node in look.all_nodes:
        default = node.element.get("default")
        if not default:
            continue
        found = [flow for flow in look.outgoing.get(node.id, []) if flow.get("id") == bare(default)]
        if not found:
            yield error(
                "flow.default-unknown",
                node.id,
                f"“{node.title}”的默认连线“{default}”不是它流出的连线",
                f"The default flow {default} of {node.id} does not leave it",
            )
        elif children(found[0], "conditionExpression"):
            yield error(
                "flow.default-conditional",
                bare(default),
                "默认连线不能带条件",
                "A default flow may have no condition",
            )


def gateways_have_ways(look: Look) -> Iterator[Finding]:
    """A gateway leads somewhere, and a splitting one has conditions or a default."""
    for node in look.nodes:
        if node.kind not in GATEWAYS:
            continue
        flows = look.outgoing.get(node.id, [])
        if not flows:
            yield error(
                "gateway.no-way-out",
                node.id,
                f"网关“{node.title}”没有流出的连线",
                f"The gateway {node.id} has no outgoing flow",
            )
        if node.kind not in ("exclusiveGateway", "inclusiveGateway") or len(flows) < 2:
            continue
        default = bare(node.element.get("default"))
        bare_flows = [
            flow for flow in flows if flow.get("id") != default and not children(flow, "conditionExpression")
        ]
        for flow in bare_flows:
            yield error(
                "gateway.flow-without-condition",
                flow.get("id", ""),
                f"网关“{node.title}”有多条出路，这条连线既没有条件，也不是默认连线",
                f"The gateway {node.id} has several ways out; this flow has no condition and is not the default",
            )
        if not default and not bare_flows:
            yield warning(
                "gateway.no-default",
                node.id,
                f"网关“{node.title}”没有默认连线，条件都不成立时流程会异常",
                f"The gateway {node.id} has no default flow; if no condition holds the process fails",
            )


def drawn_and_named(look: Look) -> Iterator[Finding]:
    """There is a drawing, and user tasks have names."""
    if not look.root.findall(".//{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape"):
        yield warning(
            "drawing.missing",
            "",
            "文件里没有图形，页面上无法显示流程图",
            "There is no drawing in the file to show",
        )
    for node in look.nodes:
        if node.kind == "userTask" and not node.element.get("name", "").strip():
            yield warning("name.missing", node.id, "人工任务没有名称", "A user task has no name")


RULES = (
    is_a_diagram,
    executable_is_said,
    ids_are_there,
    ids_are_unique,
    flows_connect,
    flow_ends_are_right,
    boundaries_are_attached,
    starts_are_there,
    several_plain_starts,
    defaults_are_outgoing,
    gateways_have_ways,
    drawn_and_named,
)
__all__ = ["BPMN", "RULES"]
