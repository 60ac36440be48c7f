"""Expiry: what units answered before the period of a matter was over.

Revision: admission_0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id

revision = "admission_0012"
down_revision = "admission_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expiry_answer",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("new_end", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("no_feedback", sa.Boolean(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("ruling", sa.String(length=20), nullable=True),
        sa.Column("ruling_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_expiry_answer_matter_id_matter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_answer")),
        sa.UniqueConstraint("matter_id", "period_end", name=op.f("uq_expiry_answer_matter_id_period_end")),
    )
    op.create_index(op.f("ix_expiry_answer_instance_id"), "expiry_answer", ["instance_id"], unique=False)
