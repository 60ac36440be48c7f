"""退回: a task goes back to one that was finished before; what followed it is undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflows.engine import Instance, NoSuchTask, came_later
from workflows.store.tables import task
from workflows.usecases import flow, history, masking, opinions, task_rows
from workflows.usecases.actor import Actor
from workflows.usecases.errors import CannotReturn
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import ReturnTarget


@dataclass(frozen=True)
class _Visit:
    """A finished visit one may go back to: the task row that tells of it, and its key in the engine."""

    row: Any
    key: str

    @property
    def target(self) -> ReturnTarget:
        row = self.row
        return ReturnTarget(
            task_id=row.id,
            element=row.element,
            name=row.name,
            completed_by_name=row.completed_by_name or "",
            completed_at=row.completed_at,
        )


def return_targets(tx: Transaction, task_id: int, actor: Actor) -> list[ReturnTarget]:
    """Finished tasks this one may be returned to, latest first, one an element; not what was undone since."""
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    task_rows.require_doer(tx, row, actor)
    return [visit.target for visit in _visits(tx, row)]


def _visits(tx: Transaction, row: Any) -> list[_Visit]:
    """The latest visit of each element that still stands in the engine.

    Of a multi-instance activity that is over the engine keeps no single child: one goes back to all of it.
    """
    query = (
        sa.select(task)
        .where(task.c.instance_id == row.id, task.c.state == "completed", task.c.kind == "task")
        .where(task.c.element != row.element, task.c.id < row.task_id)
        .order_by(task.c.completed_at.desc(), task.c.id.desc())
    )
    rows = tx.db.execute(query).all()
    if not rows:
        return []
    engine = flow.from_row(tx, row, whole=False).engine
    found: dict[str, _Visit] = {}
    latest = {each.element: each for each in reversed(rows)}
    for each in rows:
        if each.element not in found and engine.finished(each.key):
            found[each.element] = _Visit(each, each.key)
    for element, each in latest.items():
        whole = None if element in found else engine.finished_key(element)
        if whole is not None:
            found[element] = _Visit(each, whole)
    return sorted(found.values(), key=lambda visit: (visit.row.completed_at, visit.row.id), reverse=True)


def return_to(tx: Transaction, task_id: int, target: str | int, reason: str, actor: Actor) -> None:
    """退回 to a finished task (element id, or task id); what followed is undone.

    The task is open again for the person who did it. Its opinion, and those of tasks that were undone with what
    followed, leave the paper; the history keeps them. What a parallel branch said stays.

    Raises `CannotReturn`, and what completing raises.
    """
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    task_rows.require_doer(tx, row, actor)
    visit = next(
        (each for each in _visits(tx, row) if target in (each.row.id, each.row.element)),
        None,
    )
    if visit is None:
        raise CannotReturn(target=str(target))
    goal = visit.row
    running = flow.from_row(tx, row)
    actor = masking.shown_as(row, actor)
    task_rows.change(
        tx,
        row,
        state="completed",
        decision="returned",
        completed_at=tx.at,
        completed_by=actor.username,
        completed_by_name=actor.name,
    )
    line = history.row(
        row.id,
        tx,
        "returned",
        actor,
        task_id=task_id,
        element=row.element,
        name=row.name,
        facts={"target": goal.name, "detail": reason},
    )
    said = opinions.tasks_with(tx, row.id)
    undone: list[int] = []

    def back(engine: Instance) -> None:
        before = [_standing(engine, each) for each in said]
        engine.reset_to(visit.key)
        for each, stood in zip(said, before, strict=True):
            if each.id == goal.id or _is_undone(engine, each, stood, visit.key):
                undone.append(each.id)

    assign = {goal.key: goal.completed_by} if goal.completed_by else {}
    try:
        flow.step(tx, running, actor, back, rows=[line], done={row.key: task_id}, assign=assign)
    except NoSuchTask:
        raise CannotReturn(target=goal.name) from None
    opinions.undo(tx, undone)


def _standing(engine: Instance, each: Any) -> str | None:
    """Key of what the engine still knows of a finished task: its own, or that of the latest visit of its element."""
    return each.key if engine.finished(each.key) else engine.finished_key(each.element)


def _is_undone(engine: Instance, each: Any, stood: str | None, goal: str) -> bool:
    """Whether a reset to a goal took a task with it. What another branch did later stays.

    Of the children of a multi-instance activity that is over, the engine keeps the activity alone; of rounds long
    over, and of those inside a subprocess that ran several times, not even that. They went if they came after the
    goal, and what the engine knew of their element went too.
    """
    if stood == each.key:
        return not engine.finished(each.key)
    if stood is not None and engine.finished(stood):
        return False
    return came_later(each.key, goal)
