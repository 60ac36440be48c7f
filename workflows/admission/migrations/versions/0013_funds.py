"""Funds: what was promised, arrived, was spent of a matter.

Revision: admission_0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Moment

revision = "admission_0013"
down_revision = "admission_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "funds_entry",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place_id", Id, nullable=True),
        sa.Column("place_name", sa.String(length=200), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_funds_entry_matter_id_matter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funds_entry")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_funds_entry_instance_id")),
    )
    for column in ("matter_id", "place_id"):
        op.create_index(op.f(f"ix_funds_entry_{column}"), "funds_entry", [column])
