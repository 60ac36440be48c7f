"""Due times counted again: those of open tasks and waiting timers, under another calendar of working days.

What was worked out when a task opened, or a timer was armed, is worked out again as of that moment. Only a time
that the former calendar explains is moved: one whose variables have changed since stays what people were told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from workflows.engine.people import due_of
from workflows.engine.timers import is_bare, settle
from workflows.engine.tokens import READY, WAITING, Token, Top

if TYPE_CHECKING:
    from forms.feel import World
    from forms.feel.calendar import Calendar


@dataclass(frozen=True)
class Shift:
    """A due time that moves. `key` is that of the task or of the wait."""

    kind: Literal["task", "timer"]
    key: str
    process: str
    element: str
    name: str
    was: datetime
    now: datetime


def shift(top: Top, former: Calendar, opened: Mapping[str, datetime], began: datetime) -> list[Shift]:
    """Move the due times the former calendar explains to what the present one says; returns those that moved.

    Args:
        top: the instance; its world holds the present calendar.
        former: the calendar before the change.
        opened: task key -> when it opened.
        began: when the instance began; stands in for a timer that does not say when it was armed.
    """
    top.gather()
    found = []
    for token in top.all_active():
        drawn = _drawn(token)
        was = token.internal_data.get("due")
        if drawn is None or was is None:
            continue
        moments = [began, *_moments(token, opened)]
        then, now = (
            _counted(token, former, moments[-1]),
            _counted(token, top.around.world.calendar, moments[-1]),
        )
        if then is None or now is None or then == now or then.isoformat() != was:
            continue
        token.internal_data["due"] = now.isoformat()
        spec = token.task_spec
        name = token.internal_data.get("name") if drawn == "task" else None
        found.append(
            Shift(
                kind=drawn,
                key=token.key,
                process=spec.process_id,
                element=spec.bpmn_id or "",
                name=name or spec.bpmn_name or spec.bpmn_id or "",
                was=then,
                now=now,
            )
        )
    return found


def _drawn(token: Token) -> Literal["task", "timer"] | None:
    """What a token waits as, where its due time is an expression."""
    spec = token.task_spec
    if token._state == READY and spec.manual:
        return "task" if "dueDate" in spec.plan.extensions else None
    event = spec.plan.event
    if token._state == WAITING and event.kind == "timer" and event.timer != "cycle":
        return None if is_bare(event.text) else "timer"
    return None


def _moments(token: Token, opened: Mapping[str, datetime]) -> Iterator[datetime]:
    if "since" in token.internal_data:
        yield datetime.fromisoformat(token.internal_data["since"])
    if token.key in opened:
        yield opened[token.key]


def _counted(token: Token, calendar: Calendar, at: datetime) -> datetime | None:
    """The due time as a calendar has it; None where the expression gives none any more."""
    world: World = replace(token.workflow.top.around.world, at=at, calendar=calendar)
    event = token.task_spec.plan.event
    try:
        if event.kind == "timer":
            return settle(event.timer, event.text, token.data, world).first
        return due_of(token.task_spec, token.data, world)
    except Exception:  # whatever an expression may raise: a time that cannot be counted stays as it is
        return None


__all__ = ["Shift", "shift"]
