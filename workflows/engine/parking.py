"""Tokens that stand still: where a step failed (an incident), and where a job is to be done outside the step.

A failure stops its own token alone. The token is set aside with what failed and in which phase, so that it counts
as unfinished (its scope does not end, a join waits for it, a boundary event may still stop it) and is never run by
itself. A person retries the phase, or skips it; a job is run, finished from outside, or ends in an error.

The phases of a token, in the order of its life: `arrive` (input parameters, who is to do it, boundary events),
`run` (what the element does), `inner` (what the content of a subprocess hands back), `complete` (output
parameters), `after` (the element is done: an end event throws, a multi-instance activity asks its condition),
`leave` (which flows to take).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from workflows.engine.model import BusinessError, Incident, OpenIncident, OpenJob, ServiceCall
from workflows.engine.tokens import ACTIVE, COMPLETED, FUTURE, READY, STARTED, WAITING, Token

if TYPE_CHECKING:
    from workflows.engine.specs import Performer
    from workflows.engine.tokens import Top

SET_ASIDE = "incident"
JOB = "job"
_DONE_PHASES = frozenset({"after", "leave"})


# ---------------------------------------------------------------- incidents
def park(token: Token, phase: str, incident: Incident) -> None:
    """Set a token aside after a failure in a phase."""
    if phase == "arrive":
        _unarm(token)
    elif phase == "after":
        _forget_end(token)
    zh, en = incident.words()
    failed = {"phase": phase, "zh": zh, "en": en}
    if incident.element != (token.task_spec.bpmn_id or token.task_spec.name):
        failed["element"] = incident.element
    token.internal_data[SET_ASIDE] = failed
    token.internal_data.pop(JOB, None)
    token.workflow.top.aside[token.id] = token
    _hold(token, STARTED)


def standing(top: Top, kind: str) -> list[Token]:
    """The tokens set aside for a reason (`SET_ASIDE` or `JOB`), oldest first."""
    for number, token in list(top.aside.items()):
        if not token.unfinished or token.workflow.tasks.get(number) is not token:
            del top.aside[number]
    return sorted(
        (token for token in top.aside.values() if kind in token.internal_data), key=lambda token: token.id
    )


def open_incident(token: Token) -> OpenIncident:
    """What a parked token tells."""
    spec, failed = token.task_spec, token.internal_data[SET_ASIDE]
    return OpenIncident(
        key=token.key,
        element=spec.bpmn_id or spec.name,
        name=spec.bpmn_name or "",
        type=spec.plan.tag,
        process=spec.process_id,
        phase=failed["phase"],
        zh=failed["zh"],
        en=failed["en"],
    )


def retry(token: Token) -> None:
    """Do the phase that failed once more, and go on from there."""
    phase = _taken_up(token)
    if phase == "arrive":
        _hold(token, FUTURE)
        token.arrive()
    elif phase == "condition":
        _hold(token, WAITING)
        token.workflow.top.conditionals[token.id] = token
    elif phase == "run":
        _hold(token, READY)
        token.workflow.top.queue.append(token)
    elif phase == "inner":
        token.workflow.top.hand_back(token)
    elif phase == "complete":
        _hold(token, STARTED)
        token.complete()
    else:
        _hold(token, COMPLETED)
        token.leave(phase)


def skip(token: Token) -> None:
    """Go on behind what failed, as though it were done; a boundary event that cannot be armed stays unarmed.

    Where only the way on is missing, or an end event threw what nobody caught, that is what is passed over:
    the flows are looked at again with the variables as they are now, and the error is not thrown.
    """
    if JOB in token.internal_data:
        del token.internal_data[JOB]
        phase = "run"
    else:
        phase = _taken_up(token)
    if phase in ("arrive", "condition") and token.task_spec.attached:
        token.cancel()
    elif phase in _DONE_PHASES:
        _hold(token, COMPLETED)
        _pass_over(token, phase)
    elif phase == "complete":
        _hold(token, STARTED)
        token.finish()
    else:
        _hold(token, STARTED)
        token.complete()


def _pass_over(token: Token, phase: str) -> None:
    top, outer = token.workflow.top, token.parent
    if phase == "after" and token.triggered and outer is not None:
        top.passing = outer.id  # its condition is not asked this time
        try:
            token.leave("after")
        finally:
            top.passing = 0
        return
    if phase == "after":
        top.ends.extend(_end_of(token))
    token.leave("leave")


def _taken_up(token: Token) -> str:
    return str(token.internal_data.pop(SET_ASIDE)["phase"])


def _hold(token: Token, state: int) -> None:
    """Give a token a state that the trail does not tell: nothing has happened that a person would see drawn."""
    token._state = state
    active = token.workflow.active
    if state & ACTIVE:
        active[token.id] = token
        return
    active.pop(token.id, None)
    if state == COMPLETED and not active:
        token.workflow.top.idle.append(token.workflow)


def _unarm(token: Token) -> None:
    """Take away what was armed before the failure, so that arriving again arms it once."""
    for child in token.children:
        if child.task_spec.attached:
            child.workflow.active.pop(child.id, None)
            token.workflow.top.conditionals.pop(child.id, None)
            del token.workflow.tasks[child.id]
            token._children.remove(child.id)
    if not token.triggered:
        token.local = None


def _end_of(token: Token) -> list[str]:
    key = token.task_spec.bpmn_id
    return [key] if token.task_spec.plan.tag == "endEvent" and key else []


def _forget_end(token: Token) -> None:
    """An end event whose error nobody caught is reached once it has been dealt with."""
    for key in _end_of(token):
        if key in token.workflow.top.ends:
            token.workflow.top.ends.remove(key)


# ---------------------------------------------------------------- jobs
def deferred(token: Token) -> str:
    """How a token that is about to run is to be run: `` (now), `step`, `remote` or `external`.

    `step`: drawn with `camunda:asyncBefore`. `remote` and `external` are what the surroundings say of the service.
    """
    spec = token.task_spec
    extensions = spec.plan.extensions
    later = token.workflow.top.around.later
    if later is None or not extensions:
        return ""
    service = extensions.get("service")
    if service and "expression" not in extensions:
        kind = later(service, extensions.get("type") == "external")
        if kind:
            return kind
    return "step" if "true" in (extensions.get("asyncBefore"), extensions.get("async")) else ""


def wait_for_job(token: Token, kind: str) -> None:
    """Set a token aside for a job."""
    token.internal_data[JOB] = kind
    token.workflow.top.aside[token.id] = token
    token._set_state(STARTED)


def open_job(token: Token) -> OpenJob:
    """What is to be done for a token that waits for its job."""
    from workflows.engine import events

    spec = token.task_spec
    extensions = spec.plan.extensions
    try:
        priority = int(
            events.value(extensions.get("taskPriority") or extensions.get("jobPriority") or "0", token)
        )
    except (TypeError, ValueError):
        priority = 0
    return OpenJob(
        key=token.key,
        element=spec.bpmn_id or spec.name,
        name=spec.bpmn_name or "",
        type=spec.plan.tag,
        process=spec.process_id,
        kind=token.internal_data[JOB],
        topic=extensions.get("service", ""),
        priority=priority,
        retries=extensions.get("failedJobRetryTimeCycle", ""),
    )


def call_of(token: Token) -> ServiceCall:
    """What the service of a job is asked. Raises Incident if an input cannot be evaluated."""
    spec = cast("Performer", token.task_spec)
    return spec.call(token)


def run_job(token: Token) -> None:
    """Run the element now. Raises Incident if it fails; nothing of it is kept then."""
    del token.internal_data[JOB]
    top = token.workflow.top
    _hold(token, READY)
    top.insisted = token.id
    try:
        top.perform(token)
    finally:
        top.insisted = 0


def finish_job(token: Token, variables: Mapping[str, Any]) -> None:
    """What was done outside is done: take its variables and go on."""
    del token.internal_data[JOB]
    result = token.task_spec.plan.extensions.get("resultVariable")
    token.assign({result: dict(variables)} if result else variables)
    token.complete()


def error_in_job(token: Token, error: BusinessError) -> None:
    """What was done outside ended in an error for the diagram; one that nobody catches is an incident."""
    from workflows.engine.events import throw_error

    del token.internal_data[JOB]
    top = token.workflow.top
    try:
        throw_error(token, error.code, error.variables, error)
    except Incident as incident:
        top.failed(token, "run", incident)
