"""A long list goes out by the job that makes files of many tables; a notice leads to its file.

Revision: store_0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json

revision = "store_0017"
down_revision = "store_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export_job", sa.Column("list", sa.String(length=50), server_default="", nullable=False))
    op.add_column("export_job", sa.Column("asked", Json, nullable=True))
    op.add_column("notice", sa.Column("export_id", Id, nullable=True))
