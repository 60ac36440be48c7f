"""Events: arming what waits, and bringing what is thrown to who catches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from workflows.engine.expressions import evaluate, holds, value_of
from workflows.engine.mapping import handed_over
from workflows.engine.model import Incident, Thrown
from workflows.engine.timers import Kind, is_bare, next_round, settle

if TYPE_CHECKING:
    from workflows.engine.tokens import Token, Top

WAITING = 8


@dataclass(frozen=True)
class EventPlan:
    """What an event waits for or throws.

    Attributes:
        kind: `timer`, `message`, `signal`, `conditional`, `error`, `escalation`, `terminate`, `cancel`,
            `link`, `compensate`; `multiple` where there are several definitions; empty for a plain event.
        name: of the message, signal or link; may be an expression.
        code: of the error or escalation; None catches every code.
        text: condition or time as written.
        timer: kind of the timer.
        interrupting: a boundary event that stops its activity.
        code_variable, message_variable: variables that take what was caught.
        activity: what a compensation event undoes; empty for all of its scope.
        waits: a compensation event goes on only when all is undone.
        parts: the definitions of a `multiple` event.
        parallel: all of `parts` are wanted, not any.
    """

    kind: str = ""
    name: str = ""
    code: str | None = None
    text: str = ""
    timer: Kind = "duration"
    interrupting: bool = True
    code_variable: str = ""
    message_variable: str = ""
    activity: str = ""
    waits: bool = True
    parts: tuple[EventPlan, ...] = ()
    parallel: bool = False

    @property
    def each(self) -> tuple[EventPlan, ...]:
        """The single definitions; none for a plain event."""
        return self.parts or ((self,) if self.kind else ())


def evaluated(text: str, token: Token) -> Any:
    """Value of an expression where a token stands."""
    return evaluate(text, token.data, token.workflow.top.around.world)


def value(text: str, token: Token) -> Any:
    """Value of an attribute (text or expression) where a token stands."""
    return value_of(text, token.data, token.workflow.top.around.world)


# ---------------------------------------------------------------- arming
def arm(token: Token) -> bool:
    """Start to wait; True if the event is there already (a condition that holds)."""
    plan, facts, top = token.task_spec.plan.event, token.internal_data, token.workflow.top
    if plan.kind == "timer":
        cycle = settle(plan.timer, plan.text, token.data, top.around.world)
        facts["due"] = cycle.first.isoformat()
        if plan.timer != "cycle" and not is_bare(plan.text):
            facts["since"] = top.around.world.at.isoformat()  # so that it can be counted again
        if cycle.every:
            facts["every"] = cycle.every
            facts["left"] = cycle.times
    elif plan.kind == "conditional":
        top.conditionals[token.id] = token
        return condition_fires(token)
    elif plan.kind in ("message", "signal"):
        name = str(value(plan.name, token) or "")
        if name != plan.name:
            facts["name"] = name
    return False


def condition_fires(token: Token) -> bool:
    """True if the condition of a waiting event has just become true."""
    now = holds(token.task_spec.plan.event.text, token.data, token.workflow.top.around.world)
    before = token.internal_data.get("held", False)
    if now != before:
        token.internal_data["held"] = now
    return now and not before


def awaited_name(token: Token) -> str:
    """Name of the message or signal a token waits for."""
    return token.internal_data.get("name") or token.task_spec.plan.event.name


# ---------------------------------------------------------------- timers
def due_tokens(top: Top, at: datetime) -> list[Token]:
    """Waiting timers whose time has come, in the order of their due times."""
    due = []
    top.gather()
    for token in top.all_active():
        text = token.internal_data.get("due")
        if text is not None and token._state == WAITING and token.task_spec.plan.event.kind == "timer":
            moment = datetime.fromisoformat(text)
            if moment <= at:
                due.append((moment, token.id, token))
    due.sort(key=lambda entry: entry[:2])
    return [token for _, _, token in due]


def fire_timer(token: Token, at: datetime) -> None:
    """Fire one timer that is due; a cycle is set for its next round first, missed rounds are passed over."""
    facts = token.internal_data
    every = facts.get("every")
    if every and token.task_spec.repeats(token):
        due, rounds = next_round(datetime.fromisoformat(facts["due"]), every, at)
        left = facts["left"]
        if due is not None and (left is None or left > rounds):
            facts["due"] = due.isoformat()
            facts["left"] = None if left is None else left - rounds
        else:
            facts.pop("every")
    token.task_spec.fire(token, {})


# ---------------------------------------------------------------- throwing
def throw(token: Token, plan: EventPlan) -> None:
    """Throw what an event throws."""
    if plan.kind in ("message", "signal"):
        top = token.workflow.top
        name = str(value(plan.name, token) or "")
        variables = handed_over(token.task_spec.plan.mappings.into, token.data, top.around.world)
        caught = deliver(top, plan.kind, name, variables)
        if plan.kind == "signal" or not caught:
            kind: Literal["message", "signal"] = "signal" if plan.kind == "signal" else "message"
            said = value(token.task_spec.plan.properties.get("correlation", ""), token)
            correlation = "" if said is None else str(said)
            top.thrown.append(Thrown(kind, name, variables, token.task_spec.bpmn_id or "", correlation))
    elif plan.kind == "error":
        throw_error(token, plan.code or "", {}, None)
    elif plan.kind == "escalation":
        throw_escalation(token, plan.code or "")


def deliver(top: Top, kind: str, name: str, variables: Mapping[str, Any], only: int | None = None) -> bool:
    """Bring a message to the first, a signal to every token that waits for it; True if one did."""
    caught = False
    top.gather()
    for token in top.all_active():
        plan = token.task_spec.plan.event
        if plan.kind != kind or token._state != WAITING or awaited_name(token) != name:
            continue
        if only is not None and token.id != only:
            continue
        token.task_spec.fire(token, variables)
        caught = True
        if kind == "message":
            break
    return caught


def throw_error(token: Token, code: str, variables: Mapping[str, Any], error: BaseException | None) -> None:
    """Bring an error to the nearest boundary event around it that catches its code. Raises Incident."""
    catcher = _catcher(token, "error", code)
    if catcher is None:
        spec = token.task_spec
        raise Incident(
            spec.bpmn_id or spec.name,
            f"错误 {code or '（无代码）'} 没有被捕获 / error {code or '(no code)'} is not caught",
            element_name=spec.bpmn_name or "",
            cause=error,
        )
    plan = catcher.task_spec.plan.event
    caught: dict[str, Any] = dict(variables)
    if plan.code_variable:
        caught[plan.code_variable] = code
    if plan.message_variable:
        caught[plan.message_variable] = getattr(error, "facts", {}).get("reason")
    catcher.task_spec.fire(catcher, caught)


def throw_escalation(token: Token, code: str) -> None:
    """Bring an escalation outwards; if nobody catches it, nothing happens."""
    catcher = _catcher(token, "escalation", code)
    if catcher is not None:
        plan = catcher.task_spec.plan.event
        catcher.task_spec.fire(catcher, {plan.code_variable: code} if plan.code_variable else {})


def throw_cancel(token: Token) -> None:
    """Leave the transaction a cancel end event stands in by its cancel event; with it all its other instances."""
    host = getattr(token.workflow, "host", None)
    while host is not None:
        catcher = _taking(_armed_on(host), "cancel", "")
        if catcher is not None:
            catcher.task_spec.fire(catcher, {})
            return
        host = host.parent if host.triggered else None


def _catcher(token: Token, kind: str, code: str) -> Token | None:
    """The nearest waiting event of a kind that takes this code, from the token outwards.

    On the way: the boundary events of the activity, then the event subprocesses of the scope it stands in,
    then the activity around that scope. An event that names the code goes before one that catches all.
    """
    at: Token | None = token
    while at is not None:
        found = _taking(_armed_on(at), kind, code)
        if found is None and not at.triggered:
            found = _taking(list(at.workflow.armed.values()), kind, code)
        if found is not None:
            return found
        at = at.parent if at.triggered else getattr(at.workflow, "host", None)
    return None


def _armed_on(host: Token) -> list[Token]:
    """The boundary events armed on an activity; of an event with several definitions, each of them."""
    armed = []
    for event in host.children:
        if event._state == WAITING and event.task_spec.attached:
            armed += [event, *(part for part in event.children if part._state == WAITING)]
    return armed


def _taking(armed: list[Token], kind: str, code: str) -> Token | None:
    found = [token for token in armed if token.task_spec.plan.event.kind == kind and token._state == WAITING]
    for wanted in (code, None):
        for token in found:
            if token.task_spec.plan.event.code == wanted:
                return token
    return None
