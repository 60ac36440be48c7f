"""Reorganisations: successors of units, recorded acts, seats of roles, who took over a person's work.

Revision: store_0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "store_0019"
down_revision = "store_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("successor_id", Id))
    op.add_column("account", sa.Column("stand_in_id", Id))
    op.create_table(
        "reorganisation",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("document", sa.String(200), nullable=False, server_default=""),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor_name", sa.String(100), nullable=False, server_default=""),
        sa.Column("facts", Json, nullable=False),
    )
    op.create_table(
        "role_seat",
        sa.Column("role", sa.String(50), primary_key=True),
        sa.Column("unit_id", Id, sa.ForeignKey("unit.id"), nullable=False),
    )
