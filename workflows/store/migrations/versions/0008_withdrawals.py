"""An import may be taken back.

Revision: store_0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Moment

revision = "store_0008"
down_revision = "store_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("withdrawn_by", Id, nullable=True),
        sa.Column("withdrawn_by_name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.Column("withdrawal_reason", sa.String(length=500), server_default="", nullable=False),
    ):
        op.add_column("import_batch", column)
