"""The move itself: look at every token, then put each on its spec of the new version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from workflows.engine import parking
from workflows.engine.bundle import Bundle
from workflows.engine.compensation import Undo, UndoInside
from workflows.engine.event_specs import BoundaryEvent, Catch, EventBasedGateway
from workflows.engine.gateways import Gather, Join
from workflows.engine.instance import Instance
from workflows.engine.listeners import Listener, Listening
from workflows.engine.migrating import arming, joins, remarks
from workflows.engine.migrating.carrying import carry, carry_offer, carry_undo
from workflows.engine.migrating.matching import Renames, counterpart, drawn, fits, inner_scope, same_event
from workflows.engine.migrating.tree import forget, prune, under
from workflows.engine.model import Finding
from workflows.engine.multi import Repeated
from workflows.engine.specs import CallActivity, Node, ProcessSpec, SubProcess
from workflows.engine.subprocesses import EventSubProcess
from workflows.engine.tokens import ACTIVE, WAITING, Flat, Inner, Token, Top


def move(
    instance: Instance, bundle: Bundle, renames: Renames, known: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Put an instance on another bundle, in memory; nothing runs yet.

    Args:
        instance: loaded on its own bundle. Where an error is among the findings it must be thrown away.
        known: variables the new version reads and the old one did not keep; those that stand already stay.
    """
    if instance.bundle.root != bundle.root:
        raise ValueError(f"{instance.bundle.root} cannot become {bundle.root}")
    instance.gather()
    top = instance._top
    found = _Move(top, instance.bundle, bundle, renames)
    found.survey(top, bundle.specs[bundle.root])
    if not found.failed:
        found.apply(known or {})
        instance.bundle = bundle
    return list(dict.fromkeys(found.findings))


def go_on(instance: Instance) -> None:
    """Let what can run after the move run. Raises Incident."""
    instance._move(lambda: None)


class _Move:
    """One instance on its way. `survey` changes nothing, `apply` everything.

    Attributes:
        kept: token id -> the spec of the new version it goes on to.
        scopes: each running or finished content with its spec of the new version.
        dropped: tokens that wait for events, or in joins, that are drawn no more.
        pruned: finished tokens whose element is drawn no more.
        closed: finished hosts whose content is none of the new version.
        behind: event-based gateway -> the events that wait behind it.
    """

    def __init__(self, top: Top, old: Bundle, new: Bundle, renames: Renames) -> None:
        self.top, self.old, self.new, self.renames = top, old, new, renames
        self.findings: list[Finding] = []
        self.kept: dict[int, Node] = {}
        self.scopes: list[tuple[Flat, ProcessSpec]] = []
        self.dropped: list[Token] = []
        self.pruned: list[Token] = []
        self.closed: list[Token] = []
        self.behind: dict[int, list[Token]] = {}
        self.sources: dict[int, str] = {}

    @property
    def failed(self) -> bool:
        return any(each.severity == "error" for each in self.findings)

    # ---- looking
    def survey(self, flat: Flat, scope: ProcessSpec) -> None:
        """Look at each token of a content, then at the contents inside it."""
        self.scopes.append((flat, scope))
        for token in flat.tasks.values():
            if token is not flat.task_tree and not isinstance(token.task_spec, Listener):
                self._look(token, scope)
        for token in flat.tasks.values():
            if isinstance(token.task_spec, EventBasedGateway) and token.id in self.behind:
                self._look_behind(token, scope)
        gone = {token.id for token in self.dropped}
        live = [token for token in flat.active.values() if token.id in self.kept and token.id not in gone]
        if not self.failed:
            origins = {
                new.name: old.name
                for old in drawn(flat.spec)
                if (new := counterpart(old, scope, self.renames)) is not None
            }
            joined = joins.look(scope, flat.spec, live, self.kept, origins)
            self.findings += joined.findings
            self.sources.update(joined.sources)
            self.dropped += joined.dropped
            self._passed_over(scope, live, origins)
        for token in list(flat.tasks.values()):
            if token.id in self.top.subprocesses:
                self._look_inside(token)

    def _look(self, token: Token, scope: ProcessSpec) -> None:
        old = token.task_spec
        new = counterpart(old, scope, self.renames)
        if not token._state & ACTIVE:
            if new is not None and isinstance(old, Join) == isinstance(new, Join):
                self.kept[token.id] = new
            else:
                self.pruned.append(token)
        elif (token.triggered or token.task_spec.attached) and token._parent not in self.kept:
            pass  # its activity has been told
        elif _is_armed(token):
            self._look_armed(token, new, scope)
        elif isinstance(old, Catch) and _gateway(token) is not None and token._state == WAITING:
            self.behind.setdefault(cast(int, token._parent), []).append(token)
        else:
            self._look_open(token, new, scope)

    def _look_open(self, token: Token, new: Node | None, scope: ProcessSpec) -> None:
        old = token.task_spec
        if isinstance(old, Undo):
            self._look_undo(token, scope)
        if new is None:
            self.findings.append(self._missing(old, scope))
        elif not fits(old, new) and not (_failed_step(token) and _automatic(old) and _automatic(new)):
            self.findings.append(remarks.other_kind(old, new))
        elif isinstance(old, Gather) and old.quantity != cast(Gather, new).quantity:
            self.findings.append(remarks.gathering(cast(Node, old._wf_spec.task_specs[old.flows[0].target])))
        else:
            self.kept[token.id] = new
            if isinstance(old, Catch) and old.plan.event != new.plan.event:
                self.findings.append(remarks.changed(new, token.internal_data.get("due", "")))
            given, now = old.plan.mappings, new.plan.mappings
            if (given.inputs, given.into) != (now.inputs, now.into) and not _arrives_again(token):
                self.findings.append(remarks.inputs_not_run(new))

    def _missing(self, old: Node, scope: ProcessSpec) -> Finding:
        key = self.renames.get(old.process_id, {}).get(old.bpmn_id or "", old.bpmn_id or "")
        there = any(key in info.elements for info in self.new.processes.values())
        return remarks.elsewhere(old) if there and key not in scope.task_specs else remarks.gone(old)

    def _look_armed(self, token: Token, new: Node | None, scope: ProcessSpec) -> None:
        """A boundary event, or the start of an event subprocess."""
        old, host = token.task_spec, token.parent
        if isinstance(new, BoundaryEvent):
            around = self.kept.get(host.id) if host is not None else None
            stays = around is not None and new.name in around.plan.boundaries
        else:
            stays = new is not None and new.name in scope.listening
        if new is None or not stays or not fits(old, new) or not same_event(old.plan.event, new.plan.event):
            self.dropped.append(token)
            self.findings.append(remarks.disarmed(old))
            return
        self.kept[token.id] = new
        if old.plan.event != new.plan.event:
            self.findings.append(remarks.changed(new, token.internal_data.get("due", "")))

    def _look_behind(self, gateway: Token, scope: ProcessSpec) -> None:
        """The events behind an event-based gateway: one of them at least must be left."""
        new = self.kept.get(gateway.id)
        targets = {flow.target for flow in new.flows} if isinstance(new, EventBasedGateway) else set()
        waiting = self.behind[gateway.id]
        stay = []
        for token in waiting:
            event = counterpart(token.task_spec, scope, self.renames)
            if event is not None and event.name in targets and fits(token.task_spec, event):
                stay.append(token)
                self._look_open(token, event, scope)
        left = [token for token in waiting if token not in stay]
        if not stay:
            self.findings += [self._missing(token.task_spec, scope) for token in left]
            return
        self.dropped += left
        self.findings += [remarks.disarmed(token.task_spec) for token in left]

    def _look_undo(self, token: Token, scope: ProcessSpec) -> None:
        specs = token.workflow.spec.task_specs
        for entry in token.internal_data.get("todo", ()):
            old = cast(Node, specs[entry["of"]])
            new = counterpart(old, scope, self.renames)
            if new is None or (old.handler and not new.handler):
                self.findings.append(remarks.not_undone(old))

    def _look_inside(self, host: Token) -> None:
        """The content of a subprocess or call, running or finished."""
        inner, new = self.top.subprocesses[host.id], self.kept.get(host.id)
        if isinstance(new, UndoInside):
            of = cast(Node, host.workflow.spec.task_specs[host.internal_data["of"]])
            scope_around = next(scope for flat, scope in self.scopes if flat is host.workflow)
            new = counterpart(of, scope_around, self.renames)
            if isinstance(new, Repeated):
                new = cast(Node, scope_around.task_specs[new.task_spec])
        scope = inner_scope(new, self.new) if isinstance(new, (SubProcess, CallActivity)) else None
        if scope is not None:
            self.survey(inner, scope)
        elif host._state & ACTIVE:
            if new is not None:
                self.findings.append(remarks.no_content(host.task_spec))
        else:
            self.closed.append(host)

    def _passed_over(self, scope: ProcessSpec, live: list[Token], known: Collection[str]) -> None:
        """Tell of new activities that lie behind."""
        if not live:
            return
        reachable = joins.ahead(scope, (joins.position(token, self.kept) for token in live))
        for spec in drawn(scope):
            if spec.name in known or spec.name in reachable or isinstance(spec, EventSubProcess):
                continue
            work = spec.plan.tag.lower().endswith(("task", "subprocess")) or spec.plan.tag in _WORK
            if work and not _is_handler(spec, scope) and spec.name not in self.sources.values():
                self.findings.append(remarks.passed_over(spec))

    # ---- acting
    def apply(self, known: Mapping[str, Any]) -> None:
        """Put every token on its new spec, then arm what is new."""
        top = self.top
        for token in self.dropped:
            forget(token)
        for host in self.closed:
            top.close_inner(host)
        for token in self.pruned:
            prune(token)
        for flat, scope in self.scopes:
            self._carry_scope(flat, scope)
        top.subprocess_specs = self.new.specs
        for name, value in known.items():
            top.data.setdefault(name, value)
        top.ends = [self._end(key) for key in top.ends]
        for flat, scope in self.scopes:
            self._go_along(flat, scope)
        for flat, _scope in self.scopes:
            if isinstance(flat, Inner):
                carry_offer(flat, self.findings)
            if not flat.completed:
                arming.arm(flat, self.findings)

    def _carry_scope(self, flat: Flat, scope: ProcessSpec) -> None:
        """What is remembered for compensation; done before the tokens change their specs."""

        def carried(memory: list[dict[str, Any]]) -> list[dict[str, Any]]:
            bundles = self.old, self.new
            return carry_undo(memory, flat.spec, scope, bundles, self.renames, self.findings)

        flat.undo = carried(flat.undo)
        for token in flat.tasks.values():
            facts = token.internal_data
            if isinstance(token.task_spec, Undo) and "todo" in facts:
                facts["todo"] = carried(facts["todo"])
            elif isinstance(token.task_spec, UndoInside) and "of" in facts:
                of = counterpart(cast(Node, flat.spec.task_specs[facts["of"]]), scope, self.renames)
                facts["of"] = of.name if of is not None else facts["of"]

    def _go_along(self, flat: Flat, scope: ProcessSpec) -> None:
        before = flat.spec
        flat.spec = scope
        flat.task_tree.task_spec = cast(Node, scope.start)
        for token in list(flat.tasks.values()):
            old, new = token.task_spec, self.kept.get(token.id)
            if new is None:
                continue
            token.task_spec = new
            source = self.sources.get(token.id)
            if source is not None:
                under(token, cast(Node, scope.task_specs[source]))
            try:
                carry(token, old, new, before, self.renames, self.findings)
            except Exception as error:
                self.findings.append(remarks.not_evaluated(new, error))
        for token in list(flat.tasks.values()):
            if isinstance(token.task_spec, Listening) and token._state == WAITING:
                arming.listen_anew(token, self.findings)
        for token in list(flat.tasks.values()):
            if isinstance(token.task_spec, Listener):
                arming.follow_owner(token)

    def _end(self, key: str) -> str:
        for process in self.old.processes:
            target = self.renames.get(process, {}).get(key)
            if target and key in self.old.processes[process].elements:
                return target
        return key


_WORK = ("callActivity", "transaction")


def _is_handler(spec: Node, scope: ProcessSpec) -> bool:
    return any(isinstance(each, Node) and each.handler == spec.name for each in scope.task_specs.values())


def _is_armed(token: Token) -> bool:
    """True for a boundary event or an event subprocess that waits, or failed before it could."""
    spec = token.task_spec
    failed = token.internal_data.get(parking.SET_ASIDE, {}).get("phase") in ("arrive", "condition")
    return (spec.attached or spec.background) and (token._state == WAITING or failed)


def _gateway(token: Token) -> Token | None:
    above = token.parent
    return above if above is not None and isinstance(above.task_spec, EventBasedGateway) else None


def _failed_step(token: Token) -> bool:
    """True for what stands still before its element is done, and runs the element when it goes on."""
    failed = token.internal_data.get(parking.SET_ASIDE)
    return (failed is not None and failed["phase"] in ("arrive", "run")) or token.internal_data.get(
        parking.JOB
    ) == "step"


def _arrives_again(token: Token) -> bool:
    return bool(token.internal_data.get(parking.SET_ASIDE, {}).get("phase") == "arrive")


def _automatic(spec: Node) -> bool:
    return not (spec.manual or isinstance(spec, (Repeated, SubProcess, CallActivity, Catch, Join)))
