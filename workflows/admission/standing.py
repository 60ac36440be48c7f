"""What the registry holds under the business key of a record: for telling new, changed and unchanged apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from forms.written.words import squeeze
from workflows.admission import catalogue
from workflows.admission.kinds import MATTER
from workflows.admission.matters import COPIED, UNDER_WAY
from workflows.admission.tables import matter, matter_scope
from workflows.usecases.import_targets import ImportItem, Standing
from workflows.usecases.runtime import Transaction

CORRECTABLE = ("backlog", "catalogue")
"""Origins of matters that a ledger of old ones may correct; the others have their own process."""
_AT_ONCE = 500


def applications(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of an application -> the matter of that unit and name that stands or is applied for.

    One that begins after the standing matter's end is its continuation, not the same again.
    """
    units = {item.values.get("applicant_unit") for item in items} - {None}
    query = sa.select(matter).where(
        matter.c.applicant_unit_id.in_(units),
        matter.c.stage.in_(UNDER_WAY),
        matter.c.kind == MATTER,
        sa.or_(matter.c.period_end.is_(None), matter.c.period_end >= tx.world.today),
    )
    rows = {
        (row.applicant_unit_id, squeeze(row.name)): row for row in tx.db.execute(query.order_by(matter.c.id))
    }
    known: dict[int, Any] = {}
    for item in items:
        name = squeeze(str(item.values.get("matter_name") or ""))
        row: Any = rows.get((item.values.get("applicant_unit"), name))
        start = item.values.get("period_start")
        if row is None or (row.period_end is not None and start is not None and start > row.period_end):
            continue
        known[item.index] = row
    return _standing(tx, known)


def old_matters(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record of an old ledger -> the matter with its 备案编号, where the ledger may correct it."""
    rows = correctable(tx, [str(item.values.get("registry_number") or "").strip() for item in items])
    known = {
        item.index: rows[text]
        for item in items
        if (text := str(item.values.get("registry_number") or "").strip()) in rows
    }
    return _standing(tx, known)


def listed(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a row of a catalogue -> its entry in the edition that stands: by its 备案编号, else by unit and name."""
    edition = catalogue.current(tx)
    entries = catalogue.entries(tx, edition.id) if edition is not None else []
    by_number = {each.filing_number: each for each in entries if each.filing_number}
    by_name = {(each.applicant_unit_id, squeeze(each.matter_name)): each for each in entries}
    found: dict[int, Standing] = {}
    for item in items:
        values = item.values
        name = (values.get("applicant_unit"), squeeze(str(values.get("matter_name") or "")))
        entry = by_number.get(str(values.get("filing_number") or "").strip()) or by_name.get(name)
        if entry is not None and edition is not None:
            found[item.index] = Standing(f"《{edition.title}》第{entry.position}项", _entry(entry))
    return found


def _entry(entry: catalogue.Entry) -> dict[str, Any]:
    same = ("matter_name", "content", "legal_basis", "duty", "flow", "period_text", "funds_text")
    return {
        **{key: getattr(entry, key) for key in (*same, "filing_number")},
        "class": entry.class_name,
        "applicant_unit": entry.applicant_unit_id,
        "executor": list(entry.executor),
    }


def correctable(tx: Transaction, given: Iterable[str]) -> dict[str, Any]:
    """备案编号 -> row of the matter that has it and was entered from a table."""
    listed = sorted(set(given) - {""})
    found: dict[str, Any] = {}
    for start in range(0, len(listed), _AT_ONCE):
        query = sa.select(matter).where(
            matter.c.filing_number.in_(listed[start : start + _AT_ONCE]), matter.c.origin.in_(CORRECTABLE)
        )
        found.update({row.filing_number: row for row in tx.db.execute(query)})
    return found


def _standing(tx: Transaction, known: Mapping[int, Any]) -> dict[int, Standing]:
    scopes = _scopes(tx, {row.id for row in known.values()})
    return {index: _of(row, scopes.get(row.id, [])) for index, row in known.items()}


def _of(row: Any, scope: list[int]) -> Standing:
    state = "在办" if row.stage == "pending" else "在册"
    executor = [key for key, given in (("community", row.by_community), ("grid", row.by_grid)) if given]
    values: dict[str, Any] = {key: row._mapping[key] for key in COPIED}
    values |= {
        "matter_name": row.name,
        "applicant_unit": row.applicant_unit_id,
        "executor": executor,
        "scope": scope,
        "document_number": row.document_number,
        "class": row.class_name,
        "approved_by": row.approved_by,
        "received_on": row.received_on,
        "decided_on": row.decided_on,
        "filed_on": row.filed_on,
        "ended_on": row.ended_on,
        "exit_reason": row.exit_reason,
    }
    return Standing(row.filing_number or row.application_number or state, values)


def _scopes(tx: Transaction, ids: set[int]) -> dict[int, list[int]]:
    listed = sorted(ids)
    found: dict[int, list[int]] = {}
    for start in range(0, len(listed), _AT_ONCE):
        query = sa.select(matter_scope).where(matter_scope.c.matter_id.in_(listed[start : start + _AT_ONCE]))
        for row in tx.db.execute(query):
            found.setdefault(row.matter_id, []).append(row.unit_id)
    return found
