"""The list of reports (监督反馈): search, those against one matter, the ledger. Nobody's name of those who reported is in it.

A report is seen by whom its process is seen: its starter, whom it waits or waited for, and who sees every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import sqlalchemy as sa

from workflows.admission import ledger, verdicts
from workflows.admission.states import State
from workflows.admission.supervising import OUTCOMES
from workflows.admission.tables import supervision
from workflows.store.tables import instance
from workflows.usecases.access import visible_to
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Page

_BLOCK = 500
_TONES = {"declined": "grey", "unfounded": "grey", "corrected": "green", "uncorrected": "red"}
STATES: dict[str, State] = {
    state.key: state
    for state in (
        State("reported", "待受理", "reported", "blue"),
        State("investigating", "调查中", "under inquiry", "blue"),
        State("ordered", "整改中", "to be corrected", "amber"),
        State("transferred", "移交纪检监察", "with the discipline inspection", "amber"),
        *(State(key, zh, en, _TONES[key]) for key, (zh, en) in OUTCOMES.items()),
        State("withdrawn", "已撤回", "withdrawn", "grey"),
        State("void", "作废", "cancelled", "grey"),
    )
}
OPEN = ("reported", "investigating", "ordered", "transferred")
PROBLEMS: dict[str, tuple[str, str]] = {
    "not_admitted": ("未履行准入审批", "never admitted"),
    "out_of_scope": ("超范围", "beyond its scope"),
    "out_of_period": ("超期限", "beyond its period"),
    "no_funds": ("经费未落实", "funds not paid"),
    "duplicate": ("重复报送", "asked for twice"),
}
SOURCES: dict[str, tuple[str, str]] = {
    "community": ("社区反馈", "a community"),
    "hotline": ("12345投诉", "the 12345 hotline"),
    "other": ("其他", "other"),
}


@dataclass(frozen=True)
class Filters:
    """What to narrow the list by. `state`: a key of STATES, or `open`."""

    text: str = ""
    state: str = ""
    unit_id: int | None = None
    finding: str = ""
    matter_id: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Filters:
        """Read a URL's query; what cannot be read is left out."""
        state, unit = str(query.get("state") or ""), str(query.get("unit") or "")
        finding = str(query.get("finding") or "")
        return cls(
            text=str(query.get("q") or "").strip()[:200],
            state=state if state in (*STATES, "open") else "",
            unit_id=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 12 else None,
            finding=finding if finding in verdicts.FINDINGS else "",
        )


@dataclass(frozen=True)
class Report:
    """One report, without who made it."""

    instance_id: int
    number: str
    source: str
    matter_id: int | None
    matter_name: str
    unit_name: str
    problems: tuple[str, ...]
    finding: str
    verdict: str
    state: str
    reported_on: date
    correct_by: date | None
    overdue: bool
    notice_number: str
    transferred_on: date | None
    closed_on: date | None


def search(tx: Transaction, actor: Actor, filters: Filters, page: int = 1, size: int = 20) -> Page[Report]:
    """The reports `actor` may see, latest first."""
    query = sa.select(supervision, sa.func.count().over().label("total"))
    query = query.join(instance, instance.c.id == supervision.c.instance_id)
    query = query.where(visible_to(actor), *_conditions(tx, filters))
    number = max(1, page)
    rows = tx.db.execute(
        query.order_by(supervision.c.id.desc()).limit(size).offset((number - 1) * size)
    ).all()
    return Page(tuple(_report(row) for row in rows), rows[0].total if rows else 0, number, size)


def of_matter(tx: Transaction, actor: Actor, matter_id: int) -> tuple[Report, ...]:
    """Reports on a matter that `actor` may see, latest first."""
    return search(tx, actor, Filters(matter_id=matter_id), 1, 50).items


def _conditions(tx: Transaction, filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.text:
        columns = (
            supervision.c.matter_name,
            supervision.c.unit_name,
            supervision.c.number,
            supervision.c.notice_number,
        )
        found.append(sa.or_(*(each.contains(filters.text, autoescape=True) for each in columns)))
    if filters.state:
        wanted = OPEN if filters.state == "open" else (filters.state,)
        found.append(supervision.c.state.in_(wanted))
    if filters.unit_id is not None:
        found.append(supervision.c.unit_id.in_((filters.unit_id, *tx.units.former(filters.unit_id))))
    if filters.finding:
        found.append(supervision.c.finding == filters.finding)
    if filters.matter_id is not None:
        found.append(supervision.c.matter_id == filters.matter_id)
    return found


def _report(row: Any) -> Report:
    return Report(
        instance_id=row.instance_id,
        number=row.number or "",
        source=row.source,
        matter_id=row.matter_id,
        matter_name=row.matter_name,
        unit_name=row.unit_name,
        problems=tuple(row.problems or ()),
        finding=row.finding,
        verdict=row.verdict,
        state=row.state,
        reported_on=row.reported_on,
        correct_by=row.correct_by,
        overdue=row.overdue,
        notice_number=row.notice_number or "",
        transferred_on=row.transferred_on,
        closed_on=row.closed_on,
    )


#: key, label, group, width in characters, kind; as `ledger.COLUMNS`
COLUMNS: tuple[ledger.ColumnRow, ...] = (
    ("position", "序号", "", 6, "number"),
    ("number", "受理编号", "", 18, "text"),
    ("reported_on", "反馈日期", "", 12, "date"),
    ("source", "反馈渠道", "", 12, "text"),
    ("matter_name", "下派事务名称", "", 30, "text"),
    ("unit_name", "责任单位", "", 20, "text"),
    ("problems", "问题类型", "", 20, "long_text"),
    ("finding", "比对结果", "备案登记", 12, "text"),
    ("verdict", "比对说明", "备案登记", 40, "long_text"),
    ("correct_by", "整改期限", "整改", 12, "date"),
    ("overdue", "是否逾期", "整改", 10, "text"),
    ("notice_number", "通报文号", "", 20, "text"),
    ("transferred_on", "移交日期", "", 12, "date"),
    ("state", "状态", "", 14, "text"),
    ("closed_on", "办结日期", "", 12, "date"),
)


def ledger_rows(tx: Transaction, actor: Actor, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the 监督反馈台账: what `actor` may see and a page's address asks for."""
    filters = Filters.from_query(query)
    for number in count(1):
        page = search(tx, actor, filters, number, _BLOCK)
        yield from map(_line, page.items)
        if number >= page.pages:
            return


def _line(each: Report) -> dict[str, Any]:
    return {
        **each.__dict__,
        "source": SOURCES.get(each.source, ("",))[0],
        "problems": "、".join(PROBLEMS[key][0] for key in each.problems if key in PROBLEMS),
        "finding": verdicts.FINDINGS[each.finding][0],
        "overdue": "是" if each.overdue else "",
        "state": STATES[each.state].zh,
    }
