"""One user task as its page needs it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from forms.binding import Setting
from forms.fields import Form
from workflows.store.tables import account, draft, instance, submission, task
from workflows.usecases import definitions, files, flow, masking, submissions, task_rows
from workflows.usecases.access import is_candidate, may_do, may_record, may_see
from workflows.usecases.actor import Actor
from workflows.usecases.due import due_of
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.instance_view import candidates, people_of, recorders
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import TaskView

TRANSFER_ANY = "tasks.transfer_any"

_TASK = (
    sa.select(
        task,
        instance.c.process_key,
        instance.c.process_name,
        instance.c.bundle_id,
        instance.c.title,
        instance.c.business_key,
        instance.c.status.label("instance_status"),
        instance.c.initiator,
        instance.c.initiator_name,
        masking.ASSIGNEE_NAME,
    )
    .join_from(task, instance)
    .outerjoin(account, account.c.username == task.c.assignee)
    .where(task.c.id == sa.bindparam("task_id"))
)


def open_task(tx: Transaction, task_id: int, actor: Actor) -> TaskView:
    """A task, open or done, as its page needs it. Raises `NotFound`, `NotAllowed`."""
    row = tx.db.execute(_TASK, {"task_id": task_id}).one_or_none()
    if row is None:
        raise NotFound(kind="task", key=task_id)
    listed = candidates(tx, [task_id]).get(task_id, [])
    groups = tuple(value for kind, value in listed if kind == "group")
    users = tuple(value for kind, value in listed if kind == "user")
    allowed = may_do(row, actor, groups, users)
    recording = not allowed and may_record(row, actor, recorders(tx, [task_id]).get(task_id, ()))
    known = allowed or recording or is_candidate(actor, groups, users) or actor.may(TRANSFER_ANY)
    if not known and not may_see(tx, row.instance_id, actor):
        raise NotAllowed(task=task_id)
    found = _view(tx, row, actor, groups, users, allowed)
    return _to_record(found) if recording and found.state == "open" else found


def _to_record(found: TaskView) -> TaskView:
    """The task as a recorder has it: 代录 is switched on and stays so. A form without it cannot be recorded."""
    if found.form is None or "recorded" not in found.form:
        return found
    fields = tuple(
        replace(each, readonly=True) if each.key == "recorded" else each for each in found.form.fields
    )
    return replace(
        found,
        form=replace(found.form, fields=fields),
        previous={**found.previous, "recorded": True},
        recording=True,
        may_complete=True,
    )


def _view(
    tx: Transaction, row: Any, actor: Actor, groups: tuple[str, ...], users: tuple[str, ...], allowed: bool
) -> TaskView:
    whole = definitions.form_by_id(tx, row.form_id) if row.form_id else None
    form = masking.without_masked(whole, row, actor) if whole is not None else None
    running = flow.load(tx, row.instance_id, ended_too=True)
    tx.running.pop(row.instance_id, None)
    variables = dict(running.engine.variables)
    for opened in running.engine.user_tasks:
        if opened.key == row.key:
            variables.update(opened.variables)
    is_open = row.state == "open"
    shared = bool(groups or users)
    return TaskView(
        id=row.id,
        key=row.key,
        element=row.element,
        name=row.name,
        kind=row.kind,
        state=row.state,
        version=row.version,
        instance_id=row.instance_id,
        process_key=row.process_key,
        process_name=row.process_name,
        bundle_id=row.bundle_id,
        title=row.title,
        business_key=row.business_key,
        instance_status=row.instance_status,
        lane=row.lane,
        form_key=row.form_key,
        form=form,
        properties=row.properties or {},
        assignee=row.assignee,
        assignee_name=row.assignee_name or row.assignee,
        candidate_groups=groups,
        candidate_users=users,
        created_at=row.created_at,
        due=due_of(tx.world, row.created_at, row.due_at),
        completed_at=row.completed_at,
        completed_by_name=row.completed_by_name,
        previous=_previous(
            tx, row, whole, actor, {*(("group", g) for g in groups), *(("user", u) for u in users)}
        ),
        variables=masking.public(row, variables),
        draft=_draft(tx, row.id, actor),
        may_complete=is_open and allowed,
        may_claim=is_open and row.assignee is None and allowed,
        may_unclaim=is_open and row.assignee == actor.username and shared,
        may_manage=is_open and row.kind == "task" and (allowed or actor.may(TRANSFER_ANY)),
        several=len(people_of(tx, None, [*(("group", g) for g in groups), *(("user", u) for u in users)]))
        > 1,
        consultation_of=row.parent_id,
        question=row.question or "",
        priority=row.priority,
        follow_up=row.follow_up_at,
        viewer=actor,
        closed_by=task_rows.closed_by(tx, row.instance_id, row.completed_at)
        if row.state == "cancelled"
        else "",
    )


def _previous(
    tx: Transaction, row: Any, form: Form | None, actor: Actor, parties: Collection[tuple[str, str]]
) -> dict[str, Any]:
    """What the page of a task shows of what was posted before.

    A form with which the instance began is a paper that everybody corrects: its latest posting stands. Of any other
    form a task goes on from what its own candidates posted: of several tasks at once, none shows another's answers.
    """
    standing = [
        replace(each, values=masking.told(each.form, each.values, row, actor))
        for each in submissions.standing(tx, row.instance_id)
    ]
    if form is None:
        return submissions.carried(standing, None)
    query = (
        sa.select(submission.c.id, submission.c.task_id)
        .where(submission.c.instance_id == row.instance_id, submission.c.form_key == form.key)
        .order_by(submission.c.id.desc())
    )
    posted = tx.db.execute(query).all()
    if all(each.task_id is not None for each in posted):
        mine = _offered_alike(tx, [each.task_id for each in posted], parties) - _told_apart(tx, row)
        posted = [each for each in posted if each.task_id in mine]
    own = {}
    if posted:
        found = sa.select(submission.c["values"]).where(submission.c.id == posted[0].id)
        own = submissions.values_from_json(form, tx.db.execute(found).scalar_one())
    return submissions.carried(standing, form, masking.told(form, own, row, actor))


def _offered_alike(
    tx: Transaction, task_ids: list[int], parties: Collection[tuple[str, str]]
) -> frozenset[int]:
    """Those of some tasks that were offered to the very same people."""
    listed = candidates(tx, task_ids)
    return frozenset(each for each in task_ids if set(listed.get(each, ())) == parties)


def _told_apart(tx: Transaction, row: Any) -> frozenset[int]:
    """Tasks of the same step that its name tells apart from this one: another child of a multi-instance activity."""
    query = sa.select(task.c.id).where(
        task.c.instance_id == row.instance_id, task.c.element == row.element, task.c.name != row.name
    )
    return frozenset(tx.db.execute(query).scalars())


def _draft(tx: Transaction, task_id: int, actor: Actor) -> dict[str, list[str]] | None:
    query = sa.select(draft.c.posted).where(
        draft.c.task_id == task_id, draft.c.account_id == actor.account_id
    )
    found: dict[str, list[str]] | None = tx.db.execute(query).scalar_one_or_none()
    return found


def setting(tx: Transaction, task: TaskView, mode: str = "page", locale: str = "zh") -> Setting:
    """What `bind` needs for a task's form: what stands, variables for conditions and prefill.

    Variables are what stands of the forms, over it the process variables, and who is doing the task
    (`submissions.about_actor`).
    """
    usable = files.usable(tx, task.viewer, task.instance_id) if task.viewer else None
    found = Setting(
        world=tx.world,
        units=tx.units,
        mode=mode,  # type: ignore[arg-type]
        previous=task.previous,
        variables={
            **task.previous,
            **task.variables,
            **submissions.about_actor(task.viewer),
            **submissions.begun(tx, task.form_key, task.instance_id, task.variables),
        },
        locale=locale,
        **submissions.around(tx, task.viewer, task.variables),
    )
    return replace(found, attachment=usable) if usable else found
