"""Certificates that were asked for: the list, one of them as a printed table, its cancellation, and the public look-up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from forms.written.dates import show_date
from templates_xlsx.application import fill_application
from templates_xlsx.ledger_out import Column
from workflows.admission import certificate_codes, certificate_items, reading
from workflows.admission.certificate_tables import certificate as table
from workflows.admission.states import State
from workflows.usecases import audit, definitions, instance_view, numbers, submissions, templates
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.lists import OfficeList, Query, counted
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Page

SEE_ALL = "certificates.see_all"
ENTER = "certificates.enter"
PRINTED = "certificate"
STATES: dict[str, State] = {
    state.key: state
    for state in (
        State("asked", "办理中", "in progress", "blue"),
        State("issued", "已出具", "issued", "green"),
        State("refused", "不予出具", "refused", "red"),
        State("cancelled", "已作废", "cancelled", "grey"),
        State("withdrawn", "已撤回", "withdrawn", "grey"),
        State("void", "流程作废", "process cancelled", "grey"),
    )
}


class NotIssued(Refused):
    """Only what was issued is printed or cancelled. Facts: name, state."""

    zh: ClassVar[str] = "“{name}”{state}，没有可以打印或作废的证明"
    en: ClassVar[str] = "“{name}” was not issued; there is nothing to print or cancel"


class ReasonWanted(Refused):
    """A cancellation says why. Facts: none."""

    zh: ClassVar[str] = "请填写作废的原因"
    en: ClassVar[str] = "Say why it is cancelled"


@dataclass(frozen=True)
class Certificate:
    """A line of the list; it names no resident."""

    id: int
    instance_id: int
    community_id: int
    community: str
    item_name: str
    finding: str
    state: str
    number: str
    reason: str
    asked_on: date
    closed_on: date | None
    valid_until: date | None
    cancelled_on: date | None
    cancelled_by: str
    cancel_reason: str
    check_code: str = field(default="", repr=False)  # for those who handle it


@dataclass(frozen=True)
class Verified:
    """What a look-up tells of a number, and nothing else: `state` is issued, expired or cancelled."""

    number: str
    item_name: str
    issued_on: date
    community: str
    state: str


VERIFIED: dict[str, tuple[str, str]] = {
    "issued": ("有效", "valid"),
    "expired": ("已过有效期", "past its date"),
    "cancelled": ("已作废", "cancelled"),
}


# ------------------------------------------------------------------ the list
def visible(tx: Transaction, actor: Actor, column: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    """SQL conditions that leave what is of the own community, or of those below the own unit."""
    if actor.is_system or actor.may(SEE_ALL):
        return []
    return [column.in_(tx.units.below(actor.unit_id))] if actor.unit_id is not None else [sa.false()]


def query_of(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    """The certificates this actor may see that an address asks for, latest first."""
    where = visible(tx, actor, table.c.community_id)
    text, state = str(query.get("q") or "").strip()[:200], str(query.get("state") or "")
    if text:
        columns = (table.c.item_name, table.c.number, table.c.community_name)
        where.append(sa.or_(*(each.contains(text, autoescape=True) for each in columns)))
    if state in STATES:
        where.append(table.c.state == state)
    return sa.select(table).where(*where).order_by(table.c.id.desc())


def search(tx: Transaction, actor: Actor, query: Query, page: int = 1, size: int = 20) -> Page[Certificate]:
    """A page of the list."""
    found = query_of(tx, actor, query)
    total = tx.db.execute(sa.select(sa.func.count()).select_from(found.order_by(None).subquery()))
    rows = tx.db.execute(found.limit(size).offset((max(1, page) - 1) * size))
    return Page(tuple(_line(row) for row in rows), total.scalar_one(), max(1, page), size)


def _line(row: Any) -> Certificate:
    return Certificate(
        row.id,
        row.instance_id,
        row.community_id,
        row.community_name,
        row.item_name,
        row.finding,
        row.state,
        row.number or "",
        row.reason,
        row.asked_on,
        row.closed_on,
        row.valid_until,
        row.cancelled_on,
        row.cancelled_by,
        row.cancel_reason,
        row.check_code or "",
    )


def one(tx: Transaction, certificate_id: int, actor: Actor) -> Certificate:
    """Raises `NotFound` where there is none that this actor may see."""
    query = sa.select(table).where(table.c.id == certificate_id, *visible(tx, actor, table.c.community_id))
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind="certificate", key=certificate_id)
    return _line(row)


def _list_rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    for row in tx.stream(query_of(tx, actor, query)):
        line = _line(row)
        yield {
            **line.__dict__,
            "finding": certificate_items.FINDINGS[line.finding][0],
            "state": STATES[line.state].zh,
            "reason": line.cancel_reason or line.reason,
        }


LISTS = (
    OfficeList(
        "certificates",
        "社区证明办理登记",
        (
            Column("position", "序号", "number", width=6),
            Column("number", "证明编号", width=22),
            Column("community", "社区", width=26),
            Column("item_name", "证明事项", width=28),
            Column("finding", "清单核对", width=16),
            Column("state", "办理结果", width=10),
            Column("reason", "不予出具或作废的原因", "long_text", width=40),
            Column("asked_on", "申请日期", "date", width=12),
            Column("closed_on", "办结日期", "date", width=12),
            Column("valid_until", "有效期至", "date", width=12),
        ),
        _list_rows,
        filters=("q", "state"),
        count=counted(query_of),
    ),
)


# ------------------------------------------------------------------ on paper, and away
def printed(tx: Transaction, certificate_id: int, actor: Actor) -> tuple[str, bytes]:
    """File name and the certificate as a workbook, ready for the seal. Raises `NotFound`, `NotAllowed`, `NotIssued`."""
    line = one(tx, certificate_id, actor)
    if line.state != "issued" or line.closed_on is None:
        raise NotIssued(name=line.item_name, state=STATES[line.state].zh)
    _require_community(tx, line, actor)
    form = definitions.form(tx, PRINTED)
    posted = submissions.latest(tx, line.instance_id, certificate_items.REQUEST) or {}
    instance_view.require_see(tx, line.instance_id, actor)
    values = {key: value for key, value in posted.items() if key in form}
    values |= {
        "certificate_number": line.number,
        "check_code": line.check_code,
        "issued_on": line.closed_on,
        "valid_until": line.valid_until,
        "item_name": line.item_name,
    }
    own = templates.newest(tx, templates.name_of(form))
    told = {"certificate_number": line.number, "issued_on": show_date(line.closed_on)}
    content = fill_application(form, values, units=tx.units, template=own, numbers=told)
    return f"证明-{line.number}.xlsx", content


def _require_community(tx: Transaction, line: Certificate, actor: Actor) -> None:
    """Raises `NotAllowed` for whoever is not of the community or its subdistrict, with the permission of the counter."""
    of_it = actor.unit_id is not None and actor.unit_id in reading.path(tx, line.community_id)
    if not (actor.is_system or (of_it and actor.may(ENTER))):
        raise NotAllowed(certificate=line.id)


def may_handle(tx: Transaction, line: Certificate, actor: Actor) -> bool:
    """Whether this actor prints and cancels it."""
    try:
        _require_community(tx, line, actor)
    except NotAllowed:
        return False
    return True


def cancel(tx: Transaction, certificate_id: int, reason: str, actor: Actor) -> None:
    """作废: the certificate is good for nothing from today; its number is kept and never given again.

    Raises `NotFound`, `NotAllowed`, `NotIssued`, `ReasonWanted`.
    """
    line = one(tx, certificate_id, actor)
    _require_community(tx, line, actor)
    if line.state != "issued":
        raise NotIssued(name=line.item_name, state=STATES[line.state].zh)
    if not reason.strip():
        raise ReasonWanted()
    numbers.cancel(tx, line.number, actor, reason.strip())
    values = {
        "state": "cancelled",
        "cancelled_on": tx.world.today,
        "cancelled_by": actor.name,
        "cancel_reason": reason.strip()[:500],
        "updated_at": tx.at,
    }
    tx.db.execute(sa.update(table).where(table.c.id == certificate_id).values(values))
    audit.record(tx, actor, "certificates.cancelled", line.number, facts={"reason": reason.strip()[:200]})


# ------------------------------------------------------------------ the look-up
_BRACKETS = str.maketrans("[]【】()（）［］﹝﹞", "〔〕〔〕〔〕〔〕〔〕〔〕")


def verify(tx: Transaction, text: str, code: str) -> Verified | None:
    """What who holds a certificate may know of it; None where none has both this number and this code (查验码).

    Brackets and spaces of the number do not count.
    """
    number = re.sub(r"\s+", "", text).translate(_BRACKETS)[:100]
    query = sa.select(table).where(table.c.number == number, table.c.state.in_(("issued", "cancelled")))
    row = tx.db.execute(query).mappings().one_or_none() if number else None
    if row is None or not certificate_codes.fits(row["check_code"], code):
        return None
    state = row["state"]
    if state == "issued" and row["valid_until"] is not None and row["valid_until"] < tx.world.today:
        state = "expired"
    return Verified(row["number"], row["item_name"], row["closed_on"], row["community_name"], state)
