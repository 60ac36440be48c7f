"""The lists people work from: tasks, instances, a story, imports, incidents, notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any, TypeVar

import sqlalchemy as sa

from templates_xlsx.ledger_out import Column
from workflows.store.tables import notice
from workflows.usecases import (
    definitions,
    history,
    imports,
    inbox,
    incident_view,
    incidents,
    instances,
    stuck,
)
from workflows.usecases.access import can_do, can_record
from workflows.usecases.actor import Actor
from workflows.usecases.inbox import Filters
from workflows.usecases.lists import (
    OfficeList,
    Query,
    Rows,
    Wanted,
    counted,
    moment,
    number_in,
    register,
)
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import InboxItem, InstanceItem, Page

T = TypeVar("T")
Line = dict[str, Any]
BLOCK = 500

STATUSES = {"running": "办理中", "completed": "已办结", "cancelled": "已作废", "incident": "流程异常"}
BATCHES = {
    "checking": "核对中",
    "refused": "未通过",
    "queued": "等待导入",
    "running": "导入中",
    "done": "已导入",
    "failed": "未能导入",
    "stopped": "已停止",
    "withdrawing": "撤销中",
    "withdrawn": "已撤销",
}


def _every(fetch: Callable[[int], Page[T]]) -> Iterator[T]:
    """All items of a paged list, a block after the other: for lists of some thousands at most."""
    for number in count(1):
        page = fetch(number)
        yield from page.items
        if number >= page.pages:
            return


# ------------------------------------------------------------------ tasks
TASK_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("title", "事项", "long_text", width=34),
    Column("business_key", "编号", width=22),
    Column("process_name", "流程", width=16),
    Column("task_name", "环节", width=18),
    Column("applicant_unit_name", "申请单位", width=20),
    Column("initiator_name", "发起人", width=12),
    Column("created_at", "到达时间", width=17),
    Column("due_on", "办理期限", "date", width=12),
    Column("days_left", "剩余工作日", "number", width=8),
    Column("assignee_name", "签收人", width=12),
)
DONE_COLUMNS = (
    *TASK_COLUMNS[:8],
    Column("completed_at", "办结时间", width=17),
    Column("decision", "办理意见", width=14),
    Column("instance_status", "流程状态", width=10),
)
TASK_FILTERS = ("q", "process", "due", "order")


def _task(item: InboxItem) -> Line:
    return {
        "title": item.title,
        "business_key": item.business_key,
        "process_name": item.process_name,
        "task_name": item.task_name,
        "applicant_unit_name": item.applicant_unit_name,
        "initiator_name": item.initiator_name,
        "created_at": moment(item.created_at),
        "due_on": item.due.at.date() if item.due else None,
        "days_left": item.due.working_days_left if item.due else None,
        "assignee_name": item.assignee_name,
        "completed_at": moment(item.completed_at),
        "instance_status": STATUSES.get(item.instance_status, item.instance_status),
    }


def _todo(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return inbox.open_query(tx, can_do(actor), Filters.from_query(query))


def _recordable(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return inbox.open_query(tx, can_record(actor), Filters.from_query(query))


def _nobody(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return stuck.query(tx, Filters.from_query(query))


def _done(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return inbox.done_query(actor, Filters.from_query(query, "new"))


def _tasks(wanted: Wanted) -> Rows:
    def rows(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
        return map(_task, inbox.every_task(tx, wanted(tx, actor, query)))

    return rows


def _done_rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    for block in blocks(inbox.every_task(tx, _done(tx, actor, query))):
        decided = history.decisions(tx, [(each.instance_id, each.task_id) for each in block])
        for item in block:
            yield {**_task(item), "decision": decided.get(item.task_id, "")}


def blocks(items: Iterable[T], size: int = BLOCK) -> Iterator[list[T]]:
    """Items in lists of a size, for what is looked up for many at once."""
    found: list[T] = []
    for item in items:
        found.append(item)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found


# ------------------------------------------------------------------ instances
INSTANCE_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("title", "事项", "long_text", width=34),
    Column("business_key", "编号", width=22),
    Column("process_name", "流程", width=16),
    Column("status", "状态", width=10),
    Column("stands_at", "当前环节", "long_text", width=24),
    Column("initiator_name", "发起人", width=12),
    Column("initiator_unit_name", "发起单位", width=20),
    Column("started_at", "发起时间", width=17),
    Column("due_on", "办理期限", "date", width=12),
    Column("ended_at", "结束时间", width=17),
)
COPY_COLUMNS = (
    *INSTANCE_COLUMNS,
    Column("note", "抄送说明", "long_text", width=24),
    Column("read_at", "阅读时间", width=17),
)
INSTANCE_FILTERS = ("q", "process", "status")


def _instance(item: InstanceItem) -> Line:
    return {
        "title": item.title,
        "business_key": item.business_key,
        "process_name": item.process_name,
        "status": STATUSES.get(item.status, item.status),
        "stands_at": "、".join(item.stands_at),
        "initiator_name": item.initiator_name,
        "initiator_unit_name": item.initiator_unit_name,
        "started_at": moment(item.started_at),
        "due_on": item.due.at.date() if item.due else None,
        "ended_at": moment(item.ended_at),
        "note": item.note,
        "read_at": moment(item.read_at),
    }


def _started(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return inbox.started_query(actor, Filters.from_query(query, "new"))


def _copied(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return inbox.copied_query(actor, Filters.from_query(query, "new"))


def _visible(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return inbox.visible_query(actor, Filters.from_query(query, "new"))


def _instances(wanted: Wanted) -> Rows:
    def rows(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
        return map(_instance, inbox.every_instance(tx, wanted(tx, actor, query)))

    return rows


HISTORY_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("at", "时间", width=17),
    Column("text", "经过", "long_text", width=50),
    Column("detail", "意见或原因", "long_text", width=40),
    Column("actor_name", "办理人", width=12),
    Column("actor_unit_name", "单位", width=20),
)


def _history(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    view = instances.view(tx, number_in(query, "instance") or 0, actor)
    for line in view.history:
        yield {
            "at": moment(line.at),
            "text": line.text,
            "detail": line.detail,
            "actor_name": line.actor_name,
            "actor_unit_name": line.actor_unit_name,
        }


# ------------------------------------------------------------------ imports, incidents, notices
IMPORT_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("id", "批次", "number", width=8),
    Column("name", "文件", "long_text", width=34),
    Column("form", "内容", width=18),
    Column("state", "状态", width=10),
    Column("total", "应导入", "number", width=8),
    Column("done", "已导入", "number", width=8),
    Column("failed", "未能导入", "number", width=8),
    Column("skipped", "略过", "number", width=8),
    Column("created_by_name", "导入人", width=12),
    Column("created_at", "上传时间", width=17),
    Column("finished_at", "完成时间", width=17),
)


def _imports(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    titles = {each.key: each.title for each in definitions.overview(tx, "form")}
    for each in _every(lambda number: imports.batches(tx, actor, number, BLOCK)):
        yield {
            **{name: getattr(each, name) for name in ("id", "name", "total", "done", "failed", "skipped")},
            "form": titles.get(each.form_key, each.form_key),
            "state": BATCHES.get(each.state, each.state),
            "created_by_name": each.created_by_name,
            "created_at": moment(each.created_at),
            "finished_at": moment(each.finished_at),
        }


def _imports_count(tx: Transaction, actor: Actor, query: Query) -> int:
    return imports.batches(tx, actor, size=1).total


INCIDENT_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("id", "编号", "number", width=8),
    Column("title", "事项", "long_text", width=34),
    Column("process_name", "流程", width=16),
    Column("name", "环节", width=20),
    Column("message", "原因", "long_text", width=50),
    Column("at", "发生时间", width=17),
    Column("tries", "尝试次数", "number", width=8),
    Column("resolved_at", "处理时间", width=17),
    Column("resolved_by", "处理人", width=12),
)


def _incidents_wanted(query: Query) -> incident_view.Filters:
    state = str(query.get("state") or "open")
    return incident_view.Filters(
        text=str(query.get("q") or "").strip(),
        process_key=str(query.get("process") or ""),
        state=state if state in ("open", "resolved") else "",
        instance_id=number_in(query, "instance"),
    )


def _incidents_count(tx: Transaction, actor: Actor, query: Query) -> int:
    return incident_view.listing(tx, actor, _incidents_wanted(query), size=1).total


def _incidents(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    wanted = _incidents_wanted(query)
    for each in _every(lambda number: incident_view.listing(tx, actor, wanted, number, BLOCK)):
        yield {
            **{name: getattr(each, name) for name in ("id", "title", "process_name", "message", "tries")},
            "name": each.name or each.element,
            "at": moment(each.at),
            "resolved_at": moment(each.resolved_at),
            "resolved_by": each.resolved_by,
        }


MOST_NOTICES = 10_000
NOTICE_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("at", "时间", width=17),
    Column("text", "通知", "long_text", width=60),
    Column("read_at", "阅读时间", width=17),
)


def _notices(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    for each in inbox.notices(tx, actor, size=MOST_NOTICES):
        yield {"at": moment(each.at), "text": each.text, "read_at": moment(each.read_at)}


def _notices_count(tx: Transaction, actor: Actor, query: Query) -> int:
    return min(counted(_my_notices)(tx, actor, query), MOST_NOTICES)


def _my_notices(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return sa.select(notice.c.id).where(notice.c.account_id == actor.account_id)


# ------------------------------------------------------------------ the table
HOUSE_LISTS: tuple[OfficeList, ...] = (
    OfficeList(
        "todo",
        "待办",
        TASK_COLUMNS,
        _tasks(_todo),
        filters=TASK_FILTERS,
        signatures=False,
        count=counted(_todo),
    ),
    OfficeList(
        "recordable",
        "可代录",
        TASK_COLUMNS,
        _tasks(_recordable),
        filters=TASK_FILTERS,
        signatures=False,
        count=counted(_recordable),
    ),
    OfficeList(
        "nobody",
        "无人可办",
        TASK_COLUMNS,
        _tasks(_nobody),
        (stuck.TRANSFER_ANY,),
        TASK_FILTERS,
        signatures=False,
        count=counted(_nobody),
    ),
    OfficeList(
        "done",
        "已办",
        DONE_COLUMNS,
        _done_rows,
        filters=("q", "process", "status"),
        signatures=False,
        count=counted(_done),
    ),
    OfficeList(
        "started",
        "我发起的",
        INSTANCE_COLUMNS,
        _instances(_started),
        filters=INSTANCE_FILTERS,
        signatures=False,
        count=counted(_started),
    ),
    OfficeList(
        "copies",
        "抄送我",
        COPY_COLUMNS,
        _instances(_copied),
        filters=INSTANCE_FILTERS,
        signatures=False,
        count=counted(_copied),
    ),
    OfficeList(
        "instances",
        "流程清单",
        INSTANCE_COLUMNS,
        _instances(_visible),
        filters=INSTANCE_FILTERS,
        signatures=False,
        count=counted(_visible),
    ),
    OfficeList("history", "办理经过", HISTORY_COLUMNS, _history, filters=("instance",), signatures=False),
    OfficeList("notices", "通知", NOTICE_COLUMNS, _notices, signatures=False, count=_notices_count),
    OfficeList("imports", "导入批次", IMPORT_COLUMNS, _imports, signatures=False, count=_imports_count),
    OfficeList(
        "incidents",
        "流程异常",
        INCIDENT_COLUMNS,
        _incidents,
        (incidents.PERMISSION,),
        ("q", "process", "state", "instance"),
        signatures=False,
        count=_incidents_count,
    ),
)

register(*HOUSE_LISTS)
