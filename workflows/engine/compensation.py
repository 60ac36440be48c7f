"""Compensation: what was completed is undone, the last first.

A scope remembers, in the order of completion, each activity that has a compensation handler, and each
subprocess or call inside which something was remembered. A throwing event takes what it means out of that
memory and gives it to an `Undo` token in that scope, which runs one handler after another. A finished
subprocess is entered once more by `UndoInside`: its compensation event subprocess runs, or else its own
memory is undone. Nothing is undone twice.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from SpiffWorkflow.bpmn.specs import defaults

from workflows.engine import events
from workflows.engine.specs import CallActivity, Node, SubProcess
from workflows.engine.tokens import COMPLETED, STARTED, Flat, Inner, Token

UNDO, INSIDE = "#undo", "#inside"
Memory = dict[str, Any]


def remember(token: Token) -> None:
    """Note an activity that has just completed, if it can be undone."""
    spec, top = token.task_spec, token.workflow.top
    inner = top.subprocesses.get(token.id)
    found: Memory = {"id": token.id, "of": spec.bpmn_id}
    if inner is not None and (inner.undo or inner.spec.compensator):
        found["inside"] = inner.undo
        if inner.own_data:
            found["data"] = dict(inner.data)
    if not spec.handler and "inside" not in found:
        return
    if token.triggered:
        found["outer"] = token._parent
        found["local"] = token.local
    forget(token.workflow, token.id)
    token.workflow.undo.append(found)


def forget(workflow: Flat, token_id: int) -> None:
    """What a token, or an activity of several instances, did is not to be undone any more."""
    workflow.undo = [
        found for found in workflow.undo if found["id"] != token_id and found.get("outer") != token_id
    ]


def withdraw(undoing: Token, gone: set[int]) -> None:
    """What is still to be undone, the handler that runs included, can be undone later; not what is gone itself."""
    facts, scope = undoing.internal_data, undoing.workflow
    left = [*facts["todo"], *([facts["now"]] if facts.get("now") else [])]
    scope.undo[:0] = [found for found in left if found["id"] not in gone and found.get("outer") not in gone]


def begin(token: Token, plan: events.EventPlan) -> bool:
    """Begin to undo what a throwing event means; True if the event waits for it."""
    scope = token.workflow
    while isinstance(scope, Inner) and scope.host.task_spec.background:
        scope = scope.host.workflow  # an event subprocess undoes what its scope did
    wanted = [found for found in scope.undo if plan.activity in ("", found["of"])]
    if not wanted:
        return False
    undoing = _begin(scope, wanted)
    if plan.waits:
        undoing.internal_data["for"] = token.id
    return plan.waits


def cancel(token: Token) -> None:
    """Undo all of a transaction that is cancelled, then leave it by its cancel event."""
    if token.workflow.undo:
        _begin(token.workflow, list(token.workflow.undo)).internal_data["cancel"] = True
    else:
        events.throw_cancel(token)


def _begin(scope: Flat, wanted: list[Memory]) -> Token:
    scope.undo = [found for found in scope.undo if found not in wanted]
    token = Token(scope, cast(Node, scope.spec.task_specs[UNDO]), scope.task_tree)
    token.internal_data["todo"] = wanted
    token._ready()
    return token


class Undo(Node, defaults.NoneTask):
    """Runs one compensation handler after another."""

    drawn: ClassVar[bool] = False

    def _run_hook(self, token: Token) -> bool | None:
        return True if self.last(token) else None

    def last(self, token: Token) -> bool:
        """Begin with the next handler; True if there was none left."""
        facts = token.internal_data
        facts["now"] = found = facts["todo"].pop() if facts["todo"] else None
        if found is None:
            return True
        spec = cast(Node, token.workflow.spec.task_specs[found["of"]])
        child = token.spawn(spec.handler or INSIDE)
        child.triggered = True
        child.local = found.get("local")
        if token._state != STARTED:
            token._set_state(STARTED)
        if spec.handler:
            cast(Node, token.workflow.spec.task_specs[spec.handler_event]).note(child, COMPLETED)
        else:
            child.internal_data.update({key: found[key] for key in ("of", "inside", "data") if key in found})
        child.arrive()
        return False

    def child_done(self, token: Token, child: Token) -> None:
        """One handler has finished."""
        if self.last(token):
            token.complete()

    def after(self, token: Token) -> None:
        """All is undone: whoever waits for it goes on."""
        super().after(token)
        facts = token.internal_data
        thrower = token.workflow.top.find(facts["for"]) if "for" in facts else None
        if thrower is not None and thrower._state == STARTED:
            thrower.complete()
        if "cancel" in facts:
            events.throw_cancel(token)


class UndoInside(Node, defaults.NoneTask):
    """Enters a finished subprocess or call once more, to undo what was done in it."""

    drawn: ClassVar[bool] = False

    def _run_hook(self, token: Token) -> bool | None:
        facts, specs = token.internal_data, token.workflow.spec.task_specs
        drawn = specs[facts["of"]]
        within = cast("SubProcess | CallActivity", specs[getattr(drawn, "task_spec", drawn.name)])
        own = "data" in facts
        data = facts.pop("data") if own else token.data
        inner = token.workflow.top.open_inner(token, within.spec, data, own)
        token._set_state(STARTED)
        inner.undo = facts.pop("inside")
        inner.root()
        if inner.spec.compensator:
            inner.task_tree.spawn(inner.spec.compensator)._ready()
        else:
            _begin(inner, list(inner.undo))
        return None
