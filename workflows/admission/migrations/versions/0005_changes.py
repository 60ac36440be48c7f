"""Changes of admitted matters.

Revision: admission_0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "admission_0005"
down_revision = "admission_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matter_change",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("old", Json, nullable=False),
        sa.Column("new", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_change_matter_id_matter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_change")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_matter_change_instance_id")),
    )
    op.create_index(op.f("ix_matter_change_matter_id"), "matter_change", ["matter_id"], unique=False)
