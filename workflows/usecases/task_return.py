"""退回: a task goes back to one that was finished before; what followed it is undone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflows.engine import Instance, NoSuchTask
from workflows.store.tables import task
from workflows.usecases import flow, history, opinions, task_rows
from workflows.usecases.actor import Actor
from workflows.usecases.errors import CannotReturn
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import ReturnTarget


def return_targets(tx: Transaction, task_id: int, actor: Actor) -> list[ReturnTarget]:
    """Finished tasks this one may be returned to, latest first, one an element."""
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    task_rows.require_doer(tx, row, actor)
    query = (
        sa.select(task)
        .where(task.c.instance_id == row.id, task.c.state == "completed", task.c.kind == "task")
        .where(task.c.element != row.element, task.c.id < task_id)
        .order_by(task.c.completed_at.desc(), task.c.id.desc())
    )
    found: dict[str, ReturnTarget] = {}
    for each in tx.db.execute(query):
        found.setdefault(
            each.element,
            ReturnTarget(
                task_id=each.id,
                element=each.element,
                name=each.name,
                completed_by_name=each.completed_by_name or "",
                completed_at=each.completed_at,
            ),
        )
    return list(found.values())


def return_to(tx: Transaction, task_id: int, target: str | int, reason: str, actor: Actor) -> None:
    """退回 to a finished task (element id, or task id); what followed is undone.

    The task is open again for the person who did it. Its opinion, and those of tasks that were undone with what
    followed, leave the paper; the history keeps them. What a parallel branch said stays.

    Raises `CannotReturn`, and what completing raises.
    """
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    task_rows.require_doer(tx, row, actor)
    offered = return_targets(tx, task_id, actor)
    wanted = next((each for each in offered if target in (each.task_id, each.element)), None)
    if wanted is None:
        raise CannotReturn(target=str(target))
    goal = tx.db.execute(sa.select(task).where(task.c.id == wanted.task_id)).one()
    running = flow.from_row(tx, row)
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
        facts={"target": wanted.name, "detail": reason},
    )
    said = opinions.tasks_with(tx, row.id)
    undone: list[int] = []

    def back(engine: Instance) -> None:
        before = [_stands(engine, each) for each in said]
        engine.reset_to(goal.key)
        for each, stood in zip(said, before, strict=True):
            if each.id == goal.id or _is_undone(engine, each, stood, goal):
                undone.append(each.id)

    assign = {goal.key: goal.completed_by} if goal.completed_by else {}
    try:
        flow.step(tx, running, actor, back, rows=[line], done={row.key: task_id}, assign=assign)
    except NoSuchTask:
        raise CannotReturn(target=wanted.name) from None
    opinions.undo(tx, undone)


def _stands(engine: Instance, each: Any) -> str:
    """By what the engine still knows that a task is done: its own `token`, its `element`, or nothing."""
    if engine.finished(each.key):
        return "token"
    return "element" if engine.finished_key(each.element) is not None else ""


def _is_undone(engine: Instance, each: Any, stood: str, goal: Any) -> bool:
    """Whether a reset took a task with it. What another branch did later stays.

    Of the children of a multi-instance activity that is over, the engine keeps the activity alone; of those inside
    a subprocess that ran several times not even that, there the time decides.
    """
    if stood == "token":
        return not engine.finished(each.key)
    if stood == "element":
        return engine.finished_key(each.element) is None
    return bool(each.completed_at >= goal.completed_at)
