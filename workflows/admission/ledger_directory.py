"""The directory of permitted ledgers as a workbook: out for any reader, in for ledgers that are in force already (存量)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from forms.faults import Refused
from forms.schema import Form
from forms.written.words import squeeze
from templates_xlsx.ledger_out import Column
from workflows.admission import (
    kinds,
    ledger,
    ledger_columns,
    ledger_rows,
    ledger_sight,
    matters,
    permitted,
    states,
)
from workflows.admission.ledger_columns import COMMUNITY
from workflows.admission.ledger_rows import Sifted
from workflows.admission.permitted import LEDGER
from workflows.admission.standing import CORRECTABLE
from workflows.admission.tables import matter
from workflows.store.tables import number
from workflows.usecases import lists, numbers
from workflows.usecases.actor import Actor
from workflows.usecases.import_targets import ImportItem, RecordFault
from workflows.usecases.lists import OfficeList, Query
from workflows.usecases.runtime import Transaction

FORM = "ledger_entry"
TITLE = "社区台账(报表)目录"

#: key, label, group, width in characters, kind; as `ledger.COLUMNS`
COLUMNS: tuple[tuple[str, str, str, int, str], ...] = (
    ("position", "序号", "", 6, "number"),
    ("filing_number", "准入编号", "", 22, "text"),
    ("matter_name", "台账(报表)名称", "", 28, "text"),
    ("ledger_kind", "种类", "", 8, "text"),
    ("applicant_unit", "责任部门", "", 18, "text"),
    ("frequency", "报送频次", "", 10, "text"),
    ("due_days", "期末后几日内填完", "", 10, "number"),
    ("column_list", "栏目", "", 40, "long_text"),
    ("masked_readers", "可查看敏感栏的部门", "", 18, "long_text"),
    ("legal_basis", "依据", "", 28, "long_text"),
    ("content", "填报说明", "", 28, "long_text"),
    ("period_start", "起始日期", "", 12, "date"),
    ("period_end", "截止日期", "", 12, "date"),
    ("scope", "进入范围", "", 24, "long_text"),
    ("replaces", "替代的原有台账", "", 18, "text"),
    ("communities", "已填社区", "", 10, "number"),
    ("rows", "已填行数", "", 10, "number"),
    ("state", "状态", "", 8, "text"),
)


# ------------------------------------------------------------------ out
def _rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    found = tx.db.execute(permitted.directory_query(tx, permitted.filters_of(query))).mappings().all()
    rows = [dict(row) for row in found]
    for row, line in zip(rows, permitted.lines(tx, rows), strict=True):
        yield {
            "filing_number": line.number,
            "matter_name": line.name,
            "ledger_kind": permitted.LEDGER_KINDS.get(line.ledger_kind, ("",))[0],
            "applicant_unit": line.unit,
            "frequency": permitted.FREQUENCIES.get(line.frequency, ("",))[0],
            "due_days": (row["details"] or {}).get("due_days"),
            "column_list": (row["details"] or {}).get("column_list", ""),
            "masked_readers": _names(tx, row),
            "legal_basis": line.legal_basis,
            "content": row["content"],
            "period_start": line.period_start,
            "period_end": line.period_end,
            "scope": line.scope_text,
            "replaces": line.replaces,
            "communities": line.communities,
            "rows": line.rows,
            "state": states.STATES[line.state].zh,
        }


def _names(tx: Transaction, row: Mapping[str, Any]) -> str:
    named = (row["details"] or {}).get(ledger_sight.READERS) or ()
    return "、".join(matters.unit_name(tx, each) for each in named)


DIRECTORY = OfficeList(
    "ledgers",
    TITLE,
    ledger.columns(COLUMNS),
    _rows,
    filters=("q", "state", "unit"),
    form=FORM,
    signatures=False,
)


def rows_list(key: str) -> OfficeList:
    """The rows of one ledger as a workbook, whose table goes in again."""
    matter_id = int(key.removeprefix(f"{LEDGER}_"))

    def asked(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
        period = query.get("period")
        sifted = Sifted(
            str(query.get("q") or "")[:200],
            lists.number_in(query, "unit"),
            str(period) if period not in (None, "", "all") else None,
        )
        return ledger_rows.rows_query(tx, matter_id, actor, sifted)

    def rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
        for row in ledger_rows.streamed(tx, matter_id, actor, asked(tx, actor, query)):
            told = {"updated_on": row.updated_at.date(), "updated_by": row.updated_by}
            yield {**lists.form_row(tx, row.form, {**row.values, COMMUNITY: row.unit_id}), **told}

    def columns(tx: Transaction) -> Sequence[Column]:
        own = lists.form_columns(key)(tx)
        return (*own, Column("updated_on", "更新日期", "date"), Column("updated_by", "填表人"))

    return OfficeList(
        key,
        "台账",
        columns,
        rows,
        filters=("q", "unit", "period"),
        form=key,
        head=lambda tx, query: {"title": matters.get(tx, matter_id)["name"]},
        count=lists.counted(asked),
    )


# ------------------------------------------------------------------ in
_DRAWN = ("column_list", "frequency")
"""Details of which the form of the rows is made."""


def take_in(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> list[str]:
    """Enter ledgers that are in force with their old numbers, or bring up to date those that came in so; returns ids."""
    return [str(_take(tx, item.values, actor)) for item in items]


def _take(tx: Transaction, values: Mapping[str, Any], actor: Actor) -> int:
    kind = kinds.KINDS[LEDGER]
    columns, scope = matters.from_application(tx, values)
    columns |= kinds.columns(tx, kind, values)
    text = str(values.get("filing_number") or "").strip()
    there = _there(tx, values)
    if there is not None:
        fresh = {key: value for key, value in columns.items() if value not in (None, "", False)}
        fresh["details"] = {**(there["details"] or {}), **columns["details"]}
        row = matters.change(
            tx, there["id"], "corrected", scope=scope or None, actor_name=actor.name, **fresh
        )
        if any((there["details"] or {}).get(key) != fresh["details"].get(key) for key in _DRAWN):
            permitted.draw(tx, row)
        return int(row["id"])
    if text:
        numbers.register(tx, "filing", text, subject=columns["name"])
    start = columns["period_start"] or tx.world.today
    given = {"filing_number": text or None, "filed_on": start, "period_start": start, "outcome": "admitted"}
    matter_id = matters.create(
        tx,
        origin="backlog",
        stage="filed",
        values={**columns, **given},
        scope=scope,
        cause="backlog",
        actor_name=actor.name,
    )
    permitted.draw(tx, matters.get(tx, matter_id))
    return matter_id


def _there(tx: Transaction, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The ledger of the number, or of the unit and name, that a table entered before."""
    query = sa.select(matter).where(
        matter.c.kind == LEDGER, matter.c.origin.in_(CORRECTABLE), matter.c.stage == "filed"
    )
    text = str(values.get("filing_number") or "").strip()
    if text:
        row = tx.db.execute(query.where(matter.c.filing_number == text)).mappings().first()
        return dict(row) if row is not None else None
    query = query.where(matter.c.applicant_unit_id == values.get("applicant_unit"))
    name = squeeze(str(values.get("matter_name") or ""))
    found = (dict(row) for row in tx.db.execute(query).mappings())
    return next((row for row in found if squeeze(row["name"]) == name), None)


def check(tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor) -> list[RecordFault]:
    """Columns that cannot be read, and numbers that belong to something else."""
    found = []
    for item in items:
        try:
            ledger_columns.read(str(item.values.get("column_list") or ""))
        except Refused as wrong:
            found.append(RecordFault(item.index, "column_list", wrong.tell("zh"), wrong.tell("en")))
        text = str(item.values.get("filing_number") or "").strip()
        taken = sa.select(number.c.id).where(number.c.text == text)
        if text and _there(tx, item.values) is None and tx.db.execute(taken).first() is not None:
            told = (f"准入编号“{text}”已使用或已作废", f"Number “{text}” was given or cancelled before")
            found.append(RecordFault(item.index, "filing_number", *told))
    return found
