"""What follows in the registry when an instance is cancelled (流程作废).

The numbers given to it are cancelled by the use case itself and never given again.
"""

from __future__ import annotations

import sqlalchemy as sa

from workflows.admission import (
    certifying,
    changes,
    changing,
    evaluating,
    matters,
    supervising,
)
from workflows.admission.tables import catalogue_edition, catalogue_entry
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import InstanceRef, Transaction

_VOIDED = ("pending", "filed", "offline")
"""Stages of an admission that end with its instance; a matter that leaves or has left is past it."""


def follow(tx: Transaction, instance: InstanceRef, actor: Actor, reason: str) -> None:
    """An admission's matter is void; an exit, a change, a report is off; a draft of a catalogue edition goes."""
    row = matters.of_instance(tx, instance.id)
    if supervising.of_instance(tx, instance.id) is not None:
        supervising.void(tx, instance.id)
    elif certifying.of_instance(tx, instance.id) is not None:
        certifying.void(tx, instance.id)
    elif (change := changes.of_instance(tx, instance.id)) is not None:
        changing.void(tx, instance, change, reason, actor.name)
    elif evaluating.of_instance(tx, instance.id) is not None:
        evaluating.void(tx, instance.id)
    elif row is None:
        _drop_draft(tx, instance.id)
    elif row["instance_id"] == instance.id:
        if row["stage"] in _VOIDED:
            matters.change(
                tx,
                row["id"],
                "void",
                stage="void",
                actor_name=actor.name,
                note=reason,
                instance_id=instance.id,
            )
    elif row["stage"] in ("leaving", "ended"):
        matters.change(
            tx,
            row["id"],
            "exit_void",
            stage="filed",
            exit_kind=None,
            exit_raised_by=None,
            exit_reason="",
            exit_asked_on=None,
            exit_number=None,
            ended_on=None,
            actor_name=actor.name,
            note=reason,
            instance_id=instance.id,
        )


def _drop_draft(tx: Transaction, instance_id: int) -> None:
    drafts = sa.select(catalogue_edition.c.id).where(
        catalogue_edition.c.instance_id == instance_id, catalogue_edition.c.status == "draft"
    )
    ids = list(tx.db.execute(drafts).scalars())
    if ids:
        tx.db.execute(sa.delete(catalogue_entry).where(catalogue_entry.c.edition_id.in_(ids)))
        tx.db.execute(sa.delete(catalogue_edition).where(catalogue_edition.c.id.in_(ids)))
