"""Reorganisations that are entered ahead of their day.

Revision: store_0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "store_0023"
down_revision = "store_0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planned_act",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("before_names", sa.Text(), nullable=False),
        sa.Column("after_names", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_act")),
    )
    op.create_index(op.f("ix_planned_act_state"), "planned_act", ["state"])
