"""Rules on where paths lead: what cannot be reached, what never goes on, what ends without an end event."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, is_true, link_aim, link_keys, local_name
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, FLOW_NODES, SCOPES, Look, error, warning


def everything_is_reached(look: Look) -> Iterator[Finding]:
    """Every node can be reached from a start of its scope."""
    for scope in running_scopes(look):
        nodes = nodes_of(scope)
        if not any(local_name(element) == "startEvent" for element in nodes.values()):
            continue
        seen = reachable(look, nodes)
        for key, element in nodes.items():
            if (
                key not in seen
                and not is_true(element, "triggeredByEvent")
                and not is_true(element, "isForCompensation")
            ):
                yield warning(
                    "node.unreachable",
                    key,
                    f"“{element.get('name') or key}”无法到达",
                    f"{key} cannot be reached",
                )


def paths_end_at_end_events(look: Look) -> Iterator[Finding]:
    """Where a scope has end events, every path leads to one (BPMN 2.0, 10.5.3).

    What cannot be reached is told as such; gateways and events have rules of their own.
    """
    for scope in running_scopes(look):
        nodes = nodes_of(scope)
        if local_name(scope) == "adHocSubProcess" or not any(
            local_name(element) == "endEvent" for element in nodes.values()
        ):
            continue
        for key in reachable(look, nodes):
            element = nodes[key]
            if (
                local_name(element) in ACTIVITIES
                and not look.outgoing.get(key)
                and not is_true(element, "triggeredByEvent")
                and not is_true(element, "isForCompensation")
            ):
                yield error(
                    "activity.no-outgoing",
                    key,
                    f"“{element.get('name') or key}”没有流出的连线；画了结束事件，每条路都要通到结束事件",
                    f"No flow leaves {key}; where there are end events every path leads to one",
                )


_MOST_VISITS = 250_000
"""Joins times nodes of a scope that are looked at; beyond, nobody can read the drawing anyway."""


def joins_do_not_wait_for_themselves(look: Look) -> Iterator[Finding]:
    """A parallel gateway does not wait for a flow that only comes from behind itself: it would never fire."""
    for scope in running_scopes(look):
        nodes = nodes_of(scope)
        joins = {
            key: element
            for key, element in nodes.items()
            if local_name(element) == "parallelGateway" and len(look.incoming.get(key, [])) > 1
        }
        if not joins or len(joins) * len(nodes) > _MOST_VISITS:
            continue
        everywhere = reachable(look, nodes)
        for key, element in joins.items():
            flows = look.incoming[key]
            before = reachable(look, nodes, without=key)
            for flow in flows:
                source = bare(flow.get("sourceRef"))
                if source in everywhere and source not in before:
                    yield error(
                        "gateway.waits-for-itself",
                        key,
                        f"并行网关“{element.get('name') or key}”要等连线“{flow.get('id')}”，而它只能从这个网关之后回来，"
                        "流程会卡住；回来的连线请接到并行网关之前（例如一个排他网关）",
                        f"The parallel gateway {key} waits for the flow {flow.get('id')}, which only comes back "
                        "from behind it; lead it to an exclusive gateway in front instead",
                    )


_CHOICES = frozenset({"exclusiveGateway", "eventBasedGateway"})


def joins_do_not_wait_for_a_choice(look: Look) -> Iterator[Finding]:
    """A parallel gateway does not wait for two ways of one choice: only one of them is ever gone."""
    for node in look.of_kind.get("parallelGateway", ()):
        begins = [_begin(look, flow) for flow in look.incoming.get(node.id, ())]
        twice = next((key for key in begins if key and begins.count(key) > 1), "")
        if twice:
            yield warning(
                "gateway.waits-for-choice",
                node.id,
                f"并行网关“{node.title}”要等“{twice}”的几条出路都到，而那里只会选一条，流程会卡住；请改用排他网关汇合",
                f"The parallel gateway {node.id} waits for several ways out of {twice}, of which only one is taken; "
                "join them by an exclusive gateway",
            )


def _begin(look: Look, flow: etree._Element) -> str:
    """The choice that a flow comes from by a line without forks and joins; empty where it comes from elsewhere."""
    passed: set[str] = set()
    while (source := bare(flow.get("sourceRef"))) not in passed:
        passed.add(source)
        ways_in = look.incoming.get(source, [])
        if len(look.outgoing.get(source, [])) > 1:
            kinds = {local_name(element) for element in look.ids.get(source, [])}
            return source if kinds <= _CHOICES else ""
        if len(ways_in) != 1:
            return ""
        flow = ways_in[0]
    return ""


def running_scopes(look: Look) -> list[etree._Element]:
    return [*look.executable, *(node.element for node in look.nodes if node.kind in SCOPES)]


def nodes_of(scope: etree._Element) -> dict[str, etree._Element]:
    """Id -> flow node, of one scope."""
    return {
        element.get("id", ""): element
        for element in scope
        if is_bpmn(element) and local_name(element) in FLOW_NODES
    }


def reachable(look: Look, nodes: dict[str, etree._Element], without: str = "") -> set[str]:
    """Ids of the nodes that can be reached from the starts of a scope, not passing through one of them."""
    attached: dict[str, list[str]] = {}
    links: dict[str, str] = {}
    for key, element in nodes.items():
        if local_name(element) == "boundaryEvent":
            attached.setdefault(bare(element.get("attachedToRef")), []).append(key)
        elif local_name(element) == "intermediateCatchEvent":
            for definition in children(element, "linkEventDefinition"):
                links.update(dict.fromkeys(link_keys(definition), key))
    seen: set[str] = set()
    todo = [key for key, element in nodes.items() if local_name(element) == "startEvent"] or [
        key
        for key, element in nodes.items()
        if key not in look.incoming and local_name(element) != "boundaryEvent"
    ]
    while todo:
        key = todo.pop()
        if key in seen or key not in nodes or key == without:
            continue
        seen.add(key)
        todo.extend(bare(flow.get("targetRef")) for flow in look.outgoing.get(key, []))
        todo.extend(attached.get(key, []))
        aims = [link_aim(definition) for definition in children(nodes[key], "linkEventDefinition")]
        todo.extend(links[aim] for aim in aims if aim in links)
    return seen


RULES = (
    everything_is_reached,
    paths_end_at_end_events,
    joins_do_not_wait_for_themselves,
    joins_do_not_wait_for_a_choice,
)
