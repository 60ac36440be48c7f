"""How an instance moves: one ready token after another, until it waits for a person, an event or the clock.

A token that fails is set aside with its incident, or stops the move (see `parking`). When nothing is ready any more,
scopes in which nothing runs are closed, and inclusive gateways ask again whether anybody can still come.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, cast

from SpiffWorkflow.util.task import TaskState

from forms.faults import Refused
from workflows.engine.model import BusinessError, Incident, Surroundings
from workflows.engine.timers import TimerError

if TYPE_CHECKING:
    from workflows.engine.specs import ProcessSpec
    from workflows.engine.tokens import Flat, Inner, Token

WAITING, READY, STARTED = TaskState.WAITING, TaskState.READY, TaskState.STARTED
STEP_LIMIT = 50_000
"""Steps an instance may take without waiting for anybody; more is a loop that never ends."""


class Advancing:
    """What moves the root process, and with it all of the instance.

    Attributes:
        queue: tokens that are ready to run.
        idle: workflows that may have come to their end.
        conditionals: waiting tokens whose condition is looked at after every step.
        joins: tokens that wait at an inclusive or complex gateway.
        insisted: token whose failure is raised whatever `around.parks` says; 0 for none.
    """

    spec: ProcessSpec
    around: Surroundings
    queue: deque[Token]
    idle: list[Flat]
    conditionals: dict[int, Token]
    joins: dict[int, Token]
    subprocesses: dict[int, Inner]
    insisted: int

    def advance(self) -> None:
        """Run all that can run without a person, an event or the clock. Raises Incident."""
        for _ in range(STEP_LIMIT):
            if self.conditionals and self.refresh_conditions():
                continue
            if self.queue:
                token = self.queue.popleft()
                if token._state == READY and token.workflow.tasks.get(token.id) is token:
                    self.attempt(token)
            elif not (self.close_idle() or self.recheck_joins()):
                return
        self.stop_loop()

    def stop_loop(self) -> None:
        """What runs without end is set aside where it stands."""
        reason = "流程陷入无等待的死循环 / the process loops without ever waiting"
        ready = [token for token in self.queue if token._state == READY]
        self.queue.clear()
        for token in ready:
            spec = token.task_spec
            name = spec.bpmn_id or self.spec.name
            self.failed(token, "run", Incident(name, reason, element_name=spec.bpmn_name or ""))
        if not ready:
            raise Incident(self.spec.name, reason)

    def attempt(self, token: Token) -> None:
        """Run one token, or set it aside for its job."""
        from workflows.engine.parking import deferred, wait_for_job

        kind = deferred(token)
        if kind:
            wait_for_job(token, kind)
        else:
            self.perform(token)

    def perform(self, token: Token) -> None:
        """Run one token; its failure becomes an event that is caught, or an Incident."""
        from workflows.engine.events import throw_error

        try:
            try:
                token.run()
            except BusinessError as error:
                throw_error(token, error.code, error.variables, error)
        except Exception as error:
            self.failed(token, "run", error)

    def failed(self, token: Token, phase: str, error: Exception) -> None:
        """Set a token aside after a failure, or raise the Incident. See `Surroundings.parks`."""
        from workflows.engine.parking import park

        incident = error if isinstance(error, Incident) else incident_of(token, error)
        insisted = phase == "run" and token.id == self.insisted
        parks = None if insisted else self.around.parks
        if parks is None or not parks(incident):
            if incident is error:
                raise incident
            raise incident from error
        park(token, phase, incident)

    def close_idle(self) -> bool:
        """Complete the workflows in which nothing runs any more; True if that moved anything."""
        moved = False
        while self.idle:
            workflow = self.idle.pop()
            if workflow.completed or workflow.active:
                continue
            moved = True
            host: Token | None = getattr(workflow, "host", None)
            if host is not None and host._state != STARTED:
                host = None
            if host is not None and host.task_spec.more_inside(host, cast("Inner", workflow)):
                continue
            workflow.completed = True
            for token in list(workflow.armed.values()):
                token.cancel()
            if host is not None:
                self.hand_back(host)
        return moved

    def hand_back(self, host: Token) -> None:
        """The content of a subprocess has ended: take what it gives, and complete the subprocess."""
        try:
            host.task_spec.inner_done(host, self.subprocesses[host.id])
        except Exception as error:
            self.failed(host, "inner", error)
        else:
            host.complete()

    def recheck_joins(self) -> bool:
        """Let inclusive gateways ask again whether anybody can still come; True if one fired."""
        for token in list(self.joins.values()):
            if token._state != WAITING:
                self.joins.pop(token.id, None)
            elif token.task_spec.recheck(token):
                return True
        return False

    def refresh_conditions(self) -> bool:
        """Fire conditional events that have become true; True if one did."""
        from workflows.engine.events import condition_fires

        fired = False
        for token in list(self.conditionals.values()):
            if token._state != WAITING:
                self.conditionals.pop(token.id, None)
                continue
            try:
                now = condition_fires(token)
            except Exception as error:
                self.conditionals.pop(token.id)
                self.failed(token, "condition", error)
                continue
            if now:
                token.task_spec.fire(token, {})
                fired = True
        return fired


def incident_of(token: Token, error: Exception) -> Incident:
    """Wrap a failure with the element it happened at; an error that has a sentence of its own tells it."""
    spec = token.task_spec
    if isinstance(error, Refused):
        reason = f"{error.tell('zh')} / {error.tell('en')}"
    elif isinstance(error, TimerError):
        reason = str(error)
    else:
        reason = f"{type(error).__name__}: {error}"
    return Incident(spec.bpmn_id or spec.name, reason, element_name=spec.bpmn_name or "", cause=error)
