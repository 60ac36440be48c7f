"""Events with definitions of their own beside the element: several on one event, or on an event subprocess.

Each definition is a `Listener`, a token below the one it listens for, and hidden under the id of the drawn
event. So a message, a signal, the clock, a condition or an error finds it as it finds any waiting event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults

from workflows.engine import events
from workflows.engine.specs import Node
from workflows.engine.tokens import COMPLETED, WAITING, Token


class Listening(Node):
    """Mixin of what waits by listeners, one for each event definition."""

    listeners: tuple[str, ...] = ()

    def listen(self, token: Token) -> None:
        """Start to wait, by every listener; a condition that holds already may end the waiting at once."""
        if token._state != WAITING:
            token._set_state(WAITING)
        for name in self.listeners:
            if token._state == WAITING:
                token.spawn(name).arrive()

    def heard(self, token: Token, listener: Token, variables: Mapping[str, Any]) -> None:
        """One listener has heard its event: that is enough, or all are wanted."""
        if not self.plan.event.parallel:
            self.fire(token, variables)
            return
        if variables:
            token.assign(variables)
        if any(other._state == WAITING for other in _listeners(token)):
            return
        self.fire(token, {})
        if token._state == WAITING:  # it does not interrupt, and waits for all of them again
            for other in _listeners(token):
                del token.workflow.tasks[other.id]
                token._children.remove(other.id)
            self.listen(token)


class Listener(Node, defaults.NoneTask):
    """Waits for one event definition on behalf of the token above it."""

    drawn: ClassVar[bool] = False
    attached: ClassVar[bool] = True
    listeners: tuple[str, ...] = ()

    def _update_hook(self, token: Token) -> bool:
        if events.arm(token):
            token._set_state(WAITING)
            self.fire(token, {})
        return False

    def fire(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Tell the token above; stay where the event can happen again."""
        owner = token.parent
        if owner is None:
            return
        if not self.stays(token):
            token._set_state(COMPLETED)
        owner.task_spec.heard(owner, token, variables)

    def stays(self, token: Token) -> bool:
        """True if the event interrupts nothing and can happen again."""
        if self.plan.event.interrupting or self.plan.event.parallel:
            return False
        return self.plan.event.kind != "timer" or "every" in token.internal_data

    def repeats(self, token: Token) -> bool:
        """True if a cycle goes on to its next round."""
        return not self.plan.event.interrupting and not self.plan.event.parallel


def _listeners(token: Token) -> list[Token]:
    return [child for child in token.children if isinstance(child.task_spec, Listener)]
