"""What a token knows of itself, said in the words of the new version."""

from __future__ import annotations

from typing import Any, cast

from workflows.engine import events, parking
from workflows.engine.bundle import Bundle
from workflows.engine.event_specs import Catch
from workflows.engine.gateways import ComplexGateway
from workflows.engine.migrating import remarks
from workflows.engine.migrating.matching import Renames, counterpart, inner_scope, single
from workflows.engine.model import Finding
from workflows.engine.multi import MultiInstance
from workflows.engine.people import user_task_facts
from workflows.engine.specs import Node, ProcessSpec, UserTask
from workflows.engine.subprocesses import AdHoc
from workflows.engine.tokens import ACTIVE, READY, Inner, Token

_STAY = ("index", "due", "follow_up", "assignee")
"""What an open user task keeps."""


def carry(
    token: Token, old: Node, new: Node, before: ProcessSpec, renames: Renames, findings: list[Finding]
) -> None:
    """Bring a token's own facts up to its new spec. Raises what an expression raises."""
    facts = token.internal_data
    if isinstance(old, MultiInstance) and isinstance(new, MultiInstance):
        _carry_results(token, old, new)
    if not token._state & ACTIVE:
        return
    if isinstance(new, UserTask) and token._state == READY and parking.SET_ASIDE not in facts:
        stays = {name: facts[name] for name in _STAY if name in facts}
        token.internal_data = {**user_task_facts(new, token), **stays}
    elif isinstance(new, ComplexGateway):
        for name in ("from", "reset"):
            if name in facts:
                facts[name] = [_name(key, before, new, renames) for key in facts[name]]
    if isinstance(new, Catch):
        _carry_event(token, old, new)
    if parking.JOB in facts and token.workflow.top.around.later is not None:
        facts[parking.JOB] = parking.deferred(token) or "step"


def _carry_results(token: Token, old: MultiInstance, new: MultiInstance) -> None:
    """Results and item variables under the names of the new version."""
    running = bool(token._state & ACTIVE)
    if old.result_name != new.result_name and old.result_name in token.data:
        token.data[new.result_name] = token.data[old.result_name]
        if running:
            del token.data[old.result_name]
    was, now = old.rounds.element, new.rounds.element
    for child in token.children if running and was and now and was != now else ():
        if child._state & ACTIVE and child.local is not None and was in child.local:
            child.local[now] = child.local.pop(was)


def _carry_event(token: Token, old: Node, new: Node) -> None:
    """A name that was computed is computed anew where it is drawn otherwise; times stay."""
    if old.plan.event.name == new.plan.event.name:
        return
    token.internal_data.pop("name", None)
    if new.plan.event.kind in ("message", "signal"):
        name = str(events.value(new.plan.event.name, token) or "")
        if name != new.plan.event.name:
            token.internal_data["name"] = name


def carry_offer(inner: Inner, findings: list[Finding]) -> None:
    """How far the offer of an ad hoc subprocess has come; its content stands on the new version already."""
    host, entries = inner.host, inner.spec.entries
    spec = host.task_spec
    if not isinstance(spec, AdHoc) or "next" not in host.internal_data:
        return
    offered = [each.task_spec.name for each in inner.tasks.values() if each._parent == inner.task_tree.id]
    host.internal_data["next"] = len(entries)
    if spec.sequential and offered and offered[-1] in entries:
        host.internal_data["next"] = entries.index(offered[-1]) + 1
    elif not spec.sequential and set(entries) - set(offered):
        findings.append(remarks.offer_unchanged(spec))


def _name(key: str, before: ProcessSpec, new: Node, renames: Renames) -> str:
    spec = before.task_specs.get(key)
    scope = cast(ProcessSpec, cast(Any, new)._wf_spec)
    found = counterpart(spec, scope, renames) if isinstance(spec, Node) else None
    return found.name if found is not None else key


def carry_undo(
    memory: list[dict[str, Any]],
    before: ProcessSpec,
    scope: ProcessSpec,
    bundles: tuple[Bundle, Bundle],
    renames: Renames,
    findings: list[Finding],
) -> list[dict[str, Any]]:
    """What can be compensated, by the elements of the new version; what has no handler there is left out.

    `bundles`: the old one and the new one.
    """
    kept = []
    for entry in memory:
        old = before.task_specs.get(entry["of"])
        if not isinstance(old, Node):
            continue
        new = counterpart(old, scope, renames)
        if new is None or (not new.handler and "inside" not in entry):
            findings.append(remarks.not_undoable(old))
            continue
        found = {**entry, "of": new.name}
        was = inner_scope(single(old, before), bundles[0])
        now = inner_scope(single(new, scope), bundles[1])
        if "inside" in entry and was is not None and now is not None:
            found["inside"] = carry_undo(entry["inside"], was, now, bundles, renames, findings)
        kept.append(found)
    return kept
