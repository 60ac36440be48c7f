"""What each element does: SpiffWorkflow's specs with the behaviour of the house on top.

A spec is shared by all instances of its process, so nothing here may be changed after parsing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask

from workflows.engine import events
from workflows.engine.expressions import holds, script
from workflows.engine.mapping import Mappings, take_in, take_out
from workflows.engine.model import Incident, ServiceCall, Step
from workflows.engine.people import user_task_facts
from workflows.engine.tokens import (
    CANCELLED,
    COMPLETED,
    FINISHED,
    FUTURE,
    READY,
    STARTED,
    WAITING,
    Inner,
    Token,
)


@dataclass(frozen=True)
class Flow:
    """A sequence flow: where to, and on what condition."""

    id: str
    target: str
    condition: str | None = None
    default: bool = False


@dataclass(frozen=True)
class Plan:
    """What the diagram says about an element besides what SpiffWorkflow keeps."""

    tag: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    mappings: Mappings = field(default_factory=Mappings)
    event: events.EventPlan = field(default_factory=events.EventPlan)
    boundaries: tuple[str, ...] = ()
    attached_to: str = ""


class ProcessSpec(BpmnProcessSpec):
    """A process or subprocess. `starts`: event element id -> spec name; `entries`: where plain tokens begin."""

    def __init__(self, name: str, description: str | None = None, filename: str | None = None) -> None:
        super().__init__(name=name, description=description, filename=filename)
        # SpiffWorkflow's own specs are called Start and End, as elements of a drawing well may be. One is
        # enough here, as the root of the tree, under a name that no XML id can have.
        self.task_specs.clear()
        self.start = BpmnStartTask(self, "#root")
        self.end = None
        self.entries: tuple[str, ...] = ()
        self.starts: tuple[str, ...] = ()
        self.process_id = name


class Node:
    """Mixin of every drawn element; stands before the stock spec class.

    `drawn` is False for what the diagram does not show as done (a multi-instance activity stands for its
    children).
    """

    manual: bool = False
    drawn: ClassVar[bool] = True
    noted: ClassVar[bool] = True
    attached: ClassVar[bool] = False
    name: str
    bpmn_id: str | None
    bpmn_name: str | None
    lane: str | None
    plan: Plan
    flows: tuple[Flow, ...]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False
        self.plan = Plan()
        self.flows = ()
        self.process_id = ""

    # ---- arriving
    def _update_hook(self, token: Token) -> bool:
        """A token arrives: take the inputs in, arm the boundary events, then be ready."""
        if self.plan.mappings.inputs:
            take_in(token, self.plan.mappings, token.workflow.top.around.world)
        self.arm(token)
        return token.unfinished or token._state != CANCELLED

    def arm(self, token: Token) -> None:
        """Start the boundary events, before the content; one may interrupt it at once."""
        for name in self.plan.boundaries:
            token.spawn(name).arrive()

    # ---- doing
    def _run_hook(self, token: Token) -> bool | None:
        return True

    def _on_complete_hook(self, token: Token) -> None:
        if self.plan.mappings.outputs:
            take_out(token, self.plan.mappings, token.workflow.top.around.world)

    def after(self, token: Token) -> None:
        """Once complete: stop the armed events, tell the multi-instance activity."""
        if self.plan.boundaries:
            token.cancel_inside()
        if token.triggered:
            outer = token.parent
            if outer is not None and outer.unfinished:
                outer.task_spec.child_done(outer, token)

    # ---- going on
    def outgoing(self, token: Token) -> list[str]:
        """Every flow without a condition, and those whose condition holds; else the default."""
        if token.triggered:
            return []
        flows = self.flows
        if not any(flow.condition or flow.default for flow in flows):
            return [flow.target for flow in flows]
        taken = [flow.target for flow in flows if not flow.default and self.passes(flow, token)]
        conditional = any(flow.condition and not flow.default and flow.target in taken for flow in flows)
        if not conditional:
            taken += [flow.target for flow in flows if flow.default]
        if not taken:
            raise Incident(self.bpmn_id or self.name, "没有一条流出的连线满足条件 / no outgoing flow holds")
        return taken

    def passes(self, flow: Flow, token: Token) -> bool:
        """True if a flow has no condition, or one that holds."""
        if not flow.condition:
            return True
        return holds(flow.condition, token.data, token.workflow.top.around.world)

    # ---- what others call
    def fire(self, token: Token, variables: Mapping[str, Any]) -> None:
        """An awaited event has come; only what waits for events knows how."""
        raise NotImplementedError(self.name)

    def child_done(self, token: Token, child: Token) -> None:
        """A child of this multi-instance activity has finished."""
        raise NotImplementedError(self.name)

    def recheck(self, token: Token) -> bool:
        """Others have moved: an inclusive gateway may fire now."""
        raise NotImplementedError(self.name)

    def inner_done(self, token: Token, inner: Inner) -> None:
        """The content of this subprocess has finished."""

    def note(self, token: Token, state: int) -> None:
        """Write the trail: entered, completed, cancelled."""
        if not self.bpmn_id or not self.drawn:
            return
        if state == COMPLETED:
            event = "completed"
        elif state == CANCELLED:
            if not self.noted:
                return
            event = "cancelled"
        elif (state == READY and self.manual) or (state in (WAITING, STARTED) and self.noted):
            event = "entered"
        else:
            return
        token.workflow.top.trail.append(
            Step(
                self.bpmn_id,
                self.bpmn_name or "",
                self.plan.tag,
                self.process_id,
                event,  # type: ignore[arg-type]
                token.key,
            )
        )


class UserTask(Node, defaults.UserTask):
    """Waits for a person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = True

    def _update_hook(self, token: Token) -> bool:
        arrived = super()._update_hook(token)
        if arrived:
            token.internal_data.update(user_task_facts(self, token))
        return arrived

    def after(self, token: Token) -> None:
        """What was evaluated for the open task is of no use any more."""
        facts = token.internal_data
        if facts:
            token.internal_data = {"index": facts["index"]} if "index" in facts else {}
        super().after(token)


class ManualTask(Node, defaults.ManualTask):
    """Done without the system; as in Camunda a token passes through."""


class NoneTask(Node, defaults.NoneTask):
    """An abstract task; a token passes through."""


class ScriptTask(Node, defaults.ScriptTask):
    """Lines `name = FEEL`, or one FEEL expression with `camunda:resultVariable`."""

    def _run_hook(self, token: Token) -> bool:
        world = token.workflow.top.around.world
        result = self.plan.extensions.get("resultVariable")
        text = self.script or ""
        if result and not _is_assignments(text):
            token.assign({result: events.evaluated(text, token)})
            return True
        for name, expression in script(text):
            token.assign({name: expression.evaluate(token.data, world)})
        return True


def _is_assignments(text: str) -> bool:
    try:
        return bool(script(text))
    except Exception:
        return False


class Performer(Node):
    """Mixin of what asks a service: service task, send task, message events with a delegate."""

    def perform(self, token: Token) -> bool:
        """Ask the service, or evaluate `camunda:expression`; False if the diagram names neither."""
        extensions = self.plan.extensions
        result = extensions.get("resultVariable")
        if "expression" in extensions:
            value = events.evaluated(extensions["expression"], token)
            if result:
                token.assign({result: value})
            return True
        name = extensions.get("service")
        if not name:
            return False
        top = token.workflow.top
        call = ServiceCall(
            name=name,
            element=self.bpmn_id or "",
            element_name=self.bpmn_name or "",
            process=self.process_id,
            variables=dict(token.data),
            inputs=_inputs(self, token),
            key=f"{self.process_id}:{self.bpmn_id}:{token.key}",
        )
        answer = top.around.services(call)
        if answer is not None:
            token.assign({result: dict(answer)} if result else answer)
        return True


def _inputs(spec: Node, token: Token) -> dict[str, Any]:
    """Input parameters and injected fields of a service."""
    found = {name: events.value(text, token) for name, text in spec.plan.mappings.fields}
    if token.local is not None:
        names = {name for name, _ in spec.plan.mappings.inputs}
        found.update({name: value for name, value in token.local.items() if name in names})
    return found


class ServiceTask(Performer, defaults.ServiceTask):
    """Asks a service of the house by name."""

    def _run_hook(self, token: Token) -> bool:
        if not self.perform(token):
            raise Incident(self.bpmn_id or "", "服务任务没有指定服务 / the service task names no service")
        return True


class SendTask(Performer, defaults.SendTask):
    """Sends a message: by its service, else as a message event."""

    def _run_hook(self, token: Token) -> bool:
        if not self.perform(token):
            events.throw(token, self.plan.event)
        return True


class RuleTask(Node, defaults.ServiceTask):
    """Asks a decision; `decisions` is the bundle's, set when it is compiled."""

    decisions: Mapping[str, Any]

    def _run_hook(self, token: Token) -> bool:
        from workflows.engine.decisions import decide

        token.assign(decide(self, token))
        return True


class ExclusiveGateway(Node, defaults.ExclusiveGateway):
    """The first flow whose condition holds, else the default."""

    def outgoing(self, token: Token) -> list[str]:
        """Exactly one flow."""
        default = None
        for flow in self.flows:
            if flow.default:
                default = flow
            elif self.passes(flow, token):
                return [flow.target]
        if default is None:
            raise Incident(
                self.bpmn_id or "",
                "排他网关没有一条连线满足条件 / no flow of the exclusive gateway holds",
                element_name=self.bpmn_name or "",
            )
        return [default.target]


class Join(Node):
    """Mixin of gateways that wait for several flows. Arrived tokens wait; one goes on, the others end in it."""

    def _update_hook(self, token: Token) -> bool:
        here = [t for t in token.workflow.active.values() if t.task_spec is self and t._state == WAITING]
        arrived = [*here, token]
        chosen = self.due(arrived, token)
        if chosen is None:
            return False
        for other in chosen:
            if other is not token:
                other.internal_data["into"] = token.id
                other._set_state(CANCELLED)
        return True

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """The tokens to merge if the gateway fires now, else None."""
        raise NotImplementedError

    def note(self, token: Token, state: int) -> None:
        """Arrivals do not count; only the gateway's own completion does."""
        if state == COMPLETED:
            super().note(token, state)


class ParallelGateway(Join, defaults.ParallelGateway):
    """Waits for one token on each incoming flow, then takes all outgoing ones."""

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """One token of each incoming flow; excess tokens keep waiting."""
        wanted = list(self._inputs)
        if len(wanted) <= 1:
            return [token]
        chosen = []
        for other in [token, *arrived[:-1]]:
            source = other.parent.task_spec.name if other.parent else ""
            if source in wanted:
                wanted.remove(source)
                chosen.append(other)
        return chosen if not wanted else None

    def outgoing(self, token: Token) -> list[str]:
        """All flows; conditions do not count here."""
        return [flow.target for flow in self.flows]


class InclusiveGateway(Join, defaults.InclusiveGateway):
    """Waits for every token that can still come, then takes each flow whose condition holds."""

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """Everyone who has arrived, once nobody else in this scope can arrive."""
        if len(self._inputs) > 1 and self.more_may_come(token):
            token.workflow.top.joins[token.id] = token
            return None
        return arrived

    def more_may_come(self, token: Token) -> bool:
        """True if an unfinished token elsewhere can reach this gateway on an empty incoming flow."""
        full = {
            other.parent.task_spec.name
            for other in [*token.workflow.active.values(), token]
            if other.task_spec is self and other.parent is not None
        }
        empty = [name for name in self._inputs if name not in full]
        specs = self._wf_spec.task_specs
        from_empty, from_full = _upstream(specs, empty, self.name), _upstream(specs, list(full), self.name)
        for other in _living(token):
            if other.task_spec is self:
                if other._state == FUTURE:
                    return True
            elif _drawn_name(other) in from_empty and _drawn_name(other) not in from_full:
                return True
        return False

    def recheck(self, token: Token) -> bool:
        """A waiting token asks again, since others have moved."""
        arrived = [t for t in token.workflow.active.values() if t.task_spec is self and t._state == WAITING]
        if self.more_may_come(token):
            return False
        for other in arrived:
            if other is not token:
                other.internal_data["into"] = token.id
                other._set_state(CANCELLED)
        token._ready()
        return True


def _living(token: Token) -> list[Token]:
    """Unfinished tokens of a scope, those just made included."""
    return [t for t in token.workflow.tasks.values() if t is not token and not t._state & FINISHED]


def _drawn_name(token: Token) -> str:
    """Spec name of a token, of the activity for its instances and armed events."""
    if (token.triggered or (token.task_spec.attached and token._state == WAITING)) and token.parent:
        return _drawn_name(token.parent)
    return token.task_spec.name


def _upstream(specs: Mapping[str, Any], names: list[str], stop: str) -> set[str]:
    """Names of all specs from which one of the given can be reached without passing `stop`, inclusive."""
    seen: set[str] = set()
    todo = [name for name in names if name != stop]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        spec = specs[name]
        todo.extend(source for source in spec._inputs if source != stop)
        attached_to = spec.plan.attached_to if isinstance(spec, Node) else ""
        if attached_to:
            todo.append(attached_to)
    return seen


class SubProcess(Node, defaults.SubWorkflowTask):
    """An embedded subprocess: its content shares the variables around it."""

    def _run_hook(self, token: Token) -> bool | None:
        inner = token.workflow.top.open_inner(token, self.spec, token.data, own=False)
        token._set_state(STARTED)
        inner.begin(inner.spec.entries)
        return None


class Transaction(SubProcess):
    """A subprocess that a cancel end event can undo."""


class CallActivity(Node, defaults.CallActivity):
    """Runs another process with variables of its own; mappings say what goes in and out."""

    def _run_hook(self, token: Token) -> bool | None:
        data = self.plan.mappings.call_in(token, token.workflow.top.around.world)
        inner = token.workflow.top.open_inner(token, self.spec, data, own=True)
        token._set_state(STARTED)
        inner.begin(inner.spec.entries)
        return None

    def inner_done(self, token: Token, inner: Inner) -> None:
        """Bring the mapped variables back."""
        token.assign(self.plan.mappings.call_out(inner.data, token.workflow.top.around.world))
