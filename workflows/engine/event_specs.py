"""Elements that wait for events or throw them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from workflows.engine import compensation, events
from workflows.engine.listeners import Listener, Listening
from workflows.engine.specs import Node, Performer
from workflows.engine.tokens import COMPLETED, FINISHED, WAITING, Inner, Token


class Catch(Listening):
    """Mixin of what waits for an event, and goes on when it comes."""

    def begin(self, token: Token, name: str) -> None:
        """A new instance begins with this event: it has happened."""
        if super()._update_hook(token):
            token._ready()

    def _update_hook(self, token: Token) -> bool:
        if not super()._update_hook(token):
            return False
        kind = self.plan.event.kind
        if not kind or kind == "link":
            return True
        if self.listeners:
            self.listen(token)
        elif events.arm(token):
            token._set_state(WAITING)
            self.fire(token, {})
        return False

    def fire(self, token: Token, variables: Mapping[str, Any]) -> None:
        """The event has come: take its variables and go on."""
        if variables:
            token.assign(variables)
        self.happened(token)
        token._ready()

    def happened(self, token: Token) -> None:
        """Behind an event-based gateway, the other events no longer count."""
        token.internal_data.pop("due", None)
        if self.listeners:
            token.cancel_inside()
        parent = token.parent
        if parent is None or not isinstance(parent.task_spec, EventBasedGateway) or parent.task_spec.parallel:
            return
        for other in parent.children:
            if other is not token and not other._state & FINISHED:
                other.cancel()


class StartEvent(Catch, defaults.StartEvent):
    """Where a process begins; by the time a token is here, its event has happened.

    Only a condition nobody watches before there is an instance: the instance waits at its start until it holds.
    """

    noted = False

    def begin(self, token: Token, name: str) -> None:
        """The event has happened, but for a condition."""
        token.arrive()

    def _update_hook(self, token: Token) -> bool:
        inside = isinstance(token.workflow, Inner)
        if self.plan.event.kind == "conditional" and not inside:
            return super()._update_hook(token)
        return True


class IntermediateCatch(Catch, defaults.IntermediateCatchEvent):
    """Waits in the middle of a flow. A cycle sends a token on in each of its rounds."""

    def fire(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Go on; in a cycle with rounds left, by a branch, and wait on."""
        if "every" in token.internal_data and self.repeats(token):
            Token(token.workflow, self, token.parent)._ready()
        else:
            super().fire(token, variables)

    def repeats(self, token: Token) -> bool:
        """Not where it is one of several events behind a gateway, of which the first counts."""
        return token.parent is None or not isinstance(token.parent.task_spec, EventBasedGateway)


class ReceiveTask(Catch, defaults.ReceiveTask):
    """Waits for a message; may carry boundary events."""


class BoundaryEvent(Catch, defaults.BoundaryEvent):
    """Sits on an activity: stops it, or starts a branch beside it."""

    noted = False
    attached = True

    def fire(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Interrupting: stop the activity, then go on. Else start a branch, and wait on where that is right."""
        host = token.parent
        if not self.plan.event.interrupting and host is not None and self.stays(token):
            branch = Token(token.workflow, self, host)
            if variables:
                branch.assign(variables)
            branch._ready()
            return
        if self.plan.event.interrupting:
            self.interrupt(token)
        super().fire(token, variables)

    def stays(self, token: Token) -> bool:
        """True if a non-interrupting event can happen again."""
        return self.plan.event.kind != "timer" or "every" in token.internal_data

    def repeats(self, token: Token) -> bool:
        """A cycle goes on beside the activity."""
        return not self.plan.event.interrupting

    def interrupt(self, token: Token) -> None:
        """Stop the activity this event sits on, and the other events armed on it."""
        host = token.parent
        if host is not None and host._state < COMPLETED:
            # The event itself is no longer waiting in the sense of `cancel_inside`.
            token._set_state(_FIRING)
            host.cancel()


_FIRING = 16
"""READY: what an event is set to while it stops its activity, so that it is not stopped along with it."""


class EventBasedGateway(Node, defaults.EventBasedGateway):
    """Arms all events behind it; the first to come wins, unless it begins the instance and wants them all."""

    parallel: bool = False

    def connect(self, child: Any) -> None:
        """Connect plainly: the stock class would take the events away from their own elements."""
        self._outputs.append(child.name)
        child._connect_notify(self)

    def _update_hook(self, token: Token) -> bool:
        """Arm the events at once, so that what another branch throws in the same step is not missed."""
        if super()._update_hook(token):
            token._ready()
            token.workflow.top.attempt(token)
        return False

    def begin(self, token: Token, name: str) -> None:
        """A new instance begins with one of the events; where all are wanted, it waits for the others."""
        token._set_state(COMPLETED)
        for flow in self.flows if self.parallel else [found for found in self.flows if found.target == name]:
            follower = token.spawn(flow.target)
            if flow.target == name:
                follower.task_spec.begin(follower, name)
            else:
                follower.arrive()

    def outgoing(self, token: Token) -> list[str]:
        """All events."""
        return [flow.target for flow in self.flows]


class Throwing(Performer):
    """Mixin of events that throw; a message with a delegate asks its service instead.

    An event is done when it throws: what it throws may stop the very scope it stands in.
    """

    def _run_hook(self, token: Token) -> bool | None:
        waits = False
        for plan in self.plan.event.each:
            if plan.kind == "message":
                self.perform(token)
            elif plan.kind == "compensate":
                waits = compensation.begin(token, plan) or waits
        return None if waits else True

    def after(self, token: Token) -> None:
        """Throw, one definition after another."""
        super().after(token)
        for plan in self.plan.event.each:
            self.throw(token, plan)

    def throw(self, token: Token, plan: events.EventPlan) -> None:
        """Throw what one definition says."""
        if plan.kind != "message" or not self.by_service:
            events.throw(token, plan)


class ThrowEvent(Throwing, defaults.IntermediateThrowEvent):
    """Throws in the middle of a flow."""


class EndEvent(Throwing, defaults.EndEvent):
    """Ends a branch, and throws what it is drawn to throw."""

    def after(self, token: Token) -> None:
        """Note the end before anything is thrown."""
        token.workflow.top.ends.append(self.bpmn_id or "")
        super().after(token)

    def throw(self, token: Token, plan: events.EventPlan) -> None:
        """Terminate, cancel, or throw."""
        if plan.kind == "terminate":
            token.workflow.stop(spare=token)
        elif plan.kind == "cancel":
            token.workflow.stop(spare=token)
            compensation.cancel(token)
        else:
            super().throw(token, plan)


def waits(token: Token) -> bool:
    """True if a token waits for an event that others may want to know of."""
    spec = token.task_spec
    return token._state == WAITING and isinstance(spec, (Catch, Listener)) and not spec.listeners
