"""Handing a task on and asking others: claim, transfer, consult, remind, copy, draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import account, copy, draft, instance, notice, opinion, task
from workflows.usecases import flow, history, masking, task_rows
from workflows.usecases.access import require_see
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed, NotFound, TaskTaken
from workflows.usecases.instance_view import candidates, in_group
from workflows.usecases.runtime import Transaction

_INSERT_TASK = sa.insert(task).returning(task.c.id)


def _history(tx: Transaction, row: Any, event: str, actor: Actor, **facts: Any) -> None:
    history.add(
        tx,
        row.id,
        event,
        masking.shown_as(row, actor),
        task_id=row.task_id,
        process=row.process,
        element=row.element,
        name=row.name,
        facts={key: value for key, value in facts.items() if value} or None,
    )


def claim(tx: Transaction, task_id: int, actor: Actor) -> None:
    """签收: the task is the actor's. Raises `TaskTaken`, `TaskNotOpen`, `NotAllowed`."""
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    task_rows.require_doer(tx, row, actor)
    if row.assignee == actor.username:
        return
    task_rows.change(tx, row, assignee=actor.username)
    flow.PARTY.run(tx.db, flow.party(row.id, "account", actor.username))
    _history(tx, row, "claimed", actor)


def unclaim(tx: Transaction, task_id: int, actor: Actor) -> None:
    """取消签收: back to the candidates. A task that has none stays where it is (`NotAllowed`)."""
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    if row.assignee != actor.username:
        if row.assignee:
            raise TaskTaken(task_id=task_id, name=row.name, holder=task_rows.holder(tx, row))
        raise NotAllowed(task=task_id)
    if not candidates(tx, [task_id]):
        raise NotAllowed(task=task_id)
    task_rows.change(tx, row, assignee=None)
    _history(tx, row, "unclaimed", actor)


def transfer(tx: Transaction, task_id: int, to_account: int, actor: Actor, reason: str = "") -> None:
    """转办: another person shall do it. Raises `NotFound` for no or a disabled account."""
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    task_rows.require_manager(tx, row, actor)
    to = _person(tx, to_account)
    task_rows.change(tx, row, assignee=to.username)
    flow.PARTY.run(tx.db, flow.party(row.id, "account", to.username))
    words = f"{masking.shown_as(row, actor).name}将“{row.name}”转办给您：{row.title}"
    _notify(tx, [to.id], "transferred", words, row)
    _history(tx, row, "transferred", actor, to=_called(row, to), detail=reason)


def consult(tx: Transaction, task_id: int, account_id: int, question: str, actor: Actor) -> int:
    """加签: ask another person for an opinion; the task is held until the answer.

    Returns the id of the new task (kind `consultation`, no form). The held task becomes the asker's.
    """
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    task_rows.require_doer(tx, row, actor)
    if row.kind != "task":
        raise NotAllowed(task=task_id)
    to = _person(tx, account_id)
    if to.username == actor.username:
        raise NotAllowed(account=account_id)
    task_rows.change(tx, row, state="held", assignee=actor.username)
    made = tx.db.execute(
        _INSERT_TASK,
        {
            "instance_id": row.id,
            "key": row.key,
            "kind": "consultation",
            "parent_id": task_id,
            "element": row.element,
            "name": f"征求意见：{row.name}",
            "process": row.process,
            "state": "open",
            "version": 1,
            "assignee": to.username,
            "question": question,
            "priority": 50,
            "created_at": tx.at,
        },
    ).scalar_one()
    flow.PARTY.run(tx.db, flow.party(row.id, "account", to.username))
    _history(tx, row, "consulted", actor, to=_called(row, to), detail=question)
    return int(made)


def answer_consultation(tx: Transaction, task_id: int, text: str, actor: Actor) -> None:
    """Answer; the opinion is kept (box of none) and the asking task comes back."""
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    if row.kind != "consultation" or row.assignee != actor.username:
        raise NotAllowed(task=task_id)
    actor = masking.shown_as(row, actor)
    _close(tx, row, actor, "completed")
    tx.db.execute(
        sa.insert(opinion),
        {
            "instance_id": row.id,
            "task_id": task_id,
            "element": row.element,
            "task_name": row.name,
            "box": "",
            "text": text,
            "signer": actor.name,
            "unit_id": actor.unit_id,
            "unit_name": actor.unit_name,
            "decided_on": tx.at,
            "at": tx.at,
        },
    )
    _release(tx, row.parent_id)
    _history(tx, row, "answered", actor, detail=text)


def withdraw_consultation(tx: Transaction, task_id: int, actor: Actor) -> None:
    """The asker takes the question back; `task_id` is the consultation or the held task."""
    row = task_rows.load(tx, task_id)
    if row.kind == "task":
        asked = tx.db.execute(
            sa.select(task.c.id).where(task.c.parent_id == task_id, task.c.state == "open")
        ).scalar()
        if asked is None:
            raise NotFound(kind="consultation", key=task_id)
        row = task_rows.load(tx, asked)
    task_rows.require_open(tx, row)
    holder = tx.db.execute(sa.select(task.c.assignee).where(task.c.id == row.parent_id)).scalar_one_or_none()
    if row.kind != "consultation" or holder != actor.username:
        raise NotAllowed(task=task_id)
    _close(tx, row, actor, "cancelled")
    _release(tx, row.parent_id)
    _history(tx, row, "consultation_withdrawn", actor)


def _close(tx: Transaction, row: Any, actor: Actor, state: str) -> None:
    task_rows.change(
        tx,
        row,
        state=state,
        completed_at=tx.at,
        completed_by=actor.username,
        completed_by_name=masking.shown_as(row, actor).name,
    )


def _release(tx: Transaction, parent_id: int) -> None:
    tx.db.execute(
        sa.update(task)
        .where(task.c.id == parent_id, task.c.state == "held")
        .values(state="open", version=task.c.version + 1)
    )


def remind(tx: Transaction, task_id: int, actor: Actor, text: str = "") -> None:
    """催办: a notice to whom the task waits for, and a line in the history.

    Whoever may see the instance may remind. Raises `TaskNotOpen`, `NotAllowed`.
    """
    row = task_rows.load(tx, task_id)
    if row.task_state not in flow.OPEN_STATES:
        task_rows.require_open(tx, row)
    require_see(tx, row.id, actor)
    words = f"{masking.shown_as(row, actor).name}催办“{row.name}”：{row.title}" + (
        f"。{text}" if text else ""
    )
    _notify(tx, _waiting_for(tx, row), "reminder", words, row)
    _history(tx, row, "reminded", actor, detail=text)


def remind_all(tx: Transaction, instance_id: int, actor: Actor, text: str = "") -> int:
    """催办 of every open task of an instance; how many."""
    require_see(tx, instance_id, actor)
    query = sa.select(task.c.id).where(task.c.instance_id == instance_id, task.c.kind == "task")
    query = query.where(task.c.state.in_(flow.OPEN_STATES)).order_by(task.c.id)
    waiting = list(tx.db.execute(query).scalars())
    for task_id in waiting:
        remind(tx, task_id, actor, text)
    return len(waiting)


def _waiting_for(tx: Transaction, row: Any) -> list[int]:
    """Account ids of the assignee, or of every candidate."""
    if row.assignee:
        query = sa.select(account.c.id).where(account.c.username == row.assignee, account.c.enabled)
        return list(tx.db.execute(query).scalars())
    found: set[int] = set()
    for kind, value in candidates(tx, [row.task_id]).get(row.task_id, []):
        wanted = account.c.username == value if kind == "user" else in_group(tx, value)
        found.update(tx.db.execute(sa.select(account.c.id).where(account.c.enabled, wanted)).scalars())
    return sorted(found)


def _notify(tx: Transaction, accounts: Sequence[int], kind: str, text: str, row: Any) -> None:
    rows = [
        {
            "account_id": each,
            "kind": kind,
            "text": text,
            "at": tx.at,
            "instance_id": row.id,
            "task_id": row.task_id,
        }
        for each in accounts
    ]
    if rows:
        tx.db.execute(sa.insert(notice), rows)


def copy_to(
    tx: Transaction, instance_id: int, account_ids: Sequence[int], actor: Actor, note: str = ""
) -> None:
    """抄送: the instance stands in their list of copies, and they may see it."""
    require_see(tx, instance_id, actor)
    started = sa.select(instance.c.initiator, instance.c.initiator_name).where(instance.c.id == instance_id)
    row = tx.db.execute(started).one_or_none()
    if row is None:
        raise NotFound(kind="instance", key=instance_id)
    actor = masking.shown_as(row, actor)
    people = [_person(tx, each) for each in dict.fromkeys(account_ids)]
    had = set(tx.db.execute(sa.select(copy.c.account_id).where(copy.c.instance_id == instance_id)).scalars())
    rows = [
        {
            "instance_id": instance_id,
            "account_id": each.id,
            "by_name": actor.name,
            "note": note[:500],
            "at": tx.at,
        }
        for each in people
        if each.id not in had
    ]
    if rows:
        tx.db.execute(sa.insert(copy), rows)
        names = "、".join(each.name for each in people if each.id not in had)
        history.add(tx, instance_id, "copied", actor, facts={"to": names, "detail": note})


def save_draft(tx: Transaction, task_id: int, posted: Mapping[str, Sequence[str]], actor: Actor) -> None:
    """Keep what was typed ({key: [text, ...]}), unchecked, one draft a person and task."""
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row)
    if not task_rows.is_recorder(tx, row, actor):
        task_rows.require_doer(tx, row, actor)
    mine = sa.and_(draft.c.task_id == task_id, draft.c.account_id == actor.account_id)
    tx.db.execute(sa.delete(draft).where(mine))
    tx.db.execute(
        sa.insert(draft),
        {
            "task_id": task_id,
            "account_id": actor.account_id,
            "posted": {key: list(texts) for key, texts in posted.items()},
            "at": tx.at,
        },
    )


def _called(row: Any, to: Any) -> str:
    return masking.CONCEALED if masking.is_concealed(row, to.username) else str(to.name)


def _person(tx: Transaction, account_id: int) -> Any:
    query = sa.select(account.c.id, account.c.username, account.c.name).where(
        account.c.id == account_id, account.c.enabled
    )
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind="account", key=account_id)
    return row
