"""Due times counted again after a change of the calendar: of open tasks and of timers, recorded with old and new.

A job goes through the running instances in the order of their ids, some a transaction, and remembers in the same
transaction how far it is: a killed worker loses nothing and moves nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from forms.feel.calendar import Calendar
from workflows.engine import Instance
from workflows.engine.shifting import Shift
from workflows.settings import SHANGHAI
from workflows.store.tables import calendar_revision, instance, task, task_reminder, timer
from workflows.usecases import flow, history
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime, Transaction

log = logging.getLogger(__name__)

CHUNK = 5
"""Instances a transaction."""
JOB = "count_due_again"
_BURST = 20  # transactions a step of the job
_UNDER_WAY = ("running", "incident")

revision = calendar_revision


def hand_over(tx: Transaction, revision_id: int, changed: Sequence[date]) -> None:
    """Have the job begin after the commit; where no day changes, or nothing is due after it, all is done already."""
    total = 0
    if changed:
        query = sa.select(sa.func.count()).select_from(instance)
        total = tx.db.execute(query.where(*_touched(min(changed), 0))).scalar_one()
    over = {"state": "done", "finished_at": tx.at} if not total else {}
    tx.db.execute(sa.update(revision).where(revision.c.id == revision_id).values(total=total, **over))
    if total:
        tx.enqueue(JOB, revision_id, key=job_key(revision_id))


def job_key(revision_id: int) -> str:
    return f"calendar:{revision_id}"


def waiting(tx: Transaction) -> list[tuple[int, str]]:
    """Revisions a job should work at, with its key, for a worker that starts."""
    query = sa.select(revision.c.id).where(revision.c.state != "done").order_by(revision.c.id)
    return [(found, job_key(found)) for found in tx.db.execute(query).scalars()]


def run(runtime: Runtime, revision_id: int) -> None:
    """Go through all instances of a revision, a short transaction after the other."""
    while burst(runtime, revision_id):
        pass


def burst(runtime: Runtime, revision_id: int) -> bool:
    """Go through some of them; True while there are more."""
    more = False
    for _ in range(_BURST):
        with runtime.transaction() as tx:
            more = run_chunk(tx, revision_id)
        if not more:
            break
    return more


def _touched(first: date, after: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Instances after an id that have something due on the first changed day or later."""
    since = datetime.combine(first, time(), SHANGHAI)
    tasks = sa.select(task.c.id).where(
        task.c.instance_id == instance.c.id, task.c.state.in_(flow.OPEN_STATES), task.c.due_at >= since
    )
    timers = sa.select(timer.c.id).where(timer.c.instance_id == instance.c.id, timer.c.due_at >= since)
    return (
        instance.c.id > after,
        instance.c.status.in_(_UNDER_WAY),
        sa.or_(sa.exists(tasks), sa.exists(timers)),
    )


def run_chunk(tx: Transaction, revision_id: int, size: int = CHUNK) -> bool:
    """Count the due times of the next instances again; True while there are more. Safe to repeat."""
    row = tx.db.execute(
        sa.select(revision).where(revision.c.id == revision_id).with_for_update()
    ).one_or_none()
    if row is None or row.state == "done":
        return False
    changed = [date.fromisoformat(day) for day, was, now in row.days if was != now]
    query = sa.select(instance.c.id).where(*_touched(min(changed), row.last_instance))
    ids = list(tx.db.execute(query.order_by(instance.c.id).limit(size)).scalars())
    former, moved, failed = _former(tx, row.id), 0, 0
    for instance_id in ids:
        try:
            with tx.savepoint():
                moved += _count_again(tx, instance_id, former, row)
        except (sa.exc.OperationalError, sa.exc.InterfaceError, OSError):
            raise  # the database's trouble, not the instance's: the job tries again
        except Exception as error:
            failed += 1
            log.warning("calendar %s: instance %s failed: %s", row.id, instance_id, type(error).__name__)
    over = len(ids) < size
    tx.db.execute(
        sa.update(revision)
        .where(revision.c.id == row.id)
        .values(
            seen=row.seen + len(ids),
            moved=row.moved + moved,
            failed=row.failed + failed,
            last_instance=ids[-1] if ids else row.last_instance,
            state="done" if over else "running",
            finished_at=tx.at if over else None,
        )
    )
    return not over


def _former(tx: Transaction, revision_id: int) -> Calendar:
    """The calendar before a revision: what it and all later ones changed is taken back, the latest first."""
    query = sa.select(revision.c.days).where(revision.c.id >= revision_id).order_by(revision.c.id.desc())
    days = {
        date.fromisoformat(day): was for found in tx.db.execute(query).scalars() for day, was, _now in found
    }
    return tx.world.calendar.with_days(days)


@dataclass(frozen=True)
class _Open:
    id: int
    key: str
    created_at: datetime


def _count_again(tx: Transaction, instance_id: int, former: Calendar, row: Any) -> int:
    """Move what is due in one instance; returns how many due times moved."""
    running = flow.load(tx, instance_id)
    wanted = sa.select(task.c.id, task.c.key, task.c.created_at).where(
        task.c.instance_id == instance_id, task.c.state.in_(flow.OPEN_STATES), task.c.kind == "task"
    )
    opened = {each.key: _Open(each.id, each.key, each.created_at) for each in tx.db.execute(wanted)}
    moments = {key: each.created_at for key, each in opened.items()}
    shifts = running.engine.shift(former, moments, running.started_at)
    if not shifts:
        tx.running.pop(instance_id, None)
        return 0
    lines = [_line(tx, instance_id, each, opened.get(each.key), row) for each in shifts]
    flow.step(tx, running, SYSTEM, _nothing, rows=lines)
    for each in shifts:
        if each.kind == "task" and each.key in opened:
            _move_task(tx, opened[each.key].id, each.now)
    return len(shifts)


def _nothing(_engine: Instance) -> None:
    """The engine has moved its due times already; all that is left is to write."""


def _move_task(tx: Transaction, task_id: int, due_at: datetime) -> None:
    """The row of a task, and the notices that were sent for its former day."""
    tx.db.execute(sa.update(task).where(task.c.id == task_id).values(due_at=due_at))
    if due_at > tx.at:
        tx.db.execute(sa.delete(task_reminder).where(task_reminder.c.task_id == task_id))


def _line(tx: Transaction, instance_id: int, each: Shift, found: _Open | None, row: Any) -> dict[str, Any]:
    return history.row(
        instance_id,
        tx,
        f"{'due' if each.kind == 'task' else 'timer'}_counted_again",
        SYSTEM,
        task_id=found.id if found else None,
        process=each.process or None,
        element=each.element,
        name=each.name,
        element_type="userTask" if each.kind == "task" else None,
        facts={"was": _told(each.was), "now": _told(each.now), "detail": row.reason},
    )


def _told(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    whole = local.time() == time(23, 59, 59)
    return local.strftime("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M")
