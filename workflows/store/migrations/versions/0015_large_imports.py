"""Imports of many rows: checked by a job, stopped, told apart by what has changed; a notice leads to its import.

Revision: store_0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "store_0015"
down_revision = "store_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("checked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counts", Json, nullable=True),
        sa.Column("refusal", Json, nullable=True),
        sa.Column("stopped_by_name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("stopped_at", Moment, nullable=True),
    ):
        op.add_column("import_batch", column)
    op.add_column(
        "import_record", sa.Column("change", sa.String(length=20), server_default="new", nullable=False)
    )
    op.add_column("import_record", sa.Column("differences", Json, nullable=True))
    op.create_index("ix_import_record_batch_state", "import_record", ["batch_id", "state", "position"])
    op.add_column("notice", sa.Column("batch_id", Id, nullable=True))
