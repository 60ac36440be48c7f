"""The life of a matter: its versions, who signed for it, the catalogues that list it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from workflows.admission import matters
from workflows.admission.tables import catalogue_edition, catalogue_entry, matter_receipt, matter_version
from workflows.usecases.runtime import Transaction


@dataclass(frozen=True)
class LifeEvent:
    """A line of a matter's life, oldest first."""

    at: datetime
    kind: str  # a key of matters.CAUSES, a kind of receipt, or catalogue
    zh: str
    en: str
    actor: str = ""
    note: str = ""
    instance_id: int | None = None


_RECEIPTS = {
    "hand_over": ("{unit}签收", "signed for by {unit}"),
    "dispatch": ("网格平台派单", "dispatched on the grid platform"),
    "grid_done": ("网格员办结", "done by the grid workers"),
    "exit_notice": ("{unit}通知社区停止", "{unit} told its communities to stop"),
}


def life(tx: Transaction, matter_id: int) -> list[LifeEvent]:
    """Return what happened to a matter, oldest first."""
    found: list[LifeEvent] = []
    query = sa.select(matter_version).where(matter_version.c.matter_id == matter_id)
    for row in tx.db.execute(query.order_by(matter_version.c.number)):
        zh, en = matters.CAUSES[row.cause]
        found.append(LifeEvent(row.at, row.cause, zh, en, row.actor_name, row.note, row.instance_id))
    query = sa.select(matter_receipt).where(matter_receipt.c.matter_id == matter_id)
    for row in tx.db.execute(query.order_by(matter_receipt.c.id)):
        zh, en = _RECEIPTS[row.kind]
        found.append(
            LifeEvent(
                row.at,
                row.kind,
                zh.format(unit=row.unit_name),
                en.format(unit=row.unit_name),
                row.signed_by,
                row.note,
                row.instance_id,
            )
        )
    query = (
        sa.select(catalogue_edition)
        .join(catalogue_entry, catalogue_entry.c.edition_id == catalogue_edition.c.id)
        .where(catalogue_entry.c.matter_id == matter_id, catalogue_edition.c.status == "published")
    )
    for row in tx.db.execute(query):
        at = row.published_at or row.created_at
        found.append(
            LifeEvent(at, "catalogue", f"列入《{row.title}》", f"listed in “{row.title}”", row.published_by)
        )
    return sorted(found, key=lambda event: event.at)
