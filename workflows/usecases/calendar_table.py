"""The office's calendar as a table: one day or span of days a row, as a notice lists them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from forms.faults import Refused
from forms.schema import Form
from templates_xlsx.ledger_out import Column
from workflows.store.tables import calendar_day
from workflows.usecases import office_calendar
from workflows.usecases.actor import Actor
from workflows.usecases.import_targets import ImportItem, RecordFault, Standing
from workflows.usecases.office_calendar import Change, NothingChanges, YearView
from workflows.usecases.runtime import Transaction

FORM = "calendar_day"
KINDS: dict[str, bool | None] = {"off": False, "work": True, "shipped": None}
"""What a day is to be: key of the form's choice -> worked, or None for as shipped."""
LABELS = {"off": "放假", "work": "上班", "shipped": "按国家安排"}
COLUMNS = (
    Column("day", "日期", "date", width=12),
    Column("until", "截止日期", "date", width=12),
    Column("kind", "安排", "text", width=10),
    Column("reason", "说明", "text", width=40),
)


def days_of(values: dict[str, Any] | Any) -> list[Change]:
    """The days of one record. Raises `WrongSpan`, `OutOfCalendar`."""
    working = KINDS[str(values["kind"])]
    note = str(values.get("reason") or "")
    days = office_calendar.span(values["day"], values.get("until"))
    return [Change(day, working, note) for day in days]


def check(tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor) -> Sequence[RecordFault]:
    """A span must be one, and a day stands once in a table."""
    seen: dict[date, ImportItem] = {}
    found = []
    for item in items:
        try:
            days = [each.day for each in days_of(item.values)]
        except Refused as wrong:
            field = "until" if item.values.get("until") else "day"
            found.append(RecordFault(item.index, field, wrong.tell("zh"), wrong.tell("en")))
            continue
        before = next((seen[day] for day in days if day in seen), None)
        if before is not None:
            place = f"第 {before.row} 行" if before.row else f"“{before.sheet}”"
            told = next(day for day in days if day in seen).isoformat()
            found.append(
                RecordFault(
                    item.index,
                    "day",
                    f"{told} 与{place}重复",
                    f"{told} stands in the table already (row {before.row})",
                )
            )
        seen.update(dict.fromkeys(days, item))
    return found


def standing(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record -> how its days stand by the office's own entries; one that sets nothing new is unchanged."""
    rows = {row.day: row for row in tx.db.execute(sa.select(calendar_day))}
    found: dict[int, Standing] = {}
    for item in items:
        try:
            days = [rows.get(each.day) for each in days_of(item.values)]
        except Refused:
            continue
        first = days[0] if days else None
        if first is None:
            continue
        same = all(each is not None and each.working == first.working for each in days)
        kind = ("work" if first.working else "off") if same else None
        found[item.index] = Standing(first.day.isoformat(), {"kind": kind})
    return found


def take_in(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> Sequence[str]:
    """Set the days of a table as one change; a table that changes nothing is taken in all the same."""
    changes = [change for item in items for change in days_of(item.values)]
    reasons = dict.fromkeys(str(item.values.get("reason") or "") for item in items)
    reason = "、".join(filter(None, reasons)) or "导入"
    try:
        made = office_calendar.set_days(tx, changes, actor, reason=reason, cause="import")
    except NothingChanges:
        return ["" for _ in items]
    return [str(made) for _ in items]


def rows(view: YearView) -> list[dict[str, Any]]:
    """The exceptions of a year, shipped and own, as a table that goes in again."""
    return [
        {
            "day": each.day,
            "kind": LABELS["work" if each.working else "off"],
            "reason": each.note or ("调休上班" if each.working else "调休放假"),
        }
        for each in view.exceptions
    ]
