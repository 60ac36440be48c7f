"""Rules on circles of the drawing: one that nothing leads out of, or that goes round without anything changing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from forms.feel import FeelSyntaxError
from workflows.engine.drawing import bare, camunda, children, descendants, is_bpmn, local_name, text_of
from workflows.engine.expressions import ScriptError, expression, script
from workflows.engine.model import Finding
from workflows.engine.rules.look import FLOW_NODES, Look, warning

_MOVES_ON = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "task", "scriptTask"})
"""Nodes at which nothing waits and nothing comes in from outside."""


def circles_have_a_way_out(look: Look) -> Iterator[Finding]:
    """A circle of flows can be left, and something in it waits or changes what its gateways ask."""
    running = set(look.executable)
    for scope in look.scopes:
        if scope not in running and not look.runs(scope):
            continue
        nodes = {
            child.get("id", ""): child
            for child in scope
            if is_bpmn(child) and local_name(child) in FLOW_NODES
        }
        for circle in _circles(look, nodes):
            yield from _circle(look, nodes, circle)


def _circle(look: Look, nodes: dict[str, etree._Element], circle: set[str]) -> Iterator[Finding]:
    first = next(key for key in nodes if key in circle)
    name = nodes[first].get("name") or first
    out = [
        flow
        for key in circle
        for flow in look.outgoing.get(key, ())
        if bare(flow.get("targetRef")) not in circle
    ]
    if not out and not any(key in look.attached for key in circle):
        yield warning(
            "loop.no-way-out",
            first,
            f"从“{name}”开始的循环没有出路，流程不会结束",
            f"The circle at {first} has no way out; the process would never end",
        )
    elif all(local_name(nodes[key]) in _MOVES_ON for key in circle) and not _changes(look, nodes, circle):
        yield warning(
            "loop.never-changes",
            first,
            f"从“{name}”开始的循环里没有任何步骤改变网关所看的变量，可能一直循环",
            f"Nothing in the circle at {first} changes what its gateways ask; it may go round for ever",
        )


def _changes(look: Look, nodes: dict[str, etree._Element], circle: set[str]) -> bool:
    """True if a script of the circle writes a name that a condition on its flows reads."""
    written: set[str] = set()
    read: set[str] = set()
    for key in circle:
        for body in children(nodes[key], "script"):
            try:
                written |= {name for name, _ in script(text_of(body))}
            except (ScriptError, FeelSyntaxError, ValueError, RecursionError):
                return True
        if camunda(nodes[key], "resultVariable"):
            return True
        for flow in look.outgoing.get(key, ()):
            for condition in children(flow, "conditionExpression"):
                try:
                    read |= expression(text_of(condition)).names
                except (FeelSyntaxError, ValueError, RecursionError):
                    return True
    return bool(written & read)


def _circles(look: Look, nodes: dict[str, etree._Element]) -> Iterator[set[str]]:
    """Strongly connected parts of a scope that hold a circle (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    stacked: set[str] = set()
    for root in nodes:
        if root in index:
            continue
        todo: list[tuple[str, Iterator[str]]] = [(root, _next(look, nodes, root))]
        index[root] = low[root] = len(index)
        stack.append(root)
        stacked.add(root)
        while todo:
            key, following = todo[-1]
            for target in following:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    stacked.add(target)
                    todo.append((target, _next(look, nodes, target)))
                    break
                if target in stacked:
                    low[key] = min(low[key], index[target])
            else:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[key])
                if low[key] == index[key]:
                    part: set[str] = set()
                    while key not in part:
                        part.add(stack.pop())
                    stacked -= part
                    if len(part) > 1 or key in _next(look, nodes, key):
                        yield part


def _next(look: Look, nodes: dict[str, etree._Element], key: str) -> Iterator[str]:
    return iter(
        [target for flow in look.outgoing.get(key, ()) if (target := bare(flow.get("targetRef"))) in nodes]
    )


def processes_do_not_call_themselves(look: Look) -> Iterator[Finding]:
    """No process of the file calls itself, be it by another one of the file."""
    calls = {
        process.get("id", ""): [
            (call, bare(call.get("calledElement"))) for call in descendants(process, "callActivity")
        ]
        for process in look.executable
    }
    for key, made in calls.items():
        for call, called in made:
            if key in _called_from(calls, called):
                yield warning(
                    "loop.calls-itself",
                    call.get("id", ""),
                    f"流程“{key}”又调用到它自己，可能没有尽头",
                    f"The process {key} comes to call itself; it may have no end",
                )


def _called_from(calls: Mapping[str, list[tuple[etree._Element, str]]], first: str) -> set[str]:
    found: set[str] = set()
    todo = [first]
    while todo:
        key = todo.pop()
        if key in calls and key not in found:
            found.add(key)
            todo += [called for _, called in calls[key]]
    return found


RULES = (circles_have_a_way_out, processes_do_not_call_themselves)
