"""Subprocesses that begin, or end, otherwise than by their start and end events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.engine.expressions import holds
from workflows.engine.listeners import Listening
from workflows.engine.specs import SubProcess
from workflows.engine.tokens import CANCELLED, STARTED, WAITING, Inner, Token


class EventSubProcess(Listening, SubProcess):
    """Waits beside the content of its scope; when its event comes, it runs instead of the content, or beside it.

    It is armed before the content begins, and does not keep its scope from ending.
    """

    background = True

    def _update_hook(self, token: Token) -> bool:
        self.listen(token)
        return False

    def fire(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Interrupting: stop all else in the scope. Else run in a branch, and wait on."""
        if variables:
            token.assign(variables)
        runs = token
        if self.plan.event.interrupting:
            token.workflow.stop(spare=token)
        else:
            runs = Token(token.workflow, self, token.parent)
        runs._ready()
        token.workflow.top.attempt(runs)  # it has begun before anything else goes on

    def note(self, token: Token, state: int) -> None:
        """To wait, or to stop waiting, is nothing that happened."""
        started = token.id in token.workflow.top.subprocesses
        if state != WAITING and (state != CANCELLED or started):
            super().note(token, state)


class AdHoc(SubProcess):
    """Activities without an order: all offered at once, or one after another in drawn order.

    With a completion condition, what is offered is offered again until the condition holds; it is looked at
    whenever something inside is done.
    """

    condition: str = ""
    sequential: bool = False
    cancels_rest: bool = True

    def _run_hook(self, token: Token) -> bool | None:
        inner = token.workflow.top.open_inner(token, self.spec, token.data, own=False)
        token._set_state(STARTED)
        token.internal_data["next"] = 0
        inner.begin(self.offered(token, inner))
        return None

    def offered(self, token: Token, inner: Inner) -> tuple[str, ...]:
        """What may be done now."""
        entries, facts = inner.spec.entries, token.internal_data
        if not self.sequential:
            facts["next"] = len(entries)
            return entries
        facts["next"] += 1
        return entries[facts["next"] - 1 : facts["next"]]

    def step_inside(self, token: Token, inner: Inner) -> None:
        """Something inside is done: is that enough?"""
        facts = token.internal_data
        if not self.condition or facts.get("enough"):
            return
        if holds(self.condition, token.data, token.workflow.top.around.world):
            facts["enough"] = True
            if self.cancels_rest and inner.active:
                inner.stop()
                token.workflow.top.hand_back(token)

    def more_inside(self, token: Token, inner: Inner) -> bool:
        """Nothing runs inside any more: offer what comes next, or all of it again; False at the end."""
        facts = token.internal_data
        if facts.get("enough"):
            return False
        if facts["next"] >= len(inner.spec.entries):
            if not self.condition:
                return False
            facts["next"] = 0
        inner.completed = False
        inner.send(self.offered(token, inner))
        return True
