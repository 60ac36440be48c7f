"""存量补录: what is in force already goes in as it stands, with its old numbers, and starts nothing.

A ledger makes matters; a catalogue makes an edition and, where the registry does not know them, matters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from forms.schema import Form
from workflows.admission import catalogue, matters, standing
from workflows.admission.tables import matter
from workflows.store.tables import number
from workflows.usecases import numbers
from workflows.usecases.actor import Actor
from workflows.usecases.import_targets import ImportItem, RecordFault
from workflows.usecases.runtime import Transaction

ENDED = frozenset({"终止", "已终止", "退出", "已退出", "清退", "已清退", "撤销", "已撤销"})
"""Words of an old ledger for a matter that has left."""

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


# ------------------------------------------------------------------ a ledger of matters in force
def take_ledger(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> list[str]:
    """Enter matters with their old 备案编号; returns their ids.

    One that a catalogue brought in without a number gets it, instead of standing there twice; one that a table entered
    with this number is brought up to what the ledger says now.

    Raises:
        NumberTaken: the number was given or entered before.
    """
    return [str(_take_matter(tx, item.values, actor)) for item in items]


def _take_matter(tx: Transaction, values: Mapping[str, Any], actor: Actor) -> int:
    text = str(values["registry_number"]).strip()
    columns, scope = matters.from_application(tx, values)
    there = standing.correctable(tx, [text]).get(text)
    if there is None:
        numbers.register(tx, "filing", text, subject=columns["name"])
    columns |= {
        "filing_number": text,
        "application_number": values.get("application_number"),
        "document_number": values.get("document_number"),
        "class_name": values.get("class") or "",
        "approved_by": values.get("approved_by") or "",
        "received_on": values.get("received_on"),
        "decided_on": values.get("decided_on"),
        "filed_on": values.get("filed_on"),
        "outcome": "admitted",
    }
    ended = _has_ended(values)
    if ended:
        columns |= {"ended_on": values.get("ended_on"), "exit_reason": values.get("exit_reason") or ""}
    fresh = {key: value for key, value in columns.items() if value not in (None, "", False)}
    if there is not None:
        return _correct(tx, there, fresh, scope, actor, ended=ended, values=values)
    known = None if ended else _unnumbered(tx, columns["applicant_unit_id"], columns["name"])
    if known is not None:
        matters.change(tx, known, "backlog", scope=scope, actor_name=actor.name, **fresh)
        return known
    return matters.create(
        tx,
        origin="backlog",
        stage="ended" if ended else "filed",
        values=columns,
        scope=scope,
        cause="backlog",
        actor_name=actor.name,
    )


def _correct(
    tx: Transaction,
    row: Any,
    fresh: dict[str, Any],
    scope: list[int],
    actor: Actor,
    *,
    ended: bool,
    values: Mapping[str, Any],
) -> int:
    """Bring a matter that a table entered up to a later table; an empty cell changes nothing."""
    if values.get("executor"):
        named = values["executor"]
        fresh |= {"by_community": "community" in named, "by_grid": "grid" in named}
    if not scope:
        fresh.pop("scope_text", None)
    if ended:
        fresh["stage"] = "ended"
    fresh.pop("outcome", None)
    matters.change(tx, row.id, "corrected", scope=scope or None, actor_name=actor.name, **fresh)
    return int(row.id)


def _has_ended(values: Mapping[str, Any]) -> bool:
    """Whether the old ledger says of a matter that it has left, by its state or by the day it did."""
    state = str(values.get("state") or "").strip()
    return state in ENDED or (not state and values.get("ended_on") is not None)


def _unnumbered(tx: Transaction, unit_id: int | None, name: str) -> int | None:
    query = sa.select(matter.c.id).where(
        matter.c.applicant_unit_id == unit_id,
        matter.c.name == name,
        matter.c.stage == "filed",
        matter.c.filing_number.is_(None),
    )
    found = tx.db.execute(query.limit(1)).scalar_one_or_none()
    return int(found) if found is not None else None


def _taken(tx: Transaction, given: Sequence[str]) -> set[str]:
    """Those of the numbers that were given or cancelled."""
    found: set[str] = set()
    for start in range(0, len(given), 500):
        query = sa.select(number.c.text).where(number.c.text.in_(given[start : start + 500]))
        found.update(tx.db.execute(query).scalars())
    return found


def check_ledger(tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor) -> list[RecordFault]:
    """Numbers that are taken, unless by a matter that a table entered and may correct, or stand twice in the table."""
    given = [str(item.values.get("registry_number") or "").strip() for item in items]
    taken = _taken(tx, given) - standing.correctable(tx, given).keys()
    found: list[RecordFault] = []
    seen: set[str] = set()
    for item, text in zip(items, given, strict=True):
        if text and text in taken:
            found.append(
                RecordFault(
                    item.index,
                    "registry_number",
                    f"备案编号“{text}”已使用或已作废",
                    f"Number “{text}” was given or cancelled before",
                )
            )
        elif text and text in seen:
            found.append(
                RecordFault(
                    item.index,
                    "registry_number",
                    f"备案编号“{text}”在表中重复",
                    f"Number “{text}” stands twice in the table",
                )
            )
        seen.add(text)
    return found


# ------------------------------------------------------------------ a catalogue of an earlier year
def take_catalogue(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> list[str]:
    """Enter a catalogue as a published edition; what it lists is in force. Returns the matters' ids.

    Its year is the one the sheet's name says, else last year: this year's is made by the yearly refresh.
    """
    kept = [item for item in items if item.values.get("change") != "ended"]
    year = next((int(m[1]) for item in items if (m := _YEAR.search(item.sheet))), tx.world.today.year - 1)
    edition_id = catalogue.new_edition(tx, year, "import")
    ids = {item.index: _listed_matter(tx, item.values, actor, year) for item in kept}
    catalogue.write_entries(tx, edition_id, [_entry(tx, item.values, ids[item.index]) for item in kept])
    catalogue.publish(tx, edition_id, actor)
    return [str(ids.get(item.index, "")) for item in items]


def _listed_matter(tx: Transaction, values: Mapping[str, Any], actor: Actor, year: int) -> int:
    text = str(values.get("filing_number") or "").strip()
    where = (
        matter.c.filing_number == text
        if text
        else sa.and_(
            matter.c.applicant_unit_id == values.get("applicant_unit"),
            matter.c.name == values.get("matter_name"),
            matter.c.stage == "filed",
        )
    )
    known = tx.db.execute(sa.select(matter.c.id).where(where).limit(1)).scalar_one_or_none()
    if known is not None:
        if values.get("class"):
            tx.db.execute(sa.update(matter).where(matter.c.id == known).values(class_name=values["class"]))
        return int(known)
    columns, scope = matters.from_application(tx, {"duration_class": "long_term", **values})
    columns |= {
        "class_name": values.get("class") or "",
        "authority": values.get("duty") or "",
        "filing_number": text or None,
        "filed_on": date(year, 1, 1),
        "outcome": "admitted",
    }
    if text:
        numbers.register(tx, "filing", text, subject=columns["name"])
    return matters.create(
        tx,
        origin="catalogue",
        stage="filed",
        values=columns,
        scope=scope,
        cause="catalogue",
        actor_name=actor.name,
    )


def _entry(tx: Transaction, values: Mapping[str, Any], matter_id: int) -> dict[str, Any]:
    executor = values.get("executor") or []
    unit_id = values.get("applicant_unit")
    return {
        "class_name": values.get("class") or "",
        "matter_id": matter_id,
        "matter_name": values.get("matter_name") or "",
        "content": values.get("content") or "",
        "legal_basis": values.get("legal_basis") or "",
        "applicant_unit_id": unit_id,
        "applicant_unit_name": matters.unit_name(tx, unit_id),
        "duty": values.get("duty") or "",
        "flow": values.get("flow") or "",
        "by_community": "community" in executor,
        "by_grid": "grid" in executor,
        "period_text": values.get("period_text") or "",
        "funds_text": values.get("funds_text") or "",
        "filing_number": values.get("filing_number") or "",
        "change": values.get("change") or "kept",
        "no_feedback": False,
        "remarks": values.get("remarks") or "",
    }
