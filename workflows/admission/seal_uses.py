"""用印登记: which seal of a community was used, by whom, when, for what, in how many copies, and who let it be used.

Two kinds (001, III.(4)): what is certified to residents is entered with its certificate (`certifying`); the work seal
(工作用章) is entered by page or API as the process `seal_use`, or by the register's own workbook, which goes in again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from forms.schema import Form
from forms.written.words import squeeze
from templates_xlsx.ledger_out import Column
from workflows.admission import certificates, matters, reading
from workflows.admission.certificate_tables import seal_use as table
from workflows.engine import ServiceCall
from workflows.usecases import definitions, submissions
from workflows.usecases.actor import Actor
from workflows.usecases.import_targets import ImportItem, RecordFault, Standing
from workflows.usecases.lists import OfficeList, Query, counted
from workflows.usecases.runtime import InstanceRef, Transaction
from workflows.usecases.views import Page

FORM = "seal_use"
ENTER = "certificates.enter"
KINDS: dict[str, tuple[str, str]] = {"certificate": ("出具证明", "certificate"), "work": ("工作用章", "work")}
_TEXTS = ("subject", "purpose", "document", "approved_by", "used_by")


class NotItsSeal(Refused):
    """A use of a seal is entered by its community or its subdistrict. Facts: community."""

    zh: ClassVar[str] = "“{community}”不是您所在的社区，也不属于您所在的街道，不能登记其用印"
    en: ClassVar[str] = "“{community}” is neither your community nor one of your subdistrict"


class NotYet(Refused):
    """A seal is entered once it was used. Facts: on."""

    zh: ClassVar[str] = "用印日期 {on} 还没有到：用印之后再登记"
    en: ClassVar[str] = "{on} has not come yet: enter a use after it"


class OfACertificate(Refused):
    """What a certificate entered is changed with the certificate alone. Facts: subject."""

    zh: ClassVar[str] = "“{subject}”是出具证明的用印，由证明办理登记，不能在此更改"
    en: ClassVar[str] = "“{subject}” belongs to a certificate and is not changed here"


@dataclass(frozen=True)
class SealUse:
    """A line of the register. `kind` is a key of `KINDS`; `seal`: which seal, as the form calls it."""

    kind: str
    community: str
    seal: str
    used_on: date
    used_by: str
    recorded_by: str
    approved_by: str
    subject: str
    document: str
    purpose: str
    copies: int


# ------------------------------------------------------------------ in
def known(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """Whether the one who enters a use may, and whether it has taken place."""
    wrong = _wrong(tx, actor, values)
    return Known(refused=wrong) if wrong else Known()


def _wrong(tx: Transaction, actor: Actor | None, values: Mapping[str, Any]) -> dict[str, Refused]:
    found: dict[str, Refused] = {}
    community, on = values.get("community"), values.get("used_on")
    asks = actor if isinstance(community, int) and actor is not None and not actor.is_system else None
    if asks is not None and asks.unit_id not in reading.path(tx, community):
        found["community"] = NotItsSeal(community=matters.unit_name(tx, community))
    if isinstance(on, date) and on > tx.world.today:
        found["used_on"] = NotYet(on=on.isoformat())
    return found


def record_seal_use(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记用印: a line of the register."""
    posted = reading.posted(tx, instance, FORM)
    _write(tx, None, posted)
    return {}


def _row(tx: Transaction, values: Mapping[str, Any]) -> dict[str, Any]:
    community = int(values["community"])
    return {
        "community_id": community,
        "community_name": matters.unit_name(tx, community),
        "seal": _seal(definitions.form(tx, FORM), values.get("seal")),
        "used_on": values["used_on"],
        "copies": int(values.get("copies") or 1),
        **{key: str(values.get(key) or "")[:400] for key in _TEXTS},
    }


def _seal(form: Form, key: Any) -> str:
    """What the form calls a seal."""
    return next((each.label for each in form.field("seal").choices if each.key == key), str(key or ""))


def _write(tx: Transaction, row_id: int | None, values: Mapping[str, Any]) -> int:
    row = {**_row(tx, values), "at": tx.at}
    if row_id is not None:
        tx.db.execute(sa.update(table).where(table.c.id == row_id).values(row))
        return row_id
    made = sa.insert(table).returning(table.c.id)
    return int(tx.db.execute(made, [{**row, "kind": "work"}]).scalar_one())


def take_in(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> list[str]:
    """Lines of the register's workbook: one that is there is corrected, an empty cell leaves what stands."""
    there = _standing(tx, items)
    done = []
    for item in items:
        row = there.get(item.index)
        if row is not None and row.kind != "work":
            done.append(str(row.id))
            continue
        fresh = {key: value for key, value in item.values.items() if value not in (None, "", [])}
        stands = _values(tx, row) if row is not None else {}
        done.append(str(_write(tx, row.id if row is not None else None, {**stands, **fresh})))
    return done


def check(tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor) -> list[RecordFault]:
    """Uses of other communities' seals, uses to come, and certificates' uses that would be changed."""
    there = _standing(tx, items)
    found = []
    for item in items:
        wrong = _wrong(tx, actor, item.values)
        row = there.get(item.index)
        if row is not None and row.kind != "work" and _differs(item.values, _values(tx, row)):
            wrong["subject"] = OfACertificate(subject=row.subject)
        found += [
            RecordFault(item.index, key, each.tell("zh"), each.tell("en")) for key, each in wrong.items()
        ]
    return found


def _differs(given: Mapping[str, Any], stands: Mapping[str, Any]) -> bool:
    return any(value not in (None, "", []) and value != stands.get(key) for key, value in given.items())


def standing(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record -> the line of the same community, day, seal and matter."""
    return {
        index: Standing(f"{row.used_on.isoformat()} {row.subject}", _values(tx, row))
        for index, row in _standing(tx, items).items()
    }


def _standing(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Any]:
    days = {item.values.get("used_on") for item in items}
    places = {item.values.get("community") for item in items}
    query = sa.select(table).where(table.c.used_on.in_(days), table.c.community_id.in_(places))
    form = definitions.form(tx, FORM)
    held = {
        (row.community_id, row.used_on, squeeze(row.seal), squeeze(row.subject)): row
        for row in tx.db.execute(query.order_by(table.c.id.desc()))
    }
    keys = {
        item.index: (
            item.values.get("community"),
            item.values.get("used_on"),
            squeeze(_seal(form, item.values.get("seal"))),
            squeeze(str(item.values.get("subject") or "")),
        )
        for item in items
    }
    return {index: held[key] for index, key in keys.items() if key in held}


def _values(tx: Transaction, row: Any) -> dict[str, Any]:
    """A line as stored values of the form."""
    form = definitions.form(tx, FORM)
    seal = next((each.key for each in form.field("seal").choices if each.label == row.seal), None)
    told = {key: getattr(row, key) or None for key in _TEXTS}
    whole = {
        "community": row.community_id,
        "seal": seal,
        "used_on": row.used_on,
        "copies": row.copies,
        **told,
    }
    return submissions.values_from_json(form, {}) | whole


# ------------------------------------------------------------------ out
def query_of(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    """The uses of seals this actor may see that an address asks for, latest first."""
    where = certificates.visible(tx, actor, table.c.community_id)
    text, kind = str(query.get("q") or "").strip()[:200], str(query.get("kind") or "")
    if text:
        columns = (
            table.c.subject,
            table.c.community_name,
            table.c.used_by,
            table.c.purpose,
            table.c.document,
        )
        where.append(sa.or_(*(each.contains(text, autoescape=True) for each in columns)))
    if kind in KINDS:
        where.append(table.c.kind == kind)
    return sa.select(table).where(*where).order_by(table.c.used_on.desc(), table.c.id.desc())


def uses(tx: Transaction, actor: Actor, query: Query, page: int = 1, size: int = 20) -> Page[SealUse]:
    """A page of 用印登记."""
    found = query_of(tx, actor, query)
    total = tx.db.execute(sa.select(sa.func.count()).select_from(found.order_by(None).subquery()))
    rows = tx.db.execute(found.limit(size).offset((max(1, page) - 1) * size))
    return Page(tuple(_line(row) for row in rows), total.scalar_one(), max(1, page), size)


def _line(row: Any) -> SealUse:
    return SealUse(
        row.kind,
        row.community_name,
        row.seal,
        row.used_on,
        row.used_by,
        row.recorded_by,
        row.approved_by,
        row.subject,
        row.document,
        row.purpose,
        row.copies,
    )


def _rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    for row in tx.stream(query_of(tx, actor, query)):
        use = _line(row)
        recorded = f"{use.recorded_by}代录" if use.recorded_by else ""
        yield {**use.__dict__, "kind": KINDS[use.kind][0], "recorded_by": recorded}


LIST = OfficeList(
    "seal_uses",
    "社区印章使用登记簿",
    (
        Column("position", "序号", "number", width=6),
        Column("used_on", "用印日期", "date", width=12),
        Column("community", "社区", width=26),
        Column("kind", "用印类别", width=10),
        Column("seal", "印章", width=18),
        Column("subject", "用印事由", "long_text", width=36),
        Column("document", "文件名称、文号", "long_text", width=24),
        Column("purpose", "用途(报送单位)", "long_text", width=24),
        Column("copies", "份数", "number", width=8),
        Column("approved_by", "批准人", width=10),
        Column("used_by", "用印人", width=10),
        Column("recorded_by", "代录", width=12),
    ),
    _rows,
    filters=("q", "kind"),
    form=FORM,
    count=counted(query_of),
)
