"""无人可办: open tasks that nobody can do, for those who may hand on anybody's task."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflows.store.tables import account, account_role, instance, task, task_candidate
from workflows.usecases import inbox
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import InboxItem, Page

TRANSFER_ANY = "tasks.transfer_any"
_OPEN = sa.and_(task.c.state == "open", instance.c.status == "running")


def tasks(
    tx: Transaction, actor: Actor, filters: inbox.Filters | None = None, page: int = 1, size: int = 20
) -> Page[InboxItem]:
    """Open tasks without an enabled account that may do them, due first; none for who may not hand them on."""
    if not actor.may(TRANSFER_ANY):
        return Page((), 0, page, size)
    return inbox.open_tasks(tx, _nobody(tx), filters or inbox.NO_FILTERS, page, size)


def query(tx: Transaction, wanted: inbox.Filters) -> sa.Select[Any]:
    """The query behind `tasks`."""
    return inbox.open_query(tx, _nobody(tx), wanted)


def count(tx: Transaction, actor: Actor) -> int:
    """How many there are, for the front page."""
    if not actor.may(TRANSFER_ANY):
        return 0
    counted = sa.select(sa.func.count()).select_from(task).join(instance).where(_OPEN, _nobody(tx))
    return int(tx.db.execute(counted).scalar_one())


def _nobody(tx: Transaction) -> sa.ColumnElement[bool]:
    """Condition on `task`: its assignee is gone, or none of its candidates is anybody."""
    somebody = sa.select(account.c.username).where(account.c.enabled)
    live = sa.select(task_candidate.c.task_id).where(
        sa.or_(
            sa.and_(task_candidate.c.kind == "user", task_candidate.c.value.in_(somebody)),
            sa.and_(task_candidate.c.kind == "group", task_candidate.c.value.not_in(_empty_groups(tx))),
        )
    )
    return sa.or_(
        sa.and_(task.c.assignee.is_not(None), task.c.assignee.not_in(somebody)),
        sa.and_(task.c.assignee.is_(None), task.c.id.not_in(live)),
    )


def _empty_groups(tx: Transaction) -> list[str]:
    """Candidate groups of open tasks in which no enabled account is."""
    wanted = (
        sa.select(task_candidate.c.value)
        .join(task, task.c.id == task_candidate.c.task_id)
        .where(task_candidate.c.kind == "group", task.c.state == "open")
        .distinct()
    )
    holders = (
        sa.select(account_role.c.role, account.c.unit_id)
        .join(account, account.c.id == account_role.c.account_id)
        .where(account.c.enabled)
        .distinct()
    )
    filled: set[str] = set()
    for role, unit_id in tx.db.execute(holders):
        reach = tx.units.reach(unit_id)
        if tx.posts.holds(role, reach):
            filled.add(role)
            filled.update(f"{role}@{each}" for each in reach)
    return [value for value in tx.db.execute(wanted).scalars() if value not in filled]
