"""工作移交: all that waits for a person goes to another in one act, also what comes later."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from workflows.store.tables import account, draft, instance, instance_party, notice, task, task_candidate
from workflows.usecases import accounts, audit, flow, history, masking
from workflows.usecases.actor import Actor
from workflows.usecases.errors import AccountDisabled, NotAllowed
from workflows.usecases.runtime import Transaction

PERMISSION = "accounts.manage"


@dataclass(frozen=True)
class HandedOver:
    """What went over: open tasks, and running matters the other may see now."""

    tasks: int
    matters: int


def waiting(tx: Transaction, account_id: int) -> HandedOver:
    """What would go over now."""
    username = accounts.get(tx, account_id).username
    open_tasks = sa.select(sa.func.count()).select_from(task).where(_held_by(username))
    seen = sa.select(sa.func.count()).select_from(_running_of(username).subquery())
    return HandedOver(int(tx.db.execute(open_tasks).scalar_one()), int(tx.db.execute(seen).scalar_one()))


def hand_over(
    tx: Transaction, account_id: int, to_id: int, actor: Actor, *, disable: bool, reason: str = ""
) -> HandedOver:
    """Give a person's work to another: open tasks and their drafts now, tasks named for the person from now on.

    Permission `accounts.manage`. Raises `NotFound`, `NotAllowed` (to the same person, or to one whose own work was
    handed to this person), `AccountDisabled`.
    """
    actor.require(PERMISSION)
    leaving, coming = accounts.get(tx, account_id), accounts.get(tx, to_id)
    if not coming.enabled:
        raise AccountDisabled(username=coming.username)
    if tx.posts.at_work(coming.username) in (leaving.username,) or account_id == to_id:
        raise NotAllowed(account=coming.username)
    query = sa.select(
        task.c.id,
        task.c.instance_id,
        task.c.process,
        task.c.element,
        task.c.name,
        instance.c.initiator,
        instance.c.initiator_name,
    ).join(instance, instance.c.id == task.c.instance_id)
    rows = tx.db.execute(query.where(_held_by(leaving.username))).all()
    tx.db.execute(
        sa.update(task)
        .where(_held_by(leaving.username))
        .values(assignee=coming.username, version=task.c.version + 1)
    )
    _candidates_go(tx, leaving.username, coming.username)
    _drafts_go(tx, account_id, to_id)
    history.INSERT.run_many(
        tx.db,
        [
            history.row(
                row.instance_id,
                tx,
                "handed_over",
                actor,
                task_id=row.id,
                process=row.process,
                element=row.element,
                name=row.name,
                facts={
                    "was": masking.CONCEALED if masking.is_concealed(row, leaving.username) else leaving.name,
                    "to": coming.name,
                    "detail": reason,
                },
            )
            for row in rows
        ],
    )
    matters = list(tx.db.execute(_running_of(leaving.username)).scalars())
    for instance_id in {*matters, *(row.instance_id for row in rows)}:
        flow.PARTY.run(tx.db, flow.party(instance_id, "account", coming.username))
    tx.db.execute(sa.update(account).where(account.c.id == account_id).values(stand_in_id=to_id))
    tx.touch("posts")
    done = HandedOver(len(rows), len(matters))
    words = f"{leaving.name}的工作已移交给您：待办 {done.tasks} 件，在办事项 {done.matters} 件"
    tx.db.execute(sa.insert(notice), {"account_id": to_id, "kind": "handed_over", "text": words, "at": tx.at})
    audit.record(
        tx,
        actor,
        "accounts.handed_over",
        leaving.username,
        facts={"to": coming.username, "tasks": done.tasks, "matters": done.matters, "reason": reason},
    )
    if disable:
        accounts.enable(tx, account_id, False, actor)
    return done


def _held_by(username: str) -> sa.ColumnElement[bool]:
    return sa.and_(task.c.assignee == username, task.c.state.in_(flow.OPEN_STATES))


def _running_of(username: str) -> sa.Select[tuple[int]]:
    """Running instances a person is a party of."""
    query = sa.select(instance.c.id).join(instance_party, instance_party.c.instance_id == instance.c.id)
    return query.where(
        instance_party.c.kind == "account", instance_party.c.value == username, instance.c.status == "running"
    )


def _candidates_go(tx: Transaction, username: str, to: str) -> None:
    """Where the person is one of several a task is offered to, the other takes the place."""
    listed = sa.select(task.c.id).where(task.c.state.in_(flow.OPEN_STATES))
    named = sa.and_(task_candidate.c.kind == "user", task_candidate.c.task_id.in_(listed))
    both = sa.select(task_candidate.c.task_id).where(named, task_candidate.c.value == to)
    mine = sa.and_(named, task_candidate.c.value == username)
    tx.db.execute(sa.delete(task_candidate).where(mine, task_candidate.c.task_id.in_(both)))
    tx.db.execute(sa.update(task_candidate).where(mine).values(value=to))


def _drafts_go(tx: Transaction, account_id: int, to_id: int) -> None:
    """Half-filled task forms go along; where the other has begun one, that one stands."""
    begun = sa.select(draft.c.task_id).where(draft.c.account_id == to_id, draft.c.task_id.is_not(None))
    mine = sa.and_(draft.c.account_id == account_id, draft.c.task_id.is_not(None))
    tx.db.execute(sa.update(draft).where(mine, draft.c.task_id.not_in(begun)).values(account_id=to_id))


def take_back(tx: Transaction, account_id: int, actor: Actor) -> None:
    """What comes for the person is the person's again; what went over stays where it is. Permission `accounts.manage`."""
    actor.require(PERMISSION)
    found = accounts.get(tx, account_id)
    tx.db.execute(sa.update(account).where(account.c.id == account_id).values(stand_in_id=None))
    tx.touch("posts")
    audit.record(tx, actor, "accounts.taken_back", found.username)
