"""The versions of a matter, each with what it changed, and the editions of the catalogue it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from workflows.admission import catalogue
from workflows.admission.catalogue import Edition
from workflows.admission.matters import CAUSES
from workflows.admission.tables import catalogue_entry, matter_version
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

COMPARED = (
    "name",
    "applicant_unit_name",
    "unit_head",
    "contact_name",
    "contact_phone",
    "class_name",
    "duration_class",
    "by_community",
    "by_grid",
    "legal_basis",
    "content",
    "target_group",
    "authority",
    "period_start",
    "period_end",
    "scope_text",
    "funds_amount",
    "funds_source",
    "staff_equipment",
    "application_number",
    "filing_number",
    "exit_number",
    "ended_on",
)
"""Columns whose change a reader is told of; the others follow from the act itself."""


@dataclass(frozen=True)
class Change:
    """A column that reads differently than in the version before.

    Values are plain JSON, an amount a Decimal, None where empty.
    """

    key: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Version:
    """A matter as an act left it. `zh` and `en` name the act."""

    number: int
    at: datetime
    cause: str
    zh: str
    en: str
    actor: str
    note: str
    instance_id: int | None
    changes: tuple[Change, ...]


def versions(tx: Transaction, matter_id: int) -> list[Version]:
    """Return the versions of a matter, newest first; the first one has no changes."""
    query = sa.select(matter_version).where(matter_version.c.matter_id == matter_id)
    found: list[Version] = []
    before: Mapping[str, Any] | None = None
    for row in tx.db.execute(query.order_by(matter_version.c.number)):
        zh, en = CAUSES[row.cause]
        found.append(
            Version(
                row.number,
                row.at,
                row.cause,
                zh,
                en,
                row.actor_name,
                row.note,
                row.instance_id,
                _changes(before, row.snapshot) if before is not None else (),
            )
        )
        before = row.snapshot
    return found[::-1]


@dataclass(frozen=True)
class Whole:
    """One version with all its data, of `last` there are. `values`: plain JSON by column, an amount a Decimal."""

    number: int
    last: int
    at: datetime
    zh: str
    en: str
    values: Mapping[str, Any]


def version(tx: Transaction, matter_id: int, number: int) -> Whole:
    """A matter as one act left it. Raises `NotFound`."""
    rows = sa.select(matter_version).where(matter_version.c.matter_id == matter_id)
    row = tx.db.execute(rows.where(matter_version.c.number == number)).one_or_none()
    if row is None:
        raise NotFound(kind="version", key=number)
    last = sa.select(sa.func.max(matter_version.c.number)).where(matter_version.c.matter_id == matter_id)
    values = {key: _plain(key, value) for key, value in row.snapshot.items()}
    zh, en = CAUSES[row.cause]
    return Whole(number, int(tx.db.execute(last).scalar_one()), row.at, zh, en, values)


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    pairs = ((key, _plain(key, before.get(key)), _plain(key, now.get(key))) for key in COMPARED)
    return tuple(Change(key, old, new) for key, old, new in pairs if old != new)


def _plain(key: str, value: Any) -> Any:
    if key == "funds_amount" and value:  # 12000 and 12000.00 are the same amount
        return Decimal(str(value))
    return value or None


def editions_of(tx: Transaction, matter_id: int) -> list[Edition]:
    """Return the published editions a matter stands in, newest first."""
    query = sa.select(catalogue_entry.c.edition_id).where(catalogue_entry.c.matter_id == matter_id)
    listed = set(tx.db.execute(query).scalars())
    if not listed:
        return []
    return [each for each in catalogue.editions(tx) if each.id in listed and each.status == "published"]
