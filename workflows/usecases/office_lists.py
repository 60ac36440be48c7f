"""The lists of the office itself: organisation, accounts, calendar, definitions, audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from templates_xlsx.ledger_out import Column
from workflows.store.tables import unit
from workflows.usecases import (
    accounts,
    accounts_table,
    audit,
    calendar_table,
    definitions,
    office_calendar,
    units,
)
from workflows.usecases.actor import Actor
from workflows.usecases.lists import OfficeList, Query, form_columns, form_row, moment, number_in, register
from workflows.usecases.runtime import Transaction

Line = dict[str, Any]

KINDS_OF_DEFINITION = {
    "process": "流程",
    "decision": "决策表",
    "form": "表单",
    "template": "表格模板",
    "tests": "流程测试",
}


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
    for values in accounts_table.rows(tx, form, str(query.get("q") or "").strip(), number_in(query, "unit")):
        yield form_row(tx, form, values)


def _accounts_count(tx: Transaction, actor: Actor, query: Query) -> int:
    text = str(query.get("q") or "").strip()
    return accounts.listing(tx, text, number_in(query, "unit"), size=1).total


def _calendar(tx: Transaction, actor: Actor, query: Query) -> Iterable[Line]:
    return calendar_table.rows(office_calendar.year_view(tx, _year(tx, query)))


def _year(tx: Transaction, query: Query) -> int:
    return number_in(query, "year") or tx.world.today.year


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


def _audit_wanted(query: Query) -> tuple[str, str]:
    return str(query.get("q") or "").strip(), str(query.get("event") or "")


def _audit_count(tx: Transaction, actor: Actor, query: Query) -> int:
    text, event = _audit_wanted(query)
    return audit.listing(tx, actor, text=text, event=event, size=1).total


def _audit(tx: Transaction, actor: Actor, query: Query) -> Iterator[Line]:
    text, event = _audit_wanted(query)
    for each in audit.every(tx, actor, text=text, event=event):
        line = {name: getattr(each, name) for name in ("username", "event", "subject", "result", "address")}
        yield {**line, "at": moment(each.at)}


OFFICE_LISTS: tuple[OfficeList, ...] = (
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
        count=_accounts_count,
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
    OfficeList(
        "audit",
        "审计记录",
        AUDIT_COLUMNS,
        _audit,
        ("audit.see",),
        ("q", "event"),
        signatures=False,
        count=_audit_count,
    ),
)

register(*OFFICE_LISTS)
