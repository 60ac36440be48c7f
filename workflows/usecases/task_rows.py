"""A task's row with its instance and state, and the guards every act on a task begins with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from workflows.store.statements import Statement, pairs
from workflows.store.tables import (
    account,
    draft,
    history,
    instance,
    instance_part,
    instance_state,
    task,
    task_candidate,
)
from workflows.usecases import masking, running
from workflows.usecases.access import RECORDER, is_candidate, may_do, may_record
from workflows.usecases.actor import Actor
from workflows.usecases.errors import (
    InstanceEnded,
    NotAllowed,
    NotFound,
    OnlyToRecord,
    StaleVersion,
    TaskHeld,
    TaskNotOpen,
    TaskTaken,
)
from workflows.usecases.runtime import Transaction


def _load(dialect: str) -> sa.Select[Any]:
    """All that completing asks of the database, in one statement."""
    of_task = sa.select(pairs(dialect, task_candidate.c.kind, task_candidate.c.value)).where(
        task_candidate.c.task_id == task.c.id
    )
    return (
        sa.select(
            *running.columns(dialect),
            task.c.id.label("task_id"),
            task.c.key,
            task.c.kind,
            task.c.parent_id,
            task.c.element,
            task.c.name,
            task.c.process,
            task.c.form_key,
            task.c.form_id,
            task.c.properties,
            task.c.state.label("task_state"),
            task.c.version,
            task.c.assignee,
            task.c.completed_at,
            task.c.completed_by_name,
            task.c.created_at,
            task.c.part,
            instance_part.c.state.label("part_state"),
            of_task.correlate(task).scalar_subquery().label("candidates"),
            sa.exists().where(draft.c.task_id == task.c.id).correlate(task).label("drafted"),
        )
        .join_from(task, instance)
        .join(instance_state, instance_state.c.instance_id == instance.c.id)
        .outerjoin(
            instance_part,
            sa.and_(instance_part.c.instance_id == task.c.instance_id, instance_part.c.part == task.c.part),
        )
        .where(task.c.id == sa.bindparam("task_id"))
    )


_LOAD = Statement(_load)
_LOCK = Statement(
    sa.select(instance_state.c.version)
    .join_from(instance_state, task, task.c.instance_id == instance_state.c.instance_id)
    .where(task.c.id == sa.bindparam("task_id"))
    .with_for_update(of=instance_state)
)


def load(tx: Transaction, task_id: int) -> Any:
    """Lock the task's instance, then read task, instance and state. Raises `NotFound`."""
    if tx.db.dialect.name != "sqlite" and not tx.readonly:
        _LOCK.fetch(tx.db, {"task_id": task_id})
    rows = _LOAD.fetch(tx.db, {"task_id": task_id})
    if not rows:
        raise NotFound(kind="task", key=task_id)
    running.learn(tx, rows[0])
    return rows[0]


def _candidates(row: Any, *kinds: str) -> list[str]:
    """Candidates of some kinds, as the row has them."""
    return [value for kind, value in orjson.loads(row.candidates or b"[]") if kind in kinds]


def require_open(tx: Transaction, row: Any, version: int | None = None) -> None:
    """Raise `TaskNotOpen`, `TaskHeld`, `InstanceEnded` or `StaleVersion` unless the task can be acted upon."""
    if row.task_state == "held":
        raise TaskHeld(task_id=row.task_id, name=row.name, consulted=held_by(tx, row.task_id))
    if row.task_state != "open":
        raise TaskNotOpen(
            task_id=row.task_id,
            name=row.name,
            state=row.task_state,
            completed_by=row.completed_by_name,
            completed_at=row.completed_at,
            because=closed_by(tx, row.id, row.completed_at) if row.task_state == "cancelled" else "",
        )
    if row.status in ("completed", "cancelled"):
        raise InstanceEnded(instance_id=row.id, status=row.status)
    if version is not None and version != row.version:
        raise StaleVersion(name=row.name)


def closed_by(tx: Transaction, instance_id: int, at: datetime | None) -> str:
    """Name of the boundary event (a deadline, a message) that closed what was open in an instance at a moment, or ''."""
    query = sa.select(history.c.element_name).where(
        history.c.instance_id == instance_id, history.c.element_type == "boundaryEvent", history.c.at == at
    )
    return tx.db.execute(query.order_by(history.c.id.desc()).limit(1)).scalar_one_or_none() or ""


def require_doer(tx: Transaction, row: Any, actor: Actor) -> None:
    """Raise `TaskTaken` or `NotAllowed` unless the task waits for this actor."""
    if row.assignee == actor.username:
        return
    groups, users = _candidates(row, "group"), _candidates(row, "user")
    if may_do(row, actor, groups, users):
        return
    if row.assignee and is_candidate(actor, groups, users):
        raise TaskTaken(task_id=row.task_id, name=row.name, holder=holder(tx, row))
    raise NotAllowed(task=row.task_id)


def is_recorder(tx: Transaction, row: Any, actor: Actor) -> bool:
    """代录: the actor may enter what was decided on paper, and may not do the task."""
    if not may_record(row, actor, _candidates(row, RECORDER)):
        return False
    try:
        require_doer(tx, row, actor)
    except (NotAllowed, TaskTaken):
        return True
    return False


def require_completer(tx: Transaction, row: Any, actor: Actor, values: Mapping[str, Any]) -> None:
    """As `require_doer`; a recorder will do where the values are a decision made on paper (`OnlyToRecord`)."""
    if not is_recorder(tx, row, actor):
        require_doer(tx, row, actor)
    elif not (values.get("recorded") is True and values.get("decided_by") and values.get("decided_on")):
        raise OnlyToRecord(task_id=row.task_id, name=row.name)


def require_manager(tx: Transaction, row: Any, actor: Actor) -> None:
    """As `require_doer`, but the permission `tasks.transfer_any` will do too."""
    if not actor.may("tasks.transfer_any"):
        require_doer(tx, row, actor)


def name_of(tx: Transaction, username: str | None) -> str:
    """A person's name by username; the username where there is no such account."""
    query = sa.select(account.c.name).where(account.c.username == username)
    return tx.db.execute(query).scalar_one_or_none() or username or ""


def holder(tx: Transaction, row: Any) -> str:
    """Name of the assignee of a task's row."""
    return masking.CONCEALED if masking.is_concealed(row, row.assignee) else name_of(tx, row.assignee)


def held_by(tx: Transaction, task_id: int) -> str:
    """Name of whom a held task's opinion was asked of."""
    query = sa.select(task.c.assignee).where(task.c.parent_id == task_id, task.c.state == "open")
    return name_of(tx, tx.db.execute(query).scalars().first())


_TOUCH = (
    sa.update(task)
    .where(task.c.id == sa.bindparam("b_task"), task.c.version == sa.bindparam("b_version"))
    .values(version=task.c.version + 1)
)


def change(tx: Transaction, row: Any, **values: Any) -> None:
    """Change a task's row if nobody else has meanwhile. Raises `StaleVersion`."""
    statement = _TOUCH.values(**values)
    found = tx.db.execute(statement, {"b_task": row.task_id, "b_version": row.version})
    if found.rowcount != 1:
        raise StaleVersion(name=row.name)


_COMPLETE = Statement(
    sa.update(task)
    .where(task.c.id == sa.bindparam("b_task"), task.c.version == sa.bindparam("b_version"))
    .values(
        state="completed",
        version=task.c.version + 1,
        completed_at=sa.bindparam("b_at"),
        completed_by=sa.bindparam("b_by"),
        completed_by_name=sa.bindparam("b_by_name"),
        decision=sa.bindparam("b_decision"),
    )
)


def completed(tx: Transaction, row: Any, actor: Actor, decision: str | None) -> None:
    """Write that the actor completed the task. Raises `StaleVersion`."""
    values = {
        "b_task": row.task_id,
        "b_version": row.version,
        "b_at": tx.at,
        "b_by": actor.username,
        "b_by_name": actor.name,
        "b_decision": decision,
    }
    if _COMPLETE.run(tx.db, values) != 1:
        raise StaleVersion(name=row.name)
