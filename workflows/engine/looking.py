"""What can be seen of an instance: what is open, what waits, what stands still, what has happened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from workflows.engine import events, parking
from workflows.engine.advancing import incident_of
from workflows.engine.event_specs import waits
from workflows.engine.gateways import Join
from workflows.engine.listeners import Listener
from workflows.engine.model import (
    Incident,
    NoSuchTask,
    OpenIncident,
    OpenJob,
    OpenTask,
    ServiceCall,
    Status,
    Step,
    Thrown,
    Wait,
)
from workflows.engine.people import open_task
from workflows.engine.tokens import COMPLETED, READY, WAITING, Token, Top


class Looking:
    """The half of an instance that changes nothing."""

    status: Status
    _top: Top

    @property
    def variables(self) -> dict[str, Any]:
        """Variables of the root process."""
        return dict(self._top.seen)

    @property
    def trail(self) -> list[Step]:
        """What happened since start or load."""
        return self._top.trail

    @property
    def thrown(self) -> list[Thrown]:
        """Messages and signals that left the instance since start or load."""
        return self._top.thrown

    @property
    def ends(self) -> list[str]:
        """End events reached, in order."""
        return self._top.ends

    @property
    def open_keys(self) -> list[str]:
        """Keys of the user tasks that wait, oldest first; cheaper than `user_tasks`."""
        return [token.key for token in self._open_tokens()]

    @property
    def user_tasks(self) -> list[OpenTask]:
        """The user tasks that wait, oldest first."""
        return [open_task(token) for token in self._open_tokens()]

    def tasks(self, task_keys: Collection[str]) -> list[OpenTask]:
        """Some of the user tasks that wait, oldest first, without the variables they see."""
        return [open_task(token, variables=False) for token in self._open_tokens() if token.key in task_keys]

    def task(self, task_key: str) -> OpenTask:
        """One open user task. Raises NoSuchTask."""
        return open_task(self._open(task_key))

    @property
    def waits(self) -> list[Wait]:
        """The events that wait, oldest first."""
        return [wait_of(token) for token in self._top.all_active() if waits(token)]

    def seen_by(self, key: str) -> dict[str, Any]:
        """The variables a waiting event can see: those of its scope, in a called process too. Raises NoSuchTask."""
        token = next((each for each in self._top.all_active() if each.key == key), None)
        if token is None:
            raise NoSuchTask(key)
        return dict(token.data)

    @property
    def incidents(self) -> list[OpenIncident]:
        """Steps that failed and stand still, oldest first."""
        return [parking.open_incident(token) for token in parking.standing(self._top, parking.SET_ASIDE)]

    @property
    def jobs(self) -> list[OpenJob]:
        """Elements that wait to be run, or done, outside of the step, oldest first."""
        return [parking.open_job(token) for token in parking.standing(self._top, parking.JOB)]

    def seen_at(self, key: str) -> dict[str, Any]:
        """The variables an incident or a job can see. Raises NoSuchTask."""
        return dict(self._aside(key).data)

    def call_of(self, key: str) -> ServiceCall:
        """What the service of a job is asked. Raises NoSuchTask, Incident."""
        token = self._aside(key, parking.JOB)
        try:
            return parking.call_of(token)
        except Incident:
            raise
        except Exception as error:
            raise incident_of(token, error) from error

    @property
    def stuck(self) -> list[Step]:
        """The joins at which tokens wait for others, each once."""
        found = {}
        for token in self._top.all_active():
            spec = token.task_spec
            if token._state == WAITING and isinstance(spec, Join):
                drawn = spec if spec.bpmn_id else token.workflow.spec.task_specs[spec.flows[0].target]
                name = drawn.bpmn_id or drawn.name
                found[name] = Step(name, drawn.bpmn_name or "", drawn.plan.tag, drawn.process_id, "entered")
        return list(found.values())

    @property
    def next_due(self) -> datetime | None:
        """When the earliest timer fires; None if there is none."""
        moments = [wait.due for wait in self.waits if wait.due is not None]
        return min(moments, default=None)

    def finished_key(self, element: str) -> str | None:
        """Key of the latest finished visit of an element that `reset_to` can go back to, or None."""
        found = [
            token
            for workflow in (self._top, *self._top.subprocesses.values())
            for token in workflow.tasks.values()
            if token.task_spec.bpmn_id == element and token._state == COMPLETED
        ]
        return max(found, key=lambda token: token.id).key if found else None

    def finished(self, task_key: str) -> bool:
        """Whether a task was done and is not undone: its token stands finished."""
        token = self._top.find(number_of(task_key))
        return token is not None and token._state == COMPLETED

    # ---- inside
    def _open_tokens(self) -> list[Token]:
        return [token for token in self._top.all_active() if token._state == READY and token.task_spec.manual]

    def _aside(self, key: str, *kinds: str) -> Token:
        """A token that stands still: for an incident, a job, or either."""
        token = self._top.find(number_of(key))
        wanted = kinds or (parking.SET_ASIDE, parking.JOB)
        if (
            token is None
            or self.status != "running"
            or not token.unfinished
            or not any(kind in token.internal_data for kind in wanted)
        ):
            raise NoSuchTask(key)
        return token

    def _open(self, task_key: str) -> Token:
        token = self._top.find(number_of(task_key))
        if token is None or token._state != READY or not token.task_spec.manual or self.status != "running":
            raise NoSuchTask(task_key)
        return token


def number_of(key: str) -> int:
    """Token number of a key; -1 for what is no key."""
    digits = key[1:]
    return int(digits) if key[:1] == "t" and digits.isascii() and digits.isdigit() else -1


def wait_of(token: Token) -> Wait:
    spec, plan = token.task_spec, token.task_spec.plan
    due = token.internal_data.get("due")
    owner = token.parent if isinstance(spec, Listener) else token
    host = owner.parent if owner is not None and owner.task_spec.attached else None
    return Wait(
        key=token.key,
        element=spec.bpmn_id or "",
        name=spec.bpmn_name or "",
        type=plan.event.kind,
        message=events.awaited_name(token) if plan.event.kind in ("message", "signal") else None,
        due=None if due is None else datetime.fromisoformat(due),
        properties=plan.properties,
        process=spec.process_id,
        attached_to=plan.attached_to,
        task_key=host.key if host is not None else "",
    )
