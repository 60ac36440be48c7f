"""The office's own patterns of numbers.

Revision: store_0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Moment

revision = "store_0020"
down_revision = "store_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_rule",
        sa.Column("sequence", sa.String(length=50), nullable=False),
        sa.Column("pattern", sa.String(length=100), nullable=False),
        sa.Column("set_at", Moment, nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_number_rule")),
    )
