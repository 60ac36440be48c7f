"""The catalogue 《社区组织依法协助政府工作事务指导目录》: editions, entries, what two editions differ in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import orjson
import sqlalchemy as sa

from forms.faults import Refused
from workflows.admission import kinds, refresh_answers, states
from workflows.admission.tables import catalogue_edition, catalogue_entry, matter, refresh_answer
from workflows.store.tables import account, account_role
from workflows.usecases import definitions, lists
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

CHANGES = {"kept": "保留", "changed": "变更", "added": "新增"}
TITLE = "{name}({year}年版)"
"""Of an edition; the name is the title of the form `catalogue_entry`, which an office may call otherwise."""


class EditionPublished(Refused):
    """A published edition is never written again. Facts: title."""

    zh: ClassVar[str] = "《{title}》已发布，不能再修改"
    en: ClassVar[str] = "“{title}” is published and cannot be changed"


@dataclass(frozen=True)
class Edition:
    id: int
    year: int
    serial: int
    title: str
    status: str  # draft | published
    origin: str  # refresh | import
    document_number: str
    published_at: datetime | None
    published_by: str
    entries: int
    content_hash: str
    instance_id: int | None


@dataclass(frozen=True)
class Entry:
    id: int
    position: int
    class_name: str
    matter_id: int | None
    matter_name: str
    content: str
    legal_basis: str
    applicant_unit_id: int | None
    applicant_unit: str
    duty: str
    flow: str
    executor: tuple[str, ...]
    period_text: str
    funds_text: str
    filing_number: str
    change: str  # kept | changed | added
    no_feedback: bool
    remarks: str


@dataclass(frozen=True)
class Difference:
    """From one edition to another: what is new, what is gone, and what reads differently."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[tuple[Entry, Entry], ...]


def editions(tx: Transaction) -> list[Edition]:
    """Return all editions, newest first."""
    return _editions(tx)


def edition(tx: Transaction, edition_id: int) -> Edition:
    """Return one edition. Raises NotFound."""
    found = _editions(tx, catalogue_edition.c.id == edition_id)
    if not found:
        raise NotFound(kind="catalogue", key=edition_id)
    return found[0]


def current(tx: Transaction) -> Edition | None:
    """Return the published edition that stands today: the last one published."""
    found = _editions(tx, catalogue_edition.c.status == "published")
    return found[0] if found else None


def _editions(tx: Transaction, *where: sa.ColumnElement[bool]) -> list[Edition]:
    counted = (
        sa.select(sa.func.count())
        .where(catalogue_entry.c.edition_id == catalogue_edition.c.id)
        .scalar_subquery()
    )
    query = sa.select(catalogue_edition, counted.label("entries")).where(*where)
    rows = tx.db.execute(
        query.order_by(
            catalogue_edition.c.year.desc(), catalogue_edition.c.serial.desc(), catalogue_edition.c.id.desc()
        )
    )
    return [
        Edition(
            id=row.id,
            year=row.year,
            serial=row.serial,
            title=row.title,
            status=row.status,
            origin=row.origin,
            document_number=row.document_number,
            published_at=row.published_at,
            published_by=row.published_by,
            entries=row.entries,
            content_hash=row.content_hash,
            instance_id=row.instance_id,
        )
        for row in rows
    ]


def entries(tx: Transaction, edition_id: int) -> list[Entry]:
    """Return the entries of an edition in their order."""
    query = sa.select(catalogue_entry).where(catalogue_entry.c.edition_id == edition_id)
    return [
        Entry(
            id=row.id,
            position=row.position,
            class_name=row.class_name,
            matter_id=row.matter_id,
            matter_name=row.matter_name,
            content=row.content,
            legal_basis=row.legal_basis,
            applicant_unit_id=row.applicant_unit_id,
            applicant_unit=row.applicant_unit_name,
            duty=row.duty,
            flow=row.flow,
            executor=tuple(key for key, on in (("community", row.by_community), ("grid", row.by_grid)) if on),
            period_text=row.period_text,
            funds_text=row.funds_text,
            filing_number=row.filing_number,
            change=row.change,
            no_feedback=row.no_feedback,
            remarks=row.remarks,
        )
        for row in tx.db.execute(query.order_by(catalogue_entry.c.position))
    ]


_COMPARED = ("content", "legal_basis", "applicant_unit", "duty", "executor", "period_text", "funds_text")
_SAYS_NOTHING = frozenset({"", "长期", "未反馈", "—", "-", "/", "无"})


def read(entry: Entry, name: str) -> Any:
    """A compared column as a reader takes it: no spaces, and what says nothing is nothing."""
    value = getattr(entry, name)
    if not isinstance(value, str):
        return value
    text = "".join(value.split())
    return "" if text in _SAYS_NOTHING else text


def difference(tx: Transaction, old_id: int, new_id: int) -> Difference:
    """Compare two editions by matter, else by name and unit."""

    def by_key(edition_id: int) -> dict[Any, Entry]:
        return {
            each.matter_id or (each.matter_name, each.applicant_unit): each
            for each in entries(tx, edition_id)
        }

    old, new = by_key(old_id), by_key(new_id)
    changed = [
        (old[key], each)
        for key, each in new.items()
        if key in old and any(read(old[key], name) != read(each, name) for name in _COMPARED)
    ]
    return Difference(
        added=tuple(each for key, each in new.items() if key not in old),
        removed=tuple(each for key, each in old.items() if key not in new),
        changed=tuple(changed),
    )


# ------------------------------------------------------------------ drafting and publishing
def new_edition(
    tx: Transaction, year: int, origin: str, *, instance_id: int | None = None, title: str = ""
) -> int:
    """Begin a draft of a year; a second edition of the same year gets the next serial. Returns its id."""
    taken = tx.db.execute(
        sa.select(sa.func.max(catalogue_edition.c.serial)).where(catalogue_edition.c.year == year)
    ).scalar_one()
    row = {
        "year": year,
        "serial": (taken or 0) + 1,
        "title": title or TITLE.format(name=definitions.form(tx, "catalogue_entry").title, year=year),
        "status": "draft",
        "origin": origin,
        "instance_id": instance_id,
        "created_at": tx.at,
    }
    return int(
        tx.db.execute(sa.insert(catalogue_edition).returning(catalogue_edition.c.id), [row]).scalar_one()
    )


def write_entries(tx: Transaction, edition_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put entries into a draft in place of what it holds. Raises `EditionPublished`."""
    _require_draft(tx, edition_id)
    tx.db.execute(sa.delete(catalogue_entry).where(catalogue_entry.c.edition_id == edition_id))
    if rows:
        tx.db.execute(
            sa.insert(catalogue_entry),
            [{"edition_id": edition_id, "position": n, **row} for n, row in enumerate(rows, start=1)],
        )


def merge(tx: Transaction, edition_id: int, instance_id: int | None = None) -> int:
    """Fill a draft from the registry: what is in force or will be, less what units end; returns the count.

    Class, duty, flow and words of an entry carry over from the last published edition. `instance_id` is the
    refresh whose answers count: an ended matter is left out, silence is marked 未反馈.
    """
    today = tx.world.today
    query = sa.select(matter).where(
        matter.c.kind == kinds.MATTER,
        sa.or_(states.in_state("in_force", today), states.in_state("not_yet", today)),
    )
    answers = _answers(tx, instance_id)
    last = current(tx)
    before = {each.matter_id: each for each in entries(tx, last.id)} if last else {}
    rows = []
    for row in tx.db.execute(query.order_by(matter.c.id)).mappings():
        answer = answers.get(row["id"])
        if answer is not None and answer.answer == "end":
            continue
        changes = refresh_answers.changed(answer.changes) if answer is not None else {}
        rows.append(_entry_of({**row, **changes}, before.get(row["id"]), answer))
    order = {each.matter_id: each.position for each in before.values()}
    classes = {name: n for n, name in enumerate(dict.fromkeys(each.class_name for each in before.values()))}
    rows.sort(
        key=lambda row: (
            classes.get(row["class_name"], len(classes)),
            row["class_name"],
            order.get(row["matter_id"], len(order) + 1),
            row["matter_id"],
        )
    )
    write_entries(tx, edition_id, rows)
    return len(rows)


def _answers(tx: Transaction, instance_id: int | None) -> dict[int, Any]:
    if instance_id is None:
        return {}
    overruled = sa.case((refresh_answer.c.ruling == "keep", "continue"), else_=refresh_answer.c.answer)
    changes = sa.case((refresh_answer.c.ruling == "keep", None), else_=refresh_answer.c.changes)
    query = sa.select(
        refresh_answer.c.matter_id,
        overruled.label("answer"),
        sa.type_coerce(changes, refresh_answer.c.changes.type).label("changes"),
        refresh_answer.c.note,
        refresh_answer.c.no_feedback,
    )
    return {
        row.matter_id: row for row in tx.db.execute(query.where(refresh_answer.c.instance_id == instance_id))
    }


def _entry_of(row: Mapping[str, Any], before: Entry | None, answer: Any) -> dict[str, Any]:
    change = "added" if before is None else "kept"
    if answer is not None and answer.answer == "change":
        change = "changed"
    remarks = [before.remarks.removesuffix("未反馈").rstrip(";") if before else ""]
    if answer is not None and answer.no_feedback:
        remarks.append("未反馈")
    if change == "changed" and answer.note:
        remarks.append(f"变更：{answer.note}")
    return {
        "class_name": row["class_name"] or (before.class_name if before else ""),
        "matter_id": row["id"],
        "matter_name": row["name"],
        "content": row["content"] or (before.content if before else ""),
        "legal_basis": row["legal_basis"],
        "applicant_unit_id": row["applicant_unit_id"],
        "applicant_unit_name": row["applicant_unit_name"],
        "duty": before.duty if before else row["authority"],
        "flow": before.flow if before else "",
        "by_community": row["by_community"],
        "by_grid": row["by_grid"],
        "period_text": period_text(row),
        "funds_text": funds_text(row),
        "filing_number": row["filing_number"] or "",
        "change": change,
        "no_feedback": bool(answer is not None and answer.no_feedback),
        "remarks": ";".join(dict.fromkeys(part for part in remarks if part)),
    }


def period_text(row: Mapping[str, Any]) -> str:
    """2026-04-13 至 2029-04-12; 长期 where the end is open; '' where neither is known."""
    start, end = row["period_start"], row["period_end"]
    if start is None and end is None:
        return "长期" if row["duration_class"] == "long_term" else ""
    return f"{start.isoformat() if start else ''} 至 {end.isoformat() if end else '长期'}".strip()


def funds_text(row: Mapping[str, Any]) -> str:
    amount, source = row["funds_amount"], row["funds_source"]
    words = f"{amount:,.2f} 元" if amount is not None else ""
    return f"{words}({source})" if words and source else words or source


def publish(
    tx: Transaction, edition_id: int, actor: Actor | None, document_number: str = "", *, by: str = ""
) -> Edition:
    """Publish a draft. Raises EditionPublished when it was published before.

    `by` names who signed where that is not the actor. The hash over all entries is kept with it.
    """
    _require_draft(tx, edition_id)
    content = [{**each.__dict__, "id": 0} for each in entries(tx, edition_id)]
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    tx.db.execute(
        sa.update(catalogue_edition)
        .where(catalogue_edition.c.id == edition_id)
        .values(
            status="published",
            published_at=tx.at,
            published_by=by or (actor.name if actor else ""),
            document_number=document_number,
            content_hash=digest,
        )
    )
    return edition(tx, edition_id)


def _require_draft(tx: Transaction, edition_id: int) -> None:
    found = edition(tx, edition_id)
    if found.status == "published":
        raise EditionPublished(title=found.title)


# ------------------------------------------------------------------ export
def workbook_rows(found: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the catalogue's workbook, keys of `ledger.CATALOGUE_COLUMNS`."""
    for each in found:
        yield {
            **each.__dict__,
            "executor": "、".join(states.EXECUTORS[key] for key in each.executor),
            "change": CHANGES.get(each.change, each.change),
        }


def _publisher(tx: Transaction) -> str:
    """The unit that publishes the catalogue: where the reviewing leader sits."""
    query = (
        sa.select(account.c.unit_id)
        .join(account_role, account_role.c.account_id == account.c.id)
        .where(account_role.c.role == "review_leader", account.c.enabled, account.c.unit_id.is_not(None))
    )
    unit_id = tx.db.execute(query.order_by(account.c.id).limit(1)).scalar_one_or_none()
    ref = tx.units.get(unit_id) if unit_id is not None else None
    return ref.full_name if ref is not None else ""


def heading(tx: Transaction, edition_id: int | None = None) -> dict[str, Any]:
    """The heading of an edition's workbook; of the one that stands when no id is given. Raises NotFound."""
    found = asked(tx, edition_id)
    on = found.published_at or tx.at
    return {
        "title": found.title,
        "unit": _publisher(tx),
        "day": lists.chinese(on.date()),
        "sheet": "指导目录",
    }


def asked(tx: Transaction, edition_id: int | None) -> Edition:
    """An edition by id, else the one that stands. Raises NotFound."""
    found = edition(tx, edition_id) if edition_id is not None else current(tx)
    if found is None:
        raise NotFound(kind="catalogue", key="")
    return found
