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
from workflows.engine.expressions import holds, run_script, script
from workflows.engine.mapping import Mappings, take_in, take_out
from workflows.engine.model import Incident, ServiceCall, Step
from workflows.engine.people import user_task_facts
from workflows.engine.scope import Scope
from workflows.engine.tokens import (
    CANCELLED,
    COMPLETED,
    READY,
    STARTED,
    WAITING,
    Inner,
    Token,
)
from workflows.engine.values import pack


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
    """A process or subprocess.

    Attributes:
        starts: names of what a new instance may begin with.
        entries: where plain tokens begin.
        openings: event -> the event-based gateway in front of it that begins an instance.
        listening: event subprocesses that wait while the content runs.
        compensator: the event subprocess that undoes the content, empty if there is none.
        ad_hoc: the content of an ad hoc subprocess.
    """

    def __init__(self, name: str, description: str | None = None, filename: str | None = None) -> None:
        super().__init__(name=name, description=description, filename=filename)
        # SpiffWorkflow's own specs are called Start and End, as elements of a drawing well may be. One is
        # enough here, as the root of the tree, under a name that no XML id can have.
        self.task_specs.clear()
        self.start = BpmnStartTask(self, "#root")
        self.end = None
        self.entries: tuple[str, ...] = ()
        self.starts: tuple[str, ...] = ()
        self.openings: Mapping[str, str] = {}
        self.listening: tuple[str, ...] = ()
        self.compensator = ""
        self.ad_hoc = False
        self.process_id = name


class Node:
    """Mixin of every drawn element; stands before the stock spec class.

    `drawn` is False for what the diagram does not show as done (a multi-instance activity stands for its
    children). `background`: while it waits, its scope may end. `counted`: it is the child of a
    multi-instance activity, and sees its counters. `handler` undoes it, by way of the boundary event
    `handler_event`; `undoable`: what was done is to be remembered (see `compensation`).
    """

    manual: bool = False
    background: bool = False
    counted: bool = False
    undoable: bool = False
    handler: str = ""
    handler_event: str = ""
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
    def begin(self, token: Token, name: str) -> None:
        """The instance or scope begins here."""
        token.arrive()

    def _update_hook(self, token: Token) -> bool:
        """A token arrives: take the inputs in, arm the boundary events, then be ready."""
        if self.plan.mappings.inputs:
            take_in(token, self.plan.mappings, token.workflow.top.around.world)
        self.arm(token)
        return token.unfinished or token._state != CANCELLED

    def arm(self, token: Token) -> None:
        """Start the boundary events, before the content; one may interrupt it at once, and then the rest are not wanted."""
        for name in self.plan.boundaries:
            if token._state != CANCELLED:
                token.spawn(name).arrive()

    # ---- doing
    def _run_hook(self, token: Token) -> bool | None:
        return True

    def _on_complete_hook(self, token: Token) -> None:
        if self.plan.mappings.outputs:
            take_out(token, self.plan.mappings, token.workflow.top.around.world)

    def after(self, token: Token) -> None:
        """Once complete: remember it, stop the armed events, tell the activity it is a part of."""
        if self.undoable:
            from workflows.engine.compensation import remember

            remember(token)
        workflow = token.workflow
        if workflow.spec.ad_hoc and isinstance(workflow, Inner):
            workflow.host.task_spec.step_inside(workflow.host, workflow)
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

    def heard(self, token: Token, listener: Token, variables: Mapping[str, Any]) -> None:
        """A listener of this token has heard its event."""
        raise NotImplementedError(self.name)

    def counter(self, token: Token, name: str) -> int:
        """A counter of this multi-instance activity."""
        raise NotImplementedError(self.name)

    def repeats(self, token: Token) -> bool:
        """True if a cycle timer goes on to its next round."""
        return False

    def step_inside(self, token: Token, inner: Inner) -> None:
        """Something in the content of this ad hoc subprocess is done."""
        raise NotImplementedError(self.name)

    def more_inside(self, token: Token, inner: Inner) -> bool:
        """Nothing runs in the content any more; True if it goes on all the same."""
        return False

    def inner_done(self, token: Token, inner: Inner) -> None:
        """The content of this subprocess has finished."""

    def forget(self, token: Token) -> None:
        """A cancelled activity of several instances leaves nothing to undo."""
        if not self.drawn:
            from workflows.engine.compensation import forget

            forget(token.workflow, token.id)

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
        # All lines or none: a script that fails half-way is run again from its first line.
        written: dict[str, Any] = {}
        run_script(text, Scope(written, token.data, keep=True), world)
        token.assign(written)
        return True


def _is_assignments(text: str) -> bool:
    try:
        return bool(script(text))
    except Exception:
        return False


class Performer(Node):
    """Mixin of what asks a service: service task, send task, message events with a delegate."""

    @property
    def by_service(self) -> bool:
        """True if the diagram names a service or an expression."""
        return "service" in self.plan.extensions or "expression" in self.plan.extensions

    def perform(self, token: Token) -> bool:
        """Ask the service, or evaluate `camunda:expression`; False if the diagram names neither."""
        extensions = self.plan.extensions
        result = extensions.get("resultVariable")
        if "expression" in extensions:
            value = events.evaluated(extensions["expression"], token)
            if result:
                token.assign({result: value})
            return True
        if not extensions.get("service"):
            return False
        answer = token.workflow.top.around.services(self.call(token))
        if answer is not None:
            pack(dict(answer))  # what cannot be stored fails here, at its element
            token.assign({result: dict(answer)} if result else answer)
        return True

    def call(self, token: Token) -> ServiceCall:
        """What the service of this element is asked."""
        return ServiceCall(
            name=self.plan.extensions.get("service", ""),
            element=self.bpmn_id or "",
            element_name=self.bpmn_name or "",
            process=self.process_id,
            variables=dict(token.data),
            inputs=_inputs(self, token),
            key=f"{self.process_id}:{self.bpmn_id}:{token.key}",
        )


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
        from workflows.engine.dmn.task import decide

        token.assign(decide(self, token))
        return True


class SubProcess(Node, defaults.SubWorkflowTask):
    """An embedded subprocess: its content shares the variables around it."""

    undoable = True

    def _run_hook(self, token: Token) -> bool | None:
        inner = token.workflow.top.open_inner(token, self.spec, token.data, own=False)
        token._set_state(STARTED)
        inner.begin(inner.spec.entries)
        return None


class Transaction(SubProcess):
    """A subprocess that a cancel end event can undo."""


class CallActivity(Node, defaults.CallActivity):
    """Runs another process with variables of its own; mappings say what goes in and out."""

    undoable = True

    def _run_hook(self, token: Token) -> bool | None:
        data = self.plan.mappings.call_in(token, token.workflow.top.around.world)
        inner = token.workflow.top.open_inner(token, self.spec, data, own=True)
        token._set_state(STARTED)
        inner.begin(inner.spec.entries)
        return None

    def inner_done(self, token: Token, inner: Inner) -> None:
        """Bring the mapped variables back."""
        self.plan.mappings.call_out(token, inner.data, token.workflow.top.around.world)
