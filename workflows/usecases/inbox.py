"""Lists a person works from: 待办, 已办, 我发起的, 抄送, and the figures of the front page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from workflows.settings import SHANGHAI
from workflows.store.tables import account, copy, incident, instance, notice, task, unit
from workflows.usecases import masking
from workflows.usecases.access import can_do, can_record, visible_to
from workflows.usecases.actor import Actor
from workflows.usecases.due import due_of
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Counts, InboxItem, InstanceItem, NoticeView, Page

_SOON = timedelta(days=3)
DUE = ("", "today", "overdue", "soon")
ORDERS = ("due", "new", "old")
STATUSES = ("", "running", "completed", "cancelled", "incident")


@dataclass(frozen=True)
class Filters:
    """What to narrow a list by. `due`: "" | "today" | "overdue" | "soon"; `order`: "due" | "new" | "old"."""

    text: str = ""
    process_key: str = ""
    element: str = ""
    status: str = ""
    due: str = ""
    order: str = "due"

    @classmethod
    def from_query(cls, query: Mapping[str, Any], order: str = "due") -> Filters:
        """Read the filters of a URL's query; what cannot be read is left out."""
        due, wanted, status = (str(query.get(key) or "") for key in ("due", "order", "status"))
        return cls(
            text=str(query.get("q") or "").strip()[:100],
            process_key=str(query.get("process") or ""),
            status=status if status in STATUSES else "",
            due=due if due in DUE else "",
            order=wanted if wanted in ORDERS else order,
        )


NO_FILTERS = Filters()

_FAILING = (
    sa.exists(sa.select(1).where(incident.c.instance_id == instance.c.id, incident.c.resolved_at.is_(None)))
).correlate(instance)
"""A step of the instance stands still; the others go on."""


def _day_end(tx: Transaction) -> datetime:
    return datetime.combine(tx.world.today + timedelta(days=1), time(), SHANGHAI)


def _about(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.text:
        words = (
            instance.c.title,
            instance.c.business_key,
            instance.c.initiator_unit_name,
            instance.c.initiator_name,
        )
        found.append(sa.or_(*(column.contains(filters.text, autoescape=True) for column in words)))
    if filters.process_key:
        found.append(instance.c.process_key == filters.process_key)
    if filters.status:
        found.append(_FAILING if filters.status == "incident" else instance.c.status == filters.status)
    return found


def _due(tx: Transaction, filters: Filters) -> list[sa.ColumnElement[bool]]:
    if filters.due == "overdue":
        return [task.c.due_at < tx.at]
    if filters.due == "today":
        return [task.c.due_at >= tx.at, task.c.due_at < _day_end(tx)]
    if filters.due == "soon":
        return [task.c.due_at >= tx.at, task.c.due_at < _day_end(tx) + _SOON]
    return []


# ------------------------------------------------------------------ tasks
_TASKS = (
    sa.select(
        task,
        instance.c.title,
        instance.c.business_key,
        instance.c.process_key,
        instance.c.process_name,
        instance.c.initiator_name,
        instance.c.initiator_unit_id,
        instance.c.initiator_unit_name,
        instance.c.status,
        masking.ASSIGNEE_NAME,
        unit.c.name.label("entered_for_name"),
    )
    .join_from(task, instance)
    .outerjoin(unit, unit.c.id == instance.c.entered_for)
    .outerjoin(account, account.c.username == task.c.assignee)
)


def todo(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InboxItem]:
    """Open tasks this actor may do, due first, then those of high priority (`filters.order`)."""
    return open_tasks(tx, can_do(actor), filters or NO_FILTERS, page, size)


def recordable(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InboxItem]:
    """可代录: open tasks of others of which this actor may enter what was decided on paper, due first."""
    return open_tasks(tx, can_record(actor), filters or NO_FILTERS, page, size)


def open_tasks(
    tx: Transaction, whose: sa.ColumnElement[bool], wanted: Filters, page: int, size: int
) -> Page[InboxItem]:
    """Open tasks that meet a condition on `task`, as `filters` say."""
    return _tasks(tx, open_query(tx, whose, wanted), page, size)


def open_query(tx: Transaction, whose: sa.ColumnElement[bool], wanted: Filters) -> sa.Select[Any]:
    """The query behind `open_tasks`, in order."""
    query = _TASKS.where(task.c.state == "open", instance.c.status == "running", whose)
    query = query.where(*_about(wanted), *_due(tx, wanted))
    if wanted.element:
        query = query.where(task.c.element == wanted.element)
    order: Sequence[Any] = {
        "new": (task.c.created_at.desc(), task.c.id.desc()),
        "old": (task.c.created_at, task.c.id),
    }.get(
        wanted.order,
        (task.c.due_at.is_(None), task.c.due_at, task.c.priority.desc(), task.c.created_at, task.c.id),
    )
    return query.order_by(*order)


def done(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InboxItem]:
    """Tasks this actor completed, latest first."""
    return _tasks(tx, done_query(actor, filters or NO_FILTERS), page, size)


def done_query(actor: Actor, wanted: Filters) -> sa.Select[Any]:
    """The query behind `done`."""
    query = _TASKS.where(task.c.completed_by == actor.username, task.c.state == "completed", *_about(wanted))
    if wanted.element:
        query = query.where(task.c.element == wanted.element)
    return query.order_by(task.c.completed_at.desc(), task.c.id.desc())


_TOTAL = sa.func.count().over().label("total")


def _tasks(tx: Transaction, query: sa.Select[Any], page: int, size: int) -> Page[InboxItem]:
    counted = query.add_columns(_TOTAL)
    rows = tx.db.execute(counted.limit(size).offset((page - 1) * size)).all()
    return Page(tuple(_task_item(tx, row) for row in rows), _total(tx, counted, rows, page), page, size)


def every_task(tx: Transaction, query: sa.Select[Any]) -> Iterator[InboxItem]:
    """All tasks of a query, read as they are taken: for a list that goes out."""
    return (_task_item(tx, row) for row in tx.stream(query))


def _task_item(tx: Transaction, row: Any) -> InboxItem:
    return InboxItem(
        task_id=row.id,
        task_name=row.name,
        element=row.element,
        kind=row.kind,
        instance_id=row.instance_id,
        title=row.title,
        business_key=row.business_key,
        process_key=row.process_key,
        process_name=row.process_name,
        initiator_name=row.initiator_name,
        initiator_unit_id=row.initiator_unit_id,
        initiator_unit_name=row.initiator_unit_name,
        created_at=row.created_at,
        due=due_of(tx.world, row.created_at, row.due_at) if row.state == "open" else None,
        assignee=row.assignee,
        assignee_name=row.assignee_name or row.assignee,
        version=row.version,
        priority=row.priority,
        completed_at=row.completed_at,
        completed_by_name=row.completed_by_name,
        decision=row.decision,
        instance_status=row.status,
        applicant_unit_name=row.entered_for_name or row.initiator_unit_name,
    )


def _total(tx: Transaction, query: sa.Select[Any], rows: Sequence[Any], page: int) -> int:
    """The window's count; asked for apart only where a page lies behind the end."""
    if rows:
        return int(rows[0].total)
    if page == 1:
        return 0
    return int(tx.db.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())


# ------------------------------------------------------------------ instances
_OPEN = sa.and_(
    task.c.instance_id == instance.c.id, task.c.state.in_(("open", "held")), task.c.kind == "task"
)
_NAMES = "stands_at"


def _instances(*extra: Any) -> sa.Select[Any]:
    due = sa.select(sa.func.min(task.c.due_at)).where(_OPEN).correlate(instance).scalar_subquery()
    names = (
        sa.select(sa.func.aggregate_strings(task.c.name, "\n"))
        .where(_OPEN)
        .correlate(instance)
        .scalar_subquery()
    )
    return sa.select(
        instance,
        sa.type_coerce(due, task.c.due_at.type).label("due_at"),
        names.label(_NAMES),
        _FAILING.label("failing"),
        *extra,
    )


def started(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InstanceItem]:
    """Instances this actor started, latest first."""
    return _instance_page(tx, started_query(actor, filters or NO_FILTERS), page, size)


def started_query(actor: Actor, wanted: Filters) -> sa.Select[Any]:
    """The query behind `started`."""
    query = _instances().where(instance.c.initiator == actor.username, *_about(wanted))
    return query.order_by(instance.c.started_at.desc(), instance.c.id.desc())


def started_ids(tx: Transaction, actor: Actor, filters: Filters, size: int = 2001) -> list[int]:
    """Ids of the instances this actor started, as `started` lists them."""
    query = sa.select(instance.c.id).where(instance.c.initiator == actor.username, *_about(filters))
    query = query.order_by(instance.c.started_at.desc(), instance.c.id.desc()).limit(size)
    return list(tx.db.execute(query).scalars())


def copied(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InstanceItem]:
    """Instances copied to this actor, unread first."""
    return _instance_page(tx, copied_query(actor, filters or NO_FILTERS), page, size)


def copied_query(actor: Actor, wanted: Filters) -> sa.Select[Any]:
    """The query behind `copied`."""
    query = _instances(copy.c.read_at, copy.c.note).join(copy, copy.c.instance_id == instance.c.id)
    query = query.where(copy.c.account_id == actor.account_id, *_about(wanted))
    return query.order_by(copy.c.read_at.is_not(None), copy.c.at.desc())


def visible(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InstanceItem]:
    """All instances this actor may see (search), latest first."""
    return _instance_page(tx, visible_query(actor, filters or NO_FILTERS), page, size)


def visible_query(actor: Actor, wanted: Filters) -> sa.Select[Any]:
    """The query behind `visible`."""
    query = _instances().where(visible_to(actor), *_about(wanted))
    return query.order_by(instance.c.started_at.desc(), instance.c.id.desc())


def _instance_page(tx: Transaction, query: sa.Select[Any], page: int, size: int) -> Page[InstanceItem]:
    counted = query.add_columns(_TOTAL)
    rows = tx.db.execute(counted.limit(size).offset((page - 1) * size)).all()
    items = tuple(_instance_item(tx, row) for row in rows)
    return Page(items, _total(tx, counted, rows, page), page, size)


def every_instance(tx: Transaction, query: sa.Select[Any]) -> Iterator[InstanceItem]:
    """All instances of a query, read as they are taken: for a list that goes out."""
    return (_instance_item(tx, row) for row in tx.stream(query))


def _instance_item(tx: Transaction, row: Any) -> InstanceItem:
    return InstanceItem(
        instance_id=row.id,
        title=row.title,
        business_key=row.business_key,
        process_key=row.process_key,
        process_name=row.process_name,
        status="incident" if row.failing else row.status,
        outcome=row.outcome,
        initiator_name=row.initiator_name,
        initiator_unit_name=row.initiator_unit_name,
        entered_for=row.entered_for,
        started_at=row.started_at,
        ended_at=row.ended_at,
        stands_at=tuple(dict.fromkeys(row.stands_at.split("\n"))) if row.stands_at else (),
        due=due_of(tx.world, row.started_at, row.due_at),
        read_at=getattr(row, "read_at", None),
        note=getattr(row, "note", ""),
    )


# ------------------------------------------------------------------ figures and notices
def counts(tx: Transaction, actor: Actor) -> Counts:
    """Figures of the front page, in one query."""
    mine = (
        sa.select(
            sa.func.count().label("todo"),
            sa.func.count(sa.case((sa.and_(task.c.due_at >= tx.at, task.c.due_at < _day_end(tx)), 1))).label(
                "today"
            ),
            sa.func.count(sa.case((task.c.due_at < tx.at, 1))).label("overdue"),
        )
        .join_from(task, instance)
        .where(task.c.state == "open", instance.c.status == "running", can_do(actor))
        .subquery()
    )
    running = sa.select(sa.func.count()).where(
        instance.c.initiator == actor.username, instance.c.status == "running"
    )
    unread_copies = sa.select(sa.func.count()).where(
        copy.c.account_id == actor.account_id, copy.c.read_at.is_(None)
    )
    to_record = (
        sa.select(sa.func.count())
        .select_from(task)
        .join(instance)
        .where(task.c.state == "open", instance.c.status == "running", can_record(actor))
    )
    unread = sa.select(sa.func.count()).where(
        notice.c.account_id == actor.account_id, notice.c.read_at.is_(None)
    )
    row = tx.db.execute(
        sa.select(
            mine,
            running.scalar_subquery().label("running"),
            unread_copies.scalar_subquery().label("copies"),
            unread.scalar_subquery().label("notices"),
            to_record.scalar_subquery().label("to_record"),
        )
    ).one()
    return Counts(
        todo=row.todo,
        due_today=row.today,
        overdue=row.overdue,
        started_running=row.running,
        copied_unread=row.copies,
        notices_unread=row.notices,
        recordable=row.to_record,
    )


def notices(tx: Transaction, actor: Actor, unread: bool = False, size: int = 20) -> list[NoticeView]:
    """Reminders and other notices to this actor, latest first.

    A notice may tell of an instance its reader is no party of, such as a matter changed: then it leads to what it is
    `about`, if to anything.
    """
    theirs = sa.and_(instance.c.id == notice.c.instance_id, visible_to(actor))
    query = sa.select(notice, instance.c.id.label("seen")).join_from(notice, instance, theirs, isouter=True)
    query = query.where(notice.c.account_id == actor.account_id)
    if unread:
        query = query.where(notice.c.read_at.is_(None))
    return [
        NoticeView(
            id=row.id,
            kind=row.kind,
            text=row.text,
            at=row.at,
            read_at=row.read_at,
            instance_id=row.seen,
            task_id=row.task_id if row.seen else None,
            batch_id=row.batch_id,
            export_id=row.export_id,
            about=row.about or "",
        )
        for row in tx.db.execute(query.order_by(notice.c.id.desc()).limit(size))
    ]


def read_notice(tx: Transaction, notice_id: int, actor: Actor) -> None:
    """Mark a notice of this actor as read; another's stays as it is."""
    tx.db.execute(
        sa.update(notice)
        .where(notice.c.id == notice_id, notice.c.account_id == actor.account_id, notice.c.read_at.is_(None))
        .values(read_at=tx.at)
    )


def read_copy(tx: Transaction, instance_id: int, actor: Actor) -> None:
    """Mark a copy as read."""
    tx.db.execute(
        sa.update(copy)
        .where(
            copy.c.instance_id == instance_id, copy.c.account_id == actor.account_id, copy.c.read_at.is_(None)
        )
        .values(read_at=tx.at)
    )
