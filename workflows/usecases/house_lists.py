"""The lists every office has: tasks, instances, imports, incidents, organisation, accounts, calendar, audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

import sqlalchemy as sa

from templates_xlsx.ledger_out import Column
from workflows.store.tables import unit
from workflows.usecases import (
    accounts_table,
    audit,
    calendar_table,
    definitions,
    history,
    imports,
    inbox,
    incidents,
    instances,
    office_calendar,
    stuck,
    units,
)
from workflows.usecases.access import can_do, can_record
from workflows.usecases.actor import Actor
from workflows.usecases.inbox import Filters
from workflows.usecases.lists import OfficeList, Query, form_columns, form_row, register
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
KINDS_OF_DEFINITION = {
    "process": "流程",
    "decision": "决策表",
    "form": "表单",
    "template": "表格模板",
    "tests": "流程测试",
}


def moment(at: datetime | None) -> str:
    """2026-03-02 09:30, or nothing."""
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""


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


def _todo(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
    return map(_task, inbox.every_task(tx, inbox.open_query(tx, can_do(actor), Filters.from_query(query))))


def _recordable(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
    wanted = inbox.open_query(tx, can_record(actor), Filters.from_query(query))
    return map(_task, inbox.every_task(tx, wanted))


def _nobody(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
    return map(_task, inbox.every_task(tx, stuck.query(tx, Filters.from_query(query))))


def _done(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    items = inbox.every_task(tx, inbox.done_query(actor, Filters.from_query(query, "new")))
    for block in blocks(items):
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


def _instances(wanted: Callable[[Actor, Filters], sa.Select[Any]]) -> Any:
    def rows(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
        return map(_instance, inbox.every_instance(tx, wanted(actor, Filters.from_query(query, "new"))))

    return rows


HISTORY_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("at", "时间", width=17),
    Column("text", "经过", "long_text", width=50),
    Column("detail", "意见或原因", "long_text", width=40),
    Column("actor_name", "办理人", width=12),
    Column("actor_unit_name", "单位", width=20),
)


def _number(query: Query, name: str) -> int | None:
    text = str(query.get(name) or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _history(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    view = instances.view(tx, _number(query, "instance") or 0, actor)
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


def _incidents(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    state = str(query.get("state") or "open")
    wanted = incidents.Filters(
        text=str(query.get("q") or "").strip(),
        process_key=str(query.get("process") or ""),
        state=state if state in ("open", "resolved") else "",
        instance_id=_number(query, "instance"),
    )
    for each in _every(lambda number: incidents.listing(tx, actor, wanted, number, BLOCK)):
        yield {
            **{name: getattr(each, name) for name in ("id", "title", "process_name", "message", "tries")},
            "name": each.name or each.element,
            "at": moment(each.at),
            "resolved_at": moment(each.resolved_at),
            "resolved_by": each.resolved_by,
        }


NOTICE_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("at", "时间", width=17),
    Column("text", "通知", "long_text", width=60),
    Column("read_at", "阅读时间", width=17),
)


def _notices(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    for each in inbox.notices(tx, actor, size=10_000):
        yield {"at": moment(each.at), "text": each.text, "read_at": moment(each.read_at)}


# ------------------------------------------------------------------ the office
def _units(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    """The units in the order of the tree, as the table that goes in again has them."""
    form = definitions.form(tx, "organisation_unit")
    contacts = {
        row.id: row for row in tx.db.execute(sa.select(unit.c.id, unit.c.contact_name, unit.c.contact_phone))
    }
    names = {each.id: each.full_name for each in units.tree(tx)}
    text = str(query.get("q") or "").strip()
    for each in units.tree(tx):
        if text and text not in each.full_name:
            continue
        values: dict[str, Any] = {
            "name": each.name,
            "kind": each.kind,
            "parent": names.get(each.parent_id) if each.parent_id else None,
            "contact_name": contacts[each.id].contact_name or None,
            "contact_phone": contacts[each.id].contact_phone or None,
        }
        yield form_row(tx, form, {key: value for key, value in values.items() if key in form})


def _accounts(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    """Names, unit, roles; never anything of a password."""
    form = definitions.form(tx, accounts_table.FORM)
    for values in accounts_table.rows(tx, form, str(query.get("q") or "").strip(), _number(query, "unit")):
        yield form_row(tx, form, values)


def _calendar(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
    return calendar_table.rows(office_calendar.year_view(tx, _year(tx, query)))


def _year(tx: Transaction, query: Query) -> int:
    return _number(query, "year") or tx.world.today.year


def _calendar_head(tx: Transaction, query: Query) -> Mapping[str, Any]:
    return {"title": f"{_year(tx, query)}年工作日历", "sheet": "工作日历", "day": ""}


DEFINITION_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("kind", "种类", width=10),
    Column("title", "名称", width=30),
    Column("key", "标识", width=26),
    Column("version", "版本", "number", width=8),
    Column("file", "文件", width=28),
    Column("deployed_at", "部署时间", width=17),
    Column("deployed_by", "部署人", width=14),
)


def _definitions(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    kind, text = str(query.get("kind") or ""), str(query.get("q") or "").strip().lower()
    for each in definitions.overview(tx, kind if kind in KINDS_OF_DEFINITION else None):
        if text and text not in f"{each.title} {each.key} {each.file}".lower():
            continue
        yield {
            **{name: getattr(each, name) for name in ("title", "key", "version", "file", "deployed_by")},
            "kind": KINDS_OF_DEFINITION.get(each.kind, each.kind),
            "deployed_at": moment(each.deployed_at),
        }


AUDIT_COLUMNS = (
    Column("position", "序号", "number", width=8),
    Column("at", "时间", width=17),
    Column("username", "账号", width=16),
    Column("event", "事件", width=26),
    Column("subject", "对象", "long_text", width=36),
    Column("result", "结果", width=12),
    Column("address", "地址", width=18),
)


def _audit(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    text, event = str(query.get("q") or "").strip(), str(query.get("event") or "")
    for each in audit.every(tx, actor, text=text, event=event):
        line = {name: getattr(each, name) for name in ("username", "event", "subject", "result", "address")}
        yield {**line, "at": moment(each.at)}


# ------------------------------------------------------------------ the table
HOUSE_LISTS: tuple[OfficeList, ...] = (
    OfficeList("todo", "待办", TASK_COLUMNS, _todo, filters=TASK_FILTERS, signatures=False),
    OfficeList("recordable", "可代录", TASK_COLUMNS, _recordable, filters=TASK_FILTERS, signatures=False),
    OfficeList(
        "nobody", "无人可办", TASK_COLUMNS, _nobody, (stuck.TRANSFER_ANY,), TASK_FILTERS, signatures=False
    ),
    OfficeList("done", "已办", DONE_COLUMNS, _done, filters=("q", "process", "status"), signatures=False),
    OfficeList(
        "started",
        "我发起的",
        INSTANCE_COLUMNS,
        _instances(inbox.started_query),
        filters=INSTANCE_FILTERS,
        signatures=False,
    ),
    OfficeList(
        "copies",
        "抄送我",
        COPY_COLUMNS,
        _instances(inbox.copied_query),
        filters=INSTANCE_FILTERS,
        signatures=False,
    ),
    OfficeList(
        "instances",
        "流程清单",
        INSTANCE_COLUMNS,
        _instances(inbox.visible_query),
        filters=INSTANCE_FILTERS,
        signatures=False,
    ),
    OfficeList("history", "办理经过", HISTORY_COLUMNS, _history, filters=("instance",), signatures=False),
    OfficeList("notices", "通知", NOTICE_COLUMNS, _notices, signatures=False),
    OfficeList("imports", "导入批次", IMPORT_COLUMNS, _imports, signatures=False),
    OfficeList(
        "incidents",
        "流程异常",
        INCIDENT_COLUMNS,
        _incidents,
        (incidents.PERMISSION,),
        ("q", "process", "state", "instance"),
        signatures=False,
    ),
    OfficeList(
        "organisation",
        "组织机构",
        form_columns("organisation_unit"),
        _units,
        filters=("q",),
        form="organisation_unit",
    ),
    OfficeList(
        "accounts",
        "账号",
        form_columns(accounts_table.FORM),
        _accounts,
        ("accounts.manage",),
        ("q", "unit"),
        form=accounts_table.FORM,
    ),
    OfficeList(
        "calendar",
        "工作日历",
        calendar_table.COLUMNS,
        _calendar,
        filters=("year",),
        form=calendar_table.FORM,
        head=_calendar_head,
    ),
    OfficeList(
        "definitions",
        "流程定义",
        DEFINITION_COLUMNS,
        _definitions,
        ("definitions.see", "definitions.deploy"),
        ("q", "kind"),
        signatures=False,
    ),
    OfficeList("audit", "审计记录", AUDIT_COLUMNS, _audit, ("audit.see",), ("q", "event"), signatures=False),
)

register(*HOUSE_LISTS)
