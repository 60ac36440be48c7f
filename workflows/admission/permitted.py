"""The directory of permitted ledgers (台账目录): which a department may ask communities to fill in, and with what columns.

A ledger is a matter of kind `ledger`; admitted, its columns become a form of its own, by which rows come in by page,
workbook and API (`filled`). What is not in the directory is not permitted, and is told so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from forms.schema import Form
from forms.written.words import squeeze
from workflows.admission import kinds, ledger_columns, ledger_periods, matters, registry, states
from workflows.admission.finding import Filters
from workflows.admission.tables import ledger_row, matter
from workflows.engine import ServiceCall, Source
from workflows.usecases import definitions
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import InstanceRef, Transaction
from workflows.usecases.views import Page

LEDGER = "ledger"
APPLICATION = kinds.KINDS[LEDGER].form
FORM_KEY = re.compile(r"ledger_(\d{1,11})")
LISTED = ("in_force", "not_yet", "leaving", "expired", "ended")
"""States of what stands or stood in the directory: an application is known to its parties alone."""
FREQUENCIES: dict[str, tuple[str, str]] = {
    "once": ("一次性", "once"),
    "daily": ("每日", "daily"),
    "weekly": ("每周", "weekly"),
    "monthly": ("每月", "monthly"),
    "quarterly": ("每季", "quarterly"),
    "yearly": ("每年", "yearly"),
    "ongoing": ("随时更新", "whenever it changes"),
}


class NoLedger(Refused):
    """The directory has no such ledger. It does not say what else the id is: that may be somebody's application."""

    zh: ClassVar[str] = "台账目录中没有这本台账，没有可以填报的栏目"
    en: ClassVar[str] = "The directory has no such ledger; there is nothing to fill in"


def form_key(matter_id: int) -> str:
    """Key of the form of a ledger's rows."""
    return f"{LEDGER}_{matter_id}"


def form_of(tx: Transaction, matter_id: int) -> Form:
    """The form of a ledger's rows, as it is drawn now. Raises `NoLedger`."""
    try:
        return definitions.form(tx, form_key(matter_id))
    except NotFound:
        raise NoLedger() from None


def open_ledger(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """列入台账目录: the columns that were admitted become the form of its rows."""
    draw(tx, matters.required(tx, instance.id))
    return {}


def draw(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Make the form of a ledger's rows from the columns of its details."""
    columns = ledger_columns.read(str((row["details"] or {}).get("column_list") or ""))
    key = form_key(row["id"])
    period = ledger_periods.plan(row).now(tx.world.today).label
    content = ledger_columns.form_file(key, row["name"], columns, period)
    definitions.deploy(tx, [Source(f"{key}.form", content)], SYSTEM, tests=False)


# ------------------------------------------------------------------ while it is applied for
def known(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """What the directory says of a ledger that is applied for: columns that cannot be read, or are collected already."""
    text = str(values.get("column_list") or "")
    if not text.strip():
        return Known()
    try:
        columns = ledger_columns.read(text)
    except Refused as wrong:
        return Known(refused={"column_list": wrong})
    return Known({"already_collected": collected(tx, [each.label for each in columns])})


def collected(tx: Transaction, labels: Collection[str]) -> str:
    """Which of some columns communities fill in already, and in which ledger."""
    wanted = {squeeze(label): label for label in labels}
    told = []
    for each in in_force(tx, tx.world.today):
        held = [wanted[name] for column in _columns(each["details"]) if (name := squeeze(column)) in wanted]
        if held:
            told.append(f"《{each['name']}》({each['applicant_unit_name']})：{'、'.join(held)}")
    return "\n".join(told) or "台账目录中没有重复的栏目。"


def _columns(details: Mapping[str, Any] | None) -> list[str]:
    try:
        return [each.label for each in ledger_columns.read(str((details or {}).get("column_list") or ""))]
    except Refused:
        return []


def in_force(tx: Transaction, day: date) -> Sequence[Mapping[str, Any]]:
    """The matters of the ledgers in force on a day."""
    query = sa.select(matter).where(matter.c.kind == LEDGER, states.in_state("in_force", day))

    def ask() -> Sequence[Mapping[str, Any]]:
        return [dict(row) for row in tx.db.execute(query).mappings()]

    return tx.once(f"ledgers in force {day}", ask)


# ------------------------------------------------------------------ the directory
@dataclass(frozen=True)
class Permitted:
    """A line of the directory."""

    id: int
    name: str
    unit: str
    number: str
    ledger_kind: str
    frequency: str
    columns: tuple[str, ...]
    replaces: str
    legal_basis: str
    period_start: date | None
    period_end: date | None
    scope_text: str
    state: str
    rows: int
    communities: int
    instance_id: int | None


LEDGER_KINDS: dict[str, tuple[str, str]] = {
    "ledger": ("台账", "ledger"),
    "report": ("报表", "report"),
    "survey": ("调查表", "survey"),
}


def filters_of(query: Mapping[str, Any]) -> Filters:
    """The filters of the directory's page: what is in force, unless a state is asked for; `all`: whatever was admitted."""
    found = Filters.from_query(query)
    chosen = LISTED if query.get("state") == "all" else found.states or ("in_force",)
    shown = tuple(key for key in chosen if key in LISTED) or ("none",)
    return Filters(**{**found.__dict__, "kind": LEDGER, "states": shown})


def search(tx: Transaction, filters: Filters, page: int = 1, size: int = 20) -> Page[Permitted]:
    """The ledgers of the directory: it is open to whoever is signed in, since it says what may be refused."""
    number = max(1, page)
    query = directory_query(tx, filters)
    total = tx.db.execute(sa.select(sa.func.count()).select_from(query.order_by(None).subquery()))
    rows = [dict(row) for row in tx.db.execute(query.limit(size).offset((number - 1) * size)).mappings()]
    return Page(tuple(lines(tx, rows)), total.scalar_one(), number, size)


def directory_query(tx: Transaction, filters: Filters) -> sa.Select[Any]:
    """The matters of the directory, in order."""
    where = registry.conditions(tx, filters, filters.day or tx.world.today)
    return sa.select(matter).where(*where).order_by(matter.c.applicant_unit_name, matter.c.id)


def lines(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[Permitted]:
    """Rows of matters as lines of the directory, each with how far it is filled in."""
    counted = sa.select(
        ledger_row.c.matter_id,
        sa.func.count().label("rows"),
        sa.func.count(ledger_row.c.unit_id.distinct()).label("communities"),
    ).where(ledger_row.c.matter_id.in_([row["id"] for row in rows]), ~ledger_row.c.removed)
    filled = {each.matter_id: each for each in tx.db.execute(counted.group_by(ledger_row.c.matter_id))}
    return [_line(tx, row, filled.get(row["id"])) for row in rows]


def _line(tx: Transaction, row: Mapping[str, Any], filled: Any) -> Permitted:
    details = row["details"] or {}
    return Permitted(
        id=row["id"],
        name=row["name"],
        unit=row["applicant_unit_name"],
        number=row["filing_number"] or row["application_number"] or "",
        ledger_kind=details.get("ledger_kind") or "",
        frequency=details.get("frequency") or "",
        columns=tuple(_columns(details)),
        replaces=details.get("replaces") or "",
        legal_basis=row["legal_basis"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        scope_text=row["scope_text"],
        state=states.state_of(row, tx.world.today),
        rows=filled.rows if filled else 0,
        communities=filled.communities if filled else 0,
        instance_id=row["instance_id"],
    )


def ledger(tx: Transaction, matter_id: int) -> tuple[Permitted, Mapping[str, Any]]:
    """A ledger of the directory with its row. Raises `NotFound`, `NoLedger`."""
    row = matters.get(tx, matter_id)
    if row["kind"] != LEDGER or states.state_of(row, tx.world.today) not in LISTED:
        raise NoLedger()
    return lines(tx, [row])[0], row
