"""Elements that wait for events or throw them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from workflows.engine import events
from workflows.engine.specs import Node, Performer
from workflows.engine.tokens import COMPLETED, WAITING, Token


class Catch(Node):
    """Mixin of what waits for an event, and goes on when it comes."""

    def _update_hook(self, token: Token) -> bool:
        if not super()._update_hook(token):
            return False
        kind = self.plan.event.kind
        if not kind or kind == "link":
            return True
        if events.arm(token):
            self.happened(token)
            return True
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
        parent = token.parent
        if parent is not None and isinstance(parent.task_spec, EventBasedGateway):
            for other in parent.children:
                if other is not token and other.unfinished:
                    other.cancel()


class StartEvent(Catch, defaults.StartEvent):
    """Where a process begins; by the time a token is here, its event has happened."""

    noted = False

    def _update_hook(self, token: Token) -> bool:
        return True


class IntermediateCatch(Catch, defaults.IntermediateCatchEvent):
    """Waits in the middle of a flow."""


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

    def happened(self, token: Token) -> None:
        """A condition true from the start interrupts before the content."""
        super().happened(token)
        if self.plan.event.interrupting:
            self.interrupt(token)

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
    """Arms all events behind it; the first to come wins."""

    def connect(self, child: Any) -> None:
        """Connect plainly: the stock class would take the events away from their own elements."""
        self._outputs.append(child.name)
        child._connect_notify(self)

    def outgoing(self, token: Token) -> list[str]:
        """All events."""
        return [flow.target for flow in self.flows]


class ThrowEvent(Performer, defaults.IntermediateThrowEvent):
    """Throws in the middle of a flow; a message with a delegate asks its service."""

    def _run_hook(self, token: Token) -> bool:
        if self.plan.event.kind != "message" or not self.perform(token):
            events.throw(token, self.plan.event)
        return True


class EndEvent(Performer, defaults.EndEvent):
    """Ends a branch, and throws what it is drawn to throw."""

    def _run_hook(self, token: Token) -> bool:
        if (
            self.plan.event.kind == "message" and not self.perform(token)
        ) or self.plan.event.kind == "signal":
            events.throw(token, self.plan.event)
        return True

    def after(self, token: Token) -> None:
        """Note the end; then terminate, cancel, or throw outwards."""
        super().after(token)
        token.workflow.top.ends.append(self.bpmn_id or "")
        kind = self.plan.event.kind
        if kind == "terminate":
            token.workflow.stop(spare=token)
        elif kind == "cancel":
            token.workflow.stop(spare=token)
            events.throw_cancel(token)
        elif kind in ("error", "escalation"):
            events.throw(token, self.plan.event)


def waits(token: Token) -> bool:
    """True if a token waits for an event that others may want to know of."""
    return token._state == WAITING and isinstance(token.task_spec, Catch)
