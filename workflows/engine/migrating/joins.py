"""Parallel gateways that hold tokens, or soon will: can each of their flows still come?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from workflows.engine.gateways import Gather, Join, ParallelGateway
from workflows.engine.migrating import remarks
from workflows.engine.model import Finding
from workflows.engine.specs import Node, ProcessSpec
from workflows.engine.tokens import Token


def ahead(scope: ProcessSpec, starts: Iterable[str], stop: str = "") -> set[str]:
    """Names of all specs that tokens at the given ones can reach without passing `stop`, inclusive."""
    seen: set[str] = set()
    todo = list(starts)
    while todo:
        name = todo.pop()
        spec = scope.task_specs.get(name)
        if spec is None or name in seen or name == stop:
            continue
        seen.add(name)
        todo.extend(spec._outputs)
        if isinstance(spec, Node):
            todo.extend(spec.plan.boundaries)
    return seen


def inputs(spec: Node) -> list[str]:
    """Names of the specs whose flows lead to one; SpiffWorkflow keeps them."""
    return cast("list[str]", cast(Any, spec)._inputs)


def position(token: Token, kept: Mapping[int, Node]) -> str:
    """Where in its scope a token stands: an instance, or an armed event, at its activity."""
    above = token.parent
    beside = token.triggered or (token.task_spec.attached and token._state == 8)
    if beside and above is not None and above.id in kept:
        return position(above, kept)
    return kept[token.id].name if token.id in kept else ""


@dataclass
class Joined:
    """What becomes of the tokens in a scope's joins.

    Attributes:
        sources: waiting token -> the spec it is to have come from, where that is another than before.
        dropped: waiting tokens of branches that are drawn no more, and that nobody waits for.
    """

    sources: dict[int, str] = field(default_factory=dict)
    dropped: list[Token] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def look(
    scope: ProcessSpec,
    old: ProcessSpec,
    live: list[Token],
    kept: Mapping[int, Node],
    origins: Mapping[str, str],
) -> Joined:
    """See what becomes of the tokens in a scope's joins, and whether each can still fire.

    `origins`: name of a spec of the new version -> of the old one it was.
    """
    joined = Joined()
    positions = {token.id: position(token, kept) for token in live}
    for spec in scope.task_specs.values():
        if not isinstance(spec, Join) or isinstance(spec, Gather):
            continue
        waiting = [token for token in live if kept.get(token.id) is spec]
        coming = ahead(scope, (positions[t.id] for t in live if t not in waiting), stop=spec.name)
        reached = any(name in coming for name in inputs(spec))
        free, left = _attribute(spec, scope, waiting, kept, coming, joined)
        if not isinstance(spec, ParallelGateway):
            continue
        if left and not reached and len(left) == len(waiting):
            joined.findings += [remarks.join_unclear(spec, _source(token)) for token in left]
            continue
        joined.dropped += left
        joined.findings += [remarks.branch_gone(spec, _source(token)) for token in left]
        missing = [name for name in free if name not in coming]
        held = len(waiting) > len(left)
        if missing and (held or reached) and not _starved_before(spec, old, live, origins):
            joined.findings += [remarks.join_starves(spec, _called(scope, name)) for name in missing]
    return joined


def _attribute(
    spec: Node,
    scope: ProcessSpec,
    waiting: list[Token],
    kept: Mapping[int, Node],
    coming: set[str],
    joined: Joined,
) -> tuple[list[str], list[Token]]:
    """Give each waiting token its flow; returns the flows, and the tokens, that are left.

    A token of a task that has another behind it now is given a flow that lies behind that; one of a task that is
    drawn no more, a flow on which nobody else comes. Which token has which flow is all the same to the gateway.
    """
    free = list(inputs(spec))
    strays: list[tuple[Token, set[str]]] = []
    for token in waiting:
        above = token.parent
        name = kept[above.id].name if above is not None and above.id in kept else ""
        if name in free:
            free.remove(name)
        elif name not in inputs(spec):
            passed = name or _before(token, kept)
            behind = ahead(scope, [passed], stop=spec.name) if passed else set(free)
            strays.append((token, behind if name else behind - coming))
    left = []
    for token, behind in sorted(strays, key=lambda stray: len(stray[1] & set(free))):
        fitting = sorted(behind & set(free), key=lambda each: (each in coming, each))
        if not fitting:
            left.append(token)
            continue
        free.remove(fitting[0])
        joined.sources[token.id] = fitting[0]
        there = scope.task_specs[fitting[0]]
        if isinstance(there, Node) and there.plan.tag.lower().endswith(_WORK):
            joined.findings.append(remarks.branch_passed(there, spec))
    return free, left


_WORK = ("task", "subprocess", "callactivity", "transaction")


def _before(token: Token, kept: Mapping[int, Node]) -> str:
    """The nearest spec a token came by that the new version has as well."""
    above = token.parent
    while above is not None and above.id not in kept:
        above = above.parent
    return kept[above.id].name if above is not None else ""


def _starved_before(spec: Node, old: ProcessSpec, live: list[Token], origins: Mapping[str, str]) -> bool:
    """Whether the very same gateway could not have fired in the old version either."""
    before = old.task_specs.get(origins.get(spec.name, ""))
    if not isinstance(before, ParallelGateway):
        return False
    if Counter(inputs(before)) != Counter(origins.get(name, "") for name in inputs(spec)):
        return False
    here = {token.id: token.task_spec for token in live}
    others = [position(token, here) for token in live if token.task_spec is not before]
    coming = ahead(old, others, stop=before.name)
    held = Counter(
        token.parent.task_spec.name
        for token in live
        if token.task_spec is before and token.parent is not None
    )
    free = Counter(inputs(before)) - held
    return any(name not in coming for name in free)


def _name(spec: Node) -> str:
    return spec.bpmn_name or spec.bpmn_id or spec.name


def _source(token: Token) -> str:
    return _name(token.parent.task_spec) if token.parent is not None else ""


def _called(scope: ProcessSpec, name: str) -> str:
    spec = scope.task_specs[name]
    return _name(spec) if isinstance(spec, Node) else name
