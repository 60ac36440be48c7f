"""What begins to wait with the new version: boundary events, event subprocesses, events behind a gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from workflows.engine import parking
from workflows.engine.event_specs import EventBasedGateway
from workflows.engine.events import EventPlan
from workflows.engine.gateways import ParallelGateway
from workflows.engine.listeners import Listener, Listening
from workflows.engine.migrating import remarks
from workflows.engine.migrating.tree import forget
from workflows.engine.model import Finding
from workflows.engine.specs import Node
from workflows.engine.subprocesses import EventSubProcess
from workflows.engine.tokens import CANCELLED, COMPLETED, WAITING, Flat, Token


def arm(flat: Flat, findings: list[Finding]) -> None:
    """Arm what is new around the open tokens of a content, and let joins fire that are complete now."""
    for token in list(flat.active.values()):
        if token.internal_data.get(parking.SET_ASIDE, {}).get("phase") != "arrive":
            _begin(token, token.task_spec.plan.boundaries, findings)
    if flat.active and not _interrupted(flat):
        there = {token.task_spec.name for token in flat.tasks.values()}
        _begin(flat.task_tree, [name for name in flat.spec.listening if name not in there], findings)
    for token in list(flat.tasks.values()):
        if isinstance(token.task_spec, EventBasedGateway) and token._state == COMPLETED:
            waiting = [each for each in token.children if each._state == WAITING]
            if waiting:
                _begin(token, [flow.target for flow in token.task_spec.flows], findings)
    _fire_joins(flat)
    if not flat.active:
        flat.top.idle.append(flat)


def _begin(above: Token, names: list[str] | tuple[str, ...], findings: list[Finding]) -> None:
    """Begin to wait by each of these that does not yet, or has not, come from a token."""
    there = {child.task_spec.name for child in above.children}
    for name in names:
        # One that happens at once may have stopped its activity.
        if name not in there and above._state != CANCELLED:
            spec = cast(Node, above.workflow.spec.task_specs[name])
            _tried(lambda name=name: above.spawn(name).arrive(), spec, findings)  # type: ignore[misc]
            findings.append(remarks.armed(spec))


def _tried(act: Callable[[], None], spec: Node, findings: list[Finding]) -> None:
    try:
        act()
    except Exception as error:
        findings.append(remarks.not_evaluated(spec, error))


def _interrupted(flat: Flat) -> bool:
    """True where an event subprocess runs instead of the content."""
    return any(
        isinstance(token.task_spec, EventSubProcess)
        and token.task_spec.plan.event.interrupting
        and token._state != WAITING
        and token.id in flat.top.subprocesses
        for token in flat.tasks.values()
    )


def _fire_joins(flat: Flat) -> None:
    for token in list(flat.active.values()):
        spec = token.task_spec
        if not isinstance(spec, ParallelGateway) or token._state != WAITING:
            continue
        others = [
            each
            for each in flat.active.values()
            if each.task_spec is spec and each._state == WAITING and each is not token
        ]
        chosen = spec.due([*others, token], token)
        if chosen is not None:
            spec.merge(token, chosen)
            token._ready()


# ---------------------------------------------------------------- events with listeners of their own
def listen_anew(owner: Token, findings: list[Finding]) -> None:
    """Give the listeners of a waiting event their specs; what is drawn no more is forgotten, what is new is armed."""
    spec = cast(Listening, owner.task_spec)
    old = [child for child in owner.children if isinstance(child.task_spec, Listener)]
    if not spec.listeners:
        _wait_itself(owner, old)
        return
    new = [cast(Node, owner.workflow.spec.task_specs[name]) for name in spec.listeners]
    missing = []
    for listener in new:
        found = _of(listener.plan.event, old)
        if found is None:
            missing.append(listener)
        else:
            old.remove(found)
            found.task_spec = listener
    for token in old:
        forget(token)
        findings.append(remarks.disarmed(token.task_spec))
    for listener in missing:
        if owner._state == WAITING:
            _listen(owner, listener, findings)


def follow_owner(token: Token) -> None:
    """A finished listener stands where its event stands; without that it is forgotten."""
    owner, specs = token.parent, token.workflow.spec.task_specs
    number = token.task_spec.name.rpartition(" ")[2]
    now = specs.get(f"#{owner.task_spec.name} {number}") if owner is not None else None
    if isinstance(now, Listener):
        token.task_spec = now
    else:
        forget(token)


def _of(plan: EventPlan, old: list[Token]) -> Token | None:
    """The old listener of a definition: the same one, else one of its kind."""
    alike = [token for token in old if token.task_spec.plan.event.kind == plan.kind]
    same = [token for token in alike if _word(token.task_spec.plan.event) == _word(plan)]
    return next(iter(same or alike), None)


def _word(plan: EventPlan) -> tuple[str, str | None, str]:
    return (plan.name, plan.code, plan.text)


def _listen(owner: Token, listener: Node, findings: list[Finding]) -> None:
    """Arm one new listener; where the event waited by itself before, its time goes along."""
    before: dict[str, Any] = {
        name: owner.internal_data[name] for name in ("due", "every", "left") if name in owner.internal_data
    }
    _tried(lambda: owner.spawn(listener.name).arrive(), listener, findings)
    if before and listener.plan.event.kind == "timer":
        for name in before:
            del owner.internal_data[name]
        owner.children[-1].internal_data.update(before)
        return
    findings.append(remarks.armed(listener))


def _wait_itself(owner: Token, old: list[Token]) -> None:
    """An event that had several definitions has one now, and waits by itself."""
    kind = owner.task_spec.plan.event.kind
    for token in old:
        if token.task_spec.plan.event.kind == kind:
            owner.internal_data.update(token.internal_data)
            if kind == "conditional":
                owner.workflow.top.conditionals[owner.id] = owner
        forget(token)
