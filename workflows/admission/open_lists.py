"""The lists everybody may read: what is in force, by community, the catalogue, permitted ledgers, what may be certified.

As values, open JSON and CSV.

Nobody's name or telephone is in them: contacts and applicants' officers stay in the registry.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from workflows.admission import as_of, catalogue, certificate_items, permitted, states
from workflows.admission.as_of import Stood
from workflows.admission.catalogue import Edition, Entry
from workflows.admission.certificate_items import Item
from workflows.admission.certificate_tables import certificate_item
from workflows.admission.permitted import Permitted
from workflows.admission.tables import catalogue_edition, matter, matter_version
from workflows.admission.unit_kinds import COMMUNITY_KINDS
from workflows.usecases import units
from workflows.usecases.runtime import Runtime, Transaction


@dataclass(frozen=True)
class Community:
    """A community of the public pages. `matters`: ids of what it does."""

    id: int
    name: str
    street: str
    matters: tuple[int, ...]


@dataclass(frozen=True)
class OpenLists:
    """All that is published, read at one moment."""

    at: datetime
    day: date
    matters: tuple[Stood, ...]
    communities: tuple[Community, ...]
    edition: Edition | None
    entries: tuple[Entry, ...]
    ledgers: tuple[Permitted, ...]
    certificates: tuple[Item, ...]

    def of(self, community: Community) -> list[Stood]:
        wanted = set(community.matters)
        return [each for each in self.matters if each.matter_id in wanted]

    def streets(self) -> dict[str, list[Community]]:
        found: dict[str, list[Community]] = {}
        for each in self.communities:
            found.setdefault(each.street, []).append(each)
        return found


def read(tx: Transaction) -> OpenLists:
    """What is in force today, for everybody."""
    day = tx.world.today
    matters = tuple(as_of.in_force(tx, day))
    by_community = [each for each in matters if each.by_community]
    edition = catalogue.current(tx)
    return OpenLists(
        at=tx.at,
        day=day,
        matters=matters,
        communities=tuple(_communities(tx, day, by_community)),
        edition=edition,
        entries=tuple(catalogue.entries(tx, edition.id)) if edition is not None else (),
        ledgers=tuple(_ledgers(tx, matters)),
        certificates=tuple(certificate_items.listing(tx)),
    )


def _ledgers(tx: Transaction, matters: Sequence[Stood]) -> list[Permitted]:
    """The lines of the directory that are in force, in its order."""
    ids = [each.matter_id for each in matters if each.kind == permitted.LEDGER]
    query = sa.select(matter).where(matter.c.id.in_(ids)).order_by(matter.c.applicant_unit_name, matter.c.id)
    return permitted.lines(tx, [dict(row) for row in tx.db.execute(query).mappings()])


_KEPT: WeakKeyDictionary[Runtime, tuple[tuple[Any, ...], OpenLists]] = WeakKeyDictionary()


def kept(tx: Transaction) -> OpenLists:
    """As `read`, for pages that anybody opens at any time: read anew once something of it is otherwise, or the day is over."""
    as_it_is = (tx.world.today, tx.counters.units, *tx.db.execute(_MARKS).one())
    found = _KEPT.get(tx.runtime)
    if found is None or found[0] != as_it_is:
        found = _KEPT[tx.runtime] = (as_it_is, read(tx))
    return found[1]


def _last_of(column: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> list[sa.ScalarSelect[Any]]:
    """How many there are, and the last: two that were written at once may become visible in either order."""
    return [
        sa.select(each).where(*where).scalar_subquery() for each in (sa.func.count(), sa.func.max(column))
    ]


_MARKS = sa.select(
    *_last_of(matter_version.c.id),
    *_last_of(catalogue_edition.c.id, catalogue_edition.c.status == "published"),
    *_last_of(certificate_item.c.updated_at),
)
"""Each thing that happens to a matter is a version of it; an edition that is published is never written again."""


def _communities(tx: Transaction, day: date, matters: Sequence[Stood]) -> list[Community]:
    there = units.directory(tx, day)
    found = []
    for ref in there.all(COMMUNITY_KINDS):
        reach = frozenset(there.path(ref.id))
        above = there.get(ref.parent_id) if ref.parent_id is not None else None
        listed = tuple(each.matter_id for each in matters if as_of.enters(each.scope, reach))
        found.append(Community(ref.id, ref.name, above.name if above is not None else "", listed))
    return found


# ------------------------------------------------------------------ open data
MATTER_FIELDS = (
    "id", "number", "name", "unit", "class_name", "duration_class", "executor", "content", "legal_basis",
    "period_start", "period_end", "scope", "funds_amount", "filed_on",
)  # fmt: skip
COMMUNITY_FIELDS = ("id", "name", "street", "matters")
ENTRY_FIELDS = (
    "position", "class_name", "matter_name", "content", "legal_basis", "applicant_unit", "duty", "flow",
    "executor", "period_text", "funds_text", "filing_number",
)  # fmt: skip
LEDGER_FIELDS = (
    "id", "number", "name", "unit", "ledger_kind", "frequency", "columns", "replaces", "legal_basis",
    "period_start", "period_end", "scope",
)  # fmt: skip
CERTIFICATE_FIELDS = (
    "name", "permitted", "reason_class", "reason", "go_to", "legal_basis", "materials_needed",
)  # fmt: skip


def tables(lists: OpenLists) -> dict[str, tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """Name of a list -> its fields and rows, plain JSON."""
    return {
        "matters": (MATTER_FIELDS, [_matter(each) for each in lists.matters]),
        "communities": (
            COMMUNITY_FIELDS,
            [{**each.__dict__, "matters": list(each.matters)} for each in lists.communities],
        ),
        "catalogue": (ENTRY_FIELDS, [_entry(each) for each in lists.entries]),
        "ledgers": (LEDGER_FIELDS, [_ledger(each) for each in lists.ledgers]),
        "certificates": (CERTIFICATE_FIELDS, [_certificate(each) for each in lists.certificates]),
    }


def _matter(each: Stood) -> dict[str, Any]:
    return {
        "id": each.matter_id,
        "number": each.number,
        "name": each.name,
        "unit": each.unit,
        "class_name": each.class_name,
        "duration_class": states.DURATIONS.get(each.duration_class, ""),
        "executor": [states.EXECUTORS[key] for key in each.executor],
        "content": each.content,
        "legal_basis": each.legal_basis,
        "period_start": each.period_start.isoformat() if each.period_start else None,
        "period_end": each.period_end.isoformat() if each.period_end else None,
        "scope": each.scope_text or "全区",
        "funds_amount": str(each.funds_amount) if each.funds_amount is not None else None,
        "filed_on": each.filed_on.isoformat() if each.filed_on else None,
    }


def _entry(each: Entry) -> dict[str, Any]:
    found = {key: getattr(each, key) for key in ENTRY_FIELDS}
    return {**found, "executor": [states.EXECUTORS[key] for key in each.executor]}


def _ledger(each: Permitted) -> dict[str, Any]:
    found = {key: getattr(each, key) for key in LEDGER_FIELDS if key != "scope"}
    return {
        **found,
        "ledger_kind": permitted.LEDGER_KINDS.get(each.ledger_kind, ("",))[0],
        "frequency": permitted.FREQUENCIES.get(each.frequency, ("",))[0],
        "columns": list(each.columns),
        "period_start": each.period_start.isoformat() if each.period_start else None,
        "period_end": each.period_end.isoformat() if each.period_end else None,
        "scope": each.scope_text or "全区",
    }


def _certificate(each: Item) -> dict[str, Any]:
    found = {key: getattr(each, key) for key in CERTIFICATE_FIELDS}
    return {**found, "reason_class": certificate_items.REASONS.get(each.reason_class, ("",))[0]}


def as_json(lists: OpenLists, name: str) -> bytes:
    """One list as JSON: when it was made, the day it speaks of, its fields and items."""
    fields, rows = tables(lists)[name]
    document: dict[str, Any] = {
        "list": name,
        "generated_at": lists.at.isoformat(),
        "in_force_on": lists.day.isoformat(),
        "fields": fields,
        "items": rows,
    }
    if name == "catalogue" and lists.edition is not None:
        document["edition"] = {"year": lists.edition.year, "title": lists.edition.title}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def as_csv(lists: OpenLists, name: str) -> bytes:
    """One list as CSV, UTF-8 with a mark by which office programs know it; several values are joined by 、."""
    fields, rows = tables(lists)[name]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(fields)
    writer.writerows([_cell(row[key]) for key in fields] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    """A value as text that no office program takes for a formula."""
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "、".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


NAMES: Mapping[str, str] = {
    "matters": "在册事项",
    "communities": "社区清单",
    "catalogue": "指导目录",
    "ledgers": "台账目录",
    "certificates": "证明事项清单",
}
"""List -> what it is called; a test walks it."""
