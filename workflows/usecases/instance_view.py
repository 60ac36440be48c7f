"""What a page shows of a process instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import (
    account,
    account_role,
    bundle_resource,
    definition,
    instance,
    resource,
    task,
    task_candidate,
    unit,
)
from workflows.usecases import files, flow, history, incident_view, masking, opinions, submissions
from workflows.usecases.access import RECORDER, SEE_ALL, is_candidate, may_do, may_record, require_see
from workflows.usecases.actor import Actor
from workflows.usecases.due import due_of
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import (
    AttachmentView,
    DiagramMarks,
    InstanceView,
    OpenTaskLine,
    OpinionView,
    SubmissionView,
)


def view(tx: Transaction, instance_id: int, actor: Actor, locale: str = "zh") -> InstanceView:
    """Everything a page of an instance shows. Raises `NotFound`, `NotAllowed`."""
    from workflows.usecases.instances import open_messages  # instances shows this view as its own

    query = (
        sa.select(instance, unit.c.name.label("entered_for_name"))
        .outerjoin(unit, unit.c.id == instance.c.entered_for)
        .where(instance.c.id == instance_id)
    )
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind="instance", key=instance_id)
    require_see(tx, instance_id, actor)
    tasks = open_tasks(tx, instance_id, actor)
    filled = filled_in(tx, instance_id, row, actor)
    return InstanceView(
        id=row.id,
        title=row.title,
        business_key=row.business_key,
        process_key=row.process_key,
        process_name=row.process_name,
        bundle_id=row.bundle_id,
        status=row.status,
        outcome=row.outcome,
        error=row.error,
        initiator=row.initiator,
        initiator_name=row.initiator_name,
        initiator_unit_id=row.initiator_unit_id,
        initiator_unit_name=row.initiator_unit_name,
        entered_for=row.entered_for,
        entered_for_name=row.entered_for_name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        variables=masking.public(row, variables(tx, instance_id)),
        submissions=tuple({each.form_key: each for each in filled}.values()),
        filled=tuple(filled),
        opinions=tuple(opinions.of_instance(tx, instance_id)),
        attachments=tuple(_attachments(tx, row, actor)),
        history=tuple(history.sentences(tx, instance_id, locale)),
        tasks=tuple(tasks),
        messages=tuple(open_messages(tx, instance_id, actor)),
        diagrams=tuple(diagrams(tx, instance_id, row.bundle_id)),
        may_cancel=row.status in ("running", "incident") and actor.may("instances.cancel"),
        may_copy=actor.account_id is not None,
    )


@dataclass(frozen=True)
class OnPaper:
    """What is written of an instance on a table: the forms that stand, and the opinions."""

    id: int
    title: str
    started_at: datetime
    submissions: tuple[SubmissionView, ...]
    opinions: tuple[OpinionView, ...]


def on_paper(tx: Transaction, instance_id: int, actor: Actor) -> OnPaper:
    """As `view`, as far as a table goes: hundreds are filled in one go. Raises `NotFound`, `NotAllowed`."""
    row = tx.db.execute(sa.select(instance).where(instance.c.id == instance_id)).one_or_none()
    if row is None:
        raise NotFound(kind="instance", key=instance_id)
    require_see(tx, instance_id, actor)
    filled = filled_in(tx, instance_id, row, actor)
    latest = tuple({each.form_key: each for each in filled}.values())
    return OnPaper(row.id, row.title, row.started_at, latest, tuple(opinions.of_instance(tx, instance_id)))


PRIVATE = "own_only"
"""Property of a form that only those it was offered to may read, beside who sees every instance."""


def filled_in(
    tx: Transaction, instance_id: int, started: masking.Started, actor: Actor
) -> list[SubmissionView]:
    """The forms that stand, oldest first: the latest of each form and of each circle of people it was offered to.

    A form that several subdistricts fill in stands once a subdistrict; one that was corrected stands once.
    """
    found: dict[Any, SubmissionView] = {}
    posted = submissions.posted(tx, instance_id)
    listed = candidates(tx, [each.task_id for each in posted if each.task_id is not None])
    for each in posted:
        offered = tuple(sorted(listed.get(each.task_id or 0, ())))
        key = (
            each.form_key,
            () if each.form.boxes else offered,
        )  # a paper with boxes is one, whoever corrects it
        found.pop(key, None)
        found[key] = replace(
            masking.seen(each, started, actor), candidates=offered, unit_name=_one_unit(tx, offered)
        )
    return [each for each in found.values() if _may_read(each, actor)]


def _may_read(found: SubmissionView, actor: Actor) -> bool:
    if found.form.properties.get(PRIVATE) != "true" or actor.may(SEE_ALL) or actor.is_system:
        return True
    groups = [value for kind, value in found.candidates if kind == "group"]
    return is_candidate(actor, groups, [value for kind, value in found.candidates if kind == "user"])


def _attachments(tx: Transaction, row: Any, actor: Actor) -> list[AttachmentView]:
    hidden = masking.hidden_files(tx, row.id, actor)
    listed = [each for each in files.of_instance(tx, row.id) if each.id not in hidden]
    return [
        replace(each, uploaded_by_name=masking.CONCEALED)
        if masking.is_concealed(row, each.uploaded_by)
        else each
        for each in listed
    ]


def _one_unit(tx: Transaction, offered: Iterable[tuple[str, str]]) -> str:
    """Name of the unit of `role@unit` groups, where it is one."""
    ids = {value.partition("@")[2] for kind, value in offered if kind == "group"}
    ref = tx.units.get(int(only)) if len(ids) == 1 and (only := ids.pop()).isdigit() else None
    return ref.full_name if ref is not None else ""


def variables(tx: Transaction, instance_id: int) -> Mapping[str, Any]:
    """The process variables as they stand, of a running or an ended instance."""
    running = flow.load(tx, instance_id, ended_too=True)
    tx.running.pop(instance_id, None)
    return dict(running.engine.variables)


def open_tasks(tx: Transaction, instance_id: int, actor: Actor) -> list[OpenTaskLine]:
    """Open tasks of an instance, with whom they wait for in words."""
    query = (
        sa.select(task, masking.ASSIGNEE_NAME)
        .join(instance, instance.c.id == task.c.instance_id)
        .outerjoin(account, account.c.username == task.c.assignee)
        .where(task.c.instance_id == instance_id, task.c.state.in_(flow.OPEN_STATES))
        .order_by(task.c.id)
    )
    rows = tx.db.execute(query).all()
    groups = candidates(tx, [row.id for row in rows])
    recording = recorders(tx, [row.id for row in rows])
    found = []
    for row in rows:
        listed = groups.get(row.id, [])
        of_kind = {kind: [value for each, value in listed if each == kind] for kind in ("group", "user")}
        mine = row.state == "open" and may_do(row, actor, of_kind["group"], of_kind["user"])
        may = row.state == "open" and may_record(row, actor, recording.get(row.id, ()))
        found.append(
            OpenTaskLine(
                id=row.id,
                element=row.element,
                name=row.name,
                kind=row.kind,
                assignee_name=row.assignee_name or row.assignee,
                candidates=tuple(group_label(tx, value) for _kind, value in listed),
                created_at=row.created_at,
                due=due_of(tx.world, row.created_at, row.due_at),
                mine=mine,
                nobody=not people_of(tx, row.assignee, listed),
                recordable=may and not mine,
            )
        )
    return found


def candidates(tx: Transaction, task_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """(kind, value) of those who do the tasks, by task id; kind is `group` or `user`."""
    return _listed(tx, task_ids, task_candidate.c.kind.in_(("group", "user")))


def recorders(tx: Transaction, task_ids: Iterable[int]) -> dict[int, list[str]]:
    """Groups who may enter what was decided on paper (代录), by task id."""
    found = _listed(tx, task_ids, task_candidate.c.kind == RECORDER)
    return {key: [value for _kind, value in listed] for key, listed in found.items()}


def _listed(
    tx: Transaction, task_ids: Iterable[int], of_kind: sa.ColumnElement[bool]
) -> dict[int, list[tuple[str, str]]]:
    wanted = list(task_ids)
    if not wanted:
        return {}
    query = sa.select(task_candidate).where(task_candidate.c.task_id.in_(wanted), of_kind)
    found: dict[int, list[tuple[str, str]]] = {}
    for row in tx.db.execute(query):
        found.setdefault(row.task_id, []).append((row.kind, row.value))
    return found


def people_of(tx: Transaction, assignee: str | None, listed: Iterable[tuple[str, str]]) -> set[int]:
    """Account ids of whom a task waits for: its assignee, or else every enabled candidate. One query."""
    wanted = [account.c.username == assignee] if assignee else [_is(tx, *each) for each in listed]
    if not wanted:
        return set()
    query = sa.select(account.c.id).where(account.c.enabled, sa.or_(*wanted))
    return set(tx.db.execute(query).scalars())


def _is(tx: Transaction, kind: str, value: str) -> sa.ColumnElement[bool]:
    """Condition on `account`: it is this candidate user, or in this candidate group."""
    if kind != "group":
        return account.c.username == value
    return in_group(tx, value)


def in_group(tx: Transaction, group: str) -> sa.ColumnElement[bool]:
    """Condition on `account`: it is in a candidate group (`role` or `role@unit`), where the role is in force for it."""
    role, _at, unit_id = group.partition("@")
    holds = [account.c.id.in_(sa.select(account_role.c.account_id).where(account_role.c.role == role))]
    seat = tx.posts.seats.get(role)
    if seat is not None:
        holds.append(account.c.unit_id.in_(tx.units.below(seat)))
    if unit_id.isdigit():
        holds.append(account.c.unit_id.in_(tx.units.below(int(unit_id))))
    return sa.and_(*holds)


def group_label(tx: Transaction, group: str) -> str:
    """A candidate group in words: the role's label, with the unit where it names one."""
    role, _at, unit_id = group.partition("@")
    words = tx.runtime.titles.get(role, role)
    if unit_id.isdigit():
        ref = tx.units.get(int(unit_id))
        return f"{words}({ref.full_name})" if ref else words
    return words


def diagrams(tx: Transaction, instance_id: int, bundle_id: int) -> list[DiagramMarks]:
    """What to colour on the diagrams of an instance: processes it has entered, the root's first."""
    query = (
        sa.select(definition.c.key, definition.c.resource_id)
        .join(resource, resource.c.id == definition.c.resource_id)
        .join(bundle_resource, bundle_resource.c.resource_id == resource.c.id)
        .where(bundle_resource.c.bundle_id == bundle_id, definition.c.kind == "process")
    )
    resources = {row.key: row.resource_id for row in tx.db.execute(query)}
    done = history.path_taken(tx, instance_id)
    active: dict[str, list[str]] = {}
    opened = sa.select(task.c.process, task.c.element).where(
        task.c.instance_id == instance_id, task.c.state.in_(flow.OPEN_STATES)
    )
    for row in tx.db.execute(opened):
        active.setdefault(row.process, []).append(row.element)
    failed = incident_view.at_elements(tx, instance_id)
    return [
        DiagramMarks(
            process_key=key,
            resource_id=resources[key],
            done=tuple(done.get(key, ())),
            active=tuple(dict.fromkeys(active.get(key, ()))),
            failed=tuple(dict.fromkeys(failed.get(key, ()))),
        )
        for key in dict.fromkeys([*done, *active, *failed])
        if key in resources
    ]
