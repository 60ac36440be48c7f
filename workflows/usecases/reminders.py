"""催办 by the clock: a notice ahead of a task's due time, one at it, one at its follow-up date, each sent once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from workflows.store.tables import instance, notice, task, task_reminder
from workflows.usecases import history
from workflows.usecases.actor import SYSTEM
from workflows.usecases.instance_view import candidates, people_of
from workflows.usecases.runtime import Transaction

AHEAD_DAYS = 1
"""Working days before the due day on which the first notice goes out (property `remindAhead` of a user task)."""
_FARTHEST = 60
_MOST = 200

_WORDS = {
    "ahead": ("due_soon", "“{name}”将于{due}到期：{title}"),
    "due": ("due_now", "“{name}”已到期({due})：{title}"),
    "follow": ("follow_up_now", "“{name}”已到跟进日期（{due}）：{title}"),
}


def _sent(kind: str) -> sa.ColumnElement[bool]:
    return sa.exists(
        sa.select(1).where(task_reminder.c.task_id == task.c.id, task_reminder.c.kind == kind)
    ).correlate(task)


def _open(tx: Transaction) -> sa.Select[Any]:
    """Open tasks near or behind their due time, or at their follow-up date, whose notice is still to be sent."""
    soon = tx.at + timedelta(days=_FARTHEST)
    over = task.c.due_at <= tx.at
    due = sa.and_(task.c.due_at <= soon, ~_sent("due"), sa.or_(over, ~_sent("ahead")))
    follow = sa.and_(task.c.follow_up_at <= tx.at, ~_sent("follow"), sa.func.coalesce(~over, sa.true()))
    return (
        sa.select(
            task, instance.c.title, _sent("ahead").label("ahead_sent"), _sent("follow").label("followed")
        )
        .join_from(task, instance)
        .where(task.c.state.in_(("open", "held")), task.c.kind == "task", instance.c.status == "running")
        .where(sa.or_(due, follow))
        .order_by(sa.func.coalesce(task.c.due_at, task.c.follow_up_at), task.c.id)
    )


def _kind(tx: Transaction, row: Any) -> str | None:
    """Which notice of a task is to go out now; None for none."""
    if row.due_at is not None and row.due_at <= tx.at:
        return "due"
    if row.follow_up_at is not None and row.follow_up_at <= tx.at and not row.followed:
        return "follow"
    if row.due_at is None or row.ahead_sent:
        return None
    # Who was given the task after that moment has just been told of its due day.
    return "ahead" if row.created_at < _ahead(tx, row) <= tx.at else None


def _ahead(tx: Transaction, row: Any) -> datetime:
    """When the first notice goes out: so many working days before, at the due time of day."""
    text = str((row.properties or {}).get("remindAhead", "")).strip()
    days = min(int(text), _FARTHEST) if text.isdigit() else AHEAD_DAYS
    if days == 0:
        return cast(datetime, row.due_at)
    due = row.due_at.astimezone(tx.at.tzinfo)
    day = due.date()
    while days:
        day -= timedelta(days=1)
        days -= tx.world.calendar.is_working_day(day)
    return datetime.combine(day, due.timetz())


def any_due(tx: Transaction) -> bool:
    """Whether `send_due` would send something; takes no write lock."""
    return any(_kind(tx, row) for row in tx.db.execute(_open(tx).limit(_MOST)))


def send_due(tx: Transaction) -> int:
    """Send what is due; how many tasks. A task that is taken up late gets the one notice that is true now."""
    query = _open(tx).limit(_MOST).with_for_update(of=task)
    found = [(row, kind) for row in tx.db.execute(query).all() if (kind := _kind(tx, row))]
    for row, kind in found:
        _send(tx, row, kind)
    return len(found)


def _send(tx: Transaction, row: Any, kind: str) -> None:
    moment = row.follow_up_at if kind == "follow" else row.due_at
    tx.db.execute(sa.insert(task_reminder), {"task_id": row.id, "kind": kind, "due_at": moment, "at": tx.at})
    event, words = _WORDS[kind]
    text = words.format(name=row.name, due=_told(moment, tx.at), title=row.title)
    people = people_of(tx, row.assignee, candidates(tx, [row.id]).get(row.id, ()))
    notices = [
        {
            "account_id": each,
            "kind": "reminder",
            "text": text,
            "at": tx.at,
            "instance_id": row.instance_id,
            "task_id": row.id,
        }
        for each in sorted(people)
    ]
    if notices:
        tx.db.execute(sa.insert(notice), notices)
    line = history.row(
        row.instance_id,
        tx,
        event,
        SYSTEM,
        task_id=row.id,
        process=row.process,
        element=row.element,
        name=row.name,
        element_type="userTask",
    )
    history.INSERT.run(tx.db, line)


def _told(moment: datetime, at: datetime) -> str:
    """A moment as the pages tell it: with the year where it is another, with the time unless it is a day's end."""
    local = moment.astimezone(at.tzinfo)
    year = f"{local.year}年" if local.year != at.year else ""
    time = "" if (local.hour, local.minute) == (23, 59) else f" {local:%H:%M}"
    return f"{year}{local.month}月{local.day}日{time}"
