"""The office's calendar keeps its years and its changes.

Revision: store_0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "store_0007"
down_revision = "store_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("announced", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("days", Json, nullable=False),
        sa.Column("source", sa.String(length=50), server_default="", nullable=False),
        sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("settled_by_name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("settled_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "calendar_revision",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("days", Json, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_instance", Id, server_default="0", nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_revision")),
    )
    op.create_index("ix_calendar_revision_state", "calendar_revision", ["state"])
