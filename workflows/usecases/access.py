"""Who may see an instance, who may do a task: guards as named predicates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import copy, instance, instance_party, task, task_candidate
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed
from workflows.usecases.runtime import Transaction

SEE_ALL = "instances.see_all"
RECORDER = "recorder"
"""Kind of a task's candidates who may only enter a decision made on paper (代录)."""


def is_party(actor: Actor) -> sa.ColumnElement[bool]:
    """Condition on `instance`: the actor, one of the actor's groups or a unit on the actor's path is a party."""
    mine: list[sa.ColumnElement[bool]] = [
        sa.and_(instance_party.c.kind == "account", instance_party.c.value == actor.username)
    ]
    if actor.unit_path:
        units = [str(each) for each in actor.unit_path]
        mine.append(sa.and_(instance_party.c.kind == "unit", instance_party.c.value.in_(units)))
    if groups := sorted(actor.groups()):
        mine.append(sa.and_(instance_party.c.kind == "group", instance_party.c.value.in_(groups)))
    party = sa.select(instance_party.c.instance_id).where(sa.or_(*mine))
    copied = sa.select(copy.c.instance_id).where(copy.c.account_id == actor.account_id)
    return sa.or_(instance.c.id.in_(party), instance.c.id.in_(copied))


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Condition on `instance`: this actor may see it."""
    if actor.may(SEE_ALL) or actor.is_system:
        return sa.true()
    return is_party(actor)


def may_see(tx: Transaction, instance_id: int, actor: Actor) -> bool:
    """Parties, people it was copied to, and permission `instances.see_all`."""
    if actor.may(SEE_ALL) or actor.is_system:
        return True
    query = sa.select(instance.c.id).where(instance.c.id == instance_id, is_party(actor))
    return tx.db.execute(query).first() is not None


def require_see(tx: Transaction, instance_id: int, actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may see the instance."""
    if not may_see(tx, instance_id, actor):
        raise NotAllowed(instance=instance_id)


def is_candidate(actor: Actor, groups: Iterable[str], users: Iterable[str]) -> bool:
    """One of the candidate groups or users is the actor."""
    return actor.username in users or not actor.groups().isdisjoint(groups)


def may_do(row: Any, actor: Actor, groups: Iterable[str], users: Iterable[str]) -> bool:
    """The actor is the assignee; or there is none, and the actor is a candidate."""
    if row.assignee:
        return bool(row.assignee == actor.username)
    return is_candidate(actor, groups, users)


def can_do(actor: Actor) -> sa.ColumnElement[bool]:
    """Condition on `task`: as `may_do`, in SQL."""
    wanted = [sa.and_(task_candidate.c.kind == "user", task_candidate.c.value == actor.username)]
    if groups := sorted(actor.groups()):
        wanted.append(sa.and_(task_candidate.c.kind == "group", task_candidate.c.value.in_(groups)))
    candidate = sa.select(task_candidate.c.task_id).where(sa.or_(*wanted))
    return sa.or_(
        task.c.assignee == actor.username,
        sa.and_(task.c.assignee.is_(None), task.c.id.in_(candidate)),
    )


def may_record(row: Any, actor: Actor, recorders: Iterable[str]) -> bool:
    """代录: one of the task's groups of recorders is the actor's. Whoever holds the task may have signed on paper."""
    return bool(row.kind == "task" and not actor.groups().isdisjoint(recorders))


def can_record(actor: Actor) -> sa.ColumnElement[bool]:
    """Condition on `task`: as `may_record`, of tasks that are not the actor's own to do."""
    groups = sorted(actor.groups())
    listed = sa.select(task_candidate.c.task_id).where(
        task_candidate.c.kind == RECORDER, task_candidate.c.value.in_(groups)
    )
    return sa.and_(
        task.c.kind == "task", task.c.id.in_(listed), sa.not_(sa.func.coalesce(can_do(actor), sa.false()))
    )
